//! The first screen, the same in every format: the finding, at most three suspects in full, then what was read and what was not.
//!
//! Everything on it is whole: where room is short there are fewer suspects, reasons and blind spots, never parts of them.

use super::{flags, of_log, run, span, strength_word, tier_words, times};
use crate::answer::{ActorReport, LinkReport, RegionReport, SuspectReport, UndoneReport};
use crate::answer::{Answer, CellReport, ConfidenceName, ContextReport, CorrelationReport, CoverageReport, Entry, ErrorReport, Finding};
use crate::coverage::{State, Verdict};

/// The first screen. Its texts are as the answer has them: each format makes them inert in its own way.
pub(super) struct Screen<'a> {
    /// One plain sentence.
    pub(super) headline: &'a str,
    /// The likeliest changes.
    pub(super) cards: Vec<Card<'a>>,
    /// What is true of the whole answer.
    pub(super) rows: Vec<Row>,
}

/// One change in full.
pub(super) struct Card<'a> {
    /// The change.
    pub(super) entry: &'a Entry,
    /// What happened, or what the headline leaves to say of it.
    pub(super) title: String,
    /// What is to be said of it.
    pub(super) rows: Vec<Row>,
}

/// A labelled line.
pub(super) struct Row {
    /// At most eight letters.
    pub(super) label: &'static str,
    /// What it says.
    pub(super) text: String,
}

impl Row {
    /// The label of a command that takes a change back.
    pub(super) const UNDO: &'static str = "undo";

    fn new(label: &'static str, text: impl Into<String>) -> Self {
        Self { label, text: text.into() }
    }

    /// Tells whether the text is a command to copy.
    pub(super) fn is_command(&self) -> bool {
        self.label == Self::UNDO
    }
}

/// How much stands on the first screen.
#[derive(Clone, Copy)]
pub(super) struct Room {
    /// Changes in full.
    cards: usize,
    /// Reasons of each.
    reasons: usize,
    /// Blind spots, and places in a list.
    spots: usize,
}

/// From wide to tight.
pub(super) const ROOMS: &[Room] = &[
    Room { cards: 3, reasons: 9, spots: 4 },
    Room { cards: 3, reasons: 2, spots: 2 },
    Room { cards: 2, reasons: 9, spots: 2 },
    Room { cards: 2, reasons: 2, spots: 1 },
    Room { cards: 1, reasons: 9, spots: 1 },
    Room { cards: 1, reasons: 1, spots: 1 },
];

/// Lays out the first screen of an answer.
///
/// Shape: the suspects in the order of their rank; where there is none, the changes that are nearest to being one.
pub(super) fn screen(answer: &Answer, room: Room) -> Screen<'_> {
    let entries = answer.entries();
    let suspects = entries.iter().filter(|entry| entry.suspect.is_some()).count();
    // What came after the alert explains nothing: one such change shows that there is no better.
    let late = entries.first().is_some_and(|entry| entry.flags.iter().any(|flag| flag == "after_alert"));
    let shown = match (suspects, late) {
        (0, true) => 1,
        (0, false) => entries.len(),
        (suspects, _) => suspects,
    };
    let cards = entries.into_iter().take(shown.min(room.cards)).map(|entry| card(answer, entry, room)).collect();
    let mut rows = Vec::new();
    rows.extend(answer.error.iter().flat_map(error));
    rows.extend(answer.context.iter().flat_map(|context| asked(context, room)));
    rows.extend(answer.coverage.iter().flat_map(|coverage| read(coverage, room)));
    rows.extend(answer.correlation.iter().flat_map(|correlation| correlated(correlation, room)));
    Screen { headline: &answer.headline, cards, rows }
}

