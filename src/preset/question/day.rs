//! Days as a question names them.

use chrono::{DateTime, Datelike as _, Days, Months, NaiveDate, Utc, Weekday};

pub(super) const MONTHS: [&str; 12] =
    ["january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december"];

/// Reads a day: `yesterday`, `last friday`, `2026-01-27`, `27 January`, `January 27th 2026`.
pub(super) fn day(words: &[&str], now: DateTime<Utc>) -> Option<(usize, NaiveDate)> {
    let today = now.date_naive();
    let weekday = |name: &str, today_counts: bool| {
        let named: Weekday = name.parse().ok()?;
        let back = (now.weekday().num_days_from_monday() + 7 - named.num_days_from_monday()) % 7;
        today.checked_sub_days(Days::new(if back == 0 && !today_counts { 7 } else { back }.into()))
    };
    match words {
        ["today", ..] => Some((1, today)),
        ["yesterday", ..] => Some((1, today.pred_opt()?)),
        ["the", "day", "before", "yesterday", ..] => Some((4, today.pred_opt()?.pred_opt()?)),
        ["day", "before", "yesterday", ..] => Some((3, today.pred_opt()?.pred_opt()?)),
        ["the", more @ ..] => day_alone(more.first()?, today)
            .filter(|_| more.get(1).is_none_or(|next| *next != "of"))
            .map(|day| (2, day))
            .or_else(|| day_of_month(more, today).map(|(taken, day)| (taken + 1, day))),
        _ if weekday_of_week(words, now).is_some() => weekday_of_week(words, now),
        [which @ ("this" | "last"), name, ..] => weekday(name, which == &"this").map(|day| (2, day)),
        // The date says more than the day of the week.
        [name, of @ ..]
            if name.parse::<Weekday>().is_ok()
                && day(of, now).is_some_and(|_| {
                    of.first().is_some_and(|first| first.starts_with(|c: char| c.is_ascii_digit()) || month_number(first).is_some())
                }) =>
        {
            day(of, now).map(|(taken, day)| (taken + 1, day))
        }
        [first, ..] => {
            let date = NaiveDate::parse_from_str(first, "%Y-%m-%d").ok().or_else(|| weekday(first, true)).or_else(|| slashed(first, today));
            date.map(|day| (1, day)).or_else(|| day_of_month(words, today)).or_else(|| day_alone(first, today).map(|day| (1, day)))
        }
        [] => None,
    }
}

/// Reads a day of a week that is named after or before it: `wed last week`, `last week on wednesday`.
pub(super) fn weekday_of_week(words: &[&str], now: DateTime<Utc>) -> Option<(usize, NaiveDate)> {
    let (taken, name, which) = match words {
        [name, "of", which @ ("this" | "last"), "week", ..] | [which @ ("this" | "last"), "week", "on", name, ..] => (4, name, which),
        [name, which @ ("this" | "last"), "week", ..] | [which @ ("this" | "last"), "week", name, ..] => (3, name, which),
        _ => return None,
    };
    let named: Weekday = name.parse().ok()?;
    let back = now.weekday().num_days_from_monday() + if *which == "last" { 7 } else { 0 };
    let monday = now.date_naive().checked_sub_days(Days::new(back.into()))?;
    let day = monday.checked_add_days(Days::new(named.num_days_from_monday().into()))?;
    (day <= now.date_naive()).then_some((taken, day))
}

/// Reads the number of a day: `27`, `27th`.
pub(super) fn number_of_day(word: &str) -> Option<u32> {
    let digits = ["st", "nd", "rd", "th"].iter().find_map(|end| word.strip_suffix(end)).unwrap_or(word);
    digits.parse::<u32>().ok().filter(|number| (1..=31).contains(number) && digits.len() <= 2)
}

/// Reads `14th` by itself: the latest day that has this number.
pub(super) fn day_alone(word: &str, today: NaiveDate) -> Option<NaiveDate> {
    let number = number_of_day(word).filter(|_| word.ends_with(|c: char| c.is_ascii_alphabetic()))?;
    let of = |months: u32| today.with_day(1)?.checked_sub_months(Months::new(months))?.with_day(number);
    (0..3).filter_map(of).find(|day| *day <= today)
}

/// Reads `18/05` or `05/18/2026`; one that may be read in two ways is not guessed.
pub(super) fn slashed(word: &str, today: NaiveDate) -> Option<NaiveDate> {
    let mut parts = word.split('/');
    let (first, second, year) = (parts.next()?, parts.next()?, parts.next());
    let (first, second): (u32, u32) = (first.parse().ok()?, second.parse().ok()?);
    if parts.next().is_some() || first <= 12 && second <= 12 && first != second {
        return None;
    }
    let (day, month) = if second <= 12 { (first, second) } else { (second, first) };
    if let Some(year) = year {
        return NaiveDate::from_ymd_opt(year_number(year)?, month, day);
    }
    let of = |year: i32| NaiveDate::from_ymd_opt(year, month, day);
    of(today.year()).filter(|day| *day <= today).or_else(|| of(today.year() - 1))
}

/// Reads `27 January`, `27th of January`, `January 27 2026`; without a year the latest that has begun.
pub(super) fn day_of_month(words: &[&str], today: NaiveDate) -> Option<(usize, NaiveDate)> {
    let number = number_of_day;
    let (taken, day, month) = match words {
        [day, "of", month, ..] => (3, number(day)?, month_number(month)?),
        [first, second, ..] => {
            let in_front = number(first).zip(month_number(second));
            let (day, month) = in_front.or_else(|| number(second).zip(month_number(first)))?;
            (2, day, month)
        }
        _ => return None,
    };
    let year = words.get(taken).and_then(|year| year_number(year));
    let date = NaiveDate::from_ymd_opt(year.unwrap_or(today.year()), month, day)?;
    let date = if year.is_none() && date > today { NaiveDate::from_ymd_opt(today.year() - 1, month, day)? } else { date };
    Some((taken + usize::from(year.is_some()), date))
}

pub(super) fn month_number(word: &str) -> Option<u32> {
    let fits = |name: &str| name == word || word.len() == 3 && name.starts_with(word);
    MONTHS.iter().position(|name| fits(name)).and_then(|at| u32::try_from(at + 1).ok())
}

pub(super) fn year_number(word: &str) -> Option<i32> {
    word.parse::<i32>().ok().filter(|year| (2006..2100).contains(year))
}
