//! Datadog's webhook: its default payload, and the variables that people usually put into their own.
//!
//! Source: Datadog, "Webhooks": `$DATE` and `$LAST_UPDATED` are epoch times in ms; of a recovery they are its end.

use serde_json::Value;

use super::super::fact::push_tags;
use super::{AlertForm, Payload, Place, Reported, first_key, first_text, first_time, push_at, text};

/// See the module.
pub(super) const FORM: AlertForm = AlertForm { name: "Datadog webhook", recognise, read };

fn recognise(payload: &Value) -> bool {
    let has = |keys: &[&str]| keys.iter().any(|key| payload.get(key).is_some());
    let default = has(&["event_type"]) && has(&["title"]) && has(&["last_updated", "date"]);
    default
        || (has(&["alert_transition", "alert_scope", "alert_cycle_key"]) && has(&["date", "last_updated", "tags", "title", "alert_title"]))
}

fn read(payload: &Value) -> Payload {
    let mut facts = Vec::new();
    push_tags(&mut facts, payload.get("alert_scope"));
    push_tags(&mut facts, payload.get("scope"));
    push_tags(&mut facts, payload.get("tags"));
    for at in ["/hostname", "/host_name", "/host"] {
        push_at(&mut facts, Place::Detail, payload, at);
    }
    for at in ["/title", "/alert_title", "/body", "/text_only_msg", "/alert_metric", "/alert_query", "/alert_status"] {
        push_at(&mut facts, Place::Annotation, payload, at);
    }
    let over = text(payload, "/alert_transition") == Some("Recovered")
        || text(payload, "/title").is_some_and(|title| title.starts_with("[Recovered"));
    let at = first_time(payload, &["/date", "/last_updated"]);
    let (started, ended) = if over { (first_time(payload, &["/alert_started_at", "/start"]), at) } else { (at, None) };
    // Source: Datadog, "Webhooks", `$ALERT_TRANSITION`.
    let again = text(payload, "/alert_transition").is_some_and(|transition| transition.starts_with("Re-") || transition == "Renotify");
    let alert = Reported {
        again,
        name: first_text(payload, &["/alert_title", "/title"]),
        key: first_key(payload, &["/alert_cycle_key", "/aggregation_key", "/alert_id"]).or_else(|| untagged(payload)),
        firing: Some(!over),
        started,
        ended,
        facts,
        ..Reported::default()
    };
    Payload { alerts: vec![alert], facts: Vec::new() }
}

/// The title without its state, by which a recovery is known where the payload has no key.
fn untagged(payload: &Value) -> Option<String> {
    let title = text(payload, "/title")?;
    let bare = title.strip_prefix('[').and_then(|rest| rest.split_once(']')).map_or(title, |(_, bare)| bare.trim());
    Some(format!("{bare} {}", first_text(payload, &["/alert_scope", "/scope"])))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::tests::outline;

    #[test]
    fn a_datadog_webhook_is_read() {
        let payload = json!({"id": "1", "last_updated": "1769544260000", "date": "1769544250000", "event_type": "query_alert_monitor", "title": "[Triggered] CPU high on {host:i-0123456789abcdef0}",
            "body": "CPU above 90 %", "org": {"id": "1", "name": "example"}, "alert_transition": "Triggered", "alert_title": "CPU high", "alert_scope": "host:i-0123456789abcdef0",
            "tags": "autoscaling_group:web,availability-zone:us-east-1a,aws_account:111122223333,env:prod,monitor"});
        insta::assert_snapshot!(outline(&payload), @r"
        Datadog webhook
        CPU high at 20:04:10, firing, others []
        19:34:10 to 20:14:10: alert start - 30m
        us-east-1: availability zone in alert tag availability-zone
        111122223333: alert tag aws_account
        web AWS::AutoScaling::AutoScalingGroup: alert tag autoscaling_group
        i-0123456789abcdef0 AWS::EC2::Instance: alert tag host
        ");
    }

    #[test]
    fn a_datadog_recovery_tells_the_end_in_seconds_too() {
        let payload = json!({"date": 1769544250, "event_type": "query_alert_monitor", "title": "[Recovered] CPU high", "alert_transition": "Recovered", "tags": ["region:us-east-1"]});
        insta::assert_snapshot!(outline(&payload), @r"
        Datadog webhook
        19:04:10 to 20:04:10: the hour before the alert's end: alert has no readable start
        us-east-1: alert tag region
        ");
    }
}
