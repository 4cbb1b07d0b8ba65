//! The solver: accelerated gradient descent, kept within the signs, with a step that finds its own length.

use std::cmp::Ordering;
use std::collections::HashMap;

use super::sample::{Rules, Sample, Spoken};
use super::sign::sign;

/// How strongly points are pulled to nothing, beside a mean loss of one incident.
///
/// Source: of 0.0003 to 0.03 in steps of three, the one with the least loss held out.
const PULL: f64 = 0.003;
/// Steps after which the solver stops in any case.
const STEPS: usize = 400;
/// A step that betters the loss by less than this, several times over, is the last.
const ENOUGH: f64 = 1e-7;

/// What is to be fitted.
pub(super) struct Problem<'a> {
    samples: Vec<(f64, &'a Sample)>,
    /// How strongly each rule speaks where it does: points are pulled by what they add, not by what they are.
    scale: Vec<f64>,
    /// The side on which each must lie.
    signs: Vec<Ordering>,
    /// Rules that keep their points, and all points at first.
    kept: Vec<bool>,
    start: Vec<f64>,
}

impl<'a> Problem<'a> {
    /// Puts the problem: worlds count alike, and so do the incidents of one.
    pub(super) fn new(rules: &Rules, samples: Vec<&'a Sample>, least_support: usize) -> Self {
        let mut of_world: HashMap<usize, f64> = HashMap::new();
        samples.iter().for_each(|sample| *of_world.entry(sample.world).or_default() += sample.share);
        let worlds = of_world.len().max(1) as f64;
        let weighed = |sample: &'a Sample| (sample.share / of_world.get(&sample.world).copied().unwrap_or(1.0) / worlds, sample);
        let count = rules.ids().count();
        let (mut squares, mut spoken) = (vec![0.0; count], vec![0.0; count]);
        for (rule, part) in
            samples.iter().flat_map(|sample| &sample.items).flat_map(|item| item.rivals.iter().chain(&item.culprits)).flatten()
        {
            if let (Some(square), Some(times)) = (squares.get_mut(*rule), spoken.get_mut(*rule)) {
                *square += part * part;
                *times += 1.0;
            }
        }
        let scale = squares.iter().zip(&spoken).map(|(square, times)| if *times > 0.0 { f64::sqrt(square / times) } else { 1.0 });
        let supported = |at: usize| samples.iter().filter(|sample| sample.speaks(at, true) || sample.speaks(at, false)).count();
        Self {
            scale: scale.collect(),
            signs: rules.ids().map(sign).collect(),
            kept: (0..count).map(|at| rules.is_given(at) || supported(at) < least_support).collect(),
            start: (0..count).map(|at| f64::from(rules.now(at)) / super::POINTS_OF_E).collect(),
            samples: samples.into_iter().map(weighed).collect(),
        }
    }

    /// Returns what each rule is worth, in logits.
    pub(super) fn solve(&self) -> Vec<f64> {
        // The fit runs over what a rule adds where it speaks.
        let mut at: Vec<f64> = self.start.iter().zip(&self.scale).map(|(weight, scale)| weight * scale).collect();
        self.keep_within(&mut at);
        let (mut ahead, mut momentum, mut length, mut idle) = (at.clone(), 1.0_f64, 1.0, 0);
        let mut known = f64::INFINITY;
        for _ in 0..STEPS {
            let (value, slope) = self.value(&ahead);
            let next = loop {
                let mut next: Vec<f64> = ahead.iter().zip(&slope).map(|(x, slope)| x - length * slope).collect();
                self.keep_within(&mut next);
                let moved = || next.iter().zip(&ahead).map(|(next, ahead)| next - ahead);
                let foretold = moved().zip(&slope).map(|(moved, slope)| moved * slope).sum::<f64>()
                    + moved().map(|moved| moved * moved).sum::<f64>() / (2.0 * length);
                if self.value(&next).0 <= value + foretold + 1e-12 || length < 1e-9 {
                    break next;
                }
                length /= 2.0;
            };
            let reached = self.value(&next).0;
            if reached > known {
                // The momentum carried too far: begin it anew.
                (ahead, momentum) = (at.clone(), 1.0);
                known = f64::INFINITY;
                continue;
            }
            let gained = known - reached;
            let grown = f64::midpoint(1.0, (1.0 + 4.0 * momentum * momentum).sqrt());
            ahead = next.iter().zip(&at).map(|(next, at)| next + (momentum - 1.0) / grown * (next - at)).collect();
            (at, momentum, known, length) = (next, grown, reached, length * 1.3);
            idle = if gained < ENOUGH { idle + 1 } else { 0 };
            if idle > 3 {
                break;
            }
        }
        at.iter().zip(&self.scale).map(|(x, scale)| x / scale).collect()
    }

