//! A client for addresses that the operator named and that are none of AWS's API: signing keys, alerts, chat.
//!
//! It follows no redirect, as only the address that was named is trusted; it speaks TLS, and without it only to this machine;
//! and both the time and the size of an answer are bounded. Proxies are not used.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use http::{HeaderMap, Request, StatusCode};
use http_body_util::{BodyExt as _, Full, LengthLimitError, Limited};
use hyper::body::Bytes;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;

use super::aws::{Fault, fault};
use crate::config::authority::Authority;

/// Speaks to hosts that the operator named. Clones share its certificate authorities.
#[derive(Clone)]
pub struct Web(Client<HttpsConnector<HttpConnector>, Full<Bytes>>);

/// How much an answer may take.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// From the first step of connecting to the last byte of the answer.
    pub patience: Duration,
    /// Bytes of its body.
    pub max_bytes: usize,
}

/// An answer, read to its end.
#[derive(Debug)]
pub struct Reply {
    /// Its status; redirects are not followed.
    pub status: StatusCode,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body.
    pub body: Bytes,
}

/// Why there is no answer. The words fit after "the host"; no address is in them, as one may be a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WebError {
    /// The address would send what is said in clear over a network.
    #[error("would be reached in clear: only https, or http on this machine, is asked")]
    InClear,
    /// The connection was turned away.
    #[error("refuses connections")]
    Refused,
    /// Its name is not known, or no way leads there.
    #[error("cannot be reached")]
    Unreachable,
    /// The certificate is not trusted.
    #[error("shows a certificate that is not trusted")]
    Certificate,
    /// The time was over.
    #[error("did not answer in time")]
    Late,
    /// The answer is larger than allowed.
    #[error("answered more than is read")]
    TooLarge,
    /// The connection ended before the answer did.
    #[error("broke off")]
    BrokeOff,
}

impl Web {
    /// Makes a client for `address`. Opens no connection.
    ///
    /// Errors: when the machine's certificate authorities cannot be read, and the address is not on this machine.
    pub fn open(address: &str) -> io::Result<Self> {
        let provider = rustls::crypto::ring::default_provider();
        let builder = match HttpsConnectorBuilder::new().with_provider_and_native_roots(provider.clone()) {
            Ok(builder) => builder,
            Err(_) if address.starts_with("http://") => {
                let empty = rustls::ClientConfig::builder_with_provider(Arc::new(provider)).with_safe_default_protocol_versions();
                let empty = empty.map_err(io::Error::other)?;
                HttpsConnectorBuilder::new()
                    .with_tls_config(empty.with_root_certificates(rustls::RootCertStore::empty()).with_no_client_auth())
            }
            Err(error) => return Err(error),
        };
        let connector = builder.https_or_http().enable_http1().build();
        Ok(Self(Client::builder(TokioExecutor::new()).pool_max_idle_per_host(0).build(connector)))
    }

    /// Sends a request and reads the answer within `bounds`.
    ///
    /// Errors: as [`WebError`]; an answer of any status is none.
    pub async fn send(&self, request: Request<Full<Bytes>>, bounds: Bounds) -> Result<Reply, WebError> {
        if !is_private(request.uri()) {
            return Err(WebError::InClear);
        }
        let asking = async {
            let answer = self.0.request(request).await.map_err(|error| of_network(&error))?;
            let (parts, body) = answer.into_parts();
            let body = Limited::new(body, bounds.max_bytes).collect().await.map_err(|error| match error.is::<LengthLimitError>() {
                true => WebError::TooLarge,
                false => WebError::BrokeOff,
            })?;
            Ok(Reply { status: parts.status, headers: parts.headers, body: body.to_bytes() })
        };
        tokio::time::timeout(bounds.patience, asking).await.unwrap_or(Err(WebError::Late))
    }
}

/// Returns the host of an address, with its port: all of it that may be told.
pub fn host(address: &str) -> String {
    let uri = address.parse::<http::Uri>().ok();
    uri.and_then(|uri| uri.authority().map(|authority| authority.as_str().to_owned())).unwrap_or_default()
}

/// Tells whether nobody on the way can read what is sent.
fn is_private(uri: &http::Uri) -> bool {
    let local = || uri.authority().and_then(|host| Authority::parse(host.as_str())).is_some_and(|host| host.is_loopback());
    match uri.scheme_str() {
        Some("https") => true,
        Some("http") => local(),
        _ => false,
    }
}

fn of_network(error: &hyper_util::client::legacy::Error) -> WebError {
    match fault(error) {
        Some(Fault::Refused) => WebError::Refused,
        Some(Fault::Certificate(_) | Fault::NoTls) => WebError::Certificate,
        Some(Fault::Unreachable | Fault::Name) => WebError::Unreachable,
        None => WebError::BrokeOff,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_is_spoken_to_in_clear() {
        let is = |address: &str| is_private(&address.parse().unwrap());
        assert!(is("https://chat.example/x") && is("http://127.0.0.1:9093/api") && is("http://localhost:1") && is("http://[::1]:1"));
        for address in ["http://chat.example", "http://127.0.0.1.example", "ftp://127.0.0.1", "/relative"] {
            assert!(!is(address), "{address}");
        }
    }

    #[test]
    fn of_an_address_only_its_host_is_told() {
        assert_eq!(host("https://hooks.chat.example:8443/services/T0/B0/secret?x=1"), "hooks.chat.example:8443");
        assert_eq!(host("no address"), "");
    }
}
