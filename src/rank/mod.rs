//! Orders changes by how likely they explain the alert, with reasons. Pure: same input, same output, in any order.
//!
//! Each signal is a small function in [`signal`]; its points stand in [`weight`]; relations between resources are
//! learned from the events themselves in [`topology`]; whether the best change is a suspect at all is judged in [`finding`].

mod act;
pub mod affinity;
pub mod finding;
mod reason;
pub mod signal;
pub mod topology;
pub mod undo;
pub mod weight;

#[cfg(test)]
mod tests;

pub use reason::Reason;

use crate::catalogue::{self, Class, Resource, Severity};
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
}

impl From<Event> for Change {
    fn from(mut event: Event) -> Self {
        redact::hide_fields(&mut event.record);
        let (class, resources, severity) = (catalogue::classify(&event), catalogue::resources(&event), catalogue::severity(&event));
        Self { event, class, resources, severity }
    }
}

/// How firmly an alert says what it is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Named {
    /// By nothing but its words.
    Nothing,
    /// By the name of a service or a job.
    Weakly,
    /// By a resource.
    Firmly,
}

/// One signal's say on one change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// Name of the signal.
    pub signal: &'static str,
    /// Points, negative when it speaks against the change.
    pub points: i32,
    /// The reason; nothing when it is not worth a word to people.
    pub reason: Option<Reason>,
}

/// A change in its place.
#[derive(Clone, Debug)]
pub struct Ranked {
    /// Index into the changes that were ranked.
    pub index: usize,
    /// Sum of the parts.
    pub score: i32,
    /// The parts, in the order of [`signal::SIGNALS`].
    pub parts: Vec<Part>,
    /// How it is related to what the alert names.
    pub relation: topology::Relation,
    /// What it shares with the alert by name.
    pub affinity: affinity::Affinity,
    /// Whether the alert names anything that an event could be related to, and whether by more than a word.
    pub named: Named,
    /// Whether it may be a cause: not later than a minute after the alert's start, and a change at all.
    pub eligible: bool,
    /// Whether it was undone before the alert.
    pub reverted: bool,
    /// How far it only made all as it was before.
    pub restores: undo::Restored,
    /// Whether it could explain the alert.
    pub suspect: bool,
}

impl Ranked {
    /// Returns the reasons, the weightiest first.
    pub fn reasons(&self) -> Vec<&Reason> {
        let mut told: Vec<(i32, &Reason)> = self.parts.iter().filter_map(|part| Some((part.points.abs(), part.reason.as_ref()?))).collect();
        told.sort_by_key(|(points, _)| std::cmp::Reverse(*points));
        told.into_iter().map(|(_, reason)| reason).collect()
    }
}

/// Ranks `changes` for `incident`, best first.
///
/// Shape: one element for each change; suspects before all others, whatever their score. Ties fall to the later event, then to the smaller event id, so that the order
/// of the input does not matter.
///
/// `background` are changes from before the window: they are not ranked, they only tell what belongs to what.
pub fn rank(incident: &Incident, changes: &[Change], background: &[Change]) -> Vec<Ranked> {
    let scene = signal::Scene::new(incident, changes, background);
    let mut ranked: Vec<Ranked> = changes.iter().enumerate().map(|(index, change)| judge(&scene, index, change)).collect();
    for ((one, change), (relation, affinity)) in ranked.iter_mut().zip(changes).zip(scene.into_ties()) {
        (one.relation, one.affinity) = (relation, affinity);
        one.suspect = finding::is_suspect(one, change);
    }
    ranked.sort_by(|a, b| {
        let key = |r: &Ranked| changes.get(r.index).map(|c| (std::cmp::Reverse(c.event.time), c.event.event_id.as_str()));
        (!a.eligible, !a.suspect).cmp(&(!b.eligible, !b.suspect)).then(b.score.cmp(&a.score)).then_with(|| key(a).cmp(&key(b)))
    });
    ranked
}

/// Judges one change by all signals; what ties it to the alert is filled in afterwards.
fn judge(scene: &signal::Scene<'_>, index: usize, change: &Change) -> Ranked {
    let judged = signal::SIGNALS.iter().filter_map(|signal| {
        (signal.judge)(scene, index, change).map(|say| Part { signal: signal.name, points: say.points, reason: say.reason })
    });
    let mut parts = Vec::with_capacity(8);
    parts.extend(judged.filter(|part| part.points != 0));
    Ranked {
        index,
        score: parts.iter().map(|part| part.points).sum(),
        parts,
        relation: topology::Relation::None,
        affinity: affinity::Affinity::Unknown,
        named: scene.named,
        eligible: scene.eligible(change),
        reverted: scene.reverted(index),
        restores: scene.restores(index),
        suspect: false,
    }
}
