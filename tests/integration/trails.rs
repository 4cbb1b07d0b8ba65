//! `trails` against a wire-level fake: every check passes, fails and is unknown.

use std::collections::{BTreeMap, BTreeSet};
use std::process::{Command, Output};

use chrono::Utc;
use cloudtrail_mcp::coverage::BlindSpot;
use cloudtrail_mcp::investigate::{Around, Surroundings as _};
use cloudtrail_mcp::posture::trail::{Watch, check};
use cloudtrail_mcp::source::api::{Api, READS};
use serde_json::{Value, json};

use crate::event_history;
use crate::fake_aws::{FakeAws, Settings, sound};

/// Runs a command against the fake, in the environment that leads there and this besides.
async fn run_in(fake: &FakeAws, args: &[&str], env: &[(&str, &str)]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cloudtrail-mcp"));
    command.args(args).env_clear().envs(fake.env()).envs(env.iter().copied());
    tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap()
}

const ALLOWED: (&str, &str) = ("CHAT_ALLOW_AWS_READ", "true");

async fn run(fake: &FakeAws, args: &[&str]) -> Output {
    run_in(fake, &[&["trails"], args].concat(), &[ALLOWED]).await
}

fn json_of(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr)))
}

/// The answer about an account with these settings.
async fn judged(settings: Settings) -> Value {
    let fake = FakeAws::start(Utc::now()).await.with_settings(settings);
    json_of(&run(&fake, &["--json", "--detail", "full"]).await)
}

fn now() -> i64 {
    Utc::now().timestamp()
}

/// Results by check.
fn results(answer: &Value) -> BTreeMap<String, Value> {
    let checks = answer["accounts"][0]["checks"].as_array().unwrap_or_else(|| panic!("{answer:#}"));
    checks.iter().map(|check| (check["id"].as_str().unwrap().to_owned(), check.clone())).collect()
}

