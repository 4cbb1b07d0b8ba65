//! One file as a stream of records: inflated and parsed piece by piece, whatever packs and wraps the records.
//!
//! What a file holds decides, never its name. What gave no record is a gap when it looks like log data, is packed in a way that is
//! not read, or bears the name of a log; else it is no log and is told as such.

mod bound;
mod compact;
mod document;
mod gunzip;
mod look;
mod pack;
mod records;
mod search;
mod shape;
mod skip;
mod text;

use std::io::{BufRead, BufReader, Cursor, Read};
use std::sync::Arc;

use flate2::Decompress;
use serde::Deserialize;
use serde::de::DeserializeSeed;
use serde_json::Value;

use self::bound::{Allowance, Bounded, Utf16};
pub(super) use self::bound::{is_too_large, value};
use self::document::Document;
use self::look::Binary;
pub(super) use self::records::Plain;
#[cfg(test)]
pub(super) use self::records::tests::{Dice, document};
use super::listing::LogFile;
use super::store::Store;
use super::watch::{Halt, Pulse, Watched};
use crate::coverage::FileFault;
use crate::source::proof::Sha256;

/// Most bytes that a file may inflate to.
///
/// Source: ours. CloudTrail closes files at some tens of megabytes of JSON; more than this is a bomb or no log file.
const MAX_INFLATED: u64 = if cfg!(test) { 4 << 20 } else { 1 << 30 };

/// Longest line, in bytes; a line is held in memory.
const MAX_LINE: u64 = 8 << 20;

/// Longest document that is parsed from memory; longer ones are parsed as they inflate, which is slower.
const MAX_IN_MEMORY: u64 = if cfg!(test) { 64 << 10 } else { 8 << 20 };

/// How much of a file is looked at to tell what it is.
const HEAD: u64 = 4 << 10;

/// What a file turned out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Content {
    /// A log, maybe an empty one, or what may be one.
    Log,
    /// A digest.
    Digest,
    /// Nothing that looks like log data.
    Other,
}

