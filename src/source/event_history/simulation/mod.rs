//! Planner, flights, retries and bucket against an AWS that knows the truth, on the virtual clock: whatever goes wrong,
//! no answer misses, doubles or invents an event without saying so, and every answer comes in time.
//!
//! `SIMULATION_RUNS=100000 cargo test --lib simulation` runs longer, `SIMULATION_SEED=7 SIMULATION_RUNS=1` one run again.

mod bars;
mod random;
mod run;
mod shapes;
mod world;

use run::{Outcome, run};

/// Runs that `cargo test` makes for each of the four tests below.
const RUNS: u64 = 1_300;

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().and_then(|text| text.parse().ok())
}

/// Runs from one seed to another, and says which one failed and how to see it again.
fn runs(family: u64, change: fn(&mut run::Scene)) {
    let runs = number("SIMULATION_RUNS").map_or(RUNS, |all| all.div_ceil(4));
    let first = number("SIMULATION_SEED").unwrap_or(family << 32);
    let mut sum = Outcome::default();
    for seed in first..first + runs {
        match std::panic::catch_unwind(|| run(seed, change)) {
            Ok(outcome) => sum.add(&outcome),
            Err(cause) => {
                eprintln!("to see it again: SIMULATION_SEED={seed} SIMULATION_RUNS=1 cargo test --lib simulation");
                std::panic::resume_unwind(cause);
            }
        }
    }
    eprintln!("{runs} runs: {sum:?}");
    assert!(runs < 100 || sum.exhausted > runs / 20, "the runs prove nothing: {sum:?}");
    assert!(runs < 100 || sum.short > runs / 20, "the runs prove nothing: {sum:?}");
}

#[test]
fn no_answer_claims_more_than_was_read_whatever_aws_does() {
    runs(1, |_| {});
}

#[test]
fn no_answer_lies_where_much_happens_and_pages_are_slow() {
    runs(2, |scene| scene.slow_and_much());
}

#[test]
fn no_answer_lies_when_many_ask_at_once_and_some_leave() {
    runs(3, |scene| scene.crowded());
}

#[test]
fn no_answer_lies_when_earlier_readings_are_known_and_partial_ones_are_continued() {
    runs(4, |scene| scene.continued());
}