/// What breaks each check: the read, a part of its answer, and what stands there instead.
const FAULTS: &[(&str, &str, &str, &str)] = &[
    ("trail_enabled", "DescribeTrails", "\"trailList\":[", "\"trailList\":[],\"other\":["),
    ("multi_region", "DescribeTrails", "\"IsMultiRegionTrail\":true", "\"IsMultiRegionTrail\":false"),
    ("regions_covered", "DescribeTrails", "\"trailList\":[", "\"trailList\":[],\"other\":["),
    ("opt_in_regions", "DescribeTrails", "\"IsMultiRegionTrail\":true", "\"IsMultiRegionTrail\":false"),
    ("global_services", "DescribeTrails", "\"IncludeGlobalServiceEvents\":true", "\"IncludeGlobalServiceEvents\":false"),
    ("management_writes", "GetEventSelectors", "[\"Management\"]}", "[\"Management\"]},{\"Field\":\"readOnly\",\"Equals\":[\"true\"]}"),
    ("management_reads", "GetEventSelectors", "[\"Management\"]}", "[\"Management\"]},{\"Field\":\"readOnly\",\"Equals\":[\"false\"]}"),
    (
        "kms_events",
        "GetEventSelectors",
        "[\"Management\"]}",
        "[\"Management\"]},{\"Field\":\"eventSource\",\"NotEquals\":[\"kms.amazonaws.com\"]}",
    ),
    (
        "rds_data_events",
        "GetEventSelectors",
        "[\"Management\"]}",
        "[\"Management\"]},{\"Field\":\"eventSource\",\"NotEquals\":[\"rdsdata.amazonaws.com\"]}",
    ),
    ("s3_data_writes", "GetEventSelectors", "AWS::S3::Object", "AWS::S3::AccessPoint"),
    (
        "s3_data_reads",
        "GetEventSelectors",
        "[\"AWS::S3::Object\"]}",
        "[\"AWS::S3::Object\"]},{\"Field\":\"readOnly\",\"Equals\":[\"false\"]}",
    ),
    ("lambda_data", "GetEventSelectors", "AWS::Lambda::Function", "AWS::DynamoDB::Table"),
    ("network_activity", "GetEventSelectors", "NetworkActivity", "Data"),
    ("insights_rate", "GetInsightSelectors", "ApiCallRateInsight", "Other"),
    ("insights_errors", "GetInsightSelectors", "ApiErrorRateInsight", "Other"),
    ("organization_trail", "DescribeTrails", "\"IsOrganizationTrail\":true", "\"IsOrganizationTrail\":false"),
    (
        "paid_copies",
        "DescribeTrails",
        "{\"trailList\":[",
        "{\"trailList\":[{\"Name\":\"copy\",\"TrailARN\":\"arn:aws:cloudtrail:eu-west-1:111122223333:trail/copy\",\"HomeRegion\":\"eu-west-1\",\"S3BucketName\":\"logs\"},",
    ),
    ("logging", "GetTrailStatus", "\"IsLogging\":true", "\"IsLogging\":false"),
    ("delivery", "GetTrailStatus", "\"IsLogging\":true", "\"IsLogging\":true,\"LatestDeliveryError\":\"AccessDenied\""),
    ("log_file_validation", "DescribeTrails", "\"LogFileValidationEnabled\":true", "\"LogFileValidationEnabled\":false"),
    ("digest_delivery", "GetTrailStatus", "LatestDigestDeliveryTime", "Other"),
    ("kms_key", "DescribeTrails", "KmsKeyId", "Other"),
    ("kms_key_usable", "DescribeKey", "Enabled", "PendingDeletion"),
    ("kms_key_rotation", "GetKeyRotationStatus", "true", "false"),
    ("cloudwatch_logs", "DescribeTrails", "CloudWatchLogsLogGroupArn", "Other"),
    ("cloudwatch_delivery", "GetTrailStatus", "LatestCloudWatchLogsDeliveryTime", "Other"),
    ("log_group_retention", "DescribeLogGroups", "365", "30"),
    ("sns_topic", "DescribeTrails", "SnsTopicARN", "Other"),
    ("sns_delivery", "GetTrailStatus", "\"IsLogging\":true", "\"IsLogging\":true,\"LatestNotificationError\":\"AuthorizationError\""),
    ("tags", "ListTags", "TagsList", "Other"),
    ("bucket_exists", "versioning", "<C>", "<Error><Code>NoSuchBucket</Code></Error>"),
    ("bucket_not_public", "policyStatus", "false", "true"),
    ("bucket_public_access_block", "publicAccessBlock", "<BlockPublicAcls>true", "<BlockPublicAcls>false"),
    ("bucket_policy_source_arn", "policy", "aws:SourceArn", "aws:SourceAccount"),
    (
        "bucket_policy_only_cloudtrail",
        "policy",
        "\"Statement\":[",
        "\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":{\"AWS\":\"444455556666\"},\"Action\":[\"s3:Put*\"]},",
    ),
    ("bucket_versioning", "versioning", "<Status>Enabled", "<Status>Suspended"),
    ("bucket_mfa_delete", "versioning", "MfaDelete", "Other"),
    ("bucket_object_lock", "object-lock", "<Days>90</Days>", ""),
    ("bucket_access_logging", "logging", "LoggingEnabled", "Other"),
    ("bucket_encryption", "encryption", "aws:kms", "AES256"),
    ("bucket_lifecycle", "lifecycle", "Transition", "Other"),
    ("bucket_retention", "lifecycle", "2555", "364"),
    ("alarm_unauthorized_calls", "DescribeMetricFilters", "{($.errorCode", "{($.eventName = HeadBucket) && ($.errorCode"),
    ("alarm_unauthorized_launches", "DescribeMetricFilters", "metricFilters", "other"),
    ("alarm_iam_changes", "DescribeMetricFilters", "CreatePolicyVersion", "Other"),
    ("alarm_cloudtrail_changes", "ListSubscriptionsByTopic", "arn:aws:sns", "PendingConfirmation"),
    ("alarm_key_deletion", "DescribeAlarmsForMetric", "<ActionsEnabled>true", "<ActionsEnabled>false"),
    ("alarm_bucket_policies", "DescribeMetricFilters", "PutBucketAcl", "Other"),
    ("store_key", "GetEventDataStore", "KmsKeyId", "Other"),
    ("store_protection", "GetEventDataStore", "\"TerminationProtectionEnabled\":true", "\"TerminationProtectionEnabled\":false"),
    ("store_ingests", "GetEventDataStore", "ENABLED", "STOPPED_INGESTION"),
];

/// What needs a trail that records.
const RECORDS: &[&str] = &[
    "trail_enabled",
    "management_reads",
    "s3_data_writes",
    "s3_data_reads",
    "lambda_data",
    "network_activity",
    "insights_rate",
    "insights_errors",
    "organization_trail",
];
/// What needs one that records changes.
const WRITES: &[&str] =
    &["management_writes", "multi_region", "regions_covered", "opt_in_regions", "global_services", "kms_events", "rds_data_events"];
/// What needs a log group, and then what needs somebody who hears of what stands there.
const LOGS: &[&str] = &["cloudwatch_logs", "cloudwatch_delivery", "log_group_retention"];
const ALARMS: &[&str] = &[
    "alarm_unauthorized_calls",
    "alarm_unauthorized_launches",
    "alarm_iam_changes",
    "alarm_cloudtrail_changes",
    "alarm_key_deletion",
    "alarm_bucket_policies",
];
/// What needs a bucket.
const BUCKET: &[&str] = &[
    "bucket_not_public",
    "bucket_public_access_block",
    "bucket_policy_source_arn",
    "bucket_policy_only_cloudtrail",
    "bucket_versioning",
    "bucket_mfa_delete",
    "bucket_object_lock",
    "bucket_access_logging",
    "bucket_encryption",
    "bucket_lifecycle",
    "bucket_retention",
];

/// What else does not pass where a check's fault is: no other check may.
fn also(id: &str) -> &'static [&'static [&'static str]] {
    match id {
        "trail_enabled" | "regions_covered" | "logging" => &[RECORDS, WRITES, ALARMS],
        "multi_region" => &[&["opt_in_regions"]],
        "opt_in_regions" | "management_reads" => &[&["multi_region"]],
        "management_writes" => &[WRITES],
        "s3_data_writes" => &[&["s3_data_reads"]],
        // Nothing is known of the copy but its name.
        "paid_copies" => {
            &[LOGS, &["bucket_policy_source_arn", "digest_delivery", "kms_key", "log_file_validation", "sns_delivery", "sns_topic"]]
        }
        "log_file_validation" => &[&["digest_delivery"]],
        "cloudwatch_logs" => &[LOGS, ALARMS],
        "sns_topic" => &[&["sns_delivery"]],
        "bucket_exists" => &[BUCKET],
        "bucket_mfa_delete" => &[&["bucket_object_lock"]],
        // The way from a filter to somebody is the same for all.
        "alarm_unauthorized_launches" | "alarm_cloudtrail_changes" | "alarm_key_deletion" => &[ALARMS],
        _ => &[],
    }
}

#[tokio::test]
async fn an_account_or_region_that_could_not_be_read_is_told_and_nothing_is_called_sound() {
    let fake = FakeAws::start(Utc::now()).await.with_settings(sound(now())).without_region("eu-north-1");
    let output = run(&fake, &["--json", "--regions", "eu-west-1,eu-north-1"]).await;
    let answer = json_of(&output);
    assert_eq!((output.status.code(), &answer["finding"], &answer["coverage"]["verdict"]), (Some(3), &json!("unknown"), &json!("partial")));
    let headline = answer["headline"].as_str().unwrap();
    assert!(headline.ends_with("and the trails of 1 region could not be listed."), "{headline}");
    assert!(answer["coverage"]["blind_spots"].to_string().contains("whether trails record is not known"), "{answer:#}");

    let dir = tempfile::tempdir().unwrap();
    let policy = dir.path().join("policy.toml");
    std::fs::write(&policy, "[accounts.other]\nid = \"444455556666\"\nrole_arn = \"arn:aws:iam::444455556666:role/none\"\n").unwrap();
    let args = ["--json", "--accounts", "111122223333,444455556666", "--config", policy.to_str().unwrap()];
    let fake = FakeAws::start(Utc::now()).await.with_settings(sound(now()));
    let output = run(&fake, &args).await;
    let answer = json_of(&output);
    assert_eq!((output.status.code(), &answer["finding"], &answer["coverage"]["verdict"]), (Some(3), &json!("unknown"), &json!("partial")));
    assert!(answer["headline"].as_str().unwrap().ends_with("and 1 account could not be read."), "{answer:#}");
    assert!(answer["coverage"]["blind_spots"].to_string().contains("an account was not read"), "{answer:#}");
}

#[tokio::test]
async fn a_log_group_that_is_not_there_keeps_nothing() {
    let answer = judged(with("DescribeLogGroups", "\"logGroupName\":\"trail\"", "\"logGroupName\":\"trail-2\"")).await;
    let told = results(&answer);
    let not: BTreeSet<&str> = told.iter().filter(|(_, check)| check["result"] == "fail").map(|(id, _)| id.as_str()).collect();
    assert_eq!(not, LOGS.iter().copied().collect(), "{answer:#}");
}

#[test]
fn no_command_of_a_fix_takes_away_what_is_set() {
    for check in check::all().filter(|check| check.fix_is_command()) {
        let destroys = ["put-event-selectors", "stop-logging", "delete-", "--no-"].iter().any(|word| check.fix.contains(word));
        assert!(!destroys, "{}: {}", check.id, check.fix);
    }
}

#[tokio::test]
async fn a_sound_account_passes_every_check() {
    let answer = judged(sound(now())).await;
    let not: Vec<Value> = results(&answer).into_values().filter(|check| check["result"] != "pass").collect();
    assert!(not.is_empty(), "{not:#?}");
    assert_eq!(answer["finding"], "sound", "{answer:#}");
    assert_eq!(answer["accounts"][0]["totals"], json!({"passed": check::all().count(), "failed": 0, "unknown": 0}));
    assert!(check::all().count() >= 34);
}

#[tokio::test]
async fn every_check_fails_where_what_it_asks_for_is_not_so() {
    let known: BTreeSet<&str> = check::all().map(|check| check.id).collect();
    assert_eq!(FAULTS.iter().map(|(id, ..)| *id).collect::<BTreeSet<_>>(), known, "a check without a fault");
    for (id, read, part, instead) in FAULTS {
        let mut settings = sound(now());
        let (status, body) = settings.get_mut(*read).unwrap();
        assert!(body.contains(part), "{id}: {part} is not in {body}");
        *body = body.replace(part, instead);
        if body.starts_with("<Error>") {
            (*status, *body) = (404, (*instead).to_owned());
        }
        if *id == "bucket_mfa_delete" {
            // An object lock would do as well.
            settings.insert("object-lock".into(), (404, "<Error><Code>ObjectLockConfigurationNotFoundError</Code></Error>".into()));
        }
        let answer = judged(settings).await;
        let check = &results(&answer)[*id];
        assert_eq!(check["result"], "fail", "{id}: {check:#}");
        assert!(check["fix"]["command"].is_string() || check["fix"]["step"].is_string(), "{check:#}");
        assert!(!check["fact"].as_str().unwrap().is_empty());
        assert_eq!(answer["finding"], "weak");
        let told = results(&answer);
        let not: BTreeSet<&str> = told.iter().filter(|(_, check)| check["result"] != "pass").map(|(id, _)| id.as_str()).collect();
        let expected: BTreeSet<&str> = also(id).iter().flat_map(|ids| ids.iter().copied()).chain([*id]).collect();
        assert_eq!(not, expected, "{id}: the others pass");
    }
}

#[tokio::test]
async fn a_permission_that_is_missing_makes_checks_unknown_by_its_name_and_never_lets_one_fail() {
    let all: BTreeSet<&str> = check::all().map(|check| check.id).collect();
    let mut unknown = BTreeSet::new();
    for (_, read) in READS.iter().filter(|(_, read)| !["DescribeTrails", "LookupEvents"].contains(&read.name)) {
        let mut settings = sound(now());
        // Other commands send the rest.
        let sent = settings.keys().find(|key| *key == read.name || bucket_part(key) == Some(read.name)).cloned();
        let Some(key) = sent else { continue };
        settings.remove(&key);
        // What stands in for another must not hide that it is unknown.
        if key == "DescribeOrganization" {
            let (_, trails) = settings.get_mut("DescribeTrails").unwrap();
            *trails = trails.replace("\"IsOrganizationTrail\":true", "\"IsOrganizationTrail\":false");
        }
        if key == "object-lock" {
            let (_, versioning) = settings.get_mut("versioning").unwrap();
            *versioning = versioning.replace("<MfaDelete>Enabled", "<MfaDelete>Disabled");
        }
        let answer = judged(settings).await;
        for (id, check) in results(&answer) {
            assert_ne!(check["result"], "fail", "without {}: {check:#}", read.action);
            if check["result"] == "unknown" {
                assert_eq!(check["missing"], json!([read.action]), "{check:#}");
                unknown.insert(id);
            }
        }
        assert_eq!(answer["finding"], "unknown", "without {}: {answer:#}", read.action);
        assert!(answer["coverage"]["next"].as_str().unwrap().contains(read.action));
    }
    // What DescribeTrails alone tells is not unknown, as nothing is judged without it.
    let told_by_list = ["log_file_validation", "kms_key"];
    let never: Vec<_> = all.iter().filter(|id| !unknown.contains(**id) && !told_by_list.contains(id)).collect();
    assert!(never.is_empty(), "never unknown: {never:?}");
}

/// The operation whose read a sub-resource of a bucket is.
fn bucket_part(key: &str) -> Option<&'static str> {
    Some(match key {
        "acl" => "GetBucketAcl",
        "encryption" => "GetBucketEncryption",
        "lifecycle" => "GetBucketLifecycleConfiguration",
        "logging" => "GetBucketLogging",
        "policy" => "GetBucketPolicy",
        "policyStatus" => "GetBucketPolicyStatus",
        "versioning" => "GetBucketVersioning",
        "object-lock" => "GetObjectLockConfiguration",
        "publicAccessBlock" => "GetPublicAccessBlock",
        _ => return None,
    })
}

