//! How much CPU it takes from events to an answer: `cargo bench --bench speed`.
//!
//! Prints CPU time of one thread, the least and the median of some rounds, beside each bar, and fails when one is missed.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::indexing_slicing,
    reason = "a measurement prints its figures and stops where it fails"
)]

use std::process::ExitCode;
use std::time::Duration;

use chrono::{DateTime, Utc};
use cloudtrail_mcp::answer::Cost;
use cloudtrail_mcp::answer::build::build;
use cloudtrail_mcp::answer::draft::Draft;
use cloudtrail_mcp::answer::earlier::Earlier;
use cloudtrail_mcp::answer::filter::Filter;
use cloudtrail_mcp::answer::page::Page;
use cloudtrail_mcp::context::{self, Asked, Defaults, Incident};
use cloudtrail_mcp::coverage::Coverage;
use cloudtrail_mcp::event::Event;
use cloudtrail_mcp::policy::UntrustedText;
use cloudtrail_mcp::rank::{self, Change, Weights};
use cloudtrail_mcp::{redact, render};
use rustix::time::{ClockId, clock_gettime};

#[path = "incidents/incident/mod.rs"]
#[expect(dead_code, unused_imports, reason = "shared with the benchmark of the ranking, which grades as well")]
mod incident;

/// Rounds; a test run makes one.
const ROUNDS: usize = 9;

/// CPU time of this thread so far.
fn cpu() -> Duration {
    let now = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(now.tv_sec.try_into().unwrap_or(0), now.tv_nsec.try_into().unwrap_or(0))
}

/// Runs `work` and adds what it took to `times`.
fn timed<T>(times: &mut Vec<Duration>, work: impl FnOnce() -> T) -> T {
    let before = cpu();
    let done = work();
    times.push(cpu() - before);
    done
}

/// CPU times by step, one for each round.
#[derive(Default)]
struct Times {
    parse: Vec<Duration>,
    classify: Vec<Duration>,
    rank: Vec<Duration>,
    answer: Vec<Duration>,
}

/// Takes the given texts of records from text to the answer's two forms.
fn walk(records: &[String], incident: &Incident, now: DateTime<Utc>, times: &mut Times) {
    let events: Vec<Event> =
        timed(&mut times.parse, || records.iter().map(|text| Event::from_lookup_parts(text, Vec::new()).unwrap()).collect());
    let changes: Vec<Change> = timed(&mut times.classify, || events.into_iter().map(Change::from).collect());
    let ranked = timed(&mut times.rank, || rank::rank(incident, changes, &[], &Weights::default()));
    let (json, markdown) = timed(&mut times.answer, || {
        let built = build(&Draft {
            incident,
            window: incident.window,
            widened: false,
            regions: Vec::new(),
            guessed_region: None,
            coverage: &Coverage::default(),
            ranked: &ranked,
            earlier: Earlier::new(ranked.iter().map(|one| &one.change)),
            application: None,
            filter: &Filter::default(),
            page: Page { limit: 20, ..Page::default() },
            detail: Default::default(),
            untrusted: UntrustedText::Quote,
            now,
            plan_log: &[],
            cost: Cost::default(),
        });
        let answer = redact::answer(built.answer).unwrap();
        (render::json(&answer), render::markdown(&answer))
    });
    assert!(json["groups"].as_array().is_some_and(|groups| !groups.is_empty()) && !markdown.is_empty(), "an answer without changes");
}

/// An incident with `writes` records at least, the last of them.
fn material(writes: usize) -> (Vec<String>, Incident, DateTime<Utc>) {
    let made = incident::plan(2_000, 7, incident::Habit::Plain)
        .into_iter()
        .map(|plan| plan.make())
        .find(|made| made.records.len() >= writes)
        .unwrap();
    let mut records = made.records;
    records.sort_by_key(|(time, _)| *time);
    let texts = records.iter().rev().take(writes).map(|(_, record)| record.to_string()).collect();
    let asked = Asked { investigation: Some(made.alert), start_time: Some("alert-12h".to_owned()), ..Asked::default() };
    let incident = context::discover(&asked, &Defaults::default(), made.truth.now).unwrap();
    (texts, incident, made.truth.now)
}

fn least_and_median(times: &mut [Duration]) -> (Duration, Duration) {
    times.sort_unstable();
    (times.first().copied().unwrap_or_default(), times.get(times.len() / 2).copied().unwrap_or_default())
}

fn main() -> ExitCode {
    let rounds = if std::env::args().any(|flag| flag == "--bench") { ROUNDS } else { 1 };
    println!("| writes | step | least ms | median ms |\n|---|---|---|---|");
    let mut missed = Vec::new();
    for (writes, bar) in [(1_000, 10.0), (10_000, 50.0)] {
        let (records, incident, now) = material(writes);
        let mut times = Times::default();
        for _ in 0..rounds {
            walk(&records, &incident, now, &mut times);
        }
        let mut least_of_all = 0.0;
        let steps = [
            ("text to event", &mut times.parse, false),
            ("event to change", &mut times.classify, writes == 1_000),
            ("rank", &mut times.rank, true),
            ("answer, redacted and rendered", &mut times.answer, true),
        ];
        for (step, times, counts) in steps {
            let (least, median) = least_and_median(times);
            least_of_all += if counts { least.as_secs_f64() * 1e3 } else { 0.0 };
            println!("| {writes} | {step} | {:.2} | {:.2} |", least.as_secs_f64() * 1e3, median.as_secs_f64() * 1e3);
        }
        println!("| {writes} | what the bar of {bar} ms is for | {least_of_all:.2} | |");
        if least_of_all > bar {
            missed.push(writes);
        }
    }
    // A test run is not optimised and says nothing of speed.
    if rounds == ROUNDS && !missed.is_empty() { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}
