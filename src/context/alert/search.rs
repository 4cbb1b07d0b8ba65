//! JSON of no known form, and forms that differ in field names only: searched for a start, a name, a status and facts.

use chrono::{DateTime, TimeDelta, Timelike, Utc};
use serde_json::{Map, Value};

use super::super::fact::{flatten_said, plain_key};
use super::alertmanager_webhook::KEYS;
use super::when::{self, When};
use super::{Fact, Payload, Reported, firing, first_key};
use crate::time::{self, Window};

/// How deep is searched for times.
const MAX_DEPTH: usize = 7;

/// Fields in which lists of alerts stand.
const LISTS: &[&str] = &[
    "alerts",
    "incidents",
    "data",
    "values",
    "issues",
    "events",
    "items",
    "results",
    "result",
    "findings",
    "problems",
    "anomalies",
    "alarms",
    "metricalarms",
    "compositealarms",
    "alert",
    "entries",
    "hits",
    "records",
    "messages",
    "alertgroups",
];

/// What is somebody else's: a rule's creation is no incident's start.
const OTHERS: &[&str] = &[
    "evidence",
    "metadata",
    "monitor",
    "rule",
    "alertrule",
    "config",
    "configuration",
    "project",
    "user",
    "service",
    "team",
    "teams",
    "organization",
    "check",
    "policy",
    "actor",
    "owner",
    "assignee",
    "assignees",
    "creator",
    "createdby",
    "integration",
    "agent",
    "sender",
    "schedule",
    "escalationpolicy",
    "acknowledgements",
    "assignments",
    "lastlogentry",
    "conditionsthresholds",
    "previousstate",
    "timerange",
    "permalinks",
];

/// Fields that hold a name, the surer first.
const NAMES: &[&str] = &[
    "alertname",
    "alarmname",
    "rulename",
    "incidentname",
    "problemtitle",
    "monitorname",
    "title",
    "name",
    "summary",
    "subject",
    "headline",
    "conditionname",
    "message",
    "description",
    "text",
    "problem",
    "event",
];

/// Reads JSON of no known form: its alerts, where a list of them stands in it, or else itself as one.
pub(super) fn read(payload: &Value) -> Payload {
    match list(payload) {
        Some(alerts) => Payload { alerts: alerts.iter().take(super::MAX_ALERTS).map(read_one).collect(), facts: Vec::new() },
        None => Payload { alerts: vec![read_one(payload)], facts: Vec::new() },
    }
}

/// Reads one alert.
pub(super) fn read_one(alert: &Value) -> Reported {
    let mut facts: Vec<Fact> = Vec::new();
    flatten_said(&mut facts, alert);
    let status = find_text(alert, &["status", "state", "alertstatus", "alertstate", "eventtype", "eventaction", "action", "transition"], 3);
    let firing = status.as_deref().and_then(firing);
    let (started, on) = start(alert);
    let noticed = started.is_some() && !says_start(alert);
    // What has ended or is told at its end lasted until then.
    let length = lasted(alert).filter(|_| noticed);
    let started = started.map(|start| length.and_then(|length| start.checked_sub_signed(length)).unwrap_or(start));
    let noticed = noticed && length.is_none();
    let key = first_key(alert, KEYS);
    Reported {
        name: name(alert),
        key,
        firing,
        started,
        noticed,
        ended: first(alert, When::End),
        on,
        sent: first(alert, When::Told),
        facts,
        ..Reported::default()
    }
}

/// Returns the list of alerts in a payload.
fn list(payload: &Value) -> Option<&Vec<Value>> {
    lists_in(payload)
        .into_iter()
        .chain(payload.as_object()?.values().flat_map(lists_in))
        .find(|items| !items.is_empty() && items.iter().all(Value::is_object) && items.iter().any(|item| start(item) != (None, None)))
}

fn lists_in(value: &Value) -> Vec<&Vec<Value>> {
    let named = |key: &str| LISTS.contains(&plain_key(key).as_str());
    value.as_object().into_iter().flatten().filter(|(key, _)| named(key)).filter_map(|(_, value)| value.as_array()).collect()
}

/// Returns when it began: an instant, or a day.
pub(super) fn start(alert: &Value) -> (Option<DateTime<Utc>>, Option<Window>) {
    let mut best: Option<(usize, Option<DateTime<Utc>>, Option<Window>)> = None;
    times(alert, 0, &mut |key, value, depth| {
        let tier = match when::of_name(key) {
            Some(When::Start) => 0,
            Some(When::Alarm) => 1,
            Some(When::Bare) => 2,
            _ => return,
        };
        // A surer name counts for more than a place one level nearer to the top.
        let cost = tier * 3 + depth * 2;
        if best.as_ref().is_none_or(|(least, ..)| cost < *least) {
            let day = day(key, value);
            best = Some((cost, time::of_alert(value).filter(|_| day.is_none()), day));
        }
    });
    best.map_or((None, None), |(_, started, on)| (started, on))
}

