//! How many there are, and what the answer cost.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Requests;
use crate::coverage::{self, Cell, Note};

/// Counts of matched events.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Totals {
    /// All that match.
    pub matched: usize,
    /// Entries in this answer and those before under the cursor.
    pub shown: usize,
    /// Events folded into shown entries.
    pub folded: usize,
    /// The rest, behind `next_cursor`.
    pub remaining: usize,
    /// Heartbeats and housekeeping, which change nothing: counted here alone, unless a filter asks for them.
    #[serde(default, skip_serializing_if = "is_none")]
    pub heartbeats: usize,
    /// Calls on data, such as objects and messages, that concern nothing the alert names: counted here alone, unless a filter asks.
    #[serde(default, skip_serializing_if = "is_none")]
    pub data_events: usize,
}

/// What an answer cost.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Cost {
    /// AWS requests by operation.
    pub requests: Requests,
    /// Bytes that SQL engines scanned; absent where none did.
    #[serde(default, skip_serializing_if = "is_no_byte")]
    pub bytes_scanned: u64,
    /// What that costs at AWS's list price, in US dollars.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub estimated_usd: Option<f64>,
    /// Events known from earlier readings.
    pub cached: u32,
    /// Log files, of those read, that were not opened: what they hold was known from earlier readings.
    #[serde(default, skip_serializing_if = "is_no_file")]
    pub cached_files: u32,
    /// With `detail=full`: what was decided on the way.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub plan: Vec<String>,
    /// Wall time in milliseconds.
    pub elapsed_ms: u64,
    /// Milliseconds until the first suspect was found; absent where there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_suspect_ms: Option<u64>,
}

impl Cost {
    /// Tells what reading these cells cost, by requests and bytes.
    ///
    /// Shape: dollars to a ten-thousandth, at least that where anything is charged.
    pub fn of(cells: &[Cell]) -> Self {
        let scanned = |cell: &Cell| cell.notes.iter().filter_map(Note::scanned).sum::<u64>();
        let price = |cell: &Cell| match (cell.source().cost, scanned(cell)) {
            (coverage::Cost::Bytes { usd_per_tb, least, .. }, bytes) if bytes > 0 => usd_per_tb * bytes.max(least) as f64 / 1e12,
            _ => 0.0,
        };
        let usd: f64 = cells.iter().map(price).sum();
        Self {
            requests: Requests::of(cells),
            bytes_scanned: cells.iter().map(scanned).sum(),
            estimated_usd: (usd > 0.0).then(|| (usd * 1e4).ceil() / 1e4),
            ..Self::default()
        }
    }
}

fn is_none(n: &usize) -> bool {
    *n == 0
}

fn is_no_file(n: &u32) -> bool {
    *n == 0
}

fn is_no_byte(n: &u64) -> bool {
    *n == 0
}
