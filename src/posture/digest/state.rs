//! What an interrupted verification had hashed, in a file, so that the next run goes on from there.
//!
//! Kept are the hashes of logs, and nothing that they were compared with: digests, signatures and what is missing are looked at anew by
//! every run, so that no verdict is ever taken from the file. A line is written as soon as its log is hashed; a torn one is passed over.

use std::collections::HashMap;
use std::fs::{File, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};

use super::content::{Hash, hash_of, hex, unhash, unhex};
use super::report::Resumed;
use crate::config::plain_file;
use crate::time::{parse, rfc3339};

/// How the file begins; the time of the first run follows.
const HEAD: &str = "cloudtrail-mcp verify 1 ";

/// How long a run may be interrupted: what was hashed longer ago is hashed anew.
///
/// Source: ours; an archive of years in S3 takes hours.
const LONGEST: TimeDelta = TimeDelta::days(7);

/// The largest file that is read: some five million logs.
const MAX_BYTES: u64 = 512 << 20;

/// What stands for a path: the beginning of its SHA-256.
type Id = [u8; 16];

/// What was hashed by this run and by those that it goes on from. Used from several threads at once.
#[derive(Debug)]
pub struct State {
    path: PathBuf,
    begun: DateTime<Utc>,
    known: HashMap<Id, Hash>,
    used: AtomicU64,
    /// Nothing once it could not be written.
    file: Mutex<Option<File>>,
}

impl State {
    /// Opens a file, or makes it; what it holds from more than seven days ago is dropped.
    ///
    /// Errors: what the file system says; `InvalidData` where it is a file of something else.
    pub fn open(path: &Path, now: DateTime<Utc>) -> io::Result<Self> {
        let mut options = OpenOptions::new();
        options.read(true).append(true).create(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = plain_file::open_own(path, &mut options)?;
        let mut text = String::new();
        (&mut file).take(MAX_BYTES).read_to_string(&mut text)?;
        let (head, lines) = text.split_once('\n').unwrap_or((&text, ""));
        let begun = head.strip_prefix(HEAD).and_then(parse);
        if begun.is_none() && !text.is_empty() {
            let hint = "it is no file of an interrupted verification; name one that is not there yet";
            return Err(io::Error::new(io::ErrorKind::InvalidData, hint));
        }
        let begun = begun.filter(|begun| *begun <= now && now - *begun <= LONGEST);
        let known = if begun.is_some() { lines.lines().filter_map(line).collect() } else { HashMap::new() };
        if begun.is_none() {
            file.set_len(0)?;
            file.write_all(format!("{HEAD}{}\n", rfc3339(now)).as_bytes())?;
        } else if !text.ends_with('\n') {
            file.seek(SeekFrom::End(0))?;
            file.write_all(b"\n")?;
        }
        let begun = begun.unwrap_or(now);
        Ok(Self { path: path.to_owned(), begun, known, used: AtomicU64::new(0), file: Mutex::new(Some(file)) })
    }

    /// Returns the hash of what the log at a path inflates to, where an earlier run found that out.
    pub fn known(&self, path: &str) -> Option<[u8; 32]> {
        let known = self.known.get(&id(path)).copied();
        self.used.fetch_add(u64::from(known.is_some()), Ordering::Relaxed);
        known
    }

    /// Keeps the hash of a log. Where that fails the next run hashes it again, and all after it.
    pub fn keep(&self, path: &str, hash: &[u8; 32]) {
        let line = format!("{} {}\n", hex(&id(path)), hex(hash));
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        // In one piece, so that lines of two processes do not mix.
        if file.as_mut().is_some_and(|file| file.write_all(line.as_bytes()).is_err()) {
            *file = None;
        }
    }

    /// Tells what was taken from earlier runs; nothing where nothing was.
    pub fn resumed(&self) -> Option<Resumed> {
        let logs = self.used.load(Ordering::Relaxed);
        (logs > 0).then_some(Resumed { begun: self.begun, logs })
    }

    /// Removes the file, as there is nothing to go on with.
    ///
    /// Errors: what the file system says.
    pub fn finish(self) -> io::Result<()> {
        std::fs::remove_file(&self.path)
    }
}

fn id(path: &str) -> Id {
    let mut id = Id::default();
    id.iter_mut().zip(hash_of(path.as_bytes())).for_each(|(to, from)| *to = from);
    id
}

fn line(text: &str) -> Option<(Id, Hash)> {
    let (id, hash) = text.split_once(' ')?;
    Some((unhex(id)?.try_into().ok()?, unhash(hash)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn what_was_kept_is_known_to_the_next_run_and_a_torn_line_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state");
        let (first, later) = (at("2026-01-27T20:00:00Z"), at("2026-01-28T20:00:00Z"));
        let state = State::open(&path, first).unwrap();
        state.keep("/a/log", &[7; 32]);
        assert_eq!((state.known("/a/log"), state.resumed()), (None, None), "its own run has hashed it");
        let torn = std::fs::read_to_string(&path).unwrap() + "00112233445566778899aabbccddeeff 0707";
        std::fs::write(&path, torn).unwrap();
        let state = State::open(&path, later).unwrap();
        assert_eq!((state.known("/a/log"), state.known("/another")), (Some([7; 32]), None));
        assert_eq!(state.resumed(), Some(Resumed { begun: first, logs: 1 }));
        state.keep("/another", &[8; 32]);
        assert_eq!(State::open(&path, later).unwrap().known("/another"), Some([8; 32]), "after the torn line");
        assert_eq!(State::open(&path, later + LONGEST).unwrap().known("/a/log"), None, "too long ago");
        State::open(&path, later + LONGEST).unwrap().finish().unwrap();
        assert!(!path.exists());
    }

    #[test]
    fn a_file_of_something_else_is_left_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("policy.toml");
        std::fs::write(&path, "allow_aws_read = true\n").unwrap();
        assert_eq!(State::open(&path, Utc::now()).unwrap_err().kind(), io::ErrorKind::InvalidData);
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "allow_aws_read = true\n");
    }
}
