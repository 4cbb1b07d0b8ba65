//! Durations: how people write them, and how we write them for people.
//!
//! Why neither `humantime` nor `jiff`? `humantime` writes `2days 1h` and reads years and months of a mean length, so its half
//! that fits would replace thirty lines; `jiff` would be a second calendar beside `chrono`, whose types the stored formats use.

use chrono::{DateTime, TimeDelta, Utc};

/// The units that we read and write, the largest first, with their seconds.
const UNITS: &[(char, u64)] = &[('w', 604_800), ('d', 86_400), ('h', 3_600), ('m', 60), ('s', 1)];

/// Why a text is no duration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DurationError {
    /// It is no sequence of numbers and units.
    Unreadable,
    /// It ends in a number.
    NoUnit,
    /// It is longer than can be counted.
    TooLong,
}

/// Reads a duration such as `90s`, `30m`, `48h`, `1d`, `2w` or `1h30m`.
///
/// Shape: never negative; may be zero. Units are lower-case.
pub fn parse_duration(text: &str) -> Result<TimeDelta, DurationError> {
    let mut total = 0_i64;
    let mut rest = text;
    while !rest.is_empty() || text.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        let (number, tail) = rest.split_at_checked(digits).filter(|(number, _)| !number.is_empty()).ok_or(DurationError::Unreadable)?;
        let unit = tail.chars().next().ok_or(DurationError::NoUnit)?;
        let (_, seconds) = UNITS.iter().find(|(name, _)| *name == unit).ok_or(DurationError::Unreadable)?;
        let part = number.parse::<i64>().ok().and_then(|number| number.checked_mul(seconds.cast_signed()));
        total = part.and_then(|part| total.checked_add(part)).ok_or(DurationError::TooLong)?;
        rest = tail.strip_prefix(unit).unwrap_or_default();
    }
    TimeDelta::try_seconds(total).ok_or(DurationError::TooLong)
}

/// Writes a length of time with its two largest units, `4m 10s`, `2h 5m`, `3d`.
///
/// Units: the sign is dropped; less than a second is `0s`. The same holds for the other forms.
pub fn length(delta: TimeDelta) -> String {
    write(delta, 'd', 2, " ")
}

/// Writes a duration as an argument has it: `30m`, `1h30m`, `2d`.
pub fn compact(delta: TimeDelta) -> String {
    write(delta, 'd', UNITS.len(), "")
}

/// Writes a duration exactly, in hours as the largest unit: `48h`, `1h 30m`, `45s`.
pub fn in_hours(delta: TimeDelta) -> String {
    write(delta, 'h', UNITS.len(), " ")
}

/// Writes seconds as a setting has them, in the largest unit that divides them: `90m`, `48h`, `10d`; days only from three on.
pub fn in_one_unit(seconds: u64) -> String {
    let whole = |(name, unit): &&(char, u64)| {
        *name != 'w' && seconds >= *unit && seconds.is_multiple_of(*unit) && (*name != 'd' || seconds > 2 * unit)
    };
    UNITS.iter().find(whole).map_or_else(|| format!("{seconds}s"), |(name, unit)| format!("{}{name}", seconds / unit))
}

/// Says where `time` lies from the alert, or from `now` when there is none.
pub fn to_alert(time: DateTime<Utc>, alert: Option<DateTime<Utc>>, now: DateTime<Utc>) -> String {
    match alert {
        Some(alert) if time == alert => "at the alert".into(),
        Some(alert) if time < alert => format!("{} before alert", length(alert - time)),
        Some(alert) => format!("{} after alert", length(time - alert)),
        None => format!("{} ago", length(now - time)),
    }
}

/// Writes at most `most` units from `largest` down, beginning with the first that is not zero; zeros are left out.
fn write(delta: TimeDelta, largest: char, most: usize, between: &str) -> String {
    let mut left = delta.num_seconds().unsigned_abs();
    let mut parts = Vec::new();
    for (name, unit) in UNITS.iter().skip_while(|(name, _)| *name != largest) {
        parts.push((left / unit, name));
        left %= unit;
    }
    let shown = parts.iter().skip_while(|(count, _)| *count == 0).take(most).filter(|(count, _)| *count > 0);
    let shown: Vec<String> = shown.map(|(count, name)| format!("{count}{name}")).collect();
    if shown.is_empty() { "0s".into() } else { shown.join(between) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_use_their_two_largest_units() {
        let cases =
            [(0, "0s"), (59, "59s"), (250, "4m 10s"), (240, "4m"), (7_500, "2h 5m"), (3_601, "1h"), (90_000, "1d 1h"), (-70, "1m 10s")];
        for (seconds, text) in cases {
            assert_eq!(length(TimeDelta::seconds(seconds)), text);
        }
    }

    #[test]
    fn exact_forms_leave_nothing_out() {
        let span = TimeDelta::seconds(2 * 86_400 + 3_600 + 5);
        assert_eq!((compact(span).as_str(), in_hours(span).as_str()), ("2d1h5s", "49h 5s"));
        assert_eq!((compact(TimeDelta::zero()).as_str(), in_hours(TimeDelta::hours(48)).as_str()), ("0s", "48h"));
    }

    #[test]
    fn settings_are_spelt_as_people_write_them() {
        for (seconds, text) in [(25, "25s"), (1800, "30m"), (172_800, "48h"), (864_000, "10d"), (5400, "90m"), (0, "0s")] {
            assert_eq!(in_one_unit(seconds), text);
        }
    }

    #[test]
    fn durations_are_numbers_with_units() {
        for (text, seconds) in [("25s", 25), ("30m", 1800), ("48h", 172_800), ("1d", 86_400), ("1h30m", 5400), ("0s", 0), ("1w", 604_800)] {
            assert_eq!(parse_duration(text), Ok(TimeDelta::seconds(seconds)), "{text}");
        }
        for text in ["", "m", "-1h", "1.5h", "30 m", "1h m"] {
            assert_eq!(parse_duration(text), Err(DurationError::Unreadable), "{text}");
        }
        assert_eq!(parse_duration("1h30"), Err(DurationError::NoUnit));
        for text in ["99999999999999999999s", "9999999999999999d"] {
            assert_eq!(parse_duration(text), Err(DurationError::TooLong), "{text}");
        }
    }

    #[test]
    fn a_change_is_told_from_the_alert_and_without_one_from_now() {
        let at = |s: i64| DateTime::from_timestamp(1_800_000_000 + s, 0).unwrap();
        assert_eq!(to_alert(at(-250), Some(at(0)), at(99)), "4m 10s before alert");
        assert_eq!(to_alert(at(30), Some(at(0)), at(99)), "30s after alert");
        assert_eq!(to_alert(at(0), Some(at(0)), at(99)), "at the alert");
        assert_eq!(to_alert(at(0), None, at(61)), "1m 1s ago");
    }
}
