//! `completions`: for bash, zsh, fish, elvish and PowerShell.

use clap::Parser;
use clap_complete::Shell;

use super::{Failure, Global, Run, output};

/// Print shell completions
#[derive(Parser)]
#[command(name = "completions")]
pub(super) struct Completions {
    /// The shell
    shell: Shell,
}

impl Run for Completions {
    fn run(&self, _: &Global) -> Result<u8, Failure> {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut super::cli(), "cloudtrail-mcp", &mut script);
        output::say(&String::from_utf8_lossy(&script));
        Ok(0)
    }
}
