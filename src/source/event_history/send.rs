//! Sending one page request: paced, counted, in time, and again where that may help. The only layer that retries.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use tokio::time::{Instant, sleep, timeout, timeout_at};

use super::bucket::Bucket;
use super::chain::{Ask, Lookup, Page};
use super::failure::Failure;

/// The longest pause before a request is sent again, in bucket periods.
const LONGEST_PAUSE: u32 = 10;

/// The requests of one reading, shared by all its chains.
#[derive(Debug)]
pub(super) struct Budget {
    left: AtomicU32,
    sent: AtomicU32,
    throttled: AtomicU32,
}

impl Budget {
    /// Allows `max_requests`, those sent again included.
    pub(super) fn new(max_requests: u32) -> Self {
        Self { left: AtomicU32::new(max_requests), sent: AtomicU32::new(0), throttled: AtomicU32::new(0) }
    }

    /// Returns how many requests were sent.
    pub(super) fn sent(&self) -> u32 {
        self.sent.load(Ordering::Relaxed)
    }

    /// Returns how many of them AWS throttled.
    pub(super) fn throttled(&self) -> u32 {
        self.throttled.load(Ordering::Relaxed)
    }

    fn is_spent(&self) -> bool {
        self.left.load(Ordering::Relaxed) == 0
    }

    fn take(&self) -> bool {
        let taken = self.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1)).is_ok();
        self.sent.fetch_add(u32::from(taken), Ordering::Relaxed);
        taken
    }

    fn give_back(&self) {
        self.left.fetch_add(1, Ordering::Relaxed);
        self.sent.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Why a reader stopped asking, though AWS refused nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stop {
    /// Its requests are spent.
    Budget,
    /// Its time is spent.
    Deadline,
}

/// A page that came, and how long AWS took for it.
#[derive(Debug)]
pub(super) struct Landed {
    /// The page.
    pub(super) page: Page,
    /// From sending to the whole answer, without the wait for the bucket.
    pub(super) latency: Duration,
}

/// Sends on behalf of one reading.
#[derive(Clone, Copy)]
pub(super) struct Sender<'a> {
    /// Who answers.
    pub(super) lookup: &'a dyn Lookup,
    /// The pace.
    pub(super) bucket: &'a Bucket,
    /// The requests.
    pub(super) budget: &'a Budget,
    /// When the reading must have ended.
    pub(super) deadline: Instant,
    /// Time for one request.
    pub(super) attempt: Duration,
    /// Any number, to spread retries.
    pub(super) chance: &'a Chance,
}

/// Gives any number.
pub(super) type Chance = dyn Fn() -> u32 + Send + Sync;

impl Sender<'_> {
    /// Fetches one page, sending again what may succeed then. Every send passes the bucket and counts; `sent` counts them too.
    ///
    /// Errors: outside, what stops this reading alone; inside, what AWS or the network did.
    pub(super) async fn page(&self, ask: &Ask, token: Option<&str>, sent: &AtomicU32) -> Result<Result<Landed, Failure>, Stop> {
        let mut failed: Option<Failure> = None;
        let mut retries = 0;
        let stopped = |failed: Option<Failure>, stop: Stop| failed.map_or(Err(stop), |failure| Ok(Err(failure)));
        loop {
            if self.budget.is_spent() {
                return stopped(failed, Stop::Budget);
            }
            let in_time = timeout_at(self.deadline, self.bucket.pass()).await.is_ok();
            let begin = Instant::now();
            let left = self.deadline.saturating_duration_since(begin);
            if !in_time || left.is_zero() {
                return stopped(failed, Stop::Deadline);
            }
            if !self.budget.take() {
                return stopped(failed, Stop::Budget);
            }
            sent.fetch_add(1, Ordering::Relaxed);
            let failure = match timeout(self.attempt.min(left), self.lookup.page(ask, token)).await {
                Ok(Ok(page)) => return Ok(Ok(Landed { page, latency: begin.elapsed() })),
                Ok(Err(failure)) => failure,
                Err(_) if Instant::now() >= self.deadline => return Err(Stop::Deadline),
                Err(_) => Failure::TimedOut,
            };
            if matches!(&failure, Failure::Blocked(obstacle) if obstacle.before_sending()) {
                self.budget.give_back();
            }
            self.budget.throttled.fetch_add(u32::from(failure == Failure::Throttled), Ordering::Relaxed);
            if retries >= failure.retries() {
                return Ok(Err(failure));
            }
            retries += 1;
            let pause = pause(self.bucket.period(), retries, (self.chance)());
            if Instant::now().checked_add(pause).is_none_or(|then| then >= self.deadline) {
                return Ok(Err(failure));
            }
            failed = Some(failure);
            sleep(pause).await;
        }
    }
}

/// Returns the pause before the `nth` retry: doubled each time, capped, and half of it random, so that callers spread.
fn pause(period: Duration, nth: u32, chance: u32) -> Duration {
    let full = period.saturating_mul(2_u32.saturating_pow(nth.saturating_sub(1)).min(LONGEST_PAUSE));
    let share = f64::from(chance) / f64::from(u32::MAX);
    full.mul_f64(0.5 + share / 2.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PERIOD: Duration = Duration::from_millis(500);

    proptest::proptest! {
        #[test]
        fn pauses_grow_within_half_and_whole_and_never_beyond_the_cap(nth in 1_u32..100, chance: u32) {
            let full = PERIOD * 2_u32.saturating_pow(nth - 1).min(LONGEST_PAUSE);
            let pause = pause(PERIOD, nth, chance);
            proptest::prop_assert!(full / 2 <= pause && pause <= full);
        }
    }
}
