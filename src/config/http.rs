//! `[http]`: who may reach the server, and what must hold before it listens.

use std::net::SocketAddr;
use std::path::PathBuf;

use super::form::digest;
use super::live::Webhook;
use super::settings::{
    HTTP_ALLOWED_HOSTS, HTTP_ALLOWED_ORIGINS, HTTP_BEHIND_TLS_PROXY, HTTP_CALLERS_NAME, HTTP_CALLERS_TOKEN_SHA256, HTTP_LISTEN,
    HTTP_OAUTH_ALGORITHMS, HTTP_OAUTH_AUDIENCE, HTTP_OAUTH_ISSUER, HTTP_OAUTH_JWKS_URI, HTTP_OAUTH_SCOPES, HTTP_OAUTH_TOOL_SCOPES,
    HTTP_TLS_CERT, HTTP_TLS_KEY,
};
use super::spelling::{bare_name, is_tool_name};
use super::{Config, Section};

/// Settings of Streamable HTTP.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Http {
    /// Where to listen; nothing means that the server is on stdio.
    pub listen: Option<SocketAddr>,
    /// Hosts that requests may carry, with or without a port; empty means the loopback names.
    pub allowed_hosts: Vec<String>,
    /// Browser origins that may call; empty means those of this machine, with any port.
    pub allowed_origins: Vec<String>,
    /// Whether something in front ends TLS. Default: false.
    pub behind_tls_proxy: bool,
    /// Certificate chain and private key, both PEM.
    pub tls: Option<(PathBuf, PathBuf)>,
    /// Callers with a token of their own.
    pub callers: Vec<Caller>,
    /// The authorization server whose tokens are accepted.
    pub oauth: Option<OAuth>,
    /// Where alerts are posted to.
    pub webhooks: Vec<Webhook>,
}

/// A caller of `[[http.callers]]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// Who calls.
    pub name: String,
    /// SHA-256 of the bearer token.
    pub token_sha256: [u8; 32],
}

/// `[http.oauth]`: tokens of an authorization server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OAuth {
    /// The issuer, exactly as tokens and its metadata name it.
    pub issuer: String,
    /// What tokens must be made out to: the public address of `/mcp`.
    pub audience: String,
    /// Where the signing keys are; nothing means that the issuer's metadata tells.
    pub jwks_uri: Option<String>,
    /// Signature algorithms that are accepted, each asymmetric.
    pub algorithms: Vec<String>,
    /// Scopes that every call needs.
    pub scopes: Vec<String>,
    /// Scopes that one tool needs besides, as (tool name without prefix, scope).
    pub tool_scopes: Vec<(String, String)>,
}

impl Http {
    /// Tells whether anybody must say who they are.
    pub fn asks_who_calls(&self) -> bool {
        !self.callers.is_empty() || self.oauth.is_some()
    }

    /// Tells whether it may listen where it is to: what other machines reach asks who calls, and is encrypted.
    pub fn is_safe(&self) -> bool {
        self.listen.is_none_or(|listen| listen.ip().is_loopback())
            || (self.asks_who_calls() && (self.tls.is_some() || self.behind_tls_proxy))
    }

    /// Returns what the operator should know though it is not wrong.
    pub(super) fn findings(&self) -> Vec<String> {
        let mut findings = Vec::new();
        let public = self.listen.is_some_and(|listen| !listen.ip().is_loopback());
        if public && self.allowed_hosts.is_empty() {
            findings.push(
                "http.allowed_hosts is empty: only requests for localhost, 127.0.0.1 and [::1] are answered; name the public host"
                    .to_owned(),
            );
        }
        if self.listen.is_some() && !self.asks_who_calls() {
            findings.push("http.listen without [[http.callers]] or [http.oauth]: every process of this machine may call".to_owned());
        }
        findings
    }
}

