//! Everyday questions, one call each, over a month of event history: who deleted it, what did they do, what changed on this group.

use chrono::{DateTime, TimeDelta, Utc};
use cloudtrail_mcp::answer::tokens::estimate;
use serde_json::{Value, json};

use crate::binary;
use crate::fake_aws::{ACCOUNT, FakeAws, write};

const GROUP: &str = "sg-0fedcba9876543210";
const KEY: &str = "AKIAEVEEXAMPLE000004";

fn now() -> DateTime<Utc> {
    "2026-01-27T21:00:00Z".parse().unwrap()
}

fn ago(days: i64, hours: i64) -> DateTime<Utc> {
    now() - TimeDelta::days(days) - TimeDelta::hours(hours)
}

fn user(name: &str) -> Value {
    json!({"type": "IAMUser", "userName": name, "arn": format!("arn:aws:iam::{ACCOUNT}:user/{name}"), "accountId": ACCOUNT})
}

fn session(role: &str, session: &str) -> Value {
    json!({"type": "AssumedRole", "principalId": format!("AROAEXAMPLE:{session}"), "arn": format!("arn:aws:sts::{ACCOUNT}:assumed-role/{role}/{session}"),
        "sessionContext": {"sessionIssuer": {"type": "Role", "userName": role, "arn": format!("arn:aws:iam::{ACCOUNT}:role/{role}")}}})
}

/// What happened at `time`: `service`, `name`, who and with what.
fn did(id: &str, (service, name): (&str, &str), time: DateTime<Utc>, who: &Value, request: Value) -> Value {
    let region = if service == "iam" || service == "signin" { "us-east-1" } else { "eu-west-1" };
    let mut record = write(id, &format!("{service}.amazonaws.com"), name, region, time);
    (record["userIdentity"], record["requestParameters"]) = (who.clone(), request);
    record
}

fn with(mut record: Value, more: Value) -> Value {
    for (key, value) in more.as_object().unwrap() {
        record[key] = value.clone();
    }
    record
}

/// Thirty days with a deployment every hour, and what is asked about among them.
fn month() -> Vec<Value> {
    let deploy = session("deploy", "gh-7");
    let deployed = |hour: i64| {
        did(
            &format!("deploy-{hour}"),
            ("ecs", "UpdateService"),
            ago(0, hour),
            &deploy,
            json!({"cluster": "prod", "service": "web", "taskDefinition": format!("web:{hour}")}),
        )
    };
    let mut events: Vec<Value> = (0..720).map(deployed).collect();
    let (alice, bob, carol) = (user("alice"), user("bob"), user("carol"));
    let eve = with(user("eve"), json!({"accessKeyId": KEY}));
    events.push(did("bucket-made", ("s3", "CreateBucket"), ago(20, 0), &bob, json!({"bucketName": "orders-archive"})));
    events.push(did("bucket-gone", ("s3", "DeleteBucket"), ago(6, 0), &bob, json!({"bucketName": "orders-archive"})));
    let rule = |cidr: &str| json!({"groupId": GROUP, "ipPermissions": {"items": [{"ipProtocol": "tcp", "fromPort": 443, "toPort": 443, "ipRanges": {"items": [{"cidrIp": cidr}]}}]}});
    events.push(did("group-1", ("ec2", "AuthorizeSecurityGroupIngress"), ago(25, 0), &carol, rule("10.1.0.0/16")));
    events.push(did("group-2", ("ec2", "AuthorizeSecurityGroupIngress"), ago(1, 3), &alice, rule("0.0.0.0/0")));
    events.push(did("group-3", ("ec2", "RevokeSecurityGroupIngress"), ago(1, 2), &alice, rule("0.0.0.0/0")));
    events.push(did(
        "admin",
        ("iam", "AttachUserPolicy"),
        ago(0, 5),
        &alice,
        json!({"userName": "alice", "policyArn": "arn:aws:iam::aws:policy/AdministratorAccess"}),
    ));
    let launched: Vec<Value> = (0..4).map(|n| json!({"instanceId": format!("i-0aaaaaaaaaaaaaaa{n}")})).collect();
    events.push(with(
        did("launch", ("ec2", "RunInstances"), ago(9, 0), &session("ml", "dana@example.com"), json!({"instanceType": "p4d.24xlarge"})),
        json!({"responseElements": {"instancesSet": {"items": launched}}}),
    ));
    for (id, who, mfa, outcome) in
        [("login-1", "alice", "Yes", "Success"), ("login-2", "bob", "No", "Success"), ("login-3", "mallory", "No", "Failure")]
    {
        let record = did(id, ("signin", "ConsoleLogin"), ago(3, 0), &user(who), Value::Null);
        events.push(with(record, json!({"additionalEventData": {"MFAUsed": mfa}, "responseElements": {"ConsoleLogin": outcome}, "eventType": "AwsConsoleSignIn"})));
    }
    events.push(did("stop", ("cloudtrail", "StopLogging"), ago(12, 0), &eve, json!({"name": "main"})));
    events.push(did(
        "resize",
        ("rds", "ModifyDBInstance"),
        ago(17, 0),
        &eve,
        json!({"dBInstanceIdentifier": "orders-db", "dBInstanceClass": "db.t3.micro"}),
    ));
    let denied = json!({"errorCode": "AccessDenied", "readOnly": true});
    events.push(with(did("denied", ("s3", "GetBucketPolicy"), ago(10, 1), &session("reporting", "job-1"), Value::Null), denied));
    let lent = json!({"roleArn": format!("arn:aws:iam::{ACCOUNT}:role/reporting"), "roleSessionName": "job-1"});
    events.push(with(did("lent", ("sts", "AssumeRole"), ago(10, 2), &bob, lent), json!({"readOnly": true})));
    events
}

