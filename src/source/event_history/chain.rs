//! One chain of pages, newest first, to its end or to where something stops it. Knows no SDK, so that it can be simulated.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use tokio::time::{Instant, sleep, timeout, timeout_at};

use super::bucket::Bucket;
use super::failure::Failure;
use crate::event::{Event, LookupResource};
use crate::plan::Kind;
use crate::source::BoxFuture;
use crate::window::Window;

/// The longest pause before a request is sent again, in bucket periods.
const LONGEST_PAUSE: u32 = 10;

/// What every page of a chain is asked with: AWS binds its tokens to these, so they never change within one.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Ask {
    /// First whole second.
    pub(super) start: DateTime<Utc>,
    /// Last whole second; AWS counts it in.
    pub(super) end: DateTime<Utc>,
    /// Which events.
    pub(super) kind: Kind,
    /// Instead of the kind, reads and writes that CloudTrail filed under exactly this resource name: an incomplete way by nature.
    pub(super) name: Option<String>,
}

impl Ask {
    /// Rounds a window outwards to whole seconds.
    pub(super) fn new(window: Window, kind: Kind) -> Self {
        let floor = |time: DateTime<Utc>| DateTime::from_timestamp(time.timestamp(), 0).unwrap_or(time);
        let end = floor(window.to);
        let end = if end < window.to { end.checked_add_signed(TimeDelta::seconds(1)).unwrap_or(end) } else { end };
        Self { start: floor(window.from), end, kind, name: None }
    }
}

/// One answer of LookupEvents.
#[derive(Debug, Default)]
pub(super) struct Page {
    /// Its entries, in the order of the answer.
    pub(super) entries: Vec<Entry>,
    /// The way to the next page; nothing after the last one.
    pub(super) token: Option<String>,
}

/// One entry of a page; cheap to clone.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    /// When it happened, as far as the entry or its record tells.
    pub(super) time: Option<DateTime<Utc>>,
    /// The event; nothing when its record cannot be read.
    pub(super) event: Option<Arc<Event>>,
    /// The record's text as AWS gave it; empty when the entry had none.
    pub(super) raw: Arc<str>,
}

impl Entry {
    /// Reads an entry from its parts, as AWS gives them and as they can be kept.
    pub(super) fn read(told: Option<DateTime<Utc>>, record: Option<&str>, resources: Vec<LookupResource>) -> Self {
        let event = record.and_then(|record| Event::from_lookup_parts(record, resources).ok()).map(Arc::new);
        Self { time: told.or_else(|| event.as_ref().map(|event| event.time)), event, raw: record.unwrap_or_default().into() }
    }
}

/// Answers one page request.
///
/// Guarantees: one call sends at most one request and never sends it again by itself; it may be dropped at any await point.
pub(super) trait Lookup: Send + Sync {
    /// Fetches one page: the first without a token.
    fn page<'a>(&'a self, ask: &'a Ask, token: Option<&'a str>) -> BoxFuture<'a, Result<Page, Failure>>;
}

/// How much a chain may spend.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    /// Requests, those sent again included.
    pub(super) max_requests: u32,
    /// When the chain must have ended.
    pub(super) deadline: Instant,
    /// Time for one request.
    pub(super) attempt: Duration,
}

/// Why a chain ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// The last page had no token.
    AllRead,
    /// All requests were spent.
    PageCap,
    /// The time was spent.
    Deadline,
    /// A request failed for good.
    Failed(Failure),
}

/// What a chain gave.
#[derive(Debug)]
pub(super) struct Scan {
    /// The events that could be read, inside the window or at its edges.
    pub(super) events: Vec<Event>,
    /// Requests sent.
    pub(super) requests: u32,
    /// Entries seen, readable or not.
    pub(super) entries: u32,
    /// Entries that could not be read.
    pub(super) unreadable: u32,
    /// Why it ended.
    pub(super) end: End,
    oldest: Option<DateTime<Utc>>,
    newest_unreadable: Option<DateTime<Utc>>,
    newest_first: bool,
    timeless: bool,
}

