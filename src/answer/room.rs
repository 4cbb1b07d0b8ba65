//! How much of each entry an answer tells, so that the whole keeps within its tokens.

use super::draft::Detail;
use super::tokens::estimate;
use super::{Answer, Entry};

/// Most tokens of the entries of one answer as JSON; with the rest of the answer it stays below 10,000 tokens and 40,000 characters.
const MAX_TOKENS: usize = 7_000;
/// Most characters of them.
const MAX_CHARS: usize = 28_000;
/// Most tokens of a concise answer with up to 20 events as JSON, as estimated, which lies a fifth above the real number.
///
/// Source: the contract (4,500).
const CONCISE_TOKENS: usize = 5_000;
/// Most tokens of the lines of 20 events as markdown.
///
/// Source: the contract (2,600), less the first screen and what stands below the list.
const LINE_TOKENS: usize = 1_750;

/// How much is told; what is told of an entry is told whole, so where room is short there are fewer of them.
#[derive(Clone, Copy)]
pub(super) struct Room {
    /// Reasons of entries behind the explained ranks.
    pub(super) reasons: usize,
    /// Ids of repeats.
    pub(super) ids: usize,
    /// Kinds of change that a run is told by.
    pub(super) steps: usize,
    /// Entries of a page, in hundredths of those asked for.
    entries: usize,
}

impl Room {
    /// The widest.
    pub(super) const WIDEST: Self = Self { reasons: 1, ids: 3, steps: 6, entries: 100 };
    /// The rooms to try after it, from wide to tight.
    pub(super) const TIGHTER: &[Self] = &[
        Self { reasons: 0, ids: 2, steps: 4, entries: 100 },
        Self { reasons: 0, ids: 1, steps: 2, entries: 100 },
        Self { reasons: 0, ids: 1, steps: 2, entries: 90 },
        Self { reasons: 0, ids: 1, steps: 2, entries: 80 },
        Self { reasons: 0, ids: 1, steps: 2, entries: 70 },
        Self { reasons: 0, ids: 1, steps: 2, entries: 55 },
        Self { reasons: 0, ids: 1, steps: 2, entries: 40 },
        Self { reasons: 0, ids: 1, steps: 2, entries: 25 },
        Self { reasons: 0, ids: 1, steps: 1, entries: 10 },
    ];

    /// Returns how many entries a page has of the `limit` that were asked for; at least one.
    pub(super) fn entries_of(self, limit: usize) -> usize {
        (limit * self.entries / 100).max(1)
    }
}

/// Tells whether a concise answer is as short as one of its entries should be; full detail may take what it needs.
pub(super) fn fits(answer: &Answer, detail: Detail) -> bool {
    let entries = answer.groups.iter().map(|group| group.events.len()).sum::<usize>().max(20);
    let tokens = serde_json::to_string(answer).map_or(0, |json| estimate(&json));
    let lines: usize = answer.groups.iter().flat_map(|group| &group.events).map(line).sum();
    detail == Detail::Full || tokens <= CONCISE_TOKENS * entries / 20 && lines <= LINE_TOKENS * entries / 20
}

/// Estimates what an entry takes in a list for people.
fn line(entry: &Entry) -> usize {
    let Entry { name, summary, relative, event_id, actor, application, .. } = entry;
    let log = application
        .as_ref()
        .map(|log| format!(", app log lines {:?} by {:?} ({:?})", log.lines, log.tier, log.strength))
        .unwrap_or_default();
    estimate(&format!("- #20 {relative}: {name} {summary} by {} via {:?} {:?} {event_id}{log}", actor.name, actor.via, entry.region))
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
