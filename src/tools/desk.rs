//! What every tool call works with: policy, sources, investigations, cursors and the clock, put together once at start.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::investigate::Continuation;
use crate::answer::build::UntrustedText;
use crate::answer::cursor::Cursors;
use crate::context::Defaults;
use crate::investigation::Store;
use crate::policy::Policy;
use crate::source::Source;

/// The clock, as an argument.
pub type Clock = Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>;

/// What every call works with.
pub struct Desk {
    /// What is allowed.
    pub policy: Policy,
    /// LookupEvents; touches nothing before it is first read.
    pub event_history: Box<dyn Source>,
    /// Log files, when some are configured.
    pub archive: Option<Box<dyn Source>>,
    /// Known investigations by id.
    pub investigations: Option<Store>,
    /// Look-back and widest window.
    pub defaults: Defaults,
    /// Numbers of events.
    pub limits: Limits,
    /// What becomes of free text.
    pub untrusted: UntrustedText,
    /// Region of the environment, used when nothing names one.
    pub default_region: Option<String>,
    /// Cursors handed out.
    pub cursors: Cursors<Continuation>,
    /// The clock.
    pub clock: Clock,
}

/// Numbers of events in an answer.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Shown when the caller does not say.
    pub default_events: u64,
    /// Most that may be asked for.
    pub max_events: u64,
}

impl Desk {
    /// Returns the numbers of events in an answer.
    pub fn limits(&self) -> Limits {
        self.limits
    }

    /// Returns the time.
    pub fn now(&self) -> DateTime<Utc> {
        (self.clock)()
    }
}
