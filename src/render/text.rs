//! For people on a terminal: the first screen, then the changes by group; wrapped to the terminal, in colours that the writer strips where
//! there is no TTY.

mod news;

use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};

use super::screen::{ROOMS, Row, screen};
use super::{Document, Format, OPENS, Section, Table, counted, flags, has_runs, of_log, run, times};
use crate::answer::{Answer, Entry, Finding};
use crate::redact::Redacted;

pub use news::news;

/// The format.
pub const FORMAT: Format = Format { name: "text", media_type: "text/plain", help: "For a terminal", changes: text, document, bytes: None };

/// Columns where the terminal does not tell.
pub const COLUMNS: usize = 80;

const PLAIN: Style = Style::new();
const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();
const RED: Style = AnsiColor::Red.on_default().bold();
const GREEN: Style = AnsiColor::Green.on_default();
const YELLOW: Style = AnsiColor::Yellow.on_default();

/// Renders an answer for a terminal of so many columns.
///
/// Shape: no line is wider; a word that is wider by itself goes on in the next line, whole.
pub fn text(answer: &Redacted<Answer>, columns: usize) -> String {
    let mut page = Page { out: String::new(), columns };
    page.answer(answer);
    page.out
}

/// Renders any other answer for a terminal.
fn document(document: &Redacted<Document>, columns: usize) -> String {
    let mut page = Page { out: String::new(), columns };
    page.paragraph("", BOLD, PLAIN, &document.headline);
    if let Some(error) = &document.error {
        page.blank();
        page.row("error", &error.code);
        page.row("next", &error.next);
    }
    for section in &document.sections {
        page.blank();
        page.section(section);
    }
    page.out.extend(document.link.as_deref().map(|link| format!("{link}\n")));
    if let Some(record) = &document.record {
        let _ = writeln!(page.out, "\n{}", serde_json::to_string_pretty(record).unwrap_or_default());
    }
    page.out
}

/// What is written so far, and how wide it may be.
struct Page {
    out: String,
    columns: usize,
}

impl Page {
    fn answer(&mut self, answer: &Answer) {
        let Some(room) = ROOMS.first() else { return };
        let screen = screen(answer, *room);
        self.paragraph("", PLAIN, tone(answer.finding), screen.headline);
        for card in &screen.cards {
            self.blank();
            let lead = format!("{:>3}  ", card.entry.rank);
            self.paragraph(&lead, RED, BOLD, &format!("{}{}", card.title, card.confidence()));
            card.rows.iter().for_each(|row| self.labelled(row));
        }
        self.blank();
        screen.rows.iter().for_each(|row| self.labelled(row));
        let told = screen.cards.len();
        for group in &answer.groups {
            self.blank();
            self.paragraph("", PLAIN, BOLD, &format!("{} {} ({})", group.icon, group.label, group.total));
            group
                .events
                .iter()
                .for_each(|entry| self.event(entry, screen.cards.iter().take(told).any(|card| card.entry.rank == entry.rank)));
        }
        if let Some(totals) = answer.totals.filter(|totals| totals.matched > 0) {
            self.blank();
            self.paragraph("", PLAIN, DIM, &format!("{}.", counted(totals)));
        }
        if has_runs(answer) {
            self.paragraph("", PLAIN, DIM, OPENS);
        }
    }

    /// One change of a group; what the first screen tells of it is not told again.
    fn event(&mut self, entry: &Entry, told: bool) {
        const INDENT: &str = "     ";
        let mut via = entry.actor.via.as_deref().map(|via| format!(" via {via}")).unwrap_or_default();
        if !entry.actor.chain.is_empty() {
            via.push_str(&format!(" ({})", entry.actor.chain.join(" → ")));
        }
        let place: String = [&entry.account, &entry.region].into_iter().flatten().map(|place| format!(", {place}")).collect();
        let (rank, many) = (format!("{:>3}  ", entry.rank), times(entry));
        if told {
            self.paragraph(&rank, RED, PLAIN, &format!("{}{many}, told above", entry.name));
        } else {
            self.paragraph(&rank, DIM, PLAIN, &format!("{}{many} {}: {}{via}{place}", entry.name, entry.relative, entry.actor.name));
            self.paragraph(INDENT, PLAIN, BOLD, &entry.summary);
            if !entry.reasons.is_empty() {
                self.paragraph(INDENT, PLAIN, YELLOW, &entry.reasons.join("; "));
            }
            self.optional(INDENT, run(entry, usize::MAX));
            self.optional(INDENT, entry.undone.as_ref().map(|undone| format!("undone at {} by {}", undone.time, undone.by)));
            self.optional(INDENT, entry.application.as_ref().map(|log| format!("{}: {}", of_log(log), log.summary)));
            self.optional(INDENT, flags(entry));
        }
        self.paragraph(INDENT, PLAIN, DIM, &format!("{} {}", entry.time, entry.event_id));
        self.optional(INDENT, entry.score.as_ref().map(|score| score.words()));
        let actor = &entry.actor;
        let origin = [("arn", &actor.arn), ("from", &entry.source_ip), ("agent", &entry.user_agent), ("open", &entry.console_url)];
        for (name, value) in origin {
            self.optional(INDENT, value.as_ref().map(|value| format!("{name} {value}")));
        }
        let parameters = entry.request_parameters.as_ref().map(|parameters| serde_json::Value::Object(parameters.clone()).to_string());
        self.optional(INDENT, parameters);
    }

