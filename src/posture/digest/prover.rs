//! Digests in an answer: how the log files of a window stand, for the archive that reads them.

use std::collections::HashMap;
use std::fmt;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::runtime::Handle;

use super::bucket::Bucket;
use super::key::{Keys, PublicKey};
use super::remote::Remote;
use super::report::{File, Finding, Place, Reason, Subject, Verdict};
use super::store::{Folder, Store};
use super::{Request, threads, verify};
use crate::coverage::{FileFault, UnreadFile};
use crate::event::Proof;
use crate::source::proof::{Disproof, ProofAsked, Proofs, Prover, Root};

/// Proves log files by their digests.
pub struct DigestProver {
    keys: Keys,
    remote: Option<Arc<Remote>>,
}

impl fmt::Debug for DigestProver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DigestProver").finish_non_exhaustive()
    }
}

impl DigestProver {
    /// Prepares; touches nothing yet. `remote` is asked for keys that are not pinned.
    pub fn new(pinned: Vec<PublicKey>, remote: Option<Remote>) -> Self {
        let remote = remote.map(Arc::new);
        let source = remote.clone().map(|remote| Box::new(remote) as Box<dyn super::KeySource>);
        Self { keys: Keys::new(pinned, source), remote }
    }
}

impl Prover for DigestProver {
    fn prove(&self, asked: &ProofAsked<'_>) -> Proofs {
        if let (Some(remote), Ok(runtime)) = (&self.remote, Handle::try_current()) {
            remote.enter(runtime);
        }
        let open = |root: &Root| match root {
            Root::Folder(path) => Some(Box::new(Folder::open(Path::new(path)).ok()?) as Box<dyn Store>),
            Root::Bucket(reader) => Some(Box::new(Bucket::new(Arc::clone(reader))) as Box<dyn Store>),
        };
        let stores: Vec<Box<dyn Store>> = asked.roots.iter().filter_map(open).collect();
        let all_opened = stores.len() == asked.roots.len();
        let files: Mutex<HashMap<String, Proof>> = Mutex::default();
        let report = verify(&Request {
            since: Some(asked.delivered.from),
            until: Some(asked.delivered.to),
            keys: &self.keys,
            allows: asked.allows,
            known: &|path| asked.known.get(path).copied(),
            state: None,
            seen: &|seen| {
                let proof = match seen.verdict {
                    Verdict::Valid => Proof::Proven,
                    Verdict::Invalid | Verdict::Missing => Proof::Disproven,
                    Verdict::Unverified | Verdict::NotCovered => Proof::Unproven,
                };
                files.lock().unwrap_or_else(PoisonError::into_inner).insert(seen.path.to_owned(), proof);
            },
            deadline: asked.until,
            stop: asked.stop,
            threads: threads(&stores),
            stores,
        });
        // What could not be read of no place in particular may be of any.
        let of_places: u64 = report.places.iter().map(|place| place.unread).sum();
        let all_told = all_opened && report.error_count + report.not_looked_at == of_places;
        let is_whole = |place: &&Place| all_told && place.is_proven();
        let proven = report.places.iter().filter(is_whole).map(|place| (place.account.clone(), place.region.clone())).collect();
        let disproven = report.places.into_iter().map(place).filter(|place| !place.files.is_empty()).collect();
        Proofs { files: files.into_inner().unwrap_or_else(PoisonError::into_inner), proven, disproven }
    }
}

fn place(place: Place) -> Disproof {
    let files = place.findings.iter().flat_map(disproven).collect();
    Disproof { account: place.account, region: place.region, files }
}

/// Names the files of a finding that accuses them.
fn disproven(finding: &Finding) -> Vec<UnreadFile> {
    let fault = match (finding.verdict, finding.reason) {
        (Verdict::Missing, _) => FileFault::Missing,
        (Verdict::Invalid, Reason::Unlisted | Reason::NotInChain | Reason::Moved) => FileFault::Unlisted,
        (Verdict::Invalid, _) => FileFault::Altered,
        _ => return Vec::new(),
    };
    // The last part of a path tells account, region and minute.
    let name = |file: &File| file.name.rsplit('/').next().unwrap_or(&file.name).to_owned();
    let files = finding.files.iter().filter(|_| finding.subject != Subject::Time);
    files.map(|file| UnreadFile { name: name(file), faults: vec![fault] }).collect()
}
