//! What the alert calls things, and what a name shares with that.

use std::collections::HashSet;

use foldhash::fast::RandomState;

use super::lexicon::{Known, Lexicon, Name, Word};
use super::word::{is_vocabulary, name_words, stem};
use super::{Affinity, Rarity};
use crate::catalogue::aliases_of;
use crate::context::Incident;
use crate::event::camel_words;
use crate::rank::activity::Activities;

/// How firm a tie by name is, the weakest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Level {
    Told,
    Labelled,
    Named,
    Exact,
}

/// What a name shares with the alert.
#[derive(Clone, Copy, Debug)]
pub(super) struct Hit {
    pub(super) level: Level,
    pub(super) rarity: f64,
    what: What,
}

/// The word, or the whole name by its index.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum What {
    Word(Word),
    Whole(usize),
}

impl Hit {
    /// Returns the firmer of two; of equals the first in the order of words, so that the order of names does not matter.
    pub(super) fn better(self, other: Self) -> Self {
        let by_firmness = self.level.cmp(&other.level).then(self.rarity.total_cmp(&other.rarity));
        if by_firmness.then(other.what.cmp(&self.what)).is_lt() { other } else { self }
    }

    /// Returns what is left of it for something that is only tied to what bears the name.
    pub(super) fn inherited(self, part: f64) -> Self {
        Self { level: self.level.min(Level::Named), rarity: self.rarity * part, ..self }
    }
}

/// A whole name of the alert.
struct Whole {
    text: String,
    /// Whether it is the name of a resource, rather than one that the prose tells.
    named: bool,
}

/// The names of the alert as they are spelt.
pub(super) struct Spelt<'a> {
    incident: &'a Incident,
    wholes: Vec<Whole>,
}

impl<'a> Spelt<'a> {
    pub(super) fn new(incident: &'a Incident) -> Self {
        let mut wholes: Vec<Whole> = Vec::new();
        let mut add = |text: &str, named: bool| {
            let text = text.trim_end_matches('.');
            if text.len() >= 3 && !wholes.iter().any(|known| known.text.eq_ignore_ascii_case(text)) {
                wholes.push(Whole { text: text.to_owned(), named });
            }
        };
        for named in &incident.resources {
            // What is called by a plain word shares it with much, a service more so: `prod`, `web`.
            let own = |alias: &&String| !alias.bytes().all(|b| b.is_ascii_alphabetic()) || named.is_firm() && !name_words(alias).is_empty();
            aliases_of(&named.id).iter().filter(own).for_each(|alias| add(alias, true));
        }
        incident.told.names.iter().for_each(|name| add(name, false));
        Self { incident, wholes }
    }

    pub(super) fn wholes(&self) -> Vec<&str> {
        self.wholes.iter().map(|whole| whole.text.as_str()).collect()
    }

    /// Reads the words of the names.
    pub(super) fn read(self, lexicon: &mut Lexicon, activities: &Activities<'_>) -> Alert {
        // What AWS itself calls things in this log is nobody's name: `flow` beside CreateFlowLogs.
        let language: HashSet<String> =
            activities.names().flat_map(camel_words).map(|word| stem(&word.to_lowercase()).to_owned()).collect();
        let telling = |word: &String| word.len() > 3 && !is_vocabulary(word) && !language.contains(stem(word));
        let told = &self.incident.told;
        let words: Vec<String> = told.names.iter().chain(&told.words).flat_map(|name| name_words(name)).filter(telling).collect();
        let told = words.iter().map(|word| lexicon.number(word)).collect();
        let (mut firm, mut weak) = (Vec::new(), Vec::new());
        for named in &self.incident.resources {
            let names = if named.is_firm() { &mut firm } else { &mut weak };
            names.extend(aliases_of(&named.id).iter().filter_map(|alias| lexicon.name(alias)));
        }
        Alert { wholes: self.wholes, firm, weak, told }
    }
}

/// Words, each once.
type Words = HashSet<Word, RandomState>;

/// The names of the alert as numbers.
pub(super) struct Alert {
    wholes: Vec<Whole>,
    firm: Vec<Name>,
    weak: Vec<Name>,
    told: Words,
}

impl Alert {
    /// Lays out the words of the names, when it is known which of them say whose a thing is.
    pub(super) fn sides(self, lexicon: &Lexicon) -> Sides {
        let (firm, weak) = (Side::new(&self.firm, lexicon), Side::new(&self.weak, lexicon));
        let is_of_alert = |word: &Word| firm.all.contains(word) || weak.all.contains(word) || self.told.contains(word);
        let words = lexicon.names().iter().map(|known| known.words.iter().copied().filter(is_of_alert).collect()).collect();
        Sides { wholes: self.wholes, firm, weak, told: self.told, words }
    }
}

/// The words of some names.
struct Side {
    all: Words,
    heads: Words,
}

impl Side {
    fn new(names: &[Name], lexicon: &Lexicon) -> Self {
        let words = || names.iter().map(|name| lexicon.words(*name));
        Self { all: words().flatten().copied().collect(), heads: words().filter_map(|words| lexicon.head(words)).collect() }
    }
}

/// What the alert calls things, ready to be held against names.
pub(super) struct Sides {
    wholes: Vec<Whole>,
    firm: Side,
    weak: Side,
    told: Words,
    /// The words that each name shares with the alert.
    words: Vec<Vec<Word>>,
}

impl Sides {
    /// Returns the words that a name shares with the alert.
    pub(super) fn words_of(&self, name: Name) -> &[Word] {
        usize::try_from(name).ok().and_then(|at| self.words.get(at)).map_or(&[], Vec::as_slice)
    }

    /// Finds what a name shares with the alert.
    pub(super) fn hit(&self, known: &Known, lexicon: &Lexicon, rarity: &Rarity) -> Option<Hit> {
        if let Some(whole) = known.whole {
            return Some(Hit { level: Level::Exact, rarity: 1.0, what: What::Whole(whole) });
        }
        let head = lexicon.head(&known.words)?;
        // One of the two must say whose it is.
        let of_side = |side: &Side, level: Level| {
            let shared = known.words.iter().filter(|word| side.heads.contains(*word) || **word == head && side.all.contains(*word));
            shared.map(|word| Hit { level, rarity: rarity.of(*word), what: What::Word(*word) }).reduce(Hit::better)
        };
        let told = || self.told.contains(&head).then(|| Hit { level: Level::Told, rarity: rarity.of(head), what: What::Word(head) });
        of_side(&self.firm, Level::Named).or_else(|| of_side(&self.weak, Level::Labelled)).or_else(told)
    }

    /// Tells whether a hit is of a name that the alert gives to something, rather than of its prose.
    pub(super) fn is_named(&self, hit: &Hit) -> bool {
        match hit.what {
            What::Whole(whole) => self.wholes.get(whole).is_some_and(|whole| whole.named),
            What::Word(_) => hit.level >= Level::Labelled,
        }
    }

    /// Puts a hit in its words.
    pub(super) fn affinity(&self, hit: Hit, lexicon: &Lexicon) -> Affinity {
        let word = match hit.what {
            What::Word(word) => lexicon.spell(word).to_owned(),
            What::Whole(whole) => self.wholes.get(whole).map(|whole| whole.text.clone()).unwrap_or_default(),
        };
        match hit.level {
            Level::Exact => Affinity::Exact(word),
            Level::Named => Affinity::Named(word, hit.rarity),
            Level::Labelled => Affinity::Labelled(word, hit.rarity),
            Level::Told => Affinity::Told(word, hit.rarity),
        }
    }
}
