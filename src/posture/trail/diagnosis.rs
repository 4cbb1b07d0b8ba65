//! "CloudTrail does not log", "events are missing": which of the usual causes hold, the nearest first.

use super::blind_spot::{gaps, unread};
use super::fact::{Posture, Trail};
use super::{check, report};
use crate::answer::trails::{Cause, CauseKind};
use crate::answer::words::Words;
use crate::coverage::{BlindSpot, TrailGap};
use crate::policy::UntrustedText;
use crate::redact;
use crate::time;

/// Returns the causes that hold.
///
/// Shape: what stops everything first, then what stops a part, then what could not be ruled out; at least one, which says where to look
/// where nothing else is wrong.
pub(super) fn of(posture: &Posture) -> Vec<Cause> {
    let mut causes = Vec::new();
    if posture.trails.is_empty() && posture.regions.iter().all(|(_, listed)| listed.is_ok()) {
        causes.push(cause(
            CauseKind::NoTrail,
            "there is no trail: events are in event history for 90 days and nowhere after that, and data events never were",
            "make a trail: `cloudtrail-mcp trail-template` prints one",
        ));
    }
    posture.trails.iter().for_each(|trail| causes.extend(of_trail(trail)));
    causes.extend(gaps(posture).into_iter().filter_map(|gap| of_gap(posture, gap)));
    causes.extend(unread(posture).map(|spot| {
        let fix = "let it be read, and ask again: `cloudtrail-mcp doctor` tells what is missing";
        cause(CauseKind::NotAllRead, Words::ENGLISH.blind_spot(&spot, UntrustedText::Quote), fix)
    }));
    if causes.is_empty() {
        causes.push(cause(
            CauseKind::NoneHolds,
            "none of the usual causes holds: trails record all changes here, and deliver",
            "look 15 minutes later, as events come late; look for IAM and other global services in us-east-1; a VPC endpoint policy's denials \
             are not recorded as management events",
        ));
    }
    causes
}

/// Tells of what is not recorded; what stops a trail altogether is told trail by trail.
fn of_gap(posture: &Posture, gap: TrailGap) -> Option<Cause> {
    let (kind, id) = match &gap {
        TrailGap::NoTrail | TrailGap::Stopped { .. } | TrailGap::NotDelivered { .. } => return None,
        TrailGap::Regions(_) => (CauseKind::RegionNotRecorded, "regions_covered"),
        TrailGap::Writes => (CauseKind::WritesNotRecorded, "management_writes"),
        TrailGap::Global => (CauseKind::GlobalNotRecorded, "global_services"),
        TrailGap::Excluded(_) => (CauseKind::ServiceExcluded, "kms_events"),
        TrailGap::Data(_) => (CauseKind::DataNotRecorded, "s3_data_writes"),
    };
    let fix = check::all().find(|check| check.id == id).map(|check| report::fix(check, report::best(&posture.trails)));
    let fix = fix.and_then(|fix| fix.command.or(fix.step)).unwrap_or_default();
    Some(cause(kind, Words::ENGLISH.blind_spot(&BlindSpot::Trail(gap), UntrustedText::Quote), fix))
}

fn of_trail(trail: &Trail) -> Vec<Cause> {
    let (name, region, bucket) = (&trail.name, &trail.home_region, &trail.bucket.name);
    let mut causes = Vec::new();
    if let Ok(status) = &trail.status {
        if !status.logging {
            let since = status.stopped.map(|stopped| format!(" since {}", time::rfc3339(stopped))).unwrap_or_default();
            let fix = format!("aws cloudtrail start-logging --name {name} --region {region}; who stopped it is in event history");
            causes.push(cause(CauseKind::Stopped, format!("trail {name} is stopped{since}: nothing after that is in its bucket"), fix));
        }
        for (delivery, what) in [(&status.delivery, "log files"), (&status.digest, "digests"), (&status.logs, "events for CloudWatch Logs")]
        {
            if let Some(error) = &delivery.error {
                let since = delivery.latest.map(|latest| format!(", the latest came {}", time::rfc3339(latest))).unwrap_or_default();
                let said = redact::text(error, 80);
                causes.push(cause(
                    CauseKind::DeliveryFails,
                    format!("trail {name} cannot deliver {what}: {said}{since}"),
                    refused(error, bucket),
                ));
            }
        }
    }
    if !trail.bucket.exists {
        causes.push(cause(
            CauseKind::NoBucket,
            format!("the bucket {bucket} of trail {name} does not exist"),
            "make it again with its policy, or name another: whoever makes it first reads your logs",
        ));
    }
    if let Some(key) = &trail.key
        && let Ok(state) = &key.state
        && state.as_deref() != Some("Enabled")
    {
        let state = state.as_deref().unwrap_or("gone");
        causes.push(cause(
            CauseKind::KeyUnusable,
            format!("the key of trail {name} is {}: no log can be written or read", redact::text(state, 40)),
            "aws kms cancel-key-deletion, then enable-key",
        ));
    }
    causes
}

/// Says what a delivery error by its code asks for.
///
/// Source: AWS CloudTrail user guide, "Troubleshooting an AWS CloudTrail trail".
fn refused(error: &str, bucket: &str) -> String {
    match error {
        "NoSuchBucket" => format!("make the bucket {bucket} again with its policy, or name another"),
        "AccessDenied" => format!(
            "let the policy of {bucket} allow cloudtrail.amazonaws.com s3:GetBucketAcl and s3:PutObject under the trail's prefix and account, with aws:SourceArn of this trail; no SCP or Deny may forbid it"
        ),
        error if error.contains("KMS") || error.contains("Kms") => {
            "let the key's policy allow cloudtrail.amazonaws.com kms:GenerateDataKey* and kms:DescribeKey, and enable the key".to_owned()
        }
        _ => "mend what the error names; the next attempt is made within minutes".to_owned(),
    }
}

fn cause(kind: CauseKind, cause: impl Into<String>, fix: impl Into<String>) -> Cause {
    Cause { kind, cause: cause.into(), fix: fix.into() }
}
