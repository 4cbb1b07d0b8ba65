//! Alerts of ours on real records, nothing moved and nothing added.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use flate2::read::GzDecoder;
use serde_json::{Value, json};

use super::{Maker, World, read_json, wrong};

use super::super::incident::{Incident, Named, Truth};

/// Records with their times.
type Records = Vec<(DateTime<Utc>, Value)>;

/// How long after its start an alert that still fires is asked about, in minutes.
const ASKED_AFTER: i64 = 10;

/// Makes the world of the scenarios in `file`. Errors: a file that cannot be read, or is none.
pub(super) fn world(file: &Path) -> io::Result<World> {
    let Value::Array(scenarios) = read_json(file)? else { return Err(wrong(file, "no list of scenarios")) };
    let folder = file.parent().unwrap_or(Path::new("."));
    let mut sets: HashMap<PathBuf, Arc<Records>> = HashMap::new();
    let mut makers: Vec<Maker> = Vec::new();
    for scenario in scenarios {
        let path = folder.join(scenario.get("events_file").and_then(Value::as_str).unwrap_or_default());
        let records = match sets.get(&path) {
            Some(known) => Arc::clone(known),
            None => Arc::clone(sets.entry(path.clone()).or_insert(Arc::new(read(&path)?))),
        };
        makers.push(Box::new(move || one(&scenario, &records).map_err(|what| wrong(&path, what))));
    }
    Ok(World { name: "real".to_owned(), hand: "real".to_owned(), makers })
}

fn read(path: &Path) -> io::Result<Records> {
    let file = File::open(path).map_err(|error| wrong(path, error))?;
    let lines = BufReader::new(GzDecoder::new(file)).lines().collect::<io::Result<Vec<String>>>()?;
    let records = lines.iter().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    Ok(records.filter_map(|record| Some((super::time_of(&record)?, record))).collect())
}

fn one(scenario: &Value, records: &Records) -> Result<Incident, String> {
    let text = |key: &str| scenario.pointer(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    let ids = |key: &str| -> Vec<String> {
        let list = scenario.get(key).and_then(Value::as_array);
        list.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
    };
    let start: DateTime<Utc> = text("/alert/startsAt").parse().map_err(|error| format!("{}: {error}", text("/id")))?;
    let now = start + TimeDelta::minutes(ASKED_AFTER);
    let culprits = ids("culprit_event_ids");
    let kind = if culprits.is_empty() { "no-culprit" } else { "real" };
    let truth = Truth {
        id: text("/id"),
        origin: String::new(),
        kind: kind.to_owned(),
        half: None,
        culprits,
        related: ids("related_event_ids"),
        decoys: ids("decoy_event_ids"),
        named: Named::None,
        writes: scenario.pointer("/noise/writes").and_then(Value::as_u64).and_then(|n| usize::try_from(n).ok()).unwrap_or(0),
        delay: scenario.pointer("/culprit_age_seconds/0").and_then(Value::as_i64),
        form: "real".to_owned(),
        start,
        now,
        region: text("/alert/labels/region"),
        account: text("/account_id"),
        service: String::new(),
        resources: Vec::new(),
    };
    let alert = json!({"alert": scenario.get("alert")});
    Ok(Incident { truth, alert, records: records.clone() })
}
