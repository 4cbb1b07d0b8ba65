//! Secrets of many kinds, planted in many places and written in many ways: none of them leaves.
//!
//! The kinds come from the tables and from how people hand over secrets, the random part from a seeded generator.

use super::super::{issuer, model};
use super::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

/// A seeded source of letters.
pub(super) struct Dice(pub(super) u64);

impl Dice {
    fn next(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % sides
    }

    /// Draws from letters, with a digit in the middle so that it is no word.
    fn letters(&mut self, among: &[u8], length: usize) -> String {
        let drawn: String = (0..length).map(|_| char::from(among[self.next(among.len())])).collect();
        let (first, second) = drawn.split_at(length / 2);
        format!("{first}7{second}")
    }

    pub(super) fn plain(&mut self) -> String {
        self.letters(b"ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789", 20)
    }

    pub(super) fn symbols(&mut self) -> String {
        let drawn = self.letters(b"ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789!#$%&()*+,-./:;<=>?@[]^_{|}~", 20);
        format!("Z{drawn}z")
    }
}

/// Tells whether eight characters of a secret stand in a row in the text of `output`, bytes spelled out included.
pub(super) fn leaks(output: &Value, secret: &str) -> bool {
    fn texts(value: &Value, all: &mut String) {
        match value {
            Value::String(text) => all.push_str(text),
            Value::Array(items) => items.iter().for_each(|item| texts(item, all)),
            Value::Object(fields) => fields.iter().for_each(|(name, value)| {
                all.push('\n');
                all.push_str(name);
                all.push('\n');
                texts(value, all);
            }),
            Value::Number(number) => all.extend(number.as_u64().and_then(|byte| u8::try_from(byte).ok()).map(char::from)),
            Value::Null | Value::Bool(_) => {}
        }
    }
    let mut all = String::new();
    texts(output, &mut all);
    secret.as_bytes().windows(8).any(|part| all.contains(std::str::from_utf8(part).unwrap_or("\0")))
}

