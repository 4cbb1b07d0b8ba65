//! Alertmanager's webhook, version 4: several alerts of one group.
//!
//! Source: Prometheus, Alertmanager configuration, `webhook_config`.

use serde_json::Value;

use super::{AlertForm, Payload, Place, Reported, firing, first_key, first_text, first_time, object, push_at, push_map, search, text};

/// See the module.
pub(super) const FORM: AlertForm = AlertForm { name: "Alertmanager webhook", recognise, read };

fn recognise(payload: &Value) -> bool {
    payload.get("alerts").is_some_and(Value::is_array)
        && ["groupLabels", "groupKey", "commonLabels", "receiver"].iter().any(|key| payload.get(key).is_some())
}

pub(super) fn read(payload: &Value) -> Payload {
    let alerts = payload.get("alerts").and_then(Value::as_array).into_iter().flatten().take(super::MAX_ALERTS).map(read_alert).collect();
    let mut facts = Vec::new();
    push_map(&mut facts, Place::Label, payload, "/commonLabels");
    push_map(&mut facts, Place::Annotation, payload, "/commonAnnotations");
    Payload { alerts, facts }
}

/// What such alerts are known by.
///
/// Source: Alertmanager's and Grafana's `fingerprint`; the others are what people put into forms of their own.
pub(super) const KEYS: &[&str] =
    &["/fingerprint", "/dedup_key", "/dedupKey", "/incident_key", "/incidentKey", "/alert_id", "/alertId", "/incident_id", "/id", "/uid"];

/// Reads one alert as Alertmanager, Prometheus, Grafana and the generic form write it.
///
/// Source: `endsAt` is `0001-01-01T00:00:00Z` while an alert fires; Prometheus calls the start `activeAt`;
/// Grafana puts the labels of the metric into `valueString`.
pub(super) fn read_alert(alert: &Value) -> Reported {
    let mut facts = Vec::new();
    push_map(&mut facts, Place::Label, alert, "/labels");
    push_map(&mut facts, Place::Annotation, alert, "/annotations");
    push_at(&mut facts, Place::Annotation, alert, "/valueString");
    let name = first_text(
        alert,
        &[
            "/labels/alertname",
            "/name",
            "/alertname",
            "/alert_name",
            "/alertName",
            "/alert",
            "/title",
            "/annotations/summary",
            "/annotations/title",
            "/summary",
            "/message",
        ],
    );
    let status = ["/status/state", "/status", "/state"].iter().find_map(|at| text(alert, at));
    let told = first_time(alert, &["/startsAt", "/starts_at", "/activeAt", "/started_at", "/startedAt"]);
    let (started, on) = if told.is_some() { (told, None) } else { search::start(alert) };
    Reported {
        name,
        key: first_key(alert, KEYS),
        firing: status.and_then(firing),
        started,
        ended: first_time(alert, &["/endsAt", "/ends_at", "/ended_at", "/endedAt", "/resolvedAt"]),
        on,
        facts,
        ..Reported::default()
    }
}

/// Tells whether an object is an alert in this sense.
pub(super) fn is_alert(alert: &Value) -> bool {
    object(alert, "/labels").is_some()
        || ["startsAt", "starts_at", "activeAt", "started_at", "startedAt"].iter().any(|key| alert.get(key).is_some())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::tests::outline;

    #[test]
    fn an_alertmanager_webhook_is_read() {
        let payload = json!({
            "version": "4", "groupKey": "{}:{alertname=\"RDSLatencyHigh\"}", "truncatedAlerts": 0, "status": "firing", "receiver": "oncall",
            "groupLabels": {"alertname": "RDSLatencyHigh"}, "commonLabels": {"alertname": "RDSLatencyHigh", "region": "eu-west-1", "account_id": "111122223333"},
            "commonAnnotations": {"summary": "Reads are slow"}, "externalURL": "http://alertmanager.example:9093",
            "alerts": [
                {"status": "firing", "labels": {"alertname": "RDSLatencyHigh", "dbinstance_identifier": "orders", "region": "eu-west-1", "account_id": "111122223333"},
                 "annotations": {"summary": "Reads are slow", "runbook": "https://wiki.example/us-east-1"},
                 "startsAt": "2026-01-27T20:04:10.123Z", "endsAt": "0001-01-01T00:00:00Z", "generatorURL": "http://prometheus.example/graph", "fingerprint": "0123456789abcdef"},
                {"status": "resolved", "labels": {"alertname": "RDSLatencyHigh", "dbinstance_identifier": "billing"}, "annotations": {},
                 "startsAt": "2026-01-27T10:00:00Z", "endsAt": "2026-01-27T10:30:00Z"}
            ]
        });
        insta::assert_snapshot!(outline(&payload), @r#"
        Alertmanager webhook
        RDSLatencyHigh at 20:04:10.123, firing, others ["RDSLatencyHigh"]
        19:34:10 to 20:14:10: alert start - 30m
        eu-west-1: alert label region
        111122223333: alert label account_id
        orders AWS::RDS::DBInstance: alert label dbinstance_identifier
        "#);
    }
}
