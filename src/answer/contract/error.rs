//! Why there is no answer.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::refusal::Refusal;

/// What the caller can mend.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ErrorReport {
    /// Machine-readable kind, such as `region_not_allowed`.
    pub code: String,
    /// What went wrong: field, limit and a right example.
    pub message: String,
    /// The argument at fault.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub argument: Option<String>,
    /// Whether the same call may succeed later.
    pub retryable: bool,
    /// When.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_after_ms: Option<u64>,
    /// What to do next.
    pub next: String,
}

impl From<&Refusal> for ErrorReport {
    fn from(refusal: &Refusal) -> Self {
        Self {
            code: refusal.code.as_str().into(),
            message: refusal.message.clone(),
            argument: refusal.argument.clone(),
            retryable: refusal.retryable,
            retry_after_ms: refusal.retry_after_ms,
            next: refusal.next.clone(),
        }
    }
}
