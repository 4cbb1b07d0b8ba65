//! What an answer is made of.

use chrono::{DateTime, Utc};

use super::Cost;
use super::application::Application;
use super::earlier::Earlier;
use super::filter::Filter;
use super::page::Page;
use crate::context::{Incident, Named};
use crate::coverage::{Coverage, PlanLine, RegionGuess};
use crate::policy::UntrustedText;
use crate::rank::Ranked;
use crate::time::Window;

/// How much of each event is told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Detail {
    /// One line an event.
    #[default]
    Concise,
    /// Scores, resources, parameters and origin as well.
    Full,
}

/// Everything an answer is made of.
pub struct Draft<'a> {
    /// What was asked.
    pub incident: &'a Incident,
    /// The window that was read in the end.
    pub window: Window,
    /// Whether it was widened.
    pub widened: bool,
    /// Regions looked at, each with its basis.
    pub regions: Vec<Named>,
    /// Regions that nothing named, when some had to be assumed.
    pub guessed_region: Option<&'a RegionGuess>,
    /// What was read.
    pub coverage: &'a Coverage,
    /// All changes, best first.
    pub ranked: &'a [Ranked],
    /// What was so before.
    pub earlier: Earlier<'a>,
    /// The application's log, where one was given.
    pub application: Option<Application<'a>>,
    /// What to show.
    pub filter: &'a Filter,
    /// Which part.
    pub page: Page,
    /// How much of each.
    pub detail: Detail,
    /// What becomes of free text.
    pub untrusted: UntrustedText,
    /// The clock.
    pub now: DateTime<Utc>,
    /// What was decided while reading.
    pub plan_log: &'a [PlanLine],
    /// What it cost; `plan` is filled from the log.
    pub cost: Cost,
}
