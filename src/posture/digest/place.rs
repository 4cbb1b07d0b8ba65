//! One account and region: its chains first, then every log that they name, then what nobody names.

mod unnamed;

use std::collections::{BTreeMap, HashSet};

use chrono::{DateTime, TimeDelta, Utc};

use super::chain::{self, Content, HOUR, Judged, Judgement, Node, Spans, address};
use super::content::{self, Fault, Hash, hex, unhash};
use super::document::{Digest, Named};
use super::key::{Found, KeyRing, ROTATION};
use super::layout::{DIGESTS, DigestName, Key, log_time, plain};
use super::listing::{self, Calendar, Entry, Errors, Files, Unit};
use super::pool::{self, Halt};
use super::report::{Chain, Counts, File, Findings, Place, Reason, Subject, Verdict};
use super::store::{Metadata, Store};
use super::{Request, Seen};
use crate::time::{Window, parse as parse_time};
use unnamed::UNLISTED;

/// Around when a backfill digest was made the key was in use that it was signed with.
///
/// Source: aws/aws-cli 1.44.37.
const BACKFILL: TimeDelta = TimeDelta::hours(1);

/// How long after its hour a backfill digest may have been made, where its metadata is lost.
/// Source: ours. A longer time costs nothing, as keys are told apart by their fingerprints.
const BACKFILL_LATEST: TimeDelta = TimeDelta::days(14);

/// Chains are told apart by trail, home region, and whether they are of backfill digests.
type ChainKey = (String, String, bool);

/// What is left to be matched with other places: logs that are named and not there, and logs that are there and not named.
#[derive(Debug, Default)]
pub(super) struct Loose {
    /// By the hash that a digest says; the name under which it is told as missing.
    pub(super) lost: Vec<(Hash, String)>,
    /// Store and key; the finding that it stands in.
    pub(super) unnamed: Vec<Unnamed>,
    /// Digests that lie elsewhere than where they were delivered: that place, and where they lie.
    pub(super) moved_digests: Vec<(String, String)>,
}

/// A log that no digest names.
#[derive(Debug)]
pub(super) struct Unnamed {
    pub(super) store: usize,
    pub(super) key: String,
    pub(super) shown: String,
    pub(super) verdict: Verdict,
    pub(super) reason: Reason,
}

/// Everything that was found of one place.
#[derive(Debug, Default)]
pub(super) struct Outcome {
    pub(super) place: Place,
    pub(super) findings: Findings,
    pub(super) errors: Errors,
    pub(super) loose: Loose,
    pub(super) skipped: usize,
}

/// One log that a digest names and that is there.
struct Claim {
    entry: u32,
    digest: u32,
    /// Nothing where the digest says no hash.
    hash: Option<Hash>,
    /// Whether the time that is asked for is that of the log's name, or of a digest that names it.
    asked: bool,
}

/// Verifies one account and region.
pub(super) fn verify((request, keys): (&Request<'_>, &KeyRing<'_>), unit: &Unit, threads: usize, halt: Halt<'_>) -> Outcome {
    let calendar = Calendar::around(request.since, request.until);
    let Files { digests, logs, findings, errors } = listing::files(&request.stores, unit, calendar);
    let place = Place { account: unit.account.clone(), region: unit.region.clone(), ..Place::default() };
    let listed_in_part = errors.count > 0;
    let outcome = Outcome { place, findings, errors, ..Outcome::default() };
    let mut work =
        Work { request, keys, unit, logs, threads, halt, outcome, claims: Vec::new(), lost: Vec::new(), nodes: Vec::new(), listed_in_part };
    let judged = work.chains(&digests);
    work.logs(&judged);
    work.outcome
}

struct Work<'a> {
    request: &'a Request<'a>,
    keys: &'a KeyRing<'a>,
    unit: &'a Unit,
    logs: Vec<Entry>,
    threads: usize,
    halt: Halt<'a>,
    outcome: Outcome,
    claims: Vec<Claim>,
    /// Logs that are named and not there, with the digest that names them.
    lost: Vec<(u32, Named)>,
    /// The paths of the digests of all chains.
    nodes: Vec<String>,
    /// Whether folders could not be listed, so that nobody can say what is missing.
    listed_in_part: bool,
}

