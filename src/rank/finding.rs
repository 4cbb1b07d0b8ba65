//! Whether anything explains the alert at all.

use super::affinity::Affinity;
use super::topology::Relation;
use super::undo::Restored;
use super::{Change, Named, Ranked};
use crate::catalogue::Effect;

/// Fewest points of a suspect, by what ties it to the alert.
///
/// Argument: a tie by resource (36 and more within one step) needs little else; one by name needs a fitting class at a fitting time as
/// well; without any tie the class, the values and the time must all speak for it, and more so where the alert says what
/// it is about and the change is about something else. Over four samples of generated incidents hardly any culprit is
/// untied, and most false suspects are.
struct Threshold;

impl Threshold {
    const RELATED: i32 = 62;
    const BY_NAME: i32 = 54;
    const UNTIED: i32 = 64;
    const UNTIED_BUT_NAMED_WEAKLY: i32 = 66;
    const OTHER_BUT_NAMED_WEAKLY: i32 = 76;
    const UNTIED_BUT_NAMED: i32 = 84;
    const OTHER_THAN_TOLD: i32 = 80;
    /// More, for what adds something in an outage or gives back what was taken.
    const UNLIKELY: i32 = 32;
}

/// A kind of change that weighs less than this in the catalogue breaks nothing: tags and the like.
const TRIFLE: u8 = 10;

/// Tells whether a suspect is so firm that nobody would look further back for a better one.
///
/// Shape: it is tied to what the alert names, cannot be said to cause something else, and either its values are grave or
/// all the rest speaks for it. A suspect by its class and its time alone is often a bystander.
pub fn is_firm(ranked: &Ranked) -> bool {
    /// Fewest points of a firm suspect whose values say nothing.
    const FIRM: i32 = 100;
    let points = |signal: &str| ranked.parts.iter().filter(|part| part.signal == signal).map(|part| part.points).sum::<i32>();
    let tied = points("resource") > 0 || points("name") > 0;
    let near = matches!(ranked.relation, Relation::Target(_) | Relation::Mention(_) | Relation::OneStep(..));
    ranked.suspect && tied && points("symptom") >= 0 && (points("severity") > 0 || near && ranked.score >= FIRM)
}

/// Tells whether `ranked` is a suspect.
pub(super) fn is_suspect(ranked: &Ranked, change: &Change) -> bool {
    let harmless = change.severity.is_some_and(|severity| severity.effect == Effect::Harmless);
    if !ranked.eligible
        || change.class.noise
        || ranked.reverted
        || ranked.restores == Restored::Surely
        || harmless
        || change.class.weight < TRIFLE
    {
        return false;
    }
    let says = |signal: &str| ranked.parts.iter().any(|part| part.signal == signal && part.points > 0);
    if change.event.failed() && !says("failed_as_symptom") {
        return false;
    }
    let fits = says("symptom") || says("failed_as_symptom");
    // What adds while something is missed needs more to be believed, and so does what seems to give back: a deleted policy
    // may come back as another one.
    let wrong_way = !says("failed_as_symptom") && ranked.parts.iter().any(|part| part.signal == "direction" && part.points < 0);
    let least = match (&ranked.relation, &ranked.affinity) {
        (Relation::Target(_) | Relation::Mention(_) | Relation::OneStep(..), _) => Threshold::RELATED,
        (Relation::TwoSteps(..) | Relation::Name(_), _) | (_, Affinity::Named(..) | Affinity::Told(..)) => Threshold::BY_NAME,
        _ if !fits => return false,
        (_, Affinity::OtherThanTold) => Threshold::OTHER_THAN_TOLD,
        _ => match ranked.named {
            Named::Nothing => Threshold::UNTIED,
            Named::Weakly if ranked.affinity != Affinity::Other => Threshold::UNTIED_BUT_NAMED_WEAKLY,
            Named::Weakly => Threshold::OTHER_BUT_NAMED_WEAKLY,
            Named::Firmly => Threshold::UNTIED_BUT_NAMED,
        },
    };
    ranked.score >= least + if wrong_way || ranked.restores == Restored::Perhaps { Threshold::UNLIKELY } else { 0 }
}
