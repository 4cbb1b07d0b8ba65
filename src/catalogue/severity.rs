//! How bad the values of a change are, apart from what kind of change it is.

use std::borrow::Cow;

use serde_json::Value;

use super::json_path::{Flat, child, push_texts};
use super::rows;
use super::summary::{policy_document, statements};
use super::verb::Verb;
use crate::event::{Arn, Event};

/// What makes the values of a change worse than its kind alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Severity {
    /// Points to add to the weight, up to 40; none for what only tells the direction.
    pub points: i8,
    /// Why, in words for the reader: `opens it to the whole internet`.
    pub reason: &'static str,
    /// Which way it is worse.
    pub effect: Effect,
    /// Whether the reason says no more than the event's verb, so that nobody needs to be told.
    pub obvious: bool,
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

pub(super) mod check;
pub(super) mod harmless;
mod measure;

pub(crate) use harmless::only_says;

/// What the checks look at.
pub(super) struct Call<'a> {
    event: &'a Event,
    request: Flat<'a>,
    policy: Option<Cow<'a, Value>>,
}

impl Call<'_> {
    fn name(&self) -> &str {
        &self.event.name
    }

    fn verb(&self) -> &'static Verb {
        Verb::of(self.name())
    }

    /// Returns the statements of the policy that the call sets.
    fn statements(&self) -> Vec<&Value> {
        self.policy.as_deref().map(statements).unwrap_or_default()
    }
}

/// A look at one kind of value.
pub(super) type Check = fn(&Call<'_>) -> Option<Severity>;

/// The checks of any event, each a small function of the request's values; those of one event stand in [`check`].
const CHECKS: &[Check] =
    &[down_to_zero, denies, public_principal, foreign_account, public_switch, switched_off, destructive, measure::measure];

/// Returns the worst thing that the values of an event say; nothing for an ordinary change, a read, or a call that failed.
pub fn severity(event: &Event) -> Option<Severity> {
    if event.read_only || event.failed() {
        return None;
    }
    harmless::harmless(event).or_else(|| {
        let request = Flat::of(event.request());
        let call = Call { event, policy: policy_document(&request), request };
        let own = rows::find(event.service(), &event.name).and_then(|row| row.check);
        own.iter().chain(CHECKS).filter_map(|check| check(&call)).max_by_key(|severity| severity.points)
    })
}

/// Why a public access block that is off or gone is grave.
const NO_LONGER_BLOCKS: &str = "no longer blocks public access";

const fn takes_away(points: i8, reason: &'static str) -> Option<Severity> {
    Some(Severity { points, reason, effect: Effect::TakesAway, obvious: false })
}

const fn exposes(points: i8, reason: &'static str) -> Option<Severity> {
    Some(Severity { points, reason, effect: Effect::Exposes, obvious: false })
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

/// A policy that denies.
fn denies(call: &Call<'_>) -> Option<Severity> {
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
    if !request.has_any(&["x-amz-acl", "grantee", "publicAccessBlockConfiguration"]) {
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
    if off { exposes(22, NO_LONGER_BLOCKS) } else { None }
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
        return Some(Severity { points: 15, reason: "takes protection against deletion away", effect: Effect::Unprotects, obvious: false });
    }
    if SWITCHES.iter().any(off) {
        return takes_away(18, "switches it off");
    }
    None
}

/// Calls that take something away by their nature.
fn destructive(call: &Call<'_>) -> Option<Severity> {
    call.verb().takes_away.and_then(|reason| takes_away(10, reason)).map(|severity| Severity { obvious: true, ..severity })
}

#[cfg(test)]
mod tests;
