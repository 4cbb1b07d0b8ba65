//! How much of each entry an answer tells, so that the whole keeps within its tokens.

use super::draft::Detail;
use super::tokens::estimate;
use super::{Answer, Entry};

/// Most tokens of the entries of one answer as JSON; with the rest of the answer it stays below 10,000 tokens and 40,000 characters.
const MAX_TOKENS: usize = 7_000;
/// Most characters of them.
const MAX_CHARS: usize = 28_000;
/// Most tokens of a concise answer with up to 20 events, as estimated, which lies a fifth above the real number for JSON.
const CONCISE_TOKENS: usize = 4_700;

/// How much of each entry is told; lengths are in characters.
#[derive(Clone, Copy)]
pub(super) struct Room {
    /// Longest summary among the explained ranks.
    pub(super) explained: usize,
    /// Longest summary of the others.
    pub(super) summary: usize,
    /// Reasons of the others.
    pub(super) reasons: usize,
    /// Ids of repeats.
    pub(super) ids: usize,
    /// Kinds of change that a run is told by.
    pub(super) steps: usize,
    /// Longest reason.
    pub(super) words: usize,
    /// Longest name of an actor.
    pub(super) actor: usize,
}

impl Room {
    /// The rooms to try after [`Room::WIDEST`], from wide to tight.
    pub(super) const TIGHTER: &[Self] = &[
        Self { explained: 140, summary: 90, reasons: 1, ids: 2, steps: 5, words: 120, actor: 64 },
        Self { explained: 110, summary: 70, reasons: 0, ids: 1, steps: 3, words: 90, actor: 48 },
        Self { explained: 80, summary: 50, reasons: 0, ids: 1, steps: 2, words: 60, actor: 32 },
        Self { explained: 50, summary: 30, reasons: 0, ids: 1, steps: 2, words: 40, actor: 16 },
        Self { explained: 24, summary: 16, reasons: 0, ids: 1, steps: 2, words: 20, actor: 8 },
    ];
    /// The widest.
    pub(super) const WIDEST: Self = Self { explained: 160, summary: 110, reasons: 1, ids: 3, steps: 6, words: 160, actor: 64 };
}

/// Tells whether a concise answer is as short as one of its entries should be; full detail may take what it needs.
pub(super) fn fits(answer: &Answer, detail: Detail) -> bool {
    let entries = answer.groups.iter().map(|group| group.events.len()).sum::<usize>().max(20);
    let tokens = serde_json::to_string(answer).map_or(0, |json| estimate(&json));
    detail == Detail::Full || tokens <= CONCISE_TOKENS * entries / 20
}

/// What the entries of one page take together.
#[derive(Default)]
pub(super) struct Size {
    tokens: usize,
    chars: usize,
}

impl Size {
    /// Adds an entry and tells whether all still fit in one answer.
    pub(super) fn takes(&mut self, entry: &Entry) -> bool {
        let json = serde_json::to_string(entry).unwrap_or_default();
        self.tokens += estimate(&json);
        self.chars += json.chars().count();
        self.tokens <= MAX_TOKENS && self.chars <= MAX_CHARS
    }
}
