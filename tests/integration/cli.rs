//! The commands, as a person calls them.

use std::io::Write as _;
use std::process::{Output, Stdio};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::binary::{command, folder, run, stderr, stdout};

/// Runs the binary with `input` on its stdin.
fn piped(arguments: &[&str], input: &str) -> Output {
    let mut child = command().args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    // A command that does not read its stdin may have ended already.
    let _ = stdin.write_all(input.as_bytes());
    drop(stdin);
    child.wait_with_output().unwrap()
}

fn json(output: &Output) -> serde_json::Value {
    serde_json::from_str(&stdout(output)).unwrap_or_else(|error| panic!("{error}: {}{}", stdout(output), stderr(output)))
}

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
    let output = run(&[
        "events",
        "--archive",
        &logs,
        "--now",
        "2026-01-27T20:10:00Z",
        "--investigation",
        "i-0123456789abcdef0 is down since 2026-01-27T20:02:00Z",
        "--format",
        "json",
    ]);
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

/// A log file with one `StopInstances` in us-east-1 at each of these times of 2026-01-27.
fn log(clocks: &[&str]) -> String {
    let record = |(n, clock): (usize, &&str)| {
        serde_json::json!({"eventVersion": "1.08", "userIdentity": {"type": "IAMUser", "userName": "alice", "accountId": "111122223333"},
            "eventTime": format!("2026-01-27T{clock}Z"), "eventSource": "ec2.amazonaws.com", "eventName": "StopInstances",
            "awsRegion": "us-east-1", "eventID": format!("0a1b2c3d-4e5f-4a6b-8c7d-{n:012}"), "readOnly": false,
            "requestParameters": {"instancesSet": {"items": [{"instanceId": "i-0123456789abcdef0"}]}}, "recipientAccountId": "111122223333"})
    };
    serde_json::json!({"Records": clocks.iter().enumerate().map(record).collect::<Vec<_>>()}).to_string()
}

/// The answer about an alert at 19:50 in us-east-1, and the exit code.
fn asked(files: &[(&str, &str)], now: &str, more: &[&str]) -> (serde_json::Value, Option<i32>) {
    let (_keep, dir) = folder(files);
    let alert = r#"{"alert":{"name":"HostDown","labels":{"region":"us-east-1"},"startsAt":"2026-01-27T19:50:00Z"}}"#;
    let logs = dir.join("logs").to_string_lossy().into_owned();
    let arguments = ["events", "--archive", &logs, "--now", now, "--investigation", alert, "--format", "json"];
    let output = run(&[&arguments, more].concat());
    (serde_json::from_str(&stdout(&output)).unwrap(), output.status.code())
}

#[test]
fn files_that_end_before_the_window_begins_are_no_look_at_it() {
    let start = ["--start-time", "2026-01-27T19:45:00Z"];
    let (answer, code) = asked(&[("logs/a.json", &log(&["19:40:00"]))], "2026-03-01T00:00:00Z", &start);
    let cells = &answer["coverage"]["cells"];
    assert_eq!((&answer["finding"], code), (&"could_not_look".into(), Some(1)), "{answer:#}");
    assert_eq!((&answer["coverage"]["verdict"], &cells[0]["state"]), (&"unknown".into(), &"no_data".into()), "{answer:#}");
    assert!(answer["coverage"]["next"].as_str().unwrap().starts_with("Add the log files"), "{answer:#}");
}

#[test]
fn an_end_that_is_missing_since_long_is_a_gap_and_a_young_one_is_not() {
    let (files, start) = ([("logs/a.json", &*log(&["19:30:00", "19:54:59"]))], ["--start-time", "2026-01-27T19:40:00Z"]);
    for (now, state, exit) in [("2026-03-01T00:00:00Z", "no_data", 3), ("2026-01-27T20:10:00Z", "lagging", 0)] {
        let (answer, code) = asked(&files, now, &start);
        let cell = &answer["coverage"]["cells"][0];
        assert_eq!((&answer["coverage"]["verdict"], &cell["state"], code), (&"partial".into(), &state.into(), Some(exit)), "{answer:#}");
        assert_eq!(cell["covered_to"], "2026-01-27T19:55:00Z");
    }
}

