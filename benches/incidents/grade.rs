//! Figures of the generator's incidents, sliced in many ways, and two baselines that any ranking must beat.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde_json::Value;

use super::answer::{Answer, Finding, Shown};
use super::incident::{Half, Incident, Truth};
use super::rates::{Rates, Reliability, rank, show};

/// An incident with its answer and those of the baselines; the records are gone by now.
pub(crate) struct Graded {
    /// What is known of the incident.
    pub(crate) truth: Truth,
    /// What the binary said.
    pub(crate) answer: Answer,
    named_first: Answer,
    newest_first: Answer,
}

impl Graded {
    /// Keeps what the figures need.
    pub(crate) fn new(incident: &Incident, answer: Answer) -> Self {
        Self { truth: incident.truth.clone(), answer, named_first: baseline(incident, true), newest_first: baseline(incident, false) }
    }
}

/// Says what stands first.
fn first(truth: &Truth, answer: &Answer) -> &'static str {
    match answer.shown.first() {
        None => "nothing shown",
        Some(one) if one.holds(&truth.culprits) => "culprit",
        Some(one) if one.holds(&truth.decoys) => "decoy",
        Some(one) if one.holds(&truth.related) => "related",
        Some(_) => "other",
    }
}

/// Ranks as a script would: successful writes up to the alert, those that touch what the alert names first, then the newest.
///
/// Shape: at most 20, as the answer by default; the last day before the alert.
fn baseline(incident: &Incident, named: bool) -> Answer {
    let truth = &incident.truth;
    let mut list: Vec<(bool, i64, String)> = incident
        .records
        .iter()
        .filter(|(time, record)| {
            *time <= truth.start
                && record.get("readOnly") == Some(&Value::Bool(false))
                && record.get("errorCode").is_none()
                && !heartbeat(record)
        })
        .filter_map(|(time, record)| {
            let body = format!("{}{}", record.get("requestParameters")?, record.get("responseElements")?);
            let far = named && !truth.resources.iter().any(|name| body.contains(name.as_str()));
            Some((far, (truth.start - *time).num_seconds(), record.get("eventID")?.as_str()?.to_owned()))
        })
        .collect();
    list.sort();
    let finding = if list.is_empty() { Finding::NoSuspect } else { Finding::Suspects };
    let shown =
        list.into_iter().take(20).enumerate().map(|(n, (_, _, id))| Shown { rank: n + 1, ids: vec![id], confidence: None, chance: 0.0 });
    Answer { shown: shown.collect(), finding, ..Answer::default() }
}

/// The heartbeats that even a script leaves out.
fn heartbeat(record: &Value) -> bool {
    const NAMES: &[&str] =
        &["UpdateInstanceInformation", "UpdateInstanceAssociationStatus", "PutInventory", "CreateLogStream", "PutObject", "CreateTags"];
    record.get("eventName").and_then(Value::as_str).is_some_and(|name| NAMES.contains(&name))
}

/// Returns the rates of one half.
pub(crate) fn rates(rows: &[Graded], half: Half) -> Rates {
    Rates::of(rows.iter().filter(|row| row.truth.half == Some(half)).map(|row| (&row.truth, &row.answer)))
}

/// Returns in words how a threshold was missed on the reported half; nothing when it was met.
pub(crate) fn missed(held: &Rates, flag: &str, bar: f64) -> Option<String> {
    let [top1, top3, top5, _] = held.top;
    let (value, most) = match flag {
        "--top1" => (top1, false),
        "--top3" => (top3, false),
        "--top5" => (top5, false),
        "--no-suspect" => (held.no_suspect, false),
        _ => (held.denied, true),
    };
    let met = value.is_some_and(|value| if most { value <= bar } else { value >= bar });
    (!met).then(|| format!("{flag} is {} on the reported half, not {bar}", show(value)))
}

type Key = fn(&Graded) -> String;

const TABLES: &[(&str, Key)] = &[
    ("kind", |row| row.truth.kind.clone()),
    ("resource named", |row| row.truth.named.word().to_owned()),
    ("writes", |row| {
        bucket(row.truth.writes, &[(100, "1: < 100"), (500, "2: 100 to 499"), (2_000, "3: 500 to 1,999")], "4: 2,000 and more")
    }),
    ("delay", |row| match row.truth.delay {
        None => "no culprit".to_owned(),
        Some(s) => bucket(
            usize::try_from(s).unwrap_or(0),
            &[(120, "1: < 2 min"), (600, "2: 2 to 10 min"), (1_800, "3: 10 to 30 min"), (21_600, "4: 30 min to 6 h")],
            "5: > 6 h",
        ),
    }),
    ("alert form", |row| row.truth.form.clone()),
];

