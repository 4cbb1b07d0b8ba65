//! Which interval to look at.

use chrono::{DateTime, TimeDelta, Utc};

use super::lead::Lead;
use super::{Asked, Defaults, InvalidArgument};
use crate::time::{self, Window, compact};

/// How long after the alert's start the window goes on.
const AFTER: TimeDelta = TimeDelta::minutes(10);
/// How far to look back without an alert.
const WITHOUT_ALERT: TimeDelta = TimeDelta::hours(1);

/// Decides the window, and says where it came from.
///
/// Shape: never empty, never past `now`; a default start never makes it longer than `max_window`.
/// Errors: a time that cannot be read, a start that is not before the end or not before now.
pub(super) fn decide(
    asked: &Asked,
    lead: &Lead,
    start_words: &str,
    defaults: &Defaults,
    now: DateTime<Utc>,
) -> Result<(Window, String), InvalidArgument> {
    let start = lead.alert.as_ref().map(|alert| alert.started_at.min(now));
    let read = |argument: &str, text: &Option<String>| match text.as_deref().map(str::trim) {
        None | Some("") => Ok(None),
        Some(text) => time::argument(text, now, lead.alert.as_ref().map(|alert| alert.started_at))
            .map(Some)
            .map_err(|problem| refuse(argument, &problem)),
    };
    let (from, to) = (read("start_time", &asked.start_time)?, read("end_time", &asked.end_time)?);
    if let Some(from) = from.filter(|from| *from >= now) {
        return Err(refuse("start_time", &format!("lies in the future: it is {} now", time::rfc3339(now))).at(from));
    }
    if let (Some(from), Some(to)) = (from, to)
        && to <= from
    {
        return Err(refuse("end_time", &format!("is not after start_time ({})", time::rfc3339(from))).at(to));
    }

    let (default_from, default_to, mut words) = match (start, lead.ended.filter(|_| lead.lacks.is_some())) {
        (Some(start), _) => {
            let end = lead.alert.as_ref().and_then(|alert| alert.ended_at).map_or(start + AFTER, |end| end.min(start + AFTER));
            (before(start, defaults.lookback), end, format!("{start_words} - {}", compact(defaults.lookback)))
        }
        (None, Some(end)) => (before(end, WITHOUT_ALERT), end, "the hour before the alert's end".to_owned()),
        (None, None) => (before(now, WITHOUT_ALERT), now, "the last hour".to_owned()),
    };
    let end = match (from, to) {
        (_, Some(to)) => to.min(now),
        // A start after the alert's own window asks for what came later.
        (Some(from), None) if default_to.min(now) <= from => now,
        (_, None) => default_to.min(now),
    };
    let begin = match from {
        Some(from) => from,
        None if default_from < end => default_from,
        None => {
            words = format!("end_time - {}", compact(defaults.lookback));
            before(end, defaults.lookback)
        }
    };
    let shortest = before(end, defaults.max_window);
    let cut = from.is_none() && begin < shortest && shortest < end;
    let begin = if cut { shortest } else { begin };
    let mut basis = match (from, to) {
        (Some(_), Some(_)) => "start_time to end_time".to_owned(),
        (Some(_), None) => "start_time".to_owned(),
        (None, Some(_)) if !words.starts_with("end_time") => format!("{words} to end_time"),
        (None, _) => words,
    };
    if let Some(lacks) = lead.lacks.filter(|_| from.is_none()) {
        basis = format!("{basis}: {lacks}");
    }
    if cut {
        basis = format!("{basis}, cut to max_window {}", compact(defaults.max_window));
    }
    let window = Window::new(begin, end).ok_or_else(|| refuse("end_time", "leaves no time before it"))?;
    Ok((window, basis))
}

/// Goes back by `span`, at least by a second.
fn before(time: DateTime<Utc>, span: TimeDelta) -> DateTime<Utc> {
    time.checked_sub_signed(span.max(TimeDelta::seconds(1))).unwrap_or(DateTime::<Utc>::MIN_UTC)
}

fn refuse(argument: &str, problem: &str) -> InvalidArgument {
    let message = format!(
        "`{argument}` {problem}. Give RFC 3339 such as `2026-01-27T20:04:10Z`, a time ago such as `30m`, `2h` or `1d` (at most 3650d), `alert-45m`, `alert+5m`, or `now`."
    );
    InvalidArgument { argument: argument.into(), message }
}

impl InvalidArgument {
    /// Adds how we read the time in question.
    fn at(mut self, time: DateTime<Utc>) -> Self {
        self.message = format!("{} It was read as {}.", self.message, time::rfc3339(time));
        self
    }
}
