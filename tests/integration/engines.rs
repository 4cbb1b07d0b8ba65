//! SQL engines against the wire-level fake: what they are asked, what is told of how they end, and that nothing of ours goes on in them.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use cloudtrail_mcp::context::basis::{Basis, WindowStart};
use cloudtrail_mcp::context::{Incident, Named, Onset, Told};
use cloudtrail_mcp::coverage::{Cell, EngineFault, Note, Profile, State};
use cloudtrail_mcp::investigate::plan;
use cloudtrail_mcp::policy::{Admitted, Available, Policy, Scope};
use cloudtrail_mcp::source::api::Api;
use cloudtrail_mcp::source::engine::{Access, Engine, athena, lake, logs_insights};
use cloudtrail_mcp::source::{Kind, Source};
use cloudtrail_mcp::time::Window;
use serde_json::{Value, json};
use std::sync::Arc;

use crate::event_history::{ago, credentials, now, open, settings};
use crate::fake_aws::engine::STORE;
use crate::fake_aws::{ACCOUNT, FakeAws, write};

/// The engines that are held to the same.
pub(crate) const ENGINES: [&Profile; 3] = [&athena::PROFILE, &logs_insights::PROFILE, &lake::PROFILE];

const LIMIT: u64 = 1 << 30;

/// Makes an engine of the fake.
pub(crate) fn engine(profile: &Profile, fake: &FakeAws) -> Engine {
    made(profile, fake, &[], LIMIT)
}

/// Makes one whose queries may read so many bytes.
pub(crate) fn limited(profile: &Profile, fake: &FakeAws, max_bytes: u64) -> Engine {
    made(profile, fake, &[], max_bytes)
}

fn made(profile: &Profile, fake: &FakeAws, accounts: &[&str], max_bytes: u64) -> Engine {
    let api = Api::given(settings(fake, Some(credentials())).aws.unwrap());
    let accounts = accounts.iter().map(|account| (*account).to_owned()).collect();
    let access = Access { region: "eu-west-1".to_owned(), accounts, max_bytes, ..Access::default() };
    let clock: cloudtrail_mcp::source::Clock = Arc::new(now);
    let engine = match profile.name.as_str() {
        "athena" => {
            let (database, table) = ("audit".to_owned(), "logs".to_owned());
            athena::engine(&api, athena::Settings { database, table, workgroup: None, output: None, access }, clock)
        }
        "logs_insights" => {
            let log_groups = vec!["trail".to_owned()];
            logs_insights::engine(&api, logs_insights::Settings { log_groups, data_sources: Vec::new(), access }, clock)
        }
        "lake" => {
            let store = format!("arn:aws:cloudtrail:eu-west-1:{ACCOUNT}:eventdatastore/{STORE}");
            lake::engine(&api, lake::Settings { store, access }, clock)
        }
        other => panic!("{other}"),
    };
    engine.looking_after(Duration::from_millis(1))
}

fn named(names: &[&str]) -> Vec<Named> {
    names.iter().map(|name| Named { name: (*name).to_owned(), basis: Basis::Argument }).collect()
}

fn scope(profile: &'static Profile, window: Window, (accounts, regions): (&[&str], &[&str]), policy: &Policy) -> Scope {
    let incident = Incident {
        alert: None,
        window,
        window_basis: WindowStart::Given.into(),
        onset: Onset::None,
        start_given: true,
        regions: named(regions),
        all_regions: regions.is_empty(),
        regions_given: !regions.is_empty(),
        accounts: named(accounts),
        accounts_given: !accounts.is_empty(),
        resources: Vec::new(),
        words: String::new(),
        told: Told::default(),
        speaks_to_reader: false,
    };
    policy.admit(&incident, None, &Available::only(profile), now()).unwrap()
}

const LONG: Duration = Duration::from_secs(20);

async fn read_within(engine: &Engine, scope: &Scope, kind: &Kind, time: Duration) -> Admitted {
    let query = plan::queries(scope, scope.window(), kind, time).swap_remove(0);
    query.gate(engine.read(&query).await)
}

