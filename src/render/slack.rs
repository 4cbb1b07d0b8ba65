//! Slack: Block Kit as JSON, for `chat.postMessage` or a webhook.

use std::fmt::Write as _;

use serde_json::{Map, Value, json};

use super::screen::{Card, ROOMS, Row, screen};
use super::{Document, Format, Line, Section, Table, Under, flags, of_log, of_run, times, url};
use crate::answer::{Answer, Entry, ErrorReport, Finding};
use crate::redact::Redacted;

/// The format.
pub(super) const FORMAT: Format =
    Format { name: "slack", media_type: "application/json", help: "For Slack, as Block Kit", changes, document, bytes: None };

/// Most blocks of a message.
///
/// Source: Slack's reference of Block Kit, as are the lengths.
pub(super) const MAX_BLOCKS: usize = 50;
/// Most characters of one text.
const MAX_CHARS: usize = 3_000;
/// Most characters of the text that a notification shows.
const MAX_NOTICE: usize = 300;
/// Changes told one by one; with what stands before and after them a message stays within [`MAX_BLOCKS`].
const MAX_ENTRIES: usize = 40;
/// Shape: the headline, the suspects in full, what was read and what was not, then the other changes in the order of their rank.
fn changes(answer: &Redacted<Answer>, _: usize) -> String {
    let mark = match answer.finding {
        Finding::Suspects => ":rotating_light:",
        Finding::NoSuspect => ":white_check_mark:",
        Finding::CouldNotLook => ":warning:",
    };
    let Some(room) = ROOMS.first() else { return String::new() };
    let screen = screen(answer, *room);
    let mut blocks = vec![section(&format!("{mark} *{}*", escaped(screen.headline)))];
    blocks.extend(screen.cards.iter().map(|card| section(&full(answer, card))));
    blocks.extend((!screen.rows.is_empty()).then(|| small(&rows(&screen.rows))));
    let entries = answer.entries();
    let others: Vec<&&Entry> = entries.iter().filter(|entry| screen.cards.iter().all(|card| card.entry.rank != entry.rank)).collect();
    let most = MAX_ENTRIES.saturating_sub(screen.cards.len());
    blocks.extend(others.iter().take(most).map(|entry| section(&told(answer, entry))));
    let rest = others.len().saturating_sub(most) + answer.totals.map_or(0, |totals| totals.remaining);
    if rest > 0 {
        blocks.push(small(&format!("and {rest} more changes")));
    }
    message(&answer.headline, blocks)
}

fn document(document: &Redacted<Document>, _: usize) -> String {
    let mut blocks = vec![section(&format!("*{}*", escaped(&document.headline)))];
    blocks.extend(document.error.as_ref().map(next_step));
    blocks.extend(document.link.as_deref().map(|link| section(&linked(link, "Open in the AWS console"))));
    blocks.extend(document.sections.iter().flat_map(part).take(MAX_BLOCKS - 4));
    blocks.extend(document.record.as_ref().map(record));
    message(&document.headline, blocks)
}

/// A part of an answer that is no list of changes, in as many blocks as its lines need; no line is cut in two.
fn part(part: &Section) -> Vec<Value> {
    let mut texts = vec![if part.title.is_empty() { String::new() } else { format!("*{}*\n", escaped(&part.title)) }];
    let lines: Vec<Line> = part.table.iter().flat_map(told_rows).collect();
    for line in lines.iter().chain(&part.lines) {
        let lead = if line.lead.is_empty() { String::new() } else { format!("*{}* ", escaped(&line.lead)) };
        let mut out = format!("{lead}{}\n", escaped(&line.text));
        for Under { label, text, command } in &line.under {
            let text = if *command { format!("`{}`", entities(&text.replace('`', ""))) } else { escaped(text) };
            let _ = writeln!(out, "_{label}_ {text}");
        }
        match texts.last_mut() {
            Some(last) if last.chars().count() + out.chars().count() < MAX_CHARS => last.push_str(&out),
            _ => texts.push(out),
        }
    }
    texts.iter().filter(|text| !text.is_empty()).map(|text| section(text)).collect()
}

