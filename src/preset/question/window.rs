//! The window that a question names.

use chrono::{DateTime, Datelike as _, Days, Months, NaiveDate, NaiveTime, TimeDelta, Utc, Weekday};

use super::Found;
use super::clock::{NUMBERS, clock, hour_alone, is_zone, time_of_day, two_clocks};
use super::day::{MONTHS, day, day_of_month, month_number, number_of_day, slashed, weekday_of_week, year_number};
use super::word::{Kind, Word};
use crate::time::{ahead_of_utc, named_span, parse, parse_duration, rfc3339};

/// Units of time, and how an argument writes them.
const UNITS: &[(&[&str], &str)] = &[
    (&["minute", "minutes", "min", "mins"], "m"),
    (&["hour", "hours", "hr", "hrs"], "h"),
    (&["day", "days"], "d"),
    (&["week", "weeks"], "w"),
    (&["fortnight", "fortnights"], "F"),
    (&["month", "months"], "M"),
    (&["quarter", "quarters"], "Q"),
    (&["year", "years"], "y"),
];

/// Parts of a day, from an hour to an hour.
const PARTS: &[(&str, u32, u32)] = &[("morning", 0, 12), ("afternoon", 12, 18), ("evening", 18, 24)];
/// How far a window reaches around a moment, as of `at 14:05`.
const AROUND: TimeDelta = TimeDelta::minutes(15);

/// Where a window begins and ends, as arguments.
type Span = (Option<String>, Option<String>);

/// Takes the words that name the window; the first that do count.
///
/// Shape: `last week` is the one before this, `the last week` the seven days until now.
pub(super) fn find(words: &mut [Word], found: &mut Found, now: DateTime<Utc>) {
    for at in 0..words.len() {
        let rest: Vec<&str> = words.iter().skip(at).map(|word| if word.quoted { "" } else { word.plain.as_str() }).collect();
        let until_now = at.checked_sub(1).and_then(|before| words.get(before)).is_some_and(|word| word.plain == "the");
        let Some((taken, span)) = read(&rest, until_now, now) else { continue };
        let (more, (start, end)) = close(rest.get(taken..).unwrap_or_default(), zoned(rest.get(..taken).unwrap_or_default(), span));
        let taken = taken + more;
        words.iter_mut().skip(at).take(taken).for_each(|word| word.kind = Some(Kind::Window));
        (found.start, found.end) = (start, end);
        return;
    }
}

/// Takes what says that a window goes on until now: `Q2 so far`.
fn close(rest: &[&str], (start, end): Span) -> (usize, Span) {
    match rest {
        ["so", "far", ..] | ["to", "date", ..] => (2, (start, Some("now".to_owned()))),
        _ => (0, (start, end)),
    }
}

/// Moves what was told in another zone: `13:00 BST`.
fn zoned(words: &[&str], (start, end): Span) -> Span {
    let moved = |text: Option<String>| {
        let Some(local) = text.as_deref().and_then(parse) else { return text };
        let ahead = words.iter().skip(1).find_map(|zone| ahead_of_utc(&zone.to_uppercase(), local.naive_utc()));
        Some(ahead.map_or_else(|| rfc3339(local), |ahead| rfc3339(local - ahead)))
    };
    (moved(start), moved(end))
}

