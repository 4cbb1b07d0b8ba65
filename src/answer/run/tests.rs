//! What a run is, what never is one, and laws over any mixture.

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::answer::fold::fold;
use crate::rank::facts::Tie;
use crate::rank::topology::Relation;
use crate::rank::{Facts, Ranked};

/// Who acts in these tests.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Who {
    /// A job of a pipeline, by the number of its session.
    Pipeline(u8),
    /// A stack's role, with new keys for every call.
    Stack,
    /// A person whose stack CloudFormation deploys for her.
    OwnStack,
    /// A person in the console, by single sign-on.
    Console,
    /// A person on the command line, by a session of her own name.
    Person,
    /// A person who runs Terraform.
    Terraform,
    /// A service that keeps house.
    Scaling,
}

/// One change: who, which call of `CALLS`, seconds, on which of a few things, whether it is a suspect or near what the alert names.
#[derive(Clone, Copy, Debug)]
struct Spec {
    who: Who,
    call: usize,
    second: i64,
    thing: u8,
    suspect: bool,
    near: bool,
}

const CALLS: &[(&str, &str)] = &[
    ("ecs", "RegisterTaskDefinition"),
    ("ecs", "UpdateService"),
    ("ssm", "PutParameter"),
    ("lambda", "UpdateAlias"),
    ("ssm", "UpdateInstanceInformation"),
];

fn spec(who: Who, call: usize, second: i64) -> Spec {
    Spec { who, call, second, thing: 0, suspect: false, near: false }
}

fn change(id: usize, spec: &Spec) -> Change {
    let role = |role: &str, session: &str, key: String| {
        json!({"type": "AssumedRole", "principalId": format!("AROA{role}:{session}"), "accessKeyId": key,
            "arn": format!("arn:aws:sts::111122223333:assumed-role/{role}/{session}")})
    };
    let (mut identity, agent, console) = match spec.who {
        Who::Pipeline(job) => (role("deploy", "GitHubActions", format!("ASIAJOB{job}")), "aws-cli/2.17", false),
        Who::Stack => (role("cfn", "AWSCloudFormation", format!("ASIACALL{id}")), "cloudformation.amazonaws.com", false),
        Who::OwnStack => (role("AWSReservedSSO_Admin_0", "erin", format!("ASIACALL{id}")), "cloudformation.amazonaws.com", false),
        Who::Console => (role("AWSReservedSSO_Admin_0", "alice", "ASIAALICE".into()), "Mozilla/5.0", true),
        Who::Person => (role("oncall", "bob@example.com", "ASIABOB".into()), "aws-cli/2.17", false),
        Who::Terraform => (role("AWSReservedSSO_Admin_0", "carol", "ASIACAROL".into()), "Terraform/1.9", false),
        Who::Scaling => (role("AWSServiceRoleForAutoScaling", "AutoScaling", String::new()), "autoscaling.amazonaws.com", false),
    };
    if matches!(spec.who, Who::Stack | Who::OwnStack) {
        identity["invokedBy"] = "cloudformation.amazonaws.com".into();
    }
    let (service, name) = CALLS[spec.call];
    let time = crate::time::parse("2026-01-27T20:00:00Z").unwrap() + TimeDelta::seconds(spec.second);
    Change::from(
        Event::parse(json!({"eventID": format!("e{id:03}"), "eventTime": crate::time::rfc3339(time), "readOnly": false,
            "eventSource": format!("{service}.amazonaws.com"), "eventName": name, "awsRegion": "eu-west-1", "userAgent": agent,
            "recipientAccountId": "111122223333", "userIdentity": identity, "sessionCredentialFromConsole": console,
            "requestParameters": {"name": format!("thing-{}", spec.thing)}}))
        .unwrap(),
    )
}

/// Ranks as `rank` does: suspects first, then by score.
fn ranked(changes: Vec<Change>, specs: &BTreeMap<String, Spec>) -> Vec<Ranked> {
    let one = |change: Change| {
        let spec = specs[&change.event.event_id];
        let relation = if spec.near { Relation::OneStep("a".into(), "b".into()) } else { Relation::None };
        Ranked {
            change,
            score: i32::from(spec.suspect) * 60 + i32::from(spec.near) * 30 + i32::try_from(spec.call).unwrap(),
            bar: 0,
            chance: 0.0,
            confidence: spec.suspect.then_some(Confidence::Likely),
            facts: Facts { tie: Tie { relation, ..Tie::default() }, ..Facts::default() },
            item: 0,
        }
    };
    let mut ranked: Vec<Ranked> = changes.into_iter().map(one).collect();
    ranked.sort_by_key(|r| (Reverse(r.is_suspect()), Reverse(r.score), r.change.event.event_id.clone()));
    ranked
}

/// An entry as these tests tell it: the ids of its members, and of the change that leads its run.
type Told = (Vec<String>, Option<String>);

/// Folds changes that come in the order `order`.
fn told(specs: &[Spec], order: &[usize]) -> Vec<Told> {
    let changes: Vec<Change> = order.iter().map(|n| change(*n, &specs[*n])).collect();
    let by_id = specs.iter().enumerate().map(|(n, spec)| (format!("e{n:03}"), *spec)).collect();
    let ranked = ranked(changes, &by_id);
    let matched: Vec<&Ranked> = ranked.iter().collect();
    let id = |one: &Ranked| one.change.event.event_id.clone();
    fold_runs(fold(&matched))
        .iter()
        .map(|fold| {
            assert_eq!(id(fold.best), id(fold.members[0]));
            (fold.members.iter().map(|member| id(member)).collect(), fold.leader.map(str::to_owned))
        })
        .collect()
}

