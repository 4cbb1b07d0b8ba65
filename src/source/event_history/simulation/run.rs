//! One run: a scene from a seed, the readings of it, and what must be true of them.

use std::collections::{BTreeSet, HashSet};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use tokio::time::{Instant, sleep, timeout};

use super::super::bucket::Bucket;
use super::super::conclude::{Part, conclude};
use super::super::failure::Failure;
use super::super::reader::{Job, Reader, read};
use super::super::settled::{Settled, Slice, SliceKey};
use super::super::single_flight::SingleFlight;
use super::random::Random;
use super::world::{Faults, LONG, Spread, Truth, World, at, seconds, truths};
use crate::context::basis::Basis;
use crate::context::{Alert, Incident, Named, NamedResource};
use crate::coverage::{Cell, Reading, State};
use crate::investigate::{Gathered, plan};
use crate::policy::{Admitted, Available, Policy};
use crate::source::{Kind, Query};
use crate::time::Window;

const ACCOUNT: &str = "111122223333";
const REGION: &str = "eu-west-1";
pub(super) const PERIOD: Duration = Duration::from_millis(500);
/// How long an answer may take beyond its deadline.
const GRACE: Duration = Duration::from_millis(250);

/// What is asked of what.
pub(super) struct Scene {
    pub(super) random: Random,
    pub(super) window: Window,
    pub(super) truth: Vec<Truth>,
    pub(super) faults: Faults,
    /// The true time and what the asker's clock says.
    pub(super) now: (i64, i64),
    pub(super) max_requests: u32,
    pub(super) deadline: Duration,
    pub(super) alert: Option<DateTime<Utc>>,
    pub(super) names: Vec<String>,
    /// Starts of the readings, in milliseconds, and when those who leave do.
    pub(super) askers: Vec<(u64, Option<u64>)>,
    pub(super) continues: bool,
}

impl Scene {
    fn new(seed: u64) -> Self {
        let random = Random::new(seed);
        let now = 100_000;
        let length = random.pick(&[30, 600, 2_400, 2_400, 7_200, 43_200]);
        let ends_before = random.pick(&[0, 0, 60, 600, 1_200, 5_000]);
        let skew = if random.chance(20) { random.range(-120, 120) } else { 0 };
        let to = (now + skew - ends_before).min(now + skew);
        let from = to - length;
        let count = match random.range(0, 10) {
            0..3 => random.pick(&[0, 1, 2, 49, 50, 51, 99, 100, 101, 150]),
            3..9 => random.range(0, 180),
            _ => random.range(0, 420),
        };
        let spread = random.pick(&[Spread::Even, Spread::Anywhere, Spread::Anywhere, Spread::AtTheEnd, Spread::Bursts, Spread::OneSecond]);
        let lag = random.pick(&[0, 0, 60, 300, 600]);
        // A second beyond the window on either side, as AWS counts its ends in.
        let mut truth = truths(&seconds(count, (from - 1, to + 1), spread, &random), lag, &random);
        if random.chance(10) {
            for one in truth.iter_mut().filter(|_| random.chance(3)) {
                one.entry.event = None;
                if random.chance(30) {
                    one.entry.time = None;
                }
            }
        }
        let fraction = |random: &Random| TimeDelta::milliseconds(random.pick(&[0, 0, 0, 250, 999]));
        let window = Window::new(at(from) + fraction(&random), at(to) - fraction(&random)).unwrap();
        let alert = random.chance(60).then(|| at(from + random.range(0, length + 1)));
        Self {
            faults: faults(&random),
            window,
            truth,
            now: (now, now + skew),
            max_requests: random.pick(&[1, 2, 5, 20, 20, 20, 40]),
            deadline: Duration::from_millis(random.pick(&[300, 3_000, 10_000, 25_000, 25_000, 25_000])),
            alert,
            names: if random.chance(30) { vec!["web".to_owned(), "db".to_owned()] } else { Vec::new() },
            askers: vec![(0, random.chance(5).then(|| random.range(0, 10_000) as u64))],
            continues: false,
            random,
        }
    }

