//! Event history through the real SDK against the fake AWS: what every fault looks like in the answer.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_cloudtrail::config::{Credentials, SharedCredentialsProvider};
use chrono::{DateTime, TimeDelta, Utc};
use cloudtrail_mcp::answer::words::Words;
use cloudtrail_mcp::context::basis::{Basis, WindowStart};
use cloudtrail_mcp::context::{Incident, Named, Onset, Told};
use cloudtrail_mcp::coverage::{Cause, Cell, Note, Obstacle, Share, State};
use cloudtrail_mcp::investigate::plan;
use cloudtrail_mcp::policy::{Admitted, Available, Policy, Scope};
use cloudtrail_mcp::source::event_history::{EventHistory, PROFILE, Settings};
use cloudtrail_mcp::source::{Kind, Query, Source};
use cloudtrail_mcp::time::Window;
use serde_json::{Value, json};
use tokio::time::timeout;

use crate::fake_aws::{ACCOUNT, FakeAws, Fault, TARGET, write};

pub(crate) fn now() -> DateTime<Utc> {
    "2026-01-27T21:00:00Z".parse().unwrap()
}

pub(crate) fn window() -> Window {
    Window::new(now() - TimeDelta::minutes(60), now() - TimeDelta::minutes(20)).unwrap()
}

pub(crate) fn ago(minutes: i64) -> DateTime<Utc> {
    now() - TimeDelta::minutes(minutes)
}

/// `count` writes in eu-west-1, one a second, the last of them a second before the window's end.
fn writes(count: i64) -> Vec<Value> {
    let record = |n| write(&format!("e-{n}"), "ec2.amazonaws.com", "RunInstances", "eu-west-1", ago(20) - TimeDelta::seconds(n));
    (1..=count).map(record).collect()
}

pub(crate) fn open() -> Policy {
    Policy { allow_aws_read: true, ..Policy::default() }
}

pub(crate) fn scope(policy: &Policy, window: Window) -> Scope {
    let incident = Incident {
        alert: None,
        window,
        window_basis: WindowStart::Given.into(),
        onset: Onset::None,
        start_given: true,
        regions: vec![Named { name: "eu-west-1".to_owned(), basis: Basis::Argument }],
        all_regions: false,
        regions_given: true,
        accounts: Vec::new(),
        accounts_given: false,
        resources: Vec::new(),
        words: String::new(),
        told: Told::default(),
        speaks_to_reader: false,
    };
    policy.admit(&incident, None, &Available::only(&PROFILE), now()).unwrap()
}

fn queries(scope: &Scope, kind: &Kind) -> Vec<Query> {
    plan::queries(scope, scope.window(), kind, scope.deadline())
}

fn query(policy: &Policy, window: Window) -> Query {
    queries(&scope(policy, window), &Kind::Writes).swap_remove(0)
}

pub(crate) fn credentials() -> SharedCredentialsProvider {
    SharedCredentialsProvider::new(Credentials::new("AKIAIOSFODNN7EXAMPLE", "example", None, None, "test"))
}

pub(crate) fn settings(fake: &FakeAws, credentials: Option<SharedCredentialsProvider>) -> Settings {
    let mut aws =
        SdkConfig::builder().behavior_version(BehaviorVersion::latest()).region(Region::new("eu-west-1")).endpoint_url(fake.endpoint_url());
    aws.set_credentials_provider(credentials);
    Settings {
        period: Duration::from_millis(1),
        clock: Arc::new(now),
        aws: Some(aws.build()),
        attempt_timeout: Duration::from_millis(2_000),
        ..Settings::default()
    }
}

fn history(fake: &FakeAws) -> EventHistory {
    EventHistory::new(settings(fake, Some(credentials())))
}

async fn gated(history: &EventHistory, query: &Query) -> Admitted {
    query.gate(history.read(query).await)
}

/// Reads the usual window of eu-west-1; there is always one cell.
async fn read(fake: &FakeAws) -> (Admitted, Cell) {
    read_with(fake, &query(&open(), window())).await
}

async fn read_with(fake: &FakeAws, query: &Query) -> (Admitted, Cell) {
    let reading = query.gate(history(fake).read(query).await);
    assert_eq!(reading.cells.len(), 1);
    let cell = reading.cells[0].clone();
    (reading, cell)
}