/// All chains of a place together.
struct Chains {
    judgements: Vec<Judgement>,
    spans: Vec<Spans>,
    backfill: Spans,
}

/// A digest as it was read.
struct Read {
    content: Content,
    metadata: Option<Metadata>,
    logs: Vec<Named>,
    error: Option<String>,
}

impl<'a> Work<'a> {
    fn store(&self, entry: &Entry) -> Option<(&'a dyn Store, usize)> {
        let at = self.unit.trees.get(usize::from(entry.tree))?.store;
        Some((self.request.stores.get(at)?.as_ref(), at))
    }

    fn full(&self, entry: &Entry) -> String {
        self.store(entry).map(|(store, _)| listing::full(store, &entry.key(self.unit))).unwrap_or_default()
    }

    /// Reads and judges the digests, chain by chain.
    fn chains(&mut self, entries: &[Entry]) -> Chains {
        let mut by_chain: BTreeMap<ChainKey, Vec<(DateTime<Utc>, &Entry)>> = BTreeMap::new();
        for entry in entries {
            if let Some(name) = DigestName::parse(entry.name()) {
                by_chain.entry((name.trail, name.home, name.backfill)).or_default().push((name.end, entry));
            }
        }
        let mut all = Chains { judgements: Vec::new(), spans: Vec::new(), backfill: Spans::default() };
        for (chain, mut entries) in by_chain {
            entries.sort_by_key(|(end, _)| *end);
            let entries = self.wanted(entries);
            if let Some(judged) = self.chain(&chain, &entries) {
                all.judgements.extend(judged.digests);
                if chain.2 { all.backfill.join(judged.spans) } else { all.spans.push(judged.spans) }
            }
        }
        all
    }

