//! The boundary between an archive and where it lies: names right under a prefix, in order, and one object as bytes.
//!
//! Everything above it (selection, scan, cells) is the same for a folder, a bucket and what is part of the program. A store knows
//! nothing of CloudTrail, policies or time.
//!
//! - A *key* is an address below the store's root: parts joined by `/`, none of them empty. A *prefix* is the empty text (the root
//!   itself) or ends with `/`.
//! - [`Store::list`] gives one level, as `ListObjectsV2` with the delimiter `/` does, page by page; who walks decides where to go down,
//!   and whether the next page is worth its request.
//! - Calls block and come from threads that may be left behind when they do not return: whoever waits for them has a clock. A store that
//!   takes several steps (entries, pages, retries, pieces of an object) asks [`Halt::check`] between them and passes its error on.
//! - An error says what is wrong by the [`FileFault`](crate::coverage::FileFault) that it carries, where the store knows one. One without is
//!   a prefix that is not there by its kind, [`io::ErrorKind::NotFound`], one of too many entries by `QuotaExceeded`, and else something that
//!   the system does not let us open.

use std::fmt;
use std::fs::File;
use std::io::{self, Cursor, Read, Seek};
use std::ops::ControlFlow;
use std::sync::Arc;

use super::watch::Halt;
use crate::source::proof::Root;

/// A place where an archive lies.
pub(super) trait Store: Send + Sync + fmt::Debug {
    /// Returns the path of its root as people write it, with `/` between the parts: what the parts say of account, region and day
    /// counts, and it tells two stores apart.
    fn root(&self) -> &str;

    /// Tells whether a listing costs next to nothing, so that it may be used to find out more than which files to read.
    fn lists_freely(&self) -> bool;

    /// Tells how many objects are best read side by side; nothing where that is a matter of cores alone.
    fn at_once(&self) -> Option<usize> {
        None
    }

    /// Calls `each` with what lies right under `ask.prefix`, in the order of the bytes of its keys, until that breaks off.
    ///
    /// Shape: one page for each request; a store where a listing costs nothing gives all in one.
    /// Errors: the prefix cannot be listed (any more); what was given before is right. What cannot be told of one entry is an
    /// [`Entry::Unreadable`].
    fn list(&self, ask: &Ask<'_>, halt: &Halt, each: &mut dyn FnMut(Page) -> ControlFlow<()>) -> io::Result<()>;

    /// Opens an object.
    fn open(&self, key: &str, halt: &Arc<Halt>) -> io::Result<Box<dyn Bytes>>;

    /// Returns what tells the version of an object that is there now from all others under its key; `listed` is what the listing told of it.
    ///
    /// Shape: a first word that is [`Bytes::version`], where that tells. Nothing where none can be told, or it may still change unseen.
    fn stamp(&self, _key: &str, _listed: Option<&str>) -> Option<String> {
        None
    }

    /// Returns where logs that are to be proven lie, with the time and the caller of `halt`; nothing for what has no digests beside it.
    fn to_prove(&self, _halt: &Halt) -> Option<Root> {
        None
    }

    /// Returns where an entry that is a link leads, as an address that is the same for all links to the same thing; nothing for what leads
    /// to what this store lists anyway. Stores without links have none.
    fn behind(&self, _link: &str) -> io::Result<Option<Behind>> {
        Ok(None)
    }
}

/// What to list.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Ask<'a> {
    /// Under what.
    pub(super) prefix: &'a str,
    /// Keys up to and with this one are not wanted; the empty text stands before all.
    pub(super) after: &'a str,
    /// Whether only the first few objects are wanted, however deep they lie. Asked only where a listing costs.
    pub(super) first_below: bool,
}

/// What one request of a listing gave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Page {
    /// In the order of the bytes of their keys.
    pub(super) entries: Vec<Entry>,
    /// Whether there is more behind them.
    pub(super) more: bool,
}

impl Page {
    /// Makes a page behind which there is nothing.
    pub(super) fn only(entries: Vec<Entry>) -> Self {
        Self { entries, more: false }
    }
}

/// What lies right under a prefix.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Entry {
    /// A folder: its prefix, which ends with `/`.
    Folder(String),
    /// An object: its key, and what the listing tells of its version.
    Object(String, Option<Box<str>>),
    /// A link, whose target is to be asked for by [`Store::behind`]: its key.
    Link(String),
    /// Something of which nothing more can be told: its key.
    Unreadable(String),
}

impl Entry {
    /// Returns its key; a folder's is its prefix.
    pub(super) fn key(&self) -> &str {
        match self {
            Self::Folder(key) | Self::Object(key, _) | Self::Link(key) | Self::Unreadable(key) => key,
        }
    }
}

/// What a link leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Behind {
    /// The target's own address.
    pub(super) target: String,
    /// Whether it is a folder; else it is an object.
    pub(super) folder: bool,
}

/// The bytes of an object. Going back is needed for zip archives alone; what streams answers `Unsupported`.
pub(super) trait Bytes: Read + Seek + Send {
    /// Returns what the store told of their version as it gave them; nothing where it tells of that otherwise.
    fn version(&self) -> Option<&str> {
        None
    }
}

impl Bytes for File {}

impl Bytes for Cursor<Arc<[u8]>> {}

/// A file that is part of the program.
#[derive(Debug)]
pub(super) struct Bundled {
    /// Its name.
    pub(super) name: &'static str,
    /// What it holds.
    pub(super) bytes: Arc<[u8]>,
}

impl Store for Bundled {
    fn root(&self) -> &str {
        ""
    }

    fn lists_freely(&self) -> bool {
        true
    }

    fn list(&self, ask: &Ask<'_>, _halt: &Halt, each: &mut dyn FnMut(Page) -> ControlFlow<()>) -> io::Result<()> {
        if ask.prefix.is_empty() && self.name > ask.after {
            let _ = each(Page::only(vec![Entry::Object(self.name.to_owned(), None)]));
        }
        Ok(())
    }

    fn open(&self, _key: &str, _halt: &Arc<Halt>) -> io::Result<Box<dyn Bytes>> {
        Ok(Box::new(Cursor::new(self.bytes.clone())))
    }
}
