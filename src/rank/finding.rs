//! Whether anything explains the alert at all.

use super::topology::Relation;
use super::{Change, Ranked};

/// Fewest points of a change that is related to what the alert names.
///
/// Argument: being one step away (32) and ordinary (class 12) is only a suspect when its time speaks for it as well.
pub const RELATED: i32 = 48;
/// Fewest points of a change that is not related: the class must fit the symptom, and time or values must add to it.
pub const UNRELATED: i32 = 46;

/// Tells whether `ranked` is a suspect.
pub fn is_suspect(ranked: &Ranked, change: &Change) -> bool {
    if !ranked.eligible || change.class.noise || ranked.reverted {
        return false;
    }
    let fits = ranked.parts.iter().any(|part| part.signal == "symptom" && part.points > 0)
        || ranked.parts.iter().any(|part| part.signal == "failed_as_symptom");
    match ranked.relation {
        Relation::None => fits && ranked.score >= UNRELATED,
        _ => ranked.score >= RELATED,
    }
}
