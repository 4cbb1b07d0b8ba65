//! A CloudWatch alarm as EventBridge or an alarm's function gets it; other EventBridge events by their envelope.
//!
//! Source: CloudWatch, "Alarm events and EventBridge" (`detail`) and "Invoke a Lambda function from an alarm" (`alarmData`).

use serde_json::Value;

use super::{Fact, Form, Payload, Place, Reported, first_text, first_time, flatten, push_at, push_map, text};

/// See the module.
pub(super) struct CloudwatchEventbridge;

impl Form for CloudwatchEventbridge {
    fn name(&self) -> &'static str {
        "CloudWatch alarm (EventBridge)"
    }

    fn fits(&self, payload: &Value) -> bool {
        let event = payload.get("detail-type").is_some() && payload.get("detail").is_some();
        event || payload.pointer("/alarmData/alarmName").is_some()
    }

    fn read(&self, payload: &Value) -> Payload {
        let mut facts = Vec::new();
        flatten(&mut facts, Place::Origin, "resources", payload.get("resources").unwrap_or(&Value::Null));
        for at in ["/alarmArn", "/region", "/account", "/accountId"] {
            push_at(&mut facts, Place::Origin, payload, at);
        }
        let detail = payload.get("alarmData").or_else(|| payload.get("detail")).unwrap_or(&Value::Null);
        let alert = if detail.get("alarmName").is_some() { read_alarm(detail, payload, facts) } else { read_event(detail, payload, facts) };
        Payload { alerts: vec![alert], facts: Vec::new() }
    }
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
    Reported { name: first_text(detail, &["/alarmName"]), firing: Some(!over), started, ended, facts }
}

/// Reads an event that is no alarm, such as a finding: what it is about stands somewhere in `detail`.
fn read_event(detail: &Value, event: &Value, mut facts: Vec<Fact>) -> Reported {
    flatten(&mut facts, Place::Detail, "resources", event.get("resources").unwrap_or(&Value::Null));
    flatten(&mut facts, Place::Detail, "", detail);
    Reported {
        name: first_text(event, &["/detail/title", "/detail-type"]),
        started: first_time(event, &["/time"]),
        facts,
        ..Reported::default()
    }
}
