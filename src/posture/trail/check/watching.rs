//! Whether anybody would notice: metric filter, alarm, and somebody who hears of it.

use super::Severity::Medium;
use super::{Check, Judge, Standards, Subject, Verdict};
use crate::posture::trail::fact::{Alarm, Fact, MetricFilter};
use crate::source::api::Unread;

/// What an alarm should watch.
#[derive(Debug)]
pub struct Watched {
    /// Its name, of which filter, metric and alarm are named.
    pub name: &'static str,
    /// The pattern of the metric filter.
    pub pattern: &'static str,
}

/// What is watched, in the order of the checks.
///
/// Source: CIS AWS Foundations Benchmark, Monitoring, whose patterns these are; unauthorised launches are those of EC2 among the first.
pub static WATCHED: [Watched; 6] = [
    Watched { name: "UnauthorizedCalls", pattern: "{($.errorCode = \"*UnauthorizedOperation\") || ($.errorCode = \"AccessDenied*\")}" },
    Watched {
        name: "UnauthorizedLaunches",
        pattern: "{($.eventName = RunInstances) && (($.errorCode = \"*UnauthorizedOperation\") || ($.errorCode = \"AccessDenied*\"))}",
    },
    Watched {
        name: "IamChanges",
        pattern: "{($.eventName = CreateRole) || ($.eventName = DeleteRole) || ($.eventName = UpdateAssumeRolePolicy) || ($.eventName = PutRolePolicy) || \
            ($.eventName = DeleteRolePolicy) || ($.eventName = AttachRolePolicy) || ($.eventName = DetachRolePolicy) || ($.eventName = CreatePolicy) || \
            ($.eventName = DeletePolicy) || ($.eventName = CreatePolicyVersion) || ($.eventName = DeletePolicyVersion)}",
    },
    Watched {
        name: "CloudTrailChanges",
        pattern: "{($.eventName = CreateTrail) || ($.eventName = UpdateTrail) || ($.eventName = DeleteTrail) || ($.eventName = StartLogging) || \
            ($.eventName = StopLogging) || ($.eventName = PutEventSelectors)}",
    },
    Watched {
        name: "KeyDeletion",
        pattern: "{($.eventSource = kms.amazonaws.com) && (($.eventName = DisableKey) || ($.eventName = ScheduleKeyDeletion))}",
    },
    Watched {
        name: "BucketPolicyChanges",
        pattern: "{($.eventSource = s3.amazonaws.com) && (($.eventName = PutBucketPolicy) || ($.eventName = DeleteBucketPolicy) || \
            ($.eventName = PutBucketAcl) || ($.eventName = PutBucketLifecycle) || ($.eventName = DeleteBucketLifecycle))}",
    },
];

const NONE: Standards = Standards::NONE;
const FIX: &str = "make a metric filter of the trail's log group, an alarm on it, and a confirmed subscription of its topic: `cloudtrail-mcp trail-template` prints all three";

pub(super) const CHECKS: &[Check] = &[
    Check {
        id: "alarm_unauthorized_calls",
        title: "somebody hears of calls that were denied",
        severity: Medium,
        standards: NONE.cis("4.1", "5.1").hub("CloudWatch.2"),
        fix: FIX,
        judge: Judge::Account(|subject| watched(subject, 0)),
    },
    Check {
        id: "alarm_unauthorized_launches",
        title: "somebody hears of launches that were denied",
        severity: Medium,
        standards: NONE,
        fix: FIX,
        judge: Judge::Account(|subject| watched(subject, 1)),
    },
    Check {
        id: "alarm_iam_changes",
        title: "somebody hears of changes of roles and policies",
        severity: Medium,
        standards: NONE.cis("4.4", "5.4").hub("CloudWatch.4"),
        fix: FIX,
        judge: Judge::Account(|subject| watched(subject, 2)),
    },
    Check {
        id: "alarm_cloudtrail_changes",
        title: "somebody hears of changes of CloudTrail itself",
        severity: Medium,
        standards: NONE.cis("4.5", "5.5").hub("CloudWatch.5"),
        fix: FIX,
        judge: Judge::Account(|subject| watched(subject, 3)),
    },
    Check {
        id: "alarm_key_deletion",
        title: "somebody hears of keys that are disabled or deleted",
        severity: Medium,
        standards: NONE.cis("4.7", "5.7").hub("CloudWatch.7"),
        fix: FIX,
        judge: Judge::Account(|subject| watched(subject, 4)),
    },
    Check {
        id: "alarm_bucket_policies",
        title: "somebody hears of changes of bucket policies",
        severity: Medium,
        standards: NONE.cis("4.8", "5.8").hub("CloudWatch.8"),
        fix: FIX,
        judge: Judge::Account(|subject| watched(subject, 5)),
    },
];

