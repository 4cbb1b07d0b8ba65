//! Where sealed slices lie: one table of SQLite, in memory or in a file that several processes share.
//!
//! Why SQLite? A killed process leaves a store that the next one opens, two processes may use it at once, and size and order
//! of leaving are a query. What it does not know is whether a row tells the truth; that is the seal's business.

use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, OptionalExtension as _, params};

use super::seal::{self, Label};

/// Version of the table; another one's table is dropped.
const VERSION: i64 = 1;
/// Bytes of a page.
const PAGE: u64 = 4096;
/// How long another process's writing is waited for, and at the opening of the store.
const BUSY: Duration = Duration::from_millis(100);
/// See [`BUSY`].
const BUSY_OPENING: Duration = Duration::from_secs(1);
/// The part of the room, 1 in this many, that is for the write-ahead log, that one slice may fill, and that leaves at once.
const PART: u64 = 8;

/// A place for sealed slices, of bounded size.
pub(super) struct Store {
    connection: Connection,
    path: Option<PathBuf>,
    max_bytes: u64,
}

/// A row without its content.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row {
    id: i64,
    pub(super) label: Label,
}

/// Tells whether an error means that the file is no store, or no whole one.
pub(super) fn is_broken(error: &rusqlite::Error) -> bool {
    matches!(error.sqlite_error_code(), Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase))
}

impl Store {
    /// Opens a store in memory.
    pub(super) fn in_memory(max_bytes: u64) -> rusqlite::Result<Self> {
        Self::prepared(Connection::open_in_memory()?, None, max_bytes)
    }

    /// Opens or makes the store in a file; one that is broken is set aside, and a new one made.
    ///
    /// Errors: as the system has them, such as no room or no leave to write.
    pub(super) fn in_file(path: &Path, max_bytes: u64) -> rusqlite::Result<Self> {
        match Self::opened(path, max_bytes) {
            Err(error) if is_broken(&error) => {
                set_aside(path);
                Self::opened(path, max_bytes)
            }
            opened => opened,
        }
    }

    fn opened(path: &Path, max_bytes: u64) -> rusqlite::Result<Self> {
        // The file is made here only so that it is private from the start; when it is there, it must not be opened and closed
        // besides SQLite, as that would undo this process's locks on it.
        let _ = seal::private(path);
        Self::prepared(Connection::open(path)?, Some(path.to_owned()), max_bytes)
    }

    fn prepared(connection: Connection, path: Option<PathBuf>, max_bytes: u64) -> rusqlite::Result<Self> {
        let store = Self { connection, path, max_bytes };
        let connection = &store.connection;
        connection.busy_timeout(BUSY_OPENING)?;
        // What a failing disk or power may break is found out by the seal, or by SQLite, and is only a cache.
        connection.execute_batch(&format!(
            "PRAGMA page_size = {PAGE}; PRAGMA auto_vacuum = INCREMENTAL; PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF; \
             PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON; PRAGMA wal_autocheckpoint = {}; PRAGMA journal_size_limit = {};",
            (max_bytes / PART / PAGE / 2).clamp(8, 1000),
            max_bytes / PART / 2,
        ))?;
        if store.number("user_version")? != VERSION {
            connection.execute_batch(&format!(
                "BEGIN IMMEDIATE; DROP TABLE IF EXISTS slice;
                 CREATE TABLE slice (id INTEGER PRIMARY KEY, place BLOB NOT NULL, start INTEGER NOT NULL, end INTEGER NOT NULL,
                                     used INTEGER NOT NULL, sealed BLOB NOT NULL, UNIQUE (place, start, end)) STRICT;
                 CREATE INDEX slice_used ON slice (used);
                 PRAGMA user_version = {VERSION}; COMMIT;"
            ))?;
        }
        store.shrink()?;
        connection.busy_timeout(BUSY)?;
        Ok(store)
    }

    fn number(&self, pragma: &str) -> rusqlite::Result<i64> {
        self.connection.query_row(&format!("PRAGMA {pragma}"), [], |row| row.get(0))
    }

