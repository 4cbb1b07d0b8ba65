//! Secrets that a name in the same text gives away: `password=…`, `"apiKey": "…"`, `<token>…</token>`, `--secret …`.
//!
//! A quoted value ends at its own quote, any other at white space; what was taken too much is only text.

use super::{key, pattern};
use regex::Regex;
use std::sync::LazyLock;

/// What each name of a secret has in it.
pub(super) const WORDS: &str = concat!(
    r"(?i-u:pass|pw|secret|token|key|auth|cred|cookie|psk|salt|jwt|bearer|code|dsn|connection|kennwort|contrase|webhook|assertion|signature|verifier|hash|\bpin\b|\botp\b|\bcak\b)",
    r"|[Pp]asswort"
);

static WORD: LazyLock<Regex> = LazyLock::new(|| compile(WORDS));
/// What says that the value of a named thing follows.
static VALUE: LazyLock<Regex> = LazyLock::new(|| compile(r#"^[\\"', ;]{0,6}(?i-u:value)[\\"']{0,3} ?[:=] ?"#));

#[expect(clippy::expect_used, reason = "the patterns are literals that the tests compile")]
fn compile(pattern: &str) -> Regex {
    Regex::new(pattern).expect("a literal pattern")
}

/// Parameters of a URL that hold secrets, though nothing else so called does.
const IN_QUERIES: &[&str] = &["key", "code", "auth", "sig", "signature", "access", "hash", "t", "sas"];
/// Names that take a value after nothing but a space, in prose.
const IN_PROSE: &[&str] = &["password", "passwd", "passphrase", "passcode", "pass", "pw", "pwd", "passwort", "apikey"];
/// Words before `key`, `code` or `token` that make one name with it.
const ADJECTIVES: &[&str] = &[
    "api",
    "master",
    "license",
    "secret",
    "private",
    "access",
    "encryption",
    "signing",
    "auth",
    "shared",
    "account",
    "session",
    "security",
    "activation",
    "recovery",
    "verification",
    "de",
    "app",
];
/// Values that say that there is none, or refer to one.
const NO_SECRETS: &[&str] = &[
    "true",
    "false",
    "null",
    "none",
    "nil",
    "required",
    "optional",
    "yes",
    "no",
    "enabled",
    "disabled",
    "default",
    "undefined",
    "string",
    "plaintext",
    "is",
];

/// How far is looked back from a name, so that long lines cost no more than they are long.
const MAX_BEFORE: usize = 200;
/// Longer values are no words and no references.
const MAX_REFERENCE: usize = 200;

/// Hides the values that names in the line give away; `None` when there are none.
pub(super) fn scrub(line: &str) -> Option<String> {
    let mut out: Option<String> = None;
    let mut done = 0;
    let mut seen = 0;
    for hit in WORD.find_iter(line) {
        // A name is looked at once, however many such words it has.
        if hit.start() < done.max(seen) {
            continue;
        }
        let name = Name::around(line, hit.start(), hit.end());
        seen = name.end;
        let Some((from, to, kind)) = name.value() else { continue };
        if from < done {
            continue;
        }
        let out = out.get_or_insert_default();
        out.push_str(line.get(done..from).unwrap_or_default());
        out.push_str(&pattern::marker(kind));
        done = to;
    }
    out.map(|out| out + line.get(done..).unwrap_or_default())
}

/// A name in a line.
struct Name<'a> {
    line: &'a str,
    start: usize,
    end: usize,
}

/// How a value follows its name.
#[derive(Clone, Copy, PartialEq)]
enum By {
    Sign,
    Comma,
    Call,
    Element,
    Space,
}

impl<'a> Name<'a> {
    fn around(line: &'a str, from: usize, to: usize) -> Self {
        let is_name = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '$' | '@');
        let before = line.get(..from).unwrap_or_default();
        let start = before.trim_end_matches(is_name).len();
        let after = line.get(to..).unwrap_or_default();
        let rest = after.trim_start_matches(is_name);
        let name = line.get(start..line.len() - rest.len()).unwrap_or_default();
        Self { line, start, end: start + name.trim_end_matches(['-', '.']).len() }
    }

    fn text(&self) -> &'a str {
        self.line.get(self.start..self.end).unwrap_or_default()
    }

    /// Returns the last of what stands before the name.
    fn before(&self) -> &'a str {
        let mut from = self.start.saturating_sub(MAX_BEFORE);
        while !self.line.is_char_boundary(from) {
            from += 1;
        }
        self.line.get(from..self.start).unwrap_or_default()
    }

    /// Returns where the secret begins and ends, and its kind.
    fn value(&self) -> Option<(usize, usize, &'static str)> {
        // The kind in a marker of ours is no name.
        if self.before().rsplit_once("[redacted: ").is_some_and(|(_, kind)| !kind.contains(']')) {
            return None;
        }
        let query = self.before().ends_with(['?', '&']);
        let (name, kind) = self.kind(query)?;
        let after = self.line.get(self.end..)?;
        let closed = after.trim_start_matches(['\\', '"', '\'', ']', '`', ')']);
        let has_closer = closed.len() < after.len();
        let (by, mut rest) = separator(closed, has_closer, self.before().ends_with(['"', '\'']), self.before().ends_with('<'))?;
        let option = self.text().starts_with('-') || self.before().ends_with("setx ") || self.before().ends_with("name=\"") && has_closer;
        if by == By::Space {
            if let Some(found) = VALUE.find(after) {
                rest = after.get(found.end()..)?;
            } else {
                let is_option = rest.starts_with('-') && !rest.starts_with("- ");
                if is_option || !option && !self.takes_word(&name, rest) {
                    return None;
                }
            }
        }
        let outer = self.before().chars().next_back().filter(|c| matches!(c, '"' | '\'') && !has_closer && by == By::Sign);
        let rest = rest.strip_prefix("N'").map_or(rest, |_| rest.get(1..).unwrap_or_default());
        // Told before the value is measured, so that a text full of references costs no more than it is long.
        if self.is_in_arn(by) || rest.starts_with("arn:aws") {
            return None;
        }
        let start = self.line.len() - rest.len();
        let (skipped, length) = extent(rest, &Surroundings { by, query, outer, whole_line: kind == "authorization" })?;
        let secret = rest.get(skipped..skipped + length)?;
        let passes = !query || key::kind(&name).is_some() || secret.len() > MAX_REFERENCE || looks_random(secret);
        (passes && is_secret(secret)).then_some((start + skipped, start + skipped + length, kind))
    }

    /// Returns the name in its normal form, and the kind of secret that it stands for.
    fn kind(&self, query: bool) -> Option<(String, &'static str)> {
        let normal = key::normalise(self.text());
        if let Some(kind) = key::kind(self.text()) {
            return Some((normal, kind));
        }
        if matches!(normal.as_str(), "key" | "keys" | "code" | "token" | "passe") {
            let before = self.before().trim_end_matches([' ', '-']);
            let adjective = before.rsplit([' ', '(', '"', '\'', ',', '<']).next().unwrap_or_default().to_ascii_lowercase();
            let adjective = if adjective == "de" { "motde" } else { adjective.as_str() };
            if ADJECTIVES.contains(&adjective) || adjective == "motde" {
                let both = format!("{adjective}{normal}");
                if let Some(kind) = key::kind(&both) {
                    return Some((both, kind));
                }
            }
        }
        (query && IN_QUERIES.contains(&normal.as_str())).then_some((normal, "parameter"))
    }

    /// Tells whether the name takes the next word for its value without any sign.
    fn takes_word(&self, name: &str, rest: &str) -> bool {
        let word = rest.split(' ').next().unwrap_or_default().trim_matches(['"', '\'', '.', ',', ';', ')', '(']);
        let compound = self.text().contains('_') && word.len() >= 8;
        (compound || IN_PROSE.contains(&name) && word.len() >= 4) && is_no_word(word)
    }

    /// `arn:aws:secretsmanager:REGION:ACCOUNT:secret:NAME` has a word and a colon too.
    fn is_in_arn(&self, by: By) -> bool {
        by == By::Sign && self.before().rsplit([' ', '"', '\'', '=', '(', '[', ',']).next().unwrap_or_default().contains("arn:aws")
    }
}