impl Config {
    /// Returns the settings of Streamable HTTP.
    pub fn http(&self) -> Http {
        let caller = |section: Section<'_>| {
            let token_sha256 = digest(&section.find(&HTTP_CALLERS_TOKEN_SHA256)?)?;
            Some(Caller { name: section.find(&HTTP_CALLERS_NAME)?, token_sha256 })
        };
        let oauth = self.find(&HTTP_OAUTH_ISSUER).zip(self.find(&HTTP_OAUTH_AUDIENCE));
        Http {
            listen: self.find(&HTTP_LISTEN),
            allowed_hosts: self.get(&HTTP_ALLOWED_HOSTS),
            allowed_origins: self.get(&HTTP_ALLOWED_ORIGINS),
            behind_tls_proxy: self.get(&HTTP_BEHIND_TLS_PROXY),
            tls: self.find(&HTTP_TLS_CERT).zip(self.find(&HTTP_TLS_KEY)),
            callers: self.sections("http.callers[]").into_iter().filter_map(caller).collect(),
            webhooks: self.webhooks(),
            oauth: oauth.map(|(issuer, audience)| OAuth {
                issuer,
                audience,
                jwks_uri: self.find(&HTTP_OAUTH_JWKS_URI),
                algorithms: self.get(&HTTP_OAUTH_ALGORITHMS),
                scopes: self.get(&HTTP_OAUTH_SCOPES),
                tool_scopes: self.get(&HTTP_OAUTH_TOOL_SCOPES).iter().filter_map(|pair| split_tool_scope(pair)).collect(),
            }),
        }
    }
}

/// Says what is unsafe or contradicts itself, and the line that mends it.
pub(super) fn problems(config: &Config, problems: &mut Vec<String>) {
    let (http, at) = (config.http(), |key: &str| config.at(key));
    if config.is_set(&HTTP_TLS_CERT) != config.is_set(&HTTP_TLS_KEY) {
        problems.push(format!("{}: it goes with {}; set both or neither", at("http.tls_cert"), at("http.tls_key")));
    }
    if config.is_set(&HTTP_OAUTH_ISSUER) != config.is_set(&HTTP_OAUTH_AUDIENCE) {
        let (issuer, audience) = (at("http.oauth.issuer"), at("http.oauth.audience"));
        problems.push(format!("{issuer}: it goes with {audience}, the public address of /mcp; set both or neither"));
    }
    let mut names: Vec<&str> = Vec::new();
    for caller in &http.callers {
        if names.contains(&caller.name.as_str()) {
            problems.push(format!("http.callers: the name {} stands twice; each caller has one of its own", caller.name));
        }
        names.push(&caller.name);
    }
    let Some(listen) = http.listen.filter(|listen| !listen.ip().is_loopback()) else { return };
    let place = at("http.listen");
    // A section that is there but broken has a problem of its own.
    if config.sections("http.callers[]").is_empty() && !config.is_set(&HTTP_OAUTH_ISSUER) {
        problems.push(format!(
            "{place}: other machines reach {listen}, and nobody is asked who they are; `cloudtrail-mcp config caller NAME` makes the lines of a \
             [[http.callers]], [http.oauth] accepts an issuer's tokens, or http.listen = \"127.0.0.1:{}\"",
            listen.port()
        ));
    }
    if http.tls.is_none() && !http.behind_tls_proxy {
        problems.push(format!(
            "{place}: other machines reach {listen}, and tokens would travel in clear; set http.tls_cert and http.tls_key, or http.behind_tls_proxy = true \
             when something in front ends TLS, or http.listen = \"127.0.0.1:{}\"",
            listen.port()
        ));
    }
}

/// Reads `cloudtrail_event=cloudtrail:record`; a prefix and the spelling of the tool's name do not matter.
pub(super) fn split_tool_scope(pair: &str) -> Option<(String, String)> {
    let (tool, scope) = pair.split_once('=')?;
    (is_tool_name(tool) && is_scope(scope)).then(|| (bare_name(tool).to_owned(), scope.to_owned()))
}

/// Source: RFC 6749, section 3.3: printable ASCII without space, quote and backslash.
pub(super) fn is_scope(scope: &str) -> bool {
    !scope.is_empty() && scope.bytes().all(|b| b.is_ascii_graphic() && b != b'"' && b != b'\\')
}
