//! Windows, durations, and times as records, alerts and people write them. All is UTC.

mod duration;
mod instant;
mod window;

pub use duration::{DurationError, compact, in_hours, in_one_unit, length, parse_duration, to_alert};
pub use instant::{argument, from_json, in_text, of_alert, parse, rfc3339};
pub use window::{Window, union};
