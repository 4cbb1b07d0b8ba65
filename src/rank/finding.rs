//! How firmly a change explains the alert.

use super::Ranked;
use crate::catalogue::Effect;

/// Fewest points of a firm suspect whose values say nothing.
///
/// Source: tuned with the thresholds of the table.
const FIRM: i32 = 100;

/// Tells whether a suspect is so firm that nobody would look further back for a better one.
///
/// Shape: it is tied to what the alert names, cannot be said to cause something else, and either its values are grave or
/// all the rest speaks for it. A suspect by its class and its time alone is often a bystander.
pub fn is_firm(ranked: &Ranked) -> bool {
    let facts = &ranked.facts;
    let tied = facts.tie.is_related() || facts.tie.shares_name();
    let grave = facts.effect.severity.is_some_and(|severity| severity.points > 0 && severity.effect != Effect::Harmless);
    ranked.suspect && tied && !facts.causes_something_else() && (grave || facts.tie.is_near() && ranked.score >= FIRM)
}

/// How far a suspect is shown to be the cause.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Confidence {
    /// It could do it and lies at the right time, but nothing proves a link.
    Possible,
    /// Records or an exact name link it to what the alert names, or what it does fits the complaint, and no other suspect has as much.
    Likely,
    /// Both.
    Strong,
}

/// Says how far a suspect is shown to be the cause; `rivals` are the other suspects, bursts as one.
///
/// Source: the contract.
pub fn confidence<'a>(ranked: &Ranked, rivals: impl IntoIterator<Item = &'a Ranked>) -> Confidence {
    let facts = &ranked.facts;
    let competes = |rival: &Ranked| rival.facts.tie.is_proven() || rival.facts.fits();
    match (facts.tie.is_proven(), facts.fits()) {
        _ if facts.undo.before || facts.undo.overwritten => Confidence::Possible,
        (true, true) => Confidence::Strong,
        (false, false) => Confidence::Possible,
        _ if rivals.into_iter().any(competes) => Confidence::Possible,
        _ => Confidence::Likely,
    }
}

/// What speaks against a suspect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Objection {
    /// Its actor does this all the time.
    Routine,
    /// It is one of many such calls by its actor.
    Common {
        /// How many.
        calls: usize,
    },
    /// It was taken back before the alert.
    UndoneBefore,
    /// Its settings were overwritten before the alert.
    Overwritten,
    /// The call failed.
    Failed,
    /// Nothing links it to what the alert names.
    Unlinked,
}

/// Returns what speaks against a suspect, the gravest first.
pub fn objections(ranked: &Ranked) -> Vec<Objection> {
    /// So many calls of a kind are a habit.
    const MANY: usize = 5;
    let facts = &ranked.facts;
    let failed = facts.failure.is_some() && !facts.failed_as_symptom();
    let unlinked = !facts.tie.is_related() && !facts.tie.shares_name() && facts.tie.named != super::Named::Nothing;
    let calls = facts.actor.calls;
    let said = [
        (Objection::UndoneBefore, facts.undo.before),
        (Objection::Overwritten, facts.undo.overwritten && !facts.undo.before),
        (Objection::Failed, failed),
        (Objection::Unlinked, unlinked),
        (Objection::Routine, facts.actor.routine),
        (Objection::Common { calls }, calls >= MANY && !facts.actor.routine),
    ];
    said.into_iter().filter(|(_, holds)| *holds).map(|(objection, _)| objection).collect()
}
