//! Forms of an answer. A renderer takes only what [`redact`](crate::redact) has sealed; all forms hold the same facts.

mod markdown;
mod record;
mod report;
mod text;

#[cfg(test)]
mod tests;

pub use markdown::markdown;
pub use record::{record_markdown, record_text};
pub use report::report;
pub use text::text;

use serde::Serialize;
use serde_json::{Value, json};

use crate::redact::Redacted;
use crate::refusal::Refusal;

/// Returns the structured content.
pub fn json<T: Serialize>(answer: &Redacted<T>) -> Value {
    serde_json::to_value(&**answer).unwrap_or(Value::Null)
}

/// Returns the structured content of a refusal, for when nothing else can be sealed. Holds only our own words.
pub fn bare_error(refusal: &Refusal) -> Value {
    json!({
        "finding": "could_not_look",
        "headline": "Could not look: the answer could not be prepared.",
        "error": {"code": refusal.code.as_str(), "message": "the answer could not be prepared", "retryable": true, "next": "Call again."},
    })
}
