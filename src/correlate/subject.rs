//! What of an event a record of an application may name.

use std::collections::HashMap;

use chrono::{DateTime, Utc};

use crate::catalogue::Resource;
use crate::event::Event;

/// An event that records may tell of.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    /// The event.
    pub event: &'a Event,
    /// What it touches.
    pub resources: &'a [Resource],
}

/// How often keys are followed from a session to whoever began it.
const LONGEST_CHAIN: usize = 4;

/// An event by all that may name it, worked out once.
pub(super) struct Known<'a> {
    pub(super) event: &'a Event,
    pub(super) time: DateTime<Utc>,
    /// Its name in normal form.
    pub(super) call: String,
    pub(super) request_id: Option<String>,
    pub(super) event_ids: Vec<&'a str>,
    /// The key that made it, then the key that this one was lent by, and so on.
    pub(super) keys: Vec<String>,
    /// The key that it lent.
    pub(super) issued: Option<String>,
    /// The session's name and its source identity.
    pub(super) sessions: Vec<String>,
    /// Everything that it touches may be called, in lower case.
    pub(super) aliases: Vec<String>,
}

/// Works out by what each event may be named.
pub(super) fn known<'a>(subjects: &[Subject<'a>]) -> Vec<Known<'a>> {
    let mut known: Vec<Known<'a>> = subjects.iter().map(Known::of).collect();
    let lent: HashMap<String, String> =
        known.iter().filter(|one| !one.event.failed()).filter_map(|one| Some((one.issued.clone()?, one.keys.first()?.clone()))).collect();
    for one in &mut known {
        while let Some(by) = one.keys.last().and_then(|key| lent.get(key)) {
            if one.keys.len() > LONGEST_CHAIN || one.keys.contains(by) {
                break;
            }
            one.keys.push(by.clone());
        }
    }
    known
}

impl<'a> Known<'a> {
    fn of(subject: &Subject<'a>) -> Self {
        let event = subject.event;
        let mut aliases: Vec<String> =
            subject.resources.iter().flat_map(|resource| &resource.aliases).map(|alias| alias.to_lowercase()).collect();
        aliases.sort_unstable();
        aliases.dedup();
        let key = event.credentials().1;
        Self {
            event,
            time: event.time,
            call: normal(&event.name),
            request_id: event.request_id(),
            event_ids: [Some(event.event_id.as_str()), event.shared_id()].into_iter().flatten().collect(),
            keys: if key.is_empty() { Vec::new() } else { vec![key.to_owned()] },
            issued: event.issued_key(),
            sessions: event.session_names(),
            aliases,
        }
    }
}

/// Returns a name as letters and digits alone, in lower case.
pub(super) fn normal(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}

/// Endings that libraries put behind the name of a call.
const ENDINGS: &[&str] = &["command", "request", "input", "async", "operation"];

/// Returns the names of calls that an operation may stand for, in normal form: `s3:PutObject`, `put_object`, `PutObjectCommand`.
///
/// Shape: none is empty; what stands before a colon, a dot or a stroke is left out.
pub fn calls_of(operation: &str) -> Vec<String> {
    let last = operation.trim().rsplit([':', '.', '/', '#']).find(|part| !part.is_empty()).unwrap_or_default();
    let whole = normal(last);
    let bare = ENDINGS.iter().find_map(|ending| whole.strip_suffix(ending)).filter(|bare| bare.len() > 3).map(str::to_owned);
    [Some(whole), bare].into_iter().flatten().filter(|name| !name.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_operation_is_a_call_however_libraries_write_it() {
        for written in
            ["PutObject", "s3:PutObject", "put_object", "PutObjectCommand", "s3.putObject", "AWS/S3/PutObject", "PutObjectRequest"]
        {
            assert!(calls_of(written).contains(&"putobject".to_owned()), "{written}: {:?}", calls_of(written));
        }
        assert!(calls_of(" : ").is_empty());
    }
}
