//! Streamable HTTP at `/mcp`, for a team: safe to leave running.
//!
//! A request's life: [`guard`] (which host, which web page) → route → `auth` (who calls) → `message` (one JSON-RPC message of
//! bounded size) → the library, stateless: nothing is kept between requests that an abandoned client could leave behind.
//!
//! Why not a web framework? There are six fixed paths, and limits on connections, heads and idle time need the layer below.

mod auth;
mod connection;
pub mod guard;
mod message;
pub mod metrics;
mod route;
pub mod status;
mod tls;

use std::io;
use std::sync::Arc;

use rmcp::RoleServer;
use rmcp::service::RequestContext;

pub use auth::{AuthError, new_token};
pub use connection::serve;
pub use message::MAX_BODY;
pub use tls::TlsError;

use crate::audit::AuditLog;
use crate::config::http::Http;
use auth::Auth;
use guard::Guard;
use metrics::Metrics;
use status::Status;

/// Who calls, as proven by a token: the name of a `[[http.callers]]`, or `oauth:` and the subject of an access token.
///
/// It travels in the extensions of the request; [`caller`] reads it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller(pub Arc<str>);

/// Returns the name of who makes a call; empty where nobody is asked (stdio, and HTTP on this machine without tokens).
pub fn caller(context: &RequestContext<RoleServer>) -> Arc<str> {
    let parts = context.extensions.get::<http::request::Parts>();
    parts.and_then(|parts| parts.extensions.get::<Caller>()).map(|caller| Arc::clone(&caller.0)).unwrap_or_default()
}

/// Everything that stands between the network and the protocol.
pub struct Front {
    guard: Guard,
    auth: Option<Auth>,
    tls: Option<tokio_rustls::TlsAcceptor>,
    metrics: Arc<Metrics>,
    status: Arc<Status>,
    audit: Option<AuditLog>,
}

/// Whence a request comes, in its extensions: the address of the other end, which may be a proxy's.
#[derive(Clone, Copy, Debug)]
struct Peer(std::net::IpAddr);

/// Why the server cannot be reached.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Certificate or key.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// Tokens.
    #[error(transparent)]
    Auth(#[from] AuthError),
}

impl Front {
    /// Reads certificate and key, and prepares for callers. Opens no connection.
    ///
    /// Errors: naming the setting that is to blame.
    pub fn open(settings: &Http) -> Result<Self, OpenError> {
        let metrics = Arc::new(Metrics::default());
        Ok(Self {
            guard: Guard::new(&settings.allowed_hosts, &settings.allowed_origins),
            auth: Auth::open(settings, &metrics)?,
            tls: settings.tls.as_ref().map(|(certificate, key)| tls::acceptor(certificate, key)).transpose()?,
            metrics,
            status: Arc::default(),
            audit: None,
        })
    }

    /// Records who is not let in.
    #[must_use]
    pub fn recording(self, audit: Option<AuditLog>) -> Self {
        Self { audit, ..self }
    }

    /// Returns what `/metrics` shows.
    pub fn metrics(&self) -> &Arc<Metrics> {
        &self.metrics
    }

    /// Returns what `/readyz` tells.
    pub fn status(&self) -> &Arc<Status> {
        &self.status
    }
}

/// Listens at an address.
///
/// Errors: naming the address, when it is taken or not this machine's.
pub async fn listen(address: std::net::SocketAddr) -> io::Result<tokio::net::TcpListener> {
    let listening = tokio::net::TcpListener::bind(address).await;
    listening.map_err(|error| io::Error::new(error.kind(), format!("http.listen: {address} cannot be listened at: {error}")))
}
