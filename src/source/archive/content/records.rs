//! The short way through `{"Records":[…]}`: records are split, and those that nobody wants are dropped unparsed.
//!
//! A record is dropped only where all that decides over it is certain: fields at the top of the record, in the order in which CloudTrail
//! writes them, without an escape, each there once. Every other record is cut out by its brackets and handed on whole; what is
//! no such file, or ceases to be one, goes on the slow way from there. So for all that is JSON both ways give the same.
//!
//! Why is what is dropped surely one record? It is read member by member, from its first bracket to its last, and each value to its own end.
//!
//! What it does not see is damage inside of a record that it drops. Hence it is taken only where a checksum tells of any damage, as gzip's does.

use std::io::{BufRead, Cursor, ErrorKind, Read};

use chrono::{DateTime, NaiveDate, Utc};

use super::bound::MAX_VALUE;
use super::skip::{plain_bytes, plain_string, string_end, value_end};
use super::{FileFault, Item, Reading, Taken};

/// How such a file begins.
pub(super) const BEGIN: &[u8] = b"{\"Records\":[";

/// Bytes that are inflated at once, so that they are still near when they are looked at.
const CHUNK: usize = if cfg!(test) { 2 << 10 } else { 256 << 10 };

/// What JSON counts as white space.
const WHITE: &[u8] = b" \t\r\n";

/// Records between two questions whether more is wanted.
const RECORDS: usize = 64;

/// What decides whether a record is wanted, as it stands in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::source::archive) struct Plain<'a> {
    pub(in crate::source::archive) name: &'a str,
    pub(in crate::source::archive) time: DateTime<Utc>,
    pub(in crate::source::archive) region: &'a str,
    pub(in crate::source::archive) account: &'a str,
    pub(in crate::source::archive) id: &'a str,
    pub(in crate::source::archive) read_only: bool,
}

/// A record that was recognised, and the place after it.
struct Recognised<'a> {
    plain: Plain<'a>,
    end: usize,
}

/// What stands at a place of the list.
enum Next {
    /// It goes on at this place.
    At(usize),
    /// It does not end in what was read so far.
    More,
    /// The list ends at this place.
    End(usize),
    /// From this place on the slow way has to be taken; a comma stands before it, or not.
    Slow(usize, bool),
}

/// What was inflated and is looked at.
struct Window {
    /// Longer than what it holds: what lies behind that is of no meaning.
    bytes: Vec<u8>,
    filled: usize,
}

impl Window {
    fn held(&self) -> &[u8] {
        self.bytes.get(..self.filled).unwrap_or_default()
    }

    /// Reads a chunk; tells whether it was the last.
    fn fill(&mut self, reader: &mut dyn BufRead) -> Result<bool, ()> {
        let end = self.filled + CHUNK;
        if self.bytes.len() < end {
            self.bytes.resize(end, 0);
        }
        while self.filled < end {
            let Some(room) = self.bytes.get_mut(self.filled..end) else { return Ok(true) };
            match reader.read(room) {
                Ok(0) => return Ok(true),
                Ok(read) => self.filled += read,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(_) => return Err(()),
            }
        }
        Ok(false)
    }

    /// Forgets what stands before `at`.
    fn pass(&mut self, at: usize) {
        self.bytes.copy_within(at..self.filled, 0);
        self.filled -= at;
    }
}

