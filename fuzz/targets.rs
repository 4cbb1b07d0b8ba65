//! What is fuzzed: each target takes any bytes and panics where a promise does not hold. The fuzzer's binaries and the project's own
//! tests (`tests/integration/fuzzing.rs`) run the same.

use cloudtrail_mcp::answer::withhold;
use cloudtrail_mcp::config::authority::{AllowedOrigin, Authority, Origin};
use cloudtrail_mcp::config::settings::CONFIG;
use cloudtrail_mcp::config::{Flags, load};
use cloudtrail_mcp::context::{Asked, Defaults, discover};
use cloudtrail_mcp::event::Event;
use cloudtrail_mcp::redact;
use cloudtrail_mcp::service::audit::verify::{self, Kept};
use cloudtrail_mcp::{catalogue, time};
use serde_json::Value;

/// A target: its name, which is that of its binary and of the folder of its seeds, and what it does.
pub(crate) type Target = (&'static str, fn(&[u8]));

/// All targets.
pub(crate) const TARGETS: &[Target] = &[
    ("clean", clean),
    ("redact_text", redact_text),
    ("redact_lines", redact_lines),
    ("redact_record", redact_record),
    ("suspicion", suspicion),
    ("quote", quote),
    ("withhold", withheld),
    ("event", event),
    ("alert", alert),
    ("alert_json", alert_json),
    ("moment", moment),
    ("policy_file", policy_file),
    ("host", host),
    ("audit_file", audit_file),
];

/// Runs a target by its name.
///
/// Panics: when a promise does not hold, or there is no such target.
pub(crate) fn run(name: &str, data: &[u8]) {
    let (_, target) = TARGETS.iter().find(|(known, _)| *known == name).expect("a target");
    target(data);
}

fn text(data: &[u8]) -> String {
    String::from_utf8_lossy(data).into_owned()
}

fn now() -> chrono::DateTime<chrono::Utc> {
    chrono::DateTime::from_timestamp(1_769_547_600, 0).expect("a time")
}

/// Nothing that nobody sees: cleaned once, a character stays as it is.
fn assert_visible(shown: &str) {
    let odd = shown.chars().find(|c| *c != '\n' && *c != ' ' && *c != '\u{FE0F}' && redact::clean(&c.to_string(), 1).is_empty());
    assert_eq!(odd, None, "{shown:?}");
}

fn clean(data: &[u8]) {
    let given = text(data);
    let once = redact::clean(&given, usize::MAX);
    assert_visible(&once);
    assert_eq!(redact::clean(&once, usize::MAX), once);
    assert!(redact::clean(&given, 20).chars().count() <= 20);
}

fn redact_text(data: &[u8]) {
    let once = redact::text(&text(data), usize::MAX);
    assert_visible(&once);
    assert_eq!(redact::text(&once, usize::MAX), once, "twice is not once");
}

fn redact_lines(data: &[u8]) {
    let given = text(data);
    let once = redact::lines(&given, usize::MAX);
    assert_visible(&once);
    assert!(once.lines().count() <= given.lines().count().max(1));
    assert_eq!(redact::lines(&once, usize::MAX), once, "twice is not once");
}

fn redact_record(data: &[u8]) {
    let Ok(record) = serde_json::from_slice::<Value>(data) else { return };
    let once = redact::record(&record).into_inner();
    assert_visible_in(&once);
    assert_eq!(redact::record(&once).into_inner(), once, "twice is not once");
}

fn assert_visible_in(value: &Value) {
    match value {
        Value::String(text) => assert_visible(text),
        Value::Array(items) => items.iter().for_each(assert_visible_in),
        Value::Object(map) => map.values().for_each(assert_visible_in),
        _ => {}
    }
}

fn suspicion(data: &[u8]) {
    let given = text(data);
    let told = redact::is_suspicious(&given);
    assert_eq!(redact::holds_suspicious(&serde_json::json!([{"a": given}])), told);
}

fn quote(data: &[u8]) {
    let quoted = redact::quote::quote_markdown(&redact::clean(&text(data), usize::MAX));
    assert!(!quoted.contains("://") && !quoted.contains('\n'), "{quoted}");
    let mail = |(before, after): (&str, &str)| {
        let linked = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | '+');
        before.ends_with(linked)
            && after.split('.').count() > 1
            && after.split('.').take(2).all(|label| label.starts_with(|c: char| c.is_ascii_alphanumeric()))
            && after.split('.').next().is_some_and(|label| label.bytes().all(|byte| byte.is_ascii_alphanumeric()))
    };
    let signs = quoted.match_indices('@').filter_map(|(at, _)| Some((quoted.get(..at)?, quoted.get(at + 1..)?)));
    assert_eq!(signs.clone().find(|around| mail(*around)), None, "{quoted}");
    let mut before = ' ';
    for c in quoted.chars() {
        assert!(before == '\\' || !matches!(c, '<' | '>' | '|' | '`' | '*'), "{quoted}");
        before = if before == '\\' { ' ' } else { c };
    }
}

