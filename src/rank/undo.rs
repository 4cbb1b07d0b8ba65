//! Changes that were taken back within the window.

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::Change;
use crate::catalogue::{self, Effect, Role};

/// Verb pairs of which the second takes back the first.
const PAIRS: &[(&str, &str)] = &[
    ("Authorize", "Revoke"),
    ("Revoke", "Authorize"),
    ("Create", "Delete"),
    ("Attach", "Detach"),
    ("Detach", "Attach"),
    ("Associate", "Disassociate"),
    ("Disassociate", "Associate"),
    ("Disable", "Enable"),
    ("Enable", "Disable"),
    ("Stop", "Start"),
    ("Start", "Stop"),
    ("Suspend", "Resume"),
    ("Register", "Deregister"),
    ("Deregister", "Register"),
    ("Add", "Remove"),
    ("Remove", "Add"),
    ("Put", "Delete"),
    ("Delete", "Create"),
    ("Delete", "Put"),
    ("Run", "Terminate"),
];

/// Calls of which the second goes back to what was before the first.
const ROLLBACKS: &[(&str, &str)] = &[
    ("CreatePolicyVersion", "SetDefaultPolicyVersion"),
    ("PutSecretValue", "UpdateSecretVersionStage"),
    ("UpdateSecret", "UpdateSecretVersionStage"),
    ("UpdateStack", "RollbackStack"),
    ("UpdateStack", "CancelUpdateStack"),
    ("CreateDeployment", "StopDeployment"),
    ("ScheduleKeyDeletion", "CancelKeyDeletion"),
    ("DeleteSecret", "RestoreSecret"),
];

/// Verbs that give back. A deletion takes back a creation too, but what was made may be missed by now.
const RESTORING: &[&str] = &["Authorize", "Create", "Attach", "Associate", "Enable", "Start", "Resume", "Register", "Add", "Put"];

/// How far a change gives back what an earlier one had taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Restored {
    /// Not at all.
    #[default]
    No,
    /// Something of the same name is back, maybe another one: a deleted policy comes back with other words.
    Perhaps,
    /// All is as before.
    Surely,
}

/// For each change: when it was taken back, and whether it takes back another one.
#[derive(Clone, Debug, Default)]
pub struct Undo {
    /// Time of the change that took this one back.
    pub undone_at: Option<DateTime<Utc>>,
    /// Whether this change takes back an earlier one.
    pub undoes: bool,
    /// Whether it gives back what the earlier one had taken, so that all is as before.
    pub restores: Restored,
    /// Time of the change that set the same settings of the same thing to something else.
    pub overwritten_at: Option<DateTime<Utc>>,
}

/// Pairs changes of the same service, noun and target whose verbs are opposites, and those that set the same settings.
///
/// Shape: one element for each of `changes`. Each change takes back at most one, the nearest before it, which may be of the
/// `background`: the changes from before the window.
pub fn pairs(changes: &[Change], background: &[Change]) -> Vec<Undo> {
    let of_window = changes.len();
    let changes: Vec<&Change> = changes.iter().chain(background).collect();
    let mut undo = vec![Undo::default(); changes.len()];
    let mut order: Vec<usize> = (0..changes.len()).collect();
    order.sort_by_key(|i| changes.get(*i).map(|c| (c.event.time, c.event.event_id.as_str())));
    // Open changes by what would take them back: (service, undoing name, target).
    let mut open: HashMap<(String, String, String), Vec<usize>> = HashMap::new();
    // What a rollback may take back, by (service, event name, target).
    let mut made: HashMap<(String, String, String), Vec<usize>> = HashMap::new();
    // What was set, by (service, event name, what it is made to), newest last.
    let mut set: HashMap<(&str, &str, String), Vec<usize>> = HashMap::new();
    for index in order {
        let Some(change) = changes.get(index) else { continue };
        if change.event.failed() || change.class.noise {
            continue;
        }
        let service = change.event.service().to_owned();
        let targets: Vec<String> = change.resources.iter().filter(|r| r.role == Role::Target).map(|r| r.id.to_lowercase()).collect();
        for target in &targets {
            let key = (service.clone(), change.event.name.clone(), target.clone());
            let nearest = open
                .get(&key)
                .and_then(|earlier| earlier.iter().rposition(|at| changes.get(*at).is_some_and(|one| same_matter(one, change))));
            if let Some(earlier) = nearest.and_then(|at| open.get_mut(&key).map(|earlier| earlier.remove(at))) {
                if let Some(slot) = undo.get_mut(earlier) {
                    slot.undone_at = Some(change.event.time);
                }
                if let Some(slot) = undo.get_mut(index) {
                    slot.undoes = true;
                    slot.restores = changes.get(earlier).map_or(Restored::No, |one| restored(one, change));
                }
            }
        }
        if let Some(made_to) = made_to(change) {
            let before = set.entry((change.event.service(), &change.event.name, made_to)).or_default();
            let earlier = before.last().copied();
            let oldest = before.iter().rev().nth(1).and_then(|at| changes.get(*at));
            if let Some((at, one)) = earlier.and_then(|at| Some((at, changes.get(at)?)))
                && resets(one, change)
                && let Some(slot) = undo.get_mut(at)
            {
                // What breaks nothing, or is as it was before, took back what lay between.
                let back = change.severity.is_some_and(|severity| severity.effect == Effect::Harmless)
                    || oldest.is_some_and(|oldest| oldest.event.request() == change.event.request());
                if back { slot.undone_at = Some(change.event.time) } else { slot.overwritten_at = Some(change.event.time) }
            }
            before.push(index);
        }
        for (earlier, _) in ROLLBACKS.iter().filter(|(_, later)| *later == change.event.name) {
            for target in &targets {
                let key = (service.clone(), (*earlier).to_owned(), target.clone());
                let last = made.get(&key).and_then(|made| made.last()).and_then(|at| changes.get(*at));
                if !last.is_some_and(|made| goes_back(made, change)) {
                    continue;
                }
                if let Some(at) = made.get_mut(&key).and_then(Vec::pop) {
                    if let Some(slot) = undo.get_mut(at) {
                        slot.undone_at = Some(change.event.time);
                    }
                    if let Some(slot) = undo.get_mut(index) {
                        (slot.undoes, slot.restores) = (true, Restored::Surely);
                    }
                }
            }
        }
        if ROLLBACKS.iter().any(|(earlier, _)| *earlier == change.event.name) {
            for target in &targets {
                made.entry((service.clone(), change.event.name.clone(), target.clone())).or_default().push(index);
            }
        }
        for (verb, opposite) in PAIRS {
            // Deleting an old version does not take a new one back.
            if let Some(noun) = change.event.name.strip_prefix(verb).filter(|noun| !noun.ends_with("Version")) {
                for target in &targets {
                    open.entry((service.clone(), format!("{opposite}{noun}"), target.clone())).or_default().push(index);
                }
            }
        }
    }
    undo.truncate(of_window);
    undo
}

