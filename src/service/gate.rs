//! How many calls run at a time, and whose turn it is: bounded, fair between callers, and honest about when to come back.
//!
//! A call that finds all places taken waits in the queue of its caller; places that become free go to the callers in turn, so that
//! one who asks a hundred times does not keep another waiting for the hundred. What does not fit is refused at once; when the queue is
//! full of one caller's calls, the last of those makes room.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Notify, oneshot};
use tokio::time::Instant;

use crate::config::audit::Limits;
use crate::refusal::{Code, Refusal};

/// The time over which a caller's calls are counted.
const MINUTE: Duration = Duration::from_secs(60);
/// Callers that are remembered before those that did nothing lately are forgotten.
const REMEMBERED: usize = 1024;

/// One caller's share.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Share {
    /// The most calls within any minute.
    pub requests_per_minute: Option<u32>,
    /// The most calls at a time, waiting ones included.
    pub max_concurrent: Option<u32>,
}

/// Why a call was not let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Busy {
    /// The caller has used up its minute; after this time there is room for one more call.
    Rate(Duration),
    /// The caller has as many calls going as it may.
    Concurrency,
    /// Too many calls wait already, or this one has waited too long.
    Full,
    /// The server is about to end.
    Closing,
}

/// Where every call passes.
pub struct Gate {
    state: Mutex<State>,
    /// Told whenever a place becomes free.
    freed: Notify,
}

struct State {
    limits: Limits,
    closed: bool,
    running: usize,
    /// Calls that wait, by caller; the caller in front is next.
    queues: VecDeque<(Arc<str>, VecDeque<Waiter>)>,
    waiting: usize,
    next_ticket: u64,
    callers: BTreeMap<Arc<str>, Caller>,
    /// The number of callers at which those without recent calls are forgotten.
    forget_at: usize,
}

struct Waiter {
    ticket: u64,
    place: oneshot::Sender<Place>,
}

#[derive(Default)]
struct Caller {
    /// Calls that run or wait.
    active: usize,
    /// When the calls of the last minute came.
    recent: VecDeque<Instant>,
}

/// The permission to run; a place becomes free when it is dropped.
pub struct Permit {
    _place: Place,
    _active: Active,
}

/// One of the places of calls that run.
struct Place {
    gate: Option<Arc<Gate>>,
}

/// One of the calls of a caller.
struct Active {
    gate: Arc<Gate>,
    caller: Arc<str>,
}

impl Gate {
    /// Makes a gate.
    pub fn new(limits: Limits) -> Arc<Self> {
        let state = State {
            limits,
            closed: false,
            running: 0,
            queues: VecDeque::new(),
            waiting: 0,
            next_ticket: 0,
            callers: BTreeMap::new(),
            forget_at: REMEMBERED,
        };
        Arc::new(Self { state: Mutex::new(state), freed: Notify::new() })
    }

    /// Lets a call in, at once or after it has waited for its turn.
    ///
    /// Errors: [`Busy`]; a call whose future is dropped leaves no trace but that it counts among the calls of its minute.
    pub async fn enter(self: &Arc<Self>, caller: Arc<str>, share: Share) -> Result<Permit, Busy> {
        let (waited, patience, mut waiting) = {
            let mut state = self.lock();
            state.count(&caller, share)?;
            // From here on the call is counted, whatever becomes of it.
            let active = Active { gate: Arc::clone(self), caller };
            if state.running < state.limits.running {
                state.running += 1;
                return Ok(Permit { _place: Place { gate: Some(Arc::clone(self)) }, _active: active });
            }
            if state.waiting >= state.limits.waiting && !state.make_room(&active.caller) {
                drop(state);
                return Err(Busy::Full);
            }
            let (place, waited) = oneshot::channel();
            let ticket = state.queue(&active.caller, place);
            (waited, state.limits.patience, Waiting { ticket, active: Some(active) })
        };
        match tokio::time::timeout(patience, waited).await {
            Ok(Ok(place)) => match waiting.active.take() {
                Some(active) => Ok(Permit { _place: place, _active: active }),
                None => Err(Busy::Full),
            },
            Ok(Err(_)) if self.lock().closed => Err(Busy::Closing),
            // It made room for another caller.
            Ok(Err(_)) => Err(Busy::Full),
            Err(_) => Err(Busy::Full),
        }
    }

    /// Changes the limits; calls that run already are not ended.
    pub fn set_limits(self: &Arc<Self>, limits: Limits) {
        let mut state = self.lock();
        state.limits = limits;
        while state.running < state.limits.running && state.waiting > 0 {
            state.running += 1;
            if !self.hand_on(&mut state) {
                state.running -= 1;
                break;
            }
        }
    }

    /// Lets nobody in any more, and sends away who waits.
    pub fn close(&self) {
        let mut state = self.lock();
        state.closed = true;
        state.waiting = 0;
        let queues = std::mem::take(&mut state.queues);
        drop(state);
        drop(queues);
    }

    /// Resolves as soon as no call runs.
    pub async fn idle(&self) {
        loop {
            let freed = self.freed.notified();
            if self.lock().running == 0 {
                return;
            }
            freed.await;
        }
    }

