//! Where sealed slices lie: in memory, or one file each in a folder that several processes share.
//!
//! Why files? A rename is all or nothing, so a killed process leaves no half of a slice, and processes need no lock between
//! them. What a file does not know is whether it tells the truth; that is the seal's business.

use std::fmt::Write as _;
use std::fs::{self, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use lru::LruCache;
use walkdir::WalkDir;

use super::seal::{Label, private, private_folder};
use crate::config::plain_file;

/// The part of the room, 1 in this many, that one slice may fill, that is freed at once, and after whose writing a folder is
/// looked through again, as other processes write to it too.
const PART: u64 = 8;
/// Bytes that even the smallest file takes.
const BLOCK: u64 = 4096;
/// After how long a draft is one that somebody left behind.
const LEFT_BEHIND: Duration = Duration::from_secs(60);

/// A place for sealed slices, of bounded size: what was not used for longest leaves first.
pub(super) enum Store {
    Memory(Memory),
    Folder(Folder),
}

impl Store {
    /// Makes a store in memory.
    pub(super) fn in_memory(max_bytes: u64) -> Self {
        Self::Memory(Memory { slices: LruCache::unbounded(), bytes: 0, max_bytes })
    }

    /// Opens or makes the store in a folder, and fits it into its room.
    ///
    /// Errors: as the system has them, such as no leave to write.
    pub(super) fn in_folder(path: PathBuf, max_bytes: u64) -> io::Result<Self> {
        private_folder(&path)?;
        let mut folder = Folder { path, max_bytes, before_next_look: 0 };
        folder.make_room(0);
        Ok(Self::Folder(folder))
    }

    /// Returns what is kept of a place and touches an interval, in any order.
    pub(super) fn touching(&self, asked: &Label) -> Vec<Label> {
        match self {
            Self::Memory(memory) => memory.slices.iter().map(|(label, _)| *label).filter(|label| label.touches(asked)).collect(),
            Self::Folder(folder) => folder.of_place(asked).filter(|label| label.touches(asked)).collect(),
        }
    }

    /// Returns a slice's content and marks it as used; nothing when it has gone meanwhile.
    pub(super) fn sealed(&mut self, label: &Label) -> Option<Vec<u8>> {
        match self {
            Self::Memory(memory) => memory.slices.get(label).cloned(),
            Self::Folder(folder) => folder.read(label).ok(),
        }
    }

    /// Deletes a slice.
    pub(super) fn forget(&mut self, label: &Label) {
        match self {
            Self::Memory(memory) => memory.forget(label),
            Self::Folder(folder) => _ = fs::remove_file(folder.path_of(label)),
        }
    }

    /// Keeps a slice; others leave for it. One that would fill too much of the room alone is not kept.
    ///
    /// Errors: as the system has them, such as a full disk.
    pub(super) fn insert(&mut self, label: &Label, sealed: Vec<u8>) -> io::Result<()> {
        match self {
            Self::Memory(memory) => memory.insert(label, sealed),
            Self::Folder(folder) if sealed.len() as u64 > folder.max_bytes / PART => {}
            Self::Folder(folder) => folder.write(label, &sealed)?,
        }
        Ok(())
    }
}

/// Slices in memory.
pub(super) struct Memory {
    slices: LruCache<Label, Vec<u8>>,
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
        self.slices.put(*label, sealed);
        while self.bytes > self.max_bytes {
            let Some((_, oldest)) = self.slices.pop_lru() else { return };
            self.bytes = self.bytes.saturating_sub(oldest.len() as u64);
        }
    }

    fn forget(&mut self, label: &Label) {
        if let Some(before) = self.slices.pop(label) {
            self.bytes = self.bytes.saturating_sub(before.len() as u64);
        }
    }
}

/// Slices as files: `PLACE/START_END`, whose time of change is when they were last used.
pub(super) struct Folder {
    path: PathBuf,
    max_bytes: u64,
    /// Bytes that may be written before the folder has to be looked through again.
    before_next_look: u64,
}

