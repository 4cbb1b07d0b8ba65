//! Alertmanager's API, version 2: what `GET /api/v2/alerts` lists.
//!
//! Source: Alertmanager, `api/v2/openapi.yaml`, `gettableAlert`. `endsAt` of an active alert lies ahead of its last report.

use serde_json::Value;

use super::alertmanager_webhook::read_alert;
use super::{Form, Payload, object, text};

/// See the module.
pub(super) struct AlertmanagerApi;

impl Form for AlertmanagerApi {
    fn name(&self) -> &'static str {
        "Alertmanager API"
    }

    fn fits(&self, payload: &Value) -> bool {
        text(payload, "/status/state").is_some() && object(payload, "/labels").is_some()
    }

    fn read(&self, payload: &Value) -> Payload {
        Payload { alerts: vec![read_alert(payload)], facts: Vec::new() }
    }
}
