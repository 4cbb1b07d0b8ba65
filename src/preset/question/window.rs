//! The window that a question names.

use chrono::{DateTime, Datelike as _, Days, Months, NaiveDate, NaiveTime, Utc, Weekday};

use super::Found;
use super::word::{Kind, Word};
use crate::time::{parse, parse_duration, rfc3339};

/// Units of time, and how an argument writes them.
const UNITS: &[(&[&str], &str)] = &[
    (&["minute", "minutes", "min", "mins"], "m"),
    (&["hour", "hours", "hr", "hrs"], "h"),
    (&["day", "days"], "d"),
    (&["week", "weeks"], "w"),
    (&["month", "months"], "M"),
    (&["year", "years"], "y"),
];
const MONTHS: [&str; 12] =
    ["january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december"];
/// Numbers that are written out.
const NUMBERS: &[(&str, u32)] = &[
    ("a", 1),
    ("an", 1),
    ("one", 1),
    ("two", 2),
    ("three", 3),
    ("four", 4),
    ("five", 5),
    ("six", 6),
    ("seven", 7),
    ("eight", 8),
    ("ten", 10),
    ("twelve", 12),
    ("couple", 2),
];

/// Where a window begins and ends, as arguments.
type Span = (Option<String>, Option<String>);

/// Takes the words that name the window; the first that do count.
///
/// Shape: `last week` is the one before this, `the last week` the seven days until now.
pub(super) fn find(words: &mut [Word], found: &mut Found, now: DateTime<Utc>) {
    for at in 0..words.len() {
        let rest: Vec<&str> = words.iter().skip(at).map(|word| if word.quoted { "" } else { word.plain.as_str() }).collect();
        let until_now = at.checked_sub(1).and_then(|before| words.get(before)).is_some_and(|word| word.plain == "the");
        let Some((taken, (start, end))) = read(&rest, until_now, now) else { continue };
        words.iter_mut().skip(at).take(taken).for_each(|word| word.kind = Some(Kind::Window));
        (found.start, found.end) = (start, end);
        return;
    }
}

/// Reads a window at the beginning of `words`; returns how many it took.
fn read(words: &[&str], until_now: bool, now: DateTime<Utc>) -> Option<(usize, Span)> {
    match words {
        ["between", rest @ ..] => between(rest, "and", now).map(|(taken, span)| (taken + 1, span)),
        ["from", rest @ ..] => between(rest, "to", now).or_else(|| between(rest, "until", now)).map(|(taken, span)| (taken + 1, span)),
        ["since" | "after", rest @ ..] => {
            let (taken, start) = back(rest).or_else(|| instant(rest, now))?;
            Some((taken + 1, (Some(start), None)))
        }
        ["on", rest @ ..] => whole_day(rest, now).map(|(taken, span)| (taken + 1, span)),
        ["in" | "during", rest @ ..] => month(rest, now).map(|(taken, span)| (taken + 1, span)),
        ["today" | "yesterday", ..] => Some((1, (words.first().map(|word| (*word).to_owned()), None))),
        ["tonight", ..] => Some((1, (Some("12h".into()), None))),
        ["last" | "past", "night", ..] => Some((2, (Some("24h".into()), None))),
        [which @ ("this" | "last"), unit @ ("week" | "month"), ..] if !until_now => Some((2, (Some(format!("{which} {unit}")), None))),
        ["last" | "past" | "previous", rest @ ..] => {
            let (taken, span) = length(rest).or_else(|| unit(rest.first()?).map(|unit| (1, written(1, unit))))?;
            Some((taken + 1, (Some(span), None)))
        }
        _ => back(words).map(|(taken, start)| (taken, (Some(start), None))),
    }
}

/// Reads `3 hours ago`.
fn back(words: &[&str]) -> Option<(usize, String)> {
    let (taken, span) = length(words)?;
    (words.get(taken) == Some(&"ago")).then_some((taken + 1, span))
}

/// Reads `24h`, `7 days`, `two weeks`.
fn length(words: &[&str]) -> Option<(usize, String)> {
    let first = words.first()?;
    if first.starts_with(|c: char| c.is_ascii_digit()) && parse_duration(first).is_ok() {
        return Some((1, (*first).to_owned()));
    }
    let number = first.parse().ok().or_else(|| NUMBERS.iter().find(|(word, _)| word == first).map(|(_, number)| *number))?;
    let of = usize::from(words.get(1) == Some(&"of"));
    Some((2 + of, written(number, unit(words.get(1 + of)?)?)))
}

