//! What log files were seen to hold, kept where `[cache] path` is set, so that a question for changes need not open them again.
//!
//! ```text
//! a file is read to its end, without a fault    its notes are kept: time and place of every record, the text of what may be a change
//! a question for changes                        is answered from the notes, by the same code that judges records as they are read
//! any other question                            reads the file
//! ```
//! Kept is what the file holds, before any question, policy or redaction; so what may be returned is decided each time anew. Notes are found
//! under the caller, the file's address and what tells this version of the file from others. Those that are damaged, of another version or
//! not told without a fault are none: then the file is read.

use std::sync::{Arc, Mutex, PoisonError};

use flate2::{Compress, Compression, Decompress, FlushCompress, FlushDecompress, Status};

pub(super) use self::notes::Notes;
use super::content::{Content, Sink as _, Taken};
use super::listing::LogFile;
use super::store::Store;
use super::wants::Wants;
use crate::source::Query;
use crate::source::cache::{Cache, Label};

mod notes;

/// Form of what is kept; a change makes older notes unknown.
const FORM: &str = "log file 1";

/// Most bytes that notes are of.
const MAX_NOTES: usize = 32 << 20;

/// The notes of all files.
#[derive(Clone, Debug)]
pub(super) struct Index {
    cache: Arc<Cache>,
    /// What packs them, one at a time.
    packer: Arc<Mutex<Compress>>,
}

/// The notes of one file, kept or not.
pub(super) struct Entry<'a> {
    index: &'a Index,
    label: Label,
    stamp: String,
}

impl Index {
    /// Keeps notes in a cache that lasts; nothing for any other.
    pub(super) fn of(cache: &Arc<Cache>) -> Option<Self> {
        let packer = || Arc::new(Mutex::new(Compress::new(Compression::fast(), false)));
        cache.lasts().then(|| Self { cache: Arc::clone(cache), packer: packer() })
    }

    /// Tells whether notes answer a question: they hold no reads, and no hash of the file.
    pub(super) fn answers(query: &Query, hashes: bool) -> bool {
        !hashes && !query.wants_reads()
    }

    /// Names the notes of a file as it is now; nothing for one that does not tell its version.
    pub(super) fn entry(&self, caller: &str, store: &dyn Store, file: &LogFile) -> Option<Entry<'_>> {
        let stamp = store.stamp(&file.key, file.stamp.as_deref())?;
        let kind = if store.lists_freely() { "folder" } else { "bucket" };
        let folder = file.key.rsplit_once('/').map_or("", |(folder, _)| folder);
        let place = self.cache.digest(&[FORM, caller, kind, store.root(), folder])?;
        let own = self.cache.digest(&[FORM, caller, kind, store.root(), &file.key])?;
        let [one, other, ..] = own.as_chunks::<8>().0 else { return None };
        let label = Label { place, name: (i64::from_be_bytes(*one), i64::from_be_bytes(*other)) };
        Some(Entry { index: self, label, stamp })
    }
}

impl Entry<'_> {
    /// Tells whether something is kept, whatever it is worth.
    pub(super) fn is_kept(&self) -> bool {
        self.index.cache.holds(&self.label)
    }

    /// Returns what is kept, packed; nothing where that is none, or of another version.
    pub(super) fn load(&self) -> Option<Vec<u8>> {
        self.index.cache.load(&self.label, &self.stamp)
    }

    /// Answers from what was kept; nothing where that is not all that the file would give.
    pub(super) fn answer(packed: &[u8], wants: &mut Wants<'_>, inflate: &mut Decompress) -> Option<Content> {
        let bytes = unpacked(packed, inflate)?;
        let (content, notes, texts) = Notes::read(&bytes)?;
        let admitted: Vec<bool> = notes.pairs.iter().map(|pair| wants.note_all(&pair.account, &pair.region, &pair.times)).collect();
        for text in notes.texts {
            if wants.stopped() {
                break;
            }
            if *admitted.get(text.pair)? && wants.is_inside(text.time) {
                let text = std::str::from_utf8(texts.get(text.range)?).ok()?;
                (wants.judged(text) == Taken::Yes).then_some(())?;
            }
        }
        wants.faults.is_empty().then_some(content)
    }

    /// Keeps notes, unless the file is another by now or was when it was opened.
    pub(super) fn keep(self, store: &dyn Store, file: &LogFile, (content, notes, version): (Content, Notes, Option<Box<str>>)) {
        let is_same = store.stamp(&file.key, file.stamp.as_deref()).is_some_and(|stamp| stamp == self.stamp);
        let opened = version.is_none_or(|version| self.stamp.split(' ').next() == Some(&*version));
        if is_same && opened && !notes.is_open() {
            let packer = Arc::clone(&self.index.packer);
            let size = notes.size();
            let write = move || packed(&notes.write(content), &mut packer.lock().unwrap_or_else(PoisonError::into_inner));
            self.index.cache.keep((self.label, self.stamp), size, Box::new(write));
        }
    }
}

/// Packs bytes behind their length.
fn packed(bytes: &[u8], packer: &mut Compress) -> Option<Vec<u8>> {
    packer.reset();
    // At its fastest, deflate spends up to nine bits on a byte.
    let mut out = Vec::with_capacity(size_of::<u32>() + bytes.len() + bytes.len() / 8 + 64);
    out.extend_from_slice(&u32::try_from(bytes.len()).ok()?.to_be_bytes());
    let status = packer.compress_vec(bytes, &mut out, FlushCompress::Finish).ok()?;
    out.shrink_to_fit();
    (status == Status::StreamEnd && bytes.len() <= MAX_NOTES).then_some(out)
}

fn unpacked(packed: &[u8], inflate: &mut Decompress) -> Option<Vec<u8>> {
    let (length, packed) = packed.split_first_chunk()?;
    let length = usize::try_from(u32::from_be_bytes(*length)).ok().filter(|length| *length <= MAX_NOTES)?;
    // One more, so that whatever is longer is seen.
    let mut bytes = Vec::with_capacity(length + 1);
    inflate.reset(false);
    let status = inflate.decompress_vec(packed, &mut bytes, FlushDecompress::Finish).ok()?;
    (status == Status::StreamEnd && bytes.len() == length).then_some(bytes)
}

#[cfg(test)]
mod tests;
