//! What was found out of an archive: five verdicts apart, why, and of which files.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Serialize, Serializer};

use crate::time::{Window, rfc3339};

/// What is known of a digest or a log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It is as CloudTrail delivered it.
    Valid,
    /// It is not as CloudTrail delivered it, or CloudTrail did not deliver it.
    Invalid,
    /// A digest names it, and it is not there.
    Missing,
    /// Nothing speaks against it, and nothing proves it.
    Unverified,
    /// No digest is there that would name it.
    NotCovered,
}

/// Why a verdict is not "valid".
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// Its SHA-256 is not the one that a digest says.
    Altered,
    /// The signature is not CloudTrail's over this digest.
    Signature,
    /// The signature kept beside the digest is wrong, though the digest is genuine.
    SignatureBeside,
    /// It says another hash or signature of the digest before it than that has.
    WrongPrevious,
    /// The chain passes over it.
    NotInChain,
    /// It lies elsewhere than where it was delivered.
    Moved,
    /// Bytes follow its gzip member.
    TrailingBytes,
    /// Its gzip data is broken.
    Damaged,
    /// It inflates to more than CloudTrail ever delivers.
    TooLarge,
    /// It is no digest, or lacks a field.
    Format,
    /// It is hashed or signed by another algorithm than CloudTrail's.
    Algorithm,
    /// AWS has no such key of that time.
    UnknownKey,
    /// No digest of its time names it.
    Unlisted,
    /// A digest names it, and it is not there.
    Absent,
    /// There are no keys to check the signature with.
    NoKeys,
    /// The pinned keys do not hold the one that it was signed with.
    KeyNotPinned,
    /// AWS could not be asked for the key.
    KeyUnavailable,
    /// When it was made is in the metadata of its object in S3, which the copy has lost, so that its key cannot be asked for.
    KeyTimeUnknown,
    /// Its signature is in the metadata of its object in S3, which the copy has lost, and no later digest repeats it.
    NoSignature,
    /// The digest that names it is not verified.
    DigestUnverified,
    /// The digest that names it is invalid, or the one that would is.
    DigestInvalid,
    /// The digest that would name it is missing.
    DigestMissing,
    /// No digest is there yet that would name it.
    AfterNewest,
    /// It is from before the first digest that is there.
    BeforeOldest,
    /// It is from a time when no digests were made.
    Gap,
    /// There are no digests of this account and region.
    NoDigests,
    /// No digest names files of its kind.
    OtherKind,
    /// It lies outside CloudTrail's layout, so that no digest can be found for it.
    OutsideLayout,
    /// It lies among CloudTrail's files and is named like none of them.
    ForeignName,
}

/// What a verdict is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Subject {
    /// A digest.
    Digest,
    /// A log.
    Log,
    /// A time, of which there is nothing.
    Time,
}

/// How many there are of each verdict.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// As CloudTrail delivered them.
    pub valid: u64,
    /// Not so.
    pub invalid: u64,
    /// Named and not there.
    pub missing: u64,
    /// Neither proven nor disproven.
    pub unverified: u64,
    /// Named by no digest that is there.
    pub not_covered: u64,
    /// There, and not read: of these there is no verdict.
    #[serde(skip_serializing_if = "is_none")]
    pub unread: u64,
}

fn is_none(count: &u64) -> bool {
    *count == 0
}

impl Counts {
    pub(super) fn add(&mut self, verdict: Verdict, count: u64) {
        let counter = match verdict {
            Verdict::Valid => &mut self.valid,
            Verdict::Invalid => &mut self.invalid,
            Verdict::Missing => &mut self.missing,
            Verdict::Unverified => &mut self.unverified,
            Verdict::NotCovered => &mut self.not_covered,
        };
        *counter += count;
    }

    pub(super) fn join(&mut self, other: &Self) {
        for (verdict, count) in other.each() {
            self.add(verdict, count);
        }
        self.unread += other.unread;
    }

    /// Returns each verdict with its number.
    pub fn each(&self) -> [(Verdict, u64); 5] {
        [
            (Verdict::Valid, self.valid),
            (Verdict::Invalid, self.invalid),
            (Verdict::Missing, self.missing),
            (Verdict::Unverified, self.unverified),
            (Verdict::NotCovered, self.not_covered),
        ]
    }

    /// Returns how many there are in all.
    pub fn total(&self) -> u64 {
        self.each().iter().map(|(_, count)| count).sum::<u64>() + self.unread
    }
}

/// One file that is not valid, in plain characters.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct File {
    /// Its path, or its S3 address where it is not there; the time, of a time.
    pub name: String,
    /// The SHA-256 that a digest says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expected: Option<String>,
    /// The SHA-256 that it has.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub found: Option<String>,
    /// The digest that says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// Where it was delivered to, or where it is now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub elsewhere: Option<String>,
}

/// What is wrong, and with which files.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// The verdict; never "valid".
    pub verdict: Verdict,
    /// Of what.
    pub subject: Subject,
    /// Why.
    pub reason: Reason,
    /// How many there are.
    pub count: u64,
    /// The first of them, at most [`MAX_FILES`].
    pub files: Vec<File>,
}

/// The most files that a finding names; the rest is counted.
pub const MAX_FILES: usize = 1000;

/// The digests of one trail in one account and region.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Chain {
    /// The trail's name.
    pub trail: String,
    /// The region that the trail belongs to.
    pub home_region: String,
    /// Whether these digests were delivered later, for logs that the first ones lack.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub backfill: bool,
    /// The buckets that it was delivered to, in their order.
    pub buckets: Vec<String>,
    /// From the start of the first digest to the end of the last.
    #[serde(serialize_with = "window", skip_serializing_if = "Option::is_none")]
    pub covers: Option<Window>,
    /// How its digests are.
    pub digests: Counts,
}