    /// Keeps what is given, and all else on its side.
    fn keep_within(&self, at: &mut [f64]) {
        for ((((x, sign), kept), start), scale) in at.iter_mut().zip(&self.signs).zip(&self.kept).zip(&self.start).zip(&self.scale) {
            *x = match sign {
                _ if *kept => start * scale,
                Ordering::Greater => x.max(0.0),
                Ordering::Less => x.min(0.0),
                Ordering::Equal => *x,
            };
        }
    }

    /// Returns the loss and its slope, the pull included.
    fn value(&self, at: &[f64]) -> (f64, Vec<f64>) {
        let weights: Vec<f64> = at.iter().zip(&self.scale).map(|(x, scale)| x / scale).collect();
        let mut slope = vec![0.0; at.len()];
        let mut value = 0.0;
        for (share, sample) in &self.samples {
            value += share * one(sample, &weights, Some((&mut slope, *share)));
        }
        let free = self.kept.iter().map(|kept| if *kept { 0.0 } else { PULL });
        for (((slope, scale), x), pull) in slope.iter_mut().zip(&self.scale).zip(at).zip(free) {
            *slope = *slope / scale + pull * x;
            value += pull * x * x / 2.0;
        }
        (value, slope)
    }
}

/// Returns the mean loss of windows under weights.
pub(super) fn loss(samples: &[&Sample], weights: &[f64]) -> f64 {
    let all: f64 = samples.iter().map(|sample| sample.share).sum();
    samples.iter().map(|sample| sample.share * one(sample, weights, None)).sum::<f64>() / all
}

/// Returns the best of some ways, and what it is worth.
fn best<'a>(ways: impl Iterator<Item = &'a Spoken>, weights: &[f64]) -> Option<(f64, &'a Spoken)> {
    let worth = |way: &Spoken| way.iter().map(|(rule, part)| weights.get(*rule).copied().unwrap_or(0.0) * part).sum::<f64>();
    ways.map(|way| (worth(way), way)).max_by(|(a, _), (b, _)| a.total_cmp(b))
}

/// Returns the loss of one window: how surprising it is that its culprit, or none, is the cause. Adds its slope, times a share.
fn one(sample: &Sample, weights: &[f64], slope: Option<(&mut Vec<f64>, f64)>) -> f64 {
    let all: Vec<(f64, f64, &Spoken)> = sample
        .items
        .iter()
        .filter_map(|item| best(item.rivals.iter().chain(&item.culprits), weights).map(|(worth, way)| (item.alike, worth, way)))
        .collect();
    let guilty: Vec<(f64, &Spoken)> = sample.items.iter().filter_map(|item| best(item.culprits.iter(), weights)).collect();
    // None of them is worth nothing: what it weighs is taken off the others.
    let highest = all.iter().map(|(_, worth, _)| *worth).fold(0.0, f64::max);
    let sum = (-highest).exp() + all.iter().map(|(alike, worth, _)| alike * (worth - highest).exp()).sum::<f64>();
    let right = if guilty.is_empty() { (-highest).exp() } else { guilty.iter().map(|(worth, _)| (worth - highest).exp()).sum::<f64>() };
    if let Some((slope, share)) = slope {
        let mut add = |way: &Spoken, much: f64| {
            for (rule, part) in way {
                if let Some(slope) = slope.get_mut(*rule) {
                    *slope += share * much * part;
                }
            }
        };
        all.iter().for_each(|(alike, worth, way)| add(way, alike * (worth - highest).exp() / sum));
        guilty.iter().for_each(|(worth, way)| add(way, -(worth - highest).exp() / right));
    }
    sum.ln() - right.ln()
}