impl Scan {
    fn take(&mut self, entries: Vec<Entry>) {
        for Entry { time, event, .. } in entries {
            self.entries = self.entries.saturating_add(1);
            match time {
                Some(time) => {
                    self.newest_first &= self.oldest.is_none_or(|oldest| time <= oldest);
                    self.oldest = Some(self.oldest.map_or(time, |oldest| oldest.min(time)));
                }
                None => self.timeless = true,
            }
            match event {
                Some(event) => self.events.push(Arc::unwrap_or_clone(event)),
                None => {
                    self.unreadable = self.unreadable.saturating_add(1);
                    self.newest_unreadable = self.newest_unreadable.max(time);
                }
            }
        }
    }

    /// Returns the instant from which on everything up to the window's end was read.
    ///
    /// Shape: the second of the oldest event seen may go on behind the cut and is left out, as is all before an unreadable
    /// event; nothing when nothing was seen, or when the pages were not newest first and so prove nothing.
    pub(super) fn whole_from(&self, window: Window) -> Option<DateTime<Utc>> {
        let after = |time: DateTime<Utc>| time.checked_add_signed(TimeDelta::seconds(1));
        let reached = match self.end {
            End::AllRead => window.from,
            _ if self.newest_first && !self.timeless => after(self.oldest?)?,
            _ => return None,
        };
        match self.unreadable {
            0 => Some(reached),
            _ if self.timeless => None,
            _ => Some(reached.max(after(self.newest_unreadable?)?)),
        }
    }
}

/// Reads page after page until the last, a limit or a failure; what was read before is kept.
pub(super) async fn scan(lookup: &dyn Lookup, bucket: &Bucket, ask: &Ask, limits: Limits) -> Scan {
    let mut scan = Scan {
        events: Vec::new(),
        requests: 0,
        entries: 0,
        unreadable: 0,
        end: End::AllRead,
        oldest: None,
        newest_unreadable: None,
        newest_first: true,
        timeless: false,
    };
    let mut tokens = HashSet::new();
    let mut token: Option<String> = None;
    scan.end = loop {
        match page(lookup, bucket, ask, token.as_deref(), limits, &mut scan.requests).await {
            Err(end) => break end,
            Ok(Page { entries, token: next }) => {
                scan.take(entries);
                match next {
                    None => break End::AllRead,
                    Some(next) if !tokens.insert(next.clone()) => break End::Failed(Failure::LoopingToken),
                    Some(next) => token = Some(next),
                }
            }
        }
    };
    scan
}

/// Fetches one page, sending again what may succeed then. Every send passes the bucket and counts.
async fn page(
    lookup: &dyn Lookup,
    bucket: &Bucket,
    ask: &Ask,
    token: Option<&str>,
    limits: Limits,
    requests: &mut u32,
) -> Result<Page, End> {
    let mut failed: Option<Failure> = None;
    let mut retries = 0;
    loop {
        if *requests >= limits.max_requests {
            return Err(failed.map_or(End::PageCap, End::Failed));
        }
        let in_time = timeout_at(limits.deadline, bucket.pass()).await.is_ok();
        let left = limits.deadline.saturating_duration_since(Instant::now());
        if !in_time || left.is_zero() {
            return Err(failed.map_or(End::Deadline, End::Failed));
        }
        *requests = requests.saturating_add(1);
        let failure = match timeout(limits.attempt.min(left), lookup.page(ask, token)).await {
            Ok(Ok(page)) => return Ok(page),
            Ok(Err(failure)) => failure,
            Err(_) if Instant::now() >= limits.deadline => return Err(End::Deadline),
            Err(_) => Failure::TimedOut,
        };
        if failure == Failure::NoCredentials {
            *requests = requests.saturating_sub(1);
        }
        if retries >= failure.retries() {
            return Err(End::Failed(failure));
        }
        retries = retries.saturating_add(1);
        let pause = pause(bucket.period(), retries);
        if Instant::now().checked_add(pause).is_none_or(|then| then >= limits.deadline) {
            return Err(End::Failed(failure));
        }
        failed = Some(failure);
        sleep(pause).await;
    }
}

/// Returns the pause before the `nth` retry: doubled each time, capped, and half of it random, so that callers spread.
fn pause(period: Duration, nth: u32) -> Duration {
    let full = period.saturating_mul(2_u32.saturating_pow(nth.saturating_sub(1)).min(LONGEST_PAUSE));
    let share = f64::from(getrandom::u32().unwrap_or(u32::MAX)) / f64::from(u32::MAX);
    full.mul_f64(0.5 + share / 2.0)
}

#[cfg(test)]
mod tests;
