//! Secrets that have a shape of their own, wherever they stand in a line.

use super::key::{self, Rule};
use super::layer::Scrubbed;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use regex::{Captures, Regex};
use std::borrow::Cow;
use std::sync::LazyLock;

/// A kind of secret. The groups `keep` and `after` stay, `key` and `secret` are asked by `accept`.
struct Pattern {
    kind: &'static str,
    regex: &'static str,
    accept: fn(&Captures) -> bool,
}

/// Words without which no pattern matches; one pass decides that ordinary text is left alone.
const TRIGGERS: &str = concat!(
    r"(?i-u:passw|passphrase|pwd|secret|token|api[_.-]?key|private|presh|credential|authoriz|bearer|basic |signature|sig=|://|-----BEGIN",
    r"|access_?key|account_?key|connection_?string|identified by|cookie|hooks\.|-u |-u=|--user|signing_?key|x-amz-|mysql|mariadb|sshpass|redis-cli)",
    r"|eyJ|A[KS]IA[A-Z0-9]{12,28}[^A-Z0-9]|FwoG|FQoG|AQoD|IQoJ|gh[pousr]_|github_pat|glpat-|xox|xapp-|[rs]k_|sk-|AIza|npm_|hv[sb]\.|dop_v1|SG\.|SK[0-9a-f]|sq0|shp",
    r"|pypi-|dckr_pat|ATATT|AGE-S|ya29|GOCSPX|lin_api|NRAK|dapi|ABSK|rubygems_|key-[0-9a-f]|PuTTY-User|PMAK-|sbp_|tfp_|atlasv1|LTAI|figd_|EAAA|hf_",
);

