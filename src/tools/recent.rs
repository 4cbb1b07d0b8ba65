//! Answers given a moment ago: during an incident several bots and people ask the same question.
//!
//! Only what cannot change any more is given again: an answer that is complete, which an answer with a settling tail is
//! not. It is given to the same caller under the same policy only, and for a short while, since a file may be brought to
//! an archive at any time.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use serde_json::{Map, Value};

use super::Outcome;
use crate::answer::{Answer, Cost, VerdictName};
use crate::policy::Policy;
use crate::redact::Redacted;

/// How long an answer is given again.
const KEPT: Duration = Duration::from_secs(60);
/// How many answers are kept, of at most 40,000 characters in either form.
const MOST: usize = 64;
/// Longest question that is remembered, in bytes.
const MAX_QUESTION: usize = 64 << 10;

/// The answers given a moment ago.
#[derive(Default)]
pub struct Recent {
    answers: Mutex<VecDeque<Given>>,
}

struct Given {
    policy: Policy,
    question: String,
    at: Instant,
    outcome: Outcome,
}

impl Recent {
    /// Returns the answer to a question of the same caller under the same policy, as free of cost as it is now.
    pub(super) fn answer(&self, policy: &Policy, question: &str, now: Instant) -> Option<Outcome> {
        let mut answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        while answers.front().is_some_and(|given| now.saturating_duration_since(given.at) > KEPT) {
            answers.pop_front();
        }
        let given = answers.iter().rev().find(|given| given.question == question && given.policy == *policy)?;
        Some(given.outcome.clone())
    }

    /// Keeps an answer if it cannot change any more.
    pub(super) fn keep(&self, policy: &Policy, question: String, outcome: &Outcome, now: Instant) {
        let Outcome::Changes(answer) = outcome else { return };
        let complete = answer.coverage.as_ref().is_some_and(|coverage| coverage.verdict == VerdictName::Complete);
        if answer.error.is_some() || !complete {
            return;
        }
        let outcome = Outcome::Changes(Box::new(Redacted::clone(answer).adjusted(without_cost)));
        let mut answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        while answers.len() >= MOST {
            answers.pop_front();
        }
        answers.push_back(Given { policy: policy.clone(), question, at: now, outcome });
    }
}

/// Returns what names a question: its arguments as they came; nothing for one whose answer is not only its own affair.
///
/// A cursor goes on from what was shown, an id stands for what its file holds at the time, and `30m` for another time each minute.
pub(super) fn question(given: Option<&Map<String, Value>>) -> Option<String> {
    let given = given?;
    let by_id = given.get("investigation").and_then(Value::as_str).is_some_and(|text| !text.trim_start().starts_with(['{', '[']));
    let moves = |time: &str| !time.trim_start().starts_with("alert") && !time.contains(':');
    let moving = ["start_time", "end_time"].iter().filter_map(|key| given.get(*key)?.as_str()).any(moves);
    let question = (!by_id && !moving && !given.contains_key("cursor")).then(|| serde_json::to_string(given).ok()).flatten()?;
    (question.len() <= MAX_QUESTION).then_some(question)
}

/// Makes the cost that of an answer which is given again: all its events are known from earlier.
fn without_cost(answer: &mut Answer) {
    let events = answer.coverage.iter().flat_map(|coverage| &coverage.cells).map(|cell| cell.events);
    answer.cost = Some(Cost { cached: events.fold(0, u32::saturating_add), ..Cost::default() });
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn outcome(verdict: &str) -> Outcome {
        let cell = |events: u32| json!({"source": "event_history", "state": "exhausted", "requests": 1, "events": events});
        let answer = json!({"finding": "no_suspect", "headline": "nothing", "coverage": {"verdict": verdict, "cells": [cell(3), cell(4)]},
            "cost": {"requests": {"lookup_events": 2}, "cached": 0, "elapsed_ms": 812}});
        Outcome::changes(serde_json::from_value(answer).unwrap())
    }

    #[test]
    fn a_complete_answer_is_given_again_for_a_minute_and_costs_nothing() {
        let (recent, policy, now) = (Recent::default(), Policy::default(), Instant::now());
        recent.keep(&policy, "q".into(), &outcome("complete"), now);
        let again = recent.answer(&policy, "q", now + Duration::from_secs(60)).unwrap();
        assert_eq!(again.structured()["cost"], json!({"requests": {"lookup_events": 0}, "cached": 7, "elapsed_ms": 0}));
        assert_eq!(again.structured()["headline"], "nothing");
        assert!(recent.answer(&policy, "another", now).is_none());
        assert!(recent.answer(&policy, "q", now + Duration::from_secs(61)).is_none());
    }

    #[test]
    fn what_may_change_is_not_given_again() {
        let (recent, policy, now) = (Recent::default(), Policy::default(), Instant::now());
        recent.keep(&policy, "partial".into(), &outcome("partial"), now);
        let error = serde_json::from_value(json!({"code": "throttled", "message": "", "retryable": true, "next": ""})).unwrap();
        let refused = Outcome::changes(Answer::could_not_look(error, outcome("complete").coverage().cloned()));
        recent.keep(&policy, "refused".into(), &refused, now);
        assert!(recent.answer(&policy, "partial", now).is_none());
        assert!(recent.answer(&policy, "refused", now).is_none());
    }

    #[test]
    fn another_caller_or_policy_gets_nothing_of_it() {
        let (recent, now) = (Recent::default(), Instant::now());
        let of = |caller: &str| Policy { caller: caller.into(), ..Policy::default() };
        recent.keep(&of("alice"), "q".into(), &outcome("complete"), now);
        assert!(recent.answer(&of("bob"), "q", now).is_none());
        assert!(recent.answer(&Policy { max_events: 5, ..of("alice") }, "q", now).is_none());
        assert!(recent.answer(&of("alice"), "q", now).is_some());
    }

    #[test]
    fn only_so_many_are_kept() {
        let (recent, policy, now) = (Recent::default(), Policy::default(), Instant::now());
        (0..=MOST).for_each(|n| recent.keep(&policy, n.to_string(), &outcome("complete"), now));
        assert!(recent.answer(&policy, "0", now).is_none());
        assert!(recent.answer(&policy, "1", now).is_some());
    }

    #[test]
    fn what_may_mean_something_else_the_next_time_names_no_question() {
        let of = |value: Value| question(value.as_object());
        assert!(of(json!({"investigation": {"alert": {}}})).is_some());
        assert!(of(json!({"investigation": "{}"})).is_some());
        assert!(of(json!({"investigation": "INC-1"})).is_none());
        assert!(of(json!({"cursor": "x"})).is_none());
        assert!(of(json!({"start_time": "2h", "end_time": "1h"})).is_none());
        assert!(of(json!({"start_time": "alert-2h", "end_time": "2026-01-27T20:00:00Z"})).is_some());
    }
}
