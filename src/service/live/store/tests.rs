use serde_json::json;

use super::super::record::{Status, Tracked};
use super::*;
use crate::context::AlertIdentity;

const ROOM: Room = Room { count: 3, bytes: 1 << 20 };

fn at(second: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(second, 0).unwrap()
}

fn record(store: &Store, id: &str, second: i64) -> Record {
    let alert = AlertIdentity { key: id.into(), name: "Down".into(), started: Some(at(second)), over: false, ended: None };
    Record {
        id: id.into(),
        webhook: "prod".into(),
        caller: "bot".into(),
        received_at: at(second),
        alerts: vec![Tracked::of("prod", &alert)],
        status: Status::Waiting,
        asked: 0,
        answered_at: None,
        policy: None,
        owner: store.owner().to_owned(),
        told: None,
        undelivered: None,
    }
}

fn keep(store: &Store, id: &str, second: i64) {
    store.lock().unwrap().insert(&record(store, id, second), &json!({"labels": {"alertname": id}})).unwrap();
}

fn ids(store: &Store) -> Vec<String> {
    store.records().list().unwrap().into_iter().map(|record| record.id).collect()
}

#[test]
fn an_investigation_is_read_as_it_was_kept_and_without_secrets() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path(), ROOM).unwrap();
    let one = record(&store, "a", 1);
    store.lock().unwrap().insert(&one, &json!({"labels": {"db_password": "Zq7Bqx99", "region": "eu-west-1"}})).unwrap();
    let kept = store.records().read("a").unwrap().unwrap();
    assert_eq!((&kept.record, &kept.alert["labels"]["region"], kept.answer), (&one, &json!("eu-west-1"), None));
    assert!(!fs::read_to_string(folder.path().join("a/alert.json")).unwrap().contains("Zq7Bqx99"));
    store.lock().unwrap().update(&Record { status: Status::Answered, ..one }, Some(&json!({"finding": "suspects"}))).unwrap();
    let kept = store.records().read("a").unwrap().unwrap();
    assert_eq!((kept.record.status, kept.answer), (Status::Answered, Some(json!({"finding": "suspects"}))));
    for id in ["b", "../a", "", ".lock"] {
        assert!(store.records().read(id).unwrap().is_none(), "{id}");
    }
}

#[test]
#[cfg(unix)]
fn only_its_owner_may_read_what_is_kept() {
    use std::os::unix::fs::PermissionsExt as _;
    let parent = tempfile::tempdir().unwrap();
    let folder = parent.path().join("new");
    let store = Store::open(&folder, ROOM).unwrap();
    keep(&store, "a", 1);
    let mode = |path: &str| fs::metadata(folder.join(path)).unwrap().permissions().mode() & 0o777;
    assert_eq!(["", "a", "a/alert.json", "a/state.json", ".lock"].map(mode), [0o700, 0o700, 0o600, 0o600, 0o600]);
}

#[test]
fn the_oldest_leave_when_there_is_no_room_by_number_or_bytes_and_an_operators_stay() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("INC-1")).unwrap();
    fs::write(folder.path().join("INC-1/alert.json"), "{}").unwrap();
    fs::write(folder.path().join("INC-2.json"), "{}").unwrap();
    let store = Store::open(folder.path(), ROOM).unwrap();
    for (second, id) in (1..).zip(["a", "b", "c", "d"]) {
        keep(&store, id, second);
    }
    assert_eq!(ids(&store), ["d", "c", "b"]);
    let long = json!({"finding": "x".repeat(1 << 10)});
    let tight = Store::open(folder.path(), Room { count: 3, bytes: (3 << 10) / 2 }).unwrap();
    tight.lock().unwrap().update(&record(&store, "d", 4), Some(&long)).unwrap();
    assert_eq!(ids(&store), ["d"]);
    assert!(folder.path().join("INC-1/alert.json").exists() && folder.path().join("INC-2.json").exists());
    // What has left meanwhile is not brought back.
    store.lock().unwrap().update(&record(&store, "a", 1), Some(&long)).unwrap();
    assert_eq!(ids(&store), ["d"]);
}

#[test]
fn what_a_killed_process_left_half_done_is_no_investigation_and_in_nobodys_way() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path(), ROOM).unwrap();
    keep(&store, "a", 1);
    fs::create_dir(folder.path().join(".draft-b")).unwrap();
    fs::write(folder.path().join(".draft-b/alert.json"), "{\"lab").unwrap();
    fs::write(folder.path().join("a/state.draft"), "{\"id").unwrap();
    fs::write(folder.path().join("a/answer.draft"), "").unwrap();
    store.lock().unwrap().update(&Record { asked: 7, ..record(&store, "a", 1) }, Some(&json!({}))).unwrap();
    assert_eq!(ids(&store), ["a"]);
    assert_eq!(store.records().read("a").unwrap().unwrap().record.asked, 7);
    let long_ago = SystemTime::now() - 2 * LEFT_BEHIND;
    File::open(folder.path().join(".draft-b")).unwrap().set_modified(long_ago).unwrap();
    keep(&store, "c", 2);
    assert!(!folder.path().join(".draft-b").exists());
}

#[test]
fn what_a_process_that_ended_left_undone_is_taken_over_once() {
    let folder = tempfile::tempdir().unwrap();
    let open = || Store::open(folder.path(), ROOM).unwrap();
    let (first, second, third) = (open(), open(), open());
    keep(&first, "a", 1);
    keep(&first, "b", 2);
    let done = Record { status: Status::Answered, ..record(&first, "b", 2) };
    first.lock().unwrap().update(&done, None).unwrap();
    let adopted =
        |store: &Store| store.lock().unwrap().adopt(false, at(100)).unwrap().into_iter().map(|record| record.id).collect::<Vec<_>>();
    assert_eq!(adopted(&second), Vec::<String>::new(), "it still runs");
    drop(first);
    assert_eq!(adopted(&second), ["a"]);
    assert_eq!(adopted(&third), Vec::<String>::new());
    // A process that was killed leaves its name behind, which the next removes.
    fs::write(folder.path().join(".owner-0123456789abcdef"), "").unwrap();
    let owners =
        || fs::read_dir(folder.path()).unwrap().flatten().filter(|entry| entry.file_name().to_string_lossy().starts_with(OWNER)).count();
    assert_eq!(owners(), 3);
    let _fourth = open();
    assert_eq!(owners(), 3);
}

#[test]
fn two_that_write_at_once_lose_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let room = Room { count: 100, bytes: 1 << 20 };
    std::thread::scope(|scope| {
        for of in 0..2 {
            let folder = folder.path();
            scope.spawn(move || {
                let store = Store::open(folder, room).unwrap();
                for n in 0..20 {
                    keep(&store, &format!("p{of}-{n}"), n);
                }
            });
        }
    });
    assert_eq!(Store::open(folder.path(), room).unwrap().records().list().unwrap().len(), 40);
}
