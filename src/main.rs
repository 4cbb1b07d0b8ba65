//! The binary: all of it is the library's, so that only one crate compiles the code.

use std::process::ExitCode;

fn main() -> ExitCode {
    cloudtrail_mcp::command::main()
}
