//! An application's log beside what was read: which change each record tells of, what it tells that CloudTrail does not, and the reverse.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use crate::catalogue::{calls, is_data_call, is_global_service, service_names};
use crate::correlate::{AppRecord, Join, Joins, Log, Outcome, Strength, calls_of};
use crate::coverage::{BlindSpot, Cell, Coverage, Note, TrailGap};
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
    /// Where events of global services are recorded.
    pub global_region: Option<&'static str>,
}

/// Why it cannot be said whether CloudTrail has what a record tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Unjudged {
    /// Only what is filed under a name was read.
    ByName,
    /// When it was written is not known.
    Clock,
    /// It lies outside the window that was read, or may by its clock.
    Outside,
    /// It is a call on data, which is recorded only where a trail was told to.
    DataCall,
    /// Policy does not show changes of its category.
    OtherCategories,
    /// Trails do not record or deliver all.
    NotRecorded,
    /// Nothing tells in which region and account it was.
    Unplaced,
    /// Not all of its time and place was read.
    NotRead,
}

/// What is missing on either side.
#[derive(Default)]
pub(super) struct Missing<'a> {
    /// Changes that the log tells of and that were not read, though all of their time and place was.
    pub(super) unseen: Vec<&'a AppRecord>,
    /// Changes by the log's own actors of which it tells nothing.
    pub(super) untold: Vec<&'a Ranked>,
    /// Of how many more it is not known, by why.
    pub(super) unjudged: Vec<(Unjudged, usize)>,
    /// Records that may be of sessions whose beginning was not read.
    pub(super) unfollowed: usize,
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
        let joined: HashSet<usize> = self.joins.joins.iter().map(|join| join.record).collect();
        let told: HashSet<&str> = self.joins.joins.iter().map(|join| join.event_id.as_str()).collect();
        let read = ReadScope::of(self, ranked, &told, coverage, window);
        let mut missing = Missing::default();
        let mut unjudged: BTreeMap<Unjudged, usize> = BTreeMap::new();
        for record in self.log.records.iter().enumerate().filter(|(at, _)| !joined.contains(at)).map(|(_, record)| record) {
            let Some(call) = read.change(record) else { continue };
            missing.unfollowed += usize::from(!record.access_keys.is_empty() || !record.correlations.is_empty());
            if record.outcome == Outcome::Failed {
                continue;
            }
            match read.proves(record, call) {
                Ok(()) => missing.unseen.push(record),
                Err(why) => *unjudged.entry(why).or_default() += 1,
            }
        }
        missing.unjudged = unjudged.into_iter().collect();
        missing.untold = if self.asked_all { self.untold(ranked, &told) } else { Vec::new() };
        missing
    }

    /// Finds the changes by the log's own actors, surely made while it was written, of which no record tells.
    fn untold(&self, ranked: &'a [Ranked], told: &HashSet<&str>) -> Vec<&'a Ranked> {
        let times = || self.log.records.iter().filter_map(|record| self.joins.clocks.possible(record));
        let begun = times().map(|(_, latest)| latest).min();
        let Some((begun, ended)) = begun.zip(times().map(|(earliest, _)| earliest).max()) else { return Vec::new() };
        let surely = self.joins.joins.iter().filter(|join| join.tier.strength() < Strength::Weak);
        let surely: HashSet<&str> = surely.map(|join| join.event_id.as_str()).collect();
        let of_log = ranked.iter().filter(|one| surely.contains(one.change.event.event_id.as_str()));
        let own: HashSet<&str> = of_log.map(|one| one.change.event.actor.name.as_str()).collect();
        let is_untold = |one: &&Ranked| {
            let event = &one.change.event;
            let changes = !event.read_only && !event.failed() && !one.change.class.noise;
            let while_written = begun <= event.time && event.time <= ended;
            changes && while_written && !told.contains(event.event_id.as_str()) && own.contains(event.actor.name.as_str())
        };
        let mut untold: Vec<&Ranked> = ranked.iter().filter(is_untold).collect();
        untold.sort_by(|a, b| (a.change.event.time, &a.change.event.event_id).cmp(&(b.change.event.time, &b.change.event.event_id)));
        untold
    }
}

