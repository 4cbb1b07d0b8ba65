//! The alert as monitoring systems post it, in nine forms.

use chrono::{DateTime, Duration, SecondsFormat, Utc};
use serde_json::{Map, Value, json};

use super::random::Random;
use super::truth::Named;

/// A monitoring system's way to post an alert.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    Generic,
    Alertmanager,
    CloudWatchSns,
    CloudWatchEventBridge,
    PagerDuty,
    Grafana,
    Opsgenie,
    Datadog,
    FreeText,
}

impl Form {
    /// All forms; those in front come twice, as they do in life.
    pub(crate) const ALL: &[Self] = &[
        Self::Generic,
        Self::Alertmanager,
        Self::Alertmanager,
        Self::CloudWatchSns,
        Self::CloudWatchSns,
        Self::CloudWatchEventBridge,
        Self::PagerDuty,
        Self::Grafana,
        Self::Opsgenie,
        Self::Datadog,
        Self::FreeText,
    ];

    /// The word in the truth and in reports.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Generic => "generic",
            Self::Alertmanager => "alertmanager",
            Self::CloudWatchSns => "cloudwatch-sns",
            Self::CloudWatchEventBridge => "cloudwatch-eventbridge",
            Self::PagerDuty => "pagerduty",
            Self::Grafana => "grafana",
            Self::Opsgenie => "opsgenie",
            Self::Datadog => "datadog",
            Self::FreeText => "free-text",
        }
    }
}