    /// Slow pages, many events.
    pub(super) fn slow_and_much(&mut self) {
        let (from, to) = (self.now.0 - 4_800, self.now.0 - 2_400);
        self.window = Window::new(at(from), at(to)).unwrap();
        let spread = self.random.pick(&[Spread::Even, Spread::Anywhere, Spread::AtTheEnd, Spread::Bursts]);
        let count = self.random.pick(&[51, 100, 250, 500, 500]);
        self.truth = truths(&seconds(count, (from, to), spread, &self.random), 0, &self.random);
        let slow = self.random.pick(&[600, 1_000, 2_000, 4_000, 8_000]);
        self.faults.latency = (slow * 3 / 4, slow);
        self.alert = self.random.chance(70).then(|| at(to - self.random.range(0, 1_200)));
    }

    /// Several at once, of whom some leave.
    pub(super) fn crowded(&mut self) {
        let count = self.random.range(2, 7);
        let leaves = |random: &Random| random.chance(50).then(|| random.range(0, 6_000) as u64);
        self.askers = (0..count).map(|_| (self.random.pick(&[0, 0, 0, 100, 1_500]), leaves(&self.random))).collect();
    }

    /// A partial answer is continued, and asked again later with all that is known.
    pub(super) fn continued(&mut self) {
        self.continues = true;
        self.askers = vec![(0, None)];
        self.max_requests = self.random.pick(&[1, 2, 3, 5]);
    }

    /// Tells whether nothing goes wrong but time.
    fn is_clean(&self) -> bool {
        let Faults { throttled, server, cut, unreadable_answer, hangs, short_pages, empty_pages, .. } = self.faults;
        [throttled, server, cut, unreadable_answer, hangs, short_pages, empty_pages].iter().sum::<i64>() == 0
            && self.faults.loops_from.is_none()
            && self.faults.ends_with.is_none()
    }

    /// Returns the question as it is asked some seconds after the world began.
    fn query(&self, later: i64) -> (Query, DateTime<Utc>) {
        let now = at(self.now.1 + later);
        let policy = Policy {
            allow_aws_read: true,
            max_window: Duration::from_secs(1_000_000),
            lookup_requests: self.max_requests,
            deadline: self.deadline,
            ..Policy::default()
        };
        let alert = |started_at| Alert { name: "high latency".to_owned(), started_at, ended_at: None, others: Vec::new() };
        let incident = Incident {
            alert: self.alert.map(alert),
            regions: vec![Named { name: REGION.to_owned(), basis: Basis::Argument }],
            regions_given: true,
            resources: self.names.iter().map(|id| NamedResource { id: id.clone(), kind: None, basis: Basis::Argument }).collect(),
            ..Incident::over(self.window)
        };
        let scope = policy.admit(&incident, None, &Available::only(&super::super::PROFILE), now).unwrap();
        (plan::queries(&scope, self.window, &Kind::Writes, self.deadline).swap_remove(0).about(&incident), now)
    }
}

fn faults(random: &Random) -> Faults {
    let often = |random: &Random| if random.chance(25) { random.pick(&[2, 10, 50]) } else { 0 };
    let slowest = random.pick(&[50, 200, 500, 500, 1_000, 4_000, 9_000]);
    if random.chance(30) {
        return Faults { latency: (slowest / 2, slowest), token_after_last: random.chance(30), ..Faults::default() };
    }
    let ends = [Failure::Denied, Failure::Expired, Failure::RegionDisabled, Failure::UnknownCredentials, Failure::Refused, Failure::Cut];
    Faults {
        throttled: often(random),
        server: often(random),
        cut: often(random),
        unreadable_answer: often(random),
        hangs: if random.chance(10) { 10 } else { 0 },
        short_pages: often(random),
        empty_pages: often(random),
        doubled: often(random),
        loops_from: random.chance(5).then(|| random.range(1, 6) as usize),
        ends_with: random.chance(15).then(|| (random.range(1, 8) as usize, random.pick(&ends))),
        token_after_last: random.chance(30),
        latency: (slowest / 4, slowest),
    }
}

