//! `serve`: the MCP server.

use std::io::IsTerminal as _;
use std::sync::Arc;

use cloudtrail_mcp::server::{Server, stdio};

use super::{FAILURE, Failure, Global, block_on, front, output, spelling};

pub(super) fn run(global: &Global) -> Result<u8, Failure> {
    let config = global.settings()?;
    let server = Server::new(Arc::new(front(&config)?), spelling(&config));
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
