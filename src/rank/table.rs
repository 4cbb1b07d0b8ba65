//! The rules, in one table: every number that decides an order or a verdict stands here, and none is specific to one call.

use chrono::TimeDelta;

use super::affinity::Affinity;
use super::facts::Facts;
use super::rule::{Evidence, Role, Rule, Signal, Source, Strength};
use super::topology::Relation;
use super::undo::Restored;
use super::{Named, Reason};
use crate::catalogue::{Delay, Effect};
use crate::event::ActorKind;

use Source::{Catalogue, Contract, Tuned};

/// A symptom that the alert hardly speaks of counts at least this share of the one it speaks of most.
const LEAST_SYMPTOM: f64 = 0.4;
/// Grave values count this share where the alert names something else: they are somebody else's incident.
const UNTIED_SEVERITY: f64 = 0.6;
/// Calls of a burst.
const MANY: usize = 8;
/// A kind of change that weighs less than this in the catalogue breaks nothing: tags and the like.
const TRIFLE: u8 = 10;

/// All rules, in the order in which they are told.
pub const TABLE: &[Signal] = &[
    Signal { name: "resource", role: Role::Score, rules: RESOURCE },
    Signal { name: "name", role: Role::Score, rules: NAME },
    Signal { name: "same_service", role: Role::Score, rules: SAME_SERVICE },
    Signal { name: "time", role: Role::Score, rules: TIME },
    Signal { name: "severity", role: Role::Score, rules: SEVERITY },
    Signal { name: "gravity", role: Role::Score, rules: GRAVITY },
    Signal { name: "symptom", role: Role::Score, rules: SYMPTOM },
    Signal { name: "direction", role: Role::Score, rules: DIRECTION },
    Signal { name: "wording", role: Role::Score, rules: WORDING },
    Signal { name: "same_value", role: Role::Score, rules: SAME_VALUE },
    Signal { name: "burst", role: Role::Score, rules: BURST },
    Signal { name: "class", role: Role::Score, rules: CLASS },
    Signal { name: "actor", role: Role::Score, rules: ACTOR },
    Signal { name: "rare", role: Role::Score, rules: RARE },
    Signal { name: "routine", role: Role::Score, rules: ROUTINE },
    Signal { name: "failed", role: Role::Score, rules: FAILED },
    Signal { name: "failed_as_symptom", role: Role::Score, rules: FAILED_AS_SYMPTOM },
    Signal { name: "undo", role: Role::Score, rules: UNDO },
    Signal { name: "noise", role: Role::Score, rules: NOISE },
    Signal { name: "after_alert", role: Role::Score, rules: AFTER_ALERT },
    Signal { name: "veto", role: Role::Veto, rules: VETO },
    Signal { name: "threshold", role: Role::Threshold, rules: THRESHOLD },
    Signal { name: "raise", role: Role::Raise, rules: RAISE },
];

const fn rule(id: &'static str, points: i32, when: fn(&Facts) -> Option<Evidence>, why: &'static str) -> Rule {
    Rule { id, when, points, why, source: Tuned }
}

const fn from(source: Source, rule: Rule) -> Rule {
    Rule { source, ..rule }
}

// ---- ties

const RESOURCE: &[Rule] = &[
    rule("tie.makes_named", 36, makes_named, "The change makes what the alert names: rarely what broke it."),
    rule("tie.targets_named", 50, targets_named, "The change is made to what the alert names."),
    rule("tie.mentions_named", 44, mentions_named, "The change mentions what the alert names, as a container or a reference."),
    rule("tie.one_step", 36, one_step, "The change is made to something one step away: the security group of the instance."),
    rule("tie.two_steps", 18, two_steps, "The change is made to something two steps away."),
    rule("tie.bears_name", 26, bears_name, "The change is to something that bears the name of what the alert is about."),
];

fn makes_named(facts: &Facts) -> Option<Evidence> {
    facts.tie.makes_target.then_some(())?;
    match &facts.tie.relation {
        Relation::Target(named) => Evidence::told(Reason::MakesNamed { named: named.clone() }),
        _ => None,
    }
}

