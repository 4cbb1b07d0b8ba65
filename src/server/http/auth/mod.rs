//! Who calls: a bearer token of ours, or an access token of the configured issuer.
//!
//! Tokens are looked at here and go nowhere else: AWS is asked with the server's own credentials, never with a caller's.

mod challenge;
mod issuer;
mod keys;
mod signature;
mod token;

use std::fmt;
use std::sync::Arc;

use http::header::{AUTHORIZATION, HeaderMap};
use http::uri::Uri;
use percent_encoding::percent_decode_str;
use sha2::{Digest as _, Sha256};
use subtle::{Choice, ConstantTimeEq as _};

pub(super) use challenge::Resource;

use super::Caller;
use super::guard::one;
use super::metrics::Metrics;
use crate::config::http::{Http, OAuth};
use issuer::Issuer;
use keys::Keys;
use token::Verifier;

/// Longest token that is looked at, in bytes; real ones are a tenth of it.
const MAX_TOKEN: usize = 8 << 10;

/// Everybody who may call.
pub(super) struct Auth {
    callers: Vec<(Caller, [u8; 32])>,
    verifier: Option<(OAuth, Arc<Verifier>)>,
    /// What is protected, for challenges and metadata; with OAuth only.
    pub(super) resource: Option<Resource>,
    scopes: Vec<String>,
    tool_scopes: Vec<(String, String)>,
}

/// Who a request comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Identity {
    pub(super) caller: Caller,
    /// Scopes of an access token; nothing for callers with a token of ours, whom the configuration alone limits.
    scopes: Option<Vec<String>>,
}

/// Why a request is not answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Denied {
    /// It carries no token.
    Missing,
    /// It carries a token in another way than it should.
    Malformed(&'static str),
    /// Its token is not accepted.
    Invalid(&'static str),
    /// Its token lacks a scope; these are needed.
    Scope(Vec<String>),
    /// Nobody can tell, as the issuer's keys could not be read.
    Unavailable,
}

/// Why nobody could be asked who they are.
#[derive(Debug, thiserror::Error)]
#[error("http.oauth: {0}")]
pub struct AuthError(String);

impl fmt::Debug for Auth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Auth").field("callers", &self.callers.len()).field("oauth", &self.verifier.is_some()).finish()
    }
}

impl Auth {
    /// Makes the list of everybody who may call; nothing when the settings ask nobody. Opens no connection.
    ///
    /// Errors: when the machine's certificate authorities cannot be read, which an `https` issuer needs.
    pub(super) fn open(settings: &Http, metrics: &Arc<Metrics>, before: Option<&Self>) -> Result<Option<Self>, AuthError> {
        if !settings.asks_who_calls() {
            return Ok(None);
        }
        let verifier = |oauth: &OAuth| -> Result<(OAuth, Arc<Verifier>), AuthError> {
            // The keys of an issuer that stays need not be read again.
            if let Some((same, verifier)) = before.and_then(|before| before.verifier.as_ref()).filter(|(same, _)| same == oauth) {
                return Ok((same.clone(), Arc::clone(verifier)));
            }
            let issuer = Issuer::open(oauth, Arc::clone(metrics)).map_err(|error| AuthError(error.to_string()))?;
            let verifier = Verifier::new(oauth, Keys::new(Box::new(issuer), &oauth.algorithms));
            Ok((oauth.clone(), Arc::new(verifier)))
        };
        let oauth = settings.oauth.as_ref();
        Ok(Some(Self {
            callers: settings.callers.iter().map(|caller| (Caller(caller.name.as_str().into()), caller.token_sha256)).collect(),
            verifier: oauth.map(verifier).transpose()?,
            resource: oauth.map(Resource::new),
            scopes: oauth.map(|oauth| oauth.scopes.clone()).unwrap_or_default(),
            tool_scopes: oauth.map(|oauth| oauth.tool_scopes.clone()).unwrap_or_default(),
        }))
    }

    /// Finds out who a request comes from.
    pub(super) async fn identify(&self, uri: &Uri, headers: &HeaderMap) -> Result<Identity, Denied> {
        let token = bearer(uri, headers)?;
        if let Some(caller) = self.known(token) {
            return Ok(Identity { caller, scopes: None });
        }
        let Some((_, verifier)) = &self.verifier else { return Err(Denied::Invalid("the token is not known")) };
        let admitted = verifier.verify(token).await?;
        let identity = Identity { caller: admitted.caller, scopes: Some(admitted.scopes) };
        self.admit(&identity, None)?;
        Ok(identity)
    }

