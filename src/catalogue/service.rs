//! The table of services: what each is about, and what is known of all its events at once.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::Category::{self, self as C};
use super::json_path::Folded;
use super::row::Symptom::{self, *};

/// What the catalogue knows of one service.
#[derive(Clone, Copy, Debug)]
pub(super) struct Service {
    /// The one name that the tables use.
    pub(super) name: &'static str,
    /// Short name of `eventSource`, lower case; another one than `name` for an alias.
    spelt: &'static str,
    /// What its events are about when they have no row.
    pub(super) category: Category,
    /// What trouble with it looks like.
    pub(super) symptoms: &'static [Symptom],
    /// Whether all its events are noise.
    pub(super) noise: bool,
    global: bool,
    deploys: bool,
}

const fn service(name: &'static str, category: Category, symptoms: &'static [Symptom]) -> Service {
    Service { name, spelt: name, category, symptoms, noise: false, global: false, deploys: false }
}

const fn alias(spelt: &'static str, name: &'static str) -> Service {
    Service { spelt, ..service(name, C::Other, &[]) }
}

impl Service {
    /// Says that its events are logged in one region of the partition, wherever the caller was.
    const fn global(self) -> Self {
        Self { global: true, ..self }
    }

    /// Says that none of its events changes a configuration.
    const fn noise(self) -> Self {
        Self { noise: true, ..self }
    }

    /// Says that it carries out what somebody deploys.
    const fn deploys(self) -> Self {
        Self { deploys: true, ..self }
    }
}

