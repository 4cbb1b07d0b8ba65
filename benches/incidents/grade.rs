//! From answers to figures: rates, tables, and two baselines that any ranking must beat.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde_json::Value;

use crate::ask::Answer;
use crate::incident::{Half, Incident, Truth};

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

    /// Returns the best rank of a culprit; absent when none is shown.
    fn rank(&self, answer: &Answer) -> Option<usize> {
        answer.ranked.iter().find(|(_, ids)| ids.iter().any(|id| self.truth.culprits.contains(id))).map(|(rank, _)| *rank)
    }

    /// Says what stands first when it is not the culprit.
    fn first(&self, answer: &Answer) -> &'static str {
        match answer.ranked.first() {
            None => "nothing shown",
            Some((_, ids)) if ids.iter().any(|id| self.truth.decoys.contains(id)) => "decoy",
            Some((_, ids)) if ids.iter().any(|id| self.truth.related.contains(id)) => "related",
            Some(_) => "other",
        }
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
    let finding = if list.is_empty() { "no_suspect" } else { "suspects" }.to_owned();
    let ranked = list.into_iter().take(20).enumerate().map(|(n, (_, _, id))| (n + 1, vec![id])).collect();
    Answer { ranked, finding, ..Answer::default() }
}

/// The heartbeats that even a script leaves out.
fn heartbeat(record: &Value) -> bool {
    const NAMES: &[&str] =
        &["UpdateInstanceInformation", "UpdateInstanceAssociationStatus", "PutInventory", "CreateLogStream", "PutObject", "CreateTags"];
    record.get("eventName").and_then(Value::as_str).is_some_and(|name| NAMES.contains(&name))
}

/// Shares over some incidents; absent when there is none to count.
#[derive(Clone, Debug, Default)]
pub(crate) struct Rates {
    incidents: usize,
    with_culprit: usize,
    top: [Option<f64>; 4],
    reciprocal: Option<f64>,
    false_no_suspect: Option<f64>,
    no_suspect: Option<f64>,
}

impl Rates {
    /// Counts over rows, with the answer that `answer` chooses.
    pub(crate) fn of<'a>(rows: impl Iterator<Item = &'a Graded>, answer: impl Fn(&Graded) -> Answer) -> Self {
        let (mut ranks, mut missed, mut innocent, mut said) = (Vec::new(), 0, 0, 0);
        for row in rows {
            let answer = answer(row);
            let none = answer.finding == "no_suspect";
            if row.truth.culprits.is_empty() {
                innocent += 1;
                said += usize::from(none);
            } else {
                missed += usize::from(none);
                ranks.push(row.rank(&answer));
            }
        }
        let share = |n: usize, of: usize| (of > 0).then(|| n as f64 / of as f64);
        let within = |k: usize| share(ranks.iter().filter(|rank| rank.is_some_and(|r| r <= k)).count(), ranks.len());
        let reciprocal = ranks.iter().flatten().fold(0.0, |sum, rank| sum + 1.0 / *rank as f64);
        Self {
            incidents: ranks.len() + innocent,
            with_culprit: ranks.len(),
            top: [1, 3, 5, 20].map(within),
            reciprocal: (!ranks.is_empty()).then(|| reciprocal / ranks.len() as f64),
            false_no_suspect: share(missed, ranks.len()),
            no_suspect: share(said, innocent),
        }
    }

    /// Returns in words how a threshold was missed; absent when it was met.
    pub(crate) fn misses(&self, flag: &str, bar: f64) -> Option<String> {
        let [top1, top3, top5, _] = self.top;
        let (value, most) = match flag {
            "--top1" => (top1, false),
            "--top3" => (top3, false),
            "--top5" => (top5, false),
            "--no-suspect" => (self.no_suspect, false),
            _ => (self.false_no_suspect, true),
        };
        let met = value.is_some_and(|value| if most { value <= bar } else { value >= bar });
        (!met).then(|| format!("{flag} is {} on the reported half, not {bar}", show(value)))
    }

    fn row(&self, title: &str) -> String {
        let tops: Vec<String> = self.top.iter().map(|top| show(*top)).collect();
        let rest = format!("{} | {} | {}", show(self.reciprocal), show(self.no_suspect), show(self.false_no_suspect));
        format!("| {title} | {} | {} | {} | {rest} |", self.incidents, self.with_culprit, tops.join(" | "))
    }
}

