//! Looking further back, from log files to the answer.

use serde_json::{Value, json};

use crate::binary::{folder, run, stdout};

fn record(id: &str, time: &str, name: &str) -> Value {
    json!({"eventVersion": "1.11", "eventID": id, "eventType": "AwsApiCall", "eventTime": time, "eventSource": "monitoring.amazonaws.com",
        "eventName": name, "awsRegion": "eu-west-1", "readOnly": false, "recipientAccountId": "111122223333", "sourceIPAddress": "192.0.2.10",
        "userIdentity": {"type": "IAMUser", "userName": "alice", "accountId": "111122223333"},
        "requestParameters": {"alarmNames": ["checkout-errors"]}})
}

fn finding(records: &[Value]) -> (Value, Value) {
    let (_keep, dir) = folder(&[("a.json", &json!({"Records": records}).to_string())]);
    let alert = json!({"alert": {"name": "AlarmCoverageLow", "labels": {"alarm_name": "checkout-errors", "region": "eu-west-1"},
        "annotations": {"summary": "checkout has no alarm that is on: metrics missing"}, "startsAt": "2026-01-27T20:00:00Z"}})
    .to_string();
    let dir = dir.to_string_lossy().into_owned();
    let asked = ["events", "--archive", &dir, "--now", "2026-01-27T20:15:00Z", "--investigation", &alert, "--format", "json"];
    let answer: Value = serde_json::from_str(&stdout(&run(&asked))).unwrap();
    (answer["finding"].clone(), answer["context"]["window"]["widened"].clone())
}

#[test]
fn what_was_undone_within_the_look_back_is_undone_once_the_window_reaches_it() {
    let off = record("00000001-0000-4000-8000-000000000000", "2026-01-27T19:28:00Z", "DisableAlarmActions");
    let on = record("00000002-0000-4000-8000-000000000000", "2026-01-27T19:32:00Z", "EnableAlarmActions");
    assert_eq!(finding(std::slice::from_ref(&off)), (json!("suspects"), json!(true)));
    assert_eq!(finding(&[off, on]), (json!("no_suspect"), json!(true)));
}
