//! Tables: changes folded into rows, by columns that are declared. Everything that an event says passes through `redact` here.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

mod column;
mod machine;

pub use column::Column;

use self::column::{raw, shown};
use self::machine::{Running, machines};
use super::build::summary;
use crate::catalogue::Role;
use crate::policy::UntrustedText;
use crate::rank::Change;
use crate::time::{Window, rfc3339};

/// What becomes a row, or a part of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Each call.
    Call,
    /// Each machine that a call launched, for as long as it ran.
    Machine,
}

/// Which rows come first; the later ones where that is equal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// The latest.
    Latest,
    /// Those with the highest number in a column.
    Most(Column),
}

/// Which rows stay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keep {
    /// All.
    All,
    /// Those whose busiest stretch stands out.
    Spikes,
    /// Those whose first call lies in the window that was asked for, rather than in what it is compared with.
    New,
}

/// How a table is laid out.
#[derive(Clone, Copy, Debug)]
pub struct Layout {
    /// What becomes a row.
    pub unit: Unit,
    /// What is alike in all of a row.
    pub key: &'static [Column],
    /// What is shown, from left to right.
    pub columns: &'static [Column],
    /// Which rows come first.
    pub order: Order,
    /// Which rows stay.
    pub keep: Keep,
}

/// What a table is made with, besides the changes.
pub struct Setting<'a> {
    /// The window that was asked for, as far as it was read.
    pub window: Window,
    /// Prices of an hour by type of machine, as the caller says.
    pub prices: &'a BTreeMap<String, f64>,
    /// What becomes of free text.
    pub untrusted: UntrustedText,
}

/// A call, or a machine that it launched.
struct Item<'a> {
    change: &'a Change,
    machine: Option<(String, Running)>,
}

/// A row before it is told.
pub struct Row<'a> {
    items: Vec<Item<'a>>,
    /// What tells it from other rows, and changes when more is read of it.
    pub id: String,
    /// How many calls it holds.
    pub calls: usize,
}

/// A stretch has at least this many calls where it stands out, and so many times as many as the others.
const SPIKE: (usize, f64) = (5, 3.0);
/// Into how many stretches a window is divided.
const STRETCHES: i32 = 24;
/// The shortest stretch.
const SHORTEST: TimeDelta = TimeDelta::minutes(5);
/// The things of a row that are named before the rest is counted.
const NAMED: usize = 3;

/// Folds changes into rows, the first first.
///
/// Shape: `changes` are in the order of time; each that is wanted is in one row, or for machines in one for each type that it launched.
/// Who ended a machine need not be wanted.
pub fn rows<'a>(changes: &'a [Change], wanted: &dyn Fn(&Change) -> bool, layout: &Layout, setting: &Setting<'_>) -> Vec<Row<'a>> {
    let items: Vec<Item<'a>> = match layout.unit {
        Unit::Call => changes.iter().map(|change| Item { change, machine: None }).collect(),
        Unit::Machine => machines(changes, setting.window.to),
    };
    let items = items.into_iter().filter(|item| wanted(item.change));
    let mut groups: BTreeMap<Vec<String>, Vec<Item<'a>>> = BTreeMap::new();
    for item in items {
        groups.entry(layout.key.iter().map(|column| raw(*column, &item)).collect()).or_default().push(item);
    }
    let mut rows: Vec<Row<'a>> = groups
        .into_iter()
        .map(|(key, items)| {
            let calls = calls(&items).len();
            Row { id: key.join("\u{1f}"), items, calls }
        })
        .filter(|row| keeps(layout.keep, row, setting))
        .collect();
    // Groups come in the order of their keys, and a stable sort leaves equal ones so.
    rows.sort_by_cached_key(|row| {
        let number = match layout.order {
            Order::Latest => 0,
            #[expect(clippy::cast_possible_truncation, reason = "a cast of a float saturates, which orders well enough")]
            Order::Most(column) => (number(column, row, setting) * 1_000.0) as i64,
        };
        (Reverse(number), Reverse(row.last()))
    });
    rows
}

