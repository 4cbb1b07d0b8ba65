use insta::assert_snapshot;
use serde_json::{Value, json};

use super::*;

fn parts<'a>(service: &'a str, event_name: &'a str, request: &'a Value) -> Parts<'a> {
    Parts { event_name, service, request, response: &Value::Null, additional: &Value::Null, error_code: None, earlier: None }
}

fn said(service: &str, name: &str, request: Value) -> String {
    summarise(&parts(service, name, &request))
}

fn answered(service: &str, name: &str, request: Value, response: Value) -> String {
    summarise(&Parts { response: &response, ..parts(service, name, &request) })
}

const SG: &str = "sg-0123456789abcdef0";
const INSTANCE: &str = "i-0123456789abcdef0";

fn instances() -> Value {
    json!({"instancesSet": {"items": [{"instanceId": INSTANCE}, {"instanceId": "i-0fedcba9876543210"}]}})
}

#[test]
fn security_group_changes_say_ports_and_peers_in_every_shape() {
    let listed = json!({"groupId": SG, "ipPermissions": {"items": [{"ipProtocol": "tcp", "fromPort": 22, "toPort": 22, "groups": {}, "ipRanges": {"items": [{"cidrIp": "0.0.0.0/0"}]}, "ipv6Ranges": {}}]}});
    assert_snapshot!(said("ec2", "AuthorizeSecurityGroupIngress", listed), @"opened tcp/22 to 0.0.0.0/0 on sg-0123456789abcdef0");
    let flat = json!({"groupId": SG, "ipPermissions": {}, "ipProtocol": "tcp", "fromPort": 5432, "toPort": 5432, "cidrIp": "192.0.2.0/24"});
    assert_snapshot!(said("ec2", "RevokeSecurityGroupIngress", flat), @"closed tcp/5432 from 192.0.2.0/24 on sg-0123456789abcdef0");
    let by_group = json!({"groupId": SG, "ipPermissions": {"items": [{"ipProtocol": "-1", "groups": {"items": [{"groupId": "sg-0aaaaaaaaaaaaaaaa"}]}}]}});
    assert_snapshot!(said("ec2", "RevokeSecurityGroupIngress", by_group), @"closed all traffic from sg-0aaaaaaaaaaaaaaaa on sg-0123456789abcdef0");
    let by_rule =
        json!({"groupId": SG, "ipPermissions": {}, "securityGroupRuleIds": {"items": [{"securityGroupRuleId": "sgr-0123456789abcdef0"}]}});
    assert_snapshot!(said("ec2", "RevokeSecurityGroupIngress", by_rule), @"closed rule sgr-0123456789abcdef0 on sg-0123456789abcdef0");
    let modified = json!({"ModifySecurityGroupRulesRequest": {"GroupId": SG, "SecurityGroupRule": {"tag": 1, "SecurityGroupRuleId": "sgr-0123456789abcdef0",
        "SecurityGroupRule": {"IpProtocol": "tcp", "FromPort": 8000, "ToPort": 8100, "CidrIpv4": "192.0.2.0/24"}}}});
    assert_snapshot!(said("ec2", "ModifySecurityGroupRules", modified), @"changed rule sgr-0123456789abcdef0 of sg-0123456789abcdef0 to tcp/8000-8100 to 192.0.2.0/24");
}

#[test]
fn scaling_changes_say_the_capacity() {
    let request = json!({"autoScalingGroupName": "web-asg", "minSize": 0, "maxSize": 0, "desiredCapacity": 0});
    assert_snapshot!(said("autoscaling", "UpdateAutoScalingGroup", request), @"changed auto scaling group web-asg: min size 0, max size 0, desired capacity 0");
    let request = json!({"autoScalingGroupName": "web-asg", "desiredCapacity": 0, "honorCooldown": false});
    assert_snapshot!(said("autoscaling", "SetDesiredCapacity", request.clone()), @"set desired capacity of web-asg to 0");
    let earlier = json!({"autoScalingGroupName": "web-asg", "desiredCapacity": 4});
    let both = summarise(&Parts { earlier: Some(&earlier), ..parts("autoscaling", "SetDesiredCapacity", &request) });
    assert_snapshot!(both, @"set desired capacity of web-asg to 4 → 0");
    let request = json!({"instanceId": INSTANCE, "shouldDecrementDesiredCapacity": true});
    let response = json!({"activity": {"autoScalingGroupName": "web-asg"}});
    assert_snapshot!(answered("autoscaling", "TerminateInstanceInAutoScalingGroup", request, response), @"terminated i-0123456789abcdef0 in its auto scaling group web-asg, lower desired capacity too: true");
}

