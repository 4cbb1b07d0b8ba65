//! What an actor does over and over, and what load brings about.

use super::*;
use crate::catalogue::Specificity;

/// Points that a rule gives to a change; nothing where it does not speak.
fn said(ranked: &[Ranked], id: &str, rule: &str) -> Option<i32> {
    let one = ranked.iter().find(|one| one.change.event.event_id == id).unwrap();
    let explanation = one.explanation();
    explanation.contributions.iter().find(|part| part.rule == rule).map(|part| part.points)
}

fn stop(id: &str, before: i64, instance: &str, token: &str) -> Change {
    let request = json!({"instancesSet": {"items": [{"instanceId": instance}]}, "clientToken": token});
    change_by(id, before, "ec2", "StopInstances", request, "nightly", json!({}))
}

#[test]
fn what_was_asked_for_before_and_broke_nothing_counts_less() {
    let instance = "i-0123456789abcdef0";
    let again = |calls: &[(i64, &str)]| {
        let changes: Vec<Change> =
            calls.iter().map(|(before, instance)| stop(&before.to_string(), *before, instance, &before.to_string())).collect();
        said(&rank(&incident("HostDown", json!({})), &changes, &[]), "60", "routine.repeated")
    };
    let hours = |n: i64| n * 3_600;
    assert!(
        again(&[(hours(6), instance), (hours(3), instance), (60, instance)]).is_some_and(|points| points < 0),
        "a token is no difference"
    );
    assert_eq!(again(&[(hours(6), instance), (hours(3), "i-0aaaaaaaaaaaaaaa0"), (60, instance)]), None, "of another instance once");
    assert_eq!(again(&[(hours(6), instance), (60, instance)]), None, "once is no habit");
    assert_eq!(again(&[(600, instance), (300, instance), (60, instance)]), None, "there was no time in which all was well");
}

#[test]
fn what_load_asked_for_answers_what_is_wrong() {
    let scaled = |id: &str, name: &str, count: u64| {
        let identity = json!({"type": "AWSService", "invokedBy": "ecs.application-autoscaling.amazonaws.com"});
        let request = json!({"cluster": "prod", "service": "cart", "desiredCount": count});
        change_by(
            id,
            120,
            "ecs",
            name,
            request,
            "",
            json!({"userIdentity": identity, "sourceIPAddress": "ecs.application-autoscaling.amazonaws.com"}),
        )
    };
    let ranked = rank(&incident("HighCpu", json!({})), &[scaled("up", "UpdateService", 9), timeout("other", 300, 1)], &[]);
    assert!(said(&ranked, "up", "consequence.of_load").is_some_and(|points| points < 0));
    assert_eq!(said(&ranked, "other", "consequence.of_load"), None);
    let ranked = rank(&incident("HighCpu", json!({})), &[scaled("gone", "DeleteService", 0)], &[]);
    assert_eq!(said(&ranked, "gone", "consequence.of_load"), None, "what takes away may be what is wrong");
}

#[test]
fn an_error_tells_less_of_each_the_more_may_be_to_blame() {
    let alert = || incident("DbDown", json!({"message": "connection timed out to 10.0.1.7:5432"}));
    let revoke = |n: i64| {
        let request = json!({"groupId": format!("sg-{n:017x}"), "ipPermissions": {"items": [{"ipProtocol": "tcp", "fromPort": 5432, "toPort": 5432}]}});
        change_by(&format!("r{n}"), n * 60, "ec2", "RevokeSecurityGroupIngress", request, &format!("somebody-{n}"), json!({}))
    };
    let crowded = |acts: i64| {
        let ranked = rank(&alert(), &(1..=acts).map(revoke).collect::<Vec<_>>(), &[]);
        assert_eq!(ranked[0].facts.fit.specificity(), Some(Specificity::Exact));
        said(&ranked, "r1", "fit.crowded")
    };
    let (alone, few, many) = (crowded(1), crowded(3), crowded(10));
    assert!(alone.is_none() && few < Some(0) && many < few, "{alone:?} {few:?} {many:?}");
}

#[test]
fn what_many_things_depend_on_need_not_bear_the_name_that_the_alert_gives() {
    let alert = incident("Errors", json!({"service_name": "checkout"}));
    let cart =
        change("cart", 100, "sqs", "SetQueueAttributes", json!({"queueUrl": "https://sqs.eu-west-1.amazonaws.com/111122223333/checkout"}));
    let route =
        change("route", 200, "ec2", "DeleteRoute", json!({"routeTableId": "rtb-0123456789abcdef0", "destinationCidrBlock": "0.0.0.0/0"}));
    let mails =
        change("mails", 300, "sqs", "SetQueueAttributes", json!({"queueUrl": "https://sqs.eu-west-1.amazonaws.com/111122223333/mails"}));
    let ranked = rank(&alert, &[cart, route, mails], &[]);
    let spoken = |id: &str| {
        ["name.other", "name.other_than_told", "name.untied", "name.untied_unseen", "name.untied_weakly"]
            .iter()
            .any(|rule| said(&ranked, id, rule).is_some())
    };
    assert!(spoken("mails") && !spoken("route"));
}
