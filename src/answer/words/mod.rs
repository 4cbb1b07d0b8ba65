//! Words: the one place where typed evidence becomes English. Nothing reads a sentence again; a test rewords all of them and compares
//! what is found.

pub mod basis;
mod coverage;
mod headline;
mod obstacle;
mod reason;

use crate::context::basis::{Basis, WindowBasis};
use crate::coverage::{Cell, Coverage};
use crate::policy::UntrustedText;
use crate::rank::{Objection, Reason};

pub use coverage::{cell, detail, next_step};
pub use headline::{Best, Facts};

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

    /// Words a reason; under `omit` without anything that a caller of AWS or an alert could have chosen.
    ///
    /// Shape: without an alert (`alert` is false) it is the question that names things.
    pub fn reason(self, reason: &Reason, untrusted: UntrustedText, alert: bool) -> String {
        (self.0)(match untrusted {
            UntrustedText::Quote => reason::words(reason, alert),
            UntrustedText::Omit => reason::withheld(reason, alert),
        })
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
        next_step(coverage).map(self.0)
    }

    /// Says what to add to an investigation in which no start was found.
    pub fn name_the_start(self) -> String {
        (self.0)(headline::name_the_start())
    }

    /// Says how a cell's reading ended and why.
    pub fn detail(self, cell: &Cell) -> Option<String> {
        detail(cell).map(self.0)
    }
}
