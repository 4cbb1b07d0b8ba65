//! Who may do what: policies, trust, boundaries, organisation rules.

use super::super::actor::Who::{Person, Pipeline, Stack, Terraform};
use super::super::record::call;
use super::shape::*;
use super::{BASE, Half, Kind, say};

pub(super) const KINDS: &[Kind] = &[
    Kind {
        name: "role-policy-detached",
        half: Half::Reported,
        quick: (15, 600),
        who: &[Person, Terraform, Stack],
        culprit: &[
            &[call("iam", "DetachRolePolicy", r#"{"roleName":"$role","policyArn":"$policyarn"}"#, "")],
            &[call("iam", "DeleteRolePolicy", r#"{"roleName":"$role","policyName":"$svc-access"}"#, "")],
        ],
        undo: &[call("iam", "AttachRolePolicy", r#"{"roleName":"$role","policyArn":"$policyarn"}"#, "")],
        learn: &[FN_DESCRIPTION, CREATE_ECS_SERVICE],
        harmless: &[
            TAG_ROLE,
            call("iam", "UpdateRoleDescription", r#"{"roleName":"$role","description":"$svc runtime"}"#, ""),
            call("iam", "AttachRolePolicy", r#"{"roleName":"$role","policyArn":"arn:aws:iam::aws:policy/AWSXRayDaemonWriteAccess"}"#, ""),
        ],
        after: &[(Person, RESTART_SERVICE)],
        words: &[
            say("AccessDeniedErrors", "$svc logs AccessDenied on every request", "is not authorized to perform: dynamodb:Query"),
            say("PermissionErrorsHigh", "$svc is not authorized", "no identity-based policy allows the action"),
        ],
        direct: &["role", "rolearn"],
        indirect: &["fn"],
        ..BASE
    },
    Kind {
        name: "deny-statement-put",
        half: Half::Tuned,
        quick: (10, 500),
        culprit: &[
            &[call(
                "iam",
                "PutRolePolicy",
                r#"{"roleName":"$role","policyName":"guardrail","policyDocument":"{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Deny\",\"Action\":[\"s3:*\",\"sqs:*\"],\"Resource\":\"*\"}]}"}"#,
                "",
            )],
            &[call(
                "iam",
                "PutRolePermissionsBoundary",
                r#"{"roleName":"$role","permissionsBoundary":"arn:aws:iam::$account:policy/sandbox-boundary"}"#,
                "",
            )],
            &[call("iam", "AttachRolePolicy", r#"{"roleName":"$role","policyArn":"arn:aws:iam::aws:policy/AWSDenyAll"}"#, "")],
        ],
        undo: &[call("iam", "DeleteRolePolicy", r#"{"roleName":"$role","policyName":"guardrail"}"#, "")],
        learn: &[FN_DESCRIPTION],
        harmless: &[
            TAG_ROLE,
            call(
                "iam",
                "PutRolePolicy",
                r#"{"roleName":"$role","policyName":"metrics","policyDocument":"{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":[\"cloudwatch:PutMetricData\"],\"Resource\":\"*\"}]}"}"#,
                "",
            ),
        ],
        words: &[
            say("ForbiddenSpike", "$svc may no longer read its files or queues", "with an explicit deny in an identity-based policy"),
            say("JobErrors", "jobs of $svc end with AccessDenied", ""),
        ],
        direct: &["role"],
        indirect: &["fn"],
        ..BASE
    },
    Kind {
        name: "role-trust-changed",
        half: Half::Reported,
        quick: (20, 900),
        slow: Some((2_400, 14_000)),
        culprit: &[&[call(
            "iam",
            "UpdateAssumeRolePolicy",
            r#"{"roleName":"$role","policyDocument":"{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":{\"Service\":\"ec2.amazonaws.com\"},\"Action\":\"sts:AssumeRole\"}]}"}"#,
            "",
        )]],
        learn: &[CREATE_ECS_SERVICE, FN_DESCRIPTION],
        harmless: &[TAG_ROLE, call("iam", "UpdateRole", r#"{"roleName":"$role","maxSessionDuration":7200}"#, "")],
        after: &[(Pipeline, RESTART_SERVICE)],
        words: &[
            say("TasksFailToStart", "$svc cannot assume its role", "is unable to assume the role: sts:AssumeRole denied"),
            say("AssumeRoleFailures", "sts:AssumeRole fails for $svc", ""),
        ],
        direct: &["role", "rolearn"],
        indirect: &["fn"],
        ..BASE
    },
    Kind {
        name: "managed-policy-narrowed",
        half: Half::Tuned,
        quick: (15, 700),
        who: &[Terraform, Person],
        culprit: &[&[call(
            "iam",
            "CreatePolicyVersion",
            r#"{"policyArn":"$policyarn","policyDocument":"{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":[\"s3:ListBucket\"],\"Resource\":\"*\"}]}","setAsDefault":true}"#,
            r#"{"policyVersion":{"versionId":"v$n","isDefaultVersion":true,"createDate":"$now"}}"#,
        )]],
        related: &[call("iam", "DeletePolicyVersion", r#"{"policyArn":"$policyarn","versionId":"v1"}"#, "")],
        undo: &[call("iam", "SetDefaultPolicyVersion", r#"{"policyArn":"$policyarn","versionId":"v2"}"#, "")],
        learn: &[call("iam", "AttachRolePolicy", r#"{"roleName":"$role","policyArn":"$policyarn"}"#, "")],
        harmless: &[call("iam", "TagPolicy", r#"{"policyArn":"$policyarn","tags":[{"key":"owner","value":"$team"}]}"#, ""), TAG_ROLE],
        words: &[
            say("PermissionDenied", "$svc is refused by S3 and DynamoDB", "AccessDeniedException in the application log"),
            say("AuthorizationFailures", "unauthorized operations by $svc rise", ""),
        ],
        indirect: &["role"],
        ..BASE
    },
];
