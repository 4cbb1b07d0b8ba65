//! Paths that records tell of, and laws over any records.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::context::{Asked, Defaults, Incident, discover};
use crate::event::Event;
use crate::rank::{Ranked, Weights, rank};

/// A change of `ec2` or another service, so many minutes before the alert.
fn change(id: &str, minutes: i64, service: &str, name: &str, request: Value) -> Change {
    let time = chrono::DateTime::from_timestamp(1_800_000_000 - 60 * minutes, 0).unwrap();
    let record = json!({
        "eventID": id, "eventTime": time.to_rfc3339(), "eventSource": format!("{service}.amazonaws.com"), "eventName": name,
        "awsRegion": "eu-west-1", "readOnly": false, "recipientAccountId": "111122223333",
        "userIdentity": {"type": "IAMUser", "userName": "alice", "accountId": "111122223333"}, "requestParameters": request,
    });
    Change::from(Event::parse(record).unwrap())
}

fn incident(labels: Value) -> Incident {
    let start = chrono::DateTime::from_timestamp(1_800_000_000, 0).unwrap();
    let alert = json!({"alert": {"name": "Down", "startsAt": start.to_rfc3339(), "labels": labels}});
    discover(&Asked { investigation: Some(alert), ..Asked::default() }, &Defaults::default(), start).unwrap()
}

/// Returns the path of the change `id`, each step as `from > to by`.
fn path(labels: Value, changes: &[Change], id: &str) -> Vec<String> {
    let ranked = rank(&incident(labels), changes.to_vec(), &[], &Weights::default());
    let one = ranked.iter().find(|one| one.change.event.event_id == id).unwrap();
    one.facts.tie.path.iter().map(|Link { from, to, by }| format!("{from} > {to} by {by}")).collect()
}

const BALANCER: &str = "arn:aws:elasticloadbalancing:eu-west-1:111122223333:loadbalancer/app/web/50dc6c495c0c9188";
const LISTENER: &str = "arn:aws:elasticloadbalancing:eu-west-1:111122223333:listener/app/web/50dc6c495c0c9188/f2f7dc8efc522ab2";
const TARGETS: &str = "arn:aws:elasticloadbalancing:eu-west-1:111122223333:targetgroup/api/6d0ecf831eec9f09";

#[test]
fn a_load_balancer_leads_over_listener_target_group_and_group_to_the_launch_template() {
    let changes = [
        change(
            "listen",
            900,
            "elasticloadbalancing",
            "ModifyListener",
            json!({"listenerArn": LISTENER, "defaultActions": [{"type": "forward", "targetGroupArn": TARGETS}]}),
        ),
        change(
            "attach",
            800,
            "autoscaling",
            "AttachLoadBalancerTargetGroups",
            json!({"autoScalingGroupName": "web-asg", "targetGroupARNs": [TARGETS]}),
        ),
        change(
            "group",
            700,
            "autoscaling",
            "UpdateAutoScalingGroup",
            json!({"autoScalingGroupName": "web-asg", "launchTemplate": {"launchTemplateId": "lt-0123456789abcdef0"}}),
        ),
        change(
            "culprit",
            5,
            "ec2",
            "ModifyLaunchTemplate",
            json!({"ModifyLaunchTemplateRequest": {"LaunchTemplateId": "lt-0123456789abcdef0", "SetDefaultVersion": 7}}),
        ),
    ];
    let told = path(json!({"loadbalancer": "app/web/50dc6c495c0c9188"}), &changes, "culprit");
    assert_eq!(
        told,
        [
            format!("app/web/50dc6c495c0c9188 > {LISTENER} by listen"),
            format!("{LISTENER} > {TARGETS} by listen"),
            format!("{TARGETS} > web-asg by attach"),
            "web-asg > lt-0123456789abcdef0 by group".to_owned(),
        ]
    );
    assert!(BALANCER.ends_with("app/web/50dc6c495c0c9188"));
}

#[test]
fn a_function_leads_to_its_role_and_a_policy_of_it() {
    let changes = [
        change(
            "made",
            900,
            "lambda",
            "CreateFunction20150331",
            json!({"functionName": "cart", "role": "arn:aws:iam::111122223333:role/cart-run"}),
        ),
        change(
            "attached",
            800,
            "iam",
            "AttachRolePolicy",
            json!({"roleName": "cart-run", "policyArn": "arn:aws:iam::111122223333:policy/cart-data"}),
        ),
        change(
            "culprit",
            5,
            "iam",
            "CreatePolicyVersion",
            json!({"policyArn": "arn:aws:iam::111122223333:policy/cart-data", "policyDocument": "{}", "setAsDefault": true}),
        ),
    ];
    assert_eq!(
        path(json!({"function_name": "cart"}), &changes, "culprit"),
        ["cart > arn:aws:iam::111122223333:role/cart-run by made", "cart-run > arn:aws:iam::111122223333:policy/cart-data by attached"]
    );
}

