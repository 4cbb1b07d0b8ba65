//! The reading of many files at once: which records are wanted, and what every file was seen to hold.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Instant;

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::content::{self, Content, Header, Item, Sink, Taken};
use super::listing::{self, Listing, Location, LogFile, Place};
use crate::coverage::{FileFault, Survey};
use crate::event::{Event, is_account, is_act, is_plausible, usable_region};
use crate::source::{Kind, Query};
use crate::time::parse as parse_time;

/// Everything a scan saw.
#[derive(Default)]
pub(super) struct Scan {
    pub(super) listing: Listing,
    /// What was read, by position in the listing; files that were skipped by name are not in it.
    pub(super) files: BTreeMap<usize, FileSeen>,
    /// Positions of files that were wanted and not read to the end, as time was up.
    pub(super) unread: Vec<usize>,
    pub(super) events: Vec<Event>,
    /// Whether the one event that was asked for is found.
    pub(super) found: bool,
}

impl Scan {
    /// Counts the files by what they are: by their name, and by their content where they were read.
    pub(super) fn survey(&self) -> Survey {
        let of = |content| u32::try_from(self.files.values().filter(|file| file.content == content).count()).unwrap_or(u32::MAX);
        let (digests, others) = (of(Content::Digest), of(Content::Other));
        let other = |(_, file): &(&usize, &FileSeen)| file.content == Content::Other;
        let name = |(position, _): (&usize, _)| self.listing.logs.get(*position).map(|file| file.shown.clone());
        let named = u32::try_from(self.listing.logs.len()).unwrap_or(u32::MAX);
        Survey {
            log_files: named.saturating_sub(digests).saturating_sub(others),
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
    /// By account and region.
    pub(super) pairs: BTreeMap<String, BTreeMap<String, Seen>>,
}

/// Records of one account and region.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Seen {
    pub(super) first: DateTime<Utc>,
    pub(super) last: DateTime<Utc>,
    pub(super) in_window: u32,
}

/// Reads the files that may hold what `query` wants, on every core.
///
/// Shape: ends soon after `stop` is set or `until` has passed; a file is in memory only as far as a record needs it.
pub(super) fn scan(locations: &[Location], query: &Query, until: Option<Instant>, stop: &AtomicBool) -> Scan {
    let listing = listing::list(locations);
    let wanted: Vec<(usize, &LogFile)> = listing.logs.iter().enumerate().filter(|(_, file)| file.may_overlap(query.window())).collect();
    let (next, found) = (AtomicUsize::new(0), AtomicBool::new(false));
    let halt = Halt { stop, found: &found, until };
    let worker = || {
        let mut done = Vec::new();
        while let Some((position, file)) = wanted.get(next.fetch_add(1, Ordering::Relaxed)) {
            if halt.now() {
                done.push((*position, None));
                continue;
            }
            let mut wants = Wants::new(query, &halt, file);
            let (content, mut faults) = content::read(file, &mut wants);
            faults.extend(wants.faults);
            let seen = FileSeen { content, faults, pairs: wants.pairs };
            done.push((*position, Some((seen, wants.events, wants.cut))));
        }
        done
    };
    let threads = std::thread::available_parallelism().map_or(1, usize::from).min(wanted.len()).max(1);
    let mut scan = Scan::default();
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(worker)).collect();
        for worker in workers {
            for (position, outcome) in worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)) {
                let cut = outcome.as_ref().is_none_or(|(_, _, cut)| *cut);
                if cut {
                    scan.unread.push(position);
                }
                if let Some((seen, mut events, _)) = outcome {
                    scan.events.append(&mut events);
                    scan.files.insert(position, seen);
                }
            }
        }
    });
    scan.found = found.into_inner();
    scan.unread.sort_unstable();
    scan.listing = listing;
    scan
}

/// When to read no further.
struct Halt<'a> {
    stop: &'a AtomicBool,
    found: &'a AtomicBool,
    until: Option<Instant>,
}

impl Halt<'_> {
    fn now(&self) -> bool {
        self.stop.load(Ordering::Relaxed) || self.found.load(Ordering::Relaxed) || self.until.is_some_and(|until| Instant::now() >= until)
    }
}

/// Takes the records of one file and keeps those that the query wants.
struct Wants<'a> {
    query: &'a Query,
    halt: &'a Halt<'a>,
    pairs: BTreeMap<String, BTreeMap<String, Seen>>,
    events: Vec<Event>,
    /// What of the records cannot be read, each reason once.
    faults: Vec<FileFault>,
    /// The file's path, and what that says of records which say less.
    path: &'a str,
    of_file: Place,
    /// What the path of the piece says that is being read.
    place: Place,
    /// Whether the file was left before its end.
    cut: bool,
}

impl<'a> Wants<'a> {
    fn new(query: &'a Query, halt: &'a Halt<'a>, file: &'a LogFile) -> Self {
        let native = file.native.as_ref();
        let place = Place {
            account: native.map(|name| name.account.clone()).or_else(|| file.place.account.clone()),
            region: native.map(|name| name.region.clone()).or_else(|| file.place.region.clone()),
        };
        Self {
            query,
            halt,
            pairs: BTreeMap::new(),
            events: Vec::new(),
            faults: Vec::new(),
            path: &file.shown,
            of_file: place.clone(),
            place,
            cut: false,
        }
    }

