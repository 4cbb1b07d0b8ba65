//! What looks like a secret though no name says so: passwords with signs in them, letters drawn by chance.

use super::{arn, pattern};

/// The shortest and the longest password that is told by its looks.
const PASSWORD: std::ops::RangeInclusive<usize> = 12..=64;
/// Longer words are looked at as far as this.
const MAX_WORD: usize = 256;
/// Signs that passwords have, and that names, paths, times and URLs have not.
const SIGNS: &[char] = &['!', '#', '$', '^', '*', '~'];

/// Hides the words of a line that look like passwords; `None` where none does.
pub(super) fn scrub(line: &str) -> Option<String> {
    if !line.contains(SIGNS) && !line.contains(['?', '%', '&', '@']) {
        return None;
    }
    let mut out: Option<String> = None;
    let (mut done, mut start) = (0, 0);
    for run in line.split(' ') {
        let bare = run.trim_start_matches(['"', '\'', '(', '<', '[', ',']);
        let from = start + run.len() - bare.len();
        let bare = bare.trim_end_matches(['"', '\'', ')', '>', ']', ',', '.', ';', ':']);
        start += run.len() + 1;
        if PASSWORD.contains(&bare.len()) && (is_password(bare) || is_word_with_number(bare)) {
            let out = out.get_or_insert_default();
            out.push_str(line.get(done..from)?);
            out.push_str(&pattern::marker("password"));
            done = from + bare.len();
        }
    }
    out.map(|out| out + line.get(done..).unwrap_or_default())
}

/// Tells a password of letters, digits and signs in no order.
pub(super) fn is_password(word: &str) -> bool {
    // What is written in signs and letters, too: expressions, references, JSON, queries, paths.
    const WRITTEN: &[&str] = &["://", "a-z", "A-Z", "0-9", "${", "$(", "{{", "\\", "\"", "/", "[redacted", "…", "()", "=>", "&&"];
    let has = |kind: fn(&u8) -> bool| word.as_bytes().iter().any(kind);
    let classes = has(u8::is_ascii_digit) && has(u8::is_ascii_lowercase) && has(u8::is_ascii_uppercase);
    let starts = word.starts_with(|c: char| c.is_ascii_alphanumeric()) || word.starts_with(SIGNS) && !word.starts_with(['$', '#', '*']);
    if !classes || !word.is_ascii() || !starts || !word.contains(SIGNS) || WRITTEN.iter().any(|written| word.contains(written)) {
        return false;
    }
    let signs = word.bytes().filter(|byte| !byte.is_ascii_alphanumeric() && !matches!(byte, b'-' | b'_' | b'.' | b':' | b'@')).count();
    let mut mixed = 0;
    let mut longest = 0;
    for part in word.split(|c: char| !c.is_ascii_alphanumeric()) {
        let inner = part.get(1..).unwrap_or_default();
        let has = |kind: fn(&u8) -> bool| part.as_bytes().iter().any(kind);
        let is_mixed = has(u8::is_ascii_digit) && has(u8::is_ascii_alphabetic)
            || inner.bytes().any(|byte| byte.is_ascii_uppercase()) && has(u8::is_ascii_lowercase);
        mixed += if is_mixed { part.len() } else { 0 };
        longest = longest.max(longest_word(part));
    }
    signs >= 1 && mixed * 3 >= word.len() && longest <= 4
}

/// Tells a word with letters, digits and signs, which after the name of a secret is no word of a sentence.
pub(super) fn is_signed(word: &str) -> bool {
    let has = |kind: fn(&u8) -> bool| word.as_bytes().iter().any(kind);
    word.len() >= 10 && word.contains(SIGNS) && has(u8::is_ascii_digit) && has(u8::is_ascii_alphabetic) && !word.starts_with('$')
}

/// Tells a word with a number and a sign at its end, as people choose them: `Summerhouse2024!`.
fn is_word_with_number(word: &str) -> bool {
    let letters = word.trim_end_matches(['!', '?', '#', '$', '*', '%', '&', '@']);
    let name = letters.trim_end_matches(|c: char| c.is_ascii_digit());
    let digits = letters.len() - name.len();
    let small = name.get(1..).unwrap_or_default();
    letters.len() < word.len()
        && (2..=6).contains(&digits)
        && name.len() >= 6
        && name.starts_with(|c: char| c.is_ascii_uppercase())
        && small.bytes().all(|byte| byte.is_ascii_alphabetic())
        && small.bytes().any(|byte| byte.is_ascii_lowercase())
}

