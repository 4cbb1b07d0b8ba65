//! Where data lives: databases, caches, tables, buckets, file systems.

use super::super::actor::Who::{Person, Pipeline, Service, Stack, Terraform};
use super::super::record::call;
use super::shape::*;
use super::{BASE, Half, Kind, say};

pub(super) const KINDS: &[Kind] = &[
    Kind {
        name: "rds-modified",
        half: Half::Tuned,
        quick: (30, 900),
        who: &[Person, Terraform],
        culprit: &[
            &[call(
                "rds",
                "ModifyDBInstance",
                r#"{"dBInstanceIdentifier":"$db","dBInstanceClass":"db.t4g.micro","applyImmediately":true,"allowMajorVersionUpgrade":false}"#,
                r#"{"dBInstanceIdentifier":"$db","dBInstanceClass":"db.r6g.large","engine":"postgres","dBInstanceStatus":"available","pendingModifiedValues":{"dBInstanceClass":"db.t4g.micro"},"vpcSecurityGroups":[{"vpcSecurityGroupId":"$sgdb","status":"active"}],"dBInstanceArn":"$dbarn"}"#,
            )],
            &[call(
                "rds",
                "ModifyDBInstance",
                r#"{"dBInstanceIdentifier":"$db","vpcSecurityGroupIds":["$sglb"],"applyImmediately":true,"allowMajorVersionUpgrade":false}"#,
                r#"{"dBInstanceIdentifier":"$db","dBInstanceClass":"db.r6g.large","engine":"postgres","dBInstanceStatus":"available","vpcSecurityGroups":[{"vpcSecurityGroupId":"$sgdb","status":"removing"},{"vpcSecurityGroupId":"$sglb","status":"adding"}],"dBInstanceArn":"$dbarn"}"#,
            )],
            &[call(
                "rds",
                "ModifyDBInstance",
                r#"{"dBInstanceIdentifier":"$db","engineVersion":"16.4","allowMajorVersionUpgrade":true,"applyImmediately":true}"#,
                r#"{"dBInstanceIdentifier":"$db","engine":"postgres","engineVersion":"14.12","dBInstanceStatus":"available","pendingModifiedValues":{"engineVersion":"16.4"},"dBInstanceArn":"$dbarn"}"#,
            )],
        ],
        learn: &[call(
            "ecs",
            "RegisterTaskDefinition",
            r#"{"family":"$td","containerDefinitions":[{"name":"$svc","image":"$image:$n","environment":[{"name":"DB_HOST","value":"$dbhost"}]}]}"#,
            r#"{"taskDefinition":{"taskDefinitionArn":"$tdarn:$rev","family":"$td","revision":$rev}}"#,
        )],
        harmless: &[TAG_DB, DB_BACKUP_WINDOW, DB_SNAPSHOT, TAG_DB_GROUP],
        after: &[(Person, REBOOT_DB), (Person, RESTART_SERVICE)],
        words: &[
            say("DatabaseSlow", "Queries of $svc take ten times as long", "DB load above the number of vCPUs"),
            say("ConnectionErrors", "$svc loses its database connections", "server closed the connection unexpectedly"),
        ],
        direct: &["db", "dbarn"],
        parent: &["dbhost"],
        indirect: &["td"],
        ..BASE
    },
    Kind {
        name: "rds-gone",
        half: Half::Reported,
        quick: (15, 300),
        who: &[Person, Terraform, Stack],
        culprit: &[
            &[call(
                "rds",
                "StopDBInstance",
                r#"{"dBInstanceIdentifier":"$db"}"#,
                r#"{"dBInstanceIdentifier":"$db","dBInstanceStatus":"stopping","dBInstanceArn":"$dbarn","endpoint":{"address":"$dbhost","port":5432}}"#,
            )],
            &[call(
                "rds",
                "DeleteDBInstance",
                r#"{"dBInstanceIdentifier":"$db","skipFinalSnapshot":false,"finalDBSnapshotIdentifier":"$db-final","deleteAutomatedBackups":true}"#,
                r#"{"dBInstanceIdentifier":"$db","dBInstanceClass":"db.r6g.large","engine":"postgres","dBInstanceStatus":"deleting","endpoint":{"address":"$dbhost","port":5432},"dBInstanceArn":"$dbarn","vpcSecurityGroups":[{"vpcSecurityGroupId":"$sgdb","status":"active"}]}"#,
            )],
            &[call(
                "rds",
                "RebootDBInstance",
                r#"{"dBInstanceIdentifier":"$db","forceFailover":true}"#,
                r#"{"dBInstanceIdentifier":"$db","dBInstanceStatus":"rebooting","dBInstanceArn":"$dbarn"}"#,
            )],
        ],
        learn: &[
            DB_BACKUP_WINDOW,
            call(
                "secretsmanager",
                "TagResource",
                r#"{"secretId":"$secret","tags":[{"key":"database","value":"$db"},{"key":"service","value":"$svc"}]}"#,
                "",
            ),
        ],
        harmless: &[TAG_DB, DB_BACKUP_WINDOW, DB_SNAPSHOT],
        after: &[
            (
                Person,
                call(
                    "rds",
                    "StartDBInstance",
                    r#"{"dBInstanceIdentifier":"$db"}"#,
                    r#"{"dBInstanceIdentifier":"$db","dBInstanceStatus":"starting"}"#,
                ),
            ),
            (Person, RESTART_SERVICE),
        ],
        words: &[
            say("DatabaseDown", "$svc: connection refused by the database", "DatabaseConnections is 0"),
            say("PrimaryNotReachable", "the primary of $svc does not answer", ""),
        ],
        direct: &["db"],
        parent: &["dbhost"],
        indirect: &["secret"],
        ..BASE
    },
    Kind {
        name: "db-parameter-group",
        half: Half::Reported,
        quick: (120, 1_500),
        slow: Some((2_400, 86_000)),
        culprit: &[
            &[call(
                "rds",
                "ModifyDBParameterGroup",
                r#"{"dBParameterGroupName":"$dbpg","parameters":[{"parameterName":"max_connections","parameterValue":"20","applyMethod":"pending-reboot","isModifiable":true}]}"#,
                r#"{"dBParameterGroupName":"$dbpg"}"#,
            )],
            &[call(
                "rds",
                "ModifyDBParameterGroup",
                r#"{"dBParameterGroupName":"$dbpg","parameters":[{"parameterName":"shared_buffers","parameterValue":"16384","applyMethod":"pending-reboot"},{"parameterName":"work_mem","parameterValue":"64","applyMethod":"immediate"}]}"#,
                r#"{"dBParameterGroupName":"$dbpg"}"#,
            )],
        ],
        learn: &[DB_BACKUP_WINDOW],
        harmless: &[TAG_DB, DB_SNAPSHOT, DB_BACKUP_WINDOW],
        after: &[(Person, REBOOT_DB), (Person, RESTART_SERVICE)],
        words: &[
            say("TooManyConnections", "$svc: FATAL: sorry, too many clients already", "since the nightly maintenance"),
            say("DatabaseLatency", "query latency of $svc went up after maintenance", ""),
        ],
        direct: &["dbpg"],
        indirect: &["db"],
        ..BASE
    },
    Kind {
        name: "table-capacity-cut",
        half: Half::Tuned,
        quick: (30, 900),
        slow: Some((2_400, 18_000)),
        culprit: &[
            &[call(
                "dynamodb",
                "UpdateTable",
                r#"{"tableName":"$table","billingMode":"PROVISIONED","provisionedThroughput":{"readCapacityUnits":5,"writeCapacityUnits":5}}"#,
                r#"{"tableDescription":{"tableName":"$table","tableStatus":"UPDATING","tableArn":"$tablearn","provisionedThroughput":{"readCapacityUnits":400,"writeCapacityUnits":200}}}"#,
            )],
            &[call(
                "application-autoscaling",
                "RegisterScalableTarget",
                r#"{"serviceNamespace":"dynamodb","resourceId":"table/$table","scalableDimension":"dynamodb:table:ReadCapacityUnits","minCapacity":1,"maxCapacity":5}"#,
                "",
            )],
        ],
        undo: &[call(
            "dynamodb",
            "UpdateTable",
            r#"{"tableName":"$table","billingMode":"PAY_PER_REQUEST"}"#,
            r#"{"tableDescription":{"tableName":"$table","tableStatus":"UPDATING","tableArn":"$tablearn"}}"#,
        )],
        learn: &[call(
            "lambda",
            "CreateEventSourceMapping20150331",
            r#"{"eventSourceArn":"$tablearn/stream/2026-01-01T00:00:00.000","functionName":"$fn","startingPosition":"LATEST"}"#,
            r#"{"uUID":"$esm","functionArn":"$fnarn","eventSourceArn":"$tablearn/stream/2026-01-01T00:00:00.000"}"#,
        )],
        harmless: &[
            TAG_TABLE,
            call(
                "dynamodb",
                "UpdateContinuousBackups",
                r#"{"tableName":"$table","pointInTimeRecoverySpecification":{"pointInTimeRecoveryEnabled":true}}"#,
                r#"{"continuousBackupsDescription":{"continuousBackupsStatus":"ENABLED"}}"#,
            ),
        ],
        words: &[
            say("ThrottledRequests", "$svc: ProvisionedThroughputExceededException", "reads and writes are throttled"),
            say("WriteThrottleEvents", "the table of $svc rejects requests", ""),
        ],
        direct: &["table"],
        indirect: &["fn"],
        ..BASE
    },
    Kind {
        name: "cache-modified",
        half: Half::Reported,
        quick: (40, 900),
        culprit: &[
            &[call(
                "elasticache",
                "ModifyReplicationGroup",
                r#"{"replicationGroupId":"$cache","cacheNodeType":"cache.t4g.micro","applyImmediately":true}"#,
                r#"{"replicationGroupId":"$cache","status":"modifying","memberClusters":["$cachecluster"],"pendingModifiedValues":{}}"#,
            )],
            &[call(
                "elasticache",
                "RebootCacheCluster",
                r#"{"cacheClusterId":"$cachecluster","cacheNodeIdsToReboot":["0001"]}"#,
                r#"{"cacheClusterId":"$cachecluster","cacheClusterStatus":"rebooting cache cluster nodes","replicationGroupId":"$cache"}"#,
            )],
            &[call(
                "elasticache",
                "ModifyReplicationGroup",
                r#"{"replicationGroupId":"$cache","transitEncryptionEnabled":true,"transitEncryptionMode":"required","applyImmediately":true}"#,
                r#"{"replicationGroupId":"$cache","status":"modifying","memberClusters":["$cachecluster"]}"#,
            )],
        ],
        learn: &[call(
            "elasticache",
            "ModifyReplicationGroup",
            r#"{"replicationGroupId":"$cache","snapshotWindow":"02:00-03:00","applyImmediately":false}"#,
            r#"{"replicationGroupId":"$cache","memberClusters":["$cachecluster"],"status":"available"}"#,
        )],
        harmless: &[
            call(
                "elasticache",
                "AddTagsToResource",
                r#"{"resourceName":"arn:aws:elasticache:$region:$account:replicationgroup:$cache","tags":[{"key":"owner","value":"$team"}]}"#,
                r#"{"tagList":[{"key":"owner","value":"$team"}]}"#,
            ),
            call(
                "elasticache",
                "ModifyReplicationGroup",
                r#"{"replicationGroupId":"$cache","snapshotRetentionLimit":7,"applyImmediately":false}"#,
                r#"{"replicationGroupId":"$cache","memberClusters":["$cachecluster"],"status":"available"}"#,
            ),
        ],
        after: &[(Person, RESTART_SERVICE)],
        words: &[
            say("RedisConnectionErrors", "$svc loses its Redis connections", "connection reset by peer"),
            say("CacheHitRateLow", "cache of $svc evicts everything, database load rises", ""),
        ],
        direct: &["cache"],
        parent: &["cachecluster"],
        ..BASE
    },
    Kind {
        name: "bucket-closed",
        half: Half::Tuned,
        quick: (10, 600),
        who: &[Person, Terraform],
        culprit: &[
            &[call(
                "s3",
                "PutBucketPolicy",
                r#"{"bucketName":"$bucket","policy":"","bucketPolicy":{"Version":"2012-10-17","Statement":[{"Sid":"OnlyOffice","Effect":"Deny","Principal":"*","Action":"s3:*","Resource":["arn:aws:s3:::$bucket","arn:aws:s3:::$bucket/*"],"Condition":{"NotIpAddress":{"aws:SourceIp":"$ip/32"}}}]}}"#,
                "",
            )],
            &[call("s3", "DeleteBucketPolicy", r#"{"bucketName":"$bucket","policy":""}"#, "")],
            &[call(
                "s3",
                "PutBucketPublicAccessBlock",
                r#"{"publicAccessBlock":"","bucketName":"$bucket","PublicAccessBlockConfiguration":{"xmlns":"http://s3.amazonaws.com/doc/2006-03-01/","RestrictPublicBuckets":true,"BlockPublicPolicy":true,"BlockPublicAcls":true,"IgnorePublicAcls":true}}"#,
                "",
            )],
        ],
        learn: &[call(
            "s3",
            "PutBucketNotification",
            r#"{"notification":"","bucketName":"$bucket","NotificationConfiguration":{"CloudFunctionConfiguration":{"CloudFunction":"$fnarn","Event":"s3:ObjectCreated:*"}}}"#,
            "",
        )],
        harmless: &[
            TAG_BUCKET,
            call(
                "s3",
                "PutBucketVersioning",
                r#"{"versioning":"","bucketName":"$bucket","VersioningConfiguration":{"xmlns":"http://s3.amazonaws.com/doc/2006-03-01/","Status":"Enabled"}}"#,
                "",
            ),
        ],
        words: &[
            say("ObjectStoreForbidden", "$svc gets 403 from S3", "Access Denied on GetObject"),
            say("UploadFailures", "uploads to $svc fail", "AccessDenied"),
        ],
        direct: &["bucket"],
        indirect: &["fn"],
        ..BASE
    },
    Kind {
        name: "bucket-lifecycle",
        half: Half::Reported,
        quick: (600, 1_700),
        slow: Some((3_600, 84_000)),
        culprit: &[&[call(
            "s3",
            "PutBucketLifecycle",
            r#"{"lifecycle":"","bucketName":"$bucket","LifecycleConfiguration":{"xmlns":"http://s3.amazonaws.com/doc/2006-03-01/","Rule":{"Status":"Enabled","Filter":{"Prefix":""},"Expiration":{"Days":1},"ID":"cleanup"}}}"#,
            "",
        )]],
        undo: &[call("s3", "DeleteBucketLifecycle", r#"{"bucketName":"$bucket","lifecycle":""}"#, "")],
        harmless: &[
            TAG_BUCKET,
            call(
                "s3",
                "PutBucketLogging",
                r#"{"logging":"","bucketName":"$bucket","BucketLoggingStatus":{"xmlns":"http://s3.amazonaws.com/doc/2006-03-01/","LoggingEnabled":{"TargetBucket":"access-logs-$account","TargetPrefix":"$svc/"}}}"#,
                "",
            ),
        ],
        words: &[
            say("ObjectsMissing", "Files of $svc are gone", "NoSuchKey for objects older than a day"),
            say("ObjectCountDrop", "NumberOfObjects of $svc fell by 90 %", ""),
        ],
        direct: &["bucket"],
        ..BASE
    },
    Kind {
        name: "mount-target-group",
        half: Half::Tuned,
        quick: (15, 500),
        who: &[Person, Terraform],
        culprit: &[
            &[call("elasticfilesystem", "ModifyMountTargetSecurityGroups", r#"{"mountTargetId":"$mt","securityGroups":["$sglb"]}"#, "")],
            &[call("elasticfilesystem", "DeleteMountTarget", r#"{"mountTargetId":"$mt"}"#, "")],
        ],
        learn: &[
            call(
                "elasticfilesystem",
                "CreateMountTarget",
                r#"{"fileSystemId":"$fs","subnetId":"$subnet","securityGroups":["$sgapp"]}"#,
                r#"{"mountTargetId":"$mt","fileSystemId":"$fs","subnetId":"$subnet","networkInterfaceId":"$eni","lifeCycleState":"creating","ownerId":"$account"}"#,
            ),
            call("elasticfilesystem", "TagResource", r#"{"resourceId":"$fs","tags":[{"key":"Name","value":"$svc-shared"}]}"#, ""),
        ],
        harmless: &[
            call(
                "elasticfilesystem",
                "PutLifecycleConfiguration",
                r#"{"fileSystemId":"$fs","lifecyclePolicies":[{"transitionToIA":"AFTER_30_DAYS"}]}"#,
                "",
            ),
            TAG_APP_GROUP,
        ],
        after: &[(Person, REBOOT_INSTANCES)],
        words: &[
            say("NfsStalled", "$svc hangs on its shared files", "nfs: server not responding, timed out"),
            say("IoWaitHigh", "all workers of $svc are stuck in I/O wait", ""),
        ],
        direct: &["mt"],
        indirect: &["fs"],
        speaks: false,
        ..BASE
    },
    Kind {
        name: "search-domain-changed",
        half: Half::Reported,
        quick: (60, 1_300),
        who: &[Terraform, Person, Pipeline, Service("es.amazonaws.com")],
        culprit: &[&[call(
            "es",
            "UpdateDomainConfig",
            r#"{"domainName":"$domain","clusterConfig":{"instanceType":"t3.small.search","instanceCount":1,"zoneAwarenessEnabled":false}}"#,
            r#"{"domainConfig":{"clusterConfig":{"options":{"instanceType":"r6g.large.search","instanceCount":3},"status":{"state":"Processing"}}}}"#,
        )]],
        harmless: &[
            call("es", "AddTags", r#"{"aRN":"$domainarn","tagList":[{"key":"owner","value":"$team"}]}"#, ""),
            call("logs", "PutRetentionPolicy", r#"{"logGroupName":"/aws/OpenSearchService/domains/$domain","retentionInDays":30}"#, ""),
        ],
        words: &[
            say("IndexRed", "The index of $svc is red", "unassigned primary shards"),
            say("SearchTimeouts", "$svc: queries to the index time out", ""),
        ],
        direct: &["domain"],
        ..BASE
    },
];