#[tokio::test]
async fn every_write_is_read_page_by_page_and_none_twice() {
    for (count, requests) in [(0, 1), (1, 1), (50, 1), (51, 2), (120, 3)] {
        let fake = FakeAws::start(now()).await.with_events(writes(count));
        let (reading, cell) = read(&fake).await;
        assert_eq!((cell.state(), cell.requests, i64::from(cell.events)), (State::Exhausted, requests, count), "{:?}", cell.notes);
        assert_eq!((cell.account(), cell.region(), cell.covered()), (ACCOUNT, "eu-west-1", Some(window())));
        let mut ids: Vec<_> = reading.events.iter().map(|event| event.event_id.clone()).collect();
        ids.sort();
        ids.dedup();
        assert_eq!(i64::try_from(ids.len()).unwrap(), count);
    }
}

#[tokio::test]
async fn slow_pages_are_read_side_by_side_and_no_event_at_their_edges_is_lost_or_doubled() {
    // Ten in each second, so that parts meet in the middle of them.
    let record = |n: i64| {
        write(&format!("e-{n}"), "ec2.amazonaws.com", "RunInstances", "eu-west-1", window().from + TimeDelta::seconds(n / 10 * 90))
    };
    let fake = FakeAws::start(now()).await.with_events((0..260).map(record)).always(Fault::Delay(Duration::from_millis(700)));
    let (reading, cell) = read(&fake).await;
    assert_eq!((cell.state(), reading.events.len()), (State::Exhausted, 260), "{:?}", reading.decisions);
    let spans: HashSet<(i64, i64)> = fake
        .lookups()
        .iter()
        .map(|request| (request.body["StartTime"].as_i64().unwrap(), request.body["EndTime"].as_i64().unwrap()))
        .collect();
    assert!(spans.len() > 1 && cell.requests <= 6 + 4, "{spans:?} {:?}", reading.decisions);
}

#[tokio::test]
async fn all_pages_ask_with_the_same_parameters() {
    let fake = FakeAws::start(now()).await.with_events(writes(120));
    read(&fake).await;
    let bodies: Vec<Value> = fake.lookups().into_iter().map(|request| request.body).collect();
    let wanted = json!({
        "LookupAttributes": [{"AttributeKey": "ReadOnly", "AttributeValue": "false"}],
        "StartTime": window().from.timestamp(), "EndTime": window().to.timestamp(), "MaxResults": 50,
    });
    assert_eq!(bodies[0], wanted);
    for mut body in bodies.into_iter().skip(1) {
        assert!(body.as_object_mut().unwrap().remove("NextToken").is_some());
        assert_eq!(body, wanted);
    }
    assert!(fake.lookups().iter().all(|request| request.target == TARGET && request.region == "eu-west-1"));
}

#[tokio::test]
async fn the_window_s_end_is_outside_though_aws_counts_it_in() {
    let edge = |id, time| write(id, "ec2.amazonaws.com", "StopInstances", "eu-west-1", time);
    let fake = FakeAws::start(now()).await.with_events([edge("first", window().from), edge("after", window().to)]);
    let (reading, _) = read(&fake).await;
    assert_eq!(reading.events.iter().map(|event| event.event_id.as_str()).collect::<Vec<_>>(), ["first"]);
}

#[tokio::test]
async fn an_event_keeps_the_resources_that_only_the_envelope_has() {
    let fake = FakeAws::start(now()).await.with_events(writes(1));
    let (reading, _) = read(&fake).await;
    let names: Vec<_> = reading.events[0].lookup_resources.iter().map(|it| (it.kind.as_deref(), it.name.as_str())).collect();
    assert_eq!(names, [(Some("AWS::EC2::Instance"), "i-0123456789abcdef0"), (None, "web")]);
}

#[tokio::test]
async fn reads_are_left_out_unless_asked_for_and_an_id_finds_its_one_event() {
    let mut read_event = write("look", "ec2.amazonaws.com", "DescribeInstances", "eu-west-1", ago(30));
    read_event["readOnly"] = json!(true);
    let fake = FakeAws::start(now()).await.with_events(writes(3)).with_events([read_event]);
    let history = history(&fake);
    let scope = scope(&open(), window());
    for (kind, found) in [(Kind::Writes, 3), (Kind::Everything, 4), (Kind::EventId("look".to_owned()), 1)] {
        let query = queries(&scope, &kind).swap_remove(0);
        assert_eq!(query.gate(history.read(&query).await).events.len(), found, "{kind:?}");
    }
}

