use super::super::chain::{Entry, Page};
use super::*;

const QUICK: Duration = Duration::from_millis(200);
const SLOW_PAGE: Duration = Duration::from_secs(4);
const LONG: Duration = Duration::from_secs(25);

fn at(second: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_769_544_000 + second, 0).unwrap()
}

fn window(from: i64, to: i64) -> Window {
    Window::new(at(from), at(to)).unwrap()
}

fn task() -> Task {
    Task {
        window: window(0, 3_600),
        known: Vec::new(),
        kind: Kind::Writes,
        alert: None,
        names: Vec::new(),
        max_requests: 20,
        period: Duration::from_millis(500),
    }
}

/// The page of a fetch in a world where something happens every `apart` seconds.
fn seen(fetch: &Fetch, apart: i64, latency: Duration) -> Seen {
    let (start, end) = (fetch.ask.start.timestamp(), fetch.ask.end.timestamp());
    let seconds: Vec<i64> = (start..=end).rev().filter(|second| second % apart == 0).collect();
    let entry = |second: &i64| {
        let record = format!(r#"{{"eventName":"RunInstances","eventTime":{second},"eventID":"e-{second}"}}"#);
        Entry::read(DateTime::from_timestamp(*second, 0), Some(&record), Vec::new())
    };
    let page = Page {
        entries: seconds.iter().skip(50 * fetch.page).take(50).map(entry).collect(),
        token: (seconds.len() > 50 * (fetch.page + 1)).then(|| format!("{}", fetch.page)),
    };
    Seen { chain: fetch.chain, sent: 1, gave: Ok(Ok(Arc::new(Landed { page, latency }))) }
}

/// Answers what is asked, oldest question first, and returns all that was asked.
fn play(mut planner: Planner, apart: i64, latency: Duration) -> (Planner, Vec<Fetch>, End) {
    let (mut asked, mut waiting) = (Vec::new(), std::collections::VecDeque::new());
    let mut last = None;
    loop {
        match planner.next(last.take(), LONG) {
            Step::Done(end) => return (planner, asked, end),
            Step::Fetch(fetches) => {
                asked.extend(fetches.clone());
                waiting.extend(fetches);
            }
        }
        last = waiting.pop_front().map(|fetch| seen(&fetch, apart, latency));
        assert!(last.is_some(), "nothing to wait for");
    }
}

#[test]
fn quick_pages_are_read_one_after_the_other_with_one_question() {
    let (planner, asked, end) = play(Planner::new(task()), 30, QUICK);
    assert_eq!((end, planner.read()), (End::AllRead, vec![window(0, 3_600)]));
    assert_eq!(asked.iter().map(|fetch| fetch.page).collect::<Vec<_>>(), [0, 1, 2]);
    assert!(asked.iter().all(|fetch| fetch.ask == asked[0].ask));
}

#[test]
fn slow_pages_are_read_side_by_side_in_parts_that_touch() {
    let mut planner = Planner::new(task());
    let Step::Fetch(probe) = planner.next(None, LONG) else { panic!("no probe") };
    let Step::Fetch(more) = planner.next(Some(seen(&probe[0], 7, SLOW_PAGE)), LONG) else { panic!("no parts") };
    assert_eq!((probe.len(), more.len()), (1, 5));
    let mut ends: Vec<_> = more.iter().skip(1).map(|fetch| fetch.ask.end).collect();
    ends.sort();
    let parts: Vec<_> = planner.scans().iter().map(|chain| chain.part).collect();
    assert_eq!(union(parts.clone()), [window(0, 3_600)]);
    assert_eq!(parts.iter().map(Window::length).sum::<TimeDelta>(), TimeDelta::seconds(3_600), "no part is read twice");
    let (planner, _, end) = play(Planner::new(task()), 7, SLOW_PAGE);
    assert_eq!((end, planner.read()), (End::AllRead, vec![window(0, 3_600)]));
    assert!(planner.decisions().contains(&Decision::SideBySide(SLOW_PAGE, 6)), "{:?}", planner.decisions());
}

#[test]
fn a_chain_that_comes_to_the_end_of_everything_makes_the_others_needless() {
    let mut planner = Planner::new(task());
    let Step::Fetch(probe) = planner.next(None, LONG) else { panic!("no probe") };
    // 50 events in the newest 50 s, one more, and nothing else.
    let Step::Fetch(more) = planner.next(Some(seen(&probe[0], 1, SLOW_PAGE)), LONG) else { panic!("no parts") };
    assert!(more.len() > 1);
    let last = Page { entries: vec![Entry::read(Some(at(3_500)), Some("{}"), Vec::new())], token: None };
    let gave = Ok(Ok(Arc::new(Landed { page: last, latency: SLOW_PAGE })));
    assert_eq!(planner.next(Some(Seen { chain: 0, sent: 1, gave }), LONG), Step::Done(End::AllRead));
}

#[test]
fn what_lies_before_the_alert_goes_first_once_it_is_clear_that_not_all_fits() {
    let alert = Some(at(1_800));
    let (planner, asked, end) = play(Planner::new(Task { alert, max_requests: 5, ..task() }), 1, QUICK);
    assert_eq!(end, End::PageCap);
    assert_eq!((asked[0].ask.end, asked[1].ask.end), (at(3_600), at(1_800 + 61)));
    assert!(asked.iter().skip(1).all(|fetch| fetch.chain == asked[1].chain));
    assert_eq!(planner.read().len(), 2);
}

#[test]
fn an_alert_after_the_window_changes_nothing() {
    let alert = Some(at(9_000));
    let (_, asked, _) = play(Planner::new(Task { alert, max_requests: 5, ..task() }), 1, QUICK);
    assert!(asked.iter().all(|fetch| fetch.chain == 0));
}

#[test]
fn what_is_known_is_not_asked_and_all_known_asks_nothing() {
    let known = vec![window(1_000, 2_000), window(0, 500)];
    let (planner, asked, _) = play(Planner::new(Task { known, ..task() }), 600, QUICK);
    assert_eq!(
        asked.iter().map(|fetch| (fetch.ask.start, fetch.ask.end)).collect::<Vec<_>>(),
        [(at(2_000), at(3_600)), (at(500), at(1_000))]
    );
    assert_eq!(planner.read(), [window(0, 3_600)]);
    let all = Task { known: vec![window(0, 3_600)], ..task() };
    assert_eq!(Planner::new(all).next(None, LONG), Step::Done(End::AllRead));
}

#[test]
fn many_small_gaps_are_read_as_few_and_the_longest_known_stretches_stay() {
    let known: Vec<Window> = [(100, 300), (400, 410), (500, 900), (1_000, 1_005)].map(|(from, to)| window(from, to)).into();
    assert_eq!(gaps(window(0, 1_100), &known), [window(0, 100), window(300, 500), window(900, 1_100)]);
}

#[test]
fn a_refused_identity_ends_everything_at_once_and_a_lost_connection_waits_for_the_rest() {
    for (failure, ends) in [(Failure::Denied, true), (Failure::Cut, false)] {
        let mut planner = Planner::new(task());
        let Step::Fetch(probe) = planner.next(None, LONG) else { panic!("no probe") };
        planner.next(Some(seen(&probe[0], 7, SLOW_PAGE)), LONG);
        let step = planner.next(Some(Seen { chain: 0, sent: 1, gave: Ok(Err(failure.clone())) }), LONG);
        assert_eq!(step == Step::Done(End::Failed(failure.clone())), ends, "{failure:?}: {step:?}");
        assert!(ends || step == Step::Fetch(Vec::new()));
    }
}

#[test]
fn no_request_is_planned_beyond_the_budget_or_the_time() {
    for max_requests in 0..12 {
        let (_, asked, end) = play(Planner::new(Task { max_requests, ..task() }), 1, SLOW_PAGE);
        assert_eq!((asked.len(), end), (max_requests as usize, End::PageCap));
    }
    let mut planner = Planner::new(task());
    planner.next(None, LONG);
    assert_eq!(planner.next(Some(Seen { chain: 0, sent: 0, gave: Err(Stop::Deadline) }), LONG), Step::Done(End::Deadline));
}

#[test]
fn a_spelling_that_is_refused_does_not_make_the_reading_a_failure() {
    let task = Task { names: vec!["web".to_owned(), "db".to_owned()], max_requests: 8, ..task() };
    let (mut planner, mut last, mut refused) = (Planner::new(task), None, 0);
    let end = loop {
        match planner.next(last.take(), LONG) {
            Step::Done(end) => break end,
            Step::Fetch(fetches) => {
                let fetch = fetches.first().expect("one after the other");
                let by_name = fetch.ask.name.is_some();
                refused += usize::from(by_name);
                let refusal = Seen { chain: fetch.chain, sent: 1, gave: Ok(Err(Failure::Refused)) };
                last = Some(if by_name { refusal } else { seen(fetch, 1, QUICK) });
            }
        }
    };
    assert_eq!((end, refused), (End::PageCap, 2));
}
