//! Whether what a change does is what the alert complains of.

use super::rule;
use crate::catalogue::{Cause, Specificity};
use crate::rank::Reason;
use crate::rank::facts::Facts;
use crate::rank::fit::{Answer, ServiceTie};
use crate::rank::rule::{Evidence, Rule, Strength};

pub(super) const COMPLAINT: &[Rule] = &[
    rule(
        "fit.exact",
        |facts| answers(facts, Specificity::Exact, Cause::Usual),
        "Such changes are what causes the very error that the alert quotes.",
    ),
    rule(
        "fit.exact_seldom",
        |facts| answers(facts, Specificity::Exact, Cause::Seldom),
        "Such changes cause the error that the alert quotes now and then.",
    ),
    rule(
        "fit.kind",
        |facts| answers(facts, Specificity::Kind, Cause::Usual),
        "Such changes are what causes the kind of failure that the alert tells of.",
    ),
    rule(
        "fit.kind_seldom",
        |facts| answers(facts, Specificity::Kind, Cause::Seldom),
        "Such changes cause the kind of failure that the alert tells of now and then.",
    ),
    rule(
        "fit.contradicted",
        |facts| Evidence::quiet(contradicted(facts)),
        "The alert tells a kind of failure, and such changes cause something else.",
    ),
    rule("fit.general", |facts| answers(facts, Specificity::General, Cause::Usual), "Such changes are what causes such a symptom."),
    rule(
        "fit.general_seldom",
        |facts| answers(facts, Specificity::General, Cause::Seldom),
        "Such changes cause such a symptom now and then.",
    ),
];

fn answers(facts: &Facts, specificity: Specificity, cause: Cause) -> Option<Evidence<'_>> {
    let of_this = |answer: &Answer| answer.complaint.specificity == specificity && answer.cause == cause;
    let answer = facts.fit.answer.filter(of_this).filter(|_| !facts.goes_wrong_way())?;
    Evidence::told(Reason::CanCause { what: answer.complaint.name })
}

/// What is tied to the alert by a resource, or takes much away, may cause what nobody foresaw.
fn contradicted(facts: &Facts) -> bool {
    facts.fit.contradicted && !facts.effect.is_grave() && !facts.tie.is_related()
}

pub(super) const SHARE: &[Rule] = &[
    rule("fit.share_of_exact", |facts| share(facts, Specificity::Exact), "The error has few causes, and such changes are the likeliest."),
    rule("fit.share_of_kind", |facts| share(facts, Specificity::Kind), "The failure has few causes, and such changes are the likeliest."),
];

fn share(facts: &Facts, specificity: Specificity) -> Option<Evidence<'_>> {
    let of_this = |answer: &Answer| answer.complaint.specificity == specificity && answer.cause == Cause::Usual;
    let answer = facts.fit.answer.filter(of_this).filter(|_| !facts.goes_wrong_way())?;
    Evidence::quiet(true)?.with_strength(Strength(answer.share * 100.0))
}

/// So many acts that may be to blame tell nothing of any of them.
const CROWD: f64 = 10.0;

pub(super) const CROWDED: &[Rule] = &[rule(
    "fit.crowded",
    |facts| {
        let candidates = facts.fit.candidates as f64;
        Evidence::quiet(facts.causes_quoted_error() && candidates > 1.0)?
            .with_strength(Strength((candidates.ln() / CROWD.ln()).min(1.0) * 100.0))
    },
    "Other acts of this time may be to blame for the error as well: the more there are, the less it tells of this one.",
)];

pub(super) const ANOTHER: &[Rule] = &[rule(
    "fit.another",
    |facts| {
        // What many share is used up by others.
        let shared = facts.fit.answer.is_some_and(|answer| answer.complaint.by_addition);
        Evidence::quiet(facts.fit.same_kind && !facts.tie.is_related() && !shared)
    },
    "The alert names a thing of this kind, and the change is made to another one.",
)];

pub(super) const SERVICE: &[Rule] = &[
    rule(
        "fit.action",
        |facts| Evidence::quiet(facts.fit.action),
        "A policy that the call names or sets is about what the alert says was refused.",
    ),
    rule(
        "fit.service",
        |facts| Evidence::quiet(facts.fit.service == Some(ServiceTie::Named)),
        "An action, a host or a namespace of the alert names the service.",
    ),
    rule(
        "fit.service_told",
        |facts| Evidence::quiet(facts.fit.service == Some(ServiceTie::Told)),
        "A word of the alert tells the service.",
    ),
];

pub(super) const WORDING: &[Rule] = &[rule(
    "fit.same_words",
    |facts| Evidence::quiet(facts.fit.same_words),
    "The alert speaks of the kind of thing that was changed: `parameter`, `flow log`.",
)];

pub(super) const SAME_VALUE: &[Rule] = &[rule(
    "fit.same_value",
    |facts| Evidence::told(Reason::SetsValue { value: facts.fit.value.as_deref()? }),
    "The request sets a value that the alert speaks of: a port, an instance type, a version.",
)];

pub(super) const UNEXPLAINED: &[Rule] = &[rule(
    "fit.nothing",
    |facts| {
        let tied = facts.tie.is_related() || facts.tie.shares_name();
        Evidence::quiet(!tied && facts.fit.answer.is_none() && !facts.failed_as_symptom() && facts.gravity.is_none())
    },
    "Nothing ties it to the alert, and such changes are not known to cause what the alert complains of.",
)];
