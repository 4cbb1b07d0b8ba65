//! Measures the ranking on incidents of several worlds: does the change that broke it stand at the top?
//!
//! ```text
//! cargo bench --bench incidents -- [--count N] [--seed S] [--half tuned|reported|all] [--only TEXT] [--binary PATH] [--jobs N]
//!                                  [--top1 X] [--top3 X] [--top5 X] [--no-suspect X] [--false-no-suspect X] [--misses N]
//! cargo bench --bench incidents -- --write DIR [--count N] …     only writes the generator's folders
//! cargo bench --bench incidents -- --check [--count N] …         only checks the generator
//! cargo bench --bench incidents -- --baselines [--count N] …     only the two baselines
//!
//! cargo bench --bench incidents -- --worlds …                    every world, in process
//! cargo bench --bench incidents -- --worlds-over-binary …        every world, over the binary
//! cargo bench --bench incidents -- --dump FILE …                 what the rules say of every change, a line for each incident
//! cargo bench --bench incidents -- --ablate …                    what each rule of the ranking is worth
//! cargo bench --bench incidents -- --fit src/rank/points.rs [--pulls] …    fits the points, tells what they do on worlds that they were not fitted to
//!     [--world TEXT] [--stories DIR] [--noise DIR] [--synthetic] [--life DIR] [--real FILE]
//! ```
//!
//! The kinds of the generator are split in two halves in the source: a ranker may be tuned on `tuned`; `reported` is what counts,
//! and what the thresholds are held against. Worlds whose material is not at hand are skipped, and named; material is sought in
//! the folder that `INCIDENTS_DATA` names. Exit codes: 0 measured, 1 a threshold missed or a check failed, 2 usage.

mod ablate;
mod answer;
mod ask;
mod dump;
mod fit;
mod grade;
mod incident;
mod look;
mod measure;
mod parallel;
mod rates;
mod settings;
mod world;

use std::io::Write;
use std::process::ExitCode;

use grade::Graded;
use incident::{Habit, Half, Plan, check, plan};
use parallel::in_parallel;
use settings::{Settings, Task};

fn main() -> ExitCode {
    let mut out = std::io::stdout().lock();
    let done = Settings::read().map_err(|what| (what, 2)).and_then(|asked| run(&asked, &mut out).map_err(|error| (error.to_string(), 1)));
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
    if asked.is_of_worlds() {
        return measure::run(asked, out);
    }
    let (count, seed) = asked.places.generated;
    let mut plans = plan(count, seed, Habit::Plain);
    plans.retain(|p| asked.half.is_none_or(|half| p.half() == half));
    plans.retain(|p| asked.only.as_ref().is_none_or(|text| p.kind_name().contains(text.as_str())));
    match &asked.task {
        Task::Check => {
            let made: Vec<_> = plans.iter().map(Plan::make).collect();
            let wrong = check(made.iter());
            writeln!(out, "{} incidents checked, {} mistakes", made.len(), wrong.len())?;
            Ok(wrong)
        }
        Task::Write(folder) => {
            plans.iter().try_for_each(|plan| plan.make().write(folder, seed))?;
            writeln!(out, "{} incidents written", plans.len())?;
            Ok(Vec::new())
        }
        task => {
            let baselines = *task == Task::Baselines;
            let rows = in_parallel(&plans, asked.jobs, |plan| {
                let made = plan.make();
                let answer = if baselines { answer::Answer::default() } else { measure::over_binary(&made, asked)? };
                Ok(Graded::new(&made, answer))
            })?;
            grade::report(&rows, !baselines, asked.misses, out)?;
            let held = grade::rates(&rows, Half::Reported);
            let missed = asked.thresholds.iter().filter_map(|(flag, bar)| grade::missed(&held, flag, *bar));
            let errors = rows.iter().filter(|row| !baselines && row.answer.error.is_some()).count();
            Ok(missed.chain((errors > 0).then(|| format!("{errors} questions got no answer"))).collect())
        }
    }
}
