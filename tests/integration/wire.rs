//! The server on stdio, byte by byte, as odd clients would drive it.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdout, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::{binary, correlate};

/// A server process and our ends of its pipes.
struct Server {
    child: Child,
    output: BufReader<ChildStdout>,
}

impl Server {
    fn start() -> Self {
        Self::with(&["serve", "--demo"])
    }

    fn with(arguments: &[&str]) -> Self {
        let mut child =
            binary::command().args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let output = BufReader::new(child.stdout.take().unwrap());
        Self { child, output }
    }

    fn raw(&mut self, line: &str) -> &mut Self {
        let input = self.child.stdin.as_mut().unwrap();
        input.write_all(line.as_bytes()).unwrap();
        input.write_all(b"\n").unwrap();
        input.flush().unwrap();
        self
    }

    fn request(&mut self, id: impl Into<Value>, method: &str, params: Value) -> Value {
        self.raw(&json!({"jsonrpc": "2.0", "id": id.into(), "method": method, "params": params}).to_string());
        self.reply()
    }

    fn reply(&mut self) -> Value {
        let mut line = String::new();
        self.output.read_line(&mut line).unwrap();
        serde_json::from_str(&line).unwrap_or_else(|error| panic!("not JSON on stdout ({error}): {line:?}"))
    }

    fn initialize(&mut self, version: &str) -> Value {
        let reply = self.request(
            1,
            "initialize",
            json!({"protocolVersion": version, "capabilities": {}, "clientInfo": {"name": "wire", "version": "0"}}),
        );
        self.raw(r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#);
        reply
    }

    /// Closes stdin and waits; gives status, the rest of stdout, and stderr.
    fn leave(mut self) -> (ExitStatus, String, String) {
        drop(self.child.stdin.take());
        self.end()
    }

    fn end(mut self) -> (ExitStatus, String, String) {
        let (mut rest, mut errors) = (String::new(), String::new());
        self.output.read_to_string(&mut rest).unwrap();
        self.child.stderr.take().unwrap().read_to_string(&mut errors).unwrap();
        (self.child.wait().unwrap(), rest, errors)
    }
}

fn modern(extra: Value) -> Value {
    let mut params = json!({"_meta": {
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientInfo": {"name": "wire", "version": "0"},
        "io.modelcontextprotocol/clientCapabilities": {}
    }});
    params.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
    params
}

fn quiet(ended: (ExitStatus, String, String)) {
    let (status, rest, errors) = ended;
    assert_eq!((status.code(), rest.as_str(), errors.as_str()), (Some(0), "", ""));
}

#[test]
fn every_handshake_revision_is_answered_in_kind() {
    for version in ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"] {
        let mut server = Server::start();
        let reply = server.initialize(version);
        assert_eq!(reply["result"]["protocolVersion"], version);
        assert_eq!(reply["result"]["serverInfo"]["name"], "cloudtrail-mcp");
        assert_eq!(reply["result"]["serverInfo"]["version"], env!("CARGO_PKG_VERSION"));
        assert!(reply["result"]["serverInfo"]["title"].is_string());
        let instructions = reply["result"]["instructions"].as_str().unwrap();
        assert!(instructions.len() < 2_048 && instructions.contains("never as instructions"));
        assert_eq!(server.request(2, "tools/list", json!({}))["result"]["tools"].as_array().unwrap().len(), 3);
        quiet(server.leave());
    }
}

#[test]
fn the_revision_without_handshake_is_served_and_may_be_followed_by_one() {
    let mut server = Server::start();
    let discovered = server.request("a", "server/discover", modern(json!({})));
    let versions = discovered["result"]["supportedVersions"].as_array().unwrap();
    assert!(versions.contains(&json!("2026-07-28")) && versions.contains(&json!("2024-11-05")));
    assert_eq!(server.request("b", "tools/list", modern(json!({})))["result"]["resultType"], "complete");
    quiet(server.leave());

    let mut server = Server::start();
    server.request(1, "server/discover", modern(json!({})));
    assert_eq!(server.initialize("2025-06-18")["result"]["protocolVersion"], "2025-06-18");
    assert!(server.request(3, "tools/list", json!({}))["result"]["tools"].is_array());
    quiet(server.leave());
}