#[test]
fn only_one_setting_of_one_thing_has_a_before() {
    let told = |service: &str, name: &str, earlier: Value, request: Value| {
        summarise(&Parts { earlier: Some(&earlier), ..parts(service, name, &request) })
    };
    let target = |id: &str| json!({"targetGroupArn": "arn:aws:elasticloadbalancing:eu-west-1:111122223333:targetgroup/web/0123456789abcdef", "targets": [{"id": id}]});
    let deregistered = told("elasticloadbalancing", "DeregisterTargets", target("192.0.2.41"), target("i-0123456789abcdef0"));
    assert!(!deregistered.contains('→'), "{deregistered}");
    let rule = |number: u32| json!({"networkAclId": "acl-0123456789abcdef0", "ruleNumber": number, "ruleAction": "allow", "cidrBlock": "192.0.2.0/24", "egress": false});
    let entry = told("ec2", "ReplaceNetworkAclEntry", rule(100), rule(200));
    assert!(!entry.contains('→'), "{entry}");
    let instance = |class: &str, id: &str| json!({"dBInstanceIdentifier": id, "dBInstanceClass": class});
    let resized = told("rds", "ModifyDBInstance", instance("db.r6g.large", "orders"), instance("db.t3.micro", "orders"));
    assert!(resized.contains("db.r6g.large → db.t3.micro"), "{resized}");
}

#[test]
fn no_name_is_cut() {
    let name = "a-role-with-a-name-that-is-as-long-as-names-of-roles-of-generated-stacks-may-be-and-longer-0123456789";
    let told = said("iam", "AttachRolePolicy", json!({"roleName": name, "policyArn": "arn:aws:iam::111122223333:policy/read"}));
    assert!(told.contains(name), "{told}");
}

#[test]
fn launches_say_how_many_and_sign_ins_with_what_and_how_they_went() {
    let ids: Vec<Value> = (0..5).map(|n| json!({"instanceId": format!("i-0123456789abcde{n}0")})).collect();
    let request = json!({"instancesSet": {"items": [{"imageId": "ami-1", "minCount": 5, "maxCount": 5}]}, "instanceType": "p4d.24xlarge"});
    let response = json!({"instancesSet": {"items": ids}});
    assert_snapshot!(answered("ec2", "RunInstances", request, response), @"launched 5 p4d.24xlarge: i-0123456789abcde00, i-0123456789abcde10, i-0123456789abcde20 and 2 more from ami-1");
    let sign_in = |mfa: &str, outcome: &str, error_code| {
        let (response, additional) = (json!({"ConsoleLogin": outcome}), json!({"MFAUsed": mfa}));
        summarise(&Parts { response: &response, additional: &additional, error_code, ..parts("signin", "ConsoleLogin", &Value::Null) })
    };
    assert_snapshot!(sign_in("Yes", "Success", None), @"signed in to the console with MFA: success");
    assert_snapshot!(sign_in("No", "Failure", Some("Failure")), @"failed (Failure): tried to sign in to the console without MFA");
}

