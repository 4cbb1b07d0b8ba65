//! Takes secrets and unsafe characters out of whatever leaves; the only maker of [`Redacted`].
//!
//! ```text
//!  object      → the member's rule first (key by its name, model by its operation): hide · shorten · look at the text
//!  list        → what several items tell together (sequence): an option and its value, halves of a token
//!  string leaf → lines (document) → clean (character) → layers (layer, decode): JSON · escapes · base64 · hexadecimal digits
//!              → shapes (pattern, issuer) · URLs (url) · commands (command) · markup · assignments (assign, extent) · looks (guess) → cap
//! ```
//!
//! Sentences of ours are composed of parts that were redacted before, and are looked at for shapes alone: `GetSecretValue: failed`
//! is no assignment.
//!
//! CloudTrail shows live session tokens and text that any caller may choose. Keys decide first, because most secrets
//! have no shape of their own; patterns find those that have one anywhere else. Identifiers (ARNs, ids, hashes, times)
//! stay, since they are what an investigation is about.
//!
//! Not here: how text is written into markdown, except for the one function in [`quote`] that makes it inert.

mod arn;
mod assign;
mod character;
mod command;
mod decode;
mod document;
mod extent;
mod guess;
mod harmless;
mod issuer;
mod key;
mod key_id;
mod layer;
mod markup;
mod model;
mod pattern;
mod plain;
pub mod quote;
mod run;
mod script;
mod sequence;
mod suspicion;
#[cfg(test)]
mod tests;
mod url;
mod walk;
mod written;

use serde::de::DeserializeOwned;
use serde::{Serialize, Serializer};
use serde_json::Value;
use std::borrow::Cow;
use std::ops::Deref;

pub use character::clean;
pub use key_id::{is_shown as is_shown_key_id, set_fingerprint_key};
pub use suspicion::{holds_suspicious, is_suspicious};

/// The most characters one string of a record keeps.
///
/// Source: ours; the longest managed policy document has 6,144 characters.
pub const MAX_FIELD_CHARS: usize = 8_192;

/// How often lines are read again.
const MAX_ROUNDS: usize = 6;

/// Members of our own answers whose text is composed of parts that were redacted one by one.
const SENTENCES: &[&str] = &["headline", "reasons", "summary"];

/// A value without secrets or unsafe characters, ready to leave.
///
/// Only this module can make one, so a renderer that takes it cannot be given anything else.
#[derive(Clone, Debug, PartialEq)]
pub struct Redacted<T>(T);

impl<T> Redacted<T> {
    /// Makes something else of the value. It takes a function rather than a closure, so that nothing unsealed can come in with it.
    pub fn map<U>(&self, with: fn(&T) -> U) -> Redacted<U> {
        Redacted(with(&self.0))
    }

    /// Changes the value; a function for the same reason.
    #[must_use]
    pub fn adjusted(mut self, with: fn(&mut T)) -> Self {
        with(&mut self.0);
        self
    }

    /// Returns the value itself, for the last step before it is written.
    pub fn into_inner(self) -> T {
        self.0
    }
}

impl<T> Deref for Redacted<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T> AsRef<T> for Redacted<T> {
    fn as_ref(&self) -> &T {
        &self.0
    }
}

impl<T: Serialize> Serialize for Redacted<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

/// Redacts a CloudTrail record, or any part of one.
///
/// Shape: same structure and key order; only strings change (and numbers under a secret's key). JSON inside a string is
/// written anew only when something in it was hidden. Strings are one line of at most [`MAX_FIELD_CHARS`].
pub fn record(record: &Value) -> Redacted<Value> {
    Redacted(walk::redact(record, &[]))
}

/// Hides in place the values of a record that a field's name gives away as secret, before anything is learned from it.
///
/// Shape: same structure. Text is neither cleaned nor looked at, and ARNs and ids that AWS made stay among variables and parameters;
/// other values there are hidden even where [`record`] shows them as harmless, since nothing is to be learned from what may be a secret.
/// Tells whether anything was hidden.
pub fn hide_fields(record: &mut Value) -> bool {
    walk::hide_fields(record)
}

/// Redacts the `requestParameters` of a record by the same rules as [`record`].
pub fn parameters(value: &Value) -> Redacted<Value> {
    Redacted(walk::redact(value, &[]))
}

