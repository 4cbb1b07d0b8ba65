//! Names that are known by what stands before or after them.

use super::Found;
use super::lexicon;
use super::word::{Kind, Word};

/// What stands beside the name of whoever acted.
const ACTORS: &[&str] = &["user", "users", "role", "principal", "identity", "session", "person", "actor", "iam user", "username"];
/// What stands before it.
const ACTED: &[&str] = &["by", "did", "does", "has", "have"];
/// What says of whoever acted that they came in.
const CAME: &[&str] = &[
    "logged",
    "log",
    "signed",
    "sign",
    "login",
    "logins",
    "logging",
    "signing",
    "sign-in",
    "sign-ins",
    "signin",
    "signins",
    "acting",
    "authenticated",
];
/// What stands beside the name of a thing.
#[rustfmt::skip] // Words read best in lines.
const THINGS: &[&str] = &[
    "bucket", "instance", "function", "lambda", "table", "database", "db", "cluster", "queue", "topic", "secret", "key", "trail", "stack", "service",
    "group", "policy", "volume", "image", "alarm", "distribution", "zone", "parameter", "repository", "pipeline", "certificate", "vpc", "subnet",
    "listener", "gateway", "resource", "project", "job", "domain", "stream", "balancer", "template", "snapshot", "acl", "vault", "endpoint",
    "broker", "environment", "detector", "recorder", "registry", "namespace", "workgroup",
];
/// After these, past small words, stands the name of a thing.
#[rustfmt::skip] // Words read best in lines.
const DONE_TO: &[&str] = &[
    "deleted", "removed", "destroyed", "dropped", "terminated", "killed", "changed", "modified", "updated", "edited", "altered", "touched", "reconfigured",
    "rebooted", "restarted", "stopped", "started", "disabled", "enabled", "rotated", "restored", "created", "invoked", "accessed", "attached", "detached",
    "added", "assumed", "assuming", "granted", "assigned", "reset", "replaced", "scaled",
    "delete", "remove", "destroy", "drop", "terminate", "kill", "change", "modify", "update", "edit", "alter", "touch", "reconfigure", "reboot", "restart",
    "stop", "disable", "deactivate", "deactivated", "enable", "replace", "rotate", "restore", "create", "invoke", "attach", "detach", "add", "assume",
];
/// After these it stands, too, if something was done.
const TOWARDS: &[&str] = &["to", "on", "of", "for", "from", "in", "into"];
/// Nouns for what is done, after which `to` tells what it was done to.
const DOINGS: &[&str] = &["change", "changes", "modifications", "updates", "edits"];
/// What makes of what follows that something was done to whoever stands before it.
const BECAME: &[&str] = &["was", "were", "is", "are", "got", "get", "gets", "been", "being"];
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
        if DONE_TO.contains(&plain.as_str()) {
            is_rather_thing(words, at, found);
        }
        let beside = |list: &[&str]| list.contains(&plain.as_str());
        if beside(ACTORS) || beside(THINGS) {
            let name = after(words, at, &["named", "called"])
                .filter(|name| !is_half_of_noun(words, *name))
                .or_else(|| Some(at + 1).filter(|name| HOLDERS.contains(&plain.as_str()) && is_last_name(words, *name)))
                .or_else(|| Some(at + 1).filter(|name| plain == "role" && is_like_name(words, *name)))
                .or_else(|| before(words, at));
            if let Some(name) = name {
                let acts = beside(ACTORS) && !is_done_to(words, at.min(name), at.max(name));
                take(words, name, if acts { Kind::Actor } else { Kind::Resource }, found);
                found.beside.extend((!acts).then(|| plain.clone()));
                // Who is said to have assumed a role is not the role that was assumed.
                let by_itself = at.min(name).checked_sub(1).and_then(|before| words.get(before));
                let by_itself = by_itself
                    .filter(|word| SMALL.contains(&word.plain.as_str()))
                    .map_or(by_itself, |_| at.min(name).checked_sub(2).and_then(|before| words.get(before)));
                if acts && plain == "role" && !by_itself.is_some_and(|word| ACTED.contains(&word.plain.as_str())) {
                    found.roles.extend(words.get(name).map(|word| word.text.clone()));
                }
                if acts && let Some(word) = words.get_mut(at) {
                    word.kind = Some(Kind::Filler);
                }
                // A user of single sign-on is no call of that service.
                if acts
                    && let Some(word) = at.checked_sub(1).and_then(|before| words.get_mut(before))
                    && ["sso", "iam"].contains(&word.plain.as_str())
                {
                    word.kind = word.kind.or(Some(Kind::Filler));
                }
            } else if beside(ACTORS)
                && after_known(words, at)
                && let Some(word) = words.get_mut(at)
            {
                word.kind = Some(Kind::Filler);
            }
        } else if beside(ACTED) || plain == "as" && words.iter().take(at).any(|word| CAME.contains(&word.plain.as_str())) {
            if let Some(name) = after(words, at, &["the", "our"]).filter(|name| !stands_beside(words, *name)) {
                take(words, name, Kind::Actor, found);
            }
        } else if (beside(DONE_TO) || plain == "to" || plain == "on")
            && let Some(name) = after(words, at, SMALL).filter(|name| !stands_beside(words, *name))
        {
            take(words, name, Kind::Resource, found);
        } else if plain == "of"
            && at.checked_sub(1).and_then(|noun| words.get(noun)).is_some_and(|noun| noun.common)
            && let Some(name) = after(words, at, SMALL).filter(|name| !stands_beside(words, *name) && !does_own(words, *name))
        {
            let acts = at.checked_sub(1).and_then(|noun| words.get(noun)).is_some_and(|noun| DONE_BY.contains(&noun.plain.as_str()));
            take(words, name, if acts { Kind::Actor } else { Kind::Resource }, found);
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

/// Makes a thing of whoever is known by form and had something done to them: `deleted arn:aws:iam::…:role/ci`, `deactivated key AKIA…`.
fn is_rather_thing(words: &mut [Word], at: usize, found: &mut Found) {
    const BESIDE: &[&str] = &["user", "role", "access", "key", "iam", "account"];
    let small = |word: &&Word| word.kind.is_none() && (SMALL.contains(&word.plain.as_str()) || BESIDE.contains(&word.plain.as_str()));
    let after = at + 1 + words.iter().skip(at + 1).take_while(small).count();
    let Some(word) = words.get_mut(after).filter(|word| word.kind == Some(Kind::Actor)) else { return };
    word.kind = Some(Kind::Resource);
    found.parameters.actor.retain(|actor| *actor != word.text);
    found.parameters.resource.push(word.text.clone());
}

/// Tells whether a name is expected after a word.
pub(super) fn expects_name(plain: &str) -> bool {
    ACTORS.contains(&plain) || THINGS.contains(&plain) || ["by", "named", "called", "did", "does"].contains(&plain)
}

/// Tells whether a word says of a name that it is of somebody who acts.
pub(super) fn is_actor_noun(plain: &str) -> bool {
    ACTORS.contains(&plain)
}

/// Tells whether a name stands after a word.
pub(super) fn takes_name(words: &[Word], at: usize) -> bool {
    is_name(words, at + 1) && is_free(words, at + 1)
}

/// Tells whether a word is known here.
pub(super) fn is_known(plain: &str) -> bool {
    [ACTORS, ACTED, THINGS, DONE_TO, TOWARDS, DOINGS, BECAME, DONE_BY, HOLDERS, CALLED, SMALL].iter().any(|list| list.contains(&plain))
}

/// Returns where the name stands before what says what it names: `the reporting role`, `the prod-web load balancer`, `the deploy role`.
fn before(words: &[Word], at: usize) -> Option<usize> {
    // What has an id is named by that.
    if words.get(at + 1).is_some_and(|next| matches!(next.kind, Some(Kind::Resource | Kind::Actor))) {
        return None;
    }
    let whole = |at: usize| words.get(at).filter(|word| word.kind.is_none() && !word.quoted);
    let mut name = at.checked_sub(1)?;
    let of_role = whole(at).is_some_and(|word| word.plain == "role");
    let the = name.checked_sub(1).and_then(whole).is_some_and(|word| ["the", "our", "by"].contains(&word.plain.as_str()));
    let noun = whole(name)
        .is_some_and(|word| lexicon::is_noun(&word.plain) && !["user", "service", "instance", "task"].contains(&word.plain.as_str()));
    if is_like_name(words, name) && (of_role || is_release(words, name)) || of_role && the && noun {
        return Some(name);
    }
    for _ in 0..2 {
        let of_kind = whole(name).is_some_and(|word| lexicon::says_which_kind(&word.plain));
        name = if of_kind { name.checked_sub(1)? } else { name };
    }
    (is_name(words, name) && is_free(words, name)).then_some(name)
}

/// Tells whether a word is rather the second half of a noun than a name: `key rotation for …`.
fn is_half_of_noun(words: &[Word], at: usize) -> bool {
    words.get(at).is_some_and(|word| !word.is_surely_name() && word.text == word.plain)
        && words.get(at + 1).is_some_and(|next| ["for", "of"].contains(&next.plain.as_str()))
}

/// Tells whether a word that is known may be a name where a name is expected: `the role deploy`, `the network role`.
fn is_like_name(words: &[Word], at: usize) -> bool {
    words.get(at).is_some_and(|word| word.kind.is_none() && !word.quoted && lexicon::is_plain_category(&word.plain))
}

/// Tells whether a word says that something is brought out, which names a thing as well as a role: `the release bucket`.
fn is_release(words: &[Word], at: usize) -> bool {
    words.get(at).is_some_and(|word| matches!(word.plain.as_str(), "deploy" | "release" | "rollout"))
}

/// Tells whether something was done to whoever is named from one word to another, rather than by them: `deleted the role ci`,
/// `was user eve deleted`, `the permissions of user bob changed`.
fn is_done_to(words: &[Word], from: usize, to: usize) -> bool {
    let plain = |at: usize| words.get(at).filter(|word| !word.quoted).map(|word| word.plain.as_str());
    let is = |at: Option<usize>, list: &[&str]| at.and_then(plain).is_some_and(|word| list.contains(&word));
    let small = |at: &usize| !plain(*at).is_some_and(|word| SMALL.contains(&word) || word == "iam");
    let before = (0..from).rev().find(small);
    let next = Some(to + 1).filter(|next| is(Some(*next), BECAME));
    let done_next = (to + 1..words.len()).find(|at| !is(Some(*at), BECAME)).filter(|at| is(Some(*at), DONE_TO));
    if next.is_some() && done_next.is_some() || is(before, BECAME) && is(Some(to + 1), DONE_TO) {
        return true;
    }
    let done_before = |end: usize| (0..end).any(|at| is(Some(at), DONE_TO));
    let doing_before = before.and_then(|at| at.checked_sub(1)).is_some_and(|at| is(Some(at), DOINGS));
    is(before, DONE_TO) || is(before, TOWARDS) && before.is_some_and(done_before) || is(before, &["to", "on"]) && doing_before
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
    words.get(at).is_some_and(|word| word.kind.is_none() && !word.quoted && matches!(word.plain.as_str(), "did" | "does" | "has" | "made"))
}

/// Tells whether it is asked what a name did: `what terraform-ci touched`, `everything that alice deleted`.
fn is_asked_of(words: &[Word], at: usize) -> bool {
    let plain = |at: Option<usize>| {
        at.and_then(|at| words.get(at)).filter(|word| word.kind.is_none() && !word.quoted).map(|word| word.plain.as_str())
    };
    let asked = plain(at.checked_sub(1)).is_some_and(|word| ["what", "everything", "anything", "that", "all", "whatever"].contains(&word));
    let acted = |word: &str| {
        word.ends_with("ed") && DONE_TO.contains(&word) || ["launched", "opened", "called", "used", "shared", "ran"].contains(&word)
    };
    asked && plain(Some(at + 1)).is_some_and(acted)
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
