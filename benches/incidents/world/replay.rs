//! Real noise: published records, played again around an incident.
//!
//! What services and machines do comes back all day, with other numbers each time; what people did comes once. A drill is an hour
//! in which somebody made and unmade hundreds of things; its records keep their order and their distances.

use std::io::{self, BufRead, BufReader};
use std::path::Path;

use chrono::{DateTime, TimeDelta, Utc};
use flate2::read::GzDecoder;
use serde_json::Value;

use super::moved::Moved;
use super::noise::Around;
use super::wrong;

use super::super::incident::Random;

/// The set that is an hour of a drill.
const DRILL: &str = "invictus-stratus";
/// A set that is nothing but services and machines at work.
const HOUSE: &str = "opensearch-sample";
/// Services whose records stay in the region where they are written.
const GLOBAL: &[&str] = &["iam.", "route53.", "cloudfront.", "organizations.", "sts.", "signin."];

/// A record and when it was written.
type Dated = (DateTime<Utc>, Value);

/// Records to draw from.
#[derive(Debug, Default)]
struct Pool {
    writes: Vec<Dated>,
    reads: Vec<Dated>,
}

impl Pool {
    fn push(&mut self, time: DateTime<Utc>, record: Value) {
        if reads(&record) { &mut self.reads } else { &mut self.writes }.push((time, record));
    }
}

/// The records, by what they are good for.
#[derive(Debug, Default)]
pub(super) struct Replay {
    /// Of services and machines.
    house: Pool,
    /// Single acts outside the drill, most of people.
    people: Pool,
    /// The drill, in order.
    drill: Vec<Dated>,
}

impl Replay {
    /// Reads `records.jsonl.gz` and its index. Errors: whatever the file system says; a line that is no record is left out.
    pub(super) fn read(folder: &Path) -> io::Result<Self> {
        let lines = |name: &str| -> io::Result<Vec<String>> {
            let path = folder.join(name);
            let file = std::fs::File::open(&path).map_err(|error| wrong(&path, error))?;
            BufReader::new(GzDecoder::new(file)).lines().collect()
        };
        let (records, index) = (lines("records.jsonl.gz")?, lines("records.index.tsv.gz")?);
        let sets = index.iter().skip(1).map(|line| line.split('\t').nth(1).unwrap_or_default());
        let mut replay = Self::default();
        for (line, set) in records.iter().zip(sets) {
            let Ok(record) = serde_json::from_str::<Value>(line) else { continue };
            let Ok(time) = text(&record, "eventTime").parse() else { continue };
            match set {
                HOUSE => replay.house.push(time, record),
                DRILL if keeps_house(&record) => replay.house.push(time, record),
                DRILL => replay.drill.push((time, record)),
                // Examples, each of its own: nothing in them comes back all day.
                _ => replay.people.push(time, record),
            }
        }
        replay.drill.sort_by_key(|(time, _)| *time);
        Ok(replay)
    }

    /// Plays about `writes` writes, of which people made some dozens, and half as many reads.
    pub(super) fn calm(&self, around: &Around<'_>, writes: usize, random: &mut Random) -> Vec<Dated> {
        let people = usize::try_from(random.between(30, 70)).unwrap_or(30).min(writes);
        let mut played = Vec::with_capacity(writes * 2);
        for (pool, count, once) in [
            (&self.house.writes, writes - people, false),
            (&self.house.reads, writes / 3, false),
            (&self.people.writes, people, true),
            (&self.people.reads, people / 2, true),
        ] {
            let mut left: Vec<&Dated> = pool.iter().collect();
            for _ in 0..count {
                let Some(at) = random.index(left.len()) else { break };
                let Some((time, record)) = (if once { Some(left.swap_remove(at)) } else { pool.get(at) }) else { break };
                let later = around.moment(random) - *time;
                played.push(play(record, around, later, Some(random.next()), random));
            }
        }
        played
    }

    /// Plays the drill: it ends between two hours before the alert and the question.
    pub(super) fn drill(&self, around: &Around<'_>, random: &mut Random) -> Vec<Dated> {
        let Some((last, _)) = self.drill.last() else { return Vec::new() };
        let end = around.start + TimeDelta::seconds(random.between(-7_200, (around.now - around.start).num_seconds()));
        let kept: Vec<&Dated> = self.drill.iter().filter(|(_, record)| !reads(record) || random.chance(30)).collect();
        kept.into_iter().map(|(_, record)| play(record, around, end - *last, None, random)).collect()
    }
}

/// Moves a record to the account and the region of the incident, `later` than it was.
fn play(record: &Value, around: &Around<'_>, later: TimeDelta, turn: Option<u64>, random: &mut Random) -> Dated {
    let region = text(record, "awsRegion");
    let global = GLOBAL.iter().any(|service| text(record, "eventSource").starts_with(service));
    let home = if global { "us-east-1" } else { around.region };
    let own = [text(record, "recipientAccountId"), record.pointer("/userIdentity/accountId").and_then(Value::as_str).unwrap_or_default()];
    let accounts = own.iter().filter(|account| account.len() == 12).map(|account| ((*account).to_owned(), around.account));
    let regions = (region.len() > 6).then(|| (region.to_owned(), home));
    let moved = Moved { accounts: accounts.collect(), regions: regions.into_iter().collect(), later, turn };
    let mut record = moved.apply(record);
    let time = text(&record, "eventTime").parse().unwrap_or(around.from);
    if let Some(fields) = record.as_object_mut() {
        fields.insert("eventID".into(), random.uuid().into());
        fields.insert("recipientAccountId".into(), around.account.into());
        fields.insert("awsRegion".into(), home.into());
        fields.remove("sharedEventID");
    }
    (time, record)
}

/// Tells whether a service or a machine made the call.
fn keeps_house(record: &Value) -> bool {
    let identity = |key: &str| record.pointer(&format!("/userIdentity/{key}")).and_then(Value::as_str).unwrap_or_default();
    let agent = text(record, "userAgent");
    identity("type") == "AWSService"
        || identity("invokedBy").ends_with(".amazonaws.com")
        || agent.contains("amazon-ssm-agent")
        || text(record, "eventType") == "AwsServiceEvent"
}

/// Tells whether the call only reads.
fn reads(record: &Value) -> bool {
    match record.get("readOnly") {
        Some(Value::Bool(reads)) => *reads,
        _ => ["Describe", "Get", "List", "Head", "Lookup"].iter().any(|verb| text(record, "eventName").starts_with(verb)),
    }
}

fn text<'a>(record: &'a Value, key: &str) -> &'a str {
    record.get(key).and_then(Value::as_str).unwrap_or_default()
}