fn card<'a>(answer: &Answer, entry: &'a Entry, room: Room) -> Card<'a> {
    let Entry { name, summary, relative, actor, .. } = entry;
    let place: String = [&entry.account, &entry.region].into_iter().flatten().map(|place| format!(", {place}")).collect();
    let via = actor.via.as_deref().map(|via| format!(" via {via}")).unwrap_or_default();
    let many = times(entry);
    // The headline has said who did what, and how long before.
    let title = if entry.rank == 1 && answer.finding == Finding::Suspects {
        format!("{name}{many} at {}{via}{place}", clock(&entry.time))
    } else {
        format!("{} {summary}{many}{via}{place}, {relative}", actor.name)
    };
    let mut rows = Vec::new();
    let reasons: Vec<&str> = entry.reasons.iter().take(room.reasons).map(String::as_str).collect();
    if !reasons.is_empty() {
        rows.push(Row::new("why", reasons.join("; ")));
    }
    rows.extend(run(entry, 4).map(|run| Row::new("also", run)));
    if let Some(SuspectReport { links, against, undo, .. }) = &entry.suspect {
        rows.extend(linked(entry, links).map(|path| Row::new("link", path)));
        let of_log = links.iter().filter(|link| link.is_of_log() && !link.to.is_empty());
        rows.extend(of_log.map(|LinkReport { from, to, .. }| Row::new("link", format!("{from} → {to}"))));
        if !against.is_empty() {
            rows.push(Row::new("but", against.join("; ")));
        }
        rows.extend(undo.as_ref().map(|undo| Row::new(Row::UNDO, undo)));
    }
    rows.extend(
        entry.application.as_ref().map(|application| Row::new("app log", format!("{}: {}", of_log(application), application.summary))),
    );
    rows.extend(entry.undone.as_ref().map(|UndoneReport { time, by, .. }| Row::new("undone", format!("at {} by {by}", clock(time)))));
    rows.extend(to_ask(actor).map(|who| Row::new("ask", who)));
    rows.extend(flags(entry).map(|flags| Row::new("flags", flags)));
    Card { entry, title, rows }
}

/// Returns the path that other records tell of, each with the beginning of its id; nothing where the change itself names what the alert does.
fn linked(entry: &Entry, links: &[LinkReport]) -> Option<String> {
    let id = |link: &'_ LinkReport| link.by.split_whitespace().next_back().unwrap_or_default().to_owned();
    let step = |link: &LinkReport| format!(" → {} ({})", link.to, id(link).split('-').next().unwrap_or_default());
    let mut links = links.iter().filter(|link| !link.is_of_log()).peekable();
    let first = links.peek().filter(|first| id(first) != entry.event_id)?;
    let from = first.from.clone();
    Some(links.fold(from, |path, link| path + &step(link)))
}

impl Card<'_> {
    /// Says how far it is shown to be the cause: ` (likely)`; nothing where the headline says so, or it is no suspect.
    pub(super) fn confidence(&self) -> &'static str {
        match self.entry.suspect.as_ref().filter(|_| self.entry.rank != 1).map(|suspect| suspect.confidence) {
            Some(ConfidenceName::Strong) => " (strong)",
            Some(ConfidenceName::Likely) => " (likely)",
            Some(ConfidenceName::Possible) => " (possible, unproven)",
            None => "",
        }
    }
}

/// Returns whom to ask about a change: the person behind it.
fn to_ask(actor: &ActorReport) -> Option<&str> {
    let person = actor.name.rsplit('/').next().filter(|name| actor.kind == "human" || name.contains('@'));
    person.filter(|name| !name.is_empty())
}

/// Writes the time of day of an RFC 3339 time: `20:01:55Z`.
fn clock(time: &str) -> &str {
    time.split_once('T').map_or(time, |(_, clock)| clock)
}

fn error(error: &ErrorReport) -> [Row; 2] {
    let argument = error.argument.as_deref().map(|argument| format!(" (argument {argument})")).unwrap_or_default();
    let retry = match (error.retryable, error.retry_after_ms) {
        (true, Some(ms)) => format!(" Retry after {ms} ms."),
        (true, None) => " A retry may succeed.".into(),
        (false, _) => String::new(),
    };
    [Row::new("error", format!("{}{argument}", error.code)), Row::new("next", format!("{}{retry}", error.next))]
}

