//! Which files an archive holds, and when their names say that they were written.

use std::fs::File;
use std::io::{self, Cursor, Read, Seek};
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use regex::Regex;

use crate::time::Window;

/// How much later than its name a file's newest event may be.
///
/// Source: the name's minute may be up to 5 minutes before the event.
pub(super) const NAME_EARLY: TimeDelta = TimeDelta::minutes(5);

/// How much older than its name a file's events usually are at most.
///
/// Source: the name's minute may be up to 15 minutes after the event.
pub(super) const NAME_LATE: TimeDelta = TimeDelta::minutes(15);

/// How far after the window a file may still be named and hold events of it.
///
/// Why so much more than [`NAME_LATE`]? Repacked files are named 23:59 and hold a whole day, and delivery may be disturbed for
/// hours. Reading a day too much costs time; skipping a file costs a change.
const LATEST_DELIVERY: TimeDelta = TimeDelta::hours(48);

/// Endings under which logs usually lie: what is empty or broken under such a name is a gap, whatever it was.
const LOG_ENDINGS: &[&str] = &[".json", ".jsonl", ".ndjson", ".gz", ".zst"];

/// Longest file name shown to people, in characters.
const MAX_SHOWN_NAME: usize = 160;

/// A place to look for files.
#[derive(Clone, Debug)]
pub(super) enum Location {
    /// A folder or a file.
    Path(PathBuf),
    /// A file that is part of the program.
    Bundled(&'static str, Arc<[u8]>),
}

/// A file that may hold events.
#[derive(Clone, Debug)]
pub(super) struct LogFile {
    pub(super) path: PathBuf,
    /// The content of a file that is part of the program.
    pub(super) bundled: Option<Arc<[u8]>>,
    /// The path below the archive's root, safe to show.
    pub(super) shown: String,
    /// What its name says, if it is CloudTrail's own.
    pub(super) native: Option<Native>,
    /// What its path says.
    pub(super) place: Place,
}

/// What CloudTrail's own file names say. Records may say otherwise, and then they are right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Native {
    pub(super) account: String,
    pub(super) region: String,
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
#[derive(Debug, Default)]
pub(super) struct Listing {
    /// Ordered by name time and then path, so that a scan that is cut short has read the oldest.
    pub(super) logs: Vec<LogFile>,
    pub(super) digests: u32,
    /// Places that could not be looked into, safe to show.
    pub(super) unreadable: Vec<String>,
}

/// Walks the locations.
///
/// Shape: links are followed, but not in circles; only regular files are listed, since opening a pipe would hang.
pub(super) fn list(locations: &[Location]) -> Listing {
    let mut listing = Listing::default();
    for location in locations {
        let root = match location {
            Location::Path(root) => root,
            Location::Bundled(name, bytes) => {
                listing.add(Path::new(""), Path::new(name), Some(bytes.clone()));
                continue;
            }
        };
        for entry in walkdir::WalkDir::new(root).follow_links(true) {
            match entry {
                Ok(entry) if entry.file_type().is_file() => listing.add(root, entry.path(), None),
                Ok(_) => {}
                // A circle leads to what is listed already.
                Err(error) if error.loop_ancestor().is_some() => {}
                Err(error) => listing.unreadable.push(shown(root, error.path().unwrap_or(root))),
            }
        }
    }
    listing.logs.sort_by(|a, b| {
        let time = |file: &LogFile| file.native.as_ref().map(|native| native.time);
        (time(a), &a.path).cmp(&(time(b), &b.path))
    });
    listing.logs.dedup_by(|a, b| a.path == b.path);
    listing
}

impl Listing {
    fn add(&mut self, root: &Path, path: &Path, bundled: Option<Arc<[u8]>>) {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let below = path.strip_prefix(root).unwrap_or(path);
        let in_digests = below.components().any(|part| part.as_os_str() == "CloudTrail-Digest");
        if in_digests && name.contains("CloudTrail-Digest") {
            self.digests += 1;
            return;
        }
        let native = native(&name);
        let place = Place::of(&below.to_string_lossy());
        self.logs.push(LogFile { path: path.into(), bundled, shown: shown(root, path), native, place });
    }
}

impl LogFile {
    /// Tells whether the file bears the name of a log, so that it should be one.
    pub(super) fn is_called_a_log(&self) -> bool {
        let name = self.shown.to_ascii_lowercase();
        self.is_of_cloudtrail() || LOG_ENDINGS.iter().any(|ending| name.ends_with(ending))
    }

