//! Who is let in: our own tokens, an issuer's tokens, and everything that is neither.
#![expect(clippy::string_slice, reason = "tokens are ASCII")]

use std::collections::BTreeMap;
use std::time::{SystemTime, UNIX_EPOCH};

use jsonwebtoken::Algorithm;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::issuer::{Issuer, Key, base64, merge, symmetric};
use super::server::{Reply, Served, call};

const TOKEN: &str = "ctmcp_0123456789abcdefghijklmnopqrstuvwxyzABCDEFG";
const AUDIENCE: &str = "https://mcp.example/mcp";

fn caller(name: &str, token: &str) -> String {
    let digest: String = Sha256::digest(token).iter().map(|byte| format!("{byte:02x}")).collect();
    format!("[[http.callers]]\nname = \"{name}\"\ntoken_sha256 = \"{digest}\"\n")
}

fn oauth(issuer: &Issuer) -> String {
    format!(
        "[http.oauth]\nissuer = \"{}\"\naudience = \"{AUDIENCE}\"\nalgorithms = [\"RS256\", \"ES256\", \"EdDSA\"]\n\
         scopes = [\"cloudtrail:read\"]\ntool_scopes = [\"aws.cloudtrail_event=cloudtrail:record\"]\n",
        issuer.url()
    )
}

fn seconds(offset: i64) -> i64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    i64::try_from(now).unwrap() + offset
}

/// The claims of a right token, with changes.
fn claims(issuer: &Issuer, changes: Value) -> Value {
    let mut claims = json!({
        "iss": issuer.url(), "aud": AUDIENCE, "sub": "alice", "client_id": "console", "scope": "openid cloudtrail:read",
        "exp": seconds(600), "iat": seconds(-5), "jti": "1",
    });
    merge(&mut claims, &changes);
    claims
}

fn list(served: &Served, authorization: &str) -> Reply {
    served.post(&[("authorization", authorization)], &call(1, "tools/list", json!({})))
}

fn challenge(reply: &Reply) -> &str {
    reply.header("www-authenticate").unwrap_or_default()
}

#[test]
fn a_caller_with_a_token_of_ours_is_let_in_and_nobody_else() {
    let (_folder, served) = Served::with_policy(&format!("{}{}", caller("bot", TOKEN), caller("oncall", "another-token")));
    for right in [format!("Bearer {TOKEN}"), format!("bearer {TOKEN}"), format!("BEARER   {TOKEN}"), "Bearer another-token".to_owned()] {
        assert_eq!(list(&served, &right).status, 200, "{right}");
    }
    let digest = format!("Bearer {:x?}", Sha256::digest(TOKEN));
    for wrong in [
        format!("Bearer {TOKEN}x"),
        format!("Bearer {}", TOKEN.to_uppercase()),
        format!("Bearer {}", &TOKEN[..40]),
        digest,
        "Bearer bot".to_owned(),
    ] {
        let reply = list(&served, &wrong);
        assert!(matches!(reply.status, 400 | 401), "{wrong}");
        assert!(challenge(&reply).starts_with("Bearer realm="), "{reply:?}");
        assert!(!reply.body.contains("0123456789"), "a token must not come back");
    }
    assert_eq!(served.get("/metrics", &[]).status, 401);
    assert_eq!(served.get("/metrics", &[("authorization", &format!("Bearer {TOKEN}"))]).status, 200);
    for open in ["/healthz", "/readyz"] {
        assert_eq!(served.get(open, &[]).status, 200);
    }
    assert_eq!(served.get("/.well-known/oauth-protected-resource", &[]).status, 404, "there is no issuer to name");
}

#[test]
fn a_made_caller_is_let_in_by_the_lines_that_were_printed() {
    let made = crate::binary::run(&["config", "caller", "bot"]);
    let printed = crate::binary::stdout(&made);
    let token = printed.lines().find(|line| line.starts_with("ctmcp_")).unwrap();
    let lines = &printed[printed.find("[[http.callers]]").unwrap()..];
    assert!(!lines.contains(token) && printed.matches(token).count() == 1);
    let (_folder, served) = Served::with_policy(lines);
    assert_eq!(list(&served, &format!("Bearer {token}")).status, 200);
    assert_eq!(crate::binary::run(&["config", "caller", "a b"]).status.code(), Some(2));
}