async fn read(engine: &Engine, scope: &Scope) -> Admitted {
    read_within(engine, scope, &Kind::Writes, LONG).await
}

fn window() -> Window {
    Window::new(ago(90), ago(30)).unwrap()
}

pub(crate) fn record(id: &str, account: &str, region: &str, time: DateTime<Utc>) -> Value {
    let mut record = write(id, "ec2.amazonaws.com", "StopInstances", region, time);
    record["recipientAccountId"] = json!(account);
    record["requestParameters"] = json!({"instancesSet": {"items": [{"instanceId": "i-0123456789abcdef0"}]}});
    record["userIdentity"] = json!({"type": "IAMUser", "userName": "al{i}ce, arn=x", "accessKeyId": "AKIAIOSFODNN7EXAMPLE"});
    record
}

fn states(cells: &[Cell]) -> Vec<State> {
    cells.iter().map(Cell::state).collect()
}

fn fault(reading: &Admitted) -> Option<EngineFault> {
    reading.cells[0].notes.iter().find_map(|note| if let Note::Engine(fault) = note { Some(fault.clone()) } else { None })
}

#[tokio::test]
async fn every_query_names_accounts_regions_and_time_and_its_rows_are_the_records() {
    for profile in ENGINES {
        let all =
            [("111122223333", "eu-west-1"), ("444455556666", "eu-west-1"), ("444455556666", "ap-south-1"), ("999900001111", "eu-west-1")];
        let events = all.iter().enumerate().map(|(n, (account, region))| record(&format!("e-{n}"), account, region, ago(60)));
        let fake = FakeAws::start(now()).await.with_events(events);
        let engine = made(profile, &fake, &["111122223333", "444455556666"], LIMIT);
        let reading = read(&engine, &scope(profile, window(), (&["111122223333", "444455556666"], &["eu-west-1"]), &open())).await;
        let ids: Vec<&str> = reading.events.iter().map(|event| event.event_id.as_str()).collect();
        assert_eq!(ids, ["e-0", "e-1"], "{}", profile.name);
        let event = &reading.events[0];
        assert_eq!(event.record["userIdentity"]["userName"], "al{i}ce, arn=x");
        assert_eq!(event.record["requestParameters"]["instancesSet"]["items"][0]["instanceId"], "i-0123456789abcdef0");
        // Two accounts times the region and the one of global services, which nobody asked for.
        let places: Vec<(&str, &str, State, bool)> =
            reading.cells.iter().map(|cell| (cell.account(), cell.region(), cell.state(), cell.asked)).collect();
        assert_eq!(places.len(), 4);
        // Of that one the engine knows nothing, and says so.
        let expected = |region| if region == "eu-west-1" { (State::Exhausted, true) } else { (State::NoData, false) };
        assert!(places.iter().all(|(_, region, state, asked)| (*state, *asked) == expected(*region)), "{places:?}");
        assert!(reading.cells[0].notes.contains(&Note::Scanned(8192)) && reading.cells[0].requests > 4);
        let statements = fake.statements();
        assert!(["111122223333", "444455556666", "eu-west-1"].iter().all(|text| statements[0].contains(text)));
        assert_eq!(statements.len(), 2);
        assert!(["111122223333", "444455556666", "us-east-1"].iter().all(|text| statements[1].contains(text)), "{}", statements[1]);
        assert!(!statements[1].contains("eu-west-1"), "what gave rows is not asked for again: {}", statements[1]);
    }
}

#[tokio::test]
async fn the_same_question_asked_again_reads_the_result_and_scans_nothing() {
    for profile in ENGINES {
        let fake = FakeAws::start(now()).await.with_events([record("e", ACCOUNT, "eu-west-1", ago(60))]);
        let (engine, scope) = (engine(profile, &fake), scope(profile, window(), (&[], &["eu-west-1"]), &open()));
        let first = read(&engine, &scope).await;
        let again = read(&engine, &scope).await;
        assert_eq!((first.events.len(), again.events.len(), fake.statements().len()), (1, 1, 2), "{}", profile.name);
        assert!(!again.cells[0].notes.iter().any(|note| matches!(note, Note::Scanned(_))));
    }
}

