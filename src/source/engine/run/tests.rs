use std::sync::Mutex;

use chrono::{DateTime, TimeDelta};

use super::*;
use crate::coverage::Failure;
use crate::source::engine::conversation::{Foreseen, Page, Polled};
use crate::source::{BoxFuture, Kind};
use crate::time::Window;

/// An engine that takes its time, and what was said to it.
#[derive(Default)]
struct Slow {
    submission: Duration,
    /// How long the query waits and runs.
    queued: Duration,
    runs: Duration,
    /// How it ends.
    fault: Option<EngineFault>,
    bytes: u64,
    age: TimeDelta,
    /// Rows of each page.
    pages: Vec<usize>,
    begun: Mutex<Option<Instant>>,
    said: Mutex<Vec<(&'static str, Duration)>>,
    origin: Mutex<Option<Instant>>,
}

impl Slow {
    fn say(&self, what: &'static str) {
        let origin = *self.origin.lock().unwrap().get_or_insert_with(Instant::now);
        self.said.lock().unwrap().push((what, origin.elapsed()));
    }

    fn count(&self, what: &str) -> usize {
        self.said.lock().unwrap().iter().filter(|(said, _)| *said == what).count()
    }
}

impl Conversation for Slow {
    fn foresee<'a>(&'a self, _: &'a Asked) -> BoxFuture<'a, Foreseen> {
        Box::pin(std::future::ready(Foreseen::default()))
    }

    fn submit<'a>(&'a self, _: &'a str, _: &'a Asked) -> BoxFuture<'a, Result<String, EngineFault>> {
        Box::pin(async {
            self.say("submit");
            sleep(self.submission).await;
            *self.begun.lock().unwrap() = Some(Instant::now());
            Ok("q-1".to_owned())
        })
    }

    fn poll<'a>(&'a self, _: &'a str) -> BoxFuture<'a, Result<Polled, EngineFault>> {
        Box::pin(async {
            self.say("poll");
            let since = self.begun.lock().unwrap().unwrap().elapsed();
            let stage = match () {
                () if since < self.queued => Stage::Queued,
                () if since < self.queued + self.runs => Stage::Running,
                () => self.fault.clone().map_or(Stage::Done, Stage::Failed),
            };
            Ok(Polled { stage, bytes: self.bytes, age: self.age })
        })
    }

    fn page<'a>(&'a self, _: &'a str, token: Option<&'a str>) -> BoxFuture<'a, Result<Page, EngineFault>> {
        Box::pin(async move {
            self.say("page");
            let at: usize = token.map_or(0, |token| token.parse().unwrap());
            let rows = self.pages.get(at).ok_or(EngineFault::Request(Failure::Cut))?;
            let row: Row = vec![("eventid".to_owned(), "e".into())];
            let next = (at + 1 < self.pages.len()).then(|| (at + 1).to_string());
            Ok(Page { rows: vec![row; *rows], next })
        })
    }

    fn stop<'a>(&'a self, id: &'a str) -> BoxFuture<'a, ()> {
        Box::pin(async move {
            assert_eq!(id, "q-1");
            self.say("stop");
        })
    }

    fn open(&self) -> Option<OpenQuery> {
        None
    }

    fn sent(&self) -> u32 {
        0
    }
}

const SECOND: Duration = Duration::from_secs(1);

fn asked() -> Asked {
    let at = |seconds| DateTime::from_timestamp(seconds, 0).unwrap();
    Asked {
        accounts: vec!["111122223333".to_owned()],
        regions: vec!["eu-west-1".to_owned()],
        extra: None,
        named: true,
        window: Window::new(at(0), at(60)).unwrap(),
        kind: Kind::Writes,
        others: Vec::new(),
    }
}

async fn run_for(engine: &Arc<Slow>, time: Duration) -> Outcome {
    let limits = Limits { until: Instant::now() + time, time, bytes: 1000, rows: 2500, pause: SECOND / 5 };
    let conversation: Arc<dyn Conversation> = Arc::clone(engine) as _;
    run(&conversation, "SELECT 1".to_owned(), &asked(), limits).await
}

