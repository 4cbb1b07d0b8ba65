//! Coverage in words: what was not read, and what to do about it.

use std::collections::HashSet;
use std::mem::discriminant;

use chrono::{DateTime, TimeDelta, Utc};

use super::{engine, note, obstacle};
use crate::answer::ConfidenceName;
use crate::coverage::{Cause, Cell, Coverage, EngineFault, FileFault, Note, State, UnreadFile, Verdict};
use crate::policy::UntrustedText;
use crate::time::{self, Window};

/// Says what was not read, when something was not.
pub(super) fn gap(coverage: &Coverage, untrusted: UntrustedText) -> Option<String> {
    match coverage.verdict() {
        Verdict::Complete => None,
        Verdict::Unknown => {
            let (causes, read) = (causes(coverage, untrusted), read_from(coverage, untrusted));
            Some(match (read.is_empty(), causes.is_empty()) {
                (false, _) => format!("Some events were read from {}, but no interval whole: {causes}.", read.join(", ")),
                (true, false) => format!("No coverage: {causes}."),
                (true, true) => "No coverage.".into(),
            })
        }
        Verdict::Partial => Some(match coverage.settled_to() {
            Some(to) => format!("Complete to {}, later events may still arrive.", time::rfc3339(to)),
            None => format!("Partial coverage: {}.", causes(coverage, untrusted)),
        }),
    }
}

/// Returns the places that gave events, each once.
pub(super) fn read_from(coverage: &Coverage, untrusted: UntrustedText) -> Vec<String> {
    let mut cells: Vec<&Cell> = coverage.cells.iter().filter(|cell| cell.events > 0).collect();
    cells.sort_unstable_by_key(|cell| place(cell, UntrustedText::Quote));
    cells.dedup_by_key(|cell| place(cell, UntrustedText::Quote));
    cells.into_iter().map(|cell| place(cell, untrusted)).collect()
}

/// Records of an archive name their regions themselves.
fn place(cell: &Cell, untrusted: UntrustedText) -> String {
    if cell.region().is_empty() { cell.source().title.to_owned() } else { untrusted.place(cell.region()) }
}

/// Lists what was not read whole: cells that ended alike together, up to two kinds and two places of each.
fn causes(coverage: &Coverage, untrusted: UntrustedText) -> String {
    let short: Vec<&Cell> = coverage.cells.iter().filter(|cell| cell.asked && cell.state() != State::Exhausted).collect();
    let several = coverage.cells.iter().map(Cell::account).filter(|account| !account.is_empty()).collect::<HashSet<_>>().len() > 1;
    // What keeps us from asking AWS at all is said once, however many places that leaves unread.
    if let Some(obstacle) = short.first().and_then(|cell| cell.obstacle())
        && short.iter().all(|cell| cell.obstacle().map(discriminant) == Some(discriminant(obstacle)))
    {
        let mut places: Vec<String> = short.iter().map(|cell| place(cell, untrusted)).collect();
        places.dedup();
        let more = places.len().saturating_sub(3);
        places.truncate(3);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        return format!("{}{more} could not be read: {}", places.join(", "), obstacle::sentence(obstacle));
    }
    let mut alike: Vec<(&str, Vec<String>)> = Vec::new();
    for cell in &short {
        let told = match cell.state() {
            // That one tells its account anyway.
            State::NotConfigured => subject(cell, untrusted),
            _ if several && !cell.account().is_empty() => format!("{} {}", cell.account(), subject(cell, untrusted)),
            _ => subject(cell, untrusted),
        };
        match alike.iter_mut().find(|(known, _)| *known == ended(cell)) {
            Some((_, places)) => places.push(told),
            None => alike.push((ended(cell), vec![told])),
        }
    }
    let told = alike.iter().take(2).map(|(ended, places)| match places.as_slice() {
        [one] => format!("{one} {ended}"),
        [one, other] => format!("{one} {ended}, {other} {ended}"),
        [one, other, ..] => format!("each of {one}, {other} and {} more {ended}", places.len() - 2),
        [] => String::new(),
    });
    let mut told: Vec<String> = told.collect();
    if alike.len() > 2 {
        told.push(format!("and {} more", alike.iter().skip(2).map(|(_, places)| places.len()).sum::<usize>()));
    }
    told.join(", ")
}