#[tokio::test]
async fn the_global_pass_finds_the_iam_change() {
    let iam = write("iam", "iam.amazonaws.com", "AttachRolePolicy", "us-east-1", ago(30));
    let fake = FakeAws::start(now()).await.with_events(writes(1)).with_events([iam]);
    let history = history(&fake);
    let queries = queries(&scope(&open(), window()), &Kind::Writes);
    let mut found = Vec::new();
    for query in &queries {
        let reading = gated(&history, query).await;
        found.push((reading.cells[0].region().to_owned(), reading.events[0].event_id.clone()));
    }
    assert_eq!(found, [("eu-west-1".to_owned(), "e-1".to_owned()), ("us-east-1".to_owned(), "iam".to_owned())]);
}

#[tokio::test]
async fn one_fault_passes_unseen_where_sending_again_helps() {
    use Fault::{
        CutBodyCleanClose, Delay, EmptyPageWithToken, MalformedJson, MissingEvents, ResetMidBody, ShortPageWithToken, Status, Throttle,
        WrongContentType,
    };
    let passing = [
        Throttle,
        Status(500),
        Status(503),
        ResetMidBody,
        CutBodyCleanClose,
        MalformedJson,
        WrongContentType,
        MissingEvents,
        EmptyPageWithToken,
    ];
    for fault in passing.into_iter().chain([ShortPageWithToken, Delay(Duration::from_millis(5))]) {
        let fake = FakeAws::start(now()).await.with_events(writes(3)).fault(fault);
        let (reading, cell) = read(&fake).await;
        assert_eq!((cell.state(), reading.events.len()), (State::Exhausted, 3), "{fault:?}: {:?}", cell.notes);
    }
}

#[tokio::test]
async fn throttling_that_passed_is_told_since_others_use_the_account_as_well() {
    let fake = FakeAws::start(now()).await.with_events(writes(3)).fault(Fault::Throttle);
    let (_, cell) = read(&fake).await;
    assert_eq!((cell.state(), cell.requests), (State::Exhausted, 2));
    insta::assert_snapshot!(Words::ENGLISH.detail(&cell).unwrap(), @"AWS throttled 1 of 2 requests: others use the account's 2 a second in eu-west-1 as well");
}

/// A fault for good: its state, its cause, requests sent.
type Case = (Fault, State, fn(Option<Cause>) -> bool, u32);

#[tokio::test]
async fn a_fault_for_good_is_a_gap_with_its_reason_and_never_an_empty_success() {
    use Fault::{
        AccessDenied, Code, CutBodyCleanClose, ExpiredToken, MalformedJson, MissingEvents, ResetMidBody, Status, Throttle, WrongContentType,
    };
    let unavailable = |cause: Option<Cause>| cause == Some(Cause::Unavailable);
    let throttled = |cause: Option<Cause>| matches!(cause, Some(Cause::Throttled { retry_after: Some(_) }));
    let cases: &[Case] = &[
        (Throttle, State::Throttled, throttled, 4),
        (Status(500), State::Failed, unavailable, 3),
        (ResetMidBody, State::Failed, unavailable, 3),
        (CutBodyCleanClose, State::Failed, unavailable, 3),
        (MalformedJson, State::Failed, unavailable, 3),
        (WrongContentType, State::Failed, unavailable, 3),
        (MissingEvents, State::Failed, unavailable, 3),
        (AccessDenied, State::Denied, |cause| cause == Some(Cause::AccessDenied), 1),
        (ExpiredToken, State::Expired, |cause| cause == Some(Cause::ExpiredCredentials), 2),
        (Code("UnrecognizedClientException"), State::Failed, |cause| cause == Some(Cause::Obstacle(Obstacle::UnknownKey)), 1),
        (Code("OptInRequired"), State::RegionDisabled, |cause| cause.is_none(), 1),
        (Code("SomethingNewException"), State::Failed, |cause| cause == Some(Cause::Refused), 1),
    ];
    for (fault, state, cause, requests) in cases {
        let fake = FakeAws::start(now()).await.with_events(writes(3)).always(*fault);
        let (reading, cell) = read(&fake).await;
        assert_eq!((cell.state(), cell.covered(), cell.requests), (*state, None, *requests), "{fault:?}");
        assert!(cause(cell.cause.clone()), "{fault:?}: {:?}", cell.cause);
        assert!(reading.events.is_empty());
        let detail = Words::ENGLISH.detail(&cell).unwrap_or_default();
        assert!(!detail.contains("outside") && !detail.contains("html"), "text of AWS's own in: {detail}");
    }
}

