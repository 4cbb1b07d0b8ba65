//! What an application's own errors point to: a change that they are about, or the last change to what they name.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use foldhash::fast::RandomState;

use super::Change;
use super::topology::Graph;
use crate::correlate::Failure;

/// A record of an application that points to a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pointed {
    /// The line of the record.
    pub line: usize,
    /// What it is about: as the record writes it, or as the change does. Untrusted.
    pub thing: String,
    /// Whether the record is of this very change; else the change was made to what the application failed on later.
    pub own: bool,
}

/// Times of a log and of CloudTrail agree no better than this.
const SLACK: TimeDelta = TimeDelta::seconds(2);

/// Finds for each change the first failure that points to it.
///
/// A failure points to the change that it is a record of, where AWS did what was asked; and to the last change to what it names, where the
/// like of it had not failed before.
///
/// Shape: one element for each of `changes`; `graph` is of these and of `background`, `failures` are in the order of time.
pub(super) fn pointed(changes: &[Change], background: &[Change], graph: &Graph, failures: &[Failure]) -> Vec<Option<Box<Pointed>>> {
    let mut pointed = vec![None; changes.len()];
    if failures.is_empty() {
        return pointed;
    }
    let event = |index: usize| changes.get(index).or_else(|| background.get(index.checked_sub(changes.len())?));
    let broke =
        |index: usize| event(index).filter(|one| !one.event.failed() && !one.event.read_only && !one.class.noise && !one.class.tags);
    let mut by_id: HashMap<&str, usize, RandomState> = HashMap::default();
    // What was done to each thing, oldest first.
    let mut done: HashMap<usize, Vec<usize>, RandomState> = HashMap::default();
    for index in graph.in_time().iter().copied() {
        let Some(change) = broke(index) else { continue };
        by_id.insert(&change.event.event_id, index);
        graph.made_to(index, change).for_each(|node| done.entry(node).or_default().push(index));
    }
    let mut first: HashMap<(&str, usize), DateTime<Utc>, RandomState> = HashMap::default();
    let mut point = |at: usize, to: Pointed| {
        pointed.get_mut(at).into_iter().for_each(|slot: &mut Option<Box<Pointed>>| _ = slot.get_or_insert_with(|| Box::new(to.clone())));
    };
    for failure in failures {
        let line = failure.line;
        for at in failure.events.iter().filter_map(|id| by_id.get(id.as_str())) {
            let target = event(*at).and_then(|change| change.resources.first());
            point(*at, Pointed { line, thing: target.map(|one| one.id.clone()).unwrap_or_default(), own: true });
        }
        for (thing, names) in &failure.things {
            for node in graph.find(names, None) {
                let since = *first.entry((&failure.call, node)).or_insert(failure.time);
                let before = |at: &&usize| event(**at).is_some_and(|change| change.event.time <= since + SLACK);
                if let Some(at) = done.get(&node).and_then(|done| done.iter().rev().find(before)) {
                    point(*at, Pointed { line, thing: thing.clone(), own: false });
                }
            }
        }
    }
    pointed
}