    fn section(&mut self, section: &Section) {
        if !section.title.is_empty() {
            self.paragraph("", PLAIN, BOLD, &section.title);
        }
        if let Some(table) = &section.table {
            self.table(table);
            self.out.push_str(if section.lines.is_empty() { "" } else { "\n" });
        }
        for line in &section.lines {
            let before = if line.lead.is_empty() { "  ".to_owned() } else { format!("{:<8}  ", line.lead) };
            self.paragraph(&before, YELLOW, PLAIN, &line.text);
            for under in &line.under {
                match under.command {
                    // Inside quotation marks or a word a command cannot go on in the next line.
                    true if under.text.contains('\'') || under.text.split(' ').any(|word| width(word) > COLUMNS / 2) => {
                        let _ = writeln!(self.out, "{DIM}{}{DIM:#}{}", lead(under.label), under.text);
                    }
                    true => self.command(under.label, &under.text),
                    false => self.row(under.label, &under.text),
                }
            }
        }
    }

    /// A table whose columns are as wide as what they hold; where that is too wide each row is told in lines.
    fn table(&mut self, table: &Table) {
        const GAP: usize = 2;
        let wide = |at: usize| {
            table.rows.iter().chain([&table.head]).filter_map(|row| row.get(at)).map(|cell| width(cell)).max().unwrap_or_default()
        };
        let mut widths: Vec<usize> = (0..table.head.len()).map(wide).collect();
        let excess = (widths.iter().sum::<usize>() + GAP * widths.len().saturating_sub(1)).saturating_sub(self.columns);
        // The widest column gives way, as long as it stays readable.
        if excess > 0 {
            match widths.iter_mut().max() {
                Some(widest) if widest.saturating_sub(excess) >= 24 => *widest -= excess,
                _ => return self.told_rows(table),
            }
        }
        let line = |cells: &[String]| -> Vec<String> {
            let parts: Vec<Vec<String>> = cells.iter().zip(&widths).map(|(cell, width)| wrapped(cell, *width)).collect();
            let height = parts.iter().map(Vec::len).max().unwrap_or_default();
            let cell = |part: &Vec<String>, at: usize, wide: usize| {
                let text = part.get(at).map_or("", String::as_str);
                format!("{text}{}", " ".repeat((wide + GAP).saturating_sub(width(text))))
            };
            let row =
                |at: usize| parts.iter().zip(&widths).map(|(part, wide)| cell(part, at, *wide)).collect::<String>().trim_end().to_owned();
            (0..height).map(row).collect()
        };
        for head in line(&table.head) {
            let _ = writeln!(self.out, "{DIM}{head}{DIM:#}");
        }
        for row in &table.rows {
            for text in line(row) {
                let _ = writeln!(self.out, "{text}");
            }
        }
    }

    /// Tells each row in lines: its first texts, which speak for themselves, then the rest by the names of their columns.
    fn told_rows(&mut self, table: &Table) {
        const FIRST: usize = 3;
        for (at, row) in table.rows.iter().enumerate() {
            let cell = |(name, cell): (&String, &String)| {
                let number = cell.parse::<f64>().is_ok();
                if number { format!("{name} {cell}") } else { cell.clone() }
            };
            let first: Vec<String> = table.head.iter().zip(row).take(FIRST).filter(|(_, cell)| !cell.is_empty()).map(cell).collect();
            self.paragraph(&format!("{:>3}  ", at + 1), YELLOW, BOLD, &first.join("  "));
            let rest =
                Table { head: table.head.iter().skip(FIRST).cloned().collect(), rows: vec![row.iter().skip(FIRST).cloned().collect()] };
            rest.told(" · ").iter().filter(|rest| !rest.is_empty()).for_each(|rest| self.paragraph("     ", PLAIN, DIM, rest));
        }
    }

