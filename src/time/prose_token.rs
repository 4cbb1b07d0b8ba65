//! Dates, times of day, `2 hours ago` and epoch numbers in a text: where they stand and what they say, before they are joined.

use std::sync::LazyLock;

use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Timelike, Utc, Weekday};
use regex::{Captures, Regex};

use super::zone::ahead_of_utc;

/// Where something stands in a text, in bytes.
pub(super) type Span = (usize, usize);

/// A date in a text.
#[derive(Clone, Copy, Debug)]
pub(super) struct Date {
    /// Where it stands.
    pub(super) at: Span,
    /// Which day is meant.
    pub(super) day: Day,
    /// Which part of the day.
    pub(super) part: Option<Part>,
    /// Whether it is a date only beside a time of day: `1.2.26`, `Sun`.
    pub(super) needs_clock: bool,
}

/// A day as it is written.
#[derive(Clone, Copy, Debug)]
pub(super) enum Day {
    /// With its year.
    Full(NaiveDate),
    /// `02/03/2026`: day first, or month first.
    Either(NaiveDate, NaiveDate),
    /// Without a year.
    Yearless {
        /// The month, from 1.
        month: u32,
        /// The day of the month.
        day: u32,
    },
    /// The latest such day of the week.
    Weekday(Weekday),
    /// So many days before today.
    Back(u64),
}

/// A part of a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// Until noon.
    Morning,
    /// From noon on.
    Afternoon,
    /// From six.
    Evening,
    /// From six, and into the next day.
    Night,
}

impl Part {
    /// Returns the hours, from the day's first instant.
    pub(super) fn hours(self) -> (i64, i64) {
        match self {
            Self::Morning => (0, 12),
            Self::Afternoon => (12, 18),
            Self::Evening => (17, 24),
            Self::Night => (18, 30),
        }
    }

    /// Tells whether it goes on after midnight.
    pub(super) fn ends_tomorrow(self) -> bool {
        self == Self::Night
    }

    /// Reads `9:15` of an evening as 21:15.
    pub(super) fn adjust(self, time: NaiveTime) -> NaiveTime {
        let later = self != Self::Morning && (if self == Self::Night { 5..12 } else { 1..12 }).contains(&time.hour());
        if later { time.with_hour(time.hour() + 12).unwrap_or(time) } else { time }
    }
}

/// A time of day in a text.
#[derive(Clone, Debug)]
pub(super) struct Clock {
    /// Where it stands, its zone included.
    pub(super) at: Span,
    /// The time.
    pub(super) time: NaiveTime,
    /// Its zone; UTC when absent.
    pub(super) zone: Option<String>,
    /// Whether the zone is none that stands with it.
    pub(super) zone_lent: bool,
    /// Whether it says which half of the day: `pm`, or an hour after twelve.
    pub(super) half_known: bool,
    /// Whether it may be of either half: nobody says `half past fourteen`.
    pub(super) either_half: bool,
    /// A year that follows it.
    pub(super) year: Option<i32>,
}

impl Clock {
    /// The first instant of a day of UTC.
    pub(super) fn at_midnight() -> Self {
        Self { at: (0, 0), time: NaiveTime::MIN, zone: None, zone_lent: false, half_known: true, either_half: false, year: None }
    }
}

#[expect(clippy::expect_used, reason = "literal patterns")]
fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("pattern")
}

const MONTHS: &str =
    "jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?";

static ISO: LazyLock<Regex> = LazyLock::new(|| pattern(r"(20[0-9]{2})[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})"));
static DAY_FIRST: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(r"(?i)([0-9]{{1,2}})(?:st|nd|rd|th|\.)?[ /-]{{1,2}}(?:of )?({MONTHS})\b\.?,?(?:[ /-]{{1,2}}(20[0-9]{{2}})\b)?"))
});
static MONTH_FIRST: LazyLock<Regex> =
    LazyLock::new(|| pattern(&format!(r"(?i)({MONTHS})\b\.? {{1,2}}([0-9]{{1,2}})(?:st|nd|rd|th)?\b(?:,? (20[0-9]{{2}})\b)?")));