#[tokio::test]
async fn what_was_read_before_a_failure_is_kept_and_told() {
    let fake = FakeAws::start(now()).await.with_events(writes(120)).fault(Fault::None).always(Fault::AccessDenied);
    let (reading, cell) = read(&fake).await;
    assert_eq!((cell.state(), reading.events.len()), (State::Denied, 50));
    assert_eq!(cell.covered(), Window::new(ago(20) - TimeDelta::seconds(49), window().to));
    insta::assert_snapshot!(
        Words::ENGLISH.detail(&cell).unwrap(),
        @"cloudtrail:LookupEvents is not allowed for this identity in eu-west-1; everything since 2026-01-27T20:39:11Z was read"
    );
}

#[tokio::test]
async fn a_looping_token_ends_the_reading_as_a_failure() {
    let fake = FakeAws::start(now()).await.with_events(writes(120)).always(Fault::LoopingToken);
    let (reading, cell) = read(&fake).await;
    assert_eq!((cell.state(), cell.requests, reading.events.len()), (State::Failed, 2, 50));
    assert_eq!(cell.covered(), Window::new(ago(20) - TimeDelta::seconds(49), window().to), "what was read before counts");
    assert!(Words::ENGLISH.detail(&cell).unwrap().contains("repeated a page token"));
}

#[tokio::test]
async fn empty_pages_that_never_end_stop_at_the_budget() {
    let fake = FakeAws::start(now()).await.with_events(writes(3)).always(Fault::EmptyPageWithToken);
    let (_, cell) = read(&fake).await;
    assert_eq!((cell.state(), cell.covered(), cell.requests), (State::PageCap, None, 20));
}

#[tokio::test]
async fn a_spent_budget_tells_how_far_it_went() {
    let fake = FakeAws::start(now()).await.with_events(writes(120));
    let (reading, cell) = read_with(&fake, &query(&Policy { lookup_requests: 2, ..open() }, window())).await;
    assert_eq!((cell.state(), reading.events.len(), cell.requests), (State::PageCap, 100, 2));
    assert_eq!(cell.covered(), Window::new(ago(20) - TimeDelta::seconds(99), window().to));
}

#[tokio::test]
async fn a_slow_answer_ends_at_the_deadline() {
    let fake = FakeAws::start(now()).await.with_events(writes(3)).always(Fault::Delay(Duration::from_secs(60)));
    let policy = Policy { deadline: Duration::from_millis(150), ..open() };
    let (_, cell) = read_with(&fake, &query(&policy, window())).await;
    assert_eq!((cell.state(), cell.covered(), cell.cause), (State::Deadline, None, Some(Cause::Unavailable)));
}

#[tokio::test]
async fn one_event_that_cannot_be_read_is_told_and_the_rest_kept() {
    let fake = FakeAws::start(now()).await.with_events(writes(50)).fault(Fault::BadCloudTrailEvent);
    let (reading, cell) = read(&fake).await;
    assert_eq!((cell.state(), reading.events.len()), (State::Failed, 49));
    assert_eq!(cell.covered(), None);
    assert_eq!(cell.notes, [Note::Unreadable(Share { count: 1, of: 50 })]);
}

#[tokio::test]
async fn a_window_that_ends_within_the_lag_is_complete_only_to_its_beginning() {
    let late = write("late", "ec2.amazonaws.com", "StopInstances", "eu-west-1", ago(4));
    let fake = FakeAws::start(now()).await.with_events(writes(1)).with_events([late]).lagging(TimeDelta::minutes(5));
    let (reading, cell) = read_with(&fake, &query(&open(), Window::new(ago(60), now()).unwrap())).await;
    assert_eq!((cell.state(), cell.covered(), reading.events.len()), (State::Lagging, Window::new(ago(60), ago(15)), 1));
    insta::assert_snapshot!(Words::ENGLISH.detail(&cell).unwrap(), @"events of the last 15 minutes may still arrive; complete to 2026-01-27T20:45:00Z");
}

