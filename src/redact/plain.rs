//! Which values of variables, parameters, arguments, templates and statements are shown: words, numbers, names, paths, references.
//!
//! All else in such places may be a secret that nothing names, and is hidden.

use super::decode::{self, Decoded};
use super::script::{self, Place};
use super::{assign, character, document, guess, layer, written};

/// Longer texts are hidden unread.
pub(super) const MAX_TEXT: usize = 16_384;
/// Longer words are no names.
const MAX_WORD: usize = 200;
/// More groups of letters and figures are those of a key for a program.
const MAX_GROUPS: usize = 2;
/// A short digest has no more digits.
const MAX_HEXADECIMAL: usize = 16;
/// Kinds of what may stand where secrets may stand; the others are secrets by their names.
const DOUBTFUL: &[&str] = &[
    "argument",
    "arguments",
    "build specification",
    "bytes",
    "configuration",
    "connection string",
    "document",
    "input",
    "parameter",
    "query text",
    "recipe",
    "template",
    "user data",
    "variable",
];
/// What stands between the words of scripts, statements and documents.
const SIGNS: &[char] = &['/', '=', ':', ';', '|', '&', '<', '>', '(', '{', '[', '"', '\''];
/// Of these, the ones that are a single word when they are harmless.
const WORDS: &[&str] = &["argument", "connection string", "parameter", "variable"];

/// Tells whether a kind is one of what may hold a secret rather than one of secrets.
pub(super) fn is_doubtful(kind: &str) -> bool {
    DOUBTFUL.contains(&kind)
}

/// Tells whether a text of a doubtful kind, found inside `layers` others, is shown.
pub(super) fn is_shown(text: &str, kind: &str, place: Place, layers: usize) -> bool {
    let several = text.trim().contains(char::is_whitespace);
    // Words alone may be a pass phrase; a script, a statement and a document have signs between them.
    let fits = !several || script::is_script(text, place) || !WORDS.contains(&kind) && text.contains(SIGNS);
    is_doubtful(kind) && fits && is_plain(text, layers)
}

/// Tells whether a text has nothing to hide in it and nothing but words, numbers, names, paths and references.
pub(super) fn is_plain(text: &str, layers: usize) -> bool {
    if text.len() > MAX_TEXT || document::scrub(text).is_some() {
        return false;
    }
    let line = character::clean(text, usize::MAX);
    if let Some(inner) = encoded(&line) {
        return layers < layer::MAX_LAYERS && is_plain(&inner, layers + 1);
    }
    layer::scrub_within(&line, layers).is_none() && line.split(' ').all(is_word)
}

/// Returns the text that one run of base64 or of hexadecimal digits stands for.
fn encoded(line: &str) -> Option<String> {
    let run = line.trim_end_matches('=');
    if run.len() < 24 || run.contains(' ') {
        return None;
    }
    match decode::base64(run) {
        Some(Decoded::Text(text)) => Some(text),
        _ => decode::hex_text(run),
    }
}

/// Tells whether a word is one of a language, of a machine, or a name or a path made of such.
pub(super) fn is_word(word: &str) -> bool {
    let bare = word.trim_matches(['"', '\'', '`', '(', ')', '[', ']', '{', '}', ',', ';', ':', '.', '\\']);
    if bare.is_empty() || is_reference(bare) {
        return true;
    }
    if bare.len() > MAX_WORD || !bare.is_ascii() {
        return false;
    }
    let bare = written::without(bare);
    // A reference, a tag, a comment, an expression or a home begins so; elsewhere these signs stand in passwords.
    let body = bare.trim_start_matches(['$', '!', '#', '~', '{', '(', '*', '^']);
    if body.contains(['!', '#', '~', '^', '$']) {
        return false;
    }
    let odd = body.contains(['*', '?', '+', '%', '&', '|', '<', '>', '\\', '(', ')', '[', ']', '{', '}', '"', '\'']);
    let has = |kind: fn(&u8) -> bool| body.as_bytes().iter().any(kind);
    // The query of a URL has signs of its own, and code has long words between them.
    if odd
        && !body.contains("://")
        && has(u8::is_ascii_digit)
        && has(u8::is_ascii_lowercase)
        && has(u8::is_ascii_uppercase)
        && !is_code(body)
    {
        return false;
    }
    let mut parts = body.split(|c: char| !c.is_ascii_alphanumeric()).filter(|part| !part.is_empty());
    // Letters that signs divide one by one are drawn, too.
    let count = parts.clone().count();
    let short = count > 2 && parts.clone().filter(|part| is_short(part)).count() * 2 > count;
    // Digits of no number, as of an id or a key, are no name when there are many; groups of letters and figures are a key's.
    let drawn: usize = parts.clone().filter(|part| part.len() >= 4 && is_hexadecimal(part)).map(str::len).sum();
    let groups = parts.clone().filter(|part| part.len() >= 4 && is_mixed(part)).count();
    !short && drawn <= MAX_HEXADECIMAL && groups <= MAX_GROUPS && parts.all(is_part)
}

