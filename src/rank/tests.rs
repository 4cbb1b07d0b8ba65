//! Laws of the ranking, and the facts that single signals stand for.

use chrono::{DateTime, TimeDelta, Utc};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::failure::Failure;
use super::topology::Relation;
use super::{Change, Named, Ranked, Reason, Weights, finding};
use crate::context::{Asked, Defaults, Incident, discover};
use crate::event::Event;

mod application;
mod circumstance;
mod habit;
mod naming;
mod rules;
mod taken_back;

fn rank(incident: &Incident, changes: &[Change], background: &[Change]) -> Vec<Ranked> {
    super::rank(incident, changes.to_vec(), background, &Weights::default())
}

fn at(seconds_before: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000 - seconds_before, 0).unwrap()
}

/// One change, `before` seconds before the alert.
fn change(id: &str, before: i64, service: &str, name: &str, request: Value) -> Change {
    change_by(id, before, service, name, request, "alice", Value::Null)
}

#[expect(clippy::too_many_arguments, reason = "each test gives the few that it is about through `change`")]
fn change_by(id: &str, before: i64, service: &str, name: &str, request: Value, actor: &str, more: Value) -> Change {
    let mut record = json!({
        "eventVersion": "1.11", "eventID": id, "eventTime": at(before).to_rfc3339(), "eventSource": format!("{service}.amazonaws.com"),
        "eventName": name, "awsRegion": "eu-west-1", "readOnly": false, "recipientAccountId": "111122223333",
        "userIdentity": {"type": "IAMUser", "userName": actor, "accountId": "111122223333"}, "requestParameters": request,
    });
    if let (Some(record), Some(more)) = (record.as_object_mut(), more.as_object()) {
        record.extend(more.clone());
    }
    Change::from(Event::parse(record).unwrap())
}

fn incident(name: &str, labels: Value) -> Incident {
    let mut labels = labels;
    labels["region"] = "eu-west-1".into();
    let alert = json!({"alert": {"name": name, "startsAt": at(0).to_rfc3339(), "labels": labels}});
    let asked = Asked { investigation: Some(alert), ..Asked::default() };
    discover(&asked, &Defaults::default(), at(-900)).unwrap()
}

fn ids(ranked: &[Ranked]) -> Vec<&str> {
    ranked.iter().map(|r| r.change.event.event_id.as_str()).collect()
}

fn terminate(id: &str, before: i64, instance: &str) -> Change {
    change(id, before, "ec2", "TerminateInstances", json!({"instancesSet": {"items": [{"instanceId": instance}]}}))
}

const NAMED: &str = "i-0123456789abcdef0";

#[test]
fn a_change_of_what_the_alert_names_comes_before_a_newer_one_of_something_else() {
    let changes = [terminate("newer", 10, "i-0fedcba9876543210"), terminate("named", 200, NAMED)];
    let ranked = rank(&incident("InstanceDown", json!({"instance_id": NAMED})), &changes, &[]);
    assert_eq!(ids(&ranked), ["named", "newer"]);
    assert_eq!(ranked[0].facts.tie.relation, Relation::Target(NAMED.into()));
    assert!(ranked[0].is_suspect());
    assert!(!ranked[1].is_suspect());
}

#[test]
fn nothing_later_than_a_minute_after_the_alert_is_a_suspect() {
    let changes = [terminate("late", -61, NAMED), terminate("just", -60, NAMED)];
    let ranked = rank(&incident("InstanceDown", json!({"instance_id": NAMED})), &changes, &[]);
    assert_eq!(ids(&ranked), ["just", "late"]);
    assert!(ranked[0].facts.is_eligible() && !ranked[1].facts.is_eligible());
    assert!(!ranked[1].is_suspect());
}

