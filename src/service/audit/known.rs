//! What a process knows of the log that it writes, whatever the log now says of itself.

use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::path::Path;

use super::chain;
use super::head::{Found, Point};
use super::journal::part_path;
use crate::config::plain_file;

/// The log as a process last saw it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Known {
    /// Which file is the head: it is only ever written in place.
    pub(super) head: FileId,
    /// Which file is the log, until it is given the name of a past one.
    pub(super) log: FileId,
    /// Where the chain stood.
    pub(super) point: Point,
    /// Length of the last line, its line feed included; 0 when this process has not written it.
    pub(super) line: u64,
}

/// Which file it is, whatever its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct FileId {
    device: u64,
    inode: u64,
}

impl FileId {
    #[cfg(unix)]
    pub(super) fn of(metadata: &Metadata) -> Self {
        use std::os::unix::fs::MetadataExt as _;
        Self { device: metadata.dev(), inode: metadata.ino() }
    }

    #[cfg(not(unix))]
    pub(super) fn of(_metadata: &Metadata) -> Self {
        Self { device: 0, inode: 0 }
    }

    /// Returns which file stands at `path`, a link being one itself.
    fn at(path: &Path) -> io::Result<Option<Self>> {
        match fs::symlink_metadata(path) {
            Ok(metadata) => Ok(Some(Self::of(&metadata))),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }
}

impl Known {
    /// Makes the error that says how the log differs from what this process left.
    pub(super) fn changed(what: &str) -> io::Error {
        let way = "put it back, or start the server anew, which goes on with what is there and records it";
        io::Error::other(format!("it was changed while the server runs: {what}; {way}"))
    }

    /// Errors: when the head is another file than it was.
    pub(super) fn is_head(&self, head: FileId) -> io::Result<()> {
        if head == self.head { Ok(()) } else { Err(Self::changed("its head is another file")) }
    }

    /// Errors: when the log is not what this process left, plus what others may have written since.
    ///
    /// Shape: `length` is that of the file at `path`, 0 when there is none.
    pub(super) fn is_log(&self, path: &Path, head: &Found, length: u64) -> io::Result<()> {
        let Found::Head(head) = head else { return Err(Self::changed("its head cannot be read")) };
        let (settled, known) = (&head.settled, &self.point);
        if settled.seq < known.seq || settled.seq == known.seq && settled.hash != known.hash {
            return Err(Self::changed("its head stands before what was written"));
        }
        let past = part_path(path, known.part);
        // Whoever begins a new file announces it, gives the old one its new name, and settles.
        let turning = head.announced.seq == settled.seq && head.announced.part != settled.part;
        let (place, found) = match FileId::at(path)? {
            _ if settled.part != known.part && known.bytes > 0 => (past.as_path(), FileId::at(&past)?),
            None if turning => (past.as_path(), FileId::at(&past)?),
            found => (path, found),
        };
        match found {
            // Past files may be moved away.
            None if settled.part != known.part => return Ok(()),
            None => return Err(Self::changed("it is gone")),
            Some(found) if found != self.log => return Err(Self::changed("it is another file")),
            Some(_) => {}
        }
        let whole = settled == &head.announced && settled.part == known.part;
        if whole && length != settled.bytes {
            return Err(Self::changed("it has not the length that its head tells"));
        }
        if self.ends_in_ours(place)? { Ok(()) } else { Err(Self::changed("the last record of this process is not there")) }
    }

    /// Tells whether the last line of this process stands where it was written.
    fn ends_in_ours(&self, place: &Path) -> io::Result<bool> {
        if self.line == 0 || self.point.bytes < self.line {
            return Ok(true);
        }
        let mut file: File = plain_file::open_own(place, OpenOptions::new().read(true))?;
        file.seek(SeekFrom::Start(self.point.bytes - self.line))?;
        let mut line = Vec::new();
        file.take(self.line).read_to_end(&mut line)?;
        let link = line.strip_suffix(b"\n").and_then(chain::open);
        Ok(link.is_some_and(|link| link.seq == self.point.seq && link.hash == self.point.hash))
    }
}
