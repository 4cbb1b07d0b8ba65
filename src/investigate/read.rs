//! Reading: what the plan asks, from the source that the scope admits, side by side and within the time of the call.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};
use futures_util::FutureExt as _;
use futures_util::future::join_all;
use tracing::{Instrument as _, info_span};

use super::look_up::{self, Name};
use super::plan::{self, Aim};
use super::question::Inquiry;
use super::resume::ResumeState;
use super::{Gathered, ToolContext};
use crate::coverage::{Attribute, Cell, CellKey, Cost, Reading};
use crate::policy::{Admitted, Scope};
use crate::rank::Change;
use crate::refusal::InvalidArgument;
use crate::source::{Kind, Progress, Query};
use crate::time::Window;

/// How far before the window a source that costs nothing is read for what belongs to what.
const BACKGROUND: TimeDelta = TimeDelta::hours(24);

/// Leaves of the record of a change that is not shown what others are compared with: what was asked for, and what was answered.
pub(super) fn slim(mut change: Change) -> Change {
    change.event.record.retain(&["requestParameters", "responseElements"]);
    change
}

/// Reads for one call.
pub(super) struct Reader<'a> {
    /// What the call works with.
    pub(super) context: &'a ToolContext,
    /// The time it is, for the whole call.
    pub(super) now: DateTime<Utc>,
    progress: &'a Progress,
    started: Instant,
}

impl<'a> Reader<'a> {
    /// Begins a call.
    pub(super) fn new(context: &'a ToolContext, progress: &'a Progress) -> Self {
        Self { context, now: context.now(), progress, started: Instant::now() }
    }

    /// Returns the time that the call took so far.
    pub(super) fn spent(&self) -> Duration {
        self.started.elapsed()
    }

    pub(super) fn left(&self, scope: &Scope) -> Duration {
        scope.deadline().saturating_sub(self.spent())
    }

    /// Reads `window` of an inquiry; `after` is how far an earlier call came.
    pub(super) async fn read(&self, inquiry: &Inquiry, window: Window, after: Option<&ResumeState>, gathered: &mut Gathered) {
        let Inquiry { incident, scope, filter, .. } = inquiry;
        if !inquiry.look_ups.is_empty() {
            return self.look_up(inquiry, &inquiry.look_ups, gathered).await;
        }
        let kind = if filter.include_reads { Kind::Everything } else { Kind::Writes };
        let aim = Aim { incident, after };
        let queries = plan::queries(scope, window, &kind, self.left(scope));
        let queries: Vec<Query> = queries.into_iter().map(|query| aim.at(query, gathered)).collect();
        for (mut reading, query) in self.ask(&queries).await.into_iter().zip(&queries) {
            aim.count(&mut reading, query, gathered);
            gathered.add(reading);
        }
        for cell in plan::unanswered(scope, &gathered.cells().collect::<Vec<_>>()) {
            gathered.add_cell(cell);
        }
    }