#[tokio::test]
async fn nothing_is_asked_without_permission_and_what_aws_denies_is_told_by_name() {
    let fake = FakeAws::start(Utc::now()).await.with_settings(sound(now()));
    let output = run_in(&fake, &["trails", "--json"], &[]).await;
    assert_eq!((output.status.code(), json_of(&output)["error"]["code"].as_str()), (Some(1), Some("tool_not_allowed")));
    assert!(fake.requests().is_empty());

    let denied = FakeAws::start(Utc::now()).await;
    let output = run(&denied, &["--json"]).await;
    let answer = json_of(&output);
    assert_eq!((output.status.code(), answer["finding"].as_str()), (Some(1), Some("could_not_look")), "{answer:#}");
    assert_eq!(answer["error"]["code"], "access_denied");
    assert!(answer["error"]["message"].as_str().unwrap().contains("cloudtrail:DescribeTrails"), "{answer:#}");
}

#[tokio::test]
async fn exit_codes_tell_an_answer_that_is_whole_from_one_that_is_not() {
    let fake = FakeAws::start(Utc::now()).await.with_settings(sound(now()));
    assert_eq!(run(&fake, &[]).await.status.code(), Some(0));
    let mut settings = sound(now());
    settings.remove("policy");
    let fake = FakeAws::start(Utc::now()).await.with_settings(settings);
    assert_eq!(run(&fake, &[]).await.status.code(), Some(3));
    assert_eq!(run(&fake, &["--retention", "ever"]).await.status.code(), Some(2));
}

