//! What one value may cost: bytes, values in it, depth. JSON of a few megabytes can become gigabytes of values.

use std::cell::Cell;
use std::io::{self, Read};
use std::rc::Rc;

use serde_json::Value;

use super::FileFault;
use super::compact::Compact;
use crate::event::is_heavy;

/// Longest value that is made of JSON, in bytes.
///
/// Source: CloudTrail's own events stay below 256 KiB, those of event data stores below 1 MiB.
pub(super) const MAX_VALUE: u64 = if cfg!(test) { 1 << 20 } else { 4 << 20 };

/// Tells whether a JSON text is longer, or of more values, than any record.
pub(in crate::source::archive) fn is_too_large(text: &str) -> bool {
    text.len() as u64 > MAX_VALUE || is_heavy(text)
}

/// Makes a value of one JSON text.
///
/// Errors: it is longer, or of more values, than any record; or it is no JSON, or nested too deeply.
pub(in crate::source::archive) fn value(text: &str) -> Result<Value, FileFault> {
    if is_too_large(text) {
        return Err(FileFault::TooLarge);
    }
    serde_json::from_str::<Compact>(text).map(|compact| compact.0).map_err(|_| FileFault::Json)
}

/// How many bytes may still be read until the next value begins.
#[derive(Clone, Debug, Default)]
pub(super) struct Allowance(Rc<Cell<u64>>);

impl Allowance {
    /// Begins the next value.
    pub(super) fn renew(&self) {
        self.0.set(MAX_VALUE);
    }

    /// Tells whether a value was too long.
    pub(super) fn is_spent(&self) -> bool {
        self.0.get() == 0
    }
}

/// A reader that ends with an error where a value is too long.
pub(super) struct Bounded<R> {
    pub(super) inner: R,
    pub(super) allowance: Allowance,
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = self.allowance.0.get();
        if left == 0 {
            return Err(io::Error::other("the value is too long"));
        }
        let most = usize::try_from(left).unwrap_or(usize::MAX).min(buffer.len());
        let read = self.inner.read(buffer.get_mut(..most).unwrap_or_default())?;
        self.allowance.0.set(left.saturating_sub(read as u64));
        Ok(read)
    }
}

/// UTF-16 as UTF-8, as it is read.
pub(super) struct Utf16<R> {
    inner: R,
    big: bool,
    /// The first half of a character that is not whole yet.
    high: Option<u16>,
    /// UTF-8 that is not given yet, last byte first.
    rest: Vec<u8>,
    begun: bool,
}

impl<R: Read> Utf16<R> {
    /// Reads text of the given order of bytes.
    pub(super) fn new(inner: R, big: bool) -> Self {
        Self { inner, big, high: None, rest: Vec::new(), begun: false }
    }

    fn unit(&mut self) -> io::Result<Option<u16>> {
        let mut pair = [0; 2];
        for byte in &mut pair {
            let mut one = [0];
            if self.inner.read(&mut one)? == 0 {
                return Ok(None);
            }
            let [read] = one;
            *byte = read;
        }
        Ok(Some(if self.big { u16::from_be_bytes(pair) } else { u16::from_le_bytes(pair) }))
    }

    fn fill(&mut self) -> io::Result<()> {
        while self.rest.is_empty() {
            let Some(unit) = self.unit()? else { return Ok(()) };
            let units = self.high.take().into_iter().chain([unit]);
            let mut text = String::new();
            for decoded in char::decode_utf16(units) {
                match decoded {
                    Ok(c) => text.push(c),
                    Err(error) if error.unpaired_surrogate() == unit && (0xd800..0xdc00).contains(&unit) => self.high = Some(unit),
                    Err(_) => text.push(char::REPLACEMENT_CHARACTER),
                }
            }
            if !std::mem::replace(&mut self.begun, true) {
                text = text.trim_start_matches('\u{feff}').to_owned();
            }
            self.rest.extend(text.bytes().rev());
        }
        Ok(())
    }
}

