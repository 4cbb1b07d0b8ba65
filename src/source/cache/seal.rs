//! What is kept is sealed first: compressed, encrypted, and bound to where it belongs.
//!
//! Why encrypt even in memory and beside the key? Raw records hold live credentials. Sealed, they are in no core dump, no
//! swap, no backup of the store alone and no stray read of another caller's; what was tampered with does not open.

use std::fs::{self, DirBuilder, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::path::Path;

use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::hmac::{self, HMAC_SHA256};

use crate::config::plain_file;

/// Bytes of the secret in the key file.
const SECRET: usize = 32;

/// What something is kept under: a keyed digest of its place, and its name there. Tells nothing of the place without the key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(in crate::source) struct Label {
    /// See [`Seal::digest`].
    pub(in crate::source) place: [u8; 32],
    /// Two numbers that tell it from all else that is kept there, such as the first and the last second of an interval.
    pub(in crate::source) name: (i64, i64),
}

impl Label {
    /// Returns what is sealed along: what is kept is not believed under another label, nor where `bound` is another.
    fn bytes(&self, bound: &str) -> Aad<Vec<u8>> {
        Aad::from([&self.place[..], &self.name.0.to_be_bytes(), &self.name.1.to_be_bytes(), bound.as_bytes()].concat())
    }
}

/// The keys, made of one secret.
pub(super) struct Seal {
    cipher: LessSafeKey,
    places: hmac::Key,
}

impl Seal {
    fn new(secret: &[u8; SECRET]) -> Option<Self> {
        let root = hmac::Key::new(HMAC_SHA256, secret);
        let derived = |purpose: &str| hmac::sign(&root, purpose.as_bytes());
        let cipher = UnboundKey::new(&AES_256_GCM, derived("cipher").as_ref()).ok()?;
        Some(Self { cipher: LessSafeKey::new(cipher), places: hmac::Key::new(HMAC_SHA256, derived("places").as_ref()) })
    }

    /// Makes a key that lives as long as the process.
    pub(super) fn of_process() -> Option<Self> {
        Self::new(&fresh().ok()?)
    }

    /// Reads the key file, or makes it where there is none.
    ///
    /// Shape: only the owner may read the file. One that others may read, or that is no key, is replaced, which makes unknown
    /// what was sealed with it.
    pub(super) fn from_file(path: &Path) -> io::Result<Self> {
        let secret = match read(path) {
            Ok(secret) => secret,
            Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::InvalidData) => make(path, error.kind())?,
            Err(error) => return Err(error),
        };
        Self::new(&secret).ok_or_else(|| io::Error::other("the key could not be prepared"))
    }

    /// Returns the digest of parts that name a place.
    pub(super) fn digest(&self, parts: &[&str]) -> [u8; 32] {
        let mut digest = hmac::Context::with_key(&self.places);
        for part in parts {
            digest.update(&(part.len() as u64).to_be_bytes());
            digest.update(part.as_bytes());
        }
        digest.sign().as_ref().try_into().unwrap_or_default()
    }

    /// Seals bytes to their label and to what else they are bound to.
    pub(super) fn seal(&self, (label, bound): (&Label, &str), mut bytes: Vec<u8>) -> Option<Vec<u8>> {
        // Drawn at random: one key seals far fewer times than the 2^32 that 96 bits are good for (NIST SP 800-38D, 8.3).
        let nonce: [u8; NONCE_LEN] = fresh().ok()?;
        self.cipher.seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), label.bytes(bound), &mut bytes).ok()?;
        bytes.extend_from_slice(&nonce);
        Some(bytes)
    }

    /// Opens what was sealed to this; nothing when it was not, or not with this key, or has changed.
    pub(super) fn open(&self, (label, bound): (&Label, &str), mut sealed: Vec<u8>) -> Option<Vec<u8>> {
        let nonce = sealed.split_off(sealed.len().checked_sub(NONCE_LEN)?);
        let nonce = Nonce::try_assume_unique_for_key(&nonce).ok()?;
        let length = self.cipher.open_in_place(nonce, label.bytes(bound), &mut sealed).ok()?.len();
        sealed.truncate(length);
        Some(sealed)
    }
}

fn fresh<const N: usize>() -> io::Result<[u8; N]> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(io::Error::other)?;
    Ok(bytes)
}

fn read(path: &Path) -> io::Result<[u8; SECRET]> {
    let file = plain_file::open(path, OpenOptions::new().read(true))?;
    #[cfg(unix)]
    if std::os::unix::fs::MetadataExt::mode(&file.metadata()?) & 0o077 != 0 {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "others may read the key"));
    }
    let mut bytes = Vec::new();
    file.take(SECRET as u64 + 1).read_to_end(&mut bytes)?;
    bytes.try_into().map_err(|_| io::Error::new(io::ErrorKind::InvalidData, "it is no key"))
}

/// Writes a new key. Two processes that do so at once agree on the first one's, and one that is killed leaves no half of a key.
fn make(path: &Path, why: io::ErrorKind) -> io::Result<[u8; SECRET]> {
    let secret = fresh()?;
    let draft = path.with_extension(format!("{}.{:08x}", std::process::id(), getrandom::u32().map_err(io::Error::other)?));
    private(&draft)?.write_all(&secret)?;
    let placed = match why {
        io::ErrorKind::NotFound => fs::hard_link(&draft, path),
        _ => fs::rename(&draft, path),
    };
    let _ = fs::remove_file(&draft);
    match placed {
        Ok(()) => Ok(secret),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => read(path),
        Err(error) => Err(error),
    }
}

/// Makes a file that only its owner may read.
///
/// Errors: when it is there already, which leaves it as it is.
pub(super) fn private(path: &Path) -> io::Result<fs::File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Makes a folder that only its owner may look into, and those above it; one that is there stays as it is.
pub(super) fn private_folder(path: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}
