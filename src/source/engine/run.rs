//! One query on an engine, from its submission to its last page.
//!
//! Whoever drops it ends it: a query that was begun, or is being begun, is stopped on the engine.

use std::sync::Arc;

use chrono::TimeDelta;
use tokio::runtime::Handle;
use tokio::time::{Duration, Instant, sleep, timeout, timeout_at};

use super::asked::Asked;
use super::conversation::{Conversation, Stage};
use super::driver::Row;
use crate::coverage::EngineFault;
use crate::source::api::OpenQuery;

/// Longest wait between two looks at a query.
const LONGEST_PAUSE: Duration = Duration::from_secs(2);

/// What is kept of a call's time for what comes after a query.
const RESERVE: Duration = Duration::from_millis(300);

/// Longest time that a query is tried to be stopped.
const STOPPING: Duration = Duration::from_secs(5);

/// What bounds a query.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    /// When the call ends.
    pub(super) until: Instant,
    /// How long the call has in all.
    pub(super) time: Duration,
    /// Most bytes that it may read.
    pub(super) bytes: u64,
    /// Most rows that are fetched.
    pub(super) rows: usize,
    /// How long to wait before the first look; later ones are further and further apart.
    pub(super) pause: Duration,
}

/// What a query gave.
#[derive(Debug, Default)]
pub(super) struct Outcome {
    /// Its rows, in their order.
    pub(super) rows: Vec<Row>,
    /// Whether there are, or may be, more than these.
    pub(super) more: bool,
    /// What it read.
    pub(super) bytes: u64,
    /// How long before the query it may have been made.
    pub(super) age: TimeDelta,
    /// What kept it from giving all.
    pub(super) fault: Option<EngineFault>,
    /// By what the engine knows it, once it has ended well.
    pub(super) id: Option<String>,
}

impl Outcome {
    pub(super) fn failed(fault: EngineFault, bytes: u64) -> Self {
        Self { fault: Some(fault), bytes, ..Self::default() }
    }
}

/// A query that the engine runs; stopped when it is dropped before it ended.
struct Running {
    conversation: Arc<dyn Conversation>,
    id: String,
    open: Option<OpenQuery>,
    ended: bool,
}

impl Drop for Running {
    fn drop(&mut self) {
        let (false, Ok(runtime)) = (self.ended, Handle::try_current()) else { return };
        let (conversation, id, open) = (Arc::clone(&self.conversation), std::mem::take(&mut self.id), self.open.take());
        runtime.spawn(async move {
            // What cannot be stopped ends by the engine's own limits.
            _ = timeout(STOPPING, conversation.stop(&id)).await;
            drop(open);
        });
    }
}

/// Runs a statement and fetches its rows.
pub(super) async fn run(conversation: &Arc<dyn Conversation>, statement: String, asked: &Asked, limits: Limits) -> Outcome {
    let begun = Instant::now();
    let submitting = tokio::spawn(submit(Arc::clone(conversation), statement, asked.clone()));
    // A submission that nobody waits for any more ends nevertheless, and then what it began is stopped.
    let mut running = match timeout_at(limits.until, submitting).await {
        Ok(Ok(Ok(running))) => running,
        Ok(Ok(Err(fault))) => return Outcome::failed(fault, 0),
        Ok(Err(_)) => return Outcome::failed(EngineFault::Unreadable, 0),
        Err(_) => return Outcome::failed(EngineFault::TimeSpent(limits.time), 0),
    };
    let (bytes, age) = match watch(&running, limits).await {
        Ok(ended) => ended,
        Err((fault, bytes, ended)) => {
            running.ended = ended;
            let fault = match fault {
                EngineFault::Queued(_) => EngineFault::Queued(begun.elapsed()),
                fault => fault,
            };
            return Outcome::failed(fault, bytes);
        }
    };
    running.ended = true;
    let id = std::mem::take(&mut running.id);
    Outcome { bytes, age, ..fetch(conversation, id, limits).await }
}

async fn submit(conversation: Arc<dyn Conversation>, statement: String, asked: Asked) -> Result<Running, EngineFault> {
    let open = conversation.open();
    let id = conversation.submit(&statement, &asked).await?;
    Ok(Running { conversation, id, open, ended: false })
}

/// Waits for a query and returns what it read, and how old its result may be.
///
/// Errors: why it gives nothing, what it read until then, and whether it has ended.
async fn watch(running: &Running, limits: Limits) -> Result<(u64, TimeDelta), (EngineFault, u64, bool)> {
    let (mut pause, mut bytes, mut queued) = (limits.pause, 0, true);
    let until = limits.until.checked_sub(RESERVE.min(limits.time / 10)).unwrap_or(limits.until);
    loop {
        let late = |queued: bool| if queued { EngineFault::Queued(limits.time) } else { EngineFault::TimeSpent(limits.time) };
        if Instant::now() + pause >= until {
            return Err((late(queued), bytes, false));
        }
        sleep(pause).await;
        pause = (pause * 3 / 2).min(LONGEST_PAUSE);
        let polled = match timeout_at(until, running.conversation.poll(&running.id)).await {
            Ok(Ok(polled)) => polled,
            Ok(Err(fault)) => return Err((fault, bytes, false)),
            Err(_) => return Err((late(queued), bytes, false)),
        };
        bytes = bytes.max(polled.bytes);
        match polled.stage {
            Stage::Done => return Ok((bytes, polled.age)),
            Stage::Failed(fault) => return Err((fault, bytes, true)),
            Stage::Queued => {}
            Stage::Running => queued = false,
        }
        if bytes > limits.bytes {
            return Err((EngineFault::BytesSpent(bytes, limits.bytes), bytes, false));
        }
    }
}

/// Fetches the rows of a query that has ended.
pub(super) async fn fetch(conversation: &Arc<dyn Conversation>, id: String, limits: Limits) -> Outcome {
    let (mut rows, mut token): (Vec<Row>, Option<String>) = (Vec::new(), None);
    loop {
        let page = match timeout_at(limits.until, conversation.page(&id, token.as_deref())).await {
            Ok(Ok(page)) => page,
            Ok(Err(fault)) => return Outcome { rows, fault: Some(fault), more: true, ..Outcome::default() },
            Err(_) => {
                let fault = Some(EngineFault::TimeSpent(limits.time));
                return Outcome { rows, fault, more: true, ..Outcome::default() };
            }
        };
        rows.extend(page.rows);
        match page.next {
            Some(next) if rows.len() < limits.rows => {
                if token.as_ref() == Some(&next) {
                    return Outcome { rows, fault: Some(EngineFault::Unreadable), more: true, ..Outcome::default() };
                }
                token = Some(next);
            }
            next => {
                let more = next.is_some() || rows.len() >= limits.rows;
                return Outcome { rows, more, id: Some(id), ..Outcome::default() };
            }
        }
    }
}

#[cfg(test)]
mod tests;