fn targets_named(facts: &Facts) -> Option<Evidence> {
    match &facts.tie.relation {
        Relation::Target(named) => Evidence::told(Reason::TargetsNamed { named: named.clone() }),
        _ => None,
    }
}

fn mentions_named(facts: &Facts) -> Option<Evidence> {
    match &facts.tie.relation {
        Relation::Mention(named) => Evidence::told(Reason::MentionsNamed { named: named.clone() }),
        _ => None,
    }
}

fn one_step(facts: &Facts) -> Option<Evidence> {
    match &facts.tie.relation {
        Relation::OneStep(named, through) => Evidence::told(Reason::OneStep { named: named.clone(), through: through.clone() }),
        _ => None,
    }
}

fn two_steps(facts: &Facts) -> Option<Evidence> {
    match &facts.tie.relation {
        Relation::TwoSteps(named, through) => Evidence::told(Reason::TwoSteps { named: named.clone(), through: through.clone() }),
        _ => None,
    }
}

fn bears_name(facts: &Facts) -> Option<Evidence> {
    match &facts.tie.relation {
        Relation::Name(named) => Evidence::told(Reason::BearsName { named: named.clone() }),
        _ => None,
    }
}

const NAME: &[Rule] = &[
    rule("name.shared", 22, shares_name, "Something shares a rare word of its name with what the alert names."),
    rule("name.told", 16, shares_told_word, "Something bears a rare word of the alert's prose."),
    rule(
        "name.other",
        -18,
        |facts| Evidence::quiet(by_name(facts)? == &Affinity::Other),
        "The alert names something, and the change concerns something of another name.",
    ),
    rule(
        "name.other_than_told",
        -8,
        |facts| Evidence::quiet(by_name(facts)? == &Affinity::OtherThanTold),
        "The alert's prose speaks of a name, and the change concerns something of another one.",
    ),
    rule("name.untied", -15, |facts| untied(facts, Named::Firmly), "The alert names a resource, and nothing ties the change to it."),
    rule("name.untied_weakly", -5, |facts| untied(facts, Named::Weakly), "The alert names a service, and nothing ties the change to it."),
];

/// A shared name counts where nothing firmer relates the two.
fn by_name(facts: &Facts) -> Option<&Affinity> {
    (!facts.tie.is_related() && !facts.noise).then_some(&facts.tie.affinity)
}

fn shares_name(facts: &Facts) -> Option<Evidence> {
    match by_name(facts)? {
        Affinity::Named(word, rarity) => {
            Evidence::told(Reason::SharesName { word: word.clone() })?.with_strength(Strength::Percent(rarity * 100.0))
        }
        _ => None,
    }
}

fn shares_told_word(facts: &Facts) -> Option<Evidence> {
    match by_name(facts)? {
        Affinity::Told(word, rarity) => {
            Evidence::told(Reason::SharesToldWord { word: word.clone() })?.with_strength(Strength::Percent(rarity * 100.0))
        }
        _ => None,
    }
}

fn untied(facts: &Facts, named: Named) -> Option<Evidence> {
    Evidence::quiet(by_name(facts)? == &Affinity::Unknown && facts.tie.named == named)
}

const SAME_SERVICE: &[Rule] = &[rule(
    "tie.same_service",
    6,
    |facts| Evidence::quiet(facts.tie.same_service && !facts.tie.is_related()),
    "The change is in the service that the named resource belongs to.",
)];

// ---- time

