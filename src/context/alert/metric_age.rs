//! Metrics that tell how long the oldest has waited, and so since when.

use std::sync::LazyLock;

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use regex::Regex;

/// Metrics whose value is the age of what waits longest, by the last part of their name, with their unit in milliseconds.
///
/// Source: the CloudWatch metrics of SQS, Lambda, Kinesis, Firehose, RDS, Aurora, DocumentDB, ElastiCache, MSK, DMS, managed Flink and FSx.
const AGES: &[(&str, f64)] = &[
    ("ApproximateAgeOfOldestMessage", 1e3),
    ("IteratorAge", 1.0),
    ("IteratorAgeMilliseconds", 1.0),
    ("OffsetLagMilliseconds", 1.0),
    ("DataFreshness", 1e3),
    ("ReplicaLag", 1e3),
    ("AuroraBinlogReplicaLag", 1e3),
    ("AuroraReplicaLag", 1.0),
    ("DBInstanceReplicaLag", 1.0),
    ("ReplicationLag", 1e3),
    ("EstimatedMaxTimeLag", 1e3),
    ("EstimatedTimeLag", 1e3),
    ("CDCLatencySource", 1e3),
    ("CDCLatencyTarget", 1e3),
    ("millisBehindLatest", 1.0),
];

/// Shorter than this an age is the ordinary delay.
const SHORTEST: TimeDelta = TimeDelta::minutes(2);
/// Longer than this nothing is kept that waits: queues and streams keep two weeks and a year, but nobody is woken by a year.
const LONGEST: TimeDelta = TimeDelta::days(14);

/// The newest value that made an alarm go off, and its time: `[10320.0 (17/09/26 13:20:00), …`.
///
/// Source: CloudWatch, the text of `NewStateReason`.
#[expect(clippy::expect_used, reason = "a literal pattern")]
static NEWEST: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"\[([0-9.]+(?:E[0-9]+)?) \((\d{2}/\d{2}/\d{2} \d{2}:\d{2}:\d{2})\)").expect("pattern"));

/// Returns since when what waits longest has waited, by an alarm's metrics and the reason of its state; nothing where these tell no age.
///
/// What caused it is no later: whoever takes what waits had stopped, or fallen behind, by then.
pub(super) fn waits_since<'m>(mut metrics: impl Iterator<Item = &'m str>, reason: &str) -> Option<DateTime<Utc>> {
    let unit = metrics.find_map(|metric| {
        let name = metric.rsplit('.').next().unwrap_or(metric);
        AGES.iter().find(|(age, _)| *age == name).map(|(_, unit)| *unit)
    })?;
    let newest = NEWEST.captures(reason)?;
    let value: f64 = newest.get(1)?.as_str().parse().ok()?;
    let time = NaiveDateTime::parse_from_str(newest.get(2)?.as_str(), "%d/%m/%y %H:%M:%S").ok()?.and_utc();
    let age = (SHORTEST..=LONGEST).contains(&TimeDelta::try_milliseconds((value * unit) as i64)?).then_some((value * unit) as i64)?;
    time.checked_sub_signed(TimeDelta::try_milliseconds(age)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_age_tells_since_when_the_oldest_waits_and_other_metrics_do_not() {
        let reason =
            "Threshold Crossed: 2 out of the last 2 datapoints [10320.0 (17/09/26 13:20:00), 10020.0 (17/09/26 13:15:00)] were greater";
        let since = |metric: &'static str| waits_since([metric].into_iter(), reason).map(|time| time.to_rfc3339());
        assert_eq!(since("ApproximateAgeOfOldestMessage").as_deref(), Some("2026-09-17T10:28:00+00:00"));
        assert_eq!(since("DeliveryToS3.DataFreshness").as_deref(), Some("2026-09-17T10:28:00+00:00"));
        assert_eq!(since("IteratorAge"), None, "ten seconds are the ordinary delay");
        assert_eq!(since("ApproximateNumberOfMessagesVisible"), None);
        let behind = "Threshold Crossed: 1 datapoint [2410221.0 (06/10/26 20:30:00)] was greater than the threshold (60000.0).";
        assert_eq!(
            waits_since(["IteratorAge"].into_iter(), behind).map(|time| time.to_rfc3339()).as_deref(),
            Some("2026-10-06T19:49:49.779+00:00")
        );
        for broken in ["", "[1e999 (17/09/26 13:20:00)]", "[10320.0 (99/99/99 13:20:00)]", "[9.9E17 (17/09/26 13:20:00)]"] {
            assert_eq!(waits_since(["ReplicaLag"].into_iter(), broken), None, "{broken}");
        }
    }
}