static NUMERIC: LazyLock<Regex> = LazyLock::new(|| pattern(r"([0-9]{1,2})([/.])([0-9]{1,2})[/.](20[0-9]{2}|[0-9]{2})"));
static RELATIVE: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?i)\b(yesterday|today|tonight|last night|this)\b(?: (morning|afternoon|evening|night)\b)?"));
static WEEKDAY: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(?:[Ll]ast )?((?i:monday|tuesday|wednesday|thursday|friday|saturday|sunday)|Mon|Tues?|Wed|Thu(?:rs)?|Fri|Sat|Sun)\b(?: (morning|afternoon|evening|night)\b)?",
    )
});

static TIME: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?i)([0-9]{1,2}):([0-9]{2})(?::([0-9]{2})(?:[.,]([0-9]{1,9}))?)?(?:\s?([ap])\.?m\b\.?)?"));
static HALF_DAY: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?i)([0-9]{1,2})()()()\s?([ap])\.?m\b\.?"));
/// A sign of the half of the day.
static HALF_SIGN: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?i)[0-9]:[0-9]{2}\s?[ap]\.?m\b"));
static MILITARY: LazyLock<Regex> = LazyLock::new(|| pattern(r"([01][0-9]|2[0-3])([0-5][0-9])(?: ?(?:Z|UTC|GMT)\b)"));
static NAMED: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?i)(noon|midnight)\b"));

/// A zone after a time of day; after an offset, its name may follow.
static ZONE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^\s{0,2}[(\[]?((?:UTC|GMT) ?[+-][0-9]{1,2}(?::?[0-9]{2})?|[+-][0-9]{2}(?::?[0-9]{2})?|(?:US|[A-Z][a-z]+)/[A-Z][A-Za-z_]+|[A-Z]{1,4}|utc|gmt|z)\b[)\]]?(?:[ \[(]{1,2}[A-Z]{3,4}\b[)\]]?)?",
    )
});
/// The same, when only the zone itself counts.
static ZONE_ALONE: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"^\s{0,2}[(\[]?((?:US|[A-Z][a-z]+)/[A-Z][A-Za-z_]+|[A-Z]{1,4}|utc|gmt|z)\b[)\]]?"));
static ZONE_BEFORE: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?:^|[(\s])([A-Z]{2,4})[)\]]?[:\s]{1,3}$"));
static YEAR_AFTER: LazyLock<Regex> = LazyLock::new(|| pattern(r"^ (20[0-9]{2})\b"));

