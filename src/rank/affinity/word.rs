//! Words of names: which tell whose a thing is, and which everybody uses.

use crate::event::camel_words;
use crate::rank::topology::COMMON_WORDS;

/// Shortest word that tells something, in letters; a shorter one is met by chance.
const MIN_WORD: usize = 3;

/// Short words for environments, layers and services, which everybody's names hold.
#[rustfmt::skip] // Words read best in lines.
const COMMON_SHORT: &[&str] = &[
    "api", "app", "web", "dev", "uat", "stg", "prd", "sbx", "svc", "job", "log", "tmp", "aws", "new", "old", "sub", "pub", "pri", "src", "dst", "lb",
    "alb", "nlb", "elb", "rds", "sqs", "sns", "ecs", "eks", "efs", "ebs", "iam", "kms", "ssm", "vpc", "cdn", "dns", "acl", "nat", "asg", "ami", "cpu",
    "arn", "url", "com", "net", "org", "www", "the", "and", "for", "not", "all", "any", "use", "get", "set", "via", "key", "tag", "env", "run",
];

/// Words of alerts and of AWS that name no service of anybody's.
const VOCABULARY: &[&str] = &[
    "queue",
    "function",
    "table",
    "bucket",
    "database",
    "instance",
    "error",
    "latency",
    "high",
    "alarm",
    "alert",
    "state",
    "rate",
    "count",
    "percent",
    "threshold",
    "crossed",
    "datapoint",
    "region",
    "account",
    "network",
    "security",
    "connection",
    "request",
    "response",
    "target",
    "balancer",
    "load",
    "health",
    "check",
    "failed",
    "fail",
    "host",
    "access",
    "denied",
    "message",
    "event",
    "metric",
    "stream",
    "topic",
    "parameter",
    "secret",
    "config",
    "deploy",
    "release",
    "version",
    "user",
    "team",
    "platform",
    "value",
    "time",
    "minute",
    "severity",
    "info",
    "page",
    "oncall",
    "ticket",
    "status",
    "firing",
    "resolved",
    "trigger",
    "monitor",
    "triggered",
    "query",
    "name",
    "alertname",
    "summary",
    "description",
    "runbook",
    "example",
    "https",
    "http",
    "with",
    "from",
    "that",
    "this",
    "than",
    "more",
    "since",
    "have",
    "been",
    "some",
    "cannot",
    "could",
    "does",
    "down",
    "into",
    "over",
    "under",
    "after",
    "before",
    "stack",
    "dashboard",
    "github",
    "live",
    "data",
    "file",
    "decrypt",
    "encrypt",
    "reason",
    "invoke",
    "publish",
    "consume",
    "permission",
    "policy",
];

/// Tells whether a word, in lower case, names no service of anybody's.
pub(super) fn is_vocabulary(word: &str) -> bool {
    VOCABULARY.contains(&word) || VOCABULARY.contains(&stem(word))
}

/// Returns a word without a plural's s. What is left may be no word, so it is only compared, never shown.
pub(super) fn stem(word: &str) -> &str {
    if word.len() > MIN_WORD { word.trim_end_matches('s') } else { word }
}

/// Tells whether a text holds letters enough for a word of a name.
pub(super) fn tells(name: &str) -> bool {
    name.as_bytes().windows(MIN_WORD).any(|run| run.iter().all(u8::is_ascii_alphabetic))
}

/// Splits a name into the words that tell something: no ids, no ARNs, no environment or layer words, no numbers.
pub(super) fn name_words(name: &str) -> Vec<String> {
    // `vpce-0123456789abcdef0` is no word: the kind of thing, and a number.
    let is_id = name.rsplit_once('-').is_some_and(|(_, tail)| tail.len() >= 8 && tail.bytes().all(|b| b.is_ascii_hexdigit()));
    if is_id || name.starts_with("arn:") || name.starts_with("http") {
        return Vec::new();
    }
    let common = |word: &str| COMMON_WORDS.contains(&word) || COMMON_SHORT.contains(&word);
    // The domain of a host is everybody's.
    let name = host(name).unwrap_or(name);
    camel_words(name)
        .filter(|word| word.len() >= MIN_WORD && word.bytes().all(|b| b.is_ascii_alphabetic()))
        .map(str::to_lowercase)
        .filter(|word| !common(word) && !common(stem(word)))
        .collect()
}

/// Returns a domain name without its registered domain: `shop` of `shop.example.com`; nothing when it is none.
///
/// Two labels are a domain only under a name that domains end in: `orders.fifo` is a queue.
fn host(name: &str) -> Option<&str> {
    const TOPS: &[&str] = &["com", "net", "org", "io", "dev", "app", "co", "cloud", "ai", "internal", "local", "corp"];
    let domain = name.trim_end_matches('.');
    let (rest, top) = domain.rsplit_once('.')?;
    let is_domain = (2..=8).contains(&top.len())
        && top.bytes().all(|b| b.is_ascii_lowercase())
        && rest.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'*' | b'_'));
    match rest.rsplit_once('.') {
        _ if !is_domain => None,
        Some((host, _)) => Some(host),
        None => TOPS.contains(&top).then_some(""),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_gives_its_telling_words_and_an_id_gives_none() {
        assert_eq!(name_words("prod-search-worker"), ["search"]);
        assert_eq!(name_words("OrdersFn-ord-evt"), ["orders", "ord", "evt"]);
        assert_eq!(name_words("i-0123456789abcdef0"), Vec::<String>::new());
        assert_eq!(name_words("arn:aws:iam::111122223333:role/search"), Vec::<String>::new());
        assert_eq!(name_words("Payments_API.v2"), ["payments"]);
        assert_eq!(name_words("checkout.example.com"), ["checkout"]);
        assert_eq!(name_words("example.com."), Vec::<String>::new());
        assert_eq!(name_words("orders.fifo"), ["orders", "fifo"]);
    }

    #[test]
    fn a_word_of_every_alert_is_no_name_whatever_letter_it_ends_in() {
        for word in ["status", "access", "alerts", "queues", "queue"] {
            assert!(is_vocabulary(word), "{word}");
        }
        assert!(!is_vocabulary("checkout"));
    }
}
