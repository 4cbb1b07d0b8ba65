//! How far each change is shown to be the cause.
//!
//! A score becomes a *chance* among all changes, and beside the chance that none of them is the cause: what stands out of many alike
//! is likelier than what stands among its likes. The points are fitted so that this chance is right as often as it says.

use std::collections::HashMap;

use foldhash::fast::RandomState;

use super::Ranked;
use super::explanation::Verdict;
use super::facts::Facts;

/// Points that make a change e times as likely, in the worlds that they were fitted to.
///
/// Source: the fit counts in this unit.
pub const POINTS_OF_E: f64 = 10.0;
/// How much less points tell of incidents by hands that they were not fitted to.
///
/// Source: by what `benches/incidents --fit` divides all points where the loss that is held out is least, or hardly more.
const CAUTION: f64 = 1.25;
/// Least chance of a strong suspect, of a likely one, and of one that is possible at all.
///
/// Source: the reliability table that `benches/incidents --fit` prints of worlds held out: from the second on, 7 of 10 and
/// more are right; above 0.90 it is not yet 9 of 10, so that the first is higher; hardly any culprit falls below the last.
const STRONG: f64 = 0.96;
const LIKELY: f64 = 0.5;
const POSSIBLE: f64 = 0.02;
/// Least chance of a likely suspect that only shares a word of its name with the alert.
///
/// Source: of those that strangers' stories told as likely below it, two of five were right: teams call much alike.
const LIKELY_BY_WORD: f64 = 0.85;

/// How far a suspect is shown to be the cause.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Confidence {
    /// It could do it and lies at the right time, but nothing proves a link.
    Possible,
    /// Records or an exact name link it to what the alert names, or what it does fits the complaint, and nothing similar competes.
    Likely,
    /// Both.
    Strong,
}

/// Returns the chance of each change: 0 to 1, nothing for what is vetoed.
///
/// Shape: one element for each of `verdicts`, which name the item that each is part of; the parts of one item share a chance, of which
/// the best has the whole.
pub(super) fn chances(verdicts: &[(usize, Verdict)]) -> Vec<f64> {
    let above = |verdict: &Verdict| f64::from(verdict.score - verdict.bar) / (POINTS_OF_E * CAUTION);
    let eligible = || verdicts.iter().filter(|(_, verdict)| !verdict.vetoed);
    // Nothing is 0 by the measure of `above`: the bar is taken off.
    let highest = eligible().map(|(_, verdict)| above(verdict)).fold(0.0, f64::max);
    let share = |verdict: &Verdict| (above(verdict) - highest).exp();
    let mut items: HashMap<usize, f64, RandomState> = HashMap::default();
    for (item, verdict) in eligible() {
        let best = items.entry(*item).or_default();
        *best = best.max(share(verdict));
    }
    // The order of addition must not depend on the order of a map.
    let mut shares: Vec<f64> = items.into_values().collect();
    shares.sort_by(f64::total_cmp);
    let all = shares.into_iter().sum::<f64>() + (-highest).exp();
    verdicts.iter().map(|(_, verdict)| if verdict.vetoed { 0.0 } else { share(verdict) / all }).collect()
}

/// Says how far a change of this `chance` is shown to be the cause; nothing when it is no suspect.
///
/// Source: the contract, which asks for a link and for a fit besides.
pub(super) fn confidence(facts: &Facts, chance: f64) -> Option<Confidence> {
    let (proven, fits) = (facts.tie.is_proven(), facts.fits());
    let stands_out = facts.gravity.is_some();
    match chance {
        _ if facts.undo.before && chance >= POSSIBLE => Some(Confidence::Possible),
        STRONG.. if proven && fits || stands_out => Some(Confidence::Strong),
        LIKELY.. if proven || fits && (chance >= LIKELY_BY_WORD || !facts.tie.is_by_word()) => Some(Confidence::Likely),
        POSSIBLE.. => Some(Confidence::Possible),
        _ => None,
    }
}

/// Chance of a likely suspect with which nobody would look further back for a better one.
const FIRM: f64 = 0.70;

/// Tells whether a suspect is so firm that nobody would look further back for a better one.
pub fn is_firm(ranked: &Ranked) -> bool {
    ranked.confidence == Some(Confidence::Strong) || ranked.confidence == Some(Confidence::Likely) && ranked.chance >= FIRM
}

/// What speaks against a suspect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Objection {
    /// Its actor asked for the very same before, hours ago and more than once.
    Repeated,
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
    let unlinked =
        !facts.tie.is_related() && facts.tie.application.is_none() && !facts.tie.shares_name() && facts.tie.named != super::Named::Nothing;
    let calls = facts.actor.calls;
    let said = [
        (Objection::UndoneBefore, facts.undo.before),
        (Objection::Overwritten, facts.undo.overwritten && !facts.undo.before),
        (Objection::Failed, failed),
        (Objection::Unlinked, unlinked),
        (Objection::Repeated, facts.actor.repeated),
        (Objection::Routine, facts.actor.routine && !facts.actor.repeated),
        (Objection::Common { calls }, calls >= MANY && !facts.actor.routine && !facts.actor.repeated),
    ];
    said.into_iter().filter(|(_, holds)| *holds).map(|(objection, _)| objection).collect()
}