/// What runs came to.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Outcome {
    /// Readings to the end.
    pub(super) exhausted: u64,
    pub(super) lagging: u64,
    /// Readings cut by budget, time or a failure.
    pub(super) short: u64,
    pub(super) left: u64,
    pub(super) requests: u64,
    /// The most requests beyond one for 50 events, where nothing went wrong and pages took half a second at most, and longer.
    pub(super) over_quick: i64,
    pub(super) over_slow: i64,
}

impl Outcome {
    pub(super) fn add(&mut self, other: &Self) {
        self.exhausted += other.exhausted;
        self.lagging += other.lagging;
        self.short += other.short;
        self.left += other.left;
        self.requests += other.requests;
        self.over_quick = self.over_quick.max(other.over_quick);
        self.over_slow = self.over_slow.max(other.over_slow);
    }
}

/// Keeps slices as they come, and gives those inside; both ends of a slice are known, so that no two share a second.
#[derive(Default)]
pub(super) struct Memory(Mutex<Vec<Slice>>);

impl Settled for Memory {
    fn known(&self, _: &SliceKey, start: DateTime<Utc>, end: DateTime<Utc>) -> Vec<Slice> {
        let kept = self.0.lock().unwrap();
        let mut known: Vec<Slice> = kept.iter().filter(|slice| start <= slice.start && slice.end <= end).cloned().collect();
        known.sort_by_key(|slice| slice.start);
        known
    }

    fn keep(&self, _: &SliceKey, slice: Slice) {
        let mut kept = self.0.lock().unwrap();
        assert!(slice.start <= slice.end, "{:?} to {:?}", slice.start, slice.end);
        assert!(kept.iter().all(|one| one.end < slice.start || slice.end < one.start), "what was known is kept again");
        kept.push(slice);
    }
}

/// Runs the scene of a seed.
pub(super) fn run(seed: u64, change: fn(&mut Scene)) -> Outcome {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
    runtime.block_on(async {
        let mut scene = Scene::new(seed);
        change(&mut scene);
        play(scene).await
    })
}

/// Plays a scene and judges every answer.
pub(super) async fn play(mut scene: Scene) -> Outcome {
    let (query, now) = scene.query(0);
    let (truth, faults) = (std::mem::take(&mut scene.truth), scene.faults.clone());
    let world = World::new(truth, faults, scene.now.0, Random::new(scene.random.next()));
    let (bucket, flights, memory) = (Bucket::new(PERIOD), SingleFlight::default(), Memory::default());
    let jitter = Random::new(scene.random.next());
    let chance = move || jitter.next() as u32;
    let settled = scene.continues.then_some(&memory as &dyn Settled);
    let reader = Reader { lookup: &world, bucket: &bucket, flights: &flights, settled, attempt: Duration::from_secs(10), chance: &chance };
    let mut outcome = Outcome::default();
    let ask = |(start, leaves): (u64, Option<u64>)| {
        let (scene, query, reader) = (&scene, &query, &reader);
        async move {
            sleep(Duration::from_millis(start)).await;
            match leaves {
                Some(after) => timeout(Duration::from_millis(after), answer(scene, reader, query, now)).await.ok(),
                None => Some(answer(scene, reader, query, now).await),
            }
        }
    };
    let begin = Instant::now();
    let readings = futures_util::future::join_all(scene.askers.iter().copied().map(ask)).await;
    let finished = begin.elapsed();
    for reading in readings.iter() {
        let Some(reading) = reading else {
            outcome.left += 1;
            continue;
        };
        judge(&world, &scene, now, reading, &HashSet::new());
        count(&mut outcome, &world, &scene, &reading.cells[0]);
    }
    if let (true, Some(Some(reading))) = (scene.continues, readings.into_iter().next()) {
        go_on(&world, &scene, &reader, &query, now, reading, &mut outcome).await;
    }
    let arrivals = world.arrivals();
    assert!(arrivals.windows(2).all(|pair| pair[1] - pair[0] >= PERIOD), "requests closer than the pace: {arrivals:?}");
    assert_eq!(flights.count(), 0, "a flight outlives its readers");
    sleep(LONG.to_std().unwrap()).await;
    assert_eq!(world.arrivals().len(), arrivals.len(), "something goes on after {finished:?}");
    outcome
}

