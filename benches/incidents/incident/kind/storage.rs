//! Buckets, file systems, indexes.

use super::super::actor::Who::{Person, Pipeline, Service, Terraform};
use super::super::record::call;
use super::shape::*;
use super::{BASE, Half, Kind, say};

pub(super) const KINDS: &[Kind] = &[
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
