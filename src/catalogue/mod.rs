//! What is known about event names: what kind of change they are, what they touch, and how to say it in words.
//!
//! Everything that differs only in data is a row: `rows` (classes and sentences), `resource::key` (which key names what).
//! Nothing here filters; an event without a row is judged by its verb and said in its own words.

mod category;
mod class;
mod look;
mod resource;
mod row;
mod rows;
mod severity;
mod summary;
mod symptom;

pub use category::Category;
pub use class::{Class, classify};
pub(crate) use resource::is_hidden;
pub use resource::{Resource, Role, aliases_of, resources};
pub use row::{Delay, Symptom};
pub use severity::{Effect, Severity, severity};
pub(crate) use severity::{is_tagging, only_says};
pub use summary::{MAX_SUMMARY_CHARS, summarise, summarise_with};
pub use symptom::incident_symptoms;

#[cfg(test)]
mod tests;
