//! How a change is tied to what the alert names: the path of records from the one to the other.
//!
//! Starting from what the alert names, the relations that events tell of are followed for three steps; a resource that
//! everything is related to (a VPC, a deployment role) does not lead on.

use std::collections::HashSet;

use foldhash::fast::RandomState;

use super::Change;
use super::topology::{COMMON_WORDS, Edge, Graph, HUB, Relation};
use crate::catalogue::{Role, aliases_of};
use crate::context::NamedResource;

/// One step of a path: a record names both ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// As the alert writes it, for the first step; else as that record does. Untrusted.
    pub from: String,
    /// As that record writes it. Untrusted.
    pub to: String,
    /// The id of the event. Untrusted.
    pub by: String,
}

/// How far from what the alert names the relations are followed.
const FARTHEST: u8 = 3;
/// Kinds that never relate what they connect: everything of a team shares them.
const NEVER_THROUGH: &[&str] =
    &["AWS::EC2::Image", "AWS::EC2::KeyPair", "AWS::IAM::User", "AWS::IAM::ManagedPolicy", "AWS::KMS::Key", "AWS::S3::Bucket"];
/// Kinds that are but the joint between two others: to pass one is no step.
const JOINTS: &[&str] = &[
    "AWS::ElasticLoadBalancingV2::Listener",
    "AWS::ElasticLoadBalancingV2::ListenerRule",
    "AWS::IAM::InstanceProfile",
    "AWS::Lambda::EventSourceMapping",
    "AWS::EC2::NetworkInterface",
    "AWS::SNS::Subscription",
];

/// Finds the relation of each change to `named`, and its path.
///
/// Shape: one element for each change, in their order; a path is empty where nothing relates the two. `graph` is of `changes` and `background`.
pub(super) fn relations(named: &[NamedResource], changes: &[Change], background: &[Change], graph: &Graph) -> Vec<(Relation, Vec<Link>)> {
    let aliases: Vec<Vec<String>> =
        named.iter().map(|resource| aliases_of(&resource.id).iter().map(|alias| alias.to_lowercase()).collect()).collect();
    let telling = |alias: &&String| alias.len() >= 3 && !COMMON_WORDS.contains(&alias.as_str()) && !alias.contains("arn:");
    let words: Vec<(usize, &str)> =
        (0..).zip(&aliases).flat_map(|(of, aliases)| aliases.iter().filter(telling).map(move |alias| (of, alias.as_str()))).collect();
    let bearing = graph.bearing(&words.iter().map(|(_, word)| *word).collect::<Vec<_>>());
    let mut namesakes: Vec<HashSet<usize, RandomState>> = vec![HashSet::default(); named.len()];
    for ((of, _), nodes) in words.iter().zip(bearing) {
        namesakes.get_mut(*of).into_iter().for_each(|namesakes| namesakes.extend(&nodes));
    }
    let event = |index: usize| changes.get(index).or_else(|| background.get(index - changes.len()));
    let mut best = vec![(Relation::None, Vec::new()); changes.len()];
    for ((named, aliases), namesakes) in named.iter().zip(&aliases).zip(namesakes) {
        let rings = Rings::around(named, aliases, namesakes, graph);
        for ((index, change), best) in changes.iter().enumerate().zip(&mut best) {
            let Some((relation, to)) = rings.relate(index, change).filter(|(relation, _)| *relation < best.0) else { continue };
            *best = (relation, rings.path(to, index, &event));
        }
    }
    best
}

/// Tells whether a name in the incident stands for a resource, rather than for a service or a job that may be called anything.
pub(super) fn is_firm(named: &NamedResource) -> bool {
    named.is_firm()
}

/// Tells whether a word looks like a name that somebody gave a thing, rather than like a word: `checkout-api`, `db.example.com`, `worker7`.
fn looks_given(word: &str) -> bool {
    word.len() >= 5
        && !word.contains(char::is_whitespace)
        && word.contains(|c: char| matches!(c, '-' | '_' | '.' | '/') || c.is_ascii_digit())
}

/// What is around a resource that the alert names, by the steps to it.
pub(super) struct Reach<'a>(Rings<'a>);

impl<'a> Reach<'a> {
    /// Follows the relations from `named`.
    pub(super) fn from(named: &'a NamedResource, graph: &'a Graph) -> Self {
        let aliases: Vec<String> = aliases_of(&named.id).iter().map(|alias| alias.to_lowercase()).collect();
        Self(Rings::around(named, &aliases, HashSet::default(), graph))
    }

    /// Returns what leads on, as a record writes it, and after how many steps it is reached.
    pub(super) fn steps_away(&self) -> Vec<(u8, String)> {
        let rings = &self.0;
        (0..rings.reached.len())
            .filter(|node| rings.leads_on(*node))
            .filter_map(|node| Some((rings.steps(node)?, rings.graph.label(node))))
            .collect()
    }
}

/// How a node was reached: after how many steps, and by what.
#[derive(Clone, Copy)]
struct Reached {
    steps: u8,
    from: usize,
    by: usize,
}

/// The end of a path: what the change is made to, or what it names.
enum End {
    /// The change itself names both.
    Itself(usize),
    /// A node that was reached.
    Node(usize),
}

