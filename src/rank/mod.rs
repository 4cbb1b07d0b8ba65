//! Orders changes by how likely they explain the alert, with reasons. Pure: same input, same output, in any order.
//!
//! [`facts`] are worked out once for each change; [`table`] holds every rule over them, with its points; what the rules said is the
//! [`explanation`] of a change's place. [`topology`] learns relations between resources from the events themselves, [`affinity`]
//! compares names, [`undo`] finds what was taken back; whether the best change is firm is judged in [`finding`].

mod activity;
pub mod affinity;
pub mod explanation;
pub mod facts;
pub mod finding;
mod reason;
pub mod rule;
pub mod table;
pub mod topology;
pub mod undo;

#[cfg(test)]
mod tests;

pub use explanation::Explanation;
pub use facts::Facts;
pub use finding::{Confidence, Objection};
pub use reason::Reason;
pub use rule::Weights;

use std::cmp::Reverse;

use crate::catalogue::{self, Class, Gravity, Resource, Severity};
use crate::context::Incident;
use crate::event::Event;
use crate::redact;

/// An event and what the catalogue knows of it.
///
/// Its record holds nothing under a secret's name any more, so that no id, reason or word can be taken from there.
#[derive(Clone, Debug)]
pub struct Change {
    /// The event.
    pub event: Event,
    /// Its class.
    pub class: Class,
    /// What it touched, targets first.
    pub resources: Vec<Resource>,
    /// How grave its values are.
    pub severity: Option<Severity>,
    /// How much it stands out by itself.
    pub gravity: Option<Gravity>,
}

impl From<Event> for Change {
    fn from(mut event: Event) -> Self {
        redact::hide_fields(&mut event.record);
        let (class, resources, severity) = (catalogue::classify(&event), catalogue::resources(&event), catalogue::severity(&event));
        let gravity = catalogue::gravity(&event);
        Self { event, class, resources, severity, gravity }
    }
}

/// How firmly an alert says what it is about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Named {
    /// By nothing but its words.
    #[default]
    Nothing,
    /// By the name of a service or a job.
    Weakly,
    /// By a resource.
    Firmly,
}

/// A change in its place.
#[derive(Clone, Debug)]
pub struct Ranked {
    /// The change.
    pub change: Change,
    /// Sum of the contributions.
    pub score: i32,
    /// Whether it could explain the alert.
    pub suspect: bool,
    /// What is known of it.
    pub facts: Facts,
    /// Every rule that spoke.
    pub explanation: Explanation,
}

/// Ranks `changes` for `incident`, best first.
///
/// Shape: one element for each change; suspects before all others, whatever their score. Ties fall to the later event, then to the smaller event id, so that the order
/// of the input does not matter.
///
/// `background` are changes from before the window: they are not ranked, they only tell what belongs to what.
pub fn rank(incident: &Incident, changes: Vec<Change>, background: &[Change], weights: &Weights) -> Vec<Ranked> {
    let facts = Facts::of_all(incident, &changes, background);
    in_order(changes.into_iter().zip(facts).map(|(change, facts)| Ranked::new(change, facts, weights)))
}

/// Ranks changes again, whose facts are known, with other `weights`.
pub fn rank_again(ranked: Vec<Ranked>, weights: &Weights) -> Vec<Ranked> {
    in_order(ranked.into_iter().map(|one| Ranked::new(one.change, one.facts, weights)))
}

impl Ranked {
    fn new(change: Change, facts: Facts, weights: &Weights) -> Self {
        let explanation = Explanation::new(&facts, weights);
        Self { change, score: explanation.score(), suspect: explanation.is_suspect(), facts, explanation }
    }
}

/// Puts the best first.
fn in_order(ranked: impl Iterator<Item = Ranked>) -> Vec<Ranked> {
    let mut ranked: Vec<Ranked> = ranked.collect();
    // Each is moved once: they are large.
    ranked.sort_by_cached_key(|one| {
        let event = &one.change.event;
        (!one.facts.is_eligible(), !one.suspect, Reverse(one.score), Reverse(event.time), event.event_id.clone())
    });
    ranked
}
