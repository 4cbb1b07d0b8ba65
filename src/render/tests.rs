//! What people and models read, as a whole.

use serde_json::json;

use super::{COLUMNS, Document, markdown, text};
use crate::answer::{Answer, CellReport, ErrorReport};
use crate::coverage::State;
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
    let shown = text(&redact::answer(answer()).unwrap(), COLUMNS);
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
    let shown = text(&redact::answer(with_run()).unwrap(), COLUMNS);
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

    - error: region_not_allowed (argument regions)
    - next: Ask for one of: eu-west-1. For the operator: the key is aws_region_allowlist.
    ");
}

/// An answer as large as they come: many suspects with long names, long lists of reasons, a cell for every region.
fn crowded() -> Answer {
    let actor = format!("{}/{}", "deployment-role-of-the-platform-team", "first.last-with-a-long-name@subsidiary.example.com");
    let entry = |rank: usize| {
        json!({"event_id": format!("{rank:08x}-4e5f-4a6b-8c7d-9e0f1a2b3c4d"), "rank": rank, "time": "2026-01-27T20:01:55Z", "relative": "2m 15s before alert",
            "reasons": ["changes checkout-production-database-cluster, named in the alert", "opens it to the whole internet", "can cause timeouts and unreachable hosts"],
            "name": "AuthorizeSecurityGroupIngress", "service": "ec2", "region": "ap-southeast-2",
            "summary": format!("opened tcp/5432 to 0.0.0.0/0, 192.0.2.0/24, 198.51.100.0/24 and {rank} more on sg-0123456789abcdef0"),
            "actor": {"name": actor, "kind": "human", "via": "cloudformation"},
            "suspect": {"confidence": "likely", "against": ["one of 12 such calls by this actor"],
                "undo": "aws ec2 revoke-security-group-ingress --group-id sg-0123456789abcdef0 --security-group-rule-ids sgr-0123456789abcdef0 sgr-0fedcba9876543210 --region ap-southeast-2"}})
    };
    let cell = |region: usize| {
        json!({"account": "111122223333", "region": format!("region-number-{region}"), "source": "event_history", "state": "exhausted",
            "covered_from": "2026-01-27T19:34:10Z", "covered_to": "2026-01-27T20:14:10Z", "requests": 1, "events": 3})
    };
    let spots: Vec<String> = (0..9).map(|n| format!("blind spot number {n} is told in a sentence of some length")).collect();
    serde_json::from_value(json!({
        "finding": "suspects",
        "headline": format!("Top suspect (likely): {actor} opened tcp/5432 to 0.0.0.0/0, 192.0.2.0/24, 198.51.100.0/24 and 1 more on sg-0123456789abcdef0, 2m 15s before alert; 19 more suspects (214 changes in 40m)."),
        "coverage": {"verdict": "complete", "cells": (0..34).map(cell).collect::<Vec<_>>(), "blind_spots": spots},
        "groups": [{"category": "security_group", "label": "Security Group Changes", "icon": "🔒", "total": 20, "events": (1..=20).map(entry).collect::<Vec<_>>()}],
        "totals": {"matched": 214, "shown": 20, "folded": 190, "remaining": 4, "heartbeats": 12, "data_events": 7}
    }))
    .unwrap()
}

/// The columns that a line takes on a terminal; icons take two.
fn columns(line: &str) -> usize {
    line.chars().map(|c| if c > '\u{25ff}' { 2 } else { 1 }).sum()
}

#[test]
fn no_line_is_wider_than_the_terminal_and_the_first_suspect_stands_within_eight_lines() {
    for answer in [answer(), with_run(), crowded()] {
        let answer = redact::answer(answer).unwrap();
        for wide in [60, COLUMNS, 132] {
            let shown = anstream::adapter::strip_str(&text(&answer, wide)).to_string();
            assert!(shown.lines().all(|line| columns(line) <= wide), "{shown}");
            let rank = shown.lines().position(|line| line.starts_with("  1  "));
            assert!(rank.is_some_and(|row| row < 8), "{shown}");
        }
    }
}

