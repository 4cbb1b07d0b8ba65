use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::{form, open};
use crate::answer::words::basis;
use crate::context::basis::WindowStart;
use crate::context::{Asked, Defaults, Incident, discover};

fn incident(payload: &Value) -> Incident {
    let now: DateTime<Utc> = "2026-01-27T21:00:00Z".parse().unwrap();
    discover(&Asked { investigation: Some(payload.clone()), ..Asked::default() }, &Defaults::default(), now).unwrap()
}

fn name(payload: &Value) -> &'static str {
    let payload = open(payload);
    let one = payload.as_array().and_then(|items| items.first()).unwrap_or(&payload);
    form(&open(one)).map_or("unknown JSON", |form| form.name())
}

/// Shows what was understood of a payload, a line each.
fn outline(payload: &Value) -> String {
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
fn an_alertmanager_webhook_is_read() {
    let payload = json!({
        "version": "4", "groupKey": "{}:{alertname=\"RDSLatencyHigh\"}", "truncatedAlerts": 0, "status": "firing", "receiver": "oncall",
        "groupLabels": {"alertname": "RDSLatencyHigh"}, "commonLabels": {"alertname": "RDSLatencyHigh", "region": "eu-west-1", "account_id": "111122223333"},
        "commonAnnotations": {"summary": "Reads are slow"}, "externalURL": "http://alertmanager.example:9093",
        "alerts": [
            {"status": "firing", "labels": {"alertname": "RDSLatencyHigh", "dbinstance_identifier": "orders", "region": "eu-west-1", "account_id": "111122223333"},
             "annotations": {"summary": "Reads are slow", "runbook": "https://wiki.example/us-east-1"},
             "startsAt": "2026-01-27T20:04:10.123Z", "endsAt": "0001-01-01T00:00:00Z", "generatorURL": "http://prometheus.example/graph", "fingerprint": "0123456789abcdef"},
            {"status": "resolved", "labels": {"alertname": "RDSLatencyHigh", "dbinstance_identifier": "billing"}, "annotations": {},
             "startsAt": "2026-01-27T10:00:00Z", "endsAt": "2026-01-27T10:30:00Z"}
        ]
    });
    insta::assert_snapshot!(outline(&payload), @r#"
    Alertmanager webhook
    RDSLatencyHigh at 20:04:10.123, firing, others ["RDSLatencyHigh"]
    19:34:10 to 20:14:10: alert start - 30m
    eu-west-1: alert label region
    111122223333: alert label account_id
    orders AWS::RDS::DBInstance: alert label dbinstance_identifier
    "#);
}

#[test]
fn alertmanagers_api_list_is_read_and_an_end_ahead_does_not_end_an_active_alert() {
    let alert = |name: &str, state: &str, instance: &str| {
        json!({"annotations": {"description": "no scrape"}, "startsAt": "2026-01-27T20:20:00.000Z", "endsAt": "2026-01-27T20:24:00.000Z", "updatedAt": "2026-01-27T20:20:30.000Z",
               "fingerprint": "0123456789abcdef", "receivers": [{"name": "oncall"}], "status": {"inhibitedBy": [], "silencedBy": [], "state": state}, "generatorURL": "",
               "labels": {"alertname": name, "instance_id": instance, "availability_zone": "us-west-2c", "job": "node"}})
    };
    let payload = json!([alert("InstanceDown", "active", "i-0123456789abcdef0"), alert("DiskFull", "suppressed", "i-0123456789abcdef1")]);
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

fn alarm(state: &str) -> Value {
    json!({
        "AlarmName": "orders-api 5xx", "AlarmDescription": "Runbook: https://wiki.example/5xx", "AWSAccountId": "111122223333", "AlarmConfigurationUpdatedTimestamp": "2025-12-01T08:00:00.000+0000",
        "NewStateValue": state, "NewStateReason": "Threshold Crossed: 1 datapoint [37.0 (27/01/26 20:03:00)] was greater than the threshold (10.0).",
        "StateChangeTime": "2026-01-27T20:04:10.123+0000", "Region": "EU (Ireland)", "AlarmArn": "arn:aws:cloudwatch:eu-west-1:111122223333:alarm:orders-api 5xx", "OldStateValue": "OK",
        "OKActions": [], "AlarmActions": ["arn:aws:sns:eu-west-1:444455556666:oncall"], "InsufficientDataActions": [],
        "Trigger": {"MetricName": "HTTPCode_Target_5XX_Count", "Namespace": "AWS/ApplicationELB", "StatisticType": "Statistic", "Statistic": "SUM", "Unit": null,
            "Dimensions": [{"value": "targetgroup/orders/0123456789abcdef", "name": "TargetGroup"}, {"value": "app/web/0123456789abcdef", "name": "LoadBalancer"}],
            "Period": 60, "EvaluationPeriods": 1, "ComparisonOperator": "GreaterThanThreshold", "Threshold": 10.0, "TreatMissingData": "notBreaching"}
    })
}

fn envelope(message: &Value) -> Value {
    json!({"Type": "Notification", "MessageId": "00000000-0000-0000-0000-000000000000", "TopicArn": "arn:aws:sns:eu-west-1:444455556666:oncall", "Subject": "ALARM: \"orders-api 5xx\" in EU (Ireland)",
           "Message": message.to_string(), "Timestamp": "2026-01-27T20:04:10.200Z", "SignatureVersion": "1"})
}

#[test]
fn a_cloudwatch_alarm_by_sns_is_read_with_the_region_of_its_arn() {
    let payload = envelope(&alarm("ALARM"));
    insta::assert_snapshot!(outline(&payload), @r"
    CloudWatch alarm (SNS)
    orders-api 5xx at 20:04:10.123, firing, others []
    19:34:10 to 20:14:10: alert start - 30m
    eu-west-1: ARN in alert field AlarmArn
    111122223333: alert field AWSAccountId
    targetgroup/orders/0123456789abcdef AWS::ElasticLoadBalancingV2::TargetGroup: alarm dimension TargetGroup
    app/web/0123456789abcdef AWS::ElasticLoadBalancingV2::LoadBalancer: alarm dimension LoadBalancer
    ");
    assert_eq!(outline(&alarm("ALARM")), outline(&payload), "the bare message");
    assert_eq!(outline(&json!({"Records": [{"EventSource": "aws:sns", "Sns": payload}]})), outline(&payload), "as a function gets it");
}

#[test]
fn an_ok_notification_tells_the_alarms_end() {
    insta::assert_snapshot!(outline(&alarm("OK")).lines().take(2).collect::<Vec<_>>().join("\n"), @r"
    CloudWatch alarm (SNS)
    19:04:10 to 20:04:10: the hour before the alert's end: alert has no readable start
    ");
}

#[test]
fn a_metric_math_alarm_gives_the_dimensions_of_its_metrics() {
    let payload = json!({
        "AlarmName": "pay errors", "NewStateValue": "ALARM", "StateChangeTime": "2026-01-27T20:04:10.123+0000", "AlarmArn": "arn:aws:cloudwatch:us-east-1:111122223333:alarm:pay errors",
        "Trigger": {"Period": 60, "Metrics": [
            {"Expression": "errors / calls", "Id": "e1", "Label": "rate", "ReturnData": true},
            {"Id": "errors", "MetricStat": {"Metric": {"Dimensions": [{"value": "pay", "name": "FunctionName"}], "MetricName": "Errors", "Namespace": "AWS/Lambda"}, "Period": 60, "Stat": "Sum"}, "ReturnData": false}]}
    });
    insta::assert_snapshot!(outline(&payload), @r"
    CloudWatch alarm (SNS)
    pay errors at 20:04:10.123, firing, others []
    19:34:10 to 20:14:10: alert start - 30m
    us-east-1: ARN in alert field AlarmArn
    111122223333: ARN in alert field AlarmArn
    pay AWS::Lambda::Function: alarm dimension FunctionName
    ");
}

#[test]
fn a_plain_sns_notification_is_text_that_was_sent_at_a_time() {
    let payload = json!({"Type": "Notification", "TopicArn": "arn:aws:sns:us-east-1:111122223333:ops", "Subject": "Disk", "Message": "vol-0123456789abcdef0 is full", "Timestamp": "2026-01-27T20:04:10.200Z"});
    insta::assert_snapshot!(outline(&payload), @r"
    CloudWatch alarm (SNS)
    Disk at 20:04:10.200, firing, others []
    19:34:10 to 20:14:10: alert start - 30m
    us-east-1: ARN in alert field TopicArn
    111122223333: ARN in alert field TopicArn
    vol-0123456789abcdef0 AWS::EC2::Volume: text of annotation Message
    ");
}

#[test]
fn a_cloudwatch_alarm_by_eventbridge_is_read() {
    let payload = json!({
        "version": "0", "id": "00000000-0000-0000-0000-000000000000", "detail-type": "CloudWatch Alarm State Change", "source": "aws.cloudwatch", "account": "111122223333",
        "time": "2026-01-27T20:04:12Z", "region": "us-east-2", "resources": ["arn:aws:cloudwatch:us-east-2:111122223333:alarm:cpu"],
        "detail": {"alarmName": "cpu", "state": {"value": "ALARM", "reason": "Threshold Crossed", "timestamp": "2026-01-27T20:04:10.123+0000"}, "previousState": {"value": "OK", "timestamp": "2026-01-27T18:00:00.000+0000"},
            "configuration": {"description": "CPU of the web tier", "metrics": [{"id": "m1", "metricStat": {"metric": {"namespace": "AWS/ECS", "name": "CPUUtilization",
                "dimensions": {"ClusterName": "web", "ServiceName": "frontend"}}, "period": 60, "stat": "Average"}, "returnData": true}]}}
    });
    insta::assert_snapshot!(outline(&payload), @r"
    CloudWatch alarm (EventBridge)
    cpu at 20:04:10.123, firing, others []
    19:34:10 to 20:14:10: alert start - 30m
    us-east-2: alert field region
    111122223333: alert field account
    web AWS::ECS::Cluster: alarm dimension ClusterName
    frontend AWS::ECS::Service: alarm dimension ServiceName
    ");
}

#[test]
fn a_recovered_composite_alarm_by_eventbridge_started_when_it_went_into_alarm() {
    let payload = json!({
        "detail-type": "CloudWatch Alarm State Change", "source": "aws.cloudwatch", "account": "111122223333", "time": "2026-01-27T20:09:10Z", "region": "us-east-1",
        "resources": ["arn:aws:cloudwatch:us-east-1:111122223333:alarm:site"],
        "detail": {"alarmName": "site", "state": {"value": "OK", "timestamp": "2026-01-27T20:09:10.123+0000"}, "previousState": {"value": "ALARM", "timestamp": "2026-01-27T20:04:10.000+0000"},
            "configuration": {"alarmRule": "ALARM(cpu) OR ALARM(\"arn:aws:cloudwatch:us-east-1:111122223333:alarm:errors\")"}}
    });
    insta::assert_snapshot!(outline(&payload), @r"
    CloudWatch alarm (EventBridge)
    site at 20:04:10, ended 20:09:10, others []
    19:34:10 to 20:09:10: alert start - 30m
    us-east-1: alert field region
    111122223333: alert field account
    arn:aws:cloudwatch:us-east-1:111122223333:alarm:errors AWS::CloudWatch::Alarm: ARN in text of annotation alarmRule
    ");
}

#[test]
fn a_pagerduty_webhook_counts_from_the_incident_not_from_its_latest_change() {
    let payload = json!({"event": {"id": "0", "event_type": "incident.acknowledged", "resource_type": "incident", "occurred_at": "2026-01-27T20:15:00.000Z", "agent": null, "client": null,
        "data": {"id": "PEXAMPLE", "type": "incident", "number": 7, "status": "acknowledged", "incident_key": "k", "created_at": "2026-01-27T20:04:10Z", "title": "i-0123456789abcdef0 in us-east-1 is down",
            "service": {"id": "PEXAMPL2", "summary": "checkout", "type": "service_reference"}, "urgency": "high"}}});
    insta::assert_snapshot!(outline(&payload), @r"
    PagerDuty
    i-0123456789abcdef0 in us-east-1 is down at 20:04:10, firing, others []
    19:34:10 to 20:14:10: alert start - 30m
    us-east-1: text of annotation title
    i-0123456789abcdef0 AWS::EC2::Instance: text of annotation title
    checkout ?: alert detail service
    ");
}

#[test]
fn a_resolved_pagerduty_incident_ended_when_that_occurred() {
    let payload = json!({"event": {"event_type": "incident.resolved", "occurred_at": "2026-01-27T20:08:00Z", "data": {"status": "resolved", "created_at": "2026-01-27T20:04:10Z", "title": "Down"}}});
    insta::assert_snapshot!(outline(&payload), @r"
    PagerDuty
    Down at 20:04:10, ended 20:08:00, others []
    19:34:10 to 20:08:00: alert start - 30m
    ");
}

#[test]
fn a_pagerduty_event_is_read() {
    let payload = json!({"routing_key": "0", "event_action": "trigger", "dedup_key": "srv/http", "client": "monitor",
        "payload": {"summary": "Latency of orders", "source": "ip-10-0-0-1.eu-central-1.compute.internal", "severity": "critical", "timestamp": "2026-01-27T20:04:10.000+0000", "component": "orders",
            "group": "prod", "class": "latency", "custom_details": {"TableName": "orders", "deep": {"account_id": "111122223333"}}}});
    insta::assert_snapshot!(outline(&payload), @r"
    PagerDuty
    Latency of orders at 20:04:10, firing, others []
    19:34:10 to 20:14:10: alert start - 30m
    eu-central-1: DNS name in alert detail source
    111122223333: alert detail account_id
    orders AWS::DynamoDB::Table: alert detail TableName
    ");
    assert!(!incident(&payload).words.contains("routing_key"));
}

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
