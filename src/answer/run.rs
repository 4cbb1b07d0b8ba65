//! Runs: what one session of a pipeline did in one go is one entry, behind its best-ranked change; nothing that is more than possible is folded in.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};

use super::fold::{BURST, Fold};
use crate::catalogue::is_deployer;
use crate::event::{ActorKind, Event, EventCategory, Via};
use crate::rank::{Change, Confidence};

/// Changes of a run follow each other within this time: a step of a pipeline that waits for the one before rarely waits longer.
const GAP: TimeDelta = TimeDelta::minutes(5);
/// No run is longer than this; a program that never rests would be one endless run otherwise.
///
/// Source: a session of STS lasts an hour unless something else is asked for.
const LONGEST: TimeDelta = TimeDelta::hours(1);
/// One session's changes that may be causes, or its later ones: account, actor, principal, access key, whether eligible.
type Session<'a> = (&'a str, &'a str, &'a str, &'a str, bool);

/// Returns the session of a program that deploys; nothing for people, and for services that keep house.
fn session<'a>(event: &'a Event, eligible: bool) -> Option<Session<'a>> {
    let actor = &event.actor;
    let by_tool = matches!(actor.via, Via::Terraform | Via::CloudFormation);
    let deploys = match actor.kind {
        // A session that is named after an address is somebody's.
        ActorKind::Role => by_tool || !actor.name.contains('@'),
        ActorKind::Human | ActorKind::Agent => by_tool,
        ActorKind::Service => is_deployer(actor.name.split('.').next().unwrap_or_default()),
        ActorKind::Root | ActorKind::Unknown => false,
    };
    if !deploys || event.read_only {
        return None;
    }
    let (principal, key) = event.credentials();
    // A service that acts for somebody may take new keys for every call.
    let for_somebody = actor.kind == ActorKind::Service || actor.kind == ActorKind::Human && actor.via == Via::CloudFormation;
    let key = if for_somebody { "" } else { key };
    let known = !principal.is_empty() || !key.is_empty();
    known.then_some((event.account.as_str(), actor.name.as_str(), principal, key, eligible))
}

/// Returns the session of all members of `fold`, when it is one.
fn session_of<'a>(fold: &Fold<'a>) -> Option<Session<'a>> {
    let mut sessions = fold.members.iter().map(|member| session(&member.change.event, member.facts.is_eligible()));
    let first = sessions.next()??;
    (fold.last - fold.first <= LONGEST && sessions.all(|session| session == Some(first))).then_some(first)
}

/// Folds the entries of each run behind the best of them.
///
/// Shape: entries stand in the order of their best member, each change in exactly one. What is more than a possible suspect, or concerns what the
/// alert names or is next to it, stays an entry of its own that tells which one leads its run.
pub fn fold_runs(folds: Vec<Fold<'_>>) -> Vec<Fold<'_>> {
    let mut sessions: BTreeMap<Option<Session<'_>>, Vec<Placed<'_>>> = BTreeMap::new();
    for placed in folds.into_iter().enumerate() {
        sessions.entry(session_of(&placed.1)).or_default().push(placed);
    }
    let mut done = sessions.remove(&None).unwrap_or_default();
    for mut entries in sessions.into_values() {
        entries.sort_by_key(|(place, fold)| (fold.first, *place));
        let (mut run, mut end): (Vec<Placed<'_>>, Option<DateTime<Utc>>) = (Vec::new(), None);
        for entry in entries {
            let (first, last) = (entry.1.first, entry.1.last);
            let begin = run.first().map_or(first, |(_, fold)| fold.first);
            if end.is_some_and(|end| first - end > GAP) || last - begin > LONGEST {
                done.extend(gather(std::mem::take(&mut run)));
                end = None;
            }
            end = end.max(Some(last));
            run.push(entry);
        }
        done.extend(gather(run));
    }
    done.sort_by_key(|(place, _)| *place);
    done.into_iter().map(|(_, fold)| fold).collect()
}

/// An entry and its place among all.
type Placed<'a> = (usize, Fold<'a>);

/// Folds what need not stand by itself into the best entry of `run`, when it is a run at all.
fn gather(mut run: Vec<Placed<'_>>) -> Vec<Placed<'_>> {
    let counts = |change: &Change| !change.class.noise && change.event.category == EventCategory::Management;
    let members = run.iter().flat_map(|(_, fold)| &fold.members);
    if members.filter(|member| counts(&member.change)).count() < BURST {
        return run;
    }
    run.sort_by_key(|(place, _)| *place);
    let mut entries = run.into_iter();
    let Some((place, mut leader)) = entries.next() else { return Vec::new() };
    let (mut standing, lesser): (Vec<_>, Vec<_>) = entries.partition(|(_, fold)| stands(fold));
    standing.iter_mut().for_each(|(_, fold)| fold.leader = Some(&leader.best.change.event.event_id));
    for (_, fold) in lesser {
        leader.first = leader.first.min(fold.first);
        leader.last = leader.last.max(fold.last);
        leader.failed += fold.failed;
        leader.members.extend(fold.members);
    }
    leader.members.sort_by_key(|member| (Reverse(member.is_suspect()), Reverse(member.score)));
    standing.push((place, leader));
    standing
}

/// Tells whether an entry is not to be hidden in another.
fn stands(fold: &Fold<'_>) -> bool {
    fold.members.iter().any(|member| member.confidence > Some(Confidence::Possible) || member.facts.tie.is_near())
}

#[cfg(test)]
mod tests;
