//! Whether anybody would notice: metric filter, alarm, and somebody who hears of it.

use super::Severity::Medium;
use super::{Check, Judge, Standards, Subject, Verdict, of};
use crate::posture::trail::fact::{Alarm, Fact, LogGroup, MetricFilter};
use crate::source::api::Unread;

/// What an alarm should watch.
#[derive(Debug)]
pub struct Watched {
    /// Its name, of which filter, metric and alarm are named.
    pub name: &'static str,
    /// The pattern of the metric filter.
    pub pattern: &'static str,
    /// The services whose calls these are, where they are of certain ones.
    services: &'static [&'static str],
}

/// What is watched, in the order of the checks.
///
/// Source: CIS AWS Foundations Benchmark, Monitoring, whose patterns these are; unauthorised launches are those of EC2 among the first.
pub static WATCHED: [Watched; 6] = [
    Watched {
        name: "UnauthorizedCalls",
        services: &[],
        pattern: "{($.errorCode = \"*UnauthorizedOperation\") || ($.errorCode = \"AccessDenied*\")}",
    },
    Watched {
        name: "UnauthorizedLaunches",
        services: &["ec2.amazonaws.com"],
        pattern: "{($.eventName = RunInstances) && (($.errorCode = \"*UnauthorizedOperation\") || ($.errorCode = \"AccessDenied*\"))}",
    },
    Watched {
        name: "IamChanges",
        services: &["iam.amazonaws.com"],
        pattern: "{($.eventName = CreateRole) || ($.eventName = DeleteRole) || ($.eventName = UpdateAssumeRolePolicy) || ($.eventName = PutRolePolicy) || \
            ($.eventName = DeleteRolePolicy) || ($.eventName = AttachRolePolicy) || ($.eventName = DetachRolePolicy) || ($.eventName = CreatePolicy) || \
            ($.eventName = DeletePolicy) || ($.eventName = CreatePolicyVersion) || ($.eventName = DeletePolicyVersion)}",
    },
    Watched {
        name: "CloudTrailChanges",
        services: &["cloudtrail.amazonaws.com"],
        pattern: "{($.eventName = CreateTrail) || ($.eventName = UpdateTrail) || ($.eventName = DeleteTrail) || ($.eventName = StartLogging) || \
            ($.eventName = StopLogging) || ($.eventName = PutEventSelectors)}",
    },
    Watched {
        name: "KeyDeletion",
        services: &["kms.amazonaws.com"],
        pattern: "{($.eventSource = kms.amazonaws.com) && (($.eventName = DisableKey) || ($.eventName = ScheduleKeyDeletion))}",
    },
    Watched {
        name: "BucketPolicyChanges",
        services: &["s3.amazonaws.com"],
        pattern: "{($.eventSource = s3.amazonaws.com) && (($.eventName = PutBucketPolicy) || ($.eventName = DeleteBucketPolicy) || \
            ($.eventName = PutBucketAcl) || ($.eventName = PutBucketLifecycle) || ($.eventName = DeleteBucketLifecycle))}",
    },
];

const NONE: Standards = Standards::NONE;
const FIX: &str = "make a metric filter of the trail's log group, an alarm on it, and a confirmed subscription of its topic: `cloudtrail-mcp trail-template` prints all three";

const fn alarm(id: &'static str, title: &'static str, standards: Standards, watched: &'static Watched) -> Check {
    Check { id, title, severity: Medium, standards, fix: FIX, judge: Judge::Watched(watched) }
}

pub(super) const CHECKS: &[Check] = &[
    alarm("alarm_unauthorized_calls", "somebody hears of calls that were denied", NONE.cis("4.1", "5.1").hub("CloudWatch.2"), &WATCHED[0]),
    alarm("alarm_unauthorized_launches", "somebody hears of launches that were denied", NONE, &WATCHED[1]),
    alarm("alarm_iam_changes", "somebody hears of changes of roles and policies", NONE.cis("4.4", "5.4").hub("CloudWatch.4"), &WATCHED[2]),
    alarm(
        "alarm_cloudtrail_changes",
        "somebody hears of changes of CloudTrail itself",
        NONE.cis("4.5", "5.5").hub("CloudWatch.5"),
        &WATCHED[3],
    ),
    alarm(
        "alarm_key_deletion",
        "somebody hears of keys that are disabled or deleted",
        NONE.cis("4.7", "5.7").hub("CloudWatch.7"),
        &WATCHED[4],
    ),
    alarm("alarm_bucket_policies", "somebody hears of changes of bucket policies", NONE.cis("4.8", "5.8").hub("CloudWatch.8"), &WATCHED[5]),
];

/// What a pattern compares, as far as it is understood.
#[derive(Debug, Default, PartialEq)]
struct Pattern<'p> {
    names: Vec<&'p str>,
    errors: Vec<&'p str>,
    sources: Vec<&'p str>,
    /// Names, errors and services that it leaves out.
    excluded: Vec<&'p str>,
    /// Whether it asks for something else, too, so that it may let less through.
    narrow: bool,
}

