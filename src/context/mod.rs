//! From an alert, as it was posted, to what we know of the incident. No I/O; everything read here is untrusted.

use chrono::{DateTime, Utc};

use crate::window::Window;

/// What is known of an incident, as asked: nothing here is allowed yet.
#[derive(Clone, Debug, PartialEq)]
pub struct Incident {
    /// The alert that leads, when there is one.
    pub alert: Option<Alert>,
    /// The interval to look at.
    pub window: Window,
    /// Where the window came from, such as `alert start - 30m` or `start_time`.
    pub window_basis: String,
    /// Whether the caller fixed the start (then the window is never widened).
    pub start_given: bool,
    /// Regions to look at, in order of appearance, each once; empty when nothing names one.
    pub regions: Vec<Named>,
    /// Whether the caller asked for every region (`all`).
    pub all_regions: bool,
    /// Whether the caller named the regions in the arguments (then one that is not allowed is refused, not narrowed).
    pub regions_given: bool,
    /// Accounts to look at, in order of appearance, each once; empty when nothing names one.
    pub accounts: Vec<Named>,
    /// Whether the caller named the accounts in the arguments.
    pub accounts_given: bool,
    /// Resources that the alert or the caller names, in order of confidence, each once.
    pub resources: Vec<NamedResource>,
    /// Everything the alert says in words (name, labels, annotations), for matching symptoms. Untrusted; never shown.
    pub words: String,
}

/// The leading alert.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alert {
    /// Its name. Untrusted.
    pub name: String,
    /// When it started to fire.
    pub started_at: DateTime<Utc>,
    /// When it ended; absent while firing.
    pub ended_at: Option<DateTime<Utc>>,
    /// Names of other alerts of the same payload that do not lead. Untrusted.
    pub others: Vec<String>,
}

/// A region or an account, and how we came to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// `eu-west-1`, or `111122223333`.
    pub name: String,
    /// Where it was found, in our words: `alert label region`, `availability zone in label az`, `argument`.
    pub basis: String,
}

/// A resource that the incident names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedResource {
    /// The id, name or ARN as it was written. Untrusted.
    pub id: String,
    /// CloudFormation type, such as `AWS::EC2::Instance`, when the label, the id's form or the ARN tells it.
    pub kind: Option<String>,
    /// Where it was found, in our words: `alert label instance_id`, `text of annotation summary`.
    pub basis: String,
}
