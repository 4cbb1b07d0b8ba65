//! The command as people run it: folders, key files, exit codes, and AWS for the keys.

use serde_json::Value;

use super::archive::{Archive, SIGNERS, Trail, at, delivered, gzip, key_file, listed};
use crate::binary::{command, stderr, stdout};
use crate::fake_aws::{FakeAws, Fault};

/// An archive in a folder, with the key file and a policy beside it.
fn folder(archive: &Archive) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    archive.write_to(&dir.path().join("logs"));
    std::fs::write(dir.path().join("keys.json"), key_file(2)).unwrap();
    std::fs::write(dir.path().join("policy.toml"), "allow_aws_read = true\n").unwrap();
    dir
}

fn run(dir: &tempfile::TempDir, arguments: &[&str]) -> (i32, String, String) {
    let output = command().current_dir(dir.path()).arg("verify").args(arguments).output().unwrap();
    (output.status.code().unwrap(), stdout(&output), stderr(&output))
}

fn trail() -> Trail {
    Trail { head: "pre/AWSLogs/o-abc".to_owned(), ..Trail::new(&[(2, 0), (0, 0), (3, 1), (1, 1)]) }
}

#[test]
fn an_archive_with_its_metadata_is_valid_and_only_then_the_exit_code_is_0() {
    let archive = delivered(&[trail()]);
    let dir = folder(&archive);
    let (code, out, err) = run(&dir, &["logs", "--keys", "keys.json"]);
    assert_eq!((code, err.as_str()), (0, ""), "{out}");
    assert!(out.starts_with("VALID: all 4 digests and 6 logs are as CloudTrail delivered them.\n"), "{out}");
    let copied = folder(&archive.clone().copied());
    let (code, out, _) = run(&copied, &["logs", "--keys", "keys.json"]);
    assert_eq!(code, 3, "{out}");
    assert!(out.starts_with("NOT ALL PROVEN") && out.contains("aws s3api head-object"), "{out}");
    let (code, out, _) = run(&copied, &["logs", "--keys", "keys.json", "--until", "2026-01-27T22:01:31Z"]);
    assert_eq!(code, 0, "{out}");
    let (code, out, _) = run(&copied, &["logs"]);
    assert_eq!(code, 3, "{out}");
    assert!(out.contains("list-public-keys") && out.contains("--keys keys.json"), "{out}");
}

#[test]
fn every_tampering_is_told_with_its_file_and_the_exit_code_is_1() {
    let mut archive = delivered(&[trail()]);
    let logs = archive.logs();
    archive.objects.insert(logs[0].clone(), gzip(b"{\"Records\":[]}"));
    archive.objects.remove(&logs[1]);
    let moved = archive.objects.remove(&logs[2]).unwrap();
    archive.objects.insert(logs[2].replace("/2026/01/", "/2026/03/"), moved);
    let dir = folder(&archive);
    let (code, out, _) = run(&dir, &["logs", "--keys", "keys.json"]);
    assert_eq!(code, 1, "{out}");
    assert!(out.starts_with("INVALID: 2 logs are not as CloudTrail delivered them, 2 logs are missing."), "{out}");
    for told in [&logs[0], &logs[1], &logs[2].replace("/2026/01/", "/2026/03/")] {
        assert!(out.contains(told.as_str()), "{told}\n{out}");
    }
    let (code, json, _) = run(&dir, &["logs", "--keys", "keys.json", "--json"]);
    let report: Value = serde_json::from_str(&json).unwrap();
    assert_eq!((code, &report["outcome"]), (1, &Value::from("invalid")));
    assert_eq!(report["logs"], serde_json::json!({"valid": 3, "invalid": 2, "missing": 2, "unverified": 0, "not_covered": 0}));
    let findings = report["places"][0]["findings"].as_array().unwrap();
    let reasons: Vec<&str> = findings.iter().map(|finding| finding["reason"].as_str().unwrap()).collect();
    assert_eq!(reasons, ["altered", "moved", "absent"]);
    let found = &findings[0]["files"][0];
    assert!(found["expected"].as_str().unwrap().len() == 64 && found["by"].as_str().unwrap().contains("CloudTrail-Digest"), "{found}");
}

