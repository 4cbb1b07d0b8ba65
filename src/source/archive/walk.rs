//! The walk over a store: down to what may hold what is wanted, past the rest, and never twice to the same place.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::ops::ControlFlow;
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, NaiveDate, Utc};

use super::listing::{Listing, LogFile, Native, NativeName, Unlisted, shown};
use super::select::{Lies, Position, Selection, days, folders, stream_of};
use super::store::{Ask, Entry, Page, Store};
use super::watch::{Halt, Pulse};
use crate::coverage::{FileFault, UnreadFile};
use crate::source::delivery::WHOLE_DAY;

/// Most entries that are looked at for one call.
///
/// Source: ours; a year of CloudTrail's own folders of ten regions is a million files, of which a call looks at a day or two.
const MAX_ENTRIES: usize = 1_000_000;

/// Most files that one call holds by name, to be read or to tell how far the archive reaches.
const MAX_FILES: usize = 250_000;

/// Deepest folder in folders.
const MAX_DEPTH: usize = 64;

/// Most places that are told as not listed.
const MAX_UNLISTED: usize = 1_000;

/// Most days whose folders are named outright, where a listing costs.
const FEW_DAYS: usize = 4;

/// An account and a region, as paths tell them.
type Stream = (Arc<str>, Arc<str>);

/// A walk over all stores of an archive. What it found so far can be taken at any time, should it never come back.
pub(super) struct Walk<'a> {
    pub(super) stores: &'a [Arc<dyn Store>],
    pub(super) selection: Selection<'a>,
    pub(super) halt: &'a Halt,
    pub(super) pulse: &'a Pulse,
    pub(super) found: &'a Mutex<Found>,
}

/// What a walk found so far.
#[derive(Debug, Default)]
pub(super) struct Found {
    listing: Listing,
    entries: usize,
    /// Names of accounts and regions, each held once.
    names: BTreeSet<Arc<str>>,
    /// Of which accounts there are files of which regions.
    streams: BTreeSet<Stream>,
    /// The nearest files before and after what is selected.
    edges: BTreeMap<Stream, [Option<LogFile>; 2]>,
    /// The root of the store and the prefix that is looked into right now.
    at: (String, String),
}

impl Found {
    fn name(&mut self, text: &str) -> Arc<str> {
        if let Some(known) = self.names.get(text) {
            return known.clone();
        }
        let name: Arc<str> = text.into();
        self.names.insert(name.clone());
        name
    }

    /// Notes that a place could not be looked into, or not to its end.
    fn unlisted(&mut self, root: &str, key: &str, fault: FileFault) {
        if self.listing.unlisted.len() < MAX_UNLISTED {
            let name = if key.is_empty() { ".".to_owned() } else { shown(key.trim_end_matches('/')) };
            let path = format!("{root}/{key}");
            let stream = stream_of(&path).map(|(account, region)| (account.to_owned(), region.to_owned()));
            self.listing.unlisted.push(Unlisted { stream, file: UnreadFile { name, faults: vec![fault] } });
        }
    }

    /// Ends the walk: drops what no place of is asked for, and puts the rest in order.
    ///
    /// Shape: `stuck` when it did not come back: the place where it hangs is told as not listed.
    pub(super) fn finish(&mut self, selection: &Selection<'_>, stuck: bool) -> Listing {
        if stuck {
            let (root, at) = self.at.clone();
            self.unlisted(&root, &at, FileFault::Stalled);
        }
        let mut listing = std::mem::take(&mut self.listing);
        listing.logs.extend(std::mem::take(&mut self.edges).into_values().flatten().flatten());
        let streams = std::mem::take(&mut self.streams);
        let has = |account: &Arc<str>, region: &str| streams.contains(&(account.clone(), region.into()));
        listing.logs.retain(|file| match &file.native {
            Some(name) => selection.place(&name.account, &name.region, |region| has(&name.account, region)),
            None => true,
        });
        listing.streams =
            streams.iter().filter(|(account, region)| selection.place(account, region, |region| has(account, region))).cloned().collect();
        listing.logs.sort_unstable_by(|a, b| {
            fn order(file: &LogFile) -> (Option<DateTime<Utc>>, usize, &str) {
                (file.native.as_ref().map(|native| native.time), file.store, &file.key)
            }
            order(a).cmp(&order(b))
        });
        listing.logs.dedup_by(|a, b| a.store == b.store && a.key == b.key);
        listing
    }
}

/// Whether a stream was seen to reach over the window's begin and end.
#[derive(Clone, Copy, Debug, Default)]
struct Reach {
    begin: bool,
    end: bool,
}

