//! Which interval to look at.

use chrono::{DateTime, TimeDelta, Utc};

use super::basis::{WindowBasis, WindowStart};
use super::primary::Primary;
use super::{Asked, Defaults, InvalidArgument, Times};
use crate::time::{self, Window};

/// How long after the alert's start the window goes on.
const AFTER: TimeDelta = TimeDelta::minutes(10);
/// How far to look back where costs rise: bills lag by a day and more.
const OF_COSTS: TimeDelta = TimeDelta::hours(48);
/// How far to look back without an alert.
pub(super) const WITHOUT_ALERT: TimeDelta = TimeDelta::hours(1);

/// Decides the window, and says where it came from.
///
/// Shape: never empty, never past `now`; a default start never makes it longer than `max_window`.
/// Errors: a time that cannot be read, a start that is not before the end or not before now.
pub(super) fn decide(
    asked: &Asked,
    primary: &Primary,
    defaults: &Defaults,
    times: Times,
) -> Result<(Window, WindowBasis), InvalidArgument> {
    let Times { said, now } = times;
    let start = primary.alert.as_ref().map(|alert| alert.started_at.min(now));
    let read = |argument: &str, text: &Option<String>| match text.as_deref().map(str::trim) {
        None | Some("") => Ok(None),
        Some(text) => time::argument(text, said, primary.alert.as_ref().map(|alert| alert.started_at))
            .map(Some)
            .map_err(|problem| refuse(argument, &problem)),
    };
    let span = |text: &Option<String>| text.as_deref().and_then(|text| time::named_span(text, said));
    let (from, to) = match (span(&asked.start_time), span(&asked.end_time)) {
        // A day by its name is the whole day.
        (Some(start), None) => (Some(start.from), read("end_time", &asked.end_time)?.or(Some(start.to))),
        (Some(start), Some(end)) => (Some(start.from), Some(end.to)),
        (None, Some(end)) => (read("start_time", &asked.start_time)?, Some(end.to)),
        (None, None) => (read("start_time", &asked.start_time)?, read("end_time", &asked.end_time)?),
    };
    if let Some(from) = from.filter(|from| *from >= now) {
        return Err(refuse("start_time", &format!("lies in the future: it is {} now", time::rfc3339(now))).at(from));
    }
    if let (Some(from), Some(to)) = (from, to)
        && to <= from
    {
        return Err(refuse("end_time", &format!("is not after start_time ({})", time::rfc3339(from))).at(to));
    }

    let (default_from, default_to, counted_from) = match (start, primary.ended.filter(|_| primary.lacks.is_some())) {
        (None, _) if primary.on.is_some() || primary.span.is_some_and(|span| span.from < before(said, WITHOUT_ALERT)) => {
            // Which of several times it was is not told: it may have begun after any of them.
            let (span, end, basis) = match (primary.on, primary.span) {
                (None, Some(span)) => (span, said, WindowStart::BeforeTimesInText(defaults.lookback)),
                (on, span) => {
                    let day = on.or(span).unwrap_or(Window { from: said, to: said });
                    (day, day.to, WindowStart::Day)
                }
            };
            let from = before(span.from, defaults.lookback);
            (from, end.min(from + defaults.max_window), basis)
        }
        // The window ends where it is counted from, to be no longer than it may.
        (start, _) if primary.is_about_cost => {
            let end = start.unwrap_or(said);
            let span = OF_COSTS.min(defaults.max_window);
            (before(end, span), end, WindowStart::BeforeCosts(span))
        }
        (Some(start), _) => {
            let end = primary.alert.as_ref().and_then(|alert| alert.ended_at).map_or(start + AFTER, |end| end.min(start + AFTER));
            (
                before(start, defaults.lookback),
                end,
                match primary {
                    Primary { by_age: true, .. } => WindowStart::BeforeOldest(defaults.lookback),
                    Primary { in_text: true, .. } => WindowStart::BeforeTimeInText(defaults.lookback),
                    _ => WindowStart::BeforeAlert(defaults.lookback),
                },
            )
        }
        (None, Some(end)) => (before(end, WITHOUT_ALERT), end, WindowStart::BeforeAlertEnd),
        (None, None) if defaults.without_alert == WITHOUT_ALERT => (before(said, WITHOUT_ALERT), said, WindowStart::LastHour),
        (None, None) => {
            let end = to.map_or(said, |to| to.min(now));
            let span = defaults.without_alert;
            (before(end, span), said, if defaults.looks_up { WindowStart::LookUp(span) } else { WindowStart::Last(span) })
        }
    };
    let end = match (from, to) {
        (_, Some(to)) => to.min(now),
        // A start after the alert's own window asks for what came later.
        (Some(from), None) if default_to.min(now) <= from => said,
        (_, None) => default_to.min(now),
    };
    let (begin, start) = match from {
        Some(from) => (from, WindowStart::Given),
        None if default_from < end => (default_from, counted_from),
        None => (before(end, defaults.lookback), WindowStart::BeforeEnd(defaults.lookback)),
    };
    let shortest = before(
        end,
        if matches!(start, WindowStart::LookUp(_) | WindowStart::Last(_)) { defaults.without_alert } else { defaults.max_window },
    );
    let cut = from.is_none() && begin < shortest && shortest < end;
    let begin = if cut { shortest } else { begin };
    let lacks = primary.lacks.filter(|_| from.is_none());
    let basis = WindowBasis { start, end_given: to.is_some(), lacks, cut_to: cut.then_some(defaults.max_window) };
    let window = Window::new(begin, end).ok_or_else(|| refuse("end_time", "leaves no time before it"))?;
    Ok((window, basis))
}

/// Goes back by `span`, at least by a second.
fn before(time: DateTime<Utc>, span: TimeDelta) -> DateTime<Utc> {
    time.checked_sub_signed(span.max(TimeDelta::seconds(1))).unwrap_or(DateTime::<Utc>::MIN_UTC)
}

fn refuse(argument: &str, problem: &str) -> InvalidArgument {
    let message = format!(
        "`{argument}` {problem}. Give RFC 3339 such as `2026-01-27T20:04:10Z`, a time ago such as `30m`, `2h` or `1d` (at most 3650d), `yesterday`, `this week`, `this month`, `alert-45m`, `alert+5m`, or `now`."
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
