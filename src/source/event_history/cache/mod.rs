//! Settled slices, kept for the next question: sealed, bounded, and never a reason to fail.
//!
//! `content` makes bytes of entries, `seal` encrypts them, `store` keeps them; here they are found again, cut to what is
//! asked, and written behind the caller's back.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use tracing::{debug, warn};

use self::seal::{Label, Seal};
use self::store::Store;
use super::settled::{Settled, Slice, SliceKey};

mod content;
mod seal;
mod store;

/// The most that is kept in memory, where there is no folder.
const IN_MEMORY: u64 = 64 << 20;
/// The most slices that wait to be written; what comes then is not kept.
const WAITING: usize = 256;
/// How long the end waits for what is still to be written.
const LAST_WRITES: Duration = Duration::from_millis(150);

/// Where settled slices are kept, and how much of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CacheSettings {
    /// Folder of the store and its key (`[cache] path`); without one, or when it cannot be used, memory. Default: none.
    pub path: Option<PathBuf>,
    /// Room for them, in bytes (`[cache] max_bytes`); in memory at most 64 MiB. Default: 256 MiB.
    pub max_bytes: u64,
}

impl Default for CacheSettings {
    fn default() -> Self {
        Self { path: None, max_bytes: 256 << 20 }
    }
}

/// The cache of an event history; opened when it is first used.
pub(super) struct Cache {
    settings: CacheSettings,
    shared: OnceLock<Option<Arc<Shared>>>,
    writer: Mutex<Option<JoinHandle<()>>>,
}

/// What the callers and the writing thread share.
struct Shared {
    seal: Seal,
    store: Mutex<Store>,
    queue: Mutex<Queue>,
    wake: Condvar,
}

/// Slices that are not written yet. They are found here meanwhile.
#[derive(Default)]
struct Queue {
    waiting: VecDeque<Arc<(Label, Slice)>>,
    closed_by: Option<Instant>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Cache {
    /// Prepares; touches nothing yet.
    pub(super) fn new(settings: CacheSettings) -> Self {
        Self { settings, shared: OnceLock::new(), writer: Mutex::default() }
    }

    fn shared(&self) -> Option<&Arc<Shared>> {
        self.shared.get_or_init(|| Shared::open(&self.settings).map(Arc::new)).as_ref()
    }
}

impl Settled for Cache {
    fn known(&self, place: &SliceKey, start: DateTime<Utc>, end: DateTime<Utc>) -> Vec<Slice> {
        // The id is empty when the account could not be determined, and another one's events must not pass for its.
        let Some(shared) = self.shared().filter(|_| !place.account.is_empty() && start <= end) else { return Vec::new() };
        let asked = Label { place: shared.seal.place(place), start: start.timestamp(), end: end.timestamp() };
        // In this order: what is written in between is then found twice instead of not at all.
        let waiting = shared.waiting(&asked);
        let stored = lock(&shared.store).touching(&asked);
        let mut found: Vec<Found> = waiting.into_iter().map(Found::Waiting).chain(stored.into_iter().map(Found::Stored)).collect();
        found.sort_by_key(|found| (found.label().start, std::cmp::Reverse(found.label().end)));
        let mut known = Vec::new();
        let mut from = asked.start;
        for found in found.into_iter().filter(|found| found.label().start <= asked.end) {
            let (first, last) = (found.label().start.max(from), found.label().end.min(asked.end));
            if first > last {
                continue;
            }
            if let Some(slice) = shared.load(found).and_then(|slice| cut(slice, first, last)) {
                known.push(slice);
                from = last.saturating_add(1);
            }
        }
        known
    }

