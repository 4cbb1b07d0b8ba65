//! The forms in which alerts are posted: one file each, joined in [`FORMS`].

use chrono::{DateTime, Utc};
use serde_json::{Map, Value};

use super::fact::{Fact, Place, flatten, push};
use crate::time::{self, Window};

pub(super) use envelope::json;
pub(super) use search::tells_start;

mod alertmanager_api;
mod alertmanager_webhook;
mod aws_health;
mod cloudwatch_eventbridge;
mod cloudwatch_sns;
mod datadog;
mod envelope;
mod generic;
mod grafana;
mod metric_age;
mod opsgenie;
mod pagerduty;
mod prometheus_rules;
mod search;
mod sentry;
mod when;

/// How many alerts of one payload are read.
const MAX_ALERTS: usize = 500;

/// A form in which alerts are posted: one file, and one line in [`FORMS`].
struct AlertForm {
    /// Its name, for the log and tests.
    name: &'static str,
    /// Tells whether this is such a payload, by fields that no other form has together.
    recognise: fn(&Value) -> bool,
    /// Reads what was recognised; never fails: what it cannot find is absent.
    read: fn(&Value) -> Payload,
}

/// Every form, the more particular first.
const FORMS: &[AlertForm] = &[
    grafana::FORM,
    alertmanager_webhook::FORM,
    alertmanager_api::FORM,
    prometheus_rules::FORM,
    aws_health::FORM,
    cloudwatch_eventbridge::FORM,
    cloudwatch_sns::FORM,
    pagerduty::FORM,
    sentry::FORM,
    opsgenie::FORM,
    datadog::FORM,
    generic::FORM,
];

/// What a payload says.
#[derive(Debug, Default)]
pub(super) struct Payload {
    /// Its alerts, in the payload's order.
    pub(super) alerts: Vec<Reported>,
    /// What it says beside the alerts.
    pub(super) facts: Vec<Fact>,
}

/// One alert, as it is reported.
#[derive(Clone, Debug, Default)]
pub(super) struct Reported {
    /// Its name. Untrusted.
    pub(super) name: String,
    /// What whoever reports it knows it by, the same each time, and when it is over. Untrusted.
    pub(super) key: Option<String>,
    /// Whether it is told of once more, by a message whose time is not that of its start.
    pub(super) again: bool,
    /// Whether it says that it fires; absent when it does not tell.
    pub(super) firing: Option<bool>,
    /// When it began to fire.
    pub(super) started: Option<DateTime<Utc>>,
    /// Whether a field tells when it was noticed, and none when it began.
    pub(super) noticed: bool,
    /// Whether that is since when what waits longest has waited, as its metric tells: what fired on it did so later.
    pub(super) by_age: bool,
    /// When it ended, or is expected to.
    pub(super) ended: Option<DateTime<Utc>>,
    /// The day of its start, when only that is told.
    pub(super) on: Option<Window>,
    /// When the message was sent that tells of it: it began no later.
    pub(super) sent: Option<DateTime<Utc>>,
    /// What it says.
    pub(super) facts: Vec<Fact>,
}

impl Reported {
    /// Tells whether it is nothing but a text.
    pub(super) fn is_text(&self) -> bool {
        self.facts.iter().all(|fact| fact.place == Place::Text)
    }
}

/// Reads parsed JSON of any form, in any envelope.
///
/// Shape: JSON of no known form is searched for a start, and everything in it is told as facts.
pub(super) fn read(payload: &Value) -> Payload {
    read_within(payload, 0)
}

