//! What an application failed on: the things that its errors name, for the ranking.

use chrono::{DateTime, Utc};

use super::join::{Joins, Strength, names_of};
use super::log::Log;
use super::record::AppRecord;
use super::subject::calls_of;
use crate::event::is_resource_id;

/// No more failures than this are looked at, the first ones.
const MOST: usize = 500;

/// Something that an application failed in. All texts are untrusted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The line of the record.
    pub line: usize,
    /// When, by CloudTrail's clock; the earliest that it can have been where the log's own is not known.
    pub time: DateTime<Utc>,
    /// What it did, in normal form; empty where it does not say.
    pub call: String,
    /// What it is about: as it is written, and every name of it in lower case.
    pub things: Vec<(String, Vec<String>)>,
    /// The events that the record surely tells of.
    pub events: Vec<String>,
}

/// Finds what an application failed in, oldest first.
pub fn failures(log: &Log, joins: &Joins) -> Vec<Failure> {
    let mut joined = joins.joins.iter().filter(|join| join.tier.strength() < Strength::Weak).peekable();
    let mut failures = Vec::new();
    for (at, record) in log.records.iter().enumerate() {
        while joined.next_if(|join| join.record < at).is_some() {}
        let mut events = Vec::new();
        while let Some(join) = joined.next_if(|join| join.record == at) {
            events.push(join.event_id.clone());
        }
        // What may have been at any time is no sign of what came before it.
        if let (true, Some(time)) = (record.failed(), joins.clocks.earliest(record)) {
            let call = record.operation.as_ref().and_then(|told| calls_of(&told.text).into_iter().next()).unwrap_or_default();
            failures.push(Failure { line: record.line, time, call, things: things(record), events });
        }
    }
    failures.sort_by_key(|failure| (failure.time, failure.line));
    failures.truncate(MOST);
    failures
}

/// Returns what a record is about: what it was done to, and the ARNs and ids that its error names.
fn things(record: &AppRecord) -> Vec<(String, Vec<String>)> {
    let ends =
        |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '`' | '(' | ')' | '[' | ']' | '{' | '}' | '<' | '>' | ',' | ';' | '=');
    let in_errors = record.errors.iter().flat_map(|told| told.text.split(ends)).map(|word| word.trim_end_matches(['.', ':']));
    let telling = |word: &&str| word.starts_with("arn:") || is_resource_id(word) || word.contains(".amazonaws.com");
    let named = record.resources.iter().map(|told| told.text.as_str()).chain(in_errors.filter(telling));
    let mut things: Vec<(String, Vec<String>)> = Vec::new();
    for thing in named {
        if !things.iter().any(|(known, _)| known == thing) {
            things.push((thing.to_owned(), names_of(thing)));
        }
    }
    things
}
