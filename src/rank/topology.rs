//! Relations between resources, learned from the events themselves.
//!
//! An event that names a security group and an instance relates the two. Starting from what the alert names, the
//! relations are followed for two steps; a resource that everything is related to (a VPC, a deployment role) does not
//! lead on.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use foldhash::fast::RandomState;

use super::Change;
use crate::catalogue::{Resource, Role, aliases_of};
use crate::context::NamedResource;
use crate::context::basis::Basis;

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
    /// Not related, as far as the events tell.
    #[default]
    None,
}

/// A resource with more neighbours than this does not lead on.
const HUB: usize = 12;
/// An event that names more resources than this relates nothing: it is a sweep.
const SWEEP: usize = 24;
/// Kinds that never relate what they connect: everything of a team shares them.
const NEVER_THROUGH: &[&str] =
    &["AWS::EC2::Image", "AWS::EC2::KeyPair", "AWS::IAM::User", "AWS::IAM::ManagedPolicy", "AWS::KMS::Key", "AWS::S3::Bucket"];

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

/// Finds the relation of each change to `named`.
///
/// Shape: one element for each change, in their order.
pub(super) fn relations(named: &[NamedResource], changes: &[Change], graph: &Graph) -> Vec<Relation> {
    let mut best = vec![Relation::None; changes.len()];
    for resource in named {
        let rings = Rings::around(resource, graph);
        for ((index, change), best) in changes.iter().enumerate().zip(&mut best) {
            let relation = rings.relate(index, change);
            if relation < *best {
                *best = relation;
            }
        }
    }
    best
}

/// Tells whether a name in the incident stands for a resource, rather than for a service or a job that may be called anything.
pub(super) fn is_firm(named: &NamedResource) -> bool {
    named.kind.is_some() || named.basis == Basis::Argument || named.id.starts_with("arn:")
}

/// The resources around one that the alert names, as nodes of the graph.
struct Rings<'a> {
    named: &'a NamedResource,
    graph: &'a Graph,
    /// The resource itself; it leads nowhere where the alert only gives a name.
    start: BTreeSet<usize>,
    first: BTreeMap<usize, usize>,
    second: BTreeMap<usize, usize>,
    /// What bears its name.
    namesakes: HashSet<usize>,
}

impl<'a> Rings<'a> {
    fn around(named: &'a NamedResource, graph: &'a Graph) -> Self {
        let aliases: Vec<String> = aliases_of(&named.id).iter().map(|alias| alias.to_lowercase()).collect();
        let start = if is_firm(named) { graph.find(&aliases, named.kind.as_deref()) } else { BTreeSet::new() };
        let first = graph.neighbours(&start, true);
        let second = graph.neighbours(&first.keys().copied().collect(), false);
        Self { named, graph, start, first, second, namesakes: graph.bearing(&aliases) }
    }

    /// Returns how the change at `index` is related to the named resource.
    fn relate(&self, index: usize, change: &Change) -> Relation {
        let name = || self.named.id.clone();
        let nodes = self.graph.of_event(index);
        let targets = || self.graph.made_to(index, change);
        // Another of its kind two steps away is a sibling: what lies between is shared by both.
        let sibling = |node: usize| self.named.kind.is_some() && self.graph.kind(node) == self.named.kind.as_deref();
        let mut touched = change.resources.iter().zip(nodes).filter(|(resource, _)| resource.role != Role::Referenced);
        if targets().any(|node| self.start.contains(&node)) {
            Relation::Target(name())
        } else if nodes.iter().any(|node| self.start.contains(node)) {
            Relation::Mention(name())
        } else if let Some(through) = targets().find(|node| self.first.contains_key(node)) {
            Relation::OneStep(name(), self.graph.label(through))
        } else if let Some(through) = targets().find(|node| self.second.contains_key(node) && !sibling(*node)) {
            Relation::TwoSteps(name(), self.graph.label(through))
        } else if touched.any(|(_, node)| self.namesakes.contains(node)) {
            Relation::Name(name())
        } else {
            Relation::None
        }
    }
}

/// Tells whether `name` holds `word` as a whole word: `prod-checkout-api` holds `checkout`; both are lower case.
fn holds_word(name: &str, word: &str) -> bool {
    name.match_indices(word).any(|(at, _)| {
        let before = name.get(..at).and_then(|s| s.chars().next_back());
        let after = name.get(at + word.len()..).and_then(|s| s.chars().next());
        before.is_none_or(|c| !c.is_alphanumeric()) && after.is_none_or(|c| !c.is_alphanumeric())
    })
}

/// Resources as nodes, joined when an event names both and one of them is its target.
pub(super) struct Graph {
    labels: Vec<String>,
    kinds: Vec<Option<&'static str>>,
    by_alias: HashMap<String, Vec<usize>, RandomState>,
    of_event: Vec<Vec<usize>>,
    edges: Vec<BTreeSet<usize>>,
}