impl Walk<'_> {
    /// Walks over all stores.
    pub(super) fn all(&self) {
        for position in 0..self.stores.len() {
            self.store(position);
        }
    }

    fn store(&self, position: usize) {
        let Some(store) = self.stores.get(position) else { return };
        let mut one = OneWalk { walk: self, store: store.as_ref(), position, links: Vec::new(), reach: Reach::default() };
        one.folder("", 0);
        // What both a link and its own path lead to is called by its own path. Links may lead to links.
        let mut behind: Vec<String> = Vec::new();
        let mut at = 0;
        while let Some(link) = one.links.get(at).cloned() {
            at += 1;
            if self.ended() {
                return;
            }
            self.step(store.root(), &link);
            match self.pulse.waiting(|| store.behind(&link)) {
                Ok(Some(target)) if behind.iter().any(|seen| lies_in(&target.target, seen)) => {}
                Ok(Some(target)) => {
                    behind.push(target.target);
                    if target.folder {
                        one.folder(&format!("{link}/"), 0);
                    } else {
                        one.object(&link, None);
                    }
                }
                Ok(None) => {}
                Err(_) => self.found().unlisted(store.root(), &link, FileFault::Unopened),
            }
        }
    }

    fn found(&self) -> std::sync::MutexGuard<'_, Found> {
        self.found.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn step(&self, root: &str, at: &str) {
        self.found().at = (root.to_owned(), at.to_owned());
    }

    /// Tells whether to look no further.
    fn ended(&self) -> bool {
        let ended = self.halt.now();
        if ended {
            self.found().listing.ended = true;
        }
        ended
    }
}

/// Tells whether a path is another one or lies in it.
fn lies_in(path: &str, other: &str) -> bool {
    path.strip_prefix(other).is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '\\']))
}

/// The walk over one store.
struct OneWalk<'a> {
    walk: &'a Walk<'a>,
    store: &'a dyn Store,
    position: usize,
    links: Vec<String>,
    /// Of the stream that is walked over.
    reach: Reach,
}

