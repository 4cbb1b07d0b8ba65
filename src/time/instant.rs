//! Points in time.

use chrono::{DateTime, Datelike, Days, Months, NaiveDate, NaiveDateTime, SecondsFormat, TimeDelta, Utc};
use serde_json::Value;

use super::{DurationError, Onset, Told, Window, compact, in_prose, parse_duration};

/// The longest time that a relative form may span.
const MAX_RELATIVE: TimeDelta = TimeDelta::days(3_650);

/// The longest text that is read as one time.
const MAX_WORDS_OF_TIME: usize = 64;

/// The first second after the years that are read.
const LATEST: i64 = 4_102_444_800;

/// Forms without an offset, which are UTC. `%.f` also takes no fraction at all.
const WITHOUT_OFFSET: &[&str] =
    &["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%Y%m%dT%H%M%S", "%d %b %Y %H:%M:%S"];

/// Forms with an offset that RFC 3339 does not know.
const WITH_OFFSET: &[&str] = &["%Y-%m-%dT%H:%M:%S%.f%#z", "%Y-%m-%d %H:%M:%S%.f%#z", "%Y-%m-%dT%H:%M%#z", "%d %b %Y %H:%M:%S %z"];

/// From here on an epoch number counts milliseconds: as seconds it would lie after the year 5000. A time in milliseconds
/// below it is far more likely a mistake than a time in the early seventies.
const FIRST_MILLISECOND_EPOCH: f64 = 1e11;

