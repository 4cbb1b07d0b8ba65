//! Archives in S3 against the wire-level fake: what is sent, what is told of what S3 refuses, and what it costs.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Output};
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use cloudtrail_mcp::context::basis::{Basis, WindowStart};
use cloudtrail_mcp::context::{Incident, Named, Onset, Told};
use cloudtrail_mcp::coverage::{Cell, FileFault, Note, State};
use cloudtrail_mcp::investigate::plan;
use cloudtrail_mcp::policy::{Admitted, Available, Policy};
use cloudtrail_mcp::source::api::Api;
use cloudtrail_mcp::source::archive::{Archive, REMOTE_PROFILE, Remote};
use cloudtrail_mcp::source::cache::{Cache, CacheSettings};
use cloudtrail_mcp::source::{Kind, Query, Source};
use cloudtrail_mcp::time::Window;
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::json;

use crate::event_history::{ago, credentials, now, open, settings};
use crate::fake_aws::{ACCOUNT, Bucket, FakeAws, Trust, write};

/// Reads the fake's buckets.
pub(crate) fn remote(fake: &FakeAws) -> Remote {
    let aws = settings(fake, Some(credentials())).aws.unwrap();
    Remote { api: Api::given(aws), region: Some("eu-west-1".to_owned()), ..Remote::default() }
}

/// A log file under CloudTrail's own name, with one change a minute after its own minute's begin.
fn log(account: &str, region: &str, time: DateTime<Utc>) -> (String, Vec<u8>) {
    let (day, stamp) = (time.format("%Y/%m/%d"), time.format("%Y%m%dT%H%MZ"));
    let key = format!("trail/AWSLogs/{account}/CloudTrail/{region}/{day}/{account}_CloudTrail_{region}_{stamp}_AbCd.json.gz");
    let id = format!("{account}-{region}-{stamp}");
    let mut record = write(&id, "ec2.amazonaws.com", "RunInstances", region, time - TimeDelta::minutes(2));
    record["recipientAccountId"] = json!(account);
    let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
    gzip.write_all(json!({"Records": [record]}).to_string().as_bytes()).unwrap();
    (key, gzip.finish().unwrap())
}

/// A log file every five minutes of six hours around the window.
fn logs(account: &str, region: &str) -> Vec<(String, Vec<u8>)> {
    (0..72).map(|n| log(account, region, now() + TimeDelta::minutes(120 - 5 * n))).collect()
}

fn query(regions: &[&str], policy: &Policy, kind: &Kind) -> Query {
    let window = Window::new(ago(60), ago(30)).unwrap();
    let regions = regions.iter().map(|name| Named { name: (*name).to_owned(), basis: Basis::Argument }).collect::<Vec<_>>();
    let incident = Incident {
        alert: None,
        window,
        window_basis: WindowStart::Given.into(),
        onset: Onset::None,
        start_given: true,
        regions_given: !regions.is_empty(),
        regions,
        all_regions: false,
        accounts: Vec::new(),
        accounts_given: false,
        resources: Vec::new(),
        words: String::new(),
        told: Told::default(),
        speaks_to_reader: false,
    };
    let scope = policy.admit(&incident, None, &Available::only(&REMOTE_PROFILE), now()).unwrap();
    plan::queries(&scope, window, kind, Duration::from_secs(30)).swap_remove(0)
}

async fn read_with(remote: Remote, location: &str, regions: &[&str], policy: &Policy) -> Admitted {
    let query = query(regions, policy, &Kind::Writes);
    let archive = Archive::with(&[PathBuf::from(location)], &remote).unwrap();
    assert!(archive.profile().asks_aws);
    query.gate(archive.read(&query).await)
}

async fn read(fake: &FakeAws, location: &str, regions: &[&str]) -> Admitted {
    read_with(remote(fake), location, regions, &open()).await
}

fn states(cells: &[Cell]) -> Vec<State> {
    cells.iter().map(Cell::state).collect()
}

