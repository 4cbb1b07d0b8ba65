//! What files an archive holds, and what their names say.

use std::collections::BTreeSet;
use std::sync::{Arc, LazyLock};

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use regex::Regex;

use super::store::Store;
use crate::coverage::UnreadFile;
use crate::source::delivery::is_called_a_log;

/// Longest file name shown to people, in characters.
const MAX_SHOWN_NAME: usize = 160;

/// A file that may hold events.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct LogFile {
    /// In which store it lies, by position.
    pub(super) store: usize,
    /// Its address there.
    pub(super) key: Box<str>,
    /// What its name says, if it is CloudTrail's own.
    pub(super) native: Option<Native>,
    /// Whether it is to be read; else it only tells how far the archive reaches.
    pub(super) selected: bool,
    /// What the listing told of its version.
    pub(super) stamp: Option<Box<str>>,
}

/// What CloudTrail's own file names say. Records may say otherwise, and then they are right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Native {
    pub(super) account: Arc<str>,
    pub(super) region: Arc<str>,
    pub(super) time: DateTime<Utc>,
}

/// What the path of a file says of its records: that of CloudTrail's own folders, or of any that are named so.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) account: Option<String>,
    pub(super) region: Option<String>,
}

impl Place {
    /// Reads a path below the archive's root, the last part of which says more than the first.
    pub(super) fn of(path: &str) -> Self {
        let last = |pattern: &Regex| pattern.captures_iter(path).last().and_then(|found| Some(found.get(1)?.as_str().to_owned()));
        Self { account: last(&ACCOUNT), region: last(&REGION) }
    }
}

#[expect(clippy::expect_used, reason = "a literal pattern")]
static ACCOUNT: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\b([0-9]{12})(?:[^0-9A-Za-z]|$)").expect("the pattern is valid"));

/// A region in a path: known continents and directions, since a path may hold any word.
#[expect(clippy::expect_used, reason = "a literal pattern")]
static REGION: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?:\b|_)((?:us|eu|ap|sa|ca|me|af|il|mx|cn|eusc)(?:-[a-z]{2,5})?-(?:north|south|east|west|central|northeast|southeast|northwest|southwest)-[0-9]{1,2})(?:[^a-z0-9]|$)",
    )
    .expect("the pattern is valid")
});

/// What was found under the archive's locations.
#[derive(Clone, Debug, Default)]
pub(super) struct Listing {
    /// Ordered by name time and then path, so that a scan that is cut short has read the oldest.
    pub(super) logs: Vec<LogFile>,
    /// How many files were seen that are no digests, selected or not.
    pub(super) seen: u32,
    pub(super) digests: u32,
    /// Places that could not be looked into, or not to their end.
    pub(super) unlisted: Vec<Unlisted>,
    /// Accounts and regions that there are and that were wanted, whether or not there are files of the time.
    pub(super) streams: BTreeSet<(Arc<str>, Arc<str>)>,
    /// Whether it was ended before everything was looked into.
    pub(super) ended: bool,
}

/// A place that could not be looked into, or not to its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Unlisted {
    /// The account and region whose files lie there, where the path tells.
    pub(super) stream: Option<(String, String)>,
    /// The place, and why.
    pub(super) file: UnreadFile,
}

impl LogFile {
    /// Returns its address in plain characters: file names may come from whoever could write to the archive.
    pub(super) fn shown(&self) -> String {
        shown(&self.key)
    }

    /// Returns what tells the file from all others of the process.
    pub(super) fn address(&self, store: &dyn Store) -> String {
        format!("{}/{}", store.root(), self.key)
    }

    /// Returns what its path says.
    pub(super) fn place(&self) -> Place {
        match &self.native {
            Some(name) => Place { account: Some(name.account.as_ref().into()), region: Some(name.region.as_ref().into()) },
            None => Place::of(&self.key),
        }
    }

    /// Tells whether the file bears the name of a log, so that it should be one.
    pub(super) fn is_called_a_log(&self) -> bool {
        self.is_of_cloudtrail() || is_called_a_log(&self.key)
    }

    /// Tells whether CloudTrail gave it its name.
    pub(super) fn is_of_cloudtrail(&self) -> bool {
        self.native.is_some() || self.key.contains("_CloudTrail_")
    }

