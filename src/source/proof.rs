//! Whether log files are as CloudTrail delivered them: asked by the archive, told by whoever knows digests.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

use super::archive::BucketReader;
use crate::coverage::UnreadFile;
use crate::event::Proof;
use crate::time::Window;

/// Proves log files.
pub trait Prover: fmt::Debug + Send + Sync {
    /// Looks at the log files of a time. Blocks.
    fn prove(&self, asked: &ProofAsked<'_>) -> Proofs;
}

/// The SHA-256 of what a log file inflates to.
pub type Sha256 = [u8; 32];

/// Where an archive lies.
#[derive(Clone, Debug)]
pub enum Root {
    /// The absolute path of a folder.
    Folder(String),
    /// A bucket.
    Bucket(Arc<BucketReader>),
}

impl Root {
    /// Returns what stands before every path in it: an absolute path, or the address of a bucket and prefix.
    pub fn address(&self) -> &str {
        match self {
            Self::Folder(path) => path.trim_end_matches('/'),
            Self::Bucket(bucket) => bucket.address(),
        }
    }
}

/// What is to be proven.
pub struct ProofAsked<'a> {
    /// Where to look.
    pub roots: &'a [Root],
    /// When the logs were delivered.
    pub delivered: Window,
    /// Hashes of files that were just read, by their absolute paths or addresses: these are what was read, and need not be read again.
    pub known: &'a HashMap<String, Sha256>,
    /// Tells whether an account and region may be looked at.
    pub allows: &'a (dyn Fn(&str, &str) -> bool + Sync),
    /// When to look at nothing more.
    pub until: Option<Instant>,
    /// Ends it from outside.
    pub stop: &'a AtomicBool,
}

/// What was proven; nothing by default.
#[derive(Debug, Default)]
pub struct Proofs {
    /// By the absolute path or the address of the file. What is not in it is not proven.
    pub files: HashMap<String, Proof>,
    /// Accounts and regions of which all is proven: every file that was delivered in the time is there and as it was, and no other is.
    pub proven: Vec<(String, String)>,
    /// Accounts and regions where something is not as CloudTrail delivered it.
    pub disproven: Vec<Disproof>,
}

/// What is wrong at an account and region.
#[derive(Clone, Debug, Default)]
pub struct Disproof {
    /// The account.
    pub account: String,
    /// The region.
    pub region: String,
    /// Logs and digests that are altered, added or missing.
    pub files: Vec<UnreadFile>,
}
