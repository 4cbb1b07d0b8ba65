use super::*;
use crate::answer::words::basis;
use crate::context::basis::Lack;
use serde_json::json;

mod any;
mod start;
mod window;

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// An hour after the alerts of these tests.
fn now() -> DateTime<Utc> {
    at("2026-01-27T21:00:00Z")
}

fn ask(investigation: Value) -> Incident {
    discover(&Asked { investigation: Some(investigation), ..Asked::default() }, &Defaults::default(), now()).unwrap()
}

/// Asks with an alert that began at 20:00.
fn ask_times(start: Option<&str>, end: Option<&str>) -> Result<Incident, InvalidArgument> {
    let asked = Asked {
        investigation: Some(json!({"startsAt": "2026-01-27T20:00:00Z", "name": "A"})),
        start_time: start.map(Into::into),
        end_time: end.map(Into::into),
        ..Asked::default()
    };
    discover(&asked, &Defaults::default(), now())
}

fn window(incident: &Incident) -> String {
    format!(
        "{} to {} ({})",
        incident.window.from.format("%F %T"),
        incident.window.to.format("%F %T"),
        basis::of_window(&incident.window_basis)
    )
}

fn regions(investigation: Value) -> Vec<String> {
    ask(investigation).regions.into_iter().map(|region| format!("{} by {}", region.name, basis::of_name(&region.basis))).collect()
}

fn resources(investigation: Value) -> Vec<String> {
    let show = |r: NamedResource| format!("{} {} by {}", r.id, r.kind.unwrap_or_else(|| "?".into()), basis::of_name(&r.basis));
    ask(investigation).resources.into_iter().map(show).collect()
}

fn labelled(name: &str, value: &str) -> Value {
    json!({"labels": {name: value}})
}

#[test]
fn an_alert_from_the_future_is_read_as_local_time_or_named_as_such() {
    let starts = |text: &str| Asked { investigation: Some(json!({"startsAt": text})), ..Asked::default() };
    for (told, start) in [
        ("2026-01-27T22:00:00Z", "21:00:00"),
        ("2026-01-27T22:04:10", "20:04:10"),
        ("2026-01-28T02:25:00", "20:55:00"),
        ("2026-01-28T09:50:00+00:00", "20:50:00"),
    ] {
        let incident = discover(&starts(told), &Defaults::default(), now()).unwrap();
        assert_eq!(incident.alert.unwrap().started_at, at(&format!("2026-01-27T{start}Z")), "{told}");
        assert_eq!(incident.window_basis.lacks, Some(Lack::Zone), "{told}");
    }
    let error = discover(&starts("2026-01-28T22:00:00Z"), &Defaults::default(), now()).unwrap_err();
    insta::assert_snapshot!(error, @"The alert starts at 2026-01-28T22:00:00Z, after now (2026-01-27T21:00:00Z): check the time's offset, such as `2026-01-27T20:04:10+01:00`.");
    let asked =
        Asked { investigation: Some(json!({"startsAt": "2026-01-27T22:00:00Z"})), start_time: Some("2h".into()), ..Asked::default() };
    assert_eq!(
        discover(&asked, &Defaults::default(), now()).unwrap().window.from,
        at("2026-01-27T19:00:00Z"),
        "a given start needs no alert's"
    );
    // A clock that runs a little ahead of ours is forgiven.
    let incident = ask(json!({"startsAt": "2026-01-27T21:04:00Z"}));
    assert_eq!(window(&incident), "2026-01-27 20:30:00 to 2026-01-27 21:00:00 (alert start - 30m)");
}

#[test]
fn an_alert_without_a_readable_start_falls_back_to_the_last_hour() {
    for start in [json!("not a time"), json!(""), json!(null), json!(0), json!("0001-01-01T00:00:00Z"), json!({"a": 1})] {
        let incident = ask(json!({"name": "HighLatency", "labels": {"region": "eu-west-1"}, "startsAt": start}));
        assert_eq!(window(&incident), "2026-01-27 20:00:00 to 2026-01-27 21:00:00 (the last hour: alert has no readable start)");
        assert_eq!((incident.alert, incident.regions.len()), (None, 1));
        assert!(incident.words.contains("High Latency"));
    }
}

