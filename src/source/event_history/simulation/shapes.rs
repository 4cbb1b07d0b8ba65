//! What readings cost for each shape of arrival: how many requests beyond the floor, and how much time.
//!
//! `SIMULATION_RUNS=100000 cargo test --lib simulation::shapes -- --nocapture` prints the table.

use std::time::Duration;

use super::bars::{COUNTS, HOUR, floor};
use super::random::Random;
use super::run::{PERIOD, once, quiet};
use super::world::{Spread, seconds, truths};
use crate::coverage::State;

/// Runs for each cell that `cargo test` makes.
const RUNS: u64 = 2;

/// How the events of a window lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shape {
    /// At the same distance.
    Even,
    /// Anywhere.
    Steady,
    /// Anywhere since some time ago, nothing before.
    Lately,
    /// Much and little by turns.
    DayAndNight,
    /// With pauses of all lengths, a few of which make up most of the window.
    HeavyTailed,
    /// In up to thirty bursts of seconds or minutes, large and small.
    ManyBursts,
    /// In one to three bursts, each in few seconds.
    FewBursts,
    /// Within a minute.
    OneBurst,
    /// In the newest seconds.
    Newest,
    /// One a second up to the end.
    AtTheEnd,
    /// In the oldest seconds.
    Oldest,
    /// All in one second.
    OneSecond,
}

const SHAPES: [Shape; 12] = [
    Shape::Even,
    Shape::Steady,
    Shape::Lately,
    Shape::DayAndNight,
    Shape::HeavyTailed,
    Shape::ManyBursts,
    Shape::FewBursts,
    Shape::OneBurst,
    Shape::Newest,
    Shape::AtTheEnd,
    Shape::Oldest,
    Shape::OneSecond,
];
const LATENCIES: [i64; 5] = [800, 1_000, 2_000, 3_000, 4_000];

impl Shape {
    /// Makes `count` seconds inside `[from, to)`.
    fn seconds(self, count: i64, (from, to): (i64, i64), random: &Random) -> Vec<i64> {
        let length = to - from;
        let times = |make: &dyn Fn() -> i64| (0..count).map(|_| make().clamp(from, to - 1)).collect();
        match self {
            Self::Even => seconds(count, (from, to), Spread::Even, random),
            Self::Steady => seconds(count, (from, to), Spread::Anywhere, random),
            Self::FewBursts => seconds(count, (from, to), Spread::Bursts, random),
            Self::AtTheEnd => seconds(count, (from, to), Spread::AtTheEnd, random),
            Self::OneSecond => seconds(count, (from, to), Spread::OneSecond, random),
            Self::Newest => times(&|| to - 1 - random.range(0, 20)),
            Self::Oldest => times(&|| from + random.range(0, 20)),
            Self::OneBurst => {
                let begin = random.range(from, to);
                times(&|| begin + random.range(0, 60))
            }
            Self::Lately => {
                let since = to - random.range(length / 100, length);
                times(&|| random.range(since, to))
            }
            Self::DayAndNight => {
                let period = random.range(length / 12, 2 * length);
                let (begin, day) = (random.range(0, period), random.range(period / 4, 3 * period / 4));
                let draw = || loop {
                    let time = random.range(from, to);
                    if (time - from + begin) % period < day || random.chance(3) {
                        break time;
                    }
                };
                (0..count).map(|_| draw()).collect()
            }
            Self::HeavyTailed => {
                let pauses: Vec<f64> = (0..=count).map(|_| (random.range(1, 1_000_001) as f64 / 1e6).powf(-1.0 / 1.1)).collect();
                let whole: f64 = pauses.iter().sum();
                let mut passed = 0.0;
                let mut at = |pause: &f64| {
                    passed += pause;
                    (from + (passed / whole * length as f64) as i64).clamp(from, to - 1)
                };
                pauses.iter().take(count as usize).map(&mut at).collect()
            }
            Self::ManyBursts => {
                let burst = |_| (random.range(from, to), random.pick(&[1, 5, 20, 60, 180]), random.pick(&[1, 1, 2, 5, 20]));
                let bursts: Vec<(i64, i64, i64)> = (0..random.range(4, 31)).map(burst).collect();
                let weighted: Vec<(i64, i64)> = bursts.iter().flat_map(|(at, long, weight)| vec![(*at, *long); *weight as usize]).collect();
                times(&|| {
                    let (at, long) = random.pick(&weighted);
                    at + random.range(0, long)
                })
            }
        }
    }
}

