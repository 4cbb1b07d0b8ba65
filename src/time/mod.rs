//! Windows, durations, and times as records, alerts and people write them. All is UTC.

mod duration;
mod instant;
mod prose;
mod prose_spoken;
mod prose_token;
mod window;
mod zone;

pub use duration::{DurationError, compact, in_hours, in_one_unit, length, parse_duration, to_alert};
pub use instant::{argument, from_json, named_span, of_alert, of_day, parse, rfc3339};
pub use prose::{Onset, Told, in_prose};
pub use window::{Window, union};
pub use zone::{ahead_of_utc, own_clock};
