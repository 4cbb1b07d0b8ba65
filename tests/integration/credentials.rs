//! Credentials and the way to AWS: what is wrong with them is told by its cause, with what mends it, and never as "nothing changed".

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;

use crate::binary;
use crate::fake_aws::{FakeAws, Fault, write};

const ID: &str = "0a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d";
const KEYS: [(&str, &str); 2] = [("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE"), ("AWS_SECRET_ACCESS_KEY", "example")];

fn now() -> DateTime<Utc> {
    "2026-01-27T21:00:00Z".parse().unwrap()
}

async fn fake() -> FakeAws {
    FakeAws::start(now()).await.with_events([write(ID, "ec2.amazonaws.com", "StopInstances", "eu-west-1", now() - TimeDelta::minutes(61))])
}

/// An environment and a configuration, and the code, the words and the advice that they lead to.
type Case<'a> = (&'a [(&'a str, &'a str)], &'a str, &'a str, &'a str, &'a str);

/// What the command prints as JSON, and on standard error.
struct Told {
    answer: Value,
    complaints: String,
}

impl Told {
    fn error(&self, key: &str) -> &str {
        self.answer["error"][key].as_str().unwrap_or_default()
    }

    fn found(&self) -> bool {
        self.answer["groups"].to_string().contains(ID)
    }
}

/// Asks in a home of its own with these shared configuration files; `{home}` in them is that folder.
async fn ask(home: &Path, environment: &[(&str, &str)], config: &str, arguments: &[&str]) -> Told {
    std::fs::create_dir_all(home.join(".aws")).unwrap();
    std::fs::write(home.join(".aws/config"), config.replace("{home}", &home.display().to_string())).unwrap();
    let mut command = tokio::process::Command::from(binary::command());
    command
        .args(["events", "--format", "json", "--now", "2026-01-27T21:00:00Z"])
        .args(["--start-time", "2026-01-27T19:30:00Z", "--end-time", "2026-01-27T20:30:00Z"])
        .args(arguments)
        .env("HOME", home)
        .env("PATH", "/usr/bin:/bin")
        .env("CHAT_ALLOW_AWS_READ", "true")
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .envs(environment.iter().copied())
        .stdin(Stdio::null());
    let output = command.output().await.unwrap();
    let complaints = String::from_utf8(output.stderr).unwrap();
    let answer = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("no JSON; {complaints}"));
    Told { answer, complaints }
}

async fn asked(fake: &FakeAws, environment: &[(&str, &str)], config: &str) -> Told {
    let home = tempfile::tempdir().unwrap();
    let mut all = vec![("AWS_ENDPOINT_URL", fake.endpoint_url())];
    all.extend(environment);
    ask(home.path(), &all, config, &["--regions", "eu-west-1"]).await
}

#[tokio::test]
async fn settings_that_the_sdk_cannot_bear_do_not_keep_it_from_working() {
    let fake = fake().await;
    let with_keys = "aws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = example\n";
    let helper = r#"credential_process = echo '{"Version":1,"AccessKeyId":"AKIAIOSFODNN7EXAMPLE","SecretAccessKey":"s"}'"#;
    let cases: [(&[(&str, &str)], String); 8] = [
        (&[], format!("[default]\nretry_mode = legacy\n{with_keys}")),
        (&[], format!("[default]\nmax_attempts = none\n{with_keys}")),
        (&[("AWS_RETRY_MODE", "legacy"), ("AWS_MAX_ATTEMPTS", "0"), KEYS[0], KEYS[1]], String::new()),
        (&[("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE\n"), ("AWS_SECRET_ACCESS_KEY", "example\r\n")], String::new()),
        (&[("AWS_PROFILE", ""), ("AWS_CA_BUNDLE", " "), ("AWS_SESSION_TOKEN", ""), KEYS[0], KEYS[1]], String::new()),
        (&[("AWS_PROFILE", "ro\n")], format!("[profile ro]\n{with_keys}")),
        (&[("AWS_PROFILE", "ro")], format!("[profile ro]\n{helper}\n")),
        (&[("AWS_ACCESS_KEY_ID", ""), ("AWS_SECRET_ACCESS_KEY", "")], format!("[default]\n{with_keys}")),
    ];
    for (environment, config) in cases {
        let told = asked(&fake, environment, &config).await;
        assert!(told.found(), "{environment:?} {config}: {:#} {}", told.answer, told.complaints);
        assert_eq!(told.complaints, "", "{environment:?} {config}");
    }
}

