//! One chain as the planner sees it: what it is to read, and what it has seen of that.

use std::collections::HashSet;

use chrono::{DateTime, TimeDelta, Utc};

use super::super::chain::{Ask, Page, Progress};
use super::PAGE;
use crate::source::Kind;
use crate::time::Window;

/// A chain of pages of one question.
#[derive(Debug)]
pub(super) struct Chain {
    /// What it is to read; what lies before is another chain's.
    pub(super) part: Window,
    /// What every page of it is asked with.
    pub(super) ask: Ask,
    /// What its pages prove.
    pub(super) progress: Progress,
    /// Entries of its own part.
    pub(super) own: u32,
    /// The longest time without an entry.
    pause: TimeDelta,
    /// The time of the last entry.
    last: DateTime<Utc>,
    /// How many of the last entries came within which time.
    recent: (usize, TimeDelta),
    /// Tokens seen.
    pub(super) tokens: HashSet<String>,
    /// Whether a page is under way.
    pub(super) under_way: bool,
    /// Whether its part was seen.
    pub(super) done: bool,
}

impl Chain {
    /// Begins with the newest of a part.
    pub(super) fn new(part: Window, kind: &Kind) -> Self {
        Self {
            part,
            ask: Ask::new(part, kind.clone()),
            progress: Progress::default(),
            own: 0,
            pause: TimeDelta::zero(),
            last: part.to,
            recent: (0, TimeDelta::zero()),
            tokens: HashSet::new(),
            under_way: false,
            done: false,
        }
    }

    /// Takes the next page.
    pub(super) fn take(&mut self, page: &Page) {
        self.progress.take(page);
        let times: Vec<DateTime<Utc>> = page.entries.iter().filter_map(|entry| entry.time).collect();
        self.own += u32::try_from(times.iter().filter(|time| **time >= self.part.from).count()).unwrap_or(u32::MAX);
        if let (Some(half), Some(oldest)) = (times.get(times.len() / 2), times.last()) {
            self.recent = (times.len().div_ceil(2), *half - *oldest);
        }
        for time in times {
            self.pause = self.pause.max(self.last - time);
            self.last = time;
        }
        self.done |= self.progress.ended;
    }

    /// Returns the length of what it saw.
    pub(super) fn seen(&self) -> TimeDelta {
        self.part.to - if self.progress.ended { self.ask.start } else { self.last }
    }

    /// Tells whether what it saw came evenly: of fifty entries, one in a thousand is that far from the next by chance.
    pub(super) fn is_even(&self) -> bool {
        // Times are told in whole seconds.
        self.progress.pages > 0 && (self.pause - TimeDelta::seconds(1)) * 5 <= self.seen()
    }

    /// Tells whether what it has not seen is at most twice of what it saw.
    pub(super) fn is_mostly_seen(&self) -> bool {
        self.unseen().is_some_and(|unseen| unseen.length() <= self.seen() * 2)
    }

    /// Returns how many requests more than its events need it costs at most.
    pub(super) fn waste(&self) -> f64 {
        let pages = self.progress.pages + usize::from(self.under_way);
        if self.done { (pages as f64 - f64::from(self.own) / PAGE).clamp(0.0, 1.0) } else { 1.0 }
    }

    /// Returns what of its part was not seen yet.
    pub(super) fn unseen(&self) -> Option<Window> {
        let to = self.progress.seen_from(self.ask.start).unwrap_or(self.part.to).min(self.part.to);
        Window::new(self.part.from, to).filter(|_| !self.done)
    }

    /// Returns how many events a second it saw.
    pub(super) fn density(&self) -> Option<f64> {
        self.progress.seen_from(self.ask.start)?;
        (self.progress.pages > 0).then(|| f64::from(self.progress.entries) / self.seen().as_seconds_f64().max(1.0))
    }

    /// Returns how many events a second it saw where it stands, in a burst or not.
    pub(super) fn density_at_last(&self) -> Option<f64> {
        let (count, within) = self.recent;
        let recent = (count > 0).then(|| count as f64 / within.as_seconds_f64().max(1.0));
        if self.is_even() { self.density() } else { recent }
    }
}
