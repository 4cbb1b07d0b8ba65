//! One question to the binary, as a person on call would type it.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use chrono::SecondsFormat;
use cloudtrail_mcp::rank::Confidence;
use serde_json::Value;

use super::answer::{Answer, Finding, Shown};
use super::incident::Incident;

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
        .args(["--now", &incident.truth.now.to_rfc3339_opts(SecondsFormat::Secs, true), "--format", "json"])
        .arg(format!("--investigation={alert}"))
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
    let mut shown = Vec::new();
    for group in list(content.get("groups")) {
        for event in list(group.get("events")) {
            let rank = event.get("rank").and_then(Value::as_u64).and_then(|r| usize::try_from(r).ok()).unwrap_or(shown.len() + 1);
            let folded = list(event.pointer("/repeats/event_ids"));
            let ids = text(event.get("event_id")).into_iter().chain(folded.iter().filter_map(|id| text(Some(id)))).collect();
            let confidence = match event.pointer("/suspect/confidence").and_then(Value::as_str) {
                Some("strong") => Some(Confidence::Strong),
                Some("likely") => Some(Confidence::Likely),
                Some(_) => Some(Confidence::Possible),
                None => None,
            };
            let chance = event.get("chance").and_then(Value::as_f64).unwrap_or_default();
            shown.push(Shown { rank, ids, confidence, chance });
        }
    }
    shown.sort_by_key(|one| one.rank);
    let (finding, error) = match content.get("finding").and_then(Value::as_str) {
        Some("suspects") => (Finding::Suspects, None),
        Some("no_suspect") => (Finding::NoSuspect, None),
        other => {
            let headline = text(content.get("headline")).unwrap_or_default();
            (Finding::CouldNotLook, Some(format!("finding {}: {headline}", other.unwrap_or("none"))))
        }
    };
    Answer { shown, finding, error, millis: 0 }
}
