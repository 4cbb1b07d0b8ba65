//! A record taken to another account, region and time.

use std::sync::LazyLock;

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use regex::{Captures, Regex};
use serde_json::Value;

use super::super::incident::Random;

/// The number of a thing: `eni-0123456789abcdef0`.
static NUMBER: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"\b([a-z]+-)([0-9a-f]{8,17})\b").ok());

/// Where a record goes.
#[derive(Clone, Debug)]
pub(super) struct Moved<'a> {
    /// Accounts by what they become.
    pub(super) accounts: Vec<(String, &'a str)>,
    /// Regions by what they become.
    pub(super) regions: Vec<(String, &'a str)>,
    /// How much later it is.
    pub(super) later: TimeDelta,
    /// Gives things other numbers, the same for the same number; nothing keeps them.
    pub(super) turn: Option<u64>,
}

impl Moved<'_> {
    /// Moves a record.
    pub(super) fn apply(&self, value: &Value) -> Value {
        match value {
            Value::String(text) => Value::String(self.text(text)),
            Value::Array(items) => Value::Array(items.iter().map(|item| self.apply(item)).collect()),
            Value::Object(fields) => Value::Object(fields.iter().map(|(key, value)| (key.clone(), self.apply(value))).collect()),
            other => other.clone(),
        }
    }

    fn text(&self, text: &str) -> String {
        if text.len() == 20
            && let Ok(time) = text.parse::<DateTime<Utc>>()
        {
            return (time + self.later).to_rfc3339_opts(SecondsFormat::Secs, true);
        }
        let mut text = text.to_owned();
        for (from, to) in self.accounts.iter().chain(&self.regions) {
            if text.contains(from.as_str()) {
                text = text.replace(from.as_str(), to);
            }
        }
        match (self.turn, NUMBER.as_ref()) {
            (Some(turn), Some(number)) => number.replace_all(&text, |found: &Captures<'_>| renumbered(found, turn)).into_owned(),
            _ => text,
        }
    }
}

fn renumbered(found: &Captures<'_>, turn: u64) -> String {
    let part = |n: usize| found.get(n).map_or("", |part| part.as_str());
    format!("{}{}", part(1), Random::from_text(&format!("{turn} {}", part(2))).hex(part(2).len()))
}
