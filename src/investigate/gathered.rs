//! What all readings together gave: events once each and in order, and one cell per account, region and source.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::time::Duration;

use chrono::{DateTime, Utc};

use crate::coverage::{BlindSpot, Cached, Cell, CellKey, Coverage, PlanLine, Profile, SoFar, State, Survey};
use crate::event::{Event, join_sessions, name_agents};
use crate::policy::Admitted;
use crate::rank::Change;

/// What CloudTrail calls an action, its name and its second.
type Twin = (String, String, DateTime<Utc>);

/// Events and coverage, collected reading by reading.
#[derive(Debug, Default)]
pub struct Gathered {
    events: HashMap<String, Event>,
    /// Under which id the event of an action is kept that stands in several accounts.
    twins: HashMap<Twin, String>,
    cells: BTreeMap<CellKey, Cell>,
    so_far: SoFar,
    survey: Survey,
    cached: Cached,
    plan_log: Vec<PlanLine>,
    /// Cells of what was looked up ahead, of which only the requests count, until their places are read.
    ahead: Vec<Cell>,
}

impl Gathered {
    /// Begins with the cells that nobody may read.
    pub fn new(denied: &[Cell]) -> Self {
        let mut gathered = Self::default();
        denied.iter().for_each(|cell| gathered.add_cell(cell.clone()));
        gathered
    }

    /// Adds a reading.
    ///
    /// Shape: events are kept once by `eventID`, and an action that stands in several accounts (`sharedEventID`) once. Of two
    /// copies the corrected one stays, or the one that carries the lookup envelope's resources, since log files lack them. Cells
    /// of the same place are joined.
    pub fn add(&mut self, reading: Admitted) {
        let reading = reading.into_inner();
        for event in reading.events {
            let twin = event.shared_id().map(|shared| (shared.to_owned(), event.name.clone(), event.time));
            let id = twin.map(|twin| self.twins.entry(twin).or_insert_with(|| event.event_id.clone()).clone());
            let id = id.unwrap_or_else(|| event.event_id.clone());
            match self.events.get(&id) {
                Some(known) if telling(known) >= telling(&event) => {}
                _ => {
                    self.events.insert(id, event);
                }
            }
        }
        for cell in reading.cells {
            let (key, mut cell) = (cell.key(), cell);
            cell.requests += self.ahead_of(&cell);
            let joined = match self.cells.remove(&key) {
                Some(known) => known.join(cell),
                None => cell,
            };
            self.cells.insert(key, joined);
        }
        for (key, so_far) in reading.so_far {
            self.so_far.entry(key).or_default().join(so_far);
        }
        self.survey = std::mem::take(&mut self.survey).join(reading.survey);
        self.cached += reading.cached;
        self.plan_log.extend(reading.decisions);
    }

    /// Tells whether requests did not reach to the end of something that was asked for.
    pub fn is_capped(&self) -> bool {
        self.cells.values().any(|cell| cell.asked && cell.state() == State::PageCap)
    }

    /// States that the places of a source are not asked for, and not read on: another one tells of them.
    pub fn set_aside(&mut self, source: &Profile) {
        self.cells.values_mut().filter(|cell| cell.source() == source).for_each(|cell| cell.asked = false);
        self.so_far.retain(|(.., name), _| *name != source.name);
    }

    /// Tells whether this event is among the events so far.
    pub fn holds(&self, event_id: &str) -> bool {
        self.events.contains_key(event_id)
    }

    /// Returns what was known from earlier readings.
    pub fn cached(&self) -> Cached {
        self.cached
    }

    /// Takes the decisions on the way, in their order.
    pub fn take_plan_log(&mut self) -> Vec<PlanLine> {
        std::mem::take(&mut self.plan_log)
    }

    /// Adds a cell that nobody read, such as one that policy denies.
    pub fn add_cell(&mut self, cell: Cell) {
        self.add(Admitted::cells(vec![cell]));
    }