/// One account and region.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Place {
    /// The account.
    pub account: String,
    /// The region.
    pub region: String,
    /// Its chains.
    pub chains: Vec<Chain>,
    /// How its logs are.
    pub logs: Counts,
    /// What is wrong, the gravest first.
    pub findings: Vec<Finding>,
    /// How many of its files and folders could not be read, or were not looked at.
    #[serde(skip_serializing_if = "is_none")]
    pub unread: u64,
    /// Whether policy does not allow to look at it.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub denied_by_policy: bool,
}

impl Place {
    /// Tells whether everything of it was looked at, and is as CloudTrail delivered it.
    pub(super) fn is_proven(&self) -> bool {
        self.findings.is_empty() && self.unread == 0 && !self.denied_by_policy && self.chains.iter().any(|chain| chain.digests.valid > 0)
    }
}

/// A file or folder that could not be read, which says nothing of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ReadError {
    /// Its path, or what was asked for.
    pub name: String,
    /// What the system says.
    pub error: String,
}

/// How it is with all of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Everything is as CloudTrail delivered it, and everything was looked at.
    Valid,
    /// Something was altered, added or removed.
    Invalid,
    /// Nothing speaks against it, but not all of it is proven.
    Incomplete,
    /// Nothing could be looked at.
    NothingRead,
}

/// Everything that was found out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Report {
    /// How it is with all of it.
    pub outcome: Outcome,
    /// From when on was asked.
    #[serde(serialize_with = "instant", skip_serializing_if = "Option::is_none")]
    pub since: Option<DateTime<Utc>>,
    /// Until when was asked.
    #[serde(serialize_with = "instant", skip_serializing_if = "Option::is_none")]
    pub until: Option<DateTime<Utc>>,
    /// How all digests are.
    pub digests: Counts,
    /// How all logs are.
    pub logs: Counts,
    /// By account and region.
    pub places: Vec<Place>,
    /// What is wrong outside of any account and region.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub findings: Vec<Finding>,
    /// What could not be read: the first of them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<ReadError>,
    /// How many could not be read.
    pub error_count: u64,
    /// How many files were not looked at, as time was up.
    pub not_looked_at: u64,
    /// What was taken from an earlier run that was interrupted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resumed: Option<Resumed>,
}

/// What a run took from those that it goes on from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Resumed {
    /// When the first of them began.
    #[serde(serialize_with = "begun")]
    pub begun: DateTime<Utc>,
    /// How many logs they had hashed.
    pub logs: u64,
}

fn begun<S: Serializer>(time: &DateTime<Utc>, to: S) -> Result<S::Ok, S::Error> {
    rfc3339(*time).serialize(to)
}

fn instant<S: Serializer>(time: &Option<DateTime<Utc>>, to: S) -> Result<S::Ok, S::Error> {
    time.map(rfc3339).serialize(to)
}

fn window<S: Serializer>(window: &Option<Window>, to: S) -> Result<S::Ok, S::Error> {
    window.map(|window| BTreeMap::from([("from", rfc3339(window.from)), ("to", rfc3339(window.to))])).serialize(to)
}

impl Report {
    /// Judges the whole from its parts.
    pub(super) fn judge(&mut self) {
        for place in &self.places {
            self.logs.join(&place.logs);
            place.chains.iter().for_each(|chain| self.digests.join(&chain.digests));
        }
        for finding in &self.findings {
            self.logs.add(finding.verdict, finding.count);
        }
        let findings = || self.findings.iter().chain(self.places.iter().flat_map(|place| &place.findings));
        self.outcome = if findings().any(|finding| matches!(finding.verdict, Verdict::Invalid | Verdict::Missing)) {
            Outcome::Invalid
        } else if self.digests.total() == self.digests.unread && self.not_looked_at == 0 {
            Outcome::NothingRead
        } else if findings().next().is_some()
            || self.error_count > 0
            || self.not_looked_at > 0
            || self.places.iter().any(|place| place.denied_by_policy)
        {
            Outcome::Incomplete
        } else {
            Outcome::Valid
        };
    }
}

/// Findings while they are gathered: bounded by kinds, not by files.
#[derive(Debug, Default)]
pub(super) struct Findings(BTreeMap<(Verdict, Subject, Reason), (u64, Vec<File>)>);

impl Findings {
    pub(super) fn add(&mut self, verdict: Verdict, subject: Subject, reason: Reason, file: File) {
        let (count, files) = self.0.entry((verdict, subject, reason)).or_default();
        *count += 1;
        if files.len() < MAX_FILES {
            files.push(file);
        }
    }

    /// Takes one back, as it turned out to be something else.
    pub(super) fn remove(&mut self, verdict: Verdict, subject: Subject, reason: Reason, name: &str) {
        if let Some((count, files)) = self.0.get_mut(&(verdict, subject, reason)) {
            *count = count.saturating_sub(1);
            files.retain(|file| file.name != name);
        }
        self.0.retain(|_, (count, _)| *count > 0);
    }

    /// Returns the first files of a kind, to say more of them.
    pub(super) fn files_mut(&mut self, verdict: Verdict, subject: Subject, reason: Reason) -> &mut [File] {
        self.0.get_mut(&(verdict, subject, reason)).map(|(_, files)| files.as_mut_slice()).unwrap_or_default()
    }

    /// Returns them, the gravest first.
    pub(super) fn into_vec(self) -> Vec<Finding> {
        let finding = |((verdict, subject, reason), (count, files))| Finding { verdict, subject, reason, count, files };
        self.0.into_iter().map(finding).collect()
    }
}
