//! How well the tables answer failures with what is documented to cause them: pairs of a text and a call, beside calls of other mechanisms.
//!
//! The files of [`FILES`] hold `text => service event request <> innocent, innocent`, a line each. Half of the pairs, by a hash of the text, is
//! what the tables are extended by; the other half, [`Half::Held`], is what they are judged by: no row is written to mend one of it.
//! `cargo test --lib pairs::report -- --ignored --nocapture` tells the figures of both, and of the first half what is missed.

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

    fn percent(count: usize, of: usize) -> f64 {
        100.0 * count as f64 / of.max(1) as f64
    }
}

fn measure(half: Half) -> Figures {
    let mut figures = Figures::default();
    for pair in pairs().iter().filter(|pair| pair.half() == half) {
        figures.add(pair);
    }
    figures
}

#[test]
#[ignore = "a report"]
fn report() {
    let mut by_area: Vec<(&str, Figures)> = Vec::new();
    for pair in pairs().iter().filter(|pair| pair.half() == Half::Fit) {
        if by_area.last().is_none_or(|(area, _)| *area != pair.area) {
            by_area.push((pair.area, Figures::default()));
        }
        let (answered, contradicted, beats) = by_area.last_mut().unwrap().1.add(pair);
        if !answered || !beats {
            let (found, _) = complaints(pair.text);
            let names: Vec<_> = found.iter().map(|one| (one.complaint.specificity, one.complaint.name)).collect();
            let mark = format!(
                "{}{}{}",
                if answered { "" } else { "NO-ANSWER " },
                if contradicted { "CONTRADICTED " } else { "" },
                if beats { "" } else { "beaten" }
            );
            eprintln!("[{}] {mark}\n  {}\n  {} {:?}\n  {names:?}", pair.area, pair.text, pair.call, pair.cause);
            for innocent in &pair.innocents {
                eprintln!("    beside {innocent:?} {:?} against {:?}", answer(&found, *innocent), answer(&found, pair.cause));
            }
        }
    }
    for (name, figures) in by_area {
        print_figures(name, figures);
    }
    print_figures("FIT", measure(Half::Fit));
    print_figures("HELD", measure(Half::Held));
}

fn print_figures(name: &str, figures: Figures) {
    let Figures { pairs, answered, contradicted, beats, innocents_answered, innocents_contradicted } = figures;
    let percent = |count| Figures::percent(count, pairs);
    eprintln!(
        "{name}: {pairs} pairs, answered {:.1} %, contradicted {:.1} %, beats {:.1} %",
        percent(answered),
        percent(contradicted),
        percent(beats)
    );
    eprintln!(
        "  innocents answered {:.1} %, contradicted {:.1} %",
        percent(innocents_answered) / 2.0,
        percent(innocents_contradicted) / 2.0
    );
}

#[test]
fn most_failures_are_answered_by_what_is_documented_to_cause_them() {
    let figures = measure(Half::Held);
    assert!(figures.pairs >= 200, "{figures:?}");
    assert!(Figures::percent(figures.answered, figures.pairs) >= 95.0, "{figures:?}");
    assert!(Figures::percent(figures.contradicted, figures.pairs) <= 3.0, "{figures:?}");
    assert!(Figures::percent(figures.beats, figures.pairs) >= 85.0, "{figures:?}");
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
