//! What S3 tells of a bucket of logs.

use chrono::{DateTime, Utc};
use futures_util::future::join;
use serde_json::Value;

use super::fact::{Bucket, Fact, Lifecycle, Lock, Versioning};
use super::gather::{NOT_ASKED, text};
use crate::source::api::{self, Ask, Read, Reader, Told, items};
use crate::time;

/// S3's code for a bucket that is not there.
const NO_BUCKET: &str = "NoSuchBucket";

/// Makes a bucket of which nothing else is known than whether it is there.
pub(super) fn bare(name: &str, exists: bool) -> Bucket {
    Bucket {
        name: name.to_owned(),
        exists,
        policy_public: Err(NOT_ASKED),
        acl_public: Err(NOT_ASKED),
        blocks: Err(NOT_ASKED),
        policy: Err(NOT_ASKED),
        versioning: Err(NOT_ASKED),
        lock: Err(NOT_ASKED),
        access_logs: Err(NOT_ASKED),
        encryption: Err(NOT_ASKED),
        lifecycle: Err(NOT_ASKED),
    }
}

/// Reads a bucket; logs stand under `prefix`, and `region` is where it is looked for first.
pub(super) async fn read(reader: &Reader, (region, now): (&str, DateTime<Utc>), name: &str, prefix: &str) -> Bucket {
    let ask = |read: &'static Read| async move { reader.ask(&Ask::bucket(read, region, name)).await };
    // The first tells where the bucket is.
    let versioning = ask(&api::GET_BUCKET_VERSIONING).await;
    if let Ok(Told::None(code)) = &versioning
        && code == NO_BUCKET
    {
        return bare(name, false);
    }
    let public = join(join(ask(&api::GET_BUCKET_POLICY_STATUS), ask(&api::GET_BUCKET_ACL)), ask(&api::GET_PUBLIC_ACCESS_BLOCK));
    let policy = join(ask(&api::GET_BUCKET_POLICY), ask(&api::GET_OBJECT_LOCK));
    let rest = join(join(ask(&api::GET_BUCKET_LOGGING), ask(&api::GET_BUCKET_ENCRYPTION)), ask(&api::GET_BUCKET_LIFECYCLE));
    let (((status, acl), block), ((policy, lock), ((logging, encryption), lifecycle))) = join(public, join(policy, rest)).await;
    Bucket {
        name: name.to_owned(),
        exists: true,
        policy_public: given(status).map(|told| told.is_some_and(|told| is(&told, "IsPublic", "true"))),
        acl_public: given(acl).map(|told| told.as_ref().is_some_and(lets_everybody_in)),
        blocks: given(block).map(|told| {
            let blocks = ["BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"];
            told.map_or(0, |told| blocks.iter().filter(|block| is(&told, block, "true")).count())
        }),
        policy: given(policy),
        versioning: given(versioning).map(|told| {
            let on = |key| told.as_ref().is_some_and(|told| is(told, key, "Enabled"));
            Versioning { on: on("Status"), mfa_delete: on("MfaDelete") || on("MFADelete") }
        }),
        lock: given(lock).map(|told| told.filter(|told| is(told, "ObjectLockEnabled", "Enabled")).map(|told| lock_of(&told))),
        access_logs: given(logging).map(|told| {
            let target = told.as_ref().and_then(|told| told.get("LoggingEnabled")).map(|on| text(on, "TargetBucket"));
            target.filter(|target| !target.is_empty())
        }),
        encryption: given(encryption).map(|told| {
            let rule = told.as_ref().and_then(|told| items(told, "Rule").next()?.get("ApplyServerSideEncryptionByDefault"));
            rule.map(|rule| text(rule, "SSEAlgorithm")).filter(|algorithm| !algorithm.is_empty())
        }),
        lifecycle: given(lifecycle).map(|told| told.map(|told| lifecycle_of(&told, prefix, now))),
    }
}

fn given(told: Fact<Told>) -> Fact<Option<Value>> {
    Ok(match told? {
        Told::Given(value) => Some(value),
        Told::None(_) => None,
    })
}

fn is(value: &Value, key: &str, wanted: &str) -> bool {
    text(value, key).eq_ignore_ascii_case(wanted)
}

/// Tells whether an access control list has a grant for everybody, or for everybody with an account.
///
/// Source: Amazon S3 user guide, "Access control list (ACL) overview", predefined groups.
fn lets_everybody_in(acl: &Value) -> bool {
    let list = acl.get("AccessControlList").unwrap_or(acl);
    let group = |grant: &Value| grant.get("Grantee").map(|grantee| text(grantee, "URI")).unwrap_or_default();
    items(list, "Grant").map(group).any(|group| group.ends_with("/global/AllUsers") || group.ends_with("/global/AuthenticatedUsers"))
}

