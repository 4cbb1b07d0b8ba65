//! A CloudWatch alarm as EventBridge or an alarm's function gets it; other EventBridge events by their envelope.
//!
//! Source: CloudWatch, "Alarm events and EventBridge" (`detail`) and "Invoke a Lambda function from an alarm" (`alarmData`).

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::metric_age::waits_since;
use super::{
    AlertForm, Fact, Payload, Place, Reported, cloudwatch_sns, first_key, first_text, first_time, flatten, push_at, push_map, text,
};
use crate::time;

/// See the module.
pub(super) const FORM: AlertForm = AlertForm { name: "CloudWatch alarm (EventBridge)", recognise, read };

fn recognise(payload: &Value) -> bool {
    let event = payload.get("detail-type").is_some() && payload.get("detail").is_some();
    event || payload.pointer("/alarmData/alarmName").is_some()
}

fn read(payload: &Value) -> Payload {
    let mut facts = Vec::new();
    flatten(&mut facts, Place::Origin, "resources", payload.get("resources").unwrap_or(&Value::Null));
    for at in ["/alarmArn", "/region", "/account", "/accountId"] {
        push_at(&mut facts, Place::Origin, payload, at);
    }
    let detail = payload.get("alarmData").or_else(|| payload.get("detail")).unwrap_or(&Value::Null);
    let alert = if detail.get("alarmName").is_some() { read_alarm(detail, payload, facts) } else { read_event(detail, payload, facts) };
    Payload { alerts: cloudwatch_sns::with_children(alert, detail), facts: Vec::new() }
}

fn read_alarm(detail: &Value, event: &Value, mut facts: Vec<Fact>) -> Reported {
    for query in detail.pointer("/configuration/metrics").and_then(Value::as_array).into_iter().flatten() {
        push_at(&mut facts, Place::Origin, query, "/metricStat/metric/namespace");
        push_at(&mut facts, Place::Annotation, query, "/metricStat/metric/name");
        push_map(&mut facts, Place::Dimension, query, "/metricStat/metric/dimensions");
        push_at(&mut facts, Place::Annotation, query, "/expression");
    }
    for at in ["/configuration/description", "/configuration/alarmRule", "/state/reason"] {
        push_at(&mut facts, Place::Annotation, detail, at);
    }
    let over = text(detail, "/state/value") == Some("OK");
    let changed = first_time(detail, &["/state/timestamp"]).or_else(|| first_time(event, &["/time"]));
    let (started, ended) = if over {
        let was_alarm = text(detail, "/previousState/value") == Some("ALARM");
        (first_time(detail, &["/previousState/timestamp"]).filter(|_| was_alarm), changed)
    } else {
        (changed, None)
    };
    let metrics = facts.iter().filter(|fact| fact.place == Place::Annotation).map(|fact| fact.text.as_str());
    let waits = waits_since(metrics, text(detail, "/state/reason").unwrap_or_default()).filter(|since| !over && Some(*since) < started);
    let key = first_key(event, &["/alarmArn", "/resources/0"]).or_else(|| first_key(detail, &["/alarmName"]));
    let name = first_text(detail, &["/alarmName"]);
    Reported { name, key, firing: Some(!over), started: waits.or(started), by_age: waits.is_some(), ended, facts, ..Reported::default() }
}

/// Returns when a finding was first made, which GuardDuty, Security Hub and Inspector tell beside the time of the report.
fn found_at(detail: &Value) -> Option<DateTime<Utc>> {
    let finding = detail.pointer("/findings/0").unwrap_or(detail);
    let told = [
        "/service/eventFirstSeen",
        "/Service/EventFirstSeen",
        "/FirstObservedAt",
        "/firstObservedAt",
        "/finding_info/first_seen_time_dt",
        "/finding_info/first_seen_time",
    ];
    let told = told.into_iter().chain(["/CreatedAt", "/finding_info/created_time_dt", "/finding_info/created_time", "/anomalyStartDate"]);
    told.filter_map(|at| time::of_alert(finding.pointer(at)?)).next()
}

/// Reads an event that is no alarm, such as a finding: what it is about stands somewhere in `detail`.
fn read_event(detail: &Value, event: &Value, mut facts: Vec<Fact>) -> Reported {
    flatten(&mut facts, Place::Detail, "resources", event.get("resources").unwrap_or(&Value::Null));
    flatten(&mut facts, Place::Detail, "", detail);
    Reported {
        name: first_text(event, &["/detail/title", "/detail-type"]),
        key: first_key(event, &["/detail/id", "/detail/findings/0/Id", "/id"]),
        started: found_at(detail).or_else(|| first_time(event, &["/time"])),
        facts,
        ..Reported::default()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::tests::outline;

    #[test]
    fn a_cloudwatch_alarm_by_eventbridge_is_read() {
        let payload = json!({
            "version": "0", "id": "00000000-0000-0000-0000-000000000000", "detail-type": "CloudWatch Alarm State Change", "source": "aws.cloudwatch", "account": "111122223333",
            "time": "2026-01-27T20:04:12Z", "region": "us-east-2", "resources": ["arn:aws:cloudwatch:us-east-2:111122223333:alarm:cpu"],
            "detail": {"alarmName": "cpu", "state": {"value": "ALARM", "reason": "Threshold Crossed", "timestamp": "2026-01-27T20:04:10.123+0000"}, "previousState": {"value": "OK", "timestamp": "2026-01-27T18:00:00.000+0000"},
                "configuration": {"description": "CPU of the web tier", "metrics": [{"id": "m1", "metricStat": {"metric": {"namespace": "AWS/ECS", "name": "CPUUtilization",
                    "dimensions": {"ClusterName": "web", "ServiceName": "frontend"}}, "period": 60, "stat": "Average"}, "returnData": true}]}}
        });
        insta::assert_snapshot!(outline(&payload), @r"
        CloudWatch alarm (EventBridge)
        cpu at 20:04:10.123, firing, others []
        19:34:10 to 20:14:10: alert start - 30m
        us-east-2: alert field region
        111122223333: alert field account
        web AWS::ECS::Cluster: alarm dimension ClusterName
        frontend AWS::ECS::Service: alarm dimension ServiceName
        ");
    }

    #[test]
    fn a_recovered_composite_alarm_by_eventbridge_started_when_it_went_into_alarm() {
        let payload = json!({
            "detail-type": "CloudWatch Alarm State Change", "source": "aws.cloudwatch", "account": "111122223333", "time": "2026-01-27T20:09:10Z", "region": "us-east-1",
            "resources": ["arn:aws:cloudwatch:us-east-1:111122223333:alarm:site"],
            "detail": {"alarmName": "site", "state": {"value": "OK", "timestamp": "2026-01-27T20:09:10.123+0000"}, "previousState": {"value": "ALARM", "timestamp": "2026-01-27T20:04:10.000+0000"},
                "configuration": {"alarmRule": "ALARM(cpu) OR ALARM(\"arn:aws:cloudwatch:us-east-1:111122223333:alarm:errors\")"}}
        });
        insta::assert_snapshot!(outline(&payload), @r"
        CloudWatch alarm (EventBridge)
        site at 20:04:10, ended 20:09:10, others []
        19:34:10 to 20:09:10: alert start - 30m
        us-east-1: alert field region
        111122223333: alert field account
        arn:aws:cloudwatch:us-east-1:111122223333:alarm:errors AWS::CloudWatch::Alarm: ARN in text of annotation alarmRule
        ");
    }
}
