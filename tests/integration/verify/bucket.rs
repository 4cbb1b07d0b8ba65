//! The same verification over a bucket: signatures from the metadata of objects, few listings, and what S3 refuses is no tampering.

use serde_json::Value;

use super::archive::{Archive, Trail, at, delivered, gunzip, gzip, key_file};
use crate::binary::{command, stderr, stdout};
use crate::fake_aws::{Bucket, FakeAws};

fn trail() -> Trail {
    Trail { head: "pre/AWSLogs/o-abc".to_owned(), ..Trail::new(&[(2, 0), (3, 0), (3, 1), (1, 1)]) }
}

fn bucket(archive: &Archive) -> Bucket {
    let signatures = archive.metadata.iter().filter_map(|(key, metadata)| Some((key.clone(), metadata.signature.clone()?)));
    Bucket { signatures: signatures.collect(), ..Bucket::of(archive.objects.clone()) }
}

async fn started(bucket: Bucket) -> FakeAws {
    FakeAws::start(at("2026-02-01T00:00:00Z")).await.with_bucket("trail-bucket", bucket)
}

/// Runs the program where AWS may be read, with a file of keys.
async fn run(aws: &FakeAws, arguments: &[&str]) -> (i32, String) {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("keys.json"), key_file(2)).unwrap();
    std::fs::write(dir.path().join("policy.toml"), "allow_aws_read = true\n").unwrap();
    let mut program = command();
    program.current_dir(dir.path()).args(arguments).args(["--config", "policy.toml", "--keys", "keys.json"]).envs(aws.env());
    let output = tokio::task::spawn_blocking(move || program.output().unwrap()).await.unwrap();
    (output.status.code().unwrap(), stdout(&output) + &stderr(&output))
}

#[tokio::test]
async fn a_bucket_is_valid_to_its_newest_digest_and_what_lies_beside_cloudtrails_folders_is_not_listed() {
    let mut all = bucket(&delivered(&[trail()]));
    for beside in ["pre/AWSLogs/o-abc/111122223333/elasticloadbalancing/us-east-1/2026/01/27/x.log.gz", "pre/data/part-0.json.gz"] {
        all.objects.insert(beside.to_owned(), Vec::new().into());
    }
    let aws = started(all).await;
    for place in ["s3://trail-bucket", "s3://trail-bucket/pre/AWSLogs/"] {
        let (code, out) = run(&aws, &["verify", place]).await;
        assert_eq!(code, 0, "{out}");
        assert!(out.starts_with("VALID: all 4 digests and 9 logs are as CloudTrail delivered them."), "{out}");
    }
    let (lists, _) = aws.objects();
    assert!(!lists.iter().any(|list| list.path.contains("elasticloadbalancing") || list.path.contains("data")), "{lists:#?}");
}

#[tokio::test]
async fn what_was_altered_removed_or_moved_in_a_bucket_is_named_by_its_address() {
    let mut archive = delivered(&[trail()]);
    let logs = archive.logs();
    archive.objects.insert(logs[0].clone(), gzip(b"{\"Records\":[]}"));
    archive.objects.remove(&logs[1]);
    let digest = archive.digests()[1].clone();
    let aws = started(bucket(&archive)).await;
    let (code, out) = run(&aws, &["verify", "s3://trail-bucket/pre", "--json"]).await;
    let report: Value = serde_json::from_str(&out).unwrap();
    let reason =
        |finding: &Value| (finding["reason"].as_str().unwrap().to_owned(), finding["files"][0]["name"].as_str().unwrap().to_owned());
    let found: Vec<_> = report["places"][0]["findings"].as_array().unwrap().iter().map(reason).collect();
    let address = |key: &str| format!("s3://trail-bucket/{key}");
    assert_eq!((code, found), (1, vec![("altered".to_owned(), address(&logs[0])), ("absent".to_owned(), address(&logs[1]))]));
    let mut moved = delivered(&[trail()]);
    let bytes = moved.objects.remove(&digest).unwrap();
    let signature = moved.metadata.remove(&digest).unwrap();
    let elsewhere = digest.replace("pre/", "other/");
    moved.objects.insert(elsewhere.clone(), bytes);
    moved.metadata.insert(elsewhere.clone(), signature);
    let aws = started(bucket(&moved)).await;
    let (code, out) = run(&aws, &["verify", "s3://trail-bucket"]).await;
    assert!(code == 1 && out.contains(&address(&elsewhere)), "{out}");
}

