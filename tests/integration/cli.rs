//! The commands, as a person calls them.

use crate::binary::{folder, run, stderr, stdout};

#[test]
fn the_demo_names_the_planted_culprit_first_in_every_form() {
    for form in ["text", "markdown", "json"] {
        let output = run(&["demo", "--format", form]);
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        let text = stdout(&output);
        let first = text.find("RevokeSecurityGroupIngress").unwrap();
        for other in ["UpdateService", "ModifyDBInstance", "AuthorizeSecurityGroupIngress"] {
            assert!(text.find(other).is_none_or(|at| first < at), "{other} before the culprit in {form}");
        }
        assert!(!text.contains('\u{1b}'), "colours without a terminal");
    }
}

#[test]
fn json_is_the_structured_content_and_text_is_grouped() {
    let output = run(&["events", "--demo", "--start-time", "2026-01-27T19:34:00Z", "--format", "json"]);
    let answer: serde_json::Value = serde_json::from_str(&stdout(&output)).unwrap();
    assert!(answer["groups"].as_array().unwrap().len() > 2);
    let output = run(&["events", "--demo", "--start-time", "2026-01-27T19:34:00Z"]);
    assert!(stdout(&output).contains("Security Group Changes"));
}

#[test]
fn an_archive_is_read_from_a_folder_and_a_gap_is_an_exit_code() {
    let record = r#"{"eventVersion":"1.08","userIdentity":{"type":"IAMUser","userName":"alice","accountId":"111122223333"},"eventTime":"2026-01-27T20:00:00Z","eventSource":"ec2.amazonaws.com","eventName":"StopInstances","awsRegion":"eu-west-1","requestParameters":{"instancesSet":{"items":[{"instanceId":"i-0123456789abcdef0"}]}},"eventID":"0a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d","readOnly":false,"recipientAccountId":"111122223333"}"#;
    let (_keep, dir) = folder(&[("logs/a.json", &format!("{{\"Records\":[{record}]}}")), ("logs/broken.json", "{\"Records\":[{")]);
    let logs = dir.join("logs").to_string_lossy().into_owned();
    let output = run(&["events", "--archive", &logs, "--now", "2026-01-27T20:10:00Z", "--investigation", "i-0123456789abcdef0 is down since 2026-01-27T20:02:00Z", "--format", "json"]);
    let answer: serde_json::Value = serde_json::from_str(&stdout(&output)).unwrap();
    assert_eq!(output.status.code(), Some(3), "{}", stdout(&output));
    assert_eq!(answer["groups"][0]["events"][0]["name"], "StopInstances");
    assert_eq!(answer["coverage"]["verdict"], "partial");
    assert!(answer["coverage"].to_string().contains("broken.json"), "{}", answer["coverage"]);
}

#[test]
fn an_empty_or_missing_archive_is_never_an_empty_success() {
    let (_keep, dir) = folder(&[("readme.txt", "nothing here")]);
    let output = run(&["events", "--archive", dir.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(1), "{}", stdout(&output));
    assert!(stdout(&output).contains("Could not look"), "{}", stdout(&output));
    let output = run(&["events", "--archive", "/nonexistent/logs"]);
    assert_eq!(output.status.code(), Some(78));
    assert!(stderr(&output).contains("/nonexistent/logs"), "{}", stderr(&output));
}

#[test]
fn usage_and_configuration_errors_have_their_own_exit_codes() {
    assert_eq!(run(&["events", "--no-such-flag"]).status.code(), Some(2));
    assert_eq!(run(&["events", "--demo", "--limit", "500"]).status.code(), Some(2));
    let (_keep, dir) = folder(&[("policy.toml", "allow_aws_reed = true\n")]);
    let file = dir.join("policy.toml").to_string_lossy().into_owned();
    let output = run(&["config", "check", "--config", &file]);
    assert_eq!(output.status.code(), Some(78));
    assert!(stderr(&output).contains("allow_aws_read"), "the nearest key is named: {}", stderr(&output));
    assert_eq!(run(&["serve", "--config", "/nonexistent/policy.toml"]).status.code(), Some(78));
}

#[test]
fn config_explain_tells_each_value_and_its_origin() {
    let (_keep, dir) = folder(&[("policy.toml", "lookback = \"45m\"\n")]);
    let file = dir.join("policy.toml").to_string_lossy().into_owned();
    let output = run(&["config", "explain", "--config", &file]);
    let text = stdout(&output);
    let line = text.lines().find(|line| line.starts_with("lookback")).unwrap();
    assert!(line.contains("45m") && line.contains("policy.toml"), "{line}");
    assert!(text.lines().any(|line| line.starts_with("allow_aws_read") && line.contains("false") && line.contains("default")), "{text}");
}

#[test]
fn completions_and_help_are_printed() {
    for shell in ["bash", "zsh", "fish"] {
        assert!(stdout(&run(&["completions", shell])).contains("cloudtrail-mcp"));
    }
    let help = stdout(&run(&["events", "--help"]));
    for flag in ["--investigation", "--start-time", "--regions", "--resource-ids", "--max-results", "--format", "--cursor"] {
        assert!(help.contains(flag), "{flag} is missing:\n{help}");
    }
}

#[test]
fn an_investigation_is_taken_by_its_id() {
    let alert = include_str!("../../src/command/demo/alert.json");
    let (_keep, dir) = folder(&[("inv/INC-42.json", alert), ("policy.toml", "")]);
    let policy = dir.join("policy.toml");
    std::fs::write(&policy, format!("[investigations]\npath = {:?}\n", dir.join("inv"))).unwrap();
    let output = run(&["events", "--demo", "--config", policy.to_str().unwrap(), "--investigation", "INC-42", "--format", "json"]);
    let answer: serde_json::Value = serde_json::from_str(&stdout(&output)).unwrap();
    assert_eq!(answer["context"]["alert"]["name"], "CheckoutDatabaseTimeouts");
}
