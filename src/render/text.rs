//! For people on a terminal: groups, relative times, colours that the writer strips where there is no TTY.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};

use super::markdown::coverage_line;
use super::{Document, Format, OPENS, has_runs, run, times};
use crate::answer::{Answer, Entry, Finding};
use crate::redact::Redacted;

/// The format.
pub const FORMAT: Format = Format { name: "text", media_type: "text/plain", help: "For a terminal", changes: text, document };

const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();
const RED: Style = AnsiColor::Red.on_default().bold();
const GREEN: Style = AnsiColor::Green.on_default();
const YELLOW: Style = AnsiColor::Yellow.on_default();

/// Renders an answer for a terminal.
pub fn text(answer: &Redacted<Answer>) -> String {
    let mut out = String::new();
    // Writing to a String cannot fail.
    let _ = write(&mut out, answer);
    out
}

/// Renders any other answer for a terminal.
fn document(document: &Redacted<Document>) -> String {
    let mut out = format!("{}\n", document.headline);
    if let Some(error) = &document.error {
        let _ = writeln!(out, "\n  error    {}\n  next     {}", error.code, error.next);
    }
    if let Some(link) = &document.link {
        let _ = writeln!(out, "{link}");
    }
    if let Some(record) = &document.record {
        let _ = writeln!(out, "\n{}", serde_json::to_string_pretty(record).unwrap_or_default());
    }
    out
}

fn write(out: &mut String, answer: &Answer) -> std::fmt::Result {
    let tone = match answer.finding {
        Finding::Suspects => RED,
        Finding::NoSuspect => GREEN,
        Finding::CouldNotLook => YELLOW,
    };
    writeln!(out, "{tone}{}{tone:#}", answer.headline)?;
    if let Some(error) = &answer.error {
        writeln!(out, "\n  error    {}", error.code)?;
        writeln!(out, "  next     {}", error.next)?;
    }
    writeln!(out)?;
    if let Some(context) = &answer.context {
        if let Some(alert) = &context.alert {
            writeln!(out, "  {DIM}alert{DIM:#}    {} at {}", alert.name, alert.started_at)?;
        }
        let widened = if context.window.widened { ", widened" } else { "" };
        writeln!(out, "  {DIM}window{DIM:#}   {} to {} ({}{widened})", context.window.from, context.window.to, context.window.basis)?;
        for region in context.regions.iter().take(5) {
            writeln!(out, "  {DIM}region{DIM:#}   {} ({})", region.name, region.basis)?;
        }
        for resource in context.resources.iter().take(5) {
            writeln!(out, "  {DIM}about{DIM:#}    {} ({})", resource.id, resource.basis)?;
        }
    }
    if let Some(coverage) = &answer.coverage {
        writeln!(out, "  {DIM}looked{DIM:#}   {}", coverage_line(coverage, str::to_owned))?;
        for spot in &coverage.blind_spots {
            writeln!(out, "  {DIM}unseen{DIM:#}   {spot}")?;
        }
    }
    for group in &answer.groups {
        writeln!(out, "\n{} {BOLD}{}{BOLD:#} {DIM}({}){DIM:#}", group.icon, group.label, group.total)?;
        for entry in &group.events {
            event(out, entry)?;
        }
    }
    if let Some(totals) = answer.totals.filter(|totals| totals.matched > 0) {
        writeln!(
            out,
            "\n{DIM}{} changes match: {} shown, {} folded into them, {} more{DIM:#}",
            totals.matched, totals.shown, totals.folded, totals.remaining
        )?;
        if has_runs(answer) {
            writeln!(out, "{DIM}{OPENS}{DIM:#}")?;
        }
    }
    Ok(())
}

fn event(out: &mut String, entry: &Entry) -> std::fmt::Result {
    let rank = if entry.rank <= 5 { RED } else { DIM };
    let via = entry.actor.via.as_deref().map(|via| format!(" via {via}")).unwrap_or_default();
    let place: String = [&entry.account, &entry.region].into_iter().flatten().map(|place| format!(" {place}")).collect();
    writeln!(
        out,
        " {rank}{:>3}{rank:#}  {:<20} {BOLD}{}{BOLD:#}{}  {DIM}{}{via}{place}{DIM:#}",
        entry.rank,
        entry.relative,
        entry.name,
        times(entry),
        entry.actor.name
    )?;
    writeln!(out, "      {:<20} {}", "", entry.summary)?;
    if !entry.reasons.is_empty() {
        writeln!(out, "      {:<20} {YELLOW}{}{YELLOW:#}", "", entry.reasons.join("; "))?;
    }
    if let Some(run) = run(entry, usize::MAX) {
        writeln!(out, "      {:<20} {run}", "")?;
    }
    writeln!(out, "      {:<20} {DIM}{} {}{DIM:#}", "", entry.time, entry.event_id)?;
    if !entry.flags.is_empty() {
        writeln!(out, "      {:<20} {DIM}{}{DIM:#}", "", entry.flags.join(", "))?;
    }
    if let Some(score) = &entry.score {
        writeln!(out, "      {:<20} {DIM}{}{DIM:#}", "", score.words())?;
    }
    for (name, value) in [("arn", &entry.actor.arn), ("from", &entry.source_ip), ("agent", &entry.user_agent), ("open", &entry.console_url)]
    {
        if let Some(value) = value {
            writeln!(out, "      {:<20} {DIM}{name} {value}{DIM:#}", "")?;
        }
    }
    if let Some(parameters) = &entry.request_parameters {
        writeln!(out, "      {:<20} {DIM}{}{DIM:#}", "", serde_json::Value::Object(parameters.clone()))?;
    }
    Ok(())
}
