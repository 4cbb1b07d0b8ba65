//! What an answer tells that an earlier answer to the same question did not.

use std::collections::{HashMap, HashSet};

use super::{Answer, ConfidenceName, Entry};

/// What is new in an answer.
#[derive(Debug, Default)]
pub struct News<'a> {
    /// Whether the finding or the likeliest change is another one.
    pub finding: bool,
    /// Changes that were not told before, best first.
    pub new: Vec<&'a Entry>,
    /// Changes that were told, of which there is more to tell, best first.
    pub changed: Vec<Changed<'a>>,
    /// Whether other places or times were read, or with another end.
    pub coverage: bool,
}

/// A change that was told before, and what was told of it.
#[derive(Debug)]
pub struct Changed<'a> {
    /// As it is now.
    pub entry: &'a Entry,
    /// Its rank then, where it is or was the first and that is another.
    pub rank: Option<usize>,
    /// How far it was shown to be the cause, where that is another.
    pub confidence: Option<Option<ConfidenceName>>,
    /// Whether it was taken back since.
    pub undone: bool,
    /// How often it stood for, where that is another number.
    pub count: Option<usize>,
}

impl<'a> News<'a> {
    /// Compares two answers to the same question.
    pub fn of(before: &Answer, after: &'a Answer) -> Self {
        let told = before.entries();
        let folded = told.iter().filter_map(|entry| entry.repeats.as_ref()).flat_map(|repeats| &repeats.event_ids);
        let ids: HashSet<&str> = told.iter().map(|entry| &entry.event_id).chain(folded).map(String::as_str).collect();
        let by_id: HashMap<&str, &Entry> = told.iter().map(|entry| (entry.event_id.as_str(), *entry)).collect();
        let entries = after.entries();
        let first = |entries: &[&Entry]| entries.first().map(|entry| entry.event_id.clone());
        Self {
            finding: before.finding != after.finding || (first(&told) != first(&entries)),
            new: entries.iter().copied().filter(|entry| !ids.contains(entry.event_id.as_str())).collect(),
            changed: entries.iter().filter_map(|entry| Changed::of(by_id.get(entry.event_id.as_str())?, entry)).collect(),
            coverage: before.coverage != after.coverage,
        }
    }

    /// Tells whether no change is new or another one.
    pub fn is_empty(&self) -> bool {
        !self.finding && self.new.is_empty() && self.changed.is_empty()
    }
}

impl<'a> Changed<'a> {
    fn of(before: &Entry, entry: &'a Entry) -> Option<Self> {
        let confidence = |entry: &Entry| entry.suspect.as_ref().map(|suspect| suspect.confidence);
        let count = |entry: &Entry| entry.repeats.as_ref().map_or(1, |repeats| repeats.count);
        let changed = Self {
            entry,
            rank: Some(before.rank).filter(|rank| *rank != entry.rank && (*rank == 1 || entry.rank == 1)),
            confidence: Some(confidence(before)).filter(|known| *known != confidence(entry)),
            undone: before.undone.is_none() && entry.undone.is_some(),
            count: Some(count(before)).filter(|known| *known != count(entry)),
        };
        let is_told = changed.rank.is_some() || changed.confidence.is_some() || changed.undone || changed.count.is_some();
        is_told.then_some(changed)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn entry(id: &str, rank: usize, more: Value) -> Value {
        let mut entry = json!({"event_id": id, "rank": rank, "time": "2026-01-27T20:00:00Z", "relative": "4m before alert", "name": "StopInstances",
            "service": "ec2", "summary": "stopped i-1", "actor": {"name": "alice", "kind": "human"}});
        entry.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        entry
    }

    fn answer(finding: &str, entries: &[Value]) -> Answer {
        let group = json!({"category": "other", "label": "Other", "icon": "", "total": entries.len(), "events": entries});
        serde_json::from_value(json!({"finding": finding, "headline": "h", "groups": [group]})).unwrap()
    }

    #[test]
    fn the_same_answer_has_no_news() {
        let one = answer("suspects", &[entry("a", 1, json!({"suspect": {"confidence": "strong"}})), entry("b", 2, json!({}))]);
        let news = News::of(&one, &one);
        assert!(news.is_empty() && !news.coverage);
    }

    #[test]
    fn a_suspect_that_was_delivered_late_is_new_and_the_first_before_it_tells_its_rank() {
        let before = answer("no_suspect", &[entry("a", 1, json!({})), entry("b", 2, json!({}))]);
        let suspect = entry("c", 1, json!({"suspect": {"confidence": "strong"}}));
        let after = answer("suspects", &[suspect, entry("a", 2, json!({})), entry("b", 3, json!({}))]);
        let news = News::of(&before, &after);
        assert!(news.finding);
        assert_eq!(news.new.iter().map(|entry| entry.event_id.as_str()).collect::<Vec<_>>(), ["c"]);
        assert_eq!(news.changed.iter().map(|one| (one.entry.event_id.as_str(), one.rank)).collect::<Vec<_>>(), [("a", Some(1))]);
    }

    #[test]
    fn a_change_that_was_taken_back_repeated_or_judged_anew_is_told_and_one_that_was_folded_in_is_not_new() {
        let repeats = |count: usize| json!({"count": count, "first": "x", "last": "y", "event_ids": ["d"]});
        let before = answer(
            "suspects",
            &[
                entry("a", 1, json!({"suspect": {"confidence": "likely"}})),
                entry("b", 2, json!({})),
                entry("c", 3, json!({"repeats": repeats(2)})),
            ],
        );
        let undone = json!({"undone": {"time": "2026-01-27T20:09:00Z", "by": "bob", "event_id": "e"}});
        let after = answer(
            "suspects",
            &[
                entry("a", 1, json!({"suspect": {"confidence": "strong"}})),
                entry("b", 2, undone),
                entry("c", 3, json!({"repeats": repeats(3)})),
                entry("d", 4, json!({})),
            ],
        );
        let news = News::of(&before, &after);
        assert!(news.new.is_empty() && !news.finding, "{news:?}");
        let told: Vec<_> = news.changed.iter().map(|one| (one.confidence, one.undone, one.count)).collect();
        assert_eq!(told, [(Some(Some(ConfidenceName::Likely)), false, None), (None, true, None), (None, false, Some(2))]);
    }
}
