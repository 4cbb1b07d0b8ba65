use serde_json::json;

use std::path::PathBuf;

use super::*;
use crate::service::audit::verify::{self, Kept};

fn settings(path: PathBuf, on_failure: OnFailure) -> AuditSettings {
    AuditSettings { path, max_bytes: u64::MAX, max_age: None, fsync: Fsync::Always, on_failure }
}

fn entry(n: usize) -> Entry {
    Entry { fields: json!({"event": "call", "n": n}).as_object().unwrap().clone() }
}

fn events(path: &std::path::Path) -> Vec<String> {
    let text = std::fs::read_to_string(path).unwrap();
    let event = |line: &str| serde_json::from_str::<serde_json::Value>(line).unwrap()["event"].as_str().unwrap().to_owned();
    text.lines().map(event).collect()
}

#[tokio::test]
async fn calls_that_are_recorded_at_once_are_all_in_the_chain() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("audit.jsonl");
    let log = AuditLog::open(settings(path.clone(), OnFailure::Deny)).unwrap();
    let records = (0..500).map(|n| log.record(entry(n)));
    assert!(futures_util::future::join_all(records).await.into_iter().all(|written| written));
    log.note(entry(500));
    assert!(log.flush().await);
    let report = verify::log(&path, &Kept::default()).unwrap();
    assert_eq!((report.range, report.problems), (Some((1, 501)), Vec::new()));
}

#[tokio::test]
async fn a_log_that_cannot_be_written_at_start_is_an_error_where_calls_are_to_be_denied() {
    let folder = tempfile::tempdir().unwrap();
    let nowhere = folder.path().join("missing/audit.jsonl");
    assert!(AuditLog::open(settings(nowhere.clone(), OnFailure::Deny)).is_err());
    assert!(AuditLog::open(settings(nowhere, OnFailure::Allow)).is_ok_and(|log| log.is_failing()));
}

#[tokio::test]
#[cfg(target_os = "linux")]
async fn while_the_log_cannot_be_written_calls_are_denied_and_recorded_when_it_can_be_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("audit.jsonl");
    let log = AuditLog::open(settings(path.clone(), OnFailure::Deny)).unwrap();
    assert!(log.record(entry(0)).await && log.is_ready().await);
    let kept = folder.path().join("kept");
    std::fs::rename(&path, &kept).unwrap();
    std::os::unix::fs::symlink("/dev/full", &path).unwrap();
    assert!(!log.record(entry(1)).await);
    assert!(!log.is_ready().await, "no further call begins");
    assert!(log.is_failing());
    std::fs::rename(&kept, &path).unwrap();
    assert!(log.is_ready().await);
    assert!(log.record(entry(2)).await);
    let events = events(&path);
    assert_eq!(events.iter().filter(|event| *event == "call").count(), 3, "{events:?}");
    assert!(events.contains(&"resumed".to_owned()));
}

#[tokio::test]
#[cfg(target_os = "linux")]
async fn where_it_is_allowed_calls_go_on_and_what_is_too_much_to_keep_is_counted() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("audit.jsonl");
    let log = AuditLog::open(settings(path.clone(), OnFailure::Allow)).unwrap();
    assert!(log.record(entry(0)).await && log.flush().await);
    let kept = folder.path().join("kept");
    std::fs::rename(&path, &kept).unwrap();
    std::os::unix::fs::symlink("/dev/full", &path).unwrap();
    for n in 0..KEPT + BATCH + 7 {
        assert!(log.record(entry(n)).await && log.is_ready().await);
        if n % 100 == 0 {
            assert!(!log.flush().await);
        }
    }
    assert!(!log.flush().await);
    std::fs::rename(&kept, &path).unwrap();
    assert!(log.flush().await && !log.is_failing());
    let events = events(&path);
    assert_eq!(events.iter().filter(|event| *event == "call").count(), 1 + KEPT + BATCH);
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(text.contains("\"event\":\"resumed\"") && text.contains("\"lost_records\":7"));
}

#[tokio::test]
async fn no_call_begins_once_the_log_is_gone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("audit.jsonl");
    let log = AuditLog::open(settings(path.clone(), OnFailure::Deny)).unwrap();
    assert!(log.record(entry(0)).await && log.is_ready().await);
    std::fs::remove_file(&path).unwrap();
    assert!(!log.is_ready().await && log.is_failing());
    assert!(!path.exists());
}
