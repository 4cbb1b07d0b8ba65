//! What rules may be worth: which speak for a change by what they say, and which against it; which cannot be worth less than which.
//!
//! Without bounds a fit learns the habits of the few who wrote the incidents: that what lies nearest in time is always a decoy.

use std::cmp::Ordering;

use super::POINTS_OF_E;
use super::sample::{Rules, Sample};

/// The sign of rules, by the beginning of their ids; the first that fits counts.
const SIGNS: &[(&str, Ordering)] = &[
    ("tie.elsewhere", Ordering::Less),
    ("tie.", Ordering::Greater),
    ("name.exact", Ordering::Greater),
    ("name.labelled", Ordering::Greater),
    ("name.shared", Ordering::Greater),
    ("name.told", Ordering::Greater),
    ("name.", Ordering::Less),
    ("fit.nothing", Ordering::Less),
    ("fit.crowded", Ordering::Less),
    ("fit.another", Ordering::Less),
    ("fit.contradicted", Ordering::Less),
    ("fit.", Ordering::Greater),
    ("values.", Ordering::Greater),
    ("class.weight", Ordering::Greater),
    ("gravity.", Ordering::Greater),
    ("direction.", Ordering::Less),
    ("failure.as_symptom", Ordering::Greater),
    ("failure.exhausted", Ordering::Greater),
    ("failure.failed", Ordering::Less),
    ("noise.", Ordering::Less),
    ("routine.several", Ordering::Greater),
    ("routine.first_by_actor", Ordering::Greater),
    ("routine.", Ordering::Less),
    ("lifetime.", Ordering::Less),
    ("consequence.of", Ordering::Less),
    ("undo.before", Ordering::Less),
    ("undo.gives_back", Ordering::Less),
    ("undo.restores", Ordering::Less),
    ("undo.overwritten", Ordering::Less),
    ("undo.net_nothing", Ordering::Less),
    ("none.", Ordering::Greater),
];

/// Rules of which none may be worth less than the next one: the nearer in time, the likelier.
const ORDERS: &[&[&str]] = &[
    &[
        "time.immediate.2m",
        "time.immediate.5m",
        "time.immediate.10m",
        "time.immediate.20m",
        "time.immediate.30m",
        "time.immediate.2h",
        "time.immediate.12h",
        "time.far",
    ],
    &["time.minutes.15m", "time.minutes.30m", "time.minutes.2h", "time.minutes.12h"],
    &["time.until_reboot.30m", "time.until_reboot.2h", "time.until_reboot.12h", "time.until_reboot.2d"],
    &["time.slow.1d", "time.slow.7d"],
    &["time.alone.3m", "time.alone.10m", "time.alone.30m", "time.alone.2h", "time.alone.12h", "time.alone.far"],
    &["tie.targets_named", "tie.one_step", "tie.two_steps", "tie.three_steps"],
    &["name.exact", "name.labelled", "name.shared", "name.told"],
    &["fit.exact", "fit.exact_seldom"],
    &["fit.kind", "fit.kind_seldom"],
    &["fit.exact", "fit.kind", "fit.general"],
    &["time.unsure.2h", "time.unsure.12h", "time.unsure.far"],
    &["fit.general", "fit.general_seldom"],
];

/// A rule that speaks in fewer windows than this keeps its points.
const LEAST_SUPPORT: usize = 12;

/// What the points of each rule may be, in the fit's own measure.
pub(super) struct Bounds {
    signs: Vec<Ordering>,
    orders: Vec<Vec<usize>>,
    /// Whether the rule's points are fitted at all.
    free: Vec<bool>,
    start: Vec<f64>,
    scale: Vec<f64>,
}

impl Bounds {
    /// Bounds the rules; one that the contract gives points, or that hardly ever speaks, keeps those that were argued for.
    pub(super) fn new(rules: &Rules, samples: &[&Sample], scale: &[f64]) -> Self {
        let sign = |id: &str| SIGNS.iter().find(|(begin, _)| id.starts_with(begin)).map_or(Ordering::Equal, |(_, sign)| *sign);
        let supported = |at: usize| samples.iter().filter(|sample| sample.speaks(at, true) || sample.speaks(at, false)).count();
        let free: Vec<bool> = (0..scale.len()).map(|at| !rules.is_given(at) && supported(at) >= LEAST_SUPPORT).collect();
        let place = |id: &&str| rules.ids().position(|known| known == *id).filter(|at| free.get(*at) == Some(&true));
        Self {
            signs: rules.ids().map(sign).collect(),
            orders: ORDERS.iter().map(|order| order.iter().filter_map(place).collect()).collect(),
            start: scale.iter().enumerate().map(|(at, scale)| f64::from(rules.argued(at)) / POINTS_OF_E * scale).collect(),
            scale: scale.to_vec(),
            free,
        }
    }

    /// Returns where a fit begins: at the points that were argued for.
    pub(super) fn start(&self) -> Vec<f64> {
        let mut start = self.start.clone();
        self.keep(&mut start);
        start
    }

    /// Tells of each rule whether its points are fitted.
    pub(super) fn free(&self) -> &[bool] {
        &self.free
    }

    /// Moves points to the nearest place within the bounds.
    pub(super) fn keep(&self, at: &mut [f64]) {
        for order in &self.orders {
            self.put_in_order(order, at);
        }
        for (((x, sign), free), start) in at.iter_mut().zip(&self.signs).zip(&self.free).zip(&self.start) {
            *x = match sign {
                _ if !free => *start,
                Ordering::Greater => x.max(0.0),
                Ordering::Less => x.min(0.0),
                Ordering::Equal => *x,
            };
        }
    }

    /// Makes points fall along an order: neighbours that do not are pooled.
    fn put_in_order(&self, order: &[usize], at: &mut [f64]) {
        let worth = |rule: &usize| Some((at.get(*rule)? / self.scale.get(*rule)?, 1.0));
        let mut pools: Vec<(f64, f64)> = Vec::with_capacity(order.len());
        for (sum, count) in order.iter().filter_map(worth) {
            let mut pool = (sum, count);
            while let Some((sum, count)) = pools.pop_if(|(sum, count)| *sum / *count < pool.0 / pool.1) {
                pool = (pool.0 + sum, pool.1 + count);
            }
            pools.push(pool);
        }
        let pooled = pools.iter().flat_map(|(sum, count)| std::iter::repeat_n(sum / count, *count as usize));
        for (rule, worth) in order.iter().zip(pooled) {
            if let (Some(x), Some(scale)) = (at.get_mut(*rule), self.scale.get(*rule)) {
                *x = worth * scale;
            }
        }
    }
}
