//! Connections: accepted up to a number, each peer's own among them, given up when they are slow or idle, ended in order at the end.
//!
//! A connection that sends nothing costs a task and a few kilobytes until its time is over, and nothing after.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use rmcp::ServerHandler;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio_io_timeout::TimeoutStream;
use tracing::{debug, info, warn};

use super::metrics::Counter;
use super::places::{Place, Places};
use super::route::Site;
use super::{Front, Peer};

/// Most connections at a time, where the system gives files for them: see [`Places`] for what becomes of more.
const MOST: usize = 8_192;
/// Files that the process needs besides, of those that the system gives it.
const OTHER_FILES: usize = 256;
/// How long a TLS handshake may take.
const HANDSHAKE: Duration = Duration::from_secs(10);
/// How long a request's head may take to come, which is also how long a connection may be idle.
const HEAD: Duration = Duration::from_secs(30);
/// How long a client may leave an answer unread.
const UNREAD: Duration = Duration::from_secs(30);
/// Largest head of a request, in bytes: a token of 8 KiB and every header of the protocol fit twice.
const MAX_HEAD: usize = 32 << 10;
/// How long calls in flight may take to end once the server stops.
///
/// Source: the contract (within 5 s), less the time to end.
const DRAIN: Duration = Duration::from_millis(4_500);
/// How long a connection that is answered, or has not asked anything, stays once the server stops.
const LINGER: Duration = Duration::from_millis(250);
/// How long to wait when the system has no more files to give.
const BREATH: Duration = Duration::from_millis(50);

/// Serves everybody who connects to `listener` until `stop` resolves; then ends what is in flight, in time.
pub async fn serve<S>(listener: TcpListener, front: Arc<Front>, server: S, stop: impl Future<Output = ()>)
where
    S: ServerHandler + Clone + Send + Sync + 'static,
{
    // Shells and service managers start processes with room for a thousand connections, and let them ask for more.
    #[cfg(unix)]
    let files = rlimit::increase_nofile_limit(2 * MOST as u64).unwrap_or_else(|error| {
        warn!(%error, "The limit on open files stays as it is.");
        rlimit::getrlimit(rlimit::Resource::NOFILE).map_or(1_024, |(soft, _)| soft)
    });
    #[cfg(not(unix))]
    let files = 2 * MOST as u64;
    let files = usize::try_from(files).unwrap_or(usize::MAX);
    let site = Arc::new(Site::new(Arc::clone(&front), server));
    let places = Places::new(files.saturating_sub(OTHER_FILES).max(files / 2).min(MOST));
    let (stopping, stopped) = watch::channel(false);
    let accepting = async {
        let mut told = false;
        loop {
            match listener.accept().await {
                Ok((stream, address)) => {
                    told = false;
                    let Some(place) = places.take(address.ip()) else {
                        front.metrics.count(Counter::Refused, "connections");
                        continue;
                    };
                    let (site, stopped) = (Arc::clone(&site), stopped.clone());
                    tokio::spawn(async move {
                        let metrics = Arc::clone(&site.front.metrics);
                        let _open = metrics.connection();
                        tokio::select! {
                            () = welcome(stream, Peer(address.ip()), &place, site, stopped.clone()) => {}
                            () = place.dismissed() => debug!("An idle connection made room for another."),
                            () = unused(&place, stopped) => {}
                        }
                    });
                }
                Err(error) => {
                    if !matches!(error.kind(), io::ErrorKind::ConnectionAborted | io::ErrorKind::ConnectionReset) {
                        if !std::mem::replace(&mut told, true) {
                            warn!(%error, "Connections cannot be accepted; trying again until they can.");
                        }
                        tokio::time::sleep(BREATH).await;
                    }
                }
            }
        }
    };
    tokio::select! {
        () = accepting => {}
        () = stop => info!("Stopping."),
    }
    front.status.unfit("server", "it is stopping");
    drop(listener);
    stopping.send_replace(true);
    if tokio::time::timeout(DRAIN, places.emptied()).await.is_err() {
        warn!("Calls were still in flight at the end.");
    }
}

/// Resolves once the server stops and a connection has nothing to be answered any more, the last answer having had time to leave.
async fn unused(place: &Place, mut stopped: watch::Receiver<bool>) {
    let _ = stopped.wait_for(|stopped| *stopped).await;
    let mut idle = 0;
    while idle < 2 {
        tokio::time::sleep(LINGER).await;
        idle = if place.is_idle() { idle + 1 } else { 0 };
    }
}