#[test]
fn a_region_that_policy_denies_is_one_cell_though_the_archive_holds_it() {
    let policy = "aws_region_allowlist = [\"eu-west-1\"]\n";
    let (_keep, dir) = folder(&[("logs/a.json", &log(&["19:30:00", "19:55:00"])), ("policy.toml", policy)]);
    let path = |name: &str| dir.join(name).to_string_lossy().into_owned();
    let (logs, file) = (path("logs"), path("policy.toml"));
    let global = ["--config", &file, "--archive", &logs, "--now", "2026-01-27T20:00:00Z", "--start-time", "2h", "--format", "json"];
    let output = run(&[&["events"], &global[..]].concat());
    let answer: serde_json::Value = serde_json::from_str(&stdout(&output)).unwrap();
    let cells = answer["coverage"]["cells"].as_array().unwrap();
    let places: Vec<_> = cells.iter().map(|cell| (cell["region"].as_str(), cell["state"].as_str())).collect();
    assert_eq!(places, [(Some("eu-west-1"), Some("no_data")), (Some("us-east-1"), Some("denied_by_policy"))], "{answer:#}");
}

#[test]
fn files_that_are_no_logs_are_told() {
    let files = [("logs/a.json", &*log(&["19:00:00", "20:30:00"])), ("logs/notes.txt", ""), ("logs/settings.json", "{\"a\": 1}")];
    let (answer, code) = asked(&files, "2026-03-01T00:00:00Z", &["--start-time", "2026-01-27T19:00:00Z"]);
    assert_eq!(code, Some(0), "{answer:#}");
    assert!(answer["coverage"]["blind_spots"].to_string().contains("not read as logs: 2 other files"), "{answer:#}");
    let (answer, _) = asked(&files[1..], "2026-03-01T00:00:00Z", &[]);
    assert!(answer["coverage"]["cells"].to_string().contains("no log files, only 2 other files"), "{answer:#}");
}

#[test]
fn an_event_that_is_not_in_the_part_that_was_read_is_no_error_but_says_how_to_go_on() {
    let (_keep, dir) = folder(&[("a.json", &log(&["19:30:00", "19:55:00"]))]);
    let event = |id: &str, more: &[&str]| {
        let arguments = ["event", id, "--archive", dir.to_str().unwrap(), "--now", "2026-03-01T00:00:00Z", "--format", "json"];
        let output = run(&[&arguments, more].concat());
        (serde_json::from_str::<serde_json::Value>(&stdout(&output)).unwrap(), output.status.code())
    };
    let absent = "0a1b2c3d-4e5f-4a6b-8c7d-999999999999";
    let (answer, code) = event(absent, &[]);
    assert_eq!((&answer["finding"], &answer["coverage"]["verdict"]), (&"could_not_look".into(), &"partial".into()), "{answer:#}");
    assert!(answer["error"].is_null() && answer["coverage"]["next"].is_string() && code == Some(1), "{answer:#}");
    let (answer, _) = event(absent, &["--time", "2026-01-27T22:00:00Z"]);
    assert_eq!((&answer["coverage"]["verdict"], &answer["error"]["code"]), (&"unknown".into(), &"unavailable".into()), "{answer:#}");
}

const ALERT: &str = include_str!("../../src/command/demo/alert.json");

#[test]
fn an_alert_is_taken_as_a_file_from_stdin_or_as_text() {
    let (_keep, dir) = folder(&[("alert.json", ALERT)]);
    let file = dir.join("alert.json").to_string_lossy().into_owned();
    let by_flag = json(&run(&["events", "--demo", "--json", "--investigation", &file]));
    assert_eq!(by_flag["context"]["alert"]["name"], "CheckoutDatabaseTimeouts");
    let strip = |mut answer: serde_json::Value| {
        answer["cost"] = serde_json::Value::Null;
        answer
    };
    for arguments in [vec!["events", &file, "--demo", "--json"], vec!["events", ALERT, "--demo", "--format", "json"]] {
        assert_eq!(strip(json(&run(&arguments))), strip(by_flag.clone()), "{arguments:?}");
    }
    for arguments in
        [&["events", "-", "--demo", "--json"][..], &["--demo", "events", "--json"], &["events", "--demo", "--json", "--limit", "20"]]
    {
        assert_eq!(strip(json(&piped(arguments, ALERT))), strip(by_flag.clone()), "{arguments:?}");
    }
    let asked = json(&piped(&["events", "--demo", "--json", "--last", "1h"], ALERT));
    assert!(asked["context"]["alert"].is_null(), "what asks for something else is not answered about stdin: {asked:#}");
}

