//! How many there are, and what the answer cost.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Requests;

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
    /// Events known from earlier readings.
    pub cached: u32,
    /// With `detail=full`: what was decided on the way.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub plan: Vec<String>,
    /// Wall time in milliseconds.
    pub elapsed_ms: u64,
    /// Milliseconds until the first suspect was found; absent where there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_suspect_ms: Option<u64>,
}

fn is_none(n: &usize) -> bool {
    *n == 0
}
