//! What the fit learns from: the changes of one window, as rules that speak on them.

use std::collections::{BTreeMap, BTreeSet};

use cloudtrail_mcp::rank::rule::{Role, Rule, Source};
use cloudtrail_mcp::rank::{Facts, Ranked, points::POINTS, table::TABLE};

use super::super::incident::Truth;
use super::super::look::Looks;
use super::argued::ARGUED;

/// How strongly a rule speaks, by its number.
pub(super) type Spoken = Vec<(usize, f64)>;

/// The rules whose points are fitted, numbered.
pub(super) struct Rules(Vec<&'static Rule>);

impl Rules {
    /// Numbers the rules that have points.
    pub(super) fn new() -> Self {
        Self(TABLE.iter().filter(|signal| signal.role != Role::Veto).flat_map(|signal| signal.rules).collect())
    }

    /// Returns their ids, in order.
    pub(super) fn ids(&self) -> impl Iterator<Item = &'static str> {
        self.0.iter().map(|rule| rule.id)
    }

    /// Returns the points that a rule has now.
    pub(super) fn now(&self, at: usize) -> i32 {
        let id = self.0.get(at).map(|rule| rule.id);
        POINTS.iter().find(|(known, _)| Some(*known) == id).map_or(0, |(_, points)| *points)
    }

    /// Returns the points that were argued for a rule.
    pub(super) fn argued(&self, at: usize) -> i32 {
        let id = self.0.get(at).map(|rule| rule.id);
        ARGUED.iter().find(|(known, _)| Some(*known) == id).map_or(0, |(_, points)| *points)
    }

    /// Returns the rules for which nothing was argued.
    pub(super) fn unargued(&self) -> Vec<&'static str> {
        self.ids().filter(|id| !ARGUED.iter().any(|(known, _)| known == id)).collect()
    }

    /// Tells whether the contract or an argument, not the fit, says what a rule is worth.
    pub(super) fn is_given(&self, at: usize) -> bool {
        self.0.get(at).is_none_or(|rule| matches!(rule.source, Source::Contract | Source::Argued))
    }

    /// Returns the rules that speak on a change, what it is held against with the other sign; nothing when a veto is cast.
    fn speak(&self, facts: &Facts) -> Option<Spoken> {
        let (mut spoken, mut number) = (Spoken::new(), 0);
        for signal in TABLE {
            let mut said = signal.rules.iter().enumerate().filter_map(|(at, rule)| Some((at, (rule.when)(facts)?.strength.0 / 100.0)));
            match signal.role {
                Role::Veto if said.next().is_some() => return None,
                Role::Veto => continue,
                Role::Score => spoken.extend(said.next().map(|(at, part)| (number + at, part))),
                Role::Bar => spoken.extend(said.next().map(|(at, part)| (number + at, -part))),
            }
            number += signal.rules.len();
        }
        Some(spoken)
    }
}

/// Ways in which rules speak, a strength as its bits, so that like ones fall together.
type Bits = BTreeSet<Vec<(usize, u64)>>;

/// What one act of one actor could be: the ways in which the rules speak on its changes, each once.
pub(super) struct Item {
    /// The ways, of changes that are no culprits.
    pub(super) rivals: Vec<Spoken>,
    /// The ways, of culprits.
    pub(super) culprits: Vec<Spoken>,
    /// How many items are the same in all this.
    pub(super) alike: f64,
}

/// The changes of one window of one incident.
pub(super) struct Sample {
    /// Index of its world.
    pub(super) world: usize,
    /// The public source that its incident follows; empty where it follows none.
    pub(super) origin: String,
    /// What it counts among all windows of its world.
    pub(super) share: f64,
    /// Its items, and none beside them.
    pub(super) items: Vec<Item>,
    /// Whether its culprits are vetoed, so that it teaches nothing.
    pub(super) blind: bool,
}

impl Sample {
    /// Tells whether a rule speaks on a culprit, or on anything else.
    pub(super) fn speaks(&self, rule: usize, culprit: bool) -> bool {
        let ways = self.items.iter().flat_map(|item| if culprit { &item.culprits } else { &item.rivals });
        ways.flatten().any(|(known, _)| *known == rule)
    }
}

/// Returns the windows of an incident; a window without the culprit has no cause.
///
/// Shape: what goes with the cause is left out, since it may well be named.
pub(super) fn samples(rules: &Rules, world: usize, truth: &Truth, looks: &mut Looks) -> Vec<Sample> {
    let windows = looks.all();
    let share = 1.0 / windows.len().max(1) as f64;
    windows.into_iter().map(|ranked| Sample { world, origin: truth.origin.clone(), share, ..sample(rules, truth, ranked) }).collect()
}

fn sample(rules: &Rules, truth: &Truth, ranked: &[Ranked]) -> Sample {
    let is = |ids: &[String], one: &Ranked| ids.contains(&one.change.event.event_id);
    // Ways are kept as their bits, so that like ones fall together.
    let mut items: BTreeMap<usize, (Bits, Bits)> = BTreeMap::new();
    let mut blind = ranked.iter().any(|one| is(&truth.culprits, one));
    for one in ranked.iter().filter(|one| !is(&truth.related, one)) {
        let Some(spoken) = rules.speak(&one.facts) else { continue };
        let bits = spoken.into_iter().map(|(rule, part)| (rule, part.to_bits())).collect();
        let (rivals, culprits) = items.entry(one.item).or_default();
        if is(&truth.culprits, one) {
            blind = false;
            culprits.insert(bits);
        } else {
            rivals.insert(bits);
        }
    }
    let mut alike: BTreeMap<_, usize> = BTreeMap::new();
    items.into_values().for_each(|item| *alike.entry(item).or_default() += 1);
    let ways = |bits: Bits| -> Vec<Spoken> {
        bits.into_iter().map(|way| way.into_iter().map(|(rule, bits)| (rule, f64::from_bits(bits))).collect()).collect()
    };
    let item = |((rivals, culprits), count): (_, usize)| Item { rivals: ways(rivals), culprits: ways(culprits), alike: count as f64 };
    Sample { world: 0, origin: String::new(), share: 0.0, items: alike.into_iter().map(item).collect(), blind }
}