/// Returns how long it lasted.
fn lasted(alert: &Value) -> Option<TimeDelta> {
    alert.as_object()?.iter().find_map(|(name, value)| {
        let seconds = value.as_f64().or_else(|| value.as_str()?.trim().parse().ok())? * when::duration_unit(&plain_key(name))?;
        #[expect(clippy::cast_possible_truncation, reason = "a cast of a float saturates")]
        TimeDelta::try_seconds(seconds as i64).filter(|length| *length > TimeDelta::zero() && *length < TimeDelta::days(30))
    })
}

/// Tells whether a field says of an alert that it began, not only that it was noticed.
fn says_start(alert: &Value) -> bool {
    first(alert, When::Start).is_some()
}

/// Tells whether a field of that name, in lower case without separators, tells the start, in whatever words.
pub(in crate::context) fn tells_start(key: &str) -> bool {
    when::of_name(key).is_some_and(When::is_start)
}

/// Returns the first time that is one of `wanted`.
fn first(alert: &Value, wanted: When) -> Option<DateTime<Utc>> {
    let mut found = None;
    times(alert, 0, &mut |key, value, _| {
        if found.is_none() && when::of_name(key) == Some(wanted) {
            found = time::of_alert(value);
        }
    });
    found
}

/// Calls `see` with every field that holds a time: its key without separators, the value, the depth. A date and a time of day in two fields are one.
fn times(value: &Value, depth: usize, see: &mut impl FnMut(&str, &Value, usize)) {
    if depth > MAX_DEPTH {
        return;
    }
    match value {
        Value::Array(items) => items.iter().take(20).for_each(|item| times(item, depth + 1, see)),
        Value::Object(map) => {
            for (name, value) in map {
                let key = plain_key(name);
                let parted = parted(map, &key, value);
                let value = parted.as_ref().unwrap_or(value);
                if day(&key, value).is_some() || time::of_alert(value).is_some() {
                    see(&key, value, depth);
                } else if !OTHERS.contains(&key.as_str()) || value.get("eventFirstSeen").is_some() {
                    match value.as_str().and_then(super::envelope::json) {
                        Some(inner) => times(&inner, depth + 1, see),
                        None => times(value, depth + 1, see),
                    }
                }
            }
        }
        _ => {}
    }
}

/// Joins what stands in two fields: a date and its time of day, a local time and its offset.
fn parted(map: &Map<String, Value>, key: &str, value: &Value) -> Option<Value> {
    let written = value.as_str()?;
    let sibling = |wanted: &str| map.iter().find(|(name, _)| plain_key(name) == wanted).and_then(|(_, value)| value.as_str());
    let bare = || written.contains(':') && written.ends_with(|c: char| c.is_ascii_digit()) && !written.contains('+');
    let has_local = || map.keys().any(|name| plain_key(name).starts_with("local"));
    let zoned = || sibling("timezone").filter(|_| bare() && !has_local());
    let joined = if let Some(zone) = zoned() {
        format!("{written} {zone}")
    } else if key.starts_with("local") {
        format!("{written} {}", sibling("timezoneoffset").or_else(|| sibling("timezone"))?)
    } else {
        let stem = key.strip_suffix("date")?;
        time::of_day(written)?;
        format!("{} {}", written.trim().replace(['.', '/'], "-"), sibling(&format!("{stem}time"))?)
    };
    Some(Value::from(joined)).filter(|joined| time::of_alert(joined).is_some())
}

/// Reads a date alone, or the midnight of a field that holds dates: the day.
fn day(key: &str, value: &Value) -> Option<Window> {
    let text = value.as_str()?;
    let midnight =
        || time::parse(text).filter(|time| key.ends_with("date") && !key.ends_with("startdate") && time.num_seconds_from_midnight() == 0);
    let start = time::of_day(text).or_else(midnight)?;
    Window::new(start, start + TimeDelta::days(1))
}

fn name(alert: &Value) -> String {
    find_text(alert, NAMES, 3).unwrap_or_default()
}

/// Returns the text of the first of several fields, one that stands higher before one that stands deeper.
fn find_text(value: &Value, names: &[&str], levels: usize) -> Option<String> {
    let mut level = vec![value];
    for _ in 0..levels {
        let maps: Vec<&Map<String, Value>> = level.iter().filter_map(|value| value.as_object()).collect();
        let texts = |wanted: &str| {
            let named = maps.iter().flat_map(|map| map.iter()).filter(|(key, _)| plain_key(key) == wanted);
            named.filter_map(|(_, value)| value.as_str()).map(str::trim).find(|text| !text.is_empty()).map(str::to_owned)
        };
        if let Some(found) = names.iter().find_map(|wanted| texts(wanted)) {
            return Some(found);
        }
        level = maps
            .iter()
            .flat_map(|map| map.iter())
            .filter(|(key, _)| !OTHERS.contains(&plain_key(key).as_str()))
            .map(|(_, value)| value)
            .collect();
    }
    None
}
