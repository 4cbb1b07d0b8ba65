//! What one query gave.

use super::Cell;
use crate::event::Event;

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

    /// Says which files are no logs, as in "3 digest files and 1 other file"; nothing when all are.
    pub fn no_logs(&self) -> Option<String> {
        let counted = |n: u32, kind: &str| (n > 0).then(|| format!("{n} {kind} file{}", if n == 1 { "" } else { "s" }));
        let told: Vec<String> = [counted(self.digest_files, "digest"), counted(self.other_files, "other")].into_iter().flatten().collect();
        (!told.is_empty()).then(|| told.join(" and "))
    }
}
