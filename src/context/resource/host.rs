//! Hosts and addresses in texts that no row of the [`table`](super::table) takes for a resource of AWS: somebody's own domain, a node, an
//! endpoint of a service.

use std::net::IpAddr;
use std::sync::LazyLock;

use regex::Regex;

/// How many hosts and addresses of one incident are kept.
pub(super) const MAX_HOSTS: usize = 12;

/// What a host stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Host {
    /// A domain name that somebody gave.
    Own(String),
    /// An address.
    Address(IpAddr),
    /// What VPC endpoints call the service behind an endpoint of AWS: `com.amazonaws.eu-west-1.ecr.dkr`.
    Service(String),
}

/// A run of what hosts are made of.
#[expect(clippy::expect_used, reason = "a literal pattern")]
static RUN: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"[A-Za-z0-9_][A-Za-z0-9._-]*[A-Za-z0-9]").expect("pattern"));

/// An endpoint of a service of AWS.
///
/// Source: AWS General Reference, "Service endpoints"; a registry's host begins with an account.
#[expect(clippy::expect_used, reason = "a literal pattern")]
static ENDPOINT: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"^(?:[0-9]{12}\.)?((?:api|dkr|data|runtime|streaming)\.)?([a-z][a-z0-9-]{1,40})\.([a-z]{2}(?:-[a-z]+)+-[0-9])\.amazonaws\.com$",
    )
    .expect("pattern")
});

/// A host name that EC2 gives after the private address.
#[expect(clippy::expect_used, reason = "a literal pattern")]
static NODE: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"^ip-([0-9]{1,3})-([0-9]{1,3})-([0-9]{1,3})-([0-9]{1,3})(?:\.|$)").expect("pattern"));

/// Finds the hosts in a text; `keyed` tells whether a label's name says that it is one.
pub(super) fn hosts(text: &str, keyed: bool) -> impl Iterator<Item = Host> + '_ {
    RUN.find_iter(text).filter_map(move |run| {
        let (before, after) = (text.get(..run.start()).unwrap_or_default(), text.get(run.end()..).unwrap_or_default());
        let name = run.as_str();
        if let Some(address) = address(name) {
            // `10.0.0.0/16` is a network, and what a letter or a dash stands before is something else's number.
            let network = after.starts_with('/') && after.get(1..).is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
            return (!network).then_some(Host::Address(address));
        }
        if let Some(endpoint) = ENDPOINT.captures(name) {
            let part = |index: usize| endpoint.get(index).map_or("", |part| part.as_str());
            let service = [part(2), part(1).trim_end_matches('.')].join(".");
            return Some(Host::Service(format!("com.amazonaws.{}.{}", part(3), service.trim_end_matches('.'))));
        }
        let address_behind = after.starts_with('/') || port(after);
        if before.strip_suffix("://").is_some_and(is_reading) {
            return None;
        }
        let sure = before.ends_with("://") || keyed || address_behind && !before.ends_with('/');
        // What stands before an `@` is a person, what stands after one is where they have their mail.
        let mail = before.ends_with('@') || after.starts_with('@');
        (!mail && !before.ends_with("](") && is_domain(name, sure)).then(|| Host::Own(name.to_owned()))
    })
}

/// Reads an address, also out of the name of a node; not one that is nobody's.
fn address(name: &str) -> Option<IpAddr> {
    let of_node = || NODE.captures(name).and_then(|parts| parts.extract::<4>().1.join(".").parse().ok());
    let address: IpAddr = name.parse().ok().or_else(of_node)?;
    let link_local =
        matches!(address, IpAddr::V4(address) if address.is_link_local() || address.is_broadcast() || address.octets().first() == Some(&0));
    (!address.is_loopback() && !address.is_unspecified() && !link_local).then_some(address)
}

/// Tells whether a text leads to an address that people are to read, which is not what is ill: `Runbook: https`.
fn is_reading(lead: &str) -> bool {
    const READ: &[&str] = &["runbook", "playbook", "dashboard", "graph", "see", "docs", "details", "more", "silence", "source"];
    let lead = lead.trim_end_matches("https").trim_end_matches("http").trim_end_matches(|c: char| !c.is_alphanumeric());
    lead.rsplit(|c: char| !c.is_alphanumeric()).next().is_some_and(|word| READ.iter().any(|known| word.eq_ignore_ascii_case(known)))
}

