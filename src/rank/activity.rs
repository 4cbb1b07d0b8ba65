//! What each actor does, and how: once, often, all the time, or by turns.

use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use chrono::{DateTime, TimeDelta, Utc};
use foldhash::fast::RandomState;
use serde_json::Value;

use super::Change;
use super::facts::{Doer, scales};
use super::lifetime::Lifetime;
use crate::catalogue::{Category, opposites};
use crate::event::{ActorKind, Via};

/// Whoever begins this short before a change comes for it.
const COMES: TimeDelta = TimeDelta::minutes(30);
/// Who was not seen for so long is seen for the first time.
const ABSENT: TimeDelta = TimeDelta::hours(3);
/// Who comes for one thing makes no more calls than this.
const FEW: usize = 12;

/// One actor's calls of one name.
#[derive(Clone, Debug, Default)]
pub(super) struct Activity<'a> {
    /// The name of the event.
    name: &'a str,
    /// How many calls.
    pub(super) times: usize,
    /// Whether they stand all over the time of the changes: in half of its eighths and more.
    pub(super) steady: bool,
    /// Whether a machine does it, and takes it back as well: it replaces.
    pub(super) by_turns: bool,
    /// The eighths in which it stands, a bit for each.
    eighths: u8,
    /// When each request was first made, and how often, by the request's digest.
    requests: HashMap<u64, (DateTime<Utc>, usize), RandomState>,
}

impl Activity<'_> {
    /// Tells whether the very request of a change was made before, hours ago for the first time and more than once.
    fn repeats(&self, change: &Change) -> bool {
        const TIMES: usize = 3;
        const SINCE: TimeDelta = TimeDelta::hours(2);
        let same = change.asked.and_then(|digest| self.requests.get(&digest));
        same.is_some_and(|(first, times)| *times >= TIMES && change.event.time - *first >= SINCE)
    }
}

/// Returns a digest of what a request asks for; nothing where it asks for nothing.
///
/// Shape: the same for two requests that differ in nothing but what tells one call from another: a token, an id of the call, a time.
pub(super) fn digest(request: &Value) -> Option<u64> {
    fn of_call(key: &str) -> bool {
        let key = key.to_ascii_lowercase();
        ["token", "requestid", "time", "nonce"].iter().any(|word| key.ends_with(word))
    }
    fn write(value: &Value, hasher: &mut DefaultHasher) {
        match value {
            Value::Object(members) => members.iter().filter(|(key, _)| !of_call(key)).for_each(|(key, value)| {
                key.hash(hasher);
                write(value, hasher);
            }),
            Value::Array(items) => items.iter().for_each(|item| write(item, hasher)),
            scalar => scalar.hash(hasher),
        }
    }
    request.as_object().filter(|members| !members.is_empty())?;
    let mut hasher = DefaultHasher::new();
    write(request, &mut hasher);
    Some(hasher.finish())
}

/// What each of some changes is part of.
pub(super) struct Activities<'a> {
    of_change: Vec<usize>,
    activities: Vec<Activity<'a>>,
    /// How many actors there are.
    pub(super) actors: usize,
    /// When each actor was first seen, and how many calls it made.
    seen: HashMap<&'a str, (DateTime<Utc>, usize), RandomState>,
    /// When the first of all changes was made.
    begin: DateTime<Utc>,
}

