//! What an alert complains of, from its words.

use super::row::Symptom;
use crate::event::camel_words;

/// Words of alerts and the symptoms they speak of.
///
/// A word matches at the beginning of a word of the alert (`timeout` finds `timeouts`); one that ends in a space matches only as a whole.
#[rustfmt::skip] // Words read best in lines.
const WORDS: &[(&[&str], &[Symptom])] = &[
    (
        &[
            "timeout", "timed out", "time out", "unreachable", "connection refused", "connection reset", "connect", "network",
            "down ", "outage", "unavailable", "not respond", "stopped answering", "health check", "healthcheck", "unhealthy",
            "host down", "probe", "blackbox", "ping", "dns ", "resolve", "nxdomain", "no route", "egress", "outbound", "inbound",
            "port ", "reachab", "status check", "endpoint", "nat gateway", "up ", "dead ", "offline", "not ready", "notready",
        ],
        &[Symptom::Unreachable],
    ),
    (
        &[
            "access denied", "accessdenied", "denied", "forbidden", "403", "401", "unauthori", "not authori", "permission",
            "assume role", "credential", "auth fail", "login fail", "expired token", "invalid token", "iam ", "kms ", "decrypt",
        ],
        &[Symptom::AccessDenied],
    ),
    (
        &[
            "capacity", "insufficient", "desired", "too few", "scal", "quota", "throttl", "limit exceed", "429", "concurren",
            "pending", "oom", "out of memory", "cpu", "memory", "saturat", "backlog", "spot ", "evict", "replica", "task count",
            "running count", "in service", "instances",
        ],
        &[Symptom::Capacity],
    ),
    (
        &[
            "5xx", "500", "502", "503", "504", "4xx", "error", "fail", "exception", "crash", "restart", "rollback", "deploy",
            "bad gateway", "panic", "invocation", "success rate", "availability", "slo ", "burn rate", "canary",
        ],
        &[Symptom::ErrorRate],
    ),
    (&["latency", "slow", "response time", "duration", "p99", "p95", "p90", "apdex", "lag ", "delay", "cpu", "load "], &[Symptom::Latency]),
    (
        &[
            "database", "db ", "rds", "aurora", "postgres", "mysql", "mariadb", "oracle", "sqlserver", "dynamodb", "redis",
            "elasticache", "memcached", "valkey", "opensearch", "elasticsearch", "kafka", "msk ", "redshift", "documentdb",
            "replication lag", "replica lag", "query", "connections", "failover", "deadlock", "mongo",
        ],
        &[Symptom::Database],
    ),
    (
        &[
            "missing", "no data", "nodata", "absent", "no logs", "log delivery", "logs ", "log group", "audit", "trail", "flow log",
            "queue", "message", "dead letter", "dlq", "stale", "not arriv", "stopped arriving", "no metric", "heartbeat", "watchdog",
            "deadman", "ingest", "event bus", "not delivered", "not received", "consumer", "iterator age", "retention", "recorder",
            "records", "schedule", "cron", "job ",
        ],
        &[Symptom::DataMissing],
    ),
    (
        &[
            "config", "parameter", "secret", "setting", "environment variable", "feature flag", "not found", "nosuchkey",
            "missing key", "password",
        ],
        &[Symptom::Config],
    ),
    (
        &[
            "exposed", "exposure", "public", "open to", "to the internet", "from the internet", "world", "0 0 0 0", "security",
            "guardduty", "posture", "compliance", "unauthorized", "suspicious", "exfil", "privilege", "backdoor", "shared with",
            "root ", "mfa ", "port open", "policy change", "drift", "anonymous", "leak", "malicious", "tamper", "imds",
            "metadata service",
        ],
        &[Symptom::Exposure],
    ),
    (&["certificate", "cert ", "certs ", "tls", "ssl", "x509", "expir", "handshake"], &[Symptom::Certificate]),
    (
        &[
            "disk", "volume", "ebs", "s3 ", "bucket", "efs ", "filesystem", "file system", "mount", "iops", "storage", "inode",
            "snapshot", "backup", "nosuchbucket", "i o ",
        ],
        &[Symptom::Storage],
    ),
    (&["cost", "aws billing", "billing alarm", "billing threshold", "budget", "spend", "charges"], &[Symptom::Cost]),
];

