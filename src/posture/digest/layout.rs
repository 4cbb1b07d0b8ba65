//! How CloudTrail names what it delivers: `[prefix/]AWSLogs/[o-id/]ACCOUNT/KIND/REGION/YYYY/MM/DD/NAME`.

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};

use crate::event::{is_account, is_region};

/// The folder of digests, beside those of logs.
pub(super) const DIGESTS: &str = "CloudTrail-Digest";
/// How the folders of an account begin that hold what CloudTrail delivers: `CloudTrail`, `CloudTrail-Digest`, `CloudTrail-Insight`.
pub(super) const KINDS: &str = "CloudTrail";
/// The folder under which CloudTrail puts everything.
pub(super) const ROOT: &str = "AWSLogs";
/// What is put behind the name of a digest that was delivered later, for logs that the first one lacks.
const BACKFILL: &str = "_backfill";

/// A key, cut where its account's folder begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Key<'a> {
    /// Everything before the account, without the slash.
    pub(super) head: &'a str,
    pub(super) account: &'a str,
    pub(super) kind: &'a str,
    pub(super) region: &'a str,
    /// `YYYY/MM/DD/NAME`.
    pub(super) rest: &'a str,
    pub(super) name: &'a str,
}

impl<'a> Key<'a> {
    /// Reads a key or an absolute path; nothing where it is not of CloudTrail's layout.
    pub(super) fn parse(key: &'a str) -> Option<Self> {
        let mut slashes = key.rmatch_indices('/').map(|(at, _)| at);
        let name = key.get(slashes.next()? + 1..)?;
        let (_, _) = (slashes.next()?, slashes.next()?);
        let day = slashes.next()?;
        let (region, kind) = (slashes.next()?, slashes.next()?);
        let account = slashes.next();
        let account_begins = account.map_or(0, |at| at + 1);
        let it = Self {
            head: account.and_then(|at| key.get(..at)).unwrap_or_default(),
            account: key.get(account_begins..kind)?,
            kind: key.get(kind + 1..region)?,
            region: key.get(region + 1..day)?,
            rest: key.get(day + 1..)?,
            name,
        };
        (is_account(it.account) && it.kind.starts_with(KINDS) && is_region(it.region)).then_some(it)
    }

    /// Returns what two keys of the same object have in common in every copy of it, inflated or not.
    pub(super) fn tail(&self) -> String {
        format!("{}/{}", self.kind, self.rest.strip_suffix(".gz").unwrap_or(self.rest))
    }

    /// Returns the part of the head from `AWSLogs` on, such as `AWSLogs/o-abc`, and what stands before it.
    fn root(&self) -> (Option<&'a str>, &'a str) {
        let parts = self.head.rsplit('/');
        let mut length = 0;
        for part in parts {
            length += part.len();
            if part == ROOT {
                let at = self.head.len().saturating_sub(length);
                return (self.head.get(at..), self.head.get(..at).unwrap_or_default().trim_end_matches('/'));
            }
            length += 1;
        }
        (None, "")
    }

    /// Returns the prefix that stands before `AWSLogs`; empty without one.
    pub(super) fn prefix(&self) -> &'a str {
        self.root().1
    }

    /// Tells whether a file at this path can be a copy of the object at `key`: the same below `AWSLogs`, as far as the copy reaches up.
    pub(super) fn is_copy_of(&self, key: &Key<'_>) -> bool {
        let same = self.account == key.account && self.region == key.region && self.tail() == key.tail();
        same && match (self.root().0, key.root().0) {
            (Some(ours), Some(theirs)) => ours == theirs,
            _ => true,
        }
    }

    /// Tells whether this path lies under a folder of that prefix.
    pub(super) fn is_under(&self, prefix: &str) -> bool {
        let above = self.prefix();
        prefix.is_empty() || above == prefix || above.strip_suffix(prefix).is_some_and(|rest| rest.ends_with('/'))
    }
}

/// What the name of a digest says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct DigestName {
    pub(super) trail: String,
    pub(super) home: String,
    pub(super) end: DateTime<Utc>,
    pub(super) backfill: bool,
}

impl DigestName {
    /// Reads `ACCOUNT_CloudTrail-Digest_REGION_TRAIL_HOME_YYYYMMDDTHHmmSSZ[_backfill].json[.gz]`; the trail's name may hold `_`.
    pub(super) fn parse(name: &str) -> Option<Self> {
        let stem = name.strip_suffix(".gz").unwrap_or(name).strip_suffix(".json")?;
        let (stem, backfill) = stem.strip_suffix(BACKFILL).map_or((stem, false), |stem| (stem, true));
        let (account, rest) = stem.split_once('_')?;
        let rest = rest.strip_prefix(DIGESTS)?.strip_prefix('_')?;
        let (region, rest) = rest.split_once('_')?;
        let (rest, end) = rest.rsplit_once('_')?;
        let (trail, home) = rest.rsplit_once('_')?;
        let end = NaiveDateTime::parse_from_str(end, "%Y%m%dT%H%M%SZ").ok()?.and_utc();
        let right = is_account(account) && is_region(region) && is_region(home) && !trail.is_empty();
        right.then(|| Self { trail: trail.to_owned(), home: home.to_owned(), end, backfill })
    }
}

