//! Relations between resources, learned from the events themselves.
//!
//! An event that names a security group and an instance relates the two, and is the proof of it. [`super::link`] follows
//! the relations from what the alert names.

use std::collections::{BTreeSet, HashMap, HashSet};

use foldhash::fast::RandomState;

use super::Change;
use crate::catalogue::{Resource, Role};

/// How a change is related to what the alert names.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Relation {
    /// It is made to what the alert names, as written there.
    Target(String),
    /// It mentions what the alert names.
    Mention(String),
    /// It is made to something one step away: `(named, through)`.
    OneStep(String, String),
    /// Two steps away.
    TwoSteps(String, String),
    /// It is made to something that bears the name.
    Name(String),
    /// Three steps away.
    ThreeSteps(String, String),
    /// Not related, as far as the events tell.
    #[default]
    None,
}

/// A resource with more neighbours than this does not lead on.
pub(super) const HUB: usize = 12;
/// An event that names more resources than this relates nothing: it is a sweep.
const SWEEP: usize = 24;

/// Words too common in resource names to tell anything: environments, layers, kinds.
pub(super) const COMMON_WORDS: &[&str] = &[
    "prod",
    "production",
    "staging",
    "stage",
    "test",
    "develop",
    "live",
    "main",
    "default",
    "service",
    "server",
    "cluster",
    "node",
    "worker",
    "primary",
    "secondary",
    "public",
    "private",
    "internal",
    "external",
    "group",
    "role",
    "policy",
    "critical",
    "warning",
    "high",
    "shared",
    "common",
    "loadbalancer",
    "targetgroup",
    "core",
    "infra",
    "item",
    "job",
    "setting",
    "schedule",
    "consumer",
    "producer",
    "queue",
    "topic",
    "table",
    "bucket",
    "function",
    "lambda",
    "handler",
    "instance",
    "database",
    "aurora",
    "mysql",
    "postgre",
    "redis",
    "cache",
    "stack",
    "template",
    "execution",
    "task",
    "target",
    "listener",
    "balancer",
    "alarm",
    "rule",
    "event",
    "stream",
    "logs",
    "metric",
    "backend",
    "frontend",
    "gateway",
    "endpoint",
    "subnet",
    "security",
    "parameter",
    "secret",
    "config",
    "cloudtrail",
    "amazonaws",
    "amazon",
    "west",
    "east",
    "north",
    "south",
    "central",
    "northeast",
    "northwest",
    "southeast",
    "southwest",
    "global",
];

/// Resources as nodes, joined when an event names both and one of them is its target.
pub(super) struct Graph {
    labels: Vec<String>,
    kinds: Vec<Option<&'static str>>,
    by_alias: HashMap<String, Bearers, RandomState>,
    /// The events, oldest first.
    order: Vec<usize>,
    /// Where the nodes of each event stand in `nodes`.
    of_event: Vec<(usize, usize)>,
    nodes: Vec<usize>,
    /// Where the edges of each node begin in `edges`, and last where they end.
    begins: Vec<usize>,
    edges: Vec<Edge>,
}

/// What ties a node to another one.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Edge {
    /// The other node.
    pub(super) to: usize,
    /// The newest event that names both.
    pub(super) by: usize,
}

/// The nodes that bear an alias; most are borne by one.
struct Bearers {
    first: usize,
    others: Vec<usize>,
}

impl Bearers {
    fn iter(&self) -> impl Iterator<Item = usize> {
        std::iter::once(self.first).chain(self.others.iter().copied())
    }
}

/// Two nodes that an event ties, the smaller first, and the event's place in the order of time.
type Tie = (u32, u32, u32);

