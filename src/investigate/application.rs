//! An application's log in an investigation: the window that it is about, its joins, and how long a cursor holds it.

use std::sync::{Arc, OnceLock};

use chrono::{DateTime, TimeDelta, Utc};

use super::resume::Room;
use crate::context::Asked;
use crate::context::basis::{WindowBasis, WindowStart};
use crate::correlate::{self, Joins, Log, Subject};
use crate::rank::Change;
use crate::time::{Window, rfc3339};

/// How far around a log that nothing else gives a time for: its clock may be off, and what it tells of began before.
const AROUND: TimeDelta = TimeDelta::minutes(5);

/// A log that was given with a question, and that cursors may hold.
#[derive(Debug)]
pub(super) struct GivenLog {
    pub(super) log: Log,
    held: OnceLock<(Arc<Room>, usize)>,
}

impl From<Log> for GivenLog {
    fn from(log: Log) -> Self {
        Self { log, held: OnceLock::new() }
    }
}

impl GivenLog {
    /// Takes room for it in what all cursors carry; tells whether there is any.
    pub(super) fn hold(&self, room: &Arc<Room>) -> bool {
        let size = self.log.size();
        if self.held.get().is_some() {
            return true;
        }
        let taken = room.take(size);
        if taken && self.held.set((Arc::clone(room), size)).is_err() {
            room.give(size);
        }
        taken
    }

    /// Joins it to what was read.
    pub(super) fn join(&self, changes: &[Change]) -> Joins {
        let subjects: Vec<Subject<'_>> =
            changes.iter().map(|change| Subject { event: &change.event, resources: &change.resources }).collect();
        correlate::join(&self.log.records, &subjects)
    }
}

impl Drop for GivenLog {
    fn drop(&mut self) {
        if let Some((room, size)) = self.held.get() {
            room.give(*size);
        }
    }
}

/// Returns the time of a log where nothing else gives one, and how it is told: at most `longest`, the latest part.
pub(super) fn own_time(asked: &Asked, log: &Log, longest: TimeDelta, now: DateTime<Utc>) -> Option<(Window, WindowBasis)> {
    let given = asked.investigation.is_some() || asked.start_time.is_some() || asked.end_time.is_some();
    let (first, last) = log.span().filter(|_| !given)?;
    let to = (last + AROUND).min(now);
    let (whole, latest) = (first - AROUND, to - longest);
    let basis = WindowBasis { cut_to: (whole < latest).then_some(longest), ..WindowStart::OwnTimeOfLog.into() };
    Some((Window::new(whole.max(latest), to)?, basis))
}

/// Asks about a window.
pub(super) fn over(asked: Asked, window: Window) -> Asked {
    Asked { start_time: Some(rfc3339(window.from)), end_time: Some(rfc3339(window.to)), ..asked }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::correlate::Fields;

    fn log() -> Log {
        let record = |time: &str| json!({"time": time, "operation": "PutItem"});
        Log::read(&json!([record("2026-01-27T20:00:00Z"), record("2026-01-27T21:00:00Z")]), &Fields::default()).unwrap()
    }

    #[test]
    fn a_log_alone_is_asked_about_in_its_own_time_and_never_past_now() {
        let at = |text| crate::time::parse(text).unwrap();
        let of = |asked: &Asked, longest, now| own_time(asked, &log(), TimeDelta::hours(longest), at(now));
        let (window, basis) = of(&Asked::default(), 48, "2026-01-28T00:00:00Z").unwrap();
        assert_eq!((window.from, window.to), (at("2026-01-27T19:55:00Z"), at("2026-01-27T21:05:00Z")));
        assert_eq!(basis, WindowStart::OwnTimeOfLog.into());
        let asked = over(Asked::default(), window);
        assert_eq!((asked.start_time.as_deref(), asked.end_time.as_deref()), (Some("2026-01-27T19:55:00Z"), Some("2026-01-27T21:05:00Z")));
        assert_eq!(of(&Asked::default(), 48, "2026-01-27T20:30:00Z").unwrap().0.to, at("2026-01-27T20:30:00Z"));
        let (cut, basis) = of(&Asked::default(), 1, "2026-01-28T00:00:00Z").unwrap();
        assert_eq!((cut.from, basis.cut_to), (at("2026-01-27T20:05:00Z"), Some(TimeDelta::hours(1))), "the latest part");
        let given = Asked { start_time: Some("2h".to_owned()), ..Asked::default() };
        assert_eq!(of(&given, 48, "2026-01-28T00:00:00Z"), None);
        assert_eq!(of(&Asked::default(), 48, "2026-01-26T00:00:00Z"), None, "a log of the future tells no time");
    }

    #[test]
    fn a_log_takes_room_once_however_many_cursors_hold_it_and_gives_it_back() {
        let room: Arc<Room> = Arc::default();
        let given = GivenLog::from(log());
        assert!(given.hold(&room) && given.hold(&room));
        let other = GivenLog::from(log());
        assert!(other.hold(&room));
        assert_eq!(room.held(), 2 * given.log.size());
        drop((given, other));
        assert_eq!(room.held(), 0);
    }
}