/// Ways to hand over a secret (`@`) in a text; those of the second list hold any symbol.
const IDIOMS: &[&str] = &[
    "export DB_PASSWORD=@",
    "DB_PASS=@ ./run",
    "app --pass=@",
    "app --password @ --verbose",
    "app --api-key=@",
    "-Dspring.datasource.password=@",
    "setx API_KEY @",
    "mysql -u root -p@ prod",
    "mysqldump --password=@ prod",
    "sshpass -p @ ssh host",
    "docker login -u a -p @ r.example",
    "curl -u a:@ https://example.com",
    "curl -ua:@ https://example.com",
    "curl -H 'X-Api-Key: @' https://example.com",
    "curl -H \"Authorization: Bearer @\" https://example.com",
    "Authorization: Token @",
    "az login --service-principal -u x -p @ --tenant y",
    "useradd -p @ bob",
    "htpasswd -bc f admin @",
    "ldapsearch -D cn=a -w @",
    "smbclient //h/s -U a%@",
    "openssl enc -aes256 -k @",
    "openssl rsa -passin pass:@",
    "vault login @",
    "redis-cli -h h -a @ ping",
    "net user admin @ /add",
    "echo @ | passwd --stdin root",
    "echo 'root:@' | chpasswd",
    "echo @ | docker login --password-stdin",
    "echo @ | gh auth login --with-token",
    "ConvertTo-SecureString '@' -AsPlainText -Force",
    "sqlcmd -S h -U sa -P @",
    "CREATE USER a IDENTIFIED BY @ DEFAULT TABLESPACE x",
    "CREATE USER 'a' IDENTIFIED WITH x BY '@'",
    "ALTER USER a PASSWORD '@'",
    "CREATE LOGIN a WITH PASSWORD = N'@'",
    "SET PASSWORD FOR a = PASSWORD('@')",
    "INSERT INTO users (name,password) VALUES ('a','@')",
    "<config><password>@</password></config>",
    "<add key=\"Password\" value=\"@\" />",
    "password: |\n  @\n",
    "env:\n- name: FOO_TOKEN\n  value: @\n",
    "db.example.com:5432:app:user:@",
    "define('DB_PASSWORD', '@');",
    "setPassword('@')",
    "username,password\nbob,@\n",
    "name=\"password\"\n\n@",
    "grant_type=x&client_secret=@",
    "https://example.com/x?token=@&a=1",
    "https://example.com/x?key=@",
    "login (pw: @)",
    "app -u bob -h db -p @",
    "app --username bob --quiet --pass @",
    "openssl enc -aes-256-cbc -K @ -iv 00",
    "ssh-keygen -t ed25519 -N @ -f k",
    "rar a -hp@ b.rar /srv",
    "vault kv put secret/db value=@",
    "vault operator unseal @",
    "dotnet nuget push a.nupkg -k @",
    "sqlldr userid=scott/@ control=a.ctl",
    "impdp scott/@ full=y",
    "db.auth('admin', '@')",
    "echo @ | realm join -U admin corp.example",
    "echo @ > /run/secrets/db_password",
    "echo '@' | sudo tee /etc/app.token",
    "cat > /etc/app/api_token <<EOF\n@\nEOF",
    "expect 'password:'; send '@'",
    "use @ as the password",
    "creds: admin / @",
    "log in as admin:@",
    "the password was rotated from @ to nothing",
    "the password was changed to @",
    "Het wachtwoord is @",
    "lösenordet är @",
    "kata sandi: @",
    "| user | password |\n|---|---|\n| bob | @ |",
    "Cookie: theme=dark; sessionid=@",
    "x-amz-server-side-encryption-customer-key: @",
    "'password' => env('DB_PASSWORD', '@'),",
    "const password = \"\" + \"@\";",
    "the password is @.",
    "api key @",
    "Passwort: @",
    "mot de passe: @",
    "password := @",
    "password => @",
    "password -> @",
    "password|@",
    "password\t@",
    "password：@",
    "password is: @",
    "password=[@]",
    "password=<@>",
    "{'password': '@'}",
    "NEW_RELIC_LICENSE_KEY=@",
    "RAILS_MASTER_KEY=@",
    "ENCRYPTION_KEY=@",
    "AccountKey=@;EndpointSuffix=x",
    "Server=x;Pwd=@;",
    "jdbc:oracle:thin:scott/@@//h:1521/x",
    "https://@@git.example.com/x.git",
    "https://hooks.slack.com/services/T0/B0/@",
    "https://hooks.zapier.com/hooks/catch/1/@/",
    "https://x.webhook.office.com/webhookb2/@@x/IncomingWebhook/y",
    "https://api.telegram.org/bot123456789:@/send",
    "https://oncall-prod-eu-west-0.grafana.net/oncall/integrations/v1/alertmanager/@/",
    "key_password = \"\"\"@\"\"\"",
    "secrets = {\n  db = \"@\"\n}",
    "DBPassword:\n  Type: String\n  NoEcho: true\n  Default: @\n",
    "{\"kty\":\"EC\",\"crv\":\"P-256\",\"d\":\"@\"}",
    "{\"github-oauth\":{\"github.com\":\"@\"}}",
    "<dict><key>Password</key><string>@</string></dict>",
    "user admin insecure-password @",
    "CONFIG SET requirepass @",
    "ACL SETUSER app on >@ ~* +@all",
    "AUTH default @",
    "Pre-Shared Key : @",
    "LDAP_BIND_PW=@",
    "PASSWORD_PEPPER=@",
    "DEPLOY_KEY=@",
    "rocommunity @ 192.0.2.0/24",
    "snmpwalk -v2c -c @ 192.0.2.1",
    "crypto isakmp key @ address 192.0.2.1",
    "rabbitmqctl change_password app @",
    "wpa_passphrase office @",
    "twine upload -u a -p @ dist/*",
    "doctl auth init -t @",
    "mc alias set m https://m.example AKIAEXAMPLE @",
    "winrs -r:h -u:a -p:@ dir",
    "aws ssm put-parameter --name /db/pw --value @ --type SecureString",
    "sonar-scanner -Dsonar.login=@",
    "echo -n @ | kinit admin",
    "DriverManager.getConnection(\"jdbc:x\", \"app\", \"@\")",
    "account.SetPassword \"@\"",
    "login with admin / @",
    "root's password was reset to @",
    "the secret is @, keep it",
    "パスワードは@です",
    "-----BEGIN PRIVATE KEY-----\n@\n-----END PRIVATE KEY-----",
    "---- BEGIN SSH2 ENCRYPTED PRIVATE KEY ----\n@",
    "-----BEGIN RSA PRIVATE KEY-----\né@",
    "FwoGZXIvYXdzE@",
    "eyJhbGciOiJIUzI1NiJ9.@.x",
];
const QUOTING: &[&str] = &[
    "x password=@ y",
    "body {\"password\": \"@\"}",
    "password: \"@\"",
    "postgres://app:@@db.example/x",
    "DB_PASSWORD='@'",
    "{\"a\":1,\"secret\":\"@\",\"b\":2",
    "--password \"@\"",
    "<passphrase>@</passphrase>",
];
/// Names of fields of no service in particular.
const NAMES: &[&str] = &[
    "password",
    "adminPasswords",
    "passwordList",
    "secrets",
    "secretKeys",
    "apiKeys",
    "tokens",
    "privateKeys",
    "privateKeyData",
    "credentials",
    "pass",
    "dbPassw",
    "auth",
    "encryptionKey",
    "masterKey",
    "bearer",
    "jwt",
    "licenseKey",
    "authKey",
    "activationCode",
    "recoveryCodes",
    "appSKey",
    "streamKey",
    "webhookUrl",
    "clientSecret",
    "env",
    "encryptionContext",
    "headers",
    "stageVariables",
    "environmentVariablesOverride",
    "headerParameters",
    "userData",
    "connectionString",
    "secretHash",
    "codeVerifier",
    "deviceCode",
];

