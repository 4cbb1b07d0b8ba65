//! A line on the terminal that says how far a long command is. Nothing where nobody watches: a pipe, a file, a dumb terminal.

use std::future::Future;
use std::io::{IsTerminal as _, Write as _};
use std::pin::pin;
use std::time::Duration;

use tokio::time::{Instant, MissedTickBehavior, interval_at};

use crate::source::Progress;

/// What ends sooner is not told of.
const PATIENCE: Duration = Duration::from_secs(1);
const EVERY: Duration = Duration::from_millis(250);
/// Width of the bar in columns.
const BAR: usize = 20;

/// Runs `call`; meanwhile the terminal shows how far `progress` is.
pub(super) async fn shown<T>(progress: &Progress, call: impl Future<Output = T>) -> T {
    let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
    if dumb || !std::io::stderr().is_terminal() {
        return call.await;
    }
    telling(progress, call, |line| {
        let mut err = std::io::stderr().lock();
        // Back to the first column, and whatever stands there is gone.
        let _ = write!(err, "\r\x1b[2K{line}");
        let _ = err.flush();
    })
    .await
}

/// Runs `call`; `show` is given a line now and then, and an empty one at the end where it had any.
async fn telling<T>(progress: &Progress, call: impl Future<Output = T>, show: impl Fn(&str)) -> T {
    let mut call = pin!(call);
    let began = Instant::now();
    let mut ticks = interval_at(began + PATIENCE, EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut told = false;
    loop {
        tokio::select! {
            biased;
            result = &mut call => {
                if told {
                    show("");
                }
                return result;
            }
            _ = ticks.tick() => {
                show(&line(progress.counts(), began.elapsed()));
                told = true;
            }
        }
    }
}

/// Says how far it is: `[#######-------------] 2 of 6 places read, 3 s`.
fn line((done, total): (u32, u32), elapsed: Duration) -> String {
    let seconds = elapsed.as_secs();
    if total < 2 {
        return format!("Reading CloudTrail, {seconds} s");
    }
    let full = (BAR * usize::try_from(done.min(total)).unwrap_or(BAR)) / usize::try_from(total).unwrap_or(1).max(1);
    let bar: String = (0..BAR).map(|at| if at < full { '#' } else { '-' }).collect();
    format!("[{bar}] {done} of {total} places read, {seconds} s")
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;

    async fn told_by(millis: u64) -> Vec<String> {
        let (progress, told) = (Progress::default(), RefCell::new(Vec::new()));
        progress.begin(4);
        progress.done_one();
        telling(&progress, tokio::time::sleep(Duration::from_millis(millis)), |line| told.borrow_mut().push(line.to_owned())).await;
        told.into_inner()
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_quick_shows_no_bar_and_what_is_long_leaves_none_behind() {
        assert_eq!(told_by(900).await, Vec::<String>::new());
        let told = told_by(1_400).await;
        assert_eq!(told, ["[#####---------------] 1 of 4 places read, 1 s", "[#####---------------] 1 of 4 places read, 1 s", ""]);
    }

    #[test]
    fn one_place_has_no_bar_and_a_full_bar_is_full() {
        assert_eq!(line((0, 1), Duration::from_secs(2)), "Reading CloudTrail, 2 s");
        assert!(line((3, 3), Duration::ZERO).starts_with(&format!("[{}]", "#".repeat(BAR))));
    }
}
