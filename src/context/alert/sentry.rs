//! Sentry's webhooks: metric alerts, issue alerts, issues, and the older plugin's.
//!
//! Source: Sentry, "Integration platform: webhooks"; `data.event.datetime` is when the event happened, the older plugin's
//! `event.timestamp` the same as an epoch with a fraction. Tags are pairs in lists; `actor` is Sentry itself.

use serde_json::Value;

use super::{AlertForm, Fact, Payload, Place, Reported, first_key, first_text, first_time, object, push, push_at, push_map, text};

/// See the module.
pub(super) const FORM: AlertForm = AlertForm { name: "Sentry webhook", recognise, read };

fn recognise(payload: &Value) -> bool {
    let platform = ["/data/metric_alert/alert_rule", "/data/issue"].iter().any(|at| object(payload, at).is_some())
        || (payload.pointer("/data/event/event_id").is_some() && payload.get("action").is_some());
    platform || (payload.get("triggering_rules").is_some() && object(payload, "/event").is_some())
}

fn read(payload: &Value) -> Payload {
    let data = payload.get("data").unwrap_or(payload);
    let mut facts = Vec::new();
    for event in ["/event", "/issue"].iter().filter_map(|at| data.pointer(at)) {
        push_tag_pairs(&mut facts, event);
        push_map(&mut facts, Place::Detail, event, "/contexts/cloud_resource");
        for at in ["/title", "/culprit", "/message", "/logentry/formatted", "/metadata/value"] {
            push_at(&mut facts, Place::Annotation, event, at);
        }
    }
    for at in ["/description_title", "/description_text", "/metric_alert/title", "/metric_alert/alert_rule/query", "/message", "/culprit"] {
        push_at(&mut facts, Place::Annotation, data, at);
    }
    let over = text(payload, "/action") == Some("resolved") || text(data, "/issue/status") == Some("resolved");
    let starts = [
        "/metric_alert/date_started",
        "/metric_alert/date_detected",
        "/metric_alert/date_created",
        "/event/datetime",
        "/event/timestamp",
        "/issue/firstSeen",
    ];
    let names = ["/metric_alert/alert_rule/name", "/triggered_rule", "/event/title", "/issue/title", "/message"];
    let alert = Reported {
        name: first_text(data, &names),
        key: first_key(data, &["/metric_alert/id", "/issue/id", "/event/issue_id", "/event/event_id"]),
        firing: Some(!over),
        started: first_time(data, &starts),
        ended: first_time(data, &["/metric_alert/date_closed"]),
        facts,
        ..Reported::default()
    };
    Payload { alerts: vec![alert], facts: Vec::new() }
}

/// Adds tags, `[["server_name", "web-1"]]` or `[{"key": …, "value": …}]`.
fn push_tag_pairs(facts: &mut Vec<Fact>, event: &Value) {
    for tag in event.get("tags").and_then(Value::as_array).into_iter().flatten() {
        let part = |index: usize, key: &str| tag.get(index).or_else(|| tag.get(key)).and_then(Value::as_str);
        if let (Some(name), Some(value)) = (part(0, "key"), part(1, "value")) {
            push(facts, Place::Tag, name, value);
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::tests::outline;

    #[test]
    fn a_sentry_issue_alert_is_read_from_its_event() {
        let payload = json!({
            "action": "triggered", "actor": {"id": "sentry", "name": "Sentry", "type": "application"}, "installation": {"uuid": "00000000-0000-0000-0000-000000000000"},
            "data": {"triggered_rule": "Checkout errors", "issue_alert": {"title": "Checkout errors"},
                "event": {"event_id": "0123456789abcdef0123456789abcdef", "datetime": "2026-01-27T20:04:10.123000Z", "timestamp": 1_769_544_250.123, "level": "error", "project": 1,
                    "title": "OperationalError: could not connect to orders.c0123456789a.eu-west-1.rds.amazonaws.com", "culprit": "checkout.pay", "environment": "prod",
                    "contexts": {"cloud_resource": {"cloud.provider": "aws", "cloud.region": "eu-west-1", "cloud.account.id": "111122223333", "host.id": "i-0123456789abcdef0"}},
                    "tags": [["environment", "prod"], ["server_name", "ip-192-0-2-10"], ["level", "error"]]}}
        });
        insta::assert_snapshot!(outline(&payload), @r"
        Sentry webhook
        Checkout errors at 20:04:10.123, firing, others []
        19:34:10 to 20:14:10: alert start - 30m
        eu-west-1: alert detail cloud.region
        111122223333: alert detail cloud.account.id
        i-0123456789abcdef0 AWS::EC2::Instance: alert detail host.id
        orders AWS::RDS::DBInstance: DNS name in text of annotation title
        192.0.2.10 ?: address in alert tag server_name
        ");
    }

    #[test]
    fn a_sentry_metric_alert_that_is_resolved_ended_when_it_was_closed() {
        let payload = json!({
            "action": "resolved", "actor": {"id": "sentry", "name": "Sentry", "type": "application"},
            "data": {"description_title": "Resolved: Too many errors", "description_text": "1000 events in the last 10 minutes", "web_url": "https://sentry.example/alerts/1",
                "metric_alert": {"id": "1", "title": "Too many errors", "status": 2, "date_started": "2026-01-27T20:00:00Z", "date_detected": "2026-01-27T20:04:10Z",
                    "date_created": "2026-01-27T20:04:11Z", "date_closed": "2026-01-27T20:30:00Z", "projects": ["checkout"], "alert_rule": {"name": "Too many errors", "query": "level:error"}}}
        });
        insta::assert_snapshot!(outline(&payload), @r"
        Sentry webhook
        Too many errors at 20:00:00, ended 20:30:00, others []
        19:30:00 to 20:10:00: alert start - 30m
        ");
    }

    #[test]
    fn the_older_plugin_tells_the_time_as_an_epoch_with_a_fraction() {
        let payload = json!({
            "id": "1", "project": "checkout", "level": "error", "culprit": "checkout.pay", "message": "pay failed", "triggering_rules": [], "url": "https://sentry.example/issues/1/",
            "event": {"event_id": "0123456789abcdef0123456789abcdef", "timestamp": 1_769_544_250.873, "received": 1_769_544_251.1, "tags": [["FunctionName", "pay"]]}
        });
        insta::assert_snapshot!(outline(&payload), @r"
        Sentry webhook
        pay failed at 20:04:10.873, firing, others []
        19:34:10 to 20:14:10: alert start - 30m
        pay AWS::Lambda::Function: alert tag FunctionName
        ");
    }
}