/// How long: a number, a unit, and smaller units.
const LENGTH: &str = r"(half an|an?|[0-9]{1,4})\s?(seconds?|secs?|s|minutes?|mins?|m|hours?|hrs?|h|days?|d|weeks?|w)\s*(?:(?:and\s+)?([0-9]{1,2})\s?(?:minutes?|mins?|m|h)\b)?(?:\s*[0-9]{1,2}\s?(?:minutes?|mins?|m|seconds?|secs?|s)\b)?";
static AGO: LazyLock<Regex> = LazyLock::new(|| pattern(&format!(r"(?i)\b{LENGTH}\s+ago\b")));
/// What is said of something that should come and does not.
const SILENCE: &str = r"(?:no|zero|without)\s(?:\w+\s)?(?:data|datapoints?|metrics?|heartbeats?|messages?|events?|records?|logs?|results?|traffic|requests?|responses?|orders?|files?|samples?|signals?|invocations?|deliver(?:y|ies)|pings?|packets?)";
/// How long it has lasted, after what says so.
static LASTING: LazyLock<Regex> = LazyLock::new(|| {
    let about = r"(?:(?:about|around|approximately|approx\.?|roughly|over|more than|nearly|almost|at least|the last|the past|a good|some|~|>)\s*){0,2}";
    pattern(&format!(
        r"(?i)\b{LENGTH}\b",
    ).replacen(r"\b", &format!(r"\b(?:(?P<state>since|down|outage|downtime|lasted|lasting|(?:been|down|failing|stuck|unreachable|offline|hanging|unavailable|broken|degraded|unresponsive|alerting|firing|critical|dead|slow|missing)\b[^.;,\n0-9]{{0,24}}\bfor|{SILENCE}\b[^.;,\n0-9]{{0,24}}\b(?:for|in|over))|for|duration)[:=]?\s*{about}\b"), 1))
});
static EPOCH: LazyLock<Regex> = LazyLock::new(|| pattern(r"1[0-9]{9}(?:[0-9]{3})?(?:\.[0-9]{1,6})?"));
static URL: LazyLock<Regex> = LazyLock::new(|| pattern(r#"https?://[^\s"'<>]+"#));

/// Returns where addresses of web pages stand.
pub(super) fn urls(text: &str) -> Vec<Span> {
    URL.find_iter(text).map(|url| (url.start(), url.end())).collect()
}

/// What one spelling of a date says: the day, the part of it, and whether it is only a date beside a time of day.
type Said = (Day, Option<Part>, bool);

/// Returns the dates of a text, in order, none inside another.
pub(super) fn dates(text: &str) -> Vec<Date> {
    let mut found: Vec<Date> = Vec::new();
    let mut add = |all: &Regex, read: fn(&Captures<'_>) -> Option<Said>| {
        for parts in all.captures_iter(text) {
            let Some(at) = parts.get(0).map(|all| (all.start(), all.end())) else { continue };
            let free = !found.iter().any(|known| known.at.0 < at.1 && at.0 < known.at.1);
            if free
                && stands_alone(text, at)
                && let Some((day, part, needs_clock)) = read(&parts)
            {
                found.push(Date { at, day, part, needs_clock });
            }
        }
    };
    add(&ISO, |parts| full(number(parts, 1)?, number(parts, 2)?, number(parts, 3)?));
    add(&DAY_FIRST, |parts| named_month(parts, 2, 1));
    add(&MONTH_FIRST, |parts| named_month(parts, 1, 2));
    add(&NUMERIC, numeric);
    add(&RELATIVE, relative);
    add(&WEEKDAY, |parts| {
        let name = parts.get(1)?.as_str();
        Some((Day::Weekday(name.parse().ok()?), parts.get(2).and_then(|part| part_of(part.as_str())), name.len() < 6))
    });
    found.sort_by_key(|date| date.at);
    join_weekdays(found)
}

/// Makes a day of the week a part of the date beside it.
fn join_weekdays(found: Vec<Date>) -> Vec<Date> {
    let mut dates: Vec<Date> = Vec::new();
    for date in found {
        let is_weekday = |date: &Date| matches!(date.day, Day::Weekday(_));
        match dates.last_mut() {
            Some(last) if date.at.0.saturating_sub(last.at.1) <= 3 && is_weekday(last) != is_weekday(&date) => {
                let at = (last.at.0, date.at.1);
                *last = Date { at, ..if is_weekday(last) { date } else { *last } };
            }
            _ => dates.push(date),
        }
    }
    dates
}

fn full<T>(year: i32, month: u32, day: u32) -> Option<(Day, Option<Part>, T)>
where
    T: Default,
{
    Some((Day::Full(NaiveDate::from_ymd_opt(year, month, day)?), None, T::default()))
}

fn named_month(parts: &Captures<'_>, month: usize, day: usize) -> Option<(Day, Option<Part>, bool)> {
    let name = parts.get(month)?.as_str();
    let day = number::<u32>(parts, day).filter(|day| (1..=31).contains(day))?;
    let month = name.parse::<chrono::Month>().ok().or_else(|| name.get(..3)?.parse().ok())?.number_from_month();
    match number(parts, 3) {
        Some(year) => full(year, month, day),
        // Without a year `2 may` may be a verb.
        None => name.starts_with(char::is_uppercase).then_some((Day::Yearless { month, day }, None, false)),
    }
}

fn numeric(parts: &Captures<'_>) -> Option<(Day, Option<Part>, bool)> {
    let (first, second, year) = (number::<u32>(parts, 1)?, number::<u32>(parts, 3)?, number::<i32>(parts, 4)?);
    let (year, short) = if year < 100 { (2000 + year, true) } else { (year, false) };
    let (day_first, month_first) = (NaiveDate::from_ymd_opt(year, second, first), NaiveDate::from_ymd_opt(year, first, second));
    // Points separate where the day comes first.
    let day = match (day_first, month_first.filter(|_| parts.get(2).is_some_and(|sign| sign.as_str() == "/"))) {
        (Some(one), Some(other)) => Day::Either(one, other),
        (Some(day), None) | (None, Some(day)) => Day::Full(day),
        (None, None) => return None,
    };
    Some((day, None, short))
}

fn relative(parts: &Captures<'_>) -> Option<(Day, Option<Part>, bool)> {
    let part = parts.get(2).and_then(|part| part_of(part.as_str()));
    let (back, implied) = match parts.get(1)?.as_str().to_ascii_lowercase().as_str() {
        "yesterday" => (1, None),
        "last night" => (1, Some(Part::Night)),
        "tonight" => (0, Some(Part::Evening)),
        "this" => return part.map(|part| (Day::Back(0), Some(part), false)),
        _ => (0, None),
    };
    Some((Day::Back(back), part.or(implied), false))
}

fn part_of(name: &str) -> Option<Part> {
    match name.to_ascii_lowercase().as_str() {
        "morning" => Some(Part::Morning),
        "afternoon" => Some(Part::Afternoon),
        "evening" => Some(Part::Evening),
        "night" => Some(Part::Night),
        _ => None,
    }
}

/// Returns the times of day of a text, in order, none inside a date or another.
pub(super) fn clocks(text: &str, dates: &[Date]) -> Vec<Clock> {
    let mut found: Vec<Clock> = Vec::new();
    // Without the dates, lest `2026:10:00` be read as 26:10.
    let mut left = text.to_owned();
    dates.iter().for_each(|date| left.replace_range(date.at.0..date.at.1, &" ".repeat(date.at.1 - date.at.0)));
    let patterns: [&Regex; 4] = [&TIME, &HALF_DAY, &MILITARY, &NAMED];
    for all in patterns {
        for parts in all.captures_iter(&left) {
            let Some(at) = parts.get(0).map(|all| (all.start(), all.end())) else { continue };
            let after_date = dates
                .iter()
                .any(|date| date.at.1 == at.0 || (date.at.1 + 1 == at.0 && !text.get(date.at.1..at.0).unwrap_or(" ").contains('.')));
            let taken =
                dates.iter().map(|date| date.at).chain(found.iter().map(|clock| clock.at)).any(|known| known.0 < at.1 && at.0 < known.1);
            if !taken && (after_date && ends(text, at.1) || stands_alone(text, at)) {
                found.extend(clock(text, &parts, at));
            }
        }
    }
    found.sort_by_key(|clock| clock.at);
    // Where others say which half of the day they are of, one that does not is of either.
    if HALF_SIGN.is_match(text) {
        for clock in found.iter_mut().filter(|clock| !clock.half_known && clock.zone.is_none() && clock.time.second() == 0) {
            clock.either_half = clock.time.hour() <= 12;
        }
    }
    share_zones(text, found)
}

fn clock(text: &str, parts: &Captures<'_>, at: Span) -> Option<Clock> {
    let named = parts.get(1)?.as_str().to_ascii_lowercase();
    let hour = match named.as_str() {
        "noon" => 12,
        "midnight" => 0,
        hour => hour.parse::<u32>().ok()?,
    };
    let half = parts.get(5).map(|half| half.as_str().to_ascii_lowercase());
    let hour = match half.as_deref() {
        Some(_) if hour > 12 => hour,
        Some("p") => hour % 12 + 12,
        Some(_) => hour % 12,
        None => hour,
    };
    let nanos = parts
        .get(4)
        .filter(|fraction| !fraction.as_str().is_empty())
        .and_then(|fraction| format!("{:0<9}", fraction.as_str()).parse().ok());
    let time = NaiveTime::from_hms_nano_opt(hour, number(parts, 2).unwrap_or(0), number(parts, 3).unwrap_or(0), nanos.unwrap_or(0))?;
    // Of a four-digit time the zone is what makes it one.
    let end = if parts.get(0)?.as_str().ends_with(['Z', 'C', 'T']) { parts.get(2)?.end() } else { at.1 };
    let rest = text.get(end..).unwrap_or_default();
    // `10:00-10:30` is no time west of Greenwich, which `10:00:00-10:30` is.
    let range = rest.starts_with('-') && number::<u32>(parts, 3).is_none() && !text.get(..at.0).is_some_and(|lead| lead.ends_with('T'));
    let known = |pattern: &Regex| {
        let found = pattern.captures(rest)?;
        let zone = found.get(1)?.as_str().to_owned();
        ahead_of_utc(&zone, NaiveDate::MIN.and_time(time)).map(|_| (zone, found.get(0).map_or(0, |all| all.end())))
    };
    let zone = if range { None } else { known(&ZONE).filter(|(zone, _)| zone.contains(['+', '-'])).or_else(|| known(&ZONE_ALONE)) };
    let end = zone.as_ref().map_or(end, |(_, length)| end + length);
    let year = text.get(end..).and_then(|rest| YEAR_AFTER.captures(rest)).and_then(|year| number(&year, 1));
    let half_known = half.is_some() || hour > 12 || hour == 0;
    Some(Clock { at: (at.0, end), time, zone: zone.map(|(zone, _)| zone), zone_lent: false, half_known, either_half: false, year })
}

/// Gives a time without a zone the one that stands before it, or that of the time right after it: `10:00–10:30 CET`.
fn share_zones(text: &str, mut clocks: Vec<Clock>) -> Vec<Clock> {
    let mut next: Option<(usize, Option<String>)> = None;
    for clock in clocks.iter_mut().rev() {
        if clock.zone.is_none() {
            let before =
                text.get(..clock.at.0).and_then(|lead| ZONE_BEFORE.captures(lead)).and_then(|zone| Some(zone.get(1)?.as_str().to_owned()));
            let known = before.filter(|zone| ahead_of_utc(zone, NaiveDate::MIN.and_time(clock.time)).is_some());
            let near =
                |start: usize| start.saturating_sub(clock.at.1) <= 8 && !is_other_clock(text.get(clock.at.1..start).unwrap_or_default());
            let shared = next.take().filter(|(start, _)| near(*start)).and_then(|(_, zone)| zone);
            clock.zone = known.or(shared);
        }
        next = Some((clock.at.0, clock.zone.clone()));
    }
    clocks
}

/// Tells whether what stands between two times of day says that both are one, by two clocks: `12:20 (10:20 UTC)`.
pub(super) fn is_other_clock(between: &str) -> bool {
    matches!(between.trim(), "(" | "[" | "/" | "=" | "|")
}

/// Returns times told as so long ago: an instant, or a day.
pub(super) fn ago(text: &str, now: DateTime<Utc>) -> Vec<(Span, DateTime<Utc>, Option<DateTime<Utc>>)> {
    let read = |parts: Captures<'_>| {
        let at = parts.get(0).map(|all| (all.start(), all.end()))?;
        let (length, of_days) = length(parts.get(1)?.as_str(), parts.get(2)?.as_str(), number(&parts, 3))?;
        let time = now.checked_sub_signed(length)?;
        let day = of_days.then(|| time.date_naive().and_time(NaiveTime::MIN).and_utc());
        Some((at, day.unwrap_or(time), day.map(|day| day + TimeDelta::days(1))))
    };
    AGO.captures_iter(text).filter_map(read).collect()
}

/// Returns when began what a text says to have lasted so long, and whether it says that of a state that is wrong.
pub(super) fn lasting(text: &str, now: DateTime<Utc>) -> Vec<(Span, DateTime<Utc>, bool)> {
    let read = |parts: Captures<'_>| {
        let at = parts.get(0).map(|all| (all.start(), all.end()))?;
        let (length, _) = length(parts.get(2)?.as_str(), parts.get(3)?.as_str(), number(&parts, 4))?;
        (length >= TimeDelta::minutes(1)).then_some((at, now.checked_sub_signed(length)?, parts.name("state").is_some()))
    };
    LASTING.captures_iter(text).filter_map(read).collect()
}

