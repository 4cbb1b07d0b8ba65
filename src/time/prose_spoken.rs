//! Times of day as people say them: `half past two`, `quarter to nine`, `3 o'clock`.

use std::sync::LazyLock;

use chrono::NaiveTime;
use regex::{Captures, Regex};

use super::prose_token::Clock;

const HOURS: [&str; 12] = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"];

#[expect(clippy::expect_used, reason = "a literal pattern")]
static SPOKEN: LazyLock<Regex> = LazyLock::new(|| {
    let hour = format!("{}|1[0-2]|[1-9]", HOURS.join("|"));
    let half = r"(?:\s?([ap])\.?m\b\.?|\s+in the (morning|afternoon|evening)\b)?";
    Regex::new(&format!(
        r"(?i)\b(?:(half|quarter|five|ten|twenty|twenty[- ]five)\s+(past)\s+({hour})\b|(quarter)\s+(to)\s+({hour})\b|({hour})\s?o['’]?clock\b){half}"
    ))
    .expect("pattern")
});

/// Returns the times of day that a text tells in words.
pub(super) fn clocks(text: &str) -> Vec<Clock> {
    SPOKEN.captures_iter(text).filter_map(|parts| clock(&parts)).collect()
}

fn clock(parts: &Captures<'_>) -> Option<Clock> {
    let all = parts.get(0)?;
    let said = |index: usize| parts.get(index).map(|part| part.as_str().to_ascii_lowercase());
    let hour = hour(&said(3).or_else(|| said(6)).or_else(|| said(7))?)?;
    // `ten to five` is as often a range.
    let minutes = match said(1).or_else(|| said(4)).as_deref() {
        None => 0,
        Some("half") => 30,
        Some("quarter") => 15,
        Some("five") => 5,
        Some("ten") => 10,
        Some("twenty") => 20,
        Some(_) => 25,
    };
    let minutes = if said(5).is_some() { hour * 60 - minutes } else { hour * 60 + minutes };
    // Twelve hours are 720 minutes; `quarter to one` is 45 minutes past twelve.
    let later = match (said(8).as_deref(), said(9).as_deref()) {
        (None, None) => None,
        (half, part) => Some(half == Some("p") || matches!(part, Some("afternoon" | "evening"))),
    };
    let minutes = minutes % 720 + if later == Some(true) { 720 } else { 0 };
    let time = NaiveTime::from_hms_opt(minutes / 60, minutes % 60, 0)?;
    Some(Clock {
        at: (all.start(), all.end()),
        time,
        zone: None,
        zone_lent: false,
        half_known: later.is_some(),
        either_half: later.is_none(),
        year: None,
    })
}

fn hour(word: &str) -> Option<u32> {
    let spelt = || HOURS.iter().position(|known| *known == word).and_then(|at| u32::try_from(at + 1).ok());
    word.parse().ok().or_else(spelt)
}
