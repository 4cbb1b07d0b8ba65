//! Opsgenie's webhook.
//!
//! Source: Opsgenie, "Webhook integration" and "Alert action data": `createdAt` in ms, `updatedAt` in ns.

use serde_json::Value;

use super::super::fact::push_tags;
use super::{AlertForm, Payload, Place, Reported, first_key, first_text, first_time, push_at, push_map, text};

/// See the module.
pub(super) const FORM: AlertForm = AlertForm { name: "Opsgenie webhook", recognise, read };

fn recognise(payload: &Value) -> bool {
    payload.get("action").is_some()
        && ["alertId", "tinyId", "createdAt"].iter().any(|key| payload.pointer(&format!("/alert/{key}")).is_some())
}

fn read(payload: &Value) -> Payload {
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
    let key = first_key(alert, &["/alertId", "/id", "/alias", "/tinyId"]);
    let alert =
        Reported { name, key, firing: Some(!over), started: first_time(alert, &["/createdAt"]), ended, facts, ..Reported::default() };
    Payload { alerts: vec![alert], facts: Vec::new() }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::tests::outline;

    #[test]
    fn an_opsgenie_webhook_is_read_from_milliseconds() {
        let payload = json!({"source": {"name": "web", "type": "API"}, "action": "Close", "integrationName": "hook", "integrationId": "0",
            "alert": {"alertId": "0", "message": "Bucket denied", "tags": ["region:eu-west-1", "prod"], "tinyId": "1", "entity": "uploads", "alias": "bucket", "createdAt": 1769544250123_i64,
                "updatedAt": 1769544310123000000_i64, "username": "alert@example.org", "userId": "0", "description": "AccessDenied", "details": {"BucketName": "uploads-111122223333"}}});
        insta::assert_snapshot!(outline(&payload), @r"
        Opsgenie webhook
        Bucket denied at 20:04:10.123, ended 20:05:10, others []
        19:34:10 to 20:05:10: alert start - 30m
        eu-west-1: alert tag region
        uploads-111122223333 AWS::S3::Bucket: alert detail BucketName
        uploads ?: alert detail entity
        ");
    }
}