/// A call that changes something.
#[derive(Clone, Copy, Default)]
struct Call {
    /// Whether it is one on data.
    on_data: bool,
    /// Whether a service has it whose events are recorded in one region, wherever the caller was.
    global: bool,
    /// Whether another service has it.
    regional: bool,
}

/// What was read, as far as absence from it proves anything.
struct ReadScope<'a> {
    application: &'a Application<'a>,
    coverage: &'a Coverage,
    window: Window,
    /// Accounts and regions of the changes that records were joined to.
    places: BTreeSet<(&'a str, &'a str)>,
    /// Calls of the catalogue and of what was read that change something, by their names in lower case.
    calls: HashMap<String, Call>,
}

impl<'a> ReadScope<'a> {
    fn of(application: &'a Application<'a>, ranked: &'a [Ranked], told: &HashSet<&str>, coverage: &'a Coverage, window: Window) -> Self {
        let joined = ranked.iter().map(|one| &one.change.event).filter(|event| told.contains(event.event_id.as_str()));
        let places = joined.map(|event| (event.account.as_str(), event.region.as_str())).collect();
        let read = ranked.iter().map(|one| (one.change.event.service(), one.change.event.name.as_str()));
        let services: HashSet<&str> = service_names().collect();
        let mut known: HashMap<String, Call> = HashMap::new();
        let listed = calls().map(|(service, name): (&str, &str)| -> (&str, &str) { (service, name) });
        for (service, name) in listed.chain(read).filter(|(_, name)| !reads(name)) {
            let call = known.entry(name.to_ascii_lowercase()).or_insert(Call { on_data: is_data_call(name), ..Call::default() });
            // What any service may have, one of these may.
            let any = !services.contains(service);
            call.global |= any || is_global_service(service);
            call.regional |= any || !is_global_service(service);
        }
        Self { application, coverage, window, places, calls: known }
    }

    /// Returns the change that a record tells of; nothing where it tells of none that is known.
    fn change(&self, record: &AppRecord) -> Option<Call> {
        let told = record.operation.as_ref()?;
        let named = calls_of(&told.text);
        let on_data = || named.iter().any(|call| is_data_call(call)).then_some(Call { on_data: true, ..Call::default() });
        named.iter().find_map(|call| self.calls.get(call)).copied().or_else(on_data)
    }

    /// Makes sure that what a record tells would have been read, if CloudTrail had it.
    ///
    /// Errors: why that is not sure.
    fn proves(&self, record: &AppRecord, call: Call) -> Result<(), Unjudged> {
        if !self.application.asked_all {
            return Err(Unjudged::ByName);
        }
        let (first, last) = self.application.joins.clocks.possible(record).ok_or(Unjudged::Clock)?;
        if !(self.window.contains(first) && self.window.contains(last)) {
            return Err(Unjudged::Outside);
        }
        if call.on_data {
            return Err(Unjudged::DataCall);
        }
        for spot in &self.coverage.blind_spots {
            match spot {
                BlindSpot::OtherCategories(_) => return Err(Unjudged::OtherCategories),
                // Event history has what no trail records, but for calls on data.
                BlindSpot::Trail(TrailGap::Data(_)) => {}
                BlindSpot::Trail(_) | BlindSpot::RecordingChanged(..) if self.is_of_trails() => return Err(Unjudged::NotRecorded),
                _ => {}
            }
        }
        let places = self.places_of(record, call);
        if places.is_empty() {
            return Err(Unjudged::Unplaced);
        }
        let is_read = |(account, region): &(String, String)| {
            self.coverage.cells.iter().any(|cell| {
                let here = cell.region() == region && (cell.account() == account || cell.account().is_empty());
                let whole = cell.unread_files.is_empty() && !cell.notes.iter().any(|note| matches!(note, Note::Unreadable(_)));
                here && whole && cell.covered().is_some_and(|read| read.contains(first) && read.contains(last))
            })
        };
        if places.iter().all(is_read) { Ok(()) } else { Err(Unjudged::NotRead) }
    }

