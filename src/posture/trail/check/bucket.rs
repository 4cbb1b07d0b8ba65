//! The bucket that logs end in.

use serde_json::Value;

use super::Severity::{Critical, High, Low, Medium};
use super::{Check, Judge, Standards, Verdict, count, of};
use crate::event::Arn;

const NONE: Standards = Standards::NONE;
/// The operators by which a condition lets nothing through but what it names; others hold where the key is not sent, too.
const BINDING: &[&str] =
    &["StringEquals", "StringEqualsIgnoreCase", "StringLike", "ArnEquals", "ArnLike", "ForAnyValue:StringEquals", "ForAnyValue:ArnLike"];
/// How actions of S3 begin that change or delete.
const WRITES: &[&str] = &["put", "delete", "replicate", "restore", "bypass", "abort", "create", "initiate", "objectowner"];
/// What CloudTrail is called in policies.
const CLOUDTRAIL: &str = "cloudtrail.amazonaws.com";

pub(super) const CHECKS: &[Check] = &[
    Check {
        id: "bucket_exists",
        title: "the bucket exists",
        severity: Critical,
        standards: NONE,
        fix: "make the bucket {bucket} again with its policy (`cloudtrail-mcp trail-template` prints it), or name another: whoever makes it first reads your logs",
        judge: Judge::Bucket(|_, trail| {
            // Who may not even ask for its versions cannot tell.
            of(&trail.bucket.versioning)?;
            Ok(Verdict::pass(trail.bucket.name.clone()))
        }),
    },
    Check {
        id: "bucket_not_public",
        title: "the bucket is not public",
        severity: Critical,
        standards: NONE.hub("CloudTrail.6").config("cloudtrail-s3-bucket-public-access-prohibited"),
        fix: PUBLIC,
        judge: Judge::Bucket(|_, trail| {
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
        standards: NONE.cis("2.1.4", "3.1.4").hub("S3.8").config("s3-bucket-level-public-access-prohibited"),
        fix: PUBLIC,
        judge: Judge::Bucket(|_, trail| {
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
        judge: Judge::Bucket(|_, trail| {
            let Some(policy) = of(&trail.bucket.policy)? else { return Ok(Verdict::fail("it has no policy")) };
            let lets: Vec<&Value> = statements(policy).filter(|one| allows(one) && is_for(one, CLOUDTRAIL)).collect();
            let bound: Vec<Vec<&str>> = lets.iter().filter_map(|one| sources(one)).collect();
            let names_it = bound.iter().flatten().any(|arn| is_like(arn, &trail.arn));
            Ok(match (lets.len(), bound.len()) {
                (0, _) => Verdict::fail(format!("no statement lets {CLOUDTRAIL} in")),
                (all, few) if few < all => Verdict::fail(format!(
                    "{} of {} for {CLOUDTRAIL} without an aws:SourceArn of one trail: others' trails may write there",
                    all - few,
                    count(all, "statement")
                )),
                (_, _) if !names_it => Verdict::fail("no statement has the aws:SourceArn of this trail".to_owned()),
                (all, _) => Verdict::pass(format!("{}, each with aws:SourceArn", count(all, "statement"))),
            })
        }),
    },
    Check {
        id: "bucket_policy_only_cloudtrail",
        title: "the policy lets nobody but CloudTrail write or delete",
        severity: High,
        standards: NONE,
        fix: "take the statements that allow s3:Put*, s3:Delete* or s3:* to others out of the bucket's policy",
        judge: Judge::Bucket(|_, trail| {
            let Some(policy) = of(&trail.bucket.policy)? else { return Ok(Verdict::pass("it has no policy")) };
            let others = statements(policy).filter(|one| allows(one) && !is_for(one, CLOUDTRAIL) && writes(one)).count();
            Ok(Verdict::of(
                others == 0,
                "only CloudTrail may write",
                format!("{} for others to write or delete", count(others, "statement")),
            ))
        }),
    },
    Check {
        id: "bucket_versioning",
        title: "versions are kept, so that a deleted log can be had back",
        severity: Medium,
        standards: NONE.hub("S3.14").config("s3-bucket-versioning-enabled"),
        fix: "aws s3api put-bucket-versioning --bucket {bucket} --versioning-configuration Status=Enabled",
        judge: Judge::Bucket(|_, trail| {
            let on = of(&trail.bucket.versioning)?.on;
            Ok(Verdict::of(on, "Status is Enabled", "Status is not Enabled"))
        }),
    },
    Check {
        id: "bucket_mfa_delete",
        title: "a version is deleted with a second factor alone, or not at all while it is locked",
        severity: Medium,
        standards: NONE.cis("2.1.2", "3.1.2").hub("S3.20").config("s3-bucket-mfa-delete-enabled"),
        fix: "as root: aws s3api put-bucket-versioning --bucket {bucket} --versioning-configuration Status=Enabled,MFADelete=Enabled --mfa 'SERIAL CODE'; or an object lock",
        judge: Judge::Bucket(|_, trail| {
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
        judge: Judge::Bucket(|_, trail| {
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
        standards: NONE.cis("3.4", "4.4").hub("CloudTrail.7").config("cloudtrail-s3-bucket-access-logging"),
        fix: "aws s3api put-bucket-logging --bucket {bucket} --bucket-logging-status '{\"LoggingEnabled\":{\"TargetBucket\":\"LOG_BUCKET\",\"TargetPrefix\":\"{bucket}/\"}}'",
        judge: Judge::Bucket(|_, trail| {
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
        judge: Judge::Bucket(|_, trail| {
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
        judge: Judge::Bucket(|_, trail| {
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
        judge: Judge::Bucket(|subject, trail| {
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

/// Returns the trails on behalf of which alone a statement holds; nothing where it may hold for any.
///
/// Shape: the region may be any; account and name say which trail it is.
fn sources(statement: &Value) -> Option<Vec<&str>> {
    let one = |arn: &str| {
        Arn::parse(arn).is_some_and(|arn| arn.service == "cloudtrail" && !format!("{}{}", arn.account, arn.resource).contains(['*', '?']))
    };
    let operators = statement.get("Condition").and_then(Value::as_object).into_iter().flatten();
    let mut values = operators
        .filter(|(operator, _)| BINDING.iter().any(|binding| operator.eq_ignore_ascii_case(binding)))
        .filter_map(|(_, keys)| keys.as_object())
        .flatten()
        .filter(|(key, _)| key.eq_ignore_ascii_case("aws:SourceArn"))
        .map(|(_, value)| match value {
            Value::Array(values) => values.iter().map(Value::as_str).collect::<Option<Vec<&str>>>(),
            value => value.as_str().map(|value| vec![value]),
        });
    values.find_map(|values| values.filter(|values| !values.is_empty() && values.iter().all(|arn| one(arn))))
}

/// Tells whether the ARN of a condition, whose region may be any, is that of a trail.
fn is_like(condition: &str, trail: &str) -> bool {
    let (Some(condition), Some(trail)) = (Arn::parse(condition), Arn::parse(trail)) else { return false };
    (condition.account, condition.resource) == (trail.account, trail.resource)
        && (condition.region.contains(['*', '?']) || condition.region == trail.region)
}

/// Tells whether a statement is about writing or deleting.
fn writes(statement: &Value) -> bool {
    let named = |action: &str| {
        let action = action.to_ascii_lowercase();
        let verb = action.strip_prefix("s3:").unwrap_or(&action);
        // `s3:P*` is `s3:PutObject`, too.
        let (begins, is_open) = verb.split_once(['*', '?']).map_or((verb, false), |(begins, _)| (begins, true));
        WRITES.iter().any(|writes| begins.starts_with(writes) || is_open && writes.starts_with(begins))
    };
    let actions = || crate::source::api::items(statement, "Action").filter_map(Value::as_str);
    statement.get("NotAction").is_some() || actions().any(named)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_statement_is_bound_by_the_arn_of_one_trail_and_by_nothing_wider() {
        let trail = "arn:aws:cloudtrail:eu-west-1:111122223333:trail/main";
        let of = |operator: &str, value: Value| json!({"Condition": {operator: {"aws:SourceArn": value}}});
        for bound in [
            of("StringEquals", json!(trail)),
            of("ArnLike", json!([trail])),
            of("StringLike", json!("arn:aws:cloudtrail:*:111122223333:trail/main")),
        ] {
            assert!(sources(&bound).is_some_and(|arns| arns.iter().all(|arn| is_like(arn, trail))), "{bound}");
        }
        for open in [
            of("StringLike", json!("arn:aws:cloudtrail:*:*:trail/*")),
            of("StringLike", json!("arn:aws:cloudtrail:eu-west-1:111122223333:trail/*")),
            of("StringLike", json!("arn:*")),
            of("StringLike", json!([trail, "*"])),
            of("StringEquals", json!([])),
            of("StringEquals", json!([7])),
            of("StringEqualsIfExists", json!(trail)),
            of("ForAllValues:StringEquals", json!(trail)),
            of("StringNotEquals", json!(trail)),
            json!({"Condition": {"StringEquals": {"aws:SourceAccount": "111122223333"}}}),
            json!({}),
        ] {
            assert_eq!(sources(&open), None, "{open}");
        }
        assert!(!is_like("arn:aws:cloudtrail:eu-west-1:111122223333:trail/other", trail));
    }

    #[test]
    fn actions_write_however_few_letters_are_written_out() {
        for action in ["s3:PutObject", "s3:P*", "s3:*", "*", "S3:Del*", "s3:?utObject", "s3:AbortMultipartUpload"] {
            assert!(writes(&json!({"Action": [action]})), "{action}");
        }
        for action in ["s3:GetObject", "s3:Get*", "s3:ListBucket", "s3:L*"] {
            assert!(!writes(&json!({"Action": action})), "{action}");
        }
    }
}
