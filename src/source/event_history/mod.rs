//! Event history: the last 90 days of management events, by LookupEvents.
//!
//! `chain` reads pages, `bucket` paces them, `failure` says what went wrong, `client` is the SDK; here a chain becomes a
//! cell that tells what was read and what was not.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use tokio::time::{Instant, timeout};

use self::bucket::Buckets;
use self::cache::Cache;
use self::chain::{Ask, End, Limits, Scan, scan};
use self::client::Aws;
use self::failure::Failure;
use super::{AllRead, BoxFuture, Reading, Source};
use crate::coverage::{Cause, Cell, SourceName, State};
use crate::event::Event;
use crate::plan::Query;
use crate::window::Window;

mod bucket;
mod cache;
mod chain;
mod client;
mod failure;
#[cfg_attr(not(test), expect(dead_code, reason = "the planner that reads and keeps slices joins next"))]
mod settled;

pub use cache::CacheSettings;

/// How long events may take to appear in event history.
///
/// Source: AWS CloudTrail user guide ("within an average of about 5 minutes", not guaranteed); commonly planned as 15.
const LAG: TimeDelta = TimeDelta::minutes(15);

/// How far back event history reaches.
///
/// Source: AWS CloudTrail API reference, LookupEvents ("the last 90 days").
const KEPT: TimeDelta = TimeDelta::days(90);

/// How long an answer waits for the account id alone, once its events are there.
const IDENTITY_GRACE: Duration = Duration::from_secs(1);

/// Tells the time.
pub type Clock = Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>;

/// How event history is reached.
#[derive(Clone)]
pub struct Settings {
    /// Where CloudTrail answers, instead of the region's own endpoint (`[event_history] endpoint_url`). Default: none.
    pub endpoint_url: Option<String>,
    /// Longest time for one request; the query's deadline shortens it. Default: 10 s.
    pub attempt_timeout: Duration,
    /// Least time between two requests to one account and region. Default: 500 ms, as AWS allows 2 a second.
    pub period: Duration,
    /// The clock that delivery lag and the 90 days are measured by. Default: the system's.
    pub clock: Clock,
    /// A ready configuration instead of the SDK's own chain of environment, profiles and roles. Default: none.
    pub aws: Option<aws_config::SdkConfig>,
    /// Where settled slices are kept.
    pub cache: CacheSettings,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            endpoint_url: None,
            attempt_timeout: Duration::from_secs(10),
            period: Duration::from_millis(500),
            clock: Arc::new(Utc::now),
            aws: None,
            cache: CacheSettings::default(),
        }
    }
}

/// CloudTrail's event history, read with the process's own credentials. One value serves all calls and paces them together.
pub struct EventHistory {
    aws: Aws,
    buckets: Buckets,
    #[expect(dead_code, reason = "the planner that reads and keeps slices joins next")]
    settled: Cache,
    attempt: Duration,
    clock: Clock,
}

impl EventHistory {
    /// Prepares to read; network, disk and credentials are first touched by a read.
    pub fn new(settings: Settings) -> Self {
        let Settings { endpoint_url, attempt_timeout, period, clock, aws, cache } = settings;
        Self {
            aws: Aws::new(endpoint_url, attempt_timeout, aws),
            buckets: Buckets::new(period),
            settled: Cache::new(cache),
            attempt: attempt_timeout,
            clock,
        }
    }

    async fn read_query(&self, query: &Query) -> Reading {
        let Some(region) = query.region() else {
            return gap(query, "", "", State::NotConfigured, "event history is read region by region, and none was named");
        };
        let now = (self.clock)();
        let Some(part) = Part::of(query.window(), now) else {
            return gap(query, "", region, State::NoData, "event history keeps 90 days, and the window lies before");
        };
        let begin = Instant::now();
        let deadline = begin.checked_add(query.deadline()).unwrap_or(begin);
        let mut account = None;
        if query.restricts_accounts() || query.account().is_some() {
            let told = timeout(self.attempt.min(query.deadline()), self.aws.account(region)).await.unwrap_or(Err(Failure::TimedOut));
            if let Some(refused) = refused(query, &told, region) {
                return refused;
            }
            account = told.ok();
        }
        let limits = Limits { max_requests: query.max_requests(), deadline, attempt: self.attempt };
        let (scan, account) = self.scan(query, region, part.window, limits, account).await;
        conclude(query, &account.unwrap_or_default(), region, part, scan)
    }

    /// Reads the pages and, beside them, the account id, which must not hold up the answer for long.
    async fn scan(
        &self,
        query: &Query,
        region: &str,
        window: Window,
        limits: Limits,
        mut account: Option<String>,
    ) -> (Scan, Option<String>) {
        let ask = Ask::new(window, query.kind().clone());
        let bucket = self.buckets.of("", region);
        let client = self.aws.region(region).await;
        let mut pages = pin!(scan(&client, &bucket, &ask, limits));
        let mut identity = pin!(self.aws.account(region));
        let mut asked = account.is_some();
        let scan = loop {
            tokio::select! {
                biased;
                scan = &mut pages => break scan,
                told = &mut identity, if !asked => (account, asked) = (told.ok(), true),
            }
        };
        if !asked {
            let grace = IDENTITY_GRACE.min(limits.deadline.saturating_duration_since(Instant::now()));
            account = timeout(grace, identity).await.ok().and_then(Result::ok);
        }
        (scan, account)
    }
}

impl Source for EventHistory {
    fn read<'a>(&'a self, query: &'a Query) -> BoxFuture<'a, Reading> {
        Box::pin(self.read_query(query))
    }
}

