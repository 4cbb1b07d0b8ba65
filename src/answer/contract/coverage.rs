//! What was looked at and what was not, as it is told.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::SourceLabel;
use crate::coverage::{State, Verdict};

/// [`crate::coverage::Coverage`] as it is told.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CoverageReport {
    /// `complete`, `partial` or `unknown`.
    pub verdict: Verdict,
    /// One per account, region and source.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cells: Vec<CellReport>,
    /// What cannot be seen.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub blind_spots: Vec<String>,
    /// What to call to close the gap.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

impl CoverageReport {
    /// Tells whether what was asked was read as far as it can be: a settling tail is no gap, nor is the global pass that policy
    /// keeps back.
    pub fn is_settled(&self) -> bool {
        let settled = |cell: &CellReport| matches!(cell.state, State::Exhausted | State::Lagging | State::DeniedByPolicy);
        // Without a tail it is what policy keeps back that made the verdict less than complete.
        let tail = self.cells.iter().any(|cell| cell.state == State::Lagging);
        self.verdict == Verdict::Complete || (self.verdict == Verdict::Partial && tail && self.cells.iter().all(settled))
    }
}

/// One account × region × source.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CellReport {
    /// Account id.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub account: String,
    /// Region.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub region: String,
    /// Source.
    pub source: SourceLabel,
    /// How the reading ended.
    pub state: State,
    /// Start of the interval that was read whole.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub covered_from: Option<String>,
    /// Its end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub covered_to: Option<String>,
    /// Requests sent, or files read.
    pub requests: u32,
    /// Events read.
    pub events: u32,
    /// Further places that ended alike and are not told one by one; requests and events are of all together.
    #[serde(default, skip_serializing_if = "is_none")]
    pub alike: usize,
    /// Cause and cure.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

fn is_none(n: &usize) -> bool {
    *n == 0
}
