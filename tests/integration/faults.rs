//! The binary against a faulty AWS: whatever goes wrong, the answer says so, and none looks like "nothing changed".

use std::sync::LazyLock;

use chrono::{DateTime, TimeDelta, Utc};
use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::client::Client;
use crate::fake_aws::{FakeAws, Fault, write};

static NOW: LazyLock<DateTime<Utc>> = LazyLock::new(|| "2026-01-27T21:00:00Z".parse().unwrap());

fn change() -> Value {
    write("0a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d", "ec2.amazonaws.com", "StopInstances", "eu-west-1", *NOW - TimeDelta::minutes(61))
}

async fn asked(aws: &FakeAws, extra: &[(&str, &str)], arguments: Value) -> Value {
    let env = aws.env();
    let mut environment: Vec<(&str, &str)> = env.iter().map(|(name, value)| (*name, value.as_str())).collect();
    environment.push(("CHAT_ALLOW_AWS_READ", "true"));
    environment.extend(extra);
    let client = Client::connect(&["serve", "--now", "2026-01-27T21:00:00Z"], &environment).await;
    let answer = client.events(arguments).await;
    client.leave().await;
    answer
}

fn question() -> Value {
    json!({"regions": "eu-west-1", "start_time": "2026-01-27T19:30:00Z", "end_time": "2026-01-27T20:30:00Z"})
}

#[tokio::test]
async fn each_way_of_failing_is_said_and_none_is_an_empty_success() {
    let cases = [
        (Fault::AccessDenied, "denied", "access_denied"),
        (Fault::ExpiredToken, "expired", "expired_credentials"),
        (Fault::Status(500), "failed", "unavailable"),
        (Fault::Status(503), "failed", "unavailable"),
        (Fault::ResetMidBody, "failed", "unavailable"),
        (Fault::CutBodyCleanClose, "failed", "unavailable"),
        (Fault::MalformedJson, "failed", "unavailable"),
        (Fault::Huge, "failed", "unavailable"),
        (Fault::WrongContentType, "failed", "unavailable"),
        (Fault::MissingEvents, "failed", "unavailable"),
        (Fault::Throttle, "throttled", "throttled"),
    ];
    let check = |(fault, state, code): (Fault, &'static str, &'static str)| async move {
        let name = format!("{fault:?}");
        let aws = FakeAws::start(*NOW).await.with_events([change()]).always(fault);
        let answer = asked(&aws, &[], question()).await;
        assert_eq!(answer["finding"], "could_not_look", "{name}: {answer:#}");
        assert_eq!(answer["error"]["code"], code, "{name}: {answer:#}");
        assert_eq!(answer["coverage"]["verdict"], "unknown", "{name}");
        let states: Vec<&str> =
            answer["coverage"]["cells"].as_array().unwrap().iter().map(|cell| cell["state"].as_str().unwrap()).collect();
        assert!(states.iter().all(|one| *one == state), "{name}: {states:?}");
        assert!(answer["headline"].as_str().unwrap().contains("ould not look"), "{name}: {}", answer["headline"]);
    };
    join_all(cases.map(check)).await;
}

#[tokio::test]
async fn missing_credentials_are_named_and_nothing_is_sent() {
    let aws = FakeAws::start(*NOW).await;
    let client = Client::connect(
        &["serve", "--now", "2026-01-27T21:00:00Z"],
        &[("CHAT_ALLOW_AWS_READ", "true"), ("AWS_ENDPOINT_URL", aws.endpoint_url()), ("AWS_REGION", "eu-west-1")],
    )
    .await;
    let answer = client.events(question()).await;
    assert_eq!(
        (answer["finding"].as_str(), answer["error"]["code"].as_str()),
        (Some("could_not_look"), Some("no_credentials")),
        "{answer:#}"
    );
    assert!(aws.requests().is_empty());
    client.leave().await;
}

