//! What a cursor carries of a source that costs requests: the events read so far, redacted, and how far each cell got, so that going on costs
//! only what was not read.

use std::io::{Read as _, Write as _};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use flate2::Compression;
use flate2::read::DeflateDecoder;
use flate2::write::DeflateEncoder;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tracing::debug;

use crate::coverage::{Cell, Coverage, State};
use crate::event::{Event, LookupResource};
use crate::rank::Change;
use crate::redact;

/// Most bytes that all cursors of the process carry together; who comes later carries nothing, and reads again instead.
const MOST: usize = 32 << 20;

/// What all cursors of the process carry together, in bytes.
#[derive(Debug, Default)]
pub(super) struct Room(AtomicUsize);

impl Room {
    fn take(&self, bytes: usize) -> bool {
        let more = |held: usize| held.checked_add(bytes).filter(|held| *held <= MOST);
        self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, more).is_ok()
    }
}

/// Events and cells of an answer that goes on.
#[derive(Debug)]
pub(super) struct ResumeState {
    /// Deflated JSON of [`Kept`].
    events: Vec<u8>,
    cells: Vec<Cell>,
    room: Arc<Room>,
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

impl ResumeState {
    /// Keeps what `changes` and `coverage` hold; nothing for a source that is read again at no cost, and where there is no room.
    pub(super) fn keep<'a>(changes: impl Iterator<Item = &'a Change>, coverage: &Coverage, room: &Arc<Room>) -> Option<Arc<Self>> {
        if coverage.cells.iter().any(|cell| cell.source().rereads_free) {
            return None;
        }
        let events = deflated(changes).filter(|events| room.take(events.len()));
        if events.is_none() {
            debug!("A cursor carries no events: going on reads them again.");
        }
        Some(Arc::new(Self { events: events?, cells: coverage.cells.clone(), room: Arc::clone(room) }))
    }

    /// Tells whether an answer with this coverage goes on by reading.
    pub(super) fn is_needed(coverage: &Coverage) -> bool {
        coverage.cells.iter().any(is_cut_short)
    }

    /// Returns the events; nothing when they cannot be read, which would be a bug.
    pub(super) fn events(&self) -> Option<Vec<Event>> {
        let mut json = Vec::new();
        DeflateDecoder::new(self.events.as_slice()).read_to_end(&mut json).ok()?;
        let kept: Vec<Kept> = serde_json::from_slice(&json).ok()?;
        kept.into_iter().map(Kept::event).collect()
    }

    /// Returns how far each cell got; what it cost was told before.
    pub(super) fn cells(&self) -> Vec<Cell> {
        self.cells.iter().cloned().map(Cell::told_before).collect()
    }

    /// Tells whether reading on may close a gap.
    pub(super) fn goes_on(&self) -> bool {
        self.cells.iter().any(is_cut_short)
    }

    /// Tells whether more was read since `before`, so that reading on once more comes to an end some time.
    pub(super) fn gained_on(&self, before: Option<&Self>) -> bool {
        let reach = |cells: &[Cell]| -> i64 { cells.iter().flat_map(|cell| &cell.read).map(|read| read.length().num_seconds()).sum() };
        reach(&self.cells) > before.map_or(0, |before| reach(&before.cells))
    }
}

impl Drop for ResumeState {
    fn drop(&mut self) {
        self.room.0.fetch_sub(self.events.len(), Ordering::Relaxed);
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
    use std::iter;

    use serde_json::json;

    use super::*;
    use crate::source::{archive, event_history};
    use crate::time::Window;

    fn change(record: Value) -> Change {
        let event = Event::parse(record).unwrap();
        let lookup_resources = vec![LookupResource { kind: None, name: "web".to_owned() }];
        Change::from(Event { account: "111122223333".to_owned(), region: "eu-west-1".to_owned(), lookup_resources, ..event })
    }

    fn coverage(state: State, seconds: i64) -> Coverage {
        let at = |second| chrono::DateTime::from_timestamp(1_769_500_000 + second, 0).unwrap();
        let mut cell = Cell::cut("111122223333", "eu-west-1", &event_history::PROFILE, state, None).with(20, 1, None);
        cell.read = Window::new(at(0), at(seconds)).into_iter().collect();
        Coverage { cells: vec![cell], blind_spots: Vec::new() }
    }

    fn stopped() -> Change {
        change(json!({"eventName": "StopInstances", "eventTime": "2026-01-27T20:00:00Z", "eventSource": "ec2.amazonaws.com",
            "userAgent": "aws-cli", "requestParameters": {"instancesSet": {"items": [{"instanceId": "i-0123456789abcdef0"}]}}}))
    }

    #[test]
    fn what_is_carried_comes_back_as_it_was() {
        let change = stopped();
        let carried = ResumeState::keep(iter::once(&change), &coverage(State::PageCap, 10), &Arc::default()).unwrap();
        assert_eq!(carried.events().unwrap(), [change.event]);
        assert_eq!((carried.cells()[0].requests, carried.goes_on()), (0, true));
    }

    #[test]
    fn no_secret_is_carried() {
        let secret = "AKIAIOSFODNN7EXAMPLE/wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
        let change = change(json!({"eventName": "UpdateFunctionConfiguration", "eventTime": "2026-01-27T20:00:00Z", "userAgent": secret,
            "requestParameters": {"environment": {"variables": {"DB_PASSWORD": "hunter2-hunter2"}}}}));
        let events = ResumeState::keep(iter::once(&change), &coverage(State::PageCap, 10), &Arc::default()).unwrap().events().unwrap();
        let text = format!("{events:?}");
        assert!(!text.contains("hunter2") && !text.contains("wJalrXUtnFEMI"), "{text}");
    }

    #[test]
    fn only_what_time_requests_or_chance_cut_goes_on_and_only_as_long_as_more_is_read() {
        let carried = |state, seconds| ResumeState::keep(iter::empty(), &coverage(state, seconds), &Arc::default()).unwrap();
        for (state, goes_on) in [(State::Lagging, false), (State::Denied, false), (State::Deadline, true), (State::Throttled, true)] {
            assert_eq!(carried(state, 10).goes_on(), goes_on, "{state:?}");
        }
        let (before, after) = (carried(State::PageCap, 10), carried(State::PageCap, 20));
        assert!(before.gained_on(None) && after.gained_on(Some(&before)) && !before.gained_on(Some(&before)));
        assert!(!carried(State::PageCap, 0).gained_on(None));
    }

    #[test]
    fn an_archive_is_read_again_instead() {
        let cells = vec![Cell::cut("", "eu-west-1", &archive::PROFILE, State::NoData, None)];
        assert!(ResumeState::keep(iter::once(&stopped()), &Coverage { cells, blind_spots: Vec::new() }, &Arc::default()).is_none());
    }
}
