//! How we came to what an incident names, as data; `answer` words it.

use chrono::TimeDelta;

pub use super::fact::Place;

/// How we came to a region, an account or a resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Basis {
    /// The caller named it.
    Argument,
    /// The caller named one of its availability zones.
    ZoneInArgument,
    /// The alert or the text says it.
    Said {
        /// Where it stands.
        place: Place,
        /// The name of the label, field or annotation, reduced to `[A-Za-z0-9_.-]{0,40}`. Untrusted.
        name: String,
        /// What stands there.
        reading: Reading,
    },
    /// Events of global services are recorded there.
    GlobalServices,
    /// Nothing names one.
    Assumed,
    /// It was found among what was read.
    Present,
}

/// What we read a name out of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reading {
    /// The name itself.
    Itself,
    /// An availability zone.
    Zone,
    /// An ARN.
    Arn,
    /// A host name.
    DnsName,
    /// An address.
    Address,
    /// A region's name for people, such as `EU (Ireland)`.
    PeoplesName,
}

/// Where a window came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WindowBasis {
    /// What its start was counted from.
    pub start: WindowStart,
    /// Whether the caller gave its end.
    pub end_given: bool,
    /// Why no alert's start was found, where an investigation was given.
    pub lacks: Option<Lack>,
    /// The longest window, where it was cut to that.
    pub cut_to: Option<TimeDelta>,
}

impl From<WindowStart> for WindowBasis {
    fn from(start: WindowStart) -> Self {
        Self { start, end_given: false, lacks: None, cut_to: None }
    }
}

/// What the start of a window was counted from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WindowStart {
    /// The caller gave it.
    Given,
    /// This long before the alert's start.
    BeforeAlert(TimeDelta),
    /// This long before what waits longest began to wait, as the alarm's metric tells.
    BeforeOldest(TimeDelta),
    /// This long before the start of an alert about costs.
    BeforeCosts(TimeDelta),
    /// This long before the one time in the text.
    BeforeTimeInText(TimeDelta),
    /// The day in the alert or the text.
    Day,
    /// Before the first of several times in the text.
    BeforeTimesInText(TimeDelta),
    /// The hour before the end of an alert whose start is not told.
    BeforeAlertEnd,
    /// This long before the end that the caller gave.
    BeforeEnd(TimeDelta),
    /// The last hour.
    LastHour,
    /// As far back as what the question names may be looked up.
    LookUp(TimeDelta),
    /// So long before now, as nothing was said.
    Last(TimeDelta),
    /// Where the application's log begins, which is given alone.
    OwnTimeOfLog,
}

impl Lack {
    /// Tells whether nothing says which time to look at: what was looked at is a guess then.
    pub fn leaves_a_guess(self) -> bool {
        self != Self::TimeOfDay
    }
}

/// Why an investigation gives no start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lack {
    /// The alert has no readable start.
    Start,
    /// The JSON has no form that is known.
    KnownForm,
    /// The only time in the text lies in the future.
    PastTime,
    /// The text has several times.
    SingleTime,
    /// The text names no time.
    TimeInText,
    /// Only the day is told.
    TimeOfDay,
    /// No zone is told, and the start lies ahead of now or is told in a script of the east, so it was read as local time.
    Zone,
}
