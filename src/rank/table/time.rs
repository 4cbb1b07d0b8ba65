//! When a change was made, for its kind.

use chrono::TimeDelta;

use super::rule;
use crate::catalogue::Delay;
use crate::rank::Reason;
use crate::rank::facts::Facts;
use crate::rank::rule::{Evidence, Rule};

/// The prior of a class: a security group works at once, a deployment within minutes, a parameter group at the next
/// reboot, a scheduled key deletion after days.
pub(super) const TIME: &[Rule] = &[
    rule("time.unsure.2h", |facts| unsure(facts, 7_200), "Nobody told when it began, and it was made in the last hours."),
    rule("time.unsure.12h", |facts| unsure(facts, 43_200), "Nobody told when it began, and it was made half a day ago."),
    rule("time.unsure.far", |facts| unsure(facts, i64::MAX), "Nobody told when it began, and it was made a day ago and longer."),
    rule(
        "time.just_after",
        |facts| Evidence::quiet(!facts.timing.is_late() && facts.timing.age.num_seconds() < 0),
        "Within the minute after the alert's start: possible, as clocks and rules differ, but not likely.",
    ),
    rule("time.immediate.2m", |facts| near(facts, Delay::Immediate, 120), "It works at once, and was made two minutes before."),
    rule("time.immediate.5m", |facts| near(facts, Delay::Immediate, 300), "It works at once."),
    rule("time.immediate.10m", |facts| near(facts, Delay::Immediate, 600), "It works at once."),
    rule("time.immediate.20m", |facts| within(facts, Delay::Immediate, 1_200), "It works at once, so later than one would expect."),
    rule("time.immediate.30m", |facts| within(facts, Delay::Immediate, 1_800), "It works at once, so later than one would expect."),
    rule("time.immediate.2h", |facts| within(facts, Delay::Immediate, 7_200), "It works at once, and all was well for long."),
    rule("time.immediate.12h", |facts| within(facts, Delay::Immediate, 43_200), "It works at once, and all was well for hours."),
    rule("time.minutes.1m", |facts| near(facts, Delay::Minutes, 60), "It takes minutes to be felt."),
    rule("time.minutes.15m", |facts| near(facts, Delay::Minutes, 900), "It takes minutes to be felt: as long as it took."),
    rule("time.minutes.30m", |facts| within(facts, Delay::Minutes, 1_800), "It takes minutes to be felt, so rather late."),
    rule("time.minutes.2h", |facts| within(facts, Delay::Minutes, 7_200), "It takes minutes to be felt, so late."),
    rule("time.minutes.12h", |facts| within(facts, Delay::Minutes, 43_200), "It takes minutes to be felt, and all was well for hours."),
    rule("time.until_reboot.30m", |facts| within(facts, Delay::UntilReboot, 1_800), "It waits for a restart."),
    rule("time.until_reboot.2h", |facts| within(facts, Delay::UntilReboot, 7_200), "It waits for a restart."),
    rule("time.until_reboot.12h", |facts| within(facts, Delay::UntilReboot, 43_200), "It waits for a restart."),
    rule("time.until_reboot.2d", |facts| within(facts, Delay::UntilReboot, 172_800), "It waits for a restart."),
    rule("time.slow.30m", |facts| within(facts, Delay::Slow, 1_800), "It takes hours to days to be felt, so rather early."),
    rule("time.slow.2h", |facts| within(facts, Delay::Slow, 7_200), "It takes hours to days to be felt."),
    rule("time.slow.1d", |facts| within(facts, Delay::Slow, 86_400), "It takes hours to days to be felt: as long as it took."),
    rule("time.slow.7d", |facts| within(facts, Delay::Slow, 604_800), "It takes hours to days to be felt."),
    rule("time.far", |facts| Evidence::quiet(!facts.timing.is_late()), "It was made too long ago for its kind."),
];

fn within(facts: &Facts, delay: Delay, seconds: i64) -> Option<Evidence<'_>> {
    let timing = &facts.timing;
    Evidence::quiet(timing.delay == delay && timing.age.num_seconds() <= seconds && !timing.is_late())
}

/// Where nobody told the onset, how long a kind of change takes to be felt says little.
fn unsure(facts: &Facts, seconds: i64) -> Option<Evidence<'_>> {
    let timing = &facts.timing;
    Evidence::quiet(timing.unsure && timing.age.num_seconds() <= seconds && !timing.is_late())
}

/// The same, near enough to be worth a word.
fn near(facts: &Facts, delay: Delay, seconds: i64) -> Option<Evidence<'_>> {
    let quiet = within(facts, delay, seconds)?;
    let told = facts.timing.alert && facts.timing.age >= TimeDelta::zero();
    Some(Evidence { reason: told.then_some(Reason::Before { age: facts.timing.age }), ..quiet })
}

/// Where nothing else ties a change to the alert, its nearness in time has to.
pub(super) const ALONE: &[Rule] = &[
    rule("time.alone.3m", |facts| alone(facts, 180), "Nothing ties it to the alert but that it was made minutes before."),
    rule("time.alone.10m", |facts| alone(facts, 600), "Nothing ties it to the alert but that it was made shortly before."),
    rule("time.alone.30m", |facts| alone(facts, 1_800), "Nothing ties it to the alert but that it was made in the half hour before."),
    rule("time.alone.2h", |facts| alone(facts, 7_200), "Nothing ties it to the alert, and it was made an hour before."),
    rule("time.alone.12h", |facts| alone(facts, 43_200), "Nothing ties it to the alert, and it was made hours before."),
    rule("time.alone.far", |facts| alone(facts, i64::MAX), "Nothing ties it to the alert, and it was made days before."),
];

fn alone(facts: &Facts, seconds: i64) -> Option<Evidence<'_>> {
    let tied = facts.tie.is_related() || facts.tie.shares_name();
    Evidence::quiet(facts.timing.alert && !facts.timing.unsure && !tied && facts.timing.age.num_seconds() <= seconds)
}

/// What only a start feels counts from the start on.
pub(super) const LATENT: &[Rule] = &[rule(
    "time.latent",
    |facts| Evidence::quiet(facts.timing.latent),
    "It is felt only by what starts anew, and load made something start shortly before the alert.",
)];
