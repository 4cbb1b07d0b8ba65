//! Time windows: half-open, UTC.

use chrono::{DateTime, TimeDelta, Utc};

/// A half-open interval `[from, to)` in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Window {
    /// First instant inside.
    pub from: DateTime<Utc>,
    /// First instant after.
    pub to: DateTime<Utc>,
}

impl Window {
    /// Makes a window, or nothing when it would be empty.
    pub fn new(from: DateTime<Utc>, to: DateTime<Utc>) -> Option<Self> {
        (from < to).then_some(Self { from, to })
    }

    /// Tells whether `time` lies inside.
    pub fn contains(&self, time: DateTime<Utc>) -> bool {
        self.from <= time && time < self.to
    }

    /// Returns the length, always positive.
    pub fn length(&self) -> TimeDelta {
        self.to - self.from
    }
}
