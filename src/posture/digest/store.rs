//! Where an archive lies: names are listed, bytes are read, and no more is asked of it.

use std::fs::OpenOptions;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use crate::config::plain_file;
use crate::source::Listed;
use serde::Deserialize;
use serde_json::Value;

/// A place that holds what CloudTrail delivered, under keys with `/`.
///
/// Every implementation guarantees: `None` is told only of what is not there; an error is one of reading and says nothing of what lies
/// there. It may be asked from several threads at once.
pub trait Store: Send + Sync {
    /// Lists one folder, `""` for the whole place; nothing below it.
    ///
    /// Errors: the place could not be asked.
    fn list(&self, folder: &str) -> io::Result<Listed>;

    /// Opens an object; nothing where there is none.
    ///
    /// Errors: it is there, or may be, and could not be opened.
    fn get(&self, key: &str) -> io::Result<Option<Object>>;

    /// Returns what stands before every key in the place's own naming: an absolute path, or an address such as `s3://bucket/prefix`.
    fn above(&self) -> &str;

    /// Returns the bucket, where this is one; a copy cannot tell.
    fn bucket(&self) -> Option<&str>;

    /// Tells whether a listing costs next to nothing, so that all folders may be looked into for what lies where it does not belong.
    fn lists_freely(&self) -> bool {
        true
    }
}

/// An object that is open.
pub struct Object {
    /// Its bytes, as they lie there.
    pub body: Box<dyn Read + Send>,
    /// What S3 keeps beside the bytes; nothing where that is lost, as in a copy.
    pub metadata: Option<Metadata>,
}

/// What CloudTrail writes into the metadata of a digest's object in S3.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
pub struct Metadata {
    /// The signature of the digest, hexadecimal.
    pub signature: Option<String>,
    /// When a backfill digest was made.
    pub backfill_generation_timestamp: Option<String>,
}

/// What is put behind a digest's name for the file that holds its metadata: what `aws s3api head-object` prints of it.
pub const SIDECAR: &str = ".metadata.json";

/// The longest sidecar that is read.
const MAX_SIDECAR: u64 = 64 << 10;

/// A folder on this machine.
#[derive(Clone, Debug)]
pub struct Folder {
    root: PathBuf,
    above: String,
}

impl Folder {
    /// Opens a folder; its path is made absolute, as the names above it may be part of the layout.
    ///
    /// Errors: there is no such folder, or it may not be opened.
    pub fn open(root: &Path) -> io::Result<Self> {
        let root = root.canonicalize()?;
        if !root.is_dir() {
            return Err(io::Error::from(io::ErrorKind::NotADirectory));
        }
        let parts: Vec<_> = root.components().map(|part| part.as_os_str().to_string_lossy()).filter(|part| part != "/").collect();
        let above = format!("/{}", parts.join("/"));
        Ok(Self { root, above })
    }

    fn path(&self, key: &str) -> PathBuf {
        key.split('/').filter(|part| !part.is_empty()).fold(self.root.clone(), |path, part| path.join(part))
    }

    /// Tells whether a link leads to a folder that it lies in.
    fn leads_back(folder: &Path, link: &Path) -> bool {
        match (folder.canonicalize(), link.canonicalize()) {
            (Ok(folder), Ok(target)) => folder.starts_with(target),
            _ => true,
        }
    }
}

impl Store for Folder {
    fn list(&self, folder: &str) -> io::Result<Listed> {
        let folder = self.path(folder);
        let mut listed = Listed::default();
        for entry in std::fs::read_dir(&folder)? {
            let entry = entry?;
            // A name that is no Unicode is none of CloudTrail's, and is told with its strange characters replaced.
            let name = entry.file_name().to_string_lossy().into_owned();
            let is_link = entry.file_type()?.is_symlink();
            let data = match std::fs::metadata(entry.path()) {
                // A link into nothing holds nothing.
                Err(error) if is_link && error.kind() == io::ErrorKind::NotFound => continue,
                data => data?,
            };
            if data.is_file() {
                listed.objects.push(name);
            } else if data.is_dir() && !(is_link && Self::leads_back(&folder, &entry.path())) {
                listed.folders.push(name);
            }
        }
        listed.folders.sort_unstable();
        listed.objects.sort_unstable();
        Ok(listed)
    }

    fn get(&self, key: &str) -> io::Result<Option<Object>> {
        if key.split('/').any(|part| part == "..") {
            return Ok(None);
        }
        let path = self.path(key);
        let file = match plain_file::open(&path, OpenOptions::new().read(true)) {
            Ok(file) => file,
            // What is no file of a log is no file of it here either.
            Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory | io::ErrorKind::InvalidInput) => {
                return Ok(None);
            }
            Err(error) => return Err(error),
        };
        let metadata = sidecar(&path.with_file_name(format!("{}{SIDECAR}", path.file_name().unwrap_or_default().to_string_lossy())))?;
        Ok(Some(Object { body: Box::new(file), metadata }))
    }

    fn above(&self) -> &str {
        &self.above
    }

    fn bucket(&self) -> Option<&str> {
        None
    }
}

/// Reads the file beside a digest: the whole answer of `head-object`, or its `Metadata` alone.
///
/// Errors: it is there and cannot be read, or is something else.
fn sidecar(path: &Path) -> io::Result<Option<Metadata>> {
    let file = match plain_file::open(path, OpenOptions::new().read(true)) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let wrong = || {
        let hint = format!("{SIDECAR} beside a digest holds what aws s3api head-object prints of it, with Metadata.signature");
        io::Error::new(io::ErrorKind::InvalidData, hint)
    };
    let mut told: Value = serde_json::from_reader(file.take(MAX_SIDECAR)).map_err(|_| wrong())?;
    let inner = told.get_mut("Metadata").map(Value::take).unwrap_or(told);
    let metadata: Metadata = serde_json::from_value(inner).map_err(|_| wrong())?;
    if metadata.signature.is_none() { Err(wrong()) } else { Ok(Some(metadata)) }
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;

    #[test]
    fn a_pipe_in_place_of_a_digest_or_of_what_is_known_of_it_holds_up_nobody() {
        let folder = tempfile::tempdir().unwrap();
        let digests = folder.path().join("AWSLogs");
        std::fs::create_dir(&digests).unwrap();
        std::fs::write(digests.join("digest"), "{}").unwrap();
        for pipe in ["pipe", &format!("digest{SIDECAR}")] {
            assert!(std::process::Command::new("mkfifo").arg(digests.join(pipe)).status().unwrap().success());
        }
        let store = Folder::open(folder.path()).unwrap();
        assert!(store.get("AWSLogs/pipe").unwrap().is_none());
        assert!(store.get("AWSLogs/digest").is_err());
    }
}
