//! Host and Origin on every route, in every spelling that somebody may try.

use super::server::Served;

const ROUTES: [(&str, &str); 7] = [
    ("POST", "/mcp"),
    ("GET", "/mcp"),
    ("GET", "/healthz"),
    ("GET", "/readyz"),
    ("GET", "/metrics"),
    ("GET", "/.well-known/oauth-protected-resource/mcp"),
    ("OPTIONS", "/nowhere"),
];
const PING: &str = r#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#;

fn ask(served: &Served, (method, path): (&str, &str), headers: &[(&str, &str)]) -> super::server::Reply {
    let mut all = headers.to_vec();
    all.extend([("content-type", "application/json"), ("accept", "application/json, text/event-stream")]);
    served.send(method, path, &all, if method == "POST" { PING } else { "" })
}

/// Whether the guard let it through: what comes after may still say 404 or 405.
fn let_in(status: u16) -> bool {
    !matches!(status, 400 | 403)
}

#[test]
fn only_this_machines_own_names_are_hosts() {
    let served = Served::demo();
    let right = [
        "localhost",
        "LOCALHOST",
        "localhost:8080",
        "LocalHost:1",
        "127.0.0.1",
        "127.0.0.1:65535",
        "[::1]",
        "[::1]:8080",
        "[0:0:0:0:0:0:0:1]",
    ];
    let wrong = [
        "evil.example",
        "evil.example:8080",
        "localhost.evil.example",
        "evil.localhost",
        "notlocalhost",
        "localhost.",
        "localhost:",
        "localhost:0",
        "localhost:65536",
        "localhost:80:80",
        "user@localhost",
        "localhost@evil.example",
        "127.0.0.1.evil.example",
        "127.0.0.2",
        "127.1",
        "0x7f000001",
        "2130706433",
        "0.0.0.0",
        "192.0.2.7",
        "[::]",
        "::1",
        "[::1",
        "[::1]evil",
        "[::ffff:127.0.0.1]",
        "localhost/",
        "localhost, evil.example",
        "*",
        "",
    ];
    assert!(right.len() + wrong.len() >= 24);
    for route in ROUTES {
        for host in right {
            assert!(let_in(ask(&served, route, &[("host", host)]).status), "{route:?} {host}");
        }
        for host in wrong {
            assert!(!let_in(ask(&served, route, &[("host", host)]).status), "{route:?} {host:?}");
        }
        let twice = ask(&served, route, &[("host", "localhost"), ("host", "localhost")]);
        let split = ask(&served, route, &[("host", "localhost"), ("host", "evil.example")]);
        let missing = ask(&served, route, &[]);
        assert_eq!([twice.status, split.status, missing.status], [400, 400, 400], "{route:?}");
    }
}

#[test]
fn a_target_in_absolute_form_does_not_get_around_the_host() {
    let served = Served::demo();
    for (target, host, status) in [
        ("http://localhost/healthz", "localhost", 200),
        ("http://evil.example/healthz", "localhost", 403),
        ("http://localhost/healthz", "evil.example", 403),
        ("http://user@localhost/healthz", "localhost", 400),
        ("http://localhost:99/healthz", "127.0.0.1", 200),
    ] {
        assert_eq!(served.send("GET", target, &[("host", host)], "").status, status, "{target} {host}");
    }
    assert!(!let_in(served.send("CONNECT", "evil.example:443", &[("host", "localhost")], "").status));
}

