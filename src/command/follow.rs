//! `--follow`: asks again until nothing may be delivered late any more, and tells only what is new.
//!
//! On a terminal the first answer is told whole, then what differs; as JSON each answer is a line. What is no answer, such as when it is
//! asked again, goes to stderr.

use chrono::{DateTime, TimeDelta, Utc};

use super::{FAILURE, Failure, PARTIAL, USAGE};
use crate::answer::News;
use crate::config::{Config, settings};
use crate::render::{self, Format, Outcome};
use crate::service::settling::{self, Followed, Heard};
use crate::time;

/// Refuses what cannot be followed.
///
/// Errors: a format of which no part can be told by itself; a clock that stands still.
pub(super) fn check(format: &Format, config: &Config) -> Result<(), Failure> {
    if !is_json(format) && format.name != render::TEXT.name {
        return Err(Failure::new(USAGE, format!("--follow tells what is new as text or json, not as {}", format.name)));
    }
    if config.find(&settings::NOW).is_some() || config.get(&settings::DEMO) {
        return Err(Failure::new(USAGE, "--follow waits for what is delivered late, and with --now or --demo the clock stands still"));
    }
    Ok(())
}

fn is_json(format: &Format) -> bool {
    Some(format.name) == Format::find("json").map(|json| json.name)
}

/// Where what there is to tell goes.
pub(super) struct Teller<'a> {
    /// How answers are told.
    pub format: &'a Format,
    /// How wide a line of them may be.
    pub columns: usize,
    /// Takes answers.
    pub say: &'a mut dyn FnMut(&str),
    /// Takes what is no answer.
    pub note: &'a mut dyn FnMut(&str),
}

