//! What a change and the alert have in common by name: teams name the parts of a service alike, `search-worker` runs as `search-role`.

use std::cell::LazyCell;
use std::collections::{BTreeSet, HashMap, HashSet};

use foldhash::fast::RandomState;
use serde_json::{Map, Value};

use super::Change;
use super::activity::Activities;
use super::topology::{COMMON_WORDS, Graph};
use crate::catalogue::{Role, aliases_of};
use crate::context::Incident;
use crate::redact::is_hidden;

/// What a change shares with the alert.
#[derive(Clone, Debug, Default, PartialEq)]
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
    #[default]
    Unknown,
}

/// Finds what each change shares with the alert.
///
/// Shape: one element for each change, in their order. What has no name of its own (a key, a mapping, an instance) goes by the
/// names of what other events, `background` included, tie it to.
pub(super) fn affinities(
    incident: &Incident,
    changes: &[Change],
    background: &[Change],
    graph: &Graph,
    activities: &Activities<'_>,
) -> Vec<Affinity> {
    let mut lexicon = Lexicon::default();
    let spelt: Vec<Name> = incident.resources.iter().flat_map(|r| aliases_of(&r.id)).map(|alias| lexicon.name(&alias)).collect();
    let told: BTreeSet<Word> = incident
        .words
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !is_vocabulary(&word.to_lowercase()))
        .map(|word| lexicon.name(word))
        .collect::<Vec<_>>()
        .into_iter()
        .flat_map(|name| lexicon.words(name).to_vec())
        .collect();
    let names: Vec<Vec<Name>> = changes.iter().chain(background).map(|change| lexicon.of_change(change)).collect();
    let rarity = Rarity::new(changes, &names, &lexicon, activities);
    lexicon.learn_places();
    let read = |names: &[Name]| Words::of(names, &lexicon);
    let named = read(&spelt);
    let words: Vec<Words> = names.iter().map(|names| read(names)).collect();
    // A word tells things apart once one of them bears it; prose is full of words, so there it must be a rare one.
    let named_here = words.iter().any(|own| !own.shared(&named).is_empty());
    let told_here = words.iter().take(changes.len()).flat_map(|own| own.heads.intersection(&told)).any(|word| rarity.of(*word) >= 1.0);
    let of_nodes = names_of_nodes(changes.iter().chain(background), &names, graph);
    let rarest = |shared: Vec<Word>| {
        let rarest = shared.into_iter().map(|word| (rarity.of(word), lexicon.spell(word)));
        rarest.max_by(|a, b| a.0.total_cmp(&b.0).then_with(|| b.1.cmp(a.1))).map(|(rare, word)| (word.to_owned(), rare))
    };
    let nameless = Words::default();
    changes
        .iter()
        .enumerate()
        .map(|(index, change)| {
            let own = words.get(index).unwrap_or(&nameless);
            let ties =
                LazyCell::new(|| if change.class.noise { Words::default() } else { read(&inherited(index, change, &of_nodes, graph)) });
            let shared = |with: &dyn Fn(&Words) -> Vec<Word>| {
                let inherited = || rarest(with(&ties)).map(|(word, rare)| (word, rare * INHERITED));
                rarest(with(own)).or_else(inherited)
            };
            if let Some((word, rare)) = shared(&|words| words.shared(&named)) {
                Affinity::Named(word, rare)
            } else if let Some((word, rare)) = shared(&|words| words.heads.intersection(&told).copied().collect()) {
                Affinity::Told(word, rare)
            } else if own.all.is_empty() && ties.all.is_empty() {
                Affinity::Unknown
            } else if named_here {
                Affinity::Other
            } else if told_here {
                Affinity::OtherThanTold
            } else {
                Affinity::Unknown
            }
        })
        .collect()
}

/// What a name counts that is not a thing's own but of what it is tied to.
const INHERITED: f64 = 0.8;

/// The words of some names.
#[derive(Default)]
struct Words {
    all: BTreeSet<Word>,
    /// The first telling word of each: whose it is. What follows says what it is, `flow` in `catalog-flow`.
    heads: BTreeSet<Word>,
}

impl Words {
    fn of(names: &[Name], lexicon: &Lexicon) -> Self {
        let mut words = Self::default();
        for name in names {
            let of_name = lexicon.words(*name);
            words.all.extend(of_name);
            let telling = |word: &&Word| !lexicon.platforms.contains(word) && !lexicon.kinds.contains(word);
            words.heads.extend(of_name.iter().find(telling).or_else(|| of_name.first()));
        }
        words
    }

