//! The first look at every request, whatever its route: for which host, and from which web page.
//!
//! Why on every route? A page on any site can make a browser on this network send requests here, and a name that its
//! owner points at this machine makes them look like requests to that name. Neither may learn even that there is a server.

use http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS,
    ACCESS_CONTROL_MAX_AGE, HOST, HeaderMap, HeaderValue, ORIGIN, VARY,
};
use http::{StatusCode, Uri};

use crate::config::authority::{AllowedOrigin, Authority, LOOPBACK, Origin};

/// Headers that a page may send: those of the protocol, and no others.
const SENT: &str = "accept, authorization, content-type, last-event-id, mcp-method, mcp-name, mcp-protocol-version, mcp-session-id, traceparent, tracestate";

/// Which hosts and origins are let in.
#[derive(Clone, Debug)]
pub struct Guard {
    hosts: Vec<Authority>,
    origins: Vec<AllowedOrigin>,
}

/// Why a request is turned away before anything else is read of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stranger {
    pub(super) status: StatusCode,
    pub(super) reason: &'static str,
    pub(super) message: &'static str,
}

impl Stranger {
    const fn host(status: StatusCode, message: &'static str) -> Self {
        Self { status, reason: "host", message }
    }
}

impl Guard {
    /// Makes a guard; empty lists mean this machine's own names, and its own origins with any port.
    pub fn new(hosts: &[String], origins: &[String]) -> Self {
        let own = || LOOPBACK.iter().map(|host| Authority { host: (*host).to_owned(), port: None }).collect();
        Self {
            hosts: if hosts.is_empty() { own() } else { hosts.iter().filter_map(|host| Authority::parse(host)).collect() },
            origins: if origins.is_empty() {
                AllowedOrigin::loopback()
            } else {
                origins.iter().filter_map(|origin| AllowedOrigin::parse(origin)).collect()
            },
        }
    }

    /// Lets a request in, or not. Gives the origin that asked, when a page did.
    pub(super) fn admit(&self, uri: &Uri, headers: &HeaderMap) -> Result<Option<HeaderValue>, Stranger> {
        self.admit_host(uri, headers)?;
        self.admit_origin(headers)
    }

    fn admit_host(&self, uri: &Uri, headers: &HeaderMap) -> Result<(), Stranger> {
        let unclear = Stranger::host(StatusCode::BAD_REQUEST, "the request must carry one Host header with a host and perhaps a port");
        let host = one(headers, &HOST).map_err(|()| unclear)?.ok_or(unclear)?;
        // A target in absolute form names a host as well, and proxies believe it rather than the header.
        let target = uri.authority().map(|authority| authority.as_str());
        for host in std::iter::once(host.to_str().map_err(|_| unclear)?).chain(target) {
            let host = Authority::parse(host).ok_or(unclear)?;
            if !self.hosts.iter().any(|allowed| allowed.admits(&host)) {
                return Err(Stranger::host(
                    StatusCode::FORBIDDEN,
                    "this host is not allowed; for the operator: http.allowed_hosts lists the hosts that requests may be for",
                ));
            }
        }
        Ok(())
    }

    fn admit_origin(&self, headers: &HeaderMap) -> Result<Option<HeaderValue>, Stranger> {
        let message = "this origin is not allowed; for the operator: http.allowed_origins lists the origins that may call";
        let stranger = Stranger { status: StatusCode::FORBIDDEN, reason: "origin", message };
        let Some(value) = one(headers, &ORIGIN).map_err(|()| stranger)? else { return Ok(None) };
        let origin = value.to_str().ok().and_then(Origin::parse).ok_or(stranger)?;
        self.origins.iter().any(|allowed| allowed.admits(&origin)).then(|| Some(value.clone())).ok_or(stranger)
    }
}

/// Returns the one value of a header; an error when there are several, as two readers would choose differently.
pub(super) fn one<'a>(headers: &'a HeaderMap, name: &http::HeaderName) -> Result<Option<&'a HeaderValue>, ()> {
    let mut values = headers.get_all(name).iter();
    let first = values.next();
    if values.next().is_some() { Err(()) } else { Ok(first) }
}

/// Tells an allowed page that it may read the answer. No cookie is ever involved, so credentials are not allowed.
pub(super) fn allow_reading(headers: &mut HeaderMap, origin: &HeaderValue) {
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
    headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static("www-authenticate, retry-after"));
    headers.append(VARY, HeaderValue::from_static("origin"));
}

/// Tells an allowed page what it may send, before it does.
pub(super) fn allow_sending(headers: &mut HeaderMap, methods: &'static str) {
    headers.insert(ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static(methods));
    headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static(SENT));
    headers.insert(ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("600"));
}
