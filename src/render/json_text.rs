//! JSON for programs: exactly the `structuredContent`, indented.

use serde::Serialize;

use super::Format;

/// The format.
pub(super) const FORMAT: Format = Format {
    name: "json",
    media_type: "application/json",
    help: "For programs",
    changes: |answer, _| pretty(answer),
    document: |document, _| pretty(&document.structured),
    bytes: None,
};

fn pretty<T: Serialize>(value: &T) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default()
}
