//! Every read of settings, and of archives, that may be sent, one row each. There is no other way to send one.

use crate::source::{Operation, Purpose};

/// How a service is spoken to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Protocol {
    /// AWS JSON 1.1; what stands before the operation in `X-Amz-Target`.
    Json(&'static str),
    /// The query protocol, of this version; answers are XML.
    Query(&'static str),
    /// Amazon S3: the operation is a sub-resource of a bucket; answers are XML, or a policy's JSON.
    Bucket,
}

/// A service and how it is reached.
#[derive(Debug)]
pub(super) struct Service {
    /// Its name in endpoints and signatures.
    pub(super) name: &'static str,
    pub(super) protocol: Protocol,
    /// Whether it answers in the region of global services alone.
    pub(super) global: bool,
}

impl Service {
    const fn of(name: &'static str, protocol: Protocol) -> Self {
        Self { name, protocol, global: false }
    }
}

static ATHENA: Service = Service::of("athena", Protocol::Json("AmazonAthena"));
static CLOUDTRAIL: Service = Service::of("cloudtrail", Protocol::Json("CloudTrail_20131101"));
static EC2: Service = Service::of("ec2", Protocol::Query("2016-11-15"));
static KMS: Service = Service::of("kms", Protocol::Json("TrentService"));
static LOGS: Service = Service::of("logs", Protocol::Json("Logs_20140328"));
static MONITORING: Service = Service::of("monitoring", Protocol::Query("2010-08-01"));
static ORGANIZATIONS: Service = Service { global: true, ..Service::of("organizations", Protocol::Json("AWSOrganizationsV20161128")) };
static S3: Service = Service::of("s3", Protocol::Bucket);
static SNS: Service = Service::of("sns", Protocol::Query("2010-03-31"));

/// A read of settings.
#[derive(Debug)]
pub struct Read {
    /// The operation, as AWS's API reference names it.
    pub name: &'static str,
    /// The permission that it needs.
    pub action: &'static str,
    pub(super) service: &'static Service,
    /// The sub-resource of a bucket.
    pub(super) part: &'static str,
    /// What a policy may narrow it to, after the partition of an ARN; empty where AWS knows no narrower resource than all.
    resource: &'static str,
    /// Error codes that say "there is none", which is an answer.
    pub(super) none: &'static [&'static str],
    /// Longest answer that is read, in bytes.
    pub(super) most: usize,
    /// Whether it may be sent again when nobody knows whether it arrived.
    pub(super) repeatable: bool,
    purpose: Purpose,
}

impl Read {
    const fn of(service: &'static Service, name: &'static str, action: &'static str) -> Self {
        Self {
            name,
            action,
            service,
            part: "",
            resource: "",
            none: &[],
            most: super::MAX_BYTES,
            repeatable: true,
            purpose: Purpose::Settings,
        }
    }

    const fn bucket(part: &'static str, name: &'static str, action: &'static str) -> Self {
        Self { part, ..Self::of(&S3, name, action).on("s3:::*") }
    }

    const fn on(self, resource: &'static str) -> Self {
        Self { resource, ..self }
    }

    const fn none(self, none: &'static [&'static str]) -> Self {
        Self { none, ..self }
    }

    const fn engine(service: &'static Service, name: &'static str, action: &'static str, purpose: Purpose) -> Self {
        Self { purpose, ..Self::of(service, name, action) }
    }

    const fn long(self) -> Self {
        Self { most: LONG, ..self }
    }

    const fn once(self) -> Self {
        Self { repeatable: false, ..self }
    }

    /// Returns what the list of operations says of it.
    pub fn operation(&'static self) -> Operation {
        Operation { call: self.name, actions: std::slice::from_ref(&self.action), resource: self.resource, purpose: self.purpose }
    }
}

/// Lists objects of a bucket.
pub(super) static LIST_OBJECTS: Read = Read { purpose: Purpose::Archives, ..Read::bucket("", "ListObjectsV2", "s3:ListBucket") };
/// Reads an object.
pub(super) static GET_OBJECT: Read = Read { purpose: Purpose::Archives, ..Read::bucket("", "GetObject", "s3:GetObject") };

/// The reads of buckets that hold archives.
pub static OBJECT_READS: [&Read; 2] = [&LIST_OBJECTS, &GET_OBJECT];

/// What is asked of SQL engines. Each reads, or begins or ends a query that does.
///
/// Why is one that begins a query sent once only? Without a token that AWS knows it by, a second one would be a second query.
pub(in crate::source) mod engine {
    use super::{ATHENA, CLOUDTRAIL, LOGS, Purpose, Read};

