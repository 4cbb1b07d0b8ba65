//! `[alertmanager] url`: what fires now, by fingerprint and by name, asked of something that speaks as Alertmanager does.

use serde_json::{Value, json};

use super::listener::Listener;
use crate::binary::{folder, run, stdout};

/// The alert of the bundled incident, and another that is older, as `GET /api/v2/alerts` lists them.
fn alerts() -> String {
    let alert = |name: &str, fingerprint: &str, started: &str, region: &str| {
        json!({"annotations": {}, "endsAt": "2026-01-27T20:30:00.000Z", "fingerprint": fingerprint, "receivers": [{"name": "oncall"}],
            "startsAt": started, "updatedAt": "2026-01-27T20:10:00.000Z", "generatorURL": "",
            "status": {"inhibitedBy": [], "silencedBy": [], "state": "active"}, "labels": {"alertname": name, "region": region}})
    };
    json!([
        alert("DiskFull", "00000000000000aa", "2026-01-27T19:30:00.000Z", "eu-west-1"),
        alert("HighLatency", "00000000000000bb", "2026-01-27T20:04:10.000Z", "eu-west-1"),
    ])
    .to_string()
}

fn ask(url: &str, investigation: &str) -> (Option<i32>, Value) {
    let (_keep, path) = folder(&[("policy.toml", &format!("[alertmanager]\nurl = \"{url}\"\n"))]);
    let policy = path.join("policy.toml");
    let output = run(&["events", "--demo", "--json", "--config", policy.to_str().unwrap(), "--investigation", investigation]);
    (output.status.code(), serde_json::from_str(&stdout(&output)).unwrap())
}

#[test]
fn what_fires_now_is_taken_for_the_investigation_the_newest_first() {
    let fake = Listener::saying(200, &alerts());
    let (_, answer) = ask(&fake.url(), "current");
    assert_eq!(answer["context"]["alert"]["name"], "HighLatency", "{answer:#}");
    assert_eq!(answer["context"]["alert"]["started_at"], "2026-01-27T20:04:10Z");
    assert_eq!(answer["context"]["regions"][0]["name"], "eu-west-1");
    let asked = &fake.heard()[0].target;
    assert!(asked.starts_with("/api/v2/alerts?") && asked.contains("silenced=false"), "{asked}");
}

#[test]
fn an_alert_is_found_by_its_fingerprint_and_by_its_name() {
    let fake = Listener::saying(200, &alerts());
    for given in ["00000000000000aa", "DiskFull"] {
        let (_, answer) = ask(&format!("{}/", fake.url()), given);
        assert_eq!(answer["context"]["alert"]["name"], "DiskFull", "{given}: {answer:#}");
    }
    assert_eq!(fake.heard()[1].target, "/api/v2/alerts?filter=alertname%3D%22DiskFull%22");
    // Any other word is a text, as it is without Alertmanager.
    let (_, answer) = ask(&fake.url(), "sg-0123456789abcdef0");
    assert_eq!((&answer["context"]["alert"], &answer["error"]), (&Value::Null, &Value::Null), "{answer:#}");
    assert!(answer["context"]["resources"].to_string().contains("sg-0123456789abcdef0"), "{answer:#}");
    let (code, answer) = ask(&fake.url(), "00000000000000cc");
    assert_eq!((code, &answer["error"]["code"]), (Some(2), &json!("invalid_argument")));
}

#[test]
fn where_it_does_not_tell_the_call_is_unavailable_and_only_the_host_is_named() {
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let broken = Listener::saying(503, "down for secret-reason");
    let other = Listener::saying(200, "{\"status\": \"success\"}");
    let elsewhere = Listener::start(|_, _| (302, "location: http://192.0.2.1/\r\n".to_owned(), String::new()));
    for (url, why) in [
        (format!("http://{closed}/prefix-of-path"), "refuses connections"),
        (broken.url(), "HTTP status 503"),
        (other.url(), "something else than a list"),
        (elsewhere.url(), "HTTP status 302"),
    ] {
        let (code, answer) = ask(&url, "current");
        assert_eq!((code, &answer["error"]["code"]), (Some(1), &json!("unavailable")), "{answer:#}");
        let text = answer.to_string();
        assert!(text.contains(why) && text.contains("127.0.0.1"), "{text}");
        assert!(!text.contains("prefix-of-path") && !text.contains("secret-reason"), "{text}");
    }
}

#[test]
fn nothing_that_fires_and_nobody_to_ask_are_told_apart() {
    let quiet = Listener::saying(200, "[]");
    assert!(ask(&quiet.url(), "current").1["error"]["message"].as_str().unwrap().contains("no alert fires now"));
    let output = run(&["events", "--demo", "--json", "--investigation", "current"]);
    let answer: Value = serde_json::from_str(&stdout(&output)).unwrap();
    assert!(answer["error"]["next"].as_str().unwrap().contains("[alertmanager] url"), "{answer:#}");
}

#[test]
fn an_alertmanager_that_would_be_asked_in_clear_is_refused_at_the_start() {
    let (_keep, path) = folder(&[("policy.toml", "[alertmanager]\nurl = \"http://alerts.example:9093\"\n")]);
    assert_eq!(run(&["config", "check", "--config", path.join("policy.toml").to_str().unwrap()]).status.code(), Some(78));
}
