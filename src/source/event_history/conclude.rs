//! From what was read to the cell that tells what was read and what was not.

use std::collections::HashSet;

use chrono::{DateTime, Utc};

use super::failure::Failure;
use super::planner::End;
use super::reader::Scan;
use super::role::Role;
use super::{KEPT, LAG, PROFILE};
use crate::coverage::{AllRead, Cached, Cause, Cell, Extent, Note, PlanLine, ReadSoFar, Reading, Share, SoFar, State};
use crate::event::Event;
use crate::policy::region::partition_name;
use crate::source::Query;
use crate::time::{Window, union};

/// The part of a window that event history can hold.
#[derive(Clone, Copy, Debug)]
pub(super) struct Part {
    pub(super) window: Window,
    /// Whether the window began before it.
    pub(super) cut: bool,
    /// Until when events can be expected to have arrived.
    pub(super) settled: DateTime<Utc>,
}

impl Part {
    /// Errors: nothing, when the whole window lies before what is kept.
    pub(super) fn of(window: Window, now: DateTime<Utc>) -> Option<Self> {
        let floor = now.checked_sub_signed(KEPT).unwrap_or(window.from);
        let settled = now.checked_sub_signed(LAG).unwrap_or(now);
        Some(Self { window: Window::new(window.from.max(floor), window.to)?, cut: window.from < floor, settled })
    }
}

/// Judges the account before anything is read in it; nothing when it may be read.
pub(super) fn refused(query: &Query, told: &Result<String, Failure>, region: &str) -> Option<Reading> {
    let asked = query.account().unwrap_or_default();
    match told {
        Err(failure @ (Failure::Blocked(_) | Failure::UnknownCredentials | Failure::Expired)) => {
            Some(failed(query, asked, region, failure.clone()))
        }
        Err(_) => Some(gap(query, (asked, region), State::DeniedByPolicy, [Note::AccountUnknown])),
        Ok(own) if !asked.is_empty() && own != asked => Some(gap(query, (asked, region), State::NotConfigured, [Note::RoleMissing])),
        Ok(own) if !query.admits(own, region) => Some(gap(query, (own, region), State::DeniedByPolicy, [Note::OwnAccountNotAllowed])),
        Ok(_) => None,
    }
}

/// Judges a role before it is assumed; nothing when it may be.
pub(super) fn refused_role(query: &Query, role: &Role, region: &str) -> Option<Reading> {
    let account = role.account.as_str();
    if !query.admits(account, region) {
        return Some(gap(query, (account, region), State::DeniedByPolicy, [Note::AccountNotAllowed]));
    }
    if role.partition() != partition_name(region) {
        let note = Note::OtherPartition(role.partition().to_owned());
        return Some(gap(query, (account, region), State::NotConfigured, [note]));
    }
    None
}

/// A reading of nothing, as something failed before.
pub(super) fn failed(query: &Query, account: &str, region: &str, failure: Failure) -> Reading {
    let mut reading = gap(query, (account, region), failure.state(), None);
    reading.cells.iter_mut().for_each(|cell| cell.cause = failure.cause());
    reading.cells.iter_mut().for_each(|cell| cell.notes.push(Note::Failed(failure.clone())));
    reading
}

/// A reading of nothing, without a request.
pub(super) fn gap(query: &Query, (account, region): (&str, &str), state: State, notes: impl IntoIterator<Item = Note>) -> Reading {
    let mut cell = Cell::cut(account, region, &PROFILE, state, None).with(0, 0, notes);
    cell.asked = query.asked();
    Reading { cells: vec![cell], ..Reading::default() }
}

