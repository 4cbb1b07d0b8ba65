//! From the rows of a query to events and cells: one an account and region.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};

use super::asked::Asked;
use super::driver::{Driver, Row, cell};
use super::held::{Holding, Place};
use super::run::Outcome;
use crate::coverage::{AllRead, Cell, EngineFault, Extent, Note, Profile, Reading, Share, State};
use crate::event::Event;
use crate::source::filed::is_filed_under;
use crate::source::{Kind, Query};
use crate::time::Window;

/// How records carry time: to the second.
const SECOND: TimeDelta = TimeDelta::seconds(1);

/// What a query gave.
pub(super) struct Given {
    profile: &'static Profile,
    events: Vec<Event>,
    found: HashMap<Place, Found>,
    rows: usize,
    /// Rows without a record that can be read.
    unreadable: usize,
    /// Whether there may be more rows.
    more: bool,
    fault: Option<EngineFault>,
    /// The time of the last row, which is the oldest.
    oldest: Option<DateTime<Utc>>,
    /// Until when what it gave is whole.
    settled: DateTime<Utc>,
    bytes: u64,
    /// Which places hold anything at all, where that is of consequence.
    pub(super) holding: Option<Holding>,
}

/// What a place gave.
struct Found {
    events: u32,
    /// The times of the oldest and the newest.
    from: DateTime<Utc>,
    to: DateTime<Utc>,
}

/// Returns the account and region of a row that tells of them.
pub(super) fn place(row: &Row) -> Option<Place> {
    let text = |keys: [&str; 2]| keys.iter().find_map(|key| cell(row, key)?.as_str()).map(str::to_owned);
    text(["account", "recipientAccountId"]).zip(text(["region", "awsRegion"]))
}

