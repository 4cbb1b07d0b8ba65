//! Statements of callers over the wire: what engines are sent, what is refused before anything is, and what comes back of it.

use std::time::Duration;

use chrono::TimeDelta;
use cloudtrail_mcp::answer::tokens::estimate;
use cloudtrail_mcp::catalogue::Category;
use cloudtrail_mcp::coverage::Profile;
use cloudtrail_mcp::policy::Policy;
use cloudtrail_mcp::source::Sources;
use cloudtrail_mcp::source::engine::{athena, lake, logs_insights};
use serde_json::{Value, json};

use crate::engines::{engine, gone, limited, record};
use crate::event_history::{ago, now, open};
use crate::fake_aws::{ACCOUNT, FakeAws};
use crate::query::{ask, context};

/// The engines that take statements.
const TAKING: [&Profile; 2] = [&athena::PROFILE, &lake::PROFILE];

fn allowing() -> Policy {
    Policy { allow_sql: true, ..open() }
}

fn within(sql: &str, more: Value) -> Value {
    let mut arguments = json!({"sql": sql, "start_time": ago(90).to_rfc3339(), "end_time": ago(30).to_rfc3339(), "regions": "eu-west-1"});
    arguments.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    arguments
}

async fn answer(profile: &Profile, fake: &FakeAws, policy: Policy, arguments: &Value) -> Value {
    ask(&context(Sources::of(engine(profile, fake)), policy), arguments).await.structured()
}

#[tokio::test]
async fn a_statement_runs_within_its_bounds_and_what_it_cost_is_told() {
    for profile in TAKING {
        let name = profile.name;
        let mut events = vec![
            record("one", ACCOUNT, "eu-west-1", ago(60)),
            record("two", ACCOUNT, "eu-west-1", ago(50)),
            record("elsewhere", ACCOUNT, "us-east-1", ago(60)),
            record("stranger", "999900001111", "eu-west-1", ago(60)),
            record("early", ACCOUNT, "eu-west-1", ago(600)),
        ];
        events[1]["eventName"] = json!("StartInstances");
        let fake = FakeAws::start(now()).await.with_events(events);
        let sql = "SELECT eventname, count(*) AS calls FROM events WHERE errorcode IS NULL OR 1 = 1 GROUP BY eventname ORDER BY calls DESC LIMIT 5000";
        let answer = answer(profile, &fake, allowing(), &within(sql, json!({}))).await;
        assert_eq!(
            answer["rows"],
            json!([{"eventname": "StartInstances", "calls": "1"}, {"eventname": "StopInstances", "calls": "1"}]),
            "{name}: {answer:#}"
        );
        assert_eq!((&answer["finding"], &answer["columns"]), (&json!("rows"), &json!(["eventname", "calls"])), "{name}");
        let cells = answer["coverage"]["cells"].as_array().unwrap();
        assert_eq!((cells.len(), &answer["coverage"]["verdict"]), (1, &json!("complete")), "{name}: {answer:#}");
        assert_eq!((cells[0]["account"].as_str(), cells[0]["region"].as_str()), (Some(ACCOUNT), Some("eu-west-1")));
        // The statement, and whether the place holds anything at all.
        assert_eq!(answer["cost"]["bytes_scanned"], 8192, "{name}: {answer:#}");
        assert!(answer["cost"]["estimated_usd"].is_number());
        let statements = fake.statements();
        let (ran, day) = (&statements[0], ago(60).format("%Y-%m-%d").to_string());
        for bound in ["'111122223333'", "'eu-west-1'", day.as_str(), "eventtime >= ", "eventtime < ", "LIMIT 20"] {
            assert!(ran.contains(bound), "{name}: {bound} in {ran}");
        }
        assert!(!ran.contains("us-east-1") && !ran.contains("events"), "{name}: {ran}");
        assert!(answer["understood"]["meaning"].as_str().unwrap().starts_with("SELECT eventname"));
    }
}

