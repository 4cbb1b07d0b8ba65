//! Messages, events and schedules.

use super::super::actor::Who::{Person, Pipeline, Stack, Terraform};
use super::super::record::call;
use super::shape::*;
use super::{BASE, Half, Kind, say};

pub(super) const KINDS: &[Kind] = &[
    Kind {
        name: "queue-attributes",
        half: Half::Tuned,
        quick: (20, 1_000),
        culprit: &[
            &[call(
                "sqs",
                "SetQueueAttributes",
                r#"{"queueUrl":"$queueurl","attributes":{"Policy":"{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Deny\",\"Principal\":\"*\",\"Action\":\"sqs:SendMessage\",\"Resource\":\"$queuearn\"}]}"}}"#,
                "",
            )],
            &[call(
                "sqs",
                "SetQueueAttributes",
                r#"{"queueUrl":"$queueurl","attributes":{"VisibilityTimeout":"1","MessageRetentionPeriod":"60"}}"#,
                "",
            )],
            &[call("sqs", "PurgeQueue", r#"{"queueUrl":"$queueurl"}"#, "")],
        ],
        learn: &[call(
            "sns",
            "Subscribe",
            r#"{"topicArn":"$topicarn","protocol":"sqs","endpoint":"$queuearn"}"#,
            r#"{"subscriptionArn":"$subarn"}"#,
        )],
        harmless: &[
            TAG_QUEUE,
            call("sqs", "SetQueueAttributes", r#"{"queueUrl":"$queueurl","attributes":{"ReceiveMessageWaitTimeSeconds":"20"}}"#, ""),
        ],
        after: &[(Person, RESTART_SERVICE)],
        words: &[
            say("MessagesLost", "Messages of $svc do not arrive", "NumberOfMessagesSent fell to 0"),
            say("QueueSilent", "nothing moves in the queue of $svc", ""),
        ],
        direct: &["queue", "queuearn"],
        indirect: &["topic", "topicarn"],
        ..BASE
    },
    Kind {
        name: "subscription-removed",
        half: Half::Reported,
        quick: (40, 1_500),
        slow: Some((2_000, 20_000)),
        who: &[Person, Terraform],
        culprit: &[
            &[call("sns", "Unsubscribe", r#"{"subscriptionArn":"$subarn"}"#, "")],
            &[call(
                "sns",
                "SetSubscriptionAttributes",
                r#"{"subscriptionArn":"$subarn","attributeName":"FilterPolicy","attributeValue":"{\"type\":[\"none\"]}"}"#,
                "",
            )],
        ],
        learn: &[
            call(
                "sns",
                "SetSubscriptionAttributes",
                r#"{"subscriptionArn":"$subarn","attributeName":"RedrivePolicy","attributeValue":"{\"deadLetterTargetArn\":\"$dlqarn\"}"}"#,
                "",
            ),
            call(
                "sns",
                "Subscribe",
                r#"{"topicArn":"$topicarn","protocol":"sqs","endpoint":"$queuearn","returnSubscriptionArn":true}"#,
                r#"{"subscriptionArn":"$subarn"}"#,
            ),
        ],
        harmless: &[call("sns", "TagResource", r#"{"resourceArn":"$topicarn","tags":[{"key":"owner","value":"$team"}]}"#, ""), TAG_QUEUE],
        words: &[
            say("NoEventsReceived", "$svc has had no events for ten minutes", "subscribers get nothing"),
            say("DownstreamSilent", "consumers of $svc are idle", ""),
        ],
        direct: &["topic", "topicarn"],
        indirect: &["queue"],
        ..BASE
    },
    Kind {
        name: "schedule-disabled",
        half: Half::Reported,
        quick: (120, 1_700),
        slow: Some((2_400, 80_000)),
        who: &[Person, Stack, Terraform],
        culprit: &[
            &[call("events", "DisableRule", r#"{"name":"$evrule"}"#, "")],
            &[call(
                "events",
                "RemoveTargets",
                r#"{"rule":"$evrule","ids":["1"],"force":false}"#,
                r#"{"failedEntryCount":0,"failedEntries":[]}"#,
            )],
            &[call(
                "events",
                "PutRule",
                r#"{"name":"$evrule","scheduleExpression":"rate(30 days)","state":"ENABLED"}"#,
                r#"{"ruleArn":"arn:aws:events:$region:$account:rule/$evrule"}"#,
            )],
        ],
        undo: &[call("events", "EnableRule", r#"{"name":"$evrule"}"#, "")],
        learn: &[call(
            "events",
            "PutTargets",
            r#"{"rule":"$evrule","targets":[{"id":"2","arn":"$fnarn"}]}"#,
            r#"{"failedEntryCount":0,"failedEntries":[]}"#,
        )],
        harmless: &[
            call(
                "events",
                "TagResource",
                r#"{"resourceARN":"arn:aws:events:$region:$account:rule/$evrule","tags":[{"key":"owner","value":"$team"}]}"#,
                "",
            ),
            TAG_FUNCTION,
        ],
        words: &[
            say("ScheduledJobMissed", "The scheduled job of $svc has not run", "last success is too long ago"),
            say("HeartbeatMissing", "no invocations of the job of $svc", ""),
        ],
        direct: &["evrule"],
        indirect: &["fn"],
        ..BASE
    },
    Kind {
        name: "event-source-disabled",
        half: Half::Tuned,
        quick: (60, 1_400),
        slow: Some((2_000, 18_000)),
        culprit: &[
            &[call(
                "lambda",
                "UpdateEventSourceMapping20150331",
                r#"{"uUID":"$esm","enabled":false}"#,
                r#"{"uUID":"$esm","eventSourceArn":"$queuearn","functionArn":"$fnarn","state":"Disabling","batchSize":10}"#,
            )],
            &[call(
                "lambda",
                "DeleteEventSourceMapping20150331",
                r#"{"uUID":"$esm"}"#,
                r#"{"uUID":"$esm","eventSourceArn":"$queuearn","functionArn":"$fnarn","state":"Deleting"}"#,
            )],
        ],
        undo: &[call(
            "lambda",
            "UpdateEventSourceMapping20150331",
            r#"{"uUID":"$esm","enabled":true}"#,
            r#"{"uUID":"$esm","eventSourceArn":"$queuearn","functionArn":"$fnarn","state":"Enabling"}"#,
        )],
        learn: &[call(
            "sqs",
            "SetQueueAttributes",
            r#"{"queueUrl":"$queueurl","attributes":{"RedrivePolicy":"{\"deadLetterTargetArn\":\"$dlqarn\",\"maxReceiveCount\":5}"}}"#,
            "",
        )],
        harmless: &[TAG_QUEUE, TAG_FUNCTION, FN_DESCRIPTION],
        after: &[(
            Person,
            call(
                "lambda",
                "UpdateFunctionConfiguration20150331v2",
                r#"{"functionName":"$fn","timeout":60}"#,
                r#"{"functionName":"$fn","functionArn":"$fnarn","timeout":60}"#,
            ),
        )],
        words: &[
            say("QueueAgeHigh", "Work piles up in front of $svc", "ApproximateAgeOfOldestMessage above 15 minutes"),
            say("BacklogGrowing", "$svc does not consume its messages", ""),
        ],
        direct: &["esm"],
        parent: &["queue", "fn"],
        indirect: &["dlq"],
        ..BASE
    },
    Kind {
        name: "stream-shards-cut",
        half: Half::Reported,
        quick: (60, 1_200),
        who: &[Person, Pipeline, Terraform],
        culprit: &[
            &[call(
                "kinesis",
                "UpdateShardCount",
                r#"{"streamName":"$stream","targetShardCount":1,"scalingType":"UNIFORM_SCALING"}"#,
                r#"{"streamName":"$stream","currentShardCount":8,"targetShardCount":1}"#,
            )],
            &[call("kinesis", "DecreaseStreamRetentionPeriod", r#"{"streamName":"$stream","retentionPeriodHours":24}"#, "")],
        ],
        undo: &[call(
            "kinesis",
            "UpdateShardCount",
            r#"{"streamName":"$stream","targetShardCount":8,"scalingType":"UNIFORM_SCALING"}"#,
            r#"{"streamName":"$stream","currentShardCount":1,"targetShardCount":8}"#,
        )],
        learn: &[call(
            "lambda",
            "CreateEventSourceMapping20150331",
            r#"{"eventSourceArn":"$streamarn","functionName":"$fn","startingPosition":"LATEST"}"#,
            r#"{"uUID":"$esm","eventSourceArn":"$streamarn","functionArn":"$fnarn","state":"Creating"}"#,
        )],
        harmless: &[call("kinesis", "AddTagsToStream", r#"{"streamName":"$stream","tags":{"owner":"$team"}}"#, ""), TAG_FUNCTION],
        words: &[
            say("StreamWriteThrottled", "Producers of $svc are throttled or data is missing", "WriteProvisionedThroughputExceeded"),
            say("IteratorAgeHigh", "$svc reads its stream late or not at all", ""),
        ],
        direct: &["stream"],
        indirect: &["fn"],
        ..BASE
    },
];
