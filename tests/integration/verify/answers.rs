//! Answers over an archive that is verified: each event says how its file stands, and what was tampered with is a gap by name.

use serde_json::Value;

use super::archive::{Archive, Trail, delivered, gunzip, gzip, key_file};
use crate::binary::{command, stderr, stdout};

fn trail() -> Trail {
    Trail::new(&[(2, 0), (3, 0), (3, 1), (1, 1)])
}

/// Asks what happened in the second hour.
fn events(archive: &Archive, more: &[&str]) -> (i32, Value) {
    let dir = tempfile::tempdir().unwrap();
    archive.write_to(&dir.path().join("logs"));
    std::fs::write(dir.path().join("keys.json"), key_file(2)).unwrap();
    let mut events = command();
    events.current_dir(dir.path()).args(["events", "--archive", "logs", "--json", "--limit", "50"]);
    events.args(["--since", "2026-01-27T20:02:00Z", "--until", "2026-01-27T21:02:00Z"]).args(more);
    let output = events.output().unwrap();
    let code = output.status.code().unwrap();
    (code, serde_json::from_str(&stdout(&output)).unwrap_or_else(|_| panic!("{}{}", stdout(&output), stderr(&output))))
}

/// The flags of every event by its id.
fn flags(answer: &Value) -> Vec<(String, Vec<String>)> {
    let groups = answer["groups"].as_array().unwrap().iter();
    let entries = groups.flat_map(|group| group["events"].as_array().unwrap());
    let flags = |entry: &Value| entry["flags"].as_array().into_iter().flatten().map(|flag| flag.as_str().unwrap().to_owned()).collect();
    let mut all: Vec<_> = entries.map(|entry| (entry["event_id"].as_str().unwrap().to_owned(), flags(entry))).collect();
    all.sort();
    all
}

fn cell(answer: &Value) -> (String, String) {
    let cell = &answer["coverage"]["cells"][0];
    (cell["state"].as_str().unwrap().to_owned(), cell["detail"].as_str().unwrap_or_default().to_owned())
}

const VERIFIED: &[&str] = &["--verified", "--keys", "keys.json"];

#[test]
fn events_of_proven_files_say_so_and_only_where_that_was_asked() {
    let archive = delivered(&[trail()]);
    let (_, answer) = events(&archive, VERIFIED);
    let told = flags(&answer);
    assert!(!told.is_empty() && told.iter().all(|(_, flags)| flags.contains(&"verified".to_owned())), "{answer:#}");
    assert!(cell(&answer).1.contains("3 of 3 files with its events are proven by CloudTrail's digests"), "{answer:#}");
    let (_, unasked) = events(&archive, &[]);
    assert_eq!(told.len(), flags(&unasked).len());
    assert!(flags(&unasked).iter().all(|(_, flags)| flags.is_empty()), "{unasked:#}");
    let (_, keyless) = events(&archive, &["--verified"]);
    assert!(flags(&keyless).iter().all(|(_, flags)| flags == &["unverified"]), "{keyless:#}");
    assert_eq!((cell(&keyless).0.as_str(), &keyless["coverage"]["verdict"]), ("unproven", &Value::from("partial")));
    let spots = keyless["coverage"]["blind_spots"].to_string();
    assert!(spots.contains("digests do not prove all of 111122223333 us-east-1"), "{spots}");
    assert_eq!((&answer["coverage"]["verdict"], &unasked["coverage"]["verdict"]), (&"complete".into(), &"complete".into()));
}

#[test]
fn where_no_file_gave_events_and_no_digest_is_there_silence_is_not_called_complete() {
    let mut archive = delivered(&[trail()]);
    // The logs of the second hour are gone, and with them every digest.
    archive.objects.retain(|key, _| !key.contains("CloudTrail-Digest") && !key.contains("20260127T20"));
    let (code, answer) = events(&archive, VERIFIED);
    assert_eq!((code, cell(&answer).0.as_str()), (3, "unproven"), "{answer:#}");
    assert!(answer["headline"].as_str().unwrap().contains("digests do not prove all of it"), "{answer:#}");
}

#[test]
fn an_event_of_an_altered_file_is_shown_as_such_and_the_place_failed_the_integrity_check() {
    let mut archive = delivered(&[trail()]);
    let log = archive.logs().into_iter().find(|key| key.contains("20260127T2004Z")).unwrap();
    let forged = String::from_utf8(gunzip(&archive.objects[&log])).unwrap().replace("alice", "mallory");
    archive.objects.insert(log.clone(), gzip(forged.as_bytes()));
    let (code, answer) = events(&archive, VERIFIED);
    assert_eq!(code, 3, "{answer:#}");
    let tampered: Vec<_> = flags(&answer).into_iter().filter(|(_, flags)| flags.contains(&"tampered_file".to_owned())).collect();
    assert_eq!(tampered.len(), 1, "{answer:#}");
    let (state, detail) = cell(&answer);
    assert_eq!(state, "integrity_failed");
    let name = log.rsplit('/').next().unwrap();
    assert!(detail.contains(&format!("{name} is not as CloudTrail delivered it")), "{detail}");
    assert!(answer["headline"].as_str().unwrap().contains(name), "{}", answer["headline"]);
}

#[test]
fn files_that_are_missing_or_were_added_are_named() {
    let mut archive = delivered(&[trail()]);
    let log = archive.logs().into_iter().find(|key| key.contains("20260127T2004Z")).unwrap();
    let bytes = archive.objects.remove(&log).unwrap();
    let added = log.replace("20260127T2004Z", "20260127T2030Z").replace("N001", "F001");
    archive.objects.insert(added.clone(), gzip(&[gunzip(&bytes).as_slice(), b" "].concat()));
    let (code, answer) = events(&archive, VERIFIED);
    let (state, detail) = cell(&answer);
    assert_eq!((code, state.as_str()), (3, "integrity_failed"), "{answer:#}");
    let name = |key: &str| key.rsplit('/').next().unwrap().to_owned();
    assert!(detail.contains(&format!("{} is missing", name(&log))), "{detail}");
    assert!(detail.contains(&format!("{} was not delivered there by CloudTrail", name(&added))), "{detail}");
}

#[test]
fn one_event_is_looked_up_by_its_id_without_proving_all_that_is_there() {
    let archive = delivered(&[trail()]);
    let dir = tempfile::tempdir().unwrap();
    archive.write_to(&dir.path().join("logs"));
    std::fs::write(dir.path().join("keys.json"), key_file(2)).unwrap();
    let (_, answer) = events(&archive, VERIFIED);
    let id = flags(&answer)[0].0.clone();
    let mut event = command();
    event.current_dir(dir.path()).args(["event", &id, "--archive", "logs", "--json", "--time", "2026-01-27T20:10:00Z"]).args(VERIFIED);
    let output = event.output().unwrap();
    let answer: Value = serde_json::from_str(&stdout(&output)).unwrap_or_else(|_| panic!("{}{}", stdout(&output), stderr(&output)));
    assert!(answer.to_string().contains(&id), "{answer:#}");
    assert_eq!(cell(&answer).0, "exhausted", "{answer:#}");
    assert!(cell(&answer).1.contains("1 of 1 files with its events"), "{answer:#}");
}
