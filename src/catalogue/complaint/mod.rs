//! What an alert complains of: error texts and symptoms, each with what can cause it.
//!
//! A row is a kind of complaint as people and machines write it. The more specific a text, the fewer causes it has: an exact error outweighs
//! a kind of failure, and that a general word.

mod phrase;
mod rows;
mod spoken;

use std::sync::LazyLock;

use self::phrase::{Phrases, Text};
use super::aspect::{Aspect, Aspects};

pub use spoken::Spoken;

/// How much a text tells of its cause.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Specificity {
    /// A symptom that almost anything can bring about: `errors`, `slow`.
    General,
    /// A kind of failure: `403`, `unhealthy targets`.
    Kind,
    /// The text of an error that has few causes: `no such host`.
    Exact,
}

/// What a complaint is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum About {
    /// Something fails.
    Failure,
    /// Something is refused: for want of a right, a key, a password.
    Refusal,
    /// There is too little: machines, addresses, quota.
    Shortage,
    /// What used to arrive does not.
    Silence,
    /// Something is open or weakened.
    Exposure,
    /// Money.
    Cost,
    /// The text itself explains the fault, and no change of the account does: a disk that ran full, traffic, a stranger's server.
    Outside,
}

/// A kind of complaint.
#[derive(Debug)]
pub struct Complaint {
    /// What it is called, to follow "can cause".
    pub name: &'static str,
    /// How it is written in English; see [`phrase`].
    phrases: &'static [&'static str],
    /// What causes it most often, the likeliest first.
    usual: &'static [Aspect],
    /// What causes it now and then.
    seldom: Aspects,
    /// How much it tells.
    pub specificity: Specificity,
    /// What it is about.
    pub about: About,
    /// Whether something that is added brings it about: an explicit deny, one more user of a quota.
    pub by_addition: bool,
}

impl PartialEq for Complaint {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Complaint {}

/// How well a change answers a complaint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Cause {
    /// Such changes cause it now and then.
    Seldom,
    /// They are what causes it most often.
    Usual,
}

impl Complaint {
    /// Tells whether a change that acts on `aspects` can cause it.
    pub fn caused_by(&self, aspects: Aspects) -> Option<Cause> {
        match () {
            () if self.usual.iter().any(|aspect| aspects.has(*aspect)) => Some(Cause::Usual),
            () if self.seldom.meets(aspects) => Some(Cause::Seldom),
            () => None,
        }
    }

    /// Returns how much of the blame for it falls on the likeliest of `aspects`: 0 to 1, nothing where they do not usually cause it.
    ///
    /// The first usual cause counts twice as much as the second, three times as much as the third.
    pub fn share(&self, aspects: Aspects) -> f64 {
        let part = |at: usize| 1.0 / (at + 1) as f64;
        let first = self.usual.iter().position(|aspect| aspects.has(*aspect));
        first.map_or(0.0, |at| part(at) / (0..self.usual.len()).map(part).sum::<f64>())
    }

    /// All ways in which it is written, those of other languages last.
    fn phrases(&self) -> impl Iterator<Item = &'static str> + use<> {
        let name = self.name;
        let translated = rows::TRANSLATED.iter().filter(move |(of, _)| *of == name).flat_map(|(_, phrases)| *phrases);
        self.phrases.iter().chain(translated).copied()
    }

    const fn about(self, about: About) -> Self {
        Self { about, ..self }
    }

    const fn by_addition(self) -> Self {
        Self { by_addition: true, ..self }
    }
}

const fn exact(name: &'static str, phrases: &'static [&'static str], usual: &'static [Aspect], seldom: &[Aspect]) -> Complaint {
    let seldom = Aspects::of(seldom);
    Complaint { name, phrases, usual, seldom, specificity: Specificity::Exact, about: About::Failure, by_addition: false }
}

const fn kind(name: &'static str, phrases: &'static [&'static str], usual: &'static [Aspect], seldom: &[Aspect]) -> Complaint {
    Complaint { specificity: Specificity::Kind, ..exact(name, phrases, usual, seldom) }
}

const fn general(name: &'static str, phrases: &'static [&'static str], usual: &'static [Aspect], seldom: &[Aspect]) -> Complaint {
    Complaint { specificity: Specificity::General, ..exact(name, phrases, usual, seldom) }
}

/// A complaint that an alert makes, and how often it says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Complained {
    /// The kind.
    pub complaint: &'static Complaint,
    /// How many of its phrases were found.
    pub times: usize,
}

/// Finds what an alert's words complain of, and which services they speak of.
///
/// `words` is the alert's name, labels and annotations.
/// Shape: each kind once, the most specific first, among these the most spoken of; empty when nothing is recognised.
pub fn complaints(words: &str) -> (Vec<Complained>, Spoken) {
    static PHRASES: LazyLock<Phrases> = LazyLock::new(|| Phrases::new(rows::all().map(Complaint::phrases)));
    let text = Text::of(words);
    let found = PHRASES.count(&text);
    let mut complained: Vec<Complained> =
        rows::all().zip(found).filter(|(_, times)| *times > 0).map(|(complaint, times)| Complained { complaint, times }).collect();
    complained.sort_by_key(|one| std::cmp::Reverse((one.complaint.specificity, one.times)));
    (complained, Spoken::of(words, &text))
}

#[cfg(test)]
mod pairs;
#[cfg(test)]
mod tests;