/// Reads a window at the beginning of `words`; returns how many it took.
fn read(words: &[&str], until_now: bool, now: DateTime<Utc>) -> Option<(usize, Span)> {
    let past = |number: usize, read: Option<(usize, Span)>| read.map(|(taken, span)| (taken + number, span));
    match words {
        ["between" | "from", rest @ ..] if day_range(rest, now).is_some() => past(1, day_range(rest, now)),
        ["between", rest @ ..] => past(1, between(rest, "and", now)),
        ["before" | "until", rest @ ..] => past(1, until(rest, now)),
        ["week" | "month", "to", "date", ..] => Some((3, (Some(format!("this {}", words.first()?)), Some("now".into())))),
        ["quarter" | "year", "to", "date", ..] => Some((3, (long_span(false, words.first()?, now)?.0, Some("now".into())))),
        ["from", rest @ ..] => past(1, between(rest, "to", now).or_else(|| between(rest, "until", now))),
        ["since" | "after", rest @ ..] => past(1, since(rest, now)),
        ["at" | "around" | "about" | "near", rest @ ..] => {
            let (taken, moment) = moment(rest, now)?;
            Some((taken + 1, around(moment)))
        }
        ["in" | "during", rest @ ..] => past(1, month(rest, now).or_else(|| quarter(rest, now)).or_else(|| year(rest))),
        ["on" | "over", rest @ ..] => past(1, whole_day(rest, now).or_else(|| weekend(rest, now))),
        ["tonight" | "overnight", ..] => Some((1, (Some("12h".into()), None))),
        ["last" | "past", "night", ..] => Some((2, (Some("24h".into()), None))),
        ["this" | "last" | "today" | "yesterday", ..] if whole_day(words, now).is_some() => whole_day(words, now),
        ["this" | "last" | "the" | "weekend", ..] if weekend(words, now).is_some() => weekend(words, now),
        [which @ ("this" | "last"), unit @ ("week" | "month"), ..] if !until_now => Some((2, (Some(format!("{which} {unit}")), None))),
        [which @ ("this" | "last"), unit @ ("quarter" | "year"), ..] if !until_now => Some((2, long_span(which == &"last", unit, now)?)),
        ["last" | "past" | "previous", rest @ ..] => {
            let (taken, span) = length(rest).or_else(|| unit(rest.first()?).map(|unit| (1, written(1, unit))))?;
            Some((taken + 1, (Some(span), None)))
        }
        _ => back(words)
            .map(|(taken, start)| (taken, (Some(start), None)))
            .or_else(|| day_range(words, now))
            .or_else(|| between(words, "to", now))
            .or_else(|| weekday_of_week(words, now).and_then(|(taken, day)| Some((taken, days(day, day.succ_opt()?)))))
            .or_else(|| dated(words, now))
            .or_else(|| quarter(words, now))
            .or_else(|| bare_month(words, now)),
    }
}

/// Reads when a window begins that goes on until now.
fn since(words: &[&str], now: DateTime<Utc>) -> Option<(usize, Span)> {
    let the = usize::from(words.first() == Some(&"the"));
    let rest = words.get(the..)?;
    let begun = || match rest {
        ["beginning" | "start", "of", "the" | "this", unit @ ("week" | "month"), ..] => Some((4, format!("this {unit}"))),
        ["beginning" | "start", "of", "the" | "this", unit, ..] => Some((4, long_span(false, unit, now)?.0?)),
        ["beginning" | "start", "of", more @ ..] => month(more, now).and_then(|(taken, (start, _))| Some((taken + 2, start?))),
        _ => None,
    };
    let named = || {
        let (taken, (start, _)) = read(rest, false, now).or_else(|| month(rest, now)).or_else(|| whole_day(rest, now))?;
        Some((taken, start?))
    };
    let (taken, start) = back(rest).or_else(|| instant(rest, now)).or_else(begun).or_else(named)?;
    // The name of a day or a week alone would be the whole of it.
    let end = named_span(&start, now).map(|_| "now".to_owned());
    Some((the + taken, (Some(start), end)))
}

/// Reads where a window ends, with what begins then: `before friday`, `until the weekend`.
fn until(words: &[&str], now: DateTime<Utc>) -> Option<(usize, Span)> {
    let begins = |read: Option<(usize, Span)>| read.and_then(|(taken, (start, _))| Some((taken, start?)));
    let named = || begins(weekend(words, now)).or_else(|| begins(month(words, now)));
    let (taken, end) = instant(words, now).or_else(named)?;
    // The name of a day alone would end with it.
    let end = match end.as_str() {
        "today" => now.date_naive().to_string(),
        "yesterday" => now.date_naive().pred_opt()?.to_string(),
        _ => end,
    };
    Some((taken, (None, Some(end))))
}