impl<R: Read> Read for Utf16<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut count = 0;
        for slot in buffer {
            if self.rest.is_empty() {
                self.fill()?;
            }
            let Some(byte) = self.rest.pop() else { break };
            *slot = byte;
            count += 1;
        }
        Ok(count)
    }
}

/// Returns the size of the window that a frame of zstd asks for, in bytes; nothing where its head is not whole.
///
/// Source: RFC 8878, 3.1.1.1.
pub(super) fn zstd_window(head: &[u8]) -> Option<u64> {
    let descriptor = *head.get(4)?;
    if descriptor & 0x20 == 0 {
        let window = *head.get(5)?;
        let base = 1_u64 << (10 + (window >> 3));
        return Some(base + base / 8 * u64::from(window & 7));
    }
    let at = 5 + match descriptor & 3 {
        3 => 4,
        id => usize::from(id),
    };
    let length = 1_usize << (descriptor >> 6);
    let bytes = head.get(at..at + length)?;
    let size = bytes.iter().rev().fold(0_u64, |size, byte| size << 8 | u64::from(*byte));
    Some(if length == 2 { size + 256 } else { size })
}

/// Tells whether a frame of zstd ends with a checksum of what it holds.
///
/// Source: RFC 8878, 3.1.1.1.1.
pub(super) fn zstd_has_checksum(head: &[u8]) -> bool {
    head.starts_with(b"\x28\xb5\x2f\xfd") && head.get(4).is_some_and(|descriptor| descriptor & 0x04 != 0)
}

/// Returns how many entries a zip archive says that it has, and more than any where it does not say.
///
/// Source: PKWARE APPNOTE 4.3.16.
pub(super) fn zip_entries(file: &mut (impl Read + io::Seek)) -> io::Result<usize> {
    const RECORD: usize = 22;
    const LONGEST: u64 = RECORD as u64 + 0xffff;
    let length = file.seek(io::SeekFrom::End(0))?;
    file.seek(io::SeekFrom::Start(length.saturating_sub(LONGEST)))?;
    let mut tail = Vec::new();
    file.take(LONGEST).read_to_end(&mut tail)?;
    file.seek(io::SeekFrom::Start(0))?;
    let at = tail.windows(4).rposition(|mark| mark == b"PK\x05\x06");
    let count = at.and_then(|at| tail.get(at + 10..at + 12)).and_then(|bytes| <[u8; 2]>::try_from(bytes).ok()).map(u16::from_le_bytes);
    Ok(count.filter(|count| *count < u16::MAX).map_or(usize::MAX, usize::from))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn utf16_is_read_as_utf8_whatever_the_pieces() {
        let text = "\u{feff}{\"a\": \"é😀\"}";
        let units: Vec<u16> = text.encode_utf16().chain([0xd800, u16::from(b'x')]).collect();
        for big in [true, false] {
            let bytes: Vec<u8> = units.iter().flat_map(|unit| if big { unit.to_be_bytes() } else { unit.to_le_bytes() }).collect();
            let mut read = String::new();
            Utf16::new(bytes.as_slice(), big).read_to_string(&mut read).unwrap();
            assert_eq!(read, "{\"a\": \"é😀\"}\u{fffd}x");
        }
    }

    #[test]
    fn a_value_of_too_many_values_is_refused_however_short_it_is() {
        assert_eq!(value(&format!("[{}1]", "1,".repeat(200_000))), Err(FileFault::TooLarge));
        assert_eq!(value(&"[".repeat(5_000)), Err(FileFault::Json));
        assert!(value("[1, 2]").is_ok());
    }

    #[test]
    fn the_window_of_a_frame_is_told_by_its_head() {
        assert_eq!(zstd_window(b"\x28\xb5\x2f\xfd\x00\x58"), Some(2 << 20));
        assert_eq!(zstd_window(b"\x28\xb5\x2f\xfd\x60\x00\x01"), Some(512));
        assert_eq!(zstd_window(b"\x28\xb5\x2f\xfd\x20\x05"), Some(5));
        assert_eq!(zstd_window(b"\x28\xb5"), None);
    }
}
