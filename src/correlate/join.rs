//! Which record tells of which event: the surest way first.

use std::cell::Cell;
use std::collections::{BTreeSet, HashMap, HashSet};

use chrono::{DateTime, TimeDelta, Utc};
use foldhash::fast::RandomState;

use super::clock::Clocks;
use super::record::{AppRecord, Outcome};
use super::subject::{Known, Subject, calls_of, known};
use crate::catalogue::aliases_of;

/// By what a record was joined to an event, the surest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Tier {
    /// Both name the same request of AWS.
    RequestId,
    /// The record names the event.
    EventId,
    /// The record names the access key, or what leads to it, and the call; only one such call lies where its clock has it.
    AccessKey,
    /// The same by the session's name or its source identity.
    Session,
    /// The same call on the same resource by an actor of this name, at about that time.
    Likeness,
}

/// How much a join proves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Strength {
    /// An id that nothing else has.
    Exact,
    /// An identity that made one such call at that time.
    Strong,
    /// It may be another.
    Weak,
}

impl Tier {
    /// All tiers, the surest first.
    pub const ALL: [Self; 5] = [Self::RequestId, Self::EventId, Self::AccessKey, Self::Session, Self::Likeness];

    /// Returns how much it proves.
    pub fn strength(self) -> Strength {
        match self {
            Self::RequestId | Self::EventId => Strength::Exact,
            Self::AccessKey | Self::Session => Strength::Strong,
            Self::Likeness => Strength::Weak,
        }
    }
}

/// A record and an event that it tells of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Join {
    /// The place of the record among the records.
    pub record: usize,
    /// The id of the event. Untrusted.
    pub event_id: String,
    /// By what.
    pub tier: Tier,
}

/// All joins of a log.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Joins {
    /// In the order of the records; a record has several where several events have its id.
    pub joins: Vec<Join>,
    /// How far the log's clocks are off.
    pub clocks: Clocks,
}

/// How far from a record an event of the same identity may lie where nothing is known of the clocks.
const WIDE: TimeDelta = TimeDelta::minutes(15);
/// Events that one exact id joins at most.
const MOST_OF_ONE_ID: usize = 4;
/// What fits so many events tells of none of them; so the work grows with the log, and not with its square.
const MOST_FITTING: usize = 64;
/// Keys of one transaction that are followed.
const MOST_LENT: usize = 16;

