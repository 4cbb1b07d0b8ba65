//! What may keep an SQL engine from answering, typed, as words are found elsewhere.

use std::time::Duration;

use super::{Cause, Failure, State};

/// Why an engine gave nothing, or not all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EngineFault {
    /// A request to it failed, as any request may.
    Request(Failure),
    /// The call had no time left while the query ran for so long; it was stopped.
    TimeSpent(Duration),
    /// The call had no time left, and the query was still queued after so long; it was stopped.
    Queued(Duration),
    /// The engine's own limit of time ended it.
    TimedOut,
    /// Somebody else stopped it.
    Cancelled,
    /// It is expected to read so many bytes, of which this many are allowed; it was not begun.
    TooManyBytes(u64, u64),
    /// It had read so many bytes, of which this many are allowed; it was stopped.
    BytesSpent(u64, u64),
    /// A limit of bytes that is set in the engine ended it.
    ByteLimit,
    /// As many queries run as the engine allows.
    TooManyQueries,
    /// The query names more accounts and regions than the engine takes.
    TooLong,
    /// The table or its database does not exist.
    NoTable,
    /// The table has not the columns that are asked for.
    NoColumn,
    /// The table's partitions cannot be chosen as they are asked for.
    NoPartition,
    /// The workgroup does not exist or is disabled.
    NoWorkgroup,
    /// There is no place for results, or it does not exist.
    NoOutput,
    /// What the table reads, or the place for results, may not be used, or not decrypted.
    DataDenied,
    /// The log group does not exist.
    NoLogGroup,
    /// The event data store does not exist here.
    NoStore,
    /// The event data store is stopped or about to be deleted.
    StoreInactive,
    /// CloudTrail Lake is not open to this account.
    Closed,
    /// The engine does not take the query as it is written, with the name that it has for that.
    Statement(String),
    /// The engine failed by itself, with the name that it has for that.
    Engine(String),
    /// What it gave is no result.
    Unreadable,
}

impl EngineFault {
    /// Returns the state of a cell that ended so.
    pub fn state(&self) -> State {
        match self {
            Self::Request(failure) => failure.state(),
            Self::TimeSpent(_) | Self::Queued(_) | Self::TimedOut => State::Deadline,
            Self::Cancelled => State::Cancelled,
            Self::TooManyBytes(..) | Self::BytesSpent(..) | Self::ByteLimit | Self::TooLong => State::PageCap,
            Self::TooManyQueries => State::Throttled,
            Self::DataDenied => State::Denied,
            Self::NoTable
            | Self::NoColumn
            | Self::NoPartition
            | Self::NoWorkgroup
            | Self::NoOutput
            | Self::NoLogGroup
            | Self::NoStore
            | Self::StoreInactive
            | Self::Closed
            | Self::Statement(_)
            | Self::Engine(_)
            | Self::Unreadable => State::Failed,
        }
    }

    /// Returns the cause for programs, where the error contract has a code for it.
    pub fn cause(&self) -> Option<Cause> {
        match self {
            Self::Request(failure) => failure.cause(),
            Self::TooManyQueries => Some(Cause::Throttled { retry_after: Some(RETRY_AFTER) }),
            Self::DataDenied => Some(Cause::AccessDenied),
            // Asking again, as before, mends none of these.
            Self::TooManyBytes(..) | Self::BytesSpent(..) | Self::ByteLimit | Self::TooLong | Self::Statement(_) => Some(Cause::Refused),
            Self::NoTable
            | Self::NoColumn
            | Self::NoPartition
            | Self::NoWorkgroup
            | Self::NoOutput
            | Self::NoLogGroup
            | Self::NoStore
            | Self::StoreInactive
            | Self::Closed => Some(Cause::Refused),
            Self::TimeSpent(_) | Self::Queued(_) | Self::TimedOut | Self::Cancelled | Self::Engine(_) | Self::Unreadable => {
                Some(Cause::Unavailable)
            }
        }
    }
}

/// After how long an engine is likely to have ended one of the queries that it runs.
const RETRY_AFTER: Duration = Duration::from_secs(10);
