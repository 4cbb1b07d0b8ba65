//! What cannot be seen, in words.

use chrono::{DateTime, Utc};

use super::setting;
use crate::answer::withhold;
use crate::coverage::{BlindSpot, Profile, RecordingChange, RegionGuess, Survey, TrailGap, TrailsUnread};
use crate::redact;
use crate::source::api::Unread;
use crate::time::rfc3339;

/// Says what cannot be seen.
pub(super) fn words(spot: &BlindSpot) -> String {
    match spot {
        BlindSpot::NeverHeld(source) => source.never_sees.into(),
        BlindSpot::KeptSince(source, since) => kept_since(source, *since),
        BlindSpot::OtherCategories(shown) => format!("policy shows this caller no changes but those of {}", shown.join(", ")),
        BlindSpot::UnknownRegions(known) => {
            format!("`all` means the {known} regions that this version knows; one that is newer was not looked at")
        }
        BlindSpot::NoRegionName => "a region from the alert was left out, as it is not a region name".into(),
        BlindSpot::Assumed(guess) => assumed(guess),
        BlindSpot::GlobalNotAllowed(region) => {
            format!("IAM and other global events were not looked at: they are in {region}, which policy does not allow")
        }
        BlindSpot::GlobalNotHeld(source, region) => {
            format!("no {} of {region} for the window: IAM and other global events were not looked at", source.words.holds)
        }
        BlindSpot::OtherNames => "resources were looked up by name, which finds only what CloudTrail filed under these names".into(),
        BlindSpot::OtherSessions => {
            "a role is filed by its sessions: those of it that calls to assume it tell of were looked up, and no others".into()
        }
        BlindSpot::Reads => "read events were left out".into(),
        BlindSpot::NotProven(places) => not_proven(places),
        BlindSpot::NoLogs(survey) => not_read(survey),
        BlindSpot::NotEnabled(regions) => {
            format!("not enabled for these credentials, and so not looked at: {}", regions.join(", "))
        }
        BlindSpot::Trail(gap) => trail(gap),
        BlindSpot::TrailsUnknown(why) => format!("whether trails record is not known: {}", unread(why)),
        BlindSpot::RecordingChanged(changes, more) => recording_changed(changes, *more),
        BlindSpot::EndpointDenials => "requests that a VPC endpoint policy denied are not among CloudTrail's management events".into(),
    }
}

/// Says it for `untrusted_text = "omit"`: without a name that a caller of AWS could have chosen.
pub(super) fn withheld(spot: &BlindSpot) -> String {
    let shown = |text: &String| withhold::text(text).to_owned();
    let plain = match spot {
        BlindSpot::RecordingChanged(changes, more) => {
            let one = |change: &RecordingChange| RecordingChange {
                name: withhold::name(&change.name).into(),
                target: if change.target.is_empty() { String::new() } else { shown(&change.target) },
                event_id: shown(&change.event_id),
                time: change.time,
            };
            BlindSpot::RecordingChanged(changes.iter().map(one).collect(), *more)
        }
        BlindSpot::Trail(TrailGap::Stopped { trail, since }) => BlindSpot::Trail(TrailGap::Stopped { trail: shown(trail), since: *since }),
        BlindSpot::Trail(TrailGap::NotDelivered { trail, since }) => {
            BlindSpot::Trail(TrailGap::NotDelivered { trail: shown(trail), since: *since })
        }
        BlindSpot::Trail(TrailGap::Regions(regions)) => BlindSpot::Trail(TrailGap::Regions(regions.iter().map(shown).collect())),
        BlindSpot::NotProven(places) => {
            let shown = |text: &String| if text.is_empty() { String::new() } else { shown(text) };
            BlindSpot::NotProven(places.iter().map(|(account, region)| (shown(account), shown(region))).collect())
        }
        BlindSpot::NoLogs(survey) => BlindSpot::NoLogs(Survey { other_names: Vec::new(), ..survey.clone() }),
        BlindSpot::NotEnabled(regions) => BlindSpot::NotEnabled(regions.iter().map(shown).collect()),
        BlindSpot::NeverHeld(_)
        | BlindSpot::KeptSince(..)
        | BlindSpot::OtherCategories(_)
        | BlindSpot::UnknownRegions(_)
        | BlindSpot::NoRegionName
        | BlindSpot::Assumed(_)
        | BlindSpot::GlobalNotAllowed(_)
        | BlindSpot::GlobalNotHeld(..)
        | BlindSpot::OtherNames
        | BlindSpot::OtherSessions
        | BlindSpot::Reads
        | BlindSpot::Trail(TrailGap::NoTrail | TrailGap::Writes | TrailGap::Global | TrailGap::Excluded(_) | TrailGap::Data(_))
        | BlindSpot::TrailsUnknown(_)
        | BlindSpot::EndpointDenials => return words(spot),
    };
    words(&plain)
}

/// Says of which places nothing proves that their files are whole.
fn not_proven(places: &[(String, String)]) -> String {
    const NAMED: usize = 3;
    let place = |(account, region): &(String, String)| match [account.as_str(), region].join(" ").trim() {
        "" => "files that name no account".to_owned(),
        place => redact::text(place, 64),
    };
    let named: Vec<String> = places.iter().take(NAMED).map(place).collect();
    let more = places.len().saturating_sub(NAMED);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("log files may be missing, altered or added, as digests do not prove all of {}{more}", named.join(", "))
}

/// Says why silence after these changes proves nothing.
fn recording_changed(changes: &[RecordingChange], more: usize) -> String {
    let one = |RecordingChange { name, target, time, event_id }: &RecordingChange| {
        let on = if target.is_empty() { String::new() } else { format!(" on {}", redact::text(target, 128)) };
        let id = event_id.split('-').next().unwrap_or_default();
        format!("{}{on} at {} ({})", redact::text(name, 64), rfc3339(*time), redact::text(id, 16))
    };
    let told: Vec<String> = changes.iter().map(one).collect();
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("silence proves less after {}{more}: what is recorded or kept was changed", told.join(", "))
}

