//! The shape of one row of the catalogue.

use super::Category;

/// How long a change usually takes to be felt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Delay {
    /// Seconds to minutes: security groups, routes, denials, deletions.
    Immediate,
    /// Minutes: deployments and scaling.
    Minutes,
    /// Nothing until a restart: static database parameters.
    UntilReboot,
    /// Hours to days: key and certificate deletion, retention.
    Slow,
}

/// What an incident looks like from outside, and what a class of change can cause.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Symptom {
    /// Timeouts, refused connections, down.
    Unreachable,
    /// Access denied, forbidden, not authorised.
    AccessDenied,
    /// Too few instances, tasks, shards; quota or throttle.
    Capacity,
    /// 5xx and failures after a deployment.
    ErrorRate,
    /// Slow.
    Latency,
    /// A database, cache or search cluster suffers.
    Database,
    /// Logs, metrics, audit records or messages stopped arriving.
    DataMissing,
    /// A parameter, secret or setting is missing or wrong.
    Config,
    /// Public, shared or weakened: a security finding.
    Exposure,
    /// TLS and certificates.
    Certificate,
    /// A volume, bucket or file system suffers.
    Storage,
    /// Money.
    Cost,
}

impl Symptom {
    /// Returns what such a change can cause, to follow "can cause".
    pub fn label(self) -> &'static str {
        match self {
            Self::Unreachable => "timeouts and unreachable hosts",
            Self::AccessDenied => "denied access",
            Self::Capacity => "missing capacity",
            Self::ErrorRate => "errors",
            Self::Latency => "slowness",
            Self::Database => "database trouble",
            Self::DataMissing => "missing data",
            Self::Config => "wrong or missing configuration",
            Self::Exposure => "exposure",
            Self::Certificate => "certificate trouble",
            Self::Storage => "storage trouble",
            Self::Cost => "higher cost",
        }
    }
}

/// What the catalogue knows of one event name of one service.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Row {
    /// Short service name of `eventSource`, lower case, after [`super::class::canonical_service`].
    pub(crate) service: &'static str,
    /// `eventName` without API date or version.
    pub(crate) name: &'static str,
    pub(crate) category: Category,
    /// 0 to 100: how often such a change is what broke something.
    pub(crate) weight: u8,
    pub(crate) delay: Delay,
    pub(crate) symptoms: &'static [Symptom],
    /// Where the changed thing is named: a path in the summary's template language, alternatives divided by `|`.
    pub(crate) target: &'static str,
    /// What happened, as an imperative sentence; see [`super::summary`] for the language.
    pub(crate) summary: &'static str,
}

/// Makes a [`Row`]; its arguments are the columns of the table.
#[expect(clippy::too_many_arguments, reason = "they are the columns of a table and read as one")]
pub(crate) const fn row(
    service: &'static str,
    name: &'static str,
    category: Category,
    weight: u8,
    delay: Delay,
    symptoms: &'static [Symptom],
    target: &'static str,
    summary: &'static str,
) -> Row {
    Row { service, name, category, weight, delay, symptoms, target, summary }
}
