//! An application's own audit log, joined to CloudTrail events. No I/O; everything read here is untrusted.
//!
//! ```text
//!  lines      → records: what was done, to what, by whom, with which ids     log, record, field
//!  exact ids  → the first joins, and how far each clock is off               join, clock
//!  identities → who can have made only one such call at that time            join
//!  likeness   → the same call on the same thing by the same actor            join
//!  failures   → what the application failed on, for the ranking              failure
//! ```
//!
//! Each join says by what it was made ([`Tier`]) and how much that proves ([`Strength`]). A stronger tier goes first; a record that an
//! identity fits more than once is joined by likeness or not at all.

mod clock;
mod failure;
mod field;
mod join;
mod log;
mod record;
mod subject;

#[cfg(test)]
mod tests;

pub use clock::{Clocks, Offset};
pub use failure::{Failure, failures};
pub use field::{Field, Fields};
pub use join::{Join, Joins, Strength, Tier, join};
pub use log::{Fault, Log, Problem, Unusable};
pub use record::{AppRecord, Outcome, Told};
pub use subject::{Subject, calls_of};