/// What was understood of the question.
fn asked(context: &ContextReport, room: Room) -> Vec<Row> {
    let mut rows = Vec::new();
    if let Some(alert) = &context.alert {
        let others = match alert.others.len() {
            0 => String::new(),
            1 => " and 1 more alert".into(),
            more => format!(" and {more} more alerts"),
        };
        rows.push(Row::new("alert", format!("{} at {}{others}", alert.name, alert.started_at)));
    }
    if !context.flags.is_empty() {
        rows.push(Row::new("flags", format!("{} in the investigation", context.flags.join(", "))));
    }
    let resources: Vec<String> = context.resources.iter().map(|one| format!("{} ({})", one.id, one.basis)).collect();
    if !resources.is_empty() {
        rows.push(Row::new("about", listed(&resources, room.spots)));
    }
    let widened = if context.window.widened { ", widened" } else { "" };
    let mut by_basis: Vec<(&str, Vec<String>)> = Vec::new();
    for RegionReport { name, basis } in &context.regions {
        match by_basis.iter_mut().find(|(known, _)| known == basis) {
            Some((_, names)) => names.push(name.clone()),
            None => by_basis.push((basis, vec![name.clone()])),
        }
    }
    let regions: Vec<String> = by_basis.iter().map(|(basis, names)| format!("{} ({basis})", listed(names, room.spots))).collect();
    let regions = if regions.is_empty() { String::new() } else { format!("; {}", listed(&regions, room.spots)) };
    let window = span(&context.window.from, &context.window.to);
    rows.push(Row::new("window", format!("{window} ({}{widened}){regions}", context.window.basis)));
    rows
}

/// Says what was read, what was not, and what to do about it: each line with its label.
pub fn looked(coverage: &CoverageReport) -> Vec<(&'static str, String)> {
    let room = ROOMS.first().copied().unwrap_or(Room { cards: 1, reasons: 1, spots: 1 });
    read(coverage, room).into_iter().map(|row| (row.label, row.text)).collect()
}

/// What was read, what was not, and what to do about it.
fn read(coverage: &CoverageReport, room: Room) -> Vec<Row> {
    let mut rows = vec![Row::new("seen", seen(coverage, room.spots))];
    if !coverage.blind_spots.is_empty() {
        rows.push(Row::new("not seen", parted(&coverage.blind_spots, "; ", room.spots)));
    }
    let next = coverage.next.as_ref().filter(|_| coverage.verdict != Verdict::Complete);
    rows.extend(next.map(|next| Row::new("next", next)));
    rows
}

/// Says what was read, cells that are alike together: `complete: eu-west-1, us-east-1 (event_history) 2026-01-27 19:34:10–20:14:10Z`.
pub(super) fn seen(coverage: &CoverageReport, most: usize) -> String {
    let verdict = match coverage.verdict {
        Verdict::Complete => "complete",
        Verdict::Partial => "partial",
        Verdict::Unknown => "unknown",
    };
    let accounts = || coverage.cells.iter().map(|cell| cell.account.as_str()).filter(|account| !account.is_empty());
    let several = accounts().any(|account| accounts().next() != Some(account));
    let mut alike: Vec<(&CellReport, Vec<String>, usize)> = Vec::new();
    for cell in &coverage.cells {
        let ended = |one: &CellReport| (one.state, one.source, one.covered_from.clone(), one.covered_to.clone(), told_detail(one));
        let place = place(cell, several);
        match alike.iter_mut().find(|(known, ..)| ended(known) == ended(cell)) {
            Some((_, places, more)) => {
                places.push(place);
                *more += cell.alike;
            }
            None => alike.push((cell, vec![place], cell.alike)),
        }
    }
    // What is short comes first: it is what the reader has to know.
    alike.sort_by_key(|(cell, ..)| cell.state == State::Exhausted);
    let told: Vec<String> =
        alike.iter().map(|(cell, places, more)| cell_words(cell, &parted_of(places, ", ", most.max(2), *more))).collect();
    format!("{verdict}: {}", parted(&told, "; ", most.max(2)))
}

fn told_detail(cell: &CellReport) -> Option<String> {
    cell.detail.clone().filter(|_| cell.state != State::Exhausted)
}

