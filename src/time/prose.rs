//! Times in what people write: titles, e-mails, chat messages, log lines; and which of them is the onset.

use std::sync::LazyLock;

use chrono::{DateTime, Datelike, NaiveDate, NaiveTime, TimeDelta, Timelike, Utc};
use regex::Regex;

use self::cue::Cue;
use self::sender::Zone;
use super::Window;
use super::prose_spoken;
use super::prose_token::{Clock, Date, Day, ago, clocks, dates, epochs, is_other_clock, lasting, urls};
use super::zone::ahead_of_utc;

mod calendar;
mod cue;
mod language;
mod sender;
mod stamp;
mod words;

/// How far a time without a date may lie ahead of our clock and still be today's.
const SKEW: TimeDelta = TimeDelta::minutes(2);
/// How old a bare date may be and still be about the incident: CloudTrail's event history goes back no further.
const OLDEST_DAY: TimeDelta = TimeDelta::days(90);
/// How far apart several times of one message may lie and still be one moment.
const ONE_MOMENT: TimeDelta = TimeDelta::minutes(5);
/// How far before the latest of several told starts an earlier one still is of the same incident.
const ONE_INCIDENT: TimeDelta = TimeDelta::minutes(30);
/// How near ahead of now a time without a date and a zone may lie and be the sender's own clock, or a plan, rather than yesterday's.
const OWN_CLOCK: TimeDelta = TimeDelta::hours(3);
/// How long before now a message may have been written from whose time its lengths of time are counted.
const OLDEST_MESSAGE: TimeDelta = TimeDelta::hours(24);

/// When it began, as far as a text tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Onset {
    /// At this time.
    At(DateTime<Utc>),
    /// On this day, or in this part of one.
    Within(Window),
    /// The text has several times, from the first to the last, and does not tell which is the start.
    Several(Window),
    /// The only times lie in the future.
    Future,
    /// It names no time.
    Untold,
}

/// The times of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Told {
    /// When it began.
    pub onset: Onset,
    /// Whether the text says of that time that it is the start (`since`, `triggered at`).
    pub is_start: bool,
    /// Whether the start is the beginning itself, not when it was noticed.
    pub began: bool,
    /// Whether no zone is told, and the times were read as of a clock ahead of UTC.
    pub guessed_zone: bool,
    /// When it ended.
    pub ended: Option<DateTime<Utc>>,
}

/// A time in a text.
#[derive(Clone, Copy, Debug)]
struct Mention {
    /// Where it stands, in bytes.
    at: (usize, usize),
    /// When; for a day its first instant.
    from: DateTime<Utc>,
    /// The end of the day or of a part of one.
    to: Option<DateTime<Utc>>,
    /// Whether a date or a zone says more than the bare time of day.
    certain: bool,
    /// Whether its zone is told.
    zoned: bool,
    /// What it is the time of, where its form says so.
    cue: Option<Cue>,
    /// How far ahead of now the time of day comes next, where that is nearer than the last time: then it may be a plan.
    ahead: Option<TimeDelta>,
}

impl Mention {
    fn new(at: (usize, usize), from: DateTime<Utc>, to: Option<DateTime<Utc>>) -> Self {
        Self { at, from, to, certain: true, zoned: true, cue: None, ahead: None }
    }

    /// Tells whether it may be read off the sender's own clock, which no zone tells.
    fn is_of_own_clock(&self) -> bool {
        !self.certain && self.ahead.is_some_and(|ahead| ahead <= OWN_CLOCK)
    }
}

