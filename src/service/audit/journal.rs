//! The files of the log: appending under a lock, turning to a new file, and going on after a process that was killed.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use chrono::{DateTime, Utc};
use tracing::{info, warn};

use super::chain::{self, GENESIS};
use super::entry::Entry;
use super::head::{Found, Head, Point};
use super::known::{FileId, Known};
use crate::config::plain_file;

/// The event that says that log and head did not agree.
pub(super) const MENDED: &str = "mended";
/// Most bytes at the end of a file that are looked at for its last line.
const TAIL: u64 = 1 << 20;

/// The files of one log.
pub(super) struct Journal {
    path: PathBuf,
    /// The length from which on a new file is begun.
    max_bytes: u64,
    /// The age from which on a new file is begun.
    max_age: Option<Duration>,
    /// The log as this process last saw it; nothing until it has looked.
    known: Option<Known>,
    open_log: fn(&Path, bool) -> io::Result<File>,
}

impl Journal {
    pub(super) fn new(path: PathBuf, max_bytes: u64, max_age: Option<Duration>) -> Self {
        Self { path, max_bytes, max_age, known: None, open_log }
    }

    /// Appends entries, each a line, all of them or none.
    ///
    /// Shape: without entries it is made sure that there is a log that could be written. What a killed process left half done is mended first, and
    /// recorded. With `sync` all is on the disk before it returns.
    /// Errors: what the file system says; and when the log is not as this process left it, for as long as it is not: going on would hide what is gone.
    /// The log then ends as before.
    pub(super) fn append(&mut self, entries: &[Entry], now: DateTime<Utc>, sync: bool) -> io::Result<()> {
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(self.known.is_none()).truncate(false);
        let mut head_file = open_private(&mut options, &head_path(&self.path)).map_err(|error| match (&self.known, error.kind()) {
            (Some(_), io::ErrorKind::NotFound) => Known::changed("its head is gone"),
            _ => error,
        })?;
        head_file.lock()?;
        if let Some(known) = &self.known {
            known.is_head(FileId::of(&head_file.metadata()?))?;
        }
        let (mut head, mended) = self.agree(&mut head_file, now)?;
        self.turn(&mut head, &mut head_file, now)?;
        let mut text = String::new();
        let mut point = head.settled.clone();
        let mut line = self.known.as_ref().filter(|known| known.point.seq == point.seq).map_or(0, |known| known.line);
        if point.bytes == 0 {
            (point.part, point.since) = (point.seq + 1, now.timestamp());
        }
        for entry in mended.iter().chain(entries) {
            let (sealed, hash) = chain::seal(point.seq + 1, &entry.fields, &point.hash);
            (point.seq, point.hash) = (point.seq + 1, hash);
            line = sealed.len() as u64;
            text.push_str(&sealed);
        }
        point.bytes += text.len() as u64;
        let before = head.settled.bytes;
        let mut log = (self.open_log)(&self.path, self.known.is_none() || before == 0)?;
        if !text.is_empty() {
            head.announce(&mut head_file, point)?;
            if let Err(error) = log.write_all(text.as_bytes()).and_then(|()| if sync { log.sync_data() } else { Ok(()) }) {
                // A part of a line is worse than none. Should this fail, too, the next append mends it.
                if log.set_len(before).is_ok() || log.metadata().is_ok_and(|metadata| metadata.len() == before) {
                    let settled = head.settled.clone();
                    head.announce(&mut head_file, settled)?;
                }
                return Err(error);
            }
            head.settle(&mut head_file)?;
            if sync {
                head_file.sync_data()?;
            }
        }
        let (head_id, log_id) = (FileId::of(&head_file.metadata()?), FileId::of(&log.metadata()?));
        self.known = Some(Known { head: head_id, log: log_id, point: head.settled, line });
        Ok(())
    }

