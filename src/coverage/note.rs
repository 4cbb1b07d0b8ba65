//! What is to be said of a cell besides its state: typed, as nobody reads a sentence of ours again.

use std::time::Duration;

use chrono::{DateTime, Utc};

use super::{EngineFault, Failure, Survey};
use crate::time::Window;

/// What is to be said of a cell besides its state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Note {
    /// A request to AWS failed.
    Failed(Failure),
    /// So many requests, which are all that are allowed, did not reach: this was read by then.
    RequestsSpent(u32, Extent),
    /// So long a time did not reach: this was read by then.
    TimeSpent(Duration, Extent),
    /// This much was read all the same.
    Read(Extent),
    /// Some of the events could not be understood.
    Unreadable(Share),
    /// The source keeps nothing from before this instant.
    KeptSince(DateTime<Utc>),
    /// The source keeps nothing of the whole window.
    NotKept,
    /// The newest events may still arrive: everything is there up to this instant, if any of the window is that old.
    Settling(Option<DateTime<Utc>>),
    /// Some of the events belong to accounts or regions that were not asked for.
    LeftOut(Share),
    /// The named resources were looked up by some of their spellings instead of the rest; of each the newest events only, where that is true.
    LookedUp(Share, bool),
    /// AWS throttled some of the requests.
    SomeThrottled(Share),
    /// The source is read region by region, and no region was named.
    RegionMissing,
    /// Only certain accounts may be read, and which one this is could not be found out.
    AccountUnknown,
    /// The account of the credentials may not be read.
    OwnAccountNotAllowed,
    /// The account may not be read.
    AccountNotAllowed,
    /// The alert names the account, and it may not be read.
    AlertAccountNotAllowed,
    /// No role leads to the account.
    RoleMissing,
    /// The alert names the account, and no role leads to it.
    AlertRoleMissing,
    /// The account's role is in this partition, and the region is in another.
    OtherPartition(String),
    /// The region may not be read.
    RegionNotAllowed,
    /// The region of global services may not be read.
    GlobalRegionNotAllowed,
    /// The source has nothing of the region.
    NothingOfRegion,
    /// The archive has only files that are no logs, if any.
    NoLogFiles(Survey),
    /// The archive has no file of the place that may reach into the window.
    NoFileInWindow,
    /// No file tells of what time it is.
    NoFileTime,
    /// The archive holds the place, which is not asked for or not allowed.
    HeldUnasked,
    /// Where the archive's files begin, if that is too late, and where they end, if that is too early.
    FilesReach(Option<DateTime<Utc>>, Option<DateTime<Utc>>),
    /// Time was up before any file was read.
    NoFileInTime,
    /// Time was up before every file was read.
    NotAllFilesInTime,
    /// More events are in the window than are held at once, so that not every file was read.
    TooManyEvents,
    /// As many objects or bytes were fetched from S3 as one call may, so that not every file was read.
    FetchesSpent,
    /// So many requests that list, so many for objects and so many bytes of these were read from S3 for the whole archive.
    Fetched(u32, u32, u64),
    /// The engine did not answer, or not all.
    Engine(EngineFault),
    /// So many bytes were scanned by the engine for all places together.
    Scanned(u64),
    /// So many rows, which are all that one query gives, did not reach: this was read by then.
    RowsSpent(usize, Extent),
    /// The engine holds nothing at all of the accounts and regions, for hours.
    EngineEmpty,
    /// The account is not among those whose events the engine holds.
    AccountNotHeld,
    /// So many of the files that hold its events are proven to be as CloudTrail delivered them.
    Proven(Share),
    /// The server ended before it was read.
    ServerEnded,
    /// Its reading broke off by a fault of ours.
    BrokeOff,
}

impl Note {
    /// Returns what was read from S3: requests that list, requests for objects, and bytes.
    pub fn fetched(&self) -> Option<(u32, u32, u64)> {
        if let Self::Fetched(lists, gets, bytes) = self { Some((*lists, *gets, *bytes)) } else { None }
    }

    /// Returns how many bytes an engine scanned.
    pub fn scanned(&self) -> Option<u64> {
        if let Self::Scanned(bytes) = self { Some(*bytes) } else { None }
    }

    /// Tells whether it counts what was spent, so that it is added up and tells nothing of how the reading ended.
    fn is_spending(&self) -> bool {
        self.fetched().is_some() || self.scanned().is_some()
    }

    /// Joins the notes of two readings, of which the first says more: its own, with what both spent.
    pub(super) fn join(first: Vec<Self>, second: Vec<Self>) -> Vec<Self> {
        let all = || first.iter().chain(&second);
        let fetched = all().filter_map(Self::fetched).reduce(|a, b| (a.0 + b.0, a.1 + b.1, a.2 + b.2));
        let scanned = all().filter_map(Self::scanned).reduce(|a, b| a + b);
        let spent = fetched.map(|(lists, gets, bytes)| Self::Fetched(lists, gets, bytes)).into_iter().chain(scanned.map(Self::Scanned));
        let spent: Vec<Self> = spent.collect();
        let [first, second] = [first, second].map(|notes| notes.into_iter().filter(|note| !note.is_spending()).collect::<Vec<_>>());
        if first.is_empty() { second } else { first }.into_iter().chain(spent).collect()
    }
}

/// What was read whole of a window whose end was not reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Extent {
    /// No interval.
    Nothing,
    /// Everything from this instant on.
    Since(DateTime<Utc>),
    /// This interval, and so many others.
    Between(Window, usize),
}

/// So many of so many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Share {
    /// How many.
    pub count: usize,
    /// Of how many.
    pub of: usize,
}
