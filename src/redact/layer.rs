//! Secrets wrapped once more: JSON in a string, escapes, base64, hexadecimal digits.

use super::decode::{self, Decoded};
use super::{character, document, guess, key_id, pattern, walk};
use serde_json::Value;

/// How many layers are opened; each costs a writer of secrets at least a third more bytes.
const MAX_LAYERS: usize = 4;
/// How often one escape may be escaped again.
const MAX_ESCAPES: usize = 8;
/// How often a line is looked at again.
const MAX_ROUNDS: usize = 6;
/// Shorter runs of base64 hold no more than eleven bytes.
const MIN_BASE64: usize = 16;
/// Shorter words have the shape of no secret.
const MIN_SECRET: usize = 12;
/// Fewer hexadecimal digits spell no more than seven letters.
const MIN_HEXADECIMAL: usize = 16;
/// The length of a UUID.
const UUID: usize = 36;
/// Longer runs of random base64 are hidden as such: certificates, sealed tokens, archives.
const MIN_OPAQUE: usize = 120;
/// How many parts of a run that has dashes or slashes are looked at.
const MAX_PARTS: usize = 8;

/// A line that differs from what went in.
pub(super) struct Scrubbed {
    /// The line now.
    pub(super) text: String,
    /// Whether something was hidden rather than only shortened.
    pub(super) secret: bool,
}

/// Redacts one cleaned line; `None` when it may stay as it is.
pub(super) fn scrub(line: &str) -> Option<Scrubbed> {
    scrub_within(line, 0)
}

/// Like [`scrub`], for a line found inside `layers` others.
///
/// What is hidden changes where the rest of a line begins and ends, so the outermost is looked at until nothing more is found.
pub(super) fn scrub_within(line: &str, layers: usize) -> Option<Scrubbed> {
    let mut scrubbed = scrub_once(line, layers)?;
    for _ in 0..if layers == 0 { MAX_ROUNDS } else { 0 } {
        match scrub_once(&scrubbed.text, layers) {
            Some(next) if next.text != scrubbed.text => scrubbed = Scrubbed { secret: next.secret || scrubbed.secret, ..next },
            _ => break,
        }
    }
    Some(scrubbed)
}

fn scrub_once(line: &str, layers: usize) -> Option<Scrubbed> {
    let shape = Shape::of(line);
    if shape.is_harmless() {
        return None;
    }
    if layers < MAX_LAYERS
        && shape.json
        && let Some(value) = json(line)
    {
        return scrub_json(&value, layers);
    }
    if layers < MAX_LAYERS
        && let Some((before, value)) = json_at_the_end(line)
        && let Some(scrubbed) = scrub_json(&value, layers)
    {
        let before = scrub_within(before, layers).map_or_else(|| before.to_owned(), |scrubbed| scrubbed.text);
        return Some(Scrubbed { text: before + &scrubbed.text, secret: scrubbed.secret });
    }
    let mut scrubbed = pattern::scrub(line);
    if shape.longest_run >= MIN_BASE64
        && let Some(text) = hide_runs(scrubbed.as_ref().map_or(line, |it| &it.text), layers)
    {
        scrubbed = Some(Scrubbed { text, secret: true });
    }
    if let Some(text) = guess::scrub(scrubbed.as_ref().map_or(line, |it| &it.text)) {
        scrubbed = Some(Scrubbed { text, secret: true });
    }
    if shape.escapes {
        let text = scrubbed.as_ref().map_or(line, |it| &it.text);
        if holds_escaped_secret(text, layers) {
            return Some(Scrubbed { text: pattern::marker("encoded secret"), secret: true });
        }
    }
    let short = key_id::shorten_all(scrubbed.as_ref().map_or(line, |it| &it.text));
    match short {
        Some(text) => Some(Scrubbed { text, secret: scrubbed.is_some_and(|it| it.secret) }),
        None => scrubbed,
    }
}

/// A letter of base64.
const LETTER: u8 = 1;
/// A byte that may stand between a name and its value, or around a value.
const ASSIGNS: u8 = 2;
/// A byte that begins an escape.
const ESCAPES: u8 = 4;

/// A letter of a word: neither a hexadecimal digit nor one of a time.
const WORDS: u8 = 8;

/// What each byte is.
const KINDS: [u8; 256] = {
    let mut kinds = [ASSIGNS; 256];
    let mut byte = 0_u8;
    loop {
        #[expect(clippy::indexing_slicing, reason = "a byte is within 256, and this runs when it is compiled")]
        {
            kinds[byte as usize] = match byte {
                b'g'..=b'z' | b'A'..=b'S' | b'U'..=b'Y' => LETTER | WORDS,
                _ if is_base64(byte) => LETTER,
                128..=255 => ASSIGNS | WORDS,
                b'.' => 0,
                b'%' | b'&' | b'\\' => ASSIGNS | ESCAPES,
                _ => ASSIGNS,
            };
        }
        if byte == u8::MAX {
            break kinds;
        }
        byte += 1;
    }
};