    /// Returns the shared words of which at least one side says whose it is.
    fn shared(&self, other: &Self) -> Vec<Word> {
        self.heads.intersection(&other.all).chain(self.all.intersection(&other.heads)).copied().collect()
    }
}

/// Returns the names that events which change or tag a resource speak of, by the resource's node.
fn names_of_nodes<'a>(
    changes: impl Iterator<Item = &'a Change>,
    names: &[Vec<Name>],
    graph: &Graph,
) -> HashMap<usize, BTreeSet<Name>, RandomState> {
    let mut of_nodes: HashMap<usize, BTreeSet<Name>, RandomState> = HashMap::default();
    for (index, change) in changes.enumerate() {
        let Some(own) = names.get(index).filter(|own| !own.is_empty() && !change.event.failed()) else { continue };
        let tagged = change.class.tags.then(|| graph.named_by(index)).into_iter().flatten();
        for node in graph.targets(index, change).chain(tagged) {
            of_nodes.entry(node).or_default().extend(own);
        }
    }
    of_nodes
}

/// Returns the names that the targets of a change go by elsewhere: their own, and those of what they are tied to.
fn inherited(index: usize, change: &Change, of_nodes: &HashMap<usize, BTreeSet<Name>, RandomState>, graph: &Graph) -> Vec<Name> {
    let around = graph.targets(index, change).flat_map(|node| std::iter::once(node).chain(graph.tied(node)));
    let mut names: Vec<Name> = around.filter_map(|node| of_nodes.get(&node)).flatten().copied().collect();
    names.sort_unstable();
    names.dedup();
    names
}

/// How telling a word is: one that few kinds of change bear tells more than the name of the whole platform.
struct Rarity {
    seen: HashMap<Word, usize, RandomState>,
    all: usize,
}

