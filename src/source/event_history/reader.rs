//! Drives a [`Planner`]: fetches what it asks for, side by side, and gathers what came. Drop it, and nothing is sent any more.

use std::sync::Arc;
use std::sync::atomic::AtomicU32;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use futures_util::stream::{FuturesUnordered, StreamExt};
use tokio::time::Instant;

use super::LAG;
use super::bucket::Bucket;
use super::chain::{Ask, Entry, Lookup};
use super::planner::{End, Fetch, Planner, Seen, Step, Task};
use super::send::{Budget, Chance, Sender};
use super::settled::{Settled, Slice, SliceKey};
use super::single_flight::{SharedQuestion, SingleFlight};
use crate::coverage::{Decision, Note, Share};
use crate::event::Event;
use crate::source::{Kind, Query};
use crate::time::Window;

/// A slice ends with a second that is known, a window with the first that is not.
const SECOND: TimeDelta = TimeDelta::seconds(1);

/// What a reading works with.
pub(super) struct Reader<'a> {
    /// Who answers.
    pub(super) lookup: &'a dyn Lookup,
    /// The pace of the account and region.
    pub(super) bucket: &'a Bucket,
    /// What is being asked already.
    pub(super) flights: &'a SingleFlight,
    /// What is known from earlier readings.
    pub(super) settled: Option<&'a dyn Settled>,
    /// Time for one request.
    pub(super) attempt: Duration,
    /// Any number, to spread retries.
    pub(super) chance: &'a Chance,
}

/// What to read.
#[derive(Clone, Debug)]
pub(super) struct Job {
    /// Where.
    pub(super) place: SliceKey,
    /// From when to when.
    pub(super) window: Window,
    /// What of it this investigation read before.
    pub(super) read: Vec<Window>,
    /// The time it is.
    pub(super) now: DateTime<Utc>,
    /// Until when events have surely arrived.
    pub(super) settled: DateTime<Utc>,
    /// When the alert started.
    pub(super) alert: Option<DateTime<Utc>>,
    /// Spellings of the named resources.
    pub(super) names: Vec<String>,
    /// Requests, those sent again included.
    pub(super) max_requests: u32,
    /// When the reading must have ended.
    pub(super) deadline: Instant,
}

impl Job {
    /// Makes of a query what to read in `region`, of an account that is not known yet; `window` is the part that event history holds.
    pub(super) fn new(query: &Query, region: &str, window: Window, now: DateTime<Utc>, deadline: Instant) -> Self {
        let (caller, kind) = (query.caller().to_owned(), query.kind().clone());
        Self {
            place: SliceKey { caller, account: String::new(), region: region.to_owned(), kind },
            window,
            read: query.read().to_vec(),
            now,
            settled: now.checked_sub_signed(LAG).unwrap_or(now),
            alert: query.alert(),
            names: query.names().to_vec(),
            max_requests: query.max_requests(),
            deadline,
        }
    }
}

/// What a reading gave.
#[derive(Debug)]
pub(super) struct Scan {
    /// The events that could be read, inside the window or at its edges, possibly some twice.
    pub(super) events: Vec<Event>,
    /// The intervals read whole, what was known before included; oldest first.
    pub(super) read: Vec<Window>,
    /// Requests sent.
    pub(super) requests: u32,
    /// How many of them AWS throttled.
    pub(super) throttled: u32,
    /// Entries seen, readable or not.
    pub(super) entries: u32,
    /// Entries that could not be read.
    pub(super) unreadable: u32,
    /// Events that were known from earlier readings.
    pub(super) cached: u32,
    /// How long one page took.
    pub(super) latency: Duration,
    /// Until when what was read is settled.
    pub(super) settled: DateTime<Utc>,
    /// How the named resources were looked up, when the scan did not reach.
    pub(super) by_name: Option<Note>,
    /// Why it ended.
    pub(super) end: End,
    /// The decisions on the way.
    pub(super) decisions: Vec<Decision>,
}

/// Reads a window as far as budget and time go. Never fails: what it gives says how far it came.
pub(super) async fn read(reader: &Reader<'_>, job: &Job) -> Scan {
    let window = job.window.whole_seconds();
    let slices = known(reader, job, window);
    let of_slices = slices.iter().filter_map(|slice| Window::new(slice.start, slice.end + SECOND));
    let known: Vec<Window> = of_slices.chain(job.read.iter().copied()).collect();
    let mut planner = Planner::new(Task {
        window,
        known: known.clone(),
        kind: job.place.kind.clone(),
        alert: job.alert,
        names: job.names.clone(),
        max_requests: job.max_requests,
        period: reader.bucket.period(),
    });
    let budget = Budget::new(job.max_requests);
    let Reader { lookup, bucket, attempt, chance, .. } = *reader;
    let sender = Sender { lookup, bucket, budget: &budget, deadline: job.deadline, attempt, chance };
    let mut gathered = Gathered::default();
    let mut under_way = FuturesUnordered::new();
    let mut seen = None;
    let end = loop {
        match planner.next(seen.take(), job.deadline.saturating_duration_since(Instant::now())) {
            Step::Done(end) => break end,
            Step::Fetch(fetches) => {
                for fetch in fetches {
                    let flight = gathered.flight(reader.flights, &job.place, &fetch, job.now);
                    under_way.push(land(flight, fetch, sender));
                }
            }
        }
        let Some(one) = under_way.next().await else { break End::PageCap };
        gathered.take(&one);
        seen = Some(one);
    };
    let settled = gathered.flights.iter().flatten().map(|(_, flight)| job.settled - (job.now - flight.since).max(TimeDelta::zero()));
    let settled = settled.fold(job.settled, DateTime::min);
    if let Some(store) = reader.settled.filter(|_| is_kept(&job.place)) {
        settled_slices(&planner, &gathered, known, settled).into_iter().for_each(|slice| store.keep(&job.place, slice));
    }
    let (entries, unreadable) = planner.entries();
    let cached = slices.iter().map(|slice| u32::try_from(slice.entries.len()).unwrap_or(u32::MAX)).fold(0, u32::saturating_add);
    let shared = (gathered.joined > 0).then_some(Decision::Shared(gathered.joined));
    Scan {
        read: planner.read(),
        requests: budget.sent(),
        throttled: budget.throttled(),
        entries,
        unreadable,
        cached,
        latency: planner.latency(),
        settled,
        by_name: planner.by_name().map(|names| Note::LookedUp(Share { count: names.asked, of: names.all }, names.more)),
        end,
        decisions: planner.decisions().iter().cloned().chain(shared).collect(),
        events: gathered.into_events(slices, &job.place.kind),
    }
}

