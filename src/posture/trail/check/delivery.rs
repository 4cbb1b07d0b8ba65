//! What becomes of what is recorded: on which ways it leaves each trail, and whether it does.

use chrono::{DateTime, TimeDelta, Utc};

use super::Severity::{Critical, Low, Medium};
use super::{Check, Judge, Standards, Verdict, ago, count, of};
use crate::posture::trail::fact::{Delivery, Fact, LogGroup, Status, Topic, Trail};
use crate::redact;
use crate::time;

/// Longest time without a log file before it is a fault: an account is rarely still for so long.
const FILES: TimeDelta = TimeDelta::hours(24);
/// Longest time without a digest; one is written each hour, also when nothing was recorded.
///
/// Source: AWS CloudTrail user guide, "CloudTrail digest file structure" (hourly), with the hours that delivery may take.
const DIGESTS: TimeDelta = TimeDelta::hours(4);
/// Longest time without an event in CloudWatch Logs.
///
/// Source: Security Hub, CloudTrail.5, and Config's cloud-trail-cloud-watch-logs-enabled (a delivery within a day).
const LOGS: TimeDelta = TimeDelta::hours(24);

const NONE: Standards = Standards::NONE;
/// What is so of a trail that writes to no log group.
const NO_GROUP: &str = "CloudWatchLogsLogGroupArn is not set";

pub(super) const CHECKS: &[Check] = &[
    Check {
        id: "logging",
        title: "the trail records",
        severity: Critical,
        standards: NONE.hub("CloudTrail.3"),
        fix: "aws cloudtrail start-logging --name {trail} --region {region}",
        judge: Judge::Trail(|_, trail| {
            let status = status(trail)?;
            let since = |time: Option<DateTime<Utc>>| time.map(|time| format!(" since {}", time::rfc3339(time))).unwrap_or_default();
            Ok(Verdict::of(status.logging, format!("records{}", since(status.started)), format!("stopped{}", since(status.stopped))))
        }),
    },
    Check {
        id: "delivery",
        title: "log files reach the bucket",
        severity: Critical,
        standards: NONE,
        fix: "mend what the error names: the bucket must exist and its policy let cloudtrail.amazonaws.com do s3:GetBucketAcl and s3:PutObject; the key's policy, kms:GenerateDataKey*",
        judge: Judge::Trail(|subject, trail| {
            let status = status(trail)?;
            Ok(delivered(status, &status.delivery, "log file", FILES, subject.posture.read_at))
        }),
    },
    Check {
        id: "log_file_validation",
        title: "digests show whether log files were changed",
        severity: Medium,
        standards: NONE.cis("3.2", "4.2").hub("CloudTrail.4").config("cloud-trail-log-file-validation-enabled"),
        fix: "aws cloudtrail update-trail --name {trail} --region {region} --enable-log-file-validation",
        judge: Judge::Trail(|_, trail| {
            Ok(Verdict::of(trail.validation, "LogFileValidationEnabled is true", "LogFileValidationEnabled is false"))
        }),
    },
    Check {
        id: "digest_delivery",
        title: "digests reach the bucket",
        severity: Medium,
        standards: NONE,
        fix: "mend what the error names, as for log files; without digests nothing proves that logs are whole",
        judge: Judge::Trail(|subject, trail| {
            if !trail.validation {
                return Ok(Verdict::fail("LogFileValidationEnabled is false"));
            }
            let status = status(trail)?;
            Ok(delivered(status, &status.digest, "digest", DIGESTS, subject.posture.read_at))
        }),
    },
    Check {
        id: "kms_key",
        title: "logs are encrypted with a key of yours",
        severity: Medium,
        standards: NONE.cis("3.5", "4.5").hub("CloudTrail.2").config("cloud-trail-encryption-enabled"),
        fix: "aws cloudtrail update-trail --name {trail} --region {region} --kms-key-id KEY_ARN",
        judge: Judge::Trail(|_, trail| {
            Ok(match &trail.key {
                Some(key) => Verdict::pass(format!("KmsKeyId is {}", key.id)),
                None => Verdict::fail("KmsKeyId is not set"),
            })
        }),
    },
    Check {
        id: "kms_key_usable",
        title: "the key can be used",
        severity: Critical,
        standards: NONE,
        fix: "aws kms cancel-key-deletion or enable-key for this key; without it no log can be written or read",
        judge: Judge::Trail(|_, trail| {
            let Some(key) = &trail.key else { return Ok(Verdict::pass("no key is needed")) };
            let state = of(&key.state)?;
            Ok(match state.as_deref() {
                Some("Enabled") => Verdict::pass("the key is Enabled"),
                Some(state) => Verdict::fail(format!("the key is {}", redact::text(state, 40))),
                None => Verdict::fail("there is no such key"),
            })
        }),
    },
    Check {
        id: "kms_key_rotation",
        title: "the key is rotated",
        severity: Low,
        standards: NONE.cis("3.6", "4.6").hub("KMS.4").config("cmk-backing-key-rotation-enabled"),
        fix: "aws kms enable-key-rotation --key-id KEY_ARN",
        judge: Judge::Trail(|_, trail| {
            let Some(key) = &trail.key else { return Ok(Verdict::pass("no key of yours is used")) };
            let rotates = *of(&key.rotates)?;
            Ok(Verdict::of(rotates, "KeyRotationEnabled is true", "KeyRotationEnabled is false"))
        }),
    },
    Check {
        id: "cloudwatch_logs",
        title: "events go to CloudWatch Logs, too",
        severity: Medium,
        standards: NONE.hub("CloudTrail.5").config("cloud-trail-cloud-watch-logs-enabled"),
        fix: "aws cloudtrail update-trail --name {trail} --region {region} --cloud-watch-logs-log-group-arn GROUP_ARN --cloud-watch-logs-role-arn ROLE_ARN",
        judge: Judge::Trail(|_, trail| {
            Ok(match group(trail)? {
                Ok(group) => Verdict::pass(format!("log group {}", group.name)),
                Err(lacking) => lacking,
            })
        }),
    },
    Check {
        id: "cloudwatch_delivery",
        title: "events reach CloudWatch Logs",
        severity: Medium,
        standards: NONE.hub("CloudTrail.5"),
        fix: "mend what the error names: the role must trust cloudtrail.amazonaws.com and have logs:CreateLogStream and logs:PutLogEvents on the group",
        judge: Judge::Trail(|subject, trail| {
            if let Err(lacking) = group(trail)? {
                return Ok(lacking);
            }
            let status = status(trail)?;
            Ok(delivered(status, &status.logs, "event", LOGS, subject.posture.read_at))
        }),
    },
    Check {
        id: "log_group_retention",
        title: "the log group keeps events for a year at least",
        severity: Low,
        standards: NONE.hub("CloudWatch.16").config("cw-loggroup-retention-period-check"),
        fix: "aws logs put-retention-policy --region {region} --log-group-name GROUP --retention-in-days 365",
        judge: Judge::Trail(|_, trail| {
            let group = match group(trail)? {
                Ok(group) => group,
                Err(lacking) => return Ok(lacking),
            };
            Ok(match of(&group.retention_days)? {
                None => Verdict::pass("events are kept for ever"),
                Some(days) => Verdict::of(*days >= 365, format!("{days} days"), format!("{days} days")),
            })
        }),
    },
    Check {
        id: "sns_topic",
        title: "a topic tells of new log files",
        severity: Low,
        standards: NONE,
        fix: "aws cloudtrail update-trail --name {trail} --region {region} --sns-topic-name TOPIC",
        judge: Judge::Trail(|_, trail| {
            Ok(match topic(trail)? {
                Ok(topic) => Verdict::pass(topic.arn.clone()),
                Err(lacking) => lacking,
            })
        }),
    },
    Check {
        id: "sns_delivery",
        title: "notifications reach the topic",
        severity: Low,
        standards: NONE,
        fix: "let the topic's policy allow cloudtrail.amazonaws.com to do sns:Publish, with aws:SourceArn of the trail",
        judge: Judge::Trail(|_, trail| {
            if let Err(lacking) = topic(trail)? {
                return Ok(lacking);
            }
            Ok(match &status(trail)?.notification.error {
                Some(error) => Verdict::fail(format!("LatestNotificationError is {}", redact::text(error, 80))),
                None => Verdict::pass("no error"),
            })
        }),
    },
    Check {
        id: "tags",
        title: "the trail has tags, so that somebody owns it",
        severity: Low,
        standards: NONE.hub("CloudTrail.9"),
        fix: "aws cloudtrail add-tags --region {region} --resource-id TRAIL_ARN --tags-list Key=owner,Value=TEAM",
        judge: Judge::Trail(|_, trail| {
            let tags = *of(&trail.tags)?;
            Ok(Verdict::of(tags > 0, count(tags, "tag"), "no tags"))
        }),
    },
];

