//! What is allowed. The one place where an [`Incident`](crate::context::Incident) becomes a [`Scope`].

use std::time::Duration;

use crate::window::Window;

/// What may be read: made by `Policy::admit` and nowhere else.
#[derive(Clone, Debug, PartialEq)]
pub struct Scope {
    window: Window,
    regions: Option<Vec<String>>,
    accounts: Option<Vec<String>>,
    lookup_requests: u32,
    deadline: Duration,
}

impl Scope {
    /// Returns the window to read.
    pub fn window(&self) -> Window {
        self.window
    }

    /// Tells whether an event of this account and region may be returned; an empty account is one that could not be determined.
    pub fn admits(&self, account: &str, region: &str) -> bool {
        let listed = |list: &Option<Vec<String>>, item: &str| list.as_ref().is_none_or(|list| list.iter().any(|x| x == item));
        listed(&self.regions, region) && listed(&self.accounts, account)
    }

    /// Returns the requests allowed per call, account and region.
    pub fn lookup_requests(&self) -> u32 {
        self.lookup_requests
    }

    /// Returns the time allowed per call.
    pub fn deadline(&self) -> Duration {
        self.deadline
    }
}
