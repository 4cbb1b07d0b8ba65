//! Alerts as they arrive: kept, investigated once each in the background, told to a channel, and followed until they are over.
//!
//! ```text
//!  payload → identify → known? · over? · new → kept → queue → the tool, as its caller → answer kept → told in the channel
//!                                                         ↑ asked again while the newest events may not have been delivered
//! ```
//!
//! An investigation runs as any call does: under its caller's rules, in the queue, in the audit log. What a process that was killed left
//! undone is taken over by the next one that starts or is posted to.

mod chat;
mod record;
mod records;
mod store;

use std::io;
use std::sync::Arc;

use chrono::Utc;
use serde_json::{Map, Value};
use tokio::runtime::Handle;
use tokio::sync::Semaphore;
use tokio::time::sleep;
use tracing::{error, info, warn};

pub use chat::Chat;
pub use record::{Record, Status, Told, Tracked, Undelivered};
pub use records::{Kept, Records};
pub use store::{Room, Store};

use super::{CallService, settling};
use crate::answer::Answer;
use crate::context;
use crate::refusal::{Code, Refusal};
use crate::render::{self, Notice, Outcome};
use crate::tools::{Call, cloudtrail_events};
use crate::{redact, time};

/// Investigations of alerts that run at a time, of the places that all calls share.
const TURNS: usize = 4;
/// Investigations that may wait for their first answer; a sender is told to come back later.
const WAITING: usize = 100;

/// Takes alerts.
pub struct Live {
    service: Arc<CallService>,
    store: Store,
    chat: Option<Chat>,
    turns: Semaphore,
    threads: Handle,
}

/// What became of a payload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Taken {
    /// It tells of an alert that is new; this is its investigation.
    New(String),
    /// All that fires in it is under investigation already; this is one of these.
    Known(String),
    /// It tells that alerts are over, of this investigation.
    Over(String),
    /// It tells that alerts are over of which nothing is known, or which are known to be.
    Unknown,
}

/// Why a payload was not taken.
#[derive(Debug, thiserror::Error)]
pub enum NotTaken {
    /// It holds no alert.
    #[error("no alert was found in it")]
    NoAlert,
    /// Too many investigations wait already.
    #[error("too many alerts wait to be investigated")]
    Full,
    /// The caller of the webhook is not configured any more.
    #[error("its caller is not configured any more")]
    NoCaller,
    /// It could not be kept.
    #[error("it could not be kept")]
    Store(#[from] io::Error),
}

/// What there is to do for an investigation.
enum Work {
    /// To ask, until its answer is settled, and to tell it.
    Attend(Box<Record>),
    /// To tell the answer that it has.
    Tell(String),
    /// To tell that its alerts are over.
    TellEnd(String),
}

impl Work {
    /// Says what is left to do where the process that worked on it ended.
    fn of(record: Record) -> Self {
        match record.status {
            Status::Answered => Self::Tell(record.id),
            Status::Waiting | Status::Settling => Self::Attend(Box::new(record)),
        }
    }
}

impl Live {
    /// Begins to take alerts; `threads` do the work of investigations.
    pub fn new(service: Arc<CallService>, store: Store, chat: Option<Chat>, threads: Handle) -> Arc<Self> {
        Arc::new(Self { service, store, chat, turns: Semaphore::new(TURNS), threads })
    }

    /// Takes what was posted to a webhook: keeps what is new, and begins to investigate it. Returns before it is answered.
    ///
    /// Errors: see [`NotTaken`]; nothing of the payload is kept then.
    pub async fn take(self: &Arc<Self>, webhook: &str, caller: &str, payload: Value) -> Result<Taken, NotTaken> {
        if !self.service.knows_caller(caller) {
            return Err(NotTaken::NoCaller);
        }
        // Whoever ended since the last alert may have left something undone.
        self.resume().await;
        let (live, webhook, caller) = (Arc::clone(self), webhook.to_owned(), caller.to_owned());
        let sorted = self.threads.spawn_blocking(move || live.sort(&webhook, &caller, &payload)).await;
        let (taken, work) = sorted.map_err(|_| io::Error::other("its thread ended"))??;
        info!(new = matches!(taken, Taken::New(_)), "An alert was taken.");
        work.into_iter().for_each(|work| self.begin(work));
        Ok(taken)
    }

    /// Takes over what processes that ended left undone.
    pub async fn resume(self: &Arc<Self>) {
        let live = Arc::clone(self);
        let adopted = self.threads.spawn_blocking(move || live.store.lock()?.adopt(live.chat.is_some(), Utc::now())).await;
        match adopted.unwrap_or_else(|_| Err(io::Error::other("its thread ended"))) {
            Ok(records) => records.into_iter().map(Work::of).for_each(|work| self.begin(work)),
            Err(error) => error!(%error, "Investigations that were not finished could not be looked for."),
        }
    }

