use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use proptest::prelude::*;
use serde_json::{Value, json};

use super::super::chain::Entry;
use super::*;
use crate::event::LookupResource;
use crate::source::Kind;
use crate::source::cache::CacheSettings;

const BASE: i64 = 1_769_500_000;
const SECRET: &str = "planted-Secret-9f8e7d";

fn at(second: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(BASE + second, 0).unwrap()
}

fn place() -> SliceKey {
    SliceKey { caller: "chat-bot".into(), account: "111122223333".into(), region: "eu-west-1".into(), kind: Kind::Writes }
}

fn entry(second: i64, parameters: Value) -> Entry {
    let record = json!({
        "eventID": format!("event-{second}"), "eventTime": at(second).format("%Y-%m-%dT%H:%M:%SZ").to_string(), "eventName": "StopInstances",
        "eventSource": "ec2.amazonaws.com", "awsRegion": "eu-west-1", "requestParameters": parameters,
    });
    let entry = Entry::read(Some(at(second)), Some(&record.to_string()), vec![LookupResource { kind: None, name: format!("i-{second}") }]);
    assert!(entry.event.is_some());
    entry
}

/// What is true of an interval: an event in two seconds of three.
fn truth(start: i64, end: i64) -> Slice {
    let entries = (start..=end).filter(|second| second % 3 != 0).map(|second| entry(second, json!({"secret": SECRET}))).collect();
    Slice { start: at(start), end: at(end), entries }
}

fn same(one: &[Entry], other: &[Entry]) -> bool {
    let parts = |entries: &[Entry]| entries.iter().map(|entry| (entry.time, entry.event.clone(), entry.raw.clone())).collect::<Vec<_>>();
    parts(one) == parts(other)
}

fn with(settings: CacheSettings) -> Slices {
    Slices::new(Arc::new(Cache::new(settings)))
}

fn in_memory() -> Slices {
    with(CacheSettings::default())
}

fn in_folder(folder: &Path) -> Slices {
    with(CacheSettings { path: Some(folder.to_owned()), ..CacheSettings::default() })
}

/// Closes a cache that has written what it keeps.
fn written(slices: Slices) {
    slices.cache.written();
    drop(slices);
}

fn everything_in(folder: &Path) -> Vec<PathBuf> {
    walkdir::WalkDir::new(folder).min_depth(1).into_iter().map(|entry| entry.unwrap().into_path()).collect()
}

/// The files of the slices in a cache's folder, in a fixed order.
fn slices_in(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<_> = everything_in(&folder.join("kept")).into_iter().filter(|path| path.is_file()).collect();
    files.sort();
    files
}

/// The seconds of an interval that are known, each slice held against the truth.
fn known_seconds(cache: &Slices, place: &SliceKey, start: i64, end: i64) -> BTreeSet<i64> {
    let mut seconds = BTreeSet::new();
    for slice in cache.known(place, at(start), at(end)) {
        let (first, last) = (slice.start.timestamp() - BASE, slice.end.timestamp() - BASE);
        assert!(start <= first && first <= last && last <= end, "{first}..={last} is not inside {start}..={end}");
        assert!(same(&slice.entries, &truth(first, last).entries), "not what was kept");
        for second in first..=last {
            assert!(seconds.last().is_none_or(|before| *before < second), "not disjoint and in order");
            seconds.insert(second);
        }
    }
    seconds
}