#[tokio::test(start_paused = true)]
async fn a_query_is_looked_at_less_and_less_often_and_read_page_by_page() {
    let engine = Arc::new(Slow { queued: SECOND, runs: SECOND * 8, bytes: 7, pages: vec![1000, 1000, 10], ..Slow::default() });
    let outcome = run_for(&engine, SECOND * 25).await;
    assert_eq!(
        (outcome.rows.len(), outcome.more, outcome.bytes, outcome.fault, outcome.id.as_deref()),
        (2010, false, 7, None, Some("q-1"))
    );
    assert!((5..12).contains(&engine.count("poll")), "{:?}", engine.said);
    assert_eq!((engine.count("page"), engine.count("stop")), (3, 0));
}

#[tokio::test(start_paused = true)]
async fn a_query_that_nobody_waits_for_any_more_is_stopped_at_once_even_while_it_is_submitted() {
    for (submission, dropped) in [(Duration::ZERO, SECOND * 3), (SECOND / 2, SECOND / 10)] {
        let engine = Arc::new(Slow { submission, runs: SECOND * 600, ..Slow::default() });
        engine.say("begin");
        assert!(timeout(dropped, run_for(&engine, SECOND * 25)).await.is_err());
        sleep(SECOND).await;
        let said = engine.said.lock().unwrap().clone();
        let stopped = said.iter().find(|(what, _)| *what == "stop").map(|(_, at)| *at);
        assert!(stopped.is_some_and(|at| at <= dropped + SECOND), "{said:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_end_of_the_calls_time_stops_the_query_and_tells_whether_it_ran_at_all() {
    let engine = Arc::new(Slow { runs: SECOND * 60, ..Slow::default() });
    let outcome = run_for(&engine, SECOND * 10).await;
    assert_eq!(outcome.fault, Some(EngineFault::TimeSpent(SECOND * 10)));
    tokio::task::yield_now().await;
    assert_eq!(engine.count("stop"), 1);
    let engine = Arc::new(Slow { queued: SECOND * 60, ..Slow::default() });
    assert!(matches!(run_for(&engine, SECOND * 10).await.fault, Some(EngineFault::Queued(time)) if time <= SECOND * 10));
    let engine = Arc::new(Slow { submission: SECOND * 20, ..Slow::default() });
    assert_eq!(run_for(&engine, SECOND * 10).await.fault, Some(EngineFault::TimeSpent(SECOND * 10)));
    sleep(SECOND * 11).await;
    assert_eq!(engine.count("stop"), 1, "what was begun late is stopped nevertheless");
}

#[tokio::test(start_paused = true)]
async fn a_query_that_reads_too_much_is_stopped_and_one_that_ended_is_not() {
    let engine = Arc::new(Slow { runs: SECOND * 5, bytes: 1001, ..Slow::default() });
    let outcome = run_for(&engine, SECOND * 25).await;
    assert_eq!((outcome.fault, outcome.bytes), (Some(EngineFault::BytesSpent(1001, 1000)), 1001));
    tokio::task::yield_now().await;
    assert_eq!(engine.count("stop"), 1);
    for fault in [EngineFault::TimedOut, EngineFault::Cancelled, EngineFault::ByteLimit] {
        let engine = Arc::new(Slow { fault: Some(fault.clone()), ..Slow::default() });
        assert_eq!(run_for(&engine, SECOND * 25).await.fault, Some(fault));
        tokio::task::yield_now().await;
        assert_eq!(engine.count("stop"), 0);
    }
}

#[tokio::test(start_paused = true)]
async fn rows_beyond_what_is_held_and_pages_that_fail_leave_more_unread() {
    let engine = Arc::new(Slow { pages: vec![1000; 5], ..Slow::default() });
    let outcome = run_for(&engine, SECOND * 25).await;
    assert_eq!((outcome.rows.len(), outcome.more), (3000, true));
    let engine = Arc::new(Slow { pages: vec![2500], ..Slow::default() });
    assert!(run_for(&engine, SECOND * 25).await.more, "as many as there may be need not be all");
    let engine = Arc::new(Slow { pages: vec![], ..Slow::default() });
    let outcome = run_for(&engine, SECOND * 25).await;
    assert_eq!((outcome.more, outcome.fault), (true, Some(EngineFault::Request(Failure::Cut))));
}
