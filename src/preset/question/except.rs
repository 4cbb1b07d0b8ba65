//! Who is left out: `by anyone other than carol`, `not by terraform`, `except role scanner`.
//!
//! Shape: only whoever acted can be left out. What may as well be a thing (`buckets except logs`) is not taken here, and turns the question
//! round for good.

use super::Found;
use super::place::{is_actor_noun, takes_name};
use super::word::{Kind, Word};

/// What leaves out what follows.
#[rustfmt::skip] // Words read best in lines.
const LEAVES_OUT: &[&[&str]] = &[
    &["other", "than"], &["othr", "than"], &["apart", "from"], &["aside", "from"], &["except", "for"], &["except"], &["excepting"], &["excluding"], &["exclude"], &["besides"],
    &["but", "not"], &["but"], &["not"], &["bar"], &["barring"], &["minus"], &["ignoring"], &["save", "for"], &["rather", "than"],
];
/// Small words between that and the name.
const BETWEEN: &[&str] =
    &["by", "from", "of", "those", "the", "our", "my", "any", "calls", "made", "done", "for", "what", "via", "through", "ones"];
/// Small words after which somebody stands.
const BY: &[&str] = &["by", "those", "via", "through"];
/// Words for somebody, after whom another somebody is left out.
#[rustfmt::skip] // Words read best in lines.
const SOMEBODY: &[&str] =
    &["anyone", "anybody", "someone", "somebody", "everyone", "everybody", "else", "who", "people", "person", "user", "users", "role", "roles", "principal",
        "principals", "identity", "identities", "actor", "actors", "caller", "callers"];
/// What a call comes through, by its name: the programs that records tell.
const PROGRAMS: &[&str] = &["terraform", "cloudformation"];

/// Takes who is left out.
pub(super) fn find(words: &mut [Word], found: &mut Found) {
    for at in 0..words.len() {
        let Some(taken) = taken(words, at) else { continue };
        for (name, word) in words.iter_mut().enumerate().skip(at).take(taken.end - at) {
            if taken.names.contains(&name) {
                found.parameters.actor.retain(|actor| *actor != word.text);
                if !found.parameters.not_actor.contains(&word.text) {
                    found.parameters.not_actor.push(word.text.clone());
                }
            }
            // What it is called besides is told as not read.
            word.kind = (taken.names.contains(&name) || word.kind.is_some() || is_small(word)).then_some(Kind::NotActor);
        }
    }
}

/// Where names stand of who is left out, and where all that belongs to it ends.
struct Taken {
    names: Vec<usize>,
    end: usize,
}

fn is_small(word: &Word) -> bool {
    let plain = word.plain.as_str();
    BETWEEN.contains(&plain)
        || is_actor_noun(plain)
        || plain == "and"
        || plain == "or"
        || LEAVES_OUT.iter().any(|phrase| phrase.contains(&plain))
}

fn taken(words: &[Word], at: usize) -> Option<Taken> {
    let plain = |at: usize| words.get(at).filter(|word| !word.quoted).map(|word| word.plain.as_str());
    let free = |at: usize| words.get(at).is_some_and(|word| word.kind.is_none());
    let begins = |phrase: &&&[&str]| phrase.iter().enumerate().all(|(more, part)| plain(at + more) == Some(*part) && free(at + more));
    let length = LEAVES_OUT.iter().find(begins)?.len();
    let somebody = at.checked_sub(1).and_then(plain).is_some_and(|word| SOMEBODY.contains(&word))
        || (0..at).any(|before| plain(before) == Some("else"));
    let mut next = at + length;
    let mut by = somebody || at.checked_sub(1).and_then(plain) == Some("by");
    while let Some(small) = plain(next).filter(|word| BETWEEN.contains(word) && free(next)) {
        by |= BY.contains(&small);
        next += 1;
    }
    // `the scanner role prowler-ro`: what the role is called is what stands after it.
    let noun = (next..next + 2).find(|at| plain(*at).is_some_and(is_actor_noun) && free(*at) && names(words, at + 1));
    if let Some(noun) = noun {
        by = true;
        next = noun + 1;
    }
    let known = |at: usize| {
        words.get(at).is_some_and(|word| word.kind == Some(Kind::Actor)) || plain(at).is_some_and(|word| PROGRAMS.contains(&word))
    };
    let before_noun = names(words, next) && plain(next + 1).is_some_and(is_actor_noun) && !takes_name(words, next + 1);
    if !known(next) && !(names(words, next) && (by || before_noun)) {
        return None;
    }
    let mut list = vec![next];
    let mut end = next + 1 + usize::from(before_noun);
    while plain(end).is_some_and(|word| ["and", "or", "nor"].contains(&word)) && (names(words, end + 1) || known(end + 1)) {
        list.push(end + 1);
        end += 2;
    }
    Some(Taken { names: list, end })
}

fn names(words: &[Word], at: usize) -> bool {
    words.get(at).is_some_and(|word| word.kind == Some(Kind::Actor) || word.kind.is_none() && word.may_be_name())
}
