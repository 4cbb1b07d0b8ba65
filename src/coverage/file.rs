//! Files that were not read whole, and files that are no logs.

/// A file that may hold events and was not read whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnreadFile {
    /// Its path below the archive's root, in plain characters; a folder's where that cannot be opened.
    pub name: String,
    /// Why, each reason once.
    pub faults: Vec<FileFault>,
}

/// Why a file was not read whole; where it cannot be opened, an [`std::io::Error`] may carry it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FileFault {
    /// The system does not let us.
    Unopened,
    /// The system does not answer when it is read, as for a dead mount or a file of the kernel.
    Stalled,
    /// It is a folder of more entries than are looked at, or leads to one.
    TooMany,
    /// It has no bytes, or none but `null`.
    Empty,
    /// Inflating it breaks off, or its checksum does not match.
    Compression,
    /// It has bytes after its first gzip member.
    TrailingBytes,
    /// It inflates to more than we read, has a line that is too long, or is wrapped too often.
    TooLarge,
    /// It is packed, or of a form that may hold logs, and that is not read.
    Foreign,
    /// Its bytes are of no form that is known.
    Unknown,
    /// It has JSON that cannot be parsed.
    Json,
    /// It has a record without a readable time or name.
    Record,
    /// It has entries beside its records, or instead of them, that look like log data and are not recognised.
    Unrecognised,
    /// It has a change whose request, answer or actor cannot be read.
    Fields,
    /// It has a record in the window that names no region or account, and its path tells none.
    Place,
    /// It is one page of several.
    MorePages,
    /// It is not as CloudTrail delivered it, as a digest tells.
    Altered,
    /// No digest of its time names it where it lies.
    Unlisted,
    /// A digest names it, and it is not there.
    Missing,
    /// S3 does not let us list it.
    ListDenied,
    /// S3 does not let us read it.
    ReadDenied,
    /// The key that it is encrypted with may not be used, or cannot be.
    KeyDenied,
    /// There is no such bucket.
    NoBucket,
    /// The bucket is in a region that S3 does not tell.
    Elsewhere,
    /// It has to be restored from its storage class first.
    Frozen,
    /// S3 asked to slow down for longer than we wait.
    Throttled,
    /// S3 did not answer, or not so that it could be read.
    Unanswered,
    /// S3 did not take these credentials, or there are none.
    Identity,
}

impl FileFault {
    /// Returns what an error carries, if it is one of these.
    pub fn within(error: &std::io::Error) -> Option<Self> {
        error.get_ref()?.downcast_ref::<Carried>().map(|carried| carried.0)
    }

    /// Tells whether a permission is missing.
    pub fn is_denial(self) -> bool {
        matches!(self, Self::ListDenied | Self::ReadDenied | Self::KeyDenied)
    }
}

/// A fault on its way through the standard library.
#[derive(Debug, thiserror::Error)]
#[error("it could not be read: {0:?}")]
struct Carried(FileFault);

impl From<FileFault> for std::io::Error {
    fn from(fault: FileFault) -> Self {
        Self::other(Carried(fault))
    }
}