impl Reading<'_> {
    /// Reads a file that begins so.
    pub(super) fn records(&mut self, reader: &mut dyn BufRead) {
        let mut begin = Vec::new();
        if (&mut *reader).take(BEGIN.len() as u64).read_to_end(&mut begin).is_err() || begin != BEGIN {
            return self.json(&mut Cursor::new(begin).chain(reader));
        }
        (self.lists, self.own_list) = (true, true);
        let mut window = Window { bytes: std::mem::take(&mut self.scratch.window), filled: 0 };
        self.walk(&mut window, reader);
        // A long record leaves no large buffer behind.
        if window.bytes.len() <= 4 * CHUNK {
            self.scratch.window = window.bytes;
        }
    }

    fn walk(&mut self, window: &mut Window, reader: &mut dyn BufRead) {
        let (mut at, mut comma) = (0, false);
        loop {
            let Ok(whole) = window.fill(reader) else {
                let _ = self.run(window.held(), &mut at, &mut comma);
                return self.fault(FileFault::Compression);
            };
            match self.run(window.held(), &mut at, &mut comma) {
                Next::More | Next::At(_) if self.sink.stopped() => return,
                Next::More | Next::At(_) if !whole && (window.filled - at) as u64 <= MAX_VALUE => {
                    window.pass(at);
                    at = 0;
                }
                Next::More | Next::At(_) => return self.slow(window.held(), at, comma, reader),
                Next::Slow(at, comma) => return self.slow(window.held(), at, comma, reader),
                Next::End(end) => return self.end(window.held(), end, reader),
            }
        }
    }

    /// Takes what stands in the list from `at` on, as far as it was read.
    fn run(&mut self, bytes: &[u8], at: &mut usize, comma: &mut bool) -> Next {
        for count in 1_usize.. {
            match self.record(bytes, *at, *comma) {
                Next::At(next) => (*at, *comma) = (next, true),
                other => return other,
            }
            if count % RECORDS == 0 && self.sink.stopped() {
                return Next::More;
            }
        }
        Next::More
    }

    /// Takes the record that begins at `at`.
    fn record(&mut self, bytes: &[u8], at: usize, comma: bool) -> Next {
        match bytes.get(at) {
            None => return Next::More,
            Some(b'{') => {}
            Some(b']') if !comma => return Next::End(at),
            Some(_) => return Next::Slow(at, comma),
        }
        if let Some(Recognised { plain, end }) = recognise(bytes, at)
            && let Some(wanted) = self.sink.judge(&plain)
        {
            if wanted {
                let Some(raw) = bytes.get(at..end).and_then(|raw| std::str::from_utf8(raw).ok()) else { return Next::Slow(at, comma) };
                match self.sink.take(Item::Judged(raw)) {
                    Taken::Yes => self.records += 1,
                    Taken::Unreadable | Taken::Wrapped => self.unreadable(),
                }
                if self.sink.stopped() {
                    return Next::More;
                }
            } else {
                self.sink.pass(bytes.get(at..end).unwrap_or_default());
                self.records += 1;
            }
            return after(bytes, end);
        }
        let Some(end) = value_end(bytes, at) else { return Next::More };
        // What follows has to be there, or it is not known whether the list goes on.
        let next = match after(bytes, end) {
            Next::More => return Next::More,
            next => next,
        };
        let Some(raw) = bytes.get(at..end).and_then(|raw| std::str::from_utf8(raw).ok()) else { return Next::Slow(at, comma) };
        match self.sink.take(Item::Raw(raw)) {
            Taken::Yes => self.records += 1,
            Taken::Unreadable => self.unreadable(),
            Taken::Wrapped => return Next::Slow(at, comma),
        }
        if self.sink.stopped() { Next::More } else { next }
    }

    /// Goes on the slow way, as if the list began here.
    fn slow(&mut self, bytes: &[u8], at: usize, comma: bool, reader: &mut dyn BufRead) {
        // A comma that nothing follows has to be seen there, too.
        let comma: &[u8] = if comma && bytes.get(at) == Some(&b']') { b"," } else { b"" };
        let rest = bytes.get(at..).unwrap_or_default();
        self.json(&mut BEGIN.chain(comma).chain(rest).chain(reader));
    }

    /// Reads what follows the list.
    fn end(&mut self, bytes: &[u8], at: usize, reader: &mut dyn BufRead) {
        let rest = bytes.get(at..).unwrap_or_default();
        let Some(rest) = rest.strip_prefix(b"]}") else { return self.slow(bytes, at, false, reader) };
        // As a rule it ends here.
        let white = rest.iter().take_while(|byte| WHITE.contains(byte)).count();
        let mut rest = rest.get(white..).unwrap_or_default().chain(reader);
        match rest.fill_buf() {
            Ok([]) => {}
            Ok(_) => self.json(&mut rest),
            Err(_) => self.fault(FileFault::Compression),
        }
    }
}

/// Tells what follows a record.
fn after(bytes: &[u8], end: usize) -> Next {
    let next = |at: usize| bytes.get(at..)?.iter().position(|byte| !WHITE.contains(byte)).map(|length| at + length);
    let Some(at) = next(end) else { return Next::More };
    match bytes.get(at) {
        Some(b',') => match next(at + 1) {
            Some(at) if bytes.get(at) == Some(&b'{') => Next::At(at),
            Some(at) => Next::Slow(at, true),
            None => Next::More,
        },
        Some(b']') => Next::End(at),
        _ => Next::Slow(at, false),
    }
}

