//! What differs from engine to engine.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::asked::Asked;
use crate::coverage::{EngineFault, Failure, Profile};
use crate::event::Event;
use crate::source::BoxFuture;
use crate::source::api::{OpenQuery, Queries, Rejected};

/// A row of a result, by the names of its columns in lower case.
pub(super) type Row = Map<String, Value>;

/// What the operator set up for an engine.
#[derive(Clone, Debug)]
pub(super) struct Home {
    pub(super) queries: Queries,
    /// The region of the engine.
    pub(super) region: String,
    /// Accounts whose events it holds, as the operator named them. Default: none, which is the account of the engine and those of
    /// `[accounts]`.
    pub(super) accounts: Vec<String>,
    /// Accounts that are asked besides the engine's own where none were named.
    pub(super) known: Vec<String>,
    /// Most bytes that one query may read.
    pub(super) max_bytes: u64,
}

/// An engine: how it is asked, and what its rows mean.
pub(super) trait Driver: Send + Sync {
    /// Returns what it is like.
    fn profile(&self) -> &'static Profile;

    /// Returns how it is set up.
    fn home(&self) -> &Home;

    /// Writes what is asked as a statement that gives the newest records first, and at most `rows` of them.
    fn records(&self, asked: &Asked, rows: usize) -> String;

    /// Writes a statement that gives a row for each account and region that has any event.
    fn presence(&self, asked: &Asked) -> String;

    /// Returns how much a statement is likely to read, in a measure of its own that grows with it.
    fn extent(&self, asked: &Asked) -> f64;

    /// Returns how many rows one query gives at most.
    fn most_rows(&self) -> usize;

    /// Begins to speak with it for a caller.
    fn conversation(&self, caller: &str) -> Arc<dyn Conversation>;

    /// Reads the record of a row; nothing where it has none that can be read.
    fn event(&self, row: Row) -> Option<Event>;
}

/// What is said to an engine about queries.
///
/// Each method sends one request, or the same one again, and may be dropped at any await point.
pub(super) trait Conversation: Send + Sync {
    /// Tells of a query before it runs what the engine can tell.
    ///
    /// Errors: what keeps every query from running.
    fn foresee<'a>(&'a self, asked: &'a Asked) -> BoxFuture<'a, Result<Foreseen, EngineFault>>;

    /// Begins a query and returns its id.
    fn submit<'a>(&'a self, statement: &'a str, asked: &'a Asked) -> BoxFuture<'a, Result<String, EngineFault>>;

    /// Tells how a query is doing.
    fn poll<'a>(&'a self, id: &'a str) -> BoxFuture<'a, Result<Polled, EngineFault>>;

    /// Returns a page of the result: the first, or the one that a token of the page before leads to.
    fn page<'a>(&'a self, id: &'a str, token: Option<&'a str>) -> BoxFuture<'a, Result<Page, EngineFault>>;

    /// Ends a query.
    fn stop<'a>(&'a self, id: &'a str) -> BoxFuture<'a, ()>;

    /// States that a query may run from now on, until what is returned is dropped; nothing where nobody waits for that.
    fn open(&self) -> Option<OpenQuery>;

    /// Returns how many requests were sent.
    fn sent(&self) -> u32;
}

/// What is known of a query before it runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Foreseen {
    /// How many bytes it is likely to read.
    pub(super) bytes: Option<u64>,
    /// How many bytes the engine lets it read.
    pub(super) most: Option<u64>,
}

/// How a query is doing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Polled {
    pub(super) stage: Stage,
    /// What it has read so far.
    pub(super) bytes: u64,
}

/// Where a query stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    /// It waits for its turn.
    Queued,
    /// It runs.
    Running,
    /// It has ended, and its result can be read.
    Done,
    /// It has ended without one.
    Failed(EngineFault),
}

/// A page of a result.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Page {
    pub(super) rows: Vec<Row>,
    pub(super) next: Option<String>,
}

impl From<Failure> for EngineFault {
    fn from(failure: Failure) -> Self {
        Self::Request(failure)
    }
}

/// Says what a rejection means: by the first row of `table` whose code and words it has, else as of any request.
pub(super) fn judge(rejected: Rejected, table: &[(&str, &str, EngineFault)]) -> EngineFault {
    let said = rejected.message.to_lowercase();
    let fits = |code: &str, words: &str| (code.is_empty() || code == rejected.code) && said.contains(words);
    match table.iter().find(|(code, words, _)| fits(code, words)) {
        Some((_, _, fault)) => fault.clone(),
        None if rejected.failure == Failure::Refused => EngineFault::Statement(name_of(&rejected.code)),
        None => EngineFault::Request(rejected.failure),
    }
}

/// Keeps of a name that an engine has for a failure what is a name, as it is shown.
pub(super) fn name_of(text: &str) -> String {
    text.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').take(60).collect()
}
