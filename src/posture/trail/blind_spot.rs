//! What an investigation cannot see because of how the trails are set, and what of that is not known.

use super::check::TARGETS;
use super::check::{Subject, judge, writes};
use super::fact::{Posture, Trail};
use crate::coverage::{BlindSpot, TrailGap, TrailsUnread};
use crate::source::api::Unread;

/// Returns the blind spots, the widest first, and then why more may be one.
pub(super) fn of(posture: &Posture) -> Vec<BlindSpot> {
    gaps(posture).into_iter().map(BlindSpot::Trail).chain(unread(posture)).collect()
}

/// Returns what could not be read of whether trails record: each permission once.
pub(super) fn unread(posture: &Posture) -> impl Iterator<Item = BlindSpot> {
    let listed = posture.regions.iter().filter_map(|(_, listed)| listed.as_ref().err());
    let told = posture.trails.iter().flat_map(|trail| [trail.status.as_ref().err(), trail.selectors.as_ref().err()]).flatten();
    let mut unread: Vec<&Unread> = listed.chain(told).collect();
    unread.sort_by_key(|unread| unread.action);
    unread.dedup_by_key(|unread| unread.action);
    let told: Vec<BlindSpot> =
        unread.into_iter().map(|it| BlindSpot::TrailsUnknown(TrailsUnread::Unread(it.action, it.failure.clone()))).collect();
    told.into_iter()
}

/// Returns what trails do not record or deliver, the widest first.
pub(super) fn gaps(posture: &Posture) -> Vec<TrailGap> {
    let [target, ..] = TARGETS;
    let subject = Subject { posture, target };
    let findings = judge(&subject);
    let fails =
        |id: &str| findings.iter().any(|finding| finding.check.id == id && finding.verdict.as_ref().is_ok_and(|verdict| !verdict.passes));
    let mut gaps = Vec::new();
    if posture.trails.is_empty() && fails("trail_enabled") {
        return vec![TrailGap::NoTrail];
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
    // Where no trail takes in all changes, that is told of all regions at once.
    let takes_in = |trail: &Trail| fails("management_writes") || writes(trail) != Ok(false);
    let records = |trail: &Trail, region: &str| trail.covers(region) && trail.logs() != Ok(false) && takes_in(trail);
    let recorded = |region: &str| posture.trails.iter().any(|trail| records(trail, region));
    let missing: Vec<String> = posture.regions.iter().map(|(region, _)| region.clone()).filter(|region| !recorded(region)).collect();
    if !missing.is_empty() && fails("regions_covered") && !fails("trail_enabled") {
        gaps.push(TrailGap::Regions(missing));
    }
    // Where nothing records at all, what it would lack is beside the point.
    if !fails("trail_enabled") {
        let parts = [
            ("global_services", TrailGap::Global),
            ("kms_events", TrailGap::Excluded("kms.amazonaws.com")),
            ("rds_data_events", TrailGap::Excluded("rdsdata.amazonaws.com")),
        ];
        match fails("management_writes") {
            true => gaps.push(TrailGap::Writes),
            false => gaps.extend(parts.into_iter().filter(|(id, _)| fails(id)).map(|(_, gap)| gap)),
        }
        let data = [("s3_data_writes", "S3 object writes"), ("s3_data_reads", "S3 object reads"), ("lambda_data", "Lambda invocations")];
        let data: Vec<&str> = data.iter().filter(|(id, _)| fails(id)).map(|(_, what)| *what).collect();
        if !data.is_empty() {
            gaps.push(TrailGap::Data(data));
        }
    }
    gaps
}