/// Asks in one call; returns the answer and how it is shown to a model.
async fn ask(fake: &FakeAws, question: &[&str]) -> (Value, String) {
    let shown = |format: &'static str| {
        let mut command = binary::command();
        command.envs(fake.env()).env("CHAT_ALLOW_AWS_READ", "true").args(["--now", "2026-01-27T21:00:00Z"]);
        command.args(question).args(["--format", format]);
        tokio::task::spawn_blocking(move || command.output().unwrap())
    };
    let (json, markdown) = (shown("json").await.unwrap(), shown("markdown").await.unwrap());
    (serde_json::from_slice(&json.stdout).unwrap_or_else(|_| panic!("{}", binary::stderr(&json))), binary::stdout(&markdown))
}

/// The ids of the events shown, best first.
fn ids(answer: &Value) -> Vec<&str> {
    let groups = answer["groups"].as_array().into_iter().flatten();
    let mut events: Vec<&Value> = groups.flat_map(|group| group["events"].as_array().unwrap()).collect();
    events.sort_by_key(|event| event["rank"].as_u64());
    events.iter().map(|event| event["event_id"].as_str().unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn everyday_questions_take_one_call_each_and_have_the_right_answer() {
    let fake = FakeAws::start(now()).await.with_events(month());
    let questions: [(&[&str], &[&str], &[&str]); 10] = [
        (
            &["--resources", "orders-archive", "--event-names", "DeleteBucket", "--start-time", "10d"],
            &["bucket-gone"],
            &["bob", "orders-archive"],
        ),
        (&["--actors", "alice", "--start-time", "yesterday"], &["group-2", "group-3"], &["0.0.0.0/0"]),
        (&["--event-sources", "iam", "--start-time", "24h"], &["admin"], &["gives itself administrator rights"]),
        (&["--event-names", "RunInstances", "--start-time", "30d"], &["launch"], &["4 p4d.24xlarge", "dana[@]example.com"]),
        (
            &["--event-names", "ConsoleLogin", "--start-time", "30d"],
            &["login-2", "login-1", "login-3"],
            &["without MFA", "with MFA: success", "failed (Failure)"],
        ),
        (&["--resources", GROUP, "--start-time", "30d"], &["group-2", "group-3", "group-1"], &["0.0.0.0/0"]),
        (&["--event-names", "StopLogging,DeleteTrail,UpdateTrail", "--start-time", "30d"], &["stop"], &["eve"]),
        (&["--actors", KEY], &["stop", "resize"], &["db.t3.micro"]),
        (&["--actors", "reporting", "--errors-only", "--start-time", "30d"], &["denied"], &["AccessDenied"]),
        (&["--resources", "orders-db", "--start-time", "this month"], &["resize"], &["eve"]),
    ];
    for (question, wanted, told) in questions {
        let (answer, shown) = ask(&fake, &[&["events"], question].concat()).await;
        let mut found = ids(&answer);
        assert_eq!(found.first(), wanted.first(), "{question:?}: {answer:#}");
        found.sort_unstable();
        let mut wanted = wanted.to_vec();
        wanted.sort_unstable();
        assert_eq!(found, wanted, "{question:?}");
        told.iter().for_each(|words| assert!(shown.contains(words), "{question:?} lacks {words}: {shown}"));
        assert!(!answer.to_string().contains("the alert"), "{question:?}: there is none: {answer}");
        assert!(estimate(&shown) <= 1_500, "{question:?}: {} tokens", estimate(&shown));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_is_found_by_its_id_in_whatever_region_it_is() {
    let there = did("far-away", ("ec2", "StopInstances"), ago(40, 0), &user("alice"), json!({}));
    let fake = FakeAws::start(now()).await.with_events([with(there, json!({"awsRegion": "ap-southeast-2"}))]);
    let (answer, _) = ask(&fake, &["event", "far-away"]).await;
    assert_eq!(answer["finding"], "found", "{answer}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_role_of_which_no_session_is_known_is_never_said_to_have_done_nothing() {
    let fake = FakeAws::start(now()).await.with_events(month());
    let (answer, _) = ask(&fake, &["events", "--actors", "ml", "--start-time", "30d"]).await;
    assert_eq!((&answer["finding"], &answer["error"]["argument"]), (&json!("could_not_look"), &json!("actors")), "{answer}");
    assert!(answer["error"]["message"].as_str().unwrap().contains("48h"), "{answer}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_without_a_role_is_told_as_that() {
    let fake = FakeAws::start(now()).await.with_events(month());
    let (answer, _) = ask(&fake, &["events", "--accounts", "444455556666", "--start-time", "2h"]).await;
    assert_eq!(answer["finding"], "could_not_look", "{answer}");
    assert_eq!(answer["coverage"]["cells"][0]["state"], "not_configured", "{answer}");
    assert!(answer.to_string().contains("no role is configured for this account"), "{answer}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_filter_that_cannot_apply_is_an_error_with_the_right_example() {
    let fake = FakeAws::start(now()).await.with_events(month());
    for (flag, value, hint) in [
        ("--event-sources", "ec3", "ec2"),
        ("--event-sources", "ec2.amazon.com", "ec2.amazonaws.com"),
        ("--event-names", "ModifyDBInstnce", "ModifyDBInstance"),
        ("--event-names", "Frobnicate*", "Delete*"),
        ("--actors", "203.0.113.300", "203.0.113.7"),
        ("--actors", "arn:aws:iam", "role/"),
        ("--actors", "AKIA123", "20 characters"),
    ] {
        let (answer, _) = ask(&fake, &["events", flag, value, "--start-time", "2h"]).await;
        assert_eq!(answer["error"]["code"], "invalid_argument", "{value}: {answer}");
        assert!(answer["error"]["message"].as_str().unwrap().contains(hint), "{value}: {answer}");
    }
}

/// An alert that names an instance, whose group somebody changed; only its launch, days ago, tells that the group is its own.
fn group_of_instance() -> (Vec<Value>, String) {
    let instance = "i-0bbbbbbbbbbbbbbb1";
    let mut events = month();
    events.push(with(
        did("launched", ("ec2", "RunInstances"), ago(12, 0), &session("ml", "dana@example.com"), json!({"instanceType": "m6i.large"})),
        json!({"responseElements": {"instancesSet": {"items": [{"instanceId": instance, "groupSet": {"items": [{"groupId": GROUP}]}}]}}}),
    ));
    let closed = json!({"groupId": GROUP, "ipPermissions": {"items": [{"ipProtocol": "tcp", "fromPort": 443, "toPort": 443, "ipRanges": {"items": [{"cidrIp": "10.1.0.0/16"}]}}]}});
    events.push(did("closed", ("ec2", "RevokeSecurityGroupIngress"), now() - TimeDelta::minutes(70), &user("carol"), closed));
    let alert = json!({"alert": {"name": "InstanceUnreachable", "labels": {"instance_id": instance, "region": "eu-west-1"},
        "annotations": {"summary": "connection timed out"}, "startsAt": (now() - TimeDelta::minutes(60)).to_rfc3339()}});
    (events, alert.to_string())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_alert_names_is_looked_up_first_and_its_last_record_tells_what_it_is_tied_to() {
    let (events, alert) = group_of_instance();
    let fake = FakeAws::start(now()).await.with_events(events);
    let (answer, shown) = ask(&fake, &["events", "--investigation", &alert, "--detail", "full"]).await;
    let first = &answer["groups"][0]["events"][0];
    assert_eq!(first["event_id"], "closed", "{answer:#}");
    let links = first["suspect"]["links"].as_array().unwrap();
    assert!(links.iter().any(|link| link["by"] == "event launched"), "{links:?}");
    let (first, all) = (answer["cost"]["first_suspect_ms"].as_u64(), answer["cost"]["elapsed_ms"].as_u64());
    assert!(first.is_some() && first <= all, "{}", answer["cost"]);
    assert!(!ids(&answer).contains(&"launched"), "it lies before the window: {shown}");

    let asked: Vec<Value> = fake.lookups().into_iter().filter(|one| one.region == "eu-west-1").map(|one| one.body).collect();
    let keys: Vec<&Value> = asked.iter().map(|body| &body["LookupAttributes"][0]["AttributeKey"]).collect();
    assert_eq!(keys.first(), Some(&&json!("ResourceName")), "{keys:?}");
    assert!(keys.iter().filter(|key| **key == "ResourceName").count() <= 2 * 3, "{keys:?}");
    let told = answer["cost"]["requests"]["lookup_events"].as_u64().unwrap();
    // It is asked twice, once for each form.
    assert_eq!(2 * usize::try_from(told).unwrap(), fake.lookups().len(), "every request counts");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_look_takes_a_small_part_of_the_budget_and_leaves_the_window_its_own() {
    let (events, alert) = group_of_instance();
    for budget in 1..=5 {
        let fake = FakeAws::start(now()).await.with_events(events.clone());
        let policy = tempfile::NamedTempFile::with_suffix(".toml").unwrap();
        std::fs::write(policy.path(), format!("allow_aws_read = true\n[budget]\nlookup_requests = {budget}\n")).unwrap();
        let config = policy.path().to_string_lossy().into_owned();
        let (answer, shown) = ask(&fake, &["events", "--config", &config, "--investigation", &alert, "--regions", "eu-west-1"]).await;
        let here = fake.lookups().into_iter().filter(|one| one.region == "eu-west-1");
        let (ahead, rest): (Vec<_>, Vec<_>) = here.partition(|one| one.body["LookupAttributes"][0]["AttributeKey"] == "ResourceName");
        // It is asked twice, once for each form.
        assert!(ahead.len() + rest.len() <= 2 * budget, "{budget}: {} and {} requests for two forms: {shown}", ahead.len(), rest.len());
        assert!(ahead.len() <= 2 * (budget / 4) && !rest.is_empty(), "{budget}: {} and {}", ahead.len(), rest.len());
        assert_ne!(answer["finding"], "could_not_look", "{budget}: {shown}");
    }
}
