//! What is known of an incident: the truth that answers are held against.

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::kind::Half;

/// How the alert names the resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Named {
    /// The changed resource itself.
    Direct,
    /// What it belongs to.
    Parent,
    /// Something that only other events tie to it.
    Indirect,
    /// Only the service and the symptom.
    None,
}

impl Named {
    /// The word in the truth and in reports.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Direct => "direct",
            Self::Parent => "parent",
            Self::Indirect => "indirect",
            Self::None => "none",
        }
    }

    /// Reads that word; anything else names nothing.
    pub(crate) fn read(word: &str) -> Self {
        [Self::Direct, Self::Parent, Self::Indirect].into_iter().find(|named| named.word() == word).unwrap_or(Self::None)
    }
}

/// What is known of an incident besides its records.
#[derive(Clone, Debug)]
pub(crate) struct Truth {
    /// Unique within a run.
    pub(crate) id: String,
    /// The public source that the incident follows; empty where it follows none.
    pub(crate) origin: String,
    /// The kind's name.
    pub(crate) kind: String,
    /// The half the kind belongs to, where kinds are halved.
    pub(crate) half: Option<Half>,
    /// Ids of the events that caused the alert; empty when nothing did.
    pub(crate) culprits: Vec<String>,
    /// Ids of events that go with the cause, or show what belongs to what.
    pub(crate) related: Vec<String>,
    /// Ids of events that look like the cause.
    pub(crate) decoys: Vec<String>,
    /// How the alert names the resource.
    pub(crate) named: Named,
    /// Write records in the archive, copies not counted.
    pub(crate) writes: usize,
    /// Seconds from the last culprit to the alert.
    pub(crate) delay: Option<i64>,
    /// The alert's form.
    pub(crate) form: String,
    /// The alert's start.
    pub(crate) start: DateTime<Utc>,
    /// When the question is asked.
    pub(crate) now: DateTime<Utc>,
    /// The home region.
    pub(crate) region: String,
    /// The account.
    pub(crate) account: String,
    /// The victim, as every alert of it calls it; empty where the maker does not know.
    pub(crate) service: String,
    /// What the alert names, for the baselines; empty where the maker does not know.
    pub(crate) resources: Vec<String>,
}

/// An incident with its records, in no order.
#[derive(Debug)]
pub(crate) struct Incident {
    /// What is known of it.
    pub(crate) truth: Truth,
    /// The alert as it would be posted.
    pub(crate) alert: Value,
    /// The records with their times, each once.
    pub(crate) records: Vec<(DateTime<Utc>, Value)>,
}
