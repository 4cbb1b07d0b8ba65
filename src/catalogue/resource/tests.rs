use serde_json::{Value, json};

use super::*;
use crate::catalogue::tests::event;

fn told(event: &Event) -> Vec<String> {
    resources(event).iter().map(|resource| format!("{:?} {} {}", resource.role, resource.kind.unwrap_or("-"), resource.id)).collect()
}

#[test]
fn ids_are_found_in_lists_wrappers_and_tags_in_any_case() {
    let event_ =
        event("ec2", "TerminateInstances", json!({"instancesSet": {"items": [{"instanceId": "i-0123456789abcdef0"}]}}), Value::Null);
    assert_eq!(told(&event_), ["Target AWS::EC2::Instance i-0123456789abcdef0"]);
    let event_ =
        event("ec2", "DeleteNatGateway", json!({"DeleteNatGatewayRequest": {"NatGatewayId": "nat-0123456789abcdef0"}}), Value::Null);
    assert_eq!(told(&event_), ["Target AWS::EC2::NatGateway nat-0123456789abcdef0"]);
    let event_ = event(
        "ec2",
        "DeleteFlowLogs",
        json!({"DeleteFlowLogsRequest": {"FlowLogId": {"tag": 1, "content": "fl-0123456789abcdef0"}}}),
        Value::Null,
    );
    assert_eq!(told(&event_), ["Target AWS::EC2::FlowLog fl-0123456789abcdef0"]);
    let event_ = event("rds", "RebootDBInstance", json!({"dBInstanceIdentifier": "orders"}), Value::Null);
    assert_eq!(told(&event_), ["Target AWS::RDS::DBInstance orders"]);
}

#[test]
fn what_a_creation_bears_is_the_target_and_what_holds_it_the_parent() {
    let made = event(
        "ec2",
        "CreateSubnet",
        json!({"vpcId": "vpc-0123456789abcdef0"}),
        json!({"subnet": {"subnetId": "subnet-0123456789abcdef0"}}),
    );
    assert_eq!(told(&made), ["Target AWS::EC2::Subnet subnet-0123456789abcdef0", "Parent AWS::EC2::VPC vpc-0123456789abcdef0"]);
}

#[test]
fn a_name_and_its_arn_are_one_resource() {
    let arn = "arn:aws:lambda:us-east-1:111122223333:function:checkout";
    let changed = event("lambda", "UpdateFunctionCode", json!({"functionName": "checkout"}), json!({"functionArn": arn}));
    let found = resources(&changed);
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0].aliases, ["checkout", arn]);
}

#[test]
fn a_failed_call_is_tied_to_what_its_message_names() {
    let mut failed = event("iam", "PutRolePolicy", Value::Null, Value::Null);
    failed.error_code = Some("AccessDenied".to_owned());
    failed.error_message = Some(
        "User: arn:aws:sts::111122223333:assumed-role/deploy/ci is not authorized to perform: iam:PutRolePolicy on resource: role app \
         (arn:aws:iam::111122223333:role/app)."
            .to_owned(),
    );
    assert_eq!(told(&failed), ["Referenced AWS::IAM::Role arn:aws:iam::111122223333:role/app"]);
}

#[test]
fn the_envelope_and_the_resources_array_count_too() {
    let mut event_ = event("kms", "DeleteKey", Value::Null, Value::Null);
    event_.record = json!({"resources": [{"ARN": "arn:aws:kms:us-east-1:111122223333:key/1234", "type": "AWS::KMS::Key"}]}).into();
    event_.lookup_resources = vec![crate::event::LookupResource { kind: Some("AWS::IAM::Role".to_owned()), name: "app".to_owned() }];
    assert_eq!(told(&event_), ["Referenced AWS::KMS::Key arn:aws:kms:us-east-1:111122223333:key/1234", "Referenced AWS::IAM::Role app"]);
}

#[test]
fn the_caller_is_not_a_resource_of_the_event() {
    let event_ = event(
        "example",
        "UpdateThing",
        json!({"by": "arn:aws:sts::111122223333:assumed-role/deploy/ci", "thingId": "thing-1"}),
        Value::Null,
    );
    assert_eq!(told(&event_), ["Target - thing-1"]);
}

#[test]
fn a_listener_belongs_to_its_load_balancer_and_a_service_to_its_cluster() {
    let base = "arn:aws:elasticloadbalancing:eu-west-1:111122223333:";
    let listener = format!("{base}listener/app/web/50dc6c495c0c9188/f2f7dc8efc522ab2");
    assert_eq!(holder(&listener), Some(format!("{base}loadbalancer/app/web/50dc6c495c0c9188")));
    let service = "arn:aws:ecs:eu-west-1:111122223333:service/prod/checkout";
    assert_eq!(holder(service), Some("arn:aws:ecs:eu-west-1:111122223333:cluster/prod".to_owned()));
    assert_eq!(holder("arn:aws:s3:::logs"), None);
    assert_eq!(holder("i-0123456789abcdef0"), None);
}

#[test]
fn a_dns_record_is_a_target_and_leads_to_the_host_behind_it() {
    let set = json!({"name": "api.example.com.", "type": "A", "aliasTarget": {"dNSName": "dualstack.web-1234567890.eu-west-1.elb.amazonaws.com."}});
    let request = json!({"hostedZoneId": "Z0EXAMPLE", "changeBatch": {"changes": [{"action": "UPSERT", "resourceRecordSet": set}]}});
    let changed = event("route53", "ChangeResourceRecordSets", request, Value::Null);
    assert_eq!(
        told(&changed),
        [
            "Target AWS::Route53::HostedZone Z0EXAMPLE",
            "Target AWS::Route53::RecordSet api.example.com",
            "Referenced AWS::ElasticLoadBalancingV2::LoadBalancer dualstack.web-1234567890.eu-west-1.elb.amazonaws.com"
        ]
    );
    assert!(resources(&changed).iter().any(|resource| resource.aliases.contains(&"web".to_owned())));
}

#[test]
fn a_load_balancer_a_distribution_and_an_alarm_are_known_by_what_they_serve_and_watch() {
    let arn = "arn:aws:elasticloadbalancing:eu-west-1:111122223333:loadbalancer/app/web/50dc6c495c0c9188";
    let host = "web-1234567890.eu-west-1.elb.amazonaws.com";
    let made = event(
        "elasticloadbalancing",
        "CreateLoadBalancer",
        json!({"name": "web"}),
        json!({"loadBalancers": [{"loadBalancerArn": arn, "dNSName": host}]}),
    );
    let found = resources(&made);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].aliases.contains(&host.to_owned()));
    let config = json!({"aliases": {"quantity": 1, "items": ["www.example.com"]}, "origins": {"items": [{"domainName": "media.s3.eu-west-1.amazonaws.com"}]}});
    let changed = event("cloudfront", "UpdateDistribution", json!({"id": "E0EXAMPLE", "distributionConfig": config}), Value::Null);
    let ids: Vec<String> = resources(&changed).into_iter().map(|resource| resource.id).collect();
    assert!(ids.contains(&"www.example.com".to_owned()) && ids.contains(&"media.s3.eu-west-1.amazonaws.com".to_owned()), "{ids:?}");
    let alarm = json!({"alarmName": "errors", "dimensions": [{"name": "FunctionName", "value": "checkout"}]});
    assert!(told(&event("monitoring", "PutMetricAlarm", alarm, Value::Null)).contains(&"Referenced - checkout".to_owned()));
}