#[tokio::test]
async fn rows_come_page_by_page_and_what_is_newer_than_delivery_takes_may_still_come() {
    for profile in ENGINES {
        let events = (0..250).map(|n| record(&format!("e-{n}"), ACCOUNT, "eu-west-1", ago(60) - TimeDelta::seconds(n)));
        let fake = FakeAws::start(now()).await.with_events(events).with_engines(|engines| engines.page = 100);
        let scope = scope(profile, Window::new(ago(90), now()).unwrap(), (&[], &["eu-west-1"]), &open());
        let reading = read(&engine(profile, &fake), &scope).await;
        assert_eq!(reading.events.len(), 250);
        let cell = &reading.cells[0];
        assert_eq!((cell.state(), cell.covered().map(|covered| covered.to)), (State::Lagging, Some(now() - profile.lag)));
    }
}

#[tokio::test]
async fn a_result_that_athena_gives_again_knows_nothing_of_what_came_since() {
    let of = async |reused| {
        let events = [record("e", ACCOUNT, "eu-west-1", ago(60))];
        let fake = FakeAws::start(now()).await.with_events(events).with_engines(|engines| engines.reused = reused);
        let scope = scope(&athena::PROFILE, Window::new(ago(90), ago(40)).unwrap(), (&[], &["eu-west-1"]), &open());
        let reading = read(&engine(&athena::PROFILE, &fake), &scope).await;
        (reading.cells[0].state(), reading.cells[0].covered().map(|covered| covered.to))
    };
    assert_eq!(of(false).await, (State::Exhausted, Some(ago(40))));
    assert_eq!(of(true).await, (State::Lagging, Some(ago(60) - athena::PROFILE.lag)));
}

#[tokio::test]
async fn an_engine_that_holds_nothing_at_all_is_no_quiet_time() {
    for profile in ENGINES {
        let scope = scope(profile, window(), (&[], &["eu-west-1"]), &open());
        let fake = FakeAws::start(now()).await;
        let reading = read(&engine(profile, &fake), &scope).await;
        assert_eq!(states(&reading.cells), [State::NoData; 2]);
        assert!(reading.cells[0].notes.contains(&Note::EngineEmpty));
        let mut quiet = record("r", ACCOUNT, "eu-west-1", ago(300));
        quiet["readOnly"] = json!(true);
        let fake = FakeAws::start(now()).await.with_events([quiet]);
        let reading = read(&engine(profile, &fake), &scope).await;
        assert_eq!(states(&reading.cells), [State::Exhausted, State::NoData], "{}", profile.name);
    }
}

