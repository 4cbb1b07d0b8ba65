//! What is known from earlier readings and cannot change any more: the border to the cache.

use chrono::{DateTime, Utc};

use super::chain::Entry;
use crate::source::Kind;

/// What a slice belongs to.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct SliceKey {
    /// Who asks; nothing passes from one caller to another.
    pub caller: String,
    /// Account id; empty for an account that could not be determined, of which nothing is kept.
    pub account: String,
    /// Region.
    pub region: String,
    /// Which events.
    pub kind: Kind,
}

/// One interval of which every event is known, ends included as AWS counts them (whole seconds).
///
/// Shape: two that touch share no second.
#[derive(Clone, Debug)]
pub(super) struct Slice {
    /// First whole second.
    pub start: DateTime<Utc>,
    /// Last whole second.
    pub end: DateTime<Utc>,
    /// Its entries, newest first, possibly some twice.
    pub entries: Vec<Entry>,
}

/// Slices read before and settled: older than the delivery lag, read to their end, so they cannot change.
pub(super) trait Settled: Send + Sync {
    /// Returns known slices inside [start, end], disjoint, oldest first; nothing when none (or the store fails).
    fn known(&self, place: &SliceKey, start: DateTime<Utc>, end: DateTime<Utc>) -> Vec<Slice>;
    /// Keeps a slice; never blocks for long, never fails the caller.
    fn keep(&self, place: &SliceKey, slice: Slice);
}
