//! Log files in folders, as CloudTrail delivers them or as people export them.
//!
//! ```text
//! store        names under a prefix, and one object as bytes: a folder, a bucket, what is part of the program
//!   │ walk + select    from the query to the files that may answer it, by path and name alone, past all others
//! Listing
//!   │ scan             one thread a core, each with one file at a time; who waits never waits longer than the call has time
//!   │   content        packing, wrapping, records, piece by piece
//!   │   wants          which records are wanted, and what the file was seen to hold
//! Scan
//!   │ cells            how far the files of an account and region reach, and what is missing
//! Reading
//! ```
//!
//! Files are listed anew for every query and never held as a whole. A file that cannot be read to its end is a gap in the coverage that
//! names it; what was read before the break is kept. Everything that is read is bounded: entries of a listing, bytes and depth of a
//! value, what a file may inflate to, what the events of a call and of the process may hold (`watch`).
//!
//! What a file held is kept where `[cache] path` says so, and not read again for the next question about changes (`index`).
//!
//! A new place for archives is a `store::Store` in a file of its own, and a line in `location::open`.

mod bucket;
mod cells;
mod content;
mod direct;
mod folder;
mod index;
mod listing;
mod location;
mod proof;
mod scan;
mod select;
mod store;
mod walk;
mod wants;
mod watch;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

pub use self::bucket::Remote;
pub use self::direct::{BucketReader, Listed, OpenObject};
use self::index::Index;
use self::store::{Bundled, Store};
use self::watch::Halt;
use super::cache::Cache;
use super::delivery::LATEST_NAME;
use super::proof::Prover;
use super::{BoxFuture, Definition, Opened, Setup, Source};
use crate::config::settings::{ARCHIVE, DEMO};
use crate::coverage::{Attribute, Cell, Cost, LookUp, Note, Profile, Reading, SourceName, State, Unit, Words};
use crate::policy::{Presence, Ungated};
use crate::source::Query;

/// The source.
pub const DEFINITION: Definition = Definition { profile: &PROFILE, open };

/// What an archive on this machine is like.
pub static PROFILE: Profile = Profile {
    name: SourceName::new("archive"),
    title: "the archive",
    offered: true,
    auto: Some(2),
    asks_aws: false,
    by_region: false,
    by_account: false,
    retention: None,
    // Source: delivery lags by about 5 minutes and is to be planned as 15; 5 more for a file's own span.
    lag: LATEST_NAME,
    live: false,
    look_ups: &[
        LookUp { attribute: Attribute::EventName, spelling: "eventName" },
        LookUp { attribute: Attribute::AccessKeyId, spelling: "userIdentity.accessKeyId" },
        LookUp { attribute: Attribute::UserName, spelling: "userIdentity" },
        LookUp { attribute: Attribute::ResourceName, spelling: "requestParameters, responseElements, resources" },
    ],
    cost: Cost::Time { unit: Unit { name: "files", counts: "Archive files read." } },
    rereads: true,
    data_events: true,
    never_sees: "log files missing between others, which look like a quiet time; events delivered more than 20 minutes late",
    words: Words {
        holds: "log files",
        no_data: "has no log files for the window",
        part_missing: "has no log files for part of the window",
        no_data_next: "Add the log files of the missing interval, or ask for a window that the files cover.",
        denied_next: "For the operator: allow this process to read the files.",
        not_there: "no local log files are configured ([archive] locations) or named (--archive PATH)",
    },
};

/// What an archive is like of which a part, or all, is in S3.
pub static REMOTE_PROFILE: Profile = Profile {
    title: "the archive in S3",
    asks_aws: true,
    words: Words {
        denied_next: "For the operator: allow this identity, or the role of [archive] account, s3:ListBucket on the bucket, s3:GetObject on its \
                      objects and kms:Decrypt with their key; `cloudtrail-mcp iam-policy` prints the statements.",
        ..PROFILE.words
    },
    ..PROFILE
};

/// Folders and files of CloudTrail logs.
#[derive(Debug)]
pub struct Archive {
    stores: Arc<[Arc<dyn Store>]>,
    /// Who proves the files that are read. Default: nobody.
    prover: Option<Arc<dyn Prover>>,
    /// Where what files hold is kept, if that lasts. Default: nowhere.
    cache: Option<Arc<Cache>>,
}

/// Why an archive cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// No location was given.
    #[error("an archive needs at least one folder or file, such as --archive ./AWSLogs")]
    NoLocation,
    /// The location is no address of S3.
    #[error("archive location `{0}` is no bucket of S3, or has a pattern; write it as s3://bucket/prefix")]
    NoBucket(String),
    /// No file and no folder fits the pattern.
    #[error("archive location `{0}` matches nothing; a pattern is such as 'logs/*.json.gz', in quotes so that the shell leaves it alone")]
    NoMatch(String),
    /// More fit it than are opened one by one.
    #[error("archive location `{0}` matches more than 10,000 files and folders; name the folder that holds them")]
    TooManyMatches(String),
    /// Standard input is longer than is held in memory.
    #[error("standard input has more than 64 MiB; name the file instead: --archive FILE")]
    TooMuchInput,
    /// There is nothing at the location, or it may not be read.
    #[error("archive location `{location}` cannot be opened: {error}; give an existing folder or file, such as ./AWSLogs")]
    Unopened {
        /// As it was given.
        location: String,
        /// What the system says.
        error: std::io::Error,
    },
    /// The location is a device, a pipe or the like.
    #[error("archive location `{0}` is neither a folder nor a file")]
    NoFile(String),
}

