//! Secrets wrapped once more: JSON in a string, percent-encoding, base64.

use super::{character, pattern, walk};
use base64::Engine as _;
use base64::alphabet::{STANDARD, URL_SAFE};
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use serde_json::Value;

/// How many layers are opened; each costs a writer of secrets at least a third more bytes.
const MAX_LAYERS: usize = 3;
/// Shorter runs of base64 hold no more than eleven bytes.
const MIN_BASE64: usize = 16;
/// Longer runs of random base64 are hidden as such: certificates, sealed tokens, archives.
const MIN_OPAQUE: usize = 120;

const LENIENT: GeneralPurposeConfig =
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent).with_decode_allow_trailing_bits(true);
const BASE64: GeneralPurpose = GeneralPurpose::new(&STANDARD, LENIENT);
const BASE64_URL: GeneralPurpose = GeneralPurpose::new(&URL_SAFE, LENIENT);

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
pub(super) fn scrub_within(line: &str, layers: usize) -> Option<Scrubbed> {
    let shape = Shape::of(line);
    if shape.is_harmless() {
        return None;
    }
    if layers < MAX_LAYERS
        && shape.json
        && let Some(scrubbed) = scrub_json(line, layers)
    {
        return Some(scrubbed);
    }
    let mut scrubbed = pattern::scrub(line);
    if shape.longest_run >= MIN_BASE64
        && let Some(text) = hide_runs(scrubbed.as_ref().map_or(line, |it| &it.text), layers)
    {
        scrubbed = Some(Scrubbed { text, secret: true });
    }
    if shape.percent && layers < MAX_LAYERS {
        let text = scrubbed.as_ref().map_or(line, |it| &it.text);
        if percent_decode(text).is_some_and(|inner| holds_secret(&inner, layers)) {
            return Some(Scrubbed { text: pattern::marker("encoded secret"), secret: true });
        }
    }
    let short = pattern::shorten_key_ids(scrubbed.as_ref().map_or(line, |it| &it.text));
    match short {
        Some(text) => Some(Scrubbed { text, secret: scrubbed.is_some_and(|it| it.secret) }),
        None => scrubbed,
    }
}

/// What one look at the bytes tells, so that ids, ARNs and times cost nothing more.
struct Shape {
    longest_run: usize,
    percent: bool,
    assigns: bool,
    json: bool,
}

impl Shape {
    fn of(line: &str) -> Self {
        let mut shape = Self { longest_run: 0, percent: false, assigns: false, json: line.starts_with(['{', '[', '"']) };
        let mut run = 0;
        for byte in line.bytes() {
            if is_base64(byte) {
                run += 1;
                continue;
            }
            shape.longest_run = shape.longest_run.max(run);
            run = 0;
            match byte {
                b'%' => shape.percent = true,
                b'=' | b':' | b' ' | b'@' => shape.assigns = true,
                _ => {}
            }
        }
        shape.longest_run = shape.longest_run.max(run);
        shape
    }

    fn is_harmless(&self) -> bool {
        self.longest_run < MIN_BASE64 && !self.percent && !self.assigns && !self.json
    }
}

fn scrub_json(line: &str, layers: usize) -> Option<Scrubbed> {
    let value: Value = serde_json::from_str(line).ok()?;
    let (redacted, found) = walk::redact_inner(&value, layers + 1);
    if !found.changed {
        return None;
    }
    Some(Scrubbed { text: serde_json::to_string(&redacted).ok()?, secret: found.secret })
}

fn holds_secret(inner: &str, layers: usize) -> bool {
    scrub_within(&character::clean(inner, usize::MAX), layers + 1).is_some_and(|scrubbed| scrubbed.secret)
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
        let before = line.strip_suffix(tail).unwrap_or_default();
        if let Some(kind) = secret_run(run, layers).or_else(|| is_access_key(run, before).then_some("secret key")) {
            let out = out.get_or_insert_default();
            out.push_str(kept.strip_suffix(tail).unwrap_or_default());
            out.push_str(&pattern::marker(kind));
            rest = after.trim_start_matches('=');
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
    let word = before.rsplit([' ', '"', '\'', ',', '(', '[', '=']).next().unwrap_or_default();
    let mut parts = run.split('/').filter(|part| part.len() == LENGTH && looks_generated(part));
    // Longer random base64 falls into such parts too, but then the others are random as well.
    let path = || run.split('/').filter(|part| part.len() != LENGTH).all(|part| !mixes(part));
    let found = run.len() == LENGTH && looks_generated(run) || parts.next().is_some() && path();
    found && !word.contains("arn:")
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
    if run.len() < MIN_BASE64 {
        return None;
    }
    if run.starts_with("H4sI") {
        return Some("compressed data");
    }
    if layers < MAX_LAYERS && decode(run).is_some_and(|inner| holds_secret(&inner, layers)) {
        return Some("encoded secret");
    }
    // A path before it is made of the same letters.
    let named = run.rsplit('/').next().filter(|last| last.len() < run.len() && last.len() >= MIN_BASE64);
    if layers < MAX_LAYERS && named.and_then(decode).is_some_and(|inner| holds_secret(&inner, layers)) {
        return Some("encoded secret");
    }
    // Neither alphabet has both: such a run is a path, and its parts are looked at one by one.
    let path = run.contains(['-', '_']) && run.contains(['+', '/']);
    let mut parts = run.split(|c| path && c == '/');
    parts.any(|part| part.len() >= MIN_OPAQUE && is_random(part)).then_some("opaque data")
}

/// Returns the text that a run of base64 stands for; `None` when it stands for bytes.
fn decode(run: &str) -> Option<String> {
    // Encoded text has capitals and small letters; hashes, ids and most names do not.
    if !run.bytes().any(|byte| byte.is_ascii_uppercase()) || !run.bytes().any(|byte| byte.is_ascii_lowercase()) {
        return None;
    }
    let engine = if run.contains(['-', '_']) { BASE64_URL } else { BASE64 };
    // The first bytes tell an encoded text from a name or a hash that happens to have the letters.
    let head = engine.decode(run.as_bytes().get(..12)?).ok()?;
    if !head.iter().all(|&byte| byte >= b' ' && byte != 0x7F || matches!(byte, b'\n' | b'\r' | b'\t')) {
        return None;
    }
    String::from_utf8(engine.decode(run).ok()?).ok()
}

fn percent_decode(line: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(line.len());
    let mut rest = line.bytes();
    let mut decoded = false;
    while let Some(byte) = rest.next() {
        let mut ahead = rest.clone();
        let pair = (ahead.next().and_then(hex), ahead.next().and_then(hex));
        match (byte, pair) {
            (b'%', (Some(high), Some(low))) => {
                bytes.push(high << 4 | low);
                rest = ahead;
                decoded = true;
            }
            _ => bytes.push(byte),
        }
    }
    decoded.then(|| String::from_utf8_lossy(&bytes).into_owned())
}

fn hex(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
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
