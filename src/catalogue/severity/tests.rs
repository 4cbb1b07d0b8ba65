use serde_json::{Value, json};

use super::*;
use crate::catalogue::tests::event;

fn reason(service: &str, name: &str, request: Value) -> Option<&'static str> {
    severity(&event(service, name, request, Value::Null)).map(|severity| severity.reason)
}

fn ingress(cidr: &str) -> Value {
    json!({"groupId": "sg-0123456789abcdef0", "ipPermissions": {"items": [{"ipProtocol": "tcp", "fromPort": 22, "toPort": 22, "ipRanges": {"items": [{"cidrIp": cidr}]}}]}})
}

#[test]
fn a_range_is_judged_by_its_prefix_not_by_its_address() {
    let open = |cidr: &str| reason("ec2", "AuthorizeSecurityGroupIngress", ingress(cidr));
    assert_eq!(open("0.0.0.0/0"), Some("opens it to the whole internet"));
    assert_eq!(open("192.0.2.7/0"), Some("opens it to the whole internet"));
    assert_eq!(open("192.0.2.7/1"), Some("opens it to a huge address range"));
    assert_eq!(open("10.0.0.0/1"), Some("opens it to a huge address range"));
    assert_eq!(open("192.0.2.7/32"), None);
    assert_eq!(open("10.0.0.0/8"), None);
    assert_eq!(open("2001:db8::/0"), Some("opens it to the whole internet"));
    assert_eq!(open("2001:db8::/48"), None);
    assert_eq!(open("nonsense/0"), None);
}

#[test]
fn values_that_break_things_are_named() {
    let cases = [
        ("autoscaling", "SetDesiredCapacity", json!({"desiredCapacity": 0}), Some("sets capacity to zero")),
        ("ecs", "UpdateService", json!({"desiredCount": "0"}), Some("sets capacity to zero")),
        ("autoscaling", "SetDesiredCapacity", json!({"desiredCapacity": 4}), None),
        ("ec2", "CreateNetworkAclEntry", json!({"ruleAction": "deny", "cidrBlock": "0.0.0.0/0"}), Some("denies traffic")),
        (
            "iam",
            "PutRolePolicy",
            json!({"policyDocument": "{\"Statement\":{\"Effect\":\"Deny\",\"Action\":\"*\",\"Resource\":\"*\"}}"}),
            Some("the policy denies"),
        ),
        (
            "s3",
            "PutBucketPolicy",
            json!({"bucketPolicy": {"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject"}]}}),
            Some("the policy allows everybody"),
        ),
        (
            "iam",
            "UpdateAssumeRolePolicy",
            json!({"policyDocument": "{\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":{\"AWS\":\"arn:aws:iam::444455556666:root\"}}]}"}),
            Some("the policy allows another account"),
        ),
        (
            "iam",
            "UpdateAssumeRolePolicy",
            json!({"policyDocument": "{\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":{\"AWS\":\"arn:aws:iam::111122223333:root\"}}]}"}),
            None,
        ),
        (
            "ec2",
            "ModifySnapshotAttribute",
            json!({"createVolumePermission": {"add": {"items": [{"userId": "444455556666"}]}}}),
            Some("shares it with another account"),
        ),
        (
            "ec2",
            "ModifySnapshotAttribute",
            json!({"createVolumePermission": {"add": {"items": [{"group": "all"}]}}}),
            Some("shares it with everybody"),
        ),
        (
            "ec2",
            "ModifyInstanceAttribute",
            json!({"disableApiTermination": {"value": false}}),
            Some("takes protection against deletion away"),
        ),
        ("rds", "ModifyDBInstance", json!({"publiclyAccessible": true}), Some("makes the database publicly accessible")),
        ("rds", "ModifyDBInstance", json!({"allocatedStorage": 20}), None),
        (
            "cloudtrail",
            "PutEventSelectors",
            json!({"eventSelectors": [{"readWriteType": "ReadOnly", "includeManagementEvents": true}]}),
            Some("the trail records less"),
        ),
        ("ec2", "TerminateInstances", json!({}), Some("ends it")),
        ("events", "PutRule", json!({"state": "DISABLED"}), Some("switches it off")),
    ];
    for (service, name, request, expected) in cases {
        assert_eq!(reason(service, name, request), expected, "{name}");
    }
}

#[test]
fn a_call_that_failed_has_no_severity() {
    let mut failed = event("ec2", "AuthorizeSecurityGroupIngress", ingress("0.0.0.0/0"), Value::Null);
    failed.error_code = Some("Client.UnauthorizedOperation".to_owned());
    assert_eq!(severity(&failed), None);
}

