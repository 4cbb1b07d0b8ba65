//! What else went on in the account of a story.

use std::collections::HashSet;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;

use super::moved::Moved;
use super::replay::Replay;

use super::super::incident::{Account, Habit, Random, fill_up};

/// How long before the question the noise begins, in hours.
const HOURS: i64 = 26;
/// Names shorter than this are no names.
const SHORTEST: usize = 6;

/// The noise that a story is told in.
#[derive(Clone, Debug)]
pub(super) enum Noise {
    /// What the generator makes of automation and people at work.
    Synthetic,
    /// Real records, most of services and machines.
    Calm(Arc<Replay>),
    /// The same, and an hour in which hundreds of things were made and unmade.
    Drill(Arc<Replay>),
}

/// The time and the place that noise is made for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Around<'a> {
    /// When the noise begins.
    pub(super) from: DateTime<Utc>,
    /// When the alert starts.
    pub(super) start: DateTime<Utc>,
    /// When the question is asked.
    pub(super) now: DateTime<Utc>,
    /// The account.
    pub(super) account: &'a str,
    /// The home region.
    pub(super) region: &'a str,
}

impl Around<'_> {
    /// Chooses a moment: a third of them in the hour before the question, as incidents fall into working hours.
    pub(super) fn moment(&self, random: &mut Random) -> DateTime<Utc> {
        let span = (self.now - self.from).num_seconds();
        let most = if random.chance(30) { 3_600 } else { span };
        self.now - TimeDelta::seconds(random.between(0, most))
    }
}

impl Noise {
    /// The word in the names of worlds.
    pub(super) fn word(&self) -> &'static str {
        match self {
            Self::Synthetic => "synthetic",
            Self::Calm(_) => "calm",
            Self::Drill(_) => "drill",
        }
    }

    /// Makes the records around an incident, from a day before it until the question.
    ///
    /// Shape: none of them holds a name of `taboo`, none lies after the question.
    pub(super) fn around(
        &self,
        (start, now): (DateTime<Utc>, DateTime<Utc>),
        (account, region): (&str, &str),
        taboo: &Taboo,
        random: &mut Random,
    ) -> Vec<(DateTime<Utc>, Value)> {
        let around = Around { from: now - TimeDelta::hours(HOURS), start, now, account, region };
        let mut records = match self {
            Self::Synthetic => synthetic(&around, taboo, random),
            Self::Calm(replay) => replay.calm(&around, random.log_between(100.0, 900.0) as usize, random),
            Self::Drill(replay) => {
                let mut records = replay.calm(&around, random.log_between(100.0, 600.0) as usize, random);
                records.extend(replay.drill(&around, random));
                records
            }
        };
        records.retain(|(time, record)| *time <= now && !taboo.is_in(record));
        records
    }
}

/// Makes an account of the generator's work beside the incident, without the services that the story speaks of.
fn synthetic(around: &Around<'_>, taboo: &Taboo, random: &mut Random) -> Vec<(DateTime<Utc>, Value)> {
    let mut account = Account::new(random, Habit::Plain);
    let spoken_of = |name: Option<&String>| name.is_some_and(|name| taboo.text.contains(name.as_str()));
    for services in [&mut account.services, &mut account.abroad] {
        services.retain(|names| !spoken_of(names.get("svc")) && !spoken_of(names.get("team")));
    }
    let writes = random.log_between(100.0, 1_500.0) as usize;
    let records = fill_up(&account, around.from, around.now, around.start, writes, random);
    let moved = Moved {
        accounts: vec![(account.account.to_owned(), around.account)],
        regions: vec![(account.region.to_owned(), around.region)],
        later: TimeDelta::zero(),
        turn: None,
    };
    records.into_iter().map(|(time, record)| (time, moved.apply(&record))).collect()
}

/// The names of an incident, which no noise may hold.
#[derive(Debug)]
pub(super) struct Taboo {
    names: HashSet<String>,
    /// All that the alert and the records say, in small letters.
    text: String,
}

impl Taboo {
    /// Gathers the names in the alert and in the records of a story.
    pub(super) fn of<'a>(alert: &Value, records: impl Iterator<Item = &'a Value>) -> Self {
        let (mut names, mut text) = (HashSet::new(), alert.to_string().to_lowercase());
        each_text(alert, &mut |leaf| names.extend(leaf.split_whitespace().flat_map(parts)));
        for record in records {
            told(record, &mut |leaf| names.extend(parts(leaf)));
            text.push_str(&record.to_string().to_lowercase());
        }
        Self { names, text }
    }

    /// Tells whether a record holds one of the names.
    fn is_in(&self, record: &Value) -> bool {
        let mut found = false;
        told(record, &mut |leaf| found = found || parts(leaf).any(|part| self.names.contains(&part)));
        found
    }
}

/// Calls `each` with every text in what a record asks, answers and touches.
fn told(record: &Value, each: &mut impl FnMut(&str)) {
    for key in ["requestParameters", "responseElements", "resources"] {
        record.get(key).into_iter().for_each(|value| each_text(value, each));
    }
}

fn each_text(value: &Value, each: &mut impl FnMut(&str)) {
    match value {
        Value::String(text) => each(text),
        Value::Array(items) => items.iter().for_each(|item| each_text(item, each)),
        Value::Object(fields) => fields.values().for_each(|value| each_text(value, each)),
        _ => {}
    }
}

/// Returns the parts of a text that may be names: what holds a digit or a mark, and is no date, address, host or region.
fn parts(text: &str) -> impl Iterator<Item = String> {
    let whole = std::iter::once(text).chain(text.split([':', '/', '"', ',']));
    whole.filter(|part| is_name(part)).map(str::to_lowercase)
}

fn is_name(part: &str) -> bool {
    let marked = part.contains(|c: char| c == '-' || c == '_' || c.is_ascii_digit());
    let number = part.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | '-' | ':' | 'T' | 'Z'));
    let region = part.len() < 16 && part.split('-').count() == 3 && part.ends_with(|c: char| c.is_ascii_digit() || "abc".contains(c));
    part.len() >= SHORTEST
        && part.len() <= 200
        && marked
        && !number
        && !region
        && !part.contains("amazonaws")
        && !part.contains(char::is_whitespace)
}