/// Returns a length of time, and whether it is one of days.
fn length(count: &str, unit: &str, smaller: Option<i64>) -> Option<(TimeDelta, bool)> {
    let (unit, of_smaller) = match unit.to_ascii_lowercase().chars().next()? {
        's' => (1, 0),
        'm' => (60, 0),
        'h' => (3_600, 60),
        'd' => (86_400, 3_600),
        _ => (604_800, 0),
    };
    let seconds = match count.to_ascii_lowercase().as_str() {
        "half an" => unit / 2,
        "a" | "an" => unit,
        count => count.parse::<i64>().ok()?.checked_mul(unit)?,
    };
    Some((TimeDelta::try_seconds(seconds + smaller.unwrap_or(0) * of_smaller)?, unit >= 86_400 && smaller.is_none()))
}

/// Returns Unix times of the last three months, in seconds or milliseconds.
pub(super) fn epochs(text: &str, now: DateTime<Utc>) -> Vec<(Span, DateTime<Utc>, Option<DateTime<Utc>>)> {
    let read = |found: regex::Match<'_>| {
        let at = (found.start(), found.end());
        let time = super::parse(found.as_str())?;
        let recent = time <= now + TimeDelta::minutes(2) && now - time <= TimeDelta::days(90);
        (recent && stands_alone(text, at)).then_some((at, time, None))
    };
    EPOCH.find_iter(text).filter_map(read).collect()
}

