//! What was looked at, and what was not: one cell per account, region and source.
//!
//! A source that fails or is cut short is a gap here, never silence. [`State::Exhausted`] cannot be claimed: a cell
//! of that state is only made from [`AllRead`], which is computed from what was read.

use std::time::Duration;

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::time::Window;

mod blind_spot;
mod decision;
mod engine;
mod failure;
mod file;
mod note;
mod obstacle;
mod profile;
mod proof;
mod reading;

pub use blind_spot::{BlindSpot, RecordingChange, RegionGuess, TrailGap, TrailsUnread};
pub use decision::{Decision, PlanLine, Rest};
pub use engine::EngineFault;
pub use failure::Failure;
pub use file::{FileFault, UnreadFile};
pub use note::{Extent, Note, Share};
pub use obstacle::{CertificateFault, Denier, Login, Name, Obstacle, ProfileFault};
pub use profile::{Attribute, Cost, LookUp, Profile, SourceName, Unit, Words};
pub use proof::AllRead;
pub use reading::{Cached, ReadSoFar, Reading, SoFar, Survey};

/// How a cell's reading ended, from light to grave: of two that are joined the graver stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Every page was read.
    Exhausted,
    /// Everything there is was read, but the newest minutes may not be delivered yet. Never of a time long past.
    Lagging,
    /// It was read as far as there is anything, and digests, which were to prove it, do not prove all of it.
    Unproven,
    /// There was nothing to read: no files, or a time before what is kept.
    NoData,
    /// The request budget ended first.
    PageCap,
    /// The time budget ended first.
    Deadline,
    /// The caller went away.
    Cancelled,
    /// AWS throttled past our patience.
    Throttled,
    /// AWS said access denied.
    Denied,
    /// Our policy does not allow it.
    DeniedByPolicy,
    /// It failed otherwise.
    Failed,
    /// The credentials are expired.
    Expired,
    /// The region is not enabled in the account.
    RegionDisabled,
    /// A digest or signature does not match.
    IntegrityFailed,
    /// No such source is configured.
    NotConfigured,
}

/// What stood in the way, where a machine can tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cause {
    /// What somebody has to mend before AWS can be asked, or knows who asks.
    Obstacle(Obstacle),
    /// The credentials are expired.
    ExpiredCredentials,
    /// AWS denied access.
    AccessDenied,
    /// AWS throttled past our patience.
    Throttled {
        /// After how long it is worth asking again.
        retry_after: Option<Duration>,
    },
    /// The request itself was refused, as it would be again.
    Refused,
    /// Whatever should have answered did not, or not so that it could be read.
    Unavailable,
}

/// Account, region and source.
pub type CellKey = (String, String, SourceName);

/// One account × region × source, and how far it was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cell {
    account: String,
    region: String,
    source: &'static Profile,
    state: State,
    covered: Option<Window>,
    /// Requests sent to AWS, or files read.
    pub requests: u32,
    /// Events read and inside the window, before filters.
    pub events: u32,
    /// What is to be said besides: causes and, when known, cures.
    pub notes: Vec<Note>,
    /// Files that may hold events of it and were not read whole.
    pub unread_files: Vec<UnreadFile>,
    /// Whether the caller asked for this cell; the global pass in us-east-1 is not asked for and does not lower the verdict when policy denies it.
    pub asked: bool,
    /// What stood in the way, where a machine can tell.
    pub cause: Option<Cause>,
}

impl Cell {
    /// Returns what somebody has to mend before it can be read.
    pub fn obstacle(&self) -> Option<&Obstacle> {
        match &self.cause {
            Some(Cause::Obstacle(obstacle)) => Some(obstacle),
            _ => None,
        }
    }

    /// Makes the cell of a reading that read everything in the window of the proof.
    ///
    /// Shape: the state is `Exhausted`.
    pub fn exhausted(proof: AllRead, account: &str, region: &str, source: &'static Profile) -> Self {
        Self::make(account, region, source, State::Exhausted, Some(proof.window()))
    }

    /// Makes the cell of a reading that ended early, or read to the end but may lack the newest events.
    ///
    /// Shape: `covered` is the interval that was read whole, absent when none was. `State::Exhausted` is not accepted
    /// and becomes `Failed`: it needs the proof that [`Cell::exhausted`] takes. A source that is not live and covers nothing
    /// cannot be `State::Lagging` and becomes `NoData`: without a file nothing says that it is kept up to date.
    pub fn cut(account: &str, region: &str, source: &'static Profile, state: State, covered: Option<Window>) -> Self {
        let state = match state {
            State::Exhausted => State::Failed,
            State::Lagging if !source.live && covered.is_none() => State::NoData,
            state => state,
        };
        Self::make(account, region, source, state, covered)
    }

