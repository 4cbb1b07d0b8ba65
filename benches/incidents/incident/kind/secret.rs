//! Keys, secrets and parameters.

use super::super::actor::Who::{Person, Pipeline, Service, Terraform};
use super::super::record::call;
use super::shape::*;
use super::{BASE, Half, Kind, say};

pub(super) const KINDS: &[Kind] = &[
    Kind {
        name: "key-disabled",
        half: Half::Tuned,
        quick: (30, 900),
        slow: Some((2_000, 20_000)),
        culprit: &[
            &[call("kms", "DisableKey", r#"{"keyId":"$keyarn"}"#, r#"{"keyId":"$keyarn"}"#)],
            &[call("kms", "DisableKey", r#"{"keyId":"$key"}"#, r#"{"keyId":"$keyarn"}"#)],
        ],
        undo: &[call("kms", "EnableKey", r#"{"keyId":"$keyarn"}"#, r#"{"keyId":"$keyarn"}"#)],
        learn: &[FN_DESCRIPTION, DB_BACKUP_WINDOW, call("kms", "UpdateAlias", r#"{"aliasName":"$keyalias","targetKeyId":"$key"}"#, "")],
        harmless: &[
            TAG_KEY,
            call("kms", "UpdateKeyDescription", r#"{"keyId":"$keyarn","description":"$svc data key"}"#, ""),
            call("kms", "EnableKeyRotation", r#"{"keyId":"$keyarn"}"#, ""),
        ],
        after: &[(Person, RESTART_SERVICE)],
        words: &[
            say("DecryptFailures", "$svc cannot decrypt its configuration", "KMSInvalidStateException"),
            say("EncryptedReadsFail", "reads of encrypted objects fail in $svc", "the key is not usable in its current state"),
        ],
        direct: &["key", "keyarn"],
        indirect: &["db", "fn"],
        speaks: false,
        ..BASE
    },
    Kind {
        name: "key-deletion-scheduled",
        half: Half::Reported,
        quick: (40, 1_200),
        slow: Some((3_600, 80_000)),
        who: &[Person, Terraform],
        culprit: &[&[call(
            "kms",
            "ScheduleKeyDeletion",
            r#"{"keyId":"$keyarn","pendingWindowInDays":7}"#,
            r#"{"keyId":"$keyarn","deletionDate":"$soon","keyState":"PendingDeletion","pendingWindowInDays":7}"#,
        )]],
        undo: &[call("kms", "CancelKeyDeletion", r#"{"keyId":"$keyarn"}"#, r#"{"keyId":"$keyarn"}"#)],
        learn: &[FN_DESCRIPTION, DB_BACKUP_WINDOW, call("kms", "UpdateAlias", r#"{"aliasName":"$keyalias","targetKeyId":"$key"}"#, "")],
        harmless: &[TAG_KEY, call("kms", "CreateAlias", r#"{"aliasName":"$keyalias-v2","targetKeyId":"$key"}"#, "")],
        words: &[
            say("KmsErrors", "$svc: the encryption key is pending deletion", "KMSInvalidStateException: arn is pending deletion"),
            say("SecretReadFailures", "$svc fails to start, its secrets cannot be read", ""),
        ],
        direct: &["keyarn", "key"],
        indirect: &["db", "fn"],
        speaks: false,
        ..BASE
    },
    Kind {
        name: "key-policy-narrowed",
        half: Half::Reported,
        quick: (20, 700),
        culprit: &[&[call(
            "kms",
            "PutKeyPolicy",
            r#"{"keyId":"$key","policyName":"default","bypassPolicyLockoutSafetyCheck":false,"policy":"{\n \"Version\":\"2012-10-17\",\n \"Statement\":[{\"Sid\":\"Admins\",\"Effect\":\"Allow\",\"Principal\":{\"AWS\":\"arn:aws:iam::$account:role/key-admin\"},\"Action\":\"kms:*\",\"Resource\":\"*\"}]\n}"}"#,
            "",
        )]],
        learn: &[FN_DESCRIPTION, call("kms", "UpdateAlias", r#"{"aliasName":"$keyalias","targetKeyId":"$key"}"#, "")],
        harmless: &[TAG_KEY, TAG_FUNCTION],
        words: &[
            say("KmsAccessDenied", "$svc is not allowed to decrypt", "kms:Decrypt on resource denied, no resource-based policy allows it"),
            say("EventProcessingFailed", "$svc cannot read its messages: KMS.AccessDeniedException", ""),
        ],
        direct: &["key"],
        indirect: &["fn"],
        speaks: false,
        ..BASE
    },
    Kind {
        name: "secret-overwritten",
        half: Half::Tuned,
        quick: (20, 900),
        slow: Some((2_000, 12_000)),
        who: &[Person, Pipeline, Service("secretsmanager.amazonaws.com")],
        culprit: &[
            &[call(
                "secretsmanager",
                "PutSecretValue",
                r#"{"secretId":"$secret","clientRequestToken":"$uuid","versionStages":["AWSCURRENT"]}"#,
                r#"{"arn":"$secretarn"}"#,
            )],
            &[call(
                "secretsmanager",
                "UpdateSecret",
                r#"{"secretId":"$secretarn","clientRequestToken":"$uuid"}"#,
                r#"{"arn":"$secretarn"}"#,
            )],
            &[call(
                "secretsmanager",
                "RotateSecret",
                r#"{"secretId":"$secret","clientRequestToken":"$uuid","rotateImmediately":true}"#,
                r#"{"arn":"$secretarn"}"#,
            )],
        ],
        undo: &[call(
            "secretsmanager",
            "UpdateSecretVersionStage",
            r#"{"secretId":"$secret","versionStage":"AWSCURRENT","moveToVersionId":"$uuid"}"#,
            r#"{"arn":"$secretarn"}"#,
        )],
        learn: &[
            call("secretsmanager", "TagResource", r#"{"secretId":"$secret","tags":[{"key":"database","value":"$db"}]}"#, ""),
            call(
                "ecs",
                "RegisterTaskDefinition",
                r#"{"family":"$td","containerDefinitions":[{"name":"$svc","image":"$image:$n","secrets":[{"name":"DB_PASSWORD","valueFrom":"$secretarn"}]}]}"#,
                r#"{"taskDefinition":{"taskDefinitionArn":"$tdarn:$rev","family":"$td","revision":$rev}}"#,
            ),
        ],
        harmless: &[
            call("secretsmanager", "TagResource", r#"{"secretId":"$secret","tags":[{"key":"owner","value":"$team"}]}"#, ""),
            TAG_DB,
        ],
        after: &[(Person, RESTART_SERVICE), (Person, REBOOT_DB)],
        words: &[
            say("DatabaseLoginFailures", "$svc cannot log in to its database", "FATAL: password authentication failed"),
            say("AuthErrors", "$svc: invalid credentials", ""),
        ],
        direct: &["secret", "secretarn"],
        indirect: &["db"],
        ..BASE
    },
    Kind {
        name: "parameters-deleted",
        half: Half::Tuned,
        quick: (15, 500),
        burst: (4, 30),
        who: &[Person, Terraform, Pipeline],
        culprit: &[&[call("ssm", "DeleteParameter", r#"{"name":"$param/setting-$n"}"#, "")]],
        learn: &[call(
            "ssm",
            "AddTagsToResource",
            r#"{"resourceType":"Parameter","resourceId":"$param/url","tags":[{"key":"service","value":"$svc"}]}"#,
            "",
        )],
        harmless: &[
            call(
                "ssm",
                "AddTagsToResource",
                r#"{"resourceType":"Parameter","resourceId":"$param/url","tags":[{"key":"owner","value":"$team"}]}"#,
                "",
            ),
            TAG_FUNCTION,
        ],
        after: &[(Person, RESTART_SERVICE)],
        words: &[
            say("ConfigLoadFailed", "$svc does not start: ParameterNotFound", "configuration cannot be loaded"),
            say("CrashLoop", "$svc restarts over and over", "missing required setting"),
        ],
        parent: &["param"],
        ..BASE
    },
    Kind {
        name: "parameter-changed",
        half: Half::Reported,
        quick: (20, 900),
        slow: Some((2_400, 20_000)),
        who: &[Person, Pipeline],
        culprit: &[&[call(
            "ssm",
            "PutParameter",
            r#"{"name":"$param/database-url","value":"HIDDEN_DUE_TO_SECURITY_REASONS","type":"SecureString","overwrite":true,"keyId":"$key"}"#,
            r#"{"version":$n,"tier":"Standard"}"#,
        )]],
        harmless: &[
            call(
                "ssm",
                "AddTagsToResource",
                r#"{"resourceType":"Parameter","resourceId":"$param/database-url","tags":[{"key":"owner","value":"$team"}]}"#,
                "",
            ),
            TAG_FUNCTION,
            TAG_DB,
        ],
        after: &[(Pipeline, RESTART_SERVICE)],
        words: &[
            say("BadConfiguration", "$svc reads a wrong database address", "could not translate host name"),
            say("StartupFailures", "$svc fails after it reads its settings", ""),
        ],
        parent: &["param"],
        ..BASE
    },
];