    /// Tells whether something that was read is only as whole as trails are.
    fn is_of_trails(&self) -> bool {
        self.coverage.cells.iter().map(Cell::source).any(|source| source.data_events)
    }

    /// Returns the accounts and regions in one of which CloudTrail would have what a record tells: those that it names, or else those of the
    /// changes that the log was joined to.
    fn places_of(&self, record: &AppRecord, call: Call) -> BTreeSet<(String, String)> {
        let named = |name: &Option<String>, of_log: BTreeSet<&str>| match name {
            Some(name) => vec![name.clone()],
            None => of_log.into_iter().map(str::to_owned).collect(),
        };
        let accounts = named(&record.account, self.places.iter().map(|(account, _)| *account).collect());
        let mut regions =
            if call.regional { named(&record.region, self.places.iter().map(|(_, region)| *region).collect()) } else { Vec::new() };
        if call.global {
            // Where nobody knows which region that is, no cell is of it.
            regions.push(self.application.global_region.unwrap_or_default().to_owned());
        }
        accounts.iter().flat_map(|account| regions.iter().map(|region| (account.clone(), region.clone()))).collect()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::context::Incident;
    use crate::correlate::{Fields, Subject, join};
    use crate::coverage::{FileFault, Share, State, UnreadFile};
    use crate::event::Event;
    use crate::rank::{Background, Change, Weights, rank};
    use crate::source::{archive, event_history};
    use crate::time::parse;

    const OWN: &str = "111122223333";
    const REGION: &str = "eu-west-1";

    fn window(from: &str, to: &str) -> Window {
        let at = |time: &str| parse(&format!("2026-01-27T{time}:00Z")).unwrap();
        Window::new(at(from), at(to)).unwrap()
    }

    /// What becomes of one more record, beside three that an exact id joins, where this was read.
    fn judged(record: &Value, cells: Vec<Cell>, spots: Vec<BlindSpot>, asked_all: bool) -> Result<usize, Unjudged> {
        let event = json!({"eventID": "e-1", "eventTime": "2026-01-27T20:10:00Z", "eventName": "UpdateTable", "eventSource": "dynamodb.amazonaws.com",
            "awsRegion": REGION, "recipientAccountId": OWN, "requestID": "r-1", "readOnly": false, "requestParameters": {"tableName": "carts"}});
        let ranked = rank(
            &Incident::over(window("20:00", "21:00")),
            vec![Change::from(Event::parse(event).unwrap())],
            Background::from(&[][..]),
            &Weights::default(),
        );
        let known = json!({"time": "2026-01-27T20:10:00Z", "operation": "UpdateTable", "aws_request_id": "r-1"});
        let log = Log::read(&json!([known, known, known, record]), &Fields::default()).unwrap();
        let subjects: Vec<Subject<'_>> =
            ranked.iter().map(|one| Subject { event: &one.change.event, resources: &one.change.resources }).collect();
        let joins = join(&log.records, &subjects);
        let application = Application { log: &log, joins: &joins, asked_all, global_region: Some("us-east-1") };
        let coverage = Coverage { cells, blind_spots: spots };
        let missing = application.missing(&ranked, &coverage, window("20:00", "21:00"));
        match missing.unjudged.as_slice() {
            [] => Ok(missing.unseen.len()),
            [(why, 1)] if missing.unseen.is_empty() => Err(*why),
            other => panic!("{other:?}"),
        }
    }

    fn read(region: &str, from: &str, to: &str) -> Cell {
        Cell::cut(OWN, region, &event_history::PROFILE, State::Lagging, Some(window(from, to)))
    }

    fn whole() -> Vec<Cell> {
        vec![read(REGION, "20:00", "21:00")]
    }

    fn told(operation: &str, more: Value) -> Value {
        let mut record = json!({"time": "2026-01-27T20:30:00Z", "operation": operation, "resource": "ghosts"});
        more.as_object().unwrap().iter().for_each(|(key, value)| record[key] = value.clone());
        record
    }

    #[test]
    fn only_what_was_read_whole_is_called_missing() {
        let deleted = told("DeleteTable", json!({}));
        assert_eq!(judged(&deleted, whole(), vec![], true), Ok(1));
        assert_eq!(judged(&told("order.created", json!({})), whole(), vec![], true), Ok(0), "that is no call");
        assert_eq!(judged(&told("DeleteTable", json!({"result": "error"})), whole(), vec![], true), Ok(0), "that failed");
        let denied = |region: &str| Cell::cut(OWN, region, &event_history::PROFILE, State::DeniedByPolicy, None);
        let mut unreadable = whole();
        unreadable[0].notes = vec![Note::Unreadable(Share { count: 1, of: 9 })];
        let mut cut = whole();
        cut[0].unread_files = vec![UnreadFile { name: "a.json.gz".into(), faults: vec![FileFault::Json] }];
        let stopped = || BlindSpot::Trail(TrailGap::Stopped { trail: "main".into(), since: None });
        let of_archive = || vec![Cell::cut(OWN, REGION, &archive::PROFILE, State::Unproven, Some(window("20:00", "21:00")))];
        for (record, cells, spots, asked_all, expected) in [
            (deleted.clone(), whole(), vec![], false, Err(Unjudged::ByName)),
            (deleted.clone(), vec![read(REGION, "20:00", "20:30")], vec![], true, Err(Unjudged::NotRead)),
            (deleted.clone(), vec![denied(REGION)], vec![], true, Err(Unjudged::NotRead)),
            (deleted.clone(), vec![], vec![], true, Err(Unjudged::NotRead)),
            (deleted.clone(), unreadable, vec![], true, Err(Unjudged::NotRead)),
            (deleted.clone(), cut, vec![], true, Err(Unjudged::NotRead)),
            (deleted.clone(), whole(), vec![BlindSpot::OtherCategories(vec!["database"])], true, Err(Unjudged::OtherCategories)),
            (deleted.clone(), whole(), vec![stopped()], true, Ok(1)),
            (deleted.clone(), of_archive(), vec![stopped()], true, Err(Unjudged::NotRecorded)),
            (deleted.clone(), of_archive(), vec![BlindSpot::Trail(TrailGap::Data(vec!["S3"]))], true, Ok(1)),
            (told("PutItem", json!({})), whole(), vec![], true, Err(Unjudged::DataCall)),
            (told("DeleteTable", json!({"region": "us-west-2"})), whole(), vec![], true, Err(Unjudged::NotRead)),
            (told("DeleteTable", json!({"account_id": "444455556666"})), whole(), vec![], true, Err(Unjudged::NotRead)),
            (told("DeleteRole", json!({})), whole(), vec![], true, Err(Unjudged::NotRead)),
            (told("DeleteRole", json!({})), [whole(), vec![denied("us-east-1")]].concat(), vec![], true, Err(Unjudged::NotRead)),
            (told("DeleteRole", json!({})), [whole(), vec![read("us-east-1", "20:00", "21:00")]].concat(), vec![], true, Ok(1)),
            (told("DeleteTable", json!({"time": "2026-01-27T21:00:00Z"})), whole(), vec![], true, Err(Unjudged::Outside)),
            (told("DeleteTable", json!({"time": "2026-01-27 20:30:00"})), whole(), vec![], true, Err(Unjudged::Clock)),
            (told("DeleteTable", json!({"time": "2026-01-27T20:59:00Z", "host": "other"})), whole(), vec![], true, Err(Unjudged::Outside)),
        ] {
            let shown = format!("{record} {cells:?} {spots:?} {asked_all}");
            assert_eq!(judged(&record, cells, spots, asked_all), expected, "{shown}");
        }
    }
}
