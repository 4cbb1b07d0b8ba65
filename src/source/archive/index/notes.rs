//! What a file was seen to hold, noted record by record, and as bytes.
//!
//! ```text
//! content   accounts and regions, each with the times of all its records   place, time and length of each text   texts
//! ```
//! Numbers are as short as they can be: seven bits a byte.

use std::ops::Range;

use chrono::{DateTime, Utc};

use super::super::content::Content;

/// Most bytes of texts that are kept of one file.
const MAX_TEXTS: usize = 8 << 20;

/// Most accounts and regions of one file; CloudTrail's own have one of each.
const MAX_PAIRS: usize = 256;

/// What a file was seen to hold, before any filter: the time and place of every record, and the text of those that may be changes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::source::archive) struct Notes {
    pub(super) pairs: Vec<Pair>,
    pub(super) texts: Vec<Text>,
    /// All texts, one after another.
    pub(super) bytes: Vec<u8>,
    /// The pair and the time of a record whose text is still to come.
    awaited: Option<(usize, i64)>,
    /// The pair of the last record: the next one is of the same, as a rule.
    last: usize,
}

/// The records of one account and region.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Pair {
    pub(super) account: String,
    pub(super) region: String,
    /// Of all its records, in seconds.
    pub(super) times: Vec<i64>,
}

/// A record that may be a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Text {
    /// Its account and region, by position.
    pub(super) pair: usize,
    pub(super) time: i64,
    /// Where in the texts it stands.
    pub(super) range: Range<usize>,
}

impl Notes {
    /// Notes a record; nothing where it cannot be noted as it is, and so not the file either.
    ///
    /// Shape: where `text`, that of the record has to follow before the next one.
    pub(in crate::source::archive) fn record(&mut self, (account, region): (&str, &str), time: DateTime<Utc>, text: bool) -> Option<()> {
        let is = |pair: &Pair| pair.account == account && pair.region == region;
        let at = match self.pairs.get(self.last).is_some_and(is) {
            true => self.last,
            false => self.pairs.iter().position(is).unwrap_or(self.pairs.len()),
        };
        if at == self.pairs.len() {
            self.pairs.push(Pair { account: account.to_owned(), region: region.to_owned(), times: Vec::new() });
        }
        let whole = time.timestamp_subsec_nanos() == 0 && self.awaited.is_none() && at < MAX_PAIRS;
        let seconds = Some(time.timestamp()).filter(|_| whole)?;
        self.pairs.get_mut(at)?.times.push(seconds);
        self.awaited = text.then_some((at, seconds));
        self.last = at;
        Some(())
    }

    /// Takes the text of the record that was noted last, where that is wanted; nothing where it cannot be kept.
    pub(in crate::source::archive) fn text(&mut self, text: &[u8]) -> Option<()> {
        let Some((pair, time)) = self.awaited.take() else { return Some(()) };
        let from = self.bytes.len();
        let fits = from + text.len() <= MAX_TEXTS && std::str::from_utf8(text).is_ok();
        fits.then(|| self.bytes.extend_from_slice(text))?;
        self.texts.push(Text { pair, time, range: from..self.bytes.len() });
        Some(())
    }

    /// Tells whether the text of a record is missing.
    pub(super) fn is_open(&self) -> bool {
        self.awaited.is_some()
    }

    /// Returns how much it holds.
    pub(super) fn size(&self) -> usize {
        let times: usize = self.pairs.iter().map(|pair| pair.times.len() * size_of::<i64>()).sum();
        self.bytes.len() + times + self.texts.len() * size_of::<Text>()
    }

    /// Writes it, in front of the texts.
    pub(super) fn write(&self, content: Content) -> Vec<u8> {
        let mut out = Vec::with_capacity(self.bytes.len() + self.texts.len() * 8 + 256);
        out.push(match content {
            Content::Log => 0,
            Content::Digest => 1,
            Content::Other => 2,
        });
        put(&mut out, self.pairs.len() as u64);
        for pair in &self.pairs {
            for name in [&pair.account, &pair.region] {
                put(&mut out, name.len() as u64);
                out.extend_from_slice(name.as_bytes());
            }
            let mut times = pair.times.clone();
            times.sort_unstable();
            put(&mut out, times.len() as u64);
            let mut before = 0;
            for time in times {
                put(&mut out, zigzag(time.wrapping_sub(before)));
                before = time;
            }
        }
        put(&mut out, self.texts.len() as u64);
        let mut before = 0;
        for text in &self.texts {
            put(&mut out, text.pair as u64);
            put(&mut out, zigzag(text.time.wrapping_sub(before)));
            put(&mut out, text.range.len() as u64);
            before = text.time;
        }
        out.extend_from_slice(&self.bytes);
        out
    }

    /// Reads what [`Notes::write`] wrote; the times of each pair come in order, and the texts stay where they are.
    pub(super) fn read(bytes: &[u8]) -> Option<(Content, Self, &[u8])> {
        let (content, mut rest) = bytes.split_first()?;
        let content = match content {
            0 => Content::Log,
            1 => Content::Digest,
            2 => Content::Other,
            _ => return None,
        };
        let mut notes = Self::default();
        for _ in 0..take(&mut rest)? {
            let mut pair = Pair { account: name(&mut rest)?, region: name(&mut rest)?, times: Vec::new() };
            let mut before = 0;
            for _ in 0..take(&mut rest)? {
                before = unzigzag(take(&mut rest)?).wrapping_add(before);
                pair.times.push(before);
            }
            notes.pairs.push(pair);
        }
        let (mut before, mut from) = (0, 0_usize);
        for _ in 0..take(&mut rest)? {
            let pair = usize::try_from(take(&mut rest)?).ok()?;
            before = unzigzag(take(&mut rest)?).wrapping_add(before);
            let to = from.checked_add(usize::try_from(take(&mut rest)?).ok()?)?;
            notes.texts.push(Text { pair, time: before, range: from..to });
            from = to;
        }
        (rest.len() == from).then_some((content, notes, rest))
    }
}

fn put(out: &mut Vec<u8>, mut number: u64) {
    while number > 0x7f {
        out.push(0x80 | (number & 0x7f) as u8);
        number >>= 7;
    }
    out.push(number as u8);
}

fn take(bytes: &mut &[u8]) -> Option<u64> {
    let mut number = 0;
    for shift in (0..64).step_by(7) {
        let (byte, rest) = bytes.split_first()?;
        *bytes = rest;
        number |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(number);
        }
    }
    None
}

fn name(bytes: &mut &[u8]) -> Option<String> {
    let length = usize::try_from(take(bytes)?).ok()?;
    let (name, rest) = bytes.split_at_checked(length)?;
    *bytes = rest;
    String::from_utf8(name.to_owned()).ok()
}

/// Makes small numbers of those that are near zero, whichever way.
fn zigzag(number: i64) -> u64 {
    ((number << 1) ^ (number >> 63)) as u64
}

fn unzigzag(number: u64) -> i64 {
    (number >> 1) as i64 ^ -((number & 1) as i64)
}
