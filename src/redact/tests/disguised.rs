//! Secrets that stand beside, or begin like, what is shown or was hidden already.

use super::*;

const PLAIN: &str = "hunter2correcthorse";
const ARNS: &[&str] = &[
    "arn:aws:s3:::bucket",
    "arn:aws:iam::111122223333:role/app",
    "arn:aws:secretsmanager:us-east-1:111122223333:secret:prod/db-AbCdEf",
    "arn:aws-us-gov:rds:us-gov-west-1:111122223333:db:orders",
];

#[test]
fn an_arn_hides_nothing_that_stands_behind_it() {
    for arn in ARNS {
        for behind in [
            ";Password=@",
            "&client_secret=@",
            "?token=@",
            "#access_token=@",
            "|password=@",
            ">password: @",
            "/x;SharedAccessKey=@;EndpointSuffix=x",
            ":x&api_key=@",
            "}password=@",
            "/x/Password=@",
        ] {
            let text = format!("{arn}{}", behind.replace('@', PLAIN));
            for record in [json!({"x": text}), json!({"clientSecret": text}), json!({"environment": {"variables": {"X": text}}})] {
                assert_gone(PLAIN, &super::record(&record).to_string());
            }
        }
        for value in [format!("{arn};{PLAIN}"), format!("{arn}!{PLAIN}"), format!("arn:aws{PLAIN}")] {
            assert_gone(PLAIN, &super::record(&json!({"password": value, "x": format!("password={value}")})).to_string());
        }
        assert_gone(RANDOM, &super::record(&json!({"x": format!("{arn};{RANDOM}")})).to_string());
    }
}

#[test]
fn what_only_looks_like_a_code_or_a_value_survives() {
    for text in [
        "secrets: 53 of 137 migrated",
        "export PGPASSWORD=$PGPASS_2",
        "password: <your password>",
        "error code 500123",
        "Incident 663228: error code 5012",
        "login 20260112 failed",
        "AUTH service restarted",
        "reset-password workflow started",
        "パスワードはSSMに保存",
        "mkdir -p /srv/app && psql -p 5432 -U app",
        "community edition of the tool",
        "token RefreshTokenV2 expired",
        "the secret is kept in eu-west-1",
        "password was reset to the default",
    ] {
        assert_eq!(super::text(text, usize::MAX), text);
    }
}

#[test]
fn what_names_a_secret_by_its_arn_survives() {
    for text in [
        "arn:aws:secretsmanager:us-east-1:111122223333:secret:prod/db-AbCdEf:password::",
        "secret: arn:aws:secretsmanager:us-east-1:111122223333:secret:prod/db-AbCdEf",
        "no access to arn:aws:secretsmanager:us-east-1:111122223333:secret:prod/db-AbCdEf, asked by alice",
        "token=arn:aws:ssm:us-east-1:111122223333:parameter/prod/token;x=1",
    ] {
        assert_eq!(record(&json!({"x": text})).into_inner(), json!({"x": text}));
    }
}

#[test]
fn a_secret_that_begins_like_a_mask_is_one() {
    for mask in [
        "***",
        "****",
        "REDACTED",
        "[REDACTED]",
        "<redacted>",
        "HIDDEN_DUE_TO_",
        "HIDDEN_DUE_TO_SECURITY_REASONS",
        "<sensitiveData",
        "***OMITTED***",
        "[redacted",
        "[hidden by AWS]",
        "[hidden",
        "[redacted: password]",
    ] {
        // Words behind a marker of ours are the line's again.
        let words = if mask.starts_with("[redacted: ") { format!("{mask}{PLAIN}") } else { format!("{mask} {PLAIN}7") };
        for secret in [format!("{mask}{PLAIN}"), words, format!("{mask}-{PLAIN}")] {
            for record in [
                json!({"password": secret}),
                json!({"environment": {"variables": {"DB_PASSWORD": secret}}}),
                json!({"environment": [format!("DB_PASSWORD={secret}")]}),
                json!({"command": ["app", "--password", secret]}),
                json!({"x": format!("{{\"password\": \"{secret}\"}}")}),
                json!({"x": format!("<password>{secret}</password>")}),
                json!({"x": format!("user: app\npassword: {secret}\nport: 1")}),
                json!({"x": format!("PASSWORD='{secret}'")}),
            ] {
                let once = super::record(&record).into_inner();
                assert_gone(PLAIN, &once.to_string());
                assert_eq!(super::record(&once).into_inner(), once);
            }
        }
        assert!(!is_hidden(&format!("{mask}{PLAIN}")), "{mask}");
    }
}

#[test]
fn a_variable_that_names_a_digest_and_a_secret_is_a_secret() {
    let value = "9f3ac27d51b8e64f0a7c3e9d12b5f8a69f3ac27d";
    let function = |name: &str, value: &str| json!({"environment": {"variables": {name: value}}});
    let pair = |name: &str, value: &str| json!({"environment": [{"name": name, "value": value}]});
    for name in [
        "SHARED_VALUE",
        "shared_thing",
        "client_secret_version",
        "CLIENT_SECRET_VERSION",
        "API_KEY_VERSION",
        "passwordSha",
        "TOKEN_SHA256",
        "tokenBuild",
        "conversion",
        "REBUILDER",
        "SHADOW",
        "encryptionKeyRevision",
        "PASSWORD_DIGEST",
        "KEY_VERSION",
    ] {
        for record in [function(name, value), pair(name, value)] {
            assert_gone(value, &super::record(&record).to_string());
        }
    }
    for name in [
        "GIT_COMMIT",
        "gitCommit",
        "COMMIT_SHA",
        "GITHUB_SHA",
        "SHA256",
        "IMAGE_DIGEST",
        "imageDigest",
        "CODEBUILD_RESOLVED_SOURCE_VERSION",
        "BUILD_ID",
        "APP_VERSION",
        "gitsha",
        "GIT_HASH",
        "ETAG",
        "REVISION_SHORT",
    ] {
        for record in [function(name, value), pair(name, value)] {
            assert_eq!(*super::record(&record), record);
        }
    }
}
