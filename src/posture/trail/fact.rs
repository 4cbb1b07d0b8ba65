//! What AWS told of the trails of one account, typed; what it did not tell stands as the permission that is missing.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::selector::Selectors;
use crate::source::api::Unread;

/// What was told, or why it was not.
pub type Fact<T> = Result<T, Unread>;

/// Everything that is known of an account's trails.
#[derive(Clone, Debug)]
pub struct Posture {
    /// The account; empty where it could not be told.
    pub account: String,
    /// When it was read.
    pub read_at: DateTime<Utc>,
    /// The regions that were asked, and whether their trails could be listed.
    pub regions: Vec<(String, Fact<()>)>,
    /// The trails, each once, by name.
    pub trails: Vec<Trail>,
    /// The regions that are enabled in the account.
    pub enabled_regions: Fact<Vec<String>>,
    /// The organization that the account is in.
    pub organization: Fact<Option<Organization>>,
    /// Event data stores of the asked regions.
    pub stores: Fact<Vec<Store>>,
    /// Management events a month in the first region that several trails deliver, estimated; nothing where it was not asked.
    pub events_a_month: Option<u64>,
}

/// An organization.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Organization {
    /// Its id.
    pub id: String,
}

/// A trail, in its home region.
#[derive(Clone, Debug)]
pub struct Trail {
    /// Its name.
    pub name: String,
    /// Its ARN.
    pub arn: String,
    /// Where it was made and is changed.
    pub home_region: String,
    /// Whether it records every region.
    pub multi_region: bool,
    /// Whether it records global services.
    pub global_services: bool,
    /// Whether digests are written.
    pub validation: bool,
    /// Whether it records every account of an organization.
    pub organization: bool,
    /// What it is set to record.
    pub selectors: Fact<Selectors>,
    /// Insights that are on.
    pub insights: Fact<Vec<String>>,
    /// How many tags it has.
    pub tags: Fact<usize>,
    /// How it stands.
    pub status: Fact<Status>,
    /// Where its logs go.
    pub bucket: Arc<Bucket>,
    /// The key that encrypts them, if it is the customer's.
    pub key: Option<Arc<Key>>,
    /// Where it tells of new files.
    pub topic: Option<Arc<Topic>>,
    /// The log group that it writes to as well.
    pub log_group: Option<Arc<LogGroup>>,
}

impl Trail {
    /// Tells whether it records now, as far as is known.
    pub fn logs(&self) -> Fact<bool> {
        self.status.as_ref().map(|status| status.logging).map_err(Clone::clone)
    }

    /// Tells whether it records a region.
    pub fn covers(&self, region: &str) -> bool {
        self.multi_region || self.home_region == region
    }
}

/// What `GetTrailStatus` tells.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Status {
    /// Whether it records.
    pub logging: bool,
    /// When it last began.
    pub started: Option<DateTime<Utc>>,
    /// When it last ended.
    pub stopped: Option<DateTime<Utc>>,
    /// Each way on which something leaves the trail.
    pub delivery: Delivery,
    /// Digests.
    pub digest: Delivery,
    /// CloudWatch Logs.
    pub logs: Delivery,
    /// Notifications.
    pub notification: Delivery,
}

/// One way on which something leaves a trail.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Delivery {
    /// When something last did.
    pub latest: Option<DateTime<Utc>>,
    /// Why the last attempt failed, in AWS's words.
    pub error: Option<String>,
}

/// A bucket of logs.
#[derive(Clone, Debug)]
pub struct Bucket {
    /// Its name.
    pub name: String,
    /// False where AWS says that there is no such bucket.
    pub exists: bool,
    /// Whether its policy makes it public.
    pub policy_public: Fact<bool>,
    /// Whether its access control list lets in more than accounts.
    pub acl_public: Fact<bool>,
    /// How many of the four blocks of public access are on.
    pub blocks: Fact<usize>,
    /// Its policy, if any.
    pub policy: Fact<Option<Value>>,
    /// Whether versions are kept.
    pub versioning: Fact<Versioning>,
    /// Days or years for which objects are locked, in words of AWS, if they are.
    pub lock: Fact<Option<Lock>>,
    /// Where accesses are logged.
    pub access_logs: Fact<Option<String>>,
    /// How objects are encrypted by default.
    pub encryption: Fact<Option<String>>,
    /// What becomes of objects with time.
    pub lifecycle: Fact<Option<Lifecycle>>,
}

/// Versions of objects.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Versioning {
    /// Whether they are kept.
    pub on: bool,
    /// Whether deleting one needs a second factor.
    pub mfa_delete: bool,
}

/// A lock on objects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lock {
    /// `COMPLIANCE` or `GOVERNANCE`; nothing without a default retention.
    pub mode: Option<String>,
    /// Its default retention.
    pub days: Option<i64>,
}

/// Rules that move and delete objects.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lifecycle {
    /// After how many days the first rule that is on deletes logs; of a rule by date, how long logs of now are kept.
    pub expires_days: Option<i64>,
    /// Whether any rule that is on moves them to a cheaper class.
    pub moves: bool,
}

/// A key of KMS.
#[derive(Clone, Debug)]
pub struct Key {
    /// As the trail names it.
    pub id: String,
    /// Its state, such as `Enabled`; nothing where there is no such key.
    pub state: Fact<Option<String>>,
    /// Whether it is rotated each year.
    pub rotates: Fact<bool>,
}

/// A topic of SNS.
#[derive(Clone, Debug)]
pub struct Topic {
    /// Its ARN.
    pub arn: String,
    /// Whether it exists.
    pub exists: Fact<bool>,
}

/// A log group.
#[derive(Clone, Debug)]
pub struct LogGroup {
    /// Its name.
    pub name: String,
    /// Whether it exists.
    pub exists: Fact<bool>,
    /// For how many days it keeps events; nothing means for ever.
    pub retention_days: Fact<Option<i64>>,
    /// Its metric filters.
    pub filters: Fact<Vec<MetricFilter>>,
}

/// A metric filter, and who hears of it.
#[derive(Clone, Debug)]
pub struct MetricFilter {
    /// Its pattern.
    pub pattern: String,
    /// Alarms on its metrics.
    pub alarms: Fact<Vec<Alarm>>,
}

/// An alarm.
#[derive(Clone, Debug)]
pub struct Alarm {
    /// Its name.
    pub name: String,
    /// Whether its actions are on.
    pub acts: bool,
    /// Who hears of it, by topic; actions of other kinds count as heard.
    pub heard: Fact<bool>,
}

/// An event data store of CloudTrail Lake.
#[derive(Clone, Debug)]
pub struct Store {
    /// Its name.
    pub name: String,
    /// Its ARN.
    pub arn: String,
    /// Its state, such as `ENABLED`.
    pub status: String,
    /// Days that events are kept.
    pub retention_days: Option<i64>,
    /// Whether it cannot be deleted at once.
    pub protected: bool,
    /// The customer's key.
    pub key: Option<String>,
}
