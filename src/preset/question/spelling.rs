//! Short forms and slips of the pen: what a word is read as.

use super::word::Word;
use super::{lexicon, place, window};

/// Short forms, and what they stand for.
#[rustfmt::skip] // A table reads best in rows.
const SHORT: &[(&str, &str)] = &[
    ("acct", "account"), ("accts", "accounts"), ("ap", "app"), ("b4", "before"), ("btw", "between"), ("btwn", "between"), ("cfg", "config"), ("chg", "change"),
    ("chgs", "changes"), ("del", "deleted"), ("env", "environment"), ("excl", "excluding"), ("frm", "from"), ("incl", "including"), ("lst", "last"), ("mo", "month"), ("mth", "month"), ("mths", "months"),
    ("nite", "night"), ("pw", "password"), ("pwd", "password"), ("pword", "password"), ("passwd", "password"), ("perms", "permissions"), ("prev", "previous"), ("qtr", "quarter"), ("qtrs", "quarters"),
    ("teh", "the"), ("thru", "through"), ("tmrw", "tomorrow"), ("w/", "with"), ("w/o", "without"), ("wiht", "with"), ("wk", "week"), ("wks", "weeks"), ("wkend", "weekend"), ("xcept", "except"),
    ("yday", "yesterday"), ("yest", "yesterday"), ("yr", "year"), ("yrs", "years"),
];
/// Fewest letters of a word that may be another one with a slip, and of that other one.
const LETTERS: (usize, usize) = (4, 5);

/// Reads short forms as what they stand for, and words with one slip as the word that is known.
///
/// Shape: what stands where a name is expected is left as it is.
pub(super) fn mend(words: &mut [Word]) {
    for at in 0..words.len() {
        let names = at.checked_sub(1).and_then(|before| words.get(before)).is_some_and(|before| place::expects_name(&before.plain));
        let Some(word) = words.get_mut(at).filter(|word| !word.quoted && !names) else { continue };
        if let Some((_, long)) = SHORT.iter().find(|(short, _)| *short == word.plain) {
            word.plain = (*long).to_owned();
        } else if let Some(known) = meant(word) {
            word.plain = known.to_owned();
        }
    }
}

/// Returns the one word that is known and has one letter less, one more, or two in the other order.
fn meant(word: &Word) -> Option<&'static str> {
    let plain = word.plain.as_str();
    let letters = plain.len() >= LETTERS.0 && plain.bytes().all(|byte| byte.is_ascii_lowercase()) && word.text.len() == plain.len();
    // `denieds`: of what is no noun there is no plural.
    let singular = lexicon::singular(plain);
    if letters && !is_known_exactly(plain) && !lexicon::is_noun(&singular) && lexicon::is_known(&singular) {
        return lexicon::words().find(|known| *known == singular);
    }
    if !letters || is_known(plain) {
        return None;
    }
    let mut near = lexicon::words().filter(|known| known.len() >= LETTERS.1 && is_slip(plain, known));
    let first = near.next()?;
    near.all(|other| lexicon::singular(other) == lexicon::singular(first)).then_some(first)
}

fn is_known_exactly(plain: &str) -> bool {
    lexicon::is_known(plain) || lexicon::service(plain).is_some() || place::is_known(plain) || window::is_known(plain)
}

fn is_known(plain: &str) -> bool {
    let known = |plain: &str| lexicon::is_known(plain) || lexicon::service(plain).is_some();
    known(plain) || known(&lexicon::singular(plain)) || place::is_known(plain) || window::is_known(plain)
}

/// Tells whether two words differ by one letter that is there or not, or by two neighbours that changed places.
fn is_slip(written: &str, known: &str) -> bool {
    let (written, known) = (written.as_bytes(), known.as_bytes());
    let same = written.iter().zip(known).take_while(|(one, other)| one == other).count();
    // Who writes a word begins it right.
    if same == 0 {
        return false;
    }
    let tail = |word: &'_ [u8], from: usize| word.get(from..).map(<[u8]>::to_vec).unwrap_or_default();
    let (rest, wanted) = (tail(written, same), tail(known, same));
    match written.len().cmp(&known.len()) {
        std::cmp::Ordering::Less => tail(known, same + 1) == rest,
        std::cmp::Ordering::Greater => tail(written, same + 1) == wanted,
        std::cmp::Ordering::Equal => match (rest.as_slice(), wanted.as_slice()) {
            ([a, b, rest @ ..], [c, d, wanted @ ..]) => a == d && b == c && rest == wanted,
            _ => false,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::preset::question::word::divide;

    #[test]
    fn slips_and_short_forms_are_read_and_names_are_left() {
        for (text, wanted) in [
            ("who delted it", "who deleted it"),
            ("chagnes this wk", "changes this week"),
            ("acess keys frm bob", "access keys from bob"),
            ("deletions in acct", "deletions in account"),
            ("access denieds on secrets", "access denied on secrets"),
            ("user chagnes", "user chagnes"),
            ("bucket frm", "bucket frm"),
            ("what did alice do to orders", "what did alice do to orders"),
            ("the reporting role of payments", "the reporting role of payments"),
            ("tables terraform jenkins billing prod", "tables terraform jenkins billing prod"),
        ] {
            let mut words = divide(text);
            mend(&mut words);
            let read: Vec<&str> = words.iter().map(|word| word.plain.as_str()).collect();
            assert_eq!(read.join(" "), wanted);
        }
    }
}