/// What the readings of one cell of the table cost.
#[derive(Default)]
struct Cost {
    over: Vec<i64>,
    took: Vec<Duration>,
}

impl Cost {
    fn add(&mut self, other: &Self) {
        self.over.extend(&other.over);
        self.took.extend(&other.took);
    }

    /// Returns the one that `percent` of all do not exceed.
    fn sorted<T: Ord + Copy>(all: &[T], percent: usize) -> T {
        let mut sorted = all.to_vec();
        sorted.sort_unstable();
        sorted[(sorted.len() * percent).div_ceil(100).max(1) - 1]
    }

    fn worst(&self) -> i64 {
        Self::sorted(&self.over, 100)
    }

    fn spell(&self) -> String {
        let mean = self.over.iter().sum::<i64>() as f64 / self.over.len() as f64;
        let [median, most, worst] = [50, 99, 100].map(|percent| Self::sorted(&self.took, percent).as_secs_f64());
        format!("{} / {} / {mean:.1} · {median:.1} / {most:.1} / {worst:.1}", self.worst(), Self::sorted(&self.over, 99))
    }
}

async fn cost(shape: Shape, count: i64, latency: i64, seeds: u64) -> Cost {
    let mut cost = Cost::default();
    for seed in 0..seeds {
        let random = Random::new(seed);
        let truth = truths(&shape.seconds(count, HOUR, &random), 0, &random);
        let mut scene = quiet(0, HOUR, Spread::Even, latency, random);
        (scene.truth, scene.deadline) = (truth, Duration::from_secs(120));
        let (reading, took, _) = once(scene).await;
        assert_eq!(reading.cells[0].state(), State::Exhausted, "{count} {shape:?} {latency} {seed}");
        cost.over.push(i64::from(reading.cells[0].requests) - floor(count));
        cost.took.push(took);
    }
    cost
}

#[tokio::test(start_paused = true)]
async fn no_shape_of_arrival_costs_more_than_four_requests_more_where_pages_are_slow() {
    let cells = (SHAPES.len() * LATENCIES.len() * COUNTS.len()) as u64;
    let runs = super::number("SIMULATION_RUNS");
    let seeds = runs.map_or(RUNS, |all| all.div_ceil(cells));
    let mut table = String::new();
    let mut broken = Vec::new();
    for shape in SHAPES {
        let (mut all, mut at_most, mut row) = (Cost::default(), String::new(), String::new());
        for latency in LATENCIES {
            for count in COUNTS {
                let cost = cost(shape, count, latency, seeds).await;
                if cost.worst() > 4 {
                    let often = cost.over.iter().filter(|over| **over > 4).count();
                    broken.push(format!("{shape:?} {count} {latency}: {}, {often} times", cost.worst()));
                }
                let one_by_one = Duration::from_millis((latency * floor(count)) as u64);
                let most = match shape {
                    Shape::Even | Shape::AtTheEnd if (latency, count) == (4_000, 500) => Duration::from_secs(15),
                    _ => one_by_one + Duration::from_millis(latency as u64) + PERIOD * 4,
                };
                assert!(cost.took.iter().all(|took| *took <= most), "{shape:?} {count} {latency}: {}", cost.spell());
                if latency == 4_000 && count >= 500 {
                    row += &format!(" {} |", cost.spell());
                }
                at_most += &format!("{}{}", cost.worst(), if count == 1_000 { " | " } else { " " });
                all.add(&cost);
            }
        }
        table += &format!("| {shape:?} | {} | {} |{row} {at_most}\n", all.worst(), Cost::sorted(&all.over, 99));
    }
    eprintln!("shape, worst, p99 of requests more; 500 and 1,000 at 4 s: requests worst / p99 / mean · s median / p99 / worst\n{table}");
    assert!(broken.is_empty(), "{broken:#?}");
}