#[tokio::test]
async fn an_hour_of_a_bucket_of_a_hundred_thousand_keys_takes_six_listings_at_most() {
    let minute = |n: i64| now() + TimeDelta::days(15) - TimeDelta::seconds(24 * n);
    let all = (0..100_000).map(|n| {
        let (key, bytes) = log(ACCOUNT, "eu-west-1", minute(n));
        (key.replace("AbCd", &format!("Ab{n}")), bytes)
    });
    let bucket = Bucket::of(all.chain([("trail/AWSLogs/".to_owned(), Vec::new())]));
    assert!(bucket.objects.len() > 100_000);
    let fake = FakeAws::start(now()).await.with_bucket("logs", bucket);
    let reading = read(&fake, "s3://logs/trail", &["eu-west-1"]).await;
    assert_eq!(states(&reading.cells), [State::Exhausted], "{:?}", reading.cells);
    assert!(reading.events.len() > 70);
    let (lists, gets) = fake.objects();
    assert!(lists.len() <= 6, "{:#?}", lists.iter().map(|list| &list.path).collect::<Vec<_>>());
    assert!(gets.len() < 200 && reading.cells[0].requests as usize >= reading.events.len());
    let (told, bytes) = match reading.cells[0].notes.last() {
        Some(Note::Fetched(lists, gets, bytes)) => ((*lists as usize, *gets as usize), *bytes),
        other => panic!("{other:?}"),
    };
    assert!(told == (lists.len(), gets.len()) && bytes > 0);
}

#[tokio::test]
async fn accounts_and_regions_are_found_by_listing_and_regions_that_may_not_be_read_are_not_gone_into() {
    let all = [("111122223333", "eu-west-1"), ("444455556666", "eu-west-1"), ("444455556666", "ap-south-1"), ("444455556666", "us-east-1")];
    let bucket = Bucket::of(all.iter().flat_map(|(account, region)| logs(account, region)));
    let fake = FakeAws::start(now()).await.with_bucket("logs", bucket);
    let policy = Policy { regions: vec!["eu-west-1".to_owned()], ..open() };
    let reading = read_with(remote(&fake), "s3://logs/trail/", &[], &policy).await;
    assert!(reading.events.iter().all(|event| event.region == "eu-west-1"));
    let accounts: std::collections::BTreeSet<&str> = reading.events.iter().map(|event| event.account.as_str()).collect();
    assert_eq!(accounts.len(), 2);
    let (lists, gets) = fake.objects();
    assert!(!lists.iter().chain(&gets).any(|request| request.path.contains("ap-south-1")), "{lists:#?}");
}

#[tokio::test]
async fn what_s3_refuses_is_told_apart_with_the_objects_by_name() {
    let get = "User: x is not authorized to perform: s3:GetObject because no identity-based policy allows it";
    let key = "User: x is not authorized to perform: kms:Decrypt on resource: arn:aws:kms:eu-west-1:111122223333:key/1";
    // The first file that is read of the hour.
    let cases: [(&str, &str, &str, State, FileFault); 6] = [
        ("", "AccessDenied", "User: x is not authorized to perform: s3:ListBucket", State::Denied, FileFault::ListDenied),
        ("T2010Z", "AccessDenied", get, State::Denied, FileFault::ReadDenied),
        ("T2010Z", "AccessDenied", key, State::Denied, FileFault::KeyDenied),
        ("T2010Z", "KMS.DisabledException", "it is disabled", State::Denied, FileFault::KeyDenied),
        ("T2010Z", "InvalidObjectState", "it is in GLACIER", State::Failed, FileFault::Frozen),
        ("", "InvalidAccessKeyId", "it does not exist", State::Failed, FileFault::Identity),
    ];
    for (part, code, message, state, fault) in cases {
        let bucket = Bucket { denied: vec![(part, code, message)], ..Bucket::of(logs(ACCOUNT, "eu-west-1")) };
        let fake = FakeAws::start(now()).await.with_bucket("logs", bucket);
        let reading = read(&fake, "s3://logs/trail", &["eu-west-1"]).await;
        let cell = reading.cells.iter().find(|cell| !cell.unread_files.is_empty()).unwrap_or_else(|| panic!("{code}: {:?}", reading.cells));
        assert_eq!((cell.state(), cell.unread_files[0].faults.as_slice()), (state, [fault].as_slice()), "{code}");
        let named = if part.is_empty() { "logs/trail" } else { part };
        assert!(cell.unread_files[0].name.contains(named), "{:?}", cell.unread_files);
        assert_eq!(reading.events.is_empty(), part.is_empty(), "what may be read is an answer: {code}");
        assert!(!states(&reading.cells).contains(&State::Exhausted));
    }
    let fake = FakeAws::start(now()).await;
    let reading = read(&fake, "s3://nowhere/trail", &["eu-west-1"]).await;
    let cell = &reading.cells[0];
    assert_eq!((cell.state(), cell.unread_files[0].faults.as_slice()), (State::Failed, [FileFault::NoBucket].as_slice()));
}

