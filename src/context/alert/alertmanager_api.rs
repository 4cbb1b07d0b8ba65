//! Alertmanager's API, version 2: what `GET /api/v2/alerts` lists.
//!
//! Source: Alertmanager, `api/v2/openapi.yaml`, `gettableAlert`. `endsAt` of an active alert lies ahead of its last report.

use serde_json::Value;

use super::alertmanager_webhook::read_alert;
use super::{AlertForm, Payload, object, text};

/// See the module.
pub(super) const FORM: AlertForm = AlertForm { name: "Alertmanager API", recognise, read };

fn recognise(payload: &Value) -> bool {
    text(payload, "/status/state").is_some() && object(payload, "/labels").is_some()
}

fn read(payload: &Value) -> Payload {
    Payload { alerts: vec![read_alert(payload)], facts: Vec::new() }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::tests::outline;

    #[test]
    fn alertmanagers_api_list_is_read_and_an_end_ahead_does_not_end_an_active_alert() {
        let alert = |name: &str, state: &str, instance: &str| {
            json!({"annotations": {"description": "no scrape"}, "startsAt": "2026-01-27T20:20:00.000Z", "endsAt": "2026-01-27T20:24:00.000Z", "updatedAt": "2026-01-27T20:20:30.000Z",
                   "fingerprint": "0123456789abcdef", "receivers": [{"name": "oncall"}], "status": {"inhibitedBy": [], "silencedBy": [], "state": state}, "generatorURL": "",
                   "labels": {"alertname": name, "instance_id": instance, "availability_zone": "us-west-2c", "job": "node"}})
        };
        let payload =
            json!([alert("InstanceDown", "active", "i-0123456789abcdef0"), alert("DiskFull", "suppressed", "i-0123456789abcdef1")]);
        insta::assert_snapshot!(outline(&payload), @r#"
        Alertmanager API
        InstanceDown at 20:20:00, firing, others ["DiskFull"]
        19:50:00 to 20:30:00: alert start - 30m
        us-west-2: availability zone in alert label availability_zone
        i-0123456789abcdef0 AWS::EC2::Instance: alert label instance_id
        i-0123456789abcdef1 AWS::EC2::Instance: alert label instance_id
        node ?: alert label job
        "#);
    }
}
