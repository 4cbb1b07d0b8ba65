//! Writing to the terminal: the one place that prints, for commands that are not the server.

use std::io::Write as _;

use clap::{Args, ValueEnum};

/// How an answer is printed.
#[derive(Args, Clone, Copy, Debug)]
pub(super) struct Format {
    /// How the answer is printed; json is exactly the structuredContent
    #[arg(long, value_enum, default_value_t = Form::Text)]
    pub format: Form,
}

/// The forms.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Form {
    /// For a terminal
    Text,
    /// For chats and documents
    Markdown,
    /// For programs
    Json,
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

/// Prints a problem to stderr.
pub(super) fn complain(text: &str) {
    let mut err = anstream::stderr().lock();
    let _ = writeln!(err, "{}", text.trim_end());
}
