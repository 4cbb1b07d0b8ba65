//! `config`: check the settings, explain where each came from, or make a caller.

use crate::config::{self, is_caller_name};
use crate::server::http;
use clap::{Parser, Subcommand};

use super::{CONFIG, FAILURE, Failure, Global, Run, USAGE, output};

/// Check or explain the settings
#[derive(Parser)]
#[command(name = "config")]
pub(super) struct Config {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// Read the settings and tell what is wrong or has no effect
    Check,
    /// Print each value and where it came from
    Explain,
    /// Make a token for a caller over HTTP, and the lines of the policy file that let it in
    Caller {
        /// Who will call: letters, digits, - _ . and @, at most 64, such as chat-bot
        name: String,
    },
}

impl Run for Config {
    fn run(&self, global: &Global) -> Result<u8, Failure> {
        match &self.action {
            Action::Check => check(&global.settings()?),
            Action::Explain => explain(&global.settings()?),
            Action::Caller { name } => caller(name),
        }
    }
}

fn check(settings: &config::Config) -> Result<u8, Failure> {
    http::Front::open(&settings.http()).map_err(|error| Failure::new(CONFIG, error.to_string()))?;
    for finding in settings.findings() {
        output::say(&format!("note: {finding}"));
    }
    output::say("The settings are valid.");
    Ok(0)
}

fn explain(settings: &config::Config) -> Result<u8, Failure> {
    let rows = settings.explain();
    let width = rows.iter().map(|row| row.key.chars().count()).max().unwrap_or_default();
    let values = rows.iter().map(|row| row.value.chars().count()).max().unwrap_or_default().min(40);
    for row in rows {
        output::say(&format!("{:width$}  {:values$}  {}", row.key, row.value, row.origin));
    }
    Ok(0)
}

/// Makes a token, which is shown once and stored nowhere.
fn caller(name: &str) -> Result<u8, Failure> {
    if !is_caller_name(name) {
        return Err(Failure::new(USAGE, "a caller's name is letters, digits, - _ . and @, at most 64, such as chat-bot"));
    }
    let (token, digest) =
        http::new_token().map_err(|error| Failure::new(FAILURE, format!("the system has no randomness to give: {error}")))?;
    output::say(&format!(
        "The token of {name}, shown this once; it is sent as `Authorization: Bearer …`:\n\n{token}\n\n\
         Lines for the policy file, which hold its digest only:\n\n[[http.callers]]\nname = \"{name}\"\ntoken_sha256 = \"{digest}\""
    ));
    Ok(0)
}
