//! A folder, or one file, of this machine as a store.

use std::fs::{self, DirEntry, OpenOptions};
use std::io;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::config::plain_file;

use super::store::{Ask, Behind, Bytes, Entry, Page, Store};
use super::watch::Halt;
use crate::source::proof::Root;

/// A folder or a file.
#[derive(Debug)]
pub(super) struct Folder {
    path: PathBuf,
    shown: String,
    /// The path without any link, under which all that lies there is listed.
    real: Option<PathBuf>,
}

impl Folder {
    /// Names a folder or a file that is there.
    pub(super) fn new(path: &Path) -> Self {
        let real = fs::canonicalize(path).ok();
        let shown = real.as_deref().unwrap_or(path).to_string_lossy().replace(std::path::MAIN_SEPARATOR, "/");
        Self { path: path.into(), shown, real }
    }

    fn at(&self, key: &str) -> PathBuf {
        // A file that was named has its own name as its only key.
        if self.is_file() { self.path.clone() } else { self.path.join(key) }
    }

    fn is_file(&self) -> bool {
        self.path.is_file()
    }
}

impl Store for Folder {
    fn root(&self) -> &str {
        &self.shown
    }

    fn lists_freely(&self) -> bool {
        true
    }

    fn to_prove(&self, _halt: &Halt) -> Option<Root> {
        Some(Root::Folder(self.shown.clone()))
    }

    fn list(&self, ask: &Ask<'_>, halt: &Halt, each: &mut dyn FnMut(Page) -> ControlFlow<()>) -> io::Result<()> {
        if self.is_file() {
            let name = self.path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            if ask.prefix.is_empty() && name.as_str() > ask.after {
                let _ = each(Page::only(vec![Entry::Object(name, None)]));
            }
            return Ok(());
        }
        let mut entries: Vec<Entry> = Vec::new();
        for entry in fs::read_dir(self.path.join(ask.prefix))? {
            halt.check()?;
            let entry = entry?;
            let entry = named(&entry, ask.prefix);
            if entry.key() > ask.after {
                entries.push(entry);
            }
            if entries.len() > MAX_IN_FOLDER {
                return Err(io::Error::new(io::ErrorKind::QuotaExceeded, "the folder has too many entries"));
            }
        }
        entries.sort_unstable_by(|a, b| a.key().cmp(b.key()));
        let _ = each(Page::only(entries));
        Ok(())
    }

    fn open(&self, key: &str, _halt: &Arc<Halt>) -> io::Result<Box<dyn Bytes>> {
        Ok(Box::new(plain_file::open(&self.at(key), OpenOptions::new().read(true))?))
    }

    fn stamp(&self, key: &str, _listed: Option<&str>) -> Option<String> {
        let data = fs::metadata(self.at(key)).ok()?;
        let changed = data.modified().ok()?;
        // What was written a moment ago may be written again within the same tick of the clock, and by the same process.
        SystemTime::now().duration_since(changed).ok().filter(|age| *age >= SETTLED)?;
        let since = changed.duration_since(UNIX_EPOCH).ok()?.as_nanos();
        #[cfg(unix)]
        let kept = (std::os::unix::fs::MetadataExt::ctime(&data), std::os::unix::fs::MetadataExt::ctime_nsec(&data));
        #[cfg(not(unix))]
        let kept = (0, 0);
        Some(format!("{} {since} {}.{}", data.len(), kept.0, kept.1))
    }

    fn behind(&self, link: &str) -> io::Result<Option<Behind>> {
        let path = self.path.join(link);
        let real = fs::canonicalize(&path)?;
        if self.real.as_ref().is_some_and(|own| real.starts_with(own)) {
            return Ok(None);
        }
        let data = fs::metadata(&path)?;
        let target = real.to_string_lossy().into_owned();
        // Neither devices nor pipes are logs.
        Ok((data.is_dir() || data.is_file()).then(|| Behind { target, folder: data.is_dir() }))
    }
}

/// How long a file has to have stayed the same before its time of change tells it from what comes after.
///
/// Source: FAT counts time in steps of two seconds, other file systems in shorter ones.
const SETTLED: Duration = Duration::from_secs(2);

/// Most entries of one folder that are put in order.
const MAX_IN_FOLDER: usize = 500_000;

/// Tells what a directory entry is, without a look at what it leads to.
fn named(entry: &DirEntry, prefix: &str) -> Entry {
    let name = entry.file_name();
    let Some(text) = name.to_str() else { return Entry::Unreadable(format!("{prefix}{}", name.to_string_lossy())) };
    let key = format!("{prefix}{text}");
    match entry.file_type() {
        Ok(kind) if kind.is_dir() => Entry::Folder(format!("{key}/")),
        // What is neither, such as a pipe, is found out at the opening; a link to one is not followed.
        Ok(kind) if kind.is_file() => Entry::Object(key, None),
        Ok(kind) if kind.is_symlink() => Entry::Link(key),
        Ok(_) => Entry::Link(key),
        Err(_) => Entry::Unreadable(key),
    }
}
