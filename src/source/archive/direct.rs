//! A bucket read folder by folder and object by object, by whoever proves the logs that lie there.

use std::collections::BTreeMap;
use std::io::{self, Read};
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use super::bucket::{Bucket, Remote};
use super::store::{Ask, Entry, Store as _};
use super::watch::Halt;

/// A bucket, or what lies under a prefix of one. May be asked from several threads at once; each call blocks.
#[derive(Debug)]
pub struct BucketReader {
    bucket: Bucket,
    halt: Arc<Halt>,
    address: String,
}

/// What lies right under a folder, in the order of names: these, without the folder and without slashes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Listed {
    /// Names of folders.
    pub folders: Vec<String>,
    /// Names of objects.
    pub objects: Vec<String>,
}

/// An object that is open, and what is kept beside its bytes.
pub struct OpenObject {
    /// Its bytes.
    pub body: Box<dyn Read + Send>,
    /// By names without `x-amz-meta-`.
    pub metadata: BTreeMap<String, String>,
}

impl BucketReader {
    /// Names a bucket by its address, such as `s3://bucket/prefix`; nothing where that is none, or names one object. Sends nothing.
    ///
    /// Shape: read for `caller`, until `stop` or `until`.
    pub fn open(address: &str, remote: &Remote, caller: &str, (stop, until): (Arc<AtomicBool>, Option<Instant>)) -> Option<Self> {
        Self::new(Bucket::new(address, remote)?, Halt { stop, until, caller: caller.to_owned(), ..Halt::default() })
    }

    pub(super) fn new(bucket: Bucket, halt: Halt) -> Option<Self> {
        (!bucket.is_one_object()).then(|| Self { address: bucket.address(), bucket, halt: Arc::new(halt) })
    }

    /// Returns its address, such as `s3://bucket/prefix`, without a slash at the end.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Lists what lies right under a folder, `""` for all of it; of one that is not there, nothing.
    ///
    /// Shape: in the order of the names.
    /// Errors: those of S3, each with the [`FileFault`](crate::coverage::FileFault) that it comes to.
    pub fn list(&self, folder: &str) -> io::Result<Listed> {
        let prefix = if folder.is_empty() { String::new() } else { format!("{folder}/") };
        let mut names = Listed::default();
        self.bucket.list(&Ask { prefix: &prefix, ..Ask::default() }, &self.halt, &mut |page| {
            for entry in page.entries {
                let name = |key: &str| key.strip_prefix(&prefix).map(|name| name.trim_end_matches('/').to_owned());
                match &entry {
                    Entry::Folder(key) => names.folders.extend(name(key)),
                    other => names.objects.extend(name(other.key())),
                }
            }
            ControlFlow::Continue(())
        })?;
        Ok(names)
    }

    /// Opens an object.
    ///
    /// Errors: as [`BucketReader::list`].
    pub fn get(&self, key: &str) -> io::Result<OpenObject> {
        let (object, metadata) = self.bucket.get(key, &self.halt)?;
        Ok(OpenObject { body: Box::new(object), metadata })
    }

    /// Returns how many requests to list and for objects were sent, and how many bytes of objects came.
    pub fn spent(&self) -> (u32, u32, u64) {
        let spent = &self.halt.spent;
        (spent.lists.load(Ordering::Relaxed), spent.gets.load(Ordering::Relaxed), spent.bytes.load(Ordering::Relaxed))
    }
}
