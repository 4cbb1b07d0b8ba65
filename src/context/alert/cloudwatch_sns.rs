//! A CloudWatch alarm as SNS delivers it, with or without the envelope; other SNS notifications as text.
//!
//! Source: CloudWatch, "Amazon SNS email/JSON notifications". `Region` is a name for people, so the alarm's ARN stands
//! before it; `StateChangeTime` has a `+0000` offset. The time of an `OK` is the alarm's end: its start is not told.

use serde_json::Value;

use super::metric_age::waits_since;
use super::{AlertForm, Fact, Payload, Place, Reported, first_key, first_text, first_time, flatten, object, push_at, text};

/// See the module.
pub(super) const FORM: AlertForm = AlertForm { name: "CloudWatch alarm (SNS)", recognise, read };

fn recognise(payload: &Value) -> bool {
    let alarm =
        payload.get("AlarmName").is_some() && ["NewStateValue", "AlarmArn", "StateValue"].iter().any(|key| payload.get(key).is_some());
    alarm || ["MetricAlarms", "CompositeAlarms"].iter().any(|list| payload.get(list).is_some_and(Value::is_array)) || is_note(payload)
}

fn read(payload: &Value) -> Payload {
    let lists = ["MetricAlarms", "CompositeAlarms"].iter().filter_map(|list| payload.get(list)?.as_array());
    let mut alarms: Vec<&Value> = lists.flatten().take(super::MAX_ALERTS).collect();
    if alarms.is_empty() && is_note(payload) {
        return Payload { alerts: vec![read_note(payload)], facts: Vec::new() };
    }
    if alarms.is_empty() {
        alarms.push(payload);
    }
    Payload { alerts: alarms.into_iter().flat_map(|alarm| with_children(read_alarm(alarm), alarm)).collect(), facts: Vec::new() }
}

/// Reads the alarms that made a composite one go off, each with its own time: the composite's is later.
///
/// Shape: the alarm itself first; what made it go off is known by the same key, as it ends with it.
pub(super) fn with_children(parent: Reported, alarm: &Value) -> Vec<Reported> {
    let data = ["/StateReasonData", "/NewStateReasonData", "/state/reasonData"].iter().find_map(|at| super::json(text(alarm, at)?));
    let lists = [alarm.get("TriggeringChildren"), data.as_ref().and_then(|data| data.get("triggeringAlarms"))];
    let children = lists.into_iter().flatten().filter_map(Value::as_array).flatten();
    let read = |child: &Value| {
        let arn = first_text(child, &["/Arn", "/arn"]);
        let state = first_text(child, &["/State/Value", "/state/value"]);
        Reported {
            name: arn.rsplit(':').next().unwrap_or_default().to_owned(),
            firing: Some(state != "OK"),
            started: first_time(child, &["/State/Timestamp", "/state/timestamp"]),
            key: parent.key.clone(),
            ..Reported::default()
        }
    };
    let children: Vec<Reported> = children.map(read).filter(|child| child.started.is_some() && child.firing == Some(true)).collect();
    std::iter::once(parent).chain(children).collect()
}

