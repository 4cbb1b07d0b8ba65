//! Known incidents: a folder of files, one for each id.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::plain_file::{self, within};

/// The most that is read of one investigation, in bytes.
const MAX_BYTES: u64 = 1 << 20;

/// The most ids that are listed.
const MAX_LISTED: usize = 1000;

/// Where an id's investigation may stand, best first.
const PLACES: [&str; 4] = [".json", "/alert.json", ".txt", ".md"];

/// Why a known investigation, or the folder, could not be read.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The folder is missing, not a folder, or not readable.
    #[error("the folder of investigations ([investigations] path) cannot be read: {0}")]
    Folder(#[source] std::io::Error),
    /// The file is there but not readable as text.
    #[error("investigation {id} cannot be read: {cause}")]
    File {
        /// Which one.
        id: String,
        /// Why.
        #[source]
        cause: std::io::Error,
    },
    /// The file is larger than 1 MiB.
    #[error("investigation {0} is larger than 1 MiB, which is the most that is read")]
    TooLarge(String),
    /// A link leads out of the folder.
    #[error("investigation {0} is a link that leads out of the folder of investigations")]
    Outside(String),
}

/// The folder of `[investigations] path`.
#[derive(Clone, Debug)]
pub struct Store {
    folder: PathBuf,
}

impl Store {
    /// Opens the folder; what is in it is read anew at each call.
    ///
    /// Errors: `Folder`, when it cannot be found or is not one.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        let folder = path.canonicalize().map_err(StoreError::Folder)?;
        if !folder.is_dir() {
            return Err(StoreError::Folder(ErrorKind::NotADirectory.into()));
        }
        Ok(Self { folder })
    }

    /// Returns the folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Reads the text of the investigation of this exact id, untrusted; nothing when there is none, or when `id` is not of the form of one.
    ///
    /// Errors: one that is there but cannot be read, or not in time; never for an unknown id.
    pub fn load(&self, id: &str) -> Result<Option<String>, StoreError> {
        if !is_id(id) {
            return Ok(None);
        }
        let (store, owned) = (self.clone(), id.to_owned());
        let read = within(plain_file::PATIENCE, move || store.read(&owned));
        read.unwrap_or_else(|cause| Err(StoreError::File { id: id.to_owned(), cause }))
    }

    fn read(&self, id: &str) -> Result<Option<String>, StoreError> {
        for place in PLACES {
            let unreadable = |cause| StoreError::File { id: id.to_owned(), cause };
            let path = match self.folder.join(format!("{id}{place}")).canonicalize() {
                Ok(path) => path,
                Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => continue,
                Err(error) => return Err(unreadable(error)),
            };
            if !path.starts_with(&self.folder) {
                return Err(StoreError::Outside(id.to_owned()));
            }
            if !path.is_file() {
                continue;
            }
            return match plain_file::read_text(&path, MAX_BYTES) {
                Ok(text) => Ok(Some(text)),
                Err(error) if error.kind() == ErrorKind::FileTooLarge => Err(StoreError::TooLarge(id.to_owned())),
                Err(error) => Err(unreadable(error)),
            };
        }
        Ok(None)
    }

    /// Returns the known ids, for completions.
    ///
    /// Shape: sorted, each once, at most 1,000.
    /// Errors: `Folder`, when it cannot be read, or not in time.
    pub fn list(&self) -> Result<Vec<String>, StoreError> {
        let store = self.clone();
        within(plain_file::PATIENCE, move || store.ids()).unwrap_or_else(|late| Err(StoreError::Folder(late)))
    }

    fn ids(&self) -> Result<Vec<String>, StoreError> {
        let mut ids = Vec::new();
        for entry in fs::read_dir(&self.folder).map_err(StoreError::Folder)? {
            let name = entry.map_err(StoreError::Folder)?.file_name();
            let Some(name) = name.to_str() else { continue };
            let stem = PLACES.iter().find_map(|place| name.strip_suffix(place)).unwrap_or(name);
            let is_one = PLACES.iter().any(|place| self.folder.join(format!("{stem}{place}")).is_file());
            if is_id(stem) && is_one {
                ids.push(stem.to_owned());
            }
        }
        ids.sort_unstable();
        ids.dedup();
        ids.truncate(MAX_LISTED);
        Ok(ids)
    }
}

