//! How many acts of a window may be to blame for the very error that an alert quotes: the fewer, the more it tells that one is.

use std::collections::HashSet;

use foldhash::fast::RandomState;

use super::facts::Facts;
use super::undo::Restored;

/// Tells each change how many acts, its own among them, usually cause the error that the alert quotes.
///
/// Shape: `items` are the numbers of the acts that the changes are part of, in their order.
pub(super) fn count(facts: &mut [Facts], items: &[usize]) {
    let acts: HashSet<usize, RandomState> =
        facts.iter().zip(items).filter(|(facts, _)| is_candidate(facts)).map(|(_, item)| *item).collect();
    facts.iter_mut().for_each(|facts| facts.fit.candidates = acts.len());
}

/// Tells whether a change that is not argued away is what usually causes the quoted error.
fn is_candidate(facts: &Facts) -> bool {
    let in_force = facts.is_eligible() && !facts.noise && !facts.undo.before && facts.undo.restores != Restored::Surely;
    in_force && facts.causes_quoted_error()
}
