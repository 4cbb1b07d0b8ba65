//! Messages, events, schedules, workflows and mail.
//!
//! Source: CloudWatch metrics of SQS, SNS, EventBridge, Kinesis, Lambda, Step Functions and SES, and their troubleshooting guides.

use super::super::{About, Complaint, exact, kind};
use crate::catalogue::aspect::Aspect::*;

#[rustfmt::skip] // A table reads best in rows.
pub(super) const ROWS: &[Complaint] = &[
    exact("messages that cannot be delivered", &["NumberOfNotificationsFailed*", "notifications failed", "delivery fail*", "failed to deliver", "cannot deliver", "cannot be delivered", "not delivered", "undelivered", "failed to publish", "publish fail*", "FailedInvocations", "FailedToSend*", "InvocationsFailed*", "DeliveryTo*", "InvocationAttemptCount", "InvocationDroppedCount",
        "AsyncEventsDropped", "DestinationDeliveryFailures", "sns:Publish", "sqs:SendMessage", "TargetErrorCount", "unable to publish", "PutEvents fail*", "FailedPutCount"],
        &[ResourcePolicy, Delivery, Key, Queue], &[Permission, Identity, Limit, Code, PrivateLink]),
    exact("pages and alarms that reach nobody", &["no page", "no pages", "not paged", "no alert*", "alarm action*", "Failed to execute action", "pager went quiet", "alerts stopped", "no notification*", "notification* .. not", "not notified"],
        &[Delivery, Key, ResourcePolicy, Watch, Queue], &[Permission, Identity]),
    exact("messages and events that no longer arrive", &["no messages", "no message", "nothing arrives", "nothing arrived", "nothing arriving", "stopped arriving", "not arriving", "not arrive*", "never arrive*", "no longer arrive*", "not received", "not receiving", "no invocations", "zero invocations", "no longer triggered", "not triggered", "not triggering", "never triggered", "not subscribed", "NumberOfMessagesReceived",
        "NumberOfMessagesSent", "NumberOfMessagesPublished", "no events", "events stopped", "no new records", "IncomingRecords", "IncomingMessages", "MatchedEvents", "TriggeredRules", "not processed", "stopped processing", "no orders", "not flowing", "no longer run", "not running", "not picked up", "not consumed", "no new files", "pipeline is dry", "GetRecords.Records", "stopped receiving"],
        &[Delivery, Schedule, ResourcePolicy], &[Permission, Queue, Key, Identity, Workflow, Code, ObjectLife, Runtime, Limit, NameResolution, Trail]).about(About::Silence),
    kind("data that no longer arrives", &["missing datapoints", "no datapoints", "no data received", "missing data", "data missing", "stale", "not updated", "out of date", "ingest*", "no rows", "late data", "data .. late", "heartbeat", "watchdog", "deadman*", "stopped reporting", "absent"],
        &[Delivery, Schedule, Queue, Workflow, LogDelivery, Trail, Watch], &[Permission, Key, Identity, ObjectLife, InstanceState, Code]).about(About::Silence),
    exact("a queue that grows", &["ApproximateAge*", "age of oldest", "oldest message", "queue depth", "QueueDepth*", "backlog", "ApproximateNumberOfMessages*", "messages visible", "consumer lag", "ConsumerLag", "IteratorAge*", "iterator age", "MillisBehindLatest", "OffsetLag", "SumOffsetLag", "queue .. grow*", "messages .. piling", "pile up", "piling up", "queue length", "consumer*", "OldestMessage*"],
        &[Delivery, Limit, Queue, Scaling], &[Code, Runtime, Permission, Key, Schedule, Firewall, InstanceState, Identity, Database]),
    exact("messages that end in a dead-letter queue", &["dead letter*", "DeadLetter*", "DLQ", "redrive"], &[Delivery, Queue, Code, ResourcePolicy], &[Permission, Runtime, Key, Identity, Limit, Configuration, Secret]),
    exact("a missing queue or topic", &["NonExistentQueue", "QueueDoesNotExist", "queue does not exist", "topic does not exist", "NotFound: Topic", "stream .. not found", "queue .. deleted"], &[Queue], &[Existence, Configuration, ResourcePolicy]),
    exact("jobs that do not start", &["did not run", "didn't run", "did not start", "didn't start", "never ran", "never started", "not started", "missed run*", "has not run", "hasn't run", "no run", "no runs", "not executed", "job .. not run", "schedule .. not", "scheduled .. not", "nightly .. not", "skipped run*", "cron .. not", "last success*", "overdue"],
        &[Schedule, Delivery, Workflow], &[Scaling, ResourcePolicy, Permission, Identity, Limit, Code]).about(About::Silence),
    kind("scheduled jobs", &["cron*", "schedule*", "nightly", "batch job*", "job", "jobs", "etl", "month end", "hourly", "daily"], &[Schedule, Workflow, Delivery], &[Permission, Identity, Code, Scaling, Runtime, Limit]),
    kind("workflows that fail", &["state machine*", "step function*", "States.*", "ExecutionsFailed", "ExecutionsTimedOut", "ExecutionThrottled", "workflow*", "glue job*", "crawler*", "pipeline*", "build fail*", "builds fail*", "deployment fail*", "deploy fail*", "codebuild", "codepipeline", "airflow", "dag"],
        &[Workflow, Code, Permission, Identity], &[Delivery, Runtime, Limit, Bucket, Key, Configuration]),
    kind("messages", &["queue*", "message*", "topic*", "subscription*", "subscriber*", "event bus", "eventbridge", "stream*", "kinesis", "sqs", "sns", "webhook*", "notification*", "events", "records"], &[Delivery, Queue, ResourcePolicy], &[Permission, Key, Limit, Schedule, Identity, ObjectLife]),
    exact("mail that is not sent", &["Email address is not verified", "MessageRejected", "sandbox", "not verified", "sending paused", "AccountSendingPaused", "DKIM", "SPF", "DMARC", "bounce*", "mail from domain", "Reputation.*", "smtp", "ses:Send*", "RenderingFailure"], &[Mail, NameResolution, AccessKey], &[Permission, Identity, Limit]),
    kind("mail", &["email*", "e-mail*", "mail", "mails", "inbox*", "newsletter*"], &[Mail], &[NameResolution, Permission, AccessKey, SignIn, Firewall, Delivery]),
];
