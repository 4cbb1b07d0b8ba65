//! What a format is.

use super::{Document, FORMATS};
use crate::answer::Answer;
use crate::redact::Redacted;

/// A format: what it is called, and how it shows an answer of either kind.
#[derive(Debug)]
pub struct Format {
    /// The name that `--format` takes.
    pub name: &'static str,
    /// Media type of what it makes.
    pub media_type: &'static str,
    /// What it is for.
    pub help: &'static str,
    /// Shows ranked changes in so many columns, where lines have a width.
    pub changes: fn(&Redacted<Answer>, usize) -> String,
    /// Shows any other answer.
    pub document: fn(&Redacted<Document>, usize) -> String,
    /// Makes bytes of what is shown, where the format is no text.
    pub bytes: Option<ToBytes>,
}

/// Makes bytes of a text, or says in words for people why it cannot.
pub type ToBytes = fn(&str) -> Result<Vec<u8>, String>;

impl Format {
    /// Finds a format by its name.
    pub fn find(name: &str) -> Option<&'static Self> {
        FORMATS.iter().copied().find(|format| format.name == name)
    }
}
