//! What a reading is for, and what was read for it before.

use super::super::Gathered;
use super::super::resume::ResumeState;
use crate::context::Incident;
use crate::coverage::{Cell, State};
use crate::policy::Admitted;
use crate::source::Query;

/// What the readings of one call are for.
pub(in crate::investigate) struct Aim<'a> {
    /// What is to be explained.
    pub(in crate::investigate) incident: &'a Incident,
    /// How far an earlier call came.
    pub(in crate::investigate) after: Option<&'a ResumeState>,
}

impl Aim<'_> {
    /// Tells a query what the call is about, what was read before it and what the call has spent.
    pub(in crate::investigate) fn at(&self, query: Query, gathered: &Gathered) -> Query {
        let spent = gathered.charged().filter(|cell| is_of(&query, cell)).map(|cell| cell.requests).sum();
        let read = self.before(&query).map(|(resume, cell)| resume.read(cell));
        let query = query.about(self.incident).spent(spent);
        match read {
            Some(read) => query.after(read),
            None => query,
        }
    }

    /// Adds to the cell of a query the events that were read before it, and counts none twice.
    pub(in crate::investigate) fn count(&self, reading: &mut Admitted, query: &Query, gathered: &Gathered) {
        let Some((_, before)) = self.before(query) else { return };
        let again = reading.events.iter().filter(|event| gathered.holds(&event.event_id)).count();
        let again = u32::try_from(again).unwrap_or(u32::MAX);
        reading.cells_mut().iter_mut().for_each(|cell| cell.events = before.events.saturating_add(cell.events.saturating_sub(again)));
    }

    /// Returns the cell of a query in what an earlier call read.
    fn before(&self, query: &Query) -> Option<(&ResumeState, &Cell)> {
        let resume = self.after?;
        resume.cells().iter().find(|cell| is_of(query, cell)).map(|cell| (resume, cell))
    }
}

/// Tells whether a cell is of the account and region that a query asks; a query without an account asks the only one that can
/// be read. An account that nobody could read has a cell in the first region as well.
fn is_of(query: &Query, cell: &Cell) -> bool {
    cell.source() == query.source()
        && cell.state() != State::NotConfigured
        && query.region() == Some(cell.region())
        && query.account().is_none_or(|account| account == cell.account())
}
