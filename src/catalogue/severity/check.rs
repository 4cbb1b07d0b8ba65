//! Looks at the values of one event each: a row points to its own.

use std::net::IpAddr;

use serde_json::Value;

use super::harmless::KEPT_LONG;
use super::{Call, NO_LONGER_BLOCKS, Severity, exposes, takes_away};

/// A rule that admits everybody, or a huge range: the prefix length is judged, however ordinary the address looks.
pub(in crate::catalogue) fn admits(call: &Call<'_>) -> Option<Severity> {
    let mut widest = None::<f64>;
    for (key, value) in call.request.iter() {
        let is_cidr =
            ["cidrIp", "cidrIpv4", "cidrIpv6", "cIDRIP", "cidrBlock", "ipv6CidrBlock"].iter().any(|known| known.eq_ignore_ascii_case(key));
        if let (true, Some(share)) = (is_cidr, value.as_str().and_then(share_of_the_internet)) {
            widest = Some(widest.map_or(share, |widest| widest.max(share)));
        }
    }
    match widest? {
        share if share >= 1.0 => exposes(30, "opens it to the whole internet"),
        share if share >= 1.0 / 512.0 => exposes(20, "opens it to a huge address range"),
        _ => None,
    }
}

/// Returns which share of its address family a CIDR block covers; nothing when it does not parse or is private.
fn share_of_the_internet(cidr: &str) -> Option<f64> {
    let (address, prefix) = cidr.trim().split_once('/')?;
    let prefix: i32 = prefix.parse().ok()?;
    match address.parse::<IpAddr>().ok()? {
        IpAddr::V4(address) if prefix >= 8 && address.is_private() => None,
        IpAddr::V4(_) if (0..=32).contains(&prefix) => Some(0.5_f64.powi(prefix)),
        // Only 2000::/3 is routed, and a provider's block is a /32: anything shorter than a /16 is huge.
        IpAddr::V6(_) if (0..=128).contains(&prefix) => Some(if prefix <= 3 { 1.0 } else { 0.5_f64.powi(prefix - 3) * 16.0 }),
        _ => None,
    }
}

/// A network ACL rule that denies, or admits everybody.
pub(in crate::catalogue) fn acl_entry(call: &Call<'_>) -> Option<Severity> {
    match call.request.text("ruleAction").as_deref() {
        Some("deny") => takes_away(25, "denies traffic"),
        Some("allow") => admits(call),
        _ => None,
    }
}

/// A policy that denies, by its name.
pub(in crate::catalogue) fn attaches_denial(call: &Call<'_>) -> Option<Severity> {
    let arn = call.request.text("policyArn")?;
    if arn.rsplit('/').next()?.contains("Deny") { takes_away(25, "attaches a policy that denies") } else { None }
}

/// A public access block that is gone.
pub(in crate::catalogue) fn no_longer_blocks(_: &Call<'_>) -> Option<Severity> {
    exposes(22, NO_LONGER_BLOCKS)
}

/// A key that is to be deleted.
pub(in crate::catalogue) fn schedules_deletion(_: &Call<'_>) -> Option<Severity> {
    takes_away(10, "schedules its deletion")
}

/// Logs that are kept for days only.
pub(in crate::catalogue) fn soon_forgotten(call: &Call<'_>) -> Option<Severity> {
    let days = call.request.find("retentionInDays").and_then(Value::as_f64)?;
    if days < KEPT_LONG { takes_away(10, "keeps logs only for days") } else { None }
}

/// Trail selectors that leave events out.
pub(in crate::catalogue) fn narrowed_selectors(call: &Call<'_>) -> Option<Severity> {
    let narrowed = call.request.text("includeManagementEvents").as_deref() == Some("false")
        || call.request.text("readWriteType").is_some_and(|kind| kind != "All")
        || !call.request.texts("excludeManagementEventSources").is_empty();
    if narrowed { takes_away(22, "the trail records less") } else { None }
}
