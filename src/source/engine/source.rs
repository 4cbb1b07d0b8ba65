//! An engine as a source: what is asked of it, what it was asked before, and what it gave.

use std::collections::HashMap;
use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, Utc};
use lru::LruCache;
use tokio::time::{Duration, Instant, timeout_at};

use super::asked::Asked;
use super::conclude::{self, Given};
use super::driver::{Conversation, Driver};
use super::run::{self, Limits, Outcome};
use crate::coverage::{Cell, EngineFault, Failure, Note, Profile, Reading, State};
use crate::policy::Ungated;
use crate::source::{BoxFuture, Clock, Query, Source};
use crate::time::Window;

/// For how long a query that ended is not run again: who turns a page, or asks the same once more, reads its result.
const KEPT: Duration = Duration::from_secs(600);

/// Most queries that are known to have ended.
const KNOWN: usize = 256;

/// How long to wait before the first look at a query.
const PAUSE: Duration = Duration::from_millis(200);

/// An SQL engine, and what the process knows of its queries.
pub struct Engine {
    driver: Box<dyn Driver>,
    clock: Clock,
    pause: Duration,
    ended: Mutex<LruCache<Asking, Ended>>,
    /// The most bytes that a query read for each measure of its extent, as bits of a float.
    rate: AtomicU64,
}

/// Who asked, and what; the time stands beside a statement, or in it.
type Asking = (String, Window, String);

/// A query that ended well.
#[derive(Clone, Debug)]
struct Ended {
    id: String,
    at: Instant,
    /// When it was begun: what came later is not in its result.
    begun: DateTime<Utc>,
}

impl Engine {
    pub(super) fn new(driver: impl Driver + 'static, clock: Clock) -> Self {
        let ended = Mutex::new(LruCache::new(NonZeroUsize::new(KNOWN).unwrap_or(NonZeroUsize::MIN)));
        Self { driver: Box::new(driver), clock, pause: PAUSE, ended, rate: AtomicU64::new(0) }
    }

    /// Waits so long before it first looks at a query. Default: 200 ms.
    #[must_use]
    pub fn looking_after(self, pause: Duration) -> Self {
        Self { pause, ..self }
    }

    async fn read_query(&self, query: &Query) -> Reading {
        let begin = Instant::now();
        let until = begin.checked_add(query.deadline()).unwrap_or(begin);
        let home = self.driver.home();
        let conversation = self.driver.conversation(query.caller());
        let (accounts, missed) = match timeout_at(until, self.accounts(query)).await.unwrap_or(Err(Failure::TimedOut)) {
            Ok(accounts) => accounts,
            Err(failure) => return self.gap(query, failure.into(), conversation.sent()),
        };
        let asked = Asked::of(query, accounts, &home.region);
        let mut reading = if asked.accounts.is_empty() {
            Reading::default()
        } else {
            let limits = Limits { until, time: query.deadline(), bytes: home.max_bytes, rows: self.driver.most_rows(), pause: self.pause };
            self.ask(query, &asked, &conversation, limits).await
        };
        reading.cells.extend(missed.into_iter().map(|account| {
            let region = asked.regions.first().map(String::as_str).unwrap_or_default();
            Cell::cut(&account, region, self.profile(), State::NotConfigured, None).with(0, 0, [Note::AccountNotHeld])
        }));
        if reading.cells.is_empty() {
            let cell = Cell::cut("", "", self.profile(), State::DeniedByPolicy, None).with(0, 0, [Note::AccountNotAllowed]);
            reading.cells.push(cell);
        }
        reading
    }

    /// Asks, or reads again what was asked a moment ago.
    async fn ask(&self, query: &Query, asked: &Asked, conversation: &Arc<dyn Conversation>, limits: Limits) -> Reading {
        let now = (self.clock)();
        let most = limits.rows;
        let statement = self.driver.records(asked, most);
        let (outcome, begun) = match self.again(query, &statement, conversation, limits).await {
            Some((outcome, begun)) => (outcome, begun),
            None => (self.run(asked, statement.clone(), conversation, limits).await, now),
        };
        self.remember(query, statement, &outcome, begun);
        let bytes = outcome.bytes;
        let mut given = Given::of(self.driver.as_ref(), query, asked, outcome, begun);
        given.bytes = bytes;
        if given.is_empty() {
            let wider = asked.presence();
            let probed = self.run(&wider, self.driver.presence(&wider), conversation, limits).await;
            given.bytes += probed.bytes;
            match probed.fault {
                // What may hold nothing at all proves nothing by giving nothing.
                Some(fault) => given.fault = Some(fault),
                None => given.present = Some(probed.rows.iter().filter_map(conclude::place).collect()),
            }
        }
        given.conclude(query, asked, conversation.sent())
    }