#[test]
fn nothing_on_a_screen_is_cut_and_where_room_is_short_less_is_told() {
    let answer = redact::answer(crowded()).unwrap();
    let shown = anstream::adapter::strip_str(&text(&answer, COLUMNS)).to_string();
    let told = markdown(&answer);
    let (first, all) = told.split_once("\n## All changes").unwrap();
    assert!(crate::answer::tokens::estimate(first) <= 600, "{first}");
    assert!(crate::answer::tokens::estimate(&told) <= 2_600, "{told}");
    assert!(!shown.contains('…') && !told.contains('…'), "{told}");
    let flat = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
    let shown = flat(&shown);
    assert!(shown.starts_with(&flat(&answer.headline)), "{shown}");
    for entry in answer.entries() {
        for part in [&entry.reasons.join("; "), &entry.event_id, &entry.actor.name] {
            assert!(shown.contains(&flat(part)), "{part}: {shown}");
        }
        let line = all.lines().find(|line| line.ends_with(&entry.event_id));
        assert!(line.is_none_or(|line| line.contains(&entry.summary) && line.contains(&entry.actor.name.replace('@', "[@]"))), "{told}");
        assert!(line.is_some() || all.contains("more stand in the structured content"), "{told}");
    }
    assert_eq!(first.matches("region-number-").count(), 2, "equal cells are one line: {first}");
}

/// All scalar values, so many in a text.
fn scalars(in_one: usize) -> Vec<String> {
    let all: Vec<char> = ('\u{0}'..=char::MAX).collect();
    assert_eq!(all.len(), 1_112_064);
    all.chunks(in_one).map(|chunk| chunk.iter().collect()).collect()
}

#[test]
fn no_scalar_value_that_nobody_sees_leaves_by_any_format() {
    // So many that no field cuts them.
    let texts = scalars(50);
    let mut seen = std::collections::BTreeSet::new();
    for texts in texts.chunks(400) {
        let events: Vec<serde_json::Value> = texts
            .chunks(4)
            .enumerate()
            .map(|(n, four)| {
                let text = |at: usize| four.get(at).map_or("", String::as_str);
                json!({"event_id": format!("00000000-0000-0000-0000-{n:012}"), "rank": n + 1, "time": "2026-01-27T20:01:55Z", "relative": "2m before",
                    "name": text(0), "service": "ec2", "summary": text(1), "actor": {"name": text(2), "kind": "human"}, "reasons": [text(3)]})
            })
            .collect();
        let answer: Answer = serde_json::from_value(json!({
            "finding": "suspects", "headline": texts[0], "totals": {"matched": 1, "shown": 1, "folded": 0, "remaining": 0},
            "context": {"alert": {"name": texts[0], "started_at": "2026-01-27T20:04:10Z"}, "window": {"from": "a", "to": "b", "basis": "c", "widened": false}},
            "groups": [{"category": "other", "label": "Other", "icon": "o", "total": 1, "events": events}]}))
        .unwrap();
        let answer = redact::answer(answer).unwrap();
        for format in super::FORMATS {
            let (format, shown) = (format.name, anstream::adapter::strip_str(&(format.changes)(&answer, COLUMNS)).to_string());
            // Slack's own marks are kept from working by a space that nobody sees, which is ours.
            let ours = |c: char| matches!(c, '\n' | '\u{FE0F}' | ' ') || format == "slack" && c == '\u{200B}';
            let odd = shown.chars().find(|c| !ours(*c) && redact::clean(&c.to_string(), 1).is_empty());
            assert_eq!(odd, None, "{format}: {:x}", u32::from(odd.unwrap_or_default()));
            if format == "json" {
                seen.extend(shown.chars());
            }
        }
    }
    assert!(seen.len() > 100_000, "what people read stays: {}", seen.len());
}