/// The part of a window that event history can hold.
#[derive(Clone, Copy, Debug)]
struct Part {
    window: Window,
    /// Whether the window began before it.
    cut: bool,
    /// Until when events can be expected to have arrived.
    settled: DateTime<Utc>,
}

impl Part {
    /// Errors: nothing, when the whole window lies before what is kept.
    fn of(window: Window, now: DateTime<Utc>) -> Option<Self> {
        let floor = now.checked_sub_signed(KEPT).unwrap_or(window.from);
        let settled = now.checked_sub_signed(LAG).unwrap_or(now);
        Some(Self { window: Window::new(window.from.max(floor), window.to)?, cut: window.from < floor, settled })
    }
}

/// Judges the account before anything is read in it; nothing when it may be read.
fn refused(query: &Query, told: &Result<String, Failure>, region: &str) -> Option<Reading> {
    let asked = query.account().unwrap_or_default();
    match told {
        Err(failure @ (Failure::NoCredentials | Failure::UnknownCredentials | Failure::Expired)) => {
            let mut reading = gap(query, asked, region, failure.state(), &failure.sentence(region));
            reading.cells.iter_mut().for_each(|cell| cell.cause = failure.cause());
            Some(reading)
        }
        Err(_) => {
            let detail = "the account could not be determined, and only certain accounts may be read";
            Some(gap(query, asked, region, State::DeniedByPolicy, detail))
        }
        Ok(own) if !query.admits(own, region) => {
            let detail = "the account of these credentials may not be read; for the operator: aws_account_allowlist";
            Some(gap(query, own, region, State::DeniedByPolicy, detail))
        }
        Ok(own) if !asked.is_empty() && own != asked => {
            let detail = "no role is configured for this account; these credentials belong to another one";
            Some(gap(query, asked, region, State::NotConfigured, detail))
        }
        Ok(_) => None,
    }
}

/// A reading of nothing, without a request.
fn gap(query: &Query, account: &str, region: &str, state: State, detail: &str) -> Reading {
    let mut cell = Cell::cut(account, region, SourceName::EventHistory, state, None).with(0, 0, Some(detail.to_owned()));
    cell.asked = query.asked();
    Reading { cells: vec![cell], ..Reading::default() }
}

/// Makes of a chain the events that may be returned, and the cell that says how much was read.
fn conclude(query: &Query, account: &str, region: &str, part: Part, scan: Scan) -> Reading {
    let (window, whole_from) = (part.window, scan.whole_from(part.window));
    let covered = whole_from.and_then(|from| Window::new(from, window.to.min(part.settled)));
    let (state, mut detail, cause) = judge(&scan, part, query, region);
    let inside: Vec<Event> = scan.events.into_iter().filter(|event| window.contains(event.time)).collect();
    let read = inside.len();
    let own = |told: &str, ours: &str| if told.is_empty() { ours.to_owned() } else { told.to_owned() };
    let mut events: Vec<Event> = inside
        .into_iter()
        .map(|event| Event { account: own(&event.account, account), region: own(&event.region, region), ..event })
        .collect();
    events.retain(|event| query.admits(&event.account, &event.region));
    if events.len() < read {
        let left_out =
            format!("{} of {read} events belong to accounts or regions outside the scope and were left out", read - events.len());
        detail = Some(detail.map_or(left_out.clone(), |detail| format!("{detail}; {left_out}")));
    }
    let mut cell = match (state, covered) {
        (State::Exhausted, Some(covered)) => Cell::exhausted(AllRead::proven(), account, region, SourceName::EventHistory, covered),
        _ => Cell::cut(account, region, SourceName::EventHistory, state, covered),
    };
    cell = cell.with(scan.requests, u32::try_from(read).unwrap_or(u32::MAX), detail);
    (cell.cause, cell.asked) = (cause, query.asked());
    Reading { events, cells: vec![cell], ..Reading::default() }
}

/// Says how the reading ended: the worst that happened names the state.
fn judge(scan: &Scan, part: Part, query: &Query, region: &str) -> (State, Option<String>, Option<Cause>) {
    let spell = |time: DateTime<Utc>| time.to_rfc3339_opts(SecondsFormat::Secs, true);
    let back_to = || match scan.whole_from(part.window) {
        Some(from) => format!("everything since {} was read", spell(from)),
        None => "no interval was read whole".to_owned(),
    };
    match scan.end {
        End::Failed(failure) => {
            let detail = match scan.entries {
                0 => failure.sentence(region),
                _ => format!("{}; {}", failure.sentence(region), back_to()),
            };
            (failure.state(), Some(detail), failure.cause())
        }
        End::PageCap => {
            let detail = format!("{} requests were not enough: {}; ask for a shorter window", scan.requests, back_to());
            (State::PageCap, Some(detail), None)
        }
        End::Deadline => {
            let detail = format!("{} s were not enough: {}; ask for a shorter window", query.deadline().as_secs_f32(), back_to());
            (State::Deadline, Some(detail), (scan.entries == 0).then_some(Cause::Unavailable))
        }
        End::AllRead if scan.unreadable > 0 => {
            let detail = format!("{} of {} events could not be read", scan.unreadable, scan.entries);
            (State::Failed, Some(detail), Some(Cause::Unavailable))
        }
        End::AllRead if part.cut => {
            let detail = format!("event history keeps 90 days: nothing before {} is there", spell(part.window.from));
            (State::NoData, Some(detail), None)
        }
        End::AllRead if part.settled < part.window.to => {
            let complete = match part.window.contains(part.settled) {
                true => format!("complete to {}", spell(part.settled)),
                false => "all of the window is that new".to_owned(),
            };
            (State::Lagging, Some(format!("events of the last 15 minutes may still arrive; {complete}")), None)
        }
        End::AllRead => (State::Exhausted, None, None),
    }
}
