//! The same work on many things at once, until time is up.

use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Instant;

/// When to begin nothing more.
#[derive(Clone, Copy)]
pub(super) struct Halt<'a> {
    pub(super) stop: &'a AtomicBool,
    pub(super) until: Option<Instant>,
}

impl Halt<'_> {
    pub(super) fn now(&self) -> bool {
        self.stop.load(Ordering::Relaxed) || self.until.is_some_and(|until| Instant::now() >= until)
    }
}

/// Works on each item on so many threads; what was done is taken in any order, and what was not begun before the halt is counted.
pub(super) fn each<T: Sync, R: Send>(
    items: &[T],
    threads: usize,
    halt: Halt<'_>,
    work: impl Fn(&T) -> R + Sync,
    take: impl FnMut(&T, R) + Send,
) -> usize {
    let (next, skipped, take) = (AtomicUsize::new(0), AtomicUsize::new(0), Mutex::new(take));
    let worker = || {
        while let Some(item) = items.get(next.fetch_add(1, Ordering::Relaxed)) {
            if halt.now() {
                skipped.fetch_add(1, Ordering::Relaxed);
                continue;
            }
            let done = work(item);
            let mut take = take.lock().unwrap_or_else(PoisonError::into_inner);
            (*take)(item, done);
        }
    };
    let threads = threads.min(items.len());
    if threads <= 1 {
        worker();
    } else {
        std::thread::scope(|scope| {
            for _ in 0..threads {
                scope.spawn(worker);
            }
        });
    }
    skipped.into_inner()
}
