//! Named questions: the same answer from every source, over both transports, and nothing run in silence.

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use cloudtrail_mcp::answer::tokens::estimate;
use cloudtrail_mcp::coverage::{Cell, Profile, State};
use cloudtrail_mcp::event::Event;
use cloudtrail_mcp::investigate::{Cursors, ToolContext};
use cloudtrail_mcp::policy::{Policy, Unbound, Ungated, UntrustedText};
use cloudtrail_mcp::preset;
use cloudtrail_mcp::refusal::Refusal;
use cloudtrail_mcp::render;
use cloudtrail_mcp::source::api::Api;
use cloudtrail_mcp::source::archive::Archive;
use cloudtrail_mcp::source::event_history::EventHistory;
use cloudtrail_mcp::source::memory::Memory;
use cloudtrail_mcp::source::sql::{Sql, SqlReading};
use cloudtrail_mcp::source::{BoxFuture, Query, Source, Sources};
use cloudtrail_mcp::time::Window;
use cloudtrail_mcp::tools::{Call, Outcome, cloudtrail_events, cloudtrail_query};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::binary;
use crate::client::Client;
use crate::engines::{ENGINES, engine};
use crate::event_history::{credentials, now, open, settings};
use crate::fake_aws::{ACCOUNT, FakeAws, write};
use crate::http::server::{Served, call};

const GROUP: &str = "sg-0fedcba9876543210";
const KEY: &str = "AKIAEVEEXAMPLE000004";

fn ago(hours: i64, minutes: i64) -> DateTime<Utc> {
    now() - TimeDelta::hours(hours) - TimeDelta::minutes(minutes)
}

fn user(name: &str) -> Value {
    json!({"type": "IAMUser", "userName": name, "arn": format!("arn:aws:iam::{ACCOUNT}:user/{name}"), "accountId": ACCOUNT})
}

/// What happened: service and call, when, who, with what; and more members of the record.
fn did(id: &str, (service, name): (&str, &str), time: DateTime<Utc>, (who, request): (&Value, Value), more: Value) -> Value {
    let region = if service == "iam" || service == "signin" { "us-east-1" } else { "eu-west-1" };
    let mut record = write(id, &format!("{service}.amazonaws.com"), name, region, time);
    (record["userIdentity"], record["requestParameters"], record["sourceIPAddress"]) = (who.clone(), request, json!("203.0.113.7"));
    record.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    record
}

