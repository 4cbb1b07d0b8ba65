//! An application's log that a person names: a file, or stdin.

use std::io::Read as _;
use std::path::Path;

use crate::config::plain_file;
use crate::redact;
use serde_json::Value;

use super::{Failure, USAGE};

/// What may be given.
pub(super) const HELP: &str = "The application's own audit log of that time, to join: a file of JSON lines, or - for stdin";
/// Stands for standard input.
pub(super) const STDIN: &str = "-";
/// Longest log, in bytes; the tool says the same with what to do.
const MAX_LOG: u64 = 16 << 20;

/// Makes text of a log: a line that is none is named by its number, as any that cannot be read.
fn text(bytes: Vec<u8>) -> Value {
    Value::String(String::from_utf8_lossy(&bytes).into_owned())
}

/// Reads a log.
///
/// Errors: a file that cannot be read, or is too long.
pub(super) fn read(file: &str) -> Result<Value, Failure> {
    let named = redact::text(file, 80);
    let failed =
        |error: std::io::Error| Failure::new(USAGE, format!("{named}: {error}; --correlate names a file of JSON lines, or - for stdin"));
    if file == STDIN {
        let mut bytes = Vec::new();
        std::io::stdin().lock().take(MAX_LOG + 1).read_to_end(&mut bytes).map_err(failed)?;
        return Ok(text(bytes));
    }
    let path = Path::new(file).to_owned();
    let read = plain_file::within(plain_file::PATIENCE, move || plain_file::read(&path, MAX_LOG));
    read.and_then(|read| read).map(text).map_err(failed)
}