#[test]
fn instance_changes_say_which() {
    let request = json!({"instancesSet": {"items": [{"imageId": "ami-0123456789abcdef0", "minCount": 1}]}, "instanceType": "t3.micro"});
    let response = json!({"instancesSet": {"items": [{"instanceId": INSTANCE}]}});
    assert_snapshot!(answered("ec2", "RunInstances", request, response), @"launched i-0123456789abcdef0 (t3.micro) from ami-0123456789abcdef0");
    assert_snapshot!(said("ec2", "TerminateInstances", instances()), @"terminated i-0123456789abcdef0 and i-0fedcba9876543210");
    assert_snapshot!(said("ec2", "StopInstances", instances()), @"stopped i-0123456789abcdef0 and i-0fedcba9876543210");
    assert_snapshot!(said("ec2", "StartInstances", instances()), @"started i-0123456789abcdef0 and i-0fedcba9876543210");
    assert_snapshot!(said("ec2", "RebootInstances", instances()), @"rebooted i-0123456789abcdef0 and i-0fedcba9876543210");
}

#[test]
fn policy_changes_say_effect_action_and_resource() {
    let policy = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["s3:GetObject"],"Resource":"*"},{"Effect":"Deny","Action":"s3:*","Resource":"arn:aws:s3:::orders/*"}]}"#;
    let request = json!({"userName": "example", "policyName": "inline", "policyDocument": policy});
    assert_snapshot!(said("iam", "PutUserPolicy", request), @"set policy inline of user example: Deny s3:* on orders/* and Allow s3:GetObject on *");
    let request = json!({"roleName": "app", "policyName": "inline", "policyDocument": policy});
    assert_snapshot!(said("iam", "PutRolePolicy", request), @"set policy inline of role app: Deny s3:* on orders/* and Allow s3:GetObject on *");
    let request = json!({"userName": "example", "policyArn": "arn:aws:iam::aws:policy/AdministratorAccess"});
    assert_snapshot!(said("iam", "AttachUserPolicy", request), @"attached policy AdministratorAccess to user example");
    let request = json!({"roleName": "app", "policyArn": "arn:aws:iam::aws:policy/AdministratorAccess"});
    assert_snapshot!(said("iam", "AttachRolePolicy", request), @"attached policy AdministratorAccess to role app");
}

#[test]
fn volume_and_database_changes_say_which_and_what() {
    let volume = json!({"volumeId": "vol-0123456789abcdef0", "instanceId": INSTANCE, "device": "/dev/sdf"});
    let born = json!({"volumeId": "vol-0123456789abcdef0"});
    assert_snapshot!(answered("ec2", "CreateVolume", json!({"size": "100", "zone": "us-east-1a"}), born), @"created volume vol-0123456789abcdef0 (100 GiB) in us-east-1a");
    assert_snapshot!(said("ec2", "AttachVolume", volume.clone()), @"attached volume vol-0123456789abcdef0 to i-0123456789abcdef0 as /dev/sdf");
    assert_snapshot!(said("ec2", "DetachVolume", volume.clone()), @"detached volume vol-0123456789abcdef0 from i-0123456789abcdef0");
    assert_snapshot!(said("ec2", "DeleteVolume", volume), @"deleted volume vol-0123456789abcdef0");
    let request = json!({"ModifyVolumeRequest": {"VolumeId": "vol-0123456789abcdef0", "Size": 200, "Iops": 100}});
    assert_snapshot!(said("ec2", "ModifyVolume", request.clone()), @"changed volume vol-0123456789abcdef0: size 200, iops 100");
    let response = json!({"ModifyVolumeResponse": {"volumeModification": {"originalSize": 100, "targetSize": 200, "originalVolumeType": "gp2", "targetVolumeType": "gp3"}}});
    assert_snapshot!(answered("ec2", "ModifyVolume", request, response), @"changed volume vol-0123456789abcdef0: size 100 → 200 GiB, type gp2 → gp3");
    let database = json!({"dBInstanceIdentifier": "orders", "dBInstanceClass": "db.t3.micro", "engine": "postgres"});
    assert_snapshot!(said("rds", "CreateDBInstance", database.clone()), @"created database orders (postgres, db.t3.micro)");
    assert_snapshot!(said("rds", "ModifyDBInstance", json!({"dBInstanceIdentifier": "orders", "dBInstanceClass": "db.t3.micro", "applyImmediately": true})), @"changed database orders: DB instance class db.t3.micro, apply immediately true");
    assert_snapshot!(said("rds", "RebootDBInstance", json!({"dBInstanceIdentifier": "orders"})), @"rebooted database orders");
    assert_snapshot!(said("rds", "DeleteDBInstance", json!({"dBInstanceIdentifier": "orders", "skipFinalSnapshot": true})), @"deleted database orders");
}