#[tokio::test]
async fn a_region_that_policy_denies_is_refused_before_anything_is_sent() {
    let aws = FakeAws::start(*NOW).await.with_events([change()]);
    let answer = asked(&aws, &[("CHAT_AWS_REGION_ALLOWLIST", "us-west-2")], question()).await;
    assert_eq!(answer["error"]["code"], "region_not_allowed");
    assert_eq!(answer["error"]["argument"], "regions");
    assert!(answer["error"]["next"].as_str().unwrap().contains("aws_region_allowlist"), "{answer:#}");
    assert!(aws.requests().is_empty());
}

#[tokio::test]
async fn the_change_is_found_in_event_history_and_the_global_pass_looks_for_iam() {
    let iam =
        write("1b2c3d4e-5f6a-4b7c-8d9e-0f1a2b3c4d5e", "iam.amazonaws.com", "DetachRolePolicy", "us-east-1", *NOW - TimeDelta::minutes(62));
    let aws = FakeAws::start(*NOW).await.with_events([change(), iam]);
    let answer = asked(&aws, &[], question()).await;
    assert_eq!(answer["coverage"]["verdict"], "complete", "{answer:#}");
    let text = answer["groups"].to_string();
    assert!(text.contains("StopInstances") && text.contains("DetachRolePolicy"), "{text}");
    assert_eq!(answer["cost"]["requests"]["lookup_events"], 2);
    assert!(answer["coverage"]["blind_spots"].to_string().contains("data events are not in event history"));
}

#[tokio::test]
async fn where_us_east_1_is_not_allowed_its_absence_is_a_blind_spot_and_not_a_gap() {
    let aws = FakeAws::start(*NOW).await.with_events([change()]);
    let answer = asked(&aws, &[("CHAT_AWS_REGION_ALLOWLIST", "eu-west-1")], question()).await;
    assert_eq!(answer["coverage"]["verdict"], "complete", "{answer:#}");
    assert!(answer["coverage"]["blind_spots"].to_string().contains("IAM and other global events were not looked at"));
    assert!(aws.lookups().iter().all(|request| request.region == "eu-west-1"));
}

#[tokio::test]
async fn a_window_that_ends_now_is_complete_only_to_what_has_settled() {
    let aws = FakeAws::start(*NOW).await.with_events([change()]);
    let answer = asked(&aws, &[], json!({"regions": "eu-west-1", "start_time": "2026-01-27T19:30:00Z", "end_time": "now"})).await;
    assert_eq!(answer["coverage"]["verdict"], "partial");
    assert_eq!(answer["coverage"]["cells"][0]["state"], "lagging");
    assert!(answer["headline"].as_str().unwrap().starts_with("Complete to 2026-01-27T20:45:00Z"), "{}", answer["headline"]);
}

#[tokio::test]
async fn nothing_touches_the_network_before_the_first_call() {
    let aws = FakeAws::start(*NOW).await;
    let env = aws.env();
    let mut environment: Vec<(&str, &str)> = env.iter().map(|(name, value)| (*name, value.as_str())).collect();
    environment.push(("CHAT_ALLOW_AWS_READ", "true"));
    let client = Client::connect(&["serve"], &environment).await;
    client.leave().await;
    assert!(aws.requests().is_empty());
}

/// Writes in eu-west-1, one every ten seconds up to half past eight.
fn many(count: i64) -> impl Iterator<Item = Value> {
    let id = |n| format!("0a1b2c3d-4e5f-4a6b-8c7d-{n:012}");
    (1..=count).map(move |n| {
        let time = *NOW - TimeDelta::minutes(30) - TimeDelta::seconds(10 * n);
        write(&id(n), "ec2.amazonaws.com", &format!("CreateThing{n}"), "eu-west-1", time)
    })
}