#[test]
fn the_newest_firing_alert_leads_and_its_neighbours_join() {
    let alert = |name: &str, start: &str, status: &str| json!({"labels": {"alertname": name, "instance_id": format!("i-0000000{}", start.replace(':', ""))}, "startsAt": format!("2026-01-27T{start}:00Z"), "status": status});
    let incident = ask(json!({"groupKey": "g", "alerts": [
        alert("Old", "12:00", "firing"), alert("Near", "19:50", "firing"), alert("Newest", "20:10", "firing"), alert("Over", "20:30", "resolved")
    ]}));
    let lead = incident.alert.unwrap();
    assert_eq!((lead.name.as_str(), lead.started_at), ("Newest", at("2026-01-27T19:50:00Z")));
    assert_eq!(lead.others, ["Near", "Old", "Over"]);
    let ids: Vec<_> = incident.resources.iter().map(|resource| resource.id.as_str()).collect();
    assert_eq!(ids, ["i-00000002010", "i-00000001950"]);
}

#[test]
fn a_resolved_alert_leads_only_when_none_fires() {
    let incident = ask(json!({"groupKey": "g", "alerts": [
        {"labels": {"alertname": "Over"}, "startsAt": "2026-01-27T20:00:00Z", "endsAt": "2026-01-27T20:05:00Z", "status": "resolved"}
    ]}));
    assert_eq!(incident.alert.unwrap().ended_at, Some(at("2026-01-27T20:05:00Z")));
    assert_eq!(incident.window.to, at("2026-01-27T20:05:00Z"));
}

#[test]
fn regions_are_found_wherever_they_stand() {
    for (investigation, expected) in [
        (labelled("region", "eu-west-1"), vec!["eu-west-1 by alert label region"]),
        (labelled("awsRegion", "US-EAST-1"), vec!["us-east-1 by alert label awsRegion"]),
        (labelled("aws_region", "localstack"), vec!["localstack by alert label aws_region"]),
        (labelled("region", "emea"), vec![]),
        (labelled("region", "global"), vec![]),
        (labelled("aws_region", "aws-global"), vec![]),
        (labelled("region", "us-gov-west-1"), vec!["us-gov-west-1 by alert label region"]),
        (labelled("region", "us-isob-east-1"), vec!["us-isob-east-1 by alert label region"]),
        (labelled("location", "ap-southeast-2"), vec!["ap-southeast-2 by alert label location"]),
        (labelled("az", "us-east-1a"), vec!["us-east-1 by availability zone in alert label az"]),
        (
            labelled("topology.kubernetes.io/zone", "eu-north-1b"),
            vec!["eu-north-1 by availability zone in alert label topology.kubernetes.io_zone"],
        ),
        (labelled("region", "us-east-1a"), vec!["us-east-1 by availability zone in alert label region"]),
        (labelled("q", "arn:aws:sqs:eu-west-3:111122223333:orders"), vec!["eu-west-3 by ARN in alert label q"]),
        (labelled("q", "arn:aws:iam::111122223333:role/deploy"), vec![]),
        (labelled("instance", "ip-10-0-0-1.eu-central-1.compute.internal:9100"), vec!["eu-central-1 by DNS name in alert label instance"]),
        (labelled("instance", "ip-10-0-0-1.ec2.internal:9100"), vec!["us-east-1 by DNS name in alert label instance"]),
        (labelled("target", "https://x-1.eu-west-1.elb.amazonaws.com/health"), vec!["eu-west-1 by DNS name in alert label target"]),
        (labelled("target", "orders.abcdefgh1234.us-east-1.rds.amazonaws.com"), vec!["us-east-1 by DNS name in alert label target"]),
        (labelled("target", "s3-eu-west-1.amazonaws.com"), vec!["eu-west-1 by DNS name in alert label target"]),
        (labelled("cluster", "prod-eu-west-1"), vec!["eu-west-1 by alert label cluster"]),
        (json!("errors in us-west-2 and sa-east-1."), vec!["us-west-2 by the text", "sa-east-1 by the text"]),
        (json!("nothing-in-west-1 or xus-east-1x"), vec![]),
        (
            json!({"alert": {"name": "A"}, "evidence": {"aws": {"ec2": {"region": "ca-central-1"}}}}),
            vec!["ca-central-1 by evidence region"],
        ),
        (json!({"alert": {"name": "A"}, "metadata": {"region": "il-central-1"}}), vec!["il-central-1 by evidence region"]),
        (
            json!({"labels": {"region": "eu-west-1"}, "annotations": {"runbook": "as in us-east-1"}}),
            vec!["eu-west-1 by alert label region"],
        ),
        (
            json!({"AlarmName": "A", "NewStateValue": "ALARM", "Region": "EU (Ireland)"}),
            vec!["eu-west-1 by alert field Region, a name for people"],
        ),
    ] {
        assert_eq!(regions(investigation.clone()), expected, "{investigation}");
    }
}

