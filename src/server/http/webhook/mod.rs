//! Webhooks: alerts are posted to `/webhooks/NAME`, and whoever posts proves who they are before anything is read as an alert.
//!
//! A bearer token is looked at before the body is read; a signature covers the body, so it is read first, to a bound.

pub mod sns;

use std::sync::Arc;

use chrono::{DateTime, Utc};
use http::header::{HeaderMap, HeaderValue, RETRY_AFTER};
use http::{StatusCode, Uri};
use ring::hmac;
use serde_json::{Value, json};

use super::auth::{Denied, holds_token};
use super::guard::one;
use super::message::{Answer, json as as_json, refused};
use super::metrics::{Counter, Metrics};
use crate::config::live::{Proof, Secret, Webhook};
use crate::service::live::{Live, NotTaken, Taken};
use crate::time;
use sns::{Doubt, MAX_AGE, MAX_AHEAD, Message, Sns};

/// Where webhooks stand; a name follows.
pub(super) const PATH: &str = "/webhooks/";
/// Largest body, in bytes: a message of SNS has 256 KiB, escaped in JSON.
pub(super) const MAX_ALERT: usize = 512 << 10;

/// Why something that was posted is not taken: what is counted and recorded, and what is answered.
pub(super) struct NotBelieved {
    pub(super) reason: &'static str,
    status: StatusCode,
    message: String,
}

impl NotBelieved {
    fn new(reason: &'static str, status: StatusCode, message: impl Into<String>) -> Self {
        Self { reason, status, message: message.into() }
    }

    pub(super) fn answer(&self) -> Answer {
        let mut answer = refused(self.status, &self.message);
        if self.status.is_server_error() {
            answer.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("30"));
        }
        answer
    }
}

/// What was posted, once it is believed.
pub(super) enum Posted {
    /// An alert.
    Alert(Value),
    /// Something that is to be answered, and is no alert.
    Noted,
}

/// Finds the webhook of a path whose proof, where it is a token, a request carries.
///
/// Errors: as for who has no token; whether there is such a webhook is not told.
pub(super) fn find<'a>(webhooks: &'a [Webhook], uri: &Uri, headers: &HeaderMap) -> Result<&'a Webhook, Denied> {
    let name = uri.path().strip_prefix(PATH).unwrap_or_default();
    let webhook = webhooks.iter().find(|webhook| webhook.name == name);
    let expected = match webhook.map(|webhook| &webhook.proof) {
        Some(Proof::Sns(_) | Proof::PagerDuty(_)) => None,
        Some(Proof::Bearer(digest)) => Some(*digest),
        // No token has this digest that anybody knows.
        None => Some([0; 32]),
    };
    if let Some(expected) = expected {
        holds_token(uri, headers, &expected)?;
    }
    webhook.ok_or(Denied::Invalid("the token is not known"))
}

/// Judges what was posted to a webhook.
pub(super) async fn judge(
    webhook: &Webhook,
    headers: &HeaderMap,
    body: &[u8],
    sns: &Sns,
    now: DateTime<Utc>,
) -> Result<Posted, NotBelieved> {
    if let Proof::PagerDuty(secret) = &webhook.proof
        && !is_signed(headers, body, secret)
    {
        return Err(NotBelieved::new("webhook_signature", StatusCode::UNAUTHORIZED, "the signature is not right"));
    }
    let payload: Value = serde_json::from_slice(body)
        .map_err(|_| NotBelieved::new("webhook_body", StatusCode::BAD_REQUEST, "the body is not JSON; post the alert as JSON"))?;
    match &webhook.proof {
        Proof::Bearer(_) => Ok(Posted::Alert(payload)),
        Proof::PagerDuty(_) => of_pagerduty(payload, now),
        Proof::Sns(topics) => match sns.judge(&payload, topics, now).await.map_err(doubted)? {
            Message::Alert(alert) => Ok(Posted::Alert(alert)),
            Message::Confirm(address) => sns.confirm(&address).await.map(|()| Posted::Noted).map_err(doubted),
            Message::Ended => Ok(Posted::Noted),
        },
    }
}

fn doubted(doubt: Doubt) -> NotBelieved {
    let (reason, status) = match doubt {
        Doubt::Form => ("webhook_body", StatusCode::BAD_REQUEST),
        Doubt::Topic => ("webhook_topic", StatusCode::FORBIDDEN),
        Doubt::Address => ("webhook_address", StatusCode::FORBIDDEN),
        Doubt::Time => ("webhook_time", StatusCode::FORBIDDEN),
        Doubt::Signature => ("webhook_signature", StatusCode::UNAUTHORIZED),
        Doubt::Unasked => ("webhook_unasked", StatusCode::SERVICE_UNAVAILABLE),
    };
    NotBelieved::new(reason, status, doubt.to_string())
}

