use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::{envelope, form};
use crate::answer::words::basis;
use crate::context::basis::WindowStart;
use crate::context::{Asked, Defaults, Incident, discover};

pub(super) fn incident(payload: &Value) -> Incident {
    let now: DateTime<Utc> = "2026-01-27T21:00:00Z".parse().unwrap();
    discover(&Asked { investigation: Some(payload.clone()), ..Asked::default() }, &Defaults::default(), now).unwrap()
}

fn name(payload: &Value) -> &'static str {
    let opened = envelope::open(payload).and_then(|inner| Some(inner.into_iter().next()?.0));
    match (opened, payload.as_array().and_then(|items| items.first())) {
        (Some(inner), _) => name(&inner),
        (None, Some(one)) => name(one),
        (None, None) => form(payload).map_or("unknown JSON", |form| form.name),
    }
}

/// Shows what was understood of a payload, a line each.
pub(super) fn outline(payload: &Value) -> String {
    let found = incident(payload);
    let mut lines = vec![name(payload).to_owned()];
    if let Some(alert) = &found.alert {
        let ended = alert.ended_at.map_or("firing".into(), |end| format!("ended {}", end.format("%T")));
        lines.push(format!("{} at {}, {ended}, others {:?}", alert.name, alert.started_at.format("%T%.f"), alert.others));
    }
    lines.push(format!(
        "{} to {}: {}",
        found.window.from.format("%T"),
        found.window.to.format("%T"),
        basis::of_window(&found.window_basis)
    ));
    lines.extend(found.regions.iter().map(|region| format!("{}: {}", region.name, basis::of_name(&region.basis))));
    lines.extend(found.accounts.iter().map(|account| format!("{}: {}", account.name, basis::of_name(&account.basis))));
    lines.extend(found.resources.iter().map(|r| format!("{} {}: {}", r.id, r.kind.as_deref().unwrap_or("?"), basis::of_name(&r.basis))));
    lines.join("\n")
}

#[test]
fn recognised_forms_without_their_fields_are_still_read() {
    for payload in [
        json!({"alerts": [], "groupKey": ""}),
        json!({"alerts": [1, null, "x"], "orgId": 1}),
        json!({"evalMatches": 1, "ruleName": 2}),
        json!({"status": {"state": "active"}, "labels": {}}),
        json!({"AlarmName": 1, "NewStateValue": null, "Trigger": "x"}),
        json!({"MetricAlarms": [1]}),
        json!({"detail-type": 1, "detail": null}),
        json!({"alarmData": {"alarmName": null}}),
        json!({"event": {"event_type": "x", "data": 3}}),
        json!({"event_action": "x", "payload": []}),
        json!({"action": 1, "alert": {"alertId": []}}),
        json!({"event_type": 1, "title": [], "date": {}}),
        json!({"alert": {}}),
    ] {
        assert_ne!(name(&payload), "unknown JSON", "{payload}");
        let found = incident(&payload);
        assert_eq!(found.alert, None, "{payload}");
        assert!(found.window_basis.start == WindowStart::LastHour, "{payload}");
    }
}
