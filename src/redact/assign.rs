//! Secrets that a name in the same text gives away: `password=…`, `"apiKey": "…"`, `<token>…</token>`, `--secret …`.
//!
//! A quoted value ends at its own quote, any other at white space; what was taken too much is only text.

use super::extent::{Surroundings, extent};
use super::guess::{is_drawn, is_generated, is_likely, is_no_word, is_signed, looks_random, word};
use super::{arn, decode, key, pattern, plain};
use regex::Regex;
use std::sync::LazyLock;

/// What each name of a secret has in it.
pub(super) const WORDS: &str = concat!(
    r"(?i-u:pass|pw|secret|token|key|auth|cred|cookie|psk|salt|jwt|bearer|code|dsn|connection|kennwort|contrase|webhook|assertion|signature|verifier|hash|seed",
    r"|senha|haslo|wachtwoord|losenord|adgangskode|salasana|heslo|jelsz|katasandi|\bclave\b|kata sandi|\bpin\b|\botp\b|\bcak\b|pepper|requirepass|masterauth)",
    r"|[Pp]asswort|has\u{142}|\u{43f}\u{430}\u{440}\u{43e}\u{43b}|\u{41f}\u{430}\u{440}\u{43e}\u{43b}|\u{5bc6}[\u{7801}\u{78bc}]|\u{53e3}\u{4ee4}",
    r"|\u{30d1}\u{30b9}\u{30ef}|\u{6697}\u{8a3c}|\u{be44}\u{bc00}\u{bc88}\u{d638}|\u{c554}\u{d638}|l\u{f6}senord|\u{15f}ifre|parol\u{103}",
    r"|\u{3ba}\u{3c9}\u{3b4}\u{3b9}\u{3ba}|\u{5e1}\u{5d9}\u{5e1}\u{5de}\u{5d4}|kh\u{1ea9}u|\u{92a}\u{93e}\u{938}\u{935}\u{930}\u{94d}\u{921}|\u{e23}\u{e2b}\u{e31}\u{e2a}"
);

