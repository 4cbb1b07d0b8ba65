use std::sync::atomic::{AtomicUsize, Ordering};

use chrono::DateTime;
use serde_json::json;

use super::*;
use crate::catalogue::Category;
use crate::config::audit::{AuditSettings, Fsync, OnFailure};
use crate::config::{self, Flags};
use crate::coverage::{AllRead, Cell, Profile, Reading};
use crate::event::Event;
use crate::investigate::Cursors;
use crate::policy::{CallerRules, Ungated, UntrustedText};
use crate::service::audit::verify::{self, Kept};
use crate::source::api::Api;
use crate::source::{BoxFuture, Query, Sources, event_history};
use crate::tools::{cloudtrail_event, cloudtrail_events};

const ACCOUNT: &str = "111122223333";

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_769_547_600, 0).unwrap()
}

/// An account in which one thing of every kind changed in every region, ten minutes ago.
#[derive(Default)]
struct Busy {
    reads: AtomicUsize,
    /// How long a reading takes.
    takes: Duration,
    /// How long all after the first take.
    rest: Duration,
    /// What every reading waits for.
    held: Option<tokio::sync::Semaphore>,
    /// Whether reading panics.
    panics: bool,
}

const CHANGES: [(&str, &str); 5] = [
    ("AuthorizeSecurityGroupIngress", "ec2.amazonaws.com"),
    ("UpdateService", "ecs.amazonaws.com"),
    ("ModifyDBInstance", "rds.amazonaws.com"),
    ("AttachRolePolicy", "iam.amazonaws.com"),
    ("DeleteBucket", "s3.amazonaws.com"),
];

fn event(region: &str, at: usize) -> Event {
    let (name, source) = CHANGES[at];
    let record = json!({"eventID": format!("{region}-{at}"), "eventTime": "2026-01-27T20:50:00Z", "eventName": name, "eventSource": source,
        "awsRegion": region, "recipientAccountId": ACCOUNT, "readOnly": false, "userAgent": "aws-cli/2.1",
        "requestParameters": {"name": "orders"}, "userIdentity": {"type": "IAMUser", "userName": "alice", "accountId": ACCOUNT}});
    Event::parse(record).unwrap()
}

impl Source for Arc<Busy> {
    fn profile(&self) -> &'static Profile {
        &event_history::PROFILE
    }

    fn read<'a>(&'a self, query: &'a Query) -> BoxFuture<'a, Ungated> {
        Box::pin(async move {
            let first = self.reads.fetch_add(1, Ordering::Relaxed) == 0;
            tokio::time::sleep(if first { self.takes } else { self.takes.max(self.rest) }).await;
            if let Some(held) = &self.held {
                held.acquire().await.unwrap().forget();
            }
            assert!(!self.panics, "a panic that must not end the server");
            let region = query.region().unwrap();
            let cell = Cell::exhausted(AllRead::for_tests(query.window()), ACCOUNT, region, &event_history::PROFILE);
            let events = (0..CHANGES.len()).map(|at| event(region, at)).filter(|event| query.window().contains(event.time));
            Reading { events: events.collect(), cells: vec![cell.with(2, 5, None)], ..Reading::default() }.into()
        })
    }
}

struct Fixture {
    service: CallService,
    source: Arc<Busy>,
    folder: tempfile::TempDir,
}

fn policy() -> Policy {
    Policy { allow_aws_read: true, ..Policy::default() }
}

fn load() -> Limits {
    Limits { running: 4, waiting: 4, patience: Duration::from_secs(5) }
}

impl Fixture {
    fn new(rules: &[(&str, CallerRules)]) -> Self {
        Self::with(Busy::default(), policy(), rules)
    }