fn unit(word: &str) -> Option<&'static str> {
    UNITS.iter().find(|(words, _)| words.contains(&word)).map(|(_, unit)| *unit)
}

/// Writes a length of time as an argument: weeks, months and years as days.
fn written(number: u32, unit: &str) -> String {
    let days = match unit {
        "w" => 7,
        "M" => 30,
        "y" => 365,
        _ => return if (number, unit) == (1, "d") { "24h".to_owned() } else { format!("{number}{unit}") },
    };
    format!("{}d", number.saturating_mul(days))
}

fn between(words: &[&str], and: &str, now: DateTime<Utc>) -> Option<(usize, Span)> {
    let (taken, start) = instant(words, now)?;
    let rest = words.get(taken..)?.strip_prefix(&[and])?;
    let (more, end) = instant(rest, now)?;
    Some((taken + 1 + more, (Some(start), Some(end))))
}

/// Reads an instant: a time, a date, a time of day that has passed, a day.
fn instant(words: &[&str], now: DateTime<Utc>) -> Option<(usize, String)> {
    let first = words.first()?;
    if let Some(time) = parse(&first.to_uppercase()) {
        return Some((1, rfc3339(time)));
    }
    if NaiveDate::parse_from_str(first, "%Y-%m-%d").is_ok() {
        let time = words.get(1).and_then(|time| NaiveTime::parse_from_str(time, "%H:%M").ok());
        return Some(match time {
            Some(time) => (2, format!("{first}T{}Z", time.format("%H:%M:%S"))),
            None => (1, (*first).to_owned()),
        });
    }
    if matches!(*first, "today" | "yesterday") {
        return Some((1, (*first).to_owned()));
    }
    if let Some((1, (Some(day), _))) = first.parse::<Weekday>().ok().and_then(|_| whole_day(words, now)) {
        return Some((1, day));
    }
    let time = clock(first)?;
    let today = now.date_naive().and_time(time).and_utc();
    let time = if today < now { today } else { today.checked_sub_days(Days::new(1))? };
    Some((1, rfc3339(time)))
}

/// Reads `10am`, `22:15`.
fn clock(word: &str) -> Option<NaiveTime> {
    let (digits, afternoon) = match (word.strip_suffix("am"), word.strip_suffix("pm")) {
        (Some(digits), _) => (digits, Some(false)),
        (_, Some(digits)) => (digits, Some(true)),
        _ => (word.trim_end_matches('z'), None),
    };
    let (hour, minute) = match digits.split_once(':') {
        Some((hour, minute)) => (hour.parse::<u32>().ok()?, minute.parse().ok()?),
        None if afternoon.is_some() => (digits.parse().ok()?, 0),
        None => return None,
    };
    let hour = match afternoon {
        Some(afternoon) if (1..=12).contains(&hour) => hour % 12 + if afternoon { 12 } else { 0 },
        Some(_) => return None,
        None => hour,
    };
    NaiveTime::from_hms_opt(hour, minute, 0)
}

/// Reads a day by its date or its name, as a whole.
fn whole_day(words: &[&str], now: DateTime<Utc>) -> Option<(usize, Span)> {
    let first = words.first()?;
    let day = NaiveDate::parse_from_str(first, "%Y-%m-%d").ok().or_else(|| {
        let named: Weekday = first.parse().ok()?;
        let back = (now.weekday().num_days_from_monday() + 7 - named.num_days_from_monday()) % 7;
        now.date_naive().checked_sub_days(Days::new(back.into()))
    })?;
    Some((1, days(day, day.succ_opt()?)))
}

/// Reads a month by its name, with its year or without.
fn month(words: &[&str], now: DateTime<Utc>) -> Option<(usize, Span)> {
    let number = MONTHS.iter().position(|name| Some(name) == words.first())?;
    let number = u32::try_from(number + 1).ok()?;
    let year = words.get(1).and_then(|year| year.parse::<i32>().ok()).filter(|year| (2006..2100).contains(year));
    let this = NaiveDate::from_ymd_opt(year.unwrap_or(now.year()), number, 1)?;
    let first = if year.is_none() && this > now.date_naive() { this.checked_sub_months(Months::new(12))? } else { this };
    Some((1 + usize::from(year.is_some()), days(first, first.checked_add_months(Months::new(1))?)))
}

fn days(from: NaiveDate, to: NaiveDate) -> Span {
    (Some(from.to_string()), Some(to.to_string()))
}