    /// Fits a store that was larger into its room, and bounds it.
    fn shrink(&self) -> rusqlite::Result<()> {
        let max_pages = i64::try_from((self.max_bytes - self.max_bytes / PART) / PAGE).unwrap_or(i64::MAX);
        while self.number("page_count")? - self.number("freelist_count")? > max_pages && self.evict()? > 0 {}
        if self.number("page_count")? > max_pages {
            // Each step frees one page.
            let mut vacuum = self.connection.prepare("PRAGMA incremental_vacuum")?;
            let mut steps = vacuum.query([])?;
            while steps.next()?.is_some() {}
        }
        self.number(&format!("max_page_count = {max_pages}")).map(|_| ())
    }

    /// Deletes the slices that were not used for longest.
    fn evict(&self) -> rusqlite::Result<usize> {
        let count: i64 = self.connection.query_row("SELECT count(*) FROM slice", [], |row| row.get(0))?;
        let leave = (count / i64::try_from(PART).unwrap_or(1)).max(1);
        self.connection.execute("DELETE FROM slice WHERE id IN (SELECT id FROM slice ORDER BY used LIMIT ?1)", [leave])
    }

    /// Returns the rows of a place that touch an interval, by their start, the longest first.
    pub(super) fn rows(&self, asked: &Label) -> rusqlite::Result<Vec<Row>> {
        let query = "SELECT id, start, end FROM slice WHERE place = ?1 AND start <= ?3 AND end >= ?2 ORDER BY start, end DESC";
        let mut statement = self.connection.prepare(query)?;
        let row = |row: &rusqlite::Row<'_>| {
            Ok(Row { id: row.get(0)?, label: Label { place: asked.place, start: row.get(1)?, end: row.get(2)? } })
        };
        statement.query_map(params![asked.place, asked.start, asked.end], row)?.collect()
    }

    /// Returns a row's content and marks it as used; nothing when it has gone meanwhile.
    pub(super) fn sealed(&self, row: Row) -> rusqlite::Result<Option<Vec<u8>>> {
        let sealed = self.connection.query_row("SELECT sealed FROM slice WHERE id = ?1", [row.id], |row| row.get(0)).optional()?;
        // That it was used is lost when another process is writing, which costs nothing but its place in the order.
        let _ = self.connection.execute("UPDATE slice SET used = (SELECT max(used) + 1 FROM slice) WHERE id = ?1", [row.id]);
        Ok(sealed)
    }

    /// Deletes a row.
    pub(super) fn forget(&self, row: Row) -> rusqlite::Result<()> {
        self.connection.execute("DELETE FROM slice WHERE id = ?1", [row.id]).map(|_| ())
    }

    /// Keeps a slice; others leave for it. One that would fill too much of the room alone is not kept.
    pub(super) fn insert(&self, label: &Label, sealed: &[u8]) -> rusqlite::Result<()> {
        if sealed.len() as u64 > self.max_bytes / PART {
            return Ok(());
        }
        let insert = "INSERT OR REPLACE INTO slice (place, start, end, used, sealed) \
                      VALUES (?1, ?2, ?3, (SELECT coalesce(max(used), 0) + 1 FROM slice), ?4)";
        loop {
            match self.connection.execute(insert, params![label.place, label.start, label.end, sealed]) {
                Err(error) if error.sqlite_error_code() == Some(ErrorCode::DiskFull) && self.evict()? > 0 => {}
                done => return done.map(|_| ()),
            }
        }
    }

    /// Opens the store again after it was found broken.
    ///
    /// Why look at it once more? Another process may have set it aside already, and what is at the path now is whole.
    pub(super) fn reopened(&self) -> rusqlite::Result<Self> {
        let Some(path) = &self.path else { return Self::in_memory(self.max_bytes) };
        let check = |store: &Self| store.connection.query_row("PRAGMA quick_check(1)", [], |row| row.get::<_, String>(0));
        match Self::opened(path, self.max_bytes) {
            Ok(store) if check(&store).is_ok_and(|told| told == "ok") => Ok(store),
            _ => {
                set_aside(path);
                Self::opened(path, self.max_bytes)
            }
        }
    }
}

/// Renames a broken store; the one that was set aside before goes.
fn set_aside(path: &Path) {
    let beside = |ending: &str| {
        let mut name = path.as_os_str().to_owned();
        name.push(ending);
        PathBuf::from(name)
    };
    for log in ["-wal", "-shm"] {
        let _ = std::fs::remove_file(beside(log));
    }
    let _ = std::fs::rename(path, beside(".broken"));
}
