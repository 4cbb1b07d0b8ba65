//! Rules that let traffic through: of security groups and of network ACLs.

use serde_json::Value;

use super::{MAX_TOLD, scalar};
use crate::catalogue::json_path::{child, find, text, texts, walk};
use crate::catalogue::summary::Context;
use crate::catalogue::summary::text::{clip, join, list, value};

/// Security group permissions of any shape: `tcp/22 to 0.0.0.0/0`.
pub(super) fn rules(context: &Context<'_>, word: &str) -> Option<String> {
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
            join(ids).map(|ids| format!("rule {ids}"))
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
    Some(match join(peers) {
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

pub(super) fn direction(context: &Context<'_>) -> Option<&'static str> {
    match text(context.request, "egress")?.as_str() {
        "true" => Some("outbound"),
        _ => Some("inbound"),
    }
}

/// A network ACL entry: `deny inbound tcp/443 from 0.0.0.0/0`.
pub(super) fn acl(context: &Context<'_>) -> Option<String> {
    let request = context.request;
    let action = text(request, "ruleAction")?;
    let direction = direction(context).unwrap_or("inbound");
    let range = find(request, "portRange");
    let port = |key| range.and_then(|range| text(range, key));
    let protocol = text(request, "aclProtocol").or_else(|| text(request, "protocol")).unwrap_or_else(|| "-1".to_owned());
    let ports = port_range(&protocol, port("from"), port("to"));
    let cidr = text(request, "cidrBlock").or_else(|| text(request, "ipv6CidrBlock"));
    let word = if direction == "outbound" { "to" } else { "from" };
    let peer = cidr.and_then(|cidr| value(&cidr)).map_or_else(String::new, |cidr| format!(" {word} {cidr}"));
    Some(format!("{} {direction} {ports}{peer}", value(&action)?))
}
