use serde_json::json;

use super::*;
use crate::service::audit::verify::{self, Kept};

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_769_547_600, 0).unwrap()
}

fn entry(n: usize) -> Entry {
    let fields = json!({"event": "call", "tool": "cloudtrail_events", "n": n});
    Entry { fields: fields.as_object().unwrap().clone() }
}

struct Log {
    _folder: tempfile::TempDir,
    path: PathBuf,
}

impl Log {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("audit.jsonl");
        Self { _folder: folder, path }
    }

    /// A process of its own.
    fn process(&self) -> Journal {
        Journal::new(self.path.clone(), u64::MAX, None)
    }

    fn with(entries: usize) -> Self {
        let log = Self::new();
        let mut process = log.process();
        for n in 0..entries {
            process.append(&[entry(n)], now(), false).unwrap();
        }
        log
    }

    fn text(&self) -> String {
        fs::read_to_string(&self.path).unwrap()
    }

    fn report(&self) -> verify::Report {
        verify::log(&self.path, &Kept::default()).unwrap()
    }

    fn head(&self) -> Head {
        let Found::Head(head) = Head::parse(&fs::read(head_path(&self.path)).unwrap()) else { panic!("no head") };
        head
    }

    /// Leaves the log as a process that is killed when `bytes` of three more lines are written.
    fn kill_after(&self, bytes: usize) -> usize {
        let (before, head) = (fs::read(&self.path).unwrap(), self.head());
        self.process().append(&[entry(100), entry(101), entry(102)], now(), false).unwrap();
        let (all, announced) = (fs::read(&self.path).unwrap(), self.head().settled);
        fs::write(&self.path, &all[..before.len() + bytes]).unwrap();
        fs::write(head_path(&self.path), Head { announced, ..head }.text()).unwrap();
        all.len() - before.len()
    }

    fn head_text(&self) -> String {
        fs::read_to_string(head_path(&self.path)).unwrap()
    }

    fn events(&self) -> Vec<String> {
        let event = |line: &str| serde_json::from_str::<serde_json::Value>(line).unwrap()["event"].as_str().unwrap().to_owned();
        self.text().lines().map(event).collect()
    }
}

#[test]
fn appended_lines_verify() {
    let log = Log::with(5);
    let report = log.report();
    assert_eq!((report.records, report.range, &report.problems), (5, Some((1, 5)), &Vec::new()));
    assert_eq!(report.head, log.head().settled.hash);
}

#[test]
fn processes_that_write_in_turn_write_one_chain() {
    let log = Log::new();
    let (mut one, mut other) = (log.process(), log.process());
    for n in 0..10 {
        one.append(&[entry(n)], now(), n % 2 == 0).unwrap();
        other.append(&[entry(n), entry(n)], now(), false).unwrap();
    }
    let report = log.report();
    assert_eq!((report.records, report.problems), (30, Vec::new()));
}

#[test]
fn threads_that_write_at_once_write_one_chain() {
    let log = Log::new();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            let mut process = Journal::new(log.path.clone(), 2_000, None);
            scope.spawn(move || (0..25).for_each(|n| process.append(&[entry(n)], now(), false).unwrap()));
        }
    });
    let report = log.report();
    assert_eq!((report.records, report.problems), (100, Vec::new()));
}

#[test]
fn a_long_or_old_file_is_followed_by_another_and_the_chain_goes_on() {
    let log = Log::new();
    let mut process = Journal::new(log.path.clone(), 1_000, Some(Duration::from_secs(3600)));
    for n in 0..20 {
        process.append(&[entry(n)], now(), false).unwrap();
    }
    let past = parts(&log.path).unwrap();
    assert!(past.len() >= 3 && past[0].0 == 1, "{past:?}");
    assert!(fs::metadata(&past[0].1).unwrap().len() < 1_400);
    process.append(&[entry(20)], now() + chrono::TimeDelta::hours(1), false).unwrap();
    assert_eq!(parts(&log.path).unwrap().len(), past.len() + 1);
    assert_eq!(log.report().problems, Vec::<String>::new());
}

#[test]
fn a_process_killed_between_files_leaves_nothing_to_mend() {
    for renamed in [false, true] {
        let log = Log::with(3);
        let mut head = log.head();
        let next = Point { part: 4, bytes: 0, since: 0, ..head.settled.clone() };
        head.announced = next;
        fs::write(head_path(&log.path), head.text()).unwrap();
        if renamed {
            fs::rename(&log.path, part_path(&log.path, 1)).unwrap();
        }
        log.process().append(&[entry(3)], now(), false).unwrap();
        assert_eq!((log.report().problems, log.events().len()), (Vec::new(), 1), "renamed: {renamed}");
    }
}

