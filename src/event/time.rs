//! Times as records and their exports write them.

use chrono::{DateTime, NaiveDateTime, Utc};
use serde_json::Value;

/// Forms without an offset, which are UTC. `%.f` also takes no fraction at all.
const WITHOUT_OFFSET: &[&str] =
    &["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%d %H:%M:%S%.f UTC", "%Y-%m-%dT%H:%M", "%Y%m%dT%H%M%SZ"];

/// Forms with an offset that RFC 3339 does not know.
const WITH_OFFSET: &[&str] = &["%Y-%m-%d %H:%M:%S%.f%#z", "%Y-%m-%dT%H:%M:%S%.f%#z"];

/// From here on an epoch number counts milliseconds: as seconds it would lie after the year 5000.
const FIRST_MILLISECOND_EPOCH: f64 = 1e11;

/// Reads a time.
///
/// Shape: RFC 3339 with `T` or a space, with any fraction and with or without an offset (none is UTC), or an epoch number
/// in seconds or milliseconds.
/// Errors: nothing for anything else; a time is never guessed.
pub fn parse_time(text: &str) -> Option<DateTime<Utc>> {
    let text = text.trim();
    if let Ok(time) = DateTime::parse_from_rfc3339(text) {
        return Some(time.to_utc());
    }
    let naive = || WITHOUT_OFFSET.iter().find_map(|form| NaiveDateTime::parse_from_str(text, form).ok()).map(|time| time.and_utc());
    let offset = || WITH_OFFSET.iter().find_map(|form| DateTime::parse_from_str(text, form).ok()).map(|time| time.to_utc());
    naive().or_else(offset).or_else(|| text.parse().ok().and_then(epoch))
}

/// Reads a time from JSON: a string as in [`parse_time`], or an epoch number in seconds or milliseconds.
pub fn time_of(value: &Value) -> Option<DateTime<Utc>> {
    match value {
        Value::String(text) => parse_time(text),
        Value::Number(number) => number.as_f64().and_then(epoch),
        _ => None,
    }
}

fn epoch(number: f64) -> Option<DateTime<Utc>> {
    let millis = if number.abs() < FIRST_MILLISECOND_EPOCH { number * 1000.0 } else { number };
    // A small number is far more likely a mistake than a time in the early seventies.
    (millis.is_finite() && millis >= 1e11).then(|| DateTime::from_timestamp_millis(millis as i64)).flatten()
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
            " 2022-09-24T00:28:15.000Z ",
            "1663979295",
            "1663979295000",
        ] {
            assert_eq!(parse_time(text).map(|time| time.timestamp()), Some(1_663_979_295), "{text}");
        }
        assert_eq!(time_of(&serde_json::json!(1_663_979_295.0)).map(|time| time.timestamp()), Some(1_663_979_295));
    }

    #[test]
    fn what_is_not_a_time_is_not_guessed() {
        for text in ["", "null", "yesterday", "2022-13-01T00:00:00Z", "12", "NaN", "1e400", "2022-09-24"] {
            assert_eq!(parse_time(text), None, "{text}");
        }
    }
}