#[tokio::test]
async fn what_may_succeed_a_moment_later_is_sent_again_and_what_breaks_off_goes_on_where_it_broke() {
    let bucket = Bucket {
        faults: [(503, "SlowDown"), (500, "InternalError"), (503, "SlowDown")].into(),
        cut: 3,
        region: "ap-south-1",
        ..Bucket::of(logs(ACCOUNT, "eu-west-1"))
    };
    let fake = FakeAws::start(now()).await.with_bucket("logs", bucket);
    let reading = read(&fake, "s3://logs/trail", &["eu-west-1"]).await;
    assert_eq!(states(&reading.cells), [State::Exhausted], "{:?}", reading.cells);
    let (lists, gets) = fake.objects();
    assert_eq!(lists.iter().filter(|list| list.region == "eu-west-1").count(), 1, "where the bucket is has to be told once");
    assert_eq!(gets.iter().filter(|get| !get.range.is_empty()).count(), 3);
    assert!(gets.iter().all(|get| get.region == "ap-south-1" && get.payer.is_empty()));
}

#[tokio::test]
async fn as_much_as_a_call_may_fetch_is_an_answer_that_says_so() {
    let fake = FakeAws::start(now()).await.with_bucket("logs", Bucket::of(logs(ACCOUNT, "eu-west-1")));
    for remote in [Remote { max_objects: 3, ..remote(&fake) }, Remote { max_bytes: 1000, ..remote(&fake) }] {
        let before = fake.objects().1.len();
        let reading = read_with(remote, "s3://logs/trail", &["eu-west-1"], &open()).await;
        assert!(states(&reading.cells).contains(&State::PageCap), "{:?}", reading.cells);
        assert!(reading.cells.iter().any(|cell| cell.notes.contains(&Note::FetchesSpent)));
        assert!(fake.objects().1.len() - before < 14, "one more for each thread at most");
    }
}

#[tokio::test]
async fn a_region_whose_days_cannot_be_listed_is_not_read_to_the_end_and_others_are() {
    let all = [(ACCOUNT, "eu-west-1"), (ACCOUNT, "ap-south-1")];
    let denied = vec![("ap-south-1/2026/01/27/", "AccessDenied", "User: x is not authorized to perform: s3:ListBucket")];
    let bucket = Bucket { denied, ..Bucket::of(all.iter().flat_map(|(account, region)| logs(account, region))) };
    let fake = FakeAws::start(now()).await.with_bucket("logs", bucket);
    let reading = read(&fake, "s3://logs/trail", &["eu-west-1", "ap-south-1"]).await;
    let told: Vec<(&str, State)> = reading.cells.iter().map(|cell| (cell.region(), cell.state())).collect();
    assert_eq!(told, [("ap-south-1", State::Denied), ("eu-west-1", State::Exhausted)], "{:?}", reading.cells);
    assert_eq!(reading.cells[0].unread_files[0].faults, [FileFault::ListDenied]);
}