impl<'p> Pattern<'p> {
    /// Reads comparisons such as `$.eventName = StopLogging`, however they are joined.
    fn read(pattern: &'p str) -> Self {
        let mut read = Self { narrow: !pattern.trim_start().starts_with('{'), ..Self::default() };
        for comparison in pattern.split("$.").skip(1) {
            let field = comparison.split(|c: char| !c.is_ascii_alphanumeric() && c != '.').next().unwrap_or_default();
            let rest = comparison.get(field.len()..).unwrap_or_default().trim_start();
            let (operator, value) = match rest.strip_prefix("!=") {
                Some(value) => ("!=", value),
                None => ("=", rest.strip_prefix('=').unwrap_or_default()),
            };
            let value = value.trim_start();
            let value = match value.strip_prefix('"') {
                Some(quoted) => quoted.split('"').next(),
                None => value.split(|c: char| c.is_whitespace() || "()&|}".contains(c)).next(),
            };
            match (field, operator, value.unwrap_or_default()) {
                (_, _, "") => read.narrow = true,
                ("eventName", "=", name) => read.names.push(name),
                ("errorCode", "=", error) => read.errors.push(error),
                ("eventSource", "=", source) => read.sources.push(source),
                ("eventName" | "errorCode" | "eventSource", _, excluded) => read.excluded.push(excluded),
                // What a benchmark leaves out, such as AWS's own addresses, is not what is looked for.
                (_, "!=", value) => read.narrow |= value.contains('*'),
                _ => read.narrow = true,
            }
        }
        read
    }

    /// Returns each call and error that the pattern is about; nothing stands for any.
    fn units(&self) -> Vec<(Option<&'p str>, Option<&'p str>)> {
        let or_any = |values: &[&'p str]| match values {
            [] => vec![None],
            values => values.iter().copied().map(Some).collect::<Vec<_>>(),
        };
        let errors = or_any(&self.errors);
        or_any(&self.names).into_iter().flat_map(|name| errors.iter().map(move |error| (name, *error)).collect::<Vec<_>>()).collect()
    }

    /// Tells whether it lets through every such call and error of these services.
    fn covers(&self, (name, error): (Option<&str>, Option<&str>), sources: &[&str]) -> bool {
        let lets = |values: &[&str], wanted: Option<&str>| match wanted {
            _ if values.is_empty() => true,
            Some(wanted) => values.iter().any(|value| holds(value, wanted)),
            None => false,
        };
        let excludes = |wanted: &&str| self.excluded.iter().any(|excluded| holds(excluded, wanted));
        let compares = !(self.names.is_empty() && self.errors.is_empty() && self.sources.is_empty());
        let services = self.sources.is_empty() || !sources.is_empty() && sources.iter().all(|source| lets(&self.sources, Some(source)));
        let excluded = name.iter().chain(&error).chain(sources).any(excludes);
        compares && !self.narrow && services && !excluded && lets(&self.names, name) && lets(&self.errors, error)
    }
}

/// Tells whether a pattern's value, in which `*` stands for any text, takes in all that another does.
fn holds(value: &str, wanted: &str) -> bool {
    let mut parts = value.split('*');
    let Some(mut rest) = parts.next().and_then(|first| wanted.strip_prefix(first)) else { return false };
    let Some(last) = parts.next_back() else { return rest.is_empty() };
    for part in parts {
        let Some((_, after)) = rest.split_once(part) else { return false };
        rest = after;
    }
    rest.ends_with(last)
}

/// Judges for each call and error the way from a filter to somebody who hears of it; what comes least far is what is told.
pub(super) fn judge(subject: &Subject<'_>, watched: &Watched) -> Fact<Verdict> {
    let wanted = Pattern::read(watched.pattern);
    let mut groups = Vec::new();
    let mut unread: Option<Unread> = None;
    for trail in &subject.posture.trails {
        match (trail.logs(), &trail.log_group) {
            (Ok(true), Some(group)) => groups.push(group),
            (Err(error), Some(_)) => unread = unread.or(Some(error)),
            _ => {}
        }
    }
    let filters: Vec<(&LogGroup, &MetricFilter)> = groups
        .iter()
        .flat_map(|group| match &group.filters {
            Ok(filters) => filters.iter().map(|filter| (group.as_ref(), filter)).collect::<Vec<_>>(),
            Err(error) => {
                unread.get_or_insert_with(|| error.clone());
                Vec::new()
            }
        })
        .collect();
    let of_group = |unit| match groups.first() {
        Some(group) => (1, format!("no metric filter of {} watches {}", group.name, told(unit))),
        None => (0, "no trail that records writes to a log group".to_owned()),
    };
    let mut least: Option<(u8, String)> = None;
    for unit in wanted.units() {
        let mut farthest = of_group(unit);
        for (_, filter) in filters.iter().filter(|(_, filter)| Pattern::read(&filter.pattern).covers(unit, watched.services)) {
            match way(filter) {
                Ok(step) => farthest = if step.0 > farthest.0 { step } else { farthest },
                Err(error) => unread = unread.or(Some(error)),
            }
        }
        least = Some(match least {
            Some(known) if known.0 <= farthest.0 => known,
            _ => farthest,
        });
    }
    let unlisted = || subject.posture.regions.iter().find_map(|(_, listed)| listed.as_ref().err().cloned());
    match (least, unread) {
        (Some((HEARD, said)), _) => Ok(Verdict::pass(said)),
        (_, Some(unread)) => Err(unread),
        (Some((_, said)), None) => unlisted().map_or_else(|| Ok(Verdict::fail(said)), Err),
        (None, None) => Ok(Verdict::fail("nothing is watched")),
    }
}

