use std::collections::VecDeque;
use std::sync::Mutex;

use serde_json::json;

use super::*;

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

async fn run(script: &Script, max_requests: u32, deadline: Duration) -> Scan {
    let limits = Limits { max_requests, deadline: Instant::now() + deadline, attempt: Duration::from_secs(10) };
    scan(script, &Bucket::new(PERIOD), &Ask::new(window(), Kind::Writes), limits).await
}

const LONG: Duration = Duration::from_secs(25);

#[tokio::test(start_paused = true)]
async fn empty_and_short_pages_with_a_token_do_not_end_the_chain() {
    let script = Script::of([page(&[900], Some("a")), page(&[], Some("b")), page(&[10], None)]);
    let scan = run(&script, 20, LONG).await;
    assert_eq!((scan.end, scan.events.len(), scan.requests), (End::AllRead, 2, 3));
    assert_eq!(scan.whole_from(window()), Some(at(0)));
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
async fn two_chains_at_once_share_the_bucket() {
    let script = Script::of([]);
    let (bucket, ask) = (Bucket::new(PERIOD), Ask::new(window(), Kind::Writes));
    let limits = Limits { max_requests: 20, deadline: Instant::now() + LONG, attempt: LONG };
    tokio::join!(scan(&script, &bucket, &ask, limits), scan(&script, &bucket, &ask, limits));
    let sent = script.sent();
    assert_eq!(sent.len(), 2);
    assert!(sent[1].2 - sent[0].2 >= PERIOD);
}

#[tokio::test(start_paused = true)]
async fn a_token_seen_before_stops_the_chain_and_is_a_failure() {
    let script = Script::of([page(&[900], Some("a")), page(&[800], Some("b")), page(&[700], Some("a"))]);
    let scan = run(&script, 20, LONG).await;
    assert_eq!((scan.end, scan.requests), (End::Failed(Failure::LoopingToken), 3));
    assert_eq!(scan.whole_from(window()), Some(at(701)));
}

#[tokio::test(start_paused = true)]
async fn a_spent_budget_leaves_out_the_second_that_may_go_on() {
    let script = Script::of([page(&[900, 800, 800], Some("a")), page(&[800], Some("b"))]);
    let scan = run(&script, 1, LONG).await;
    assert_eq!((scan.end, scan.requests), (End::PageCap, 1));
    assert_eq!(scan.whole_from(window()), Some(at(801)));
}

#[tokio::test(start_paused = true)]
async fn no_request_allowed_means_none_sent() {
    let script = Script::of([]);
    let scan = run(&script, 0, LONG).await;
    assert_eq!((scan.end, script.sent().len(), scan.whole_from(window())), (End::PageCap, 0, None));
}

#[tokio::test(start_paused = true)]
async fn a_slow_chain_ends_at_its_deadline_and_keeps_what_it_has() {
    let mut script = Script::of([page(&[900], Some("a")), page(&[800], None)]);
    script.latency = Duration::from_secs(4);
    let begin = Instant::now();
    let scan = run(&script, 20, Duration::from_secs(6)).await;
    assert_eq!((scan.end, scan.events.len()), (End::Deadline, 1));
    assert_eq!(scan.whole_from(window()), Some(at(901)));
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
async fn throttling_is_borne_three_times() {
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
    assert_eq!(scan.whole_from(window()), Some(at(501)));
}

#[tokio::test(start_paused = true)]
async fn an_unreadable_event_of_unknown_time_proves_nothing_whole() {
    let broken = Entry::read(None, None, Vec::new());
    let script = Script::of([Ok(Page { entries: vec![entry(900), broken], token: None })]);
    assert_eq!(run(&script, 20, LONG).await.whole_from(window()), None);
}

#[tokio::test(start_paused = true)]
async fn a_cut_chain_that_was_not_newest_first_proves_nothing_whole() {
    let script = Script::of([page(&[100, 900], Some("a")), Err(Failure::Denied)]);
    assert_eq!(run(&script, 20, LONG).await.whole_from(window()), None);
}

#[tokio::test(start_paused = true)]
async fn a_dropped_chain_sends_nothing_more() {
    let script = Script::of((0..20).map(|n| page(&[900 - n], Some(&format!("t{n}")))));
    assert!(timeout(Duration::from_millis(1200), run(&script, 20, LONG)).await.is_err());
    sleep(LONG).await;
    assert_eq!(script.sent().len(), 3);
}

#[test]
fn windows_are_asked_in_whole_seconds_that_contain_them() {
    let part = Window::new(at(0) + TimeDelta::milliseconds(250), at(9) + TimeDelta::milliseconds(1)).unwrap();
    let ask = Ask::new(part, Kind::Everything);
    assert_eq!((ask.start, ask.end), (at(0), at(10)));
}

proptest::proptest! {
    #[test]
    fn pauses_grow_within_half_and_whole_and_never_beyond_the_cap(nth in 1_u32..100) {
        let full = PERIOD * 2_u32.saturating_pow(nth - 1).min(LONGEST_PAUSE);
        let pause = pause(PERIOD, nth);
        proptest::prop_assert!(full / 2 <= pause && pause <= full);
    }
}