/// Reads the record that begins at `at`, as CloudTrail writes them; nothing for any other.
fn recognise(bytes: &[u8], at: usize) -> Option<Recognised<'_>> {
    let at = expect(bytes, at, b"{\"eventVersion\":\"")?;
    let at = string_end(bytes, at)?;
    let at = expect(bytes, at, b"\",\"userIdentity\":")?;
    let at = value_end(bytes, at)?;
    let at = expect(bytes, at, b",\"eventTime\":")?;
    let (time, at) = plain_string(bytes, at)?;
    let at = expect(bytes, at, b",\"eventSource\":\"")?;
    let at = string_end(bytes, at)?;
    let at = expect(bytes, at, b"\",\"eventName\":")?;
    let (name, at) = plain_string(bytes, at)?;
    let at = expect(bytes, at, b",\"awsRegion\":")?;
    let (region, begin) = plain_string(bytes, at)?;

    let tail = tail(bytes, begin)?;
    let time = time_of(time)?;
    let plain = Plain { name, time, region, account: tail.account?, id: tail.id?, read_only: tail.read_only? };
    Some(Recognised { plain, end: tail.end })
}

/// The members of a record that decide over it, behind `awsRegion`.
#[derive(Default)]
struct Tail<'a> {
    id: Option<&'a str>,
    account: Option<&'a str>,
    read_only: Option<bool>,
    end: usize,
}

/// Reads the members of a record from the comma or the bracket at `at` on, to what shows that the record is at its end.
fn tail(bytes: &[u8], mut at: usize) -> Option<Tail<'_>> {
    let mut tail = Tail::default();
    loop {
        match bytes.get(at)? {
            b',' => {}
            b'}' => break,
            _ => return None,
        }
        let (key, value) = plain_bytes(bytes, at + 1)?;
        let value = expect(bytes, value, b":")?;
        match key {
            b"readOnly" if tail.read_only.is_none() => {
                let end = value_end(bytes, value)?;
                tail.read_only = Some(match bytes.get(value..end)? {
                    b"true" => true,
                    b"false" => false,
                    _ => return None,
                });
                at = end;
            }
            b"recipientAccountId" if tail.account.is_none() => {
                let (account, end) = plain_string(bytes, value)?;
                (tail.account, at) = (Some(account), end);
            }
            b"eventID" if tail.id.is_none() => {
                let (id, end) = plain_string(bytes, value)?;
                (tail.id, at) = (Some(id), end);
            }
            b"readOnly" | b"recipientAccountId" | b"eventID" | b"eventTime" | b"eventName" | b"awsRegion" => return None,
            _ => at = value_end(bytes, value)?,
        }
    }
    tail.end = at + 1;
    match (bytes.get(at + 1)?, bytes.get(at + 2)) {
        (b',', Some(b'{')) | (b']', _) => Some(tail),
        _ => None,
    }
}

/// Returns the place after `text`, which has to stand at `at`.
fn expect(bytes: &[u8], at: usize, text: &[u8]) -> Option<usize> {
    bytes.get(at..)?.starts_with(text).then_some(at + text.len())
}

/// Reads a time as CloudTrail writes it, `2026-01-27T20:00:00Z`, and no other.
fn time_of(text: &str) -> Option<DateTime<Utc>> {
    let bytes: &[u8; 20] = text.as_bytes().try_into().ok()?;
    let number =
        |digits: &[u8]| digits.iter().try_fold(0_u32, |number, byte| byte.is_ascii_digit().then(|| number * 10 + u32::from(*byte - b'0')));
    let [y @ .., b'-', mo1, mo2, b'-', d1, d2, b'T', h1, h2, b':', m1, m2, b':', s1, s2, b'Z'] = bytes else { return None };
    let year = i32::try_from(number(y)?).ok()?;
    let day = NaiveDate::from_ymd_opt(year, number(&[*mo1, *mo2])?, number(&[*d1, *d2])?)?;
    day.and_hms_opt(number(&[*h1, *h2])?, number(&[*m1, *m2])?, number(&[*s1, *s2])?).map(|time| time.and_utc())
}

#[cfg(test)]
pub(super) mod tests;
