//! The reading of many files at once, by threads that are left behind when the system does not come back to them.
//!
//! Why no scoped threads, and no pool? A read of a dead mount, or of a file of the kernel, may never return, and nothing can end it.
//! Whoever waits here waits for results alone, and never longer than the call has time.

use std::any::Any;
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};

use super::content::{self, Content, Scratch};
use super::index::{Entry, Index, Notes};
use super::listing::{Listing, LogFile};
use super::select::Selection;
use super::store::Store;
use super::walk::{Found, Walk};
use super::wants::{Sought, Wants};
use super::watch::{Halt, Held, Pulse, hangs, may_replace, set_hanging};
use crate::coverage::{Cached, Failure, FileFault, Survey};
use crate::event::Event;
use crate::source::proof::Sha256;
use crate::source::{Kind, Query};

/// Everything a scan saw.
#[derive(Default)]
pub(super) struct Scan {
    pub(super) listing: Arc<Listing>,
    /// What was read, by position in the listing; files that were skipped by name are not in it.
    pub(super) files: BTreeMap<usize, FileSeen>,
    /// Positions of files that were wanted and not read to the end, as time was up.
    pub(super) unread: Vec<usize>,
    /// By the file that they are of, by position: which file was read first says nothing.
    pub(super) events: BTreeMap<usize, Vec<Event>>,
    /// Whether the one event that was asked for is found.
    pub(super) found: bool,
    /// Whether it ended as no more events can be held.
    pub(super) full: bool,
    /// Whether it ended as no more may be fetched.
    pub(super) spent: bool,
    /// What kept requests from being answered.
    pub(super) failure: Option<Failure>,
}

impl Scan {
    /// Tells whether something that may hold events was not looked into before it had to end.
    pub(super) fn is_cut(&self) -> bool {
        !self.unread.is_empty() || self.listing.ended
    }

    /// Returns the events in the order of their files.
    pub(super) fn into_events(self) -> Vec<Event> {
        let mut all = Vec::with_capacity(self.events.values().map(Vec::len).sum());
        self.events.into_values().for_each(|mut events| all.append(&mut events));
        all
    }

    /// Counts the files that were not opened, as what they hold was known, and the events that they gave.
    pub(super) fn cached(&self) -> Cached {
        let known = || self.files.iter().filter(|(_, file)| file.known).map(|(position, _)| position);
        let events: usize = known().filter_map(|position| self.events.get(position)).map(Vec::len).sum();
        let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        Cached { events: count(events), files: count(known().count()) }
    }

    /// Counts the files by what they are: by their name, and by their content where they were read.
    pub(super) fn survey(&self) -> Survey {
        let of = |content| u32::try_from(self.files.values().filter(|file| file.content == content).count()).unwrap_or(u32::MAX);
        let (digests, others) = (of(Content::Digest), of(Content::Other));
        let other = |(_, file): &(&usize, &FileSeen)| file.content == Content::Other;
        let name = |(position, _): (&usize, _)| self.listing.logs.get(*position).map(LogFile::shown);
        Survey {
            log_files: self.listing.seen.saturating_sub(digests).saturating_sub(others),
            digest_files: self.listing.digests.saturating_add(digests),
            other_files: others,
            other_names: self.files.iter().filter(other).filter_map(name).take(NAMED_FILES).collect(),
        }
    }
}

/// Files that are named before the rest is counted.
const NAMED_FILES: usize = 3;

/// What a file was seen to hold, before any filter.
pub(super) struct FileSeen {
    pub(super) content: Content,
    pub(super) faults: Vec<FileFault>,
    /// Of what it inflates to, where that was wanted and all of it was read.
    pub(super) hash: Option<Sha256>,
    /// By account and region.
    pub(super) pairs: BTreeMap<String, BTreeMap<String, Seen>>,
    /// Whether it was not opened, as what it holds was known.
    pub(super) known: bool,
}

/// Records of one account and region.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Seen {
    pub(super) first: DateTime<Utc>,
    pub(super) last: DateTime<Utc>,
    pub(super) in_window: u32,
}

/// How long a thread may wait for the system before it is left behind.
const PATIENCE: Duration = Duration::from_secs(5);