impl Rarity {
    /// Counts each word once for an actor and an event name: a burst does not make a name common.
    fn new(changes: &[Change], names: &[Vec<Name>], lexicon: &Lexicon, activities: &Activities<'_>) -> Self {
        let (mut told, mut all) = (HashSet::<(Word, usize), RandomState>::default(), HashSet::<usize, RandomState>::default());
        let mut seen: HashMap<Word, usize, RandomState> = HashMap::default();
        for (index, (_, names)) in changes.iter().zip(names).enumerate().filter(|(_, (change, _))| !change.class.noise) {
            let activity = activities.number(index);
            all.insert(activity);
            for word in names.iter().flat_map(|name| lexicon.words(*name)) {
                if told.insert((*word, activity)) {
                    *seen.entry(*word).or_default() += 1;
                }
            }
        }
        Self { seen, all: all.len() }
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

/// A name, as a number.
type Name = u32;

/// Words and names as numbers: names repeat.
#[derive(Default)]
struct Lexicon {
    numbers: HashMap<String, Word, RandomState>,
    spelling: Vec<String>,
    known: HashMap<String, Name, RandomState>,
    names: Vec<Vec<Word>>,
    /// Words that say what a thing is, not whose: `jobs` of `media-jobs`, `orders-jobs`, `search-jobs`.
    kinds: HashSet<Word>,
    /// Words that stand before those of most names: `acme` of `acme-orders`, `acme-search`.
    platforms: HashSet<Word>,
}

impl Lexicon {
    /// Takes in a name.
    fn name(&mut self, name: &str) -> Name {
        // Numbers and ids, which no two events need share, are not worth a place.
        let name = if tells(name) { name } else { "" };
        if let Some(known) = self.known.get(name) {
            return *known;
        }
        let words: Vec<Word> = name_words(name).into_iter().map(|word| self.number(&word)).collect();
        let number = next(self.names.len());
        self.names.push(words);
        self.known.insert(name.to_owned(), number);
        number
    }

    /// Returns the number of a word, which is the same with and without a plural's s; it is spelt as it was first met.
    fn number(&mut self, word: &str) -> Word {
        let stem = stem(word);
        if let Some(number) = self.numbers.get(stem) {
            return *number;
        }
        let number = next(self.spelling.len());
        self.spelling.push(word.to_owned());
        self.numbers.insert(stem.to_owned(), number);
        number
    }

    /// Learns which words end the names of many, and which begin most: they do not say whose a thing is.
    fn learn_places(&mut self) {
        const MANY: usize = 3;
        let long: Vec<(&Word, &[Word])> =
            self.names.iter().filter_map(|name| name.split_first()).filter(|(_, rest)| !rest.is_empty()).collect();
        let (mut after, mut before) = (HashMap::<Word, HashSet<Word>>::new(), HashMap::<Word, (usize, HashSet<Word>)>::new());
        for (head, rest) in &long {
            let (names, next) = before.entry(**head).or_default();
            *names += 1;
            next.extend(rest.first());
            rest.iter().filter(|word| word != head).for_each(|word| _ = after.entry(*word).or_default().insert(**head));
        }
        let leads = |word: &Word| before.get(word).map_or(0, |(names, _)| *names);
        self.kinds =
            after.into_iter().filter(|(word, heads)| heads.len() >= MANY && heads.len() > leads(word)).map(|(word, _)| word).collect();
        let most = |names: usize| names * 2 > long.len();
        let own = |next: &HashSet<Word>| next.difference(&self.kinds).count();
        self.platforms = before.iter().filter(|(_, (names, next))| most(*names) && own(next) >= MANY).map(|(word, _)| *word).collect();
    }

    /// Returns the telling words of a name, in their order.
    fn words(&self, name: Name) -> &[Word] {
        usize::try_from(name).ok().and_then(|at| self.names.get(at)).map_or(&[], Vec::as_slice)
    }

    fn spell(&self, word: Word) -> &str {
        usize::try_from(word).ok().and_then(|at| self.spelling.get(at)).map_or("", String::as_str)
    }

    /// Returns the names that a change concerns: its targets, what holds them, and the short texts of its request.
    fn of_change(&mut self, change: &Change) -> Vec<Name> {
        let mut names = Vec::new();
        // What is done all day by itself has nothing to do with anybody's names, but for tags.
        if change.class.noise && !change.class.tags {
            return names;
        }
        self.collect(change.event.request(), 0, &mut names);
        for resource in change.resources.iter().filter(|r| r.role != Role::Referenced).take(8) {
            names.extend(resource.aliases.iter().map(|alias| self.name(alias)));
        }
        names.retain(|name| !self.words(*name).is_empty());
        if names.is_empty() {
            self.collect_tags(change.event.response(), 0, &mut names);
        }
        names.sort_unstable();
        names.dedup();
        names
    }

    /// Takes in what the tags in an answer call the thing: a change of values shows it as it is by now.
    fn collect_tags(&mut self, value: &Value, depth: usize, names: &mut Vec<Name>) {
        match value {
            Value::Array(items) if depth < 6 => items.iter().take(20).for_each(|item| self.collect_tags(item, depth + 1, names)),
            Value::Object(map) if depth < 6 => match naming_tag(map) {
                Some(name) if name.len() <= MAX_TEXT && !is_hidden(name) => names.push(self.name(name)),
                _ => map
                    .values()
                    .filter(|inner| inner.is_array() || inner.is_object())
                    .for_each(|item| self.collect_tags(item, depth + 1, names)),
            },
            _ => {}
        }
    }

    fn collect(&mut self, value: &Value, depth: usize, names: &mut Vec<Name>) {
        match value {
            Value::String(text) if text.len() <= MAX_TEXT && names.len() < MAX_NAMES && !is_hidden(text) => {
                // The last part of an ARN is a name; the rest is common to all. `kms:Decrypt` is what is done, not to what.
                let is_action = text.split_once(':').is_some_and(|(_, action)| action.starts_with(|c: char| c.is_ascii_uppercase()));
                if !is_action {
                    names.push(self.name(text.rsplit(':').next().unwrap_or_default()));
                }
            }
            Value::Array(items) if depth < 8 => items.iter().take(20).for_each(|item| self.collect(item, depth + 1, names)),
            Value::Object(map) if depth < 8 && !is_ownership_tag(map) => {
                let named = map.iter().filter(|(key, _)| !ends_in_description(key));
                named.for_each(|(_, item)| self.collect(item, depth + 1, names));
            }
            _ => {}
        }
    }
}

/// Returns what a tag calls the thing, when `map` is one that does: `{"key": "service", "value": "checkout"}`.
fn naming_tag(map: &Map<String, Value>) -> Option<&str> {
    let (key, value) = (
        ["key", "Key"].iter().find_map(|key| map.get(*key)?.as_str())?,
        ["value", "Value"].iter().find_map(|key| map.get(*key)?.as_str())?,
    );
    (map.len() == 2 && names_thing(key)).then_some(value)
}

/// Tells whether a tag of this key says what the thing is called, rather than its owner or its cost centre.
fn names_thing(key: &str) -> bool {
    const NAMES: &[&str] = &["name", "service", "app", "application", "component", "project", "system", "workload", "stack"];
    key.rsplit([':', '/']).next().is_some_and(|last| NAMES.iter().any(|name| last.to_lowercase().contains(name)))
}

/// Returns the number of the next one after `count`.
fn next(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

/// Tells whether `map` is a tag that says something else than what the thing is called: its owner, its cost centre.
fn is_ownership_tag(map: &Map<String, Value>) -> bool {
    let key = ["key", "Key", "tagKey"].iter().find_map(|key| map.get(*key)?.as_str());
    map.len() == 2 && key.is_some_and(|key| !names_thing(key))
}

fn ends_in_description(key: &str) -> bool {
    const DESCRIPTION: &str = "description";
    key.len().checked_sub(DESCRIPTION.len()).and_then(|at| key.get(at..)).is_some_and(|end| end.eq_ignore_ascii_case(DESCRIPTION))
}

/// Longest text of a request that is taken for a name, in bytes, and most names taken from one.
const MAX_TEXT: usize = 128;
const MAX_NAMES: usize = 60;

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

/// Tells whether a word, in lower case, names no service of anybody's.
fn is_vocabulary(word: &str) -> bool {
    VOCABULARY.contains(&word) || VOCABULARY.contains(&stem(word))
}

/// Returns a word without a plural's s. What is left may be no word, so it is only compared, never shown.
fn stem(word: &str) -> &str {
    word.trim_end_matches('s')
}

/// Tells whether a text holds letters enough for a word of a name.
fn tells(name: &str) -> bool {
    name.as_bytes().windows(MIN_WORD).any(|run| run.iter().all(u8::is_ascii_alphabetic))
}

/// Shortest word of a name that tells something, in letters.
const MIN_WORD: usize = 4;

/// Splits a name into the words that tell something: no ids, no ARNs, no environment or layer words, no numbers.
fn name_words(name: &str) -> Vec<String> {
    // `vpce-0123456789abcdef0` is no word: the kind of thing, and a number.
    let is_id = name.rsplit_once('-').is_some_and(|(_, tail)| tail.len() >= 8 && tail.bytes().all(|b| b.is_ascii_hexdigit()));
    if is_id || name.starts_with("arn:") || name.starts_with("http") {
        return Vec::new();
    }
    let common = |word: &str| COMMON_WORDS.contains(&word);
    // The domain of a host is everybody's.
    let name = host(name).unwrap_or(name);
    name.split(|c: char| !c.is_alphanumeric())
        .map(str::to_lowercase)
        .filter(|word| word.len() >= MIN_WORD && word.bytes().all(|b| b.is_ascii_alphabetic()) && !common(word) && !common(stem(word)))
        .collect()
}

/// Returns a domain name without its registered domain: `shop` of `shop.example.com`; nothing when it is none.
///
/// Two labels are a domain only under a name that domains end in: `orders.fifo` is a queue.
fn host(name: &str) -> Option<&str> {
    const TOPS: &[&str] = &["com", "net", "org", "io", "dev", "app", "co", "cloud", "ai", "internal", "local", "corp"];
    let domain = name.trim_end_matches('.');
    let (rest, top) = domain.rsplit_once('.')?;
    let is_domain = (2..=8).contains(&top.len())
        && top.bytes().all(|b| b.is_ascii_lowercase())
        && rest.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'*' | b'_'));
    match rest.rsplit_once('.') {
        _ if !is_domain => None,
        Some((host, _)) => Some(host),
        None => TOPS.contains(&top).then_some(""),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_gives_its_telling_words_and_an_id_gives_none() {
        assert_eq!(name_words("prod-search-worker"), ["search"]);
        assert_eq!(name_words("i-0123456789abcdef0"), Vec::<String>::new());
        assert_eq!(name_words("arn:aws:iam::111122223333:role/search"), Vec::<String>::new());
        assert_eq!(name_words("Payments_API.v2"), ["payments"]);
        assert_eq!(name_words("checkout.example.com"), ["checkout"]);
        assert_eq!(name_words("example.com."), Vec::<String>::new());
        assert_eq!(name_words("orders.fifo"), ["orders", "fifo"]);
    }

    #[test]
    fn a_plural_is_the_same_word_and_is_shown_whole() {
        let mut lexicon = Lexicon::default();
        let (plural, singular) = (lexicon.number("orders"), lexicon.number("order"));
        assert_eq!(plural, singular);
        assert_eq!(lexicon.spell(singular), "orders");
        let class = lexicon.number("bus");
        assert_eq!(lexicon.spell(class), "bus");
    }

    #[test]
    fn a_word_of_every_alert_is_no_name_whatever_letter_it_ends_in() {
        for word in ["status", "access", "alerts", "queues", "queue"] {
            assert!(is_vocabulary(word), "{word}");
        }
        assert!(!is_vocabulary("checkout"));
    }
}
