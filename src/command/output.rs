//! Writing to the terminal: the one place that prints, for commands that are not the server.

use std::io::Write as _;

use clap::Args;
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};

use crate::redact;
use crate::render::{COLUMNS, FORMATS, Format};

/// How an answer is printed.
#[derive(Args, Clone, Copy, Debug)]
pub(super) struct Output {
    /// How the answer is printed; json is exactly the structuredContent
    #[arg(long, value_parser = formats(), default_value = "text")]
    pub format: &'static Format,
}

/// Reads the name of a format.
pub(super) fn formats() -> impl TypedValueParser<Value = &'static Format> {
    let names = FORMATS.iter().map(|format| PossibleValue::new(format.name).help(format.help));
    PossibleValuesParser::new(names).try_map(|name| Format::find(&name).ok_or("there is no such format"))
}

/// Prints to stdout; colours only where it is a terminal. A reader that left (`| head`) is no failure.
pub(super) fn say(text: &str) {
    let mut out = anstream::stdout().lock();
    let _ = out.write_all(text.as_bytes());
    if !text.ends_with('\n') {
        let _ = out.write_all(b"\n");
    }
    let _ = out.flush();
}

/// Puts bytes on stdout as they are.
pub(super) fn say_bytes(bytes: &[u8]) {
    let mut out = std::io::stdout().lock();
    let _ = out.write_all(bytes);
    let _ = out.flush();
}

/// Returns how wide a line on stdout may be: what `COLUMNS` says, else the terminal's width, else 80.
pub(super) fn columns() -> usize {
    let said = std::env::var("COLUMNS").ok().and_then(|columns| columns.trim().parse().ok());
    let of_terminal = || terminal_size::terminal_size().map(|(width, _)| usize::from(width.0));
    said.or_else(of_terminal).filter(|columns| (40..=400).contains(columns)).unwrap_or(COLUMNS)
}

/// Longest problem that is printed, in characters.
const MAX_PROBLEM_CHARS: usize = 8_000;

/// Prints a problem to stderr. It may quote what somebody typed, or what stands in a file, which is shown without secrets and without what a
/// terminal would obey.
pub(super) fn complain(text: &str) {
    let mut err = anstream::stderr().lock();
    let _ = writeln!(err, "{}", redact::lines(text, MAX_PROBLEM_CHARS).trim_end());
}

/// Prints to stderr how to take an entry by one click. The link is left as it is, or it would not work: it says what the entry on stdout says, and
/// is percent-encoded, so that it holds nothing that a terminal would obey.
pub(super) fn offer(link: &str) {
    let mut err = anstream::stderr().lock();
    let _ = writeln!(err, "note: or by one click: {link}");
}
