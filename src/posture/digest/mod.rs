//! Digests: are the logs of an archive as CloudTrail delivered them, and are all of them there?
//!
//! ```text
//!  store     names and bytes, wherever they lie
//!    │ listing     accounts and regions, then the files of one
//!    │ content     inflated and hashed as they stream
//!    │ document    what stands in a digest, and what of it is signed
//!    │ chain       digests judged, the newest first, by `key` and by each other
//!    │ place       logs judged by the digests that name them, and what nobody names
//!  report    five verdicts apart, with a reason and the files
//!    │ words       the same for people
//! ```
//!
//! In memory are the names of one account and region per thread and, of each log, its hash; never a file.

mod bucket;
mod chain;
mod content;
mod document;
mod key;
mod layout;
mod listing;
mod place;
mod pool;
mod prover;
mod remote;
mod report;
mod state;
mod store;
mod words;

use std::collections::HashMap;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

use chrono::{DateTime, Utc};

use self::chain::Asked;
use self::content::Hash;
use self::key::KeyRing;
use self::listing::{Errors, Unit};
use self::place::{Loose, Unnamed};
use self::pool::Halt;
pub use bucket::Bucket;
pub use key::{KeySource, Keys, PublicKey, ROTATION, parse as parse_keys};
pub use layout::account_above;
pub use prover::DigestProver;
pub use remote::Remote;
use report::Findings;
pub use report::{Chain, Counts, File, Finding, MAX_FILES, Outcome, Place, ReadError, Reason, Report, Resumed, Subject, Verdict};
pub use state::State;
pub use store::{Folder, Metadata, Object, SIDECAR, Store};
pub use words::text;

/// What is to be verified, and with what.
pub struct Request<'a> {
    /// Where the archive lies; one archive may lie in several places.
    pub stores: Vec<Box<dyn Store>>,
    /// From when on digests and logs must be right. Default: the first digest that is there, and what that says of one before it.
    pub since: Option<DateTime<Utc>>,
    /// Until when. Default: the last digest that is there.
    pub until: Option<DateTime<Utc>>,
    /// The keys to check signatures with.
    pub keys: &'a Keys,
    /// Tells whether an account and region may be looked at.
    pub allows: &'a (dyn Fn(&str, &str) -> bool + Sync),
    /// Returns the SHA-256 of what the log at a path inflates to, where it is known already: it is not read again.
    pub known: &'a (dyn Fn(&str) -> Option<[u8; 32]> + Sync),
    /// What an interrupted run had hashed, and where this one keeps what it hashes. Default: nowhere.
    pub state: Option<&'a State>,
    /// Is told each log that was judged, in any order and from any thread.
    pub seen: &'a (dyn Fn(Seen<'_>) + Sync),
    /// When to stop. Default: never.
    pub deadline: Option<Instant>,
    /// Stops it from outside.
    pub stop: &'a AtomicBool,
    /// How many threads read and hash.
    pub threads: usize,
}

impl Request<'_> {
    fn asked(&self) -> Asked {
        Asked { since: self.since, until: self.until }
    }
}

/// Returns how many threads are best: one a core, and more where most of the time is spent waiting for a network.
pub fn threads(stores: &[Box<dyn Store>]) -> usize {
    /// Source: ours; as many objects of a bucket are read side by side by whoever reads events.
    const REMOTE: usize = 8;
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    if stores.iter().all(|store| store.lists_freely()) { cores } else { cores.max(REMOTE) }
}

/// A log that was judged.
#[derive(Clone, Copy, Debug)]
pub struct Seen<'a> {
    /// Its path, or key, from the top.
    pub path: &'a str,
    /// What is known of it.
    pub verdict: Verdict,
    /// Why, where that is not "valid".
    pub reason: Option<Reason>,
}

/// Verifies an archive. Blocks until it is done; asks nobody but the stores and the source of keys.
///
/// Shape: places in the order of accounts and regions. An error of reading is told, and is no verdict.
pub fn verify(request: &Request<'_>) -> Report {
    let halt = Halt { stop: request.stop, until: request.deadline };
    let keys = KeyRing::new(request.keys);
    let listing::Found { units, strays, findings, errors } = listing::discover(&request.stores);
    let mut whole = Whole { findings, errors, ..Whole::default() };
    let (allowed, denied): (Vec<Unit>, Vec<Unit>) = units.into_iter().partition(|unit| (request.allows)(&unit.account, &unit.region));
    let outer = request.threads.min(allowed.len()).max(1);
    let inner = (request.threads / outer).max(1);
    let mut outcomes = Vec::new();
    whole.skipped =
        pool::each(&allowed, outer, halt, |unit| place::verify((request, &keys), unit, inner, halt), |_, outcome| outcomes.push(outcome));
    outcomes.sort_by(|a, b| (&a.place.account, &a.place.region).cmp(&(&b.place.account, &b.place.region)));
    for stray in strays {
        let (verdict, reason) = (Verdict::NotCovered, Reason::OutsideLayout);
        whole.findings.add(verdict, Subject::Log, reason, File { name: stray.shown.clone(), ..File::default() });
        let full = listing_full(request, stray.store, &stray.key);
        (request.seen)(Seen { path: &full, verdict, reason: Some(reason) });
        whole.strays.push(Unnamed { store: stray.store, key: stray.key, shown: stray.shown, verdict, reason });
    }
    whole.rejoin(request, &mut outcomes, halt);
    whole.report((request, &keys), outcomes, &denied)
}

