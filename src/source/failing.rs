//! A source that fails after so many readings, however good the one behind it is: for tests of what comes after.

use std::sync::atomic::{AtomicUsize, Ordering};

use super::{BoxFuture, Query, Source};
use crate::coverage::{Cause, Cell, Profile, Reading, State};
use crate::policy::Ungated;

/// A source, and how many of its readings are good.
pub struct Failing<S> {
    source: S,
    good: AtomicUsize,
    state: State,
    cause: Option<Cause>,
}

impl<S: Source> Failing<S> {
    /// Fails in this way once `good` readings have been begun.
    pub fn after(source: S, good: usize, state: State, cause: Option<Cause>) -> Self {
        Self { source, good: AtomicUsize::new(good), state, cause }
    }
}

impl<S: Source> Source for Failing<S> {
    fn profile(&self) -> &'static Profile {
        self.source.profile()
    }

    fn read<'a>(&'a self, query: &'a Query) -> BoxFuture<'a, Ungated> {
        if self.good.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |good| good.checked_sub(1)).is_ok() {
            return self.source.read(query);
        }
        let (account, region) = (query.account().unwrap_or_default(), query.region().unwrap_or_default());
        let mut cell = Cell::cut(account, region, self.profile(), self.state, None);
        (cell.asked, cell.cause) = (query.asked(), self.cause.clone());
        Box::pin(std::future::ready(Reading { cells: vec![cell], ..Reading::default() }.into()))
    }
}