/// Reads days of a month, the last of which counts: `1st to 10th may`, `12-15 may`, `may 12 to 15`.
fn day_range(words: &[&str], now: DateTime<Utc>) -> Option<(usize, Span)> {
    let joined = |text: &str| text.split_once(['-', '–']).and_then(|(from, to)| Some((number_of_day(from)?, number_of_day(to)?)));
    let apart = |words: &[&str]| match words {
        [from, "to" | "until" | "till" | "through" | "and" | "-" | "–", to, ..] => Some((3, number_of_day(from)?, number_of_day(to)?)),
        [both, ..] => joined(both).map(|(from, to)| (1, from, to)),
        [] => None,
    };
    let before = apart(words).and_then(|(taken, from, to)| {
        let of = usize::from(words.get(taken) == Some(&"of"));
        Some((taken + of + 1, from, to, month_number(words.get(taken + of)?)?))
    });
    let after = || {
        let month = month_number(words.first()?)?;
        apart(words.get(1..)?).map(|(taken, from, to)| (taken + 1, from, to, month))
    };
    let (taken, from, to, month) = before.or_else(after).filter(|(_, from, to, _)| from <= to)?;
    let year = words.get(taken).and_then(|year| year_number(year));
    let today = now.date_naive();
    let of = |year: i32| Some((NaiveDate::from_ymd_opt(year, month, from)?, NaiveDate::from_ymd_opt(year, month, to)?));
    let (first, last) = match year {
        Some(year) => of(year)?,
        None => of(today.year()).filter(|(first, _)| *first <= today).or_else(|| of(today.year() - 1))?,
    };
    Some((taken + usize::from(year.is_some()), days(first, last.succ_opt()?)))
}

/// Reads a month that stands by itself; `may` is more often no month.
fn bare_month(words: &[&str], now: DateTime<Utc>) -> Option<(usize, Span)> {
    let dated = words.get(1).is_some_and(|year| year_number(year).is_some());
    let whole = words.first().is_some_and(|first| MONTHS.contains(first) && (*first != "may" || dated));
    month(words, now).filter(|_| whole)
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
    match words {
        ["half", "hour", ..] => return Some((2, "30m".to_owned())),
        ["half", "an", "hour", ..] => return Some((3, "30m".to_owned())),
        _ => {}
    }
    let number = first.parse().ok().or_else(|| NUMBERS.iter().find(|(word, _)| word == first).map(|(_, number)| *number))?;
    let of = usize::from(words.get(1) == Some(&"of"));
    Some((2 + of, written(number, unit(words.get(1 + of)?)?)))
}

fn unit(word: &str) -> Option<&'static str> {
    UNITS.iter().find(|(words, _)| words.contains(&word)).map(|(_, unit)| *unit)
}

/// Writes a length of time as an argument: weeks, months, quarters and years as days.
fn written(number: u32, unit: &str) -> String {
    let days = match unit {
        "w" => 7,
        "F" => 14,
        "M" => 30,
        "Q" => 90,
        "y" => 365,
        _ => return if (number, unit) == (1, "d") { "24h".to_owned() } else { format!("{number}{unit}") },
    };
    format!("{}d", number.saturating_mul(days))
}

/// Reads from one instant to another; a day that ends it is part of it.
fn between(words: &[&str], and: &str, now: DateTime<Utc>) -> Option<(usize, Span)> {
    if let Some(hours) = hours(words, and, now) {
        return Some(hours);
    }
    let (taken, start) = instant(words, now)?;
    let rest = words.get(taken..)?.strip_prefix(&[and])?;
    let (more, end) = instant(rest, now)?;
    let end = match NaiveDate::parse_from_str(&end, "%Y-%m-%d") {
        Ok(day) => day.succ_opt()?.to_string(),
        Err(_) => end,
    };
    Some((taken + 1 + more, (Some(start), Some(end))))
}

