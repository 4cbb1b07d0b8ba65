//! Digests: valid archives raise no alarm, and whatever was altered is found and named.

mod answers;
pub(crate) mod archive;
mod bucket;
mod command;
mod tampering;
mod valid;

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

use archive::{Archive, Memory, SIGNERS};
use chrono::{DateTime, Utc};
use cloudtrail_mcp::posture::digest::{KeySource, Keys, PublicKey, Reason, Report, Request, Store, Subject, Verdict, verify};
use cloudtrail_mcp::time::Window;

/// AWS with the keys of the first two signers.
struct Aws;

impl KeySource for Aws {
    fn keys(&self, _: &str, _: Window) -> Result<Vec<PublicKey>, String> {
        Ok(vec![SIGNERS[0].public(), SIGNERS[1].public()])
    }
}

/// The keys of the first two signers, in a file or at AWS.
pub(crate) fn keys(asked: bool) -> Keys {
    if asked { Keys::new(Vec::new(), Some(Box::new(Aws))) } else { Keys::new(vec![SIGNERS[0].public(), SIGNERS[1].public()], None) }
}

/// What is asked besides the archive.
pub(crate) struct Ask {
    pub(crate) deadline: Option<Instant>,
    pub(crate) keys: Keys,
    pub(crate) since: Option<DateTime<Utc>>,
    pub(crate) until: Option<DateTime<Utc>>,
}

impl Default for Ask {
    fn default() -> Self {
        Self { deadline: None, keys: keys(false), since: None, until: None }
    }
}

pub(crate) fn verified(archives: &[&Archive], ask: Ask) -> Report {
    let stores = archives.iter().map(|archive| Box::new(Memory(Arc::new((*archive).clone()))) as Box<dyn Store>).collect();
    let stop = AtomicBool::new(false);
    verify(&Request {
        stores,
        since: ask.since,
        until: ask.until,
        keys: &ask.keys,
        allows: &|_, _| true,
        known: &|_| None,
        state: None,
        seen: &|_| (),
        deadline: ask.deadline,
        stop: &stop,
        threads: 2,
    })
}

/// Every finding as verdict, subject, reason and name.
pub(crate) fn findings(report: &Report) -> Vec<(Verdict, Subject, Reason, String)> {
    let all = report.findings.iter().chain(report.places.iter().flat_map(|place| &place.findings));
    all.flat_map(|finding| finding.files.iter().map(|file| (finding.verdict, finding.subject, finding.reason, file.name.clone()))).collect()
}
