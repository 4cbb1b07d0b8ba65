//! Questions in flight: readers that ask the same share its pages, so that each is sent once.
//!
//! A page is asked by whoever needs it first; the others wait for it. When that one goes away, the next asks in its place, so
//! that nobody depends on another's patience. Nothing outlives the readers.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use chrono::{DateTime, Utc};
use tokio::sync::OnceCell;
use tokio::time::timeout_at;

use super::chain::Ask;
use super::failure::Failure;
use super::send::{Landed, Sender, Stop};
use super::settled::SliceKey;

/// What became of a page, for all who wait for it.
pub(super) type Got = Result<Arc<Landed>, Failure>;

/// The questions that somebody is asking now.
#[derive(Debug, Default)]
pub(super) struct SingleFlight {
    aloft: Mutex<HashMap<(SliceKey, Ask), Weak<SharedQuestion>>>,
}

impl SingleFlight {
    /// Returns the flight of a question: the one under way, or a new one.
    ///
    /// One that failed is over for those who come later.
    pub(super) fn join(&self, place: &SliceKey, ask: &Ask, now: DateTime<Utc>) -> Arc<SharedQuestion> {
        let mut aloft = self.aloft.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (place.clone(), ask.clone());
        let under_way = aloft.get(&key).and_then(Weak::upgrade).filter(|flight| !flight.failed.load(Ordering::Relaxed));
        under_way.unwrap_or_else(|| {
            aloft.retain(|_, flight| flight.strong_count() > 0);
            let flight = Arc::new(SharedQuestion { since: now, failed: AtomicBool::new(false), pages: Mutex::default() });
            aloft.insert(key, Arc::downgrade(&flight));
            flight
        })
    }

    /// Returns how many flights somebody still holds.
    #[cfg(test)]
    pub(super) fn count(&self) -> usize {
        self.aloft.lock().unwrap().values().filter(|flight| flight.strong_count() > 0).count()
    }
}

/// One question, and its pages so far.
#[derive(Debug)]
pub(super) struct SharedQuestion {
    /// When it was first asked: what was not delivered by then may be missing.
    pub(super) since: DateTime<Utc>,
    failed: AtomicBool,
    pages: Mutex<Vec<Arc<OnceCell<Got>>>>,
}

impl SharedQuestion {
    /// Returns page `n`, counted from 0: at once when it came before, else by asking or by waiting for who asks.
    ///
    /// `sent` counts the requests that were sent for it by this reader.
    /// Errors: what stops this reader alone.
    pub(super) async fn page(&self, n: usize, ask: &Ask, sender: &Sender<'_>, sent: &AtomicU32) -> Result<Got, Stop> {
        let (token, page) = self.place(n);
        let ask_aws = || async {
            let landed = sender.page(ask, token.as_deref(), sent).await?.map(Arc::new);
            self.failed.fetch_or(landed.is_err(), Ordering::Relaxed);
            Ok(landed)
        };
        let waited = timeout_at(sender.deadline, page.get_or_try_init(ask_aws)).await;
        waited.unwrap_or(Err(Stop::Deadline)).cloned()
    }

    /// Returns the token that leads to page `n`, and its place.
    fn place(&self, n: usize) -> (Option<String>, Arc<OnceCell<Got>>) {
        let mut pages = self.pages.lock().unwrap_or_else(PoisonError::into_inner);
        let before = n.checked_sub(1).and_then(|before| pages.get(before)?.get()?.as_ref().ok()?.page.token.clone());
        while pages.len() <= n {
            pages.push(Arc::default());
        }
        (before, pages.get(n).cloned().unwrap_or_default())
    }
}