/// The resources around one that the alert names, as nodes of the graph.
struct Rings<'a> {
    named: &'a NamedResource,
    graph: &'a Graph,
    /// How each node was reached; the resource itself after no step, and nowhere where the alert only gives a name.
    reached: Vec<Option<Reached>>,
    /// What bears its name.
    namesakes: HashSet<usize, RandomState>,
}

impl<'a> Rings<'a> {
    fn around(named: &'a NamedResource, aliases: &[String], namesakes: HashSet<usize, RandomState>, graph: &'a Graph) -> Self {
        let mut rings = Self { named, graph, reached: vec![None; graph.len()], namesakes };
        if !is_firm(named) && !looks_given(&named.id) {
            return rings;
        }
        let mut ring: Vec<usize> = graph.find(aliases, named.kind.as_deref()).into_iter().collect();
        for node in &ring {
            rings.reached.get_mut(*node).into_iter().for_each(|slot| *slot = Some(Reached { steps: 0, from: *node, by: 0 }));
        }
        for steps in 1..=FARTHEST {
            let mut next = Vec::new();
            ring.retain(|node| steps == 1 || rings.leads_on(*node));
            ring.iter().for_each(|node| rings.expand(*node, steps, &mut next));
            let mut at = 0;
            while let Some(node) = next.get(at).copied() {
                if rings.is_one_of(node, JOINTS) && rings.leads_on(node) {
                    rings.expand(node, steps, &mut next);
                }
                at += 1;
            }
            ring = next;
        }
        rings
    }

    /// Reaches what is next to a node and was not reached before.
    fn expand(&mut self, from: usize, steps: u8, next: &mut Vec<usize>) {
        for Edge { to, by } in self.graph.edges(from) {
            if let Some(slot @ None) = self.reached.get_mut(*to) {
                *slot = Some(Reached { steps, from, by: *by });
                next.push(*to);
            }
        }
    }

    fn leads_on(&self, node: usize) -> bool {
        self.graph.edges(node).len() <= HUB && !self.is_one_of(node, NEVER_THROUGH)
    }

    fn is_one_of(&self, node: usize, kinds: &[&str]) -> bool {
        self.graph.kind(node).is_some_and(|kind| kinds.contains(&kind))
    }

    fn steps(&self, node: usize) -> Option<u8> {
        Some(self.reached.get(node)?.as_ref()?.steps)
    }

    /// Returns how the change at `index` is related to the named resource, and where the path ends.
    fn relate(&self, index: usize, change: &Change) -> Option<(Relation, End)> {
        let name = || self.named.id.clone();
        let nodes = self.graph.of_event(index);
        let targets = || self.graph.made_to(index, change);
        // Another of its kind further away is a sibling: what lies between is shared by both.
        let sibling = |node: usize| self.named.kind.is_some() && self.graph.kind(node) == self.named.kind.as_deref();
        let nearest = targets().filter_map(|node| Some((self.steps(node)?, node))).filter(|(steps, node)| *steps < 2 || !sibling(*node));
        let nearest = nearest.min_by_key(|(steps, _)| *steps);
        let bears = || {
            let mut touched = change.resources.iter().zip(nodes).filter(|(resource, _)| resource.role != Role::Referenced);
            touched.find(|(_, node)| self.namesakes.contains(node)).map(|(_, node)| *node)
        };
        if let Some((0, node)) = nearest {
            Some((Relation::Target(name()), End::Itself(node)))
        } else if nodes.iter().any(|node| self.steps(*node) == Some(0)) {
            let made_to = targets().chain(nodes.iter().copied()).next()?;
            Some((Relation::Mention(name()), End::Itself(made_to)))
        } else if let Some((1, node)) = nearest {
            Some((Relation::OneStep(name(), self.graph.label(node)), End::Node(node)))
        } else if let Some((2, node)) = nearest {
            Some((Relation::TwoSteps(name(), self.graph.label(node)), End::Node(node)))
        } else if let Some(node) = bears() {
            Some((Relation::Name(name()), End::Itself(node)))
        } else {
            let (_, node) = nearest?;
            Some((Relation::ThreeSteps(name(), self.graph.label(node)), End::Node(node)))
        }
    }

    /// Returns the steps from the named resource to the end of a path that the change at `index` has.
    fn path<'e>(&self, end: End, index: usize, event: &impl Fn(usize) -> Option<&'e Change>) -> Vec<Link> {
        let link = |from: Option<usize>, to: usize, by: usize| {
            let change = event(by)?;
            let told = |node: usize| {
                let own = change.resources.iter().zip(self.graph.of_event(by)).find(|(_, own)| **own == node);
                own.map(|(resource, _)| resource.id.clone())
            };
            // The first step begins at what the alert says.
            let from = from.map_or_else(|| Some(self.named.id.clone()), told)?;
            Some(Link { from, to: told(to)?, by: change.event.event_id.clone() })
        };
        let mut node = match end {
            End::Itself(node) => return link(None, node, index).into_iter().collect(),
            End::Node(node) => node,
        };
        let mut path = Vec::new();
        while let Some(Some(Reached { steps: 1.., from, by })) = self.reached.get(node) {
            path.extend(link((self.steps(*from) != Some(0)).then_some(*from), node, *by));
            node = *from;
        }
        path.reverse();
        path
    }
}

#[cfg(test)]
mod tests;
