//! Where the value behind a name begins and ends.
//!
//! A quoted value ends at its own quote, one between braces at its brace, any other at white space, or with the field or the line that is its own.

use super::assign::By;
use super::pattern;

/// What bounds a value.
pub(super) struct Surroundings {
    /// How the value follows its name.
    pub(super) by: By,
    /// Within the query of a URL.
    pub(super) query: bool,
    /// The quote that the name stands in, too.
    pub(super) outer: Option<char>,
    /// The name stands first in the line.
    pub(super) first: bool,
    /// An equals sign stands before the value, and no option.
    pub(super) equals: bool,
    /// The name is that of a password rather than of a token or a key.
    pub(super) secret_word: bool,
    /// Fields divided by semicolons stand before.
    pub(super) fields: bool,
    /// All that follows belongs to the value.
    pub(super) whole_line: bool,
}

/// Returns how much stands before the secret (its quote), and how long it is.
pub(super) fn extent(rest: &str, around: &Surroundings) -> Option<(usize, usize)> {
    let block = ["| ", "> ", "|- ", ">- ", "|+ "].iter().find(|sign| rest.starts_with(**sign)).map_or(0, |sign| sign.len());
    let value = rest.get(block..)?;
    // A marker of ours within a value is part of it.
    let marker = pattern::marker_length(value).unwrap_or(0);
    let until =
        |stops: &dyn Fn(char) -> bool| value.get(marker..).and_then(|rest| rest.find(stops)).map_or(value.len(), |end| marker + end);
    if around.by == By::Element {
        return Some((block, value.find("</").unwrap_or(value.len())));
    }
    let slashes = value.len() - value.trim_start_matches('\\').len();
    if let Some(quote) = value.get(slashes..).and_then(|value| value.chars().next()).filter(|c| matches!(c, '"' | '\'' | '`')) {
        let inner = value.get(slashes + 1..)?;
        let triple = [quote; 3].iter().collect::<String>();
        if slashes == 0
            && let Some(inner) = value.strip_prefix(&triple).filter(|inner| !inner.is_empty())
        {
            return Some((block + triple.len(), inner.find(&triple).unwrap_or(inner.len())));
        }
        if around.by == By::Call
            && let Some(end) = [format!("{quote})"), format!("{quote} )")].iter().find_map(|end| inner.find(end.as_str()))
        {
            return Some((block + slashes + 1, end));
        }
        return Some(match quoted(inner, quote, slashes) {
            (length, true) => (block + slashes + 1, length),
            // What goes on behind its quote goes with it.
            (closing, false) => (block, closing + 1 + word_end(value.get(closing + 1..)?)),
        });
    }
    if let Some(length) = enclosed(value) {
        return Some((block, length));
    }
    let length = match around.outer {
        _ if around.query => until(&|c| matches!(c, '&' | '"' | '\'' | '`') || c.is_whitespace()),
        Some(quote) if value.contains(quote) => until(&|c| c == quote),
        _ if around.whole_line => value.len(),
        _ => words_end(value, around),
    };
    Some((block, length))
}

/// Returns the length of a value between braces, or between the dollar signs of SQL, that has a space in it.
fn enclosed(value: &str) -> Option<usize> {
    let value = near(value);
    if let Some(inner) = value.strip_prefix('{').filter(|inner| !inner.starts_with(['"', '\'', '{', '[', '\\', '}', ' '])) {
        let end = inner.find('}')?;
        return inner.get(end + 1..)?.starts_with([';', ',', '"', '\'']).then_some(end + 2);
    }
    let tag = value.strip_prefix('$')?.find('$').filter(|at| *at <= 20)? + 2;
    let (tag, inner) = value.split_at_checked(tag)?;
    let named = tag.trim_matches('$').bytes().all(|byte| byte.is_ascii_alphabetic() || byte == b'_');
    let end = inner.find(tag).filter(|_| named)?;
    Some(tag.len() * 2 + end)
}

