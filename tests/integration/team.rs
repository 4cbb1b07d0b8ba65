//! One server for a team, from outside: each caller's own rules, the audit log, a policy that changes, an end in order.

use std::fs;
use std::net::TcpListener;
use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::binary::{folder, run, stderr, stdout};
use crate::http::server::{Reply, Served, call};

const ALERT: &str = "src/command/demo/alert.json";

fn caller(name: &str, rules: &str) -> String {
    let digest: String = Sha256::digest(token(name)).iter().map(|byte| format!("{byte:02x}")).collect();
    format!("[[http.callers]]\nname = \"{name}\"\ntoken_sha256 = \"{digest}\"\n{rules}")
}

fn token(name: &str) -> String {
    format!("ctmcp_{name}-0123456789")
}

/// A folder with a policy that names an audit log in it.
struct Place {
    _folder: tempfile::TempDir,
    policy: String,
    log: String,
}

fn place(policy: &str) -> Place {
    let (keep, path) = folder(&[]);
    let (file, log) = (path.join("policy.toml"), path.join("audit.jsonl"));
    let place = Place { _folder: keep, policy: file.display().to_string(), log: log.display().to_string() };
    place.write(policy);
    place
}

impl Place {
    fn write(&self, policy: &str) {
        fs::write(&self.policy, format!("{policy}\n[audit]\npath = \"{}\"\n", self.log)).unwrap();
    }

    fn serve(&self) -> Served {
        Served::start_with(&["--demo", "--config", &self.policy], &[])
    }

