//! What a change and the alert have in common by name: teams name the parts of a service alike, `search-worker` runs as `search-role`.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::Change;
use super::topology::{COMMON_WORDS, Graph};
use crate::catalogue::{Role, aliases_of, is_hidden};
use crate::context::Incident;

/// What a change shares with the alert.
#[derive(Clone, Debug, PartialEq)]
pub enum Affinity {
    /// A word of a name in the alert, and how rare it is among the changes, from 0 to 1.
    Named(String, f64),
    /// A word of the alert's prose that is part of a name here, and how rare it is.
    Told(String, f64),
    /// The alert names something whose name others bear, the change concerns something that is named otherwise.
    Other,
    /// The alert's prose speaks of a name that others among the changes bear, the change concerns something that is named otherwise.
    OtherThanTold,
    /// Nothing to tell by: one of them bears no name.
    Unknown,
}

/// Finds what each change shares with the alert.
///
/// Shape: one element for each change, in their order. What has no name of its own (a key, a mapping, an instance) goes by the
/// names of what other events, `background` included, tie it to.
pub(super) fn affinities(incident: &Incident, changes: &[Change], background: &[Change], graph: &Graph) -> Vec<Affinity> {
    let mut lexicon = Lexicon::default();
    let named: BTreeSet<Word> = incident.resources.iter().flat_map(|r| aliases_of(&r.id)).flat_map(|alias| lexicon.words(&alias)).collect();
    let told: BTreeSet<Word> = incident
        .words
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !VOCABULARY.contains(&word.to_lowercase().trim_end_matches('s')))
        .flat_map(|word| lexicon.words(word))
        .collect();
    let words: Vec<BTreeSet<Word>> = changes.iter().chain(background).map(|change| lexicon.of_change(change)).collect();
    let rarity = Rarity::new(changes, &words);
    let names = names_of_nodes(changes.iter().chain(background), &words, graph);
    let shared = |own: &BTreeSet<Word>, theirs: &BTreeSet<Word>| {
        let rarest = own.intersection(theirs).map(|word| (rarity.of(*word), lexicon.spell(*word)));
        rarest.max_by(|a, b| a.0.total_cmp(&b.0).then_with(|| b.1.cmp(a.1))).map(|(rare, word)| (word.to_owned(), rare))
    };
    // A word tells things apart once one of them bears it; prose is full of words, so there it must be a rare one.
    let named_here = words.iter().any(|own| !own.is_disjoint(&named));
    let bears = |own: &BTreeSet<Word>| own.iter().any(|word| told.contains(word) && rarity.of(*word) >= 1.0);
    let told_here = words.iter().take(changes.len()).any(bears);
    let nameless = BTreeSet::new();
    changes
        .iter()
        .enumerate()
        .map(|(index, change)| {
            let own = words.get(index).unwrap_or(&nameless);
            let ties = if change.class.noise { BTreeSet::new() } else { inherited(index, change, &names, graph) };
            let match_ = |theirs: &BTreeSet<Word>| {
                let inherited = || shared(&ties, theirs).map(|(word, rare)| (word, rare * INHERITED));
                shared(own, theirs).or_else(inherited)
            };
            match match_(&named) {
                Some((word, rare)) => Affinity::Named(word, rare),
                None => match match_(&told) {
                    Some((word, rare)) => Affinity::Told(word, rare),
                    None if own.is_empty() && ties.is_empty() => Affinity::Unknown,
                    None if named_here => Affinity::Other,
                    None if told_here => Affinity::OtherThanTold,
                    None => Affinity::Unknown,
                },
            }
        })
        .collect()
}

/// What a name counts that is not a thing's own but of what it is tied to.
const INHERITED: f64 = 0.8;

/// Returns the names that events which change a resource speak of, by the resource's node.
fn names_of_nodes<'a>(
    changes: impl Iterator<Item = &'a Change>,
    words: &[BTreeSet<Word>],
    graph: &Graph,
) -> HashMap<usize, BTreeSet<Word>> {
    let mut names: HashMap<usize, BTreeSet<Word>> = HashMap::new();
    for (index, change) in changes.enumerate() {
        let Some(own) = words.get(index).filter(|own| !own.is_empty() && !change.event.failed()) else { continue };
        for node in graph.targets(index, change) {
            names.entry(node).or_default().extend(own);
        }
    }
    names
}

/// Returns the names that the targets of a change go by elsewhere: their own, and those of what they are tied to.
fn inherited(index: usize, change: &Change, names: &HashMap<usize, BTreeSet<Word>>, graph: &Graph) -> BTreeSet<Word> {
    let around = graph.targets(index, change).flat_map(|node| std::iter::once(node).chain(graph.tied(node)));
    around.filter_map(|node| names.get(&node)).flatten().copied().collect()
}

/// How telling a word is: one that few kinds of change bear tells more than the name of the whole platform.
struct Rarity {
    seen: HashMap<Word, usize>,
    all: usize,
}

