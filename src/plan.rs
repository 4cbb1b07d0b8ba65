//! What to ask next. Pure: no clock, no I/O.

use std::time::Duration;

use crate::policy::Scope;
use crate::window::Window;

/// One question to one source. Made only from a [`Scope`].
#[derive(Clone, Debug, PartialEq)]
pub struct Query {
    scope: Scope,
    account: Option<String>,
    region: Option<String>,
    window: Window,
    kind: Kind,
    asked: bool,
}

/// Which events a query wants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Writes only (`ReadOnly=false`).
    Writes,
    /// Reads as well.
    Everything,
    /// The one event of this id.
    EventId(String),
}

impl Query {
    /// Returns the account to ask, or nothing for the caller's own (event history) or every admitted one (archive).
    pub fn account(&self) -> Option<&str> {
        self.account.as_deref()
    }

    /// Returns the region to ask, or nothing for every admitted one (archive only).
    pub fn region(&self) -> Option<&str> {
        self.region.as_deref()
    }

    /// Returns the interval to read.
    pub fn window(&self) -> Window {
        self.window
    }

    /// Returns which events are wanted.
    pub fn kind(&self) -> &Kind {
        &self.kind
    }

    /// Tells whether the caller asked for this cell, as opposed to our own global pass in us-east-1.
    pub fn asked(&self) -> bool {
        self.asked
    }

    /// Tells whether an event of this account and region may be returned. An empty account means it could not be determined.
    pub fn admits(&self, account: &str, region: &str) -> bool {
        self.scope.admits(account, region)
    }

    /// Returns how many requests this query may send.
    pub fn max_requests(&self) -> u32 {
        self.scope.lookup_requests()
    }

    /// Returns how long this query may take.
    pub fn deadline(&self) -> Duration {
        self.scope.deadline()
    }

    /// Makes a query within `scope`.
    pub fn within(scope: &Scope, account: Option<String>, region: Option<String>, window: Window, kind: Kind, asked: bool) -> Self {
        Self { scope: scope.clone(), account, region, window, kind, asked }
    }
}