    /// Reads what is filed under each of `names`, in every place of the scope.
    ///
    /// Shape: one cell a place, which tells of the look-up that came least far: what one of them lacks, the question lacks.
    async fn look_up(&self, inquiry: &Inquiry, names: &[Name], gathered: &mut Gathered) {
        let Inquiry { incident, scope, filter, .. } = inquiry;
        let aim = Aim { incident, after: None };
        let of = |(attribute, name): &Name| {
            let queries = plan::queries(scope, scope.window(), &Kind::Exact(*attribute, name.clone()), self.left(scope));
            // Whether somebody acted at all, and by which sessions, is told by reads, too.
            let reads =
                filter.include_reads || !filter.actors.is_empty() || !matches!(attribute, Attribute::ResourceName | Attribute::EventName);
            queries.into_iter().map(move |query| if reads { query } else { query.without_reads() })
        };
        let queries: Vec<Query> = match (scope.source().cost, names.split_first()) {
            // Where each reading is paid for by what it goes through, all names are looked for in one.
            (Cost::Bytes { .. }, Some((first, others))) => of(first).map(|query| aim.at(query, gathered).or(others)).collect(),
            _ => names.iter().flat_map(of).map(|query| aim.at(query, gathered).share(names.len())).collect(),
        };
        let mut cells: BTreeMap<CellKey, Cell> = BTreeMap::new();
        for mut reading in self.ask(&queries).await {
            // How far one name was read says nothing of the rest.
            for cell in reading.take_cells() {
                let place = cell.key();
                let (requests, events) = cells.get(&place).map_or((0, 0), |known| (known.requests, known.events));
                let length = |cell: &Cell| cell.covered().map(|covered| covered.length());
                let known = cells.remove(&place).filter(|known| (known.state(), length(&cell)) > (cell.state(), length(known)));
                let (all, own, notes) = (requests + cell.requests, events + cell.events, cell.notes.clone());
                let worst = known.unwrap_or(cell);
                let notes = if worst.notes.is_empty() { notes } else { worst.notes.clone() };
                cells.insert(place, worst.with(all, own, notes));
            }
            gathered.add(reading);
        }
        cells.into_values().for_each(|cell| gathered.add_cell(cell));
        for cell in plan::unanswered(scope, &gathered.cells().collect::<Vec<_>>()) {
            gathered.add_cell(cell);
        }
    }

    /// Asks another source, where one is configured, for what more happened than the first one's requests reach.
    ///
    /// Shape: where that gives anything whole, it is what the answer stands on, and the first one's places are not asked for any more.
    pub(super) async fn reach_beyond(&self, inquiry: &mut Inquiry, gathered: &mut Gathered) {
        let (policy, available, first) = (&self.context.policy, self.context.sources.available(), inquiry.scope.source());
        let Some(further) = policy.beyond(available, first).filter(|_| gathered.is_capped() && inquiry.look_ups.is_empty()) else { return };
        let Ok(scope) = policy.admit(&inquiry.incident, Some(further.name), available, self.now) else { return };
        let wider = Inquiry { scope, ..inquiry.clone() };
        let window = wider.scope.window();
        self.read(&wider, window, None, gathered).await;
        let whole = gathered.cells().any(|cell| cell.source() == further && cell.covered().is_some());
        gathered.set_aside(if whole { first } else { further });
        if whole {
            inquiry.scope = wider.scope;
        }
    }

    /// Looks further for actors of whom nothing was found by name: they may be roles, which are filed by the names of their sessions.
    ///
    /// A short window is read whole instead; in a long one the sessions are those that calls to assume the role tell of.
    ///
    /// Errors: when nothing is filed under a name in a long window and no session is known: a role may have acted all the same.
    pub(super) async fn look_further(
        &self,
        inquiry: &mut Inquiry,
        gathered: &mut Gathered,
        changes: &mut Vec<Change>,
    ) -> Result<(), InvalidArgument> {
        let unseen = look_up::unseen(&inquiry.look_ups, &inquiry.filter, changes);
        let roles: Vec<String> = unseen.into_iter().map(str::to_owned).collect();
        if roles.is_empty() {
            return Ok(());
        }
        if inquiry.scope.is_short() {
            inquiry.look_ups.clear();
            let looked_up = std::mem::replace(gathered, Gathered::new(inquiry.scope.denied()));
            self.read(inquiry, inquiry.scope.window(), None, gathered).await;
            gathered.charge(&looked_up);
            gathered.move_to(changes);
            return Ok(());
        }
        let accounts: Vec<String> = gathered.cells().map(|cell| cell.account().to_owned()).collect();
        let accounts: BTreeSet<&str> = accounts.iter().map(String::as_str).collect();
        let accounts: Vec<&str> = accounts.into_iter().collect();
        let assumed: Vec<Name> = roles.iter().flat_map(|role| look_up::role_names(role, &accounts)).collect();
        self.look_up(inquiry, &assumed, gathered).await;
        gathered.move_to(changes);
        let sessions: Vec<Name> = roles.iter().flat_map(|role| look_up::sessions(role, changes)).collect();
        if !sessions.is_empty() {
            self.look_up(inquiry, &sessions, gathered).await;
            gathered.move_to(changes);
        }
        inquiry.look_ups.extend(assumed.into_iter().chain(sessions));
        match look_up::unseen(&inquiry.look_ups, &inquiry.filter, changes).first() {
            // Where nothing could be read, that is what there is to tell.
            Some(name) if gathered.cells().any(|cell| cell.covered().is_some()) => Err(look_up::unknown_actor(name, &inquiry.scope)),
            _ => Ok(()),
        }
    }