#[tokio::test]
async fn what_is_wrong_with_the_credentials_is_told_and_what_mends_it() {
    let fake = fake().await;
    let sso = "[profile ro]\nsso_session = corp\nsso_account_id = 111122223333\nsso_role_name = ReadOnly\n";
    let session = "[sso-session corp]\nsso_start_url = https://example.awsapps.com/start\nsso_region = eu-west-1\n";
    let both = format!("{sso}{session}");
    let ro: &[(&str, &str)] = &[("AWS_PROFILE", "ro")];
    let cases: [Case<'_>; 11] = [
        (&[], "", "no_credentials", "no AWS credentials are configured", "AWS_PROFILE"),
        (ro, "[profile dev]\n", "no_credentials", "profile ro is in none", "list-profiles"),
        (ro, &both, "expired_credentials", "single sign-on session of the AWS profile ro", "aws sso login --profile ro"),
        (ro, sso, "no_credentials", "[sso-session corp]", "profile"),
        (
            ro,
            "[profile ro]\nlogin_session = arn:aws:iam::111122223333:user/kim\n",
            "expired_credentials",
            "aws login",
            "aws login --profile ro",
        ),
        (ro, "[profile ro]\nrole_arn = r\nsource_profile = base\n", "no_credentials", "profile base", "profile"),
        (ro, "[profile ro]\nregion = eu-west-1\n", "no_credentials", "names nothing that credentials come from", "profile ro"),
        (ro, "[profile ro]\ncredential_process = exit 1\n", "no_credentials", "credential_process of the AWS profile ro", "by hand"),
        (&[("AWS_ACCESS_KEY_ID", "AKIA EXAMPLE"), KEYS[1]], "", "no_credentials", "AWS_ACCESS_KEY_ID holds blanks", "AWS_ACCESS_KEY_ID"),
        (&[KEYS[0]], "", "no_credentials", "AWS_SECRET_ACCESS_KEY is not set", "AWS_SECRET_ACCESS_KEY"),
        (
            &[("AWS_WEB_IDENTITY_TOKEN_FILE", "/none"), ("AWS_ROLE_ARN", "arn:aws:iam::111122223333:role/x")],
            "",
            "no_credentials",
            "AWS_WEB_IDENTITY_TOKEN_FILE",
            "AWS_WEB_IDENTITY_TOKEN_FILE",
        ),
    ];
    for (environment, config, code, message, next) in cases {
        let told = asked(&fake, environment, config).await;
        let name = format!("{environment:?} {config}: {:#}", told.answer["error"]);
        assert_eq!(told.answer["finding"], "could_not_look", "{name}");
        assert_eq!((told.error("code"), told.answer["error"]["retryable"].as_bool()), (code, Some(false)), "{name}");
        assert!(told.error("message").contains(message) && told.error("next").contains(next), "{name}");
        assert!(told.answer["headline"].as_str().unwrap().contains(message), "{name}");
        assert_eq!(told.complaints, "", "{name}");
    }
    assert!(fake.requests().is_empty());
}

