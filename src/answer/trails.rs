//! The answer about trails: can CloudTrail tell what happened here at all?

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::words::Words;
use super::{CoverageReport, ErrorReport};
use crate::refusal::Refusal;

/// What `aws.cloudtrail_trails` returns, errors included.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TrailsAnswer {
    /// `sound`: every check passes; `weak`: one fails; `unknown`: none fails, and one could not be judged; `could_not_look`.
    pub finding: TrailsFinding,
    /// One plain sentence.
    pub headline: String,
    /// What an investigation cannot see because of it, and which permissions are missing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub coverage: Option<CoverageReport>,
    /// One for each account.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub accounts: Vec<AccountReport>,
    /// Why there is no answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<ErrorReport>,
}

/// What the checks say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TrailsFinding {
    /// Every check passes.
    Sound,
    /// At least one fails.
    Weak,
    /// None fails, and at least one could not be judged.
    Unknown,
    /// Nothing could be read.
    CouldNotLook,
}

/// One account.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AccountReport {
    /// Its id; empty where AWS did not tell.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub account: String,
    /// When it was read.
    pub read_at: String,
    /// The target that retention is judged by.
    pub retention_target: String,
    /// Its trails, each once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub trails: Vec<TrailReport>,
    /// Its event data stores.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub event_data_stores: Vec<StoreReport>,
    /// How many checks pass, fail and are unknown; a check of several trails counts once, by the worst of them.
    pub totals: CheckTotals,
    /// Checks that fail or are unknown, the gravest first; with `detail=full` those that pass, too.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub checks: Vec<CheckReport>,
    /// Ids of checks that pass.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub passed: Vec<String>,
    /// Checks left out, as the answer would be too long.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub left_out: usize,
    /// Why events are missing, or why they would not be: the causes that hold, the nearest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub diagnosis: Vec<Cause>,
}

fn is_zero(n: &usize) -> bool {
    *n == 0
}

/// A trail in short.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TrailReport {
    /// Its name.
    pub name: String,
    /// Its ARN.
    pub arn: String,
    /// Its home region.
    pub home_region: String,
    /// Whether it records every region.
    pub multi_region: bool,
    /// Whether it is of the organization.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub organization: bool,
    /// Whether it records; absent where that is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub logging: Option<bool>,
    /// Since when it does, or does not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<String>,
    /// The bucket.
    pub bucket: String,
    /// The latest log file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub latest_delivery: Option<String>,
}

/// An event data store in short.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StoreReport {
    /// Its name.
    pub name: String,
    /// Its ARN.
    pub arn: String,
    /// Its state.
    pub status: String,
    /// Days that events are kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retention_days: Option<i64>,
}

/// Checks by what they found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CheckTotals {
    /// As it should be.
    pub passed: usize,
    /// Not so.
    pub failed: usize,
    /// Not known.
    pub unknown: usize,
}

/// What one check found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CheckReport {
    /// Its name.
    pub id: String,
    /// What it found.
    pub result: CheckResult,
    /// `critical`, `high`, `medium` or `low`.
    pub severity: String,
    /// What should be so.
    pub should: String,
    /// The trails that it is about; none for the account as a whole.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub trails: Vec<String>,
    /// What AWS told.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub fact: String,
    /// Permissions that are missing to judge it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub missing: Vec<String>,
    /// Where it stands in standards.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub standards: Vec<String>,
    /// The rule of AWS Config that checks the same.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub config_rule: Option<String>,
    /// The way to mend it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fix: Option<Fix>,
}

/// What a check found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CheckResult {
    /// As it should be.
    Pass,
    /// A permission is missing, or AWS did not answer.
    Unknown,
    /// Not as it should be.
    Fail,
}

/// A way to mend something.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Fix {
    /// A command for whoever may change it; this server never does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub command: Option<String>,
    /// What to do, where one command is not enough.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub step: Option<String>,
}

/// Why events are missing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Cause {
    /// Which of the usual causes it is.
    pub kind: CauseKind,
    /// What is so.
    pub cause: String,
    /// What to do about it.
    pub fix: String,
}

/// The usual causes for which events are missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CauseKind {
    /// There is no trail.
    NoTrail,
    /// A trail is stopped.
    Stopped,
    /// A trail cannot deliver.
    DeliveryFails,
    /// The bucket is not there.
    NoBucket,
    /// The key cannot be used.
    KeyUnusable,
    /// No trail records a region.
    RegionNotRecorded,
    /// Changes are not recorded, or not all of them.
    WritesNotRecorded,
    /// Global services are not recorded.
    GlobalNotRecorded,
    /// A service is excluded.
    ServiceExcluded,
    /// Data events are not recorded, or not all of them.
    DataNotRecorded,
    /// Not all that would tell could be read.
    NotAllRead,
    /// None of these: what is to be looked at besides.
    NoneHolds,
}

impl TrailsAnswer {
    /// Makes the answer of a refusal.
    pub fn could_not_look(refusal: &Refusal) -> Self {
        Self {
            finding: TrailsFinding::CouldNotLook,
            headline: Words::ENGLISH.could_not_look(&refusal.message),
            coverage: None,
            accounts: Vec::new(),
            error: Some(refusal.into()),
        }
    }
}
