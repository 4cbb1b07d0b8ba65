//! When to read no further, who reads what right now, and how much may be held.

use std::collections::HashSet;
use std::io::{self, Read, Seek, SeekFrom};
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, LazyLock, Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::store::Bytes;
use crate::coverage::{Failure, FileFault};
use crate::source::api::Spent;

/// Most files that are read side by side by the whole process: each holds buffers of its own, 1 MiB as a rule and some 20 MiB at worst.
///
/// Source: ours; eight cores inflate more than a disk gives.
const MAX_READERS: usize = 8;

/// Most threads that are left behind in a call of the system that does not return; beyond, none is replaced.
const MAX_STUCK: usize = 32;

/// When to read no further.
#[derive(Debug, Default)]
pub(super) struct Halt {
    /// Nobody waits any more.
    pub(super) stop: Arc<AtomicBool>,
    /// The one event that was asked for is found.
    pub(super) found: AtomicBool,
    /// As much is held as may be.
    pub(super) full: AtomicBool,
    /// When time is up.
    pub(super) until: Option<Instant>,
    /// As much was fetched as one call may.
    pub(super) spent_all: AtomicBool,
    /// What was fetched.
    pub(super) spent: Spent,
    /// What keeps requests from being answered at all, as it was told first.
    pub(super) failure: Mutex<Option<Failure>>,
    /// Who asks.
    pub(super) caller: String,
}

impl Halt {
    /// Tells whether to stop.
    pub(super) fn now(&self) -> bool {
        let set = |flag: &AtomicBool| flag.load(Ordering::Relaxed);
        set(&self.stop) || set(&self.found) || set(&self.full) || set(&self.spent_all) || self.is_late()
    }

    /// Tells whether time is up.
    pub(super) fn is_late(&self) -> bool {
        self.until.is_some_and(|until| Instant::now() >= until)
    }

    /// Notes what keeps requests from being answered; what came first stands.
    pub(super) fn failed(&self, failure: Failure) {
        self.failure.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(failure);
    }

    /// Fails when it is time to stop.
    pub(super) fn check(&self) -> io::Result<()> {
        if self.now() { Err(io::Error::other("the reading was ended")) } else { Ok(()) }
    }
}

/// What one thread is doing, for who waits for it.
#[derive(Debug, Default)]
pub(super) struct Pulse {
    /// When it asked the system for something that is not there yet, in milliseconds since the start of the process; 0 when it did not.
    waits_since: AtomicU64,
    /// The position of the file that it reads.
    file: AtomicUsize,
    /// Whether it reads, is between two files, or was left behind.
    state: AtomicU8,
    /// Whether it takes the place of a reader.
    reads: AtomicBool,
}

/// States of a [`Pulse`].
const BETWEEN: u8 = 0;
const READING: u8 = 1;
const LEFT_BEHIND: u8 = 2;

static START: LazyLock<Instant> = LazyLock::new(Instant::now);
static STUCK: AtomicUsize = AtomicUsize::new(0);

fn milliseconds() -> u64 {
    u64::try_from(START.elapsed().as_millis()).unwrap_or(u64::MAX).saturating_add(1)
}

impl Pulse {
    /// Does what may not return.
    pub(super) fn waiting<T>(&self, work: impl FnOnce() -> T) -> T {
        self.waits_since.store(milliseconds(), Ordering::Relaxed);
        let done = work();
        self.waits_since.store(0, Ordering::Relaxed);
        done
    }

    /// Tells whether it has waited for longer than `patience`.
    pub(super) fn is_stuck(&self, patience: Duration) -> bool {
        let since = self.waits_since.load(Ordering::Relaxed);
        since > 0 && u128::from(milliseconds().saturating_sub(since)) > patience.as_millis()
    }

    /// Begins with a file.
    pub(super) fn begin(&self, file: usize) {
        self.file.store(file, Ordering::SeqCst);
        self.state.store(READING, Ordering::SeqCst);
    }

    /// Ends with the file; tells whether somebody still waits for it.
    pub(super) fn end(&self) -> bool {
        self.leave();
        let awaited = self.state.compare_exchange(READING, BETWEEN, Ordering::SeqCst, Ordering::SeqCst).is_ok();
        if !awaited {
            STUCK.fetch_sub(1, Ordering::SeqCst);
        }
        awaited
    }