/// The kinds, in the order they are looked for: whole blocks first, single words last.
///
/// Source: shapes published by their issuers; AWS session tokens begin with the encoding of a fixed header.
const PATTERNS: &[Pattern] = &[
    Pattern {
        kind: "private key",
        regex: r"-----BEGIN (?-u:[A-Z0-9 ]*)PRIVATE KEY(?: BLOCK)?-----(?-u:[ -~])*?(?:-----END (?-u:[A-Z0-9 ]*)-----|$)",
        accept: always,
    },
    Pattern {
        kind: "certificate",
        regex: r"-----BEGIN (?-u:[A-Z0-9 ]+)-----(?-u:[ -~])*?(?:-----END (?-u:[A-Z0-9 ]*)-----|$)",
        accept: always,
    },
    Pattern { kind: "private key", regex: r"PuTTY-User-Key-File-.*", accept: always },
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
        kind: "authorization",
        regex: r#"(?<keep>(?i-u:authorization)\\*["']?[ ]?[:=] ?\\*["']?)(?<secret>[^"'\\,;\[ ]+(?: [^"'\\,;\[ ]+)?)"#,
        accept: always,
    },
    Pattern { kind: "credentials", regex: r#"(?<keep>://)(?<secret>[^ /@:"']*:[^ @"']+)(?<after>@)"#, accept: always },
    Pattern { kind: "credentials", regex: r#"(?<keep>://)(?<secret>[^ /@:"']{8,})(?<after>@)"#, accept: always },
    Pattern { kind: "webhook", regex: r"(?<keep>hooks\.slack\.com/[a-z]+/)(?<secret>[A-Za-z0-9/_-]{8,})", accept: always },
    Pattern { kind: "webhook", regex: r"(?<keep>discord(?:app)?\.com/api/webhooks/)(?<secret>[A-Za-z0-9/_-]{8,})", accept: always },
    Pattern {
        kind: "password",
        regex: r#"(?<keep>(?:^| )(?:-u|--user)[ =]["']?[^ :\["']{1,64}:)(?<secret>[^ "'/][^ "']*)"#,
        accept: not_hidden,
    },
    Pattern { kind: "password", regex: r#"(?<keep>(?i-u:identified by|password) ')(?<secret>[^']+)(?<after>')"#, accept: not_hidden },
    Pattern {
        kind: "password",
        regex: concat!(
            r#"(?<keep>(?-u:\b)(?:(?:mysql|mariadb)[a-z-]*(?: [^|;&]*?)? -p|sshpass (?:-[a-z]+ )*-p ?|redis-cli (?:[^|;&]*? )?-a ?))"#,
            r#"(?<secret>[^ "'|;&-][^ "'|;&]*)"#
        ),
        accept: not_hidden,
    },
    Pattern {
        kind: "password",
        regex: concat!(
            r#"(?<keep>(?i-u:(?-u:\b)(?:with|using|by|new|old|temporary|temp|initial|default|the|a|an|root|admin|user) "#,
            r#"(?:passw(?:or)?d|passphrase)(?: (?:is|was|set to))? )["']?)(?<secret>[^ "',;]{4,})"#
        ),
        accept: is_no_word,
    },
    Pattern { kind: "signature", regex: r"(?<keep>[?&](?i-u:sig|signature|x-amz-signature)=)(?<secret>[^&#\[ ]+)", accept: not_hidden },
    Pattern {
        kind: "signature",
        regex: r#"(?<keep>(?:[?&; ,]|^)(?i-u:(?:x-amz-)?signature|sig|x-goog-signature) ?= ?)(?<secret>[A-Za-z0-9%+/=_-]{16,})"#,
        accept: always,
    },
    Pattern {
        kind: "",
        regex: concat!(
            r#"(?<keep>(?:\$env:)?(?<key>[A-Za-z0-9_.-]{0,64}?(?i-u:password|passwd|passphrase|pwd|secret|token|api[_.-]?key|private[_.-]?key"#,
            r#"|pre[_.-]?shared[_.-]?key|credentials?|secret[_.-]?(?:access[_.-]?)?key|access[_.-]?key|account[_.-]?key|connection[_.-]?string"#,
            r#"|signing[_.-]?key|cookie|secret[_.-]?(?:string|value|binary)))\\*["']?(?: ?(?::|=>?|:=|%3[AaDd]) ?| )\\*["']?)"#,
            r#"(?<secret>[^ "'&,;\\|<>)}\[\]]+)"#
        ),
        accept: is_assignment,
    },
    Pattern {
        kind: "token",
        regex: concat!(
            r"(?-u:\b)(?<secret>gh[pousr]_[A-Za-z0-9]{20,}|github_pat_[A-Za-z0-9_]{20,}|glpat-[A-Za-z0-9_-]{16,}|xox[abeoprs]-[A-Za-z0-9-]{8,}",
            r"|xapp-[A-Za-z0-9-]{16,}|[rs]k_(?:live|test)_[A-Za-z0-9]{10,}|sk-[A-Za-z0-9_-]{20,}|AIza[A-Za-z0-9_-]{30,}|npm_[A-Za-z0-9]{30,}",
            r"|hv[sb]\.[A-Za-z0-9_-]{20,}|dop_v1_[a-f0-9]{32,}|SG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}|SK[0-9a-f]{32}|sq0[a-z]{3}-[A-Za-z0-9_-]{20,}",
            r"|shp(?:at|ss|ca|pa)_[A-Fa-f0-9]{32}|pypi-[A-Za-z0-9_-]{40,}|dckr_pat_[A-Za-z0-9_-]{20,}|ATATT[A-Za-z0-9_=-]{30,}|AGE-SECRET-KEY-1[A-Z0-9]{40,}",
            r"|ya29\.[A-Za-z0-9_-]{20,}|GOCSPX-[A-Za-z0-9_-]{20,}|lin_api_[A-Za-z0-9]{30,}|NRAK-[A-Z0-9]{20,}|dapi[a-f0-9]{32}|ABSK[A-Za-z0-9+/=]{30,}",
            r"|rubygems_[a-f0-9]{40,}|key-[0-9a-f]{32}|PMAK-[A-Za-z0-9-]{40,}|sbp_[a-f0-9]{40}|LTAI[A-Za-z0-9]{16,}|figd_[A-Za-z0-9_-]{30,}|EAAA[A-Za-z0-9_-]{56,}|hf_[A-Za-z0-9]{30,})"
        ),
        accept: is_token,
    },
];

/// Access key ids are identifiers: enough stays to tell two apart.
const ACCESS_KEY_ID: &str = r"(?-u:\b)(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{12,28}(?-u:\b)";

/// What AWS and publishers of logs write in place of a secret.
///
/// Source: seen in real records.
const HIDDEN_BY_AWS: &[&str] = &[
    "HIDDEN_DUE_TO_SECURITY_REASONS",
    "<sensitiveDataRemoved>",
    "Value hidden due to security reasons.",
    "***OMITTED***",
    "***(Redacted)",
    "REDACTED",
    "[REDACTED]",
    "<redacted>",
];

static TRIGGER: LazyLock<Regex> = LazyLock::new(|| compile(TRIGGERS));
static COMPILED: LazyLock<Vec<(&Pattern, Regex)>> = LazyLock::new(|| PATTERNS.iter().map(|row| (row, compile(row.regex))).collect());
static KEY_ID: LazyLock<Regex> = LazyLock::new(|| compile(ACCESS_KEY_ID));

#[expect(clippy::expect_used, reason = "the patterns are literals that the tests compile")]
fn compile(pattern: &str) -> Regex {
    Regex::new(pattern).expect("a literal pattern")
}

/// Returns what stands for a hidden value.
pub(super) fn marker(kind: &str) -> String {
    format!("[redacted: {kind}]")
}

/// Tells whether `text` is a marker, ours or AWS's, rather than a value.
pub(super) fn is_marker(text: &str) -> bool {
    let ours = text.strip_prefix("[redacted: ").and_then(|rest| rest.strip_suffix(']'));
    ours.is_some_and(|kind| kind.len() <= 24 && kind.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b' '))
        || HIDDEN_BY_AWS.contains(&text)
        || text.bytes().all(|byte| byte == b'*')
}

/// Tells whether a line has a marker of ours in it.
pub(super) fn holds_marker(line: &str) -> bool {
    line.contains("[redacted")
}

/// Keeps the first and last characters of a longer text; a text that is shortened already stays.
pub(super) fn shorten(text: &str, head: usize, tail: usize) -> String {
    let count = text.chars().count();
    if count <= head + tail + 1 || is_marker(text) {
        return text.to_owned();
    }
    let first = text.chars().take(head);
    let last = text.chars().skip(count - tail);
    first.chain(['…']).chain(last).collect()
}

/// Hides everything in the line that has the shape of a secret; `None` when nothing has.
pub(super) fn scrub(line: &str) -> Option<Scrubbed> {
    if !TRIGGER.is_match(line) {
        return None;
    }
    let mut text = Cow::Borrowed(line);
    let mut secret = false;
    for (pattern, regex) in COMPILED.iter() {
        // Most rows do not match, and asking so is cheaper than looking for groups.
        if !regex.is_match(&text) {
            continue;
        }
        let replaced = regex.replace_all(&text, |captures: &Captures| replacement(pattern, captures, &mut secret));
        if let Cow::Owned(replaced) = replaced {
            text = Cow::Owned(replaced);
        }
    }
    (text != line).then(|| Scrubbed { text: text.into_owned(), secret })
}

/// Shortens the access key ids of a line; `None` when it has none.
///
/// Last of all, since an id is the hint that makes the forty letters after it a secret.
pub(super) fn shorten_key_ids(line: &str) -> Option<String> {
    // Shorter lines hold none, nor do those in which no upper-case id begins.
    if line.len() < 16 || !KEY_ID.is_match(line) {
        return None;
    }
    match KEY_ID.replace_all(line, |captures: &Captures| shorten(group(captures, ""), 4, 4)) {
        Cow::Owned(short) => Some(short),
        Cow::Borrowed(_) => None,
    }
}

fn replacement(pattern: &Pattern, captures: &Captures, secret: &mut bool) -> String {
    if !(pattern.accept)(captures) {
        return group(captures, "").to_owned();
    }
    *secret = true;
    let kind = match pattern.kind {
        "" => kind_of_key(group(captures, "key")),
        kind => kind,
    };
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

fn not_hidden(captures: &Captures) -> bool {
    let secret = group(captures, "secret");
    !secret.starts_with("[redacted") && !is_marker(secret)
}

/// Words have no digits; tokens of any length do.
fn looks_random(captures: &Captures) -> bool {
    let secret = group(captures, "secret");
    let digits = secret.bytes().filter(u8::is_ascii_digit).count();
    digits >= 2 || secret.len() >= 24 && digits >= 1
}

/// After the issuer's letters, tokens have digits or mix capitals and small letters.
fn is_token(captures: &Captures) -> bool {
    let secret = group(captures, "secret");
    let mixes = |is: fn(&u8) -> bool| secret.as_bytes().iter().skip(6).any(is);
    looks_random(captures) || secret.len() >= 20 && mixes(u8::is_ascii_uppercase) && mixes(u8::is_ascii_lowercase)
}

/// Tells a password in prose from the word after `password`, as in `with password authentication`.
fn is_no_word(captures: &Captures) -> bool {
    let secret = group(captures, "secret").trim_end_matches(['.', ':', ')', '?']);
    let symbols = secret.bytes().filter(|byte| !byte.is_ascii_alphanumeric() && !matches!(byte, b'-' | b'.' | b'_' | b'/' | b'(')).count();
    not_hidden(captures) && (secret.bytes().any(|byte| byte.is_ascii_digit()) || symbols > 0 && secret.is_ascii())
}

fn is_basic(captures: &Captures) -> bool {
    let encoded = group(captures, "secret").trim_end_matches('=');
    STANDARD_NO_PAD.decode(encoded).is_ok_and(|plain| plain.contains(&b':') && plain.iter().all(|&byte| byte >= b' '))
}

fn kind_of_key(name: &str) -> &'static str {
    match key::rule(&key::normalise(name)) {
        Rule::Hide(kind) | Rule::HideText(kind) => kind,
        _ => "secret",
    }
}

/// Tells an assignment of a secret from an ARN, a placeholder, a reference or prose.
fn is_assignment(captures: &Captures) -> bool {
    let (name, keep, secret) = (group(captures, "key"), group(captures, "keep"), group(captures, "secret"));
    if !matches!(key::rule(&key::normalise(name)), Rule::Hide(_) | Rule::HideText(_)) {
        return false;
    }
    // Prose puts a word after a space; only an option takes its value so.
    if !keep.contains([':', '=', '%']) && !name.starts_with('-') {
        return false;
    }
    let reference = ["arn:", "${", "{{", "$(", "AKIA", "ASIA"].iter().any(|start| secret.starts_with(start));
    let plain = ["true", "false", "null", "none", "nil", "required", "optional", "{"].iter().any(|word| secret.eq_ignore_ascii_case(word));
    !reference && !plain && not_hidden(captures) && !is_part_of_arn(captures)
}

/// `arn:aws:secretsmanager:REGION:ACCOUNT:secret:NAME` has a word and a colon too.
fn is_part_of_arn(captures: &Captures) -> bool {
    let (name, keep) = (group(captures, "key"), group(captures, "keep"));
    name == "secret" && keep.ends_with("secret:")
}