/// Joins `records` to the events that they tell of.
///
/// Shape: the same records and events in another order give the same joins. A record without a time is joined by exact ids alone.
pub fn join(records: &[AppRecord], subjects: &[Subject<'_>]) -> Joins {
    join_counted(records, subjects).0
}

/// Joins, and tells how many pairs of a record and an event it compared.
pub(super) fn join_counted(records: &[AppRecord], subjects: &[Subject<'_>]) -> (Joins, usize) {
    let mut known = known(subjects);
    known.sort_by(|a, b| (a.time, &a.event.event_id).cmp(&(b.time, &b.event.event_id)));
    let index = Index::of(&known);
    let told: Vec<Said<'_>> = records.iter().map(Said::of).collect();
    let mut joined: Vec<(usize, usize, Tier)> = Vec::new();
    for (at, said) in told.iter().enumerate() {
        joined.extend(index.exact(said).into_iter().map(|(event, tier)| (at, event, tier)));
    }
    let event = |at: usize| known.get(at);
    let pairs = joined.iter().filter(|(record, ..)| is_sole(&joined, *record));
    let clocks = Clocks::of(pairs.filter_map(|(record, of, _)| Some((records.get(*record)?, event(*of)?.time))));
    // What leads from a transaction to the keys that were lent in it.
    let mut lent: HashMap<&str, BTreeSet<&str>, RandomState> = HashMap::default();
    for (record, of, _) in &joined {
        let (Some(said), Some(key)) = (told.get(*record), event(*of).and_then(|one| one.issued.as_deref())) else { continue };
        said.record.correlations.iter().for_each(|id| _ = lent.entry(id).or_default().insert(key));
    }
    // An id under which so many sessions began is of no transaction.
    lent.retain(|_, keys| keys.len() <= MOST_LENT);
    let mut done: HashSet<usize, RandomState> = joined.iter().map(|(record, ..)| *record).collect();
    let exactly = HashSet::<usize, RandomState>::from_iter(joined.iter().map(|(_, event, _)| *event));
    let mut found = exactly.clone();
    let search = Search { index: &index, clocks: &clocks, compared: Cell::new(0) };
    let astray: &[bool] = if clocks.has_strays() { &[false, true] } else { &[false] };
    for (wide, tier) in astray.iter().flat_map(|wide| [(*wide, Tier::AccessKey), (*wide, Tier::Session)]) {
        let mut new = Vec::new();
        for (at, said) in told.iter().enumerate().filter(|(at, _)| !done.contains(at)) {
            let of_transaction = said.record.correlations.iter().filter_map(|id| lent.get(id.as_str())).flatten().copied();
            let names: Vec<&str> = match tier {
                Tier::AccessKey => said.record.access_keys.iter().map(String::as_str).chain(of_transaction).collect(),
                // A transaction's id is the name of the session where somebody thought of it.
                _ => said.record.sessions.iter().chain(&said.record.correlations).map(String::as_str).collect(),
            };
            // Where records are off one by one, one may lie where another's event is.
            let free = |event: usize| !clocks.has_strays() || !found.contains(&event);
            let mut fitting = search.by_identity(said, tier, &names, wide);
            // Who writes down ids of requests does so each time: what one names is told by none that has none.
            fitting.retain(|event| !wide || !exactly.contains(event));
            if let [only] = fitting.as_slice()
                && free(*only)
            {
                new.push((at, *only, tier));
            }
        }
        done.extend(new.iter().map(|(at, ..)| *at));
        found.extend(new.iter().map(|(_, event, _)| *event));
        joined.extend(new);
    }
    for (at, said) in told.iter().enumerate().filter(|(at, _)| !done.contains(at)) {
        joined.extend(search.alike(said, &found).map(|event| (at, event, Tier::Likeness)));
    }
    joined.sort_unstable();
    let compared = search.compared.get();
    let join = |(record, of, tier): (usize, usize, Tier)| Some(Join { record, event_id: event(of)?.event.event_id.clone(), tier });
    (Joins { joins: joined.into_iter().filter_map(join).collect(), clocks }, compared)
}

/// A record in the forms in which it is compared.
struct Said<'a> {
    record: &'a AppRecord,
    calls: Vec<String>,
    aliases: Vec<String>,
}

impl<'a> Said<'a> {
    fn of(record: &'a AppRecord) -> Self {
        let calls = record.operation.as_ref().map(|told| calls_of(&told.text)).unwrap_or_default();
        let mut aliases: Vec<String> = record.resources.iter().flat_map(|told| names_of(&told.text)).collect();
        aliases.sort_unstable();
        aliases.dedup();
        Self { record, calls, aliases }
    }

    /// Tells whether the event fits by what was done, to what, and how it ended, as far as both say.
    fn fits(&self, known: &Known<'_>) -> bool {
        let same_thing = self.aliases.is_empty() || known.aliases.is_empty() || self.names(known);
        self.calls.contains(&known.call) && same_thing
    }

    /// Tells whether both name the same thing.
    fn names(&self, known: &Known<'_>) -> bool {
        self.aliases.iter().any(|alias| known.aliases.binary_search(alias).is_ok())
    }

    /// Tells whether both end alike, as far as the record says.
    fn ends_as(&self, known: &Known<'_>) -> bool {
        match self.record.outcome {
            Outcome::Unknown => true,
            Outcome::Failed => known.event.failed(),
            Outcome::Succeeded => !known.event.failed(),
        }
    }

    /// Tells whether the record names an identity that the event's cannot be.
    fn contradicts(&self, known: &Known<'_>) -> bool {
        let other =
            |mine: &[String], theirs: &[String]| !mine.is_empty() && !theirs.is_empty() && !mine.iter().any(|name| theirs.contains(name));
        other(&self.record.access_keys, &known.keys) || other(&self.record.sessions, &known.sessions)
    }
}

/// Returns the names of a thing in lower case.
pub(super) fn names_of(text: &str) -> Vec<String> {
    // The address of an object names its bucket.
    let bucket = text.strip_prefix("s3://").map(|rest| rest.split('/').next().unwrap_or_default());
    aliases_of(bucket.unwrap_or(text)).iter().map(|alias| alias.to_lowercase()).collect()
}

/// Events by what may name them; each list is in the order of time.
struct Index<'a> {
    known: &'a [Known<'a>],
    by_request: HashMap<&'a str, Vec<usize>, RandomState>,
    by_id: HashMap<&'a str, Vec<usize>, RandomState>,
    by_key: HashMap<(&'a str, &'a str), Vec<usize>, RandomState>,
    by_session: HashMap<(&'a str, &'a str), Vec<usize>, RandomState>,
    by_thing: HashMap<(&'a str, &'a str), Vec<usize>, RandomState>,
    calls: HashSet<&'a str, RandomState>,
    /// Names and keys that several sessions go by.
    shared: HashSet<&'a str, RandomState>,
}

