//! Databases, tables, caches.

use super::super::actor::Who::{Person, Stack, Terraform};
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
];