/// Redacts anything that serialises: every string of it, object keys included.
///
/// Sentences (`SENTENCES`) are looked at for shapes alone, and a `next_cursor` at the top is our own and stays as
/// it is, but for unsafe characters.
///
/// Errors: when `value` cannot be a JSON value, such as a map with keys that are not strings.
pub fn value<T: Serialize>(value: &T) -> Result<Redacted<Value>, serde_json::Error> {
    let plain = serde_json::to_value(value)?;
    let mut redacted = walk::redact(&plain, SENTENCES);
    if let (Some(Value::String(cursor)), Some(slot)) = (plain.get("next_cursor"), redacted.get_mut("next_cursor")) {
        *slot = Value::String(clean(cursor, MAX_FIELD_CHARS));
    }
    Ok(Redacted(redacted))
}

/// Redacts a typed answer by way of its JSON form, so that no field can be forgotten.
///
/// Errors: when the answer cannot be a JSON value, or its redacted form is not an answer any more.
pub fn answer<T: Serialize + DeserializeOwned>(answer: T) -> Result<Redacted<T>, serde_json::Error> {
    let redacted = value(&answer)?;
    serde_json::from_value(redacted.into_inner()).map(Redacted)
}

/// Tells whether a name is that of a service in AWS's API models, such as `ec2`.
pub fn is_service(name: &str) -> bool {
    model::is_service(name)
}

/// Tells whether a text stands for a value that was hidden, by us or by AWS.
pub fn is_hidden(text: &str) -> bool {
    pattern::is_nothing_but_markers(text)
}

/// Returns a text without the marks that stand for hidden values: what we wrote ourselves is nobody's name and no complaint.
pub fn without_marks(text: &str) -> Cow<'_, str> {
    let mut parts = text.split("[redacted: ");
    let first = parts.next().unwrap_or_default();
    if first.len() == text.len() {
        return Cow::Borrowed(text);
    }
    let rest = parts.map(|part| part.split_once(']').map_or("", |(_, rest)| rest));
    Cow::Owned(std::iter::once(first).chain(rest).collect::<Vec<_>>().join(" "))
}

/// Seals what is made of nothing but our own words: a function can catch no value.
pub fn constant<T>(words: fn() -> T) -> Redacted<T> {
    Redacted(words())
}

/// Turns untrusted text of several lines into safe ones without secrets, each indented as it was.
///
/// Shape: at most `max_chars` characters; where a secret goes over a line's end, all becomes one line. Twice is the same as once.
pub fn lines(s: &str, max_chars: usize) -> String {
    let mut lines = lines_once(s);
    // What is hidden changes what the lines around it tell, so that they are read until nothing more is found.
    for _ in 0..MAX_ROUNDS {
        let next = lines_once(&lines);
        if next == lines {
            return character::cap(lines, max_chars);
        }
        lines = next;
    }
    text(&lines, max_chars)
}

fn lines_once(s: &str) -> String {
    let told = document::scrub(s);
    let s = told.as_deref().unwrap_or(s);
    let each: Vec<String> = s.lines().map(|line| indented(line, |line| text(line, usize::MAX))).collect();
    let lines = each.join("\n");
    let whole = clean(&lines, usize::MAX);
    match layer::scrub(&whole) {
        Some(scrubbed) if scrubbed.text != whole => scrubbed.text,
        _ => lines,
    }
}

fn indented(line: &str, safe: impl Fn(&str) -> String) -> String {
    let rest = line.trim_start_matches(' ');
    " ".repeat(line.len() - rest.len()) + &safe(rest)
}

/// Returns what stands for a word of a text that only the rest of that text gives away, as in `password hunter2`; nothing where none does.
///
/// `shown` is the whole text as [`lines`] has it.
pub fn mark_within(shown: &str, word: &str) -> Option<String> {
    let alone = text(word, usize::MAX);
    let stands = alone.is_empty() || is_hidden(&alone) || shown.contains(&alone);
    (!stands).then(|| pattern::marker("secret"))
}

/// Turns untrusted text into one safe line without secrets.
///
/// Shape: at most `max_chars` characters; a cut is marked by a final `…`. Twice is the same as once.
pub fn text(s: &str, max_chars: usize) -> String {
    let told = document::scrub(s);
    let line = clean(told.as_deref().unwrap_or(s), usize::MAX);
    let line = layer::scrub(&line).map_or(line, |scrubbed| scrubbed.text);
    character::cap(line, max_chars)
}