/// How long a listing may: a large folder is one call.
const LISTING_PATIENCE: Duration = Duration::from_secs(10);

/// How long it may where a network lies between, whose own limits are shorter.
const REMOTE_PATIENCE: Duration = Duration::from_secs(45);

/// How often who waits looks after the others.
const TICK: Duration = Duration::from_millis(20);

/// How long after the end of the time threads may take to notice it.
const GRACE: Duration = Duration::from_millis(150);

/// Reads the files that may hold what `query` wants, on every core.
///
/// Shape: with the hash of each file where `hashes`; ends soon after `halt` says so; a file is in memory only as far as a record needs it.
/// What `index` knows of a file is not read anew, where that answers the query.
pub(super) fn scan(stores: &Arc<[Arc<dyn Store>]>, query: &Query, halt: &Arc<Halt>, (hashes, index): (bool, Option<Index>)) -> Scan {
    let query = Arc::new(query.clone());
    let listing = Arc::new(list(stores, &query, halt));
    let mut wanted: Vec<usize> = listing.logs.iter().enumerate().filter(|(_, file)| file.selected).map(|(position, _)| position).collect();
    // What was done last to a thing tells most of it, should the time not do for all.
    if query.learns() && matches!(query.kind(), Kind::Exact(..)) {
        wanted.reverse();
    }
    let (stores, halt) = (stores.clone(), halt.clone());
    let sought = Sought::of(&query);
    let job =
        Arc::new(Job { stores, query, sought, halt, wanted, next: AtomicUsize::new(0), held: Held::default(), listing, hashes, index });
    let mut scan = Scan::default();
    Job::run(&job, &mut scan);
    let set = |flag: &std::sync::atomic::AtomicBool| flag.load(Ordering::Relaxed);
    (scan.found, scan.full) = (set(&job.halt.found), set(&job.halt.full));
    scan.spent = set(&job.halt.spent_all);
    scan.failure = job.halt.failure.lock().unwrap_or_else(PoisonError::into_inner).clone();
    scan.unread.sort_unstable();
    scan.listing = job.listing.clone();
    scan
}

/// Finds out what there is to read.
fn list(stores: &Arc<[Arc<dyn Store>]>, query: &Arc<Query>, halt: &Arc<Halt>) -> Listing {
    let (found, pulse) = (Arc::new(Mutex::new(Found::default())), Arc::new(Pulse::default()));
    let (done, ended) = mpsc::channel();
    let walk = {
        let (stores, query, halt, pulse, found) = (stores.clone(), query.clone(), halt.clone(), pulse.clone(), found.clone());
        move || {
            pulse.begin(0);
            let walk = Walk { stores: &stores, selection: Selection::new(&query), halt: &halt, pulse: &pulse, found: &found };
            let walked = catch_unwind(AssertUnwindSafe(|| walk.all()));
            if pulse.end() {
                let _ = done.send(walked);
            }
        }
    };
    let finish = |stuck| found.lock().unwrap_or_else(PoisonError::into_inner).finish(&Selection::new(query), stuck);
    let mut listing = if thread::Builder::new().name("archive listing".into()).spawn(walk).is_err() {
        Listing { ended: true, ..finish(false) }
    } else {
        let patient = stores.iter().any(|store| !store.lists_freely());
        let mut late: Option<Instant> = None;
        loop {
            match ended.recv_timeout(TICK) {
                Ok(Ok(())) => break finish(false),
                Ok(Err(panic)) => resume_unwind(panic),
                Err(RecvTimeoutError::Disconnected) => break Listing { ended: true, ..finish(false) },
                Err(RecvTimeoutError::Timeout) => {}
            }
            let since = halt.now().then(|| *late.get_or_insert_with(Instant::now));
            if since.is_some_and(|since| since.elapsed() > GRACE) && pulse.leave_behind().is_some() {
                break Listing { ended: true, ..finish(pulse.is_stuck(PATIENCE)) };
            }
            if !patient && pulse.is_stuck(LISTING_PATIENCE) && pulse.leave_behind().is_some() {
                break finish(true);
            }
        }
    };
    listing.logs.shrink_to_fit();
    listing
}

