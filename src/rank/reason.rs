//! Why a rule speaks: evidence with its values. What people read is worded in `answer`, and nowhere else.

use chrono::TimeDelta;

/// The evidence that one rule found, where it is worth telling people.
///
/// Shape: names and values come from the alert and the records, so they are untrusted; all else is ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason<'a> {
    /// The change makes what the alert names.
    MakesNamed {
        /// As the alert writes it.
        named: &'a str,
    },
    /// The change is made to what the alert names.
    TargetsNamed {
        /// As the alert writes it.
        named: &'a str,
    },
    /// The change mentions what the alert names.
    MentionsNamed {
        /// As the alert writes it.
        named: &'a str,
    },
    /// The change is made to something one step away.
    OneStep {
        /// As the alert writes it.
        named: &'a str,
        /// What was changed.
        through: &'a str,
    },
    /// The change is made to something two steps away.
    TwoSteps {
        /// As the alert writes it.
        named: &'a str,
        /// What was changed.
        through: &'a str,
    },
    /// The change is made to something three steps away.
    ThreeSteps {
        /// As the alert writes it.
        named: &'a str,
        /// What was changed.
        through: &'a str,
    },
    /// A workload was refused what the change was made to.
    PointedAt {
        /// Who was refused.
        refused: &'a str,
        /// As the refused call names it.
        thing: &'a str,
    },
    /// An application reported an error on this very change.
    ApplicationFailed {
        /// The line of its log.
        line: usize,
    },
    /// It is the last change to what an application failed on later.
    ApplicationFailedOn {
        /// As its record names it.
        thing: &'a str,
        /// The line of its log.
        line: usize,
    },
    /// A service reacted to another change with it.
    Reaction {
        /// The name of that change.
        to: &'a str,
        /// Who made it.
        by: &'a str,
    },
    /// The change is to something that bears a name of the alert.
    BearsName {
        /// As the alert writes it.
        named: &'a str,
    },
    /// A word of the name of what the alert names stands in a name here.
    SharesName {
        /// The word.
        word: &'a str,
    },
    /// A word of the alert's prose stands in a name here.
    SharesToldWord {
        /// The word.
        word: &'a str,
    },
    /// It is near: so long before the alert.
    Before {
        /// Not negative.
        age: TimeDelta,
    },
    /// What the values do, in the words of the catalogue's row.
    Values {
        /// `opens it to the whole internet`.
        does: &'static str,
    },
    /// Changes of its class cause what the alert complains of.
    CanCause {
        /// The complaint, in the words of the catalogue's row: `'no such host'`.
        what: &'static str,
    },
    /// The request sets a value that the alert speaks of.
    SetsValue {
        /// The value, in lower case.
        value: &'a str,
    },
    /// The call failed.
    Failed,
    /// The call failed for want of capacity, as the alert complains.
    RefusedForCapacity,
    /// It was undone before the alert.
    UndoneBefore,
    /// It was undone after the alert.
    UndoneAfter,
    /// Its settings were overwritten before the alert.
    Overwritten,
    /// It gives back what an earlier change took.
    GivesBack,
    /// It came after the alert.
    AfterAlert,
}

impl Reason<'_> {
    /// Tells whether the reason only places the change before the alert, as the entry's time does.
    pub fn is_about_time(&self) -> bool {
        matches!(self, Self::Before { .. } | Self::UndoneBefore | Self::Overwritten)
    }
}
