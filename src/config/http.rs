//! `[http]`: who may reach the server, and what must hold before it listens.

use std::net::SocketAddr;
use std::path::PathBuf;

use super::Settled;

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

    pub(super) fn read(settled: &Settled) -> Self {
        let path = |key| settled.text(key).map(PathBuf::from);
        let callers = settled.sections().into_iter().filter(|place| place.starts_with("http.callers["));
        let caller = |place: &str| {
            let token_sha256 = digest(&settled.text(&format!("{place}.token_sha256"))?)?;
            Some(Caller { name: settled.text(&format!("{place}.name"))?, token_sha256 })
        };
        let oauth = settled.text("http.oauth.issuer").zip(settled.text("http.oauth.audience"));
        Self {
            listen: settled.text("http.listen").and_then(|listen| listen.parse().ok()),
            allowed_hosts: settled.texts("http.allowed_hosts"),
            allowed_origins: settled.texts("http.allowed_origins"),
            behind_tls_proxy: settled.bool("http.behind_tls_proxy").unwrap_or(false),
            tls: path("http.tls_cert").zip(path("http.tls_key")),
            callers: callers.filter_map(caller).collect(),
            oauth: oauth.map(|(issuer, audience)| OAuth {
                issuer,
                audience,
                jwks_uri: settled.text("http.oauth.jwks_uri"),
                algorithms: settled.texts("http.oauth.algorithms"),
                scopes: settled.texts("http.oauth.scopes"),
                tool_scopes: settled.texts("http.oauth.tool_scopes").iter().filter_map(|pair| split(pair)).collect(),
            }),
        }
    }

    /// Says what is unsafe or contradicts itself, and the line that mends it. `at` names a key with its origin.
    pub(super) fn problems(settled: &Settled, at: &dyn Fn(&str) -> String, problems: &mut Vec<String>) {
        let http = Self::read(settled);
        if settled.values.contains_key("http.tls_cert") != settled.values.contains_key("http.tls_key") {
            problems.push(format!("{}: it goes with {}; set both or neither", at("http.tls_cert"), at("http.tls_key")));
        }
        if settled.values.contains_key("http.oauth.issuer") != settled.values.contains_key("http.oauth.audience") {
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
        let names_callers = settled.values.keys().any(|key| key.starts_with("http.callers[") || key == "http.oauth.issuer");
        if !names_callers {
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

/// Reads `cloudtrail_event=cloudtrail:record`; a prefix and the spelling of the tool's name do not matter.
pub(super) fn split(pair: &str) -> Option<(String, String)> {
    let (tool, scope) = pair.split_once('=')?;
    let tool = tool.strip_prefix("aws").map_or(tool, |rest| rest.trim_start_matches(['.', '_']));
    crate::tools::ALL.iter().find(|known| known.name == tool)?;
    is_scope(scope).then(|| (tool.to_owned(), scope.to_owned()))
}

/// Source: RFC 6749, section 3.3: printable ASCII without space, quote and backslash.
pub(super) fn is_scope(scope: &str) -> bool {
    !scope.is_empty() && scope.bytes().all(|b| b.is_ascii_graphic() && b != b'"' && b != b'\\')
}

fn digest(hex: &str) -> Option<[u8; 32]> {
    let digit = |b: &u8| char::from(*b).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let bytes: Option<Vec<u8>> = hex.as_bytes().chunks(2).map(|pair| Some(digit(pair.first()?)? << 4 | digit(pair.get(1)?)?)).collect();
    bytes?.try_into().ok()
}
