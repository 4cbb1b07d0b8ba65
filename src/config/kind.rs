//! What a setting's value may be: its type and its range, and the types that code reads it as.

use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use chrono::{DateTime, Utc};
use toml::de::DeValue;

use super::form::Form;
use crate::catalogue::Category;
use crate::policy::UntrustedText;
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
    /// A path, on the command line only.
    Path,
    /// Paths, on the command line only.
    Paths,
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
    /// Of [`Kind::Path`] and [`Kind::Paths`].
    Paths(Vec<PathBuf>),
}

impl Kind {
    /// Reads a value from a file.
    ///
    /// Errors: a sentence that says what was found, what is right, and shows an example; `secret` values are not shown.
    pub(super) fn read(self, found: &DeValue<'_>, secret: bool) -> Result<Value, String> {
        match (self, found) {
            (Self::Bool, DeValue::Boolean(value)) => Ok(Value::Bool(*value)),
            (Self::Whole(..) | Self::Size, DeValue::Integer(number)) => {
                let read = u64::from_str_radix(number.as_str(), number.radix()).ok();
                read.and_then(|number| self.number(number)).ok_or_else(|| format!("found {}, but {}", number.as_str(), self.rule()))
            }
            (Self::Span(..) | Self::Size | Self::Text(_), DeValue::String(text)) => self.text(text, secret),
            (Self::Texts(form), DeValue::Array(items)) => {
                let no_string = |item: &DeValue<'_>| format!("found {} in the list, but {}", article(item.type_str()), self.rule());
                let texts = items.iter().map(|item| item.get_ref().as_str().ok_or_else(|| no_string(item.get_ref())));
                texts_of(form, texts.collect::<Result<Vec<_>, _>>()?, secret)
            }
            _ => Err(format!("found {}, but {}", article(found.type_str()), self.rule())),
        }
    }

    /// Reads a value from a flag or an environment variable: the bare text, lists with commas.
    ///
    /// Errors: as for a file.
    pub(super) fn read_bare(self, text: &str, secret: bool) -> Result<Value, String> {
        let text = text.trim();
        let wrong = || format!("found {}, but {}", shown(text, secret), self.rule());
        match self {
            Self::Bool => match text.to_ascii_lowercase().as_str() {
                "true" | "1" | "yes" | "on" => Ok(Value::Bool(true)),
                "false" | "0" | "no" | "off" => Ok(Value::Bool(false)),
                _ => Err(wrong()),
            },
            Self::Whole(..) => text.parse().ok().and_then(|number| self.number(number)).ok_or_else(wrong),
            Self::Texts(_) if text.is_empty() => Ok(Value::Texts(Vec::new())),
            Self::Texts(form) => texts_of(form, text.split(',').map(str::trim).collect(), secret),
            Self::Path | Self::Paths => Ok(Value::Paths(std::env::split_paths(text).collect())),
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
        let secret = secret || matches!(self, Self::Text(form) if form.may_hold_a_password());
        let value = match self {
            Self::Span(min, max) => span(text).filter(|span| (min..=max).contains(&span.as_secs())).map(Value::Span),
            Self::Size => size(text).and_then(|size| self.number(size)),
            Self::Text(form) => form.matches(text).then(|| Value::Text(text.to_owned())),
            _ => None,
        };
        value.ok_or_else(|| format!("found {}, but {}", shown(text, secret), self.rule()))
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
            Self::Path | Self::Paths => "paths".to_owned(),
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
            Self::Path | Self::Paths => "\"logs\"".to_owned(),
        }
    }
}

fn texts_of(form: Form, texts: Vec<&str>, secret: bool) -> Result<Value, String> {
    match texts.iter().find(|text| !form.matches(text)) {
        Some(wrong) => Err(format!("found {}, but each must be {}, such as {}", shown(wrong, secret), form.rule(), form.example())),
        None => Ok(Value::Texts(texts.into_iter().map(str::to_owned).collect())),
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

/// A type that code reads a setting as.
pub trait FromValue: Sized {
    /// Reads a value that has passed its kind; nothing when the kind is another's.
    fn from_value(value: &Value) -> Option<Self>;
}

/// Reads types that are one variant of [`Value`], or made of one.
macro_rules! from_value {
    ($($type:ty: $pattern:pat => $read:expr;)+) => {
        $(impl $crate::config::FromValue for $type {
            fn from_value(value: &Value) -> Option<Self> {
                if let $pattern = value { $read } else { None }
            }
        })+
    };
}
pub(super) use from_value;

from_value! {
    bool: Value::Bool(value) => Some(*value);
    u32: Value::Whole(number) => u32::try_from(*number).ok();
    u64: Value::Size(bytes) => Some(*bytes);
    Duration: Value::Span(span) => Some(*span);
    String: Value::Text(text) => Some(text.clone());
    PathBuf: Value::Text(text) => Some(Self::from(text));
    SocketAddr: Value::Text(text) => text.parse().ok();
    DateTime<Utc>: Value::Text(text) => parse(text);
    UntrustedText: Value::Text(text) => Some(if text == "omit" { Self::Omit } else { Self::Quote });
    Vec<String>: Value::Texts(texts) => Some(texts.clone());
    Vec<Category>: Value::Texts(names) => names.iter().map(|name| Category::parse(name)).collect();
    Vec<PathBuf>: Value::Paths(paths) => Some(paths.clone());
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
}