static WORD: LazyLock<Regex> = LazyLock::new(|| compile(WORDS));
/// What says that the value of a named thing follows.
static VALUE: LazyLock<Regex> = LazyLock::new(|| compile(r#"^[\\"', ;]{0,6}-?(?i-u:value)[\\"']{0,3}(?: ?[:=] ?| (?:["'`]))"#));
/// A value that stands before its name.
static ECHOED: LazyLock<Regex> = LazyLock::new(|| {
    compile(
        r#"(?i-u:value) ['"`](?<value>[^ ].*?)['"`] (?:at|for|of|in|to) (?:the )?(?:[a-z]{4,12} )?['"`]?(?<name>[A-Za-z0-9_.\[\]/-]{2,80})"#,
    )
});
/// A type between a name and its value, as in `var password string = "…"`.
static TYPED: LazyLock<Regex> = LazyLock::new(|| compile(r#"^:? ?[A-Za-z][A-Za-z0-9_.*<>\[\]]{1,24} ?:?= ?["'`]"#));
/// A short remark between a name and its value, as in `password is not valid: …`.
static REMARK: LazyLock<Regex> = LazyLock::new(|| compile(r#"^(?: [^ -@\[-`{-~]{1,14}){1,5}: "#));

/// A call that is given the name, as in `password = env("DB_PASSWORD", "…")`.
static CALL: LazyLock<Regex> =
    LazyLock::new(|| compile(r#"^[A-Za-z_][A-Za-z0-9_.:]{1,30}\( ?["'](?<name>[A-Za-z0-9_.-]{2,60})["'] ?[,)]"#));
/// What was done to it, before the value that it has since.
static CHANGE: LazyLock<Regex> = LazyLock::new(|| {
    compile(r"^ (?:(?:was|is|has been) )?(?:re)?(?:set|changed|updated|rotated) (?:from \[redacted: [a-z ]{1,24}\] )?(?:to|as|from) ")
});

#[expect(clippy::expect_used, reason = "the patterns are literals that the tests compile")]
fn compile(pattern: &str) -> Regex {
    // States of the longest alternations, kept rather than made anew.
    regex::RegexBuilder::new(pattern).dfa_size_limit(16 << 20).build().expect("a literal pattern")
}

/// Parameters of a URL that hold secrets, though nothing else so called does.
const IN_QUERIES: &[&str] = &["key", "code", "auth", "sig", "signature", "access", "hash", "t", "sas"];
/// Names that take a value after nothing but a space, in prose.
#[rustfmt::skip] // A list reads best in lines.
const IN_PROSE: &[&str] = &[
    "password", "passwd", "passphrase", "passcode", "pass", "pw", "pwd", "apikey", "psk", "requirepass", "masterauth", "bindpw",
    "passwort", "kennwort", "contraseña", "contrasena", "motdepasse", "senha", "wachtwoord", "lösenord", "lösenordet", "passord", "passordet",
    "adgangskode", "adgangskoden", "hasło", "heslo", "salasana", "jelszó", "şifre", "parola", "parolă", "пароль",
];
/// Directives of settings that nobody writes but to set them.
const DIRECTIVES: &[&str] = &["requirepass", "masterauth", "bindpw"];
/// Words before `key`, `code` or `token` that make one name with it.
#[rustfmt::skip] // As above.
const ADJECTIVES: &[&str] = &[
    "api", "master", "license", "secret", "private", "access", "encryption", "signing", "auth", "shared", "pre-shared", "preshared",
    "wifi", "wi-fi", "deploy", "account", "session", "security", "mfa", "otp", "totp", "activation", "recovery", "verification", "de",
    "app",
];
/// Values that say that there is none, or refer to one.
#[rustfmt::skip] // As above.
const NO_SECRETS: &[&str] = &[
    "true", "false", "null", "none", "nil", "required", "optional", "yes", "no", "enabled", "disabled", "default", "undefined", "string",
    "plaintext", "is", "seconds", "minutes", "hours", "days",
];

/// How what is sent as an authorization begins.
const SCHEMES: &[&str] = &["Bearer ", "bearer ", "Basic ", "basic ", "Token ", "token "];

/// What stands for a value that a reader is to fill in.
const PLACEHOLDERS: &[&str] = &["<your", "<insert", "<enter"];

/// How far is looked back from a name, so that long lines cost no more than they are long.
const MAX_BEFORE: usize = 200;
/// Longer values are no words and no references.
const MAX_REFERENCE: usize = 200;

/// Tells whether a text has a word that a secret's name may have.
pub(super) fn has_word(text: &str) -> bool {
    WORD.is_match(text)
}

/// Hides the value that an error repeats before the name of its member; `None` where it does not.
///
/// Source: the messages of AWS's own validation, and those of command-line tools.
fn scrub_echoed(line: &str) -> Option<String> {
    if !line.contains("alue ") {
        return None;
    }
    let mut out: Option<String> = None;
    let mut done = 0;
    for found in ECHOED.captures_iter(line) {
        let (Some(value), Some(name)) = (found.name("value"), found.name("name")) else { continue };
        let last = name.as_str().rsplit(['.', '/']).next().unwrap_or_default();
        let Some(kind) = key::kind(last).filter(|_| is_secret(value.as_str())) else { continue };
        let out = out.get_or_insert_default();
        out.push_str(line.get(done..value.start())?);
        out.push_str(&pattern::marker(kind));
        done = value.end();
    }
    out.map(|out| out + line.get(done..).unwrap_or_default())
}

/// Hides the values that names in the line give away; `None` when there are none.
pub(super) fn scrub(line: &str) -> Option<String> {
    match scrub_echoed(line) {
        Some(line) => Some(scrub_named(&line).unwrap_or(line)),
        None => scrub_named(line),
    }
}

fn scrub_named(line: &str) -> Option<String> {
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
pub(super) enum By {
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
        // Part of a reference is none either.
        if self.before().rsplit_once("{{resolve:").is_some_and(|(_, reference)| !reference.contains("}}")) {
            return None;
        }
        let query = self.before().ends_with(['?', '&']);
        let (name, kind) = self.kind(query)?;
        let after = self.line.get(self.end..)?;
        let closed = after.trim_start_matches(['\\', '"', '\'', ']', '`', ')']);
        let has_closer = closed.len() < after.len();
        let mut by = By::Sign;
        let rest;
        if let Some(found) = VALUE.find(after) {
            by = By::Space;
            let quote = usize::from(found.as_str().ends_with(['"', '\'', '`']));
            rest = after.get(found.end() - quote..)?;
        } else if let Some(found) = TYPED.find(closed) {
            rest = closed.get(found.end() - 1..)?;
        } else if let Some(found) =
            REMARK.find(after).or_else(|| CHANGE.find(after)).filter(|found| after.get(found.end()..).is_some_and(is_likely))
        {
            rest = after.get(found.end()..)?;
        } else {
            (by, rest) = separator(closed, has_closer, self.before().ends_with(['"', '\'']), self.is_element())?;
            let option =
                self.text().starts_with('-') || self.before().ends_with("setx ") || self.before().ends_with("name=\"") && has_closer;
            let is_option = rest.starts_with('-') && !rest.starts_with("- ");
            if by == By::Space && (is_option || !option && !self.takes_word(&name, rest)) {
                return None;
            }
        }
        let outer = self.before().chars().next_back().filter(|c| matches!(c, '"' | '\'') && !has_closer && by == By::Sign);
        let rest = rest.strip_prefix("N'").map_or(rest, |_| rest.get(1..).unwrap_or_default());
        // Told before the value is measured, so that a text full of references costs no more than it is long.
        if self.is_in_arn() || arn::is_value(rest) {
            return None;
        }
        // The name that the call takes tells what is its second word.
        if by == By::Sign && CALL.captures(rest).and_then(|call| call.name("name")).is_some_and(|name| key::kind(name.as_str()).is_some()) {
            return None;
        }
        let start = self.line.len() - rest.len();
        let first = self.before().trim_start_matches(['-', '$']).is_empty() && by == By::Sign;
        let (skipped, length) = extent(
            rest,
            &Surroundings {
                by,
                query,
                outer,
                first,
                equals: self.line.get(..start).is_some_and(|before| before.trim_end().ends_with('=')) && !self.text().starts_with('-'),
                secret_word: kind == "password" || name.ends_with("psk"),
                fields: self.before().contains(';'),
                whole_line: kind == "authorization" || kind == "cookie" && word(rest).contains('='),
            },
        )?;
        let secret = rest.get(skipped..skipped + length)?;
        // Several are counted.
        if key::is_several(&name) && word(secret).len() <= 6 && word(secret).bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let passes = !query || key::kind(&name).is_some() || secret.len() > MAX_REFERENCE || looks_random(secret) || is_generated(secret);
        // What follows the scheme may only refer to it.
        let told = SCHEMES.iter().find_map(|scheme| secret.strip_prefix(scheme)).filter(|_| kind == "authorization").unwrap_or(secret);
        (passes && is_secret(told)).then_some((start + skipped, start + skipped + length, kind))
    }

    /// Returns the name in its normal form, and the kind of secret that it stands for.
    fn kind(&self, query: bool) -> Option<(String, &'static str)> {
        let normal = key::normalise(self.text());
        if let Some(kind) = key::kind(self.text()) {
            return Some((normal, kind));
        }
        if matches!(normal.as_str(), "key" | "keys" | "code" | "token" | "passe" | "seed") {
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
        if normal == "key" && self.line.get(self.end..).and_then(|rest| rest.strip_prefix('=')).is_some_and(|rest| is_generated(word(rest)))
        {
            return Some((normal, "secret key"));
        }
        (query && IN_QUERIES.contains(&normal.as_str())).then_some((normal, "parameter"))
    }

    /// Tells whether the name is that of an element of markup.
    fn is_element(&self) -> bool {
        let before = self.before();
        let prefix = before.trim_end_matches(|c: char| c.is_ascii_alphanumeric());
        before.ends_with('<')
            || before.ends_with(':')
                && before
                    .trim_end_matches(':')
                    .rsplit('<')
                    .next()
                    .is_some_and(|prefix| prefix.len() <= 20 && prefix.bytes().all(|byte| byte.is_ascii_alphanumeric()))
                && prefix.contains('<')
    }

    /// Tells whether the name takes the next word for its value without any sign.
    fn takes_word(&self, name: &str, rest: &str) -> bool {
        let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''));
        let word = match quote.and_then(|quote| rest.get(1..)?.split_once(quote)) {
            Some((quoted, _)) => quoted,
            None => word(rest),
        };
        let in_prose = IN_PROSE.contains(&name);
        let password = name.ends_with("password");
        let compound = (self.text().contains('_') || password && self.text().contains('-')) && word.len() >= 8;
        let quoted = quote.is_some() && password && word.len() >= 6;
        (compound || quoted || in_prose && word.len() >= 4) && is_no_word(word)
            || is_drawn(word)
            || in_prose && word.starts_with('$') && word.contains("$$")
            || is_generated(word)
            || is_signed(word)
            || DIRECTIVES.contains(&name) && self.before().trim_end().is_empty() && word.len() >= 6
    }

    /// `arn:aws:secretsmanager:REGION:ACCOUNT:secret:NAME` has a word and a colon too.
    fn is_in_arn(&self) -> bool {
        let goes_on = self.line.get(self.end..).and_then(|after| after.strip_prefix(':')).is_some_and(|rest| !rest.starts_with(' '));
        goes_on && arn::ends_within(self.before())
    }
}

/// Tells whether a value says that there is none, or only counts or chooses.
pub(super) fn says_none(value: &str) -> bool {
    NO_SECRETS.iter().any(|word| value.eq_ignore_ascii_case(word))
}

/// Tells whether a value refers to a secret that is kept elsewhere.
pub(super) fn is_reference(value: &str) -> bool {
    let resolved = value.starts_with("{{resolve:") && value.ends_with("}}");
    let variable = value.starts_with("${") && value.ends_with('}') || value.starts_with("$(") && value.ends_with(')');
    let is_path = |value: &str| {
        let lower = value
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'/' | b'-' | b'_' | b'.' | b':'));
        let mut parts = value.split(|c: char| !c.is_ascii_alphanumeric());
        lower && value.get(1..).is_some_and(|rest| rest.contains('/')) && parts.all(plain::is_part)
    };
    resolved || variable || arn::is_whole(value) || is_path(value)
}

/// Tells whether what was cut off is the beginning of something that is no secret.
fn begins_harmless(cut: &str) -> bool {
    let reference = ["{{resolve:", "${", "$("].iter().any(|start| cut.starts_with(start) || start.starts_with(cut));
    reference || is_reference(cut) || arn::ends_within(cut) || NO_SECRETS.iter().any(|word| word.starts_with(&cut.to_ascii_lowercase()))
}

/// Tells a secret from a reference to one, a word that says there is none, and an ARN.
pub(super) fn is_secret(secret: &str) -> bool {
    let placeholder = PLACEHOLDERS.iter().any(|start| secret.starts_with(start));
    if pattern::is_nothing_but_markers(secret) || arn::is_value(secret) || decode::is_escape(secret) || placeholder {
        return false;
    }
    let opens = secret.starts_with(['{', '['])
        && secret.get(1..2).is_none_or(|next| matches!(next, "\"" | "'" | " " | "{" | "[" | "\\" | "]" | "}"));
    if opens || secret.len() > MAX_REFERENCE {
        return !opens;
    }
    let bare = secret.trim_end_matches([',', ';', ')', ']', '}', '"', '\'', '.']);
    let reference = is_reference(bare) || is_reference(secret.trim_end_matches([',', ';', '"', '\'', '.']));
    // The name in the next line, where a value has lines of its own.
    let key =
        secret.strip_suffix(':').is_some_and(|name| name.bytes().all(|byte| byte.is_ascii_alphabetic() || matches!(byte, b'_' | b'-')));
    let variable = bare.strip_prefix('$').is_some_and(is_variable);
    let key_id = bare.len() == 20 && (bare.starts_with("AKIA") || bare.starts_with("ASIA"));
    // What a command prints, which goes on behind the space.
    let printed = secret.starts_with("$(") && !secret.contains([')', ' ']);
    let shortened = pattern::is_shortened(bare) || bare.strip_suffix('…').is_some_and(begins_harmless);
    let plain = says_none(bare);
    !(bare.is_empty() || reference || key || variable || key_id || printed || shortened || plain)
}

/// Tells the name of a variable: capitals, and figures where signs divide them from letters.
fn is_variable(name: &str) -> bool {
    let capitals = |part: &str| part.bytes().all(|byte| byte.is_ascii_uppercase());
    let figures = |part: &str| part.len() <= 4 && part.bytes().all(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase());
    name.split('_').enumerate().all(|(at, part)| capitals(part) || at > 0 && figures(part))
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
        // With spaces around, it leads into the next command.
        if sign == "|" && (gap > 0 || spaced.starts_with("| ")) {
            continue;
        }
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
    for sign in [
        "- ", "is: ", "is ", "was ", "lautet ", "ist ", "est ", "es ", "är ", "er ", "è ", "é ", "este ", "jest ", "je ", "adalah ", "là ",
        "set to ", "to ",
    ] {
        if let Some(rest) = spaced.strip_prefix(sign) {
            let by = if matches!(sign, "- " | "is: ") { By::Sign } else { By::Space };
            return Some((by, rest.trim_start_matches(' ')));
        }
    }
    Some((By::Space, spaced))
}
