//! From what a scan saw to cells: how far the files of an account and region reach, and what is missing.
//!
//! A cell stands for an account and region as the *records* say, as file names may say otherwise. How far it reaches is told
//! by its files: CloudTrail's own by their name's time (widened to the events seen in them), any other file by its first and
//! last event, of whatever account, since an export is one reading of all it holds.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};

use super::PROFILE;
use super::content::Content;
use super::listing::{LogFile, Native};
use super::scan::{FileSeen, Scan, asks_for};
use super::select::NAME_LATE;
use crate::coverage::{AllRead, Cell, Failure, FileFault, Note, State, UnreadFile};
use crate::source::Query;
use crate::source::delivery::is_whole_day;
use crate::time::Window;

/// How records carry time: to the second, so the first instant after one is a second later.
const SECOND: TimeDelta = TimeDelta::seconds(1);

type Pair = (String, String);

/// What is known of one account and region.
#[derive(Default)]
struct Place {
    /// From the first to the last instant that its files reach.
    hull: Option<(DateTime<Utc>, DateTime<Utc>)>,
    files: u32,
    events: u32,
    /// What of it was not read whole.
    unread: Vec<UnreadFile>,
}

impl Place {
    fn widen(&mut self, hull: (DateTime<Utc>, DateTime<Utc>)) {
        let (from, to) = self.hull.unwrap_or(hull);
        self.hull = Some((from.min(hull.0), to.max(hull.1)));
    }
}

/// Makes the cells of a scan.
///
/// Shape: at least one. State, in this order: `DeniedByPolicy` for what has events in the window and is not admitted (not asked
/// for, no counts);
/// `Deadline` when files were left unread; `Failed` when a file that holds events of it was not read whole, or one of its folders not
/// listed; else as [`reach`] says. Whatever the state, what was not read whole is named.
/// A file that tells by neither its path what it holds stands in a cell of its own, without account and region, since it may
/// hold events of any place.
pub(super) fn cells(scan: &Scan, query: &Query) -> Vec<Cell> {
    let mut cells: Vec<Cell> = places(scan)
        .into_iter()
        .filter(|((account, region), place)| asks_for(query, account, region) && (query.admits(account, region) || place.events > 0))
        .map(|(pair, place)| cell(pair, place, scan, query))
        .collect();
    if scan.found {
        // One event was asked for and is there: nothing that is still unread can change the answer.
        for cell in &mut cells {
            if scan.events.values().flatten().any(|event| event.account == cell.account() && event.region == cell.region()) {
                let window = query.window();
                let proof = AllRead::prove(window, &[window], 0);
                let found = proof.map(|proof| Cell::exhausted(proof, cell.account(), cell.region(), query.source()));
                *cell = found.unwrap_or_else(|| cell.clone()).with(cell.requests, cell.events, None);
            }
        }
    }
    if let Some(cell) = unplaced(scan, query).filter(|_| !scan.found) {
        cells.insert(0, cell);
    }
    if !cells.iter().any(|cell| cell.state() != State::DeniedByPolicy) {
        let (account, region) = (query.account().unwrap_or_default(), query.region().unwrap_or_default());
        if !cells.iter().any(|cell| cell.account() == account && cell.region() == region) {
            cells.push(empty(account, region, scan, query));
        }
    }
    cells.iter_mut().for_each(|cell| cell.asked &= query.asked());
    cells
}

fn empty(account: &str, region: &str, scan: &Scan, query: &Query) -> Cell {
    let survey = scan.survey();
    let (state, note) = match survey.log_files {
        _ if scan.full => (State::PageCap, Note::TooManyEvents),
        _ if scan.spent => (State::PageCap, Note::FetchesSpent),
        _ if scan.is_cut() => (State::Deadline, Note::NoFileInTime),
        0 => (State::NoData, Note::NoLogFiles(survey)),
        _ => (State::NoData, Note::NoFileInWindow),
    };
    Cell::cut(account, region, query.source(), state, None).with(scan.files.len().try_into().unwrap_or(u32::MAX), 0, [note])
}

