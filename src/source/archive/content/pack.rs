//! What packs a file: gzip, zip, zstd, one in another.

use std::io::{BufRead, BufReader, Cursor, Read, Seek, SeekFrom};

use ring::digest::{Context, SHA256};
use ruzstd::decoding::StreamingDecoder;
use zip::ZipArchive;

use super::bound::{zip_entries, zstd_has_checksum, zstd_window};
use super::gunzip::Gunzip;
use super::{FileFault, MAX_IN_MEMORY, MAX_INFLATED, Reading};
use crate::source::archive::store::Bytes;
use crate::source::archive::watch::Ended;

/// Deepest packing in packing.
const MAX_PACKS: u32 = 4;

/// Bytes that are read at once.
const BUFFER: usize = 64 << 10;

/// Most files in a zip that are read.
const MAX_FILES: usize = 10_000;

/// Largest window of zstd that is read; what is packed without extra flags stays below.
const MAX_WINDOW: u64 = 16 << 20;

/// How a file is packed.
enum Pack {
    Gzip,
    Zip,
    Zstd,
    None,
}

impl Pack {
    fn of(head: &[u8]) -> Self {
        match head {
            [0x1f, 0x8b, ..] => Self::Gzip,
            [b'P', b'K', 3 | 5, 4 | 6, ..] => Self::Zip,
            // A frame, or one that is to be skipped.
            [0x28, 0xb5, 0x2f, 0xfd, ..] | [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => Self::Zstd,
            _ => Self::None,
        }
    }
}

/// Hashes what passes, where that is wanted.
struct Hashed<R> {
    inner: R,
    context: Option<Context>,
}

impl<R: Read> Read for Hashed<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let read = self.inner.read(buffer)?;
        if let (Some(context), Some(bytes)) = (&mut self.context, buffer.get(..read)) {
            context.update(bytes);
        }
        Ok(read)
    }
}

