//! `config`: check the settings, or explain where each came from.

use clap::Subcommand;

use super::{Failure, Global, output};

#[derive(Subcommand)]
pub(super) enum Config {
    /// Read the settings and tell what is wrong or has no effect
    Check,
    /// Print each value and where it came from
    Explain,
}

pub(super) fn run(command: &Config, global: &Global) -> Result<u8, Failure> {
    let settings = global.settings()?;
    match command {
        Config::Check => {
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