fn open(setup: &Setup<'_>) -> Result<Option<Opened>, String> {
    let Setup { config, bundled: (name, bytes), .. } = setup;
    let opened = |archive: Archive, presence| {
        let archive = Archive { prover: setup.prover.clone(), ..archive };
        Some(Opened { source: Arc::new(archive), presence })
    };
    if config.get(&DEMO) {
        return Ok(opened(Archive::bundled(name, bytes), Presence::Given));
    }
    let given = config.get(&ARCHIVE);
    let (locations, presence) =
        if given.is_empty() { (config.archive_locations(), Presence::Configured) } else { (given, Presence::Given) };
    if locations.is_empty() {
        return Ok(None);
    }
    let remote = Remote::configured(config, setup.api.clone(), setup.home_region.clone());
    Archive::with(&locations, &remote).map(|archive| opened(archive.keeping(&setup.cache), presence)).map_err(|error| error.to_string())
}

impl Archive {
    /// Opens an archive: folders, files, patterns of both, and `-` for standard input, which alone is read at once.
    ///
    /// Errors: no location, one that cannot be opened, one that is no folder or file, a pattern of nothing.
    pub fn open(locations: &[PathBuf]) -> Result<Self, ArchiveError> {
        Self::with(locations, &Remote::default())
    }

    /// Opens an archive of which a part may be in S3: an address such as `s3://bucket/prefix`. Sends nothing.
    ///
    /// Errors: as [`Archive::open`], and an address that is none.
    pub fn with(locations: &[PathBuf], remote: &Remote) -> Result<Self, ArchiveError> {
        Ok(Self { stores: location::open(locations, remote)?, prover: None, cache: None })
    }

    /// Keeps what log files hold in `cache`, where that lasts longer than the process: a question for changes need not open them again then.
    #[must_use]
    pub fn keeping(self, cache: &Arc<Cache>) -> Self {
        Self { cache: Some(Arc::clone(cache)), ..self }
    }

    fn is_remote(&self) -> bool {
        self.stores.iter().any(|store| !store.lists_freely())
    }

    /// Makes an archive of one file that is part of the program; `name` tells its form by its ending, such as `.jsonl`.
    pub fn bundled(name: &'static str, bytes: &[u8]) -> Self {
        Self { stores: Arc::new([Arc::new(Bundled { name, bytes: bytes.into() })]), prover: None, cache: None }
    }
}

impl Source for Archive {
    fn profile(&self) -> &'static Profile {
        if self.is_remote() { &REMOTE_PROFILE } else { &PROFILE }
    }

    fn read<'a>(&'a self, query: &'a Query) -> BoxFuture<'a, Ungated> {
        Box::pin(async move {
            let stop = Arc::new(AtomicBool::new(false));
            let _stops_when_dropped = StopOnDrop(stop.clone());
            let halt = Halt { stop, until: Instant::now().checked_add(query.deadline()), ..Halt::default() };
            let halt = Arc::new(Halt { caller: query.caller().to_owned(), ..halt });
            let (prover, cache) = (self.prover.clone(), self.cache.clone());
            let (stores, asked) = (self.stores.clone(), query.clone());
            let scanned = tokio::task::spawn_blocking(move || {
                let index = cache.as_ref().and_then(Index::of);
                let mut scan = scan::scan(&stores, &asked, &halt, (prover.is_some(), index));
                let mut cells = cells::cells(&scan, &asked);
                let spent = [&halt.spent.lists, &halt.spent.gets].map(|count| count.load(Ordering::Relaxed));
                if let ([lists, gets], Some(cell)) = (spent, cells.first_mut())
                    && lists + gets > 0
                {
                    cell.notes.push(Note::Fetched(lists, gets, halt.spent.bytes.load(Ordering::Relaxed)));
                }
                if prover.is_some() {
                    proof::apply(prover, &stores, &asked, &halt, (&mut scan, &mut cells));
                }
                Reading { cells, survey: scan.survey(), cached: scan.cached(), events: scan.into_events(), ..Reading::default() }
            });
            scanned.await.unwrap_or_else(|_| Reading { cells: vec![broken(query)], ..Reading::default() }).into()
        })
    }
}

fn broken(query: &Query) -> Cell {
    let (account, region) = (query.account().unwrap_or_default(), query.region().unwrap_or_default());
    let mut cell = Cell::cut(account, region, query.source(), State::Failed, None).with(0, 0, [Note::BrokeOff]);
    cell.asked = query.asked();
    cell
}

/// Stops the scan when nobody waits for it any more.
struct StopOnDrop(Arc<AtomicBool>);

impl Drop for StopOnDrop {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests;
