//! Live investigations as whoever reads them has them: no lock is needed, as each file is exchanged whole.

use std::collections::BTreeMap;
use std::fs::{self, OpenOptions};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use serde_json::Value;

use super::record::Record;
use crate::config::investigation::is_id;
use crate::config::plain_file;

pub(super) const ALERT: &str = "alert.json";
pub(super) const STATE: &str = "state.json";
pub(super) const ANSWER: &str = "answer.json";
/// The most that is read of a file, in bytes.
const MAX_FILE: u64 = 4 << 20;

/// The folder of investigations, to be read.
#[derive(Clone, Debug)]
pub struct Records {
    folder: PathBuf,
}

/// An investigation, read whole.
#[derive(Clone, Debug)]
pub struct Kept {
    /// What is known of it.
    pub record: Record,
    /// The alert, redacted.
    pub alert: Value,
    /// Its last answer, redacted.
    pub answer: Option<Value>,
}

impl Records {
    /// Names the folder; nothing is read yet.
    pub fn at(folder: &Path) -> Self {
        Self { folder: folder.to_owned() }
    }

    /// Returns what is kept under an id; nothing for one that is unknown or an operator's.
    ///
    /// Errors: what the file system says.
    pub fn read(&self, id: &str) -> io::Result<Option<Kept>> {
        if !is_id(id) {
            return Ok(None);
        }
        let file = |name: &str| parsed::<Value>(&self.folder.join(id).join(name));
        let (record, alert) = (parsed(&self.folder.join(id).join(STATE))?, file(ALERT)?);
        Ok(match (record, alert) {
            (Some(record), Some(alert)) => Some(Kept { record, alert, answer: file(ANSWER)? }),
            _ => None,
        })
    }

    /// Returns all records, the newest first. What cannot be read is left out.
    ///
    /// Errors: what the file system says of the folder.
    pub fn list(&self) -> io::Result<Vec<Record>> {
        let mut records = Vec::new();
        for entry in fs::read_dir(&self.folder)? {
            let entry = entry?;
            let is_one = entry.file_name().to_str().is_some_and(is_id);
            if is_one && let Ok(Some(record)) = parsed::<Record>(&entry.path().join(STATE)) {
                records.push(record);
            }
        }
        records.sort_by(|a, b| (b.received_at, &b.id).cmp(&(a.received_at, &a.id)));
        Ok(records)
    }

    /// Returns when each record last changed, by id: what differs from an earlier look is new, changed or gone.
    ///
    /// Errors: what the file system says of the folder.
    pub fn changes(&self) -> io::Result<BTreeMap<String, SystemTime>> {
        let mut changes = BTreeMap::new();
        for entry in fs::read_dir(&self.folder)? {
            let entry = entry?;
            let Some(id) = entry.file_name().to_str().filter(|name| is_id(name)).map(str::to_owned) else { continue };
            if let Ok(metadata) = fs::symlink_metadata(entry.path().join(STATE)) {
                changes.insert(id, metadata.modified().unwrap_or(SystemTime::UNIX_EPOCH));
            }
        }
        Ok(changes)
    }
}

/// Reads a file of ours; nothing where there is none.
pub(super) fn parsed<T: serde::de::DeserializeOwned>(path: &Path) -> io::Result<Option<T>> {
    let file = match plain_file::open_own(path, OpenOptions::new().read(true)) {
        Ok(file) => file,
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => return Ok(None),
        Err(error) => return Err(error),
    };
    let text = plain_file::text_of(file, MAX_FILE)?;
    serde_json::from_str(&text).map(Some).map_err(|error| io::Error::new(ErrorKind::InvalidData, error))
}