#[test]
fn names_that_somebody_chose_are_printed_in_plain_characters() {
    let mut archive = delivered(&[trail()]);
    let folder_of_logs = archive.logs()[0].rsplit_once('/').unwrap().0.to_owned();
    archive.objects.insert(format!("{folder_of_logs}/\u{1b}[31mVALID\u{202e}\n.json.gz"), gzip(b"{}"));
    archive.objects.insert(format!("{folder_of_logs}/.DS_Store"), Vec::new());
    let dir = folder(&archive);
    for form in ["text", "json"] {
        let (code, out, _) = run(&dir, &["logs", "--keys", "keys.json", "--format", form]);
        assert_eq!(code, 3, "{out}");
        assert!(out.contains("?[31mVALID??.json.gz") || out.contains("??31mVALID??.json.gz"), "{out}");
        assert!(!out.contains(['\u{1b}', '\u{202e}']) && !out.contains("DS_Store"), "{out}");
    }
}

#[test]
fn what_may_be_a_secret_in_a_name_is_hidden_and_hashes_and_names_of_cloudtrail_stay() {
    let mut archive = delivered(&[trail()]);
    let log = archive.logs()[0].clone();
    let expected = super::archive::sha256(&super::archive::gunzip(&archive.objects[&log]));
    archive.objects.insert(log.clone(), gzip(b"{\"Records\":[]}"));
    let secret = "password=hunter2secret";
    archive.objects.insert(format!("{}/{secret}.json.gz", log.rsplit_once('/').unwrap().0), gzip(b"{}"));
    let dir = folder(&archive);
    for form in ["text", "json"] {
        let (_, out, _) = run(&dir, &["logs", "--keys", "keys.json", "--format", form]);
        assert!(!out.contains("hunter2secret"), "{out}");
        assert!(out.contains(&log) && out.contains(&expected), "{out}");
        assert!(out.contains(archive.digests()[0].rsplit('/').next().unwrap()), "{out}");
    }
}

#[test]
fn wrong_command_lines_say_what_is_right() {
    let dir = folder(&delivered(&[trail()]));
    std::fs::write(dir.path().join("no-keys.json"), "{}").unwrap();
    let inside = "logs/pre/AWSLogs/o-abc/111122223333/CloudTrail/us-east-1";
    for (arguments, code, says) in [
        (&[][..], 2, "There is no archive"),
        (&["nowhere"], 2, "name the folder that holds AWSLogs"),
        (&["keys.json"], 2, "name the folder that holds AWSLogs"),
        (&["logs", "--keys", "no-keys.json"], 2, "not what `aws cloudtrail list-public-keys` prints"),
        (&["logs", "--keys", "nowhere.json"], 2, "--keys nowhere.json"),
        (&["logs", "--since", "2026-01-02", "--until", "2026-01-01"], 2, "--since is not before --until"),
        (&["logs", "--since", "whenever"], 2, "--since "),
        (&["logs", "--deadline", "soon"], 2, "--deadline is a time"),
        (&["s3://bucket/AWSLogs"], 78, "allow_aws_read is false"),
        (&["logs", "--state", "keys.json"], 2, "it is no file of an interrupted verification"),
        (&[inside], 2, "o-abc/111122223333"),
    ] {
        let (given, out, err) = run(&dir, arguments);
        assert_eq!((given, out.as_str()), (code, ""), "{arguments:?} {err}");
        assert!(err.contains(says), "{arguments:?}: {err}");
    }
    let empty = tempfile::tempdir().unwrap();
    let (code, out, _) = run(&empty, &["."]);
    assert!(code == 1 && out.starts_with("NOT VERIFIED: no digest was found"), "{out}");
}

