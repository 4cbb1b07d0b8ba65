//! `completions`: for bash, zsh, fish, elvish and PowerShell.

use clap::Args;
use clap_complete::Shell;

use super::{Failure, output};

#[derive(Args)]
pub(super) struct Completions {
    /// The shell
    shell: Shell,
}

pub(super) fn run(command: &Completions) -> Result<u8, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(command.shell, &mut super::cli(), "cloudtrail-mcp", &mut script);
    output::say(&String::from_utf8_lossy(&script));
    Ok(0)
}
