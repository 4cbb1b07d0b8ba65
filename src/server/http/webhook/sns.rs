//! What SNS posts: who signed it, for which topic, and when; before any of it is believed.
//!
//! Only topics that the operator named are listened to. The certificate comes from SNS's own host in the topic's own region, over TLS and
//! without redirects; the address in the message is compared with that, and decides nothing. A subscription is confirmed at an address
//! that is made here, of the topic and the token.
//!
//! Why is SHA-1 taken, too? It is what SNS signs with unless a topic says otherwise. The topic and the kind stand at the end of what is
//! signed, so that a message for another topic never reads as one for ours.
//!
//! Source: SNS, "Verifying the signatures of Amazon SNS messages" and "HTTP/HTTPS headers and bodies".

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use base64::Engine as _;
use chrono::{DateTime, TimeDelta, Utc};
use http::{Request, StatusCode, Uri};
use http_body_util::Full;
use hyper::body::Bytes;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use ring::signature::{RSA_PKCS1_2048_8192_SHA1_FOR_LEGACY_USE_ONLY, RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::server::ParsedCertificate;
use serde_json::{Value, json};

use crate::event::Arn;
use crate::posture::digest::parse_keys;
use crate::source::BoxFuture;
use crate::source::web::{Bounds, Web};
use crate::time;

/// How old what is signed may be: SNS tries for an hour to deliver it.
pub const MAX_AGE: TimeDelta = TimeDelta::hours(1);
/// How far its time may lie ahead of our clock.
pub const MAX_AHEAD: TimeDelta = TimeDelta::minutes(5);
/// How much one answer of SNS may take; a certificate has two kilobytes.
const BOUNDS: Bounds = Bounds { patience: Duration::from_secs(5), max_bytes: 64 << 10 };
/// Certificates that are remembered; there is one a region, and a new one each year.
const REMEMBERED: usize = 16;
/// Longest token of a subscription, in characters.
const MAX_TOKEN: usize = 1_024;

/// What a message is, once it is believed.
#[derive(Clone, Debug, PartialEq)]
pub enum Message {
    /// It tells of something.
    Alert(Value),
    /// It asks whether a subscription is wanted; the address that says so.
    Confirm(String),
    /// It says that a subscription has ended.
    Ended,
}

/// Why a message is not believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Doubt {
    /// It is none of SNS.
    #[error("this is no message of SNS")]
    Form,
    /// It is for a topic that is not named.
    #[error("this topic is not one of the webhook's topics")]
    Topic,
    /// Its certificate would come from elsewhere than SNS in the topic's region.
    #[error("SigningCertURL or SubscribeURL is not of SNS in the topic's region")]
    Address,
    /// It is too old, or from the future.
    #[error("the message is older than an hour, or from the future")]
    Time,
    /// It is not signed by that certificate.
    #[error("the signature is not right")]
    Signature,
    /// SNS could not be asked for its certificate, or to confirm.
    #[error("SNS could not be asked")]
    Unasked,
}

/// What asks SNS.
pub trait Ask: Send + Sync {
    /// Gets what stands at an address; nothing where it does not answer, or otherwise than by 200.
    fn get<'a>(&'a self, address: &'a str) -> BoxFuture<'a, Option<Bytes>>;
}

impl Ask for Web {
    fn get<'a>(&'a self, address: &'a str) -> BoxFuture<'a, Option<Bytes>> {
        Box::pin(async move {
            let request = Request::get(address).body(Full::default()).ok()?;
            let answer = self.send(request, BOUNDS).await.ok()?;
            (answer.status == StatusCode::OK).then_some(answer.body)
        })
    }
}

/// Judges messages of SNS.
pub struct Sns {
    ask: Box<dyn Ask>,
    /// Public keys by the address of their certificate, the newest last.
    keys: Mutex<Vec<(String, Arc<Vec<u8>>)>>,
}

impl Sns {
    /// Makes one that asks SNS by `ask`.
    pub fn new(ask: Box<dyn Ask>) -> Self {
        Self { ask, keys: Mutex::default() }
    }