fn listing_full(request: &Request<'_>, store: usize, key: &str) -> String {
    request.stores.get(store).map(|store| listing::full(store.as_ref(), key)).unwrap_or_default()
}

/// What belongs to no place alone.
#[derive(Default)]
struct Whole {
    findings: Findings,
    errors: Errors,
    strays: Vec<Unnamed>,
    skipped: usize,
}

impl Whole {
    /// Finds out which of the files that nobody names are those that are missing elsewhere.
    fn rejoin(&mut self, request: &Request<'_>, outcomes: &mut [place::Outcome], halt: Halt<'_>) {
        let mut wanted: HashMap<Hash, String> = HashMap::new();
        let mut unnamed: Vec<(Option<usize>, Unnamed)> = std::mem::take(&mut self.strays).into_iter().map(|it| (None, it)).collect();
        let mut moved: Vec<(String, String)> = Vec::new();
        for (at, outcome) in outcomes.iter_mut().enumerate() {
            let Loose { lost, unnamed: loose, moved_digests } = std::mem::take(&mut outcome.loose);
            wanted.extend(lost);
            unnamed.extend(loose.into_iter().map(|it| (Some(at), it)));
            moved.extend(moved_digests);
        }
        let mut found: Vec<(usize, String)> = Vec::new();
        if !wanted.is_empty() {
            let hash = |at: &usize| {
                let (_, it) = unnamed.get(*at)?;
                let object = request.stores.get(it.store)?.get(&it.key).ok()??;
                content::hash(object.body).ok()
            };
            let positions: Vec<usize> = (0..unnamed.len()).collect();
            pool::each(&positions, request.threads, halt, hash, |at, hash| {
                found.extend(hash.and_then(|hash| wanted.get(&hash)).map(|from| (*at, from.clone())));
            });
        }
        found.sort_unstable();
        for (at, from) in found {
            let Some((place, it)) = unnamed.get(at) else { continue };
            let findings = match place.and_then(|place| outcomes.get_mut(place)) {
                Some(outcome) => &mut outcome.findings,
                None => &mut self.findings,
            };
            findings.remove(it.verdict, Subject::Log, it.reason, &it.shown);
            let file = File { name: it.shown.clone(), elsewhere: Some(from.clone()), ..File::default() };
            findings.add(Verdict::Invalid, Subject::Log, Reason::Moved, file);
            let path = listing_full(request, it.store, &it.key);
            (request.seen)(Seen { path: &path, verdict: Verdict::Invalid, reason: Some(Reason::Moved) });
            moved.push((from, it.shown.clone()));
        }
        let now_at: HashMap<String, String> = moved.into_iter().collect();
        for outcome in outcomes {
            for subject in [Subject::Digest, Subject::Log] {
                for file in outcome.findings.files_mut(Verdict::Missing, subject, Reason::Absent) {
                    file.elsewhere = now_at.get(&file.name).cloned();
                }
            }
        }
    }

    fn report(self, (request, keys): (&Request<'_>, &KeyRing<'_>), outcomes: Vec<place::Outcome>, denied: &[Unit]) -> Report {
        let mut errors = self.errors;
        for (region, why) in keys.failures() {
            errors.add(&format!("public keys of {region}"), why);
        }
        let mut not_looked_at = self.skipped as u64;
        let mut places = Vec::new();
        for outcome in outcomes {
            let unread = outcome.errors.count + outcome.skipped as u64;
            errors.join(outcome.errors);
            not_looked_at += outcome.skipped as u64;
            let mut place = outcome.place;
            place.unread = unread;
            place.findings = outcome.findings.into_vec();
            for finding in place.findings.iter().filter(|finding| finding.subject == Subject::Log) {
                place.logs.add(finding.verdict, finding.count);
            }
            if !place.chains.is_empty() || !place.findings.is_empty() || place.unread > 0 {
                places.push(place);
            }
        }
        for unit in denied {
            let (account, region) = (unit.account.clone(), unit.region.clone());
            places.push(Place { account, region, denied_by_policy: true, ..Place::default() });
        }
        let mut report = Report {
            outcome: Outcome::NothingRead,
            since: request.since,
            until: request.until,
            digests: Counts::default(),
            logs: Counts::default(),
            places,
            findings: self.findings.into_vec(),
            errors: errors.told,
            error_count: errors.count,
            not_looked_at,
            resumed: request.state.and_then(State::resumed),
        };
        report.judge();
        report
    }
}
