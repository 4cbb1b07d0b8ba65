//! Phrases in texts.
//!
//! A phrase is written as people write it: case, marks and CamelCase do not matter, so `AccessDenied` finds `access denied` and
//! `i/o timeout` finds `I/O-Timeout`. Its words stand in the text one after another; `..` stands for up to [`GAP`] other words, and a word
//! that ends in `*` for all that begin like it. Scripts without spaces are read sign by sign, so that a phrase of theirs is found anywhere.

use std::collections::HashMap;

use crate::event::camel_words;

/// At most so many words stand for a `..`.
const GAP: usize = 8;

/// At most this many words of a text are read.
const MAX_WORDS: usize = 2_500;

/// A text as words in lower case.
pub(super) struct Text(Vec<String>);

impl Text {
    pub(super) fn of(words: &str) -> Self {
        Self(words_of(words).take(MAX_WORDS).map(str::to_lowercase).collect())
    }

    /// Returns the words.
    pub(super) fn words(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }
}

/// Splits a text into words, and what is written without spaces into signs.
fn words_of(text: &str) -> impl Iterator<Item = &str> {
    camel_words(text).flat_map(|mut rest| {
        std::iter::from_fn(move || {
            let sign = rest.chars().next()?;
            let end = if has_no_spaces(sign) { sign.len_utf8() } else { rest.find(has_no_spaces).unwrap_or(rest.len()) };
            let (word, after) = rest.split_at_checked(end)?;
            rest = after;
            Some(word)
        })
    })
}

/// Tells whether a sign belongs to a script that puts no spaces between words: Kana and Han.
const fn has_no_spaces(sign: char) -> bool {
    matches!(sign, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}')
}

/// A part of a phrase.
#[derive(Debug, PartialEq)]
enum Part {
    Word(String),
    Beginning(String),
    Gap,
}

impl Part {
    fn is(&self, word: &str) -> bool {
        match self {
            Self::Word(own) => own == word,
            Self::Beginning(own) => word.starts_with(own.as_str()),
            Self::Gap => false,
        }
    }
}

/// One phrase and the row that it stands in.
struct Phrase {
    parts: Vec<Part>,
    row: usize,
}

/// The phrases of all rows, by their first word.
pub(super) struct Phrases {
    phrases: Vec<Phrase>,
    /// Those that begin with this word.
    by_word: HashMap<String, Vec<usize>>,
    /// Those that begin with the beginning of a word, by its first letter.
    by_beginning: HashMap<char, Vec<usize>>,
    rows: usize,
}

impl Phrases {
    /// Takes in the phrases of each row.
    pub(super) fn new(rows: impl Iterator<Item = impl Iterator<Item = &'static str>>) -> Self {
        let mut all = Self { phrases: Vec::new(), by_word: HashMap::new(), by_beginning: HashMap::new(), rows: 0 };
        for (row, phrases) in rows.enumerate() {
            all.rows = row + 1;
            for phrase in phrases {
                let (parts, at) = (parts(phrase), all.phrases.len());
                match parts.first() {
                    Some(Part::Word(word)) => all.by_word.entry(word.clone()).or_default().push(at),
                    Some(Part::Beginning(word)) => all.by_beginning.entry(word.chars().next().unwrap_or_default()).or_default().push(at),
                    Some(Part::Gap) | None => continue,
                }
                all.phrases.push(Phrase { parts, row });
            }
        }
        all
    }

    /// Counts for each row how often its phrases stand in a text; phrases that begin at one word count once.
    pub(super) fn count(&self, text: &Text) -> Vec<usize> {
        let mut counts = vec![0; self.rows];
        let mut last = vec![usize::MAX; self.rows];
        for (at, word) in text.0.iter().enumerate() {
            let begins = word.chars().next().and_then(|letter| self.by_beginning.get(&letter));
            let begun = self.by_word.get(word).into_iter().chain(begins).flatten();
            for phrase in begun.filter_map(|phrase| self.phrases.get(*phrase)) {
                let (Some(count), Some(last)) = (counts.get_mut(phrase.row), last.get_mut(phrase.row)) else { continue };
                if *last != at && stands(&phrase.parts, text.0.get(at..).unwrap_or_default()) {
                    (*count, *last) = (*count + 1, at);
                }
            }
        }
        counts
    }
}

/// Tells whether a text begins with a phrase.
fn stands(parts: &[Part], words: &[String]) -> bool {
    match (parts, words) {
        ([], _) => true,
        ([Part::Gap, rest @ ..], words) => (0..=GAP.min(words.len())).any(|skipped| stands(rest, words.get(skipped..).unwrap_or_default())),
        ([part, parts @ ..], [word, words @ ..]) => part.is(word) && stands(parts, words),
        (_, []) => false,
    }
}

fn parts(phrase: &str) -> Vec<Part> {
    let mut parts = Vec::new();
    for piece in phrase.split_whitespace() {
        if piece == ".." {
            parts.push(Part::Gap);
            continue;
        }
        parts.extend(words_of(piece).map(|word| Part::Word(word.to_lowercase())));
        if let (true, Some(Part::Word(last))) = (piece.ends_with('*'), parts.last_mut()) {
            let last = std::mem::take(last);
            parts.pop();
            parts.push(Part::Beginning(last));
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn found(phrase: &'static str, text: &str) -> bool {
        let row: &'static [&'static str] = Box::leak(Box::new([phrase]));
        Phrases::new([row.iter().copied()].into_iter()).count(&Text::of(text)) != [0]
    }

    #[test]
    fn a_phrase_is_found_however_it_is_written() {
        assert!(found("AccessDenied", "An error occurred (AccessDenied) when"));
        assert!(found("AccessDenied", "access denied to bucket"));
        assert!(found("i/o timeout", "dial tcp 10.0.0.1:80: i/o timeout"));
        assert!(found("throttl*", "requests are throttled"));
        assert!(found("connect .. timed out", "connect to 10.0.0.1 port 443 timed out"));
        assert!(!found("connect .. timed out", "connect one two three four five six seven eight nine timed out"));
        assert!(!found("nat", "natural"));
        assert!(!found("no such host", "no such"));
        assert!(found("接続できません", "データベースに接続できません（タイムアウト）"));
        assert!(found("S3 バケット", "S3バケットへの書き込み"));
        assert!(!found("接続できません", "接続しました"));
    }

    proptest! {
        #[test]
        fn any_text_can_be_read(words in ".{0,300}") {
            super::super::complaints(&words);
        }

        #[test]
        fn a_phrase_is_found_in_any_sentence(before in "[a-z ]{0,40}", after in "[a-z ]{0,40}") {
            let text = format!("{before}: dial tcp: lookup api.example.com: no such host {after}");
            prop_assert!(found("no such host", &text));
        }
    }
}
