//! A bucket of S3 as a store of digests and logs. Whatever S3 refuses is an error, and says nothing of what lies there.

use std::io;
use std::sync::Arc;

use super::store::{Metadata, Object, Store};
use crate::answer::words::file_fault;
use crate::coverage::FileFault;
use crate::source::{BucketReader, Listed, OpenObject};

/// A bucket, or what lies under a prefix of one.
#[derive(Clone, Debug)]
pub struct Bucket(Arc<BucketReader>);

impl Bucket {
    /// Takes a bucket. Sends nothing.
    pub fn new(reader: Arc<BucketReader>) -> Self {
        Self(reader)
    }
}

impl Store for Bucket {
    fn list(&self, folder: &str) -> io::Result<Listed> {
        self.0.list(folder).map_err(told)
    }

    fn get(&self, key: &str) -> io::Result<Option<Object>> {
        let OpenObject { body, metadata } = self.0.get(key).map_err(told)?;
        let of = |name: &str| metadata.get(name).cloned();
        let metadata = Metadata { signature: of("signature"), backfill_generation_timestamp: of("backfill-generation-timestamp") };
        Ok(Some(Object { body, metadata: Some(metadata) }))
    }

    fn above(&self) -> &str {
        self.0.address()
    }

    fn bucket(&self) -> Option<&str> {
        self.0.address().strip_prefix("s3://")?.split('/').next()
    }

    fn lists_freely(&self) -> bool {
        false
    }
}

/// Puts what S3 refused into words.
fn told(error: io::Error) -> io::Error {
    FileFault::within(&error).map_or(error, |fault| io::Error::other(format!("it {}", file_fault(fault))))
}