/// Every way in which one text may be wrapped.
fn encodings(text: &str) -> Vec<(&'static str, Value)> {
    use std::io::Write as _;
    let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let encode = |bytes: &[u8]| base64::Engine::encode(&base64::engine::general_purpose::STANDARD, bytes);
    let mut zlib = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
    zlib.write_all(text.as_bytes()).unwrap();
    let entities: String =
        text.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_string() } else { format!("&#{};", u32::from(c)) }).collect();
    let escapes: String = text.chars().map(|c| format!("\\u{:04x}", u32::from(c))).collect();
    vec![
        ("plain", json!(text)),
        ("JSON", json!(json!({"x": text}).to_string())),
        ("JSON twice", json!(json!({"x": json!([text]).to_string()}).to_string())),
        ("JSON at the end", json!(format!("body was {}", json!({"x": text})))),
        ("base64", json!(encode(text.as_bytes()))),
        ("base64 twice", json!(encode(encode(text.as_bytes()).as_bytes()))),
        ("base64 of two bytes each", json!(encode(&wide))),
        ("base64 with no text at its end", json!(encode(&[text.as_bytes(), &[0xFF, 0xFE]].concat()))),
        ("base64 after a dash", json!(format!("x-{}", encode(text.as_bytes())))),
        ("hexadecimal", json!(text.bytes().map(|byte| format!("{byte:02x}")).collect::<String>())),
        ("percent", json!(percent(text))),
        ("percent twice", json!(percent(&percent(text)))),
        ("entities", json!(entities)),
        ("escapes", json!(format!("payload {{\"k\":\"{escapes}\"}}"))),
        ("zlib", json!(encode(&zlib.finish().unwrap()))),
        ("bytes", json!(text.bytes().collect::<Vec<u8>>())),
    ]
}

/// Places of a record.
fn positions(planted: &Value) -> Vec<Value> {
    let record = |request: Value| json!({"eventSource": "rds.amazonaws.com", "eventName": "X", "requestParameters": request});
    vec![
        record(json!({"note": planted})),
        record(json!({"a": [{"items": [planted]}]})),
        record(json!({"tags": [{"key": "note", "value": planted}]})),
        json!({"errorMessage": planted, "eventName": "X"}),
    ]
}

fn check(kind: &str, record: &Value, secret: &str, left: &mut Vec<String>) {
    let output = super::record(record).into_inner();
    if leaks(&output, secret) {
        left.push(format!("{kind}: {record} => {output}"));
    }
}