/// Every service that something is known of; `global` is from the CloudTrail user guide, events of global services.
#[rustfmt::skip] // A table reads best in rows.
const SERVICES: &[Service] = &[
    // Who may do what
    service("iam", C::IamPolicy, &[AccessDenied]).global(),
    service("sso", C::IamPolicy, &[AccessDenied]).global(),
    service("sso-directory", C::IamPolicy, &[AccessDenied]).global(),
    service("identitystore", C::IamPolicy, &[AccessDenied]).global(),
    service("rolesanywhere", C::IamPolicy, &[AccessDenied]),
    service("organizations", C::IamPolicy, &[AccessDenied]).global(),
    service("ram", C::IamPolicy, &[AccessDenied]),
    service("cognito-idp", C::IamPolicy, &[AccessDenied]),
    service("cognito-identity", C::IamPolicy, &[AccessDenied]),
    service("access-analyzer", C::IamPolicy, &[AccessDenied]),
    service("verifiedpermissions", C::IamPolicy, &[AccessDenied]),
    // The account and who signs in
    service("sts", C::Account, &[Exposure]).global(),
    service("signin", C::Account, &[Exposure]).global(),
    service("account", C::Account, &[Exposure]).global(),
    service("billing", C::Account, &[Exposure]),
    service("support", C::Account, &[Exposure]).global().noise(),
    service("health", C::Account, &[Exposure]).global(),
    service("servicequotas", C::Account, &[Exposure]),
    service("controltower", C::Account, &[Exposure]),
    // Databases, caches, search
    service("rds", C::Database, &[Database]),
    service("dynamodb", C::Database, &[Database]),
    service("elasticache", C::Database, &[Database]),
    service("memorydb", C::Database, &[Database]),
    service("redshift", C::Database, &[Database]),
    service("redshift-serverless", C::Database, &[Database]),
    service("es", C::Database, &[Database]),
    service("aoss", C::Database, &[Database]),
    service("kafka", C::Database, &[Database]),
    service("neptune", C::Database, &[Database]),
    service("docdb", C::Database, &[Database]),
    service("dax", C::Database, &[Database]),
    service("dms", C::Database, &[Database]),
    service("timestream", C::Database, &[Database]),
    service("cassandra", C::Database, &[Database]),
    service("qldb", C::Database, &[Database]),
    service("athena", C::Database, &[Database]),
    service("rdsdata", C::Database, &[Database]),
    // Storage
    service("s3", C::Storage, &[Storage]),
    service("ebs", C::Storage, &[Storage]),
    service("elasticfilesystem", C::Storage, &[Storage]),
    service("fsx", C::Storage, &[Storage]),
    service("backup", C::Storage, &[Storage]),
    service("glacier", C::Storage, &[Storage]),
    service("transfer", C::Storage, &[Storage]),
    service("datasync", C::Storage, &[Storage]),
    service("storagegateway", C::Storage, &[Storage]),
    service("rbin", C::Storage, &[Storage]),
    service("dlm", C::Storage, &[Storage]),
    // Networks, DNS, edge
    service("route53", C::Networking, &[Unreachable]).global(),
    service("route53domains", C::Networking, &[Unreachable]).global(),
    service("route53resolver", C::Networking, &[Unreachable]),
    service("cloudfront", C::Networking, &[Unreachable]).global(),
    service("wafv2", C::Networking, &[Unreachable]).global(),
    service("shield", C::Networking, &[Unreachable]).global(),
    service("network-firewall", C::Networking, &[Unreachable]),
    service("directconnect", C::Networking, &[Unreachable]),
    service("globalaccelerator", C::Networking, &[Unreachable]).global(),
    service("servicediscovery", C::Networking, &[Unreachable]),
    service("appmesh", C::Networking, &[Unreachable]),
    service("vpc-lattice", C::Networking, &[Unreachable]),
    service("networkmanager", C::Networking, &[Unreachable]),
    service("fms", C::Networking, &[Unreachable]),
    // Load balancing
    service("elasticloadbalancing", C::LoadBalancer, &[Unreachable, ErrorRate]),
    service("arc-zonal-shift", C::LoadBalancer, &[Unreachable, ErrorRate]),
    // Scaling
    service("autoscaling", C::AutoScaling, &[Capacity]),
    service("autoscaling-plans", C::AutoScaling, &[Capacity]),
    service("batch", C::AutoScaling, &[Capacity]),
    // Instances
    service("lightsail", C::Ec2Lifecycle, &[Unreachable]),
    service("ec2-instance-connect", C::Ec2Lifecycle, &[Unreachable]),
    service("ssm-guiconnect", C::Ec2Lifecycle, &[Unreachable]),
    service("outposts", C::Ec2Lifecycle, &[Unreachable]),
    // Deployments
    service("ecs", C::Deployment, &[ErrorRate]),
    service("ecr", C::Deployment, &[ErrorRate]),
    service("ecr-public", C::Deployment, &[ErrorRate]),
    service("eks", C::Deployment, &[ErrorRate]),
    service("lambda", C::Deployment, &[ErrorRate]),
    service("cloudformation", C::Deployment, &[ErrorRate]).deploys(),
    service("codedeploy", C::Deployment, &[ErrorRate]).deploys(),
    service("codepipeline", C::Deployment, &[ErrorRate]).deploys(),
    service("codebuild", C::Deployment, &[ErrorRate]).deploys(),
    service("codecommit", C::Deployment, &[ErrorRate]),
    service("codestar-connections", C::Deployment, &[ErrorRate]),
    service("elasticbeanstalk", C::Deployment, &[ErrorRate]).deploys(),
    service("apprunner", C::Deployment, &[ErrorRate]),
    service("amplify", C::Deployment, &[ErrorRate]),
    service("sagemaker", C::Deployment, &[ErrorRate]),
    service("bedrock", C::Deployment, &[ErrorRate]),
    service("glue", C::Deployment, &[ErrorRate]),
    service("elasticmapreduce", C::Deployment, &[ErrorRate]),
    service("emr-serverless", C::Deployment, &[ErrorRate]),
    service("serverlessrepo", C::Deployment, &[ErrorRate]),
    service("servicecatalog", C::Deployment, &[ErrorRate]),
    service("proton", C::Deployment, &[ErrorRate]),
    service("imagebuilder", C::Deployment, &[ErrorRate]),
    // Configuration and secrets
    service("ssm", C::ConfigSecrets, &[Config, AccessDenied]),
    service("secretsmanager", C::ConfigSecrets, &[Config, AccessDenied]),
    service("kms", C::ConfigSecrets, &[Config, AccessDenied]),
    service("acm", C::ConfigSecrets, &[Config, AccessDenied]),
    service("acm-pca", C::ConfigSecrets, &[Config, AccessDenied]),
    service("appconfig", C::ConfigSecrets, &[Config, AccessDenied]),
    service("cloudhsm", C::ConfigSecrets, &[Config, AccessDenied]),
    service("payment-cryptography", C::ConfigSecrets, &[Config, AccessDenied]),
    // Messages and APIs
    service("sqs", C::MessagingApi, &[DataMissing, ErrorRate]),
    service("sns", C::MessagingApi, &[DataMissing, ErrorRate]),
    service("events", C::MessagingApi, &[DataMissing, ErrorRate]),
    service("scheduler", C::MessagingApi, &[DataMissing, ErrorRate]),
    service("pipes", C::MessagingApi, &[DataMissing, ErrorRate]),
    service("kinesis", C::MessagingApi, &[DataMissing, ErrorRate]),
    service("firehose", C::MessagingApi, &[DataMissing, ErrorRate]),
    service("mq", C::MessagingApi, &[DataMissing, ErrorRate]),
    service("ses", C::MessagingApi, &[DataMissing, ErrorRate]),
    service("apigateway", C::MessagingApi, &[DataMissing, ErrorRate]),
    service("appsync", C::MessagingApi, &[DataMissing, ErrorRate]),
    service("states", C::MessagingApi, &[DataMissing, ErrorRate]),
    service("swf", C::MessagingApi, &[DataMissing, ErrorRate]),
    service("iot", C::MessagingApi, &[DataMissing, ErrorRate]),
    service("pinpoint", C::MessagingApi, &[DataMissing, ErrorRate]),
    service("connect", C::MessagingApi, &[DataMissing, ErrorRate]),
    service("schemas", C::MessagingApi, &[DataMissing, ErrorRate]),
    service("kinesisanalytics", C::MessagingApi, &[DataMissing, ErrorRate]),
    // What watches
    service("cloudtrail", C::Observability, &[DataMissing, Exposure]),
    service("monitoring", C::Observability, &[DataMissing, Exposure]),
    service("logs", C::Observability, &[DataMissing, Exposure]),
    service("config", C::Observability, &[DataMissing, Exposure]),
    service("guardduty", C::Observability, &[DataMissing, Exposure]),
    service("securityhub", C::Observability, &[DataMissing, Exposure]),
    service("macie2", C::Observability, &[DataMissing, Exposure]),
    service("inspector2", C::Observability, &[DataMissing, Exposure]),
    service("detective", C::Observability, &[DataMissing, Exposure]),
    service("synthetics", C::Observability, &[DataMissing, Exposure]),
    service("xray", C::Observability, &[DataMissing, Exposure]),
    service("grafana", C::Observability, &[DataMissing, Exposure]),
    service("aps", C::Observability, &[DataMissing, Exposure]),
    service("oam", C::Observability, &[DataMissing, Exposure]),
    service("rum", C::Observability, &[DataMissing, Exposure]),
    service("evidently", C::Observability, &[DataMissing, Exposure]),
    service("accessanalyzer", C::Observability, &[DataMissing, Exposure]),
    service("fis", C::Observability, &[DataMissing, Exposure]),
    // Of no group
    service("budgets", C::Other, &[]).global(),
    service("importexport", C::Other, &[]).global(),
    service("artifact", C::Other, &[]).global(),
    service("ec2messages", C::Other, &[]).noise(),
    service("ssmmessages", C::Other, &[]).noise(),
    service("cloudshell", C::Other, &[]).noise(),
    service("aws-mcp", C::Other, &[]).noise(),
    service("notifications", C::Other, &[]).noise(),
    // Other names under which the same API appears in `eventSource`
    alias("application-autoscaling", "autoscaling"),
    alias("opensearch", "es"),
    alias("opensearchservice", "es"),
    alias("cloudwatch", "monitoring"),
    alias("waf", "wafv2").global(),
    alias("waf-regional", "wafv2"),
    alias("s3-control", "s3"),
    alias("eventbridge", "events"),
    alias("stepfunctions", "states"),
    alias("sesv2", "ses"),
    alias("elasticloadbalancingv2", "elasticloadbalancing"),
];

