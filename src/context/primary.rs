//! Which alert of a payload is the primary one, and which join it.

use chrono::{DateTime, TimeDelta, Utc};

use super::alert::{Payload, Reported, tells_start};
use super::basis::Lack;
use super::fact::{Fact, Place, plain_key};
use super::{Alert, InvalidArgument, Times};
use crate::time::{self, Onset, Told, Window};

/// How far an alert's start may lie ahead of our clock.
const MAX_SKEW: TimeDelta = TimeDelta::minutes(10);
/// How long before a message was sent a time that it mentions may lie and still be the start.
const MAX_DELAY: TimeDelta = TimeDelta::hours(6);
/// How many other alerts are named.
const MAX_OTHERS: usize = 20;
/// How many characters of a name are kept.
const MAX_NAME: usize = 200;

/// What the payload comes to.
#[derive(Debug, Default)]
pub(super) struct Primary {
    /// The primary alert, when it has a readable start.
    pub(super) alert: Option<Alert>,
    /// Whether its start is a time in a text.
    pub(super) in_text: bool,
    /// Whether its start is since when what waits longest has waited, as its metric tells.
    pub(super) by_age: bool,
    /// Why there is no `alert`, when the payload had one.
    pub(super) lacks: Option<Lack>,
    /// The day of its start, when only that is told.
    pub(super) on: Option<Window>,
    /// The times of a text that does not tell which of them is the start.
    pub(super) span: Option<Window>,
    /// The end of an alert whose start is not told.
    pub(super) ended: Option<DateTime<Utc>>,
    /// Whether it is about money spent.
    pub(super) is_about_cost: bool,
    /// Names of the alerts that count.
    pub(super) names: Vec<String>,
    /// What the primary alert, those that join it and the payload say, in this order.
    pub(super) facts: Vec<Fact>,
}

/// Chooses: the newest start of a firing alert is primary, of a resolved one only when none fires; those that began within
/// `lookback` before it join, and the earliest start of them counts. An alert that tells its start in words only is read as people would.
///
/// Errors: every start lies further in the future than a local clock runs ahead, and the caller gave none (`start_given`).
pub(super) fn choose(payload: Payload, start_given: bool, lookback: TimeDelta, times: Times) -> Result<Primary, InvalidArgument> {
    let Times { said, now } = times;
    let Payload { mut alerts, facts: beside } = payload;
    let mut chosen = Primary::default();
    if alerts.is_empty() {
        chosen.lacks = Some(Lack::KnownForm).filter(|_| !beside.is_empty());
        chosen.facts = beside;
        return Ok(chosen);
    }
    let alone = alerts.len() == 1;
    let mut several: Vec<Window> = Vec::new();
    for alert in &mut alerts {
        match read_words(alert, if alone { &beside } else { &[] }, said) {
            Words::Read { in_text, guessed_zone } => {
                chosen.in_text |= in_text && alone;
                if guessed_zone {
                    chosen.lacks = Some(Lack::Zone);
                }
            }
            Words::Several(span) => several.push(span),
            Words::Future => chosen.lacks = Some(Lack::PastTime),
            Words::Nothing => {}
        }
    }
    if !start_given && alerts.iter().any(|alert| alert.started.is_some()) && alerts.iter().all(|alert| known_start(alert, now).is_none()) {
        let local = alerts.iter_mut().filter_map(|alert| Some((alert.started.and_then(|start| of_local_clock(start, now))?, alert)));
        for (start, alert) in local {
            alert.started = Some(start);
            chosen.lacks = Some(Lack::Zone);
        }
    }
    let ahead = alerts.iter().filter_map(|alert| alert.started).filter(|start| *start - now > MAX_SKEW).min();
    alerts.sort_by_key(|alert| (!fires(alert, now), std::cmp::Reverse(known_start(alert, now))));
    let primary = alerts.iter().position(|alert| known_start(alert, now).is_some());
    let start = primary.and_then(|at| known_start(alerts.get(at)?, now));

    let Some(newest) = start else {
        if let Some(start) = ahead.filter(|_| !start_given) {
            return Err(InvalidArgument {
                argument: "investigation".into(),
                message: format!(
                    "The alert starts at {}, after now ({}): check the time's offset, such as `2026-01-27T20:04:10+01:00`.",
                    time::rfc3339(start),
                    time::rfc3339(now)
                ),
            });
        }
        chosen.on = alerts.iter().filter_map(|alert| alert.on).filter(|day| day.from <= now).max_by_key(|day| day.from);
        chosen.span = several.into_iter().max_by_key(|span| span.to);
        chosen.lacks = match (chosen.on, chosen.span) {
            (Some(_), _) => Some(Lack::TimeOfDay),
            (None, Some(_)) => Some(Lack::SingleTime),
            (None, None) => chosen.lacks.or(Some(if alerts.iter().all(Reported::is_text) { Lack::TimeInText } else { Lack::Start })),
        };
        chosen.ended = alerts.iter().filter_map(|alert| alert.ended).filter(|end| *end <= now).max();
        chosen.names = alerts.iter().map(name).collect();
        chosen.facts = alerts.into_iter().flat_map(|alert| alert.facts).chain(beside).collect();
        return Ok(chosen);
    };

    let primary = primary.map(|at| alerts.remove(at)).unwrap_or_default();
    let joins = |alert: &Reported| known_start(alert, now).is_some_and(|start| start <= newest && newest - start <= lookback);
    let (joined, others): (Vec<Reported>, Vec<Reported>) = alerts.into_iter().partition(joins);
    let together = || std::iter::once(&primary).chain(&joined);

    let first = together().filter(|alert| alert.started.is_some()).min_by_key(|alert| alert.started);
    let started_at = first.and_then(|alert| alert.started).unwrap_or(newest);
    chosen.by_age = first.is_some_and(|alert| alert.by_age);
    let firing = together().any(|alert| fires(alert, now));
    let ended_at = together().filter_map(|alert| alert.ended).max().filter(|end| !firing && *end > started_at && *end <= now);
    let mut named = Vec::new();
    for other in joined.iter().chain(&others).map(name) {
        if !named.contains(&other) && named.len() < MAX_OTHERS {
            named.push(other);
        }
    }
    chosen.names = together().map(name).collect();
    chosen.alert = Some(Alert { name: name(&primary), started_at, ended_at, others: named });
    chosen.facts = std::iter::once(primary).chain(joined).flat_map(|alert| alert.facts).chain(beside).collect();
    Ok(chosen)
}