/// Makes of a scan the events that may be returned, and the cell that says how much was read.
pub(super) fn conclude(query: &Query, account: &str, region: &str, part: Part, scan: Scan) -> Reading {
    let part = Part { settled: part.settled.min(scan.settled), ..part };
    let window = part.window;
    let read = scan.read.iter().filter_map(|read| read.meet(window));
    let settled = read.filter_map(|read| Window::new(read.from, read.to.min(part.settled)));
    let covered = nearest(settled.collect(), query.alert());
    let (state, mut notes, cause) = judge(&scan, part, query, covered);
    let inside: Vec<Event> = scan.events.into_iter().filter(|event| window.contains(event.time)).collect();
    let own = |told: &str, ours: &str| if told.is_empty() { ours.to_owned() } else { told.to_owned() };
    let mut events: Vec<Event> = inside
        .into_iter()
        .map(|event| Event { account: own(&event.account, account), region: own(&event.region, region), ..event })
        .collect();
    // Parts of a window that are read side by side share the second where they meet.
    let mut seen = HashSet::new();
    events.retain(|event| seen.insert(event.event_id.clone()));
    let count = events.len();
    events.retain(|event| query.admits(&event.account, &event.region));
    if events.len() < count {
        notes.push(Note::LeftOut(Share { count: count - events.len(), of: count }));
    }
    notes.extend(scan.by_name);
    if scan.throttled > 0 && state != State::Throttled {
        notes.push(Note::SomeThrottled(part_of(scan.throttled, scan.requests)));
    }
    let mut cell = match (state, covered) {
        (State::Exhausted, _) => match AllRead::prove(window, &scan.read, 0) {
            Some(proof) => Cell::exhausted(proof, account, region, &PROFILE),
            None => Cell::cut(account, region, &PROFILE, State::Failed, covered),
        },
        _ => Cell::cut(account, region, &PROFILE, state, covered),
    };
    cell = cell.with(scan.requests, u32::try_from(count).unwrap_or(u32::MAX), notes);
    (cell.cause, cell.asked) = (cause, query.asked());
    let so_far = SoFar::from([(cell.key(), ReadSoFar { read: scan.read, latency: scan.latency })]);
    let decisions = scan.decisions.into_iter().map(|decision| PlanLine { region: region.to_owned(), decision }).collect();
    Reading { events, cells: vec![cell], so_far, cached: Cached { events: scan.cached, files: 0 }, decisions, ..Reading::default() }
}

/// Returns the interval that tells most of the alert: the one that holds it, else the nearest before it, else the latest.
fn nearest(read: Vec<Window>, alert: Option<DateTime<Utc>>) -> Option<Window> {
    let before = |window: &&Window| alert.is_none_or(|alert| window.from <= alert);
    read.iter().rev().find(before).or(read.last()).copied()
}

/// Judges how the reading ended: the worst that happened names the state.
fn judge(scan: &Scan, part: Part, query: &Query, covered: Option<Window>) -> (State, Vec<Note>, Option<Cause>) {
    let whole = part.window.without(&scan.read).is_empty();
    let read = || extent(&scan.read, part, covered);
    match scan.end {
        End::Failed(ref failure) => {
            let read = (scan.entries > 0).then(|| Note::Read(read()));
            (failure.state(), [Note::Failed(failure.clone())].into_iter().chain(read).collect(), failure.cause())
        }
        End::PageCap => (State::PageCap, vec![Note::RequestsSpent(scan.requests, read())], None),
        End::Deadline => {
            let note = Note::TimeSpent(query.deadline(), read());
            (State::Deadline, vec![note], (scan.entries == 0).then_some(Cause::Unavailable))
        }
        End::AllRead if scan.unreadable > 0 => {
            (State::Failed, vec![Note::Unreadable(part_of(scan.unreadable, scan.entries))], Some(Cause::Unavailable))
        }
        // Every page was seen, and yet the pages do not prove it: AWS contradicted itself.
        End::AllRead if !whole => (State::Failed, vec![Note::Failed(Failure::Unreadable)], Some(Cause::Unavailable)),
        End::AllRead if part.cut => (State::NoData, vec![Note::KeptSince(part.window.from)], None),
        End::AllRead if part.settled < part.window.to => {
            let settled = Some(part.settled).filter(|settled| part.window.contains(*settled));
            (State::Lagging, vec![Note::Settling(settled)], None)
        }
        End::AllRead => (State::Exhausted, Vec::new(), None),
    }
}

fn part_of(count: u32, of: u32) -> Share {
    Share { count: count as usize, of: of as usize }
}

/// Finds out what was read whole, though the end was not reached.
fn extent(read: &[Window], part: Part, covered: Option<Window>) -> Extent {
    let read = union(read.to_vec());
    let main = covered.and_then(|covered| read.iter().find(|one| one.contains(covered.from)));
    match (read.as_slice(), main.or(read.last())) {
        ([one], _) if one.to >= part.window.to => Extent::Since(one.from),
        (several, Some(main)) => Extent::Between(Window { to: main.to.min(part.window.to), ..*main }, several.len() - 1),
        (_, None) => Extent::Nothing,
    }
}