    fn fault(&mut self, fault: FileFault) {
        if !self.faults.contains(&fault) {
            self.faults.push(fault);
        }
    }

    /// Gives a record that names no usable region or account that of its file; notes a change of which nobody can tell where it was.
    fn place(&mut self, event: &mut Event) {
        let unusable = usable_region(&event.region).is_none();
        if let Some(region) = usable_region(&event.region).or_else(|| self.place.region.clone()) {
            event.region = region;
        }
        if event.account.is_empty() {
            event.account = self.place.account.clone().unwrap_or_default();
        }
        let vague = unusable && self.place.region.is_none() || !is_account(&event.account) && self.query.restricts_accounts();
        let wanted = self.query.window().contains(event.time) && self.wants_kind(&event.event_id, event.read_only);
        if vague && wanted && !self.query.admits(&event.account, &event.region) {
            self.fault(FileFault::Place);
        }
    }
}

impl Wants<'_> {
    /// Notes that a record was seen; tells whether one of this time and place may be returned.
    fn note(&mut self, account: &str, region: &str, time: DateTime<Utc>) -> bool {
        let inside = self.query.window().contains(time);
        let seen = Seen { first: time, last: time, in_window: 0 };
        let seen = match self.pairs.get_mut(account).and_then(|regions| regions.get_mut(region)) {
            Some(seen) => seen,
            None => self.pairs.entry(account.into()).or_default().entry(region.into()).or_insert(seen),
        };
        (seen.first, seen.last) = (seen.first.min(time), seen.last.max(time));
        seen.in_window = seen.in_window.saturating_add(u32::from(inside));
        inside && asks_for(self.query, account, region) && self.query.admits(account, region)
    }

    fn wants_kind(&self, event_id: &str, read_only: bool) -> bool {
        match self.query.kind() {
            Kind::Writes => !read_only,
            Kind::Everything | Kind::Exact(..) => true,
            Kind::EventId(id) => id == event_id,
        }
    }

    fn keep(&mut self, event: Event) {
        if self.wants_kind(&event.event_id, event.read_only) {
            if event.is_obscure() && !event.read_only {
                self.fault(FileFault::Fields);
            }
            if matches!(self.query.kind(), Kind::EventId(_)) {
                self.halt.found.store(true, Ordering::Relaxed);
            }
            self.events.push(event);
        }
    }

    fn parsed(&mut self, mut event: Event) -> Taken {
        self.place(&mut event);
        if self.note(&event.account, &event.region, event.time) {
            self.keep(event);
        }
        Taken::Yes
    }

    /// Judges a record by its header and parses only what is wanted.
    fn raw(&mut self, raw: &str) -> Taken {
        let Ok(header) = serde_json::from_str::<Header<'_>>(raw) else { return Taken::Wrapped };
        let Some(time) = parse_time(header.event_time).filter(|time| is_plausible(*time)) else { return Taken::Wrapped };
        let region = usable_region(header.aws_region).is_some_and(|region| region == header.aws_region);
        if !region || !is_plain(header.recipient_account_id) || !is_plain(header.event_name) {
            return Taken::Wrapped;
        }
        if !self.note(header.recipient_account_id, header.aws_region, time) {
            return Taken::Yes;
        }
        let unwanted = match self.query.kind() {
            Kind::Writes => header.read_only == Some(true) && !is_act(header.event_name),
            Kind::Everything | Kind::Exact(..) => false,
            Kind::EventId(id) => header.event_id.is_some_and(|it| is_plain(it) && it != id),
        };
        if unwanted {
            return Taken::Yes;
        }
        match serde_json::from_str::<Value>(raw).map(Event::parse) {
            Ok(Ok(event)) => {
                self.keep(event);
                Taken::Yes
            }
            _ => Taken::Unreadable,
        }
    }
}

impl Sink for Wants<'_> {
    fn enter(&mut self, path: &str) {
        let inner = Place::of(&format!("{}/{path}", self.path));
        let Place { account, region } = self.of_file.clone();
        self.place = Place { account: inner.account.or(account), region: inner.region.or(region) };
    }

    fn take(&mut self, item: Item<'_>) -> Taken {
        let event = match item {
            Item::Raw(raw) => return self.raw(raw),
            Item::Record(record) => Event::parse(record),
            Item::Lookup(envelope) => Event::from_lookup(envelope),
        };
        event.map_or(Taken::Unreadable, |event| self.parsed(event))
    }

    fn stopped(&mut self) -> bool {
        self.cut = self.cut || self.halt.now();
        self.cut
    }
}

/// Tells whether the query asks for this account and region, allowed or not.
pub(super) fn asks_for(query: &Query, account: &str, region: &str) -> bool {
    query.account().is_none_or(|asked| asked == account) && query.region().is_none_or(|asked| asked == region)
}

/// Tells whether the text of a header is what the whole record would give; if not, the record is read as a whole.
fn is_plain(text: &str) -> bool {
    !text.is_empty() && text.len() <= 64 && text != "null" && text.trim().len() == text.len()
}
