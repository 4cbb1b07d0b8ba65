//! One investigation from question to outcome: discover, admit, read, widen, rank, answer, redact, render.

pub mod cursor;
mod gathered;
pub mod plan;
mod read_context;
mod resume;
mod tool_context;
mod widening;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Instant;

use chrono::{DateTime, TimeDelta, Utc};
use futures_util::FutureExt as _;
use serde_json::Value;
use tracing::{Instrument, info, info_span, warn};

use crate::answer::build::{self, Built};
use crate::answer::draft::{Detail, Draft};
use crate::answer::earlier::Earlier;
use crate::answer::filter::Filter;
use crate::answer::page::Page;
use crate::answer::{Answer, Cost, Finding, Requests, headline};
use crate::catalogue::{classify, is_global_service};
use crate::context::basis::Basis;
use crate::context::{self, Asked, Incident, Named};
use crate::coverage::{Cause, Coverage, Reading, SourceName, State, Verdict};
use crate::event::Event;
use crate::policy::{GlobalPass, Policy, Scope};
use crate::rank::{self, Change, Ranked};
use crate::redact;
use crate::refusal::{Code, Refusal};
use crate::source::{Kind, Query, Source};
use crate::time::Window;
use crate::tools::arguments::invalid;
use crate::tools::{Call, Outcome};

pub use cursor::Cursors;
pub use gathered::Gathered;
use read_context::ReadContext;
use resume::ResumeState;
pub use tool_context::ToolContext;

/// How far before the window a source that costs nothing is read for what belongs to what.
const BACKGROUND: TimeDelta = TimeDelta::hours(24);
/// Decisions on the way that are told at full detail.
const PLAN_LINES: usize = 24;

/// What a call asks.
pub enum Question {
    /// A new question.
    New {
        /// Context as given.
        asked: Box<Asked>,
        /// What to show.
        filter: Filter,
        /// How many.
        limit: usize,
        /// How much of each.
        detail: Detail,
        /// From where.
        source: Option<SourceName>,
    },
    /// The next page of an earlier one.
    Continued {
        /// The handle.
        cursor: String,
        /// How many, when that changes.
        limit: Option<usize>,
        /// How much of each, when that changes.
        detail: Option<Detail>,
    },
}

/// What a cursor holds: the frozen question, and what was shown of its answer.
#[derive(Clone)]
pub struct Continuation {
    /// What was allowed.
    policy: Policy,
    incident: Incident,
    scope: Scope,
    widened: bool,
    filter: Filter,
    detail: Detail,
    page: Page,
    now: DateTime<Utc>,
    carried: Option<Arc<ResumeState>>,
}

/// Runs an investigation.
pub async fn run(context: &ToolContext, call: &Call, question: Question) -> Outcome {
    async {
        match investigate(context, call, question).await {
            Ok(answer) => outcome(answer),
            Err(refusal) => refused(refusal),
        }
    }
    .instrument(info_span!("investigation"))
    .await
}

/// Makes the outcome of a refusal.
pub fn refused(refusal: Refusal) -> Outcome {
    info!(code = refusal.code.as_str(), "The call was refused.");
    Outcome::changes(Answer::could_not_look((&refusal).into(), None))
}

fn outcome(answer: Answer) -> Outcome {
    info!(finding = ?answer.finding, "The investigation was answered.");
    Outcome::changes(answer)
}