/// Tells letters of no word: neither a number with its unit nor one letter again and again, as formats of dates have them.
fn is_short(part: &str) -> bool {
    let unit = part.trim_start_matches(|c: char| c.is_ascii_digit());
    let again = part.len() > 1 && part.bytes().zip(part.bytes().skip(1)).all(|(a, b)| a == b);
    part.len() < 3 && unit.len() == part.len() && !again
}

/// Tells figures between or before letters, as words and their numbers have not.
fn is_mixed(part: &str) -> bool {
    let letters = part.trim_end_matches(|c: char| c.is_ascii_digit());
    letters.bytes().any(|byte| byte.is_ascii_digit()) && letters.bytes().any(|byte| byte.is_ascii_alphabetic())
}

/// Tells an expression of code: most of it is words, and its signs are those of brackets and paths.
fn is_code(body: &str) -> bool {
    let parts = || body.split(|c: char| !c.is_ascii_alphanumeric());
    let words = || parts().filter(|part| part.len() >= 4 && part.bytes().all(|byte| byte.is_ascii_alphabetic()));
    let [all, spoken] = [parts().map(str::len).sum::<usize>(), words().map(str::len).sum()];
    !body.contains(['*', '?', '+', '%', '&']) && words().count() >= 2 && spoken * 3 >= all * 2
}

/// Tells whether a word refers to something rather than being it.
fn is_reference(word: &str) -> bool {
    let host = word.rsplit_once("://").map_or(word, |(_, host)| host).split([':', '/']).next().unwrap_or_default();
    let is_host = host.ends_with(".amazonaws.com")
        && host.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'.' | b'-'));
    assign::is_reference(word) || is_id(word) || guess::is_time(word) || is_host && word.len() <= host.len() + 8
}

/// Tells an id as AWS makes them: `snap-02585c5cf6a130ee9`, `AIDAYUBZSEATSWM2R7EYZ`.
fn is_id(word: &str) -> bool {
    const UNIQUE: &[&str] = &["AIDA", "AROA", "AIPA", "ANPA", "ANVA", "AGPA", "ASCA", "APKA"];
    if let Some((kind, id)) = word.rsplit_once('-') {
        let named = kind.len() <= 16 && kind.split('-').all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_lowercase()));
        let drawn = id.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte));
        return named && drawn && matches!(id.len(), 8 | 17);
    }
    let letters = |text: &str| text.bytes().all(|byte| byte.is_ascii_uppercase() || (b'2'..=b'7').contains(&byte));
    word.len() == 21 && UNIQUE.iter().any(|start| word.starts_with(start)) && letters(word)
}

/// Tells a UUID.
pub(super) fn is_uuid(text: &str) -> bool {
    let lengths = [8, 4, 4, 4, 12];
    let is_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_hexdigit());
    text.split('-').map(str::len).eq(lengths) && text.split('-').all(is_digits)
}

/// Tells whether letters and digits without a sign between them are a word, a number, or both as names have them.
pub(super) fn is_part(part: &str) -> bool {
    let letters = part.trim_end_matches(|c: char| c.is_ascii_digit());
    let digits = part.len() - letters.len();
    if letters.is_empty() {
        return digits <= 12;
    }
    if letters.bytes().all(|byte| byte.is_ascii_alphabetic()) {
        // `Route53` is a name, `Summerhouse24` may be a password.
        let chosen = digits > 0 && letters.len() > 6 && letters.starts_with(|c: char| c.is_ascii_uppercase());
        // Numbers of samples, tickets and parts.
        let numbered = letters.len() <= 3 && letters.bytes().all(|byte| byte.is_ascii_uppercase()) && digits <= 7;
        return numbered || digits <= 4 && !chosen && is_spoken(letters);
    }
    let lower = part.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    let hexadecimal = lower && part.len() <= 12 && is_hexadecimal(part);
    let unit = part.trim_start_matches(|c: char| c.is_ascii_digit());
    let measure =
        unit.len() < part.len() && (unit.len() <= 2 || unit.ends_with("iB")) && unit.bytes().all(|byte| byte.is_ascii_alphabetic());
    // `4xlarge`, `800x600`, `3rd`.
    let counted = part.len() - unit.len();
    let sized = (1..=3).contains(&counted) && unit.len() >= 2 && unit.bytes().all(|byte| byte.is_ascii_lowercase()) && is_spoken(unit);
    let is_number = |text: &str| (1..=5).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    let square = part.split_once('x').is_some_and(|(width, height)| is_number(width) && is_number(height));
    hexadecimal || measure || sized || square || part.len() <= 5 && lower
}

