//! What a change and the alert have in common by name: teams name the parts of a service alike, `search-worker` runs as `search-role`.

use std::collections::{BTreeSet, HashMap};

use super::Change;
use super::topology::COMMON_WORDS;
use crate::catalogue::{Role, aliases_of};
use crate::context::Incident;

/// What a change shares with the alert.
#[derive(Clone, Debug, PartialEq)]
pub enum Affinity {
    /// A word of a name in the alert, and how rare it is among the changes, from 0 to 1.
    Named(String, f64),
    /// A word of the alert's prose that is part of a name here, and how rare it is.
    Told(String, f64),
    /// The alert names something, the change concerns something that is named otherwise.
    Other,
    /// Nothing to tell by: one of them bears no name.
    Unknown,
}

/// Finds what each change shares with the alert.
///
/// Shape: one element for each change, in their order.
pub fn affinities(incident: &Incident, changes: &[Change]) -> Vec<Affinity> {
    let named: BTreeSet<String> = incident.resources.iter().flat_map(|r| aliases_of(&r.id)).flat_map(|alias| name_words(&alias)).collect();
    let told: BTreeSet<String> = incident
        .words
        .split(|c: char| !c.is_alphanumeric())
        .flat_map(name_words)
        .filter(|word| !VOCABULARY.contains(&word.as_str()))
        .collect();
    let words: Vec<BTreeSet<String>> = changes.iter().map(change_words).collect();
    let mut seen: HashMap<&str, usize> = HashMap::new();
    for word in words.iter().flatten() {
        *seen.entry(word.as_str()).or_default() += 1;
    }
    let all = changes.iter().filter(|change| !change.class.noise).count();
    let rarity = |word: &str| -> f64 {
        match seen.get(word).copied().unwrap_or_default() {
            n if n <= 4.max(all / 50) => 1.0,
            n if n <= 12.max(all / 10) => 0.6,
            _ => 0.3,
        }
    };
    let rarest = |shared: Vec<&String>| {
        shared.into_iter().map(|word| (word.clone(), rarity(word))).max_by(|a, b| a.1.total_cmp(&b.1).then(b.0.cmp(&a.0)))
    };
    words
        .iter()
        .map(|own| {
            if let Some((word, rare)) = rarest(own.intersection(&named).collect()) {
                return Affinity::Named(word, rare);
            }
            if let Some((word, rare)) = rarest(own.intersection(&told).collect()) {
                return Affinity::Told(word, rare);
            }
            if named.is_empty() || own.is_empty() { Affinity::Unknown } else { Affinity::Other }
        })
        .collect()
}

/// Words of alerts and of AWS that name no service of anybody's.
const VOCABULARY: &[&str] = &[
    "queue",
    "function",
    "table",
    "bucket",
    "database",
    "instance",
    "error",
    "latency",
    "high",
    "alarm",
    "alert",
    "state",
    "rate",
    "count",
    "percent",
    "threshold",
    "crossed",
    "datapoint",
    "region",
    "account",
    "network",
    "security",
    "connection",
    "request",
    "response",
    "target",
    "balancer",
    "load",
    "health",
    "check",
    "failed",
    "fail",
    "host",
    "access",
    "denied",
    "message",
    "event",
    "metric",
    "stream",
    "topic",
    "parameter",
    "secret",
    "config",
    "deploy",
    "release",
    "version",
    "user",
    "team",
    "platform",
    "value",
    "time",
    "minute",
    "severity",
    "info",
    "page",
    "oncall",
    "ticket",
    "status",
    "firing",
    "resolved",
    "trigger",
    "monitor",
    "triggered",
    "query",
    "name",
    "alertname",
    "summary",
    "description",
    "runbook",
    "example",
    "https",
    "http",
    "with",
    "from",
    "that",
    "this",
    "than",
    "more",
    "since",
    "have",
    "been",
    "some",
    "cannot",
    "could",
    "does",
    "down",
    "into",
    "over",
    "under",
    "after",
    "before",
    "stack",
    "dashboard",
    "github",
    "live",
    "data",
    "file",
];

/// Returns the words of the names that a change concerns: its targets, what holds them, and the short texts of its request.
fn change_words(change: &Change) -> BTreeSet<String> {
    let mut words = BTreeSet::new();
    collect(change.event.request(), 0, &mut words);
    words.extend(resource_words(change));
    words
}

/// Longest text of a request that is taken for a name, in bytes, and most words taken from one.
const MAX_NAME: usize = 128;
const MAX_WORDS: usize = 60;

fn collect(value: &serde_json::Value, depth: usize, words: &mut BTreeSet<String>) {
    match value {
        serde_json::Value::String(text) if text.len() <= MAX_NAME && words.len() < MAX_WORDS => {
            // The last part of an ARN is a name; the rest is common to all.
            words.extend(name_words(text.rsplit(':').next().unwrap_or_default()));
        }
        serde_json::Value::Array(items) if depth < 8 => items.iter().take(20).for_each(|item| collect(item, depth + 1, words)),
        serde_json::Value::Object(map) if depth < 8 => {
            let named = map.iter().filter(|(key, _)| !key.to_lowercase().ends_with("description"));
            named.for_each(|(_, item)| collect(item, depth + 1, words));
        }
        _ => {}
    }
}

fn resource_words(change: &Change) -> BTreeSet<String> {
    change
        .resources
        .iter()
        .filter(|r| r.role != Role::Referenced)
        .take(8)
        .flat_map(|r| &r.aliases)
        .flat_map(|alias| name_words(alias))
        .collect()
}

/// Splits a name into the words that tell something: no ids, no ARNs, no environment or layer words, no numbers.
fn name_words(name: &str) -> Vec<String> {
    // `vpce-0123456789abcdef0` is no word: the kind of thing, and a number.
    let is_id = name.rsplit_once('-').is_some_and(|(_, tail)| tail.len() >= 8 && tail.bytes().all(|b| b.is_ascii_hexdigit()));
    if is_id || name.starts_with("arn:") || name.starts_with("http") {
        return Vec::new();
    }
    let common = |word: &str| COMMON_WORDS.contains(&word);
    name.split(|c: char| !c.is_alphanumeric())
        .map(str::to_lowercase)
        .filter(|word| {
            word.len() >= 4 && word.bytes().all(|b| b.is_ascii_alphabetic()) && !common(word) && !common(word.trim_end_matches('s'))
        })
        .map(|word| word.trim_end_matches('s').to_owned())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_gives_its_telling_words_and_an_id_gives_none() {
        assert_eq!(name_words("prod-search-worker"), ["search"]);
        assert_eq!(name_words("i-0123456789abcdef0"), Vec::<String>::new());
        assert_eq!(name_words("arn:aws:iam::111122223333:role/search"), Vec::<String>::new());
        assert_eq!(name_words("Payments_API.v2"), ["payment"]);
    }
}