    /// Tells whether `identity` may call `tool`, in either spelling, or do anything else.
    pub(super) fn admit(&self, identity: &Identity, tool: Option<&str>) -> Result<(), Denied> {
        let Some(held) = &identity.scopes else { return Ok(()) };
        let tool = tool.and_then(crate::tools::find).map(|tool| tool.name);
        let special = self.tool_scopes.iter().filter(|(name, _)| Some(name.as_str()) == tool).map(|(_, scope)| scope);
        let needed: Vec<String> = self.scopes.iter().chain(special).cloned().collect();
        if needed.iter().all(|scope| held.contains(scope)) { Ok(()) } else { Err(Denied::Scope(needed)) }
    }

    /// Tells whether callers can be told apart now, and fetches the issuer's keys when none are there.
    pub(super) async fn ready(&self) -> bool {
        match &self.verifier {
            Some((_, verifier)) if self.callers.is_empty() => verifier.keys.ready().await,
            _ => true,
        }
    }

    /// Finds the caller of one of our tokens. Looks at every caller, so that the time tells nothing.
    fn known(&self, token: &str) -> Option<Caller> {
        let digest: [u8; 32] = Sha256::digest(token).into();
        let mut found = None;
        for (caller, expected) in &self.callers {
            let same: Choice = expected.ct_eq(&digest);
            if bool::from(same) {
                found = Some(caller.clone());
            }
        }
        found
    }
}

/// Tells whether a request carries the token of this digest.
///
/// Errors: why it does not.
pub(super) fn holds_token(uri: &Uri, headers: &HeaderMap, expected: &[u8; 32]) -> Result<(), Denied> {
    let digest: [u8; 32] = Sha256::digest(bearer(uri, headers)?).into();
    let same: Choice = expected.ct_eq(&digest);
    if bool::from(same) { Ok(()) } else { Err(Denied::Invalid("the token is not known")) }
}

/// Returns the one bearer token of a request, which stands in its header and nowhere else.
///
/// Source: RFC 6750, section 2.1; its other two ways leak into logs and are refused by name.
fn bearer<'a>(uri: &Uri, headers: &'a HeaderMap) -> Result<&'a str, Denied> {
    let names = uri.query().unwrap_or_default().split('&').map(|pair| pair.split('=').next().unwrap_or_default());
    for name in names {
        let name = percent_decode_str(name).decode_utf8_lossy();
        if ["access_token", "token", "authorization"].iter().any(|known| name.trim().eq_ignore_ascii_case(known)) {
            return Err(Denied::Malformed("a token in the address ends up in logs; send it as `Authorization: Bearer …`"));
        }
    }
    let value = one(headers, &AUTHORIZATION).map_err(|()| Denied::Malformed("there are several Authorization headers"))?;
    let value = value.ok_or(Denied::Missing)?.to_str().map_err(|_| Denied::Malformed("the Authorization header is not ASCII"))?;
    let (scheme, token) = value.split_once(' ').unwrap_or((value, ""));
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(Denied::Missing);
    }
    let token = token.trim_start_matches(' ');
    if token.len() > MAX_TOKEN {
        return Err(Denied::Invalid("the token is longer than 8 KiB"));
    }
    let body = token.trim_end_matches('=');
    if body.is_empty() || !body.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._~+/".contains(&b)) {
        return Err(Denied::Malformed("what follows Bearer is no token"));
    }
    Ok(token)
}

/// Makes a token for a new caller: 256 random bits, with a prefix by which scanners for leaked secrets may know it.
///
/// Errors: when the system has no randomness to give.
pub fn new_token() -> Result<(String, String), getrandom::Error> {
    use base64::Engine as _;
    let mut bytes = [0_u8; 32];
    getrandom::fill(&mut bytes)?;
    let token = format!("ctmcp_{}", base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes));
    let digest = Sha256::digest(&token).iter().map(|byte| format!("{byte:02x}")).collect();
    Ok((token, digest))
}
