//! The formats of an answer, one file each, joined in [`FORMATS`]. A format takes only what [`redact`](crate::redact) has sealed; all hold
//! the same facts.

mod format;
mod json_text;
mod markdown;
mod outcome;
mod report;
mod slack;
mod text;

#[cfg(test)]
mod tests;

pub use format::Format;
pub use markdown::{FORMAT as MARKDOWN, markdown};
pub use outcome::{Document, Outcome};
pub use report::report;
pub use text::{FORMAT as TEXT, text};

use serde::Serialize;
use serde_json::Value;

use crate::answer::{Answer, Entry, Repeats, Step};
use crate::redact::Redacted;
use crate::time;
use crate::time::parse as parse_time;

/// All formats.
pub const FORMATS: &[&Format] = &[&text::FORMAT, &markdown::FORMAT, &json_text::FORMAT, &slack::FORMAT];

/// Returns the structured content.
pub fn json<T: Serialize>(answer: &Redacted<T>) -> Value {
    serde_json::to_value(&**answer).unwrap_or(Value::Null)
}

/// How to see the changes of a run one by one.
const OPENS: &str = "Ask with a filter, such as actors, to see the changes of a run one by one.";

/// Tells whether an answer has a run folded in.
fn has_runs(answer: &Answer) -> bool {
    answer.groups.iter().flat_map(|group| &group.events).any(|entry| entry.repeats.as_ref().is_some_and(|repeats| !repeats.run.is_empty()))
}

/// Says how often a burst repeats its change, ` ×4, 1 failed`.
fn times(entry: &Entry) -> String {
    let Some(repeats) = entry.repeats.as_ref().filter(|repeats| repeats.run.is_empty()) else { return String::new() };
    format!(" ×{}{}", repeats.count, failed(repeats))
}

/// Says whether an entry leads a run, `run of 14 changes`, or which other one leads its run.
fn of_run(entry: &Entry) -> Option<String> {
    match entry.repeats.as_ref().filter(|repeats| !repeats.run.is_empty()) {
        Some(repeats) => Some(format!("run of {} changes", repeats.count)),
        None => entry.same_run_as.map(|rank| format!("same run as #{rank}")),
    }
}

/// Says what the run is that an entry leads, `run of 14 changes in 3m 12s, 1 failed: UpdateService ×4, PutParameter and 9 more`, with
/// at most `steps` kinds of change, or which other entry leads its run.
fn run(entry: &Entry, steps: usize) -> Option<String> {
    let mut out = of_run(entry)?;
    let Some(repeats) = entry.repeats.as_ref().filter(|repeats| !repeats.run.is_empty()) else { return Some(out) };
    out.push_str(&lasting(repeats));
    out.push_str(&failed(repeats));
    let told: Vec<&Step> = repeats.run.iter().take(steps).collect();
    for (n, step) in told.iter().enumerate() {
        out.push_str(if n == 0 { ": " } else { ", " });
        out.push_str(&step.name);
        if step.count > 1 {
            out.push_str(&format!(" ×{}", step.count));
        }
    }
    let more = repeats.count.saturating_sub(told.iter().map(|step| step.count).sum());
    if !told.is_empty() && more > 0 {
        out.push_str(&format!(" and {more} more"));
    }
    Some(out)
}

fn failed(repeats: &Repeats) -> String {
    repeats.failed.map(|n| format!(", {n} failed")).unwrap_or_default()
}

/// Says from the first to the last how long it took.
fn lasting(repeats: &Repeats) -> String {
    match (parse_time(&repeats.first), parse_time(&repeats.last)) {
        (Some(first), Some(last)) => format!(" in {}", time::length(last - first)),
        _ => String::new(),
    }
}
