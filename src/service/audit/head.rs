//! `<path>.head`: where the chain stands, so that a line missing at its end shows.
//!
//! Two lines of fixed length. The first says what is settled: written, and complete. The second says what is announced: what will be settled
//! next. Before lines are appended they are announced; afterwards they are settled. A process that is killed in between leaves the two
//! different, and then, only then, the log may end anywhere between them. Each line ends in a digest of itself, so that one torn by
//! a power failure is known as such, and the other still stands.

use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};

use super::chain::{GENESIS, digest, is_hash};

/// Length of one line of the head, line feed included.
const SLOT: usize = 256;
/// Digits of a slot's own digest.
const CHECK: usize = 16;

/// A place in the chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Point {
    /// Number of the last line; 0 before the first.
    pub(super) seq: u64,
    /// Its hash.
    pub(super) hash: String,
    /// Number of the first line of the current file.
    pub(super) part: u64,
    /// Length of the current file.
    pub(super) bytes: u64,
    /// When the current file was begun, in seconds since 1970; 0 when it has no line yet.
    pub(super) since: i64,
}

/// What the head says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Head {
    /// What is written for certain.
    pub(super) settled: Point,
    /// What is being written; equal to `settled` when nothing is.
    pub(super) announced: Point,
    /// Whether one of its lines was torn; the other then speaks for both.
    pub(super) torn: bool,
}

/// What a file of a head holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// Nothing was written yet.
    Empty,
    /// Neither line can be read.
    Unreadable,
    /// A head.
    Head(Head),
}

impl Point {
    /// Returns the place before the first line.
    pub(super) fn genesis() -> Self {
        Self { seq: 0, hash: GENESIS.to_owned(), part: 1, bytes: 0, since: 0 }
    }

    fn line(&self, name: &str) -> String {
        let Self { seq, hash, part, bytes, since } = self;
        let plain = format!("{name} seq={seq} hash={hash} part={part} bytes={bytes} since={since} ");
        let plain = format!("{plain:<width$}", width = SLOT - CHECK - 1);
        format!("{plain}{}\n", check(&plain))
    }

    /// Reads a line; nothing when it is not exactly as [`Point::line`] writes it.
    fn parse(line: &[u8], name: &str) -> Option<Self> {
        let line = std::str::from_utf8(line).ok()?;
        let mut words = line.split_ascii_whitespace();
        let mut field = |key: &str| words.find_map(|word| word.strip_prefix(key)?.strip_prefix('=').map(str::to_owned));
        let point = Self {
            seq: field("seq")?.parse().ok()?,
            hash: field("hash").filter(|hash| is_hash(hash))?,
            part: field("part")?.parse().ok()?,
            bytes: field("bytes")?.parse().ok()?,
            since: field("since")?.parse().ok()?,
        };
        (point.line(name) == line).then_some(point)
    }
}

impl Head {
    /// Makes the head of a chain that stands at `point`.
    pub(super) fn at(point: Point) -> Self {
        Self { settled: point.clone(), announced: point, torn: false }
    }

    /// Reads a head from the bytes of its file.
    pub(super) fn parse(text: &[u8]) -> Found {
        if text.is_empty() {
            return Found::Empty;
        }
        let (first, second) = text.split_at_checked(SLOT).unwrap_or((text, &[]));
        match (Point::parse(first, "settled"), Point::parse(second, "announced")) {
            (Some(settled), Some(announced)) => Found::Head(Self { settled, announced, torn: false }),
            // Nothing is appended before the announcement is whole.
            (Some(settled), None) => Found::Head(Self { torn: true, ..Self::at(settled) }),
            // What is being settled was appended.
            (None, Some(announced)) => Found::Head(Self { torn: true, ..Self::at(announced) }),
            (None, None) => Found::Unreadable,
        }
    }

    /// Reads the head from its open file; see [`Head::parse`].
    pub(super) fn read(file: &mut File) -> io::Result<Found> {
        let mut text = Vec::new();
        file.seek(SeekFrom::Start(0))?;
        file.take(4 * SLOT as u64).read_to_end(&mut text)?;
        Ok(Self::parse(&text))
    }

    /// Writes the whole head.
    pub(super) fn write(&self, file: &mut File) -> io::Result<()> {
        file.seek(SeekFrom::Start(0))?;
        file.write_all(self.text().as_bytes())?;
        file.set_len(2 * SLOT as u64)
    }

    /// Returns the head as its file holds it.
    pub(super) fn text(&self) -> String {
        self.settled.line("settled") + &self.announced.line("announced")
    }

    /// Writes what is announced.
    pub(super) fn announce(&mut self, file: &mut File, point: Point) -> io::Result<()> {
        file.seek(SeekFrom::Start(SLOT as u64))?;
        file.write_all(point.line("announced").as_bytes())?;
        self.announced = point;
        Ok(())
    }

    /// Writes that what was announced is there.
    pub(super) fn settle(&mut self, file: &mut File) -> io::Result<()> {
        file.seek(SeekFrom::Start(0))?;
        file.write_all(self.announced.line("settled").as_bytes())?;
        self.settled = self.announced.clone();
        Ok(())
    }
}

fn check(text: &str) -> String {
    digest(text.as_bytes()).chars().take(CHECK).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head() -> Head {
        let settled = Point { seq: 41, ..Point::genesis() };
        Head { announced: Point { seq: 42, bytes: u64::MAX, since: i64::MAX, part: u64::MAX, ..settled.clone() }, settled, torn: false }
    }

    #[test]
    fn a_head_reads_as_it_was_written() {
        assert_eq!(Head::parse(head().text().as_bytes()), Found::Head(head()));
        assert_eq!(head().text().len(), 2 * SLOT);
        assert_eq!(Head::parse(b""), Found::Empty);
    }

    #[test]
    fn a_torn_line_leaves_the_other_and_two_leave_nothing() {
        let (settled, announced) = (head().settled, head().announced);
        let text = head().text();
        let torn = |from: usize, to: usize| {
            let mut torn = text.clone().into_bytes();
            torn[from..to].fill(0);
            Head::parse(&torn)
        };
        assert_eq!(torn(100, SLOT), Found::Head(Head { torn: true, ..Head::at(announced) }));
        assert_eq!(torn(SLOT + 20, 2 * SLOT), Found::Head(Head { torn: true, ..Head::at(settled) }));
        assert_eq!(torn(100, 2 * SLOT), Found::Unreadable);
    }
}
