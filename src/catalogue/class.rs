//! From an event to its class: the row of the table, or what verb and service tell of an event that has none.

use super::row::{Delay, Symptom};
use super::{Category, rows};
use crate::event::{ActorKind, Event, EventCategory, Via};

/// What the catalogue says of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Class {
    /// The group it is shown in.
    pub category: Category,
    /// 0 to 100: how often such a change is what broke something.
    pub weight: u8,
    /// How long it usually takes to be felt.
    pub delay: Delay,
    /// What it can cause.
    pub symptoms: &'static [Symptom],
    /// Whether it changes no configuration: heartbeats, churn by services, data events, reads.
    pub noise: bool,
    /// Whether the table has a row for it; otherwise verb and service were all there was to judge by.
    pub known: bool,
}

/// Weight of whatever is noise, so that it ranks under every change.
const NOISE_WEIGHT: u8 = 3;

/// Classifies an event by service and name; case does not matter.
pub fn classify(event: &Event) -> Class {
    let service = canonical_service(event.service());
    let class = match rows::find(service, &event.name) {
        Some(row) => {
            Class { category: row.category, weight: row.weight, delay: row.delay, symptoms: row.symptoms, noise: false, known: true }
        }
        None => by_verb(service, &event.name),
    };
    match is_noise(event, service) {
        true => Class { weight: class.weight.min(NOISE_WEIGHT), noise: true, ..class },
        false => class,
    }
}

/// Other names under which the same API appears in `eventSource`.
const SERVICE_ALIASES: &[(&str, &str)] = &[
    ("application-autoscaling", "autoscaling"),
    ("opensearch", "es"),
    ("opensearchservice", "es"),
    ("cloudwatch", "monitoring"),
    ("waf", "wafv2"),
    ("waf-regional", "wafv2"),
    ("s3-control", "s3"),
    ("eventbridge", "events"),
    ("stepfunctions", "states"),
    ("sesv2", "ses"),
    ("elasticloadbalancingv2", "elasticloadbalancing"),
];

/// Returns the one service name the table uses; unknown names are returned as they are.
pub(super) fn canonical_service(service: &str) -> &str {
    SERVICE_ALIASES.iter().find(|(alias, _)| alias.eq_ignore_ascii_case(service)).map_or(service, |(_, name)| name)
}

// ---- events without a row

/// Verbs of unknown writes: weight, delay. The first that begins the name counts.
const VERBS: &[(&[&str], u8, Delay)] = &[
    (&["tag", "untag", "addtags", "removetags", "createtags", "deletetags"], 6, Delay::Minutes),
    (
        &[
            "delete",
            "terminate",
            "stop",
            "disable",
            "detach",
            "deregister",
            "revoke",
            "disassociate",
            "remove",
            "purge",
            "reboot",
            "failover",
            "suspend",
            "shutdown",
            "pause",
            "drain",
            "deactivate",
            "unsubscribe",
            "release",
        ],
        62,
        Delay::Immediate,
    ),
    (
        &[
            "update", "modify", "put", "set", "replace", "change", "apply", "upgrade", "switch", "swap", "rotate", "rollback", "reset",
            "restore", "execute", "deploy", "move", "promote", "cancel", "reject", "restart", "rebuild", "import",
        ],
        50,
        Delay::Minutes,
    ),
    (
        &[
            "create",
            "attach",
            "add",
            "associate",
            "register",
            "enable",
            "start",
            "run",
            "allocate",
            "publish",
            "accept",
            "activate",
            "authorize",
            "grant",
            "subscribe",
            "launch",
            "copy",
            "send",
            "share",
        ],
        30,
        Delay::Minutes,
    ),
    (
        &["get", "list", "describe", "search", "lookup", "batchget", "head", "query", "scan", "view", "check", "verify", "test"],
        5,
        Delay::Minutes,
    ),
];

