//! Reads of settings: what each is answered, by the name of its operation. Whatever has no answer is denied.

use std::collections::BTreeMap;

use super::{ACCOUNT, Request, form};

/// Status and body by operation; the sub-resource of a bucket stands for its read.
pub(crate) type Settings = BTreeMap<String, (u16, String)>;

/// Returns which read of settings a request is; nothing for any other request.
pub(super) fn name(request: &Request) -> Option<String> {
    match request.service.as_str() {
        "s3" if request.path.contains("list-type=2") => None,
        "s3" => Some(request.path.split_once('?')?.1.trim_end_matches('=').to_owned()),
        "sts" => None,
        _ if super::engine::is_one(request) => None,
        _ if [".LookupEvents", ".ListPublicKeys"].iter().any(|target| request.target.ends_with(target)) => None,
        _ if !request.target.is_empty() => request.target.rsplit('.').next().map(str::to_owned),
        _ => {
            let fields = form(request.body.as_str()?);
            fields.into_iter().find(|(name, _)| name == "Action").map(|(_, action)| action)
        }
    }
}

/// Returns status and body.
pub(super) fn answer(settings: &Settings, name: &str) -> (u16, String) {
    let denied = || {
        let message = format!("User: arn:aws:iam::{ACCOUNT}:user/x is not authorized to perform it");
        match name.starts_with(|c: char| c.is_ascii_lowercase())
            || name.contains("Alarms")
            || name.contains("Topic")
            || name == "DescribeRegions"
        {
            true => (403, format!("<Error><Code>AccessDenied</Code><Message>{message}</Message></Error>")),
            false => (400, format!("{{\"__type\":\"AccessDeniedException\",\"message\":\"{message}\"}}")),
        }
    };
    settings.get(name).cloned().unwrap_or_else(denied)
}

