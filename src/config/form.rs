//! The forms that a string may have: each with its rule, an example, and what tells it.

use super::authority::{AllowedOrigin, Authority};
use super::http::{is_scope, split_tool_scope};
use super::spelling::is_tool_name;
use crate::catalogue::Category;
use crate::event::{Arn, is_account, is_region};

/// The form of a string. Every one is a single line, not blank, of at most 512 characters.
#[derive(Clone, Copy, Debug)]
pub enum Form {
    /// One of these words.
    OneOf(&'static [&'static str]),
    /// What has this shape.
    Shape(Shape),
}

/// A form that a function tells.
#[derive(Clone, Copy, Debug)]
pub struct Shape {
    /// What is right, after "it must be".
    rule: &'static str,
    /// A right one.
    example: &'static str,
    /// Tells whether a text has the shape.
    holds: fn(&str) -> bool,
}

const fn shape(rule: &'static str, example: &'static str, holds: fn(&str) -> bool) -> Form {
    Form::Shape(Shape { rule, example, holds })
}

pub(super) const REGION: Form = shape("a region name of lower-case letters, digits and hyphens, 3 to 32 of them", "eu-west-1", is_region);
pub(super) const ACCOUNT: Form = shape("an account id of 12 digits", "111122223333", is_account);
pub(super) const CATEGORY: Form = Form::OneOf(&CATEGORIES);
pub(super) const TOOL: Form = shape("the name of a tool, with or without its prefix", "cloudtrail_events", is_tool_name);
pub(super) const URL: Form = shape(ADDRESS, "https://host.example:9093", is_url);
pub(super) const HOST: Form =
    shape("a host name or address, with or without a port", "mcp.example", |text| Authority::parse(text).is_some());
pub(super) const ORIGIN: Form =
    shape("a scheme, a host and, when it is not the scheme's own, a port or * for any", "https://chat.example", |text| {
        AllowedOrigin::parse(text).is_some()
    });
pub(super) const CALLER: Form = shape("letters, digits, - _ . and @, at most 64", "chat-bot", is_caller_name);
pub(super) const SCOPE: Form = shape("a scope: printable ASCII without spaces, quotes and backslashes", "cloudtrail:read", is_scope);
pub(super) const TOOL_SCOPE: Form =
    shape("a tool and a scope", "cloudtrail_event=cloudtrail:record", |text| split_tool_scope(text).is_some());