#[test]
fn interface_and_load_balancer_changes_say_which_and_what() {
    let response = json!({"networkInterface": {"networkInterfaceId": "eni-0123456789abcdef0"}});
    assert_snapshot!(answered("ec2", "CreateNetworkInterface", json!({"subnetId": "subnet-0123456789abcdef0"}), response), @"created network interface eni-0123456789abcdef0 in subnet-0123456789abcdef0");
    assert_snapshot!(said("ec2", "DeleteNetworkInterface", json!({"networkInterfaceId": "eni-0123456789abcdef0"})), @"deleted network interface eni-0123456789abcdef0");
    let request = json!({"networkInterfaceId": "eni-0123456789abcdef0", "groupSet": {"items": [{"groupId": SG}]}});
    assert_snapshot!(said("ec2", "ModifyNetworkInterfaceAttribute", request), @"changed network interface eni-0123456789abcdef0: security groups now sg-0123456789abcdef0");
    let group = "arn:aws:elasticloadbalancing:us-east-1:111122223333:targetgroup/api/6d0ecf831eec9f09";
    let request = json!({"targetGroupArn": group, "targets": [{"id": INSTANCE, "port": 8080}]});
    assert_snapshot!(said("elasticloadbalancing", "RegisterTargets", request.clone()), @"registered i-0123456789abcdef0 with api");
    assert_snapshot!(said("elasticloadbalancing", "DeregisterTargets", request), @"deregistered i-0123456789abcdef0 from api");
    let request = json!({"loadBalancerArn": "arn:aws:elasticloadbalancing:us-east-1:111122223333:loadbalancer/app/web/50dc6c495c0c9188",
        "attributes": [{"key": "idle_timeout.timeout_seconds", "value": "1"}]});
    assert_snapshot!(said("elasticloadbalancing", "ModifyLoadBalancerAttributes", request), @"changed load balancer web: idle_timeout.timeout_seconds 1");
}