    /// Keeps what is new of a payload and what is over; gives what there is to do for it.
    fn sort(&self, webhook: &str, caller: &str, payload: &Value) -> Result<(Taken, Vec<Work>), NotTaken> {
        let alerts = context::identify(payload);
        if alerts.is_empty() {
            return Err(NotTaken::NoAlert);
        }
        let now = Utc::now();
        let locked = self.store.lock()?;
        let mut work = Vec::new();
        let mut records = self.store.records().list()?;
        let waiting = records.iter().filter(|record| record.status == Status::Waiting).count();
        records.retain(|record| record.webhook == webhook);
        let (mut fresh, mut known, mut over) = (Vec::new(), None, Vec::new());
        for alert in &alerts {
            let tracked = Tracked::of(webhook, alert);
            if alert.over {
                let ended = alert.ended.unwrap_or(now);
                over.extend(records.iter_mut().filter_map(|record| record.resolve(&tracked.key, ended).then(|| record.id.clone())));
            } else if let Some(record) = records.iter().find(|record| record.is_about(&tracked)) {
                known.get_or_insert_with(|| record.id.clone());
            } else {
                fresh.push(tracked);
            }
        }
        if !fresh.is_empty() && waiting >= WAITING {
            return Err(NotTaken::Full);
        }
        for record in records.iter().filter(|record| over.contains(&record.id)) {
            locked.update(record, None)?;
            work.push(Work::TellEnd(record.id.clone()));
        }
        if fresh.is_empty() {
            let over = over.into_iter().next().map(Taken::Over);
            return Ok((known.map(Taken::Known).or(over).unwrap_or(Taken::Unknown), work));
        }
        let random = getrandom::u32().map_err(io::Error::other)?;
        let record = Record {
            id: format!("live-{}-{random:08x}", now.format("%Y%m%dT%H%M%SZ")),
            webhook: webhook.to_owned(),
            caller: caller.to_owned(),
            received_at: now,
            alerts: fresh,
            status: Status::Waiting,
            asked: 0,
            answered_at: None,
            policy: None,
            owner: self.store.owner().to_owned(),
            told: None,
            undelivered: None,
        };
        locked.insert(&record, payload)?;
        let id = record.id.clone();
        work.push(Work::Attend(Box::new(record)));
        Ok((Taken::New(id), work))
    }

    /// Does what there is to do, in the background.
    fn begin(self: &Arc<Self>, work: Work) {
        let live = Arc::clone(self);
        self.threads.spawn(async move {
            let done = match work {
                Work::Attend(record) => live.attend(*record).await,
                Work::Tell(id) => live.tell_kept(&id).await,
                Work::TellEnd(id) => live.tell_end(&id).await,
            };
            if let Err(error) = done {
                error!(%error, "What became of an alert could not be kept.");
            }
        });
    }

    /// Investigates an alert until its answer is settled, keeps each answer and tells what is new in it.
    async fn attend(self: &Arc<Self>, record: Record) -> io::Result<()> {
        let mut waits = settling::WAITS.iter().skip(usize::from(record.status == Status::Settling));
        loop {
            // What a reload changes while it is asked makes the answer one of no policy in force, so that nobody reads it.
            let policy = self.service.policy(&record.caller.as_str().into()).version().mark();
            let outcome = self.ask(&record).await;
            let again = waits.next().filter(|_| settling::is_lagging(&outcome));
            let status = if again.is_some() { Status::Settling } else { Status::Answered };
            self.modify(&record.id, Some(kept(&outcome)), move |record| {
                (record.status, record.asked, record.answered_at) = (status, record.asked + 1, Some(Utc::now()));
                record.policy = Some(policy);
            })
            .await?;
            self.tell(&record.id, &outcome).await?;
            let Some(wait) = again else { return Ok(()) };
            sleep(*wait).await;
        }
    }

    /// Asks as the caller of the webhook, again where that may succeed later.
    async fn ask(&self, record: &Record) -> Outcome {
        let arguments = Map::from_iter([("investigation".to_owned(), record.id.as_str().into())]);
        let mut tries = 1;
        loop {
            let outcome = {
                let _turn = self.turns.acquire().await;
                // Without its entry it would be one of those that have none, who may be allowed more.
                if !self.service.knows_caller(&record.caller) {
                    return Outcome::refused(&no_caller());
                }
                let call = Call { asked_at: Some(record.received_at), ..Call::of(record.caller.as_str()) };
                self.service.call(&cloudtrail_events::TOOL, &call, Some(arguments.clone())).await
            };
            let Some(wait) = settling::retry(&outcome, tries) else { return outcome };
            sleep(wait).await;
            tries += 1;
        }
    }