impl Graph {
    /// Learns from `changes`, and from `background`: earlier changes that only tell what belongs to what.
    ///
    /// Shape: events are numbered as they stand in `changes`, those of `background` after them; the same events in another order give the same graph.
    pub(super) fn new<'a>(changes: &'a [Change], background: &'a [Change]) -> Self {
        Self::over(&changes.iter().chain(background).collect::<Vec<_>>())
    }

    /// Learns from `events`, in any order.
    pub(super) fn over(events: &[&Change]) -> Self {
        let at = |index: usize| events.get(index).map(|change| (change.event.time, change.event.event_id.as_str()));
        let mut order: Vec<usize> = (0..events.len()).collect();
        order.sort_by_key(|index| at(*index));
        let mut graph = Self {
            labels: Vec::new(),
            kinds: Vec::new(),
            by_alias: HashMap::default(),
            of_event: vec![(0, 0); events.len()],
            nodes: Vec::with_capacity(4 * events.len()),
            begins: Vec::new(),
            edges: Vec::new(),
            order,
        };
        // Most resources appear again and again, written alike.
        let mut seen: HashMap<(&[String], Option<&str>), usize, RandomState> = HashMap::default();
        let mut ties: Vec<Tie> = Vec::with_capacity(4 * events.len());
        for (place, index) in std::mem::take(&mut graph.order).into_iter().enumerate() {
            let Some(change) = events.get(index) else { continue };
            let begin = graph.nodes.len();
            for resource in &change.resources {
                let known = seen.entry((resource.aliases.as_slice(), resource.kind)).or_insert_with(|| graph.node(resource));
                graph.nodes.push(*known);
            }
            let nodes = graph.nodes.get(begin..).unwrap_or_default();
            if !change.event.failed() && nodes.len() <= SWEEP {
                join(&mut ties, change, nodes, place);
            }
            if let Some(of_event) = graph.of_event.get_mut(index) {
                *of_event = (begin, graph.nodes.len());
            }
            graph.order.push(index);
        }
        graph.lay(ties);
        graph
    }

    /// Lays out what ties the nodes.
    fn lay(&mut self, mut ties: Vec<Tie>) {
        ties.sort_unstable();
        // The newest of those that tie the same two is the last of them.
        let last = |at: usize| ties.get(at + 1).map(|tie| (tie.0, tie.1)) != ties.get(at).map(|tie| (tie.0, tie.1));
        let kept: Vec<Tie> = ties.iter().enumerate().filter(|(at, _)| last(*at)).map(|(_, tie)| *tie).collect();
        let mut ends = vec![0; self.labels.len() + 1];
        for node in kept.iter().flat_map(|tie| [tie.0, tie.1]) {
            ends.get_mut(node as usize + 1).into_iter().for_each(|end| *end += 1);
        }
        let mut sum = 0;
        for end in &mut ends {
            sum += *end;
            *end = sum;
        }
        self.edges = vec![Edge::default(); sum];
        let mut free = ends.clone();
        for (one, other, place) in kept {
            let by = self.order.get(place as usize).copied().unwrap_or_default();
            for (from, to) in [(one, other), (other, one)] {
                let Some(slot) = free.get_mut(from as usize) else { continue };
                if let Some(edge) = self.edges.get_mut(*slot) {
                    *edge = Edge { to: to as usize, by };
                }
                *slot += 1;
            }
        }
        self.begins = ends;
    }

    fn node(&mut self, resource: &Resource) -> usize {
        let aliases: Vec<String> = resource.aliases.iter().map(|alias| alias.to_lowercase()).collect();
        let known = self.bearers(&aliases, resource.kind).min();
        let node = known.unwrap_or(self.labels.len());
        match self.kinds.get_mut(node) {
            // Once the kind is known, things of another kind that are called alike are others.
            Some(kind) => *kind = kind.or(resource.kind),
            None => {
                self.labels.push(resource.id.clone());
                self.kinds.push(resource.kind);
            }
        }
        for alias in aliases {
            let bearers = self.by_alias.entry(alias).or_insert_with(|| Bearers { first: node, others: Vec::new() });
            if bearers.first != node && !bearers.others.contains(&node) {
                bearers.others.push(node);
            }
        }
        node
    }

    fn bearers(&self, aliases: &[String], kind: Option<&str>) -> impl Iterator<Item = usize> {
        let agrees = move |node: &usize| same_kind(kind, self.kind(*node));
        aliases.iter().filter_map(|alias| self.by_alias.get(alias)).flat_map(Bearers::iter).filter(agrees)
    }

    /// Returns the nodes that bear one of `aliases` (lower case) and whose kind does not contradict `kind`.
    pub(super) fn find(&self, aliases: &[String], kind: Option<&str>) -> BTreeSet<usize> {
        self.bearers(aliases, kind).collect()
    }

    /// Returns for each of `words`, in lower case, the nodes one of whose names holds it as a whole word.
    pub(super) fn bearing(&self, words: &[&str]) -> Vec<HashSet<usize, RandomState>> {
        // A name is looked at once: by each of its parts, with which a word may begin.
        let mut by_first: HashMap<&str, Vec<usize>, RandomState> = HashMap::default();
        for (at, word) in words.iter().enumerate() {
            by_first.entry(parts(word).next().unwrap_or_default()).or_default().push(at);
        }
        let mut bearing = vec![HashSet::default(); words.len()];
        if words.is_empty() {
            return bearing;
        }
        for (name, bearers) in &self.by_alias {
            for at in parts(name).filter_map(|part| by_first.get(part)).flatten() {
                if let (Some(word), Some(nodes)) = (words.get(*at), bearing.get_mut(*at))
                    && holds_word(name, word)
                {
                    nodes.extend(bearers.iter());
                }
            }
        }
        bearing
    }

    /// Returns the events, oldest first.
    pub(super) fn in_time(&self) -> &[usize] {
        &self.order
    }

    /// Returns what ties a node to others, by their numbers.
    pub(super) fn edges(&self, node: usize) -> &[Edge] {
        let at = |node: usize| self.begins.get(node).copied().unwrap_or_default();
        self.edges.get(at(node)..at(node + 1)).unwrap_or_default()
    }

    /// Returns all nodes that a change names; none of a sweep.
    pub(super) fn named_by(&self, index: usize) -> impl Iterator<Item = usize> + '_ {
        let nodes = self.of_event(index);
        nodes.iter().copied().filter(move |_| nodes.len() <= SWEEP)
    }

    /// Returns the nodes that a change is made to; none of a sweep.
    pub(super) fn targets<'a>(&'a self, index: usize, change: &'a Change) -> impl Iterator<Item = usize> + 'a {
        self.made_to(index, change).filter(move |_| self.of_event(index).len() <= SWEEP)
    }

    /// Returns the nodes that a change is made to, of a sweep as well.
    pub(super) fn made_to<'a>(&'a self, index: usize, change: &'a Change) -> impl Iterator<Item = usize> + 'a {
        change.resources.iter().zip(self.of_event(index)).filter(|(resource, _)| resource.role == Role::Target).map(|(_, node)| *node)
    }

    /// Returns the nodes next to `node`, but for those that many share.
    pub(super) fn tied(&self, node: usize) -> impl Iterator<Item = usize> + '_ {
        let next = Some(self.edges(node)).filter(|edges| edges.len() <= HUB).into_iter().flatten();
        next.map(|edge| edge.to).filter(|node| self.edges(*node).len() <= HUB)
    }

    /// Returns all nodes that a change names, in the order of its resources.
    pub(super) fn of_event(&self, index: usize) -> &[usize] {
        self.of_event.get(index).and_then(|(begin, end)| self.nodes.get(*begin..*end)).unwrap_or_default()
    }

    /// Returns how many nodes there are.
    pub(super) fn len(&self) -> usize {
        self.labels.len()
    }

    /// Returns the CloudFormation type of a node, when it is known.
    pub(super) fn kind(&self, node: usize) -> Option<&'static str> {
        self.kinds.get(node).copied().flatten()
    }

    /// Returns how a node was first called.
    pub(super) fn label(&self, node: usize) -> String {
        self.labels.get(node).cloned().unwrap_or_default()
    }
}

