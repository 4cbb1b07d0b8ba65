//! Who made a change, and how often.

use super::rule;
use crate::event::ActorKind;
use crate::rank::rule::{Evidence, Rule};

/// Calls of a burst.
const MANY: usize = 8;

pub(super) const ACTOR: &[Rule] = &[
    rule(
        "actor.human",
        |facts| Evidence::quiet(matches!(facts.actor.kind, ActorKind::Human | ActorKind::Root | ActorKind::Agent)),
        "A person did it.",
    ),
    rule("actor.service", |facts| Evidence::quiet(facts.actor.keeps_house), "A service did it by itself."),
];

pub(super) const FIRST: &[Rule] = &[rule(
    "routine.first_by_actor",
    |facts| {
        let tied = facts.tie.is_related() || facts.tie.shares_name();
        Evidence::quiet(facts.actor.first && !facts.noise && !tied)
    },
    "The actor was not seen for hours, came, and did little else; what is tied to the alert needs no such hint.",
)];

pub(super) const TIMES: &[Rule] = &[
    rule("routine.once", |facts| Evidence::quiet(facts.actor.once), "One call of its kind changes little."),
    rule(
        "routine.several",
        |facts| Evidence::quiet((2..MANY).contains(&facts.actor.calls) && !facts.noise),
        "An act of several like calls changes more than one call does.",
    ),
];

pub(super) const ROUTINE: &[Rule] = &[
    rule(
        "routine.throwaway",
        |facts| Evidence::quiet(facts.actor.throwaway && !facts.noise && !facts.tie.is_related()),
        "The actor does this to things that it throws away.",
    ),
    rule(
        "routine.repeated",
        |facts| Evidence::quiet(facts.actor.repeated && !facts.noise),
        "The actor asked for the very same before, hours ago for the first time, and all was well.",
    ),
];