fn arbitrary_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        ".{0,20}".prop_map(Value::from)
    ];
    leaf.prop_recursive(4, 32, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((".{0,8}", inner), 0..4).prop_map(|pairs| Value::Object(pairs.into_iter().collect())),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn kept_slices_come_back_equal_and_only_inside_the_asked_interval(
        kept in prop::collection::vec((0_i64..100, 0_i64..30), 0..8),
        asked in prop::collection::vec((0_i64..120, 0_i64..60), 1..4),
        on_disk in any::<bool>(),
    ) {
        let folder = tempfile::tempdir().unwrap();
        let mut cache = if on_disk { in_folder(folder.path()) } else { in_memory() };
        let mut true_seconds = BTreeSet::new();
        for (start, length) in kept {
            cache.keep(&place(), truth(start, start + length));
            true_seconds.extend(start..=start + length);
        }
        if on_disk {
            written(cache);
            cache = in_folder(folder.path());
        }
        for (start, length) in asked {
            let expected: BTreeSet<i64> = true_seconds.range(start..=start + length).copied().collect();
            prop_assert_eq!(known_seconds(&cache, &place(), start, start + length), expected);
        }
    }

    #[test]
    fn any_record_comes_back_as_it_was(parameters in arbitrary_json(), unreadable in any::<bool>()) {
        let mut entries = vec![entry(1, parameters)];
        if unreadable {
            entries.push(Entry::read(None, Some("{\"cut"), Vec::new()));
            entries.push(Entry::read(Some(at(1)), None, Vec::new()));
        }
        let read = content::read(&content::write(&entries).unwrap()).unwrap();
        prop_assert!(same(&read, &entries));
    }
}

#[test]
fn callers_accounts_regions_and_kinds_do_not_share() {
    let cache = in_memory();
    cache.keep(&place(), truth(0, 9));
    let others = [
        SliceKey { caller: "other".into(), ..place() },
        SliceKey { caller: String::new(), ..place() },
        SliceKey { account: "444455556666".into(), ..place() },
        SliceKey { region: "eu-west-2".into(), ..place() },
        SliceKey { kind: Kind::Everything, ..place() },
        SliceKey { kind: Kind::EventId("event-1".into()), ..place() },
        // The parts run together are the same.
        SliceKey { caller: "chat-bo".into(), account: "t111122223333".into(), ..place() },
    ];
    for other in others {
        assert!(cache.known(&other, at(0), at(9)).is_empty(), "{other:?}");
    }
    assert_eq!(known_seconds(&cache, &place(), 0, 9).len(), 10);
}

#[test]
fn nothing_is_kept_of_an_account_that_is_not_known() {
    let cache = in_memory();
    let nameless = SliceKey { account: String::new(), ..place() };
    cache.keep(&nameless, truth(0, 9));
    assert!(cache.known(&nameless, at(0), at(9)).is_empty());
}

#[test]
fn a_slice_with_an_entry_of_no_time_is_given_whole_or_not_at_all() {
    let cache = in_memory();
    let mut slice = truth(0, 9);
    slice.entries.push(Entry::read(None, None, Vec::new()));
    cache.keep(&place(), slice.clone());
    let whole = cache.known(&place(), at(0), at(20));
    assert!(same(&whole[0].entries, &slice.entries));
    assert!(cache.known(&place(), at(0), at(8)).is_empty());
}

#[test]
fn nothing_in_the_files_can_be_read_and_nobody_else_may_try() {
    let folder = tempfile::tempdir().unwrap();
    let inside = folder.path().join("cache");
    let cache = in_folder(&inside);
    cache.keep(&SliceKey { kind: Kind::EventId("event-1".into()), ..place() }, truth(0, 9));
    cache.keep(&place(), truth(0, 99));
    let hidden = || {
        let mut bytes = 0;
        for path in everything_in(&inside) {
            let content = if path.is_file() { std::fs::read(&path).unwrap() } else { Vec::new() };
            bytes += content.len();
            for text in [SECRET, "111122223333", "eu-west-1", "chat-bot", "event-1", "StopInstances"] {
                assert!(!path.to_string_lossy().contains(text), "{text} stands in the name of {}", path.display());
                assert!(!content.windows(text.len()).any(|part| part == text.as_bytes()), "{text} stands in {}", path.display());
            }
            #[cfg(unix)]
            assert_eq!(std::os::unix::fs::MetadataExt::mode(&path.metadata().unwrap()) & 0o077, 0, "{}", path.display());
        }
        assert!(bytes > 1000, "the store is somewhere else");
    };
    cache.cache.written();
    hidden();
    written(cache);
    hidden();
}