#[tokio::test]
async fn what_aws_says_of_the_request_is_told_by_its_cause() {
    let cases = [
        ("InvalidSignatureException", "Signature expired: 20260302T095512Z is now earlier than 20260302T155500Z", "unavailable", "clock"),
        ("InvalidSignatureException", "Signature not yet current: 20260302T095512Z is still later", "unavailable", "clock"),
        ("RequestExpired", "Request has expired.", "unavailable", "clock"),
        ("InvalidSignatureException", "The request signature we calculated does not match", "no_credentials", "secret access key"),
        ("UnrecognizedClientException", "The security token included in the request is invalid.", "no_credentials", "access key"),
        ("ExpiredTokenException", "The security token included in the request is expired", "expired_credentials", "expired"),
        (
            "AccessDeniedException",
            "not authorized with an explicit deny in a service control policy",
            "access_denied",
            "service control policy",
        ),
        ("AccessDeniedException", "because no permissions boundary allows it", "access_denied", "permissions boundary"),
        ("AccessDeniedException", "with an explicit deny", "access_denied", "explicit Deny"),
        ("AccessDeniedException", "because no identity-based policy allows it", "access_denied", "not allowed for this identity"),
        ("SomethingNewException", "what", "unavailable", "refused the request"),
    ];
    for (code, message, contract, told_by) in cases {
        let told = asked(&fake().await.always(Fault::Refusal(code, message)), &KEYS, "").await;
        let name = format!("{code} {message}: {:#}", told.answer["error"]);
        assert_eq!((told.error("code"), told.answer["error"]["retryable"].as_bool()), (contract, Some(false)), "{name}");
        assert!(told.error("message").contains(told_by), "{name}");
        let advises_to_allow = told.error("next").contains("allow cloudtrail:LookupEvents for this identity");
        assert_eq!(advises_to_allow, told_by == "not allowed for this identity", "{name}");
    }
}

#[tokio::test]
async fn a_host_that_cannot_be_reached_is_named_with_the_reason() {
    let cases = [
        ("AWS_ENDPOINT_URL", "http://127.0.0.1:1", "refused by 127.0.0.1:1"),
        ("AWS_ENDPOINT_URL", "https://nowhere.invalid", "nowhere.invalid is unknown"),
        ("AWS_ENDPOINT_URL", "localhost:4566", "AWS_ENDPOINT_URL is not an address"),
        ("AWS_ENDPOINT_URL_CLOUDTRAIL", "cloudtrail.example.com", "AWS_ENDPOINT_URL_CLOUDTRAIL is not an address"),
        ("HTTPS_PROXY", "http://kim:hunter2@127.0.0.1:1", "127.0.0.1:1 (the proxy before cloudtrail.eu-west-1.amazonaws.com)"),
        ("AWS_CA_BUNDLE", "/none/ca.pem", "AWS_CA_BUNDLE names /none/ca.pem"),
    ];
    for (variable, value, message) in cases {
        let home = tempfile::tempdir().unwrap();
        let told = ask(home.path(), &[KEYS[0], KEYS[1], (variable, value)], "", &["--regions", "eu-west-1"]).await;
        let name = format!("{variable}={value}: {:#}", told.answer);
        assert_eq!((told.error("code"), told.answer["error"]["retryable"].as_bool()), ("unavailable", Some(false)), "{name}");
        assert!(told.answer["coverage"].to_string().contains(message), "{name}");
        assert!(!name.replacen("hunter2", "", 1).contains("hunter2"), "{name}");
        assert_eq!(told.complaints, "", "{name}");
    }
}

#[tokio::test]
async fn the_profiles_region_is_read_where_nothing_names_one() {
    let fake = fake().await;
    let home = tempfile::tempdir().unwrap();
    let config = "[profile ro]\nregion = eu-west-1\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = example\n";
    let told = ask(home.path(), &[("AWS_ENDPOINT_URL", fake.endpoint_url()), ("AWS_PROFILE", "ro")], config, &[]).await;
    assert!(told.found(), "{:#}", told.answer);
}

#[tokio::test]
async fn a_helper_that_hangs_is_started_once_ended_and_told_as_what_it_is() {
    let fake = fake().await;
    let home = tempfile::tempdir().unwrap();
    let config = "[profile mfa]\ncredential_process = echo x >> {home}/starts; sleep 12; touch {home}/late\n";
    let environment = [("AWS_ENDPOINT_URL", fake.endpoint_url()), ("AWS_PROFILE", "mfa")];
    let told = ask(home.path(), &environment, config, &["--regions", "eu-west-1"]).await;
    assert_eq!(told.error("code"), "no_credentials", "{:#}", told.answer);
    assert!(told.error("message").contains("credential_process of the AWS profile mfa"), "{:#}", told.answer);
    assert!(!told.answer.to_string().contains("shorter window"));
    assert_eq!(std::fs::read_to_string(home.path().join("starts")).unwrap(), "x\n");
    tokio::time::sleep(Duration::from_secs(5)).await;
    assert!(!home.path().join("late").exists(), "what it started runs on");
}