/// Tells whether a part has nothing but hexadecimal digits, figures among them.
fn is_hexadecimal(part: &str) -> bool {
    part.bytes().all(|byte| byte.is_ascii_hexdigit())
        && part.bytes().any(|byte| byte.is_ascii_digit())
        && part.bytes().any(|byte| byte.is_ascii_alphabetic())
}

/// Tells whether letters are a word, or some run together, by their case and their vowels.
fn is_spoken(letters: &str) -> bool {
    const MOST_CONSONANTS: usize = 6;
    let (mut run, mut most, mut vowels) = (0, 0, 0);
    for byte in letters.bytes() {
        if matches!(byte.to_ascii_lowercase(), b'a' | b'e' | b'i' | b'o' | b'u' | b'y') {
            (run, vowels) = (0, vowels + 1);
        } else {
            run += 1;
        }
        most = most.max(run);
    }
    // Words run together have small letters in each of them.
    let smalls = letters.split(|c: char| c.is_ascii_uppercase()).filter(|small| !small.is_empty());
    let mixed = letters.bytes().any(|byte| byte.is_ascii_uppercase()) && smalls.clone().next().is_some();
    let drawn = mixed && !has_words(letters) && smalls.filter(|small| small.len() < 2).count() > 1;
    let capitals = letters.bytes().all(|byte| byte.is_ascii_uppercase());
    letters.len() <= 40 && !drawn && (most <= MOST_CONSONANTS || capitals && letters.len() <= 8) && (vowels > 0 || letters.len() <= 5)
}

/// Tells words run together of which the short ones are words, too: `ExitOnOutOfMemory`.
fn has_words(letters: &str) -> bool {
    const SHORT: &[&str] = &["as", "at", "by", "db", "do", "go", "id", "if", "in", "io", "is", "no", "of", "on", "or", "to", "up"];
    let mut words = 0;
    let mut rest = letters;
    while !rest.is_empty() {
        let end = rest.bytes().skip(1).position(|byte| byte.is_ascii_uppercase()).map_or(rest.len(), |at| at + 1);
        let (word, after) = rest.split_at_checked(end).unwrap_or((rest, ""));
        if word.len() < 3 && !SHORT.contains(&word.to_ascii_lowercase().as_str()) {
            return false;
        }
        words += usize::from(word.len() >= 4);
        rest = after;
    }
    words >= 2
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_names_paths_and_references_are_plain() {
        for text in [
            "3600",
            "/prod/db/password",
            "X-Api-Key",
            "orders:",
            "org.apache.hadoop:hadoop-aws:3.3.4,com.amazonaws:aws-java-sdk-bundle:1.12.262",
            "postgres://app@orders-db:5432/orders",
            "cd /srv/app && git rev-parse HEAD && docker run -p 8080:80 -u 1000 web:5a44bb988cdd",
            "SELECT id, token_count FROM users WHERE created_at > '2026-01-01' LIMIT 100",
            "{{resolve:secretsmanager:prod/db:SecretString:password}}",
            "IyEvYmluL2Jhc2gKeXVtIGluc3RhbGwgLXkgbmdpbngK",
        ] {
            assert!(is_plain(text, 0), "{text}");
        }
    }

    #[test]
    fn what_may_be_a_secret_is_not_plain() {
        for text in [
            "wJ7rXk2Qm9Lz4VtB8nYc",
            "k3!dL9sq#x",
            "9f3ac27d51b8e64f0a7c3e9d12b5f8a6",
            "6f1c9d1e-7f0d-4a57-9a4e-0a2b3c4d5e6f",
            "export DB_PASSWORD=hunter2",
            "Summerhouse2024!",
            "cXdqN3JYazJRbTlMejRWdEI4bllj",
            "QVZKUPXK47TL4A43H2T63UCC",
        ] {
            assert!(!is_plain(text, 0), "{text}");
        }
    }
}
