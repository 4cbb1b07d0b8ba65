//! What a change and the alert have in common by name: teams name the parts of a service alike, `search-worker` runs as `search-role`.
//!
//! Each name that the changes bear is looked at once, however many bear it: what it shares with the alert is a `Hit`. A change goes by the
//! best hit of its own names, or else of the names of what other events tie it to.

mod alert;
mod lexicon;
mod word;

use std::collections::{HashMap, HashSet};

use foldhash::fast::RandomState;

use self::alert::{Hit, Spelt};
use self::lexicon::{Lexicon, Name, Word};
use super::Change;
use super::activity::Activities;
use super::topology::Graph;
use crate::context::Incident;

/// What a change shares with the alert.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Affinity {
    /// A whole name that the alert gives: a host, an address, a path, the name of a thing.
    Exact(String),
    /// A word of the name of a thing that the alert names, and how rare it is among the changes, from 0 to 1.
    Named(String, f64),
    /// A word of what the alert calls the service or the job that is ill, and how rare it is.
    Labelled(String, f64),
    /// A word of the alert's prose that says whose a thing is here, and how rare it is.
    Told(String, f64),
    /// The alert names something whose name others bear, the change concerns something that is named otherwise.
    Other,
    /// The alert's prose speaks of a name that others among the changes bear, the change concerns something that is named otherwise.
    OtherThanTold,
    /// Nothing to tell by: one of them bears no name.
    #[default]
    Unknown,
}

impl Affinity {
    /// Tells whether it is a name that the alert gives to something, rather than a word of its prose.
    pub fn is_of_named(&self) -> bool {
        matches!(self, Self::Exact(_) | Self::Named(..) | Self::Labelled(..))
    }
}

/// What a name counts that is not a thing's own but of what it is tied to.
const INHERITED: f64 = 0.8;

/// Finds what each change shares with the alert.
///
/// Shape: one element for each change, in their order. What has no name of its own (a key, a mapping, an instance) goes by the
/// names of what other events, `background` included, tie it to.
pub(super) fn affinities(
    incident: &Incident,
    changes: &[Change],
    background: &[Change],
    graph: &Graph,
    activities: &Activities<'_>,
) -> Vec<Affinity> {
    let spelt = Spelt::new(incident);
    let mut lexicon = Lexicon::new(&spelt.wholes());
    let alert = spelt.read(&mut lexicon, activities);
    let all = || changes.iter().chain(background);
    let names = Names::of(all(), &mut lexicon);
    lexicon.learn_places();
    let sides = alert.sides(&lexicon);
    let rarity = Rarity::new(changes, &names, activities, |name| sides.words_of(name));
    let hits: Vec<Option<Hit>> = lexicon.names().iter().map(|known| sides.hit(known, &lexicon, &rarity)).collect();

    let best = |index: usize| names.at(index).iter().filter_map(|name| *hits.get(usize::try_from(*name).ok()?)?).reduce(Hit::better);
    let own: Vec<Option<Hit>> = (0..changes.len() + background.len()).map(best).collect();
    let (named_here, told_here) = (
        own.iter().flatten().any(|hit| sides.is_named(hit)),
        own.iter().take(changes.len()).flatten().any(|hit| !sides.is_named(hit) && hit.rarity >= 1.0),
    );
    let of_nodes = hits_of_nodes(all(), &names, &own, graph);
    let tied = |index: usize, change: &Change| {
        let around = graph.targets(index, change).flat_map(|node| std::iter::once(node).chain(graph.tied(node)));
        let mut found = around.filter_map(|node| of_nodes.get(&node)).peekable();
        (found.peek().is_some(), found.copied().flatten().reduce(Hit::better).map(|hit| hit.inherited(INHERITED)))
    };
    let affinity = |((index, change), own): ((usize, &Change), &Option<Hit>)| {
        let (bears, inherited) = if change.class.noise { (false, None) } else { tied(index, change) };
        match (own.iter().copied().chain(inherited).reduce(Hit::better), named_here, told_here) {
            (Some(hit), ..) => sides.affinity(hit, &lexicon),
            _ if names.at(index).is_empty() && !bears => Affinity::Unknown,
            (None, true, _) => Affinity::Other,
            (None, false, true) => Affinity::OtherThanTold,
            (None, false, false) => Affinity::Unknown,
        }
    };
    changes.iter().enumerate().zip(&own).map(affinity).collect()
}

/// Returns the best hit of the names that events which change or tag a resource speak of, by the resource's node.
///
/// Shape: a node whose names share nothing with the alert is there, with no hit.
fn hits_of_nodes<'a>(
    changes: impl Iterator<Item = &'a Change>,
    names: &Names,
    own: &[Option<Hit>],
    graph: &Graph,
) -> HashMap<usize, Option<Hit>, RandomState> {
    let mut of_nodes: HashMap<usize, Option<Hit>, RandomState> = HashMap::default();
    for (index, (change, hit)) in changes.zip(own).enumerate() {
        if names.at(index).is_empty() || change.event.failed() {
            continue;
        }
        let tagged = change.class.tags.then(|| graph.named_by(index)).into_iter().flatten();
        for node in graph.targets(index, change).chain(tagged) {
            let known = of_nodes.entry(node).or_default();
            *known = (*known).into_iter().chain(*hit).reduce(Hit::better);
        }
    }
    of_nodes
}

/// The names of some changes, one after another.
struct Names {
    all: Vec<Name>,
    ends: Vec<usize>,
}

impl Names {
    fn of<'a>(changes: impl Iterator<Item = &'a Change>, lexicon: &mut Lexicon) -> Self {
        let (mut names, mut own) = (Self { all: Vec::new(), ends: vec![0] }, Vec::new());
        for change in changes {
            own.clear();
            lexicon.of_change(change, &mut own);
            names.all.extend_from_slice(&own);
            names.ends.push(names.all.len());
        }
        names
    }

    /// Returns the names of the change at `index`.
    fn at(&self, index: usize) -> &[Name] {
        let bounds = self.ends.get(index).zip(self.ends.get(index + 1));
        bounds.and_then(|(from, to)| self.all.get(*from..*to)).unwrap_or_default()
    }
}

/// How telling a word is: one that few kinds of change bear tells more than the name of the whole platform.
struct Rarity {
    seen: HashMap<Word, usize, RandomState>,
    all: f64,
}

impl Rarity {
    /// So many kinds of change may bear a word that is somebody's own.
    const OWN: f64 = 4.0;

    /// Counts each word of the alert (`words_of` a name) once for an actor and an event name: a burst does not make a name common.
    fn new<'w>(changes: &[Change], names: &Names, activities: &Activities<'_>, words_of: impl Fn(Name) -> &'w [Word]) -> Self {
        let mut told = HashSet::<(Word, usize), RandomState>::default();
        let mut seen: HashMap<Word, usize, RandomState> = HashMap::default();
        for (index, change) in changes.iter().enumerate() {
            for word in names.at(index).iter().flat_map(|name| words_of(*name)).filter(|_| !change.class.noise) {
                if told.insert((*word, activities.number(index))) {
                    *seen.entry(*word).or_default() += 1;
                }
            }
        }
        Self { seen, all: activities.len() as f64 }
    }

    /// Returns how rare a word is, from nearly 0 to 1.
    fn of(&self, word: Word) -> f64 {
        let seen = self.seen.get(&word).copied().unwrap_or_default() as f64;
        let all = self.all.max(2.0 * Self::OWN);
        if seen <= Self::OWN { 1.0 } else { ((all / seen).ln() / (all / Self::OWN).ln()).clamp(0.1, 1.0) }
    }
}