impl OneWalk<'_> {
    /// Lists what lies right under a prefix; nothing where that is too much.
    fn list(&self, prefix: &str) -> Vec<Entry> {
        self.pages(&Ask { prefix, ..Ask::default() }, |_| ControlFlow::Continue(()))
    }

    /// Lists page by page until `enough` breaks off; what cannot be listed to its end is noted.
    fn pages(&self, ask: &Ask<'_>, mut enough: impl FnMut(&Page) -> ControlFlow<()>) -> Vec<Entry> {
        self.walk.step(self.store.root(), ask.prefix);
        let mut entries = Vec::new();
        let listed = self.walk.pulse.waiting(|| {
            self.store.list(ask, self.walk.halt, &mut |page| {
                let flow = enough(&page);
                entries.extend(page.entries);
                if entries.len() > MAX_ENTRIES { ControlFlow::Break(()) } else { flow }
            })
        });
        let (root, prefix) = (self.store.root(), ask.prefix);
        let mut found = self.walk.found();
        found.entries += entries.len();
        let too_many = found.entries > MAX_ENTRIES;
        match listed {
            Ok(()) if too_many => found.unlisted(root, prefix, FileFault::TooMany),
            Ok(()) => {}
            Err(error) => match FileFault::within(&error) {
                // A bucket is called by its name where all of it cannot be listed.
                Some(fault) if prefix.is_empty() => found.unlisted("", root, fault),
                Some(fault) => found.unlisted(root, prefix, fault),
                None if self.walk.halt.now() => found.listing.ended = true,
                None if error.kind() == io::ErrorKind::QuotaExceeded => found.unlisted(root, prefix, FileFault::TooMany),
                None if error.kind() == io::ErrorKind::NotFound && !prefix.is_empty() => {}
                None => found.unlisted(root, prefix, FileFault::Unopened),
            },
        }
        if too_many { Vec::new() } else { entries }
    }

    fn folder(&mut self, prefix: &str, depth: usize) {
        if self.walk.ended() {
            return;
        }
        if depth > MAX_DEPTH {
            return self.walk.found().unlisted(self.store.root(), prefix, FileFault::TooMany);
        }
        let path = format!("{}/{prefix}", self.store.root());
        let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
        match Position::of(&parts) {
            Position::Account(account) => self.account(account, prefix, depth),
            Position::Stream(account, region, at) => {
                if at.is_none() {
                    self.reach = Reach::default();
                }
                self.stream((account, region), at, prefix, depth);
            }
            Position::Elsewhere => {
                let entries = self.list(prefix);
                self.each(entries, depth);
            }
        }
    }

    fn each(&mut self, entries: Vec<Entry>, depth: usize) {
        for entry in entries {
            match entry {
                Entry::Folder(prefix) => self.folder(&prefix, depth + 1),
                Entry::Object(key, stamp) => _ = self.object(&key, stamp),
                Entry::Link(key) => self.links.push(key),
                Entry::Unreadable(key) => self.walk.found().unlisted(self.store.root(), &key, FileFault::Unopened),
            }
        }
    }

    /// Goes into the regions of an account that are wanted.
    fn account(&mut self, account: &str, prefix: &str, depth: usize) {
        let mut entries = self.list(prefix);
        let region = |entry: &Entry| match entry {
            Entry::Folder(inner) => inner.strip_prefix(prefix).map(|name| name.trim_end_matches('/').to_owned()),
            _ => None,
        };
        let regions: BTreeSet<String> = entries.iter().filter_map(region).collect();
        let digests = prefix.ends_with("CloudTrail-Digest/");
        if !digests {
            let mut found = self.walk.found();
            let account = found.name(account);
            for region in &regions {
                let region = found.name(region);
                found.streams.insert((account.clone(), region));
            }
        }
        let has = |region: &str| regions.contains(region);
        entries.retain(|entry| region(entry).is_none_or(|region| self.walk.selection.place(account, &region, has)));
        // Digests are only counted, which is not worth a request.
        if !digests || self.store.lists_freely() {
            self.each(entries, depth);
        }
    }

    /// Goes into the years, months and days of a stream that are wanted, and looks how far it reaches beyond.
    fn stream(&mut self, stream: (&str, &str), at: Option<(NaiveDate, NaiveDate)>, prefix: &str, depth: usize) {
        let day = at.filter(|(first, last)| first == last).map(|(day, _)| day);
        if let Some(day) = day {
            return self.day(stream, day, prefix, depth);
        }
        if at.is_none()
            && !self.store.lists_freely()
            && let Some(few) = self.walk.selection.few_days(FEW_DAYS)
        {
            return self.few_days(stream, prefix, &few);
        }
        let entries = self.list(prefix);
        let path = format!("{}/{}", self.store.root(), prefix.trim_end_matches('/'));
        let named = match at {
            None => 0,
            Some((first, last)) if last.signed_duration_since(first).num_days() > 300 => 1,
            Some(_) => 2,
        };
        let mut date: Vec<&str> = path.trim_end_matches('/').rsplit('/').take(named).collect();
        date.reverse();
        let lies = |entry: &Entry| {
            let Entry::Folder(inner) = entry else { return Lies::Within };
            let name = inner.strip_prefix(prefix).unwrap_or_default().trim_end_matches('/');
            let named: Vec<&str> = date.iter().copied().chain([name]).collect();
            days(&named).map_or(Lies::Within, |(first, last)| self.walk.selection.days(first, last))
        };
        let (mut before, mut within, mut after) = (Vec::new(), Vec::new(), Vec::new());
        for entry in entries {
            match lies(&entry) {
                Lies::Before => before.push(entry),
                Lies::Within => within.push(entry),
                Lies::After => after.push(entry),
            }
        }
        self.each(within, depth);
        if prefix.contains("CloudTrail-Digest/") {
            return;
        }
        if let Some(Entry::Folder(last)) = before.pop().filter(|_| !self.reach.begin) {
            self.reach.begin = self.edge(&last, true, depth);
        }
        if let Some(Entry::Folder(first)) = after.into_iter().next().filter(|_| !self.reach.end) {
            self.reach.end = self.edge(&first, false, depth);
        }
    }

    /// Takes the files of a day in, whatever their names.
    ///
    /// Shape: where a listing costs, what lies between CloudTrail's own names is left out as soon as a page ends in there: those from before
    /// the window, and those after it up to the ones that hold their whole day.
    fn day(&mut self, (account, region): (&str, &str), day: NaiveDate, prefix: &str, depth: usize) {
        if self.store.lists_freely() || prefix.contains("CloudTrail-Digest/") {
            let entries = self.list(prefix);
            return self.each(entries, depth);
        }
        let kind = if prefix.contains("CloudTrail-Insight/") { "CloudTrail-Insight" } else { "CloudTrail" };
        let names = self.walk.selection.names();
        let own = format!("{prefix}{account}_{kind}_{region}_");
        let at = |time: DateTime<Utc>| format!("{own}{}", time.format("%Y%m%dT%H%M"));
        let (hour, minute) = WHOLE_DAY;
        let whole_day = day.and_hms_opt(hour, minute, 0).map(|time| at(time.and_utc())).unwrap_or_default();
        let idle = [(own.clone(), at(names.from)), (at(names.to), whole_day)];
        let mut after = Some(String::new());
        while let Some(from) = after.take() {
            if self.walk.ended() {
                return;
            }
            let entries = self.pages(&Ask { prefix, after: &from, ..Ask::default() }, |page| {
                let last = page.entries.last().map(Entry::key).filter(|_| page.more);
                after = last
                    .and_then(|last| idle.iter().find(|(begin, end)| begin.as_str() <= last && last < end.as_str()))
                    .map(|idle| idle.1.clone());
                if after.is_some() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            });
            self.each(entries, depth);
        }
    }

    /// Names the folders of a few days outright, and asks for the first file of all, and for the first after these days, only where it is
    /// not known yet how far the stream reaches.
    fn few_days(&mut self, stream: (&str, &str), prefix: &str, few: &[NaiveDate]) {
        for day in few {
            self.day(stream, *day, &format!("{prefix}{}", folders(*day)), 0);
        }
        // What lies in a folder of the last day sorts before this.
        let last = few.last().map(|day| format!("{prefix}{}", folders(*day).trim_end_matches('/').to_owned() + "0"));
        let ends = [(!self.reach.begin, String::new()), (!self.reach.end, last.unwrap_or_default())];
        for (_, after) in ends.into_iter().filter(|(wanted, _)| *wanted) {
            let entries = self.pages(&Ask { prefix, after: &after, first_below: true }, |_| ControlFlow::Break(()));
            let native = |entry: &Entry| entry.key().rsplit('/').next().and_then(NativeName::parse).is_some();
            self.each(entries.into_iter().find(native).into_iter().collect(), 0);
        }
    }

    /// Finds the last or the first file of a folder that is not selected; tells whether there is one.
    fn edge(&mut self, prefix: &str, last: bool, depth: usize) -> bool {
        if depth > MAX_DEPTH || self.walk.ended() {
            return false;
        }
        let mut entries = self.list(prefix);
        if last {
            entries.reverse();
        }
        entries.into_iter().any(|entry| match entry {
            Entry::Folder(inner) => self.edge(&inner, last, depth + 1),
            Entry::Object(key, stamp) => self.object(&key, stamp),
            Entry::Link(_) | Entry::Unreadable(_) => false,
        })
    }

    /// Takes a file in; tells whether it is one of CloudTrail's own.
    fn object(&mut self, key: &str, stamp: Option<Box<str>>) -> bool {
        let name = key.rsplit('/').next().unwrap_or(key);
        let mut found = self.walk.found();
        if name.contains("CloudTrail-Digest") && key.split('/').any(|part| part == "CloudTrail-Digest") {
            found.listing.digests = found.listing.digests.saturating_add(1);
            return false;
        }
        found.listing.seen = found.listing.seen.saturating_add(1);
        let Some(native) = NativeName::parse(name) else {
            self.keep(&mut found, LogFile { store: self.position, key: key.into(), native: None, selected: true, stamp });
            return false;
        };
        let (lies, window) = (self.walk.selection.file(&native), self.walk.selection.window());
        self.reach.begin |= native.time <= window.from;
        self.reach.end |= native.time >= window.to;
        let (account, region) = (found.name(native.account), found.name(native.region));
        let stream = (account.clone(), region.clone());
        found.streams.insert(stream.clone());
        let native = Native { account, region, time: native.time };
        let file = LogFile { store: self.position, key: key.into(), native: Some(native), selected: lies == Lies::Within, stamp };
        match lies {
            Lies::Within => self.keep(&mut found, file),
            Lies::Before | Lies::After => {
                let slot = found.edges.entry(stream).or_default().get_mut(usize::from(lies == Lies::After));
                let time = |file: &LogFile| file.native.as_ref().map(|name| name.time);
                if let Some(slot) = slot
                    && slot
                        .as_ref()
                        .is_none_or(|known| if lies == Lies::Before { time(known) < time(&file) } else { time(&file) < time(known) })
                {
                    *slot = Some(file);
                }
            }
        }
        true
    }

    fn keep(&self, found: &mut Found, file: LogFile) {
        if found.listing.logs.len() < MAX_FILES {
            found.listing.logs.push(file);
        } else {
            let folder = file.key.rsplit_once('/').map_or("", |(folder, _)| folder);
            if found.listing.unlisted.last().is_none_or(|known| known.file.name != shown(folder)) {
                found.unlisted(self.store.root(), folder, FileFault::TooMany);
            }
        }
    }
}

#[cfg(test)]
mod tests;
