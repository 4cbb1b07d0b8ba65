//! The first look: what was last done to the things that an alert names exactly, asked for before everything else.
//!
//! A page for each name, as far back as policy lets look-ups reach. What lies in the window may hold the suspect within a second or two;
//! what lies before tells what the thing is tied to, which a short window cannot.

use std::time::Duration;

use super::Gathered;
use super::look_up::{self, Name};
use super::plan::{self, Aim};
use super::question::Inquiry;
use super::read::Reader;
use crate::coverage::{Cost, Reading};
use crate::rank::{self, Background, Change, Weights};
use crate::source::{Kind, Query};

/// What the look may take: longer, and it would hold up what it is to hasten.
const TIME: Duration = Duration::from_secs(2);
/// Most names that are asked of one place.
const NAMES: u32 = 3;
/// What part of the requests of a place the look may take, as a divisor: it hastens the reading, and must not cut it short.
const SHARE: u32 = 4;
/// Most requests of the look, all places together.
const REQUESTS: usize = 6;

impl Reader<'_> {
    /// Looks up what an alert names exactly, where the source can, and adds to `gathered` what lies in the window.
    ///
    /// Shape: what lies before the window, by time. When the look is cut short, what lies in the window is read after it all the same; what
    /// lies before tells less of what belongs to what.
    pub(super) async fn first_look(&self, inquiry: &Inquiry, gathered: &mut Gathered) -> Vec<Change> {
        let Inquiry { incident, scope, filter, .. } = inquiry;
        let back = scope.looking_back();
        // Where all of it is read within seconds, or each look is paid for as if it were all, a look ahead does no good.
        let hastens = inquiry.look_ups.is_empty() && matches!(scope.source().cost, Cost::Requests { .. });
        let names: Vec<Name> = if hastens { look_up::named(incident) } else { Vec::new() };
        let can = |(attribute, _): &&Name| scope.source().spelling(*attribute).is_some();
        let queries = |(attribute, name): &Name| {
            let kind = Kind::Exact(*attribute, name.clone());
            plan::queries(&back, back.window(), &kind, self.left(scope).min(TIME))
        };
        let most = usize::try_from(NAMES.min(scope.lookup_requests() / SHARE)).unwrap_or_default();
        let by_name: Vec<Vec<Query>> = names.iter().filter(can).take(most).map(queries).collect();
        let places = by_name.first().map_or(0, Vec::len).max(1);
        let aim = Aim { incident, after: None };
        let asked: Vec<Query> =
            by_name.into_iter().take(REQUESTS / places).flatten().map(|query| aim.at(query, gathered).newest_first().at_most(1)).collect();
        if asked.is_empty() {
            return Vec::new();
        }
        let mut seen = Gathered::default();
        self.ask(&asked).await.into_iter().for_each(|reading| seen.add(reading));
        gathered.add_ahead(&mut seen);
        let (events, ..) = seen.finish(Vec::new());
        let wanted = events.into_iter().filter(|event| !event.read_only || filter.include_reads);
        let (inside, before): (Vec<_>, Vec<_>) = wanted.partition(|event| event.time >= scope.window().from);
        gathered.add(scope.gate(scope.window(), Reading { events: inside, ..Reading::default() }.into()));
        before.into_iter().filter(|event| !event.read_only).map(Change::from).collect()
    }

    /// Tells whether what was found so far holds a suspect.
    pub(super) fn sees_suspect(&self, inquiry: &Inquiry, gathered: &Gathered, before: &[Change]) -> bool {
        let changes: Vec<Change> = gathered.events().cloned().map(Change::from).collect();
        let background = Background { changes: before, whole_from: None, failures: &[] };
        rank::rank(&inquiry.incident, changes, background, &Weights::default()).first().is_some_and(rank::Ranked::is_suspect)
    }
}
