//! Cursors: frozen questions, kept in memory for an hour, each for the process's one caller.
//!
//! A cursor is a random handle. It holds what was asked, what policy admitted and what was shown; no event.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};

/// How long a cursor is good for.
///
/// Source: the contract.
pub const LIFETIME: TimeDelta = TimeDelta::hours(1);
/// Most cursors kept; the oldest goes first.
const MOST: usize = 256;

/// The cursors handed out.
pub struct Cursors<T> {
    kept: Mutex<VecDeque<(String, DateTime<Utc>, T)>>,
}

impl<T> Default for Cursors<T> {
    fn default() -> Self {
        Self { kept: Mutex::new(VecDeque::new()) }
    }
}

impl<T: Clone> Cursors<T> {
    /// Keeps `state` and returns its handle.
    ///
    /// Errors: when the system has no randomness to give.
    pub fn issue(&self, state: T, now: DateTime<Utc>) -> Result<String, getrandom::Error> {
        let mut bytes = [0u8; 12];
        getrandom::fill(&mut bytes)?;
        let handle = URL_SAFE_NO_PAD.encode(bytes);
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= MOST {
            kept.pop_front();
        }
        kept.push_back((handle.clone(), now, state));
        Ok(handle)
    }

    /// Returns the state behind `handle`; nothing when it is unknown or older than an hour.
    pub fn resume(&self, handle: &str, now: DateTime<Utc>) -> Option<T> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|(_, issued, _)| now - *issued < LIFETIME);
        kept.iter().find(|(known, _, _)| known == handle).map(|(_, _, state)| state.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_lives_for_an_hour_and_unknown_ones_give_nothing() {
        let cursors = Cursors::default();
        let now = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        let handle = cursors.issue(7, now).unwrap();
        assert_eq!(cursors.resume(&handle, now + TimeDelta::minutes(59)), Some(7));
        assert_eq!(cursors.resume("another", now), None);
        assert_eq!(cursors.resume(&handle, now + LIFETIME), None);
    }

    #[test]
    fn the_oldest_cursor_goes_when_there_are_too_many() {
        let cursors = Cursors::default();
        let now = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        let first = cursors.issue(0, now).unwrap();
        let rest: Vec<String> = (1..=MOST).map(|n| cursors.issue(n, now).unwrap()).collect();
        assert_eq!(cursors.resume(&first, now), None);
        assert_eq!(cursors.resume(rest.last().unwrap(), now), Some(MOST));
    }
}