async fn investigate(context: &ToolContext, call: &Call, question: Question) -> Result<Answer, Refusal> {
    let started = Instant::now();
    match question {
        Question::Continued { cursor, limit, detail } => {
            let kept = context.cursors.resume(&context.policy.caller, &cursor, context.now());
            // What was frozen under other limits may be more than is allowed now.
            let state = kept.filter(|state| state.policy == context.policy).ok_or_else(|| {
                invalid("cursor", "this cursor is unknown or older than an hour: ask again without `cursor`; cursors live in the server process that gave them, and end when its policy changes".to_owned())
            })?;
            let mut gathered = Gathered::default();
            read_on(context, call, &state, started, &mut gathered).await;
            let effort = Effort::of(&mut gathered);
            let spots = blind_spots(context, &state.scope, &state.filter, &gathered);
            let (events, coverage) = gathered.finish(spots);
            let earlier = background(context, &state.scope, started).await;
            let (changes, ranked) = ranked(&state.incident, events, &earlier);
            let page = Page { limit: limit.unwrap_or(state.page.limit), ..state.page.clone() };
            let state = Continuation { page, detail: detail.unwrap_or(state.detail), ..state };
            finish(context, Looked { state, coverage, changes, ranked, background: earlier, effort }, started)
        }
        Question::New { asked, filter, limit, detail, source } => {
            let mut looked = look(context, call, *asked, filter, detail, source, started).await?;
            looked.state.page.limit = limit;
            finish(context, looked, started)
        }
    }
}

/// Gathers what the cursor carries, and reads what was not read; all of it, where nothing is carried.
async fn read_on(context: &ToolContext, call: &Call, state: &Continuation, started: Instant, gathered: &mut Gathered) {
    let Continuation { incident, scope, filter, carried, .. } = state;
    let carried = carried.as_ref().and_then(|carried| Some((carried, carried.events()?)));
    let (after, goes_on) = carried.as_ref().map_or((Vec::new(), true), |(carried, _)| (carried.cells(), carried.goes_on()));
    if let Some((_, events)) = carried {
        gathered.add(Reading { events, ..Reading::default() });
    }
    if goes_on {
        read(context, scope, scope.window(), filter, started, gathered, ReadContext { incident, after: &after, progress: &call.progress })
            .await;
        scope.denied().iter().for_each(|cell| gathered.add_cell(cell.clone()));
    } else {
        after.into_iter().for_each(|cell| gathered.add_cell(cell));
    }
}

/// Answers a new question in one piece, for programs: up to `limit` changes in full detail, and no cursor.
///
/// Shape: unlike an answer to an assistant it is not bound to a number of tokens. Not yet redacted.
/// Errors: none; a refusal is an answer that could not look.
pub async fn whole(context: &ToolContext, asked: Asked, limit: usize) -> Answer {
    async {
        let started = Instant::now();
        match look(context, &Call::default(), asked, Filter::default(), Detail::Full, None, started).await {
            Ok(mut looked) => {
                looked.state.page.limit = limit;
                let Built { mut answer, mut next, .. } = page(context, &looked, started);
                while let Some(after) = next.filter(|page| page.shown < limit && page.shown > looked.state.page.shown) {
                    looked.state.page = Page { limit: limit - after.shown, ..after };
                    let built = page(context, &looked, started);
                    answer.append(built.answer);
                    next = built.next;
                }
                info!(finding = ?answer.finding, "The investigation was answered.");
                answer
            }
            Err(refusal) => {
                info!(code = refusal.code.as_str(), "The call was refused.");
                Answer::could_not_look((&refusal).into(), None)
            }
        }
    }
    .instrument(info_span!("investigation"))
    .await
}

/// What a new question found, before any of it is told.
struct Looked {
    state: Continuation,
    coverage: Coverage,
    changes: Vec<Change>,
    ranked: Vec<Ranked>,
    /// Changes from before the window, which tell what was so before.
    background: Vec<Change>,
    effort: Effort,
}

/// What the reading took besides requests.
#[derive(Default)]
struct Effort {
    cached: u32,
    plan: Vec<String>,
}

impl Effort {
    fn of(gathered: &mut Gathered) -> Self {
        Self { cached: gathered.cached(), plan: gathered.take_told() }
    }
}