    /// Sees to it that what was appended is on the disk.
    pub(super) fn sync(&self) -> io::Result<()> {
        match plain_file::open_own(&self.path, OpenOptions::new().read(true)) {
            Ok(log) => log.sync_data(),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Makes head and log agree, and says by an entry what had to be done for it.
    fn agree(&mut self, file: &mut File, now: DateTime<Utc>) -> io::Result<(Head, Option<Entry>)> {
        let length = match fs::symlink_metadata(&self.path) {
            Ok(metadata) if metadata.is_file() => metadata.len(),
            Ok(_) => 0,
            Err(error) if error.kind() == io::ErrorKind::NotFound => 0,
            Err(error) => return Err(error),
        };
        let found = Head::read(file)?;
        let look = self.known.is_none();
        if let Some(known) = &self.known {
            known.is_log(&self.path, &found, length)?;
        }
        let (head, entry) = match found {
            // The head may have been cut off when the disk was full.
            Found::Empty | Found::Unreadable if length == 0 && parts(&self.path)?.is_empty() => (Head::at(Point::genesis()), None),
            Found::Empty => self.without_head(length, "a head", now)?,
            Found::Unreadable => self.without_head(length, "a head that can be read", now)?,
            Found::Head(head) if head.settled != head.announced => self.finish(head, length, now)?,
            Found::Head(head) if length != head.settled.bytes => self.differing(head, length, now)?,
            Found::Head(head) if look && !self.ends_in(&head.settled, length)? => self.differing(head, length, now)?,
            Found::Head(head) if !head.torn => return Ok((head, None)),
            Found::Head(head) => (Head::at(head.settled), None),
        };
        head.write(file)?;
        Ok((head, entry))
    }

    /// Goes on after a process that was killed while it wrote.
    fn finish(&self, mut head: Head, length: u64, now: DateTime<Utc>) -> io::Result<(Head, Option<Entry>)> {
        let (settled, announced) = (head.settled.clone(), head.announced.clone());
        if announced.seq == settled.seq {
            // A new file was to be begun.
            self.rename(&settled)?;
            info!("A new file of the audit log was begun.");
            return Ok((Head::at(announced), None));
        }
        let from = if announced.part == settled.part { settled.bytes } else { 0 };
        if length < from || length > announced.bytes {
            if self.known.is_some() {
                return Err(Known::changed("it has not the length that its head tells"));
            }
            return self.differing(Head::at(settled), length, now);
        }
        let tail = self.read(from, length)?;
        let (mut point, mut rest) = (Point { part: announced.part, since: announced.since, bytes: from, ..settled }, tail.as_slice());
        while let Some(end) = rest.iter().position(|byte| *byte == b'\n') {
            let (Some(line), Some(after)) = (rest.get(..end), rest.get(end + 1..)) else { break };
            match chain::open(line) {
                Some(link) if link.seq == point.seq + 1 && link.prev == point.hash => {
                    point = Point { seq: link.seq, hash: link.hash.to_owned(), bytes: point.bytes + end as u64 + 1, ..point };
                    rest = after;
                }
                _ => break,
            }
        }
        let lost = announced.seq.saturating_sub(point.seq);
        if !rest.is_empty() {
            plain_file::open_own(&self.path, OpenOptions::new().write(true))?.set_len(point.bytes)?;
        }
        if point.bytes == 0 {
            (point.part, point.since) = (announced.part, 0);
        }
        head = Head::at(point);
        if lost == 0 && rest.is_empty() {
            return Ok((head, None));
        }
        warn!(lost, "A process ended while it wrote the audit log; what is lost is recorded.");
        Ok((head, Some(Entry::recovered(now, lost, rest))))
    }

    /// Goes on where the head stands, whatever became of the log; the gap stays to be seen.
    fn differing(&self, head: Head, length: u64, now: DateTime<Utc>) -> io::Result<(Head, Option<Entry>)> {
        let mut point = head.settled;
        let expected = format!("{} bytes that end in record {}", point.bytes, point.seq);
        let found = if length == point.bytes { format!("{length} bytes that end otherwise") } else { format!("{length} bytes") };
        warn!("The audit log is not as it was left; see `audit verify`.");
        self.end_line(length)?;
        point.bytes = fs::metadata(&self.path).map_or(0, |metadata| metadata.len());
        Ok((Head::at(point), Some(Entry::mended(now, &expected, &found))))
    }

    /// Goes on without a head: after the last whole line, if there is one.
    fn without_head(&self, length: u64, expected: &str, now: DateTime<Utc>) -> io::Result<(Head, Option<Entry>)> {
        warn!("The audit log has no readable head; see `audit verify`.");
        let mut tail = self.read(length.saturating_sub(TAIL), length)?;
        if let Some((_, past)) = parts(&self.path)?.pop().filter(|_| length == 0) {
            let mut file = plain_file::open_own(&past, OpenOptions::new().read(true))?;
            let from = file.metadata()?.len().saturating_sub(TAIL);
            file.seek(SeekFrom::Start(from))?;
            file.read_to_end(&mut tail)?;
        }
        let last = tail.split(|byte| *byte == b'\n').rev().find_map(chain::open).map(|link| (link.seq, link.hash.to_owned()));
        let (seq, hash) = last.unwrap_or((0, GENESIS.to_owned()));
        self.end_line(length)?;
        let bytes = fs::metadata(&self.path).map_or(0, |metadata| metadata.len());
        let first = self.read(0, length.min(TAIL))?;
        let part = first.split(|byte| *byte == b'\n').next().and_then(chain::open).map_or(seq + 1, |link| link.seq);
        let found = if seq == 0 { "no record".to_owned() } else { format!("a log that ends in record {seq}") };
        Ok((Head::at(Point { seq, hash, part, bytes, since: now.timestamp() }), Some(Entry::mended(now, expected, &found))))
    }

    /// Begins a new file when the current one is long or old enough.
    fn turn(&self, head: &mut Head, file: &mut File, now: DateTime<Utc>) -> io::Result<()> {
        let Point { bytes, since, seq, .. } = head.settled;
        let age = u64::try_from(now.timestamp() - since).unwrap_or(0);
        let due = bytes >= self.max_bytes || self.max_age.is_some_and(|most| age >= most.as_secs());
        if bytes == 0 || !due {
            return Ok(());
        }
        head.announce(file, Point { part: seq + 1, bytes: 0, since: 0, ..head.settled.clone() })?;
        self.rename(&head.settled)?;
        head.settle(file)
    }

    /// Gives the current file the name of a past one, unless that was done already.
    fn rename(&self, point: &Point) -> io::Result<()> {
        let past = part_path(&self.path, point.part);
        match past.exists() {
            true => Ok(()),
            false => {
                fs::rename(&self.path, past).or_else(|error| if error.kind() == io::ErrorKind::NotFound { Ok(()) } else { Err(error) })
            }
        }
    }

    fn ends_in(&self, point: &Point, length: u64) -> io::Result<bool> {
        if point.bytes == 0 {
            return Ok(true);
        }
        let tail = self.read(length.saturating_sub(TAIL), length)?;
        let whole = tail.strip_suffix(b"\n").and_then(|tail| tail.rsplit(|byte| *byte == b'\n').next());
        Ok(whole.and_then(chain::open).is_some_and(|link| link.seq == point.seq && link.hash == point.hash))
    }

    /// Ends a line that was cut off, so that the next begins on one of its own.
    fn end_line(&self, length: u64) -> io::Result<()> {
        let last = self.read(length.saturating_sub(1), length)?;
        if last.is_empty() || last == b"\n" {
            return Ok(());
        }
        plain_file::open_own(&self.path, OpenOptions::new().append(true))?.write_all(b"\n")
    }

    fn read(&self, from: u64, to: u64) -> io::Result<Vec<u8>> {
        if from >= to {
            return Ok(Vec::new());
        }
        let mut file = plain_file::open_own(&self.path, OpenOptions::new().read(true))?;
        file.seek(SeekFrom::Start(from))?;
        let mut bytes = Vec::new();
        file.take(to - from).read_to_end(&mut bytes)?;
        Ok(bytes)
    }
}

/// Returns the path of a log's head.
pub(super) fn head_path(path: &Path) -> PathBuf {
    with_ending(path, "head")
}

/// Returns the path of a past file of a log, by the number of its first line.
pub(super) fn part_path(path: &Path, part: u64) -> PathBuf {
    with_ending(path, &format!("{part:012}"))
}

/// Returns the past files of a log, oldest first, each with the number of its first line.
pub(super) fn parts(path: &Path) -> io::Result<Vec<(u64, PathBuf)>> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let mut parts = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let number = entry.file_name().to_str().and_then(|found| {
            let digits = found.strip_prefix(&name)?.strip_prefix('.')?;
            let plain = digits.len() >= 12 && digits.bytes().all(|b| b.is_ascii_digit());
            if plain { digits.parse().ok() } else { None }
        });
        parts.extend(number.map(|number: u64| (number, entry.path())));
    }
    parts.sort();
    Ok(parts)
}

fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(ending);
    PathBuf::from(name)
}

/// Opens the log to append to it; makes it only where there may be none.
fn open_log(path: &Path, make: bool) -> io::Result<File> {
    open_private(OpenOptions::new().append(true).create(make), path)
}

/// Opens a file that, when it is made, only its owner may read. Follows no link.
fn open_private(options: &mut OpenOptions, path: &Path) -> io::Result<File> {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    plain_file::open_own(path, options)
}

#[cfg(test)]
mod tests;