#[tokio::test]
async fn regions_that_policy_does_not_allow_are_not_asked() {
    let fake = FakeAws::start(Utc::now()).await.with_settings(sound(now()));
    let output = run_in(&fake, &["trails", "--json"], &[ALLOWED, ("CHAT_AWS_REGION_ALLOWLIST", "eu-north-1")]).await;
    let elsewhere: Vec<_> =
        fake.requests().into_iter().filter(|request| request.service != "sts" && request.region != "eu-north-1").collect();
    assert!(elsewhere.is_empty(), "{elsewhere:#?}");
    assert!(json_of(&output)["accounts"][0]["totals"]["unknown"].as_u64().unwrap() > 0);
}

#[tokio::test]
async fn the_worst_account_still_fits_into_an_answer() {
    let arn = |n: usize| format!("arn:aws:cloudtrail:eu-west-1:111122223333:trail/trail-{n}");
    let trails: Vec<Value> = (0..5)
        .map(
            |n| json!({"Name": format!("trail-{n}"), "TrailARN": arn(n), "HomeRegion": "eu-west-1", "S3BucketName": format!("bucket-{n}")}),
        )
        .collect();
    let mut settings = Settings::new();
    settings.insert("DescribeTrails".into(), (200, json!({"trailList": trails}).to_string()));
    settings.insert("GetTrailStatus".into(), (200, json!({"IsLogging": false}).to_string()));
    let fake = FakeAws::start(Utc::now()).await.with_settings(settings);
    let text = String::from_utf8(run(&fake, &[]).await.stdout).unwrap();
    let json = String::from_utf8(run(&fake, &["--json", "--detail", "full"]).await.stdout).unwrap();
    for form in [text, serde_json::from_str::<Value>(&json).unwrap().to_string()] {
        assert!(form.chars().count() < 40_000 && cloudtrail_mcp::answer::tokens::estimate(&form) < 10_000, "{}", form.len());
    }
}