fn cell((account, region): Pair, place: Place, scan: &Scan, query: &Query) -> Cell {
    let window = query.window();
    let make = |state, covered| Cell::cut(&account, &region, query.source(), state, covered);
    if !query.admits(&account, &region) {
        let mut cell = make(State::DeniedByPolicy, None).with(0, 0, [Note::HeldUnasked]);
        cell.asked = query.account().is_some() || query.region().is_some();
        return cell;
    }
    let clamp = |from: DateTime<Utc>, to: DateTime<Utc>| Window::new(from.max(window.from), to.min(window.to));
    let covered = place.hull.and_then(|(from, to)| clamp(from, to));
    let (mut cell, note) = if scan.is_cut() {
        let to = scan
            .unread
            .iter()
            .filter_map(|position| scan.listing.logs.get(*position))
            .map(earliest)
            .min()
            .flatten()
            .filter(|_| !scan.listing.ended);
        let covered = covered.zip(to).and_then(|(covered, to)| clamp(covered.from, covered.to.min(to)));
        let (state, note) = match () {
            () if scan.full => (State::PageCap, Note::TooManyEvents),
            () if scan.spent => (State::PageCap, Note::FetchesSpent),
            () => (State::Deadline, Note::NotAllFilesInTime),
        };
        (make(state, covered), Some(note))
    } else if !place.unread.is_empty() {
        (unread(scan, &place.unread, |state| make(state, covered)), None)
    } else {
        match place.hull.map(|hull| (hull, reach(hull, window, query.now()))) {
            Some((hull, state)) => {
                match AllRead::prove(window, covered.as_slice(), scan.unread.len()).filter(|_| state == State::Exhausted) {
                    Some(proof) => (Cell::exhausted(proof, &account, &region, query.source()), None),
                    None => (make(state, covered), Some(shortage(hull, window))),
                }
            }
            None if place.files == 0 => (make(State::NoData, None), Some(Note::NoFileInWindow)),
            None => (make(State::NoData, None), Some(Note::NoFileTime)),
        }
    };
    cell.unread_files = place.unread;
    cell.with(place.files, place.events, note)
}

/// Judges files that reach over `hull`.
///
/// Shape: `Exhausted` when they reach over the whole window. `Lagging` when only its end is missing and the newest file is so
/// young that what follows it may not be delivered yet; else `NoData`, since files of a time long past will not come.
pub(super) fn reach((from, to): (DateTime<Utc>, DateTime<Utc>), window: Window, now: DateTime<Utc>) -> State {
    let begun = from <= window.from;
    if begun && window.to <= to {
        State::Exhausted
    } else if begun && window.from < to && now - to <= PROFILE.lag {
        State::Lagging
    } else {
        State::NoData
    }
}

/// Gathers what is known of every account and region in the archive.
fn places(scan: &Scan) -> BTreeMap<Pair, Place> {
    // The pairs that the files of one name's account and region were seen to hold.
    let mut streams: BTreeMap<Pair, BTreeSet<Pair>> = BTreeMap::new();
    for (position, file) in scan.listing.logs.iter().enumerate() {
        if let Some(name) = &file.native {
            let held = streams.entry(named(name)).or_default();
            held.extend(scan.files.get(&position).into_iter().flat_map(pairs));
        }
    }
    for (name, held) in &mut streams {
        if !held.iter().any(|(_, region)| *region == name.1) {
            held.insert(name.clone());
        }
    }
    let mut places: BTreeMap<Pair, Place> = BTreeMap::new();
    for (position, file) in scan.listing.logs.iter().enumerate() {
        let seen = scan.files.get(&position);
        if seen.is_some_and(|seen| seen.content != Content::Log) {
            continue;
        }
        let hull = hull(file, seen);
        let mut held = match &file.native {
            Some(name) => streams.get(&named(name)).cloned().unwrap_or_default(),
            None => seen.into_iter().flat_map(pairs).collect(),
        };
        let faulty = seen.is_some_and(|seen| !seen.faults.is_empty());
        held.extend(placed(file).filter(|_| faulty));
        for pair in held {
            let place = places.entry(pair.clone()).or_default();
            if let Some(hull) = hull {
                place.widen(hull);
            }
            if let Some(seen) = seen {
                place.files = place.files.saturating_add(1);
                let inside = seen.pairs.get(&pair.0).and_then(|regions| regions.get(&pair.1)).map_or(0, |seen| seen.in_window);
                place.events = place.events.saturating_add(inside);
                if faulty && placed(file).is_some() {
                    place.unread.push(unread_file(file, seen));
                }
            }
        }
    }
    // What there is of a stream that no file tells of, as it has none of the time or as its folders could not be listed.
    let untold = |pair: &Pair| !streams.contains_key(pair);
    let pair = |(account, region): &(Arc<str>, Arc<str>)| (account.as_ref().to_owned(), region.as_ref().to_owned());
    for pair in scan.listing.streams.iter().map(pair).filter(untold) {
        places.entry(pair).or_default();
    }
    for place in &scan.listing.unlisted {
        if let Some(stream) = &place.stream {
            let held = streams.get(stream).cloned().unwrap_or_else(|| BTreeSet::from([stream.clone()]));
            held.into_iter().for_each(|pair| places.entry(pair).or_default().unread.push(place.file.clone()));
        }
    }
    places
}

