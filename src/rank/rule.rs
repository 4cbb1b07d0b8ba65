//! What a rule is, and how much one speaks.

use super::Reason;
use super::facts::Facts;
use super::points::points_of;
use super::table::TABLE;

/// How a rule finds its fact in a change; nothing when it does not hold.
pub type When = for<'a> fn(&'a Facts) -> Option<Evidence<'a>>;

/// One row of the table: a fact that counts. What it is worth stands in [`points`](super::points).
#[derive(Debug)]
pub struct Rule {
    /// Its name, by which its points are addressed: `tie.targets_named`.
    pub id: &'static str,
    /// Finds the fact.
    pub when: When,
    /// Why it counts.
    pub why: &'static str,
    /// Where its points come from.
    pub source: Source,
}

/// Where the points of a rule come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// Fitted to labelled incidents by `benches/incidents`.
    Fitted,
    /// Fitted as well, and multiplied with the weight or severity that the catalogue's row gives.
    Catalogue,
    /// The contract says so.
    Contract,
    /// Argued for beside the fitted ones: no labelled incident has what the rule looks at.
    Argued,
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
    /// The first that speaks tells the score at which the change is as likely the cause as that no change is.
    Bar,
}

/// What a rule found.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Evidence<'a> {
    /// How much of the points it is worth.
    pub strength: Strength,
    /// The reason, where people are told one.
    pub reason: Option<Reason<'a>>,
}

impl<'a> Evidence<'a> {
    /// The fact holds, and is worth a word.
    pub(super) fn told(reason: Reason<'a>) -> Option<Self> {
        Some(Self { strength: Strength::FULL, reason: Some(reason) })
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

/// A part of a rule's points, in hundredths.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Strength(pub f64);

impl Strength {
    /// All of the points.
    pub const FULL: Self = Self(100.0);

    /// Returns this part of `points`, rounded to whole ones.
    pub fn of(self, points: i32) -> i32 {
        (f64::from(points) * self.0 / 100.0).round() as i32
    }
}

/// What each rule is worth: the fitted points, or others.
#[derive(Clone, Debug, PartialEq)]
pub struct Weights(Vec<Vec<Option<i32>>>);

impl Default for Weights {
    fn default() -> Self {
        Self(TABLE.iter().map(|signal| signal.rules.iter().map(|rule| Some(points_of(rule.id))).collect()).collect())
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
    /// Shape: one that adds points still speaks in its signal, for nothing; a veto is not cast; the next bar counts.
    #[must_use]
    pub fn switch_off(&mut self, id: &str) -> bool {
        self.slot(id).map(|slot| *slot = None).is_some()
    }

    fn slot(&mut self, id: &str) -> Option<&mut Option<i32>> {
        let rules = TABLE.iter().flat_map(|signal| signal.rules);
        rules.zip(self.0.iter_mut().flatten()).find(|(rule, _)| rule.id == id).map(|(_, slot)| slot)
    }

    /// Returns every rule that speaks on `facts`, signal by signal, with its points; the rules that are switched off have none.
    pub(super) fn spoken<'a>(&self, facts: &'a Facts) -> impl Iterator<Item = Spoken<'a>> {
        TABLE.iter().zip(&self.0).flat_map(move |(signal, points)| {
            let mut said = signal.rules.iter().zip(points).filter_map(move |(rule, points)| {
                let points = if signal.role == Role::Score { *points } else { Some((*points)?) };
                Some(Spoken { signal, rule, points, evidence: (rule.when)(facts)? })
            });
            let first = (signal.role != Role::Veto).then(|| said.next()).flatten();
            first.into_iter().chain((signal.role == Role::Veto).then_some(said).into_iter().flatten())
        })
    }
}

/// A rule that spoke.
pub(super) struct Spoken<'a> {
    pub(super) signal: &'static Signal,
    pub(super) rule: &'static Rule,
    points: Option<i32>,
    pub(super) evidence: Evidence<'a>,
}

impl Spoken<'_> {
    /// Returns what it adds.
    pub(super) fn points(&self) -> i32 {
        self.points.map_or(0, |points| self.evidence.strength.of(points))
    }
}