/// Asks until it is over, and tells it.
///
/// Shape: the last answer, and the exit code: that of the answer, but 3 where the newest events may still be missing.
pub(super) async fn follow(ask: impl AsyncFnMut() -> Outcome, now: impl Fn() -> DateTime<Utc>, teller: Teller<'_>) -> (Outcome, u8) {
    let Teller { format, columns, say, note } = teller;
    let (as_lines, mut found) = (is_json(format), 0);
    let Followed { last, answers } = settling::follow(ask, |heard| match heard {
        Heard::Answer(outcome, _) if as_lines => say(&outcome.structured().to_string()),
        Heard::Answer(outcome, None) => say(&outcome.show(format, columns)),
        Heard::Answer(outcome, Some(before)) => {
            if let (Outcome::Changes(before), Outcome::Changes(after)) = (before, outcome) {
                found += News::of(before, after).new.len();
            }
            say(&format!("\nAsked again at {}:\n{}", time::rfc3339(now()), outcome.show_news(before, columns)));
        }
        Heard::Waits(wait) => {
            let next = now() + TimeDelta::from_std(wait).unwrap_or_default();
            note(&format!("The newest events may not have been delivered yet: asked again at {} (Ctrl-C ends).", time::rfc3339(next)));
        }
    })
    .await;
    let is_open = settling::is_lagging(&last);
    let code = match super::tool::exit_code(&last) {
        0 if is_open => PARTIAL,
        code => code,
    };
    let times = if answers == 1 { "once".to_owned() } else { format!("{answers} times") };
    let ended = match code {
        FAILURE | USAGE if answers == 1 => return (last, code),
        FAILURE | USAGE => format!("Ended at {}: the last answer is none, and what was told before it stands", time::rfc3339(now())),
        _ if is_open => format!("Ended at {}: the newest events may still be missing; ask again later", time::rfc3339(now())),
        PARTIAL => format!("Ended at {}: waiting brings nothing more, but not everything could be read", time::rfc3339(now())),
        _ => format!("Settled at {}: everything in the window must have been delivered", time::rfc3339(now())),
    };
    let found = match found {
        _ if answers == 1 || as_lines => String::new(),
        0 => ", nothing new since the first answer".to_owned(),
        1 => ", 1 change that the first answer had not".to_owned(),
        more => format!(", {more} changes that the first answer had not"),
    };
    let line = format!("{ended}. Asked {times}{found}.");
    if as_lines {
        note(&line)
    } else {
        say(&format!("\n{line}"))
    }
    (last, code)
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::time::Duration;

    use serde_json::{Value, json};
    use tokio::time::Instant;

    use super::*;
    use crate::refusal::{Code, Refusal};

    const EARLY: &str = "2026-01-27T20:05:00Z";

    fn entry(id: &str, rank: usize, summary: &str, more: Value) -> Value {
        let mut entry = json!({"event_id": id, "rank": rank, "time": "2026-01-27T20:03:50Z", "relative": "20s before alert", "name": "StopInstances",
            "service": "ec2", "summary": summary, "actor": {"name": "alice", "kind": "human"}});
        entry.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        entry
    }

    fn answer(headline: &str, finding: &str, state: &str, entries: &[Value]) -> Outcome {
        let verdict = if state == "exhausted" { "complete" } else { "partial" };
        let cell = json!({"region": "eu-west-1", "source": "event_history", "state": state, "covered_from": "2026-01-27T19:34:10Z",
            "covered_to": "2026-01-27T20:04:10Z", "requests": 1, "events": entries.len()});
        let group = json!({"category": "ec2_lifecycle", "label": "EC2 Lifecycle", "icon": "", "total": entries.len(), "events": entries});
        let answer =
            json!({"finding": finding, "headline": headline, "coverage": {"verdict": verdict, "cells": [cell]}, "groups": [group]});
        Outcome::changes(serde_json::from_value(answer).unwrap())
    }

    /// A change that explains nothing; then, a few minutes later, one that does; then nothing new.
    fn late() -> Vec<Outcome> {
        let tagged = |rank| entry("tag", rank, "tagged i-1", json!({}));
        let stopped = |undone: Value| {
            let mut stopped = entry("stop", 1, "stopped i-1", json!({"suspect": {"confidence": "strong"}, "reasons": ["it is i-1"]}));
            stopped.as_object_mut().unwrap().extend(undone.as_object().unwrap().clone());
            stopped
        };
        let undone = json!({"undone": {"time": "2026-01-27T20:09:00Z", "by": "bob", "event_id": "e"}});
        vec![
            answer("Nothing explains it.", "no_suspect", "lagging", &[tagged(1)]),
            answer("alice stopped i-1.", "suspects", "lagging", &[stopped(json!({})), tagged(2)]),
            answer("alice stopped i-1.", "suspects", "lagging", &[stopped(undone.clone()), tagged(2)]),
            answer("alice stopped i-1.", "suspects", "exhausted", &[stopped(undone), tagged(2)]),
        ]
    }

    async fn told(outcomes: Vec<Outcome>, format: &str) -> (String, String, u8) {
        let began = Instant::now();
        let now = || EARLY.parse::<DateTime<Utc>>().unwrap() + TimeDelta::from_std(began.elapsed()).unwrap();
        let (said, noted) = (RefCell::new(String::new()), RefCell::new(String::new()));
        let put = |to: &RefCell<String>, text: &str| to.borrow_mut().push_str(&format!("{}\n", text.trim_end_matches('\n')));
        let mut outcomes = outcomes.into_iter();
        let ask = async || {
            tokio::time::sleep(Duration::from_secs(1)).await;
            outcomes.next().unwrap()
        };
        let (mut say, mut note) = (|text: &str| put(&said, text), |text: &str| put(&noted, text));
        let format = Format::find(format).unwrap();
        let (_, code) = follow(ask, now, Teller { format, columns: 80, say: &mut say, note: &mut note }).await;
        (anstream::adapter::strip_str(&said.into_inner()).to_string(), noted.into_inner(), code)
    }

    #[tokio::test(start_paused = true)]
    async fn only_what_is_new_is_told_after_the_first_answer_and_the_last_line_says_how_it_ended() {
        let (said, noted, code) = told(late(), "text").await;
        let again: Vec<&str> = said.split("\nAsked again at ").collect();
        assert_eq!(again.len(), 4, "{said}");
        insta::assert_snapshot!(again[1], @"
        2026-01-27T20:10:02Z:
        alice stopped i-1.
          1  new: StopInstances at 20:03:50Z
             why       it is i-1
             ask       alice
          2  was #1: tagged i-1
             seen      partial: eu-west-1 (event_history) lagging, read 2026-01-27
                       19:34:10–20:04:10Z
        ");
        insta::assert_snapshot!(again[2], @"
        2026-01-27T20:21:03Z:
          1  undone at 2026-01-27T20:09:00Z by bob: stopped i-1
        ");
        insta::assert_snapshot!(again[3], @"
        2026-01-27T20:36:04Z:
        No change that was not told already.
             seen      complete: eu-west-1 (event_history) 2026-01-27 19:34:10–20:04:10Z

        Settled at 2026-01-27T20:36:04Z: everything in the window must have been delivered. Asked 4 times, 1 change that the first answer had not.
        ");
        insta::assert_snapshot!(noted, @"
        The newest events may not have been delivered yet: asked again at 2026-01-27T20:10:01Z (Ctrl-C ends).
        The newest events may not have been delivered yet: asked again at 2026-01-27T20:21:02Z (Ctrl-C ends).
        The newest events may not have been delivered yet: asked again at 2026-01-27T20:36:03Z (Ctrl-C ends).
        ");
        assert_eq!(code, 0);
    }

    #[tokio::test(start_paused = true)]
    async fn as_json_each_answer_is_a_line_and_nothing_else_is() {
        let (said, noted, code) = told(late(), "json").await;
        let lines: Vec<Value> = said.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(
            lines.iter().map(|line| line["groups"][0]["events"][0]["event_id"].as_str().unwrap()).collect::<Vec<_>>(),
            ["tag", "stop", "stop", "stop"]
        );
        assert!(noted.contains("Settled at"), "{noted}");
        assert_eq!(code, 0);
    }

    #[tokio::test(start_paused = true)]
    async fn an_end_that_is_no_settling_is_told_as_one_and_has_its_own_exit_code() {
        let lagging = || answer("Nothing explains it.", "no_suspect", "lagging", &[]);
        let (said, _, code) = told((0..4).map(|_| lagging()).collect(), "text").await;
        assert!(said.contains("may still be missing; ask again later. Asked 4 times") && code == PARTIAL, "{code} {said}");
        let refused = Outcome::refused(&Refusal::new(Code::AccessDenied, "not allowed", "ask"));
        let (said, _, code) = told(vec![lagging(), refused.clone()], "text").await;
        assert!(said.contains("the last answer is none") && said.contains("not allowed") && code == FAILURE, "{code} {said}");
        let (said, _, code) = told(vec![refused], "text").await;
        assert!(!said.contains("told before") && code == FAILURE, "{code} {said}");
        let (said, _, code) = told(vec![answer("Nothing explains it.", "no_suspect", "page_cap", &[])], "text").await;
        assert!(said.contains("not everything could be read") && code == PARTIAL, "{code} {said}");
    }
}
