//! The contract types: what `structuredContent` holds, field by field. Plain data, one file a noun.

mod application;
mod context;
mod cost;
mod coverage;
mod entry;
mod error;
mod requests;
mod source_label;

/// The flag of text that speaks to its reader, or the reader's assistant, rather than of what happened.
pub(in crate::answer) const SUSPICIOUS_TEXT: &str = "suspicious_text";

pub use application::{
    ApplicationReport, CorrelationReport, StrengthName, TierName, TierReport, UnreadableReport, UnseenReport, UntoldReport,
};
pub use context::{AlertReport, ContextReport, RegionReport, ResourceReport, WindowReport};
pub use cost::{Cost, Totals};
pub use coverage::{CellReport, CoverageReport};
pub use entry::{
    ActorReport, ConfidenceName, Entry, EventError, Group, LinkReport, Repeats, Score, ScorePart, Step, SuspectReport, TouchedResource,
    UndoneReport,
};
pub use error::ErrorReport;
pub use requests::Requests;
pub use source_label::SourceLabel;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::words::Words;

/// What `aws.cloudtrail_events` returns, errors included.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Answer {
    /// `suspects`; `no_suspect`: nothing read explains the alert; `could_not_look`: nothing could be read.
    pub finding: Finding,
    /// One plain sentence, coverage included when it is not complete.
    pub headline: String,
    /// What was looked at and what was not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub coverage: Option<CoverageReport>,
    /// What was understood of the incident.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub context: Option<ContextReport>,
    /// What the application's log, where one was given, and CloudTrail say of each other.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub correlation: Option<CorrelationReport>,
    /// Changes by category, in the order of their best rank.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<Group>,
    /// Where an event opens in the AWS console.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub console_url_template: Option<String>,
    /// matched = shown + folded + remaining.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub totals: Option<Totals>,
    /// Pass as `cursor` for the next changes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
    /// What the answer cost.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cost: Option<Cost>,
    /// Why there is no answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<ErrorReport>,
}

impl Answer {
    /// Makes the answer to a call that could not be carried out.
    pub fn could_not_look(error: ErrorReport, coverage: Option<CoverageReport>) -> Self {
        Self {
            finding: Finding::CouldNotLook,
            headline: Words::ENGLISH.could_not_look(&error.message),
            coverage,
            context: None,
            correlation: None,
            groups: Vec::new(),
            console_url_template: None,
            totals: None,
            next_cursor: None,
            cost: None,
            error: Some(error),
        }
    }

    /// Appends the next page of the same question, whose totals count both.
    pub fn append(&mut self, next: Self) {
        for group in next.groups {
            match self.groups.iter_mut().find(|known| known.category == group.category) {
                Some(known) => known.events.extend(group.events),
                None => self.groups.push(group),
            }
        }
        self.totals = next.totals;
    }

    /// Returns the shown entries in the order of their rank.
    pub fn entries(&self) -> Vec<&Entry> {
        let mut entries: Vec<&Entry> = self.groups.iter().flat_map(|group| &group.events).collect();
        entries.sort_by_key(|entry| entry.rank);
        entries
    }
}

/// What the changes say about the alert.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Finding {
    /// At least one change may explain it.
    Suspects,
    /// Nothing that was read explains it.
    NoSuspect,
    /// Nothing could be read, or so little that no interval is whole, and no suspect is in it.
    CouldNotLook,
}