fn read_alarm(alarm: &Value) -> Reported {
    let mut facts = Vec::new();
    push_at(&mut facts, Place::Origin, alarm, "/AlarmArn");
    push_at(&mut facts, Place::Origin, alarm, "/AWSAccountId");
    push_at(&mut facts, Place::Origin, alarm, "/Region");
    for trigger in [alarm.get("Trigger"), Some(alarm)].into_iter().flatten() {
        read_metric(&mut facts, trigger);
        for query in trigger.get("Metrics").and_then(Value::as_array).into_iter().flatten() {
            if object(query, "/MetricStat/Metric").is_some() {
                read_metric(&mut facts, query.pointer("/MetricStat/Metric").unwrap_or(&Value::Null));
            }
            push_at(&mut facts, Place::Annotation, query, "/Expression");
        }
    }
    for child in alarm.get("TriggeringChildren").and_then(Value::as_array).into_iter().flatten() {
        push_at(&mut facts, Place::Origin, child, "/Arn");
    }
    for at in ["/AlarmDescription", "/NewStateReason", "/StateReason", "/AlarmRule"] {
        push_at(&mut facts, Place::Annotation, alarm, at);
    }
    let firing = text(alarm, "/NewStateValue").or_else(|| text(alarm, "/StateValue")).map(|state| state != "OK");
    let changed = first_time(alarm, &["/StateChangeTime", "/StateTransitionedTimestamp", "/StateUpdatedTimestamp"]);
    let (fired, ended) = if firing == Some(false) { (None, changed) } else { (changed, None) };
    let reason = first_text(alarm, &["/NewStateReason", "/StateReason"]);
    let metrics = facts.iter().filter(|fact| fact.name == "MetricName").map(|fact| fact.text.as_str());
    let waits = fired.and_then(|fired| waits_since(metrics, &reason).filter(|since| *since < fired));
    let key = first_key(alarm, &["/AlarmArn", "/AlarmName"]);
    let name = first_text(alarm, &["/AlarmName"]);
    Reported { name, key, firing, started: waits.or(fired), by_age: waits.is_some(), ended, facts, ..Reported::default() }
}

/// Reads a metric: its name, its namespace, its dimensions in either case.
fn read_metric(facts: &mut Vec<Fact>, metric: &Value) {
    push_at(facts, Place::Origin, metric, "/Namespace");
    push_at(facts, Place::Annotation, metric, "/MetricName");
    for dimensions in ["Dimensions", "dimensions"].iter().filter_map(|key| metric.get(key)) {
        flatten(facts, Place::Dimension, "", dimensions);
    }
}

fn is_note(payload: &Value) -> bool {
    text(payload, "/Type") == Some("Notification") && text(payload, "/Message").is_some()
}