/// Finds out when it began.
///
/// Shape: of several times the one that is told to be the start counts (`since`, `began`), then when it was noticed (`triggered`), then one that
/// stands for itself, and last when it was told (`sent`, `now`). A time without a date is the latest before `now`, or of the only date that the text
/// or, as `yesterday`, its sentence names; one that comes sooner than it was is a plan. One without a zone is in the zone of the others, or else of
/// those who write in the text's script, or else UTC; where the newest would lie ahead of `now`, it is in the zone that puts that before it, and
/// where the newest line of a chat would be hours old, in the zone of the Americas in which it is new.
/// Times at which all was well, and those in addresses of web pages, do not count.
pub fn in_prose(text: &str, now: DateTime<Utc>) -> Told {
    let script = language::zone_of_script(text);
    let text = &*language::english(&COMPACT.replace_all(text, "${1}-${2}-${3}T${4}:${5}:${6}"));
    let told = sender::told_zone(text);
    if told.is_some() {
        return choose_of(&mentions(text, now, told.as_deref().map(Zone::Told)), now);
    }
    let guessed = |zone: &str| {
        let mentions = mentions(text, now, Some(Zone::Guessed(zone)));
        let ahead = mentions.iter().any(|(cue, mention)| *cue < Cue::End && (mention.from > now + SKEW || mention.ahead.is_some()));
        let is_guess = mentions.iter().any(|(cue, mention)| *cue < Cue::End && !mention.zoned);
        (!ahead).then(|| Told { guessed_zone: is_guess, ..choose_of(&mentions, now) })
    };
    if let Some(told) = script.and_then(guessed) {
        return told;
    }
    let mentions = mentions(text, now, None);
    sender::zone(&mentions, now).and_then(|zone| guessed(&zone)).unwrap_or_else(|| choose_of(&mentions, now))
}

/// Finds the times of a text and what each is the time of; `zone` is that of times without one.
fn mentions(text: &str, now: DateTime<Utc>, zone: Option<Zone>) -> Vec<(Cue, Mention)> {
    let mut mentions = moments(text, now, zone);
    mentions.sort_by_key(|mention| mention.at);
    let mut before = 0;
    let mut told: Vec<(Cue, Mention)> = Vec::new();
    let stamps = stamp::cues(text, &mentions.iter().map(|mention| mention.at).collect::<Vec<_>>());
    // Who asks since when does not tell.
    let is_question = |at: (usize, usize)| text.get(at.1..).and_then(|rest| rest.lines().next()).is_some_and(|line| line.contains('?'));
    for mention in mentions {
        let stamp = stamps.iter().find(|(at, _)| *at == mention.at).map(|(_, cue)| *cue);
        let cue = cue::of(text, before, mention.at);
        told.push((
            mention.cue.or(stamp.filter(|_| cue != Cue::Never && (cue > Cue::Alarm || is_question(mention.at)))).unwrap_or(cue),
            mention,
        ));
        before = mention.at.1;
    }
    told
}

/// Chooses the onset among all times of a text.
fn choose_of(told: &[(Cue, Mention)], now: DateTime<Utc>) -> Told {
    let past = |(cue, mention): &&(Cue, Mention)| *cue != Cue::Never && mention.from <= now + SKEW;
    let ended = told.iter().filter(past).filter(|(cue, _)| *cue == Cue::End).map(|(_, mention)| mention.from).max();
    let mut known: Vec<(Cue, Mention)> = told.iter().filter(past).filter(|(cue, _)| *cue < Cue::End).copied().collect();
    let future = known.is_empty() && ended.is_none() && told.iter().any(|(cue, mention)| *cue < Cue::End && mention.from > now + SKEW);
    let own_clock = known.iter().any(|(_, mention)| mention.is_of_own_clock());
    let has_past = known.iter().any(|(_, mention)| mention.ahead.is_none());
    known.retain(|(_, mention)| mention.ahead.is_none() || !has_past && !mention.is_of_own_clock());
    let (onset, cue) = choose(&known).unwrap_or((if future { Onset::Future } else { Onset::Untold }, Cue::Never));
    let is_start = cue <= Cue::Alarm && matches!(onset, Onset::At(_));
    let bare = |time: DateTime<Utc>| known.iter().all(|(_, mention)| mention.from != time || !mention.certain);
    let onset = match onset {
        // Where the sender's clock is another one than ours, a time of hours ago is not told apart from one of now.
        Onset::At(time) if own_clock && !is_start && bare(time) && now - time > OWN_CLOCK => {
            Window::new(time, now).map_or(onset, Onset::Several)
        }
        onset => onset,
    };
    Told { onset, is_start, began: is_start && cue == Cue::Start, guessed_zone: false, ended }
}

