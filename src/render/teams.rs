//! Microsoft Teams: an Adaptive Card as JSON, for a webhook of a workflow or of a channel.
//!
//! All words stand in text runs, which Teams shows as they are: nothing that an event says can format, link or mention.

use serde_json::{Map, Value, json};

use super::screen::{Card, ROOMS, Row, screen};
use super::{Document, Format, Section, Under, flags, of_log, of_run, times, url};
use crate::answer::{Answer, Entry, Finding};
use crate::redact::Redacted;

/// The format.
pub(super) const FORMAT: Format = Format {
    name: "teams",
    media_type: "application/json",
    help: "For Microsoft Teams, as an Adaptive Card",
    changes,
    document,
    bytes: None,
};

/// Most bytes of a message, as it is written here.
///
/// Source: Microsoft's page on webhooks says about 28 KB; the rest is for what a workflow puts around it.
const MAX_BYTES: usize = 27_000;
/// Bytes of that for what stands behind the last block that fits.
const RESERVE: usize = 400;
/// Most characters of one text.
const MAX_CHARS: usize = 1_500;
/// Version of the cards' schema that Teams shows everywhere.
const VERSION: &str = "1.4";

/// Shape: the headline, the suspects in full, what was read and what was not, then as many other changes as fit.
fn changes(answer: &Redacted<Answer>, _: usize) -> String {
    let style = match answer.finding {
        Finding::Suspects => "attention",
        Finding::NoSuspect => "good",
        Finding::CouldNotLook => "warning",
    };
    let Some(room) = ROOMS.first() else { return String::new() };
    let screen = screen(answer, *room);
    let mut body = vec![container(style, vec![block(vec![bold(screen.headline)])])];
    body.extend(screen.cards.iter().map(|card| full(answer, card)));
    body.extend((!screen.rows.is_empty()).then(|| separate(lines(rows(&screen.rows)))));
    let entries = answer.entries();
    let others = entries.iter().filter(|entry| screen.cards.iter().all(|card| card.entry.rank != entry.rank));
    let blocks: Vec<Value> = others.map(|entry| separate(told(answer, entry))).collect();
    let remaining = answer.totals.map_or(0, |totals| totals.remaining);
    let first = entries.first().and_then(|entry| url(answer, entry));
    message(body, blocks, remaining, "changes", first)
}

fn document(document: &Redacted<Document>, _: usize) -> String {
    let style = if document.could_not_look { "warning" } else { "emphasis" };
    let mut body = vec![container(style, vec![block(vec![bold(&document.headline)])])];
    body.extend(document.error.as_ref().map(|error| block(vec![run(&format!("Error {}. Next: {}", error.code, error.next))])));
    let mut blocks: Vec<Value> = document.sections.iter().flat_map(part).collect();
    blocks.extend(document.record.as_ref().map(record));
    message(body, blocks, 0, "parts", document.link.clone())
}

/// A part of an answer that is no list of changes, one block a line.
fn part(section: &Section) -> Vec<Value> {
    let title = (!section.title.is_empty()).then(|| separate(block(vec![bold(&section.title)])));
    let table = section.table.iter().flat_map(|table| table.told(" · ")).map(|row| block(vec![run(&row)]));
    let lines = section.lines.iter().map(|line| {
        let lead = (!line.lead.is_empty()).then(|| bold(&format!("{} ", line.lead)));
        let first = lead.into_iter().chain([run(&line.text)]).collect();
        let under =
            |under: &Under| vec![subtle(&format!("{} ", under.label)), if under.command { code(&under.text) } else { run(&under.text) }];
        lines(std::iter::once(first).chain(line.under.iter().map(under)))
    });
    title.into_iter().chain(table).chain(lines).collect()
}

/// A suspect in full.
fn full(answer: &Answer, card: &Card<'_>) -> Value {
    let mut first = vec![bold(&format!("#{}{} ", card.entry.rank, card.confidence())), run(&card.title)];
    first.extend(url(answer, card.entry).map(|url| linked(" · open", &url)));
    separate(lines(std::iter::once(first).chain(rows(&card.rows))))
}

fn rows(rows: &[Row]) -> Vec<Vec<Value>> {
    let line = |row: &Row| vec![subtle(&format!("{} ", row.label)), if row.is_command() { code(&row.text) } else { run(&row.text) }];
    rows.iter().map(line).collect()
}