/// The prior of a class: a security group works at once, a deployment within minutes, a parameter group at the next
/// reboot, a scheduled key deletion after days.
const TIME: &[Rule] = &[
    rule(
        "time.just_after",
        2,
        |facts| Evidence::quiet(!facts.timing.is_late() && facts.timing.age.num_seconds() < 0),
        "Within the minute after the alert's start: possible, as clocks and rules differ, but not likely.",
    ),
    rule("time.immediate.2m", 20, |facts| near(facts, Delay::Immediate, 120), "It works at once, and was made two minutes before."),
    rule("time.immediate.5m", 18, |facts| near(facts, Delay::Immediate, 300), "It works at once."),
    rule("time.immediate.10m", 15, |facts| near(facts, Delay::Immediate, 600), "It works at once."),
    rule("time.immediate.20m", 12, |facts| within(facts, Delay::Immediate, 1_200), "It works at once, so later than one would expect."),
    rule("time.immediate.30m", 9, |facts| within(facts, Delay::Immediate, 1_800), "It works at once, so later than one would expect."),
    rule("time.immediate.2h", 3, |facts| within(facts, Delay::Immediate, 7_200), "It works at once, and all was well for long."),
    rule("time.immediate.12h", -1, |facts| within(facts, Delay::Immediate, 43_200), "It works at once, and all was well for hours."),
    rule("time.minutes.1m", 16, |facts| near(facts, Delay::Minutes, 60), "It takes minutes to be felt."),
    rule("time.minutes.15m", 18, |facts| near(facts, Delay::Minutes, 900), "It takes minutes to be felt: as long as it took."),
    rule("time.minutes.30m", 13, |facts| within(facts, Delay::Minutes, 1_800), "It takes minutes to be felt, so rather late."),
    rule("time.minutes.2h", 6, |facts| within(facts, Delay::Minutes, 7_200), "It takes minutes to be felt, so late."),
    rule("time.minutes.12h", 1, |facts| within(facts, Delay::Minutes, 43_200), "It takes minutes to be felt, and all was well for hours."),
    rule("time.until_reboot.30m", 11, |facts| within(facts, Delay::UntilReboot, 1_800), "It waits for a restart."),
    rule("time.until_reboot.2h", 9, |facts| within(facts, Delay::UntilReboot, 7_200), "It waits for a restart."),
    rule("time.until_reboot.12h", 8, |facts| within(facts, Delay::UntilReboot, 43_200), "It waits for a restart."),
    rule("time.until_reboot.2d", 6, |facts| within(facts, Delay::UntilReboot, 172_800), "It waits for a restart."),
    rule("time.slow.30m", 7, |facts| within(facts, Delay::Slow, 1_800), "It takes hours to days to be felt, so rather early."),
    rule("time.slow.2h", 8, |facts| within(facts, Delay::Slow, 7_200), "It takes hours to days to be felt."),
    rule("time.slow.1d", 10, |facts| within(facts, Delay::Slow, 86_400), "It takes hours to days to be felt: as long as it took."),
    rule("time.slow.7d", 8, |facts| within(facts, Delay::Slow, 604_800), "It takes hours to days to be felt."),
    rule("time.far", -4, |facts| Evidence::quiet(!facts.timing.is_late()), "It was made too long ago for its kind."),
];

fn within(facts: &Facts, delay: Delay, seconds: i64) -> Option<Evidence> {
    let timing = &facts.timing;
    Evidence::quiet(timing.delay == delay && timing.age.num_seconds() <= seconds && !timing.is_late())
}

/// The same, near enough to be worth a word.
fn near(facts: &Facts, delay: Delay, seconds: i64) -> Option<Evidence> {
    let quiet = within(facts, delay, seconds)?;
    let told = facts.timing.alert && facts.timing.age >= TimeDelta::zero();
    Some(Evidence { reason: told.then(|| Box::new(Reason::Before { age: facts.timing.age })), ..quiet })
}

// ---- what it does

/// What the values do counts as far as it can cause what the alert complains of: opening a port takes no host down.
const SEVERITY: &[Rule] = &[
    grave("values.harmless", 100, harmless, "Nobody depends on what the values change."),
    grave("values.grave", 100, grave_to_all, "The values are grave, and the alert does not say what is wrong."),
    grave("values.expose", 100, exposes, "The values open something, as the alert complains."),
    grave("values.take_away_where_exposed", 50, takes_away_where_exposed, "The values take away, and the alert finds something open."),
    grave("values.take_away", 100, takes_away, "The values take something away, or set it to nothing."),
    grave("values.unprotect", 50, unprotects, "The values take a protection away, and the alert finds something open."),
    grave(
        "values.wrong_way",
        15,
        |facts| values(facts, true, Told::Never),
        "The values are bad the other way: an opened port in an outage.",
    ),
];

