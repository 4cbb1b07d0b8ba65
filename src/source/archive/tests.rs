use std::io::Write as _;
use std::path::Path;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use flate2::Compression;
use flate2::write::GzEncoder;
use proptest::prelude::*;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::*;
use crate::answer::words::Words;
use crate::context::basis::Basis;
use crate::context::{Incident, Named};
use crate::coverage::{FileFault, Survey};
use crate::investigate::plan::queries;
use crate::policy::{Available, Policy};
use crate::source::Kind;
use crate::source::archive::folder::Folder;
use crate::time::Window;
use crate::time::parse as parse_time;

const NATIVE: &str = "AWSLogs/111122223333/CloudTrail/us-east-1/2026/01/27/111122223333_CloudTrail_us-east-1_20260127T";

pub(super) fn at(text: &str) -> DateTime<Utc> {
    parse_time(text).unwrap()
}

/// The hour of 2026-01-27 from 20:00.
pub(super) fn hour() -> Window {
    Window::new(at("2026-01-27T20:00:00Z"), at("2026-01-27T21:00:00Z")).unwrap()
}

pub(super) fn query(window: Window, kind: Kind, accounts: &[&str]) -> Query {
    query_at(at("2100-01-01T00:00:00Z"), window, kind, accounts)
}

pub(super) fn query_at(now: DateTime<Utc>, window: Window, kind: Kind, accounts: &[&str]) -> Query {
    let accounts = accounts.iter().map(|name| Named { name: (*name).into(), basis: Basis::Argument }).collect();
    let incident = Incident { accounts, accounts_given: true, ..Incident::over(window) };
    let scope = Policy::default().admit_event(&incident, None, &Available::only(&PROFILE), now).unwrap();
    queries(&scope, window, &kind, Duration::from_secs(60)).remove(0)
}

pub(super) fn record(id: &str, time: &str) -> Value {
    json!({"eventID": id, "eventTime": time, "eventName": "StopInstances", "eventSource": "ec2.amazonaws.com",
        "awsRegion": "us-east-1", "recipientAccountId": "111122223333", "readOnly": false})
}

