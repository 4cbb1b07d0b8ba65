//! The pace of requests: one bucket per account and region, shared by all calls of the process.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

/// Lets one request pass at a time, `period` apart, in the order of asking.
///
/// Why not a `tokio::time::Interval`? It forgives a tick up to 5 ms late, and two sends would then be less than a period apart.
#[derive(Debug)]
pub(super) struct Bucket {
    period: Duration,
    last: tokio::sync::Mutex<Option<Instant>>,
}

impl Bucket {
    /// Makes a bucket whose first request passes at once.
    pub(super) fn new(period: Duration) -> Self {
        Self { period, last: tokio::sync::Mutex::new(None) }
    }

    /// Waits for leave to send one request; giving up waiting costs nothing.
    pub(super) async fn pass(&self) {
        let mut last = self.last.lock().await;
        if let Some(next) = last.and_then(|last| last.checked_add(self.period)) {
            sleep_until(next).await;
        }
        *last = Some(Instant::now());
    }

    /// Returns the least time between two requests.
    pub(super) fn period(&self) -> Duration {
        self.period
    }
}

/// The buckets of the process.
#[derive(Debug)]
pub(super) struct Buckets {
    period: Duration,
    by_place: Mutex<HashMap<(String, String), Arc<Bucket>>>,
}

impl Buckets {
    /// Makes a set of buckets of one period.
    pub(super) fn new(period: Duration) -> Self {
        Self { period, by_place: Mutex::default() }
    }

    /// Returns the bucket of an account and region; an empty account is the one of the process's own credentials.
    pub(super) fn of(&self, account: &str, region: &str) -> Arc<Bucket> {
        let mut buckets = self.by_place.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(buckets.entry((account.to_owned(), region.to_owned())).or_insert_with(|| Arc::new(Bucket::new(self.period))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PERIOD: Duration = Duration::from_millis(500);

    #[tokio::test(start_paused = true)]
    async fn many_callers_pass_half_a_second_apart_and_the_first_at_once() {
        let buckets = Arc::new(Buckets::new(PERIOD));
        let begin = Instant::now();
        let callers: Vec<_> = (0..64)
            .map(|_| {
                let bucket = buckets.of("", "eu-west-1");
                tokio::spawn(async move {
                    bucket.pass().await;
                    Instant::now()
                })
            })
            .collect();
        let mut sends = Vec::new();
        for caller in callers {
            sends.push(caller.await.unwrap());
        }
        sends.sort();
        assert_eq!(sends[0], begin);
        assert!(sends.windows(2).all(|pair| pair[1] - pair[0] >= PERIOD), "{sends:?}");
        assert!(sends[63] - begin < PERIOD * 63 + Duration::from_millis(100));
    }

    #[tokio::test(start_paused = true)]
    async fn regions_do_not_wait_for_each_other() {
        let buckets = Buckets::new(PERIOD);
        let begin = Instant::now();
        for region in ["eu-west-1", "us-east-1", "us-east-2"] {
            buckets.of("", region).pass().await;
        }
        assert_eq!(Instant::now(), begin);
    }

    #[tokio::test(start_paused = true)]
    async fn a_caller_that_gives_up_takes_no_turn() {
        let bucket = Bucket::new(PERIOD);
        bucket.pass().await;
        let begin = Instant::now();
        assert!(tokio::time::timeout(Duration::from_millis(100), bucket.pass()).await.is_err());
        bucket.pass().await;
        assert_eq!(Instant::now() - begin, PERIOD);
    }
}
