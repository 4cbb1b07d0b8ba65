//! Whose a thing is by its name, and how firmly the names of an alert tie.

use super::*;
use crate::rank::affinity::Affinity;

fn disable_key(id: &str, before: i64, key: &str) -> Change {
    change(id, before, "kms", "DisableKey", json!({"keyId": format!("arn:aws:kms:eu-west-1:111122223333:key/{key}")}))
}

#[test]
fn what_has_no_name_goes_by_the_name_of_what_it_is_tied_to() {
    let (ours, theirs) = ("1234abcd-12ab-34cd-56ef-1234567890ab", "0987dcba-09fe-87dc-65ba-ab0987654321");
    let alias = |id: &str, name: &str, key: &str| {
        let request = json!({"aliasName": format!("alias/{name}"), "targetKeyId": format!("arn:aws:kms:eu-west-1:111122223333:key/{key}")});
        change(id, 5_000, "kms", "CreateAlias", request)
    };
    let changes = [disable_key("ours", 400, ours), disable_key("theirs", 100, theirs)];
    let before = [alias("a", "prod-checkout", ours), alias("b", "prod-search", theirs)];
    let ranked = rank(&incident("DecryptFailures", json!({"queue_name": "checkout-jobs"})), &changes, &before);
    assert_eq!(ids(&ranked), ["ours", "theirs"]);
    assert!(ranked[0].is_suspect() && !accused(&ranked).contains(&"theirs"));
}

#[test]
fn the_head_of_a_name_says_whose_it_is_and_its_tail_only_what_it_is() {
    let flow = |id: &str, before: i64, name: &str| {
        let arn = format!("arn:aws:states:eu-west-1:111122223333:stateMachine:{name}");
        change(id, before, "states", "UpdateStateMachine", json!({"stateMachineArn": arn, "definition": "{}"}))
    };
    let changes = [flow("other", 30, "search-flow"), flow("ours", 600, "checkout-flow")];
    let ranked = rank(&incident("ExecutionsFailed", json!({"function_name": "checkout-flow-worker"})), &changes, &[]);
    assert_eq!(ids(&ranked), ["ours", "other"]);
    assert!(ranked[0].is_suspect() && !accused(&ranked).contains(&"other"));
}

#[test]
fn what_ends_the_names_of_many_says_what_a_thing_is_and_ties_nothing() {
    let purge = |id, queue: &str| {
        change(id, 120, "sqs", "PurgeQueue", json!({"queueUrl": format!("https://sqs.eu-west-1.amazonaws.com/111122223333/{queue}")}))
    };
    let names = ["media-mailbox", "orders-mailbox", "search-mailbox", "ledger-mailbox"];
    let changes: Vec<Change> = names.iter().map(|name| purge(name, name)).collect();
    let ranked = rank(&incident("MessagesLost", json!({"service": "media-mailbox"})), &changes, &[]);
    let says = |id: &str| {
        let one = ranked.iter().find(|one| one.change.event.event_id == id).unwrap();
        one.explanation()
            .contributions
            .iter()
            .filter(|part| ["name", "resource"].contains(&part.signal))
            .map(|part| part.points)
            .sum::<i32>()
    };
    assert!(says("media-mailbox") > 0);
    assert!(names[1..].iter().all(|name| says(name) < 0), "{:?}", names.map(says));
}

#[test]
fn a_tag_says_whose_a_thing_is_that_has_but_an_id() {
    let tag = |id, key: &str, name: &str| {
        let tags = json!({"items": [{"key": "Name", "value": name}]});
        change(id, 3_000, "ec2", "CreateTags", json!({"resourcesSet": {"items": [{"resourceId": key}]}, "tagSet": tags}))
    };
    let endpoint = |id, endpoint: &str| {
        change(
            id,
            60,
            "ec2",
            "DeleteVpcEndpoints",
            json!({"DeleteVpcEndpointsRequest": {"VpcEndpointId": {"tag": 1, "content": endpoint}}}),
        )
    };
    let changes = [endpoint("theirs", "vpce-0fedcba9876543210"), endpoint("ours", "vpce-0123456789abcdef0")];
    let background = [tag("t1", "vpce-0fedcba9876543210", "reviews-objects"), tag("t2", "vpce-0123456789abcdef0", "checkout-objects")];
    let ranked = rank(&incident("S3Unreachable", json!({"service": "checkout"})), &changes, &background);
    assert_eq!(ids(&ranked), ["ours", "theirs"]);
    assert!(ranked[0].is_suspect() && !accused(&ranked).contains(&"theirs"));
}

