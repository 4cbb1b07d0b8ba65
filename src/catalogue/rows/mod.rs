//! The table: one row per event name, divided by what the change is about.
//!
//! Columns: service, event name, category, weight, delay, target, summary (see [`Row`] and [`super::summary`]); what only some
//! events have follows as a method: `.noise()`, `.undone_by(…)`. An event of which verb and service tell enough is `by_verb(…)`.
//! A new event is a new row; no code changes.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::Category;
use super::json_path::Folded;
use super::row::{ANY, Row};
use super::service::canonical_service;

mod compute;
mod config;
mod database;
mod deploy;
mod identity;
mod load_balancing;
mod messaging;
mod network;
mod observability;
mod storage;

/// Every row of the catalogue.
pub(super) fn all() -> impl Iterator<Item = &'static Row> {
    [
        network::ROWS,
        compute::ROWS,
        identity::ROWS,
        storage::ROWS,
        database::ROWS,
        load_balancing::ROWS,
        deploy::ROWS,
        config::ROWS,
        messaging::ROWS,
        observability::ROWS,
    ]
    .into_iter()
    .flatten()
}

/// Finds the row of an event name without suffix, else what is the same in every service; case does not matter.
pub(super) fn find(service: &str, name: &str) -> Option<&'static Row> {
    static INDEX: LazyLock<HashMap<Key<'static>, &'static Row>> =
        LazyLock::new(|| all().map(|row| (key(row.service, row.name), row)).collect());
    INDEX.get(&key(service, name)).or_else(|| INDEX.get(&key(ANY, name))).copied()
}

/// Returns every call that has a row, by service and name.
pub fn calls() -> impl Iterator<Item = (&'static str, &'static str)> {
    all().map(|row| (row.service, row.name))
}

/// Returns the calls whose rows put them into a category, by service and name.
pub fn calls_of(category: Category) -> impl Iterator<Item = (&'static str, &'static str)> {
    all().filter(move |row| row.kind.is_some_and(|kind| kind.category == category)).map(|row| (row.service, row.name))
}

/// Returns every event name that has a row, some of them twice.
pub fn event_names() -> impl Iterator<Item = &'static str> {
    all().map(|row| row.name)
}

type Key<'a> = (Folded<'a>, Folded<'a>);

fn key<'a>(service: &'a str, name: &'a str) -> Key<'a> {
    (Folded(canonical_service(service)), Folded(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_event_has_two_rows() {
        let mut seen = std::collections::HashSet::new();
        for row in all() {
            assert!(seen.insert(key(row.service, row.name)), "{}/{} stands twice", row.service, row.name);
        }
    }

    #[test]
    fn names_in_the_table_carry_no_api_suffix_and_services_no_alias() {
        for row in all() {
            assert!(row.name.bytes().all(|b| b.is_ascii_alphabetic()) || row.name.ends_with("V2"), "{}", row.name);
            assert_eq!(canonical_service(row.service), row.service, "{}", row.name);
            assert!(row.kind.is_none_or(|kind| (1..=100).contains(&kind.weight)), "{}", row.name);
        }
    }

    #[test]
    fn the_catalogue_is_wide_enough() {
        let known = all().filter(|row| row.kind.is_some()).count();
        assert!(known >= 700, "{known}");
    }
}