const fn grave(id: &'static str, points: i32, when: fn(&Facts) -> Option<Evidence>, why: &'static str) -> Rule {
    from(Catalogue, rule(id, points, when, why))
}

/// Where the values are worth a word.
#[derive(PartialEq)]
enum Told {
    Always,
    Tied,
    Never,
}

fn harmless(facts: &Facts) -> Option<Evidence> {
    let severity = facts.effect.severity.filter(|severity| severity.effect == Effect::Harmless)?;
    Evidence::told(Reason::Values { does: severity.reason })?.with_strength(Strength::Percent(severity.points.into()))
}

fn grave_to_all(facts: &Facts) -> Option<Evidence> {
    values(facts, !facts.fit.complaint.understood, Told::Always)
}

fn exposes(facts: &Facts) -> Option<Evidence> {
    values(facts, facts.effect.has(Effect::Exposes) && facts.fit.complaint.exposure, Told::Always)
}

fn takes_away_where_exposed(facts: &Facts) -> Option<Evidence> {
    values(facts, facts.effect.has(Effect::TakesAway) && facts.fit.complaint.only_exposure, Told::Tied)
}

fn takes_away(facts: &Facts) -> Option<Evidence> {
    values(facts, facts.effect.has(Effect::TakesAway), Told::Always)
}

fn unprotects(facts: &Facts) -> Option<Evidence> {
    values(facts, facts.effect.has(Effect::Unprotects) && facts.fit.complaint.exposure, Told::Tied)
}

/// Tells how grave the values are, where the rule `holds`.
fn values(facts: &Facts, holds: bool, told: Told) -> Option<Evidence> {
    let severity = facts.effect.severity.filter(|_| holds)?;
    let tied = facts.tie.holds();
    let share = if tied { 1.0 } else { UNTIED_SEVERITY };
    let told = !severity.obvious && (told == Told::Always || told == Told::Tied && tied);
    let reason = told.then(|| Box::new(Reason::Values { does: severity.reason }));
    Some(Evidence { strength: Strength::Percent(f64::from(severity.points) * share), reason })
}

/// Without an alert, what everybody would look at comes first.
const GRAVITY: &[Rule] = &[from(
    Catalogue,
    rule("gravity.by_itself", 100, by_itself, "It stands out by itself, and there is no alert to say what to look for."),
)];

fn by_itself(facts: &Facts) -> Option<Evidence> {
    let gravity = facts.gravity?;
    let said = facts.effect.severity.is_some_and(|severity| severity.reason == gravity.reason);
    let evidence = if said { Evidence::quiet(true) } else { Evidence::told(Reason::Values { does: gravity.reason }) };
    evidence?.with_strength(Strength::Percent(gravity.points.into()))
}

const SYMPTOM: &[Rule] = &[
    rule("symptom.fits", 18, fits, "Such changes are known to cause what the alert complains of."),
    rule("symptom.other", -6, |facts| Evidence::quiet(facts.causes_something_else()), "Such changes are known to cause something else."),
];

fn fits(facts: &Facts) -> Option<Evidence> {
    let (symptom, share) = facts.fit.symptom?;
    Evidence::told(Reason::CanCause { symptom })?.with_strength(Strength::Percent(share.max(LEAST_SYMPTOM) * 100.0))
}

const DIRECTION: &[Rule] = &[
    rule(
        "direction.exposes_nothing",
        -60,
        |facts| {
            let complaint = facts.fit.complaint;
            Evidence::quiet(complaint.excess && complaint.first_exposure && facts.effect.admits_few)
        },
        "The change opens something to few while the alert finds it open to many.",
    ),
    rule(
        "direction.wrong_way",
        -26,
        |facts| Evidence::quiet(facts.goes_wrong_way() && facts.gravity.is_none()),
        "Adding something new rarely breaks what worked; taking something away exposes nothing.",
    ),
];

const WORDING: &[Rule] = &[rule(
    "fit.same_words",
    9,
    |facts| Evidence::quiet(facts.fit.same_words),
    "The alert speaks of the kind of thing that was changed: `parameter`, `flow log`.",
)];