#[test]
fn only_this_machines_own_pages_are_origins() {
    let served = Served::demo();
    let right = [
        "http://localhost",
        "http://localhost:3000",
        "HTTP://LocalHost:3000",
        "http://127.0.0.1:80",
        "http://127.0.0.1",
        "http://[::1]:5173",
    ];
    let wrong = [
        "null",
        "NULL",
        "",
        "*",
        "localhost",
        "http://",
        "https://localhost",
        "https://localhost:443",
        "http://localhost.evil.example",
        "http://evil.example",
        "http://localhost@evil.example",
        "http://evil.example@localhost",
        "http://localhost:3000.evil.example",
        "http://localhost/",
        "http://localhost:3000/page",
        "http://localhost:",
        "http://localhost:99999",
        "http://127.0.0.1.evil.example",
        "http://127.0.0.2",
        "http://[::ffff:127.0.0.1]",
        "http://xn--lcalhost-54a",
        "file://",
        "file://localhost",
        "chrome-extension://localhost",
        "ws://localhost",
        "http:localhost",
        "http://localhost http://evil.example",
        "http://LOCALHOST.",
    ];
    assert!(right.len() + wrong.len() >= 24);
    for route in ROUTES {
        for origin in right {
            let reply = ask(&served, route, &[("host", "localhost"), ("origin", origin)]);
            assert!(let_in(reply.status), "{route:?} {origin}");
            assert_eq!(reply.header("access-control-allow-origin"), Some(origin));
            assert_eq!(reply.header("vary"), Some("origin"));
            assert_eq!(reply.header("access-control-allow-credentials"), None);
        }
        for origin in wrong {
            let reply = ask(&served, route, &[("host", "localhost"), ("origin", origin)]);
            assert_eq!(reply.status, 403, "{route:?} {origin:?}");
            assert_eq!(reply.header("access-control-allow-origin"), None, "{route:?} {origin:?}");
        }
        let twice = ask(&served, route, &[("host", "localhost"), ("origin", "http://localhost"), ("origin", "http://evil.example")]);
        assert_eq!(twice.status, 403, "{route:?}");
        let none = ask(&served, route, &[("host", "localhost")]);
        assert!(let_in(none.status) && none.header("access-control-allow-origin").is_none(), "{route:?}");
    }
}

#[test]
fn a_list_of_hosts_and_origins_takes_the_place_of_the_built_in_one() {
    let policy = "[http]\nallowed_hosts = [\"mcp.example\", \"[2001:db8::1]:8443\"]\nallowed_origins = [\"https://chat.example\", \"http://dev.example:*\"]\n";
    let (_folder, served) = Served::with_policy(policy);
    for (host, status) in [
        ("mcp.example", 200),
        ("MCP.example:8443", 200),
        ("[2001:db8:0::1]:8443", 200),
        ("[2001:db8::1]", 403),
        ("localhost", 403),
        ("a.mcp.example", 403),
    ] {
        assert_eq!(served.send("GET", "/healthz", &[("host", host)], "").status, status, "{host}");
    }
    for (origin, status) in [
        ("https://chat.example", 200),
        ("https://chat.example:443", 200),
        ("https://chat.example:8443", 403),
        ("http://chat.example", 403),
        ("http://dev.example:5173", 200),
        ("http://localhost", 403),
        ("null", 403),
    ] {
        assert_eq!(served.send("GET", "/healthz", &[("host", "mcp.example"), ("origin", origin)], "").status, status, "{origin}");
    }
}

#[test]
fn a_page_is_told_beforehand_what_it_may_send() {
    let served = Served::demo();
    let asks = [
        ("host", "localhost"),
        ("origin", "http://localhost:3000"),
        ("access-control-request-method", "POST"),
        ("access-control-request-headers", "x-other"),
    ];
    let told = served.send("OPTIONS", "/mcp", &asks, "");
    assert_eq!((told.status, told.header("access-control-allow-methods")), (204, Some("POST, OPTIONS")));
    let headers = told.header("access-control-allow-headers").unwrap();
    assert!(headers.contains("authorization") && headers.contains("mcp-protocol-version") && !headers.contains("x-other"));
    let stranger = served.send(
        "OPTIONS",
        "/mcp",
        &[("host", "localhost"), ("origin", "https://evil.example"), ("access-control-request-method", "POST")],
        "",
    );
    assert_eq!((stranger.status, stranger.header("access-control-allow-methods")), (403, None));
    let no_page = served.send("OPTIONS", "/mcp", &[("host", "localhost")], "");
    assert_eq!(
        (no_page.status, no_page.header("access-control-allow-methods"), no_page.header("allow")),
        (204, None, Some("POST, OPTIONS"))
    );
}