/// The rows of a table as lines, as Slack has no tables: each cell after the name of its column.
fn told_rows(table: &Table) -> Vec<Line> {
    table.told(" · ").into_iter().enumerate().map(|(at, text)| Line { lead: format!("{}.", at + 1), text, under: Vec::new() }).collect()
}

/// A suspect in full.
fn full(answer: &Answer, card: &Card<'_>) -> String {
    let link = url(answer, card.entry).map(|url| format!(" · {}", linked(&url, "open"))).unwrap_or_default();
    let mut out = format!("*#{}*{} {}{link}", card.entry.rank, card.confidence(), escaped(&card.title));
    if !card.rows.is_empty() {
        let _ = write!(out, "\n{}", rows(&card.rows));
    }
    out
}

fn rows(rows: &[Row]) -> String {
    let line = |row: &Row| match row.is_command() {
        true => format!("_{}_ `{}`", row.label, entities(&row.text.replace('`', ""))),
        false => format!("_{}_ {}", row.label, escaped(&row.text)),
    };
    rows.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// One change: what it is, how near, by whom.
fn told(answer: &Answer, entry: &Entry) -> String {
    let name = match url(answer, entry) {
        Some(url) => linked(&url, &entry.name),
        None => escaped(&entry.name),
    };
    let (summary, actor, relative) = (escaped(&entry.summary), escaped(&entry.actor.name), escaped(&entry.relative));
    let mut out = format!("*#{}* {name}{} · {relative}\n{summary} by *{actor}*", entry.rank, times(entry));
    let place = [entry.account.as_deref(), entry.region.as_deref()].into_iter().flatten();
    place.for_each(|place| out.push_str(&format!(" · {}", escaped(place))));
    out.extend(of_run(entry).map(|run| format!(" · {}", escaped(&run))));
    out.extend(entry.application.as_ref().map(|log| format!(" · {}", escaped(&of_log(log)))));
    out.extend(flags(entry).map(|flags| format!(" [{}]", escaped(&flags))));
    out
}

fn next_step(error: &ErrorReport) -> Value {
    section(&format!("Error {}. *Next:* {}", escaped(&error.code), escaped(&error.next)))
}

/// A record in a fence of its own, cut where a text ends.
fn record(record: &Map<String, Value>) -> Value {
    let json = serde_json::to_string_pretty(record).unwrap_or_default().replace('`', "'");
    section(&format!("```{}```", cut(&entities(&json), MAX_CHARS - 6)))
}

/// A message whose notification is the headline.
fn message(headline: &str, mut blocks: Vec<Value>) -> String {
    blocks.truncate(MAX_BLOCKS);
    serde_json::to_string_pretty(&json!({"text": cut(&escaped(headline), MAX_NOTICE), "blocks": blocks})).unwrap_or_default()
}

/// `verbatim` keeps Slack from making links and mentions of what is none.
fn text(mrkdwn: &str) -> Value {
    json!({"type": "mrkdwn", "text": cut(mrkdwn, MAX_CHARS), "verbatim": true})
}

pub(super) fn section(mrkdwn: &str) -> Value {
    json!({"type": "section", "text": text(mrkdwn)})
}

pub(super) fn small(mrkdwn: &str) -> Value {
    json!({"type": "context", "elements": [text(mrkdwn)]})
}

fn linked(url: &str, label: &str) -> String {
    format!("<{}|{}>", entities(url).replace('|', "%7C"), escaped(label).replace('|', "/"))
}

/// Makes text inert: Slack's three entities, and a space of no width before each mark that could begin or end a format.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    let mut chars = text.chars().peekable();
    let mut before = ' ';
    while let Some(c) = chars.next() {
        // Inside a word an underscore is one.
        let in_word = c == '_' && before.is_alphanumeric() && chars.peek().is_some_and(|next| next.is_alphanumeric());
        if matches!(c, '*' | '~' | '`' | '_') && !in_word {
            out.push('\u{200b}');
        }
        out.push(if c.is_control() { ' ' } else { c });
        before = c;
    }
    entities(&out)
}

