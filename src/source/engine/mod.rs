//! SQL engines: what outgrows one machine, read by one query for all accounts and regions.
//!
//! ```text
//!  query ──► asked        accounts, regions, window and kind, as far as the engine holds them
//!              │ driver   what differs: the statement, a row's record, what a failure means; one file an engine
//!            statement    literals are written in one place; account, region and time always bound it
//!              │ run ⇄ conversation   submit, poll, page, in the engine's own words; stopped there when nobody waits, time is up or it reads too much
//!            rows ──► events, as of every other source
//!              │ conclude ──► cells   one an account and region
//! ```
//!
//! What a query gave is kept by the engine for days, so the same one asked again within minutes reads that and scans nothing.
//! A new engine is a `driver::Driver` that has the words of its protocol, a `conversation::Wire`, in a file of its own.

mod asked;
pub mod athena;
mod conclude;
mod conversation;
mod driver;
mod held;
pub mod lake;
mod literal;
pub mod logs_insights;
mod run;
mod source;
mod sql;
mod statement;

pub use source::Engine;

use std::sync::Arc;

use self::driver::Home;
use crate::config::{Config, Setting};
use crate::coverage::Profile;
use crate::policy::Presence;
use crate::source::Opened;
use crate::source::api::Api;

/// How an engine is reached, whatever its kind.
#[derive(Clone, Debug, Default)]
pub struct Access {
    /// The region of the engine.
    pub region: String,
    /// The account whose role asks. Default: none, the process's own credentials do.
    pub account: Option<String>,
    /// Accounts whose events it holds. Default: none, which is the own account and those of `[accounts]`.
    pub accounts: Vec<String>,
    /// Accounts that are asked besides the own one, where none were named.
    pub known: Vec<String>,
    /// Most bytes that one query may read.
    pub max_bytes: u64,
}

/// The settings that say so.
struct Keys {
    account: &'static Setting<String>,
    accounts: &'static Setting<Vec<String>>,
    max_bytes: &'static Setting<u64>,
}

impl Access {
    /// Reads them.
    fn of(config: &Config, keys: Keys, region: String) -> Self {
        let accounts = config.accounts();
        let named = config.find(keys.account);
        Self {
            region,
            account: named.and_then(|name| accounts.iter().find(|account| account.name == name).map(|account| account.id.clone())),
            accounts: config.get(keys.accounts),
            known: accounts.into_iter().map(|account| account.id).collect(),
            max_bytes: config.get(keys.max_bytes),
        }
    }

    fn home(self, api: &Api, profile: &'static Profile, rows: usize) -> Home {
        let Self { region, account, accounts, known, max_bytes } = self;
        Home { profile, rows, queries: api.queries(account.as_deref(), &region), region, accounts, known, max_bytes }
    }
}

/// Takes an engine in as the operator configured it.
fn configured(engine: Engine) -> Option<Opened> {
    Some(Opened { source: Arc::new(engine), presence: Presence::Configured })
}

/// Returns where an engine is: where it is said to be, else where the process is, else in the region that nothing names.
fn region(named: Option<String>, home: Option<&str>) -> String {
    named.or_else(|| home.map(str::to_owned)).unwrap_or_else(|| "us-east-1".to_owned())
}