    fn keep(&self, place: &SliceKey, slice: Slice) {
        let Some(shared) = self.shared().filter(|_| !place.account.is_empty() && slice.start <= slice.end) else { return };
        let label = Label { place: shared.seal.place(place), start: slice.start.timestamp(), end: slice.end.timestamp() };
        {
            let mut queue = lock(&shared.queue);
            if queue.waiting.len() >= WAITING {
                debug!("A slice was not kept: too many wait to be written.");
                return;
            }
            queue.waiting.push_back(Arc::new((label, slice)));
        }
        shared.wake.notify_one();
        let mut writer = lock(&self.writer);
        if writer.is_none() {
            let shared = Arc::clone(shared);
            *writer = std::thread::Builder::new().name("cache".to_owned()).spawn(move || shared.write_all()).ok();
        }
    }
}

impl Drop for Cache {
    fn drop(&mut self) {
        let Some(shared) = self.shared.get().and_then(Option::as_ref) else { return };
        lock(&shared.queue).closed_by = Instant::now().checked_add(LAST_WRITES);
        shared.wake.notify_one();
        if let Some(writer) = lock(&self.writer).take() {
            let _ = writer.join();
        }
    }
}

/// A slice that may serve, not loaded yet.
enum Found {
    Waiting(Arc<(Label, Slice)>),
    Stored(Label),
}

impl Found {
    fn label(&self) -> &Label {
        match self {
            Self::Waiting(kept) => &kept.0,
            Self::Stored(label) => label,
        }
    }
}

impl Shared {
    fn open(settings: &CacheSettings) -> Option<Self> {
        let in_folder = settings.path.as_deref().and_then(|folder| match open_in(folder, settings.max_bytes) {
            Ok(opened) => Some(opened),
            Err(error) => {
                warn!(%error, "The cache's folder cannot be used; what is read is kept in memory only.");
                None
            }
        });
        let in_memory = || Some((Seal::of_process()?, Store::in_memory(settings.max_bytes.min(IN_MEMORY))));
        let (seal, store) = in_folder.or_else(in_memory)?;
        Some(Self { seal, store: Mutex::new(store), queue: Mutex::default(), wake: Condvar::new() })
    }

    fn waiting(&self, asked: &Label) -> Vec<Arc<(Label, Slice)>> {
        lock(&self.queue).waiting.iter().filter(|kept| kept.0.touches(asked)).cloned().collect()
    }

    fn load(&self, found: Found) -> Option<Slice> {
        let label = match found {
            Found::Waiting(kept) => return Some(kept.1.clone()),
            Found::Stored(label) => label,
        };
        let sealed = lock(&self.store).sealed(&label)?;
        let entries = self.seal.open(&label, sealed).and_then(|bytes| content::read(&bytes));
        if entries.is_none() {
            lock(&self.store).forget(&label);
        }
        let at = |seconds| DateTime::from_timestamp(seconds, 0);
        Some(Slice { start: at(label.start)?, end: at(label.end)?, entries: entries? })
    }

    /// Writes what waits, until the cache is closed.
    fn write_all(&self) {
        loop {
            let next = {
                let mut queue = lock(&self.queue);
                loop {
                    match (queue.waiting.front(), queue.closed_by) {
                        (_, Some(by)) if Instant::now() >= by => return,
                        (Some(next), _) => break Arc::clone(next),
                        (None, Some(_)) => return,
                        (None, None) => queue = self.wake.wait(queue).unwrap_or_else(PoisonError::into_inner),
                    }
                }
            };
            let (label, slice) = next.as_ref();
            if let Some(sealed) = content::write(&slice.entries).and_then(|bytes| self.seal.seal(label, bytes))
                && let Err(error) = lock(&self.store).insert(label, sealed)
            {
                debug!(%error, "A slice could not be kept.");
            }
            lock(&self.queue).waiting.pop_front();
        }
    }
}

fn open_in(folder: &Path, max_bytes: u64) -> Result<(Seal, Store), Box<dyn std::error::Error>> {
    seal::private_folder(folder)?;
    Ok((Seal::from_file(&folder.join("slices.key"))?, Store::in_folder(folder.join("slices"), max_bytes)?))
}

/// Cuts a slice to an interval inside it; nothing when an entry does not tell its time, unless the slice stays whole.
fn cut(slice: Slice, first: i64, last: i64) -> Option<Slice> {
    if (slice.start.timestamp(), slice.end.timestamp()) == (first, last) {
        return Some(slice);
    }
    let mut entries = Vec::new();
    for entry in slice.entries {
        if (first..=last).contains(&entry.time?.timestamp()) {
            entries.push(entry);
        }
    }
    Some(Slice { start: DateTime::from_timestamp(first, 0)?, end: DateTime::from_timestamp(last, 0)?, entries })
}

#[cfg(test)]
mod tests;
