//! The figures that readings are measured by.

use std::time::Duration;

use super::random::Random;
use super::run::{PERIOD, once, play, quiet};
use super::world::{Faults, Spread};
use crate::coverage::{Decision, Extent, Failure, Note, State};

pub(super) const HOUR: (i64, i64) = (90_000, 93_600);
pub(super) const COUNTS: [i64; 6] = [0, 1, 50, 51, 500, 1_000];

pub(super) fn floor(count: i64) -> i64 {
    (count + 49).max(50) / 50
}

#[tokio::test(start_paused = true)]
async fn as_many_requests_as_the_events_need_where_pages_are_quick() {
    for count in COUNTS {
        for spread in [Spread::Even, Spread::Anywhere, Spread::AtTheEnd, Spread::Bursts, Spread::OneSecond] {
            for latency in [0, 100, 500] {
                let (reading, took, _) = once(quiet(count, HOUR, spread, latency, Random::new(7))).await;
                let (cell, floor) = (&reading.cells[0], floor(count));
                assert_eq!(cell.state(), State::Exhausted);
                assert!(i64::from(cell.requests) <= floor, "{count} {spread:?} {latency}: {} requests", cell.requests);
                let soonest = PERIOD * (cell.requests - 1) + Duration::from_millis(latency as u64);
                assert!(took <= soonest + Duration::from_millis(10), "{count} {spread:?} {latency}: {took:?}");
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn an_alert_in_the_window_costs_one_request_at_most() {
    for count in [51, 500] {
        let mut scene = quiet(count, HOUR, Spread::AtTheEnd, 200, Random::new(7));
        (scene.alert, scene.max_requests) = (Some(super::world::at(HOUR.1 - 900)), 20);
        let (reading, ..) = once(scene).await;
        assert!(i64::from(reading.cells[0].requests) <= floor(count) + 1, "{:?}", reading.cells[0]);
        assert_eq!(reading.cells[0].state(), State::Exhausted);
    }
}

#[tokio::test(start_paused = true)]
async fn four_requests_more_where_pages_are_slow_and_half_the_time_is_saved() {
    let (mut readings, mut beyond) = (0, 0);
    for count in COUNTS {
        for spread in [Spread::Even, Spread::AtTheEnd, Spread::Anywhere, Spread::Anywhere, Spread::Anywhere] {
            for latency in [600, 1_000, 2_000, 4_000] {
                let mut scene = quiet(count, HOUR, spread, latency, Random::new(readings));
                scene.deadline = Duration::from_secs(60);
                let (reading, took, _) = once(scene).await;
                let (cell, what) = (&reading.cells[0], format!("{count} {spread:?} {latency}"));
                assert_eq!(cell.state(), State::Exhausted, "{what}");
                let over = i64::from(cell.requests) - floor(count);
                assert!(over <= 5, "{what}: {over} requests more");
                beyond += u64::from(over > 4);
                readings += 1;
                if count == 500 && latency == 4_000 {
                    assert!(took <= Duration::from_secs(15), "{what}: {took:?}");
                }
            }
        }
    }
    assert!(beyond * 100 <= readings, "{beyond} of {readings}");
}

#[tokio::test(start_paused = true)]
async fn many_callers_at_once_keep_the_pace_and_read_what_one_would() {
    let mut scene = quiet(120, HOUR, Spread::Anywhere, 300, Random::new(3));
    scene.askers = (0..64).map(|n| (n * 7, None)).collect();
    // That sends are half a second apart is asked of every scene.
    let outcome = play(scene).await;
    assert_eq!((outcome.exhausted, outcome.requests), (64, 3));
}

#[tokio::test(start_paused = true)]
async fn where_half_of_all_requests_are_throttled_there_is_always_an_answer_in_time() {
    let mut took = Vec::new();
    for seed in 0..200 {
        let mut scene = quiet(300, HOUR, Spread::Anywhere, 300, Random::new(seed));
        scene.faults = Faults { throttled: 50, ..scene.faults };
        let deadline = scene.deadline;
        let (reading, time, _) = once(scene).await;
        let throttled = |note: &Note| matches!(note, Note::SomeThrottled(_) | Note::Failed(Failure::Throttled));
        assert!(reading.cells[0].notes.iter().any(throttled), "{:?}", reading.cells[0]);
        assert!(time <= deadline + Duration::from_millis(250));
        took.push(time);
    }
    assert!(took.iter().any(|time| *time > Duration::from_secs(2)), "nothing was throttled");
}

#[tokio::test(start_paused = true)]
async fn a_caller_that_leaves_sends_nothing_any_more() {
    for leaves in (50..6_000).step_by(350) {
        let mut scene = quiet(800, HOUR, Spread::Even, 2_000, Random::new(5));
        scene.askers = vec![(0, Some(leaves)), (40, Some(leaves / 2))];
        // That nothing is sent after the last one left, within half a minute, is asked of every scene.
        assert_eq!(play(scene).await.left, 2);
    }
}

#[tokio::test(start_paused = true)]
async fn what_lies_before_the_alert_is_read_first_when_not_all_can_be() {
    let mut scene = quiet(2_000, HOUR, Spread::Even, 200, Random::new(5));
    let alert = super::world::at(HOUR.1 - 600);
    (scene.alert, scene.max_requests) = (Some(alert), 10);
    let (reading, ..) = once(scene).await;
    let cell = &reading.cells[0];
    let covered = cell.covered().unwrap();
    assert!(covered.contains(alert) && covered.length().num_minutes() >= 12, "{cell:?}");
    let read = |note: &Note| matches!(note, Note::RequestsSpent(_, Extent::Between(_, 1)));
    assert!(cell.notes.iter().any(read), "{cell:?}");
}

#[tokio::test(start_paused = true)]
async fn named_resources_are_looked_up_where_the_scan_does_not_reach_and_never_make_it_complete() {
    let mut scene = quiet(3_000, HOUR, Spread::Even, 200, Random::new(5));
    let oldest = scene.truth.iter_mut().min_by_key(|one| one.second).unwrap();
    oldest.name = Some("web".to_owned());
    let id = oldest.id();
    (scene.names, scene.max_requests) = (vec!["db".to_owned(), "web".to_owned()], 20);
    let (reading, _, world) = once(scene).await;
    let cell = &reading.cells[0];
    assert!(reading.events.iter().any(|event| event.event_id == id), "{cell:?}");
    assert_eq!((cell.state(), cell.requests), (State::PageCap, 20));
    assert!(cell.notes.iter().any(|note| matches!(note, Note::LookedUp(..))), "{cell:?}");
    assert_eq!(world.asked().iter().filter(|ask| ask.name.is_some()).count(), 2);
    assert!(reading.decisions.iter().any(|line| matches!(line.decision, Decision::LookUps(_))), "{:?}", reading.decisions);
}