/// Reads from a time of day to another, of a day that is named after them or else of the latest.
fn hours(words: &[&str], and: &str, now: DateTime<Utc>) -> Option<(usize, Span)> {
    let Some(at) = words.iter().take(4).position(|word| *word == and) else { return dashed(words, now) };
    let (first, rest) = (words.get(..at)?, words.get(at + 1..)?);
    // `between 9 and half ten`, `between 9 and 11`: what begins with `between` needs no minutes.
    let hour = |words: &[&str]| if and == "and" { hour_alone(words) } else { None };
    let (more, to) = time_of_day(rest).or_else(|| hour(rest))?;
    // `between 2 and 3pm` says once which half of the day it is.
    let half = rest.first().and_then(|word| word.get(word.len().checked_sub(2)?..)).filter(|half| ["am", "pm"].contains(half));
    let whole = |first: &[&str]| time_of_day(first).filter(|(taken, _)| *taken == first.len()).map(|(_, time)| time);
    let one = || hour(first).filter(|(taken, _)| *taken == first.len()).map(|(_, time)| time);
    let from = whole(first).or_else(|| clock(&format!("{}{}", first.first()?, half?)).filter(|_| first.len() == 1)).or_else(one)?;
    let taken = at + 1 + more;
    let (said, day) = match day_after(words.get(taken..)?, now) {
        Some((said, day)) => (said, Some(day)),
        None => (0, None),
    };
    Some((taken + said, span(day.map_or_else(|| latest(from, now), |day| Some(day.and_time(from).and_utc()))?, to)?))
}

/// Reads `13:00-15:30`, of a day that is named after it or else of the latest.
fn dashed(words: &[&str], now: DateTime<Utc>) -> Option<(usize, Span)> {
    let (from, to) = two_clocks(words.first()?)?;
    let zone = 1 + usize::from(words.get(1).is_some_and(|word| is_zone(word)));
    let (said, day) = day_after(words.get(zone..)?, now).map_or((0, None), |(said, day)| (said, Some(day)));
    Some((zone + said, span(day.map_or_else(|| latest(from, now), |day| Some(day.and_time(from).and_utc()))?, to)?))
}

/// Returns the window from an instant to a time of day after it.
fn span(from: DateTime<Utc>, to: NaiveTime) -> Option<Span> {
    let same = from.date_naive().and_time(to).and_utc();
    let to = if same > from { same } else { same.checked_add_days(Days::new(1))? };
    Some((Some(rfc3339(from)), Some(rfc3339(to))))
}

fn around(moment: DateTime<Utc>) -> Span {
    (Some(rfc3339(moment - AROUND)), Some(rfc3339(moment + AROUND)))
}

/// Reads an instant as an argument: a moment, or the beginning of a day.
fn instant(words: &[&str], now: DateTime<Utc>) -> Option<(usize, String)> {
    if let Some((taken, moment)) = moment(words, now) {
        return Some((taken, rfc3339(moment)));
    }
    let (taken, day) = day(words, now)?;
    let part = words.get(taken).is_some_and(|word| PARTS.iter().any(|(part, ..)| part == word));
    let named = words.first().filter(|word| ["today", "yesterday"].contains(word));
    (!part).then(|| (taken, named.map_or_else(|| day.to_string(), |name| (*name).to_owned())))
}

/// Reads a moment: a time with its day, or a time of day that has passed.
fn moment(words: &[&str], now: DateTime<Utc>) -> Option<(usize, DateTime<Utc>)> {
    if let Some(time) = parse(&words.first()?.to_uppercase()) {
        return Some((1, time));
    }
    if let Some((taken, time)) = time_of_day(words) {
        return Some(match day_after(words.get(taken..)?, now) {
            Some((more, day)) => (taken + more, day.and_time(time).and_utc()),
            None => (taken, latest(time, now)?),
        });
    }
    let (taken, day) = day(words, now)?;
    let at = usize::from(words.get(taken).is_some_and(|word| ["at", "around", "about"].contains(word)));
    let (more, time) = time_of_day(words.get(taken + at..)?)?;
    Some((taken + at + more, day.and_time(time).and_utc()))
}

