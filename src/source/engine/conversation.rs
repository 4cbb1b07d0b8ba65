//! What is said to an engine about queries: begin, look, fetch, stop. Engines differ in the words alone, and those are a [`Wire`].

use std::sync::Arc;

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::asked::Asked;
use super::driver::{Fault, Row, judge};
use crate::coverage::{EngineFault, Failure};
use crate::source::BoxFuture;
use crate::source::api::{OpenQuery, Queries, Read};

/// What is said to an engine about queries.
///
/// Each method sends one request, or the same one again, and may be dropped at any await point.
pub(super) trait Conversation: Send + Sync {
    /// Tells of a query before it runs what the engine can tell.
    fn foresee<'a>(&'a self, asked: &'a Asked) -> BoxFuture<'a, Foreseen>;

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
    /// How long before the query its result may have been made: nothing, unless the engine gives an earlier one again.
    pub(super) age: TimeDelta,
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

/// The requests about a query, and what their members are called.
#[derive(Clone, Copy, Debug)]
pub(super) struct Requests {
    pub(super) begin: &'static Read,
    pub(super) look: &'static Read,
    pub(super) fetch: &'static Read,
    pub(super) stop: &'static Read,
    /// The member that holds the id of a query.
    pub(super) id: &'static str,
    /// The member that holds how many rows a page has at most, and how many that are.
    pub(super) rows: (&'static str, usize),
    /// The member that leads to the next page.
    pub(super) next: &'static str,
}

/// The words of an engine: what is sent, and what an answer means.
pub(super) trait Wire: Send + Sync + 'static {
    /// Returns the requests about a query.
    fn requests(&self) -> Requests;

    /// Returns what the engine says of a request, or of a query that failed, and what that means.
    fn faults(&self) -> Vec<Fault>;

    /// Tells of a query before it runs what the engine can tell. Default: nothing.
    fn foresee<'a>(&'a self, _: &'a Queries, _: &'a Asked) -> BoxFuture<'a, Foreseen> {
        Box::pin(std::future::ready(Foreseen::default()))
    }

    /// Writes what begins a query.
    ///
    /// Errors: what the engine would not take.
    fn begin(&self, statement: &str, asked: &Asked) -> Result<Value, EngineFault>;

    /// Returns what every request about a query holds besides its id, as an object. Default: nothing.
    fn about(&self) -> Value {
        json!({})
    }

    /// Returns what a look at a query holds besides that, as an object. Default: nothing.
    fn looking(&self) -> Value {
        json!({})
    }

    /// Reads how a query is doing; nothing where that is not told.
    fn polled(&self, told: &Value) -> Option<Polled>;

    /// Reads the rows of a page, of which the first of a result may be told; nothing where there is no list of them.
    fn rows(&self, told: &Value, first: bool) -> Option<Vec<Row>>;
}

/// A conversation with an engine in its words.
pub(super) struct Talk<W> {
    queries: Queries,
    wire: Arc<W>,
}

impl<W: Wire> Talk<W> {
    /// Begins to speak.
    pub(super) fn begin(queries: Queries, wire: &Arc<W>) -> Arc<dyn Conversation> {
        Arc::new(Self { queries, wire: Arc::clone(wire) })
    }

    async fn send(&self, read: &'static Read, ask: Value) -> Result<Value, EngineFault> {
        self.queries.send(read, ask).await.map_err(|rejected| judge(&rejected, &self.wire.faults()))
    }

    /// Writes a request about a query, which holds more members, too.
    fn about(&self, id: &str, more: Value) -> Value {
        let mut ask = self.wire.about();
        if let (Some(ask), Value::Object(more)) = (ask.as_object_mut(), more) {
            ask.insert(self.wire.requests().id.to_owned(), id.into());
            ask.extend(more);
        }
        ask
    }
}

impl<W: Wire> Conversation for Talk<W> {
    fn foresee<'a>(&'a self, asked: &'a Asked) -> BoxFuture<'a, Foreseen> {
        self.wire.foresee(&self.queries, asked)
    }

    fn submit<'a>(&'a self, statement: &'a str, asked: &'a Asked) -> BoxFuture<'a, Result<String, EngineFault>> {
        Box::pin(async move {
            let requests = self.wire.requests();
            let told = self.send(requests.begin, self.wire.begin(statement, asked)?).await?;
            told.get(requests.id).and_then(Value::as_str).map(str::to_owned).ok_or(EngineFault::Unreadable)
        })
    }

    fn poll<'a>(&'a self, id: &'a str) -> BoxFuture<'a, Result<Polled, EngineFault>> {
        Box::pin(async move {
            let told = self.send(self.wire.requests().look, self.about(id, self.wire.looking())).await?;
            self.wire.polled(&told).ok_or(EngineFault::Unreadable)
        })
    }

    fn page<'a>(&'a self, id: &'a str, token: Option<&'a str>) -> BoxFuture<'a, Result<Page, EngineFault>> {
        Box::pin(async move {
            let Requests { fetch, rows: (name, most), next, .. } = self.wire.requests();
            let more = token.map_or_else(|| json!({name: most}), |token| json!({name: most, next: token}));
            let told = self.send(fetch, self.about(id, more)).await?;
            let rows = self.wire.rows(&told, token.is_none()).ok_or(EngineFault::Unreadable)?;
            Ok(Page { rows, next: told.get(next).and_then(Value::as_str).filter(|token| !token.is_empty()).map(str::to_owned) })
        })
    }

    fn stop<'a>(&'a self, id: &'a str) -> BoxFuture<'a, ()> {
        Box::pin(async move { _ = self.queries.send(self.wire.requests().stop, self.about(id, json!({}))).await })
    }

    fn open(&self) -> Option<OpenQuery> {
        Some(self.queries.open())
    }

    fn sent(&self) -> u32 {
        self.queries.sent()
    }
}

impl From<Failure> for EngineFault {
    fn from(failure: Failure) -> Self {
        Self::Request(failure)
    }
}
