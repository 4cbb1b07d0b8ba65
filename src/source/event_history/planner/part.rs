//! How a window is cut into parts.

use chrono::{DateTime, TimeDelta, Utc};

use crate::window::Window;

/// Gaps that are read one by one; where more are left between what is known, the nearest are read as one.
const GAPS: usize = 3;

/// Returns by how many chains `expected` events are read soonest, with few pages that are not full.
///
/// Shape: the steps are wide, since an estimate from one page is off by a seventh even where events come evenly; where it is
/// far too high, each chain too many costs one request.
/// Source: the simulation, at 4 s a page.
pub(super) fn parts(expected: f64) -> usize {
    const STEPS: [(f64, usize); 4] = [(60.0, 1), (130.0, 3), (650.0, 6), (1_300.0, 7)];
    STEPS.iter().find(|(most, _)| expected <= *most).map_or(1, |(_, parts)| *parts)
}

/// Returns what of `window` is not known, oldest first; the smallest known stretches between are read again where there are many.
pub(super) fn gaps(window: Window, known: &[Window]) -> Vec<Window> {
    let mut gaps = window.without(known);
    while gaps.len() > GAPS {
        let between = |pair: &[Window]| match pair {
            [older, newer] => newer.from - older.to,
            _ => TimeDelta::MAX,
        };
        let Some((at, _)) = gaps.windows(2).enumerate().min_by_key(|(_, pair)| between(pair)) else { break };
        let newer = gaps.remove(at + 1);
        if let Some(older) = gaps.get_mut(at) {
            older.to = newer.to;
        }
    }
    gaps
}

/// Returns the length in seconds, at least one.
pub(super) fn seconds(window: Window) -> f64 {
    (window.length().num_milliseconds() as f64 / 1000.0).max(1.0)
}

/// Returns the beginning of the second.
pub(super) fn floor(time: DateTime<Utc>) -> DateTime<Utc> {
    DateTime::from_timestamp(time.timestamp(), 0).unwrap_or(time)
}
