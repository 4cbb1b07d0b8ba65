//! Alertmanager's webhook, version 4: several alerts of one group.
//!
//! Source: Prometheus, Alertmanager configuration, `webhook_config`.

use serde_json::Value;

use super::{Form, Payload, Place, Reported, firing, first_text, first_time, object, push_at, push_map, text};

/// See the module.
pub(super) struct AlertmanagerWebhook;

impl Form for AlertmanagerWebhook {
    fn name(&self) -> &'static str {
        "Alertmanager webhook"
    }

    fn fits(&self, payload: &Value) -> bool {
        payload.get("alerts").is_some_and(Value::is_array)
            && ["groupLabels", "groupKey", "commonLabels", "receiver"].iter().any(|key| payload.get(key).is_some())
    }

    fn read(&self, payload: &Value) -> Payload {
        let alerts =
            payload.get("alerts").and_then(Value::as_array).into_iter().flatten().take(super::MAX_ALERTS).map(read_alert).collect();
        let mut facts = Vec::new();
        push_map(&mut facts, Place::Label, payload, "/commonLabels");
        push_map(&mut facts, Place::Annotation, payload, "/commonAnnotations");
        Payload { alerts, facts }
    }
}

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
    Reported {
        name,
        firing: status.and_then(firing),
        started: first_time(alert, &["/startsAt", "/starts_at", "/activeAt", "/started_at", "/startedAt"]),
        ended: first_time(alert, &["/endsAt", "/ends_at", "/ended_at", "/endedAt", "/resolvedAt"]),
        facts,
    }
}

/// Tells whether an object is an alert in this sense.
pub(super) fn is_alert(alert: &Value) -> bool {
    object(alert, "/labels").is_some()
        || ["startsAt", "starts_at", "activeAt", "started_at", "startedAt"].iter().any(|key| alert.get(key).is_some())
}
