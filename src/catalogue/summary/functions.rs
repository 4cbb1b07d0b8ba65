//! The named functions of the template language: values that are not a single key.

use serde_json::Value;
use std::borrow::Cow;

use super::Context;
use super::text::{clip, list, value, words};
use crate::catalogue::look::{Flat, child, document, find as find_value, is_empty, push_texts, text, texts, walk};
use crate::event::{Arn, is_account};

/// Computes the text of a placeholder, or nothing.
type Function = fn(&Context<'_>) -> Option<String>;

/// Every function by its name in a template.
const FUNCTIONS: &[(&str, Function)] = &[
    ("rules", |context| rules(context, "to")),
    ("revoked", |context| rules(context, "from")),
    ("acl", acl),
    ("direction", |context| direction(context).map(str::to_owned)),
    ("policy", policy),
    ("records", records),
    ("image", image),
    ("selectors", selectors),
    ("changes", changes),
    ("attributes", attributes),
    ("parameters", parameters),
    ("patch", patch),
    ("action", action),
    ("waf", waf),
    ("operator", operator),
    ("publicaccess", public_access),
    ("lifecycle", lifecycle),
    ("volume", volume),
];

/// Finds a function by name.
pub(super) fn find(name: &str) -> Option<Function> {
    FUNCTIONS.iter().find(|(known, _)| *known == name).map(|(_, function)| *function)
}

/// How many rules, pairs, statements or records are told before "and N more".
const MAX_TOLD: usize = 3;
const MAX_PAIRS: usize = 4;

// ---- security groups and network ACLs

/// Security group permissions of any shape: `tcp/22 to 0.0.0.0/0`.
fn rules(context: &Context<'_>, word: &str) -> Option<String> {
    let mut told = Vec::new();
    for root in [context.request, context.response] {
        walk(root, |_, value| {
            if let Some(rule) = rule(value, word)
                && !told.contains(&rule)
            {
                told.push(rule);
            }
            told.len() < 50
        });
        if !told.is_empty() {
            break;
        }
    }
    match told.is_empty() {
        true => {
            let ids = texts(context.request, "securityGroupRuleIds");
            let ids = if ids.is_empty() { texts(context.request, "securityGroupRuleId") } else { ids };
            super::text::join(ids).map(|ids| format!("rule {ids}"))
        }
        false => list(told, MAX_TOLD),
    }
}

fn rule(permission: &Value, word: &str) -> Option<String> {
    let protocol = scalar(child(permission, "ipProtocol")?)?;
    let port = |key| child(permission, key).and_then(scalar);
    let ports = port_range(&protocol, port("fromPort"), port("toPort"));
    let mut peers = Vec::new();
    walk(permission, |key, inner| {
        let direct_group = key.eq_ignore_ascii_case("groupId") && child(permission, key).is_some_and(|own| std::ptr::eq(own, inner));
        let names_peer = [
            "cidrIp",
            "cidrIpv4",
            "cidrIpv6",
            "groupId",
            "referencedGroupId",
            "prefixListId",
            "sourceSecurityGroupId",
            "sourceSecurityGroupName",
        ]
        .iter()
        .any(|known| known.eq_ignore_ascii_case(key));
        if let (true, false, Value::String(text)) = (names_peer, direct_group, inner)
            && !peers.contains(text)
        {
            peers.push(text.clone());
        }
        peers.len() < 50
    });
    Some(match super::text::join(peers) {
        Some(peers) => format!("{ports} {word} {peers}"),
        None => ports,
    })
}

fn port_range(protocol: &str, from: Option<String>, to: Option<String>) -> String {
    let protocol = match protocol {
        "-1" => return "all traffic".to_owned(),
        "6" => "tcp",
        "17" => "udp",
        "1" => "icmp",
        other => other,
    };
    let protocol = clip(protocol, 10);
    match (from.as_deref(), to.as_deref()) {
        _ if protocol.starts_with("icmp") => protocol,
        (Some("0"), Some("65535")) | (None | Some("-1"), _) => format!("all {protocol}"),
        (Some(from), Some(to)) if from != to => format!("{protocol}/{from}-{to}"),
        (Some(from), _) => format!("{protocol}/{from}"),
    }
}

fn direction(context: &Context<'_>) -> Option<&'static str> {
    match text(context.request, "egress")?.as_str() {
        "true" => Some("outbound"),
        _ => Some("inbound"),
    }
}

/// A network ACL entry: `deny inbound tcp/443 from 0.0.0.0/0`.
fn acl(context: &Context<'_>) -> Option<String> {
    let request = context.request;
    let action = text(request, "ruleAction")?;
    let direction = direction(context).unwrap_or("inbound");
    let range = find_value(request, "portRange");
    let port = |key| range.and_then(|range| text(range, key));
    let protocol = text(request, "aclProtocol").or_else(|| text(request, "protocol")).unwrap_or_else(|| "-1".to_owned());
    let ports = port_range(&protocol, port("from"), port("to"));
    let cidr = text(request, "cidrBlock").or_else(|| text(request, "ipv6CidrBlock"));
    let word = if direction == "outbound" { "to" } else { "from" };
    let peer = cidr.and_then(|cidr| value(&cidr)).map_or_else(String::new, |cidr| format!(" {word} {cidr}"));
    Some(format!("{} {direction} {ports}{peer}", value(&action)?))
}

// ---- policies

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
fn policy(context: &Context<'_>) -> Option<String> {
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

fn flat(value: &Value) -> Vec<String> {
    let mut texts = Vec::new();
    push_texts(value, &mut texts, 4);
    texts
}

// ---- DNS, images, selectors

/// A Route 53 change batch: `delete A api.example.com, upsert CNAME www.example.com to lb.example.com`.
fn records(context: &Context<'_>) -> Option<String> {
    let changes = find_value(context.request, "changes")?.as_array()?;
    let told = changes.iter().take(100).filter_map(|change| {
        let action = text(change, "action")?.to_ascii_lowercase();
        let set = child(change, "resourceRecordSet")?;
        let name = text(set, "name")?;
        let kind = text(set, "type").unwrap_or_default();
        let values = texts(set, "resourceRecords.value");
        let values = if values.is_empty() { texts(set, "aliasTarget.dNSName") } else { values };
        let to = super::text::join(values).filter(|_| action != "delete").map_or_else(String::new, |to| format!(" to {to}"));
        Some(format!("{} {} {}{to}", value(&action)?, value(&kind).unwrap_or_default(), value(name.trim_end_matches('.'))?))
    });
    list(told.collect(), 2)
}

/// Container images, else the task definition, else an image URI: `api:42`; with the earlier one, `api:41 → api:42`.
fn image(context: &Context<'_>) -> Option<String> {
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
    super::text::join(images).or_else(|| super::text::join(texts(request, "taskDefinition")))
}

/// What a trail records: `reads only, management events off`.
fn selectors(context: &Context<'_>) -> Option<String> {
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
    if let Some(excluded) = super::text::join(texts(request, "excludeManagementEventSources")) {
        told.push(format!("without {excluded}"));
    }
    if told.is_empty()
        && let Some(Value::Array(advanced)) = find_value(request, "advancedEventSelectors")
    {
        told.push(format!("{} advanced selectors", advanced.len()));
    }
    (!told.is_empty()).then(|| told.join(", "))
}

// ---- pairs of key and value

/// Keys whose values say nothing about a change.
const DULL: &[&str] = &[
    "clienttoken",
    "clientrequesttoken",
    "idempotencytoken",
    "callerreference",
    "requestid",
    "dryrun",
    "host",
    "tags",
    "tagset",
    "tagspecificationset",
    "tagspecification",
    "attributetype",
    "force",
    "description",
    "comment",
    "changetype",
    "ifmatch",
    "revisionid",
    "locktoken",
    "x-amz-request-payer",
    "xmlns",
    "publish",
    "nexttoken",
    "maxresults",
    "capabilities",
    "templateurl",
    "templatebody",
    "useprevioustemplate",
    "tag",
    "version",
];

/// The other scalar parameters of the request as `key value`, at most four.
fn changes(context: &Context<'_>) -> Option<String> {
    let Value::Object(mut map) = unwrap_request(context.request).clone() else { return None };
    map.retain(|key, value| {
        let lower = key.to_ascii_lowercase();
        !is_empty(value)
            && !DULL.iter().any(|dull| dull.eq_ignore_ascii_case(key))
            && !lower.contains("policy")
            && !said_already(context.template, key)
    });
    let mut pairs = Vec::new();
    for (key, value) in &map {
        add_pairs(key, value, context.earlier, &mut pairs);
    }
    list_pairs(pairs)
}

/// Goes into the one object of a request that is wrapped: `{"ModifyVpcEndpointRequest": {…}}`.
fn unwrap_request(request: &Value) -> &Value {
    match request.as_object().map(|map| (map.len(), map.iter().next())) {
        Some((1, Some((key, inner)))) if inner.is_object() && key.to_ascii_lowercase().contains("req") => inner,
        _ => request,
    }
}

/// Tells whether the template says this key itself.
fn said_already(template: &str, key: &str) -> bool {
    template.split(['{', '}', '|', '.']).any(|said| said.eq_ignore_ascii_case(key))
}

fn add_pairs(key: &str, value: &Value, earlier: Option<&Value>, pairs: &mut Vec<String>) {
    match value {
        Value::Object(map) => {
            let inner: Vec<(&String, &Value)> = map.iter().filter(|(_, value)| !is_empty(value)).take(20).collect();
            match inner.as_slice() {
                [(wrapper, only)] if ["value", "items", "content", "member"].contains(&wrapper.to_ascii_lowercase().as_str()) => {
                    add_pairs(key, only, earlier, pairs);
                }
                _ => inner.into_iter().for_each(|(inner_key, value)| {
                    if let Some(text) = scalar(value) {
                        pairs.extend(pair(inner_key, &text, earlier));
                    }
                }),
            }
        }
        Value::Array(list) => {
            let named = named_values(list);
            match named.is_empty() {
                false => pairs.extend(named),
                true => pairs.extend(super::text::join(flat(value)).map(|text| format!("{} {text}", human(key)))),
            }
        }
        scalar_value => {
            if let Some(text) = scalar(scalar_value) {
                pairs.extend(pair(key, &text, earlier));
            }
        }
    }
}

fn pair(key: &str, now: &str, earlier: Option<&Value>) -> Option<String> {
    let now = clip(&value(now)?, 40);
    let before = earlier.and_then(|earlier| text(earlier, key)).and_then(|before| value(&before)).filter(|before| *before != now);
    Some(match before {
        Some(before) => format!("{} {} → {now}", human(key), clip(&before, 40)),
        None => format!("{} {now}", human(key)),
    })
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
fn attributes(context: &Context<'_>) -> Option<String> {
    match find_value(context.request, "attributes")? {
        Value::Array(entries) => list_pairs(named_values(entries)),
        Value::Object(map) => {
            let pairs = map.iter().filter(|(key, _)| !key.eq_ignore_ascii_case("policy"));
            list_pairs(pairs.filter_map(|(key, value)| pair(key, &scalar(value)?, None)).collect())
        }
        _ => None,
    }
}

/// Parameters of a database or cache parameter group.
fn parameters(context: &Context<'_>) -> Option<String> {
    if text(context.request, "resetAllParameters").as_deref() == Some("true") {
        return Some("all parameters".to_owned());
    }
    let entries = ["parameters", "parameterNameValues"].iter().find_map(|key| find_value(context.request, key))?;
    let pairs = named_values(entries.as_array()?);
    match pairs.is_empty() {
        false => list_pairs(pairs),
        true => super::text::join(texts(entries, "parameterName")),
    }
}

/// API Gateway's patch operations: `replace /throttle/rateLimit 1`.
fn patch(context: &Context<'_>) -> Option<String> {
    let operations = find_value(context.request, "patchOperations")?.as_array()?;
    let told = operations.iter().take(50).filter_map(|operation| {
        let path = text(operation, "path")?;
        let now = text(operation, "value").and_then(|text| value(&text)).map_or_else(String::new, |text| format!(" {text}"));
        Some(format!("{} {}{now}", value(&text(operation, "op")?)?, value(&path)?))
    });
    list(told.collect(), MAX_TOLD)
}

/// What a listener or rule does now: `forward to api`, `fixed response 503`, `redirect`.
fn action(context: &Context<'_>) -> Option<String> {
    let actions = ["defaultActions", "actions"].iter().find_map(|key| find_value(context.request, key))?;
    let kind = text(actions, "type")?;
    let detail = super::text::join(texts(actions, "targetGroupArn"))
        .map(|to| format!(" to {to}"))
        .or_else(|| text(actions, "statusCode").and_then(|code| value(&code)).map(|code| format!(" {code}")));
    Some(format!("{}{}", value(&kind)?.replace('-', " "), detail.unwrap_or_default()))
}

/// A web ACL's default action.
fn waf(context: &Context<'_>) -> Option<String> {
    let action = find_value(context.request, "defaultAction")?;
    ["block", "allow"]
        .into_iter()
        .find(|kind| child(action, kind).is_some() || text(action, "type").is_some_and(|text| text.eq_ignore_ascii_case(kind)))
        .map(str::to_owned)
}

/// An alarm's comparison as a sign.
fn operator(context: &Context<'_>) -> Option<String> {
    match text(context.request, "comparisonOperator")?.as_str() {
        "GreaterThanOrEqualToThreshold" => Some("≥".to_owned()),
        "GreaterThanThreshold" => Some(">".to_owned()),
        "LessThanThreshold" => Some("<".to_owned()),
        "LessThanOrEqualToThreshold" => Some("≤".to_owned()),
        other => value(other),
    }
}

/// The four switches of a public access block.
fn public_access(context: &Context<'_>) -> Option<String> {
    let block = find_value(context.request, "publicAccessBlockConfiguration")?.as_object()?;
    let off: Vec<&String> = block.iter().filter(|(_, value)| scalar(value).as_deref() == Some("false")).map(|(key, _)| key).collect();
    match (off.len(), block.len()) {
        (0, _) => Some("all public access blocked".to_owned()),
        (off, all) if off + 1 >= all && off > 0 => Some("public access no longer blocked".to_owned()),
        _ => super::text::join(off.iter().map(|key| format!("{} off", words(key).join(" "))).collect()),
    }
}

/// The shortest expiration a lifecycle sets: `expires after 1 day`.
fn lifecycle(context: &Context<'_>) -> Option<String> {
    let days = texts(context.request, "expiration.days").first()?.parse::<f64>().ok()?;
    Some(if days == 1.0 { "expires after 1 day".to_owned() } else { format!("expires after {days} days") })
}

/// What a volume change changes, as the answer tells it: `size 100 → 200 GiB, type gp2 → gp3`.
fn volume(context: &Context<'_>) -> Option<String> {
    let told = [("size", "Size", " GiB"), ("type", "VolumeType", ""), ("IOPS", "Iops", ""), ("throughput", "Throughput", "")];
    let told = told.iter().filter_map(|(label, key, unit)| {
        let side = |side: &str| text(context.response, &format!("{side}{key}")).and_then(|text| value(&text));
        let (before, now) = (side("original")?, side("target")?);
        (before != now).then(|| format!("{label} {before} → {now}{unit}"))
    });
    let told: Vec<String> = told.collect();
    (!told.is_empty()).then(|| told.join(", "))
}

fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if !text.trim().is_empty() => Some(text.trim().to_owned()),
        Value::Bool(_) | Value::Number(_) => Some(value.to_string()),
        Value::Object(map) if map.len() == 1 => map.get("value").and_then(scalar),
        _ => None,
    }
}