fn lock_of(told: &Value) -> Lock {
    let retention = told.get("Rule").and_then(|rule| rule.get("DefaultRetention"));
    let number = |key| retention.and_then(|retention| text(retention, key).parse::<i64>().ok());
    Lock {
        mode: retention.map(|retention| text(retention, "Mode")).filter(|mode| !mode.is_empty()),
        days: number("Days").or_else(|| number("Years").map(|years| years * 365)),
    }
}

/// Reads the rules that are on and concern the logs under `prefix`; a rule for tagged objects concerns none of them.
fn lifecycle_of(told: &Value, prefix: &str, now: DateTime<Utc>) -> Lifecycle {
    let root = if prefix.is_empty() { "AWSLogs/".to_owned() } else { format!("{}/AWSLogs/", prefix.trim_end_matches('/')) };
    let concerns = |rule: &&Value| {
        let filter = rule.get("Filter");
        let and = filter.and_then(|filter| filter.get("And"));
        let tagged = [filter, and].into_iter().flatten().any(|filter| filter.get("Tag").is_some());
        let of = [Some(*rule), filter, and].into_iter().flatten().map(|place| text(place, "Prefix")).find(|prefix| !prefix.is_empty());
        let of = of.unwrap_or_default();
        is(rule, "Status", "Enabled") && !tagged && (root.starts_with(&of) || of.starts_with(&root))
    };
    let rules: Vec<&Value> = items(told, "Rule").filter(concerns).collect();
    // What tells neither days nor a date deletes markers alone; what cannot be read may delete at once.
    let days = |rule: &&Value| {
        let expiration = rule.get("Expiration")?;
        match (text(expiration, "Days").as_str(), text(expiration, "Date").as_str()) {
            ("", "") => None,
            ("", date) => Some(time::parse(date).map_or(0, |date| (date - now).num_days().max(0))),
            (days, _) => Some(days.parse::<i64>().unwrap_or(0)),
        }
    };
    Lifecycle { expires_days: rules.iter().filter_map(days).min(), moves: rules.iter().any(|rule| rule.get("Transition").is_some()) }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_rules_that_are_on_and_concern_the_logs_count() {
        let rule = |status: &str, filter: Value, days: &str| json!({"Status": status, "Filter": filter, "Expiration": {"Days": days}});
        let told = |rules: Vec<Value>| lifecycle_of(&json!({"Rule": rules}), "", now());
        let all = || json!("");
        assert_eq!(told(vec![rule("Enabled", all(), "2555")]).expires_days, Some(2555));
        assert_eq!(told(vec![rule("Disabled", all(), "7")]).expires_days, None);
        assert_eq!(told(vec![rule("Enabled", json!({"Prefix": "tmp/"}), "7")]).expires_days, None);
        assert_eq!(told(vec![rule("Enabled", json!({"Prefix": "AWSLogs/1111"}), "7")]).expires_days, Some(7));
        assert_eq!(told(vec![rule("Enabled", json!({"And": {"Prefix": "AWS", "Tag": {"Key": "a"}}}), "7")]).expires_days, None);
        assert!(told(vec![json!({"Status": "Enabled", "Prefix": "", "Transition": {"Days": "30"}})]).moves);
    }

    fn now() -> DateTime<Utc> {
        "2026-01-27T20:00:00Z".parse().unwrap()
    }

    #[test]
    fn a_rule_deletes_by_a_date_as_well() {
        let told =
            |expiration: Value| lifecycle_of(&json!({"Rule": [{"Status": "Enabled", "Expiration": expiration}]}), "", now()).expires_days;
        assert_eq!(told(json!({"Date": "2026-02-06T20:00:00Z"})), Some(10));
        assert_eq!(told(json!({"Date": "2020-01-01T00:00:00.000Z"})), Some(0));
        assert_eq!(told(json!({"Date": "soon"})), Some(0));
        assert_eq!(told(json!({"Days": "many"})), Some(0));
        assert_eq!(told(json!({"ExpiredObjectDeleteMarker": "true"})), None);
    }

    #[test]
    fn a_grant_to_everybody_makes_a_list_public() {
        let acl = |uri: &str| json!({"AccessControlList": {"Grant": {"Grantee": {"URI": uri}, "Permission": "READ"}}});
        assert!(lets_everybody_in(&acl("http://acs.amazonaws.com/groups/global/AllUsers")));
        assert!(!lets_everybody_in(&acl("http://acs.amazonaws.com/groups/s3/LogDelivery")));
    }

    #[test]
    fn years_of_a_lock_are_days() {
        let lock = json!({"ObjectLockEnabled": "Enabled", "Rule": {"DefaultRetention": {"Mode": "COMPLIANCE", "Years": "7"}}});
        assert_eq!(lock_of(&lock), Lock { mode: Some("COMPLIANCE".into()), days: Some(2555) });
    }
}
