//! What lasted too short to break anything, what two calls of one session come to, and what was made anew.

use std::collections::HashMap;
use std::net::IpAddr;
use std::ops::RangeInclusive;

use chrono::{DateTime, TimeDelta, Utc};
use foldhash::fast::RandomState;

use super::Change;
use super::topology::Graph;
use super::undo::{Undo, leaves, takes_away};
use crate::catalogue::{self, opposites, verb_and_noun};

/// What one actor makes and unmakes within this time is thrown away.
const LIFE: TimeDelta = TimeDelta::hours(1);
/// Opposite calls by one actor within this time are one act.
const ACT: TimeDelta = TimeDelta::minutes(10);
/// One address is put in the place of another within this time.
const REPLACEMENT: TimeDelta = TimeDelta::minutes(2);

/// What became of what a change did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Lifetime {
    /// It is made to a thing that one actor made and unmade within the hour, all of it before the alert.
    pub short_lived: bool,
    /// It and an opposite call of the same act come to nothing.
    pub net_nothing: bool,
    /// It unmade what was made anew under the same name, or made it: what knew the old one does not know the new one.
    pub made_anew: bool,
}

/// Finds what became of what each of `changes` did until `reference`.
///
/// Shape: one element for each of `changes`; `undo` and `graph` are of these and of `background`.
pub(super) fn lifetimes(
    changes: &[Change],
    background: &[Change],
    graph: &Graph,
    undo: &[Undo],
    reference: DateTime<Utc>,
) -> Vec<Lifetime> {
    let event = |index: usize| changes.get(index).or_else(|| background.get(index.checked_sub(changes.len())?));
    let mut found: Vec<Lifetime> = undo.iter().map(|undo| Lifetime { made_anew: undo.made_anew, ..Lifetime::default() }).collect();
    // One thing may be made and unmade again and again.
    let mut lives: HashMap<usize, Vec<RangeInclusive<DateTime<Utc>>>, RandomState> = HashMap::default();
    for (last, change) in changes.iter().enumerate().filter(|(_, change)| change.event.time <= reference) {
        for first in undo.get(last).map(|undo| undo.takes_back.as_slice()).unwrap_or_default() {
            let Some(earlier) = event(*first).filter(|earlier| by_one(earlier, change)) else { continue };
            let lasted = change.event.time - earlier.event.time;
            let anew = undo.get(*first).is_some_and(|undo| undo.made_anew);
            if catalogue::makes_target(&earlier.event, &earlier.resources) {
                if lasted <= LIFE && !anew {
                    for node in graph.made_to(*first, earlier) {
                        lives.entry(node).or_default().push(earlier.event.time..=change.event.time);
                    }
                }
            } else if lasted <= ACT && !takes_away(change) {
                for index in [*first, last] {
                    found.get_mut(index).into_iter().for_each(|one| one.net_nothing = true);
                }
            }
        }
    }
    if !lives.is_empty() {
        for ((index, change), one) in changes.iter().enumerate().zip(&mut found) {
            let lived = |node| lives.get(&node).is_some_and(|all| all.iter().any(|life| life.contains(&change.event.time)));
            one.short_lived = graph.made_to(index, change).next().is_some() && graph.made_to(index, change).all(lived);
        }
    }
    for index in replaced(changes, graph) {
        found.get_mut(index).into_iter().for_each(|one| one.net_nothing = true);
    }
    found
}

/// Tells whether one actor made both.
fn by_one(earlier: &Change, later: &Change) -> bool {
    earlier.event.actor.name == later.event.actor.name && earlier.event.account == later.event.account
}

/// What an actor did last to one thing, by service, noun and target.
type Last<'a> = HashMap<(&'a str, &'a str, &'a str, usize), usize, RandomState>;

/// Finds the calls that put one address in the place of another: the same rule, but for that address.
fn replaced(changes: &[Change], graph: &Graph) -> Vec<usize> {
    let mut found = Vec::new();
    let mut last: Last<'_> = HashMap::default();
    for index in graph.in_time().iter().copied() {
        let Some(change) = changes.get(index).filter(|one| !one.event.failed() && !one.class.noise) else { continue };
        let Some((_, noun)) = verb_and_noun(&change.event.name) else { continue };
        for node in graph.made_to(index, change) {
            let before = last.insert((change.event.actor.name.as_str(), change.event.service(), noun, node), index);
            let Some((at, earlier)) = before.and_then(|at| Some((at, changes.get(at)?))) else { continue };
            let near = change.event.time - earlier.event.time <= REPLACEMENT;
            if near && are_opposite(&earlier.event.name, &change.event.name) && are_an_address_apart(earlier, change) {
                found.extend([at, index]);
            }
        }
    }
    found
}

fn are_opposite(one: &str, other: &str) -> bool {
    let takes_back = |later: &str, earlier: &str| opposites(earlier).any(|opposite| verb_and_noun(later) == Some(opposite));
    takes_back(one, other) || takes_back(other, one)
}

/// Tells whether two requests say the same but for one address each, and a word on it.
fn are_an_address_apart(one: &Change, other: &Change) -> bool {
    let (one, other) = (leaves(one.event.request()), leaves(other.event.request()));
    let apart = |own: &[std::borrow::Cow<'_, str>], others: &[std::borrow::Cow<'_, str>]| {
        let only: Vec<bool> = own.iter().filter(|leaf| !others.contains(leaf)).map(|leaf| is_one_address(leaf)).collect();
        only.len() <= 2 && only.iter().filter(|address| **address).count() == 1
    };
    apart(&one, &other) && apart(&other, &one)
}

fn is_one_address(text: &str) -> bool {
    let address = text.strip_suffix("/32").or_else(|| text.strip_suffix("/128")).unwrap_or(text);
    address.parse::<IpAddr>().is_ok()
}
