//! An application's log beside what was read: which change each record tells of, what it tells that CloudTrail does not, and the reverse.

use std::collections::{HashMap, HashSet};

use crate::catalogue::{event_names, is_data_call};
use crate::correlate::{AppRecord, Join, Joins, Log, Outcome, Strength, calls_of};
use crate::coverage::{Coverage, State};
use crate::event::reads;
use crate::rank::Ranked;
use crate::time::Window;

/// A log, and what it was joined to.
#[derive(Clone, Copy)]
pub struct Application<'a> {
    /// The log.
    pub log: &'a Log,
    /// Its joins to all changes that were read.
    pub joins: &'a Joins,
    /// Whether all of the window was asked for, rather than what is filed under a name.
    pub asked_all: bool,
}

/// Why it cannot be said what is missing on either side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unjudged {
    /// Only what is filed under a name was read.
    ByName,
    /// Not all of the window was read.
    NotAllRead,
    /// The log lies outside the window that was read.
    Outside,
}

/// What is missing on either side.
#[derive(Default)]
pub(super) struct Missing<'a> {
    /// Changes that the log tells of and that were not read, though all of their time was.
    pub(super) unseen: Vec<&'a AppRecord>,
    /// Changes by the log's own actors of which it tells nothing.
    pub(super) untold: Vec<&'a Ranked>,
    /// Why there may be more.
    pub(super) unjudged: Option<Unjudged>,
}

impl<'a> Application<'a> {
    /// Returns the joins of each change, by its id; the surest first.
    pub(super) fn by_event(&self) -> HashMap<&'a str, Vec<&'a Join>> {
        let mut by_event: HashMap<&str, Vec<&Join>> = HashMap::new();
        for join in &self.joins.joins {
            by_event.entry(&join.event_id).or_default().push(join);
        }
        by_event.values_mut().for_each(|joins| joins.sort_by_key(|join| (join.tier, join.record)));
        by_event
    }

    /// Returns a record by its place.
    pub(super) fn record(&self, join: &Join) -> Option<&'a AppRecord> {
        self.log.records.get(join.record)
    }

    /// Finds what is missing on either side, as far as what was read tells.
    pub(super) fn missing(&self, ranked: &'a [Ranked], coverage: &Coverage, window: Window) -> Missing<'a> {
        let times = || self.log.records.iter().filter_map(|record| self.joins.clocks.corrected(record));
        let span = times().min().zip(times().max());
        let inside = span.is_some_and(|(from, to)| from < window.to && to >= window.from);
        let whole = |time| {
            coverage
                .cells
                .iter()
                .filter(|cell| cell.asked && cell.state() != State::DeniedByPolicy)
                .all(|cell| cell.covered().is_some_and(|read| read.contains(time)))
        };
        let unjudged = match () {
            () if !self.asked_all => Some(Unjudged::ByName),
            () if !inside => Some(Unjudged::Outside),
            () if coverage.cells.is_empty() || !times().filter(|time| window.contains(*time)).all(whole) => Some(Unjudged::NotAllRead),
            () => None,
        };
        if !self.asked_all || !inside {
            return Missing { unjudged, ..Missing::default() };
        }
        let joined: HashSet<usize> = self.joins.joins.iter().map(|join| join.record).collect();
        let calls = Calls::of(ranked);
        let unseen = self.log.records.iter().enumerate().filter(|(at, record)| {
            let time = self.joins.clocks.corrected(record);
            !joined.contains(at)
                && record.outcome != Outcome::Failed
                && calls.changes(record)
                && time.is_some_and(|time| window.contains(time) && whole(time))
        });
        let unseen = unseen.map(|(_, record)| record).collect();
        let told: HashSet<&str> = self.joins.joins.iter().map(|join| join.event_id.as_str()).collect();
        let surely: HashSet<&str> =
            self.joins.joins.iter().filter(|join| join.tier.strength() < Strength::Weak).map(|join| join.event_id.as_str()).collect();
        let actor = |one: &Ranked| one.change.event.actor.name.clone();
        let own: HashSet<String> = ranked.iter().filter(|one| surely.contains(one.change.event.event_id.as_str())).map(actor).collect();
        let mut untold: Vec<&Ranked> = ranked
            .iter()
            .filter(|one| {
                let event = &one.change.event;
                let while_written = span.is_some_and(|(from, to)| (from..=to).contains(&event.time));
                let changes = !event.read_only && !event.failed() && !one.change.class.noise;
                changes && while_written && !told.contains(event.event_id.as_str()) && own.contains(&event.actor.name)
            })
            .collect();
        untold.sort_by(|a, b| (a.change.event.time, &a.change.event.event_id).cmp(&(b.change.event.time, &b.change.event.event_id)));
        Missing { unseen, untold, unjudged }
    }
}

/// Names of calls that CloudTrail would show where they change anything.
struct Calls<'a> {
    /// Of the catalogue, in lower case.
    known: HashSet<String>,
    /// Of what was read.
    read: HashSet<&'a str>,
}

impl<'a> Calls<'a> {
    fn of(ranked: &'a [Ranked]) -> Self {
        let read: HashSet<&str> = ranked.iter().map(|one| one.change.event.name.as_str()).collect();
        let lower = |name: &str| name.to_ascii_lowercase();
        Self {
            known: event_names()
                .filter(|name| !reads(name))
                .map(lower)
                .chain(read.iter().filter(|name| !reads(name)).map(|name| lower(name)))
                .collect(),
            read,
        }
    }

    /// Tells whether a record tells of a change that CloudTrail records wherever it happens; calls on data only where others of theirs are.
    fn changes(&self, record: &AppRecord) -> bool {
        let calls = record.operation.as_ref().map(|told| calls_of(&told.text)).unwrap_or_default();
        calls.iter().any(|call| {
            let seen = || self.read.iter().any(|name| name.eq_ignore_ascii_case(call));
            self.known.contains(call) && (!is_data_call(call) || seen())
        })
    }
}
