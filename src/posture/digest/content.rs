//! The bytes of one object: inflated and hashed as they stream, whatever its length.

use std::io::{self, BufRead, BufReader, Read};

use flate2::bufread::GzDecoder;
use ring::digest::{Context, SHA256};

use super::report::Reason;

/// A SHA-256 hash.
pub(super) type Hash = [u8; 32];

/// Bytes that are read and hashed at a time.
const PIECE: usize = 64 << 10;

/// Most bytes that a log may inflate to.
///
/// Source: ours. CloudTrail closes files at some tens of megabytes of JSON; more than this is a bomb.
const MAX_LOG: u64 = 4 << 30;

/// Most bytes that a digest may inflate to: some 300 bytes a log file.
const MAX_DIGEST: u64 = 64 << 20;

/// How gzip begins.
const GZIP: [u8; 2] = [0x1f, 0x8b];

/// Why an object could not be hashed.
#[derive(Debug)]
pub(super) enum Fault {
    /// The bytes that lie there are not as CloudTrail delivers them.
    Content(Reason),
    /// They could not be read, which says nothing of them.
    Read(io::Error),
}

/// Hashes what a log inflates to.
///
/// Shape: a file that was inflated already is hashed as it is. More than one gzip member, or bytes after it, is a fault.
pub(super) fn hash(body: Box<dyn Read + Send>) -> Result<Hash, Fault> {
    let mut context = Context::new(&SHA256);
    inflate(body, MAX_LOG, |piece| context.update(piece))?;
    Ok(finished(context))
}

/// Reads a digest whole, with its hash.
pub(super) fn whole(body: Box<dyn Read + Send>) -> Result<(Vec<u8>, Hash), Fault> {
    let mut bytes = Vec::new();
    inflate(body, MAX_DIGEST, |piece| bytes.extend_from_slice(piece))?;
    let hash = hash_of(&bytes);
    Ok((bytes, hash))
}

/// Hashes bytes.
pub(super) fn hash_of(bytes: &[u8]) -> Hash {
    let mut context = Context::new(&SHA256);
    context.update(bytes);
    finished(context)
}

fn finished(context: Context) -> Hash {
    let mut hash = Hash::default();
    hash.copy_from_slice(context.finish().as_ref());
    hash
}

/// A reader that tells its own errors from those of what inflates it.
struct Marked<R> {
    inner: R,
    failed: Option<io::Error>,
}

impl<R: Read> Read for Marked<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            match self.inner.read(buffer) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => {
                    let kind = error.kind();
                    self.failed = Some(error);
                    return Err(kind.into());
                }
                read => return read,
            }
        }
    }
}

fn inflate(body: Box<dyn Read + Send>, most: u64, mut take: impl FnMut(&[u8])) -> Result<(), Fault> {
    let mut raw = BufReader::with_capacity(PIECE, Marked { inner: body, failed: None });
    let is_gzip = raw.fill_buf().map_err(Fault::Read)?.starts_with(&GZIP);
    let mut piece = vec![0; PIECE];
    if !is_gzip {
        return pump(&mut raw, &mut piece, most, &mut take).map_err(|broken| judge(broken, &mut raw));
    }
    let mut inflated = GzDecoder::new(&mut raw);
    let pumped = pump(&mut inflated, &mut piece, most, &mut take);
    drop(inflated);
    pumped.map_err(|broken| judge(broken, &mut raw))?;
    match raw.fill_buf() {
        Ok([]) => Ok(()),
        Ok(_) => Err(Fault::Content(Reason::TrailingBytes)),
        Err(error) => Err(Fault::Read(error)),
    }
}

/// Why a stream ended early.
enum Broken {
    TooLarge,
    Failed,
}

fn pump(from: &mut impl Read, piece: &mut [u8], most: u64, take: &mut impl FnMut(&[u8])) -> Result<(), Broken> {
    let mut left = most;
    loop {
        let read = from.read(piece).map_err(|_| Broken::Failed)?;
        let Some(bytes) = piece.get(..read).filter(|bytes| !bytes.is_empty()) else { return Ok(()) };
        left = left.checked_sub(read as u64).ok_or(Broken::TooLarge)?;
        take(bytes);
    }
}

fn judge<R>(broken: Broken, raw: &mut BufReader<Marked<R>>) -> Fault {
    match (broken, raw.get_mut().failed.take()) {
        (_, Some(error)) => Fault::Read(error),
        (Broken::TooLarge, None) => Fault::Content(Reason::TooLarge),
        (Broken::Failed, None) => Fault::Content(Reason::Damaged),
    }
}

/// Writes bytes in lower-case hexadecimal.
pub(super) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Reads hexadecimal; nothing where it is none.
pub(super) fn unhex(text: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u8>> = text.chars().map(|c| c.to_digit(16).and_then(|digit| u8::try_from(digit).ok())).collect();
    digits?.chunks(2).map(|pair| if let [high, low] = pair { Some(high << 4 | low) } else { None }).collect()
}

/// Reads the hash of a log or digest.
pub(super) fn unhash(text: &str) -> Option<Hash> {
    unhex(text)?.try_into().ok()
}
