//! Progress notifications: told from one second on, while the call runs, to clients that asked for them.

use std::future::Future;
use std::pin::pin;
use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::future::Either;
use rmcp::RoleServer;
use rmcp::model::ProgressNotificationParam;
use rmcp::service::RequestContext;
use tokio::time::{Instant, MissedTickBehavior, interval_at, timeout};

use crate::source::Progress;

/// Time between two notifications, and before the first.
///
/// Source: the contract (from 1 s on, at least every 2 s).
const EVERY: Duration = Duration::from_secs(1);

/// How long an answer waits for a notification that is on its way, so that none comes after it.
const LAST_WORD: Duration = Duration::from_millis(200);

/// One notification.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Notice {
    progress: f64,
    total: u32,
    message: String,
}

/// Runs `call` and tells the client of `context` how far it is, if it asked for that.
pub(super) async fn told<T>(progress: &Progress, context: &RequestContext<RoleServer>, call: impl Future<Output = T>) -> T {
    let Some(token) = context.meta.get_progress_token() else { return call.await };
    let send = |notice: Notice| {
        let mut params = ProgressNotificationParam::new(token.clone(), notice.progress);
        (params.total, params.message) = (Some(notice.total.into()), Some(notice.message));
        // A client that does not listen any more is no reason to stop.
        context.peer.notify_progress(params).map(|_| ())
    };
    telling(progress, send, call).await
}

/// Runs `call`; each second `send` is given what is new. One notification is on its way at a time, and none when this ends.
async fn telling<T, F: Future<Output = ()>>(progress: &Progress, send: impl Fn(Notice) -> F, call: impl Future<Output = T>) -> T {
    let mut call = pin!(call);
    let mut ticks = interval_at(Instant::now() + EVERY, EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut last = 0.0;
    loop {
        tokio::select! {
            biased;
            result = &mut call => return result,
            _ = ticks.tick() => {}
        }
        let Some(notice) = notice(progress.counts(), last) else { continue };
        last = notice.progress;
        let sending = pin!(send(notice));
        // The call goes on meanwhile: a client that reads slowly must not slow it down.
        if let Either::Left((result, sending)) = futures_util::future::select(&mut call, sending).await {
            let _ = timeout(LAST_WORD, sending).await;
            return result;
        }
    }
}

/// Says how far it is; nothing when that cannot be told by a higher number than `last`.
///
/// Shape: the protocol wants each number to be higher than the last. Between two places it creeps towards the next one
/// without reaching it, since time passes though no place was finished.
fn notice((done, total): (u32, u32), last: f64) -> Option<Notice> {
    let whole = f64::from(done);
    let progress = if whole > last { whole } else { last + (last.floor() + 1.0 - last) / 8.0 };
    let total = total.max(1);
    (progress < f64::from(total) || whole > last).then(|| Notice { progress, total, message: message(done, total) })
}

fn message(done: u32, total: u32) -> String {
    match (done, total) {
        (0, 1) => "Reading CloudTrail.".to_owned(),
        _ if done >= total => "Everything was read; the changes are being ranked.".to_owned(),
        _ => format!("{done} of {total} regions were read."),
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::future::{pending, ready};

    use tokio::time::sleep;

    use super::*;

    /// Runs a call that takes `millis`, and gives the second and the number of each notification.
    async fn told_by(millis: u64, progress: Progress) -> Vec<(u128, f64)> {
        let (begin, told) = (Instant::now(), RefCell::new(Vec::new()));
        let send = |notice: Notice| {
            told.borrow_mut().push((begin.elapsed().as_millis(), notice.progress));
            ready(())
        };
        telling(&progress, send, sleep(Duration::from_millis(millis))).await;
        told.into_inner()
    }

    #[tokio::test(start_paused = true)]
    async fn a_call_of_less_than_a_second_is_not_told_of() {
        assert_eq!(told_by(999, Progress::default()).await, []);
    }

    #[tokio::test(start_paused = true)]
    async fn a_long_call_is_told_of_each_second_by_rising_numbers_that_do_not_reach_what_is_not_done() {
        let progress = Progress::default();
        progress.begin(3);
        progress.done_one();
        let told = told_by(25_500, progress).await;
        assert_eq!(told.iter().map(|(at, _)| *at).collect::<Vec<_>>(), (1..=25).map(|second| second * 1000).collect::<Vec<_>>());
        assert!(told.windows(2).all(|pair| pair[0].1 < pair[1].1), "{told:?}");
        assert!(told.iter().all(|(_, number)| (1.0..2.0).contains(number)), "{told:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_client_that_does_not_read_holds_up_neither_the_call_nor_its_answer() {
        let begin = Instant::now();
        let sent = RefCell::new(0);
        let send = |_| {
            *sent.borrow_mut() += 1;
            pending::<()>()
        };
        telling(&Progress::default(), send, sleep(Duration::from_secs(10))).await;
        assert_eq!((begin.elapsed(), sent.into_inner()), (Duration::from_secs(10) + LAST_WORD, 1));
    }

    #[test]
    fn numbers_rise_whatever_happens_and_never_pass_the_total() {
        let mut last = 0.0;
        for counts in [(0, 2), (0, 2), (1, 2), (1, 2), (2, 2), (2, 2), (2, 4), (3, 4), (4, 4)] {
            let Some(notice) = notice(counts, last) else { continue };
            assert!(notice.progress > last && notice.progress <= f64::from(notice.total), "{counts:?}: {notice:?}");
            last = notice.progress;
        }
        assert_eq!(last, 4.0);
        assert_eq!(notice((4, 4), last), None);
    }

    #[test]
    fn messages_say_it_in_plain_words() {
        assert_eq!(message(1, 3), "1 of 3 regions were read.");
        assert_eq!(message(0, 1), "Reading CloudTrail.");
    }
}
