//! What all readings together gave: events once each and in order, and one cell per account, region and source.

use std::collections::{BTreeMap, HashMap};

use crate::coverage::{Cell, Coverage, SourceName};
use crate::event::Event;
use crate::source::Reading;

/// Events and coverage, collected reading by reading.
#[derive(Debug, Default)]
pub struct Gathered {
    events: HashMap<String, Event>,
    cells: BTreeMap<(String, String, SourceName), Cell>,
}

impl Gathered {
    /// Adds a reading.
    ///
    /// Shape: events are kept once by `eventID`. Of two copies the one that carries the lookup envelope's resources
    /// stays, since log files lack them. Cells of the same place are joined.
    pub fn add(&mut self, reading: Reading) {
        for event in reading.events {
            match self.events.get(&event.event_id) {
                Some(known) if known.lookup_resources.len() >= event.lookup_resources.len() => {}
                _ => {
                    self.events.insert(event.event_id.clone(), event);
                }
            }
        }
        for cell in reading.cells {
            let key = (cell.account().to_owned(), cell.region().to_owned(), cell.source());
            let joined = match self.cells.remove(&key) {
                Some(known) => known.join(cell),
                None => cell,
            };
            self.cells.insert(key, joined);
        }
    }

    /// Adds a cell that nobody read, such as one that policy denies.
    pub fn add_cell(&mut self, cell: Cell) {
        self.add(Reading { events: Vec::new(), cells: vec![cell] });
    }

    /// Returns the cells so far.
    pub fn cells(&self) -> impl Iterator<Item = &Cell> {
        self.cells.values()
    }

    /// Takes the events so far, each once, in no order; the cells stay.
    pub fn drain(&mut self) -> Vec<Event> {
        self.events.drain().map(|(_, event)| event).collect()
    }

    /// Ends the gathering.
    ///
    /// Shape: events by time, then by id; cells by account, region and source.
    pub fn finish(self, blind_spots: Vec<String>) -> (Vec<Event>, Coverage) {
        let mut events: Vec<Event> = self.events.into_values().collect();
        events.sort_by(|a, b| (a.time, &a.event_id).cmp(&(b.time, &b.event_id)));
        (events, Coverage { cells: self.cells.into_values().collect(), blind_spots })
    }
}