fn in_order(specs: &[Spec]) -> Vec<Told> {
    told(specs, &(0..specs.len()).collect::<Vec<_>>())
}

/// How many changes each entry stands for.
fn sizes(specs: &[Spec]) -> Vec<usize> {
    in_order(specs).iter().map(|(ids, _)| ids.len()).collect()
}

fn four(who: Who) -> Vec<Spec> {
    (0..4).map(|n| spec(who, n, n as i64 * 60)).collect()
}

#[test]
fn what_one_session_of_a_pipeline_does_in_one_go_is_one_entry() {
    for who in [Who::Pipeline(1), Who::Stack, Who::OwnStack, Who::Terraform] {
        assert_eq!(sizes(&four(who)), [4], "{who:?}");
    }
}

#[test]
fn people_and_housekeeping_services_are_no_pipeline() {
    for who in [Who::Console, Who::Person, Who::Scaling] {
        assert_eq!(sizes(&four(who)), [1; 4], "{who:?}");
    }
}

#[test]
fn two_jobs_of_one_pipeline_are_two_runs() {
    let both: Vec<Spec> = [1, 2].into_iter().flat_map(|job| four(Who::Pipeline(job))).collect();
    assert_eq!(sizes(&both), [4, 4]);
}

#[test]
fn a_run_ends_with_a_pause_and_after_an_hour() {
    let apart: Vec<Spec> = four(Who::Pipeline(1)).into_iter().chain((0..3).map(|n| spec(Who::Pipeline(1), n, 700 + n as i64))).collect();
    assert_eq!(sizes(&apart), [4, 3]);
    let restless: Vec<Spec> = (0..40).map(|n| spec(Who::Pipeline(1), n % 4, n as i64 * 240)).collect();
    assert!(sizes(&restless).iter().all(|size| *size <= 16), "{:?}", sizes(&restless));
}

#[test]
fn two_calls_are_no_run_and_heartbeats_make_none() {
    let two = [spec(Who::Pipeline(1), 0, 0), spec(Who::Pipeline(1), 1, 5)];
    assert_eq!(sizes(&two), [1, 1]);
    let beats = [two[0], two[1], spec(Who::Pipeline(1), 4, 6)];
    assert_eq!(sizes(&beats), [1, 1, 1]);
}

#[test]
fn a_second_suspect_and_what_is_near_the_alert_stay_entries_that_name_the_first() {
    let mut run = four(Who::Pipeline(1));
    (run[0].suspect, run[1].suspect, run[2].near) = (true, true, true);
    let ids = |ids: &[&str]| ids.iter().map(|id| (*id).to_owned()).collect::<Vec<_>>();
    let leader = Some("e001".to_owned());
    assert_eq!(in_order(&run), [(ids(&["e001", "e003"]), None), (ids(&["e000"]), leader.clone()), (ids(&["e002"]), leader)]);
}

fn any_spec() -> impl Strategy<Value = Spec> {
    let who = prop_oneof![
        4 => (0u8..2).prop_map(Who::Pipeline),
        1 => Just(Who::Stack),
        1 => Just(Who::OwnStack),
        1 => Just(Who::Console),
        1 => Just(Who::Person),
        1 => Just(Who::Terraform),
        1 => Just(Who::Scaling),
    ];
    (who, 0..CALLS.len(), 0i64..4_000, 0u8..3, prop::bool::weighted(0.2), prop::bool::weighted(0.1))
        .prop_map(|(who, call, second, thing, suspect, near)| Spec { who, call, second, thing, suspect, near })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn each_change_is_in_exactly_one_entry(specs in prop::collection::vec(any_spec(), 0..30)) {
        let mut ids: Vec<String> = in_order(&specs).into_iter().flat_map(|(ids, _)| ids).collect();
        ids.sort();
        prop_assert_eq!(ids, (0..specs.len()).map(|n| format!("e{n:03}")).collect::<Vec<_>>());
    }

    #[test]
    fn the_order_of_the_input_does_not_matter(
        (specs, order) in prop::collection::vec(any_spec(), 0..30)
            .prop_flat_map(|specs| { let all: Vec<usize> = (0..specs.len()).collect(); (Just(specs), Just(all).prop_shuffle()) })
    ) {
        prop_assert_eq!(told(&specs, &order), in_order(&specs));
    }

    #[test]
    fn a_suspect_is_only_folded_behind_the_same_change_by_the_same_actor(specs in prop::collection::vec(any_spec(), 0..30)) {
        let spec = |id: &String| specs[id.trim_start_matches('e').parse::<usize>().unwrap()];
        for (ids, _) in in_order(&specs) {
            let best = spec(&ids[0]);
            for member in ids.iter().skip(1).map(spec).filter(|member| member.suspect) {
                prop_assert!(best.suspect && member.call == best.call, "{:?} hides {:?}", best, member);
            }
        }
    }

    #[test]
    fn whoever_is_no_pipeline_keeps_its_entries(specs in prop::collection::vec(any_spec(), 0..30)) {
        let spec = |id: &String| specs[id.trim_start_matches('e').parse::<usize>().unwrap()];
        for (ids, leader) in in_order(&specs) {
            let by_people = ids.iter().map(spec).filter(|s| matches!(s.who, Who::Console | Who::Person | Who::Scaling)).collect::<Vec<_>>();
            prop_assert!(by_people.windows(2).all(|pair| pair[0].call == pair[1].call), "{:?}", by_people);
            prop_assert!(by_people.is_empty() || leader.is_none());
        }
    }
}
