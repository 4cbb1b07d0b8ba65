//! Which alerts a payload reports: what tells each from every other, and whether it is over.

use std::fmt::Write as _;

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::alert::{self, Reported};
use super::fact::Place;

/// One alert of a payload. All of it is untrusted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AlertIdentity {
    /// What it is known by, the same each time it is told of: what its reporter calls it, else its name and labels.
    pub key: String,
    /// Its name; empty where it has none.
    pub name: String,
    /// When it began, where that is told; not by a message that reminds of it.
    pub started: Option<DateTime<Utc>>,
    /// Whether it is over; what does not tell fires.
    pub over: bool,
    /// When it ended, where that is told of one that is over.
    pub ended: Option<DateTime<Utc>>,
}

/// Lists the alerts that a payload of any form reports.
///
/// Shape: in the payload's order, each key once; at most 500.
pub fn identify(payload: &Value) -> Vec<AlertIdentity> {
    let mut found: Vec<AlertIdentity> = Vec::new();
    for reported in alert::read(payload).alerts {
        let identity = of(reported);
        if found.iter().all(|known| known.key != identity.key) {
            found.push(identity);
        }
    }
    found
}

fn of(reported: Reported) -> AlertIdentity {
    let over = reported.firing == Some(false);
    let key = reported.key.clone().unwrap_or_else(|| described(&reported));
    AlertIdentity {
        key,
        name: reported.name,
        started: reported.started.filter(|_| !reported.again),
        over,
        ended: reported.ended.filter(|_| over),
    }
}

/// Tells an alert without a key by its name and by what is no prose in it.
fn described(reported: &Reported) -> String {
    let keyed = reported.facts.iter().filter(|fact| matches!(fact.place, Place::Label | Place::Dimension | Place::Tag));
    let mut pairs: Vec<String> = keyed.map(|fact| format!("{}={}", fact.name, fact.text)).collect();
    pairs.sort_unstable();
    let mut described = reported.name.clone();
    for pair in pairs {
        let _ = write!(described, "\n{pair}");
    }
    described
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// Key, name, and whether it is over, of each alert.
    fn told(payload: &Value) -> Vec<(String, String, bool)> {
        identify(payload).into_iter().map(|alert| (alert.key, alert.name, alert.over)).collect()
    }

    #[test]
    fn each_form_tells_its_alerts_by_what_its_reporter_calls_them() {
        let alert = |status: &str, fingerprint: &str| json!({"status": status, "fingerprint": fingerprint, "labels": {"alertname": "Down"}, "startsAt": "2026-01-27T20:04:10Z"});
        let group = json!({"receiver": "oncall", "groupKey": "{}", "alerts": [alert("firing", "aa"), alert("resolved", "bb"), alert("firing", "aa")]});
        assert_eq!(told(&group), [("aa".into(), "Down".into(), false), ("bb".into(), "Down".into(), true)]);
        let arn = "arn:aws:cloudwatch:eu-west-1:111122223333:alarm:cpu";
        let alarm = |state: &str| json!({"AlarmName": "cpu", "AlarmArn": arn, "NewStateValue": state, "StateChangeTime": "2026-01-27T20:04:10.123+0000"});
        assert_eq!(told(&alarm("ALARM")), [(arn.into(), "cpu".into(), false)]);
        assert_eq!(told(&alarm("OK")), [(arn.into(), "cpu".into(), true)]);
        let event = |state: &str| json!({"detail-type": "CloudWatch Alarm State Change", "resources": [arn], "detail": {"alarmName": "cpu", "state": {"value": state, "timestamp": "2026-01-27T20:04:10.123+0000"}}});
        assert_eq!((told(&event("ALARM")), told(&event("OK"))), (told(&alarm("ALARM")), told(&alarm("OK"))));
        let incident = |kind: &str| json!({"event": {"event_type": kind, "occurred_at": "2026-01-27T20:08:00Z", "data": {"id": "PEXAMPLE", "title": "Down", "created_at": "2026-01-27T20:04:10Z"}}});
        assert_eq!(told(&incident("incident.triggered")), [("PEXAMPLE".into(), "Down".into(), false)]);
        assert_eq!(told(&incident("incident.resolved")), [("PEXAMPLE".into(), "Down".into(), true)]);
        let genie =
            |action: &str| json!({"action": action, "alert": {"alertId": "a-1", "message": "Down", "createdAt": 1769544250123_i64}});
        assert_eq!(
            (told(&genie("Create")), told(&genie("Close"))),
            (vec![("a-1".into(), "Down".into(), false)], vec![("a-1".into(), "Down".into(), true)])
        );
        let dog = |title: &str, transition: &str| json!({"event_type": "query_alert_monitor", "title": title, "date": "1769544250000", "alert_transition": transition});
        assert_eq!(told(&dog("[Triggered] CPU", "Triggered"))[0].0, told(&dog("[Recovered] CPU", "Recovered"))[0].0);
        assert!(told(&dog("[Recovered] CPU", "Recovered"))[0].2);
    }

    #[test]
    fn an_alert_without_a_key_is_told_by_its_name_and_labels_whatever_it_says() {
        let alert = |host: &str, summary: &str| json!({"labels": {"alertname": "Down", "host": host}, "annotations": {"summary": summary}, "startsAt": "2026-01-27T20:04:10Z"});
        assert_eq!(told(&alert("a", "for 1m")), told(&alert("a", "for 2m")));
        assert_ne!(told(&alert("a", "x")), told(&alert("b", "x")));
    }

    #[test]
    fn what_made_a_composite_alarm_go_off_is_no_alert_of_its_own() {
        let composite = json!({"AlarmName": "site", "AlarmArn": "arn:aws:cloudwatch:eu-west-1:111122223333:alarm:site", "NewStateValue": "ALARM", "StateChangeTime": "2026-01-27T20:04:10.123+0000",
            "TriggeringChildren": [{"Arn": "arn:aws:cloudwatch:eu-west-1:111122223333:alarm:cpu", "State": {"Value": "ALARM", "Timestamp": "2026-01-27T20:04:00.000+0000"}}]});
        assert_eq!(identify(&composite).len(), 1);
    }
}
