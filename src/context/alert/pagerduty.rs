//! PagerDuty: webhooks version 3, an incident of the REST API, and events of the Events API version 2.
//!
//! Source: PagerDuty developer docs, "Webhooks overview" (`event.occurred_at` is the time of this change, `created_at`
//! the incident's) and "Send an event" (`payload.timestamp` is optional).

use serde_json::Value;

use super::{AlertForm, Payload, Place, Reported, firing, first_key, first_text, first_time, push_at, push_map, text};

/// See the module.
pub(super) const FORM: AlertForm = AlertForm { name: "PagerDuty", recognise, read };

fn recognise(payload: &Value) -> bool {
    let webhook = text(payload, "/event/event_type").is_some() && payload.pointer("/event/data").is_some();
    let event = text(payload, "/event_action").is_some() && (payload.get("payload").is_some() || payload.get("routing_key").is_some());
    webhook || event || payload.pointer("/incident/created_at").is_some()
}

fn read(payload: &Value) -> Payload {
    let alert = if payload.get("event_action").is_some() { read_event(payload) } else { read_incident(payload) };
    Payload { alerts: vec![alert], facts: Vec::new() }
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
    let name = first_text(incident, &["/title", "/summary", "/description"]);
    let key = first_key(incident, &["/id", "/incident_key", "/incident_number"]);
    Reported { name, key, firing, started, ended, facts, ..Reported::default() }
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
    Reported {
        name: first_text(event, &["/payload/summary", "/dedup_key"]),
        key: first_key(event, &["/dedup_key"]),
        firing: Some(!over),
        started,
        ended,
        facts,
        ..Reported::default()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::tests::{incident, outline};

    #[test]
    fn a_pagerduty_webhook_counts_from_the_incident_not_from_its_latest_change() {
        let payload = json!({"event": {"id": "0", "event_type": "incident.acknowledged", "resource_type": "incident", "occurred_at": "2026-01-27T20:15:00.000Z", "agent": null, "client": null,
            "data": {"id": "PEXAMPLE", "type": "incident", "number": 7, "status": "acknowledged", "incident_key": "k", "created_at": "2026-01-27T20:04:10Z", "title": "i-0123456789abcdef0 in us-east-1 is down",
                "service": {"id": "PEXAMPL2", "summary": "checkout", "type": "service_reference"}, "urgency": "high"}}});
        insta::assert_snapshot!(outline(&payload), @r"
        PagerDuty
        i-0123456789abcdef0 in us-east-1 is down at 20:04:10, firing, others []
        19:34:10 to 20:14:10: alert start - 30m
        us-east-1: text of annotation title
        i-0123456789abcdef0 AWS::EC2::Instance: text of annotation title
        checkout ?: alert detail service
        ");
    }

    #[test]
    fn a_resolved_pagerduty_incident_ended_when_that_occurred() {
        let payload = json!({"event": {"event_type": "incident.resolved", "occurred_at": "2026-01-27T20:08:00Z", "data": {"status": "resolved", "created_at": "2026-01-27T20:04:10Z", "title": "Down"}}});
        insta::assert_snapshot!(outline(&payload), @r"
        PagerDuty
        Down at 20:04:10, ended 20:08:00, others []
        19:34:10 to 20:08:00: alert start - 30m
        ");
    }

    #[test]
    fn a_pagerduty_event_is_read() {
        let payload = json!({"routing_key": "0", "event_action": "trigger", "dedup_key": "srv/http", "client": "monitor",
            "payload": {"summary": "Latency of orders", "source": "ip-10-0-0-1.eu-central-1.compute.internal", "severity": "critical", "timestamp": "2026-01-27T20:04:10.000+0000", "component": "orders",
                "group": "prod", "class": "latency", "custom_details": {"TableName": "orders", "deep": {"account_id": "111122223333"}}}});
        insta::assert_snapshot!(outline(&payload), @r"
        PagerDuty
        Latency of orders at 20:04:10, firing, others []
        19:34:10 to 20:14:10: alert start - 30m
        eu-central-1: DNS name in alert detail source
        111122223333: alert detail account_id
        orders AWS::DynamoDB::Table: alert detail TableName
        10.0.0.1 ?: address in alert detail source
        ");
        assert!(!incident(&payload).words.contains("routing_key"));
    }
}
