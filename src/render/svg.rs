//! The timeline as a picture: SVG, for light and dark, readable without a mouse.

use maud::{Markup, html};

use super::palette::{self, Ground};
use super::screen::{Card, ROOMS, Row, Screen, screen};
use super::timeline::{MARK, Mark, SPACING, Side, Spacing, Timeline};
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

/// What a picture is drawn on.
pub(super) struct Paper {
    /// What its parts are called, so that two pictures may stand on one page.
    name: &'static str,
    /// Width of the picture, of what stands left of the window and right of it.
    width: f64,
    left: f64,
    right: f64,
    /// Height of a name that stands above what it names; 0 where names stand beside.
    above: f64,
    /// Characters of a line of the headline, and of the alert.
    columns: usize,
    spacing: Spacing,
}

/// As wide as a screen: names stand left of the window.
pub(super) const WIDE: Paper = Paper { name: "tl", width: 1_120.0, left: 225.0, right: 30.0, above: 0.0, columns: 110, spacing: SPACING };
/// As wide as a phone, held upright: the window takes all of it. It has the style of the wide picture on the same page.
///
/// Units: 358 is what the page's margins leave of 390; a mark is 20 wide.
pub(super) const NARROW: Paper = Paper {
    name: "tl-narrow",
    width: 358.0,
    left: 14.0,
    right: 14.0,
    above: LINE,
    columns: 42,
    spacing: Spacing { mark: 20.0 / 330.0, ticks: 2 },
};

impl Paper {
    /// Returns where a part of the window stands, with a tenth of a pixel.
    fn x(&self, part: f64) -> f64 {
        ((self.left + part * (self.width - self.left - self.right)) * 10.0).round() / 10.0
    }

    fn is_narrow(&self) -> bool {
        self.above > 0.0
    }
}

/// Height of a row of marks, and of a line of text.
pub(super) const ROW: f64 = 26.0;
pub(super) const LINE: f64 = 18.0;
/// How wide a mark is.
pub(super) const MARK_PIXELS: f64 = MARK * (WIDE.width - WIDE.left - WIDE.right);
/// Characters of a line below the window.
const COLUMNS: usize = 135;

fn picture(answer: &Redacted<Answer>) -> String {
    html! { (drawn(answer, &WIDE, true)) }.into_string()
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
    sheet(&WIDE, &document.headline, height, &written(&lines, 30.0)).into_string()
}

/// Draws an answer; `legend` adds the headline and the suspects in words, for where no text stands beside it.
pub(super) fn drawn(answer: &Answer, paper: &Paper, legend: bool) -> Markup {
    let Some(timeline) = Timeline::of(answer, paper.spacing) else {
        let mut lines: Vec<(String, &str)> = wrapped_to(&answer.headline, paper.columns).map(|line| (line, "ink head")).collect();
        lines.extend(ROOMS.first().filter(|_| legend).map(|room| in_words(&screen(answer, *room))).unwrap_or_default());
        return sheet(paper, &answer.headline, 40.0 + LINE * lines.len() as f64, &written(&lines, 30.0));
    };
    let head: Vec<String> = if legend { wrapped_to(&answer.headline, paper.columns).collect() } else { Vec::new() };
    let alert = timeline.alert.map(|at| (at, alert_lines(answer, timeline.beyond, paper)));
    let more_of_alert = alert.as_ref().map_or(0, |(_, lines)| lines.len().saturating_sub(1));
    let top = 16.0 + LINE * (head.len() + more_of_alert) as f64 + 26.0;
    let mut lanes = Vec::new();
    let mut y = top;
    for lane in &timeline.lanes {
        let height = paper.above + ROW * lane.rows as f64 + 8.0;
        lanes.push((lane, y, height));
        y += height;
    }
    let axis = y;
    let strips = axis + 26.0;
    let strip_height = LINE + if paper.is_narrow() { 12.0 } else { 0.0 };
    let uncounted = (timeline.more_places > 0).then(|| format!("and {} more places", timeline.more_places));
    let counted = strips + strip_height * timeline.read.len() as f64;
    let below = counted + if uncounted.is_some() { LINE } else { 0.0 } + 18.0;
    let words: Vec<(String, &str)> = match ROOMS.first().filter(|_| legend) {
        Some(room) => in_words(&screen(answer, *room)),
        None => Vec::new(),
    };
    let height = below + LINE * words.len() as f64 + 10.0;
    let x = |part: f64| paper.x(part);
    // No line goes through a name.
    let rules: Vec<(f64, f64)> = match paper.is_narrow() {
        true => lanes.iter().map(|(_, y, height)| (y + paper.above + 2.0, y + height)).collect(),
        false => vec![(top - 4.0, axis + 4.0)],
    };
    let body = html! {
        @for (n, line) in head.iter().enumerate() { text.ink.head x="16" y=(26.0 + LINE * n as f64) { (line) } }
        @for (n, (lane, y, height)) in lanes.iter().enumerate() {
            @if n % 2 == 0 { rect.band x="0" y=(y) width=(paper.width) height=(height) {} }
            text.ink x=(margin(paper)) y=(if paper.is_narrow() { y + 15.0 } else { y + height / 2.0 + 4.0 }) { (lane.label) }
        }
        @for (at, said) in &timeline.ticks {
            @let side = if paper.is_narrow() { anchor(*at) } else { "middle" };
            @for (from, to) in &rules { line.rule x1=(x(*at)) x2=(x(*at)) y1=(from) y2=(to) {} }
            text.dim.small x=(x(*at)) y=(axis + 17.0) text-anchor=(side) { (said) }
        }
        @for (n, strip) in timeline.read.iter().enumerate() {
            @let y = strips + strip_height * n as f64;
            @let bar = y + if paper.is_narrow() { 15.0 } else { 3.0 };
            text.dim.small x=(margin(paper)) y=(y + 10.0) { "read: " (strip.place) }
            rect.gap x=(x(0.0)) y=(bar) width=(x(1.0) - x(0.0)) height="8" { title { "not read: " (strip.place) } }
            @if let Some((from, to)) = strip.read {
                rect.read x=(x(from)) y=(bar) width=(x(to) - x(from)) height="8" { title { "read: " (strip.place) } }
            }
        }
        @if let Some(more) = &uncounted {
            text.dim.small x=(margin(paper)) y=(counted + 10.0) { (more) }
        }
        @if let Some((at, lines)) = &alert {
            @if timeline.beyond.is_none() { line.alert x1=(x(*at)) x2=(x(*at)) y1=(top - 8.0) y2=(axis + 4.0) {} }
            @for (n, line) in lines.iter().rev().enumerate() {
                @let (x, side) = beside(*at, paper);
                text.alert-ink.small x=(x) y=(top - 12.0 - LINE * n as f64) text-anchor=(side) { (line) }
            }
        }
        g role="list" aria-label="changes" {
            @for (lane, y, _) in &lanes {
                @for mark in &lane.marks { (marked(mark, paper, y + paper.above + 4.0 + ROW * mark.row as f64 + ROW / 2.0, timeline.alert)) }
            }
        }
        (written(&words, below))
    };
    sheet(paper, &answer.headline, height, &body)
}

