//! Which alert of a payload is the primary one, and which join it.

use chrono::{DateTime, TimeDelta, Utc};

use super::alert::{Payload, Reported};
use super::basis::Lack;
use super::fact::Fact;
use super::{Alert, InvalidArgument};

/// How far an alert's start may lie ahead of our clock.
const MAX_SKEW: TimeDelta = TimeDelta::minutes(10);
/// How many other alerts are named.
const MAX_OTHERS: usize = 20;
/// How many characters of a name are kept.
const MAX_NAME: usize = 200;

/// What the payload comes to.
#[derive(Debug, Default)]
pub(super) struct Primary {
    /// The primary alert, when it has a readable start.
    pub(super) alert: Option<Alert>,
    /// Whether its start is a time in a text.
    pub(super) in_text: bool,
    /// Why there is no `alert`, when the payload had one.
    pub(super) lacks: Option<Lack>,
    /// The end of an alert whose start is not told.
    pub(super) ended: Option<DateTime<Utc>>,
    /// Names of the alerts that count.
    pub(super) names: Vec<String>,
    /// What the primary alert, those that join it and the payload say, in this order.
    pub(super) facts: Vec<Fact>,
}

/// Chooses: the newest start of a firing alert is primary, of a resolved one only when none fires; those that began within
/// `lookback` before it join, and the earliest start of them counts.
///
/// Errors: every start lies in the future, and the caller gave none (`start_given`).
pub(super) fn choose(payload: Payload, start_given: bool, lookback: TimeDelta, now: DateTime<Utc>) -> Result<Primary, InvalidArgument> {
    let Payload { mut alerts, facts: beside } = payload;
    let mut chosen = Primary::default();
    if alerts.is_empty() {
        chosen.lacks = Some(Lack::KnownForm).filter(|_| !beside.is_empty());
        chosen.facts = beside;
        return Ok(chosen);
    }
    let ahead = alerts.iter().filter_map(|alert| alert.started).filter(|start| *start - now > MAX_SKEW).min();
    alerts.sort_by_key(|alert| (!fires(alert, now), std::cmp::Reverse(known_start(alert, now))));
    let primary = alerts.iter().position(|alert| known_start(alert, now).is_some());
    let start = primary.and_then(|at| known_start(alerts.get(at)?, now));

    let Some(newest) = start else {
        if let Some(start) = ahead.filter(|_| !start_given) {
            return Err(InvalidArgument {
                argument: "investigation".into(),
                message: format!(
                    "The alert starts at {}, after now ({}): check the time's offset, such as `2026-01-27T20:04:10+01:00`.",
                    crate::time::rfc3339(start),
                    crate::time::rfc3339(now)
                ),
            });
        }
        chosen.lacks = Some(Lack::Start);
        chosen.ended = alerts.iter().filter_map(|alert| alert.ended).filter(|end| *end <= now).max();
        chosen.names = alerts.iter().map(name).collect();
        chosen.facts = alerts.into_iter().flat_map(|alert| alert.facts).chain(beside).collect();
        return Ok(chosen);
    };

    let primary = primary.map(|at| alerts.remove(at)).unwrap_or_default();
    let joins = |alert: &Reported| known_start(alert, now).is_some_and(|start| start <= newest && newest - start <= lookback);
    let (joined, others): (Vec<Reported>, Vec<Reported>) = alerts.into_iter().partition(joins);
    let together = || std::iter::once(&primary).chain(&joined);

    let started_at = together().filter_map(|alert| alert.started).min().unwrap_or(newest);
    let firing = together().any(|alert| fires(alert, now));
    let ended_at = together().filter_map(|alert| alert.ended).max().filter(|end| !firing && *end > started_at && *end <= now);
    let mut named = Vec::new();
    for other in joined.iter().chain(&others).map(name) {
        if !named.contains(&other) && named.len() < MAX_OTHERS {
            named.push(other);
        }
    }
    chosen.names = together().map(name).collect();
    chosen.alert = Some(Alert { name: name(&primary), started_at, ended_at, others: named });
    chosen.facts = std::iter::once(primary).chain(joined).flat_map(|alert| alert.facts).chain(beside).collect();
    Ok(chosen)
}

fn known_start(alert: &Reported, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    alert.started.filter(|start| *start - now <= MAX_SKEW)
}

fn fires(alert: &Reported, now: DateTime<Utc>) -> bool {
    alert.firing.unwrap_or_else(|| alert.ended.is_none_or(|end| end > now))
}

fn name(alert: &Reported) -> String {
    match alert.name.trim() {
        "" => "unnamed alert".into(),
        name => name.chars().take(MAX_NAME).collect(),
    }
}
