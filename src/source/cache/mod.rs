//! What earlier readings learned and need not be asked for again: sealed, bounded, and never a reason to fail.
//!
//! `seal` encrypts, `store` keeps. A source says under which label something is found and how it becomes bytes; here it is written
//! behind the caller's back, and found meanwhile. All sources of a process share one cache, and several processes may share its folder.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use tracing::{debug, warn};

pub(in crate::source) use self::seal::Label;
use self::seal::Seal;
use self::store::Store;
use crate::config::Config;
use crate::config::settings::{CACHE_MAX_BYTES, CACHE_PATH};

mod seal;
mod store;

/// The most that is kept in memory, where there is no folder.
const IN_MEMORY: u64 = 64 << 20;
/// The most bytes, as they are held by whoever gave them, that wait to be written; what comes then is not kept.
const WAITING: usize = 32 << 20;
/// What each takes beside that.
const BESIDE: usize = 1 << 10;
/// How long the end waits for what is still to be written.
const LAST_WRITES: Duration = Duration::from_millis(150);

/// Where something is kept that cannot change any more, and how much of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CacheSettings {
    /// Folder of the store and its key (`[cache] path`); without one, or when it cannot be used, memory. Default: none.
    pub path: Option<PathBuf>,
    /// Room for it, in bytes (`[cache] max_bytes`); in memory at most 64 MiB. Default: 256 MiB.
    pub max_bytes: u64,
}

impl Default for CacheSettings {
    fn default() -> Self {
        Self { path: None, max_bytes: 256 << 20 }
    }
}

impl CacheSettings {
    /// Takes what the settings say.
    pub fn configured(config: &Config) -> Self {
        Self { path: config.find(&CACHE_PATH), max_bytes: config.get(&CACHE_MAX_BYTES) }
    }
}

/// The cache of a process; opened when it is first used.
#[derive(Default)]
pub struct Cache {
    settings: CacheSettings,
    shared: OnceLock<Option<Arc<Shared>>>,
    writer: Mutex<Option<JoinHandle<()>>>,
}

/// What the callers and the writing thread share.
struct Shared {
    seal: Seal,
    store: Store,
    queue: Mutex<Queue>,
    wake: Condvar,
}

/// What is not written yet. It is found here meanwhile.
#[derive(Default)]
struct Queue {
    waiting: VecDeque<Arc<Waiting>>,
    size: usize,
    closed_by: Option<Instant>,
}

/// Makes bytes of what is kept.
type Write = dyn Fn() -> Option<Vec<u8>> + Send + Sync;