/// What one look at the bytes tells, so that ids, ARNs and times cost nothing more.
struct Shape {
    length: usize,
    longest_run: usize,
    escapes: bool,
    assigns: bool,
    words: bool,
    json: bool,
}

impl Shape {
    fn of(line: &str) -> Self {
        let mut shape = Self {
            length: line.len(),
            longest_run: 0,
            escapes: false,
            assigns: false,
            words: false,
            json: line.starts_with(['{', '[', '"']),
        };
        let (mut run, mut seen) = (0, 0);
        for byte in line.bytes() {
            let kind = KINDS.get(usize::from(byte)).copied().unwrap_or(ASSIGNS);
            seen |= kind;
            if kind & LETTER != 0 {
                run += 1;
            } else {
                shape.longest_run = shape.longest_run.max(run);
                run = 0;
            }
        }
        shape.longest_run = shape.longest_run.max(run);
        (shape.escapes, shape.assigns, shape.words) = (seen & ESCAPES != 0, seen & ASSIGNS != 0, seen & WORDS != 0);
        shape
    }

    fn is_harmless(&self) -> bool {
        // Times, addresses, accounts and UUIDs have no word in them, and spell none.
        let spells = self.longest_run >= MIN_HEXADECIMAL && self.length != UUID;
        if !self.words && !self.escapes && !self.json && !spells {
            return true;
        }
        self.length < MIN_SECRET && !self.assigns && !self.json
    }
}

/// Reads a line that is JSON, or the beginning of some.
fn json(line: &str) -> Option<Value> {
    serde_json::from_str(line).ok().or_else(|| serde_json::from_str(&decode::closed(line)?).ok())
}

/// Reads an object that a line ends with, as in `body was {…}`.
fn json_at_the_end(line: &str) -> Option<(&str, Value)> {
    if !line.ends_with('}') || line.starts_with('{') {
        return None;
    }
    let (before, object) = line.split_at_checked(line.find("{\"")?)?;
    serde_json::from_str(object).ok().map(|value| (before, value))
}

fn scrub_json(value: &Value, layers: usize) -> Option<Scrubbed> {
    let (redacted, found) = walk::redact_inner(value, layers + 1);
    if !found.changed {
        return None;
    }
    Some(Scrubbed { text: serde_json::to_string(&redacted).ok()?, secret: found.secret })
}

/// Tells whether text that was found inside `layers` others has something to hide.
pub(super) fn holds_secret(inner: &str, layers: usize) -> bool {
    // What is wrapped deeper than anyone has reason to is hidden unread.
    layers >= MAX_LAYERS
        || document::scrub(inner).is_some()
        || scrub_within(&character::clean(inner, usize::MAX), layers + 1).is_some_and(|scrubbed| scrubbed.secret)
}

/// Tells whether undoing escapes, as often as they are escaped, shows a secret.
fn holds_escaped_secret(line: &str, layers: usize) -> bool {
    let levels = std::iter::successors(decode::unescaped(line), |inner| decode::unescaped(inner)).take(MAX_ESCAPES);
    // A secret may have what looks like an escape, so the first level counts as well as the last.
    let levels: Vec<String> = levels.collect();
    let (first, last) = (levels.first(), levels.get(1..).and_then(<[String]>::last));
    first.into_iter().chain(last).any(|inner| holds_secret(inner, layers))
}

/// Replaces runs of base64 that are opaque or hide a secret; `None` when there are none.
fn hide_runs(line: &str, layers: usize) -> Option<String> {
    let mut out: Option<String> = None;
    let mut kept = line;
    let mut rest = line;
    while let Some(start) = rest.bytes().position(is_base64) {
        let tail = rest.split_at_checked(start)?.1;
        let end = tail.bytes().position(|byte| !is_base64(byte)).unwrap_or(tail.len());
        let (run, after) = tail.split_at_checked(end)?;
        rest = after;
        if run.len() < MIN_BASE64 {
            continue;
        }
        let before = line.strip_suffix(tail).unwrap_or_default();
        let known = secret_run(run, layers).map(|kind| (kind, 0)).or_else(|| {
            let more = parts_after(run, after)?;
            Some(("token", more))
        });
        let known = known.or_else(|| is_access_key(run, before).then_some(("secret key", 0)));
        if let Some((kind, more)) = known {
            let out = out.get_or_insert_default();
            out.push_str(kept.strip_suffix(tail).unwrap_or_default());
            out.push_str(&pattern::marker(kind));
            rest = after.get(more..)?.trim_start_matches('=');
            kept = rest;
        }
    }
    out.map(|out| out + kept)
}

