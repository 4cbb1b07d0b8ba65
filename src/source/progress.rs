//! How far a call is: places read of places to read. Written where the reading is, told to the client by the server.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

/// How far a call is; copies share one count.
///
/// Shape: both counts only grow; widening a search adds places to read.
#[derive(Clone, Debug, Default)]
pub struct Progress(Arc<Counts>);

#[derive(Debug, Default)]
struct Counts {
    done: AtomicU32,
    total: AtomicU32,
}

impl Progress {
    /// Adds places that are going to be read: an account and region each, or an archive.
    pub fn begin(&self, places: usize) {
        self.0.total.fetch_add(u32::try_from(places).unwrap_or(u32::MAX), Ordering::Relaxed);
    }

    /// States that one more place was read, or could not be.
    pub fn done_one(&self) {
        self.0.done.fetch_add(1, Ordering::Relaxed);
    }

    /// Returns how many places were read, and of how many.
    pub fn counts(&self) -> (u32, u32) {
        // In this order, so that a place counted in between cannot make it more done than there is.
        let done = self.0.done.load(Ordering::Acquire);
        (done, self.0.total.load(Ordering::Acquire).max(done))
    }
}
