//! What is to be said of a cell besides its state, in words.

use super::blind_spot::{kept_since, no_logs};
use super::engine;
use crate::coverage::{Cell, Extent, Failure, Note, Share};
use crate::time::{Window, rfc3339};

/// Says a note of a cell; nothing where the cell's obstacle says it all.
pub(super) fn words(note: &Note, cell: &Cell) -> Option<String> {
    let (region, source) = (cell.region(), cell.source());
    Some(match note {
        Note::Failed(failure) => return failed(failure, region),
        Note::RequestsSpent(requests, read) => {
            format!("{requests} requests were not enough: {}; ask for a shorter window", extent(read))
        }
        Note::TimeSpent(time, read) => format!("{} s were not enough: {}; ask for a shorter window", time.as_secs_f32(), extent(read)),
        Note::Read(read) => extent(read),
        Note::Unreadable(Share { count, of }) => format!("{count} of {of} events could not be read"),
        Note::KeptSince(since) => kept_since(source, *since),
        Note::NotKept => {
            let days = source.retention.unwrap_or_default().num_days();
            format!("{} keeps {days} days, and the window lies before", source.title)
        }
        Note::Settling(settled) => {
            let complete = settled.map_or("all of the window is that new".to_owned(), |to| format!("complete to {}", rfc3339(to)));
            format!("events of the last {} minutes may still arrive; {complete}", source.lag.num_minutes())
        }
        Note::LeftOut(Share { count, of }) => {
            format!("{count} of {of} events belong to accounts or regions outside the scope and were left out")
        }
        Note::LookedUp(Share { count, of }, newest_only) => {
            let newest = if *newest_only { ", the newest events of each only" } else { "" };
            format!(
                "the named resources were looked up by {count} of their {of} spellings{newest}, which finds only what CloudTrail filed \
                 under these"
            )
        }
        Note::SomeThrottled(Share { count, of }) => {
            format!("AWS throttled {count} of {of} requests: others use the account's 2 a second in {region} as well")
        }
        Note::RegionMissing => format!("{} is read region by region, and none was named", source.title),
        Note::AccountUnknown => "the account could not be determined, and only certain accounts may be read".into(),
        Note::OwnAccountNotAllowed => "the account of these credentials may not be read; for the operator: aws_account_allowlist".into(),
        Note::AccountNotAllowed => "this account may not be read; for the operator: aws_account_allowlist".into(),
        Note::AlertAccountNotAllowed => "the alert names this account, and it is not in the operator's aws_account_allowlist".into(),
        Note::RoleMissing => "no role is configured for this account; these credentials belong to another one".into(),
        Note::AlertRoleMissing => {
            "the alert names this account, and no role is configured for it ([accounts]); the account of the credentials was read".into()
        }
        Note::OtherPartition(partition) => {
            format!("the role of this account is in the partition {partition}, and {region} in another")
        }
        Note::RegionNotAllowed => format!("{region} is not in the operator's aws_region_allowlist"),
        Note::GlobalRegionNotAllowed => {
            format!("{region} holds IAM and other global events and is not in the operator's aws_region_allowlist")
        }
        Note::NothingOfRegion => format!("no {} of {region}", source.words.holds),
        Note::NoLogFiles(survey) => match no_logs(survey) {
            Some(files) => format!("the archive has no log files, only {files}"),
            None => "the archive is empty".into(),
        },
        Note::NoFileInWindow => "the archive has no file of it that may reach into the window".into(),
        Note::NoFileTime => "no file has a time".into(),
        Note::HeldUnasked => "the archive holds it, but it is not asked for or not allowed".into(),
        Note::FilesReach(begin, end) => {
            let begin = begin.map(|begin| format!("begin at {}", rfc3339(begin)));
            let end = end.map(|end| format!("end at {}", rfc3339(end)));
            format!("files {}", begin.into_iter().chain(end).collect::<Vec<_>>().join(" and "))
        }
        Note::NoFileInTime => "time was up before any file of it was read".into(),
        Note::TooManyEvents => "more events are in the window than are held at once: not every file was read".into(),
        Note::FetchesSpent => {
            "as much was fetched from S3 as one reading may ([archive] max_objects, max_bytes): not every file was read".into()
        }
        Note::Fetched(lists, gets, bytes) => {
            format!("the whole archive took {lists} LIST and {gets} GET requests to S3, and {} KiB", bytes.div_ceil(1024))
        }
        Note::NotAllFilesInTime => "time was up before every file was read".into(),
        Note::ServerEnded => "the server ended before this was read".into(),
        Note::Proven(Share { count, of }) => {
            format!("{count} of {of} files with its events are proven by CloudTrail's digests to be as it delivered them")
        }
        Note::Engine(fault) => return engine::told(fault, source, region),
        Note::Scanned(bytes) => format!("{} scanned {} for all places together", source.title, engine::bytes(*bytes)),
        Note::RowsSpent(rows, read) => {
            format!("{rows} rows, which are all that one query gives, were not enough: {}; ask for a shorter window", extent(read))
        }
        Note::EngineEmpty => format!("{} holds no event at all of these accounts and regions for the last hours", source.title),
        Note::AccountNotHeld => format!("{} is not set up for this account; for the operator: [{}] accounts", source.title, source.name),
        Note::BrokeOff => "the reading of the archive broke off by a fault of ours".into(),
    })
}

/// Says what was read whole, though the end was not reached.
fn extent(read: &Extent) -> String {
    match read {
        Extent::Nothing => "no interval was read whole".to_owned(),
        Extent::Since(from) => format!("everything since {} was read", rfc3339(*from)),
        Extent::Between(Window { from, to }, others) => {
            let others = match others {
                0 => String::new(),
                1 => ", and another interval".to_owned(),
                n => format!(", and {n} other intervals"),
            };
            format!("everything from {} to {} was read{others}", rfc3339(*from), rfc3339(*to))
        }
    }
}

/// Says why a request failed, with the cure when there is one.
pub(super) fn failed(failure: &Failure, region: &str) -> Option<String> {
    Some(match failure {
        Failure::Blocked(_) | Failure::UnknownCredentials | Failure::NotAsked => return None,
        Failure::Throttled => {
            format!("AWS throttled LookupEvents in {region}; others in the account use the same 2 requests a second; try again shortly")
        }
        Failure::Expired => "the AWS credentials are expired; log in again, for example with aws sso login".to_owned(),
        Failure::Denied => format!("cloudtrail:LookupEvents is not allowed for this identity in {region}"),
        Failure::RoleDenied => "the role of this account may not be assumed; its trust policy must admit this server's identity with the \
                                configured external_id, for sts:AssumeRole and, where callers have names, sts:SetSourceIdentity, and this \
                                identity must be allowed both"
            .to_owned(),
        Failure::RegionDisabled => format!("region {region} is not enabled in this account, or not for these credentials"),
        Failure::RegionNotAllowed => format!("region {region} is not among the allowed ones"),
        Failure::Refused => format!("CloudTrail refused the request in {region}"),
        Failure::TimedOut => format!("CloudTrail in {region} did not answer in time"),
        Failure::Server(status) => format!("CloudTrail in {region} answered with server error {status}"),
        Failure::Cut => format!("the connection to CloudTrail in {region} failed or ended before the answer was whole"),
        Failure::Unreadable => format!("the answer from CloudTrail in {region} could not be read"),
        Failure::NoEvents => format!("the answer from CloudTrail in {region} has no list of events"),
        Failure::LoopingToken => format!("CloudTrail in {region} repeated a page token, so the pages would not have ended"),
    })
}
