//! What must hold for every incident, whatever the seed.

use std::collections::{BTreeSet, HashMap, HashSet};

use serde_json::Value;

use super::alert::spelled;
use super::kind::all;
use super::truth::{Incident, Named};

/// Looks for mistakes in incidents; returns one sentence for each.
pub(crate) fn check<'a>(incidents: impl Iterator<Item = &'a Incident>) -> Vec<String> {
    let mut wrong = Vec::new();
    for kind in all() {
        for key in kind.direct.iter().chain(kind.parent).chain(kind.indirect) {
            if !spelled(key) {
                wrong.push(format!("{}: ${key} has no spelling as a label", kind.name));
            }
        }
        if kind.words.is_empty() || kind.culprit.is_empty() {
            wrong.push(format!("{}: no words or no culprit", kind.name));
        }
    }
    let mut ids = HashSet::new();
    for incident in incidents {
        let truth = &incident.truth;
        let mut say = |what: String| wrong.push(format!("{}: {what}", truth.id));
        if !ids.insert(truth.id.clone()) {
            say("the id stands twice".into());
        }
        let mut times = HashMap::new();
        for (time, record) in &incident.records {
            let text = record.to_string();
            if text.contains("unreadable template") {
                say(format!("does not parse: {}", text.chars().take(900).collect::<String>()));
            }
            let unfilled = text.split('$').skip(1).find(|rest| rest.starts_with(|c: char| c.is_ascii_lowercase()));
            if let Some(rest) = unfilled {
                say(format!("${} was not filled in", rest.chars().take(20).collect::<String>()));
            }
            let stamped = record.get("eventTime").and_then(Value::as_str).and_then(|t| t.parse().ok());
            if stamped != Some(*time) || *time > truth.now {
                say("a record's time is wrong".into());
            }
            if let Some(id) = record.get("eventID").and_then(Value::as_str)
                && times.insert(id.to_owned(), *time).is_some()
            {
                say(format!("event id {id} stands twice"));
            }
        }
        let mut seen = BTreeSet::new();
        for id in truth.culprits.iter().chain(&truth.related).chain(&truth.decoys) {
            if !times.contains_key(id) {
                say(format!("event {id} is not in the archive"));
            }
            if !seen.insert(id) {
                say(format!("event {id} has two parts"));
            }
        }
        if truth.culprits.iter().any(|id| times.get(id).is_some_and(|time| *time > truth.start)) {
            say("a culprit lies after the alert".into());
        }
        // Where the alert calls the service as nothing in the account is called, only what is wrong leads to the culprit.
        let unknown = truth.named == Named::None && !incident.alert.to_string().contains(&truth.service);
        if !truth.culprits.is_empty() && !unknown && !reachable(incident) {
            say(format!("nothing ties {:?} to the culprit ({})", truth.resources, truth.named.word()));
        }
        if truth.named != Named::None && !truth.resources.iter().all(|name| incident.alert.to_string().contains(name.as_str())) {
            say("the alert does not name the resource".into());
        }
    }
    wrong
}

/// Tells whether the culprit can be reached from what the alert names: at once when it is named directly, else over the events
/// that go with it, step by step through what they have in common.
fn reachable(incident: &Incident) -> bool {
    let truth = &incident.truth;
    let of = |ids: &[String]| -> Vec<Vec<String>> {
        let records =
            incident.records.iter().filter(|(_, r)| r.get("eventID").and_then(Value::as_str).is_some_and(|id| ids.iter().any(|i| i == id)));
        records.map(|(_, record)| leaves(record, &truth.account, &truth.region)).collect()
    };
    let (goal, mut bridges) = (of(&truth.culprits), of(&truth.related));
    let account_wide = all().any(|kind| kind.name == truth.kind && !kind.elsewhere);
    let mut known: Vec<String> = if truth.named == Named::None { vec![truth.service.clone()] } else { truth.resources.clone() };
    known.iter_mut().for_each(|name| *name = name.replace(&truth.region, ""));
    let touches = |leaves: &[String], known: &[String]| leaves.iter().any(|leaf| known.iter().any(|name| same(leaf, name)));
    if account_wide && truth.named == Named::None {
        return true;
    }
    loop {
        if goal.iter().any(|leaves| touches(leaves, &known)) {
            return true;
        }
        let (near, far): (Vec<_>, Vec<_>) = bridges.into_iter().partition(|leaves| truth.named != Named::Direct && touches(leaves, &known));
        if near.is_empty() {
            return false;
        }
        known.extend(near.into_iter().flatten());
        bridges = far;
    }
}

/// Tells whether two ids, names or ARNs speak of one thing: one contains the other, or its name part.
fn same(one: &str, other: &str) -> bool {
    let names = |text: &str, within: &str| {
        let mut parts = text.split([':', '/', '"']).filter(|part| part.len() > 6 && part.contains('-'));
        within.contains(text) || parts.any(|part| within.contains(part))
    };
    names(other, one) || names(one, other)
}

/// The strings in a record's request and response that can be ids, names or ARNs; regions are taken out of ARNs.
fn leaves(record: &Value, account: &str, region: &str) -> Vec<String> {
    let (mut found, mut open) = (Vec::new(), vec![record.get("requestParameters"), record.get("responseElements")]);
    while let Some(value) = open.pop() {
        match value {
            Some(Value::Object(fields)) => open.extend(fields.values().map(Some)),
            Some(Value::Array(items)) => open.extend(items.iter().map(Some)),
            Some(Value::String(text)) if text.len() > 6 && text != account && !text.starts_with(region) && !text.starts_with("vpc-") => {
                found.push(text.replace(region, ""));
            }
            _ => {}
        }
    }
    found
}
