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
        if truth.named != Named::None && !truth.resources.iter().all(|name| incident.alert.to_string().contains(name.as_str())) {
            say("the alert does not name the resource".into());
        }
    }
    wrong
}
