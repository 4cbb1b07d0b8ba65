//! The report for people: the verdict first, then what is wrong, then what to do.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::report::{Chain, Counts, File, Finding, Outcome, Place, Reason, Report, Resumed, Subject, Verdict};
use super::store::SIDECAR;
use crate::time::rfc3339;

/// Files that are named of one finding before the rest is counted.
const SHOWN: usize = 20;

/// The same of what speaks against nobody.
const SHOWN_BRIEFLY: usize = 3;

/// Writes the report as plain text.
pub fn text(report: &Report) -> String {
    let mut out = headline(report);
    out.push('\n');
    let (plain, troubled): (Vec<&Place>, Vec<&Place>) = report.places.iter().partition(|place| place.is_proven());
    troubled.into_iter().for_each(|place| write_place(&mut out, place));
    if !plain.is_empty() {
        out.push_str("\nValid\n");
        plain.into_iter().for_each(|place| write_valid(&mut out, place));
    }
    if !report.findings.is_empty() {
        out.push_str("\nElsewhere\n");
        report.findings.iter().for_each(|finding| write_finding(&mut out, finding));
    }
    if report.error_count > 0 {
        let _ = writeln!(out, "\n{} could not be read, which says nothing of what is in them:", files(report.error_count));
        for error in report.errors.iter().take(SHOWN) {
            let _ = writeln!(out, "  {}: {}", error.name, error.error);
        }
        more(&mut out, "  ", report.error_count, report.errors.len().min(SHOWN));
    }
    if report.not_looked_at > 0 {
        let _ = writeln!(
            out,
            "\nTime was up: {} not looked at. --deadline gives more, and --state FILE lets the next run go on.",
            were(report.not_looked_at)
        );
    }
    if let Some(Resumed { begun, logs }) = report.resumed {
        let _ = writeln!(out, "\nOf the logs {logs} were hashed by an earlier run, which began at {}.", rfc3339(begun));
    }
    let next = next(report);
    if !next.is_empty() {
        out.push_str("\nNext\n");
        next.iter().for_each(|line| _ = writeln!(out, "- {line}"));
    }
    out
}

fn headline(report: &Report) -> String {
    let (digests, logs) = (&report.digests, &report.logs);
    let span = match (report.since, report.until) {
        (None, None) => String::new(),
        (since, until) => {
            let of = |word: &str, time: Option<_>| time.map(|time| format!(" {word} {}", rfc3339(time))).unwrap_or_default();
            format!("{}{}", of("from", since), of("until", until))
        }
    };
    match report.outcome {
        Outcome::Valid => {
            format!("VALID{span}: all {} and {} are as CloudTrail delivered them.", digests_of(digests.valid), logs_of(logs.valid))
        }
        Outcome::Invalid => {
            let mut parts = Vec::new();
            let mut part = |count: u64, what: &str| {
                if count > 0 {
                    parts.push(what.replace('#', &count.to_string()));
                }
            };
            part(
                logs.invalid,
                &format!("{} not as CloudTrail delivered {}", plural(logs.invalid, "# log is", "# logs are"), them(logs.invalid)),
            );
            part(digests.invalid, plural(digests.invalid, "# digest is invalid", "# digests are invalid"));
            part(logs.missing, plural(logs.missing, "# log is missing", "# logs are missing"));
            part(digests.missing, plural(digests.missing, "# digest is missing", "# digests are missing"));
            format!("INVALID{span}: {}. Valid are {} and {}.", parts.join(", "), digests_of(digests.valid), logs_of(logs.valid))
        }
        Outcome::Incomplete => format!(
            "NOT ALL PROVEN{span}: nothing speaks against these files, but {} of {} and {} of {} are proven.",
            digests.valid,
            digests_of(digests.total()),
            logs.valid,
            logs_of(logs.total()),
        ),
        Outcome::NothingRead if report.error_count > 0 => "NOT VERIFIED: the archive could not be read.".to_owned(),
        Outcome::NothingRead => format!("NOT VERIFIED{span}: no digest was found, so nothing can be said of {}.", logs_of(logs.total())),
    }
}

fn write_place(out: &mut String, place: &Place) {
    let _ = writeln!(out, "\n{} {}", place.account, place.region);
    if place.denied_by_policy {
        out.push_str("  not looked at: policy does not allow this account or region\n");
        return;
    }
    place.chains.iter().for_each(|chain| write_chain(out, chain));
    let _ = writeln!(out, "  logs: {}", counted(&place.logs));
    if place.unread > 0 {
        let _ = writeln!(out, "  {} not read", were(place.unread));
    }
    place.findings.iter().for_each(|finding| write_finding(out, finding));
}