    fn records(&self) -> Vec<Value> {
        fs::read_to_string(&self.log).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    fn ask_by_command(&self) -> Option<i32> {
        run(&["events", "--demo", "--config", &self.policy, "--investigation", ALERT]).status.code()
    }

    fn verify(&self, more: &[&str]) -> (Option<i32>, String) {
        let output = run(&[&["audit", "verify", "--config", &self.policy], more].concat());
        (output.status.code(), stdout(&output) + &stderr(&output))
    }
}

fn ask(served: &Served, who: &str, method: &str, params: Value) -> Reply {
    served.post(&[("authorization", &format!("Bearer {}", token(who)))], &call(1, method, params))
}

fn events(served: &Served, who: &str, arguments: Value) -> Value {
    let reply = ask(served, who, "tools/call", json!({"name": "aws.cloudtrail_events", "arguments": arguments}));
    reply.json()["result"]["structuredContent"].clone()
}

pub(crate) fn wait_for(what: impl Fn() -> bool) {
    let started = Instant::now();
    while !what() {
        assert!(started.elapsed() < Duration::from_secs(30), "it did not come");
        std::thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn each_caller_has_its_own_tools_limits_and_cursors_over_http() {
    let bot =
        caller("bot", "max_events = 2\ntools = [\"cloudtrail_events\"]\ncategories = [\"security_group\"]\nuntrusted_text = \"omit\"\n");
    let place = place(&format!("{bot}{}", caller("oncall", "requests_per_minute = 3\n")));
    let served = place.serve();
    let tools = |who: &str| ask(&served, who, "tools/list", json!({})).json()["result"]["tools"].as_array().unwrap().len();
    assert_eq!((tools("bot"), tools("oncall")), (1, 3));
    let refused = ask(&served, "bot", "tools/call", json!({"name": "aws.cloudtrail_event", "arguments": {"event_id": "x"}})).json();
    assert_eq!(refused["result"]["structuredContent"]["error"]["code"], "tool_not_allowed");
    let seen = events(&served, "bot", json!({"start_time": "2026-01-27T19:34:00Z", "limit": 1}));
    assert!(seen["groups"].as_array().unwrap().iter().all(|group| group["category"] == "security_group"), "{seen:#}");
    let cursor = json!({"cursor": seen["next_cursor"].as_str().unwrap()});
    let never = json!({"cursor": "AAAAAAAAAAAAAAAA"});
    assert_eq!(events(&served, "oncall", cursor.clone()), events(&served, "oncall", never));
    assert!(events(&served, "bot", cursor)["groups"].is_array());
    assert!(events(&served, "oncall", json!({}))["finding"].is_string());
    assert_eq!(events(&served, "oncall", json!({}))["error"]["code"], "overloaded");
    assert_eq!(ask(&served, "nobody", "tools/list", json!({})).status, 401);
    assert_eq!(served.terminate(), Some(0));
    let told: Vec<(Value, Value)> = place
        .records()
        .into_iter()
        .map(|record| (record["caller"].clone(), record.get("decision").or(record.get("reason")).unwrap().clone()))
        .collect();
    let expected = [
        ("bot", "tool_not_allowed"),
        ("bot", "admitted"),
        ("oncall", "invalid_argument"),
        ("oncall", "invalid_argument"),
        ("bot", "admitted"),
        ("oncall", "admitted"),
        ("oncall", "overloaded"),
    ];
    assert_eq!(told[..7], expected.map(|(who, decision)| (json!(who), json!(decision))));
    assert_eq!((told.len(), &told[7].0), (8, &Value::Null), "{told:?}");
    assert_eq!(place.verify(&[]).0, Some(0));
}

#[tokio::test]
async fn commands_and_stdio_calls_are_recorded_and_what_is_changed_shows() {
    let place = place("");
    assert_eq!(place.ask_by_command(), Some(0));
    run(&["event", "no-such-event", "--demo", "--config", &place.policy]);
    assert_eq!(run(&["report", "--demo", "--config", &place.policy, "--investigation", ALERT]).status.code(), Some(0));
    let tools: Vec<Value> = place.records().iter().map(|record| record["tool"].clone()).collect();
    assert_eq!(tools, ["cloudtrail_events", "cloudtrail_event", "report"]);
    let client = crate::client::Client::connect(&["serve", "--demo", "--config", &place.policy], &[]).await;
    let answer = client.events(json!({"start_time": "2026-01-27T19:34:00Z"})).await;
    client.leave().await;
    let digest: String = Sha256::digest(answer.to_string()).iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(place.records()[3]["answer_sha256"], digest, "of structuredContent as it came");
    assert!(place.records()[2]["events"].as_u64().unwrap() > 0, "{}", place.records()[2]);
    let (code, text) = place.verify(&[]);
    assert_eq!(code, Some(0), "{text}");
    let head = text.lines().find_map(|line| line.strip_prefix("Head: ")?.split(' ').next()).unwrap().to_owned();
    assert_eq!(place.verify(&["--head", &head]).0, Some(0));
    assert_eq!(place.verify(&["--head", &"0".repeat(64)]).0, Some(1));
    assert_eq!(place.verify(&["--head", "abc"]).0, Some(2));
    let whole = fs::read_to_string(&place.log).unwrap();
    fs::write(&place.log, whole.replacen("admitted", "Admitted", 1)).unwrap();
    assert!(matches!(place.verify(&[]), (Some(1), text) if text.contains("audit.jsonl:1: this is not what was written")));
    let shorter: String = whole.lines().take(2).map(|line| format!("{line}\n")).collect();
    fs::write(&place.log, shorter).unwrap();
    assert!(matches!(place.verify(&[]), (Some(1), text) if text.contains("the end is cut off")));
    assert_eq!(run(&["audit", "verify", "/nonexistent/audit.jsonl"]).status.code(), Some(1));
}

#[test]
#[cfg(unix)]
fn a_server_that_is_killed_while_it_answers_leaves_a_log_that_holds_and_goes_on() {
    let place = place(&caller("bot", ""));
    for round in 1..4 {
        let served = place.serve();
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    let body = call(1, "tools/call", json!({"name": "aws.cloudtrail_events", "arguments": {"limit": 3}})).to_string();
                    while let Ok(mut stream) = std::net::TcpStream::connect(served.address) {
                        use std::io::{Read as _, Write as _};
                        let head = format!(
                            "POST /mcp HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {}\r\ncontent-type: application/json\r\n\
                             accept: application/json, text/event-stream\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
                            token("bot"),
                            body.len()
                        );
                        let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.read_to_end(&mut Vec::new()).map(|_| ()));
                    }
                });
            }
            wait_for(|| Path::new(&place.log).exists() && fs::read_to_string(&place.log).unwrap().lines().count() > 20 * round);
            served.signal("KILL");
        });
        let (code, text) = place.verify(&[]);
        assert_eq!(code, Some(0), "{text}");
    }
    assert_eq!(place.ask_by_command(), Some(0));
    let (code, text) = place.verify(&[]);
    assert_eq!(code, Some(0), "{text}");
}

