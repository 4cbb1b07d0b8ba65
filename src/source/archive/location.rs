//! What people name as an archive: folders, files, patterns of both, and standard input.

use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::ArchiveError;
use super::bucket::{Bucket, Remote};
use super::folder::Folder;
use super::store::{Bundled, Store};

/// How standard input is named.
pub(super) const STDIN: &str = "-";

/// Most bytes that are read from standard input, which is held in memory.
const MAX_STDIN: u64 = 64 << 20;

/// Most files and folders that a pattern may name.
const MAX_MATCHES: usize = 10_000;

/// Opens every location; nothing is read yet of files and folders but whether they are there.
pub(super) fn open(locations: &[PathBuf], remote: &Remote) -> Result<Arc<[Arc<dyn Store>]>, ArchiveError> {
    if locations.is_empty() {
        return Err(ArchiveError::NoLocation);
    }
    let (mut paths, mut stores): (Vec<PathBuf>, Vec<Arc<dyn Store>>) = (Vec::new(), Vec::new());
    let mut read = false;
    for location in locations {
        let shown = location.display().to_string();
        match () {
            () if shown.starts_with("s3:") => {
                let bucket = Bucket::new(&shown, remote).ok_or(ArchiveError::NoBucket(shown))?;
                stores.push(Arc::new(bucket));
            }
            () if shown == STDIN && !read => {
                read = true;
                stores.push(Arc::new(stdin()?));
            }
            () if shown == STDIN => {}
            () if is_pattern(location, &shown) => paths.extend(matches(&shown)?),
            () => paths.push(location.clone()),
        }
    }
    for path in &paths {
        let location = path.display().to_string();
        match path.metadata() {
            Ok(data) if data.is_dir() || data.is_file() => {}
            Ok(_) => return Err(ArchiveError::NoFile(location)),
            Err(error) => return Err(ArchiveError::Unopened { location, error }),
        }
    }
    stores.extend(apart(paths).iter().map(|path| Arc::new(Folder::new(path)) as Arc<dyn Store>));
    Ok(stores.into())
}

/// Tells whether a location is a pattern; what is there by this very name is none.
fn is_pattern(location: &Path, shown: &str) -> bool {
    shown.contains(['*', '?', '[']) && location.symlink_metadata().is_err()
}

fn matches(pattern: &str) -> Result<Vec<PathBuf>, ArchiveError> {
    let unmatched = || ArchiveError::NoMatch(pattern.to_owned());
    let found = glob::glob(pattern).map_err(|_| unmatched())?;
    let found: Vec<PathBuf> = found.filter_map(Result::ok).take(MAX_MATCHES + 1).collect();
    match found.len() {
        0 => Err(unmatched()),
        1..=MAX_MATCHES => Ok(found),
        _ => Err(ArchiveError::TooManyMatches(pattern.to_owned())),
    }
}

fn stdin() -> Result<Bundled, ArchiveError> {
    let mut bytes = Vec::new();
    let read = std::io::stdin().lock().take(MAX_STDIN + 1).read_to_end(&mut bytes);
    match read {
        Ok(length) if length as u64 <= MAX_STDIN => Ok(Bundled { name: "stdin", bytes: bytes.into() }),
        Ok(_) => Err(ArchiveError::TooMuchInput),
        Err(error) => Err(ArchiveError::Unopened { location: STDIN.to_owned(), error }),
    }
}

/// Returns the paths that lie in no other one of them, so that no file is listed twice.
fn apart(paths: Vec<PathBuf>) -> Vec<PathBuf> {
    let real = |path: PathBuf| (path.canonicalize().unwrap_or_else(|_| path.clone()), path);
    let mut real: Vec<(PathBuf, PathBuf)> = paths.into_iter().map(real).collect();
    // What lies in a folder comes right after it.
    real.sort_by(|a, b| a.0.cmp(&b.0));
    let mut kept: Vec<(PathBuf, PathBuf)> = Vec::new();
    for one in real {
        if kept.last().is_none_or(|outer| !one.0.starts_with(&outer.0)) {
            kept.push(one);
        }
    }
    kept.into_iter().map(|(_, path)| path).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn locations_in_one_another_are_listed_once_and_patterns_name_what_they_match() {
        let folder = tempfile::TempDir::new().unwrap();
        let at = |name: &str| folder.path().join(name);
        for name in ["a/b/x.json", "a.b/y.json", "c/z.json"] {
            std::fs::create_dir_all(at(name).parent().unwrap()).unwrap();
            std::fs::write(at(name), "").unwrap();
        }
        let roots = |locations: &[PathBuf]| {
            let stores = open(locations, &Remote::default()).map_err(|error| error.to_string())?;
            let below =
                |store: &Arc<dyn Store>| store.root().rsplit_once(folder.path().file_name()?.to_str()?).map(|(_, below)| below.to_owned());
            Ok::<_, String>(stores.iter().filter_map(below).collect::<Vec<_>>())
        };
        assert_eq!(roots(&[at("a/b"), at("a"), at("a.b"), at("a/b/x.json"), at("a")]), Ok(vec!["/a".into(), "/a.b".into()]));
        assert_eq!(roots(&[at("*/*.json")]), Ok(vec!["/a.b/y.json".into(), "/c/z.json".into()]));
        assert_eq!(roots(&[at("**/*.json")]).map(|roots| roots.len()), Ok(3));
        assert!(roots(&[at("*.gz")]).is_err_and(|error| error.contains("matches nothing")));
    }
}