/// Tells whether a text goes on with a port.
fn port(after: &str) -> bool {
    after.strip_prefix(':').is_some_and(|rest| rest.bytes().take_while(u8::is_ascii_digit).count() >= 2)
}

/// Tells whether a name is a domain that somebody gave; `sure` where it stands like a host.
///
/// Domains are written in lower case, as classes and files mostly are not; one of two labels is as often a file.
fn is_domain(name: &str, sure: bool) -> bool {
    let labels: Vec<&str> = name.split('.').collect();
    let Some((top, rest)) = labels.split_last().filter(|(_, rest)| !rest.is_empty()) else { return false };
    let label = |label: &&str| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'-' | b'_'))
    };
    let top_ok = (2..=24).contains(&top.len()) && top.bytes().all(|b| b.is_ascii_lowercase()) && !FILES.contains(top);
    let general = TOPS.contains(top) || top.len() == 2;
    let enough = if sure { general || rest.len() >= 2 } else { rest.len() >= 2 && general };
    top_ok && enough && rest.iter().all(label) && !is_of_aws(name) && !is_within_cluster(name)
}

/// Tells whether a host is of AWS: what it stands for is told by the table, or nobody's.
fn is_of_aws(name: &str) -> bool {
    const ENDS: &[&str] = &[
        ".amazonaws.com",
        ".amazonaws.com.cn",
        ".aws.amazon.com",
        ".compute.internal",
        ".ec2.internal",
        ".on.aws",
        ".aws.dev",
        ".cloudfront.net",
        ".awsapps.com",
    ];
    ENDS.iter().any(|end| name.ends_with(end))
}

/// Tells whether a host is known within a Kubernetes cluster only.
fn is_within_cluster(name: &str) -> bool {
    name.ends_with(".svc") || name.ends_with(".cluster.local") || name.contains(".svc.")
}

/// Top-level domains of three letters and more in which people have hosts, those for inside and for examples included.
const TOPS: &[&str] = &[
    "com", "net", "org", "edu", "gov", "mil", "int", "info", "biz", "dev", "app", "cloud", "tech", "internal", "local", "corp", "lan",
    "intra", "private", "example", "test", "invalid", "health", "finance", "bank", "shop", "store", "online", "site", "xyz", "pro",
];

/// Endings of two letters that files bear as often.
const FILES: &[&str] = &["py", "js", "ts", "tf", "rs", "sh", "md", "rb", "go", "gz", "so", "cs", "kt"];

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<String> {
        let show = |host| match host {
            Host::Own(name) => name,
            Host::Address(address) => address.to_string(),
            Host::Service(name) => name,
        };
        hosts(text, false).map(show).collect()
    }

    #[test]
    fn hosts_and_addresses_are_found_where_people_write_them() {
        for (text, expected) in [
            ("https://api.shop.example.io/health answers 503", "api.shop.example.io"),
            ("api.example.org 403 on /v2", "api.example.org"),
            ("instance=web.internal:9100", "web.internal"),
            ("dial tcp 10.14.9.12:2500: i/o timeout", "10.14.9.12"),
            ("node ip-10-21-44-9.ec2.internal is not ready", "10.21.44.9"),
            ("Get https://111122223333.dkr.ecr.eu-west-1.amazonaws.com/v2/: timeout", "com.amazonaws.eu-west-1.ecr.dkr"),
            ("https://sqs.us-east-1.amazonaws.com/ refused", "com.amazonaws.us-east-1.sqs"),
        ] {
            assert_eq!(found(text), [expected], "{text}");
        }
    }

    #[test]
    fn what_only_looks_like_a_host_is_none() {
        for text in [
            "botocore.exceptions.ClientError",
            "java.net.SocketTimeoutException at app.py",
            "see values.yaml and main.tf",
            "mail ops@example.com",
            "Runbook: https://wiki.example/rb/1",
            "image rel-2026.02.26",
            "10.0.0.0/16 and 127.0.0.1",
            "checkout.prod.svc.cluster.local",
            "bucket.s3.eu-west-1.amazonaws.com",
            "p99 above 2.5s, version 1.2.3",
        ] {
            assert_eq!(found(text), Vec::<String>::new(), "{text}");
        }
    }
}
