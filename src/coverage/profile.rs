//! What everybody else needs to know of a source. The profiles themselves stand in `source`, each next to its source.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::time::Duration;

use chrono::TimeDelta;

/// The name of a source as the contract writes it, such as `event_history`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SourceName(&'static str);

impl SourceName {
    /// Makes a name of the contract's word.
    pub const fn new(word: &'static str) -> Self {
        Self(word)
    }

    /// Returns the contract's word.
    pub const fn as_str(self) -> &'static str {
        self.0
    }
}

impl fmt::Display for SourceName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

/// What a source is like. Two profiles are equal when their names are.
#[derive(Debug)]
pub struct Profile {
    /// Its name.
    pub name: SourceName,
    /// What it is called in a sentence, such as "event history".
    pub title: &'static str,
    /// Whether a caller may choose it by name; those that only programs and tests put in are not offered.
    pub offered: bool,
    /// Its place among the sources that are taken unless told otherwise, the lowest first; nothing for one that is read only when chosen.
    pub auto: Option<u8>,
    /// Whether reading it asks AWS, which needs the operator's permission.
    pub asks_aws: bool,
    /// Whether it is asked region by region; otherwise one question is about all regions that it holds.
    pub by_region: bool,
    /// Whether it is asked account by account, of which one is the caller's own and may be learnt only by asking.
    pub by_account: bool,
    /// How far back it holds events; nothing where that is told by what is there.
    pub retention: Option<TimeDelta>,
    /// How long a new event may take to appear.
    pub lag: TimeDelta,
    /// Whether it surely goes on to be filled; otherwise only what it holds shows that.
    pub live: bool,
    /// What it can look up exactly, and how it spells that.
    pub look_ups: &'static [LookUp],
    /// What reading costs.
    pub cost: Cost,
    /// Whether a question may read it again, and further back, as often as that helps: it counts against no budget of requests. It takes
    /// time, and of a bucket also requests and bytes, which the source bounds for each reading.
    pub rereads: bool,
    /// Whether it may hold data events, such as reads of objects.
    pub data_events: bool,
    /// What it never holds, as a blind spot.
    pub never_sees: &'static str,
    /// Words for its cells.
    pub words: Words,
}

/// What a question may name exactly.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Attribute {
    /// The id of one event.
    EventId,
    /// The name of an API call.
    EventName,
    /// An access key.
    AccessKeyId,
    /// The name of a user, role or session.
    UserName,
    /// One spelling of a resource's name, exact in case.
    ResourceName,
    /// Whether the call read or wrote.
    ReadOnly,
}

/// An exact look-up that a source can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LookUp {
    /// What is named.
    pub attribute: Attribute,
    /// How the source spells it.
    pub spelling: &'static str,
}

/// What reading a source costs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Cost {
    /// Requests, which are counted against the budget.
    Requests {
        /// What is counted.
        unit: Unit,
        /// Events that one request gives at most.
        page: u32,
        /// Least time between two requests to one account and region.
        period: Duration,
    },
    /// Time alone.
    Time {
        /// What is counted.
        unit: Unit,
    },
    /// Bytes that a query reads, which are paid for.
    Bytes {
        /// What is counted besides.
        unit: Unit,
        /// Price of a terabyte, in US dollars.
        usd_per_tb: f64,
        /// Bytes that every query is charged for at least.
        least: u64,
    },
}

/// What an answer counts of the reading of a source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unit {
    /// Its name in the contract, such as `lookup_events`.
    pub name: &'static str,
    /// What it counts, for readers of the schema.
    pub counts: &'static str,
}

impl Cost {
    /// Returns what is counted.
    pub const fn unit(self) -> Unit {
        match self {
            Self::Requests { unit, .. } | Self::Time { unit } | Self::Bytes { unit, .. } => unit,
        }
    }
}

/// Words for the cells of a source, where they differ from source to source.
#[derive(Clone, Copy, Debug)]
pub struct Words {
    /// What it consists of, such as "log files".
    pub holds: &'static str,
    /// How a place is, after its name, of whose window it holds nothing.
    pub no_data: &'static str,
    /// How a place is, after its name, of whose window it holds only a part.
    pub part_missing: &'static str,
    /// What to do about that.
    pub no_data_next: &'static str,
    /// What the operator may do where AWS denied reading it.
    pub denied_next: &'static str,
    /// Why it may not be there, for whoever chose it.
    pub not_there: &'static str,
}

impl Profile {
    /// Tells whether what is asked of it goes on elsewhere, and is paid for, when nobody here waits for it any more.
    pub fn runs_elsewhere(&self) -> bool {
        matches!(self.cost, Cost::Bytes { .. })
    }

    /// Returns how the source spells an exact look-up; nothing when it cannot do it.
    pub fn spelling(&self, attribute: Attribute) -> Option<&'static str> {
        self.look_ups.iter().find(|look_up| look_up.attribute == attribute).map(|look_up| look_up.spelling)
    }
}

impl PartialEq for Profile {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Profile {}

impl Hash for Profile {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.name.hash(state);
    }
}

impl PartialOrd for Profile {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Profile {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.name.cmp(&other.name)
    }
}
