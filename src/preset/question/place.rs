//! Names that are known by what stands before or after them.

use super::Found;
use super::word::{Kind, Word};

/// What stands beside the name of whoever acted.
const ACTORS: &[&str] = &["user", "users", "role", "principal", "identity", "session", "person", "actor", "iam user", "username"];
/// What stands before it.
const ACTED: &[&str] = &["by", "did", "does", "has", "have"];
/// What stands beside the name of a thing.
#[rustfmt::skip] // Words read best in lines.
const THINGS: &[&str] = &[
    "bucket", "instance", "function", "lambda", "table", "database", "db", "cluster", "queue", "topic", "secret", "key", "trail", "stack", "service",
    "group", "policy", "volume", "image", "alarm", "distribution", "zone", "parameter", "repository", "pipeline", "certificate", "vpc", "subnet",
    "listener", "gateway", "resource", "project", "job", "domain", "stream", "balancer", "template", "snapshot",
];
/// After these, past small words, stands the name of a thing.
#[rustfmt::skip] // Words read best in lines.
const DONE_TO: &[&str] = &[
    "deleted", "removed", "destroyed", "dropped", "terminated", "killed", "changed", "modified", "updated", "edited", "altered", "touched", "reconfigured",
    "rebooted", "restarted", "stopped", "started", "disabled", "enabled", "rotated", "restored", "created", "invoked", "accessed", "to", "on", "attached",
    "detached",
];
/// What somebody does, as it is called.
const DONE_BY: &[&str] = &[
    "activity",
    "activities",
    "actions",
    "calls",
    "changes",
    "deletions",
    "errors",
    "failures",
    "logins",
    "sign-ins",
    "launches",
    "usage",
];
/// Things that bear the names of what they hold: a table `sessions`, a queue `orders`.
const HOLDERS: &[&str] = &["table", "bucket", "queue", "topic", "stream", "database", "db"];
/// What may follow such a name.
const ENDS: &[&str] = &["in", "from", "since", "during", "by", "on", "at", "yesterday", "today"];
/// Words of every day that such a thing may be called by.
const CALLED: &[&str] =
    &["users", "sessions", "roles", "identities", "actors", "events", "actions", "accounts", "groups", "jobs", "objects", "files"];
const SMALL: &[&str] = &["the", "our", "my", "a", "an", "named", "called"];

/// Takes the names of who acted and of things.
pub(super) fn find(words: &mut [Word], found: &mut Found) {
    for at in 0..words.len() {
        let Some(word) = words.get(at) else { continue };
        let (plain, free) = (word.plain.clone(), word.kind.is_none() && !word.quoted);
        if !free {
            continue;
        }
        let beside = |list: &[&str]| list.contains(&plain.as_str());
        if beside(ACTORS) || beside(THINGS) {
            let name = after(words, at, &["named", "called"])
                .or_else(|| Some(at + 1).filter(|name| HOLDERS.contains(&plain.as_str()) && is_last_name(words, *name)))
                .or_else(|| at.checked_sub(1).filter(|before| is_name(words, *before) && is_free(words, *before)));
            if let Some(name) = name {
                let kind = if beside(ACTORS) { Kind::Actor } else { Kind::Resource };
                take(words, name, kind, found);
                if plain == "role" {
                    found.roles.extend(words.get(name).map(|word| word.text.clone()));
                }
                if beside(ACTORS)
                    && let Some(word) = words.get_mut(at)
                {
                    word.kind = Some(Kind::Filler);
                }
            } else if beside(ACTORS)
                && after_known(words, at)
                && let Some(word) = words.get_mut(at)
            {
                word.kind = Some(Kind::Filler);
            }
        } else if beside(ACTED) {
            if let Some(name) = after(words, at, &["the", "our"]).filter(|name| !stands_beside(words, *name)) {
                take(words, name, Kind::Actor, found);
            }
        } else if beside(DONE_TO)
            && let Some(name) = after(words, at, SMALL).filter(|name| !stands_beside(words, *name))
        {
            take(words, name, Kind::Resource, found);
        } else if is_name(words, at) && (is_did(words, at + 1) || is_asked_of(words, at) || does_own(words, at)) {
            take(words, at, Kind::Actor, found);
        }
    }
    // What is quoted and stands nowhere else is a thing.
    for at in 0..words.len() {
        if words.get(at).is_some_and(|word| word.quoted && word.kind.is_none()) {
            take(words, at, Kind::Resource, found);
        }
    }
}

