//! Checking a log: every line against its hash, each against the one before, and the end against the head.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use super::chain::{self, GENESIS};
use super::head::{Found, Head};
use super::journal::{MENDED, head_path, parts};
use crate::config::plain_file;

/// Longest line that is read, in bytes.
const MAX_LINE: u64 = 16 << 20;
/// Most problems that are told one by one.
const TOLD: usize = 20;

/// Hashes that the operator kept elsewhere.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Kept {
    /// A hash that the log must hold: what was the head once.
    pub head: Option<String>,
    /// The hash of the last record that was moved away: what the first one here goes on from.
    pub after: Option<String>,
}

/// What was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Records read, whatever their state.
    pub records: u64,
    /// Number of the first and the last whole record.
    pub range: Option<(u64, u64)>,
    /// Hash of the last whole record.
    pub head: String,
    /// What is wrong; one sentence each, the first twenty.
    pub problems: Vec<String>,
    /// How many problems there are.
    pub problem_count: usize,
    /// What is not wrong but worth knowing.
    pub notes: Vec<String>,
}

/// One file of a log.
struct Part<R> {
    name: String,
    content: R,
}

/// Checks the log that is written at `path`, past files included.
///
/// Errors: what the file system says.
pub fn log(path: &Path, kept: &Kept) -> io::Result<Report> {
    let mut files: Vec<PathBuf> = Vec::new();
    let mut lengths: Vec<u64> = Vec::new();
    let (found, mut opened) = {
        // While the head is locked nobody writes; afterwards only what was there is read.
        let mut head = open(&head_path(path));
        if let Ok(head) = &head {
            head.lock_shared()?;
        }
        let found = match &mut head {
            Ok(head) => Head::read(head)?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => Found::Empty,
            Err(error) => return Err(io::Error::new(error.kind(), error.to_string())),
        };
        files.extend(parts(path)?.into_iter().map(|(_, path)| path));
        if path.exists() {
            files.push(path.to_owned());
        }
        if files.is_empty() {
            return Err(io::ErrorKind::NotFound.into());
        }
        let opened = files.iter().map(|path| open(path)).collect::<io::Result<Vec<File>>>()?;
        for file in &opened {
            lengths.push(file.metadata()?.len());
        }
        (found, opened)
    };
    let named = files.iter().zip(lengths).zip(opened.drain(..));
    let parts = named.map(|((path, length), file)| Part { name: file_name(path), content: BufReader::new(file.take(length)) });
    check(parts.collect(), &found, kept)
}

/// Checks files that were moved away, in the order of their records, without a head: only `kept.head` can prove their end.
///
/// Errors: what the file system says.
pub fn files(paths: &[PathBuf], kept: &Kept) -> io::Result<Report> {
    let mut numbered = Vec::new();
    for path in paths {
        let mut first = Vec::new();
        BufReader::new(open(path)?.take(MAX_LINE)).read_until(b'\n', &mut first)?;
        let seq = first.strip_suffix(b"\n").and_then(chain::open).map(|link| link.seq);
        numbered.push((seq, path));
    }
    numbered.sort_by_key(|(seq, _)| seq.unwrap_or(0));
    let parts = numbered.into_iter().map(|(_, path)| Ok(Part { name: file_name(path), content: BufReader::new(open(path)?) }));
    check(parts.collect::<io::Result<_>>()?, &Found::Empty, kept)
}

/// Tells whether a log is written at `path`, rather than that it is a file of one that was moved away.
pub fn has_head(path: &Path) -> bool {
    fs::exists(head_path(path)).unwrap_or(false)
}

fn open(path: &Path) -> io::Result<File> {
    plain_file::open(path, OpenOptions::new().read(true))
}

fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}

fn missing(from: u64, to: u64) -> String {
    if from == to { format!("record {from} is missing") } else { format!("records {from} to {to} are missing") }
}

/// Where the check stands.
struct Check<'a> {
    report: Report,
    kept: &'a Kept,
    /// Number and hash of the last whole record.
    last: Option<(u64, String)>,
    /// Whether the kept head was met.
    met: bool,
    /// What stands after the last line feed of the last file.
    rest: Option<String>,
}

fn check<R: BufRead>(parts: Vec<Part<R>>, head: &Found, kept: &Kept) -> io::Result<Report> {
    let mut check = Check { report: Report::default(), kept, last: None, met: false, rest: None };
    let mut bytes = 0;
    let many = parts.len();
    for (at, part) in parts.into_iter().enumerate() {
        let last = at + 1 == many;
        bytes = check.part(part, last)?;
    }
    check.end(head, bytes);
    let (range, last) = (check.report.range, check.last);
    Ok(Report { head: last.map_or(GENESIS.to_owned(), |(_, hash)| hash), range, ..check.report })
}

