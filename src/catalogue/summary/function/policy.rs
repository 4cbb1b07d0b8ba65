//! Policies: documents of statements, and the block of public access.

use std::borrow::Cow;

use serde_json::Value;

use super::{flat, scalar};
use crate::catalogue::json_path::{Flat, child, document, find};
use crate::catalogue::summary::Context;
use crate::catalogue::summary::text::{join, list, value, words};
use crate::event::{Arn, is_account};

/// Keys that hold a policy document, in the order of trust.
const POLICY_KEYS: [&str; 10] = [
    "policyDocument",
    "assumeRolePolicyDocument",
    "bucketPolicy",
    "resourcePolicy",
    "policyText",
    "accessPolicies",
    "inlinePolicy",
    "policy",
    "content",
    "attributeValue",
];

/// Returns the policy document that a request sets, read from its string if it stands in one.
pub(in crate::catalogue) fn policy_document<'a>(request: &Flat<'a>) -> Option<Cow<'a, Value>> {
    POLICY_KEYS.iter().filter_map(|key| request.find(key)).filter_map(document).find(|document| child(document, "Statement").is_some())
}

/// Returns the statements of a policy, whether it has one or a list.
pub(in crate::catalogue) fn statements(policy: &Value) -> Vec<&Value> {
    match child(policy, "Statement") {
        Some(Value::Array(list)) => list.iter().take(200).collect(),
        Some(one) => vec![one],
        None => Vec::new(),
    }
}

/// The statements of a policy document: `Allow sts:AssumeRole to account 444455556666`.
pub(super) fn policy(context: &Context<'_>) -> Option<String> {
    let document = policy_document(&Flat::of(context.request))?;
    // What is denied is what breaks things: it comes first.
    let mut told: Vec<(bool, String)> = statements(&document).into_iter().filter_map(statement).collect();
    told.sort_by_key(|(denies, _)| !denies);
    list(told.into_iter().map(|(_, text)| text).collect(), 2)
}

fn statement(statement: &Value) -> Option<(bool, String)> {
    let effect = child(statement, "Effect").and_then(scalar)?;
    let listed = |key: &str| child(statement, key).map(flat).unwrap_or_default();
    let mut told = value(&effect)?;
    if let Some(actions) = list(listed("Action").iter().filter_map(|text| value(text)).collect(), 2) {
        told = format!("{told} {actions}");
    } else if let Some(actions) = list(listed("NotAction").iter().filter_map(|text| value(text)).collect(), 2) {
        told = format!("{told} all but {actions}");
    }
    let principals: Vec<String> = child(statement, "Principal").map(principals).unwrap_or_default();
    let has_principal = !principals.is_empty();
    if let Some(principals) = list(principals, 2) {
        told = format!("{told} to {principals}");
    }
    let resources: Vec<String> = listed("Resource").iter().filter_map(|text| value(text)).collect();
    if !has_principal && let Some(resources) = list(resources, 2) {
        told = format!("{told} on {resources}");
    }
    Some((effect.eq_ignore_ascii_case("deny"), told))
}

fn principals(principal: &Value) -> Vec<String> {
    let mut found = Vec::new();
    match principal {
        Value::Object(map) => map.values().for_each(|value| found.extend(flat(value))),
        other => found.extend(flat(other)),
    }
    found.iter().map(|text| principal_name(text)).collect()
}

fn principal_name(principal: &str) -> String {
    match Arn::parse(principal) {
        _ if principal == "*" => "everyone".to_owned(),
        None if is_account(principal) => format!("account {principal}"),
        Some(arn) if arn.resource == "root" => format!("account {}", arn.account),
        _ => value(principal).unwrap_or_else(|| "nobody".to_owned()),
    }
}

/// The four switches of a public access block.
pub(super) fn public_access(context: &Context<'_>) -> Option<String> {
    let block = find(context.request, "publicAccessBlockConfiguration")?.as_object()?;
    let off: Vec<&String> = block.iter().filter(|(_, value)| scalar(value).as_deref() == Some("false")).map(|(key, _)| key).collect();
    match (off.len(), block.len()) {
        (0, _) => Some("all public access blocked".to_owned()),
        (off, all) if off + 1 >= all && off > 0 => Some("public access no longer blocked".to_owned()),
        _ => join(off.iter().map(|key| format!("{} off", words(key).join(" "))).collect()),
    }
}
