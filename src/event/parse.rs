//! From JSON to an [`Event`], leniently: exports change case, types and times, but a change must not be lost for it.

use std::borrow::Cow;
use std::sync::LazyLock;

use chrono::{DateTime, Datelike, Utc};
use regex::Regex;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use super::node::Node;
use super::{Event, EventCategory, LookupResource, actor, agent, text_form};

/// Fields of a record that are objects or lists, and that exports write as text.
pub(super) const STRUCTURED: &[&str] = &[
    "userIdentity",
    "requestParameters",
    "responseElements",
    "additionalEventData",
    "serviceEventDetails",
    "resources",
    "tlsDetails",
    "insightDetails",
    "addendum",
];

/// Kinds of event that have a name of their own, so that one without it is not to be called after its kind.
const NAMED_KINDS: &[&str] = &["AwsApiCall", "AwsConsoleAction", "AwsConsoleSignIn", "AwsConsoleSignin"];

/// Years that an event may be of: CloudTrail began in 2013, and a number that gives another year was no time.
const YEARS: std::ops::Range<i32> = 2006..2101;

/// Longest name, id, source, region or account that is kept, in characters; AWS's own stay under 100.
const MAX_NAME: usize = 128;

/// Calls that only read, by the beginning of their name; used only where `readOnly` is missing.
///
/// Source: names of records that carry `readOnly`, which also marks calls such as `Decrypt` as reading.
const READING_VERBS: &[&str] = &[
    "Get",
    "List",
    "Describe",
    "Lookup",
    "Head",
    "BatchGet",
    "BatchDescribe",
    "BatchCheck",
    "Search",
    "Query",
    "Scan",
    "Select",
    "Check",
    "View",
    "Preview",
    "Estimate",
    "Simulate",
    "Validate",
    "Decode",
    "Discover",
    "Filter",
    "Decrypt",
    "Encrypt",
    "GenerateDataKey",
    "GenerateRandom",
    "GenerateMac",
    "GenerateCredentialReport",
    "GenerateServiceLastAccessedDetails",
    "AssumeRole",
    "Sign",
    "Verify",
    "InvokeModel",
    "Receive",
    "Download",
];

/// Calls that read by their verb and yet are recorded as writes.
///
/// Source: `readOnly` is false on them in records that carry it.
const NOT_READING: &[&str] = &[
    "GetFederationToken",
    "GetSessionToken",
    "GetSigninToken",
    "CheckMfa",
    "VerifyEmailIdentity",
    "VerifyDomainIdentity",
    "VerifyEmailAddress",
];

/// Acts of services that change something, by their names, though their records are flagged as reading.
///
/// Why here and not in the catalogue? Sources drop what reads before anybody classifies it.
/// Source: records of ECR, whose lifecycle policies expire images in such an event.
pub(crate) const ACTS: &[&str] = &["PolicyExecutionEvent"];

/// Tells whether an event of this name changes something, whatever its record's flag says.
pub(crate) fn is_act(name: &str) -> bool {
    ACTS.contains(&name)
}

/// Tells whether an event can be of this time.
pub(crate) fn is_plausible(time: DateTime<Utc>) -> bool {
    YEARS.contains(&time.year())
}

/// Why a record cannot be an event. Quotes nothing of the record.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RecordError {
    /// The record is not a JSON object.
    #[error("the record is not a JSON object")]
    NotAnObject,
    /// A field without which there is no event is absent.
    #[error("the record has no {0}")]
    Missing(&'static str),
    /// A field is there and cannot be read.
    #[error("the record's {field} is not {wanted}")]
    Unreadable {
        /// The field's name.
        field: &'static str,
        /// What would have been right, with an example.
        wanted: &'static str,
    },
}

impl Event {
    /// Reads one record, in any version from 1.0 to 1.11 and in the variants that exports make of it.
    ///
    /// Shape: only `eventTime` and some name are needed. An Insights record is named `Insight:` and the call it tells of, a
    /// service event without a name by its `eventType`; neither counts as reading, so that neither is filtered away.
    /// Errors: no object, no readable `eventTime`, nothing to name it by.
    pub fn parse(mut record: Value) -> Result<Self, RecordError> {
        let Some(fields) = record.as_object_mut() else { return Err(RecordError::NotAnObject) };
        for (_, value) in fields.iter_mut().filter(|(name, _)| STRUCTURED.iter().any(|key| name.eq_ignore_ascii_case(key))) {
            if let Some(read) = value.as_str().and_then(text_form::read) {
                *value = read;
            }
        }
        let (id, event) = told(&record)?;
        Ok(Self { event_id: id.unwrap_or_else(|| digest(&record)), record: record.into(), ..event })
    }