/// Everything that a picture or a page must stand, in one answer.
fn hostile() -> Answer {
    let mut answer = answer();
    let entry = &mut answer.groups[0].events[0];
    entry.suspect = serde_json::from_value(json!({"confidence": "likely", "links": [
        {"from": "i-0123456789abcdef0 (alert label instance_id)", "to": "sg-0123456789abcdef0", "by": "event 1a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d"}]}))
    .unwrap();
    entry.undone = serde_json::from_value(json!({"time": "2026-01-27T20:06:00Z", "by": "dana", "event_id": "4a1b"})).unwrap();
    answer.groups[1].events[0].actor.name = "\"]]><script>alert(1)</script>&amp;'".into();
    answer
}

#[test]
fn a_picture_is_well_formed_and_holds_what_the_answer_holds() {
    let shown = (super::svg::FORMAT.changes)(&redact::answer(hostile()).unwrap(), 0);
    for token in xmlparser::Tokenizer::from(shown.as_str()) {
        token.unwrap();
    }
    assert!(!shown.contains("<script") && !shown.contains("<b>"), "{shown}");
    insta::assert_snapshot!(shown.replace("><", ">\n<"));
}

#[test]
fn a_page_loads_nothing_runs_nothing_and_holds_what_the_answer_holds() {
    let shown = (super::page::FORMAT.changes)(&redact::answer(hostile()).unwrap(), 0);
    assert!(shown.contains("default-src &#39;none&#39;") || shown.contains("default-src 'none'"), "{shown}");
    for barred in ["<script", "<b>", "<img", "src=", "@import", "url(http", "onload"] {
        assert!(!shown.contains(barred), "{barred}: {shown}");
    }
    insta::assert_snapshot!(shown.replace("><", ">\n<"));
}

#[test]
fn a_page_has_a_picture_for_narrow_screens_on_which_all_stands_from_edge_to_edge() {
    for (started_at, name) in [
        ("2026-01-27T19:34:10Z", "First"),
        ("2026-01-27T20:04:10Z", "AnAlertWithANameThatIsLongerThanALineOfAPhoneHasRoomFor"),
        ("2026-02-20T00:00:00Z", "Later"),
    ] {
        let mut answer = hostile();
        let alert = answer.context.as_mut().unwrap().alert.as_mut().unwrap();
        (alert.started_at, alert.name) = (started_at.into(), name.into());
        let shown = (super::page::FORMAT.changes)(&redact::answer(answer).unwrap(), 0);
        let (wide, narrow) = shown.split_once("<svg class=\"tl narrow\"").unwrap();
        let narrow = narrow.split_once("</svg>").unwrap().0;
        let marks = |picture: &str| picture.matches("role=\"listitem\"").count();
        assert_eq!((marks(narrow), marks(wide)), (3, 3), "{shown}");
        for place in [" x=\"", " cx=\"", " x1=\"", " x2=\""].into_iter().flat_map(|at| narrow.split(at).skip(1)) {
            let place: f64 = place.split('"').next().unwrap().parse().unwrap();
            assert!((0.0..=358.0).contains(&place), "{place}: {narrow}");
        }
        // A letter of the smallest size is at most 8 wide.
        let told = narrow.split("<text class=\"alert-ink small\"").skip(1).map(|text| text.split(['<', '>']).nth(1).unwrap());
        assert!(told.clone().count() >= 2 && told.clone().all(|line| line.chars().count() * 8 <= 358), "{narrow}");
        let ids: Vec<&str> = shown.split(" id=\"").skip(1).map(|id| id.split('"').next().unwrap()).collect();
        assert!(ids.iter().enumerate().all(|(n, id)| !ids[n + 1..].contains(id)), "{ids:?}");
    }
}

