//! What digests name and is not there, what is there and nobody names, and times without digests.

use std::collections::HashSet;

use chrono::{DateTime, TimeDelta, Utc};

use super::{Chains, Claim, Unnamed, Work};
use crate::posture::digest::Seen;
use crate::posture::digest::chain::{Spans, address};
use crate::posture::digest::content::unhash;
use crate::posture::digest::layout::{KINDS, log_time, plain};
use crate::posture::digest::report::{File, Reason, Subject, Verdict};
use crate::time::{Window, rfc3339};

/// How much earlier than its name a log may have been delivered, and how much later.
///
/// Source: AWS CloudTrail user guide, "CloudTrail log file examples" (names are rounded to 5 minutes); listings of public buckets show
/// deliveries from 3 minutes before to 4 after. 20 leave room.
const DELIVERED_EARLIER: TimeDelta = TimeDelta::minutes(5);
const DELIVERED_LATER: TimeDelta = TimeDelta::minutes(20);

/// The logs that are remembered to find out what was moved where; more than these were not moved one by one.
const MAX_LOOSE: usize = 10_000;

impl Work<'_> {
    /// Tells of the logs that digests name and that are not there.
    pub(super) fn absent(&mut self, chains: &Chains) {
        let mut lost = std::mem::take(&mut self.lost);
        lost.sort_by(|a, b| a.1.object.cmp(&b.1.object));
        lost.dedup_by(|a, b| a.1.object == b.1.object);
        for (digest, log) in lost {
            let at = usize::try_from(digest).unwrap_or(usize::MAX);
            let asked = self.nodes.get(at).is_some_and(|(_, asked)| *asked);
            // What an altered digest names may never have been.
            let trusted = chains.judgements.get(at).is_some_and(|judgement| judgement.verdict != Some(Verdict::Invalid));
            if !asked || !trusted || self.listed_in_part {
                continue;
            }
            let name = address(&log.bucket, &log.object);
            if let (Some(hash), true) = (unhash(&log.hash), self.outcome.loose.lost.len() < MAX_LOOSE) {
                self.outcome.loose.lost.push((hash, name.clone()));
            }
            let by = self.nodes.get(at).map(|(shown, _)| shown.clone());
            let file = File { name, by, expected: Some(plain(&log.hash)), ..File::default() };
            self.outcome.findings.add(Verdict::Missing, Subject::Log, Reason::Absent, file);
        }
    }

    /// Tells of the logs that no digest names.
    pub(super) fn unnamed(&mut self, chains: &Chains, claims: &[Claim]) {
        let named: HashSet<u32> = claims.iter().map(|claim| claim.entry).collect();
        let kinds: HashSet<&str> =
            claims.iter().filter_map(|claim| Some(self.logs.get(usize::try_from(claim.entry).ok()?)?.kind())).collect();
        for (at, entry) in self.logs.iter().enumerate() {
            let time = log_time(entry.name());
            let asked = time.is_none_or(|time| {
                self.request.since.is_none_or(|since| since <= time) && self.request.until.is_none_or(|until| time < until)
            });
            if !asked || u32::try_from(at).is_ok_and(|at| named.contains(&at)) {
                continue;
            }
            let (verdict, reason) = match time {
                Some(_) if chains.spans.is_empty() => (Verdict::NotCovered, Reason::NoDigests),
                Some(_) if entry.kind() != KINDS && !kinds.contains(entry.kind()) => (Verdict::NotCovered, Reason::OtherKind),
                Some(time) => chains.unnamed(time),
                None => (Verdict::NotCovered, Reason::ForeignName),
            };
            let full = self.full(entry);
            (self.request.seen)(Seen { path: &full, verdict, reason: Some(reason) });
            let shown = plain(&full);
            if let (Some((_, store)), true) = (self.store(entry), self.outcome.loose.unnamed.len() < MAX_LOOSE) {
                let unnamed = Unnamed { store, key: entry.key(self.unit), shown: shown.clone(), verdict, reason };
                self.outcome.loose.unnamed.push(unnamed);
            }
            self.outcome.findings.add(verdict, Subject::Log, reason, File { name: shown, ..File::default() });
        }
    }

    /// Tells of the times for which there are no digests.
    pub(super) fn uncovered(&mut self, chains: &Chains) {
        let mut all = Spans::default();
        chains.spans.iter().for_each(|spans| all.join(spans.clone()));
        let Some(whole) = all.whole() else { return };
        let asked = Window::new(self.request.since.unwrap_or(whole.from), self.request.until.unwrap_or(whole.to));
        let known: Vec<Window> = [all.covered, all.invalid, all.missing].concat();
        for gap in asked.map(|asked| asked.without(&known)).unwrap_or_default() {
            let reason = match gap {
                gap if gap.to <= whole.from => Reason::BeforeOldest,
                gap if gap.from >= whole.to => Reason::AfterNewest,
                _ => Reason::Gap,
            };
            let name = format!("{} to {}", rfc3339(gap.from), rfc3339(gap.to));
            self.outcome.findings.add(Verdict::NotCovered, Subject::Time, reason, File { name, ..File::default() });
        }
    }
}

impl Chains {
    /// Judges a log that no digest names, by when its name says that it was delivered.
    fn unnamed(&self, time: DateTime<Utc>) -> (Verdict, Reason) {
        let Some(delivered) = Window::new(time - DELIVERED_EARLIER, time + DELIVERED_LATER) else {
            return (Verdict::NotCovered, Reason::Gap);
        };
        let meets = |spans: &[Window]| spans.iter().any(|span| span.meet(delivered).is_some());
        let covers = |spans: &Spans| delivered.without(&spans.covered).is_empty();
        let any = |of: fn(&Spans) -> &Vec<Window>| self.spans.iter().chain([&self.backfill]).any(|spans| meets(of(spans)));
        let whole = || self.spans.iter().filter_map(Spans::whole);
        if any(|spans| &spans.invalid) {
            (Verdict::Unverified, Reason::DigestInvalid)
        } else if any(|spans| &spans.missing) {
            (Verdict::Unverified, Reason::DigestMissing)
        } else if self.spans.iter().all(covers) {
            (Verdict::Invalid, Reason::Unlisted)
        } else if whole().any(|whole| whole.to < delivered.to) {
            (Verdict::NotCovered, Reason::AfterNewest)
        } else if whole().any(|whole| delivered.from < whole.from) {
            (Verdict::NotCovered, Reason::BeforeOldest)
        } else {
            (Verdict::NotCovered, Reason::Gap)
        }
    }
}