fn show(value: Option<f64>) -> String {
    value.map_or("–".into(), |value| format!("{value:.3}"))
}

type Key = fn(&Graded) -> String;

const TABLES: &[(&str, Key)] = &[
    ("kind", |row| row.truth.kind.to_owned()),
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
    ("alert form", |row| row.truth.form.word().to_owned()),
];

fn bucket(value: usize, limits: &[(usize, &str)], beyond: &str) -> String {
    limits.iter().find(|(limit, _)| value < *limit).map_or(beyond, |(_, name)| name).to_owned()
}

const HEAD: &str = "| n | culprit | top-1 | top-3 | top-5 | top-20 | MRR | no-suspect accuracy | false no-suspect |\n|---|---|---|---|---|---|---|---|---|---|";

/// Prints the summary, then a table for each way to slice it, the reported half only.
pub(crate) fn report(rows: &[Graded], asked: bool, misses: usize, out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "| ranking {HEAD}")?;
    for (half, name) in [(Half::Reported, "reported half"), (Half::Tuned, "tuned half")] {
        let of = |answer: fn(&Graded) -> Answer| Rates::of(rows.iter().filter(|row| row.truth.half == half), answer);
        if asked {
            writeln!(out, "{}", of(|row| row.answer.clone()).row(&format!("**cloudtrail-mcp**, {name}")))?;
        }
        writeln!(out, "{}", of(|row| row.named_first.clone()).row(&format!("nearest named resource, then newest, {name}")))?;
        writeln!(out, "{}", of(|row| row.newest_first.clone()).row(&format!("newest first, {name}")))?;
    }
    let answer = |row: &Graded| if asked { row.answer.clone() } else { row.named_first.clone() };
    let reported = rows.iter().any(|row| row.truth.half == Half::Reported);
    let half = if reported { Half::Reported } else { Half::Tuned };
    for (title, key) in TABLES {
        let mut groups: BTreeMap<String, Vec<&Graded>> = BTreeMap::new();
        for row in rows.iter().filter(|row| row.truth.half == half || *title == "kind") {
            let mark = if *title == "kind" && row.truth.half == Half::Tuned { " (tuned)" } else { "" };
            groups.entry(format!("{}{mark}", key(row))).or_default().push(row);
        }
        writeln!(out, "\n| {title} {HEAD}")?;
        for (name, group) in groups {
            writeln!(out, "{}", Rates::of(group.into_iter(), answer).row(&name))?;
        }
    }
    let mut first: BTreeMap<&str, usize> = BTreeMap::new();
    let missed = rows.iter().filter(|row| !row.truth.culprits.is_empty() && row.truth.half == half && row.rank(&answer(row)) != Some(1));
    for row in missed {
        *first.entry(row.first(&answer(row))).or_default() += 1;
    }
    writeln!(out, "\nFirst place on this half, when it is not the culprit's: {first:?}")?;
    if asked {
        let mut times: Vec<u128> = rows.iter().map(|row| row.answer.millis).collect();
        times.sort_unstable();
        let at = |percent: usize| times.get((times.len() * percent / 100).min(times.len().saturating_sub(1))).copied().unwrap_or(0);
        writeln!(out, "Process time, archive read included: median {} ms, p95 {} ms, most {} ms.", at(50), at(95), at(100))?;
    }
    let wrong =
        |row: &&Graded| if row.truth.culprits.is_empty() { answer(row).finding != "no_suspect" } else { row.rank(&answer(row)) != Some(1) };
    for row in rows.iter().filter(wrong).take(misses) {
        let (truth, answer) = (&row.truth, answer(row));
        let place = row.rank(&answer).map_or("not shown".to_owned(), |rank| format!("rank {rank}"));
        let delay = truth.delay.map_or("no culprit".to_owned(), |delay| format!("{delay} s"));
        let why = answer.error.as_deref().unwrap_or(row.first(&answer));
        writeln!(
            out,
            "missed {} ({}, {}, {delay}): {place}, finding {}, first place {why}",
            truth.id,
            truth.named.word(),
            truth.form.word(),
            answer.finding
        )?;
    }
    Ok(())
}
