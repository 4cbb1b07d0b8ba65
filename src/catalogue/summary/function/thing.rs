//! What things are set to: records, images, selectors, actions, alarms, volumes.

use serde_json::Value;

use crate::catalogue::json_path::{child, find, text, texts};
use crate::catalogue::summary::Context;
use crate::catalogue::summary::text::{join, list, value};

/// A Route 53 change batch: `delete A api.example.com, upsert CNAME www.example.com to lb.example.com`.
pub(super) fn records(context: &Context<'_>) -> Option<String> {
    let changes = find(context.request, "changes")?.as_array()?;
    let told = changes.iter().take(100).filter_map(|change| {
        let action = text(change, "action")?.to_ascii_lowercase();
        let set = child(change, "resourceRecordSet")?;
        let name = text(set, "name")?;
        let kind = text(set, "type").unwrap_or_default();
        let values = texts(set, "resourceRecords.value");
        let values = if values.is_empty() { texts(set, "aliasTarget.dNSName") } else { values };
        let to = join(values).filter(|_| action != "delete").map_or_else(String::new, |to| format!(" to {to}"));
        Some(format!("{} {} {}{to}", value(&action)?, value(&kind).unwrap_or_default(), value(name.trim_end_matches('.'))?))
    });
    list(told.collect(), 2)
}

/// Container images, else the task definition, else an image URI: `api:42`; with the earlier one, `api:41 → api:42`.
pub(super) fn image(context: &Context<'_>) -> Option<String> {
    let now = image_of(context.request)?;
    match context.earlier.and_then(image_of) {
        Some(before) if before != now => Some(format!("{before} → {now}")),
        _ => Some(now),
    }
}

fn image_of(request: &Value) -> Option<String> {
    let images: Vec<String> = ["containerDefinitions.image", "imageUri", "imageIdentifier"]
        .iter()
        .map(|path| texts(request, path))
        .find(|images| !images.is_empty())
        .unwrap_or_default()
        .iter()
        .map(|image| image.rsplit('/').next().unwrap_or(image).to_owned())
        .collect();
    join(images).or_else(|| join(texts(request, "taskDefinition")))
}

/// What a trail records: `reads only, management events off`.
pub(super) fn selectors(context: &Context<'_>) -> Option<String> {
    let request = context.request;
    let mut told = Vec::new();
    match text(request, "readWriteType").as_deref() {
        Some("ReadOnly") => told.push("reads only".to_owned()),
        Some("WriteOnly") => told.push("writes only".to_owned()),
        Some("All") => told.push("reads and writes".to_owned()),
        _ => {}
    }
    match text(request, "includeManagementEvents").as_deref() {
        Some("false") => told.push("management events off".to_owned()),
        Some("true") => told.push("management events on".to_owned()),
        _ => {}
    }
    if let Some(excluded) = join(texts(request, "excludeManagementEventSources")) {
        told.push(format!("without {excluded}"));
    }
    if told.is_empty()
        && let Some(Value::Array(advanced)) = find(request, "advancedEventSelectors")
    {
        told.push(format!("{} advanced selectors", advanced.len()));
    }
    (!told.is_empty()).then(|| told.join(", "))
}

/// What a listener or rule does now: `forward to api`, `fixed response 503`, `redirect`.
pub(super) fn action(context: &Context<'_>) -> Option<String> {
    let actions = ["defaultActions", "actions"].iter().find_map(|key| find(context.request, key))?;
    let kind = text(actions, "type")?;
    let detail = join(texts(actions, "targetGroupArn"))
        .map(|to| format!(" to {to}"))
        .or_else(|| text(actions, "statusCode").and_then(|code| value(&code)).map(|code| format!(" {code}")));
    Some(format!("{}{}", value(&kind)?.replace('-', " "), detail.unwrap_or_default()))
}

/// A web ACL's default action.
pub(super) fn waf(context: &Context<'_>) -> Option<String> {
    let action = find(context.request, "defaultAction")?;
    ["block", "allow"]
        .into_iter()
        .find(|kind| child(action, kind).is_some() || text(action, "type").is_some_and(|text| text.eq_ignore_ascii_case(kind)))
        .map(str::to_owned)
}

/// An alarm's comparison as a sign.
pub(super) fn operator(context: &Context<'_>) -> Option<String> {
    match text(context.request, "comparisonOperator")?.as_str() {
        "GreaterThanOrEqualToThreshold" => Some("≥".to_owned()),
        "GreaterThanThreshold" => Some(">".to_owned()),
        "LessThanThreshold" => Some("<".to_owned()),
        "LessThanOrEqualToThreshold" => Some("≤".to_owned()),
        other => value(other),
    }
}

/// The shortest expiration a lifecycle sets: `expires after 1 day`.
pub(super) fn lifecycle(context: &Context<'_>) -> Option<String> {
    let days = texts(context.request, "expiration.days").first()?.parse::<f64>().ok()?;
    Some(if days == 1.0 { "expires after 1 day".to_owned() } else { format!("expires after {days} days") })
}

/// What a volume change changes, as the answer tells it: `size 100 → 200 GiB, type gp2 → gp3`.
pub(super) fn volume(context: &Context<'_>) -> Option<String> {
    let told = [("size", "Size", " GiB"), ("type", "VolumeType", ""), ("IOPS", "Iops", ""), ("throughput", "Throughput", "")];
    let told = told.iter().filter_map(|(label, key, unit)| {
        let side = |side: &str| text(context.response, &format!("{side}{key}")).and_then(|text| value(&text));
        let (before, now) = (side("original")?, side("target")?);
        (before != now).then(|| format!("{label} {before} → {now}{unit}"))
    });
    let told: Vec<String> = told.collect();
    (!told.is_empty()).then(|| told.join(", "))
}

/// Launched machines with their type: `i-0123 (t3.micro)`, or `5 p4d.24xlarge: i-0123, i-0456, i-0789 and 2 more`.
pub(super) fn launched(context: &Context<'_>) -> Option<String> {
    let ids = texts(context.response, "instancesSet.instanceId");
    let kind = text(context.request, "instanceType").or_else(|| text(context.response, "instanceType")).and_then(|kind| value(&kind));
    let count = ids.len();
    let ids = join(ids)?;
    Some(match (kind, count) {
        (Some(kind), 1) => format!("{ids} ({kind})"),
        (Some(kind), count) => format!("{count} {kind}: {ids}"),
        (None, _) => ids,
    })
}

/// Whether a sign-in used MFA, in words.
pub(super) fn mfa(context: &Context<'_>) -> Option<String> {
    match child(context.additional, "MFAUsed").and_then(Value::as_str)? {
        "Yes" => Some("with MFA".to_owned()),
        "No" => Some("without MFA".to_owned()),
        _ => None,
    }
}

/// How a sign-in went, where it went well: a failure says so by itself.
pub(super) fn outcome(context: &Context<'_>) -> Option<String> {
    let outcome = child(context.response, "ConsoleLogin").and_then(Value::as_str)?;
    outcome.eq_ignore_ascii_case("success").then(|| "success".to_owned())
}