/// Writes a place of which nothing is wrong, in one line.
fn write_valid(out: &mut String, place: &Place) {
    let trails: BTreeSet<&str> = place.chains.iter().map(|chain| chain.trail.as_str()).collect();
    let trails: Vec<&str> = trails.into_iter().collect();
    let digests = place.chains.iter().map(|chain| chain.digests.valid).sum();
    let all = || place.chains.iter().filter_map(|chain| chain.covers);
    let covers = all().map(|covers| covers.from).min().zip(all().map(|covers| covers.to).max());
    let covers = covers.map(|(from, to)| format!(", {} to {}", rfc3339(from), rfc3339(to))).unwrap_or_default();
    let (digests, logs, trails) = (digests_of(digests), logs_of(place.logs.valid), trails.join(", "));
    let _ = writeln!(out, "  {} {}: {digests} and {logs} of trail {trails}{covers}", place.account, place.region);
}

fn write_chain(out: &mut String, chain: &Chain) {
    let covers = chain.covers.map(|covers| format!(", {} to {}", rfc3339(covers.from), rfc3339(covers.to))).unwrap_or_default();
    let backfill = if chain.backfill { ", backfill" } else { "" };
    let buckets: BTreeSet<&String> = chain.buckets.iter().collect();
    let buckets: Vec<String> = buckets.iter().map(|bucket| format!("s3://{bucket}")).collect();
    let _ = writeln!(out, "  trail {} of {}{backfill} in {}{covers}", chain.trail, chain.home_region, buckets.join(", "));
    let _ = writeln!(out, "  digests: {}", counted(&chain.digests));
}

fn write_finding(out: &mut String, finding: &Finding) {
    let _ = writeln!(out, "  {} {}: {}", word(finding.verdict), subject(finding), reason(finding.reason));
    let accuses = matches!(finding.verdict, Verdict::Invalid | Verdict::Missing);
    let most = if accuses || finding.subject == Subject::Time { SHOWN } else { SHOWN_BRIEFLY };
    for file in finding.files.iter().take(most) {
        let _ = writeln!(out, "    {}", file.name);
        if accuses {
            write_file(out, finding, file);
        }
    }
    more(out, "    ", finding.count, finding.files.len().min(most));
}

fn write_file(out: &mut String, finding: &Finding, file: &File) {
    if let Some(elsewhere) = &file.elsewhere {
        let says = if finding.verdict == Verdict::Missing { "lies now at" } else { "was delivered to" };
        let _ = writeln!(out, "      {says} {elsewhere}");
    }
    if let (Some(expected), Some(found)) = (&file.expected, &file.found) {
        let _ = writeln!(out, "      SHA-256 should be {expected}");
        let _ = writeln!(out, "      SHA-256 is        {found}");
    }
    if let Some(by) = &file.by {
        let _ = writeln!(out, "      by {by}");
    }
}

fn more(out: &mut String, indent: &str, count: u64, shown: usize) {
    let rest = count.saturating_sub(shown as u64);
    if rest > 0 {
        let _ = writeln!(out, "{indent}and {rest} more (--format json names up to {})", super::MAX_FILES);
    }
}

fn counted(counts: &Counts) -> String {
    let parts: Vec<String> = counts
        .each()
        .into_iter()
        .filter(|(verdict, count)| *count > 0 || *verdict == Verdict::Valid)
        .map(|(verdict, count)| format!("{count} {}", word(verdict).to_lowercase()))
        .chain((counts.unread > 0).then(|| format!("{} not read", counts.unread)))
        .collect();
    parts.join(", ")
}

/// Returns the verdict as people see it.
fn word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Valid => "VALID",
        Verdict::Invalid => "INVALID",
        Verdict::Missing => "MISSING",
        Verdict::Unverified => "UNVERIFIED",
        Verdict::NotCovered => "NOT COVERED",
    }
}

fn subject(finding: &Finding) -> &'static str {
    match (finding.subject, finding.count) {
        (Subject::Digest, 1) => "digest",
        (Subject::Digest, _) => "digests",
        (Subject::Log, 1) => "log",
        (Subject::Log, _) => "logs",
        (Subject::Time, _) => "time",
    }
}