/// Tells whether a run is, or ends a path with, the forty letters of an AWS secret access key that nothing announces.
///
/// Names have words in them, hashes one case, and what an ARN names is no secret.
fn is_access_key(run: &str, before: &str) -> bool {
    const LENGTH: usize = 40;
    if run.len() < LENGTH {
        return false;
    }
    let near = before.get(before.len().saturating_sub(200)..).unwrap_or(before);
    let word = near.rsplit([' ', '"', '\'', ',', '(', '[', '=']).next().unwrap_or_default();
    let mut parts = run.split(['/', '-', '_']).filter(|part| part.len() == LENGTH && looks_generated(part));
    // Longer random base64 falls into such parts too, but then the others are random as well.
    let path = || run.split(['/', '-', '_']).filter(|part| part.len() != LENGTH).all(|part| !mixes(part));
    let found = run.len() == LENGTH && looks_generated(run) || parts.next().is_some() && path();
    found && !word.contains("arn:")
}

/// Returns how many bytes after a run belong to a token that has no beginning of its own but is made of parts, as Discord's and Asana's.
fn parts_after(run: &str, after: &str) -> Option<usize> {
    let length = |text: &str| text.bytes().take_while(|byte| is_base64(*byte) && *byte != b'/').count();
    let first = run.rsplit('/').next().unwrap_or_default();
    if (23..=28).contains(&first.len()) && after.starts_with('.') && mixes(first) {
        let (second, rest) = after.get(1..)?.split_at_checked(6)?;
        let last = rest.strip_prefix('.').map_or(0, length);
        return (last >= 27 && length(second) == 6).then_some(1 + 6 + 1 + last);
    }
    let hexadecimal = |text: &str| text.bytes().take_while(u8::is_ascii_hexdigit).count();
    let numbers = first.len() >= 13 && first.bytes().all(|byte| byte.is_ascii_digit());
    let last = after.strip_prefix(':').filter(|_| numbers).map_or(0, hexadecimal);
    (last == 32).then_some(1 + last)
}

/// Tells whether text has capitals, small letters and digits.
fn mixes(text: &str) -> bool {
    let has = |kind: fn(&u8) -> bool| text.as_bytes().iter().any(kind);
    has(u8::is_ascii_uppercase) && has(u8::is_ascii_lowercase) && has(u8::is_ascii_digit)
}

/// Tells letters drawn by chance from words run together.
fn looks_generated(run: &str) -> bool {
    let (mut upper, mut lower, mut digits, mut in_words, mut word) = (0, 0, 0, 0, 0);
    for byte in run.bytes().chain([b'/']) {
        if byte.is_ascii_lowercase() {
            lower += 1;
            word += 1;
            continue;
        }
        in_words += if word >= 4 { word } else { 0 };
        word = 0;
        upper += usize::from(byte.is_ascii_uppercase());
        digits += usize::from(byte.is_ascii_digit());
    }
    !run.contains(['-', '_']) && upper >= 6 && lower >= 6 && (1..=16).contains(&digits) && in_words * 2 <= lower
}

fn secret_run(run: &str, layers: usize) -> Option<&'static str> {
    if run.starts_with("H4sI") {
        return Some("compressed data");
    }
    if decode::hex_text(run).is_some_and(|inner| holds_secret(&inner, layers)) {
        return Some("encoded secret");
    }
    if let Some(kind) = encoded(run, layers) {
        return Some(kind);
    }
    // A path or a word before it is made of the same letters.
    let mut parts = run.split(['/', '-', '_']).filter(|part| part.len() < run.len() && part.len() >= MIN_BASE64).take(MAX_PARTS);
    if let Some(kind) = parts.find_map(|part| encoded(part, layers)) {
        return Some(kind);
    }
    let rest = run.split_once(['-', '_', '/']).map(|(_, rest)| rest).filter(|rest| rest.len() >= MIN_BASE64);
    if let Some(kind) = rest.and_then(|rest| encoded(rest, layers)) {
        return Some(kind);
    }
    // Neither alphabet has both: such a run is a path, and its parts are looked at one by one.
    let path = run.contains(['-', '_']) && run.contains(['+', '/']);
    let mut parts = run.split(|c| path && c == '/');
    parts.any(|part| part.len() >= MIN_OPAQUE && is_random(part)).then_some("opaque data")
}

fn encoded(run: &str, layers: usize) -> Option<&'static str> {
    match decode::base64(run)? {
        Decoded::Text(inner) => holds_secret(&inner, layers).then_some("encoded secret"),
        Decoded::Compressed => Some("compressed data"),
    }
}

/// Tells random base64 from long names and paths, which keep to one kind of letter for longer and have fewer capitals.
fn is_random(run: &str) -> bool {
    let (mut upper, mut lower, mut digit, mut turns, mut before) = (0, 0, 0, 0, 0);
    for byte in run.bytes() {
        let kind = match byte {
            b'A'..=b'Z' => 1,
            b'a'..=b'z' => 2,
            b'0'..=b'9' => 3,
            _ => 4,
        };
        upper += usize::from(kind == 1);
        lower += usize::from(kind == 2);
        digit += usize::from(kind == 3);
        turns += usize::from(kind != before);
        before = kind;
    }
    let len = run.len();
    upper * 100 >= len * 15 && lower * 100 >= len * 15 && digit * 100 >= len * 4 && turns * 100 >= len * 40
}

const fn is_base64(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'-' | b'_')
}