#[test]
fn what_belongs_to_what_is_learned_from_changes_before_the_window() {
    let revoke = change(
        "revoke",
        120,
        "ec2",
        "RevokeSecurityGroupIngress",
        json!({"groupId": "sg-0123456789abcdef0", "ipProtocol": "tcp", "fromPort": 5432, "toPort": 5432, "cidrIp": "192.0.2.0/24"}),
    );
    let create = change(
        "create",
        50_000,
        "rds",
        "CreateDBInstance",
        json!({"dBInstanceIdentifier": "orders-db", "vpcSecurityGroupIds": ["sg-0123456789abcdef0"]}),
    );
    let incident = incident("DatabaseUnreachable", json!({"dbinstance_identifier": "orders-db"}));
    let changes = [revoke];
    assert_eq!(rank(&incident, &changes, &[])[0].facts.tie.relation, Relation::None);
    let told = rank(&incident, &changes, &[create]);
    assert!(matches!(told[0].facts.tie.relation, Relation::OneStep(..)), "{:?}", told[0].facts.tie.relation);
    assert!(told[0].is_suspect());
}

#[test]
fn what_failed_comes_after_what_was_done() {
    let failed = change_by(
        "failed",
        5,
        "ec2",
        "TerminateInstances",
        json!({"instancesSet": {"items": [{"instanceId": NAMED}]}}),
        "batch",
        json!({"errorCode": "Client.UnauthorizedOperation"}),
    );
    let check = json!({"instanceId": NAMED, "placement": "host"});
    let changes = [failed, change("done", 9000, "ec2", "ModifyInstancePlacement", check)];
    let ranked = rank(&incident("InstanceDown", json!({"instance_id": NAMED})), &changes, &[]);
    assert_eq!(ids(&ranked), ["done", "failed"]);
    assert!(ranked[0].is_suspect() && !finding::is_firm(&ranked[1]));
}

#[test]
fn a_failed_call_is_a_suspect_only_when_it_failed_for_what_the_alert_misses() {
    let failed = |code: &str| {
        let request = json!({"instanceType": "p2.xlarge", "instancesSet": {"items": [{"minCount": 1}]}});
        [change_by("refused", 120, "ec2", "RunInstances", request, "batch", json!({"errorCode": code}))]
    };
    let alert = incident("ComputeCapacityUnavailable", json!({"instance_type": "p2.xlarge"}));
    for (code, suspect) in
        [("Client.VcpuLimitExceeded", true), ("Client.RequestLimitExceeded", false), ("Client.UnauthorizedOperation", false)]
    {
        let changes = failed(code);
        let ranked = rank(&alert, &changes, &[]);
        assert_eq!(ranked[0].is_suspect(), suspect, "{code}: {:?}", ranked[0].explanation().contributions);
    }
}

#[test]
fn only_a_bound_that_is_reached_is_a_want_of_capacity() {
    let of = |code: &str| {
        let calls = [change_by("refused", 120, "ec2", "RunInstances", json!({}), "batch", json!({"errorCode": code}))];
        rank(&incident("Down", json!({})), &calls, &[])[0].facts.failure
    };
    for code in [
        "Client.VcpuLimitExceeded",
        "Client.InstanceLimitExceeded",
        "Server.InsufficientInstanceCapacity",
        "InsufficientDBInstanceCapacity",
        "ServiceQuotaExceededException",
        "LimitExceededException",
        "MaxSpotInstanceCountExceeded",
        "InsufficientFreeAddressesInSubnet",
        "StorageQuotaExceeded",
        "ResourceLimitExceeded",
    ] {
        assert_eq!(of(code), Some(Failure::Capacity), "{code}");
    }
    for code in [
        "Client.RequestLimitExceeded",
        "ThrottlingException",
        "ProvisionedThroughputExceededException",
        "TooManyRequestsException",
        "InsufficientS3BucketPolicyException",
        "InsufficientPrivilegesException",
        "PolicyLengthExceededException",
        "AccessDenied",
        "CapacityReservationNotFound",
        "ExceededContextSize",
        "Client.InvalidQuota",
    ] {
        assert_eq!(of(code), Some(Failure::Other), "{code}");
    }
}

#[test]
fn heartbeats_and_changes_of_tags_are_never_suspects() {
    let heartbeat = change("beat", 30, "ssm", "UpdateInstanceInformation", json!({"instanceId": NAMED}));
    let tags = change("tags", 30, "ec2", "CreateTags", json!({"resourcesSet": {"items": [{"resourceId": NAMED}]}}));
    let window = change(
        "window",
        30,
        "rds",
        "ModifyDBInstance",
        json!({"dBInstanceIdentifier": "orders-db", "preferredBackupWindow": "03:00-04:00"}),
    );
    let changes = [heartbeat, tags, window];
    let ranked = rank(&incident("Down", json!({"instance_id": NAMED, "dbinstance_identifier": "orders-db"})), &changes, &[]);
    assert!(ranked.iter().all(|r| !r.is_suspect()));
}

