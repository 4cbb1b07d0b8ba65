//! What a setting's value may be: its type, its range, its form.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use toml::de::DeValue;

use super::authority::{AllowedOrigin, Authority};
use super::caller::tool;
use super::http::{is_scope, split};
use crate::catalogue::Category;
use crate::event::{Arn, is_account, is_region};
use crate::time::{in_one_unit, parse, parse_duration};

/// The type and range of a setting.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    /// `true` or `false`.
    Bool,
    /// A whole number between two others, both included.
    Whole(u64, u64),
    /// A time such as `"30m"`, between two others in seconds, both included.
    Span(u64, u64),
    /// A number of bytes such as `"10 GiB"`, at least one.
    Size,
    /// A string of a form.
    Text(Form),
    /// A list of strings of a form.
    Texts(Form),
    /// Paths, on the command line only.
    Paths,
}

/// The form of a string.
#[derive(Clone, Copy, Debug)]
pub enum Form {
    /// One of these words.
    OneOf(&'static [&'static str]),
    /// A region name.
    Region,
    /// An account id.
    Account,
    /// A category of changes.
    Category,
    /// A tool, in any spelling.
    Tool,
    /// An `http://` or `https://` address without user name or password.
    Url,
    /// An `https://` address, or an `http://` one of this machine, without user name, password, query and fragment; the word is an example.
    Secure(&'static str),
    /// A host name or address, with or without a port.
    Host,
    /// A browser's origin: scheme, host, and a port or `*` for any.
    Origin,
    /// A caller's name.
    Name,
    /// An OAuth scope.
    Scope,
    /// A tool and the scope that it needs.
    ToolScope,
    /// An address of an S3 folder.
    S3,
    /// An ARN whose service is this one.
    Arn(&'static str),
    /// A path of its own, or an address of an S3 folder.
    Location,
    /// A path that does not depend on the working directory.
    Path,
    /// An IP address and port.
    Listen,
    /// A SHA-256 digest in lower-case hexadecimal.
    Sha256,
    /// An instant, RFC 3339.
    Instant,
    /// Any text that is not blank, is one line and at most 512 characters; the word is an example.
    Line(&'static str),
}

/// A value that has passed its kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// Of [`Kind::Bool`].
    Bool(bool),
    /// Of [`Kind::Whole`].
    Whole(u64),
    /// Of [`Kind::Span`].
    Span(Duration),
    /// Of [`Kind::Size`], in bytes.
    Size(u64),
    /// Of [`Kind::Text`].
    Text(String),
    /// Of [`Kind::Texts`].
    Texts(Vec<String>),
    /// Of [`Kind::Paths`].
    Paths(Vec<PathBuf>),
}

impl Kind {
    /// Reads a value from a file.
    ///
    /// Errors: a sentence that says what was found, what is right, and shows an example; `secret` values are not shown.
    pub(super) fn read(self, found: &DeValue<'_>, secret: bool) -> Result<Value, String> {
        let wrong_type = || format!("found {}, but {}", article(found.type_str()), self.rule());
        match (self, found) {
            (Self::Bool, DeValue::Boolean(value)) => Ok(Value::Bool(*value)),
            (Self::Whole(..) | Self::Size, DeValue::Integer(number)) => {
                let read = u64::from_str_radix(number.as_str(), number.radix()).ok();
                read.and_then(|number| self.number(number)).ok_or_else(|| format!("found {}, but {}", number.as_str(), self.rule()))
            }
            (Self::Span(..) | Self::Size | Self::Text(_), DeValue::String(text)) => self.text(text, secret),
            (Self::Texts(_), DeValue::Array(items)) => {
                let no_string = |item: &DeValue<'_>| format!("found {} in the list, but {}", article(item.type_str()), self.rule());
                let texts = items.iter().map(|item| item.get_ref().as_str().ok_or_else(|| no_string(item.get_ref())));
                self.texts(texts.collect::<Result<Vec<_>, _>>()?, secret)
            }
            _ => Err(wrong_type()),
        }
    }

    /// Reads a value from an environment variable: the bare text, lists with commas.
    pub(super) fn read_bare(self, text: &str, secret: bool) -> Result<Value, String> {
        let text = text.trim();
        match self {
            Self::Bool => match text.to_ascii_lowercase().as_str() {
                "true" | "1" | "yes" | "on" => Ok(Value::Bool(true)),
                "false" | "0" | "no" | "off" => Ok(Value::Bool(false)),
                _ => Err(format!("found {}, but it must be true or false", shown(text, secret))),
            },
            Self::Whole(..) => text
                .parse()
                .ok()
                .and_then(|number| self.number(number))
                .ok_or_else(|| format!("found {}, but {}", shown(text, secret), self.rule())),
            Self::Texts(_) => self.texts(text.split(',').map(str::trim).collect(), secret),
            Self::Paths => Ok(Value::Paths(std::env::split_paths(text).collect())),
            Self::Span(..) | Self::Size | Self::Text(_) => self.text(text, secret),
        }
    }

    fn number(self, number: u64) -> Option<Value> {
        match self {
            Self::Whole(min, max) => (min..=max).contains(&number).then_some(Value::Whole(number)),
            Self::Size => (number > 0).then_some(Value::Size(number)),
            _ => None,
        }
    }

    fn text(self, text: &str, secret: bool) -> Result<Value, String> {
        // What is not an address without a password may be one with a password.
        let secret = secret || matches!(self, Self::Text(Form::Url | Form::Secure(_)));
        let value = match self {
            Self::Span(min, max) => span(text).filter(|span| (min..=max).contains(&span.as_secs())).map(Value::Span),
            Self::Size => size(text).and_then(|size| self.number(size)),
            Self::Text(form) => form.matches(text).then(|| Value::Text(text.to_owned())),
            _ => None,
        };
        value.ok_or_else(|| format!("found {}, but {}", shown(text, secret), self.rule()))
    }

    fn texts(self, texts: Vec<&str>, secret: bool) -> Result<Value, String> {
        let Self::Texts(form) = self else { return Err(self.rule()) };
        match texts.iter().find(|text| !form.matches(text)) {
            Some(wrong) => Err(format!("found {}, but each must be {}, such as {}", shown(wrong, secret), form.rule(), form.example())),
            None => Ok(Value::Texts(texts.into_iter().map(str::to_owned).collect())),
        }
    }

    /// Says what is right, with an example: `it must be a time from 1s to 48h, such as "30m"`.
    fn rule(self) -> String {
        let what = match self {
            Self::Bool => return "it must be true or false".to_owned(),
            Self::Whole(min, max) => format!("a whole number from {min} to {max}"),
            Self::Span(min, max) => format!("a time from {} to {}", in_one_unit(min), in_one_unit(max)),
            Self::Size => "a number of bytes".to_owned(),
            Self::Text(form) => form.rule(),
            Self::Texts(_) => "a list of strings".to_owned(),
            Self::Paths => "paths".to_owned(),
        };
        format!("it must be {what}, such as {}", self.example())
    }

    /// Returns a right value, as TOML.
    pub(super) fn example(self) -> String {
        match self {
            Self::Bool => "true".to_owned(),
            Self::Whole(_, max) => max.min(20).to_string(),
            Self::Span(min, max) => format!("\"{}\"", in_one_unit(1800.clamp(min, max))),
            Self::Size => "\"10 GiB\"".to_owned(),
            Self::Text(form) => form.example(),
            Self::Texts(form) => format!("[{}]", form.example()),
            Self::Paths => "\"logs\"".to_owned(),
        }
    }
}

impl Form {
    fn matches(self, text: &str) -> bool {
        let line = !text.trim().is_empty() && text.chars().count() <= 512 && !text.chars().any(char::is_control);
        line && match self {
            Self::OneOf(words) => words.contains(&text),
            Self::Region => is_region(text),
            Self::Account => is_account(text),
            Self::Category => Category::parse(text).is_some(),
            Self::Tool => tool(text).is_some(),
            Self::Url => is_url(text),
            Self::Secure(_) => is_secure(text),
            Self::Host => Authority::parse(text).is_some(),
            Self::Origin => AllowedOrigin::parse(text).is_some(),
            Self::Name => is_caller_name(text),
            Self::Scope => is_scope(text),
            Self::ToolScope => split(text).is_some(),
            Self::S3 => is_s3(text),
            Self::Arn(service) => is_arn(text, service),
            Self::Location => is_s3(text) || (!text.contains("://") && is_fixed_path(text)),
            Self::Path => is_fixed_path(text),
            Self::Listen => text.parse::<std::net::SocketAddr>().is_ok(),
            Self::Sha256 => text.len() == 64 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')),
            Self::Instant => parse(text).is_some(),
            Self::Line(_) => true,
        }
    }

    fn rule(self) -> String {
        match self {
            Self::OneOf(words) => format!("one of {}", words.join(", ")),
            Self::Region => "a region name of lower-case letters, digits and hyphens, 3 to 32 of them".to_owned(),
            Self::Account => "an account id of 12 digits".to_owned(),
            Self::Category => format!("one of {}", Category::ALL.map(Category::as_str).join(", ")),
            Self::Tool => format!("one of {}", crate::tools::ALL.iter().map(|tool| tool.name).collect::<Vec<_>>().join(", ")),
            Self::Url => "an http:// or https:// address without user name or password".to_owned(),
            Self::Secure(_) => {
                "an https:// address without user name, password, query or fragment (http:// on this machine only)".to_owned()
            }
            Self::Host => "a host name or address, with or without a port".to_owned(),
            Self::Origin => "a scheme, a host and, when it is not the scheme's own, a port or * for any".to_owned(),
            Self::Name => "letters, digits, - _ . and @, at most 64".to_owned(),
            Self::Scope => "a scope: printable ASCII without spaces, quotes and backslashes".to_owned(),
            Self::ToolScope => "a tool and a scope".to_owned(),
            Self::S3 => "an s3:// address".to_owned(),
            Self::Arn(service) => format!("an ARN of {service}"),
            Self::Location => "an absolute path or an s3:// address".to_owned(),
            Self::Path => "an absolute path".to_owned(),
            Self::Listen => "an IP address and port".to_owned(),
            Self::Sha256 => "the SHA-256 digest of a token, 64 lower-case hexadecimal digits".to_owned(),
            Self::Instant => "an instant as in RFC 3339".to_owned(),
            Self::Line(_) => "one line of text, at most 512 characters".to_owned(),
        }
    }

    fn example(self) -> String {
        let example = match self {
            Self::OneOf(words) => words.first().copied().unwrap_or_default(),
            Self::Region => "eu-west-1",
            Self::Account => "111122223333",
            Self::Category => "deployment",
            Self::Tool => "cloudtrail_events",
            Self::Url => "https://host.example:9093",
            Self::Host => "mcp.example",
            Self::Origin => "https://chat.example",
            Self::Name => "chat-bot",
            Self::Scope => "cloudtrail:read",
            Self::ToolScope => "cloudtrail_event=cloudtrail:record",
            Self::S3 => "s3://bucket/prefix/",
            Self::Arn("iam") => "arn:aws:iam::111122223333:role/investigator",
            Self::Arn(_) => "arn:aws:cloudtrail:us-east-1:111122223333:eventdatastore/11112222-3333-4444-5555-666677778888",
            Self::Location => "/var/log/cloudtrail",
            Self::Path => "/var/lib/cloudtrail-mcp",
            Self::Listen => "127.0.0.1:8080",
            Self::Sha256 => "0000000000000000000000000000000000000000000000000000000000000000",
            Self::Instant => "2026-01-27T20:05:00Z",
            Self::Secure(example) | Self::Line(example) => example,
        };
        format!("\"{example}\"")
    }
}

impl fmt::Display for Value {
    /// Writes the value as TOML.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bool(value) => write!(f, "{value}"),
            Self::Whole(number) | Self::Size(number) => write!(f, "{number}"),
            Self::Span(span) => write!(f, "\"{}\"", in_one_unit(span.as_secs())),
            Self::Text(text) => write!(f, "{text:?}"),
            Self::Texts(texts) => f.debug_list().entries(texts).finish(),
            Self::Paths(paths) => f.debug_list().entries(paths).finish(),
        }
    }
}