/// Tells whether `id` has the form of an investigation's id: `[A-Za-z0-9_-]{1,64}`.
pub fn is_id(id: &str) -> bool {
    (1..=64).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn store(files: &[(&str, &str)]) -> (tempfile::TempDir, Store) {
        let parent = tempfile::tempdir().unwrap();
        let folder = parent.path().join("investigations");
        fs::create_dir(&folder).unwrap();
        for (name, text) in files {
            fs::create_dir_all(folder.join(name).parent().unwrap()).unwrap();
            fs::write(folder.join(name), text).unwrap();
        }
        let store = Store::open(&folder).unwrap();
        (parent, store)
    }

    #[test]
    fn json_is_preferred_to_text() {
        let (_folder, store) = store(&[("a.md", "text"), ("a.json", "{}"), ("b.md", "text"), ("c/alert.json", "[]")]);
        assert_eq!(store.load("a").unwrap(), Some("{}".to_owned()));
        assert_eq!(store.load("b").unwrap(), Some("text".to_owned()));
        assert_eq!(store.load("c").unwrap(), Some("[]".to_owned()));
    }

    #[test]
    fn an_unknown_or_malformed_id_is_none() {
        let (folder, store) = store(&[("a.json", "{}")]);
        fs::write(folder.path().join("secret.json"), "{}").unwrap();
        for id in ["b", "", "../secret", "..", "a.json", "/etc/passwd", "a/../a", "a\0", "ä", &"a".repeat(65)] {
            assert_eq!(store.load(id).unwrap(), None, "{id}");
        }
    }

    #[test]
    #[cfg(unix)]
    fn a_link_out_of_the_folder_is_refused() {
        let (folder, store) = store(&[("a.json", "{}")]);
        fs::write(folder.path().join("secret.json"), "{}").unwrap();
        let inside = folder.path().join("investigations");
        std::os::unix::fs::symlink(folder.path().join("secret.json"), inside.join("out.json")).unwrap();
        std::os::unix::fs::symlink(inside.join("a.json"), inside.join("in.json")).unwrap();
        assert!(matches!(store.load("out"), Err(StoreError::Outside(_))));
        assert!(store.load("in").unwrap().is_some());
    }

    #[test]
    fn a_file_that_is_too_large_is_an_error_and_not_cut() {
        let large = "ä".repeat(usize::try_from(MAX_BYTES).unwrap() / 2 + 1);
        let (_folder, store) = store(&[("large.json", &large), ("just.txt", &"a".repeat(1 << 20))]);
        assert!(matches!(store.load("large"), Err(StoreError::TooLarge(_))));
        assert_eq!(store.load("just").unwrap().unwrap().len(), 1 << 20);
    }

    #[test]
    fn a_file_that_is_not_text_is_an_error() {
        let (folder, store) = store(&[]);
        fs::write(folder.path().join("investigations/bad.json"), [0xff, 0xfe]).unwrap();
        assert!(matches!(store.load("bad"), Err(StoreError::File { .. })));
    }

    #[test]
    fn ids_are_listed_sorted_and_once() {
        let (_folder, store) =
            store(&[("b.json", ""), ("b.md", ""), ("a/alert.json", ""), ("not an id.json", ""), ("x.csv", ""), ("empty/other", "")]);
        assert_eq!(store.list().unwrap(), ["a", "b"]);
    }

    #[test]
    fn a_missing_folder_is_an_error_that_names_the_key() {
        let parent = tempfile::tempdir().unwrap();
        let error = Store::open(&parent.path().join("none")).unwrap_err();
        assert!(error.to_string().contains("[investigations] path"));
    }
}