/// Returns the settings of an account in which every check passes; `now` is in seconds since 1970.
pub(crate) fn sound(now: i64) -> Settings {
    let trail = format!("arn:aws:cloudtrail:eu-west-1:{ACCOUNT}:trail/main");
    let key = format!("arn:aws:kms:eu-west-1:{ACCOUNT}:key/11111111-2222-3333-4444-555555555555");
    let topic = format!("arn:aws:sns:eu-west-1:{ACCOUNT}:trail");
    let group = format!("arn:aws:logs:eu-west-1:{ACCOUNT}:log-group:trail:*");
    let store = format!("arn:aws:cloudtrail:eu-west-1:{ACCOUNT}:eventdatastore/s");
    let fields = |fields: &[(&str, &str)]| {
        let fields = fields.iter().map(|(field, value)| format!("{{\"Field\":\"{field}\",\"Equals\":[\"{value}\"]}}"));
        format!("{{\"FieldSelectors\":[{}]}}", fields.collect::<Vec<_>>().join(","))
    };
    let selectors = [
        fields(&[("eventCategory", "Management")]),
        fields(&[("eventCategory", "Data"), ("resources.type", "AWS::S3::Object")]),
        fields(&[("eventCategory", "Data"), ("resources.type", "AWS::Lambda::Function")]),
        fields(&[("eventCategory", "NetworkActivity"), ("eventSource", "s3.amazonaws.com")]),
    ];
    let patterns = cloudtrail_mcp::posture::trail::check::WATCHED.iter().map(|watched| {
        let pattern = serde_json::Value::from(watched.pattern);
        format!(
            "{{\"filterPattern\":{pattern},\"metricTransformations\":[{{\"metricName\":\"{}\",\"metricNamespace\":\"CloudTrail\"}}]}}",
            watched.name
        )
    });
    let statement = |action: &str| {
        format!(
            "{{\"Effect\":\"Allow\",\"Principal\":{{\"Service\":\"cloudtrail.amazonaws.com\"}},\"Action\":\"{action}\",\
             \"Resource\":\"arn:aws:s3:::logs/*\",\"Condition\":{{\"StringEquals\":{{\"aws:SourceArn\":\"{trail}\"}}}}}}"
        )
    };
    let answers: Vec<(&str, String)> = vec![
        (
            "DescribeTrails",
            format!(
                "{{\"trailList\":[{{\"Name\":\"main\",\"TrailARN\":\"{trail}\",\"HomeRegion\":\"eu-west-1\",\"S3BucketName\":\"logs\",\
                 \"IsMultiRegionTrail\":true,\"IncludeGlobalServiceEvents\":true,\"LogFileValidationEnabled\":true,\"IsOrganizationTrail\":true,\
                 \"KmsKeyId\":\"{key}\",\"SnsTopicARN\":\"{topic}\",\"CloudWatchLogsLogGroupArn\":\"{group}\"}}]}}"
            ),
        ),
        (
            "GetTrailStatus",
            format!(
                "{{\"IsLogging\":true,\"StartLoggingTime\":{},\"LatestDeliveryTime\":{},\"LatestDigestDeliveryTime\":{},\
                 \"LatestCloudWatchLogsDeliveryTime\":{},\"LatestNotificationTime\":{0}}}",
                now - 9_000_000,
                now - 240,
                now - 1_800,
                now - 120
            ),
        ),
        ("GetEventSelectors", format!("{{\"TrailARN\":\"{trail}\",\"AdvancedEventSelectors\":[{}]}}", selectors.join(","))),
        (
            "GetInsightSelectors",
            "{\"InsightSelectors\":[{\"InsightType\":\"ApiCallRateInsight\"},{\"InsightType\":\"ApiErrorRateInsight\"}]}".to_owned(),
        ),
        ("ListTags", format!("{{\"ResourceTagList\":[{{\"ResourceId\":\"{trail}\",\"TagsList\":[{{\"Key\":\"owner\",\"Value\":\"sre\"}}]}}]}}")),
        ("ListEventDataStores", format!("{{\"EventDataStores\":[{{\"EventDataStoreArn\":\"{store}\",\"Name\":\"s\"}}]}}")),
        (
            "GetEventDataStore",
            format!(
                "{{\"EventDataStoreArn\":\"{store}\",\"Name\":\"s\",\"Status\":\"ENABLED\",\"TerminationProtectionEnabled\":true,\
                 \"KmsKeyId\":\"{key}\",\"RetentionPeriod\":2557,\"MultiRegionEnabled\":true}}"
            ),
        ),
        (
            "DescribeRegions",
            "<DescribeRegionsResponse xmlns=\"http://ec2.amazonaws.com/doc/2016-11-15/\"><regionInfo><item><regionName>eu-west-1</regionName></item>\
             <item><regionName>me-south-1</regionName></item></regionInfo></DescribeRegionsResponse>"
                .to_owned(),
        ),
        ("DescribeOrganization", format!("{{\"Organization\":{{\"Id\":\"o-example123\",\"MasterAccountId\":\"{ACCOUNT}\"}}}}")),
        ("DescribeKey", format!("{{\"KeyMetadata\":{{\"Arn\":\"{key}\",\"KeyState\":\"Enabled\"}}}}")),
        ("GetKeyRotationStatus", "{\"KeyRotationEnabled\":true}".to_owned()),
        ("DescribeLogGroups", "{\"logGroups\":[{\"logGroupName\":\"trail\",\"retentionInDays\":365}]}".to_owned()),
        ("DescribeMetricFilters", format!("{{\"metricFilters\":[{}]}}", patterns.collect::<Vec<_>>().join(","))),
        (
            "DescribeAlarmsForMetric",
            format!(
                "<R><DescribeAlarmsForMetricResult><MetricAlarms><member><AlarmName>watch</AlarmName><ActionsEnabled>true</ActionsEnabled>\
                 <AlarmActions><member>{topic}</member></AlarmActions></member></MetricAlarms></DescribeAlarmsForMetricResult></R>"
            ),
        ),
        ("GetTopicAttributes", "<R><GetTopicAttributesResult><Attributes/></GetTopicAttributesResult></R>".to_owned()),
        (
            "ListSubscriptionsByTopic",
            format!(
                "<R><ListSubscriptionsByTopicResult><Subscriptions><member><SubscriptionArn>{topic}:1</SubscriptionArn></member></Subscriptions>\
                 </ListSubscriptionsByTopicResult></R>"
            ),
        ),
        ("acl", "<AccessControlPolicy><AccessControlList><Grant><Grantee><ID>own</ID></Grantee></Grant></AccessControlList></AccessControlPolicy>".to_owned()),
        (
            "encryption",
            "<C><Rule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>aws:kms</SSEAlgorithm></ApplyServerSideEncryptionByDefault></Rule></C>".to_owned(),
        ),
        (
            "lifecycle",
            "<C><Rule><ID>r</ID><Filter/><Status>Enabled</Status><Transition><Days>30</Days></Transition><Expiration><Days>2555</Days></Expiration></Rule></C>"
                .to_owned(),
        ),
        ("logging", "<C><LoggingEnabled><TargetBucket>access</TargetBucket></LoggingEnabled></C>".to_owned()),
        ("policy", format!("{{\"Version\":\"2012-10-17\",\"Statement\":[{},{}]}}", statement("s3:GetBucketAcl"), statement("s3:PutObject"))),
        ("policyStatus", "<C><IsPublic>false</IsPublic></C>".to_owned()),
        ("versioning", "<C><Status>Enabled</Status><MfaDelete>Enabled</MfaDelete></C>".to_owned()),
        (
            "object-lock",
            "<C><ObjectLockEnabled>Enabled</ObjectLockEnabled><Rule><DefaultRetention><Mode>GOVERNANCE</Mode><Days>90</Days></DefaultRetention></Rule></C>"
                .to_owned(),
        ),
        (
            "publicAccessBlock",
            "<C><BlockPublicAcls>true</BlockPublicAcls><IgnorePublicAcls>true</IgnorePublicAcls><BlockPublicPolicy>true</BlockPublicPolicy>\
             <RestrictPublicBuckets>true</RestrictPublicBuckets></C>"
                .to_owned(),
        ),
    ];
    answers.into_iter().map(|(name, body)| (name.to_owned(), (200, body))).collect()
}
