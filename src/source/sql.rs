//! SQL by callers: what an engine does that lets them ask in its own language.

use super::{BoxFuture, Query};
use crate::coverage::Cell;
use crate::policy::Unbound;
use crate::refusal::Refusal;

/// An engine that runs statements of SQL, where policy allows them.
///
/// Every implementation guarantees what [`Source`](super::Source) does of its readings, and that it runs nothing but what
/// [`Unbound::bind`] gives it, with bounds on account, region and time that admit no more than the query.
pub trait Sql: Send + Sync {
    /// Runs a statement within the accounts, regions, window and time of `query`.
    ///
    /// Errors: what the statement lacks, such as another table's name. A failure of the engine is a cell.
    fn ask<'a>(&'a self, statement: &'a Unbound, query: &'a Query) -> BoxFuture<'a, Result<SqlReading, Refusal>>;
}

/// What a statement gave.
#[derive(Debug, Default)]
pub struct SqlReading {
    /// The names of the columns.
    pub columns: Vec<String>,
    /// The rows, each with a text or nothing for every column.
    pub rows: Vec<Vec<Option<String>>>,
    /// How far the places of the query were read: at least one cell.
    pub cells: Vec<Cell>,
}
