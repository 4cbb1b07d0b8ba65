//! The bucket that logs end in.

use serde_json::Value;

use super::Severity::{Critical, High, Low, Medium};
use super::{Check, Judge, Standards, Verdict};
use crate::posture::trail::fact::Fact;

const NONE: Standards = Standards::NONE;
/// What CloudTrail is called in policies.
const CLOUDTRAIL: &str = "cloudtrail.amazonaws.com";

pub(super) const CHECKS: &[Check] = &[
    Check {
        id: "bucket_exists",
        title: "the bucket exists",
        severity: Critical,
        standards: NONE,
        fix: "make the bucket {bucket} again with its policy (`cloudtrail-mcp trail-template` prints it), or name another: whoever makes it first reads your logs",
        judge: Judge::Trail(|_, trail| {
            // Who may not even ask for its versions cannot tell.
            of(&trail.bucket.versioning)?;
            Ok(Verdict::of(trail.bucket.exists, trail.bucket.name.clone(), format!("S3 knows no bucket {}", trail.bucket.name)))
        }),
    },
    Check {
        id: "bucket_not_public",
        title: "the bucket is not public",
        severity: Critical,
        standards: NONE.hub("CloudTrail.6").config("s3-bucket-public-read-prohibited"),
        fix: PUBLIC,
        judge: Judge::Trail(|_, trail| {
            let (policy, acl) = (&trail.bucket.policy_public, &trail.bucket.acl_public);
            if *policy == Ok(true) {
                return Ok(Verdict::fail("its policy is public (GetBucketPolicyStatus)"));
            }
            if *acl == Ok(true) {
                return Ok(Verdict::fail("its access control list lets everybody in"));
            }
            of(policy)?;
            of(acl)?;
            Ok(Verdict::pass("neither policy nor access control list is public"))
        }),
    },
    Check {
        id: "bucket_public_access_block",
        title: "all four blocks of public access are on",
        severity: High,
        standards: NONE.hub("S3.8").config("s3-bucket-level-public-access-prohibited"),
        fix: PUBLIC,
        judge: Judge::Trail(|_, trail| {
            let on = *of(&trail.bucket.blocks)?;
            Ok(Verdict::of(on == 4, "4 of 4 are on", format!("{on} of 4 are on")))
        }),
    },
    Check {
        id: "bucket_policy_source_arn",
        title: "the policy lets CloudTrail write for this trail alone",
        severity: High,
        standards: NONE,
        fix: "add to both CloudTrail statements of the bucket's policy: \"Condition\": {\"StringEquals\": {\"aws:SourceArn\": \"TRAIL_ARN\"}}",
        judge: Judge::Trail(|_, trail| {
            let Some(policy) = of(&trail.bucket.policy)? else { return Ok(Verdict::fail("it has no policy")) };
            let lets: Vec<&Value> = statements(policy).filter(|one| allows(one) && is_for(one, CLOUDTRAIL)).collect();
            let open = lets.iter().filter(|one| !bound(one)).count();
            Ok(match (lets.len(), open) {
                (0, _) => Verdict::fail(format!("no statement lets {CLOUDTRAIL} in")),
                (all, 0) => Verdict::pass(format!("{all} statements, each with aws:SourceArn")),
                (all, open) => Verdict::fail(format!(
                    "{open} of {all} statements for {CLOUDTRAIL} have no aws:SourceArn: anybody's trail may write there"
                )),
            })
        }),
    },
    Check {
        id: "bucket_policy_only_cloudtrail",
        title: "the policy lets nobody but CloudTrail write or delete",
        severity: High,
        standards: NONE,
        fix: "take the statements that allow s3:Put*, s3:Delete* or s3:* to others out of the bucket's policy",
        judge: Judge::Trail(|_, trail| {
            let Some(policy) = of(&trail.bucket.policy)? else { return Ok(Verdict::pass("it has no policy")) };
            let others = statements(policy).filter(|one| allows(one) && !is_for(one, CLOUDTRAIL) && writes(one)).count();
            Ok(Verdict::of(others == 0, "only CloudTrail may write", format!("{others} statements allow others to write or delete")))
        }),
    },
    Check {
        id: "bucket_versioning",
        title: "versions are kept, so that a deleted log can be had back",
        severity: Medium,
        standards: NONE.hub("S3.14").config("s3-bucket-versioning-enabled"),
        fix: "aws s3api put-bucket-versioning --bucket {bucket} --versioning-configuration Status=Enabled",
        judge: Judge::Trail(|_, trail| {
            let on = of(&trail.bucket.versioning)?.on;
            Ok(Verdict::of(on, "Status is Enabled", "Status is not Enabled"))
        }),
    },
    Check {
        id: "bucket_mfa_delete",
        title: "a version is deleted with a second factor alone, or not at all while it is locked",
        severity: Medium,
        standards: NONE.hub("S3.20").config("s3-bucket-mfa-delete-enabled"),
        fix: "as root: aws s3api put-bucket-versioning --bucket {bucket} --versioning-configuration Status=Enabled,MFADelete=Enabled --mfa 'SERIAL CODE'; or an object lock",
        judge: Judge::Trail(|_, trail| {
            if of(&trail.bucket.versioning)?.mfa_delete {
                return Ok(Verdict::pass("MfaDelete is Enabled"));
            }
            let lock = of(&trail.bucket.lock)?;
            let locked = lock.as_ref().is_some_and(|lock| lock.days.is_some());
            Ok(Verdict::of(locked, "MfaDelete is not Enabled, and an object lock keeps each version", "MfaDelete is not Enabled"))
        }),
    },
    Check {
        id: "bucket_object_lock",
        title: "an object lock keeps logs from being deleted",
        severity: Low,
        standards: NONE.hub("S3.15").config("s3-bucket-default-lock-enabled"),
        fix: "aws s3api put-object-lock-configuration --bucket {bucket} --object-lock-configuration ObjectLockEnabled=Enabled,Rule='{DefaultRetention={Mode=GOVERNANCE,Days=90}}'",
        judge: Judge::Trail(|_, trail| {
            Ok(match of(&trail.bucket.lock)? {
                None => Verdict::fail("no object lock"),
                Some(lock) => match (&lock.mode, lock.days) {
                    (Some(mode), Some(days)) => Verdict::pass(format!("{mode}, {days} days")),
                    _ => Verdict::fail("it is on, and has no default retention"),
                },
            })
        }),
    },
    Check {
        id: "bucket_access_logging",
        title: "accesses to the bucket are logged",
        severity: Low,
        standards: NONE.cis("3.4", "4.4").hub("CloudTrail.7").config("s3-bucket-logging-enabled"),
        fix: "aws s3api put-bucket-logging --bucket {bucket} --bucket-logging-status '{\"LoggingEnabled\":{\"TargetBucket\":\"LOG_BUCKET\",\"TargetPrefix\":\"{bucket}/\"}}'",
        judge: Judge::Trail(|_, trail| {
            Ok(match of(&trail.bucket.access_logs)? {
                Some(target) if *target == trail.bucket.name => Verdict::fail("they are logged into the same bucket, which feeds itself"),
                Some(target) => Verdict::pass(format!("to {target}")),
                None => Verdict::fail("no LoggingEnabled"),
            })
        }),
    },
    Check {
        id: "bucket_encryption",
        title: "the bucket encrypts with KMS by default",
        severity: Low,
        standards: NONE.hub("S3.17").config("s3-default-encryption-kms"),
        fix: "aws s3api put-bucket-encryption --bucket {bucket} --server-side-encryption-configuration '{\"Rules\":[{\"ApplyServerSideEncryptionByDefault\":{\"SSEAlgorithm\":\"aws:kms\",\"KMSMasterKeyID\":\"KEY_ARN\"}}]}'",
        judge: Judge::Trail(|_, trail| {
            Ok(match of(&trail.bucket.encryption)?.as_deref() {
                Some(algorithm) => Verdict::of(algorithm.starts_with("aws:kms"), algorithm, format!("{algorithm}, with S3's own key")),
                None => Verdict::fail("no default encryption"),
            })
        }),
    },
    Check {
        id: "bucket_lifecycle",
        title: "old logs move to cheaper storage",
        severity: Low,
        standards: NONE.hub("S3.13").config("s3-lifecycle-policy-check"),
        fix: LIFECYCLE,
        judge: Judge::Trail(|_, trail| {
            let lifecycle = of(&trail.bucket.lifecycle)?;
            let moves = lifecycle.as_ref().is_some_and(|lifecycle| lifecycle.moves);
            // What is deleted within a season need not be moved.
            let brief = lifecycle.as_ref().and_then(|lifecycle| lifecycle.expires_days).filter(|days| *days <= 90);
            Ok(match (moves, brief) {
                (true, _) => Verdict::pass("a rule moves them"),
                (false, Some(days)) => Verdict::pass(format!("they are deleted after {days} days")),
                (false, None) => Verdict::fail("no rule that is on moves them"),
            })
        }),
    },
    Check {
        id: "bucket_retention",
        title: "logs are kept as long as they have to be",
        severity: High,
        standards: NONE,
        fix: LIFECYCLE,
        judge: Judge::Trail(|subject, trail| {
            let target = subject.target;
            let days = of(&trail.bucket.lifecycle)?.as_ref().and_then(|lifecycle| lifecycle.expires_days);
            Ok(match days {
                None => Verdict::pass(format!("they are never deleted ({})", target.why)),
                Some(days) => Verdict::of(
                    days >= target.days,
                    format!("deleted after {days} days ({})", target.why),
                    format!("deleted after {days} days, which is less than {} ({})", target.days, target.why),
                ),
            })
        }),
    },
];