/// Source: Slack's page on formatting text: these three characters and no others.
fn entities(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// Cuts a text to `max` characters, never inside an entity.
fn cut(text: &str, max: usize) -> String {
    if text.chars().count() <= max {
        return text.to_owned();
    }
    let mut kept: String = text.chars().take(max.saturating_sub(1)).collect();
    if let Some(at) = kept.rfind('&').filter(|at| !kept.get(*at..).is_some_and(|rest| rest.contains(';'))) {
        kept.truncate(at);
    }
    kept + "…"
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::redact;

    fn answer(entries: usize, summary: &str) -> String {
        let entry = |rank: usize| {
            json!({"event_id": "0a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d", "rank": rank, "reasons": ["can cause errors"], "time": "2026-01-27T20:01:55Z",
                "relative": "2m 15s before alert", "name": "TerminateInstances", "service": "ec2", "summary": summary,
                "actor": {"name": "alice_b", "kind": "human"}})
        };
        let events: Vec<Value> = (1..=entries).map(entry).collect();
        let answer: Answer = serde_json::from_value(json!({
            "finding": "suspects", "headline": "Top suspect: alice_b terminated i-1, 2m 15s before alert (1 change in 40m).",
            "context": {"window": {"from": "2026-01-27T19:34:10Z", "to": "2026-01-27T20:14:10Z", "basis": "alert start - 30m", "widened": false},
                "regions": [{"name": "eu-west-1", "basis": "alert label region"}]},
            "groups": [{"category": "ec2_lifecycle", "label": "EC2 Lifecycle", "icon": "⚙️", "total": entries, "events": events}],
            "console_url_template": "https://{region}.console.aws.amazon.com/cloudtrailv2/home?region={region}#/events/{event_id}",
            "totals": {"matched": entries, "shown": entries, "folded": 0, "remaining": 0}
        }))
        .unwrap();
        changes(&redact::answer(answer).unwrap(), 80)
    }

    #[test]
    fn a_message_tells_the_finding_first_and_links_each_event() {
        insta::assert_snapshot!(answer(1, "terminated i-1"), @r##"
        {
          "text": "Top suspect: alice_b terminated i-1, 2m 15s before alert (1 change in 40m).",
          "blocks": [
            {
              "type": "section",
              "text": {
                "type": "mrkdwn",
                "text": ":rotating_light: *Top suspect: alice_b terminated i-1, 2m 15s before alert (1 change in 40m).*",
                "verbatim": true
              }
            },
            {
              "type": "section",
              "text": {
                "type": "mrkdwn",
                "text": "*#1* TerminateInstances at 20:01:55Z · <https://eu-west-1.console.aws.amazon.com/cloudtrailv2/home?region=eu-west-1#/events/0a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d|open>\n_why_ can cause errors\n_ask_ alice_b",
                "verbatim": true
              }
            },
            {
              "type": "context",
              "elements": [
                {
                  "type": "mrkdwn",
                  "text": "_window_ 2026-01-27 19:34:10–20:14:10Z (alert start - 30m); eu-west-1 (alert label region)",
                  "verbatim": true
                }
              ]
            }
          ]
        }
        "##);
    }

    #[test]
    fn text_from_events_can_neither_format_nor_link_nor_mention() {
        let shown = answer(2, "<!channel> *now* & `x` a_b");
        assert!(shown.contains("&lt;!channel&gt; \u{200b}*now\u{200b}* &amp; \u{200b}`x\u{200b}` a_b"), "{shown}");
    }

    #[test]
    fn a_message_stays_within_slacks_blocks_and_characters() {
        let message: Value = serde_json::from_str(&answer(100, &"<".repeat(5_000))).unwrap();
        let blocks = message["blocks"].as_array().unwrap();
        assert!(blocks.len() <= MAX_BLOCKS && blocks.len() > MAX_ENTRIES, "{}", blocks.len());
        let texts = blocks.iter().map(|block| block.pointer("/text/text").or_else(|| block.pointer("/elements/0/text")).unwrap());
        assert!(texts.map(|text| text.as_str().unwrap().chars().count()).all(|count| count <= MAX_CHARS));
        assert!(blocks.last().unwrap().to_string().contains("and 60 more changes"));
        assert_eq!(cut("a&lt;b", 4), "a…");
    }
}