/// A day in which everything happened once that a preset asks about.
fn day() -> Vec<Value> {
    let (alice, bob) = (user("alice"), user("bob"));
    let mut eve = user("eve");
    eve["accessKeyId"] = json!(KEY);
    let root = json!({"type": "Root", "principalId": ACCOUNT, "accountId": ACCOUNT, "arn": format!("arn:aws:iam::{ACCOUNT}:root")});
    let none = || json!({});
    let denied = json!({"errorCode": "AccessDenied", "readOnly": true});
    let rule = json!({"groupId": GROUP, "ipPermissions": {"items": [{"ipProtocol": "tcp", "fromPort": 22, "toPort": 22,
        "ipRanges": {"items": [{"cidrIp": "0.0.0.0/0"}]}}]}});
    let launched = json!({"responseElements": {"instancesSet": {"items": [{"instanceId": "i-0aaaaaaaaaaaaaaa1", "instanceType": "m5.large"},
        {"instanceId": "i-0aaaaaaaaaaaaaaa2", "instanceType": "m5.large"}]}}});
    let ended = json!({"instancesSet": {"items": [{"instanceId": "i-0aaaaaaaaaaaaaaa1"}]}});
    let login = |mfa: &str| json!({"additionalEventData": {"MFAUsed": mfa}, "responseElements": {"ConsoleLogin": "Success"}, "eventType": "AwsConsoleSignIn"});
    let lent = json!({"roleArn": format!("arn:aws:iam::{ACCOUNT}:role/reporting"), "roleSessionName": "job-1"});
    let mut records = vec![
        did("early", ("ecs", "UpdateService"), ago(20, 0), (&alice, json!({"cluster": "prod", "service": "web"})), none()),
        did("bucket", ("s3", "DeleteBucket"), ago(6, 0), (&bob, json!({"bucketName": "orders-archive"})), none()),
        did("group", ("ec2", "AuthorizeSecurityGroupIngress"), ago(5, 0), (&alice, rule), none()),
        did(
            "admin",
            ("iam", "AttachUserPolicy"),
            ago(4, 30),
            (&alice, json!({"userName": "bob", "policyArn": "arn:aws:iam::aws:policy/AdministratorAccess"})),
            none(),
        ),
        did("launch", ("ec2", "RunInstances"), ago(4, 0), (&bob, json!({"instanceType": "m5.large"})), launched),
        did("ended", ("ec2", "TerminateInstances"), ago(3, 0), (&alice, ended), none()),
        did("login-1", ("signin", "ConsoleLogin"), ago(3, 10), (&alice, Value::Null), login("Yes")),
        did("login-2", ("signin", "ConsoleLogin"), ago(3, 5), (&bob, Value::Null), login("No")),
        did("stop", ("cloudtrail", "StopLogging"), ago(2, 30), (&eve, json!({"name": "main"})), none()),
        did("root", ("iam", "CreateAccessKey"), ago(2, 20), (&root, json!({"userName": "root"})), none()),
        did("lent", ("sts", "AssumeRole"), ago(2, 10), (&bob, lent), json!({"readOnly": true, "awsRegion": "eu-west-1"})),
        did("denied", ("s3", "GetBucketPolicy"), ago(2, 5), (&eve, json!({"bucketName": "payroll"})), denied),
    ];
    let throttled = json!({"errorCode": "ThrottlingException", "readOnly": true});
    records.extend((0..7).map(|n| {
        did(&format!("burst-{n}"), ("dynamodb", "DescribeTable"), ago(1, 30 + n), (&bob, json!({"tableName": "orders"})), throttled.clone())
    }));
    records
}

/// Every preset, with what it needs, and what its first row must tell.
fn asked() -> Vec<(Value, Value)> {
    let of = |preset: &str, parameters: Value| json!({"preset": preset, "parameters": parameters, "start_time": "12h"});
    let by = |preset: &str| of(preset, json!({}));
    vec![
        (of("who_did", json!({"event": "AssumeRole"})), json!({"actor": "bob", "calls": 1})),
        (of("actor_activity", json!({"actor": "bob"})), json!({"event": "DescribeTable", "calls": 7, "failed": 7})),
        (of("actor_activity", json!({"actor": KEY})), json!({"calls": 1})),
        (of("resource_history", json!({"resource": GROUP})), json!({"actor": "alice", "event_id": "group"})),
        (by("changes"), json!({"event_id": "root"})),
        (by("deletions"), json!({"event_id": "ended"})),
        (by("iam_changes"), json!({"event_id": "root"})),
        (by("denied_calls"), json!({"actor": "eve", "event": "GetBucketPolicy", "error": "AccessDenied"})),
        (by("failed_calls"), json!({"event": "DescribeTable", "error": "ThrottlingException", "calls": 7})),
        (by("error_spikes"), json!({"event": "DescribeTable", "peak_calls": 6})),
        (by("console_logins"), json!({"actor": "bob", "mfa": "no", "outcome": "success"})),
        (by("logins_without_mfa"), json!({"actor": "bob", "event_id": "login-2"})),
        (by("root_use"), json!({"event": "CreateAccessKey", "calls": 1})),
        (by("bucket_deletions"), json!({"actor": "bob", "event_id": "bucket"})),
        (by("security_group_openings"), json!({"actor": "alice", "event_id": "group"})),
        (by("launches"), json!({"actor": "bob", "instance_type": "m5.large", "instances": 2})),
        (of("launch_cost", json!({"prices": {"m5.large": 0.1}})), json!({"instance_type": "m5.large", "instance_hours": 5.0, "cost": 0.5})),
        (by("first_seen_actors"), json!({"principal": "root"})),
        (by("trail_changes"), json!({"actor": "eve", "event_id": "stop"})),
    ]
}