#[tokio::test]
async fn a_region_or_account_that_the_engine_never_heard_of_is_told_beside_one_with_rows_and_asked_for_once() {
    for profile in ENGINES {
        let mut quiet = record("quiet", ACCOUNT, "eu-central-1", ago(200));
        quiet["readOnly"] = json!(true);
        let fake = FakeAws::start(now()).await.with_events([record("e", ACCOUNT, "eu-west-1", ago(60)), quiet]);
        let accounts = [ACCOUNT, "444455556666"];
        let engine = made(profile, &fake, &accounts, LIMIT);
        let regions = ["eu-west-1", "eu-central-1", "ap-south-1", "us-east-1"];
        let asked = scope(profile, window(), (&[ACCOUNT], &regions), &open());
        let reading = read(&engine, &asked).await;
        let told: Vec<(&str, State)> = reading.cells.iter().map(|cell| (cell.region(), cell.state())).collect();
        let expected = [
            ("eu-west-1", State::Exhausted),
            ("eu-central-1", State::Exhausted),
            ("ap-south-1", State::NoData),
            ("us-east-1", State::NoData),
        ];
        assert_eq!(told, expected, "{}", profile.name);
        assert!(reading.cells[2].notes.contains(&Note::NothingOfRegion) && reading.cells[2].asked);
        // Another question about the same places asks for them no more.
        let before = fake.statements().len();
        let narrower = scope(profile, Window::new(ago(80), ago(30)).unwrap(), (&[ACCOUNT], &regions), &open());
        assert_eq!(states(&read(&engine, &narrower).await.cells)[2..], [State::NoData; 2]);
        assert_eq!(fake.statements().len() - before, 1, "{}", profile.name);
        // Where all regions are meant, one that is quiet is no gap, and an account of which there is nothing is.
        let everywhere = scope(profile, window(), (&accounts, &[]), &open());
        let reading = read(&engine, &everywhere).await;
        assert!(reading.cells.len() > 40);
        for cell in &reading.cells {
            let state = if cell.account() == ACCOUNT { State::Exhausted } else { State::NoData };
            assert_eq!(cell.state(), state, "{}: {} {}", profile.name, cell.account(), cell.region());
        }
    }
}

#[tokio::test]
async fn what_is_looked_up_in_an_engine_that_holds_nothing_was_not_read_and_neither_where_that_could_not_be_asked() {
    for profile in ENGINES {
        let scope = scope(profile, window(), (&[], &["eu-west-1"]), &open());
        let fake = FakeAws::start(now()).await;
        let reading = read_within(&engine(profile, &fake), &scope, &Kind::EventId("e".into()), LONG).await;
        assert!(states(&reading.cells).iter().all(|state| *state == State::NoData), "{}: {:?}", profile.name, reading.cells);
        let fake = FakeAws::start(now()).await.with_engines(|engines| engines.bytes = 700);
        let reading = read(&made(profile, &fake, &[], 1000), &scope).await;
        assert!(!states(&reading.cells).contains(&State::Exhausted), "{}: {:?}", profile.name, reading.cells);
    }
}

#[tokio::test]
async fn a_query_over_the_limit_is_not_begun_once_its_extent_is_known_and_stopped_before() {
    for profile in ENGINES {
        let events = [record("e", ACCOUNT, "us-east-1", ago(60))];
        let fake = FakeAws::start(now()).await.with_events(events.clone()).with_engines(|engines| engines.bytes = 700);
        let engine = made(profile, &fake, &[], 1000);
        let short = scope(profile, window(), (&[], &["us-east-1"]), &open());
        assert_eq!(fault(&read(&engine, &short).await), None);
        let before = fake.statements().len();
        let long = scope(profile, Window::new(ago(60 * 40), ago(30)).unwrap(), (&[], &["us-east-1"]), &open());
        let reading = read(&engine, &long).await;
        assert!(matches!(fault(&reading), Some(EngineFault::TooManyBytes(_, 1000))), "{:?}", reading.cells);
        assert_eq!((reading.cells[0].state(), fake.statements().len()), (State::PageCap, before));
        let fake = FakeAws::start(now()).await.with_events(events).with_engines(|engines| (engines.bytes, engines.runs) = (2000, 1000));
        let engine = made(profile, &fake, &[], 1000);
        assert_eq!(fault(&read(&engine, &short).await), Some(EngineFault::BytesSpent(2000, 1000)));
        gone(&fake).await;
    }
}

