//! The solver: accelerated gradient descent, kept within what rules may be worth, with a step that finds its own length.

use std::collections::HashMap;

use super::bounds::Bounds;
use super::sample::{Item, Rules, Sample, Spoken};

/// Rivals of a window that are weighed one by one; the others count as they did at the last look, all together.
const NEAREST: usize = 100;
/// Looks at which rivals are the nearest, and steps between them.
const LOOKS: usize = 4;
const STEPS: usize = 80;
/// Where three steps better the loss by no more than this, no more are made.
const ENOUGH: f64 = 2e-6;

/// What is to be fitted.
pub(super) struct Problem<'a> {
    windows: Vec<Window<'a>>,
    bounds: Bounds,
    /// How strongly each rule speaks where it does: points are pulled by what they add, not by what they are.
    scale: Vec<f64>,
    /// How strongly they are pulled to the points that were argued for.
    pull: f64,
}

/// A window, and which of its items are weighed one by one.
struct Window<'a> {
    share: f64,
    sample: &'a Sample,
    near: Vec<&'a Item>,
    /// What the others amount to.
    far: f64,
}

impl<'a> Problem<'a> {
    /// Puts the problem: a hand counts by the square root of its incidents, which count alike.
    pub(super) fn new(rules: &Rules, samples: &[&'a Sample], hand_of: impl Fn(usize) -> usize, pull: f64) -> Self {
        let mut of_hand: HashMap<usize, f64> = HashMap::new();
        samples.iter().for_each(|sample| *of_hand.entry(hand_of(sample.world)).or_default() += sample.share);
        let hands: f64 = of_hand.values().map(|incidents| incidents.sqrt()).sum();
        let share = |sample: &Sample| {
            let hand = hand_of(sample.world);
            sample.share / of_hand.get(&hand).copied().unwrap_or(1.0).sqrt() / hands
        };
        let scale = scale(rules, samples);
        Self {
            bounds: Bounds::new(rules, samples, &scale),
            scale,
            pull,
            windows: samples.iter().map(|sample| Window { share: share(sample), sample, near: Vec::new(), far: 0.0 }).collect(),
        }
    }

    /// Returns what each rule is worth, in logits.
    pub(super) fn solve(mut self) -> Vec<f64> {
        // The fit runs over what a rule adds where it speaks.
        let mut at = self.bounds.start();
        for _ in 0..LOOKS {
            let weights = self.weights(&at);
            self.windows.iter_mut().for_each(|window| window.look(&weights));
            at = self.descend(at);
        }
        self.weights(&at)
    }

    fn weights(&self, at: &[f64]) -> Vec<f64> {
        at.iter().zip(&self.scale).map(|(x, scale)| x / scale).collect()
    }

    fn descend(&self, mut at: Vec<f64>) -> Vec<f64> {
        let (mut ahead, mut momentum, mut length, mut idle, mut known) = (at.clone(), 1.0_f64, 1.0, 0, f64::INFINITY);
        for _ in 0..STEPS {
            let (value, slope) = self.value(&ahead, true);
            let (next, reached) = loop {
                let mut next: Vec<f64> = ahead.iter().zip(&slope).map(|(x, slope)| x - length * slope).collect();
                self.bounds.keep(&mut next);
                let moved = || next.iter().zip(&ahead).map(|(next, ahead)| next - ahead);
                let foretold = moved().zip(&slope).map(|(moved, slope)| moved * slope).sum::<f64>()
                    + moved().map(|moved| moved * moved).sum::<f64>() / (2.0 * length);
                let reached = self.value(&next, false).0;
                if reached <= value + foretold + 1e-12 || length < 1e-6 {
                    break (next, reached);
                }
                length /= 2.0;
            };
            if reached > known {
                // The momentum carried too far: begin it anew.
                (ahead, momentum, known) = (at.clone(), 1.0, f64::INFINITY);
                continue;
            }
            idle = if known - reached < ENOUGH { idle + 1 } else { 0 };
            let grown = f64::midpoint(1.0, (1.0 + 4.0 * momentum * momentum).sqrt());
            ahead = next.iter().zip(&at).map(|(next, at)| next + (momentum - 1.0) / grown * (next - at)).collect();
            (at, momentum, known, length) = (next, grown, reached, length * 1.1);
            if idle >= 3 {
                break;
            }
        }
        at
    }

    /// Returns the loss and, where it is wanted, its slope, the pull included.
    fn value(&self, at: &[f64], sloped: bool) -> (f64, Vec<f64>) {
        let weights = self.weights(at);
        let mut slope = vec![0.0; at.len()];
        let (mut value, argued) = (0.0, self.bounds.start());
        for window in &self.windows {
            value += window.share * window.loss(&weights, sloped.then_some(&mut slope));
        }
        for (((slope, scale), argued), (x, free)) in slope.iter_mut().zip(&self.scale).zip(argued).zip(at.iter().zip(self.bounds.free())) {
            let (pull, x) = (if *free { self.pull } else { 0.0 }, x - argued);
            *slope = *slope / scale + pull * x;
            value += pull * x * x / 2.0;
        }
        (value, slope)
    }
}

/// Returns how strongly each rule speaks where it does.
fn scale(rules: &Rules, samples: &[&Sample]) -> Vec<f64> {
    let mut sums = vec![(0.0, 0.0); rules.ids().count()];
    let items = samples.iter().flat_map(|sample| &sample.items);
    for (rule, part) in items.flat_map(|item| item.rivals.iter().chain(&item.culprits)).flatten() {
        if let Some((squares, times)) = sums.get_mut(*rule) {
            *squares += part * part;
            *times += 1.0;
        }
    }
    sums.into_iter().map(|(squares, times)| if times > 0.0 { f64::sqrt(squares / times) } else { 1.0 }).collect()
}

/// Returns the mean loss of windows under weights.
pub(super) fn loss(samples: &[&Sample], weights: &[f64]) -> f64 {
    let all: f64 = samples.iter().map(|sample| sample.share).sum();
    let one = |sample: &&Sample| {
        let window = Window { share: sample.share, sample, near: sample.items.iter().collect(), far: 0.0 };
        window.share * window.loss(weights, None)
    };
    samples.iter().map(one).sum::<f64>() / all
}

/// Returns the best of some ways, and what it is worth.
fn best<'a>(ways: impl Iterator<Item = &'a Spoken>, weights: &[f64]) -> Option<(f64, &'a Spoken)> {
    let worth = |way: &Spoken| {
        let mut sum = 0.0;
        for (rule, part) in way {
            sum += weights.get(*rule).copied().unwrap_or(0.0) * part;
        }
        sum
    };
    ways.map(|way| (worth(way), way)).max_by(|(a, _), (b, _)| a.total_cmp(b))
}

