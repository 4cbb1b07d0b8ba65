//! The table of services: what each is about, and what is known of all its events at once.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::Category::{self, self as C};
use super::json_path::Folded;

/// What the catalogue knows of one service.
#[derive(Clone, Copy, Debug)]
pub(super) struct Service {
    /// The one name that the tables use.
    pub(super) name: &'static str,
    /// Short name of `eventSource`, lower case; another one than `name` for an alias.
    spelt: &'static str,
    /// What its events are about when they have no row.
    pub(super) category: Category,
    /// Whether all its events are noise.
    pub(super) noise: bool,
    global: bool,
    deploys: bool,
}

const fn service(name: &'static str, category: Category) -> Service {
    Service { name, spelt: name, category, noise: false, global: false, deploys: false }
}

const fn alias(spelt: &'static str, name: &'static str) -> Service {
    Service { spelt, ..service(name, C::Other) }
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
    service("iam", C::IamPolicy).global(),
    service("sso", C::IamPolicy).global(),
    service("sso-directory", C::IamPolicy).global(),
    service("identitystore", C::IamPolicy).global(),
    service("rolesanywhere", C::IamPolicy),
    service("organizations", C::IamPolicy).global(),
    service("ram", C::IamPolicy),
    service("cognito-idp", C::IamPolicy),
    service("cognito-identity", C::IamPolicy),
    service("access-analyzer", C::IamPolicy),
    service("verifiedpermissions", C::IamPolicy),
    // The account and who signs in
    service("sts", C::Account).global(),
    service("signin", C::Account).global(),
    service("account", C::Account).global(),
    service("billing", C::Account),
    service("support", C::Account).global().noise(),
    service("health", C::Account).global(),
    service("servicequotas", C::Account),
    service("controltower", C::Account),
    // Databases, caches, search
    service("rds", C::Database),
    service("dynamodb", C::Database),
    service("elasticache", C::Database),
    service("memorydb", C::Database),
    service("redshift", C::Database),
    service("redshift-serverless", C::Database),
    service("es", C::Database),
    service("aoss", C::Database),
    service("kafka", C::Database),
    service("neptune", C::Database),
    service("docdb", C::Database),
    service("dax", C::Database),
    service("dms", C::Database),
    service("timestream", C::Database),
    service("cassandra", C::Database),
    service("qldb", C::Database),
    service("athena", C::Database),
    service("rdsdata", C::Database),
    // Storage
    service("s3", C::Storage),
    service("ebs", C::Storage),
    service("elasticfilesystem", C::Storage),
    service("fsx", C::Storage),
    service("backup", C::Storage),
    service("glacier", C::Storage),
    service("transfer", C::Storage),
    service("datasync", C::Storage),
    service("storagegateway", C::Storage),
    service("rbin", C::Storage),
    service("dlm", C::Storage),
    // Networks, DNS, edge
    service("route53", C::Networking).global(),
    service("route53domains", C::Networking).global(),
    service("route53resolver", C::Networking),
    service("cloudfront", C::Networking).global(),
    service("wafv2", C::Networking).global(),
    service("shield", C::Networking).global(),
    service("network-firewall", C::Networking),
    service("directconnect", C::Networking),
    service("globalaccelerator", C::Networking).global(),
    service("servicediscovery", C::Networking),
    service("appmesh", C::Networking),
    service("vpc-lattice", C::Networking),
    service("networkmanager", C::Networking),
    service("fms", C::Networking),
    // Load balancing
    service("elasticloadbalancing", C::LoadBalancer),
    service("arc-zonal-shift", C::LoadBalancer),
    // Scaling
    service("autoscaling", C::AutoScaling),
    service("autoscaling-plans", C::AutoScaling),
    service("batch", C::AutoScaling),
    // Instances
    service("lightsail", C::Ec2Lifecycle),
    service("ec2-instance-connect", C::Ec2Lifecycle),
    service("ssm-guiconnect", C::Ec2Lifecycle),
    service("outposts", C::Ec2Lifecycle),
    // Deployments
    service("ecs", C::Deployment),
    service("ecr", C::Deployment),
    service("ecr-public", C::Deployment),
    service("eks", C::Deployment),
    service("lambda", C::Deployment),
    service("cloudformation", C::Deployment).deploys(),
    service("codedeploy", C::Deployment).deploys(),
    service("codepipeline", C::Deployment).deploys(),
    service("codebuild", C::Deployment).deploys(),
    service("codecommit", C::Deployment),
    service("codestar-connections", C::Deployment),
    service("elasticbeanstalk", C::Deployment).deploys(),
    service("apprunner", C::Deployment),
    service("amplify", C::Deployment),
    service("sagemaker", C::Deployment),
    service("bedrock", C::Deployment),
    service("glue", C::Deployment),
    service("elasticmapreduce", C::Deployment),
    service("emr-serverless", C::Deployment),
    service("serverlessrepo", C::Deployment),
    service("servicecatalog", C::Deployment),
    service("proton", C::Deployment),
    service("imagebuilder", C::Deployment),
    // Configuration and secrets
    service("ssm", C::ConfigSecrets),
    service("secretsmanager", C::ConfigSecrets),
    service("kms", C::ConfigSecrets),
    service("acm", C::ConfigSecrets),
    service("acm-pca", C::ConfigSecrets),
    service("appconfig", C::ConfigSecrets),
    service("cloudhsm", C::ConfigSecrets),
    service("payment-cryptography", C::ConfigSecrets),
    // Messages and APIs
    service("sqs", C::MessagingApi),
    service("sns", C::MessagingApi),
    service("events", C::MessagingApi),
    service("scheduler", C::MessagingApi),
    service("pipes", C::MessagingApi),
    service("kinesis", C::MessagingApi),
    service("firehose", C::MessagingApi),
    service("mq", C::MessagingApi),
    service("ses", C::MessagingApi),
    service("apigateway", C::MessagingApi),
    service("appsync", C::MessagingApi),
    service("states", C::MessagingApi),
    service("swf", C::MessagingApi),
    service("iot", C::MessagingApi),
    service("pinpoint", C::MessagingApi),
    service("connect", C::MessagingApi),
    service("schemas", C::MessagingApi),
    service("kinesisanalytics", C::MessagingApi),
    // What watches
    service("cloudtrail", C::Observability),
    service("monitoring", C::Observability),
    service("logs", C::Observability),
    service("config", C::Observability),
    service("guardduty", C::Observability),
    service("securityhub", C::Observability),
    service("macie2", C::Observability),
    service("inspector2", C::Observability),
    service("detective", C::Observability),
    service("synthetics", C::Observability),
    service("xray", C::Observability),
    service("grafana", C::Observability),
    service("aps", C::Observability),
    service("oam", C::Observability),
    service("rum", C::Observability),
    service("evidently", C::Observability),
    service("accessanalyzer", C::Observability),
    service("fis", C::Observability),
    // Of no group
    service("budgets", C::Other).global(),
    service("importexport", C::Other).global(),
    service("artifact", C::Other).global(),
    service("ec2messages", C::Other).noise(),
    service("ssmmessages", C::Other).noise(),
    service("cloudshell", C::Other).noise(),
    service("aws-mcp", C::Other).noise(),
    service("notifications", C::Other).noise(),
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
    ("alb", "elasticloadbalancing"), ("apigw", "apigateway"), ("asg", "autoscaling"), ("cfn", "cloudformation"), ("cloudwatchalarms", "monitoring"),
    ("cloudwatchevents", "events"), ("cloudwatchlogs", "logs"), ("console", "signin"), ("consolelogin", "signin"), ("cw", "monitoring"),
    ("ddb", "dynamodb"), ("documentdb", "rds"), ("ebs", "ec2"),
    ("ec2instanceconnect", "ec2-instance-connect"), ("efs", "elasticfilesystem"), ("elb", "elasticloadbalancing"), ("elbv2", "elasticloadbalancing"),
    ("emr", "elasticmapreduce"), ("identitycenter", "sso"), ("kinesisfirehose", "firehose"), ("loadbalancer", "elasticloadbalancing"),
    ("msk", "kafka"), ("mwaa", "airflow"), ("nlb", "elasticloadbalancing"), ("organisations", "organizations"), ("parameterstore", "ssm"), ("r53", "route53"), ("securitygroups", "ec2"),
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

/// Tells whether a service, by the name under which it acts, adds and removes machines by itself, as load asks for:
/// `autoscaling`, `ecs.application-autoscaling`.
pub fn is_scaler(name: &str) -> bool {
    name.rsplit('.').next().is_some_and(|name| name.ends_with("autoscaling"))
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
