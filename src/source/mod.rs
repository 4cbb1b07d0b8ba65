//! Where events come from. Only this module knows the AWS SDK; rate, retries and paging live here, once.

use std::future::Future;
use std::pin::Pin;

use crate::coverage::Cell;
use crate::event::Event;
use crate::plan::Query;

pub mod archive;
pub mod event_history;

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
}

/// What one query gave.
#[derive(Debug, Default)]
pub struct Reading {
    /// Events inside the query's window, in any order, possibly with duplicates.
    pub events: Vec<Event>,
    /// At least one cell, also when everything failed.
    pub cells: Vec<Cell>,
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