/// Chooses the onset among the times that may be it.
fn choose(known: &[(Cue, Mention)]) -> Option<(Onset, Cue)> {
    for wanted in [Cue::Start, Cue::Alarm, Cue::Plain, Cue::Lasting, Cue::Stamp, Cue::Said, Cue::Beside] {
        let of_cue = || known.iter().filter(move |(cue, _)| *cue == wanted).map(|(_, mention)| mention);
        let mut times: Vec<DateTime<Utc>> = of_cue().filter(|mention| mention.to.is_none()).map(|mention| mention.from).collect();
        times.sort_unstable();
        let (Some(first), Some(last)) = (times.first().copied(), times.last().copied()) else {
            match of_cue().find_map(|mention| Window::new(mention.from, mention.to?)) {
                Some(day) => return Some((Onset::Within(day), wanted)),
                None => continue,
            }
        };
        if wanted <= Cue::Alarm || last - first <= ONE_MOMENT {
            let earliest = times.into_iter().find(|time| last - *time <= ONE_INCIDENT).unwrap_or(first);
            return Some((Onset::At(earliest), wanted));
        }
        return Window::new(first, last).map(|span| (Onset::Several(span), wanted));
    }
    None
}

/// Finds every time of a text.
fn moments(text: &str, now: DateTime<Utc>, zone: Option<Zone>) -> Vec<Mention> {
    let links = urls(text);
    let outside = |at: (usize, usize)| !links.iter().any(|link| link.0 <= at.0 && at.0 < link.1);
    let dates: Vec<Date> = dates(text).into_iter().filter(|date| outside(date.at)).collect();
    let mut clocks: Vec<Clock> = clocks(text, &dates).into_iter().filter(|clock| outside(clock.at)).collect();
    let free = |spoken: &Clock| !clocks.iter().any(|known| known.at.0 < spoken.at.1 && spoken.at.0 < known.at.1);
    let spoken: Vec<Clock> = prose_spoken::clocks(text).into_iter().filter(free).collect();
    clocks.extend(spoken);
    clocks.sort_by_key(|clock| clock.at);
    join_zoned(text, &mut clocks);
    let (name, is_guess) = match zone {
        Some(Zone::Told(name)) => (Some(name), false),
        Some(Zone::Guessed(name)) => (Some(name), true),
        None => (None, false),
    };
    for clock in clocks.iter_mut().filter(|clock| clock.zone.is_none()) {
        clock.zone = name.map(str::to_owned);
        clock.zone_lent = true;
    }
    let (relative, absolute): (Vec<Date>, Vec<Date>) = dates.iter().partition(|date| matches!(date.day, Day::Weekday(_) | Day::Back(_)));
    let absolute: Vec<Date> =
        absolute.into_iter().filter(|date| cue::of(text, 0, date.at) < Cue::Beside && !is_of_partition(text, date.at.0)).collect();
    let context = only_day(&absolute, now);
    let context = |clock: &Clock| {
        let near = cue::sentence(text, clock.at);
        let near: Vec<Date> = relative.iter().filter(|date| near.0 <= date.at.0 && date.at.1 <= near.1).copied().collect();
        if near.is_empty() { context } else { only_day(&near, now) }
    };
    let mut used = vec![false; dates.len()];
    let mut lent = false;
    let mut found = Vec::new();
    for clock in &clocks {
        let joined = dates.iter().position(|date| joins(text, date, clock));
        let date = joined.and_then(|index| dates.get(index));
        if let Some(slot) = joined.and_then(|index| used.get_mut(index)) {
            *slot = true;
        }
        let at = date.map_or(clock.at, |date| (date.at.0.min(clock.at.0), date.at.1.max(clock.at.1)));
        let from = match date {
            Some(date) => resolve(date, clock, now),
            None => context(clock).and_then(|day| lend(day, clock, now)).inspect(|_| lent = true),
        };
        let undated = || {
            let from = latest(clock, now)?;
            let ahead = from + TimeDelta::days(1) - now;
            let ahead = (!(clock.either_half || is_guess && clock.zone_lent) && ahead < now - from).then_some(ahead);
            Some(Mention { certain: clock.zone.is_some() && !clock.zone_lent, ahead, ..Mention::new(at, from, None) })
        };
        let mention = from.map(|from| Mention::new(at, from, None)).or_else(|| if date.is_some() { None } else { undated() });
        found.extend(mention.map(|mention| Mention { zoned: !clock.zone_lent, ..mention }));
    }
    let bare = dates.iter().zip(&used).filter(|(date, used)| !**used && !lent && !date.needs_clock);
    let told = bare.map(|(date, _)| date).filter(|date| !cue::all_was_well(text, date.at) && !is_of_partition(text, date.at.0));
    found.extend(told.filter_map(|date| span(date, now)));
    let free = |found: &[Mention], at: (usize, usize)| outside(at) && !found.iter().any(|known| known.at.0 < at.1 && at.0 < known.at.1);
    let written = written(text, &found, now);
    for (at, from, to) in ago(text, written).into_iter().chain(epochs(text, now)) {
        if free(&found, at) {
            found.push(Mention::new(at, from, to));
        }
    }
    for (at, from, is_of_state) in lasting(text, written) {
        if free(&found, at) {
            found.push(Mention { cue: Some(if is_of_state { Cue::Start } else { Cue::Lasting }), ..Mention::new(at, from, None) });
        }
    }
    found
}

