//! What to ask next. Pure: no clock, no I/O.

use std::time::Duration;

use crate::coverage::SourceName;
use crate::policy::{GlobalPass, Scope};
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

    /// Tells whether only certain accounts may be read, so that the account must be known before anything is read.
    pub fn restricts_accounts(&self) -> bool {
        self.scope.restricts_accounts()
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

/// Returns the first questions that answer `scope`.
///
/// Shape: for event history one query a region, in the scope's order, then the region of global services, unasked, when
/// that pass is an extra one; for an archive a single query over all it holds. The account is left open: event history
/// is read with the caller's own credentials, and [`Query::admits`] decides once their account is known.
pub fn first(scope: &Scope, kind: &Kind) -> Vec<Query> {
    over(scope, scope.window(), kind)
}

/// Returns the questions that a widened `scope` adds to what was asked before.
///
/// Shape: as [`first`], over `[scope.window().from, read.from)` only; none when nothing older was added.
pub fn widen(scope: &Scope, read: Window, kind: &Kind) -> Vec<Query> {
    Window::new(scope.window().from, read.from).map(|older| over(scope, older, kind)).unwrap_or_default()
}

fn over(scope: &Scope, window: Window, kind: &Kind) -> Vec<Query> {
    let query = |region: Option<&str>, asked| Query::within(scope, None, region.map(str::to_owned), window, kind.clone(), asked);
    if scope.source() == SourceName::Archive {
        return vec![query(None, true)];
    }
    let asked = scope.regions().unwrap_or_default().iter().map(|region| query(Some(region), true));
    let global = scope.global_region().filter(|_| scope.global_pass() == GlobalPass::Extra).map(|region| query(Some(region), false));
    asked.chain(global).collect()
}
