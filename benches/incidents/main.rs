//! Measures the ranking on incidents made from a seed: does the change that broke it stand at the top?
//!
//! ```text
//! cargo bench --bench incidents -- [--count N] [--seed S] [--half tuned|reported|all] [--only TEXT] [--binary PATH] [--jobs N]
//!                                  [--top1 X] [--top3 X] [--top5 X] [--no-suspect X] [--false-no-suspect X] [--misses N]
//! cargo bench --bench incidents -- --write DIR [--count N] …     only writes the folders
//! cargo bench --bench incidents -- --check [--count N] …         only checks the generator
//! cargo bench --bench incidents -- --baselines [--count N] …     only the two baselines
//! cargo bench --bench incidents -- --ablate [--count N] …        what each rule of the ranking is worth
//! ```
//!
//! The kinds of incident are split in two halves in the source: a ranker may be tuned on `tuned`; `reported` is what counts,
//! and what the thresholds are held against. Exit codes: 0 measured, 1 a threshold missed or a check failed, 2 usage.

mod ablate;
mod ask;
mod grade;
mod incident;

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use grade::{Graded, Rates};
use incident::{Half, check, plan};

/// What the command line asks for.
struct Settings {
    count: usize,
    seed: u64,
    half: Option<Half>,
    only: Option<String>,
    binary: PathBuf,
    jobs: usize,
    misses: usize,
    write: Option<PathBuf>,
    check: bool,
    baselines: bool,
    ablate: bool,
    /// Least values of rates, and most for `--false-no-suspect`, on the reported half.
    thresholds: Vec<(String, f64)>,
}

fn settings() -> Result<Settings, String> {
    let mut it = std::env::args().skip(1);
    let mut asked = Settings {
        count: 480,
        seed: 20_260_302,
        half: None,
        only: None,
        binary: PathBuf::from(env!("CARGO_BIN_EXE_cloudtrail-mcp")),
        jobs: 2,
        misses: 0,
        write: None,
        check: false,
        baselines: false,
        ablate: false,
        thresholds: Vec::new(),
    };
    let mut benched = false;
    let mut flags = 0;
    while let Some(flag) = it.next() {
        flags += 1;
        let mut value = || it.next().ok_or(format!("{flag} needs a value"));
        match flag.as_str() {
            // Cargo says so to every benchmark; without it, this is a test run, which gets the quick check.
            "--bench" => benched = true,
            "--check" => asked.check = true,
            "--baselines" => asked.baselines = true,
            "--ablate" => asked.ablate = true,
            "--count" => asked.count = number(&flag, &value()?)?,
            "--seed" => asked.seed = number(&flag, &value()?)?,
            "--jobs" => asked.jobs = number::<usize>(&flag, &value()?)?.clamp(1, 16),
            "--misses" => asked.misses = number(&flag, &value()?)?,
            "--only" => asked.only = Some(value()?),
            "--binary" => asked.binary = PathBuf::from(value()?),
            "--write" => asked.write = Some(PathBuf::from(value()?)),
            "--half" => {
                asked.half = match value()?.as_str() {
                    "tuned" => Some(Half::Tuned),
                    "reported" => Some(Half::Reported),
                    "all" => None,
                    other => return Err(format!("--half is tuned, reported or all, not {other}")),
                };
            }
            "--top1" | "--top3" | "--top5" | "--no-suspect" | "--false-no-suspect" => {
                asked.thresholds.push((flag.clone(), number(&flag, &value()?)?))
            }
            other => return Err(format!("unknown argument {other}")),
        }
    }
    if !benched && flags == 0 {
        (asked.check, asked.count) = (true, 60);
    }
    Ok(asked)
}

fn number<T: std::str::FromStr>(flag: &str, text: &str) -> Result<T, String> {
    text.parse().map_err(|_| format!("{flag} needs a number, not {text}"))
}

