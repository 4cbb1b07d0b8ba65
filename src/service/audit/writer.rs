//! The thread that writes: what comes together is written together, and what cannot be written now is kept for later.

use std::collections::VecDeque;
use std::net::IpAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::sync::oneshot;
use tracing::{error, info};

use super::denial::Denials;
use super::entry::Entry;
use super::journal::Journal;
use crate::config::audit::{AuditSettings, Fsync, OnFailure};

/// Most entries that are written in one go.
const BATCH: usize = 256;
/// Most entries that wait for the thread; one more counts as one that could not be written.
const QUEUE: usize = 4096;
/// Most entries kept while nothing can be written; of those that come after, only the number is.
const KEPT: usize = 1000;
/// How long what was written may stay in memory with [`Fsync::Second`].
const SECOND: Duration = Duration::from_secs(1);
/// How often it is looked whether the log is still there while nothing is written.
const IDLE: Duration = Duration::from_secs(5);

/// The log, as all that happens is told to it. Clones write the same log.
#[derive(Clone)]
pub struct AuditLog {
    jobs: mpsc::SyncSender<Job>,
    failing: Arc<AtomicBool>,
    denials: Arc<Mutex<Denials>>,
    on_failure: OnFailure,
}

enum Job {
    /// Writes an entry, or only what is kept, and tells whether all is written.
    Write(Option<Entry>, Option<oneshot::Sender<bool>>),
    /// Forces all to the disk, and tells when.
    Flush(oneshot::Sender<bool>),
}

impl AuditLog {
    /// Opens the log and starts its thread.
    ///
    /// Errors: when the log cannot be written now and calls are to be refused then.
    pub fn open(settings: AuditSettings) -> std::io::Result<Self> {
        let mut journal = Journal::new(settings.path, settings.max_bytes, settings.max_age);
        let opened = journal.append(&[], Utc::now(), false);
        let failing = Arc::new(AtomicBool::new(opened.is_err()));
        match opened {
            Err(error) if settings.on_failure == OnFailure::Deny => return Err(error),
            Err(error) => error!(%error, "The audit log cannot be written; calls are answered all the same."),
            Ok(()) => {}
        }
        let (jobs, received) = mpsc::sync_channel(QUEUE);
        let writer =
            Writer { journal, fsync: settings.fsync, failing: Arc::clone(&failing), kept: VecDeque::new(), lost: 0, late: 0, dirty: false };
        std::thread::Builder::new().name("audit".into()).spawn(move || writer.run(&received))?;
        Ok(Self { jobs, failing, denials: Arc::default(), on_failure: settings.on_failure })
    }

    /// Tells whether a call may begin: the log is there, and as it was left.
    pub async fn is_ready(&self) -> bool {
        if self.on_failure == OnFailure::Allow {
            return true;
        }
        let (done, written) = oneshot::channel();
        self.jobs.try_send(Job::Write(None, Some(done))).is_ok() && written.await.unwrap_or(false)
    }

    /// Records something; false when it could not be written and calls are to be refused then.
    pub async fn record(&self, entry: Entry) -> bool {
        if self.on_failure == OnFailure::Allow {
            self.note(entry);
            return true;
        }
        let (done, written) = oneshot::channel();
        self.jobs.try_send(Job::Write(Some(entry), Some(done))).is_ok() && written.await.unwrap_or(false)
    }

    /// Records something without waiting for it, as soon as it can be written.
    pub fn note(&self, entry: Entry) {
        if self.jobs.try_send(Job::Write(Some(entry), None)).is_err() {
            error!("An entry of the audit log is lost: more wait than are kept.");
        }
    }

    /// Records that somebody was turned away before there was a call; `reason` is one of a small set of the program's own words.
    ///
    /// Shape: at most ten lines a second; the next of the same reason tells how many had none.
    pub fn note_denied(&self, reason: &'static str, peer: Option<IpAddr>) {
        let entry = self.denials.lock().unwrap_or_else(PoisonError::into_inner).add(Utc::now(), reason, peer);
        if let Some(entry) = entry {
            self.note(entry);
        }
    }