/// Returns when it was this time of day last.
fn latest(time: NaiveTime, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let today = now.date_naive().and_time(time).and_utc();
    if today < now { Some(today) } else { today.checked_sub_days(Days::new(1)) }
}

/// Reads a day that follows a time of day: `yesterday`, `on monday`.
fn day_after(words: &[&str], now: DateTime<Utc>) -> Option<(usize, NaiveDate)> {
    let on = usize::from(words.first() == Some(&"on"));
    day(words.get(on..)?, now).map(|(taken, day)| (on + taken, day))
}

/// Tells whether a word is known here.
pub(super) fn is_known(plain: &str) -> bool {
    let listed = UNITS.iter().any(|(words, _)| words.contains(&plain)) || NUMBERS.iter().any(|(word, _)| *word == plain);
    listed
        || MONTHS.contains(&plain)
        || PARTS.iter().any(|(part, ..)| *part == plain)
        || plain.parse::<Weekday>().is_ok()
        || [
            "between",
            "since",
            "before",
            "until",
            "during",
            "today",
            "yesterday",
            "tonight",
            "overnight",
            "night",
            "weekend",
            "midnight",
            "noon",
            "previous",
            "beginning",
        ]
        .contains(&plain)
}

/// Reads a day as a whole, or the part or time of it that is named.
fn whole_day(words: &[&str], now: DateTime<Utc>) -> Option<(usize, Span)> {
    if let ["this", part, ..] = words
        && let Some(span) = part_of(now.date_naive(), part, now)
    {
        return Some((2, span));
    }
    let (taken, day) = day(words, now)?;
    let rest = words.get(taken..)?;
    let past = |number: usize, read: (usize, Span)| Some((taken + number + read.0, read.1));
    let named = words.first().filter(|word| ["today", "yesterday"].contains(word));
    match rest {
        [hours, ..] if two_clocks(hours).is_some() => {
            let (from, to) = two_clocks(hours)?;
            let zone = usize::from(rest.get(1).is_some_and(|word| is_zone(word)));
            Some((taken + 1 + zone, span(day.and_time(from).and_utc(), to)?))
        }
        [part, ..] if PARTS.iter().any(|(name, ..)| name == part) => Some((taken + 1, part_of(day, part, now)?)),
        ["at" | "around" | "about", more @ ..] if time_of_day(more).is_some() => {
            time_of_day(more).and_then(|(used, time)| past(1, (used, around(day.and_time(time).and_utc()))))
        }
        [first @ ("between" | "from"), more @ ..] => {
            let and = if first == &"between" { "and" } else { "to" };
            let at = more.iter().take(4).position(|word| *word == and)?;
            let (_, from) = time_of_day(more)?;
            let (used, to) = time_of_day(more.get(at + 1..)?)?;
            past(1, (at + 1 + used, span(day.and_time(from).and_utc(), to)?))
        }
        ["after" | "since", more @ ..] if time_of_day(more).is_some() => {
            let (used, time) = time_of_day(more)?;
            past(1, (used, (Some(rfc3339(day.and_time(time).and_utc())), Some(day.succ_opt()?.to_string()))))
        }
        // Its name is the whole of it.
        _ if named.is_some() => Some((taken, (named.map(|name| (*name).to_owned()), None))),
        _ => Some((taken, days(day, day.succ_opt()?))),
    }
}

/// Returns a part of a day; nothing for one that has not begun.
fn part_of(day: NaiveDate, part: &str, now: DateTime<Utc>) -> Option<Span> {
    let (_, from, to) = PARTS.iter().find(|(name, ..)| *name == part)?;
    let at = |hour: u32| Some(day.and_time(NaiveTime::MIN).and_utc() + TimeDelta::hours(hour.into()));
    let (from, to) = (at(*from)?, at(*to)?);
    (from < now).then(|| (Some(rfc3339(from)), Some(rfc3339(to))))
}

