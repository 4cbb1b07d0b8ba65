//! The eyes themselves: trails, flow logs, alarms, log groups.

use super::super::actor::Who::{Person, Pipeline, Stack, Terraform};
use super::super::record::call;
use super::shape::*;
use super::{BASE, Half, Kind, say};

pub(super) const KINDS: &[Kind] = &[
    Kind {
        name: "trail-stopped",
        half: Half::Reported,
        quick: (60, 1_500),
        slow: Some((2_000, 20_000)),
        who: &[Person],
        culprit: &[
            &[call("cloudtrail", "StopLogging", r#"{"name":"$trailarn"}"#, "")],
            &[call(
                "cloudtrail",
                "PutEventSelectors",
                r#"{"trailName":"$trail","eventSelectors":[{"readWriteType":"ReadOnly","includeManagementEvents":false,"dataResources":[],"excludeManagementEventSources":[]}]}"#,
                r#"{"trailARN":"$trailarn","eventSelectors":[{"readWriteType":"ReadOnly","includeManagementEvents":false,"dataResources":[]}]}"#,
            )],
            &[call(
                "cloudtrail",
                "UpdateTrail",
                r#"{"name":"$trail","isMultiRegionTrail":false,"includeGlobalServiceEvents":false}"#,
                r#"{"name":"$trail","trailARN":"$trailarn","isMultiRegionTrail":false,"includeGlobalServiceEvents":false,"s3BucketName":"trail-logs-$account"}"#,
            )],
        ],
        undo: &[call("cloudtrail", "StartLogging", r#"{"name":"$trailarn"}"#, "")],
        harmless: &[
            call("cloudtrail", "AddTags", r#"{"resourceId":"$trailarn","tagsList":[{"key":"owner","value":"$team"}]}"#, ""),
            call(
                "s3",
                "PutBucketTagging",
                r#"{"tagging":"","bucketName":"trail-logs-$account","Tagging":{"TagSet":{"Tag":{"Key":"owner","Value":"$team"}}}}"#,
                "",
            ),
        ],
        elsewhere: false,
        words: &[
            say("AuditLogsMissing", "The audit trail delivers fewer events than usual", "no new log files for 15 minutes"),
            say("TrailDeliveryStalled", "audit events have stopped", ""),
        ],
        direct: &["trail"],
        ..BASE
    },
    Kind {
        name: "flow-logs-deleted",
        half: Half::Tuned,
        quick: (60, 1_500),
        who: &[Person, Terraform],
        culprit: &[&[call(
            "ec2",
            "DeleteFlowLogs",
            r#"{"DeleteFlowLogsRequest":{"FlowLogId":{"tag":1,"content":"$fl"}}}"#,
            r#"{"DeleteFlowLogsResponse":{"xmlns":"http://ec2.amazonaws.com/doc/2016-11-15/","requestId":"$requestid","unsuccessful":""}}"#,
        )]],
        learn: &[call(
            "ec2",
            "CreateFlowLogs",
            r#"{"CreateFlowLogsRequest":{"ResourceId":{"tag":1,"content":"$subnet"},"ResourceType":"Subnet","TrafficType":"ALL","LogGroupName":"/vpc/$svc/flow","DeliverLogsPermissionArn":"$rolearn"}}"#,
            r#"{"CreateFlowLogsResponse":{"xmlns":"http://ec2.amazonaws.com/doc/2016-11-15/","requestId":"$requestid","unsuccessful":"","flowLogIdSet":{"item":"$fl"}}}"#,
        )],
        harmless: &[
            TAG_SUBNET,
            call(
                "ec2",
                "CreateTags",
                r#"{"resourcesSet":{"items":[{"resourceId":"$fl"}]},"tagSet":{"items":[{"key":"owner","value":"$team"}]}}"#,
                OK,
            ),
        ],
        words: &[
            say("FlowRecordsAbsent", "No flow records for the network of $svc", "last record is 10 minutes old"),
            say("NetworkVisibilityLost", "traffic logs of $svc have stopped", ""),
        ],
        direct: &["fl"],
        indirect: &["subnet"],
        speaks: false,
        ..BASE
    },
    Kind {
        name: "alarm-removed",
        half: Half::Tuned,
        quick: (60, 1_500),
        slow: Some((2_400, 30_000)),
        who: &[Person, Terraform, Stack],
        culprit: &[&[SILENCE], &[call("monitoring", "DeleteAlarms", r#"{"alarmNames":["$alarm"]}"#, "")]],
        undo: &[call("monitoring", "EnableAlarmActions", r#"{"alarmNames":["$alarm"]}"#, "")],
        harmless: &[call(
            "monitoring",
            "TagResource",
            r#"{"resourceARN":"arn:aws:cloudwatch:$region:$account:alarm:$alarm","tags":[{"key":"owner","value":"$team"}]}"#,
            "",
        )],
        words: &[
            say("WatchdogSilent", "The dead man's switch of $svc no longer reports", "an alarm that should exist does not"),
            say("AlarmCoverageLow", "$svc is without a paging alarm", ""),
        ],
        direct: &["alarm"],
        ..BASE
    },
    Kind {
        name: "log-retention-or-filter",
        half: Half::Reported,
        quick: (60, 1_600),
        slow: Some((3_000, 84_000)),
        who: &[Person, Terraform, Pipeline],
        culprit: &[
            &[call("logs", "PutRetentionPolicy", r#"{"logGroupName":"$loggroup","retentionInDays":1}"#, "")],
            &[call("logs", "DeleteSubscriptionFilter", r#"{"logGroupName":"$loggroup","filterName":"to-siem"}"#, "")],
            &[call("logs", "DeleteLogGroup", r#"{"logGroupName":"$loggroup"}"#, "")],
        ],
        learn: &[call(
            "logs",
            "PutMetricFilter",
            r#"{"logGroupName":"$loggroup","filterName":"errors","filterPattern":"ERROR","metricTransformations":[{"metricName":"$svc-errors","metricNamespace":"App","metricValue":"1"}]}"#,
            "",
        )],
        harmless: &[
            call(
                "logs",
                "TagResource",
                r#"{"resourceArn":"arn:aws:logs:$region:$account:log-group:$loggroup","tags":{"owner":"$team"}}"#,
                "",
            ),
            call(
                "logs",
                "PutMetricFilter",
                r#"{"logGroupName":"$loggroup","filterName":"slow","filterPattern":"slow","metricTransformations":[{"metricName":"$svc-slow","metricNamespace":"App","metricValue":"1"}]}"#,
                "",
            ),
        ],
        words: &[
            say("LogsMissing", "Logs of $svc are missing in the search", "older lines are gone"),
            say("LogVolumeDrop", "log volume of $svc fell to zero", ""),
        ],
        direct: &["loggroup"],
        ..BASE
    },
];
