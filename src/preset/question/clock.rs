//! Times of day as a question names them.

use chrono::{NaiveDateTime, NaiveTime};

use crate::time::ahead_of_utc;

/// Numbers that are written out.
pub(super) const NUMBERS: &[(&str, u32)] = &[
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
    ("nine", 9),
    ("ten", 10),
    ("eleven", 11),
    ("twelve", 12),
    ("couple", 2),
];

/// Reads a time of day: `10am`, `3 pm`, `22:15 UTC`, `noon`.
pub(super) fn time_of_day(words: &[&str]) -> Option<(usize, NaiveTime)> {
    let first = *words.first()?;
    let (taken, time) = match (first, words.get(1)) {
        ("noon" | "midday", _) => (1, NaiveTime::from_hms_opt(12, 0, 0)?),
        ("midnight", _) => (1, NaiveTime::MIN),
        ("half", Some(&"past")) => (3, NaiveTime::from_hms_opt(number_of(words.get(2)?)?, 30, 0)?),
        ("quarter", Some(&"past")) => (3, NaiveTime::from_hms_opt(number_of(words.get(2)?)?, 15, 0)?),
        ("half", Some(hour)) => (2, NaiveTime::from_hms_opt(number_of(hour)?, 30, 0)?),
        (_, Some(half @ (&"am" | &"pm"))) => (2, clock(&format!("{first}{half}"))?),
        _ => (1, clock(first)?),
    };
    let zone = words.get(taken).is_some_and(|word| is_zone(word));
    Some((taken + usize::from(zone), time))
}

/// Reads `10am`, `22:15`.
pub(super) fn clock(word: &str) -> Option<NaiveTime> {
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

/// Reads `13:00-15:30`, `9-11am`.
pub(super) fn two_clocks(word: &str) -> Option<(NaiveTime, NaiveTime)> {
    let (from, to) = word.split_once(['-', '–'])?;
    let half = to.get(to.len().checked_sub(2)?..).filter(|half| ["am", "pm"].contains(half)).unwrap_or_default();
    Some((clock(from).or_else(|| clock(&format!("{from}{half}")))?, clock(to)?))
}

/// Reads an hour by its number alone.
pub(super) fn hour_alone(words: &[&str]) -> Option<(usize, NaiveTime)> {
    NaiveTime::from_hms_opt(number_of(words.first()?)?, 0, 0).map(|time| (1, time))
}

pub(super) fn number_of(word: &str) -> Option<u32> {
    let written = || NUMBERS.iter().find(|(name, _)| name.len() > 2 && *name == word).map(|(_, number)| *number);
    word.parse().ok().filter(|_| word.len() <= 2).or_else(written)
}

pub(super) fn is_zone(word: &str) -> bool {
    ahead_of_utc(&word.to_uppercase(), NaiveDateTime::default()).is_some()
}