const SAME_VALUE: &[Rule] = &[rule(
    "fit.same_value",
    8,
    |facts| Evidence::told(Reason::SetsValue { value: facts.fit.value.clone()? }),
    "The request sets a value that the alert speaks of: a port, an instance type, a version.",
)];

const CLASS: &[Rule] = &[from(
    Catalogue,
    rule(
        "class.weight",
        24,
        |facts| Evidence::quiet(true)?.with_strength(Strength::Weight(facts.effect.weight)),
        "So often such a change is what broke something.",
    ),
)];

// ---- who did it, and how often

const BURST: &[Rule] = &[rule(
    "routine.burst",
    4,
    |facts| {
        let many = facts.actor.calls >= MANY && facts.effect.has(Effect::TakesAway) && !facts.noise;
        if many { Evidence::told(Reason::Burst { calls: facts.actor.calls }) } else { None }
    },
    "A burst of the same taking away is an act, not an accident of timing.",
)];

const ACTOR: &[Rule] = &[
    rule(
        "actor.human",
        4,
        |facts| Evidence::quiet(matches!(facts.actor.kind, ActorKind::Human | ActorKind::Root | ActorKind::Agent)),
        "A person did it.",
    ),
    rule("actor.service", -14, |facts| Evidence::quiet(facts.actor.keeps_house), "A service did it by itself."),
];

const RARE: &[Rule] =
    &[rule("routine.rare", 4, |facts| Evidence::quiet(facts.actor.rare), "This actor did this only here, while others act often.")];

const ROUTINE: &[Rule] = &[rule(
    "routine.steady",
    -12,
    |facts| Evidence::quiet(facts.actor.routine && !facts.noise && !facts.tie.is_related()),
    "What an actor does all the time, or takes and gives by turns, is its work, unless it is done to what the alert is about.",
)];

// ---- what came of it

const FAILED: &[Rule] = &[rule(
    "failure.failed",
    -34,
    |facts| facts.failure.and_then(|_| Evidence::told(Reason::Failed)),
    "The call failed: it changed nothing.",
)];

const FAILED_AS_SYMPTOM: &[Rule] = &[rule(
    "failure.as_symptom",
    74,
    |facts| if facts.failed_as_symptom() { Evidence::told(Reason::RefusedForCapacity) } else { None },
    "The call failed in the very way that the alert complains of; this outweighs that it failed, by 40.",
)];

const UNDO: &[Rule] = &[
    rule(
        "undo.before",
        -40,
        |facts| if facts.undo.before { Evidence::told(Reason::UndoneBefore) } else { None },
        "The change was undone before the alert.",
    ),
    rule(
        "undo.gives_back",
        -24,
        |facts| if facts.undo.restores != Restored::No { Evidence::told(Reason::GivesBack) } else { None },
        "The change gives back what an earlier one had taken.",
    ),
    rule(
        "undo.after",
        6,
        |facts| if facts.undo.after { Evidence::told(Reason::UndoneAfter) } else { None },
        "The change was undone after the alert: somebody else thought it was the cause.",
    ),
    rule(
        "undo.overwritten",
        -8,
        |facts| if facts.undo.overwritten { Evidence::told(Reason::Overwritten) } else { None },
        "The same settings were set to something else before the alert: its values were not in force any more.",
    ),
    rule("undo.undoes", -6, |facts| Evidence::quiet(facts.undo.undoes), "The change undoes an earlier one."),
];

const NOISE: &[Rule] = &[
    rule("noise.housekeeping", -40, |facts| Evidence::quiet(facts.noise), "Heartbeats and housekeeping."),
    rule("noise.data_event", -20, |facts| Evidence::quiet(facts.data_event), "Traffic on data rather than a change of configuration."),
];

const AFTER_ALERT: &[Rule] = &[from(
    Contract,
    rule(
        "time.after_alert",
        -60,
        |facts| if facts.timing.is_late() { Evidence::told(Reason::AfterAlert) } else { None },
        "Later than a minute after the alert: a reaction at best.",
    ),
)];

