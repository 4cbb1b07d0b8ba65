//! Names and their words as numbers: names repeat, so each is looked at once.

use std::collections::{HashMap, HashSet};

use foldhash::fast::RandomState;
use serde_json::{Map, Value};

use super::word::{name_words, stem, tells};
use crate::catalogue::Role;
use crate::rank::Change;
use crate::redact::is_hidden;

/// A word, as a number.
pub(super) type Word = u32;

/// A name, as a number.
pub(super) type Name = u32;

/// Longest text of a request that is taken for a name, in bytes, and most names taken from one.
const MAX_TEXT: usize = 128;
const MAX_NAMES: usize = 60;

/// What is known of one name.
#[derive(Default)]
pub(super) struct Known {
    /// Its telling words, in their order.
    pub(super) words: Vec<Word>,
    /// The whole name that the alert gives, when it is that.
    pub(super) whole: Option<usize>,
}

/// Words and names as numbers.
#[derive(Default)]
pub(super) struct Lexicon {
    numbers: HashMap<String, Word, RandomState>,
    spelling: Vec<String>,
    known: HashMap<String, Option<Name>, RandomState>,
    names: Vec<Known>,
    wholes: Wholes,
    /// Words that say what a thing is, not whose: `jobs` of `media-jobs`, `orders-jobs`, `search-jobs`.
    pub(super) kinds: HashSet<Word, RandomState>,
    /// Words that stand before those of most names: `acme` of `acme-orders`, `acme-search`.
    pub(super) platforms: HashSet<Word, RandomState>,
}

/// The whole names that the alert gives, by their length.
#[derive(Default)]
struct Wholes {
    by_length: Vec<Vec<(String, usize)>>,
}

impl Wholes {
    fn find(&self, text: &str) -> Option<usize> {
        self.by_length.get(text.len())?.iter().find(|(whole, _)| whole.eq_ignore_ascii_case(text)).map(|(_, index)| *index)
    }
}

impl Lexicon {
    /// Makes one that recognises `wholes`, each by its index.
    pub(super) fn new(wholes: &[&str]) -> Self {
        let mut by_length: Vec<Vec<(String, usize)>> = vec![Vec::new(); MAX_TEXT + 1];
        for (index, whole) in wholes.iter().enumerate() {
            if let Some(list) = by_length.get_mut(whole.len()) {
                list.push(((*whole).to_owned(), index));
            }
        }
        Self { wholes: Wholes { by_length }, ..Self::default() }
    }

    /// Takes in a name; nothing when it has no telling word and the alert does not give it.
    pub(super) fn name(&mut self, name: &str) -> Option<Name> {
        let whole = self.whole(name);
        // Numbers and ids, which no two events need share, are not worth a place.
        if whole.is_none() && !tells(name) {
            return None;
        }
        if let Some(known) = self.known.get(name) {
            return *known;
        }
        let words: Vec<Word> = name_words(last_part(name)).into_iter().map(|word| self.number(&word)).collect();
        let number = (whole.is_some() || !words.is_empty()).then(|| {
            self.names.push(Known { words, whole });
            next(self.names.len() - 1)
        });
        self.known.insert(name.to_owned(), number);
        number
    }

    /// Returns which whole name of the alert a text is: as it stands, or the last part of an ARN or a path.
    fn whole(&self, text: &str) -> Option<usize> {
        let text = text.trim_end_matches('.');
        let text = text.strip_suffix("/32").unwrap_or(text);
        let part = last_part(text);
        self.wholes.find(text).or_else(|| self.wholes.find(part)).or_else(|| self.wholes.find(part.rsplit('/').next()?))
    }