async fn land(flight: Arc<SharedQuestion>, fetch: Fetch, sender: Sender<'_>) -> Seen {
    let sent = AtomicU32::new(0);
    let gave = flight.page(fetch.page, &fetch.ask, &sender, &sent).await;
    Seen { chain: fetch.chain, sent: sent.into_inner(), gave }
}

/// What came so far, chain by chain.
#[derive(Default)]
struct Gathered {
    flights: Vec<Option<(Ask, Arc<SharedQuestion>)>>,
    entries: Vec<Vec<Entry>>,
    joined: usize,
}

impl Gathered {
    /// Returns the flight of a chain, which it holds from its first page on.
    fn flight(&mut self, flights: &SingleFlight, place: &SliceKey, fetch: &Fetch, now: DateTime<Utc>) -> Arc<SharedQuestion> {
        if self.flights.len() <= fetch.chain {
            self.flights.resize(fetch.chain + 1, None);
            self.entries.resize(fetch.chain + 1, Vec::new());
        }
        let new = || (fetch.ask.clone(), flights.join(place, &fetch.ask, now));
        match self.flights.get_mut(fetch.chain) {
            Some(slot) => Arc::clone(&slot.get_or_insert_with(new).1),
            None => new().1,
        }
    }

    fn take(&mut self, seen: &Seen) {
        let (Ok(Ok(landed)), Some(entries)) = (&seen.gave, self.entries.get_mut(seen.chain)) else { return };
        entries.extend(landed.page.entries.iter().cloned());
        self.joined += usize::from(seen.sent == 0);
    }

    fn into_events(self, known: Vec<Slice>, kind: &Kind) -> Vec<Event> {
        let Self { flights, entries, .. } = self;
        let by_name: Vec<bool> = flights.iter().map(|flight| flight.as_ref().is_some_and(|(ask, _)| ask.name.is_some())).collect();
        // The pages are held by nobody else then, unless another call reads the same.
        drop(flights);
        let wanted = |by_name: bool, event: &Event| !by_name || *kind != Kind::Writes || !event.read_only;
        let chains = by_name.into_iter().zip(entries).chain(known.into_iter().map(|slice| (false, slice.entries)));
        chains
            .flat_map(|(by_name, entries)| entries.into_iter().filter_map(move |entry| Some((by_name, entry.event?))))
            .filter(|(by_name, event)| wanted(*by_name, event))
            .map(|(_, event)| Arc::unwrap_or_clone(event))
            .collect()
    }
}

/// Returns what earlier readings left of the window, without what this investigation has anyway.
fn known(reader: &Reader<'_>, job: &Job, window: Window) -> Vec<Slice> {
    let Some(store) = reader.settled.filter(|_| is_kept(&job.place)) else { return Vec::new() };
    let missing = window.without(&job.read);
    missing.iter().flat_map(|gap| store.known(&job.place, gap.from, gap.to - SECOND)).collect()
}

/// Returns what was read whole, cannot change any more and was not `known`: slices that do not overlap.
fn settled_slices(planner: &Planner, gathered: &Gathered, mut known: Vec<Window>, settled: DateTime<Utc>) -> Vec<Slice> {
    let mut slices = Vec::new();
    let Some(end) = DateTime::from_timestamp(settled.timestamp(), 0) else { return slices };
    for (chain, entries) in gathered.entries.iter().enumerate() {
        let Some(read) = planner.read_by(chain).and_then(|read| Window::new(read.from, read.to.min(end))) else { continue };
        for Window { from, to } in read.without(&known) {
            let inside = |entry: &&Entry| entry.time.is_some_and(|time| from <= time && time < to);
            slices.push(Slice { start: from, end: to - SECOND, entries: entries.iter().filter(inside).cloned().collect() });
        }
        known.push(read);
    }
    slices
}

fn is_kept(place: &SliceKey) -> bool {
    !place.account.is_empty() && matches!(place.kind, Kind::Writes | Kind::Everything)
}

#[cfg(test)]
mod tests;