    fn with(source: Busy, policy: Policy, rules: &[(&str, CallerRules)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let settings = AuditSettings {
            path: folder.path().join("audit.jsonl"),
            max_bytes: u64::MAX,
            max_age: None,
            fsync: Fsync::Never,
            on_failure: OnFailure::Deny,
        };
        let audit = AuditLog::open(settings).unwrap();
        Self { folder, ..Self::recorded_by(Some(audit), source, policy, rules) }
    }

    /// Without a log nothing but the clock decides how far a call came.
    fn unrecorded(source: Busy) -> Self {
        Self::recorded_by(None, source, policy(), &[])
    }

    fn recorded_by(audit: Option<AuditLog>, source: Busy, policy: Policy, rules: &[(&str, CallerRules)]) -> Self {
        let source = Arc::new(source);
        let context = ToolContext {
            policy: Policy::default(),
            api: Api::default(),
            surroundings: None,
            sources: Sources::of(Arc::clone(&source)),
            investigations: None,
            alertmanager: None,
            log_fields: std::sync::Arc::default(),
            cursors: Arc::new(Cursors::default()),
            clock: Arc::new(now),
        };
        let named = rules.iter().map(|(name, rules)| ((*name).into(), rules.clone())).collect();
        let callers = Callers { named, others: CallerRules::default() };
        Self {
            service: CallService::new(context, Rules { policy, callers, load: load() }, audit),
            source,
            folder: tempfile::tempdir().unwrap(),
        }
    }

    async fn events(&self, caller: &str, arguments: Value) -> Value {
        let call = Call::of(caller);
        self.service.call(&cloudtrail_events::TOOL, &call, arguments.as_object().cloned()).await.structured()
    }

    async fn event(&self, caller: &str, arguments: Value) -> Value {
        let call = Call::of(caller);
        self.service.call(&cloudtrail_event::TOOL, &call, arguments.as_object().cloned()).await.structured()
    }

    async fn log(&self) -> Vec<Value> {
        self.service.flush().await;
        let path = self.folder.path().join("audit.jsonl");
        assert_eq!(verify::log(&path, &Kept::default()).unwrap().problems, Vec::<String>::new());
        std::fs::read_to_string(path).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}

fn ids(answer: &Value) -> Vec<String> {
    let events = answer["groups"].as_array().into_iter().flatten().flat_map(|group| group["events"].as_array().unwrap());
    events.map(|event| event["event_id"].as_str().unwrap().to_owned()).collect()
}

fn code(answer: &Value) -> &str {
    answer["error"]["code"].as_str().unwrap_or_default()
}

fn bot() -> CallerRules {
    CallerRules {
        regions: vec!["eu-west-1".into()],
        categories: vec![Category::Deployment, Category::Database],
        max_window: Some(Duration::from_secs(7200)),
        max_events: Some(1),
        untrusted_text: UntrustedText::Omit,
        ..CallerRules::default()
    }
}

#[tokio::test]
async fn a_caller_sees_what_its_rules_leave_of_the_policy_and_another_sees_the_rest() {
    let fixture = Fixture::new(&[("bot", bot())]);
    let asked = json!({"regions": ["eu-west-1"], "start_time": "1h"});
    assert_eq!(ids(&fixture.events("", asked.clone()).await).len(), CHANGES.len() + 1, "and one of global services in us-east-1");
    let answer = fixture.events("bot", asked).await;
    assert_eq!((ids(&answer).len(), answer["totals"]["matched"].as_u64()), (1, Some(2)), "{answer:#}");
    assert!(answer["coverage"]["blind_spots"].to_string().contains("database"), "{}", answer["coverage"]);
    assert!(!answer.to_string().contains("orders"), "free text is withheld");
    for (arguments, refused) in [
        (json!({"regions": ["us-east-1"]}), "region_not_allowed"),
        (json!({"start_time": "3h"}), "window_too_large"),
        (json!({"limit": 2}), "invalid_argument"),
        (json!({"categories": ["iam_policy"]}), "invalid_argument"),
    ] {
        assert_eq!(code(&fixture.events("bot", arguments).await), refused);
    }
}

#[tokio::test]
async fn an_event_that_a_caller_may_not_see_is_not_found() {
    let fixture = Fixture::new(&[("bot", bot())]);
    for (id, seen) in [("eu-west-1-1", "found"), ("eu-west-1-2", "found"), ("eu-west-1-0", "not_found"), ("eu-west-1-4", "not_found")] {
        let answer = fixture.event("bot", json!({"event_id": id, "region": "eu-west-1"})).await;
        assert_eq!(answer["finding"], seen, "{id}");
    }
    assert_eq!(code(&fixture.event("bot", json!({"event_id": "us-east-1-1", "region": "us-east-1"})).await), "region_not_allowed");
}

#[tokio::test]
async fn a_tool_that_is_not_allowed_is_neither_listed_nor_run_and_the_refusal_is_recorded() {
    let rules = CallerRules { tools: vec!["cloudtrail_event".into()], ..CallerRules::default() };
    let fixture = Fixture::new(&[("bot", rules)]);
    let names = |caller: &str| fixture.service.tools(&caller.into()).iter().map(|tool| tool.name).collect::<Vec<_>>();
    assert_eq!(
        (names("bot"), names("")),
        (vec!["cloudtrail_event"], vec!["cloudtrail_events", "cloudtrail_event", "cloudtrail_query", "cloudtrail_trails"])
    );
    assert_eq!(code(&fixture.events("bot", json!({})).await), "tool_not_allowed");
    assert_eq!(fixture.source.reads.load(Ordering::Relaxed), 0);
    let log = fixture.log().await;
    assert_eq!((log[0]["caller"].as_str(), log[0]["decision"].as_str()), (Some("bot"), Some("tool_not_allowed")));
}

#[tokio::test]
async fn the_cursor_of_another_caller_looks_like_one_that_never_was() {
    let fixture = Fixture::new(&[("bot", CallerRules::default()), ("cat", CallerRules::default())]);
    let first = fixture.events("bot", json!({"regions": ["eu-west-1"], "limit": 1})).await;
    let cursor = first["next_cursor"].as_str().unwrap();
    let never = fixture.events("cat", json!({"cursor": "AAAAAAAAAAAAAAAA"})).await;
    assert_eq!(fixture.events("cat", json!({"cursor": cursor})).await, never);
    assert_eq!(fixture.events("", json!({"cursor": cursor})).await, never);
    let second = fixture.events("bot", json!({"cursor": cursor})).await;
    assert!(!ids(&second).is_empty() && !ids(&first).iter().any(|id| ids(&second).contains(id)));
}

#[tokio::test]
async fn a_cursor_ends_when_the_policy_that_it_was_given_under_changes() {
    let fixture = Fixture::new(&[]);
    let first = fixture.events("", json!({"regions": ["eu-west-1"], "limit": 1})).await;
    let cursor = json!({"cursor": first["next_cursor"]});
    let rules = Rules { policy: Policy { regions: vec!["us-east-1".into()], ..policy() }, callers: Callers::default(), load: load() };
    fixture.service.set_rules(Ok(rules));
    assert_eq!(code(&fixture.events("", cursor).await), "invalid_argument");
    assert_eq!(code(&fixture.events("", json!({"regions": ["eu-west-1"]})).await), "region_not_allowed");
}

#[tokio::test]
async fn rules_that_are_invalid_leave_the_old_ones_in_force_and_it_is_said_why() {
    let fixture = Fixture::new(&[]);
    fixture.service.set_rules(Err("policy.toml:1: unknown key".into()));
    assert_eq!(fixture.service.standing().policy_problem.as_deref(), Some("policy.toml:1: unknown key"));
    assert_eq!(code(&fixture.events("", json!({"regions": ["eu-west-1"]})).await), "");
    fixture.service.set_rules(Ok(Rules { policy: policy(), callers: Callers::default(), load: load() }));
    assert_eq!(fixture.service.standing(), Standing::default());
    let log = fixture.log().await;
    assert_eq!((log[0]["outcome"].as_str(), log[2]["outcome"].as_str()), (Some("invalid, the old one is kept"), Some("taken")));
}

#[tokio::test]
async fn exchanged_rules_do_not_open_an_archive_that_was_not_opened_at_start() {
    let fixture = Fixture::with(Busy::default(), Policy::default(), &[]);
    let config = config::load(&Flags::default().with(&config::settings::ARCHIVE, "logs"), &|_| None, &[]).unwrap();
    fixture.service.set_rules(Ok(Rules::of(&config)));
    assert_eq!(code(&fixture.events("", json!({})).await), "tool_not_allowed");
    assert_eq!(fixture.source.reads.load(Ordering::Relaxed), 0);
}

#[tokio::test]
async fn every_call_is_recorded_with_what_was_read_and_the_digest_of_its_answer() {
    let fixture = Fixture::new(&[]);
    let answer = fixture.events("alice", json!({"regions": ["eu-west-1"], "actors": ["password=Zq7Bqx99*"]})).await;
    let refused = fixture.events("alice", json!({"regions": ["not a region"]})).await;
    let log = fixture.log().await;
    assert_eq!((log.len(), code(&refused)), (2, "invalid_argument"));
    let first = &log[0];
    assert_eq!((first["caller"].as_str(), first["tool"].as_str()), (Some("alice"), Some("cloudtrail_events")));
    assert_eq!((first["decision"].as_str(), first["verdict"].as_str()), (Some("admitted"), Some("complete")));
    assert_eq!((&first["requests"]["aws"], &first["regions"]), (&json!(4), &json!(["eu-west-1", "us-east-1"])));
    assert_eq!(first["answer_sha256"], sha256(answer.to_string().as_bytes()));
    assert!(!first.to_string().contains("Zq7Bqx99"));
    assert_eq!(log[1]["decision"], "invalid_argument");
}

fn sha256(bytes: &[u8]) -> String {
    use sha2::Digest as _;
    sha2::Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[tokio::test]
async fn a_call_that_panics_or_is_given_up_is_recorded_and_costs_no_other() {
    let fixture = Fixture::with(Busy { panics: true, ..Busy::default() }, policy(), &[]);
    assert_eq!(code(&fixture.events("", json!({})).await), "unavailable");
    assert_eq!(fixture.service.standing().running, 0);
    let slow = Fixture::with(Busy { takes: Duration::from_secs(60), ..Busy::default() }, policy(), &[]);
    assert!(slow.events("", json!({})).now_or_never().is_none());
    assert_eq!(slow.log().await[0]["decision"], "cancelled");
    assert_eq!(slow.service.standing().running, 0);
}

#[tokio::test]
async fn more_calls_than_run_and_wait_are_told_to_come_back_and_all_others_are_answered() {
    use futures_util::StreamExt as _;
    let held = Some(tokio::sync::Semaphore::new(0));
    let fixture = Fixture::with(Busy { held, ..Busy::default() }, policy(), &[]);
    let call = |n| {
        let fixture = &fixture;
        async move { fixture.events(&format!("bot {}", n % 7), json!({"regions": ["us-east-1"]})).await }
    };
    let mut calls: futures_util::stream::FuturesUnordered<_> = (0..50).map(call).collect();
    let mut answers = Vec::new();
    while let Some(answer) = calls.next().await {
        answers.push(answer);
        if answers.len() == 42 {
            fixture.source.held.as_ref().unwrap().add_permits(1_000);
        }
    }
    let count = |wanted: &str| answers.iter().filter(|answer| code(answer) == wanted).count();
    assert_eq!((count(""), count("overloaded")), (8, 42));
    let busy = answers.iter().find(|answer| code(answer) == "overloaded").unwrap();
    assert!(busy["error"]["retryable"] == true && busy["error"]["retry_after_ms"].as_u64().unwrap() > 0, "{busy}");
    let log = fixture.log().await;
    assert_eq!(log.iter().filter(|line| line["decision"] == "overloaded").count(), 42, "denials are recorded, too");
}

#[tokio::test]
async fn a_caller_with_a_rate_is_told_when_to_come_back() {
    let rules = CallerRules { requests_per_minute: Some(2), ..CallerRules::default() };
    let fixture = Fixture::new(&[("bot", rules)]);
    let mut answers = Vec::new();
    for _ in 0..3 {
        answers.push(fixture.events("bot", json!({})).await);
    }
    assert_eq!(answers.iter().map(code).collect::<Vec<_>>(), ["", "", "overloaded"]);
    assert!((59_000..=60_000).contains(&answers[2]["error"]["retry_after_ms"].as_u64().unwrap()), "{}", answers[2]);
    assert_eq!(code(&fixture.events("cat", json!({})).await), "");
}

#[tokio::test]
#[cfg(target_os = "linux")]
async fn what_cannot_be_recorded_is_withheld_and_nothing_more_is_read() {
    let fixture = Fixture::new(&[]);
    let path = fixture.folder.path().join("audit.jsonl");
    let kept = path.with_extension("kept");
    std::fs::rename(&path, &kept).unwrap();
    let asked = || json!({"regions": ["eu-west-1"]});
    let first = fixture.events("", asked()).await;
    assert_eq!((code(&first), ids(&first).len()), ("unavailable", 0));
    let reads = fixture.source.reads.load(Ordering::Relaxed);
    assert_eq!(code(&fixture.events("", asked()).await), "unavailable");
    assert_eq!(fixture.source.reads.load(Ordering::Relaxed), reads);
    assert!(fixture.service.standing().audit_failing);
    std::fs::rename(&kept, &path).unwrap();
    assert_eq!(code(&fixture.events("", asked()).await), "");
}

/// Asks about two regions while the server ends, and returns the answer, and how long the end took.
async fn asked_at_the_end(fixture: &Fixture) -> (Value, Duration) {
    let began = tokio::time::Instant::now();
    let (answer, ()) = tokio::join!(fixture.events("", json!({"regions": ["eu-west-1", "us-east-1"], "start_time": "1h"})), async {
        while fixture.service.standing().running == 0 {
            tokio::task::yield_now().await;
        }
        fixture.service.close(Duration::from_secs(3)).await;
    });
    (answer, began.elapsed())
}

#[tokio::test(start_paused = true)]
async fn calls_that_run_when_the_server_ends_are_answered_with_what_was_read_by_then() {
    let busy = |seconds, rest| Busy { takes: Duration::from_secs(seconds), rest: Duration::from_secs(rest), ..Busy::default() };
    for (source, verdict) in [(busy(2, 2), "complete"), (busy(2, 60), "partial"), (busy(60, 60), "unknown")] {
        let fixture = Fixture::unrecorded(source);
        let (answer, took) = asked_at_the_end(&fixture).await;
        assert_eq!(answer["coverage"]["verdict"], verdict, "{answer:#}");
        assert_eq!(!ids(&answer).is_empty(), verdict != "unknown", "{answer:#}");
        assert!(answer["coverage"].to_string().contains("cancelled") == (verdict != "complete"));
        assert!(took < Duration::from_secs(5));
        assert_eq!(code(&fixture.events("", json!({})).await), "overloaded");
    }
}

#[tokio::test]
async fn no_answer_holds_an_event_that_the_rules_of_its_caller_keep_back() {
    let regions = ["us-east-1", "eu-west-1", "eu-central-1"];
    let mut seed = 3_u64;
    let mut pick = |n: u64| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from((seed >> 33) % n).unwrap()
    };
    let mut shown = 0;
    for _ in 0..150 {
        let some =
            |bits: usize| regions.iter().enumerate().filter(move |(n, _)| bits >> n & 1 == 1).map(|(_, region)| (*region).to_owned());
        let all = [Category::SecurityGroup, Category::Deployment, Category::Database, Category::IamPolicy, Category::Storage];
        let categories: Vec<Category> = {
            let bits = pick(64);
            all.into_iter().enumerate().filter(|(n, _)| bits >> n & 1 == 1).map(|(_, c)| c).collect()
        };
        let rules = CallerRules { regions: some(pick(8)).collect(), categories: categories.clone(), ..CallerRules::default() };
        let operator = Policy { regions: some(pick(8)).collect(), ..policy() };
        let allowed =
            |region: &str| [&rules.regions, &operator.regions].iter().all(|list| list.is_empty() || list.iter().any(|r| r == region));
        let fixture = Fixture::with(Busy::default(), operator.clone(), &[("bot", rules.clone())]);
        let mut arguments = json!({"limit": 100, "detail": "full"});
        match pick(4) {
            0 => arguments["regions"] = json!("all"),
            1 => arguments["regions"] = json!(some(1 + pick(7)).collect::<Vec<_>>()),
            2 => {
                arguments["investigation"] =
                    json!({"alert": {"name": "Down", "startsAt": "2026-01-27T20:55:00Z", "labels": {"region": regions[pick(3)]}}})
            }
            _ => {}
        }
        for id in ids(&fixture.events("bot", arguments).await) {
            let (region, at) = id.rsplit_once('-').unwrap();
            assert!(allowed(region), "{id} under {rules:?} and {:?}", operator.regions);
            let category = crate::catalogue::classify(&event(region, at.parse().unwrap())).category;
            assert!(categories.is_empty() || categories.contains(&category), "{id} under {rules:?}");
            shown += 1;
        }
    }
    assert!(shown > 100, "{shown}");
}

#[tokio::test]
async fn what_lies_around_is_told_as_not_known_where_the_server_ends_first() {
    let (_end, ending) = watch::channel(true);
    let told = unless_ended(std::future::pending(), ending.clone()).await;
    assert_eq!(told, Around::not_in_time());
    assert_eq!(unless_ended(async { Around::default() }, ending).await, Around::default());
}