// ---- the verdict

const VETO: &[Rule] = &[
    from(Contract, rule("veto.after_alert", 0, |facts| Evidence::quiet(facts.timing.is_late()), "It came too late to be the cause.")),
    rule("veto.read", 0, |facts| Evidence::quiet(facts.read_only), "It only read."),
    rule("veto.noise", 0, |facts| Evidence::quiet(facts.noise), "Heartbeats and housekeeping break nothing."),
    rule("veto.undone", 0, |facts| Evidence::quiet(facts.undo.before && facts.gravity.is_none()), "It was undone before the alert."),
    rule("veto.restores", 0, |facts| Evidence::quiet(facts.undo.restores == Restored::Surely), "It only made all as it was before."),
    rule("veto.harmless", 0, |facts| Evidence::quiet(facts.effect.has(Effect::Harmless)), "Nobody depends on what it set."),
    rule("veto.watches", 0, |facts| Evidence::quiet(facts.only_watches()), "It only watches or reports: nothing that runs depends on it."),
    rule("veto.trifle", 0, |facts| Evidence::quiet(facts.effect.weight < TRIFLE), "Its kind breaks nothing: tags and the like."),
    rule(
        "veto.failed",
        0,
        |facts| Evidence::quiet(facts.failure.is_some() && !facts.failed_as_symptom()),
        "It failed, and not in the way that the alert complains of.",
    ),
    rule(
        "veto.no_tie_no_fit",
        0,
        |facts| {
            Evidence::quiet(
                !facts.tie.is_related()
                    && !facts.tie.shares_name()
                    && facts.fit.symptom.is_none()
                    && !facts.failed_as_symptom()
                    && facts.gravity.is_none(),
            )
        },
        "Nothing ties it to the alert, and such changes are not known to cause what the alert complains of.",
    ),
];

/// Fewest points of a suspect, by what ties it to the alert.
///
/// Argument: a tie by resource (36 and more within one step) needs little else; one by name needs a fitting class at a fitting time as
/// well; without any tie the class, the values and the time must all speak for it, and more so where the alert says what
/// it is about and the change is about something else. Over four samples of generated incidents hardly any culprit is
/// untied, and most false suspects are.
const THRESHOLD: &[Rule] = &[
    rule("threshold.stands_out", 30, |facts| Evidence::quiet(facts.gravity.is_some()), "It stands out by itself, and there is no alert."),
    rule("threshold.near", 62, |facts| Evidence::quiet(facts.tie.is_near()), "It is made to what the alert names, or one step away."),
    rule(
        "threshold.by_name",
        54,
        |facts| Evidence::quiet(facts.tie.is_related() || facts.tie.shares_name()),
        "It is two steps away, or shares a name.",
    ),
    rule(
        "threshold.other_than_told",
        80,
        |facts| Evidence::quiet(facts.tie.affinity == Affinity::OtherThanTold),
        "The alert's prose speaks of something of another name.",
    ),
    rule("threshold.nothing_named", 64, |facts| Evidence::quiet(facts.tie.named == Named::Nothing), "The alert names nothing."),
    rule(
        "threshold.named",
        84,
        |facts| Evidence::quiet(facts.tie.named == Named::Firmly),
        "The alert names a resource, and nothing ties the two.",
    ),
    rule(
        "threshold.other_than_named_weakly",
        76,
        |facts| Evidence::quiet(facts.tie.affinity == Affinity::Other),
        "The alert names a service, and the change concerns something of another name.",
    ),
    rule("threshold.named_weakly", 66, |_| Evidence::quiet(true), "The alert names a service, and nothing ties the two."),
];

const RAISE: &[Rule] = &[rule(
    "raise.unlikely",
    32,
    |facts| {
        let wrong_way = facts.goes_wrong_way() && !facts.failed_as_symptom() && facts.gravity.is_none();
        Evidence::quiet(wrong_way || facts.undo.restores == Restored::Perhaps)
    },
    "What adds while something is missed needs more to be believed, and so does what seems to give back: a deleted policy may come back as another one.",
)];
