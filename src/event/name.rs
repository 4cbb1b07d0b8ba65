//! Names taken apart into their words.

use std::iter;

/// Splits a name into its words, as written: at whatever is no letter or digit, and before each hump of CamelCase.
///
/// Shape: in order, none empty. An acronym is one word, and digits belong to what stands before them: `ModifyDBInstance` is
/// Modify, DB and Instance; `S3Bucket5XX` is S3 and Bucket5XX.
pub fn camel_words(name: &str) -> impl Iterator<Item = &str> {
    name.split(|c: char| !c.is_alphanumeric()).flat_map(|mut rest| {
        iter::from_fn(move || {
            let (word, after) = rest.split_at_checked(first_word(rest))?;
            rest = after;
            (!word.is_empty()).then_some(word)
        })
    })
}

/// Returns where the first word of letters and digits ends, in bytes.
fn first_word(text: &str) -> usize {
    let mut letters = text.char_indices().peekable();
    let mut previous_lower = None;
    while let Some((at, letter)) = letters.next() {
        let next_lower = letters.peek().is_some_and(|(_, next)| next.is_lowercase());
        if letter.is_uppercase() && previous_lower.is_some_and(|lower| lower || next_lower) {
            return at;
        }
        previous_lower = Some(letter.is_lowercase());
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_split_at_humps_and_punctuation_and_keeps_acronyms_whole() {
        let cases: [(&str, &[&str]); 6] = [
            ("ModifyDBInstance", &["Modify", "DB", "Instance"]),
            ("HTTPCode_Target_5XX_Count", &["HTTP", "Code", "Target", "5XX", "Count"]),
            ("S3Bucket5XX", &["S3", "Bucket5XX"]),
            ("checkout-worker", &["checkout", "worker"]),
            ("ÜberÄnderung", &["Über", "Änderung"]),
            (" - ", &[]),
        ];
        for (name, words) in cases {
            assert_eq!(camel_words(name).collect::<Vec<_>>(), words);
        }
    }
}