    fn make(account: &str, region: &str, source: &'static Profile, state: State, covered: Option<Window>) -> Self {
        Self {
            account: account.into(),
            region: region.into(),
            source,
            state,
            covered,
            requests: 0,
            events: 0,
            notes: Vec::new(),
            unread_files: Vec::new(),
            asked: true,
            cause: None,
        }
    }

    /// Sets the counts and what is to be said besides.
    #[must_use]
    pub fn with(self, requests: u32, events: u32, notes: impl IntoIterator<Item = Note>) -> Self {
        Self { requests, events, notes: notes.into_iter().collect(), ..self }
    }

    /// Makes it one of files that are not as CloudTrail delivered them, or that are gone.
    ///
    /// Shape: the state is `IntegrityFailed`; what was read stays.
    #[must_use]
    pub fn disproven(mut self, files: Vec<UnreadFile>) -> Self {
        self.state = State::IntegrityFailed;
        self.unread_files = files.into_iter().chain(self.unread_files).collect();
        self
    }

    /// Makes it one of which digests do not prove that nothing is missing, altered or added.
    ///
    /// Shape: the state is `Unproven`, unless something graver stands.
    #[must_use]
    pub fn unproven(mut self) -> Self {
        self.state = self.state.max(State::Unproven);
        self
    }

    /// Joins this cell with a later reading of an adjacent interval of the same account, region and source.
    ///
    /// Shape: exhausted only when both are and their intervals touch; otherwise the graver state stands, with what both
    /// covered when that is one interval, else the later one.
    #[must_use]
    pub fn join(self, other: Self) -> Self {
        let touching = |a: Window, b: Window| a.from <= b.to && b.from <= a.to;
        let covered = match (self.covered, other.covered) {
            (Some(a), Some(b)) if touching(a, b) => Window::new(a.from.min(b.from), a.to.max(b.to)),
            (Some(a), Some(b)) => Some(if a.to > b.to { a } else { b }),
            (a, b) => a.or(b),
        };
        let apart = matches!((self.covered, other.covered), (Some(a), Some(b)) if !touching(a, b));
        let state = match self.state.max(other.state) {
            State::Exhausted if apart => State::Failed,
            state => state,
        };
        let (requests, events) = (self.requests + other.requests, self.events + other.events);
        let notes = if other.state >= self.state { Note::join(other.notes, self.notes) } else { Note::join(self.notes, other.notes) };
        let mut unread_files = self.unread_files;
        unread_files.extend(other.unread_files);
        unread_files.sort_by(|a, b| a.name.cmp(&b.name));
        unread_files.dedup_by(|a, b| a.name == b.name);
        let (asked, cause) = (self.asked || other.asked, other.cause.or(self.cause));
        Self { covered, state, requests, events, notes, unread_files, asked, cause, ..self }
    }

    /// Returns what tells it from other cells.
    pub fn key(&self) -> CellKey {
        (self.account.clone(), self.region.clone(), self.source.name)
    }

    /// Returns the account id; empty when unknown.
    pub fn account(&self) -> &str {
        &self.account
    }

    /// Returns the region.
    pub fn region(&self) -> &str {
        &self.region
    }

    /// Returns the source.
    pub fn source(&self) -> &'static Profile {
        self.source
    }

    /// Returns how the reading ended.
    pub fn state(&self) -> State {
        self.state
    }

    /// Returns the interval that was read whole.
    pub fn covered(&self) -> Option<Window> {
        self.covered
    }
}

/// How much of what was asked was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Every asked cell was read to the end.
    Complete,
    /// Some interval was read.
    Partial,
    /// Nothing was read.
    Unknown,
}

/// The account of a whole investigation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Coverage {
    /// One cell per account, region and source, in that order.
    pub cells: Vec<Cell>,
    /// What cannot be seen by nature or by policy.
    pub blind_spots: Vec<BlindSpot>,
}

