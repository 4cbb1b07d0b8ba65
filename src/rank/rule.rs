//! What a rule is, and how much one speaks.

use super::Reason;
use super::facts::Facts;
use super::table::TABLE;

/// One row of the table: a fact that counts, and how much.
#[derive(Debug)]
pub struct Rule {
    /// Its name, by which its points are addressed: `tie.targets_named`.
    pub id: &'static str,
    /// Finds the fact; nothing when it does not hold.
    pub when: fn(&Facts) -> Option<Evidence>,
    /// Points at full strength; for a threshold, fewest points of a suspect. A veto has none.
    pub points: i32,
    /// Why it counts.
    pub why: &'static str,
    /// Where the number comes from.
    pub source: Source,
}

/// Where a number comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// Found by argument and tuned on the generated incidents of `benches/incidents`, none to a single kind.
    Tuned,
    /// The weight or severity that the catalogue's row gives, times this many hundredths.
    Catalogue,
    /// The contract says so.
    Contract,
}

/// Rules that answer one question about a change, in the order in which they are tried.
#[derive(Debug)]
pub struct Signal {
    /// Its name, as in `score.parts`.
    pub name: &'static str,
    /// What comes of its rules.
    pub role: Role,
    /// The rules.
    pub rules: &'static [Rule],
}

/// What comes of the rules of a signal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// The first that speaks adds its points to the score.
    Score,
    /// Each that speaks says that the change is no suspect.
    Veto,
    /// The first that speaks tells the fewest points of a suspect.
    Threshold,
    /// The first that speaks adds to the threshold.
    Raise,
}

/// What a rule found.
#[derive(Clone, Debug, PartialEq)]
pub struct Evidence {
    /// How much of the points it is worth.
    pub strength: Strength,
    /// The reason, where people are told one.
    pub reason: Option<Box<Reason>>,
}

impl Evidence {
    /// The fact holds, and is worth a word.
    pub(super) fn told(reason: Reason) -> Option<Self> {
        Some(Self { strength: Strength::FULL, reason: Some(Box::new(reason)) })
    }

    /// The fact holds where `holds`, and is worth no word.
    pub(super) fn quiet(holds: bool) -> Option<Self> {
        holds.then_some(Self { strength: Strength::FULL, reason: None })
    }

    /// The same, as strong as `strength`.
    pub(super) fn with_strength(self, strength: Strength) -> Option<Self> {
        Some(Self { strength, ..self })
    }
}

/// A part of a rule's points.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Strength {
    /// In hundredths; rounded to whole points.
    Percent(f64),
    /// In whole hundredths, as the catalogue weighs; rounded down.
    Weight(u8),
}

impl Strength {
    /// All of the points.
    pub const FULL: Self = Self::Percent(100.0);

    /// Returns this part of `points`.
    pub fn of(self, points: i32) -> i32 {
        match self {
            Self::Percent(percent) => (f64::from(points) * percent / 100.0).round() as i32,
            Self::Weight(weight) => i32::from(weight) * points / 100,
        }
    }
}

/// What each rule is worth: the table's points, or others.
#[derive(Clone, Debug, PartialEq)]
pub struct Weights(Vec<Vec<Option<i32>>>);

impl Default for Weights {
    fn default() -> Self {
        Self(TABLE.iter().map(|signal| signal.rules.iter().map(|rule| Some(rule.points)).collect()).collect())
    }
}

impl Weights {
    /// Gives the rule `id` other points; tells whether there is one.
    #[must_use]
    pub fn set(&mut self, id: &str, points: i32) -> bool {
        self.slot(id).map(|slot| *slot = Some(points)).is_some()
    }

    /// Switches the rule `id` off; tells whether there is one.
    ///
    /// Shape: one that adds points still speaks in its signal, for nothing; a veto is not cast; the next threshold counts.
    #[must_use]
    pub fn switch_off(&mut self, id: &str) -> bool {
        self.slot(id).map(|slot| *slot = None).is_some()
    }

    fn slot(&mut self, id: &str) -> Option<&mut Option<i32>> {
        let rules = TABLE.iter().flat_map(|signal| signal.rules);
        rules.zip(self.0.iter_mut().flatten()).find(|(rule, _)| rule.id == id).map(|(_, slot)| slot)
    }

    /// Returns the signals, each with the points of its rules.
    pub(super) fn signals(&self) -> impl Iterator<Item = (&'static Signal, &[Option<i32>])> {
        TABLE.iter().zip(self.0.iter().map(Vec::as_slice))
    }
}