#[test]
fn the_archive_of_the_settings_is_verified_within_their_lists() {
    let eu = Trail { region: "eu-west-1".to_owned(), ..trail() };
    let dir = folder(&delivered(&[trail(), eu]));
    let logs = dir.path().join("logs").display().to_string();
    std::fs::write(
        dir.path().join("policy.toml"),
        format!("aws_region_allowlist = [\"us-east-1\"]\n[archive]\nlocations = [\"{logs}\"]\n"),
    )
    .unwrap();
    let (code, out, err) = run(&dir, &["--config", "policy.toml", "--keys", "keys.json"]);
    assert_eq!(code, 3, "{out}{err}");
    assert!(out.contains("111122223333 eu-west-1\n  not looked at: policy does not allow"), "{out}");
    let (code, out, _) = run(&dir, &["--archive", "logs", "--keys", "keys.json"]);
    assert_eq!(code, 0, "{out}");
}

#[test]
#[cfg(unix)]
fn a_pipe_in_place_of_a_key_file_is_told() {
    let dir = folder(&delivered(&[trail()]));
    assert!(std::process::Command::new("mkfifo").arg(dir.path().join("pipe")).status().unwrap().success());
    let (code, _, err) = run(&dir, &["logs", "--keys", "pipe"]);
    assert!(code == 2 && err.contains("--keys pipe") && err.contains("pipe, socket"), "{code} {err}");
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_are_asked_of_aws_in_the_region_of_the_digests_for_their_time() {
    let dir = folder(&delivered(&[trail()]));
    let now = at("2026-02-01T00:00:00Z");
    // The second key comes into use after the end of the digest that it signs.
    let first = listed(&SIGNERS[0], "2026-01-20T00:00:00Z", "2026-01-27T22:30:00Z");
    let second = listed(&SIGNERS[1], "2026-01-27T22:30:00Z", "2026-02-20T00:00:00Z");
    let aws = FakeAws::start(now).await.with_public_key("us-east-1", first).with_public_key("us-east-1", second);
    let verify = || {
        let mut verify = command();
        verify.current_dir(dir.path()).args(["verify", "logs", "--config", "policy.toml"]).envs(aws.env());
        let output = verify.output().unwrap();
        (output.status.code().unwrap(), stdout(&output) + &stderr(&output))
    };
    let (code, out) = verify();
    assert_eq!(code, 0, "{out}");
    let asked: Vec<_> = aws.requests().into_iter().filter(|request| request.target.ends_with("ListPublicKeys")).collect();
    assert_eq!(asked.len(), 2, "one request a page");
    assert!(asked.iter().all(|request| request.region == "us-east-1"));
    let aws = aws.fault(Fault::AccessDenied);
    let verify = || {
        let mut verify = command();
        verify.current_dir(dir.path()).args(["verify", "logs", "--config", "policy.toml"]).envs(aws.env());
        let output = verify.output().unwrap();
        (output.status.code().unwrap(), stdout(&output) + &stderr(&output))
    };
    let (code, out) = verify();
    assert_eq!(code, 3, "{out}");
    assert!(out.contains("public keys of us-east-1: cloudtrail:ListPublicKeys is not allowed for this identity"), "{out}");
}

#[tokio::test(flavor = "multi_thread")]
async fn digests_that_aws_has_no_key_for_are_invalid_and_without_permission_nobody_is_asked() {
    let dir = folder(&delivered(&[trail()]));
    let aws = FakeAws::start(at("2026-02-01T00:00:00Z")).await;
    let run = |arguments: &[&str]| {
        let output = command().current_dir(dir.path()).args(["verify", "logs"]).args(arguments).envs(aws.env()).output().unwrap();
        (output.status.code().unwrap(), stdout(&output))
    };
    let (code, out) = run(&[]);
    assert!(code == 3 && aws.requests().is_empty(), "{out}");
    let (code, out) = run(&["--config", "policy.toml"]);
    assert!(code == 1 && out.contains("signed with a key that AWS does not have"), "{out}");
}