    /// Adds the requests of another reading of the same places, of which nothing else counts.
    pub fn charge(&mut self, other: &Self) {
        for (place, cell) in &mut self.cells {
            cell.requests += other.cells.get(place).map_or(0, |other| other.requests);
        }
    }

    /// Counts what look-ups cost that went ahead of a reading of the same places, and takes what was decided on the way.
    pub fn add_ahead(&mut self, looked_up: &mut Self) {
        self.ahead.extend(looked_up.cells.values().filter(|cell| cell.requests > 0).cloned());
        self.cached += looked_up.cached;
        self.plan_log.append(&mut looked_up.plan_log);
    }

    /// Takes the requests that were sent ahead to the place of a cell; the account may be learnt between.
    fn ahead_of(&mut self, cell: &Cell) -> u32 {
        let same_account = |one: &Cell| one.account() == cell.account() || one.account().is_empty() || cell.account().is_empty();
        let is_of = |one: &mut Cell| one.source() == cell.source() && one.region() == cell.region() && same_account(one);
        self.ahead.extract_if(.., is_of).map(|one| one.requests).sum()
    }

    /// Returns the cells that tell of requests: those so far, and those of look-ups ahead.
    pub fn charged(&self) -> impl Iterator<Item = &Cell> {
        self.cells.values().chain(&self.ahead)
    }

    /// Returns the events so far that were not moved.
    pub fn events(&self) -> impl Iterator<Item = &Event> {
        self.events.values()
    }

    /// Returns the cells so far.
    pub fn cells(&self) -> impl Iterator<Item = &Cell> {
        self.cells.values()
    }

    /// Returns how long a request to the place of a cell took.
    pub fn latency(&self, cell: &Cell) -> Duration {
        self.so_far.get(&cell.key()).map_or(Duration::ZERO, |so_far| so_far.latency)
    }

    /// Moves the events so far to `changes`, each once, and puts all of those in the order of time; the cells stay.
    pub fn move_to(&mut self, changes: &mut Vec<Change>) {
        changes.extend(self.events.drain().map(|(_, event)| Change::from(event)));
        changes.sort_by(|a, b| (a.event.time, &a.event.event_id).cmp(&(b.event.time, &b.event.event_id)));
        name_agents(changes.iter_mut().map(|change| &mut change.event));
        // What was looked up may be read again.
        changes.dedup_by(|a, b| a.event.event_id == b.event.event_id);
        join_sessions(changes.iter_mut().map(|change| &mut change.event));
    }

    /// Ends the gathering.
    ///
    /// Shape: events by time, then by id; cells by account, region and source, and none for a place that another cell
    /// knows better. Files that are no logs join the blind spots.
    pub fn finish(mut self, mut blind_spots: Vec<BlindSpot>) -> (Vec<Event>, Coverage, SoFar) {
        self.fold_nameless();
        blind_spots.extend(self.not_enabled());
        let unproven = self.cells.values().filter(|cell| cell.state() == State::Unproven);
        let unproven: Vec<_> = unproven.map(|cell| (cell.account().to_owned(), cell.region().to_owned())).collect();
        if !unproven.is_empty() {
            blind_spots.push(BlindSpot::NotProven(unproven));
        }
        // Without any log file the cell's own note says it.
        if self.survey.log_files > 0 && self.survey.digest_files + self.survey.other_files > 0 {
            blind_spots.push(BlindSpot::NoLogs(self.survey));
        }
        let mut events: Vec<Event> = self.events.into_values().collect();
        events.sort_by(|a, b| (a.time, &a.event_id).cmp(&(b.time, &b.event_id)));
        name_agents(events.iter_mut());
        (events, Coverage { cells: self.cells.into_values().collect(), blind_spots }, self.so_far)
    }

