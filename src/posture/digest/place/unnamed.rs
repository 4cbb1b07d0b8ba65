//! What digests name and is not there, what is there and nobody names, and times without digests.

use std::collections::HashSet;

use chrono::{DateTime, Utc};

use super::{Chains, Claim, Unnamed, Work};
use crate::posture::digest::Seen;
use crate::posture::digest::chain::{Spans, address};
use crate::posture::digest::content::unhash;
use crate::posture::digest::layout::{KINDS, log_time, plain};
use crate::posture::digest::report::{File, Reason, Subject, Verdict};
use crate::source::delivery::{LATEST_NAME, NAME_EARLY};
use crate::time::{Window, rfc3339};

/// What is told of a log whose whole time is covered by digests that do not name it.
pub(super) const UNLISTED: (Verdict, Reason) = (Verdict::Invalid, Reason::Unlisted);

/// The logs that are remembered to find out what was moved where; more than these were not moved one by one.
const MAX_LOOSE: usize = 10_000;

impl Work<'_> {
    /// Tells of the logs that digests name and that are not there.
    pub(super) fn absent(&mut self, chains: &Chains) {
        if self.listed_in_part {
            return;
        }
        let asked = self.request.asked();
        let mut lost = std::mem::take(&mut self.lost);
        lost.retain(|(digest, log)| {
            let Some(digest) = usize::try_from(*digest).ok().and_then(|at| chains.judgements.get(at)) else { return false };
            let time = log.object.rsplit('/').next().and_then(log_time);
            // What an altered digest names may never have been.
            digest.verdict != Some(Verdict::Invalid) && (digest.asked || time.is_some_and(|time| asked.has_log(time)))
        });
        lost.sort_by(|a, b| a.1.object.cmp(&b.1.object));
        lost.dedup_by(|a, b| a.1.object == b.1.object);
        for (digest, log) in lost {
            let name = address(&log.bucket, &log.object);
            if let (Some(hash), true) = (unhash(&log.hash), self.outcome.loose.lost.len() < MAX_LOOSE) {
                self.outcome.loose.lost.push((hash, name.clone()));
            }
            let by = usize::try_from(digest).ok().and_then(|at| self.nodes.get(at)).cloned();
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
            let asked = time.is_none_or(|time| self.request.asked().has_log(time));
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
        let known: Vec<Window> = [all.covered.as_slice(), &all.missing].concat();
        for gap in asked.map(|asked| asked.without(&known)).unwrap_or_default() {
            // The digest that has to tell of this time is told as invalid or unread.
            for untold in gap.without(&gap.without(&all.invalid)) {
                self.untold(untold, Verdict::Unverified, Reason::DigestInvalid);
            }
            for gap in gap.without(&all.invalid) {
                let reason = match gap {
                    gap if gap.to <= whole.from => Reason::BeforeOldest,
                    gap if gap.from >= whole.to => Reason::AfterNewest,
                    _ => Reason::Gap,
                };
                self.untold(gap, Verdict::NotCovered, reason);
            }
        }
    }

    fn untold(&mut self, time: Window, verdict: Verdict, reason: Reason) {
        let name = format!("{} to {}", rfc3339(time.from), rfc3339(time.to));
        self.outcome.findings.add(verdict, Subject::Time, reason, File { name, ..File::default() });
    }
}

impl Chains {
    /// Judges a log that no digest names, by when its name says that it was delivered.
    pub(super) fn unnamed(&self, time: DateTime<Utc>) -> (Verdict, Reason) {
        let Some(delivered) = Window::new(time - NAME_EARLY, time + LATEST_NAME) else {
            return (Verdict::NotCovered, Reason::Gap);
        };
        let meets = |spans: &[Window]| spans.iter().any(|span| span.meet(delivered).is_some());
        let covers = |spans: &Spans| delivered.without(&spans.covered).is_empty();
        let any = |of: fn(&Spans) -> &Vec<Window>| self.spans.iter().any(|spans| meets(of(spans)));
        let whole = || self.spans.iter().filter_map(Spans::whole);
        if meets(&self.backfill.invalid) {
            (Verdict::Unverified, Reason::DigestInvalid)
        } else if meets(&self.backfill.missing) {
            (Verdict::Unverified, Reason::DigestMissing)
        } else if !self.spans.is_empty() && self.spans.iter().all(covers) {
            UNLISTED
        } else if any(|spans| &spans.invalid) {
            (Verdict::Unverified, Reason::DigestInvalid)
        } else if any(|spans| &spans.missing) {
            (Verdict::Unverified, Reason::DigestMissing)
        } else if whole().any(|whole| whole.to < delivered.to) {
            (Verdict::NotCovered, Reason::AfterNewest)
        } else if whole().any(|whole| delivered.from < whole.from) {
            (Verdict::NotCovered, Reason::BeforeOldest)
        } else {
            (Verdict::NotCovered, Reason::Gap)
        }
    }
}