impl Given {
    /// Reads the rows of a query that was begun at `begun`.
    pub(super) fn of(
        (profile, driver): (&'static Profile, &dyn Driver),
        (query, asked): (&Query, &Asked),
        (outcome, begun): (Outcome, DateTime<Utc>),
    ) -> Self {
        let mut given = Self {
            profile,
            events: Vec::new(),
            found: HashMap::new(),
            rows: outcome.rows.len(),
            unreadable: 0,
            more: outcome.more,
            fault: outcome.fault,
            oldest: None,
            settled: begun.checked_sub_signed(profile.lag).unwrap_or(begun),
            bytes: outcome.bytes,
            holding: None,
        };
        for row in outcome.rows {
            match driver.event(row) {
                Some(event) => given.take(event, query, asked),
                None => given.unreadable += 1,
            }
        }
        given
    }

    fn take(&mut self, event: Event, query: &Query, asked: &Asked) {
        self.oldest = Some(self.oldest.map_or(event.time, |oldest| oldest.min(event.time)));
        if !query.window().contains(event.time) || !query.admits(&event.account, &event.region) {
            return;
        }
        let wanted = |kind: Kind| match kind {
            Kind::Writes => !event.read_only,
            Kind::Everything => true,
            Kind::EventId(id) => event.event_id == id,
            Kind::Exact(attribute, name) => is_filed_under(&event, attribute, &name),
        };
        if asked.kinds().any(wanted) {
            let place = (event.account.clone(), event.region.clone());
            let found = self.found.entry(place).or_insert(Found { events: 0, from: event.time, to: event.time });
            (found.events, found.from, found.to) = (found.events + 1, found.from.min(event.time), found.to.max(event.time));
            self.events.push(event);
        }
    }

    /// Reads the result of a statement of somebody else's, whose rows are no records.
    pub(super) fn of_statement(profile: &'static Profile, outcome: &Outcome, begun: DateTime<Utc>) -> Self {
        Self {
            profile,
            events: Vec::new(),
            found: HashMap::new(),
            rows: outcome.rows.len(),
            unreadable: 0,
            more: false,
            fault: outcome.fault.clone(),
            oldest: None,
            settled: begun.checked_sub_signed(profile.lag).unwrap_or(begun),
            bytes: outcome.bytes,
            holding: None,
        }
    }

    /// Returns the places that gave something, each with the time from its oldest to its newest event.
    pub(super) fn found(&self) -> impl Iterator<Item = (&Place, Window)> {
        self.found.iter().map(|(place, found)| (place, Window { from: found.from, to: found.to + SECOND }))
    }

    /// Tells whether nothing kept the engine from giving all: then what gave nothing must be asked for whether it holds anything at all.
    pub(super) fn is_whole(&self) -> bool {
        self.fault.is_none() && !self.more && self.unreadable == 0
    }

    /// Says what was read and what was not.
    pub(super) fn conclude(self, query: &Query, asked: &Asked, requests: u32) -> Reading {
        let mut cells: Vec<Cell> = asked.places().map(|place| self.cell(place, query, asked)).collect();
        if let Some(cell) = cells.first_mut() {
            cell.requests = requests;
            let bytes = self.bytes + self.holding.as_ref().map_or(0, |holding| holding.bytes);
            if bytes > 0 {
                cell.notes.push(Note::Scanned(bytes));
            }
        }
        Reading { events: self.events, cells, ..Reading::default() }
    }

    fn cell(&self, (account, region): (&str, &str), query: &Query, asked: &Asked) -> Cell {
        let make = |state, covered| Cell::cut(account, region, self.profile, state, covered);
        let place = (account.to_owned(), region.to_owned());
        let events = self.found.get(&place).map_or(0, |found| found.events);
        let (cell, notes) = self.judge(&place, query.window(), asked, make);
        let fault = notes.iter().find_map(|note| if let Note::Engine(fault) = note { fault.cause() } else { None });
        let mut cell = cell.with(0, events, notes);
        cell.cause = fault;
        cell.asked = asked.extra != Some(region);
        cell
    }

    /// Judges how the reading of a place ended: the worst that happened names the state.
    fn judge(&self, place: &Place, window: Window, asked: &Asked, make: impl Fn(State, Option<Window>) -> Cell) -> (Cell, Vec<Note>) {
        let settled = window.to.min(self.settled);
        let whole = Window::new(window.from, settled);
        // The second of the oldest row may have more of them.
        let since = self.oldest.and_then(|oldest| oldest.checked_add_signed(SECOND)).filter(|_| self.more);
        let part = since.and_then(|since| Window::new(since.max(window.from), settled));
        let extent = part.map_or(Extent::Nothing, |part| Extent::Since(part.from));
        if let Some(fault) = &self.fault {
            let read = (self.rows > 0).then_some(Note::Read(extent));
            return (make(fault.state(), part), [Note::Engine(fault.clone())].into_iter().chain(read).collect());
        }
        if self.more {
            return (make(State::PageCap, part), vec![Note::RowsSpent(self.rows, extent)]);
        }
        if self.unreadable > 0 {
            let share = Share { count: self.unreadable, of: self.rows };
            return (make(State::Failed, whole), vec![Note::Unreadable(share)]);
        }
        if let Some(holding) = self.holding.as_ref().filter(|holding| !holding.holds((&place.0, &place.1), asked)) {
            return match &holding.fault {
                // What may hold nothing at all proves nothing by giving nothing.
                Some(fault) => (make(fault.state(), None), vec![Note::Engine(fault.clone())]),
                None if holding.present.is_empty() => (make(State::NoData, None), vec![Note::EngineEmpty]),
                None => (make(State::NoData, None), vec![Note::NothingOfRegion]),
            };
        }
        if self.settled < window.to {
            return (make(State::Lagging, whole), vec![Note::Settling(whole.map(|whole| whole.to))]);
        }
        let source = self.profile;
        match AllRead::prove(window, &[window], self.unreadable) {
            Some(proof) => (Cell::exhausted(proof, &place.0, &place.1, source), Vec::new()),
            None => (make(State::Failed, None), Vec::new()),
        }
    }
}
