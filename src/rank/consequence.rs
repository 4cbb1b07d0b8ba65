//! Cause before consequence: what AWS did by itself because of a change stands under that change.

use std::collections::HashMap;

use chrono::TimeDelta;
use foldhash::fast::RandomState;

use super::topology::{Graph, HUB};
use super::{Change, Ranked};
use crate::catalogue::{Effect, Sets};
use crate::event::{ActorKind, Via};

/// A service reacts within this time.
const REACTION: TimeDelta = TimeDelta::minutes(15);

/// Services that run what somebody wrote: what they do follows from that, not from the last change nearby.
///
/// Source: the services of AWS that run automations, rules, schedules, functions and builds of their users.
const RUNNERS: &[&str] = &["codebuild", "codepipeline", "config", "events", "fis", "lambda", "scheduler", "ssm", "states"];

/// What a service's act follows from, and what follows from a change.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Consequence {
    /// The change that a service reacted to with this one.
    pub of: Option<Box<Cause>>,
    /// Whether it is the last to have set what a service later took away by.
    pub set_limit: bool,
}

/// A change that a service reacted to. All of it is untrusted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cause {
    /// The event's name.
    pub name: String,
    /// Who made it.
    pub by: String,
    /// Its id.
    pub event_id: String,
}

/// Finds what follows from what.
///
/// Shape: one element for each of `changes`. `graph` is of these and of `background`.
pub(super) fn consequences(changes: &[Change], background: &[Change], graph: &Graph) -> Vec<Consequence> {
    let event = |index: usize| changes.get(index).or_else(|| background.get(index.checked_sub(changes.len())?));
    let mut found = vec![Consequence::default(); changes.len()];
    // The last change that somebody made to each thing, and the last that set values.
    let mut last: HashMap<usize, usize, RandomState> = HashMap::default();
    let mut set: HashMap<usize, usize, RandomState> = HashMap::default();
    for index in graph.in_time().iter().copied() {
        let Some(change) = event(index).filter(|change| !change.event.failed()) else { continue };
        if !is_by_itself(change) {
            if !change.class.noise && !change.class.tags {
                for node in graph.made_to(index, change) {
                    last.insert(node, index);
                    if change.class.sets != Sets::Nothing {
                        set.insert(node, index);
                    }
                }
            }
            continue;
        }
        let takes_away = change.severity.is_some_and(|severity| severity.effect == Effect::TakesAway);
        let around = graph.targets(index, change).flat_map(|node| graph.tied(node));
        let near = graph.named_by(index).filter(|node| graph.edges(*node).len() <= HUB).chain(around).chain(graph.targets(index, change));
        let recent = |at: &usize| event(*at).is_some_and(|cause| change.event.time - cause.event.time <= REACTION);
        let newest = |at: &usize| event(*at).map(|cause| (cause.event.time, cause.event.event_id.as_str()));
        let cause = near.filter_map(|node| last.get(&node).copied()).filter(recent).max_by_key(newest);
        if let Some(cause) = cause.and_then(event) {
            if let Some(one) = found.get_mut(index) {
                let (name, by, event_id) = (cause.event.name.clone(), cause.event.actor.name.clone(), cause.event.event_id.clone());
                one.of = Some(Box::new(Cause { name, by, event_id }));
            }
        } else if takes_away {
            for at in graph.targets(index, change).filter_map(|node| set.get(&node)) {
                found.get_mut(*at).into_iter().for_each(|one| one.set_limit = true);
            }
        }
    }
    found
}

/// Tells whether a service did it by itself, not for whoever deploys or automates.
fn is_by_itself(change: &Change) -> bool {
    let actor = &change.event.actor;
    let host = actor.name.split('.').next().unwrap_or_default();
    actor.kind == ActorKind::Service && actor.via != Via::CloudFormation && !RUNNERS.contains(&host)
}

/// Puts each consequence that stands above its cause right below it; suspects stay before all others.
pub(super) fn below_their_causes(mut ranked: Vec<Ranked>) -> Vec<Ranked> {
    if ranked.iter().all(|one| one.facts.consequence.of.is_none()) {
        return ranked;
    }
    let at: HashMap<&str, usize, RandomState> =
        ranked.iter().enumerate().map(|(at, one)| (one.change.event.event_id.as_str(), at)).collect();
    let place = |(own, one): (usize, &Ranked)| {
        let cause = one.facts.consequence.of.as_ref().and_then(|cause| at.get(cause.event_id.as_str())).filter(|at| **at > own)?;
        let other = ranked.get(*cause)?;
        (other.facts.is_eligible() == one.facts.is_eligible() && other.is_suspect() == one.is_suspect()).then_some((own, *cause))
    };
    let moved: HashMap<usize, usize> = ranked.iter().enumerate().filter_map(place).collect();
    if moved.is_empty() {
        return ranked;
    }
    // A cause is nobody's consequence, so one pass puts all right.
    let mut keyed: Vec<((usize, usize), Ranked)> =
        ranked.drain(..).enumerate().map(|(at, one)| (moved.get(&at).map_or((at, 0), |cause| (*cause, at + 1)), one)).collect();
    keyed.sort_by_key(|(key, _)| *key);
    keyed.into_iter().map(|(_, one)| one).collect()
}