#[test]
fn a_client_that_leaves_or_only_probes_ends_the_server_quietly() {
    quiet(Server::start().leave());
    let mut server = Server::start();
    server.request(1, "server/discover", modern(json!({})));
    quiet(server.leave());
    let mut server = Server::start();
    server.initialize("2025-11-25");
    quiet(server.leave());
}

#[cfg(unix)]
#[test]
fn a_signal_ends_the_server_quietly_and_in_time() {
    for handshake in [false, true] {
        let mut server = Server::start();
        // The first reply shows that the server is up and its signal handlers stand.
        server.request(1, "ping", json!({}));
        if handshake {
            server.initialize("2025-11-25");
            server.request(2, "tools/list", json!({}));
        }
        let started = Instant::now();
        let pid = server.child.id().to_string();
        assert!(std::process::Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
        // Stdin stays open: the signal alone must do.
        let input = server.child.stdin.take();
        quiet(server.end());
        drop(input);
        assert!(started.elapsed() < Duration::from_secs(5));
    }
}

#[test]
fn garbage_does_not_disturb_the_next_request() {
    for garbage in ["garbage", "{\"jsonrpc\":", "\u{0}\u{1}", "[]", "{\"jsonrpc\":\"2.0\",\"id\":9}", "\"text\"", "[1,2]"] {
        for before_handshake in [true, false] {
            let mut server = Server::start();
            if !before_handshake {
                server.initialize("2025-11-25");
            }
            server.raw(garbage);
            if before_handshake {
                server.raw(r#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":7}}"#);
                server.raw(
                    &json!({"jsonrpc": "2.0", "id": "x", "method": "initialize", "params":
                    {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "w", "version": "0"}}})
                    .to_string(),
                );
            } else {
                server.raw(r#"{"jsonrpc":"2.0","id":"x","method":"tools/list"}"#);
            }
            let reply = loop {
                let reply = server.reply();
                if reply["id"] == "x" {
                    break reply;
                }
                assert!(reply["error"].is_object(), "after {garbage:?}: {reply}");
            };
            assert!(reply["result"].is_object(), "after {garbage:?}: {reply}");
            assert_eq!(server.leave().0.code(), Some(0));
        }
    }
}

#[test]
fn a_request_that_cannot_be_parsed_is_answered_under_its_id() {
    let mut server = Server::start();
    server.initialize("2025-11-25");
    let nested = format!("{}{}", "[".repeat(500), "]".repeat(500));
    server.raw(&format!(r#"{{"jsonrpc":"2.0","id":5,"method":"tools/call","params":{{"name":"aws.cloudtrail_events","arguments":{{"investigation":{nested}}}}}}}"#));
    let reply = server.reply();
    assert_eq!((reply["id"].as_i64(), reply["error"]["code"].as_i64()), (Some(5), Some(-32700)), "{reply}");
    server.raw(r#"{"jsonrpc":"2.0","id":"s","method":"tools/call","params":{"name":"aws.cloudtrail_events","arguments":{"investigation":"\ud800"}}}"#);
    assert_eq!(server.reply()["id"], "s");
    for (id, params) in [(6, json!({"name": null})), (7, json!({"name": "aws.cloudtrail_events", "arguments": []})), (8, json!({}))] {
        let reply = server.request(id, "tools/call", params);
        assert_eq!(reply["error"]["code"], -32602, "{reply}");
        assert!(reply["error"]["message"].as_str().unwrap().contains("for example"), "{reply}");
    }
    assert!(server.request(9, "tools/list", json!({}))["result"]["tools"].is_array());
    quiet(server.leave());
}

#[test]
fn a_line_that_is_no_json_gets_a_parse_error_without_an_id() {
    let mut server = Server::start();
    server.initialize("2025-11-25");
    for line in ["{oops", "hello", "{\"jsonrpc\":\"2.0\",", "\u{feff}{}"] {
        let reply = server.raw(line).reply();
        assert_eq!((reply["id"].clone(), reply["error"]["code"].as_i64()), (Value::Null, Some(-32700)), "{line}: {reply}");
    }
    let reply = server.raw("[]").reply();
    assert_eq!((reply["id"].clone(), reply["error"]["code"].as_i64()), (Value::Null, Some(-32600)), "{reply}");
    server.raw("").raw("  ");
    assert!(server.request(2, "tools/list", json!({}))["result"].is_object(), "blank lines are passed over");
    quiet(server.leave());
}

#[test]
fn the_last_line_needs_no_line_end() {
    let mut server = Server::start();
    server.initialize("2025-11-25");
    server.child.stdin.as_mut().unwrap().write_all(br#"{"jsonrpc":"2.0","id":2,"method":"ping"}"#).unwrap();
    let (status, rest, _) = server.leave();
    assert_eq!((status.code(), serde_json::from_str::<Value>(rest.trim()).unwrap()["id"].as_i64()), (Some(0), Some(2)), "{rest}");
}

#[test]
fn a_line_that_is_too_long_gets_an_error_and_the_next_one_its_answer() {
    let mut server = Server::start();
    server.initialize("2025-11-25");
    let long = "x".repeat(17 << 20);
    let call = format!(
        r#"{{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{{"name":"aws.cloudtrail_events","arguments":{{"investigation":"{long}"}}}}}}"#
    );
    let reply = server.raw(&call).reply();
    assert_eq!((reply["id"].as_i64(), reply["error"]["code"].as_i64()), (Some(2), Some(-32600)), "{reply}");
    assert!(reply["error"]["message"].as_str().unwrap().contains("16 MiB"), "{reply}");
    let reply = server.raw(&format!("\"{long}\"")).reply();
    assert_eq!((reply["id"].clone(), reply["error"]["code"].as_i64()), (Value::Null, Some(-32600)), "{reply}");
    assert!(server.request(3, "tools/list", json!({}))["result"].is_object());
    quiet(server.leave());
}

#[test]
fn many_calls_at_once_are_answered_and_none_is_refused() {
    let (_keep, dir) = binary::folder(&[("policy.toml", "[load]\nrunning = 1\npatience = \"0s\"\n")]);
    let policy = dir.join("policy.toml").to_string_lossy().into_owned();
    let mut server = Server::with(&["serve", "--demo", "--config", &policy]);
    server.initialize("2025-11-25");
    for id in 0..64 {
        let arguments = json!({"start_time": format!("2026-01-27T19:{:02}:00Z", id % 60), "limit": id + 1});
        let params = json!({"name": "aws.cloudtrail_events", "arguments": arguments});
        server.raw(&json!({"jsonrpc": "2.0", "id": 100 + id, "method": "tools/call", "params": params}).to_string());
    }
    let replies: Vec<Value> = (0..64).map(|_| server.reply()).collect();
    let refused: Vec<&Value> = replies.iter().filter(|reply| reply["result"]["structuredContent"]["error"].is_object()).collect();
    assert_eq!(refused, Vec::<&Value>::new());
    let mut ids: Vec<i64> = replies.iter().map(|reply| reply["id"].as_i64().unwrap()).collect();
    ids.sort_unstable();
    assert_eq!(ids, (100..164).collect::<Vec<_>>());
    quiet(server.leave());
}

#[test]
fn stdout_carries_nothing_but_json_rpc_even_with_every_log_on() {
    let mut server = Server::with(&["serve", "--demo", "--log-level", "trace"]);
    server.initialize("2025-11-25");
    for (id, arguments) in
        [(2, json!({})), (3, json!({"limit": 500})), (4, json!({"regions": 7})), (5, json!({"start_time": "\u{1b}[31m"}))]
    {
        let reply = server.request(id, "tools/call", json!({"name": "aws.cloudtrail_events", "arguments": arguments}));
        assert_eq!((reply["jsonrpc"].as_str(), reply["id"].as_i64()), (Some("2.0"), Some(id)));
    }
    server.raw("not json");
    assert_eq!(server.reply()["error"]["code"], -32700);
    server.request(6, "no/such/method", json!({}));
    let (status, rest, errors) = server.leave();
    assert_eq!((status.code(), rest.as_str()), (Some(0), ""));
    assert!(!errors.is_empty(), "the log goes to stderr");
    for secret in ["hunter2", "dana@example.com", "sg-0c4ec0a1b2c3d4e5f"] {
        assert!(!errors.contains(secret), "event contents in the log: {secret}");
    }
}

#[test]
fn neither_what_a_client_writes_nor_what_happened_is_logged_at_any_level() {
    const CANARY: &str = "canary-7Kq2";
    let canary = |of: &str| format!("{CANARY}-{of}");
    let mut server = Server::with(&["serve", "--demo", "--log-level", "trace"]);
    let hello = json!({"protocolVersion": "2025-11-25", "capabilities": {"experimental": {canary("capability"): {}}},
        "clientInfo": {"name": canary("name"), "version": canary("version"), "title": canary("title")}});
    server.request(canary("id"), "initialize", hello);
    server.raw(r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#);
    server.raw(&json!({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": canary("cancelled"), "reason": canary("reason")}}).to_string());
    server.raw(&json!({"jsonrpc": "2.0", "method": canary("notification"), "params": {canary("key"): canary("value")}}).to_string());
    for (method, params) in [
        (canary("method").as_str(), json!({canary("key"): canary("value")})),
        ("tools/call", json!({"name": canary("tool"), "arguments": {}})),
        ("tools/call", json!({"name": "aws.cloudtrail_events", "arguments": {canary("argument"): 1}})),
        ("tools/call", json!({"name": "aws.cloudtrail_events", "arguments": {"start_time": canary("time")}})),
        ("tools/call", json!({"name": "aws.cloudtrail_events", "arguments": {"cursor": canary("cursor")}})),
        (
            "tools/call",
            json!({"name": "aws.cloudtrail_events", "arguments": {"investigation": canary("alert"), "resources": [canary("resource")], "actors": [canary("actor")]},
            "_meta": {"progressToken": canary("progress"), "traceparent": canary("trace"), canary("meta"): 1}}),
        ),
        ("tools/call", json!({"name": "aws.cloudtrail_event", "arguments": {"event_id": canary("event")}})),
        ("tools/call", json!({"name": "aws.cloudtrail_events", "arguments": [canary("list")]})),
        ("prompts/get", json!({"name": "what_changed", "arguments": {"alert": canary("alert"), canary("argument"): canary("value")}})),
        ("prompts/get", json!({"name": canary("prompt")})),
        ("resources/read", json!({"uri": format!("x://{}", canary("uri"))})),
        ("tools/list", json!({"cursor": canary("cursor")})),
        ("logging/setLevel", json!({"level": canary("level")})),
    ] {
        let reply = server.request(canary("id"), method, params);
        assert!(reply["result"].is_object() || reply["error"].is_object(), "{method}: {reply}");
    }
    server.raw(&canary("no JSON"));
    server.reply();
    server.raw(&format!("{{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":7,\"{CANARY}\":1}}"));
    server.reply();
    let (_, _, errors) = server.leave();
    let told: Vec<&str> = errors
        .lines()
        .filter(|line| {
            [CANARY, "dana@example.com", "sg-0c4ec0a1b2c3d4e5f", "AuthorizeSecurityGroup"].iter().any(|text| line.contains(text))
        })
        .collect();
    assert_eq!(told, Vec::<&str>::new());
    assert!(!errors.is_empty(), "the log goes to stderr");
}

#[test]
fn both_spellings_are_called_and_one_is_listed() {
    for (flag, listed) in [("dotted", "aws.cloudtrail_events"), ("underscore", "aws_cloudtrail_events")] {
        let mut server = Server::with(&["serve", "--demo", "--tool-names", flag]);
        server.initialize("2025-11-25");
        let list = server.request(2, "tools/list", json!({}));
        assert_eq!(list["result"]["tools"][0]["name"], listed);
        for (id, name) in ["aws.cloudtrail_events", "aws_cloudtrail_events"].into_iter().enumerate() {
            let reply = server.request(id as i64 + 3, "tools/call", json!({"name": name, "arguments": {}}));
            assert!(reply["result"]["structuredContent"]["finding"].is_string(), "{reply}");
        }
        let unknown = server.request(9, "tools/call", json!({"name": "aws.nothing", "arguments": {}}));
        assert!(unknown["error"]["message"].as_str().unwrap().contains(listed), "{unknown}");
        quiet(server.leave());
    }
}

#[test]
fn a_call_in_flight_is_answered_when_the_client_closes_its_end() {
    let mut server = Server::start();
    server.initialize("2025-11-25");
    server.raw(
        &json!({"jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": {"name": "aws.cloudtrail_events", "arguments": {}}})
            .to_string(),
    );
    let (status, rest, _) = server.leave();
    assert_eq!(status.code(), Some(0));
    assert_eq!(serde_json::from_str::<Value>(rest.trim()).unwrap()["id"], 2);
}

#[test]
fn a_list_cursor_that_nobody_gave_is_refused() {
    let mut server = Server::start();
    server.initialize("2025-11-25");
    assert_eq!(server.request(2, "tools/list", json!({"cursor": "bogus"}))["error"]["code"], -32602);
    quiet(server.leave());
}

#[test]
fn the_prompt_names_the_tool_and_quotes_its_arguments() {
    let mut server = Server::with(&["serve", "--demo", "--tool-names", "underscore"]);
    server.initialize("2025-11-25");
    assert_eq!(server.request(2, "prompts/list", json!({}))["result"]["prompts"][0]["name"], "what_changed");
    let prompt = server.request(
        3,
        "prompts/get",
        json!({"name": "what_changed", "arguments": {"investigation": "db \"down\"\nignore this", "region": "eu-west-1"}}),
    );
    let text = prompt["result"]["messages"][0]["content"]["text"].as_str().unwrap();
    assert!(
        text.contains("aws_cloudtrail_events")
            && text.contains(r#"investigation: "db \"down\"\nignore this""#)
            && text.contains("regions: \"eu-west-1\""),
        "{text}"
    );
    let completion = server.request(
        4,
        "completion/complete",
        json!({"ref": {"type": "ref/prompt", "name": "what_changed"}, "argument": {"name": "region", "value": "eu-w"}}),
    );
    assert_eq!(completion["result"]["completion"]["values"], json!(["eu-west-1", "eu-west-2", "eu-west-3"]));
    assert!(server.request(5, "prompts/get", json!({"name": "other"}))["error"].is_object());
    quiet(server.leave());
}

/// Asks for changes, and returns the structured answer.
fn changes(server: &mut Server, id: u32, arguments: Value) -> Value {
    server.request(id, "tools/call", json!({"name": "aws.cloudtrail_events", "arguments": arguments}))["result"]["structuredContent"]
        .clone()
}

#[test]
fn a_log_that_comes_inline_is_joined_on_every_page_and_one_too_large_for_a_cursor_says_so() {
    let (_keep, dir) = binary::folder(&[("a.json", &correlate::archive().to_string())]);
    let mut server = Server::with(&["serve", "--archive", &dir.display().to_string(), "--now", "2026-01-27T21:00:00Z"]);
    server.initialize("2025-11-25");
    let ask = |log: Value| json!({"start_time": "2026-01-27T20:00:00Z", "end_time": "2026-01-27T20:12:00Z", "regions": ["eu-west-1"], "limit": 1, "correlate": log});
    let log = correlate::log();
    for (id, given) in [(10, json!(log)), (30, json!(correlate::lines(&log)))] {
        let first = changes(&mut server, id, ask(given));
        assert_eq!(first["correlation"]["joined"], 3, "{first}");
        let (mut ids, mut page, mut next) = (Vec::new(), first.clone(), id + 1);
        loop {
            ids.extend(page["groups"].as_array().unwrap().iter().flat_map(|group| group["events"].as_array().unwrap().clone()));
            let Some(cursor) = page["next_cursor"].as_str() else { break };
            page = changes(&mut server, next, json!({"cursor": cursor}));
            assert_eq!(page["correlation"], first["correlation"], "{page}");
            next += 1;
        }
        let mut told: Vec<&str> = ids.iter().map(|entry| entry["event_id"].as_str().unwrap()).collect();
        told.sort_unstable();
        assert_eq!(told, ["e-culprit", "e-start", "e-told", "e-untold"]);
        let joined = ids.iter().find(|entry| entry["event_id"] == "e-told").unwrap();
        assert_eq!(joined["application"]["lines"], json!([1, 2, 3]));
    }
    let line = r#"{"op":"x","user":["a","b","c","d","e"],"resource":["f","g","h"]}"#;
    let large = changes(&mut server, 50, ask(json!(format!("{line}\n").repeat(50_000))));
    assert_eq!(large.get("next_cursor"), None);
    assert!(large["totals"]["remaining"].as_u64().unwrap() > 0, "{large}");
    let next = large["correlation"]["next"].to_string();
    assert!(next.contains("no cursor, as the log is too large"), "{}", large["correlation"]);
    assert_eq!(server.leave().0.code(), Some(0));
}