#[test]
fn a_file_name_that_names_no_file_is_an_error_and_not_free_text() {
    for name in ["alrt.json", "./alert", "alerts/today.eml", "/nonexistent"] {
        let output = run(&["events", name, "--demo"]);
        assert_eq!((output.status.code(), stdout(&output).as_str()), (Some(2), ""), "{name}");
        assert!(stderr(&output).contains(name) && stderr(&output).contains("no such file"), "{}", stderr(&output));
    }
    let (_keep, dir) = folder(&[("logs/x", "")]);
    let output = run(&["events", dir.to_str().unwrap(), "--demo"]);
    assert!(output.status.code() == Some(2) && stderr(&output).contains("is a folder"), "{}", stderr(&output));
    assert_ne!(run(&["events", "sg-0c4ec0a1b2c3d4e5f", "--demo"]).status.code(), Some(2));
}

#[test]
fn the_window_may_be_told_in_three_ways() {
    let since = ["--since", "2026-01-27T19:00:00Z", "--until", "2026-01-27T19:40:00Z"];
    let window = |more: &[&str]| json(&run(&[&["events", "--demo", "--json"], more].concat()))["context"]["window"].clone();
    let told = window(&since);
    assert_eq!((told["from"].as_str(), told["to"].as_str()), (Some("2026-01-27T19:00:00Z"), Some("2026-01-27T19:40:00Z")));
    assert_eq!(window(&["--last", "2h"])["from"], window(&["--start-time", "2h"])["from"]);
    let output = run(&["events", "--demo", "--last", "yesterday"]);
    assert!(output.status.code() == Some(2) && stderr(&output).contains("2h"), "{}", stderr(&output));
    assert_eq!(run(&["events", "--demo", "--last", "2h", "--since", "3h"]).status.code(), Some(2));
}

#[test]
fn regions_are_taken_in_either_spelling_before_and_after_the_command() {
    let asked = |arguments: &[&str]| json(&run(arguments))["context"]["regions"].to_string();
    let expected = asked(&["events", "--demo", "--json", "--regions", "eu-west-1"]);
    assert!(expected.contains("eu-west-1"), "{expected}");
    for arguments in [
        &["--region", "eu-west-1", "events", "--demo", "--json"][..],
        &["--demo", "--regions=eu-west-1", "events", "--json"],
        &["--log-level", "error", "--region", "eu-west-1", "events", "--demo", "--json"],
        &["events", "--json", "--region", "eu-west-1", "--demo"],
        &["events", "--json", "--regions", "[\"eu-west-1\"]", "--demo"],
    ] {
        assert_eq!(asked(arguments), expected, "{arguments:?}");
    }
    let event = json(&run(&["--regions", "eu-west-1", "event", "0a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d", "--demo", "--json"]));
    assert!(event["error"].is_object() || event["coverage"].is_object(), "{event}");
}

#[test]
fn an_answer_goes_to_a_file_in_the_form_that_its_name_ends_in() {
    let (_keep, dir) = folder(&[]);
    let path = |name: &str| dir.join(name).to_string_lossy().into_owned();
    for (name, begins) in [("answer.json", "{"), ("answer.md", "#")] {
        let output = run(&["events", ALERT, "--demo", "-o", &path(name)]);
        assert_eq!((output.status.code(), stdout(&output).as_str()), (Some(0), ""), "{}", stderr(&output));
        let written = std::fs::read_to_string(path(name)).unwrap();
        assert!(written.starts_with(begins) || begins == "#" && !written.starts_with('{'), "{written}");
    }
    let output = run(&["events", "--demo", "-o", "/nonexistent/answer.json"]);
    assert!(output.status.code() == Some(1) && stderr(&output).contains("cannot be written"), "{}", stderr(&output));
}

#[test]
fn a_command_gives_no_cursor_but_says_how_to_see_more() {
    for format in ["text", "markdown", "json", "slack"] {
        let output = run(&["events", "--demo", "--since", "2026-01-27T18:00:00Z", "--limit", "3", "--format", format]);
        let text = stdout(&output) + &stderr(&output);
        assert!(!text.contains("cursor"), "{text}");
        assert!(stderr(&output).contains("--limit N"), "{}", stderr(&output));
    }
}

