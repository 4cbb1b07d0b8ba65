//! The kinds of incident: each is a row of data that says what broke, what it looked like, and what stood around it.
//!
//! Templates name resources of one service by `$db`, `$sgdb` and so on (see `topology`). Kinds are split into two
//! halves in this source, before any ranker was run on them: a ranker may be tuned on one, and is reported on the other.

mod compute;
mod database;
mod deployment;
mod gateway;
mod identity;
mod load_balancer;
mod messaging;
mod network;
mod observability;
mod secret;
mod shape;
mod storage;
mod traffic;

use super::actor::Who;
use super::record::Call;

/// The half a kind belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Half {
    /// A ranker's author may look at these.
    Tuned,
    /// These are only reported.
    Reported,
}

/// What an alert of a kind says; `$names` are filled in.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Words {
    /// The alert rule's name.
    pub(crate) name: &'static str,
    /// One line.
    pub(crate) summary: &'static str,
    /// Another line, or nothing.
    pub(crate) description: &'static str,
}

/// Words with both lines.
pub(crate) const fn say(name: &'static str, summary: &'static str, description: &'static str) -> Words {
    Words { name, summary, description }
}

/// One kind of incident.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Kind {
    /// Its name in reports.
    pub(crate) name: &'static str,
    /// Which half it is in.
    pub(crate) half: Half,
    /// Seconds from the change to the alert, when the effect is prompt.
    pub(crate) quick: (i64, i64),
    /// Seconds from the change to the alert, when the effect may come late.
    pub(crate) slow: Option<(i64, i64)>,
    /// Who makes such a change.
    pub(crate) who: &'static [Who],
    /// The change that broke it, in alternatives; the calls of one are made within seconds, and each names the cause.
    pub(crate) culprit: &'static [&'static [Call]],
    /// How often the culprit is repeated, from and to.
    pub(crate) burst: (i64, i64),
    /// The way back from the first alternative.
    pub(crate) undo: &'static [Call],
    /// Calls of the same change that are not its cause.
    pub(crate) related: &'static [Call],
    /// Earlier calls that show what belongs to what.
    pub(crate) learn: &'static [Call],
    /// Changes of the same resources that break nothing.
    pub(crate) harmless: &'static [Call],
    /// What machines and people do once it is broken.
    pub(crate) after: &'static [(Who, Call)],
    /// Whether the same change on another service has nothing to do with it (not so for what an account has once).
    pub(crate) elsewhere: bool,
    /// What the alert may say.
    pub(crate) words: &'static [Words],
    /// Names that are the changed resource.
    pub(crate) direct: &'static [&'static str],
    /// Names that the changed resource belongs to, shown by the culprit itself or by ids in it.
    pub(crate) parent: &'static [&'static str],
    /// Names that only other events tie to the changed resource.
    pub(crate) indirect: &'static [&'static str],
    /// Whether the culprit's record carries the name of the service.
    pub(crate) speaks: bool,
}

/// What most kinds have in common.
const BASE: Kind = Kind {
    name: "",
    half: Half::Tuned,
    quick: (20, 600),
    slow: None,
    who: &[Who::Person, Who::Terraform],
    culprit: &[],
    burst: (1, 1),
    undo: &[],
    related: &[],
    learn: &[],
    harmless: &[],
    after: &[],
    elsewhere: true,
    words: &[],
    direct: &[],
    parent: &[],
    indirect: &[],
    speaks: true,
};

const GROUPS: &[&[Kind]] = &[
    network::KINDS,
    gateway::KINDS,
    traffic::KINDS,
    identity::KINDS,
    secret::KINDS,
    deployment::KINDS,
    compute::KINDS,
    load_balancer::KINDS,
    database::KINDS,
    storage::KINDS,
    messaging::KINDS,
    observability::KINDS,
];

/// Returns every kind, in a fixed order.
pub(crate) fn all() -> impl Iterator<Item = &'static Kind> {
    GROUPS.iter().flat_map(|group| group.iter())
}
