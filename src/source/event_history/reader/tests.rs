use std::collections::VecDeque;
use std::sync::Mutex;

use serde_json::json;
use tokio::time::{sleep, timeout};

use super::super::chain::Page;
use super::super::failure::Failure;
use super::*;
use crate::source::BoxFuture;

const PERIOD: Duration = Duration::from_millis(500);

/// Answers from a script; what is not in the script is an empty last page.
#[derive(Default)]
struct Script {
    answers: Mutex<VecDeque<Result<Page, Failure>>>,
    sent: Mutex<Vec<(Option<String>, Ask, Instant)>>,
    latency: Duration,
}

impl Script {
    fn of(answers: impl IntoIterator<Item = Result<Page, Failure>>) -> Self {
        Self { answers: Mutex::new(answers.into_iter().collect()), ..Self::default() }
    }

    fn sent(&self) -> Vec<(Option<String>, Ask, Instant)> {
        self.sent.lock().unwrap().clone()
    }
}

impl Lookup for Script {
    fn page<'a>(&'a self, ask: &'a Ask, token: Option<&'a str>) -> BoxFuture<'a, Result<Page, Failure>> {
        Box::pin(async move {
            self.sent.lock().unwrap().push((token.map(str::to_owned), ask.clone(), Instant::now()));
            sleep(self.latency).await;
            self.answers.lock().unwrap().pop_front().unwrap_or_else(|| Ok(Page::default()))
        })
    }
}

fn at(second: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_769_544_000 + second, 0).unwrap()
}

fn window() -> Window {
    Window::new(at(0), at(1000)).unwrap()
}

fn entry(second: i64) -> Entry {
    let record = json!({"eventID": format!("e-{second}"), "eventName": "RunInstances", "eventTime": at(second)});
    Entry::read(Some(at(second)), Some(&record.to_string()), Vec::new())
}

fn page(seconds: &[i64], token: Option<&str>) -> Result<Page, Failure> {
    Ok(Page { entries: seconds.iter().map(|second| entry(*second)).collect(), token: token.map(str::to_owned) })
}

fn reader<'a>(script: &'a Script, bucket: &'a Bucket, flights: &'a SingleFlight) -> Reader<'a> {
    Reader { lookup: script, bucket, flights, settled: None, attempt: Duration::from_secs(10), chance: &|| 1 << 31 }
}

fn job(max_requests: u32, deadline: Duration) -> Job {
    Job {
        place: SliceKey { caller: String::new(), account: String::new(), region: "eu-west-1".to_owned(), kind: Kind::Writes },
        window: window(),
        read: Vec::new(),
        now: at(9_000),
        settled: at(8_000),
        alert: None,
        names: Vec::new(),
        max_requests,
        deadline: Instant::now() + deadline,
    }
}

async fn run(script: &Script, max_requests: u32, deadline: Duration) -> Scan {
    let (bucket, flights) = (Bucket::new(PERIOD), SingleFlight::default());
    let scan = read(&reader(script, &bucket, &flights), &job(max_requests, deadline)).await;
    assert_eq!(flights.count(), 0, "a flight outlives its readers");
    scan
}

fn since(second: i64) -> Vec<Window> {
    Window::new(at(second), at(1000)).into_iter().collect()
}

const LONG: Duration = Duration::from_secs(25);

#[tokio::test(start_paused = true)]
async fn empty_and_short_pages_with_a_token_do_not_end_the_chain() {
    let script = Script::of([page(&[900], Some("a")), page(&[], Some("b")), page(&[10], None)]);
    let scan = run(&script, 20, LONG).await;
    assert_eq!((scan.end, scan.events.len(), scan.requests), (End::AllRead, 2, 3));
    assert_eq!(scan.read, since(0));
}

#[tokio::test(start_paused = true)]
async fn pages_of_one_chain_are_half_a_second_apart_and_ask_the_same() {
    let script = Script::of([page(&[900], Some("a")), Err(Failure::Throttled), page(&[800], Some("b")), page(&[10], None)]);
    run(&script, 20, LONG).await;
    let sent = script.sent();
    assert_eq!(sent.iter().map(|(token, ..)| token.as_deref()).collect::<Vec<_>>(), [None, Some("a"), Some("a"), Some("b")]);
    assert!(sent.windows(2).all(|pair| pair[1].2 - pair[0].2 >= PERIOD && pair[1].1 == pair[0].1));
}

#[tokio::test(start_paused = true)]
async fn different_questions_at_once_share_the_bucket() {
    let script = Script::of([]);
    let (bucket, flights) = (Bucket::new(PERIOD), SingleFlight::default());
    let (reader, writes, mut all) = (reader(&script, &bucket, &flights), job(20, LONG), job(20, LONG));
    all.place.kind = Kind::Everything;
    tokio::join!(read(&reader, &writes), read(&reader, &all));
    let sent = script.sent();
    assert_eq!(sent.len(), 2);
    assert!(sent[1].2 - sent[0].2 >= PERIOD);
}