/// The first screen of an answer about changes, under these settings.
async fn first_screen(settings: Settings, events: Vec<Value>, args: &[&str]) -> String {
    let fake = FakeAws::start(Utc::now()).await.with_settings(settings).with_events(events);
    let output = run_in(&fake, &[&["events", "--format", "markdown"], args].concat(), &[ALLOWED]).await;
    assert!(fake.settings_read().iter().all(|name| ["DescribeTrails", "GetTrailStatus", "GetEventSelectors"].contains(&name.as_str())));
    String::from_utf8(output.stdout).unwrap().split("## All changes").next().unwrap().to_owned()
}

fn with(read: &str, part: &str, instead: &str) -> Settings {
    let mut settings = sound(now());
    let (_, body) = settings.get_mut(read).unwrap();
    assert!(body.contains(part), "{part} is not in {body}");
    *body = body.replace(part, instead);
    settings
}

#[tokio::test]
async fn what_trails_miss_stands_on_the_first_screen_of_an_answer_about_changes() {
    let asked = ["--last", "1h", "--region", "eu-west-1"];
    let sound = first_screen(sound(now()), Vec::new(), &asked).await;
    assert!(!sound.contains("trail"), "{sound}");
    let stopped = with("GetTrailStatus", "\"IsLogging\":true", "\"IsLogging\":false,\"StopLoggingTime\":1700000000");
    let stopped = first_screen(stopped, Vec::new(), &asked).await;
    assert!(stopped.contains("trail main is stopped since 2023-11-14T22:13:20Z"), "{stopped}");
    let kms = "[\"Management\"]},{\"Field\":\"eventSource\",\"NotEquals\":[\"kms.amazonaws.com\"]}";
    let excluded = first_screen(with("GetEventSelectors", "[\"Management\"]}", kms), Vec::new(), &asked).await;
    assert!(excluded.contains("the trails exclude kms.amazonaws.com"), "{excluded}");
    let one_region = with("DescribeTrails", "\"IsMultiRegionTrail\":true", "\"IsMultiRegionTrail\":false");
    let elsewhere = first_screen(one_region, Vec::new(), &["--last", "1h", "--region", "eu-north-1"]).await;
    assert!(elsewhere.contains("no trail records eu-north-1"), "{elsewhere}");
    let mut unread = with("GetTrailStatus", "\"IsLogging\":true", "\"IsLogging\":false");
    unread.remove("GetEventSelectors");
    let unread = first_screen(unread, Vec::new(), &asked).await;
    assert!(unread.contains("trail main is stopped") && unread.contains("cloudtrail:GetEventSelectors is not allowed"), "{unread}");
    let unreadable = first_screen(with("DescribeTrails", "trailList", "other"), Vec::new(), &asked).await;
    assert!(unreadable.contains("whether trails record is not known"), "{unreadable}");
    let denied = first_screen(Settings::new(), Vec::new(), &asked).await;
    assert!(denied.contains("whether trails record is not known: cloudtrail:DescribeTrails is not allowed"), "{denied}");
}

