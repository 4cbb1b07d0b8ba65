//! What a reading is for, and what was read for it before.

use super::super::Gathered;
use crate::context::Incident;
use crate::coverage::{Cell, State};
use crate::policy::Admitted;
use crate::source::Query;

/// What the readings of one call are for.
pub(in crate::investigate) struct Aim<'a> {
    /// What is to be explained.
    pub(in crate::investigate) incident: &'a Incident,
    /// How far an earlier call came.
    pub(in crate::investigate) after: &'a [Cell],
}

impl Aim<'_> {
    /// Tells a query what the call is about, what was read before it and what the call has spent.
    pub(in crate::investigate) fn at(&self, query: Query, gathered: &Gathered) -> Query {
        let spent = gathered.cells().filter(|cell| is_of(&query, cell)).map(|cell| cell.requests).sum();
        let before = self.before(&query);
        let query = query.about(self.incident).spent(spent);
        match before {
            Some(cell) => query.after(cell),
            None => query,
        }
    }

    /// Adds to the cell of a query the events that were read before it, and counts none twice.
    pub(in crate::investigate) fn count(&self, reading: &mut Admitted, query: &Query, gathered: &Gathered) {
        let Some(before) = self.before(query) else { return };
        let again = reading.events.iter().filter(|event| gathered.holds(&event.event_id)).count();
        let again = u32::try_from(again).unwrap_or(u32::MAX);
        reading.cells_mut().iter_mut().for_each(|cell| cell.events = before.events.saturating_add(cell.events.saturating_sub(again)));
    }

    fn before(&self, query: &Query) -> Option<&Cell> {
        // An account that nobody could read has a cell in the first region as well.
        self.after.iter().find(|cell| is_of(query, cell) && cell.state() != State::NotConfigured)
    }
}

/// Tells whether a cell is of the account and region that a query asks; a query without an account asks the only one that can
/// be read.
fn is_of(query: &Query, cell: &Cell) -> bool {
    cell.source() == query.source()
        && cell.state() != State::NotConfigured
        && query.region() == Some(cell.region())
        && query.account().is_none_or(|account| account == cell.account())
}