#[tokio::test]
async fn a_region_that_there_is_has_a_cell_though_it_has_no_file_of_the_time() {
    let idle = log(ACCOUNT, "ap-south-1", now() - TimeDelta::days(40));
    let bucket = Bucket::of(logs(ACCOUNT, "eu-west-1").into_iter().chain([idle]));
    let fake = FakeAws::start(now()).await.with_bucket("logs", bucket);
    let reading = read(&fake, "s3://logs/trail", &[]).await;
    let told: Vec<(&str, State)> = reading.cells.iter().map(|cell| (cell.region(), cell.state())).collect();
    assert_eq!(told, [("ap-south-1", State::NoData), ("eu-west-1", State::Exhausted)], "{:?}", reading.cells);
}

#[tokio::test]
async fn a_listing_that_stops_in_the_middle_is_a_gap() {
    let minute = |n: i64| now() - TimeDelta::minutes(100) + TimeDelta::seconds(3 * n);
    for token in ["", "the same"] {
        let all = (0..2_000).map(|n| {
            let (key, bytes) = log(ACCOUNT, "eu-west-1", minute(n));
            (key.replace("AbCd", &format!("Ab{n:04}")), bytes)
        });
        let fake = FakeAws::start(now()).await.with_bucket("logs", Bucket { token: Some(token), ..Bucket::of(all) });
        let reading = read(&fake, "s3://logs/trail", &["eu-west-1"]).await;
        assert_eq!(states(&reading.cells), [State::Failed], "{token}: {:?}", reading.cells);
        assert_eq!(reading.cells[0].unread_files[0].faults, [FileFault::Unanswered], "{token}");
    }
}

#[tokio::test]
async fn objects_that_are_known_are_listed_and_not_fetched_again_until_they_change() {
    let folder = tempfile::tempdir().unwrap();
    let fake = FakeAws::start(now()).await.with_bucket("logs", Bucket::of(logs(ACCOUNT, "eu-west-1")));
    // A process that comes and goes, and how many objects it fetched.
    let ask = async |caller: &str, kind: &Kind| {
        let before = fake.objects().1.len();
        let cache = Arc::new(Cache::new(CacheSettings { path: Some(folder.path().join("cache")), ..CacheSettings::default() }));
        let archive = Archive::with(&[PathBuf::from("s3://logs/trail")], &remote(&fake)).unwrap().keeping(&cache);
        let policy = Policy { caller: caller.into(), ..open() };
        let query = query(&["eu-west-1"], &policy, kind);
        let reading = query.gate(archive.read(&query).await);
        (reading, fake.objects().1.len() - before)
    };
    // Where the machine is busy, a process ends before all of it is written.
    let known = async || {
        for _ in 0..50 {
            let (reading, fetched) = ask("alice", &Kind::Writes).await;
            if fetched == 0 {
                return reading;
            }
        }
        panic!("what is known is fetched again and again");
    };
    let (first, fetched) = ask("alice", &Kind::Writes).await;
    assert!(first.events.len() == 6 && fetched > 6, "{fetched}");
    let second = known().await;
    assert_eq!((second.cached.files as usize, second.cached.events), (fetched, 6));
    let told = |reading: &Admitted| {
        let mut events: Vec<_> = reading.events.iter().map(|event| event.event_id.clone()).collect();
        events.sort();
        (events, states(&reading.cells), reading.cells[0].requests, reading.cells[0].covered(), reading.survey.clone())
    };
    assert_eq!(told(&second), told(&first));
    assert!(matches!(second.cells[0].notes.last(), Some(Note::Fetched(1.., 0, 0))), "{:?}", second.cells[0].notes);
    // Another version of one of them is fetched, and then known.
    let (key, _) = log(ACCOUNT, "eu-west-1", now() - TimeDelta::minutes(45));
    fake.put("logs", (key, log("444455556666", "eu-west-1", now() - TimeDelta::minutes(45)).1));
    let (third, again) = ask("alice", &Kind::Writes).await;
    assert!(again == 1 && third.events.iter().any(|event| event.account == "444455556666"));
    assert!(known().await.events.iter().any(|event| event.account == "444455556666"));
    // What asks for reads, and whoever else asks, fetches for itself.
    assert_eq!(ask("alice", &Kind::Everything).await.1, fetched);
    assert_eq!(ask("bob", &Kind::Writes).await.1, fetched);
}

