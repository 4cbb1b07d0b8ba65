//! Changes that break nothing, by what they set: descriptions, tags, windows, logging, protection.
//!
//! Source: the API references of the services; a parameter is listed when no request of a workload is served otherwise
//! for it.

use serde_json::Value;

use super::{Effect, Severity};
use crate::catalogue::aspect::aspects;
use crate::catalogue::json_path::{find, text, texts, walk};
use crate::catalogue::row::Harmless;
use crate::catalogue::rows;
use crate::catalogue::tag::is_tagging;
use crate::catalogue::verb::{Sets, Verb};
use crate::event::Event;

/// What being harmless counts.
const POINTS: i8 = -40;

/// Why a call is harmless that a later one has to follow.
const NO_EFFECT: &str = "takes no effect by itself";

/// A log group that is kept at least this many days loses nothing that an incident needs.
pub(super) const KEPT_LONG: f64 = 30.0;

/// Parameters that nobody's traffic depends on, in lower case.
#[rustfmt::skip] // Words read best in lines.
const SETTINGS: &[&str] = &[
    // What it is called and said of it
    "alarmdescription", "comment", "description", "displayname", "groupdescription", "newdescription", "propagatetags",
    "enableecsmanagedtags", "tagkeys", "tags", "tagset", "tagspecificationset",
    // When it is cared for
    "automatedsnapshotretentionperiod", "autominorversionupgrade", "autotuneoptions", "backupretentionperiod", "copytagstosnapshot",
    "offpeakwindowoptions", "preferredbackupwindow", "preferredmaintenancewindow", "snapshotoptions", "snapshotretentionlimit",
    "snapshotwindow", "softwareupdateoptions", "weeklymaintenancestarttime",
    // How it is watched
    "containerinsights", "databaseinsightsmode", "enableperformanceinsights", "enhancedmonitoring", "monitoringinterval",
    "monitoringrolearn", "openmonitoring", "performanceinsightsretentionperiod", "tracingconfig", "tracingconfiguration",
    // What keeps it from being deleted
    "capacityrebalance", "deletionprotection", "deletionprotectionenabled", "disableapistop", "disableapitermination",
    "enableterminationprotection", "instanceinitiatedshutdownbehavior", "newinstancesprotectedfromscalein",
    "pointintimerecoveryspecification", "terminationpolicies",
    // How patient it is
    "defaultcooldown", "defaultinstancewarmup", "healthcheckintervalseconds", "maxsessionduration",
    "receivemessagewaittimeseconds",
    // What people use, and where the undeliverable goes
    "enableexecutecommand", "redriveallowpolicy", "redrivepolicy", "tableclass",
    // What it may grow to
    "maxallocatedstorage", "updateconfig",
];

/// Parameters that say what is logged: harmless unless they switch something off, which makes data go missing.
#[rustfmt::skip] // Words read best in lines.
const LOGGING: &[&str] = &[
    "accesslogsettings", "cloudwatchlogsexportconfiguration", "logging", "loggingconfig", "loggingconfiguration", "logginginfo",
    "logpublishingoptions",
];

/// Parameters that only say what is meant or how.
#[rustfmt::skip] // Words read best in lines.
const HOW: &[&str] = &[
    "allowmajorversionupgrade", "applyimmediately", "clientrequesttoken", "clienttoken", "dryrun", "host", "queueurl", "region",
    "scalingtype", "x-amz-id-2",
];

/// Returns why an event breaks nothing; nothing when it may.
pub(super) fn harmless(event: &Event) -> Option<Severity> {
    reason(event).map(|reason| Severity { points: POINTS, reason, effect: Effect::Harmless, obvious: false })
}

fn reason(event: &Event) -> Option<&'static str> {
    let condition = rows::find(event.service(), &event.name).map_or(Harmless::BySettings, |row| row.harmless);
    match condition {
        Harmless::Always => Some(NO_EFFECT),
        Harmless::Never => None,
        _ if is_tagging(&event.name) && aspects(event).selects() => None,
        _ if is_tagging(&event.name) => Some("changes only tags"),
        Harmless::Unless(switch) => (text(event.request(), switch).as_deref() != Some("true")).then_some(NO_EFFECT),
        Harmless::Named(path, beginnings) => {
            let set = texts(event.request(), path);
            let all = !set.is_empty() && set.iter().all(|key| beginnings.iter().any(|beginning| key.starts_with(beginning)));
            all.then_some("changes only logging, waiting or protection")
        }
        Harmless::If(look) => look(event),
        Harmless::BySettings => by_settings(event),
    }
}