#[test]
fn opening_a_port_explains_exposure_and_no_outage() {
    let opened = [change(
        "open",
        60,
        "ec2",
        "AuthorizeSecurityGroupIngress",
        json!({"groupId": "sg-0123456789abcdef0", "ipProtocol": "tcp", "fromPort": 22, "toPort": 22, "cidrIp": "0.0.0.0/0"}),
    )];
    let score = |name: &str| rank(&incident(name, json!({})), &opened, &[])[0].score;
    let (exposed, down) = (score("PortExposedToInternet"), score("HostUnreachableTimeouts"));
    assert!(exposed > down + 20, "{exposed} and {down}");
}

/// The ids of what is more than possible.
fn accused(ranked: &[Ranked]) -> Vec<&str> {
    ranked.iter().filter(|one| one.confidence > Some(finding::Confidence::Possible)).map(|one| one.change.event.event_id.as_str()).collect()
}

fn timeout(id: &str, before: i64, seconds: u32) -> Change {
    let request = json!({"functionName": "checkout-worker", "timeout": seconds});
    change(id, before, "lambda", "UpdateFunctionConfiguration20150331v2", request)
}

#[test]
fn a_narrow_rule_exposes_nothing() {
    let rule = |id, cidr: &str| {
        let permissions =
            json!({"items": [{"ipProtocol": "tcp", "fromPort": 22, "toPort": 22, "ipRanges": {"items": [{"cidrIp": cidr}]}}]});
        change(id, 60, "ec2", "AuthorizeSecurityGroupIngress", json!({"groupId": "sg-0123456789abcdef0", "ipPermissions": permissions}))
    };
    let changes = [rule("narrow", "192.0.2.7/32"), rule("wide", "0.0.0.0/0")];
    let ranked = rank(&incident("PortOpenToWorld", json!({"security_group": "sg-0123456789abcdef0"})), &changes, &[]);
    assert_eq!(accused(&ranked), ["wide"]);
}

#[test]
fn the_making_of_what_the_alert_names_counts_less_than_what_is_done_in_it() {
    let table = "rtb-0123456789abcdef0";
    let route = json!({"routeTableId": table, "destinationCidrBlock": "0.0.0.0/0", "gatewayId": "igw-0123456789abcdef0"});
    let made = json!({"routeTable": {"routeTableId": table}});
    let changes = [
        change_by(
            "made",
            60,
            "ec2",
            "CreateRouteTable",
            json!({"vpcId": "vpc-0123456789abcdef0"}),
            "alice",
            json!({"responseElements": made}),
        ),
        change("route", 60, "ec2", "CreateRoute", route),
    ];
    let ranked = rank(&incident("Unreachable", json!({"route_table": table})), &changes, &[]);
    let tie = |id: &str| {
        let one = ranked.iter().find(|one| one.change.event.event_id == id).unwrap();
        one.explanation().contributions.iter().find(|part| part.signal == "resource").map(|part| (part.rule, part.reason)).unwrap()
    };
    assert_eq!(tie("made"), ("tie.makes_named", Some(Reason::MakesNamed { named: table })));
    assert_eq!(tie("route"), ("tie.targets_named", Some(Reason::TargetsNamed { named: table })));
}

/// A secret gets the version `new`; then a label is moved to the version `to`.
fn secret_versions(to: &str) -> [Change; 2] {
    let secret = "prod/checkout/db";
    let put = json!({"responseElements": {"versionId": "new"}});
    let moved = json!({"secretId": secret, "versionStage": "AWSCURRENT", "moveToVersionId": to});
    [
        change_by("put", 900, "secretsmanager", "PutSecretValue", json!({"secretId": secret}), "alice", put),
        change("back", 300, "secretsmanager", "UpdateSecretVersionStage", moved),
    ]
}

