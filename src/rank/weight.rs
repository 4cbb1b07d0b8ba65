//! The points of every signal, in one table. Found by argument and tuned on generated incidents; none is specific to one kind.

use crate::catalogue::Delay;

/// The change is made to what the alert names.
pub const TARGETS_NAMED: i32 = 50;
/// The change makes what the alert names: rarely what broke it.
pub const MAKES_NAMED: i32 = 36;
/// The change mentions what the alert names, as a container or a reference.
pub const MENTIONS_NAMED: i32 = 44;
/// The change is made to something one step away (the security group of the instance).
pub const ONE_STEP: i32 = 36;
/// Two steps away.
pub const TWO_STEPS: i32 = 18;
/// The change is to something that bears the name of what the alert is about.
pub const SHARES_NAME: i32 = 26;
/// The change is to something that shares a rare word of its name with what the alert names.
pub const SHARES_WORD: i32 = 22;
/// With a word of the alert's prose.
pub const SHARES_TOLD_WORD: i32 = 16;
/// The alert names something, and the change concerns something of another name.
pub const OTHER_NAME: i32 = -18;
/// The alert's prose speaks of a name, and the change concerns something of another one.
pub const OTHER_THAN_TOLD: i32 = -8;
/// The alert names a resource, and nothing ties the change to it.
pub const UNTIED: i32 = -15;
/// The change is in the service that the named resource belongs to.
pub const SAME_SERVICE: i32 = 6;
/// The class of change is known to cause what the alert complains of.
pub const SYMPTOM: i32 = 18;
/// A symptom that the alert hardly speaks of counts at least this share of the one it speaks of most.
pub const LEAST_SYMPTOM: f64 = 0.4;
/// Values that are bad the other way count this share: an opened port in an outage.
pub const WRONG_WAY: f64 = 0.15;
/// The change adds something while the alert misses something, or the other way round.
pub const WRONG_DIRECTION: i32 = -26;
/// The change opens something to few while the alert finds it open to many.
pub const EXPOSES_NOTHING: i32 = -60;
/// Grave values count this share where the alert names something else.
pub const UNTIED_SEVERITY: f64 = 0.6;
/// Within the minute after the alert's start: possible, as clocks and rules differ, but not likely.
pub const JUST_AFTER: i32 = 2;
/// The class of change is known, and causes something else.
pub const OTHER_SYMPTOM: i32 = -6;
/// The alert speaks of the kind of thing that was changed: `parameter`, `flow log`.
pub const SAME_WORDS: i32 = 9;
/// The request sets a value that the alert speaks of.
pub const SAME_VALUE: i32 = 8;
/// The change is one of many alike by the same actor.
pub const BURST: i32 = 4;
/// The catalogue's weight of 100 is worth this much.
pub const CLASS: i32 = 24;
/// A person did it.
pub const HUMAN: i32 = 4;
/// A service did it by itself.
pub const SERVICE: i32 = -14;
/// This actor did this only here, while others act often.
pub const RARE: i32 = 4;
/// The actor does this all the time, or takes and gives by turns.
pub const ROUTINE: i32 = -12;
/// The call failed: it changed nothing.
pub const FAILED: i32 = -34;
/// The call failed in the very way that the alert complains of: quota, launch refused.
pub const FAILED_AS_SYMPTOM: i32 = 40;
/// The change was undone before the alert.
pub const UNDONE_BEFORE: i32 = -40;
/// The change was undone after the alert: somebody else thought it was the cause.
pub const UNDONE_AFTER: i32 = 6;
/// The same settings were set to something else before the alert: its values were not in force any more.
pub const OVERWRITTEN: i32 = -8;
/// The change undoes an earlier one.
pub const UNDOES: i32 = -6;
/// The change gives back what an earlier one had taken.
pub const RESTORES: i32 = -24;
/// Heartbeats and housekeeping.
pub const NOISE: i32 = -40;
/// Later than a minute after the alert: a reaction at best.
pub const AFTER_ALERT: i32 = -60;
/// Traffic on data rather than a change of configuration.
pub const DATA_EVENT: i32 = -20;

/// Returns the points for a change `age` seconds before the alert.
///
/// The prior of a class: a security group works at once, a deployment within minutes, a parameter group at the next
/// reboot, a scheduled key deletion after days.
pub fn time(delay: Delay, age: i64) -> i32 {
    let steps: &[(i64, i32)] = match delay {
        Delay::Immediate => &[(120, 20), (300, 18), (600, 15), (1_200, 12), (1_800, 9), (7_200, 3), (43_200, -1)],
        Delay::Minutes => &[(60, 16), (900, 18), (1_800, 13), (7_200, 6), (43_200, 1)],
        Delay::UntilReboot => &[(1_800, 11), (7_200, 9), (43_200, 8), (172_800, 6)],
        Delay::Slow => &[(1_800, 7), (7_200, 8), (86_400, 10), (604_800, 8)],
    };
    steps.iter().find(|(limit, _)| age <= *limit).map_or(-4, |(_, points)| *points)
}
