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
use rmcp::ServiceExt as _;
use rmcp::model::CallToolRequestParams;
use serde_json::{Value, json};

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

async fn ask(server: tokio::io::DuplexStream) -> Result<Outcome, String> {
    let client = ().serve(server).await.map_err(|error| format!("the client could not connect: {error}"))?;
    let alert: Value = serde_json::from_str(ALERT).map_err(|error| format!("the bundled alert does not parse: {error}"))?;
    let arguments = json!({"investigation": alert}).as_object().cloned().unwrap_or_default();
    let call = CallToolRequestParams::new(cloudtrail_events::TOOL.full_name(Spelling::Dotted)).with_arguments(arguments);
    let result = client.call_tool(call).await.map_err(|error| format!("the call failed: {error}"))?;
    let _ = client.cancel().await;
    let answer: Answer = serde_json::from_value(result.structured_content.unwrap_or_default())
        .map_err(|error| format!("the answer is not what the tool promises: {error}"))?;
    Ok(Outcome::changes(answer))
}
