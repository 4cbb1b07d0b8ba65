//! The forms in which alerts are posted: one file each, joined in [`FORMS`].

use chrono::{DateTime, Utc};
use serde_json::{Map, Value};

use super::fact::{Fact, Place, flatten, push};
use crate::time;

mod alertmanager_api;
mod alertmanager_webhook;
mod aws_health;
mod cloudwatch_eventbridge;
mod cloudwatch_sns;
mod datadog;
mod generic;
mod grafana;
mod opsgenie;
mod pagerduty;
mod sentry;

/// How many alerts of one payload are read.
const MAX_ALERTS: usize = 500;
/// How many envelopes are opened.
const MAX_ENVELOPES: usize = 4;

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
    /// Whether it says that it fires; absent when it does not tell.
    pub(super) firing: Option<bool>,
    /// When it began to fire.
    pub(super) started: Option<DateTime<Utc>>,
    /// When it ended, or is expected to.
    pub(super) ended: Option<DateTime<Utc>>,
    /// What it says.
    pub(super) facts: Vec<Fact>,
}

/// Reads parsed JSON of any form.
///
/// Shape: JSON of no known form gives no alert, and everything in it as facts.
pub(super) fn read(payload: &Value) -> Payload {
    let payload = &open(payload);
    if let Value::Array(items) = payload {
        let mut all = Payload::default();
        for payload in items.iter().take(MAX_ALERTS).map(read) {
            all.alerts.extend(payload.alerts);
            all.facts.extend(payload.facts);
        }
        all.alerts.truncate(MAX_ALERTS);
        return all;
    }
    form(payload).map_or_else(
        || {
            let mut facts = Vec::new();
            flatten(&mut facts, Place::Detail, "", payload);
            Payload { alerts: Vec::new(), facts }
        },
        |form| {
            tracing::debug!(form = form.name, "The form of the alert is known.");
            (form.read)(payload)
        },
    )
}

fn form(payload: &Value) -> Option<&'static AlertForm> {
    FORMS.iter().find(|form| (form.recognise)(payload))
}

/// Takes a payload out of the envelopes it travelled in: SNS, the event of a function that SNS or SQS calls, an HTTP body.
fn open(payload: &Value) -> Value {
    // Where the inner payload stands, and the field by which its envelope is known.
    const ENVELOPES: &[(&str, &str)] =
        &[("/Records/0/Sns/Message", "Records"), ("/Records/0/body", "Records"), ("/Message", "Type"), ("/body", "headers")];
    let mut payload = payload.clone();
    for _ in 0..MAX_ENVELOPES {
        let inner = ENVELOPES.iter().filter(|(_, known_by)| payload.get(known_by).is_some()).find_map(|(at, _)| {
            let text = payload.pointer(at)?.as_str()?;
            serde_json::from_str::<Value>(text).ok().filter(|inner| inner.is_object() || inner.is_array())
        });
        match inner {
            Some(inner) => payload = inner,
            None => break,
        }
    }
    payload
}

/// Returns the text at a JSON pointer, unless it is blank.
fn text<'a>(value: &'a Value, pointer: &str) -> Option<&'a str> {
    value.pointer(pointer)?.as_str().map(str::trim).filter(|text| !text.is_empty())
}

/// Returns the first of several pointers that holds a text.
fn first_text(value: &Value, pointers: &[&str]) -> String {
    pointers.iter().find_map(|at| text(value, at)).unwrap_or_default().to_owned()
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