/// Further short names of `eventSource`, of which nothing is known but that they exist.
///
/// Source: the services of the AWS service authorization reference (2026) that CloudTrail logs.
#[rustfmt::skip] // As short as it can be.
const FURTHER: &[&str] = &[
    "a4b", "a2c", "airflow", "amplifybackend", "amplifyuibuilder", "aoss", "app-integrations", "appfabric", "appflow", "application-insights",
    "application-signals", "applicationinsights", "appstream", "apptest", "arc-region-switch", "auditmanager", "autoscaling-plans", "aws-marketplace",
    "aws-mcp", "aws-portal", "b2bi", "backup-gateway", "bcm-data-exports", "bedrock-agentcore", "billingconductor", "braket", "cases", "ce", "chatbot", "chime",
    "cleanrooms", "cleanrooms-ml", "cloud9", "cloudcontrolapi", "clouddirectory", "cloudsearch", "codeartifact", "codecatalyst", "codeconnections",
    "codeguru-profiler", "codeguru-reviewer", "codestar", "codestar-notifications", "codewhisperer", "cognito-sync", "comprehend", "comprehendmedical",
    "compute-optimizer", "consolidatedbilling", "cur", "customer-profiles", "databrew", "dataexchange", "datapipeline", "datazone", "deadline", "deepracer",
    "devicefarm", "devops-guru", "discovery", "drs", "ds", "dsql", "ecr-public", "eks-auth", "elastic-inference", "elastictranscoder", "email", "emr-containers",
    "entityresolution", "execute-api", "finspace", "forecast", "frauddetector", "freetier", "gamelift", "greengrass", "groundstation", "healthlake",
    "honeycode", "inspector", "inspector-scan", "internetmonitor", "invoicing", "iot1click", "iotanalytics", "iotdeviceadvisor", "iotevents", "iotfleethub",
    "iotfleetwise", "iotsecuretunneling", "iotsitewise", "iotthingsgraph", "iottwinmaker", "iotwireless", "ivs", "ivschat", "kafkaconnect", "kendra",
    "kinesisvideo", "lakeformation", "launchwizard", "lex", "license-manager", "location", "geo", "lookoutequipment", "lookoutmetrics", "lookoutvision",
    "m2", "machinelearning", "managedblockchain", "marketplace", "mediaconnect", "mediaconvert", "medialive", "mediapackage", "mediastore", "mediatailor",
    "medical-imaging", "mgh", "mgn", "migrationhub-orchestrator", "mobiletargeting", "monitron", "networkflowmonitor", "notifications-contacts", "odb", "omics",
    "opsworks", "opsworks-cm", "organizations", "osis", "panorama", "partnercentral", "payments", "pca-connector-ad", "personalize", "pi", "polly", "pricing",
    "privatenetworks", "profile", "purchase-orders", "q", "qapps", "qbusiness", "quicksight", "rbin", "rds-data", "redshift-data", "refactor-spaces", "rekognition",
    "repostspace", "resiliencehub", "resource-explorer-2", "resource-groups", "robomaker", "route53-recovery-control-config", "route53profiles",
    "route53-recovery-readiness", "s3-object-lambda", "s3-outposts", "s3express", "s3tables", "s3vectors", "savingsplans", "sdb", "security-ir", "securitylake",
    "simspaceweaver", "sms", "sms-voice", "snowball", "snow-device-management", "social-messaging", "sqlworkbench", "ssm-contacts", "ssm-incidents",
    "ssm-quicksetup", "ssm-sap", "sso-oauth", "supplychain", "support-app", "sustainability", "tagging", "tax", "textract", "timestream-influxdb", "tnb",
    "transcribe", "transfer", "translate", "trustedadvisor", "user-subscriptions", "voiceid", "wellarchitected", "wickr", "wisdom", "workdocs", "workmail",
    "workspaces", "workspaces-web", "thinclient",
];