impl Coverage {
    /// Judges the cells.
    ///
    /// Shape: `Complete` when there is at least one asked cell and all asked cells are exhausted; `Partial` when any
    /// interval was read whole, or when all that was asked was read to its end and is too new to be settled; else `Unknown`.
    pub fn verdict(&self) -> Verdict {
        if self.all_asked(|cell| cell.state == State::Exhausted) {
            Verdict::Complete
        } else if self.cells.iter().any(|cell| cell.covered.is_some()) || self.all_asked(|cell| cell.state == State::Lagging) {
            Verdict::Partial
        } else {
            Verdict::Unknown
        }
    }

    /// Tells whether there are asked cells and all of them are so.
    fn all_asked(&self, is: impl Fn(&Cell) -> bool) -> bool {
        let mut asked = self.cells.iter().filter(|cell| cell.asked).peekable();
        asked.peek().is_some() && asked.all(is)
    }

    /// Returns the latest instant up to which every cell was read, when the only shortage is a settling tail.
    ///
    /// Shape: nothing, too, when a cell has no interval that is settled.
    pub fn settled_to(&self) -> Option<DateTime<Utc>> {
        let only_tail = self.all_asked(|cell| matches!(cell.state, State::Exhausted | State::Lagging) && cell.covered.is_some());
        let ends = || self.cells.iter().filter(|cell| cell.asked).filter_map(|cell| cell.covered).map(|covered| covered.to);
        only_tail.then(|| ends().min()).flatten()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{archive, event_history};

    fn minutes(from: u32, to: u32) -> Option<Window> {
        let at = |minute: u32| crate::time::parse(&format!("2026-01-27T20:{minute:02}:00Z")).unwrap();
        Window::new(at(from), at(to))
    }

    fn cell(source: &'static Profile, state: State, covered: Option<Window>) -> Cell {
        Cell::cut("111122223333", "eu-west-1", source, state, covered)
    }

    fn coverage(cells: &[Cell]) -> Coverage {
        Coverage { cells: cells.to_vec(), blind_spots: Vec::new() }
    }

    fn whole() -> Cell {
        Cell::exhausted(AllRead::for_tests(minutes(0, 30).unwrap()), "111122223333", "us-east-1", &event_history::PROFILE)
    }

    #[test]
    fn a_failure_outweighs_a_time_that_is_no_longer_kept() {
        for grave in [State::PageCap, State::Throttled, State::Denied, State::Failed, State::Expired] {
            let cells = || (cell(&event_history::PROFILE, State::NoData, None), cell(&event_history::PROFILE, grave, None));
            let (old, failed) = cells();
            assert_eq!(old.join(failed).state(), grave);
            let (old, failed) = cells();
            assert_eq!(failed.join(old).state(), grave);
        }
    }

    #[test]
    fn an_archive_that_covers_nothing_is_never_lagging() {
        let state = |source, covered| cell(source, State::Lagging, covered).state();
        assert_eq!(state(&archive::PROFILE, None), State::NoData);
        assert_eq!(state(&archive::PROFILE, minutes(0, 20)), State::Lagging);
        assert_eq!(state(&event_history::PROFILE, None), State::Lagging);
    }

    #[test]
    fn cells_without_coverage_make_the_verdict_unknown_unless_all_are_merely_too_new() {
        let new = cell(&event_history::PROFILE, State::Lagging, None);
        let failed = cell(&event_history::PROFILE, State::Failed, None);
        assert_eq!(coverage(&[new.clone(), new.clone()]).verdict(), Verdict::Partial);
        assert_eq!(coverage(&[new.clone(), failed.clone()]).verdict(), Verdict::Unknown);
        assert_eq!(coverage(&[cell(&archive::PROFILE, State::NoData, None)]).verdict(), Verdict::Unknown);
        assert_eq!(coverage(&[cell(&archive::PROFILE, State::NoData, minutes(0, 20))]).verdict(), Verdict::Partial);
        assert_eq!(coverage(&[whole(), failed]).verdict(), Verdict::Partial);
        assert_eq!(coverage(&[]).verdict(), Verdict::Unknown);
    }

    #[test]
    fn one_cell_without_a_settled_interval_leaves_no_settled_instant_for_all() {
        let tail = cell(&event_history::PROFILE, State::Lagging, minutes(0, 20));
        assert_eq!(coverage(&[whole(), tail]).settled_to(), minutes(0, 20).map(|window| window.to));
        assert_eq!(coverage(&[whole(), cell(&event_history::PROFILE, State::Lagging, None)]).settled_to(), None);
        assert_eq!(coverage(&[whole(), cell(&archive::PROFILE, State::NoData, minutes(0, 20))]).settled_to(), None);
    }
}