#[tokio::test(start_paused = true)]
async fn a_token_seen_before_stops_the_chain_and_is_a_failure() {
    let script = Script::of([page(&[900], Some("a")), page(&[800], Some("b")), page(&[700], Some("a"))]);
    let scan = run(&script, 20, LONG).await;
    assert_eq!((scan.end, scan.requests), (End::Failed(Failure::LoopingToken), 3));
    assert_eq!(scan.read, since(701));
}

#[tokio::test(start_paused = true)]
async fn a_page_that_comes_again_takes_nothing_away_from_what_was_read_before() {
    let script = Script::of([page(&[900, 850], Some("a")), page(&[900, 850], Some("a"))]);
    let scan = run(&script, 20, LONG).await;
    assert_eq!((scan.end, scan.requests), (End::Failed(Failure::LoopingToken), 2));
    assert_eq!(scan.read, since(851));
}

#[tokio::test(start_paused = true)]
async fn a_spent_budget_leaves_out_the_second_that_may_go_on() {
    let script = Script::of([page(&[900, 800, 800], Some("a")), page(&[800], Some("b"))]);
    let scan = run(&script, 1, LONG).await;
    assert_eq!((scan.end, scan.requests), (End::PageCap, 1));
    assert_eq!(scan.read, since(801));
}

#[tokio::test(start_paused = true)]
async fn no_request_allowed_means_none_sent() {
    let script = Script::of([]);
    let scan = run(&script, 0, LONG).await;
    assert_eq!((scan.end, script.sent().len(), scan.read), (End::PageCap, 0, vec![]));
}

#[tokio::test(start_paused = true)]
async fn a_slow_chain_ends_at_its_deadline_and_keeps_what_it_has() {
    let mut script = Script::of([page(&[900], Some("a")), page(&[800], None)]);
    script.latency = Duration::from_secs(4);
    let begin = Instant::now();
    let scan = run(&script, 20, Duration::from_secs(6)).await;
    assert_eq!((scan.end, scan.events.len()), (End::Deadline, 1));
    assert_eq!(scan.read, since(901));
    assert_eq!(Instant::now() - begin, Duration::from_secs(6));
}

#[tokio::test(start_paused = true)]
async fn an_attempt_that_hangs_is_sent_again_twice_and_then_given_up() {
    let mut script = Script::of([]);
    script.latency = Duration::from_secs(60);
    let scan = run(&script, 20, Duration::from_secs(120)).await;
    assert_eq!((scan.end, scan.requests), (End::Failed(Failure::TimedOut), 3));
}

#[tokio::test(start_paused = true)]
async fn a_throttled_request_is_sent_again_three_times() {
    let script = Script::of((0..9).map(|_| Err(Failure::Throttled)));
    let scan = run(&script, 20, LONG).await;
    assert_eq!((scan.end, scan.requests), (End::Failed(Failure::Throttled), 4));
}

#[tokio::test(start_paused = true)]
async fn throttling_near_the_deadline_is_told_as_throttling() {
    let script = Script::of((0..9).map(|_| Err(Failure::Throttled)));
    let begin = Instant::now();
    let scan = run(&script, 20, Duration::from_millis(900)).await;
    assert_eq!(scan.end, End::Failed(Failure::Throttled));
    assert!(Instant::now() - begin <= Duration::from_millis(900));
}

#[tokio::test(start_paused = true)]
async fn denial_is_not_asked_twice() {
    let script = Script::of([Err(Failure::Denied)]);
    assert_eq!(run(&script, 20, LONG).await.requests, 1);
}

#[tokio::test(start_paused = true)]
async fn nothing_older_than_an_unreadable_event_counts_as_whole() {
    let broken = Entry::read(Some(at(500)), None, Vec::new());
    let script = Script::of([Ok(Page { entries: vec![entry(900), broken, entry(100)], token: None })]);
    let scan = run(&script, 20, LONG).await;
    assert_eq!((scan.events.len(), scan.unreadable, scan.entries), (2, 1, 3));
    assert_eq!(scan.read, since(501));
}

#[tokio::test(start_paused = true)]
async fn an_unreadable_event_of_unknown_time_proves_nothing_whole() {
    let broken = Entry::read(None, None, Vec::new());
    let script = Script::of([Ok(Page { entries: vec![entry(900), broken], token: None })]);
    assert_eq!(run(&script, 20, LONG).await.read, []);
}

#[tokio::test(start_paused = true)]
async fn a_cut_chain_that_was_not_newest_first_proves_nothing_whole() {
    let script = Script::of([page(&[100, 900], Some("a")), Err(Failure::Denied)]);
    assert_eq!(run(&script, 20, LONG).await.read, []);
}

