//! Datadog's webhook: its default payload, and the variables that people usually put into their own.
//!
//! Source: Datadog, "Webhooks": `$DATE` and `$LAST_UPDATED` are epoch times in ms; of a recovery they are its end.

use serde_json::Value;

use super::super::fact::push_tags;
use super::{Form, Payload, Place, Reported, first_text, first_time, push_at, text};

/// See the module.
pub(super) struct Datadog;

impl Form for Datadog {
    fn name(&self) -> &'static str {
        "Datadog webhook"
    }

    fn fits(&self, payload: &Value) -> bool {
        let has = |keys: &[&str]| keys.iter().any(|key| payload.get(key).is_some());
        let default = has(&["event_type"]) && has(&["title"]) && has(&["last_updated", "date"]);
        default
            || (has(&["alert_transition", "alert_scope", "alert_cycle_key"])
                && has(&["date", "last_updated", "tags", "title", "alert_title"]))
    }

    fn read(&self, payload: &Value) -> Payload {
        let mut facts = Vec::new();
        push_tags(&mut facts, payload.get("alert_scope"));
        push_tags(&mut facts, payload.get("scope"));
        push_tags(&mut facts, payload.get("tags"));
        for at in ["/hostname", "/host_name", "/host"] {
            push_at(&mut facts, Place::Detail, payload, at);
        }
        for at in ["/title", "/alert_title", "/body", "/text_only_msg", "/alert_metric", "/alert_query", "/alert_status"] {
            push_at(&mut facts, Place::Annotation, payload, at);
        }
        let over = text(payload, "/alert_transition") == Some("Recovered")
            || text(payload, "/title").is_some_and(|title| title.starts_with("[Recovered"));
        let at = first_time(payload, &["/date", "/last_updated"]);
        let (started, ended) = if over { (first_time(payload, &["/alert_started_at", "/start"]), at) } else { (at, None) };
        let alert = Reported { name: first_text(payload, &["/alert_title", "/title"]), firing: Some(!over), started, ended, facts };
        Payload { alerts: vec![alert], facts: Vec::new() }
    }
}
