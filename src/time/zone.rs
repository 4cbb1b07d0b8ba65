//! Time zones as alerts write them: names of wide use, each with its offset.
//!
//! Why no zone database? Alerts speak of the last days, and of few zones; the two rules of summer time below have stood since 2007.

use chrono::{Datelike, NaiveDate, NaiveDateTime, TimeDelta, Weekday};

/// How far a zone is ahead of UTC, and when.
#[derive(Clone, Copy)]
enum Rule {
    /// Always so many minutes.
    Fixed(i64),
    /// So many minutes, and an hour more in Europe's summer.
    Europe(i64),
    /// So many minutes, and an hour more in North America's summer.
    America(i64),
}

use Rule::{America, Europe, Fixed};

/// Names in the spelling in which they are names; `UTC`, `GMT` and `Z` may be written in either case.
///
/// Source: the IANA time zone database. Of a name that several zones bear, the one that most people mean.
const ZONES: &[(&str, Rule)] = &[
    ("UTC", Fixed(0)),
    ("GMT", Fixed(0)),
    ("Z", Fixed(0)),
    ("WET", Fixed(0)),
    ("WEST", Fixed(60)),
    ("BST", Fixed(60)),
    ("CET", Fixed(60)),
    ("MEZ", Fixed(60)),
    ("CEST", Fixed(120)),
    ("MESZ", Fixed(120)),
    ("SAST", Fixed(120)),
    ("EET", Fixed(120)),
    ("EEST", Fixed(180)),
    ("MSK", Fixed(180)),
    ("GST", Fixed(240)),
    ("PKT", Fixed(300)),
    ("IST", Fixed(330)),
    ("WIB", Fixed(420)),
    ("SGT", Fixed(480)),
    ("HKT", Fixed(480)),
    ("AWST", Fixed(480)),
    ("JST", Fixed(540)),
    ("KST", Fixed(540)),
    ("ACST", Fixed(570)),
    ("AEST", Fixed(600)),
    ("AEDT", Fixed(660)),
    ("NZST", Fixed(720)),
    ("NZDT", Fixed(780)),
    ("BRT", Fixed(-180)),
    ("ART", Fixed(-180)),
    ("EST", Fixed(-300)),
    ("EDT", Fixed(-240)),
    ("ET", America(-300)),
    ("CST", Fixed(-360)),
    ("CDT", Fixed(-300)),
    ("CT", America(-360)),
    ("MST", Fixed(-420)),
    ("MDT", Fixed(-360)),
    ("MT", America(-420)),
    ("PST", Fixed(-480)),
    ("PDT", Fixed(-420)),
    ("PT", America(-480)),
    ("US/Eastern", America(-300)),
    ("US/Central", America(-360)),
    ("US/Mountain", America(-420)),
    ("US/Pacific", America(-480)),
    ("Europe/London", Europe(0)),
    ("Europe/Dublin", Europe(0)),
    ("Europe/Lisbon", Europe(0)),
    ("Europe/Berlin", Europe(60)),
    ("Europe/Paris", Europe(60)),
    ("Europe/Madrid", Europe(60)),
    ("Europe/Rome", Europe(60)),
    ("Europe/Amsterdam", Europe(60)),
    ("Europe/Brussels", Europe(60)),
    ("Europe/Vienna", Europe(60)),
    ("Europe/Zurich", Europe(60)),
    ("Europe/Stockholm", Europe(60)),
    ("Europe/Oslo", Europe(60)),
    ("Europe/Copenhagen", Europe(60)),
    ("Europe/Warsaw", Europe(60)),
    ("Europe/Prague", Europe(60)),
    ("Europe/Budapest", Europe(60)),
    ("Europe/Helsinki", Europe(120)),
    ("Europe/Athens", Europe(120)),
    ("Europe/Bucharest", Europe(120)),
    ("Europe/Kiev", Europe(120)),
    ("Europe/Kyiv", Europe(120)),
    ("Europe/Moscow", Fixed(180)),
    ("Europe/Istanbul", Fixed(180)),
    ("America/New_York", America(-300)),
    ("America/Toronto", America(-300)),
    ("America/Chicago", America(-360)),
    ("America/Denver", America(-420)),
    ("America/Phoenix", Fixed(-420)),
    ("America/Los_Angeles", America(-480)),
    ("America/Vancouver", America(-480)),
    ("America/Sao_Paulo", Fixed(-180)),
    ("America/Bogota", Fixed(-300)),
    ("Africa/Johannesburg", Fixed(120)),
    ("Asia/Dubai", Fixed(240)),
    ("Asia/Karachi", Fixed(300)),
    ("Asia/Kolkata", Fixed(330)),
    ("Asia/Calcutta", Fixed(330)),
    ("Asia/Bangkok", Fixed(420)),
    ("Asia/Jakarta", Fixed(420)),
    ("Asia/Singapore", Fixed(480)),
    ("Asia/Hong_Kong", Fixed(480)),
    ("Asia/Shanghai", Fixed(480)),
    ("Asia/Taipei", Fixed(480)),
    ("Asia/Manila", Fixed(480)),
    ("Australia/Perth", Fixed(480)),
    ("Asia/Tokyo", Fixed(540)),
    ("Asia/Seoul", Fixed(540)),
    ("Australia/Brisbane", Fixed(600)),
];

