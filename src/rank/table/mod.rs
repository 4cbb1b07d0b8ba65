//! The rules, in one table: every fact that decides an order or a verdict stands here, and none is specific to one call.
//! What each is worth stands in [`points`](super::points).

mod actor;
mod effect;
mod fit;
mod outcome;
mod tie;
mod time;

use super::rule::{Evidence, Role, Rule, Signal, Source, When};
use super::undo::Restored;
use crate::catalogue::Effect;
use Source::{Contract, Fitted};
use effect::TRIFLE;

/// All rules, in the order in which they are told.
pub const TABLE: &[Signal] = &[
    Signal { name: "resource", role: Role::Score, rules: tie::RESOURCE },
    Signal { name: "pointer", role: Role::Score, rules: tie::POINTER },
    Signal { name: "application", role: Role::Score, rules: tie::APPLICATION },
    Signal { name: "name", role: Role::Score, rules: tie::NAME },
    Signal { name: "same_service", role: Role::Score, rules: tie::SAME_SERVICE },
    Signal { name: "environment", role: Role::Score, rules: tie::ENVIRONMENT },
    Signal { name: "time", role: Role::Score, rules: time::TIME },
    Signal { name: "time_alone", role: Role::Score, rules: time::ALONE },
    Signal { name: "latent", role: Role::Score, rules: time::LATENT },
    Signal { name: "severity", role: Role::Score, rules: effect::SEVERITY },
    Signal { name: "gravity", role: Role::Score, rules: effect::GRAVITY },
    Signal { name: "complaint", role: Role::Score, rules: fit::COMPLAINT },
    Signal { name: "another", role: Role::Score, rules: fit::ANOTHER },
    Signal { name: "share", role: Role::Score, rules: fit::SHARE },
    Signal { name: "crowded", role: Role::Score, rules: fit::CROWDED },
    Signal { name: "service", role: Role::Score, rules: fit::SERVICE },
    Signal { name: "direction", role: Role::Score, rules: effect::DIRECTION },
    Signal { name: "wording", role: Role::Score, rules: fit::WORDING },
    Signal { name: "same_value", role: Role::Score, rules: fit::SAME_VALUE },
    Signal { name: "class", role: Role::Score, rules: effect::CLASS },
    Signal { name: "unexplained", role: Role::Score, rules: fit::UNEXPLAINED },
    Signal { name: "actor", role: Role::Score, rules: actor::ACTOR },
    Signal { name: "first", role: Role::Score, rules: actor::FIRST },
    Signal { name: "times", role: Role::Score, rules: actor::TIMES },
    Signal { name: "routine", role: Role::Score, rules: actor::ROUTINE },
    Signal { name: "failed", role: Role::Score, rules: outcome::FAILED },
    Signal { name: "undo", role: Role::Score, rules: outcome::UNDO },
    Signal { name: "lifetime", role: Role::Score, rules: outcome::LIFETIME },
    Signal { name: "consequence", role: Role::Score, rules: outcome::CONSEQUENCE },
    Signal { name: "noise", role: Role::Score, rules: outcome::NOISE },
    Signal { name: "after_alert", role: Role::Score, rules: outcome::AFTER_ALERT },
    Signal { name: "veto", role: Role::Veto, rules: VETO },
    Signal { name: "none", role: Role::Bar, rules: BAR },
];

const fn rule(id: &'static str, when: When, why: &'static str) -> Rule {
    Rule { id, when, why, source: Fitted }
}

const fn from(source: Source, rule: Rule) -> Rule {
    Rule { source, ..rule }
}

/// What is argued away, whatever else speaks for it.
const VETO: &[Rule] = &[
    from(Contract, rule("veto.after_alert", |facts| Evidence::quiet(facts.timing.is_late()), "It came too late to be the cause.")),
    from(Contract, rule("veto.read", |facts| Evidence::quiet(facts.read_only), "It only read.")),
    from(Contract, rule("veto.noise", |facts| Evidence::quiet(facts.noise), "Heartbeats and housekeeping break nothing.")),
    rule("veto.undone", |facts| Evidence::quiet(facts.undo.before && facts.gravity.is_none()), "It was undone before the alert."),
    rule("veto.restores", |facts| Evidence::quiet(facts.undo.restores == Restored::Surely), "It only made all as it was before."),
    rule("veto.harmless", |facts| Evidence::quiet(facts.effect.has(Effect::Harmless)), "Nobody depends on what it set."),
    rule("veto.watches", |facts| Evidence::quiet(facts.only_watches()), "It only watches or reports: nothing that runs depends on it."),
    rule("veto.trifle", |facts| Evidence::quiet(facts.effect.weight < TRIFLE), "Its kind breaks nothing: tags and the like."),
    rule(
        "veto.unremarkable",
        |facts| {
            let asked_about = facts.tie.is_related() || facts.tie.application.is_some();
            Evidence::quiet(!facts.timing.alert && facts.gravity.is_none() && !asked_about)
        },
        "Without an alert only what stands out, or is done to what was asked about or an application failed on, is worth a word.",
    ),
];

/// How much the change is held against: that nothing in the log is the cause.
const BAR: &[Rule] = &[
    rule("none.without_alert", |facts| Evidence::quiet(facts.gravity.is_some()), "It stands out by itself, and there is no alert."),
    rule("none.nothing", |_| Evidence::quiet(true), "The cause may be none of the changes."),
];