pub(super) fn gz(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

pub(super) fn log(records: &[Value]) -> Vec<u8> {
    gz(json!({ "Records": records }).to_string().as_bytes())
}

/// A folder with these files.
pub(super) fn folder(files: &[(&str, Vec<u8>)]) -> TempDir {
    let folder = TempDir::new().unwrap();
    for (name, content) in files {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
    }
    folder
}

pub(super) fn native(clock: &str, records: &[Value]) -> (String, Vec<u8>) {
    (format!("{NATIVE}{clock}Z_AbCdEf.json.gz"), log(records))
}

async fn read_in(folder: &Path, query: &Query) -> Reading {
    Archive::open(&[folder.to_path_buf()]).unwrap().read(query).await.for_tests()
}

pub(super) fn ids(reading: &Reading) -> Vec<&str> {
    let mut ids: Vec<&str> = reading.events.iter().map(|event| event.event_id.as_str()).collect();
    ids.sort_unstable();
    ids
}

/// Reads these files in the hour, every kind of event.
async fn hour_of(files: &[(&str, Vec<u8>)]) -> Reading {
    read_in(folder(files).path(), &query(hour(), Kind::Everything, &[])).await
}

/// How the first cell ended, and in words why.
fn detail(reading: &Reading) -> (State, String) {
    let cell = reading.cells.first().unwrap();
    (cell.state(), Words::ENGLISH.detail(cell).unwrap_or_default())
}

#[tokio::test]
async fn every_wrapping_gives_its_events() {
    let (one, two) = (record("e-1", "2026-01-27T20:10:00Z"), record("e-2", "2026-01-27T20:20:00Z"));
    let bridge = |detail: &Value| json!({"detail-type": "AWS API Call via CloudTrail", "detail": detail});
    let lookup = |record: &Value| json!({"EventId": "x", "CloudTrailEvent": record.to_string(), "Resources": []});
    let lines = |values: &[Value]| values.iter().map(Value::to_string).collect::<Vec<_>>().join("\n").into_bytes();
    let records = json!({"Records": [one, two]});
    for (name, content) in [
        ("a.json", records.to_string().into_bytes()),
        ("a.json", serde_json::to_vec_pretty(&records).unwrap()),
        ("a.json.gz", gz(records.to_string().as_bytes())),
        ("inflated-under-its-old-name.json.gz", records.to_string().into_bytes()),
        ("a.json", json!([one, two]).to_string().into_bytes()),
        ("a.json", lines(&[one.clone(), two.clone()])),
        ("a.jsonl", lines(&[one.clone(), two.clone()])),
        ("a.jsonl.gz", gz(&lines(&[json!({"Records": [one]}), two.clone()]))),
        ("a.ndjson", lines(&[bridge(&one), lookup(&two)])),
        ("a.NDJSON.GZ", gz(&lines(&[json!([one, two])]))),
        ("a.json", json!([bridge(&one), bridge(&two)]).to_string().into_bytes()),
        ("a.json", json!({"Events": [lookup(&one), lookup(&two)]}).to_string().into_bytes()),
    ] {
        let reading = hour_of(&[(name, content.clone())]).await;
        assert_eq!(ids(&reading), ["e-1", "e-2"], "{name}: {}", String::from_utf8_lossy(&content));
        assert_ne!(reading.cells[0].state(), State::Failed);
    }
}

#[tokio::test]
async fn a_damaged_file_is_named_and_what_stands_before_the_break_is_kept() {
    let (one, two) = (record("e-1", "2026-01-27T20:10:00Z"), record("e-2", "2026-01-27T20:20:00Z"));
    let lines = format!("{one}\n{{broken\n{two}\n");
    let stored = |bytes: &[u8]| {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::none());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    };
    let whole = stored(json!({"Records": [one, two]}).to_string().as_bytes());
    let mut checksum = whole.clone();
    let at_checksum = checksum.len() - 8;
    checksum[at_checksum] ^= 1;
    let (mut twice, mut trailing) = (gz(one.to_string().as_bytes()), gz(one.to_string().as_bytes()));
    twice.extend(gz(two.to_string().as_bytes()));
    trailing.push(0);
    let invalid = [one.to_string().as_bytes(), b"\n{\"eventName\": \"\xff\"}\n", two.to_string().as_bytes()].concat();
    let page = json!({"Events": [{"CloudTrailEvent": one.to_string()}], "NextToken": "t"}).to_string().into_bytes();
    let nameless = json!({"Records": [one, {"eventTime": "2026-01-27T20:10:00Z"}, two]}).to_string().into_bytes();
    for (name, content, kept, reason) in [
        ("a.json.gz", whole[..whole.len() - 60].to_vec(), 1, "is damaged or cut short"),
        ("a.json.gz", checksum, 2, "is damaged or cut short"),
        ("a.json.gz", twice, 1, "has bytes after its first gzip member, which CloudTrail never writes"),
        ("a.json.gz", trailing, 1, "has bytes after its first gzip member, which CloudTrail never writes"),
        ("a.json.gz", gz(&vec![b' '; 5 << 20]), 0, "inflates to more than 1 GiB, or has a value over 4 MiB or a line over 8 MiB"),
        (
            "a.json",
            json!({"Records": [one, two]}).to_string().into_bytes().split_last().unwrap().1.to_vec(),
            2,
            "has JSON that cannot be parsed",
        ),
        ("a.jsonl", lines.into_bytes(), 2, "has JSON that cannot be parsed"),
        ("a.jsonl", invalid, 2, "has JSON that cannot be parsed"),
        ("a.json", page, 1, "is one page of several: it has a NextToken"),
        ("a.json", nameless, 2, "has a record without a readable time or name"),
    ] {
        let reading = hour_of(&[(name, content)]).await;
        assert_eq!(detail(&reading), (State::Failed, format!("{name} {reason}")));
        assert_eq!(reading.events.len(), kept, "{name} {reason}");
    }
}

#[tokio::test]
async fn a_document_too_long_for_memory_is_read_as_it_inflates() {
    let records: Vec<Value> = (0..2000).map(|n| record(&format!("e-{n}"), "2026-01-27T20:10:00Z")).collect();
    let whole = log(&records);
    let cut = whole[..whole.len() - 20].to_vec();
    let reading = hour_of(&[("a.json.gz", whole)]).await;
    assert_eq!((reading.events.len(), reading.cells[0].events), (2000, 2000));
    assert_ne!(reading.cells[0].state(), State::Failed);
    let reading = hour_of(&[("a.json.gz", cut)]).await;
    assert_eq!(detail(&reading), (State::Failed, "a.json.gz is damaged or cut short".to_owned()));
    assert!((1000..2000).contains(&reading.events.len()));
}