/// What an alert says, before it is put into a form.
#[derive(Clone, Debug)]
pub(crate) struct Draft {
    pub(crate) name: String,
    pub(crate) summary: String,
    pub(crate) description: String,
    pub(crate) service: String,
    pub(crate) severity: &'static str,
    pub(crate) region: &'static str,
    pub(crate) account: &'static str,
    pub(crate) start: DateTime<Utc>,
    /// Named resources by the short names of the topology.
    pub(crate) labels: Vec<(&'static str, String)>,
    pub(crate) named: Named,
}

/// How a resource is called as a CloudWatch dimension, and as a label elsewhere.
const SPELLINGS: &[(&str, &str, &str, &[&str])] = &[
    ("sgdb", "AWS/EC2", "SecurityGroupId", &["security_group_id", "security_group", "sg"]),
    ("sgapp", "AWS/EC2", "SecurityGroupId", &["security_group_id", "security_group"]),
    ("i1", "AWS/EC2", "InstanceId", &["instance_id", "instance"]),
    ("acl", "AWS/EC2", "NetworkAclId", &["network_acl_id", "network_acl"]),
    ("rtb", "AWS/EC2", "RouteTableId", &["route_table_id", "route_table"]),
    ("nat", "AWS/NATGateway", "NatGatewayId", &["nat_gateway_id", "nat_gateway"]),
    ("subnet", "AWS/EC2", "SubnetId", &["subnet_id", "subnet"]),
    ("vpc", "AWS/EC2", "VpcId", &["vpc_id", "vpc"]),
    ("vpce", "AWS/PrivateLinkEndpoints", "VPC Endpoint Id", &["vpc_endpoint_id", "vpc_endpoint"]),
    ("fl", "AWS/Logs", "FlowLogId", &["flow_log_id"]),
    ("asg", "AWS/EC2", "AutoScalingGroupName", &["autoscaling_group", "asg", "auto_scaling_group_name"]),
    ("lt", "AWS/EC2", "LaunchTemplateId", &["launch_template_id", "launch_template"]),
    ("lb", "AWS/ApplicationELB", "LoadBalancerName", &["load_balancer", "lb", "loadbalancer"]),
    ("lbdim", "AWS/ApplicationELB", "LoadBalancer", &["load_balancer", "dimension_LoadBalancer"]),
    ("lbarn", "AWS/ApplicationELB", "LoadBalancerArn", &["load_balancer_arn", "resource_arn"]),
    ("tg", "AWS/ApplicationELB", "TargetGroupName", &["target_group", "targetgroup"]),
    ("tgdim", "AWS/ApplicationELB", "TargetGroup", &["target_group", "dimension_TargetGroup"]),
    ("tgarn", "AWS/ApplicationELB", "TargetGroupArn", &["target_group_arn"]),
    ("cluster", "AWS/ECS", "ClusterName", &["cluster", "ecs_cluster", "cluster_name"]),
    ("ecs", "AWS/ECS", "ServiceName", &["ecs_service", "service_name"]),
    ("ecsarn", "AWS/ECS", "ServiceArn", &["service_arn", "resource_arn"]),
    ("fn", "AWS/Lambda", "FunctionName", &["function_name", "function", "lambda"]),
    ("fnarn", "AWS/Lambda", "FunctionArn", &["function_arn", "resource_arn"]),
    ("eks", "ContainerInsights", "ClusterName", &["cluster", "eks_cluster", "cluster_name"]),
    ("ng", "ContainerInsights", "NodegroupName", &["nodegroup", "node_group"]),
    ("role", "AWS/IAM", "RoleName", &["role_name", "role", "iam_role"]),
    ("rolearn", "AWS/IAM", "RoleArn", &["role_arn"]),
    ("key", "AWS/KMS", "KeyId", &["key_id", "kms_key"]),
    ("keyarn", "AWS/KMS", "KeyArn", &["kms_key_arn", "key_arn"]),
    ("db", "AWS/RDS", "DBInstanceIdentifier", &["dbinstance_identifier", "db_instance", "DBInstanceIdentifier", "db_instance_identifier"]),
    ("dbarn", "AWS/RDS", "DBInstanceArn", &["db_instance_arn", "resource_arn"]),
    ("dbhost", "AWS/RDS", "Endpoint", &["db_host", "endpoint", "target"]),
    ("dbpg", "AWS/RDS", "DBParameterGroupName", &["parameter_group", "db_parameter_group"]),
    ("cache", "AWS/ElastiCache", "ReplicationGroupId", &["replication_group", "replication_group_id"]),
    ("cachecluster", "AWS/ElastiCache", "CacheClusterId", &["cache_cluster_id", "cache_cluster"]),
    ("table", "AWS/DynamoDB", "TableName", &["table_name", "table", "dynamodb_table"]),
    ("queue", "AWS/SQS", "QueueName", &["queue_name", "queue"]),
    ("queuearn", "AWS/SQS", "QueueArn", &["queue_arn"]),
    ("dlq", "AWS/SQS", "QueueName", &["queue_name", "dead_letter_queue"]),
    ("topic", "AWS/SNS", "TopicName", &["topic_name", "topic"]),
    ("topicarn", "AWS/SNS", "TopicArn", &["topic_arn"]),
    ("evrule", "AWS/Events", "RuleName", &["rule_name", "event_rule", "rule"]),
    ("bucket", "AWS/S3", "BucketName", &["bucket_name", "bucket"]),
    ("sm", "AWS/States", "StateMachineName", &["state_machine", "state_machine_name"]),
    ("smarn", "AWS/States", "StateMachineArn", &["state_machine_arn"]),
    ("alarm", "AWS/CloudWatch", "AlarmName", &["alarm_name", "watched_alarm"]),
    ("secret", "AWS/SecretsManager", "SecretId", &["secret_id", "secret"]),
    ("secretarn", "AWS/SecretsManager", "SecretArn", &["secret_arn"]),
    ("param", "AWS/SSM", "ParameterPath", &["parameter_path", "ssm_path"]),
    ("zone", "AWS/Route53", "HostedZoneId", &["hosted_zone_id", "zone_id"]),
    ("dns", "CloudWatchSynthetics", "Host", &["host", "probe_target", "domain"]),
    ("certarn", "AWS/CertificateManager", "CertificateArn", &["certificate_arn"]),
    ("dist", "AWS/CloudFront", "DistributionId", &["distribution_id", "distribution"]),
    ("api", "AWS/ApiGateway", "ApiId", &["api_id", "rest_api_id"]),
    ("wacl", "AWS/WAFV2", "WebACL", &["web_acl", "webacl"]),
    ("td", "AWS/ECS", "TaskDefinitionFamily", &["task_definition_family", "task_family"]),
    ("fs", "AWS/EFS", "FileSystemId", &["file_system_id", "efs"]),
    ("mt", "AWS/EFS", "MountTargetId", &["mount_target_id"]),
    ("trail", "AWS/CloudTrail", "TrailName", &["trail", "trail_name"]),
    ("loggroup", "AWS/Logs", "LogGroupName", &["log_group", "log_group_name"]),
    ("stream", "AWS/Kinesis", "StreamName", &["stream_name", "stream"]),
    ("domain", "AWS/ES", "DomainName", &["domain_name", "opensearch_domain"]),
    ("stack", "AWS/CloudFormation", "StackName", &["stack_name", "stack"]),
    ("esm", "AWS/Lambda", "EventSourceMappingUUID", &["event_source_mapping", "esm_uuid"]),
    ("itype", "AWS/EC2", "InstanceType", &["instance_type"]),
];

/// Tells whether a short name has a spelling, for the check.
pub(super) fn spelled(key: &str) -> bool {
    SPELLINGS.iter().any(|row| row.0 == key)
}

fn dimension(key: &str) -> (&'static str, &'static str) {
    SPELLINGS.iter().find(|row| row.0 == key).map_or(("Custom/App", "Resource"), |row| (row.1, row.2))
}

fn label(key: &str, random: &mut Random) -> &'static str {
    SPELLINGS.iter().find(|row| row.0 == key).map_or("resource", |row| random.word(row.3))
}

