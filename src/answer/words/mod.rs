//! Words: the one place where typed evidence becomes English. Nothing reads a sentence again; a test rewords all of them and compares
//! what is found.

mod application;
pub mod basis;
mod blind_spot;
mod coverage;
mod decision;
mod engine;
mod headline;
mod note;
mod obstacle;
mod query;
mod reason;
mod setting;

use super::application::Unjudged;
use crate::context::basis::{Basis, WindowBasis};
use crate::correlate::{AppRecord, Clocks};
use crate::coverage::{BlindSpot, Cell, Coverage, PlanLine};
use crate::policy::UntrustedText;
use crate::rank::{Objection, Reason};
use crate::source::api::Unread;

pub use coverage::reason as file_fault;
pub use headline::{Best, EventFacts, Facts};

/// Turns typed evidence into sentences, all of which pass through one function.
#[derive(Clone, Copy)]
pub struct Words(fn(String) -> String);

impl Words {
    /// The sentences as they are written here.
    pub const ENGLISH: Self = Self(|sentence| sentence);

    /// Rewords every sentence, to show that nobody reads one.
    #[cfg(test)]
    pub(super) const fn reworded(reword: fn(String) -> String) -> Self {
        Self(reword)
    }

    /// Writes the headline.
    pub fn headline(self, facts: &Facts<'_>) -> String {
        (self.0)(headline::headline(facts))
    }

    /// Writes the headline about one event.
    pub fn event(self, facts: &EventFacts<'_>) -> String {
        (self.0)(headline::event(facts))
    }

    /// Writes the headline about a table.
    pub fn query(self, facts: &crate::answer::query::Facts<'_>) -> String {
        (self.0)(query::headline(facts))
    }

    /// Writes the headline of a refusal.
    pub fn could_not_look(self, message: &str) -> String {
        (self.0)(format!("Could not look: {message}"))
    }

    /// Words a reason; under `omit` without anything that a caller of AWS or an alert could have chosen.
    ///
    /// Shape: without an alert (`alert` is false) it is the question that names things.
    pub fn reason(self, reason: &Reason, untrusted: UntrustedText, alert: bool) -> String {
        (self.0)(match untrusted {
            UntrustedText::Quote => reason::words(reason, alert),
            UntrustedText::Omit => reason::withheld(reason, alert),
        })
    }

    /// Says what a record of an application's log says; under `omit` without anything that somebody could have chosen.
    pub fn record(self, record: &AppRecord, untrusted: UntrustedText) -> String {
        (self.0)(application::record(record, untrusted))
    }

    /// Says how far the clocks of an application's log are off.
    pub fn clock(self, clocks: &Clocks) -> Option<String> {
        application::clock(clocks).map(self.0)
    }

    /// Says of how many records of an application's log it cannot be told whether CloudTrail has them, and why; nothing where there is none.
    pub fn unjudged(self, unjudged: &[(Unjudged, usize)]) -> Option<String> {
        application::unjudged(unjudged).map(self.0)
    }

    /// Says that sessions were not followed to whoever began them, and what to do.
    pub fn sessions_not_followed(self, records: usize) -> String {
        (self.0)(application::sessions_not_followed(records))
    }

    /// Says that there is more and no cursor to it, since the log is too large to be held.
    pub fn no_cursor_for_log(self) -> String {
        (self.0)(application::no_cursor())
    }

    /// Words what speaks against a suspect.
    pub fn objection(self, objection: Objection, alert: bool) -> String {
        (self.0)(reason::against(objection, alert))
    }

    /// Says how we came to a window.
    pub fn window_basis(self, basis: &WindowBasis) -> String {
        (self.0)(basis::of_window(basis))
    }

    /// Says how we came to a region or a resource.
    pub fn basis(self, basis: &Basis) -> String {
        (self.0)(basis::of_name(basis))
    }

    /// Says what to call or do to close the gravest gap.
    pub fn next_step(self, coverage: &Coverage) -> Option<String> {
        coverage::next_step(coverage).map(self.0)
    }

    /// Says what to add to an investigation in which no start was found.
    pub fn name_the_start(self) -> String {
        (self.0)(headline::name_the_start())
    }

    /// Says how a cell's reading ended and why.
    pub fn detail(self, cell: &Cell) -> Option<String> {
        coverage::detail(cell).map(self.0)
    }

    /// Says why nothing could be read, by the gravest cell.
    pub fn unread(self, cell: Option<&Cell>) -> String {
        (self.0)(coverage::unread(cell))
    }

    /// Says why settings could not be read.
    pub fn unread_settings(self, unread: &Unread) -> String {
        (self.0)(setting::unread(unread))
    }

    /// Says what to do so that settings can be read.
    pub fn unread_settings_next(self, unread: &[&Unread]) -> Option<String> {
        setting::next(unread).map(self.0)
    }

    /// Says what a source decided while it read.
    pub fn plan_line(self, line: &PlanLine) -> String {
        (self.0)(decision::words(line))
    }

    /// Says what cannot be seen; under `omit` without a name that somebody could have chosen.
    pub fn blind_spot(self, spot: &BlindSpot, untrusted: UntrustedText) -> String {
        (self.0)(match untrusted {
            UntrustedText::Quote => blind_spot::words(spot),
            UntrustedText::Omit => blind_spot::withheld(spot),
        })
    }
}
