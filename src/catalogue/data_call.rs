//! Calls on data, which CloudTrail records only where a trail or event data store was told to.

/// Their names.
///
/// Source: CloudTrail user guide, "Logging data events": S3 objects, Lambda invocations, DynamoDB items, SQS and SNS messages, Kinesis records.
#[rustfmt::skip] // Names read best in lines.
const DATA_CALLS: &[&str] = &[
    "PutObject", "DeleteObject", "DeleteObjects", "CopyObject", "UploadPart", "UploadPartCopy", "CreateMultipartUpload",
    "CompleteMultipartUpload", "AbortMultipartUpload", "RestoreObject", "PutObjectAcl", "PutObjectTagging", "DeleteObjectTagging",
    "PutObjectLegalHold", "PutObjectRetention", "Invoke", "InvokeFunction", "PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem",
    "TransactWriteItems", "ExecuteStatement", "BatchExecuteStatement", "ExecuteTransaction", "SendMessage", "SendMessageBatch", "DeleteMessage",
    "DeleteMessageBatch", "ReceiveMessage", "ChangeMessageVisibility", "ChangeMessageVisibilityBatch", "Publish", "PublishBatch", "PutRecord",
    "PutRecords",
];

/// Tells whether a call of this name is one on data; case does not matter.
pub fn is_data_call(name: &str) -> bool {
    DATA_CALLS.iter().any(|known| known.eq_ignore_ascii_case(name))
}
