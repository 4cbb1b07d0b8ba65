//! A source that reads nothing and says so: it stands where a source is not there, and shows in tests who goes past it.

use chrono::TimeDelta;

use super::{BoxFuture, Query, Source};
use crate::coverage::{Cell, Cost, Profile, Reading, SourceName, State, Unit, Words};
use crate::policy::Ungated;

/// What it is like.
pub static PROFILE: Profile = Profile {
    name: SourceName::new("none"),
    title: "no source",
    offered: false,
    auto: None,
    asks_aws: false,
    by_region: false,
    by_account: false,
    retention: None,
    lag: TimeDelta::zero(),
    live: false,
    look_ups: &[],
    cost: Cost::Time { unit: Unit { name: "none", counts: "Nothing." } },
    rereads: false,
    data_events: false,
    never_sees: "nothing was looked at",
    words: Words {
        holds: "events",
        no_data: "holds nothing",
        part_missing: "holds nothing",
        no_data_next: "For the operator: configure a source.",
        denied_next: "For the operator: configure a source.",
        not_there: "it is none",
    },
};

/// A source that refuses every question, in the name of the source that was asked.
#[derive(Clone, Copy, Debug, Default)]
pub struct Refusing;

impl Source for Refusing {
    fn profile(&self) -> &'static Profile {
        &PROFILE
    }

    fn read<'a>(&'a self, query: &'a Query) -> BoxFuture<'a, Ungated> {
        let (account, region) = (query.account().unwrap_or_default(), query.region().unwrap_or_default());
        let mut cell = Cell::cut(account, region, query.source(), State::NotConfigured, None);
        cell.asked = query.asked();
        Box::pin(std::future::ready(Reading { cells: vec![cell], ..Reading::default() }.into()))
    }
}