#[test]
fn the_regions_argument_is_a_list_a_comma_string_or_all() {
    let ask = |regions: &[&str]| {
        let regions = regions.iter().map(|region| (*region).to_owned()).collect();
        let asked = Asked { investigation: Some(labelled("region", "eu-west-1")), regions, ..Asked::default() };
        discover(&asked, &Defaults::default(), now())
            .map(|i| (i.regions.into_iter().map(|r| r.name).collect::<Vec<_>>(), i.all_regions, i.regions_given))
    };
    let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    assert_eq!(ask(&["us-east-1, us-west-2", "us-east-1"]).unwrap(), (names(&["us-east-1", "us-west-2"]), false, true));
    assert_eq!(ask(&["us-east-1a"]).unwrap().0, ["us-east-1"]);
    assert_eq!(ask(&["all"]).unwrap(), (vec![], true, true));
    assert_eq!(ask(&[""]).unwrap(), (names(&["eu-west-1"]), false, false));
    for bad in ["us east 1", "x", "global", "region!", "a-region-name-that-is-far-too-long-to-be-one"] {
        assert_eq!(ask(&[bad]).expect_err(bad).argument, "regions");
    }
}

#[test]
fn accounts_come_from_labels_and_the_alerts_own_arns_but_not_from_prose() {
    let accounts = |investigation| {
        ask(investigation).accounts.into_iter().map(|a| format!("{} by {}", a.name, basis::of_name(&a.basis))).collect::<Vec<_>>()
    };
    assert_eq!(accounts(labelled("aws_account_id", "111122223333")), ["111122223333 by alert label aws_account_id"]);
    assert_eq!(accounts(labelled("topic", "arn:aws:sns:us-east-1:444455556666:t")), ["444455556666 by ARN in alert label topic"]);
    assert!(accounts(labelled("account", "production")).is_empty());
    assert!(accounts(json!({"labels": {}, "annotations": {"summary": "arn:aws:iam::444455556666:role/guest was let in"}})).is_empty());
    let given = |account: &str| discover(&Asked { accounts: vec![account.into()], ..Asked::default() }, &Defaults::default(), now());
    assert_eq!(given("1111-2222-3333").unwrap().accounts.first().unwrap().name, "111122223333");
    assert_eq!(given("prod").unwrap().accounts.first().unwrap().name, "prod");
    assert_eq!(given("prod; drop").unwrap_err().argument, "accounts");
}

