//! What a page shows, and what it says it left.

use serde_json::json;

use super::*;
use crate::answer::Cost;
use crate::answer::draft::Detail;
use crate::answer::earlier::Earlier;
use crate::answer::filter::Filter;
use crate::context::Incident;
use crate::coverage::Coverage;
use crate::event::Event;
use crate::rank::Change;
use crate::time::{Window, parse as parse_time};

/// A call of the pipeline, `minute` minutes after 19:50.
fn deployed(id: &str, minute: u32, name: &str) -> Change {
    Change::from(
        Event::parse(
            json!({"eventID": id, "eventTime": format!("2026-01-27T19:{}:00Z", 50 + minute), "eventName": name, "readOnly": false,
            "eventSource": "ecs.amazonaws.com", "awsRegion": "eu-west-1", "recipientAccountId": "111122223333",
            "userIdentity": {"type": "AssumedRole", "principalId": "AROAEXAMPLE:ci", "accessKeyId": "ASIAEXAMPLERUN000001",
                "arn": "arn:aws:sts::111122223333:assumed-role/deploy/ci"}}),
        )
        .unwrap(),
    )
}

/// Builds a page over `changes` in a quiet hour.
fn page(changes: &[Change], page: Page) -> Built {
    let at = |time| parse_time(time).unwrap();
    let window = Window::new(at("2026-01-27T19:30:00Z"), at("2026-01-27T20:10:00Z")).unwrap();
    let incident = Incident::over(window);
    build(&Draft {
        incident: &incident,
        window,
        widened: false,
        regions: Vec::new(),
        guessed_region: None,
        coverage: &Coverage::default(),
        changes,
        ranked: &crate::rank::rank(&incident, changes, &[], &crate::rank::Weights::default()),
        earlier: Earlier::new(changes),
        filter: &Filter::default(),
        page,
        detail: Detail::Concise,
        untrusted: UntrustedText::Quote,
        now: at("2026-01-27T20:10:00Z"),
        cost: Cost::default(),
    })
}

#[test]
fn what_is_read_later_of_a_run_that_was_shown_is_shown_too() {
    let mut changes =
        vec![deployed("a", 0, "CreateService"), deployed("b", 1, "RegisterTaskDefinition"), deployed("c", 2, "UpdateCluster")];
    let first = page(&changes, Page { limit: 20, ..Page::default() });
    assert_eq!(first.answer.totals, Some(Totals { matched: 3, shown: 1, folded: 2, remaining: 0 }));
    changes.push(deployed("d", 3, "DeleteService"));
    let second = page(&changes, first.shown);
    let ids: Vec<&str> = second.answer.entries().iter().map(|entry| entry.event_id.as_str()).collect();
    assert_eq!(ids, ["d"]);
    assert_eq!(second.answer.totals, Some(Totals { matched: 4, shown: 2, folded: 2, remaining: 0 }));
}