#[test]
fn other_rows_read_well_too() {
    let lb = "arn:aws:elasticloadbalancing:us-east-1:111122223333:loadbalancer/app/web/50dc6c495c0c9188";
    let listener = "arn:aws:elasticloadbalancing:us-east-1:111122223333:listener/app/web/50dc6c495c0c9188/f2f7dc8efc522ab2";
    let group = "arn:aws:elasticloadbalancing:us-east-1:111122223333:targetgroup/api/6d0ecf831eec9f09";
    let key = "1234abcd-12ab-34cd-56ef-1234567890ab";
    let trust = r#"{"Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::444455556666:root"},"Action":"sts:AssumeRole"}]}"#;
    let acl = json!({"networkAclId": "acl-0123456789abcdef0", "ruleNumber": 10, "egress": false, "ruleAction": "deny", "aclProtocol": "6", "cidrBlock": "0.0.0.0/0", "portRange": {"from": 443, "to": 443}});
    let records = json!({"hostedZoneId": "Z0EXAMPLE", "changeBatch": {"changes": [{"action": "DELETE", "resourceRecordSet": {"name": "api.example.com.", "type": "A"}}]}});
    let action =
        json!({"listenerArn": listener, "defaultActions": [{"type": "fixed-response", "fixedResponseConfig": {"statusCode": "503"}}]});
    let forward = json!({"listenerArn": listener, "protocol": "HTTPS", "port": 443, "defaultActions": [{"type": "forward", "targetGroupArn": group}]});
    let patch = json!({"restApiId": "a1b2", "stageName": "prod", "patchOperations": [{"op": "replace", "path": "/*/*/throttling/rateLimit", "value": "1"}]});
    let task =
        json!({"family": "api", "containerDefinitions": [{"name": "api", "image": "111122223333.dkr.ecr.us-east-1.amazonaws.com/api:42"}]});
    let alarm =
        json!({"alarmName": "HighErrors", "metricName": "5XXError", "comparisonOperator": "GreaterThanThreshold", "threshold": 5.0});
    let block = json!({"bucketName": "logs", "PublicAccessBlockConfiguration": {"BlockPublicAcls": false, "IgnorePublicAcls": false, "BlockPublicPolicy": false, "RestrictPublicBuckets": false}});
    let parameters = json!({"dBParameterGroupName": "orders", "parameters": [{"parameterName": "max_connections", "parameterValue": "10", "applyMethod": "pending-reboot"}]});
    #[rustfmt::skip] // A table reads best in rows.
    let cases = [
        ("ec2", "AuthorizeSecurityGroupEgress", json!({"groupId": SG, "ipPermissions": {"items": [{"ipProtocol": "-1", "ipRanges": {"items": [{"cidrIp": "0.0.0.0/0"}]}}]}}), "opened outbound all traffic to 0.0.0.0/0 on sg-0123456789abcdef0"),
        ("ec2", "DeleteSecurityGroup", json!({"groupId": SG}), "deleted security group sg-0123456789abcdef0"),
        ("ec2", "DeleteNatGateway", json!({"DeleteNatGatewayRequest": {"NatGatewayId": "nat-0123456789abcdef0"}}), "deleted NAT gateway nat-0123456789abcdef0"),
        ("ec2", "DeleteRoute", json!({"routeTableId": "rtb-0123456789abcdef0", "destinationCidrBlock": "0.0.0.0/0"}), "deleted route 0.0.0.0/0 from rtb-0123456789abcdef0"),
        ("ec2", "ReplaceRoute", json!({"routeTableId": "rtb-0123456789abcdef0", "destinationCidrBlock": "0.0.0.0/0", "gatewayId": "igw-0123456789abcdef0"}), "pointed route 0.0.0.0/0 of rtb-0123456789abcdef0 to igw-0123456789abcdef0"),
        ("ec2", "CreateNetworkAclEntry", acl, "added network ACL rule 10 (deny inbound tcp/443 from 0.0.0.0/0) to acl-0123456789abcdef0"),
        ("ec2", "DetachInternetGateway", json!({"internetGatewayId": "igw-0123456789abcdef0", "vpcId": "vpc-0123456789abcdef0"}), "detached internet gateway igw-0123456789abcdef0 from vpc-0123456789abcdef0"),
        ("ec2", "DisassociateAddress", json!({"publicIp": "192.0.2.9"}), "disassociated elastic IP 192.0.2.9"),
        ("ec2", "DeleteFlowLogs", json!({"DeleteFlowLogsRequest": {"FlowLogId": {"tag": 1, "content": "fl-0123456789abcdef0"}}}), "deleted flow logs fl-0123456789abcdef0"),
        ("ec2", "DeleteVpcEndpoints", json!({"DeleteVpcEndpointsRequest": {"VpcEndpointId": {"tag": 1, "content": "vpce-0123456789abcdef0"}}}), "deleted VPC endpoint vpce-0123456789abcdef0"),
        ("ec2", "ModifyInstanceAttribute", json!({"instanceId": INSTANCE, "groupSet": {"items": [{"groupId": SG}]}}), "changed i-0123456789abcdef0: security groups now sg-0123456789abcdef0"),
        ("ec2", "ModifyInstanceAttribute", json!({"instanceId": INSTANCE, "disableApiTermination": {"value": false}}), "changed i-0123456789abcdef0: disable api termination false"),
        ("ec2", "DisassociateIamInstanceProfile", json!({"DisassociateIamInstanceProfileRequest": {"AssociationId": "iip-assoc-1"}}), "removed the instance profile (iip-assoc-1)"),
        ("ec2", "ModifySnapshotAttribute", json!({"snapshotId": "snap-0123456789abcdef0", "createVolumePermission": {"add": {"items": [{"userId": "444455556666"}]}}}), "shared snapshot snap-0123456789abcdef0 with 444455556666"),
        ("ec2", "CreateLaunchTemplateVersion", json!({"CreateLaunchTemplateVersionRequest": {"LaunchTemplateName": "web", "LaunchTemplateData": {"ImageId": "ami-0123456789abcdef0"}}}), "added a version to launch template web with ami-0123456789abcdef0"),
        ("autoscaling", "SuspendProcesses", json!({"autoScalingGroupName": "web-asg", "scalingProcesses": ["Launch", "HealthCheck"]}), "suspended Launch and HealthCheck of web-asg"),
        ("application-autoscaling", "RegisterScalableTarget", json!({"resourceId": "service/prod/api", "minCapacity": 0, "maxCapacity": 1}), "set scaling limits of service/prod/api to min 0, max 1"),
        ("iam", "DetachRolePolicy", json!({"roleName": "app", "policyArn": "arn:aws:iam::111122223333:policy/orders-rw"}), "detached policy orders-rw from role app"),
        ("iam", "UpdateAssumeRolePolicy", json!({"roleName": "app", "policyDocument": trust}), "changed trust of role app: Allow sts:AssumeRole to account 444455556666"),
        ("iam", "UpdateAccessKey", json!({"userName": "example", "status": "Inactive"}), "set access key of user example Inactive"),
        ("iam", "RemoveRoleFromInstanceProfile", json!({"roleName": "app", "instanceProfileName": "app"}), "removed role app from instance profile app"),
        ("organizations", "AttachPolicy", json!({"policyId": "p-0a1b", "targetId": "111122223333"}), "attached organization policy p-0a1b to 111122223333"),
        ("s3", "PutBucketPublicAccessBlock", block, "changed the public access block of bucket logs: public access no longer blocked"),
        ("s3", "DeleteBucket", json!({"bucketName": "logs", "Host": "s3.amazonaws.com"}), "deleted bucket logs"),
        ("s3", "PutBucketVersioning", json!({"bucketName": "logs", "VersioningConfiguration": {"Status": "Suspended"}}), "set versioning of bucket logs to Suspended"),
        ("elasticfilesystem", "DeleteMountTarget", json!({"mountTargetId": "fsmt-0123456789abcdef0"}), "deleted mount target fsmt-0123456789abcdef0"),
        ("rds", "FailoverDBCluster", json!({"dBClusterIdentifier": "orders"}), "failed over database cluster orders"),
        ("rds", "ModifyDBParameterGroup", parameters, "changed parameter group orders: max_connections 10"),
        ("rds", "StopDBInstance", json!({"dBInstanceIdentifier": "orders"}), "stopped database orders"),
        ("rds", "ModifyDBCluster", json!({"dBClusterIdentifier": "orders", "deletionProtection": false}), "changed database cluster orders: deletion protection false"),
        ("dynamodb", "UpdateTable", json!({"tableName": "orders", "provisionedThroughput": {"readCapacityUnits": 1, "writeCapacityUnits": 1}}), "changed table orders: read capacity units 1, write capacity units 1"),
        ("dynamodb", "DeleteTable", json!({"tableName": "orders"}), "deleted table orders"),
        ("elasticache", "ModifyReplicationGroup", json!({"replicationGroupId": "sessions", "cacheNodeType": "cache.t3.micro"}), "changed cache sessions: cache node type cache.t3.micro"),
        ("es", "UpdateDomainConfig", json!({"domainName": "logs", "clusterConfig": {"instanceCount": 1}}), "changed search domain logs: instance count 1"),
        ("kafka", "RebootBroker", json!({"clusterArn": "arn:aws:kafka:us-east-1:111122223333:cluster/events/0a1b", "brokerIds": ["1"]}), "rebooted brokers 1 of Kafka cluster events"),
        ("elasticloadbalancing", "ModifyListener", action, "changed listener web/f2f7dc8efc522ab2: fixed response 503"),
        ("elasticloadbalancing", "ModifyListener", forward, "changed listener web/f2f7dc8efc522ab2: HTTPS/443: forward to api"),
        ("elasticloadbalancing", "SetSecurityGroups", json!({"loadBalancerArn": lb, "securityGroups": [SG]}), "set security groups of load balancer web to sg-0123456789abcdef0"),
        ("elasticloadbalancing", "DeleteLoadBalancer", json!({"loadBalancerArn": lb}), "deleted load balancer web"),
        ("elasticloadbalancing", "ModifyTargetGroup", json!({"targetGroupArn": group, "healthCheckPath": "/nope"}), "changed health check of api: health check path /nope"),
        ("ecs", "UpdateService", json!({"cluster": "prod", "service": "api", "taskDefinition": "arn:aws:ecs:us-east-1:111122223333:task-definition/api:42", "desiredCount": 0}), "updated service api: api:42, desired count 0"),
        ("ecs", "RegisterTaskDefinition", task, "registered task definition api with api:42"),
        ("lambda", "UpdateFunctionCode", json!({"functionName": "checkout", "s3Bucket": "code", "s3Key": "checkout-2.zip"}), "deployed new code to function checkout from checkout-2.zip"),
        ("lambda", "UpdateFunctionConfiguration", json!({"functionName": "checkout", "timeout": 1, "memorySize": 128}), "changed function checkout: timeout 1, memory size 128"),
        ("lambda", "PutFunctionConcurrency", json!({"functionName": "checkout", "reservedConcurrentExecutions": 0}), "set concurrency of function checkout to 0"),
        ("lambda", "UpdateAlias", json!({"functionName": "checkout", "name": "live", "functionVersion": "7"}), "pointed alias live of function checkout to version 7"),
        ("eks", "UpdateNodegroupConfig", json!({"name": "prod", "nodegroupName": "workers", "scalingConfig": {"minSize": 0, "desiredSize": 0}}), "changed node group workers in prod: min size 0, desired size 0"),
        ("cloudformation", "UpdateStack", json!({"stackName": "arn:aws:cloudformation:us-east-1:111122223333:stack/web/6b1f"}), "updated stack web"),
        ("codedeploy", "CreateDeployment", json!({"applicationName": "api", "deploymentGroupName": "prod"}), "deployed api to prod"),
        ("ssm", "PutParameter", json!({"name": "/prod/url", "value": "HIDDEN_DUE_TO_SECURITY_REASONS"}), "set parameter /prod/url"),
        ("ssm", "SendCommand", json!({"documentName": "AWS-RunShellScript", "instanceIds": [INSTANCE]}), "ran AWS-RunShellScript on i-0123456789abcdef0"),
        ("secretsmanager", "PutSecretValue", json!({"secretId": "arn:aws:secretsmanager:us-east-1:111122223333:secret:prod/db-AbC123"}), "changed the value of secret prod/db"),
        ("secretsmanager", "RotationFailed", json!(null), "failed a secret rotation"),
        ("kms", "DisableKey", json!({"keyId": key}), "disabled key 1234abcd-12ab-34cd-56ef-1234567890ab"),
        ("kms", "ScheduleKeyDeletion", json!({"keyId": key, "pendingWindowInDays": 7}), "scheduled deletion of key 1234abcd-12ab-34cd-56ef-1234567890ab in 7 days"),
        ("route53", "ChangeResourceRecordSets", records, "changed DNS in Z0EXAMPLE: delete A api.example.com"),
        ("wafv2", "UpdateWebACL", json!({"name": "edge", "id": "0a1b", "defaultAction": {"block": {}}}), "changed web ACL edge: default block"),
        ("sqs", "SetQueueAttributes", json!({"queueUrl": "https://sqs.us-east-1.amazonaws.com/111122223333/orders", "attributes": {"VisibilityTimeout": "1"}}), "changed queue orders: visibility timeout 1"),
        ("sqs", "PurgeQueue", json!({"queueUrl": "https://sqs.us-east-1.amazonaws.com/111122223333/orders"}), "purged queue orders"),
        ("events", "DisableRule", json!({"name": "nightly"}), "disabled event rule nightly"),
        ("kinesis", "UpdateShardCount", json!({"streamName": "clicks", "targetShardCount": 1}), "set shards of stream clicks to 1"),
        ("apigateway", "UpdateStage", patch, "changed stage prod of API a1b2: replace /*/*/throttling/rateLimit 1"),
        ("cloudtrail", "StopLogging", json!({"name": "arn:aws:cloudtrail:us-east-1:111122223333:trail/audit"}), "stopped logging of trail audit"),
        ("cloudtrail", "PutEventSelectors", json!({"trailName": "audit", "eventSelectors": [{"readWriteType": "ReadOnly", "includeManagementEvents": false}]}), "set event selectors of trail audit: reads only, management events off"),
        ("monitoring", "PutMetricAlarm", alarm, "set alarm HighErrors: 5XXError > 5.0"),
        ("monitoring", "DeleteAlarms", json!({"alarmNames": ["a", "b", "c", "d", "e"]}), "deleted alarm a, b, c and 2 more"),
        ("logs", "PutRetentionPolicy", json!({"logGroupName": "/app", "retentionInDays": 1}), "set retention of log group /app to 1 days"),
        ("exampleservice", "UpdateFooBar", json!({"clientToken": "x", "fooBarName": "foo-1"}), "updated foo bar foo-1"),
        ("exampleservice", "BatchDeleteExampleThings", json!({"exampleThingIds": ["t-1"]}), "deleted example things t-1"),
        ("exampleservice", "SomethingHappened", json!({}), "reported something happened"),
        ("exampleservice", "", json!({}), "reported an unnamed event"),
    ];
    for (service, name, request, expected) in cases {
        assert_eq!(said(service, name, request), expected, "{service}/{name}");
    }
}

