//! Answers given a moment ago: during an incident several bots and people ask the same question.
//!
//! Only what cannot change any more is given again: an answer that is complete, which an answer with a settling tail is
//! not. It is given to the same caller under the same policy only, and for a short while, since a file may be brought to
//! an archive at any time.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::answer::{Answer, Cost};
use crate::coverage::Verdict;
use crate::policy::PolicyVersion;
use crate::redact::Redacted;
use crate::render::Outcome;

/// How long an answer is given again.
const KEPT: Duration = Duration::from_secs(60);
/// How many answers are kept, of at most 40,000 characters in either form.
const MOST: usize = 64;

/// The answers given a moment ago.
#[derive(Default)]
pub(super) struct Recent {
    answers: Mutex<VecDeque<Given>>,
}

struct Given {
    policy: PolicyVersion,
    question: String,
    at: Instant,
    outcome: Outcome,
}

impl Recent {
    /// Returns the answer to a question of the same caller under the same policy, as free of cost as it is now.
    pub(super) fn answer(&self, policy: &PolicyVersion, question: &str, now: Instant) -> Option<Outcome> {
        let mut answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        while answers.front().is_some_and(|given| now.saturating_duration_since(given.at) > KEPT) {
            answers.pop_front();
        }
        let given = answers.iter().rev().find(|given| given.question == question && given.policy == *policy)?;
        Some(given.outcome.clone())
    }

    /// Keeps an answer if it cannot change any more.
    pub(super) fn keep(&self, policy: PolicyVersion, question: String, outcome: &Outcome, now: Instant) {
        let Outcome::Changes(answer) = outcome else { return };
        let complete = answer.coverage.as_ref().is_some_and(|coverage| coverage.verdict == Verdict::Complete);
        if answer.error.is_some() || !complete {
            return;
        }
        let outcome = Outcome::Changes(Box::new(Redacted::clone(answer).adjusted(without_cost)));
        let mut answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        while answers.len() >= MOST {
            answers.pop_front();
        }
        answers.push_back(Given { policy, question, at: now, outcome });
    }
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
    use crate::policy::Policy;

    fn outcome(verdict: &str) -> Outcome {
        let cell = |events: u32| json!({"source": "event_history", "state": "exhausted", "requests": 1, "events": events});
        let answer = json!({"finding": "no_suspect", "headline": "nothing", "coverage": {"verdict": verdict, "cells": [cell(3), cell(4)]},
            "cost": {"requests": {"lookup_events": 2}, "cached": 0, "elapsed_ms": 812}});
        Outcome::changes(serde_json::from_value(answer).unwrap())
    }

    #[test]
    fn a_complete_answer_is_given_again_for_a_minute_and_costs_nothing() {
        let (recent, policy, now) = (Recent::default(), Policy::default().version(), Instant::now());
        recent.keep(policy.clone(), "q".into(), &outcome("complete"), now);
        let again = recent.answer(&policy, "q", now + Duration::from_secs(60)).unwrap();
        assert_eq!(again.structured()["cost"], json!({"requests": {"lookup_events": 0}, "cached": 7, "elapsed_ms": 0}));
        assert_eq!(again.structured()["headline"], "nothing");
        assert!(recent.answer(&policy, "another", now).is_none());
        assert!(recent.answer(&policy, "q", now + Duration::from_secs(61)).is_none());
    }

    #[test]
    fn an_answer_that_may_change_is_not_given_again() {
        let (recent, policy, now) = (Recent::default(), Policy::default().version(), Instant::now());
        recent.keep(policy.clone(), "partial".into(), &outcome("partial"), now);
        let error = serde_json::from_value(json!({"code": "throttled", "message": "", "retryable": true, "next": ""})).unwrap();
        let refused = Outcome::changes(Answer::could_not_look(error, outcome("complete").coverage().cloned()));
        recent.keep(policy.clone(), "refused".into(), &refused, now);
        assert!(recent.answer(&policy, "partial", now).is_none());
        assert!(recent.answer(&policy, "refused", now).is_none());
    }

    #[test]
    fn an_answer_is_given_again_only_to_its_caller_under_its_policy() {
        let (recent, now) = (Recent::default(), Instant::now());
        let policy = |caller: &str, max_events| Policy { caller: caller.into(), max_events, ..Policy::default() }.version();
        let of = |caller: &str| policy(caller, 100);
        recent.keep(of("alice"), "q".into(), &outcome("complete"), now);
        assert!(recent.answer(&of("bob"), "q", now).is_none());
        assert!(recent.answer(&policy("alice", 5), "q", now).is_none());
        assert!(recent.answer(&of("alice"), "q", now).is_some());
    }

    #[test]
    fn only_the_newest_answers_are_kept() {
        let (recent, policy, now) = (Recent::default(), Policy::default().version(), Instant::now());
        (0..=MOST).for_each(|n| recent.keep(policy.clone(), n.to_string(), &outcome("complete"), now));
        assert!(recent.answer(&policy, "0", now).is_none());
        assert!(recent.answer(&policy, "1", now).is_some());
    }
}
