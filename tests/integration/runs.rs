//! A pipeline's run, from log files to the answer.

use serde_json::{Value, json};

use crate::binary::{folder, run, stdout};

/// A record of the pipeline, `second` seconds after 19:50.
fn record(number: usize, second: usize, service: &str, name: &str, request: &Value) -> Value {
    json!({"eventVersion": "1.11", "eventID": format!("{number:08x}-0000-4000-8000-000000000000"), "eventType": "AwsApiCall",
        "eventTime": format!("2026-01-27T19:{:02}:{:02}Z", 50 + second / 60, second % 60), "eventSource": format!("{service}.amazonaws.com"),
        "eventName": name, "awsRegion": "eu-west-1", "readOnly": false, "recipientAccountId": "111122223333",
        "sourceIPAddress": "192.0.2.10", "userAgent": "aws-cli/2.17.40", "requestParameters": request,
        "userIdentity": {"type": "AssumedRole", "principalId": "AROAEXAMPLE:checkout-1234", "accountId": "111122223333",
            "arn": "arn:aws:sts::111122223333:assumed-role/deploy/checkout-1234", "accessKeyId": "ASIAEXAMPLERUN000001"}})
}

/// A release of four services, and what goes with it.
fn release() -> String {
    let mut records = Vec::new();
    for (n, service) in ["checkout", "cart", "search", "profile"].into_iter().enumerate() {
        let image = json!({"family": service, "containerDefinitions": [{"name": service, "image": format!("{service}:42")}]});
        let update = json!({"cluster": "prod", "service": service, "taskDefinition": format!("{service}:42")});
        records.push(record(2 * n, 60 * n, "ecs", "RegisterTaskDefinition", &image));
        records.push(record(2 * n + 1, 60 * n + 15, "ecs", "UpdateService", &update));
    }
    records.push(record(8, 240, "secretsmanager", "PutSecretValue", &json!({"secretId": "release"})));
    records.push(record(9, 250, "events", "PutRule", &json!({"name": "nightly", "scheduleExpression": "rate(1 day)"})));
    json!({"Records": records}).to_string()
}

fn ask(more: &[&str]) -> Value {
    let (_keep, dir) = folder(&[("a.json", &release())]);
    let alert = json!({"alert": {"name": "HighErrorRate", "labels": {"service": "checkout", "region": "eu-west-1"},
        "annotations": {"summary": "checkout answers 5xx"}, "startsAt": "2026-01-27T19:56:00Z"}})
    .to_string();
    let dir = dir.to_string_lossy().into_owned();
    let basic = ["events", "--archive", &dir, "--now", "2026-01-27T20:10:00Z", "--investigation", &alert, "--format", "json"];
    serde_json::from_str(&stdout(&run(&[&basic, more].concat()))).unwrap()
}

fn entries(answer: &Value) -> Vec<&Value> {
    answer["groups"].as_array().unwrap().iter().flat_map(|group| group["events"].as_array().unwrap()).collect()
}

#[test]
fn a_release_is_one_entry_behind_the_change_that_fits_the_alert() {
    let answer = ask(&[]);
    let [entry] = entries(&answer)[..] else { panic!("{answer}") };
    assert_eq!(entry["event_id"], "00000001-0000-4000-8000-000000000000");
    assert_eq!(entry["repeats"]["count"], 10);
    let step = |step: &Value| format!("{} {}", step["name"].as_str().unwrap(), step["count"]);
    let steps: Vec<String> = entry["repeats"]["run"].as_array().unwrap().iter().map(step).collect();
    assert_eq!(steps, ["RegisterTaskDefinition 4", "UpdateService 4", "PutRule 1", "PutSecretValue 1"]);
    assert_eq!(answer["groups"][0]["total"], 10);
    assert_eq!(answer["totals"], json!({"matched": 10, "shown": 1, "folded": 9, "remaining": 0}));
}

#[test]
fn a_filter_opens_a_run() {
    let answer = ask(&["--actors", "deploy/checkout-1234"]);
    let names: Vec<&str> = entries(&answer).iter().map(|entry| entry["name"].as_str().unwrap()).collect();
    // What bears the alert's name stands apart from the calls for the other services.
    assert_eq!(names, ["UpdateService", "UpdateService", "RegisterTaskDefinition", "RegisterTaskDefinition", "PutSecretValue", "PutRule"]);
    assert!(entries(&answer).iter().all(|entry| entry["repeats"]["run"].is_null()));
    assert_eq!(answer["totals"], json!({"matched": 10, "shown": 6, "folded": 4, "remaining": 0}));
}