    /// Reads one entry of LookupEvents, whose record is JSON in the string `CloudTrailEvent` (an object is taken too).
    ///
    /// Errors: as [`Event::parse`], and when the string is absent or is not JSON.
    pub fn from_lookup(envelope: Value) -> Result<Self, RecordError> {
        let record = field(&envelope, "CloudTrailEvent").ok_or(RecordError::Missing("CloudTrailEvent"))?;
        let entries = field(&envelope, "Resources").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        let resource = |entry| Some(LookupResource { kind: text(entry, "ResourceType"), name: text(entry, "ResourceName")? });
        let resources = entries.iter().filter_map(resource).collect();
        match record {
            Value::String(json) => Self::from_lookup_parts(json, resources),
            record => Ok(Self { lookup_resources: resources, ..Self::parse(record.clone())? }),
        }
    }

    /// Reads one entry of LookupEvents from its parts, as the SDK gives them.
    ///
    /// Errors: as [`Event::parse`], and when `cloud_trail_event` is not JSON.
    pub fn from_lookup_parts(cloud_trail_event: &str, resources: Vec<LookupResource>) -> Result<Self, RecordError> {
        let wanted = "a record in JSON, whole";
        let record = serde_json::from_str(cloud_trail_event).map_err(|_| RecordError::Unreadable { field: "CloudTrailEvent", wanted })?;
        Ok(Self { lookup_resources: resources, ..Self::parse(record)? })
    }
}

/// Reads what a record tells: its id, where it has one, and the event without id and record.
pub(super) fn told<N: Node>(record: &N) -> Result<(Option<String>, Event), RecordError> {
    let raw_time = field(record, "eventTime").ok_or(RecordError::Missing("eventTime"))?;
    let time = raw_time
        .time()
        .filter(|time| is_plausible(*time))
        .ok_or(RecordError::Unreadable { field: "eventTime", wanted: "a time such as 2026-01-27T20:00:00Z" })?;
    let insight = field(record, "insightDetails");
    let name = name(record, insight).ok_or(RecordError::Missing("eventName"))?;
    let category = category(record, insight.is_some());
    let read_only = match flag(record, "readOnly") {
        // It tells of calls that have records of their own.
        _ if agent::is_twin(record) => true,
        Some(read_only) => read_only && !is_act(&name),
        None => category != EventCategory::Insight && reads(&name),
    };
    let text = |key| text(record, key);
    let of_identity = || account(field(record, "userIdentity")?, "accountId");
    let mut source = text("eventSource").or_else(|| self::text(insight?, "eventSource")).map(capped).unwrap_or_default();
    source.make_ascii_lowercase();
    let event = Event {
        event_id: String::new(),
        time,
        source,
        region: text("awsRegion").map(capped).unwrap_or_default(),
        account: account(record, "recipientAccountId").or_else(of_identity).unwrap_or_default(),
        read_only,
        category,
        actor: actor::of(record),
        source_ip: text("sourceIPAddress"),
        user_agent: text("userAgent"),
        // A refused sign-in has no error code.
        error_code: text("errorCode")
            .or_else(|| self::text(field(record, "responseElements")?, "ConsoleLogin").filter(|it| it == "Failure")),
        error_message: text("errorMessage"),
        lookup_resources: Vec::new(),
        proof: None,
        name,
        record: Value::Null.into(),
    };
    let id = original_id(record).or_else(|| text("eventID")).filter(|id| !is_longer(id));
    Ok((id, event))
}

/// Returns the value of a key in this very spelling, else in any case.
///
/// Why no look into the map's index? To compare a few lengths is faster than to hash.
pub(crate) fn member<'a>(object: &'a Map<String, Value>, key: &str) -> Option<&'a Value> {
    let mut alike = object.iter().filter(|(name, _)| name.eq_ignore_ascii_case(key));
    let first = alike.next()?;
    let same = if first.0 == key { None } else { alike.find(|(name, _)| *name == key) };
    Some(same.unwrap_or(first).1)
}

/// Returns a field of an object whatever the case of its key; null and the string `"null"` count as absent.
pub(super) fn field<'a, N: Node>(object: &'a N, key: &str) -> Option<&'a N> {
    present(object.member(key)?)
}

/// Returns a value that is one; null and the string `"null"` count as absent.
pub(super) fn present<N: Node>(value: &N) -> Option<&N> {
    (!value.is_null() && value.text() != Some("null")).then_some(value)
}

/// Returns a field as trimmed text; numbers are written out, blank text counts as absent.
pub(super) fn text<N: Node>(object: &N, key: &str) -> Option<String> {
    words(object, key).map(Cow::into_owned)
}

