//! The routines that noise is made of, as rows.

use super::actor::Who;
use super::record::{Call, call};

/// A short routine: calls in this order, seconds apart, by one caller.
pub(super) struct Routine {
    /// How often, relative to the others.
    pub(super) weight: i64,
    /// Who does it.
    pub(super) who: Who,
    /// Whether the victim has it too: only what cannot break anything.
    pub(super) anywhere: bool,
    /// The calls.
    pub(super) calls: &'static [Call],
}

const SCALING: Who = Who::Service("autoscaling.amazonaws.com");
const NEW_INTERFACE: Call = call(
    "ec2",
    "CreateNetworkInterface",
    r#"{"subnetId":"$subnet","description":"AWS Lambda VPC ENI-$fn-$uuid","groupSet":{"items":[{"groupId":"$sgapp"}]},"privateIpAddressesSet":{}}"#,
    r#"{"requestId":"$requestid","networkInterface":{"networkInterfaceId":"eni-0$hex","subnetId":"$subnet","vpcId":"$vpc","availabilityZone":"$az","status":"pending","groupSet":{"items":[{"groupId":"$sgapp"}]}}}"#,
);
const DROP_INTERFACE: Call =
    call("ec2", "DeleteNetworkInterface", r#"{"networkInterfaceId":"eni-0$hex"}"#, r#"{"requestId":"$requestid","_return":true}"#);

/// Writes, and data events.
pub(super) const ROUTINES: &[Routine] = &[
    Routine {
        weight: 22,
        who: Who::Node,
        anywhere: true,
        calls: &[call(
            "ssm",
            "UpdateInstanceInformation",
            r#"{"instanceId":"i-0$hex","agentVersion":"3.3.551.0","platformType":"Linux","agentName":"amazon-ssm-agent"}"#,
            "",
        )],
    },
    Routine {
        weight: 4,
        who: Who::Node,
        anywhere: true,
        calls: &[
            call(
                "ssm",
                "UpdateInstanceAssociationStatus",
                r#"{"associationId":"$uuid","instanceId":"i-0$hex","executionResult":{"status":"Success","executionDate":"$now"}}"#,
                "",
            ),
            call("ssm", "PutInventory", r#"{"instanceId":"i-0$hex","items":[{"typeName":"AWS:Application","schemaVersion":"1.1"}]}"#, ""),
        ],
    },
    Routine {
        weight: 16,
        who: Who::Node,
        anywhere: true,
        calls: &[call("logs", "CreateLogStream", r#"{"logGroupName":"/aws/lambda/$fn","logStreamName":"2026/03/02/[$LATEST]$hex"}"#, "")],
    },
    Routine { weight: 6, who: Who::Service("ecs.amazonaws.com"), anywhere: true, calls: &[NEW_INTERFACE] },
    Routine { weight: 6, who: Who::Service("lambda.amazonaws.com"), anywhere: true, calls: &[NEW_INTERFACE, DROP_INTERFACE] },
    Routine {
        weight: 5,
        who: Who::Service("rds.amazonaws.com"),
        anywhere: true,
        calls: &[
            call(
                "kms",
                "CreateGrant",
                r#"{"keyId":"$keyarn","granteePrincipal":"rds.$region.amazonaws.com","operations":["Decrypt","CreateGrant","RetireGrant"],"constraints":{"encryptionContextSubset":{"aws:rds:db-id":"db-$hex"}}}"#,
                r#"{"grantId":"$hex$hex","keyId":"$keyarn"}"#,
            ),
            call("kms", "RetireGrant", r#"{"keyId":"$keyarn","grantId":"$hex$hex"}"#, ""),
        ],
    },
    Routine {
        weight: 6,
        who: Who::Terraform,
        anywhere: true,
        calls: &[call(
            "ec2",
            "CreateTags",
            r#"{"resourcesSet":{"items":[{"resourceId":"vol-0$hex"},{"resourceId":"vol-0$hex"}]},"tagSet":{"items":[{"key":"managed-by","value":"terraform"},{"key":"service","value":"$svc"}]}}"#,
            r#"{"requestId":"$requestid","_return":true}"#,
        )],
    },
    Routine {
        weight: 10,
        who: Who::Node,
        anywhere: true,
        calls: &[call("s3", "PutObject", r#"{"bucketName":"$bucket","key":"exports/$hex.parquet"}"#, r#"{"x-amz-request-id":"$hex"}"#)],
    },
    Routine {
        weight: 3,
        who: Who::Service("backup.amazonaws.com"),
        anywhere: true,
        calls: &[
            call(
                "ec2",
                "CreateSnapshot",
                r#"{"volumeId":"$vol","description":"This snapshot is created by the AWS Backup service."}"#,
                r#"{"requestId":"$requestid","snapshotId":"snap-0$hex","volumeId":"$vol","status":"pending"}"#,
            ),
            call("ec2", "DeleteSnapshot", r#"{"snapshotId":"snap-0$hex"}"#, r#"{"requestId":"$requestid","_return":true}"#),
        ],
    },
    Routine {
        weight: 5,
        who: SCALING,
        anywhere: false,
        calls: &[
            call(
                "ec2",
                "RunInstances",
                r#"{"instancesSet":{"items":[{"minCount":1,"maxCount":1}]},"subnetId":"$subnet","launchTemplate":{"launchTemplateId":"$lt","version":"$rev"},"clientToken":"fleet-$uuid"}"#,
                r#"{"requestId":"$requestid","reservationId":"r-0$hex","ownerId":"$account","groupSet":{},"instancesSet":{"items":[{"instanceId":"i-0$hex","instanceState":{"code":0,"name":"pending"},"subnetId":"$subnet","vpcId":"$vpc","groupSet":{"items":[{"groupId":"$sgapp"}]}}]}}"#,
            ),
            call("elasticloadbalancing", "RegisterTargets", r#"{"targetGroupArn":"$tgarn","targets":[{"id":"i-0$hex"}]}"#, ""),
        ],
    },
    Routine {
        weight: 3,
        who: SCALING,
        anywhere: false,
        calls: &[
            call("elasticloadbalancing", "DeregisterTargets", r#"{"targetGroupArn":"$tgarn","targets":[{"id":"i-0$hex"}]}"#, ""),
            call(
                "ec2",
                "TerminateInstances",
                r#"{"instancesSet":{"items":[{"instanceId":"i-0$hex"}]}}"#,
                r#"{"requestId":"$requestid","instancesSet":{"items":[{"instanceId":"i-0$hex","currentState":{"code":32,"name":"shutting-down"},"previousState":{"code":16,"name":"running"}}]}}"#,
            ),
        ],
    },
    Routine {
        weight: 4,
        who: Who::Pipeline,
        anywhere: false,
        calls: &[
            call(
                "ecs",
                "RegisterTaskDefinition",
                r#"{"family":"$td","containerDefinitions":[{"name":"$svc","image":"$image:$n","essential":true}],"networkMode":"awsvpc","cpu":"512","memory":"1024"}"#,
                r#"{"taskDefinition":{"taskDefinitionArn":"$tdarn:$nextrev","family":"$td","revision":$nextrev,"status":"ACTIVE"}}"#,
            ),
            call(
                "ecs",
                "UpdateService",
                r#"{"cluster":"$cluster","service":"$ecs","taskDefinition":"$td:$nextrev"}"#,
                r#"{"service":{"serviceArn":"$ecsarn","serviceName":"$ecs","clusterArn":"$clusterarn","status":"ACTIVE","desiredCount":3,"taskDefinition":"$tdarn:$nextrev"}}"#,
            ),
        ],
    },
    Routine {
        weight: 3,
        who: Who::Pipeline,
        anywhere: false,
        calls: &[
            call(
                "lambda",
                "UpdateFunctionCode20150331v2",
                r#"{"functionName":"$fn","s3Bucket":"artifacts-$account","s3Key":"$fn/$hex.zip","publish":true,"dryRun":false}"#,
                r#"{"functionName":"$fn","functionArn":"$fnarn","runtime":"python3.12","role":"$rolearn","timeout":30,"memorySize":512,"version":"$n","lastUpdateStatus":"InProgress"}"#,
            ),
            call(
                "lambda",
                "UpdateAlias20150331",
                r#"{"functionName":"$fn","name":"live","functionVersion":"$n"}"#,
                r#"{"aliasArn":"$fnarn:live","name":"live","functionVersion":"$n"}"#,
            ),
        ],
    },
    Routine {
        weight: 4,
        who: Who::Pipeline,
        anywhere: true,
        calls: &[
            call("ecr", "InitiateLayerUpload", r#"{"repositoryName":"$svc","registryId":"$account"}"#, r#"{"uploadId":"$uuid"}"#),
            call("ecr", "CompleteLayerUpload", r#"{"repositoryName":"$svc","uploadId":"$uuid","layerDigests":["sha256:$hex"]}"#, ""),
            call(
                "ecr",
                "PutImage",
                r#"{"repositoryName":"$svc","imageTag":"build-$n"}"#,
                r#"{"image":{"repositoryName":"$svc","registryId":"$account","imageId":{"imageTag":"build-$n"}}}"#,
            ),
        ],
    },
    Routine {
        weight: 3,
        who: Who::Terraform,
        anywhere: false,
        calls: &[
            call(
                "ssm",
                "PutParameter",
                r#"{"name":"$param/build","value":"HIDDEN_DUE_TO_SECURITY_REASONS","type":"String","overwrite":true}"#,
                r#"{"version":$n,"tier":"Standard"}"#,
            ),
            call("iam", "TagRole", r#"{"roleName":"$role","tags":[{"key":"service","value":"$svc"}]}"#, ""),
            call(
                "logs",
                "TagResource",
                r#"{"resourceArn":"arn:aws:logs:$region:$account:log-group:$loggroup","tags":{"service":"$svc"}}"#,
                "",
            ),
        ],
    },
    Routine {
        weight: 3,
        who: Who::Stack,
        anywhere: false,
        calls: &[
            call(
                "iam",
                "PutRolePolicy",
                r#"{"roleName":"$role","policyName":"inline-$n","policyDocument":"{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":[\"s3:GetObject\"],\"Resource\":\"arn:aws:s3:::$bucket/*\"}]}"}"#,
                "",
            ),
            call("logs", "PutRetentionPolicy", r#"{"logGroupName":"$fnlogs","retentionInDays":30}"#, ""),
        ],
    },
    Routine {
        weight: 2,
        who: Who::Person,
        anywhere: false,
        calls: &[call(
            "monitoring",
            "PutMetricAlarm",
            r#"{"alarmName":"$alarm-$n","metricName":"CPUUtilization","namespace":"AWS/EC2","threshold":80.0,"comparisonOperator":"GreaterThanThreshold","evaluationPeriods":3,"period":300}"#,
            "",
        )],
    },
    Routine {
        weight: 2,
        who: Who::Person,
        anywhere: false,
        calls: &[
            call(
                "ec2",
                "CreateSecurityGroup",
                r#"{"groupName":"sandbox-$n","groupDescription":"trying out","vpcId":"$vpc"}"#,
                r#"{"requestId":"$requestid","_return":true,"groupId":"sg-0$hex"}"#,
            ),
            call(
                "ec2",
                "AuthorizeSecurityGroupIngress",
                r#"{"groupId":"sg-0$hex","ipPermissions":{},"ipProtocol":"tcp","fromPort":8443,"toPort":8443,"cidrIp":"$ip/32"}"#,
                r#"{"requestId":"$requestid","_return":true}"#,
            ),
        ],
    },
    Routine { weight: 2, who: Who::Person, anywhere: true, calls: &[call("signin", "ConsoleLogin", "", r#"{"ConsoleLogin":"Success"}"#)] },
    Routine {
        weight: 2,
        who: Who::Person,
        anywhere: true,
        calls: &[call(
            "athena",
            "StartQueryExecution",
            r#"{"queryString":"***OMITTED***","workGroup":"primary"}"#,
            r#"{"queryExecutionId":"$uuid"}"#,
        )],
    },
    Routine {
        weight: 2,
        who: Who::Person,
        anywhere: true,
        calls: &[call(
            "cloudwatch",
            "PutDashboard",
            r#"{"dashboardName":"$team-overview","dashboardBody":"{\"widgets\":[]}"}"#,
            r#"{"dashboardValidationMessages":[]}"#,
        )],
    },
    Routine {
        weight: 2,
        who: Who::Service("config.amazonaws.com"),
        anywhere: true,
        calls: &[call(
            "config",
            "PutEvaluations",
            r#"{"testMode":false,"evaluations":[{"complianceResourceType":"AWS::EC2::Volume","complianceResourceId":"vol-0$hex","complianceType":"COMPLIANT"}]}"#,
            r#"{"failedEvaluations":[]}"#,
        )],
    },
    Routine {
        weight: 1,
        who: Who::Person,
        anywhere: false,
        calls: &[call(
            "ec2",
            "StopInstances",
            r#"{"instancesSet":{"items":[{"instanceId":"i-0$hex"}]},"force":false}"#,
            r#"{"requestId":"$requestid","instancesSet":{"items":[{"instanceId":"i-0$hex","currentState":{"code":64,"name":"stopping"},"previousState":{"code":16,"name":"running"}}]}}"#,
        )],
    },
    Routine {
        weight: 1,
        who: Who::Person,
        anywhere: false,
        calls: &[call(
            "rds",
            "ModifyDBInstance",
            r#"{"dBInstanceIdentifier":"$db-replica-$n","dBInstanceClass":"db.r6g.xlarge","applyImmediately":true,"allowMajorVersionUpgrade":false}"#,
            r#"{"dBInstanceIdentifier":"$db-replica-$n","dBInstanceClass":"db.r6g.large","dBInstanceStatus":"available","pendingModifiedValues":{"dBInstanceClass":"db.r6g.xlarge"}}"#,
        )],
    },
    Routine {
        weight: 1,
        who: Who::Pipeline,
        anywhere: false,
        calls: &[
            call(
                "cloudformation",
                "CreateChangeSet",
                r#"{"stackName":"$stack","changeSetName":"release-$n","changeSetType":"UPDATE"}"#,
                r#"{"id":"arn:aws:cloudformation:$region:$account:changeSet/release-$n/$uuid"}"#,
            ),
            call("cloudformation", "ExecuteChangeSet", r#"{"stackName":"$stack","changeSetName":"release-$n"}"#, ""),
        ],
    },
];

/// Reads.
pub(super) const READS: &[Routine] = &[
    Routine {
        weight: 5,
        who: Who::Node,
        anywhere: true,
        calls: &[call(
            "sts",
            "AssumeRole",
            r#"{"roleArn":"$rolearn","roleSessionName":"session-$n","durationSeconds":3600}"#,
            r#"{"assumedRoleUser":{"assumedRoleId":"AROAEXAMPLE:session-$n","arn":"arn:aws:sts::$account:assumed-role/$role/session-$n"}}"#,
        )],
    },
    Routine {
        weight: 5,
        who: Who::Person,
        anywhere: true,
        calls: &[
            call("ec2", "DescribeInstances", r#"{"maxResults":100,"instancesSet":{},"filterSet":{}}"#, ""),
            call(
                "ec2",
                "DescribeSecurityGroups",
                r#"{"securityGroupSet":{},"securityGroupIdSet":{"items":[{"groupId":"$sgdb"}]},"filterSet":{}}"#,
                "",
            ),
        ],
    },
    Routine {
        weight: 4,
        who: Who::Service("ecs.amazonaws.com"),
        anywhere: true,
        calls: &[call("elasticloadbalancing", "DescribeTargetHealth", r#"{"targetGroupArn":"$tgarn"}"#, "")],
    },
    Routine {
        weight: 4,
        who: Who::Node,
        anywhere: true,
        calls: &[
            call("kms", "Decrypt", r#"{"encryptionContext":{"SecretARN":"$secretarn"},"encryptionAlgorithm":"SYMMETRIC_DEFAULT"}"#, ""),
            call("secretsmanager", "GetSecretValue", r#"{"secretId":"$secret"}"#, ""),
        ],
    },
    Routine {
        weight: 3,
        who: Who::Person,
        anywhere: true,
        calls: &[call("rds", "DescribeDBInstances", r#"{"dBInstanceIdentifier":"$db"}"#, "")],
    },
];