/// Says why, of one file or several alike.
fn reason(reason: Reason) -> &'static str {
    match reason {
        Reason::Altered => "altered: its SHA-256 is not the one that a digest says",
        Reason::Signature => "its signature is not CloudTrail's over this content",
        Reason::SignatureBeside => "genuine, but the signature kept beside it is wrong",
        Reason::WrongPrevious => "altered: what it says of the digest before it is wrong",
        Reason::NotInChain => "added: the chain of digests passes over it",
        Reason::Moved => "moved: it was delivered elsewhere",
        Reason::TrailingBytes => "altered: bytes follow its gzip member",
        Reason::Damaged => "damaged or altered: its gzip data is broken",
        Reason::TooLarge => "altered: it inflates to more than CloudTrail delivers",
        Reason::Format => "it is no digest, or lacks a field",
        Reason::Algorithm => "it names another algorithm than CloudTrail's SHA-256 and SHA256withRSA",
        Reason::UnknownKey => "signed with a key that AWS does not have for this region and time",
        Reason::Unlisted => "no digest of its time names it: somebody added it, or a trail without validation delivered it",
        Reason::Absent => "a digest names it, and it is not here",
        Reason::NoKeys => "there are no public keys to check its signature with",
        Reason::KeyNotPinned => "the key that it is signed with is not in the key file",
        Reason::KeyUnavailable => "AWS could not be asked for the key",
        Reason::KeyTimeUnknown => {
            "when it was made stands in the metadata of its object, which is not here, so its key cannot be asked for"
        }
        Reason::NoSignature => "its signature is not here: S3 keeps it in the object's metadata, and no later digest repeats it",
        Reason::DigestUnverified => "it has the SHA-256 that its digest says, but that digest is not verified",
        Reason::DigestInvalid => "the digest of its time is invalid or unreadable",
        Reason::DigestMissing => "the digest of its time is missing",
        Reason::AfterNewest => "newer than the newest digest here",
        Reason::BeforeOldest => "older than the oldest digest here",
        Reason::Gap => "no digests were made then: logging or validation was off",
        Reason::NoDigests => "there are no digests of this account and region: validation is off, or they were not copied",
        Reason::OtherKind => "no digest names files of this kind",
        Reason::OutsideLayout => "outside of AWSLogs/ACCOUNT/CloudTrail/REGION/YYYY/MM/DD",
        Reason::ForeignName => "among CloudTrail's files, and not named like one",
    }
}

/// Says what to do, once for each kind of shortage.
fn next(report: &Report) -> Vec<String> {
    let all = || report.findings.iter().chain(report.places.iter().flat_map(|place| &place.findings));
    let has = |wanted: &[Reason]| all().any(|finding| wanted.contains(&finding.reason));
    let mut next = Vec::new();
    if all().any(|finding| matches!(finding.verdict, Verdict::Invalid)) {
        next.push("Treat the INVALID files as tampered with: keep them, compare them with S3 object versions or a backup, and look for who wrote to the bucket.".to_owned());
    }
    if all().any(|finding| finding.verdict == Verdict::Missing) {
        next.push("MISSING: were they copied? If this copy begins or ends within the chain, say so with --since and --until.".to_owned());
    }
    if has(&[Reason::NoKeys]) {
        next.push("Keys: set allow_aws_read = true, or get them once where AWS can be asked and pin them: aws cloudtrail list-public-keys --region REGION --start-time … --end-time … > keys.json, then --keys keys.json.".to_owned());
    }
    if has(&[Reason::KeyNotPinned]) {
        next.push(
            "Keys: fetch those of each digest's region and time, up to two hours after its end, and name every file with --keys."
                .to_owned(),
        );
    }
    if has(&[Reason::KeyUnavailable]) {
        next.push("Keys: `cloudtrail-mcp doctor` tells why AWS cannot be asked; the identity needs cloudtrail:ListPublicKeys. --keys FILE works without AWS.".to_owned());
    }
    if has(&[Reason::NoSignature, Reason::KeyTimeUnknown]) {
        next.push(format!(
            "Digests without metadata: aws s3api head-object --bucket BUCKET --key KEY > FILE{SIDECAR} beside it, or --until before the newest."
        ));
    }
    if has(&[Reason::AfterNewest]) {
        next.push("Digests come hourly: copy again and repeat, or --until before the newest digest.".to_owned());
    }
    if has(&[Reason::NoDigests, Reason::OutsideLayout]) {
        next.push(
            "Digests lie in CloudTrail-Digest beside CloudTrail: name the folder above both, such as ./AWSLogs, and copy both.".to_owned(),
        );
    }
    next
}

fn plural(count: u64, one: &'static str, many: &'static str) -> &'static str {
    if count == 1 { one } else { many }
}

fn them(count: u64) -> &'static str {
    plural(count, "it", "them")
}

fn files(count: u64) -> String {
    format!("{count} {}", plural(count, "file or folder", "files or folders"))
}

fn were(count: u64) -> String {
    format!("{count} {}", plural(count, "file or region was", "files or regions were"))
}

fn digests_of(count: u64) -> String {
    format!("{count} {}", plural(count, "digest", "digests"))
}

fn logs_of(count: u64) -> String {
    format!("{count} {}", plural(count, "log", "logs"))
}