/// Formats an instant as RFC 3339 to the second, `2026-01-27T20:00:00Z`.
pub fn rfc3339(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// Reads a time.
///
/// Shape: RFC 3339 with `T` or a space, with any fraction and with or without an offset (none is UTC), RFC 1123 (the day's
/// name is not checked, as senders get it wrong), or an epoch number in s, ms, µs or ns.
/// Errors: nothing for anything else; a time is never guessed.
pub fn parse(text: &str) -> Option<DateTime<Utc>> {
    let text = text.trim();
    clock(text).or_else(|| text.parse().ok().and_then(epoch))
}

/// Reads a time from JSON: a string as in [`parse`], or an epoch number.
pub fn from_json(value: &Value) -> Option<DateTime<Utc>> {
    match value {
        Value::String(text) => parse(text),
        Value::Number(number) => number.as_f64().and_then(epoch),
        _ => None,
    }
}

/// Reads a time field of an alert: as [`from_json`], or a date and a time in words, such as `Monday 02 March, 2026 10:00:00 UTC`.
///
/// Shape: nothing for what cannot be a time of an alert, Go's and Java's zero times (`0001-01-01T00:00:00Z`, 0) included, and for a date alone.
pub fn of_alert(value: &Value) -> Option<DateTime<Utc>> {
    from_json(value).or_else(|| in_words(value.as_str()?)).filter(|time| plausible(*time))
}

/// Reads a date alone, as its first instant.
pub fn of_day(text: &str) -> Option<DateTime<Utc>> {
    ["%Y-%m-%d", "%Y.%m.%d", "%Y/%m/%d"].iter().find_map(|form| midnight(text.trim(), form)).filter(|time| plausible(*time))
}

/// Reads a text that is one point in time, its year included.
fn in_words(text: &str) -> Option<DateTime<Utc>> {
    if text.len() > MAX_WORDS_OF_TIME || !text.contains("20") {
        return None;
    }
    // The latest clocks allow every time; what depends on the clock lacks its date or its year.
    let latest = DateTime::from_timestamp(LATEST, 0)?;
    let read = |now: DateTime<Utc>| match in_prose(text, now) {
        Told { onset: Onset::At(time), guessed_zone: false, .. } => Some(time),
        _ => None,
    };
    read(latest).filter(|time| read(latest - TimeDelta::days(500)) == Some(*time))
}

/// Reads an argument: absolute, or relative to `now` or to the alert's start.
///
/// Errors: a sentence fragment that says what is wrong, to follow the argument's name.
pub fn argument(text: &str, now: DateTime<Utc>, alert: Option<DateTime<Utc>>) -> Result<DateTime<Utc>, String> {
    let compact: String = text.chars().filter(|c| !c.is_whitespace()).collect::<String>().to_ascii_lowercase();
    let (base, rest) = if let Some(rest) = compact.strip_prefix("alert") {
        (alert.ok_or("counts from the alert, but no alert with a readable start was given in `investigation`")?, rest)
    } else if let Some(rest) = compact.strip_prefix("now") {
        (now, rest)
    } else if let Some(time) = clock(text.trim()).or_else(|| day(text.trim())) {
        return Some(time).filter(|time| plausible(*time)).ok_or_else(|| "lies outside the years 2006 to 2100".into());
    } else if compact.starts_with('-') {
        return Err("is negative; durations count back by themselves".into());
    } else {
        return now.checked_sub_signed(span(&compact)?).ok_or_else(|| "is too long ago".into());
    };
    let moved = match rest.split_at_checked(1) {
        None => Some(base),
        Some(("-", text)) => base.checked_sub_signed(span(text)?),
        Some(("+", text)) => base.checked_add_signed(span(text)?),
        Some(_) => return Err("is not a time".into()),
    };
    moved.ok_or_else(|| "is too far away".into())
}

/// Reads a day, week or month by its name, as `yesterday`: the whole of it, or what of it has passed.
///
/// Shape: UTC; weeks begin on Monday; never past `now`; nothing for other texts.
pub fn named_span(text: &str, now: DateTime<Utc>) -> Option<Window> {
    let words: String = text.trim().to_ascii_lowercase().replace(['_', '-'], " ");
    let today = now.date_naive();
    let monday = today.checked_sub_days(Days::new(today.weekday().num_days_from_monday().into()))?;
    let first = today.with_day(1)?;
    let (from, to) = match words.as_str() {
        "today" => (today, today.succ_opt()?),
        "yesterday" => (today.pred_opt()?, today),
        "this week" => (monday, monday.checked_add_days(Days::new(7))?),
        "last week" => (monday.checked_sub_days(Days::new(7))?, monday),
        "this month" => (first, first.checked_add_months(Months::new(1))?),
        "last month" => (first.checked_sub_months(Months::new(1))?, first),
        _ => return None,
    };
    let begin = |day: NaiveDate| Some(day.and_hms_opt(0, 0, 0)?.and_utc());
    Window::new(begin(from)?, begin(to)?.min(now))
}

fn span(text: &str) -> Result<TimeDelta, String> {
    match parse_duration(text) {
        Ok(span) if span.is_zero() => Err("spans no time".into()),
        Ok(span) if span <= MAX_RELATIVE => Ok(span),
        Ok(_) | Err(DurationError::TooLong) => Err(format!("spans more than {}", compact(MAX_RELATIVE))),
        Err(DurationError::NoUnit) => Err("has a number without a unit".into()),
        Err(DurationError::Unreadable) => Err("is not a time".into()),
    }
}

/// Reads a date with a time of day.
fn clock(text: &str) -> Option<DateTime<Utc>> {
    let text = text.split_once(", ").filter(|(day, _)| day.len() == 3).map_or(text, |(_, date)| date);
    let naive = |text: &str| WITHOUT_OFFSET.iter().find_map(|form| NaiveDateTime::parse_from_str(text, form).ok());
    let offset = || WITH_OFFSET.iter().find_map(|form| DateTime::parse_from_str(text, form).ok());
    let exact = DateTime::parse_from_rfc3339(text).ok().or_else(offset).map(|time| time.to_utc());
    exact.or_else(|| naive(text.trim_end_matches(" UTC").trim_end_matches(" GMT").trim_end_matches(['Z', 'z'])).map(|time| time.and_utc()))
}

/// Reads a date alone.
fn day(text: &str) -> Option<DateTime<Utc>> {
    midnight(text, "%Y-%m-%d")
}

fn midnight(text: &str, form: &str) -> Option<DateTime<Utc>> {
    NaiveDate::parse_from_str(text, form).ok()?.and_hms_opt(0, 0, 0).map(|time| time.and_utc())
}

/// Reads a Unix time, whose unit is known by its size.
fn epoch(number: f64) -> Option<DateTime<Utc>> {
    let millis = match number {
        n if n < FIRST_MILLISECOND_EPOCH => n * 1e3,
        n if n < 1e14 => n,
        n if n < 1e17 => n * 1e-3,
        n => n * 1e-6,
    };
    #[expect(clippy::cast_possible_truncation, reason = "a cast of a float saturates, and no instant is that far away")]
    (millis >= FIRST_MILLISECOND_EPOCH).then(|| DateTime::from_timestamp_millis(millis as i64)).flatten()
}

fn plausible(time: DateTime<Utc>) -> bool {
    (2006..2100).contains(&time.year())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_known_form_is_the_same_instant() {
        for text in [
            "2022-09-24T00:28:15Z",
            "2022-09-24T11:28:15+11:00",
            "2022-09-24 00:28:15",
            "2022-09-24 00:28:15.000000000",
            "2022-09-24 00:28:15 UTC",
            "2022-09-24T00:28:15",
            "2022-09-24 11:28:15+1100",
            "20220924T002815Z",
            "Sat, 24 Sep 2022 00:28:15 GMT",
            "Fri, 24 Sep 2022 02:28:15 +0200",
            " 2022-09-24T00:28:15.000Z ",
            "1663979295",
            "1663979295000",
        ] {
            assert_eq!(parse(text).map(|time| time.timestamp()), Some(1_663_979_295), "{text}");
        }
        assert_eq!(from_json(&serde_json::json!(1_663_979_295.0)).map(|time| time.timestamp()), Some(1_663_979_295));
    }

    #[test]
    fn days_weeks_and_months_by_name_are_whole_and_never_past_now() {
        // A Saturday.
        let now = parse("2026-11-28T23:13:00Z").unwrap();
        let span =
            |text| named_span(text, now).map(|window| format!("{} {}", window.from.format("%m-%dT%H"), window.to.format("%m-%dT%H:%M")));
        for (text, wanted) in [
            ("yesterday", "11-27T00 11-28T00:00"),
            ("Today", "11-28T00 11-28T23:13"),
            ("this week", "11-23T00 11-28T23:13"),
            ("last_week", "11-16T00 11-23T00:00"),
            ("this month", "11-01T00 11-28T23:13"),
            ("last month", "10-01T00 11-01T00:00"),
        ] {
            assert_eq!(span(text).as_deref(), Some(wanted), "{text}");
        }
        assert_eq!(span("this wek"), None);
        assert_eq!(named_span("today", parse("2026-11-28T00:00:00Z").unwrap()), None, "nothing of it has passed");
    }

    #[test]
    fn what_is_not_a_time_is_not_guessed() {
        for text in ["", "null", "yesterday", "2022-13-01T00:00:00Z", "12", "NaN", "1e400", "2022-09-24"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