    /// Takes out regions that nobody asked for by name and that are not enabled, and says which.
    fn not_enabled(&mut self) -> Option<BlindSpot> {
        let disabled = |cell: &Cell| cell.state() == State::RegionDisabled && !cell.asked;
        let regions: BTreeSet<String> = self.cells.values().filter(|cell| disabled(cell)).map(|cell| cell.region().to_owned()).collect();
        self.cells.retain(|_, cell| !disabled(cell));
        let regions: Vec<String> = regions.into_iter().collect();
        (!regions.is_empty()).then_some(BlindSpot::NotEnabled(regions))
    }

    /// Folds cells that know no account, or not even a region, into those that tell the same of a known one.
    fn fold_nameless(&mut self) {
        let nameless: Vec<CellKey> = self.cells.keys().filter(|(account, _, _)| account.is_empty()).cloned().collect();
        for place in nameless {
            let Some(cell) = self.cells.remove(&place) else { continue };
            let so_far = self.so_far.remove(&place);
            let mut known: Vec<&mut Cell> = self.cells.values_mut().filter(|known| is_told_by(&cell, known)).collect();
            if cell.region().is_empty() {
                known.truncate(1);
            }
            if known.is_empty() {
                self.so_far.extend(so_far.map(|so_far| (place.clone(), so_far)));
                self.cells.insert(place, cell);
                continue;
            }
            for known in known {
                if let Some(so_far) = so_far.clone() {
                    self.so_far.entry(known.key()).or_default().join(so_far);
                }
                let notes = known.notes.clone();
                *known = known.clone().join(cell.clone());
                if cell.region().is_empty() && self.survey.log_files > 0 {
                    known.notes = notes;
                }
            }
        }
    }
}

/// Orders copies of the same event by how much they tell; the last is the best.
fn telling(event: &Event) -> (bool, usize, bool, Reverse<&str>) {
    (event.is_addendum(), event.lookup_resources.len(), !event.is_of_endpoint(), Reverse(&event.event_id))
}

