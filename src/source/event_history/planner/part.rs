//! How a window is cut into parts.

use chrono::{DateTime, TimeDelta, Utc};

use crate::time::Window;

/// Gaps that are read one by one; where more are left between what is known, the nearest are read as one.
const GAPS: usize = 3;

/// Most events that are believed to follow because many came before: what comes much faster than this is over soon.
pub(super) const FORESEEN: f64 = 1_600.0;

/// Returns the shares in which `expected` events that come evenly are read soonest by five chains, newest first and without the oldest.
///
/// Shape: at ten pages four shares are two pages each, though the estimate is off by a seventh, and the newest, of which most is
/// known by then, is what is left; it is halved later.
/// Source: the simulation, at 4 s a page.
pub(super) fn shares(expected: f64) -> &'static [f64] {
    match expected {
        ..=60.0 => &[],
        ..=130.0 => &[0.33, 0.33],
        250.0..=650.0 => &[0.27, 0.1825, 0.1825, 0.1825],
        _ => &[0.2, 0.2, 0.2, 0.2],
    }
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
