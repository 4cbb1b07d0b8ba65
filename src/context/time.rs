//! Points in time, as alerts and people write them.

use std::sync::LazyLock;

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, TimeDelta, Utc};
use regex::Regex;
use serde_json::Value;

/// The longest time that a relative form may span.
const MAX_RELATIVE: TimeDelta = TimeDelta::days(3_650);

#[expect(clippy::expect_used, reason = "a literal pattern")]
static STAMP: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,9})?)?(?:[Zz]|[+-][0-9]{2}:?[0-9]{2})?")
        .expect("pattern")
});

/// Reads a time field of an alert: RFC 3339, `+0000` offsets, no offset (UTC), or a Unix time in s, ms, µs or ns.
///
/// Shape: nothing for what cannot be a time of an alert, Go's and Java's zero times (`0001-01-01T00:00:00Z`, 0) included.
pub(super) fn field(value: &Value) -> Option<DateTime<Utc>> {
    let time = match value {
        Value::Number(number) => number.as_f64().and_then(epoch),
        Value::String(text) => absolute(text.trim()).or_else(|| text.trim().parse().ok().and_then(epoch)),
        _ => None,
    };
    time.filter(|time| plausible(*time))
}

/// Returns the distinct points in time that stand in a text as RFC 3339, in order of appearance.
pub(super) fn in_text(text: &str) -> Vec<DateTime<Utc>> {
    let mut found = Vec::new();
    for time in STAMP.find_iter(text).filter_map(|stamp| absolute(stamp.as_str())).filter(|time| plausible(*time)) {
        if !found.contains(&time) {
            found.push(time);
        }
    }
    found
}

/// Reads an argument: absolute, or relative to `now` or to the alert's start.
///
/// Errors: a sentence fragment that says what is wrong, to follow the argument's name.
pub(super) fn argument(text: &str, now: DateTime<Utc>, alert: Option<DateTime<Utc>>) -> Result<DateTime<Utc>, String> {
    let compact: String = text.chars().filter(|c| !c.is_whitespace()).collect::<String>().to_ascii_lowercase();
    let (base, rest) = if let Some(rest) = compact.strip_prefix("alert") {
        (alert.ok_or("counts from the alert, but no alert with a readable start was given in `investigation`")?, rest)
    } else if let Some(rest) = compact.strip_prefix("now") {
        (now, rest)
    } else if let Some(time) = absolute(text.trim()) {
        return Some(time).filter(|time| plausible(*time)).ok_or_else(|| "lies outside the years 2006 to 2100".into());
    } else if compact.starts_with('-') {
        return Err("is negative; durations count back by themselves".into());
    } else {
        let ago = duration(&compact)?;
        return now.checked_sub_signed(ago).ok_or_else(|| "is too long ago".into());
    };
    let moved = match rest.split_at_checked(1) {
        None => Some(base),
        Some(("-", span)) => base.checked_sub_signed(duration(span)?),
        Some(("+", span)) => base.checked_add_signed(duration(span)?),
        Some(_) => return Err("is not a time".into()),
    };
    moved.ok_or_else(|| "is too far away".into())
}

/// Writes a duration as `30m`, `1h30m`, `2d`.
pub(super) fn short(span: TimeDelta) -> String {
    let mut left = span.num_seconds();
    let mut text = String::new();
    for (unit, seconds) in [("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1)] {
        if left >= seconds {
            text.push_str(&format!("{}{unit}", left / seconds));
            left %= seconds;
        }
    }
    if text.is_empty() { "0s".into() } else { text }
}

fn duration(text: &str) -> Result<TimeDelta, String> {
    let mut total = TimeDelta::zero();
    let mut rest = text;
    while !rest.is_empty() {
        let digits = rest.chars().take_while(char::is_ascii_digit).count();
        let (number, tail) = rest.split_at_checked(digits).unwrap_or(("", rest));
        let number: i64 = match number {
            "" => return Err("is not a time".into()),
            number => number.parse().unwrap_or(i64::MAX),
        };
        let unit = tail.chars().next().ok_or("has a number without a unit")?;
        let seconds = match unit {
            's' => 1,
            'm' => 60,
            'h' => 3_600,
            'd' => 86_400,
            'w' => 604_800,
            _ => return Err("is not a time".into()),
        };
        let part = number.checked_mul(seconds).and_then(TimeDelta::try_seconds);
        total = part
            .and_then(|part| total.checked_add(&part))
            .filter(|total| *total <= MAX_RELATIVE)
            .ok_or_else(|| format!("spans more than {}", short(MAX_RELATIVE)))?;
        rest = tail.get(unit.len_utf8()..).unwrap_or_default();
    }
    if total.is_zero() { Err("spans no time".into()) } else { Ok(total) }
}

fn absolute(text: &str) -> Option<DateTime<Utc>> {
    if let Ok(time) = DateTime::parse_from_rfc3339(text) {
        return Some(time.to_utc());
    }
    for form in ["%Y-%m-%dT%H:%M:%S%.f%z", "%Y-%m-%dT%H:%M%#z", "%Y-%m-%d %H:%M:%S%.f%#z"] {
        if let Ok(time) = DateTime::parse_from_str(text, form) {
            return Some(time.to_utc());
        }
    }
    let bare = text.trim_end_matches(" UTC").trim_end_matches(['Z', 'z']);
    for form in ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%d %H:%M"] {
        if let Ok(time) = NaiveDateTime::parse_from_str(bare, form) {
            return Some(time.and_utc());
        }
    }
    NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?.and_hms_opt(0, 0, 0).map(|time| time.and_utc())
}

/// Reads a Unix time, whose unit is known by its size.
fn epoch(number: f64) -> Option<DateTime<Utc>> {
    let scale = match number {
        n if n < 1e11 => 1e3,
        n if n < 1e14 => 1.0,
        n if n < 1e17 => 1e-3,
        _ => 1e-6,
    };
    #[expect(clippy::cast_possible_truncation, reason = "a cast of a float saturates, and what is too big is refused as implausible")]
    DateTime::from_timestamp_millis((number * scale) as i64)
}

fn plausible(time: DateTime<Utc>) -> bool {
    (2006..2100).contains(&time.year())
}