/// Tells whether what was not read weakens the finding, so that it has to be said first.
///
/// Shape: `until` is the alert's start, or the window's end. Beside a suspect that records link to the alert nothing does; beside
/// another a quarter of an hour does; where there is no suspect a minute does, or a quarter of an hour for which an archive has no files.
pub(super) fn weakens(coverage: &Coverage, window: Window, until: DateTime<Utc>, best: Option<ConfidenceName>) -> bool {
    const MINUTE: TimeDelta = TimeDelta::minutes(1);
    const QUARTER: TimeDelta = TimeDelta::minutes(15);
    let end = window.to.min(until);
    let missing = |cell: &Cell| match cell.covered() {
        // Nobody knows of what time the rest of a file is.
        _ if !cell.unread_files.is_empty() => TimeDelta::MAX,
        Some(covered) => (covered.from - window.from).max(TimeDelta::zero()) + (end - covered.to).max(TimeDelta::zero()),
        None => TimeDelta::MAX,
    };
    let bearable = |cell: &Cell| match (best, cell.state()) {
        (Some(_), _) | (None, State::NoData) => QUARTER,
        (None, _) => MINUTE,
    };
    let short = || coverage.cells.iter().filter(|cell| cell.asked && cell.state() != State::Exhausted);
    let weak = match best {
        Some(ConfidenceName::Strong) => false,
        // What reaches over several calm regions is no calm any more.
        None if short().count() > 2 && coverage.settled_to().is_none() => true,
        _ => short().any(|cell| missing(cell) > bearable(cell)),
    };
    coverage.verdict() == Verdict::Unknown || weak
}

/// Says in words where a cell stands and how its reading ended.
pub(super) fn cell(cell: &Cell) -> String {
    format!("{} {}", subject(cell, UntrustedText::Quote), ended(cell))
}

/// What a cell is about: a file that was not read whole, an account that cannot be reached, or a place.
fn subject(cell: &Cell, untrusted: UntrustedText) -> String {
    // What was cut short is cut short beside them, too.
    let cut = matches!(cell.state(), State::PageCap | State::Deadline | State::Cancelled);
    if let Some(file) = cell.unread_files.first().filter(|_| !cut) {
        let name = match untrusted {
            UntrustedText::Quote => file.name.as_str(),
            UntrustedText::Omit => "a file",
        };
        let of = match (cell.unread_files.len(), cell.state()) {
            (1, _) => String::new(),
            (n, State::IntegrityFailed) => format!(", one of {n} such files"),
            (n, _) => format!(", one of {n} files not read whole"),
        };
        return format!("{name} ({}{of})", place(cell, untrusted));
    }
    if is_unreachable(cell) { format!("account {}", cell.account()) } else { place(cell, untrusted) }
}

fn is_unreachable(cell: &Cell) -> bool {
    cell.state() == State::NotConfigured && cell.source().by_account && !cell.account().is_empty()
}

fn ended(cell: &Cell) -> &'static str {
    match cell.state() {
        State::Failed | State::IntegrityFailed | State::Denied
            if let Some(fault) = cell.unread_files.first().and_then(|file| file.faults.first()) =>
        {
            reason(*fault)
        }
        State::NotConfigured if is_unreachable(cell) => "cannot be reached",
        State::Exhausted => "was read to the end",
        State::Lagging => "may lack the newest events",
        State::Unproven => "was read, and digests do not prove all of it",
        State::PageCap if cell.notes.contains(&Note::FetchesSpent) => "needs more of S3 than one reading may fetch",
        State::PageCap if fault(cell).is_some() => "would take more than one query may scan",
        State::PageCap if cell.notes.iter().any(|note| matches!(note, Note::RowsSpent(..))) => "has more events than one query gives",
        State::PageCap if cell.source().rereads => "has more events than are held at once",
        State::PageCap => "has more events than the request budget allows",
        State::Deadline => "was not finished in time",
        State::Cancelled => "was cancelled",
        State::Throttled => "was throttled by AWS",
        State::Denied => "was denied by AWS",
        State::DeniedByPolicy => "is not allowed by policy",
        State::Failed => "could not be read",
        State::Expired => "was refused: the credentials are expired",
        State::RegionDisabled => "is not enabled in this account",
        State::NoData if cell.covered().is_some() => cell.source().words.part_missing,
        State::NoData => cell.source().words.no_data,
        State::IntegrityFailed => "failed the integrity check",
        State::NotConfigured => "is not configured",
    }
}