    /// Tells whether it lies hidden, as what version control and desktops leave behind.
    pub(super) fn is_hidden(&self) -> bool {
        self.key.split('/').any(|part| part.starts_with('.'))
    }
}

/// What CloudTrail's own file name says, borrowed from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct NativeName<'a> {
    pub(super) account: &'a str,
    pub(super) region: &'a str,
    pub(super) time: DateTime<Utc>,
}

impl<'a> NativeName<'a> {
    /// Reads CloudTrail's own file name; names that lack the `Z` or the random part are understood too.
    pub(super) fn parse(name: &'a str) -> Option<Self> {
        let name = name.strip_suffix(".gz").unwrap_or(name).strip_suffix(".json")?;
        let mut parts = name.splitn(5, '_');
        let account = parts.next().filter(|id| (6..=20).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_digit()))?;
        parts.next().filter(|kind| matches!(*kind, "CloudTrail" | "CloudTrail-Insight"))?;
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        let region = parts.next().filter(|region| (3..=32).contains(&region.len()) && region.bytes().all(plain))?;
        let stamp = parts.next()?;
        let (day, clock) = stamp.strip_suffix('Z').unwrap_or(stamp).split_once('T')?;
        let day = NaiveDate::parse_from_str(day, "%Y%m%d").ok().filter(|_| is_number(day, 8))?;
        let time = NaiveTime::parse_from_str(clock, "%H%M").ok().filter(|_| is_number(clock, 4))?;
        Some(Self { account, region, time: day.and_time(time).and_utc() })
    }
}

/// Tells whether text is a number of so many digits.
pub(super) fn is_number(text: &str, digits: usize) -> bool {
    text.len() == digits && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Returns a path in plain characters.
pub(super) fn shown(key: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() || "/._-=+@".contains(c) { c } else { '?' };
    key.chars().take(MAX_SHOWN_NAME).map(plain).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn native_names_and_near_misses_tell_account_region_and_time() {
        for name in [
            "111122223333_CloudTrail_us-east-1_20260127T2000Z_AbCdEf0123456789.json.gz",
            "111122223333_CloudTrail_us-east-1_20260127T2000Z_Ab_Cd.json.gz",
            "111122223333_CloudTrail_us-east-1_20260127T2000.json.gz",
            "111122223333_CloudTrail-Insight_us-east-1_20260127T2000Z_AbCd.json",
        ] {
            let native = NativeName::parse(name).unwrap();
            assert_eq!((native.account, native.region), ("111122223333", "us-east-1"));
            assert_eq!(native.time.to_rfc3339(), "2026-01-27T20:00:00+00:00");
        }
        for name in [
            "records.jsonl.gz",
            "111122223333_CloudTrail_us-east-1_20261399T2000Z_A.json.gz",
            "111122223333_CloudTrail_us-east-1_2026127T2000Z_A.json.gz",
            "111122223333_CloudTrail-Digest_us-east-1_20260127T2000Z_A.json.gz",
            "x11122223333_CloudTrail_us-east-1_20260127T2000Z_A.json.gz",
        ] {
            assert_eq!(NativeName::parse(name), None, "{name}");
        }
    }

    #[test]
    fn a_path_tells_account_and_region_by_folders_of_any_make() {
        let told = |path| {
            let Place { account, region } = Place::of(path);
            (account.unwrap_or_default(), region.unwrap_or_default())
        };
        let (account, region) = ("111122223333".to_owned(), "eu-west-1".to_owned());
        for path in [
            "AWSLogs/o-abc/111122223333/CloudTrail/eu-west-1/2026/03/02/x.json.gz",
            "account=111122223333/region=eu-west-1/part-0.json",
            "111122223333_CloudTrail_eu-west-1_20260302T1015Z_AbCd.json.gz",
        ] {
            assert_eq!(told(path), (account.clone(), region.clone()), "{path}");
        }
        assert_eq!(told("events-us-gov-west-1.jsonl").1, "us-gov-west-1");
        assert_eq!(told("eusc-de-east-1/a.json").1, "eusc-de-east-1");
        assert_eq!(told("logs/mid-west-1/1234567890123/a.json"), (String::new(), String::new()));
    }

    #[test]
    fn a_shown_name_cannot_carry_markup_or_control_characters() {
        assert_eq!(shown("b/x`\u{1b}[31m .json"), "b/x???31m?.json");
    }
}