#[test]
fn an_alarm_is_a_suspect_only_where_it_is_missed_or_is_the_one_that_fired() {
    let alarm = |name: &str| change("alarm", 60, "monitoring", "PutMetricAlarm", json!({"alarmName": name, "threshold": 1.0}));
    let watches = |incident: &Incident, alarm: Change| rank(incident, &[alarm], &[])[0].facts.only_watches();
    let slow = incident("OrdersLatencyHigh", json!({"service": "orders"}));
    assert!(watches(&slow, alarm("orders-latency")));
    assert!(!rank(&slow, &[alarm("orders-latency")], &[])[0].is_suspect());
    let silent = incident("LogsMissing", json!({"service": "orders", "summary": "no data arrived"}));
    assert!(!watches(&silent, alarm("orders-latency")));
}

#[test]
fn a_suspect_is_firm_when_nobody_would_look_further_back() {
    let firm = |changes: &[Change], labels: Value| {
        let ranked = rank(&incident("InstanceDown", labels), changes, &[]);
        assert!(ranked[0].is_suspect());
        finding::is_firm(&ranked[0])
    };
    assert!(firm(&[terminate("named", 200, NAMED)], json!({"instance_id": NAMED})));
    assert!(!firm(&[terminate("untied", 60, NAMED)], json!({"instance_id": "i-0fedcba9876543210"})));
}

fn any_change() -> impl Strategy<Value = Change> {
    let calls = prop_oneof![
        Just(("ec2", "TerminateInstances")),
        Just(("ec2", "RunInstances")),
        Just(("rds", "ModifyDBInstance")),
        Just(("iam", "AttachRolePolicy")),
        Just(("iam", "DetachRolePolicy")),
        Just(("ssm", "UpdateInstanceInformation")),
        Just(("ecs", "UpdateService")),
    ];
    (0u32..40, -100i64..3_000, calls, 0u8..4, prop_oneof![Just("alice"), Just("bob"), Just("ci")]).prop_map(|(id, before, (service, name), n, actor)| {
        let request = json!({"instancesSet": {"items": [{"instanceId": format!("i-0123456789abcdef{n}")}]}, "dBInstanceIdentifier": format!("db-{n}"),
            "roleName": format!("role-{n}"), "service": format!("svc-{n}"), "cluster": "prod"});
        change_by(&format!("{id:08}"), before, service, name, request, actor, Value::Null)
    })
}

fn of_text(text: &str) -> Incident {
    discover(&Asked { investigation: Some(json!(text)), ..Asked::default() }, &Defaults::default(), at(-900)).unwrap()
}

#[test]
fn where_nobody_told_the_onset_nothing_came_too_late() {
    let ranked = rank(&of_text("instances are unreachable"), &[terminate("late", -600, NAMED)], &[]);
    assert!(ranked[0].facts.is_eligible() && ranked[0].facts.timing.unsure);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn the_ranking_does_not_depend_on_the_order_of_the_input(
        changes in proptest::collection::vec(any_change(), 1..30),
        seed in any::<u64>(),
    ) {
        let mut unique: Vec<Change> = Vec::new();
        for change in changes {
            if !unique.iter().any(|known| known.event.event_id == change.event.event_id) {
                unique.push(change);
            }
        }
        let mut shuffled = unique.clone();
        let n = shuffled.len();
        for i in 0..n {
            shuffled.swap(i, (seed as usize).wrapping_mul(i + 7) % n);
        }
        let alert = incident("InstanceDown", json!({"instance_id": NAMED, "service": "svc-1"}));
        let told = |changes: &[Change]| -> Vec<(String, i32)> {
            rank(&alert, changes, &[]).iter().map(|r| (r.change.event.event_id.clone(), r.score)).collect()
        };
        prop_assert_eq!(told(&unique), told(&shuffled));
    }
}

#[test]
fn windows_are_judged_from_the_alert_or_without_one_from_their_end() {
    let changes = [terminate("only", 30, NAMED)];
    let mut alone = incident("x", json!({}));
    alone.alert = None;
    alone.window.to = at(0) + TimeDelta::seconds(1);
    assert!(rank(&alone, &changes, &[])[0].facts.is_eligible());
}

/// A call of a service by itself.
fn by_service(id: &str, before: i64, service: &str, name: &str, request: Value) -> Change {
    let host = "ecs.amazonaws.com";
    let identity = json!({"type": "AWSService", "invokedBy": host});
    change_by(id, before, service, name, request, "", json!({"userIdentity": identity, "sourceIPAddress": host, "userAgent": host}))
}