fn withheld(data: &[u8]) {
    let Ok(Value::Object(record)) = serde_json::from_slice::<Value>(data) else { return };
    assert_aws_made(&Value::Object(withhold::record(&record)));
}

fn assert_aws_made(value: &Value) {
    match value {
        Value::String(text) => {
            assert!(
                text == withhold::WITHHELD
                    || withhold::text(text) == text
                    || withhold::name(text) == text
                    || withhold::kinds().any(|kind| kind == text),
                "{text}"
            )
        }
        Value::Array(items) => items.iter().for_each(assert_aws_made),
        Value::Object(map) => map.values().for_each(assert_aws_made),
        _ => {}
    }
}

fn event(data: &[u8]) {
    let Ok(record) = serde_json::from_slice::<Value>(data) else { return };
    let Ok(event) = Event::parse(record) else { return };
    let resources = catalogue::resources(&event);
    assert!(resources.iter().all(|resource| !resource.id.is_empty()));
    let _ = (catalogue::classify(&event), event.service(), event.actor_names());
}

fn discovered(investigation: Value) {
    let asked = Asked { investigation: Some(investigation), ..Asked::default() };
    let defaults = Defaults {
        lookback: chrono::TimeDelta::minutes(30),
        max_window: chrono::TimeDelta::hours(48),
        without_alert: chrono::TimeDelta::hours(1),
        ..Defaults::default()
    };
    let Ok(incident) = discover(&asked, &defaults, now()) else { return };
    assert!(incident.window.from < incident.window.to && incident.window.to <= now());
}

fn alert(data: &[u8]) {
    discovered(Value::String(text(data)));
}

fn alert_json(data: &[u8]) {
    if let Ok(value) = serde_json::from_slice::<Value>(data) {
        discovered(value);
    }
}

fn moment(data: &[u8]) {
    let given = text(data);
    if let Some(time) = time::parse(&given) {
        assert_eq!(time::parse(&time::rfc3339(time)).map(time::rfc3339), Some(time::rfc3339(time)));
    }
    let _ = time::argument(&given, now(), Some(now()));
    let _ = time::in_prose(&given, now());
}

fn policy_file(data: &[u8]) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("policy.toml");
    std::fs::write(&path, data).expect("a file");
    let flags = Flags::default().with(&CONFIG, path);
    match load(&flags, &|_| None, &["cloudtrail_events", "cloudtrail_event"]) {
        Ok(config) => assert_eq!(config.widening(&config), cloudtrail_mcp::config::Widening::default()),
        Err(error) => assert!(!error.problems.is_empty()),
    }
}

fn host(data: &[u8]) {
    let given = text(data);
    if let Some(host) = Authority::parse(&given) {
        assert!(host.admits(&host) && !host.host.is_empty());
    }
    let _ = (Origin::parse(&given), AllowedOrigin::parse(&given));
}

/// A log of three records as it was written, which is a seed too, and the hash of its last record.
const LOG: (&[u8], &str) = (include_bytes!("seeds/audit_file/log"), "6dce6a3c3e40c96ca2245a548d1c850d7d1d2760a0841fc19c060f9b6403fb34");

fn audit_file(data: &[u8]) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("audit.jsonl");
    std::fs::write(&path, data).expect("a file");
    let kept = Kept { head: Some(LOG.1.to_owned()), ..Kept::default() };
    let report = verify::files(std::slice::from_ref(&path), &kept).expect("a readable file");
    assert_eq!(report.problem_count == 0, data == LOG.0, "a log is whole exactly as it was written: {:?}", report.problems);
    let unproven = verify::files(&[path], &Kept::default()).expect("a readable file");
    assert!(unproven.problem_count > 0, "without a head nothing is proven");
}
