//! From the rows of a query to events and cells: one an account and region.

use std::collections::HashSet;

use chrono::{DateTime, TimeDelta, Utc};

use super::asked::Asked;
use super::driver::{Driver, Row};
use super::run::Outcome;
use super::source::Counts;
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
    counts: Counts,
    rows: usize,
    /// Rows without a record that can be read.
    unreadable: usize,
    /// Whether there may be more rows.
    more: bool,
    pub(super) fault: Option<EngineFault>,
    /// The time of the last row, which is the oldest.
    oldest: Option<DateTime<Utc>>,
    /// Until when what it gave is whole.
    settled: DateTime<Utc>,
    pub(super) bytes: u64,
    /// The places that hold anything at all, where that was asked.
    pub(super) present: Option<HashSet<(String, String)>>,
}

/// Returns the account and region of a row that tells of them.
pub(super) fn place(row: &Row) -> Option<(String, String)> {
    let text = |keys: [&str; 2]| keys.iter().find_map(|key| row.get(*key)?.as_str()).map(str::to_owned);
    text(["account", "recipientAccountId"]).zip(text(["region", "awsRegion"]))
}

impl Given {
    /// Reads the rows of a query that was begun at `begun`.
    pub(super) fn of(driver: &dyn Driver, query: &Query, asked: &Asked, outcome: Outcome, begun: DateTime<Utc>) -> Self {
        let profile = driver.profile();
        let mut given = Self {
            profile,
            events: Vec::new(),
            counts: Counts::new(),
            rows: outcome.rows.len(),
            unreadable: 0,
            more: outcome.more,
            fault: outcome.fault,
            oldest: None,
            settled: begun.checked_sub_signed(profile.lag).unwrap_or(begun),
            bytes: 0,
            present: None,
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
            *self.counts.entry((event.account.clone(), event.region.clone())).or_default() += 1;
            self.events.push(event);
        }
    }

    /// Tells whether the engine gave nothing, and nothing kept it from giving: then it must be asked whether it holds anything at all.
    pub(super) fn is_empty(&self) -> bool {
        self.rows == 0 && self.fault.is_none()
    }

    /// Says what was read and what was not.
    pub(super) fn conclude(self, query: &Query, asked: &Asked, requests: u32) -> Reading {
        let mut cells: Vec<Cell> = asked.places().map(|place| self.cell(place, query, asked)).collect();
        if let Some(cell) = cells.first_mut() {
            cell.requests = requests;
            if self.bytes > 0 {
                cell.notes.push(Note::Scanned(self.bytes));
            }
        }
        Reading { events: self.events, cells, ..Reading::default() }
    }

    fn cell(&self, (account, region): (&str, &str), query: &Query, asked: &Asked) -> Cell {
        let make = |state, covered| Cell::cut(account, region, self.profile, state, covered);
        let place = (account.to_owned(), region.to_owned());
        let events = self.counts.get(&place).copied().unwrap_or_default();
        let (cell, notes) = self.judge(&place, query.window(), asked, make);
        let mut cell = cell.with(0, events, notes);
        cell.cause = self.fault.as_ref().and_then(EngineFault::cause);
        cell.asked = asked.extra != Some(region);
        cell
    }

    /// Judges how the reading of a place ended: the worst that happened names the state.
    fn judge(
        &self,
        place: &(String, String),
        window: Window,
        asked: &Asked,
        make: impl Fn(State, Option<Window>) -> Cell,
    ) -> (Cell, Vec<Note>) {
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
        match &self.present {
            Some(present) if present.is_empty() => return (make(State::NoData, None), vec![Note::EngineEmpty]),
            Some(present) if asked.named && !present.contains(place) => {
                return (make(State::NoData, None), vec![Note::NothingOfRegion]);
            }
            _ => {}
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