#[tokio::test]
async fn three_damaged_files_are_named_and_the_rest_counted() {
    let names = ["a.json", "b.json", "c.json", "d.json", "e.json"];
    let reading = hour_of(&names.map(|name| (name, b"{".to_vec()))).await;
    let not_json = "has JSON that cannot be parsed";
    assert_eq!(detail(&reading).1, format!("a.json {not_json}; b.json {not_json}; c.json {not_json}; and 2 more"));
}

#[tokio::test]
async fn digests_and_foreign_files_are_counted_and_give_no_events() {
    let (name, content) = native("2005", &[record("e-1", "2026-01-27T20:01:00Z")]);
    let folder = folder(&[
        (&name, content),
        ("AWSLogs/111122223333/CloudTrail-Digest/us-east-1/2026/01/27/x_CloudTrail-Digest_y.json.gz", gz(b"{}")),
        ("digest.json", json!({"digestEndTime": "2026-01-27T21:00:00Z"}).to_string().into_bytes()),
        ("README.md", b"read me".to_vec()),
        ("settings.json", b"{\"a\": 1}".to_vec()),
    ]);
    let archive = Archive::open(&[folder.path().to_path_buf()]).unwrap();
    let query = query(hour(), Kind::Everything, &[]);
    let reading = archive.read(&query).await.for_tests();
    assert_eq!(ids(&reading), ["e-1"]);
    assert_eq!(
        reading.survey,
        Survey { log_files: 1, digest_files: 2, other_files: 2, other_names: vec!["README.md".into(), "settings.json".into()] }
    );
}

#[tokio::test]
async fn an_archive_without_logs_says_what_it_has_instead() {
    let digest = json!({"digestEndTime": "2026-01-27T21:00:00Z"}).to_string().into_bytes();
    let others = hour_of(&[("digest.json", digest), ("README.md", b"read me".to_vec()), ("a.csv", Vec::new())]).await;
    assert_eq!(detail(&others), (State::NoData, "the archive has no log files, only 1 digest file and 2 other files".to_owned()));
    assert_eq!(detail(&hour_of(&[]).await), (State::NoData, "the archive is empty".to_owned()));
}

#[tokio::test]
async fn how_far_the_files_reach_decides_the_state() {
    let e = |time| record(time, time);
    let before = native("1955", &[e("2026-01-27T19:51:00Z")]);
    let after = native("2110", &[e("2026-01-27T21:05:00Z")]);
    let late = native("2050", &[e("2026-01-27T20:47:00Z")]);
    let early = native("2030", &[e("2026-01-27T20:27:00Z")]);
    let reading = |files: Vec<&(String, Vec<u8>)>| {
        let files: Vec<(String, Vec<u8>)> = files.into_iter().cloned().collect();
        async move { hour_of(&files.iter().map(|(name, content)| (name.as_str(), content.clone())).collect::<Vec<_>>()).await }
    };
    let whole = reading(vec![&before, &after]).await;
    assert_eq!(detail(&whole), (State::Exhausted, "".to_owned()));
    assert_eq!(whole.cells[0].covered(), Some(hour()));
    let late = reading(vec![&before, &late]).await;
    assert_eq!(detail(&late), (State::NoData, "files end at 2026-01-27T20:50:00Z".to_owned()));
    assert_eq!(late.cells[0].covered(), Window::new(hour().from, at("2026-01-27T20:50:00Z")));
    let short = reading(vec![&before, &early]).await;
    assert_eq!(detail(&short), (State::NoData, "files end at 2026-01-27T20:30:00Z".to_owned()));
    assert_eq!(short.cells[0].covered(), Window::new(hour().from, at("2026-01-27T20:30:00Z")));
    let headless = reading(vec![&early, &after]).await;
    assert_eq!(detail(&headless), (State::NoData, "files begin at 2026-01-27T20:27:00Z".to_owned()));
    let amid = reading(vec![&early]).await;
    assert_eq!(detail(&amid), (State::NoData, "files begin at 2026-01-27T20:27:00Z and end at 2026-01-27T20:30:00Z".to_owned()));
    let none = hour_of(&[]).await;
    assert_eq!((none.cells.len(), none.cells[0].state(), none.cells[0].covered()), (1, State::NoData, None));
}