#[test]
fn a_wrong_missing_or_open_key_is_a_miss_and_the_next_slice_is_kept_again() {
    type Spoil = fn(&Path);
    let spoils: [Spoil; 4] = [
        |key| std::fs::remove_file(key).unwrap(),
        |key| std::fs::write(key, [7; 32]).unwrap(),
        |key| std::fs::write(key, "no key").unwrap(),
        #[cfg(unix)]
        |key| std::fs::set_permissions(key, std::os::unix::fs::PermissionsExt::from_mode(0o644)).unwrap(),
    ];
    for spoil in spoils {
        let folder = tempfile::tempdir().unwrap();
        let cache = in_folder(folder.path());
        cache.keep(&place(), truth(0, 9));
        written(cache);
        spoil(&folder.path().join("kept.key"));
        let cache = in_folder(folder.path());
        assert!(cache.known(&place(), at(0), at(9)).is_empty());
        cache.keep(&place(), truth(0, 9));
        written(cache);
        assert_eq!(known_seconds(&in_folder(folder.path()), &place(), 0, 9).len(), 10);
    }
}

#[test]
fn a_slice_that_is_no_slice_is_a_miss_and_gives_way() {
    let folder = tempfile::tempdir().unwrap();
    let cache = in_folder(folder.path());
    cache.keep(&place(), truth(0, 9));
    written(cache);
    let [slice] = &slices_in(folder.path())[..] else { panic!("one slice is one file") };
    std::fs::write(slice, "this is no slice at all, however long it may be".repeat(100)).unwrap();
    let cache = in_folder(folder.path());
    assert!(known_seconds(&cache, &place(), 0, 9).is_empty());
    assert!(!slice.exists());
    cache.keep(&place(), truth(0, 9));
    written(cache);
    assert_eq!(known_seconds(&in_folder(folder.path()), &place(), 0, 9).len(), 10);
}

#[test]
fn a_slice_is_not_believed_under_another_name() {
    let folder = tempfile::tempdir().unwrap();
    let cache = in_folder(folder.path());
    cache.keep(&place(), truth(0, 9));
    cache.keep(&SliceKey { caller: "other".into(), ..place() }, truth(100, 109));
    written(cache);
    let slices = slices_in(folder.path());
    let [one, other] = &slices[..] else { panic!("two slices are two files") };
    let renamed = one.with_file_name(format!("{}_{}", BASE + 200, BASE + 209));
    std::fs::rename(one, &renamed).unwrap();
    std::fs::rename(other, one.with_file_name(other.file_name().unwrap())).unwrap();
    let cache = in_folder(folder.path());
    for caller in ["chat-bot", "other"] {
        assert!(known_seconds(&cache, &SliceKey { caller: caller.into(), ..place() }, 0, 400).is_empty());
    }
}

#[test]
fn slices_damaged_anywhere_give_the_truth_or_nothing_and_the_cache_goes_on() {
    for round in 0..24 {
        let folder = tempfile::tempdir().unwrap();
        let cache = in_folder(folder.path());
        for n in 0..4 {
            cache.keep(&place(), truth(n * 10, n * 10 + 9));
        }
        written(cache);
        // A few bytes in each region of the file, or the file cut there, or nothing of it left.
        let slices = slices_in(folder.path());
        assert_eq!(slices.len(), 4);
        let damaged = &slices[round % 4];
        let mut bytes = std::fs::read(damaged).unwrap();
        let from = bytes.len() * round / 24;
        bytes[from] ^= 0xA5;
        if round % 3 == 2 {
            bytes.truncate(from);
        }
        std::fs::write(damaged, &bytes).unwrap();
        let cache = in_folder(folder.path());
        for ask in 0..2 {
            assert_eq!(known_seconds(&cache, &place(), 0, 400).len(), 30, "round {round}");
            cache.keep(&place(), truth(1000 + ask * 10, 1009 + ask * 10));
        }
        assert_eq!(known_seconds(&cache, &place(), 1010, 1019).len(), 10, "round {round}");
    }
}

#[test]
fn a_folder_that_cannot_be_used_leaves_the_memory() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    std::fs::write(&file, "").unwrap();
    let cache = in_folder(&file);
    cache.keep(&place(), truth(0, 9));
    assert_eq!(known_seconds(&cache, &place(), 0, 9).len(), 10);
}

