//! Times as people say them, relative to the alert.

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};

/// Formats an instant as RFC 3339 to the second, `2026-01-27T20:00:00Z`.
pub fn rfc3339(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// Formats a length of time with its two largest units, `4m 10s`, `2h 5m`, `3d`.
///
/// Units: the sign is dropped; less than a second is `0s`.
pub fn length(delta: TimeDelta) -> String {
    let seconds = delta.num_seconds().unsigned_abs();
    let (days, hours, minutes, rest) = (seconds / 86_400, seconds / 3_600 % 24, seconds / 60 % 60, seconds % 60);
    let parts = [(days, 'd'), (hours, 'h'), (minutes, 'm'), (rest, 's')];
    let shown: Vec<String> =
        parts.iter().skip_while(|(n, _)| *n == 0).take(2).filter(|(n, _)| *n > 0).map(|(n, unit)| format!("{n}{unit}")).collect();
    if shown.is_empty() { "0s".into() } else { shown.join(" ") }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_use_their_two_largest_units() {
        let cases = [(0, "0s"), (59, "59s"), (250, "4m 10s"), (240, "4m"), (7_500, "2h 5m"), (3_601, "1h"), (90_000, "1d 1h"), (-70, "1m 10s")];
        for (seconds, text) in cases {
            assert_eq!(length(TimeDelta::seconds(seconds)), text);
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