/// What a service is about, for events without a row, and what trouble with it looks like.
const SERVICES: &[(&[&str], Category, &[Symptom])] = &[
    (
        &[
            "iam",
            "sso",
            "sso-directory",
            "identitystore",
            "rolesanywhere",
            "organizations",
            "ram",
            "cognito-idp",
            "cognito-identity",
            "access-analyzer",
            "verifiedpermissions",
        ],
        Category::IamPolicy,
        &[Symptom::AccessDenied],
    ),
    (
        &["sts", "signin", "account", "billing", "support", "health", "servicequotas", "controltower"],
        Category::Account,
        &[Symptom::Exposure],
    ),
    (
        &[
            "rds",
            "dynamodb",
            "elasticache",
            "memorydb",
            "redshift",
            "redshift-serverless",
            "es",
            "aoss",
            "kafka",
            "neptune",
            "docdb",
            "dax",
            "dms",
            "timestream",
            "cassandra",
            "qldb",
            "athena",
            "rdsdata",
        ],
        Category::Database,
        &[Symptom::Database],
    ),
    (
        &["s3", "ebs", "elasticfilesystem", "fsx", "backup", "glacier", "transfer", "datasync", "storagegateway", "rbin", "dlm"],
        Category::Storage,
        &[Symptom::Storage],
    ),
    (
        &[
            "route53",
            "route53domains",
            "route53resolver",
            "cloudfront",
            "wafv2",
            "shield",
            "network-firewall",
            "directconnect",
            "globalaccelerator",
            "servicediscovery",
            "appmesh",
            "vpc-lattice",
            "networkmanager",
            "fms",
        ],
        Category::Networking,
        &[Symptom::Unreachable],
    ),
    (&["elasticloadbalancing", "arc-zonal-shift"], Category::LoadBalancer, &[Symptom::Unreachable, Symptom::ErrorRate]),
    (&["autoscaling", "autoscaling-plans", "batch"], Category::AutoScaling, &[Symptom::Capacity]),
    (&["lightsail", "ec2-instance-connect", "ssm-guiconnect", "outposts"], Category::Ec2Lifecycle, &[Symptom::Unreachable]),
    (
        &[
            "ecs",
            "ecr",
            "ecr-public",
            "eks",
            "lambda",
            "cloudformation",
            "codedeploy",
            "codepipeline",
            "codebuild",
            "codecommit",
            "codestar-connections",
            "elasticbeanstalk",
            "apprunner",
            "amplify",
            "sagemaker",
            "bedrock",
            "glue",
            "elasticmapreduce",
            "emr-serverless",
            "serverlessrepo",
            "servicecatalog",
            "proton",
            "imagebuilder",
        ],
        Category::Deployment,
        &[Symptom::ErrorRate],
    ),
    (
        &["ssm", "secretsmanager", "kms", "acm", "acm-pca", "appconfig", "cloudhsm", "payment-cryptography"],
        Category::ConfigSecrets,
        &[Symptom::Config, Symptom::AccessDenied],
    ),
    (
        &[
            "sqs",
            "sns",
            "events",
            "scheduler",
            "pipes",
            "kinesis",
            "firehose",
            "mq",
            "ses",
            "apigateway",
            "appsync",
            "states",
            "swf",
            "iot",
            "pinpoint",
            "connect",
            "schemas",
            "kinesisanalytics",
        ],
        Category::MessagingApi,
        &[Symptom::DataMissing, Symptom::ErrorRate],
    ),
    (
        &[
            "cloudtrail",
            "monitoring",
            "logs",
            "config",
            "guardduty",
            "securityhub",
            "macie2",
            "inspector2",
            "detective",
            "synthetics",
            "xray",
            "grafana",
            "aps",
            "oam",
            "rum",
            "evidently",
            "accessanalyzer",
            "fis",
        ],
        Category::Observability,
        &[Symptom::DataMissing, Symptom::Exposure],
    ),
];