#[tokio::test]
async fn a_place_that_the_engine_never_heard_of_is_no_count_of_nothing() {
    for profile in TAKING {
        let fake = FakeAws::start(now()).await;
        let answer = answer(profile, &fake, allowing(), &within("SELECT count(*) FROM events", json!({}))).await;
        assert_eq!((&answer["rows"][0]["_col0"], &answer["coverage"]["verdict"]), (&json!("0"), &json!("unknown")), "{answer:#}");
        assert_eq!(answer["coverage"]["cells"][0]["state"], "no_data");
    }
}

#[tokio::test]
async fn what_is_refused_never_reaches_the_wire_and_names_the_preset_that_would_do() {
    let refused = [
        ("SELECT eventname FROM secrets", "another table"),
        ("SELECT eventname FROM events; SELECT 1", "several"),
        ("DROP TABLE events", "no SELECT"),
        ("SELECT eventname FROM events UNION SELECT a FROM secrets", "UNION"),
        ("SELECT eventname FROM events WHERE eventid IN (SELECT id FROM secrets)", "subquery"),
        ("SELECT substr(requestparameters, 1, 9) FROM events", "could not be redacted"),
        ("SELECT json_extract_scalar(responseelements, '$.credentials.sessionToken') FROM events", "a secret by its name"),
    ];
    for profile in TAKING {
        let fake = FakeAws::start(now()).await.with_events([record("one", ACCOUNT, "eu-west-1", ago(60))]);
        for (sql, said) in refused {
            let answer = answer(profile, &fake, allowing(), &within(sql, json!({}))).await;
            assert_eq!((&answer["finding"], &answer["error"]["argument"]), (&json!("could_not_look"), &json!("sql")), "{sql}: {answer:#}");
            assert!(answer["headline"].as_str().unwrap().contains(said), "{sql}: {}", answer["headline"]);
            assert!(!answer["nearest"].as_array().unwrap().is_empty(), "{sql}");
        }
        let sql = within("SELECT eventname FROM events WHERE errorcode = 'AccessDenied'", json!({}));
        for policy in [open(), Policy { categories: vec![Category::Deployment], ..allowing() }] {
            let answer = answer(profile, &fake, policy, &sql).await;
            assert_eq!((&answer["error"]["code"], &answer["nearest"][0]["preset"]), (&json!("tool_not_allowed"), &json!("denied_calls")));
        }
        assert!(fake.statements().is_empty(), "{:?}", fake.statements());
    }
    let fake = FakeAws::start(now()).await;
    let answer = answer(&logs_insights::PROFILE, &fake, allowing(), &within("SELECT eventname FROM events", json!({}))).await;
    assert!(answer["error"]["next"].as_str().unwrap().contains("logs_insights answers these"), "{answer:#}");
    assert!(fake.requests().is_empty() && !answer["nearest"].as_array().unwrap().is_empty(), "{answer:#}");
}

#[tokio::test]
async fn rows_are_redacted_by_where_they_stand_and_keep_to_their_size() {
    let secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
    let events: Vec<Value> = (0..250)
        .map(|n| {
            let mut one = record(&format!("e-{n}"), ACCOUNT, "eu-west-1", ago(60) - TimeDelta::seconds(n));
            one["requestParameters"] = json!({"masterUserPassword": format!("hunter2-{n}"), "secret": secret, "text": "x".repeat(600)});
            one["userIdentity"] = json!({"type": "IAMUser", "userName": "alice", "accessKeyId": "AKIAIOSFODNN7EXAMPLE"});
            one
        })
        .collect();
    for profile in TAKING {
        for sql in [
            "SELECT * FROM events",
            "SELECT eventid AS a, requestparameters AS eventname, eventname AS b, requestparameters AS c FROM events",
            "SELECT max(requestparameters) AS n, min(requestparameters) FROM events",
        ] {
            let fake = FakeAws::start(now()).await.with_events(events.iter().cloned()).with_engines(|engines| engines.page = 7);
            let shown = answer(profile, &fake, allowing(), &within(sql, json!({"limit": 100}))).await;
            let text = shown.to_string();
            assert!(!text.contains("hunter2") && !text.contains(secret), "{} {sql}: {text}", profile.name);
            assert!(text.chars().count() <= 40_000 && estimate(&text) <= 10_000, "{sql}: {}", text.len());
            let rows = shown["rows"].as_array().unwrap().len();
            assert!((1..=100).contains(&rows), "{sql}: {rows}");
            if !sql.contains("max") {
                assert_eq!(shown["totals"]["rows"], 100, "{sql}: all pages are read, and no more than the limit");
                assert!(shown["notes"][0].as_str().unwrap().contains("at most 100 rows"), "{shown:#}");
            }
        }
    }
}

