//! What a change does, and whether that is what the alert complains of.

use super::Source::Catalogue;
use super::{When, from, rule};
use crate::catalogue::Effect;
use crate::rank::Reason;
use crate::rank::facts::Facts;
use crate::rank::rule::{Evidence, Rule, Strength};

/// A kind of change that weighs less than this in the catalogue breaks nothing: tags and the like.
pub(super) const TRIFLE: u8 = 10;
/// Grave values count this share where the alert names something else: they are somebody else's incident.
const UNTIED_SEVERITY: f64 = 0.6;

/// What the values do counts as far as it can cause what the alert complains of: opening a port takes no host down.
pub(super) const SEVERITY: &[Rule] = &[
    grave("values.harmless", harmless, "Nobody depends on what the values change."),
    grave("values.grave", grave_to_all, "The values are grave, and the alert does not say what is wrong."),
    grave("values.expose", exposes, "The values open something, as the alert complains."),
    grave("values.take_away_where_exposed", takes_away_where_exposed, "The values take away, and the alert finds something open."),
    grave("values.take_away", takes_away, "The values take something away, or set it to nothing."),
    grave("values.unprotect", unprotects, "The values take a protection away, and the alert finds something open."),
    grave("values.wrong_way", |facts| values(facts, true, Told::Never), "The values are bad the other way: an opened port in an outage."),
];

const fn grave(id: &'static str, when: When, why: &'static str) -> Rule {
    from(Catalogue, rule(id, when, why))
}

/// Where the values are worth a word.
#[derive(PartialEq)]
enum Told {
    Always,
    Tied,
    Never,
}

fn harmless(facts: &Facts) -> Option<Evidence<'_>> {
    let severity = facts.effect.severity.filter(|severity| severity.effect == Effect::Harmless)?;
    Evidence::told(Reason::Values { does: severity.reason })?.with_strength(Strength(severity.points.into()))
}

fn grave_to_all(facts: &Facts) -> Option<Evidence<'_>> {
    values(facts, facts.fit.tone.understood.is_none(), Told::Always)
}

fn exposes(facts: &Facts) -> Option<Evidence<'_>> {
    values(facts, facts.effect.has(Effect::Exposes) && facts.fit.tone.exposure, Told::Always)
}

fn takes_away_where_exposed(facts: &Facts) -> Option<Evidence<'_>> {
    values(facts, facts.effect.has(Effect::TakesAway) && facts.fit.tone.only_exposure, Told::Tied)
}

fn takes_away(facts: &Facts) -> Option<Evidence<'_>> {
    values(facts, facts.effect.has(Effect::TakesAway), Told::Always)
}

fn unprotects(facts: &Facts) -> Option<Evidence<'_>> {
    values(facts, facts.effect.has(Effect::Unprotects) && facts.fit.tone.exposure, Told::Tied)
}

/// Tells how grave the values are, where the rule `holds`.
fn values(facts: &Facts, holds: bool, told: Told) -> Option<Evidence<'_>> {
    let severity = facts.effect.severity.filter(|_| holds)?;
    let tied = facts.tie.holds();
    let share = if tied { 1.0 } else { UNTIED_SEVERITY };
    let told = !severity.obvious && (told == Told::Always || told == Told::Tied && tied);
    let reason = told.then_some(Reason::Values { does: severity.reason });
    Some(Evidence { strength: Strength(f64::from(severity.points) * share), reason })
}

/// Without an alert, what everybody would look at comes first.
pub(super) const GRAVITY: &[Rule] =
    &[from(Catalogue, rule("gravity.by_itself", by_itself, "It stands out by itself, and there is no alert to say what to look for."))];

fn by_itself(facts: &Facts) -> Option<Evidence<'_>> {
    let gravity = facts.gravity?;
    let said = facts.effect.severity.is_some_and(|severity| severity.reason == gravity.reason);
    let evidence = if said { Evidence::quiet(true) } else { Evidence::told(Reason::Values { does: gravity.reason }) };
    evidence?.with_strength(Strength(gravity.points.into()))
}

pub(super) const DIRECTION: &[Rule] = &[rule(
    "direction.exposes_nothing",
    |facts| {
        let complaint = facts.fit.tone;
        Evidence::quiet(complaint.excess && complaint.first_exposure && facts.effect.admits_few)
    },
    "The change opens something to few while the alert finds it open to many.",
)];

pub(super) const CLASS: &[Rule] = &[from(
    Catalogue,
    rule(
        "class.weight",
        |facts| Evidence::quiet(true)?.with_strength(Strength(facts.effect.weight.into())),
        "So often such a change is what broke something.",
    ),
)];
