//! Cursors: frozen questions, kept in memory for an hour, each for the one caller who asked.
//!
//! A cursor is a random handle. It holds what was asked, what policy admitted and what was shown; and, where a reading was cut
//! short, what need not be read again.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};

use super::query::FrozenRows;
use super::question::FrozenChanges;
use super::resume::Room;

/// How long a cursor is good for.
///
/// Source: the contract.
pub const LIFETIME: TimeDelta = TimeDelta::hours(1);
/// Most cursors kept of one caller; its oldest goes first.
const MOST_OF_ONE: usize = 256;
/// Most cursors kept in all; the oldest of whoever has the most goes first, so that nobody can push out another's few.
const MOST: usize = 1024;

/// What a cursor holds.
#[derive(Clone)]
pub enum Frozen {
    /// Of a question about what changed.
    Changes(Box<FrozenChanges>),
    /// Of a named question.
    Rows(Box<FrozenRows>),
}

/// The cursors handed out.
pub struct Cursors<T> {
    kept: Mutex<VecDeque<Kept<T>>>,
    room: Arc<Room>,
    /// Whether none is given, as nobody could come back with it.
    ephemeral: bool,
}

struct Kept<T> {
    handle: String,
    caller: Arc<str>,
    issued: DateTime<Utc>,
    state: T,
}

impl<T> Default for Cursors<T> {
    fn default() -> Self {
        Self { kept: Mutex::new(VecDeque::new()), room: Arc::default(), ephemeral: false }
    }
}

impl<T> Cursors<T> {
    /// Makes those of a process that ends with its answer: it gives none.
    pub fn ephemeral() -> Self {
        Self { ephemeral: true, ..Self::default() }
    }

    /// Tells whether cursors are given.
    pub(super) fn are_given(&self) -> bool {
        !self.ephemeral
    }
}

impl<T: Clone> Cursors<T> {
    /// Keeps `state` for `caller` and returns its handle.
    ///
    /// Errors: when the system has no randomness to give.
    pub fn issue(&self, caller: &Arc<str>, state: T, now: DateTime<Utc>) -> Result<String, getrandom::Error> {
        let mut bytes = [0u8; 12];
        getrandom::fill(&mut bytes)?;
        let handle = URL_SAFE_NO_PAD.encode(bytes);
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        make_room(&mut kept, caller);
        kept.push_back(Kept { handle: handle.clone(), caller: Arc::clone(caller), issued: now, state });
        Ok(handle)
    }

    /// Returns how much all of them carry together.
    pub(super) fn room(&self) -> &Arc<Room> {
        &self.room
    }

    /// Returns the state behind `handle`; nothing when it is unknown, another caller's, or older than an hour.
    pub fn resume(&self, caller: &str, handle: &str, now: DateTime<Utc>) -> Option<T> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|one| now - one.issued < LIFETIME);
        kept.iter().find(|one| one.handle == handle && *one.caller == *caller).map(|one| one.state.clone())
    }
}

/// Drops a cursor where one more of `caller`'s would be too many.
fn make_room<T>(kept: &mut VecDeque<Kept<T>>, caller: &Arc<str>) {
    let mut counts: BTreeMap<&Arc<str>, usize> = BTreeMap::new();
    for one in kept.iter() {
        *counts.entry(&one.caller).or_default() += 1;
    }
    let full = counts.get(caller).is_some_and(|count| *count >= MOST_OF_ONE);
    let whose =
        if full { Some(caller.clone()) } else { counts.iter().max_by_key(|(_, count)| **count).map(|(caller, _)| Arc::clone(caller)) };
    if (full || kept.len() >= MOST)
        && let Some(oldest) = kept.iter().position(|one| Some(&one.caller) == whose.as_ref())
    {
        kept.remove(oldest);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn caller(name: &str) -> Arc<str> {
        name.into()
    }

    fn now() -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_000_000, 0).unwrap()
    }

    #[test]
    fn a_cursor_lives_for_an_hour_and_unknown_ones_give_nothing() {
        let cursors = Cursors::default();
        let handle = cursors.issue(&caller(""), 7, now()).unwrap();
        assert_eq!(cursors.resume("", &handle, now() + TimeDelta::minutes(59)), Some(7));
        assert_eq!(cursors.resume("", "another", now()), None);
        assert_eq!(cursors.resume("", &handle, now() + LIFETIME), None);
    }

    #[test]
    fn a_cursor_is_its_own_callers_alone() {
        let cursors = Cursors::default();
        let handle = cursors.issue(&caller("alice"), 7, now()).unwrap();
        assert_eq!(cursors.resume("bob", &handle, now()), None);
        assert_eq!(cursors.resume("", &handle, now()), None);
        assert_eq!(cursors.resume("alice", &handle, now()), Some(7));
    }

    #[test]
    fn the_oldest_cursor_of_a_caller_goes_when_it_has_too_many() {
        let cursors = Cursors::default();
        let other = cursors.issue(&caller("bob"), 0, now()).unwrap();
        let first = cursors.issue(&caller("alice"), 0, now()).unwrap();
        let rest: Vec<String> = (1..=MOST_OF_ONE).map(|n| cursors.issue(&caller("alice"), n, now()).unwrap()).collect();
        assert_eq!(cursors.resume("alice", &first, now()), None);
        assert_eq!(cursors.resume("alice", rest.last().unwrap(), now()), Some(MOST_OF_ONE));
        assert_eq!(cursors.resume("bob", &other, now()), Some(0));
    }

    #[test]
    fn callers_with_many_cursors_do_not_push_out_the_one_of_another() {
        let cursors = Cursors::default();
        let mine = cursors.issue(&caller("alice"), 1, now()).unwrap();
        for n in 0..4 * MOST {
            cursors.issue(&caller(&format!("bot {}", n % 16)), n, now()).unwrap();
        }
        assert_eq!(cursors.resume("alice", &mine, now()), Some(1));
        assert_eq!(cursors.kept.lock().unwrap().len(), MOST);
    }
}