#[tokio::test]
async fn a_statement_over_the_limit_of_bytes_is_stopped_and_the_next_one_is_not_begun() {
    for profile in TAKING {
        let events = [record("one", ACCOUNT, "eu-west-1", ago(60))];
        let fake = FakeAws::start(now()).await.with_events(events).with_engines(|engines| (engines.bytes, engines.runs) = (2000, 1000));
        let context = context(Sources::of(limited(profile, &fake, 1000)), allowing());
        let stopped = ask(&context, &within("SELECT count(*) FROM events", json!({}))).await.structured();
        assert!(stopped["coverage"]["cells"][0]["detail"].as_str().unwrap().contains("was stopped when it had scanned"), "{stopped:#}");
        gone(&fake).await;
        let fake = FakeAws::start(now()).await.with_events([record("one", ACCOUNT, "eu-west-1", ago(60))]);
        let fake = fake.with_engines(|engines| engines.bytes = 900);
        let context = crate::query::context(Sources::of(limited(profile, &fake, 1000)), allowing());
        ask(&context, &within("SELECT count(*) FROM events", json!({}))).await;
        let before = fake.statements().len();
        let longer = json!({"start_time": (now() - TimeDelta::hours(40)).to_rfc3339()});
        let refused = ask(&context, &within("SELECT count(*) FROM events", longer)).await.structured();
        assert!(refused["coverage"]["cells"][0]["detail"].as_str().unwrap().contains("was not begun"), "{refused:#}");
        assert_eq!((fake.statements().len(), &refused["finding"]), (before, &json!("could_not_look")));
    }
}

#[tokio::test]
async fn a_statement_ends_with_its_call_and_one_that_is_wrong_is_told_with_the_columns() {
    for profile in TAKING {
        let fake = FakeAws::start(now()).await.with_engines(|engines| engines.runs = u32::MAX / 2);
        let context = context(Sources::of(engine(profile, &fake)), allowing());
        let arguments = within("SELECT count(*) FROM events", json!({}));
        {
            let mut asking = std::pin::pin!(ask(&context, &arguments));
            while fake.running() == 0 {
                tokio::select! {
                    biased;
                    _ = &mut asking => panic!("it cannot end"),
                    () = tokio::time::sleep(Duration::from_millis(1)) => {}
                }
            }
        }
        gone(&fake).await;
        let reason = "COLUMN_NOT_FOUND: line 1:8: Column 'evname' cannot be resolved";
        let fake = FakeAws::start(now()).await.with_engines(|engines| engines.ends = Some(("FAILED", reason)));
        let told = answer(profile, &fake, allowing(), &within("SELECT evname_ FROM events WHERE eventname = 'x'", json!({}))).await;
        assert_eq!((&told["error"]["argument"], &told["error"]["code"]), (&json!("sql"), &json!("invalid_argument")), "{told:#}");
        assert!(told["error"]["next"].as_str().unwrap().contains("sourceipaddress"), "{told:#}");
    }
}
