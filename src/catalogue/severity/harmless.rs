//! Changes that break nothing, by what they set: descriptions, tags, windows, logging, protection.
//!
//! Source: the API references of the services; a parameter is listed when no request of a workload is served otherwise
//! for it.

use serde_json::Value;

use super::{Effect, Severity};
use crate::catalogue::look::{find, text, texts, walk};
use crate::event::Event;

/// What being harmless counts.
const POINTS: i8 = -40;

/// A log group that is kept at least this many days loses nothing that an incident needs.
pub(super) const KEPT_LONG: f64 = 30.0;

/// Parameters that nobody's traffic depends on, in lower case.
const SETTINGS: &[&str] = &[
    // What it is called and said of it
    "alarmdescription",
    "comment",
    "description",
    "displayname",
    "groupdescription",
    "newdescription",
    "propagatetags",
    "enableecsmanagedtags",
    "tagkeys",
    "tags",
    "tagset",
    "tagspecificationset",
    // When it is cared for
    "automatedsnapshotretentionperiod",
    "autominorversionupgrade",
    "autotuneoptions",
    "backupretentionperiod",
    "copytagstosnapshot",
    "offpeakwindowoptions",
    "preferredbackupwindow",
    "preferredmaintenancewindow",
    "snapshotoptions",
    "snapshotretentionlimit",
    "snapshotwindow",
    "softwareupdateoptions",
    "weeklymaintenancestarttime",
    // How it is watched
    "containerinsights",
    "databaseinsightsmode",
    "enableperformanceinsights",
    "enhancedmonitoring",
    "monitoringinterval",
    "monitoringrolearn",
    "openmonitoring",
    "performanceinsightsretentionperiod",
    "tracingconfig",
    "tracingconfiguration",
    // What keeps it from being deleted
    "capacityrebalance",
    "deletionprotection",
    "deletionprotectionenabled",
    "disableapistop",
    "disableapitermination",
    "enableterminationprotection",
    "instanceinitiatedshutdownbehavior",
    "newinstancesprotectedfromscalein",
    "pointintimerecoveryspecification",
    "terminationpolicies",
    // How patient it is
    "defaultcooldown",
    "defaultinstancewarmup",
    "healthcheckgraceperiod",
    "healthcheckgraceperiodseconds",
    "healthcheckintervalseconds",
    "maxsessionduration",
    "receivemessagewaittimeseconds",
    // What people use, and where the undeliverable goes
    "enableexecutecommand",
    "redriveallowpolicy",
    "redrivepolicy",
    "tableclass",
    // What it may grow to
    "maxallocatedstorage",
    "updateconfig",
];

/// Parameters that say what is logged: harmless unless they switch something off, which makes data go missing.
const LOGGING: &[&str] = &[
    "accesslogsettings",
    "cloudwatchlogsexportconfiguration",
    "logging",
    "loggingconfig",
    "loggingconfiguration",
    "logginginfo",
    "logpublishingoptions",
];

/// Parameters that only say what is meant or how.
const HOW: &[&str] = &[
    "allowmajorversionupgrade",
    "applyimmediately",
    "clientrequesttoken",
    "clienttoken",
    "dryrun",
    "host",
    "queueurl",
    "region",
    "scalingtype",
    "x-amz-id-2",
];