/// Reads a notification that is plain text; it began no later than it was sent.
fn read_note(note: &Value) -> Reported {
    let mut facts = Vec::new();
    push_at(&mut facts, Place::Origin, note, "/TopicArn");
    push_at(&mut facts, Place::Annotation, note, "/Subject");
    push_at(&mut facts, Place::Annotation, note, "/Message");
    Reported { name: first_text(note, &["/Subject", "/Message"]), sent: first_time(note, &["/Timestamp"]), facts, ..Reported::default() }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::tests::outline;

    fn alarm(state: &str) -> Value {
        json!({
            "AlarmName": "orders-api 5xx", "AlarmDescription": "Runbook: https://wiki.example/5xx", "AWSAccountId": "111122223333", "AlarmConfigurationUpdatedTimestamp": "2025-12-01T08:00:00.000+0000",
            "NewStateValue": state, "NewStateReason": "Threshold Crossed: 1 datapoint [37.0 (27/01/26 20:03:00)] was greater than the threshold (10.0).",
            "StateChangeTime": "2026-01-27T20:04:10.123+0000", "Region": "EU (Ireland)", "AlarmArn": "arn:aws:cloudwatch:eu-west-1:111122223333:alarm:orders-api 5xx", "OldStateValue": "OK",
            "OKActions": [], "AlarmActions": ["arn:aws:sns:eu-west-1:444455556666:oncall"], "InsufficientDataActions": [],
            "Trigger": {"MetricName": "HTTPCode_Target_5XX_Count", "Namespace": "AWS/ApplicationELB", "StatisticType": "Statistic", "Statistic": "SUM", "Unit": null,
                "Dimensions": [{"value": "targetgroup/orders/0123456789abcdef", "name": "TargetGroup"}, {"value": "app/web/0123456789abcdef", "name": "LoadBalancer"}],
                "Period": 60, "EvaluationPeriods": 1, "ComparisonOperator": "GreaterThanThreshold", "Threshold": 10.0, "TreatMissingData": "notBreaching"}
        })
    }

    fn envelope(message: &Value) -> Value {
        json!({"Type": "Notification", "MessageId": "00000000-0000-0000-0000-000000000000", "TopicArn": "arn:aws:sns:eu-west-1:444455556666:oncall", "Subject": "ALARM: \"orders-api 5xx\" in EU (Ireland)",
               "Message": message.to_string(), "Timestamp": "2026-01-27T20:04:10.200Z", "SignatureVersion": "1"})
    }

    #[test]
    fn a_cloudwatch_alarm_by_sns_is_read_with_the_region_of_its_arn() {
        let payload = envelope(&alarm("ALARM"));
        insta::assert_snapshot!(outline(&payload), @r"
        CloudWatch alarm (SNS)
        orders-api 5xx at 20:04:10.123, firing, others []
        19:34:10 to 20:14:10: alert start - 30m
        eu-west-1: ARN in alert field AlarmArn
        111122223333: alert field AWSAccountId
        targetgroup/orders/0123456789abcdef AWS::ElasticLoadBalancingV2::TargetGroup: alarm dimension TargetGroup
        app/web/0123456789abcdef AWS::ElasticLoadBalancingV2::LoadBalancer: alarm dimension LoadBalancer
        ");
        assert_eq!(outline(&alarm("ALARM")), outline(&payload), "the bare message");
        assert_eq!(outline(&json!({"Records": [{"EventSource": "aws:sns", "Sns": payload}]})), outline(&payload), "as a function gets it");
    }

    #[test]
    fn an_ok_notification_tells_the_alarms_end() {
        insta::assert_snapshot!(outline(&alarm("OK")).lines().take(2).collect::<Vec<_>>().join("\n"), @r"
        CloudWatch alarm (SNS)
        19:04:10 to 20:04:10: the hour before the alert's end: alert has no readable start
        ");
    }

    #[test]
    fn a_metric_math_alarm_gives_the_dimensions_of_its_metrics() {
        let payload = json!({
            "AlarmName": "pay errors", "NewStateValue": "ALARM", "StateChangeTime": "2026-01-27T20:04:10.123+0000", "AlarmArn": "arn:aws:cloudwatch:us-east-1:111122223333:alarm:pay errors",
            "Trigger": {"Period": 60, "Metrics": [
                {"Expression": "errors / calls", "Id": "e1", "Label": "rate", "ReturnData": true},
                {"Id": "errors", "MetricStat": {"Metric": {"Dimensions": [{"value": "pay", "name": "FunctionName"}], "MetricName": "Errors", "Namespace": "AWS/Lambda"}, "Period": 60, "Stat": "Sum"}, "ReturnData": false}]}
        });
        insta::assert_snapshot!(outline(&payload), @r"
        CloudWatch alarm (SNS)
        pay errors at 20:04:10.123, firing, others []
        19:34:10 to 20:14:10: alert start - 30m
        us-east-1: ARN in alert field AlarmArn
        111122223333: ARN in alert field AlarmArn
        pay AWS::Lambda::Function: alarm dimension FunctionName
        ");
    }

    #[test]
    fn a_plain_sns_notification_is_text_that_was_sent_at_a_time() {
        let payload = json!({"Type": "Notification", "TopicArn": "arn:aws:sns:us-east-1:111122223333:ops", "Subject": "Disk", "Message": "vol-0123456789abcdef0 is full", "Timestamp": "2026-01-27T20:04:10.200Z"});
        insta::assert_snapshot!(outline(&payload), @r"
        CloudWatch alarm (SNS)
        Disk at 20:04:10.200, firing, others []
        19:34:10 to 20:14:10: alert start - 30m
        us-east-1: ARN in alert field TopicArn
        111122223333: ARN in alert field TopicArn
        vol-0123456789abcdef0 AWS::EC2::Volume: text of annotation Message
        ");
    }
}