/// Discovers, admits, reads, widens and ranks.
///
/// Shape: the state has no limit yet.
async fn look(
    context: &ToolContext,
    call: &Call,
    asked: Asked,
    filter: Filter,
    detail: Detail,
    source: Option<SourceName>,
    started: Instant,
) -> Result<Looked, Refusal> {
    let now = context.now();
    let asked = resolve(context, asked)?;
    let incident = context::discover(&asked, &context.defaults(), now)?;
    let scope = context.policy.admit(&incident, source, context.sources.available(), now)?;
    let mut gathered = Gathered::default();
    for cell in scope.denied() {
        gathered.add_cell(cell.clone());
    }
    let goal = ReadContext { incident: &incident, after: &[], progress: &call.progress };
    read(context, &scope, scope.window(), &filter, started, &mut gathered, goal).await;
    let mut earlier = background(context, &scope, started).await;
    let mut changes: Vec<Change> = Vec::new();
    let (mut scope, mut widened) = (scope, false);
    let ranked = loop {
        changes.extend(gathered.drain().into_iter().map(Change::from));
        changes.sort_by(|a, b| (a.event.time, &a.event.event_id).cmp(&(b.event.time, &b.event.event_id)));
        let ranked = rank::rank(&incident, &changes, &earlier);
        let Some((wider, added)) = widening::next(&ranked, &incident, &scope, &gathered, started.elapsed()) else { break ranked };
        read(context, &wider, added, &filter, started, &mut gathered, goal).await;
        (scope, widened) = (wider, true);
        // What lies in the window now is no background any more: it would take part twice.
        earlier.retain(|change| change.event.time < scope.window().from);
    };
    let spots = blind_spots(context, &scope, &filter, &gathered);
    let effort = Effort::of(&mut gathered);
    let (_, coverage) = gathered.finish(spots);
    let state = Continuation {
        policy: context.policy.clone(),
        incident,
        scope,
        widened,
        filter,
        detail,
        page: Page::default(),
        now,
        carried: None,
    };
    Ok(Looked { state, coverage, changes, ranked, background: earlier, effort })
}

/// Replaces an exact known investigation id by what is stored under it.
fn resolve(context: &ToolContext, mut asked: Asked) -> Result<Asked, Refusal> {
    if let (Some(Value::String(id)), Some(store)) = (&asked.investigation, &context.investigations) {
        let id = id.trim();
        if let Some(stored) = store.load(id).map_err(|error| invalid("investigation", error.to_string()))? {
            asked.investigation = Some(Value::String(stored));
        }
    }
    Ok(asked)
}

fn ranked(incident: &Incident, events: Vec<Event>, background: &[Change]) -> (Vec<Change>, Vec<Ranked>) {
    let changes: Vec<Change> = events.into_iter().map(Change::from).collect();
    let ranked = rank::rank(incident, &changes, background);
    (changes, ranked)
}

/// Reads what changed in the day before the window, where that costs nothing.
///
/// What it gives is never shown; it tells which security group belongs to which database. Hence it has no cells, and
/// nothing is lost when it is cut short.
async fn background(context: &ToolContext, scope: &Scope, started: Instant) -> Vec<Change> {
    let window = scope.window();
    let Some(before) = Window::new(window.from - BACKGROUND, window.from) else { return Vec::new() };
    let left = scope.deadline().saturating_sub(started.elapsed()) / 2;
    if !scope.source().rereads_free || left.is_zero() {
        return Vec::new();
    }
    let mut gathered = Gathered::default();
    for query in plan::queries(scope, before, &Kind::Writes, left) {
        let mut reading = source_of(context, scope).read(&query).await;
        retain_allowed(context, &mut reading.events);
        gathered.add(reading);
    }
    // Tags break nothing, and tell what a thing is called.
    let tells = |change: &Change| !change.class.noise || change.class.tags;
    gathered.finish(Vec::new()).0.into_iter().map(Change::from).filter(tells).collect()
}