fn stamp(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// Labels as Prometheus-like systems have them.
fn labels(draft: &Draft, random: &mut Random) -> Map<String, Value> {
    let mut map = Map::new();
    map.insert("alertname".into(), draft.name.clone().into());
    if draft.named == Named::None || random.chance(50) {
        map.insert(random.word(&["service", "app", "service"]).into(), draft.service.clone().into());
    }
    if random.chance(85) {
        map.insert(random.word(&["region", "region", "aws_region"]).into(), draft.region.into());
    }
    if random.chance(30) {
        map.insert(random.word(&["account_id", "account"]).into(), draft.account.into());
    }
    map.insert("severity".into(), draft.severity.into());
    for (key, value) in &draft.labels {
        map.insert(label(key, random).into(), value.clone().into());
    }
    if random.chance(40) {
        map.insert(random.word(&["job", "team", "env"]).into(), random.word(&["node", "platform", "prod", "blackbox"]).into());
    }
    map
}

fn annotations(draft: &Draft, random: &mut Random) -> Value {
    let mut map = Map::new();
    map.insert("summary".into(), draft.summary.clone().into());
    if !draft.description.is_empty() {
        map.insert(random.word(&["description", "message"]).into(), draft.description.clone().into());
    }
    if random.chance(40) {
        map.insert("runbook_url".into(), format!("https://runbooks.example.com/{}", draft.name.to_lowercase()).into());
    }
    Value::Object(map)
}

/// A line that names everything, for systems without labels.
fn line(draft: &Draft) -> String {
    let named: Vec<String> = draft.labels.iter().map(|(_, value)| value.clone()).collect();
    let tail = if named.is_empty() { String::new() } else { format!(" ({})", named.join(", ")) };
    format!("{}: {}{tail}", draft.name, draft.summary)
}

/// Writes the alert in a form.
pub(crate) fn write(form: Form, draft: &Draft, random: &mut Random) -> Value {
    let (start, uuid) = (stamp(draft.start), random.uuid());
    match form {
        Form::Generic => {
            let alert = json!({"name": draft.name, "status": "firing", "startsAt": start, "labels": labels(draft, random), "annotations": annotations(draft, random)});
            if random.chance(70) { json!({"alert": alert}) } else { alert }
        }
        Form::Alertmanager => {
            let (labels, notes) = (labels(draft, random), annotations(draft, random));
            json!({"version": "4", "groupKey": format!("{{}}:{{alertname=\"{}\"}}", draft.name), "truncatedAlerts": 0, "status": "firing", "receiver": "oncall",
                "groupLabels": {"alertname": draft.name}, "commonLabels": labels, "commonAnnotations": notes, "externalURL": "https://alertmanager.example.com",
                "alerts": [{"status": "firing", "labels": labels, "annotations": notes, "startsAt": start, "endsAt": "0001-01-01T00:00:00Z",
                    "generatorURL": "https://prometheus.example.com/graph", "fingerprint": random.hex(16)}]})
        }
        Form::CloudWatchSns => {
            json!({"Type": "Notification", "MessageId": uuid, "TopicArn": format!("arn:aws:sns:{}:{}:oncall", draft.region, draft.account),
            "Subject": format!("ALARM: \"{}\" in {}", draft.name, city(draft.region)), "Message": cloudwatch_message(draft, random).to_string(),
            "Timestamp": (draft.start + Duration::milliseconds(512)).to_rfc3339_opts(SecondsFormat::Millis, true), "SignatureVersion": "1"})
        }
        Form::CloudWatchEventBridge => eventbridge(draft, &uuid, random),
        Form::PagerDuty => pagerduty(draft, &start, random),
        Form::Grafana => {
            let (labels, notes) = (labels(draft, random), annotations(draft, random));
            json!({"receiver": "oncall", "status": "firing", "orgId": 1, "title": format!("[FIRING:1] {}", draft.name), "state": "alerting", "message": line(draft),
                "groupLabels": {"alertname": draft.name}, "commonLabels": labels, "commonAnnotations": notes, "externalURL": "https://grafana.example.com/", "version": "1",
                "alerts": [{"status": "firing", "labels": labels, "annotations": notes, "startsAt": start, "endsAt": "0001-01-01T00:00:00Z", "values": {"B": 12.5},
                    "valueString": "[ var='B' value=12.5 ]", "fingerprint": random.hex(16), "generatorURL": "https://grafana.example.com/alerting/grafana/x/view"}]})
        }
        Form::Opsgenie => {
            let mut details = labels(draft, random);
            details.remove("severity");
            json!({"action": "Create", "source": {"name": "prometheus", "type": "API"}, "integrationName": "oncall", "alert": {"alertId": uuid, "message": line(draft),
                "description": draft.description, "tags": ["aws", draft.service], "details": details, "entity": draft.service, "priority": "P1", "source": "monitoring",
                "createdAt": draft.start.timestamp_millis()}})
        }
        Form::Datadog => {
            let tags: Vec<String> = labels(draft, random).iter().map(|(k, v)| format!("{k}:{}", v.as_str().unwrap_or_default())).collect();
            json!({"id": random.between(1_000_000, 9_999_999).to_string(), "title": format!("[Triggered] {}", draft.name), "body": format!("{}\n{}", draft.summary, draft.description),
                "event_type": "query_alert_monitor", "alert_transition": "Triggered", "alert_type": "error", "date": draft.start.timestamp_millis(),
                "last_updated": draft.start.timestamp_millis(), "tags": tags.join(","), "priority": "normal", "org": {"id": "42", "name": "example"}})
        }
        Form::FreeText => {
            let place = if random.chance(70) { format!(" in {}", draft.region) } else { String::new() };
            let what = if draft.description.is_empty() { line(draft) } else { format!("{}. {}", line(draft), draft.description) };
            json!(format!("{what}{place}, service {}, started at {start}", draft.service))
        }
    }
}

fn cloudwatch_dimensions(draft: &Draft) -> (&'static str, Vec<(&'static str, String)>) {
    let mut space = "Custom/App";
    let mut list = Vec::new();
    for (key, value) in &draft.labels {
        let (namespace, name) = dimension(key);
        space = namespace;
        list.push((name, value.clone()));
    }
    if list.is_empty() {
        list.push(("Service", draft.service.clone()));
    }
    (space, list)
}