/// How far clocks run ahead of UTC, in half hours.
///
/// Source: the time zone database: whole hours to the Line Islands; Iran to Myanmar, and Australia, are half an hour off.
const EAST_OF_UTC: &[i32] = &[2, 4, 6, 7, 8, 9, 10, 11, 12, 13, 14, 16, 18, 19, 20, 21, 22, 24, 26, 28];

/// Returns how far the clocks run ahead of UTC on which a time was read that as UTC lies so far ahead of now.
pub fn own_clock(ahead: TimeDelta) -> Option<TimeDelta> {
    EAST_OF_UTC.iter().map(|half_hours| TimeDelta::minutes(30) * *half_hours).find(|offset| *offset >= ahead)
}

/// Returns how far the zone of that name is ahead of UTC at a local time; nothing for a name that is not known.
///
/// Shape: a name, `+02:00`, `-0730`, `+2`, or `UTC+2`.
pub fn ahead_of_utc(zone: &str, local: NaiveDateTime) -> Option<TimeDelta> {
    let is = |name: &str| name == zone || (matches!(name, "UTC" | "GMT" | "Z") && name.eq_ignore_ascii_case(zone));
    if let Some((_, rule)) = ZONES.iter().find(|(name, _)| is(name)) {
        return Some(TimeDelta::minutes(match *rule {
            Fixed(minutes) => minutes,
            Europe(minutes) => minutes + summer(local, (3, -1), (10, -1)),
            America(minutes) => minutes + summer(local, (3, 2), (11, 1)),
        }));
    }
    let digits = zone.strip_prefix("UTC").or_else(|| zone.strip_prefix("GMT")).unwrap_or(zone).trim();
    let (sign, digits) = match digits.split_at_checked(1)? {
        ("+", rest) => (1, rest),
        ("-", rest) => (-1, rest),
        _ => return None,
    };
    let (hours, minutes) = match digits.split_once(':') {
        Some(parts) => parts,
        None if digits.len() > 2 => digits.split_at_checked(digits.len() - 2)?,
        None => (digits, "0"),
    };
    let (hours, minutes) = (hours.parse::<i64>().ok()?, minutes.parse::<i64>().ok()?);
    (hours <= 14 && minutes < 60).then(|| TimeDelta::minutes(sign * (hours * 60 + minutes)))
}

/// Returns 60 between two Sundays, each a month and which Sunday of it (-1 is the last), else 0.
fn summer(local: NaiveDateTime, begins: (u32, i8), ends: (u32, i8)) -> i64 {
    let sunday = |(month, nth): (u32, i8)| {
        let first = NaiveDate::from_ymd_opt(local.year(), month, 1)?;
        let sundays: Vec<NaiveDate> =
            first.iter_days().take_while(|day| day.month() == month).filter(|day| day.weekday() == Weekday::Sun).collect();
        if nth < 0 { sundays.last().copied() } else { sundays.get(usize::try_from(nth - 1).ok()?).copied() }
    };
    let within = sunday(begins).zip(sunday(ends)).is_some_and(|(from, to)| {
        let hour = |day: NaiveDate| day.and_hms_opt(2, 0, 0).unwrap_or_default();
        hour(from) <= local && local < hour(to)
    });
    i64::from(within) * 60
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_zone_is_a_name_of_wide_use_or_an_offset() {
        let at = |text: &str| NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M").unwrap();
        for (zone, local, minutes) in [
            ("CET", "2026-01-27 21:00", 60),
            ("IST", "2026-01-27 21:00", 330),
            ("utc", "2026-01-27 21:00", 0),
            ("PT", "2026-03-08 01:59", -480),
            ("PT", "2026-03-08 03:00", -420),
            ("America/New_York", "2026-11-01 03:00", -300),
            ("Europe/Berlin", "2026-03-29 01:00", 60),
            ("Europe/Berlin", "2026-07-01 12:00", 120),
            ("+0530", "2026-01-27 21:00", 330),
            ("UTC+2", "2026-01-27 21:00", 120),
            ("-07:00", "2026-01-27 21:00", -420),
        ] {
            assert_eq!(ahead_of_utc(zone, at(local)), Some(TimeDelta::minutes(minutes)), "{zone} {local}");
        }
        for zone in ["", "ist", "NAT", "RDS", "+99", "+1:99", "Mars/Base"] {
            assert_eq!(ahead_of_utc(zone, at("2026-01-27 21:00")), None, "{zone}");
        }
    }
}
