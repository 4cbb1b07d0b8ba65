//! What the verb of an event's name tells, and which verb takes back which: all that is known of an event without a row.
//!
//! A row says otherwise where its name misleads.

use super::row::Delay;

/// How a call writes what it sets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sets {
    /// It sets nothing: it makes, takes away, starts or stops.
    Nothing,
    /// Its parameters are either names of what it is made to, or settings.
    Values,
    /// It names some of what it is made to among what it sets, as a change of DNS records does.
    Entries,
    /// It sets a size.
    Size,
}

/// What is known of a verb.
#[derive(Clone, Copy, Debug)]
pub(super) struct Verb {
    /// As event names begin with it.
    name: &'static str,
    /// Weight and delay of events without a row.
    pub(super) weight: u8,
    pub(super) delay: Delay,
    /// Whether it adds to what is there.
    pub(super) adds: bool,
    /// Whether it can give back what another one took.
    pub(super) gives_back: bool,
    /// Whether it makes what its noun names.
    pub(super) makes: bool,
    /// Whether there is less than before while it works: deleted, stopped, started again.
    pub(super) lessens: bool,
    /// Whether what it is made to is no more after it.
    pub(super) deletes: bool,
    pub(super) sets: Sets,
    /// What it does to what it takes away.
    pub(super) takes_away: Option<&'static str>,
    /// Verbs of the calls that take it back.
    undone_by: &'static [&'static str],
}

const fn verb(name: &'static str, weight: u8, delay: Delay) -> Verb {
    Verb {
        name,
        weight,
        delay,
        adds: false,
        gives_back: false,
        makes: false,
        lessens: false,
        deletes: false,
        sets: Sets::Nothing,
        takes_away: None,
        undone_by: &[],
    }
}

const fn less(name: &'static str) -> Verb {
    Verb { lessens: true, ..verb(name, 62, Delay::Immediate) }
}

const fn other(name: &'static str) -> Verb {
    verb(name, 50, Delay::Minutes)
}

const fn more(name: &'static str) -> Verb {
    verb(name, 30, Delay::Minutes)
}

const fn read(name: &'static str) -> Verb {
    verb(name, 5, Delay::Minutes)
}

const fn rare(name: &'static str) -> Verb {
    verb(name, 25, Delay::Minutes)
}

impl Verb {
    const fn adds(self) -> Self {
        Self { adds: true, ..self }
    }

    const fn deletes(self) -> Self {
        Self { deletes: true, ..self }
    }

    const fn gives_back(self) -> Self {
        Self { gives_back: true, ..self }
    }

    const fn makes(self) -> Self {
        Self { makes: true, ..self }
    }

    const fn sets(self, sets: Sets) -> Self {
        Self { sets, ..self }
    }

    const fn takes_away(self, reason: &'static str) -> Self {
        Self { takes_away: Some(reason), ..self }
    }

    const fn undone_by(self, undone_by: &'static [&'static str]) -> Self {
        Self { undone_by, ..self }
    }

    /// Returns the verb that begins `name`.
    pub(super) fn of(name: &str) -> &'static Self {
        find(name).unwrap_or(&UNKNOWN)
    }

    /// Returns the verb that begins `name`, in any case and after a word for many at once: `BatchDeleteImage` deletes.
    pub(super) fn of_batch(name: &str) -> &'static Self {
        let name = one_of_many(name);
        let begins = |verb: &&Self| name.get(..verb.name.len()).is_some_and(|start| start.eq_ignore_ascii_case(verb.name));
        VERBS.iter().find(begins).unwrap_or(&UNKNOWN)
    }
}

/// Stands for every verb that is not in the table.
const UNKNOWN: Verb = rare("");

