//! Streamable HTTP at `/mcp`, for a team: safe to leave running.
//!
//! A request's life: [`guard`] (which host, which web page) → route → `auth` (who calls) → `message` (one JSON-RPC message of
//! bounded size) → the library, stateless: nothing is kept between requests that an abandoned client could leave behind.
//!
//! Why not axum and tower-http? They would take the table of six paths and the three CORS headers, about 50 lines, and want as many
//! again to keep what callers see: every error in JSON-RPC's form, `Allow` on each path, one count a route, and hosts and origins
//! that are refused rather than left unmarked and that change while the server runs. What the rest of this folder does they do
//! not: limits on connections, heads and idle time, memory shared by bodies that arrive slowly, tokens and their issuer.

mod auth;
mod connection;
pub mod guard;
mod message;
pub mod metrics;
mod places;
mod route;
pub mod status;
mod tls;
pub mod webhook;

use std::io;
use std::sync::{Arc, PoisonError, RwLock};

use rmcp::RoleServer;
use rmcp::service::RequestContext;
use tokio::net::{TcpListener, TcpSocket};

pub use auth::{AuthError, new_token};
pub use connection::serve;
pub use message::MAX_BODY;
pub use tls::TlsError;

use crate::config::http::Http;
use crate::config::live::Webhook;
use crate::service::audit::AuditLog;
use crate::service::live::Live;
use crate::source::web::Web;
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
    door: RwLock<Arc<Door>>,
    metrics: Arc<Metrics>,
    status: Arc<Status>,
    audit: Option<AuditLog>,
    room: message::Room,
    /// What takes alerts, and what judges those of SNS.
    live: Option<(Arc<Live>, webhook::sns::Sns)>,
}

/// Who gets in, as the settings have it now. A request goes through one door, though there be a new one meanwhile.
struct Door {
    /// Where the server listens, which only a start changes.
    listen: Option<std::net::SocketAddr>,
    guard: Guard,
    auth: Option<Auth>,
    tls: Option<tokio_rustls::TlsAcceptor>,
    webhooks: Vec<Webhook>,
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
    /// The new settings would be safe where they say to listen, but not where the server does.
    #[error(
        "http: other machines reach {0}, where the server listens until it is started anew, and these settings do not protect it there"
    )]
    Open(std::net::SocketAddr),
    /// The new settings ask nobody who calls, where the old ones do.
    #[error("http: callers are asked who they are until the server is started anew, and these settings ask nobody")]
    Anonymous,
}

impl Door {
    fn open(settings: &Http, metrics: &Arc<Metrics>, before: Option<&Self>) -> Result<Self, OpenError> {
        let listen = before.map_or(settings.listen, |before| before.listen);
        if let Some(address) = listen.filter(|_| !Http { listen, ..settings.clone() }.is_safe()) {
            return Err(OpenError::Open(address));
        }
        if before.is_some_and(|before| before.auth.is_some()) && !settings.asks_who_calls() {
            return Err(OpenError::Anonymous);
        }
        Ok(Self {
            listen,
            guard: Guard::new(&settings.allowed_hosts, &settings.allowed_origins),
            auth: Auth::open(settings, metrics, before.and_then(|before| before.auth.as_ref()))?,
            tls: settings.tls.as_ref().map(|(certificate, key)| tls::acceptor(certificate, key)).transpose()?,
            webhooks: settings.webhooks.clone(),
        })
    }
}

impl Front {
    /// Reads certificate and key, and prepares for callers. Opens no connection.
    ///
    /// Errors: naming the setting that is to blame.
    pub fn open(settings: &Http) -> Result<Self, OpenError> {
        let metrics = Arc::new(Metrics::default());
        let door = Door::open(settings, &metrics, None)?;
        Ok(Self {
            door: RwLock::new(Arc::new(door)),
            metrics,
            status: Arc::default(),
            audit: None,
            room: message::Room::default(),
            live: None,
        })
    }

    /// Takes new settings while the server runs: callers and issuer, hosts and origins, certificate and key, whose files are read
    /// again. A token that is no longer listed ends with this.
    ///
    /// Errors: as [`Front::open`], and when the settings would not be safe where the server listens; then all stays as it was.
    pub fn renew(&self, settings: &Http) -> Result<(), OpenError> {
        let door = Door::open(settings, &self.metrics, Some(&self.door()))?;
        *self.door.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(door);
        Ok(())
    }

    fn door(&self) -> Arc<Door> {
        Arc::clone(&self.door.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Records who is not let in.
    #[must_use]
    pub fn recording(self, audit: Option<AuditLog>) -> Self {
        Self { audit, ..self }
    }

    /// Hands what is posted to webhooks to `live`.
    ///
    /// Errors: when the machine's certificate authorities cannot be read, which messages of SNS need.
    pub fn taking(self, live: Arc<Live>) -> io::Result<Self> {
        let sns = webhook::sns::Sns::new(Box::new(Web::open("https://sns.amazonaws.com")?));
        Ok(Self { live: Some((live, sns)), ..self })
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

/// How many connections may wait to be accepted; the system may allow fewer.
const BACKLOG: u32 = 4_096;

/// Listens at an address. Belongs inside a runtime.
///
/// Errors: naming the address, when it is taken or not this machine's.
pub fn listen(address: std::net::SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() };
    let listening = socket.and_then(|socket| {
        socket.set_reuseaddr(true)?;
        socket.bind(address)?;
        socket.listen(BACKLOG)
    });
    listening.map_err(|error| io::Error::new(error.kind(), format!("http.listen: {address} cannot be listened at: {error}")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::http::Caller as Known;

    #[test]
    fn settings_that_are_safe_elsewhere_only_are_not_taken_over() {
        let known = Known { name: "bot".to_owned(), token_sha256: [0; 32] };
        let open =
            |listen: &str, callers: Vec<Known>| Http { listen: listen.parse().ok(), callers, behind_tls_proxy: true, ..Http::default() };
        let front = Front::open(&open("0.0.0.0:1", vec![known.clone()])).unwrap();
        assert!(matches!(front.renew(&open("127.0.0.1:1", Vec::new())), Err(OpenError::Open(_))));
        assert!(front.door().auth.is_some(), "all stays as it was");
        assert!(front.renew(&open("127.0.0.1:1", vec![known])).is_ok());
        assert!(matches!(Front::open(&open("0.0.0.0:1", Vec::new())), Err(OpenError::Open(_))));
    }

    #[test]
    fn who_asks_for_tokens_does_so_until_the_end() {
        let known = Known { name: "bot".to_owned(), token_sha256: [0; 32] };
        let local = |callers: Vec<Known>| Http { listen: "127.0.0.1:1".parse().ok(), callers, ..Http::default() };
        let front = Front::open(&local(vec![known])).unwrap();
        assert!(matches!(front.renew(&local(Vec::new())), Err(OpenError::Anonymous)));
        assert!(front.door().auth.is_some(), "all stays as it was");
    }
}