    /// Leaves the thread behind with its file, whose position it returns; nothing when it is just done with it.
    pub(super) fn leave_behind(&self) -> Option<usize> {
        self.state.compare_exchange(READING, LEFT_BEHIND, Ordering::SeqCst, Ordering::SeqCst).ok()?;
        self.leave();
        STUCK.fetch_add(1, Ordering::SeqCst);
        Some(self.file.load(Ordering::SeqCst))
    }

    /// Takes the place of a reader as soon as there is one; tells whether it got it before the time to stop.
    pub(super) fn enter(&self, halt: &Halt) -> bool {
        let mut readers = READERS.lock().unwrap_or_else(PoisonError::into_inner);
        while *readers >= MAX_READERS {
            if halt.now() {
                return false;
            }
            readers = LEFT.wait_timeout(readers, Duration::from_millis(50)).unwrap_or_else(PoisonError::into_inner).0;
        }
        *readers += 1;
        self.reads.store(true, Ordering::SeqCst);
        true
    }

    /// Gives the place of a reader back, once.
    fn leave(&self) {
        if self.reads.swap(false, Ordering::SeqCst) {
            let mut readers = READERS.lock().unwrap_or_else(PoisonError::into_inner);
            *readers = readers.saturating_sub(1);
            LEFT.notify_one();
        }
    }
}

/// Tells whether a thread that was left behind may be replaced by another.
pub(super) fn may_replace() -> bool {
    STUCK.load(Ordering::SeqCst) < MAX_STUCK
}

static READERS: Mutex<usize> = Mutex::new(0);
static LEFT: Condvar = Condvar::new();

/// Files in whose reading a thread hangs: none follows it.
static HANGING: Mutex<Option<HashSet<String>>> = Mutex::new(None);

/// Tells whether a thread hangs in this file.
pub(super) fn hangs(file: &str) -> bool {
    HANGING.lock().unwrap_or_else(PoisonError::into_inner).as_ref().is_some_and(|files| files.contains(file))
}

/// Notes that a thread hangs in this file, or does no longer.
pub(super) fn set_hanging(file: &str, hangs: bool) {
    let mut files = HANGING.lock().unwrap_or_else(PoisonError::into_inner);
    let files = files.get_or_insert_default();
    if hangs {
        files.insert(file.to_owned());
    } else {
        files.remove(file);
    }
}

/// A file that is read under watch.
pub(super) struct Watched<R> {
    pub(super) inner: R,
    pub(super) halt: Arc<Halt>,
    pub(super) pulse: Arc<Pulse>,
    /// What the store said when it gave no more.
    pub(super) fault: Option<FileFault>,
}

impl<R: Read> Read for Watched<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.halt.check()?;
        let read = self.pulse.waiting(|| self.inner.read(buffer));
        self.fault = self.fault.or(read.as_ref().err().and_then(FileFault::within));
        read
    }
}

impl<R: Seek> Seek for Watched<R> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.pulse.waiting(|| self.inner.seek(to))
    }
}

impl<R: Read + Seek + Send> Bytes for Watched<R> {}

/// What is inflated, ended when it is time: a few bytes may inflate to very many.
pub(super) struct Ended<R> {
    pub(super) inner: R,
    pub(super) halt: Arc<Halt>,
}

impl<R: Read> Read for Ended<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.halt.check()?;
        self.inner.read(buffer)
    }
}

/// Bytes that the events of all calls may hold.
static HELD: AtomicUsize = AtomicUsize::new(0);

/// Most bytes that the events which all calls gather may hold, and those of one call.
///
/// Source: ours; what the ranking adds comes on top. With 400,000 changes in one window the process was measured at 223 MiB, when records
/// were still held as values.
const MAX_HELD: usize = 192 << 20;
const MAX_HELD_BY_CALL: usize = 144 << 20;

/// What the events of one call hold, as long as it gathers.
#[derive(Debug, Default)]
pub(super) struct Held(AtomicUsize);

impl Held {
    /// Takes `bytes` more; tells whether that is still within bounds.
    pub(super) fn take(&self, bytes: usize) -> bool {
        let own = self.0.fetch_add(bytes, Ordering::Relaxed) + bytes;
        let all = HELD.fetch_add(bytes, Ordering::Relaxed) + bytes;
        own <= MAX_HELD_BY_CALL && all <= MAX_HELD
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        HELD.fetch_sub(self.0.load(Ordering::Relaxed), Ordering::Relaxed);
    }
}