#[test]
fn a_blank_variable_of_an_argument_is_one_that_is_not_set() {
    let blank = ["INVESTIGATION", "START_TIME", "REGIONS", "ERRORS_ONLY", "LIMIT"].map(|name| (format!("CLOUDTRAIL_MCP_{name}"), ""));
    let output = command().args(["events", "--demo", "--json"]).envs(blank).output().unwrap();
    assert_ne!(output.status.code(), Some(2), "{}", stderr(&output));
    assert_eq!(json(&output)["context"]["regions"], json(&run(&["events", "--demo", "--json"]))["context"]["regions"]);
}

#[test]
fn help_begins_with_examples() {
    for arguments in [&["--help"][..], &["events", "--help"], &["event", "--help"]] {
        let help = stdout(&run(arguments));
        assert!(help.starts_with("Example"), "{arguments:?}: {help}");
    }
}

#[test]
fn the_doctor_tells_what_is_in_the_way_and_a_fix_for_each() {
    let output = run(&["doctor", "--json"]);
    let report = json(&output);
    let checks = report["checks"].as_array().unwrap();
    assert!(checks.len() >= 20, "{}", checks.len());
    let failed: Vec<_> = checks.iter().filter(|check| check["state"] == "failed").collect();
    assert!(failed.iter().any(|check| check["name"] == "allow_aws_read"), "{report:#}");
    assert!(failed.iter().all(|check| check["fix"].as_str().is_some_and(|fix| !fix.is_empty())), "{report:#}");
    assert_eq!((output.status.code(), report["ok"].as_bool()), (Some(1), Some(false)));
    let text = stdout(&run(&["doctor"]));
    assert!(text.contains("FAIL ") && text.contains("→ "), "{text}");
}

