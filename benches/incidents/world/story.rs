//! Incidents after public stories, one file each; what every record has in common is filled in here.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::noise::{Noise, Taboo};
use super::{entries, wrong};

use super::super::incident::{Incident, Named, Random, Truth};

/// Services that write their records in us-east-1, wherever the account lives.
const GLOBAL: &[&str] = &["iam", "route53", "cloudfront", "organizations"];

/// One incident as its author wrote it.
#[derive(Debug, Deserialize)]
pub(super) struct Story {
    id: String,
    source: String,
    kind: String,
    account: String,
    region: String,
    named: String,
    start: DateTime<Utc>,
    now: DateTime<Utc>,
    format: String,
    alert: Value,
    actors: BTreeMap<String, Map<String, Value>>,
    records: Vec<Map<String, Value>>,
    culprits: Vec<String>,
    related: Vec<String>,
    decoys: Vec<String>,
}

/// Reads the stories of every author in `folder`.
///
/// Errors: a file that is no story.
pub(super) fn read_all(folder: &Path) -> io::Result<Vec<(String, Vec<Arc<Story>>)>> {
    let mut all = Vec::new();
    for author in entries(folder)? {
        let mut stories = Vec::new();
        for path in entries(&author)?.into_iter().filter(|path| path.extension().is_some_and(|end| end == "json")) {
            let bytes = std::fs::read(&path)?;
            let story: Story = serde_json::from_slice(&bytes).map_err(|error| wrong(&path, error))?;
            stories.push(Arc::new(story));
        }
        let name = author.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        all.push((name, stories));
    }
    all.retain(|(_, stories)| !stories.is_empty());
    Ok(all)
}

impl Story {
    /// Lays the story out in `noise`.
    ///
    /// Shape: the same story has the same event ids in every noise. Errors: a record whose time cannot be read.
    pub(super) fn tell(&self, noise: &Noise) -> io::Result<Incident> {
        let mut random = Random::from_text(&self.id);
        let ids: BTreeMap<&str, String> =
            self.records.iter().filter_map(|record| Some((record.get("eventID")?.as_str()?, random.uuid()))).collect();
        let mut records = self.records.iter().map(|record| self.record(record, &ids, &mut random)).collect::<io::Result<Vec<_>>>()?;
        let taboo = Taboo::of(&self.alert, records.iter().map(|(_, record)| record));
        let mut random = Random::from_text(&format!("{} {}", self.id, noise.word()));
        records.extend(noise.around((self.start, self.now), (&self.account, &self.region), &taboo, &mut random));
        let full = |ids_: &[String]| -> Vec<String> { ids_.iter().filter_map(|id| ids.get(id.as_str()).cloned()).collect() };
        let culprits = full(&self.culprits);
        let last =
            records.iter().filter(|(_, record)| id(record).is_some_and(|id| culprits.iter().any(|one| one == id))).map(|(time, _)| *time);
        let truth = Truth {
            id: self.id.clone(),
            origin: self.source.trim_end_matches('/').to_owned(),
            kind: self.kind.clone(),
            half: None,
            delay: last.max().map(|last| (self.start - last).num_seconds()),
            culprits,
            related: full(&self.related),
            decoys: full(&self.decoys),
            named: Named::read(&self.named),
            writes: records.iter().filter(|(_, record)| record.get("readOnly") == Some(&Value::Bool(false))).count(),
            form: self.format.clone(),
            start: self.start,
            now: self.now,
            region: self.region.clone(),
            account: self.account.clone(),
            service: String::new(),
            resources: Vec::new(),
        };
        Ok(Incident { truth, alert: self.alert.clone(), records })
    }

    /// Fills in what the author left out.
    fn record(&self, given: &Map<String, Value>, ids: &BTreeMap<&str, String>, random: &mut Random) -> io::Result<(DateTime<Utc>, Value)> {
        let text = |key: &str| given.get(key).and_then(Value::as_str).unwrap_or_default();
        let wrong = |what: &str| io::Error::new(io::ErrorKind::InvalidData, format!("{}: {what} of {}", self.id, text("eventID")));
        let time = text("eventTime").parse().map_err(|_| wrong("the time"))?;
        let service = text("eventSource").trim_end_matches(".amazonaws.com");
        let data = text("eventCategory") == "Data";
        let mut record = Map::new();
        let usual = [
            ("eventVersion", json!("1.10")),
            ("awsRegion", json!(if GLOBAL.contains(&service) { "us-east-1" } else { self.region.as_str() })),
            ("readOnly", json!(false)),
            ("eventType", json!("AwsApiCall")),
            ("managementEvent", json!(!data)),
            ("eventCategory", json!("Management")),
            ("recipientAccountId", json!(self.account)),
            ("requestID", json!(random.uuid())),
        ];
        record.extend(usual.map(|(key, value)| (key.to_owned(), value)));
        if let Some(name) = given.get("actor").and_then(Value::as_str) {
            record.extend(self.actors.get(name).ok_or_else(|| wrong("the actor"))?.clone());
        }
        record.extend(given.iter().filter(|(key, _)| *key != "actor").map(|(key, value)| (key.clone(), value.clone())));
        let id = ids.get(text("eventID")).ok_or_else(|| wrong("the id"))?;
        record.insert("eventID".into(), id.as_str().into());
        Ok((time, Value::Object(record)))
    }
}

/// Returns the id of an event.
fn id(record: &Value) -> Option<&str> {
    record.get("eventID").and_then(Value::as_str)
}