/// Reads the latest weekend that has begun.
fn weekend(words: &[&str], now: DateTime<Utc>) -> Option<(usize, Span)> {
    let taken = match words {
        ["the" | "this" | "last", "weekend", ..] => 2,
        ["weekend", ..] => 1,
        ["the", "last", "weekend", ..] => 3,
        _ => return None,
    };
    let (_, saturday) = day(&["saturday"], now)?;
    Some((taken, days(saturday, saturday.checked_add_days(Days::new(2))?)))
}

/// Reads a day of a month that stands by itself.
fn dated(words: &[&str], now: DateTime<Utc>) -> Option<(usize, Span)> {
    let by_week = words.first().is_some_and(|name| name.parse::<Weekday>().is_ok());
    if by_week && day(words, now).is_some_and(|(taken, _)| taken > 1)
        || words.first().is_some_and(|word| slashed(word, now.date_naive()).is_some())
    {
        return whole_day(words, now);
    }
    let (taken, _) = day_of_month(words, now.date_naive())?;
    whole_day(words, now).filter(|(whole, _)| *whole >= taken)
}

/// Reads a month by its name, with its year or without.
fn month(words: &[&str], now: DateTime<Utc>) -> Option<(usize, Span)> {
    let number = month_number(words.first()?)?;
    let year = words.get(1).and_then(|year| year_number(year));
    Some((1 + usize::from(year.is_some()), months(year, number, 1, now)?))
}

/// Reads `Q3`, with its year or without.
fn quarter(words: &[&str], now: DateTime<Utc>) -> Option<(usize, Span)> {
    let number = words.first()?.strip_prefix('q')?.parse::<u32>().ok().filter(|number| (1..=4).contains(number))?;
    let year = words.get(1).and_then(|year| year_number(year));
    Some((1 + usize::from(year.is_some()), months(year, 3 * number - 2, 3, now)?))
}

/// Reads a year by its number.
fn year(words: &[&str]) -> Option<(usize, Span)> {
    let year = year_number(words.first()?)?;
    Some((1, days(NaiveDate::from_ymd_opt(year, 1, 1)?, NaiveDate::from_ymd_opt(year + 1, 1, 1)?)))
}

/// Returns so many months from one on; without a year the latest that have begun.
fn months(year: Option<i32>, from: u32, number: u32, now: DateTime<Utc>) -> Option<Span> {
    let this = NaiveDate::from_ymd_opt(year.unwrap_or(now.year()), from, 1)?;
    let first = if year.is_none() && this > now.date_naive() { this.checked_sub_months(Months::new(12))? } else { this };
    Some(days(first, first.checked_add_months(Months::new(number))?))
}

/// Returns this quarter or year, or the one before it.
fn long_span(last: bool, unit: &str, now: DateTime<Utc>) -> Option<Span> {
    let number = match unit {
        "quarter" => 3,
        "year" => 12,
        _ => return None,
    };
    let first = NaiveDate::from_ymd_opt(now.year(), now.month0() / number * number + 1, 1)?;
    let first = if last { first.checked_sub_months(Months::new(number))? } else { first };
    Some(days(first, first.checked_add_months(Months::new(number))?))
}

