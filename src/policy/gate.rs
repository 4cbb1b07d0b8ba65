//! The gate: what a source gave becomes what the rest may see, here and nowhere else.

use std::ops::Deref;

use super::{GlobalPass, Scope};
use crate::catalogue::{classify, is_global_service};
use crate::coverage::{Cell, Reading, State};
use crate::event::Event;
use crate::time::Window;

/// A reading as a source gave it. Only [`Scope::gate`] opens it, so that forgetting to does not compile.
#[derive(Debug)]
pub struct Ungated(Reading);

impl From<Reading> for Ungated {
    fn from(reading: Reading) -> Self {
        Self(reading)
    }
}

impl Ungated {
    /// Opens it, in tests of a source.
    #[cfg(test)]
    pub(crate) fn for_tests(self) -> Reading {
        self.0
    }
}

/// A reading of what the scope admits and nothing else.
#[derive(Debug, Default)]
pub struct Admitted(Reading);

impl Deref for Admitted {
    type Target = Reading;

    fn deref(&self) -> &Reading {
        &self.0
    }
}

impl Admitted {
    /// Makes a reading of cells alone, which need no gate.
    pub fn cells(cells: Vec<Cell>) -> Self {
        Self(Reading { cells, ..Reading::default() })
    }

    /// Returns the cells, to count in them what was read before.
    pub fn cells_mut(&mut self) -> &mut Vec<Cell> {
        &mut self.0.cells
    }

    /// Takes out the cells, and forgets how far they were read.
    pub fn take_cells(&mut self) -> Vec<Cell> {
        self.0.so_far.clear();
        std::mem::take(&mut self.0.cells)
    }

    /// Returns what was admitted.
    pub fn into_inner(self) -> Reading {
        self.0
    }

    /// Admits everything, in tests of what comes after the gate.
    #[cfg(test)]
    pub(crate) fn for_tests(reading: Reading) -> Self {
        Self(reading)
    }
}

impl Scope {
    /// Admits of a reading what happened in `window` and may be seen.
    ///
    /// Shape: events of admitted accounts, regions and categories, and of the extra region of global services those of such
    /// services alone. What a source holds besides what was asked is no gap; what the allow-lists keep back is.
    pub fn gate(&self, window: Window, given: Ungated) -> Admitted {
        let Ungated(mut reading) = given;
        reading.events.retain(|event| window.contains(event.time) && self.admits_event(event));
        reading.cells.retain(|cell| cell.state() != State::DeniedByPolicy || !self.policy.allows(cell.account(), cell.region()));
        Admitted(reading)
    }

    fn admits_event(&self, event: &Event) -> bool {
        let extra = self.global_region.filter(|_| self.global_pass == GlobalPass::Extra);
        self.admits(&event.account, &event.region)
            && (extra != Some(event.region.as_str()) || is_global_service(event.service()))
            && (self.policy.categories.is_empty() || self.policy.allows_category(classify(event).category))
    }
}
