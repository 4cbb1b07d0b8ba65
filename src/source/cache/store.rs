//! Where sealed entries lie: in memory, or one file each in a folder that several processes share.
//!
//! Why files? A rename is all or nothing, so a killed process leaves no half of an entry, and neither processes nor threads need a lock
//! between them. What a file does not know is whether it tells the truth; that is the seal's business.

use std::fmt::Write as _;
use std::fs::{self, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use lru::LruCache;
use walkdir::WalkDir;

use super::lock;
use super::seal::{Label, private, private_folder};
use crate::config::plain_file;

/// The part of the room, 1 in this many, that one entry may fill, that is freed at once, and after whose writing a folder is
/// looked through again, as other processes write to it too.
const PART: u64 = 8;
/// Bytes that even the smallest file takes.
const BLOCK: u64 = 4096;
/// After how long a draft is one that somebody left behind.
const LEFT_BEHIND: Duration = Duration::from_secs(60);

/// A place for sealed entries, of bounded size: what was not used for longest leaves first.
pub(super) enum Store {
    Memory(Mutex<Memory>),
    Folder(Folder),
}

impl Store {
    /// Makes a store in memory.
    pub(super) fn in_memory(max_bytes: u64) -> Self {
        Self::Memory(Mutex::new(Memory { entries: LruCache::unbounded(), bytes: 0, max_bytes }))
    }

    /// Opens or makes the store in a folder.
    ///
    /// Errors: as the system has them, such as no leave to write.
    pub(super) fn in_folder(path: PathBuf, max_bytes: u64) -> io::Result<Self> {
        private_folder(&path)?;
        Ok(Self::Folder(Folder { path, max_bytes, before_next_look: AtomicU64::new(0) }))
    }

    /// Fits what is there already into its room.
    pub(super) fn fit(&self) {
        if let Self::Folder(folder) = self {
            folder.make_room(0);
        }
    }

    /// Returns what is kept at a place, in any order.
    pub(super) fn at(&self, place: &[u8; 32]) -> Vec<Label> {
        match self {
            Self::Memory(memory) => lock(memory).entries.iter().map(|(label, _)| *label).filter(|label| label.place == *place).collect(),
            Self::Folder(folder) => folder.at(place).collect(),
        }
    }

    /// Tells whether something is kept under a label, whatever it is worth.
    pub(super) fn holds(&self, label: &Label) -> bool {
        match self {
            Self::Memory(memory) => lock(memory).entries.contains(label),
            Self::Folder(folder) => folder.path_of(label).is_file(),
        }
    }

    /// Returns an entry's content and marks it as used; nothing when it has gone meanwhile.
    pub(super) fn sealed(&self, label: &Label) -> Option<Vec<u8>> {
        match self {
            Self::Memory(memory) => lock(memory).entries.get(label).cloned(),
            Self::Folder(folder) => folder.read(label).ok(),
        }
    }

    /// Deletes an entry.
    pub(super) fn forget(&self, label: &Label) {
        match self {
            Self::Memory(memory) => lock(memory).forget(label),
            Self::Folder(folder) => _ = fs::remove_file(folder.path_of(label)),
        }
    }

    /// Keeps an entry; others leave for it. One that would fill too much of the room alone is not kept.
    ///
    /// Errors: as the system has them, such as a full disk.
    pub(super) fn insert(&self, label: &Label, sealed: Vec<u8>) -> io::Result<()> {
        match self {
            Self::Memory(memory) => lock(memory).insert(label, sealed),
            Self::Folder(folder) if sealed.len() as u64 > folder.max_bytes / PART => {}
            Self::Folder(folder) => folder.write(label, &sealed)?,
        }
        Ok(())
    }
}

/// Entries in memory.
pub(super) struct Memory {
    entries: LruCache<Label, Vec<u8>>,
    bytes: u64,
    max_bytes: u64,
}

impl Memory {
    fn insert(&mut self, label: &Label, sealed: Vec<u8>) {
        self.forget(label);
        if sealed.len() as u64 > self.max_bytes / PART {
            return;
        }
        self.bytes = self.bytes.saturating_add(sealed.len() as u64);
        self.entries.put(*label, sealed);
        while self.bytes > self.max_bytes {
            let Some((_, oldest)) = self.entries.pop_lru() else { return };
            self.bytes = self.bytes.saturating_sub(oldest.len() as u64);
        }
    }

    fn forget(&mut self, label: &Label) {
        if let Some(before) = self.entries.pop(label) {
            self.bytes = self.bytes.saturating_sub(before.len() as u64);
        }
    }
}

/// Entries as files: `PLACE/NAME`, whose time of change is when they were last used.
pub(super) struct Folder {
    path: PathBuf,
    max_bytes: u64,
    /// Bytes that may be written before the folder has to be looked through again.
    before_next_look: AtomicU64,
}

impl Folder {
    fn place(&self, place: &[u8; 32]) -> PathBuf {
        let mut name = String::with_capacity(2 * place.len());
        for byte in place {
            let _ = write!(name, "{byte:02x}");
        }
        self.path.join(name)
    }

    fn path_of(&self, label: &Label) -> PathBuf {
        self.place(&label.place).join(format!("{}_{}", label.name.0, label.name.1))
    }

    fn at(&self, place: &[u8; 32]) -> impl Iterator<Item = Label> {
        let (files, place) = (fs::read_dir(self.place(place)).into_iter().flatten().flatten(), *place);
        files.filter_map(move |file| Some(Label { place, name: name_of(Path::new(&file.file_name()))? }))
    }

    fn read(&self, label: &Label) -> io::Result<Vec<u8>> {
        let file = plain_file::open(&self.path_of(label), OpenOptions::new().read(true))?;
        // Where this fails, the entry leaves earlier than it should.
        let _ = file.set_modified(SystemTime::now());
        let mut sealed = Vec::new();
        file.take(self.max_bytes / PART).read_to_end(&mut sealed)?;
        Ok(sealed)
    }

    fn write(&self, label: &Label, sealed: &[u8]) -> io::Result<()> {
        let taken = on_disk(sealed.len() as u64);
        if taken > self.before_next_look.load(Ordering::Relaxed) {
            self.make_room(taken);
        }
        let random = getrandom::u64().map_err(io::Error::other)?;
        let draft = self.path.join(format!("draft-{random:016x}"));
        let place = || fs::rename(&draft, self.path_of(label));
        // As a rule its place is there already.
        let made = || private_folder(&self.place(&label.place)).and_then(|()| place());
        let placed = private(&draft).and_then(|mut file| file.write_all(sealed)).and_then(|()| place().or_else(|_| made()));
        if placed.is_err() {
            let _ = fs::remove_file(&draft);
        }
        let _ = self.before_next_look.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| Some(left.saturating_sub(taken)));
        placed
    }

    /// Looks through the folder, and deletes what was not used for longest when there is no room for `more` bytes.
    fn make_room(&self, more: u64) {
        let now = SystemTime::now();
        let (mut total, mut entries) = (0_u64, Vec::new());
        for entry in WalkDir::new(&self.path).min_depth(1).max_depth(2).into_iter().flatten().filter(|entry| entry.file_type().is_file()) {
            let Ok(metadata) = entry.metadata() else { continue };
            let used = metadata.modified().unwrap_or(SystemTime::UNIX_EPOCH);
            let is_draft = entry.depth() == 1 && entry.file_name().as_encoded_bytes().starts_with(b"draft-");
            if is_draft && now.duration_since(used).is_ok_and(|age| age > LEFT_BEHIND) {
                let _ = fs::remove_file(entry.path());
            } else if entry.depth() == 2 && name_of(Path::new(entry.file_name())).is_some() {
                let size = on_disk(metadata.len());
                total = total.saturating_add(size);
                entries.push((used, size, entry.into_path()));
            }
        }
        if total.saturating_add(more) > self.max_bytes {
            entries.sort_unstable();
            for (_, size, path) in entries {
                if total.saturating_add(more) <= self.max_bytes - self.max_bytes / PART {
                    break;
                }
                if fs::remove_file(&path).is_ok() {
                    total = total.saturating_sub(size);
                }
                // Goes when this was its last entry, and stays otherwise.
                let _ = path.parent().map(fs::remove_dir);
            }
        }
        self.before_next_look.store(self.max_bytes.saturating_sub(total).min(self.max_bytes / PART), Ordering::Relaxed);
    }
}

/// Reads the name of an entry's file.
fn name_of(file: &Path) -> Option<(i64, i64)> {
    let (one, other) = file.to_str()?.split_once('_')?;
    Some((one.parse().ok()?, other.parse().ok()?))
}

/// Returns the room that a file of so many bytes takes.
fn on_disk(bytes: u64) -> u64 {
    bytes.max(1).div_ceil(BLOCK).saturating_mul(BLOCK)
}