    macro_rules! reads {
        ($($name:ident = $read:expr;)+) => {
            $(#[doc = concat!("`", stringify!($name), "`.")] pub(in crate::source) static $name: Read = $read;)+

            /// All of them.
            pub(in crate::source::api) static ALL: &[&Read] = &[$(&$name),+];
        };
    }

    const WORKGROUP: &str = "athena:*:*:workgroup/*";
    const STORE: &str = "cloudtrail:*:*:eventdatastore/*";
    const GROUP: &str = "logs:*:*:log-group:*";

    // Source: each service's API reference; AWS service authorization reference (permissions; of CloudTrail's and Logs' StartQuery the
    // access level is Read or Write as AWS has it, and neither changes an event).
    reads! {
        ATHENA_START = Read::engine(&ATHENA, "StartQueryExecution", "athena:StartQueryExecution", Purpose::Athena).on(WORKGROUP);
        ATHENA_STATE = Read::engine(&ATHENA, "GetQueryExecution", "athena:GetQueryExecution", Purpose::Athena).on(WORKGROUP);
        ATHENA_RESULTS = Read::engine(&ATHENA, "GetQueryResults", "athena:GetQueryResults", Purpose::Athena).on(WORKGROUP).long();
        ATHENA_STOP = Read::engine(&ATHENA, "StopQueryExecution", "athena:StopQueryExecution", Purpose::Athena).on(WORKGROUP);
        ATHENA_WORKGROUP = Read::engine(&ATHENA, "GetWorkGroup", "athena:GetWorkGroup", Purpose::Athena).on(WORKGROUP);
        LAKE_START = Read::engine(&CLOUDTRAIL, "StartQuery", "cloudtrail:StartQuery", Purpose::Lake).on(STORE).once();
        LAKE_STATE = Read::engine(&CLOUDTRAIL, "DescribeQuery", "cloudtrail:DescribeQuery", Purpose::Lake).on(STORE);
        LAKE_RESULTS = Read::engine(&CLOUDTRAIL, "GetQueryResults", "cloudtrail:GetQueryResults", Purpose::Lake).on(STORE).long();
        LAKE_STOP = Read::engine(&CLOUDTRAIL, "CancelQuery", "cloudtrail:CancelQuery", Purpose::Lake).on(STORE);
        LOGS_START = Read::engine(&LOGS, "StartQuery", "logs:StartQuery", Purpose::LogsInsights).on(GROUP).once();
        LOGS_RESULTS = Read::engine(&LOGS, "GetQueryResults", "logs:GetQueryResults", Purpose::LogsInsights).long();
        LOGS_STOP = Read::engine(&LOGS, "StopQuery", "logs:StopQuery", Purpose::LogsInsights);
        LOGS_GROUPS = Read::engine(&LOGS, "DescribeLogGroups", "logs:DescribeLogGroups", Purpose::LogsInsights);
    }
}

/// What is asked of SQL engines.
pub static ENGINE_READS: &[&Read] = engine::ALL;

/// Declares the reads, and the list of all.
macro_rules! reads {
    ($($name:ident = $read:expr;)+) => {
        $(#[doc = concat!("`", stringify!($name), "`.")] pub static $name: Read = $read;)+

        /// All reads, by the names under which they are here.
        pub static READS: &[(&str, &Read)] = &[$((stringify!($name), &$name)),+];
    };
}

/// Longest page of a result, in bytes.
///
/// Source: ours; a thousand rows of records, of which most are a few KiB and some 256 KiB.
const LONG: usize = 64 << 20;

const NO_BUCKET: &str = "NoSuchBucket";

// Source: each service's API reference (operations, error codes); AWS service authorization reference (permissions).
reads! {
    DESCRIBE_TRAILS = Read::of(&CLOUDTRAIL, "DescribeTrails", "cloudtrail:DescribeTrails");
    GET_TRAIL_STATUS = Read::of(&CLOUDTRAIL, "GetTrailStatus", "cloudtrail:GetTrailStatus").on("cloudtrail:*:*:trail/*");
    GET_EVENT_SELECTORS = Read::of(&CLOUDTRAIL, "GetEventSelectors", "cloudtrail:GetEventSelectors").on("cloudtrail:*:*:trail/*");
    GET_INSIGHT_SELECTORS = Read::of(&CLOUDTRAIL, "GetInsightSelectors", "cloudtrail:GetInsightSelectors").none(&["InsightNotEnabledException"]);
    LIST_PUBLIC_KEYS = Read::of(&CLOUDTRAIL, "ListPublicKeys", "cloudtrail:ListPublicKeys");
    LIST_TAGS = Read::of(&CLOUDTRAIL, "ListTags", "cloudtrail:ListTags");
    LIST_EVENT_DATA_STORES = Read::of(&CLOUDTRAIL, "ListEventDataStores", "cloudtrail:ListEventDataStores");
    GET_EVENT_DATA_STORE = Read::of(&CLOUDTRAIL, "GetEventDataStore", "cloudtrail:GetEventDataStore").on("cloudtrail:*:*:eventdatastore/*");
    LOOKUP_EVENTS = Read::of(&CLOUDTRAIL, "LookupEvents", "cloudtrail:LookupEvents");
    DESCRIBE_REGIONS = Read::of(&EC2, "DescribeRegions", "ec2:DescribeRegions");
    DESCRIBE_ORGANIZATION =
        Read::of(&ORGANIZATIONS, "DescribeOrganization", "organizations:DescribeOrganization").none(&["AWSOrganizationsNotInUseException"]);
    DESCRIBE_KEY = Read::of(&KMS, "DescribeKey", "kms:DescribeKey").on("kms:*:*:key/*").none(&["NotFoundException"]);
    GET_KEY_ROTATION_STATUS = Read::of(&KMS, "GetKeyRotationStatus", "kms:GetKeyRotationStatus").on("kms:*:*:key/*").none(&["NotFoundException"]);
    DESCRIBE_LOG_GROUPS = Read::of(&LOGS, "DescribeLogGroups", "logs:DescribeLogGroups");
    DESCRIBE_METRIC_FILTERS = Read::of(&LOGS, "DescribeMetricFilters", "logs:DescribeMetricFilters").on("logs:*:*:log-group:*").none(&["ResourceNotFoundException"]);
    DESCRIBE_ALARMS_FOR_METRIC = Read::of(&MONITORING, "DescribeAlarmsForMetric", "cloudwatch:DescribeAlarmsForMetric");
    GET_TOPIC_ATTRIBUTES = Read::of(&SNS, "GetTopicAttributes", "sns:GetTopicAttributes").on("sns:*:*:*").none(&["NotFound"]);
    LIST_SUBSCRIPTIONS_BY_TOPIC = Read::of(&SNS, "ListSubscriptionsByTopic", "sns:ListSubscriptionsByTopic").on("sns:*:*:*").none(&["NotFound"]);
    GET_BUCKET_ACL = Read::bucket("acl", "GetBucketAcl", "s3:GetBucketAcl").none(&[NO_BUCKET]);
    GET_BUCKET_ENCRYPTION = Read::bucket("encryption", "GetBucketEncryption", "s3:GetEncryptionConfiguration")
        .none(&["ServerSideEncryptionConfigurationNotFoundError", NO_BUCKET]);
    GET_BUCKET_LIFECYCLE = Read::bucket("lifecycle", "GetBucketLifecycleConfiguration", "s3:GetLifecycleConfiguration")
        .none(&["NoSuchLifecycleConfiguration", NO_BUCKET]);
    GET_BUCKET_LOGGING = Read::bucket("logging", "GetBucketLogging", "s3:GetBucketLogging").none(&[NO_BUCKET]);
    GET_BUCKET_POLICY = Read::bucket("policy", "GetBucketPolicy", "s3:GetBucketPolicy").none(&["NoSuchBucketPolicy", NO_BUCKET]);
    GET_BUCKET_POLICY_STATUS =
        Read::bucket("policyStatus", "GetBucketPolicyStatus", "s3:GetBucketPolicyStatus").none(&["NoSuchBucketPolicy", NO_BUCKET]);
    GET_BUCKET_VERSIONING = Read::bucket("versioning", "GetBucketVersioning", "s3:GetBucketVersioning").none(&[NO_BUCKET]);
    GET_OBJECT_LOCK = Read::bucket("object-lock", "GetObjectLockConfiguration", "s3:GetBucketObjectLockConfiguration")
        .none(&["ObjectLockConfigurationNotFoundError", NO_BUCKET]);
    GET_PUBLIC_ACCESS_BLOCK = Read::bucket("publicAccessBlock", "GetPublicAccessBlock", "s3:GetBucketPublicAccessBlock")
        .none(&["NoSuchPublicAccessBlockConfiguration", NO_BUCKET]);
}
