//! What a cursor carries of a source that costs requests: the events read so far and those looked up of the time before, redacted, and how
//! far each cell got, so that going on costs only what was not read.

use std::io::{Read as _, Write as _};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use flate2::Compression;
use flate2::read::DeflateDecoder;
use flate2::write::DeflateEncoder;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tracing::debug;

use crate::coverage::{Cell, Coverage, SoFar, State};
use crate::event::{Event, LookupResource};
use crate::rank::Change;
use crate::redact;
use crate::time::Window;

/// Most bytes that all cursors of the process carry together; who comes later carries nothing, and reads again instead.
const MOST: usize = 32 << 20;

/// What all cursors of the process carry together, in bytes.
#[derive(Debug, Default)]
pub(super) struct Room(AtomicUsize);

impl Room {
    /// Takes so many bytes; tells whether there is room.
    pub(super) fn take(&self, bytes: usize) -> bool {
        let more = |held: usize| held.checked_add(bytes).filter(|held| *held <= MOST);
        self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, more).is_ok()
    }

    /// Gives back what was taken.
    pub(super) fn give(&self, bytes: usize) {
        self.0.fetch_sub(bytes, Ordering::Relaxed);
    }

    #[cfg(test)]
    pub(super) fn held(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }
}

/// Events of a cursor, without a secret.
#[derive(Debug)]
pub(super) struct Carried {
    /// Deflated JSON of [`Kept`].
    events: Vec<u8>,
    room: Arc<Room>,
}

/// Events and cells of an answer that goes on.
#[derive(Debug)]
pub(super) struct ResumeState {
    events: Carried,
    /// Without requests: what they cost was told before.
    cells: Vec<Cell>,
    so_far: SoFar,
}

/// An event without a secret, as it is kept.
#[derive(Serialize, Deserialize)]
struct Kept {
    id: String,
    account: String,
    region: String,
    resources: Vec<(Option<String>, String)>,
    record: Value,
}

impl Carried {
    /// Keeps `changes`; nothing where there is no room.
    pub(super) fn keep<'a>(changes: impl Iterator<Item = &'a Change>, room: &Arc<Room>) -> Option<Self> {
        let events = deflated(changes).filter(|events| room.take(events.len()));
        if events.is_none() {
            debug!("A cursor carries no events: going on reads them again, or does without.");
        }
        Some(Self { events: events?, room: Arc::clone(room) })
    }

    /// Returns the events; nothing when they cannot be read, which would be a bug.
    pub(super) fn events(&self) -> Option<Vec<Event>> {
        let mut json = Vec::new();
        DeflateDecoder::new(self.events.as_slice()).read_to_end(&mut json).ok()?;
        let kept: Vec<Kept> = serde_json::from_slice(&json).ok()?;
        kept.into_iter().map(Kept::event).collect()
    }
}

impl Drop for Carried {
    fn drop(&mut self) {
        self.room.give(self.events.len());
    }
}

impl ResumeState {
    /// Keeps what `changes` and `coverage` hold; nothing for a source that is read again at no cost, and where there is no room.
    pub(super) fn keep<'a>(
        changes: impl Iterator<Item = &'a Change>,
        coverage: &Coverage,
        so_far: SoFar,
        room: &Arc<Room>,
    ) -> Option<Arc<Self>> {
        if coverage.cells.iter().any(|cell| cell.source().rereads) {
            return None;
        }
        let events = Carried::keep(changes, room)?;
        let mut cells = coverage.cells.clone();
        cells.iter_mut().for_each(|cell| cell.requests = 0);
        Some(Arc::new(Self { events, cells, so_far }))
    }

    /// Tells whether an answer with this coverage goes on by reading.
    pub(super) fn is_needed(coverage: &Coverage) -> bool {
        coverage.cells.iter().any(is_cut_short)
    }

    /// Returns the events; nothing when they cannot be read, which would be a bug.
    pub(super) fn events(&self) -> Option<Vec<Event>> {
        self.events.events()
    }

    /// Returns how each reading ended.
    pub(super) fn cells(&self) -> &[Cell] {
        &self.cells
    }

    /// Returns the intervals of a cell that were read whole.
    pub(super) fn read(&self, cell: &Cell) -> Vec<Window> {
        self.so_far.get(&cell.key()).map(|so_far| so_far.read.clone()).unwrap_or_default()
    }

    /// Tells whether reading on may close a gap.
    pub(super) fn goes_on(&self) -> bool {
        self.cells.iter().any(is_cut_short)
    }

    /// Tells whether more was read since `before`, so that reading on once more comes to an end some time.
    pub(super) fn gained_on(&self, before: Option<&Self>) -> bool {
        let reach =
            |one: &Self| -> i64 { one.so_far.values().flat_map(|so_far| &so_far.read).map(|read| read.length().num_seconds()).sum() };
        reach(self) > before.map_or(0, reach)
    }
}

impl Kept {
    fn of(change: &Change) -> Self {
        let Event { event_id, account, region, lookup_resources, record, .. } = &change.event;
        let safe = |text: &str| redact::text(text, redact::MAX_FIELD_CHARS);
        Self {
            id: event_id.clone(),
            account: account.clone(),
            region: region.clone(),
            resources: lookup_resources.iter().map(|it| (it.kind.as_deref().map(safe), safe(&it.name))).collect(),
            record: redact::record(record).into_inner(),
        }
    }

