//! An engine as a source: what is asked of it, what it was asked before, and what it gave.

use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, Utc};
use lru::LruCache;
use tokio::time::{Duration, Instant, timeout_at};

use super::asked::Asked;
use super::conclude::{Given, place};
use super::conversation::{Conversation, Talk, Wire};
use super::driver::{Driver, Home};
use super::held::{Held, Holding};
use super::run::{self, Limits, Outcome};
use crate::coverage::{Cell, EngineFault, Failure, Note, Profile, Reading, State};
use crate::policy::Ungated;
use crate::source::sql::Sql;
use crate::source::{BoxFuture, Clock, Query, Source};
use crate::time::Window;

/// For how long a query that ended is not run again: who turns a page, or asks the same once more, reads its result.
const KEPT: Duration = Duration::from_secs(600);

/// Most queries that are known to have ended.
const KNOWN: usize = 256;

/// How long to wait before the first look at a query.
const PAUSE: Duration = Duration::from_millis(200);

/// Opens a conversation with an engine for a caller.
type Speak = Box<dyn Fn(&str) -> Arc<dyn Conversation> + Send + Sync>;

/// An SQL engine, and what the process knows of its queries.
pub struct Engine {
    pub(super) driver: Arc<dyn Driver>,
    home: Home,
    speak: Speak,
    clock: Clock,
    pause: Duration,
    ended: Mutex<LruCache<Statement, Ended>>,
    held: Held,
    /// The most bytes that a query read for each measure of its extent, as bits of a float.
    rate: AtomicU64,
}

/// Who asked, and what; the time stands beside a statement, or in it.
type Statement = (String, Window, String);

/// A question to an engine, once it is known whom to ask for.
pub(super) struct Asking {
    pub(super) caller: String,
    pub(super) conversation: Arc<dyn Conversation>,
    /// What is asked; without an account there is nothing to ask.
    pub(super) asked: Asked,
    /// Cells of what the engine does not hold, or may not be asked for.
    pub(super) missed: Vec<Cell>,
    pub(super) limits: Limits,
}

/// A query that ended well.
#[derive(Clone, Debug)]
struct Ended {
    id: String,
    at: Instant,
    /// When it was begun: what came later is not in its result.
    begun: DateTime<Utc>,
}

impl Engine {
    /// Makes one that knows of no query yet.
    pub(super) fn new<E: Driver + Wire>(home: Home, own: E, clock: Clock) -> Self {
        let own = Arc::new(own);
        let (queries, wire) = (home.queries.clone(), Arc::clone(&own));
        Self {
            driver: own,
            home,
            speak: Box::new(move |caller: &str| Talk::begin(queries.of(caller), &wire)),
            clock,
            pause: PAUSE,
            ended: Mutex::new(LruCache::new(NonZeroUsize::new(KNOWN).unwrap_or(NonZeroUsize::MIN))),
            held: Held::default(),
            rate: AtomicU64::new(0),
        }
    }

    /// Waits so long before it first looks at a query. Default: 200 ms.
    #[must_use]
    pub fn looking_after(self, pause: Duration) -> Self {
        Self { pause, ..self }
    }

    async fn read_query(&self, query: &Query) -> Reading {
        let mut asking = match self.begin(query).await {
            Ok(asking) => asking,
            Err(gap) => return Reading { cells: vec![*gap], ..Reading::default() },
        };
        let mut reading = if asking.asked.accounts.is_empty() { Reading::default() } else { self.records(query, &asking).await };
        reading.cells.append(&mut asking.missed);
        reading
    }

    /// Finds out whom to ask for, and begins to speak with the engine.
    ///
    /// Errors: the cell of a reading that cannot begin.
    pub(super) async fn begin(&self, query: &Query) -> Result<Asking, Box<Cell>> {
        let begin = Instant::now();
        let until = begin.checked_add(query.deadline()).unwrap_or(begin);
        let home = &self.home;
        let conversation = (self.speak)(query.caller());
        let (accounts, missed) = match timeout_at(until, self.accounts(query)).await.unwrap_or(Err(Failure::TimedOut)) {
            Ok(accounts) => accounts,
            Err(failure) => return Err(Box::new(self.gap(query, failure.into(), conversation.sent()))),
        };
        let asked = Asked::of(query, accounts, &home.region);
        let region = asked.regions.first().map(String::as_str).unwrap_or_default();
        let not_held =
            |account: String| Cell::cut(&account, region, self.profile(), State::NotConfigured, None).with(0, 0, [Note::AccountNotHeld]);
        let mut missed: Vec<Cell> = missed.into_iter().map(not_held).collect();
        if asked.accounts.is_empty() && missed.is_empty() {
            missed.push(Cell::cut("", "", self.profile(), State::DeniedByPolicy, None).with(0, 0, [Note::AccountNotAllowed]));
        }
        let limits = Limits { until, time: query.deadline(), bytes: home.max_bytes, rows: home.rows, pause: self.pause };
        Ok(Asking { caller: query.caller().to_owned(), conversation, asked, missed, limits })
    }

    /// Asks for records, or reads again what was asked a moment ago.
    async fn records(&self, query: &Query, asking: &Asking) -> Reading {
        let statement = self.driver.statements().records(&asking.asked, asking.limits.rows);
        let (outcome, begun) = self.run_or_read(asking, &asking.asked, statement, asking.limits).await;
        let mut given = Given::of((self.home.profile, self.driver.as_ref()), (query, &asking.asked), (outcome, begun));
        given.found().for_each(|(place, when)| self.held.saw(place, when));
        if given.is_whole() {
            given.holding = Some(self.holding(asking).await);
        }
        given.conclude(query, &asking.asked, asking.conversation.sent())
    }