pub(crate) fn context(sources: Sources, policy: Policy) -> ToolContext {
    ToolContext {
        policy,
        api: Api::default(),
        surroundings: None,
        sources,
        investigations: None,
        alertmanager: None,
        log_fields: std::sync::Arc::default(),
        cursors: Arc::new(Cursors::default()),
        clock: Arc::new(now),
    }
}

/// The sources that hold the same records, each by its name, and what has to live as long.
struct Everywhere {
    contexts: Vec<(&'static str, ToolContext)>,
    _fakes: [FakeAws; 2],
    _folder: TempDir,
}

async fn everywhere(records: &[Value], policy: &Policy) -> Everywhere {
    let folder = tempfile::tempdir().unwrap();
    // An archive holds what lies between its first and its last file.
    let edges = ["2026-01-20T00:00:00Z", "2026-01-29T00:00:00Z"].into_iter().flat_map(|time| {
        ["eu-west-1", "us-east-1"].map(|region| {
            let mut record = write(&format!("{time} {region}"), "ec2.amazonaws.com", "DescribeVpcs", region, now());
            (record["eventTime"], record["readOnly"]) = (json!(time), json!(true));
            record
        })
    });
    let all: Vec<Value> = records.iter().cloned().chain(edges).collect();
    std::fs::write(folder.path().join("log.json"), json!({"Records": all}).to_string()).unwrap();
    let events = records.iter().cloned().map(|record| Event::parse(record).unwrap()).collect();
    let memory = Memory::new(events, Window::new(now() - TimeDelta::days(100), now()).unwrap());
    let fake = FakeAws::start(now()).await.with_events(records.iter().cloned());
    let history = EventHistory::new(settings(&fake, Some(credentials())));
    // What is older than the records shows that an engine holds the places.
    let old = ["eu-west-1", "us-east-1"].map(|region| {
        let mut record = write(&format!("old {region}"), "ec2.amazonaws.com", "DescribeVpcs", region, ago(4, 0));
        record["readOnly"] = json!(true);
        record
    });
    let engines = FakeAws::start(now()).await.with_events(records.iter().cloned().chain(old));
    let mut contexts = vec![
        ("memory", context(Sources::of(memory), policy.clone())),
        ("archive", context(Sources::of(Archive::open(&[folder.path().to_path_buf()]).unwrap()), policy.clone())),
        ("event history", context(Sources::of(history), policy.clone())),
    ];
    contexts.extend(ENGINES.map(|profile| (profile.name.as_str(), context(Sources::of(engine(profile, &engines)), policy.clone()))));
    Everywhere { contexts, _fakes: [fake, engines], _folder: folder }
}

pub(crate) async fn ask(context: &ToolContext, arguments: &Value) -> Outcome {
    (cloudtrail_query::TOOL.run)(context, &Call::default(), arguments.as_object().cloned()).await
}

fn holds(row: &Value, wanted: &Value) -> bool {
    wanted.as_object().unwrap().iter().all(|(name, value)| row[name] == *value)
}

#[tokio::test(flavor = "multi_thread")]
async fn every_preset_gives_the_same_rows_on_every_source() {
    let everywhere = everywhere(&day(), &open()).await;
    let mut presets = BTreeSet::new();
    for (mut arguments, first) in asked() {
        arguments["regions"] = json!(["eu-west-1"]);
        presets.insert(arguments["preset"].as_str().unwrap().to_owned());
        let mut told = Vec::new();
        for (name, context) in &everywhere.contexts {
            let answer = ask(context, &arguments).await.structured();
            assert_eq!(answer["finding"], "rows", "{name}: {arguments}\n{answer:#}");
            assert!(holds(&answer["rows"][0], &first), "{name}: {arguments}\n{:#}", answer["rows"]);
            told.push((*name, answer["rows"].clone()));
        }
        for (name, rows) in &told[1..] {
            assert_eq!(*rows, told[0].1, "{name} and {}: {arguments}", told[0].0);
        }
    }
    let all: BTreeSet<String> = preset::ALL.iter().map(|preset| preset.name.to_owned()).collect();
    // No source of these holds data events.
    assert_eq!(all.difference(&presets).map(String::as_str).collect::<Vec<_>>(), ["data_access"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_source_that_never_holds_what_is_asked_says_so() {
    let everywhere = everywhere(&day(), &open()).await;
    let (_, history) = &everywhere.contexts[2];
    let answer = ask(history, &json!({"preset": "data_access"})).await.structured();
    assert_eq!((&answer["finding"], &answer["error"]["code"]), (&json!("could_not_look"), &json!("invalid_argument")));
    assert!(answer["headline"].as_str().unwrap().contains("event history holds none"), "{}", answer["headline"]);
    let (_, archive) = &everywhere.contexts[1];
    assert_eq!(ask(archive, &json!({"preset": "data_access"})).await.structured()["error"], Value::Null);
    // What is older than it keeps is a gap.
    let answer = ask(history, &json!({"preset": "bucket_deletions", "start_time": "85d", "regions": "eu-west-1"})).await.structured();
    assert_eq!(answer["finding"], "rows", "{answer:#}");
    let answer = ask(history, &json!({"preset": "deletions", "start_time": "30d", "regions": "eu-west-1"})).await.structured();
    assert_eq!(answer["error"]["code"], "window_too_large", "{answer:#}");
}

#[tokio::test(flavor = "multi_thread")]
async fn none_is_said_only_where_everything_was_read() {
    let quiet = vec![did("one", ("ecs", "UpdateService"), ago(2, 0), (&user("alice"), json!({"service": "web"})), json!({}))];
    for (name, context) in &everywhere(&quiet, &open()).await.contexts {
        let answer =
            ask(context, &json!({"preset": "deletions", "start_time": "6h", "end_time": "1h", "regions": "eu-west-1"})).await.structured();
        assert_eq!((answer["finding"].as_str(), &answer["error"]), (Some("none"), &Value::Null), "{name}: {answer:#}");
        assert_eq!(answer["coverage"]["verdict"], "complete", "{name}");
    }
    // Where policy keeps the region of global services back, no sign-in can be ruled out, and a bucket can.
    let narrow = Policy { regions: vec!["eu-west-1".into()], ..open() };
    for (name, context) in &everywhere(&quiet, &narrow).await.contexts {
        let finding = async |preset: &str| {
            let answer =
                ask(context, &json!({"preset": preset, "start_time": "6h", "end_time": "1h", "regions": "eu-west-1"})).await.structured();
            answer["finding"].clone()
        };
        assert_eq!(finding("console_logins").await, "could_not_look", "{name}");
        assert_eq!(finding("bucket_deletions").await, "none", "{name}");
        // Whoever names a region asks of that.
        assert_eq!(finding("deletions").await, "none", "{name}");
        let anywhere = ask(context, &json!({"preset": "deletions", "start_time": "6h", "end_time": "1h"})).await.structured();
        assert_eq!(anywhere["finding"], "could_not_look", "{name}");
        assert!(anywhere["headline"].as_str().unwrap().contains("global events were not looked at"), "{name}: {}", anywhere["headline"]);
    }
    // A budget that ends first is a gap, too.
    let many: Vec<Value> = (0..200)
        .map(|n| did(&format!("many-{n}"), ("ecs", "UpdateService"), ago(2, n), (&user("alice"), json!({"service": "web"})), json!({})))
        .collect();
    let short = Policy { lookup_requests: 1, ..open() };
    let everywhere = everywhere(&many, &short).await;
    let (_, history) = &everywhere.contexts[2];
    let answer =
        ask(history, &json!({"preset": "deletions", "start_time": "8h", "end_time": "1h", "regions": "eu-west-1"})).await.structured();
    assert_eq!(answer["finding"], "could_not_look", "{answer:#}");
    assert!(answer["coverage"]["verdict"] != "complete");
    // The cursor reads on from there, until all was read.
    let (mut answer, mut calls) = (answer, 0);
    while let Some(cursor) = answer["next_cursor"].as_str() {
        answer = ask(history, &json!({"cursor": cursor})).await.structured();
        calls += 1;
        assert!(calls < 20, "{answer:#}");
    }
    assert_eq!((answer["finding"].as_str(), calls > 0), (Some("none"), true), "{answer:#}");
}

#[tokio::test]
async fn what_was_not_read_is_no_quiet_time() {
    // An archive that begins an hour ago: an even trickle of failures, and one actor.
    let failed = json!({"errorCode": "ThrottlingException", "readOnly": true});
    let trickle =
        |n: i64| did(&format!("even-{n}"), ("ssm", "GetParameters"), ago(0, 2 * n), (&user("alice"), Value::Null), failed.clone());
    let mut records: Vec<Value> = (1..30).map(trickle).collect();
    records.push(did("change", ("ecs", "UpdateService"), ago(0, 30), (&user("alice"), json!({"service": "web"})), json!({})));
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("log.json"), json!({"Records": records}).to_string()).unwrap();
    let context = context(Sources::of(Archive::open(&[folder.path().to_path_buf()]).unwrap()), open());
    let spikes = ask(&context, &json!({"preset": "error_spikes", "start_time": "24h"})).await.structured();
    assert!(spikes.get("rows").is_none(), "{spikes:#}");
    let new = ask(&context, &json!({"preset": "first_seen_actors", "start_time": "45m"})).await.structured();
    assert!(new["headline"].as_str().unwrap().starts_with("None is proven to be new"), "{new:#}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cursor_goes_on_with_the_rows_that_were_not_shown_and_is_no_other_tools() {
    let everywhere = everywhere(&day(), &open()).await;
    for (name, context) in &everywhere.contexts {
        let arguments = json!({"preset": "changes", "start_time": "12h", "regions": "eu-west-1", "limit": 2});
        let (mut seen, mut answer) = (Vec::new(), ask(context, &arguments).await.structured());
        loop {
            let ids: Vec<String> =
                answer["rows"].as_array().unwrap().iter().map(|row| row["event_id"].as_str().unwrap().to_owned()).collect();
            assert!(ids.len() <= 2 && ids.iter().all(|id| !seen.contains(id)), "{name}: {ids:?} after {seen:?}");
            seen.extend(ids);
            let Some(cursor) = answer["next_cursor"].as_str() else { break };
            answer = ask(context, &json!({"cursor": cursor})).await.structured();
        }
        let totals = &answer["totals"];
        assert_eq!((totals["remaining"].as_u64(), totals["shown"].as_u64()), (Some(0), Some(seen.len() as u64)), "{name}");
        let cursor = ask(context, &arguments).await.structured()["next_cursor"].clone();
        let (call, arguments) = (Call::default(), json!({"cursor": cursor}));
        let other = (cloudtrail_events::TOOL.run)(context, &call, arguments.as_object().cloned()).await;
        assert_eq!(other.structured()["error"]["argument"], "cursor", "{name}");
        let extra = ask(context, &json!({"cursor": cursor, "preset": "deletions"})).await.structured();
        assert_eq!(extra["error"]["argument"], "preset", "{name}");
    }
}

#[tokio::test]
async fn a_question_is_told_as_it_was_read_or_nothing_is_run() {
    let everywhere = everywhere(&day(), &open()).await;
    let (_, memory) = &everywhere.contexts[0];
    let answer =
        ask(memory, &json!({"question": "Who deleted the bucket orders-archive in the last 24 hours, flamingo?"})).await.structured();
    assert_eq!(answer["rows"][0]["actor"], "bob", "{answer:#}");
    let understood = &answer["understood"];
    assert_eq!((&understood["preset"], &understood["parameters"]), (&json!("bucket_deletions"), &json!({"resource": "orders-archive"})));
    assert_eq!(understood["not_understood"], json!(["flamingo"]));
    assert!(answer["headline"].as_str().unwrap().contains("\"flamingo\""), "{}", answer["headline"]);
    let as_of =
        |kind: &str| understood["words"].as_array().unwrap().iter().find(|word| word["as"] == kind).map(|word| word["text"].clone());
    assert_eq!((as_of("resource"), as_of("window")), (Some(json!("orders-archive")), Some(json!("last 24 hours"))));
    for unclear in ["who did it", "everything except deletions", "what is the weather"] {
        let answer = ask(memory, &json!({"question": unclear})).await.structured();
        assert_eq!((&answer["finding"], &answer["error"]["argument"]), (&json!("could_not_look"), &json!("question")), "{unclear}");
        assert_eq!(answer["nearest"].as_array().unwrap().len(), 3, "{unclear}");
        assert!(answer.get("coverage").is_none() && answer.get("rows").is_none(), "{unclear}");
    }
    let both = ask(memory, &json!({"question": "who deleted buckets", "preset": "deletions"})).await.structured();
    assert_eq!(both["error"]["argument"], "preset");
    let argument = ask(memory, &json!({"question": "deletions yesterday", "start_time": "12h"})).await.structured();
    assert_eq!(argument["understood"]["window"]["from"], "2026-01-27T09:00:00Z", "what is given counts before what is said");
}

#[tokio::test]
async fn hostile_parameters_are_names_and_nothing_else() {
    let everywhere = everywhere(&day(), &open()).await;
    for hostile in [
        "' OR '1'='1",
        "bob'; DROP TABLE events; --",
        "%",
        "_",
        "${jndi:ldap://x}",
        "\u{202e}bob",
        "a\" OR \"1\"=\"1",
        "../../etc/passwd",
        "<script>",
    ] {
        for (name, context) in &everywhere.contexts {
            for parameter in ["actor", "resource", "error"] {
                let preset = if parameter == "error" { "failed_calls" } else { "changes" };
                let arguments = json!({"preset": preset, "parameters": {parameter: hostile}, "start_time": "12h", "regions": "eu-west-1"});
                let outcome = ask(context, &arguments).await;
                let answer = outcome.structured();
                assert!(answer.get("rows").is_none(), "{name}: {arguments}\n{answer:#}");
                for format in render::FORMATS {
                    let shown = outcome.show(format, 80);
                    assert!(
                        !(shown.contains('\u{202e}') || format.name == "html" && shown.contains("<script>")),
                        "{name} {}: {shown}",
                        format.name
                    );
                }
            }
        }
    }
    let (_, memory) = &everywhere.contexts[0];
    for (given, said) in [
        (json!({"acter": "bob"}), "did you mean `actor`"),
        (json!({"actor": 7.5e300}), "parameters"),
        (json!({"actor": {"a": 1}}), "a list of strings"),
        (json!({"prices": {"m5.large": "dear"}}), "price of one hour"),
        (json!({"category": "sekurity_group"}), "did you mean `security_group`"),
        (json!({"service": "not-a-service"}), "no service that is known"),
    ] {
        let answer = ask(memory, &json!({"preset": "changes", "parameters": given, "start_time": "12h"})).await.structured();
        let finding = answer["finding"].as_str().unwrap();
        assert!(
            finding == "could_not_look" && answer["headline"].as_str().unwrap().contains(said) || given["actor"].is_number(),
            "{given}: {answer:#}"
        );
    }
}

#[tokio::test]
async fn nothing_that_a_caller_of_aws_chose_is_shown_where_policy_omits_it() {
    let policy = Policy { untrusted_text: UntrustedText::Omit, ..open() };
    let everywhere = everywhere(&day(), &policy).await;
    let (_, memory) = &everywhere.contexts[0];
    for (arguments, _) in asked() {
        let text = ask(memory, &arguments).await.structured()["rows"].to_string();
        for chosen in ["alice", "bob", "orders-archive", "AdministratorAccess"] {
            assert!(!text.contains(chosen), "{chosen} of {arguments}: {text}");
        }
    }
}

#[tokio::test]
async fn secrets_in_rows_are_sealed_and_answers_keep_to_their_size() {
    let secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
    let mut leak = user("mallory");
    leak["accessKeyId"] = json!("AKIAIOSFODNN7EXAMPLE");
    let records: Vec<Value> = (0..400)
        .map(|n| {
            did(
                &format!("leak-{n:08}-0000-4000-8000-000000000000"),
                ("ecs", "UpdateService"),
                ago(1, n % 60),
                (&leak, json!({"service": format!("{secret} password=hunter2-{n}"), "cluster": "x".repeat(300)})),
                json!({}),
            )
        })
        .collect();
    let everywhere = everywhere(&records, &open()).await;
    let (_, memory) = &everywhere.contexts[0];
    let outcome = ask(memory, &json!({"preset": "changes", "start_time": "12h", "limit": 100})).await;
    let (json, markdown) = (outcome.structured().to_string(), outcome.show(&render::MARKDOWN, 80));
    for shown in [&json, &markdown] {
        assert!(!shown.contains(secret) && !shown.contains("hunter2"), "{shown}");
        assert!(estimate(shown) <= 10_000 && shown.chars().count() <= 40_000, "{} tokens", estimate(shown));
    }
    assert!(outcome.structured()["next_cursor"].is_string());
}

#[tokio::test]
async fn both_transports_and_the_command_give_the_same_answer() {
    let client = Client::connect(&["serve", "--demo"], &[]).await;
    let arguments = json!({"question": "which calls were denied in the last hour"});
    let over_stdio = client.call("aws.cloudtrail_query", arguments.clone()).await.structured_content.unwrap();
    let refused = client.call("aws_cloudtrail_query", json!({"question": "who did it"})).await;
    assert_eq!(refused.is_error, Some(true));
    client.call("aws.cloudtrail_query", json!({"cursor": "none"})).await;
    client.leave().await;
    let over_http = tokio::task::spawn_blocking(move || {
        let served = Served::demo();
        let headers = [("mcp-protocol-version", "2025-11-25")];
        served.post(&headers, &call(3, "tools/call", json!({"name": "aws.cloudtrail_query", "arguments": arguments}))).json()
    });
    let over_http = over_http.await.unwrap()["result"]["structuredContent"].clone();
    let said = binary::run(&["query", "which calls were denied in the last hour", "--demo", "--format", "json"]);
    let by_command: Value = serde_json::from_str(&binary::stdout(&said)).unwrap();
    assert_eq!(over_stdio["finding"], "rows", "{over_stdio:#}");
    assert_eq!((&over_stdio["rows"], &over_stdio["understood"]), (&over_http["rows"], &over_http["understood"]));
    assert_eq!((&over_stdio["rows"], &over_stdio["understood"]), (&by_command["rows"], &by_command["understood"]));
}

/// An engine over events in memory: it gives one row, and remembers what it was asked.
struct Engine {
    memory: Memory,
    asked: Arc<std::sync::Mutex<Vec<String>>>,
}

impl Source for Engine {
    fn profile(&self) -> &'static Profile {
        self.memory.profile()
    }

    fn read<'a>(&'a self, query: &'a Query) -> BoxFuture<'a, Ungated> {
        self.memory.read(query)
    }

    fn sql(&self) -> Option<&dyn Sql> {
        Some(self)
    }
}

impl Sql for Engine {
    fn ask<'a>(&'a self, statement: &'a Unbound, query: &'a Query) -> BoxFuture<'a, Result<SqlReading, Refusal>> {
        Box::pin(async move {
            let bounds = ["account IN ('111122223333')".to_owned(), format!("eventtime >= '{}'", query.window().from.to_rfc3339())];
            self.asked.lock().unwrap().push(statement.bind("cloudtrail.events", &bounds)?.sql().to_owned());
            let columns = ["who", "note", "secret"].map(str::to_owned).to_vec();
            let row = ["alice", "password=hunter2-hunter2", "AKIAIOSFODNN7EXAMPLE"].map(|cell| Some(cell.to_owned())).to_vec();
            let cell = Cell::cut(ACCOUNT, "eu-west-1", self.profile(), State::PageCap, Some(query.window())).with(1, 1, None);
            Ok(SqlReading { columns, rows: vec![row], cells: vec![cell] })
        })
    }
}

#[tokio::test]
async fn sql_runs_on_an_engine_where_policy_allows_it_and_is_refused_with_the_preset_that_would_do() {
    let asked = Arc::default();
    let engine = |policy: Policy| {
        let memory = Memory::new(Vec::new(), Window::new(now() - TimeDelta::days(2), now()).unwrap());
        context(Sources::of(Engine { memory, asked: Arc::clone(&asked) }), policy)
    };
    let sql = json!({"sql": "SELECT useridentity.arn AS who, min(errormessage) AS note, eventid AS secret FROM events WHERE errorcode = 'AccessDenied'"});
    let refused = ask(&engine(open()), &sql).await.structured();
    assert_eq!((&refused["error"]["code"], &refused["error"]["argument"]), (&json!("tool_not_allowed"), &json!("sql")), "{refused:#}");
    assert_eq!(refused["nearest"][0]["preset"], "denied_calls", "{refused:#}");
    assert!(asked.lock().unwrap().is_empty());

    let allowing = Policy { allow_sql: true, ..open() };
    let answer = ask(&engine(allowing.clone()), &sql).await.structured();
    assert_eq!((&answer["finding"], &answer["columns"]), (&json!("rows"), &json!(["who", "note", "secret"])), "{answer:#}");
    assert_eq!((&answer["rows"][0]["who"], &answer["coverage"]["verdict"]), (&json!("alice"), &json!("partial")));
    assert!(!answer.to_string().contains("hunter2") && !answer.to_string().contains("AKIAIOSFODNN7EXAMPLE"), "{answer:#}");
    let ran = asked.lock().unwrap().clone();
    assert!(
        ran.len() == 1 && ran[0].contains("WHERE (account IN ('111122223333')) AND (eventtime >=") && ran[0].ends_with("LIMIT 20"),
        "{ran:?}"
    );

    for (bad, said) in
        [("SELECT a FROM secrets", "another table"), ("DELETE FROM events", "no SELECT"), ("SELECT a FROM events; SELECT 1", "several")]
    {
        let answer = ask(&engine(allowing.clone()), &json!({"sql": bad})).await.structured();
        assert!(answer["headline"].as_str().unwrap().contains(said), "{bad}: {}", answer["headline"]);
        assert!(!answer["nearest"].as_array().unwrap().is_empty(), "{bad}");
    }
    let both = ask(&engine(allowing.clone()), &json!({"sql": "SELECT a FROM events", "preset": "deletions"})).await.structured();
    assert_eq!(both["error"]["argument"], "sql");
    // Without an engine the settings are named that would make one.
    let plain = everywhere(&day(), &allowing).await;
    for (name, context) in plain.contexts.iter().filter(|(name, _)| !ENGINES.iter().any(|engine| engine.name.as_str() == *name)) {
        let answer = ask(context, &sql).await.structured();
        assert!(answer["error"]["next"].as_str().unwrap().contains("[athena] database, table"), "{name}: {answer:#}");
    }
    let omitting = Policy { untrusted_text: UntrustedText::Omit, ..allowing };
    assert!(!ask(&engine(omitting), &sql).await.structured()["rows"].to_string().contains("alice"));
}