async fn answer(scene: &Scene, reader: &Reader<'_>, query: &Query, now: DateTime<Utc>) -> Reading {
    let part = Part::of(query.window(), now).unwrap();
    let (begin, sent) = (Instant::now(), scene.max_requests);
    let mut job = Job::new(query, REGION, part.window, now, begin + query.deadline());
    job.place.account = ACCOUNT.to_owned();
    let reading = conclude(query, ACCOUNT, REGION, part, read(reader, &job).await);
    assert!(begin.elapsed() <= query.deadline() + GRACE, "an answer {:?} after {:?}", begin.elapsed(), query.deadline());
    assert!(reading.cells[0].requests <= sent, "{} requests of {sent}", reading.cells[0].requests);
    reading
}

fn read_of(reading: &Reading) -> Vec<Window> {
    reading.so_far.values().flat_map(|so_far| so_far.read.clone()).collect()
}

/// Continues until all is read or nothing moves, then asks anew with what was kept.
#[expect(clippy::too_many_arguments, reason = "one call site; a struct would only rename the arguments")]
async fn go_on(
    world: &World,
    scene: &Scene,
    reader: &Reader<'_>,
    query: &Query,
    now: DateTime<Utc>,
    first: Reading,
    outcome: &mut Outcome,
) {
    let (mut cell, mut so_far) = (first.cells[0].clone(), read_of(&first));
    let mut held: HashSet<String> = ids(&first).collect();
    for _ in 0..12 {
        if matches!(cell.state(), State::Exhausted | State::Lagging) {
            break;
        }
        let before = world.asked().len();
        let reading = answer(scene, reader, &query.clone().after(so_far.clone()), now).await;
        for ask in world.asked().iter().skip(before).filter(|ask| ask.name.is_none()) {
            let asked = Window::new(ask.start, ask.end).unwrap();
            assert!(!asked.without(&so_far).is_empty(), "{asked:?} was read before: {so_far:?}");
        }
        judge(world, scene, now, &reading, &held);
        held.extend(ids(&reading));
        (cell, so_far) = (reading.cells[0].clone(), read_of(&reading));
        count(outcome, world, scene, &cell);
    }
    let again = answer(scene, reader, query, now).await;
    judge(world, scene, now, &again, &HashSet::new());
    if cell.state() == State::Exhausted {
        assert_eq!((again.cells[0].requests, again.cells[0].state()), (0, State::Exhausted), "{:?}", again.cells[0]);
    }
    // All has arrived by then, and nothing that was kept may hide it.
    const LATER: i64 = 1_800;
    sleep(Duration::from_secs(LATER as u64)).await;
    let (query, now) = scene.query(LATER);
    let later = answer(scene, reader, &query, now).await;
    judge(world, scene, now, &later, &HashSet::new());
    count(outcome, world, scene, &later.cells[0]);
}

fn ids(reading: &Reading) -> impl Iterator<Item = String> {
    reading.events.iter().map(|event| event.event_id.clone())
}

