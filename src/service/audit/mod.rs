//! The audit log: one JSON line for every call and every denial, chained by hash, so that what is changed later shows.
//!
//! ```text
//!  Entry → writer (one thread) → journal: lock · rotate · announce in the head · append · settle in the head
//!                                   line: {"seq":…, …, "prev":"<hash of the line before>","hash":"<SHA-256 of this line up to here>"}
//!                                   head: `<path>.head`, how many lines there are and the hash of the last
//!  verify ← all files of the log, and its head
//! ```
//!
//! Several processes may write one log (each client of stdio starts a server of its own): the head is the lock, and the truth about
//! where the chain stands.
//!
//! While it runs, a process also goes by what it knows (`known`): a log or head that is gone, replaced or cut is no place to go on at, and calls
//! are refused as for a full disk.
//!
//! What is proven without a key? Chain and head together show every edit, deletion, insertion, reordering and truncation by whoever
//! changes less than all that follows *and* the head. Who may write both can make a whole new chain; that shows only against a hash
//! that was kept elsewhere, which is what `audit verify --head HASH` is for. A key on the same machine would be within reach of
//! the same hands, so there is none.

mod chain;
mod denial;
mod entry;
mod head;
mod journal;
mod known;
pub mod verify;
mod writer;

pub use entry::{CallEntry, Entry, Requests};
pub use writer::AuditLog;