/// Tells whether a word can only be a name where it stands, though it is one of every day: `the table sessions` at the end of a question.
fn is_last_name(words: &[Word], at: usize) -> bool {
    let called = words.get(at).is_some_and(|word| word.kind.is_none() && CALLED.contains(&word.plain.as_str()));
    called && words.get(at + 1).is_none_or(|next| next.kind == Some(Kind::Window) || ENDS.contains(&next.plain.as_str()))
}

/// Returns where the name stands after a word, past some small ones.
fn after(words: &[Word], at: usize, past: &[&str]) -> Option<usize> {
    let name =
        (at + 1..words.len()).find(|next| words.get(*next).is_none_or(|word| word.quoted || !past.contains(&word.plain.as_str())))?;
    (is_name(words, name) && is_free(words, name)).then_some(name)
}

/// Tells whether the next word is known by its form to be who acted: `role arn:…`, `user carol@example.com`.
fn after_known(words: &[Word], at: usize) -> bool {
    words.get(at + 1).is_some_and(|word| word.kind == Some(Kind::Actor))
}

/// Tells whether a word is followed by what says what it names: `the reporting role`.
fn stands_beside(words: &[Word], at: usize) -> bool {
    words.get(at + 1).is_some_and(|word| {
        word.kind.is_none() && !word.quoted && (ACTORS.contains(&word.plain.as_str()) || THINGS.contains(&word.plain.as_str()))
    })
}

/// Tells whether a word says that whoever stands before it acted.
fn is_did(words: &[Word], at: usize) -> bool {
    words.get(at).is_some_and(|word| word.kind.is_none() && !word.quoted && matches!(word.plain.as_str(), "did" | "does" | "has"))
}

/// Tells whether it is asked what a name did: `what terraform-ci touched`, `everything that alice deleted`.
fn is_asked_of(words: &[Word], at: usize) -> bool {
    let plain = |at: Option<usize>| {
        at.and_then(|at| words.get(at)).filter(|word| word.kind.is_none() && !word.quoted).map(|word| word.plain.as_str())
    };
    let asked = plain(at.checked_sub(1)).is_some_and(|word| ["what", "everything", "anything", "that", "all", "whatever"].contains(&word));
    asked && plain(Some(at + 1)).is_some_and(|word| word.ends_with("ed") && DONE_TO.contains(&word))
}

/// Tells whether what somebody did stands after a name as the name's own: `carol's activity`.
fn does_own(words: &[Word], at: usize) -> bool {
    words.get(at).is_some_and(|word| word.owns) && words.get(at + 1).is_some_and(|word| DONE_BY.contains(&word.plain.as_str()))
}

fn is_free(words: &[Word], at: usize) -> bool {
    words.get(at).is_some_and(|word| word.kind.is_none())
}

/// Tells whether a word may be a name: it is none that is known, and has letters.
fn is_name(words: &[Word], at: usize) -> bool {
    words.get(at).is_some_and(Word::may_be_name)
}

fn take(words: &mut [Word], at: usize, kind: Kind, found: &mut Found) {
    let Some(word) = words.get_mut(at) else { return };
    word.kind = Some(kind);
    let list = if kind == Kind::Actor { &mut found.parameters.actor } else { &mut found.parameters.resource };
    if !list.contains(&word.text) {
        list.push(word.text.clone());
    }
}
