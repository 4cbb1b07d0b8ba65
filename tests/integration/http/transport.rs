//! Both eras over one endpoint, errors in the protocol's own form, and clients that are slow, gone or wrong.

use std::io::{Read as _, Write as _};
use std::time::Duration;

use serde_json::json;

use super::server::{Served, call, modern};
use crate::binary;

const ALERT: &str = include_str!("../../../src/command/demo/alert.json");

fn initialize(version: &str) -> serde_json::Value {
    call(1, "initialize", json!({"protocolVersion": version, "capabilities": {}, "clientInfo": {"name": "http", "version": "0"}}))
}

#[test]
fn neither_what_a_client_sends_nor_what_happened_is_logged_at_any_level() {
    const CANARY: &str = "canary-7Kq2";
    let served = Served::start_with(&["--demo", "--log-level", "trace"], &[]);
    let host = served.address.to_string();
    let call = json!({"jsonrpc": "2.0", "id": CANARY, "method": "tools/call", "params": {"name": "aws.cloudtrail_events", "arguments": {"investigation": CANARY, "actors": [CANARY]}}}).to_string();
    let odd = json!({"jsonrpc": "2.0", "id": 1, "method": CANARY, "params": {CANARY: CANARY}}).to_string();
    let accepts = ("accept", "application/json, text/event-stream");
    for (target, body) in [("/mcp", call.as_str()), ("/mcp", &odd), ("/mcp", CANARY), (&format!("/{CANARY}?{CANARY}=1"), &odd)] {
        let headers = [
            ("host", host.as_str()),
            accepts,
            ("content-type", "application/json"),
            ("authorization", &format!("Bearer {CANARY}")),
            ("mcp-session-id", CANARY),
            ("user-agent", CANARY),
            (CANARY, CANARY),
        ];
        served.send("POST", target, &headers, body);
    }
    served.send("POST", "/mcp", &[("host", CANARY), accepts], &call);
    served.send("POST", "/mcp", &[("host", &host), ("origin", &format!("https://{CANARY}")), accepts], &call);
    served.raw(format!("{CANARY} / HTTP/9\r\n\r\n").as_bytes());
    let log = served.log();
    let told: Vec<&str> =
        log.lines().filter(|line| [CANARY, "dana@example.com", "sg-0c4ec0a1b2c3d4e5f"].iter().any(|text| line.contains(text))).collect();
    assert_eq!(told, Vec::<&str>::new());
}

#[test]
fn every_handshake_revision_is_answered_in_kind_and_nothing_need_be_remembered() {
    let served = Served::demo();
    for version in ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"] {
        let reply = served.post(&[], &initialize(version));
        assert_eq!((reply.status, reply.header("content-type")), (200, Some("application/json")));
        assert_eq!(reply.header("mcp-session-id"), None, "a session would outlive its client");
        assert_eq!(reply.json()["result"]["protocolVersion"], version);
        let headers: &[(&str, &str)] = if version < "2025-06-18" { &[] } else { &[("mcp-protocol-version", version)] };
        assert_eq!(served.post(headers, &json!({"jsonrpc": "2.0", "method": "notifications/initialized"})).status, 202);
        let tools = served.post(headers, &call(2, "tools/list", json!({}))).json();
        assert_eq!(tools["result"]["tools"].as_array().unwrap().len(), 3);
        let alert: serde_json::Value = serde_json::from_str(ALERT).unwrap();
        for name in ["aws.cloudtrail_events", "aws_cloudtrail_events"] {
            let answer = served.post(headers, &call(3, "tools/call", json!({"name": name, "arguments": {"investigation": alert}}))).json();
            assert_eq!(answer["result"]["structuredContent"]["finding"], "suspects", "{version} {name}");
        }
    }
}

#[test]
fn the_revision_without_handshake_is_served_at_the_same_place() {
    let served = Served::demo();
    let post = |method: &str, name: Option<&str>, params| {
        let mut headers = vec![("mcp-protocol-version", "2026-07-28"), ("mcp-method", method)];
        headers.extend(name.map(|name| ("mcp-name", name)));
        served.post(&headers, &modern(method, params))
    };
    let discovered = post("server/discover", None, json!({})).json();
    assert!(discovered["result"]["supportedVersions"].as_array().unwrap().contains(&json!("2026-07-28")));
    let list = post("tools/list", None, json!({})).json();
    assert_eq!(list["result"]["resultType"], "complete");
    assert!(list["result"]["ttlMs"].as_u64().unwrap() > 0 && list["result"]["cacheScope"].is_string());
    for name in ["aws.cloudtrail_events", "aws_cloudtrail_events"] {
        let answer = post("tools/call", Some(name), json!({"name": name, "arguments": {"limit": 1}}));
        assert!(answer.json()["result"]["structuredContent"]["finding"].is_string(), "{answer:?}");
    }
    for removed in ["initialize", "ping", "logging/setLevel", "resources/subscribe"] {
        let reply = post(removed, None, json!({}));
        assert_eq!((reply.status, reply.json()["error"]["code"].as_i64()), (404, Some(-32_601)), "{removed}");
    }
    assert_eq!(post("tools/list", None, json!({"cursor": "bogus"})).json()["error"]["code"], -32_602);
    let other = served.post(&[("mcp-protocol-version", "2026-07-28"), ("mcp-method", "prompts/list")], &modern("tools/list", json!({})));
    assert_eq!((other.status, other.json()["error"]["code"].as_i64()), (400, Some(-32_020)));
}

