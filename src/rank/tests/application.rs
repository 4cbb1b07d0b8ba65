//! What an application's own errors point to.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;

use super::{at, change, incident};
use crate::context::Incident;
use crate::correlate::Failure;
use crate::rank::{Background, Change, Ranked, Weights};
use crate::time::Window;

fn failure(line: usize, time: DateTime<Utc>, thing: &str) -> Failure {
    Failure { line, time, call: "putitem".into(), things: vec![(thing.into(), vec![thing.to_lowercase()])], events: Vec::new() }
}

fn rank(incident: &Incident, changes: &[Change], failures: &[Failure]) -> Vec<Ranked> {
    let background = Background { changes: &[], whole_from: Some(DateTime::<Utc>::MIN_UTC), failures };
    crate::rank::rank(incident, changes.to_vec(), background, &Weights::default())
}

fn update(id: &str, before: i64, table: &str) -> Change {
    change(id, before, "dynamodb", "UpdateTable", json!({"tableName": table}))
}

#[test]
fn the_last_change_to_what_an_application_fails_on_rises_and_names_the_record() {
    let alert = incident("CheckoutErrors", json!({}));
    let deleted = change("other", 60, "dynamodb", "DeleteTable", json!({"tableName": "carts"}));
    let changes = [deleted, update("old", 1_200, "orders"), update("culprit", 600, "orders")];
    let place = |ranked: &[Ranked], id: &str| ranked.iter().position(|one| one.change.event.event_id == id).unwrap();
    let (without, with) = (rank(&alert, &changes, &[]), rank(&alert, &changes, &[failure(17, at(500), "orders")]));
    let score = |ranked: &[Ranked]| ranked[place(ranked, "culprit")].score;
    assert_eq!(score(&with) - score(&without), crate::rank::points::points_of("application.failed_on"));
    assert_eq!(place(&with, "culprit"), 0);
    let pointed = with[0].facts.tie.application.as_deref().unwrap();
    assert_eq!((pointed.line, pointed.thing.as_str(), pointed.own), (17, "orders", false));
    assert!(with[0].facts.tie.is_proven() && with[0].is_suspect());
    let rules: Vec<&str> = with[0].explanation().contributions.iter().map(|one| one.rule).collect();
    assert!(rules.contains(&"application.failed_on"), "{rules:?}");
    for other in ["old", "other"] {
        assert!(with[place(&with, other)].facts.tie.application.is_none(), "{other}");
    }
}

#[test]
fn what_failed_before_a_change_does_not_point_to_it() {
    let alert = incident("CheckoutErrors", json!({}));
    let changes = [update("late", 300, "orders")];
    let failures = [failure(1, at(900), "orders"), failure(2, at(100), "orders")];
    assert!(rank(&alert, &changes, &failures)[0].facts.tie.application.is_none());
    assert!(rank(&alert, &changes, &failures[1..])[0].facts.tie.application.is_some());
}

#[test]
fn an_error_in_the_change_itself_points_to_it_and_one_in_a_call_that_failed_does_not() {
    let alert = incident("CheckoutErrors", json!({}));
    let mut failed = update("failed", 200, "carts");
    failed.event.error_code = Some("ValidationException".into());
    let changes = [update("done", 300, "orders"), failed];
    let of = |id: &str| Failure { events: vec![id.into()], things: Vec::new(), ..failure(3, at(290), "x") };
    let ranked = rank(&alert, &changes, &[of("done"), of("failed")]);
    let pointed = |id: &str| ranked.iter().find(|one| one.change.event.event_id == id).unwrap().facts.tie.application.clone();
    assert!(pointed("done").unwrap().own && pointed("failed").is_none());
}

#[test]
fn without_an_alert_a_change_is_a_suspect_when_an_application_fails_on_it() {
    let window = Window::new(at(3_600), at(0)).unwrap();
    let changes = [update("culprit", 600, "orders"), update("other", 500, "carts")];
    let ranked = rank(&Incident::over(window), &changes, &[failure(4, at(590), "orders")]);
    assert_eq!(ranked.iter().filter(|one| one.is_suspect()).map(|one| one.change.event.event_id.as_str()).collect::<Vec<_>>(), ["culprit"]);
    assert!(rank(&Incident::over(window), &changes, &[]).iter().all(|one| !one.is_suspect()));
    assert!(ranked[0].facts.timing.age >= TimeDelta::zero());
}
