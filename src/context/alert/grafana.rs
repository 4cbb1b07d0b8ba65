//! Grafana's webhook: unified alerting, and the legacy one.
//!
//! Source: Grafana, "Configure the webhook notifier"; the legacy payload has no time at all.

use serde_json::Value;

use super::alertmanager_webhook::{AlertmanagerWebhook, read_alert};
use super::{Fact, Form, Payload, Place, Reported, firing, first_text, flatten, push_at, push_map, text};

/// See the module.
pub(super) struct Grafana;

impl Form for Grafana {
    fn name(&self) -> &'static str {
        "Grafana webhook"
    }

    fn fits(&self, payload: &Value) -> bool {
        let unified = payload.get("alerts").is_some_and(Value::is_array) && payload.get("orgId").is_some();
        unified || (payload.get("evalMatches").is_some() && payload.get("ruleName").is_some())
    }

    fn read(&self, payload: &Value) -> Payload {
        if payload.get("alerts").is_some_and(Value::is_array) {
            let mut read = AlertmanagerWebhook.read(payload);
            push_at(&mut read.facts, Place::Annotation, payload, "/title");
            push_at(&mut read.facts, Place::Annotation, payload, "/message");
            return read;
        }
        let mut alert = Reported {
            name: first_text(payload, &["/ruleName", "/title"]),
            firing: text(payload, "/state").and_then(firing),
            ..read_alert(payload)
        };
        legacy(&mut alert.facts, payload);
        Payload { alerts: vec![alert], facts: Vec::new() }
    }
}

fn legacy(facts: &mut Vec<Fact>, payload: &Value) {
    push_map(facts, Place::Tag, payload, "/tags");
    for found in payload.get("evalMatches").and_then(Value::as_array).into_iter().flatten() {
        if let Some(tags) = found.get("tags") {
            flatten(facts, Place::Label, "", tags);
        }
        push_at(facts, Place::Annotation, found, "/metric");
    }
    push_at(facts, Place::Annotation, payload, "/title");
    push_at(facts, Place::Annotation, payload, "/message");
}