#[test]
fn whatever_is_wrong_with_a_request_is_said_as_json_rpc() {
    let served = Served::demo();
    let ping = call(1, "ping", json!({})).to_string();
    let json = ("content-type", "application/json");
    let accept = ("accept", "application/json, text/event-stream");
    let host = ("host", "localhost");
    let large = format!("{{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\",\"params\":{{\"x\":\"{}\"}}}}", "x".repeat(300_000));
    for (method, target, headers, body, status, code) in [
        ("POST", "/mcp", vec![host, json, accept], "{\"jsonrpc\":", 400, -32_700),
        ("POST", "/mcp", vec![host, json, accept], "[]", 400, -32_600),
        ("POST", "/mcp", vec![host, accept], &ping, 415, -32_600),
        ("POST", "/mcp", vec![host, json], &ping, 406, -32_600),
        ("POST", "/mcp", vec![host, json, accept, ("mcp-protocol-version", "1999-01-01")], &ping, 400, -32_600),
        ("GET", "/mcp", vec![host, accept], "", 405, -32_600),
        ("DELETE", "/mcp", vec![host], "", 405, -32_600),
        ("PUT", "/mcp", vec![host, json, accept], &ping, 405, -32_600),
        ("POST", "/healthz", vec![host, json], &ping, 405, -32_600),
        ("POST", "/", vec![host, json, accept], &ping, 404, -32_600),
        ("GET", "/.well-known/oauth-protected-resource", vec![host], "", 404, -32_600),
        ("POST", "/mcp", vec![host, json, accept], &large, 413, -32_600),
    ] {
        let reply = served.send(method, target, &headers, body);
        assert_eq!((reply.status, reply.header("content-type")), (status, Some("application/json")), "{method} {target}: {reply:?}");
        assert_eq!(reply.json()["error"]["code"], code, "{method} {target}: {reply:?}");
        assert!(status != 405 || reply.header("allow").is_some(), "{reply:?}");
    }
    let kib = served.send("POST", "/mcp", &[host, json, accept], &large).json();
    assert!(kib["error"]["message"].as_str().unwrap().contains("256 KiB"));
    assert_eq!(served.post(&[], &call(1, "ping", json!({}))).status, 200);
}

#[test]
fn a_body_in_chunks_is_read_and_one_without_end_is_cut() {
    let served = Served::demo();
    let head = "POST /mcp HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\naccept: application/json, text/event-stream\r\n\
                transfer-encoding: chunked\r\nconnection: close\r\n\r\n";
    let ping = call(1, "ping", json!({})).to_string();
    let (left, right) = ping.split_at(20);
    let body = format!("{:x}\r\n{left}\r\n{:x}\r\n{right}\r\n0\r\n\r\n", left.len(), right.len());
    assert_eq!(served.raw(format!("{head}{body}").as_bytes()).status, 200);
    let endless = format!("{head}{:x}\r\n{}\r\n", 400_000, "x".repeat(400_000));
    assert_eq!(served.raw(endless.as_bytes()).status, 413);
}

#[test]
fn health_readiness_and_counters_have_their_places() {
    let served = Served::demo();
    assert_eq!((served.get("/healthz", &[]).status, served.get("/healthz", &[]).body.as_str()), (200, "ok\n"));
    assert_eq!(served.get("/readyz", &[]).json(), json!({"status": "ready"}));
    let hidden = call(1, "tools/call", json!({"name": "secret-tool-name", "arguments": {}}));
    assert_eq!(served.post(&[], &hidden).json()["error"]["code"], -32_602);
    served.get("/secret-path", &[]);
    let metrics = served.get("/metrics", &[]);
    assert!(metrics.header("content-type").unwrap().starts_with("text/plain; version=0.0.4"));
    for line in [
        "cloudtrail_mcp_http_requests_total{route=\"/healthz\",status=\"200\"} 2",
        "cloudtrail_mcp_http_requests_total{route=\"other\",status=\"404\"} 1",
        "cloudtrail_mcp_tool_calls_total{tool=\"other\"} 1",
    ] {
        assert!(metrics.body.lines().any(|found| found == line), "{line} in\n{}", metrics.body);
    }
    assert!(!metrics.body.contains("secret"), "what callers choose is no label");
}

