//! PagerDuty: webhooks version 3, an incident of the REST API, and events of the Events API version 2.
//!
//! Source: PagerDuty developer docs, "Webhooks overview" (`event.occurred_at` is the time of this change, `created_at`
//! the incident's) and "Send an event" (`payload.timestamp` is optional).

use serde_json::Value;

use super::{Form, Payload, Place, Reported, firing, first_text, first_time, push_at, push_map, text};

/// See the module.
pub(super) struct Pagerduty;

impl Form for Pagerduty {
    fn name(&self) -> &'static str {
        "PagerDuty"
    }

    fn fits(&self, payload: &Value) -> bool {
        let webhook = text(payload, "/event/event_type").is_some() && payload.pointer("/event/data").is_some();
        let event = text(payload, "/event_action").is_some() && (payload.get("payload").is_some() || payload.get("routing_key").is_some());
        webhook || event || payload.pointer("/incident/created_at").is_some()
    }

    fn read(&self, payload: &Value) -> Payload {
        let alert = if payload.get("event_action").is_some() { read_event(payload) } else { read_incident(payload) };
        Payload { alerts: vec![alert], facts: Vec::new() }
    }
}

fn read_incident(payload: &Value) -> Reported {
    let incident = payload.pointer("/event/data").or_else(|| payload.get("incident")).unwrap_or(&Value::Null);
    let mut facts = Vec::new();
    for at in ["/body/details", "/custom_fields", "/first_trigger_log_entry/channel/details"] {
        push_map(&mut facts, Place::Detail, incident, at);
    }
    if let Some(service) = text(incident, "/service/summary") {
        super::push(&mut facts, Place::Detail, "service", service);
    }
    for at in ["/title", "/description", "/body/details", "/incident_key"] {
        push_at(&mut facts, Place::Annotation, incident, at);
    }
    let resolved = text(payload, "/event/event_type") == Some("incident.resolved");
    let firing = if resolved { Some(false) } else { text(incident, "/status").and_then(firing) };
    let occurred = first_time(payload, &["/event/occurred_at"]);
    let started =
        first_time(incident, &["/created_at"]).or(occurred.filter(|_| text(payload, "/event/event_type") == Some("incident.triggered")));
    let ended = if firing == Some(false) { first_time(incident, &["/resolved_at"]).or(occurred) } else { None };
    Reported { name: first_text(incident, &["/title", "/summary", "/description"]), firing, started, ended, facts }
}

fn read_event(event: &Value) -> Reported {
    let mut facts = Vec::new();
    push_map(&mut facts, Place::Detail, event, "/payload/custom_details");
    for at in ["/payload/component", "/payload/group", "/payload/source"] {
        push_at(&mut facts, Place::Detail, event, at);
    }
    for at in ["/payload/summary", "/payload/class", "/payload/custom_details", "/dedup_key"] {
        push_at(&mut facts, Place::Annotation, event, at);
    }
    let over = text(event, "/event_action") == Some("resolve");
    let at = first_time(event, &["/payload/timestamp"]);
    let (started, ended) = if over { (None, at) } else { (at, None) };
    Reported { name: first_text(event, &["/payload/summary", "/dedup_key"]), firing: Some(!over), started, ended, facts }
}