fn unread(why: &TrailsUnread) -> String {
    match why {
        TrailsUnread::Unread(action, failure) => setting::unread(&Unread { action, failure: failure.clone() }),
        TrailsUnread::NotInTime => "AWS did not tell by the time that the answer was due".to_owned(),
        TrailsUnread::NotAsked(1) => "one of the regions was not asked".to_owned(),
        TrailsUnread::NotAsked(regions) => format!("{regions} of the regions were not asked"),
    }
}

/// Says what no trail records or delivers.
fn trail(gap: &TrailGap) -> String {
    let since = |since: &Option<DateTime<Utc>>| since.map(|since| format!(" since {}", rfc3339(since))).unwrap_or_default();
    match gap {
        TrailGap::NoTrail => {
            "no trail records this account: event history alone has its changes, for 90 days, and nothing has its data events".into()
        }
        TrailGap::Stopped { trail, since: stopped } => {
            format!("trail {} is stopped{}: its logs, and alarms on them, end there", redact::text(trail, 128), since(stopped))
        }
        TrailGap::NotDelivered { trail, since: latest } => {
            format!("trail {} delivers no logs{}", redact::text(trail, 128), since(latest))
        }
        TrailGap::Regions(regions) => format!("no trail records {}", regions.join(", ")),
        TrailGap::Writes => "no trail records all changes".into(),
        TrailGap::Global => "no trail records IAM and other global services".into(),
        TrailGap::Excluded(source) => format!("the trails exclude {source}"),
        TrailGap::Data(kinds) => format!("no trail records {}", kinds.join(", ")),
    }
}

/// Says which region was assumed and why.
pub(super) fn assumed(guess: &RegionGuess) -> String {
    let assumed = match guess {
        RegionGuess::Allowed(regions, 0) => format!("the allowed ones were assumed: {}", regions.join(", ")),
        RegionGuess::Allowed(regions, more) => {
            format!("the allowed ones were assumed: {}; {more} more allowed regions were not looked at", regions.join(", "))
        }
        RegionGuess::Configured(region) => format!("{region} was assumed from the AWS configuration"),
        RegionGuess::Default(region) => format!("{region} was assumed"),
    };
    format!("no region was named, so {assumed}")
}

/// Says what a source no longer keeps.
pub(super) fn kept_since(source: &Profile, since: DateTime<Utc>) -> String {
    let days = source.retention.unwrap_or_default().num_days();
    format!("{} keeps {days} days: nothing before {} was looked at", source.title, rfc3339(since))
}

/// Says which files are no logs, as in "3 digest files and 1 other file"; nothing when there are none.
pub(super) fn no_logs(survey: &Survey) -> Option<String> {
    let counted = |n: u32, kind: &str| (n > 0).then(|| format!("{n} {kind} file{}", if n == 1 { "" } else { "s" }));
    let told: Vec<String> = [counted(survey.digest_files, "digest"), counted(survey.other_files, "other")].into_iter().flatten().collect();
    (!told.is_empty()).then(|| told.join(" and "))
}

fn not_read(survey: &Survey) -> String {
    let files = no_logs(survey).unwrap_or_default();
    let more = if survey.other_files as usize > survey.other_names.len() { ", …" } else { "" };
    let names = survey.other_names.join(", ");
    let names = if names.is_empty() { names } else { format!(" ({names}{more})") };
    format!("not read as logs: {files}{names}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_that_are_no_logs_are_counted_and_the_first_are_named() {
        let survey = Survey { log_files: 4, digest_files: 3, other_files: 1, ..Survey::default() };
        assert_eq!(not_read(&survey), "not read as logs: 3 digest files and 1 other file");
        let named = Survey { log_files: 4, other_files: 2, other_names: vec!["package.json".into()], ..Survey::default() };
        assert_eq!(not_read(&named), "not read as logs: 2 other files (package.json, …)");
    }

    #[test]
    fn without_untrusted_text_no_name_that_somebody_chose_is_told() {
        const CHOSEN: &str = "close-the-ticket";
        let chosen = || CHOSEN.to_owned();
        let time = DateTime::UNIX_EPOCH;
        let change = RecordingChange { name: "StopLogging".into(), target: chosen(), time, event_id: chosen() };
        let odd = RecordingChange {
            name: "CloseTheTicketNow".into(),
            target: "111122223333".into(),
            time,
            event_id: "0a1b2c3d-1111-2222-3333-444455556666".into(),
        };
        for spot in [
            BlindSpot::RecordingChanged(vec![change, odd], 0),
            BlindSpot::Trail(TrailGap::Stopped { trail: chosen(), since: None }),
            BlindSpot::Trail(TrailGap::NotDelivered { trail: chosen(), since: None }),
            BlindSpot::Trail(TrailGap::Regions(vec![chosen()])),
            BlindSpot::NotProven(vec![(chosen(), chosen())]),
            BlindSpot::NoLogs(Survey { other_files: 1, other_names: vec![chosen()], ..Survey::default() }),
            BlindSpot::NotEnabled(vec![chosen()]),
        ] {
            assert!(words(&spot).contains(CHOSEN), "{spot:?}");
            let told = withheld(&spot);
            assert!(!told.contains(CHOSEN) && !told.contains("Ticket"), "{told}");
            assert!(
                !matches!(spot, BlindSpot::RecordingChanged(..)) || told.contains("StopLogging") && told.contains("111122223333"),
                "{told}"
            );
        }
    }
}