#[test]
fn a_process_killed_at_any_byte_leaves_a_log_that_goes_on_and_says_what_is_lost() {
    let all = Log::with(2).kill_after(0);
    for bytes in (0..all).step_by(9).chain([all - 1, all]) {
        let log = Log::with(2);
        log.kill_after(bytes);
        let report = log.report();
        assert_eq!((report.problems, report.notes.len()), (Vec::new(), 1), "before it is mended, after {bytes} of {all}");
        log.process().append(&[entry(7)], now(), false).unwrap();
        let report = log.report();
        assert_eq!(report.problems, Vec::<String>::new(), "{bytes} of {all}");
        let (events, text) = (log.events(), log.text());
        let whole = text.lines().filter(|line| line.contains("\"n\":10")).count();
        if bytes == all {
            assert_eq!(events, ["call"; 6]);
        } else {
            let mended: serde_json::Value = serde_json::from_str(text.lines().rev().nth(1).unwrap()).unwrap();
            assert_eq!((mended["event"].as_str(), mended["lost_records"].as_u64()), (Some("recovered"), Some(3 - whole as u64)));
            assert_eq!(report.notes.len(), 1);
        }
    }
}

#[test]
fn a_torn_line_stays_readable() {
    let log = Log::with(1);
    log.kill_after(60);
    log.process().append(&[], now(), false).unwrap();
    let last: serde_json::Value = serde_json::from_str(log.text().lines().last().unwrap()).unwrap();
    assert_eq!(last["torn"], "{\"seq\":2,\"event\":\"call\",\"tool\":\"cloudtrail_events\",\"n\":100,\"");
    assert_eq!(last["torn_bytes"], 60);
}

#[test]
fn a_log_that_was_changed_behind_the_writers_back_goes_on_and_shows_it() {
    let cut = |text: String| text.chars().take(text.len() - 100).collect::<String>();
    let without_last = |text: String| text.lines().take(3).map(|line| format!("{line}\n")).collect();
    let longer = |text: String| text + "{\"seq\":5,\"event\":\"call\"}\n";
    let other_end = |text: String| text.replace("\"n\":3", "\"n\":9");
    let nothing = |_: String| String::new();
    let changes: [fn(String) -> String; 5] = [cut, without_last, longer, other_end, nothing];
    for (at, change) in changes.into_iter().enumerate() {
        let log = Log::with(4);
        fs::write(&log.path, change(log.text())).unwrap();
        log.process().append(&[entry(4)], now(), false).unwrap();
        let report = log.report();
        assert!(report.problems.iter().any(|problem| problem.contains("not as it had been left")), "{at}: {report:?}");
        log.process().append(&[entry(5)], now(), false).unwrap();
        assert_eq!(log.report().problem_count, report.problem_count, "{at}: nothing new is wrong");
    }
}

#[test]
fn a_head_that_is_gone_or_unreadable_is_replaced_and_shows() {
    for head in ["", "garbage"] {
        let log = Log::with(3);
        fs::write(head_path(&log.path), head).unwrap();
        log.process().append(&[entry(3)], now(), false).unwrap();
        let report = log.report();
        assert_eq!((report.range, report.problem_count), (Some((1, 5)), 1), "{report:?}");
    }
    let log = Log::with(3);
    fs::rename(&log.path, part_path(&log.path, 1)).unwrap();
    fs::remove_file(head_path(&log.path)).unwrap();
    log.process().append(&[entry(3)], now(), false).unwrap();
    assert_eq!(log.report().range, Some((1, 5)));
}

#[test]
fn a_torn_line_of_the_head_is_mended_from_the_other() {
    for at in [10, 300] {
        let log = Log::with(3);
        let mut head = fs::read(head_path(&log.path)).unwrap();
        head[at..at + 40].fill(0);
        fs::write(head_path(&log.path), head).unwrap();
        assert_eq!(log.report().problem_count, 1);
        log.process().append(&[entry(3)], now(), false).unwrap();
        assert_eq!(log.report().problems, Vec::<String>::new());
    }
}

#[test]
#[cfg(target_os = "linux")]
fn a_full_disk_is_an_error_and_leaves_the_log_as_it_was() {
    let log = Log::new();
    let mut process = log.process();
    process.open_log = |_, _| OpenOptions::new().append(true).open("/dev/full");
    for _ in 0..3 {
        let error = process.append(&[entry(0)], now(), false).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::StorageFull);
    }
    process.open_log = open_log;
    process.append(&[entry(0)], now(), false).unwrap();
    assert_eq!((log.report().range, log.events()), (Some((1, 1)), vec!["call".to_owned()]));
}

/// What somebody does to a log.
type Change = fn(&Log);