#[test]
fn what_serves_no_request_otherwise_is_harmless() {
    let harmless = |service: &str, name: &str, request: Value| {
        severity(&event(service, name, request, Value::Null)).is_some_and(|severity| severity.effect == Effect::Harmless)
    };
    let wait = |attributes: Value| json!({"queueUrl": "https://sqs.eu-west-1.amazonaws.com/111122223333/jobs", "attributes": attributes});
    let cases = [
        ("sqs", "SetQueueAttributes", wait(json!({"ReceiveMessageWaitTimeSeconds": "20"})), true),
        ("sqs", "SetQueueAttributes", wait(json!({"ReceiveMessageWaitTimeSeconds": "20", "VisibilityTimeout": "1"})), false),
        ("dynamodb", "UpdateTable", json!({"tableName": "items", "billingMode": "PAY_PER_REQUEST"}), true),
        ("dynamodb", "UpdateTable", json!({"tableName": "items", "billingMode": "PROVISIONED"}), false),
        ("elasticloadbalancing", "ModifyTargetGroup", json!({"targetGroupArn": "x", "healthCheckIntervalSeconds": 15}), true),
        ("elasticloadbalancing", "ModifyTargetGroup", json!({"targetGroupArn": "x", "healthCheckPath": "/"}), false),
        ("rds", "ModifyDBInstance", json!({"dBInstanceIdentifier": "db", "preferredBackupWindow": "03:10-03:40"}), true),
        ("rds", "ModifyDBInstance", json!({"dBInstanceIdentifier": "db", "dBInstanceClass": "db.t4g.micro"}), false),
        ("rds", "ModifyDBInstance", json!({"dBInstanceIdentifier": "db", "backupRetentionPeriod": 7}), true),
        ("rds", "ModifyDBInstance", json!({"dBInstanceIdentifier": "db", "backupRetentionPeriod": 0}), false),
        ("rds", "ModifyDBInstance", json!({"dBInstanceIdentifier": "db", "deletionProtection": true}), true),
        ("cognito-idp", "UpdateUserPool", json!({"userPoolId": "eu-west-1_x", "deletionProtection": "ACTIVE"}), false),
        ("ecs", "UpdateService", json!({"service": "api", "healthCheckGracePeriodSeconds": 0}), false),
        ("backup", "PutBackupVaultLockConfiguration", json!({"backupVaultName": "v", "maxRetentionDays": 365}), false),
        ("logs", "PutRetentionPolicy", json!({"logGroupName": "app", "retentionInDays": 90}), true),
        ("logs", "PutRetentionPolicy", json!({"logGroupName": "app", "retentionInDays": 1}), false),
        ("eks", "UpdateClusterConfig", json!({"name": "c", "logging": {"clusterLogging": [{"enabled": true}]}}), true),
        ("eks", "UpdateClusterConfig", json!({"name": "c", "logging": {"clusterLogging": [{"enabled": false}]}}), false),
        ("route53", "ChangeTagsForResource", json!({"resourceId": "Z1", "addTags": []}), true),
        ("ecr", "PutImageTagMutability", json!({"repositoryName": "app", "imageTagMutability": "IMMUTABLE"}), false),
        ("s3", "PutBucketVersioning", json!({"bucketName": "b", "VersioningConfiguration": {"Status": "Enabled"}}), true),
        ("s3", "PutBucketVersioning", json!({"bucketName": "b", "VersioningConfiguration": {"Status": "Suspended"}}), false),
    ];
    for (service, name, request, expected) in cases {
        assert_eq!(harmless(service, name, request.clone()), expected, "{name} {request}");
    }
}

#[test]
fn what_becomes_smaller_or_larger_is_told_where_the_answer_says_how_large_it_was() {
    let of = |name, request, response| severity(&event("any", name, request, response)).map(|severity| severity.reason);
    let shards = |wanted: u32| {
        of(
            "UpdateShardCount",
            json!({"streamName": "s", "targetShardCount": wanted, "scalingType": "UNIFORM_SCALING"}),
            json!({"currentShardCount": 8, "targetShardCount": wanted}),
        )
    };
    assert_eq!(shards(2), Some("makes it smaller"));
    assert_eq!(shards(16), Some("makes it larger"));
    let class = |wanted| {
        of(
            "ModifyDBInstance",
            json!({"dBInstanceIdentifier": "d", "dBInstanceClass": wanted}),
            json!({"dBInstanceClass": "db.r6g.xlarge", "pendingModifiedValues": {"dBInstanceClass": wanted}}),
        )
    };
    assert_eq!(class("db.r6g.large"), Some("makes it smaller"));
    assert_eq!(class("db.r6g.4xlarge"), Some("makes it larger"));
    assert_eq!(class("db.m7g.large"), None);
    assert_eq!(class("db.r6g.xlarge"), None);
    let capacity = |read: u32, write: u32| {
        of(
            "UpdateTable",
            json!({"tableName": "t", "provisionedThroughput": {"readCapacityUnits": read, "writeCapacityUnits": write}}),
            json!({"tableDescription": {"provisionedThroughput": {"readCapacityUnits": 100, "writeCapacityUnits": 100}}}),
        )
    };
    assert_eq!(capacity(5, 200), Some("makes it smaller"));
    assert_eq!(capacity(200, 200), Some("makes it larger"));
    assert_eq!(of("UpdateTable", json!({"readCapacityUnits": 5}), Value::Null), None);
}

#[test]
fn what_is_not_in_force_takes_no_effect() {
    let harmless = |service, name, request| {
        severity(&event(service, name, request, Value::Null)).is_some_and(|severity| severity.effect == Effect::Harmless)
    };
    assert!(harmless("iam", "CreatePolicyVersion", json!({"policyArn": "arn:aws:iam::111122223333:policy/p", "setAsDefault": false})));
    assert!(!harmless("iam", "CreatePolicyVersion", json!({"policyArn": "arn:aws:iam::111122223333:policy/p", "setAsDefault": true})));
    assert!(!harmless("iam", "CreatePolicyVersion", json!({"policyArn": "arn:aws:iam::111122223333:policy/p", "setAsDefault": "true"})));
    assert!(harmless("secretsmanager", "PutSecretValue", json!({"secretId": "s", "versionStages": ["AWSPENDING"]})));
    assert!(!harmless("secretsmanager", "PutSecretValue", json!({"secretId": "s"})));
    let stack =
        |parameter| json!({"stackName": "s", "usePreviousTemplate": true, "parameters": [parameter], "tags": [{"key": "a", "value": "b"}]});
    assert!(harmless("cloudformation", "UpdateStack", stack(json!({"parameterKey": "Image", "usePreviousValue": true}))));
    assert!(!harmless("cloudformation", "UpdateStack", stack(json!({"parameterKey": "Image", "parameterValue": "api:42"}))));
}