#[tokio::test]
async fn a_diagnosis_tells_which_of_the_usual_causes_holds_and_what_mends_it() {
    let kms = "[\"Management\"]},{\"Field\":\"eventSource\",\"NotEquals\":[\"kms.amazonaws.com\"]}";
    let reads = "[\"Management\"]},{\"Field\":\"readOnly\",\"Equals\":[\"true\"]}";
    let mut gone = sound(now());
    gone.insert("versioning".into(), (404, "<Error><Code>NoSuchBucket</Code></Error>".into()));
    let mut unread = sound(now());
    unread.remove("GetEventSelectors");
    for (settings, kind, fix) in [
        (sound(now()), "none_holds", "15 minutes"),
        (with("DescribeTrails", "\"trailList\":[", "\"trailList\":[],\"other\":["), "no_trail", "trail-template"),
        (with("GetTrailStatus", "\"IsLogging\":true", "\"IsLogging\":false"), "stopped", "start-logging --name main"),
        (
            with("GetTrailStatus", "\"IsLogging\":true", "\"IsLogging\":true,\"LatestDeliveryError\":\"AccessDenied\""),
            "delivery_fails",
            "s3:PutObject",
        ),
        (gone, "no_bucket", "make it again"),
        (with("DescribeKey", "Enabled", "PendingDeletion"), "key_unusable", "cancel-key-deletion"),
        (with("GetEventSelectors", "[\"Management\"]}", reads), "writes_not_recorded", "get-event-selectors --trail-name main"),
        (
            with("DescribeTrails", "\"IncludeGlobalServiceEvents\":true", "\"IncludeGlobalServiceEvents\":false"),
            "global_not_recorded",
            "--include-global-service-events",
        ),
        (with("GetEventSelectors", "[\"Management\"]}", kms), "service_excluded", "get-event-selectors"),
        (with("GetEventSelectors", "AWS::Lambda::Function", "AWS::DynamoDB::Table"), "data_not_recorded", "AWS::Lambda::Function"),
        (unread, "not_all_read", "doctor"),
    ] {
        let answer = judged(settings).await;
        let causes = answer["accounts"][0]["diagnosis"].as_array().unwrap();
        assert_eq!(causes[0]["kind"], kind, "{causes:#?}");
        assert!(causes[0]["fix"].as_str().unwrap().contains(fix), "{causes:#?}");
    }
    let one_region = with("DescribeTrails", "\"IsMultiRegionTrail\":true", "\"IsMultiRegionTrail\":false");
    let fake = FakeAws::start(Utc::now()).await.with_settings(one_region);
    let answer = json_of(&run(&fake, &["--json", "--regions", "eu-north-1"]).await);
    let cause = &answer["accounts"][0]["diagnosis"][0];
    assert_eq!((&cause["kind"], &cause["cause"]), (&json!("region_not_recorded"), &json!("no trail records eu-north-1")));
}