/// Each way in which a log may be changed while a process writes it.
const CHANGES: &[(&str, Change)] = &[
    ("both gone", |log| [&log.path, &head_path(&log.path)].into_iter().for_each(|path| fs::remove_file(path).unwrap())),
    ("log gone", |log| fs::remove_file(&log.path).unwrap()),
    ("head gone", |log| fs::remove_file(head_path(&log.path)).unwrap()),
    ("log moved, as logrotate does", |log| fs::rename(&log.path, log.path.with_extension("1")).unwrap()),
    ("log copied and cut, as logrotate does", |log| fs::write(&log.path, "").unwrap()),
    ("log cut", |log| fs::write(&log.path, log.text().lines().take(2).map(|line| format!("{line}\n")).collect::<String>()).unwrap()),
    ("log longer", |log| fs::write(&log.path, log.text() + "x\n").unwrap()),
    ("last line edited", |log| fs::write(&log.path, log.text().replace("\"n\":2", "\"n\":9")).unwrap()),
    ("log replaced by a copy", |log| {
        let copy = log.path.with_extension("copy");
        fs::copy(&log.path, &copy).unwrap();
        fs::rename(copy, &log.path).unwrap();
    }),
    ("head replaced by a copy", |log| {
        let copy = log.path.with_extension("copy");
        fs::copy(head_path(&log.path), &copy).unwrap();
        fs::rename(copy, head_path(&log.path)).unwrap();
    }),
    ("head emptied", |log| fs::write(head_path(&log.path), "").unwrap()),
    ("both as they were earlier", |log| {
        let other = Log::with(2);
        fs::write(&log.path, other.text()).unwrap();
        fs::write(head_path(&log.path), other.head_text()).unwrap();
    }),
    ("both another's that is longer", |log| {
        let other = Log::with(9);
        fs::write(&log.path, other.text().replace("call", "cal1")).unwrap();
        fs::write(head_path(&log.path), other.head_text()).unwrap();
    }),
    #[cfg(unix)]
    ("log behind a link", |log| {
        let moved = log.path.with_extension("moved");
        fs::rename(&log.path, &moved).unwrap();
        std::os::unix::fs::symlink(moved, &log.path).unwrap();
    }),
];

#[test]
fn a_log_that_is_gone_replaced_or_cut_while_a_process_writes_it_is_never_gone_on_with() {
    for (what, change) in CHANGES {
        let log = Log::new();
        let mut process = log.process();
        (0..3).for_each(|n| process.append(&[entry(n)], now(), false).unwrap());
        change(&log);
        let before = fs::read(&log.path).ok();
        for entries in [&[][..], &[entry(3)]] {
            let error = process.append(entries, now(), false).expect_err(what).to_string();
            assert!(error.contains("changed while the server runs") || error.contains("a link"), "{what}: {error}");
        }
        assert_eq!(fs::read(&log.path).ok(), before, "{what}: nothing is written");
    }
}

#[test]
fn a_log_that_is_put_back_is_gone_on_with() {
    let log = Log::new();
    let mut process = log.process();
    process.append(&[entry(0)], now(), false).unwrap();
    let kept = log.path.with_extension("kept");
    fs::rename(&log.path, &kept).unwrap();
    assert!(process.append(&[entry(1)], now(), false).is_err());
    fs::rename(&kept, &log.path).unwrap();
    process.append(&[entry(1)], now(), false).unwrap();
    assert_eq!((log.report().range, log.report().problems), (Some((1, 2)), Vec::new()));
}

#[test]
fn what_other_processes_wrote_turned_and_moved_away_is_no_change() {
    let log = Log::new();
    let (mut idle, mut busy) = (log.process(), Journal::new(log.path.clone(), 1_000, None));
    idle.append(&[entry(0)], now(), false).unwrap();
    (1..20).for_each(|n| busy.append(&[entry(n)], now(), false).unwrap());
    idle.append(&[entry(20)], now(), false).unwrap();
    (21..40).for_each(|n| busy.append(&[entry(n)], now(), false).unwrap());
    for (_, past) in parts(&log.path).unwrap() {
        fs::remove_file(past).unwrap();
    }
    idle.append(&[entry(40)], now(), false).unwrap();
    let last: serde_json::Value = serde_json::from_str(log.text().lines().last().unwrap()).unwrap();
    assert_eq!((last["seq"].as_u64(), last["event"].as_str()), (Some(41), Some("call")));
}

#[test]
#[cfg(unix)]
fn a_pipe_or_a_link_as_the_log_is_refused_at_once() {
    let log = Log::new();
    assert!(std::process::Command::new("mkfifo").arg(&log.path).status().unwrap().success());
    assert_eq!(log.process().append(&[], now(), false).unwrap_err().kind(), io::ErrorKind::InvalidInput);
    fs::remove_file(&log.path).unwrap();
    std::os::unix::fs::symlink(log.path.with_extension("elsewhere"), &log.path).unwrap();
    assert_eq!(log.process().append(&[], now(), false).unwrap_err().kind(), io::ErrorKind::InvalidInput);
}

#[test]
#[cfg(unix)]
fn nobody_else_may_read_the_log() {
    use std::os::unix::fs::PermissionsExt as _;
    let log = Log::with(1);
    for path in [&log.path, &head_path(&log.path)] {
        assert_eq!(fs::metadata(path).unwrap().permissions().mode() & 0o077, 0);
    }
}
