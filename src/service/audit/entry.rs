//! What is recorded, before it is chained.

use std::net::IpAddr;

use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Map, Value, json};
use tokio::time::Instant;

use super::chain::digest;
use crate::coverage::Cost;
use crate::tools::Call;
use crate::{redact, source};

/// Most characters of a call's arguments.
const MAX_ARGUMENTS: usize = 8_192;

/// One thing that happened.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    pub(super) fields: Map<String, Value>,
}

/// Requests that a call made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Requests {
    /// To AWS.
    pub aws: u64,
    /// Files read.
    pub files: u64,
}

/// A call that has begun; [`CallEntry::ended`] makes it an entry.
#[derive(Clone, Debug)]
pub struct CallEntry {
    fields: Map<String, Value>,
    began: Instant,
}

impl Entry {
    fn new(event: &str, time: DateTime<Utc>) -> Self {
        let fields = [("time".to_owned(), time.to_rfc3339_opts(SecondsFormat::Millis, true).into()), ("event".to_owned(), event.into())];
        Self { fields: fields.into_iter().collect() }
    }

    fn with(mut self, key: &str, value: impl Into<Value>) -> Self {
        self.fields.insert(key.to_owned(), value.into());
        self
    }

    /// Records that somebody was turned away before there was a call: `reason` is one of a small set of our own words, and `count` how
    /// many of the same came since the last entry of this kind.
    pub fn denied(time: DateTime<Utc>, reason: &'static str, peer: Option<IpAddr>, count: u64) -> Self {
        let entry = Self::new("denied", time).with("reason", reason);
        let entry = peer.into_iter().fold(entry, |entry, peer| entry.with("peer", peer.to_string()));
        if count > 1 { entry.with("count", count) } else { entry }
    }

    /// Records that the policy was read anew: with success, or that the old one was kept.
    pub fn policy_read(time: DateTime<Utc>, taken: bool) -> Self {
        Self::new("policy_read", time).with("outcome", if taken { "taken" } else { "invalid, the old one is kept" })
    }

    /// Records that the log was found otherwise than its head says.
    pub(super) fn mended(time: DateTime<Utc>, expected: &str, found: &str) -> Self {
        Self::new(super::journal::MENDED, time).with("expected", expected).with("found", found)
    }

    /// Records that a process ended while it wrote: how many lines are lost, and what there was of the next.
    pub(super) fn recovered(time: DateTime<Utc>, lost: u64, torn: &[u8]) -> Self {
        let entry = Self::new("recovered", time).with("lost_records", lost).with("torn_bytes", torn.len());
        entry.with("torn", String::from_utf8_lossy(torn).chars().take(2 * MAX_ARGUMENTS).collect::<String>())
    }

    /// Records that entries could be written again, and how many were lost for good.
    pub(super) fn resumed(time: DateTime<Utc>, late: usize, lost: u64) -> Self {
        Self::new("resumed", time).with("late_records", late).with("lost_records", lost)
    }
}

impl CallEntry {
    /// Begins the record of a call. The arguments are redacted, and cut where they are long.
    pub fn began(time: DateTime<Utc>, call: &Call, tool: &str, arguments: Option<&Map<String, Value>>) -> Self {
        let mut entry = Entry::new("call", time);
        if !call.caller.is_empty() {
            entry = entry.with("caller", redact::text(&call.caller, 128));
        }
        if let Some(trace_id) = &call.trace_id {
            entry = entry.with("trace_id", &**trace_id);
        }
        let arguments = arguments.into_iter().flatten().map(|(key, value)| (key.clone(), bounded(value))).collect();
        let arguments = redact::record(&Value::Object(arguments)).into_inner();
        let entry = entry.with("tool", tool).with("arguments", cut(arguments));
        Self { fields: entry.fields, began: Instant::now() }
    }

    /// Ends the record with what the answer says of itself.
    ///
    /// Shape: `decision` is `admitted` or the code of the refusal; `answer_sha256` is over `structuredContent` as compact JSON.
    pub fn ended(self, structured: &Value) -> Entry {
        let text = |pointer: &str| structured.pointer(pointer).and_then(Value::as_str);
        let cells = || structured.pointer("/coverage/cells").and_then(Value::as_array).into_iter().flatten();
        let mut entry = self.timed();
        entry = entry.with("decision", text("/error/code").unwrap_or("admitted"));
        for (key, of) in [("regions", "region"), ("accounts", "account")] {
            let mut named: Vec<&str> =
                cells().filter(|cell| cell["state"] != "denied_by_policy").filter_map(|cell| cell[of].as_str()).collect();
            named.sort_unstable();
            named.dedup();
            if !named.is_empty() {
                entry = entry.with(key, named);
            }
        }
        let requests = requests(cells());
        entry = entry.with("requests", json!({"aws": requests.aws, "files": requests.files}));
        for (key, pointer) in [("verdict", "/coverage/verdict"), ("finding", "/finding")] {
            if let Some(value) = text(pointer) {
                entry = entry.with(key, value);
            }
        }
        let shown = structured.pointer("/totals/shown").and_then(Value::as_u64);
        let one = u64::from(structured.get("record").is_some());
        entry.with("events", shown.unwrap_or(one)).with("answer_sha256", digest(structured.to_string().as_bytes()))
    }

