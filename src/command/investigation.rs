//! What a person gives as the alert: a file, stdin, a known id, or the text itself.

use std::io::{IsTerminal as _, Read};
use std::path::Path;
use std::sync::mpsc;
use std::time::Duration;

use crate::config::plain_file;
use crate::redact;
use serde_json::Value;

use super::{Failure, USAGE};

/// What may be given.
pub(super) const HELP: &str = "The alert: a file, - for stdin, an investigation id, or itself as JSON or text";

/// Longest investigation read from a file or stdin, in bytes.
const MAX_INVESTIGATION: u64 = 4 << 20;
/// How long a pipe that nobody named may keep silent before it is left alone.
const SILENCE: Duration = Duration::from_secs(1);
/// Endings of files that hold alerts.
const ENDINGS: &[&str] =
    &["json", "jsonl", "ndjson", "txt", "text", "eml", "msg", "log", "md", "html", "htm", "yaml", "yml", "xml", "csv", "toml", "gz", "zip"];

/// Reads what was given: `-` is stdin, an existing file is read, anything else stands for itself.
///
/// Errors: a file that cannot be read; what looks like the name of one and is none, as that must not be answered as if it were text.
pub(super) fn read(text: &str) -> Result<Value, Failure> {
    let named = || redact::text(text, 80);
    let failed = |error: std::io::Error| Failure::new(USAGE, format!("{}: {error}", named()));
    if text == "-" {
        return content(std::io::stdin().lock()).map(Value::String).map_err(failed);
    }
    let path = Path::new(text);
    if !text.trim_start().starts_with(['{', '[']) && text.len() < 4096 {
        if path.is_dir() && names_file(text) {
            return Err(Failure::new(
                USAGE,
                format!("{} is a folder: name the file of the alert in it; --archive names log files", named()),
            ));
        }
        if path.is_file() {
            let path = path.to_owned();
            let read = plain_file::within(plain_file::PATIENCE, move || plain_file::read_text(&path, MAX_INVESTIGATION));
            return read.and_then(|read| read).map(Value::String).map_err(failed);
        }
        if names_file(text) {
            let what = "there is no such file; check the path, or give the alert itself in quotation marks";
            return Err(Failure::new(USAGE, format!("{}: {what}", named())));
        }
    }
    Ok(Value::String(text.to_owned()))
}

/// Tells whether a text looks like the name of a file: one word with a path to it, or with the ending of one.
fn names_file(text: &str) -> bool {
    let word = !text.is_empty() && !text.contains(char::is_whitespace) && !text.contains("://") && !text.starts_with("arn:");
    let path = ["./", "../", "~/", "/", ".\\", "..\\"].iter().any(|start| text.starts_with(start)) && !text.starts_with("/aws/");
    let ending = Path::new(text).extension().and_then(|ending| ending.to_str()).map(str::to_ascii_lowercase);
    word && (path || text == "." || text == ".." || ending.is_some_and(|ending| ENDINGS.contains(&ending.as_str())))
}

/// Reads what is piped to a command that was given nothing to ask; nothing from a terminal, and where nothing comes.
///
/// Errors: what comes cannot be read, or begins and is not text.
pub(super) fn piped() -> Result<Option<Value>, Failure> {
    if std::io::stdin().is_terminal() {
        return Ok(None);
    }
    let (first, began) = mpsc::channel();
    let (all, ended) = mpsc::channel();
    std::thread::spawn(move || {
        let mut stdin = std::io::stdin().lock();
        let mut start = [0; 1];
        let read = stdin.read(&mut start).unwrap_or(0);
        let _ = first.send(read);
        let _ = all.send(content(start.get(..read).unwrap_or_default().chain(stdin)));
    });
    // An agent may have left a pipe open that nobody will write to.
    match began.recv_timeout(SILENCE) {
        Ok(0) | Err(_) => Ok(None),
        Ok(_) => match ended.recv() {
            Ok(Ok(text)) => Ok((!text.trim().is_empty()).then_some(Value::String(text))),
            Ok(Err(error)) => Err(Failure::new(USAGE, format!("what is piped cannot be read as an alert: {error}"))),
            Err(_) => Ok(None),
        },
    }
}

fn content(from: impl Read) -> std::io::Result<String> {
    let mut content = String::new();
    from.take(MAX_INVESTIGATION + 1).read_to_string(&mut content)?;
    if content.len() as u64 > MAX_INVESTIGATION {
        return Err(std::io::Error::other(format!("longer than {MAX_INVESTIGATION} bytes; give the alert alone")));
    }
    Ok(content)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_text_that_looks_like_a_file_name_is_read_as_a_file() {
        for name in ["alert.json", "./alert", "/tmp/x", "Alert.JSON", "alerts/today.eml", "../a", "~/alert"] {
            assert!(names_file(name), "{name}");
        }
        let others = [
            "INC-42",
            "db-1.abc.eu-west-1.rds.amazonaws.com",
            "arn:aws:iam::111122223333:role/a.json",
            "https://x.example/a.json",
            "see alert.json",
            "/aws/lambda/checkout",
            "app/checkout/50dc6c495c0c9188",
            "",
        ];
        for text in others {
            assert!(!names_file(text), "{text}");
        }
    }
}
