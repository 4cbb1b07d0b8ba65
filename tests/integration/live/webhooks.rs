//! Alerts posted to a server: taken at once, investigated once, told in a channel, and followed until they are over.

use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::listener::{Heard, Listener};
use crate::binary::{folder, run, stderr};
use crate::http::server::{Reply, Served, call, modern};
use crate::team::wait_for;

const TOKEN: &str = "ctmcp_of-the-webhook-0123456789";
const HIDDEN: &str = "T0000SECRET";

fn digest(token: &str) -> String {
    Sha256::digest(token).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn token_of(caller: &str) -> String {
    format!("ctmcp_of-{caller}-0123456789")
}

/// A folder with a policy: two callers and one who may only read events, webhooks of one of them, a channel.
struct Place {
    _folder: tempfile::TempDir,
    path: PathBuf,
}

impl Place {
    fn new(channel: &Listener) -> Self {
        let (keep, path) = folder(&[]);
        let callers: String = ["bot", "alice"]
            .map(|name| format!("[[http.callers]]\nname = \"{name}\"\ntoken_sha256 = \"{}\"\n", digest(&token_of(name))))
            .concat();
        let reader = format!(
            "[[http.callers]]\nname = \"reader\"\ntoken_sha256 = \"{}\"\ntools = [\"cloudtrail_event\"]\n",
            digest(&token_of("reader"))
        );
        let webhook = |name: &str, form: &str, proof: &str| {
            format!("[[http.webhooks]]\nname = \"{name}\"\nform = \"{form}\"\ncaller = \"bot\"\n{proof}\n")
        };
        let policy = [
            callers,
            reader,
            webhook("prod", "alertmanager", &format!("token_sha256 = \"{}\"", digest(TOKEN))),
            webhook("pager", "pagerduty", "secret = \"hush\""),
            webhook("topic", "sns", "topics = [\"arn:aws:sns:eu-west-1:111122223333:alarms\"]"),
            format!("[investigations]\npath = \"{0}/kept\"\n[audit]\npath = \"{0}/audit.jsonl\"\n", path.display()),
            format!("[slack]\nurl = \"{}/services/{HIDDEN}\"\nmax_per_minute = 60\n", channel.url()),
        ];
        std::fs::write(path.join("policy.toml"), policy.concat()).unwrap();
        Self { _folder: keep, path }
    }

    fn policy(&self) -> String {
        self.path.join("policy.toml").display().to_string()
    }

    fn serve(&self) -> Served {
        Served::start_with(&["--demo", "--log-level", "debug", "--config", &self.policy()], &[])
    }

    fn audit(&self) -> Vec<Value> {
        let text = std::fs::read_to_string(self.path.join("audit.jsonl")).unwrap();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}

/// The alert of the bundled incident, as Alertmanager posts it.
fn payload(fingerprint: &str, status: &str) -> Value {
    json!({"version": "4", "groupKey": "{}", "status": status, "receiver": "live", "groupLabels": {}, "commonLabels": {}, "commonAnnotations": {},
        "alerts": [{"status": status, "fingerprint": fingerprint, "labels": {"alertname": "HighLatency", "region": "eu-west-1", "dbinstance_identifier": "checkout-db", "db_password": "Zq7Bqx99"},
            "annotations": {"summary": "checkout cannot reach its database: connections time out"}, "startsAt": "2026-01-27T20:04:10Z",
            "endsAt": if status == "resolved" { "2026-01-27T20:16:10Z" } else { "0001-01-01T00:00:00Z" }}]})
}

fn post(served: &Served, token: &str, payload: &Value) -> Reply {
    served.post_text("/webhooks/prod", &[("authorization", &format!("Bearer {token}"))], &payload.to_string())
}

fn posted(served: &Served, payload: &Value) -> (String, String) {
    let reply = post(served, TOKEN, payload);
    assert_eq!(reply.status, 202, "{reply:?}");
    let text = |key: &str| reply.json()[key].as_str().unwrap_or_default().to_owned();
    (text("status"), text("investigation"))
}

fn ask(served: &Served, caller: &str, method: &str, params: Value) -> Value {
    served.post(&[("authorization", &format!("Bearer {}", token_of(caller)))], &call(1, method, params)).json()["result"].clone()
}

fn message(heard: &Heard) -> Value {
    serde_json::from_str(&heard.body).unwrap()
}

#[test]
fn an_alert_is_taken_once_told_once_and_updated_when_it_is_over() {
    let channel = Listener::saying(200, "{\"ok\": true, \"ts\": \"1769544250.000100\"}");
    let place = Place::new(&channel);
    let served = place.serve();
    let (status, id) = posted(&served, &payload("aa", "firing"));
    assert_eq!(status, "accepted");
    assert_eq!(posted(&served, &payload("aa", "firing")), ("known".into(), id.clone()));
    wait_for(|| !channel.heard().is_empty());
    let told = message(&channel.heard()[0]);
    assert!(told["text"].as_str().unwrap().starts_with("HighLatency: "), "{told:#}");
    assert!(told["blocks"].to_string().contains("RevokeSecurityGroupIngress") && told["blocks"].to_string().contains(&id), "{told:#}");
    assert_eq!(posted(&served, &payload("aa", "resolved")), ("over".into(), id.clone()));
    assert_eq!(posted(&served, &payload("aa", "resolved")).1, "", "told once");
    wait_for(|| channel.heard().len() == 2);
    let end = message(&channel.heard()[1]);
    assert_eq!(end["thread_ts"], "1769544250.000100");
    assert!(end["text"].as_str().unwrap().contains("is over at 2026-01-27T20:16:10Z after 12m"), "{end:#}");
    assert_eq!(channel.heard()[0].target, format!("/services/{HIDDEN}"));

    let of_bot: Vec<Value> = place.audit().into_iter().filter(|record| record["caller"] == "bot").collect();
    assert_eq!(of_bot.len(), 1, "one alert is one call: {of_bot:?}");
    assert_eq!((&of_bot[0]["tool"], &of_bot[0]["arguments"]["investigation"]), (&json!("cloudtrail_events"), &json!(id)));
    let answer = ask(&served, "alice", "tools/call", json!({"name": "aws.cloudtrail_events", "arguments": {"investigation": id}}));
    assert_eq!(answer["structuredContent"]["context"]["alert"]["name"], "HighLatency");

    let kept = std::fs::read_to_string(place.path.join("kept").join(&id).join("alert.json")).unwrap();
    assert!(kept.contains("HighLatency") && !kept.contains("Zq7Bqx99"), "{kept}");
    let log = served.log();
    for secret in [HIDDEN, TOKEN, "Zq7Bqx99", "cannot reach its database"] {
        assert!(!log.contains(secret), "{secret} in {log}");
    }
    let explained = run(&["config", "explain", "--config", &place.policy()]);
    let explained = String::from_utf8_lossy(&explained.stdout).into_owned();
    assert!(explained.contains("slack.url") && !explained.contains(HIDDEN) && !explained.contains("hush"), "{explained}");
}

#[test]
fn investigations_are_resources_whose_answers_are_their_callers_alone() {
    let channel = Listener::saying(200, "ok");
    let place = Place::new(&channel);
    let served = place.serve();
    let (_, id) = posted(&served, &payload("aa", "firing"));
    wait_for(|| !channel.heard().is_empty());
    let uri = format!("cloudtrail://investigations/{id}");
    let listed = ask(&served, "alice", "resources/list", json!({}));
    assert_eq!((&listed["resources"][0]["uri"], &listed["resources"][0]["title"]), (&json!(uri), &json!("HighLatency")), "{listed:#}");
    let read = |caller: &str| -> Value {
        let contents = ask(&served, caller, "resources/read", json!({"uri": uri}))["contents"].clone();
        serde_json::from_str(contents[0]["text"].as_str().unwrap()).unwrap()
    };
    let (own, others) = (read("bot"), read("alice"));
    assert!(own["status"] == "answered" && own["answer"]["finding"].is_string(), "{own:#}");
    assert_eq!((&others["answer"], &others["alerts"]), (&Value::Null, &own["alerts"]), "{others:#}");
    assert!(others["not_shown"]["next"].as_str().unwrap().contains("your own"));
    let given: Vec<Value> = place.audit().into_iter().filter(|line| line["tool"] == "investigation").collect();
    let of = |caller: &str| given.iter().find(|line| line["caller"] == caller).unwrap_or_else(|| panic!("{given:#?}"))["decision"].clone();
    assert_eq!((of("bot"), of("alice")), (json!("admitted"), json!("tool_not_allowed")));
    // Who may not ask about an investigation is not told that there is one.
    let listed = ask(&served, "reader", "resources/list", json!({}));
    assert!(!listed.to_string().contains(&id) && listed["resources"][0].is_object(), "{listed:#}");
    assert_eq!(ask(&served, "reader", "resources/read", json!({"uri": uri})), Value::Null);
    let completed = ask(
        &served,
        "bot",
        "completion/complete",
        json!({"ref": {"type": "ref/resource", "uri": "cloudtrail://investigations/{id}"}, "argument": {"name": "id", "value": "live-"}}),
    );
    assert_eq!(completed["completion"]["values"], json!([id]));
    let unknown = served.post(
        &[("authorization", &format!("Bearer {}", token_of("bot")))],
        &call(1, "resources/read", json!({"uri": "cloudtrail://investigations/../audit"})),
    );
    assert!(unknown.json()["error"]["code"].is_i64(), "{unknown:?}");
}

#[test]
fn an_answer_is_not_given_again_under_another_policy() {
    let channel = Listener::saying(200, "ok");
    let place = Place::new(&channel);
    let id = {
        let served = place.serve();
        let (_, id) = posted(&served, &payload("aa", "firing"));
        wait_for(|| !channel.heard().is_empty());
        id
    };
    let uri = format!("cloudtrail://investigations/{id}");
    let read = |served: &Served| {
        let contents = ask(served, "bot", "resources/read", json!({"uri": uri}))["contents"].clone();
        serde_json::from_str::<Value>(contents[0]["text"].as_str().unwrap()).unwrap()
    };
    assert!(read(&place.serve())["answer"].is_object(), "the same policy, another process");
    let narrower = format!("aws_region_allowlist = [\"us-east-1\"]\n{}", std::fs::read_to_string(place.policy()).unwrap());
    std::fs::write(place.policy(), narrower).unwrap();
    let told = read(&place.serve());
    assert_eq!((&told["answer"], &told["not_shown"]["code"]), (&Value::Null, &json!("tool_not_allowed")), "{told:#}");
}

#[test]
fn a_message_that_the_channel_does_not_take_is_counted_and_stands_in_the_investigation() {
    let channel = Listener::saying(403, "no");
    let place = Place::new(&channel);
    let served = place.serve();
    let (_, id) = posted(&served, &payload("aa", "firing"));
    posted(&served, &payload("aa", "firing"));
    let bearer = format!("Bearer {}", token_of("bot"));
    let metrics = || served.get("/metrics", &[("authorization", &bearer)]).body;
    wait_for(|| metrics().contains("cloudtrail_mcp_channel_messages_total{result=\"given_up\"} 1\n"));
    let metrics = metrics();
    for line in [
        "cloudtrail_mcp_channel_messages_total{result=\"posted\"} 0",
        "cloudtrail_mcp_alerts_total{result=\"accepted\"} 1",
        "cloudtrail_mcp_alerts_total{result=\"known\"} 1",
        "cloudtrail_mcp_http_requests_total{route=\"/webhooks\",status=\"202\"} 2",
    ] {
        assert!(metrics.lines().any(|found| found == line), "{line} in\n{metrics}");
    }
    let told = || -> Value {
        let read = ask(&served, "bot", "resources/read", json!({"uri": format!("cloudtrail://investigations/{id}")}));
        serde_json::from_str(read["contents"][0]["text"].as_str().unwrap()).unwrap()
    };
    wait_for(|| told()["undelivered"].is_object());
    let undelivered = &told()["undelivered"];
    assert_eq!((&undelivered["messages"], &undelivered["problem"]), (&json!(1), &json!("it answered with HTTP status 403")));
}

#[test]
fn who_listens_is_told_of_a_new_investigation() {
    let channel = Listener::saying(200, "ok");
    let place = Place::new(&channel);
    let served = place.serve();
    let body = modern("subscriptions/listen", json!({"notifications": {"resourcesListChanged": true}})).to_string();
    let mut stream = served.connect();
    let head = format!(
        "POST /mcp HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {}\r\ncontent-type: application/json\r\nmcp-protocol-version: 2026-07-28\r\n\
         mcp-method: subscriptions/listen\r\naccept: application/json, text/event-stream\r\ncontent-length: {}\r\n\r\n{body}",
        token_of("bot"),
        body.len()
    );
    stream.write_all(head.as_bytes()).unwrap();
    let mut told = String::new();
    let mut until = |what: &str| {
        let mut part = [0; 4096];
        while !told.contains(what) {
            let read = stream.read(&mut part).unwrap();
            assert!(read > 0, "{told}");
            told.push_str(&String::from_utf8_lossy(&part[..read]));
        }
    };
    until("notifications/subscriptions/acknowledged");
    posted(&served, &payload("aa", "firing"));
    until("notifications/resources/list_changed");
    assert_eq!(served.terminate(), Some(0));
    until("\"result\"");
}

#[test]
fn whoever_cannot_prove_who_they_are_leaves_nothing_behind() {
    let channel = Listener::saying(200, "ok");
    let place = Place::new(&channel);
    let served = place.serve();
    let alert = payload("aa", "firing").to_string();
    let send = |path: &str, headers: &[(&str, &str)], body: &str| served.post_text(path, headers, body);
    let bearer = format!("Bearer {TOKEN}");
    let right: &[(&str, &str)] = &[("authorization", &bearer)];
    let of_caller = format!("Bearer {}", token_of("bot"));
    let wrong: &[(&str, &str)] = &[("authorization", &of_caller)];
    let unknown = send("/webhooks/none", right, &alert);
    assert_eq!((unknown.status, unknown.body), (401, send("/webhooks/prod", wrong, &alert).body), "which there are is not told");
    for (path, headers, body, status) in [
        ("/webhooks/prod", &[] as &[(&str, &str)], alert.as_str(), 401),
        ("/webhooks/prod", wrong, &alert, 401),
        ("/webhooks/prod", right, "{\"alerts\": [", 400),
        ("/webhooks/prod", right, "[]", 422),
        ("/webhooks/prod", right, &"x".repeat((512 << 10) + 1), 413),
        ("/webhooks/pager", right, &alert, 401),
        ("/webhooks/pager", &[("x-pagerduty-signature", "v1=00")], &alert, 401),
        ("/webhooks/topic", right, &alert, 400),
        ("/webhooks/topic", &[], "{\"Type\": \"Notification\", \"TopicArn\": \"arn:aws:sns:eu-west-1:444455556666:alarms\"}", 403),
    ] {
        let reply = send(path, headers, body);
        assert_eq!(reply.status, status, "{path}: {reply:?}");
    }
    // A token of a webhook lets nobody ask.
    assert_eq!(served.post(right, &call(1, "tools/list", json!({}))).status, 401);
    assert_eq!(served.get("/webhooks/prod", right).status, 405);
    let kept = std::fs::read_dir(place.path.join("kept")).unwrap().filter(|entry| entry.as_ref().unwrap().path().is_dir()).count();
    assert_eq!((kept, channel.heard().len()), (0, 0));
    assert_eq!(served.terminate(), Some(0));
    assert!(place.audit().iter().any(|record| record["reason"] == "webhook_signature"), "{:?}", place.audit());
}

#[test]
fn an_incident_of_pagerduty_is_believed_by_its_signature() {
    let channel = Listener::saying(200, "ok");
    let place = Place::new(&channel);
    let served = place.serve();
    let now = chrono::Utc::now().to_rfc3339();
    let body = json!({"event": {"event_type": "incident.triggered", "occurred_at": now, "data": {"id": "PEXAMPLE", "title": "checkout is down", "created_at": "2026-01-27T20:04:10Z"}}}).to_string();
    let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, b"hush");
    let signature: String = ring::hmac::sign(&key, body.as_bytes()).as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
    let reply = served.post_text("/webhooks/pager", &[("x-pagerduty-signature", &format!("v1={signature}"))], &body);
    assert_eq!((reply.status, &reply.json()["status"]), (202, &json!("accepted")), "{reply:?}");
    wait_for(|| !channel.heard().is_empty());
    assert!(message(&channel.heard()[0])["text"].as_str().unwrap().starts_with("checkout is down"));
}

#[test]
#[cfg(unix)]
fn what_a_killed_server_did_not_tell_the_next_one_tells() {
    let channel =
        Listener::start(|_, before| if before == 0 { (500, String::new(), String::new()) } else { (200, String::new(), "ok".to_owned()) });
    let place = Place::new(&channel);
    let served = place.serve();
    let (_, id) = posted(&served, &payload("aa", "firing"));
    wait_for(|| channel.heard().len() == 1);
    served.signal("KILL");
    served.ended();
    let served = place.serve();
    wait_for(|| channel.heard().len() == 2);
    assert!(channel.heard()[1].body.contains(&id));
    assert_eq!(posted(&served, &payload("aa", "firing")), ("known".into(), id));
}

#[test]
fn two_servers_on_one_folder_take_an_alert_once() {
    let channel = Listener::saying(200, "ok");
    let place = Place::new(&channel);
    let (one, other) = (place.serve(), place.serve());
    let (mut news, mut ids) = (0, Vec::new());
    for n in 0..10 {
        let payload = payload(&format!("{n:02x}"), "firing");
        let answers = std::thread::scope(|scope| {
            [&one, &other].map(|served| scope.spawn(|| posted(served, &payload))).map(|thread| thread.join().unwrap())
        });
        news += answers.iter().filter(|(status, _)| status == "accepted").count();
        assert_eq!(answers[0].1, answers[1].1, "{answers:?}");
        ids.push(answers[0].1.clone());
    }
    ids.dedup();
    assert_eq!((news, ids.len()), (10, 10));
}

#[test]
fn a_webhook_that_lacks_something_is_refused_at_the_start_with_what_it_lacks() {
    let check = |policy: &str| {
        let (_keep, path) = folder(&[("policy.toml", policy)]);
        let output = run(&["config", "check", "--config", path.join("policy.toml").to_str().unwrap()]);
        (output.status.code(), stderr(&output))
    };
    let caller = format!("[[http.callers]]\nname = \"bot\"\ntoken_sha256 = \"{}\"\n", digest("a"));
    let kept = format!("[investigations]\npath = \"{}\"\n", Path::new("/tmp").display());
    let token = format!("token_sha256 = \"{}\"\n", digest("b"));
    for (webhook, lacks) in [
        ("name = \"a\"\ncaller = \"bot\"\n".to_owned() + &token, "form is missing"),
        ("name = \"a\"\nform = \"grafana\"\ncaller = \"bot\"\n".to_owned(), "token_sha256 is missing"),
        ("name = \"a\"\nform = \"sns\"\ncaller = \"bot\"\n".to_owned(), "topics is missing"),
        ("name = \"a\"\nform = \"pagerduty\"\ncaller = \"bot\"\n".to_owned(), "secret is missing"),
        ("name = \"a\"\nform = \"grafana\"\ncaller = \"eve\"\n".to_owned() + &token, "no [[http.callers]] of the name eve"),
        (format!("name = \"a\"\nform = \"grafana\"\ncaller = \"bot\"\ntoken_sha256 = \"{}\"\n", digest("a")), "that of a caller"),
    ] {
        let (code, said) = check(&format!("{caller}{kept}[[http.webhooks]]\n{webhook}"));
        assert!(code == Some(78) && said.contains(lacks), "{lacks}: {said}");
    }
    let (code, said) = check(&format!("{caller}[[http.webhooks]]\nname = \"a\"\nform = \"grafana\"\ncaller = \"bot\"\n{token}"));
    assert!(code == Some(78) && said.contains("investigations.path"), "{said}");
}