#[test]
fn a_whole_name_of_the_alert_ties_whatever_bears_it() {
    let record = json!({"hostedZoneId": "Z0EXAMPLE", "changeBatch": {"changes": [{"action": "UPSERT", "resourceRecordSet": {"name": "api.example.io.", "type": "A"}}]}});
    let changes = [
        change("dns", 200, "route53", "ChangeResourceRecordSets", record),
        change("rule", 200, "ec2", "RevokeSecurityGroupIngress", json!({"groupId": "sg-0123abcd", "cidrIp": "10.0.12.41/32"})),
        change("else", 100, "ec2", "ModifySubnetAttribute", json!({"subnetId": "subnet-0123abcd"})),
    ];
    for (text, tied) in [("api.example.io answers 403 since 1h ago", "dns"), ("connect to 10.0.12.41:6379 timed out", "rule")] {
        let ranked = rank(&of_text(text), &changes, &[]);
        let exact: Vec<&str> = ranked
            .iter()
            .filter(|one| one.facts.tie.is_related() || matches!(one.facts.tie.affinity, Affinity::Exact(_)))
            .map(|one| one.change.event.event_id.as_str())
            .collect();
        assert_eq!(exact, [tied], "{text}");
    }
}

#[test]
fn words_of_prose_tie_names_and_neither_values_nor_what_aws_calls_things() {
    let changes = [
        change("named", 200, "lambda", "UpdateFunctionConfiguration20150331v2", json!({"functionName": "passport-form"})),
        change("value", 200, "ecr", "PutImage", json!({"repositoryName": "x", "imageTag": "latest"})),
        change("flow", 200, "ec2", "CreateFlowLogs", json!({"logGroupName": "flow-all"})),
    ];
    let ranked = rank(&of_text("the latest passport photos cannot flow in"), &changes, &[]);
    let told: Vec<&str> = ranked
        .iter()
        .filter(|one| matches!(one.facts.tie.affinity, Affinity::Told(..)))
        .map(|one| one.change.event.event_id.as_str())
        .collect();
    assert_eq!(told, ["named"]);
}

#[test]
fn how_a_name_is_given_decides_how_firm_it_ties() {
    let update = |id: &str, name: &str| change(id, 200, "lambda", "UpdateFunctionConfiguration20150331v2", json!({"functionName": name}));
    let affinity = |labels: Value, name: &str| rank(&incident("Errors", labels), &[update("one", name)], &[])[0].facts.tie.affinity.clone();
    assert!(matches!(affinity(json!({"queue": "ledger-in"}), "ledger-worker"), Affinity::Named(..)));
    assert!(matches!(affinity(json!({"service": "ledger-api"}), "ledger-worker"), Affinity::Labelled(..)));
    assert!(matches!(affinity(json!({"note": "ledger-api"}), "ledger-worker"), Affinity::Told(..)));
    assert_eq!(affinity(json!({"queue": "ledger-in"}), "ledger-in"), Affinity::Exact("ledger-in".into()));
}

#[test]
fn a_name_that_no_record_knows_sets_nothing_apart() {
    let changes = [
        terminate("sibling", 100, "i-0fedcba9876543210"),
        change("route", 100, "ec2", "DeleteRoute", json!({"routeTableId": "rtb-0123abcd", "destinationCidrBlock": "0.0.0.0/0"})),
    ];
    let ranked = rank(&incident("InstanceDown", json!({"instance_id": NAMED})), &changes, &[]);
    let named = |id: &str| ranked.iter().find(|one| one.change.event.event_id == id).unwrap().facts.tie.named;
    assert_eq!((named("route"), named("sibling")), (Named::Unseen, Named::Firmly));
}
