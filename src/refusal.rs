//! Why a call was not answered, in words the caller can act on.

use std::fmt;

use crate::coverage::{Cause, Obstacle};

/// An argument that cannot be used: the caller can mend it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct InvalidArgument {
    /// Its name.
    pub argument: String,
    /// What is wrong, the limit, and a right example. Our words only.
    pub message: String,
}

/// Returns which of `known` is nearest to `given`, when one is near; case, `-` and `_` do not matter.
pub fn nearest<'a>(given: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let plain = |text: &str| text.to_lowercase().replace('-', "_");
    let given = plain(given);
    let near = known.into_iter().map(|name| (strsim::jaro_winkler(&given, &plain(name)), name)).filter(|(likeness, _)| *likeness > 0.75);
    near.max_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, name)| name)
}

/// What kind of refusal it is; the words are part of the public contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Code {
    /// The operator has not allowed this kind of reading.
    ToolNotAllowed,
    /// The operator has not allowed the region.
    RegionNotAllowed,
    /// The operator has not allowed the account.
    AccountNotAllowed,
    /// The window is longer than the operator allows.
    WindowTooLarge,
    /// An argument is unknown, malformed or cannot be met.
    InvalidArgument,
    /// AWS throttled past our patience.
    Throttled,
    /// No AWS credentials were found.
    NoCredentials,
    /// The AWS credentials are expired.
    ExpiredCredentials,
    /// AWS said access denied.
    AccessDenied,
    /// Whatever should have answered did not.
    Unavailable,
    /// This server has too much to do.
    Overloaded,
}

impl Code {
    /// Every code, in the order of the contract.
    pub const ALL: [Self; 11] = [
        Self::ToolNotAllowed,
        Self::RegionNotAllowed,
        Self::AccountNotAllowed,
        Self::WindowTooLarge,
        Self::InvalidArgument,
        Self::Throttled,
        Self::NoCredentials,
        Self::ExpiredCredentials,
        Self::AccessDenied,
        Self::Unavailable,
        Self::Overloaded,
    ];

    /// Returns the word that callers see, such as `region_not_allowed`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ToolNotAllowed => "tool_not_allowed",
            Self::RegionNotAllowed => "region_not_allowed",
            Self::AccountNotAllowed => "account_not_allowed",
            Self::WindowTooLarge => "window_too_large",
            Self::InvalidArgument => "invalid_argument",
            Self::Throttled => "throttled",
            Self::NoCredentials => "no_credentials",
            Self::ExpiredCredentials => "expired_credentials",
            Self::AccessDenied => "access_denied",
            Self::Unavailable => "unavailable",
            Self::Overloaded => "overloaded",
        }
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A call that was not answered.
///
/// Shape: `message` and `next` are our own sentences; of the caller's words they hold only what has passed a strict pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The kind.
    pub code: Code,
    /// What was refused, and by which limit; one or two plain sentences.
    pub message: String,
    /// The argument at fault, when one is.
    pub argument: Option<String>,
    /// Whether the same call may succeed later.
    pub retryable: bool,
    /// How long to wait before, when known, in milliseconds.
    pub retry_after_ms: Option<u64>,
    /// What to do next: a right example for the caller, or what the operator may change.
    pub next: String,
}

impl Refusal {
    /// Makes a refusal that trying again does not mend.
    pub fn new(code: Code, message: impl Into<String>, next: impl Into<String>) -> Self {
        Self { code, message: message.into(), argument: None, retryable: false, retry_after_ms: None, next: next.into() }
    }

    /// Makes the refusal of one argument as `invalid_argument`.
    pub fn invalid(argument: &str, message: impl Into<String>, next: impl Into<String>) -> Self {
        Self::new(Code::InvalidArgument, message, next).about(argument)
    }

    /// Names the argument at fault.
    #[must_use]
    pub fn about(mut self, argument: &str) -> Self {
        self.argument = Some(argument.into());
        self
    }

    /// States that the same call may succeed later, after `after_ms` milliseconds when known.
    #[must_use]
    pub fn retryable(mut self, after_ms: Option<u64>) -> Self {
        (self.retryable, self.retry_after_ms) = (true, after_ms);
        self
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} {}", self.code, self.message, self.next)
    }
}

impl std::error::Error for Refusal {}

impl From<InvalidArgument> for Refusal {
    fn from(error: InvalidArgument) -> Self {
        let next = format!("Correct `{}` and call again.", error.argument);
        Self::invalid(&error.argument, error.message, next)
    }
}

impl From<Cause> for Code {
    fn from(cause: Cause) -> Self {
        match cause {
            Cause::Obstacle(obstacle) => (&obstacle).into(),
            Cause::ExpiredCredentials => Self::ExpiredCredentials,
            Cause::AccessDenied => Self::AccessDenied,
            Cause::Throttled { .. } => Self::Throttled,
            Cause::Refused | Cause::Unavailable => Self::Unavailable,
        }
    }
}

impl From<&Obstacle> for Code {
    fn from(obstacle: &Obstacle) -> Self {
        match obstacle {
            Obstacle::LoginOver { .. } => Self::ExpiredCredentials,
            Obstacle::DeniedBy(_) | Obstacle::ProfileRoleDenied(_) => Self::AccessDenied,
            Obstacle::Clock
            | Obstacle::UnknownHost(_)
            | Obstacle::Refused(_)
            | Obstacle::Unreachable(_)
            | Obstacle::Certificate { .. }
            | Obstacle::NoTls(_)
            | Obstacle::CertificateFile { .. }
            | Obstacle::Address(_) => Self::Unavailable,
            _ => Self::NoCredentials,
        }
    }
}