#[tokio::test]
async fn a_window_wholly_within_the_lag_was_looked_at_but_proves_nothing() {
    let fake = FakeAws::start(now()).await;
    let (_, cell) = read_with(&fake, &query(&open(), Window::new(ago(10), now()).unwrap())).await;
    assert_eq!((cell.state(), cell.covered(), cell.requests), (State::Lagging, None, 1));
}

#[tokio::test]
async fn a_window_before_the_90_days_asks_nothing() {
    let fake = FakeAws::start(now()).await;
    let query = query(&open(), window());
    let later = Settings { clock: Arc::new(|| now() + TimeDelta::days(91)), ..settings(&fake, Some(credentials())) };
    let reading = query.gate(EventHistory::new(later).read(&query).await);
    assert_eq!((reading.cells[0].state(), fake.requests().len()), (State::NoData, 0));
}

#[tokio::test]
async fn a_window_cut_by_the_90_days_says_from_when_on_it_was_read() {
    let fake = FakeAws::start(now()).await.with_events(writes(3));
    let floor = ago(30);
    let later = Settings { clock: Arc::new(move || floor + TimeDelta::days(90)), ..settings(&fake, Some(credentials())) };
    let asked = query(&open(), window());
    let reading = asked.gate(EventHistory::new(later).read(&asked).await);
    assert_eq!((reading.cells[0].state(), reading.cells[0].covered()), (State::NoData, Window::new(floor, window().to)));
    assert_eq!(reading.events.len(), 3);
}

#[tokio::test]
async fn an_account_outside_the_allow_list_is_denied_before_any_lookup() {
    let fake = FakeAws::start(now()).await.with_events(writes(3));
    let policy = Policy { accounts: vec!["444455556666".to_owned()], ..open() };
    let (reading, cell) = read_with(&fake, &query(&policy, window())).await;
    assert_eq!((cell.state(), cell.account()), (State::DeniedByPolicy, ACCOUNT));
    assert!(reading.events.is_empty() && fake.lookups().is_empty());
}

#[tokio::test]
async fn an_account_on_the_allow_list_is_read() {
    let fake = FakeAws::start(now()).await.with_events(writes(3));
    let policy = Policy { accounts: vec![ACCOUNT.to_owned()], ..open() };
    let (reading, cell) = read_with(&fake, &query(&policy, window())).await;
    assert_eq!((cell.state(), reading.events.len()), (State::Exhausted, 3));
}

#[tokio::test]
async fn an_unknown_account_is_denied_under_an_allow_list_and_read_without_one() {
    let fake = FakeAws::start(now()).await.with_events(writes(3)).without_identity();
    let policy = Policy { accounts: vec![ACCOUNT.to_owned()], ..open() };
    let (_, cell) = read_with(&fake, &query(&policy, window())).await;
    assert_eq!((cell.state(), fake.lookups().len()), (State::DeniedByPolicy, 0));
    let (reading, cell) = read(&fake).await;
    assert_eq!((cell.state(), cell.account(), reading.events.len()), (State::Exhausted, "", 3));
}

#[tokio::test]
async fn the_account_is_asked_once_for_all_reads() {
    let fake = FakeAws::start(now()).await.with_events(writes(3));
    let history = history(&fake);
    let query = query(&open(), window());
    let (one, two) = tokio::join!(gated(&history, &query), gated(&history, &query));
    assert_eq!((one.cells[0].account(), two.cells[0].account()), (ACCOUNT, ACCOUNT));
    assert_eq!(fake.requests().iter().filter(|request| request.service == "sts").count(), 1);
}

#[tokio::test]
async fn missing_credentials_send_nothing_and_are_told_as_such() {
    let fake = FakeAws::start(now()).await;
    let asked = query(&open(), window());
    let reading = asked.gate(EventHistory::new(settings(&fake, None)).read(&asked).await);
    let cell = &reading.cells[0];
    assert_eq!((cell.state(), cell.cause.clone()), (State::Failed, Some(Cause::Obstacle(Obstacle::NoCredentials))));
    assert_eq!((cell.requests, fake.requests().len()), (0, 0));
}