#[test]
fn what_a_service_did_in_reaction_to_a_change_stands_below_it() {
    let table = json!({"tableName": "orders"});
    let host = "ssm.amazonaws.com";
    let automation = json!({"userIdentity": {"type": "AWSService", "invokedBy": host}, "sourceIPAddress": host, "userAgent": host});
    let changes = [
        change("cause", 300, "dynamodb", "UpdateTimeToLive", table.clone()),
        by_service("reaction", 200, "dynamodb", "DeleteTable", table.clone()),
        by_service("alone", 100, "dynamodb", "DeleteTable", json!({"tableName": "carts"})),
        change_by("automation", 150, "dynamodb", "UpdateTable", table.clone(), "", automation),
    ];
    let ranked = rank(&incident("ItemsMissing", json!({"tablename": "orders"})), &changes, &[]);
    let facts = |id: &str| &ranked.iter().find(|one| one.change.event.event_id == id).unwrap().facts;
    assert_eq!(facts("reaction").consequence.of.as_ref().unwrap().event_id, "cause");
    assert!(facts("automation").consequence.of.is_none(), "an automation does what somebody wrote");
    assert!(facts("alone").consequence.of.is_none());
    let place = |id: &str| ids(&ranked).iter().position(|one| *one == id).unwrap();
    let same = |id: &str| ranked[place(id)].is_suspect();
    assert!(place("cause") < place("reaction") || same("cause") != same("reaction"));
}

fn refused(id: &str, before: i64, session: &str, name: &str) -> Change {
    let key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";
    let arn = format!("arn:aws:sts::111122223333:assumed-role/orders-run/{session}");
    let identity = json!({"type": "AssumedRole", "principalId": format!("AROAEXAMPLE:{session}"), "arn": arn});
    let more = json!({"userIdentity": identity, "errorCode": "AccessDenied", "userAgent": "aws-sdk-java/2.31",
        "errorMessage": format!("User: {arn} is not authorized to perform: kms:CreateGrant on resource: {key}")});
    change_by(id, before, "kms", name, Value::Null, "", more)
}

#[test]
fn a_refused_call_near_the_onset_points_at_the_last_change_to_what_it_names() {
    let key = |id: &str, before, name: &str| {
        let key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";
        change(id, before, "kms", name, json!({"keyId": key, "policy": "{}", "policyName": "default"}))
    };
    let pointed = |more: Vec<Change>| {
        let changes: Vec<Change> =
            [key("older", 9_000, "PutKeyPolicy"), key("last", 7_000, "PutKeyPolicy")].into_iter().chain(more).collect();
        let ranked = rank(&incident("JobFailed", json!({})), &changes, &[]);
        let told = ranked.iter().filter_map(|one| Some((one.change.event.event_id.clone(), one.facts.tie.pointed.as_ref()?.by.clone())));
        told.collect::<Vec<_>>()
    };
    assert_eq!(pointed(vec![refused("refusal", 60, "i-0123456789abcdef0", "CreateGrant")]), [("last".to_owned(), "refusal".to_owned())]);
    // It was refused before already: the change did not bring it on.
    let before = refused("before", 8_000, "i-0123456789abcdef0", "CreateGrant");
    assert!(pointed(vec![before, refused("refusal", 60, "i-0123456789abcdef0", "CreateGrant")]).is_empty());
    let scanner = ["CreateGrant", "DisableKey", "PutKeyPolicy", "TagResource", "CreateAlias", "UpdateAlias"];
    assert!(pointed(scanner.iter().map(|name| refused(name, 60, "scan", name)).collect()).is_empty());
}

#[test]
fn whoever_comes_after_hours_and_does_little_is_first_of_his_kind() {
    let mut changes: Vec<Change> = (0..30).map(|n| timeout(&format!("t{n}"), 20_000 - n * 600, 30)).collect();
    changes.push(change_by("guest", 300, "ec2", "DeleteRoute", json!({"routeTableId": "rtb-0123456789abcdef0"}), "guest", Value::Null));
    let ranked = rank(&incident("Unreachable", json!({})), &changes, &[]);
    let first: Vec<&str> = ranked.iter().filter(|one| one.facts.actor.first).map(|one| one.change.event.event_id.as_str()).collect();
    assert_eq!(first, ["guest"]);
}