/// Every verb that tells something. None begins with another one.
#[rustfmt::skip] // A table reads best in rows.
const VERBS: &[Verb] = &[
    // Less than before
    less("Delete").deletes().takes_away("deletes it").undone_by(&["Create", "Put"]),
    less("Terminate").deletes().takes_away("ends it"),
    less("Stop").takes_away("stops it").undone_by(&["Start"]),
    less("Disable").takes_away("disables it").undone_by(&["Enable"]),
    less("Detach").takes_away("detaches it").undone_by(&["Attach"]),
    less("Deregister").takes_away("takes it out of service").undone_by(&["Register"]),
    less("Revoke").takes_away("takes access away").undone_by(&["Authorize"]),
    less("Purge").deletes().takes_away("empties it"),
    less("Disassociate").undone_by(&["Associate"]),
    less("Remove").undone_by(&["Add"]),
    less("Suspend").undone_by(&["Resume"]),
    less("Reboot"), less("Failover"), less("Shutdown"), less("Pause"), less("Drain"), less("Deactivate"), less("Unsubscribe"), less("Release"),
    // Other than before
    other("Put").sets(Sets::Values).gives_back().undone_by(&["Delete"]),
    other("Update").sets(Sets::Values),
    other("Modify").sets(Sets::Values),
    other("Set").sets(Sets::Values),
    other("Change").sets(Sets::Entries),
    other("Replace"), other("Apply"), other("Upgrade"), other("Switch"), other("Swap"), other("Rotate"), other("Rollback"), other("Reset"),
    other("Restore"), other("Execute"), other("Deploy"), other("Move"), other("Promote"), other("Cancel"), other("Reject"), other("Restart"),
    other("Rebuild"), other("Import"),
    // More than before
    more("Create").adds().gives_back().makes().undone_by(&["Delete"]),
    more("Attach").adds().gives_back().undone_by(&["Detach"]),
    more("Add").adds().gives_back().undone_by(&["Remove"]),
    more("Associate").adds().gives_back().undone_by(&["Disassociate"]),
    more("Register").adds().gives_back().undone_by(&["Deregister"]),
    more("Enable").adds().gives_back().undone_by(&["Disable"]),
    more("Start").adds().gives_back().undone_by(&["Stop"]),
    more("Authorize").adds().gives_back().undone_by(&["Revoke"]),
    more("Run").adds().makes().undone_by(&["Terminate"]),
    more("Allocate").adds().makes(),
    more("Subscribe").adds(),
    more("Publish"), more("Accept"), more("Activate"), more("Grant"), more("Launch"), more("Copy"), more("Send"), more("Share"),
    // As before
    read("Get"), read("List"), read("Describe"), read("Search"), read("Lookup"), read("Head"), read("Query"), read("Scan"), read("View"),
    read("Check"), read("Verify"), read("Test"),
    // Too rare to say how they weigh
    rare("Resume").gives_back(),
    rare("Request").makes(),
    rare("Resize").sets(Sets::Size),
];

fn find(name: &str) -> Option<&'static Verb> {
    VERBS.iter().find(|verb| name.starts_with(verb.name))
}

/// Returns a name without a word for many at once, which verbs may follow.
pub(super) fn one_of_many(name: &str) -> &str {
    let after = |many: &&str| name.get(..many.len()).filter(|start| start.eq_ignore_ascii_case(many)).and_then(|_| name.get(many.len()..));
    ["Batch", "Admin", "Bulk"].iter().find_map(after).unwrap_or(name)
}

/// Splits an event name into its verb and what that is done to; nothing for a verb that is not known.
pub fn verb_and_noun(name: &str) -> Option<(&'static str, &str)> {
    find(name).and_then(|verb| Some((verb.name, name.get(verb.name.len()..)?)))
}

/// Returns the names of the calls that do the opposite of `name`, each as verb and noun.
pub fn opposites(name: &str) -> impl Iterator<Item = (&'static str, &str)> {
    let split = find(name).and_then(|verb| Some((verb.undone_by, name.get(verb.name.len()..)?)));
    split.into_iter().flat_map(|(verbs, noun)| verbs.iter().map(move |verb| (*verb, noun)))
}

/// Nouns of calls that begin like additions and change what is there.
const REPLACED: &[&str] = &["Version", "Deployment", "AclEntry", "InstanceRefresh", "Stage", "Revision", "ScalableTarget", "Encryption"];

/// Tells whether a call, by its name, puts something in the place of what is there.
pub(super) fn replaces(name: &str) -> bool {
    REPLACED.iter().any(|noun| name.contains(noun))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_verb_hides_another_one() {
        for (at, verb) in VERBS.iter().enumerate() {
            let name = format!("{}Thing", verb.name);
            assert_eq!(VERBS.iter().position(|other| name.starts_with(other.name)), Some(at), "{}", verb.name);
            assert!(verb.undone_by.iter().all(|name| find(name).is_some()), "{}", verb.name);
        }
    }

    #[test]
    fn the_verb_of_many_at_once_is_that_of_one() {
        assert_eq!(Verb::of_batch("BatchDeleteImage").weight, Verb::of("DeleteImage").weight);
        assert_eq!(Verb::of("BatchDeleteImage").weight, UNKNOWN.weight);
    }

    #[test]
    fn what_was_deleted_may_be_made_or_set_again() {
        let opposites: Vec<String> = opposites("DeleteRolePolicy").map(|(verb, noun)| format!("{verb}{noun}")).collect();
        assert_eq!(opposites, ["CreateRolePolicy", "PutRolePolicy"]);
    }
}
