//! How well the tables answer failures with what is documented to cause them: pairs of a text and a call, beside calls of other mechanisms.
//!
//! The files of [`FILES`] hold `text => service event request <> innocent, innocent`, a line each. Half of the pairs, by a hash of the text, is
//! what the tables are extended by; the other half, [`Half::Held`], is what they are judged by: no row is written to mend one of it.
//! Where a share falls, the test tells the figures of the half, and of the first half what is missed.

use std::collections::HashMap;

use serde_json::{Value, json};

use super::*;
use crate::event::Event;

const FILES: &[(&str, &str)] = &[
    ("network", include_str!("pairs/network.txt")),
    ("access", include_str!("pairs/access.txt")),
    ("web", include_str!("pairs/web.txt")),
    ("compute", include_str!("pairs/compute.txt")),
    ("data", include_str!("pairs/data.txt")),
    ("messages", include_str!("pairs/messages.txt")),
    ("watch", include_str!("pairs/watch.txt")),
    ("wild", include_str!("pairs/wild.txt")),
];

const INNOCENTS: &str = include_str!("pairs/innocents.txt");

/// What must not be understood: `text => complaint; complaint`, or `*` for every kind of failure and every exact error.
const NEGATIVES: &str = include_str!("pairs/negatives.txt");

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Half {
    Fit,
    Held,
}

struct Pair {
    area: &'static str,
    text: &'static str,
    cause: Aspects,
    call: &'static str,
    innocents: Vec<Aspects>,
}

impl Pair {
    /// Tells the half by the FNV-1a hash of the text.
    fn half(&self) -> Half {
        let hash = self.text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
        if (hash >> 32) % 2 == 0 { Half::Fit } else { Half::Held }
    }
}

