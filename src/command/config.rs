//! `config`: check the settings, explain where each came from, or make a caller.

use crate::config::{self, is_caller_name};
use crate::server::http;
use clap::builder::PossibleValuesParser;
use clap::{Parser, Subcommand};

use super::{CONFIG, FAILURE, Failure, Global, Run, USAGE, client, output};

/// Check or explain the settings
#[derive(Parser)]
#[command(
    name = "config",
    before_help = "Examples:\n  cloudtrail-mcp config check\n  cloudtrail-mcp config client claude-code\n  cloudtrail-mcp config caller chat-bot"
)]
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
    /// Print the entry of this server for an MCP client, ready to paste
    Client {
        /// The client
        #[arg(value_parser = PossibleValuesParser::new(client::names()))]
        name: String,
    },
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
            Action::Client { name } => entry(name, &global.settings()?),
            Action::Caller { name } => caller(name),
        }
    }
}

fn check(settings: &config::Config) -> Result<u8, Failure> {
    http::Front::open(&settings.http()).map_err(|error| Failure::new(CONFIG, error.to_string()))?;
    for finding in settings.findings() {
        output::say(&format!("note: {finding}"));
    }
    let dead_ends = settings.dead_ends(&|name| std::env::var(name).ok());
    for dead_end in &dead_ends {
        output::say(&format!("cannot work: {dead_end}"));
    }
    match dead_ends.len() {
        0 => output::say("The settings are valid."),
        n => output::say(&format!("The settings are valid, and {n} of them cannot work as they are.")),
    }
    // What is not there on this machine may be there where the file is for; `doctor` fails on it.
    Ok(0)
}

/// Prints the entry alone, so that it can be redirected; what to know of it goes to stderr.
fn entry(name: &str, settings: &config::Config) -> Result<u8, Failure> {
    let client = client::find(name).ok_or_else(|| Failure::new(USAGE, "there is no such client"))?;
    let (entry, notes) = client.entry(settings, &|name| std::env::var(name).ok());
    output::say(&entry);
    notes.iter().for_each(|note| output::complain(&format!("note: {note}")));
    client.link(settings, &|name| std::env::var(name).ok()).iter().for_each(|link| output::offer(link));
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
