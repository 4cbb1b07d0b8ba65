//! Settled slices, kept for the next question: `content` makes bytes of entries, and here they are found again and cut to what is asked.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::settled::{Settled, Slice, SliceKey};
use crate::source::cache::{Cache, Label};

mod content;

/// Form of what is kept; a change makes older slices unknown.
const FORM: &str = "slice 1";

/// The slices of an event history.
pub(super) struct Slices {
    cache: Arc<Cache>,
}

impl Slices {
    /// Keeps them in `cache`.
    pub(super) fn new(cache: Arc<Cache>) -> Self {
        Self { cache }
    }

    fn place(&self, place: &SliceKey) -> Option<[u8; 32]> {
        // The id is empty when the account could not be determined, and another one's events must not pass for its.
        let named = !place.account.is_empty();
        named.then(|| self.cache.digest(&[FORM, &place.caller, &place.account, &place.region, &format!("{:?}", place.kind)]))?
    }

    fn load(&self, label: &Label) -> Option<Slice> {
        let bytes = self.cache.load(label, "")?;
        let Some(entries) = content::read(&bytes) else {
            self.cache.forget(label);
            return None;
        };
        let at = |seconds| DateTime::from_timestamp(seconds, 0);
        Some(Slice { start: at(label.name.0)?, end: at(label.name.1)?, entries })
    }
}

impl Settled for Slices {
    fn known(&self, place: &SliceKey, start: DateTime<Utc>, end: DateTime<Utc>) -> Vec<Slice> {
        let Some(place) = self.place(place).filter(|_| start <= end) else { return Vec::new() };
        let (start, end) = (start.timestamp(), end.timestamp());
        let mut found = self.cache.at(&place);
        found.retain(|label| label.name.0 <= end && label.name.1 >= start);
        found.sort_by_key(|label| (label.name.0, std::cmp::Reverse(label.name.1)));
        let mut known = Vec::new();
        let mut from = start;
        for label in found {
            let (first, last) = (label.name.0.max(from), label.name.1.min(end));
            if first > last {
                continue;
            }
            if let Some(slice) = self.load(&label).and_then(|slice| cut(slice, first, last)) {
                known.push(slice);
                from = last.saturating_add(1);
            }
        }
        known
    }

    fn keep(&self, place: &SliceKey, slice: Slice) {
        let Some(place) = self.place(place).filter(|_| slice.start <= slice.end) else { return };
        let label = Label { place, name: (slice.start.timestamp(), slice.end.timestamp()) };
        let size = slice.entries.iter().map(|entry| entry.raw.len()).sum();
        self.cache.keep((label, String::new()), size, Box::new(move || content::write(&slice.entries)));
    }
}

/// Cuts a slice to an interval inside it; nothing when an entry does not tell its time, unless the slice stays whole.
fn cut(slice: Slice, first: i64, last: i64) -> Option<Slice> {
    if (slice.start.timestamp(), slice.end.timestamp()) == (first, last) {
        return Some(slice);
    }
    let mut entries = Vec::new();
    for entry in slice.entries {
        if (first..=last).contains(&entry.time?.timestamp()) {
            entries.push(entry);
        }
    }
    Some(Slice { start: DateTime::from_timestamp(first, 0)?, end: DateTime::from_timestamp(last, 0)?, entries })
}

#[cfg(test)]
mod tests;
