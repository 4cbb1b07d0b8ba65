//! Changes that were taken back within the window.

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::Change;
use crate::catalogue::{Effect, Role};

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

/// Verbs that give back. A deletion takes back a creation too, but what was made may be missed by now.
const RESTORING: &[&str] = &["Authorize", "Create", "Attach", "Associate", "Enable", "Start", "Resume", "Register", "Add", "Put"];

/// For each change: when it was taken back, and whether it takes back another one.
#[derive(Clone, Debug, Default)]
pub struct Undo {
    /// Time of the change that took this one back.
    pub undone_at: Option<DateTime<Utc>>,
    /// Whether this change takes back an earlier one.
    pub undoes: bool,
    /// Whether it gives back what the earlier one had taken, so that all is as before.
    pub restores: bool,
    /// Time of the change that set the same settings of the same thing to something else.
    pub overwritten_at: Option<DateTime<Utc>>,
}

/// Pairs changes of the same service, noun and target whose verbs are opposites.
///
/// Shape: one element for each change. Each change takes back at most one, the nearest before it.
pub fn pairs(changes: &[Change]) -> Vec<Undo> {
    let mut undo = vec![Undo::default(); changes.len()];
    let mut order: Vec<usize> = (0..changes.len()).collect();
    order.sort_by_key(|i| changes.get(*i).map(|c| (c.event.time, c.event.event_id.clone())));
    // Open changes by what would take them back: (service, undoing name, target).
    let mut open: HashMap<(String, String, String), Vec<usize>> = HashMap::new();
    // What was last set: (service, event name, what is named and which settings).
    let mut last: HashMap<(&str, &str, String), usize> = HashMap::new();
    for index in order {
        let Some(change) = changes.get(index) else { continue };
        if change.event.failed() {
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
                let gives_back =
                    RESTORING.iter().any(|verb| change.event.name.starts_with(verb)) || changes.get(earlier).is_some_and(takes_away);
                if let Some(slot) = undo.get_mut(index) {
                    slot.undoes = true;
                    slot.restores = gives_back;
                }
            }
        }
        if let Some(settings) = settings(change)
            && let Some(earlier) = last.insert((change.event.service(), &change.event.name, settings), index)
            && changes.get(earlier).is_some_and(|one| one.event.request() != change.event.request())
            && let Some(slot) = undo.get_mut(earlier)
        {
            slot.overwritten_at = Some(change.event.time);
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
    undo
}

/// Returns what a call that sets values is made to, and the names of what it sets; nothing for other calls.
fn settings(change: &Change) -> Option<String> {
    const SETS: &[&str] = &["Modify", "Update", "Put", "Set", "Change"];
    const NAMES: &[&str] = &["id", "arn", "name", "identifier", "key", "url"];
    let request = change.event.request().as_object().filter(|_| SETS.iter().any(|verb| change.event.name.starts_with(verb)))?;
    let mut parts: Vec<String> = request
        .iter()
        .map(|(key, value)| {
            let is_name = NAMES.iter().any(|ending| key.to_lowercase().ends_with(ending));
            if is_name { format!("{key}={value}") } else { key.clone() }
        })
        .collect();
    parts.sort();
    Some(parts.join("\n"))
}

fn takes_away(change: &Change) -> bool {
    change.severity.is_some_and(|severity| severity.effect == Effect::TakesAway)
}

/// Tells whether two opposite calls are about the same rule, route or policy of their target: what the shorter request
/// says stands in the other call as well, in its request or, for what is born there, its answer.
fn same_matter(earlier: &Change, later: &Change) -> bool {
    let (first, second) = (leaves(earlier.event.request()), leaves(later.event.request()));
    let covers = |all: &BTreeSet<String>, change: &Change, few: &BTreeSet<String>| {
        let answered = leaves(change.event.response());
        few.iter().all(|leaf| all.contains(leaf) || answered.contains(leaf))
    };
    if first.len() <= second.len() {
        covers(&second, later, &first) || covers(&first, earlier, &second)
    } else {
        covers(&first, earlier, &second)
    }
}

/// Returns the values of a request or an answer, as text; switches tell nothing.
pub(super) fn leaves(value: &Value) -> BTreeSet<String> {
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