/// Tells whether one of the signatures is that of the body.
///
/// Source: PagerDuty, "Verifying webhook signatures": `v1=` and HMAC-SHA256 in hexadecimal, several with commas while a secret is changed.
fn is_signed(headers: &HeaderMap, body: &[u8], secret: &Secret) -> bool {
    let name = http::HeaderName::from_static("x-pagerduty-signature");
    let Some(given) = one(headers, &name).ok().flatten().and_then(|value| value.to_str().ok()) else { return false };
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.reveal().as_bytes());
    let signatures = given.split(',').filter_map(|one| bytes(one.trim().strip_prefix("v1=")?));
    signatures.take(8).fold(false, |right, signature| right | hmac::verify(&key, body, &signature).is_ok())
}

fn bytes(hex: &str) -> Option<Vec<u8>> {
    let digit = |b: &u8| char::from(*b).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    hex.as_bytes().chunks(2).map(|pair| Some(digit(pair.first()?)? << 4 | digit(pair.get(1)?)?)).collect()
}

/// Takes incidents; other events of PagerDuty, such as its test, are no alerts.
fn of_pagerduty(payload: Value, now: DateTime<Utc>) -> Result<Posted, NotBelieved> {
    let occurred = payload.pointer("/event/occurred_at").and_then(time::of_alert);
    if occurred.is_none_or(|at| at < now - MAX_AGE || at > now + MAX_AHEAD) {
        return Err(NotBelieved::new(
            "webhook_time",
            StatusCode::FORBIDDEN,
            "event.occurred_at is older than an hour, missing, or in the future",
        ));
    }
    let kind = payload.pointer("/event/event_type").and_then(Value::as_str).unwrap_or_default();
    Ok(if kind.starts_with("incident.") { Posted::Alert(payload) } else { Posted::Noted })
}

/// Hands over what was posted, and says what becomes of it: 202 with the id of the investigation, before that is answered.
pub(super) async fn take(live: &Arc<Live>, webhook: &Webhook, posted: Posted, metrics: &Metrics) -> Result<Answer, NotBelieved> {
    let Posted::Alert(payload) = posted else { return Ok(as_json(StatusCode::OK, &json!({"status": "noted"}))) };
    match live.take(&webhook.name, &webhook.caller, payload).await {
        Ok(taken) => {
            let (status, id) = match &taken {
                Taken::New(id) => ("accepted", Some(id)),
                Taken::Known(id) => ("known", Some(id)),
                Taken::Over(id) => ("over", Some(id)),
                Taken::Unknown => ("nothing to do", None),
            };
            metrics.count(Counter::Alerts, status);
            let mut said = json!({"status": status});
            if let (Some(id), Some(fields)) = (id, said.as_object_mut()) {
                fields.insert("investigation".to_owned(), json!(id));
            }
            Ok(as_json(StatusCode::ACCEPTED, &said))
        }
        Err(why) => {
            let (reason, status) = match &why {
                NotTaken::NoAlert => ("webhook_body", StatusCode::UNPROCESSABLE_ENTITY),
                NotTaken::NoCaller => ("webhook_caller", StatusCode::FORBIDDEN),
                NotTaken::Full => ("webhook_full", StatusCode::SERVICE_UNAVAILABLE),
                NotTaken::Store(error) => {
                    tracing::error!(%error, "An alert could not be kept.");
                    ("webhook_store", StatusCode::SERVICE_UNAVAILABLE)
                }
            };
            Err(NotBelieved::new(reason, status, why.to_string()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signed(body: &[u8], secret: &str) -> String {
        let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
        hmac::sign(&key, body).as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
    }

    #[test]
    fn pagerdutys_signature_is_of_the_very_body_with_the_secret_of_both() {
        let (body, secret) = (br#"{"event":{}}"#.as_slice(), Secret::new("hush"));
        let is = |header: &str, body: &[u8]| {
            let headers = HeaderMap::from_iter([(http::HeaderName::from_static("x-pagerduty-signature"), header.parse().unwrap())]);
            is_signed(&headers, body, &secret)
        };
        let right = signed(body, "hush");
        assert!(is(&format!("v1={right}"), body) && is(&format!("v1={},v1={right}", signed(body, "old")), body));
        assert!(!is(&format!("v1={right}"), b"{}") && !is(&format!("v1={}", signed(body, "old")), body));
        for header in ["", "v1=", "v1=zz", &right, &format!("v0={right}"), &format!("v1={}", right.get(..62).unwrap())] {
            assert!(!is(header, body), "{header}");
        }
        assert!(!is_signed(&HeaderMap::new(), body, &secret));
    }

    #[test]
    fn an_incident_is_taken_while_it_is_fresh_and_a_test_of_pagerduty_is_noted() {
        let now: DateTime<Utc> = "2026-01-27T20:10:00Z".parse().unwrap();
        let event = |kind: &str, at: &str| of_pagerduty(json!({"event": {"event_type": kind, "occurred_at": at, "data": {}}}), now);
        assert!(matches!(event("incident.triggered", "2026-01-27T20:09:00Z"), Ok(Posted::Alert(_))));
        assert!(matches!(event("pagey.ping", "2026-01-27T20:09:00Z"), Ok(Posted::Noted)));
        for at in ["2026-01-27T19:09:59Z", "2026-01-27T20:15:01Z", "", "soon"] {
            assert!(event("incident.triggered", at).is_err_and(|why| why.reason == "webhook_time"), "{at}");
        }
    }
}
