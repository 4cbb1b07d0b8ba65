//! Hosts and browser origins, as settings and requests spell them: read strictly, compared without case.

use std::net::{Ipv4Addr, Ipv6Addr};

/// A host, perhaps with a port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Authority {
    /// A name or IPv4 address in lower case, or an IPv6 address in brackets, in its shortest spelling.
    pub host: String,
    /// The port, when there is one.
    pub port: Option<u16>,
}

impl Authority {
    /// Reads `localhost`, `mcp.example:8443`, `192.0.2.7`, `[::1]:8080`.
    ///
    /// Shape: nothing for user names, empty labels, a trailing dot, an empty port, port 0, or anything that is no host.
    pub fn parse(text: &str) -> Option<Self> {
        let (host, port) = match text.strip_prefix('[').map(|rest| rest.split_once(']')) {
            Some(bracketed) => {
                let (address, rest) = bracketed?;
                (format!("[{}]", address.parse::<Ipv6Addr>().ok()?), rest)
            }
            None => {
                let end = text.find(':').unwrap_or(text.len());
                let (name, rest) = text.split_at_checked(end)?;
                (is_name(name).then(|| name.to_ascii_lowercase())?, rest)
            }
        };
        let port = match port.strip_prefix(':') {
            Some(digits) if digits.bytes().all(|b| b.is_ascii_digit()) => Some(digits.parse().ok().filter(|port| *port != 0)?),
            None if port.is_empty() => None,
            _ => return None,
        };
        Some(Self { host, port })
    }

    /// Tells whether it is one of the names by which a machine knows itself.
    pub fn is_loopback(&self) -> bool {
        LOOPBACK.contains(&self.host.as_str())
    }

    /// Tells whether an entry of a list admits `other`: without a port it admits any.
    pub fn admits(&self, other: &Self) -> bool {
        self.host == other.host && (self.port.is_none() || self.port == other.port)
    }
}

/// The names by which a machine knows itself.
pub const LOOPBACK: [&str; 3] = ["localhost", "127.0.0.1", "[::1]"];

/// Letters, digits, hyphens and underscores in labels; what looks like an address must be one, as browsers read `127.1` as one.
fn is_name(name: &str) -> bool {
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
            && !label.starts_with('-')
    };
    let numeric = name.rsplit('.').next().is_some_and(|last| last.starts_with(|c: char| c.is_ascii_digit()));
    name.len() <= 253 && name.split('.').all(label) && (!numeric || name.parse::<Ipv4Addr>().is_ok())
}

/// A browser's origin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    scheme: String,
    host: String,
    /// The port, that of the scheme filled in.
    port: Option<u16>,
}

impl Origin {
    /// Reads `https://chat.example` or `http://localhost:5173` as browsers send it.
    ///
    /// Shape: nothing for `null`, a path, even `/`, a user name, or anything that is no origin.
    pub fn parse(text: &str) -> Option<Self> {
        Self::read(text).map(|(origin, _)| origin)
    }

    /// Reads an origin, and whether its port was spelt.
    fn read(text: &str) -> Option<(Self, bool)> {
        let (scheme, rest) = text.split_once("://")?;
        let scheme = scheme.to_ascii_lowercase();
        let right = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'+' | b'-' | b'.');
        if !scheme.starts_with(|c: char| c.is_ascii_lowercase()) || !scheme.bytes().all(right) {
            return None;
        }
        let authority = Authority::parse(rest)?;
        let port = authority.port.or(match scheme.as_str() {
            "http" => Some(80),
            "https" => Some(443),
            _ => None,
        });
        Some((Self { scheme, host: authority.host, port }, authority.port.is_some()))
    }
}

/// An entry of the list of origins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AllowedOrigin {
    origin: Origin,
    any_port: bool,
}

impl AllowedOrigin {
    /// Reads an origin, or one whose port is `*`.
    pub fn parse(text: &str) -> Option<Self> {
        let any_port = text.ends_with(":*");
        let (origin, spelt) = Origin::read(text.strip_suffix(":*").unwrap_or(text))?;
        (!any_port || !spelt).then_some(Self { origin, any_port })
    }

    /// Returns the origins of this machine: any port, without TLS.
    pub fn loopback() -> Vec<Self> {
        let origin = |host: &&str| Origin { scheme: "http".to_owned(), host: (*host).to_owned(), port: None };
        LOOPBACK.iter().map(|host| Self { origin: origin(host), any_port: true }).collect()
    }

    /// Tells whether the entry admits `other`.
    pub fn admits(&self, other: &Origin) -> bool {
        self.origin.scheme == other.scheme && self.origin.host == other.host && (self.any_port || self.origin.port == other.port)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_are_read_strictly_and_compared_without_case() {
        for (text, host, port) in [
            ("localhost", "localhost", None),
            ("LOCALHOST:8080", "localhost", Some(8080)),
            ("192.0.2.7:1", "192.0.2.7", Some(1)),
            ("[::1]", "[::1]", None),
            ("[0:0:0:0:0:0:0:1]:65535", "[::1]", Some(65_535)),
            ("a_b.mcp-1.example", "a_b.mcp-1.example", None),
        ] {
            assert_eq!(Authority::parse(text), Some(Authority { host: host.to_owned(), port }), "{text}");
        }
        for text in [
            "",
            ":80",
            "localhost:",
            "localhost:0",
            "localhost:65536",
            "localhost:+80",
            "localhost.",
            ".localhost",
            "a..b",
            "user@localhost",
            "::1",
            "[::1",
            "[::1%25lo]",
            "[::1]x",
            "127.1",
            "0x7f.1",
            "2130706433",
            "127.0.0.1.",
            "localhost/",
            "local host",
            "localhost\t",
            "lo\u{441}alhost",
            "*",
            "-a",
        ] {
            assert_eq!(Authority::parse(text), None, "{text:?}");
        }
    }

    #[test]
    fn an_entry_without_a_port_admits_any_and_one_with_a_port_only_that() {
        let [any, exact] = ["mcp.example", "mcp.example:8443"].map(|text| Authority::parse(text).unwrap());
        let [bare, right, other] = ["mcp.example", "MCP.example:8443", "mcp.example:8444"].map(|text| Authority::parse(text).unwrap());
        assert!([&bare, &right, &other].into_iter().all(|host| any.admits(host)));
        assert_eq!([&bare, &right, &other].map(|host| exact.admits(host)), [false, true, false]);
    }

    #[test]
    fn an_origin_is_scheme_host_and_port_and_nothing_else() {
        let same = |a: &str, b: &str| AllowedOrigin::parse(a).unwrap().admits(&Origin::parse(b).unwrap());
        assert!(same("https://chat.example", "https://chat.example:443") && same("https://chat.example:443", "HTTPS://Chat.Example"));
        assert!(!same("https://chat.example", "http://chat.example") && !same("https://chat.example", "https://chat.example:8443"));
        assert!(same("http://dev.example:*", "http://dev.example:9") && !same("http://dev.example:*", "http://sub.dev.example"));
        assert!(same("http://[::1]:*", "http://[::1]:9"));
        for text in [
            "null",
            "",
            "chat.example",
            "https://",
            "https://chat.example/",
            "https://a@chat.example",
            "https://chat.example:x",
            "://a",
            "1a://b",
        ] {
            assert_eq!(Origin::parse(text), None, "{text}");
        }
        for text in ["*", "https://*", "https://*.example", "https://chat.example:443:*", "null"] {
            assert_eq!(AllowedOrigin::parse(text), None, "{text}");
        }
    }
}