/// What people call a service whose `eventSource` says something else.
///
/// Shape: in lower case, without blanks and marks.
#[rustfmt::skip] // A table reads best in rows.
const CALLED: &[(&str, &str)] = &[
    ("alb", "elasticloadbalancing"), ("asg", "autoscaling"), ("cloudwatchalarms", "monitoring"), ("cloudwatchevents", "events"),
    ("cloudwatchlogs", "logs"), ("console", "signin"), ("consolelogin", "signin"), ("documentdb", "rds"), ("ebs", "ec2"),
    ("ec2instanceconnect", "ec2-instance-connect"), ("efs", "elasticfilesystem"), ("elb", "elasticloadbalancing"), ("elbv2", "elasticloadbalancing"),
    ("emr", "elasticmapreduce"), ("identitycenter", "sso"), ("kinesisfirehose", "firehose"), ("loadbalancer", "elasticloadbalancing"),
    ("msk", "kafka"), ("mwaa", "airflow"), ("nlb", "elasticloadbalancing"), ("parameterstore", "ssm"), ("securitygroups", "ec2"),
    ("sfn", "states"), ("systemsmanager", "ssm"), ("vpc", "ec2"),
];

/// Returns the short names of every service that is known to exist.
pub fn service_names() -> impl Iterator<Item = &'static str> {
    SERVICES.iter().map(|service| service.spelt).chain(FURTHER.iter().copied())
}

