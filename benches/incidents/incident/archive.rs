//! The incident as a folder: `alert.json`, `truth.json` and log files as CloudTrail delivers them.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write};
use std::path::Path;

use chrono::{DateTime, Duration, SecondsFormat, Utc};
use flate2::{Compression, write::GzEncoder};
use serde_json::{Value, json};

use super::random::Random;
use super::truth::{Incident, Truth};

impl Incident {
    /// Writes the folder `DIR/ID`. Errors: whatever the file system says.
    ///
    /// Shape: one file per account, region and five minutes, records in it in no order; some records stand in two files.
    /// Source: CloudTrail log file names; median delivery lag 3.2 minutes, at most 10.1, measured over two public accounts.
    pub(crate) fn write(&self, parent: &Path, seed: u64) -> io::Result<()> {
        let truth = &self.truth;
        let folder = parent.join(&truth.id);
        let mut random = Random::new(seed ^ 0x5EED);
        let mut files: BTreeMap<(String, DateTime<Utc>, bool), Vec<&Value>> = BTreeMap::new();
        let (twice, echo) = (random.between(0, 15), random.chance(30));
        for (time, record) in &self.records {
            let region = record.get("awsRegion").and_then(Value::as_str).unwrap_or(&truth.region);
            let slot = slot(*time + Duration::seconds(random.between(60, 420)));
            files.entry((region.to_owned(), slot, false)).or_default().push(record);
            if random.between(0, 99) < twice {
                files.entry((region.to_owned(), slot, true)).or_default().push(record);
            }
            let global = record.get("eventSource").and_then(Value::as_str) == Some("iam.amazonaws.com");
            if echo && global && region != truth.region {
                files.entry((truth.region.clone(), slot, true)).or_default().push(record);
            }
        }
        for ((region, slot, _), mut records) in files {
            for n in (1..records.len()).rev() {
                records.swap(n, usize::try_from(random.between(0, i64::try_from(n).unwrap_or(0))).unwrap_or(0));
            }
            let place =
                folder.join("AWSLogs").join(&truth.account).join("CloudTrail").join(&region).join(slot.format("%Y/%m/%d").to_string());
            fs::create_dir_all(&place)?;
            let name = format!("{}_CloudTrail_{region}_{}_{}.json.gz", truth.account, slot.format("%Y%m%dT%H%MZ"), random.letters(16));
            let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
            gzip.write_all(json!({"Records": records}).to_string().as_bytes())?;
            fs::write(place.join(name), gzip.finish()?)?;
        }
        fs::write(folder.join("alert.json"), format!("{:#}\n", self.alert))?;
        fs::write(folder.join("truth.json"), format!("{:#}\n", truth.to_json()))
    }
}

impl Truth {
    /// The truth as the scorer reads it.
    pub(crate) fn to_json(&self) -> Value {
        let stamp = |time: DateTime<Utc>| time.to_rfc3339_opts(SecondsFormat::Secs, true);
        json!({"id": self.id, "kind": self.kind, "culprit_event_ids": self.culprits, "related_event_ids": self.related, "decoy_event_ids": self.decoys,
            "resource_named": self.named.word(), "writes": self.writes, "delay_seconds": self.delay, "alert_format": self.form,
            "alert_start": stamp(self.start), "region": self.region, "now": stamp(self.now)})
    }
}

/// Rounds up to five minutes.
fn slot(time: DateTime<Utc>) -> DateTime<Utc> {
    let over = time.timestamp().rem_euclid(300);
    if over == 0 { time } else { time + Duration::seconds(300 - over) }
}