/// Lines of text, the first at `top`; what belongs to another line stands further in.
fn written(lines: &[(String, &str)], top: f64) -> Markup {
    html! {
        @for (n, (line, class)) in lines.iter().enumerate() { text.(class) x=(if *class == "dim" { 44 } else { 16 }) y=(top + LINE * n as f64) { (line) } }
    }
}

/// A sheet of paper with something on it.
fn sheet(paper: &Paper, title: &str, height: f64, body: &Markup) -> Markup {
    let Paper { name, width, .. } = paper;
    let class = if paper.is_narrow() { "tl narrow" } else { "tl" };
    html! {
        svg class=(class) xmlns="http://www.w3.org/2000/svg" viewBox=(format!("0 0 {width} {height}")) role="group" aria-labelledby={ (name) "-title" } {
            title id={ (name) "-title" } { (title) }
            @if !paper.is_narrow() { style { (maud::PreEscaped(palette::timeline(Ground::AsPreferred))) } }
            defs {
                pattern id={ (name) "-gap" } width="8" height="8" patternUnits="userSpaceOnUse" patternTransform="rotate(45)" {
                    line.hatch x1="0" x2="0" y1="0" y2="8" {}
                }
            }
            rect.paper x="0" y="0" width=(width) height=(height) {}
            (body)
        }
    }
}

/// One change: a dot, numbered where it is a suspect; a bar for a burst, a bracket where it was taken back, a line to the alert where records tie them.
fn marked(mark: &Mark<'_>, paper: &Paper, y: f64, alert: Option<f64>) -> Markup {
    let x = |part: f64| paper.x(part);
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

/// The alert in lines that fit beside its line, with an arrow where it lies outside of the window.
///
/// Shape: one line on wide paper; on narrow paper its time is the last.
fn alert_lines(answer: &Answer, beyond: Option<Side>, paper: &Paper) -> Vec<String> {
    let Some(alert) = answer.context.as_ref().and_then(|context| context.alert.as_ref()) else { return Vec::new() };
    let arrowed = |text: &str| match beyond {
        Some(Side::Before) => format!("← {text}"),
        Some(Side::After) => format!("{text} →"),
        None => text.to_owned(),
    };
    if !paper.is_narrow() {
        return vec![arrowed(&format!("{} {}", alert.name, alert.started_at))];
    }
    wrapped_to(&alert.name, paper.columns).chain([arrowed(&alert.started_at)]).collect()
}

/// Where the alert's text stands and on which side of that: narrow paper has no more room than from edge to edge.
fn beside(at: f64, paper: &Paper) -> (f64, &'static str) {
    match at {
        _ if !paper.is_narrow() => (paper.x(at), anchor(at)),
        ..0.5 => (margin(paper), "start"),
        _ => (paper.width - margin(paper), "end"),
    }
}

/// Where names begin.
fn margin(paper: &Paper) -> f64 {
    if paper.is_narrow() { 4.0 } else { 16.0 }
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
