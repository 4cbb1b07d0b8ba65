//! Which source to read: what the caller chose, what is there, what is allowed.

use super::Policy;
use crate::coverage::SourceName;
use crate::refusal::{Code, Refusal};

/// The `source` argument.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum SourceChoice {
    /// The best that is there and allowed.
    #[default]
    Auto,
    /// LookupEvents.
    EventHistory,
    /// Log files.
    Archive,
    /// SQL over the trail's bucket; not in this version.
    Athena,
    /// CloudWatch Logs Insights; not in this version.
    LogsInsights,
    /// CloudTrail Lake; not in this version.
    Lake,
}

impl SourceChoice {
    /// Every choice, in the order of the contract.
    pub const ALL: [Self; 6] = [Self::Auto, Self::EventHistory, Self::Archive, Self::Athena, Self::LogsInsights, Self::Lake];

    /// Returns the argument's word, such as `event_history`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::EventHistory => "event_history",
            Self::Archive => "archive",
            Self::Athena => "athena",
            Self::LogsInsights => "logs_insights",
            Self::Lake => "lake",
        }
    }

    /// Reads the argument's word, or returns nothing.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|choice| choice.as_str() == word)
    }
}

impl Policy {
    /// Decides which source answers.
    ///
    /// Errors: `tool_not_allowed` when only AWS could answer and reading it is not allowed; `invalid_argument` when the chosen source is not there.
    pub fn source(&self, choice: SourceChoice) -> Result<SourceName, Refusal> {
        match choice {
            SourceChoice::Auto if self.archive_given => Ok(SourceName::Archive),
            SourceChoice::Auto if self.reads_event_history() => Ok(SourceName::EventHistory),
            SourceChoice::Auto if self.local_archive_configured => Ok(SourceName::Archive),
            SourceChoice::Auto | SourceChoice::EventHistory if !self.allow_aws_read => Err(not_allowed()),
            SourceChoice::EventHistory if self.event_history_enabled => Ok(SourceName::EventHistory),
            SourceChoice::Archive if self.archive_given || self.local_archive_configured => Ok(SourceName::Archive),
            _ => Err(self.not_there(choice)),
        }
    }

    fn reads_event_history(&self) -> bool {
        self.allow_aws_read && self.event_history_enabled
    }

    fn not_there(&self, choice: SourceChoice) -> Refusal {
        let mut there = Vec::new();
        there.extend(self.reads_event_history().then_some("event_history"));
        there.extend((self.archive_given || self.local_archive_configured).then_some("archive"));
        let next = if there.is_empty() {
            "No source is available: for the operator, allow_aws_read = true in the policy file opens event history, and --archive PATH opens log files.".to_owned()
        } else {
            format!("Available here: {}, or leave `source` out.", there.join(", "))
        };
        let why = match choice {
            SourceChoice::Archive => "no local log files are configured ([archive] locations) or named (--archive PATH)",
            SourceChoice::EventHistory | SourceChoice::Auto => "it is switched off by the operator ([event_history] enabled)",
            _ => "this version does not read it",
        };
        let name = if choice == SourceChoice::Auto { SourceChoice::EventHistory } else { choice };
        Refusal::invalid("source", format!("Source {} is not available: {why}.", name.as_str()), next)
    }
}

fn not_allowed() -> Refusal {
    Refusal::new(
        Code::ToolNotAllowed,
        "Reading AWS is not allowed here, and CloudTrail event history is in AWS. The key is allow_aws_read, which is false unless set.",
        "For the operator: set allow_aws_read = true in the policy file, or CHAT_ALLOW_AWS_READ=true in the `env` of this server's client entry; \
         MCP clients mostly do not pass the shell's environment on. `cloudtrail-mcp config explain` shows where each value came from.",
    )
}