#[test]
fn resources_are_named_by_labels_ids_and_arns() {
    for (investigation, expected) in [
        (labelled("InstanceId", "i-0123456789abcdef0"), vec!["i-0123456789abcdef0 AWS::EC2::Instance by alert label InstanceId"]),
        (labelled("dbinstance_identifier", "orders"), vec!["orders AWS::RDS::DBInstance by alert label dbinstance_identifier"]),
        (
            labelled("dimension_DBInstanceIdentifier", "orders"),
            vec!["orders AWS::RDS::DBInstance by alert label dimension_DBInstanceIdentifier"],
        ),
        (labelled("AutoScalingGroupName", "web"), vec!["web AWS::AutoScaling::AutoScalingGroup by alert label AutoScalingGroupName"]),
        (labelled("trail", "audit"), vec!["audit AWS::CloudTrail::Trail by alert label trail"]),
        (labelled("role-name", "deploy"), vec!["deploy AWS::IAM::Role by alert label role-name"]),
        (
            labelled("function_name", "arn:aws:lambda:us-east-1:111122223333:function:pay"),
            vec!["arn:aws:lambda:us-east-1:111122223333:function:pay AWS::Lambda::Function by alert label function_name"],
        ),
        (
            labelled("sgs", "sg-0123abcd,sg-0123abce"),
            vec!["sg-0123abcd AWS::EC2::SecurityGroup by alert label sgs", "sg-0123abce AWS::EC2::SecurityGroup by alert label sgs"],
        ),
        (labelled("instance_id", "10.0.1.5:9100"), vec!["10.0.1.5 ? by address in alert label instance_id"]),
        (labelled("instance", "ip-10-0-1-5.eu-west-1.compute.internal:9100"), vec!["10.0.1.5 ? by address in alert label instance"]),
        (labelled("instance", "10.0.1.5:9100"), vec!["10.0.1.5 ? by address in alert label instance"]),
        (labelled("host", "api.example.io"), vec!["api.example.io AWS::Route53::RecordSet by DNS name in alert label host"]),
        (
            json!("CannotPullContainerError: 111122223333.dkr.ecr.us-west-2.amazonaws.com/team/ldr:rel-1.2: not found"),
            vec![
                "team/ldr AWS::ECR::Repository by DNS name in the text",
                "com.amazonaws.us-west-2.ecr.dkr AWS::EC2::VPCEndpointService by DNS name in the text",
            ],
        ),
        (
            json!("Get https://111122223333.dkr.ecr.eu-west-1.amazonaws.com/v2/: net/http: request canceled"),
            vec!["com.amazonaws.eu-west-1.ecr.dkr AWS::EC2::VPCEndpointService by DNS name in the text"],
        ),
        (
            json!("could not translate host name \"nx-core.cluster-c0ab12.us-east-1.rds.amazonaws.com\" to address"),
            vec!["nx-core AWS::RDS::DBCluster by DNS name in the text"],
        ),
        (
            json!(
                "User: arn:aws:sts::111122223333:assumed-role/x-7f/job-1 is not authorized to perform: s3:GetObject on resource: \"arn:aws:s3:::ll-eu/2026/\""
            ),
            vec!["arn:aws:s3:::ll-eu/2026 AWS::S3::Bucket by ARN in the text", "x-7f AWS::IAM::Role by ARN in the text"],
        ),
        (
            json!({"title": "Errors rise", "source": ["sentry"], "integration": {"name": "Sentry", "app": "Sentry"}, "service": "checkout"}),
            vec!["checkout ? by alert detail service"],
        ),
        (json!("no data in /aws/lambda/thumbs-prod"), vec!["thumbs-prod AWS::Lambda::Function by the text"]),
        (labelled("pod", "api-7d9f8b6c5-abcde"), vec![]),
        (labelled("namespace", "payments"), vec![]),
        (labelled("service", "checkout"), vec!["checkout ? by alert label service"]),
        (
            json!("node i-0123456789abcdef0 (vpc-0123abcd) lost tgw-attach-0123456789abcdef0"),
            vec![
                "i-0123456789abcdef0 AWS::EC2::Instance by the text",
                "vpc-0123abcd AWS::EC2::VPC by the text",
                "tgw-attach-0123456789abcdef0 AWS::EC2::TransitGatewayAttachment by the text",
            ],
        ),
        (json!("api-0123456789 wifi-0123abcd my-i-0123abcd i-short"), vec![]),
        (
            json!("see arn:aws:dynamodb:us-east-1:111122223333:table/orders."),
            vec!["arn:aws:dynamodb:us-east-1:111122223333:table/orders AWS::DynamoDB::Table by ARN in the text"],
        ),
        (json!("arn:aws-cn:s3:::logs is gone"), vec!["arn:aws-cn:s3:::logs AWS::S3::Bucket by ARN in the text"]),
        (json!("orders.abcdefgh1234.us-east-1.rds.amazonaws.com refuses"), vec!["orders AWS::RDS::DBInstance by DNS name in the text"]),
        (
            json!("http://internal-web-0123456789.eu-west-1.elb.amazonaws.com/"),
            vec!["web AWS::ElasticLoadBalancingV2::LoadBalancer by DNS name in the text"],
        ),
        (
            json!({"alert": {"name": "A"}, "evidence": {"aws": {"ec2": {"instances": [{"instance_id": "i-0123abcd", "volumes": ["vol-0123abcd"]}]}}}}),
            vec!["i-0123abcd AWS::EC2::Instance by evidence instance_id", "vol-0123abcd AWS::EC2::Volume by evidence volumes"],
        ),
        (labelled("bad\nname\u{202e}", "i-0123abcd"), vec!["i-0123abcd AWS::EC2::Instance by alert label bad_name_"]),
        (labelled("bucket", "a\u{7}b"), vec![]),
    ] {
        assert_eq!(resources(investigation.clone()), expected, "{investigation}");
    }
}

