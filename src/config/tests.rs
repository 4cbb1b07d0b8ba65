use std::ffi::OsString;
use std::fs;
use std::time::Duration;

use super::audit::{Fsync, OnFailure};
use super::settings::*;
use super::spelling::Spelling;
use super::*;
use crate::catalogue::Category;
use crate::policy::{Callers, Policy, UntrustedText};

const TOOLS: &[&str] = &["cloudtrail_events", "cloudtrail_event"];

type Env = BTreeMap<&'static str, OsString>;

fn env(variables: &[(&'static str, &str)]) -> Env {
    variables.iter().map(|(name, value)| (*name, OsString::from(value))).collect()
}

/// Loads `text` as the explicitly named policy file.
fn load_text(text: &str, variables: &[(&'static str, &str)], flags: Flags) -> Result<Config, String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("policy.toml");
    fs::write(&path, text).unwrap();
    let variables = env(variables);
    let loaded = load(&flags.with(&CONFIG, path), &|name| variables.get(name).cloned(), TOOLS);
    let place = format!("{}/", folder.path().display());
    loaded.map_err(|error| error.to_string().replace(&place, ""))
}

fn file(text: &str) -> Result<Config, String> {
    load_text(text, &[], Flags::default())
}

fn with_env(variables: &[(&'static str, &str)]) -> Result<Config, String> {
    load_text("", variables, Flags::default())
}

fn wrong(text: &str) -> String {
    file(text).unwrap_err()
}

fn origin(config: &Config, key: &str) -> Origin {
    config.explain().iter().find(|explained| explained.key == key).unwrap().origin.clone()
}

#[test]
fn without_anything_the_defaults_hold_and_nothing_may_be_read() {
    let config = load(&Flags::default(), &|_| None, TOOLS).unwrap();
    assert_eq!(config.policy(), Policy::default());
    assert_eq!(
        (config.get(&UNTRUSTED_TEXT), config.get(&REPORT_MAX_EVENTS), config.get(&LOG_LEVEL).as_str()),
        (UntrustedText::Quote, 50, "warn")
    );
    assert!(config.explain().iter().all(|explained| explained.origin == Origin::Default));
    insta::assert_snapshot!(config.findings().join("\n"), @"
    no policy file was found: the built-in defaults hold
    allow_aws_read = false: event history will be refused
    ");
}

#[test]
fn every_default_is_readable() {
    assert_eq!(unreadable_defaults(), Vec::<&str>::new());
    for setting in ALL {
        assert!(setting.why_set().len() > 1 && setting.why_set().ends_with('.'), "{}", setting.key);
    }
}

#[test]
fn the_example_file_shows_every_key_and_equals_the_defaults() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("policy.example.toml");
    let text = fs::read_to_string(&path).unwrap();
    if std::env::var_os("WRITE_EXAMPLE").is_some() {
        fs::write(&path, example()).unwrap();
    }
    assert_eq!(text, example(), "policy.example.toml is what config::example() writes");
    let config = load(&Flags::default().with(&CONFIG, path), &|_| None, TOOLS).unwrap();
    let defaults = load(&Flags::default(), &|_| None, TOOLS).unwrap();
    let values = |config: &Config| {
        let file_settings = config.explain().iter().filter(|explained| explained.key != "--config");
        file_settings.map(|explained| (explained.key.clone(), explained.value.clone())).collect::<Vec<_>>()
    };
    assert_eq!(values(&config), values(&defaults));
    assert_eq!(config.policy(), defaults.policy());
}

#[test]
fn every_key_of_the_example_file_is_right_when_uncommented() {
    let uncommented = example()
        .lines()
        .map(|line| line.strip_prefix("# ").filter(|l| l.contains(" = ") || l.starts_with('[')).unwrap_or(line))
        .fold(String::new(), |text, line| text + line + "\n");
    let settings = file(&uncommented).unwrap().explain().len();
    assert_eq!(settings, ALL.len());
}

#[test]
fn a_flag_beats_the_environment_beats_the_file_beats_the_default() {
    let text = "lookback = \"45m\"\nmax_events = 50\n";
    let flags = Flags::default().with(&settings::LOG_LEVEL, "debug");
    let variables =
        [("AWS_CLOUDTRAIL_LOOKBACK_MINUTES", "90"), ("CLOUDTRAIL_MCP_LOG_LEVEL", "info"), ("CLOUDTRAIL_MCP_TOOL_NAMES", "underscore")];
    let config = load_text(text, &variables, flags).unwrap();
    assert_eq!((config.get(&LOOKBACK), config.get(&MAX_EVENTS)), (Duration::from_secs(90 * 60), 50));
    assert_eq!((config.get(&LOG_LEVEL).as_str(), config.get(&TOOL_NAMES)), ("debug", Spelling::Underscore));
    assert_eq!(origin(&config, "lookback"), Origin::Environment("AWS_CLOUDTRAIL_LOOKBACK_MINUTES"));
    assert!(matches!(origin(&config, "max_events"), Origin::File(_, 2)));
    assert_eq!(origin(&config, "--log-level"), Origin::Flag("--log-level"));
    assert_eq!(origin(&config, "max_window"), Origin::Default);
}

#[test]
fn unknown_keys_are_refused_with_the_nearest_and_their_line() {
    insta::assert_snapshot!(wrong("alow_aws_read = true\n\n[budgets]\ndeadline = \"5s\"\n"), @"
    The configuration has 2 problems:
      policy.toml:1: unknown key `alow_aws_read`; did you mean `allow_aws_read`?
      policy.toml:3: unknown key `budgets`; did you mean `budget`?
    ");
    insta::assert_snapshot!(wrong("deadline = \"5s\"\n[http.oauth]\ntenant = 1\n[accounts.\"a b\"]\nid = \"111122223333\"\n"), @"
    The configuration has 3 problems:
      policy.toml:1: unknown key `deadline`; did you mean `budget.deadline`?
      policy.toml:3: unknown key `http.oauth.tenant`; known in [http.oauth]: issuer, audience, jwks_uri, algorithms, scopes, tool_scopes
      policy.toml:4: unknown key `accounts.a b`; a section's name is letters, digits, - and _, at most 64, such as [accounts.production]
    ");
}

#[test]
fn wrong_types_and_values_say_what_was_found_and_what_is_right() {
    let text = "allow_aws_read = \"yes\"\naws_region_allowlist = \"eu-west-1\"\nmax_events = 101\nmax_window = \"2 days\"\nlookback = 30\n\
                aws_account_allowlist = [111122223333]\nuntrusted_text = \"drop\"\n[budget]\nlookup_requests = -1\n[event_history]\nendpoint_url = \"https://me:pw@host\"\n[cache]\npath = \"cache\"\n";
    insta::assert_snapshot!(wrong(text), @r#"
    The configuration has 10 problems:
      policy.toml:1: allow_aws_read: found a string, but it must be true or false
      policy.toml:2: aws_region_allowlist: found a string, but it must be a list of strings, such as ["eu-west-1"]
      policy.toml:3: max_events: found 101, but it must be a whole number from 1 to 100, such as 20
      policy.toml:4: max_window: found "2 days", but it must be a time from 1m to 90d, such as "30m"
      policy.toml:5: lookback: found an integer, but it must be a time from 1m to 90d, such as "30m"
      policy.toml:6: aws_account_allowlist: found an integer in the list, but it must be a list of strings, such as ["111122223333"]
      policy.toml:7: untrusted_text: found "drop", but it must be one of quote, omit, such as "quote"
      policy.toml:9: budget.lookup_requests: found -1, but it must be a whole number from 1 to 1000, such as 20
      policy.toml:11: event_history.endpoint_url: found another value (hidden), but it must be an http:// or https:// address without user name or password, such as "https://host.example:9093"
      policy.toml:13: cache.path: found "cache", but it must be an absolute path, such as "/var/lib/cloudtrail-mcp"
    "#);
}

#[test]
fn text_that_is_not_toml_is_refused_with_its_line_and_without_showing_it() {
    let problem = wrong("allow_aws_read = true\n[accounts.a]\nexternal_id = \"hush-hush\n");
    assert!(problem.contains("policy.toml:3: this is not TOML"), "{problem}");
    assert!(!problem.contains("hush"), "{problem}");
}

#[test]
fn contradictions_are_refused_together() {
    let text = "default_events = 30\nmax_events = 10\nlookback = \"3h\"\nmax_window = \"2h\"\n[http]\ntls_key = \"/k\"\n\
                [accounts.a]\nid = \"111122223333\"\n[accounts.b]\nid = \"111122223333\"\n[accounts.c]\nexternal_id = \"x\"\n\
                [accounts.d]\nid = \"444455556666\"\nrole_arn = \"arn:aws:iam::777788889999:role/r\"\n[cache]\nmax_bytes = 4096\n[[http.callers]]\nuntrusted_text = \"omit\"\n";
    insta::assert_snapshot!(wrong(text), @r#"
    The configuration has 10 problems:
      default_events (policy.toml:1): 30 is more than max_events (policy.toml:2), which is 10
      lookback (policy.toml:3): it is longer than max_window (policy.toml:4)
      cache.max_bytes (policy.toml:17): it must be at least 1 MiB, such as "256 MiB"
      http.tls_cert (default): it goes with http.tls_key (policy.toml:6); set both or neither
      accounts.b: id is the same as that of accounts.a
      accounts.c: id is missing; such as id = "111122223333"
      accounts.c.external_id (policy.toml:12): it goes with role_arn, which is missing
      accounts.d.role_arn (policy.toml:15): it belongs to another account than id = "444455556666"
      http.callers[0]: token_sha256 is missing; such as token_sha256 = "…"
      http.callers[0]: name is missing; such as name = "chat-bot"
    "#);
}

#[test]
fn a_blank_or_unreadable_variable_is_an_error_and_never_an_open_door() {
    let variables = [
        ("CHAT_ALLOW_AWS_READ", "maybe"),
        ("CHAT_AWS_REGION_ALLOWLIST", " "),
        ("AWS_CLOUDTRAIL_LOOKBACK_MINUTES", "30m"),
        ("AWS_CLOUDTRAIL_MAX_EVENTS", ""),
        ("CLOUDTRAIL_LAKE_STORE_ARN", "store"),
    ];
    insta::assert_snapshot!(with_env(&variables).unwrap_err(), @r#"
    The configuration has 5 problems:
      environment CHAT_ALLOW_AWS_READ: found "maybe", but it must be true or false
      environment CHAT_AWS_REGION_ALLOWLIST: it is blank; set aws_region_allowlist, or remove the variable
      environment AWS_CLOUDTRAIL_LOOKBACK_MINUTES: it must be a whole number of minutes, such as 30
      environment CLOUDTRAIL_LAKE_STORE_ARN: found "store", but it must be an ARN of cloudtrail, such as "arn:aws:cloudtrail:us-east-1:111122223333:eventdatastore/11112222-3333-4444-5555-666677778888"
      environment AWS_CLOUDTRAIL_MAX_EVENTS: it is blank; set report.max_events, or remove the variable
    "#);
    assert!(with_env(&[("CHAT_AWS_REGION_ALLOWLIST", "eu-west-1,,us-east-1")]).is_err());
}

#[test]
#[cfg(unix)]
fn a_variable_that_is_not_text_is_an_error() {
    use std::os::unix::ffi::OsStringExt;
    let loaded = load(&Flags::default(), &|name| (name == "CHAT_AWS_REGION_ALLOWLIST").then(|| OsString::from_vec(vec![0xff])), TOOLS);
    assert_eq!(loaded.unwrap_err().problems.len(), 1);
}

#[test]
fn the_variables_of_the_origin_are_read() {
    let variables = [
        ("CHAT_ALLOW_AWS_READ", "True"),
        ("CHAT_AWS_REGION_ALLOWLIST", "eu-west-1, us-east-1"),
        ("AWS_EVIDENCE_ENABLED", "0"),
        ("AWS_CLOUDTRAIL_MAX_EVENTS", "25"),
    ];
    let config = with_env(&variables).unwrap();
    assert!(config.get(&ALLOW_AWS_READ));
    assert_eq!(config.get(&AWS_REGION_ALLOWLIST), ["eu-west-1", "us-east-1"]);
    assert_eq!((config.find(&REPORT_ENABLED), config.get(&REPORT_MAX_EVENTS)), (Some(false), 25));
}

#[test]
fn a_value_that_is_overruled_must_be_right_all_the_same() {
    assert!(load_text("max_events = 1000\n", &[], Flags::default()).is_err());
    assert!(load_text("lookback = \"soon\"\n", &[("AWS_CLOUDTRAIL_LOOKBACK_MINUTES", "30")], Flags::default()).is_err());
}

#[test]
fn a_named_file_must_be_there_but_the_default_one_need_not() {
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("none.toml");
    assert!(load(&Flags::default().with(&CONFIG, missing.clone()), &|_| None, TOOLS).is_err());
    let variables = env(&[("CLOUDTRAIL_MCP_CONFIG", missing.to_str().unwrap())]);
    assert!(load(&Flags::default(), &|name| variables.get(name).cloned(), TOOLS).is_err());
    assert!(load(&Flags::default().with(&CONFIG, folder.path().to_owned()), &|_| None, TOOLS).is_err());
    let variables = env(&[("XDG_CONFIG_HOME", folder.path().to_str().unwrap())]);
    assert_eq!(load(&Flags::default(), &|name| variables.get(name).cloned(), TOOLS).unwrap().file(), None);
    let variables = env(&[("CLOUDTRAIL_MCP_CONFIG", " ")]);
    assert!(load(&Flags::default(), &|name| variables.get(name).cloned(), TOOLS).is_err());
}

#[test]
fn the_default_file_is_found_by_absolute_paths_only() {
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path().to_str().unwrap();
    let place = folder.path().join(".config/cloudtrail-mcp");
    fs::create_dir_all(&place).unwrap();
    fs::write(place.join("policy.toml"), "max_events = 7\ndefault_events = 7\n").unwrap();
    let find = |variables: Env| load(&Flags::default(), &|name| variables.get(name).cloned(), TOOLS).unwrap();
    assert_eq!(find(env(&[("HOME", home)])).get(&MAX_EVENTS), 7);
    // A relative directory would be one of the working directory.
    assert_eq!(find(env(&[("HOME", home), ("XDG_CONFIG_HOME", "config")])).get(&MAX_EVENTS), 7);
    assert_eq!(find(env(&[("XDG_CONFIG_HOME", ".")])).get(&MAX_EVENTS), 100);
}

#[test]
fn secrets_are_hidden_and_what_the_operator_should_know_is_told() {
    let text = "allow_aws_read = true\naws_region_allowlist = [\"eu-west-1\"]\n[accounts.prod]\nid = \"111122223333\"\nrole_arn = \"arn:aws-cn:iam::111122223333:role/reader\"\nexternal_id = \"hush-hush\"\n[archive]\nlocations = [\"/logs\", \"s3://bucket/x\"]\n";
    let config = file(text).unwrap();
    let explained = config.explain().iter().find(|explained| explained.key == "accounts.prod.external_id").unwrap();
    assert_eq!(explained.value.as_str(), "(hidden)");
    assert!(!format!("{:?}{:?}", config.explain(), config.findings()).contains("hush"));
    let account = Account {
        name: "prod".to_owned(),
        id: "111122223333".to_owned(),
        role_arn: Some("arn:aws-cn:iam::111122223333:role/reader".to_owned()),
        external_id: Some("hush-hush".to_owned()),
    };
    assert_eq!(config.accounts(), [account]);
    assert_eq!(config.archive_locations(), [PathBuf::from("/logs"), PathBuf::from("s3://bucket/x")]);
    assert!(config.is_archive_remote());
    let findings = config
        .findings()
        .iter()
        .map(|finding| finding.replace(&config.file().unwrap().display().to_string(), "policy.toml"))
        .collect::<Vec<_>>();
    insta::assert_snapshot!(findings.join("\n"), @"aws_region_allowlist lacks the region of global services: IAM and sign-in events will not be seen");
}

#[test]
fn the_command_line_is_checked_too() {
    let flags = Flags::default().with(&NOW, "yesterday").with(&TOOL_NAMES, "dashed").with(&ARCHIVE, "gs://bucket/x");
    insta::assert_snapshot!(load_text("", &[], flags).unwrap_err(), @r#"
    The configuration has 3 problems:
      flag --now: found "yesterday", but it must be an instant as in RFC 3339, such as "2026-01-27T20:05:00Z"
      flag --tool-names: found "dashed", but it must be one of dotted, underscore, such as "dotted"
      --archive (flag --archive): gs://bucket/x is neither a local path nor an address as s3://bucket/prefix
    "#);
    let flags = Flags::default().with(&NOW, "2026-01-27T20:05:00").with(&DEMO, "true");
    let config = load_text("", &[("CLOUDTRAIL_MCP_ARCHIVE", "logs")], flags).unwrap();
    assert_eq!(config.find(&NOW).unwrap().to_rfc3339(), "2026-01-27T20:05:00+00:00");
    assert!(config.get(&DEMO) && config.get(&ARCHIVE) == [PathBuf::from("logs")]);
}

#[test]
#[cfg(unix)]
fn a_file_that_anybody_may_change_is_told() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("policy.toml");
    fs::write(&path, "").unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o666)).unwrap();
    let config = load(&Flags::default().with(&CONFIG, path), &|_| None, TOOLS).unwrap();
    assert!(config.findings().iter().any(|finding| finding.contains("chmod")));
}

proptest::proptest! {
    #[test]
    fn no_text_makes_loading_panic(text in "[a-z_\\[\\].=\" \n0-9äé-]{0,200}") {
        _ = file(&text);
    }
}

#[test]
fn a_caller_has_rules_by_its_name_or_by_its_subject() {
    let token = "0".repeat(64);
    let text = format!(
        "aws_region_allowlist = [\"eu-west-1\", \"us-east-1\"]\n\
         [[http.callers]]\nname = \"chat-bot\"\ntoken_sha256 = \"{token}\"\nregions = [\"eu-west-1\"]\nmax_window = \"2h\"\nmax_events = 5\n\
         untrusted_text = \"omit\"\ntools = [\"aws.cloudtrail_events\"]\ncategories = [\"deployment\"]\nrequests_per_minute = 30\nmax_concurrent = 2\n\
         [[http.callers]]\nsubject = \"alice@example.com\"\naccounts = [\"111122223333\"]\n\
         [[http.callers]]\nsubject = \"*\"\nmax_events = 3\n\
         [http.oauth]\nissuer = \"https://login.example\"\naudience = \"https://mcp.example/mcp\"\n"
    );
    let callers = file(&text).unwrap().callers();
    let bot = callers.rules("chat-bot");
    assert_eq!((bot.regions, bot.max_window, bot.max_events), (vec!["eu-west-1".to_owned()], Some(Duration::from_secs(7200)), Some(5)));
    assert_eq!((bot.tools, bot.untrusted_text), (vec!["cloudtrail_events".to_owned()], UntrustedText::Omit));
    assert_eq!((bot.categories, bot.requests_per_minute, bot.max_concurrent), (vec![Category::Deployment], Some(30), Some(2)));
    assert_eq!(callers.rules(&Callers::of_subject("alice@example.com")).accounts, ["111122223333"]);
    assert_eq!(callers.rules("alice@example.com").max_events, Some(3), "a name without an entry is one of the others");
}

#[test]
fn a_caller_that_would_be_wider_or_could_see_nothing_is_refused() {
    insta::assert_snapshot!(
        wrong("aws_region_allowlist = [\"us-east-1\"]\n[[http.callers]]\nsubject = \"a\"\nregions = [\"eu-west-1\"]\n[[http.callers]]\nsubject = \"a\"\ntools = [\"ls\"]\n"),
        @r#"
    The configuration has 5 problems:
      http.callers[0]: subject names whom an authorization server names, and there is none; set http.oauth.issuer
      http.callers[0]: none of its regions is in aws_region_allowlist, which a caller can narrow but not widen
      http.callers[1]: the subject is the same as that of another
      http.callers[1]: subject names whom an authorization server names, and there is none; set http.oauth.issuer
      http.callers[1].tools (policy.toml:7): found "ls", but each tool must be one of cloudtrail_events, cloudtrail_event
    "#
    );
}

#[test]
fn the_audit_log_is_off_until_it_has_a_path_and_then_denies_what_it_cannot_record() {
    assert_eq!(file("[audit]\nfsync = \"always\"\n").unwrap().audit(), None);
    let audit = file("[audit]\npath = \"/var/log/audit.jsonl\"\n").unwrap().audit().unwrap();
    assert_eq!((audit.on_failure, audit.fsync, audit.max_bytes), (OnFailure::Deny, Fsync::Second, 64 << 20));
    let text =
        "[audit]\npath = \"/var/log/audit.jsonl\"\nmax_bytes = \"1 MiB\"\nmax_age = \"1d\"\nfsync = \"never\"\non_failure = \"allow\"\n";
    let audit = file(text).unwrap().audit().unwrap();
    assert_eq!((audit.on_failure, audit.fsync, audit.max_bytes), (OnFailure::Allow, Fsync::Never, 1 << 20));
    assert_eq!(audit.max_age, Some(Duration::from_secs(86_400)));
}
