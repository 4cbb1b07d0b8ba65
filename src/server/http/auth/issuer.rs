//! The issuer over the network: its metadata, and the signing keys that it publishes.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use http::{Request, StatusCode};
use http_body_util::Full;
use serde::Deserialize;
use serde_json::Value;

use super::keys::{Fetch, FetchError};
use crate::config::authority::Authority;
use crate::config::http::OAuth;
use crate::server::http::metrics::{Counter, Metrics};
use crate::source::web::{Bounds, Web, WebError};

/// How long all requests of one fetch may take together.
const PATIENCE: Duration = Duration::from_secs(5);
/// Largest document that is read, in bytes.
const MAX_BYTES: usize = 256 << 10;

pub(super) struct Issuer {
    web: Web,
    issuer: String,
    jwks_uri: Option<String>,
    metrics: Arc<Metrics>,
}

/// What an authorization server says of itself.
#[derive(Deserialize)]
struct Metadata {
    issuer: String,
    jwks_uri: String,
}

#[derive(Deserialize)]
struct Set {
    keys: Vec<Value>,
}

impl Issuer {
    /// Makes a client for the issuer. Opens no connection.
    ///
    /// Errors: when the machine's certificate authorities cannot be read, and the issuer is not on this machine.
    pub(super) fn open(oauth: &OAuth, metrics: Arc<Metrics>) -> std::io::Result<Self> {
        let web = Web::open(&oauth.issuer)?;
        Ok(Self { web, issuer: oauth.issuer.clone(), jwks_uri: oauth.jwks_uri.clone(), metrics })
    }

    async fn keys(&self) -> Result<Vec<Value>, FetchError> {
        let address = match &self.jwks_uri {
            Some(address) => address.clone(),
            None => self.discover().await?,
        };
        let set: Set = self.get(&address).await.map_err(|why| FetchError(format!("the key set {why}")))?;
        Ok(set.keys)
    }

    /// Finds the address of the keys in the issuer's metadata.
    async fn discover(&self) -> Result<String, FetchError> {
        let mut problems = Vec::new();
        for place in places(&self.issuer) {
            match self.get::<Metadata>(&place).await {
                // Source: RFC 8414, section 3.3: metadata of another issuer must not be used.
                Ok(metadata) if metadata.issuer != self.issuer => {
                    return Err(FetchError(
                        "the metadata name another issuer than http.oauth.issuer, which must be spelt as they do".to_owned(),
                    ));
                }
                Ok(metadata) if !trusts(&self.issuer, &metadata.jwks_uri) => {
                    return Err(FetchError("the metadata name a key set that is not on https".to_owned()));
                }
                Ok(metadata) => return Ok(metadata.jwks_uri),
                Err(why) => problems.push(why),
            }
        }
        Err(FetchError(format!(
            "the metadata cannot be read: one {}; http.oauth.jwks_uri can name the keys' place",
            problems.join(", one ")
        )))
    }

    async fn get<T: for<'de> Deserialize<'de>>(&self, address: &str) -> Result<T, &'static str> {
        let request = Request::get(address).header("accept", "application/json").body(Full::default());
        let bounds = Bounds { patience: PATIENCE, max_bytes: MAX_BYTES };
        let answer = self.web.send(request.map_err(|_| "has no valid address")?, bounds).await.map_err(|error| match error {
            WebError::TooLarge | WebError::BrokeOff => "broke off or is too large",
            _ => "cannot be reached",
        })?;
        // A redirect is not followed: the operator named the issuer.
        if answer.status != StatusCode::OK {
            return Err("is not there");
        }
        serde_json::from_slice(&answer.body).map_err(|_| "is not as it should be")
    }
}

impl Fetch for Issuer {
    fn fetch(&self) -> BoxFuture<'_, Result<Vec<Value>, FetchError>> {
        Box::pin(async {
            let keys = tokio::time::timeout(PATIENCE, self.keys()).await;
            let keys = keys.unwrap_or_else(|_| Err(FetchError("the issuer did not answer in time".to_owned())));
            self.metrics.count(Counter::KeyFetches, if keys.is_ok() { "ok" } else { "failed" });
            keys
        })
    }
}

/// Returns the places of an issuer's metadata, in the order in which MCP has clients look.
///
/// Source: RFC 8414, section 3.1; OpenID Connect Discovery 1.0, section 4.
fn places(issuer: &str) -> Vec<String> {
    let issuer = issuer.trim_end_matches('/');
    let scheme = issuer.find("://").map_or(0, |at| at + 3);
    let end = issuer.get(scheme..).and_then(|rest| rest.find('/')).map_or(issuer.len(), |at| scheme + at);
    let (origin, path) = issuer.split_at_checked(end).unwrap_or((issuer, ""));
    let mut places = vec![
        format!("{origin}/.well-known/oauth-authorization-server{path}"),
        format!("{origin}/.well-known/openid-configuration{path}"),
        format!("{issuer}/.well-known/openid-configuration"),
    ];
    places.dedup();
    places
}

/// Keys that come in clear prove nothing, except when the issuer itself is on this machine.
fn trusts(issuer: &str, address: &str) -> bool {
    let host = address.strip_prefix("http://").and_then(|rest| rest.split('/').next()).and_then(Authority::parse);
    address.starts_with("https://") || (issuer.starts_with("http://") && host.is_some_and(|host| host.is_loopback()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metadata_is_looked_for_where_issuers_keep_it() {
        assert_eq!(
            places("https://login.example/"),
            ["https://login.example/.well-known/oauth-authorization-server", "https://login.example/.well-known/openid-configuration",]
        );
        assert_eq!(
            places("https://login.example/tenant/a"),
            [
                "https://login.example/.well-known/oauth-authorization-server/tenant/a",
                "https://login.example/.well-known/openid-configuration/tenant/a",
                "https://login.example/tenant/a/.well-known/openid-configuration",
            ]
        );
    }

    #[test]
    fn keys_that_would_come_in_clear_are_not_asked_for() {
        for (issuer, address, trusted) in [
            ("https://login.example", "https://keys.example/jwks", true),
            ("https://login.example", "http://keys.example/jwks", false),
            ("https://login.example", "http://127.0.0.1:9/jwks", false),
            ("http://127.0.0.1:9", "http://127.0.0.1:9/jwks", true),
            ("http://127.0.0.1:9", "http://keys.example/jwks", false),
            ("https://login.example", "file:///etc/passwd", false),
        ] {
            assert_eq!(trusts(issuer, address), trusted, "{issuer} {address}");
        }
    }
}
