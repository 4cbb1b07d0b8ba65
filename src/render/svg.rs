//! The timeline as a picture: SVG, for light and dark, readable without a mouse.

use maud::{Markup, html};

use super::palette::{self, Ground};
use super::screen::{Card, ROOMS, Row, Screen, screen};
use super::timeline::{MARK, Mark, Side, Timeline};
use super::{Document, Format, flags, run, times};
use crate::answer::{Answer, ConfidenceName, Entry};
use crate::redact::Redacted;

/// The format.
pub(super) const FORMAT: Format = Format {
    name: "svg",
    media_type: "image/svg+xml",
    help: "A timeline, as a picture",
    changes: |answer, _| picture(answer),
    document,
    bytes: None,
};

/// Width of the picture, of what stands left of the window and right of it.
const WIDTH: f64 = 1_120.0;
const LEFT: f64 = 225.0;
const RIGHT: f64 = 30.0;
/// Height of a row of marks, and of a line of text.
pub(super) const ROW: f64 = 26.0;
pub(super) const LINE: f64 = 18.0;
/// How wide a mark is.
pub(super) const MARK_PIXELS: f64 = MARK * (WIDTH - LEFT - RIGHT);
/// Characters of a line below the window.
const COLUMNS: usize = 135;
/// Characters of a line of the headline.
const HEADLINE: usize = 110;

fn picture(answer: &Redacted<Answer>) -> String {
    html! { (drawn(answer, true)) }.into_string()
}

/// Any other answer: its words, line by line.
fn document(document: &Redacted<Document>, _: usize) -> String {
    let mut lines: Vec<(String, &str)> = wrapped(&document.headline).map(|line| (line, "ink head")).collect();
    if let Some(error) = &document.error {
        lines.extend(wrapped(&format!("Error {}. Next: {}", error.code, error.next)).map(|line| (line, "ink")));
    }
    for section in &document.sections {
        lines.extend(wrapped(&section.title).map(|line| (line, "ink head")));
        for row in section.table.iter().flat_map(|table| table.told(" · ")) {
            lines.extend(wrapped(&row).map(|line| (line, "ink")));
        }
        for line in &section.lines {
            lines.extend(wrapped(&format!("{} {}", line.lead, line.text)).map(|line| (line, "ink")));
            lines.extend(line.under.iter().flat_map(|under| wrapped(&format!("{} {}", under.label, under.text))).map(|line| (line, "dim")));
        }
    }
    lines.extend(document.link.iter().flat_map(|link| wrapped(link)).map(|line| (line, "dim")));
    let record = document.record.as_ref().and_then(|record| serde_json::to_string(record).ok());
    lines.extend(record.iter().flat_map(|record| wrapped(record)).map(|line| (line, "dim")));
    let height = 20.0 + LINE * lines.len() as f64 + 20.0;
    sheet(&document.headline, height, &written(&lines, 30.0)).into_string()
}

