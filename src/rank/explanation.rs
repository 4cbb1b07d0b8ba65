//! Why a change stands where it stands: every rule that spoke on it.

use std::cmp::Reverse;

use super::Reason;
use super::facts::Facts;
use super::rule::{Role, Weights};

/// What one rule added to the score.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Contribution<'a> {
    /// The signal that the rule belongs to.
    pub signal: &'static str,
    /// The rule.
    pub rule: &'static str,
    /// Points, negative when it speaks against the change; never none.
    pub points: i32,
    /// The reason; nothing when it is not worth a word to people.
    pub reason: Option<Reason<'a>>,
}

/// Every rule that spoke on one change.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Explanation<'a> {
    /// What makes the score, in the order of the table.
    pub contributions: Vec<Contribution<'a>>,
    /// Rules by which it is no suspect, whatever its score.
    pub vetoes: Vec<&'static str>,
}

impl<'a> Explanation<'a> {
    /// Holds `facts` against all rules.
    pub fn new(facts: &'a Facts, weights: &Weights) -> Self {
        let mut explanation = Self::default();
        for spoken in weights.spoken(facts) {
            match spoken.signal.role {
                Role::Score => explanation.contributions.push(Contribution {
                    signal: spoken.signal.name,
                    rule: spoken.rule.id,
                    points: spoken.points(),
                    reason: spoken.evidence.reason,
                }),
                Role::Veto => explanation.vetoes.push(spoken.rule.id),
                Role::Bar => {}
            }
        }
        explanation.contributions.retain(|one| one.points != 0);
        explanation
    }

    /// Returns the reasons, the weightiest first.
    pub fn reasons(&self) -> Vec<Reason<'a>> {
        let mut told: Vec<(i32, Reason<'a>)> = self.contributions.iter().filter_map(|one| Some((one.points.abs(), one.reason?))).collect();
        told.sort_by_key(|(points, _)| Reverse(*points));
        told.into_iter().map(|(_, reason)| reason).collect()
    }
}

/// What the rules say of one change, in short.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Verdict {
    /// Sum of the contributions.
    pub score: i32,
    /// The score at which it is as likely the cause as that no change is.
    pub bar: i32,
    /// Whether a veto was cast.
    pub vetoed: bool,
}

impl Verdict {
    /// Holds `facts` against all rules.
    pub fn new(facts: &Facts, weights: &Weights) -> Self {
        let mut verdict = Self::default();
        for spoken in weights.spoken(facts) {
            match spoken.signal.role {
                Role::Score => verdict.score += spoken.points(),
                Role::Veto => verdict.vetoed = true,
                Role::Bar => verdict.bar = spoken.points(),
            }
        }
        verdict
    }
}