/// The lines of a file that say something.
fn lines(file: &'static str) -> impl Iterator<Item = &'static str> {
    file.lines().filter(|line| !line.is_empty() && !line.starts_with('#'))
}

/// What a call acts on that is written `service event request`.
fn acts_on(call: &str) -> Aspects {
    let mut parts = call.splitn(3, ' ');
    let (service, name, request) = (parts.next().unwrap(), parts.next().unwrap(), parts.next().unwrap());
    let request: Value = serde_json::from_str(request).unwrap_or_else(|error| panic!("{call}: {error}"));
    let event = json!({
        "eventSource": format!("{service}.amazonaws.com"), "eventName": name, "requestParameters": request,
        "eventTime": "2026-11-01T10:00:00Z", "readOnly": false,
    });
    crate::catalogue::aspect::aspects(&Event::parse(event).unwrap())
}

fn pairs() -> Vec<Pair> {
    let innocents: HashMap<&str, Aspects> =
        lines(INNOCENTS).map(|line| line.split_once(" = ").unwrap()).map(|(name, call)| (name, acts_on(call))).collect();
    let pair = |(area, line): (&'static str, &'static str)| {
        let (text, rest) = line.split_once(" => ").unwrap_or_else(|| panic!("{line}"));
        let (call, beside) = rest.split_once(" <> ").unwrap_or_else(|| panic!("{line}"));
        let innocents = beside.split(", ").map(|name| *innocents.get(name).unwrap_or_else(|| panic!("{name}"))).collect();
        Pair { area, text, cause: acts_on(call), call, innocents }
    };
    FILES.iter().flat_map(|(area, file)| lines(file).map(|line| (*area, line))).map(pair).collect()
}

/// How well `aspects` answer what was understood, as the rules of the ranking hold it; what is better is greater.
fn answer(found: &[Complained], aspects: Aspects) -> Option<(Specificity, Cause, f64)> {
    let answers =
        found.iter().filter_map(|one| Some((one.complaint.specificity, one.complaint.caused_by(aspects)?, one.complaint.share(aspects))));
    answers.max_by(|one, other| one.partial_cmp(other).unwrap())
}

/// What became of the pairs of a half.
#[derive(Clone, Copy, Debug, Default)]
struct Figures {
    pairs: usize,
    answered: usize,
    contradicted: usize,
    beats: usize,
    /// Of the innocents, those that are answered like a cause.
    innocents_answered: usize,
    /// Of the innocents, those that are contradicted.
    innocents_contradicted: usize,
}

impl Figures {
    fn add(&mut self, pair: &Pair) -> (bool, bool, bool) {
        let (found, _) = complaints(pair.text);
        let of_cause = answer(&found, pair.cause);
        let is_specific = |specificity: Specificity| specificity >= Specificity::Kind;
        let answered = of_cause.is_some_and(|(specificity, ..)| is_specific(specificity));
        let understood = found.iter().any(|one| is_specific(one.complaint.specificity));
        let contradicted = understood && !answered && !pair.cause.is_empty();
        let beats = of_cause.is_some() && pair.innocents.iter().all(|innocent| answer(&found, *innocent) < of_cause);
        let answers_specifically = |aspects: Aspects| answer(&found, aspects).is_some_and(|(specificity, ..)| is_specific(specificity));
        let innocents_answered = pair.innocents.iter().filter(|innocent| answers_specifically(**innocent)).count();
        self.innocents_answered += innocents_answered;
        self.innocents_contradicted += if understood { pair.innocents.len() - innocents_answered } else { 0 };
        self.pairs += 1;
        self.answered += usize::from(answered);
        self.contradicted += usize::from(contradicted);
        self.beats += usize::from(beats);
        (answered, contradicted, beats)
    }

    fn percent(&self, count: usize) -> f64 {
        100.0 * count as f64 / self.pairs.max(1) as f64
    }
}

fn measure(half: Half) -> Figures {
    let mut figures = Figures::default();
    for pair in pairs().iter().filter(|pair| pair.half() == half) {
        figures.add(pair);
    }
    figures
}

/// Tells what becomes of a half: all of it, or of the fitted one what is missed.
fn tell(half: Half) -> String {
    let mut told = format!("{half:?}: {:?}\n", measure(half));
    for pair in pairs().iter().filter(|pair| half == Half::Fit && pair.half() == half) {
        let (answered, contradicted, beats) = Figures::default().add(pair);
        if !answered || !beats {
            let found: Vec<&str> = complaints(pair.text).0.iter().map(|one| one.complaint.name).collect();
            told += &format!(
                "[{}] {} => {} answered {answered}, contradicted {contradicted}, beats {beats}: {found:?}\n",
                pair.area, pair.text, pair.call
            );
        }
    }
    told
}

/// Asserts the least shares of a half: answered, and better than the innocents beside it; and the most that is contradicted.
fn hold(half: Half, [answered, beats, contradicted]: [f64; 3]) {
    let figures = measure(half);
    assert!(figures.pairs >= 200, "{figures:?}");
    let held = figures.percent(figures.answered) >= answered && figures.percent(figures.beats) >= beats;
    assert!(held && figures.percent(figures.contradicted) <= contradicted, "{}", tell(half));
}

#[test]
fn most_failures_are_answered_by_what_is_documented_to_cause_them() {
    hold(Half::Held, [95.0, 85.0, 3.0]);
    hold(Half::Fit, [98.0, 90.0, 0.5]);
}

#[test]
fn no_text_stands_twice_and_the_halves_are_of_a_size() {
    let pairs = pairs();
    let texts: std::collections::HashSet<_> = pairs.iter().map(|pair| pair.text).collect();
    assert_eq!(texts.len(), pairs.len());
    let held = pairs.iter().filter(|pair| pair.half() == Half::Held).count();
    assert!(held * 5 >= pairs.len() * 2 && held * 5 <= pairs.len() * 3, "{held} of {}", pairs.len());
    assert!(pairs.iter().all(|pair| pair.innocents.len() == 2));
}

#[test]
fn plain_sentences_are_no_complaints_and_one_failure_is_not_taken_for_another() {
    let mut wrong = Vec::new();
    let negatives: Vec<_> = lines(NEGATIVES).map(|line| line.split_once(" => ").unwrap_or_else(|| panic!("{line}"))).collect();
    assert!(negatives.len() >= 150, "{}", negatives.len());
    for (text, never) in negatives {
        for name in never.split("; ").filter(|name| *name != "*") {
            assert!(rows::all().any(|row| row.name == name), "{name} is no complaint");
        }
        let (found, _) = complaints(text);
        let is_wrong = |one: &Complaint| {
            if never == "*" { one.specificity >= Specificity::Kind } else { never.split("; ").any(|name| name == one.name) }
        };
        wrong.extend(found.iter().filter(|one| is_wrong(one.complaint)).map(|one| (text, one.complaint.name)));
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