/// EC2 is many services in one: nouns of its unknown events, in order, against the name in lower case.
const EC2_NOUNS: &[(&[&str], Category, &[Symptom])] = &[
    (&["securitygroup"], Category::SecurityGroup, &[Symptom::Unreachable]),
    (&["volume", "snapshot", "ebs", "fastsnapshot"], Category::Storage, &[Symptom::Storage]),
    (&["launchtemplate"], Category::AutoScaling, &[Symptom::Capacity]),
    (&["flowlog", "trafficmirror"], Category::Observability, &[Symptom::DataMissing]),
    (
        &[
            "networkinterface",
            "route",
            "gateway",
            "subnet",
            "vpc",
            "acl",
            "address",
            "endpoint",
            "peering",
            "transit",
            "vpn",
            "dhcp",
            "prefixlist",
            "ipam",
            "cidr",
            "clientvpn",
            "carrier",
        ],
        Category::Networking,
        &[Symptom::Unreachable],
    ),
    (
        &["instance", "image", "spot", "fleet", "host", "keypair", "capacity", "placement"],
        Category::Ec2Lifecycle,
        &[Symptom::Unreachable, Symptom::Capacity],
    ),
];

fn by_verb(service: &str, name: &str) -> Class {
    let name = name.to_ascii_lowercase();
    let rests = rests(&name);
    let (weight, delay) = VERBS
        .iter()
        .find(|(verbs, ..)| verbs.iter().any(|verb| rests.clone().any(|rest| rest.starts_with(verb))))
        .map_or((25, Delay::Minutes), |&(_, weight, delay)| (weight, delay));
    let (category, symptoms) = by_service(service, &name);
    Class { category, weight, delay, symptoms, noise: false, known: false }
}

/// Returns where the verb of a name may begin.
fn rests(lower_name: &str) -> impl Iterator<Item = &str> + Clone {
    let rest = ["batch", "admin", "bulk"].iter().find_map(|prefix| lower_name.strip_prefix(prefix));
    [Some(lower_name), rest].into_iter().flatten()
}

fn by_service(service: &str, lower_name: &str) -> (Category, &'static [Symptom]) {
    let found = if service == "ec2" {
        EC2_NOUNS.iter().find(|(nouns, ..)| nouns.iter().any(|noun| lower_name.contains(noun)))
    } else {
        SERVICES.iter().find(|(services, ..)| services.contains(&service))
    };
    found.map_or((Category::Other, &[]), |&(_, category, symptoms)| (category, symptoms))
}

// ---- noise

/// When a listed event is noise.
#[derive(Clone, Copy, PartialEq, Eq)]
enum When {
    Always,
    /// Only when an AWS service made the call, by itself or for somebody.
    ByService,
}

