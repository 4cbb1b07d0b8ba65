//! What is said to those who are not let in, and where they may get a token.
//!
//! Source: RFC 6750 (challenges), RFC 9728 (metadata of a protected resource).

use http::header::{HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{StatusCode, Uri};
use serde_json::{Value, json};

use super::Denied;
use crate::config::http::OAuth;
use crate::server::http::message::{Answer, refused};

/// Where metadata of a protected resource stands; a path of the resource follows.
const WELL_KNOWN: &str = "/.well-known/oauth-protected-resource";

/// What is protected, as clients find it.
#[derive(Clone, Debug)]
pub(in crate::server::http) struct Resource {
    /// Paths at which the metadata stands.
    paths: Vec<String>,
    /// Address of the metadata.
    address: String,
    metadata: Value,
    scopes: Vec<String>,
}

impl Resource {
    pub(super) fn new(oauth: &OAuth) -> Self {
        let (origin, path) = split(&oauth.audience);
        let mut supported: Vec<&String> = oauth.scopes.iter().chain(oauth.tool_scopes.iter().map(|(_, scope)| scope)).collect();
        supported.sort_unstable();
        supported.dedup();
        let mut metadata = json!({
            "resource": oauth.audience,
            "authorization_servers": [oauth.issuer],
            "bearer_methods_supported": ["header"],
            "resource_name": "CloudTrail: what changed?",
        });
        if let (Some(fields), false) = (metadata.as_object_mut(), supported.is_empty()) {
            fields.insert("scopes_supported".to_owned(), json!(supported));
        }
        let mut paths = vec![WELL_KNOWN.to_owned(), format!("{WELL_KNOWN}/mcp"), format!("{WELL_KNOWN}{path}")];
        paths.dedup();
        Self { address: format!("{origin}{WELL_KNOWN}{path}"), paths, metadata, scopes: oauth.scopes.clone() }
    }

    /// Returns the metadata, when it stands at `path`.
    pub(in crate::server::http) fn metadata(&self, path: &str) -> Option<&Value> {
        self.paths.iter().any(|known| known == path).then_some(&self.metadata)
    }
}

/// Splits an address into its origin and its path, which is empty rather than `/`.
fn split(address: &str) -> (&str, String) {
    let path = address.parse::<Uri>().map(|uri| uri.path().trim_end_matches('/').to_owned()).unwrap_or_default();
    let end = address.find("://").and_then(|scheme| address.get(scheme + 3..)?.find('/').map(|slash| scheme + 3 + slash));
    (end.and_then(|end| address.get(..end)).unwrap_or(address), path)
}

impl Denied {
    /// Names the reason, for counters.
    pub(in crate::server::http) fn reason(&self) -> &'static str {
        match self {
            Self::Missing => "no_token",
            Self::Malformed(_) => "malformed_token",
            Self::Invalid(_) => "invalid_token",
            Self::Scope(_) => "insufficient_scope",
            Self::Unavailable => "no_signing_keys",
        }
    }

    /// Makes the answer: a challenge that says what is missing and where to get it.
    pub(in crate::server::http) fn answer(&self, resource: Option<&Resource>) -> Answer {
        let (status, error, said) = match self {
            Self::Missing => (StatusCode::UNAUTHORIZED, None, "this server asks who calls: send `Authorization: Bearer …`"),
            Self::Malformed(why) => (StatusCode::BAD_REQUEST, Some("invalid_request"), *why),
            Self::Invalid(why) => (StatusCode::UNAUTHORIZED, Some("invalid_token"), *why),
            Self::Scope(_) => (StatusCode::FORBIDDEN, Some("insufficient_scope"), "the token lacks a scope that this needs"),
            Self::Unavailable => {
                let mut answer = refused(StatusCode::SERVICE_UNAVAILABLE, "the issuer's signing keys cannot be read now; ask again");
                answer.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("10"));
                return answer;
            }
        };
        let scopes = match self {
            Self::Scope(needed) => needed.join(" "),
            _ => resource.map(|resource| resource.scopes.join(" ")).unwrap_or_default(),
        };
        let mut challenge = String::from("Bearer realm=\"cloudtrail-mcp\"");
        let mut add = |name: &str, value: &str| {
            if !value.is_empty() {
                challenge.push_str(&format!(", {name}=\"{}\"", value.replace(['"', '\\'], "'")));
            }
        };
        add("error", error.unwrap_or_default());
        add("error_description", if error.is_some() { said } else { "" });
        add("scope", &scopes);
        add("resource_metadata", resource.map(|resource| resource.address.as_str()).unwrap_or_default());
        let mut answer = refused(status, said);
        // RFC 6750 admits ASCII only in a description.
        if let Ok(value) = HeaderValue::try_from(challenge.replace('…', "...")) {
            answer.headers_mut().insert(WWW_AUTHENTICATE, value);
        }
        answer
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resource(audience: &str) -> Resource {
        Resource::new(&OAuth {
            issuer: "https://login.example".to_owned(),
            audience: audience.to_owned(),
            jwks_uri: None,
            algorithms: vec!["ES256".to_owned()],
            scopes: vec!["cloudtrail:read".to_owned()],
            tool_scopes: vec![("cloudtrail_event".to_owned(), "cloudtrail:record".to_owned())],
        })
    }

    fn challenge(denied: &Denied) -> String {
        let answer = denied.answer(Some(&resource("https://mcp.example/mcp")));
        answer.headers().get(WWW_AUTHENTICATE).map(|value| value.to_str().unwrap().to_owned()).unwrap_or_default()
    }

    #[test]
    fn a_challenge_says_what_is_missing_and_where_to_get_it() {
        insta::assert_snapshot!(challenge(&Denied::Missing), @r#"Bearer realm="cloudtrail-mcp", scope="cloudtrail:read", resource_metadata="https://mcp.example/.well-known/oauth-protected-resource/mcp""#);
        insta::assert_snapshot!(challenge(&Denied::Invalid("the token has expired")), @r#"Bearer realm="cloudtrail-mcp", error="invalid_token", error_description="the token has expired", scope="cloudtrail:read", resource_metadata="https://mcp.example/.well-known/oauth-protected-resource/mcp""#);
        insta::assert_snapshot!(challenge(&Denied::Scope(vec!["a".to_owned(), "b".to_owned()])), @r#"Bearer realm="cloudtrail-mcp", error="insufficient_scope", error_description="the token lacks a scope that this needs", scope="a b", resource_metadata="https://mcp.example/.well-known/oauth-protected-resource/mcp""#);
        assert_eq!(challenge(&Denied::Unavailable), "");
        assert_eq!(Denied::Missing.answer(None).headers()[WWW_AUTHENTICATE], "Bearer realm=\"cloudtrail-mcp\"");
    }

    #[test]
    fn metadata_stands_at_the_root_and_behind_the_path_of_the_resource() {
        for (audience, address, path) in [
            ("https://mcp.example/mcp", "https://mcp.example/.well-known/oauth-protected-resource/mcp", "/mcp"),
            ("https://mcp.example", "https://mcp.example/.well-known/oauth-protected-resource", ""),
            ("https://mcp.example/", "https://mcp.example/.well-known/oauth-protected-resource", ""),
            ("https://mcp.example:8443/team/mcp", "https://mcp.example:8443/.well-known/oauth-protected-resource/team/mcp", "/team/mcp"),
        ] {
            let resource = resource(audience);
            assert_eq!(resource.address, address);
            for path in ["", "/mcp", path] {
                let metadata = resource.metadata(&format!("{WELL_KNOWN}{path}")).unwrap();
                assert_eq!(metadata["resource"], audience);
                assert_eq!(metadata["scopes_supported"], json!(["cloudtrail:read", "cloudtrail:record"]));
            }
            assert_eq!(resource.metadata(&format!("{WELL_KNOWN}/other")), None);
        }
    }
}
