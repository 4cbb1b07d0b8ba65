//! What every source guarantees, held for each of them by the same test.

use std::collections::BTreeSet;
use std::task::Poll;
use std::time::Duration;

use chrono::TimeDelta;
use cloudtrail_mcp::context::basis::{Basis, WindowStart};
use cloudtrail_mcp::context::{Incident, Named, Onset, Told};
use cloudtrail_mcp::coverage::{Profile, State};
use cloudtrail_mcp::event::Event;
use cloudtrail_mcp::investigate::plan;
use cloudtrail_mcp::policy::{Available, Policy, Scope};
use cloudtrail_mcp::source::archive::{self, Archive};
use cloudtrail_mcp::source::engine::{athena, lake, logs_insights};
use cloudtrail_mcp::source::event_history::{self, EventHistory};
use cloudtrail_mcp::source::failing::Failing;
use cloudtrail_mcp::source::memory::{self, Memory};
use cloudtrail_mcp::source::refusing::Refusing;
use cloudtrail_mcp::source::{Kind, Query, Source};
use cloudtrail_mcp::time::Window;
use futures_util::future::poll_fn;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::bucket::remote;
use crate::engines::{ENGINES, engine};
use crate::event_history::{ago, credentials, now, open, settings};
use crate::fake_aws::{ACCOUNT, Bucket, FakeAws, write};

/// The sources that are held to it.
const PROFILES: [&Profile; 7] = [
    &event_history::PROFILE,
    &archive::PROFILE,
    &archive::REMOTE_PROFILE,
    &athena::PROFILE,
    &logs_insights::PROFILE,
    &lake::PROFILE,
    &memory::PROFILE,
];

fn window() -> Window {
    Window::new(ago(60), ago(30)).unwrap()
}

/// Two regions, a read among the writes, one of each just outside the window, and enough of them for several pages.
fn records() -> Vec<Value> {
    let record = |id: &str, region: &str, at| write(id, "ec2.amazonaws.com", "RunInstances", region, at);
    let mut records = vec![record("early", "eu-west-1", ago(61)), record("late", "eu-west-1", ago(29))];
    for n in 0..70 {
        records.push(record(&format!("west-{n}"), "eu-west-1", ago(59) + TimeDelta::seconds(20 * n)));
        records.push(record(&format!("east-{n}"), "us-east-1", ago(59) + TimeDelta::seconds(20 * n)));
    }
    let mut read = record("read", "eu-west-1", ago(45));
    read["readOnly"] = json!(true);
    records.push(read);
    records
}

/// A source that holds `records`, and what has to live as long as it.
struct Filled {
    source: Box<dyn Source>,
    _fake: Option<FakeAws>,
    _folder: Option<TempDir>,
}

async fn filled(profile: &Profile, records: &[Value]) -> Filled {
    if *profile == event_history::PROFILE {
        let fake = FakeAws::start(now()).await.with_events(records.iter().cloned());
        let source = Box::new(EventHistory::new(settings(&fake, Some(credentials()))));
        return Filled { source, _fake: Some(fake), _folder: None };
    }
    if *profile == archive::PROFILE {
        let folder = tempfile::tempdir().unwrap();
        let edges = ["2026-01-27T00:00:00Z", "2026-01-28T00:00:00Z"].map(|time| {
            let mut record = write(time, "ec2.amazonaws.com", "RunInstances", "eu-west-1", now());
            record["eventTime"] = json!(time);
            record
        });
        let all: Vec<&Value> = records.iter().chain(&edges).collect();
        if profile.asks_aws {
            let log = json!({"Records": all}).to_string().into_bytes();
            let fake = FakeAws::start(now()).await.with_bucket("logs", Bucket::of([("some/log.json".to_owned(), log)]));
            let remote = remote(&fake);
            let source = Box::new(Archive::with(&["s3://logs/some".into()], &remote).unwrap());
            return Filled { source, _fake: Some(fake), _folder: None };
        }
        std::fs::write(folder.path().join("log.json"), json!({"Records": all}).to_string()).unwrap();
        let source = Box::new(Archive::open(&[folder.path().to_path_buf()]).unwrap());
        return Filled { source, _fake: None, _folder: Some(folder) };
    }
    if ENGINES.contains(&profile) {
        let fake = FakeAws::start(now()).await.with_events(records.iter().cloned());
        let source = Box::new(engine(profile, &fake));
        return Filled { source, _fake: Some(fake), _folder: None };
    }
    let events = records.iter().cloned().map(|record| Event::parse(record).unwrap()).collect();
    let source = Box::new(Memory::new(events, Window::new(ago(600), now()).unwrap()));
    Filled { source, _fake: None, _folder: None }
}

