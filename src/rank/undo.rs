//! Changes that were taken back within the window.

use std::borrow::Cow;
use std::cell::LazyCell;
use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Utc};
use foldhash::fast::RandomState;
use serde_json::{Map, Value};

use super::Change;
use super::topology::Graph;
use crate::catalogue::{self, Effect, Sets};
use crate::event::unwrapped;

/// How far a change gives back what an earlier one had taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Restored {
    /// Not at all.
    #[default]
    No,
    /// Something of the same name is back, maybe another one: a deleted policy comes back with other words.
    Perhaps,
    /// All is as before.
    Surely,
}

/// For each change: when it was taken back, and whether it takes back another one.
#[derive(Clone, Debug, Default)]
pub struct Undo {
    /// Time of the change that took this one back.
    pub undone_at: Option<DateTime<Utc>>,
    /// Its place among the changes, those of the background after the others.
    pub undone_by: Option<usize>,
    /// Whether this change takes back an earlier one.
    pub undoes: bool,
    /// The places of those that do the opposite of it.
    pub takes_back: Vec<usize>,
    /// Whether it unmade what was made anew under the same name, or made it.
    pub made_anew: bool,
    /// Whether it gives back what the earlier one had taken, so that all is as before.
    pub restores: Restored,
    /// Time of the change that set the same settings of the same thing to something else.
    pub overwritten_at: Option<DateTime<Utc>>,
}

impl Undo {
    fn undone(&mut self, by: usize, change: &Change) {
        (self.undone_at, self.undone_by) = (Some(change.event.time), Some(by));
    }
}

/// Pairs changes of the same service, noun and target whose verbs are opposites, and those that set the same settings.
///
/// Shape: one element for each of `changes`. Each change takes back at most one, the nearest before it, which may be of the
/// `background`: the changes from before the window. `graph` is of both.
pub(super) fn pairs(changes: &[Change], background: &[Change], graph: &Graph) -> Vec<Undo> {
    let mut history = History { changes: changes.iter().chain(background).collect(), ..History::default() };
    history.undo = vec![Undo::default(); history.changes.len()];
    for index in graph.in_time().iter().copied() {
        let Some(change) = history.changes.get(index).copied().filter(|one| !one.event.failed() && !one.class.noise) else { continue };
        let mut targets: Vec<usize> = graph.made_to(index, change).collect();
        if targets.is_empty() {
            targets.push(NO_TARGET);
        }
        history.take_back(index, change, &targets);
        history.set(index, change, &targets);
        history.roll_back(index, change, &targets);
        history.remember(index, change, &targets);
    }
    history.undo.truncate(changes.len());
    history.undo
}

/// Stands for the target of a call that is made to nothing known: what it says must tell what it is about.
const NO_TARGET: usize = usize::MAX;

/// What was done so far, by what would take it back.
#[derive(Default)]
struct History<'a> {
    changes: Vec<&'a Change>,
    undo: Vec<Undo>,
    /// Open changes by service, verb that takes them back, noun and target.
    open: HashMap<(&'a str, &'static str, &'a str, usize), Vec<usize>, RandomState>,
    /// What a rollback may take back, by service, event name and target.
    made: HashMap<(&'a str, &'a str, usize), Vec<usize>, RandomState>,
    /// What was set, by where.
    set: HashMap<Place<'a>, Vec<usize>, RandomState>,
}

/// Where a call sets values.
#[derive(PartialEq, Eq, Hash)]
struct Place<'a> {
    service: &'a str,
    name: &'a str,
    targets: Vec<usize>,
    /// What else the request is made to, by name.
    names: Vec<(&'a str, Cow<'a, str>)>,
}

