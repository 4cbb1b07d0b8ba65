//! Grafana's webhook: unified alerting, and the legacy one.
//!
//! Source: Grafana, "Configure the webhook notifier"; the legacy payload has no time at all.

use serde_json::Value;

use super::alertmanager_webhook::{self, read_alert};
use super::{AlertForm, Fact, Payload, Place, Reported, firing, first_key, first_text, flatten, push_at, push_map, text};

/// See the module.
pub(super) const FORM: AlertForm = AlertForm { name: "Grafana webhook", recognise, read };

fn recognise(payload: &Value) -> bool {
    let unified = payload.get("alerts").is_some_and(Value::is_array) && payload.get("orgId").is_some();
    unified || (payload.get("evalMatches").is_some() && payload.get("ruleName").is_some())
}

fn read(payload: &Value) -> Payload {
    if payload.get("alerts").is_some_and(Value::is_array) {
        let mut read = alertmanager_webhook::read(payload);
        push_at(&mut read.facts, Place::Annotation, payload, "/title");
        push_at(&mut read.facts, Place::Annotation, payload, "/message");
        return read;
    }
    let mut alert = Reported {
        name: first_text(payload, &["/ruleName", "/title"]),
        key: first_key(payload, &["/ruleId", "/ruleUrl"]),
        firing: text(payload, "/state").and_then(firing),
        ..read_alert(payload)
    };
    legacy(&mut alert.facts, payload);
    Payload { alerts: vec![alert], facts: Vec::new() }
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::tests::outline;

    #[test]
    fn a_grafana_webhook_is_read() {
        let payload = json!({
            "receiver": "oncall", "status": "firing", "orgId": 1, "version": "1", "groupKey": "{}", "truncatedAlerts": 0, "title": "[FIRING:1] Queue age", "state": "alerting",
            "message": "**Firing** queue is not drained", "groupLabels": {}, "commonLabels": {}, "commonAnnotations": {}, "externalURL": "https://grafana.example/",
            "alerts": [{"status": "firing", "labels": {"alertname": "Queue age", "QueueName": "orders.fifo", "grafana_folder": "prod"}, "annotations": {"summary": "Oldest message 15 min"},
                "startsAt": "2026-01-27T21:04:10+01:00", "endsAt": "0001-01-01T00:00:00Z", "generatorURL": "https://grafana.example/alerting/1", "fingerprint": "0123456789abcdef",
                "silenceURL": "", "dashboardURL": "", "panelURL": "", "values": {"A": 900}, "valueString": "[ var='A' labels={Region=us-east-2} value=900 ]"}]
        });
        insta::assert_snapshot!(outline(&payload), @r"
        Grafana webhook
        Queue age at 20:04:10, firing, others []
        19:34:10 to 20:14:10: alert start - 30m
        us-east-2: text of annotation valueString
        orders.fifo AWS::SQS::Queue: alert label QueueName
        ");
    }

    #[test]
    fn a_legacy_grafana_webhook_has_no_time_and_says_so() {
        let payload = json!({
            "dashboardId": 1, "evalMatches": [{"value": 100, "metric": "5xx", "tags": {"LoadBalancer": "app/web/0123456789abcdef", "region": "eu-west-1"}}], "message": "Errors",
            "orgId": 1, "panelId": 2, "ruleId": 1, "ruleName": "Web errors", "ruleUrl": "https://grafana.example/d/1", "state": "alerting", "tags": {"team": "web"}, "title": "[Alerting] Web errors"
        });
        insta::assert_snapshot!(outline(&payload), @r"
        Grafana webhook
        20:00:00 to 21:00:00: the last hour: alert has no readable start
        eu-west-1: alert label region
        app/web/0123456789abcdef AWS::ElasticLoadBalancingV2::LoadBalancer: alert label LoadBalancer
        ");
    }
}
