//! `[audit]` and `[load]`: where calls are recorded, and how many run at a time.

use std::path::PathBuf;
use std::time::Duration;

use super::Config;
use super::kind::{Value, from_value};
use super::settings::{
    AUDIT_FSYNC, AUDIT_MAX_AGE, AUDIT_MAX_BYTES, AUDIT_ON_FAILURE, AUDIT_PATH, HTTP_LISTEN, LOAD_PATIENCE, LOAD_RUNNING, LOAD_WAITING,
};

/// How long a call waits on stdio. Its one client filled the queue itself, and cancels what it no longer waits for.
const STDIO_PATIENCE: Duration = Duration::from_secs(600);

/// When audit records are forced to the disk.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Fsync {
    /// Before a call is answered.
    Always,
    /// Within a second, in one go.
    #[default]
    Second,
    /// When the system sees fit.
    Never,
}

/// What becomes of calls that cannot be recorded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnFailure {
    /// They are refused.
    #[default]
    Deny,
    /// They are answered, and recorded when that is possible again.
    Allow,
}

from_value! {
    Fsync: Value::Text(text) => Some(match text.as_str() {
        "always" => Self::Always,
        "never" => Self::Never,
        _ => Self::Second,
    });
    OnFailure: Value::Text(text) => Some(if text == "allow" { Self::Allow } else { Self::Deny });
}

/// Settings of the audit log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditSettings {
    /// The file.
    pub path: PathBuf,
    /// The length in bytes from which on a new file is begun.
    pub max_bytes: u64,
    /// The age from which on a new file is begun.
    pub max_age: Option<Duration>,
    /// When it is forced to the disk.
    pub fsync: Fsync,
    /// What becomes of calls that cannot be recorded.
    pub on_failure: OnFailure,
}

/// How many calls are let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Most calls that run at a time.
    pub running: usize,
    /// Most calls that wait for one of them to end.
    pub waiting: usize,
    /// How long a call waits at most.
    pub patience: Duration,
}

impl Config {
    /// Returns the settings of the audit log; nothing when there is none.
    pub fn audit(&self) -> Option<AuditSettings> {
        Some(AuditSettings {
            path: self.find(&AUDIT_PATH)?,
            max_bytes: self.get(&AUDIT_MAX_BYTES),
            max_age: self.find(&AUDIT_MAX_AGE),
            fsync: self.get(&AUDIT_FSYNC),
            on_failure: self.get(&AUDIT_ON_FAILURE),
        })
    }

    /// Returns how many calls run and wait.
    pub fn limits(&self) -> Limits {
        let number = |setting| usize::try_from(self.get(setting)).unwrap_or(usize::MAX);
        let patience = if self.is_set(&HTTP_LISTEN) { self.get(&LOAD_PATIENCE) } else { STDIO_PATIENCE };
        Limits { running: number(&LOAD_RUNNING), waiting: number(&LOAD_WAITING), patience }
    }
}
