//! What one query of an engine is about.

use chrono::TimeDelta;

use super::held::Place;
use crate::coverage::Attribute;
use crate::policy::region::known_regions;
use crate::source::{Kind, Query};
use crate::time::Window;

/// How far back is looked for anything at all where a window holds nothing that was asked for.
const PRESENCE: TimeDelta = TimeDelta::hours(6);

/// Accounts, regions, time and kind of what is asked.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Asked {
    /// At least one.
    pub(super) accounts: Vec<String>,
    /// At least one, the one of global services included.
    pub(super) regions: Vec<String>,
    /// The region that is among them for the events of global services alone.
    pub(super) extra: Option<&'static str>,
    /// Whether the regions were named, and are not simply all that are known.
    pub(super) named: bool,
    pub(super) window: Window,
    pub(super) kind: Kind,
    /// Under which names else what is wanted may be filed.
    pub(super) others: Vec<(Attribute, String)>,
}

impl Asked {
    /// Puts together what `query` asks of an engine in `home` that is asked for these accounts.
    pub(super) fn of(query: &Query, accounts: Vec<String>, home: &str) -> Self {
        let (regions, extra, named) = match query.regions() {
            Some((regions, extra)) => (regions.to_vec(), extra, true),
            None => (known_regions(home).map(str::to_owned).collect(), None, false),
        };
        let regions = regions.into_iter().chain(extra.map(str::to_owned)).collect();
        Self { accounts, regions, extra, named, window: query.window(), kind: query.kind().clone(), others: query.others().to_vec() }
    }

    /// Returns the same places in a time that surely holds something, if the engine does.
    pub(super) fn presence(&self) -> Self {
        let from = self.window.to.checked_sub_signed(PRESENCE).unwrap_or(self.window.from).min(self.window.from);
        Self { window: Window { from, to: self.window.to }, kind: Kind::Everything, others: Vec::new(), ..self.clone() }
    }

    /// Returns the same without the region of which the events of global services alone are wanted, for what is not judged event by event.
    pub(super) fn without_extra(mut self) -> Self {
        let extra = self.extra.take();
        self.regions.retain(|region| Some(region.as_str()) != extra);
        self
    }

    /// Returns the same of as few accounts and regions as hold these places; nothing where there is none.
    pub(super) fn only(&self, places: &[Place]) -> Option<Self> {
        let held = |of: fn(&Place) -> &String, all: &[String]| -> Vec<String> {
            all.iter().filter(|one| places.iter().any(|place| of(place) == *one)).cloned().collect()
        };
        let (accounts, regions) = (held(|place| &place.0, &self.accounts), held(|place| &place.1, &self.regions));
        (!places.is_empty()).then(|| Self { accounts, regions, ..self.clone() })
    }

    /// Returns all kinds of events that are wanted.
    pub(super) fn kinds(&self) -> impl Iterator<Item = Kind> {
        let others = self.others.iter().map(|(attribute, name)| Kind::Exact(*attribute, name.clone()));
        std::iter::once(self.kind.clone()).chain(others)
    }

    /// Returns all accounts and regions together.
    pub(super) fn places(&self) -> impl Iterator<Item = (&str, &str)> {
        self.accounts.iter().flat_map(|account| self.regions.iter().map(move |region| (account.as_str(), region.as_str())))
    }
}
