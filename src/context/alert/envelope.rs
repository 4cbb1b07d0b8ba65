//! What alerts travel in: queues, topics, functions' events, HTTP requests, JSON in a string.

use base64::Engine as _;
use chrono::{DateTime, Utc};
use serde_json::Value;

use super::{first_time, text};

/// How many envelopes are opened, one in another.
pub(super) const MAX_ENVELOPES: usize = 6;

/// An envelope: one row.
struct Envelope {
    /// Fields that it has, all of them.
    known_by: &'static [&'static str],
    /// Where the list of its messages stands; empty when it is one itself.
    list: &'static str,
    /// Where the payload stands in a message; the first that is there counts.
    inner: &'static [&'static str],
    /// When the message was sent.
    sent: &'static [&'static str],
}

/// Source: SQS, `ReceiveMessage`; Lambda, "Using Lambda with Amazon SQS / SNS / Kinesis" and "Payload format version 2.0"; SNS, "HTTP/HTTPS notification
/// JSON format"; Firehose and Pub/Sub-like wrappers put base64 into `data`.
const ENVELOPES: &[Envelope] = &[
    Envelope { known_by: &["/Messages"], list: "/Messages", inner: &["/Body", "/body"], sent: &["/Attributes/SentTimestamp"] },
    Envelope {
        known_by: &["/Records"],
        list: "/Records",
        inner: &["/Sns", "/body", "/Body", "/kinesis/data"],
        sent: &["/attributes/SentTimestamp", "/kinesis/approximateArrivalTimestamp"],
    },
    Envelope { known_by: &["/Message", "/Type"], list: "", inner: &["/Message"], sent: &["/Timestamp"] },
    Envelope { known_by: &["/Message", "/TopicArn"], list: "", inner: &["/Message"], sent: &["/Timestamp"] },
    Envelope { known_by: &["/Body", "/MessageId"], list: "", inner: &["/Body"], sent: &["/Attributes/SentTimestamp"] },
    Envelope { known_by: &["/body", "/messageId"], list: "", inner: &["/body"], sent: &["/attributes/SentTimestamp"] },
    Envelope { known_by: &["/body", "/headers"], list: "", inner: &["/body"], sent: &["/requestContext/timeEpoch"] },
    Envelope { known_by: &["/body", "/requestContext"], list: "", inner: &["/body"], sent: &["/requestContext/timeEpoch"] },
    Envelope { known_by: &["/body", "/httpMethod"], list: "", inner: &["/body"], sent: &[] },
];

/// Takes the payloads out of an envelope, each with the time at which it was sent.
///
/// Shape: nothing when it is none, or holds neither JSON nor a text of its own.
pub(super) fn open(payload: &Value) -> Option<Vec<(Value, Option<DateTime<Utc>>)>> {
    if let Some(inner) = payload.as_str().and_then(json) {
        return Some(vec![(inner, None)]);
    }
    ENVELOPES.iter().filter(|row| row.known_by.iter().all(|at| payload.pointer(at).is_some())).find_map(|row| {
        let messages: Vec<&Value> = match row.list {
            "" => vec![payload],
            list => payload.pointer(list)?.as_array()?.iter().take(super::MAX_ALERTS).collect(),
        };
        let opened: Vec<_> = messages.iter().filter_map(|message| Some((inner(row, message)?, first_time(message, row.sent)))).collect();
        (!opened.is_empty()).then_some(opened)
    })
}

fn inner(row: &Envelope, message: &Value) -> Option<Value> {
    let found = row.inner.iter().find_map(|at| message.pointer(at))?;
    let Some(written) = found.as_str() else { return (found.is_object() || found.is_array()).then(|| found.clone()) };
    let decoded = || String::from_utf8(base64::engine::general_purpose::STANDARD.decode(written.trim()).ok()?).ok();
    let parsed = json(written).or_else(|| json(&decoded()?));
    // A topic's own text is read with its subject.
    parsed.or_else(|| text(message, "/Message").is_none().then(|| Value::from(written)))
}

/// Parses a text that is whole JSON, several documents one after another, or JSON in a string.
pub(in crate::context) fn json(text: &str) -> Option<Value> {
    let text = text.trim_start_matches('\u{feff}').trim();
    let text = text.strip_prefix("```").and_then(|text| text.trim_start_matches("json").strip_suffix("```")).unwrap_or(text).trim();
    if !text.starts_with(['{', '[', '"']) {
        return None;
    }
    let mut documents: Vec<Value> = serde_json::Deserializer::from_str(text).into_iter().collect::<Result<_, _>>().ok()?;
    let parsed = if documents.len() == 1 { documents.pop()? } else { Value::Array(documents) };
    match &parsed {
        Value::String(inner) => json(inner),
        Value::Object(_) | Value::Array(_) => Some(parsed),
        _ => None,
    }
}
