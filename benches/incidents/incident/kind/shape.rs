//! Calls that several kinds share: everyday changes, and those whose answers show what belongs to what.

use super::super::record::{Call, call};

pub(super) const OK: &str = r#"{"requestId":"$requestid","_return":true}"#;

/// A tag on a group; breaks nothing.
pub(super) const TAG_DB_GROUP: Call = call(
    "ec2",
    "CreateTags",
    r#"{"resourcesSet":{"items":[{"resourceId":"$sgdb"}]},"tagSet":{"items":[{"key":"cost-center","value":"$team"}]}}"#,
    OK,
);
pub(super) const TAG_INSTANCE: Call = call(
    "ec2",
    "CreateTags",
    r#"{"resourcesSet":{"items":[{"resourceId":"$i1"},{"resourceId":"$i2"}]},"tagSet":{"items":[{"key":"patch-group","value":"$team"}]}}"#,
    OK,
);
pub(super) const TAG_APP_GROUP: Call = call(
    "ec2",
    "CreateTags",
    r#"{"resourcesSet":{"items":[{"resourceId":"$sgapp"}]},"tagSet":{"items":[{"key":"Name","value":"$svc-app"},{"key":"owner","value":"$team"}]}}"#,
    OK,
);
pub(super) const TAG_SUBNET: Call = call(
    "ec2",
    "CreateTags",
    r#"{"resourcesSet":{"items":[{"resourceId":"$subnet"},{"resourceId":"$rtb"}]},"tagSet":{"items":[{"key":"Name","value":"$svc-private"},{"key":"service","value":"$svc"}]}}"#,
    OK,
);
pub(super) const TAG_DB: Call = call(
    "rds",
    "AddTagsToResource",
    r#"{"resourceName":"$dbarn","tags":[{"key":"owner","value":"$team"},{"key":"reviewed","value":"yes"}]}"#,
    "",
);
/// A change of the backup window; its answer shows groups, subnets and parameter group.
pub(super) const DB_BACKUP_WINDOW: Call = call(
    "rds",
    "ModifyDBInstance",
    r#"{"dBInstanceIdentifier":"$db","preferredBackupWindow":"03:10-03:40","applyImmediately":false,"allowMajorVersionUpgrade":false}"#,
    r#"{"dBInstanceIdentifier":"$db","dBInstanceClass":"db.r6g.large","engine":"postgres","dBInstanceStatus":"available","endpoint":{"address":"$dbhost","port":5432},"preferredBackupWindow":"03:10-03:40","vpcSecurityGroups":[{"vpcSecurityGroupId":"$sgdb","status":"active"}],"dBParameterGroups":[{"dBParameterGroupName":"$dbpg","parameterApplyStatus":"in-sync"}],"dBSubnetGroup":{"dBSubnetGroupName":"$dbsubnet","vpcId":"$vpc","subnets":[{"subnetIdentifier":"$subnet","subnetStatus":"Active"},{"subnetIdentifier":"$subnet2","subnetStatus":"Active"}]},"pendingModifiedValues":{},"dBInstanceArn":"$dbarn","kmsKeyId":"$keyarn","storageEncrypted":true}"#,
);
pub(super) const DB_SNAPSHOT: Call = call(
    "rds",
    "CreateDBSnapshot",
    r#"{"dBInstanceIdentifier":"$db","dBSnapshotIdentifier":"$db-manual-$n"}"#,
    r#"{"dBSnapshotIdentifier":"$db-manual-$n","dBInstanceIdentifier":"$db","status":"creating","vpcId":"$vpc"}"#,
);
/// Instances start: shows group, subnet, profile and image.
pub(super) const RUN_INSTANCES: Call = call(
    "ec2",
    "RunInstances",
    r#"{"instancesSet":{"items":[{"imageId":"$ami","minCount":1,"maxCount":1}]},"instanceType":"m6i.large","blockDeviceMapping":{},"monitoring":{"enabled":false},"subnetId":"$subnet","disableApiTermination":false,"clientToken":"$uuid","iamInstanceProfile":{"name":"$profile"},"launchTemplate":{"launchTemplateId":"$lt","version":"$rev"}}"#,
    r#"{"requestId":"$requestid","reservationId":"r-0$hex","ownerId":"$account","groupSet":{},"instancesSet":{"items":[{"instanceId":"$i1","imageId":"$ami","instanceState":{"code":0,"name":"pending"},"instanceType":"m6i.large","placement":{"availabilityZone":"$az","tenancy":"default"},"subnetId":"$subnet","vpcId":"$vpc","privateIpAddress":"10.0.1.$host","groupSet":{"items":[{"groupId":"$sgapp","groupName":"$group-app"}]},"tagSet":{"items":[{"key":"aws:autoscaling:groupName","value":"$asg"},{"key":"Name","value":"$svc"}]}}]}}"#,
);
pub(super) const REGISTER_TARGETS: Call = call(
    "elasticloadbalancing",
    "RegisterTargets",
    r#"{"targetGroupArn":"$tgarn","targets":[{"id":"$i1","port":8080},{"id":"$i2","port":8080}]}"#,
    "",
);
pub(super) const TAG_LB: Call =
    call("elasticloadbalancing", "AddTags", r#"{"resourceArns":["$lbarn","$tgarn"],"tags":[{"key":"owner","value":"$team"}]}"#, "");
/// An everyday change of a target group; its answer shows the load balancer.
pub(super) const TG_DELAY: Call = call(
    "elasticloadbalancing",
    "ModifyTargetGroup",
    r#"{"targetGroupArn":"$tgarn","healthCheckIntervalSeconds":15}"#,
    r#"{"targetGroups":[{"targetGroupArn":"$tgarn","targetGroupName":"$tg","protocol":"HTTP","port":8080,"vpcId":"$vpc","healthCheckPath":"/healthz","healthCheckIntervalSeconds":15,"loadBalancerArns":["$lbarn"],"targetType":"instance"}]}"#,
);
pub(super) const CREATE_ECS_SERVICE: Call = call(
    "ecs",
    "UpdateService",
    r#"{"cluster":"$cluster","service":"$ecs","enableExecuteCommand":true}"#,
    r#"{"service":{"serviceArn":"$ecsarn","serviceName":"$ecs","clusterArn":"$clusterarn","loadBalancers":[{"targetGroupArn":"$tgarn","containerName":"$svc","containerPort":8080}],"status":"ACTIVE","desiredCount":4,"runningCount":4,"taskDefinition":"$tdarn:$rev","networkConfiguration":{"awsvpcConfiguration":{"subnets":["$subnet","$subnet2"],"securityGroups":["$sgapp"],"assignPublicIp":"DISABLED"}}}}"#,
);
pub(super) const TAG_FUNCTION: Call = call("lambda", "TagResource20170331v2", r#"{"resource":"$fnarn","tags":{"owner":"$team"}}"#, "");
/// A new description; the answer shows role, network and key.
pub(super) const FN_DESCRIPTION: Call = call(
    "lambda",
    "UpdateFunctionConfiguration20150331v2",
    r#"{"functionName":"$fn","description":"$svc background worker"}"#,
    r#"{"functionName":"$fn","functionArn":"$fnarn","runtime":"python3.12","role":"$rolearn","handler":"main.handler","description":"$svc background worker","timeout":30,"memorySize":512,"version":"$LATEST","kMSKeyArn":"$keyarn","vpcConfig":{"subnetIds":["$subnet"],"securityGroupIds":["$sgapp"],"vpcId":"$vpc"},"lastUpdateStatus":"InProgress"}"#,
);
pub(super) const TAG_ROLE: Call = call("iam", "TagRole", r#"{"roleName":"$role","tags":[{"key":"owner","value":"$team"}]}"#, "");
pub(super) const TAG_KEY: Call = call("kms", "TagResource", r#"{"keyId":"$keyarn","tags":[{"tagKey":"owner","tagValue":"$team"}]}"#, "");
pub(super) const TAG_QUEUE: Call = call("sqs", "TagQueue", r#"{"queueUrl":"$queueurl","tags":{"owner":"$team"}}"#, "");
pub(super) const TAG_BUCKET: Call = call(
    "s3",
    "PutBucketTagging",
    r#"{"tagging":"","bucketName":"$bucket","Tagging":{"xmlns":"http://s3.amazonaws.com/doc/2006-03-01/","TagSet":{"Tag":{"Key":"owner","Value":"$team"}}}}"#,
    "",
);
pub(super) const TAG_TABLE: Call =
    call("dynamodb", "TagResource", r#"{"resourceArn":"$tablearn","tags":[{"key":"owner","value":"$team"}]}"#, "");
pub(super) const REBOOT_INSTANCES: Call =
    call("ec2", "RebootInstances", r#"{"instancesSet":{"items":[{"instanceId":"$i1"},{"instanceId":"$i2"}]}}"#, OK);
pub(super) const RESTART_SERVICE: Call = call(
    "ecs",
    "UpdateService",
    r#"{"cluster":"$cluster","service":"$ecs","forceNewDeployment":true}"#,
    r#"{"service":{"serviceArn":"$ecsarn","serviceName":"$ecs","clusterArn":"$clusterarn","status":"ACTIVE","desiredCount":4,"taskDefinition":"$tdarn:$rev"}}"#,
);
pub(super) const REBOOT_DB: Call = call(
    "rds",
    "RebootDBInstance",
    r#"{"dBInstanceIdentifier":"$db","forceFailover":false}"#,
    r#"{"dBInstanceIdentifier":"$db","dBInstanceStatus":"rebooting","dBInstanceArn":"$dbarn"}"#,
);
pub(super) const SCALE_OUT: Call =
    call("autoscaling", "SetDesiredCapacity", r#"{"autoScalingGroupName":"$asg","desiredCapacity":8,"honorCooldown":false}"#, "");
pub(super) const SILENCE: Call = call("monitoring", "DisableAlarmActions", r#"{"alarmNames":["$alarm"]}"#, "");
