//! Which policy something was admitted under, without the policy itself.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::Arc;

use super::Policy;

/// Stands for one policy of one caller: what is kept under another version is not given away under this one.
///
/// Shape: two policies that allow the same to the same caller have the same version, so reading an unchanged file anew changes nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyVersion {
    caller: Arc<str>,
    digest: u64,
}

impl PolicyVersion {
    /// Returns what an answer that is kept on disk remembers of it.
    ///
    /// Shape: sixteen hexadecimal digits; another build of this program may write others for the same policy.
    pub fn mark(&self) -> String {
        format!("{:016x}", self.digest)
    }
}

impl Policy {
    /// Returns the version of this policy.
    pub fn version(&self) -> PolicyVersion {
        let mut hasher = DefaultHasher::new();
        self.hash(&mut hasher);
        PolicyVersion { caller: Arc::clone(&self.caller), digest: hasher.finish() }
    }
}