pub(super) const S3: Form = shape("an s3:// address", "s3://bucket/prefix/", is_s3);
pub(super) const ROLE: Form = shape("an ARN of iam", "arn:aws:iam::111122223333:role/investigator", |text| is_arn(text, "iam"));
pub(super) const EVENT_DATA_STORE: Form = shape(
    "an ARN of cloudtrail",
    "arn:aws:cloudtrail:us-east-1:111122223333:eventdatastore/11112222-3333-4444-5555-666677778888",
    |text| {
        is_arn(text, "cloudtrail")
            && text.rsplit_once('/').is_some_and(|(_, id)| !id.is_empty() && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-'))
    },
);
pub(super) const LOG_GROUP: Form = shape("the name or ARN of a log group", "cloudtrail-logs", |text| {
    text.bytes().all(|b| b.is_ascii_alphanumeric() || b"_#+=/:,.@*-".contains(&b))
});
pub(super) const DATA_SOURCE: Form = shape("the name of a data source: letters, digits, - _ and .", "aws_cloudtrail", |text| {
    text.bytes().all(|b| b.is_ascii_alphanumeric() || b"_.-".contains(&b))
});
pub(super) const LOCATION: Form = shape("an absolute path or an s3:// address", "/var/log/cloudtrail", |text| {
    is_s3(text) || (!text.contains("://") && is_fixed_path(text))
});
pub(super) const PATH: Form = shape("an absolute path", "/var/lib/cloudtrail-mcp", is_fixed_path);
pub(super) const LISTEN: Form = shape("an IP address and port", "127.0.0.1:8080", |text| text.parse::<std::net::SocketAddr>().is_ok());
pub(super) const SHA256: Form = shape(
    "the SHA-256 digest of a token, 64 lower-case hexadecimal digits",
    "0000000000000000000000000000000000000000000000000000000000000000",
    |text| digest(text).is_some(),
);
pub(super) const WEBHOOK_SHA256: Form = shape(
    "the SHA-256 digest of a token, 64 lower-case hexadecimal digits",
    "1111111111111111111111111111111111111111111111111111111111111111",
    |text| digest(text).is_some(),
);
pub(super) const PLAIN_NAME: Form = shape("letters, digits, - and _, at most 64", "alertmanager", crate::config::investigation::is_id);
pub(super) const TOPIC: Form = shape("an ARN of sns", "arn:aws:sns:eu-west-1:111122223333:alarms", |text| is_arn(text, "sns"));
pub(super) const INSTANT: Form = shape("an instant as in RFC 3339", "2026-01-27T20:05:00Z", |text| crate::time::parse(text).is_some());

/// Any text; with an example.
pub(super) const fn line(example: &'static str) -> Form {
    shape("one line of text, at most 512 characters", example, |_| true)
}

/// An address where tokens and keys do not travel in clear; with an example.
pub(super) const fn secure(example: &'static str) -> Form {
    shape(SECURE_ADDRESS, example, is_secure)
}

/// Reads a SHA-256 digest: 64 lower-case hexadecimal digits.
pub(super) fn digest(hex: &str) -> Option<[u8; 32]> {
    let digit = |b: &u8| match b {
        b'0'..=b'9' => Some(b - b'0'),
        b'a'..=b'f' => Some(b - b'a' + 10),
        _ => None,
    };
    let bytes: Option<Vec<u8>> = hex.as_bytes().chunks(2).map(|pair| Some(digit(pair.first()?)? << 4 | digit(pair.get(1)?)?)).collect();
    bytes?.try_into().ok()
}

const ADDRESS: &str = "an http:// or https:// address without user name or password";
const SECURE_ADDRESS: &str = "an https:// address without user name, password, query or fragment (http:// on this machine only)";

#[expect(clippy::indexing_slicing, reason = "an index that is too large does not compile")]
const CATEGORIES: [&str; Category::ALL.len()] = {
    let mut names = [""; Category::ALL.len()];
    let mut at = 0;
    while at < names.len() {
        names[at] = Category::ALL[at].as_str();
        at += 1;
    }
    names
};

impl Form {
    pub(super) fn matches(self, text: &str) -> bool {
        let line = !text.trim().is_empty() && text.chars().count() <= 512 && !text.chars().any(char::is_control);
        line && match self {
            Self::OneOf(words) => words.contains(&text),
            Self::Shape(shape) => (shape.holds)(text),
        }
    }

    pub(super) fn rule(self) -> String {
        match self {
            Self::OneOf(words) => format!("one of {}", words.join(", ")),
            Self::Shape(shape) => shape.rule.to_owned(),
        }
    }

    /// Returns a right one, as TOML.
    pub(super) fn example(self) -> String {
        let example = match self {
            Self::OneOf(words) => words.first().copied().unwrap_or_default(),
            Self::Shape(shape) => shape.example,
        };
        format!("\"{example}\"")
    }

    /// Tells whether what does not match may hold a password, as an address that is none may.
    pub(super) fn may_hold_a_password(self) -> bool {
        matches!(self, Self::Shape(Shape { rule: ADDRESS | SECURE_ADDRESS, .. }))
    }
}

fn is_url(text: &str) -> bool {
    let Some(rest) = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://")) else { return false };
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    !host.is_empty() && !host.contains('@') && !text.contains(char::is_whitespace)
}

/// Tells whether a caller may have this name: letters, digits, `-`, `_`, `.` and `@`, at most 64.
pub fn is_caller_name(name: &str) -> bool {
    (1..=64).contains(&name.len()) && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.@".contains(&b))
}

/// Keys and tokens that travel in clear prove nothing, except within one machine.
fn is_secure(text: &str) -> bool {
    let host = text.strip_prefix("http://").map(|rest| rest.split('/').next().unwrap_or_default());
    let local = host.and_then(Authority::parse).is_none_or(|host| host.is_loopback());
    is_url(text) && local && (host.is_some() || text.starts_with("https://")) && !text.contains(['?', '#'])
}

fn is_s3(text: &str) -> bool {
    let bucket = text.strip_prefix("s3://").and_then(|rest| rest.split('/').next()).unwrap_or_default();
    (3..=63).contains(&bucket.len()) && bucket.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'-' | b'.'))
}

fn is_arn(text: &str, service: &str) -> bool {
    Arn::parse_with_blanks(text).is_some_and(|arn| arn.service == service && is_account(arn.account))
}

/// A relative path would depend on the working directory, which agents choose.
fn is_fixed_path(text: &str) -> bool {
    std::path::Path::new(text).is_absolute()
}

#[cfg(test)]
mod tests {
    use super::super::kind::Kind;
    use super::super::settings::ALL;
    use super::*;

    #[test]
    fn addresses_with_a_password_are_refused() {
        assert!(is_url("http://127.0.0.1:4566") && is_url("https://host.example/path@x"));
        assert!(!is_url("https://user:pw@host.example") && !is_url("ftp://host.example") && !is_url("https://"));
    }

    #[test]
    fn every_example_passes_its_own_form() {
        for setting in ALL {
            if let Kind::Text(form) | Kind::Texts(form) = setting.kind {
                assert!(form.matches(form.example().trim_matches('"')), "{}", setting.key);
            }
        }
    }
}