fn main() -> ExitCode {
    let mut out = std::io::stdout().lock();
    let done = settings().map_err(|what| (what, 2)).and_then(|asked| run(&asked, &mut out).map_err(|error| (error.to_string(), 1)));
    match done {
        Ok(missed) if missed.is_empty() => ExitCode::SUCCESS,
        Ok(missed) => {
            let _ = writeln!(out, "\nmissed: {}", missed.join("; "));
            ExitCode::from(1)
        }
        Err((what, code)) => {
            let _ = writeln!(std::io::stderr(), "incidents: {what}");
            ExitCode::from(code)
        }
    }
}

/// Does what is asked; returns what was missed, in words.
fn run(asked: &Settings, out: &mut impl Write) -> std::io::Result<Vec<String>> {
    let mut plans = plan(asked.count, asked.seed);
    plans.retain(|p| asked.half.is_none_or(|half| p.half() == half));
    plans.retain(|p| asked.only.as_ref().is_none_or(|text| p.kind_name().contains(text.as_str())));
    if asked.check {
        let made: Vec<_> = plans.iter().map(incident::Plan::make).collect();
        let wrong = check(made.iter());
        writeln!(out, "{} incidents checked, {} mistakes", made.len(), wrong.len())?;
        return Ok(wrong);
    }
    if let Some(folder) = &asked.write {
        for plan in &plans {
            plan.make().write(folder, asked.seed)?;
        }
        writeln!(out, "{} incidents written", plans.len())?;
        return Ok(Vec::new());
    }
    if asked.ablate {
        let (next, rows) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
        std::thread::scope(|scope| {
            for _ in 0..asked.jobs {
                scope.spawn(|| {
                    while let Some(plan) = plans.get(next.fetch_add(1, Ordering::Relaxed)) {
                        let row = ablate::row(&plan.make());
                        rows.lock().map(|mut rows| rows.extend(row)).unwrap_or(());
                    }
                });
            }
        });
        ablate::report(&rows.into_inner().unwrap_or_default(), out)?;
        return Ok(Vec::new());
    }
    let (next, rows, failed) = (AtomicUsize::new(0), Mutex::new(Vec::new()), Mutex::new(None));
    std::thread::scope(|scope| {
        for _ in 0..asked.jobs {
            scope.spawn(|| {
                while let Some(plan) = plans.get(next.fetch_add(1, Ordering::Relaxed)) {
                    match one(plan, asked) {
                        Ok(row) => rows.lock().map(|mut rows| rows.push(row)).unwrap_or(()),
                        Err(error) => failed.lock().map(|mut first| first.get_or_insert(error).kind()).map(drop).unwrap_or(()),
                    }
                }
            });
        }
    });
    if let Some(error) = failed.into_inner().ok().flatten() {
        return Err(error);
    }
    let mut rows: Vec<Graded> = rows.into_inner().unwrap_or_default();
    rows.sort_by(|a, b| a.truth.id.cmp(&b.truth.id));
    grade::report(&rows, !asked.baselines, asked.misses, out)?;
    let held = Rates::of(rows.iter().filter(|row| row.truth.half == Half::Reported), |row| row.answer.clone());
    let missed = asked.thresholds.iter().filter_map(|(flag, bar)| held.misses(flag, *bar));
    let errors = rows.iter().filter(|row| !asked.baselines && row.answer.error.is_some()).count();
    Ok(missed.chain((errors > 0).then(|| format!("{errors} questions got no answer"))).collect())
}

/// Makes, writes, asks and grades one incident; its folder is gone afterwards.
fn one(plan: &incident::Plan, asked: &Settings) -> std::io::Result<Graded> {
    let made = plan.make();
    let answer = if asked.baselines {
        ask::Answer::default()
    } else {
        let folder = tempfile::tempdir()?;
        made.write(folder.path(), asked.seed)?;
        ask::ask(&asked.binary, &folder.path().join(&made.truth.id), &made)
    };
    Ok(Graded::new(&made, answer))
}