/// Calls that take no effect by themselves: what they make is used, or not, by a later one; or nobody's traffic depends on it.
const WITHOUT_EFFECT: &[&str] = &[
    "CopyDBClusterSnapshot",
    "CopyDBSnapshot",
    "CopyImage",
    "CopySnapshot",
    "CreateBackup",
    "CreateChangeSet",
    "CreateDBClusterSnapshot",
    "CreateDBSnapshot",
    "CreateDocumentationPart",
    "CreateDocumentationVersion",
    "CreateHealthCheck",
    "CreateImage",
    "CreateOpsItem",
    "CreateOpsMetadata",
    "CreateQueryLoggingConfig",
    "CreateSnapshot",
    "CreateSnapshots",
    "DeleteChangeSet",
    "DeleteDashboards",
    "DeletePolicyVersion",
    "DeleteQueryDefinition",
    "DetectStackDrift",
    "DetectStackResourceDrift",
    "DetectStackSetDrift",
    "EnableEnhancedMonitoring",
    "EnableImageDeregistrationProtection",
    "EnableKeyRotation",
    "EnableMetricsCollection",
    "EstimateTemplateCost",
    "GenerateCredentialReport",
    "GenerateServiceLastAccessedDetails",
    "IncreaseStreamRetentionPeriod",
    "LockRule",
    "LockSnapshot",
    "MonitorInstances",
    "PublishLayerVersion",
    "PublishStateMachineVersion",
    "PublishVersion",
    "PutAnalyticsConfiguration",
    "PutBackupPolicy",
    "PutBackupVaultLockConfiguration",
    "PutBackupVaultNotifications",
    "PutBucketTagging",
    "PutDashboard",
    "PutImage",
    "PutImageScanningConfiguration",
    "PutInsightRule",
    "PutInsightSelectors",
    "PutIntelligentTieringConfiguration",
    "PutInventoryConfiguration",
    "PutLifecycleConfiguration",
    "PutLoggingConfiguration",
    "PutMetricsConfiguration",
    "PutNotificationConfiguration",
    "PutObjectLockConfiguration",
    "PutQueryDefinition",
    "PutRegistryScanningConfiguration",
    "RegisterTaskDefinition",
    "RenewCertificate",
    "RequestCertificate",
    "ResendValidationEmail",
    "RotateKeyOnDemand",
    "SetStackPolicy",
    "StartBackupJob",
    "StartExportTask",
    "StartImageScan",
    "UnlockRule",
    "UnmonitorInstances",
    "UpdateAccountPasswordPolicy",
    "UpdateCertificateOptions",
    "UpdateContinuousBackups",
    "UpdateContributorInsights",
    "UpdateDocumentMetadata",
    "UpdateHostedZoneComment",
    "UpdateKeyDescription",
    "UpdateMonitoring",
    "UpdateOpsItem",
    "UpdateOpsMetadata",
    "UpdateRoleDescription",
    "UpdateSecurityGroupRuleDescriptionsEgress",
    "UpdateSecurityGroupRuleDescriptionsIngress",
    "UpdateTerminationProtection",
    "ValidateTemplate",
];

/// Where calls name what they set as values, by path, and how the harmless ones begin.
const NAMED_SETTINGS: &[(&str, &str, &[&str])] = &[
    ("ModifyLoadBalancerAttributes", "attributes.key", &["access_logs.", "connection_logs.", "deletion_protection."]),
    ("ModifyTargetGroupAttributes", "attributes.key", &["deregistration_delay.", "slow_start."]),
    ("UpdateStage", "patchOperations.path", &["/description", "/*/*/logging", "/*/*/metrics", "/accessLogSettings", "/tracingEnabled"]),
    ("UpdateRestApi", "patchOperations.path", &["/description", "/name"]),
    ("SetTopicAttributes", "attributeName", &["DisplayName", "TracingConfig"]),
    ("UpdateClusterSettings", "settings.name", &["containerInsights"]),
];

/// Returns why an event breaks nothing; nothing when it may.
pub(super) fn harmless(event: &Event) -> Option<Severity> {
    reason(event).map(|reason| Severity { points: POINTS, reason, effect: Effect::Harmless })
}