fn status(trail: &Trail) -> Fact<&Status> {
    of(&trail.status)
}

/// Returns the log group of a trail, or the verdict on a trail that has none.
fn group(trail: &Trail) -> Fact<Result<&LogGroup, Verdict>> {
    let Some(group) = &trail.log_group else { return Ok(Err(Verdict::fail(NO_GROUP))) };
    Ok(if *of(&group.exists)? { Ok(group) } else { Err(Verdict::fail(format!("log group {} does not exist", group.name))) })
}

/// Returns the topic of a trail, or the verdict on a trail that has none.
fn topic(trail: &Trail) -> Fact<Result<&Topic, Verdict>> {
    let Some(topic) = &trail.topic else { return Ok(Err(Verdict::fail("SnsTopicARN is not set"))) };
    Ok(if *of(&topic.exists)? { Ok(topic) } else { Err(Verdict::fail(format!("{} does not exist", topic.arn))) })
}

/// Judges one way on which something leaves a trail.
///
/// Shape: what was started a moment ago has not had the time; what is stopped sends nothing, which is the fault of that alone.
fn delivered(status: &Status, delivery: &Delivery, what: &str, longest: TimeDelta, now: DateTime<Utc>) -> Verdict {
    if let Some(error) = &delivery.error {
        return Verdict::fail(format!("the latest attempt failed with {}", redact::text(error, 80)));
    }
    let runs_for = status.started.map(|started| now - started);
    match delivery.latest.map(|latest| now - latest) {
        Some(age) if age <= longest => Verdict::pass(format!("latest {what} {}", ago(age))),
        Some(age) if !status.logging => Verdict::fail(format!("latest {what} {}, as the trail is stopped", ago(age))),
        None if !status.logging => Verdict::fail(format!("no {what} yet, as the trail is stopped")),
        None if runs_for.is_some_and(|age| age <= longest) => {
            Verdict::pass(format!("none is due yet: it records since {}", ago(runs_for.unwrap_or_default())))
        }
        Some(age) => Verdict::fail(format!("latest {what} {}", ago(age))),
        None => Verdict::fail(format!("no {what} was ever delivered")),
    }
}