struct Waiting {
    label: Label,
    bound: String,
    size: usize,
    write: Box<Write>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Cache {
    /// Prepares; touches nothing yet.
    pub fn new(settings: CacheSettings) -> Self {
        Self { settings, shared: OnceLock::new(), writer: Mutex::default() }
    }

    /// Tells whether what is kept outlives the process.
    pub(in crate::source) fn lasts(&self) -> bool {
        self.settings.path.is_some() && self.shared().is_some_and(|shared| matches!(shared.store, Store::Folder(_)))
    }

    /// Returns the digest of parts that name a place, or something at one; without the key it tells nothing of them.
    pub(in crate::source) fn digest(&self, parts: &[&str]) -> Option<[u8; 32]> {
        Some(self.shared()?.seal.digest(parts))
    }

    /// Returns what is kept at a place, in any order.
    pub(in crate::source) fn at(&self, place: &[u8; 32]) -> Vec<Label> {
        let Some(shared) = self.shared() else { return Vec::new() };
        // In this order: what is written in between is then found twice instead of not at all.
        let mut labels: Vec<Label> = lock(&shared.queue).waiting.iter().map(|one| one.label).filter(|one| one.place == *place).collect();
        labels.extend(shared.store.at(place));
        labels
    }

    /// Tells whether something is kept under a label, whatever it is worth.
    pub(in crate::source) fn holds(&self, label: &Label) -> bool {
        self.shared().is_some_and(|shared| shared.waiting(label).is_some() || shared.store.holds(label))
    }

    /// Returns the bytes that are kept under a label; nothing where there are none, or they are damaged, or bound to something else.
    pub(in crate::source) fn load(&self, label: &Label, bound: &str) -> Option<Vec<u8>> {
        let shared = self.shared()?;
        if let Some(waiting) = shared.waiting(label) {
            return if waiting.bound == bound { (waiting.write)() } else { None };
        }
        let opened = shared.seal.open((label, bound), shared.store.sealed(label)?);
        if opened.is_none() {
            shared.store.forget(label);
        }
        opened
    }

    /// Deletes what is kept under a label.
    pub(in crate::source) fn forget(&self, label: &Label) {
        if let Some(shared) = self.shared() {
            shared.store.forget(label);
        }
    }

    /// Keeps what `write` makes bytes of, in place of what was kept under this label. Never blocks for long, never fails the caller.
    ///
    /// Units: `size` is what it holds in bytes until it is written.
    pub(in crate::source) fn keep(&self, (label, bound): (Label, String), size: usize, write: Box<Write>) {
        let (Some(shared), size) = (self.shared(), size.saturating_add(BESIDE)) else { return };
        {
            let mut queue = lock(&shared.queue);
            if queue.size.saturating_add(size) > WAITING {
                debug!("Something was not kept: too much waits to be written.");
                return;
            }
            queue.size += size;
            queue.waiting.push_back(Arc::new(Waiting { label, bound, size, write }));
        }
        shared.wake.notify_one();
        self.start_writer(shared);
    }

    fn shared(&self) -> Option<&Arc<Shared>> {
        let open = || {
            let shared = Arc::new(Shared::open(&self.settings)?);
            // What is in a folder is fitted into its room behind the caller's back.
            if matches!(shared.store, Store::Folder(_)) {
                self.start_writer(&shared);
            }
            Some(shared)
        };
        self.shared.get_or_init(open).as_ref()
    }

    fn start_writer(&self, shared: &Arc<Shared>) {
        let mut writer = lock(&self.writer);
        if writer.is_none() {
            let shared = Arc::clone(shared);
            *writer = std::thread::Builder::new().name("cache".to_owned()).spawn(move || shared.write_all()).ok();
        }
    }

    /// Waits until everything kept so far was written.
    #[cfg(test)]
    pub(in crate::source) fn written(&self) {
        while self.waiting() > 0 {
            std::thread::yield_now();
        }
    }

    /// Returns how much waits to be written.
    #[cfg(test)]
    pub(in crate::source) fn waiting(&self) -> usize {
        self.shared().map_or(0, |shared| lock(&shared.queue).waiting.len())
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

impl std::fmt::Debug for Cache {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Cache").field("settings", &self.settings).finish_non_exhaustive()
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
        Some(Self { seal, store, queue: Mutex::default(), wake: Condvar::new() })
    }

    /// Returns what waits under a label; of several, what came last.
    fn waiting(&self, label: &Label) -> Option<Arc<Waiting>> {
        lock(&self.queue).waiting.iter().rev().find(|one| one.label == *label).cloned()
    }

    /// Writes what waits, until the cache is closed.
    fn write_all(&self) {
        self.store.fit();
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
            let sealed = (next.write)().and_then(|bytes| self.seal.seal((&next.label, &next.bound), bytes));
            if let Some(sealed) = sealed
                && let Err(error) = self.store.insert(&next.label, sealed)
            {
                debug!(%error, "Something could not be kept.");
            }
            let mut queue = lock(&self.queue);
            queue.waiting.pop_front();
            queue.size = queue.size.saturating_sub(next.size);
        }
    }
}

fn open_in(folder: &Path, max_bytes: u64) -> Result<(Seal, Store), Box<dyn std::error::Error>> {
    seal::private_folder(folder)?;
    Ok((Seal::from_file(&folder.join("kept.key"))?, Store::in_folder(folder.join("kept"), max_bytes)?))
}
