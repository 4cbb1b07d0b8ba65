//! What a source decided while it read.

use std::time::Duration;

use chrono::TimeDelta;

/// A decision of a source, and the region that it was about.
#[derive(Clone, Debug, PartialEq)]
pub struct PlanLine {
    /// The region.
    pub region: String,
    /// The decision.
    pub decision: Decision,
}

/// What a source decided while it read, or what it decided by.
#[derive(Clone, Debug, PartialEq)]
pub enum Decision {
    /// Nothing is asked: all of the window is known from earlier readings.
    NothingToAsk,
    /// What is left between what is known is asked.
    Gaps {
        /// How many gaps.
        count: usize,
        /// How long they are together.
        length: TimeDelta,
    },
    /// By the first page it is judged how to go on.
    FirstPage {
        /// Entries on it.
        entries: usize,
        /// How long it took.
        took: Duration,
        /// What is expected to follow.
        rest: Rest,
    },
    /// Slow pages are read side by side.
    SideBySide {
        /// How long a page takes.
        page: Duration,
        /// Into how many parts the window is cut.
        parts: usize,
    },
    /// What lies before the alert goes first, as not all can be read.
    BeforeAlertFirst,
    /// So many spellings of named resources are looked up instead of the rest.
    LookUps(usize),
    /// So many pages came from another call that asks the same.
    Shared(usize),
}

/// What follows a page.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Rest {
    /// Nothing.
    Nothing,
    /// About so many pages.
    Pages(f64),
    /// Nobody knows how much.
    Unknown,
}
