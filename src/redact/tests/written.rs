//! Every way of writing in every place: what carries a secret, how it is written, where it stands.

use super::planted::Dice;
use super::*;
use std::io::Write as _;

/// What carries a secret (`@`), and whether any sign may be part of it there.
const CARRIERS: &[(&str, bool)] = &[
    ("#!/bin/sh\nset -e\nexport DB_PASSWORD='@'\nsystemctl restart app\n", true),
    ("APP_ENV=prod\nDB_PASSWORD=@ and Two Words7\nPORT=80\n", false),
    ("db:\n  user: app\n  password: @ Second9 Third\n  host: db.example\n", false),
    ("passwords:\n- first1word\n- @\nport: 1\n", false),
    ("token: |\n  @\n  more1of2it\nport: 1\n", false),
    ("env:\n- value: @\n  name: API_TOKEN\n", false),
    ("kind: Secret\nmetadata:\n  name: db\ndata:\n  config: @\n", false),
    ("user,password,role\nalice,@,admin\n", false),
    ("variable \"db_password\" {\n  default = \"@\"\n}\n", true),
    ("{\"user\": \"app\", \"password\": \"@\", \"port\": 5432}", false),
    ("<property name=\"connection.password\">@</property>", false),
    ("<add value=\"@\" key=\"ApiSecret\"/>", false),
    ("curl -fsS -H 'Authorization: Bearer @' https://api.example.com/v1", false),
    ("the store is postgres://app:@@db.example.com:5432/orders and no other", false),
    ("Server=db;User ID=sa;Password=@ Second9 Third;Encrypt=True;", false),
    ("ALTER USER app WITH PASSWORD $$@ b c$$", false),
    ("login with ghp_@, then build", false),
    ("-----BEGIN RSA PRIVATE KEY-----\n@\n@\n-----END RSA PRIVATE KEY-----", false),
    ("пароль: @", false),
    ("1 validation error detected: Value '@' at 'masterUserPassword' failed", false),
];

fn encode(bytes: &[u8]) -> String {
    base64::Engine::encode(&base64::engine::general_purpose::STANDARD, bytes)
}