impl Folder {
    fn place(&self, label: &Label) -> PathBuf {
        let mut name = String::with_capacity(2 * label.place.len());
        for byte in label.place {
            let _ = write!(name, "{byte:02x}");
        }
        self.path.join(name)
    }

    fn path_of(&self, label: &Label) -> PathBuf {
        self.place(label).join(format!("{}_{}", label.start, label.end))
    }

    fn of_place(&self, asked: &Label) -> impl Iterator<Item = Label> {
        let place = asked.place;
        let files = fs::read_dir(self.place(asked)).into_iter().flatten().flatten();
        files.filter_map(move |file| {
            let (start, end) = interval(Path::new(&file.file_name()))?;
            Some(Label { place, start, end })
        })
    }

    fn read(&self, label: &Label) -> io::Result<Vec<u8>> {
        let file = plain_file::open(&self.path_of(label), OpenOptions::new().read(true))?;
        // Where this fails, the slice leaves earlier than it should.
        let _ = file.set_modified(SystemTime::now());
        let mut sealed = Vec::new();
        file.take(self.max_bytes / PART).read_to_end(&mut sealed)?;
        Ok(sealed)
    }

    fn write(&mut self, label: &Label, sealed: &[u8]) -> io::Result<()> {
        let taken = on_disk(sealed.len() as u64);
        if taken > self.before_next_look {
            self.make_room(taken);
        }
        private_folder(&self.place(label))?;
        let random = getrandom::u64().map_err(io::Error::other)?;
        let draft = self.path.join(format!("draft-{random:016x}"));
        let placed = private(&draft).and_then(|mut file| file.write_all(sealed)).and_then(|()| fs::rename(&draft, self.path_of(label)));
        if placed.is_err() {
            let _ = fs::remove_file(&draft);
        }
        self.before_next_look = self.before_next_look.saturating_sub(taken);
        placed
    }

    /// Looks through the folder, and deletes what was not used for longest when there is no room for `more` bytes.
    fn make_room(&mut self, more: u64) {
        let now = SystemTime::now();
        let (mut total, mut slices) = (0_u64, Vec::new());
        for entry in WalkDir::new(&self.path).min_depth(1).max_depth(2).into_iter().flatten().filter(|entry| entry.file_type().is_file()) {
            let Ok(metadata) = entry.metadata() else { continue };
            let used = metadata.modified().unwrap_or(SystemTime::UNIX_EPOCH);
            let is_draft = entry.depth() == 1 && entry.file_name().as_encoded_bytes().starts_with(b"draft-");
            if is_draft && now.duration_since(used).is_ok_and(|age| age > LEFT_BEHIND) {
                let _ = fs::remove_file(entry.path());
            } else if entry.depth() == 2 && interval(Path::new(entry.file_name())).is_some() {
                let size = on_disk(metadata.len());
                total = total.saturating_add(size);
                slices.push((used, size, entry.into_path()));
            }
        }
        if total.saturating_add(more) > self.max_bytes {
            slices.sort_unstable();
            for (_, size, path) in slices {
                if total.saturating_add(more) <= self.max_bytes - self.max_bytes / PART {
                    break;
                }
                if fs::remove_file(&path).is_ok() {
                    total = total.saturating_sub(size);
                }
                // Goes when this was its last slice, and stays otherwise.
                let _ = path.parent().map(fs::remove_dir);
            }
        }
        self.before_next_look = self.max_bytes.saturating_sub(total).min(self.max_bytes / PART);
    }
}

/// Reads the name of a slice's file.
fn interval(name: &Path) -> Option<(i64, i64)> {
    let (start, end) = name.to_str()?.split_once('_')?;
    Some((start.parse().ok()?, end.parse().ok()?))
}

/// Returns the room that a file of so many bytes takes.
fn on_disk(bytes: u64) -> u64 {
    bytes.max(1).div_ceil(BLOCK).saturating_mul(BLOCK)
}