/// Returns a field as [`text`] does, borrowed where it is one.
pub(super) fn words<'a, N: Node>(object: &'a N, key: &str) -> Option<Cow<'a, str>> {
    let field = field(object, key)?;
    match field.text() {
        Some(text) => Some(text.trim()).filter(|text| !text.is_empty()).map(Cow::Borrowed),
        None => field.number().map(|number| Cow::Owned(number.to_string())),
    }
}

/// Returns a field as a flag: a boolean or the words `true` and `false` in any case.
pub(super) fn flag<N: Node>(object: &N, key: &str) -> Option<bool> {
    let field = field(object, key)?;
    let is = |word: &str| field.text().is_some_and(|text| text.trim().eq_ignore_ascii_case(word));
    field.flag().or_else(|| is("true").then_some(true)).or_else(|| is("false").then_some(false))
}

/// Tells whether text is longer than the longest name that is kept.
fn is_longer(text: &str) -> bool {
    text.len() > MAX_NAME && text.chars().nth(MAX_NAME).is_some()
}

/// Cuts text to the longest name that is kept.
pub(super) fn capped(mut text: String) -> String {
    if is_longer(&text) {
        let end = text.char_indices().nth(MAX_NAME).map_or(text.len(), |(end, _)| end);
        text.truncate(end);
    }
    text
}

/// Tells whether a call of this name only reads, as far as its verb says.
///
/// Shape: the verb must be a whole word: `Select` is in `SelectObjectContent`, not in `SelectiveAuth`.
pub fn reads(name: &str) -> bool {
    let starts = |verb: &&str| name.strip_prefix(*verb).is_some_and(|rest| !rest.starts_with(|next: char| next.is_ascii_lowercase()));
    !NOT_READING.contains(&name) && READING_VERBS.iter().any(starts)
}

/// An account written as a number has lost its leading zeros, of which there are few.
fn account<N: Node>(object: &N, key: &str) -> Option<String> {
    let text = text(object, key)?;
    let number = field(object, key).is_some_and(|account| account.number().is_some());
    Some(capped(if number && text.len() >= 8 { format!("{text:0>12}") } else { text }))
}

fn name<N: Node>(record: &N, insight: Option<&N>) -> Option<String> {
    /// The API's date or version that some services append to the name.
    #[expect(clippy::expect_used, reason = "a literal pattern")]
    static SUFFIX: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"_?(?:(?:19|20)\d{6}(?:v\d+)?|(?:19|20)\d{2}_\d{2}_\d{2}(?:v\d+)?)$").expect("the pattern is valid"));
    let bare = |name: String| {
        let name = capped(name);
        if !name.ends_with(|last: char| last.is_ascii_digit()) {
            return name;
        }
        let stripped = SUFFIX.replace(&name, "").into_owned();
        if stripped.is_empty() { name } else { stripped }
    };
    if let Some(name) = text(record, "eventName") {
        return Some(bare(name));
    }
    let of_insight = || {
        Some(format!(
            "Insight:{}",
            text(insight?, "eventName").or_else(|| text(insight?, "insightType")).map_or_else(|| "unnamed".into(), bare)
        ))
    };
    let kind = || text(record, "eventType").filter(|kind| !NAMED_KINDS.contains(&kind.as_str())).map(capped);
    of_insight().or_else(kind)
}

/// Returns the id of the event that an addendum replaces.
///
/// Source: CloudTrail record contents, `addendum`: an event that was late or is corrected comes again, if need be under another id.
fn original_id<N: Node>(record: &N) -> Option<String> {
    text(field(record, "addendum")?, "originalEventID")
}

fn category<N: Node>(record: &N, has_insight: bool) -> EventCategory {
    let told = words(record, "eventCategory").unwrap_or_default();
    let is = |word: &str| told.eq_ignore_ascii_case(word);
    match () {
        () if is("data") => EventCategory::Data,
        () if is("insight") => EventCategory::Insight,
        () if is("networkactivity") => EventCategory::NetworkActivity,
        () if told.is_empty() && has_insight => EventCategory::Insight,
        () if told.is_empty() && flag(record, "managementEvent") == Some(false) => EventCategory::Data,
        () => EventCategory::Management,
    }
}

/// How the id of an event begins whose record has none.
const MADE_ID: &str = "sha256-";

fn digest(record: &Value) -> String {
    use std::fmt::Write as _;
    Sha256::digest(record.to_string()).iter().fold(MADE_ID.to_owned(), |mut id, byte| {
        let _ = write!(id, "{byte:02x}");
        id
    })
}

#[cfg(test)]
mod tests;
