//! `man`: the manual page, of all commands or of one.

use clap::Parser;

use super::{FAILURE, Failure, Global, Run, USAGE, output};

/// Print the manual page
#[derive(Parser)]
#[command(name = "man", before_help = "Examples:\n  cloudtrail-mcp man > cloudtrail-mcp.1\n  cloudtrail-mcp man events | man -l -")]
pub(super) struct Man {
    /// The command. Default: the page of the whole
    command: Option<String>,
}

impl Run for Man {
    fn run(&self, _: &Global) -> Result<u8, Failure> {
        let mut cli = super::cli();
        cli.build();
        let of = match &self.command {
            None => cli,
            Some(name) => cli.find_subcommand(name).cloned().ok_or_else(|| Failure::new(USAGE, format!("there is no command {name}")))?,
        };
        let mut page = Vec::new();
        clap_mangen::Man::new(of).render(&mut page).map_err(|error| Failure::new(FAILURE, error.to_string()))?;
        output::say(&String::from_utf8_lossy(&page));
        Ok(0)
    }
}
