//! Whether a change was made where nobody is woken for: in a sandbox, a preview, a test.
//!
//! Teams write an environment into the names and tags of what belongs to it. Somebody is on call for one of them; what happens in
//! another is rarely what broke it, however dramatic it is.

use std::collections::HashSet;

use serde_json::Value;

use super::Change;
use crate::context::Incident;
use crate::event::camel_words;

/// What environments are called that nobody's customers use, word by word.
///
/// Source: the habits of the names in public records and postmortems.
#[rustfmt::skip] // Words read best in lines.
const LESSER: &[&str] = &[
    "demo", "deprecated", "dev", "devel", "development", "draft", "experiment", "experimental", "loadtest", "nonprod", "old", "playground",
    "poc", "preprod", "preview", "qa", "sandbox", "sbox", "sbx", "scratch", "spike", "stage", "staging", "stg", "temp", "test", "testing",
    "tests", "tmp", "tst", "uat",
];
/// What a review of a pull request is called; a number follows.
const PULL: &[&str] = &["pr", "mr", "pull"];
/// Texts that are longer than this are no names.
const MAX_NAME: usize = 160;
/// Values of a request that are looked at.
const MAX_VALUES: usize = 60;

/// The environments that an alert speaks of.
pub(super) struct Environments(HashSet<&'static str>);

impl Environments {
    /// Finds them in the alert's words and in the names of what it names.
    pub(super) fn of(incident: &Incident) -> Self {
        let named = incident.resources.iter().map(|resource| resource.id.as_str());
        Self(named.chain([incident.words.as_str()]).flat_map(lesser).collect())
    }

    /// Tells whether the names of `change` speak of a lesser environment, and of none that the alert speaks of.
    pub(super) fn lie_elsewhere(&self, change: &Change) -> bool {
        let mut said = Said::default();
        let own = change.resources.iter().flat_map(|resource| &resource.aliases);
        own.for_each(|name| said.hears(name, self));
        said.looks(change.event.request(), self, 0);
        said.elsewhere && !said.here
    }
}

/// What was heard of environments so far.
#[derive(Default)]
struct Said {
    here: bool,
    elsewhere: bool,
    values: usize,
}

impl Said {
    fn hears(&mut self, name: &str, alert: &Environments) {
        if name.len() > MAX_NAME {
            return;
        }
        for word in lesser(name) {
            *(if alert.0.contains(word) { &mut self.here } else { &mut self.elsewhere }) = true;
        }
    }

    fn looks(&mut self, value: &Value, alert: &Environments, depth: usize) {
        self.values += 1;
        if depth > 6 || self.values > MAX_VALUES {
            return;
        }
        match value {
            Value::String(text) => self.hears(text, alert),
            Value::Array(items) => items.iter().for_each(|item| self.looks(item, alert, depth + 1)),
            Value::Object(map) => map.values().for_each(|item| self.looks(item, alert, depth + 1)),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }
}

/// Returns the words of `text` that name a lesser environment; a review's is `pr`.
fn lesser(text: &str) -> impl Iterator<Item = &'static str> + '_ {
    let mut words = camel_words(text).peekable();
    std::iter::from_fn(move || {
        while let Some(word) = words.next() {
            let is = |known: &&&str| known.eq_ignore_ascii_case(word);
            let pull = || PULL.iter().find(is).filter(|_| words.peek().is_some_and(|next| next.bytes().all(|b| b.is_ascii_digit())));
            if let Some(known) = LESSER.iter().find(is).or_else(pull) {
                return Some(Some(*known));
            }
        }
        None
    })
    .flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lesser_environment_is_told_by_whole_words_of_a_name() {
        let of = |text: &str| lesser(text).collect::<Vec<_>>();
        assert_eq!(of("payments-sandbox-probe"), ["sandbox"]);
        assert_eq!(of("stg-pay-ledger"), ["stg"]);
        assert_eq!(of("OrdersStackDevApi"), ["dev"]);
        assert_eq!(of("storefront-pr-2231"), ["pr"]);
        for name in ["prod-checkout", "contest-api", "device-registry", "pr-review-bot", "latest"] {
            assert_eq!(of(name), Vec::<&str>::new(), "{name}");
        }
    }
}