fn bucket(value: usize, limits: &[(usize, &str)], beyond: &str) -> String {
    limits.iter().find(|(limit, _)| value < *limit).map_or(beyond, |(_, name)| name).to_owned()
}

/// Prints the summary, then a table for each way to slice it, the reported half only.
pub(crate) fn report(rows: &[Graded], asked: bool, misses: usize, out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "| ranking {}", Rates::HEAD)?;
    for (half, name) in [(Half::Reported, "reported half"), (Half::Tuned, "tuned half")] {
        let rows = || rows.iter().filter(|row| row.truth.half == Some(half));
        if asked {
            let title = format!("**cloudtrail-mcp**, {name}");
            writeln!(out, "{}", Rates::of(rows().map(|row| (&row.truth, &row.answer))).row(&title))?;
        }
        let named = Rates::of(rows().map(|row| (&row.truth, &row.named_first)));
        writeln!(out, "{}", named.row(&format!("nearest named resource, then newest, {name}")))?;
        writeln!(out, "{}", Rates::of(rows().map(|row| (&row.truth, &row.newest_first))).row(&format!("newest first, {name}")))?;
    }
    let answer = |row: &'_ Graded| if asked { row.answer.clone() } else { row.named_first.clone() };
    let reported = rows.iter().any(|row| row.truth.half == Some(Half::Reported));
    let half = Some(if reported { Half::Reported } else { Half::Tuned });
    for (title, key) in TABLES {
        let mut groups: BTreeMap<String, Vec<(&Truth, Answer)>> = BTreeMap::new();
        for row in rows.iter().filter(|row| row.truth.half == half || *title == "kind") {
            let mark = if *title == "kind" && row.truth.half == Some(Half::Tuned) { " (tuned)" } else { "" };
            groups.entry(format!("{}{mark}", key(row))).or_default().push((&row.truth, answer(row)));
        }
        writeln!(out, "\n| {title} {}", Rates::HEAD)?;
        for (name, group) in groups {
            writeln!(out, "{}", Rates::of(group.iter().map(|(truth, answer)| (*truth, answer))).row(&name))?;
        }
    }
    let mut firsts: BTreeMap<&str, usize> = BTreeMap::new();
    let guilty = rows.iter().filter(|row| !row.truth.culprits.is_empty() && row.truth.half == half);
    for row in guilty.filter(|row| rank(&row.truth, &answer(row)) != Some(1)) {
        *firsts.entry(first(&row.truth, &answer(row))).or_default() += 1;
    }
    writeln!(out, "\nFirst place on this half, when it is not the culprit's: {firsts:?}")?;
    if asked {
        let said = rows.iter().filter(|row| row.truth.half == half).map(|row| (&row.truth, &row.answer));
        writeln!(out, "\n{}", Reliability::of(said).table())?;
        let mut times: Vec<u128> = rows.iter().map(|row| row.answer.millis).collect();
        times.sort_unstable();
        let at = |percent: usize| times.get((times.len() * percent / 100).min(times.len().saturating_sub(1))).copied().unwrap_or(0);
        writeln!(out, "Process time, archive read included: median {} ms, p95 {} ms, most {} ms.", at(50), at(95), at(100))?;
    }
    let rows = rows.iter().map(|row| (&row.truth, answer(row))).collect::<Vec<_>>();
    list_misses(rows.iter().map(|(truth, answer)| (*truth, answer)), misses, out)
}

/// Lists up to `misses` incidents whose answer was wrong.
pub(crate) fn list_misses<'a>(rows: impl Iterator<Item = (&'a Truth, &'a Answer)>, misses: usize, out: &mut impl Write) -> io::Result<()> {
    let wrong = |truth: &Truth, answer: &Answer| {
        if truth.culprits.is_empty() { answer.shown.iter().any(Shown::is_said) } else { rank(truth, answer) != Some(1) }
    };
    for (truth, answer) in rows.filter(|(truth, answer)| wrong(truth, answer) || answer.error.is_some()).take(misses) {
        let place = rank(truth, answer).map_or("not shown".to_owned(), |rank| format!("rank {rank}"));
        let delay = truth.delay.map_or("no culprit".to_owned(), |delay| format!("{delay} s"));
        let confidence = answer.shown.first().and_then(|one| one.confidence);
        let first = format!("{} {confidence:?}", first(truth, answer));
        let why = answer.error.as_deref().unwrap_or(&first);
        let (id, named, form) = (&truth.id, truth.named.word(), &truth.form);
        writeln!(out, "missed {id} ({named}, {form}, {delay}): {place}, {:?}, first place {why}", answer.finding)?;
    }
    Ok(())
}