    /// Judges a message that came now.
    ///
    /// Errors: why it is not believed; only [`Doubt::Unasked`] may pass.
    pub async fn judge(&self, message: &Value, topics: &[String], now: DateTime<Utc>) -> Result<Message, Doubt> {
        let text = |key: &str| message.get(key).and_then(Value::as_str);
        let topic = text("TopicArn").ok_or(Doubt::Form)?;
        let topic = topics.iter().find(|known| *known == topic).ok_or(Doubt::Topic)?;
        let kind = text("Type").ok_or(Doubt::Form)?;
        let signed: &[&str] = match kind {
            "Notification" => &["Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"],
            "SubscriptionConfirmation" | "UnsubscribeConfirmation" => {
                &["Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"]
            }
            _ => return Err(Doubt::Form),
        };
        let host = host_of(topic).ok_or(Doubt::Topic)?;
        let certificate = text("SigningCertURL").ok_or(Doubt::Form)?;
        if !is_certificate_of(&host, certificate) || text("SubscribeURL").is_some_and(|address| !is_of(&host, address)) {
            return Err(Doubt::Address);
        }
        let sent = text("Timestamp").and_then(time::parse).ok_or(Doubt::Form)?;
        if sent < now - MAX_AGE || sent > now + MAX_AHEAD {
            return Err(Doubt::Time);
        }
        let signature = base64::engine::general_purpose::STANDARD.decode(text("Signature").ok_or(Doubt::Form)?).map_err(|_| Doubt::Form)?;
        let said: String = signed.iter().filter_map(|key| Some(format!("{key}\n{}\n", text(key)?))).collect();
        let key = self.key(certificate).await?;
        let verified = match text("SignatureVersion") {
            Some("2") => UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, key.as_slice()).verify(said.as_bytes(), &signature),
            Some("1") => {
                UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA1_FOR_LEGACY_USE_ONLY, key.as_slice()).verify(said.as_bytes(), &signature)
            }
            _ => return Err(Doubt::Form),
        };
        verified.map_err(|_| Doubt::Signature)?;
        Ok(match kind {
            "Notification" => Message::Alert(told(message, text("Message").unwrap_or_default())),
            "SubscriptionConfirmation" => {
                let token = text("Token").filter(|token| token.len() <= MAX_TOKEN).ok_or(Doubt::Form)?;
                let encoded = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
                Message::Confirm(format!(
                    "https://{host}/?Action=ConfirmSubscription&TopicArn={}&Token={}&AuthenticateOnUnsubscribe=true",
                    encoded(topic),
                    encoded(token)
                ))
            }
            _ => Message::Ended,
        })
    }

    /// Confirms a subscription at the address that [`Message::Confirm`] names.
    ///
    /// Errors: `Unasked`, when SNS does not take it.
    pub async fn confirm(&self, address: &str) -> Result<(), Doubt> {
        self.ask.get(address).await.map(|_| ()).ok_or(Doubt::Unasked)
    }

    /// Returns the key of a certificate, as PKCS #1.
    async fn key(&self, address: &str) -> Result<Arc<Vec<u8>>, Doubt> {
        let known = |keys: &[(String, Arc<Vec<u8>>)]| keys.iter().find(|(of, _)| of == address).map(|(_, key)| Arc::clone(key));
        if let Some(key) = known(&self.keys.lock().unwrap_or_else(PoisonError::into_inner)) {
            return Ok(key);
        }
        let pem = self.ask.get(address).await.ok_or(Doubt::Unasked)?;
        let certificate = CertificateDer::from_pem_slice(&pem).map_err(|_| Doubt::Signature)?;
        let certificate = ParsedCertificate::try_from(&certificate).map_err(|_| Doubt::Signature)?;
        let key =
            parse_keys(&certificate.subject_public_key_info()).ok().and_then(|keys| keys.into_iter().next()).ok_or(Doubt::Signature)?;
        let key = Arc::new(key.der);
        let mut keys = self.keys.lock().unwrap_or_else(PoisonError::into_inner);
        if keys.len() >= REMEMBERED {
            keys.remove(0);
        }
        keys.push((address.to_owned(), Arc::clone(&key)));
        Ok(key)
    }
}

