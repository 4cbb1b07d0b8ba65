//! Machines that calls launched, for as long as they ran.

use std::collections::HashMap;

use chrono::{DateTime, Utc};

use super::Item;
use crate::catalogue::{self, Run};
use crate::rank::Change;

/// A machine, while it ran.
pub(super) struct Running {
    pub(super) kind: Option<String>,
    pub(super) from: DateTime<Utc>,
    pub(super) to: DateTime<Utc>,
}

/// Returns the machines that `changes` launched, each for as long as it ran before `until`.
///
/// Shape: one that is started again counts again. What ran before is not known and left out.
pub(super) fn machines<'a>(changes: &'a [Change], until: DateTime<Utc>) -> Vec<Item<'a>> {
    let mut items: Vec<Item<'a>> = Vec::new();
    // Where a machine stands among the items, and whether it runs.
    let mut known: HashMap<String, (usize, bool)> = HashMap::new();
    for change in changes {
        let time = change.event.time;
        let Some((run, machines)) = catalogue::machines(&change.event) else { continue };
        for machine in machines {
            let at = known.get(&machine.id).copied();
            match (run, at) {
                (Run::Launches, None) => {
                    known.insert(machine.id.clone(), (items.len(), true));
                    items.push(Item { change, machine: Some((machine.id, Running { kind: machine.kind, from: time, to: until })) });
                }
                (Run::Starts, Some((at, false))) => {
                    let Some(Item { machine: Some((_, Running { kind, .. })), change }) = items.get(at) else { continue };
                    let again = Item { change, machine: Some((machine.id.clone(), Running { kind: kind.clone(), from: time, to: until })) };
                    known.insert(machine.id, (items.len(), true));
                    items.push(again);
                }
                (Run::Ends, Some((at, true))) => {
                    if let Some(Item { machine: Some((_, running)), .. }) = items.get_mut(at) {
                        running.to = time.max(running.from);
                    }
                    known.insert(machine.id, (at, false));
                }
                _ => {}
            }
        }
    }
    items
}
