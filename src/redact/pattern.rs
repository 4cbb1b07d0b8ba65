//! Secrets that have a shape of their own, wherever they stand in a line.

use super::layer::Scrubbed;
use super::{assign, command, decode, guess, issuer, markup, url};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use regex::{Captures, Regex};
use std::borrow::Cow;
use std::sync::LazyLock;

/// A kind of secret. The groups `keep` and `after` stay, `secret` is asked by `accept`.
struct Pattern {
    kind: &'static str,
    regex: &'static str,
    accept: fn(&Captures) -> bool,
}

/// Words without which no shape matches; one pass decides that ordinary text is left alone.
const TRIGGERS: &str = r"\$[0-9a-z-]{1,12}\$|-BEGIN|BEGIN |PuTTY-User|(?i-u:encoded authorization| with | using | is your |code|otp|\bpin\b|seed|mnemonic|phrase|recovery|credential|creds|\*[0-9a-f]{40}|\{s?(?:sha|md5)|\{crypt|kennwort|passwor[dt]|passphrase|log(?:ged)?[ -]?in |log(?:ged)?[ -]?on |signed? in |bearer|basic |sig=|signature)|SETUSER|AUTH |:::|\u{30b3}\u{30fc}\u{30c9}|[\u{7801}\u{78bc}\u{4ee4}]|\u{756a}\u{53f7}|\u{c778}\u{c99d}|[\u{41a}\u{43a}]\u{43e}\u{434}|\u{30d1}\u{30b9}|FwoG|FQoG|AQoD|IQoJ|eyJ|A[KS]IA[A-Z0-9]{12,28}[^A-Z0-9]";

