//! One question to one source.

use std::time::Duration;

use chrono::{DateTime, Utc};

use crate::catalogue;
use crate::context::Incident;
use crate::coverage::{Attribute, Profile};
use crate::policy::{Admitted, GlobalPass, Scope, Ungated};
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
    learns: bool,
    others: Vec<(Attribute, String)>,
    no_reads: bool,
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
    /// What is filed under exactly this name, reads as well unless the query says that nobody asks for them; asked only of a source whose profile can look that up.
    Exact(Attribute, String),
}

impl Query {
    /// Makes the question for what happened in `window` at a place of `scope`: an account or the caller's own, a region or all that are admitted.
    ///
    /// Units: `left` is what is left of the call's time.
    pub fn new(scope: &Scope, (account, region): (Option<&str>, Option<&str>), window: Window, kind: &Kind, left: Duration) -> Self {
        Self {
            scope: scope.clone(),
            account: account.map(str::to_owned),
            region: region.map(str::to_owned),
            window,
            kind: kind.clone(),
            asked: true,
            deadline: left,
            max_requests: scope.lookup_requests(),
            alert: None,
            names: Vec::new(),
            read: Vec::new(),
            learns: false,
            others: Vec::new(),
            no_reads: false,
        }
    }

    /// Admits of what the source gave what the scope admits: the only way from a source to the rest.
    pub fn gate(&self, given: Ungated) -> Admitted {
        self.scope.gate(self.window, given)
    }

    /// Returns the source that is asked.
    pub fn source(&self) -> &'static Profile {
        self.scope.source()
    }

    /// Returns the caller who asks; empty where there is one caller only.
    pub fn caller(&self) -> &str {
        self.scope.caller()
    }

    /// Returns the account to ask, or nothing for the caller's own (of a source that is asked by account) or every admitted one.
    pub fn account(&self) -> Option<&str> {
        self.account.as_deref()
    }

    /// Returns the region to ask, or nothing for every admitted one (of a source that is not asked by region).
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

    /// Returns the accounts that are asked for; nothing means all that the source holds.
    pub fn accounts(&self) -> Option<&[String]> {
        self.scope.accounts()
    }

    /// Returns the regions that are asked for, and the one of global services, whose events alone are wanted of it, where that is read
    /// besides; nothing means all that the source holds.
    pub fn regions(&self) -> Option<(&[String], Option<&'static str>)> {
        let extra = self.scope.global_region().filter(|_| self.scope.global_pass() == GlobalPass::Extra);
        self.scope.regions().map(|regions| (regions, extra))
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
        if !matches!(self.kind, Kind::Exact(..)) {
            self.names = spellings(incident.resources.iter().map(|resource| resource.id.as_str()));
        }
        self
    }

    /// Goes on after a reading that read these intervals whole; what could be found by name was found then.
    #[must_use]
    pub fn after(mut self, read: Vec<Window>) -> Self {
        self.read = read;
        self.names.clear();
        self
    }

    /// Says that nothing of what is read is shown: it only tells what belongs to what, so that less of each event will do.
    #[must_use]
    pub fn to_learn(self) -> Self {
        Self { learns: true, ..self }
    }

    /// Tells whether what is read only tells what belongs to what: neither noise nor reads are wanted then, and of a record who acted,
    /// the request, the answer and the resources will do.
    pub fn learns(&self) -> bool {
        self.learns
    }

    /// Says that nobody asks for reads, so that what is looked up by its name need not give any.
    #[must_use]
    pub fn without_reads(self) -> Self {
        Self { no_reads: true, ..self }
    }

    /// Tells whether reads are wanted, too.
    pub fn wants_reads(&self) -> bool {
        match self.kind {
            Kind::Writes => false,
            Kind::Exact(..) => !self.no_reads && !self.learns,
            Kind::Everything | Kind::EventId(_) => true,
        }
    }

    /// Wants what is filed under any of these, too; only for a source that looks up by reading what it holds, once for all of them.
    #[must_use]
    pub fn or(self, others: &[(Attribute, String)]) -> Self {
        Self { others: others.to_vec(), ..self }
    }

    /// Returns what else is looked up by its name in the same reading.
    pub fn others(&self) -> &[(Attribute, String)] {
        &self.others
    }

    /// Lowers the number of requests by those that the call has sent already.
    #[must_use]
    pub fn spent(mut self, requests: u32) -> Self {
        self.max_requests = self.max_requests.saturating_sub(requests);
        self
    }

    /// Takes one of so many equal shares of the requests, at least one.
    #[must_use]
    pub fn share(mut self, of: usize) -> Self {
        self.max_requests = (self.max_requests / u32::try_from(of.max(1)).unwrap_or(u32::MAX)).max(1);
        self
    }

    /// Reads from the window's end backwards, wherever the alert lies: what was done last to a thing tells most of it.
    #[must_use]
    pub fn newest_first(mut self) -> Self {
        self.alert = None;
        self
    }

    /// Sends no more requests than this.
    #[must_use]
    pub fn at_most(mut self, requests: u32) -> Self {
        self.max_requests = self.max_requests.min(requests);
        self
    }

    /// Returns how long this query may take: what is left of the call's time.
    pub fn deadline(&self) -> Duration {
        self.deadline
    }
}

/// Most spellings of resources that are ever looked up by name.
const SPELLINGS: usize = 12;

/// Returns under which names CloudTrail may have filed events of resources: the names as given first, then their other
/// spellings in turn.
///
/// Shape: each once, and at most `SPELLINGS`.
pub fn spellings<'a>(resources: impl Iterator<Item = &'a str>) -> Vec<String> {
    let all: Vec<Vec<String>> = resources.map(catalogue::aliases_of).collect();
    let longest = all.iter().map(Vec::len).max().unwrap_or_default();
    let mut names: Vec<String> = Vec::new();
    for name in (0..longest).flat_map(|nth| all.iter().filter_map(move |aliases| aliases.get(nth))) {
        if names.len() < SPELLINGS && !names.contains(name) {
            names.push(name.clone());
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn resources_are_spelt_as_given_first_and_then_in_their_other_ways_each_once() {
        let names = spellings(["arn:aws:iam::111122223333:role/path/app", "i-0123456789abcdef0", "app"].into_iter());
        assert_eq!(names[..3], ["arn:aws:iam::111122223333:role/path/app", "i-0123456789abcdef0", "app"]);
        assert!(names.contains(&"path/app".to_owned()) && names.len() <= SPELLINGS, "{names:?}");
    }
}
