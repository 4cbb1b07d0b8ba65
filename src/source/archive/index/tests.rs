use std::fs::{self, File};
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use proptest::prelude::*;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::super::content::{Dice, document};
use super::super::tests::{at, folder, gz, hour, ids, log, native, query, query_at, record};
use super::*;
use crate::coverage::{Attribute, Cached, Reading};
use crate::policy::{Available, Policy};
use crate::source::archive::Archive;
use crate::source::cache::CacheSettings;
use crate::source::{Kind, Source as _};
use crate::time::Window;

/// An archive, and the folder where what it holds is kept.
struct World {
    archive: TempDir,
    kept: TempDir,
    room: u64,
}

impl World {
    /// Shape: the files are a minute old.
    fn of(files: &[(String, Vec<u8>)]) -> Self {
        let files: Vec<(&str, Vec<u8>)> = files.iter().map(|(name, content)| (name.as_str(), content.clone())).collect();
        let world = Self { archive: folder(&files), kept: TempDir::new().unwrap(), room: 64 << 20 };
        files.iter().for_each(|(name, _)| world.date(name, 60));
        world
    }

    fn path(&self, name: &str) -> PathBuf {
        self.archive.path().join(name)
    }

    fn date(&self, name: &str, seconds_ago: u64) {
        let file = File::options().write(true).open(self.path(name)).unwrap();
        file.set_modified(SystemTime::now() - Duration::from_secs(seconds_ago)).unwrap();
    }

    /// Reads it by a process that comes and goes.
    async fn ask(&self, query: &Query) -> Reading {
        let cache = Arc::new(Cache::new(CacheSettings { path: Some(self.kept.path().join("cache")), max_bytes: self.room }));
        let reading = Archive::open(&[self.archive.path().into()]).unwrap().keeping(&cache).read(query).await.for_tests();
        cache.written();
        reading
    }

    /// Reads it as if nothing were kept.
    async fn ask_plainly(&self, query: &Query) -> Reading {
        Archive::open(&[self.archive.path().into()]).unwrap().read(query).await.for_tests()
    }

    /// The files of what is kept, in a fixed order.
    fn entries(&self) -> Vec<PathBuf> {
        let all = walkdir::WalkDir::new(self.kept.path().join("cache/kept")).into_iter().flatten();
        let mut files: Vec<PathBuf> = all.filter(|entry| entry.file_type().is_file()).map(|entry| entry.into_path()).collect();
        files.sort();
        files
    }
}

fn writes() -> Query {
    query(hour(), Kind::Writes, &[])
}

fn window(from: &str, to: &str) -> Window {
    Window::new(at(&format!("2026-01-27T{from}:00Z")), at(&format!("2026-01-27T{to}:00Z"))).unwrap()
}

/// Two native files of the hour, with a read each.
fn two() -> Vec<(String, Vec<u8>)> {
    let with_read = |id: &str, time: &str| {
        let mut read = record(&format!("{id}-read"), time);
        read["readOnly"] = json!(true);
        [record(id, time), read]
    };
    vec![native("2010", &with_read("e-1", "2026-01-27T20:08:00Z")), native("2020", &with_read("e-2", "2026-01-27T20:18:00Z"))]
}

/// All that the rest of the program sees of a reading.
fn seen(reading: &Reading) -> String {
    let events: Vec<(&str, &Value)> = reading.events.iter().map(|event| (event.event_id.as_str(), &*event.record)).collect();
    format!("{:?} {:?} {events:?}", reading.cells, reading.survey)
}

#[tokio::test]
async fn a_question_for_changes_of_known_files_opens_none_and_is_answered_alike() {
    let world = World::of(&two());
    let first = world.ask(&writes()).await;
    assert_eq!((ids(&first), first.cached), (vec!["e-1", "e-2"], Cached::default()));
    let second = world.ask(&writes()).await;
    assert_eq!((second.cached, seen(&second)), (Cached { events: 2, files: 2 }, seen(&first)));
    let narrower = world.ask(&query(window("20:15", "20:30"), Kind::Writes, &[])).await;
    assert_eq!((ids(&narrower), narrower.cached), (vec!["e-2"], Cached { events: 1, files: 2 }));
    let learns = world.ask(&writes().to_learn()).await;
    assert_eq!((ids(&learns), learns.cached.files), (vec!["e-1", "e-2"], 2));
}