#[tokio::test]
async fn a_missing_end_is_still_on_its_way_only_while_the_newest_file_is_young() {
    let files = [native("1955", &[record("e-1", "2026-01-27T19:51:00Z")]), native("2050", &[record("e-2", "2026-01-27T20:47:00Z")])];
    let files = files.map(|(name, content)| (name, content));
    let folder = folder(&files.iter().map(|(name, content)| (name.as_str(), content.clone())).collect::<Vec<_>>());
    for (now, state) in [
        ("2026-01-27T21:00:00Z", State::Lagging),
        ("2026-01-27T21:10:00Z", State::Lagging),
        ("2026-01-27T21:11:00Z", State::NoData),
        ("2026-03-01T00:00:00Z", State::NoData),
    ] {
        let reading = read_in(folder.path(), &query_at(at(now), hour(), Kind::Everything, &[])).await;
        assert_eq!((reading.cells[0].state(), reading.cells[0].covered()), (state, Window::new(hour().from, at("2026-01-27T20:50:00Z"))));
    }
    let after = Window::new(at("2026-01-27T20:52:00Z"), at("2026-01-27T20:58:00Z")).unwrap();
    let reading = read_in(folder.path(), &query_at(at("2026-01-27T20:58:00Z"), after, Kind::Everything, &[])).await;
    assert_eq!((reading.cells[0].state(), reading.cells[0].covered()), (State::NoData, None));
}

#[tokio::test]
async fn the_account_and_region_of_the_records_count_and_not_those_of_the_path() {
    let mut other = record("e-1", "2026-01-27T20:01:00Z");
    other["recipientAccountId"] = json!("444455556666");
    let (name, content) = native("2005", &[other]);
    let reading = hour_of(&[(&name, content)]).await;
    assert_eq!(reading.cells.iter().map(|cell| (cell.account(), cell.region())).collect::<Vec<_>>(), [("444455556666", "us-east-1")]);
}

#[tokio::test]
async fn what_is_not_admitted_is_not_returned_nor_counted() {
    let mut other = record("e-2", "2026-01-27T20:01:00Z");
    other["recipientAccountId"] = json!("444455556666");
    let folder = folder(&[("a.json", log(&[record("e-1", "2026-01-27T20:01:00Z"), other]))]);
    let reading = read_in(folder.path(), &query(hour(), Kind::Everything, &["111122223333"])).await;
    assert_eq!(ids(&reading), ["e-1"]);
    let denied = reading.cells.iter().find(|cell| cell.account() == "444455556666").unwrap();
    assert_eq!((denied.state(), denied.events, denied.requests, denied.asked), (State::DeniedByPolicy, 0, 0, false));
}

#[tokio::test]
async fn reads_are_left_out_of_a_query_for_writes_even_when_read_only_is_a_word() {
    let read = |id: &str, value: Value| {
        let mut record = record(id, "2026-01-27T20:01:00Z");
        record["readOnly"] = value;
        record
    };
    let records = [read("flag", json!(true)), read("word", json!("true")), read("write", json!("false")), read("stop", Value::Null)];
    let folder = folder(&[("a.json", log(&records))]);
    assert_eq!(ids(&read_in(folder.path(), &query(hour(), Kind::Writes, &[])).await), ["stop", "write"]);
}

#[tokio::test]
async fn one_event_is_found_by_its_id() {
    let folder = folder(&[("a.json", log(&[record("e-1", "2026-01-27T20:01:00Z"), record("e-2", "2026-01-27T20:02:00Z")]))]);
    let reading = read_in(folder.path(), &query(hour(), Kind::EventId("e-2".into()), &[])).await;
    assert_eq!((ids(&reading), reading.cells[0].state()), (vec!["e-2"], State::Exhausted));
}

#[tokio::test]
async fn a_bundled_file_is_read_like_any_other() {
    let archive = Archive::bundled("a.jsonl", record("e-1", "2026-01-27T20:01:00Z").to_string().as_bytes());
    assert_eq!(ids(&archive.read(&query(hour(), Kind::Everything, &[])).await.for_tests()), ["e-1"]);
}

#[test]
fn a_scan_that_nobody_waits_for_reads_nothing_more() {
    let folder = folder(&[("a.json", log(&[record("e-1", "2026-01-27T20:01:00Z")]))]);
    let query = query(hour(), Kind::Everything, &[]);
    let stores: Arc<[Arc<dyn Store>]> = Arc::new([Arc::new(Folder::new(folder.path()))]);
    let scan = scan::scan(&stores, &query, &Arc::new(Halt { stop: Arc::new(AtomicBool::new(true)), ..Halt::default() }), (false, None));
    assert!(scan.events.is_empty() && scan.files.is_empty());
    assert_eq!(cells::cells(&scan, &query).iter().map(Cell::state).collect::<Vec<_>>(), [State::Deadline]);
}

/// A bucket of two files, of which the first is denied in the very moment in which as much was fetched as may be.
#[derive(Debug)]
struct Spent;

impl Store for Spent {
    fn root(&self) -> &str {
        "bucket"
    }