impl<'a> History<'a> {
    /// Finds what `change` takes back, and closes it.
    fn take_back(&mut self, index: usize, change: &'a Change, targets: &[usize]) {
        let Some((verb, noun)) = catalogue::verb_and_noun(&change.event.name) else { return };
        for target in targets {
            let Some(earlier) = self.open.get_mut(&(change.event.service(), verb, noun, *target)) else { continue };
            let same = |one: &Change| same_matter(one, change) && (*target != NO_TARGET || says_anything(one));
            let nearest = earlier.iter().rposition(|at| self.changes.get(*at).is_some_and(|one| same(one)));
            let Some(earlier) = nearest.map(|at| earlier.remove(at)) else { continue };
            // What is made anew under the same name is another thing: nothing that knew the old one knows it.
            if self.changes.get(earlier).is_some_and(|one| takes_away(one)) && catalogue::makes_target(&change.event, &change.resources) {
                for at in [earlier, index] {
                    self.undo.get_mut(at).into_iter().for_each(|slot| slot.made_anew = true);
                }
                continue;
            }
            self.undo.get_mut(index).into_iter().for_each(|slot| slot.takes_back.push(earlier));
            // What takes back an undoing does again what had been undone: it is that change once more.
            let again = self.undo.get(earlier).is_some_and(|earlier| earlier.undoes);
            let restores = self.changes.get(earlier).map_or(Restored::No, |one| restored(one, change));
            if let Some(slot) = self.undo.get_mut(earlier) {
                let at = Some(change.event.time);
                // What comes back may take away by itself: a policy that denies.
                if restores == Restored::Perhaps && takes_away(change) { slot.overwritten_at = at } else { slot.undone(index, change) }
            }
            if let Some(slot) = self.undo.get_mut(index).filter(|_| !again) {
                (slot.undoes, slot.restores) = (true, restores);
            }
        }
    }

    /// Finds whose settings `change` replaces.
    fn set(&mut self, index: usize, change: &'a Change, targets: &[usize]) {
        let Some(names) = made_to(change) else { return };
        if names.is_empty() && targets.contains(&NO_TARGET) {
            return;
        }
        let place = Place { service: change.event.service(), name: &change.event.name, targets: targets.to_vec(), names };
        let before = self.set.entry(place).or_default();
        let oldest = before.iter().rev().nth(1).and_then(|at| self.changes.get(*at));
        let last = before.last().and_then(|at| Some((*at, *self.changes.get(*at)?)));
        before.push(index);
        let Some((at, one)) = last else { return };
        // What breaks nothing, or is as it was before, took back what lay between.
        let harmless = change.severity.is_some_and(|severity| severity.effect == Effect::Harmless);
        let as_before = harmless || oldest.is_some_and(|oldest| oldest.event.request() == change.event.request());
        let reset = reset(one, change);
        if let Some(slot) = self.undo.get_mut(at) {
            match reset {
                Reset::Not => {}
                Reset::Switched | Reset::Lower => slot.undone(index, change),
                Reset::Partly | Reset::Wholly if as_before => slot.undone(index, change),
                Reset::Partly => {}
                Reset::Wholly => slot.overwritten_at = Some(change.event.time),
            }
        }
        if let (Reset::Lower, Some(slot)) = (reset, self.undo.get_mut(index)) {
            (slot.undoes, slot.restores) = (true, Restored::Perhaps);
        }
    }

    /// Finds what `change` rolls back.
    fn roll_back(&mut self, index: usize, change: &'a Change, targets: &[usize]) {
        for earlier in catalogue::rolls_back(&change.event) {
            for target in targets {
                let Some(made) = self.made.get_mut(&(change.event.service(), *earlier, *target)) else { continue };
                let goes_back =
                    made.last().and_then(|at| self.changes.get(*at)).is_some_and(|made| catalogue::goes_back(&made.event, &change.event));
                let Some(at) = made.pop_if(|_| goes_back) else { continue };
                if let Some(slot) = self.undo.get_mut(at) {
                    slot.undone(index, change);
                }
                if let Some(slot) = self.undo.get_mut(index) {
                    (slot.undoes, slot.restores) = (true, Restored::Surely);
                }
            }
        }
    }