impl Rarity {
    /// Counts each word once for an actor and an event name: a burst does not make a name common.
    fn new(changes: &[Change], words: &[BTreeSet<Word>]) -> Self {
        let (mut seen, mut all) = (HashMap::<Word, HashSet<(&str, &str)>>::new(), HashSet::new());
        for (change, words) in changes.iter().zip(words).filter(|(change, _)| !change.class.noise) {
            let act = (change.event.actor.name.as_str(), change.event.name.as_str());
            all.insert(act);
            for word in words {
                seen.entry(*word).or_default().insert(act);
            }
        }
        Self { seen: seen.into_iter().map(|(word, acts)| (word, acts.len())).collect(), all: all.len() }
    }

    fn of(&self, word: Word) -> f64 {
        match self.seen.get(&word).copied().unwrap_or_default() {
            n if n <= 4.max(self.all / 8) => 1.0,
            n if n <= 12.max(self.all / 3) => 0.6,
            _ => 0.3,
        }
    }
}

/// A word, as a number.
type Word = u32;

/// Words as numbers, and the words of texts that were seen before: names repeat.
#[derive(Default)]
struct Lexicon {
    numbers: HashMap<String, Word>,
    spelling: Vec<String>,
    known: HashMap<String, Vec<Word>>,
}

impl Lexicon {
    /// Returns the telling words of a name.
    fn words(&mut self, name: &str) -> Vec<Word> {
        if let Some(known) = self.known.get(name) {
            return known.clone();
        }
        let words: Vec<Word> = name_words(name).into_iter().map(|word| self.number(word)).collect();
        self.known.insert(name.to_owned(), words.clone());
        words
    }

    fn number(&mut self, word: String) -> Word {
        if let Some(number) = self.numbers.get(&word) {
            return *number;
        }
        let number = Word::try_from(self.spelling.len()).unwrap_or(Word::MAX);
        self.spelling.push(word.clone());
        self.numbers.insert(word, number);
        number
    }

    fn spell(&self, word: Word) -> &str {
        usize::try_from(word).ok().and_then(|at| self.spelling.get(at)).map_or("", String::as_str)
    }

    /// Returns the words of the names that a change concerns: its targets, what holds them, and the short texts of its request.
    fn of_change(&mut self, change: &Change) -> BTreeSet<Word> {
        let mut words = BTreeSet::new();
        self.collect(change.event.request(), 0, &mut words);
        for resource in change.resources.iter().filter(|r| r.role != Role::Referenced).take(8) {
            for alias in &resource.aliases {
                words.extend(self.words(alias));
            }
        }
        words
    }

    fn collect(&mut self, value: &serde_json::Value, depth: usize, words: &mut BTreeSet<Word>) {
        match value {
            serde_json::Value::String(text) if text.len() <= MAX_NAME && words.len() < MAX_WORDS && !is_hidden(text) => {
                // The last part of an ARN is a name; the rest is common to all. `kms:Decrypt` is what is done, not to what.
                let is_action = text.split_once(':').is_some_and(|(_, action)| action.starts_with(|c: char| c.is_ascii_uppercase()));
                if !is_action {
                    words.extend(self.words(text.rsplit(':').next().unwrap_or_default()));
                }
            }
            serde_json::Value::Array(items) if depth < 8 => items.iter().take(20).for_each(|item| self.collect(item, depth + 1, words)),
            serde_json::Value::Object(map) if depth < 8 && !is_ownership_tag(map) => {
                let named = map.iter().filter(|(key, _)| !ends_in_description(key));
                named.for_each(|(_, item)| self.collect(item, depth + 1, words));
            }
            _ => {}
        }
    }
}

/// Tells whether `map` is a tag that says something else than what the thing is called: its owner, its cost centre.
fn is_ownership_tag(map: &serde_json::Map<String, serde_json::Value>) -> bool {
    const NAMES: &[&str] = &["name", "service", "app", "application", "component", "project", "system", "workload", "stack"];
    let key = ["key", "Key", "tagKey"].iter().find_map(|key| map.get(*key)?.as_str());
    let names = |key: &str| NAMES.iter().any(|name| key.rsplit([':', '/']).next().is_some_and(|last| last.to_lowercase().contains(name)));
    map.len() == 2 && key.is_some_and(|key| !names(key))
}

fn ends_in_description(key: &str) -> bool {
    const DESCRIPTION: &str = "description";
    key.len().checked_sub(DESCRIPTION.len()).and_then(|at| key.get(at..)).is_some_and(|end| end.eq_ignore_ascii_case(DESCRIPTION))
}

/// Longest text of a request that is taken for a name, in bytes, and most words taken from one.
const MAX_NAME: usize = 128;
const MAX_WORDS: usize = 60;

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
    "decrypt",
    "encrypt",
    "reason",
    "invoke",
    "publish",
    "consume",
    "permission",
    "policy",
];

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