fn reason(event: &Event) -> Option<&'static str> {
    let (name, request) = (event.name.as_str(), event.request());
    if WITHOUT_EFFECT.contains(&name) {
        return Some("takes no effect by itself");
    }
    if is_tagging(name) {
        return Some("changes only tags");
    }
    match name {
        "ChangeResourceRecordSets" => return only_proves(request).then_some("changes only TXT or validation records"),
        "PutRetentionPolicy" => {
            let days = find(request, "retentionInDays").and_then(Value::as_f64);
            return days.is_some_and(|days| days >= KEPT_LONG).then_some("keeps the logs for a month and more");
        }
        "PutBucketLogging" => return find(request, "LoggingEnabled").is_some_and(Value::is_object).then_some("changes only logging"),
        "PutBucketVersioning" => return (text(request, "Status").as_deref() == Some("Enabled")).then_some("keeps old versions"),
        // A version that is not in force, and a stack whose template and parameters stay.
        "CreatePolicyVersion" => return (text(request, "setAsDefault").as_deref() != Some("true")).then_some("takes no effect by itself"),
        "PutSecretValue" => {
            let stages = texts(request, "versionStages");
            return (!stages.is_empty() && !stages.iter().any(|stage| stage == "AWSCURRENT")).then_some("takes no effect by itself");
        }
        "UpdateStack" => return keeps_all(request).then_some("keeps the stack's template and parameters"),
        // On-demand tables have no capacity to run out of.
        "UpdateTable" if text(request, "billingMode").as_deref() == Some("PAY_PER_REQUEST") => {
            return find(request, "globalSecondaryIndexUpdates").is_none().then_some("gives the table on-demand capacity");
        }
        _ => {}
    }
    if let Some((_, path, beginnings)) = NAMED_SETTINGS.iter().find(|(known, ..)| *known == name) {
        let set = texts(request, path);
        let all = !set.is_empty() && set.iter().all(|key| beginnings.iter().any(|beginning| key.starts_with(beginning)));
        return all.then_some("changes only logging, waiting or protection");
    }
    let (mut any, mut logging) = (false, false);
    for key in settings(event)? {
        any = true;
        match key.as_str() {
            key if LOGGING.contains(&key) => logging = true,
            key if SETTINGS.contains(&key) => {}
            _ => return None,
        }
    }
    (any && !(logging && switches_off(request))).then_some("changes only descriptions, tags or maintenance settings")
}

/// Tells whether an event name says that tags are set: `AddTags`, `ChangeTagsForResource`, `UntagRole`; not `PutImageTagMutability`.
pub(crate) fn is_tagging(name: &str) -> bool {
    let begins =
        ["Tag", "Untag"].iter().any(|verb| name.strip_prefix(verb).is_some_and(|noun| noun.starts_with(|c: char| c.is_ascii_uppercase())));
    let ends = ["Tag", "Tags", "Tagging"].iter().any(|noun| name.ends_with(noun));
    begins || ends || ["TagsTo", "TagsFrom", "TagsFor", "TagsOn"].iter().any(|part| name.contains(part))
}

/// DNS records that only prove ownership.
fn only_proves(request: &Value) -> bool {
    let names = texts(request, "resourceRecordSet.name");
    let kinds = texts(request, "resourceRecordSet.type");
    !names.is_empty() && names.iter().all(|name| name.starts_with('_')) || !kinds.is_empty() && kinds.iter().all(|kind| kind == "TXT")
}

/// Tells whether a stack keeps its template and the values of its parameters, and only its labels change.
fn keeps_all(request: &Value) -> bool {
    let parameters = find(request, "parameters").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let same = |parameter: &Value| parameter.get("usePreviousValue") == Some(&Value::Bool(true));
    let relabels = find(request, "tags").is_some() || find(request, "notificationARNs").is_some();
    relabels && find(request, "usePreviousTemplate") == Some(&Value::Bool(true)) && parameters.iter().all(same)
}

/// Returns the names of what a call sets, in lower case; nothing when it is no call that sets something.
fn settings(event: &Event) -> Option<impl Iterator<Item = String>> {
    let sets = ["Modify", "Update", "Put", "Set", "Change"].iter().any(|verb| event.name.starts_with(verb));
    let request = event.request().as_object().filter(|_| sets)?;
    // EC2 wraps a request into one member named after it.
    let inner = request.values().next().and_then(Value::as_object).filter(|_| request.len() == 1).unwrap_or(request);
    // SQS and SNS keep what they set under `attributes`.
    let attributes = inner.get("attributes").and_then(Value::as_object).into_iter().flat_map(|attributes| attributes.keys());
    let keys = inner.iter().filter(|(key, value)| *key != "attributes" || !value.is_object()).map(|(key, _)| key).chain(attributes);
    Some(keys.map(|key| key.to_lowercase()).filter(|key| !only_says(key)))
}

/// Tells whether a parameter (its name in lower case) only says what is meant or how.
pub(crate) fn only_says(key: &str) -> bool {
    ["id", "identifier", "name", "arn"].iter().any(|ending| key.ends_with(ending)) || HOW.contains(&key)
}

fn switches_off(request: &Value) -> bool {
    let mut off = false;
    walk(request, |key, value| {
        off |= *value == Value::Bool(false) || key.to_lowercase().starts_with("disable");
        true
    });
    off
}