#[test]
fn an_issuers_token_is_let_in_when_everything_about_it_is_right() {
    let keys = [Key::new("rsa", Algorithm::RS256), Key::new("ec", Algorithm::ES256), Key::new("ed", Algorithm::EdDSA)];
    let issuer = Issuer::start(&keys.iter().collect::<Vec<_>>());
    let (_folder, served) = Served::with_policy(&format!("{}{}", oauth(&issuer), caller("bot", TOKEN)));
    for key in &keys {
        for (header, changes) in [
            (json!({}), json!({})),
            (json!({"typ": "JWT"}), json!({})),
            (json!({"typ": "application/AT+JWT"}), json!({})),
            (json!({"typ": null}), json!({})),
            (json!({"kid": null}), json!({})),
            // What a header offers as a key is not even looked at.
            (json!({"jku": "http://127.0.0.1:9/keys", "x5u": "http://127.0.0.1:9/", "jwk": {"kty": "oct", "k": "AAAA"}}), json!({})),
            (json!({}), json!({"aud": ["https://other.example", AUDIENCE]})),
            (json!({}), json!({"exp": seconds(-10)})),
            (json!({}), json!({"nbf": seconds(10)})),
            (json!({}), json!({"scope": null, "scp": ["cloudtrail:read"]})),
            (json!({}), json!({"scope": null, "scp": "cloudtrail:read other"})),
            (json!({}), json!({"sub": null})),
        ] {
            let reply = list(&served, &format!("Bearer {}", key.sign(&header, &claims(&issuer, changes.clone()))));
            assert_eq!(reply.status, 200, "{} {header} {changes}: {reply:?}", key.id);
        }
    }
    assert_eq!(list(&served, &format!("Bearer {TOKEN}")).status, 200, "both kinds of callers at one server");
    assert_eq!(issuer.asked_for_keys(), 1);
}