fn place(cell: &CellReport, with_account: bool) -> String {
    let account = if with_account { cell.account.as_str() } else { "" };
    match (account, cell.region.as_str()) {
        ("", "") => cell.source.0.as_str().to_owned(),
        ("", region) => region.to_owned(),
        (account, region) => format!("{account} {region}").trim_end().to_owned(),
    }
}

fn cell_words(cell: &CellReport, places: &str) -> String {
    let state = serde_json::to_value(cell.state).ok().and_then(|name| name.as_str().map(str::to_owned)).unwrap_or_default();
    let source = cell.source.0.as_str();
    let source = if places == source { String::new() } else { format!(" ({source})") };
    let read = match (&cell.covered_from, &cell.covered_to) {
        (Some(from), Some(to)) => span(from, to),
        _ => String::new(),
    };
    match (cell.state, read.is_empty()) {
        (State::Exhausted, true) => format!("{places}{source}"),
        (State::Exhausted, false) => format!("{places}{source} {read}"),
        _ => {
            let read = if read.is_empty() { String::new() } else { format!(", read {read}") };
            let detail = told_detail(cell).map(|detail| format!(" ({detail})")).unwrap_or_default();
            format!("{places}{source} {state}{read}{detail}")
        }
    }
}

/// Says what the application's log and CloudTrail say of each other.
fn correlated(correlation: &CorrelationReport, room: Room) -> Vec<Row> {
    let CorrelationReport { records, joined, unrecognised, tiers, clock, unjudged, unreadable, unreadable_total, next, .. } = correlation;
    let by = tiers.iter().map(|tier| format!("{} by {} ({})", tier.records, tier_words(tier.tier), strength_word(tier.strength)));
    let by = by.collect::<Vec<_>>().join(", ");
    let by = if by.is_empty() { String::new() } else { format!(": {by}") };
    let mut parts = vec![format!("{joined} of {records} records joined{by}")];
    match unrecognised {
        0 => {}
        1 => parts.push("1 more line tells of no act by a known field".into()),
        lines => parts.push(format!("{lines} more lines tell of no act by a known field")),
    }
    parts.extend(clock.clone());
    parts.extend(unjudged.clone());
    if *unreadable_total > 0 {
        let named: Vec<String> = unreadable.iter().map(|one| format!("line {} {}", one.line, one.problem)).collect();
        let more = unreadable_total.saturating_sub(named.len());
        parts.push(format!("not used in full: {}", parted_of(&named, ", ", room.spots.max(2), more)));
    }
    if !correlation.flags.is_empty() {
        parts.push(format!("{} in it", correlation.flags.join(", ")));
    }
    parts.extend(next.iter().cloned());
    let mut rows = vec![Row::new("app log", parts.join("; "))];
    let mut list = |label, told: Vec<String>, total: usize| {
        let more = total.saturating_sub(told.len());
        rows.extend((total > 0).then(|| Row::new(label, parted_of(&told, "; ", room.spots, more))));
    };
    let at = |time: &str, summary: &str| format!("{summary} at {}", self::clock(time));
    let unseen = correlation.unseen.iter().map(|one| format!("line {}: {}", one.line, at(&one.time, &one.summary))).collect();
    list("app only", unseen, correlation.unseen_total);
    let untold = correlation.untold.iter().map(|one| format!("{} ({})", at(&one.time, &one.summary), one.event_id)).collect();
    list("untold", untold, correlation.untold_total);
    rows
}

/// Lists texts, with commas between.
fn listed(texts: &[String], most: usize) -> String {
    parted(texts, ", ", most)
}

/// Lists texts: "a, b and 3 more".
fn parted(texts: &[String], between: &str, most: usize) -> String {
    parted_of(texts, between, most, 0)
}

/// Lists texts of which there are so many more that are not at hand.
fn parted_of(texts: &[String], between: &str, most: usize, more: usize) -> String {
    let told = texts.get(..most.min(texts.len())).unwrap_or_default().join(between);
    match texts.len().saturating_sub(most) + more {
        0 => told,
        more => format!("{told} and {more} more"),
    }
}