#[track_caller]
pub(super) fn assert_none(left: &[String], of: usize) {
    assert!(left.is_empty(), "{} of {of} leave:\n{}", left.len(), left.iter().take(25).cloned().collect::<Vec<_>>().join("\n"));
}

#[test]
fn no_member_of_the_tables_leaves() {
    let (mut dice, mut left, mut planted) = (Dice(1), Vec::new(), 0);
    for (source, operations, member) in model::members() {
        for operation in operations.split(',') {
            let secret = dice.plain();
            let name = if operation.is_empty() { "X" } else { operation };
            let (parents, leaf) = member.rsplit_once('.').unwrap_or(("", member));
            let mut value = json!({leaf: secret, "name": "a"});
            let mut root = "requestParameters";
            for parent in parents.split('.').rev().filter(|parent| !parent.is_empty()) {
                match parent {
                    "requestparameters" => {}
                    "responseelements" => root = "responseElements",
                    parent => value = json!({parent: [value]}),
                }
            }
            let record = json!({"eventSource": format!("{source}.amazonaws.com"), "eventName": name, root: value});
            planted += 1;
            if model::holds_arguments(source, member) {
                check(&format!("{source} {name} {member}"), &with_leaf(&record, leaf, &json!(["app", "-t", secret])), &secret, &mut left);
                check(&format!("{source} {name} {member}"), &with_leaf(&record, leaf, &json!(format!("app {secret}"))), &secret, &mut left);
            }
            // Its parent would be replaced with it.
            let alone = parents.ends_with(leaf) || matches!(leaf, "name" | "key");
            // What only variables and words of a command may be stands inside something.
            for record in [
                record.clone(),
                with_leaf(&record, leaf, &json!([{"name": "FOO", "value": secret}])),
                with_leaf(&record, leaf, &json!({"FOO": secret})),
            ]
            .into_iter()
            .skip(usize::from(model::holds_variables(source, member)))
            .take(if model::holds_arguments(source, member) {
                0
            } else if alone {
                1
            } else {
                3
            }) {
                check(&format!("{source} {name} {member}"), &record, &secret, &mut left);
            }
        }
    }
    assert!(planted > 3_000, "{planted}");
    assert_none(&left, planted);
}

/// Returns the record with another value under a name.
fn with_leaf(record: &Value, name: &str, value: &Value) -> Value {
    match record {
        Value::Object(fields) => fields
            .iter()
            .map(|(field, inner)| (field.clone(), if field == name { value.clone() } else { with_leaf(inner, name, value) }))
            .collect::<serde_json::Map<_, _>>()
            .into(),
        Value::Array(items) => items.iter().map(|item| with_leaf(item, name, value)).collect(),
        other => other.clone(),
    }
}

