//! SQL engines: what outgrows one machine, read by one query for all accounts and regions.
//!
//! ```text
//!  query ──► asked        accounts, regions, window and kind, as far as the engine holds them
//!              │ driver   what differs: the statement, the words of its protocol, a row's record; one file an engine
//!            statement    literals are written in one place; account, region and time always bound it
//!              │ run ⇄ conversation   submit, poll, page; stopped on the engine when nobody waits, time is up or it reads too much
//!            rows ──► events, as of every other source
//!              │ conclude ──► cells   one an account and region
//! ```
//!
//! What a query gave is kept by the engine for days, so the same one asked again within minutes reads that and scans nothing.
//! A new engine is a `driver::Driver` in a file of its own.

mod asked;
pub mod athena;
mod conclude;
mod driver;
pub mod lake;
mod literal;
pub mod logs_insights;
mod run;
mod source;
mod sql;

pub use source::Engine;

use crate::config::Config;

/// Returns where an engine is: where it is said to be, else where the process is, else in the region that nothing names.
fn region(named: Option<String>, home: Option<&str>) -> String {
    named.or_else(|| home.map(str::to_owned)).unwrap_or_else(|| "us-east-1".to_owned())
}

/// Returns the id of the account that `[accounts]` has under a name.
fn account(config: &Config, name: Option<String>) -> Option<String> {
    let name = name?;
    config.accounts().into_iter().find(|account| account.name == name).map(|account| account.id)
}

/// Returns the ids of the accounts that are configured.
fn known(config: &Config) -> Vec<String> {
    config.accounts().into_iter().map(|account| account.id).collect()
}
