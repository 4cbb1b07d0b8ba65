//! What speaks for a change besides ties and fit: how many things depend on it, what started, how often it was done.

use super::*;

/// Tells whether the rule `id` speaks on the change `of`.
fn speaks(ranked: &[Ranked], of: &str, id: &str) -> bool {
    let one = ranked.iter().find(|one| one.change.event.event_id == of).unwrap();
    one.explanation().contributions.iter().any(|part| part.rule == id)
}

/// A desired count that a service sets for load.
fn scaled(id: &str, before: i64) -> Change {
    let more = json!({"userIdentity": {"type": "AWSService", "invokedBy": "ecs.application-autoscaling.amazonaws.com"},
        "sourceIPAddress": "ecs.application-autoscaling.amazonaws.com"});
    let request = json!({"cluster": "shop", "service": "cart", "desiredCount": 9});
    change_by(id, before, "ecs", "UpdateService", request, "", more)
}

fn endpoint(id: &str, before: i64) -> Change {
    change(id, before, "ec2", "ModifyVpcEndpoint", json!({"ModifyVpcEndpointRequest": {"VpcEndpointId": "vpce-0123456789abcdef0"}}))
}

#[test]
fn what_only_a_start_feels_counts_where_load_started_something_near_the_onset() {
    let alert = incident("CannotPullContainerError", json!({"service": "cart"}));
    let ranked = rank(&alert, &[endpoint("old", 20_000), endpoint("young", 600), scaled("start", 300)], &[]);
    assert!(speaks(&ranked, "old", "time.latent"));
    assert!(!speaks(&ranked, "young", "time.latent"), "it is felt by its own time");
    assert!(!speaks(&ranked, "start", "time.latent"));
    let long_ago = rank(&alert, &[endpoint("old", 20_000), scaled("start", 9_000)], &[]);
    assert!(!speaks(&long_ago, "old", "time.latent"), "nothing started near the onset");
    let by_hand = change("start", 300, "ecs", "UpdateService", json!({"cluster": "shop", "service": "cart", "desiredCount": 9}));
    assert!(!speaks(&rank(&alert, &[endpoint("old", 20_000), by_hand], &[]), "old", "time.latent"));
}

#[test]
fn an_act_of_several_calls_is_told_from_one_call_and_from_a_flood() {
    let group = |id: &str, before: i64, actor: &str| {
        let request = json!({"groupId": format!("sg-{id}")});
        change_by(id, before, "ec2", "RevokeSecurityGroupIngress", request, actor, Value::Null)
    };
    let mut changes: Vec<Change> = (0..3).map(|at| group(&format!("few{at}"), 300 + at, "bob")).collect();
    changes.extend((0..12).map(|at| group(&format!("many{at}"), 400 + at, "carol")));
    changes.push(group("one", 500, "dave"));
    changes.extend((0..5).map(|at| change_by(&format!("x{at}"), 600 + at, "s3", &format!("PutThing{at}"), json!({}), "erin", Value::Null)));
    let ranked = rank(&incident("InstanceDown", json!({"instance_id": NAMED})), &changes, &[]);
    assert!(speaks(&ranked, "few0", "routine.several") && !speaks(&ranked, "few0", "routine.once"));
    assert!(!speaks(&ranked, "many0", "routine.several"));
    assert!(speaks(&ranked, "one", "routine.once") && !speaks(&ranked, "one", "routine.several"));
}
