//! A page by itself, to be sent or kept: the first screen, the timeline, then every change. It loads nothing and runs nothing.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::screen::{Card, ROOMS, Row, screen};
use super::{Document, Format, OPENS, Section, counted, flags, has_runs, of_log, run, svg, times};
use crate::answer::{Answer, Entry};
use crate::redact::Redacted;

/// The format.
pub(super) const FORMAT: Format = Format {
    name: "html",
    media_type: "text/html",
    help: "A page by itself, with the timeline",
    changes: |answer, _| page(answer),
    document,
    bytes: None,
};

/// What a browser may load for it: nothing.
const CLOSED: &str = "default-src 'none'; style-src 'unsafe-inline'; img-src data:";
const STYLE: &str = "
:root{color-scheme:light dark}body{font:15px/1.5 system-ui,-apple-system,'Segoe UI',Roboto,sans-serif;margin:0 auto;padding:1rem;max-width:72rem;overflow-wrap:anywhere;background:#fff;color:#1b1f24}
h1{font-size:1.25rem}h2{font-size:1.05rem;margin:1.6rem 0 .4rem}.card{border-left:4px solid #8c959f;padding:.2rem .8rem;margin:.8rem 0}
.card.strong{border-color:#b00f0f}.card.likely{border-color:#b35900}.card.possible{border-color:#0a58b0}dl{display:grid;grid-template-columns:5rem 1fr;margin:.2rem 0}
dt{color:#57606a}dd{margin:0;overflow-wrap:anywhere}code,pre{font:13px ui-monospace,Consolas,monospace;overflow-wrap:anywhere;white-space:pre-wrap}
.tl{width:100%;display:block}svg.narrow{display:none;max-width:34rem}svg.narrow .gap{fill:url(#tl-narrow-gap)}table{border-collapse:collapse;width:100%}th,td{text-align:left;vertical-align:top;padding:.25rem .5rem;border-bottom:1px solid #d0d7de}td:first-child{white-space:nowrap}td:nth-child(5){min-width:16rem}
th{color:#57606a;font-weight:600}a{color:#0a58b0}.time{white-space:nowrap}
@media (prefers-color-scheme:dark){body{background:#0d1117;color:#e6edf3}dt,th{color:#9aa4af}th,td{border-color:#30363d}a{color:#6cb6ff}.card.strong{border-color:#ff6b61}.card.likely{border-color:#f0a04b}.card.possible{border-color:#6cb6ff}}
@media (max-width:60rem){.tl{display:none}svg.narrow{display:block}}
@media (max-width:40rem){h1{font-size:1.1rem;line-height:1.35;margin:.2rem 0 .6rem}dl{grid-template-columns:4.7rem 1fr}thead{display:none}td{display:block;border:0;padding:.1rem .5rem}tr{display:block;border-bottom:1px solid #d0d7de;padding:.4rem 0}
.changes tr{position:relative;padding-left:2rem}.changes td:first-child{position:absolute;left:0;font-weight:600;padding:.1rem 0}.changes .time{white-space:normal}.changes .time br{display:none}}
";

fn page(answer: &Redacted<Answer>) -> String {
    let Some(room) = ROOMS.first() else { return String::new() };
    let screen = screen(answer, *room);
    let body = html! {
        h1 { (screen.headline) }
        @for card in &screen.cards { (told(card)) }
        @if !screen.rows.is_empty() { (rows(&screen.rows)) }
        @if !answer.groups.is_empty() {
            h2 { "Timeline" }
            (svg::drawn(answer, &svg::WIDE, false))
            (svg::drawn(answer, &svg::NARROW, false))
            h2 { "All changes" }
            (table(answer))
        }
        @if let Some(totals) = answer.totals { p { (counted(totals)) } }
        @if has_runs(answer) { p { (OPENS) } }
    };
    whole(screen.headline, &body)
}

fn document(document: &Redacted<Document>, _: usize) -> String {
    let body = html! {
        h1 { (document.headline) }
        @if let Some(error) = &document.error { p { (error.code) ": " (error.next) } }
        @if let Some(link) = &document.link { p { (linked(link, "Open in the AWS console")) } }
        @for part in &document.sections { (section(part)) }
        @if let Some(record) = &document.record { pre { (serde_json::to_string_pretty(record).unwrap_or_default()) } }
    };
    whole(&document.headline, &body)
}

fn whole(title: &str, body: &Markup) -> String {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(CLOSED);
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) }
                style { (PreEscaped(STYLE)) }
            }
            body { main { (body) } }
        }
    }
    .into_string()
}

fn section(section: &Section) -> Markup {
    html! {
        @if !section.title.is_empty() { h2 { (section.title) } }
        @if let Some(table) = &section.table {
            table {
                thead { tr { @for name in &table.head { th scope="col" { (name) } } } }
                tbody { @for row in &table.rows { tr { @for cell in row { td { (cell) } } } } }
            }
        }
        @for line in &section.lines {
            p { @if !line.lead.is_empty() { strong { (line.lead) } " " } (line.text) }
            @if !line.under.is_empty() {
                dl { @for under in &line.under { dt { (under.label) } dd { @if under.command { code { (under.text) } } @else { (under.text) } } } }
            }
        }
    }
}

/// A suspect in full.
fn told(card: &Card<'_>) -> Markup {
    html! {
        section.card.(svg::class(card.entry)) {
            strong { "#" (card.entry.rank) (card.confidence()) } " " (card.title)
            (rows(&card.rows))
        }
    }
}

fn rows(rows: &[Row]) -> Markup {
    html! { dl { @for row in rows { dt { (row.label) } dd { @if row.is_command() { code { (row.text) } } @else { (row.text) } } } } }
}

fn table(answer: &Answer) -> Markup {
    html! {
        table.changes {
            thead { tr { th scope="col" { "#" } th scope="col" { "When" } th scope="col" { "What" } th scope="col" { "Who" } th scope="col" { "Event" } } }
            tbody { @for entry in answer.entries() { (change(answer, entry)) } }
        }
    }
}

fn change(answer: &Answer, entry: &Entry) -> Markup {
    let name = match super::url(answer, entry) {
        Some(url) => linked(&url, &entry.name),
        None => html! { (entry.name) },
    };
    let place: Vec<&str> = [entry.account.as_deref(), entry.region.as_deref()].into_iter().flatten().collect();
    html! {
        tr {
            td { (entry.rank) }
            td.time { (entry.relative) br; " " (entry.time) }
            td { (entry.summary) (times(entry)) @for more in run(entry, 4).into_iter().chain(log(entry)).chain(flags(entry)) { br; (more) } }
            td { (entry.actor.name) @if let Some(via) = &entry.actor.via { " via " (via) } }
            td { (name) @for place in place { br; (place) } }
        }
    }
}

/// What the application's log says of a change.
fn log(entry: &Entry) -> Option<String> {
    entry.application.as_ref().map(|application| format!("{}: {}", of_log(application), application.summary))
}

/// A link that tells nobody where it was followed from.
fn linked(url: &str, text: &str) -> Markup {
    html! { a href=(url) rel="noopener noreferrer" { (text) } }
}