#[test]
fn no_secret_under_a_name_leaves() {
    let (mut dice, mut left, mut planted) = (Dice(2), Vec::new(), 0);
    for name in NAMES {
        for secret in [dice.plain(), dice.symbols()] {
            let values = [json!([secret]), json!({"FOO": secret}), json!([{"name": "FOO", "value": secret}])];
            let some = if name.ends_with('s') || matches!(*name, "env" | "encryptionContext" | "environmentVariablesOverride") {
                0..3
            } else {
                0..1
            };
            for value in &values[some] {
                // A list of headers or variables has names in it.
                if value[0].is_string()
                    && matches!(
                        *name,
                        "env" | "headers" | "stageVariables" | "headerParameters" | "encryptionContext" | "environmentVariablesOverride"
                    )
                {
                    continue;
                }
                if value[0].is_object() && !matches!(*name, "env" | "headers" | "environmentVariablesOverride") {
                    continue;
                }
                for spelt in
                    [(*name).to_owned(), name.to_uppercase(), format!("x-{name}")].into_iter().take(if name.len() > 4 { 2 } else { 1 })
                {
                    planted += 1;
                    check(name, &json!({"requestParameters": {spelt.as_str(): value}}), &secret, &mut left);
                    check(name, &json!({"requestParameters": {"body": json!({spelt.as_str(): value}).to_string()}}), &secret, &mut left);
                }
            }
        }
    }
    for arguments in [json!(["app", "--password", "@"]), json!(["mysql", "-u", "root", "-p", "@"]), json!(["app", "--api-key", "@", "x"])] {
        let secret = dice.plain();
        let arguments: Value = serde_json::from_str(&arguments.to_string().replace('@', &secret)).unwrap();
        check("arguments", &json!({"requestParameters": {"x": arguments}}), &secret, &mut left);
    }
    for pair in [
        json!({"op": "replace", "path": "/variables/x", "value": "@"}),
        json!({"key": "db-password", "value": "@"}),
        json!({"optionName": "X_SECRET", "value": "@"}),
        json!({"name": "password", "value": {"stringValue": "@"}}),
        json!({"outputKey": "AdminPassword", "outputValue": "@"}),
        json!({"httpHeaderName": "X-Origin-Auth-Token", "values": ["@"]}),
        json!({"fieldToMatch": {"singleHeader": {"name": "x-origin-secret"}}, "searchString": "@"}),
        json!({"value": "@", "sensitive": true}),
        json!({"kind": "Secret", "data": {"app.conf": "@"}}),
    ] {
        let secret = dice.plain();
        let pair: Value = serde_json::from_str(&pair.to_string().replace('@', &secret)).unwrap();
        check("pair", &json!({"requestParameters": {"x": [pair]}}), &secret, &mut left);
    }
    assert_none(&left, planted);
}

#[test]
fn no_idiom_leaves_in_any_place_or_encoding() {
    let (mut dice, mut left, mut planted) = (Dice(3), Vec::new(), 0);
    let quoting = QUOTING.iter().flat_map(|idiom| std::iter::repeat_n((*idiom, true), 12));
    for (idiom, symbols) in IDIOMS.iter().map(|idiom| (*idiom, false)).chain(quoting) {
        let secret = if symbols { dice.symbols() } else { dice.plain() };
        // A host follows its `@`.
        let text = idiom.replacen('@', &secret, 1);
        for (encoding, value) in encodings(&text) {
            for record in positions(&value) {
                planted += 1;
                check(&format!("{idiom} ({encoding})"), &record, &secret, &mut left);
            }
            if let Some(encoded) = value.as_str().filter(|_| encoding.contains("base64")) {
                let output = super::record(&json!({"note": encoded})).into_inner();
                assert!(!leaks(&output, encoded.split_at(encoded.len() / 2).1), "{idiom} ({encoding}): {output}");
            }
        }
    }
    assert_none(&left, planted);
}

#[test]
fn no_name_of_a_password_in_letters_of_its_own_gives_it_away() {
    let (mut dice, mut left) = (Dice(11), Vec::new());
    for idiom in ["पासवर्ड: @", "пароль до бази: @", "κωδικός πρόσβασης: @", "пароль @"] {
        let secret = dice.plain();
        check(idiom, &json!({"note": idiom.replace('@', &secret)}), &secret, &mut left);
    }
    assert_none(&left, 4);
}

#[test]
fn no_code_of_a_few_figures_leaves() {
    for text in [
        "Your verification code is 616347",
        "MFA code 663228",
        "G-616347 is your Example verification code",
        "663228 is your one-time passcode",
        "OTP: 663228",
        "Ihr Einmalcode lautet 663228",
        "Votre code de vérification est 663228",
        "Код подтверждения: 663228",
        "確認コードは616347です",
        "验证码：616347",
        "Administrator:500:aad3b435b51404eeaad3b435b51404ee:31d6cfe0d16ae931b73c59d7e0c089c0:::",
    ] {
        for (encoding, value) in encodings(text) {
            let output = super::record(&json!({"errorMessage": value})).into_inner().to_string();
            assert!(["616347", "663228", "31d6cfe0d16a"].iter().all(|code| !output.contains(code)), "{text} ({encoding}): {output}");
        }
    }
}

