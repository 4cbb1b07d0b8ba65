//! Opsgenie's webhook.
//!
//! Source: Opsgenie, "Webhook integration" and "Alert action data": `createdAt` in ms, `updatedAt` in ns.

use serde_json::Value;

use super::super::fact::push_tags;
use super::{Form, Payload, Place, Reported, first_text, first_time, push_at, push_map, text};

/// See the module.
pub(super) struct Opsgenie;

impl Form for Opsgenie {
    fn name(&self) -> &'static str {
        "Opsgenie webhook"
    }

    fn fits(&self, payload: &Value) -> bool {
        payload.get("action").is_some()
            && ["alertId", "tinyId", "createdAt"].iter().any(|key| payload.pointer(&format!("/alert/{key}")).is_some())
    }

    fn read(&self, payload: &Value) -> Payload {
        let alert = payload.get("alert").unwrap_or(&Value::Null);
        let mut facts = Vec::new();
        push_map(&mut facts, Place::Detail, alert, "/details");
        push_tags(&mut facts, alert.get("tags"));
        push_at(&mut facts, Place::Detail, alert, "/entity");
        for at in ["/message", "/description", "/alias"] {
            push_at(&mut facts, Place::Annotation, alert, at);
        }
        let over = matches!(text(payload, "/action"), Some("Close" | "Delete")) || text(alert, "/status") == Some("closed");
        let ended = if over { first_time(alert, &["/closedAt", "/updatedAt"]) } else { None };
        let name = first_text(alert, &["/message", "/alias"]);
        let alert = Reported { name, firing: Some(!over), started: first_time(alert, &["/createdAt"]), ended, facts };
        Payload { alerts: vec![alert], facts: Vec::new() }
    }
}