/// Tells whether `known` stands for the place of `nameless` as well.
///
/// Shape: of a source that is asked by account the own one may be learnt late, so a whole reading joins any other of its region.
/// That a source has nothing at all is told by the regions that it lacks.
fn is_told_by(nameless: &Cell, known: &Cell) -> bool {
    let same = known.state() == nameless.state();
    let whole = |cell: &Cell| matches!(cell.state(), State::Exhausted | State::Lagging);
    known.source() == nameless.source()
        && if nameless.region().is_empty() {
            same && known.state() == State::NoData && known.asked
        } else {
            let joins = known.source().by_account && (whole(known) || whole(nameless));
            !known.account().is_empty() && known.region() == nameless.region() && (same || joins)
        }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::coverage::{AllRead, Note, Reading};
    use crate::source::{archive, event_history};
    use crate::time::Window;

    fn cell(account: &str, region: &str, source: &'static Profile, state: State, asked: bool) -> Cell {
        let mut cell = Cell::cut(account, region, source, state, None).with(
            1,
            0,
            [if account.is_empty() { Note::RegionNotAllowed } else { Note::HeldUnasked }],
        );
        cell.asked = asked;
        cell
    }

    fn gathered(cells: Vec<Cell>, survey: Survey) -> Coverage {
        let mut gathered = Gathered::default();
        gathered.add(Admitted::for_tests(Reading { cells, survey, ..Reading::default() }));
        gathered.finish(Vec::new()).1
    }

    fn places(coverage: &Coverage) -> Vec<(&str, &str, State, bool)> {
        coverage.cells.iter().map(|cell| (cell.account(), cell.region(), cell.state(), cell.asked)).collect()
    }

    #[test]
    fn a_denied_region_is_one_cell_for_policy_and_archive_together() {
        let denied = |account, asked| cell(account, "us-east-1", &archive::PROFILE, State::DeniedByPolicy, asked);
        for asked in [false, true] {
            let coverage = gathered(vec![denied("", asked), denied("111122223333", false)], Survey::default());
            assert_eq!(places(&coverage), [("111122223333", "us-east-1", State::DeniedByPolicy, asked)]);
            assert_eq!(coverage.cells[0].notes, [Note::RegionNotAllowed], "policy says it better");
        }
        let two = gathered(vec![denied("", false), denied("111122223333", false), denied("444455556666", false)], Survey::default());
        assert_eq!(two.cells.len(), 2);
    }

    #[test]
    fn what_is_missing_without_an_account_hides_no_account_that_was_read() {
        let none = cell("", "us-east-1", &archive::PROFILE, State::NoData, true);
        let failed = cell("111122223333", "us-east-1", &archive::PROFILE, State::Failed, true);
        assert_eq!(gathered(vec![none, failed], Survey::default()).cells.len(), 2);
    }

    #[test]
    fn an_account_that_event_history_learns_late_is_the_one_it_read_before() {
        let at = |text| crate::time::parse(text).unwrap();
        let window = |from, to| Window::new(at(from), at(to)).unwrap();
        let read = |account, window| Cell::exhausted(AllRead::for_tests(window), account, "eu-west-1", &event_history::PROFILE);
        let near = read("", window("2026-01-27T20:00:00Z", "2026-01-27T21:00:00Z"));
        let far = read("111122223333", window("2026-01-27T18:00:00Z", "2026-01-27T20:00:00Z"));
        let coverage = gathered(vec![near, far], Survey::default());
        assert_eq!(places(&coverage), [("111122223333", "eu-west-1", State::Exhausted, true)]);
        assert_eq!(coverage.cells[0].covered(), Some(window("2026-01-27T18:00:00Z", "2026-01-27T21:00:00Z")));
    }

    #[test]
    fn an_archive_without_files_is_told_by_the_regions_that_it_lacks() {
        let none = |region| cell("", region, &archive::PROFILE, State::NoData, true);
        let coverage = gathered(vec![none(""), none("eu-west-1")], Survey::default());
        assert_eq!(places(&coverage), [("", "eu-west-1", State::NoData, true)]);
        assert_eq!(coverage.cells[0].requests, 2);
        assert_eq!(places(&gathered(vec![none("")], Survey::default())), [("", "", State::NoData, true)]);
    }

    #[test]
    fn twins_are_one_change_and_a_corrected_copy_stays() {
        let event = |id: &str, more: serde_json::Value| {
            let mut record = serde_json::json!({"eventTime": "2026-01-27T20:00:00Z", "eventName": "PutKeyPolicy", "eventID": id});
            more.as_object().unwrap().iter().for_each(|(key, value)| record[key] = value.clone());
            Event::parse(record).unwrap()
        };
        let kept = |events: Vec<Event>| {
            let mut gathered = Gathered::default();
            gathered.add(Admitted::for_tests(Reading { events, ..Reading::default() }));
            gathered.finish(Vec::new()).0.into_iter().map(|event| event.record["eventID"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        let shared = |account: &str| serde_json::json!({"sharedEventID": "s-1", "recipientAccountId": account});
        let (one, two) = (event("e-1", shared("111122223333")), event("e-2", shared("444455556666")));
        assert_eq!(kept(vec![two.clone(), one.clone()]), ["e-1"]);
        assert_eq!(kept(vec![one, two, event("e-3", serde_json::json!({}))]), ["e-1", "e-3"]);
        let corrected = event("e-5", serde_json::json!({"addendum": {"reason": "UPDATED_DATA", "originalEventID": "e-4"}}));
        assert_eq!(kept(vec![corrected, event("e-4", serde_json::json!({}))]), ["e-5"]);
    }

    #[test]
    fn files_that_are_no_logs_are_a_blind_spot_beside_logs() {
        let spots = |survey| gathered(Vec::new(), survey).blind_spots;
        let mixed = Survey { log_files: 4, digest_files: 3, other_files: 1, ..Survey::default() };
        assert_eq!(spots(mixed.clone()), [BlindSpot::NoLogs(mixed)]);
        assert!(spots(Survey { log_files: 4, ..Survey::default() }).is_empty());
        assert!(spots(Survey { digest_files: 3, ..Survey::default() }).is_empty(), "the cell says it");
    }
}
