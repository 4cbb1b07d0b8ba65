//! What a rule may be worth: which speak for a change by what they say, and which against it.

use std::cmp::Ordering;

/// The sign of rules, by the beginning of their ids; the first that fits counts.
const SIGNS: &[(&str, Ordering)] = &[
    ("tie.", Ordering::Greater),
    ("name.shared", Ordering::Greater),
    ("name.told", Ordering::Greater),
    ("name.", Ordering::Less),
    ("fit.nothing", Ordering::Less),
    ("fit.another", Ordering::Less),
    ("fit.contradicted", Ordering::Less),
    ("fit.other", Ordering::Less),
    ("fit.", Ordering::Greater),
    ("values.", Ordering::Greater),
    ("class.weight", Ordering::Greater),
    ("direction.", Ordering::Less),
    ("failure.as_symptom", Ordering::Greater),
    ("failure.failed", Ordering::Less),
    ("noise.", Ordering::Less),
    ("routine.steady", Ordering::Less),
    ("undo.before", Ordering::Less),
    ("undo.gives_back", Ordering::Less),
    ("undo.restores", Ordering::Less),
    ("undo.overwritten", Ordering::Less),
];

/// Returns the side of nothing on which the points of a rule must lie; `Equal` when either will do.
pub(super) fn sign(id: &str) -> Ordering {
    SIGNS.iter().find(|(begin, _)| id.starts_with(begin)).map_or(Ordering::Equal, |(_, sign)| *sign)
}