#[tokio::test]
async fn what_s3_refuses_is_an_error_and_accuses_nobody() {
    let archive = delivered(&[trail()]);
    let digest = Box::leak(archive.digests()[1].clone().into_boxed_str());
    let log = Box::leak(archive.logs()[0].clone().into_boxed_str());
    let cases = [
        ("", "AccessDenied", "s3:ListBucket is denied"),
        ("CloudTrail-Digest/us-east-1/2026/01/27/", "AccessDenied", "s3:ListBucket is denied"),
        (digest, "AccessDenied", "s3:GetObject is denied"),
        (log, "AccessDenied", "s3:GetObject is denied"),
        (log, "InvalidObjectState", "restored first"),
        (log, "KMS.DisabledException", "kms:Decrypt is denied"),
    ];
    for (part, code, says) in cases {
        let aws = started(Bucket { denied: vec![(part, code, "x")], ..bucket(&archive) }).await;
        let (code, out) = run(&aws, &["verify", "s3://trail-bucket/pre"]).await;
        assert!(out.contains(says) && out.contains("says nothing of what is in them"), "{part}: {out}");
        // Where no digest could be listed, nothing was verified.
        let expected = if part.is_empty() || part.ends_with("/27/") { 1 } else { 3 };
        assert!(code == expected && !out.contains("INVALID") && !out.contains("missing"), "{part}: {code} {out}");
    }
    let (code, out) = run(&started(bucket(&archive)).await, &["verify", "s3://elsewhere"]).await;
    assert!(code == 1 && out.contains("is in a bucket that does not exist"), "{out}");
}

#[tokio::test]
async fn answers_from_a_bucket_say_how_its_files_stand() {
    let ask =
        ["events", "--archive", "s3://trail-bucket/pre", "--json", "--since", "2026-01-27T20:02:00Z", "--until", "2026-01-27T21:02:00Z"];
    let ask = [ask.as_slice(), &["--region", "us-east-1", "--verified"]].concat();
    let mut archive = delivered(&[trail()]);
    let (_, out) = run(&started(bucket(&archive)).await, &ask).await;
    let answer: Value = serde_json::from_str(&out).unwrap_or_else(|_| panic!("{out}"));
    let cell = |answer: &Value| answer["coverage"]["cells"][0].clone();
    assert_eq!((&cell(&answer)["state"], &answer["coverage"]["verdict"]), (&"exhausted".into(), &"complete".into()), "{answer:#}");
    assert!(answer["groups"][0]["events"][0]["flags"].to_string().contains("verified"), "{answer:#}");
    let log = archive.logs().into_iter().find(|key| key.contains("20260127T2004Z")).unwrap();
    let forged = String::from_utf8(gunzip(&archive.objects[&log])).unwrap().replace("alice", "mallory");
    archive.objects.insert(log.clone(), gzip(forged.as_bytes()));
    let (_, out) = run(&started(bucket(&archive)).await, &ask).await;
    let answer: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(cell(&answer)["state"], "integrity_failed", "{answer:#}");
    assert!(answer.to_string().contains("tampered_file"), "{answer:#}");
}

#[tokio::test]
async fn an_interrupted_verification_goes_on_where_it_was() {
    let archive = delivered(&[trail()]);
    let locked: &'static str = Box::leak(archive.logs()[0].clone().into_boxed_str());
    let dir = tempfile::tempdir().unwrap();
    let state = dir.path().join("state").display().to_string();
    let ask = ["verify", "s3://trail-bucket/pre", "--state", &state];
    let aws = started(Bucket { denied: vec![(locked, "AccessDenied", "x")], ..bucket(&archive) }).await;
    let (code, out) = run(&aws, &ask).await;
    assert_eq!(code, 3, "{out}");
    let aws = started(bucket(&archive)).await;
    let (code, out) = run(&aws, &ask).await;
    assert!(code == 0 && out.contains("Of the logs 8 were hashed by an earlier run"), "{out}");
    let (_, gets) = aws.objects();
    let read: Vec<_> = gets.iter().filter(|get| !get.path.contains("Digest")).collect();
    assert_eq!(read.len(), 1, "{read:#?}");
    assert!(!std::path::Path::new(&state).exists(), "there is nothing to go on with");
}
