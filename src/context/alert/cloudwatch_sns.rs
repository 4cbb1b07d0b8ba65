//! A CloudWatch alarm as SNS delivers it, with or without the envelope; other SNS notifications as text.
//!
//! Source: CloudWatch, "Amazon SNS email/JSON notifications". `Region` is a name for people, so the alarm's ARN stands
//! before it; `StateChangeTime` has a `+0000` offset. The time of an `OK` is the alarm's end: its start is not told.

use serde_json::Value;

use super::{Fact, Form, Payload, Place, Reported, first_text, first_time, flatten, object, push_at, text};

/// See the module.
pub(super) struct CloudwatchSns;

impl Form for CloudwatchSns {
    fn name(&self) -> &'static str {
        "CloudWatch alarm (SNS)"
    }

    fn fits(&self, payload: &Value) -> bool {
        let alarm =
            payload.get("AlarmName").is_some() && ["NewStateValue", "AlarmArn", "StateValue"].iter().any(|key| payload.get(key).is_some());
        alarm || payload.get("MetricAlarms").is_some_and(Value::is_array) || is_note(payload)
    }

    fn read(&self, payload: &Value) -> Payload {
        let alerts = match payload.get("MetricAlarms").and_then(Value::as_array) {
            Some(alarms) => alarms.iter().take(super::MAX_ALERTS).map(read_alarm).collect(),
            None if is_note(payload) => vec![read_note(payload)],
            None => vec![read_alarm(payload)],
        };
        Payload { alerts, facts: Vec::new() }
    }
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
    let (started, ended) = if firing == Some(false) { (None, changed) } else { (changed, None) };
    Reported { name: first_text(alarm, &["/AlarmName"]), firing, started, ended, facts }
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
    Reported { name: first_text(note, &["/Subject", "/Message"]), started: first_time(note, &["/Timestamp"]), facts, ..Reported::default() }
}
