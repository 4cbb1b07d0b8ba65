//! Folding: a burst of the same change by the same actor is one entry, for which its best-ranked member stands.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, TimeDelta, Utc};

use crate::catalogue::Role;
use crate::rank::Ranked;

/// Calls of a burst follow each other within this time.
const GAP: TimeDelta = TimeDelta::minutes(10);
/// A burst has at least this many calls; fewer stay apart, unless they are tries of the same thing.
pub(super) const BURST: usize = 3;

/// One entry to show: the member that stands for it, and the others.
#[derive(Clone, Debug)]
pub struct Fold<'a> {
    /// The best-ranked member.
    pub best: &'a Ranked,
    /// All members, best first, `best` included.
    pub members: Vec<&'a Ranked>,
    /// Time of the first member.
    pub first: DateTime<Utc>,
    /// Time of the last.
    pub last: DateTime<Utc>,
    /// How many members failed.
    pub failed: usize,
    /// Id of the event that leads the run which this entry belongs to, when that is another entry's.
    pub leader: Option<&'a str>,
}

/// A change and its place among all.
type Placed<'a> = (usize, &'a Ranked);

/// What makes two changes the same one: who, what, where, and whether it concerns what the alert names.
type Key<'a> = (&'a str, &'a str, &'a str, &'a str, &'a str, bool, bool);

fn key(ranked: &Ranked) -> Key<'_> {
    let (event, class) = (&ranked.change.event, &ranked.change.class);
    let related = ranked.facts.tie.is_related() || ranked.facts.tie.affinity.is_of_named();
    // Housekeeping folds whoever does it: a thousand heartbeats are one line.
    let actor = if class.noise && !related { "" } else { event.actor.name.as_str() };
    (actor, event.service(), &event.name, &event.account, &event.region, related, ranked.facts.is_eligible())
}

/// Folds `ranked` (best first) into entries.
///
/// Shape: entries stand in the order of their best member; every element of `ranked` is in exactly one entry.
pub fn fold<'a>(ranked: &[&'a Ranked]) -> Vec<Fold<'a>> {
    let mut by_key: HashMap<Key<'a>, Vec<Placed<'a>>, foldhash::fast::RandomState> = HashMap::default();
    for (place, one) in ranked.iter().copied().enumerate() {
        by_key.entry(key(one)).or_default().push((place, one));
    }
    let mut folds: Vec<(usize, Fold<'a>)> = Vec::new();
    for (_, mut group) in by_key {
        group.sort_by_key(|(place, one)| (one.change.event.time, *place));
        let mut run: Vec<Placed<'a>> = Vec::new();
        for item in group {
            let near = run.last().is_none_or(|(_, last)| item.1.change.event.time - last.change.event.time <= GAP);
            if !near {
                close(&mut folds, std::mem::take(&mut run));
            }
            run.push(item);
        }
        close(&mut folds, run);
    }
    folds.sort_by_key(|(place, _)| *place);
    folds.into_iter().map(|(_, fold)| fold).collect()
}

/// Ends a run of like calls: one entry when it is a burst, one for each target otherwise.
fn close<'a>(folds: &mut Vec<(usize, Fold<'a>)>, run: Vec<Placed<'a>>) {
    if run.len() >= BURST {
        folds.extend(entry(run));
        return;
    }
    let mut by_target: BTreeMap<Vec<&str>, Vec<Placed<'a>>> = BTreeMap::new();
    // Only tries of the same call fall together: same target, and at least one of them failed.
    let retried = run.iter().any(|(_, one)| one.change.event.failed());
    for item in &run {
        let mut targets: Vec<&str> = item.1.change.resources.iter().filter(|r| r.role == Role::Target).map(|r| r.id.as_str()).collect();
        if targets.is_empty() || !retried {
            folds.extend(entry(vec![*item]));
            continue;
        }
        targets.sort_unstable();
        by_target.entry(targets).or_default().push(*item);
    }
    for (_, items) in by_target {
        folds.extend(entry(items));
    }
}

fn entry<'a>(mut items: Vec<Placed<'a>>) -> Option<(usize, Fold<'a>)> {
    items.sort_by_key(|(place, _)| *place);
    let (place, best) = *items.first()?;
    let times = || items.iter().map(|(_, one)| one.change.event.time);
    let fold = Fold {
        best,
        first: times().min()?,
        last: times().max()?,
        failed: items.iter().filter(|(_, one)| one.change.event.failed()).count(),
        members: items.iter().map(|(_, one)| *one).collect(),
        leader: None,
    };
    Some((place, fold))
}