    fn event(self) -> Option<Event> {
        let event = Event::parse(self.record).ok()?;
        let lookup_resources = self.resources.into_iter().map(|(kind, name)| LookupResource { kind, name }).collect();
        Some(Event { event_id: self.id, account: self.account, region: self.region, lookup_resources, ..event })
    }
}

/// Tells whether time, requests or chance kept a cell from being read to its end.
fn is_cut_short(cell: &Cell) -> bool {
    matches!(cell.state(), State::PageCap | State::Deadline | State::Throttled | State::Cancelled | State::Failed)
}

fn deflated<'a>(changes: impl Iterator<Item = &'a Change>) -> Option<Vec<u8>> {
    let kept: Vec<Kept> = changes.map(Kept::of).collect();
    let mut deflated = DeflateEncoder::new(Vec::new(), Compression::fast());
    deflated.write_all(&serde_json::to_vec(&kept).ok()?).ok()?;
    deflated.finish().ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::coverage::ReadSoFar;
    use crate::source::{archive, event_history};

    fn change(record: Value) -> Change {
        let event = Event::parse(record).unwrap();
        let lookup_resources = vec![LookupResource { kind: None, name: "web".to_owned() }];
        Change::from(Event { account: "111122223333".to_owned(), region: "eu-west-1".to_owned(), lookup_resources, ..event })
    }

    fn carried(changes: &[Change], state: State, seconds: i64) -> Arc<ResumeState> {
        let at = |second| chrono::DateTime::from_timestamp(1_769_500_000 + second, 0).unwrap();
        let cell = Cell::cut("111122223333", "eu-west-1", &event_history::PROFILE, state, None).with(20, 1, None);
        let read = Window::new(at(0), at(seconds)).into_iter().collect();
        let so_far = SoFar::from([(cell.key(), ReadSoFar { read, ..ReadSoFar::default() })]);
        let coverage = Coverage { cells: vec![cell], blind_spots: Vec::new() };
        ResumeState::keep(changes.iter(), &coverage, so_far, &Arc::default()).unwrap()
    }

    fn stopped() -> Change {
        change(json!({"eventName": "StopInstances", "eventTime": "2026-01-27T20:00:00Z", "eventSource": "ec2.amazonaws.com",
            "userAgent": "aws-cli", "requestParameters": {"instancesSet": {"items": [{"instanceId": "i-0123456789abcdef0"}]}}}))
    }

    #[test]
    fn the_events_of_a_cursor_come_back_as_they_were() {
        let changes = [stopped()];
        let carried = carried(&changes, State::PageCap, 10);
        assert_eq!(carried.events().unwrap(), changes.map(|change| change.event));
        assert_eq!((carried.cells()[0].requests, carried.goes_on()), (0, true));
        assert_eq!(carried.read(&carried.cells()[0])[0].length().num_seconds(), 10);
    }

    #[test]
    fn a_cursor_holds_no_secret() {
        let secret = "AKIAIOSFODNN7EXAMPLE/wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
        let change = change(json!({"eventName": "UpdateFunctionConfiguration", "eventTime": "2026-01-27T20:00:00Z", "userAgent": secret,
            "requestParameters": {"environment": {"variables": {"DB_PASSWORD": "hunter2-hunter2"}}}}));
        let events = carried(&[change], State::PageCap, 10).events().unwrap();
        let text = format!("{events:?}");
        assert!(!text.contains("hunter2") && !text.contains("wJalrXUtnFEMI"), "{text}");
    }

    #[test]
    fn what_cursors_carry_takes_room_until_they_are_gone() {
        let room = Arc::default();
        let one = Carried::keep([stopped()].iter(), &room).unwrap();
        assert_eq!(room.0.load(Ordering::Relaxed), one.events.len());
        drop(one);
        assert_eq!(room.0.load(Ordering::Relaxed), 0);
        assert!(room.take(MOST) && Carried::keep([stopped()].iter(), &room).is_none());
    }

    #[test]
    fn only_a_reading_cut_by_time_requests_or_chance_goes_on_and_only_while_more_is_read() {
        let carried = |state, seconds| carried(&[], state, seconds);
        for (state, goes_on) in [(State::Lagging, false), (State::Denied, false), (State::Deadline, true), (State::Throttled, true)] {
            assert_eq!(carried(state, 10).goes_on(), goes_on, "{state:?}");
        }
        let (before, after) = (carried(State::PageCap, 10), carried(State::PageCap, 20));
        assert!(before.gained_on(None) && after.gained_on(Some(&before)) && !before.gained_on(Some(&before)));
        assert!(!carried(State::PageCap, 0).gained_on(None));
    }

    #[test]
    fn a_cursor_over_an_archive_holds_no_events() {
        let cells = vec![Cell::cut("", "eu-west-1", &archive::PROFILE, State::NoData, None)];
        let coverage = Coverage { cells, blind_spots: Vec::new() };
        assert!(ResumeState::keep([stopped()].iter(), &coverage, SoFar::new(), &Arc::default()).is_none());
    }
}
