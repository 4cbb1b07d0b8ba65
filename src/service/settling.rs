//! Asking again while the newest events may not have been delivered: when, how often, and until when.

use std::time::Duration;

use crate::coverage::State;
use crate::render::Outcome;

/// How long is waited before each further question, as long as the newest events may not have been delivered.
///
/// Shape: the last of them is put half an hour after the first.
/// Source: the contract: delivery lags by about 5 minutes, to be planned as 15, of files as 20; and the window of an alert that has just
/// begun goes on for 10.
pub const WAITS: [Duration; 3] = [Duration::from_secs(300), Duration::from_secs(660), Duration::from_secs(900)];
/// How often a question that may be answered later is put.
const TRIES: u32 = 8;
/// The longest that is waited before that.
const LONGEST_WAIT: Duration = Duration::from_secs(60);

/// Tells whether the newest events of an answer may not have been delivered yet.
pub fn is_lagging(outcome: &Outcome) -> bool {
    outcome.coverage().is_some_and(|coverage| coverage.cells.iter().any(|cell| cell.state == State::Lagging))
}

/// Returns how long to wait before a question is put again that was refused and may be answered later; nothing after so many `tries`.
pub fn retry(outcome: &Outcome, tries: u32) -> Option<Duration> {
    let error = outcome.error().filter(|error| error.retryable && tries < TRIES)?;
    let told = error.retry_after_ms.map_or(Duration::ZERO, Duration::from_millis);
    Some(told.max(Duration::from_secs(1 << tries)).min(LONGEST_WAIT))
}

/// What there is to tell while a question is followed.
#[derive(Debug)]
pub enum Heard<'a> {
    /// An answer, and the one before it.
    Answer(&'a Outcome, Option<&'a Outcome>),
    /// It is asked again after this time.
    Waits(Duration),
}

/// How a question that was followed ended.
#[derive(Debug)]
pub struct Followed {
    /// The last answer.
    pub last: Outcome,
    /// How many answers there were.
    pub answers: usize,
}

/// Asks, and asks again until all that may be delivered late must have been, or until it has waited as often as it may.
///
/// Shape: `hear` is told each answer, and each wait for the next. A further question that is refused and may be answered later is put again
/// after a while; one that stays refused is the last answer.
pub async fn follow(mut ask: impl AsyncFnMut() -> Outcome, mut hear: impl FnMut(Heard<'_>)) -> Followed {
    let mut last = ask().await;
    hear(Heard::Answer(&last, None));
    let mut answers = 1;
    for wait in WAITS {
        if !is_lagging(&last) {
            break;
        }
        hear(Heard::Waits(wait));
        tokio::time::sleep(wait).await;
        let (mut outcome, mut tries) = (ask().await, 1);
        while let Some(wait) = retry(&outcome, tries) {
            tokio::time::sleep(wait).await;
            (outcome, tries) = (ask().await, tries + 1);
        }
        hear(Heard::Answer(&outcome, Some(&last)));
        answers += 1;
        last = outcome;
    }
    Followed { last, answers }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use tokio::time::Instant;

    use super::*;
    use crate::refusal::Refusal;

    fn answer(state: &str) -> Outcome {
        let cell = json!({"source": "event_history", "state": state, "requests": 1, "events": 0});
        let answer = json!({"finding": "no_suspect", "headline": "nothing", "coverage": {"verdict": "partial", "cells": [cell]}});
        Outcome::changes(serde_json::from_value(answer).unwrap())
    }

    fn refused(is_retryable: bool) -> Outcome {
        let refusal = Refusal::new(crate::refusal::Code::Unavailable, "no", "later");
        Outcome::refused(&if is_retryable { refusal.retryable(None) } else { refusal })
    }

    /// Follows what is answered so, the last again and again; gives when it was asked, in seconds, and the end.
    async fn asked(outcomes: &[Outcome]) -> (Vec<u64>, Followed) {
        let (began, mut at) = (Instant::now(), Vec::new());
        let ask = async || {
            at.push(began.elapsed().as_secs());
            outcomes.get(at.len() - 1).or(outcomes.last()).unwrap().clone()
        };
        let followed = follow(ask, |_| {}).await;
        (at, followed)
    }

    #[tokio::test(start_paused = true)]
    async fn a_question_is_put_again_until_nothing_is_delivered_late_any_more_and_not_for_ever() {
        assert_eq!(asked(&[answer("exhausted")]).await.0, [0]);
        assert_eq!(asked(&[answer("page_cap")]).await.0, [0], "what is cut short gets no better by waiting");
        assert_eq!(asked(&[answer("lagging"), answer("lagging"), answer("exhausted")]).await.0, [0, 300, 960]);
        let (at, followed) = asked(&[answer("lagging")]).await;
        assert_eq!(at, [0, 300, 960, 1_860]);
        assert!(followed.answers == 4 && is_lagging(&followed.last));
    }

    #[tokio::test(start_paused = true)]
    async fn a_further_question_that_is_refused_for_a_while_is_put_again_and_one_that_stays_refused_ends_it() {
        let (at, followed) = asked(&[answer("lagging"), refused(true), refused(true), answer("exhausted")]).await;
        assert_eq!(at, [0, 300, 302, 306]);
        assert_eq!(followed.answers, 2);
        let (at, followed) = asked(&[answer("lagging"), refused(false)]).await;
        assert_eq!(at, [0, 300]);
        assert!(followed.last.error().is_some());
        assert_eq!(asked(&[answer("lagging"), refused(true)]).await.0.len(), 9, "at most eight times");
    }

    #[tokio::test(start_paused = true)]
    async fn who_listens_hears_each_answer_beside_the_one_before_it_and_each_wait() {
        let mut heard = Vec::new();
        let mut states = ["lagging", "exhausted"].into_iter();
        let ask = async || answer(states.next().unwrap());
        let hear = |told: Heard<'_>| {
            heard.push(match told {
                Heard::Answer(now, before) => format!("{} after {:?}", is_lagging(now), before.map(is_lagging)),
                Heard::Waits(wait) => format!("{} s", wait.as_secs()),
            });
        };
        follow(ask, hear).await;
        assert_eq!(heard, ["true after None", "300 s", "false after Some(true)"]);
    }
}
