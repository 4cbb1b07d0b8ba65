//! `config`: check the settings, explain where each came from, or make a caller.

use crate::config::is_caller_name;
use crate::server::http;
use clap::{Args, Subcommand};

use super::{CONFIG, FAILURE, Failure, Global, USAGE, output};

#[derive(Subcommand)]
pub(super) enum Config {
    /// Read the settings and tell what is wrong or has no effect
    Check,
    /// Print each value and where it came from
    Explain,
    /// Make a token for a caller over HTTP, and the lines of the policy file that let it in
    Caller(Caller),
}

#[derive(Args)]
pub(super) struct Caller {
    /// Who will call: letters, digits, - _ . and @, at most 64, such as chat-bot
    name: String,
}

pub(super) fn run(command: &Config, global: &Global) -> Result<u8, Failure> {
    if let Config::Caller(Caller { name }) = command {
        return caller(name);
    }
    let settings = global.settings()?;
    match command {
        Config::Caller(_) => {}
        Config::Check => {
            http::Front::open(&settings.http).map_err(|error| Failure::new(CONFIG, error.to_string()))?;
            for finding in settings.findings() {
                output::say(&format!("note: {finding}"));
            }
            output::say("The settings are valid.");
        }
        Config::Explain => {
            let rows = settings.explain();
            let width = rows.iter().map(|row| row.key.chars().count()).max().unwrap_or_default();
            let values = rows.iter().map(|row| row.value.chars().count()).max().unwrap_or_default().min(40);
            for row in rows {
                output::say(&format!("{:width$}  {:values$}  {}", row.key, row.value, row.origin));
            }
        }
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
