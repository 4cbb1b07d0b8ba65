//! Standard input and output: start, and every way to end.
//!
//! A client that leaves, before the handshake or after, and a signal end the server quietly and in time.

use std::future::Future;
use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use rmcp::model::{ClientJsonRpcMessage, ClientRequest, GetMeta as _};
use rmcp::serve_server;
use rmcp::service::{RoleServer, RxJsonRpcMessage, ServerInitializeError, TxJsonRpcMessage};
use rmcp::transport::Transport;
use rmcp::transport::async_rw::AsyncRwTransport;
use rmcp::transport::io::stdio_pipes;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::{mpsc, watch};
use tracing::{debug, info};

use super::{Server, parse_guard};

/// How long calls in flight may take to end once the client left or a signal came.
///
/// Source: the contract (exit within 2 s), less the time to start and to end.
const DRAIN: Duration = Duration::from_millis(1_500);

/// How long the last answers may take to leave after that.
const LAST_WORDS: Duration = Duration::from_millis(200);
/// Bytes between the pipe and the library.
const PIPE: usize = 64 << 10;

/// Serves one client on stdin and stdout until it leaves or `stop` resolves.
///
/// Errors: only when the transport fails in another way than by closing.
pub async fn serve(server: Server, stop: impl Future<Output = ()>) -> io::Result<()> {
    let (reader, writer) = stdio_pipes();
    serve_on(server, reader, writer, stop).await
}

/// Serves one client on any pair of streams.
///
/// Errors: as [`serve`].
pub async fn serve_on<R, W>(server: Server, reader: R, writer: W, stop: impl Future<Output = ()>) -> io::Result<()>
where
    R: AsyncRead + Send + Unpin + 'static,
    W: AsyncWrite + Send + Unpin + 'static,
{
    let (ended, mut end) = watch::channel(false);
    let ((guarded, requests), (replies, answers)) = (tokio::io::duplex(PIPE), tokio::io::duplex(PIPE));
    let (refuse, refused) = mpsc::unbounded_channel();
    let reading = tokio::spawn(parse_guard::lines_in(reader, requests, refuse));
    let mut writing = tokio::spawn(parse_guard::lines_out(replies, writer, refused));
    let transport = Handshake { inner: AsyncRwTransport::new_server(guarded, answers), open: false, ended };
    let served = serve_transport(server, transport, &mut end, stop).await;
    reading.abort();
    // The last answers are still on their way out.
    let _ = tokio::time::timeout(LAST_WORDS, &mut writing).await;
    writing.abort();
    served
}

async fn serve_transport(
    server: Server,
    transport: impl Transport<RoleServer> + 'static,
    end: &mut watch::Receiver<bool>,
    stop: impl Future<Output = ()>,
) -> io::Result<()> {
    let mut stop = pin!(stop);
    let service = Arc::clone(&server.service);
    let mut running = tokio::select! {
        started = serve_server(server, transport) => match started {
            Ok(running) => running,
            // Clients probe and leave; that is no failure.
            Err(ServerInitializeError::ConnectionClosed(_) | ServerInitializeError::Cancelled) => return Ok(()),
            Err(error) => {
                debug!("The handshake failed.");
                return Err(io::Error::other(error.to_string()));
            }
        },
        () = &mut stop => return Ok(()),
    };
    tokio::select! {
        _ = end.wait_for(|ended| *ended) => {
            debug!("The client closed its end.");
            service.client_left();
            // Answers of calls in flight still go out, for as long as the drain allows.
            let _ = tokio::time::timeout(DRAIN, running.waiting()).await;
        }
        () = &mut stop => {
            info!("Stopping.");
            let _ = running.close_with_timeout(DRAIN).await;
        }
    }
    Ok(())
}

/// The transport, which lets nothing but requests through before the handshake is done, and tells when the client left.
///
/// Why drop early notifications? The library takes one before the handshake for a broken client and ends; clients that
/// probe with `server/discover` do send them.
struct Handshake<T> {
    inner: T,
    open: bool,
    ended: watch::Sender<bool>,
}

impl<T: Transport<RoleServer>> Transport<RoleServer> for Handshake<T> {
    type Error = T::Error;

    fn send(&mut self, item: TxJsonRpcMessage<RoleServer>) -> impl Future<Output = Result<(), Self::Error>> + Send + 'static {
        self.inner.send(item)
    }

    async fn receive(&mut self) -> Option<RxJsonRpcMessage<RoleServer>> {
        loop {
            let Some(message) = self.inner.receive().await else {
                let _ = self.ended.send(true);
                return None;
            };
            if self.open {
                return Some(message);
            }
            match &message {
                ClientJsonRpcMessage::Request(request) => {
                    let opens = match &request.request {
                        ClientRequest::InitializeRequest(_) => true,
                        ClientRequest::DiscoverRequest(_) | ClientRequest::PingRequest(_) => false,
                        other => other.get_meta().protocol_version().is_some(),
                    };
                    self.open = opens;
                    return Some(message);
                }
                _ => debug!("A message before the handshake was dropped."),
            }
        }
    }

    async fn close(&mut self) -> Result<(), Self::Error> {
        self.inner.close().await
    }
}