    /// Finds out which of the places hold anything at all, by one query for those of which that is not known.
    ///
    /// Why? A place that the engine never heard of gives nothing, too, and that is no quiet time.
    pub(super) async fn holding(&self, asking: &Asking) -> Holding {
        let wider = asking.asked.presence();
        let mut holding = Holding::of(wider.places().filter(|place| self.held.knows(*place, wider.window) == Some(true)));
        let mut doubtful = holding.doubtful(&wider);
        doubtful.retain(|(account, region)| self.held.knows((account, region), wider.window).is_none());
        let Some(asked) = wider.only(&doubtful) else { return holding };
        let (outcome, _) = self.run_or_read(asking, &asked, self.driver.statements().presence(&asked), asking.limits).await;
        // A page that was not fetched may hold the place that seems to be missing.
        let cut = outcome.more.then_some(EngineFault::Unreadable);
        (holding.bytes, holding.fault) = (outcome.bytes, outcome.fault.or(cut));
        holding.present.extend(outcome.rows.iter().filter_map(place));
        for place in doubtful {
            match (holding.present.contains(&place), &holding.fault) {
                (true, _) => self.held.sighted(&place, asked.window),
                (false, None) => self.held.missed(&place, asked.window),
                (false, Some(_)) => {}
            }
        }
        holding
    }

    /// Runs a statement, or reads the result of the same one that was run a moment ago and that the engine still has; and tells when it
    /// was begun.
    pub(super) async fn run_or_read(&self, asking: &Asking, asked: &Asked, statement: String, limits: Limits) -> (Outcome, DateTime<Utc>) {
        let conversation = &asking.conversation;
        let key = (asking.caller.clone(), asked.window, statement);
        let known = self.ended.lock().unwrap_or_else(PoisonError::into_inner).get(&key).cloned();
        if let Some(known) = known.filter(|ended| ended.at.elapsed() < KEPT) {
            let outcome = run::fetch(conversation, known.id, limits).await;
            if outcome.fault.is_none() {
                return (outcome, known.begun);
            }
        }
        let asked_at = (self.clock)();
        let outcome = self.run(asked, key.2.clone(), conversation, limits).await;
        // What the engine gives again knows nothing of what came since it was made.
        let begun = asked_at.checked_sub_signed(outcome.age).unwrap_or(asked_at);
        let mut ended = self.ended.lock().unwrap_or_else(PoisonError::into_inner);
        _ = match &outcome.id {
            Some(id) => ended.put(key, Ended { id: id.clone(), at: Instant::now(), begun }),
            None => ended.pop(&key),
        };
        (outcome, begun)
    }

    /// Runs a statement, if it is not expected to read too much.
    async fn run(&self, asked: &Asked, statement: String, conversation: &Arc<dyn Conversation>, limits: Limits) -> Outcome {
        let extent = self.driver.extent(asked);
        let Ok(foreseen) = timeout_at(limits.until, conversation.foresee(asked)).await else {
            return Outcome::failed(EngineFault::TimeSpent(limits.time), 0);
        };
        let rate = f64::from_bits(self.rate.load(Ordering::Relaxed));
        let expected = foreseen.bytes.unwrap_or_default().max((rate * extent) as u64);
        let most = limits.bytes.min(foreseen.most.unwrap_or(u64::MAX));
        if expected > most {
            return Outcome::failed(EngineFault::TooManyBytes(expected, most), 0);
        }
        let outcome = run::run(conversation, statement, asked, limits).await;
        if outcome.fault.is_none() && extent > 0.0 {
            let rate = outcome.bytes as f64 / extent;
            let more = |known: u64| (rate > f64::from_bits(known)).then(|| rate.to_bits());
            _ = self.rate.fetch_update(Ordering::Relaxed, Ordering::Relaxed, more);
        }
        outcome
    }

    /// Returns the accounts to ask for, and those that are asked for and that the engine does not hold.
    ///
    /// Errors: why the engine's own account, which is asked where none is named, is not known.
    async fn accounts(&self, query: &Query) -> Result<(Vec<String>, Vec<String>), Failure> {
        let home = &self.home;
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

    fn gap(&self, query: &Query, fault: EngineFault, requests: u32) -> Cell {
        let (account, region) = (query.account().unwrap_or_default(), query.region().unwrap_or_default());
        let mut cell = Cell::cut(account, region, self.profile(), fault.state(), None);
        cell.cause = fault.cause();
        cell.with(requests, 0, [Note::Engine(fault)])
    }
}

impl Source for Engine {
    fn profile(&self) -> &'static Profile {
        self.home.profile
    }

    fn read<'a>(&'a self, query: &'a Query) -> BoxFuture<'a, Ungated> {
        Box::pin(async {
            let mut reading = self.read_query(query).await;
            reading.cells.iter_mut().for_each(|cell| cell.asked &= query.asked());
            reading.into()
        })
    }

    fn sql(&self) -> Option<&dyn Sql> {
        self.driver.statements().table().map(|_| self as &dyn Sql)
    }
}

impl std::fmt::Debug for Engine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Engine").field("name", &self.home.profile.name).finish_non_exhaustive()
    }
}