/// Returns when a message was written, from where its lengths of time count: at the newest time that it was told at, or stands for itself, or else now.
fn written(text: &str, found: &[Mention], now: DateTime<Utc>) -> DateTime<Utc> {
    let told = |mention: &&Mention| matches!(cue::of(text, 0, mention.at), Cue::Alarm | Cue::Plain | Cue::Said);
    let of_message =
        found.iter().filter(|mention| mention.to.is_none() && mention.ahead.is_none()).filter(told).map(|mention| mention.from);
    of_message.filter(|time| *time <= now && now - *time <= OLDEST_MESSAGE).max().unwrap_or(now)
}

/// Joins times of day that stand in two clocks, `12:20 (10:20 UTC)`: the one with a zone counts, in the place of both.
fn join_zoned(text: &str, clocks: &mut Vec<Clock>) {
    let mut joined: Vec<Clock> = Vec::with_capacity(clocks.len());
    for clock in clocks.drain(..) {
        let bare = joined.last().filter(|last| last.zone.is_none() && clock.zone.is_some());
        let begin = bare.filter(|last| text.get(last.at.1..clock.at.0).is_some_and(is_other_clock)).map(|last| last.at.0);
        match begin {
            Some(begin) => {
                joined.pop();
                joined.push(Clock { at: (begin, clock.at.1), ..clock });
            }
            None => joined.push(clock),
        }
    }
    *clocks = joined;
}