/// Reads a time such as `90s`, `30m`, `48h`, `1d` or `1h30m`; weeks are for questions.
fn span(text: &str) -> Option<Duration> {
    parse_duration(text).ok().filter(|_| !text.contains('w')).and_then(|span| span.to_std().ok())
}

/// Reads a size such as `500 MB` or `10GiB`; a bare number is bytes.
fn size(text: &str) -> Option<u64> {
    const UNITS: [(&str, u64); 8] = [
        ("B", 1),
        ("kB", 1000),
        ("MB", 1_000_000),
        ("GB", 1_000_000_000),
        ("TB", 1_000_000_000_000),
        ("KiB", 1 << 10),
        ("MiB", 1 << 20),
        ("GiB", 1 << 30),
    ];
    let (number, unit) = number_prefix(text)?;
    let unit = unit.trim_start();
    let factor = if unit.is_empty() { 1 } else { UNITS.iter().find(|(name, _)| name.eq_ignore_ascii_case(unit))?.1 };
    number.checked_mul(factor)
}

fn number_prefix(text: &str) -> Option<(u64, &str)> {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (digits, rest) = text.split_at_checked(end)?;
    Some((digits.parse().ok()?, rest))
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

fn shown(text: &str, secret: bool) -> String {
    if secret {
        return "another value (hidden)".to_owned();
    }
    let shown: String = text.chars().take(60).collect();
    format!("{shown:?}")
}

fn article(kind: &str) -> String {
    let article = if kind.starts_with(['a', 'e', 'i', 'o']) { "an" } else { "a" };
    format!("{article} {kind}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_numbers_with_units() {
        for (text, seconds) in [("25s", 25), ("30m", 1800), ("48h", 172_800), ("1d", 86_400), ("1h30m", 5400), ("0s", 0)] {
            assert_eq!(span(text), Some(Duration::from_secs(seconds)), "{text}");
        }
        for text in ["", "30", "m", "-1h", "1.5h", "1w", "30 m", "99999999999999999999s", "9999999999999999d"] {
            assert_eq!(span(text), None, "{text}");
        }
    }

    #[test]
    fn sizes_are_numbers_with_units() {
        for (text, bytes) in [("5", 5), ("500 MB", 500_000_000), ("10GiB", 10 << 30), ("1 kb", 1000)] {
            assert_eq!(size(text), Some(bytes), "{text}");
        }
        for text in ["", "MB", "1 XB", "99999999999 GiB", "-1"] {
            assert_eq!(size(text), None, "{text}");
        }
    }

    #[test]
    fn addresses_with_a_password_are_refused() {
        assert!(is_url("http://127.0.0.1:4566") && is_url("https://host.example/path@x"));
        assert!(!is_url("https://user:pw@host.example") && !is_url("ftp://host.example") && !is_url("https://"));
    }

    #[test]
    fn every_example_passes_its_own_form() {
        let forms = [
            Form::OneOf(&["a"]),
            Form::Region,
            Form::Account,
            Form::Category,
            Form::Tool,
            Form::Url,
            Form::S3,
            Form::Arn("iam"),
            Form::Arn("cloudtrail"),
            Form::Location,
            Form::Path,
            Form::Listen,
            Form::Sha256,
            Form::Instant,
            Form::Line("x"),
        ];
        for form in forms {
            assert!(form.matches(form.example().trim_matches('"')), "{form:?}");
        }
    }
}