/// What the readers of one call share.
struct Job {
    stores: Arc<[Arc<dyn Store>]>,
    query: Arc<Query>,
    sought: Option<Sought>,
    halt: Arc<Halt>,
    listing: Arc<Listing>,
    /// Positions of the files to read.
    wanted: Vec<usize>,
    next: AtomicUsize,
    held: Held,
    /// Whether the files are hashed, too.
    hashes: bool,
    /// What is known of files that were read before.
    index: Option<Index>,
}

/// How the reading of one file ended.
enum Outcome {
    /// Not begun.
    Unread,
    /// Read, as far as this tells.
    Read(Box<(FileSeen, Vec<Event>, bool)>),
    /// By a fault of ours.
    Panic(Box<dyn Any + Send>),
}

impl Job {
    /// Reads all files that are wanted into `scan`.
    fn run(job: &Arc<Self>, scan: &mut Scan) {
        let (results, received) = mpsc::channel();
        let cores = thread::available_parallelism().map_or(1, usize::from);
        let at_once = job.stores.iter().filter_map(|store| store.at_once()).max().unwrap_or(cores);
        let remote = job.stores.iter().any(|store| !store.lists_freely());
        let patience = if remote { REMOTE_PATIENCE } else { PATIENCE };
        let mut readers: Vec<Arc<Pulse>> = Vec::new();
        readers.extend((0..at_once.min(job.wanted.len())).map_while(|_| Self::reader(job, &results)));
        let mut waited: Vec<bool> = vec![false; job.listing.logs.len()];
        let mut left = if readers.is_empty() { 0 } else { job.wanted.len() };
        let mut late: Option<Instant> = None;
        while left > 0 {
            if let Ok((position, outcome)) = received.recv_timeout(TICK) {
                left -= usize::from(answered(&mut waited, position));
                scan.add(position, outcome);
                if !job.halt.now() {
                    continue;
                }
            }
            let since = job.halt.now().then(|| *late.get_or_insert_with(Instant::now));
            let stuck: Vec<usize> = readers.iter().enumerate().filter(|(_, pulse)| pulse.is_stuck(patience)).map(|(at, _)| at).collect();
            for at in stuck.into_iter().rev() {
                let pulse = readers.swap_remove(at);
                let Some(position) = pulse.leave_behind() else {
                    readers.push(pulse);
                    continue;
                };
                left -= usize::from(answered(&mut waited, position));
                scan.files.insert(position, FileSeen::stalled());
                if let Some((store, file)) = job.file(position) {
                    set_hanging(&file.address(store.as_ref()), true);
                }
                readers.extend(may_replace().then(|| Self::reader(job, &results)).flatten());
            }
            if readers.is_empty() || since.is_some_and(|since| since.elapsed() > GRACE) {
                break;
            }
        }
        for pulse in readers {
            pulse.leave_behind();
        }
        // What came in the last moment counts.
        while let Ok((position, outcome)) = received.try_recv() {
            if answered(&mut waited, position) {
                scan.add(position, outcome);
            }
        }
        scan.unread.extend(job.wanted.iter().copied().filter(|position| waited.get(*position) == Some(&false)));
    }

    /// Starts a thread that reads one file after another.
    fn reader(job: &Arc<Self>, results: &Sender<(usize, Outcome)>) -> Option<Arc<Pulse>> {
        let pulse = Arc::new(Pulse::default());
        let (job, own, results) = (job.clone(), pulse.clone(), results.clone());
        let read = move || {
            let mut scratch = Scratch::default();
            while let Some(position) = job.wanted.get(job.next.fetch_add(1, Ordering::Relaxed)).copied() {
                own.begin(position);
                let outcome = if job.halt.now() || !own.enter(&job.halt) {
                    Outcome::Unread
                } else {
                    catch_unwind(AssertUnwindSafe(|| job.read(position, &own, &mut scratch))).unwrap_or_else(Outcome::Panic)
                };
                if !own.end() {
                    if let Some((store, file)) = job.file(position) {
                        set_hanging(&file.address(store.as_ref()), false);
                    }
                    return;
                }
                if results.send((position, outcome)).is_err() {
                    return;
                }
            }
        };
        thread::Builder::new().name("archive reader".into()).spawn(read).ok()?;
        Some(pulse)
    }

