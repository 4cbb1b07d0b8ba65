//! What one query gave.

use std::collections::BTreeMap;
use std::ops::AddAssign;
use std::time::Duration;

use super::{Cell, CellKey, PlanLine};
use crate::event::Event;
use crate::time::{Window, union};

/// What one query gave.
#[derive(Debug, Default)]
pub struct Reading {
    /// Events inside the query's window, in any order, possibly with duplicates.
    pub events: Vec<Event>,
    /// At least one cell, also when everything failed.
    pub cells: Vec<Cell>,
    /// How far the places of cells were read, of a source where going on saves something.
    pub so_far: SoFar,
    /// What files were there; all zero where the source has none.
    pub survey: Survey,
    /// What was known from earlier readings and cost nothing.
    pub cached: Cached,
    /// The decisions on the way, in their order.
    pub decisions: Vec<PlanLine>,
}

/// What was known from earlier readings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cached {
    /// Events.
    pub events: u32,
    /// Log files that were not opened.
    pub files: u32,
}

impl AddAssign for Cached {
    fn add_assign(&mut self, other: Self) {
        self.events = self.events.saturating_add(other.events);
        self.files = self.files.saturating_add(other.files);
    }
}

/// How far the places of cells were read.
pub type SoFar = BTreeMap<CellKey, ReadSoFar>;

/// How far a place was read, for whoever reads on there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReadSoFar {
    /// The intervals read whole, whether they are settled or not: they need not be read again.
    pub read: Vec<Window>,
    /// How long one request took, which tells what to expect of the next.
    pub latency: Duration,
}

impl ReadSoFar {
    /// Adds what another reading of the same place read.
    pub fn join(&mut self, other: Self) {
        self.read = union([std::mem::take(&mut self.read), other.read].concat());
        self.latency = self.latency.max(other.latency);
    }
}

/// What files an archive holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Survey {
    /// Log files, skipped ones included.
    pub log_files: u32,
    /// Digest files, which are not read as events.
    pub digest_files: u32,
    /// Everything else, which has nothing that looks like log data.
    pub other_files: u32,
    /// The first few of those by name, safe to show.
    pub other_names: Vec<String>,
}

impl Survey {
    /// Joins two surveys of the same archive: the one that looked into more files knows more.
    #[must_use]
    pub fn join(self, other: Self) -> Self {
        Self {
            log_files: self.log_files.max(other.log_files),
            digest_files: self.digest_files.max(other.digest_files),
            other_names: if other.other_files > self.other_files { other.other_names } else { self.other_names },
            other_files: self.other_files.max(other.other_files),
        }
    }
}