/// Ties what `change` is made to with all else that it names.
fn join(ties: &mut Vec<Tie>, change: &Change, nodes: &[usize], place: usize) {
    let number = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
    for (_, target) in change.resources.iter().zip(nodes).filter(|(resource, _)| resource.role == Role::Target) {
        for other in nodes.iter().filter(|other| *other != target) {
            ties.push((number(*target.min(other)), number(*target.max(other)), number(place)));
        }
    }
}

/// Splits a name at all that is no letter and no digit.
fn parts(name: &str) -> impl Iterator<Item = &str> {
    name.split(|c: char| !c.is_alphanumeric()).filter(|part| !part.is_empty())
}

/// Tells whether `name` holds `word` as a whole word: `prod-checkout-api` holds `checkout`; both are lower case.
fn holds_word(name: &str, word: &str) -> bool {
    name.match_indices(word).any(|(at, _)| {
        let before = name.get(..at).and_then(|s| s.chars().next_back());
        let after = name.get(at + word.len()..).and_then(|s| s.chars().next());
        before.is_none_or(|c| !c.is_alphanumeric()) && after.is_none_or(|c| !c.is_alphanumeric())
    })
}

/// Tells whether two CloudFormation types may mean the same; `LoadBalancer` of either ELB generation does, and an unknown one always does.
pub(super) fn same_kind(a: Option<&str>, b: Option<&str>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => a == b || a.rsplit("::").next() == b.rsplit("::").next(),
        _ => true,
    }
}