#[test]
#[cfg(unix)]
fn a_changed_policy_is_in_force_after_a_hangup_and_an_invalid_one_is_told_and_is_not() {
    let place = place(&caller("bot", ""));
    let served = place.serve();
    let code = || events(&served, "bot", json!({"regions": ["eu-west-1"], "start_time": "1h"}))["error"]["code"].clone();
    assert_eq!(code(), Value::Null);
    place.write(&format!("aws_region_allowlist = [\"us-east-1\"]\n{}", caller("bot", "")));
    served.signal("HUP");
    wait_for(|| code() == "region_not_allowed");
    place.write("aws_region_allowlist = \"everywhere\"");
    served.signal("HUP");
    wait_for(|| served.get("/readyz", &[]).body.contains("the policy file is invalid"));
    assert_eq!((served.get("/readyz", &[]).status, code()), (200, json!("region_not_allowed")));
    assert!(!served.get("/readyz", &[]).body.contains(&place.policy), "paths are for the log");
    // Nor is one that asks nobody who calls, or limits nothing any more.
    place.write("");
    served.signal("HUP");
    wait_for(|| served.get("/readyz", &[]).body.contains("the policy file is invalid"));
    assert_eq!((served.get("/metrics", &[]).status, code()), (401, json!("region_not_allowed")));
    // Without a signal, too, in a moment.
    place.write(&format!("aws_region_allowlist = [\"us-east-1\", \"eu-west-1\"]\n{}", caller("bot", "")));
    wait_for(|| code() == Value::Null);
    assert_eq!(served.get("/readyz", &[]).json(), json!({"status": "ready"}));
}

/// An AWS that takes connections and says nothing.
pub(crate) fn silent_aws() -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    (listener, address)
}

const CREDENTIALS: [(&str, &str); 2] = [("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE"), ("AWS_SECRET_ACCESS_KEY", "example")];

#[test]
#[cfg(unix)]
fn a_call_that_runs_at_the_end_is_told_within_five_seconds_and_recorded() {
    let (aws, address) = silent_aws();
    let place = place(&format!("allow_aws_read = true\n[event_history]\nendpoint_url = \"{address}\"\n{}", caller("bot", "")));
    let served = Served::start_with(&["--config", &place.policy], &CREDENTIALS);
    let answer = std::thread::scope(|scope| {
        let asking = scope.spawn(|| events(&served, "bot", json!({"regions": ["us-east-1"]})));
        // The call is under way.
        let _asked = aws.accept().unwrap();
        let started = Instant::now();
        served.signal("TERM");
        let answer = asking.join().unwrap();
        assert!(started.elapsed() < Duration::from_secs(5));
        answer
    });
    assert_eq!(answer["coverage"]["cells"][0]["state"], "cancelled", "{answer:#}");
    assert_eq!(served.ended(), Some(0));
    assert_eq!(place.records()[0]["caller"], "bot");
    assert_eq!(place.verify(&[]).0, Some(0));
}

