//! Where live investigations lie: in the folder of known investigations, a folder each, bounded in number and size.
//!
//! `ID/alert.json` is the alert, as for any known investigation; `ID/state.json` is the [`Record`], `ID/answer.json` the last answer.
//! What an operator put into the folder has no `state.json`, and is never touched.
//!
//! Why files and locks rather than a database? A rename is all or nothing, so a killed process leaves no half of a record; one lock
//! (`.lock`), which the system takes back from whoever dies, orders several processes; and an operator can read all of it. What nobody
//! finished is found by the lock that each process holds under a name of its own.

use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, ErrorKind, Write as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::record::Record;
use super::records::{ALERT, ANSWER, Kept, Records, STATE, parsed};
use crate::config::investigation::is_id;
use crate::config::plain_file;
use crate::redact;

const LOCK: &str = ".lock";
const DRAFT: &str = ".draft-";
const OWNER: &str = ".owner-";
/// After how long a draft is one that somebody left behind.
const LEFT_BEHIND: Duration = Duration::from_secs(60);

/// How much is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Room {
    /// Investigations.
    pub count: usize,
    /// Bytes of all their files.
    pub bytes: u64,
}

/// The folder, as this process works in it.
#[derive(Debug)]
pub struct Store {
    records: Records,
    folder: PathBuf,
    room: Room,
    owner: String,
    /// Locked for as long as this process lives.
    _alive: File,
}

impl Store {
    /// Opens the folder to work in it; makes it where it is missing, for its owner alone.
    ///
    /// Errors: what the file system says.
    pub fn open(folder: &Path, room: Room) -> io::Result<Self> {
        let mut builder = DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(folder)?;
        let folder = folder.canonicalize()?;
        let owner = format!("{:016x}", getrandom::u64().map_err(io::Error::other)?);
        // Nobody looks for dead processes meanwhile, and so takes this one for dead before it has its lock.
        let lock = locked(&folder)?;
        let alive = private(&folder.join(format!("{OWNER}{owner}")), OpenOptions::new().create_new(true))?;
        alive.lock()?;
        for entry in fs::read_dir(&folder)?.flatten() {
            if let Some(other) = entry.file_name().to_str().and_then(|name| name.strip_prefix(OWNER)).filter(|other| *other != owner) {
                let _ = is_alive(&folder, other);
            }
        }
        drop(lock);
        Ok(Self { records: Records::at(&folder), folder, room, owner, _alive: alive })
    }

    /// Takes the folder for this process; others wait meanwhile.
    ///
    /// Errors: what the file system says.
    pub fn lock(&self) -> io::Result<Locked<'_>> {
        Ok(Locked { store: self, _lock: locked(&self.folder)? })
    }

    /// Returns the folder as whoever reads it has it.
    pub fn records(&self) -> &Records {
        &self.records
    }

    /// Returns by which name this process is known in records.
    pub fn owner(&self) -> &str {
        &self.owner
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        let _ = fs::remove_file(self.folder.join(format!("{OWNER}{}", self.owner)));
    }
}

/// The folder while nobody else changes it.
pub struct Locked<'a> {
    store: &'a Store,
    _lock: File,
}

