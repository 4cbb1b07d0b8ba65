//! Alertmanager, asked for the alerts that it holds: what `current`, a fingerprint or an alert's name stand for.
//!
//! Source: Alertmanager, `api/v2/openapi.yaml`, `GET /alerts`.

use std::time::Duration;

use http::{Request, StatusCode};
use http_body_util::Full;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

use super::web::{self, Bounds, Web, WebError};
use crate::refusal::{Code, Refusal};
use crate::{redact, time};

/// The word for whatever fires now.
pub const CURRENT: &str = "current";

/// How much one answer may take: a thousand alerts with long annotations are about 2 MiB.
const BOUNDS: Bounds = Bounds { patience: Duration::from_secs(5), max_bytes: 8 << 20 };
/// The most alerts that are taken, the newest first.
const MAX_ALERTS: usize = 100;
/// The longest text that may be an alert's name, in characters.
const MAX_NAME: usize = 128;

/// The Alertmanager of `[alertmanager] url`.
#[derive(Clone)]
pub struct Alertmanager {
    web: Web,
    url: String,
}

/// What is asked of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wanted<'a> {
    /// The alerts that fire.
    Firing,
    /// The alert with this fingerprint.
    Fingerprint(&'a str),
    /// The alerts of this name.
    Name(&'a str),
}

impl<'a> Wanted<'a> {
    /// Reads what a text may stand for; nothing when it is neither the word, nor like a fingerprint or a name.
    fn of(text: &'a str) -> Option<Self> {
        let is_name = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | ':' | '/');
        match text {
            CURRENT => Some(Self::Firing),
            _ if text.len() == 16 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')) => Some(Self::Fingerprint(text)),
            _ if !text.is_empty() && text.chars().count() <= MAX_NAME && text.chars().all(is_name) => Some(Self::Name(text)),
            _ => None,
        }
    }

    /// Returns what follows `/api/v2/alerts`. What fires is neither silenced nor inhibited; who names an alert means it all the same.
    fn query(self) -> String {
        match self {
            Self::Firing => "?active=true&silenced=false&inhibited=false&unprocessed=true".to_owned(),
            Self::Fingerprint(_) => String::new(),
            Self::Name(name) => format!("?filter={}", utf8_percent_encode(&format!("alertname=\"{name}\""), NON_ALPHANUMERIC)),
        }
    }

    fn is(self, alert: &Value) -> bool {
        match self {
            Self::Firing => true,
            Self::Fingerprint(fingerprint) => alert.get("fingerprint").and_then(Value::as_str) == Some(fingerprint),
            Self::Name(name) => alert.pointer("/labels/alertname").and_then(Value::as_str) == Some(name),
        }
    }
}

/// Tells whether a text asks for whatever fires now.
pub fn is_current(text: &str) -> bool {
    text == CURRENT
}

impl Alertmanager {
    /// Makes a client for the Alertmanager at `url`. Opens no connection.
    ///
    /// Errors: when the machine's certificate authorities cannot be read, which an `https` address needs.
    pub fn open(url: &str) -> std::io::Result<Self> {
        Ok(Self { web: Web::open(url)?, url: url.trim_end_matches('/').to_owned() })
    }

    /// Returns the alerts that `text` stands for, the newest first, as the API lists them; nothing when it stands for none and may be
    /// meant otherwise.
    ///
    /// Errors: `unavailable`, which names the host alone, when it could not be asked; `invalid_argument` when nothing fires, or no alert
    /// has that fingerprint.
    pub async fn find(&self, text: &str) -> Result<Option<Vec<Value>>, Refusal> {
        let Some(wanted) = Wanted::of(text) else { return Ok(None) };
        let mut alerts = self.ask(wanted).await.map_err(|why| self.unavailable(&why))?;
        alerts.retain(|alert| wanted.is(alert));
        alerts.sort_by_key(|alert| std::cmp::Reverse(alert.get("startsAt").and_then(time::of_alert)));
        alerts.truncate(MAX_ALERTS);
        match (wanted, alerts.is_empty()) {
            (_, false) => Ok(Some(alerts)),
            (Wanted::Name(_), true) => Ok(None),
            (Wanted::Firing, true) => Err(none("no alert fires now")),
            (Wanted::Fingerprint(_), true) => Err(none("no alert has this fingerprint now")),
        }
    }

    async fn ask(&self, wanted: Wanted<'_>) -> Result<Vec<Value>, String> {
        let address = format!("{}/api/v2/alerts{}", self.url, wanted.query());
        let request = Request::get(address).header("accept", "application/json").body(Full::default());
        let request = request.map_err(|_| "has no valid address".to_owned())?;
        let answer = self.web.send(request, BOUNDS).await.map_err(|error: WebError| error.to_string())?;
        if answer.status != StatusCode::OK {
            return Err(format!("answered with HTTP status {}", answer.status.as_u16()));
        }
        match serde_json::from_slice(&answer.body) {
            Ok(Value::Array(alerts)) => Ok(alerts),
            _ => Err("answered with something else than a list of alerts".to_owned()),
        }
    }

    fn unavailable(&self, why: &str) -> Refusal {
        let host = redact::text(&web::host(&self.url), 120);
        Refusal::new(
            Code::Unavailable,
            format!("Alertmanager could not be asked: {host} {why}."),
            "Give the alert itself, as JSON or as text with its time, or ask again. For the operator: the key is [alertmanager] url.",
        )
        .about("investigation")
        .retryable(None)
    }
}

fn none(what: &str) -> Refusal {
    Refusal::invalid(
        "investigation",
        format!("Alertmanager says that {what}."),
        "Give the alert itself, or leave `investigation` out to see the last hour.",
    )
}

/// Refuses [`CURRENT`] where no Alertmanager is configured.
pub fn not_configured() -> Refusal {
    Refusal::invalid(
        "investigation",
        "`current` stands for the alerts that fire, and no Alertmanager is configured to ask for them.",
        "Give the alert itself, or leave `investigation` out to see the last hour. For the operator: the key is [alertmanager] url.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_may_be_a_fingerprint_or_a_name_is_asked_for() {
        assert_eq!(Wanted::of("current"), Some(Wanted::Firing));
        assert_eq!(Wanted::of("0123456789abcdef"), Some(Wanted::Fingerprint("0123456789abcdef")));
        assert_eq!(Wanted::of("HighLatency"), Some(Wanted::Name("HighLatency")));
        for text in ["", "db-1 is down", "[FIRING:1] High", "{\"alert\":1}", "a\"b", &"a".repeat(129)] {
            assert_eq!(Wanted::of(text), None, "{text}");
        }
    }

    #[test]
    fn a_name_is_asked_for_so_that_it_can_be_nothing_but_a_name() {
        assert_eq!(Wanted::Name("Kube/Pod").query(), "?filter=alertname%3D%22Kube%2FPod%22");
        assert!(Wanted::Firing.query().contains("silenced=false"));
    }
}