    /// Gathers what the cursor carries, and reads what was not read; all of it, where nothing is carried.
    pub(super) async fn read_on(&self, inquiry: &Inquiry, resume: Option<&ResumeState>) -> Gathered {
        let (after, events) = resume.and_then(|resume| Some((resume, resume.events()?))).unzip();
        let mut gathered = Gathered::default();
        if let Some(events) = events {
            let carried = Reading { events, ..Reading::default() };
            gathered.add(inquiry.scope.gate(inquiry.scope.window(), carried.into()));
        }
        let cells = match after {
            Some(whole) if !whole.goes_on() => whole.cells(),
            after => {
                self.read(inquiry, inquiry.scope.window(), after, &mut gathered).await;
                inquiry.scope.denied()
            }
        };
        cells.iter().for_each(|cell| gathered.add_cell(cell.clone()));
        gathered
    }

    /// Reads what `scope` holds of one event.
    pub(super) async fn read_event(&self, scope: &Scope, id: &str) -> Gathered {
        let mut gathered = Gathered::new(scope.denied());
        let queries = plan::queries(scope, scope.window(), &Kind::EventId(id.to_owned()), self.left(scope));
        self.ask(&queries).await.into_iter().for_each(|reading| gathered.add(reading));
        gathered
    }

    /// Returns the time before which nothing is read to learn what belongs to what.
    pub(super) fn before_background(&self, scope: &Scope) -> DateTime<Utc> {
        let read = if scope.source().rereads { BACKGROUND } else { TimeDelta::zero() };
        scope.window().from - read
    }

    /// Reads what changed in the day before the window, where that costs nothing.
    ///
    /// What it gives is never shown; it tells which security group belongs to which database. Hence it has no cells, and
    /// nothing is lost when it is cut short.
    pub(super) async fn background(&self, scope: &Scope) -> Vec<Change> {
        let window = scope.window();
        let Some(before) = Window::new(self.before_background(scope), window.from) else { return Vec::new() };
        let left = self.left(scope) / 2;
        if !scope.source().rereads || left.is_zero() {
            return Vec::new();
        }
        let mut gathered = Gathered::default();
        for query in plan::queries(scope, before, &Kind::Writes, left) {
            gathered.add(self.ask_one(&query.to_learn()).await);
        }
        // Tags break nothing, and tell what a thing is called.
        let tells = |change: &Change| !change.class.noise || change.class.tags;
        gathered.finish(Vec::new()).0.into_iter().map(Change::from).filter(tells).map(slim).collect()
    }

    /// Asks all queries side by side, and counts them in the progress of the call.
    ///
    /// Shape: one reading for each query, in their order.
    pub(super) async fn ask(&self, queries: &[Query]) -> Vec<Admitted> {
        self.progress.begin(queries.len());
        let ask = |query| self.ask_one(query).instrument(info_span!("source query")).inspect(|_| self.progress.done_one());
        join_all(queries.iter().map(ask)).await
    }

    async fn ask_one(&self, query: &Query) -> Admitted {
        query.gate(self.context.sources.find(query.source()).read(query).await)
    }
}
