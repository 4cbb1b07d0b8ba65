//! Prometheus' rules API: `GET /api/v1/rules`, whose rules hold their alerts.
//!
//! Source: Prometheus, "HTTP API", `data.groups[].rules[].alerts[]`; `activeAt` is when the expression became true.

use serde_json::Value;

use super::alertmanager_webhook::read_alert;
use super::{AlertForm, Payload, first_text, push_map};
use crate::context::fact::Place;

/// See the module.
pub(super) const FORM: AlertForm = AlertForm { name: "Prometheus rules API", recognise, read };

fn recognise(payload: &Value) -> bool {
    rules(payload).next().is_some()
}

fn read(payload: &Value) -> Payload {
    let mut alerts = Vec::new();
    for rule in rules(payload) {
        for alert in array(rule, "/alerts").take(super::MAX_ALERTS) {
            let mut read = read_alert(alert);
            if read.name.is_empty() {
                read.name = first_text(rule, &["/name"]);
            }
            push_map(&mut read.facts, Place::Label, rule, "/labels");
            alerts.push(read);
        }
    }
    Payload { alerts, facts: Vec::new() }
}

fn rules(payload: &Value) -> impl Iterator<Item = &Value> {
    let groups = array(payload, "/data/groups").chain(array(payload, "/groups"));
    groups.flat_map(|group| array(group, "/rules")).filter(|rule| rule.get("alerts").is_some_and(Value::is_array))
}

fn array<'a>(value: &'a Value, at: &str) -> impl Iterator<Item = &'a Value> {
    value.pointer(at).and_then(Value::as_array).into_iter().flatten()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::tests::outline;

    #[test]
    fn the_rules_api_tells_of_each_alert_when_it_became_active() {
        let payload = json!({"status": "success", "data": {"groups": [{"name": "rds", "file": "rules.yml", "rules": [
            {"name": "Quiet", "query": "up == 0", "alerts": [], "type": "alerting"},
            {"name": "OrdersDb", "query": "x > 1", "state": "firing", "labels": {"severity": "page"}, "type": "alerting", "alerts": [
                {"activeAt": "2026-01-27T20:04:10.123Z", "labels": {"alertname": "OrdersDb", "region": "eu-west-1", "dbinstance_identifier": "orders"}, "annotations": {}, "state": "firing", "value": "1e+00"}]}]}]}});
        insta::assert_snapshot!(outline(&payload), @r"
        Prometheus rules API
        OrdersDb at 20:04:10.123, firing, others []
        19:34:10 to 20:14:10: alert start - 30m
        eu-west-1: alert label region
        orders AWS::RDS::DBInstance: alert label dbinstance_identifier
        ");
    }
}
