//! Access tokens: signature, issuer, audience, time and kind.
//!
//! Source: RFC 9068 (JWT access tokens), RFC 8725 (how JWTs were broken), RFC 9449 and RFC 8705 (tokens bound to a key).

use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::{Algorithm, Validation};
use serde::Deserialize;

use super::Denied;
use super::keys::{Keys, NoKey};
use super::signature;
use crate::config::http::OAuth;
use crate::policy::Callers;
use crate::server::http::Caller;

/// How far clocks may differ, in seconds.
const LEEWAY: u64 = 30;
/// Longest subject, in characters.
///
/// Source: OpenID Connect Core, section 2 (`sub` is at most 255 ASCII characters).
const MAX_SUBJECT: usize = 255;

/// Verifies the tokens of one issuer.
pub(super) struct Verifier {
    issuer: String,
    audience: String,
    pub(super) keys: Keys,
}

/// What a token says, once it is believed.
#[derive(Debug)]
pub(super) struct Admitted {
    pub(super) caller: Caller,
    pub(super) scopes: Vec<String>,
}

/// The claims that are ours to read; time, issuer and audience are the library's, too.
#[derive(Deserialize)]
struct Claims {
    /// One issuer: the library would take a list that holds it.
    iss: String,
    sub: Option<String>,
    client_id: Option<String>,
    azp: Option<String>,
    #[serde(default)]
    scope: Scopes,
    #[serde(default)]
    scp: Scopes,
    /// Binds the token to a key that the caller would have to prove.
    cnf: Option<serde_json::Value>,
}

#[derive(Default, Deserialize)]
#[serde(untagged)]
enum Scopes {
    #[default]
    None,
    Words(String),
    List(Vec<String>),
}

impl Scopes {
    fn into_list(self) -> Vec<String> {
        match self {
            Self::None => Vec::new(),
            Self::Words(words) => words.split(' ').filter(|word| !word.is_empty()).map(str::to_owned).collect(),
            Self::List(list) => list,
        }
    }
}

impl Verifier {
    pub(super) fn new(oauth: &OAuth, keys: Keys) -> Self {
        signature::install();
        Self { issuer: oauth.issuer.clone(), audience: oauth.audience.clone(), keys }
    }

    /// Believes a token, or not. What stands in its header chooses among the issuer's keys and nothing else.
    pub(super) async fn verify(&self, token: &str) -> Result<Admitted, Denied> {
        let no_token = Denied::Invalid("the token is neither known nor a signed JWT");
        if token.split('.').count() != 3 {
            return Err(no_token);
        }
        let header = jsonwebtoken::decode_header(token).map_err(|_| no_token)?;
        if !self.keys.algorithms().contains(&header.alg) {
            return Err(Denied::Invalid("the token's signature algorithm is not accepted"));
        }
        let kind = header.typ.as_deref().map(|kind| kind.to_ascii_lowercase());
        if !matches!(kind.as_deref(), None | Some("jwt" | "at+jwt" | "application/at+jwt")) {
            return Err(Denied::Invalid("the token is not an access token"));
        }
        if has_critical(token) {
            return Err(Denied::Invalid("the token has critical extensions that are not understood"));
        }
        let key = self.keys.find(header.kid.as_deref(), header.alg).await.map_err(|no_key| match no_key {
            NoKey::Unknown => Denied::Invalid("the token's signing key is not the issuer's"),
            NoKey::Unavailable => Denied::Unavailable,
        })?;
        let decoded = jsonwebtoken::decode::<Claims>(token, &key, &self.expected(header.alg));
        let claims = decoded.map_err(|error| Denied::Invalid(said(error.kind())))?.claims;
        self.admit(claims)
    }

    fn expected(&self, algorithm: Algorithm) -> Validation {
        let mut expected = Validation::new(algorithm);
        expected.leeway = LEEWAY;
        expected.validate_nbf = true;
        expected.set_required_spec_claims(&["exp", "iss", "aud"]);
        expected.set_issuer(&[&self.issuer]);
        expected.set_audience(&[&self.audience]);
        expected
    }

    fn admit(&self, claims: Claims) -> Result<Admitted, Denied> {
        if claims.iss != self.issuer {
            return Err(Denied::Invalid("the token is another issuer's"));
        }
        if claims.cnf.is_some() {
            return Err(Denied::Invalid("the token is bound to a key, and this server takes bearer tokens only"));
        }
        // A client may choose its id, so that it is no subject's name, even where there is none.
        //
        // Source: RFC 9068, sections 2.2 (`sub` is required) and 5.
        let (named, of) = match (claims.sub, claims.client_id.or(claims.azp)) {
            (Some(subject), _) => (subject, Callers::of_subject as fn(&str) -> _),
            (None, client) => (client.unwrap_or_default(), Callers::of_client as fn(&str) -> _),
        };
        let plain = named.bytes().all(|b| b.is_ascii_graphic() || b == b' ');
        if named.trim().is_empty() || named.len() > MAX_SUBJECT || !plain {
            return Err(Denied::Invalid("the token does not name its subject in at most 255 printable ASCII characters"));
        }
        let mut scopes = claims.scope.into_list();
        scopes.extend(claims.scp.into_list());
        // The prefix keeps an issuer from naming one of the configuration's own callers.
        Ok(Admitted { caller: Caller(of(&named)), scopes })
    }
}

/// Tells whether the header lists extensions that must be understood.
///
/// Source: RFC 7515, section 4.1.11: whoever does not understand one must refuse.
fn has_critical(token: &str) -> bool {
    use base64::Engine as _;
    let header = token.split('.').next().unwrap_or_default();
    let bytes = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(header).unwrap_or_default();
    let header: serde_json::Map<String, serde_json::Value> = serde_json::from_slice(&bytes).unwrap_or_default();
    header.contains_key("crit") || header.get("b64").is_some()
}

fn said(kind: &ErrorKind) -> &'static str {
    match kind {
        ErrorKind::ExpiredSignature => "the token has expired",
        ErrorKind::ImmatureSignature => "the token is not valid yet",
        ErrorKind::InvalidIssuer => "the token is another issuer's",
        ErrorKind::InvalidAudience => "the token is made out to another server",
        ErrorKind::InvalidSignature => "the token's signature is wrong",
        ErrorKind::MissingRequiredClaim(_) => "the token lacks exp, iss or aud",
        _ => "the token is not a valid access token",
    }
}
