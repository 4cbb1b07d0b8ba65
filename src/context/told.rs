//! What an alert's words may call things: names as they are written, words that may be names, calls that were refused.

use std::sync::LazyLock;

use regex::Regex;

use super::fact::{Fact, Place};
use super::primary::Primary;
use super::region;
use crate::redact;

/// How many names, and how many words, are kept.
const MOST: usize = 200;
/// The longest name, in bytes.
const LONGEST: usize = 128;

/// What an alert's words may call things. Untrusted: each may be anybody's name, or no name at all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Told {
    /// What looks like a name (a hyphen, a digit, a dot, a slash, a capital inside), as it is written; each once.
    pub names: Vec<String>,
    /// Plain words, as they are written; each once.
    pub words: Vec<String>,
    /// Calls of AWS's API that the alert speaks of, `kms:Decrypt`; each once.
    pub calls: Vec<String>,
}

/// A call as policies and error messages name it.
#[expect(clippy::expect_used, reason = "a literal pattern")]
static CALL: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\b([a-z][a-z0-9-]{1,30}:[A-Z][A-Za-z]{2,60})\b").expect("pattern"));

/// Takes apart what the alert says, the name of a label or a field aside.
pub(super) fn find(primary: &Primary) -> Told {
    let mut told = Told::default();
    for name in &primary.names {
        told.read(name);
    }
    for fact in primary.facts.iter().filter(|fact| fact.place != Place::Origin && fact.is_about_the_incident()) {
        // `true` of a label says nothing.
        if !is_state(fact) {
            told.read(&redact::without_marks(&fact.text));
        }
        for call in CALL.find_iter(&fact.text) {
            add(&mut told.calls, call.as_str());
        }
    }
    told
}

impl Told {
    fn read(&mut self, text: &str) {
        let ends = |c: char| {
            c.is_whitespace()
                || matches!(
                    c,
                    '"' | '\'' | '`' | '(' | ')' | '[' | ']' | '{' | '}' | '<' | '>' | ',' | ';' | '=' | '|' | '*' | ':' | '@' | '“' | '”'
                )
        };
        for token in text.split(ends) {
            let token = token.trim_matches(|c: char| !c.is_alphanumeric() && c != '/').trim_end_matches('/');
            let token = if token.starts_with("//") { token.trim_start_matches('/') } else { token };
            if looks_like_a_name(token) {
                add(&mut self.names, token);
                token.split('/').filter(|part| *part != token && looks_like_a_name(part)).for_each(|part| add(&mut self.names, part));
            } else if token.len() <= LONGEST && token.chars().all(char::is_alphabetic) {
                add(&mut self.words, token);
            }
        }
    }
}

fn add(list: &mut Vec<String>, text: &str) {
    if list.len() < MOST && !text.is_empty() && !list.iter().any(|known| known == text) {
        list.push(text.to_owned());
    }
}

/// Tells whether a fact is a switch or a count.
fn is_state(fact: &Fact) -> bool {
    ["true", "false", "yes", "no", "on", "off", "null", "none"].iter().any(|word| fact.text.eq_ignore_ascii_case(word))
}

/// Tells whether a text looks like a name: letters, and a hyphen, digit, dot, slash, underscore or capital inside.
fn looks_like_a_name(text: &str) -> bool {
    let fits = (3..=LONGEST).contains(&text.len()) && text.is_ascii() && text.bytes().any(|b| b.is_ascii_alphabetic());
    let telling = text.bytes().any(|b| b.is_ascii_digit() || matches!(b, b'-' | b'_' | b'.' | b'/'));
    let hump = text.as_bytes().windows(2).any(|pair| matches!(pair, [a, b] if a.is_ascii_lowercase() && b.is_ascii_uppercase()));
    // `5m`, `24h`, `5xx` and `p99` are amounts.
    let amount = text.len() <= 4 && text.bytes().any(|b| b.is_ascii_digit()) && text.bytes().all(|b| b.is_ascii_alphanumeric());
    fits && (telling || hump) && !amount && !region::is_place(text)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::{Asked, Defaults, discover};
    use super::Told;

    fn told(investigation: serde_json::Value) -> Told {
        let now = "2026-01-27T21:00:00Z".parse().unwrap();
        discover(&Asked { investigation: Some(investigation), ..Asked::default() }, &Defaults::default(), now).unwrap().told
    }

    #[test]
    fn names_are_told_from_words_and_amounts() {
        let told = told(json!("[batch-prod] upload-seurat: 14 jobs FAILED for 5m in us-west-2, see /prod/loader/url and OrderWorker"));
        assert_eq!(told.names, ["batch-prod", "upload-seurat", "/prod/loader/url", "OrderWorker"]);
        assert!(["jobs", "FAILED"].iter().all(|word| told.words.iter().any(|known| known == word)));
    }

    #[test]
    fn the_call_that_was_refused_is_told() {
        let told = told(json!(
            "User: arn:aws:sts::111122223333:assumed-role/x-7f/s is not authorized to perform: kms:Decrypt on resource: arn:aws:kms:eu-west-1:111122223333:key/k"
        ));
        assert_eq!(told.calls, ["kms:Decrypt"]);
    }

    #[test]
    fn what_a_label_is_called_and_a_switch_are_not_told() {
        let told = told(json!({"alert": {"name": "Down", "startsAt": "2026-01-27T20:00:00Z", "labels": {"watch_dog": "true"}}}));
        assert_eq!((told.names, told.words), (vec![], vec!["Down".to_owned()]));
    }

    #[test]
    fn the_mark_of_a_hidden_value_is_nobodys_name() {
        let alert = json!({"alert": {"name": "Down", "labels": {"db_password": "[redacted: password]", "note": "login [redacted: secret] failed"}}});
        let told = told(alert);
        assert!(["password", "redacted", "secret"].iter().all(|word| !told.words.iter().any(|known| known == word)), "{told:?}");
        assert!(["login", "failed"].iter().all(|word| told.words.iter().any(|known| known == word)), "{told:?}");
    }
}
