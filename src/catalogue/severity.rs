//! How bad the values of a change are, apart from what kind of change it is.

use std::borrow::Cow;
use std::net::IpAddr;

use serde_json::Value;

use super::look::{Flat, child, push_texts};
use super::resource::Arn;
use super::summary::{policy_document, statements};
use crate::event::Event;

/// What makes the values of a change worse than its kind alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Severity {
    /// Points to add to the weight, up to 40; none for what only tells the direction.
    pub points: i8,
    /// Why, in words for the reader: `opens it to the whole internet`.
    pub reason: &'static str,
    /// Which way it is worse.
    pub effect: Effect,
}

/// Which way a change is bad: what harms availability rarely exposes anything, and the other way round.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Effect {
    /// Something that worked is taken away, denied or set to nothing.
    TakesAway,
    /// Something is opened to others.
    Exposes,
    /// A protection falls, which by itself breaks nothing.
    Unprotects,
    /// Only what nobody depends on is changed: a description, a tag, a backup window.
    Harmless,
    /// Something only becomes larger: more machines, more storage.
    Enlarges,
}

mod harmless;
mod measure;

pub(crate) use harmless::{is_tagging, only_says};

/// What the checks look at.
struct Call<'a> {
    event: &'a Event,
    request: Flat<'a>,
    policy: Option<Cow<'a, Value>>,
}

impl Call<'_> {
    fn name(&self) -> &str {
        &self.event.name
    }

    /// Returns the statements of the policy that the call sets.
    fn statements(&self) -> Vec<&Value> {
        self.policy.as_deref().map(statements).unwrap_or_default()
    }
}

