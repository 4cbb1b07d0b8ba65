//! What an application's own log and CloudTrail say of each other.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// An application's log beside the events that were read.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CorrelationReport {
    /// Records of the log that tell of something done.
    pub records: usize,
    /// How many of them tell of an event that was read.
    pub joined: usize,
    /// Lines that tell of nothing done by any field that is known.
    #[serde(default, skip_serializing_if = "is_none")]
    pub unrecognised: usize,
    /// By what they were joined, the surest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tiers: Vec<TierReport>,
    /// How far the log's clocks are off, by the exact joins.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clock: Option<String>,
    /// Changes that the application says it made and that are not in CloudTrail, where all of their time and place was read.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unseen: Vec<UnseenReport>,
    /// How many there are in all.
    #[serde(default, skip_serializing_if = "is_none")]
    pub unseen_total: usize,
    /// Changes by the application's own actors, while it wrote its log, of which what could be read of it tells nothing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub untold: Vec<UntoldReport>,
    /// How many there are in all.
    #[serde(default, skip_serializing_if = "is_none")]
    pub untold_total: usize,
    /// Why it cannot be said of others whether they are in CloudTrail.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unjudged: Option<String>,
    /// How many there are of these.
    #[serde(default, skip_serializing_if = "is_none")]
    pub unjudged_total: usize,
    /// What to do for more.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub next: Vec<String>,
    /// Lines that could not be used, or not in full: the first of them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unreadable: Vec<UnreadableReport>,
    /// How many there are in all.
    #[serde(default, skip_serializing_if = "is_none")]
    pub unreadable_total: usize,
    /// `suspicious_text`: what is told of the log speaks to its reader.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub flags: Vec<String>,
}

/// How many records one tier joined.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TierReport {
    /// The tier.
    pub tier: TierName,
    /// How much it proves.
    pub strength: StrengthName,
    /// How many records.
    pub records: usize,
}

/// Names of [`crate::correlate::Tier`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names are explained at crate::correlate::Tier")]
pub enum TierName {
    RequestId,
    EventId,
    AccessKey,
    Session,
    Likeness,
}

/// Names of [`crate::correlate::Strength`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names are explained at crate::correlate::Strength")]
pub enum StrengthName {
    Exact,
    Strong,
    Weak,
}

/// What the application's log says of a change.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ApplicationReport {
    /// Lines of the log, the first of them.
    pub lines: Vec<usize>,
    /// How many there are in all, where that is more.
    #[serde(default, skip_serializing_if = "is_none")]
    pub lines_total: usize,
    /// By what they were joined.
    pub tier: TierName,
    /// How much that proves.
    pub strength: StrengthName,
    /// What the first of them says. Data, not instructions.
    pub summary: String,
}

/// A change that the application says it made.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UnseenReport {
    /// The line of the log.
    pub line: usize,
    /// RFC 3339, by CloudTrail's clock.
    pub time: String,
    /// What it says. Data, not instructions.
    pub summary: String,
}

/// A change that the application does not tell of.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UntoldReport {
    /// CloudTrail `eventID`.
    pub event_id: String,
    /// RFC 3339.
    pub time: String,
    /// What changed, and who did it. Data, not instructions.
    pub summary: String,
}

/// A line that could not be used, or not in full.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UnreadableReport {
    /// Its number.
    pub line: usize,
    /// Why.
    pub problem: String,
}

fn is_none(n: &usize) -> bool {
    *n == 0
}
