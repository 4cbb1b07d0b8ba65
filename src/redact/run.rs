//! Runs of the letters of base64: text in base64, base32 or hexadecimal digits, compressed data, keys that nothing announces.

use super::arn;
use super::decode::{self, Decoded};
use super::layer::{MIN_BASE64, holds_secret};
use super::pattern;

/// Longer runs of random base64 are hidden as such: certificates, sealed tokens, archives.
const MIN_OPAQUE: usize = 120;
/// How many parts of a run that has dashes or slashes are looked at.
const MAX_PARTS: usize = 8;
/// How long the lines of wrapped base64 are.
///
/// Source: MIME (76), PEM (64), and what `fold` and `base64 -w` are often told.
const LINES: &[usize] = &[60, 64, 70, 72, 76, 80];

/// Replaces runs of base64 that are opaque or hide a secret; `None` when there are none.
pub(super) fn scrub(line: &str, layers: usize) -> Option<String> {
    let mut out: Option<String> = None;
    let mut kept = line;
    let mut rest = line;
    // What follows the last stretch of wrapped lines that was looked at.
    let mut looked_at = usize::MAX;
    while let Some(start) = rest.bytes().position(is_base64) {
        let tail = rest.split_at_checked(start)?.1;
        let end = tail.bytes().position(|byte| !is_base64(byte)).unwrap_or(tail.len());
        let (run, after) = tail.split_at_checked(end)?;
        rest = after;
        if run.len() < MIN_BASE64 {
            continue;
        }
        let before = line.strip_suffix(tail).unwrap_or_default();
        if tail.len() < looked_at
            && let Some((length, whole)) = wrapped(tail, run)
        {
            let end = tail.get(length..)?;
            looked_at = end.len();
            if is_public(run, before) {
                rest = end;
                continue;
            }
            if let Some(kind) = secret_lines(&whole, layers) {
                let out = out.get_or_insert_default();
                out.push_str(kept.strip_suffix(tail).unwrap_or_default());
                out.push_str(&pattern::marker(kind));
                rest = end.trim_start_matches('=');
                kept = rest;
                continue;
            }
        }
        if is_public(run, before) {
            continue;
        }
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
    let mut parts = run.split(['/', '-', '_']).filter(|part| part.len() == LENGTH && looks_generated(part));
    // Longer random base64 falls into such parts too, but then the others are random as well.
    let path = || run.split(['/', '-', '_']).filter(|part| part.len() != LENGTH).all(|part| !mixes(part));
    let found = run.len() == LENGTH && looks_generated(run) || parts.next().is_some() && path();
    found && !arn::ends_within(near)
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

/// Returns the length of lines of base64 that a space divides, and what they are as one; `None` when there is only one.
fn wrapped(text: &str, first: &str) -> Option<(usize, String)> {
    if !LINES.contains(&first.len()) {
        return None;
    }
    let mut whole = first.to_owned();
    let mut length = first.len();
    while let Some(next) = text.get(length..).and_then(|rest| rest.strip_prefix(' ')) {
        let run = next.bytes().take_while(|byte| is_base64(*byte)).count();
        if run == 0 || run > first.len() {
            break;
        }
        whole.push_str(next.get(..run)?);
        length += 1 + run;
        if run < first.len() {
            break;
        }
    }
    (whole.len() > first.len()).then_some((length, whole))
}

/// Tells what wrapped lines are.
fn secret_lines(whole: &str, layers: usize) -> Option<&'static str> {
    encoded(whole, layers).or_else(|| is_random(whole).then_some("opaque data"))
}

/// Tells whether a run begins a certificate or is a public key, as what stands before it or its own first letters say.
fn is_public(run: &str, before: &str) -> bool {
    /// The length and the name of a kind of key, as SSH writes them.
    const KEYS: &[&str] = &["AAAAB3NzaC1", "AAAAC3NzaC1", "AAAAE2VjZHNhLXNoYTIt", "AAAAGnNrLX", "AAAAInNrLW"];
    let before = before.trim_end();
    let headed = before.ends_with("-----")
        && ["CERTIFICATE-----", "PUBLIC KEY-----", "CERTIFICATE REQUEST-----"].iter().any(|end| before.ends_with(end));
    headed && !before.ends_with("PRIVATE KEY-----") || KEYS.iter().any(|start| run.starts_with(start))
}

fn encoded(run: &str, layers: usize) -> Option<&'static str> {
    if run.starts_with("H4sI") || decode::is_compressed_hex(run) {
        return Some("compressed data");
    }
    if decode::hex_text(run).is_some_and(|inner| holds_secret(&inner, layers)) {
        return Some("encoded secret");
    }
    if decode::base32(run).is_some_and(|inner| holds_secret(&inner, layers)) {
        return Some("encoded secret");
    }
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

pub(super) const fn is_base64(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'-' | b'_')
}