impl Graph {
    /// Learns from `changes`, and from `background`: earlier changes that only tell what belongs to what.
    pub(super) fn new<'a>(changes: &'a [Change], background: &'a [Change]) -> Self {
        let mut graph = Self {
            labels: Vec::new(),
            kinds: Vec::new(),
            by_alias: HashMap::default(),
            of_event: Vec::with_capacity(changes.len()),
            edges: Vec::new(),
        };
        // Most resources appear again and again, written alike.
        let mut seen: HashMap<(&[String], Option<&str>), usize, RandomState> = HashMap::default();
        for change in changes.iter().chain(background) {
            let mut node =
                |resource: &'a Resource| *seen.entry((resource.aliases.as_slice(), resource.kind)).or_insert_with(|| graph.node(resource));
            let nodes: Vec<usize> = change.resources.iter().map(&mut node).collect();
            if !change.event.failed() && nodes.len() <= SWEEP {
                graph.join(change, &nodes);
            }
            graph.of_event.push(nodes);
        }
        graph
    }

    fn join(&mut self, change: &Change, nodes: &[usize]) {
        let with_node = || change.resources.iter().zip(nodes);
        for (_, target) in with_node().filter(|(r, _)| r.role == Role::Target) {
            for (_, other) in with_node().filter(|(_, node)| *node != target) {
                if let Some(edges) = self.edges.get_mut(*target) {
                    edges.insert(*other);
                }
                if let Some(edges) = self.edges.get_mut(*other) {
                    edges.insert(*target);
                }
            }
        }
    }

    fn node(&mut self, resource: &Resource) -> usize {
        let aliases: Vec<String> = resource.aliases.iter().map(|alias| alias.to_lowercase()).collect();
        if let Some(known) = self.find(&aliases, resource.kind).into_iter().next() {
            for alias in aliases {
                let nodes = self.by_alias.entry(alias).or_default();
                if !nodes.contains(&known) {
                    nodes.push(known);
                }
            }
            return known;
        }
        let node = self.labels.len();
        self.labels.push(resource.id.clone());
        self.kinds.push(resource.kind);
        self.edges.push(BTreeSet::new());
        for alias in aliases {
            self.by_alias.entry(alias).or_default().push(node);
        }
        node
    }

    /// Returns the nodes that bear one of `aliases` (lower case) and whose kind does not contradict `kind`.
    fn find(&self, aliases: &[String], kind: Option<&str>) -> BTreeSet<usize> {
        let agrees = |node: &usize| same_kind(kind, self.kinds.get(*node).copied().flatten());
        aliases.iter().filter_map(|alias| self.by_alias.get(alias)).flatten().filter(|node| agrees(node)).copied().collect()
    }

    /// Returns the nodes one of whose names holds one of `aliases` (lower case) as a whole word.
    fn bearing(&self, aliases: &[String]) -> HashSet<usize> {
        let telling = |alias: &&String| alias.len() >= 3 && !COMMON_WORDS.contains(&alias.as_str()) && !alias.contains("arn:");
        let words: Vec<&String> = aliases.iter().filter(telling).collect();
        let bears = |name: &str| words.iter().any(|word| holds_word(name, word));
        self.by_alias.iter().filter(|(name, _)| bears(name)).flat_map(|(_, nodes)| nodes).copied().collect()
    }

    /// Returns the nodes next to `from`, each with the node that led to it; hubs only lead on when they are `named`.
    fn neighbours(&self, from: &BTreeSet<usize>, named: bool) -> BTreeMap<usize, usize> {
        let mut found = BTreeMap::new();
        for node in from {
            let Some(edges) = self.edges.get(*node) else { continue };
            let shared = self.kinds.get(*node).copied().flatten().is_some_and(|kind| NEVER_THROUGH.contains(&kind));
            if !named && (edges.len() > HUB || shared) {
                continue;
            }
            for next in edges.iter().filter(|next| !from.contains(next)) {
                found.entry(*next).or_insert(*node);
            }
        }
        found
    }

    /// Returns all nodes that a change names; none of a sweep.
    pub(super) fn named_by(&self, index: usize) -> impl Iterator<Item = usize> + '_ {
        self.of_event(index).iter().copied().filter(move |_| self.of_event(index).len() <= SWEEP)
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
        let next = self.edges.get(node).filter(|edges| edges.len() <= HUB).into_iter().flatten();
        next.copied().filter(|node| self.edges.get(*node).is_none_or(|edges| edges.len() <= HUB))
    }

    fn of_event(&self, index: usize) -> &[usize] {
        self.of_event.get(index).map_or(&[], Vec::as_slice)
    }

    fn kind(&self, node: usize) -> Option<&'static str> {
        self.kinds.get(node).copied().flatten()
    }

    fn label(&self, node: usize) -> String {
        self.labels.get(node).cloned().unwrap_or_default()
    }
}

/// Tells whether two CloudFormation types may mean the same; `LoadBalancer` of either ELB generation does, and an unknown one always does.
pub(super) fn same_kind(a: Option<&str>, b: Option<&str>) -> bool {
    let last = |kind: &str| kind.rsplit("::").next().unwrap_or_default().to_owned();
    match (a, b) {
        (Some(a), Some(b)) => a == b || last(a) == last(b),
        _ => true,
    }
}