/// Draws an answer; `legend` adds the headline and the suspects in words, for where no text stands beside it.
pub(super) fn drawn(answer: &Answer, legend: bool) -> Markup {
    let Some(timeline) = Timeline::of(answer) else {
        let mut lines: Vec<(String, &str)> = wrapped_to(&answer.headline, HEADLINE).map(|line| (line, "ink head")).collect();
        lines.extend(ROOMS.first().filter(|_| legend).map(|room| in_words(&screen(answer, *room))).unwrap_or_default());
        return sheet(&answer.headline, 40.0 + LINE * lines.len() as f64, &written(&lines, 30.0));
    };
    let head: Vec<String> = if legend { wrapped_to(&answer.headline, HEADLINE).collect() } else { Vec::new() };
    let top = 16.0 + LINE * head.len() as f64 + 26.0;
    let mut lanes = Vec::new();
    let mut y = top;
    for lane in &timeline.lanes {
        let height = ROW * lane.rows as f64 + 8.0;
        lanes.push((lane, y, height));
        y += height;
    }
    let axis = y;
    let strips = axis + 26.0;
    let uncounted = (timeline.more_places > 0).then(|| format!("and {} more places", timeline.more_places));
    let below = strips + LINE * (timeline.read.len() + usize::from(uncounted.is_some())) as f64 + 18.0;
    let words: Vec<(String, &str)> = match ROOMS.first().filter(|_| legend) {
        Some(room) => in_words(&screen(answer, *room)),
        None => Vec::new(),
    };
    let height = below + LINE * words.len() as f64 + 10.0;
    let body = html! {
        @for (n, line) in head.iter().enumerate() { text.ink.head x="16" y=(26.0 + LINE * n as f64) { (line) } }
        @for (n, (lane, y, height)) in lanes.iter().enumerate() {
            @if n % 2 == 0 { rect.band x="0" y=(y) width=(WIDTH) height=(height) {} }
            text.ink x="16" y=(y + height / 2.0 + 4.0) { (lane.label) }
        }
        @for (at, said) in &timeline.ticks {
            line.rule x1=(x(*at)) x2=(x(*at)) y1=(top - 4.0) y2=(axis + 4.0) {}
            text.dim.small x=(x(*at)) y=(axis + 17.0) text-anchor="middle" { (said) }
        }
        @for (n, strip) in timeline.read.iter().enumerate() {
            @let y = strips + LINE * n as f64;
            text.dim.small x="16" y=(y + 10.0) { "read: " (strip.place) }
            rect.gap x=(x(0.0)) y=(y + 3.0) width=(x(1.0) - x(0.0)) height="8" { title { "not read: " (strip.place) } }
            @if let Some((from, to)) = strip.read {
                rect.read x=(x(from)) y=(y + 3.0) width=(x(to) - x(from)) height="8" { title { "read: " (strip.place) } }
            }
        }
        @if let Some(more) = &uncounted {
            text.dim.small x="16" y=(strips + LINE * timeline.read.len() as f64 + 10.0) { (more) }
        }
        @if let Some(at) = timeline.alert {
            @let (before, after) = match timeline.beyond { Some(Side::Before) => ("← ", ""), Some(Side::After) => ("", " →"), None => ("", "") };
            @if timeline.beyond.is_none() { line.alert x1=(x(at)) x2=(x(at)) y1=(top - 8.0) y2=(axis + 4.0) {} }
            text.alert-ink.small x=(x(at)) y=(top - 12.0) text-anchor=(anchor(at)) { (before) (alert(answer)) (after) }
        }
        g role="list" aria-label="changes" {
            @for (lane, y, _) in &lanes {
                @for mark in &lane.marks { (marked(mark, y + 4.0 + ROW * mark.row as f64 + ROW / 2.0, timeline.alert)) }
            }
        }
        (written(&words, below))
    };
    sheet(&answer.headline, height, &body)
}

/// Lines of text, the first at `top`; what belongs to another line stands further in.
fn written(lines: &[(String, &str)], top: f64) -> Markup {
    html! {
        @for (n, (line, class)) in lines.iter().enumerate() { text.(class) x=(if *class == "dim" { 44 } else { 16 }) y=(top + LINE * n as f64) { (line) } }
    }
}

/// A sheet of paper with something on it.
fn sheet(title: &str, height: f64, body: &Markup) -> Markup {
    html! {
        svg.tl xmlns="http://www.w3.org/2000/svg" viewBox=(format!("0 0 {WIDTH} {height}")) role="group" aria-labelledby="tl-title" {
            title id="tl-title" { (title) }
            style { (maud::PreEscaped(palette::timeline(Ground::AsPreferred))) }
            defs {
                pattern id="tl-gap" width="8" height="8" patternUnits="userSpaceOnUse" patternTransform="rotate(45)" {
                    line.hatch x1="0" x2="0" y1="0" y2="8" {}
                }
            }
            rect.paper x="0" y="0" width=(WIDTH) height=(height) {}
            (body)
        }
    }
}

