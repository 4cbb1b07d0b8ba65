//! What to ask next. Pure: no clock, no I/O.

use std::time::Duration;

use chrono::{DateTime, Utc};

use crate::catalogue;
use crate::context::Incident;
use crate::coverage::{Cell, SourceName, State};
use crate::policy::{GlobalPass, Scope};
use crate::time::Window;

/// One question to one source. Made only from a [`Scope`].
#[derive(Clone, Debug, PartialEq)]
pub struct Query {
    scope: Scope,
    account: Option<String>,
    region: Option<String>,
    window: Window,
    kind: Kind,
    asked: bool,
    deadline: Duration,
    max_requests: u32,
    alert: Option<DateTime<Utc>>,
    names: Vec<String>,
    read: Vec<Window>,
}

/// Which events a query wants.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Writes only (`ReadOnly=false`).
    Writes,
    /// Reads as well.
    Everything,
    /// The one event of this id.
    EventId(String),
}

impl Query {
    /// Returns the caller who asks; empty where there is one caller only.
    pub fn caller(&self) -> &str {
        self.scope.caller()
    }

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

    /// Returns the time it is: what is newer than a source's delivery takes may still arrive.
    pub fn now(&self) -> DateTime<Utc> {
        self.scope.now()
    }

    /// Tells whether the region is one of simply all there are, so that it was not meant if it is not enabled.
    pub fn all_regions(&self) -> bool {
        self.scope.all_regions()
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
        self.max_requests
    }

    /// Returns when the alert started: what lies before matters most when not all can be read.
    pub fn alert(&self) -> Option<DateTime<Utc>> {
        self.alert
    }

    /// Returns the spellings of the resources that the incident names, the most telling first.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// Returns the intervals that this investigation has read whole and holds: they need not be read again.
    pub fn read(&self) -> &[Window] {
        &self.read
    }

    /// Tells what the reading is for, so that it can begin where it matters when not all can be read.
    #[must_use]
    pub fn about(mut self, incident: &Incident) -> Self {
        self.alert = incident.alert.as_ref().map(|alert| alert.started_at);
        self.names = spellings(incident);
        self
    }

    /// Goes on where the reading of `cell` stopped; what could be found by name was found then.
    #[must_use]
    pub fn after(mut self, cell: &Cell) -> Self {
        self.read = cell.read.clone();
        self.names.clear();
        self
    }

    /// Lowers the number of requests by those that the call has sent already.
    #[must_use]
    pub fn spent(mut self, requests: u32) -> Self {
        self.max_requests = self.max_requests.saturating_sub(requests);
        self
    }

    /// Returns how long this query may take: what is left of the call's time.
    pub fn deadline(&self) -> Duration {
        self.deadline
    }
}

/// Most spellings of resources that are ever looked up by name.
const SPELLINGS: usize = 12;

/// Returns under which names CloudTrail may have filed events of the incident's resources: the names as given first, then
/// their other spellings in turn.
fn spellings(incident: &Incident) -> Vec<String> {
    let all: Vec<Vec<String>> = incident.resources.iter().map(|resource| catalogue::aliases_of(&resource.id)).collect();
    let longest = all.iter().map(Vec::len).max().unwrap_or_default();
    let mut names: Vec<String> = Vec::new();
    for name in (0..longest).flat_map(|nth| all.iter().filter_map(move |aliases| aliases.get(nth))) {
        if names.len() < SPELLINGS && !names.contains(name) {
            names.push(name.clone());
        }
    }
    names
}

/// Returns the queries that read `window` of `scope`, to be sent side by side.
///
/// Shape: event history takes one an account and region, the region of global services included when policy admits it; an archive
/// takes one for everything, since its files are read once whatever they hold.
/// Units: `left` is what is left of the call's time.
pub fn queries(scope: &Scope, window: Window, kind: &Kind, left: Duration) -> Vec<Query> {
    let query = |account: Option<&String>, region: Option<&str>| Query {
        scope: scope.clone(),
        account: account.cloned(),
        region: region.map(str::to_owned),
        window,
        kind: kind.clone(),
        asked: true,
        deadline: left,
        max_requests: scope.lookup_requests(),
        alert: None,
        names: Vec::new(),
        read: Vec::new(),
    };
    match scope.source() {
        SourceName::Archive => vec![query(None, None)],
        SourceName::EventHistory => {
            let extra = scope.global_region().filter(|_| scope.global_pass() == GlobalPass::Extra);
            let regions: Vec<&str> = scope.regions().unwrap_or_default().iter().map(String::as_str).chain(extra).collect();
            let accounts: Vec<Option<&String>> = match scope.asked_accounts() {
                [] => vec![None],
                asked => asked.iter().map(Some).collect(),
            };
            accounts
                .into_iter()
                .flat_map(|account| regions.iter().map(move |region| (account, *region)))
                .map(|(account, region)| query(account, Some(region)))
                .collect()
        }
    }
}

/// Returns cells for what no reading spoke of: regions of `scope` of which an archive has no files, and accounts that the
/// alert names and nobody could read.
///
/// Shape: where the account of the credentials is not known, it may be the one that the alert names. The region of global services does not lower the verdict, since it was not asked for by name.
pub fn unanswered(scope: &Scope, answered: &[&Cell]) -> Vec<Cell> {
    let extra = scope.global_region().filter(|_| scope.global_pass() == GlobalPass::Extra);
    let regions = scope.regions().unwrap_or_default();
    let asked = regions.iter().map(|region| (region.as_str(), true));
    let missed = scope.missed_accounts().iter().filter(|_| answered.iter().any(|cell| !cell.account().is_empty()));
    let missed = missed.filter(|account| !answered.iter().any(|cell| cell.account() == *account)).map(|account| {
        let detail = "the alert names this account, and no role is configured for it ([accounts]); the account of the credentials was read";
        let region = regions.first().map(String::as_str).unwrap_or_default();
        Cell::cut(account, region, scope.source(), State::NotConfigured, None).with(0, 0, Some(detail.to_owned()))
    });
    asked
        .chain(extra.map(|region| (region, false)))
        .filter(|(region, _)| !answered.iter().any(|cell| cell.region() == *region))
        .map(|(region, asked)| {
            let detail = format!("no log files of {region}");
            let mut cell = Cell::cut("", region, scope.source(), State::NoData, None).with(0, 0, Some(detail));
            cell.asked = asked;
            cell
        })
        .chain(missed)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::context::{Asked, Defaults, discover};

    #[test]
    fn resources_are_spelt_as_given_first_and_then_in_their_other_ways_each_once() {
        let resources = vec!["arn:aws:iam::111122223333:role/path/app".to_owned(), "i-0123456789abcdef0".to_owned(), "app".to_owned()];
        let now = DateTime::from_timestamp(1_769_544_000, 0).unwrap();
        let defaults = Defaults { lookback: chrono::TimeDelta::minutes(30), max_window: chrono::TimeDelta::hours(48) };
        let incident = discover(&Asked { resources, ..Asked::default() }, &defaults, now).unwrap();
        let names = spellings(&incident);
        assert_eq!(names[..3], ["arn:aws:iam::111122223333:role/path/app", "i-0123456789abcdef0", "app"]);
        assert!(names.contains(&"path/app".to_owned()) && names.len() <= SPELLINGS, "{names:?}");
    }
}