#[tokio::test]
async fn what_was_told_whole_is_remembered_and_what_was_not_is_asked_again() {
    let fake = FakeAws::start(Utc::now()).await;
    let (policy, window) = (event_history::open(), event_history::window());
    let scope = event_history::scope(&policy, window);
    let aws = event_history::settings(&fake, Some(event_history::credentials())).aws.unwrap();
    let watch = Watch::new(Api::given(aws));
    let unknown = |around: &Around| around.blind_spots.iter().any(|spot| matches!(spot, BlindSpot::TrailsUnknown(_)));
    assert!(unknown(&watch.around(&policy, &scope).await));
    let fake = fake.with_settings(sound(now()));
    assert!(!unknown(&watch.around(&policy, &scope).await));
    let asked = fake.settings_read().len();
    assert!(!unknown(&watch.around(&policy, &scope).await));
    assert_eq!(fake.settings_read().len(), asked);
}

#[tokio::test]
async fn a_change_of_what_is_recorded_makes_silence_prove_less() {
    let at = |minutes: i64| Utc::now() - chrono::TimeDelta::minutes(minutes);
    let mut stopped = crate::fake_aws::write("0a1b2c3d-1", "cloudtrail.amazonaws.com", "StopLogging", "eu-west-1", at(40));
    stopped["requestParameters"] = json!({"name": "main"});
    let mut bucket = crate::fake_aws::write("4e5f6a7b-1", "s3.amazonaws.com", "PutBucketLifecycle", "eu-west-1", at(39));
    bucket["requestParameters"] = json!({"bucketName": "logs"});
    let mut other = bucket.clone();
    (other["eventID"], other["requestParameters"]["bucketName"]) = (json!("99999999-1"), json!("other"));
    let mut failed = stopped.clone();
    (failed["eventID"], failed["errorCode"]) = (json!("88888888-1"), json!("AccessDenied"));
    let events = vec![stopped, bucket, other, failed];
    let screen = first_screen(sound(now()), events, &["--last", "1h", "--region", "eu-west-1"]).await;
    assert!(screen.contains("silence proves less after StopLogging on main at "), "{screen}");
    assert!(screen.contains("(0a1b2c3d)") && screen.contains("PutBucketLifecycle on logs"), "{screen}");
    let told = screen.lines().find(|line| line.contains("silence proves less")).unwrap();
    assert!(!told.contains("99999999") && !told.contains("88888888"), "{told}");
}

