//! The policy that the settings make.

use std::path::PathBuf;
use std::sync::Arc;

use super::check::is_remote;
use super::settings::{
    ALLOW_AWS_READ, ARCHIVE, ARCHIVE_LOCATIONS, ATHENA_TABLE, AWS_ACCOUNT_ALLOWLIST, AWS_REGION_ALLOWLIST, BUDGET_DEADLINE,
    BUDGET_LOOKUP_REQUESTS, DEFAULT_EVENTS, EVENT_HISTORY_ENABLED, LAKE_EVENT_DATA_STORE, LOGS_INSIGHTS_DATA_SOURCES,
    LOGS_INSIGHTS_LOG_GROUPS, LOOKBACK, MAX_EVENTS, MAX_LOOKUP_WINDOW, MAX_WINDOW, QUERY_ALLOW_SQL, UNTRUSTED_TEXT,
};
use super::{Config, Flags, load};
use crate::coverage::SourceName;
use crate::policy::Policy;

impl Config {
    /// Returns the policy that these settings make.
    pub fn policy(&self) -> Policy {
        Policy {
            caller: Arc::default(),
            allow_aws_read: self.get(&ALLOW_AWS_READ),
            regions: self.get(&AWS_REGION_ALLOWLIST),
            accounts: self.get(&AWS_ACCOUNT_ALLOWLIST),
            max_window: self.get(&MAX_WINDOW),
            max_lookup_window: self.get(&MAX_LOOKUP_WINDOW),
            lookback: self.get(&LOOKBACK),
            default_events: self.get(&DEFAULT_EVENTS),
            max_events: self.get(&MAX_EVENTS),
            lookup_requests: self.get(&BUDGET_LOOKUP_REQUESTS),
            deadline: self.get(&BUDGET_DEADLINE),
            switched_off: if self.get(&EVENT_HISTORY_ENABLED) { Vec::new() } else { vec![SourceName::new("event_history")] },
            allow_sql: self.get(&QUERY_ALLOW_SQL),
            untrusted_text: self.get(&UNTRUSTED_TEXT),
            categories: Vec::new(),
            tools: Vec::new(),
            nothing_left: None,
        }
    }

    /// Returns `[archive] locations`: folders and files, all absolute, and addresses in S3.
    pub fn archive_locations(&self) -> Vec<PathBuf> {
        self.get(&ARCHIVE_LOCATIONS).into_iter().map(Into::into).collect()
    }

    /// Returns the locations of the archive that is read: what is named, else what is configured.
    pub fn archives(&self) -> Vec<PathBuf> {
        let named = self.get(&ARCHIVE);
        if named.is_empty() { self.archive_locations() } else { named }
    }

    /// Tells whether an SQL engine is set up.
    pub fn has_engine(&self) -> bool {
        let groups = [&LOGS_INSIGHTS_LOG_GROUPS, &LOGS_INSIGHTS_DATA_SOURCES].iter().any(|setting| !self.get(setting).is_empty());
        groups || self.is_set(&ATHENA_TABLE) || self.is_set(&LAKE_EVENT_DATA_STORE)
    }

    /// Tells whether a part of the archive is in S3.
    pub fn is_archive_remote(&self) -> bool {
        self.archives().iter().any(|location| is_remote(&location.to_string_lossy()))
    }
}

impl Default for Policy {
    /// Returns the policy of the settings' defaults, which allows nothing to be read.
    fn default() -> Self {
        load(&Flags::default(), &|_| None, &[]).unwrap_or_default().policy()
    }
}