    /// Keeps `change` for what may take it back.
    fn remember(&mut self, index: usize, change: &'a Change, targets: &[usize]) {
        let (service, name) = (change.event.service(), change.event.name.as_str());
        if catalogue::can_be_rolled_back(&change.event) {
            for target in targets {
                self.made.entry((service, name, *target)).or_default().push(index);
            }
        }
        for (later, noun) in catalogue::taken_back_by(name) {
            for target in targets {
                self.open.entry((service, later, noun, *target)).or_default().push(index);
            }
        }
    }
}

/// Returns what a call that sets values is made to, by name; nothing for other calls.
fn made_to(change: &Change) -> Option<Vec<(&str, Cow<'_, str>)>> {
    let request = request(change).filter(|_| change.class.sets == Sets::Values)?;
    fn text(value: &Value) -> Cow<'_, str> {
        value.as_str().map_or_else(|| Cow::Owned(value.to_string()), Cow::Borrowed)
    }
    let mut parts: Vec<(&str, Cow<'_, str>)> =
        request.iter().filter(|(key, _)| is_name(key)).map(|(key, value)| (key.as_str(), text(value))).collect();
    parts.sort();
    Some(parts)
}

/// How far a later call sets anew what an earlier one had set.
#[derive(Clone, Copy)]
enum Reset {
    /// Nothing of it, or all to the same values.
    Not,
    /// Some of it.
    Partly,
    /// All of it, some to other values.
    Wholly,
    /// All of it, and what differs is a switch, which has but two ways to be.
    Switched,
    /// What differs is a lower version of the same: `api:42` became `api:41`.
    Lower,
}

fn reset(earlier: &Change, later: &Change) -> Reset {
    let (Some(first), Some(second)) = (request(earlier), request(later)) else { return Reset::Not };
    let (first, second) = (settings(first), settings(second));
    let both = first.iter().filter_map(|(key, one)| Some((*key, *one, *second.get(key)?)));
    let anew: Vec<(&str, &Value, &Value)> = both.filter(|(_, one, other)| one != other).collect();
    let all = first.keys().all(|key| second.contains_key(key));
    match anew.is_empty() {
        true => Reset::Not,
        false if anew.iter().all(|(key, one, other)| is_lower(key, one, other)) => Reset::Lower,
        false if !all || anew.iter().any(|(_, one, other)| are_orders(one) || are_orders(other)) => Reset::Partly,
        false if anew.iter().all(|(_, one, _)| one.is_boolean()) => Reset::Switched,
        false => Reset::Wholly,
    }
}

/// Tells whether a value says what is to be done to a part, rather than how the whole is to be: `[{"delete": {"indexName": …}}]`.
fn are_orders(value: &Value) -> bool {
    const ORDERS: &[&str] = &["create", "delete", "update", "add", "remove", "modify"];
    match value {
        Value::Array(items) => items.iter().any(are_orders),
        Value::Object(members) => members.keys().any(|key| ORDERS.iter().any(|order| key.eq_ignore_ascii_case(order))),
        _ => false,
    }
}

/// Tells whether `later` is a lower version of the same as `earlier`.
fn is_lower(key: &str, earlier: &Value, later: &Value) -> bool {
    fn version(value: &Value) -> Option<(&str, u64)> {
        let (of, number) = value.as_str()?.rsplit_once(':')?;
        Some((of, number.parse().ok()?))
    }
    // A host's port is no version of it.
    let versioned = ["definition", "version", "revision"].iter().any(|word| key.to_lowercase().contains(word));
    let (Some((of, earlier)), Some((same, later))) = (version(earlier), version(later)) else { return false };
    versioned && of == same && later < earlier
}

/// Returns what a change asks for.
fn request(change: &Change) -> Option<&Map<String, Value>> {
    unwrapped(change.event.request()).as_object()
}

