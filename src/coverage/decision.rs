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
    /// So many gaps are asked, so long together, which are left between what is known.
    Gaps(usize, TimeDelta),
    /// The first page holds so many entries and took so long; by what is expected to follow it is judged how to go on.
    FirstPage(usize, Duration, Rest),
    /// Pages take so long that the window is read in so many parts side by side.
    SideBySide(Duration, usize),
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
