//! Which part of a ranking an answer shows, and where the next one goes on.

use std::collections::HashSet;

use super::fold::Fold;
use crate::rank::Ranked;

/// Which part of the ranking is shown.
#[derive(Clone, Debug, Default)]
pub struct Page {
    /// Most entries to show.
    pub limit: usize,
    /// Ids already shown or folded under this cursor.
    pub seen: HashSet<String>,
    /// Entries shown before.
    pub shown: usize,
    /// Events folded before.
    pub folded: usize,
    /// Lowest place shown before: whether it was a suspect, and its score.
    pub last: Option<(bool, i32)>,
}

impl Page {
    /// Tells whether a change is shown already, as an entry or folded into one.
    pub(super) fn has_shown(&self, ranked: &Ranked) -> bool {
        self.seen.contains(&ranked.change.event.event_id)
    }

    /// Tells whether an entry would have stood before one that is shown already: it was read later.
    pub(super) fn comes_late(&self, best: &Ranked) -> bool {
        best.facts.is_eligible() && self.last.is_some_and(|last| place(best) > last)
    }

    /// Counts `fold` as shown.
    pub(super) fn show(&mut self, fold: &Fold<'_>) {
        self.shown += 1;
        self.folded += fold.members.len() - 1;
        self.seen.extend(fold.members.iter().map(|member| member.change.event.event_id.clone()));
        self.last = Some(self.last.map_or(place(fold.best), |last| last.min(place(fold.best))));
    }
}

/// Returns what orders eligible changes: the higher, the earlier they are shown.
fn place(ranked: &Ranked) -> (bool, i32) {
    (ranked.is_suspect(), ranked.score)
}
