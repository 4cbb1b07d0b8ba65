//! What came of a change: whether it failed, lasted, or came too late.

use chrono::TimeDelta;

use super::Source::Contract;
use super::{from, rule};
use crate::catalogue::{Delay, Effect};
use crate::rank::Reason;
use crate::rank::failure::Failure;
use crate::rank::rule::{Evidence, Rule};
use crate::rank::undo::Restored;

pub(super) const FAILED: &[Rule] = &[
    rule(
        "failure.as_symptom",
        |facts| if facts.failed_as_symptom() { Evidence::told(Reason::RefusedForCapacity) } else { None },
        "The call failed in the very way that the alert complains of.",
    ),
    rule(
        "failure.exhausted",
        |facts| {
            let short = facts.failure == Some(Failure::Capacity) && facts.tie.holds();
            if short { Evidence::told(Reason::RefusedForCapacity) } else { None }
        },
        "The call found that there is too little of what the alert may speak of: others will find the same.",
    ),
    rule("failure.failed", |facts| facts.failure.and_then(|_| Evidence::told(Reason::Failed)), "The call failed: it changed nothing."),
];

pub(super) const UNDO: &[Rule] = &[
    rule(
        "undo.before",
        |facts| if facts.undo.before { Evidence::told(Reason::UndoneBefore) } else { None },
        "The change was undone before the alert.",
    ),
    rule(
        "undo.restores",
        |facts| if facts.undo.restores == Restored::Surely { Evidence::told(Reason::GivesBack) } else { None },
        "The change only made all as it was before.",
    ),
    rule(
        "undo.gives_back",
        |facts| if facts.undo.restores == Restored::Perhaps { Evidence::told(Reason::GivesBack) } else { None },
        "The change seems to give back what an earlier one had taken: a deleted policy may come back as another one.",
    ),
    rule(
        "undo.after",
        |facts| if facts.undo.after { Evidence::told(Reason::UndoneAfter) } else { None },
        "The change was undone after the alert: somebody else thought it was the cause.",
    ),
    rule(
        "undo.overwritten",
        |facts| if facts.undo.overwritten { Evidence::told(Reason::Overwritten) } else { None },
        "The same settings were set to something else before the alert: its values were not in force any more.",
    ),
    rule("undo.undoes", |facts| Evidence::quiet(facts.undo.undoes && facts.timing.alert), "The change undoes an earlier one."),
];

pub(super) const LIFETIME: &[Rule] = &[
    rule(
        "lifetime.short_lived",
        |facts| Evidence::quiet(facts.lifetime.short_lived && facts.gravity.is_none()),
        "One actor made and unmade the thing within the hour: nothing depends on it.",
    ),
    rule(
        "undo.net_nothing",
        |facts| Evidence::quiet(facts.lifetime.net_nothing && facts.gravity.is_none()),
        "It and an opposite call of the same act come to nothing.",
    ),
    rule(
        "undo.made_anew",
        |facts| Evidence::quiet(facts.lifetime.made_anew),
        "It was deleted and made anew under the same name: what knew the old one does not know the new one.",
    ),
    rule(
        "lifetime.long_gone",
        |facts| {
            let gone = facts.effect.has(Effect::TakesAway) && facts.timing.delay == Delay::Immediate;
            Evidence::quiet(gone && facts.timing.alert && facts.timing.age > TimeDelta::days(1) && !facts.tie.is_near())
        },
        "It was gone for more than a day before anybody missed it.",
    ),
];

pub(super) const CONSEQUENCE: &[Rule] = &[
    rule(
        "consequence.of",
        |facts| {
            let cause = facts.consequence.of.as_deref()?;
            Evidence::told(Reason::Reaction { to: &cause.name, by: &cause.by })
        },
        "A service did it in reaction to a change: that change is the cause, if any.",
    ),
    rule(
        "consequence.of_load",
        |facts| Evidence::quiet(facts.actor.scales && !facts.effect.lessens && facts.failure.is_none()),
        "A service added machines as load asked for: an answer to what is wrong, if anything.",
    ),
    rule("consequence.set_limit", |facts| Evidence::quiet(facts.consequence.set_limit), "A service later took away by what it had set."),
];

pub(super) const NOISE: &[Rule] = &[
    rule("noise.housekeeping", |facts| Evidence::quiet(facts.noise), "Heartbeats and housekeeping."),
    rule("noise.data_event", |facts| Evidence::quiet(facts.data_event), "Traffic on data rather than a change of configuration."),
];

pub(super) const AFTER_ALERT: &[Rule] = &[from(
    Contract,
    rule(
        "time.after_alert",
        |facts| if facts.timing.is_late() { Evidence::told(Reason::AfterAlert) } else { None },
        "Later than a minute after the alert: a reaction at best.",
    ),
)];
