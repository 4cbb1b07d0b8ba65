//! What several items of a list tell together: an option and its value, halves of a token, text as a list of bytes.

use super::script::{self, Place};
use super::{document, guess, issuer, key, layer, pattern, plain};
use serde_json::Value;

/// Fewer numbers spell no secret.
const MIN_BYTES: usize = 12;
/// How often a list is read again.
const MAX_ROUNDS: usize = 6;
/// Longer lists of words are not joined.
const MAX_JOINED: usize = 65_536;

/// Returns the places of the items that are secrets because of others, each with its kind.
pub(super) fn secrets(items: &[Value], layers: usize) -> Vec<(usize, &'static str)> {
    beside(items, Vec::new(), layers)
}

/// Returns the places that are `known`, and those of the items that are secrets because of others.
fn beside(items: &[Value], known: Vec<(usize, &'static str)>, layers: usize) -> Vec<(usize, &'static str)> {
    if items.len() < 2 {
        return known;
    }
    match items.first() {
        Some(Value::Number(_)) if items.len() >= MIN_BYTES => spelled(items, layers),
        Some(Value::String(_)) => match items.iter().map(Value::as_str).collect::<Option<Vec<_>>>() {
            Some(words) => of_words(&words, known, layers),
            None => known,
        },
        _ => known,
    }
}

fn of_words(words: &[&str], known: Vec<(usize, &'static str)>, layers: usize) -> Vec<(usize, &'static str)> {
    if is_cut(words) && layer::holds_secret(&words.concat(), layers) {
        return (0..words.len()).map(|at| (at, "secret")).collect();
    }
    let mut told = known;
    told.extend(halves(words));
    told.extend(values_of_options(words));
    told.extend(words_of_command(words));
    // What is hidden, by itself or by others, changes where the rest begins and ends, so that is read until nothing more is found.
    let hidden_alone: Vec<bool> = words.iter().map(|word| super::is_hidden(&layer::alone(word, layers))).collect();
    for _ in 0..MAX_ROUNDS {
        told.sort_unstable();
        told.dedup_by_key(|(at, _)| *at);
        let hidden = |at: usize, word: &str| {
            pattern::holds_marker(word) || hidden_alone.get(at) == Some(&true) || told.binary_search_by_key(&at, |(at, _)| *at).is_ok()
        };
        let shown: Vec<(usize, &str)> = words.iter().copied().enumerate().filter(|(at, word)| !hidden(*at, word)).collect();
        let stretches = shown.chunk_by(|a, b| a.0 + 1 == b.0).filter(|stretch| stretch.len() > 1);
        let mut found = Vec::new();
        for stretch in stretches {
            let first = stretch.first().map_or(0, |(at, _)| *at);
            let words: Vec<&str> = stretch.iter().map(|(_, word)| *word).collect();
            found.extend(across(&words, layers).into_iter().map(|(at, kind)| (first + at, kind)));
        }
        if found.is_empty() {
            break;
        }
        told.extend(found);
    }
    told
}

/// Returns the places of the words of a command that may be secrets: all but the first and the names of options.
pub(super) fn arguments(items: &[Value], layers: usize) -> Vec<(usize, &'static str)> {
    if matches!(items.first(), Some(Value::Number(_))) {
        return secrets(items, layers);
    }
    let is_option = |text: &str| {
        let name = text.trim_start_matches('-');
        name.len() < text.len()
            && name.len() <= 40
            && !guess::is_no_word(name)
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
    };
    let hides = |(at, item): (usize, &Value)| {
        let text = item.as_str()?;
        let place = script_place(items, at);
        let is_shown = || plain::is_shown(text, "argument", place, layers) || script::shown(text, "argument", place, layers).is_some();
        (at > 0 && !is_option(text) && !text.is_empty() && !super::is_hidden(text) && !is_shown()).then_some((at, "argument"))
    };
    let mut told: Vec<(usize, &'static str)> = items.iter().enumerate().filter_map(hides).collect();
    told = beside(items, told, layers);
    told.sort_unstable();
    told.dedup_by_key(|(at, _)| *at);
    told
}

/// Returns what the word before tells of a word of a command.
pub(super) fn script_place(items: &[Value], at: usize) -> Place {
    at.checked_sub(1).and_then(|before| items.get(before)).and_then(Value::as_str).map_or(Place::Any, Place::after)
}

/// Tells whether a list of numbers spells a text that is shown.
pub(super) fn spells_plain(items: &[Value], layers: usize) -> bool {
    matches!(items.first(), Some(Value::Number(_))) && text_of(items).is_some_and(|text| plain::is_plain(&text, layers))
}

/// Returns the text that a list of numbers spells; Java counts from -128.
fn text_of(items: &[Value]) -> Option<String> {
    let byte = |item: &Value| item.as_i64().and_then(|number| u8::try_from(if number < 0 { number + 256 } else { number }).ok());
    let mut bytes = items.iter().map(byte).collect::<Option<Vec<_>>>()?;
    // Letters of two bytes have a zero in each.
    bytes.retain(|byte| *byte != 0);
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

/// A list of numbers that spells a text with a secret is one, each number of it.
fn spelled(items: &[Value], layers: usize) -> Vec<(usize, &'static str)> {
    let Some(text) = text_of(items) else { return Vec::new() };
    let printable = text.chars().filter(|c| !c.is_control() && *c != '\u{FFFD}').count();
    let holds = printable * 10 >= text.chars().count() * 8 && layer::holds_secret(&text, layers);
    if holds { (0..items.len()).map(|at| (at, "bytes")).collect() } else { Vec::new() }
}

/// The words that a secret runs through in the text that a template joins them to.
pub(super) fn joined(items: &[Value], divider: &str, layers: usize) -> Vec<(usize, &'static str)> {
    let Some(words) = items.iter().map(Value::as_str).collect::<Option<Vec<_>>>() else { return Vec::new() };
    let text = words.join(divider);
    if text.len() > MAX_JOINED {
        return Vec::new();
    }
    let alone = layer::alone(&text, layers);
    let line = super::character::clean(&text, usize::MAX);
    // Lines and spaces that were cleaned away shift where a secret stands.
    let place = if line.len() == text.len() { pattern::difference(&line, &alone) } else { (alone != line).then_some((0, text.len())) };
    let Some((from, to)) = place else { return Vec::new() };
    let over: Vec<usize> = overlapped(&words, divider.len(), from, to).collect();
    let runs_over = over.len() > 1;
    over.into_iter()
        .filter(|at| runs_over && words.get(*at).is_some_and(|word| !word.is_empty() && !super::is_hidden(word)))
        .map(|at| (at, "secret"))
        .collect()
}

/// Tells whether a text was cut into items of one length.
fn is_cut(words: &[&str]) -> bool {
    const SHORTEST: usize = 16;
    let Some((last, others)) = words.split_last() else { return false };
    let length = others.first().map_or(0, |first| first.chars().count());
    // Two may be a command and its argument, unless the first is as long as people cut.
    let width = words.len() > 2 || words.first().is_some_and(|first| first.len() >= 32 && first.len().is_multiple_of(8));
    let shown = width && !words.iter().any(|word| pattern::holds_marker(word));
    shown && length >= SHORTEST && last.chars().count() <= length && others.iter().all(|word| word.chars().count() == length)
}

/// The words that a secret runs through when they are read as one text, or as its lines.
fn across(words: &[&str], layers: usize) -> Vec<(usize, &'static str)> {
    if words.iter().map(|word| word.len() + 1).sum::<usize>() > MAX_JOINED {
        return Vec::new();
    }
    // What a word tells by itself is found there.
    let plain: Vec<String> = words.iter().map(|word| layer::alone(word, layers)).collect();
    let mut told = continued(words, &plain);
    for divider in ["", " ", "\n"] {
        // Lines within a word count as well as words that are lines.
        let text = words.join(divider);
        // Escapes within a word are no lines of the whole.
        let places = if text.contains('\n') { document::places(&text) } else { Vec::new() };
        for (from, to, _) in places {
            let over =
                overlapped(words, divider.len(), from, to).filter(|at| words.get(*at).is_some_and(|word| document::scrub(word).is_none()));
            told.extend(over.map(|at| (at, "secret")));
        }
    }
    for divider in ["", " "] {
        let line = plain.join(divider);
        if pattern::may_hold(&line)
            && let Some(found) = layer::scrub_within(&line, layers.max(1))
            && let Some((from, to)) = pattern::difference(&line, &found.text)
        {
            let shown: Vec<&str> = plain.iter().map(String::as_str).collect();
            told.extend(overlapped(&shown, divider.len(), from, to).map(|at| (at, "secret")));
        }
    }
    // What a first look hid a part of was told by then.
    told.retain(|(at, _)| words.get(*at).is_some_and(|word| !word.is_empty() && !pattern::holds_marker(word)));
    told
}

/// Returns which words, joined by a divider of some length, a stretch of the whole runs over.
fn overlapped<'a>(words: &'a [&'a str], divider: usize, from: usize, to: usize) -> impl Iterator<Item = usize> + 'a {
    let mut start = 0;
    words.iter().enumerate().filter_map(move |(at, word)| {
        let begins = start;
        start += word.len() + divider;
        (from < begins + word.len() && to > begins).then_some(at)
    })
}

/// The words that go on with the letters of a key or a token which the word before ends in.
fn continued(words: &[&str], plain: &[String]) -> Vec<(usize, &'static str)> {
    const LONG: usize = 16;
    let is_letter = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '-' | '_' | '=' | '.');
    let mut told: Vec<(usize, &'static str)> = Vec::new();
    for (at, (pair, plain)) in words.windows(2).zip(plain).enumerate() {
        let [before, after] = pair else { continue };
        let hidden = plain.ends_with(']') && plain.contains("[redacted") || told.last().is_some_and(|(last, _)| *last == at);
        let (ends, starts) = (before.chars().rev().take_while(is_letter).count(), after.chars().take_while(is_letter).count());
        if hidden && ends >= LONG && starts >= LONG.min(after.len()) && !after.is_empty() {
            told.push((at + 1, "secret"));
        }
    }
    told
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
