//! Text that speaks to its reader, or to the reader's assistant, instead of describing an event.
//!
//! ```text
//!  text → hidden characters?
//!       → as written (shape: markup, markers of roles and tools) · other tongues (tongue: a verb and what it is said of)
//!       → its words (view: letters that look alike are one, names are cut into words, digits are letters) → what is said (phrase)
//!       → its letters alone, forwards and backwards (view) → the few phrases that nothing else holds (phrase)
//!       → what it encodes (%, base64, hexadecimal digits) → the same again
//! ```
//!
//! A sign for the reader, not a filter: what looks harmless is still untrusted, and what is found is shown all the same.

mod phrase;
mod shape;
mod tongue;
mod view;

use super::{character, decode};
use regex::bytes::{RegexSet, RegexSetBuilder};
use serde_json::Value;

/// How often what is encoded may be encoded again.
const LAYERS: usize = 2;
/// Shortest run that is looked at for what it encodes: shorter ones hold no sentence.
const SHORTEST_RUN: usize = 16;

/// Tells whether text has the shape of instructions, markup or a hidden message.
pub fn is_suspicious(s: &str) -> bool {
    hides_characters(s) || speaks(s, LAYERS)
}

/// Tells whether a text that stands anywhere in a value does, names of members included.
pub fn holds_suspicious(value: &Value) -> bool {
    match value {
        Value::String(text) => is_suspicious(text),
        Value::Array(items) => items.iter().any(holds_suspicious),
        Value::Object(map) => map.iter().any(|(key, item)| is_suspicious(key) || holds_suspicious(item)),
        _ => false,
    }
}

fn speaks(s: &str, layers: usize) -> bool {
    let line = character::clean(s, usize::MAX);
    // Three letters in a row are the least that says anything: most of what CloudTrail holds beside names are numbers, times and addresses.
    if !line.as_bytes().windows(3).any(|three| three.iter().all(|byte| byte.is_ascii_alphabetic() || *byte >= 0x80)) && !line.contains(' ')
    {
        return layers > 0 && encodes(&line, layers);
    }
    if shape::is_one(&line) || !line.is_ascii() && tongue::is_one(&line) {
        return true;
    }
    let letters = view::latin(&line);
    let words = view::words(&letters);
    if phrase::is_one(&words) || tongue::is_latin_one(&words) {
        return true;
    }
    let plain = view::without_digits(&words).is_some_and(|plain| phrase::is_one(&plain))
        || view::spelt(&words).is_some_and(|spelt| phrase::is_one(&spelt));
    let untagged = line.contains("</").then(|| view::without_tags(&letters)).is_some_and(|bare| phrase::is_one(&view::words(&bare)));
    plain || untagged || squeezed(&letters) || layers > 0 && encodes(&line, layers)
}

/// Tells whether the letters alone hold a phrase that nothing else holds, whichever way they are read.
fn squeezed(letters: &str) -> bool {
    let squeezed = view::squeezed(letters);
    if squeezed.len() < SHORTEST_RUN {
        return false;
    }
    let backwards: String = squeezed.chars().rev().collect();
    let turned: String =
        squeezed.bytes().map(|byte| char::from(if byte.is_ascii_lowercase() { (byte - b'a' + 13) % 26 + b'a' } else { byte })).collect();
    [squeezed, backwards, turned].iter().any(|text| phrase::is_squeezed_one(text))
}

/// Tells whether a text holds something encoded that speaks.
fn encodes(line: &str, layers: usize) -> bool {
    if line.contains('%') || line.contains("\\u") || line.contains("&#") {
        let plain = view::unescaped(line);
        if plain != line && speaks(&plain, layers - 1) {
            return true;
        }
    }
    let runs = line.split(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '_' | '-')));
    runs.filter(|run| run.len() >= SHORTEST_RUN).any(|run| {
        let text = decode::hex_text(run).or_else(|| match decode::base64(run) {
            Some(decode::Decoded::Text(text)) => Some(text),
            _ => None,
        });
        text.is_some_and(|text| speaks(&text, layers - 1))
    })
}

/// Tells whether text holds characters that no reader sees, leaving out line breaks, soft hyphens and emoji joiners.
fn hides_characters(s: &str) -> bool {
    if s.bytes().all(|byte| (b' '..=b'~').contains(&byte)) {
        return false;
    }
    let mut before = ' ';
    s.chars().any(|c| {
        let joins = matches!(c, '\u{FE0F}' | '\u{200D}') && (character::is_emoji(before) || before == '\u{FE0F}');
        let common = matches!(c, '\n' | '\r' | '\t' | '\u{AD}' | '\u{200C}' | '\u{FFFD}' | '\u{E000}'..='\u{F8FF}');
        before = c;
        !joins && !common && character::is_unsafe(c)
    })
}

#[expect(clippy::expect_used, reason = "the patterns are literals that the tests compile")]
fn compile(patterns: impl IntoIterator<Item = String>) -> RegexSet {
    RegexSetBuilder::new(patterns)
        .unicode(false)
        .multi_line(true)
        .size_limit(64 << 20)
        .dfa_size_limit(16 << 20)
        .build()
        .expect("literal patterns")
}

#[cfg(test)]
mod tests;