#[tokio::test]
async fn an_alert_about_denied_access_says_that_endpoint_policies_leave_no_trace() {
    let alert = |text: &str| format!("{text} since {}", (Utc::now() - chrono::TimeDelta::minutes(30)).format("%Y-%m-%dT%H:%M:%SZ"));
    let denied = first_screen(sound(now()), Vec::new(), &["--region", "eu-west-1", &alert("orders: AccessDenied on s3:GetObject")]).await;
    assert!(denied.contains("VPC endpoint policy"), "{denied}");
    let slow = first_screen(sound(now()), Vec::new(), &["--region", "eu-west-1", &alert("orders: high latency")]).await;
    assert!(!slow.contains("VPC endpoint policy"), "{slow}");
}

#[tokio::test]
async fn the_doctor_names_the_permissions_that_judging_trails_lacks() {
    let of = |settings: Settings| async move {
        let fake = FakeAws::start(Utc::now()).await.with_settings(settings);
        let report = json_of(&run_in(&fake, &["doctor", "--json"], &[ALLOWED]).await);
        report["checks"].as_array().unwrap().iter().find(|check| check["name"] == "trail permissions").unwrap().clone()
    };
    assert_eq!(of(sound(now())).await["state"], "ok");
    let mut lacking = sound(now());
    lacking.remove("policy");
    lacking.remove("GetKeyRotationStatus");
    let told = of(lacking).await;
    assert_eq!(told["state"], "note", "{told:#}");
    assert!(told["found"].as_str().unwrap().ends_with("kms:GetKeyRotationStatus, s3:GetBucketPolicy"), "{told:#}");
}

#[tokio::test]
async fn under_omit_no_name_that_somebody_chose_is_told_of_trails() {
    let stopped = || with("GetTrailStatus", "\"IsLogging\":true", "\"IsLogging\":false,\"StopLoggingTime\":1700000000");
    let of = |policy: &'static str| async move {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("p.toml");
        std::fs::write(&path, policy).unwrap();
        let fake = FakeAws::start(Utc::now()).await.with_settings(stopped());
        json_of(&run(&fake, &["--config", path.to_str().unwrap(), "--json", "--detail", "full"]).await)
    };
    let (quoted, omitted) = (of("untrusted_text = \"quote\"").await, of("untrusted_text = \"omit\"").await);
    assert!(quoted.to_string().contains("trail main is stopped"), "{quoted:#}");
    for key in ["name", "arn", "bucket"] {
        assert_eq!(omitted["accounts"][0]["trails"][0][key], "(withheld)");
    }
    let text = omitted.to_string();
    assert!(text.contains("trail (withheld) is stopped since 2023-11-14T22:13:20Z"), "{omitted:#}");
    for chosen in ["trail main", "--name main", "\"main\"", "trail/main", "eventdatastore/s"] {
        assert!(quoted.to_string().contains(chosen), "{chosen}: {quoted:#}");
        assert!(!text.contains(chosen), "{chosen}: {omitted:#}");
    }
    assert_eq!(omitted["accounts"][0]["totals"], quoted["accounts"][0]["totals"]);
}