/// One piece of a file that should be an event.
pub(super) enum Item<'a> {
    /// As it stands in the file.
    Raw(&'a str),
    /// As it stands in the file, and wanted: [`Sink::judge`] said so.
    Judged(&'a str),
    /// A record without its wrapping.
    Record(Value),
    /// An entry of LookupEvents.
    Lookup(Value),
}

/// Takes what a file holds.
pub(super) trait Sink {
    /// Tells where in an archive of files the next pieces lie.
    fn enter(&mut self, path: &str);
    /// Judges a record by what decides over it: tells whether it is wanted whole, so that [`Sink::take`] is called with it; nothing where it
    /// takes the whole record to tell.
    fn judge(&mut self, record: &Plain<'_>) -> Option<bool>;
    /// Passes a record over that was judged not to be wanted.
    fn pass(&mut self, _record: &[u8]) {}
    /// Tells what the store says of the version that is read.
    fn opened(&mut self, _version: Option<&str>) {}
    /// Takes one piece; tells whether it could be read.
    fn take(&mut self, item: Item<'_>) -> Taken;
    /// Tells that no more is wanted.
    fn stopped(&mut self) -> bool;
    /// Tells whether [`Sink::hashed`] is to be called.
    fn wants_hash(&self) -> bool {
        false
    }
    /// Takes the hash of what a gzip file of one member inflates to, when it was read to its end.
    fn hashed(&mut self, _hash: Sha256) {}
}

/// What a [`Sink`] says of a piece.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Taken {
    /// It was a record.
    Yes,
    /// It should have been one, but cannot be read.
    Unreadable,
    /// Its fields are not at the top: it has to be unwrapped.
    Wrapped,
}

/// Reads one file into `sink`.
///
/// Shape: records before a break are given. The faults are those of the file, at most one of a kind; what follows from the end of
/// the time is none.
pub(super) fn read(
    store: &dyn Store,
    file: &LogFile,
    watch: (&Arc<Halt>, &Arc<Pulse>),
    (sink, scratch): (&mut dyn Sink, &mut Scratch),
) -> (Content, Vec<FileFault>) {
    read_by(true, store, file, watch, (sink, scratch))
}

/// What a thread reads files with, kept from one file to the next.
#[derive(Default)]
pub(super) struct Scratch {
    /// What was inflated and not looked at yet; of no meaning between two files.
    window: Vec<u8>,
    inflate: Option<Box<Decompress>>,
}

impl Scratch {
    /// Returns what inflates, between two files; it has to be reset first.
    pub(super) fn inflate(&mut self) -> &mut Decompress {
        self.inflate.get_or_insert_with(|| Box::new(Decompress::new(false)))
    }
}

/// Reads one file, by the short way where there is one, or never.
fn read_by(
    short_cut: bool,
    store: &dyn Store,
    file: &LogFile,
    (halt, pulse): (&Arc<Halt>, &Arc<Pulse>),
    (sink, scratch): (&mut dyn Sink, &mut Scratch),
) -> (Content, Vec<FileFault>) {
    let mut reading = Reading {
        sink,
        scratch,
        halt: halt.clone(),
        faults: Vec::new(),
        records: 0,
        strange: 0,
        lists: false,
        own_list: false,
        looks: false,
        digest: false,
        empty: false,
        left: MAX_INFLATED,
        allowance: Allowance::default(),
        decodes: false,
        short_cut,
        checksummed: false,
    };
    match pulse.waiting(|| store.open(&file.key, halt)) {
        Ok(inner) => {
            reading.sink.opened(inner.version());
            let mut watched = Watched { inner, halt: halt.clone(), pulse: pulse.clone(), fault: None };
            reading.file(&mut watched);
            reading.told(watched.fault);
        }
        Err(error) => match FileFault::within(&error) {
            fault @ Some(_) => reading.told(fault),
            None => {
                reading.fault(FileFault::Unopened);
                reading.looks = true;
            }
        },
    }
    reading.judged(file)
}

struct Reading<'s> {
    sink: &'s mut dyn Sink,
    scratch: &'s mut Scratch,
    halt: Arc<Halt>,
    faults: Vec<FileFault>,
    /// Records, and what is known for no change of its own.
    records: u64,
    /// Values that are no records.
    strange: u64,
    /// Whether a list under a name of lists of records was seen, even an empty one.
    lists: bool,
    /// Whether that list had CloudTrail's own name.
    own_list: bool,
    /// Whether what gave no record looks like log data.
    looks: bool,
    digest: bool,
    /// Whether there was nothing to read.
    empty: bool,
    /// How many bytes may still be inflated.
    left: u64,
    /// How long the value that is read may still be.
    allowance: Allowance,
    /// Whether what is read was packed in a text: nothing is unpacked in there again.
    decodes: bool,
    /// Whether the short way may be taken.
    short_cut: bool,
    /// Whether a checksum tells of any damage in what is read: only then may something be dropped unparsed.
    checksummed: bool,
}

impl Reading<'_> {
    fn judged(mut self, file: &LogFile) -> (Content, Vec<FileFault>) {
        if self.sink.stopped() {
            return (Content::Log, self.faults);
        }
        if self.records > 0 && self.strange > 0 {
            self.fault(FileFault::Unrecognised);
        }
        let broken = self.faults.iter().any(|fault| !matches!(fault, FileFault::Record | FileFault::Unrecognised));
        let called =
            if file.is_of_cloudtrail() { !self.digest && (!self.lists || self.strange > 0) } else { self.empty && file.is_called_a_log() };
        let unknown = self.faults.contains(&FileFault::Unknown) || broken && file.is_called_a_log();
        let log = self.records > 0
            || self.looks
            || self.own_list
            || (self.lists && self.faults.is_empty() && self.strange == 0)
            || called
            || (unknown && !file.is_hidden());
        if !log {
            return (if self.digest { Content::Digest } else { Content::Other }, Vec::new());
        }
        if self.records == 0 && self.faults.is_empty() {
            if self.empty {
                self.fault(FileFault::Empty);
            } else if self.strange > 0 || !self.lists {
                self.fault(FileFault::Unrecognised);
            }
        }
        (Content::Log, self.faults)
    }

    /// Notes what is wrong with the file; what seems to be wrong once it is read no further only follows from that.
    fn fault(&mut self, fault: FileFault) {
        if !self.faults.contains(&fault) && !self.sink.stopped() {
            self.faults.push(fault);
        }
    }

    /// Notes what the store said, from which a break in the middle follows.
    fn told(&mut self, fault: Option<FileFault>) {
        if let Some(fault) = fault {
            self.faults.retain(|fault| !matches!(fault, FileFault::Compression | FileFault::Json | FileFault::Unopened));
            self.faults.push(fault);
            self.looks = true;
        }
    }

    fn unreadable(&mut self) {
        self.strange += u64::from(self.records == 0);
        self.fault(FileFault::Record);
    }

    /// Reads what is no longer packed.
    fn plain(&mut self, reader: &mut dyn BufRead) {
        let mut head = Vec::new();
        let broken = (&mut *reader).take(HEAD).read_to_end(&mut head).is_err();
        let begins = |marks: &[&[u8]]| marks.iter().any(|mark| head.starts_with(mark));
        if begins(&[b"\xff\xfe", b"\xfe\xff", b"{\0", b"[\0", b"\0{", b"\0["]) {
            return self.utf16(&head, reader);
        }
        match look::binary(&head) {
            None => {}
            Some(Binary::Harmless) => return,
            Some(binary) => {
                self.looks |= binary == Binary::Foreign || look::like_log(&head);
                return self.fault(if binary == Binary::Foreign { FileFault::Foreign } else { FileFault::Unknown });
            }
        }
        let text = head.strip_prefix(BYTE_ORDER_MARK).unwrap_or(&head).trim_ascii_start();
        let is_json = matches!(text, [b'{' | b'[' | b'"', ..]) || text.starts_with(b"null");
        let mut all = Cursor::new(&head).chain(reader);
        if self.short_cut && self.checksummed && head.starts_with(records::BEGIN) {
            self.records(&mut all);
            if broken {
                self.fault(FileFault::Compression);
            }
            return;
        }
        let csv = text::delimiter(text);
        match csv {
            // A quoted column begins as a JSON string does.
            _ if is_json && (csv.is_none() || !text.starts_with(b"\"")) => self.json(&mut all),
            Some(delimiter) => self.table(&mut all, delimiter),
            None => self.text(&mut all),
        }
        if broken {
            self.fault(FileFault::Compression);
        }
    }

    /// Reads what a shell of Windows wrote.
    fn utf16(&mut self, head: &[u8], reader: &mut dyn BufRead) {
        let big = matches!(head, [0xfe, 0xff, ..] | [0, _, ..]);
        let text = Utf16::new(BufReader::new(Cursor::new(head).chain(reader)), big);
        self.plain(&mut BufReader::new(text));
    }

    /// Reads a document, several in a row, or one a line.
    fn json(&mut self, reader: &mut dyn BufRead) {
        let mut start = Vec::new();
        let read = (&mut *reader).take(MAX_IN_MEMORY).read_to_end(&mut start);
        let text = start.strip_prefix(BYTE_ORDER_MARK).unwrap_or(&start);
        let whole = !matches!(read, Ok(length) if length as u64 == MAX_IN_MEMORY);
        if text::is_lines(text) {
            self.lines(&mut text.chain(reader));
        } else if whole {
            self.values_in(text);
        } else {
            let inner = text.chain(reader);
            let more = self.values(serde_json::Deserializer::from_reader(Bounded { inner, allowance: self.allowance.clone() }));
            // Of what is too long to be looked at again all counts as log data.
            self.looks |= more.is_some() || self.records == 0;
        }
        if read.is_err() {
            // That the JSON ends early follows from the break and is not told apart.
            self.faults.retain(|fault| *fault != FileFault::Json);
            self.fault(FileFault::Compression);
        }
        if whole && (self.records == 0 || !self.faults.is_empty()) {
            self.empty = self.empty || matches!(text.trim_ascii(), b"" | b"null" | b"\"\"");
            self.looks |= look::like_log(text) || text::is_broken_json(text) && self.faults.contains(&FileFault::Json);
        }
    }

    /// Reads values in a row, and goes on at the next line that begins one where something is broken.
    fn values_in(&mut self, text: &[u8]) {
        let mut rest = text;
        while let Some(at) = self.values(serde_json::Deserializer::from_slice(rest)) {
            let Some(after) = rest.get(at.max(1)..) else { return };
            let next = after.windows(2).position(|pair| matches!(pair, [b'\n', b'{' | b'[']));
            let Some(found) = next.and_then(|next| after.get(next + 1..)) else { return };
            rest = found;
        }
    }

    /// Reads values in a row; where one breaks, returns how many bytes were read before.
    fn values<'de, R: serde_json::de::Read<'de>>(&mut self, mut json: serde_json::Deserializer<R>) -> Option<usize> {
        loop {
            self.allowance.renew();
            if self.sink.stopped() || json.end().is_ok() {
                return None;
            }
            if let Err(error) = (Document { reading: self }).deserialize(&mut json) {
                if self.sink.stopped() {
                    return None;
                }
                self.fault(match () {
                    () if self.allowance.is_spent() => FileFault::TooLarge,
                    () if error.is_io() => FileFault::Compression,
                    () => FileFault::Json,
                });
                return Some(json.into_iter::<Value>().byte_offset());
            }
        }
    }

    /// Takes one JSON value; `listed` when it stands in a list of records, where nothing else belongs.
    fn item(&mut self, raw: &str, listed: bool) {
        match self.sink.take(Item::Raw(raw)) {
            Taken::Yes => self.records += 1,
            Taken::Unreadable => self.unreadable(),
            Taken::Wrapped => match bound::value(raw) {
                Ok(value) => self.entry(value, listed),
                Err(fault) => self.fault(fault),
            },
        }
    }
}

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// The fields that tell whether a record is wanted, borrowed from the text.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Header<'a> {
    pub(super) event_name: &'a str,
    pub(super) event_time: &'a str,
    pub(super) aws_region: &'a str,
    pub(super) recipient_account_id: &'a str,
    pub(super) read_only: Option<bool>,
    #[serde(rename = "eventID")]
    pub(super) event_id: Option<&'a str>,
}
