//! What differs from engine to engine: how it is set up, what it is asked, what its rows mean, and what its failures do.

use serde_json::Value;

use super::asked::Asked;
use super::sql::Table;
use crate::coverage::{EngineFault, Failure, Profile};
use crate::event::Event;
use crate::source::api::{Queries, Rejected};

/// A row of a result: its cells with the names of their columns, in the engine's order.
pub(super) type Row = Vec<(String, Value)>;

/// Returns a cell of a row.
pub(super) fn cell<'a>(row: &'a Row, name: &str) -> Option<&'a Value> {
    row.iter().find(|(own, _)| own == name).map(|(_, value)| value)
}

/// What the operator set up for an engine.
#[derive(Clone, Debug)]
pub(super) struct Home {
    /// What it is like.
    pub(super) profile: &'static Profile,
    /// Most rows of one query.
    pub(super) rows: usize,
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

/// What differs from engine to engine besides the words of its protocol.
pub(super) trait Driver: Send + Sync + 'static {
    /// Returns what writes statements in its language.
    fn statements(&self) -> &dyn Statements;

    /// Returns how much a statement is likely to read, in a measure of its own that grows with it. Default: by time alone.
    fn extent(&self, asked: &Asked) -> f64 {
        asked.window.length().num_seconds() as f64
    }

    /// Reads the record of a row; nothing where it has none that can be read.
    fn event(&self, row: Row) -> Option<Event>;
}

/// What writes statements in the language of an engine.
pub(super) trait Statements: Send + Sync {
    /// Writes what is asked as a statement that gives the newest records first, and at most `rows` of them.
    fn records(&self, asked: &Asked, rows: usize) -> String;

    /// Writes a statement that gives a row for each account and region that has any event.
    fn presence(&self, asked: &Asked) -> String;

    /// Returns the table that statements of callers may read; nothing where it takes none.
    fn table(&self) -> Option<&Table>;
}

/// A row of an engine's table of faults: of what it fits, words in lower case that are said, and what that means.
pub(super) struct Fault(pub(super) Of, pub(super) &'static str, pub(super) EngineFault);

/// Of what a row of a table of faults fits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Of {
    /// A query that failed, or a request that was refused for no reason that any request may have.
    Query,
    /// These, and a request that failed for any reason.
    Anything,
    /// A request that was refused with this code.
    Code(&'static str),
}

/// Says what the rejection of a request means: by the first row of `table` that fits, else as of any request.
pub(super) fn judge(rejected: &Rejected, table: &[Fault]) -> EngineFault {
    let said = rejected.message.to_lowercase();
    let fits = |of: Of| match of {
        Of::Query => rejected.failure == Failure::Refused,
        Of::Anything => true,
        Of::Code(code) => code == rejected.code,
    };
    match table.iter().find(|Fault(of, words, _)| fits(*of) && said.contains(words)) {
        Some(Fault(.., means)) => means.clone(),
        None if rejected.failure == Failure::Refused => EngineFault::Statement(name_of(&rejected.code)),
        None => EngineFault::Request(rejected.failure.clone()),
    }
}

/// Says what the words mean with which a query failed; nothing where `table` does not know them.
pub(super) fn judge_end(said: &str, table: &[Fault]) -> Option<EngineFault> {
    let said = said.to_lowercase();
    let fits = |of: Of| matches!(of, Of::Query | Of::Anything);
    table.iter().find(|Fault(of, words, _)| fits(*of) && said.contains(words)).map(|Fault(.., means)| means.clone())
}

/// Keeps of a name that an engine has for a failure what is a name, as it is shown.
pub(super) fn name_of(text: &str) -> String {
    text.trim_start().chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').take(60).collect()
}