fn scope(profile: &'static Profile, window: Window, regions: &[&str], policy: &Policy) -> Scope {
    let regions = regions.iter().map(|name| Named { name: (*name).to_owned(), basis: Basis::Argument }).collect();
    let incident = Incident {
        alert: None,
        window,
        window_basis: WindowStart::Given.into(),
        onset: Onset::None,
        start_given: true,
        regions,
        all_regions: false,
        regions_given: true,
        accounts: Vec::new(),
        accounts_given: false,
        resources: Vec::new(),
        words: String::new(),
        told: Told::default(),
        speaks_to_reader: false,
    };
    policy.admit(&incident, None, &Available::only(profile), now()).unwrap()
}

fn queries(scope: &Scope, kind: &Kind, left: Duration) -> Vec<Query> {
    plan::queries(scope, scope.window(), kind, left)
}

/// What was read: the ids of events in the order they came, and the states of the cells.
async fn read(source: &dyn Source, scope: &Scope, kind: &Kind, left: Duration) -> (Vec<String>, Vec<State>) {
    let (mut ids, mut states) = (Vec::new(), Vec::new());
    for query in queries(scope, kind, left) {
        let reading = query.gate(source.read(&query).await);
        assert!(!reading.cells.is_empty(), "a reading without a cell");
        assert!(reading.cells.iter().all(|cell| cell.source() == source.profile()), "a cell of another source");
        for event in &reading.events {
            assert!(
                query.window().contains(event.time) && query.admits(&event.account, &event.region),
                "{} was not asked for",
                event.event_id
            );
        }
        ids.extend(reading.events.iter().map(|event| event.event_id.clone()));
        states.extend(reading.cells.iter().map(|cell| cell.state()));
    }
    (ids, states)
}

fn set(ids: Vec<String>) -> BTreeSet<String> {
    ids.into_iter().collect()
}

const LONG: Duration = Duration::from_secs(20);
const BOTH: [&str; 2] = ["eu-west-1", "us-east-1"];

#[tokio::test]
async fn every_source_gives_what_was_asked_whatever_the_order_it_lies_in_and_how_often() {
    for profile in PROFILES {
        let (records, mut twice) = (records(), records());
        twice.reverse();
        twice.extend(records.iter().take(20).cloned());
        let scope = scope(profile, window(), &BOTH, &open());
        let (one, other) = (filled(profile, &records).await, filled(profile, &twice).await);
        let (ids, states) = read(one.source.as_ref(), &scope, &Kind::Writes, LONG).await;
        assert!(states.iter().all(|state| *state == State::Exhausted), "{}: {states:?}", profile.name);
        let ids = set(ids);
        assert_eq!(ids.len(), 140, "{}", profile.name);
        assert_eq!(set(read(other.source.as_ref(), &scope, &Kind::Writes, LONG).await.0), ids, "{}", profile.name);
    }
}