#[tokio::test]
async fn what_asks_for_reads_or_another_caller_reads_the_files() {
    let world = World::of(&two());
    world.ask(&writes()).await;
    let all = world.ask(&query(hour(), Kind::Everything, &[])).await;
    assert_eq!((all.events.len(), all.cached), (4, Cached::default()));
    let stop = Kind::Exact(Attribute::EventName, "StopInstances".to_owned());
    for (kind, reads, files) in [(stop.clone(), true, 0), (stop, false, 2), (Kind::EventId("e-1".to_owned()), false, 0)] {
        let query = query(hour(), kind.clone(), &[]);
        let query = if reads { query } else { query.without_reads() };
        let (known, plain) = (world.ask(&query).await, world.ask_plainly(&query).await);
        assert_eq!((known.cached.files, seen(&known)), (files, seen(&plain)), "{kind:?}");
        assert_eq!(known.events.len(), if matches!(kind, Kind::EventId(_)) { 1 } else { 2 + 2 * usize::from(reads) });
    }
    let other = Policy { caller: "alice".into(), ..Policy::default() };
    let scope = other.admit_event(
        &crate::context::Incident::over(hour()),
        None,
        &Available::only(&super::super::PROFILE),
        at("2100-01-01T00:00:00Z"),
    );
    let asked = crate::investigate::plan::queries(&scope.unwrap(), hour(), &Kind::Writes, Duration::from_secs(60)).remove(0);
    assert_eq!(world.ask(&asked).await.cached.files, 0);
    assert_eq!(world.ask(&asked).await.cached.files, 2);
}

#[tokio::test]
async fn a_file_that_changed_is_read_anew_and_then_known_again() {
    let (name, _) = &two()[0];
    let other = log(&[record("e-9", "2026-01-27T20:08:00Z"), record("e-8", "2026-01-27T20:08:00Z")]);
    let changes: [fn(&World, &str, &[u8]); 2] = [
        // The same length, another time.
        |world, name, _| {
            let content = fs::read(world.path(name)).unwrap();
            fs::write(world.path(name), content).unwrap();
            world.date(name, 30);
        },
        // The same time, another length.
        |world, name, other| {
            let modified = fs::metadata(world.path(name)).unwrap().modified().unwrap();
            fs::write(world.path(name), other).unwrap();
            File::options().write(true).open(world.path(name)).unwrap().set_modified(modified).unwrap();
        },
    ];
    for change in changes {
        let world = World::of(&two());
        world.ask(&writes()).await;
        change(&world, name, &other);
        let (anew, plain) = (world.ask(&writes()).await, world.ask_plainly(&writes()).await);
        assert_eq!((anew.cached.files, seen(&anew)), (1, seen(&plain)));
        assert_eq!(world.ask(&writes()).await.cached.files, 2);
        assert_eq!(world.entries().len(), 2, "the new takes the place of the old");
    }
}

#[tokio::test]
async fn what_was_written_a_moment_ago_or_has_a_fault_is_not_kept() {
    let world = World::of(&two());
    // A minute ahead, as a busy machine may take its time.
    File::options().write(true).open(world.path(&two()[0].0)).unwrap().set_modified(SystemTime::now() + Duration::from_secs(60)).unwrap();
    let cut = two()[1].1[..40].to_vec();
    fs::write(world.path(&two()[1].0), cut).unwrap();
    world.date(&two()[1].0, 60);
    for _ in 0..2 {
        let reading = world.ask(&writes()).await;
        assert_eq!((reading.cached, world.entries().len()), (Cached::default(), 0), "{:?}", reading.cells);
    }
}