#[test]
fn a_client_that_connects_and_says_little_keeps_nobody_waiting() {
    let served = Served::demo();
    let silent: Vec<_> = (0..300)
        .map(|n| {
            let mut stream = served.connect();
            stream
                .write_all(["", "GET /", "POST /mcp HTTP/1.1\r\nhost: localhost\r\ncontent-length: 50\r\n\r\n{"][n % 3].as_bytes())
                .unwrap();
            stream
        })
        .collect();
    assert_eq!(served.post(&[], &call(1, "ping", json!({}))).status, 200);
    drop(silent);
    assert_eq!(served.get("/healthz", &[]).status, 200);
}

/// Connections of another peer than the tests' own, each of which has said `said`.
#[cfg(target_os = "linux")]
fn of_another_peer(served: &Served, number: usize, said: &[u8]) -> Vec<std::net::TcpStream> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let connected = (0..number).filter_map(|_| {
        runtime.block_on(async {
            let socket = tokio::net::TcpSocket::new_v4().unwrap();
            socket.bind(([127, 0, 0, 2], 0).into()).unwrap();
            let stream = socket.connect(served.address).await.ok()?.into_std().unwrap();
            stream.set_nonblocking(false).unwrap();
            // The server may have closed it already.
            let _ = (&stream).write_all(said);
            Some(stream)
        })
    });
    connected.collect()
}

#[test]
#[cfg(target_os = "linux")]
fn a_peer_with_more_connections_than_there_is_room_for_keeps_nobody_out_and_the_end_does_not_wait_for_it() {
    let half = "POST /mcp HTTP/1.1\r\nhost: localhost\r\n";
    let slow =
        format!("{half}content-type: application/json\r\naccept: application/json, text/event-stream\r\ncontent-length: 200000\r\n\r\n{{");
    for said in ["", half, &slow] {
        let served = Served::with_files(512);
        let held = of_another_peer(&served, 600, said.as_bytes());
        assert_eq!(held.len(), 600);
        for _ in 0..3 {
            assert_eq!(served.get("/healthz", &[]).status, 200, "{said}");
            assert_eq!(served.post(&[], &call(1, "ping", json!({}))).status, 200, "{said}");
        }
        assert_eq!(served.terminate(), Some(0), "{said}");
    }
}

#[test]
fn a_head_that_is_too_large_is_refused() {
    let served = Served::demo();
    let request = format!("GET /healthz HTTP/1.1\r\nhost: localhost\r\nx: {}\r\n\r\n", "x".repeat(64 << 10));
    let mut stream = served.connect();
    // The server may close before all is written.
    let _ = stream.write_all(request.as_bytes());
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    assert!(answer.is_empty() || answer.starts_with(b"HTTP/1.1 431"), "{}", String::from_utf8_lossy(&answer));
    assert_eq!(served.get("/healthz", &[]).status, 200);
}

#[test]
#[cfg(unix)]
fn a_signal_ends_the_server_in_order_though_a_client_is_still_connected() {
    let served = Served::demo();
    let idle = served.connect();
    assert_eq!(served.post(&[], &call(1, "ping", json!({}))).status, 200);
    assert_eq!(served.terminate(), Some(0));
    drop(idle);
}

#[test]
fn what_other_machines_reach_must_ask_who_calls_and_be_encrypted() {
    let caller = format!("[[http.callers]]\nname = \"bot\"\ntoken_sha256 = \"{}\"\n", "0".repeat(64));
    let proxy = "[http]\nbehind_tls_proxy = true\n".to_owned();
    let both = format!("{proxy}{caller}");
    for (policy, problems) in [("", 2), (&caller, 1), (&proxy, 1)] {
        for (flag, in_file) in [("0.0.0.0:0", ""), ("[::]:0", ""), ("192.0.2.7:0", ""), ("", "0.0.0.0:0")] {
            let listen = if in_file.is_empty() { String::new() } else { format!("listen = \"{in_file}\"\n") };
            let policy = match policy.contains("[http]\n") {
                true => policy.replace("[http]\n", &format!("[http]\n{listen}")),
                false => format!("[http]\n{listen}{policy}"),
            };
            let (_folder, path) = binary::folder(&[("policy.toml", &policy)]);
            let file = path.join("policy.toml");
            let mut arguments = vec!["serve", "--demo", "--config", file.to_str().unwrap()];
            if !flag.is_empty() {
                arguments.extend(["--http", flag]);
            }
            let refused = binary::run(&arguments);
            let said = binary::stderr(&refused);
            assert_eq!(refused.status.code(), Some(78), "{policy}{flag}: {said}");
            assert_eq!(said.matches("http.listen (").count(), problems, "{said}");
            assert!(said.contains("http.listen = \"127.0.0.1:0\""), "{said}");
            if !in_file.is_empty() {
                let checked = binary::run(&["config", "check", "--config", file.to_str().unwrap()]);
                assert_eq!((checked.status.code(), binary::stderr(&checked)), (Some(78), said));
            }
        }
    }
    let (_folder, path) = binary::folder(&[("policy.toml", &both.replace("[http]\n", "[http]\nlisten = \"0.0.0.0:0\"\n"))]);
    let checked = binary::run(&["config", "check", "--config", path.join("policy.toml").to_str().unwrap()]);
    assert_eq!(checked.status.code(), Some(0), "{}", binary::stderr(&checked));
    assert!(binary::stdout(&checked).contains("http.allowed_hosts is empty"));
}

