//! What each actor does, and how: once, often, all the time, or by turns.

use std::collections::{HashMap, HashSet};

use foldhash::fast::RandomState;

use super::Change;
use crate::catalogue::opposites;
use crate::event::ActorKind;

/// One actor's calls of one name.
#[derive(Clone, Debug, Default)]
pub(super) struct Act<'a> {
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

/// What each of some changes is an act of.
pub(super) struct Acts<'a> {
    of_change: Vec<usize>,
    acts: Vec<Act<'a>>,
    /// How many actors there are.
    pub(super) actors: usize,
}

impl<'a> Acts<'a> {
    /// Counts `changes`.
    pub(super) fn new(changes: &'a [Change]) -> Self {
        let times = || changes.iter().filter(|change| !change.class.noise).map(|change| change.event.time);
        let (first, last) = (times().min().unwrap_or_default(), times().max().unwrap_or_default());
        let eighth = ((last - first).num_milliseconds() / 8).max(1);
        let mut numbers: HashMap<(&str, &str), usize, RandomState> = HashMap::default();
        let (mut acts, mut of_change): (Vec<(Act<'a>, &Change)>, _) = (Vec::new(), Vec::with_capacity(changes.len()));
        for change in changes {
            let number = *numbers.entry((change.event.actor.name.as_str(), change.event.name.as_str())).or_insert(acts.len());
            if number == acts.len() {
                acts.push((Act { name: &change.event.name, ..Act::default() }, change));
            }
            if let Some((act, _)) = acts.get_mut(number) {
                act.times += 1;
                act.eighths |= 1 << ((change.event.time - first).num_milliseconds() / eighth).clamp(0, 7);
            }
            of_change.push(number);
        }
        let actors = numbers.keys().map(|(actor, _)| *actor).collect::<HashSet<&str>>().len();
        let finish = |(act, change): (Act<'a>, &Change)| {
            let (actor, name) = (change.event.actor.name.as_str(), change.event.name.as_str());
            let takes_back = || opposites(name).any(|(verb, noun)| numbers.contains_key(&(actor, format!("{verb}{noun}").as_str())));
            let by_turns = change.event.actor.kind != ActorKind::Human && takes_back();
            Act { steady: act.eighths.count_ones() >= 4, by_turns, ..act }
        };
        Self { acts: acts.into_iter().map(finish).collect(), of_change, actors }
    }

    /// Returns how many different acts there are.
    pub(super) fn len(&self) -> usize {
        self.acts.len()
    }

    /// Returns the names of the events, some more than once.
    pub(super) fn names(&self) -> impl Iterator<Item = &'a str> {
        self.acts.iter().map(|act| act.name)
    }

    /// Returns the number of the act that the change at `index` is one of.
    pub(super) fn number(&self, index: usize) -> usize {
        self.of_change.get(index).copied().unwrap_or_default()
    }

    /// Returns what the change at `index` is an act of.
    pub(super) fn of(&self, index: usize) -> Option<&Act<'a>> {
        self.acts.get(self.number(index))
    }
}