fn cloudwatch_message(draft: &Draft, random: &mut Random) -> Value {
    let (space, list) = cloudwatch_dimensions(draft);
    let dimensions: Vec<Value> = list.iter().map(|(name, value)| json!({"value": value, "name": name})).collect();
    json!({"AlarmName": draft.name, "AlarmDescription": format!("{} {}", draft.summary, draft.description).trim(), "AWSAccountId": draft.account,
        "NewStateValue": "ALARM", "NewStateReason": "Threshold Crossed: 1 out of the last 1 datapoints was greater than the threshold (minimum 1 datapoint for OK -> ALARM transition).",
        "StateChangeTime": draft.start.format("%Y-%m-%dT%H:%M:%S%.3f+0000").to_string(), "Region": city(draft.region),
        "AlarmArn": format!("arn:aws:cloudwatch:{}:{}:alarm:{}", draft.region, draft.account, draft.name), "OldStateValue": "OK",
        "Trigger": {"MetricName": random.word(&["Errors", "Latency", "Availability"]), "Namespace": space, "StatisticType": "Statistic", "Statistic": "SUM",
            "Dimensions": dimensions, "Period": 60, "EvaluationPeriods": 1, "ComparisonOperator": "GreaterThanThreshold", "Threshold": 1.0, "TreatMissingData": "missing"}})
}