    /// Sees to it that all that was recorded is on the disk; false when it could not be.
    pub async fn flush(&self) -> bool {
        let untold = self.denials.lock().unwrap_or_else(PoisonError::into_inner).rest(Utc::now());
        for entry in untold {
            self.note(entry);
        }
        let (done, flushed) = oneshot::channel();
        self.jobs.try_send(Job::Flush(done)).is_ok() && flushed.await.unwrap_or(false)
    }

    /// Tells whether calls are refused when they cannot be recorded.
    pub fn denies(&self) -> bool {
        self.on_failure == OnFailure::Deny
    }

    /// Tells whether the last try to write failed.
    pub fn is_failing(&self) -> bool {
        self.failing.load(Ordering::Relaxed)
    }
}

struct Writer {
    journal: Journal,
    fsync: Fsync,
    failing: Arc<AtomicBool>,
    /// Entries that could not be written yet.
    kept: VecDeque<Entry>,
    /// How many entries there was no room for.
    lost: u64,
    /// How many entries were written late since the log could be written again.
    late: usize,
    /// Whether something was written that may not be on the disk.
    dirty: bool,
}

impl Writer {
    fn run(mut self, jobs: &mpsc::Receiver<Job>) {
        loop {
            let retries = self.dirty || self.failing.load(Ordering::Relaxed);
            let first = match jobs.recv_timeout(if retries { SECOND } else { IDLE }) {
                Ok(job) => job,
                Err(mpsc::RecvTimeoutError::Timeout) => {
                    // Whoever watches may send no calls as long as nothing can be written, and what is gone should be told before the next one.
                    if self.failing.load(Ordering::Relaxed) || !self.dirty {
                        self.write(Utc::now());
                    }
                    self.settle();
                    continue;
                }
                Err(mpsc::RecvTimeoutError::Disconnected) => return self.settle(),
            };
            let mut batch = vec![first];
            while batch.len() < BATCH
                && let Ok(job) = jobs.try_recv()
            {
                batch.push(job);
            }
            self.work(batch);
        }
    }

    fn work(&mut self, batch: Vec<Job>) {
        let (mut answers, mut flushes) = (Vec::new(), Vec::new());
        for job in batch {
            match job {
                Job::Write(entry, answer) => {
                    self.keep(entry);
                    answers.extend(answer);
                }
                Job::Flush(answer) => flushes.push(answer),
            }
        }
        let written = self.write(Utc::now());
        if !flushes.is_empty() {
            self.settle();
        }
        for answer in answers.into_iter().chain(flushes) {
            // Whoever asked may have gone.
            let _ = answer.send(written);
        }
    }

    fn keep(&mut self, entry: Option<Entry>) {
        let Some(entry) = entry else { return };
        if self.kept.len() < KEPT + BATCH {
            self.kept.push_back(entry);
        } else {
            self.lost += 1;
        }
    }

    /// Writes all that is kept; tells whether it could be.
    fn write(&mut self, now: DateTime<Utc>) -> bool {
        let was_failing = self.failing.load(Ordering::Relaxed);
        if was_failing && (self.late > 0 || self.lost > 0) {
            self.kept.push_front(Entry::resumed(now, self.late, self.lost));
        }
        let entries = self.kept.make_contiguous();
        let written = !entries.is_empty();
        match self.journal.append(entries, now, self.fsync == Fsync::Always) {
            Ok(()) => {
                self.kept.clear();
                (self.lost, self.late, self.dirty) = (0, 0, self.fsync == Fsync::Second && (self.dirty || written));
                if was_failing {
                    info!("The audit log is written again.");
                }
                self.failing.store(false, Ordering::Relaxed);
                true
            }
            Err(error) => {
                if was_failing && (self.late > 0 || self.lost > 0) {
                    self.kept.pop_front();
                }
                self.late = self.kept.len();
                if !was_failing {
                    error!(%error, "The audit log cannot be written.");
                }
                self.failing.store(true, Ordering::Relaxed);
                false
            }
        }
    }

    fn settle(&mut self) {
        if self.dirty && self.fsync != Fsync::Never {
            match self.journal.sync() {
                Ok(()) => self.dirty = false,
                Err(error) => error!(%error, "The audit log could not be forced to the disk."),
            }
        }
    }
}

#[cfg(test)]
mod tests;
