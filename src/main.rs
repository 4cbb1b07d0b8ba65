//! The command line: one command a file, each running the code of a tool or of the server.

mod command;

use std::process::ExitCode;

fn main() -> ExitCode {
    command::run()
}