fn read_within(payload: &Value, envelopes: usize) -> Payload {
    let mut all = Payload::default();
    let mut join = |payload: Payload| {
        all.alerts.extend(payload.alerts);
        all.facts.extend(payload.facts);
    };
    if let Some(opened) = envelope::open(payload).filter(|_| envelopes < envelope::MAX_ENVELOPES) {
        for (inner, sent) in opened {
            let mut payload = read_within(&inner, envelopes + 1);
            payload.alerts.iter_mut().for_each(|alert| alert.sent = alert.sent.or(sent));
            join(payload);
        }
    } else if let Value::Array(items) = payload {
        let inside = envelopes.min(envelope::MAX_ENVELOPES) + 1;
        items.iter().take(MAX_ALERTS).filter(|_| envelopes <= envelope::MAX_ENVELOPES).for_each(|item| join(read_within(item, inside)));
    } else if let Value::String(text) = payload {
        join(Payload { alerts: vec![of_text(text)], facts: Vec::new() });
    } else if let Some(form) = form(payload) {
        tracing::debug!(form = form.name, "The form of the alert is known.");
        join(complete((form.read)(payload), payload));
    } else if payload.is_object() {
        join(search::read(payload));
    }
    all.alerts.truncate(MAX_ALERTS);
    all
}

/// Searches for the start of an alert whose form has it in a field of its own making.
fn complete(mut read: Payload, payload: &Value) -> Payload {
    if let [alert] = read.alerts.as_mut_slice()
        && alert.started.is_none()
        && alert.ended.is_none()
        && alert.firing != Some(false)
    {
        (alert.started, alert.on) = search::start(payload);
    }
    read
}

/// Reads a text, which is an alert by itself.
pub(super) fn of_text(text: &str) -> Reported {
    let name = text.trim().lines().next().unwrap_or_default().chars().filter(|c| !c.is_control()).take(120).collect();
    let mut facts = Vec::new();
    push(&mut facts, Place::Text, "", text);
    Reported { name, facts, ..Reported::default() }
}

fn form(payload: &Value) -> Option<&'static AlertForm> {
    FORMS.iter().find(|form| (form.recognise)(payload))
}

/// Returns the text at a JSON pointer, unless it is blank.
fn text<'a>(value: &'a Value, pointer: &str) -> Option<&'a str> {
    value.pointer(pointer)?.as_str().map(str::trim).filter(|text| !text.is_empty())
}

/// Returns the first of several pointers that holds a text.
fn first_text(value: &Value, pointers: &[&str]) -> String {
    pointers.iter().find_map(|at| text(value, at)).unwrap_or_default().to_owned()
}

/// Returns the first of several pointers that holds a text or a number, as what an alert is known by.
fn first_key(value: &Value, pointers: &[&str]) -> Option<String> {
    pointers.iter().find_map(|at| match value.pointer(at)? {
        Value::String(text) if !text.trim().is_empty() => Some(text.trim().to_owned()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    })
}

/// Returns the first of several pointers that holds a time.
fn first_time(value: &Value, pointers: &[&str]) -> Option<DateTime<Utc>> {
    pointers.iter().find_map(|at| time::of_alert(value.pointer(at)?))
}

/// Adds the text at a JSON pointer, named by the pointer's last part.
fn push_at(facts: &mut Vec<Fact>, place: Place, value: &Value, pointer: &str) {
    if let Some(text) = text(value, pointer) {
        push(facts, place, pointer.rsplit('/').next().unwrap_or_default(), text);
    }
}

/// Returns the object at a JSON pointer.
fn object<'a>(value: &'a Value, pointer: &str) -> Option<&'a Map<String, Value>> {
    value.pointer(pointer)?.as_object()
}

/// Adds every pair of the object at a JSON pointer.
fn push_map(facts: &mut Vec<Fact>, place: Place, value: &Value, pointer: &str) {
    if let Some(found @ Value::Object(_)) = value.pointer(pointer) {
        flatten(facts, place, "", found);
    }
}

/// Judges a status word; nothing when it is not one we know.
fn firing(status: &str) -> Option<bool> {
    const FIRING: &[&str] =
        &["firing", "active", "alerting", "alarm", "triggered", "trigger", "pending", "open", "suppressed", "unprocessed", "acknowledged"];
    const OVER: &[&str] = &["resolved", "ok", "recovered", "resolve", "closed", "inactive", "normal"];
    let is = |words: &[&str]| words.iter().any(|word| status.eq_ignore_ascii_case(word));
    if is(FIRING) {
        Some(true)
    } else if is(OVER) {
        Some(false)
    } else {
        None
    }
}

#[cfg(test)]
mod tests;
