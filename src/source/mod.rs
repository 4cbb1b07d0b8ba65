//! Where events come from. Only this module knows the AWS SDK; rate, retries and paging live here, once.

use std::future::Future;
use std::pin::Pin;

use crate::coverage::Cell;
use crate::event::Event;

pub mod archive;
pub mod event_history;
mod https;
pub mod interruptible;
mod progress;
mod query;

pub use progress::Progress;
pub use query::{Kind, Query};

/// The proof that a source read everything a query asked for: every page, every file.
///
/// Only sources make one, and only where their reading came to its natural end.
#[derive(Debug)]
pub struct AllRead(());

impl AllRead {
    /// States that the last page or the last file was read.
    pub(in crate::source) fn proven() -> Self {
        Self(())
    }

    /// States it for a cell that no source made.
    #[cfg(test)]
    pub(crate) fn for_tests() -> Self {
        Self(())
    }
}

/// What one query gave.
#[derive(Debug, Default)]
pub struct Reading {
    /// Events inside the query's window, in any order, possibly with duplicates.
    pub events: Vec<Event>,
    /// At least one cell, also when everything failed.
    pub cells: Vec<Cell>,
    /// What files were there; all zero where the source has none.
    pub survey: Survey,
    /// Events that were known from earlier readings and cost nothing.
    pub cached: u32,
    /// The decisions on the way, in plain words without text from outside.
    pub told: Vec<String>,
}

/// What files an archive holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Survey {
    /// Log files, skipped ones included.
    pub log_files: u32,
    /// Digest files, which are not read as events.
    pub digest_files: u32,
    /// Everything else: other endings, and JSON without records.
    pub other_files: u32,
}

impl Survey {
    /// Joins two surveys of the same archive: the one that looked into more files knows more.
    #[must_use]
    pub fn join(self, other: Self) -> Self {
        Self {
            log_files: self.log_files.max(other.log_files),
            digest_files: self.digest_files.max(other.digest_files),
            other_files: self.other_files.max(other.other_files),
        }
    }

    /// Says which files are no logs, as in "3 digest files and 1 other file"; nothing when all are.
    pub fn no_logs(&self) -> Option<String> {
        let counted = |n: u32, kind: &str| (n > 0).then(|| format!("{n} {kind} file{}", if n == 1 { "" } else { "s" }));
        let told: Vec<String> = [counted(self.digest_files, "digest"), counted(self.other_files, "other")].into_iter().flatten().collect();
        (!told.is_empty()).then(|| told.join(" and "))
    }
}

/// A boxed future, as `Source` is used as an object.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// A place that holds CloudTrail events.
///
/// Guarantees: `read` never fails as a whole, it tells by its cells what could not be read; it returns no event outside
/// the query's window, accounts or regions; it may be dropped at any await point. It does not guarantee order or uniqueness.
pub trait Source: Send + Sync {
    /// Reads what `query` asks for.
    fn read<'a>(&'a self, query: &'a Query) -> BoxFuture<'a, Reading>;
}