/// Compares an answer with the truth; `held` are events that the asker has from before.
fn judge(world: &World, scene: &Scene, now: DateTime<Utc>, reading: &Reading, held: &HashSet<String>) {
    let cell = &reading.cells[0];
    let told: BTreeSet<String> = ids(reading).collect();
    assert_eq!(told.len(), reading.events.len(), "an event came twice");
    let mut gathered = Gathered::default();
    (0..2).for_each(|_| gathered.add(Admitted::for_tests(Reading { events: reading.events.clone(), ..Reading::default() })));
    let (events, ..) = gathered.finish(Vec::new());
    assert_eq!(events.len(), told.len(), "an event is told twice");
    assert!(events.windows(2).all(|pair| pair[0].time <= pair[1].time), "events are told out of order");
    let inside = |window: Window| world.truth.iter().filter(move |one| window.contains(at(one.second)));
    let real: HashSet<String> = inside(scene.window).map(Truth::id).collect();
    assert!(told.iter().all(|id| real.contains(id)), "an event that never was, or not in the window");
    let known = |one: &&Truth| one.entry.event.is_some() && (told.contains(&one.id()) || held.contains(&one.id()));
    let missing = |window: Window| inside(window).filter(|one| !known(one)).count();
    if let Some(covered) = cell.covered() {
        assert_eq!(missing(covered), 0, "events are missing in what is said to be covered: {cell:?}");
        assert!(covered.to <= now - TimeDelta::minutes(15), "the newest minutes are said to be settled: {cell:?}");
    }
    for read in read_of(reading).iter().filter_map(|read| read.meet(scene.window)) {
        let there = |one: &&Truth| one.arrives <= scene.now.0;
        assert_eq!(inside(read).filter(there).filter(|one| !known(one)).count(), 0, "events are missing in what was read: {cell:?}");
    }
    match cell.state() {
        State::Exhausted => {
            assert_eq!((missing(scene.window), cell.covered()), (0, Some(scene.window)), "falsely complete: {cell:?}");
        }
        State::Lagging => {
            let settled = Window::new(scene.window.from, scene.window.to.min(now - TimeDelta::minutes(15)));
            assert_eq!((settled.map_or(0, missing), cell.covered()), (0, settled), "falsely complete but for the tail: {cell:?}");
        }
        _ => assert!(!cell.notes.is_empty(), "a gap without a word: {cell:?}"),
    }
}

fn count(outcome: &mut Outcome, world: &World, scene: &Scene, cell: &Cell) {
    outcome.requests += u64::from(cell.requests);
    match cell.state() {
        State::Exhausted => outcome.exhausted += 1,
        State::Lagging => outcome.lagging += 1,
        _ => outcome.short += 1,
    }
    if matches!(cell.state(), State::Exhausted | State::Lagging) && scene.is_clean() && scene.askers.len() == 1 && !scene.continues {
        let Window { from, to } = scene.window.whole_seconds();
        let there = |one: &&Truth| from <= at(one.second) && at(one.second) <= to && one.arrives <= scene.now.0;
        let count = world.truth.iter().filter(there).count();
        // Where a full page has a token, only an empty one tells that it was the last.
        let floor = if scene.faults.token_after_last { count / 50 + 1 } else { count.div_ceil(50).max(1) } as i64;
        let over = i64::from(cell.requests) - floor;
        match scene.faults.latency.1 <= 500 {
            true => outcome.over_quick = outcome.over_quick.max(over),
            false => outcome.over_slow = outcome.over_slow.max(over),
        }
        assert!(scene.faults.latency.1 > 500 || over <= 1, "{} requests where {floor} do", cell.requests);
    }
}

/// A world of its own for those who ask the reader directly.
pub(super) fn quiet(count: i64, window: (i64, i64), spread: Spread, latency: i64, random: Random) -> Scene {
    let (from, to) = window;
    Scene {
        window: Window::new(at(from), at(to)).unwrap(),
        truth: truths(&seconds(count, window, spread, &random), 0, &random),
        faults: Faults { latency: (latency, latency), ..Faults::default() },
        now: (100_000, 100_000),
        max_requests: 40,
        deadline: Duration::from_secs(25),
        alert: None,
        names: Vec::new(),
        askers: vec![(0, None)],
        continues: false,
        random,
    }
}

/// Reads a scene once and returns the reading, how long it took, and the world.
pub(super) async fn once(mut scene: Scene) -> (Reading, Duration, Arc<World>) {
    let (query, now) = scene.query(0);
    let (truth, faults) = (std::mem::take(&mut scene.truth), scene.faults.clone());
    let world = Arc::new(World::new(truth, faults, scene.now.0, Random::new(scene.random.next())));
    let (bucket, flights) = (Bucket::new(PERIOD), SingleFlight::default());
    let jitter = Random::new(scene.random.next());
    let chance = move || jitter.next() as u32;
    let reader = Reader {
        lookup: world.as_ref(),
        bucket: &bucket,
        flights: &flights,
        settled: None,
        attempt: Duration::from_secs(10),
        chance: &chance,
    };
    let begin = Instant::now();
    let reading = answer(&scene, &reader, &query, now).await;
    let took = begin.elapsed();
    judge(&world, &scene, now, &reading, &HashSet::new());
    (reading, took, world)
}
