//! The checks, one row each: what should be so, how grave it is where it is not, whose rule it is, and the way to mend it.

mod bucket;
mod delivery;
mod recording;
mod store;
mod watching;

use chrono::TimeDelta;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::fact::{Fact, Posture, Trail};
use crate::source::api::Unread;

pub(super) use recording::{copies, writes};
pub use watching::{WATCHED, Watched};

/// How grave it is that a check fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Events are lost, or anybody can read or forge them.
    Critical,
    /// Much is not recorded, or nobody would know that it was changed.
    High,
    /// A layer of protection is missing.
    Medium,
    /// A convenience, or a paid extra, is missing.
    Low,
}

/// Where a check stands in standards.
///
/// Source: CIS ids as `cis_5.0_aws.json` and `cis_7.0_aws.json` of prowler 5.46 give them; controls as the Security Hub user guide lists
/// them (CloudTrail, CloudWatch, KMS and S3 controls); rules as the AWS Config developer guide does. Rules that Security Hub keeps to itself,
/// as that of CloudTrail.9, are none of AWS Config.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Standards {
    /// CIS AWS Foundations Benchmark v5.0 and v7.0.
    pub cis: Option<(&'static str, &'static str)>,
    /// Security Hub.
    pub security_hub: Option<&'static str>,
    /// Rule of AWS Config.
    pub config: Option<&'static str>,
}

impl Standards {
    const NONE: Self = Self { cis: None, security_hub: None, config: None };

    const fn cis(self, v5: &'static str, v7: &'static str) -> Self {
        Self { cis: Some((v5, v7)), ..self }
    }

    const fn hub(self, control: &'static str) -> Self {
        Self { security_hub: Some(control), ..self }
    }

    const fn config(self, rule: &'static str) -> Self {
        Self { config: Some(rule), ..self }
    }

    /// Returns the ids, as `CIS v5 3.1, v7 4.1`.
    pub fn ids(self) -> Vec<String> {
        let cis = self.cis.map(|(v5, v7)| format!("CIS v5 {v5}, v7 {v7}"));
        let hub = self.security_hub.map(|control| format!("Security Hub {control}"));
        cis.into_iter().chain(hub).collect()
    }
}

/// What a check found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// Whether it is as it should be.
    pub passes: bool,
    /// What AWS told that decides it.
    pub fact: String,
}

impl Verdict {
    fn pass(fact: impl Into<String>) -> Self {
        Self { passes: true, fact: fact.into() }
    }

    fn fail(fact: impl Into<String>) -> Self {
        Self { passes: false, fact: fact.into() }
    }

    fn of(passes: bool, good: impl Into<String>, bad: impl Into<String>) -> Self {
        if passes { Self::pass(good) } else { Self::fail(bad) }
    }
}

/// For how long logs have to be kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Target {
    /// The word by which a caller names it.
    pub name: &'static str,
    /// Days.
    pub days: i64,
    /// Where the number is from.
    pub why: &'static str,
}

/// The targets that a caller may name; the first is the default.
///
/// Source: HIPAA 45 CFR 164.316(b)(2)(i) (6 years); PCI DSS v4.0.1, 10.5.1 (12 months); SOC 2: an audit period of a year and 90 days.
pub const TARGETS: [Target; 5] = [
    Target { name: "production", days: 2555, why: "production: 7 years" },
    Target { name: "development", days: 90, why: "development: 90 days" },
    Target { name: "hipaa", days: 2190, why: "HIPAA: 6 years" },
    Target { name: "pci_dss", days: 365, why: "PCI DSS: 1 year" },
    Target { name: "soc2", days: 455, why: "SOC 2: an audit period of a year, and 90 days" },
];

/// What a check looks at.
pub struct Subject<'a> {
    /// The account.
    pub posture: &'a Posture,
    /// The target of retention.
    pub target: Target,
}

