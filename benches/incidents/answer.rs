//! What was answered about an incident, whoever was asked.

use cloudtrail_mcp::rank::Confidence;

/// One entry of an answer.
#[derive(Clone, Debug, Default)]
pub(crate) struct Shown {
    /// Its rank, from 1.
    pub(crate) rank: usize,
    /// The events that stand under it.
    pub(crate) ids: Vec<String>,
    /// How firmly it is suspected; nothing when it is not.
    pub(crate) confidence: Option<Confidence>,
    /// How likely it is said to be the cause, 0 to 1; 0 where the answer does not tell.
    pub(crate) chance: f64,
}

impl Shown {
    /// Tells whether one of `events` stands under this rank.
    pub(crate) fn holds<'a>(&self, events: impl IntoIterator<Item = &'a String>) -> bool {
        events.into_iter().any(|event| self.ids.contains(event))
    }

    /// Tells whether it is called strong or likely.
    pub(crate) fn is_said(&self) -> bool {
        self.confidence >= Some(Confidence::Likely)
    }
}

/// What an answer finds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Finding {
    /// Some change may explain the alert.
    Suspects,
    /// None does.
    NoSuspect,
    /// Too little was read, or there is no answer.
    #[default]
    CouldNotLook,
}

/// What came back.
#[derive(Clone, Debug, Default)]
pub(crate) struct Answer {
    /// The entries, best first.
    pub(crate) shown: Vec<Shown>,
    /// What it finds.
    pub(crate) finding: Finding,
    /// Why there is no answer.
    pub(crate) error: Option<String>,
    /// Wall-clock milliseconds from start to exit of the process.
    pub(crate) millis: u128,
}
