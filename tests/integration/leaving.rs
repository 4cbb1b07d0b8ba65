//! Clients that are gone in the middle of a query: no engine goes on for them.

use std::io::Write as _;
use std::process::Stdio;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::AsyncWriteExt as _;
use tokio::time::{sleep, timeout};

use crate::binary;
use crate::engines::{ENGINES, gone};
use crate::event_history::{ago, now};
use crate::fake_aws::engine::STORE;
use crate::fake_aws::{ACCOUNT, FakeAws};
use crate::http::server::{Served, call};

/// Within this time no engine runs anything any more.
///
/// Source: the contract.
const SOON: Duration = Duration::from_secs(1);

/// An engine whose queries never end by themselves, and the policy file of who asks it.
async fn endless() -> (FakeAws, tempfile::TempDir, String) {
    let fake = FakeAws::start(now()).await.with_engines(|engines| engines.runs = u32::MAX / 2);
    let policy = format!(
        "allow_aws_read = true\n[query]\nallow_sql = true\n[athena]\ndatabase = \"audit\"\ntable = \"logs\"\n\
         [lake]\nevent_data_store = \"arn:aws:cloudtrail:eu-west-1:{ACCOUNT}:eventdatastore/{STORE}\"\n[logs_insights]\nlog_groups = [\"trail\"]\n"
    );
    let (folder, path) = binary::folder(&[("policy.toml", &policy)]);
    (fake, folder, path.join("policy.toml").to_str().unwrap().to_owned())
}

fn question(source: &str) -> Value {
    let window = (ago(90).to_rfc3339(), ago(30).to_rfc3339());
    let arguments = json!({"source": source, "start_time": window.0, "end_time": window.1, "regions": "eu-west-1"});
    call(7, "tools/call", json!({"name": "aws.cloudtrail_events", "arguments": arguments}))
}

/// A question in SQL, of an engine that takes it.
fn statement() -> Value {
    let arguments = json!({"sql": "SELECT count(*) FROM events", "source": "athena", "regions": "eu-west-1"});
    call(7, "tools/call", json!({"name": "aws.cloudtrail_query", "arguments": arguments}))
}

fn questions() -> Vec<Value> {
    ENGINES.iter().map(|profile| question(profile.name.as_str())).chain([statement()]).collect()
}

async fn begun(fake: &FakeAws) {
    while fake.running() == 0 {
        sleep(Duration::from_millis(1)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_ends_or_closes_its_side_leaves_no_query_running() {
    for question in questions() {
        for is_killed in [true, false] {
            let (fake, _folder, policy) = endless().await;
            let mut command = tokio::process::Command::from(binary::command());
            command.args(["serve", "--config", &policy]).envs(fake.env()).env("CLOUDTRAIL_MCP_NOW", now().to_rfc3339());
            let mut server = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
            let (mut input, output) = (server.stdin.take().unwrap(), server.stdout.take());
            let hello = json!({"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "test", "version": "0"}});
            for message in
                [call(0, "initialize", hello), json!({"jsonrpc": "2.0", "method": "notifications/initialized"}), question.clone()]
            {
                input.write_all(format!("{message}\n").as_bytes()).await.unwrap();
            }
            begun(&fake).await;
            // Whoever is killed reads no more, either.
            let output = output.filter(|_| !is_killed);
            drop(input);
            timeout(SOON, gone(&fake)).await.unwrap_or_else(|_| panic!("killed: {is_killed}, {question}"));
            assert!(timeout(SOON * 3, server.wait()).await.unwrap().unwrap().code().is_some());
            drop(output);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_is_dropped_leaves_no_query_running() {
    let (fake, _folder, policy) = endless().await;
    let env = fake.env();
    let clock = now().to_rfc3339();
    let environment: Vec<(&str, &str)> =
        env.iter().map(|(name, value)| (*name, value.as_str())).chain([("CLOUDTRAIL_MCP_NOW", clock.as_str())]).collect();
    let served = Served::start_with(&["--config", &policy], &environment);
    for question in questions() {
        let body = question.to_string();
        let head = format!(
            "POST /mcp HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\naccept: application/json, text/event-stream\r\n\
             mcp-protocol-version: 2025-11-25\r\ncontent-length: {}\r\n\r\n",
            body.len()
        );
        let mut stream = served.connect();
        stream.write_all(format!("{head}{body}").as_bytes()).unwrap();
        begun(&fake).await;
        drop(stream);
        timeout(SOON, gone(&fake)).await.unwrap_or_else(|_| panic!("{question}"));
    }
}
