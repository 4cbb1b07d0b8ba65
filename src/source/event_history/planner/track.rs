//! One chain as the planner sees it: what it is to read, and what it has seen of that.

use std::collections::HashSet;

use super::super::chain::{Ask, Progress};
use super::part::seconds;
use crate::plan::Kind;
use crate::window::Window;

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
        let (progress, tokens) = (Progress::default(), HashSet::new());
        Self { part, ask: Ask::new(part, kind.clone()), progress, own: 0, tokens, under_way: false, done: false }
    }

    /// Returns what of its part was not seen yet.
    pub(super) fn unseen(&self) -> Option<Window> {
        let to = self.progress.seen_from(self.ask.start).unwrap_or(self.part.to).min(self.part.to);
        Window::new(self.part.from, to).filter(|_| !self.done)
    }

    /// Returns how many events a second it saw.
    pub(super) fn density(&self) -> Option<f64> {
        let seen = Window::new(self.progress.seen_from(self.ask.start)?, self.part.to.max(self.ask.end))?;
        (self.progress.pages > 0).then(|| f64::from(self.progress.entries) / seconds(seen))
    }
}