impl<'a> Index<'a> {
    fn of(known: &'a [Known<'a>]) -> Self {
        let mut index = Self {
            known,
            by_request: HashMap::default(),
            by_id: HashMap::default(),
            by_key: HashMap::default(),
            by_session: HashMap::default(),
            by_thing: HashMap::default(),
            calls: known.iter().map(|one| one.call.as_str()).collect(),
            shared: HashSet::default(),
        };
        let mut keys: HashMap<&str, &str, RandomState> = HashMap::default();
        for (at, one) in known.iter().enumerate() {
            index.by_request.entry(one.request_id.as_deref().unwrap_or_default()).or_default().push(at);
            one.event_ids.iter().for_each(|id| index.by_id.entry(id).or_default().push(at));
            one.keys.iter().for_each(|key| index.by_key.entry((key, &one.call)).or_default().push(at));
            one.sessions.iter().for_each(|name| index.by_session.entry((name, &one.call)).or_default().push(at));
            one.aliases.iter().for_each(|alias| index.by_thing.entry((alias, &one.call)).or_default().push(at));
            // The call that lends a key is made by whoever lends it.
            let key = one.keys.first().map(String::as_str).unwrap_or_default();
            for name in one.keys.iter().chain(&one.sessions).filter(|_| one.issued.is_none()) {
                if *keys.entry(name).or_insert(key) != key {
                    index.shared.insert(name);
                }
            }
        }
        index.by_request.remove("");
        index
    }

    /// Returns the events that a record names by an id.
    ///
    /// A record of a call inside a request, such as of a function, bears the id of that request: where it names a call that is known
    /// here, an event of another name is none of it.
    fn exact(&self, said: &Said<'_>) -> Vec<(usize, Tier)> {
        let names_a_call = said.calls.iter().any(|call| self.calls.contains(call.as_str()));
        let fits = |at: &usize| !names_a_call || self.known.get(*at).is_some_and(|one| said.calls.contains(&one.call));
        let of = |ids: &[String], by: &HashMap<&str, Vec<usize>, RandomState>, tier| {
            let events = ids.iter().filter_map(|id| by.get(id.as_str())).filter(|events| events.len() <= MOST_FITTING);
            let mut events: Vec<usize> = events.flatten().copied().filter(fits).collect();
            events.sort_unstable();
            events.dedup();
            events.truncate(MOST_OF_ONE_ID);
            events.into_iter().map(|event| (event, tier)).collect::<Vec<_>>()
        };
        let by_request = of(&said.record.request_ids, &self.by_request, Tier::RequestId);
        if by_request.is_empty() { of(&said.record.event_ids, &self.by_id, Tier::EventId) } else { by_request }
    }
}

/// From when to when, both included.
type Span = (DateTime<Utc>, DateTime<Utc>);

/// Looks for events where a record's clock has them.
struct Search<'a> {
    index: &'a Index<'a>,
    clocks: &'a Clocks,
    /// How many events were compared with a record.
    compared: Cell<usize>,
}