/// One way to be refused: what it is, what is sent, and the status.
struct Case {
    name: &'static str,
    target: &'static str,
    headers: Vec<(&'static str, String)>,
    status: u16,
}

fn bearer(name: &'static str, token: String, status: u16) -> Case {
    Case { name, target: "/mcp", headers: vec![("authorization", format!("Bearer {token}"))], status }
}

/// Everything that must not be let in. `right` is a token that would be.
fn cases(issuer: &Issuer, key: &Key, right: &str) -> Vec<Case> {
    let stranger = Key::other_rsa("rsa");
    let stranger_ec = Key::new("rsa", Algorithm::ES256);
    let mut cases = vec![];
    for (name, changes) in [
        ("another issuer", json!({"iss": "https://evil.example"})),
        ("issuer with a slash more", json!({"iss": format!("{}/", issuer.url())})),
        ("issuer in capitals", json!({"iss": issuer.url().to_uppercase()})),
        ("no issuer", json!({"iss": null})),
        ("issuers in a list", json!({"iss": [issuer.url()]})),
        ("issuer that is a number", json!({"iss": 7})),
        ("another audience", json!({"aud": "https://other.example/mcp"})),
        ("audience without its path", json!({"aud": "https://mcp.example"})),
        ("audience with a slash more", json!({"aud": format!("{AUDIENCE}/")})),
        ("audience by prefix", json!({"aud": format!("{AUDIENCE}2")})),
        ("audience list without us", json!({"aud": ["https://other.example", "https://mcp.example"]})),
        ("audience list that is empty", json!({"aud": []})),
        ("audience that is empty", json!({"aud": ""})),
        ("audience that is an object", json!({"aud": {"0": AUDIENCE}})),
        ("no audience", json!({"aud": null})),
        ("an upstream's audience", json!({"aud": "https://sts.amazonaws.com"})),
        ("the client as audience, as in an ID token", json!({"aud": "console", "nonce": "n"})),
        ("expired", json!({"exp": seconds(-120)})),
        ("expired just beyond the leeway", json!({"exp": seconds(-45)})),
        ("expired long ago", json!({"exp": 1})),
        ("expiry that is zero", json!({"exp": 0})),
        ("expiry that is negative", json!({"exp": -1})),
        ("expiry that is text", json!({"exp": "9999999999"})),
        ("expiry that is a list", json!({"exp": [seconds(600)]})),
        ("no expiry", json!({"exp": null})),
        ("not valid yet", json!({"nbf": seconds(300)})),
        ("not valid yet, just beyond the leeway", json!({"nbf": seconds(90)})),
        ("start that is text", json!({"nbf": "soon"})),
        ("no subject and no client", json!({"sub": null, "client_id": null})),
        ("no subject and a client with a line break", json!({"sub": null, "client_id": "a\nb"})),
        ("subject that is empty", json!({"sub": "", "client_id": null})),
        ("subject with a line break", json!({"sub": "alice\nbob"})),
        ("subject with invisible letters", json!({"sub": "ali\u{202e}ce"})),
        ("subject that is too long", json!({"sub": "a".repeat(256)})),
        ("subject that is an object", json!({"sub": {"$ne": 1}})),
        ("bound to a key by DPoP", json!({"cnf": {"jkt": "x"}})),
        ("bound to a certificate", json!({"cnf": {"x5t#S256": "x"}})),
    ] {
        cases.push(bearer(name, key.sign(&json!({}), &claims(issuer, changes)), 401));
    }
    for (name, changes) in [
        ("no scope", json!({"scope": null})),
        ("scope that is empty", json!({"scope": ""})),
        ("scope of another kind", json!({"scope": "cloudtrail:write"})),
        ("scope by prefix", json!({"scope": "cloudtrail:readonly"})),
        ("scope in capitals", json!({"scope": "CLOUDTRAIL:READ"})),
        ("scopes with commas", json!({"scope": "openid,cloudtrail:read"})),
    ] {
        cases.push(bearer(name, key.sign(&json!({}), &claims(issuer, changes)), 403));
    }
    let all = claims(issuer, json!({}));
    for (name, header) in [
        ("a key that is not there", json!({"kid": "other"})),
        ("a key whose name is a path", json!({"kid": "../../etc/passwd"})),
        ("a key whose name is empty", json!({"kid": ""})),
        ("an ID token's or logout token's kind", json!({"typ": "logout+jwt"})),
        ("a DPoP proof", json!({"typ": "dpop+jwt"})),
        ("a critical extension", json!({"crit": ["exp"]})),
        ("a payload that is not encoded", json!({"b64": false})),
        ("algorithm none", json!({"alg": "none"})),
        ("algorithm None", json!({"alg": "None"})),
        ("algorithm that is unknown", json!({"alg": "XX999"})),
        ("algorithm that is not allowed here", json!({"alg": "RS512"})),
        ("algorithm of another key", json!({"alg": "ES256"})),
        ("algorithm that is symmetric", json!({"alg": "HS256"})),
        ("no algorithm", json!({"alg": null})),
        ("encrypted rather than signed", json!({"alg": "RSA-OAEP", "enc": "A128GCM"})),
    ] {
        cases.push(bearer(name, key.sign(&header, &all), 401));
    }
    let public = key.public();
    let modulus = public["n"].as_str().unwrap().as_bytes();
    let parts: Vec<&str> = right.split('.').collect();
    let none = format!("{}.{}.", base64(br#"{"alg":"none","typ":"at+jwt"}"#), parts[1]);
    let other_claims = base64(claims(issuer, json!({"sub": "mallory"})).to_string().as_bytes());
    let middle = parts[2].len() / 2;
    let flipped = if &parts[2][middle..=middle] == "A" { "B" } else { "A" };
    for (name, token) in [
        ("signed by another's key under a known name", stranger.sign(&json!({}), &all)),
        ("signed by another kind of key under a known name", stranger_ec.sign(&json!({}), &all)),
        ("another's key that the header brings along", stranger.sign(&json!({"jwk": stranger.public()}), &all)),
        ("HS256 by the public key", symmetric(modulus, Algorithm::HS256, "rsa", &all)),
        ("HS256 by the public key's JSON", symmetric(public.to_string().as_bytes(), Algorithm::HS256, "rsa", &all)),
        ("HS512 by nothing", symmetric(b"", Algorithm::HS512, "rsa", &all)),
        ("no signature, algorithm none", none),
        ("no signature", format!("{}.{}.", parts[0], parts[1])),
        ("claims exchanged", format!("{}.{other_claims}.{}", parts[0], parts[2])),
        ("a bit of the signature turned", format!("{}.{}.{}{flipped}{}", parts[0], parts[1], &parts[2][..middle], &parts[2][middle + 1..])),
        ("signature cut", format!("{}.{}.{}", parts[0], parts[1], &parts[2][..middle])),
        ("a part too few", format!("{}.{}", parts[0], parts[1])),
        ("a part too many", format!("{right}.{}", parts[2])),
        ("padding", format!("{right}==")),
        ("not a token at all", "hello".to_owned()),
        ("only dots", "..".to_owned()),
        ("claims that are no object", key.sign(&json!({}), &json!("alice"))),
        ("too long", format!("{right}{}", "A".repeat(9_000))),
        ("a caller's name", "bot".to_owned()),
    ] {
        cases.push(bearer(name, token, 401));
    }
    for (name, headers, status) in [
        ("no token", vec![], 401),
        ("empty header", vec![("authorization", String::new())], 401),
        ("only the scheme", vec![("authorization", "Bearer".to_owned())], 400),
        ("only the scheme and a space", vec![("authorization", "Bearer ".to_owned())], 400),
        ("no scheme", vec![("authorization", right.to_owned())], 401),
        ("another scheme", vec![("authorization", format!("Basic {}", base64(format!("bot:{TOKEN}").as_bytes())))], 401),
        ("the DPoP scheme", vec![("authorization", format!("DPoP {right}"))], 401),
        ("a tab for the space", vec![("authorization", format!("Bearer\t{right}"))], 401),
        ("two tokens in one header", vec![("authorization", format!("Bearer {right} {right}"))], 400),
        ("two tokens with a comma", vec![("authorization", format!("Bearer {right}, Bearer {right}"))], 400),
        ("in quotes", vec![("authorization", format!("Bearer \"{right}\""))], 400),
        ("two headers", vec![("authorization", format!("Bearer {right}")), ("authorization", format!("Bearer {right}"))], 400),
        ("two headers of two schemes", vec![("authorization", "Basic YTpi".to_owned()), ("authorization", format!("Bearer {right}"))], 400),
        ("in another header", vec![("x-authorization", format!("Bearer {right}"))], 401),
        ("in the proxy's header", vec![("proxy-authorization", format!("Bearer {right}"))], 401),
        ("in a cookie", vec![("cookie", format!("access_token={right}"))], 401),
    ] {
        cases.push(Case { name, target: "/mcp", headers, status });
    }
    for (name, target) in
        [("in the address", "/mcp?access_token=TOKEN"), ("in the address, spelt otherwise", "/mcp?x=1&acce%73s_Token=TOKEN")]
    {
        cases.push(Case { name, target, headers: vec![], status: 400 });
        cases.push(Case { name, target, headers: vec![("authorization", format!("Bearer {right}"))], status: 400 });
    }
    cases
}

#[test]
fn nothing_but_a_right_token_is_let_in() {
    let key = Key::new("rsa", Algorithm::RS256);
    let issuer = Issuer::start(&[&key]);
    let (_folder, served) = Served::with_policy(&format!("{}{}", oauth(&issuer), caller("bot", TOKEN)));
    let right = key.sign(&json!({}), &claims(&issuer, json!({})));
    assert_eq!(list(&served, &format!("Bearer {right}")).status, 200, "the token that the cases spoil is right");
    let cases = cases(&issuer, &key, &right);
    assert!(cases.len() >= 60, "{}", cases.len());
    let body = call(1, "tools/list", json!({})).to_string();
    let mut wrong = BTreeMap::new();
    for case in &cases {
        let headers: Vec<(&str, &str)> = case.headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let reply = served.post_text(&case.target.replace("TOKEN", &right), &headers, &body);
        let says = match case.status {
            400 => "error=\"invalid_request\"",
            403 => "error=\"insufficient_scope\"",
            _ if case.headers.iter().any(|(name, value)| *name == "authorization" && value.starts_with("Bearer ")) => {
                "error=\"invalid_token\""
            }
            _ => "resource_metadata=",
        };
        if reply.status != case.status
            || !challenge(&reply).contains(says)
            || reply.body.contains("\"result\"")
            || reply.body.contains(&right)
        {
            wrong.insert(case.name, format!("{} {} {}", reply.status, challenge(&reply), reply.body));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(issuer.asked_for_keys() <= 2, "unknown keys must not be a way to make us ask the issuer: {}", issuer.asked_for_keys());
    assert_eq!(list(&served, &format!("Bearer {right}")).status, 200, "and it still is");
}

#[test]
fn a_tool_with_a_scope_of_its_own_asks_for_it_in_either_spelling() {
    let key = Key::new("ed", Algorithm::EdDSA);
    let issuer = Issuer::start(&[&key]);
    let (_folder, served) = Served::with_policy(&format!("{}{}", oauth(&issuer), caller("bot", TOKEN)));
    let with = |scope: &str| format!("Bearer {}", key.sign(&json!({}), &claims(&issuer, json!({"scope": scope}))));
    let (less, more) = (with("cloudtrail:read"), with("cloudtrail:record cloudtrail:read"));
    for name in ["aws.cloudtrail_event", "aws_cloudtrail_event"] {
        let message = call(1, "tools/call", json!({"name": name, "arguments": {"event_id": "00000000-0000-4000-8000-000000000000"}}));
        let refused = served.post(&[("authorization", &less)], &message);
        assert_eq!(refused.status, 403, "{refused:?}");
        assert!(challenge(&refused).contains("scope=\"cloudtrail:read cloudtrail:record\""), "{}", challenge(&refused));
        assert!(challenge(&refused).contains("resource_metadata=\"https://mcp.example/.well-known/oauth-protected-resource/mcp\""));
        assert_eq!(served.post(&[("authorization", &more)], &message).status, 200);
        assert_eq!(served.post(&[("authorization", &format!("Bearer {TOKEN}"))], &message).status, 200, "scopes are for issuers' tokens");
    }
    let other = call(1, "tools/call", json!({"name": "aws.cloudtrail_events", "arguments": {"limit": 1}}));
    assert_eq!(served.post(&[("authorization", &less)], &other).status, 200);
    assert_eq!(served.post(&[("authorization", &with("cloudtrail:record"))], &other).status, 403);
}

#[test]
fn clients_find_the_issuer_at_both_places() {
    let issuer = Issuer::start(&[]);
    let (_folder, served) = Served::with_policy(&oauth(&issuer));
    for place in ["/.well-known/oauth-protected-resource", "/.well-known/oauth-protected-resource/mcp"] {
        let reply = served.get(place, &[("origin", "http://localhost:6274")]);
        assert_eq!((reply.status, reply.header("content-type")), (200, Some("application/json")));
        assert_eq!(reply.header("access-control-allow-origin"), Some("http://localhost:6274"));
        let metadata = reply.json();
        assert_eq!(metadata["resource"], AUDIENCE);
        assert_eq!(metadata["authorization_servers"], json!([issuer.url()]));
        assert_eq!(metadata["bearer_methods_supported"], json!(["header"]));
        assert_eq!(metadata["scopes_supported"], json!(["cloudtrail:read", "cloudtrail:record"]));
    }
    assert_eq!(served.get("/.well-known/oauth-protected-resource/other", &[]).status, 404);
    let asked = list(&served, "");
    assert_eq!(asked.status, 401);
    assert_eq!(
        challenge(&asked),
        "Bearer realm=\"cloudtrail-mcp\", scope=\"cloudtrail:read\", \
         resource_metadata=\"https://mcp.example/.well-known/oauth-protected-resource/mcp\""
    );
}

#[test]
fn a_rotated_key_is_found_without_a_restart_and_a_flood_of_unknown_ones_is_not_passed_on() {
    let (old, new) = (Key::new("old", Algorithm::EdDSA), Key::new("new", Algorithm::ES256));
    let issuer = Issuer::start(&[&old]);
    let (_folder, served) = Served::with_policy(&oauth(&issuer));
    let token = |key: &Key| format!("Bearer {}", key.sign(&json!({}), &claims(&issuer, json!({}))));
    assert_eq!(list(&served, &token(&old)).status, 200);
    issuer.publish(&[&new]);
    assert_eq!(list(&served, &token(&new)).status, 200);
    assert_eq!(list(&served, &token(&old)).status, 401);
    for n in 0..100 {
        let unknown = old.sign(&json!({"kid": format!("unknown-{n}")}), &claims(&issuer, json!({})));
        assert_eq!(list(&served, &format!("Bearer {unknown}")).status, 401);
    }
    assert_eq!(issuer.asked_for_keys(), 2);
    issuer.go_down(true);
    assert_eq!(list(&served, &token(&new)).status, 200, "known keys serve while the issuer is away");
}

#[test]
fn without_the_issuers_keys_nobody_is_let_in_and_readiness_says_so() {
    let key = Key::new("ed", Algorithm::EdDSA);
    for breaks in [|issuer: &Issuer| issuer.go_down(true), |issuer: &Issuer| issuer.call_itself("https://evil.example")] {
        let issuer = Issuer::start(&[&key]);
        breaks(&issuer);
        let (_folder, served) = Served::with_policy(&oauth(&issuer));
        let ready = served.get("/readyz", &[]);
        assert_eq!(ready.status, 503);
        assert!(ready.json()["notes"]["oauth"].as_str().unwrap().contains("signing keys"));
        let reply = list(&served, &format!("Bearer {}", key.sign(&json!({}), &claims(&issuer, json!({})))));
        assert_eq!((reply.status, reply.header("retry-after").is_some()), (503, true));
        assert_eq!(served.get("/healthz", &[]).status, 200);
    }
}

#[test]
#[cfg(unix)]
fn a_caller_that_is_taken_out_of_the_file_is_out_at_the_next_reading() {
    let (folder, served) = Served::with_policy(&caller("bot", TOKEN));
    let token = |token: &str| list(&served, &format!("Bearer {token}")).status;
    assert_eq!((token(TOKEN), token("another-token")), (200, 401));
    let write = |policy: &str| {
        std::fs::write(folder.path().join("policy.toml"), policy).unwrap();
        served.signal("HUP");
    };
    write(&format!("[http]\nallowed_hosts = [\"localhost\", \"mcp.example\"]\n{}", caller("oncall", "another-token")));
    crate::team::wait_for(|| token("another-token") == 200);
    assert_eq!(token(TOKEN), 401, "a token that leaked ends without a restart");
    assert_eq!(served.send("GET", "/healthz", &[("host", "mcp.example")], "").status, 200);
    write("[http]\ntls_cert = \"/nonexistent/cert.pem\"\ntls_key = \"/nonexistent/key.pem\"\n");
    crate::team::wait_for(|| served.get("/readyz", &[]).json()["notes"]["policy"].is_string());
    assert_eq!((token("another-token"), token(TOKEN)), (200, 401), "settings that cannot hold change nothing");
}

#[test]
fn tls_is_served_from_the_files_that_are_named_and_nothing_else_speaks_there() {
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let (certificate, key) = (made.cert.pem(), made.signing_key.serialize_pem());
    let (_folder, path) = crate::binary::folder(&[("cert.pem", &certificate), ("key.pem", &key), ("other.pem", "nothing")]);
    let file = |name: &str| path.join(name).to_str().unwrap().to_owned();
    let (_policy, served) = Served::with_policy(&format!("[http]\ntls_cert = {:?}\ntls_key = {:?}\n", file("cert.pem"), file("key.pem")));
    let mut roots = rustls::RootCertStore::empty();
    roots.add(made.cert.der().clone()).unwrap();
    let provider = std::sync::Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let config = std::sync::Arc::new(config.with_root_certificates(roots).with_no_client_auth());
    let mut client = rustls::ClientConnection::new(config, "localhost".try_into().unwrap()).unwrap();
    let mut stream = served.connect();
    let mut tls = rustls::Stream::new(&mut client, &mut stream);
    std::io::Write::write_all(&mut tls, b"GET /healthz HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    let _ = std::io::Read::read_to_string(&mut tls, &mut answer);
    assert!(answer.starts_with("HTTP/1.1 200") && answer.ends_with("ok\n"), "{answer}");

    let mut plain = served.connect();
    std::io::Write::write_all(&mut plain, b"GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n").unwrap();
    let mut answer = Vec::new();
    let _ = std::io::Read::read_to_end(&mut plain, &mut answer);
    assert!(!answer.starts_with(b"HTTP"), "what is not encrypted is not answered");

    for (certificate, key, named) in
        [("other.pem", "key.pem", "http.tls_cert"), ("cert.pem", "other.pem", "http.tls_key"), ("none.pem", "key.pem", "http.tls_cert")]
    {
        let policy = format!("[http]\nlisten = \"127.0.0.1:0\"\ntls_cert = {:?}\ntls_key = {:?}\n", file(certificate), file(key));
        let (_folder, path) = crate::binary::folder(&[("policy.toml", &policy)]);
        for command in [["serve", "--demo"], ["config", "check"]] {
            let refused =
                crate::binary::command().args(command).args(["--config", path.join("policy.toml").to_str().unwrap()]).output().unwrap();
            assert_eq!(refused.status.code(), Some(78));
            assert!(crate::binary::stderr(&refused).contains(named), "{}", crate::binary::stderr(&refused));
        }
    }
}
