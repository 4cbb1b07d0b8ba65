//! Texts that were looked at already and stay as they are: records repeat their ARNs, agents and hosts by the thousand.

use std::cell::RefCell;
use std::collections::HashSet;

/// Shorter texts are looked at as quickly as looked up; longer ones are rarely seen again.
const LENGTHS: std::ops::RangeInclusive<usize> = 12..=256;
/// How many texts a thread remembers before it begins anew; at most two megabytes.
const MOST: usize = 8_192;

thread_local! {
    static SEEN: RefCell<HashSet<Box<str>, foldhash::fast::RandomState>> = RefCell::default();
}

/// Tells whether the text stays as it is.
pub(super) fn is_known(text: &str) -> bool {
    LENGTHS.contains(&text.len()) && SEEN.with_borrow(|seen| seen.contains(text))
}

/// Remembers a text that nothing was found in, when cleaning left it as it is too.
pub(super) fn remember(text: &str, cleaned: &str) {
    // Ids and times have no words, are looked at as quickly, and seldom come again.
    let has_words = || text.bytes().any(|byte| (b'g'..=b'z').contains(&byte));
    if LENGTHS.contains(&text.len()) && has_words() && text == cleaned {
        SEEN.with_borrow_mut(|seen| {
            if seen.len() >= MOST {
                seen.clear();
            }
            seen.insert(text.into());
        });
    }
}
