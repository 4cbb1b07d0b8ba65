//! The edge: names, certificates, firewalls, distributions, gateways.

use super::super::actor::Who::{Person, Pipeline, Stack, Terraform};
use super::super::record::call;
use super::shape::*;
use super::{BASE, Half, Kind, say};

pub(super) const KINDS: &[Kind] = &[
    Kind {
        name: "dns-record-changed",
        half: Half::Tuned,
        quick: (30, 900),
        who: &[Person, Terraform, Stack],
        culprit: &[
            &[call(
                "route53",
                "ChangeResourceRecordSets",
                r#"{"hostedZoneId":"$zone","changeBatch":{"changes":[{"action":"UPSERT","resourceRecordSet":{"name":"$dns.","type":"CNAME","tTL":60,"resourceRecords":[{"value":"old-$svc.example.com"}]}}]}}"#,
                r#"{"changeInfo":{"id":"/change/C$hex","status":"PENDING","submittedAt":"$now"}}"#,
            )],
            &[call(
                "route53",
                "ChangeResourceRecordSets",
                r#"{"hostedZoneId":"$zone","changeBatch":{"comment":"cleanup","changes":[{"action":"DELETE","resourceRecordSet":{"name":"$dns.","type":"A","aliasTarget":{"hostedZoneId":"Z35SXDOTRQ7X7K","dNSName":"$lb-$n.$region.elb.amazonaws.com.","evaluateTargetHealth":true}}}]}}"#,
                r#"{"changeInfo":{"id":"/change/C$hex","status":"PENDING","submittedAt":"$now"}}"#,
            )],
        ],
        learn: &[call(
            "route53",
            "ChangeTagsForResource",
            r#"{"resourceType":"hostedzone","resourceId":"$zone","addTags":[{"key":"domain","value":"$dns"}]}"#,
            "",
        )],
        harmless: &[
            call(
                "route53",
                "ChangeResourceRecordSets",
                r#"{"hostedZoneId":"$zone","changeBatch":{"changes":[{"action":"UPSERT","resourceRecordSet":{"name":"_acme-challenge.$dns.","type":"TXT","tTL":60,"resourceRecords":[{"value":"\"$hex\""}]}}]}}"#,
                r#"{"changeInfo":{"id":"/change/C$hex","status":"PENDING","submittedAt":"$now"}}"#,
            ),
            TAG_LB,
        ],
        after: &[(Person, RESTART_SERVICE)],
        words: &[
            say("EndpointProbeFailed", "$svc cannot be resolved or answers from the wrong place", "NXDOMAIN from three of five probes"),
            say("SyntheticsCanaryFailed", "canary of $svc fails: getaddrinfo ENOTFOUND", ""),
        ],
        direct: &["zone", "dns"],
        ..BASE
    },
    Kind {
        name: "certificate-deleted",
        half: Half::Reported,
        quick: (60, 1_200),
        slow: Some((3_600, 60_000)),
        culprit: &[
            &[call("acm", "DeleteCertificate", r#"{"certificateArn":"$certarn"}"#, "")],
            &[call(
                "acm",
                "ImportCertificate",
                r#"{"certificateArn":"$certarn","certificate":{"hb":[],"offset":0},"privateKey":"HIDDEN_DUE_TO_SECURITY_REASONS"}"#,
                r#"{"certificateArn":"$certarn"}"#,
            )],
        ],
        learn: &[
            call(
                "elasticloadbalancing",
                "AddListenerCertificates",
                r#"{"listenerArn":"$listener","certificates":[{"certificateArn":"$certarn"}]}"#,
                r#"{"certificates":[{"certificateArn":"$certarn","isDefault":false}]}"#,
            ),
            call(
                "acm",
                "AddTagsToCertificate",
                r#"{"certificateArn":"$certarn","tags":[{"key":"service","value":"$svc"},{"key":"domain","value":"$dns"}]}"#,
                "",
            ),
        ],
        harmless: &[
            call("acm", "AddTagsToCertificate", r#"{"certificateArn":"$certarn","tags":[{"key":"owner","value":"$team"}]}"#, ""),
            TAG_LB,
        ],
        words: &[
            say("TlsHandshakeErrors", "Clients of $svc refuse the certificate", "x509: certificate signed by unknown authority"),
            say("HttpsProbeFailed", "TLS handshake with $svc fails", "certificate unknown"),
        ],
        direct: &["certarn"],
        parent: &["lb"],
        indirect: &["dns"],
        speaks: false,
        ..BASE
    },
    Kind {
        name: "waf-rule-blocks",
        half: Half::Tuned,
        quick: (30, 700),
        who: &[Person, Terraform],
        culprit: &[
            &[call(
                "wafv2",
                "UpdateWebACL",
                r#"{"name":"$wacl","scope":"REGIONAL","id":"$waclid","defaultAction":{"block":{}},"rules":[],"visibilityConfig":{"sampledRequestsEnabled":true,"cloudWatchMetricsEnabled":true,"metricName":"$wacl"},"lockToken":"$uuid"}"#,
                r#"{"nextLockToken":"$uuid"}"#,
            )],
            &[call(
                "wafv2",
                "UpdateWebACL",
                r#"{"name":"$wacl","scope":"REGIONAL","id":"$waclid","defaultAction":{"allow":{}},"rules":[{"name":"bot-control","priority":0,"statement":{"managedRuleGroupStatement":{"vendorName":"AWS","name":"AWSManagedRulesBotControlRuleSet"}},"overrideAction":{"none":{}}}],"lockToken":"$uuid"}"#,
                r#"{"nextLockToken":"$uuid"}"#,
            )],
        ],
        learn: &[call("wafv2", "AssociateWebACL", r#"{"webACLArn":"$waclarn","resourceArn":"$lbarn"}"#, "")],
        harmless: &[
            call("wafv2", "TagResource", r#"{"resourceARN":"$waclarn","tags":[{"key":"owner","value":"$team"}]}"#, ""),
            call(
                "wafv2",
                "PutLoggingConfiguration",
                r#"{"loggingConfiguration":{"resourceArn":"$waclarn","logDestinationConfigs":["arn:aws:logs:$region:$account:log-group:aws-waf-logs-$svc"]}}"#,
                r#"{"loggingConfiguration":{"resourceArn":"$waclarn"}}"#,
            ),
        ],
        words: &[
            say("Http403Spike", "$svc refuses customers with 403", "legitimate traffic is blocked"),
            say("BlockedRequestsHigh", "BlockedRequests of $svc is ten times the usual", ""),
        ],
        direct: &["wacl"],
        indirect: &["lb"],
        ..BASE
    },
    Kind {
        name: "distribution-misconfigured",
        half: Half::Reported,
        quick: (120, 1_500),
        culprit: &[&[call(
            "cloudfront",
            "UpdateDistribution2020_05_31",
            r#"{"id":"$dist","ifMatch":"E$hex","distributionConfig":{"callerReference":"$svc","comment":"$svc","enabled":true,"aliases":{"quantity":1,"items":["$dns"]},"origins":{"quantity":1,"items":[{"id":"origin","domainName":"$bucket.s3.$region.amazonaws.com","originPath":"/v$n"}]},"defaultCacheBehavior":{"targetOriginId":"origin","viewerProtocolPolicy":"https-only","cachePolicyId":"$uuid"}}}"#,
            r#"{"distribution":{"id":"$dist","aRN":"arn:aws:cloudfront::$account:distribution/$dist","status":"InProgress","domainName":"d$hex.cloudfront.net"},"eTag":"E$hex"}"#,
        )]],
        harmless: &[
            call(
                "cloudfront",
                "CreateInvalidation2020_05_31",
                r#"{"distributionId":"$dist","invalidationBatch":{"callerReference":"$uuid","paths":{"quantity":1,"items":["/index.html"]}}}"#,
                r#"{"invalidation":{"id":"I$hex","status":"InProgress"}}"#,
            ),
            call(
                "cloudfront",
                "TagResource2020_05_31",
                r#"{"resource":"arn:aws:cloudfront::$account:distribution/$dist","tags":{"items":[{"key":"owner","value":"$team"}]}}"#,
                "",
            ),
        ],
        after: &[(
            Person,
            call(
                "cloudfront",
                "CreateInvalidation2020_05_31",
                r#"{"distributionId":"$dist","invalidationBatch":{"callerReference":"$uuid","paths":{"quantity":1,"items":["/*"]}}}"#,
                r#"{"invalidation":{"id":"I$hex","status":"InProgress"}}"#,
            ),
        )],
        words: &[
            say("CdnErrorRate", "Pages of $svc come back as 404 from the CDN", "5xxErrorRate and 4xxErrorRate are up"),
            say("StaticAssetsMissing", "$svc shows a blank page, scripts do not load", ""),
        ],
        direct: &["dist"],
        parent: &["bucket", "dns"],
        ..BASE
    },
    Kind {
        name: "api-stage-deployed",
        half: Half::Tuned,
        quick: (30, 900),
        who: &[Pipeline, Person, Stack],
        culprit: &[
            &[call(
                "apigateway",
                "CreateDeployment",
                r#"{"restApiId":"$api","createDeploymentInput":{"stageName":"$stage","description":"$svc release $n"},"template":false}"#,
                r#"{"id":"$hex","createdDate":"$now","deploymentUpdate":{"restApiId":"$api","deploymentId":"$hex","template":false}}"#,
            )],
            &[call(
                "apigateway",
                "UpdateStage",
                r#"{"restApiId":"$api","stageName":"$stage","updateStageInput":{"patchOperations":[{"op":"replace","path":"/*/*/throttling/rateLimit","value":"1"}]},"template":false}"#,
                r#"{"stageName":"$stage","deploymentId":"$hex"}"#,
            )],
        ],
        related: &[call(
            "apigateway",
            "PutIntegration",
            r#"{"restApiId":"$api","resourceId":"$hex","httpMethod":"POST","putIntegrationInput":{"type":"AWS_PROXY","uri":"arn:aws:apigateway:$region:lambda:path/2015-03-31/functions/$fnarn/invocations"},"template":false}"#,
            "",
        )],
        learn: &[call(
            "lambda",
            "AddPermission20150331v2",
            r#"{"functionName":"$fn","statementId":"apigateway-$n","action":"lambda:InvokeFunction","principal":"apigateway.amazonaws.com","sourceArn":"arn:aws:execute-api:$region:$account:$api/*/POST/$svc"}"#,
            "",
        )],
        harmless: &[
            call(
                "apigateway",
                "TagResource",
                r#"{"resourceArn":"arn:aws:apigateway:$region::/restapis/$api","tagResourceInput":{"tags":{"owner":"$team","service":"$svc"}},"template":false}"#,
                "",
            ),
            TAG_FUNCTION,
        ],
        words: &[
            say("Api5xxRate", "The API of $svc returns 5xx", "Internal server error"),
            say("ApiErrors", "$svc: 429 and 502 at the gateway", ""),
        ],
        direct: &["api"],
        indirect: &["fn"],
        speaks: false,
        ..BASE
    },
];