/// Returns what a call that sets values is made to; nothing for other calls.
fn made_to(change: &Change) -> Option<String> {
    // A change of DNS names its records among what it sets.
    const SETS: &[&str] = &["Modify", "Update", "Put", "Set"];
    let request = change.event.request().as_object().filter(|_| SETS.iter().any(|verb| change.event.name.starts_with(verb)))?;
    let mut parts: Vec<String> = request.iter().filter(|(key, _)| is_name(key)).map(|(key, value)| format!("{key}={value}")).collect();
    parts.sort();
    Some(parts.join("\n"))
}

/// Tells whether `later` sets something to another value that `earlier` had set.
fn resets(earlier: &Change, later: &Change) -> bool {
    let (Some(first), Some(second)) = (earlier.event.request().as_object(), later.event.request().as_object()) else { return false };
    first.iter().filter(|(key, _)| !is_name(key)).any(|(key, value)| second.get(key).is_some_and(|other| other != value))
}

/// Tells whether a parameter names what a call is made to, or how, rather than what it sets.
fn is_name(key: &str) -> bool {
    let key = key.to_lowercase();
    catalogue::only_says(&key) || key.ends_with("key") || key.ends_with("url")
}

/// Tells how far `later`, which undoes `earlier`, gives back what that had taken.
fn restored(earlier: &Change, later: &Change) -> Restored {
    let gives_back = RESTORING.iter().any(|verb| later.event.name.starts_with(verb)) || takes_away(earlier);
    match gives_back {
        false => Restored::No,
        true if says_all_of(earlier, later) => Restored::Surely,
        true => Restored::Perhaps,
    }
}

/// Tells whether a rollback goes back behind what was made, rather than to it: a new version is often made first and
/// put in force by a second call.
fn goes_back(made: &Change, rollback: &Change) -> bool {
    let text = |value: &Value, at: &str| value.pointer(at).and_then(Value::as_str).map(str::to_owned);
    let to = match rollback.event.name.as_str() {
        "SetDefaultPolicyVersion" => text(rollback.event.request(), "/versionId"),
        "UpdateSecretVersionStage" => text(rollback.event.request(), "/moveToVersionId"),
        _ => return true,
    };
    let (request, response) = (made.event.request(), made.event.response());
    let own = text(response, "/policyVersion/versionId")
        .or_else(|| text(response, "/versionId"))
        .or_else(|| text(request, "/clientRequestToken"));
    let in_force = made.event.name != "CreatePolicyVersion" || request.pointer("/setAsDefault") == Some(&Value::Bool(true));
    matches!((to, own), (Some(to), Some(own)) if in_force && to != own)
}

fn takes_away(change: &Change) -> bool {
    change.severity.is_some_and(|severity| severity.effect == Effect::TakesAway)
}

/// Tells whether two opposite calls are about the same rule, route or policy of their target: what the shorter request
/// says stands in the other call as well, in its request or, for what is born there, its answer.
fn same_matter(earlier: &Change, later: &Change) -> bool {
    let (first, second) = (leaves(earlier.event.request()), leaves(later.event.request()));
    first.len() <= second.len() && says_all_of(later, earlier) || says_all_of(earlier, later)
}

/// Tells whether all values of the request of `few` stand in the request or the answer of `all`.
fn says_all_of(all: &Change, few: &Change) -> bool {
    let (asked, answered) = (leaves(all.event.request()), leaves(all.event.response()));
    leaves(few.event.request()).iter().all(|leaf| asked.contains(leaf) || answered.contains(leaf))
}

/// Returns the values of a request or an answer, as text; switches tell nothing.
fn leaves(value: &Value) -> BTreeSet<String> {
    fn collect(value: &Value, depth: usize, found: &mut BTreeSet<String>) {
        match value {
            Value::String(text) if !text.is_empty() => _ = found.insert(text.to_lowercase()),
            Value::Number(number) => _ = found.insert(number.to_string()),
            Value::Array(items) if depth < 12 => items.iter().take(50).for_each(|item| collect(item, depth + 1, found)),
            Value::Object(map) if depth < 12 => map.values().take(50).for_each(|item| collect(item, depth + 1, found)),
            _ => {}
        }
    }
    let mut found = BTreeSet::new();
    collect(value, 0, &mut found);
    found
}
