//! The answer about one event: its whole record, redacted and cut to what an answer may hold.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::contract::SUSPICIOUS_TEXT;
use super::tokens::estimate;
use super::words::{EventFacts, Words};
use super::{CoverageReport, ErrorReport, build, console, withhold};
use crate::coverage::{Coverage, Verdict};
use crate::event::Event;
use crate::policy::UntrustedText;
use crate::rank::Change;
use crate::refusal::Refusal;
use crate::{catalogue, redact};

/// Most tokens of a record as JSON, as estimated, and most characters; the answer stays below 10,000 and 40,000.
const MAX_TOKENS: usize = 7_800;
/// See [`MAX_TOKENS`].
const MAX_CHARS: usize = 34_000;
/// What `aws.cloudtrail_event` returns, errors included.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EventAnswer {
    /// `found`, `not_found`: looked and it is not there, or `could_not_look`.
    pub finding: EventFinding,
    /// One plain sentence.
    pub headline: String,
    /// What was looked at.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub coverage: Option<CoverageReport>,
    /// The record, redacted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub record: Option<Map<String, Value>>,
    /// `suspicious_text`: something in the record speaks to its reader rather than of what happened.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub flags: Vec<String>,
    /// AWS console link.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub console_url: Option<String>,
    /// Why there is no answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<ErrorReport>,
}

/// Whether the event was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum EventFinding {
    /// Here it is.
    Found,
    /// Everything asked was read, and it is not there.
    NotFound,
    /// Not everything asked could be read, and it is not in what was. With `error` only when no interval was read; else
    /// the answer is no error, and `coverage.next` says how to see the rest.
    CouldNotLook,
}

impl EventAnswer {
    /// Makes the answer of a refusal.
    pub fn could_not_look(refusal: &Refusal) -> Self {
        Self {
            finding: EventFinding::CouldNotLook,
            headline: Words::ENGLISH.could_not_look(&refusal.message),
            coverage: None,
            record: None,
            flags: Vec::new(),
            console_url: None,
            error: Some(refusal.into()),
        }
    }
}

/// Tells that an event was not found in what was read; `error` says why nothing could be.
///
/// Shape: `narrowed` tells whether there are events that the caller may not see.
pub fn not_found(coverage: &Coverage, narrowed: bool, error: Option<&Refusal>, untrusted: UntrustedText, words: Words) -> EventAnswer {
    let verdict = coverage.verdict();
    EventAnswer {
        finding: if verdict == Verdict::Complete { EventFinding::NotFound } else { EventFinding::CouldNotLook },
        headline: words.event(&EventFacts::NotFound { verdict, narrowed }),
        error: error.map(Into::into),
        coverage: Some(build::coverage_report(coverage, untrusted, words)),
        record: None,
        flags: Vec::new(),
        console_url: None,
    }
}

/// Tells of an event that was found.
pub fn found(event: &Event, coverage: &Coverage, untrusted: UntrustedText, words: Words) -> EventAnswer {
    let coverage = build::coverage_report(coverage, untrusted, words);
    if untrusted == UntrustedText::Omit {
        return found_bare(event, coverage, words);
    }
    let record = redact::record(&event.record);
    let section = |key: &str| record.get(key).cloned().unwrap_or(Value::Null);
    // A name in a forged record may be a secret, which loses its form once a sentence is made of it.
    let (name, code) = (redact::text(&event.name, 80), event.error_code.as_deref().map(|code| redact::text(code, 80)));
    let summary = catalogue::summarise(&catalogue::Parts {
        event_name: &name,
        service: &redact::text(event.service(), 60),
        request: &section("requestParameters"),
        response: &section("responseElements"),
        additional: &section(if record.get("additionalEventData").is_some() { "additionalEventData" } else { "serviceEventDetails" }),
        error_code: code.as_deref(),
        earlier: None,
    });
    EventAnswer {
        finding: EventFinding::Found,
        headline: words.event(&EventFacts::Found {
            name: &name,
            summary: &redact::clean(&summary, 200),
            actor: &redact::text(&event.actor.name, 64),
            time: event.time,
        }),
        coverage: Some(coverage),
        record: Some(fitted(record.as_object().cloned().unwrap_or_default())),
        flags: flags(event),
        console_url: console::url(event),
        error: None,
    }
}

/// Tells of an event without a word that a caller of AWS could have chosen.
fn found_bare(event: &Event, coverage: CoverageReport, words: Words) -> EventAnswer {
    let change = Change::from(event.clone());
    EventAnswer {
        finding: EventFinding::Found,
        headline: words.event(&EventFacts::Withheld { summary: &withhold::summary(&change), time: event.time }),
        coverage: Some(coverage),
        record: change.event.record.as_object().map(|record| fitted(withhold::record(record))),
        flags: flags(event),
        console_url: console::url(event).filter(|_| withhold::text(&event.region) == event.region),
        error: None,
    }
}

fn flags(event: &Event) -> Vec<String> {
    redact::holds_suspicious(&event.record).then(|| SUSPICIOUS_TEXT.to_owned()).into_iter().collect()
}

/// Cuts a record to [`MAX_TOKENS`] and [`MAX_CHARS`]: the longest members go first, and what is gone is said in their place.
fn fitted(mut record: Map<String, Value>) -> Map<String, Value> {
    let size =
        |value: &Value| serde_json::to_string(value).map_or((usize::MAX, usize::MAX), |json| (estimate(&json), json.chars().count()));
    loop {
        let (tokens, chars) = size(&Value::Object(record.clone()));
        if tokens <= MAX_TOKENS && chars <= MAX_CHARS {
            return record;
        }
        let Some((key, length)) = record.iter().map(|(key, value)| (key.clone(), size(value).1)).max_by_key(|(_, length)| *length) else {
            return record;
        };
        if length < 200 {
            return record;
        }
        record.insert(key, Value::String(format!("[{length} characters left out for length]")));
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn other_words_change_no_finding_or_record() {
        let event = Event::parse(json!({"eventID": "e-1", "eventTime": "2026-01-27T20:00:00Z", "eventName": "StopInstances",
            "eventSource": "ec2.amazonaws.com", "awsRegion": "eu-west-1"}))
        .unwrap();
        let other = Words::reworded(|sentence| sentence.to_uppercase().replace('E', "3"));
        let answers = |words| {
            let found = [UntrustedText::Quote, UntrustedText::Omit].map(|untrusted| found(&event, &Coverage::default(), untrusted, words));
            found.into_iter().chain([not_found(&Coverage::default(), false, None, UntrustedText::Quote, words)])
        };
        for (english, other) in answers(Words::ENGLISH).zip(answers(other)) {
            assert_ne!(english.headline, other.headline);
            assert_eq!(EventAnswer { headline: english.headline.clone(), ..other }, english);
        }
    }
}
