//! When an incident began, as far as is known.

use chrono::{DateTime, Utc};

use super::primary::Primary;
use crate::time::Window;

/// When an incident began.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Onset {
    /// Nothing is told to have begun: what is asked for is what changed.
    None,
    /// At this time: what came later is no cause.
    Sure(DateTime<Utc>),
    /// At some time before: a text without a time, a day, a bill.
    Unsure {
        /// When it had begun at the latest.
        latest: DateTime<Utc>,
    },
}

impl Onset {
    /// Tells what the alert, or the lack of a time in it, says of the onset.
    pub(super) fn of(primary: &Primary, window: Window) -> Self {
        match &primary.alert {
            // A bill tells of what was spent for long.
            Some(alert) if primary.is_about_cost => Self::Unsure { latest: alert.started_at },
            Some(alert) => Self::Sure(alert.started_at),
            // Where no time is told the window ends now, where a day is, with that.
            None if primary.lacks.is_some() => Self::Unsure { latest: window.to },
            None => Self::None,
        }
    }

    /// Returns when it had begun at the latest.
    pub fn latest(self) -> Option<DateTime<Utc>> {
        match self {
            Self::None => None,
            Self::Sure(time) | Self::Unsure { latest: time } => Some(time),
        }
    }

    /// Tells whether it began at some time that nobody told.
    pub fn is_unsure(self) -> bool {
        matches!(self, Self::Unsure { .. })
    }
}