    fn lists_freely(&self) -> bool {
        true
    }

    fn at_once(&self) -> Option<usize> {
        Some(1)
    }

    fn list(&self, ask: &store::Ask<'_>, _: &Halt, each: &mut dyn FnMut(store::Page) -> std::ops::ControlFlow<()>) -> std::io::Result<()> {
        let entry = |clock| store::Entry::Object(format!("111122223333_CloudTrail_us-east-1_20260127T{clock}Z_A.json.gz"), None);
        if ask.prefix.is_empty() {
            let _ = each(store::Page::only(vec![entry("2000"), entry("2030")]));
        }
        Ok(())
    }

    fn open(&self, _: &str, halt: &Arc<Halt>) -> std::io::Result<Box<dyn store::Bytes>> {
        halt.spent_all.store(true, Ordering::Relaxed);
        Err(FileFault::ReadDenied.into())
    }
}

#[test]
fn what_was_denied_is_named_also_where_the_reading_was_cut_short() {
    let query = query(hour(), Kind::Everything, &[]);
    let stores: Arc<[Arc<dyn Store>]> = Arc::new([Arc::new(Spent)]);
    let scan = scan::scan(&stores, &query, &Arc::default(), (false, None));
    let cell = cells::cells(&scan, &query).remove(0);
    let named: Vec<_> = cell.unread_files.iter().map(|file| (file.name.contains("T2000Z"), file.faults.as_slice())).collect();
    assert_eq!((cell.state(), named), (State::PageCap, vec![(true, [FileFault::ReadDenied].as_slice())]));
    let told = Words::ENGLISH.detail(&cell).unwrap();
    assert!(told.contains("T2000Z_A.json.gz may not be read: s3:GetObject is denied"), "{told}");
}

#[cfg(unix)]
#[tokio::test]
async fn a_link_in_a_circle_ends() {
    let folder = folder(&[("logs/a.json", log(&[record("e-1", "2026-01-27T20:01:00Z")]))]);
    std::os::unix::fs::symlink(folder.path(), folder.path().join("logs/again")).unwrap();
    let reading = read_in(folder.path(), &query(hour(), Kind::Everything, &[])).await;
    assert_eq!(ids(&reading), ["e-1"]);
}

#[test]
fn a_location_that_cannot_be_read_is_refused_with_a_way_out() {
    let error = |location: &str| Archive::open(&[location.into()]).unwrap_err().to_string();
    insta::assert_snapshot!(error("no/such/folder"), @"archive location `no/such/folder` cannot be opened: No such file or directory (os error 2); give an existing folder or file, such as ./AWSLogs");
    insta::assert_snapshot!(error("s3://Bucket/*.gz"), @"archive location `s3://Bucket/*.gz` is no bucket of S3, or has a pattern; write it as s3://bucket/prefix");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn a_tail_is_lagging_only_behind_a_young_file_and_never_again_once_it_is_old(
        minutes in prop::array::uniform5(0_i64..120), later in 0_i64..120
    ) {
        let [a, b, c, d, now] = minutes.map(|minute| hour().from + TimeDelta::minutes(minute));
        let hull = (a.min(b), a.max(b));
        if let Some(window) = Window::new(c.min(d), c.max(d)) {
            let state = cells::reach(hull, window, now);
            let whole = hull.0 <= window.from && window.to <= hull.1;
            prop_assert_eq!(state == State::Exhausted, whole);
            if state == State::Lagging {
                prop_assert!(hull.0 <= window.from && window.from < hull.1 && now - hull.1 <= TimeDelta::minutes(20));
            } else {
                prop_assert_eq!(cells::reach(hull, window, now + TimeDelta::minutes(later)), state);
            }
        }
    }

    #[test]
    fn how_records_are_spread_over_files_does_not_change_the_events(shards in prop::collection::vec(0_usize..4, 1..12)) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let mut files: Vec<Vec<Value>> = vec![Vec::new(); 4];
        let mut expected = Vec::new();
        for (n, shard) in shards.iter().enumerate() {
            let id = format!("e-{n:02}");
            files[*shard].insert(0, record(&id, "2026-01-27T20:01:00Z"));
            expected.push(id);
        }
        let names = ["a.json.gz", "b/c.json.gz", "z.json.gz", "b/a.json.gz"];
        let files: Vec<_> = names.into_iter().zip(files.iter().map(|records| log(records))).collect();
        let reading = runtime.block_on(hour_of(&files));
        prop_assert_eq!(ids(&reading), expected);
    }
}
