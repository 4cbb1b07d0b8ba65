//! The generic form: `{alert: {name, labels, annotations, startsAt, endsAt, status}, evidence: {aws: {…}}}`, the alert
//! object alone, or a list of such alerts as Prometheus' own API gives it.

use serde_json::Value;

use super::super::fact::flatten;
use super::alertmanager_webhook::{is_alert, read_alert};
use super::{Form, Payload, Place, push, text};

/// See the module.
pub(super) struct Generic;

/// What belongs to the alert itself and was read already.
const READ: &[&str] = &["labels", "annotations", "startsAt", "endsAt", "status", "name", "alert", "alerts"];

impl Form for Generic {
    fn name(&self) -> &'static str {
        "generic alert"
    }

    fn fits(&self, payload: &Value) -> bool {
        payload.get("alert").is_some_and(Value::is_object) || is_alert(payload) || lists(payload).next().is_some()
    }

    fn read(&self, payload: &Value) -> Payload {
        let mut facts = Vec::new();
        let mut alerts = Vec::new();
        let objects = payload.get("alert").filter(|alert| alert.is_object()).into_iter().chain(lists(payload));
        for object in objects.chain(is_alert(payload).then_some(payload)).take(super::MAX_ALERTS) {
            let mut alert = read_alert(object);
            for (key, value) in object.as_object().into_iter().flatten() {
                match value {
                    Value::String(text) if !READ.contains(&key.as_str()) => push(&mut alert.facts, Place::Annotation, key, text),
                    _ => {}
                }
            }
            alerts.push(alert);
        }
        for (key, value) in payload.as_object().into_iter().flatten() {
            match value {
                Value::Object(_) | Value::Array(_) if !READ.contains(&key.as_str()) => flatten(&mut facts, Place::Evidence, key, value),
                Value::String(_) if matches!(key.as_str(), "region" | "aws_region" | "account_id") => {
                    flatten(&mut facts, Place::Detail, key, value)
                }
                _ => {}
            }
        }
        if let Some(words) = text(payload, "/alert") {
            push(&mut facts, Place::Annotation, "alert", words);
        }
        Payload { alerts, facts }
    }
}

fn lists(payload: &Value) -> impl Iterator<Item = &Value> {
    let lists = ["/alerts", "/data/alerts", "/data"].into_iter().filter_map(|at| payload.pointer(at)?.as_array());
    lists.flatten().filter(|alert| is_alert(alert))
}
