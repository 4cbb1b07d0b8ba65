//! What each actor does, and how: once, often, all the time, or by turns.

use std::collections::{HashMap, HashSet};

use foldhash::fast::RandomState;

use super::Change;
use crate::catalogue::opposites;
use crate::event::ActorKind;

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
}

/// What each of some changes is part of.
pub(super) struct Activities<'a> {
    of_change: Vec<usize>,
    activities: Vec<Activity<'a>>,
    /// How many actors there are.
    pub(super) actors: usize,
}

impl<'a> Activities<'a> {
    /// Counts `changes`.
    pub(super) fn new(changes: &'a [Change]) -> Self {
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
                activity.eighths |= 1 << ((change.event.time - first).num_milliseconds() / eighth).clamp(0, 7);
            }
            of_change.push(number);
        }
        let actors = numbers.keys().map(|(actor, _)| *actor).collect::<HashSet<&str>>().len();
        let finish = |(activity, change): (Activity<'a>, &Change)| {
            let (actor, name) = (change.event.actor.name.as_str(), change.event.name.as_str());
            let takes_back = || opposites(name).any(|(verb, noun)| numbers.contains_key(&(actor, format!("{verb}{noun}").as_str())));
            let by_turns = change.event.actor.kind != ActorKind::Human && takes_back();
            Activity { steady: activity.eighths.count_ones() >= 4, by_turns, ..activity }
        };
        Self { activities: activities.into_iter().map(finish).collect(), of_change, actors }
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
}