    /// Tells an answer in the channel, unless its suspects were told already; then the end, where the alerts are over.
    async fn tell(self: &Arc<Self>, id: &str, outcome: &Outcome) -> io::Result<()> {
        let Some(chat) = &self.chat else { return Ok(()) };
        let Some(Kept { record, .. }) = self.read(id).await? else { return Ok(()) };
        let suspects = suspects(outcome);
        if record.told.as_ref().is_none_or(|told| told.suspects != suspects) {
            let Some(notice) = notice(&record, record.told.is_some()) else { return Ok(()) };
            let thread = record.told.as_ref().and_then(|told| told.thread.clone());
            match chat.post(render::notice(outcome, &notice), thread.as_deref()).await {
                Ok(own) => {
                    let told = move |record: &mut Record| {
                        let resolution = record.told.as_ref().is_some_and(|told| told.resolution);
                        record.told = Some(Told { thread: thread.or(own), suspects, resolution });
                    };
                    self.modify(id, None, told).await?;
                }
                Err(error) => {
                    warn!(%error, "A report could not be posted.");
                    self.modify(id, None, move |record| record.give_up(&error, Utc::now())).await?;
                }
            }
        }
        self.tell_end(id).await
    }

    /// Tells the answer that is kept, where none was told.
    async fn tell_kept(self: &Arc<Self>, id: &str) -> io::Result<()> {
        let answer = self.read(id).await?.and_then(|kept| kept.answer).and_then(|answer| serde_json::from_value::<Answer>(answer).ok());
        match answer {
            Some(answer) => self.tell(id, &Outcome::changes(answer)).await,
            None => Ok(()),
        }
    }

    /// Tells once that the alerts of an investigation are over, if it was told that they fire.
    async fn tell_end(self: &Arc<Self>, id: &str) -> io::Result<()> {
        let Some(chat) = &self.chat else { return Ok(()) };
        let claim = |record: &mut Record| {
            let over = record.resolved_at().is_some();
            let told = record.told.as_mut().filter(|told| over && !told.resolution)?;
            told.resolution = true;
            Some(record.clone())
        };
        let Some(record) = self.modify(id, None, claim).await?.flatten() else { return Ok(()) };
        let Some(notice) = notice(&record, true) else { return Ok(()) };
        let thread = record.told.as_ref().and_then(|told| told.thread.as_deref());
        if let Err(error) = chat.post(render::notice_of_end(&notice), thread).await {
            warn!(%error, "The end of an alert could not be posted.");
            self.modify(id, None, move |record| record.give_up(&error, Utc::now())).await?;
        }
        Ok(())
    }

    /// Returns how many messages the channel took since the start, and how many were given up; nothing where there is no channel.
    pub fn messages(&self) -> Option<(u64, u64)> {
        self.chat.as_ref().map(Chat::counts)
    }

    async fn read(self: &Arc<Self>, id: &str) -> io::Result<Option<Kept>> {
        let (live, id) = (Arc::clone(self), id.to_owned());
        let read = self.threads.spawn_blocking(move || live.store.records().read(&id)).await;
        read.unwrap_or_else(|_| Err(io::Error::other("its thread ended")))
    }

    async fn modify<T: Send + 'static>(
        self: &Arc<Self>,
        id: &str,
        answer: Option<Value>,
        change: impl FnOnce(&mut Record) -> T + Send + 'static,
    ) -> io::Result<Option<T>> {
        let (live, id) = (Arc::clone(self), id.to_owned());
        let modified = self.threads.spawn_blocking(move || live.store.lock()?.modify(&id, answer.as_ref(), change)).await;
        modified.unwrap_or_else(|_| Err(io::Error::other("its thread ended")))
    }
}

/// Returns what is kept of an answer: all but the cursor, which ends with this process.
fn kept(outcome: &Outcome) -> Value {
    let mut answer = outcome.structured();
    if let Some(fields) = answer.as_object_mut() {
        fields.remove("next_cursor");
    }
    answer
}

/// Returns the events of the suspects, in their order.
fn suspects(outcome: &Outcome) -> Vec<String> {
    let Outcome::Changes(answer) = outcome else { return Vec::new() };
    answer.entries().iter().filter(|entry| entry.suspect.is_some()).map(|entry| entry.event_id.clone()).collect()
}

/// Words what a message is about; nothing where it cannot be redacted.
fn notice(record: &Record, update: bool) -> Option<redact::Redacted<Notice>> {
    let times = record.started_at().zip(record.resolved_at());
    let notice = Notice {
        investigation: record.id.clone(),
        alert: record.title(),
        webhook: record.webhook.clone(),
        started_at: record.started_at().map(time::rfc3339),
        resolved_at: record.resolved_at().map(time::rfc3339),
        lasted: times.filter(|(start, end)| end > start).map(|(start, end)| time::length(end - start)),
        update,
    };
    redact::answer(notice).ok()
}

fn no_caller() -> Refusal {
    Refusal::new(
        Code::ToolNotAllowed,
        "The caller on whose behalf this alert was to be investigated is not configured any more.",
        "For the operator: the key is caller of this [[http.webhooks]] entry.",
    )
}

#[cfg(test)]
mod tests;