/// One change: what it is, how near, by whom.
fn told(answer: &Answer, entry: &Entry) -> Value {
    let name = format!("{}{}", entry.name, times(entry));
    let name = match url(answer, entry) {
        Some(url) => linked(&name, &url),
        None => run(&name),
    };
    let place = [entry.account.as_deref(), entry.region.as_deref()].into_iter().flatten().map(str::to_owned);
    let logged = entry.application.as_ref().map(of_log);
    let more: String = place.chain(of_run(entry)).chain(logged).chain(flags(entry)).map(|more| format!(" · {more}")).collect();
    let what = vec![bold(&format!("#{} ", entry.rank)), name, subtle(&format!(" · {}", entry.relative))];
    lines([what, vec![run(&format!("{} by {}", entry.summary, entry.actor.name)), subtle(&more)]])
}

fn record(record: &Map<String, Value>) -> Value {
    let json = serde_json::to_string(record).unwrap_or_default();
    separate(block(vec![text(&json, 8_000, json!({"fontType": "Monospace", "size": "Small"}))]))
}

/// A message: `body` whole, and of `blocks` as many as fit; what does not is counted.
fn message(mut body: Vec<Value>, blocks: Vec<Value>, remaining: usize, of: &str, link: Option<String>) -> String {
    let size = |value: &Value| serde_json::to_string(value).map_or(MAX_BYTES, |json| json.len() + 1);
    let mut room = MAX_BYTES.saturating_sub(RESERVE + link.as_ref().map_or(0, String::len) + body.iter().map(size).sum::<usize>());
    let all = blocks.len();
    let mut shown = 0;
    for block in blocks {
        let Some(left) = room.checked_sub(size(&block)) else { break };
        room = left;
        shown += 1;
        body.push(block);
    }
    let rest = all - shown + remaining;
    if rest > 0 {
        body.push(block(vec![subtle(&format!("and {rest} more {of}"))]));
    }
    let actions: Vec<Value> =
        link.into_iter().map(|url| json!({"type": "Action.OpenUrl", "title": "Open in the AWS console", "url": url})).collect();
    let card = json!({"$schema": "http://adaptivecards.io/schemas/adaptive-card.json", "type": "AdaptiveCard", "version": VERSION,
        "msteams": {"width": "Full"}, "body": body, "actions": actions});
    let attachment = json!({"contentType": "application/vnd.microsoft.card.adaptive", "content": card});
    serde_json::to_string(&json!({"type": "message", "attachments": [attachment]})).unwrap_or_default()
}

fn container(style: &str, items: Vec<Value>) -> Value {
    json!({"type": "Container", "style": style, "bleed": true, "items": items})
}

fn block(runs: Vec<Value>) -> Value {
    json!({"type": "RichTextBlock", "inlines": runs})
}

/// Lines that belong together, each a block of its own: not every client of Teams breaks a text at its line ends.
fn lines(lines: impl IntoIterator<Item = Vec<Value>>) -> Value {
    let mut blocks: Vec<Value> = lines.into_iter().map(block).collect();
    for block in blocks.iter_mut().skip(1).filter_map(Value::as_object_mut) {
        block.insert("spacing".into(), "None".into());
    }
    json!({"type": "Container", "items": blocks})
}

/// Draws a line above a block.
fn separate(mut block: Value) -> Value {
    if let Some(block) = block.as_object_mut() {
        block.insert("separator".into(), true.into());
    }
    block
}

fn run(words: &str) -> Value {
    text(words, MAX_CHARS, Value::Null)
}

fn bold(words: &str) -> Value {
    text(words, MAX_CHARS, json!({"weight": "Bolder"}))
}

fn subtle(words: &str) -> Value {
    text(words, MAX_CHARS, json!({"isSubtle": true}))
}

fn code(words: &str) -> Value {
    text(words, MAX_CHARS, json!({"fontType": "Monospace"}))
}

fn linked(words: &str, url: &str) -> Value {
    text(words, MAX_CHARS, json!({"selectAction": {"type": "Action.OpenUrl", "url": url}}))
}