    fn file(&self, position: usize) -> Option<(&Arc<dyn Store>, &LogFile)> {
        let file = self.listing.logs.get(position)?;
        Some((self.stores.get(file.store)?, file))
    }

    fn read(&self, position: usize, pulse: &Arc<Pulse>, scratch: &mut Scratch) -> Outcome {
        let Some((store, file)) = self.file(position) else { return Outcome::Unread };
        if hangs(&file.address(store.as_ref())) {
            return Outcome::Read(Box::new((FileSeen::stalled(), Vec::new(), false)));
        }
        let entry = self.index.as_ref().and_then(|index| pulse.waiting(|| index.entry(&self.halt.caller, store.as_ref(), file)));
        let wants = || Wants::new(&self.query, self.sought.as_ref(), (&self.halt, &self.held), file);
        let answers = Index::answers(&self.query, self.hashes);
        if let Some(packed) = entry.as_ref().filter(|_| answers).and_then(|entry| pulse.waiting(|| entry.load())) {
            let mut known = wants();
            if let Some(content) = Entry::answer(&packed, &mut known, scratch.inflate()) {
                return read_as(content, Vec::new(), known, true);
            }
        }
        let mut wants = wants();
        wants.hashes = self.hashes;
        let new = entry.filter(|entry| answers || !entry.is_kept());
        wants.notes = new.as_ref().map(|_| Notes::default());
        let (content, mut faults) = content::read(store.as_ref(), file, (&self.halt, pulse), (&mut wants, scratch));
        faults.append(&mut wants.faults);
        if let (Some(entry), Some(notes)) = (new, wants.notes.take())
            && faults.is_empty()
            && !wants.cut
        {
            pulse.waiting(|| entry.keep(store.as_ref(), file, (content, notes, wants.version.take())));
        }
        read_as(content, faults, wants, false)
    }
}

fn read_as(content: Content, faults: Vec<FileFault>, mut wants: Wants<'_>, known: bool) -> Outcome {
    wants.events.shrink_to_fit();
    let seen = FileSeen { content, faults, hash: wants.hash, pairs: wants.pairs, known };
    Outcome::Read(Box::new((seen, wants.events, wants.cut)))
}

/// Notes that a file is answered for; tells whether it was not before.
fn answered(waited: &mut [bool], position: usize) -> bool {
    waited.get_mut(position).is_some_and(|waited| !std::mem::replace(waited, true))
}

impl Scan {
    fn add(&mut self, position: usize, outcome: Outcome) {
        match outcome {
            Outcome::Unread => self.unread.push(position),
            Outcome::Panic(panic) => resume_unwind(panic),
            Outcome::Read(read) => {
                let (seen, events, cut) = *read;
                if cut {
                    self.unread.push(position);
                }
                if !events.is_empty() {
                    self.events.insert(position, events);
                }
                self.files.insert(position, seen);
            }
        }
    }
}

impl FileSeen {
    /// Returns what is known of a file that does not answer.
    fn stalled() -> Self {
        Self { content: Content::Log, faults: vec![FileFault::Stalled], hash: None, pairs: BTreeMap::new(), known: false }
    }
}

/// Tells whether the query asks for this account and region, allowed or not.
pub(super) fn asks_for(query: &Query, account: &str, region: &str) -> bool {
    query.account().is_none_or(|asked| asked == account) && query.region().is_none_or(|asked| asked == region)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn events_come_in_the_order_of_their_files_whichever_was_read_first() {
        let event =
            |id: usize| Event::parse(json!({"eventID": format!("e-{id}"), "eventTime": "2026-01-27T20:00:00Z", "eventName": "A"})).unwrap();
        for order in [[0, 1], [1, 0]] {
            let mut scan = Scan::default();
            order.into_iter().for_each(|at| scan.add(at, Outcome::Read(Box::new((FileSeen::stalled(), vec![event(at)], false)))));
            let ids: Vec<String> = scan.into_events().into_iter().map(|event| event.event_id).collect();
            assert_eq!(ids, ["e-0", "e-1"]);
        }
    }
}