async fn run(fake: &FakeAws, policy: &str, args: &[&str]) -> Output {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("policy.toml");
    std::fs::write(&file, policy).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_cloudtrail-mcp"));
    command.args(args).arg("--config").arg(&file).env_clear().envs(fake.env()).env("CLOUDTRAIL_MCP_NOW", now().to_rfc3339());
    tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap()
}

#[tokio::test]
async fn the_program_reads_a_bucket_by_a_role_where_aws_may_be_read_and_pays_where_it_is_to() {
    let role = Trust { role_arn: "arn:aws:iam::444455556666:role/reader", external_id: None };
    let fake = FakeAws::start(now()).await.with_role(role).with_bucket("logs", Bucket::of(logs(ACCOUNT, "eu-west-1")));
    let policy = "[archive]\nlocations = [\"s3://logs/trail\"]\naccount = \"vault\"\nrequester_pays = true\n\
                  [accounts.vault]\nid = \"444455556666\"\nrole_arn = \"arn:aws:iam::444455556666:role/reader\"\n";
    let asked = [
        "events",
        "--source",
        "archive",
        "--start-time",
        "2026-01-27T20:00:00Z",
        "--end-time",
        "2026-01-27T20:30:00Z",
        "--region",
        "eu-west-1",
    ];
    let refused = run(&fake, policy, &asked).await;
    let told = String::from_utf8_lossy(&refused.stderr).into_owned() + &String::from_utf8_lossy(&refused.stdout);
    assert!(told.contains("tool_not_allowed") && told.contains("the archive in S3") && fake.objects().0.is_empty(), "{told}");
    let answer = run(&fake, &format!("allow_aws_read = true\n{policy}"), &asked).await;
    let told = String::from_utf8_lossy(&answer.stdout).into_owned();
    assert!(answer.status.success() && told.contains("RunInstances"), "{told}{}", String::from_utf8_lossy(&answer.stderr));
    assert!(fake.settings_read().is_empty(), "nobody knows whose trails these would be");
    let unproven = run(&fake, &format!("allow_aws_read = true\n{policy}"), &[asked.as_slice(), &["--verified", "--json"]].concat()).await;
    let unproven: serde_json::Value = serde_json::from_slice(&unproven.stdout).unwrap();
    let coverage = &unproven["coverage"];
    let states: Vec<_> = coverage["cells"].as_array().unwrap().iter().map(|cell| &cell["state"]).collect();
    assert!(states.contains(&&json!("unproven")) && !states.contains(&&json!("exhausted")), "{coverage:#}");
    assert_eq!(coverage["verdict"], "partial", "there are no digests in it");
    let (lists, gets) = fake.objects();
    assert!(lists.iter().chain(&gets).all(|request| request.payer == "requester" && request.access_key.contains("444455556666")));
    let printed = run(&fake, policy, &["iam-policy", "--region", "eu-west-1"]).await;
    let printed: serde_json::Value = serde_json::from_slice(&printed.stdout).unwrap();
    let statement = |sid: &str| printed["Statement"].as_array().unwrap().iter().find(|one| one["Sid"] == sid).cloned().unwrap();
    assert_eq!(statement("ListArchives")["Resource"], json!(["arn:aws:s3:::logs"]));
    assert_eq!(statement("ReadArchives")["Action"], json!(["s3:GetObject"]));
    assert_eq!(statement("DecryptArchives")["Action"], json!(["kms:Decrypt"]));
}
