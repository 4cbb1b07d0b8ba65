//! The figures that readings are measured by.

use super::random::Random;
use super::run::{once, quiet};
use super::world::Spread;
use crate::coverage::State;

const HOUR: (i64, i64) = (90_000, 93_600);

#[tokio::test(start_paused = true)]
async fn as_many_requests_as_the_events_need_where_pages_are_quick() {
    for count in [0, 1, 50, 51, 500, 1_000] {
        for spread in [Spread::Even, Spread::Anywhere, Spread::AtTheEnd, Spread::Bursts, Spread::OneSecond] {
            for latency in [0, 100, 500] {
                let (reading, took, _) = once(quiet(count, HOUR, spread, latency, Random::new(7))).await;
                let floor = u32::try_from(count).unwrap().div_ceil(50).max(1);
                let cell = &reading.cells[0];
                eprintln!("{count} {spread:?} {latency} {took:?} {}", cell.requests);
                assert_eq!(cell.state(), State::Exhausted);
                assert!(cell.requests <= floor + 1, "{count} {spread:?} {latency}: {} requests", cell.requests);
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn few_more_requests_where_pages_are_slow() {
    let mut worst = 0;
    for count in [0, 1, 50, 51, 500, 1_000] {
        for spread in [Spread::Even, Spread::Anywhere, Spread::AtTheEnd] {
            for latency in [600, 1_000, 2_000, 4_000] {
                for seed in 0..10 {
                    let (reading, took, _) = once(quiet(count, HOUR, spread, latency, Random::new(seed))).await;
                    let floor = u32::try_from(count).unwrap().div_ceil(50).max(1);
                    let cell = &reading.cells[0];
                    let over = i64::from(cell.requests) - i64::from(floor);
                    worst = worst.max(over);
                    if over > 4 || cell.state() != State::Exhausted || (count == 500 && latency == 4_000) {
                        eprintln!("{count} {spread:?} {latency} seed {seed}: {took:?} {} {:?}", cell.requests, cell.state());
                    }
                }
            }
        }
    }
    eprintln!("worst: {worst}");
}