#[test]
fn the_doctor_finds_broken_settings_places_and_variables() {
    let (_keep, dir) = folder(&[("empty/readme.txt", ""), ("policy.toml", "")]);
    let policy = dir.join("policy.toml").to_string_lossy().into_owned();
    let text = |path: &str| format!("allow_aws_reed = true\n[archive]\nlocations = [{:?}]\n", dir.join(path));
    std::fs::write(&policy, text("empty")).unwrap();
    let failed = |arguments: &[&str], env: &[(&str, &str)]| {
        let output = command().args(arguments).args(["doctor", "--json"]).envs(env.iter().copied()).output().unwrap();
        let report = json(&output);
        let failed = report["checks"].as_array().unwrap().iter().filter(|check| check["state"] == "failed");
        failed.map(|check| (check["name"].as_str().unwrap().to_owned(), check["found"].as_str().unwrap().to_owned())).collect::<Vec<_>>()
    };
    let of = |name: &str, all: &[(String, String)]| all.iter().find(|(one, _)| one == name).map(|(_, found)| found.clone());
    let found = failed(&["--config", &policy], &[("AWS_PROFILE", "")]);
    assert!(of("settings", &found).unwrap().contains("allow_aws_read"), "{found:?}");
    assert!(of("environment", &found).unwrap().contains("AWS_PROFILE"), "{found:?}");
    std::fs::write(&policy, text("empty").replace("allow_aws_reed", "allow_aws_read")).unwrap();
    let found = failed(&["--config", &policy], &[]);
    assert!(of("source: archive", &found).unwrap().contains("holds no log file"), "{found:?}");
    let policy_text =
        "aws_region_allowlist = [\"us-east-1\"]\n[audit]\npath = \"/nonexistent/audit.jsonl\"\n[investigations]\npath = \"/nonexistent\"\n";
    std::fs::write(&policy, policy_text).unwrap();
    let found =
        failed(&["--config", &policy], &[("AWS_REGION", "eu-west-1"), ("AWS_PROFILE", "prod"), ("AWS_CA_BUNDLE", "/nonexistent.pem")]);
    for name in ["aws_region_allowlist", "audit log", "investigations", "credentials", "certificates"] {
        assert!(of(name, &found).is_some(), "{name}: {found:?}");
    }
    assert!(of("credentials", &found).unwrap().contains("prod"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_doctor_asks_aws_once_for_each_region_and_only_when_it_may() {
    use crate::fake_aws::{ACCOUNT, FakeAws, Fault};
    let asked = async |fake: &FakeAws, more: &[(&str, &str)]| {
        let mut process = command();
        process.args(["doctor", "--json", "--region", "eu-west-1,us-east-1"]).envs(fake.env()).envs(more.iter().copied());
        tokio::task::spawn_blocking(move || process.output().unwrap()).await.unwrap()
    };
    let fake = FakeAws::start(chrono::Utc::now()).await;
    let output = asked(&fake, &[]).await;
    assert!(fake.requests().is_empty(), "without permission nothing is asked: {}", stdout(&output));
    let report = json(&asked(&fake, &[("CHAT_ALLOW_AWS_READ", "true")]).await);
    assert!(report["ok"].as_bool().unwrap(), "{report:#}");
    assert!(report["checks"].to_string().contains(ACCOUNT) && fake.lookups().len() <= 3, "{report:#}");
    let denied = FakeAws::start(chrono::Utc::now()).await.always(Fault::AccessDenied);
    let output = asked(&denied, &[("CHAT_ALLOW_AWS_READ", "true")]).await;
    let report = json(&output);
    let permission = report["checks"].as_array().unwrap().iter().find(|check| check["name"] == "permissions").unwrap();
    assert_eq!((output.status.code(), permission["state"].as_str()), (Some(1), Some("failed")), "{report:#}");
    assert!(permission["found"].as_str().unwrap().contains("LookupEvents") && permission["fix"].as_str().unwrap().contains("iam-policy"));
}

#[test]
fn the_iam_policy_holds_what_is_needed_and_no_more() {
    let policy = json(&run(&["iam-policy", "--region", "eu-west-1,us-east-1"]));
    let condition = serde_json::json!({"StringEquals": {"aws:RequestedRegion": ["eu-west-1", "us-east-1"]}});
    let statements = policy["Statement"].as_array().unwrap();
    let sids: Vec<&str> = statements.iter().map(|statement| statement["Sid"].as_str().unwrap()).collect();
    assert_eq!(sids, ["ReadCloudTrail", "ReadTrailSettings", "ReadTrailResources"]);
    assert!(statements.iter().all(|statement| statement["Condition"] == condition && statement["Effect"] == "Allow"));
    let mut allowed: Vec<&str> =
        statements.iter().flat_map(|statement| statement["Action"].as_array().unwrap()).map(|action| action.as_str().unwrap()).collect();
    allowed.sort_unstable();
    let needed: std::collections::BTreeSet<&str> = cloudtrail_mcp::source::operations()
        .filter(|operation| {
            use cloudtrail_mcp::source::Purpose::{Events, Settings};
            matches!(operation.purpose, Events | Settings)
        })
        .flat_map(|operation| operation.actions.iter().copied())
        .collect();
    assert_eq!(allowed, needed.into_iter().collect::<Vec<_>>(), "each once, and no more");
    assert_eq!((&statements[0]["Resource"], &statements[1]["Resource"]), (&serde_json::json!("*"), &serde_json::json!("*")));
    assert!(statements[2]["Resource"].as_array().unwrap().contains(&serde_json::json!("arn:aws:cloudtrail:*:*:trail/*")), "{policy:#}");
    let role = "arn:aws:iam::444455556666:role/investigator";
    let (_keep, dir) = folder(&[("policy.toml", &format!("[accounts.production]\nid = \"444455556666\"\nrole_arn = \"{role}\"\n"))]);
    let policy = json(&run(&["iam-policy", "--config", dir.join("policy.toml").to_str().unwrap()]));
    assert_eq!(policy["Statement"][3]["Action"], serde_json::json!(["sts:AssumeRole", "sts:SetSourceIdentity"]));
    assert_eq!(policy["Statement"][3]["Resource"], serde_json::json!([role]));
    let off = "[event_history]\nenabled = false\n";
    let (_keep, dir) = folder(&[("policy.toml", off)]);
    let policy = json(&run(&["iam-policy", "--config", dir.join("policy.toml").to_str().unwrap()]));
    assert_eq!(policy["Statement"].as_array().unwrap().len(), 2);
    assert_eq!(policy["Statement"][0]["Sid"], "ReadTrailSettings");
}

#[test]
fn every_client_gets_an_entry_that_starts_this_server() {
    for (name, key) in [
        ("claude-code", "mcpServers"),
        ("claude-desktop", "mcpServers"),
        ("vscode", "servers"),
        ("cursor", "mcpServers"),
        ("zed", "context_servers"),
        ("gemini-cli", "mcpServers"),
        ("jetbrains", "mcpServers"),
        ("windsurf", "mcpServers"),
        ("lm-studio", "mcpServers"),
        ("copilot", "mcpServers"),
    ] {
        let entry = json(&run(&["config", "client", name]))[key]["cloudtrail"].clone();
        assert_eq!(entry["command"], crate::binary::path().to_str().unwrap(), "{name}: {entry}");
        assert_eq!(entry["args"], serde_json::json!(["serve", "--tool-names", "underscore"]), "{name}");
    }
    for name in ["codex", "goose", "n8n"] {
        let output = run(&["config", "client", name]);
        assert!(output.status.success() && stdout(&output).contains("cloudtrail-mcp") || name == "n8n", "{}", stdout(&output));
    }
    assert_eq!(run(&["config", "client", "nobody"]).status.code(), Some(2));
}

#[test]
fn a_link_by_one_click_is_printed_whole() {
    for name in ["cursor", "lm-studio", "vscode", "goose"] {
        let told = String::from_utf8(run(&["config", "client", name]).stderr).unwrap();
        let link = told.lines().find_map(|line| line.strip_prefix("note: or by one click: ")).unwrap();
        let read = percent_encoding::percent_decode_str(link).decode_utf8().unwrap();
        let read = match read.split_once("config=") {
            Some((_, encoded)) => String::from_utf8(STANDARD.decode(encoded).unwrap()).unwrap(),
            None => read.into_owned(),
        };
        assert!(read.contains(crate::binary::path().to_str().unwrap()) && read.contains("underscore"), "{name}: {read}");
    }
}

#[test]
fn config_check_says_what_cannot_work() {
    let text = stdout(&run(&["config", "check"]));
    assert!(text.contains("cannot work: nothing may be read"), "{text}");
    let policy = "aws_region_allowlist = [\"us-east-1\"]\n[archive]\nlocations = [\"/nonexistent/logs\"]\n";
    let (_keep, dir) = folder(&[("policy.toml", policy)]);
    let output = command()
        .args(["config", "check", "--config", dir.join("policy.toml").to_str().unwrap()])
        .env("AWS_REGION", "eu-west-1")
        .output()
        .unwrap();
    let text = stdout(&output);
    assert!(text.contains("/nonexistent/logs are not there") && text.contains("lacks eu-west-1"), "{text}");
}

#[test]
fn the_manual_page_is_one_that_man_can_show() {
    for (arguments, holds) in [(&["man"][..], "doctor"), (&["man", "events"], "investigation")] {
        let page = stdout(&run(arguments));
        assert!(page.contains(".TH") && page.contains(".SH NAME") && page.contains(holds), "{page}");
    }
    assert_eq!(run(&["man", "nothing"]).status.code(), Some(2));
}

#[test]
fn a_usage_error_shows_nothing_that_a_terminal_obeys_and_no_secret() {
    for typed in ["--bad\u{1b}[31m\u{202e}x", "x\u{200b}\u{1b}]0;title\u{7}", "--password=Zq7Bqx99aB", "\u{e0041}"] {
        let output = run(&["events", "--demo", typed, "another"]);
        let said = stderr(&output);
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(said.chars().all(|c| c == '\n' || !c.is_control()) && !said.contains(['\u{202e}', '\u{200b}', '\u{e0041}']), "{said:?}");
        assert!(!said.contains("Zq7Bqx99aB"), "{said}");
    }
}

#[test]
fn a_problem_with_a_file_does_not_repeat_a_token_in_its_name() {
    let token = "ghp_Zq7Bqx99aBcD3fGh1jKlMn0pQrStUvWxYz12";
    for arguments in [["events", "--archive", &format!("/no/such/{token}")], ["events", "--config", &format!("/no/such/{token}.toml")]] {
        let output = run(&arguments);
        let said = stderr(&output);
        assert!(!output.status.success() && said.contains("/no/such/[redacted: token]") && !said.contains("99aBcD3"), "{said}");
    }
}
