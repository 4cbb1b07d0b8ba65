//! `doctor`: everything that must be right before an alert comes, each with its cure.
//!
//! One file looks at this machine, one at AWS, which is asked only where `allow_aws_read` says so.

mod aws;
mod local;

use crate::config::{Config, Flags, load};
use crate::tools;
use clap::Parser;
use serde::Serialize;

use super::output::say;
use super::{FAILURE, Failure, Global, Run, log};

/// Check credentials, regions, permissions, sources and settings; a fix for each failure
#[derive(Parser)]
#[command(
    name = "doctor",
    before_help = "Examples:\n  cloudtrail-mcp doctor\n  cloudtrail-mcp doctor --region eu-west-1 --json\n\nAWS is asked only where allow_aws_read is true."
)]
pub(super) struct Doctor {
    /// Regions to try. Default: aws_region_allowlist, else AWS_REGION, else us-east-1
    #[arg(long = "regions", visible_alias = "region", value_name = "LIST", value_delimiter = ',')]
    regions: Vec<String>,
    /// Print the checks as JSON
    #[arg(long)]
    json: bool,
}

/// How a check went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum State {
    /// Right.
    Ok,
    /// It works, and the operator should know.
    Note,
    /// It could not be looked at, or does not apply.
    Skipped,
    /// It does not work.
    Failed,
}

/// One thing that was looked at.
#[derive(Debug, Serialize)]
struct Check {
    /// What was looked at.
    name: &'static str,
    state: State,
    /// What was found.
    found: String,
    /// What mends it; with every failure.
    #[serde(skip_serializing_if = "Option::is_none")]
    fix: Option<String>,
}

impl Check {
    fn ok(name: &'static str, found: impl Into<String>) -> Self {
        Self { name, state: State::Ok, found: found.into(), fix: None }
    }

    fn note(name: &'static str, found: impl Into<String>, fix: impl Into<String>) -> Self {
        Self { name, state: State::Note, found: found.into(), fix: Some(fix.into()) }
    }

    fn skipped(name: &'static str, found: impl Into<String>) -> Self {
        Self { name, state: State::Skipped, found: found.into(), fix: None }
    }

    fn failed(name: &'static str, found: impl Into<String>, fix: impl Into<String>) -> Self {
        Self { name, state: State::Failed, found: found.into(), fix: Some(fix.into()) }
    }
}

impl Run for Doctor {
    fn run(&self, global: &Global) -> Result<u8, Failure> {
        log("off");
        let env = |name: &str| std::env::var_os(name);
        let loaded = load(&global.flags, &env, &tools::names());
        let valid = match &loaded {
            Ok(_) => Check::ok("settings", "every value is valid"),
            Err(error) => Check::failed(
                "settings",
                error.problems.join("; "),
                "correct what is named; `cloudtrail-mcp config check` reads them again",
            ),
        };
        // What does not depend on the broken setting is worth looking at all the same.
        let config = loaded.as_ref().ok().cloned().unwrap_or_else(|| load(&Flags::default(), &|_| None, &[]).unwrap_or_default());
        let mut checks = local::checks(&config, valid);
        if loaded.is_ok() {
            checks.extend(aws::checks(&config, &self.regions));
        } else {
            checks.push(Check::skipped("AWS", "nothing was asked, as the settings are not valid"));
        }
        let failures = checks.iter().filter(|check| check.state == State::Failed).count();
        say(&if self.json { as_json(&checks, failures) } else { as_text(&checks, failures) });
        Ok(if failures == 0 { 0 } else { FAILURE })
    }
}

fn as_json(checks: &[Check], failures: usize) -> String {
    serde_json::to_string_pretty(&serde_json::json!({"ok": failures == 0, "failures": failures, "checks": checks})).unwrap_or_default()
}

fn as_text(checks: &[Check], failures: usize) -> String {
    let width = checks.iter().map(|check| check.name.len()).max().unwrap_or_default();
    let mut text = String::new();
    for check in checks {
        let mark = match check.state {
            State::Ok => "ok   ",
            State::Note => "note ",
            State::Skipped => "-    ",
            State::Failed => "FAIL ",
        };
        text.push_str(&format!("{mark} {:width$}  {}\n", check.name, check.found));
        if let Some(fix) = &check.fix {
            text.push_str(&format!("      {:width$}  → {fix}\n", ""));
        }
    }
    let verdict = match failures {
        0 => "Nothing is in the way.".to_owned(),
        1 => "1 thing is in the way; its fix stands under it.".to_owned(),
        n => format!("{n} things are in the way; the fix stands under each."),
    };
    text.push_str(&format!("\n{} checks. {verdict}", checks.len()));
    text
}

/// Returns a variable that is set to something.
fn set(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.trim().is_empty())
}

/// Returns the region of the environment.
fn home_region() -> Option<String> {
    set("AWS_REGION").or_else(|| set("AWS_DEFAULT_REGION"))
}

/// Tells whether any source may ask AWS.
fn asks_aws(config: &Config) -> bool {
    use crate::config::settings::{ALLOW_AWS_READ, ARCHIVE, DEMO};
    config.get(&ALLOW_AWS_READ) && config.get(&ARCHIVE).is_empty() && !config.get(&DEMO)
}
