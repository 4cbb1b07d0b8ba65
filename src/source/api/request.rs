//! One request of a read: where it goes, what it says, its signature.

use std::time::SystemTime;

use aws_sdk_cloudtrail::config::Credentials;
use aws_sigv4::http_request::{
    PayloadChecksumKind, PercentEncodingMode, SignableBody, SignableRequest, SigningSettings, UriPathNormalizationMode, sign,
};
use aws_sigv4::sign::v4;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

use super::Ask;
use super::read::Protocol;
use crate::event::Partition;
use crate::policy::region::global_region;

/// What stays as it is in a query.
///
/// Source: RFC 3986, "unreserved", as AWS's signatures have it.
const QUERY: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// What stays as it is in the path of an object.
const PATH: &AsciiSet = &QUERY.remove(b'/');

/// Where a request is sent, and in which region it is signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Place {
    /// Scheme, host and path.
    pub(super) url: String,
    /// The region of the signature.
    pub(super) region: String,
}

/// Returns where an ask goes; `endpoint` replaces AWS's own address.
pub(super) fn place(ask: &Ask, endpoint: Option<&str>) -> Place {
    let service = ask.read.service;
    let region = match service.global {
        true => global_of(service.name, &ask.region),
        false => ask.region.as_str(),
    };
    let host = || format!("https://{}", Partition::endpoint(service.name, region));
    let base = endpoint.map_or_else(host, |endpoint| endpoint.trim_end_matches('/').to_owned());
    let url = match (service.protocol, endpoint) {
        // The certificate covers one label before the service's name.
        (Protocol::Bucket, None) if !ask.bucket.contains('.') => {
            format!("https://{}.{}/{}", ask.bucket, Partition::endpoint(service.name, region), path(&ask.key))
        }
        (Protocol::Bucket, _) if ask.key.is_empty() => format!("{base}/{}", ask.bucket),
        (Protocol::Bucket, _) => format!("{base}/{}/{}", ask.bucket, path(&ask.key)),
        _ => format!("{base}/"),
    };
    Place { url, region: region.to_owned() }
}

/// Writes the key of an object as a path, whose parts stay as they are, be they empty or dots.
fn path(key: &str) -> String {
    utf8_percent_encode(key, PATH).to_string()
}

/// Organizations of China answers in the one of two regions that holds nothing else that is global.
///
/// Source: AWS general reference, "AWS Organizations endpoints and quotas".
fn global_of<'a>(service: &str, region: &'a str) -> &'a str {
    match (service, Partition::of(region).name) {
        ("organizations", "aws-cn") => "cn-northwest-1",
        _ => global_region(region),
    }
}

/// Makes the signed request.
///
/// Errors: nothing, where the parts make none, as with a bucket's name that is no part of an address.
pub(super) fn request(ask: &Ask, place: &Place, credentials: &Credentials) -> Option<http::Request<Vec<u8>>> {
    let service = ask.read.service;
    let (method, mut url) = (if service.protocol == Protocol::Bucket { "GET" } else { "POST" }, place.url.clone());
    let (body, kind, target) = match service.protocol {
        Protocol::Json(prefix) => {
            (serde_json::to_vec(&ask.parameters).ok()?, "application/x-amz-json-1.1", Some(format!("{prefix}.{}", ask.read.name)))
        }
        Protocol::Query(version) => (form(ask, version).into_bytes(), "application/x-www-form-urlencoded; charset=utf-8", None),
        Protocol::Bucket => {
            url.push_str(&query(ask));
            (Vec::new(), "", None)
        }
    };
    let mut headers: Vec<(&str, &str)> = Vec::new();
    if !kind.is_empty() {
        headers.push(("content-type", kind));
    }
    headers.extend(target.as_deref().map(|target| ("x-amz-target", target)));
    headers.extend(ask.headers.iter().map(|(name, value)| (*name, value.as_str())));
    let identity = credentials.clone().into();
    let mut settings = SigningSettings::default();
    if service.protocol == Protocol::Bucket {
        settings.payload_checksum_kind = PayloadChecksumKind::XAmzSha256;
        settings.percent_encoding_mode = PercentEncodingMode::Single;
        settings.uri_path_normalization_mode = UriPathNormalizationMode::Disabled;
    }
    let params = v4::SigningParams::builder()
        .identity(&identity)
        .region(&place.region)
        .name(service.name)
        .time(SystemTime::now())
        .settings(settings)
        .build()
        .ok()?
        .into();
    let signable = SignableRequest::new(method, url.as_str(), headers.iter().copied(), SignableBody::Bytes(&body)).ok()?;
    let (instructions, _) = sign(signable, &params).ok()?.into_parts();
    let mut builder = http::Request::builder().method(method).uri(&url);
    for (name, value) in &headers {
        builder = builder.header(*name, *value);
    }
    let mut request = builder.body(body).ok()?;
    instructions.apply_to_request_http1x(&mut request);
    Some(request)
}

/// Writes what is asked of a bucket or an object: its sub-resource, or the parameters.
fn query(ask: &Ask) -> String {
    let encoded = |text: &str| utf8_percent_encode(text, QUERY).to_string();
    let part = Some(format!("{}=", ask.read.part)).filter(|_| !ask.read.part.is_empty());
    let fields = ask.parameters.as_object().into_iter().flatten();
    let fields = fields.filter_map(|(name, value)| Some(format!("{}={}", encoded(name), encoded(value.as_str()?))));
    let parts: Vec<String> = part.into_iter().chain(fields).collect();
    if parts.is_empty() { String::new() } else { format!("?{}", parts.join("&")) }
}

fn form(ask: &Ask, version: &str) -> String {
    let mut form = format!("Action={}&Version={version}", ask.read.name);
    for (name, value) in ask.parameters.as_object().into_iter().flatten() {
        let value = match value {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        form.push_str(&format!("&{name}={}", utf8_percent_encode(&value, QUERY)));
    }
    form
}