#[tokio::test]
async fn what_may_not_be_read_is_not_given_from_what_is_kept() {
    let mut west = record("e-west", "2026-01-27T20:08:00Z");
    west["awsRegion"] = json!("eu-west-1");
    let mut other = record("e-other", "2026-01-27T20:08:30Z");
    other["recipientAccountId"] = json!("444455556666");
    let world = World::of(&[native("2010", &[west, other, record("e-1", "2026-01-27T20:08:00Z")])]);
    assert_eq!(world.ask(&writes()).await.events.len(), 3);
    let narrow = Policy { regions: vec!["us-east-1".to_owned()], accounts: vec!["111122223333".to_owned()], ..Policy::default() };
    let scope = narrow.admit_event(
        &crate::context::Incident::over(hour()),
        None,
        &Available::only(&super::super::PROFILE),
        at("2100-01-01T00:00:00Z"),
    );
    let asked = crate::investigate::plan::queries(&scope.unwrap(), hour(), &Kind::Writes, Duration::from_secs(60)).remove(0);
    let (known, plain) = (world.ask(&asked).await, world.ask_plainly(&asked).await);
    assert_eq!((ids(&known), known.cached.files, seen(&known)), (vec!["e-1"], 1, seen(&plain)));
    let of_one = world.ask(&query(hour(), Kind::Writes, &["111122223333"])).await;
    assert_eq!((ids(&of_one), of_one.cached.files), (vec!["e-1", "e-west"], 1));
}

#[tokio::test]
async fn notes_that_are_damaged_moved_or_of_another_key_are_none() {
    let world = World::of(&two());
    let first = world.ask(&writes()).await;
    let spoils: [fn(&World); 5] = [
        |world| {
            for path in world.entries() {
                let mut bytes = fs::read(&path).unwrap();
                let middle = bytes.len() / 2;
                bytes[middle] ^= 1;
                fs::write(path, bytes).unwrap();
            }
        },
        |world| world.entries().iter().for_each(|path| fs::write(path, &fs::read(path).unwrap()[..20]).unwrap()),
        |world| world.entries().iter().for_each(|path| fs::write(path, "").unwrap()),
        |world| {
            let [one, other] = &world.entries()[..] else { panic!("two files, two entries") };
            let spare = one.with_file_name("spare");
            fs::rename(one, &spare).unwrap();
            fs::rename(other, one).unwrap();
            fs::rename(spare, other).unwrap();
        },
        |world| fs::write(world.kept.path().join("cache/kept.key"), [7; 32]).unwrap(),
    ];
    for (number, spoil) in spoils.into_iter().enumerate() {
        assert_eq!(world.entries().len(), 2);
        spoil(&world);
        let after = world.ask(&writes()).await;
        assert_eq!((after.cached, seen(&after)), (Cached::default(), seen(&first)), "{number}");
        assert_eq!(world.ask(&writes()).await.cached.files, 2, "{number}");
    }
}

#[tokio::test]
async fn nothing_of_the_files_can_be_read_in_what_is_kept() {
    let mut secret = record("e-1", "2026-01-27T20:08:00Z");
    secret["requestParameters"] = json!({"password": "planted-Secret-9f8e7d".repeat(9)});
    let world = World::of(&[native("2010", &[secret])]);
    world.ask(&writes()).await;
    let [entry] = &world.entries()[..] else { panic!("one file, one entry") };
    let content = fs::read(entry).unwrap();
    for text in ["planted-Secret", "StopInstances", "111122223333", "us-east-1"] {
        assert!(!content.windows(text.len()).any(|part| part == text.as_bytes()) && !entry.to_string_lossy().contains(text), "{text}");
    }
}

#[tokio::test]
async fn what_is_kept_stays_within_its_room_and_the_answers_stay_whole() {
    let noisy = |n: usize| {
        let mut big = record(&format!("e-{n:03}"), &format!("2026-01-27T20:{:02}:00Z", n % 60));
        let noise: String =
            (0..900_u64).map(|at| format!("{:016x}", (at + 1 + 1000 * n as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15))).collect();
        big["requestParameters"] = json!({ "noise": noise });
        let (name, content) = native(&format!("20{:02}", n % 60), &[big]);
        (name.replace("AbCdEf", &format!("Ab{n:03}")), content)
    };
    let files: Vec<_> = (0..200).map(noisy).collect();
    let world = World { room: 1 << 20, ..World::of(&files) };
    for _ in 0..2 {
        let reading = world.ask(&writes()).await;
        assert_eq!(reading.events.len(), 200);
        let size: u64 = world.entries().iter().map(|path| fs::metadata(path).unwrap().len().div_ceil(4096) * 4096).sum();
        assert!(size <= 1 << 20 && size > 1 << 18, "{size}");
    }
}