/// Returns the account's folder that a path lies in, where it lies within one: digests and logs are both below that.
pub fn account_above(path: &str) -> Option<&str> {
    let mut at = 0;
    let mut parts = path.split('/').peekable();
    while let Some(part) = parts.next() {
        at += part.len();
        if is_account(part) && parts.peek().is_some_and(|next| next.starts_with(KINDS)) {
            return path.get(..at);
        }
        at += 1;
    }
    None
}

/// Returns the minute that the name of a log tells; nothing where it is not CloudTrail's own.
pub(super) fn log_time(name: &str) -> Option<DateTime<Utc>> {
    let stem = name.strip_suffix(".gz").unwrap_or(name).strip_suffix(".json")?;
    let mut parts = stem.split('_');
    let (account, kind, region, time) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    let time = NaiveDateTime::parse_from_str(time.trim_end_matches('Z'), "%Y%m%dT%H%M").ok()?;
    (is_account(account) && kind.starts_with(KINDS) && kind != DIGESTS && is_region(region)).then(|| time.and_utc())
}

/// Returns the day of a folder `YYYY/MM/DD`; nothing where it is written otherwise, as whoever reads events takes such for no day.
pub(super) fn day(year: &str, month: &str, day: &str) -> Option<NaiveDate> {
    let number = |text: &str, digits| text.parse().ok().filter(|_| text.len() == digits && text.bytes().all(|byte| byte.is_ascii_digit()));
    NaiveDate::from_ymd_opt(i32::try_from(number(year, 4)?).ok()?, number(month, 2)?, number(day, 2)?)
}

/// Returns a path or key in plain characters: names may come from whoever could write to the archive.
pub(super) fn plain(name: &str) -> String {
    name.chars().map(|c| if c.is_ascii_alphanumeric() || "/._-=+@: ".contains(c) { c } else { '?' }).take(400).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "my/prefix/AWSLogs/o-abc/111122223333/CloudTrail-Digest/us-east-2/2015/08/17/111122223333_CloudTrail-Digest_us-east-2_your_trail-name_us-east-2_20150817T150131Z.json.gz";

    #[test]
    fn a_key_is_cut_at_its_account() {
        let key = Key::parse(KEY).unwrap();
        assert_eq!((key.head, key.account, key.kind, key.region), ("my/prefix/AWSLogs/o-abc", "111122223333", DIGESTS, "us-east-2"));
        assert_eq!((key.root().0, key.prefix()), (Some("AWSLogs/o-abc"), "my/prefix"));
        assert!(key.tail().starts_with("CloudTrail-Digest/2015/08/17/111122223333_") && key.tail().ends_with(".json"));
        assert_eq!(Key::parse("111122223333/CloudTrail/us-east-2/2015/08/17/x.json").unwrap().head, "");
        for other in ["", "a/b", "/1111/CloudTrail/us-east-2/2015/08/17/x", "x/111122223333/Config/us-east-2/2015/08/17/x"] {
            assert_eq!(Key::parse(other), None, "{other}");
        }
    }

    #[test]
    fn the_account_above_is_told_only_within_one() {
        assert_eq!(account_above("/data/AWSLogs/111122223333/CloudTrail/us-east-1"), Some("/data/AWSLogs/111122223333"));
        assert_eq!(account_above("/data/AWSLogs/111122223333"), None);
        assert_eq!(account_above("/data/111122223333/other"), None);
    }

    #[test]
    fn the_name_of_a_digest_tells_trail_end_and_backfill() {
        let name = DigestName::parse(Key::parse(KEY).unwrap().name).unwrap();
        assert_eq!((name.trail.as_str(), name.home.as_str(), name.backfill), ("your_trail-name", "us-east-2", false));
        assert_eq!(crate::time::rfc3339(name.end), "2015-08-17T15:01:31Z");
        let backfill = DigestName::parse("111122223333_CloudTrail-Digest_us-east-2_t_us-east-2_20150817T150131Z_backfill.json.gz").unwrap();
        assert!(backfill.backfill && backfill.trail == "t");
        assert_eq!(DigestName::parse("111122223333_CloudTrail_us-east-2_20150817T1501Z_x.json.gz"), None);
    }

    #[test]
    fn a_copy_may_begin_anywhere_above_the_account_but_not_elsewhere_below_the_root() {
        let key = Key::parse(KEY).unwrap();
        let tail = KEY.strip_prefix("my/prefix/AWSLogs/o-abc/").unwrap();
        for (above, copy, under) in [
            ("/data/my/prefix/AWSLogs/o-abc", true, true),
            ("/data/AWSLogs/o-abc", true, false),
            ("/data", true, false),
            ("/data/AWSLogs/o-other", false, false),
            ("/data/AWSLogs", false, false),
        ] {
            let path = format!("{above}/{tail}");
            let path = Key::parse(&path).unwrap();
            assert_eq!((path.is_copy_of(&key), path.is_under("my/prefix")), (copy, under), "{above}");
        }
        let inflated = format!("/data/{}", tail.strip_suffix(".gz").unwrap());
        assert!(Key::parse(&inflated).unwrap().is_copy_of(&key));
    }
}