#[test]
fn resources_stand_in_order_of_confidence_each_once() {
    let alert = json!({"labels": {"service": "checkout", "note": "arn:aws:sqs:us-east-1:111122223333:q and i-0123abcd", "InstanceId": "i-0123abcd"}, "annotations": {"summary": "vol-0123abcd"}});
    let asked = Asked { investigation: Some(alert), resources: vec!["orders-db, sg-0123abcd".into()], ..Asked::default() };
    let incident = discover(&asked, &Defaults::default(), now()).unwrap();
    let ids: Vec<_> = incident.resources.iter().map(|resource| resource.id.as_str()).collect();
    assert_eq!(ids, ["orders-db", "sg-0123abcd", "i-0123abcd", "arn:aws:sqs:us-east-1:111122223333:q", "vol-0123abcd", "checkout"]);
}

#[test]
fn resources_are_capped_and_bad_ones_refused() {
    let many: Vec<String> = (0..80).map(|i| format!("i-{i:08x}")).collect();
    assert_eq!(ask(json!(many.join(" "))).resources.len(), 50);
    for bad in [many.clone(), vec!["a\u{0}b".into()], vec!["x".repeat(513)]] {
        let asked = Asked { resources: bad, ..Asked::default() };
        assert_eq!(discover(&asked, &Defaults::default(), now()).unwrap_err().argument, "resources");
    }
}

#[test]
fn one_time_in_free_text_is_the_start_and_several_are_not_guessed() {
    let incident = ask(json!("checkout is slow since 2026-01-27T20:04:10Z in eu-west-1"));
    assert_eq!(window(&incident), "2026-01-27 19:34:10 to 2026-01-27 20:14:10 (time in the text - 30m)");
    assert_eq!(incident.alert.unwrap().started_at, at("2026-01-27T20:04:10Z"));
    let incident = ask(json!("between 2026-01-27T20:04:10Z and 2026-01-27T20:14:10Z"));
    assert_eq!(window(&incident), "2026-01-27 20:00:00 to 2026-01-27 21:00:00 (the last hour: several times in the text)");
    assert_eq!(ask(json!("since 20:04Z it is slow")).alert.unwrap().started_at, at("2026-01-27T20:04:00Z"));
}

#[test]
fn the_onset_is_sure_only_where_a_time_is_told() {
    let onset = |text: &str| ask(json!(text)).onset;
    assert_eq!(onset("checkout is slow since 20:04Z"), Onset::Sure(at("2026-01-27T20:04:00Z")));
    assert_eq!(onset("checkout is slow"), Onset::Unsure { latest: now() });
    assert_eq!(onset("checkout was slow yesterday"), Onset::Unsure { latest: at("2026-01-27T00:00:00Z") });
    assert_eq!(discover(&Asked::default(), &Defaults::default(), now()).unwrap().onset, Onset::None);
}

