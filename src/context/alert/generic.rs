//! The generic form: `{alert: {name, labels, annotations, startsAt, endsAt, status}, evidence: {aws: {…}}}`, the alert
//! object alone, or a list of such alerts as Prometheus' own API gives it.

use serde_json::Value;

use super::super::fact::flatten;
use super::alertmanager_webhook::{is_alert, read_alert};
use super::{AlertForm, Payload, Place, push, text};

/// See the module.
pub(super) const FORM: AlertForm = AlertForm { name: "generic alert", recognise, read };

/// What belongs to the alert itself and was read already.
const READ: &[&str] = &["labels", "annotations", "startsAt", "endsAt", "status", "name", "alert", "alerts"];

fn recognise(payload: &Value) -> bool {
    payload.get("alert").is_some_and(Value::is_object) || is_alert(payload) || lists(payload).next().is_some()
}

fn read(payload: &Value) -> Payload {
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

fn lists(payload: &Value) -> impl Iterator<Item = &Value> {
    let lists = ["/alerts", "/data/alerts", "/data"].into_iter().filter_map(|at| payload.pointer(at)?.as_array());
    lists.flatten().filter(|alert| is_alert(alert))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::tests::{incident, outline};

    #[test]
    fn the_generic_form_is_read_with_its_evidence() {
        let payload = json!({
            "alert": {"name": "HighLatency", "status": "firing", "startsAt": "2026-01-27T20:04:10Z", "endsAt": "0001-01-01T00:00:00Z", "labels": {"service": "checkout"}, "annotations": {"summary": "p99 above 2 s"}},
            "evidence": {"aws": {"ec2": {"region": "us-east-1", "instances": {"i-0123456789abcdef0": {"state": "running"}}}, "rds": {"db_instance_identifier": "orders"},
                "ebs": [{"VolumeId": "vol-0123456789abcdef0"}]}}
        });
        insta::assert_snapshot!(outline(&payload), @r"
        generic alert
        HighLatency at 20:04:10, firing, others []
        19:34:10 to 20:14:10: alert start - 30m
        us-east-1: evidence region
        orders AWS::RDS::DBInstance: evidence db_instance_identifier
        vol-0123456789abcdef0 AWS::EC2::Volume: evidence VolumeId
        i-0123456789abcdef0 AWS::EC2::Instance: evidence instances
        checkout ?: alert label service
        ");
        let alone = payload.get("alert").unwrap();
        assert_eq!(incident(alone).alert, incident(&payload).alert);
    }

    #[test]
    fn prometheus_own_list_of_alerts_is_read() {
        let payload = json!({"status": "success", "data": {"alerts": [{"labels": {"alertname": "Down", "vpc_id": "vpc-0123456789abcdef0"}, "annotations": {}, "state": "firing", "activeAt": "2026-01-27T20:04:10.5Z", "value": "1e+00"}]}});
        insta::assert_snapshot!(outline(&payload), @r"
        generic alert
        Down at 20:04:10.500, firing, others []
        19:34:10 to 20:14:10: alert start - 30m
        vpc-0123456789abcdef0 AWS::EC2::VPC: alert label vpc_id
        ");
    }
}