/// Tells whether a date without a time of day is the value of a key that says of no start: `dt=2026-05-18` is where data lies, not when it broke.
fn is_of_partition(text: &str, at: usize) -> bool {
    let before = text.get(..at).unwrap_or_default();
    let key = before.strip_suffix('=').map(|lead| lead.rsplit(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default());
    key.is_some_and(|key| !key.is_empty() && !cue::tells(&key.replace('_', " ")))
}

/// Tells whether a date and a time of day stand together: `2 March, 10:00`, `10:00 on 2 March`.
fn joins(text: &str, date: &Date, clock: &Clock) -> bool {
    let between = |from: usize, to: usize, pattern: &Regex| text.get(from..to).is_some_and(|gap| gap.len() <= 24 && pattern.is_match(gap));
    between(date.at.1, clock.at.0, &DATE_TIME) || between(clock.at.1, date.at.0, &TIME_DATE)
}

/// Returns the instant of a date and a time of day.
fn resolve(date: &Date, clock: &Clock, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let time = date.part.map_or(clock.time, |part| if clock.half_known { clock.time } else { part.adjust(clock.time) });
    let at = |day: NaiveDate| instant(day, time, clock);
    let today = (now + ahead(clock, now.date_naive(), time)?).date_naive();
    match date.day {
        Day::Full(day) => at(day),
        Day::Either(one, other) => either(at(one)?, at(other)?, now),
        Day::Yearless { month, day } => {
            // A date and a time such as `Mar 2 10:00:00 UTC 2026` have the year last.
            let years = clock.year.map_or_else(|| vec![today.year(), today.year() - 1], |year| vec![year]);
            let mut days = years.into_iter().filter_map(|year| at(NaiveDate::from_ymd_opt(year, month, day)?));
            days.find(|time| *time <= now + TimeDelta::days(1))
        }
        Day::Weekday(weekday) => {
            today.iter_days().rev().take(8).filter(|day| day.weekday() == weekday).filter_map(at).find(|time| *time <= now + SKEW)
        }
        Day::Back(days) => {
            // The small hours of last night are today's.
            let days = if date.part.is_some_and(|part| part.ends_tomorrow()) && time.hour() < 5 { days.saturating_sub(1) } else { days };
            at(today.checked_sub_days(chrono::Days::new(days))?)
        }
    }
}

/// Of two readings of a date such as `02/03/2026`, returns the one that can be meant.
fn either(one: DateTime<Utc>, other: DateTime<Utc>, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    for reach in [TimeDelta::days(7), TimeDelta::days(60)] {
        let near = |time: DateTime<Utc>| time <= now + SKEW && now - time <= reach;
        match (near(one), near(other)) {
            (true, false) => return Some(one),
            (false, true) => return Some(other),
            _ if one == other => return Some(one),
            _ => {}
        }
    }
    None
}

/// Returns the latest instant before now with that time of day.
fn latest(clock: &Clock, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let today = (now + ahead(clock, now.date_naive(), clock.time)?).date_naive();
    let halves = halves(clock);
    let of_day = |day: NaiveDate| halves.iter().filter_map(move |time| instant(day, *time, clock));
    today.iter_days().rev().take(3).flat_map(of_day).find(|time| *time <= now + SKEW)
}

/// Lends the only day that a text names to a time of day.
fn lend(day: NaiveDate, clock: &Clock, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let past = |time: &DateTime<Utc>| *time <= now + SKEW && now - *time <= OLDEST_DAY;
    halves(clock).into_iter().filter_map(|time| instant(day, time, clock)).find(past)
}

/// Returns the times of day that a clock may mean, the latest first.
fn halves(clock: &Clock) -> Vec<NaiveTime> {
    let later = clock.time.overflowing_add_signed(TimeDelta::hours(12)).0;
    if clock.either_half { vec![clock.time.max(later), clock.time.min(later)] } else { vec![clock.time] }
}

fn instant(day: NaiveDate, time: NaiveTime, clock: &Clock) -> Option<DateTime<Utc>> {
    Some((day.and_time(time) - ahead(clock, day, time)?).and_utc())
}

fn ahead(clock: &Clock, day: NaiveDate, time: NaiveTime) -> Option<TimeDelta> {
    clock.zone.as_deref().map_or(Some(TimeDelta::zero()), |zone| ahead_of_utc(zone, day.and_time(time)))
}

/// Returns the day that all dates of a text mean.
fn only_day(dates: &[Date], now: DateTime<Utc>) -> Option<NaiveDate> {
    let mut days = dates.iter().map(|date| day(date, now));
    let first = days.next()??;
    days.all(|day| day == Some(first)).then_some(first)
}

fn day(date: &Date, now: DateTime<Utc>) -> Option<NaiveDate> {
    let midnight = Clock::at_midnight();
    resolve(&Date { part: None, ..*date }, &midnight, now).map(|time| time.date_naive())
}

/// Returns a day without a time as a span.
fn span(date: &Date, now: DateTime<Utc>) -> Option<Mention> {
    let start = day(date, now)?.and_time(NaiveTime::MIN).and_utc();
    let (from, to) = date.part.map_or((0, 24), |part| part.hours());
    let (from, to) = (start + TimeDelta::hours(from), start + TimeDelta::hours(to));
    (now - to <= OLDEST_DAY).then_some(Mention::new(date.at, from, Some(to)))
}

#[expect(clippy::expect_used, reason = "literal patterns")]
fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("pattern")
}

/// ISO 8601 without separators.
static COMPACT: LazyLock<Regex> = LazyLock::new(|| pattern(r"\b(20[0-9]{2})([01][0-9])([0-3][0-9])T([0-2][0-9])([0-5][0-9])([0-5][0-9])"));

/// What may stand between a date and its time of day.
static DATE_TIME: LazyLock<Regex> = LazyLock::new(|| pattern(r#"(?i)^(?:t|[\s,;:@|()–—_"'-]|\bat\b|\baround\b|\babout\b|~)*$"#));

/// What may stand between a time of day and its date.
static TIME_DATE: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?i)^[\s,(]*(?:on|of|am|the)?[\s,(]*$"));

#[cfg(test)]
mod tests;