    /// Tells whether CloudTrail gave it its name.
    pub(super) fn is_of_cloudtrail(&self) -> bool {
        self.native.is_some() || self.shown.contains("_CloudTrail_")
    }

    /// Tells whether it lies hidden, as what version control and desktops leave behind.
    pub(super) fn is_hidden(&self) -> bool {
        self.shown.split('/').any(|part| part.starts_with('.'))
    }

    /// Opens the file for reading, inflated or not as it is.
    pub(super) fn open(&self) -> io::Result<Box<dyn ReadSeek>> {
        Ok(match &self.bundled {
            Some(bytes) => Box::new(Cursor::new(bytes.clone())),
            None => Box::new(File::open(&self.path)?),
        })
    }

    /// Tells whether the file may hold events of the window, judged by its name.
    pub(super) fn may_overlap(&self, window: Window) -> bool {
        self.native.as_ref().is_none_or(|native| native.time + NAME_EARLY >= window.from && native.time - LATEST_DELIVERY < window.to)
    }
}

/// What can be read from anywhere.
pub(super) trait ReadSeek: Read + Seek {}

impl<T: Read + Seek> ReadSeek for T {}

/// Reads CloudTrail's own file name; names that lack the `Z` or the random part are understood too.
fn native(name: &str) -> Option<Native> {
    #[expect(clippy::expect_used, reason = "a literal pattern")]
    static NAME: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"^([0-9]{6,20})_CloudTrail(?:-Insight)?_([a-z0-9-]{3,32})_([0-9]{8}T[0-9]{4})Z?(?:_[^/]*)?\.json(?:\.gz)?$")
            .expect("the pattern is valid")
    });
    let parts = NAME.captures(name)?;
    let (_, [account, region, time]) = parts.extract();
    let time = NaiveDateTime::parse_from_str(time, "%Y%m%dT%H%M").ok()?.and_utc();
    Some(Native { account: account.into(), region: region.into(), time })
}

/// Returns the path below `root` in plain characters: file names may come from whoever could write to the archive.
fn shown(root: &Path, path: &Path) -> String {
    let below = path.strip_prefix(root).ok().filter(|below| !below.as_os_str().is_empty());
    let below = below.map(Path::to_string_lossy).unwrap_or_else(|| path.file_name().unwrap_or_default().to_string_lossy());
    let plain = |c: char| if c.is_ascii_alphanumeric() || "/._-=+@".contains(c) { c } else { '?' };
    below.chars().take(MAX_SHOWN_NAME).map(plain).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn native_names_and_near_misses_tell_account_region_and_time() {
        for name in [
            "111122223333_CloudTrail_us-east-1_20260127T2000Z_AbCdEf0123456789.json.gz",
            "111122223333_CloudTrail_us-east-1_20260127T2000.json.gz",
            "111122223333_CloudTrail-Insight_us-east-1_20260127T2000Z_AbCd.json",
        ] {
            let native = native(name).unwrap();
            assert_eq!((native.account.as_str(), native.region.as_str()), ("111122223333", "us-east-1"));
            assert_eq!(native.time.to_rfc3339(), "2026-01-27T20:00:00+00:00");
        }
        assert_eq!(native("records.jsonl.gz"), None);
        assert_eq!(native("111122223333_CloudTrail_us-east-1_20261399T2000Z_A.json.gz"), None);
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
        assert_eq!(shown(Path::new("/a"), Path::new("/a/b/x`\u{1b}[31m .json")), "b/x???31m?.json");
        assert_eq!(shown(Path::new("/a/x.json"), Path::new("/a/x.json")), "x.json");
    }

    #[test]
    fn only_files_whose_name_makes_it_impossible_are_skipped() {
        let at = |text| crate::time::parse(text).unwrap();
        let window = Window::new(at("2026-01-27T20:00:00Z"), at("2026-01-27T21:00:00Z")).unwrap();
        let named = |time| {
            let native = Some(Native { account: String::new(), region: String::new(), time: at(time) });
            LogFile { path: PathBuf::new(), bundled: None, shown: String::new(), native, place: Place::default() }.may_overlap(window)
        };
        assert!(named("2026-01-27T19:55:00Z"));
        assert!(!named("2026-01-27T19:54:00Z"));
        assert!(named("2026-01-27T23:59:00Z"));
        assert!(!named("2026-01-30T00:00:00Z"));
    }
}