fn base32(bytes: &[u8]) -> String {
    let bits: Vec<u8> = bytes.iter().flat_map(|byte| (0..8).rev().map(move |bit| byte >> bit & 1)).collect();
    bits.chunks(5)
        .map(|five| five.iter().fold(0, |all, bit| all << 1 | bit) << (5 - five.len()))
        .map(|at: u8| char::from(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"[usize::from(at)]))
        .collect()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    writer.write_all(bytes).unwrap();
    writer.finish().unwrap()
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn wrapped(text: &str) -> String {
    text.as_bytes().chunks(76).map(|line| std::str::from_utf8(line).unwrap()).collect::<Vec<_>>().join("\n")
}

fn in_pieces(text: &str, length: usize) -> Vec<String> {
    text.chars().collect::<Vec<_>>().chunks(length).map(|piece| piece.iter().collect()).collect()
}

/// Ways of writing; the text that is searched for the written form, where that is another than the secret.
fn written(text: &str, secret: &str) -> Vec<(&'static str, Value)> {
    let quoted: String =
        text.bytes().map(|b| if b.is_ascii_alphanumeric() { char::from(b).to_string() } else { format!("={b:02X}") }).collect();
    let form: String = percent(text).replace("%20", "+");
    let half = text.find(secret).map_or(0, |at| at + secret.len() / 2);
    let (first, second) = text.split_at(half);
    let bytes: Vec<u8> = text.bytes().collect();
    vec![
        ("as it is", json!(text)),
        ("JSON twice", json!(json!({"x": json!([text]).to_string()}).to_string())),
        ("JSON within", json!(format!("body {} of line 1", json!({"x": text})))),
        ("base64", json!(encode(text.as_bytes()))),
        ("base64 in lines", json!(wrapped(&encode(text.as_bytes())))),
        ("base64 in a URI", json!(format!("data:text/plain;base64,{}", encode(text.as_bytes())))),
        ("base32", json!(base32(text.as_bytes()))),
        ("digits", json!(hexadecimal(text.as_bytes()))),
        ("compressed", json!(encode(&gzip(text.as_bytes())))),
        ("compressed digits", json!(hexadecimal(&gzip(text.as_bytes())))),
        ("quoted-printable", json!(quoted)),
        ("percent", json!(percent(text))),
        ("a form", json!(format!("a=1&text={form}&b=2"))),
        ("bytes", json!(bytes)),
        ("bytes as text", json!(json!(bytes).to_string())),
        ("lines", json!(text.split('\n').collect::<Vec<_>>())),
        ("words", json!(text.split(' ').collect::<Vec<_>>())),
        ("pieces", json!(in_pieces(text, 24))),
        ("halves", json!({"Fn::Join": ["", [first, second]]})),
    ]
}

/// Places of a record: those that hold any value, and those that hold text.
fn places(value: &Value) -> Vec<(&'static str, Value)> {
    let record = |source: &str, name: &str, request: Value| json!({"eventSource": format!("{source}.amazonaws.com"), "eventName": name, "requestParameters": request});
    let mut places = vec![
        ("a member", record("iot", "X", json!({"document": {"steps": value}}))),
        ("an answer", json!({"eventSource": "cloudformation.amazonaws.com", "eventName": "X", "responseElements": {"description": value}})),
        (
            "a command",
            record(
                "ecs",
                "X",
                json!({"overrides": {"containerOverrides": [{"command": if value.is_array() { value.clone() } else { json!(["sh", "-c", value]) }}]}}),
            ),
        ),
        ("a payload", record("lambda", "X", json!({"payload": value}))),
    ];
    if value.is_string() {
        places.extend([
            ("a variable", record("lambda", "X", json!({"environment": {"variables": {"SETTINGS": value}}}))),
            ("a named variable", record("ecs", "X", json!({"containerDefinitions": [{"environment": [{"name": "X", "value": value}]}]}))),
            ("user data", record("ec2", "X", json!({"userData": value}))),
            ("a template", record("cloudformation", "X", json!({"templateBody": value}))),
            ("a line of commands", record("ssm", "X", json!({"documentName": "D", "parameters": {"commands": [value]}}))),
            ("a tag", record("ec2", "X", json!({"tagSet": {"items": [{"key": "Note", "value": value}]}}))),
            ("an error", json!({"eventSource": "rds.amazonaws.com", "eventName": "X", "errorMessage": format!("Could not parse: {}", value.as_str().unwrap())})),
            ("an agent", json!({"eventSource": "iam.amazonaws.com", "eventName": "X", "userAgent": format!("deployer/1.4 ({})", value.as_str().unwrap())})),
            ("a session", json!({"eventSource": "sts.amazonaws.com", "eventName": "X", "requestParameters": {"roleSessionName": value}})),
        ]);
    }
    places
}

/// Tells whether a piece of a secret's written form is left: the middle of it, clear of what stands around.
fn holds_written(output: &Value, value: &Value) -> bool {
    let Some(text) = value.as_str().filter(|text| text.len() > 60 && !text.contains([' ', '{', '"'])) else { return false };
    let plain = output.to_string();
    let (from, to) = (text.len() / 2 - 10, text.len() / 2 + 10);
    text.get(from..to).is_some_and(|middle| !middle.contains(['%', '=', '+', '\n']) && plain.contains(middle))
}

#[test]
fn no_secret_leaves_however_it_is_written_and_wherever_it_stands() {
    let (mut dice, mut left, mut planted) = (Dice(4), Vec::new(), 0);
    for (carrier, signs) in CARRIERS {
        let secret = if *signs { dice.symbols().replace(['\'', '"', '\\', '$'], "x") } else { dice.plain() };
        let text = carrier
            .replacen("@@", &format!("{secret}@"), 1)
            .replace('@', &secret)
            .replace(&format!("{secret}{secret}"), &format!("{secret}@"));
        for (writing, value) in written(&text, &secret) {
            for (place, record) in places(&value) {
                planted += 1;
                let output = super::record(&record).into_inner();
                if super::planted::leaks(&output, &secret) || writing != "as it is" && holds_written(&output, &value) {
                    left.push(format!("{carrier:?} as {writing} in {place}: {output}"));
                }
                let again = super::record(&output).into_inner();
                assert_eq!(again, output, "{carrier:?} as {writing} in {place}");
            }
        }
    }
    assert!(planted > 2_000, "{planted}");
    super::planted::assert_none(&left, planted);
}

#[test]
fn what_is_harmless_stays_where_secrets_may_stand() {
    let function = |variables: Value| json!({"eventSource": "lambda.amazonaws.com", "eventName": "X", "requestParameters": {"environment": {"variables": variables}}});
    for record in [
        function(
            json!({"TOKEN_TTL": "3600", "SECRET_NAME": "prod/db", "AUTH_ENABLED": "true", "KEY_PREFIX": "orders:", "API_KEY_HEADER": "X-Api-Key", "STAGE": "prod"}),
        ),
        function(
            json!({"GIT_COMMIT": "d4d6917f32ef4382565da4f030a8729f85838250", "PASSWORD_PARAM": "/prod/db/password", "URL": "postgres://app@orders-db:5432/orders"}),
        ),
        json!({"eventSource": "ecs.amazonaws.com", "eventName": "X", "requestParameters": {"command": ["app", "--log-level", "debug", "-p", "8080"]}}),
        json!({"eventSource": "ssm.amazonaws.com", "eventName": "X", "requestParameters": {"documentName": "D", "parameters": {"commands": ["cat /etc/passwd | cut -d: -f1", "sudo systemctl restart nginx", "yum install -y nginx"]}}}),
        json!({"eventSource": "cloudformation.amazonaws.com", "eventName": "X", "requestParameters": {
            "parameters": [{"parameterKey": "DBPassword", "parameterValue": "{{resolve:secretsmanager:prod/db:SecretString:password}}"}],
            "templateBody": "{\"Resources\": {\"Bucket\": {\"Type\": \"AWS::S3::Bucket\"}}}"}}),
        json!({"eventSource": "elasticbeanstalk.amazonaws.com", "eventName": "X", "requestParameters": {"optionSettings": [{"optionName": "MaxSize", "value": "8"}]}}),
        json!({"eventSource": "cognito-idp.amazonaws.com", "eventName": "X", "requestParameters": {"tokenValidityUnits": {"accessToken": "minutes"}, "clientId": "o91g2p9a18ir44vh1rdi7bt7ki"}}),
        json!({"eventSource": "wafv2.amazonaws.com", "eventName": "X", "requestParameters": {"searchString": {"hb": b"/admin/login.php".to_vec(), "offset": 0}}}),
        json!({"eventSource": "redshift-data.amazonaws.com", "eventName": "X", "requestParameters": {"sql": "SELECT id, token_count FROM users WHERE day > '2026-01-01' LIMIT 100"}}),
        json!({"eventSource": "ec2.amazonaws.com", "eventName": "X", "requestParameters": {"userData": encode(b"#!/bin/bash\nyum install -y nginx\nsystemctl enable --now nginx\n"), "clientToken": "335aff66-a1a9-4079-a366-1b3193350137",
            "publicKeyMaterial": format!("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI{RANDOM}aB alice@laptop")}}),
    ] {
        assert_eq!(*super::record(&record), record);
    }
}

#[test]
fn a_pass_phrase_ends_where_it_was_hidden() {
    let line = format!("mysql --password=hunter2Zq7{} and so on", " Horse7".repeat(20));
    assert_eq!(text(&line, usize::MAX), "mysql --password=[redacted: password] and so on");
    let longer = text(&format!("mysql --password=hunter2Zq7{}", " Horse7".repeat(90)), usize::MAX);
    assert_eq!(text(&longer, usize::MAX), longer);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_written_in_lists_and_maps_twice_is_as_once(picks in prop::collection::vec((0_usize..20, 0_usize..19), 1..4), seed in any::<u64>()) {
        let secret = Dice(seed).plain();
        let values: Vec<Value> = picks.iter().map(|(carrier, writing)| {
            let text = CARRIERS[*carrier % CARRIERS.len()].0.replace('@', &secret);
            let mut ways = written(&text, &secret);
            ways.swap_remove(writing % ways.len()).1
        }).collect();
        let record = json!({"eventSource": "ecs.amazonaws.com", "eventName": "X", "requestParameters": {
            "command": values.clone(), "environment": [{"name": "X", "value": values[0]}], "note": values, "variables": {"A": values.clone()}}});
        let once = super::record(&record).into_inner();
        prop_assert_eq!(super::record(&once).into_inner(), once);
    }

    #[test]
    fn lines_twice_are_lines_once(picks in prop::collection::vec((0_usize..20, 0_usize..19), 1..4), glue in "[ \n\t\\\\n:=|'\"-]{0,3}", seed in any::<u64>()) {
        let secret = Dice(seed).symbols();
        let texts: Vec<String> = picks.iter().filter_map(|(carrier, writing)| {
            let text = CARRIERS[*carrier % CARRIERS.len()].0.replace('@', &secret);
            let mut ways = written(&text, &secret);
            ways.swap_remove(writing % ways.len()).1.as_str().map(str::to_owned)
        }).collect();
        for text in [texts.join(&glue), texts.join("\n")] {
            let once = lines(&text, usize::MAX);
            prop_assert_eq!(lines(&once, usize::MAX), once.clone(), "{:?}", text);
            let cut = lines(&text, 200);
            prop_assert!(cut.chars().count() <= 200);
        }
    }

    #[test]
    fn items_of_an_environment_twice_are_as_once(names in prop::collection::vec(proptest::sample::select(NAMES), 1..4), values in prop::collection::vec(any_value(), 1..4),
            signs in prop::collection::vec(proptest::sample::select(vec!["=", "==", " = ", "= ", "=\"", "='", ":="]), 3..4)) {
        let item: String = names.iter().zip(values.iter().cycle()).zip(signs.iter().cycle()).map(|((name, value), sign)| format!("{name}{sign}{value}")).collect();
        let nested: String = names.iter().zip(&signs).map(|(name, sign)| format!("{name}{sign}")).chain(values.clone()).collect();
        let record = json!({"environment": [item, nested], "containerOverrides": {"environment": [nested]}, "variables": {"X": item, "Y": nested}, "note": item});
        let once = super::record(&record).into_inner();
        prop_assert_eq!(super::record(&once).into_inner(), once, "{}", record);
    }
}

/// Names of variables and options, harmless and secret.
const NAMES: &[&str] = &[
    "A",
    "PORT",
    "PASSWORD",
    "DB_PASSWORD",
    "TOKEN",
    "JAVA_OPTS",
    "-Dpassword",
    "--secret",
    "URL",
    "key",
    "GIT_COMMIT",
    "environment",
    "value",
    "name",
    "",
];

/// Values of such: words, numbers, references, secrets, markers, cut ones.
fn any_value() -> impl Strategy<Value = String> {
    prop_oneof![
        proptest::sample::select(vec![
            "",
            "1",
            "debug",
            "hunter2",
            "true",
            "arn:aws:s3:::b",
            "${X}",
            "a b c",
            "REDACTED",
            "***",
            "[redacted: token]",
            "[hidden by AWS]",
            "pass;word=1",
            "x&token=y2",
            "k3!dL9sq#x"
        ])
        .prop_map(str::to_owned),
        any::<u64>().prop_map(|seed| Dice(seed).symbols()),
        "[ -~]{0,30}",
    ]
}

#[test]
fn an_item_of_an_environment_with_two_signs_twice_is_as_once() {
    for item in [
        "A=B=C",
        "A=PASSWORD=hunter2",
        "PASSWORD=A=hunter2",
        "JAVA_OPTS=-Dpassword=hunter2 -Dx=y",
        "A==b2",
        "A=b=",
        "=A=b",
        "URL=https://h/?token=hunter2x&a=b",
        "A=B='hunter2 x'",
        "DSN=user=app password=hunter2 host=db",
    ] {
        let record = json!({"environment": [item], "x": {"environment": {"X": item}}});
        let once = super::record(&record).into_inner();
        assert!(!once.to_string().contains("hunter2"), "{once}");
        assert_eq!(super::record(&once).into_inner(), once);
    }
}