impl Search<'_> {
    /// Returns the spans in which the event of a record may lie by its clock.
    fn spans(&self, record: &AppRecord) -> Vec<Span> {
        let Some(time) = record.time else { return Vec::new() };
        let back = |ms: i64| time.checked_sub_signed(TimeDelta::milliseconds(ms)).unwrap_or(time);
        self.clocks
            .offsets(record)
            .iter()
            .map(|offset| (back(offset.middle + offset.spread), back(offset.middle - offset.spread)))
            .collect()
    }

    /// Returns those of `list` that lie in one of `spans`.
    ///
    /// Shape: in the order of time, each once; more than [`MOST_FITTING`] where there are more.
    fn near(&self, list: &[usize], spans: &[Span]) -> Vec<usize> {
        let time_of = |at: &usize| self.index.known.get(*at).map(|one| one.time);
        let mut near = Vec::new();
        for (from, to) in spans {
            let begin = list.partition_point(|at| time_of(at) < Some(*from));
            near.extend(list.iter().skip(begin).take_while(|at| time_of(at) <= Some(*to)).take(MOST_FITTING + 1));
        }
        self.compared.set(self.compared.get() + near.len());
        near.sort_unstable();
        near.dedup();
        near
    }

    /// Returns the calls that an identity made and that a record may tell of: where its clock has them, or `widely` wherever records are off
    /// to, where both have to name the same thing, and the identity one session.
    ///
    /// Shape: none where they are too many to be told apart.
    fn by_identity(&self, said: &Said<'_>, tier: Tier, names: &[&str], widely: bool) -> Vec<usize> {
        let by = if tier == Tier::AccessKey { &self.index.by_key } else { &self.index.by_session };
        let around = |time: DateTime<Utc>| (time - WIDE, time + WIDE);
        let spans: Vec<Span> = match widely {
            true => self.clocks.possible(said.record).into_iter().collect(),
            false if self.clocks.is_known() => self.spans(said.record),
            false => said.record.time.map(around).into_iter().collect(),
        };
        let fits = |at: &usize| self.index.known.get(*at).is_some_and(|one| said.fits(one) && (!widely || said.names(one)));
        let mut found = Vec::new();
        for name in names.iter().filter(|name| !widely || !self.index.shared.contains(**name)) {
            for call in &said.calls {
                let list = by.get(&(*name, call.as_str())).map(Vec::as_slice).unwrap_or_default();
                let near = self.near(list, &spans);
                if near.len() > MOST_FITTING {
                    return Vec::new();
                }
                found.extend(near.into_iter().filter(fits));
            }
        }
        found.sort_unstable();
        found.dedup();
        self.ending_alike(said, found)
    }

    /// Leaves those that end as the record says; all, where none does, as an application may fail on what AWS did well.
    fn ending_alike(&self, said: &Said<'_>, found: Vec<usize>) -> Vec<usize> {
        let alike: Vec<usize> = found.iter().copied().filter(|at| self.index.known.get(*at).is_some_and(|one| said.ends_as(one))).collect();
        if alike.is_empty() { found } else { alike }
    }

    /// Returns the nearest of the like calls on the same thing by an actor of the same name; one that no surer record tells of, if there is one.
    fn alike(&self, said: &Said<'_>, found: &HashSet<usize, RandomState>) -> Option<usize> {
        let names = || said.record.actors.iter().map(|told| told.text.as_str()).chain(said.record.sessions.iter().map(String::as_str));
        let by_actor = |one: &Known<'_>| {
            let theirs = one.event.actor_names();
            names().any(|mine| theirs.iter().any(|their| their.eq_ignore_ascii_case(mine)))
        };
        let (mut like, spans) = (Vec::new(), self.spans(said.record));
        for (alias, call) in said.aliases.iter().flat_map(|alias| said.calls.iter().map(move |call| (alias, call))) {
            let list = self.index.by_thing.get(&(alias.as_str(), call.as_str())).map(Vec::as_slice).unwrap_or_default();
            let near = self.near(list, &spans);
            if near.len() > MOST_FITTING {
                return None;
            }
            like.extend(near);
        }
        like.sort_unstable();
        like.dedup();
        let fits = |at: &usize| self.index.known.get(*at).is_some_and(|one| !said.contradicts(one) && by_actor(one));
        let like = self.ending_alike(said, like.into_iter().filter(fits).collect());
        let place = |at: &usize| {
            let far = self.index.known.get(*at).map_or(i64::MAX, |one| self.clocks.distance(said.record, one.time));
            (found.contains(at), far, *at)
        };
        like.into_iter().min_by_key(place)
    }
}

/// Tells whether a record has but one exact join, so that it tells of a clock; joins stand in the order of the records.
fn is_sole(joined: &[(usize, usize, Tier)], record: usize) -> bool {
    let begin = joined.partition_point(|(of, ..)| *of < record);
    joined.iter().skip(begin).take_while(|(of, ..)| *of == record).count() == 1
}