/// Finds the symptoms an alert's words speak of, each with how many of its words were found.
///
/// `words` is the alert's name, labels and annotations; CamelCase and punctuation are split first.
/// Shape: each once, the one most spoken of first; empty when nothing is recognised.
pub fn incident_symptoms(words: &str) -> Vec<(Symptom, usize)> {
    let text = split_words(words);
    let mut symptoms: Vec<(Symptom, usize)> = Vec::new();
    for (keywords, meant) in WORDS {
        let hits: usize = keywords.iter().map(|keyword| count(&text, keyword)).sum();
        for symptom in meant.iter().filter(|_| hits > 0) {
            match symptoms.iter_mut().find(|(known, _)| known == symptom) {
                Some((_, known)) => *known += hits,
                None => symptoms.push((*symptom, hits)),
            }
        }
    }
    symptoms.sort_by_key(|(_, hits)| std::cmp::Reverse(*hits));
    symptoms
}

fn count(text: &str, keyword: &str) -> usize {
    text.match_indices(keyword).filter(|(at, _)| text.as_bytes().get(at.wrapping_sub(1)) == Some(&b' ')).count()
}

/// At most this much of an alert is read for words.
const MAX_WORDS_BYTES: usize = 16 * 1024;

/// Lower-cases, and makes every CamelCase hump and every run of other characters one space; begins and ends with a space.
fn split_words(words: &str) -> String {
    let mut text = String::from(" ");
    for word in camel_words(words) {
        if text.len() > MAX_WORDS_BYTES {
            break;
        }
        text.extend(word.chars().flat_map(char::to_lowercase));
        text.push(' ');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn alerts_speak_of_what_an_engineer_would_say() {
        let cases = [
            ("InstanceDown", Symptom::Unreachable),
            ("Outbound connections from private subnets time out", Symptom::Unreachable),
            ("PaymentsAccessDenied", Symptom::AccessDenied),
            ("KMS decrypt failures", Symptom::AccessDenied),
            ("ASGBelowDesiredCapacity", Symptom::Capacity),
            ("LambdaThrottles", Symptom::Capacity),
            ("HTTPCode_Target_5XX_Count", Symptom::ErrorRate),
            ("HighP99Latency", Symptom::Latency),
            ("RDSConnectionsExhausted", Symptom::Database),
            ("VpcFlowLogsAbsent", Symptom::DataMissing),
            ("QueueDepthHigh", Symptom::DataMissing),
            ("MissingSecret at start", Symptom::Config),
            ("PortExposedToInternet", Symptom::Exposure),
            ("CertificateExpiringSoon", Symptom::Certificate),
            ("DiskWillFill", Symptom::Storage),
            ("BudgetExceeded", Symptom::Cost),
        ];
        for (words, symptom) in cases {
            assert!(incident_symptoms(words).iter().any(|(found, _)| *found == symptom), "{words}: {:?}", incident_symptoms(words));
        }
    }

    #[test]
    fn the_symptom_most_spoken_of_comes_first() {
        let words = "BatchComputeCapacityUnavailable\nBatch Compute Capacity Unavailable\nJobs wait for compute capacity";
        assert_eq!(incident_symptoms(words).first().map(|(symptom, _)| *symptom), Some(Symptom::Capacity));
    }

    #[test]
    fn words_inside_words_do_not_count() {
        assert_eq!(incident_symptoms("thumbsup backlogger"), vec![(Symptom::Capacity, 1)]);
        assert_eq!(incident_symptoms("turnips"), vec![]);
    }

    proptest! {
        #[test]
        fn any_text_gives_each_symptom_at_most_once(words in ".{0,200}") {
            let found = incident_symptoms(&words);
            let unique: std::collections::BTreeSet<_> = found.iter().map(|(symptom, _)| symptom).collect();
            prop_assert_eq!(unique.len(), found.len());
        }
    }
}