#[test]
fn no_mark_of_a_lane_hides_another_until_the_rows_are_full() {
    let mut answer = answer();
    let one = answer.groups[0].events[0].clone();
    for n in 0..40_usize {
        let minute = 35 + n % 25;
        answer.groups[0].events.push(crate::answer::Entry { rank: n + 4, time: format!("2026-01-27T19:{minute}:00Z"), ..one.clone() });
    }
    let timeline = super::timeline::Timeline::of(&answer, super::timeline::SPACING).unwrap();
    let lane = &timeline.lanes[0];
    for (n, mark) in lane.marks.iter().enumerate() {
        let hides = |other: &&super::timeline::Mark<'_>| other.row == mark.row && (other.at - mark.at).abs() < 0.02;
        assert!(lane.marks[n + 1..].iter().all(|other| !hides(&other)), "#{} is hidden", mark.entry.rank);
    }
    assert!(timeline.alert.is_some_and(|alert| lane.marks.iter().all(|mark| mark.at <= alert)));
}

#[test]
fn an_answer_without_a_window_is_a_picture_of_its_words() {
    let refused = Answer::could_not_look(
        ErrorReport {
            code: "throttled".into(),
            message: "AWS is busy & slow.".into(),
            argument: None,
            retryable: true,
            retry_after_ms: None,
            next: "Wait.".into(),
        },
        None,
    );
    let shown = (super::svg::FORMAT.changes)(&redact::answer(refused).unwrap(), 0);
    assert!(shown.contains("AWS is busy &amp; slow.") && shown.contains("throttled") && shown.contains("Wait."), "{shown}");
}

#[test]
fn a_picture_tells_what_was_short_first_and_how_many_places_it_leaves_out() {
    let mut answer = answer();
    let coverage = answer.coverage.as_mut().unwrap();
    let cell = coverage.cells[0].clone();
    let (from, to) = (Some("2026-01-27T19:34:10Z".to_owned()), Some("2026-01-27T20:00:00Z".to_owned()));
    let whole = |n: usize| CellReport {
        region: format!("region-{n}"),
        state: State::Exhausted,
        covered_from: from.clone(),
        covered_to: to.clone(),
        ..cell.clone()
    };
    coverage.cells = (0..9).map(whole).collect();
    for (at, state) in [(7, State::IntegrityFailed), (8, State::PageCap)] {
        coverage.cells[at].state = state;
    }
    let timeline = super::timeline::Timeline::of(&answer, super::timeline::SPACING).unwrap();
    let read: Vec<bool> = timeline.read.iter().map(|strip| strip.read.is_some()).collect();
    assert_eq!((read, timeline.more_places), (vec![false, true, true, true, true, true], 3));
    let shown = (super::svg::FORMAT.changes)(&redact::answer(answer).unwrap(), 0);
    assert!(shown.contains("and 3 more places"), "{shown}");
}

#[test]
fn an_alert_outside_of_the_window_is_told_by_an_arrow_and_no_line() {
    for (started_at, told) in [("2026-01-20T00:00:00Z", "← "), ("2026-02-20T00:00:00Z", " →")] {
        let mut answer = answer();
        answer.context.as_mut().unwrap().alert.as_mut().unwrap().started_at = started_at.into();
        let shown = (super::svg::FORMAT.changes)(&redact::answer(answer).unwrap(), 0);
        assert!(shown.contains(told) && shown.contains(started_at) && !shown.contains("<line class=\"alert\""), "{shown}");
    }
}

#[test]
fn a_picture_of_an_event_holds_its_link_and_its_record_and_no_line_is_too_long() {
    let document = |_: &serde_json::Value| Document {
        structured: json!({}),
        headline: "One event".into(),
        could_not_look: false,
        coverage: None,
        error: None,
        link: Some("https://console.aws.amazon.com/cloudtrailv2/home#/events/1".into()),
        record: json!({"eventName": "x".repeat(400)}).as_object().cloned(),
        sections: Vec::new(),
    };
    let shown = (super::svg::FORMAT.document)(&redact::answer(json!({})).unwrap().map(document), 0);
    assert!(shown.contains("cloudtrailv2/home#/events/1") && shown.contains("eventName"), "{shown}");
    assert!(shown.split(['<', '>']).all(|part| part.starts_with("svg") || part.contains('{') || part.chars().count() <= 135), "{shown}");
}
