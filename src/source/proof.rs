//! Whether log files are as CloudTrail delivered them: asked by the archive, told by whoever knows digests.

use std::collections::HashMap;
use std::fmt;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

use crate::coverage::UnreadFile;
use crate::event::Proof;
use crate::time::Window;

/// Proves log files.
pub trait Prover: fmt::Debug + Send + Sync {
    /// Looks at the log files of a time in folders. Blocks.
    fn prove(&self, asked: &ProofAsked<'_>) -> Proofs;
}

/// What is to be proven.
pub struct ProofAsked<'a> {
    /// Absolute paths of folders.
    pub roots: &'a [String],
    /// When the logs were delivered.
    pub delivered: Window,
    /// Tells whether an account and region may be looked at.
    pub allows: &'a (dyn Fn(&str, &str) -> bool + Sync),
    /// When to look at nothing more.
    pub until: Option<Instant>,
    /// Ends it from outside.
    pub stop: &'a AtomicBool,
}

/// What was proven.
#[derive(Debug, Default)]
pub struct Proofs {
    /// By the absolute path of the file. What is not in it is not proven.
    pub files: HashMap<String, Proof>,
    /// By account and region.
    pub places: Vec<PlaceProof>,
}

/// How the log files of an account and region stand.
#[derive(Clone, Debug, Default)]
pub struct PlaceProof {
    /// The account.
    pub account: String,
    /// The region.
    pub region: String,
    /// Log files that are proven.
    pub proven: usize,
    /// Log files that were looked at.
    pub of: usize,
    /// Logs and digests that are altered, added or missing.
    pub disproven: Vec<UnreadFile>,
}
