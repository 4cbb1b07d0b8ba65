//! Events held in memory, for programs that have them already and for tests.

use std::collections::BTreeSet;

use chrono::TimeDelta;

use super::{BoxFuture, Definition, Kind, Query, Source};
use crate::coverage::{AllRead, Cell, Cost, Profile, Reading, SourceName, State, Unit, Words};
use crate::event::Event;
use crate::policy::Ungated;
use crate::time::Window;

/// The source; there is none unless a program puts it in.
pub const DEFINITION: Definition = Definition { profile: &PROFILE, open: |_| Ok(None) };

/// What memory is like.
pub static PROFILE: Profile = Profile {
    name: SourceName::new("memory"),
    title: "memory",
    offered: false,
    auto: Some(0),
    asks_aws: false,
    by_region: false,
    by_account: false,
    retention: None,
    lag: TimeDelta::zero(),
    live: false,
    look_ups: &[],
    cost: Cost::Time { unit: Unit { name: "events", counts: "Places read." } },
    rereads: true,
    data_events: true,
    never_sees: "what was not put into memory",
    words: Words {
        holds: "events",
        no_data: "has no events for the window",
        part_missing: "has no events for part of the window",
        no_data_next: "Put the events of the missing interval in.",
        denied_next: "Put the events in.",
        not_there: "a program has to put it in",
    },
};

/// Every event of an interval.
#[derive(Clone, Debug)]
pub struct Memory {
    events: Vec<Event>,
    whole: Window,
}

impl Memory {
    /// Holds `events`, which are all there are in `whole`.
    pub fn new(events: Vec<Event>, whole: Window) -> Self {
        Self { events, whole }
    }

    fn cell(&self, query: &Query, (account, region): (&str, &str), events: usize) -> Cell {
        let (window, unread) = (query.window(), usize::from(query.deadline().is_zero()));
        let cell = match AllRead::prove(window, &[self.whole], unread) {
            Some(proof) => Cell::exhausted(proof, account, region, &PROFILE),
            None if unread > 0 => Cell::cut(account, region, &PROFILE, State::Deadline, None),
            None => Cell::cut(account, region, &PROFILE, State::NoData, self.whole.meet(window)),
        };
        let mut cell = cell.with(1, u32::try_from(events).unwrap_or(u32::MAX), None);
        cell.asked = query.asked();
        cell
    }
}

impl Source for Memory {
    fn profile(&self) -> &'static Profile {
        &PROFILE
    }

    fn read<'a>(&'a self, query: &'a Query) -> BoxFuture<'a, Ungated> {
        Box::pin(async move {
            tokio::task::yield_now().await;
            let wanted = |event: &&Event| match query.kind() {
                Kind::Writes => !event.read_only,
                Kind::Everything | Kind::Exact(..) => true,
                Kind::EventId(id) => event.event_id == *id,
            };
            let asked = |event: &&Event| query.window().contains(event.time) && query.admits(&event.account, &event.region);
            let in_time = !query.deadline().is_zero();
            let events: Vec<Event> = self.events.iter().filter(|event| in_time && asked(event) && wanted(event)).cloned().collect();
            let admitted = self.events.iter().filter(|event| query.admits(&event.account, &event.region));
            let places: BTreeSet<(&str, &str)> = admitted.map(|event| (event.account.as_str(), event.region.as_str())).collect();
            let count =
                |place: (&str, &str)| events.iter().filter(|event| (event.account.as_str(), event.region.as_str()) == place).count();
            let mut cells: Vec<Cell> = places.into_iter().map(|place| self.cell(query, place, count(place))).collect();
            if cells.is_empty() {
                cells.push(self.cell(query, ("", ""), 0));
            }
            Reading { events, cells, ..Reading::default() }.into()
        })
    }
}