    /// Returns how many calls run, and how many wait.
    pub fn load(&self) -> (usize, usize) {
        let state = self.lock();
        (state.running, state.waiting)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Gives a place that is free to whoever is next; false when nobody waits.
    fn hand_on(self: &Arc<Self>, state: &mut State) -> bool {
        while let Some(waiter) = state.next() {
            // Whoever gave up in the meantime gives the place back, which must not count it as free a second time.
            match waiter.place.send(Place { gate: Some(Arc::clone(self)) }) {
                Ok(()) => return true,
                Err(mut place) => place.gate = None,
            }
        }
        false
    }
}

impl State {
    /// Counts a call of `caller`, or says why it is one too many.
    fn count(&mut self, caller: &Arc<str>, share: Share) -> Result<(), Busy> {
        if self.closed {
            return Err(Busy::Closing);
        }
        let now = Instant::now();
        let expired = |came: &Instant| now.duration_since(*came) >= MINUTE;
        if self.callers.len() >= self.forget_at {
            self.callers.retain(|_, caller| caller.active > 0 || caller.recent.back().is_some_and(|came| !expired(came)));
            self.forget_at = (2 * self.callers.len()).max(REMEMBERED);
        }
        let counted = self.callers.entry(Arc::clone(caller)).or_default();
        if share.max_concurrent.is_some_and(|most| counted.active >= most as usize) {
            return Err(Busy::Concurrency);
        }
        if let Some(most) = share.requests_per_minute {
            while counted.recent.front().is_some_and(expired) {
                counted.recent.pop_front();
            }
            if let Some(first) = counted.recent.front().filter(|_| counted.recent.len() >= most as usize) {
                return Err(Busy::Rate(MINUTE.saturating_sub(now.duration_since(*first))));
            }
            counted.recent.push_back(now);
        }
        counted.active += 1;
        Ok(())
    }

    fn queue(&mut self, caller: &Arc<str>, place: oneshot::Sender<Place>) -> u64 {
        let ticket = self.next_ticket;
        self.next_ticket += 1;
        self.waiting += 1;
        let waiter = Waiter { ticket, place };
        match self.queues.iter_mut().find(|(queued, _)| queued == caller) {
            Some((_, queue)) => queue.push_back(waiter),
            None => self.queues.push_back((Arc::clone(caller), VecDeque::from([waiter]))),
        }
        ticket
    }

    /// Sends away the last call of the caller with the most that wait, when `caller` has fewer; false when there is none such.
    ///
    /// Whoever fills the queue thereby fills it for itself only.
    fn make_room(&mut self, caller: &str) -> bool {
        let own = self.queues.iter().find(|(queued, _)| **queued == *caller).map_or(0, |(_, queue)| queue.len());
        let longest = self.queues.iter_mut().map(|(_, queue)| queue).max_by_key(|queue| queue.len());
        let Some(longest) = longest.filter(|queue| queue.len() > own + 1) else { return false };
        self.waiting -= usize::from(longest.pop_back().is_some());
        true
    }

    /// Takes who is next, and puts its caller at the end.
    fn next(&mut self) -> Option<Waiter> {
        let (caller, mut queue) = self.queues.pop_front()?;
        let waiter = queue.pop_front();
        if !queue.is_empty() {
            self.queues.push_back((caller, queue));
        }
        self.waiting -= usize::from(waiter.is_some());
        waiter
    }

    /// Forgets a call that waits no more.
    fn leave(&mut self, caller: &str, ticket: u64) {
        if let Some((_, queue)) = self.queues.iter_mut().find(|(queued, _)| **queued == *caller) {
            let before = queue.len();
            queue.retain(|waiter| waiter.ticket != ticket);
            self.waiting -= before - queue.len();
        }
        self.queues.retain(|(_, queue)| !queue.is_empty());
    }
}

/// A call that waits; leaves the queue when it is dropped before its turn.
struct Waiting {
    ticket: u64,
    active: Option<Active>,
}

impl Drop for Waiting {
    fn drop(&mut self) {
        if let Some(active) = &self.active {
            active.gate.lock().leave(&active.caller, self.ticket);
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let Some(gate) = self.gate.take() else { return };
        let mut state = gate.lock();
        if state.running > state.limits.running || !gate.hand_on(&mut state) {
            state.running -= 1;
        }
        drop(state);
        gate.freed.notify_waiters();
    }
}

impl Drop for Active {
    fn drop(&mut self) {
        if let Some(counted) = self.gate.lock().callers.get_mut(&self.caller) {
            counted.active = counted.active.saturating_sub(1);
        }
    }
}

impl Busy {
    /// Returns how long to wait before the next try.
    pub fn retry_after(self) -> Duration {
        match self {
            Self::Rate(after) => after.max(Duration::from_millis(1)),
            Self::Concurrency | Self::Closing => Duration::from_secs(1),
            Self::Full => Duration::from_secs(2),
        }
    }
}

impl From<Busy> for Refusal {
    fn from(busy: Busy) -> Self {
        let (why, next) = match busy {
            Busy::Rate(_) => {
                ("This caller has made as many calls within a minute as the operator allows it.", "requests_per_minute of this caller")
            }
            Busy::Concurrency => {
                ("This caller has as many calls going at a time as the operator allows it.", "max_concurrent of this caller")
            }
            Busy::Full => ("The server has as many calls going and waiting as it takes.", "[load] running and waiting"),
            Busy::Closing => ("The server is about to end.", ""),
        };
        let millis = u64::try_from(busy.retry_after().as_millis()).unwrap_or(u64::MAX);
        let mut next_step = format!("Call again after {} s.", millis.div_ceil(1000));
        if !next.is_empty() {
            next_step.push_str(&format!(" For the operator: the key is {next}."));
        }
        Self::new(Code::Overloaded, why, next_step).retryable(Some(millis))
    }
}

#[cfg(test)]
mod tests;
