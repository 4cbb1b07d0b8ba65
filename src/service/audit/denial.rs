//! Denials before there is a call: each is counted, and so many are written out that a flood of them cannot fill the disk.

use std::collections::BTreeMap;
use std::net::IpAddr;

use chrono::{DateTime, Utc};

use super::entry::Entry;

/// Most lines a second.
const LINES: u32 = 10;

/// What was denied and is not written yet.
#[derive(Default)]
pub(super) struct Denials {
    second: i64,
    lines: u32,
    /// Denials that have no line, by reason.
    untold: BTreeMap<&'static str, u64>,
}

impl Denials {
    /// Counts one; returns its entry, which tells of those of the same reason that had none, unless there are too many just now.
    pub(super) fn add(&mut self, now: DateTime<Utc>, reason: &'static str, peer: Option<IpAddr>) -> Option<Entry> {
        if self.second != now.timestamp() {
            (self.second, self.lines) = (now.timestamp(), 0);
        }
        let untold = self.untold.remove(reason).unwrap_or_default();
        if self.lines >= LINES {
            self.untold.insert(reason, untold + 1);
            return None;
        }
        self.lines += 1;
        Some(Entry::denied(now, reason, peer, untold + 1))
    }

    /// Returns the entries of those that have none.
    pub(super) fn rest(&mut self, now: DateTime<Utc>) -> Vec<Entry> {
        std::mem::take(&mut self.untold).into_iter().map(|(reason, count)| Entry::denied(now, reason, None, count)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_denial_is_counted_and_few_have_a_line_of_their_own() {
        let (mut denials, mut entries) = (Denials::default(), Vec::new());
        for n in 0..5_000 {
            let now = DateTime::from_timestamp(1_769_547_600 + n / 1_000, 0).unwrap();
            let reason = if n % 5 == 0 { "token expired" } else { "unknown token" };
            entries.extend(denials.add(now, reason, Some(IpAddr::from([192, 0, 2, 1]))));
        }
        assert!(entries.len() <= 50, "{}", entries.len());
        entries.extend(denials.rest(DateTime::UNIX_EPOCH));
        let count = |reason: &str| -> u64 {
            let of = entries.iter().filter(|entry| entry.fields["reason"] == reason);
            of.map(|entry| entry.fields.get("count").map_or(1, |count| count.as_u64().unwrap())).sum()
        };
        assert_eq!((count("token expired"), count("unknown token")), (1_000, 4_000));
    }
}
