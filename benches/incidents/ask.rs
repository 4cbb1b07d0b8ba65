//! One question to the binary, as a person on call would type it.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use chrono::SecondsFormat;
use serde_json::Value;

use crate::incident::Incident;

/// What came back.
#[derive(Clone, Debug, Default)]
pub(crate) struct Answer {
    /// Event ids by rank; folded ones stand under the rank of their group.
    pub(crate) ranked: Vec<(usize, Vec<String>)>,
    /// `suspects`, `no_suspect` or `could_not_look`.
    pub(crate) finding: String,
    /// Why there is no answer.
    pub(crate) error: Option<String>,
    /// Wall-clock milliseconds from start to exit of the process.
    pub(crate) millis: u128,
}

/// Asks for the changes before the alert, with the folder as the only source.
pub(crate) fn ask(binary: &Path, folder: &Path, incident: &Incident) -> Answer {
    let alert = match &incident.alert {
        Value::String(text) => text.clone(),
        _ => folder.join("alert.json").display().to_string(),
    };
    let started = Instant::now();
    let output = Command::new(binary)
        .args(["events", "--archive"])
        .arg(folder)
        .args(["--now", &incident.truth.now.to_rfc3339_opts(SecondsFormat::Secs, true), "--investigation", &alert, "--format", "json"])
        .env_remove("AWS_REGION")
        .env_remove("AWS_DEFAULT_REGION")
        .stdin(Stdio::null())
        .output();
    let millis = started.elapsed().as_millis();
    let fail = |what: String| Answer { error: Some(what), millis, ..Answer::default() };
    match output {
        Err(error) => fail(format!("the binary did not start: {error}")),
        Ok(output) => match serde_json::from_slice::<Value>(&output.stdout) {
            Ok(content) => Answer { millis, ..read(&content) },
            Err(_) => {
                let said = String::from_utf8_lossy(&output.stderr);
                fail(format!("no JSON on stdout ({}): {}", output.status, said.lines().next().unwrap_or_default()))
            }
        },
    }
}

fn read(content: &Value) -> Answer {
    let list = |value: Option<&Value>| value.and_then(Value::as_array).cloned().unwrap_or_default();
    let text = |value: Option<&Value>| value.and_then(Value::as_str).map(str::to_owned);
    let mut ranked = Vec::new();
    for group in list(content.get("groups")) {
        for event in list(group.get("events")) {
            let rank = event.get("rank").and_then(Value::as_u64).and_then(|r| usize::try_from(r).ok()).unwrap_or(ranked.len() + 1);
            let folded = list(event.get("repeats").and_then(|r| r.get("event_ids")));
            let ids = text(event.get("event_id")).into_iter().chain(folded.iter().filter_map(|id| text(Some(id)))).collect();
            ranked.push((rank, ids));
        }
    }
    ranked.sort_by_key(|(rank, _)| *rank);
    let finding = text(content.get("finding")).unwrap_or_default();
    let error = match finding.as_str() {
        "suspects" | "no_suspect" => None,
        other => Some(format!("finding {other}: {}", text(content.get("headline")).unwrap_or_default())),
    };
    Answer { ranked, finding, error, millis: 0 }
}