impl Check<'_> {
    fn problem(&mut self, text: String) {
        self.report.problem_count += 1;
        if self.report.problems.len() < TOLD {
            self.report.problems.push(text);
        }
    }

    /// Reads one file; returns its length.
    fn part<R: BufRead>(&mut self, part: Part<R>, last: bool) -> io::Result<u64> {
        let Part { name, mut content } = part;
        let (mut line, mut bytes, mut number) = (Vec::new(), 0, 0_u64);
        loop {
            line.clear();
            let read = (&mut content).take(MAX_LINE).read_until(b'\n', &mut line)?;
            if read == 0 {
                return Ok(bytes);
            }
            bytes += read as u64;
            number += 1;
            let place = format!("{name}:{number}");
            match line.strip_suffix(b"\n") {
                Some(line) => self.line(&place, line),
                None if last => self.rest = Some(place),
                None => self.problem(format!("{place}: the line is cut off")),
            }
        }
    }

    fn line(&mut self, place: &str, line: &[u8]) {
        self.report.records += 1;
        let Some(link) = chain::open(line) else {
            return self.problem(format!("{place}: this is not what was written: the line does not match its hash"));
        };
        match &self.last {
            None => self.first(place, &link),
            Some((seq, _)) if link.seq > seq + 1 => self.problem(format!("{place}: {}", missing(seq + 1, link.seq.saturating_sub(1)))),
            Some((seq, _)) if link.seq <= *seq => {
                self.problem(format!("{place}: record {} stands after record {seq}", link.seq));
            }
            Some((_, hash)) if *hash != link.prev => self.problem(format!("{place}: the record does not go on from the one before")),
            Some(_) => {}
        }
        if link.body.contains("\"event\":") {
            self.event(place, &link);
        }
        self.met |= self.kept.head.as_deref() == Some(link.hash);
        self.report.range = Some((self.report.range.map_or(link.seq, |(first, _)| first), link.seq));
        self.last = Some((link.seq, link.hash.to_owned()));
    }

    fn first(&mut self, place: &str, link: &chain::Link<'_>) {
        match &self.kept.after {
            Some(after) if after != link.prev => {
                self.problem(format!("{place}: record {} does not go on from the hash that was given with --after", link.seq));
            }
            Some(_) => {}
            None if link.seq != 1 => self.problem(format!(
                "{place}: {}; if moved away, give the hash of the last with --after",
                missing(1, link.seq.saturating_sub(1))
            )),
            None if link.prev != GENESIS => self.problem(format!("{place}: the first record does not begin a chain")),
            None => {}
        }
    }

    fn event(&mut self, place: &str, link: &chain::Link<'_>) {
        let is = |event: &str| link.body.contains(&format!("\"event\":\"{event}\"")) && link.text("event").as_deref() == Some(event);
        if is(MENDED) {
            let said = |field| link.text(field).unwrap_or_default();
            self.problem(format!(
                "{place}: when record {} was written, the log was not as it had been left: expected {}, found {}",
                link.seq,
                said("expected"),
                said("found")
            ));
        } else if is("recovered") {
            self.report.notes.push(format!("{place}: a process ended while it wrote; record {} tells what is lost", link.seq));
        } else if is("resumed") {
            self.report.notes.push(format!("{place}: the log could not be written for a while before record {}", link.seq));
        }
    }

    /// Holds the end against the head.
    fn end(&mut self, head: &Found, bytes: u64) {
        if let (Some(kept), false) = (&self.kept.head, self.met) {
            let kept: String = kept.chars().take(16).collect();
            self.problem(format!(
                "no record has the hash {kept}… that was given with --head: the log was written anew, or cut off before it"
            ));
        }
        let (seq, hash) = self.last.clone().unwrap_or((0, GENESIS.to_owned()));
        match head {
            Found::Head(head) => self.against_head(head, seq, &hash, bytes),
            // The last record is the kept one, so nothing is missing after it.
            _ if self.kept.head.as_deref() == Some(hash.as_str()) && self.rest.is_none() => {}
            Found::Empty => self.problem("there is no head, so nothing proves that the end is not cut off; --head HASH may".to_owned()),
            Found::Unreadable => self.problem("the head cannot be read, so nothing proves that the end is not cut off".to_owned()),
        }
    }

    fn against_head(&mut self, head: &Head, seq: u64, hash: &str, bytes: u64) {
        let (settled, announced) = (&head.settled, &head.announced);
        if head.torn {
            self.problem("a line of the head cannot be read; the next record that is written mends it".to_owned());
        }
        let interrupted = settled != announced;
        if let Some(place) = self.rest.take().filter(|_| !interrupted || seq >= announced.seq) {
            self.problem(format!("{place}: the line is cut off"));
        }
        let within = (settled.seq..=announced.seq).contains(&seq);
        let right = (seq != settled.seq || hash == settled.hash) && (seq != announced.seq || hash == announced.hash);
        if seq < settled.seq {
            self.problem(format!("the log ends in record {seq}, but its head says {}: the end is cut off", settled.seq));
        } else if !within || !right {
            self.problem(format!("the log ends in record {seq}, which is not the one that its head names"));
        } else if interrupted {
            self.report.notes.push("a process ended while it wrote; the next record that is written tells what is lost".to_owned());
        } else if settled.bytes != bytes && !(settled.bytes == 0 && settled.seq == seq) {
            self.problem(format!("the last file has {bytes} bytes, but the head says {}", settled.bytes));
        }
    }
}

#[cfg(test)]
mod tests;