fn number<T: std::str::FromStr>(parts: &Captures<'_>, index: usize) -> Option<T> {
    parts.get(index)?.as_str().parse().ok()
}

/// Tells whether what stands there is no part of a longer name or number.
fn stands_alone(text: &str, at: Span) -> bool {
    let mut before = text.get(..at.0).unwrap_or_default().chars().rev();
    let free = match (before.next(), before.next()) {
        (None, _) => true,
        // The second time of a range.
        (Some('-'), Some(c)) => c.is_ascii_digit(),
        (Some(c), _) => !c.is_alphanumeric() && !matches!(c, '.' | ':' | '/' | '-' | '+' | '_' | '#'),
    };
    free && ends(text, at.1)
}

fn ends(text: &str, at: usize) -> bool {
    let mut after = text.get(at..).unwrap_or_default().chars();
    match (after.next(), after.next()) {
        (Some('T' | 'Z' | 'z' | '_'), _) | (None, _) => true,
        (Some('.' | ':' | '/' | ','), Some(next)) => {
            !next.is_ascii_digit()
                || text.get(..at).is_some_and(|lead| lead.len() >= 4 && lead.ends_with(|c: char| c.is_ascii_digit()) && is_year(lead))
        }
        (Some(c), _) => !c.is_alphanumeric(),
    }
}

/// Tells whether a text ends in a year, after which a log's time may stand: `02/Mar/2026:10:00:00`.
fn is_year(lead: &str) -> bool {
    lead.get(lead.len().saturating_sub(4)..).is_some_and(|year| year.starts_with("20") && year.bytes().all(|b| b.is_ascii_digit()))
}