    /// Runs a statement, if it is not expected to read too much.
    async fn run(&self, asked: &Asked, statement: String, conversation: &Arc<dyn Conversation>, limits: Limits) -> Outcome {
        let extent = self.driver.extent(asked);
        let foreseen = timeout_at(limits.until, conversation.foresee(asked)).await;
        let foreseen = match foreseen.unwrap_or(Err(EngineFault::TimeSpent(limits.time))) {
            Ok(foreseen) => foreseen,
            Err(fault) => return Outcome { fault: Some(fault), ..Outcome::default() },
        };
        let rate = f64::from_bits(self.rate.load(Ordering::Relaxed));
        let expected = foreseen.bytes.unwrap_or_default().max((rate * extent) as u64);
        let most = limits.bytes.min(foreseen.most.unwrap_or(u64::MAX));
        if expected > most {
            return Outcome { fault: Some(EngineFault::TooManyBytes(expected, most)), ..Outcome::default() };
        }
        let outcome = run::run(conversation, statement, asked, limits).await;
        if outcome.fault.is_none() && extent > 0.0 {
            let rate = outcome.bytes as f64 / extent;
            let more = |known: u64| (rate > f64::from_bits(known)).then(|| rate.to_bits());
            _ = self.rate.fetch_update(Ordering::Relaxed, Ordering::Relaxed, more);
        }
        outcome
    }

    /// Reads the result of the same query, where it was run a moment ago and the engine still has it.
    async fn again(
        &self,
        query: &Query,
        statement: &str,
        conversation: &Arc<dyn Conversation>,
        limits: Limits,
    ) -> Option<(Outcome, DateTime<Utc>)> {
        let asking = (query.caller().to_owned(), query.window(), statement.to_owned());
        let known = self.ended.lock().unwrap_or_else(PoisonError::into_inner).get(&asking).cloned();
        let known = known.filter(|ended| ended.at.elapsed() < KEPT)?;
        let outcome = run::fetch(conversation, known.id, limits).await;
        outcome.fault.is_none().then_some((outcome, known.begun))
    }

    fn remember(&self, query: &Query, statement: String, outcome: &Outcome, begun: DateTime<Utc>) {
        let mut ended = self.ended.lock().unwrap_or_else(PoisonError::into_inner);
        let asking = (query.caller().to_owned(), query.window(), statement);
        match &outcome.id {
            Some(id) => match ended.peek_mut(&asking) {
                Some(known) if known.id == *id => {}
                _ => _ = ended.put(asking, Ended { id: id.clone(), at: Instant::now(), begun }),
            },
            None => _ = ended.pop(&asking),
        }
    }

    /// Returns the accounts to ask for, and those that are asked for and that the engine does not hold.
    ///
    /// Errors: why the engine's own account, which is asked where none is named, is not known.
    async fn accounts(&self, query: &Query) -> Result<(Vec<String>, Vec<String>), Failure> {
        let home = self.driver.home();
        let named = !home.accounts.is_empty();
        match query.accounts() {
            // Which accounts an engine holds may be known to itself alone; one that it does not hold has no events.
            Some(asked) if !named => Ok((asked.to_vec(), Vec::new())),
            Some(asked) => Ok(asked.iter().cloned().partition(|account| home.accounts.contains(account))),
            None if named => Ok((home.accounts.clone(), Vec::new())),
            None => {
                let own = home.queries.of(query.caller()).account().await?;
                let others = home.known.iter().filter(|account| **account != own).cloned();
                Ok((std::iter::once(own.clone()).chain(others).collect(), Vec::new()))
            }
        }
    }

    fn gap(&self, query: &Query, fault: EngineFault, requests: u32) -> Reading {
        let (account, region) = (query.account().unwrap_or_default(), query.region().unwrap_or_default());
        let mut cell = Cell::cut(account, region, self.profile(), fault.state(), None);
        cell.cause = fault.cause();
        Reading { cells: vec![cell.with(requests, 0, [Note::Engine(fault)])], ..Reading::default() }
    }
}

impl Source for Engine {
    fn profile(&self) -> &'static Profile {
        self.driver.profile()
    }

    fn read<'a>(&'a self, query: &'a Query) -> BoxFuture<'a, Ungated> {
        Box::pin(async {
            let mut reading = self.read_query(query).await;
            reading.cells.iter_mut().for_each(|cell| cell.asked &= query.asked());
            reading.into()
        })
    }
}

impl std::fmt::Debug for Engine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Engine").field("name", &self.driver.profile().name).finish_non_exhaustive()
    }
}

/// How many events each place gave.
pub(super) type Counts = HashMap<(String, String), u32>;