/// Reads `window` of `scope` from its source, all queries side by side.
async fn read(
    context: &ToolContext,
    scope: &Scope,
    window: Window,
    filter: &Filter,
    started: Instant,
    gathered: &mut Gathered,
    goal: ReadContext<'_>,
) {
    let kind = if filter.include_reads { Kind::Everything } else { Kind::Writes };
    let remaining = scope.deadline().saturating_sub(started.elapsed());
    let queries: Vec<Query> = plan::queries(scope, window, &kind, remaining).into_iter().map(|query| goal.aim(query, gathered)).collect();
    let source = source_of(context, scope);
    goal.progress.begin(queries.len());
    let ask = |query| source.read(query).instrument(info_span!("source query")).inspect(|_| goal.progress.done_one());
    let readings = futures_util::future::join_all(queries.iter().map(ask)).await;
    for (mut reading, query) in readings.into_iter().zip(&queries) {
        goal.count(&mut reading, query, gathered);
        // What an archive holds besides what was asked is no gap; what the allow-lists keep back is.
        reading.cells.retain(|cell| cell.state() != State::DeniedByPolicy || !context.policy.allows(cell.account(), cell.region()));
        // The region of global services is looked at for those alone.
        let extra = scope.global_region().filter(|_| scope.global_pass() == GlobalPass::Extra);
        reading.events.retain(|event| extra != Some(event.region.as_str()) || is_global_service(event.service()));
        retain_allowed(context, &mut reading.events);
        gathered.add(reading);
    }
    for cell in plan::unanswered(scope, &gathered.cells().collect::<Vec<_>>()) {
        gathered.add_cell(cell);
    }
}

/// Drops what the policy's categories keep back, before anything is learned from it.
pub fn retain_allowed(context: &ToolContext, events: &mut Vec<Event>) {
    if !context.policy.categories.is_empty() {
        events.retain(|event| context.policy.allows_category(classify(event).category));
    }
}

/// Says which categories are shown, when policy keeps others back.
pub fn kept_back(context: &ToolContext) -> Option<String> {
    let shown: Vec<&str> = context.policy.categories.iter().map(|category| category.as_str()).collect();
    (!shown.is_empty()).then(|| format!("policy shows this caller no changes but those of {}", shown.join(", ")))
}

/// Returns the source that `scope` admits.
pub fn source_of<'a>(context: &'a ToolContext, scope: &Scope) -> &'a dyn Source {
    context.sources.find(scope.source())
}

fn blind_spots(context: &ToolContext, scope: &Scope, filter: &Filter, gathered: &Gathered) -> Vec<String> {
    let mut spots: Vec<String> = scope.blind_spots().to_vec();
    spots.extend(kept_back(context));
    let source = scope.source();
    spots.push(source.never_sees.into());
    if let (false, Some(region)) = (source.by_region, scope.global_region())
        && gathered.cells().any(|cell| cell.region() == region && cell.state() == State::NoData && cell.covered().is_none())
    {
        spots.push(format!("no {} of {region} for the window: IAM and other global events were not looked at", source.words.holds));
    }
    if !filter.include_reads {
        spots.push("read events were left out".into());
    }
    spots
}

fn finish(context: &ToolContext, looked: Looked, started: Instant) -> Result<Answer, Refusal> {
    let Built { mut answer, next, shown } = page(context, &looked, started);
    let before = looked.state.carried.as_deref();
    // What was read whole is known to the source's cache; what was cut short must not be read twice for it.
    let carries = answer.error.is_none() && (before.is_some() || ResumeState::is_needed(&looked.coverage));
    let carried = carries.then(|| ResumeState::of(&looked.changes, &looked.coverage)).flatten();
    let reads_on = carried.as_ref().is_some_and(|carried| carried.goes_on() && carried.gained_on(before));
    if next.is_some() || reads_on {
        let state = Continuation { page: next.unwrap_or(shown), carried, ..looked.state };
        let handle = context.cursors.issue(&context.policy.caller, state, context.now());
        answer.next_cursor = handle.map_err(|error| warn!(%error, "No cursor could be made.")).ok();
    }
    if let (true, Some(coverage), Some(_)) = (reads_on, &mut answer.coverage, &answer.next_cursor) {
        coverage.next = Some("Call again with next_cursor as cursor: it reads only what was not read yet.".into());
    }
    Ok(answer)
}