/// Returns what kept an engine from answering.
fn fault(cell: &Cell) -> Option<&EngineFault> {
    cell.notes.iter().find_map(|note| if let Note::Engine(fault) = note { Some(fault) } else { None })
}

/// Files that are named before the rest is counted.
const NAMED_FILES: usize = 3;

/// Says how a cell's reading ended: the files that were not read whole, or what its source says.
pub(super) fn detail(cell: &Cell) -> Option<String> {
    let told = |file: &UnreadFile| format!("{} {}", file.name, faults(file));
    let mut files = cell.unread_files.iter().take(NAMED_FILES).map(told).collect::<Vec<_>>().join("; ");
    if cell.unread_files.len() > NAMED_FILES {
        files = format!("{files}; and {} more", cell.unread_files.len() - NAMED_FILES);
    }
    let files = Some(files).filter(|files| !files.is_empty());
    let notes = cell.notes.iter().filter_map(|note| note::words(note, cell));
    let told: Vec<String> = cell.obstacle().map(obstacle::sentence).into_iter().chain(files).chain(notes).collect();
    (!told.is_empty()).then(|| told.join("; "))
}

fn faults(file: &UnreadFile) -> String {
    file.faults.iter().map(|fault| reason(*fault)).collect::<Vec<_>>().join(" and ")
}

/// Says why a file was not read whole, to follow its name.
pub fn reason(fault: FileFault) -> &'static str {
    match fault {
        FileFault::Unopened => "cannot be opened",
        FileFault::Stalled => "does not answer when it is read",
        FileFault::TooMany => "has more entries than are looked at",
        FileFault::Empty => "is empty",
        FileFault::Compression => "is damaged or cut short",
        FileFault::TrailingBytes => "has bytes after its first gzip member, which CloudTrail never writes",
        FileFault::TooLarge => "inflates to more than 1 GiB, or has a value over 4 MiB or a line over 8 MiB",
        FileFault::Foreign => "is packed in a way that is not read",
        FileFault::Unknown => "is of no form that is known",
        FileFault::Json => "has JSON that cannot be parsed",
        FileFault::Record => "has a record without a readable time or name",
        FileFault::Unrecognised => "has entries that are not recognised as records",
        FileFault::Fields => "has a change whose parameters or actor cannot be read",
        FileFault::Place => "has a record that names no region or account",
        FileFault::MorePages => "is one page of several: it has a NextToken",
        FileFault::Altered => "is not as CloudTrail delivered it",
        FileFault::Unlisted => "was not delivered there by CloudTrail: no digest of its time names it",
        FileFault::Missing => "is missing: a digest names it",
        FileFault::ListDenied => "may not be listed: s3:ListBucket is denied",
        FileFault::ReadDenied => "may not be read: s3:GetObject is denied",
        FileFault::KeyDenied => "may not be decrypted: kms:Decrypt is denied, or its key cannot be used",
        FileFault::NoBucket => "is in a bucket that does not exist",
        FileFault::Elsewhere => "is in a bucket of another region, which S3 does not tell; set AWS_REGION to it",
        FileFault::Frozen => "is in a storage class from which it has to be restored first",
        FileFault::Throttled => "was not given: S3 asked to slow down for longer than is waited",
        FileFault::Unanswered => "was not given: S3 did not answer, or with errors only",
        FileFault::Identity => "was not given: S3 does not take these credentials, or there are none",
    }
}