#[test]
fn the_cache_stays_within_its_size_and_drops_the_least_used_slice_first() {
    let folder = tempfile::tempdir().unwrap();
    let settings = |max_bytes| CacheSettings { path: Some(folder.path().to_owned()), max_bytes };
    let mut noise = 0x9E37_79B9_7F4A_7C15_u64;
    // 10 kB that do not compress.
    let mut incompressible = |second| {
        let words = (0..1250).map(|_| {
            noise = noise.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            format!("{noise:016x}")
        });
        Slice { start: at(second), end: at(second), entries: vec![entry(second, json!({"noise": words.collect::<String>()}))] }
    };
    let size = || {
        everything_in(folder.path()).iter().map(|path| path.metadata().unwrap()).filter(|it| it.is_file()).map(|it| it.len()).sum::<u64>()
    };
    let cache = with(settings(1 << 20));
    let known = |cache: &Slices, second| !cache.known(&place(), at(second), at(second)).is_empty();
    for second in 0..400 {
        cache.keep(&place(), incompressible(second));
        cache.cache.written();
        assert!(known(&cache, 0), "used each time, and yet gone after {second}");
        assert!(size() <= (1 << 20) + (64 << 10), "{} bytes after {second}", size());
    }
    assert!(known(&cache, 399) && known(&cache, 390) && !known(&cache, 1) && !known(&cache, 200));
    drop(cache);
    let smaller = with(settings(256 << 10));
    assert!(known(&smaller, 399) && known(&smaller, 0));
    drop(smaller);
    assert!(size() <= (256 << 10) + (64 << 10), "{} bytes", size());
}

/// Keeps slices without end, and says the number of each.
#[test]
#[ignore = "the body of a process that other tests start"]
fn keeping_without_end() {
    let Some(folder) = std::env::var_os("CACHE_TEST_FOLDER") else { return };
    let cache = in_folder(Path::new(&folder));
    for n in 0.. {
        cache.keep(&place(), truth(n * 10, n * 10 + 9));
        while cache.cache.waiting() > 4 {
            std::thread::yield_now();
        }
        println!("kept {n}");
    }
}

fn other_process(folder: &Path) -> (Child, impl Iterator<Item = String>) {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--ignored", "--nocapture", "--exact", "source::event_history::cache::tests::keeping_without_end"])
        .env("CACHE_TEST_FOLDER", folder)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok).filter(|line| line.starts_with("kept "));
    (child, lines)
}

#[test]
fn a_writer_that_is_killed_in_the_middle_leaves_a_store_that_tells_the_truth() {
    let folder = tempfile::tempdir().unwrap();
    for kill_after in [8, 23, 40] {
        let (mut child, mut kept) = other_process(folder.path());
        kept.nth(kill_after).unwrap();
        child.kill().unwrap();
        child.wait().unwrap();
        let cache = in_folder(folder.path());
        let known = known_seconds(&cache, &place(), 0, 10_000).len();
        assert!(known >= (kill_after - 6) * 10, "only {known} seconds survived");
        cache.keep(&place(), truth(20_000, 20_009));
        written(cache);
        assert_eq!(known_seconds(&in_folder(folder.path()), &place(), 20_000, 20_009).len(), 10);
    }
}

#[test]
fn two_processes_use_one_store_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let others = [other_process(folder.path()), other_process(folder.path())];
    let cache = in_folder(folder.path());
    let (mut children, mut kept) = (Vec::new(), Vec::new());
    for (child, lines) in others {
        children.push(child);
        kept.push(lines);
    }
    for n in 0..30 {
        for lines in &mut kept {
            lines.next().unwrap();
        }
        cache.keep(&place(), truth(50_000 + n * 10, 50_009 + n * 10));
        known_seconds(&cache, &place(), n * 10, n * 10 + 99);
    }
    for mut child in children {
        child.kill().unwrap();
        child.wait().unwrap();
    }
    // What they kept is seen here, and what was kept here by a later process.
    assert!(known_seconds(&cache, &place(), 0, 199).len() >= 150);
    written(cache);
    assert!(known_seconds(&in_folder(folder.path()), &place(), 50_000, 50_299).len() >= 150);
}
