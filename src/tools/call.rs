//! What goes with a call besides its arguments.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use crate::source::Progress;

/// One call: who makes it, and how far it is.
#[derive(Clone, Debug, Default)]
pub struct Call {
    /// The caller's name; empty where there is one caller only (stdio, the command line).
    pub caller: Arc<str>,
    /// How far it is.
    pub progress: Progress,
    /// The trace that the caller is in, 32 lower-case hexadecimal digits.
    pub trace_id: Option<Arc<str>>,
    /// When the question was asked first, where it is asked again: what it says of time is counted from then. Default: now.
    pub asked_at: Option<DateTime<Utc>>,
}

impl Call {
    /// Makes the call of a named caller.
    pub fn of(caller: impl Into<Arc<str>>) -> Self {
        Self { caller: caller.into(), ..Self::default() }
    }
}