#[test]
fn costs_are_looked_back_for_days_and_began_nobody_knows_when() {
    let incident = ask(json!("AWS Budgets: [lab] has exceeded your alert threshold"));
    assert_eq!(window(&incident), "2026-01-25 21:00:00 to 2026-01-27 21:00:00 (alert start - 2d, as costs build up: no time in the text)");
    let incident = ask(json!({"name": "MonthlySpendHigh", "startsAt": "2026-01-27T20:00:00Z"}));
    assert_eq!(window(&incident), "2026-01-25 20:00:00 to 2026-01-27 20:00:00 (alert start - 2d, as costs build up)");
    assert_eq!(incident.onset, Onset::Unsure { latest: at("2026-01-27T20:00:00Z") });
}

#[test]
fn json_may_come_as_a_string_and_what_is_no_json_is_text() {
    let incident = ask(json!(r#" {"name": "A", "startsAt": "2026-01-27T20:00:00Z"} "#));
    assert_eq!(incident.alert.unwrap().name, "A");
    for text in [
        r#"{"name": "A", "startsAt": "2026-01-27T20:00:00Z", "labels": {"region": "eu-west-1""#,
        "[FIRING:1] OrdersDb (orders-db eu-west-1) since 2026-01-27 20:00",
    ] {
        let incident = ask(json!(text));
        assert_eq!(incident.alert.unwrap().started_at, at("2026-01-27T20:00:00Z"), "{text}");
        assert_eq!(incident.regions.first().unwrap().name, "eu-west-1", "{text}");
    }
}

#[test]
fn an_unknown_form_is_read_as_text_and_labels() {
    let unknown =
        json!({"event": "slow", "tags": {"DBInstanceIdentifier": "orders"}, "where": "eu-west-1", "when": "2026-01-27T20:00:00Z"});
    let incident = ask(unknown);
    assert_eq!(window(&incident), "2026-01-27 19:30:00 to 2026-01-27 20:10:00 (alert start - 30m)");
    assert_eq!(incident.regions.first().unwrap().name, "eu-west-1");
    assert_eq!(incident.resources.first().unwrap().kind.as_deref(), Some("AWS::RDS::DBInstance"));
}

#[test]
fn words_hold_the_name_also_split() {
    let incident =
        ask(json!({"name": "RDSDatabaseConnectionsZero", "labels": {"team": "payments"}, "annotations": {"summary": "dropped to zero"}}));
    for part in ["RDSDatabaseConnectionsZero", "RDS Database Connections Zero", "\ndropped to zero"] {
        assert!(incident.words.contains(part), "{part} in {}", incident.words);
    }
    assert!(!incident.words.contains("team") && !incident.words.contains("payments"), "{}", incident.words);
    assert_eq!(ask(json!("x ".repeat(9_000))).words.chars().count(), 4_000);
}

#[test]
fn evidence_that_is_too_deep_or_too_long_is_cut() {
    let mut deep = json!("i-0123abcd");
    for _ in 0..100 {
        deep = json!([deep]);
    }
    assert_eq!(ask(json!({"alert": {"name": "A"}, "evidence": deep})).resources, []);
    let error = discover(&Asked { investigation: Some(json!("x".repeat(1_000_001))), ..Asked::default() }, &Defaults::default(), now())
        .unwrap_err();
    assert_eq!(error.argument, "investigation");
}

#[test]
fn the_alerts_own_words_go_before_its_evidence() {
    let instances: Vec<String> = (0..80).map(|i| format!("i-{i:08x}")).collect();
    let incident = ask(json!({
        "alert": {"name": "A", "labels": {"region": "eu-west-1"}, "annotations": {"summary": "vol-0123abcd is slow"}},
        "evidence": {"regions": ["us-east-1", "us-west-2"], "instances": instances}
    }));
    assert_eq!(incident.regions.len(), 1);
    assert_eq!((incident.resources.first().unwrap().id.as_str(), incident.resources.len()), ("vol-0123abcd", 50));
}