/// One change: a dot, numbered where it is a suspect; a bar for a burst, a bracket where it was taken back, a line to the alert where records tie them.
fn marked(mark: &Mark<'_>, y: f64, alert: Option<f64>) -> Markup {
    let Mark { entry, from, to, at, undone, .. } = mark;
    let class = class(entry);
    let linked = entry.suspect.as_ref().is_some_and(|suspect| !suspect.links.is_empty());
    html! {
        g.mark.(class) role="listitem" tabindex="0" aria-label=(said(entry)) {
            title { (said(entry)) }
            @if let (true, Some(alert)) = (linked, alert.filter(|alert| alert > at)) {
                path.path d=(format!("M{:.1} {y:.1} Q{:.1} {:.1} {:.1} {y:.1}", x(*at), x(f64::midpoint(*at, alert)), y - 14.0, x(alert))) {}
            }
            @if to > from { rect.bar x=(x(*from) - 4.0) y=(y - 5.0) width=(x(*to) - x(*from) + 8.0) height="10" rx="5" {} }
            @if let Some(undone) = undone {
                path.undone d=(format!("M{:.1} {y:.1} H{:.1} m-5 -8 h5 v16 h-5", x(*at) + 10.0, x(*undone))) {}
            }
            @if entry.suspect.is_some() {
                circle cx=(x(*at)) cy=(y) r=(if entry.rank < 100 { 10 } else { 13 }) {}
                text.num x=(x(*at)) y=(y + 4.0) { (entry.rank) }
            } @else {
                circle cx=(x(*at)) cy=(y) r="5" {}
            }
        }
    }
}

pub(super) fn class(entry: &Entry) -> &'static str {
    match entry.suspect.as_ref().map(|suspect| suspect.confidence) {
        Some(ConfidenceName::Strong) => "strong",
        Some(ConfidenceName::Likely) => "likely",
        Some(ConfidenceName::Possible) => "possible",
        None => "plain",
    }
}

/// What a mark says to who points at it, or hears it: all that the rows of a card say beside.
fn said(entry: &Entry) -> String {
    let undone = entry.undone.as_ref().map(|undone| format!("undone at {} by {}", undone.time, undone.by));
    let more: String = [run(entry, 4), flags(entry), undone].into_iter().flatten().map(|more| format!("; {more}")).collect();
    format!("{}{more}", told(entry))
}

/// What was done, by whom and when.
fn told(entry: &Entry) -> String {
    let Entry { rank, name, summary, actor, relative, time, .. } = entry;
    let confidence = if entry.suspect.is_some() { format!(" ({})", class(entry)) } else { String::new() };
    format!("#{rank}{confidence} {name}: {summary}{} by {}, {relative} ({time})", times(entry), actor.name)
}

/// On which side of its place a text stands, so that it stays on the paper.
fn anchor(at: f64) -> &'static str {
    match at {
        ..0.15 => "start",
        0.8.. => "end",
        _ => "middle",
    }
}

fn alert(answer: &Answer) -> String {
    let alert = answer.context.as_ref().and_then(|context| context.alert.as_ref());
    alert.map(|alert| format!("{} {}", alert.name, alert.started_at)).unwrap_or_default()
}

/// The first screen in words, line by line.
fn in_words(screen: &Screen<'_>) -> Vec<(String, &'static str)> {
    let rows = |rows: &[Row]| -> Vec<(String, &'static str)> {
        rows.iter().flat_map(|row| wrapped(&format!("{} {}", row.label, row.text))).map(|line| (line, "dim")).collect()
    };
    let card = |card: &Card<'_>| wrapped(&told(card.entry)).map(|line| (line, "ink")).chain(rows(&card.rows)).collect::<Vec<_>>();
    screen.cards.iter().flat_map(card).chain(rows(&screen.rows)).collect()
}

fn wrapped(text: &str) -> impl Iterator<Item = String> + use<> {
    wrapped_to(text, COLUMNS)
}

/// Breaks a text into lines between its words, and a word that is longer than a line wherever the line ends.
fn wrapped_to(text: &str, columns: usize) -> impl Iterator<Item = String> + use<> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= columns => {
                line.push(' ');
                line.push_str(word);
            }
            _ => {
                let letters: Vec<char> = word.chars().collect();
                lines.extend(letters.chunks(columns.max(1)).map(|part| part.iter().collect::<String>()));
            }
        }
    }
    lines.into_iter()
}

/// Returns where a part of the window stands, with a tenth of a pixel.
fn x(part: f64) -> f64 {
    ((LEFT + part * (WIDTH - LEFT - RIGHT)) * 10.0).round() / 10.0
}
