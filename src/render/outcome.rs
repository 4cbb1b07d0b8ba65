//! What a call gives: a sealed answer of a known kind, which every format can show.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use tracing::{info, warn};

use super::{Format, TEXT, json, news};
use crate::answer::{Answer, CorrelationReport, CoverageReport, ErrorReport, Finding};
use crate::redact::{self, Redacted};
use crate::refusal::{Code, Refusal};

/// A sealed answer. Only [`Outcome::changes`] and [`Outcome::document`] make one, and both redact.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// Ranked changes.
    Changes(Box<Redacted<Answer>>),
    /// Any other answer.
    Document(Box<Redacted<Document>>),
}

/// An answer that is no list of changes: what every format tells of it, and the whole of it as JSON.
#[derive(Clone, Debug)]
pub struct Document {
    /// The structured content.
    pub structured: Value,
    /// One plain sentence.
    pub headline: String,
    /// Whether it could not be looked.
    pub could_not_look: bool,
    /// What was looked at.
    pub coverage: Option<CoverageReport>,
    /// Why there is no answer.
    pub error: Option<ErrorReport>,
    /// Where it opens in the AWS console.
    pub link: Option<String>,
    /// A record of CloudTrail.
    pub record: Option<Map<String, Value>>,
    /// What there is to say, part by part.
    pub sections: Vec<Section>,
}

/// A part of an answer that is no list of changes.
#[derive(Clone, Debug, Default)]
pub struct Section {
    /// Its title; empty for what follows the headline at once.
    pub title: String,
    /// Its table, before its lines.
    pub table: Option<Table>,
    /// Its lines.
    pub lines: Vec<Line>,
}

/// A table: each row has as many cells as the head.
#[derive(Clone, Debug, Default)]
pub struct Table {
    /// Names of the columns.
    pub head: Vec<String>,
    /// The rows; a cell with nothing to say is empty.
    pub rows: Vec<Vec<String>>,
}

/// A line of a [`Section`], and what belongs to it.
#[derive(Clone, Debug, Default)]
pub struct Line {
    /// A word before it, such as `high`; at most eight letters.
    pub lead: String,
    /// What it says.
    pub text: String,
    /// What stands under it.
    pub under: Vec<Under>,
}

/// What stands under a [`Line`].
#[derive(Clone, Debug)]
pub struct Under {
    /// At most eight letters.
    pub label: &'static str,
    /// What it says.
    pub text: String,
    /// Whether that is a command to copy.
    pub command: bool,
}

impl Table {
    /// Tells each row in one line, for where no table can stand: each cell after the name of its column.
    pub(super) fn told(&self, between: &str) -> Vec<String> {
        let cells = |row: &Vec<String>| {
            let told = self.head.iter().zip(row).filter(|(_, cell)| !cell.is_empty());
            told.map(|(name, cell)| format!("{name} {cell}")).collect::<Vec<_>>().join(between)
        };
        self.rows.iter().map(cells).collect()
    }
}

impl Outcome {
    /// Seals ranked changes.
    pub fn changes(answer: Answer) -> Self {
        Self::Changes(Box::new(redact::answer(answer).unwrap_or_else(|error| {
            warn!(%error, "An answer could not be redacted and was withheld.");
            redact::constant(unprepared)
        })))
    }

    /// Seals a refusal.
    pub fn refused(refusal: &Refusal) -> Self {
        info!(code = refusal.code.as_str(), "The call was refused.");
        Self::changes(Answer::could_not_look(refusal.into(), None))
    }

    /// Seals the answer of a tool that has its own.
    pub fn document<T: Serialize + DeserializeOwned>(answer: T) -> Self
    where
        for<'a> Document: From<&'a T>,
    {
        match redact::answer(answer) {
            Ok(answer) => Self::Document(Box::new(answer.map(|answer| answer.into()))),
            Err(error) => {
                warn!(%error, "An answer could not be redacted and was withheld.");
                Self::Changes(Box::new(redact::constant(unprepared)))
            }
        }
    }

    /// Shows it in a format, in so many columns where lines have a width.
    pub fn show(&self, format: &Format, columns: usize) -> String {
        match self {
            Self::Changes(answer) => (format.changes)(answer, columns),
            Self::Document(document) => (format.document)(document, columns),
        }
    }

    /// Shows what is new since an earlier answer to the same question, as text in so many columns; all of it where one of them tells no changes.
    pub fn show_news(&self, before: &Self, columns: usize) -> String {
        match (before, self) {
            (Self::Changes(before), Self::Changes(after)) if after.error.is_none() => news(before, after, columns),
            _ => self.show(&TEXT, columns),
        }
    }

    /// Returns `structuredContent`, valid against the tool's output schema.
    pub fn structured(&self) -> Value {
        match self {
            Self::Changes(answer) => json(answer),
            Self::Document(document) => document.structured.clone(),
        }
    }

    /// Returns what the caller should mend.
    pub fn error(&self) -> Option<&ErrorReport> {
        match self {
            Self::Changes(answer) => answer.error.as_ref(),
            Self::Document(document) => document.error.as_ref(),
        }
    }

    /// Returns what was looked at.
    pub fn coverage(&self) -> Option<&CoverageReport> {
        match self {
            Self::Changes(answer) => answer.coverage.as_ref(),
            Self::Document(document) => document.coverage.as_ref(),
        }
    }

    /// Returns what an application's log and CloudTrail say of each other, where a log was given.
    pub fn correlation(&self) -> Option<&CorrelationReport> {
        match self {
            Self::Changes(answer) => answer.correlation.as_ref(),
            Self::Document(_) => None,
        }
    }

    /// Tells whether it could not be looked, so that it says nothing about what changed.
    pub fn could_not_look(&self) -> bool {
        match self {
            Self::Changes(answer) => answer.finding == Finding::CouldNotLook,
            Self::Document(document) => document.could_not_look,
        }
    }
}

/// Makes the answer that stands for one that cannot be sealed; it holds only our own words.
fn unprepared() -> Answer {
    let refusal = Refusal::new(Code::Unavailable, "the answer could not be prepared", "Call again; if it persists, report it.");
    Answer::could_not_look((&refusal.retryable(None)).into(), None)
}
