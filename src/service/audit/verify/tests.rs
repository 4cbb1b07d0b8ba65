use std::collections::BTreeMap;

use serde_json::json;

use super::*;
use crate::service::audit::chain::seal;
use crate::service::audit::head::Point;

const TAMPERINGS: u64 = 10_000;

/// A log in memory: three past files of eight records, a current one of five, and the head.
#[derive(Clone, PartialEq)]
struct Log {
    files: Vec<(String, Vec<u8>)>,
    head: Vec<u8>,
}

fn log() -> Log {
    let (mut files, mut prev) = (Vec::new(), GENESIS.to_owned());
    for seq in 1..=29_u64 {
        let fields = json!({"time": "2026-01-27T20:00:00Z", "event": "call", "caller": "chat-bot", "tool": "cloudtrail_events",
            "arguments": {"regions": ["eu-west-1"], "limit": seq}, "decision": "admitted", "events": seq * 3});
        let (line, hash) = seal(seq, fields.as_object().unwrap(), &prev);
        prev = hash;
        if seq % 8 == 1 {
            files.push((format!("audit.jsonl.{seq:012}"), Vec::new()));
        }
        files.last_mut().unwrap().1.extend(line.into_bytes());
    }
    files.last_mut().unwrap().0 = "audit.jsonl".to_owned();
    let bytes = files.last().unwrap().1.len() as u64;
    let head = Head::at(Point { seq: 29, hash: prev, part: 25, bytes, since: 1_769_544_000 });
    Log { files, head: head.text().into_bytes() }
}

impl Log {
    fn report(&self, kept: &Kept) -> Report {
        let parts = self.files.iter().map(|(name, content)| Part { name: name.clone(), content: content.as_slice() });
        check(parts.collect(), &Head::parse(&self.head), kept).unwrap()
    }

    fn problems(&self) -> Vec<String> {
        self.report(&Kept::default()).problems
    }

    fn lines(&self) -> Vec<Vec<u8>> {
        self.files.iter().flat_map(|(_, content)| content.split_inclusive(|b| *b == b'\n').map(<[u8]>::to_vec)).collect()
    }

    /// Puts changed lines back into files of eight.
    fn set_lines(&mut self, lines: &[Vec<u8>]) {
        let names: Vec<String> = self.files.iter().map(|(name, _)| name.clone()).collect();
        let chunks = lines.chunks(8).map(<[Vec<u8>]>::concat);
        self.files = names.into_iter().zip(chunks).collect();
    }
}

/// Numbers from a seed, the same in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from((self.0 >> 33) % bound as u64).unwrap()
    }

    /// Changes a log somehow; says how.
    fn tamper(&mut self, log: &mut Log) -> &'static str {
        let mut lines = log.lines();
        let (file, line) = (self.below(log.files.len()), self.below(lines.len()));
        match self.below(14) {
            0 => {
                let content = &mut log.files[file].1;
                let at = self.below(content.len());
                content[at] ^= 1 << self.below(8);
                "a bit changed"
            }
            1 => {
                let content = &mut log.files[file].1;
                let at = self.below(content.len());
                content.insert(at, [b' ', b'\n', b'0', b'a', b'\r', 0xff][self.below(6)]);
                "a byte added"
            }
            2 => {
                let content = &mut log.files[file].1;
                let at = self.below(content.len());
                content.remove(at);
                "a byte removed"
            }
            3 => {
                let content = &mut log.files[file].1;
                let length = self.below(content.len());
                content.truncate(length);
                "a file cut off"
            }
            4 => {
                lines.remove(line);
                log.set_lines(&lines);
                "a record deleted"
            }
            5 => {
                let other = self.below(lines.len());
                lines.swap(line, other);
                log.set_lines(&lines);
                "two records swapped"
            }
            6 => {
                let copy = lines[line].clone();
                let to = self.below(lines.len() + 1);
                lines.insert(to, copy);
                log.set_lines(&lines);
                "a record repeated"
            }
            7 => {
                lines.truncate(1 + self.below(lines.len()));
                log.set_lines(&lines);
                "the end cut off"
            }
            8 => {
                lines.drain(..self.below(lines.len()));
                log.set_lines(&lines);
                "the beginning cut off"
            }
            9 => {
                log.files.remove(file);
                "a file deleted"
            }
            10 => {
                let other = self.below(log.files.len());
                let content = log.files[other].1.clone();
                log.files[other].1 = std::mem::replace(&mut log.files[file].1, content);
                "two files swapped"
            }
            11 => {
                // The record's own hash is made right again, as a careful hand would.
                let opened = chain::open(lines[line].strip_suffix(b"\n").unwrap()).unwrap();
                let fields = json!({"event": "call", "caller": "nobody", "events": self.below(9)});
                lines[line] = seal(opened.seq, fields.as_object().unwrap(), opened.prev).0.into_bytes();
                log.set_lines(&lines);
                "a record edited and its hash made right"
            }
            12 => {
                // All that follows is made right as well; only the head tells.
                let mut prev = chain::open(lines[line].strip_suffix(b"\n").unwrap()).unwrap().prev.to_owned();
                for (at, one) in lines.iter_mut().enumerate().skip(line) {
                    let fields = json!({"event": "call", "caller": "nobody", "n": at});
                    let (text, hash) = seal(at as u64 + 1, fields.as_object().unwrap(), &prev);
                    (*one, prev) = (text.into_bytes(), hash);
                }
                log.set_lines(&lines);
                "all records from one on written anew"
            }
            _ => {
                let at = self.below(log.head.len());
                match self.below(3) {
                    0 => log.head.truncate(at),
                    1 => log.head[at] ^= 1 << self.below(8),
                    _ => _ = log.head.remove(at),
                }
                "the head changed"
            }
        }
    }
}

