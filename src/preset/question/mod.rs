//! From a question in plain words to a preset, its parameters and its window: deterministic, word by word, never by a part of a word.
//!
//! ```text
//!  words       the question, divided                          `word`
//!  spelling    short forms, slips of the pen                  `spelling`
//!  window      `last 24 hours`, `yesterday`, `since 10am`     `window`
//!  form        ids, ARNs, keys, addresses, names of calls     `form`
//!  except      who is left out                                `except`
//!  place       what stands after `user`, `by`, `bucket`       `place`
//!  lexicon     what is asked about: deletions, MFA, cost      `lexicon`
//!  rule        the one preset that takes all of it            `rule`
//! ```
//!
//! What no step takes is told as not understood. Where no preset takes everything that was understood, where several do, or where a word
//! turns the meaning round (`except`), nothing is run and the nearest presets are named.

mod clock;
mod day;
mod except;
mod form;
mod lexicon;
mod place;
mod rule;
mod spelling;
mod window;
mod word;

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use self::lexicon::Subject;
use self::word::{Kind, Word};
use super::{Parameters, Preset};
use crate::answer::query::{WordReport, word as safe};
use crate::redact;

/// Longest question, in characters.
pub const MAX_CHARS: usize = 500;
/// Presets that are named where a question is not understood.
const NEAREST: usize = 3;

/// What was understood of a question.
#[derive(Debug)]
pub struct Reading {
    /// The preset that answers it, else why there is none.
    pub preset: Result<&'static Preset, Unclear>,
    /// What is given to the preset.
    pub parameters: Parameters,
    /// Where the window begins, as an argument.
    pub start: Option<String>,
    /// Where it ends.
    pub end: Option<String>,
    /// Regions.
    pub regions: Vec<String>,
    /// Accounts.
    pub accounts: Vec<String>,
    /// What was understood of which words.
    pub words: Vec<WordReport>,
    /// Words that were not understood.
    pub not_understood: Vec<String>,
}

/// Why no preset answers a question.
#[derive(Debug)]
pub struct Unclear {
    /// In words, to follow "The question was not understood".
    pub why: &'static str,
    /// The presets that are nearest.
    pub nearest: Vec<&'static Preset>,
}

/// What the steps have found so far.
#[derive(Debug, Default)]
struct Found {
    parameters: Parameters,
    start: Option<String>,
    end: Option<String>,
    regions: Vec<String>,
    accounts: Vec<String>,
    subjects: BTreeSet<Subject>,
    /// Verbs as the names of calls begin.
    verbs: Vec<&'static str>,
    /// What it is about, in single words of the singular.
    nouns: BTreeSet<String>,
    /// Nouns that say of which kind something is that has a name: `backup vault prod`.
    beside: BTreeSet<String>,
    /// Names that stand beside `role`.
    roles: Vec<String>,
    /// Whether a word turns the meaning round.
    negated: bool,
    /// Whether a word asks for what CloudTrail does not hold, or no preset tells apart.
    beyond: bool,
}

/// Reads a question.
pub fn read(question: &str, now: DateTime<Utc>) -> Reading {
    let mut words = word::divide(question);
    hide(question, &mut words);
    spelling::mend(&mut words);
    let mut found = Found::default();
    window::find(&mut words, &mut found, now);
    form::find(&mut words, &mut found);
    lexicon::mark_names(&mut words);
    except::find(&mut words, &mut found);
    place::find(&mut words, &mut found);
    lexicon::find(&mut words, &mut found);
    let decided = rule::decide(&mut found, &mut words);
    let unread = |word: &&Word| word.kind.is_none();
    let not_understood: Vec<String> = words.iter().filter(unread).map(|word| safe(&word.text)).collect();
    let understood = words.iter().filter(|word| word.kind.is_some_and(Kind::is_told)).count();
    let preset = match decided {
        // An answer that is not about what is named would be another's.
        Ok(_) if words.iter().any(|word| word.kind.is_none() && word.is_surely_name()) => {
            Err("it names something, and not as what: say user, role, bucket, or another word before the name")
        }
        Ok(_) if not_understood.len() > 2 && not_understood.len() >= understood => Err("most of its words are not known"),
        decided => decided,
    };
    Reading {
        preset: preset.map_err(|why| Unclear { why, nearest: rule::nearest(&found, NEAREST) }),
        parameters: found.parameters,
        start: found.start,
        end: found.end,
        regions: found.regions,
        accounts: found.accounts,
        words: reports(&words),
        not_understood,
    }
}

/// Takes away what the question says is a secret, so that it is neither looked for nor told.
fn hide(question: &str, words: &mut [Word]) {
    let shown = redact::lines(question, usize::MAX);
    for word in words {
        if let Some(mark) = redact::mark_within(&shown, &word.text) {
            word.hide(mark);
        }
    }
}

/// Tells what was understood, words of one kind that stand side by side together.
fn reports(words: &[Word]) -> Vec<WordReport> {
    let mut reports: Vec<WordReport> = Vec::new();
    let mut last: Option<(usize, Kind)> = None;
    for (at, word) in words.iter().enumerate() {
        let Some(kind) = word.kind.filter(|kind| kind.is_told()) else { continue };
        let text = safe(&word.text);
        match reports.last_mut() {
            Some(report) if last == at.checked_sub(1).map(|before| (before, kind)) && kind.joins() => {
                report.text.push(' ');
                report.text.push_str(&text);
            }
            _ => reports.push(WordReport { text, kind: kind.name().to_owned() }),
        }
        last = Some((at, kind));
    }
    reports
}

/// Most texts of a statement that are looked at.
const LITERALS: usize = 8;

/// Returns the presets that are nearest to a statement of SQL that is not run, by what it compares with.
pub fn nearest_to_sql(sql: &str, now: DateTime<Utc>) -> Vec<&'static Preset> {
    let literals = sql.split('\'').skip(1).step_by(2).take(LITERALS);
    let names_errors = sql.split(|c: char| !c.is_alphanumeric()).any(|word| word.eq_ignore_ascii_case("errorcode"));
    let words: Vec<&str> = literals.chain(names_errors.then_some("errors")).collect();
    let text = words.join(" ");
    let plain: String = text.chars().take(MAX_CHARS).map(|c| if c.is_alphanumeric() || "-_:/@.".contains(c) { c } else { ' ' }).collect();
    let reading = read(&plain, now);
    match reading.preset {
        Ok(preset) => vec![preset],
        Err(unclear) => unclear.nearest,
    }
}