fn best_of<'a>(item: &'a Item, weights: &[f64]) -> Option<(f64, &'a Spoken)> {
    best(item.rivals.iter().chain(&item.culprits), weights)
}

impl Window<'_> {
    /// Chooses the items that are weighed one by one: the culprit's, and the nearest rivals'.
    fn look(&mut self, weights: &[f64]) {
        let worth = |item: &Item| item.alike.ln() + best_of(item, weights).map_or(f64::NEG_INFINITY, |(worth, _)| worth);
        let mut all: Vec<(f64, &Item)> = self.sample.items.iter().map(|item| (worth(item), item)).collect();
        all.sort_by(|(a, one), (b, other)| other.culprits.len().cmp(&one.culprits.len()).then(b.total_cmp(a)));
        let (near, far) = all.split_at(all.len().min(NEAREST));
        self.far = far.iter().map(|(worth, _)| worth.exp()).sum();
        self.near = near.iter().map(|(_, item)| *item).collect();
    }

    /// Returns how surprising it is that the culprit, or none, is the cause; adds its slope, times the share.
    fn loss(&self, weights: &[f64], slope: Option<&mut Vec<f64>>) -> f64 {
        let all: Vec<(f64, f64, &Spoken)> =
            self.near.iter().filter_map(|item| best_of(item, weights).map(|(worth, way)| (item.alike, worth, way))).collect();
        let guilty: Vec<(f64, &Spoken)> = self.near.iter().filter_map(|item| best(item.culprits.iter(), weights)).collect();
        // None of them is worth nothing: what it weighs is taken off the others.
        let highest = all.iter().map(|(_, worth, _)| *worth).fold(0.0, f64::max);
        let near: f64 = all.iter().map(|(alike, worth, _)| alike * (worth - highest).exp()).sum();
        let sum = (1.0 + self.far) * (-highest).exp() + near;
        let right = if guilty.is_empty() { (-highest).exp() } else { guilty.iter().map(|(worth, _)| (worth - highest).exp()).sum::<f64>() };
        if let Some(slope) = slope {
            let mut add = |way: &Spoken, much: f64| {
                for (rule, part) in way {
                    if let Some(slope) = slope.get_mut(*rule) {
                        *slope += self.share * much * part;
                    }
                }
            };
            all.iter().for_each(|(alike, worth, way)| add(way, alike * (worth - highest).exp() / sum));
            guilty.iter().for_each(|(worth, way)| add(way, -(worth - highest).exp() / right));
        }
        sum.ln() - right.ln()
    }
}