    /// Returns the number of a word, which is the same with and without a plural's s; it is spelt as it was first met.
    pub(super) fn number(&mut self, word: &str) -> Word {
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
    pub(super) fn learn_places(&mut self) {
        const MANY: usize = 3;
        let long: Vec<(&Word, &[Word])> =
            self.names.iter().filter_map(|name| name.words.split_first()).filter(|(_, rest)| !rest.is_empty()).collect();
        let (mut after, mut before) =
            (HashMap::<Word, Words, RandomState>::default(), HashMap::<Word, (usize, Words), RandomState>::default());
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
        let own = |next: &Words| next.difference(&self.kinds).count();
        self.platforms = before.iter().filter(|(_, (names, next))| most(*names) && own(next) >= MANY).map(|(word, _)| *word).collect();
    }

    /// Returns all names, by their numbers.
    pub(super) fn names(&self) -> &[Known] {
        &self.names
    }

    /// Returns the telling words of a name, in their order.
    pub(super) fn words(&self, name: Name) -> &[Word] {
        index(name).and_then(|at| self.names.get(at)).map_or(&[], |known| known.words.as_slice())
    }

    /// Returns the word that says whose a thing is: the first telling one. What follows says what it is, `flow` in `catalog-flow`.
    pub(super) fn head(&self, words: &[Word]) -> Option<Word> {
        let telling = |word: &&Word| !self.platforms.contains(*word) && !self.kinds.contains(*word);
        words.iter().find(telling).or_else(|| words.first()).copied()
    }

    pub(super) fn spell(&self, word: Word) -> &str {
        index(word).and_then(|at| self.spelling.get(at)).map_or("", String::as_str)
    }

    /// Takes in the names that a change concerns: its targets, what holds them, and the short texts of its request.
    pub(super) fn of_change(&mut self, change: &Change, names: &mut Vec<Name>) {
        // What is done all day by itself has nothing to do with anybody's names, but for tags.
        if change.class.noise && !change.class.tags {
            return;
        }
        self.collect(change.event.request(), (0, false), names);
        for resource in change.resources.iter().filter(|r| r.role != Role::Referenced).take(8) {
            names.extend(resource.aliases.iter().filter_map(|alias| self.name(alias)));
        }
        if names.is_empty() {
            self.collect_tags(change.event.response(), 0, names);
        }
        names.sort_unstable();
        names.dedup();
    }

    /// Takes in what the tags in an answer call the thing: a change of values shows it as it is by now.
    fn collect_tags(&mut self, value: &Value, depth: usize, names: &mut Vec<Name>) {
        match value {
            Value::Array(items) if depth < 6 => items.iter().take(20).for_each(|item| self.collect_tags(item, depth + 1, names)),
            Value::Object(map) if depth < 6 => match naming_tag(map) {
                Some(name) if name.len() <= MAX_TEXT && !is_hidden(name) => names.extend(self.name(name)),
                _ => map
                    .values()
                    .filter(|inner| inner.is_array() || inner.is_object())
                    .for_each(|item| self.collect_tags(item, depth + 1, names)),
            },
            _ => {}
        }
    }

    /// Takes in the texts of a request; of a plain word only where the key says that it names a thing: `true`, `latest` and `allow` are no names.
    fn collect(&mut self, value: &Value, (depth, named): (usize, bool), names: &mut Vec<Name>) {
        match value {
            Value::String(text) if text.len() <= MAX_TEXT && names.len() < MAX_NAMES && !is_hidden(text) => {
                // `kms:Decrypt` is what is done, not to what.
                let is_action = text.split_once(':').is_some_and(|(_, action)| action.starts_with(|c: char| c.is_ascii_uppercase()));
                if !is_action && (named || !is_plain_word(text)) {
                    names.extend(self.name(text));
                }
            }
            Value::Array(items) if depth < 8 => items.iter().take(20).for_each(|item| self.collect(item, (depth + 1, named), names)),
            Value::Object(map) if depth < 8 && !is_ownership_tag(map) => {
                if let Some(name) = naming_tag(map) {
                    return names
                        .extend(Some(name).filter(|name| name.len() <= MAX_TEXT && !is_hidden(name)).and_then(|name| self.name(name)));
                }
                let told = map.iter().filter(|(key, _)| !ends_in_description(key) && *key != "Sid");
                told.for_each(|(key, item)| self.collect(item, (depth + 1, is_naming_key(key)), names));
            }
            _ => {}
        }
    }
}

/// Words, each once.
type Words = HashSet<Word, RandomState>;

fn index(number: u32) -> Option<usize> {
    usize::try_from(number).ok()
}

/// Returns the number of the next one after `count`.
fn next(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

/// Returns the last part of an ARN, which is a name; the rest is common to all.
fn last_part(text: &str) -> &str {
    text.rsplit(':').next().unwrap_or_default()
}

/// Tells whether a text is a word as a dictionary or an API has them: `latest`, `GreaterThanThreshold`, `PAY_PER_REQUEST`.
fn is_plain_word(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.iter().all(u8::is_ascii_alphabetic) || bytes.iter().all(|b| b.is_ascii_uppercase() || *b == b'_')
}

/// Tells whether a key of a request says that its value is what a thing is called.
fn is_naming_key(key: &str) -> bool {
    const ENDS: &[&str] = &[
        "name",
        "names",
        "id",
        "ids",
        "identifier",
        "identifiers",
        "arn",
        "arns",
        "alias",
        "service",
        "services",
        "cluster",
        "clusters",
        "application",
        "project",
        "repository",
        "domain",
        "prefix",
    ];
    let ends =
        |end: &&str| key.len().checked_sub(end.len()).and_then(|at| key.get(at..)).is_some_and(|tail| tail.eq_ignore_ascii_case(end));
    ENDS.iter().any(ends)
}

/// Returns what a tag calls the thing, when `map` is one that does: `{"key": "service", "value": "checkout"}`.
fn naming_tag(map: &Map<String, Value>) -> Option<&str> {
    if map.len() != 2 {
        return None;
    }
    let (key, value) = (
        ["key", "Key"].iter().find_map(|key| map.get(*key)?.as_str())?,
        ["value", "Value"].iter().find_map(|key| map.get(*key)?.as_str())?,
    );
    names_thing(key).then_some(value)
}

/// Tells whether a tag of this key says what the thing is called, rather than its owner or its cost centre.
fn names_thing(key: &str) -> bool {
    const NAMES: &[&str] = &["name", "service", "app", "application", "component", "project", "system", "workload", "stack"];
    key.rsplit([':', '/']).next().is_some_and(|last| NAMES.iter().any(|name| last.to_lowercase().contains(name)))
}

fn ends_in_description(key: &str) -> bool {
    const DESCRIPTION: &str = "description";
    key.len().checked_sub(DESCRIPTION.len()).and_then(|at| key.get(at..)).is_some_and(|end| end.eq_ignore_ascii_case(DESCRIPTION))
}

/// Tells whether `map` is a tag that says something else than what the thing is called: its owner, its cost centre.
fn is_ownership_tag(map: &Map<String, Value>) -> bool {
    map.len() == 2 && ["key", "Key", "tagKey"].iter().find_map(|key| map.get(*key)?.as_str()).is_some_and(|key| !names_thing(key))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

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
    fn a_plain_word_is_a_name_where_the_key_says_so() {
        let mut lexicon = Lexicon::default();
        let mut names = Vec::new();
        let request = json!({"publiclyAccessible": "true", "imageTag": "latest", "effect": "Allow", "comparisonOperator": "GreaterThanThreshold", "billingMode": "PAY_PER_REQUEST", "dBName": "ledger", "x": "ledger-api"});
        lexicon.collect(&request, (0, false), &mut names);
        let words: Vec<&str> = names.iter().flat_map(|name| lexicon.words(*name)).map(|word| lexicon.spell(*word)).collect();
        assert_eq!(words, ["ledger", "ledger"]);
    }

    #[test]
    fn a_whole_name_is_found_in_every_spelling() {
        let mut lexicon = Lexicon::new(&["api.example.io", "x-7f", "10.0.12.41"]);
        for (text, whole) in [("api.example.io.", 0), ("arn:aws:iam::111122223333:role/x-7f", 1), ("x-7f", 1), ("10.0.12.41/32", 2)] {
            let name = lexicon.name(text).and_then(index).and_then(|at| lexicon.names().get(at)?.whole);
            assert_eq!(name, Some(whole), "{text}");
        }
        assert_eq!(lexicon.name("10.0.12.4"), None);
    }
}
