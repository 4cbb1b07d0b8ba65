//! `serve`: the MCP server, on stdio or over HTTP.

use std::io::IsTerminal as _;
use std::net::SocketAddr;
use std::sync::Arc;

use clap::Args;
use cloudtrail_mcp::config::{Config, Flags};
use cloudtrail_mcp::server::{Server, http, stdio};

use super::{CONFIG, FAILURE, Failure, Global, block_on, desk, output, spelling};

#[derive(Args)]
pub(super) struct Serve {
    /// Serve Streamable HTTP at /mcp there instead of stdio, such as 127.0.0.1:8080
    #[arg(long, value_name = "ADDR:PORT")]
    http: Option<String>,
}

pub(super) fn run(command: &Serve, global: &Global) -> Result<u8, Failure> {
    let config = global.settings_with(Flags { http: command.http.clone(), ..global.flags() })?;
    let server = Server::new(Arc::new(desk(&config)?), spelling(&config));
    match config.http.listen {
        Some(address) => over_http(&config, address, server),
        None => on_stdio(server),
    }
}

/// Serves everybody who may connect, on as many threads as there are processors.
fn over_http(config: &Config, address: SocketAddr, server: Server) -> Result<u8, Failure> {
    let front = http::Front::open(&config.http).map_err(|error| Failure::new(CONFIG, error.to_string()))?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let runtime = runtime.map_err(|error| Failure::new(FAILURE, format!("the runtime could not start: {error}")))?;
    let served = runtime.block_on(async {
        let listener = http::listen(address).await?;
        let scheme = if config.http.tls.is_some() { "https" } else { "http" };
        // Said on stderr whatever the log level: whoever starts it wants to know where, as port 0 is any.
        output::complain(&format!("Listening on {scheme}://{}/mcp", listener.local_addr()?));
        http::serve(listener, Arc::new(front), server, stop()).await;
        Ok(())
    });
    runtime.shutdown_background();
    served.map(|()| 0).map_err(|error: std::io::Error| Failure::new(FAILURE, error.to_string()))
}

fn on_stdio(server: Server) -> Result<u8, Failure> {
    if std::io::stdin().is_terminal() {
        output::complain("This is an MCP server: it waits for a client on stdin. Try `cloudtrail-mcp demo`, or Ctrl-D to leave.");
    }
    match block_on(async { stdio::serve(server, stop()).await })? {
        Ok(()) => Ok(0),
        Err(error) => Err(Failure::new(FAILURE, format!("the client's stream failed: {error}"))),
    }
}

/// Resolves at SIGTERM, SIGINT or SIGHUP.
async fn stop() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let (terminate, interrupt, hangup) =
            (signal(SignalKind::terminate()), signal(SignalKind::interrupt()), signal(SignalKind::hangup()));
        if let (Ok(mut terminate), Ok(mut interrupt), Ok(mut hangup)) = (terminate, interrupt, hangup) {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
                _ = hangup.recv() => {}
            }
            return;
        }
    }
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}