#[test]
fn a_log_that_nobody_touched_holds() {
    let report = log().report(&Kept::default());
    assert_eq!((report.records, report.range, report.problem_count), (29, Some((1, 29)), 0), "{report:?}");
}

#[test]
fn every_tampering_is_found() {
    let (whole, mut random) = (log(), Random(11));
    let mut ways: BTreeMap<&str, u32> = BTreeMap::new();
    let mut done = 0;
    while done < TAMPERINGS {
        let mut tampered = whole.clone();
        let how = random.tamper(&mut tampered);
        if tampered == whole {
            continue;
        }
        done += 1;
        *ways.entry(how).or_default() += 1;
        assert!(!tampered.problems().is_empty(), "not found: {how}");
    }
    assert!(ways.len() == 14 && ways.values().all(|times| *times > 200), "{ways:?}");
}

#[test]
fn a_new_chain_with_a_new_head_shows_against_a_hash_that_was_kept() {
    let whole = log();
    let kept = |hash: &str| Kept { head: Some(hash.to_owned()), after: None };
    let lines = whole.lines();
    let early = chain::open(lines[9].strip_suffix(b"\n").unwrap()).unwrap().hash.to_owned();
    assert_eq!(whole.report(&kept(&early)).problem_count, 0, "what was the head once stays in the log");
    let mut prev = GENESIS.to_owned();
    let anew: Vec<Vec<u8>> = (1..=29)
        .map(|seq| {
            let (line, hash) = seal(seq, json!({"event": "call"}).as_object().unwrap(), &prev);
            prev = hash;
            line.into_bytes()
        })
        .collect();
    let mut forged = whole.clone();
    forged.set_lines(&anew);
    let bytes = forged.files.last().unwrap().1.len() as u64;
    forged.head = Head::at(Point { seq: 29, hash: prev, part: 25, bytes, since: 0 }).text().into_bytes();
    assert_eq!(forged.problems(), Vec::<String>::new(), "without a key nothing in the log itself can tell");
    assert_eq!(forged.report(&kept(&early)).problem_count, 1);
}

#[test]
fn files_that_were_moved_away_are_proven_by_the_hashes_around_them() {
    let mut log = log();
    let lines = log.lines();
    let hash = |line: usize| chain::open(lines[line].strip_suffix(b"\n").unwrap()).unwrap().hash.to_owned();
    log.files.remove(0);
    assert_eq!(log.report(&Kept::default()).problem_count, 1);
    assert_eq!(log.report(&Kept { after: Some(hash(7)), head: None }).problem_count, 0);
    assert_eq!(log.report(&Kept { after: Some(hash(6)), head: None }).problem_count, 1);
    (log.files, log.head) = (log.files[..2].to_vec(), Vec::new());
    assert_eq!(log.report(&Kept { after: Some(hash(7)), head: None }).problem_count, 1, "the end is not proven");
    assert_eq!(log.report(&Kept { after: Some(hash(7)), head: Some(hash(23)) }).problem_count, 0);
}

#[test]
fn problems_say_where_and_what() {
    let mut log = log();
    let mut lines = log.lines();
    lines.remove(20);
    lines.drain(4..6);
    log.set_lines(&lines);
    let edited = String::from_utf8(log.files[0].1.clone()).unwrap().replacen("chat-bot", "chat-cat", 1);
    log.files[0].1 = edited.into_bytes();
    insta::assert_snapshot!(log.problems().join("\n"), @"
    audit.jsonl.000000000001:1: this is not what was written: the line does not match its hash
    audit.jsonl.000000000001:2: record 1 is missing; if moved away, give the hash of the last with --after
    audit.jsonl.000000000001:5: records 5 to 6 are missing
    audit.jsonl.000000000017:3: record 21 is missing
    the last file has 668 bytes, but the head says 1670
    ");
}