impl Row<'_> {
    fn last(&self) -> DateTime<Utc> {
        self.items.iter().map(|item| item.change.event.time).max().unwrap_or_default()
    }

    /// Returns the latest item: it stands for the row where one has to.
    fn latest(&self) -> Option<&Item<'_>> {
        self.items.iter().max_by_key(|item| item.change.event.time)
    }

    /// Returns how many of its calls failed.
    pub fn failed(&self) -> usize {
        calls(&self.items).into_iter().filter(|change| change.event.failed()).count()
    }

    /// Returns the change that stands for the row.
    pub fn change(&self) -> Option<&Change> {
        self.latest().map(|item| item.change)
    }

    /// Returns what a column tells of the row; nothing where there is nothing to tell.
    pub fn cell(&self, column: Column, setting: &Setting<'_>) -> Option<Value> {
        let untrusted = setting.untrusted;
        let first = self.items.first()?;
        let latest = self.latest()?;
        let text = |text: String| (!text.is_empty()).then_some(Value::String(text));
        match column {
            Column::First => text(self.items.iter().map(|item| item.change.event.time).min().map(rfc3339)?),
            Column::Last => (self.calls > 1).then(|| rfc3339(self.last()).into()),
            Column::What => text(summary(latest.change, untrusted, None)),
            Column::Resource => text(self.resources(untrusted)),
            Column::Calls => Some(self.calls.into()),
            Column::Failed => Some(self.failed()).filter(|failed| *failed > 0).map(Value::from),
            Column::Instances | Column::PeakCalls => whole(number(column, self, setting)),
            Column::Hours | Column::UsualCalls => Some(json!(number(column, self, setting))),
            Column::Price => self.price(setting).map(|price| json!(price)),
            Column::Cost => self.price(setting).map(|_| json!(number(column, self, setting))),
            Column::PeakFrom => text(self.peak(setting)?.from.map(rfc3339)?),
            Column::Time => text(rfc3339(latest.change.event.time)),
            _ => text(shown(column, &raw(column, if column == Column::EventId { latest } else { first }), untrusted)),
        }
    }

    /// Returns the price of an hour, where the caller gave one for the type.
    fn price(&self, setting: &Setting<'_>) -> Option<f64> {
        let kind = self.items.first()?.machine.as_ref()?.1.kind.as_deref()?;
        setting.prices.get(kind).copied()
    }

    /// Names what the calls were made to.
    fn resources(&self, untrusted: UntrustedText) -> String {
        let mut named: Vec<&str> = Vec::new();
        for item in self.items.iter().rev() {
            for resource in item.change.resources.iter().filter(|resource| resource.role == Role::Target) {
                if !named.contains(&resource.id.as_str()) {
                    named.push(&resource.id);
                }
            }
        }
        let told: Vec<String> = named.iter().take(NAMED).map(|id| untrusted.text(id, 120)).collect();
        match named.len().saturating_sub(NAMED) {
            0 => told.join(", "),
            more => format!("{} and {more} more", told.join(", ")),
        }
    }

    /// Divides the window into stretches and counts the calls of each.
    fn peak(&self, setting: &Setting<'_>) -> Option<Peak> {
        let length = stretch(setting.window).num_seconds().max(1);
        let mut counts: BTreeMap<i64, usize> = BTreeMap::new();
        for change in calls(&self.items) {
            *counts.entry((change.event.time - setting.window.from).num_seconds().div_euclid(length)).or_default() += 1;
        }
        let (at, most) = counts.iter().max_by_key(|(at, count)| (**count, Reverse(**at)))?;
        let others = (setting.window.length().num_seconds() / length - 1).max(1);
        let from = setting.window.from.checked_add_signed(TimeDelta::seconds(at * length));
        Some(Peak { from, calls: *most, usual: (self.calls - most) as f64 / others as f64 })
    }
}

/// The busiest stretch of a row.
struct Peak {
    from: Option<DateTime<Utc>>,
    calls: usize,
    usual: f64,
}

/// Returns how long the stretches are that a window is divided into.
pub fn stretch(window: Window) -> TimeDelta {
    (window.length() / STRETCHES).max(SHORTEST)
}

fn whole(number: f64) -> Option<Value> {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it counts what was read")]
    Some(json!(number as u64))
}

/// Returns what a column of numbers tells of a row.
fn number(column: Column, row: &Row<'_>, setting: &Setting<'_>) -> f64 {
    let round = |number: f64| (number * 100.0).round() / 100.0;
    let hours = || {
        let seconds: i64 =
            row.items.iter().filter_map(|item| item.machine.as_ref()).map(|(_, one)| (one.to - one.from).num_seconds()).sum();
        seconds as f64 / 3_600.0
    };
    match column {
        Column::Calls => row.calls as f64,
        Column::Instances => {
            let mut ids: Vec<&str> = row.items.iter().filter_map(|item| item.machine.as_ref()).map(|(id, _)| id.as_str()).collect();
            ids.sort_unstable();
            ids.dedup();
            ids.len() as f64
        }
        Column::Hours => round(hours()),
        Column::Cost => round(hours() * row.price(setting).unwrap_or_default()),
        Column::PeakCalls => row.peak(setting).map_or(0.0, |peak| peak.calls as f64),
        Column::UsualCalls => row.peak(setting).map_or(0.0, |peak| round(peak.usual)),
        _ => 0.0,
    }
}

fn keeps(keep: Keep, row: &Row<'_>, setting: &Setting<'_>) -> bool {
    match keep {
        Keep::All => true,
        Keep::Spikes => row.peak(setting).is_some_and(|peak| peak.calls >= SPIKE.0 && peak.calls as f64 >= SPIKE.1 * peak.usual),
        Keep::New => row.items.iter().all(|item| item.change.event.time >= setting.window.from),
    }
}

/// Returns the changes of items, each once.
fn calls<'a>(items: &[Item<'a>]) -> Vec<&'a Change> {
    let mut changes: Vec<&Change> = items.iter().map(|item| item.change).collect();
    changes.dedup_by(|a, b| a.event.event_id == b.event.event_id);
    changes
}

#[cfg(test)]
mod tests;