impl Locked<'_> {
    /// Keeps a new investigation, whole or not at all; the oldest leave for it. The alert is redacted first.
    ///
    /// Errors: what the file system says.
    pub fn insert(&self, record: &Record, alert: &Value) -> io::Result<()> {
        let state = serde_json::to_vec(record)?;
        let alert = serde_json::to_vec(&redact::record(alert))?;
        self.make_room((state.len() + alert.len()) as u64, 1)?;
        let draft = self.store.folder.join(format!("{DRAFT}{}", record.id));
        let mut builder = DirBuilder::new();
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(&draft)?;
        let written = write(&draft.join(ALERT), &alert)
            .and_then(|()| write(&draft.join(STATE), &state))
            .and_then(|()| fs::rename(&draft, self.store.folder.join(&record.id)));
        if written.is_err() {
            let _ = fs::remove_dir_all(&draft);
        }
        written
    }

    /// Keeps what became of an investigation, and its answer where there is a new one; nothing where it is gone.
    ///
    /// Errors: what the file system says.
    pub fn update(&self, record: &Record, answer: Option<&Value>) -> io::Result<()> {
        let folder = self.store.folder.join(&record.id);
        if !folder.join(STATE).exists() {
            return Ok(());
        }
        if let Some(answer) = answer {
            let answer = serde_json::to_vec(answer)?;
            self.make_room(answer.len() as u64, 0)?;
            if folder.join(STATE).exists() {
                replace(&folder.join(ANSWER), &answer)?;
            }
        }
        if folder.join(STATE).exists() { replace(&folder.join(STATE), &serde_json::to_vec(record)?) } else { Ok(()) }
    }

    /// Gives this process what others left undone when they ended, and returns it, the oldest first.
    ///
    /// Errors: what the file system says.
    pub fn adopt(&self, tells: bool, now: DateTime<Utc>) -> io::Result<Vec<Record>> {
        let mut adopted = Vec::new();
        for mut record in self.store.records.list()?.into_iter().rev() {
            if !record.is_done(tells, now) && record.owner != self.store.owner && !is_alive(&self.store.folder, &record.owner) {
                record.owner.clone_from(&self.store.owner);
                self.update(&record, None)?;
                adopted.push(record);
            }
        }
        Ok(adopted)
    }

    /// Removes the oldest until so many bytes and records more have room; drafts that somebody left behind, too.
    fn make_room(&self, bytes: u64, more: usize) -> io::Result<()> {
        let now = SystemTime::now();
        let mut kept: Vec<(DateTime<Utc>, String, u64)> = Vec::new();
        for entry in fs::read_dir(&self.store.folder)? {
            let entry = entry?;
            let Some(name) = entry.file_name().to_str().map(str::to_owned) else { continue };
            if name.starts_with(DRAFT) {
                let age = entry.metadata().and_then(|metadata| metadata.modified()).map(|made| now.duration_since(made));
                if age.is_ok_and(|age| age.is_ok_and(|age| age > LEFT_BEHIND)) {
                    let _ = fs::remove_dir_all(entry.path());
                }
            } else if let (true, Ok(Some(record))) = (is_id(&name), parsed::<Record>(&entry.path().join(STATE))) {
                kept.push((record.received_at, name, size(&entry.path())));
            }
        }
        kept.sort_unstable();
        let (mut count, mut total) = (kept.len() + more, kept.iter().fold(bytes, |sum, (.., size)| sum.saturating_add(*size)));
        for (_, id, size) in kept {
            if count <= self.store.room.count && total <= self.store.room.bytes {
                break;
            }
            self.remove(&id)?;
            (count, total) = (count - 1, total.saturating_sub(size));
        }
        Ok(())
    }

    /// Removes an investigation. Its state goes last, as what has none is taken for an operator's.
    fn remove(&self, id: &str) -> io::Result<()> {
        let folder = self.store.folder.join(id);
        for name in [ANSWER, "answer.draft", "state.draft", ALERT, STATE] {
            match fs::remove_file(folder.join(name)) {
                Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
        // What an operator put beside them stays.
        let _ = fs::remove_dir(folder);
        Ok(())
    }

    /// Changes a record as `change` says, and keeps it with its answer where there is a new one; nothing where it is gone.
    ///
    /// Errors: what the file system says.
    pub fn modify<T>(&self, id: &str, answer: Option<&Value>, change: impl FnOnce(&mut Record) -> T) -> io::Result<Option<T>> {
        let Some(Kept { mut record, .. }) = self.store.records.read(id)? else { return Ok(None) };
        let changed = change(&mut record);
        self.update(&record, answer)?;
        Ok(Some(changed))
    }
}

/// Takes the lock of a folder; others wait meanwhile.
fn locked(folder: &Path) -> io::Result<File> {
    let lock = private(&folder.join(LOCK), OpenOptions::new().create(true))?;
    lock.lock()?;
    Ok(lock)
}

/// Tells whether the process of this name still runs; what a dead one left of itself is removed.
fn is_alive(folder: &Path, owner: &str) -> bool {
    let path = folder.join(format!("{OWNER}{owner}"));
    let Ok(file) = plain_file::open_own(&path, OpenOptions::new().read(true).write(true)) else { return false };
    let alive = matches!(file.try_lock(), Err(TryLockError::WouldBlock));
    if !alive {
        let _ = fs::remove_file(path);
    }
    alive
}

/// Opens a file that, when it is made, only its owner may read. Follows no link.
fn private(path: &Path, options: &mut OpenOptions) -> io::Result<File> {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    plain_file::open_own(path, options.read(true).write(true))
}

fn write(path: &Path, content: &[u8]) -> io::Result<()> {
    let mut file = private(path, OpenOptions::new().create_new(true))?;
    file.write_all(content)?;
    file.sync_all()
}

/// Puts a file in the place of another in one step.
fn replace(path: &Path, content: &[u8]) -> io::Result<()> {
    let draft = path.with_extension("draft");
    // What a killed process left half written is in the way.
    match fs::remove_file(&draft) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    write(&draft, content)?;
    fs::rename(&draft, path)
}

fn size(folder: &Path) -> u64 {
    let files = fs::read_dir(folder).into_iter().flatten().flatten();
    files.filter_map(|file| file.metadata().ok()).fold(0, |sum, metadata| sum.saturating_add(metadata.len()))
}

#[cfg(test)]
mod tests;