#[test]
fn a_sign_that_is_written_as_an_escape_is_no_value() {
    for text in [
        "set pwd &#61; Kingfisher671089, retries&#61;3",
        "api_key &#61; Kingfisher671089 # prod",
        "var password \\u003d \\u0022Kingfisher671089\\u0022;",
        "CREATE LOGIN app WITH PASSWORD \\u003d N\\u0027Kingfisher671089\\u0027",
        "GRANT ALL ON *.* TO &#x27;app&#x27; IDENTIFIED BY &#x27;Kingfisher671089&#x27;",
    ] {
        let output = super::record(&json!({"note": text})).into_inner().to_string();
        assert!(!output.contains("Kingfisher"), "{text}: {output}");
    }
}

#[test]
fn no_token_of_an_issuer_leaves() {
    let (mut left, mut planted) = (Vec::new(), 0);
    let mut runner = TestRunner::deterministic();
    for (start, shape) in issuer::shapes() {
        let shape = proptest::string::string_regex(&shape).unwrap();
        for _ in 0..4 {
            let mut token = shape.new_tree(&mut runner).unwrap().current();
            token.truncate(400);
            // Only what has digits, or capitals and small letters, is told from words.
            if !issuer::is_token(&token) {
                continue;
            }
            planted += 1;
            for text in [
                token.clone(),
                format!("use {token} now"),
                format!("X=\"{token}\""),
                json!({"a": token}).to_string(),
                base64(&format!("x {token}")),
            ] {
                check(&start, &json!({"note": text}), token.split_at(token.len() / 2).1, &mut left);
            }
            let (first, second) = token.split_at(token.len() / 2);
            check(&format!("{start} in halves"), &json!({"note": [first, second]}), &token, &mut left);
        }
    }
    assert!(planted > 150, "{planted}");
    assert_none(&left, planted);
}

/// A record with a leaf for each place that matters.
fn record_with(at: usize, planted: &str) -> Value {
    let mut leaves = [
        "alice",
        "web server",
        "sg-0123456789abcdef0",
        "opened for the office",
        "db.t3.medium",
        "tcp",
        "https://example.com/a?b=1",
        "Team A",
    ];
    leaves[at % leaves.len()] = planted;
    let [user, name, group, text, class, protocol, url, team] = leaves;
    json!({"eventSource": "ec2.amazonaws.com", "eventName": "X", "userIdentity": {"userName": user}, "userAgent": text,
        "requestParameters": {"name": name, "groupId": group, "class": class, "ipPermissions": {"items": [{"ipProtocol": protocol}]}, "endpoint": url,
            "tags": [{"key": "team", "value": team}]}})
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_planted_secret_changes_only_its_own_leaf(at in 0_usize..8, idiom in proptest::sample::select(IDIOMS), seed in any::<u64>()) {
        let secret = idiom.replacen('@', &Dice(seed).plain(), 1);
        let (with, without) = (super::record(&record_with(at, &secret)), super::record(&record_with(at, "x")));
        let (mut changed, mut leaves) = (0, 0);
        compare(&with, &without, &mut |a, b| { leaves += 1; changed += usize::from(a != b); });
        prop_assert_eq!((changed, leaves), (1, 11));
    }

    #[test]
    fn idioms_twice_are_idioms_once(idioms in prop::collection::vec(proptest::sample::select(IDIOMS), 1..4), glue in "[ ,;:=\"'|&@a-z]{0,4}", seed in any::<u64>()) {
        let line = idioms.join(&glue).replace('@', &Dice(seed).symbols());
        let once = text(&line, 4_000);
        prop_assert_eq!(text(&once, 4_000), once.clone(), "{}", line);
        let value = json!({"note": line, "x": {"environment": [line]}});
        let once = record(&value).into_inner();
        prop_assert_eq!(record(&once).into_inner(), once);
    }
}

fn compare(a: &Value, b: &Value, told: &mut impl FnMut(&str, &str)) {
    match (a, b) {
        (Value::Object(a), Value::Object(b)) => a.values().zip(b.values()).for_each(|(a, b)| compare(a, b, told)),
        (Value::Array(a), Value::Array(b)) => a.iter().zip(b).for_each(|(a, b)| compare(a, b, told)),
        (Value::String(a), Value::String(b)) => told(a, b),
        _ => assert_eq!(a, b),
    }
}
