//! What is new in an answer to a question that was asked before.

use super::{Answer, BOLD, DIM, Page, RED, ROOMS, YELLOW, screen};
use crate::answer::{ConfidenceName, News, UndoneReport};
use crate::redact::Redacted;

/// Renders what is new in `after`, for a terminal of so many columns.
pub fn news(before: &Redacted<Answer>, after: &Redacted<Answer>, columns: usize) -> String {
    let mut page = Page { out: String::new(), columns };
    let news = News::of(before, after);
    let Some(room) = ROOMS.first() else { return page.out };
    let screen = screen(after, *room);
    if news.finding {
        page.paragraph("", BOLD, super::tone(after.finding), screen.headline);
    } else if news.is_empty() {
        page.paragraph("", BOLD, DIM, "No change that was not told already.");
    }
    for entry in &news.new {
        let rank = format!("{:>3}  ", entry.rank);
        match screen.cards.iter().find(|card| card.entry.event_id == entry.event_id && entry.suspect.is_some()) {
            Some(card) => {
                page.paragraph(&rank, RED, BOLD, &format!("new: {}{}", card.title, card.confidence()));
                card.rows.iter().for_each(|row| page.labelled(row));
            }
            None => page.paragraph(&rank, DIM, BOLD, &format!("new: {} {}, {}", entry.actor.name, entry.summary, entry.relative)),
        }
    }
    for changed in &news.changed {
        let mut told = Vec::new();
        told.extend(changed.rank.map(|rank| format!("was #{rank}")));
        let now = changed.entry.suspect.as_ref().map(|suspect| suspect.confidence);
        told.extend(changed.confidence.map(|before| format!("{}, was {}", judged(now), judged(before))));
        let undone = changed.entry.undone.as_ref().filter(|_| changed.undone);
        told.extend(undone.map(|UndoneReport { time, by, .. }| format!("undone at {time} by {by}")));
        let count = changed.entry.repeats.as_ref().map_or(1, |repeats| repeats.count);
        told.extend(changed.count.map(|before| format!("{count} times, were {before}")));
        page.paragraph(
            &format!("{:>3}  ", changed.entry.rank),
            YELLOW,
            super::PLAIN,
            &format!("{}: {}", told.join("; "), changed.entry.summary),
        );
    }
    if news.coverage || news.finding {
        screen.rows.iter().filter(|row| row.label != "window" && row.label != "alert").for_each(|row| page.labelled(row));
    }
    page.out
}

fn judged(confidence: Option<ConfidenceName>) -> &'static str {
    match confidence {
        Some(ConfidenceName::Strong) => "strong",
        Some(ConfidenceName::Likely) => "likely",
        Some(ConfidenceName::Possible) => "possible",
        None => "no suspect",
    }
}
