//! The clock of who wrote a text.

use chrono::{DateTime, TimeDelta, Utc};

use super::cue::Cue;
use super::{Clock, Mention, OWN_CLOCK, SKEW, clocks, dates};
use crate::time::zone::own_clock;

/// How many hours the clocks of the Americas run behind UTC, at least and at most.
const BEHIND_UTC: std::ops::RangeInclusive<i64> = 3..=10;

/// The zone of times that have none of their own.
#[derive(Clone, Copy)]
pub(super) enum Zone<'a> {
    /// Other times of the text have it.
    Told(&'a str),
    /// The script or the clock of the sender speaks for it.
    Guessed(&'a str),
}

/// Returns the zone of times without one, where the text tells it with others: that of an e-mail's date, or the only one.
pub(super) fn told_zone(text: &str) -> Option<String> {
    let dates = dates(text);
    let clocks = clocks(text, &dates);
    let of_message = |clock: &&Clock| {
        let lead = text.get(..clock.at.0).unwrap_or_default().rsplit('\n').next().unwrap_or_default();
        lead.starts_with("Date") || lead.starts_with("Sent")
    };
    let mut zones = clocks.iter().filter_map(|clock| clock.zone.clone());
    if let Some(zone) = clocks.iter().filter(of_message).find_map(|clock| clock.zone.clone()) {
        return Some(zone);
    }
    let first = zones.next()?;
    zones.all(|zone| zone == first).then_some(first)
}

/// Returns the zone of times without one, where the newest of them shows that it is not UTC.
pub(super) fn zone(mentions: &[(Cue, Mention)], now: DateTime<Utc>) -> Option<String> {
    let ahead = clock_ahead(mentions, now).map(|offset| format!("+{:02}:{:02}", offset.num_hours(), offset.num_minutes() % 60));
    ahead.or_else(|| hours_behind(mentions, now).map(|hours| format!("-{hours:02}:00")))
}

/// Returns how far the sender's clock runs ahead of UTC, where the newest time without a zone shows that it does.
fn clock_ahead(mentions: &[(Cue, Mention)], now: DateTime<Utc>) -> Option<TimeDelta> {
    let bare = || mentions.iter().filter(|(cue, mention)| *cue <= Cue::End && !mention.zoned && mention.to.is_none());
    // A time that has passed today is tomorrow's only where that is near.
    let next = |mention: &Mention| mention.ahead.filter(|ahead| *ahead <= OWN_CLOCK || mention.from.date_naive() < now.date_naive());
    let ahead = |mention: &Mention| next(mention).or(Some(mention.from - now).filter(|ahead| *ahead > SKEW));
    // The lines of a chat tell the clock; what they speak of may be to come.
    let is_line = |cue: Cue| matches!(cue, Cue::Said | Cue::Stamp);
    let newest = bare().filter_map(|(cue, mention)| Some((ahead(mention)?, *cue))).max_by_key(|(ahead, cue)| (is_line(*cue), *ahead))?;
    // Beside a time that has passed, one ahead is a plan, unless the message was written then.
    let is_near = |mention: &Mention| !mention.certain || now - mention.from <= OWN_CLOCK;
    let passed = bare().any(|(cue, mention)| *cue < Cue::End && is_near(mention) && ahead(mention).is_none());
    (!passed || is_line(newest.1)).then(|| own_clock(newest.0 - SKEW))?
}

/// Returns how many hours the sender's clock runs behind UTC, where lines of a chat are that much too old to be shown now.
fn hours_behind(mentions: &[(Cue, Mention)], now: DateTime<Utc>) -> Option<i64> {
    let bare = || mentions.iter().filter(|(_, mention)| !mention.zoned && !mention.certain);
    let is_chat = bare().any(|(cue, _)| *cue == Cue::Stamp);
    let lines = bare().filter(|(cue, _)| is_chat && matches!(cue, Cue::Said | Cue::Stamp));
    let newest = lines.map(|(_, mention)| mention.from).max()?;
    Some((now - newest).num_hours()).filter(|hours| BEHIND_UTC.contains(hours))
}