#[test]
fn what_the_change_itself_names_is_its_own_proof() {
    let changes = [change("stop", 5, "rds", "StopDBInstance", json!({"dBInstanceIdentifier": "orders-db"}))];
    assert_eq!(path(json!({"dbinstance_identifier": "orders-db"}), &changes, "stop"), ["orders-db > orders-db by stop"]);
}

#[test]
fn the_newest_record_proves_a_step() {
    let set = |id, minutes| {
        change(
            id,
            minutes,
            "rds",
            "ModifyDBInstance",
            json!({"dBInstanceIdentifier": "orders-db", "vpcSecurityGroupIds": ["sg-0123456789abcdef0"]}),
        )
    };
    let revoke = change("culprit", 5, "ec2", "RevokeSecurityGroupIngress", json!({"groupId": "sg-0123456789abcdef0"}));
    let told = path(json!({"dbinstance_identifier": "orders-db"}), &[set("old", 900), revoke, set("new", 60)], "culprit");
    assert_eq!(told, ["orders-db > sg-0123456789abcdef0 by new"]);
}

/// A call on some of a few things.
fn any_change() -> impl Strategy<Value = (usize, i64, Vec<usize>)> {
    (0..5usize, 1i64..600, prop::collection::vec(0..12usize, 1..4))
}

fn made(at: usize, (kind, minutes, things): &(usize, i64, Vec<usize>)) -> Change {
    let id = |of: usize| things.get(of).copied().unwrap_or(things[0]);
    let (group, instance, role) = (format!("sg-{:08x}", id(0)), format!("i-{:08x}", id(1)), format!("role-{}", id(2) % 3));
    let role_arn = format!("arn:aws:iam::111122223333:role/{role}");
    let (service, name, request) = match kind {
        0 => ("ec2", "ModifyInstanceAttribute", json!({"instanceId": instance, "groupSet": {"items": [{"groupId": group}]}})),
        1 => ("ec2", "RevokeSecurityGroupIngress", json!({"groupId": group})),
        2 => (
            "lambda",
            "UpdateFunctionConfiguration20150331v2",
            json!({"functionName": format!("fn-{}", id(0)), "role": role_arn, "securityGroupIds": [group]}),
        ),
        3 => ("iam", "PutRolePolicy", json!({"roleName": role, "policyName": format!("policy-{}", id(0))})),
        _ => ("ec2", "TerminateInstances", json!({"instancesSet": {"items": [{"instanceId": instance}]}})),
    };
    change(&format!("e{at:03}"), *minutes, service, name, request)
}

/// Everything that a record names, by every spelling.
fn spellings(ranked: &[Ranked], id: &str) -> Vec<Vec<String>> {
    let one = ranked.iter().find(|one| one.change.event.event_id == id).unwrap();
    one.change.resources.iter().map(|resource| resource.aliases.clone()).collect()
}

fn alike(one: &str, other: &str) -> bool {
    aliases_of(one).iter().any(|alias| aliases_of(other).contains(alias))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn every_step_of_a_path_stands_in_the_record_that_it_names(specs in prop::collection::vec(any_change(), 1..25)) {
        let changes: Vec<Change> = specs.iter().enumerate().map(|(at, spec)| made(at, spec)).collect();
        let named = "i-00000001";
        let ranked = rank(&incident(json!({"instance_id": named})), changes, &[], &Weights::default());
        for one in &ranked {
            let path = &one.facts.tie.path;
            prop_assert_eq!(path.is_empty(), !one.facts.tie.is_related());
            let mut at = named.to_owned();
            for Link { from, to, by } in path {
                prop_assert!(alike(&at, from), "{} does not begin at {}", from, at);
                let told = spellings(&ranked, by);
                for end in [from, to] {
                    prop_assert!(told.iter().flatten().any(|spelling| alike(spelling, end)), "{} does not name {}", by, end);
                }
                at.clone_from(to);
            }
            // The change is made to where the path ends, or names it.
            let own = spellings(&ranked, &one.change.event.event_id);
            prop_assert!(path.is_empty() || own.iter().flatten().any(|spelling| alike(spelling, &at)));
        }
    }

    #[test]
    fn paths_do_not_depend_on_the_order_of_the_input(
        (specs, order) in prop::collection::vec(any_change(), 1..25)
            .prop_flat_map(|specs| { let all: Vec<usize> = (0..specs.len()).collect(); (Just(specs), Just(all).prop_shuffle()) })
    ) {
        let told = |order: &[usize]| {
            let changes = order.iter().map(|at| made(*at, &specs[*at])).collect();
            let ranked = rank(&incident(json!({"instance_id": "i-00000001"})), changes, &[], &Weights::default());
            let mut told: Vec<(String, Vec<Link>)> = ranked.into_iter().map(|one| (one.change.event.event_id, one.facts.tie.path)).collect();
            told.sort_by(|a, b| a.0.cmp(&b.0));
            told
        };
        let first: Vec<usize> = (0..specs.len()).collect();
        prop_assert_eq!(told(&order), told(&first));
    }
}