/// Names what is to be watched.
fn told((name, error): (Option<&str>, Option<&str>)) -> String {
    match (name, error) {
        (Some(name), Some(error)) => format!("{name} with {error}"),
        (Some(one), None) | (None, Some(one)) => one.to_owned(),
        (None, None) => "it".to_owned(),
    }
}

/// How far a filter comes from which somebody hears.
const HEARD: u8 = 4;

fn way(filter: &MetricFilter) -> Fact<(u8, String)> {
    let alarms = of(&filter.alarms)?;
    let heard = |alarm: &&Alarm| alarm.acts && alarm.heard == Ok(true);
    if let Some(alarm) = alarms.iter().find(heard) {
        return Ok((HEARD, format!("alarm {}", alarm.name)));
    }
    if let Some(unread) = alarms.iter().filter(|alarm| alarm.acts).find_map(|alarm| alarm.heard.as_ref().err()) {
        return Err(unread.clone());
    }
    Ok(match alarms.first() {
        None => (2, "a metric filter watches it, and no alarm".to_owned()),
        Some(alarm) if !alarm.acts => (3, format!("the actions of alarm {} are off", alarm.name)),
        Some(alarm) => (3, format!("alarm {} has nobody who hears of it: no action, or no confirmed subscription", alarm.name)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Tells whether a pattern watches all that is to be watched.
    fn watches(pattern: &str, which: usize) -> bool {
        let watched = &WATCHED[which];
        Pattern::read(watched.pattern).units().into_iter().all(|unit| Pattern::read(pattern).covers(unit, watched.services))
    }

    #[test]
    fn each_pattern_watches_what_it_is_made_for_and_launches_are_among_the_calls() {
        for (which, watched) in WATCHED.iter().enumerate() {
            assert!(watches(watched.pattern, which), "{}", watched.name);
        }
        assert!(watches(WATCHED[0].pattern, 1) && !watches(WATCHED[1].pattern, 0));
        // Source: CIS AWS Foundations Benchmark v3.0, 4.1.
        let benchmark = "{ ($.errorCode =\"*UnauthorizedOperation\") || ($.errorCode =\"AccessDenied*\") && \
            ($.sourceIPAddress!=\"delivery.logs.amazonaws.com\") && ($.eventName!=\"HeadBucket\") }";
        assert!(watches(benchmark, 0));
        assert!(watches("{ $.eventSource = \"cloudtrail.amazonaws.com\" }", 3) && watches("{($.eventName = *)}", 3));
        assert!(watches(&WATCHED[3].pattern.replace('{', "{($.eventSource = cloudtrail.amazonaws.com) && ("), 3));
    }

    #[test]
    fn what_leaves_out_one_call_or_asks_for_more_does_not_watch() {
        let trail = WATCHED[3].pattern;
        for pattern in [
            trail.replace(" || ($.eventName = PutEventSelectors)", ""),
            trail.replace("= StopLogging", "!= StopLogging"),
            trail.replace('}', " && ($.userIdentity.userName = bob)}"),
            trail.replace('}', " && ($.userIdentity.invokedBy NOT EXISTS)}"),
            trail.replace('}', " && ($.userIdentity.arn != \"*\")}"),
            trail.replace('{', "{($.eventSource = ec2.amazonaws.com) && "),
            trail.replace('}', " && ($.eventName != Stop*)}"),
            "StopLogging DeleteTrail".to_owned(),
            String::new(),
            "{}".to_owned(),
        ] {
            assert!(!watches(&pattern, 3), "{pattern}");
        }
        assert!(!watches("{($.eventName = RunInstances) && ($.errorCode = \"AccessDenied*\")}", 1), "one of two errors");
        assert!(!watches("{($.errorCode = AccessDenied)}", 0), "AccessDeniedException is another");
    }

    #[test]
    fn a_star_stands_for_any_text() {
        for (value, wanted, is) in [
            ("*", "a", true),
            ("a*", "abc", true),
            ("*c", "abc", true),
            ("a*c", "abc", true),
            ("a*b*c", "a1b2c", true),
            ("abc", "abc", true),
            ("abc", "abcd", false),
            ("a*", "ba", false),
            ("ab*bc", "abc", false),
            ("AccessDenied", "AccessDenied*", false),
        ] {
            assert_eq!(holds(value, wanted), is, "{value} {wanted}");
        }
    }
}
