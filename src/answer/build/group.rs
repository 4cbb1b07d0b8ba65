//! Entries by category.

use std::collections::BTreeMap;

use crate::answer::fold::Fold;
use crate::answer::{Entry, Group};
use crate::catalogue::Category;

/// Groups entries by category, in the order of their best rank. A run counts where its entry stands.
pub(super) fn groups(entries: Vec<(Category, Entry)>, folds: &[Fold<'_>]) -> Vec<Group> {
    let mut totals: BTreeMap<&'static str, usize> = BTreeMap::new();
    for fold in folds {
        *totals.entry(fold.best.change.class.category.as_str()).or_default() += fold.members.len();
    }
    let mut groups: Vec<Group> = Vec::new();
    for (category, entry) in entries {
        match groups.iter_mut().find(|group| group.category == category.as_str()) {
            Some(group) => group.events.push(entry),
            None => groups.push(Group {
                category: category.as_str().into(),
                label: category.label().into(),
                icon: category.icon().into(),
                total: totals.get(category.as_str()).copied().unwrap_or_default(),
                events: vec![entry],
            }),
        }
    }
    // What is read later may come under another category than the run that it was counted with.
    for group in &mut groups {
        group.total = group.total.max(group.events.iter().map(|entry| entry.repeats.as_ref().map_or(1, |repeats| repeats.count)).sum());
    }
    groups
}
