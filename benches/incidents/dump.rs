//! What the rules said of every change, for experiments elsewhere: one line of JSON for each incident.

use std::collections::HashMap;

use cloudtrail_mcp::rank::rule::{Evidence, Role, Rule, Signal};
use cloudtrail_mcp::rank::{Facts, Ranked, Weights, table::TABLE};
use serde_json::{Map, Value, json};

use super::incident::{Incident, Truth};
use super::look::{Looks, entries};

/// Changes told of one incident, beside its own.
const MOST: usize = 400;

/// Returns the line of one incident: the window that was chosen, and its changes in their order.
///
/// Shape: `fired` holds by rule how strongly each first rule of a signal speaks, `also` those behind it that would; strengths are
/// parts of one. `entry` is the place of the entry that a change is folded into; nothing for heartbeats, which are not listed.
pub(crate) fn line(world: &str, made: &Incident) -> String {
    let truth = &made.truth;
    let Ok(mut looks) = Looks::new(made) else { return String::new() };
    looks.answer(&Weights::default());
    let ranked = looks.ranked();
    let places: HashMap<&str, usize> = entries(ranked)
        .iter()
        .enumerate()
        .flat_map(|(at, entry)| entry.members.iter().map(move |member| (member.change.event.event_id.as_str(), at)))
        .collect();
    let own = |one: &Ranked| [&truth.culprits, &truth.related, &truth.decoys].iter().any(|ids| ids.contains(&one.change.event.event_id));
    let told: Vec<&Ranked> = ranked.iter().enumerate().filter(|(at, one)| *at < MOST || own(one)).map(|(_, one)| one).collect();
    let culprits: Vec<usize> =
        told.iter().enumerate().filter(|(_, one)| truth.culprits.contains(&one.change.event.event_id)).map(|(at, _)| at).collect();
    let named: Vec<&str> = looks.incident().resources.iter().map(|resource| resource.id.as_str()).collect();
    let (found, _) = cloudtrail_mcp::catalogue::complaints(&looks.incident().words);
    let complaints: Vec<&str> = found.iter().map(|one| one.complaint.name).collect();
    let line = json!({
        "world": world, "id": truth.id, "kind": truth.kind, "named": truth.named.word(), "form": truth.form, "delay": truth.delay,
        "start": truth.start.to_rfc3339(), "onset": looks.incident().onset.latest().map(|onset| onset.to_rfc3339()),
        "sure": !looks.incident().onset.is_unsure(), "complaints": complaints, "words": looks.incident().words,
        "guilty": !truth.culprits.is_empty(), "culprits": culprits, "changes_in_window": ranked.len(), "alert_names": named,
        "changes": told.iter().map(|one| change(one, truth, places.get(one.change.event.event_id.as_str()))).collect::<Vec<_>>(),
    });
    format!("{line}\n")
}

fn change(one: &Ranked, truth: &Truth, entry: Option<&usize>) -> Value {
    let event = &one.change.event;
    let part = [("culprit", &truth.culprits), ("related", &truth.related), ("decoy", &truth.decoys)];
    let part = part.iter().find(|(_, ids)| ids.contains(&event.event_id)).map(|(part, _)| *part);
    let (fired, also) = fired(&one.facts);
    json!({
        "id": event.event_id, "name": format!("{}:{}", event.service(), event.name), "actor": event.actor.name,
        "age": one.facts.timing.age.num_seconds(), "part": part, "entry": entry, "score": one.score, "bar": one.bar, "item": one.item,
        "chance": one.chance, "confidence": one.confidence.map(|confidence| format!("{confidence:?}")), "fired": fired, "also": also,
        "answers": one.facts.fit.answer.map(|answer| json!([answer.complaint.name, format!("{:?}", answer.complaint.specificity), format!("{:?}", answer.cause)])),
        "aspects": part.map(|_| format!("{:?}", one.change.class.aspects)), "vetoes": one.explanation().vetoes,
    })
}

/// Returns by rule how strongly it speaks: the first of each signal, and those behind it.
fn fired(facts: &Facts) -> (Map<String, Value>, Map<String, Value>) {
    let (mut fired, mut also) = (Map::new(), Map::new());
    for signal in TABLE.iter().filter(|signal| signal.role != Role::Veto) {
        let mut spoken = speaking(signal, facts);
        fired.extend(spoken.next().map(|(rule, evidence)| (rule.id.to_owned(), part(evidence).into())));
        also.extend(spoken.map(|(rule, evidence)| (rule.id.to_owned(), part(evidence).into())));
    }
    (fired, also)
}

/// Returns the rules of a signal that speak, in order.
fn speaking<'a>(signal: &'a Signal, facts: &'a Facts) -> impl Iterator<Item = (&'static Rule, Evidence<'a>)> + 'a {
    signal.rules.iter().filter_map(|rule| Some((rule, (rule.when)(facts)?)))
}

/// Returns how much of a rule's points is meant, as a part of one.
fn part(evidence: Evidence<'_>) -> f64 {
    (evidence.strength.0 * 10.0).round() / 1_000.0
}