const PUBLIC: &str = "aws s3api put-public-access-block --bucket {bucket} --public-access-block-configuration \
    BlockPublicAcls=true,IgnorePublicAcls=true,BlockPublicPolicy=true,RestrictPublicBuckets=true";
const LIFECYCLE: &str = "set a lifecycle of the bucket: Standard-IA after 30 days, Glacier after 90, Deep Archive after 365, deletion at the target (`cloudtrail-mcp trail-template` prints it)";

fn of<T>(fact: &Fact<T>) -> Fact<&T> {
    fact.as_ref().map_err(Clone::clone)
}

fn statements(policy: &Value) -> impl Iterator<Item = &Value> {
    crate::source::api::items(policy, "Statement")
}

fn allows(statement: &Value) -> bool {
    statement.get("Effect").and_then(Value::as_str) == Some("Allow")
}

/// Tells whether a statement is for this service alone.
fn is_for(statement: &Value, service: &str) -> bool {
    let principal = statement.get("Principal").unwrap_or(&Value::Null);
    let named: Vec<&Value> = crate::source::api::items(principal, "Service").collect();
    let alone = principal.as_object().is_some_and(|principal| principal.len() == 1);
    alone && !named.is_empty() && named.iter().all(|one| one.as_str() == Some(service))
}

/// Tells whether a statement holds for requests on behalf of certain resources only.
fn bound(statement: &Value) -> bool {
    let operators = statement.get("Condition").and_then(Value::as_object).into_iter().flatten();
    operators.filter(|(operator, _)| !operator.contains("Not")).filter_map(|(_, keys)| keys.as_object()).flatten().any(|(key, value)| {
        let all = |value: &Value| value.as_str().is_some_and(|value| value.trim_matches('*').is_empty());
        let everything = all(value) || value.as_array().is_some_and(|values| values.iter().any(all));
        key.eq_ignore_ascii_case("aws:SourceArn") && !everything
    })
}

/// Tells whether a statement is about writing or deleting.
fn writes(statement: &Value) -> bool {
    let named = |action: &str| {
        let action = action.to_ascii_lowercase();
        let verb = action.strip_prefix("s3:").unwrap_or(&action);
        verb.starts_with('*') || ["put", "delete", "replicate", "restore", "bypass"].iter().any(|writes| verb.starts_with(writes))
    };
    let actions = || crate::source::api::items(statement, "Action").filter_map(Value::as_str);
    statement.get("NotAction").is_some() || actions().any(named)
}