#[tokio::test]
async fn a_partial_answer_is_continued_by_its_cursor_which_reads_only_the_rest() {
    let aws = FakeAws::start(*NOW).await.with_events(many(220));
    let env = aws.env();
    let mut environment: Vec<(&str, &str)> = env.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let policy = tempfile::Builder::new().suffix(".toml").tempfile().unwrap();
    std::fs::write(policy.path(), "[budget]\nlookup_requests = 2\n").unwrap();
    let path = policy.path().to_string_lossy().into_owned();
    environment.extend([("CHAT_ALLOW_AWS_READ", "true"), ("CLOUDTRAIL_MCP_CONFIG", &path)]);
    let client = Client::connect(&["serve", "--now", "2026-01-27T21:00:00Z"], &environment).await;
    let question = json!({"regions": "eu-west-1", "start_time": "2026-01-27T19:30:00Z", "end_time": "2026-01-27T20:30:00Z", "limit": 100});
    let mut answer = client.events(question).await;
    let (mut shown, mut lookups) = (Vec::new(), Vec::new());
    for _ in 0..9 {
        let ids = answer["groups"].as_array().cloned().unwrap_or_default().into_iter().flat_map(|group| {
            let entries = group["events"].as_array().cloned().unwrap_or_default();
            entries.into_iter().map(|entry| entry["event_id"].as_str().unwrap().to_owned())
        });
        shown.extend(ids);
        lookups.push(answer["cost"]["requests"]["lookup_events"].as_u64().unwrap());
        let Some(cursor) = answer["next_cursor"].as_str() else { break };
        answer = client.events(json!({"cursor": cursor, "limit": 100})).await;
    }
    assert_eq!(answer["coverage"]["verdict"], "complete", "{answer:#}");
    assert!(answer["coverage"]["cells"].to_string().contains("\"events\":220"), "{answer:#}");
    let all = shown.len();
    shown.sort();
    shown.dedup();
    assert_eq!((shown.len(), all), (220, 220), "{lookups:?}");
    // 220 events are five pages; us-east-1 is one more, once.
    assert!(aws.lookups().len() <= 7, "{lookups:?}");
    let first = &aws.lookups()[0].body["EndTime"];
    let again = aws.lookups().iter().filter(|request| request.region == "eu-west-1" && request.body["EndTime"] == *first).count();
    assert_eq!(again, 2, "the newest part is read once");
    client.leave().await;
}

#[tokio::test]
async fn a_window_that_is_widened_is_not_read_twice() {
    let aws = FakeAws::start(*NOW).await.with_events(many(60));
    let alert = json!({"alert": {"name": "HighLatency", "startsAt": "2026-01-27T20:32:10Z", "labels": {"region": "eu-west-1"}}});
    let answer = asked(&aws, &[], json!({"investigation": alert})).await;
    assert_eq!((&answer["context"]["window"]["widened"], &answer["coverage"]["verdict"]), (&json!(true), &json!("complete")), "{answer:#}");
    let lookups = aws.lookups();
    let mut spans: Vec<(i64, i64)> = lookups
        .iter()
        .filter(|request| request.region == "eu-west-1" && request.body.get("NextToken").is_none())
        .map(|request| (request.body["StartTime"].as_i64().unwrap(), request.body["EndTime"].as_i64().unwrap()))
        .collect();
    spans.sort();
    assert!(spans.len() > 2 && spans.windows(2).all(|pair| pair[0].1 <= pair[1].0), "{spans:?}");
}

#[tokio::test]
async fn what_was_decided_on_the_way_is_told_at_full_detail() {
    let aws = FakeAws::start(*NOW).await.with_events([change()]);
    let mut full = question();
    full["detail"] = json!("full");
    let plan = asked(&aws, &[], full).await["cost"]["plan"].to_string();
    assert!(plan.contains("eu-west-1: first page: 1 event in") && plan.contains("us-east-1: first page: 0 events in"), "{plan}");
    assert!(asked(&aws, &[], question()).await["cost"].get("plan").is_none());
}

#[tokio::test]
async fn nothing_that_matches_is_not_nothing_that_changed() {
    let aws = FakeAws::start(*NOW).await.with_events([change()]);
    let mut scoped = question();
    (scoped["resources"], scoped["resources_only"]) = (json!(["i-0fedcba9876543210"]), json!(true));
    let answer = asked(&aws, &[], scoped).await;
    assert!(answer["headline"].as_str().unwrap().starts_with("None of 1 change in 1h matches"), "{}", answer["headline"]);
}
