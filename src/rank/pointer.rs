//! Refused calls as pointers: what a workload was refused near the onset names the thing whose last change may be the cause.

use std::collections::{BTreeSet, HashMap, HashSet};

use chrono::{DateTime, TimeDelta, Utc};
use foldhash::fast::RandomState;

use super::Change;
use super::link::Link;
use super::topology::Graph;
use crate::event::{ActorKind, Via, role_of};

/// A refusal so long before the alert still belongs to its onset.
const ONSET: TimeDelta = TimeDelta::minutes(15);
/// Whoever is refused so many different calls looks around.
const SCANNER: usize = 5;
/// No more refusals than this are looked at, the first ones.
const MOST: usize = 200;

/// Who was refused what, when, and the things that it is about.
struct Refusal<'a> {
    change: &'a Change,
    /// Each thing, and how the record writes it.
    things: Vec<(usize, String)>,
    /// When the like was refused first.
    since: DateTime<Utc>,
}

/// Finds for each change the refused call that points at it: it is the last change to what the call was refused, and the calls were
/// not refused before it.
///
/// Shape: one element for each of `changes`; `graph` is of these and of `background`.
pub(super) fn pointers(changes: &[Change], background: &[Change], graph: &Graph, reference: DateTime<Utc>) -> Vec<Option<Box<Link>>> {
    let event = |index: usize| changes.get(index).or_else(|| background.get(index.checked_sub(changes.len())?));
    let mut pointers = vec![None; changes.len()];
    let mut since: HashMap<(&str, &str, &str), DateTime<Utc>, RandomState> = HashMap::default();
    let mut tried: HashMap<&str, BTreeSet<&str>, RandomState> = HashMap::default();
    for change in graph.in_time().iter().filter_map(|index| event(*index)) {
        if let Some(code) = change.event.error_code.as_deref() {
            since.entry((&change.event.actor.name, &change.event.name, code)).or_insert(change.event.time);
            tried.entry(&change.event.actor.name).or_default().insert(&change.event.name);
        }
    }
    if since.is_empty() {
        return pointers;
    }
    let refused = |index: &usize| {
        let change = event(*index).filter(|change| is_workload(change) && change.event.time >= reference - ONSET)?;
        let (actor, code) = (change.event.actor.name.as_str(), change.event.error_code.as_deref()?);
        let scans = tried.get(actor).is_some_and(|names| names.len() >= SCANNER);
        let since = since.get(&(actor, change.event.name.as_str(), code)).copied()?;
        (!scans).then(|| Refusal { change, things: things(*index, change, graph), since })
    };
    let refusals: Vec<Refusal<'_>> = graph.in_time().iter().filter_map(refused).take(MOST).collect();
    let asked: HashSet<usize, RandomState> = refusals.iter().flat_map(|refusal| &refusal.things).map(|(node, _)| *node).collect();
    if asked.is_empty() {
        return pointers;
    }
    // What was done to those things, oldest first.
    let mut done: HashMap<usize, Vec<usize>, RandomState> = HashMap::default();
    for index in graph.in_time().iter().copied() {
        let Some(change) = event(index).filter(|one| !one.event.failed() && !one.class.noise && !one.class.tags) else { continue };
        for node in graph.made_to(index, change).filter(|node| asked.contains(node)) {
            done.entry(node).or_default().push(index);
        }
    }
    for Refusal { change: refused, things, since } in &refusals {
        for (node, thing) in things {
            let before = |at: &&usize| event(**at).is_some_and(|change| change.event.time <= refused.event.time);
            let last = done.get(node).and_then(|done| done.iter().rev().find(before));
            let Some((at, change)) = last.and_then(|at| Some((*at, event(*at)?))) else { continue };
            if change.event.time <= *since && change.event.actor.name != refused.event.actor.name {
                let link = || Link { from: refused.event.actor.name.clone(), to: thing.clone(), by: refused.event.event_id.clone() };
                pointers.get_mut(at).into_iter().for_each(|pointer| _ = pointer.get_or_insert_with(|| Box::new(link())));
            }
        }
    }
    pointers
}

/// Tells whether a program called, and none that deploys.
fn is_workload(change: &Change) -> bool {
    let actor = &change.event.actor;
    let deploys = matches!(actor.via, Via::Terraform | Via::CloudFormation | Via::Console | Via::Cli);
    matches!(actor.kind, ActorKind::Role | ActorKind::Service) && !deploys && !actor.name.contains('@')
}

/// Returns what a refused call is about: what it and its message name, and the role that was refused.
fn things(index: usize, change: &Change, graph: &Graph) -> Vec<(usize, String)> {
    let named = change.resources.iter().zip(graph.of_event(index)).map(|(resource, node)| (*node, resource.id.clone()));
    let role = change.event.actor.arn.as_deref().and_then(role_of);
    let own = role.into_iter().flat_map(|role| {
        let name = role.rsplit('/').next().unwrap_or_default().to_lowercase();
        graph.find(&[role.to_lowercase(), name], Some("AWS::IAM::Role")).into_iter().map(move |node| (node, role.clone()))
    });
    named.chain(own).collect()
}