/// Builds the page that the state stands at.
fn page(context: &ToolContext, looked: &Looked, started: Instant) -> Built {
    let Looked { state, coverage, changes, ranked, background, effort } = looked;
    let requests = |unit| coverage.cells.iter().filter(|cell| cell.source().cost.unit() == unit).map(|cell| cell.requests).sum();
    let draft = Draft {
        incident: &state.incident,
        window: state.scope.window(),
        widened: state.widened,
        regions: regions(state, coverage),
        guessed_region: state.scope.guessed_region().map(str::to_owned),
        coverage,
        changes,
        ranked,
        earlier: Earlier::new(changes.iter().chain(background)),
        filter: &state.filter,
        page: state.page.clone(),
        detail: state.detail,
        untrusted: context.policy.untrusted_text,
        now: state.now,
        cost: Cost {
            requests: Requests { lookup_events: requests("lookup_events"), files: requests("files") },
            cached: effort.cached,
            plan: if state.detail == Detail::Full { effort.plan.iter().take(PLAN_LINES).cloned().collect() } else { Vec::new() },
            elapsed_ms: u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
        },
    };
    let mut built = build::build(&draft);
    if coverage.verdict() == Verdict::Unknown && built.answer.finding == Finding::CouldNotLook {
        built.answer.error = Some((&unread(coverage)).into());
    }
    built
}

fn regions(state: &Continuation, coverage: &Coverage) -> Vec<Named> {
    let basis = |region: &str| {
        let named = state.incident.regions.iter().find(|named| named.name == region).map(|named| named.basis.clone());
        named.or_else(|| basis_in_scope(&state.scope, region)).unwrap_or(Basis::Present)
    };
    let seen: BTreeSet<&str> =
        coverage.cells.iter().filter(|cell| cell.state() != State::DeniedByPolicy).map(|cell| cell.region()).collect();
    let mut regions: Vec<&str> = seen.into_iter().filter(|region| !region.is_empty()).collect();
    // Regions of the context come first, in its order.
    let place = |region: &str| state.incident.regions.iter().position(|named| named.name == region).unwrap_or(usize::MAX);
    regions.sort_by_key(|region| (place(region), (*region).to_owned()));
    regions.into_iter().take(20).map(|region| Named { name: region.to_owned(), basis: basis(region) }).collect()
}

/// Says how a region that the incident does not name came into the scope.
fn basis_in_scope(scope: &Scope, region: &str) -> Option<Basis> {
    if scope.global_region() == Some(region) && scope.global_pass() == GlobalPass::Extra {
        return Some(Basis::GlobalServices);
    }
    scope.regions().is_some_and(|regions| regions.iter().any(|one| one == region)).then_some(Basis::Assumed)
}

/// Says why nothing could be read, by the state of the gravest cell.
pub fn unread(coverage: &Coverage) -> Refusal {
    let cell = coverage.cells.iter().filter(|cell| cell.asked).max_by_key(|cell| cell.state());
    let state = cell.map_or(State::NotConfigured, |cell| cell.state());
    let code = match (state, cell.and_then(|cell| cell.cause)) {
        (_, Some(cause)) => Code::from(cause),
        (State::Denied, None) => Code::AccessDenied,
        (State::Expired, None) => Code::ExpiredCredentials,
        (State::Throttled, None) => Code::Throttled,
        (State::DeniedByPolicy, None) => Code::AccountNotAllowed,
        _ => Code::Unavailable,
    };
    let detail = cell.and_then(|cell| cell.detail.as_deref()).map(|detail| format!(" ({detail})")).unwrap_or_default();
    let message = format!("{}{detail}", cell.map_or_else(|| "nothing was looked at".to_owned(), headline::words));
    let next = headline::next_step(coverage).unwrap_or_else(|| "Call again.".into());
    let refusal = Refusal::new(code, message, next);
    match cell.and_then(|cell| cell.cause) {
        Some(Cause::Throttled { retry_after }) => refusal.retryable(retry_after.and_then(|after| u64::try_from(after.as_millis()).ok())),
        // The same files would say the same again.
        _ if state == State::NoData => refusal,
        _ if matches!(code, Code::Throttled | Code::Unavailable) => refusal.retryable(None),
        _ => refusal,
    }
}