/// Returns what a request sets, by name: a list of names and values is as many settings.
fn settings(request: &Map<String, Value>) -> BTreeMap<&str, &Value> {
    const NAMES: &[&str] = &["key", "name", "parameterName", "attributeName", "path", "optionName"];
    const LISTS: &[&str] = &["attributes", "parameters", "settings", "patchOperations", "options", "optionSettings"];
    let mut settings = BTreeMap::new();
    for (key, value) in request.iter().filter(|(key, _)| !is_name(key)) {
        let named = |item| Some((NAMES.iter().find_map(|name| Value::get(item, name)?.as_str())?, item));
        let list: Option<Vec<(&str, &Value)>> = match value {
            _ if !LISTS.contains(&key.as_str()) => None,
            Value::Array(items) => items.iter().map(named).collect(),
            Value::Object(map) => Some(map.iter().map(|(key, value)| (key.as_str(), value)).collect()),
            _ => None,
        };
        settings.extend(list.unwrap_or_else(|| vec![(key.as_str(), value)]));
    }
    settings
}

/// Tells whether a parameter names what a call is made to, or how, rather than what it sets.
fn is_name(key: &str) -> bool {
    let key = key.to_lowercase();
    catalogue::only_says(&key) || ["key", "url", "address"].iter().any(|end| key.ends_with(end))
}

/// Tells how far `later`, which undoes `earlier`, gives back what that had taken.
fn restored(earlier: &Change, later: &Change) -> Restored {
    let gives_back = later.class.gives_back || takes_away(earlier);
    match gives_back {
        false => Restored::No,
        true if says_all_of(earlier, later) => Restored::Surely,
        true => Restored::Perhaps,
    }
}

pub(super) fn takes_away(change: &Change) -> bool {
    change.severity.is_some_and(|severity| severity.effect == Effect::TakesAway)
}

/// Tells whether two opposite calls are about the same rule, route or policy of their target: what the shorter request
/// says stands in the other call as well, in its request or, for what is born there, its answer.
fn same_matter(earlier: &Change, later: &Change) -> bool {
    let (first, second) = (leaves(earlier.event.request()), leaves(later.event.request()));
    first.len() <= second.len() && all_said(&first, &second, later) || all_said(&second, &first, earlier)
}

fn says_anything(change: &Change) -> bool {
    !leaves(change.event.request()).is_empty()
}

/// Tells whether all values of the request of `few` stand in the request or the answer of `all`.
fn says_all_of(all: &Change, few: &Change) -> bool {
    all_said(&leaves(few.event.request()), &leaves(all.event.request()), all)
}

/// Tells whether `few` stand in `asked`, or else in the answer that `of` got.
fn all_said(few: &[Cow<'_, str>], asked: &[Cow<'_, str>], of: &Change) -> bool {
    let among = |leaf: &str, leaves: &[Cow<'_, str>]| leaves.iter().any(|other| other.eq_ignore_ascii_case(leaf));
    let answered = LazyCell::new(|| leaves(of.event.response()));
    few.iter().all(|leaf| among(leaf, asked) || among(leaf, &answered))
}

/// Returns the values of a request or an answer, each once, as text; switches tell nothing.
pub(super) fn leaves(value: &Value) -> Vec<Cow<'_, str>> {
    /// More than any rule, route or policy has; what is beyond is not looked at.
    const MOST: usize = 200;
    fn collect<'a>(value: &'a Value, depth: usize, found: &mut Vec<Cow<'a, str>>) {
        let mut add = |text: Cow<'a, str>| {
            if found.len() < MOST && !found.iter().any(|known| known.eq_ignore_ascii_case(&text)) {
                found.push(text);
            }
        };
        match value {
            Value::String(text) if !text.is_empty() => add(Cow::Borrowed(text)),
            Value::Number(number) => add(Cow::Owned(number.to_string())),
            Value::Array(items) if depth < 12 => items.iter().take(50).for_each(|item| collect(item, depth + 1, found)),
            Value::Object(map) if depth < 12 => map.values().take(50).for_each(|item| collect(item, depth + 1, found)),
            _ => {}
        }
    }
    let mut found = Vec::new();
    collect(value, 0, &mut found);
    found
}