/// Returns what a notification tells: its message where that is JSON, else the text with what belongs to it.
fn told(message: &Value, text: &str) -> Value {
    match serde_json::from_str(text) {
        Ok(inner @ (Value::Object(_) | Value::Array(_))) => inner,
        _ => {
            let of = |key: &str| message.get(key).cloned().unwrap_or_default();
            json!({"Type": "Notification", "TopicArn": of("TopicArn"), "Subject": of("Subject"), "Message": text, "Timestamp": of("Timestamp")})
        }
    }
}

/// Returns SNS's host in the region of a topic.
fn host_of(topic: &str) -> Option<String> {
    let arn = Arn::parse(topic).filter(|arn| arn.service == "sns")?;
    let ending = if topic.starts_with("arn:aws-cn:") { ".cn" } else { "" };
    crate::event::is_region(arn.region).then(|| format!("sns.{}.amazonaws.com{ending}", arn.region))
}

/// Tells whether an address is of a host, by https on its own port, and holds nothing that hides another.
fn is_of(host: &str, address: &str) -> bool {
    let Ok(uri) = address.parse::<Uri>() else { return false };
    uri.scheme_str() == Some("https") && uri.authority().is_some_and(|authority| authority.as_str() == host)
}

fn is_certificate_of(host: &str, address: &str) -> bool {
    let name = address
        .parse::<Uri>()
        .ok()
        .filter(|uri| uri.query().is_none())
        .and_then(|uri| Some(uri.path().strip_prefix("/SimpleNotificationService-")?.strip_suffix(".pem")?.to_owned()));
    is_of(host, address) && name.is_some_and(|name| !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_sns_in_the_topics_own_region_is_asked() {
        let host = host_of("arn:aws:sns:eu-west-1:111122223333:alarms").unwrap();
        assert_eq!(host, "sns.eu-west-1.amazonaws.com");
        assert_eq!(host_of("arn:aws-cn:sns:cn-north-1:111122223333:a").unwrap(), "sns.cn-north-1.amazonaws.com.cn");
        assert!(is_certificate_of(&host, "https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-0123456789abcdef.pem"));
        for address in [
            "http://sns.eu-west-1.amazonaws.com/SimpleNotificationService-0.pem",
            "https://sns.us-east-1.amazonaws.com/SimpleNotificationService-0.pem",
            "https://sns.eu-west-1.amazonaws.com.evil.example/SimpleNotificationService-0.pem",
            "https://sns.eu-west-1.amazonaws.com@evil.example/SimpleNotificationService-0.pem",
            "https://sns.eu-west-1.amazonaws.com:8443/SimpleNotificationService-0.pem",
            "https://evil.example/sns.eu-west-1.amazonaws.com/SimpleNotificationService-0.pem",
            "https://sns.eu-west-1.amazonaws.com/?Action=Publish&x=/SimpleNotificationService-0.pem",
            "https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-../../0.pem",
            "https://sns.eu-west-1.amazonaws.com/other.pem",
            "file:///SimpleNotificationService-0.pem",
            "",
        ] {
            assert!(!is_certificate_of(&host, address), "{address}");
        }
    }

    #[test]
    fn a_message_of_json_is_told_as_that_and_a_text_with_its_time() {
        assert_eq!(told(&json!({}), "{\"AlarmName\": \"cpu\"}"), json!({"AlarmName": "cpu"}));
        let note = told(&json!({"Subject": "Disk", "Timestamp": "2026-01-27T20:04:10Z", "Signature": "x"}), "full");
        assert_eq!((&note["Message"], &note["Subject"], note.get("Signature")), (&json!("full"), &json!("Disk"), None));
    }
}
