//! Orders changes by how likely they explain the alert, with reasons. Pure: same input, same output, in any order.
//!
//! [`facts`] are worked out once for each change; [`table`] holds every rule over them, [`points`] what each is worth; what the rules
//! said is the [`explanation`] of a change's place. [`topology`] learns relations between resources from the events themselves,
//! [`link`] follows them from what the alert names, [`affinity`] compares names, [`undo`] finds what was taken back, [`lifetime`] what did not
//! last, [`consequence`] what AWS did because of a change, `application` what an application's errors point to; how far a change is shown to be the
//! cause is judged in [`finding`].

mod activity;
pub mod affinity;
mod application;
pub mod consequence;
mod crowd;
mod environment;
pub mod explanation;
pub mod facts;
pub mod failure;
pub mod finding;
pub mod fit;
pub mod lifetime;
pub mod link;
mod pointer;
pub mod points;
mod reason;
pub mod rule;
mod sought;
pub mod table;
pub mod topology;
pub mod undo;

#[cfg(test)]
mod tests;

pub use application::Pointed;
pub use explanation::{Explanation, Verdict};
pub use facts::Facts;
pub use finding::{Confidence, Objection};
pub use reason::Reason;
pub use rule::Weights;
pub use sought::sought;

use std::cmp::Reverse;

use chrono::{DateTime, Utc};

use crate::catalogue::{self, Class, Gravity, Resource, Severity};
use crate::context::Incident;
use crate::correlate::Failure;
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
    /// A digest of what it asks for; nothing where it asks for nothing.
    asked: Option<u64>,
}

impl From<Event> for Change {
    fn from(mut event: Event) -> Self {
        event.record.rewrite(redact::hide_fields);
        let (class, mut resources, severity) = (catalogue::classify(&event), catalogue::resources(&event), catalogue::severity(&event));
        resources.shrink_to_fit();
        let gravity = catalogue::gravity(&event);
        let asked = activity::digest(event.request());
        // Of noise nothing else is compared, as a rule.
        if class.noise && !class.tags {
            event.record.shrink()
        } else {
            event.record.pack()
        }
        Self { event, class, resources, severity, gravity, asked }
    }
}

/// How firmly an alert says what it is about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Named {
    /// By nothing but its words.
    #[default]
    Nothing,
    /// By names that nothing among the changes bears or is tied to.
    Unseen,
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
    /// Sum of what the rules say.
    pub score: i32,
    /// The score at which it is as likely the cause as that no change is.
    pub bar: i32,
    /// How likely it is the cause, 0 to 1.
    pub chance: f64,
    /// How far it is shown to be the cause; nothing when it is no suspect.
    pub confidence: Option<Confidence>,
    /// What is known of it.
    pub facts: Facts,
    /// The number of the item that it is part of: what is one act of one actor counts once.
    pub item: usize,
}

impl Ranked {
    /// Tells whether it could explain the alert.
    pub fn is_suspect(&self) -> bool {
        self.confidence.is_some()
    }

    /// Returns every rule that spoke on it.
    pub fn explanation(&self) -> Explanation<'_> {
        Explanation::new(&self.facts, &Weights::default())
    }
}

/// What is known beside the changes: those from before the window, which only tell what belongs to what, and what an application failed in.
#[derive(Clone, Copy, Debug)]
pub struct Background<'a> {
    /// The changes.
    pub changes: &'a [Change],
    /// Since when all changes are among them, so that who is not was not there; nothing where some may be missing of any time.
    pub whole_from: Option<DateTime<Utc>>,
    /// What an application failed in, by its own log, oldest first.
    pub failures: &'a [Failure],
}

impl<'a> From<&'a [Change]> for Background<'a> {
    fn from(changes: &'a [Change]) -> Self {
        Self { changes, whole_from: Some(DateTime::<Utc>::MIN_UTC), failures: &[] }
    }
}

impl<'a> From<&'a Vec<Change>> for Background<'a> {
    fn from(changes: &'a Vec<Change>) -> Self {
        Self { changes, whole_from: Some(DateTime::<Utc>::MIN_UTC), failures: &[] }
    }
}

impl<'a, const N: usize> From<&'a [Change; N]> for Background<'a> {
    fn from(changes: &'a [Change; N]) -> Self {
        Self { changes, whole_from: Some(DateTime::<Utc>::MIN_UTC), failures: &[] }
    }
}

/// Ranks `changes` for `incident`, best first.
///
/// Shape: one element for each change; suspects before all others, whatever their score. Ties fall to the later event, then to the smaller event id, so that the order
/// of the input does not matter.
///
/// `background` is not ranked.
pub fn rank<'a>(incident: &Incident, changes: Vec<Change>, background: impl Into<Background<'a>>, weights: &Weights) -> Vec<Ranked> {
    let (facts, items) = Facts::of_all(incident, &changes, background.into());
    judge(changes.into_iter().zip(facts).zip(items).map(|((change, facts), item)| (change, facts, item)).collect(), weights)
}

/// Ranks changes again, whose facts are known, with other `weights`.
pub fn rank_again(ranked: Vec<Ranked>, weights: &Weights) -> Vec<Ranked> {
    judge(ranked.into_iter().map(|one| (one.change, one.facts, one.item)).collect(), weights)
}

/// Holds each change against the rules and against all others, and puts the best first.
fn judge(changes: Vec<(Change, Facts, usize)>, weights: &Weights) -> Vec<Ranked> {
    let verdicts: Vec<(usize, Verdict)> = changes.iter().map(|(_, facts, item)| (*item, Verdict::new(facts, weights))).collect();
    let judged = changes.into_iter().zip(finding::chances(&verdicts)).zip(verdicts);
    let mut ranked: Vec<Ranked> = judged
        .map(|(((change, facts, item), chance), (_, Verdict { score, bar, .. }))| {
            let confidence = finding::confidence(&facts, chance);
            Ranked { change, score, bar, chance, confidence, facts, item }
        })
        .collect();
    // Each is moved once: they are large.
    ranked.sort_by_cached_key(|one| {
        let event = &one.change.event;
        (!one.facts.is_eligible(), !one.is_suspect(), Reverse(one.score), Reverse(event.time), event.event_id.clone())
    });
    consequence::below_their_causes(ranked)
}