#[tokio::test]
async fn different_questions_at_once_keep_aws_s_pace_and_are_not_throttled() {
    let fake = FakeAws::start(now()).await.with_events(writes(60)).throttling();
    let history = EventHistory::new(Settings { period: Duration::from_millis(500), ..settings(&fake, Some(credentials())) });
    let both = |kind| queries(&scope(&open(), window()), &kind).swap_remove(0);
    let (writes, everything) = (both(Kind::Writes), both(Kind::Everything));
    let (one, two) = tokio::join!(gated(&history, &writes), gated(&history, &everything));
    assert_eq!((one.cells[0].state(), two.cells[0].state()), (State::Exhausted, State::Exhausted));
    assert_eq!(fake.lookups().len(), 4, "none was sent again");
}

#[tokio::test]
async fn a_reading_that_is_given_up_sends_nothing_any_more() {
    let fake = FakeAws::start(now()).await.with_events(writes(120)).always(Fault::ShortPageWithToken);
    let history = history(&fake);
    let asked = query(&open(), window());
    let mut given_up = history.read(&asked);
    while fake.lookups().len() < 2 {
        let _ = timeout(Duration::from_millis(1), &mut given_up).await;
    }
    drop(given_up);
    // Whatever it left behind would send its many other pages while these are read.
    let before = fake.lookups().len();
    for other in 0..20 {
        let other = queries(&scope(&open(), window()), &Kind::EventId(format!("other-{other}"))).swap_remove(0);
        history.read(&other).await;
    }
    let after = fake.lookups().split_off(before);
    let strays = after.iter().filter(|request| request.body["LookupAttributes"][0]["AttributeKey"] == "ReadOnly").count();
    assert!(strays <= 1, "{strays} besides the one that was on its way");
}

#[tokio::test]
async fn the_same_question_asked_twice_at_once_is_sent_once_and_both_get_the_answer() {
    let fake = FakeAws::start(now()).await.with_events(writes(60));
    let history = history(&fake);
    let query = query(&open(), window());
    let (one, two) = tokio::join!(gated(&history, &query), gated(&history, &query));
    for reading in [&one, &two] {
        assert_eq!((reading.cells[0].state(), reading.events.len()), (State::Exhausted, 60));
    }
    assert_eq!((fake.lookups().len(), one.cells[0].requests + two.cells[0].requests), (2, 2));
}

#[tokio::test]
async fn callers_share_the_pace_but_nothing_of_each_other_s_answers() {
    let fake = FakeAws::start(now()).await.with_events(writes(3));
    let history = history(&fake);
    let of = |caller: &str| query(&Policy { caller: caller.into(), ..open() }, window());
    let (alice, bob) = (of("alice"), of("bob"));
    tokio::join!(history.read(&alice), history.read(&bob));
    assert_eq!(fake.lookups().len(), 2);
}

#[tokio::test]
async fn nothing_is_touched_before_the_first_read() {
    let fake = FakeAws::start(now()).await;
    let _history = history(&fake);
    assert!(fake.requests().is_empty());
    assert_eq!(fake.env()[0], ("AWS_ENDPOINT_URL", fake.endpoint_url().to_owned()));
}

#[tokio::test]
async fn the_fake_refuses_what_aws_refuses() {
    let fake = FakeAws::start(now()).await.with_events(writes(60));
    let plain = aws_smithy_http_client::Builder::new().build_http();
    let config = settings(&fake, Some(credentials())).aws.unwrap().to_builder().http_client(plain).build();
    let client = aws_sdk_cloudtrail::Client::new(&config);
    let code = |error: aws_sdk_cloudtrail::Error| aws_sdk_cloudtrail::error::ProvideErrorMetadata::code(&error).unwrap().to_owned();
    let at = |time: DateTime<Utc>| aws_sdk_cloudtrail::primitives::DateTime::from_secs(time.timestamp());
    let too_many = client.lookup_events().max_results(51).send().await.unwrap_err();
    assert_eq!(code(too_many.into()), "InvalidMaxResultsException");
    let backwards = client.lookup_events().start_time(at(ago(1))).end_time(at(ago(2))).send().await.unwrap_err();
    assert_eq!(code(backwards.into()), "InvalidTimeRangeException");
    let token = client.lookup_events().max_results(50).send().await.unwrap().next_token.unwrap();
    let changed = client.lookup_events().max_results(10).next_token(token).send().await.unwrap_err();
    assert_eq!(code(changed.into()), "InvalidNextTokenException");
}
