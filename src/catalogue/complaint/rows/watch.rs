//! What watches falls silent, something is exposed, or the bill rises.
//!
//! Source: titles of Security Hub controls and GuardDuty findings, AWS Budgets and Cost Anomaly mails, usage types of the cost and usage report.

use super::super::{About, Complaint, exact, general, kind};
use crate::catalogue::aspect::Aspect::*;

#[rustfmt::skip] // A table reads best in rows.
pub(super) const ROWS: &[Complaint] = &[
    exact("missing audit records", &["trail", "trails", "CloudTrail", "audit trail*", "flow log*", "VpcFlowLogs*", "config recorder", "configuration recorder", "recorder", "log file .. arrived", "audit log*", "audit events", "guardduty .. disabled",
        "query log*", "no events in the siem", "security lake", "data events", "audit bucket", "not recording", "is not recording", "flow logs"],
        &[Trail], &[LogDelivery, BucketAccess, Key, ResourcePolicy, Bucket, Delivery]).about(About::Silence),
    exact("missing logs", &["no logs", "logs missing", "missing logs", "logs .. stopped", "log .. stopped", "log delivery", "not logging", "log group*", "IncomingLogEvents", "log stream*", "IncomingBytes", "logs .. gone", "no log",
        "log ingestion", "log shipper", "log shipping", "logs .. no longer", "log .. no longer", "logs don't", "logs older than", "logs .. missing", "no log files", "no .. logs", "logs aren't",
        "application logs", "no log lines", "log forward*"],
        &[LogDelivery, Trail], &[Permission, Identity, Key, Delivery, Runtime, PrivateLink, Egress, Queue, BucketAccess, ResourcePolicy, WebFirewall]).about(About::Silence),
    exact("missing metrics", &["no metrics", "metrics missing", "missing metric*", "no metric", "metric stream*", "INSUFFICIENT_DATA", "no data", "NoData", "DatasourceNoData", "canary*", "no aws metrics", "shows no .. metrics",
        "metrics .. missing", "metrics .. stopped", "metric .. no data", "no data points", "panels .. empty", "panels empty", "dashboard* .. empty", "traces", "tracing", "x-ray", "reports nothing",
        "no longer reports"],
        &[Watch, LogDelivery], &[InstanceState, Existence, Identity, Permission, Delivery, Schedule, Firewall, PrivateLink, Scaling, Configuration, Secret, Runtime, ResourcePolicy]).about(About::Silence),
    kind("alarms that misfire", &["false alarm*", "alarm storm", "alert storm", "floods the channel", "noisy alarm*", "noisy alert*", "threshold .. low", "threshold .. high", "too many alarms", "too many alerts", "alarms flood", "alert fatigue", "alarm flapp*", "alarm .. no longer", "dashboard*"], &[Watch, Delivery, LogDelivery], &[Schedule, Code, Configuration, Permission, Identity, Workflow, Table, Database]),
    general("trouble with logs", &["logs", "logging", "retention", "log file*", "access log*"],
        &[LogDelivery, Trail], &[Permission, Runtime, Delivery, BucketAccess, Key, Watch, Target, Listener, Table, Existence, Egress]).about(About::Silence),
    exact("exposure", &["open to the world", "open to the internet", "to the internet", "from the internet", "to the world", "publicly accessible", "public access", "is public", "made public", "PubliclyAccessible", "0.0.0.0/0",
        "exposed", "exposure", "ExposedTo*", "shared externally", "SharedExternally", "outside the organisation", "outside the organization", "external account", "shared with", "anonymous*", "world readable",
        "port probe*", "port scan*", "PortExposed*", "unrestricted", "cross account access", "publicly readable", "readable by everyone", "became public", "public read", "publicly", "allows principal",
        "without authentication", "unauthenticated", "reachable from the internet", "unknown account", "by anyone", "to anyone", "authType NONE", "shared snapshot*", "unencrypted"],
        &[Firewall, BucketAccess, ResourcePolicy, Permission, Identity, Backup, Image, Listener], &[NetworkAcl, Key, Database, Secret, Cluster, ApiAccess, Delivery, Route, WebFirewall, Existence, Volume, Queue, SignIn, AccessKey]).about(About::Exposure),
    exact("weakened security", &["guardduty", "security hub", "securityhub", "escalat* .. privilege", "backdoor*", "exfil*", "suspicious*", "malicious*", "tamper*", "compromis*", "UnauthorizedAccess", "root user", "root account", "root login",
        "RootCredential*", "without mfa", "no mfa", "mfa .. disabled", "MFADeactivated", "TrustChanged", "trust changed", "policy changed", "PolicyChange*", "imds*", "metadata service", "leaked", "leak*",
        "compliance", "posture", "persistence", "CredentialAccess", "DefenseEvasion", "Stealth", "cryptocurrency", "CryptoCurrency", "weakened", "admin* access", "administrator*", "BitcoinTool*", "bitcoin*",
        "from abroad", "unknown access key", "AdministratorAccess", "password policy", "pentest*", "cis benchmark", "unencrypted", "not encrypted", "unknown location", "unusual api*", "anomalous*",
        "privilege escalation", "privileges escalat*", "privileged", "escalated privileges"],
        &[Permission, ResourcePolicy, Identity, AccessKey, Firewall, BucketAccess, Trail, Key], &[Backup, Secret, WebFirewall, NetworkAcl, Image, Database, InstanceState, SignIn, Watch, Runtime, Cluster, Volume, LogDelivery, ApiAccess, Listener]).about(About::Exposure),
    kind("a security finding", &["public", "security", "drift", "unauthorized access", "world", "open port*", "port open*", "identity check"], &[Firewall, BucketAccess, ResourcePolicy, Permission, Identity, AccessKey, Backup], &[Key, Trail, Image, NetworkAcl, WebFirewall, Database, Secret]).about(About::Exposure),
    exact("a higher bill for logs", &["DataProcessing-Bytes", "VendedLog*", "AmazonCloudWatch", "cloudwatch cost*", "log* .. cost*", "CW:MetricMonitorUsage", "TimedStorage-ByteHrs logs", "cloudwatch bill", "log* .. bill", "PutLogEvents cost*",
        "ingestion cost*"],
        &[LogDelivery, Code, Runtime, Watch], &[Trail, Delivery]).about(About::Cost),
    exact("a higher bill for traffic", &["NatGateway-Bytes", "NatGateway-Hours", "DataTransfer*", "data transfer", "InterZone*", "nat .. cost*", "NatGateway*Bytes", "nat gateway .. usd", "transfer out", "cross az traffic", "egress cost*", "bandwidth"],
        &[Egress, PrivateLink, Route], &[Cdn, ObjectLife, Code, Interconnect, NameResolution, Listener, Target, Scaling, Replica]).about(About::Cost),
    exact("a higher bill for machines", &["BoxUsage*", "SpotUsage*", "InstanceUsage*", "on-demand cost*", "ec2 cost*", "gpu hours", "instance hours", "Fargate*Hours", "gpu spend", "gpu cost*", "instances run at night", "on-demand hours", "hours billed",
        "left running"],
        &[InstanceState, Scaling, MachineType], &[Limit, Schedule, Code, Database, Existence]).about(About::Cost),
    exact("a higher bill for storage", &["TimedStorage*", "StorageClass*", "storage class*", "storage cost*", "s3 cost*", "SnapshotUsage", "Requests-Tier*", "storage doubles", "storage grows", "old versions pile", "snapshots pile", "storage bill",
        "provisioned iops", "s3 bill"],
        &[ObjectLife, Backup, Volume, Bucket], &[LogDelivery, Trail, FileSystem, Key]).about(About::Cost),
    exact("a higher bill", &["the bill", "aws bill", "bill* .. rose", "bill* .. higher", "aws billing", "billing alarm*", "billing threshold", "budget*", "spend*", "charges", "EstimatedCharges", "forecast*", "cost anomal*", "invoice*",
        "anomaly detected in your spend", "bill tripled", "bill doubled", "expensive", "eur a day", "unexpected charge*", "request charges", "price per", "savings plan*", "costs", "cost above", "cost over",
        "cost up", "cost alert*", "cost alarm*", "cost .. higher", "cost .. rose", "cost .. increas*", "cost spike*", "cost .. doubled", "cost .. tripled", "daily cost*", "monthly cost*", "cost report*",
        "cost per", "cost threshold*", "cost of"],
        &[Scaling, MachineType, InstanceState, Egress, Limit, LogDelivery, ObjectLife], &[Trail, Database, Code, Volume, Cdn, Backup, PrivateLink, Schedule, Runtime, Workflow, Watch, Table, Key, Delivery, Replica, NameResolution, Bucket, WebFirewall, Queue, Cluster, Interconnect]).about(About::Cost),
    exact("a stranger's fault", &["third party .. 5*", "upstream provider", "provider outage", "vendor outage", "status page", "statuspage", "their side", "aws health", "AWS_*_OPERATIONAL_ISSUE", "operational issue", "stripe", "twilio", "sendgrid", "auth0", "okta", "github.com", "datadoghq outage", "partner returned", "partner .. down", "third party .. down", "external provider"],
        &[], &[Egress]).about(About::Outside),
];