/// Returns the short name in `eventSource` of what people call a service otherwise; nothing for other names.
pub fn service_called(name: &str) -> Option<&'static str> {
    let plain: String = name.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
    let plain = plain.strip_prefix("amazon").or_else(|| plain.strip_prefix("aws")).unwrap_or(&plain);
    CALLED.iter().find(|(called, _)| *called == plain).map(|(_, service)| *service)
}

/// Finds a service by its short name, without regard to case.
fn find(name: &str) -> Option<&'static Service> {
    static INDEX: LazyLock<HashMap<Folded<'static>, &'static Service>> =
        LazyLock::new(|| SERVICES.iter().map(|service| (Folded(service.spelt), service)).collect());
    INDEX.get(&Folded(name)).copied()
}

/// Returns the one service name the tables use; unknown names are returned as they are.
pub(super) fn canonical_service(name: &str) -> &str {
    find(name).map_or(name, |service| service.name)
}

/// Finds a service by its short name or an alias of it.
pub(super) fn find_canonical(name: &str) -> Option<&'static Service> {
    find(canonical_service(name))
}

/// Tells whether a service, by its short name, is one whose events are logged in one region of the partition, wherever the caller was.
pub fn is_global_service(name: &str) -> bool {
    find(name).is_some_and(|service| service.global)
}

/// Tells whether a service, by its short name, carries out what somebody deploys.
pub fn is_deployer(name: &str) -> bool {
    find(name).is_some_and(|service| service.deploys)
}

/// Tells whether a call, by its name, lends a role to whoever makes it.
pub fn lends_role(name: &str) -> bool {
    name.starts_with("AssumeRole")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_service_has_one_row_and_an_alias_leads_to_one() {
        let mut seen = std::collections::HashSet::new();
        for service in SERVICES {
            assert!(seen.insert(service.spelt), "{} stands twice", service.spelt);
            assert_eq!(canonical_service(service.name), service.name, "{}", service.spelt);
        }
    }
}
