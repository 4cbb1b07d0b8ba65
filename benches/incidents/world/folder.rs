//! Incidents that stand ready in folders: `truth.json`, `alert.json` and log files under `AWSLogs`.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use flate2::read::GzDecoder;
use serde_json::Value;
use tempfile::TempDir;

use super::{Maker, World, entries, read_json, wrong};

use super::super::incident::{Incident, Named, Truth};

/// Makes a world of every folder in `folder`, named after both; packed folders (`.tar.gz`) are unpacked for the time of the run.
///
/// Errors: a folder that cannot be read or unpacked.
pub(super) fn worlds(folder: &Path) -> io::Result<Vec<World>> {
    let unpacked = Arc::new(tempfile::tempdir()?);
    for packed in entries(folder)?.iter().filter(|path| path.to_string_lossy().ends_with(".tar.gz")) {
        let done = Command::new("tar").arg("xzf").arg(packed).arg("-C").arg(unpacked.path()).status()?;
        done.success().then_some(()).ok_or_else(|| wrong(packed, "tar could not unpack it"))?;
    }
    let name = |path: &Path| path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let mut worlds = Vec::new();
    for noise in entries(folder)?.into_iter().chain(entries(unpacked.path())?) {
        let ready = entries(&noise)?.into_iter().filter(|path| path.join("truth.json").is_file());
        let keep = |path: PathBuf, unpacked: Arc<TempDir>| -> Maker {
            Box::new(move || {
                let _kept = &unpacked;
                read(&path)
            })
        };
        let makers = ready.map(|path| keep(path, Arc::clone(&unpacked))).collect();
        worlds.push(World { name: format!("life-{}", name(&noise)), hand: "life".to_owned(), makers });
    }
    Ok(worlds)
}

/// Reads one incident. Errors: a file that is not what it should be.
fn read(folder: &Path) -> io::Result<Incident> {
    let (truth, alert) = (read_json(&folder.join("truth.json"))?, read_json(&folder.join("alert.json"))?);
    let text = |key: &str| truth.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    let time = |key: &str| text(key).parse::<DateTime<Utc>>().map_err(|error| wrong(folder, format_args!("{key}: {error}")));
    let ids = |key: &str| -> Vec<String> {
        let list = truth.get(key).and_then(Value::as_array);
        list.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
    };
    let mut records = Vec::new();
    let mut open = vec![folder.join("AWSLogs")];
    while let Some(path) = open.pop() {
        if path.is_dir() {
            open.extend(entries(&path)?);
        } else {
            records.extend(log_file(&path)?);
        }
    }
    let account = records.first().and_then(|(_, record)| record.get("recipientAccountId")).and_then(Value::as_str).unwrap_or_default();
    let truth = Truth {
        id: text("id"),
        origin: text("source").trim_end_matches('/').to_owned(),
        kind: text("kind"),
        half: None,
        culprits: ids("culprit_event_ids"),
        related: ids("related_event_ids"),
        decoys: ids("decoy_event_ids"),
        named: Named::read(&text("resource_named")),
        writes: truth.get("writes").and_then(Value::as_u64).and_then(|n| usize::try_from(n).ok()).unwrap_or(0),
        delay: truth.get("delay_seconds").and_then(Value::as_i64),
        form: text("alert_format"),
        start: time("alert_start")?,
        now: time("now")?,
        region: text("region"),
        account: account.to_owned(),
        service: String::new(),
        resources: Vec::new(),
    };
    Ok(Incident { truth, alert, records })
}

/// Reads the records of a log file.
fn log_file(path: &PathBuf) -> io::Result<Vec<(DateTime<Utc>, Value)>> {
    let mut file: Value =
        serde_json::from_reader(io::BufReader::new(GzDecoder::new(File::open(path)?))).map_err(|error| wrong(path, error))?;
    let records = file.get_mut("Records").and_then(Value::as_array_mut).map(std::mem::take).unwrap_or_default();
    Ok(records.into_iter().filter_map(|record| Some((super::time_of(&record)?, record))).collect())
}