#[tokio::test(start_paused = true)]
async fn a_dropped_chain_sends_nothing_more() {
    let script = Script::of((0..20).map(|n| page(&[900 - n], Some(&format!("t{n}")))));
    assert!(timeout(Duration::from_millis(1200), run(&script, 20, LONG)).await.is_err());
    sleep(LONG).await;
    assert_eq!(script.sent().len(), 3);
}

#[tokio::test(start_paused = true)]
async fn a_late_caller_gets_the_pages_so_far_and_goes_on_when_the_first_leaves() {
    let mut script = Script::of([page(&[900], Some("a")), page(&[800], Some("b")), page(&[10], None)]);
    script.latency = Duration::from_millis(400);
    let (bucket, flights) = (Bucket::new(PERIOD), SingleFlight::default());
    let reader = reader(&script, &bucket, &flights);
    let leaver = timeout(Duration::from_millis(700), async { read(&reader, &job(20, LONG)).await });
    let follower = async {
        sleep(Duration::from_millis(450)).await;
        read(&reader, &job(20, LONG)).await
    };
    let (left, scan) = tokio::join!(leaver, follower);
    assert!(left.is_err());
    assert_eq!((scan.end, scan.events.len(), scan.read), (End::AllRead, 3, since(0)));
    let tokens: Vec<Option<String>> = script.sent().into_iter().map(|(token, ..)| token).collect();
    assert_eq!(tokens, [None, Some("a".to_owned()), Some("a".to_owned()), Some("b".to_owned())], "only what was under way is sent again");
}

#[tokio::test(start_paused = true)]
async fn a_failure_is_shared_by_those_who_wait_but_not_by_those_who_come_later() {
    let mut script = Script::of([Err(Failure::Denied)]);
    script.latency = Duration::from_millis(100);
    let (bucket, flights) = (Bucket::new(PERIOD), SingleFlight::default());
    let reader = reader(&script, &bucket, &flights);
    let (job, held) = (job(20, LONG), flights.join(&job(20, LONG).place, &Ask::new(window(), Kind::Writes), at(9_000)));
    let (one, two) = tokio::join!(read(&reader, &job), read(&reader, &job));
    assert_eq!((one.end, two.end, script.sent().len()), (End::Failed(Failure::Denied), End::Failed(Failure::Denied), 1));
    assert_eq!(read(&reader, &job).await.end, End::AllRead);
    drop(held);
}

/// Keeps slices as they come, and gives those inside.
#[derive(Default)]
struct Memory(Mutex<Vec<Slice>>);

impl Settled for Memory {
    fn known(&self, _: &SliceKey, start: DateTime<Utc>, end: DateTime<Utc>) -> Vec<Slice> {
        self.0.lock().unwrap().iter().filter(|slice| start <= slice.start && slice.end <= end).cloned().collect()
    }

    fn keep(&self, _: &SliceKey, slice: Slice) {
        self.0.lock().unwrap().push(slice);
    }
}

#[tokio::test(start_paused = true)]
async fn settled_events_are_kept_and_a_later_question_reads_only_the_rest() {
    let script = Script::of([page(&[900, 800, 700], Some("a")), page(&[10], None), page(&[900, 800], None)]);
    let (bucket, flights, memory) = (Bucket::new(PERIOD), SingleFlight::default(), Memory::default());
    let reader = Reader { settled: Some(&memory), ..reader(&script, &bucket, &flights) };
    let mut job = Job { settled: at(750), ..job(20, LONG) };
    assert_eq!(read(&reader, &job).await.events.len(), 4);
    assert!(memory.0.lock().unwrap().is_empty(), "of an unknown account nothing is kept");

    job.place.account = "111122223333".to_owned();
    *script.answers.lock().unwrap() = VecDeque::from([page(&[900, 800, 700, 10], None), page(&[900, 800], None)]);
    read(&reader, &job).await;
    let kept = memory.0.lock().unwrap().clone();
    assert_eq!((kept.len(), kept[0].start, kept[0].end, kept[0].entries.len()), (1, at(0), at(749), 2));
    let again = read(&reader, &job).await;
    assert_eq!((again.end, again.events.len(), again.cached, again.requests), (End::AllRead, 4, 2, 1));
    assert_eq!((script.sent().last().unwrap().1.start, again.read), (at(750), since(0)));
}

#[tokio::test(start_paused = true)]
async fn what_this_investigation_read_before_is_not_asked_again() {
    let script = Script::of([page(&[300], None)]);
    let (bucket, flights) = (Bucket::new(PERIOD), SingleFlight::default());
    let job = Job { read: since(400), ..job(20, LONG) };
    let scan = read(&reader(&script, &bucket, &flights), &job).await;
    assert_eq!((scan.requests, scan.read, script.sent()[0].1.end), (1, since(0), at(400)));
}
