//! The search for records in a value, whatever wraps them: an object of a record's shape, or text that holds one.

use std::io::Read;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::read::GzDecoder;
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use super::document::next_page;
use super::{FileFault, Item, MAX_IN_MEMORY, Reading, Taken, bound, look, shape};
use crate::event::member;

/// Deepest nesting of wrappers in wrappers.
const MAX_NESTING: u32 = 12;

/// Beginnings of text that may hold records: JSON, JSON in JSON, and the same or gzip in base64.
const TELLING: &[&str] = &["{", "[", "\"{", "\"[", "eyJ", "W3s", "H4sI"];

/// Of those, what is in base64.
const ENCODED: &[&str] = &["eyJ", "W3s", "H4sI"];

impl Reading<'_> {
    /// Takes a value at the top of a document or in a list there; `listed` when nothing but records belongs there.
    pub(super) fn entry(&mut self, value: Value, listed: bool) {
        if self.recognise(value) > 0 {
            return;
        }
        if listed {
            self.unreadable();
        } else {
            self.strange += 1;
        }
    }

    /// Takes every record in a value; returns how many pieces of it are known for what they are.
    pub(super) fn recognise(&mut self, value: Value) -> u64 {
        self.search(value, MAX_NESTING)
    }

    /// Takes the records of a line of base64; tells whether it is one.
    pub(super) fn is_encoded(&mut self, line: &str) -> bool {
        let encoded = line.len() >= 8 && ENCODED.iter().any(|beginning| line.starts_with(beginning)) && !line.contains(' ');
        if encoded && self.string(line, MAX_NESTING) == 0 {
            self.looks = true;
            self.strange += 1;
        }
        encoded
    }

    fn search(&mut self, value: Value, nesting: u32) -> u64 {
        let Some(nesting) = nesting.checked_sub(1) else {
            if look::like_log(value.to_string().as_bytes()) {
                self.looks = true;
                self.fault(FileFault::TooLarge);
            }
            return 0;
        };
        match value {
            Value::Object(object) => self.object(object, nesting),
            Value::Array(values) => match shape::row(&values) {
                Some(rows) => rows.into_iter().map(|row| self.search(Value::Object(row), nesting)).sum(),
                None => self.list(values, nesting),
            },
            Value::String(text) => self.string(&text, nesting),
            Value::Null | Value::Bool(_) | Value::Number(_) => 0,
        }
    }

    /// In a list that has records, everything else should have been one.
    fn list(&mut self, values: Vec<Value>, nesting: u32) -> u64 {
        let found: Vec<u64> = values.into_iter().map(|value| self.search(value, nesting)).collect();
        let all = found.iter().sum();
        if all > 0 && found.contains(&0) {
            self.looks = true;
            self.fault(FileFault::Unrecognised);
        }
        all
    }

    fn object(&mut self, object: Map<String, Value>, nesting: u32) -> u64 {
        if object.contains_key("digestEndTime") || object.contains_key("digestS3Object") {
            self.digest = true;
            return 1;
        }
        if shape::is_known(&object) {
            self.records += 1;
            return 1;
        }
        if member(&object, "CloudTrailEvent").is_some() {
            return self.piece(Item::Lookup(Value::Object(object)));
        }
        if let Some(item) = shape::record(&object) {
            return self.piece(item);
        }
        if next_page(object.get("NextToken").or_else(|| object.get("nextToken"))) && object.values().any(Value::is_array) {
            self.fault(FileFault::MorePages);
        }
        let translated = shape::translated(&object);
        // Text repeats what the fields beside it say.
        let (texts, values): (Vec<_>, Vec<_>) = object.into_iter().map(|(_, value)| value).partition(Value::is_string);
        for group in [values, texts] {
            let found: u64 = group.into_iter().map(|value| self.search(value, nesting)).sum();
            if found > 0 {
                return found;
            }
        }
        match translated {
            Some(item) => self.piece(item),
            None => 0,
        }
    }

    fn piece(&mut self, item: Item<'_>) -> u64 {
        match self.sink.take(item) {
            Taken::Yes => self.records += 1,
            Taken::Unreadable | Taken::Wrapped => {
                self.looks = true;
                self.unreadable();
            }
        }
        1
    }

    fn string(&mut self, text: &str, nesting: u32) -> u64 {
        let text = text.trim();
        if !TELLING.iter().any(|beginning| text.starts_with(beginning)) {
            return 0;
        }
        let Some(bytes) = decoded(text) else { return self.texts(text, nesting) };
        if std::mem::replace(&mut self.decodes, true) {
            self.looks = true;
            self.fault(FileFault::TooLarge);
            return 0;
        }
        let found = self.texts(&String::from_utf8_lossy(&bytes), nesting);
        self.decodes = false;
        found
    }

    /// Takes the JSON values of a text, of which there may be several in a row.
    fn texts(&mut self, text: &str, nesting: u32) -> u64 {
        let mut found = 0;
        for raw in serde_json::Deserializer::from_str(text).into_iter::<&RawValue>() {
            match raw.map_err(|_| FileFault::Json).and_then(|raw| bound::value(raw.get())) {
                Ok(value) => found += self.search(value, nesting),
                Err(fault) => {
                    if look::like_log(text.as_bytes()) {
                        self.looks = true;
                        self.fault(fault);
                    }
                    return found;
                }
            }
        }
        found
    }
}

/// Returns what base64 holds, inflated where it is gzip, as subscriptions of CloudWatch Logs send it.
fn decoded(text: &str) -> Option<Vec<u8>> {
    if text.starts_with(['{', '[', '"']) {
        return None;
    }
    let bytes = STANDARD.decode(text).ok()?;
    if !bytes.starts_with(&[0x1f, 0x8b]) {
        return Some(bytes);
    }
    let mut inflated = Vec::new();
    GzDecoder::new(bytes.as_slice()).take(MAX_IN_MEMORY).read_to_end(&mut inflated).ok()?;
    Some(inflated)
}