#[tokio::test]
async fn every_source_keeps_to_window_region_account_and_kind() {
    for profile in PROFILES {
        let filled = filled(profile, &records()).await;
        let source = filled.source.as_ref();
        let west = scope(profile, window(), &["eu-west-1"], &open());
        let ids = set(read(source, &west, &Kind::Writes, LONG).await.0);
        // The region of global services is read as well, for those alone.
        assert_eq!(ids, (0..70).map(|n| format!("west-{n}")).collect(), "{}", profile.name);
        let everything = set(read(source, &west, &Kind::Everything, LONG).await.0);
        assert_eq!(everything.difference(&ids).collect::<Vec<_>>(), ["read"], "{}", profile.name);
        assert_eq!(read(source, &west, &Kind::EventId("west-3".to_owned()), LONG).await.0, ["west-3"], "{}", profile.name);
        let halves = [(ago(60), ago(50)), (ago(50), ago(30))].map(|(from, to)| Window::new(from, to).unwrap());
        let mut joined = BTreeSet::new();
        for half in halves {
            let part = set(read(source, &scope(profile, half, &["eu-west-1"], &open()), &Kind::Writes, LONG).await.0);
            assert!(joined.is_disjoint(&part), "{}", profile.name);
            joined.extend(part);
        }
        assert_eq!(joined, ids, "{}", profile.name);
        let stranger = Policy { accounts: vec!["444455556666".to_owned()], ..open() };
        let (ids, states) = read(source, &scope(profile, window(), &BOTH, &stranger), &Kind::Writes, LONG).await;
        assert!(ids.is_empty(), "{}: an account that is not allowed was read", profile.name);
        assert!(profile == &memory::PROFILE || !states.contains(&State::Exhausted), "{}: {states:?}", profile.name);
        let own = Policy { accounts: vec![ACCOUNT.to_owned()], ..open() };
        assert_eq!(
            read(source, &scope(profile, window(), &["us-east-1"], &own), &Kind::Writes, LONG).await.0.len(),
            70,
            "{}",
            profile.name
        );
    }
}

#[tokio::test]
async fn every_source_proves_nothing_when_it_had_no_time() {
    for profile in PROFILES {
        let filled = filled(profile, &records()).await;
        let scope = scope(profile, window(), &BOTH, &open());
        let (_, states) = read(filled.source.as_ref(), &scope, &Kind::Writes, Duration::ZERO).await;
        assert!(!states.is_empty() && !states.contains(&State::Exhausted), "{}: {states:?}", profile.name);
    }
}

#[tokio::test]
async fn every_source_may_be_dropped_at_any_await_and_reads_the_same_afterwards() {
    for profile in PROFILES {
        let filled = filled(profile, &records()).await;
        let scope = scope(profile, window(), &["eu-west-1"], &open());
        let query = queries(&scope, &Kind::Writes, LONG).swap_remove(0);
        let whole = query.gate(filled.source.read(&query).await);
        for polls in 1..12 {
            let mut reading = filled.source.read(&query);
            for _ in 0..polls {
                if poll_fn(|context| Poll::Ready(reading.as_mut().poll(context).is_ready())).await {
                    break;
                }
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
            drop(reading);
            let again = query.gate(filled.source.read(&query).await);
            let ids = |events: &[Event]| events.iter().map(|event| event.event_id.clone()).collect::<BTreeSet<_>>();
            assert_eq!(ids(&again.events), ids(&whole.events), "{} after {polls} polls", profile.name);
            let states = |cells: &[cloudtrail_mcp::coverage::Cell]| cells.iter().map(|cell| cell.state()).collect::<Vec<_>>();
            assert_eq!(states(&again.cells), states(&whole.cells), "{} after {polls} polls", profile.name);
        }
    }
}

#[tokio::test]
async fn a_source_that_fails_or_is_not_there_is_a_gap_and_proves_nothing() {
    let events: Vec<Event> = records().into_iter().map(|record| Event::parse(record).unwrap()).collect();
    let memory = Memory::new(events, Window::new(ago(600), now()).unwrap());
    let failing = Failing::after(memory, 1, State::Failed, None);
    let scope = scope(&memory::PROFILE, window(), &BOTH, &open());
    assert_eq!(set(read(&failing, &scope, &Kind::Writes, LONG).await.0).len(), 140);
    assert_eq!(read(&failing, &scope, &Kind::Writes, LONG).await, (Vec::new(), vec![State::Failed]));
    let query = queries(&scope, &Kind::Writes, LONG).swap_remove(0);
    let reading = query.gate(Refusing.read(&query).await);
    assert_eq!(
        reading.cells.iter().map(|cell| (cell.source(), cell.state())).collect::<Vec<_>>(),
        [(&memory::PROFILE, State::NotConfigured)]
    );
}
