//! What is asked, and what a cursor freezes of it.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::application::GivenLog;
use super::look_up::Name;
use super::resume::{Carried, ResumeState};
use super::tool_context::Around;
use crate::answer::draft::Detail;
use crate::answer::filter::Filter;
use crate::answer::page::Page;
use crate::context::{Asked, Incident};
use crate::correlate::Log;
use crate::coverage::SourceName;
use crate::policy::{PolicyVersion, Scope};

/// What a call asks.
pub enum Question {
    /// A new question.
    New(Box<NewQuestion>),
    /// The next page of an earlier one.
    Continued(Continued),
}

/// A new question.
pub struct NewQuestion {
    /// Context as given.
    pub asked: Asked,
    /// What to show.
    pub filter: Filter,
    /// How many.
    pub limit: usize,
    /// How much of each.
    pub detail: Detail,
    /// From where.
    pub source: Option<SourceName>,
    /// An application's log, to be joined to what is read.
    pub log: Option<Log>,
}

/// The next page of an earlier question.
pub struct Continued {
    /// The handle.
    pub cursor: String,
    /// How many, when that changes.
    pub limit: Option<usize>,
    /// How much of each, when that changes.
    pub detail: Option<Detail>,
}

/// A question as it was admitted.
#[derive(Clone)]
pub(super) struct Inquiry {
    /// What is to be explained.
    pub(super) incident: Incident,
    /// What may be read for it.
    pub(super) scope: Scope,
    /// What is looked up by its name, instead of reading everything.
    pub(super) look_ups: Vec<Name>,
    /// What to show.
    pub(super) filter: Filter,
    /// What lies around what is read.
    pub(super) around: Around,
    /// Whether it looks further back than was asked.
    pub(super) widened: bool,
    /// The application's log that came with it.
    pub(super) log: Option<Arc<GivenLog>>,
    /// When it was asked.
    pub(super) now: DateTime<Utc>,
}

/// What a cursor holds: the frozen question, and what was shown of its answer.
#[derive(Clone)]
pub struct FrozenChanges {
    /// Under which policy it was admitted.
    pub(super) policy: PolicyVersion,
    pub(super) inquiry: Inquiry,
    pub(super) detail: Detail,
    pub(super) page: Page,
    /// What was looked up of the time before the window, where that costs requests.
    pub(super) known: Option<Arc<Carried>>,
    /// What need not be read again.
    pub(super) resume: Option<Arc<ResumeState>>,
}
