//! From what was read to the cell that tells what was read and what was not.

use std::collections::HashSet;

use chrono::{DateTime, Utc};

use super::failure::Failure;
use super::planner::End;
use super::reader::Scan;
use super::role::Role;
use super::{KEPT, LAG, PROFILE};
use crate::coverage::{AllRead, Cause, Cell, Reading, State};
use crate::event::Event;
use crate::policy::region::partition_name;
use crate::source::Query;
use crate::time::{Window, rfc3339, union};

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
        Err(_) => {
            let detail = "the account could not be determined, and only certain accounts may be read";
            Some(gap(query, asked, region, State::DeniedByPolicy, detail))
        }
        Ok(own) if !asked.is_empty() && own != asked => {
            let detail = "no role is configured for this account; these credentials belong to another one";
            Some(gap(query, asked, region, State::NotConfigured, detail))
        }
        Ok(own) if !query.admits(own, region) => {
            let detail = "the account of these credentials may not be read; for the operator: aws_account_allowlist";
            Some(gap(query, own, region, State::DeniedByPolicy, detail))
        }
        Ok(_) => None,
    }
}

/// Judges a role before it is assumed; nothing when it may be.
pub(super) fn refused_role(query: &Query, role: &Role, region: &str) -> Option<Reading> {
    let account = role.account.as_str();
    if !query.admits(account, region) {
        let detail = "this account may not be read; for the operator: aws_account_allowlist";
        return Some(gap(query, account, region, State::DeniedByPolicy, detail));
    }
    if role.partition() != partition_name(region) {
        let detail = format!("the role of this account is in the partition {}, and {region} in another", role.partition());
        return Some(gap(query, account, region, State::NotConfigured, &detail));
    }
    None
}

/// A reading of nothing, as something failed before.
pub(super) fn failed(query: &Query, account: &str, region: &str, failure: Failure) -> Reading {
    let mut reading = gap(query, account, region, failure.state(), "");
    reading.cells.iter_mut().for_each(|cell| (cell.detail, cell.cause) = (failure.sentence(region), failure.cause()));
    reading
}

/// A reading of nothing, without a request.
pub(super) fn gap(query: &Query, account: &str, region: &str, state: State, detail: &str) -> Reading {
    let mut cell = Cell::cut(account, region, &PROFILE, state, None).with(0, 0, Some(detail.to_owned()));
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
    let (state, mut detail, cause) = judge(&scan, part, query, region, covered);
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
    let mut add = |more: String| {
        detail = Some(match detail.take() {
            Some(detail) => format!("{detail}; {more}"),
            None => more,
        });
    };
    if events.len() < count {
        let left_out = count - events.len();
        add(format!("{left_out} of {count} events belong to accounts or regions outside the scope and were left out"));
    }
    if let Some(by_name) = scan.by_name {
        add(by_name);
    }
    if scan.throttled > 0 && state != State::Throttled {
        add(format!(
            "AWS throttled {} of {} requests: others use the account's 2 a second in {region} as well",
            scan.throttled, scan.requests
        ));
    }
    let mut cell = match (state, covered) {
        (State::Exhausted, _) => match AllRead::prove(window, &scan.read, 0) {
            Some(proof) => Cell::exhausted(proof, account, region, &PROFILE),
            None => Cell::cut(account, region, &PROFILE, State::Failed, covered),
        },
        _ => Cell::cut(account, region, &PROFILE, state, covered),
    };
    cell = cell.with(scan.requests, u32::try_from(count).unwrap_or(u32::MAX), detail);
    (cell.cause, cell.asked, cell.read, cell.latency) = (cause, query.asked(), scan.read, scan.latency);
    let told = scan.told.into_iter().map(|told| format!("{region}: {told}")).collect();
    Reading { events, cells: vec![cell], cached: scan.cached, told, ..Reading::default() }
}

/// Returns the interval that tells most of the alert: the one that holds it, else the nearest before it, else the latest.
fn nearest(read: Vec<Window>, alert: Option<DateTime<Utc>>) -> Option<Window> {
    let before = |window: &&Window| alert.is_none_or(|alert| window.from <= alert);
    read.iter().rev().find(before).or(read.last()).copied()
}

/// Says how the reading ended: the worst that happened names the state.
fn judge(scan: &Scan, part: Part, query: &Query, region: &str, covered: Option<Window>) -> (State, Option<String>, Option<Cause>) {
    let whole = part.window.without(&scan.read).is_empty();
    let far = || how_far(&scan.read, part, covered);
    match scan.end {
        End::Failed(ref failure) => {
            let far = (scan.entries > 0).then(far);
            let detail: Vec<String> = failure.sentence(region).into_iter().chain(far).collect();
            (failure.state(), (!detail.is_empty()).then(|| detail.join("; ")), failure.cause())
        }
        End::PageCap => {
            let detail = format!("{} requests were not enough: {}; ask for a shorter window", scan.requests, far());
            (State::PageCap, Some(detail), None)
        }
        End::Deadline => {
            let detail = format!("{} s were not enough: {}; ask for a shorter window", query.deadline().as_secs_f32(), far());
            (State::Deadline, Some(detail), (scan.entries == 0).then_some(Cause::Unavailable))
        }
        End::AllRead if scan.unreadable > 0 => {
            let detail = format!("{} of {} events could not be read", scan.unreadable, scan.entries);
            (State::Failed, Some(detail), Some(Cause::Unavailable))
        }
        // Every page was seen, and yet the pages do not prove it: AWS contradicted itself.
        End::AllRead if !whole => (State::Failed, Failure::Unreadable.sentence(region), Some(Cause::Unavailable)),
        End::AllRead if part.cut => {
            let detail = format!("event history keeps 90 days: nothing before {} is there", rfc3339(part.window.from));
            (State::NoData, Some(detail), None)
        }
        End::AllRead if part.settled < part.window.to => {
            let complete = match part.window.contains(part.settled) {
                true => format!("complete to {}", rfc3339(part.settled)),
                false => "all of the window is that new".to_owned(),
            };
            (State::Lagging, Some(format!("events of the last 15 minutes may still arrive; {complete}")), None)
        }
        End::AllRead => (State::Exhausted, None, None),
    }
}

/// Says what was read whole, though the end was not reached.
fn how_far(read: &[Window], part: Part, covered: Option<Window>) -> String {
    let read = union(read.to_vec());
    match (read.as_slice(), covered) {
        ([], _) => "no interval was read whole".to_owned(),
        ([one], _) if one.to >= part.window.to => format!("everything since {} was read", rfc3339(one.from)),
        (several, covered) => {
            let told = covered.and_then(|covered| several.iter().find(|one| one.contains(covered.from)));
            let (main, others) = (told.or(several.last()), several.len() - 1);
            let main = main.map(|one| format!("everything from {} to {} was read", rfc3339(one.from), rfc3339(one.to.min(part.window.to))));
            let others = match others {
                0 => String::new(),
                1 => ", and another interval".to_owned(),
                n => format!(", and {n} other intervals"),
            };
            format!("{}{others}", main.unwrap_or_default())
        }
    }
}
