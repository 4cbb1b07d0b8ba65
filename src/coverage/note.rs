//! What is to be said of a cell besides its state: typed, as nobody reads a sentence of ours again.

use std::time::Duration;

use chrono::{DateTime, Utc};

use super::Failure;

/// What is to be said of a cell besides its state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Note {
    /// A request to AWS failed.
    Failed(Failure),
    /// As many requests as are allowed did not reach.
    RequestsSpent {
        /// How many were sent.
        requests: u32,
        /// What was read by then.
        read: Extent,
    },
    /// The time did not reach.
    TimeSpent {
        /// How long that was.
        time: Duration,
        /// What was read by then.
        read: Extent,
    },
    /// This much was read all the same.
    Read(Extent),
    /// Of what was read, events could not be understood.
    Unreadable {
        /// How many.
        events: u32,
        /// Of how many.
        of: u32,
    },
    /// The source keeps nothing from before this instant.
    KeptSince(DateTime<Utc>),
    /// The source keeps nothing of the whole window.
    NotKept,
    /// The newest events may still arrive: everything is there up to this instant, if any of the window is that old.
    Settling(Option<DateTime<Utc>>),
    /// Events of other accounts or regions came along.
    LeftOut {
        /// How many.
        events: usize,
        /// Of how many.
        of: usize,
    },
    /// The named resources were looked up instead of the rest.
    LookedUp {
        /// By how many spellings.
        asked: usize,
        /// Of how many.
        all: usize,
        /// Whether only the newest events of each were read.
        newest_only: bool,
    },
    /// AWS throttled some of the requests.
    SomeThrottled {
        /// How many.
        requests: u32,
        /// Of how many.
        of: u32,
    },
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
    NoLogFiles {
        /// Digest files.
        digests: u32,
        /// Everything else.
        others: u32,
    },
    /// The archive has no file of the place that may reach into the window.
    NoFileInWindow,
    /// No file tells of what time it is.
    NoFileTime,
    /// The archive holds the place, which is not asked for or not allowed.
    HeldUnasked,
    /// Where the archive's files fall short of the window.
    FilesReach {
        /// Where they begin, if that is too late.
        begin: Option<DateTime<Utc>>,
        /// Where they end, if that is too early.
        end: Option<DateTime<Utc>>,
    },
    /// Time was up before any file was read.
    NoFileInTime,
    /// Time was up before every file was read.
    NotAllFilesInTime,
    /// The server ended before it was read.
    ServerEnded,
    /// Its reading broke off by a fault of ours.
    BrokeOff,
}

/// What was read whole of a window whose end was not reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Extent {
    /// No interval.
    Nothing,
    /// Everything from this instant on.
    Since(DateTime<Utc>),
    /// Everything from one instant to another, and other intervals besides.
    Between {
        /// Where it begins.
        from: DateTime<Utc>,
        /// Where it ends.
        to: DateTime<Utc>,
        /// How many other intervals.
        others: usize,
    },
}