fn eventbridge(draft: &Draft, uuid: &str, random: &mut Random) -> Value {
    let (space, list) = cloudwatch_dimensions(draft);
    let dimensions: Map<String, Value> = list.into_iter().map(|(name, value)| (name.to_owned(), value.into())).collect();
    let time = draft.start.format("%Y-%m-%dT%H:%M:%S%.3f+0000").to_string();
    json!({"version": "0", "id": uuid, "detail-type": "CloudWatch Alarm State Change", "source": "aws.cloudwatch", "account": draft.account, "time": stamp(draft.start),
        "region": draft.region, "resources": [format!("arn:aws:cloudwatch:{}:{}:alarm:{}", draft.region, draft.account, draft.name)],
        "detail": {"alarmName": draft.name, "state": {"value": "ALARM", "reason": "Threshold Crossed", "timestamp": time}, "previousState": {"value": "OK"},
            "configuration": {"description": format!("{} {}", draft.summary, draft.description).trim(), "metrics": [{"id": "m1", "returnData": true,
                "metricStat": {"metric": {"namespace": space, "name": random.word(&["Errors", "Latency", "Availability"]), "dimensions": dimensions}, "period": 60, "stat": "Sum"}}]}}})
}

fn pagerduty(draft: &Draft, start: &str, random: &mut Random) -> Value {
    if random.chance(50) {
        let mut details = labels(draft, random);
        details.insert("description".into(), draft.description.clone().into());
        json!({"routing_key": "", "event_action": "trigger", "payload": {"summary": line(draft), "source": draft.service, "severity": "critical", "timestamp": start,
            "component": draft.service, "custom_details": details}})
    } else {
        let details = format!("{}\nregion: {}\n{}", draft.summary, draft.region, draft.description);
        json!({"event": {"id": random.letters(26), "event_type": "incident.triggered", "resource_type": "incident", "occurred_at": start,
            "data": {"id": random.letters(14), "type": "incident", "title": line(draft), "status": "triggered", "urgency": "high", "created_at": start,
                "service": {"id": random.letters(7), "type": "service_reference", "summary": draft.service},
                "body": {"type": "incident_body", "details": details}}}})
    }
}

fn city(region: &str) -> &'static str {
    match region {
        "us-east-1" => "US East (N. Virginia)",
        "us-west-2" => "US West (Oregon)",
        "eu-west-1" => "EU (Ireland)",
        "eu-central-1" => "EU (Frankfurt)",
        _ => "Asia Pacific (Sydney)",
    }
}
