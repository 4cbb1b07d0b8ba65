//! What load balancers, APIs, content delivery, buckets and firewalls answer.
//!
//! Source: troubleshooting guides of Application Load Balancer, API Gateway, CloudFront, WAF and S3; CloudWatch metrics of the same.

use super::super::{About, Complaint, exact, kind};
use crate::catalogue::aspect::Aspect::*;

#[rustfmt::skip] // A table reads best in rows.
pub(super) const ROWS: &[Complaint] = &[
    exact("'Missing Authentication Token'", &["Missing Authentication Token"], &[ApiMethod], &[ApiAccess, NameResolution, Cdn]),
    exact("refused API keys", &["api key", "x-api-key", "invalid api key", "Authorizer*", "authorizer error", "AUTHORIZER*", "usage plan"], &[ApiAccess, Limit], &[ApiMethod, Secret, Permission, Identity]),
    exact("requests blocked by a web firewall", &["blocked by waf", "waf", "WAF block*", "BlockedRequests", "web acl", "captcha", "request blocked", "request could not be satisfied", "firewall rule", "managed rule*", "false positive*"],
        &[WebFirewall], &[Cdn]),
    exact("a firewall's own page", &["403 ERROR", "Request blocked", "could not be satisfied", "x-amzn-waf*", "aws-waf-token", "challenge page", "captcha page"], &[WebFirewall], &[Cdn, Limit]),
    exact("refusals to other origins", &["CORS", "Access-Control-Allow-Origin", "cross origin", "cross-origin", "preflight"], &[BucketAccess, ApiMethod, Cdn], &[WebFirewall, Code]),
    kind("403", &["403", "forbidden", "403s", "HTTP403*"], &[WebFirewall, BucketAccess, Cdn, ApiAccess, ApiMethod, ResourcePolicy], &[Permission, Identity, Key, PrivateLink, Firewall, Certificate, ObjectLife, Egress]).about(About::Refusal),
    kind("uploads or downloads that fail", &["upload*", "attach* .. photo*", "attachment*", "download*", "presigned", "pre signed", "multipart", "file* .. not saved"], &[WebFirewall, BucketAccess, Bucket],
        &[Permission, ApiMethod, Key, Limit, ObjectLife, PrivateLink, Runtime, Identity, FileSystem]),
    exact("a missing bucket", &["NoSuchBucket", "specified bucket does not exist", "bucket .. does not exist", "bucket .. not found", "bucket .. gone"], &[Bucket], &[Configuration, NameResolution, Runtime]),
    exact("missing objects", &["NoSuchKey", "specified key does not exist", "key does not exist", "object* .. not found", "object* .. missing", "object* .. gone", "files .. gone", "files .. missing", "file* .. disappear*", "NoSuchUpload", "NoSuchVersion", "InvalidObjectState", "glacier"],
        &[ObjectLife, Bucket], &[BucketAccess, Delivery, Cdn, Code, Configuration]),
    kind("404", &["404", "404s", "not found", "no such resource", "NotFoundException", "page not found"], &[ApiMethod, Listener, Bucket, ObjectLife, Cdn, BucketAccess],
        &[Code, Configuration, NameResolution, Existence, Target, Image, Table, Secret]),
    exact("throttled requests", &["429", "429s", "too many requests", "TooManyRequests*", "Throttling*", "throttled", "throttles", "throttle", "rate exceeded", "RequestLimitExceeded", "rate limit*", "SlowDown", "slow down", "Limit Exceeded", "BandwidthLimitExceeded", "MaxRateExceeded"],
        &[Limit], &[ApiAccess, WebFirewall, Scaling, Table, Queue, Schedule]).about(About::Shortage),
    exact("redirects without end", &["too many redirects", "redirect loop", "ERR_TOO_MANY_REDIRECTS"], &[Listener, Cdn, Certificate], &[ApiMethod, BucketAccess]),
    exact("bodies that are too large", &["413", "payload too large", "entity too large", "request too long", "EntityTooLarge", "body .. too large"], &[WebFirewall, ApiMethod, Listener], &[Runtime, Limit]),
    exact("targets that fail their health checks", &["failed elb health checks", "FailedHealthChecks", "Target.Timeout", "Target.ResponseCodeMismatch", "health check* .. fail*", "failed .. health check*", "failing health check*", "unhealthy", "UnHealthyHost*", "HealthyHost*", "no healthy", "unhealthy target*", "unhealthy host*",
        "health check*", "healthcheck*", "not healthy", "Target.NotInUse", "registered targets", "no targets", "zero targets", "targets .. healthy", "empty target group", "no healthy upstream", "zonal shift"],
        &[Target, Firewall, Listener], &[Code, Runtime, InstanceState, Scaling, NetworkAcl, Route, Existence, MachineType, Image, Secret]),
    kind("502", &["502", "502s", "bad gateway", "http 502"], &[Target, Code, Runtime, Listener, InstanceState], &[Firewall, Scaling, ApiMethod, Certificate, Existence, Permission, Image, Delivery]),
    kind("503", &["503", "503s", "service unavailable", "http 503", "ServiceUnavailable*", "backend unavailable", "no backend*"], &[Target, Scaling, InstanceState, Listener, Existence, Limit], &[Code, Firewall, Runtime, Cluster, Cdn, MachineType]),
    kind("504", &["504", "504s", "gateway timeout*", "gateway time-out", "http 504", "upstream request timeout", "Endpoint request timed out"], &[Target, Firewall, Listener, Runtime, Route, NetworkAcl],
        &[Code, Scaling, ApiMethod, Egress, Interconnect, Existence, MachineType, Limit, PrivateLink, Database]),
    kind("trouble with content delivery", &["cloudfront", "cdn", "origin", "origins", "edge location", "stale content", "cache behavior", "OriginLatency", "wrong content", "old version served", "static site", "static assets", "website"],
        &[Cdn, BucketAccess, NameResolution, Certificate], &[WebFirewall, Listener, ObjectLife, Firewall]),
    kind("an API that answers wrongly", &["api gateway", "apigateway", "IntegrationLatency", "Internal server error", "execute-api", "IntegrationError*", "graphql", "stage", "endpoint not"], &[ApiMethod, ApiAccess], &[Permission, Code, Runtime, Limit, Certificate]),
    kind("traffic", &["times the usual", "times as many requests", "traffic spike", "surge of traffic", "spike in traffic", "traffic surge", "request surge", "ddos", "flood of requests", "bot traffic", "x the usual", "x traffic", "x normal", "viral", "flash sale", "black friday", "crawler", "scraper*", "load test*", "thundering herd", "marketing campaign"],
        &[], &[Limit, WebFirewall, Scaling]).about(About::Outside),
];