#[test]
fn an_address_that_is_none_or_taken_is_named() {
    let wrong = binary::run(&["serve", "--http", "localhost:8080"]);
    assert_eq!(wrong.status.code(), Some(78));
    assert!(binary::stderr(&wrong).contains("flag --http") && binary::stderr(&wrong).contains("127.0.0.1:8080"));
    let served = Served::demo();
    let taken = binary::run(&["serve", "--demo", "--http", &served.address.to_string()]);
    assert_eq!(taken.status.code(), Some(1));
    assert!(binary::stderr(&taken).contains(&served.address.to_string()));
}

#[test]
fn a_client_that_hangs_up_ends_what_was_asked_of_aws() {
    let (aws, endpoint) = crate::team::silent_aws();
    let policy = format!("allow_aws_read = true\n[budget]\ndeadline = \"1h\"\n[event_history]\nendpoint_url = \"{endpoint}\"\n");
    let (_folder, path) = binary::folder(&[("policy.toml", &policy)]);
    let credentials = [("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE"), ("AWS_SECRET_ACCESS_KEY", "example")];
    let served = Served::start_with(&["--config", path.join("policy.toml").to_str().unwrap()], &credentials);
    let body = call(1, "tools/call", json!({"name": "aws.cloudtrail_events", "arguments": {"regions": ["us-east-1"]}})).to_string();
    let mut stream = served.connect();
    let head = "POST /mcp HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\naccept: application/json, text/event-stream\r\n";
    stream.write_all(format!("{head}content-length: {}\r\n\r\n{body}", body.len()).as_bytes()).unwrap();
    let (mut asked, _) = aws.accept().unwrap();
    assert!(asked.read(&mut [0; 16]).unwrap() > 0, "AWS is asked");
    drop(stream);
    // An attempt that nobody ends lasts longer than this.
    asked.set_read_timeout(Some(Duration::from_secs(4))).unwrap();
    assert!(asked.read_to_end(&mut Vec::new()).is_ok(), "what was asked of AWS goes on without a caller");
}

#[test]
fn a_client_that_asks_for_progress_is_told_of_it_in_a_stream_and_another_gets_plain_json() {
    let (_aws, endpoint) = crate::team::silent_aws();
    let policy = format!("allow_aws_read = true\n[budget]\ndeadline = \"2s\"\n[event_history]\nendpoint_url = \"{endpoint}\"\n");
    let (_folder, path) = binary::folder(&[("policy.toml", &policy)]);
    let credentials = [("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE"), ("AWS_SECRET_ACCESS_KEY", "example")];
    let served = Served::start_with(&["--config", path.join("policy.toml").to_str().unwrap()], &credentials);
    let mut params = json!({"name": "aws.cloudtrail_events", "arguments": {"regions": ["us-east-1"]}});
    let message = call(1, "tools/call", params.clone());
    let (plain, streamed) = std::thread::scope(|scope| {
        let plain = scope.spawn(|| served.post(&[], &message));
        params["_meta"] = json!({"progressToken": "p1"});
        let streamed = served.post(&[], &call(2, "tools/call", params));
        (plain.join().unwrap(), streamed)
    });
    assert_eq!(plain.header("content-type"), Some("application/json"));
    assert_eq!(plain.json()["result"]["structuredContent"]["finding"], "could_not_look");
    assert_eq!((streamed.status, streamed.header("content-type")), (200, Some("text/event-stream")));
    let (progress, answer) = (streamed.body.find("notifications/progress").unwrap(), streamed.body.find("could_not_look").unwrap());
    assert!(progress < answer && streamed.body.contains("\"progressToken\":\"p1\""), "{}", streamed.body);
}