fn days(from: NaiveDate, to: NaiveDate) -> Span {
    (Some(from.to_string()), Some(to.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_are_read_as_people_name_them() {
        // A Tuesday evening.
        let now: DateTime<Utc> = "2026-01-27T21:00:00Z".parse().unwrap();
        for (text, wanted) in [
            ("since yesterday", "yesterday now"),
            ("since this week", "this week now"),
            ("since this morning", "2026-01-27T00:00:00Z -"),
            ("this afternoon", "2026-01-27T12:00:00Z 2026-01-27T18:00:00Z"),
            ("yesterday evening", "2026-01-26T18:00:00Z 2026-01-27T00:00:00Z"),
            ("yesterday", "yesterday -"),
            ("on monday morning", "2026-01-26T00:00:00Z 2026-01-26T12:00:00Z"),
            ("last tuesday", "2026-01-20 2026-01-21"),
            ("since friday", "2026-01-23 -"),
            ("since friday afternoon", "2026-01-23T12:00:00Z -"),
            ("at 14:05", "2026-01-27T13:50:00Z 2026-01-27T14:20:00Z"),
            ("at 23:30", "2026-01-26T23:15:00Z 2026-01-26T23:45:00Z"),
            ("around noon yesterday", "2026-01-26T11:45:00Z 2026-01-26T12:15:00Z"),
            ("yesterday at 3 pm", "2026-01-26T14:45:00Z 2026-01-26T15:15:00Z"),
            ("after 3pm yesterday", "2026-01-26T15:00:00Z -"),
            ("yesterday between 2pm and 3pm", "2026-01-26T14:00:00Z 2026-01-26T15:00:00Z"),
            ("between 2 and 3pm on sunday", "2026-01-25T14:00:00Z 2026-01-25T15:00:00Z"),
            ("between 09:00 and 09:30 UTC", "2026-01-27T09:00:00Z 2026-01-27T09:30:00Z"),
            ("between 22:00 and 02:00", "2026-01-26T22:00:00Z 2026-01-27T02:00:00Z"),
            ("from 10:00 to 22:00", "2026-01-27T10:00:00Z 2026-01-27T22:00:00Z"),
            ("between monday and tuesday", "2026-01-26 2026-01-28"),
            ("on 20 January", "2026-01-20 2026-01-21"),
            ("January 20th", "2026-01-20 2026-01-21"),
            ("on the", "-"),
            ("3rd of december 2025", "2025-12-03 2025-12-04"),
            ("over the weekend", "2026-01-24 2026-01-26"),
            ("in october", "2025-10-01 2025-11-01"),
            ("since december", "2025-12-01 -"),
            ("since the beginning of the month", "this month now"),
            ("last quarter", "2025-10-01 2026-01-01"),
            ("this year", "2026-01-01 2027-01-01"),
            ("in Q3 2025", "2025-07-01 2025-10-01"),
            ("in 2025", "2025-01-01 2026-01-01"),
            ("past quarter", "90d -"),
            ("past fortnight", "14d -"),
            ("last half hour", "30m -"),
            ("1st to 10th january", "2026-01-01 2026-01-11"),
            ("12-15 dec", "2025-12-12 2025-12-16"),
            ("between january 5 and 7", "2026-01-05 2026-01-08"),
            ("on the 14th", "2026-01-14 2026-01-15"),
            ("on the 30th", "2025-12-30 2025-12-31"),
            ("since the 3rd", "2026-01-03 -"),
            ("on 18/01", "2026-01-18 2026-01-19"),
            ("on 01/02", "-"),
            ("between 02:00 and 04:30 on 18/01", "2026-01-18T02:00:00Z 2026-01-18T04:30:00Z"),
            ("between 9 and half ten", "2026-01-27T09:00:00Z 2026-01-27T10:30:00Z"),
            ("mon 26 january 13:00-15:30 CET", "2026-01-26T12:00:00Z 2026-01-26T14:30:00Z"),
            ("9-11am", "2026-01-27T09:00:00Z 2026-01-27T11:00:00Z"),
            ("wed last week", "2026-01-21 2026-01-22"),
            ("before the weekend", "- 2026-01-24"),
            ("before yesterday", "- 2026-01-26"),
            ("december", "2025-12-01 2026-01-01"),
            ("month to date", "this month now"),
            ("tomorrow", "-"),
            ("at the office", "-"),
        ] {
            let lower = text.to_lowercase();
            let words: Vec<&str> = lower.split(' ').collect();
            let told = |text: Option<String>| text.unwrap_or_else(|| "-".to_owned());
            let found = read(&words, false, now);
            let all = found.as_ref().is_none_or(|(taken, _)| *taken == words.len());
            let said = found
                .map(|(taken, span)| zoned(words.get(..taken).unwrap_or_default(), span))
                .map_or_else(|| "-".to_owned(), |(from, to)| format!("{} {}", told(from), told(to)));
            assert_eq!((said.as_str(), all), (wanted, true), "{text}");
        }
    }
}
