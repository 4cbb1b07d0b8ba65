//! From facts to a score and a verdict, with all that was said on the way.

use super::Reason;
use super::facts::Facts;
use super::rule::{Evidence, Role, Rule, Weights};

/// What one rule added to the score.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contribution {
    /// The signal that the rule belongs to.
    pub signal: &'static str,
    /// The rule.
    pub rule: &'static str,
    /// Points, negative when it speaks against the change; never none.
    pub points: i32,
    /// The reason; nothing when it is not worth a word to people.
    pub reason: Option<Box<Reason>>,
}

/// A rule that set or raised the bar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bar {
    /// The rule.
    pub rule: &'static str,
    /// Its points.
    pub points: i32,
}

/// Every rule that spoke on one change.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Explanation {
    /// What makes the score, in the order of the table.
    pub contributions: Vec<Contribution>,
    /// Rules by which it is no suspect, whatever its score.
    pub vetoes: Vec<&'static str>,
    /// The rule that says how many points a suspect needs here.
    pub threshold: Option<Bar>,
    /// The rule that asks for more.
    pub raise: Option<Bar>,
}

impl Explanation {
    /// Holds `facts` against all rules.
    pub fn new(facts: &Facts, weights: &Weights) -> Self {
        let mut explanation = Self { contributions: Vec::with_capacity(8), ..Self::default() };
        for (signal, points) in weights.signals() {
            let mut spoken = signal.rules.iter().zip(points).filter_map(|(rule, points)| Some((rule, *points, (rule.when)(facts)?)));
            let bar = |(rule, points, _): (&Rule, Option<i32>, Evidence)| points.map(|points| Bar { rule: rule.id, points });
            match signal.role {
                Role::Score => explanation.contributions.extend(spoken.next().and_then(|(rule, points, evidence)| {
                    let points = evidence.strength.of(points?);
                    (points != 0).then_some(Contribution { signal: signal.name, rule: rule.id, points, reason: evidence.reason })
                })),
                Role::Veto => explanation.vetoes.extend(spoken.filter_map(|one| bar(one).map(|bar| bar.rule))),
                Role::Threshold => explanation.threshold = spoken.find_map(bar),
                Role::Raise => explanation.raise = spoken.find_map(bar),
            }
        }
        explanation
    }

    /// Returns the sum of the contributions.
    pub fn score(&self) -> i32 {
        self.contributions.iter().map(|one| one.points).sum()
    }

    /// Returns how many points a suspect needs here; nothing when no threshold counts.
    pub fn needs(&self) -> Option<i32> {
        Some(self.threshold?.points + self.raise.map_or(0, |bar| bar.points))
    }

    /// Tells whether the change could explain the alert: no veto, and points enough.
    pub fn is_suspect(&self) -> bool {
        self.vetoes.is_empty() && self.needs().is_some_and(|least| self.score() >= least)
    }

    /// Returns the reasons, the weightiest first.
    pub fn reasons(&self) -> Vec<&Reason> {
        let mut told: Vec<(i32, &Reason)> =
            self.contributions.iter().filter_map(|one| Some((one.points.abs(), one.reason.as_deref()?))).collect();
        told.sort_by_key(|(points, _)| std::cmp::Reverse(*points));
        told.into_iter().map(|(_, reason)| reason).collect()
    }
}