impl<'a> Activities<'a> {
    /// Counts `changes`; `background`, which lies before, only tells who was seen already.
    pub(super) fn new(changes: &'a [Change], background: impl IntoIterator<Item = &'a Change>) -> Self {
        let times = || changes.iter().filter(|change| !change.class.noise).map(|change| change.event.time);
        let (first, last) = (times().min().unwrap_or_default(), times().max().unwrap_or_default());
        let eighth = ((last - first).num_milliseconds() / 8).max(1);
        let mut numbers: HashMap<(&str, &str), usize, RandomState> = HashMap::default();
        let (mut activities, mut of_change): (Vec<(Activity<'a>, &Change)>, _) = (Vec::new(), Vec::with_capacity(changes.len()));
        for change in changes {
            let number = *numbers.entry((change.event.actor.name.as_str(), change.event.name.as_str())).or_insert(activities.len());
            if number == activities.len() {
                activities.push((Activity { name: &change.event.name, ..Activity::default() }, change));
            }
            if let Some((activity, _)) = activities.get_mut(number) {
                activity.times += 1;
                if let Some(digest) = change.asked {
                    let (first, times) = activity.requests.entry(digest).or_insert((change.event.time, 0));
                    (*first, *times) = ((*first).min(change.event.time), *times + 1);
                }
                activity.eighths |= 1 << ((change.event.time - first).num_milliseconds() / eighth).clamp(0, 7);
            }
            of_change.push(number);
        }
        let mut seen: HashMap<&str, (DateTime<Utc>, usize), RandomState> = HashMap::default();
        for event in changes.iter().chain(background).map(|change| &change.event) {
            let (first, calls) = seen.entry(&event.actor.name).or_insert((event.time, 0));
            (*first, *calls) = ((*first).min(event.time), *calls + 1);
        }
        let begin = seen.values().map(|(first, _)| *first).min().unwrap_or_default();
        let actors = numbers.keys().map(|(actor, _)| *actor).collect::<HashSet<&str>>().len();
        let finish = |(activity, change): (Activity<'a>, &Change)| {
            let (actor, name) = (change.event.actor.name.as_str(), change.event.name.as_str());
            let takes_back = || opposites(name).any(|(verb, noun)| numbers.contains_key(&(actor, format!("{verb}{noun}").as_str())));
            let by_turns = change.event.actor.kind != ActorKind::Human && takes_back();
            Activity { steady: activity.eighths.count_ones() >= 4, by_turns, ..activity }
        };
        Self { activities: activities.into_iter().map(finish).collect(), of_change, actors, seen, begin }
    }

    /// Returns how many different activities there are.
    pub(super) fn len(&self) -> usize {
        self.activities.len()
    }

    /// Returns the names of the events, some more than once.
    pub(super) fn names(&self) -> impl Iterator<Item = &'a str> {
        self.activities.iter().map(|activity| activity.name)
    }

    /// Returns the number of the activity that the change at `index` is one of.
    pub(super) fn number(&self, index: usize) -> usize {
        self.of_change.get(index).copied().unwrap_or_default()
    }

    /// Returns what the change at `index` is part of.
    pub(super) fn of(&self, index: usize) -> Option<&Activity<'a>> {
        self.activities.get(self.number(index))
    }

    /// Returns the activities that are mostly about things which are thrown away, by number.
    pub(super) fn thrown_away(&self, lives: &[Lifetime]) -> HashSet<usize, RandomState> {
        const MANY: usize = 4;
        let mut short: HashMap<usize, usize, RandomState> = HashMap::default();
        for number in self.of_change.iter().zip(lives).filter(|(_, life)| life.short_lived).map(|(number, _)| *number) {
            *short.entry(number).or_default() += 1;
        }
        let mostly = |number: usize, short: usize| short >= MANY && self.activities.get(number).is_some_and(|all| 2 * short >= all.times);
        short.into_iter().filter(|(number, short)| mostly(*number, *short)).map(|(number, _)| number).collect()
    }

    /// Returns who made the change at `index`, and how often.
    pub(super) fn doer(&self, index: usize, change: &Change) -> Doer {
        let actor = &change.event.actor;
        // CloudFormation does what somebody deploys; a rotation goes by somebody's schedule, and those who hold the old
        // secret find out by themselves.
        let for_somebody = actor.via == Via::CloudFormation || change.class.category == Category::ConfigSecrets;
        let activity = self.of(index);
        let calls = activity.map_or(0, |activity| activity.times);
        let (first, all) = self.seen.get(actor.name.as_str()).copied().unwrap_or((change.event.time, 0));
        Doer {
            kind: actor.kind,
            keeps_house: actor.kind == ActorKind::Service && !for_somebody,
            calls,
            once: calls == 1 && self.actors > 1 && self.len() > 4,
            routine: activity.is_some_and(|activity| activity.steady || activity.by_turns),
            repeated: activity.is_some_and(|activity| activity.repeats(change)),
            scales: scales(&change.event),
            throwaway: false,
            // A service comes by itself; whoever made it come is told by another call, if by any.
            first: actor.kind != ActorKind::Service && all <= FEW && change.event.time - first <= COMES && first - self.begin >= ABSENT,
        }
    }
}
