//! Settings as pairs of key and value, in all the shapes in which requests write them.

use serde_json::Value;

use super::{MAX_TOLD, flat, scalar};
use crate::catalogue::json_path::{child, find, is_empty, text, texts};
use crate::catalogue::summary::Context;
use crate::catalogue::summary::text::{clip, join, list, value, words};
use crate::event::unwrapped;

/// How many pairs are told before "and N more".
const MAX_PAIRS: usize = 4;

/// Keys whose values say nothing about a change.
#[rustfmt::skip] // Words read best in lines.
const DULL: &[&str] = &[
    "clienttoken", "clientrequesttoken", "idempotencytoken", "callerreference", "requestid", "dryrun", "host", "tags", "tagset",
    "tagspecificationset", "tagspecification", "attributetype", "force", "description", "comment", "changetype", "ifmatch",
    "revisionid", "locktoken", "x-amz-request-payer", "xmlns", "publish", "nexttoken", "maxresults", "capabilities", "templateurl",
    "templatebody", "useprevioustemplate", "tag", "version",
];

/// The other scalar parameters of the request as `key value`, at most four.
pub(super) fn changes(context: &Context<'_>) -> Option<String> {
    let Value::Object(mut map) = unwrapped(context.request).clone() else { return None };
    map.retain(|key, value| {
        let lower = key.to_ascii_lowercase();
        !is_empty(value)
            && !DULL.iter().any(|dull| dull.eq_ignore_ascii_case(key))
            && !lower.contains("policy")
            && !said_already(context.template, key)
    });
    let mut pairs = Vec::new();
    for (key, value) in &map {
        add_pairs(key, value, context, &mut pairs);
    }
    list_pairs(pairs)
}

/// Tells whether the template says this key itself.
fn said_already(template: &str, key: &str) -> bool {
    template.split(['{', '}', '|', '.']).any(|said| said.eq_ignore_ascii_case(key))
}

fn add_pairs(key: &str, value: &Value, context: &Context<'_>, pairs: &mut Vec<String>) {
    match value {
        Value::Object(map) => {
            let inner: Vec<(&String, &Value)> = map.iter().filter(|(_, value)| !is_empty(value)).take(20).collect();
            match inner.as_slice() {
                [(wrapper, only)] if ["value", "items", "content", "member"].contains(&wrapper.to_ascii_lowercase().as_str()) => {
                    add_pairs(key, only, context, pairs);
                }
                _ => inner.into_iter().for_each(|(inner_key, value)| {
                    if let Some(text) = scalar(value) {
                        pairs.extend(changed_pair(inner_key, &text, context));
                    }
                }),
            }
        }
        Value::Array(list) => {
            let named = named_values(list);
            match named.is_empty() {
                false => pairs.extend(named),
                true => pairs.extend(join(flat(value)).map(|text| format!("{} {text}", human(key)))),
            }
        }
        scalar_value => {
            if let Some(text) = scalar(scalar_value) {
                pairs.extend(changed_pair(key, &text, context));
            }
        }
    }
}

fn pair(key: &str, now: &str) -> Option<String> {
    Some(format!("{} {}", human(key), value(now)?))
}

/// Returns the pair with what the setting was before, where that is known.
fn changed_pair(key: &str, now: &str, context: &Context<'_>) -> Option<String> {
    let now = value(now)?;
    let before = context.before(key, &now).map_or_else(String::new, |before| format!("{before} → "));
    Some(format!("{} {before}{now}", human(key)))
}

fn human(key: &str) -> String {
    // EC2 and RDS write `dBInstanceClass` for DBInstanceClass.
    let mut chars = key.chars();
    let fixed = match (chars.next(), key.chars().nth(1), key.chars().nth(2)) {
        (Some(first), Some(second), Some(third))
            if first.is_ascii_lowercase() && second.is_ascii_uppercase() && !third.is_ascii_lowercase() =>
        {
            format!("{}{}", first.to_ascii_uppercase(), chars.as_str())
        }
        (Some('d'), Some('B'), _) => format!("D{}", chars.as_str()),
        _ => key.to_owned(),
    };
    clip(&words(&fixed).join(" "), 40)
}

fn list_pairs(pairs: Vec<String>) -> Option<String> {
    match pairs.len() {
        0 => None,
        count if count > MAX_PAIRS => {
            Some(format!("{} and {} more", pairs.iter().take(MAX_PAIRS).cloned().collect::<Vec<_>>().join(", "), count - MAX_PAIRS))
        }
        _ => Some(pairs.join(", ")),
    }
}

/// `key value` of lists like `[{"key": "idle_timeout.timeout_seconds", "value": "1"}]`.
fn named_values(entries: &[Value]) -> Vec<String> {
    entries
        .iter()
        .take(50)
        .filter_map(|entry| {
            let name = ["key", "name", "parameterName", "attributeName"].iter().find_map(|key| child(entry, key)).and_then(scalar)?;
            let given = ["value", "parameterValue", "attributeValue"].iter().find_map(|key| child(entry, key)).and_then(scalar)?;
            Some(format!("{} {}", value(&name)?, clip(&value(&given)?, 40)))
        })
        .collect()
}

/// Attributes of a queue, a load balancer or a target group.
pub(super) fn attributes(context: &Context<'_>) -> Option<String> {
    match find(context.request, "attributes")? {
        Value::Array(entries) => list_pairs(named_values(entries)),
        Value::Object(map) => {
            let pairs = map.iter().filter(|(key, _)| !key.eq_ignore_ascii_case("policy"));
            list_pairs(pairs.filter_map(|(key, value)| pair(key, &scalar(value)?)).collect())
        }
        _ => None,
    }
}

/// Parameters of a database or cache parameter group.
pub(super) fn parameters(context: &Context<'_>) -> Option<String> {
    if text(context.request, "resetAllParameters").as_deref() == Some("true") {
        return Some("all parameters".to_owned());
    }
    let entries = ["parameters", "parameterNameValues"].iter().find_map(|key| find(context.request, key))?;
    let pairs = named_values(entries.as_array()?);
    match pairs.is_empty() {
        false => list_pairs(pairs),
        true => join(texts(entries, "parameterName")),
    }
}

/// API Gateway's patch operations: `replace /throttle/rateLimit 1`.
pub(super) fn patch(context: &Context<'_>) -> Option<String> {
    let operations = find(context.request, "patchOperations")?.as_array()?;
    let told = operations.iter().take(50).filter_map(|operation| {
        let path = text(operation, "path")?;
        let now = text(operation, "value").and_then(|text| value(&text)).map_or_else(String::new, |text| format!(" {text}"));
        Some(format!("{} {}{now}", value(&text(operation, "op")?)?, value(&path)?))
    });
    list(told.collect(), MAX_TOLD)
}