/// Writes that change no configuration, or change it all the time without anybody caring.
const NOISE: &[(&str, &[&str], When)] = &[
    (
        "ssm",
        &[
            "UpdateInstanceInformation",
            "UpdateInstanceAssociationStatus",
            "PutInventory",
            "PutComplianceItems",
            "UpdateInstanceCustomInventory",
            "PutConfigurePackageResult",
            "RegisterManagedInstance",
            "TerminateSession",
            "OpenDataChannel",
            "CreateDataChannel",
            "CreateControlChannel",
            "OpenControlChannel",
        ],
        When::Always,
    ),
    ("ec2messages", &["*"], When::Always),
    ("ssmmessages", &["*"], When::Always),
    ("logs", &["CreateLogStream", "StartQuery", "StopQuery", "PutLogEvents", "StartLiveTail"], When::Always),
    ("logs", &["CreateLogGroup"], When::ByService),
    ("ec2", &["CreateTags", "DeleteTags", "SharedSnapshotVolumeCreated"], When::Always),
    (
        "ec2",
        &[
            "CreateNetworkInterface",
            "DeleteNetworkInterface",
            "AttachNetworkInterface",
            "DetachNetworkInterface",
            "ModifyNetworkInterfaceAttribute",
            "CreateNetworkInterfacePermission",
            "DeleteNetworkInterfacePermission",
            "AssignPrivateIpAddresses",
            "UnassignPrivateIpAddresses",
            "CreateSnapshot",
            "CreateSnapshots",
            "DeleteSnapshot",
            "CopySnapshot",
        ],
        When::ByService,
    ),
    (
        "kms",
        &["CreateGrant", "RetireGrant", "GenerateDataKey", "Decrypt", "Encrypt", "ReEncrypt", "SynchronizeMultiRegionKey"],
        When::ByService,
    ),
    ("kms", &["RetireGrant", "GenerateDataKey", "GenerateDataKeyWithoutPlaintext", "Decrypt", "Encrypt", "Sign", "Verify"], When::Always),
    (
        "ecs",
        &[
            "RegisterContainerInstance",
            "SubmitTaskStateChange",
            "SubmitContainerStateChange",
            "SubmitAttachmentStateChanges",
            "SubmitAttachmentStateChange",
            "UpdateContainerAgent",
            "DiscoverPollEndpoint",
            "Poll",
        ],
        When::Always,
    ),
    ("ecr", &["InitiateLayerUpload", "UploadLayerPart", "CompleteLayerUpload"], When::Always),
    ("config", &["PutEvaluations", "PutExternalEvaluation", "DeliverConfigSnapshot", "StartConfigRulesEvaluation"], When::Always),
    ("athena", &["StartQueryExecution", "StopQueryExecution"], When::Always),
    ("autoscaling", &["CompleteLifecycleAction", "RecordLifecycleActionHeartbeat"], When::Always),
    ("secretsmanager", &["StartSecretVersionDelete", "EndSecretVersionDelete", "CancelSecretVersionDelete"], When::Always),
    ("states", &["StartExecution", "SendTaskHeartbeat", "SendTaskSuccess"], When::ByService),
    ("signin", &["CheckMfa", "GetSigninToken", "SwitchRole"], When::Always),
    (
        "sts",
        &["AssumeRole", "AssumeRoleWithSAML", "AssumeRoleWithWebIdentity", "GetSessionToken", "DecodeAuthorizationMessage"],
        When::Always,
    ),
    ("sso", &["Authenticate", "Federate", "CreateToken", "Logout"], When::Always),
    (
        "s3",
        &[
            "PutObject",
            "DeleteObject",
            "DeleteObjects",
            "CopyObject",
            "UploadPart",
            "CompleteMultipartUpload",
            "CreateMultipartUpload",
            "AbortMultipartUpload",
            "JobCreated",
            "JobStatusChanged",
            "PutBucketTagging",
        ],
        When::Always,
    ),
    ("rds", &["AddTagsToResource", "RemoveTagsFromResource"], When::Always),
    ("rds", &["CreateDBSnapshot", "DeleteDBSnapshot", "CreateDBClusterSnapshot", "DeleteDBClusterSnapshot"], When::ByService),
    ("backup", &["StartBackupJob", "BackupJobStarted", "BackupJobCompleted", "BackupDeleted", "RecoveryPointCreated"], When::Always),
    ("guardduty", &["ArchiveFindings", "UnarchiveFindings"], When::Always),
    ("securityhub", &["BatchImportFindings", "BatchUpdateFindings"], When::Always),
    ("cloudshell", &["*"], When::Always),
    ("codebuild", &["BatchPutTestCases", "BatchPutCodeCoverages"], When::Always),
    ("servicediscovery", &["UpdateInstanceCustomHealthStatus"], When::Always),
    ("elasticfilesystem", &["NewClientConnection", "UpdateFileSystemProtection"], When::Always),
    ("support", &["*"], When::Always),
    ("notifications", &["*"], When::Always),
];

fn is_noise(event: &Event, service: &str) -> bool {
    if event.read_only || event.category == EventCategory::Data {
        return true;
    }
    if rests(&event.name.to_ascii_lowercase()).any(|rest| rest.starts_with("tag")) || event.name.eq_ignore_ascii_case("untagresource") {
        return true;
    }
    NOISE.iter().any(|(of, names, when)| {
        *of == service
            && names.iter().any(|name| *name == "*" || name.eq_ignore_ascii_case(&event.name))
            && (*when == When::Always || by_a_service(event))
    })
}

fn by_a_service(event: &Event) -> bool {
    event.actor.kind == ActorKind::Service
        || event.actor.via == Via::Service
        || event.source_ip.as_deref().is_some_and(|ip| ip.ends_with(".amazonaws.com"))
}