impl Watched {
    /// Tells whether a filter's pattern watches this: it speaks of half of the same calls and errors at least, and is not only about
    /// certain calls where this is about all.
    fn is_by(&self, filter: &MetricFilter) -> bool {
        let own = terms(self.pattern);
        let spoken = own.iter().filter(|term| filter.pattern.contains(**term)).count();
        let narrow = |pattern: &str| pattern.replace(' ', "").contains("eventName=");
        spoken * 2 >= own.len() && (narrow(self.pattern) || !narrow(&filter.pattern))
    }
}

/// Returns the calls and errors that a pattern speaks of.
fn terms(pattern: &str) -> Vec<&str> {
    let words = pattern.split(|c: char| !c.is_ascii_alphanumeric());
    words.filter(|word| word.len() > 4 && word.starts_with(|c: char| c.is_ascii_uppercase())).collect()
}

/// Judges the way from a filter to somebody who hears of it; the farthest that any filter comes is what is told.
fn watched(subject: &Subject<'_>, which: usize) -> Fact<Verdict> {
    let Some(wanted) = WATCHED.get(which) else { return Ok(Verdict::fail("nothing is watched")) };
    let mut farthest = (0, "no trail that records writes to a log group".to_owned());
    let mut unread: Option<Unread> = None;
    for trail in subject.posture.trails.iter().filter(|trail| trail.logs() != Ok(false)) {
        let Some(group) = &trail.log_group else { continue };
        match &group.filters {
            Err(error) => unread = unread.or(Some(error.clone())),
            Ok(filters) => {
                farthest = farthest.max((1, format!("no metric filter of {} watches it", group.name)));
                for filter in filters.iter().filter(|filter| wanted.is_by(filter)) {
                    match way(filter) {
                        Ok((4, said)) => return Ok(Verdict::pass(said)),
                        Ok(step) => farthest = farthest.max(step),
                        Err(error) => unread = unread.or(Some(error)),
                    }
                }
            }
        }
    }
    let unlisted = || subject.posture.regions.iter().find_map(|(_, listed)| listed.as_ref().err().cloned());
    match unread.or_else(unlisted) {
        Some(unread) => Err(unread),
        None => Ok(Verdict::fail(farthest.1)),
    }
}

fn way(filter: &MetricFilter) -> Fact<(u8, String)> {
    let alarms = filter.alarms.as_ref().map_err(Clone::clone)?;
    let heard = |alarm: &&Alarm| alarm.acts && alarm.heard == Ok(true);
    if let Some(alarm) = alarms.iter().find(heard) {
        return Ok((4, format!("alarm {}", alarm.name)));
    }
    if let Some(unread) = alarms.iter().filter(|alarm| alarm.acts).find_map(|alarm| alarm.heard.as_ref().err()) {
        return Err(unread.clone());
    }
    Ok(match alarms.first() {
        None => (2, "a metric filter watches it, and no alarm".to_owned()),
        Some(alarm) if !alarm.acts => (3, format!("the actions of alarm {} are off", alarm.name)),
        Some(alarm) => (3, format!("alarm {} has nobody who hears of it: no action, or no confirmed subscription", alarm.name)),
    })
}
