//! `demo`: a bundled synthetic incident, played through the real server over MCP by a real client, both in this process.

use std::sync::Arc;

use crate::answer::Answer;
use crate::config::Flags;
use crate::config::settings::DEMO;
use crate::config::spelling::Spelling;
use crate::investigate::Cursors;
use crate::server::{Server, stdio};
use crate::tools::{Outcome, cloudtrail_events};
use chrono::{DateTime, Utc};
use clap::Parser;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, DuplexStream, Lines, ReadHalf, WriteHalf};

use super::output::{Output, complain};
use super::{FAILURE, Failure, Global, Run, block_on, service, settings_of, tool};

const ALERT: &str = include_str!("alert.json");
/// The demo's clock: eight minutes after its alert.
const NOW: i64 = 1_769_544_730;

/// Returns the demo's time.
pub(super) fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(NOW, 0).unwrap_or_default()
}

/// The demo's log file.
pub(super) const LOG: (&str, &[u8]) = ("demo.jsonl", include_bytes!("records.jsonl"));

/// Play a bundled incident through the real server over MCP; needs no AWS
#[derive(Parser)]
#[command(name = "demo")]
pub(super) struct Demo {
    #[command(flatten)]
    output: Output,
}

impl Run for Demo {
    fn run(&self, _: &Global) -> Result<u8, Failure> {
        // The incident is synthetic and bundled, so no settings of this machine have a say in it.
        let config = settings_of(&Flags::default().with(&DEMO, "true"), &|_| None)?;
        let service = Arc::new(service(&config, Cursors::ephemeral())?);
        complain("A synthetic incident, played over MCP: the alert goes to aws.cloudtrail_events, nothing leaves this machine.\n");
        let outcome = block_on(play(Server::new(service, Spelling::Dotted)))?.map_err(|error| Failure::new(FAILURE, error))?;
        tool::print(&outcome, self.output.format)
    }
}

async fn play(server: Server) -> Result<Outcome, String> {
    let (client_end, server_end) = tokio::io::duplex(1 << 16);
    let (reader, writer) = tokio::io::split(server_end);
    let (served, asked) = tokio::join!(stdio::serve_on(server, reader, writer, std::future::pending()), ask(client_end));
    served.map_err(|error| format!("the server failed: {error}"))?;
    asked
}

/// Asks as a client does over stdio, a message a line. Not by the MCP library, whose client nothing else in the binary needs.
async fn ask(server: DuplexStream) -> Result<Outcome, String> {
    let alert: Value = serde_json::from_str(ALERT).map_err(|error| format!("the bundled alert does not parse: {error}"))?;
    let (reader, mut writer) = tokio::io::split(server);
    let mut answers = BufReader::new(reader).lines();
    let hello =
        json!({"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "demo", "version": env!("CARGO_PKG_VERSION")}});
    send(&mut writer, json!({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": hello})).await?;
    result(&mut answers, 1).await?;
    send(&mut writer, json!({"jsonrpc": "2.0", "method": "notifications/initialized"})).await?;
    let call = json!({"name": cloudtrail_events::TOOL.full_name(Spelling::Dotted), "arguments": {"investigation": alert}});
    send(&mut writer, json!({"jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": call})).await?;
    let mut result = result(&mut answers, 2).await?;
    let answer: Answer = serde_json::from_value(result.get_mut("structuredContent").map(Value::take).unwrap_or_default())
        .map_err(|error| format!("the answer is not what the tool promises: {error}"))?;
    Ok(Outcome::changes(answer))
}

async fn send(server: &mut WriteHalf<DuplexStream>, message: Value) -> Result<(), String> {
    server.write_all(format!("{message}\n").as_bytes()).await.map_err(|error| format!("the server does not listen: {error}"))
}

/// Returns the result of a request, once it comes; notices of the server are passed over.
async fn result(answers: &mut Lines<BufReader<ReadHalf<DuplexStream>>>, id: u64) -> Result<Value, String> {
    loop {
        let line = answers.next_line().await.map_err(|error| format!("the server cannot be read: {error}"))?;
        let line = line.ok_or("the server ended without an answer")?;
        let mut message: Value = serde_json::from_str(&line).map_err(|error| format!("the server sent no JSON: {error}"))?;
        if message.get("id").and_then(Value::as_u64) != Some(id) {
            continue;
        }
        return match message.get_mut("result") {
            Some(result) => Ok(result.take()),
            None => Err(format!("the server refused: {}", message.get("error").unwrap_or(&Value::Null))),
        };
    }
}