#[test]
#[cfg(target_os = "linux")]
fn while_the_log_is_gone_calls_are_refused_and_the_server_says_it_is_not_ready() {
    let place = place(&caller("bot", ""));
    let served = place.serve();
    assert_eq!(events(&served, "bot", json!({}))["error"], Value::Null);
    let kept = format!("{}.kept", place.log);
    fs::rename(&place.log, &kept).unwrap();
    let first = events(&served, "bot", json!({}));
    assert_eq!((first["error"]["code"].as_str(), first["groups"].is_null()), (Some("unavailable"), true), "{first:#}");
    wait_for(|| served.get("/readyz", &[]).status == 503);
    assert_ne!(place.verify(&[]).0, Some(0));
    fs::rename(&kept, &place.log).unwrap();
    wait_for(|| served.get("/readyz", &[]).status == 200);
    assert_eq!(events(&served, "bot", json!({}))["error"], Value::Null);
    assert_eq!(place.ask_by_command(), Some(0));
    assert_eq!(place.verify(&[]).0, Some(0));
}

#[test]
#[cfg(unix)]
fn a_log_that_cannot_be_written_at_start_is_a_configuration_error_that_names_the_key() {
    let place = place("");
    fs::write(&place.policy, "[audit]\npath = \"/nonexistent/audit.jsonl\"\n").unwrap();
    let output = run(&["events", "--demo", "--config", &place.policy]);
    assert_eq!(output.status.code(), Some(78));
    assert!(stderr(&output).contains("audit.path") && stderr(&output).contains("on_failure"), "{}", stderr(&output));
    fs::write(&place.policy, "[audit]\npath = \"/nonexistent/audit.jsonl\"\non_failure = \"allow\"\n").unwrap();
    assert_eq!(place.ask_by_command(), Some(0));
}

/// How many callers ask at once; `TEAM_CALLERS=5000` is what is promised, fewer keep the tests quick.
fn crowd() -> usize {
    std::env::var("TEAM_CALLERS").ok().and_then(|number| number.parse().ok()).unwrap_or(400)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[cfg(target_os = "linux")]
async fn a_crowd_that_asks_at_once_is_answered_or_told_to_come_back_in_bounded_memory() {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let names: Vec<String> = (0..20).map(|n| format!("bot{n}")).collect();
    let place = place(&names.iter().map(|name| caller(name, "")).collect::<String>());
    let served = place.serve();
    let arguments = json!({"start_time": "2026-01-27T19:34:00Z", "limit": 20});
    let body = call(1, "tools/call", json!({"name": "aws.cloudtrail_events", "arguments": arguments})).to_string();
    let asking = (0..crowd()).map(|n| {
        let request = format!(
            "POST /mcp HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {}\r\ncontent-type: application/json\r\n\
             accept: application/json, text/event-stream\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
            token(&names[n % names.len()]),
            body.len()
        );
        let address = served.address;
        tokio::spawn(async move {
            let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
            stream.write_all(request.as_bytes()).await.unwrap();
            let mut answer = String::new();
            stream.read_to_string(&mut answer).await.unwrap();
            let (head, body) = answer.split_once("\r\n\r\n").unwrap();
            assert!(head.starts_with("HTTP/1.1 200"), "{head}");
            let answer: Value = serde_json::from_str(body).unwrap();
            let content = &answer["result"]["structuredContent"];
            match content["error"]["code"].as_str() {
                None => assert_eq!(content["finding"], "no_suspect", "{content:#}"),
                Some(code) => assert!(code == "overloaded" && content["error"]["retry_after_ms"].as_u64() > Some(0), "{content:#}"),
            }
            content["error"]["code"].is_null()
        })
    });
    let answers = futures_util::future::join_all(asking.collect::<Vec<_>>()).await;
    let answered = answers.into_iter().filter(|answer| *answer.as_ref().unwrap()).count();
    assert!(answered >= 32, "{answered}");
    let memory = served.peak_memory();
    println!("{answered} of {} were answered; at most {} MiB were held", crowd(), memory >> 20);
    assert!(memory <= 512 << 20, "{memory}");
    assert_eq!(served.terminate(), Some(0));
    assert_eq!(place.records().len(), crowd(), "each call and each denial has its line");
    assert_eq!(place.verify(&[]).0, Some(0));
}
