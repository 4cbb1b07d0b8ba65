//! Queries of SQL engines: what is sent to one as one identity in one region, and what is still to be said to it when a call is gone.
//!
//! The region is not held to those that may be read, since it says nothing of where the events are from; the operator named the engine.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::Value;
use tokio::time::{Duration, Instant, sleep, timeout};

use super::{ATTEMPT, Api, Ask, Failure, Identity, Inner, PAUSE, Read, Reader, error};

/// An engine, asked as one identity.
#[derive(Clone)]
pub(in crate::source) struct Queries {
    inner: Arc<Inner>,
    identity: Identity,
    region: String,
    sent: Arc<AtomicU32>,
}

/// Why an engine gave nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::source) struct Rejected {
    /// The engine's code, where it gave one.
    pub(in crate::source) code: String,
    /// What it said; only ever judged by known words, never shown.
    pub(in crate::source) message: String,
    /// What that means of any request.
    pub(in crate::source) failure: Failure,
}

impl From<Failure> for Rejected {
    fn from(failure: Failure) -> Self {
        Self { code: String::new(), message: String::new(), failure }
    }
}

impl Api {
    /// Returns what asks an engine: by the role of `account` where one is configured, else by the process's own credentials.
    pub(in crate::source) fn queries(&self, account: Option<&str>, region: &str) -> Queries {
        let role = self.inner.roles.iter().find(|role| Some(role.account.as_str()) == account).map(Arc::clone);
        Queries {
            inner: Arc::clone(&self.inner),
            identity: Identity { role, ..Identity::OWN },
            region: region.to_owned(),
            sent: Arc::default(),
        }
    }

    /// Waits until no engine runs a query for us any more, as long as that.
    pub async fn settle(&self, longest: Duration) {
        let mut open = self.inner.open.subscribe();
        // What takes longer ends with the process.
        _ = timeout(longest, open.wait_for(|open| *open == 0)).await;
    }
}

impl Queries {
    /// Returns the same engine, asked for a caller, whose name the session of a role bears; what is sent is counted anew.
    pub(in crate::source) fn of(&self, caller: &str) -> Self {
        let caller = if self.identity.role.is_some() { caller.to_owned() } else { String::new() };
        Self { identity: Identity { caller, ..self.identity.clone() }, sent: Arc::default(), ..self.clone() }
    }

    /// Returns how many requests were sent.
    pub(in crate::source) fn sent(&self) -> u32 {
        self.sent.load(Ordering::Relaxed)
    }

    /// Returns the account whose engine it is.
    ///
    /// Errors: why it is not known.
    pub(in crate::source) async fn account(&self) -> Result<String, Failure> {
        match &self.identity.role {
            Some(role) => Ok(role.account.clone()),
            None => timeout(ATTEMPT, self.inner.sessions.account(&self.region)).await.unwrap_or(Err(Failure::TimedOut)),
        }
    }

    /// Sends a request until it is answered, refused for good or sent often enough. What may not be sent twice is sent again only when
    /// it surely was not done.
    pub(in crate::source) async fn send(&self, read: &'static Read, parameters: Value) -> Result<Value, Rejected> {
        let ask = Ask::new(read, &self.region, parameters);
        let mut tries = 0;
        loop {
            let rejected = match self.send_once(&ask).await {
                Ok(value) => return Ok(value),
                Err(rejected) => rejected,
            };
            let surely_undone = matches!(rejected.failure, Failure::Throttled | Failure::Expired | Failure::Blocked(_));
            let most = if read.repeatable || surely_undone { rejected.failure.retries() } else { 0 };
            if tries >= most {
                return Err(rejected);
            }
            tries += 1;
            sleep(PAUSE * tries).await;
        }
    }

    async fn send_once(&self, ask: &Ask) -> Result<Value, Rejected> {
        let session = self.inner.sessions.of(&self.identity, &self.region).await?;
        let reader = Reader {
            inner: Arc::clone(&self.inner),
            identity: self.identity.clone(),
            regions: Vec::new(),
            until: Instant::now() + ATTEMPT,
        };
        self.sent.fetch_add(1, Ordering::Relaxed);
        let answer = reader.exchange(&session, ask).await?;
        if answer.ok {
            return answer.value.ok_or(Failure::Unreadable.into());
        }
        let (code, message) = answer.value.as_ref().map(error).unwrap_or_default();
        let failure = Failure::of(code, message.unwrap_or_default(), answer.status, &self.region);
        self.inner.sessions.judged(&self.identity, &session, &failure).await;
        Err(Rejected { code: code.unwrap_or_default().to_owned(), message: message.unwrap_or_default().to_owned(), failure })
    }

    /// States that a query may run from now on, until what is returned is dropped.
    pub(in crate::source) fn open(&self) -> OpenQuery {
        self.inner.open.send_modify(|open| *open += 1);
        OpenQuery(Arc::clone(&self.inner))
    }
}

/// A query that an engine may be running.
pub(in crate::source) struct OpenQuery(Arc<Inner>);

impl Drop for OpenQuery {
    fn drop(&mut self) {
        self.0.open.send_modify(|open| *open = open.saturating_sub(1));
    }
}

impl std::fmt::Debug for Queries {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Queries").field("region", &self.region).field("identity", &self.identity).finish_non_exhaustive()
    }
}