    fn optional(&mut self, indent: &str, text: Option<String>) {
        text.iter().for_each(|text| self.paragraph(indent, PLAIN, DIM, text));
    }

    fn labelled(&mut self, row: &Row) {
        match row.is_command() {
            true => self.command(row.label, &row.text),
            false => self.row(row.label, &row.text),
        }
    }

    fn row(&mut self, label: &str, text: &str) {
        self.paragraph(&lead(label), DIM, PLAIN, text);
    }

    /// A command that can be copied as it stands: lines that go on end with a backslash.
    fn command(&mut self, label: &str, text: &str) {
        let lead = lead(label);
        // An option stays with its value where a line holds both.
        let options = text.replace(" --", "\n--").replace(" && ", "\n&& ");
        let room = self.columns.saturating_sub(width(&lead) + 4);
        let mut lines: Vec<String> = Vec::new();
        for option in options.lines().flat_map(|option| wrapped(option, room)) {
            match lines.last_mut() {
                Some(line) if width(line) + 1 + width(&option) <= room => {
                    line.push(' ');
                    line.push_str(&option);
                }
                _ => lines.push(option),
            }
        }
        let last = lines.len().saturating_sub(1);
        for (at, line) in lines.iter().enumerate() {
            let (lead, goes_on) = (if at == 0 { lead.clone() } else { " ".repeat(width(&lead) + 2) }, if at < last { " \\" } else { "" });
            let _ = writeln!(self.out, "{DIM}{lead}{DIM:#}{line}{goes_on}");
        }
    }

    fn blank(&mut self) {
        self.out.push('\n');
    }

    /// Writes `body` behind `lead`, further lines below its beginning.
    fn paragraph(&mut self, lead: &str, lead_style: Style, style: Style, body: &str) {
        let indent = width(lead);
        for (at, line) in wrapped(body, self.columns.saturating_sub(indent)).iter().enumerate() {
            let lead = if at == 0 { lead.to_owned() } else { " ".repeat(indent) };
            let _ = writeln!(self.out, "{lead_style}{lead}{lead_style:#}{style}{line}{style:#}");
        }
    }
}

fn tone(finding: Finding) -> Style {
    match finding {
        Finding::Suspects => RED,
        Finding::NoSuspect => GREEN,
        Finding::CouldNotLook => YELLOW,
    }
}

fn lead(label: &str) -> String {
    format!("     {label:<8}  ")
}

/// Breaks `text` into lines of at most `columns` at its spaces; what is longer than a line goes on in the next.
fn wrapped(text: &str, columns: usize) -> Vec<String> {
    let columns = columns.max(20);
    let (mut lines, mut line, mut used) = (Vec::new(), String::new(), 0);
    for word in text.split_whitespace() {
        let wide = width(word);
        if used > 0 && used + 1 + wide > columns {
            lines.push(std::mem::take(&mut line));
            used = 0;
        }
        if used > 0 {
            line.push(' ');
            used += 1;
        }
        for c in word.chars() {
            let one = columns_of(c);
            if used + one > columns {
                lines.push(std::mem::take(&mut line));
                used = 0;
            }
            line.push(c);
            used += one;
        }
    }
    lines.push(line);
    lines
}

fn width(text: &str) -> usize {
    text.chars().map(columns_of).sum()
}

/// Returns the columns that a character takes, rather too many than too few.
///
/// Source: Unicode's East Asian Width: from Hangul on most are wide; combining marks are counted although they take none.
fn columns_of(c: char) -> usize {
    match c {
        '\u{0}'..='\u{10ff}' | '\u{2000}'..='\u{25ff}' => 1,
        _ => 2,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_break_at_spaces_and_lose_nothing() {
        assert_eq!(wrapped("a set of words that is longer", 20), ["a set of words that", "is longer"]);
        let id = "x".repeat(45);
        assert_eq!(wrapped(&format!("id {id} end"), 20).join("").replace(' ', ""), format!("id{id}end"));
        assert_eq!(wrapped("", 20), [""]);
    }
}