/// Says what to do about what S3 refused; nothing for what is wrong with the file itself.
fn remedy(fault: FileFault) -> Option<&'static str> {
    Some(match fault {
        FileFault::ListDenied | FileFault::ReadDenied | FileFault::KeyDenied => {
            "For the operator: allow s3:ListBucket, s3:GetObject and kms:Decrypt for what is named; `cloudtrail-mcp iam-policy` prints the statements."
        }
        FileFault::NoBucket => "For the operator: correct the bucket's name in [archive] locations or --archive.",
        FileFault::Elsewhere => "For the operator: set AWS_REGION to the bucket's region, and use credentials of its partition.",
        FileFault::Frozen => "Restore the named objects from their storage class (aws s3api restore-object), then call again.",
        FileFault::Throttled => "Call again in a minute, with a shorter window or fewer regions.",
        FileFault::Unanswered => "Call again; if it persists, check this machine's way to S3 (AWS_ENDPOINT_URL_S3, proxy, VPC endpoint).",
        FileFault::Identity => "For the operator: check the AWS credentials of this process, or the role of [archive] account.",
        _ => return None,
    })
}

/// Says why nothing could be read.
pub(super) fn unread(gravest: Option<&Cell>) -> String {
    let Some(gravest) = gravest else { return "nothing was looked at".to_owned() };
    let detail = detail(gravest).map(|detail| format!(" ({detail})")).unwrap_or_default();
    format!("{}{detail}", cell(gravest))
}

/// Says what to call or do to close the gravest gap.
pub(super) fn next_step(coverage: &Coverage) -> Option<String> {
    let cell = coverage.cells.iter().filter(|cell| cell.asked && cell.state() != State::Exhausted).max_by_key(|cell| cell.state())?;
    if let Some(obstacle) = cell.obstacle() {
        return Some(obstacle::next(obstacle));
    }
    if let Some(next) = fault(cell).and_then(|fault| engine::next(fault, cell.source())) {
        return Some(next);
    }
    Some(match cell.state() {
        State::Exhausted => return None,
        State::Lagging => "Ask again in 15 minutes for the newest events.".into(),
        State::Unproven => {
            "Run `cloudtrail-mcp verify` over the archive: it tells what is not proven, and why; digests of the newest hour come later."
                .into()
        }
        State::PageCap | State::Deadline => match cell.covered() {
            // Files are read from the oldest on.
            Some(covered) if cell.source().rereads => {
                format!("Call again with start_time={} to read on, or name fewer regions.", time::rfc3339(covered.to))
            }
            Some(covered) => {
                format!("Call again with end_time={} to read further back, or name fewer regions.", time::rfc3339(covered.from))
            }
            None => "Call again with a shorter window or fewer regions.".into(),
        },
        State::Cancelled | State::Throttled => "Call again in a few seconds.".into(),
        State::Denied => cell.source().words.denied_next.into(),
        State::DeniedByPolicy => "For the operator: the policy's allowlists decide this.".into(),
        State::Failed if cell.cause == Some(Cause::Refused) => {
            "Ask for another window or region; to call again as before does not help.".into()
        }
        State::Failed if let Some(next) = cell.unread_files.iter().flat_map(|file| &file.faults).find_map(|fault| remedy(*fault)) => {
            next.into()
        }
        State::Failed if !cell.unread_files.is_empty() => {
            "Mend the named files, export them again, or take away what is no log; then call again.".into()
        }
        State::Failed => "Call again; if it persists, the cell's detail tells the cause.".into(),
        State::Expired => "For the operator: renew the AWS credentials, then call again.".into(),
        State::RegionDisabled => "Leave this region out.".into(),
        State::NoData => cell.source().words.no_data_next.into(),
        State::IntegrityFailed => "Treat the named files as tampered with; `cloudtrail-mcp verify` tells of each what is wrong.".into(),
        State::NotConfigured if cell.source().by_account && !cell.account().is_empty() => {
            "For the operator: name a role for this account under [accounts].".into()
        }
        State::NotConfigured => "For the operator: configure this source.".into(),
    })
}