/// Tells whether nobody's traffic depends on any setting of a call.
fn by_settings(event: &Event) -> Option<&'static str> {
    let (mut any, mut logging) = (false, false);
    for key in settings(event)? {
        any = true;
        match key.as_str() {
            key if LOGGING.contains(&key) => logging = true,
            key if SETTINGS.contains(&key) => {}
            _ => return None,
        }
    }
    (any && !ends_backups(event.request()) && !(logging && switches_off(event.request())))
        .then_some("changes only descriptions, tags or maintenance settings")
}

/// Tells whether automatic backups are switched off: replication and change data capture that read a log kept for them end with them.
///
/// Source: RDS user guide, "Enabling automated backups": setting the retention to 0 turns off binary logging.
fn ends_backups(request: &Value) -> bool {
    find(request, "backupRetentionPeriod").and_then(Value::as_f64) == Some(0.0)
}

// ---- looks that rows point to

/// Logs are kept for a month and more.
pub(in crate::catalogue) fn kept_long(event: &Event) -> Option<&'static str> {
    let days = find(event.request(), "retentionInDays").and_then(Value::as_f64);
    days.is_some_and(|days| days >= KEPT_LONG).then_some("keeps the logs for a month and more")
}

/// Logging is set, rather than switched off by an empty body.
pub(in crate::catalogue) fn logs_on(event: &Event) -> Option<&'static str> {
    find(event.request(), "LoggingEnabled").is_some_and(Value::is_object).then_some("changes only logging")
}

/// Old versions are kept.
pub(in crate::catalogue) fn versions_on(event: &Event) -> Option<&'static str> {
    (text(event.request(), "Status").as_deref() == Some("Enabled")).then_some("keeps old versions")
}

/// The value is staged under a label that nobody reads.
pub(in crate::catalogue) fn not_current(event: &Event) -> Option<&'static str> {
    let stages = texts(event.request(), "versionStages");
    (!stages.is_empty() && !stages.iter().any(|stage| stage == "AWSCURRENT")).then_some(NO_EFFECT)
}

/// A stack keeps its template and the values of its parameters, and only its labels change.
pub(in crate::catalogue) fn keeps_template(event: &Event) -> Option<&'static str> {
    let request = event.request();
    let parameters = find(request, "parameters").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let same = |parameter: &Value| parameter.get("usePreviousValue") == Some(&Value::Bool(true));
    let relabels = find(request, "tags").is_some() || find(request, "notificationARNs").is_some();
    let keeps = relabels && find(request, "usePreviousTemplate") == Some(&Value::Bool(true)) && parameters.iter().all(same);
    keeps.then_some("keeps the stack's template and parameters")
}

/// A table is given on-demand capacity, which it cannot run out of; anything else goes by its settings.
pub(in crate::catalogue) fn on_demand(event: &Event) -> Option<&'static str> {
    if text(event.request(), "billingMode").as_deref() != Some("PAY_PER_REQUEST") {
        return by_settings(event);
    }
    find(event.request(), "globalSecondaryIndexUpdates").is_none().then_some("gives the table on-demand capacity")
}

/// DNS records only prove ownership.
pub(in crate::catalogue) fn only_proves(event: &Event) -> Option<&'static str> {
    let names = texts(event.request(), "resourceRecordSet.name");
    let kinds = texts(event.request(), "resourceRecordSet.type");
    let proves =
        !names.is_empty() && names.iter().all(|name| name.starts_with('_')) || !kinds.is_empty() && kinds.iter().all(|kind| kind == "TXT");
    proves.then_some("changes only TXT or validation records")
}

/// Returns the names of what a call sets, in lower case; nothing when it is no call that sets something.
fn settings(event: &Event) -> Option<impl Iterator<Item = String>> {
    let sets = matches!(Verb::of(&event.name).sets, Sets::Values | Sets::Entries);
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
