//! A chain of pages, newest first: what is asked, what comes back, and what its pages prove. Knows no SDK, so that it can be simulated.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};

use super::failure::Failure;
use crate::event::{Event, LookupResource};
use crate::source::{BoxFuture, Kind};
use crate::time::Window;

/// What every page of a chain is asked with: AWS binds its tokens to these, so they never change within one.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Ask {
    /// First whole second.
    pub(super) start: DateTime<Utc>,
    /// Last whole second; AWS counts it in.
    pub(super) end: DateTime<Utc>,
    /// Which events.
    pub(super) kind: Kind,
    /// Instead of the kind, reads and writes that CloudTrail filed under exactly this resource name: an incomplete way by nature.
    pub(super) name: Option<String>,
}

impl Ask {
    /// Rounds a window outwards to whole seconds.
    pub(super) fn new(window: Window, kind: Kind) -> Self {
        let Window { from, to } = window.whole_seconds();
        Self { start: from, end: to, kind, name: None }
    }
}

/// One answer of LookupEvents.
#[derive(Debug, Default)]
pub(super) struct Page {
    /// Its entries, in the order of the answer.
    pub(super) entries: Vec<Entry>,
    /// The way to the next page; nothing after the last one.
    pub(super) token: Option<String>,
}

/// One entry of a page; cheap to clone.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    /// When it happened, as far as the entry or its record tells.
    pub(super) time: Option<DateTime<Utc>>,
    /// The event; nothing when its record cannot be read.
    pub(super) event: Option<Arc<Event>>,
    /// The record's text as AWS gave it; empty when the entry had none.
    pub(super) raw: Arc<str>,
}

impl Entry {
    /// Reads an entry from its parts, as AWS gives them and as they can be kept.
    pub(super) fn read(told: Option<DateTime<Utc>>, record: Option<&str>, resources: Vec<LookupResource>) -> Self {
        let event = record.and_then(|record| Event::from_lookup_parts(record, resources).ok()).map(Arc::new);
        Self { time: told.or_else(|| event.as_ref().map(|event| event.time)), event, raw: record.unwrap_or_default().into() }
    }
}

/// Answers one page request.
///
/// Guarantees: one call sends at most one request and never sends it again by itself; it may be dropped at any await point.
pub(super) trait Lookup: Send + Sync {
    /// Fetches one page: the first without a token.
    fn page<'a>(&'a self, ask: &'a Ask, token: Option<&'a str>) -> BoxFuture<'a, Result<Page, Failure>>;
}

/// What the pages of one chain prove so far.
#[derive(Clone, Debug)]
pub(super) struct Progress {
    /// Pages seen.
    pub(super) pages: usize,
    /// Entries seen, readable or not.
    pub(super) entries: u32,
    /// Entries that could not be read.
    pub(super) unreadable: u32,
    /// Whether the last page had no token.
    pub(super) ended: bool,
    oldest: Option<DateTime<Utc>>,
    newest_unreadable: Option<DateTime<Utc>>,
    newest_first: bool,
    timeless: bool,
}

impl Default for Progress {
    fn default() -> Self {
        Self {
            pages: 0,
            entries: 0,
            unreadable: 0,
            ended: false,
            oldest: None,
            newest_unreadable: None,
            newest_first: true,
            timeless: false,
        }
    }
}

impl Progress {
    /// Takes the next page.
    pub(super) fn take(&mut self, page: &Page) {
        self.pages += 1;
        self.ended = page.token.is_none();
        for Entry { time, event, .. } in &page.entries {
            self.entries = self.entries.saturating_add(1);
            match time {
                Some(time) => {
                    self.newest_first &= self.oldest.is_none_or(|oldest| *time <= oldest);
                    self.oldest = Some(self.oldest.map_or(*time, |oldest| oldest.min(*time)));
                }
                None => self.timeless = true,
            }
            if event.is_none() {
                self.unreadable = self.unreadable.saturating_add(1);
                self.newest_unreadable = self.newest_unreadable.max(*time);
            }
        }
    }

    /// Returns the instant from which on every entry up to the chain's end was seen, readable or not.
    ///
    /// Shape: the second of the oldest entry may go on behind the cut and is left out; nothing when nothing was seen, or
    /// when the pages were not newest first and so prove nothing.
    pub(super) fn seen_from(&self, start: DateTime<Utc>) -> Option<DateTime<Utc>> {
        match self.ended {
            true => Some(start),
            false if self.newest_first && !self.timeless => Some(after(self.oldest?)?.max(start)),
            false => None,
        }
    }

    /// Returns the instant from which on every event up to the chain's end was read: nothing before an unreadable one counts.
    pub(super) fn whole_from(&self, start: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let reached = self.seen_from(start)?;
        match self.unreadable {
            0 => Some(reached),
            _ if self.timeless => None,
            _ => Some(reached.max(after(self.newest_unreadable?)?)),
        }
    }
}

fn after(time: DateTime<Utc>) -> Option<DateTime<Utc>> {
    time.checked_add_signed(TimeDelta::seconds(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_769_544_000 + second, 0).unwrap()
    }

    #[test]
    fn windows_are_asked_in_whole_seconds_that_contain_them() {
        let part = Window::new(at(0) + TimeDelta::milliseconds(250), at(9) + TimeDelta::milliseconds(1)).unwrap();
        let ask = Ask::new(part, Kind::Everything);
        assert_eq!((ask.start, ask.end), (at(0), at(10)));
    }
}