    /// Keeps the digests that may reach into the time that was asked for, and one on each side that speaks for them.
    fn wanted<'e>(&self, entries: Vec<(DateTime<Utc>, &'e Entry)>) -> Vec<(DateTime<Utc>, &'e Entry)> {
        let before = self.request.since.map_or(0, |since| entries.partition_point(|(end, _)| *end <= since));
        let after = |until: DateTime<Utc>| entries.partition_point(|(end, _)| *end < until + TimeDelta::hours(1));
        let after = self.request.until.map_or(entries.len(), after);
        let (from, to) = (before.saturating_sub(1), after.saturating_add(2));
        entries.into_iter().enumerate().filter(|(at, _)| (from..to).contains(at)).map(|(_, entry)| entry).collect()
    }

    fn read(&self, entry: &Entry) -> Read {
        let failed = |error: String| Read { content: Content::Unread, metadata: None, logs: Vec::new(), error: Some(error) };
        let Some((store, _)) = self.store(entry) else { return failed(String::new()) };
        let object = match store.get(&entry.key(self.unit)) {
            Ok(Some(object)) => object,
            Ok(None) => return failed("it went away while the archive was read".to_owned()),
            Err(error) => return failed(error.to_string()),
        };
        let (content, logs) = match content::whole(object.body) {
            Ok((bytes, hash)) => match Digest::parse(&bytes, hash) {
                Ok((digest, logs)) => (Content::Read(Box::new(digest)), logs),
                Err(reason) => (Content::Broken(reason), Vec::new()),
            },
            Err(Fault::Content(reason)) => (Content::Broken(reason), Vec::new()),
            Err(Fault::Read(error)) => return failed(error.to_string()),
        };
        Read { content, metadata: object.metadata, logs, error: None }
    }

    fn chain(&mut self, (trail, home, backfill): &ChainKey, entries: &[(DateTime<Utc>, &Entry)]) -> Option<Judged> {
        let mut reads: Vec<Option<Read>> = entries.iter().map(|_| None).collect();
        let positions: Vec<usize> = (0..entries.len()).collect();
        let skipped = pool::each(
            &positions,
            self.threads,
            self.halt,
            |at| entries.get(*at).map(|(_, entry)| self.read(entry)),
            |at, read| _ = reads.get_mut(*at).map(|place| *place = read),
        );
        self.outcome.skipped += skipped;
        let mut nodes = Vec::with_capacity(entries.len());
        let mut times = Vec::with_capacity(entries.len());
        for ((end, entry), read) in entries.iter().zip(reads) {
            // What there was no time for is there all the same.
            let unread = Read { content: Content::Unread, metadata: None, logs: Vec::new(), error: None };
            let Read { content, metadata, logs, error } = read.unwrap_or(unread);
            let full = self.full(entry);
            if let Some(error) = error {
                self.outcome.errors.add(&full, error);
            }
            let moved_from = moved(&full, &content, self.store(entry).and_then(|(store, _)| store.bucket()));
            let shown = plain(&full);
            if let Some(from) = moved_from.clone() {
                self.outcome.loose.moved_digests.push((from, shown.clone()));
            }
            let at = u32::try_from(self.nodes.len()).unwrap_or(u32::MAX);
            self.nodes.push(shown.clone());
            self.claim(at, logs);
            let told = metadata.as_ref().and_then(|metadata| metadata.backfill_generation_timestamp.as_deref());
            times.push(told.and_then(parse_time));
            let content = match (content, &metadata) {
                // What has its metadata has this, too, when it is genuine.
                (Content::Read(_), Some(_)) if *backfill && told.is_none() => Content::Broken(Reason::Format),
                (content, _) => content,
            };
            let signature = metadata.and_then(|metadata| metadata.signature);
            nodes.push(Node { shown, tail: entry.tail.to_string(), end: *end, content, signature, moved_from });
        }
        self.under_prefix(&mut nodes);
        let told: BTreeMap<String, DateTime<Utc>> =
            nodes.iter().zip(times).filter_map(|(node, time)| Some((node.shown.clone(), time?))).collect();
        // Of all digests of a chain at once, by what their names say: what stands in them is not proven yet.
        let asked = nodes.first().zip(nodes.last()).and_then(|(first, last)| Window::new(first.end - HOUR, last.end + ROTATION));
        let key = |node: &Node, digest: &Digest| {
            let during = match told.get(&node.shown) {
                Some(made) => Window::new(*made - BACKFILL, *made + BACKFILL),
                None if *backfill => Window::new(digest.start, digest.end + BACKFILL_LATEST),
                None => Window::new(digest.start, digest.end + ROTATION),
            };
            let (Some(during), Some(asked)) = (during, asked) else { return Found::NoKeys };
            let asked = if *backfill { during } else { asked };
            match self.keys.find(&self.unit.region, &digest.fingerprint, during, asked) {
                Found::Unknown if *backfill && !told.contains_key(&node.shown) => Found::Untimely,
                found => found,
            }
        };
        let mut judged = chain::judge(&nodes, &key, self.request.asked(), !backfill);
        if self.listed_in_part {
            judged.missing.clear();
        }
        self.tell(&nodes, &judged);
        let counts = counts(&judged);
        let mut buckets: Vec<String> = Vec::new();
        for node in &nodes {
            if let Content::Read(digest) = &node.content
                && buckets.last() != Some(&digest.bucket)
            {
                buckets.push(plain(&digest.bucket));
            }
        }
        if counts.total() == 0 && skipped == 0 && judged.digests.is_empty() {
            return None;
        }
        let covers = judged.spans.whole();
        let (trail, home_region) = (plain(trail), plain(home));
        self.outcome.place.chains.push(Chain { trail, home_region, backfill: *backfill, buckets, covers, digests: counts });
        Some(judged)
    }

    /// Finds digests that lie under the prefix of others of their bucket.
    fn under_prefix(&mut self, nodes: &mut [Node]) {
        let told = |node: &Node| match &node.content {
            Content::Read(digest) if node.moved_from.is_none() => {
                let prefix = Key::parse(&digest.object)?.prefix().to_owned();
                let under = Key::parse(&node.shown).is_some_and(|path| path.is_under(&prefix));
                Some((digest.bucket.clone(), prefix, under))
            }
            _ => None,
        };
        let right: HashSet<(String, String)> = nodes
            .iter()
            .filter_map(told)
            .filter(|(_, prefix, under)| *under && !prefix.is_empty())
            .map(|(bucket, prefix, _)| (bucket, prefix))
            .collect();
        for node in nodes.iter_mut() {
            if let Some((bucket, _, false)) = told(node)
                && right.iter().any(|(of, _)| *of == bucket)
                && let Content::Read(digest) = &node.content
            {
                let from = address(&digest.bucket, &digest.object);
                self.outcome.loose.moved_digests.push((from.clone(), node.shown.clone()));
                node.moved_from = Some(from);
            }
        }
    }

    /// Finds the files that a digest names.
    fn claim(&mut self, digest: u32, logs: Vec<Named>) {
        for log in logs {
            let there = Key::parse(&log.object).map(|key| (self.find(&key), key));
            match there {
                Some((range, key)) if !range.is_empty() => {
                    let hash = unhash(&log.hash);
                    let before = self.claims.len();
                    for at in range {
                        let Some(entry) = self.logs.get(at) else { continue };
                        let full = self.full(entry);
                        if Key::parse(&full).is_some_and(|path| path.is_copy_of(&key)) {
                            self.claims.push(Claim { entry: u32::try_from(at).unwrap_or(u32::MAX), digest, hash, asked: false });
                        }
                    }
                    if self.claims.len() == before {
                        self.lost.push((digest, log));
                    }
                }
                _ => self.lost.push((digest, log)),
            }
        }
    }

    fn find(&self, key: &Key<'_>) -> std::ops::Range<usize> {
        if key.account != self.unit.account || key.region != self.unit.region {
            return 0..0;
        }
        let tail = key.tail();
        let from = self.logs.partition_point(|entry| *entry.tail < *tail);
        let to = self.logs.partition_point(|entry| *entry.tail <= *tail);
        from..to
    }

    /// Tells what is wrong with the digests of a chain.
    fn tell(&mut self, nodes: &[Node], judged: &Judged) {
        for (node, judgement) in nodes.iter().zip(&judged.digests).filter(|(_, judgement)| judgement.asked) {
            if let (Some(verdict), Some(reason)) = (judgement.verdict, judgement.reason) {
                let file = File { name: node.shown.clone(), ..judgement.file.clone() };
                self.outcome.findings.add(verdict, Subject::Digest, reason, file);
            }
        }
        for file in &judged.missing {
            self.outcome.findings.add(Verdict::Missing, Subject::Digest, Reason::Absent, file.clone());
        }
    }

    /// Judges the logs by the digests that name them.
    fn logs(&mut self, chains: &Chains) {
        let of = |claim: &Claim| usize::try_from(claim.digest).ok().and_then(|digest| chains.judgements.get(digest));
        // Of several digests that name a log, the one that is proven counts.
        let rank = |claim: &Claim| match of(claim).and_then(|digest| digest.verdict) {
            Some(Verdict::Valid) => 0,
            Some(Verdict::Unverified) => 1,
            _ => 2,
        };
        let asked = self.request.asked();
        let mut claims = std::mem::take(&mut self.claims);
        for claim in &mut claims {
            let time = usize::try_from(claim.entry).ok().and_then(|at| log_time(self.logs.get(at)?.name()));
            claim.asked = of(claim).is_some_and(|digest| digest.asked) || time.is_some_and(|time| asked.has_log(time));
        }
        claims.sort_by_key(|claim| (claim.entry, rank(claim)));
        claims.dedup_by(|worse, better| {
            let same = worse.entry == better.entry;
            better.asked |= same && worse.asked;
            same
        });
        let (to_hash, distrusted): (Vec<&Claim>, Vec<&Claim>) =
            claims.iter().filter(|claim| claim.asked).partition(|claim| rank(claim) < 2);
        let mut done: Vec<(u32, Verdict, Option<Reason>, File)> = Vec::new();
        let (mut errors, mut valid) = (Errors::default(), 0);
        let seen = self.request.seen;
        let skipped = pool::each(
            &to_hash,
            self.threads,
            self.halt,
            |claim| self.hash(claim),
            |claim, hashed| {
                let Some(entry) = usize::try_from(claim.entry).ok().and_then(|at| self.logs.get(at)) else { return };
                let proven = rank(claim) == 0;
                let by = || usize::try_from(claim.digest).ok().and_then(|at| self.nodes.get(at)).cloned();
                let mut add = |verdict: Verdict, reason: Reason, file: File| {
                    let file = File { name: plain(&self.full(entry)), by: by(), ..file };
                    done.push((claim.entry, verdict, Some(reason), file));
                };
                match hashed {
                    Ok(hash) if claim.hash == Some(hash) && proven => {
                        valid += 1;
                        seen(Seen { path: &self.full(entry), verdict: Verdict::Valid, reason: None });
                    }
                    Ok(hash) if claim.hash == Some(hash) => add(Verdict::Unverified, Reason::DigestUnverified, File::default()),
                    Ok(hash) => {
                        let file = File { expected: claim.hash.map(|hash| hex(&hash)), found: Some(hex(&hash)), ..File::default() };
                        add(Verdict::Invalid, Reason::Altered, file);
                    }
                    Err(Fault::Content(reason)) => add(Verdict::Invalid, reason, File::default()),
                    Err(Fault::Read(error)) => errors.add(&self.full(entry), error),
                }
            },
        );
        for claim in distrusted {
            if let Some(entry) = usize::try_from(claim.entry).ok().and_then(|at| self.logs.get(at)) {
                // Whoever forged a digest may have added the log, too.
                let is_unlisted = log_time(entry.name()).is_some_and(|time| chains.unnamed(time) == UNLISTED);
                let (verdict, reason) = if is_unlisted { UNLISTED } else { (Verdict::Unverified, Reason::DigestInvalid) };
                let by = usize::try_from(claim.digest).ok().and_then(|at| self.nodes.get(at)).cloned();
                done.push((claim.entry, verdict, Some(reason), File { name: plain(&self.full(entry)), by, ..File::default() }));
            }
        }
        // Threads end in any order; people compare reports.
        done.sort_by_key(|(entry, ..)| *entry);
        for (entry, verdict, reason, file) in done {
            if let (Some(entry), Some(reason)) = (usize::try_from(entry).ok().and_then(|at| self.logs.get(at)), reason) {
                seen(Seen { path: &self.full(entry), verdict, reason: Some(reason) });
                self.outcome.findings.add(verdict, Subject::Log, reason, file);
            }
        }
        self.outcome.place.logs.add(Verdict::Valid, valid);
        self.outcome.place.logs.unread += errors.count + skipped as u64;
        self.outcome.errors.join(errors);
        self.outcome.skipped += skipped;
        self.absent(chains);
        self.unnamed(chains, &claims);
        self.uncovered(chains);
    }

    fn hash(&self, claim: &Claim) -> Result<Hash, Fault> {
        let gone = || Fault::Read(std::io::Error::from(std::io::ErrorKind::NotFound));
        let entry = usize::try_from(claim.entry).ok().and_then(|at| self.logs.get(at)).ok_or_else(gone)?;
        let (store, _) = self.store(entry).ok_or_else(gone)?;
        let (full, state) = (self.full(entry), self.request.state);
        if let Some(known) = (self.request.known)(&full).or_else(|| state?.known(&full)) {
            return Ok(known);
        }
        let object = store.get(&entry.key(self.unit)).map_err(Fault::Read)?.ok_or_else(gone)?;
        let hash = content::hash(object.body)?;
        state.inspect(|state| state.keep(&full, &hash));
        Ok(hash)
    }
}

/// Returns where a digest was delivered, when that is elsewhere than where it lies.
fn moved(full: &str, content: &Content, bucket: Option<&str>) -> Option<String> {
    let Content::Read(digest) = content else { return None };
    let in_place = match (Key::parse(full), Key::parse(&digest.object), bucket) {
        (_, _, Some(_)) => plain(full) == address(&digest.bucket, &digest.object),
        (Some(path), Some(key), None) => path.kind == DIGESTS && path.is_copy_of(&key),
        _ => false,
    };
    (!in_place).then(|| address(&digest.bucket, &digest.object))
}

fn counts(judged: &Judged) -> Counts {
    let mut counts = Counts::default();
    for judgement in judged.digests.iter().filter(|judgement| judgement.asked) {
        match judgement.verdict {
            Some(verdict) => counts.add(verdict, 1),
            None => counts.unread += 1,
        }
    }
    counts.add(Verdict::Missing, judged.missing.len() as u64);
    counts
}