    /// Ends the record of a call that its caller gave up, so that there is no answer.
    pub fn abandoned(self) -> Entry {
        self.timed().with("decision", "cancelled")
    }

    fn timed(self) -> Entry {
        let millis = u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX);
        Entry { fields: self.fields }.with("duration_ms", millis)
    }
}

fn requests<'a>(cells: impl Iterator<Item = &'a Value>) -> Requests {
    let mut requests = Requests::default();
    for cell in cells {
        let sent = cell.get("requests").and_then(Value::as_u64).unwrap_or_default();
        match cell.get("source").and_then(Value::as_str).and_then(source::find).map(|source| source.cost) {
            Some(Cost::Time { .. }) => requests.files += sent,
            _ => requests.aws += sent,
        }
    }
    requests
}

/// Leaves out a value that is so long that it would be cut anyway, before it is looked at for secrets.
fn bounded(value: &Value) -> Value {
    const LONG: usize = 16 * MAX_ARGUMENTS;
    let length = value.to_string().chars().count();
    if length > LONG { left_out(length) } else { value.clone() }
}

fn left_out(length: usize) -> Value {
    Value::String(format!("[{length} characters left out]"))
}

/// Leaves out the longest arguments until the rest is short enough.
fn cut(arguments: Value) -> Value {
    let Value::Object(mut arguments) = arguments else { return arguments };
    let length = |value: &Value| value.to_string().chars().count();
    while arguments.values().map(length).sum::<usize>() > MAX_ARGUMENTS {
        let Some((key, longest)) = arguments.iter().map(|(key, value)| (key.clone(), length(value))).max_by_key(|(_, length)| *length)
        else {
            break;
        };
        if longest < 80 {
            return Value::String(format!("[{} arguments left out]", arguments.len()));
        }
        arguments.insert(key, left_out(longest));
    }
    Value::Object(arguments)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(arguments: Value) -> CallEntry {
        CallEntry::began(DateTime::UNIX_EPOCH, &Call::of("chat-bot"), "cloudtrail_events", arguments.as_object())
    }

    #[test]
    fn a_call_is_recorded_with_what_it_asked_and_what_came_of_it() {
        let structured = json!({"finding": "suspects", "totals": {"shown": 12}, "coverage": {"verdict": "partial", "cells": [
            {"account": "111122223333", "region": "eu-west-1", "source": "event_history", "state": "page_cap", "requests": 3},
            {"region": "us-east-1", "source": "event_history", "state": "denied_by_policy", "requests": 0},
            {"account": "111122223333", "region": "eu-west-1", "source": "archive", "state": "exhausted", "requests": 4}]}});
        let mut entry = call(json!({"start_time": "2h"})).ended(&structured);
        entry.fields.insert("duration_ms".into(), 5.into());
        insta::assert_snapshot!(Value::Object(entry.fields), @r#"{"time":"1970-01-01T00:00:00.000Z","event":"call","caller":"chat-bot","tool":"cloudtrail_events","arguments":{"start_time":"2h"},"duration_ms":5,"decision":"admitted","regions":["eu-west-1"],"accounts":["111122223333"],"requests":{"aws":3,"files":4},"verdict":"partial","finding":"suspects","events":12,"answer_sha256":"d317b8325ddfce34669377a6e8fd3f9555eb9c515910f71d32aabe7e321c9a5d"}"#);
    }

    #[test]
    fn a_refusal_and_an_abandoned_call_are_recorded_as_such() {
        let refused = call(json!({})).ended(&json!({"finding": "could_not_look", "error": {"code": "region_not_allowed"}}));
        assert_eq!(refused.fields["decision"], "region_not_allowed");
        assert_eq!(call(json!({})).abandoned().fields["decision"], "cancelled");
    }

    #[test]
    fn no_secret_of_the_arguments_is_recorded_and_long_ones_are_cut() {
        let secret = json!({"investigation": {"alert": {"labels": {"db_password": "Zq7Bqx99"}}}, "actors": ["ghp_Zq7Bqx99Zq7Bqx99Zq7Bqx99Zq7Bqx99Zq7B"]});
        let fields = call(secret).ended(&json!({})).fields;
        assert!(!Value::Object(fields).to_string().contains("Zq7Bqx99"));
        let long = call(json!({"investigation": vec!["aß"; 20_000], "regions": ["eu-west-1"]})).ended(&json!({})).fields;
        assert_eq!(long["arguments"]["regions"], json!(["eu-west-1"]));
        assert!(Value::Object(long).to_string().chars().count() < 1_000);
    }
}