/// What the words of an alert tell of its start.
enum Words {
    /// A time or a day, which the alert has now; or it had one before.
    Read {
        /// Whether it stands in a text.
        in_text: bool,
        /// Whether its zone is a guess.
        guessed_zone: bool,
    },
    /// Several times.
    Several(Window),
    /// A time to come.
    Future,
    /// Nothing.
    Nothing,
}

/// Reads the start out of an alert's words, where no field of it tells it, and falls back to when it was sent.
fn read_words(alert: &mut Reported, beside: &[Fact], now: DateTime<Utc>) -> Words {
    if let Some(noticed) = alert.started.filter(|_| alert.noticed)
        && let Told { onset: Onset::At(began), began: true, .. } = time::in_prose(&words_of(alert, &[]), noticed)
        && began < noticed
        && noticed - began <= MAX_DELAY
    {
        alert.started = Some(began);
        return Words::Read { in_text: true, guessed_zone: false };
    }
    if alert.started.is_some() || alert.on.is_some() || (alert.ended.is_some() && alert.firing == Some(false)) {
        return Words::Read { in_text: false, guessed_zone: false };
    }
    // A field of the start may be written as people write: `10:00 on 2 March`.
    let of_field = |fact: &Fact| {
        let told = time::in_prose(&fact.text, now);
        if let Onset::At(time) = told.onset { Some((time, told.guessed_zone)) } else { None }
    };
    if let Some((start, guessed_zone)) = alert.facts.iter().filter(|fact| tells_start(&plain_key(&fact.name))).find_map(of_field) {
        alert.started = Some(start);
        return Words::Read { in_text: false, guessed_zone };
    }
    let words = words_of(alert, beside);
    let told = time::in_prose(&words, now);
    // A message that only mentions a time was sent about now; one that says since when is believed.
    let believed = |time: DateTime<Utc>| alert.sent.is_none_or(|sent| time <= sent && (told.is_start || sent - time <= MAX_DELAY));
    if alert.ended.is_none() {
        alert.ended = told.ended;
    }
    match told.onset {
        Onset::At(time) if believed(time) => {
            alert.started = Some(time);
            Words::Read { in_text: true, guessed_zone: told.guessed_zone }
        }
        _ if alert.sent.is_some() => {
            alert.started = alert.sent;
            Words::Read { in_text: false, guessed_zone: false }
        }
        Onset::At(time) => {
            alert.started = Some(time);
            Words::Read { in_text: true, guessed_zone: told.guessed_zone }
        }
        Onset::Within(day) => {
            alert.on = Some(day);
            Words::Read { in_text: true, guessed_zone: told.guessed_zone }
        }
        Onset::Several(span) => Words::Several(span),
        Onset::Future => Words::Future,
        Onset::Untold => Words::Nothing,
    }
}

/// Joins the texts for people of an alert.
fn words_of(alert: &Reported, beside: &[Fact]) -> String {
    let mut words = String::new();
    for fact in alert.facts.iter().chain(beside).filter(|fact| matches!(fact.place, Place::Annotation | Place::Text)) {
        words.push_str(&fact.text);
        words.push('\n');
    }
    if alert.facts.is_empty() {
        words.push_str(&alert.name);
    }
    words
}

/// Reads a time that lies ahead as one of a local clock: the latest that is past.
fn of_local_clock(time: DateTime<Utc>, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    time::own_clock(time - now).map(|offset| time - offset)
}

fn known_start(alert: &Reported, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    alert.started.filter(|start| *start - now <= MAX_SKEW)
}

fn fires(alert: &Reported, now: DateTime<Utc>) -> bool {
    alert.firing.unwrap_or_else(|| alert.ended.is_none_or(|end| end > now))
}

fn name(alert: &Reported) -> String {
    match alert.name.trim() {
        "" => "unnamed alert".into(),
        name => name.chars().take(MAX_NAME).collect(),
    }
}
