//! What an investigation cannot see because of how the trails are set.

use super::check::TARGETS;
use super::check::{Subject, judge};
use super::fact::Posture;
use crate::coverage::{BlindSpot, TrailGap};

/// Returns the blind spots, the widest first.
pub(super) fn of(posture: &Posture) -> Vec<BlindSpot> {
    let [target, ..] = TARGETS;
    let subject = Subject { posture, target };
    let findings = judge(&subject);
    let fails =
        |id: &str| findings.iter().any(|finding| finding.check.id == id && finding.verdict.as_ref().is_ok_and(|verdict| !verdict.passes));
    let mut gaps = Vec::new();
    if posture.trails.is_empty() && fails("trail_enabled") {
        return vec![BlindSpot::Trail(TrailGap::NoTrail)];
    }
    for trail in &posture.trails {
        if let Ok(status) = &trail.status {
            if !status.logging {
                gaps.push(TrailGap::Stopped { trail: trail.name.clone(), since: status.stopped });
            } else if status.delivery.error.is_some() || !trail.bucket.exists {
                gaps.push(TrailGap::NotDelivered { trail: trail.name.clone(), since: status.delivery.latest });
            }
        }
    }
    let recorded = |region: &str| posture.trails.iter().any(|trail| trail.covers(region) && trail.logs() != Ok(false));
    let missing: Vec<String> = posture.regions.iter().map(|(region, _)| region.clone()).filter(|region| !recorded(region)).collect();
    if !missing.is_empty() && fails("regions_covered") && !fails("trail_enabled") {
        gaps.push(TrailGap::Regions(missing));
    }
    // Where nothing records at all, what it would lack is beside the point.
    if !fails("trail_enabled") {
        let parts = [
            ("management_writes", TrailGap::Writes),
            ("global_services", TrailGap::Global),
            ("kms_events", TrailGap::Excluded("kms.amazonaws.com")),
            ("rds_data_events", TrailGap::Excluded("rdsdata.amazonaws.com")),
        ];
        gaps.extend(parts.into_iter().filter(|(id, _)| fails(id)).map(|(_, gap)| gap));
        let data = [("s3_data_writes", "S3 object writes"), ("s3_data_reads", "S3 object reads"), ("lambda_data", "Lambda invocations")];
        let data: Vec<&str> = data.iter().filter(|(id, _)| fails(id)).map(|(_, what)| *what).collect();
        if !data.is_empty() {
            gaps.push(TrailGap::Data(data));
        }
    }
    gaps.into_iter().map(BlindSpot::Trail).collect()
}