#[test]
fn a_call_that_failed_or_only_tried_never_reads_as_done() {
    let request = json!({"bucketName": "logs"});
    let failed = summarise(&Parts { error_code: Some("AccessDenied"), ..parts("s3", "DeleteBucket", &request) });
    assert_snapshot!(failed, @"failed (AccessDenied): tried to delete bucket logs");
    let empty = summarise(&Parts { error_code: Some("AccessDenied"), ..parts("s3", "PutBucketPolicy", &Value::Null) });
    assert_snapshot!(empty, @"failed (AccessDenied): tried to put bucket policy");
    let dry = summarise(&Parts { error_code: Some("Client.DryRunOperation"), ..parts("ec2", "StopInstances", &instances()) });
    assert_snapshot!(dry, @"dry run, nothing changed: would stop i-0123456789abcdef0 and i-0fedcba9876543210");
}

#[test]
fn values_are_one_line_and_clipped() {
    let name = format!("line one\nline two\t{}", "x".repeat(300));
    let text = said("s3", "DeleteBucket", json!({"bucketName": name}));
    assert!(text.starts_with("deleted bucket line one line two xxx") && text.ends_with('…') && text.chars().count() < 110, "{text}");
}

#[test]
fn no_row_leaves_a_hole_when_nothing_is_known() {
    for row in crate::catalogue::rows::all() {
        for request in [Value::Null, json!({}), json!({"unrelated": {}})] {
            let text = said(row.service, row.name, request);
            let last = text.split(' ').next_back().unwrap_or_default();
            let hangs = ["to", "on", "of", "from", "in", "with", "for", "by", "at", "as", "via", "and", "under", "between"].contains(&last);
            let broken =
                text.contains(['{', '}', '[', ']', '|']) || text.contains("  ") || text.contains("()") || text.ends_with([':', ',']);
            assert!(!hangs && !broken, "{}/{}: {text}", row.service, row.name);
        }
    }
}

#[test]
fn every_placeholder_of_the_table_is_closed_and_every_sentence_begins_with_a_verb() {
    for row in crate::catalogue::rows::all() {
        assert_eq!(row.summary.is_empty(), row.kind.is_none(), "{}", row.name);
        for sentence in row.summary.split(" || ").filter(|_| row.kind.is_some()) {
            let count = |c: char| sentence.matches(c).count();
            assert!(count('{') == count('}') && count('[') == count(']'), "{sentence}");
            assert!(sentence.starts_with(|c: char| c.is_ascii_lowercase()), "{sentence}");
        }
    }
}
