//! What ties a change to what the alert names.

use super::Source::Argued;
use super::{from, rule};
use crate::rank::affinity::Affinity;
use crate::rank::facts::Facts;
use crate::rank::rule::{Evidence, Rule, Strength};
use crate::rank::topology::Relation;
use crate::rank::{Named, Reason};

pub(super) const RESOURCE: &[Rule] = &[
    rule("tie.makes_named", makes_named, "The change makes what the alert names: rarely what broke it."),
    rule("tie.targets_named", targets_named, "The change is made to what the alert names."),
    rule("tie.mentions_named", mentions_named, "The change mentions what the alert names, as a container or a reference."),
    rule("tie.one_step", one_step, "The change is made to something one step away: the security group of the instance."),
    rule("tie.two_steps", two_steps, "The change is made to something two steps away."),
    rule("tie.bears_name", bears_name, "The change is to something that bears the name of what the alert is about."),
    rule("tie.three_steps", three_steps, "The change is made to something three steps away."),
];

fn makes_named(facts: &Facts) -> Option<Evidence<'_>> {
    facts.tie.makes_target.then_some(())?;
    match &facts.tie.relation {
        Relation::Target(named) => Evidence::told(Reason::MakesNamed { named }),
        _ => None,
    }
}

fn targets_named(facts: &Facts) -> Option<Evidence<'_>> {
    match &facts.tie.relation {
        Relation::Target(named) => Evidence::told(Reason::TargetsNamed { named }),
        _ => None,
    }
}

fn mentions_named(facts: &Facts) -> Option<Evidence<'_>> {
    match &facts.tie.relation {
        Relation::Mention(named) => Evidence::told(Reason::MentionsNamed { named }),
        _ => None,
    }
}

fn one_step(facts: &Facts) -> Option<Evidence<'_>> {
    match &facts.tie.relation {
        Relation::OneStep(named, through) => Evidence::told(Reason::OneStep { named, through }),
        _ => None,
    }
}

fn two_steps(facts: &Facts) -> Option<Evidence<'_>> {
    match &facts.tie.relation {
        Relation::TwoSteps(named, through) => Evidence::told(Reason::TwoSteps { named, through }),
        _ => None,
    }
}

fn three_steps(facts: &Facts) -> Option<Evidence<'_>> {
    match &facts.tie.relation {
        Relation::ThreeSteps(named, through) => Evidence::told(Reason::ThreeSteps { named, through }),
        _ => None,
    }
}

fn bears_name(facts: &Facts) -> Option<Evidence<'_>> {
    match &facts.tie.relation {
        Relation::Name(named) => Evidence::told(Reason::BearsName { named }),
        _ => None,
    }
}

pub(super) const POINTER: &[Rule] = &[rule(
    "tie.pointed_at",
    |facts| {
        let pointed = facts.tie.pointed.as_deref()?;
        Evidence::told(Reason::PointedAt { refused: &pointed.from, thing: &pointed.to })
    },
    "A workload was refused near the onset, and this is the last change to what it was refused.",
)];

/// Source: ours, weighed beside the fitted ties to what an alert names: an application's own error names the thing as firmly as an alert does,
/// and no incident that points are fitted to comes with such a log.
pub(super) const APPLICATION: &[Rule] = &[
    from(
        Argued,
        rule(
            "application.failed",
            |facts| {
                let pointed = facts.tie.application.as_deref().filter(|pointed| pointed.own)?;
                Evidence::told(Reason::ApplicationFailed { line: pointed.line })
            },
            "The application's own log tells of an error in this very change.",
        ),
    ),
    from(
        Argued,
        rule(
            "application.failed_on",
            |facts| {
                let pointed = facts.tie.application.as_deref()?;
                Evidence::told(Reason::ApplicationFailedOn { thing: &pointed.thing, line: pointed.line })
            },
            "It is the last change to what the application failed on, and that had not failed before.",
        ),
    ),
];

pub(super) const NAME: &[Rule] = &[
    rule("name.exact", exact_name, "The change concerns a whole name that the alert gives: a host, an address, a path."),
    rule("name.shared", shares_name, "Something shares a rare word of its name with what the alert names."),
    rule("name.labelled", shares_label, "Something shares a rare word of its name with what the alert calls the service."),
    rule("name.told", shares_told_word, "Something bears a rare word of the alert's prose."),
    rule(
        "name.other",
        |facts| Evidence::quiet(without_name(facts)? == &Affinity::Other),
        "The alert names something, and the change concerns something of another name.",
    ),
    rule(
        "name.other_than_told",
        |facts| Evidence::quiet(without_name(facts)? == &Affinity::OtherThanTold),
        "The alert's prose speaks of a name, and the change concerns something of another one.",
    ),
    rule("name.untied", |facts| untied(facts, Named::Firmly), "The alert names a resource, and nothing ties the change to it."),
    rule("name.untied_unseen", |facts| untied(facts, Named::Unseen), "The alert names something, and no change is tied to that."),
    rule("name.untied_weakly", |facts| untied(facts, Named::Weakly), "The alert names a service, and nothing ties the change to it."),
];

/// A shared name counts where nothing firmer relates the two.
fn by_name(facts: &Facts) -> Option<&Affinity> {
    (!facts.tie.is_related() && !facts.noise).then_some(&facts.tie.affinity)
}

/// That no name is shared says nothing of what many things of other names depend on.
fn without_name(facts: &Facts) -> Option<&Affinity> {
    by_name(facts).filter(|_| !facts.effect.shared)
}

fn exact_name(facts: &Facts) -> Option<Evidence<'_>> {
    match by_name(facts)? {
        Affinity::Exact(named) => Evidence::told(Reason::BearsName { named }),
        _ => None,
    }
}

fn shares_label(facts: &Facts) -> Option<Evidence<'_>> {
    match by_name(facts)? {
        Affinity::Labelled(word, rarity) => Evidence::told(Reason::SharesName { word })?.with_strength(Strength(rarity * 100.0)),
        _ => None,
    }
}

fn shares_name(facts: &Facts) -> Option<Evidence<'_>> {
    match by_name(facts)? {
        Affinity::Named(word, rarity) => Evidence::told(Reason::SharesName { word })?.with_strength(Strength(rarity * 100.0)),
        _ => None,
    }
}

fn shares_told_word(facts: &Facts) -> Option<Evidence<'_>> {
    match by_name(facts)? {
        Affinity::Told(word, rarity) => Evidence::told(Reason::SharesToldWord { word })?.with_strength(Strength(rarity * 100.0)),
        _ => None,
    }
}

fn untied(facts: &Facts, named: Named) -> Option<Evidence<'_>> {
    Evidence::quiet(without_name(facts)? == &Affinity::Unknown && facts.tie.named == named)
}

pub(super) const SAME_SERVICE: &[Rule] = &[rule(
    "tie.same_service",
    |facts| Evidence::quiet(facts.tie.same_service && !facts.tie.is_related()),
    "The change is in the service that the named resource belongs to.",
)];

/// Somebody is on call for what customers use.
pub(super) const ENVIRONMENT: &[Rule] = &[rule(
    "tie.elsewhere",
    |facts| Evidence::quiet(facts.tie.elsewhere),
    "It was made in a sandbox, a preview or a test, of which the alert does not speak.",
)];
