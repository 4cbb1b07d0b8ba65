//! Changes that were taken back within the window.

use std::collections::HashMap;

use chrono::{DateTime, Utc};

use super::Change;
use crate::catalogue::Role;

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
    ("Run", "Terminate"),
];

/// For each change: when it was taken back, and whether it takes back another one.
#[derive(Clone, Debug, Default)]
pub struct Undo {
    /// Time of the change that took this one back.
    pub undone_at: Option<DateTime<Utc>>,
    /// Whether this change takes back an earlier one.
    pub undoes: bool,
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
    for index in order {
        let Some(change) = changes.get(index) else { continue };
        if change.event.failed() {
            continue;
        }
        let service = change.event.service().to_owned();
        let targets: Vec<String> = change.resources.iter().filter(|r| r.role == Role::Target).map(|r| r.id.to_lowercase()).collect();
        for target in &targets {
            let key = (service.clone(), change.event.name.clone(), target.clone());
            if let Some(earlier) = open.get_mut(&key).and_then(Vec::pop) {
                if let Some(slot) = undo.get_mut(earlier) {
                    slot.undone_at = Some(change.event.time);
                }
                if let Some(slot) = undo.get_mut(index) {
                    slot.undoes = true;
                }
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
    undo
}
