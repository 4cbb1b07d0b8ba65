//! Names that would tell more of what belongs to what, were they looked up: those of what the alert names, of what that is tied to, and of what
//! the likeliest changes were made to.
//!
//! What was set up weeks ago is told by the records of that time alone: which subnet a service runs in, which queue a function reads.

use std::collections::HashSet;

use super::link::{Reach, is_firm};
use super::topology::Graph;
use super::{Change, Ranked};
use crate::catalogue::Role;
use crate::context::Incident;

/// Changes whose targets are looked up, from the likeliest.
const LIKELIEST: usize = 24;
/// Shorter names are borne by too much.
const SHORTEST: usize = 4;

/// Returns names to look up, the most telling first: what the alert names, what is one and two steps away from that, by turns with what the
/// likeliest changes were made to.
///
/// Shape: as records spell them; each once, none of `known`, at most `most`. `background` is what is known from before the changes.
pub fn sought(incident: &Incident, ranked: &[Ranked], background: &[Change], known: &HashSet<String>, most: usize) -> Vec<String> {
    let changes: Vec<&Change> = ranked.iter().map(|one| &one.change).chain(background).collect();
    let graph = Graph::over(&changes);
    let named = incident.resources.iter().filter(|named| is_firm(named));
    let mut near: Vec<(u8, String)> = named.clone().map(|named| (0, named.id.clone())).collect();
    near.extend(named.flat_map(|named| Reach::from(named, &graph).steps_away()).filter(|(steps, _)| (1..=2).contains(steps)));
    near.sort_by_key(|(steps, _)| *steps);
    let acts = ranked.iter().filter(|one| !one.facts.noise && one.facts.is_eligible()).take(LIKELIEST);
    let targets = acts.flat_map(|one| one.change.resources.iter().filter(|resource| resource.role == Role::Target));
    let mut lists = [near.into_iter().map(|(_, name)| name).collect::<Vec<_>>(), targets.map(|target| target.id.clone()).collect()]
        .map(|names| names.into_iter().filter(|name| name.len() >= SHORTEST && !name.contains(['*', ' ']) && !known.contains(name)));
    let mut names: Vec<String> = Vec::new();
    loop {
        let round: Vec<String> = lists.iter_mut().filter_map(Iterator::next).collect();
        if round.is_empty() || names.len() >= most {
            names.truncate(most);
            return names;
        }
        for name in round {
            if !names.contains(&name) {
                names.push(name);
            }
        }
    }
}