fn named(name: &Native) -> Pair {
    (name.account.as_ref().into(), name.region.as_ref().into())
}

fn pairs(seen: &FileSeen) -> impl Iterator<Item = Pair> {
    seen.pairs.iter().flat_map(|(account, regions)| regions.keys().map(move |region| (account.clone(), region.clone())))
}

fn faulty(scan: &Scan) -> impl Iterator<Item = (&LogFile, &FileSeen)> {
    let file = |(position, seen): (&usize, _)| Some((scan.listing.logs.get(*position)?, seen));
    scan.files.iter().filter_map(file).filter(|(_, seen): &(_, &FileSeen)| !seen.faults.is_empty())
}

fn hull(file: &LogFile, seen: Option<&FileSeen>) -> Option<(DateTime<Utc>, DateTime<Utc>)> {
    let all = || seen.into_iter().flat_map(|seen| seen.pairs.values()).flat_map(BTreeMap::values);
    let events = all().map(|seen| seen.first).min().zip(all().map(|seen| seen.last.checked_add_signed(SECOND).unwrap_or(seen.last)).max());
    let name = file.native.as_ref().map(|name| name.time);
    match (events, name) {
        (Some((first, last)), Some(name)) => Some((first.min(name), last.max(name))),
        (events, name) => events.or(name.map(|name| (name, name))),
    }
}

/// Returns the earliest instant of which an unread file may hold events; nothing when its name does not tell.
fn earliest(file: &LogFile) -> Option<DateTime<Utc>> {
    let time = file.native.as_ref()?.time;
    Some(if is_whole_day(time) { time - TimeDelta::days(1) } else { time - NAME_LATE })
}

/// Finds out where the files fall short. The window is not named: readings of parts of it are joined.
fn shortage((from, to): (DateTime<Utc>, DateTime<Utc>), window: Window) -> Note {
    let begin = Some(from).filter(|from| *from > window.from);
    Note::FilesReach(begin, Some(to).filter(|to| *to < window.to || begin.is_none()))
}

/// Returns the account and region that a file's name or path tells.
fn placed(file: &LogFile) -> Option<Pair> {
    let place = file.place();
    place.account.zip(place.region)
}

/// Makes the cell of files and folders that were not read whole and may hold events of any place.
fn unplaced(scan: &Scan, query: &Query) -> Option<Cell> {
    let mut files: Vec<UnreadFile> =
        faulty(scan).filter(|(file, _)| placed(file).is_none()).map(|(file, seen)| unread_file(file, seen)).collect();
    files.extend(scan.listing.unlisted.iter().filter(|place| place.stream.is_none()).map(|place| place.file.clone()));
    let count = u32::try_from(files.len()).unwrap_or(u32::MAX);
    let make = |state| Cell::cut("", "", query.source(), state, None);
    (count > 0).then(|| {
        let mut cell = unread(scan, &files, make).with(count, 0, None);
        cell.unread_files = files;
        cell
    })
}

/// Makes the cell of files that were not read whole.
///
/// Shape: `Denied` where permissions are missing for all of them, the state of what kept requests from being answered where that is why,
/// else `Failed`.
fn unread(scan: &Scan, files: &[UnreadFile], make: impl Fn(State) -> Cell) -> Cell {
    let all = |is: &dyn Fn(FileFault) -> bool| files.iter().all(|file| file.faults.iter().all(|fault| is(*fault)));
    let failure = scan.failure.as_ref();
    let mut cell = match () {
        () if all(&FileFault::is_denial) => make(State::Denied),
        () if all(&|fault| fault == FileFault::Throttled) => make(State::Throttled),
        () if all(&|fault| fault == FileFault::Identity) => make(failure.map_or(State::Failed, Failure::state)),
        () => make(State::Failed),
    };
    cell.cause = failure.and_then(Failure::cause).filter(|_| cell.state() != State::Failed || all(&|fault| fault == FileFault::Identity));
    cell
}

fn unread_file(file: &LogFile, seen: &FileSeen) -> UnreadFile {
    UnreadFile { name: file.shown(), faults: seen.faults.clone() }
}