/// Waits until no query runs any more; the test ends by its own time where one does.
pub(crate) async fn gone(fake: &FakeAws) {
    while fake.running() > 0 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_query_ends_with_the_call_on_the_engine_too() {
    for profile in ENGINES {
        let fake = FakeAws::start(now()).await.with_engines(|engines| engines.runs = u32::MAX / 2);
        let (engine, scope) = (engine(profile, &fake), scope(profile, window(), (&[], &["eu-west-1"]), &open()));
        {
            let mut reading = std::pin::pin!(read(&engine, &scope));
            while fake.running() == 0 {
                tokio::select! {
                    biased;
                    _ = &mut reading => panic!("it cannot end"),
                    () = tokio::time::sleep(Duration::from_millis(1)) => {}
                }
            }
        }
        gone(&fake).await;
        let reading = read_within(&engine, &scope, &Kind::Writes, Duration::from_millis(300)).await;
        assert!(states(&reading.cells).iter().all(|state| *state == State::Deadline), "{:?}", reading.cells);
        gone(&fake).await;
    }
}

#[tokio::test]
async fn how_athena_ends_or_refuses_a_query_is_told_apart() {
    let profile = &athena::PROFILE;
    let scope = scope(profile, window(), (&[], &["eu-west-1"]), &open());
    let ends: [(&str, &str, State, EngineFault); 11] = [
        ("FAILED", "TABLE_NOT_FOUND: line 2:6: Table 'awsdatacatalog.audit.logs' does not exist", State::Failed, EngineFault::NoTable),
        ("FAILED", "COLUMN_NOT_FOUND: line 3:7: Column 'day' cannot be resolved", State::Failed, EngineFault::NoColumn),
        ("FAILED", "CONSTRAINT_VIOLATION: For the injected projected partition column account", State::Failed, EngineFault::NoPartition),
        ("FAILED", "Insufficient permissions to execute the query", State::Denied, EngineFault::DataDenied),
        ("FAILED", "PERMISSION_DENIED: Access Denied (Service: Amazon S3; Status Code: 403", State::Denied, EngineFault::DataDenied),
        ("FAILED", "Bytes scanned limit was exceeded", State::PageCap, EngineFault::ByteLimit),
        ("CANCELLED", "Query cancelled! : Bytes scanned limit was exceeded", State::PageCap, EngineFault::ByteLimit),
        ("CANCELLED", "", State::Cancelled, EngineFault::Cancelled),
        ("FAILED", "Query timeout", State::Deadline, EngineFault::TimedOut),
        ("FAILED", "Query exhausted resources at this scale factor", State::Failed, EngineFault::Engine("EXHAUSTED_RESOURCES".to_owned())),
        ("FAILED", "GENERIC_INTERNAL_ERROR: text-from-outside", State::Failed, EngineFault::Engine("GENERIC_INTERNAL_ERROR".to_owned())),
    ];
    for (end, reason, state, told) in ends {
        let fake = FakeAws::start(now()).await.with_engines(|engines| engines.ends = Some((end, reason)));
        let reading = read(&engine(profile, &fake), &scope).await;
        assert_eq!((reading.cells[0].state(), fault(&reading)), (state, Some(told)), "{reason}");
    }
    let refused: [(&str, &str, State, EngineFault); 5] = [
        ("InvalidRequestException", "WorkGroup primary is not found.", State::Failed, EngineFault::NoWorkgroup),
        ("InvalidRequestException", "No output location provided.", State::Failed, EngineFault::NoOutput),
        ("InvalidRequestException", "text-from-outside", State::Failed, EngineFault::Statement("InvalidRequestException".to_owned())),
        (
            "TooManyRequestsException",
            "You have exceeded the limit for the number of queries you can run concurrently",
            State::Throttled,
            EngineFault::TooManyQueries,
        ),
        ("AccessDeniedException", "not authorized", State::Denied, EngineFault::Request(cloudtrail_mcp::coverage::Failure::Denied)),
    ];
    for (code, message, state, told) in refused {
        let fake =
            FakeAws::start(now()).await.with_engines(|engines| engines.faults = vec![("StartQueryExecution", code, message); 4].into());
        let reading = read(&engine(profile, &fake), &scope).await;
        assert_eq!((reading.cells[0].state(), fault(&reading)), (state, Some(told)), "{message}");
        assert!(fake.statements().is_empty());
    }
}

#[tokio::test]
async fn how_an_event_data_store_ends_or_refuses_a_query_is_told_apart() {
    let profile = &lake::PROFILE;
    let scope = scope(profile, window(), (&[], &["eu-west-1"]), &open());
    for (end, reason, state, told) in [
        ("TIMED_OUT", "", State::Deadline, EngineFault::TimedOut),
        ("CANCELLED", "", State::Cancelled, EngineFault::Cancelled),
        ("FAILED", "COLUMN_NOT_FOUND: line 1:8", State::Failed, EngineFault::NoColumn),
        ("FAILED", "GENERIC_INTERNAL_ERROR: text-from-outside", State::Failed, EngineFault::Engine("GENERIC_INTERNAL_ERROR".to_owned())),
    ] {
        let fake = FakeAws::start(now()).await.with_engines(|engines| engines.ends = Some((end, reason)));
        let reading = read(&engine(profile, &fake), &scope).await;
        assert_eq!((reading.cells[0].state(), fault(&reading)), (state, Some(told)), "{end}");
    }
    let closed = "CloudTrail Lake is no longer open to new customers";
    for (code, message, state, told) in [
        ("EventDataStoreNotFoundException", "text-from-outside", State::Failed, EngineFault::NoStore),
        ("InactiveEventDataStoreException", "text-from-outside", State::Failed, EngineFault::StoreInactive),
        ("MaxConcurrentQueriesException", "text-from-outside", State::Throttled, EngineFault::TooManyQueries),
        ("UnsupportedOperationException", closed, State::Failed, EngineFault::Closed),
        ("AccessDeniedException", closed, State::Failed, EngineFault::Closed),
        ("AccessDeniedException", "not authorized", State::Denied, EngineFault::Request(cloudtrail_mcp::coverage::Failure::Denied)),
    ] {
        let fake = FakeAws::start(now()).await.with_engines(|engines| engines.faults = vec![("StartQuery", code, message)].into());
        let reading = read(&engine(profile, &fake), &scope).await;
        assert_eq!((reading.cells[0].state(), fault(&reading)), (state, Some(told)), "{message}");
    }
}

#[tokio::test]
async fn how_log_groups_end_or_refuse_a_query_is_told_apart() {
    let profile = &logs_insights::PROFILE;
    let scope = scope(profile, window(), (&[], &["eu-west-1"]), &open());
    for (end, state, told) in [
        ("Timeout", State::Deadline, EngineFault::TimedOut),
        ("CANCELLED", State::Cancelled, EngineFault::Cancelled),
        ("FAILED", State::Failed, EngineFault::Engine(String::new())),
    ] {
        let fake = FakeAws::start(now()).await.with_engines(|engines| engines.ends = Some((end, "")));
        let reading = read(&engine(profile, &fake), &scope).await;
        assert_eq!((reading.cells[0].state(), fault(&reading)), (state, Some(told)), "{end}");
    }
    for (code, state, told) in [
        ("ResourceNotFoundException", State::Failed, EngineFault::NoLogGroup),
        ("LimitExceededException", State::Throttled, EngineFault::TooManyQueries),
        ("MalformedQueryException", State::Failed, EngineFault::Statement("MalformedQueryException".to_owned())),
    ] {
        let fake =
            FakeAws::start(now()).await.with_engines(|engines| engines.faults = vec![("StartQuery", code, "text-from-outside")].into());
        let reading = read(&engine(profile, &fake), &scope).await;
        assert_eq!((reading.cells[0].state(), fault(&reading)), (state, Some(told)), "{code}");
    }
}

#[tokio::test]
async fn log_groups_that_store_too_much_are_not_asked_and_a_long_record_is_not_lost() {
    let profile = &logs_insights::PROFILE;
    let scope = scope(profile, window(), (&[], &["us-east-1"]), &open());
    let group =
        json!({"logGroups": [{"logGroupName": "trail", "storedBytes": 1_u64 << 40, "creationTime": ago(60 * 24).timestamp_millis()}]});
    let settings = |group: Value| [("DescribeLogGroups".to_owned(), (200, group.to_string()))].into();
    let fake = FakeAws::start(now()).await.with_settings(settings(group));
    let reading = read(&engine(profile, &fake), &scope).await;
    assert!(matches!(fault(&reading), Some(EngineFault::TooManyBytes(_, LIMIT))), "{:?}", reading.cells);
    assert!(fake.statements().is_empty());
    // What stands behind 200 fields is not found by the engine: neither the account nor whether it reads.
    let mut long = record("long", ACCOUNT, "us-east-1", ago(60));
    let fields = long.as_object_mut().unwrap();
    let (account, flag) = (fields.remove("recipientAccountId").unwrap(), fields.remove("readOnly").unwrap());
    fields.insert("requestParameters".to_owned(), (0..300).map(|n| (format!("key{n}"), json!("value"))).collect());
    fields.insert("recipientAccountId".to_owned(), account);
    fields.insert("readOnly".to_owned(), flag);
    let fake = FakeAws::start(now()).await.with_events([long]);
    assert_eq!(read(&engine(profile, &fake), &scope).await.events.len(), 1);
}

async fn run(fake: &FakeAws, policy: &str, args: &[&str]) -> Value {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("policy.toml");
    std::fs::write(&file, policy).unwrap();
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_cloudtrail-mcp"));
    command.args(args).arg("--config").arg(&file).env_clear().envs(fake.env()).env("CLOUDTRAIL_MCP_NOW", now().to_rfc3339());
    let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    serde_json::from_str(&text).unwrap_or_else(|_| panic!("{text}{}", String::from_utf8_lossy(&output.stderr)))
}

#[tokio::test]
async fn an_organisation_is_one_question_whose_answer_stays_short_and_tells_what_it_cost() {
    let accounts: Vec<String> = (0..70).map(|n| format!("{:012}", 100_000_000_000_u64 + n)).collect();
    let events = accounts.iter().enumerate().map(|(n, account)| {
        let name = if n == 3 { "DeleteDBInstance" } else { "StopInstances" };
        let mut record = record(&format!("e-{n}"), account, "eu-west-1", ago(60));
        record["eventName"] = json!(name);
        record
    });
    // Every place reads something, if it changes nothing.
    let quiet = accounts.iter().flat_map(|account| {
        ["us-east-1", "eu-central-1"].map(|region| {
            let mut record = record(&format!("{account}-{region}"), account, region, ago(70));
            record["readOnly"] = json!(true);
            record
        })
    });
    let fake = FakeAws::start(now()).await.with_events(events.chain(quiet));
    let policy = format!(
        "allow_aws_read = true\n[athena]\ndatabase = \"audit\"\ntable = \"logs\"\naccounts = {accounts:?}\n\
         [lake]\nevent_data_store = \"arn:aws:cloudtrail:eu-west-1:{ACCOUNT}:eventdatastore/{STORE}\"\n[logs_insights]\nlog_groups = [\"trail\"]\n"
    );
    let (from, to) = (ago(90).to_rfc3339(), ago(30).to_rfc3339());
    let asked = [
        "events",
        "--json",
        "--source",
        "athena",
        "--start-time",
        &from,
        "--end-time",
        &to,
        "--regions",
        "eu-west-1,us-east-1,eu-central-1",
    ];
    let answer = run(&fake, &policy, &asked).await;
    assert_eq!((answer["coverage"]["verdict"].as_str(), answer["totals"]["matched"].as_u64()), (Some("complete"), Some(70)), "{answer:#}");
    let cells = answer["coverage"]["cells"].as_array().unwrap();
    let places: u64 = cells.iter().map(|cell| cell["alike"].as_u64().unwrap_or_default() + 1).sum();
    assert!(cells.len() <= 34 && places == 210, "{} cells of {places} places", cells.len());
    assert!(answer.to_string().len() < 40_000, "{}", answer.to_string().len());
    let entries = || answer["groups"].as_array().unwrap().iter().flat_map(|group| group["events"].as_array().unwrap());
    assert!(entries().all(|entry| entry["account"].as_str().is_some_and(|account| account.len() == 12)));
    assert_eq!((&answer["cost"]["bytes_scanned"], &answer["cost"]["estimated_usd"]), (&json!(8192), &json!(0.0001)));
    assert!(answer["cost"]["requests"]["engine"].as_u64().unwrap() >= 4);

    let before = fake.statements().len();
    let named: Vec<&str> = asked.iter().copied().chain(["--event-names", "StopInstances,DeleteDBInstance,RunInstances"]).collect();
    let answer = run(&fake, &policy, &named).await;
    assert_eq!((answer["totals"]["matched"].as_u64(), fake.statements().len() - before), (Some(70), 1), "all names are looked for at once");

    let old = (now() - TimeDelta::days(200)).to_rfc3339();
    let auto =
        ["events", "--json", "--start-time", &old, "--end-time", &(now() - TimeDelta::days(199)).to_rfc3339(), "--regions", "eu-west-1"];
    assert_eq!(run(&fake, &policy, &auto).await["coverage"]["cells"][0]["source"], "athena");

    let printed = run(&fake, &policy, &["iam-policy", "--region", "eu-west-1"]).await;
    let sids: Vec<&str> = printed["Statement"].as_array().unwrap().iter().map(|one| one["Sid"].as_str().unwrap()).collect();
    let own = ["QueryAthena", "ReadAthenaTable", "ReadAthenaLogs", "WriteAthenaResults", "QueryLogs", "ReadLogsResults", "QueryLake"];
    assert_eq!(sids[3..], own);
    assert_eq!(printed["Statement"][7]["Resource"], json!(["arn:aws:logs:*:*:log-group:trail:*"]));
    let doctor = run(&fake, &policy, &["doctor", "--json", "--region", "eu-west-1"]).await;
    let engines: Vec<&Value> = doctor["checks"].as_array().unwrap().iter().filter(|check| check["name"] == "engine").collect();
    assert_eq!(engines.len(), 3, "{doctor:#}");
    let without = format!("{policy}\n[event_history]\nenabled = false\n");
    let doctor = run(&fake, &without, &["doctor", "--json", "--region", "eu-west-1"]).await;
    let checks = doctor["checks"].as_array().unwrap();
    let of = |name: &str| checks.iter().filter(|check| check["name"] == name).collect::<Vec<_>>();
    assert_eq!((of("engine").len(), &of("permissions")[0]["state"]), (3, &json!("skipped")), "{doctor:#}");
}

#[tokio::test]
async fn what_more_happened_than_requests_reach_is_read_by_an_engine_where_one_is_configured() {
    let events = (0..400).map(|n| record(&format!("e-{n}"), ACCOUNT, "us-east-1", ago(60) - TimeDelta::seconds(n)));
    let fake = FakeAws::start(now()).await.with_events(events);
    let policy = "allow_aws_read = true\n[budget]\nlookup_requests = 2\n[athena]\ndatabase = \"audit\"\ntable = \"logs\"\n";
    let (from, to) = (ago(90).to_rfc3339(), ago(30).to_rfc3339());
    let asked = ["events", "--json", "--start-time", &from, "--end-time", &to, "--regions", "us-east-1"];
    let answer = run(&fake, policy, &asked).await;
    assert_eq!((answer["coverage"]["verdict"].as_str(), answer["totals"]["matched"].as_u64()), (Some("complete"), Some(400)), "{answer:#}");
    let cells = answer["coverage"]["cells"].as_array().unwrap();
    let told: Vec<(&str, &str)> = cells.iter().map(|cell| (cell["source"].as_str().unwrap(), cell["state"].as_str().unwrap())).collect();
    assert_eq!(told, [("athena", "exhausted"), ("event_history", "page_cap")]);
    let alone = run(&fake, "allow_aws_read = true\n[budget]\nlookup_requests = 2\n", &asked).await;
    assert_eq!(alone["coverage"]["verdict"], "partial");
}