/// A run of text, cut to `max` characters. A client may fill in dates at `{{`, so that it never stands in one.
fn text(words: &str, max: usize, with: Value) -> Value {
    let mut run = with.as_object().cloned().unwrap_or_default();
    // Twice, as three in a row leave two.
    let words = words.replace("{{", "{ {").replace("{{", "{ {");
    let words = if words.chars().count() > max { words.chars().take(max - 1).chain(['…']).collect() } else { words };
    run.insert("type".into(), "TextRun".into());
    run.insert("text".into(), words.into());
    Value::Object(run)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::redact;

    fn answer(entries: usize, summary: &str) -> Answer {
        let entry = |rank: usize| {
            json!({"event_id": "0a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d", "rank": rank, "reasons": ["can cause errors"], "time": "2026-01-27T20:01:55Z",
                "relative": "2m 15s before alert", "name": "TerminateInstances", "service": "ec2", "summary": summary,
                "actor": {"name": "alice_b", "kind": "human"},
                "suspect": {"confidence": "likely", "undo": "aws ec2 start-instances --instance-ids i-1"}})
        };
        let events: Vec<Value> = (1..=entries).map(entry).collect();
        serde_json::from_value(json!({
            "finding": "suspects", "headline": "Top suspect (likely): alice_b terminated i-1, 2m 15s before alert (1 change in 40m).",
            "context": {"window": {"from": "2026-01-27T19:34:10Z", "to": "2026-01-27T20:14:10Z", "basis": "alert start - 30m", "widened": false},
                "regions": [{"name": "eu-west-1", "basis": "alert label region"}]},
            "groups": [{"category": "ec2_lifecycle", "label": "EC2 Lifecycle", "icon": "⚙️", "total": entries, "events": events}],
            "console_url_template": "https://{region}.console.aws.amazon.com/cloudtrailv2/home?region={region}#/events/{event_id}",
            "totals": {"matched": entries, "shown": entries, "folded": 0, "remaining": 0}
        }))
        .unwrap()
    }

    fn shown(answer: Answer) -> (usize, Value) {
        let message = changes(&redact::answer(answer).unwrap(), 80);
        (message.len(), serde_json::from_str(&message).unwrap())
    }

    /// Every object of a card, from the outside in.
    fn parts(value: &Value) -> Vec<&Map<String, Value>> {
        match value {
            Value::Object(map) => std::iter::once(map).chain(map.values().flat_map(parts)).collect(),
            Value::Array(items) => items.iter().flat_map(parts).collect(),
            _ => Vec::new(),
        }
    }

    #[test]
    fn a_card_tells_the_finding_first_and_links_each_event() {
        let (_, message) = shown(answer(1, "terminated i-1"));
        insta::assert_snapshot!(serde_json::to_string_pretty(&message["attachments"][0]["content"]["body"]).unwrap());
        let opens = &message["attachments"][0]["content"]["actions"][0]["url"];
        assert!(opens.as_str().unwrap().starts_with("https://eu-west-1.console.aws.amazon.com/"), "{opens}");
    }

    #[test]
    fn a_message_stays_within_teams_limit_and_counts_what_it_leaves_out() {
        let (bytes, message) = shown(answer(100, &"ünïcode ".repeat(120)));
        assert!(bytes <= MAX_BYTES && bytes > MAX_BYTES / 2, "{bytes}");
        let body = message["attachments"][0]["content"]["body"].as_array().unwrap();
        let last = body.last().unwrap()["inlines"][0]["text"].as_str().unwrap();
        assert!(last.starts_with("and ") && last.ends_with(" more changes"), "{last}");
    }

    #[test]
    fn words_of_events_stand_in_text_runs_only() {
        let bad = "**b** [x](https://evil.example) <at>all</at> {{DATE(2026-01-01)}}";
        let (_, message) = shown(answer(5, bad));
        let holding: Vec<_> = parts(&message)
            .into_iter()
            .filter(|part| part.values().any(|value| value.as_str().is_some_and(|text| text.contains("evil"))))
            .collect();
        assert!(!holding.is_empty() && holding.iter().all(|part| part["type"] == "TextRun"), "{holding:?}");
        assert!(!message.to_string().contains("{{DATE"));
        assert!(parts(&message).iter().all(|part| part.get("type").is_none_or(|kind| kind != "TextBlock")));
    }
}
