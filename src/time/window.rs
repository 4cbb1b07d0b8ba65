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

    /// Returns the part of this window that lies in `other`.
    pub fn meet(self, other: Self) -> Option<Self> {
        Self::new(self.from.max(other.from), self.to.min(other.to))
    }

    /// Returns what of this window lies in none of `known`.
    ///
    /// Shape: oldest first, disjoint; `known` in any order, overlapping or not.
    pub fn without(self, known: &[Self]) -> Vec<Self> {
        let mut rest = Vec::new();
        let mut from = self.from;
        for one in union(known.to_vec()).into_iter().filter_map(|one| one.meet(self)) {
            rest.extend(Self::new(from, one.from));
            from = one.to;
        }
        rest.extend(Self::new(from, self.to));
        rest
    }

    /// Returns the smallest window of whole seconds around this one, as AWS and records count no smaller ones.
    #[must_use]
    pub fn whole_seconds(self) -> Self {
        let floor = |time: DateTime<Utc>| DateTime::from_timestamp(time.timestamp(), 0).unwrap_or(time);
        let end = floor(self.to);
        let to = if end < self.to { end.checked_add_signed(TimeDelta::seconds(1)).unwrap_or(self.to) } else { end };
        Self { from: floor(self.from), to }
    }
}

/// Joins windows that overlap or touch.
///
/// Shape: oldest first, disjoint, with time between them.
pub fn union(mut windows: Vec<Window>) -> Vec<Window> {
    windows.sort_by_key(|window| (window.from, window.to));
    let mut joined: Vec<Window> = Vec::with_capacity(windows.len());
    for window in windows {
        match joined.last_mut() {
            Some(last) if window.from <= last.to => last.to = last.to.max(window.to),
            _ => joined.push(window),
        }
    }
    joined
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_769_544_000 + second, 0).unwrap()
    }

    fn window((from, length): (i64, i64)) -> Window {
        Window::new(at(from), at(from + length)).unwrap()
    }

    proptest::proptest! {
        #[test]
        fn what_is_known_and_what_is_left_are_the_whole_and_never_both(
            known in proptest::collection::vec((0_i64..100, 1_i64..30), 0..6),
            whole in (10_i64..40, 1_i64..60),
        ) {
            let (known, whole): (Vec<Window>, Window) = (known.into_iter().map(window).collect(), window(whole));
            let rest = whole.without(&known);
            for second in 0..200 {
                let inside = |windows: &[Window]| windows.iter().filter(|window| window.contains(at(second))).count();
                let wanted = usize::from(whole.contains(at(second)) && inside(&known) == 0);
                proptest::prop_assert_eq!(inside(&rest), wanted);
                proptest::prop_assert_eq!(inside(&union(known.clone())), usize::from(inside(&known) > 0));
            }
            proptest::prop_assert!(rest.windows(2).all(|pair| pair[0].to < pair[1].from));
        }
    }
}
