//! What several items of a list tell together: an option and its value, halves of a token, text as a list of bytes.

use super::{character, issuer, key, layer, pattern};
use serde_json::Value;

/// Fewer numbers spell no secret.
const MIN_BYTES: usize = 12;
/// Longer lists of words are not joined.
const MAX_JOINED: usize = 65_536;

/// Returns the places of the items that are secrets because of others, each with its kind.
pub(super) fn secrets(items: &[Value], layers: usize) -> Vec<(usize, &'static str)> {
    if items.len() < 2 {
        return Vec::new();
    }
    match items.first() {
        Some(Value::Number(_)) if items.len() >= MIN_BYTES => spelled(items, layers),
        Some(Value::String(_)) => {
            let Some(words) = items.iter().map(Value::as_str).collect::<Option<Vec<_>>>() else { return Vec::new() };
            let mut told = halves(&words);
            told.extend(values_of_options(&words));
            told.extend(words_of_command(&words));
            told.sort_unstable();
            told.dedup_by_key(|(at, _)| *at);
            told
        }
        _ => Vec::new(),
    }
}

/// Returns the places of the words of a command that may be secrets: all but the first and the names of options.
pub(super) fn arguments(items: &[Value]) -> Vec<(usize, &'static str)> {
    let hides = |(at, item): (usize, &Value)| {
        let text = item.as_str()?;
        let name = text.starts_with('-') && !text.contains(['=', ' ', ':']) && text.len() <= 40;
        (at > 0 && !name && !text.is_empty() && !super::is_hidden(text)).then_some((at, "argument"))
    };
    items.iter().enumerate().filter_map(hides).collect()
}

/// A list of numbers that spells a text with a secret is one, each number of it.
fn spelled(items: &[Value], layers: usize) -> Vec<(usize, &'static str)> {
    // Java counts from -128.
    let byte = |item: &Value| item.as_i64().and_then(|number| u8::try_from(if number < 0 { number + 256 } else { number }).ok());
    let Some(bytes) = items.iter().map(byte).collect::<Option<Vec<_>>>() else { return Vec::new() };
    let text = String::from_utf8_lossy(&bytes);
    let printable = text.chars().filter(|c| !c.is_control() && *c != '\u{FFFD}').count();
    let holds = printable * 10 >= bytes.len() * 8 && layer::holds_secret(&character::clean(&text, usize::MAX), layers);
    if holds { (0..items.len()).map(|at| (at, "bytes")).collect() } else { Vec::new() }
}

/// The words that a token runs through when they are read as one.
fn halves(words: &[&str]) -> Vec<(usize, &'static str)> {
    if words.iter().map(|word| word.len()).sum::<usize>() > MAX_JOINED {
        return Vec::new();
    }
    let joined = words.concat();
    if !issuer::may_begin(&joined) {
        return Vec::new();
    }
    let mut told = Vec::new();
    for (from, to) in issuer::places(&joined) {
        let mut start = 0;
        for (at, word) in words.iter().enumerate() {
            let end = start + word.len();
            // One that stands in a single word is found there.
            if from < end && to > start && !(start <= from && to <= end) {
                told.push((at, "token"));
            }
            start = end;
        }
    }
    told
}

/// The words after an option whose name is a secret's.
fn values_of_options(words: &[&str]) -> Vec<(usize, &'static str)> {
    let program = words.first().copied().unwrap_or_default().rsplit('/').next().unwrap_or_default();
    let mut told = Vec::new();
    for (at, pair) in words.windows(2).enumerate() {
        let [option, value] = pair else { continue };
        let is_option = option.starts_with('-') && !option.contains(['=', ' ']);
        let kind = if *option == "-p" && takes_password(program) { Some("password") } else { key::kind(option) };
        if let Some(kind) = kind.filter(|_| is_option && !value.starts_with('-') && !value.is_empty() && !super::is_hidden(value)) {
            told.push((at + 1, kind));
        }
    }
    told
}

/// Tells whether a program is often given a password as a word of its own.
fn takes_password(program: &str) -> bool {
    ["mysql", "mariadb", "sshpass", "docker", "podman", "mongo", "sqlcmd"].iter().any(|name| program.starts_with(name))
}

/// The words that a command, read as one line, gives away.
fn words_of_command(words: &[&str]) -> Vec<(usize, &'static str)> {
    if words.iter().map(|word| word.len() + 1).sum::<usize>() > MAX_JOINED {
        return Vec::new();
    }
    let line = words.join(" ");
    let mut told = Vec::new();
    for (from, to, kind) in pattern::places_in_command(&line) {
        let mut start = 0;
        for (at, word) in words.iter().enumerate() {
            let end = start + word.len();
            if from < end && to > start && !super::is_hidden(word) {
                told.push((at, kind));
            }
            start = end + 1;
        }
    }
    told
}