/// Serves one connection, through TLS when there is a certificate.
async fn welcome<S>(stream: TcpStream, peer: Peer, place: &Arc<Place>, site: Arc<Site<S>>, stopped: watch::Receiver<bool>)
where
    S: ServerHandler + Clone + Send + Sync + 'static,
{
    // Answers are written at once; waiting to fill packets would only delay them.
    let _ = stream.set_nodelay(true);
    let mut stream = TimeoutStream::new(stream);
    stream.set_write_timeout(Some(UNREAD));
    let stream = Box::pin(stream);
    match site.front.door().tls.clone() {
        None => converse(stream, peer, place, site, stopped).await,
        Some(acceptor) => match tokio::time::timeout(HANDSHAKE, acceptor.accept(stream)).await {
            Ok(Ok(stream)) => converse(stream, peer, place, site, stopped).await,
            Ok(Err(_)) => debug!("A TLS handshake failed."),
            Err(_) => debug!("A TLS handshake took too long."),
        },
    }
}

async fn converse<S, T>(stream: T, peer: Peer, place: &Arc<Place>, site: Arc<Site<S>>, mut stopped: watch::Receiver<bool>)
where
    S: ServerHandler + Clone + Send + Sync + 'static,
    T: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin,
{
    let service = service_fn(|mut request: http::Request<hyper::body::Incoming>| {
        request.extensions_mut().insert(peer);
        request.extensions_mut().insert(Arc::clone(place));
        let site = Arc::clone(&site);
        async move { Ok::<_, std::convert::Infallible>(site.answer(request).await) }
    });
    let mut server = hyper::server::conn::http1::Builder::new();
    server.timer(TokioTimer::new()).header_read_timeout(HEAD).max_buf_size(MAX_HEAD).keep_alive(true);
    let mut connection = std::pin::pin!(server.serve_connection(TokioIo::new(stream), service));
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = async { _ = stopped.wait_for(|stopped| *stopped).await } => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if ended.is_err() {
        debug!("A connection broke off or was given up.");
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream, duplex};
    use tokio::task::JoinHandle;
    use tokio::time::Instant;

    use super::*;
    use crate::config::http::Http;

    #[derive(Clone)]
    struct Nobody;

    impl ServerHandler for Nobody {}

    /// A connection to a server: our end, and the server's work on it.
    fn connected() -> (DuplexStream, JoinHandle<()>, watch::Sender<bool>) {
        let front = Arc::new(Front::open(&Http::default()).unwrap());
        let (ours, theirs) = duplex(64 << 10);
        let (stopping, stopped) = watch::channel(false);
        let peer = Peer(std::net::Ipv4Addr::LOCALHOST.into());
        let place = Places::new(1).take(peer.0).unwrap();
        (ours, tokio::spawn(async move { converse(theirs, peer, &place, Arc::new(Site::new(front, Nobody)), stopped).await }), stopping)
    }

    async fn asked(client: &mut DuplexStream) -> String {
        client.write_all(b"GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n").await.unwrap();
        let mut answer = Vec::new();
        while !answer.ends_with(b"ok\n") {
            assert!(client.read_buf(&mut answer).await.unwrap() > 0);
        }
        String::from_utf8(answer).unwrap()
    }

    #[tokio::test(start_paused = true)]
    async fn a_client_that_says_nothing_or_half_a_head_is_given_up() {
        for said in ["", "GET /healthz HTTP/1.1\r\nhost: loc"] {
            let (mut client, serving, _stopping) = connected();
            let started = Instant::now();
            client.write_all(said.as_bytes()).await.unwrap();
            serving.await.unwrap();
            assert!((HEAD..HEAD * 2).contains(&started.elapsed()), "{said:?}: {:?}", started.elapsed());
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_connection_may_be_used_again_and_is_given_up_when_it_is_not() {
        let (mut client, serving, _stopping) = connected();
        for _ in 0..3 {
            assert!(asked(&mut client).await.starts_with("HTTP/1.1 200"));
            tokio::time::sleep(HEAD / 2).await;
        }
        assert!(!serving.is_finished());
        let started = Instant::now();
        serving.await.unwrap();
        assert!(started.elapsed() < HEAD * 2);
    }

    #[tokio::test(start_paused = true)]
    async fn an_idle_connection_ends_at_once_when_the_server_stops() {
        let (mut client, serving, stopping) = connected();
        asked(&mut client).await;
        let started = Instant::now();
        stopping.send_replace(true);
        serving.await.unwrap();
        assert_eq!(started.elapsed(), Duration::ZERO);
    }
}