/// The kinds, in the order they are looked for: whole blocks first, single words last.
///
/// Source: shapes published by their issuers; AWS session tokens begin with the encoding of a fixed header.
const PATTERNS: &[Pattern] = &[
    Pattern {
        kind: "private key",
        regex: r"-{4,5} ?BEGIN (?-u:[A-Z0-9 ]*)PRIVATE KEY(?: BLOCK)? ?-{4,5}.*?(?:-{4,5} ?END (?-u:[A-Z0-9 ]*)-{4,5}|$)",
        accept: always,
    },
    Pattern {
        kind: "certificate",
        regex: r"-{4,5} ?BEGIN (?-u:[A-Z0-9 ]+)-{4,5}.*?(?:-{4,5} ?END (?-u:[A-Z0-9 ]*)-{4,5}|$)",
        accept: is_not_public,
    },
    Pattern { kind: "private key", regex: r"PuTTY-User-Key-File-.*", accept: always },
    Pattern {
        kind: "password hash",
        regex: r"\$(?:[0-9][a-z]?|y|gy|apr1|sha1|md5|bcrypt|scrypt|argon2[a-z]{1,2}|pbkdf2[a-z0-9-]*)\$[A-Za-z0-9./=,$+_-]{20,}",
        accept: always,
    },
    Pattern {
        kind: "encoded message",
        regex: r"(?<keep>(?i-u:encoded authorization failure message): ?)(?<secret>[A-Za-z0-9+/_=-]{8,})",
        accept: always,
    },
    Pattern {
        kind: "session token",
        regex: r"(?:FwoGZXIvYXdz|FQoGZXIvYXdz|AQoDYXdz|IQoJb3JpZ2lu)[A-Za-z0-9+/=_%-]*(?: [A-Za-z0-9+/]{20,}=*)*(?: [A-Za-z0-9+/]+=+)?",
        accept: always,
    },
    Pattern { kind: "session token", regex: r"(?:FwoG|FQoG|AQoD|IQoJ)[A-Za-z0-9+/=_%-]{40,}", accept: always },
    Pattern { kind: "jwt", regex: r"eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{4,}(?:\.[A-Za-z0-9_-]*){0,3}", accept: always },
    Pattern {
        kind: "secret key",
        regex: r#"(?<keep>(?-u:\b)A[KS]IA[A-Z0-9]{12,}["']?(?:[ ,;:|/]|\\[nt]){1,4}(?:[A-Za-z_ -]{0,30}[=:] ?)?["']?)(?<secret>[A-Za-z0-9/+]{40})"#,
        accept: always,
    },
    Pattern { kind: "authorization", regex: r#"(?<keep>(?i-u:bearer) )(?<secret>[A-Za-z0-9._~+/=-]{8,})"#, accept: looks_random },
    Pattern { kind: "authorization", regex: r#"(?<keep>(?i-u:basic) )(?<secret>[A-Za-z0-9+/]{6,}={0,2})"#, accept: is_basic },
    Pattern {
        kind: "password",
        regex: r"(?<keep>(?i-u:log(?:ged|ging)?[ -]?in|log(?:ged)?[ -]?on|signed? in|authenticated?|connect(?:ed)?) (?:[^ ]{1,64} ){0,4}(?i-u:with|using) (?:[^ /]{1,64} / )?)(?<secret>[^ ]{8,})",
        accept: is_login,
    },
    Pattern {
        kind: "password hash",
        regex: r"\{(?:S?SHA[0-9]{0,3}|S?MD5|CRYPT|PBKDF2[A-Z0-9_-]{0,12}|ARGON2[ID]{0,2})\}[A-Za-z0-9+/=$.,_-]{16,}",
        accept: always,
    },
    Pattern { kind: "password hash", regex: r#"(?<keep>^|[ '"=:(\[,])(?<secret>\*[0-9A-Fa-f]{40})(?-u:\b)"#, accept: always },
    // A name and what goes with it, divided by a sign.
    Pattern {
        kind: "password",
        regex: r"(?<keep>(?i:(?-u:\b)(?:creds?|credentials|logins?) ?[:=] ?|(?-u:\b)(?:log(?:ged)?[ -]?(?:in|on)|signed? in)(?: to [^ ]{1,64})?(?: as| with)? )[^ /:@\[]{1,64}(?: ?/ ?|:))(?<secret>[^ ]{6,})",
        accept: is_login_of_name,
    },
    Pattern {
        kind: "password",
        regex: concat!(
            r"(?<keep>(?i:(?-u:\b)(?:use|using|enter|type|try|set|with) ))(?<secret>[^ ]{6,64})",
            r"(?<after> (?i:as|for) (?i:(?:the|your|its|an?|temporary|new|root|admin|db|database|initial) ){0,4}(?i:password|passphrase|passcode|pin|secret|token|api key)(?-u:\b))"
        ),
        accept: is_login,
    },
    Pattern {
        kind: "code",
        regex: r"(?<keep>(?i:(?:recovery|backup|rescue|scratch|emergency)[ -](?:codes?|keys?)(?: are| is)? ?[:=]? ?))(?<secret>[A-Za-z]*[0-9][A-Za-z0-9]{2,7}(?:[ -][A-Za-z0-9]{3,8}){1,40}|[A-Za-z0-9]{3,8}-[A-Za-z]*[0-9][A-Za-z0-9]{2,7}(?:[ -][A-Za-z0-9]{3,8}){0,40})",
        accept: always,
    },
    Pattern {
        kind: "password",
        regex: r#"(?<keep>(?i:(?:seed|recovery|backup|wallet|secret)[ -](?:phrase|words)|mnemonic)(?i: is)? ?[:=]? ?["']?)(?<secret>[a-z]{3,8}(?: [a-z]{3,8}){11,23})"#,
        accept: always,
    },
    // Codes of a few figures, by what is said before or behind them.
    Pattern {
        kind: "code",
        regex: concat!(
            r"(?<keep>(?i:(?:(?-u:\b)(?:mfa|2fa|t?otp|one[ -]?time|verification|confirmation|security|sign[ -]?in|login|auth(?:entication)?|einmal|best\u{e4}tigungs|verifizierungs|sicherheits)[ -]?(?:pass)?(?:code|pin|tan|passwor[dt]|kennwort)|(?-u:\b)otp|(?-u:\b)pin(?:[ -]?(?:code|number))?",
            r"|code de (?:v[e\u{e9}]rification|s[e\u{e9}]curit[e\u{e9}]|confirmation)|c[o\u{f3}]digo de (?:verificaci[o\u{f3}]n|seguridad|confirmaci[o\u{f3}]n)|\u{43a}\u{43e}\u{434} \u{43f}\u{43e}\u{434}\u{442}\u{432}\u{435}\u{440}\u{436}\u{434}\u{435}\u{43d}\u{438}\u{44f}",
            r"|(?:\u{78ba}\u{8a8d}|\u{8a8d}\u{8a3c})\u{30b3}\u{30fc}\u{30c9}|\u{9a8c}\u{8bc1}\u{7801}|\u{9a57}\u{8b49}\u{78bc}|\u{c778}\u{c99d} ?\u{bc88}\u{d638})(?:[ :\u{ff1a}]|is |lautet |ist |est |es |\u{306f}|\u{662f}|\u{4e3a}|\u{ff1a}){0,3}))",
            r"(?<secret>[0-9]{4,8})(?-u:\b)"
        ),
        accept: always,
    },
    Pattern {
        kind: "code",
        regex: r"(?-u:\b)(?<secret>(?:[A-Z]-)?[0-9]{4,8})(?<after> is your (?:[A-Za-z.-]{1,24} ){0,4}(?i:code|passcode|pin|otp|password))",
        accept: always,
    },
    Pattern {
        kind: "password hash",
        regex: r"(?<keep>(?-u:\b)[^ :]{1,64}:[0-9]{1,10}:)(?<secret>[0-9A-Fa-f]{32}:[0-9A-Fa-f]{32})(?<after>:::)",
        accept: always,
    },
    Pattern { kind: "password", regex: r"(?<keep>SETUSER [^ ]{1,64} (?:[^ >]{1,64} ){0,8}>)(?<secret>[^ ]+)", accept: not_hidden },
    Pattern { kind: "password", regex: r#"(?<keep>(?:^|[ "'`;])AUTH (?:[A-Za-z0-9_.-]{1,32} )?)(?<secret>[^ "']{8,})"#, accept: is_login },
    // No space divides a name from its value in these languages.
    Pattern {
        kind: "password",
        regex: r"(?<keep>(?:\u{30d1}\u{30b9}\u{30ef}\u{30fc}\u{30c9}|\u{6697}\u{8a3c}\u{756a}\u{53f7}|\u{5bc6}[\u{7801}\u{78bc}]|\u{53e3}\u{4ee4})(?:\u{306f}|\u{304c}|\u{662f}|\u{4e3a}|\u{70ba}|\u{6539}\u{4e3a}) ?)(?<secret>[!-~]{4,})",
        accept: is_login,
    },
    Pattern { kind: "signature", regex: r"(?<keep>[?&](?i-u:sig|signature|x-amz-signature)=)(?<secret>[^&#\[ ]+)", accept: not_hidden },
    Pattern {
        kind: "signature",
        regex: r#"(?<keep>(?:[?&; ,]|^)(?i-u:(?:x-amz-)?signature|sig|x-goog-signature) ?= ?)(?<secret>[A-Za-z0-9%+/=_-]{16,})"#,
        accept: always,
    },
];

/// What stands for a value that AWS, or who published the log, hid.
pub(super) const HIDDEN_BY_AWS: &str = "[hidden by AWS]";

/// What AWS and publishers of logs write in place of a secret.
///
/// Source: seen in real records.
const MASKS: &[&str] = &[
    "HIDDEN_DUE_TO_SECURITY_REASONS",
    "<sensitiveDataRemoved>",
    "Value hidden due to security reasons.",
    "***OMITTED***",
    "***(Redacted)",
    "REDACTED",
    "[REDACTED]",
    "<redacted>",
];

/// All that any step looks for: one pass decides that ordinary text is left alone.
static GATE: LazyLock<Regex> = LazyLock::new(|| {
    let commands = command::TRIGGERS.trim_start_matches('|');
    compile(&format!("{TRIGGERS}|(?i-u:{commands})|{}|{}|://", assign::WORDS, issuer::beginnings()))
});
static TRIGGER: LazyLock<Regex> = LazyLock::new(|| compile(TRIGGERS));
static COMPILED: LazyLock<Vec<(&Pattern, Regex)>> = LazyLock::new(|| PATTERNS.iter().map(|row| (row, compile(row.regex))).collect());
static COMMAND_TRIGGER: LazyLock<Regex> = LazyLock::new(|| compile(&format!("(?i-u:{})", command::TRIGGERS.trim_start_matches('|'))));
static COMMANDS: LazyLock<Vec<(&str, Regex)>> =
    LazyLock::new(|| command::COMMANDS.iter().map(|(kind, row)| (*kind, compile(row))).collect());

#[expect(clippy::expect_used, reason = "the patterns are literals that the tests compile")]
fn compile(pattern: &str) -> Regex {
    // States of the longest alternations, kept rather than made anew.
    regex::RegexBuilder::new(pattern).dfa_size_limit(16 << 20).build().expect("a literal pattern")
}

/// Returns what stands for a hidden value.
pub(super) fn marker(kind: &str) -> String {
    format!("[redacted: {kind}]")
}

/// Longer words in our form are no kind of a secret.
const MAX_KIND: usize = 24;
/// The first word of a marker of several words, where a line is read word by word.
const FIRST_WORDS: &[&str] = &["[redacted:", "[hidden"];

/// Tells whether `text` is a marker, ours or AWS's, rather than a value.
pub(super) fn is_marker(text: &str) -> bool {
    marker_length(text) == Some(text.len()) || text.bytes().all(|byte| byte == b'*')
}

/// Tells whether AWS, or who published the log, wrote `text` in place of a value.
pub(super) fn is_hidden_by_aws(text: &str) -> bool {
    MASKS.contains(&text) || text.len() >= 3 && text.bytes().all(|byte| byte == b'*')
}

/// Returns the length of the marker that a text begins with, ours or AWS's; a cut one ends the text.
pub(super) fn marker_length(text: &str) -> Option<usize> {
    if let Some(rest) = text.strip_prefix("[redacted: ") {
        let kind = rest.bytes().take_while(|byte| byte.is_ascii_lowercase() || *byte == b' ').count();
        let end = rest.get(kind..)?;
        let ends = if end == "…" { end.len() } else { usize::from(end.starts_with(']')) };
        return (kind <= MAX_KIND && ends > 0).then_some(text.len() - end.len() + ends);
    }
    let cut =
        text.strip_suffix('…').is_some_and(|cut| cut.len() >= 4 && ["[redacted: ", HIDDEN_BY_AWS].iter().any(|mark| mark.starts_with(cut)));
    if cut {
        return Some(text.len());
    }
    let masks = MASKS.iter().chain([&HIDDEN_BY_AWS]).filter(|mask| text.starts_with(**mask)).map(|mask| mask.len());
    let stars = text.bytes().take_while(|byte| *byte == b'*').count();
    masks.chain((stars >= 3).then_some(stars)).max()
}

/// Tells whether text is nothing but markers, with signs around and between them.
pub(super) fn is_nothing_but_markers(text: &str) -> bool {
    let mut rest = text;
    while let Some(length) = marker_length(rest) {
        rest = rest.get(length..).unwrap_or_default();
        if rest.is_empty() {
            return true;
        }
        // Letters right behind a marker belong to a value that begins like one.
        let signs = rest.trim_start_matches(|c: char| !c.is_alphanumeric() && !matches!(c, '[' | '<' | '*'));
        if signs.is_empty() {
            return true;
        }
        rest = signs;
    }
    false
}

/// Tells whether a word of a line, or a value, is hidden already.
pub(super) fn is_hidden_word(word: &str) -> bool {
    FIRST_WORDS.contains(&word) || is_nothing_but_markers(word)
}

/// Tells whether a line has a marker of ours in it.
pub(super) fn holds_marker(line: &str) -> bool {
    line.contains("[redacted")
}

/// Keeps the first and last characters of a longer text; a text that is shortened already stays.
pub(super) fn shorten(text: &str, head: usize, tail: usize) -> String {
    let count = text.chars().count();
    if count <= head + tail + 1 || is_marker(text) || count <= head + tail + 8 && text.contains('…') {
        return text.to_owned();
    }
    let first = text.chars().take(head);
    let last = text.chars().skip(count - tail);
    first.chain(['…']).chain(last).collect()
}

/// Tells whether a value is what was left of one: four letters at each end, and the fingerprint of a key's id.
pub(super) fn is_shortened(value: &str) -> bool {
    let Some((head, tail)) = value.split_once('…') else { return false };
    let (tail, fingerprint) = tail.split_once('#').unwrap_or((tail, ""));
    let is_end = |text: &str| text.chars().count() == 4 && !text.contains('…');
    is_end(head)
        && is_end(tail)
        && (fingerprint.is_empty() || fingerprint.len() == 6 && fingerprint.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

/// Tells whether any step may find something in a line.
pub(super) fn may_hold(line: &str) -> bool {
    GATE.is_match(line)
}

/// Returns where a line was changed: from where it differs to where it is the same again up to its end.
pub(super) fn difference(before: &str, after: &str) -> Option<(usize, usize)> {
    let alike = |a: &mut dyn Iterator<Item = (char, char)>| a.take_while(|(a, b)| a == b).map(|(a, _)| a.len_utf8()).sum::<usize>();
    let from = alike(&mut before.chars().zip(after.chars()));
    let shared = alike(&mut before.chars().rev().zip(after.chars().rev()));
    let to = before.len() - shared.min(before.len() - from);
    (to > from).then_some((from, to))
}

/// Hides everything in the line that has the shape of a secret, or that the text around it gives away; `None` when nothing has.
pub(super) fn scrub(line: &str) -> Option<Scrubbed> {
    if !GATE.is_match(line) {
        return None;
    }
    let mut text = shapes(line);
    if let Some(hidden) = url::scrub(&text) {
        text = Cow::Owned(hidden);
    }
    if COMMAND_TRIGGER.is_match(&text) {
        for (kind, regex) in COMMANDS.iter() {
            if regex.is_match(&text) {
                let replaced = regex.replace_all(&text, |captures: &Captures| replacement(kind, not_hidden, captures)).into_owned();
                text = Cow::Owned(replaced);
            }
        }
    }
    if let Some(hidden) = markup::scrub(&text) {
        text = Cow::Owned(hidden);
    }
    if let Some(hidden) = assign::scrub(&text) {
        text = Cow::Owned(hidden);
    }
    if issuer::may_begin(&text) {
        text = tokens(text);
    }
    (text != line).then(|| Scrubbed { text: text.into_owned(), secret: true })
}

/// Returns where a command gives secrets away by where they stand.
pub(super) fn places_in_command(line: &str) -> Vec<(usize, usize, &'static str)> {
    if !COMMAND_TRIGGER.is_match(line) {
        return Vec::new();
    }
    let rows = COMMANDS.iter().flat_map(|(kind, regex)| regex.captures_iter(line).map(move |captures| (*kind, captures)));
    let told = rows.filter(|(_, captures)| not_hidden(captures));
    told.filter_map(|(kind, captures)| captures.name("secret").map(|secret| (secret.start(), secret.end(), kind))).collect()
}

/// Hides what nothing else than a secret looks like: blocks, tokens, credentials in a URL; `None` when there is none.
///
/// What our own sentences say of parts that were redacted before is no such thing.
pub(super) fn scrub_shapes(line: &str) -> Option<String> {
    let mut text = shapes(line);
    if let Some(hidden) = url::scrub(&text) {
        text = Cow::Owned(hidden);
    }
    if issuer::may_begin(&text) {
        text = tokens(text);
    }
    (text != line).then(|| text.into_owned())
}

fn shapes(line: &str) -> Cow<'_, str> {
    let mut text = Cow::Borrowed(line);
    if !TRIGGER.is_match(line) {
        return text;
    }
    for (pattern, regex) in COMPILED.iter() {
        // Most rows do not match, and asking so is cheaper than looking for groups.
        if regex.is_match(&text) {
            let replaced = regex.replace_all(&text, |captures: &Captures| replacement(pattern.kind, pattern.accept, captures)).into_owned();
            text = Cow::Owned(replaced);
        }
    }
    text
}

fn tokens(text: Cow<'_, str>) -> Cow<'_, str> {
    let places = issuer::places(&text);
    if places.is_empty() {
        return text;
    }
    let mut out = String::with_capacity(text.len());
    let mut done = 0;
    for (from, to) in places {
        out.push_str(text.get(done..from).unwrap_or_default());
        out.push_str(&marker("token"));
        done = to;
    }
    out.push_str(text.get(done..).unwrap_or_default());
    Cow::Owned(out)
}

fn replacement(kind: &str, accept: fn(&Captures) -> bool, captures: &Captures) -> String {
    if !accept(captures) {
        return group(captures, "").to_owned();
    }
    format!("{}{}{}", group(captures, "keep"), marker(kind), group(captures, "after"))
}

/// Returns the text of a named group, of the whole match for `""`, and nothing for a group that took no part.
fn group<'a>(captures: &'a Captures, name: &str) -> &'a str {
    let found = if name.is_empty() { captures.get(0) } else { captures.name(name) };
    found.map_or("", |found| found.as_str())
}

fn always(_: &Captures) -> bool {
    true
}

/// Hidden already, or a number of a user, as in `docker run -u 1000:1000`.
fn not_hidden(captures: &Captures) -> bool {
    let secret = group(captures, "secret");
    let bare = secret.trim_matches(['"', '\'']);
    let number = bare.len() <= 5 && bare.bytes().all(|byte| byte.is_ascii_digit());
    let ports = bare.contains(':') && bare.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b':' | b'.'));
    let reference = bare.starts_with('$') && !assign::is_secret(bare);
    !number
        && !ports
        && !reference
        && !decode::is_escape(bare)
        && !is_hidden_word(bare)
        && !is_marker(bare)
        && !group(captures, "keep").contains("[redacted")
}

/// A certificate, a request for one and a public key are for all to see.
fn is_not_public(captures: &Captures) -> bool {
    const PUBLIC: &[&str] = &["CERTIFICATE", "PUBLIC KEY", "X509 CRL", "DH PARAMETERS", "EC PARAMETERS"];
    let head = group(captures, "").split_once("BEGIN ").map_or("", |(_, rest)| rest.get(..40).unwrap_or(rest));
    !PUBLIC.iter().any(|kind| head.contains(kind))
}

/// What one logs in with, rather than `WITH PASSWORD='…'`.
fn is_login(captures: &Captures) -> bool {
    let secret = group(captures, "secret");
    let named = secret.split_once('=').is_some_and(|(name, _)| name.bytes().all(|byte| byte.is_ascii_alphabetic() || byte == b'_'));
    !named && guess::is_likely(secret)
}

/// The same behind a name and a sign, which an ARN has as well.
fn is_login_of_name(captures: &Captures) -> bool {
    !group(captures, "keep").ends_with("arn:") && is_login(captures)
}

/// Words have no digits; tokens of any length do.
fn looks_random(captures: &Captures) -> bool {
    let secret = group(captures, "secret");
    let digits = secret.bytes().filter(u8::is_ascii_digit).count();
    digits >= 2 || secret.len() >= 24 && digits >= 1
}

fn is_basic(captures: &Captures) -> bool {
    let encoded = group(captures, "secret").trim_end_matches('=');
    STANDARD_NO_PAD.decode(encoded).is_ok_and(|plain| plain.contains(&b':') && plain.iter().all(|&byte| byte >= b' '))
}
