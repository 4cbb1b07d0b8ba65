//! How firmly the best change explains the alert.

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
