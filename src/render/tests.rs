//! What people and models read, as a whole.

use serde_json::json;

use super::{markdown, text};
use crate::answer::{Answer, ErrorReport};
use crate::redact;

fn answer() -> Answer {
    serde_json::from_value(json!({
        "finding": "suspects",
        "headline": "Top suspect: alice terminated i-0123456789abcdef0, 2m 15s before alert (3 changes in 40m).",
        "coverage": {"verdict": "partial", "cells": [
            {"account": "111122223333", "region": "eu-west-1", "source": "event_history", "state": "lagging", "covered_from": "2026-01-27T19:34:10Z",
             "covered_to": "2026-01-27T19:58:00Z", "requests": 1, "events": 3, "detail": "the last 15 minutes may still arrive"}],
            "blind_spots": ["read events were left out"], "next": "Ask again in 15 minutes for the newest events."},
        "context": {"alert": {"name": "InstanceDown", "started_at": "2026-01-27T20:04:10Z"},
            "window": {"from": "2026-01-27T19:34:10Z", "to": "2026-01-27T20:14:10Z", "basis": "alert start - 30m", "widened": false},
            "regions": [{"name": "eu-west-1", "basis": "alert label region"}],
            "resources": [{"id": "i-0123456789abcdef0", "type": "AWS::EC2::Instance", "basis": "alert label instance_id"}]},
        "groups": [
            {"category": "ec2_lifecycle", "label": "EC2 Lifecycle", "icon": "⚙️", "total": 2, "events": [
                {"event_id": "0a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d", "rank": 1, "reasons": ["changes i-0123456789abcdef0, named in the alert", "2m 15s before the alert"],
                 "time": "2026-01-27T20:01:55Z", "relative": "2m 15s before alert", "name": "TerminateInstances", "service": "ec2",
                 "summary": "terminated i-0123456789abcdef0", "actor": {"name": "alice", "kind": "human", "via": "console"}},
                {"event_id": "1a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d", "rank": 3, "time": "2026-01-27T20:00:00Z", "relative": "4m 10s before alert",
                 "name": "StopInstances", "service": "ec2", "summary": "failed (Client.UnauthorizedOperation): tried to stop i-0fedcba9876543210",
                 "actor": {"name": "bob", "kind": "human", "via": "cli"}, "error": {"code": "Client.UnauthorizedOperation"}}]},
            {"category": "other", "label": "Other", "icon": "🔧", "total": 4, "events": [
                {"event_id": "2a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d", "rank": 2, "reasons": ["can cause errors"], "time": "2026-01-27T20:00:00Z",
                 "relative": "4m 10s before alert", "name": "TagThings", "service": "example",
                 "summary": "tagged [click](https://evil.example) `x` **now** <b>", "actor": {"name": "mallory\u{202e}", "kind": "role"},
                 "repeats": {"count": 4, "failed": 1, "first": "2026-01-27T19:59:00Z", "last": "2026-01-27T20:00:00Z", "event_ids": ["3a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d"]},
                 "flags": ["suspicious_text"]}]}],
        "totals": {"matched": 6, "shown": 3, "folded": 3, "remaining": 0},
        "cost": {"requests": {"lookup_events": 1}, "cached": 0, "elapsed_ms": 12}
    }))
    .unwrap()
}

#[test]
fn markdown_says_the_finding_first_and_quotes_what_events_say() {
    insta::assert_snapshot!(markdown(&redact::answer(answer()).unwrap()));
}

#[test]
fn text_is_grouped_with_relative_times() {
    let shown = text(&redact::answer(answer()).unwrap());
    insta::assert_snapshot!(anstream::adapter::strip_str(&shown).to_string());
}

/// An answer with a run of a pipeline, and a second suspect of it.
fn with_run() -> Answer {
    serde_json::from_value(json!({
        "finding": "suspects", "headline": "Top suspect: deploy/ci updated service checkout, 5m before alert (15 changes in 40m).",
        "groups": [{"category": "deployment", "label": "Deployments", "icon": "⚙️", "total": 15, "events": [
            {"event_id": "0a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d", "rank": 1, "reasons": ["can cause errors"], "time": "2026-01-27T19:59:10Z",
             "relative": "5m before alert", "name": "UpdateService", "service": "ecs", "summary": "updated service checkout",
             "actor": {"name": "deploy/ci", "kind": "role", "via": "cli"},
             "repeats": {"count": 14, "failed": 1, "first": "2026-01-27T19:57:00Z", "last": "2026-01-27T20:00:12Z",
                 "event_ids": ["3a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d"],
                 "run": [{"name": "UpdateService", "count": 5}, {"name": "PutSecretValue", "count": 4}, {"name": "Tag[Thing](https://evil.example)", "count": 2}, {"name": "PutParameter", "count": 1}]}},
            {"event_id": "1a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d", "rank": 2, "time": "2026-01-27T19:58:00Z", "relative": "6m 10s before alert",
             "name": "UpdateFunctionCode", "service": "lambda", "summary": "deployed new code to function checkout",
             "actor": {"name": "deploy/ci", "kind": "role", "via": "cli"}, "same_run_as": 1}]}],
        "totals": {"matched": 15, "shown": 2, "folded": 13, "remaining": 0}
    }))
    .unwrap()
}

#[test]
fn a_run_is_told_by_what_it_did_and_how_it_opens() {
    insta::assert_snapshot!(markdown(&redact::answer(with_run()).unwrap()));
    let shown = text(&redact::answer(with_run()).unwrap());
    insta::assert_snapshot!(anstream::adapter::strip_str(&shown).to_string());
}

#[test]
fn a_refusal_reads_as_one_and_names_the_way_out() {
    let error = ErrorReport {
        code: "region_not_allowed".into(),
        message: "Region us-west-2 is not allowed. Allowed: eu-west-1.".into(),
        argument: Some("regions".into()),
        retryable: false,
        retry_after_ms: None,
        next: "Ask for one of: eu-west-1. For the operator: the key is aws_region_allowlist.".into(),
    };
    insta::assert_snapshot!(markdown(&redact::answer(Answer::could_not_look(error, None)).unwrap()), @r"
    **Could not look: Region us-west-2 is not allowed. Allowed: eu-west-1.**

    Error region_not_allowed (argument regions). Next: Ask for one of: eu-west-1. For the operator: the key is aws_region_allowlist.
    ");
}