/// Returns how often small letters turn into others; letters drawn by chance do so more often than names.
fn turns(word: &str) -> usize {
    word.as_bytes().windows(2).filter(|pair| matches!(pair, [a, b] if a.is_ascii_lowercase() != b.is_ascii_lowercase())).count()
}

/// Returns the first word of a text, without what encloses or ends it.
pub(super) fn word(text: &str) -> &str {
    let mut end = text.len().min(MAX_WORD);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or(text).split(' ').next().unwrap_or_default().trim_matches(['"', '\'', '.', ',', ';', ')', '('])
}

/// Tells whether the first word of a text may be a secret: neither a word nor a number, a time or an id.
pub(super) fn is_likely(text: &str) -> bool {
    let word = word(text);
    let letters = word.bytes().any(|byte| byte.is_ascii_alphabetic());
    let id = arn::is_whole(word) || word.contains("://") || word.contains('/') && !word.contains(SIGNS) || pattern::is_hidden_word(word);
    word.len() >= 8 && letters && !id && is_no_word(word) && !is_time(word)
}

/// Tells a time, or part of one.
pub(super) fn is_time(word: &str) -> bool {
    word.len() >= 8 && word.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'-' | b':' | b'T' | b'Z' | b'.' | b'+'))
}

/// Tells letters drawn by chance from names and ids, which have words, signs between them, or one case and few letters.
pub(super) fn is_generated(word: &str) -> bool {
    let has = |kind: fn(&u8) -> bool| word.as_bytes().iter().any(kind);
    let digits = word.bytes().filter(u8::is_ascii_digit).count();
    let plain = word.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'_' | b'='));
    let letters = has(u8::is_ascii_lowercase) || has(u8::is_ascii_uppercase);
    let mixed = has(u8::is_ascii_lowercase) && has(u8::is_ascii_uppercase);
    let changes = word.as_bytes().windows(2).filter(|pair| matches!(pair, [a, b] if a.is_ascii_digit() != b.is_ascii_digit())).count();
    let many = digits >= 2 || word.len() >= 24 && mixed && turns(word) >= 7;
    plain
        && letters
        && word.len() >= 20
        && many
        && (mixed || changes >= 4)
        && word.bytes().filter(|byte| *byte == b'/').count() <= 3
        && longest_word(word) <= if word.len() >= 28 { 9 } else { 7 }
}

/// Tells a shorter word of letters and figures drawn by chance, which after the name of a secret is no word of a sentence.
pub(super) fn is_drawn(word: &str) -> bool {
    let has = |kind: fn(&u8) -> bool| word.as_bytes().iter().any(kind);
    let (upper, lower) = (has(u8::is_ascii_uppercase), has(u8::is_ascii_lowercase));
    let changes = word.as_bytes().windows(2).filter(|pair| matches!(pair, [a, b] if a.is_ascii_digit() != b.is_ascii_digit())).count();
    let hexadecimal = word.bytes().all(|byte| byte.is_ascii_hexdigit());
    let many = if upper && lower { word.len() >= 10 && changes >= 2 } else { lower && word.len() >= 14 && changes >= 4 };
    word.bytes().all(|byte| byte.is_ascii_alphanumeric()) && has(u8::is_ascii_digit) && !hexadecimal && many && longest_word(word) <= 6
}

/// Returns the length of the longest run of letters of one case.
fn longest_word(text: &str) -> usize {
    text.split(|c: char| !c.is_ascii_lowercase()).map(str::len).max().unwrap_or(0)
}

/// Words have no digits; tokens of any length do.
pub(super) fn looks_random(text: &str) -> bool {
    let has = |kind: fn(&u8) -> bool| text.as_bytes().iter().any(kind);
    text.len() >= 12
        && has(u8::is_ascii_digit)
        && (has(u8::is_ascii_uppercase) || has(u8::is_ascii_lowercase))
        && !text.contains(['/', ':', '.'])
}

/// Tells a password in prose from the word after `password`, as in `with password authentication`.
pub(super) fn is_no_word(word: &str) -> bool {
    let symbols = word.bytes().filter(|byte| !byte.is_ascii_alphanumeric() && !matches!(byte, b'-' | b'.' | b'_' | b'/' | b'(')).count();
    !pattern::is_hidden_word(word) && (turns(word) >= 7 || word.bytes().any(|byte| byte.is_ascii_digit()) || symbols > 0 && word.is_ascii())
}
