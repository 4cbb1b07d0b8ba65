//! Records held in memory: the demo's incident, and tests that need no files.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::{AllRead, BoxFuture, Reading, Source};
use crate::coverage::{Cell, SourceName, State};
use crate::event::{Event, RecordError};
use crate::plan::{Kind, Query};
use crate::window::Window;

/// Events in memory. Passes for an archive whose files reach from the first to the last event of each account and region.
#[derive(Debug)]
pub struct Memory {
    events: Vec<Event>,
}

impl Memory {
    /// Reads records from JSON lines.
    ///
    /// Errors: the first line that is no record.
    pub fn parse(lines: &str) -> Result<Self, RecordError> {
        let records = lines.lines().filter(|line| !line.trim().is_empty());
        let events = records.map(|line| Event::parse(serde_json::from_str(line).unwrap_or_default())).collect::<Result<_, _>>()?;
        Ok(Self { events })
    }
}

/// First and last event, and how many lie in the window.
type Span = (DateTime<Utc>, DateTime<Utc>, u32);

impl Source for Memory {
    fn read<'a>(&'a self, query: &'a Query) -> BoxFuture<'a, Reading> {
        let mut spans: BTreeMap<(&str, &str), Span> = BTreeMap::new();
        let mut events = Vec::new();
        for event in self.events.iter().filter(|event| query.admits(&event.account, &event.region)) {
            let inside = query.window().contains(event.time);
            let span = spans.entry((&event.account, &event.region)).or_insert((event.time, event.time, 0));
            *span = (span.0.min(event.time), span.1.max(event.time), span.2 + u32::from(inside));
            let wanted = match query.kind() {
                Kind::Writes => !event.read_only,
                Kind::Everything => true,
                Kind::EventId(id) => *id == event.event_id,
            };
            if inside && wanted {
                events.push(event.clone());
            }
        }
        let cells = spans.into_iter().map(|((account, region), span)| cell(query, account, region, span)).collect();
        Box::pin(std::future::ready(Reading { events, cells, ..Reading::default() }))
    }
}

fn cell(query: &Query, account: &str, region: &str, span: Span) -> Cell {
    let window = query.window();
    let cell = if matches!(query.kind(), Kind::EventId(_)) || (span.0 <= window.from && window.to <= span.1) {
        Cell::exhausted(AllRead::proven(), account, region, SourceName::Archive, window)
    } else {
        let covered = Window::new(span.0.max(window.from), span.1.min(window.to));
        Cell::cut(account, region, SourceName::Archive, State::NoData, covered)
    };
    cell.with(1, span.2, None)
}