/// Returns the beginning of a value, as far as one of several words reaches.
fn near(value: &str) -> &str {
    const MOST: usize = 512;
    let mut end = MOST.min(value.len());
    while !value.is_char_boundary(end) {
        end -= 1;
    }
    value.get(..end).unwrap_or(value)
}

/// Returns where a value of several words ends: with its field, or with the line that it alone stands in; else with its first word.
fn words_end(value: &str, around: &Surroundings) -> usize {
    const MOST_WORDS: usize = 8;
    let word = word_end(value);
    // The name in the next line ends so, and what was hidden before has its end already.
    if around.by != By::Sign || word == value.len() || is_marked(value, word) || value.get(..word).is_some_and(|word| word.ends_with(':')) {
        return word;
    }
    // Longer values of words are none; and a line full of names costs no more than it is long.
    let near = near(value);
    let field = near.find(';').filter(|end| around.fields && *end > word);
    let Some(end) = field.or((near.len() == value.len()).then_some(value.len())) else { return word };
    let tail = value.get(word..end).unwrap_or_default();
    let goes_on = |tail: &str| {
        tail.contains('=') && (around.equals || around.fields)
            || tail.contains(['"', '\'', '`'])
            || [" | ", " > ", " < ", " && ", " -", ": ", ";", "[redacted"].iter().any(|sign| tail.contains(sign))
            || tail.split(' ').count() > MOST_WORDS
    };
    if (around.first || around.fields) && !goes_on(tail) {
        return end;
    }
    if around.secret_word { word + phrase(tail) } else { word }
}

/// Tells whether the first word of a value is a marker of ours.
fn is_marked(value: &str, word: usize) -> bool {
    pattern::holds_marker(value.get(..word).unwrap_or_default()) && pattern::marker_length(value) == Some(word)
}

/// Returns the length of the words at the start of a text that a pass phrase goes on with, rather than a sentence.
fn phrase(tail: &str) -> usize {
    const MOST_WORDS: usize = 24;
    let mut length = 0;
    for word in tail.split_inclusive(' ').skip(1).take(MOST_WORDS) {
        let bare = word.trim_end();
        let of_phrase = bare.starts_with(|c: char| c.is_uppercase()) || bare.bytes().any(|byte| byte.is_ascii_digit());
        if !of_phrase || bare.starts_with('-') || bare.contains(['=', ':', '"', '\'', '[', '|', '<', '>', '&', '(']) {
            break;
        }
        length += word.len();
    }
    if length == 0 { 0 } else { (length + 1).min(tail.len()) - usize::from(tail.get(..length + 1).is_some_and(|text| text.ends_with(' '))) }
}

/// Returns where a word ends; a marker of ours within it is part of it.
fn word_end(value: &str) -> usize {
    let mut from = pattern::marker_length(value).unwrap_or(0);
    while let Some(space) = value.get(from..).and_then(|rest| rest.find(char::is_whitespace)) {
        let end = from + space;
        let marker = value.get(from..end).and_then(|word| word.rfind("[redacted:")).map(|at| from + at);
        match marker.and_then(|at| Some(at + pattern::marker_length(value.get(at..)?)?).filter(|close| *close > end)) {
            Some(close) => from = close,
            None => return end,
        }
    }
    value.len()
}

/// Returns the length of what stands before the closing quote, which `slashes` backslashes precede, and whether the value ends there;
/// all of it when there is none.
fn quoted(inner: &str, quote: char, slashes: usize) -> (usize, bool) {
    let mut chars = inner.char_indices().peekable();
    let mut before = 0;
    while let Some((at, c)) = chars.next() {
        if c == '\\' {
            before += 1;
            if slashes == 0 {
                chars.next();
                before = 0;
            }
            continue;
        }
        if c == quote && before == slashes {
            let next = chars.peek().map(|(_, next)| *next);
            // SQL writes a quote twice; a shell goes on without a space.
            if slashes == 0 && at > 0 && next == Some(quote) {
                chars.next();
                continue;
            }
            if next.is_some_and(char::is_alphanumeric) && slashes == 0 {
                return (at, false);
            }
            return (at - before, true);
        }
        before = 0;
    }
    (inner.len(), true)
}