#[test]
fn two_caches_at_once_give_what_one_gives() {
    let files: Vec<_> =
        (0..40).map(|n| native(&format!("20{n:02}"), &[record(&format!("e-{n:02}"), &format!("2026-01-27T20:{n:02}:00Z"))])).collect();
    let world = World::of(&files);
    let (query, all) = (writes(), (0..40).map(|n| format!("e-{n:02}")).collect::<Vec<_>>());
    let ask = || {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        for _ in 0..8 {
            assert_eq!(ids(&runtime.block_on(world.ask(&query))), all);
        }
    };
    std::thread::scope(|scope| (0..3).for_each(|_| _ = scope.spawn(ask)));
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    assert_eq!(runtime.block_on(world.ask(&query)).cached.files, 40);
}

/// Any question, over the records that [`document`] makes.
fn question(dice: &mut Dice) -> Query {
    let windows = [window("20:00", "21:00"), window("20:10", "20:11"), window("20:30", "23:59"), window("00:00", "20:10")];
    let asked = windows[usize::try_from(dice.roll(4)).unwrap()];
    let kind = match dice.roll(6) {
        0 => Kind::Everything,
        1 | 2 => Kind::Exact(Attribute::EventName, "StopInstances".to_owned()),
        _ => Kind::Writes,
    };
    let accounts: &[&str] = if dice.roll(4) == 0 { &["444455556666"] } else { &[] };
    let query = query_at(at("2100-01-01T00:00:00Z"), asked, kind, accounts);
    let query = if dice.roll(3) == 0 { query } else { query.without_reads() };
    if dice.roll(5) == 0 { query.to_learn() } else { query }
}

/// Asks a generated archive some questions, with and without what is kept; returns how many files were known.
fn both_agree(seed: u64) -> u32 {
    let mut dice = Dice(seed);
    let files: Vec<(String, Vec<u8>)> = (0..=dice.roll(3))
        .map(|number| {
            let records = usize::try_from(dice.roll(4)).unwrap();
            let (text, (name, _)) = (document(&mut dice, records), native(&format!("20{number}0"), &[]));
            match dice.roll(4) {
                0 => (format!("any-{number}.json"), text.into_bytes()),
                1 => (format!("any-{number}.json.gz"), gz(text.as_bytes())),
                _ => (name, gz(text.as_bytes())),
            }
        })
        .collect();
    let world = World::of(&files);
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let mut known = 0;
    for _ in 0..3 {
        let query = question(&mut dice);
        let (kept, plain) = (runtime.block_on(world.ask(&query)), runtime.block_on(world.ask_plainly(&query)));
        assert_eq!(seen(&kept), seen(&plain), "seed {seed}: {:?} {:?}", query.kind(), query.window());
        known += kept.cached.files;
    }
    known
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn any_archive_is_told_alike_with_and_without_what_is_kept(seed: u64) {
        both_agree(seed);
    }
}

#[test]
fn many_of_the_generated_files_are_known() {
    let known: u32 = (0..100).map(both_agree).sum();
    assert!(known > 60, "{known}");
}

proptest! {
    #[test]
    fn notes_come_back_as_they_were(records in prop::collection::vec((0..3_usize, -9_000_000_000_i64..9_000_000_000, any::<bool>(), ".{0,40}"), 0..40)) {
        let mut notes = Notes::default();
        for (place, seconds, text, content) in &records {
            let time = chrono::DateTime::from_timestamp(*seconds, 0).unwrap();
            notes.record((["1", "2", "2"][*place], ["a", "a", "b"][*place]), time, *text).unwrap();
            notes.text(content.as_bytes()).unwrap();
        }
        let bytes = notes.write(Content::Log);
        let (content, read, texts) = Notes::read(&bytes).unwrap();
        prop_assert_eq!((content, texts), (Content::Log, notes.bytes.as_slice()));
        prop_assert_eq!(&read.texts, &notes.texts);
        for pair in &mut notes.pairs {
            pair.times.sort_unstable();
        }
        prop_assert_eq!(&read.pairs, &notes.pairs);
        let mut inflate = Decompress::new(false);
        let again = unpacked(&packed(&bytes, &mut Compress::new(Compression::fast(), false)).unwrap(), &mut inflate).unwrap();
        prop_assert_eq!(again, bytes);
    }
}