/// Tells a secret from a reference to one, a word that says there is none, and an ARN.
fn is_secret(secret: &str) -> bool {
    if pattern::is_nothing_but_markers(secret) || secret.starts_with("arn:aws") {
        return false;
    }
    let opens = secret.starts_with(['{', '['])
        && secret.get(1..2).is_none_or(|next| matches!(next, "\"" | "'" | " " | "{" | "[" | "\\" | "]" | "}"));
    if opens || secret.len() > MAX_REFERENCE {
        return !opens;
    }
    let bare = secret.trim_end_matches([',', ';', ')', ']', '}', '"', '\'', '.']);
    let reference =
        bare.starts_with("${") && secret.ends_with(['}', '"', '\'']) || bare.starts_with("{{resolve:") || bare.starts_with("$(");
    let variable = bare.strip_prefix('$').is_some_and(|name| name.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_'));
    let key_id = bare.len() == 20 && ["AKIA", "ASIA"].iter().any(|start| bare.starts_with(start));
    let shortened = bare.contains('…');
    let plain = NO_SECRETS.iter().any(|word| bare.eq_ignore_ascii_case(word));
    !(bare.is_empty() || reference || variable || key_id || shortened || plain)
}

/// What bounds a value.
struct Surroundings {
    by: By,
    query: bool,
    outer: Option<char>,
    whole_line: bool,
}

/// Returns how the value follows, and the text from there.
fn separator(after: &str, has_closer: bool, quoted: bool, element: bool) -> Option<(By, &str)> {
    if element {
        let end = after.bytes().take(80).position(|byte| byte == b'>')?;
        return after.get(end + 1..).map(|rest| (By::Element, rest));
    }
    let spaced = after.trim_start_matches(' ');
    let gap = after.len() - spaced.len();
    for sign in [":=", "=>", "==", "->", "=", "：", "＝", ":", "|", "%3D", "%3d", "%3A", "%3a"] {
        if let Some(rest) = spaced.strip_prefix(sign) {
            return Some((By::Sign, rest.trim_start_matches([' ', '='])));
        }
    }
    if has_closer && let Some(rest) = spaced.strip_prefix(',') {
        let rest = rest.trim_start_matches(' ');
        return (quoted && rest.starts_with(['"', '\''])).then_some((By::Comma, rest));
    }
    if let Some(rest) = spaced.strip_prefix('(') {
        let opens = rest.starts_with(['"', '\'']) || rest.starts_with("N'");
        return opens.then_some((By::Call, rest));
    }
    if gap == 0 {
        return None;
    }
    for sign in ["- ", "is: ", "is ", "was ", "set to ", "to "] {
        if let Some(rest) = spaced.strip_prefix(sign) {
            let by = if matches!(sign, "- " | "is: ") { By::Sign } else { By::Space };
            return Some((by, rest.trim_start_matches(' ')));
        }
    }
    Some((By::Space, spaced))
}

/// Returns how much stands before the secret (its quote), and how long it is.
fn extent(rest: &str, around: &Surroundings) -> Option<(usize, usize)> {
    let block = ["| ", "> ", "|- ", ">- ", "|+ "].iter().find(|sign| rest.starts_with(**sign)).map_or(0, |sign| sign.len());
    let value = rest.get(block..)?;
    let until = |stops: &dyn Fn(char) -> bool| value.find(stops).unwrap_or(value.len());
    if around.by == By::Element {
        return Some((block, value.find("</").unwrap_or(value.len())));
    }
    let slashes = value.len() - value.trim_start_matches('\\').len();
    if let Some(quote) = value.get(slashes..).and_then(|value| value.chars().next()).filter(|c| matches!(c, '"' | '\'' | '`')) {
        let inner = value.get(slashes + 1..)?;
        return Some(match quoted(inner, quote, slashes) {
            (length, true) => (block + slashes + 1, length),
            // What goes on behind its quote goes with it.
            (closing, false) => (block, closing + 1 + word_end(value.get(closing + 1..)?)),
        });
    }
    let length = match around.outer {
        _ if around.query => until(&|c| matches!(c, '&' | '#' | '"' | '\'' | '`') || c.is_whitespace()),
        Some(quote) if value.contains(quote) => until(&|c| c == quote),
        _ if around.whole_line => value.len(),
        _ => word_end(value),
    };
    Some((block, length))
}

/// Returns where a word ends; a marker of ours within it is part of it.
fn word_end(value: &str) -> usize {
    let mut from = 0;
    while let Some(space) = value.get(from..).and_then(|rest| rest.find(char::is_whitespace)) {
        let end = from + space;
        let marker = value.get(from..end).and_then(|word| word.rsplit_once("[redacted:")).filter(|(_, kind)| !kind.contains(']'));
        match marker.and_then(|_| value.get(end..)).and_then(|rest| rest.find(']')) {
            Some(close) => from = end + close + 1,
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

/// Words have no digits; tokens of any length do.
fn looks_random(text: &str) -> bool {
    let has = |kind: fn(&u8) -> bool| text.as_bytes().iter().any(kind);
    text.len() >= 12
        && has(u8::is_ascii_digit)
        && (has(u8::is_ascii_uppercase) || has(u8::is_ascii_lowercase))
        && !text.contains(['/', ':', '.'])
}

/// Tells a password in prose from the word after `password`, as in `with password authentication`.
pub(super) fn is_no_word(word: &str) -> bool {
    let symbols = word.bytes().filter(|byte| !byte.is_ascii_alphanumeric() && !matches!(byte, b'-' | b'.' | b'_' | b'/' | b'(')).count();
    // Letters drawn by chance change between capitals and small ones more often than names do.
    let turns =
        word.as_bytes().windows(2).filter(|pair| matches!(pair, [a, b] if a.is_ascii_lowercase() != b.is_ascii_lowercase())).count();
    !pattern::starts_with_marker(word) && (turns >= 7 || word.bytes().any(|byte| byte.is_ascii_digit()) || symbols > 0 && word.is_ascii())
}