/// A look at one kind of value.
type Check = fn(&Call<'_>) -> Option<Severity>;

/// Every check, each a small function of the request's values.
const CHECKS: &[Check] = &[
    open_to_the_internet,
    down_to_zero,
    denies,
    public_principal,
    foreign_account,
    public_switch,
    switched_off,
    narrowed_selectors,
    soon_forgotten,
    destructive,
    measure::measure,
];

/// Returns the worst thing that the values of an event say; nothing for an ordinary change, a read, or a call that failed.
pub fn severity(event: &Event) -> Option<Severity> {
    if event.read_only || event.failed() {
        return None;
    }
    harmless::harmless(event).or_else(|| {
        let request = Flat::of(event.request());
        let call = Call { event, policy: policy_document(&request), request };
        CHECKS.iter().filter_map(|check| check(&call)).max_by_key(|severity| severity.points)
    })
}

const fn takes_away(points: i8, reason: &'static str) -> Option<Severity> {
    Some(Severity { points, reason, effect: Effect::TakesAway })
}

const fn exposes(points: i8, reason: &'static str) -> Option<Severity> {
    Some(Severity { points, reason, effect: Effect::Exposes })
}

/// A rule that admits everybody, or a huge range: the prefix length is judged, however ordinary the address looks.
fn open_to_the_internet(call: &Call<'_>) -> Option<Severity> {
    let opens = ["AuthorizeSecurityGroupIngress", "ModifySecurityGroupRules", "AuthorizeDBSecurityGroupIngress"].contains(&call.name())
        || (call.name().ends_with("NetworkAclEntry")
            && call.request.text("ruleAction").as_deref() == Some("allow")
            && call.name() != "DeleteNetworkAclEntry");
    if !opens {
        return None;
    }
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

/// Capacities that are set to nothing.
fn down_to_zero(call: &Call<'_>) -> Option<Severity> {
    const CAPACITIES: &[&str] = &[
        "desiredCapacity",
        "maxSize",
        "desiredCount",
        "reservedConcurrentExecutions",
        "targetShardCount",
        "maxCapacity",
        "desiredSize",
        "numCacheNodes",
        "nodeGroupCount",
        "newReplicaCount",
        "provisionedConcurrentExecutions",
        "targetCapacity",
        "readCapacityUnits",
        "writeCapacityUnits",
    ];
    let zero = call.request.iter().any(|(key, value)| {
        let nothing = value.as_f64() == Some(0.0) || value.as_str() == Some("0");
        nothing && CAPACITIES.iter().any(|known| known.eq_ignore_ascii_case(key))
    });
    if zero { takes_away(30, "sets capacity to zero") } else { None }
}

/// Logs that are kept for days only.
fn soon_forgotten(call: &Call<'_>) -> Option<Severity> {
    if call.name() != "PutRetentionPolicy" {
        return None;
    }
    let days = call.request.find("retentionInDays").and_then(Value::as_f64)?;
    if days < harmless::KEPT_LONG { takes_away(10, "keeps logs only for days") } else { None }
}

/// A policy that denies, or a network ACL rule that does.
fn denies(call: &Call<'_>) -> Option<Severity> {
    if call.name().ends_with("NetworkAclEntry") && call.request.text("ruleAction").as_deref() == Some("deny") {
        return takes_away(25, "denies traffic");
    }
    let named = || call.request.text("policyArn").is_some_and(|arn| arn.rsplit('/').next().is_some_and(|name| name.contains("Deny")));
    if call.name().starts_with("Attach") && named() {
        return takes_away(25, "attaches a policy that denies");
    }
    let denied = call.statements().into_iter().any(|statement| child(statement, "Effect").and_then(Value::as_str) == Some("Deny"));
    if denied { takes_away(25, "the policy denies") } else { None }
}

/// A resource policy that allows everybody.
fn public_principal(call: &Call<'_>) -> Option<Severity> {
    let public = call.statements().into_iter().any(|statement| {
        child(statement, "Effect").and_then(Value::as_str) == Some("Allow")
            && child(statement, "Condition").is_none()
            && child(statement, "Principal").is_some_and(|principal| principals(principal).iter().any(|name| name == "*"))
    });
    if public { exposes(28, "the policy allows everybody") } else { None }
}

/// A trust policy or a share that names an account other than the event's own.
fn foreign_account(call: &Call<'_>) -> Option<Severity> {
    let foreign = |account: &str| {
        let own = &call.event.account;
        account.len() == 12 && account.bytes().all(|b| b.is_ascii_digit()) && account != own && !own.is_empty()
    };
    let request = &call.request;
    if ["createVolumePermission.add.userId", "launchPermission.add.userId", "valuesToAdd"]
        .iter()
        .any(|path| request.texts(path).iter().any(|account| foreign(account)))
    {
        return exposes(25, "shares it with another account");
    }
    if ["createVolumePermission.add.group", "launchPermission.add.group", "valuesToAdd"]
        .iter()
        .any(|path| request.texts(path).iter().any(|group| group == "all"))
    {
        return exposes(30, "shares it with everybody");
    }
    let named = call.statements().into_iter().any(|statement| {
        child(statement, "Effect").and_then(Value::as_str) == Some("Allow")
            && child(statement, "Principal").is_some_and(|principal| {
                principals(principal).iter().any(|name| foreign(Arn::parse(name).map_or(name.as_str(), |arn| arn.account)))
            })
    });
    if named { exposes(22, "the policy allows another account") } else { None }
}

fn principals(principal: &Value) -> Vec<String> {
    let mut names = Vec::new();
    match principal {
        Value::Object(map) => map.values().for_each(|value| push_texts(value, &mut names, 4)),
        other => push_texts(other, &mut names, 4),
    }
    names
}

/// Switches that make something public.
fn public_switch(call: &Call<'_>) -> Option<Severity> {
    let (name, request) = (call.name(), &call.request);
    let is = |path: &str, wanted: &str| request.text(path).is_some_and(|text| text.eq_ignore_ascii_case(wanted));
    let modifies = name.starts_with("Modify") || name.starts_with("Create") || name.starts_with("Restore");
    if modifies && is("publiclyAccessible", "true") {
        return exposes(25, "makes the database publicly accessible");
    }
    if !request.has_any(&["x-amz-acl", "grantee", "publicAccessBlockConfiguration"]) && !name.starts_with("Delete") {
        return None;
    }
    if is("x-amz-acl", "public-read")
        || is("x-amz-acl", "public-read-write")
        || request.texts("grantee.uRI").iter().any(|uri| uri.ends_with("/AllUsers"))
    {
        return exposes(28, "the ACL allows everybody");
    }
    let off = request
        .find("publicAccessBlockConfiguration")
        .and_then(Value::as_object)
        .is_some_and(|block| block.values().any(|value| value.as_bool() == Some(false) || value.as_str() == Some("false")));
    let removed = name.starts_with("Delete") && name.ends_with("PublicAccessBlock");
    if off || removed { exposes(22, "no longer blocks public access") } else { None }
}

/// Protections and things that are switched off.
fn switched_off(call: &Call<'_>) -> Option<Severity> {
    const PROTECTIONS: &[&str] =
        &["deletionProtection", "deletionProtectionEnabled", "disableApiTermination", "enableTerminationProtection", "disableApiStop"];
    const SWITCHES: &[&str] = &[
        "enabled",
        "enable",
        "state",
        "status",
        "isMultiRegionTrail",
        "includeGlobalServiceEvents",
        "enableLogFileValidation",
        "enableDnsSupport",
        "enableDnsHostnames",
    ];
    let off = |key: &&str| {
        call.request.text(key).is_some_and(|text| ["false", "DISABLED", "Disabled", "Inactive", "Suspended"].contains(&text.as_str()))
    };
    if call.name().starts_with("Create") || call.name().starts_with("Run") {
        return None;
    }
    if PROTECTIONS.iter().any(off) {
        return Some(Severity { points: 15, reason: "takes protection against deletion away", effect: Effect::Unprotects });
    }
    if SWITCHES.iter().any(off) {
        return takes_away(18, "switches it off");
    }
    None
}

/// Trail selectors that leave events out.
fn narrowed_selectors(call: &Call<'_>) -> Option<Severity> {
    if call.name() != "PutEventSelectors" {
        return None;
    }
    let narrowed = call.request.text("includeManagementEvents").as_deref() == Some("false")
        || call.request.text("readWriteType").is_some_and(|kind| kind != "All")
        || !call.request.texts("excludeManagementEventSources").is_empty();
    if narrowed { takes_away(22, "the trail records less") } else { None }
}

/// Calls that take something away by their nature.
fn destructive(call: &Call<'_>) -> Option<Severity> {
    const VERBS: &[(&str, &str)] = &[
        ("Delete", "deletes it"),
        ("Terminate", "ends it"),
        ("Stop", "stops it"),
        ("Disable", "disables it"),
        ("Purge", "empties it"),
        ("ScheduleKeyDeletion", "schedules its deletion"),
        ("Detach", "detaches it"),
        ("Deregister", "takes it out of service"),
        ("Revoke", "takes access away"),
    ];
    VERBS.iter().find(|(verb, _)| call.name().starts_with(verb)).and_then(|(_, reason)| takes_away(10, reason))
}

#[cfg(test)]
mod tests;
