//! The channel that reports are posted to: one address, which is a secret, asked at a bounded pace.
//!
//! Source: Slack, "Sending messages using incoming webhooks" and `chat.postMessage`; Mattermost, Rocket.Chat and others take the same.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use http::header::{AUTHORIZATION, CONTENT_TYPE, RETRY_AFTER};
use http::{Request, StatusCode};
use http_body_util::Full;
use serde_json::Value;
use tokio::sync::Mutex;
use tokio::time::{Instant, sleep, sleep_until};

use crate::config::live::ChatSettings;
use crate::source::web::{Bounds, Web, WebError};

/// How much one answer may take.
const BOUNDS: Bounds = Bounds { patience: Duration::from_secs(10), max_bytes: 64 << 10 };
/// How often a message is sent at most.
const TRIES: u32 = 4;
/// The longest that is waited before the next try.
const LONGEST_WAIT: Duration = Duration::from_secs(60);
/// Messages that wait for their turn; more are not sent.
const WAITING: usize = 64;

/// A channel.
pub struct Chat {
    web: Web,
    settings: ChatSettings,
    /// When the next message may be sent.
    next: Mutex<Instant>,
    waiting: AtomicUsize,
    posted: AtomicU64,
    given_up: AtomicU64,
}

/// Why a message was not posted. The words name no address.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ChatError {
    /// Too many messages wait already.
    #[error("too many messages wait to be posted")]
    Full,
    /// The channel's host could not be asked.
    #[error("its host {0}")]
    Web(#[from] WebError),
    /// It did not take the message.
    #[error("it answered with HTTP status {0}")]
    Status(u16),
    /// It took the request and says that it did not post the message.
    #[error("it did not take the message")]
    Refused,
    /// The address is none.
    #[error("slack.url is no address")]
    Address,
}

impl ChatError {
    fn may_pass(&self) -> bool {
        match self {
            Self::Web(error) => !matches!(error, WebError::InClear | WebError::Certificate),
            Self::Status(status) => *status == StatusCode::TOO_MANY_REQUESTS.as_u16() || *status >= 500,
            Self::Full | Self::Refused | Self::Address => false,
        }
    }
}

impl Chat {
    /// Makes a client for a channel. Opens no connection.
    ///
    /// Errors: when the machine's certificate authorities cannot be read, and the channel is not on this machine.
    pub fn open(settings: ChatSettings) -> std::io::Result<Self> {
        let web = Web::open(settings.url.reveal())?;
        let (posted, given_up) = (AtomicU64::new(0), AtomicU64::new(0));
        Ok(Self { web, settings, next: Mutex::new(Instant::now()), waiting: AtomicUsize::new(0), posted, given_up })
    }

    /// Posts a message: into `thread` where it names one, else into the configured one, else into the channel itself.
    ///
    /// Shape: gives the message's own name where the channel tells it, to which others can be replies. A busy channel is asked again.
    /// Errors: after the last try.
    pub async fn post(&self, message: Value, thread: Option<&str>) -> Result<Option<String>, ChatError> {
        let posted = self.post_uncounted(message, thread).await;
        let count = if posted.is_ok() { &self.posted } else { &self.given_up };
        count.fetch_add(1, Ordering::Relaxed);
        posted
    }

    /// Returns how many messages were posted, and how many were given up.
    pub fn counts(&self) -> (u64, u64) {
        (self.posted.load(Ordering::Relaxed), self.given_up.load(Ordering::Relaxed))
    }

    async fn post_uncounted(&self, mut message: Value, thread: Option<&str>) -> Result<Option<String>, ChatError> {
        if let Value::Object(fields) = &mut message {
            let thread = self.settings.thread.as_deref().or(thread);
            for (key, value) in [("channel", self.settings.channel.as_deref()), ("thread_ts", thread)] {
                fields.extend(value.map(|value| (key.to_owned(), value.into())));
            }
        }
        if self.waiting.fetch_add(1, Ordering::Relaxed) >= WAITING {
            self.waiting.fetch_sub(1, Ordering::Relaxed);
            return Err(ChatError::Full);
        }
        let _counted = Counted(&self.waiting);
        let body = message.to_string();
        let mut tries = 1;
        loop {
            self.turn().await;
            match self.send(&body).await {
                Err((error, wait)) if error.may_pass() && tries < TRIES => {
                    sleep(wait.unwrap_or(Duration::from_secs(1 << (2 * (tries - 1)))).min(LONGEST_WAIT)).await;
                    tries += 1;
                }
                sent => return sent.map_err(|(error, _)| error),
            }
        }
    }

    /// Waits for the time at which the next message may be sent.
    async fn turn(&self) {
        let at = {
            let mut next = self.next.lock().await;
            let at = (*next).max(Instant::now());
            *next = at + Duration::from_secs(60) / self.settings.per_minute.max(1);
            at
        };
        sleep_until(at).await;
    }

    async fn send(&self, body: &str) -> Result<Option<String>, (ChatError, Option<Duration>)> {
        let mut request = Request::post(self.settings.url.reveal()).header(CONTENT_TYPE, "application/json; charset=utf-8");
        if let Some(token) = &self.settings.token {
            request = request.header(AUTHORIZATION, format!("Bearer {}", token.reveal()));
        }
        let request = request.body(Full::from(body.to_owned())).map_err(|_| (ChatError::Address, None::<Duration>))?;
        let answer = self.web.send(request, BOUNDS).await.map_err(|error| (ChatError::from(error), None::<Duration>))?;
        let wait = answer.headers.get(RETRY_AFTER).and_then(|value| value.to_str().ok()?.trim().parse().ok()).map(Duration::from_secs);
        if !answer.status.is_success() {
            return Err((ChatError::Status(answer.status.as_u16()), wait));
        }
        // An incoming webhook answers `ok` as text; the API says in JSON whether it posted, and what.
        match serde_json::from_slice::<Value>(&answer.body) {
            Ok(told) if told.get("ok").and_then(Value::as_bool) == Some(false) => Err((ChatError::Refused, None)),
            Ok(told) => Ok(told.get("ts").and_then(Value::as_str).map(str::to_owned)),
            Err(_) => Ok(None),
        }
    }
}

/// One of those that wait, for as long as it lives.
struct Counted<'a>(&'a AtomicUsize);

impl Drop for Counted<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}