impl Reading<'_> {
    /// Reads a file as it lies on disk.
    pub(super) fn file(&mut self, file: &mut dyn Bytes) {
        let mut head = [0; 4];
        let Some(length) = read_full(file, &mut head) else {
            self.looks = true;
            return self.fault(FileFault::Unopened);
        };
        // What only streams cannot go back, and is read whole from memory if need be.
        if matches!(Pack::of(&head), Pack::Zip) && file.seek(SeekFrom::Start(0)).is_ok() {
            return self.zip(file, MAX_PACKS);
        }
        let head = head.get(..length).unwrap_or_default();
        self.stream(&mut BufReader::with_capacity(BUFFER, Cursor::new(head).chain(file)), MAX_PACKS);
    }

    /// Reads what may be packed; the ending is not trusted: downloads often arrive inflated under their old name.
    fn stream(&mut self, reader: &mut dyn BufRead, packs: u32) {
        let pack = match reader.fill_buf() {
            Ok([]) => {
                self.empty = self.records == 0;
                return;
            }
            // A short first read tells too little.
            Ok(head) if head.len() < 4 => {
                let mut start = Vec::new();
                if reader.take(4).read_to_end(&mut start).is_err() {
                    self.fault(FileFault::Compression);
                }
                if start.len() < 4 {
                    return self.plain(&mut start.as_slice());
                }
                return self.stream(&mut BufReader::with_capacity(BUFFER, Cursor::new(start).chain(reader)), packs);
            }
            Ok(head) => Pack::of(head),
            Err(_) => {
                self.looks = true;
                return self.fault(FileFault::Compression);
            }
        };
        let Some(packs) = packs.checked_sub(1) else {
            self.looks = true;
            return self.fault(FileFault::TooLarge);
        };
        match pack {
            Pack::Gzip => self.gzip(reader, packs),
            Pack::Zstd => self.zstd(reader, packs),
            Pack::Zip => {
                let mut bytes = Vec::new();
                match reader.take(MAX_IN_MEMORY).read_to_end(&mut bytes) {
                    Ok(length) if (length as u64) < MAX_IN_MEMORY => self.zip(&mut Cursor::new(bytes), packs),
                    Ok(_) => {
                        self.looks = true;
                        self.fault(FileFault::TooLarge);
                    }
                    Err(_) => {
                        self.looks = true;
                        self.fault(FileFault::Compression);
                    }
                }
            }
            Pack::None => self.counted(reader, |reading, reader| reading.plain(reader)),
        }
    }

    /// Reads what is packed, in a way that may have a checksum of all its bytes.
    fn packed(&mut self, reader: &mut dyn BufRead, packs: u32, checksum: bool) {
        let outer = self.checksummed;
        self.checksummed |= checksum;
        self.stream(reader, packs);
        self.checksummed = outer;
    }

    /// Reads within what may still be inflated.
    fn counted(&mut self, reader: &mut dyn BufRead, read: impl FnOnce(&mut Self, &mut dyn BufRead)) {
        let mut limited = reader.take(self.left);
        read(self, &mut limited);
        self.left = limited.limit();
        if self.left == 0 {
            self.looks = true;
            self.fault(FileFault::TooLarge);
        }
    }

    /// Tells whether it is worth reading on to the end, so that the checksum is compared also when the JSON ended or broke earlier.
    fn wants_checksum(&mut self) -> bool {
        let broken = |fault: &FileFault| matches!(fault, FileFault::Compression | FileFault::TooLarge | FileFault::Unopened);
        !self.sink.stopped() && !self.faults.iter().any(broken)
    }

    fn gzip(&mut self, reader: &mut dyn BufRead, packs: u32) {
        let context = (packs + 1 == MAX_PACKS && self.sink.wants_hash()).then(|| Context::new(&SHA256));
        let inner = Hashed { inner: Gunzip::new(reader, self.scratch.inflate.take()), context };
        let mut inflated = BufReader::with_capacity(BUFFER, Ended { inner, halt: self.halt.clone() }.take(MAX_INFLATED));
        self.packed(&mut inflated, packs, true);
        if !self.wants_checksum() {
            self.looks |= self.faults.contains(&FileFault::Compression);
            return;
        }
        if std::io::copy(&mut inflated, &mut std::io::sink()).is_err() {
            self.looks = true;
            return self.fault(FileFault::Compression);
        }
        let inflated = inflated.into_inner();
        if inflated.limit() == 0 {
            self.looks = true;
            return self.fault(FileFault::TooLarge);
        }
        let Hashed { inner: mut gunzip, context } = inflated.into_inner().inner;
        let ended = matches!(gunzip.inner().fill_buf(), Ok([]));
        self.scratch.inflate = Some(gunzip.into_inflate());
        if !ended {
            self.looks = true;
            return self.fault(FileFault::TrailingBytes);
        }
        if let Some(hash) = context.and_then(|context| context.finish().as_ref().try_into().ok()) {
            self.sink.hashed(hash);
        }
    }

    fn zstd(&mut self, mut reader: &mut dyn BufRead, packs: u32) {
        loop {
            // A window is held in memory.
            if reader.fill_buf().is_ok_and(|head| zstd_window(head).is_some_and(|window| window > MAX_WINDOW)) {
                self.looks = true;
                return self.fault(FileFault::TooLarge);
            }
            let checksum = reader.fill_buf().is_ok_and(zstd_has_checksum);
            let Ok(decoder) = StreamingDecoder::new(&mut reader) else {
                self.looks = true;
                return self.fault(FileFault::Compression);
            };
            let mut inflated = BufReader::with_capacity(BUFFER, Ended { inner: decoder, halt: self.halt.clone() }.take(MAX_INFLATED));
            self.packed(&mut inflated, packs, checksum);
            self.looks |= self.faults.contains(&FileFault::Compression);
            if !self.wants_checksum() {
                return;
            }
            if std::io::copy(&mut inflated, &mut std::io::sink()).is_err() {
                self.looks = true;
                return self.fault(FileFault::Compression);
            }
            let decoder = inflated.into_inner().into_inner().inner.decoder;
            let (told, counted) = (decoder.get_checksum_from_data(), decoder.get_calculated_checksum());
            if told.is_some_and(|told| counted != Some(told)) {
                self.looks = true;
                return self.fault(FileFault::Compression);
            }
            if !matches!(reader.fill_buf(), Ok([_, ..])) {
                return;
            }
        }
    }

    fn zip(&mut self, mut file: impl Read + Seek, packs: u32) {
        // What an archive lists is held in memory.
        if zip_entries(&mut file).is_ok_and(|entries| entries == usize::MAX) {
            self.looks = true;
            return self.fault(FileFault::TooLarge);
        }
        let Ok(mut zip) = ZipArchive::new(file) else {
            self.looks = true;
            return self.fault(FileFault::Compression);
        };
        if zip.len() > MAX_FILES {
            self.looks = true;
            self.fault(FileFault::TooLarge);
        }
        for index in 0..zip.len().min(MAX_FILES) {
            if self.sink.stopped() {
                return;
            }
            let Ok(entry) = zip.by_index(index) else {
                self.looks = true;
                self.fault(FileFault::Foreign);
                continue;
            };
            if entry.is_dir() {
                continue;
            }
            let name = entry.name().map(std::borrow::Cow::into_owned).unwrap_or_default();
            self.sink.enter(&name);
            let mut inflated = BufReader::with_capacity(BUFFER, Ended { inner: entry, halt: self.halt.clone() }.take(MAX_INFLATED));
            let (before, strange, looks) = (self.records, self.strange, self.looks);
            self.packed(&mut inflated, packs, true);
            if std::io::copy(&mut inflated, &mut std::io::sink()).is_err() {
                self.fault(FileFault::Compression);
            }
            // What lies beside logs in the same zip is none by its content; a log's name in it counts as one.
            let called = name.contains("CloudTrail") && self.records == before;
            self.looks |= called || self.faults.contains(&FileFault::Compression);
            if self.records == before {
                self.strange = strange + u64::from(called || self.looks && !looks);
            }
        }
    }
}

/// Reads as much of `buffer` as there is; nothing when the system does not let us.
fn read_full(file: &mut dyn Bytes, buffer: &mut [u8]) -> Option<usize> {
    let mut length = 0;
    while let Some(rest) = buffer.get_mut(length..).filter(|rest| !rest.is_empty()) {
        match file.read(rest) {
            Ok(0) => break,
            Ok(read) => length += read,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(_) => return None,
        }
    }
    Some(length)
}
