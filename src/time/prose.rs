//! Times in what people write: titles, e-mails, chat messages, log lines; and which of them is the onset.

use std::sync::LazyLock;

use chrono::{DateTime, Datelike, NaiveDate, NaiveTime, TimeDelta, Timelike, Utc};
use regex::{Captures, Regex};

use super::Window;
use super::prose_spoken;
use super::prose_token::{Clock, Date, Day, ago, clocks, dates, epochs, is_other_clock, urls};
use super::zone::ahead_of_utc;

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
/// How many bytes before a time are searched for what it is the time of.
const CUE_REACH: usize = 60;

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
    /// When it ended.
    pub ended: Option<DateTime<Utc>>,
}

/// What a time is the time of, the surest start first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Cue {
    /// When it began.
    Start,
    /// When it was noticed.
    Alarm,
    /// The text does not say.
    Plain,
    /// When it was told, or something else happened.
    Beside,
    /// When it ended.
    End,
    /// Nothing that has happened.
    Never,
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
    /// How far ahead of now the time of day comes next, where that is nearer than the last time: then it may be a plan.
    ahead: Option<TimeDelta>,
}

impl Mention {
    fn new(at: (usize, usize), from: DateTime<Utc>, to: Option<DateTime<Utc>>) -> Self {
        Self { at, from, to, certain: true, ahead: None }
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
/// or, as `yesterday`, its sentence names; one that comes sooner than it was is a plan; one without a zone is UTC. Times at which all was
/// well, and those in addresses of web pages, do not count.
pub fn in_prose(text: &str, now: DateTime<Utc>) -> Told {
    let text = &*COMPACT.replace_all(text, "${1}-${2}-${3}T${4}:${5}:${6}");
    let mut mentions = moments(text, now);
    mentions.sort_by_key(|mention| mention.at);
    let mut before = 0;
    let mut told: Vec<(Cue, Mention)> = Vec::new();
    for mention in mentions {
        told.push((cue(text, before, mention.at), mention));
        before = mention.at.1;
    }
    let past = |(cue, mention): &&(Cue, Mention)| *cue != Cue::Never && mention.from <= now + SKEW;
    let ended = told.iter().filter(past).filter(|(cue, _)| *cue == Cue::End).map(|(_, mention)| mention.from).max();
    let mut known: Vec<(Cue, Mention)> = told.iter().filter(past).filter(|(cue, _)| *cue < Cue::End).copied().collect();
    let future = known.is_empty() && ended.is_none() && told.iter().any(|(cue, mention)| *cue < Cue::End && mention.from > now + SKEW);
    let own_clock = known.iter().any(|(_, mention)| mention.is_of_own_clock());
    let has_past = known.iter().any(|(_, mention)| mention.ahead.is_none());
    known.retain(|(_, mention)| mention.ahead.is_none() || !has_past && !mention.is_of_own_clock());
    let (onset, is_start) = choose(&known).unwrap_or((if future { Onset::Future } else { Onset::Untold }, false));
    let bare = |time: DateTime<Utc>| known.iter().all(|(_, mention)| mention.from != time || !mention.certain);
    let onset = match onset {
        // Where the sender's clock is another one than ours, a time of hours ago is not told apart from one of now.
        Onset::At(time) if own_clock && !is_start && bare(time) && now - time > OWN_CLOCK => {
            Window::new(time, now).map_or(onset, Onset::Several)
        }
        onset => onset,
    };
    Told { onset, is_start, ended }
}

/// Chooses the onset among the times that may be it.
fn choose(known: &[(Cue, Mention)]) -> Option<(Onset, bool)> {
    for wanted in [Cue::Start, Cue::Alarm, Cue::Plain, Cue::Beside] {
        let of_cue = || known.iter().filter(move |(cue, _)| *cue == wanted).map(|(_, mention)| mention);
        let mut times: Vec<DateTime<Utc>> = of_cue().filter(|mention| mention.to.is_none()).map(|mention| mention.from).collect();
        times.sort_unstable();
        let (Some(first), Some(last)) = (times.first().copied(), times.last().copied()) else {
            match of_cue().find_map(|mention| Window::new(mention.from, mention.to?)) {
                Some(day) => return Some((Onset::Within(day), false)),
                None => continue,
            }
        };
        let is_start = wanted <= Cue::Alarm;
        if is_start || last - first <= ONE_MOMENT {
            let earliest = times.into_iter().find(|time| last - *time <= ONE_INCIDENT).unwrap_or(first);
            return Some((Onset::At(earliest), is_start));
        }
        return Window::new(first, last).map(|span| (Onset::Several(span), false));
    }
    None
}

/// Finds every time of a text.
fn moments(text: &str, now: DateTime<Utc>) -> Vec<Mention> {
    let links = urls(text);
    let outside = |at: (usize, usize)| !links.iter().any(|link| link.0 <= at.0 && at.0 < link.1);
    let dates: Vec<Date> = dates(text).into_iter().filter(|date| outside(date.at)).collect();
    let mut clocks: Vec<Clock> = clocks(text, &dates).into_iter().filter(|clock| outside(clock.at)).collect();
    let free = |spoken: &Clock| !clocks.iter().any(|known| known.at.0 < spoken.at.1 && spoken.at.0 < known.at.1);
    let spoken: Vec<Clock> = prose_spoken::clocks(text).into_iter().filter(free).collect();
    clocks.extend(spoken);
    clocks.sort_by_key(|clock| clock.at);
    join_zoned(text, &mut clocks);
    let (relative, absolute): (Vec<Date>, Vec<Date>) = dates.iter().partition(|date| matches!(date.day, Day::Weekday(_) | Day::Back(_)));
    let context = only_day(&absolute, now);
    let context = |clock: &Clock| {
        let near = sentence(text, clock.at);
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
            let ahead = (!clock.either_half && ahead < now - from).then_some(ahead);
            Some(Mention { certain: clock.zone.is_some(), ahead, ..Mention::new(at, from, None) })
        };
        found.extend(from.map(|from| Mention::new(at, from, None)).or_else(|| if date.is_some() { None } else { undated() }));
    }
    let bare = dates.iter().zip(&used).filter(|(date, used)| !**used && !lent && !date.needs_clock);
    let told = bare.map(|(date, _)| date).filter(|date| !all_was_well(text, date.at) && !is_of_partition(text, date.at.0));
    found.extend(told.filter_map(|date| span(date, now)));
    let free = |found: &[Mention], at: (usize, usize)| outside(at) && !found.iter().any(|known| known.at.0 < at.1 && at.0 < known.at.1);
    for (at, from, to) in ago(text, now).into_iter().chain(epochs(text, now)) {
        if free(&found, at) {
            found.push(Mention::new(at, from, to));
        }
    }
    found
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

/// Returns where the sentence begins and ends in which something stands.
fn sentence(text: &str, at: (usize, usize)) -> (usize, usize) {
    let begin = text.get(..at.0).and_then(|lead| SENTENCE_END.find_iter(lead).last()).map_or(0, |end| end.end());
    let end = text.get(at.1..).and_then(|rest| SENTENCE_END.find(rest)).map_or(text.len(), |end| at.1 + end.start());
    (begin, end)
}

/// Tells whether the sentence of a time says that all was well then.
fn all_was_well(text: &str, at: (usize, usize)) -> bool {
    let (begin, end) = sentence(text, at);
    let part = |from: usize, to: usize| text.get(from..to).unwrap_or_default().rsplit([',', '(', ')']).next().unwrap_or_default();
    let rest = text.get(at.1..end).unwrap_or_default();
    let rest = rest.trim_start_matches([')', ']']).split([',', '(', ')']).next().unwrap_or_default();
    let said = format!("{} {rest}", part(begin, at.0));
    WELL.is_match(&said) && !NOT.is_match(&said)
}

/// Tells whether a date without a time of day is the value of a key that says of no start: `dt=2026-05-18` is where data lies, not when it broke.
fn is_of_partition(text: &str, at: usize) -> bool {
    let before = text.get(..at).unwrap_or_default();
    let key = before.strip_suffix('=').map(|lead| lead.rsplit(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default());
    key.is_some_and(|key| !key.is_empty() && !CUE.is_match(&key.replace('_', " ")))
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

/// Tells what a time is the time of, by the words before it, or else after it.
fn cue(text: &str, before: usize, at: (usize, usize)) -> Cue {
    let mut from = before.max(at.0.saturating_sub(CUE_REACH));
    while !text.is_char_boundary(from) {
        from += 1;
    }
    let lead = text.get(from..at.0).unwrap_or_default();
    if before > 0 && RANGE.is_match(lead) {
        return Cue::End;
    }
    if all_was_well(text, at) {
        return Cue::Never;
    }
    // What stands in the sentence before only counts when the time stands alone in its own.
    let (_, end) = sentence(text, at);
    let begin = SENTENCE_END.find_iter(lead).last().map_or(0, |end| end.end());
    let own = lead.get(begin..).unwrap_or_default();
    let alone = !own.chars().chain(text.get(at.1..end).unwrap_or_default().chars()).any(char::is_alphabetic);
    let line = if alone { lead } else { own };
    if let Some(found) = CUE.captures_iter(line).last() {
        let of_change =
            found.get(1).is_some() && line.get(..found.get(0).map_or(0, |all| all.start())).is_some_and(|lead| CHANGE.is_match(lead));
        return if of_change { Cue::Beside } else { class(&found) };
    }
    let rest = text.get(at.1..).unwrap_or_default();
    let rest = rest.split(['\n', '.', ';']).next().unwrap_or_default();
    let near: String = rest.chars().take(30).take_while(|c| !c.is_ascii_digit()).collect();
    match CUE.captures_iter(&near).next() {
        Some(found) if found.get(1).or_else(|| found.get(2)).or_else(|| found.get(4)).is_some() => {
            if found.get(1).is_some() && CHANGE.is_match(&near) { Cue::Beside } else { class(&found) }
        }
        _ => Cue::Plain,
    }
}

fn class(found: &Captures<'_>) -> Cue {
    let groups = [Cue::Start, Cue::Alarm, Cue::Beside, Cue::End, Cue::Never];
    groups.into_iter().enumerate().find(|(index, _)| found.get(index + 1).is_some()).map_or(Cue::Plain, |(_, cue)| cue)
}

#[expect(clippy::expect_used, reason = "literal patterns")]
fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("pattern")
}

/// ISO 8601 without separators.
static COMPACT: LazyLock<Regex> = LazyLock::new(|| pattern(r"\b(20[0-9]{2})([01][0-9])([0-3][0-9])T([0-2][0-9])([0-5][0-9])([0-5][0-9])"));

/// What may stand between a date and its time of day.
static DATE_TIME: LazyLock<Regex> = LazyLock::new(|| pattern(r#"(?i)^(?:t|[\s,;:@|()–—_"'-]|\bat\b|\bum\b|\baround\b|\babout\b|~)*$"#));

/// What may stand between a time of day and its date.
static TIME_DATE: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?i)^[\s,(]*(?:on|of|am|the)?[\s,(]*$"));

/// What ends a sentence.
static SENTENCE_END: LazyLock<Regex> = LazyLock::new(|| pattern(r"\n|[.!?;]\s|\s[|–—•]\s"));

/// Words that say that all was well.
static WELL: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"(?i)\b(?:fine|green|ok|okay|good|healthy|worked|working|passed|succeeded|successful(?:ly)?|quiet|normal)\b")
});

/// Words that say the opposite of what stands after them.
static NOT: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?i)\b(?:not|never|no longer|stopped|nothing|isn.t|wasn.t|didn.t|until)\b"));

/// What makes a range of two times.
static RANGE: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?i)^\s*(?:-|–|—|->|→|to|until|till|bis)\s*$"));

/// Words that tell what a time is the time of: of the start, of the alarm, of something else, of the end, of nothing that has happened.
static CUE: LazyLock<Regex> = LazyLock::new(|| {
    let start = r"since|seit|began|begins?|beginning|begun|start(?:s|ed|ing)?(?:[_ ]?(?:at|time|date|on))?|onset|from|first(?:[_ ]?(?:seen|observed|occurred|noticed))?(?:[_ ]?at)?|active[_ ]?(?:at|since)|incident[_ ]?(?:time|start)|broken?|failing|down|impact[_ ]?start";
    let alarm = r"trigger(?:ed)?(?:[_ ]?(?:at|on|time))?|fir(?:ed|ing)|opened(?:[_ ]?at)?|creat(?:ed|ion)(?:[_ ]?(?:at|on|time|date))?|detected(?:[_ ]?at)?|raised|occurred|entered|alarm(?:ed)?|alert(?:ed)?|state[_ ]?changed?(?:[_ ]?(?:at|time))?|event[_ ]?time|problem|paged|breach(?:ed)?|happened|noticed|observed";
    let beside = r"now|currently|current|sent|reported|generated|received|date|updated?(?:[_ ]?at)?|last|latest|acknowledged|acked|notified|posted|printed|evaluated|datapoints?|escalated|as of|deploy(?:ed|ing|ment|s)?|releas(?:ed?|ing)|rollout|rolled|merged|pushed|built|build|backup|maintenance";
    let end = r"until|till|bis|resolv(?:ed|es)(?:[_ ]?at)?|recover(?:ed|y)|end(?:s|ed|ing)?(?:[_ ]?(?:at|time))?|closed(?:[_ ]?at)?|cleared|fixed|over|finished|mitigated";
    let never = r"expir(?:es|y|ation)|next|valid|due|scheduled|eta|not after|renew(?:al|s)?|version|copyright|will";
    pattern(&format!(r"(?i)\b(?:({start})|({alarm})|({beside})|({end})|({never}))\b"))
});

/// Words of which a start is no incident's.
static CHANGE: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?i)\b(?:deploy\w*|releas\w*|rollout|maintenance|build|backup|migration|pipeline|job)\b[^.;\n]{0,16}$"));

#[cfg(test)]
mod tests;
