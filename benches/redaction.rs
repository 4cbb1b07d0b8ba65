//! What redaction hides of real records, what is taken for text that speaks, and how fast: `cargo bench --bench redaction`.
//!
//! Reads public records where they are at hand (`RECORDS`, or the default beside the repository) and does nothing elsewhere. Fails when
//! more is hidden than should be, when redacting twice is not redacting once, or when a release build is too slow.
#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a measurement prints its figures and stops where it fails")]

use std::collections::BTreeMap;
use std::io::Read as _;
use std::process::ExitCode;
use std::time::Duration;

use cloudtrail_mcp::redact;
use flate2::read::MultiGzDecoder;
use rustix::time::{ClockId, clock_gettime};
use serde_json::Value;

/// One JSON record a line.
const RECORDS: &str = "../shared/data/cloudtrail/records.jsonl.gz";
/// Kinds of which every one in public records is what it is called.
const SURE: &[&str] = &["session token", "encoded message"];
/// The most of all strings that may be hidden in error.
const MOST: f64 = 0.000_5;
/// The most of all strings that may be taken for text that speaks to its reader.
const MOST_FLAGGED: f64 = 0.005;
/// The least megabytes of JSON a second, on one core of our time.
const LEAST: f64 = 100.0;
/// Rounds; the best counts.
const ROUNDS: usize = 9;

fn main() -> ExitCode {
    let path = std::env::var("RECORDS").unwrap_or_else(|_| RECORDS.to_owned());
    let Ok(file) = std::fs::File::open(&path) else {
        println!("no records at {path}: nothing is measured");
        return ExitCode::SUCCESS;
    };
    let mut text = String::new();
    MultiGzDecoder::new(file).read_to_string(&mut text).unwrap();
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let records: Vec<&Value> = lines.iter().map(|line| line.get("record").unwrap_or(line)).collect();

    let (mut all, mut hidden, mut unstable, mut flagged) = (0_u32, BTreeMap::<String, u32>::new(), 0, 0_u32);
    for record in &records {
        let once = redact::record(record).into_inner();
        unstable += u32::from(*redact::record(&once) != once);
        strings(record, &once, &mut |before, after| {
            all += 1;
            flagged += u32::from(redact::is_suspicious(before));
            let kind = after.split_once("[redacted: ").and_then(|(_, rest)| rest.split_once(']')).filter(|_| !before.contains("[redacted"));
            if let Some((kind, _)) = kind {
                *hidden.entry(kind.to_owned()).or_default() += 1;
            }
        });
    }
    for (kind, count) in &hidden {
        println!("{count:6} {kind}");
    }
    let doubtful: u32 = hidden.iter().filter(|(kind, _)| !SURE.contains(&kind.as_str())).map(|(_, count)| count).sum();
    let share = f64::from(doubtful) / f64::from(all);
    println!(
        "{doubtful} of {all} strings may be hidden in error: {:.4} % (bar {:.4} %); {unstable} change twice",
        share * 100.0,
        MOST * 100.0
    );

    let flags = f64::from(flagged) / f64::from(all);
    println!("{flagged} of {all} strings are taken for text that speaks: {:.4} % (bar {:.4} %)", flags * 100.0, MOST_FLAGGED * 100.0);

    let bytes: usize = records.iter().map(|record| record.to_string().len()).sum();
    let best = (0..ROUNDS).map(|_| timed(&records)).min().unwrap();
    let rate = f64::from(u32::try_from(bytes).unwrap()) / 1e6 / best.as_secs_f64();
    println!("{rate:.0} MB/s of JSON on one core (bar {LEAST:.0} in a release build)");
    let fast = rate >= LEAST || cfg!(debug_assertions);
    if share <= MOST && flags <= MOST_FLAGGED && unstable == 0 && fast { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Redacts all records once and returns the CPU time of this thread.
fn timed(records: &[&Value]) -> Duration {
    let cpu = || clock_gettime(ClockId::ThreadCPUTime);
    let before = cpu();
    for record in records {
        std::hint::black_box(redact::record(record));
    }
    let after = cpu();
    let nanos = (after.tv_sec - before.tv_sec) * 1_000_000_000 + (after.tv_nsec - before.tv_nsec);
    Duration::from_nanos(nanos.try_into().unwrap_or(u64::MAX))
}

/// Calls `told` with each string before and after.
fn strings(before: &Value, after: &Value, told: &mut impl FnMut(&str, &str)) {
    match (before, after) {
        (Value::String(before), Value::String(after)) => told(before, after),
        (Value::Array(before), Value::Array(after)) => before.iter().zip(after).for_each(|(a, b)| strings(a, b, told)),
        (Value::Object(before), Value::Object(after)) => before.values().zip(after.values()).for_each(|(a, b)| strings(a, b, told)),
        _ => {}
    }
}
