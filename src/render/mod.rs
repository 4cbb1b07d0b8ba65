//! The formats of an answer, one file each, joined in [`FORMATS`]. A format takes only what [`redact`](crate::redact) has sealed; all hold
//! the same facts.

mod app;
mod format;
mod json_text;
mod markdown;
mod notice;
mod outcome;
mod page;
mod palette;
mod png;
mod report;
mod screen;
mod slack;
mod svg;
mod teams;
mod text;
mod timeline;

#[cfg(test)]
mod tests;

pub use app::app;
pub use format::{Format, ToBytes};
pub use markdown::{FORMAT as MARKDOWN, markdown};
pub use notice::{Notice, notice, notice_of_end};
pub use outcome::{Document, Line, Outcome, Section, Table, Under};
pub use png::{DRAWS as DRAWS_PNG, FORMAT as PNG};
pub use report::report;
pub use screen::looked;
pub use text::{COLUMNS, FORMAT as TEXT, news, text};

use serde::Serialize;
use serde_json::Value;

use crate::answer::{Answer, ApplicationReport, Entry, Repeats, Step, StrengthName, TierName, Totals};
use crate::redact::Redacted;
use crate::time;
use crate::time::parse as parse_time;

/// All formats.
pub const FORMATS: &[&Format] =
    &[&text::FORMAT, &markdown::FORMAT, &json_text::FORMAT, &slack::FORMAT, &teams::FORMAT, &page::FORMAT, &svg::FORMAT, &png::FORMAT];

/// Returns the structured content.
pub fn json<T: Serialize>(answer: &Redacted<T>) -> Value {
    serde_json::to_value(&**answer).unwrap_or(Value::Null)
}

/// Where an event opens: its own link, or the answer's template filled with what can be nothing but a region and an id.
fn url(answer: &Answer, entry: &Entry) -> Option<String> {
    let plain = |text: &&str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    let only = || answer.context.as_ref().filter(|context| context.regions.len() == 1)?.regions.first().map(|region| region.name.as_str());
    let filled = || {
        let region = entry.region.as_deref().or_else(only).filter(plain)?;
        let id = Some(entry.event_id.as_str()).filter(plain)?;
        Some(answer.console_url_template.as_deref()?.replace("{region}", region).replace("{event_id}", id))
    };
    entry.console_url.clone().or_else(filled)
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

/// Lists the flags, but for what the change's time and `undone` say.
fn flags(entry: &Entry) -> Option<String> {
    let said = |flag: &str| flag == "after_alert" || flag == "reverted" && entry.undone.is_some();
    let flags: Vec<&str> = entry.flags.iter().map(String::as_str).filter(|flag| !said(flag)).collect();
    (!flags.is_empty()).then(|| flags.join(", "))
}

/// Says which lines of the application's log tell of a change, and by what they were joined: `app log line 12 by request id (exact)`.
fn of_log(application: &ApplicationReport) -> String {
    let ApplicationReport { lines, lines_total, tier, strength, .. } = application;
    let told: Vec<String> = lines.iter().map(usize::to_string).collect();
    let noun = if told.len() == 1 { "line" } else { "lines" };
    let more = lines_total.saturating_sub(told.len());
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("app log {noun} {}{more} by {} ({})", told.join(", "), tier_words(*tier), strength_word(*strength))
}

fn tier_words(tier: TierName) -> &'static str {
    match tier {
        TierName::RequestId => "request id",
        TierName::EventId => "event id",
        TierName::AccessKey => "access key",
        TierName::Session => "session",
        TierName::Likeness => "likeness",
    }
}

fn strength_word(strength: StrengthName) -> &'static str {
    match strength {
        StrengthName::Exact => "exact",
        StrengthName::Strong => "strong",
        StrengthName::Weak => "weak",
    }
}

/// Says from the first to the last how long it took.
fn lasting(repeats: &Repeats) -> String {
    match (parse_time(&repeats.first), parse_time(&repeats.last)) {
        (Some(first), Some(last)) => format!(" in {}", time::length(last - first)),
        _ => String::new(),
    }
}

/// Writes an interval with its date once: `2026-01-27 19:34:10–20:12:10Z`.
fn span(from: &str, to: &str) -> String {
    match (from.split_once('T'), to.split_once('T')) {
        (Some((day, start)), Some((same, end))) if day == same => format!("{day} {}–{end}", start.trim_end_matches('Z')),
        _ => format!("{from} – {to}"),
    }
}

/// Says how many changes there are, and what is counted apart.
fn counted(totals: Totals) -> String {
    let Totals { matched, shown, folded, remaining, .. } = totals;
    format!("{matched} matched, {shown} shown, {folded} folded, {remaining} remaining{}", apart(totals))
}

/// Says what is counted beside the changes: `; besides 12 heartbeats and 7 data events`.
fn apart(Totals { heartbeats, data_events, .. }: Totals) -> String {
    let apart = [(heartbeats, "heartbeats"), (data_events, "data events")].into_iter().filter(|(n, _)| *n > 0);
    let apart: Vec<String> = apart.map(|(n, what)| format!("{n} {what}")).collect();
    if apart.is_empty() { String::new() } else { format!("; besides {}", apart.join(" and ")) }
}