/// How a check judges.
///
/// Errors: the permission that is missing.
#[derive(Clone, Copy)]
pub enum Judge {
    /// The account as a whole.
    Account(fn(&Subject<'_>) -> Fact<Verdict>),
    /// Each trail.
    Trail(fn(&Subject<'_>, &Trail) -> Fact<Verdict>),
    /// The bucket of each trail, which fails where there is none.
    Bucket(fn(&Subject<'_>, &Trail) -> Fact<Verdict>),
    /// Whether somebody would hear of this.
    Watched(&'static Watched),
}

/// A check.
pub struct Check {
    /// Its name, which does not change.
    pub id: &'static str,
    /// What should be so.
    pub title: &'static str,
    /// How grave it is where it is not.
    pub severity: Severity,
    /// Whose rule it is.
    pub standards: Standards,
    /// The way to mend it: a command, or what to do. `{trail}`, `{region}` and `{bucket}` are those of the trail.
    pub fix: &'static str,
    /// How it judges.
    pub judge: Judge,
}

impl Check {
    /// Tells whether the fix is a command.
    pub fn fix_is_command(&self) -> bool {
        self.fix.starts_with("aws ")
    }
}

/// All checks, in the order in which they are told.
pub fn all() -> impl Iterator<Item = &'static Check> {
    [recording::CHECKS, delivery::CHECKS, bucket::CHECKS, watching::CHECKS, store::CHECKS].into_iter().flatten()
}

/// What one check found of one thing.
pub struct Finding<'a> {
    /// The check.
    pub check: &'static Check,
    /// The trail; nothing for the account as a whole.
    pub trail: Option<&'a Trail>,
    /// What it found.
    pub verdict: Fact<Verdict>,
}

/// Judges everything.
///
/// Shape: in the order of the checks, then of the trails.
pub fn judge<'a>(subject: &Subject<'a>) -> Vec<Finding<'a>> {
    let mut findings = Vec::new();
    for check in all() {
        match check.judge {
            Judge::Account(judge) => findings.push(Finding { check, trail: None, verdict: judge(subject) }),
            Judge::Watched(watched) => findings.push(Finding { check, trail: None, verdict: watching::judge(subject, watched) }),
            Judge::Trail(judge) => findings.extend(each(subject, check, |trail| judge(subject, trail))),
            Judge::Bucket(judge) => findings.extend(each(subject, check, |trail| match trail.bucket.exists {
                true => judge(subject, trail),
                false => Ok(Verdict::fail(format!("S3 knows no bucket {}", trail.bucket.name))),
            })),
        }
    }
    findings
}

fn each<'a>(subject: &Subject<'a>, check: &'static Check, judge: impl Fn(&'a Trail) -> Fact<Verdict>) -> impl Iterator<Item = Finding<'a>> {
    subject.posture.trails.iter().map(move |trail| Finding { check, trail: Some(trail), verdict: judge(trail) })
}

/// Finds a trail that records and of which `holds` is true.
///
/// Errors: where none is found, and something that could have told was not read.
fn recording<'a>(posture: &'a Posture, holds: impl Fn(&'a Trail) -> Fact<bool>) -> Fact<Option<&'a Trail>> {
    let mut unread: Option<Unread> = None;
    for trail in &posture.trails {
        match trail.logs().and_then(|logs| if logs { holds(trail) } else { Ok(false) }) {
            Ok(true) => return Ok(Some(trail)),
            Ok(false) => {}
            Err(error) => unread = unread.or(Some(error)),
        }
    }
    let unlisted = || posture.regions.iter().find_map(|(_, listed)| listed.as_ref().err().cloned());
    match unread.or_else(unlisted) {
        Some(unread) => Err(unread),
        None => Ok(None),
    }
}

/// Tells whether a trail of all regions records all changes.
pub(super) fn covers_everywhere(posture: &Posture) -> bool {
    recording(posture, |trail| Ok(trail.multi_region && writes(trail)?)).is_ok_and(|trail| trail.is_some())
}

/// Counts things: `1 trail`, `2 trails`.
pub(super) fn count(number: usize, thing: &str) -> String {
    let ending = if number == 1 { "" } else { "s" };
    format!("{number} {thing}{ending}")
}

/// Returns a fact, or why it is not known.
fn of<T>(fact: &Fact<T>) -> Fact<&T> {
    fact.as_ref().map_err(Clone::clone)
}

/// Says how long ago something was: `3 h ago`.
fn ago(span: TimeDelta) -> String {
    format!("{} ago", crate::time::length(span.max(TimeDelta::zero())))
}

/// Lists names: `a, b, c and 12 more`.
fn few(names: &[&str]) -> String {
    const NAMED: usize = 5;
    let named = names.get(..NAMED.min(names.len())).unwrap_or_default().join(", ");
    match names.len().saturating_sub(NAMED) {
        0 => named,
        more => format!("{named} and {more} more"),
    }
}
