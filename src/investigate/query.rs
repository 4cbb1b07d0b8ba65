//! The way of the data for a named question: discover, admit, look up or read, fold, answer.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::TimeDelta;
use tracing::{Instrument as _, info, info_span, warn};

use super::cursor::Frozen;
use super::look_up::{self, Name};
use super::page;
use super::question::Inquiry;
use super::read::Reader;
use super::resume::ResumeState;
use super::{Around, Gathered, ToolContext, admit, plan, unknown_cursor};
use crate::answer::filter::Filter;
use crate::answer::query::{self, Built, Draft, SqlDraft, Understood};
use crate::answer::table::{Setting, Unit, stretch};
use crate::answer::words::Words;
use crate::answer::{Cost, QueryAnswer, QueryFinding, WindowReport, WordReport};
use crate::context::{self, Asked, Defaults};
use crate::coverage::{self, Attribute, Cell, Coverage, SourceName, Verdict};
use crate::policy::{Need, PolicyVersion, Presence};
use crate::preset::{Outcome, Parameters, Preset};
use crate::rank::Change;
use crate::refusal::{Code, InvalidArgument, Refusal};
use crate::source::{Kind, Progress};
use crate::time::{Window, in_hours, length};

/// What a call of the tool asks.
pub enum PresetQuestion {
    /// A named question.
    New(Box<NewPresetQuestion>),
    /// The next rows of an earlier one.
    Continued {
        /// The handle.
        cursor: String,
        /// How many rows, when that changes.
        limit: Option<usize>,
    },
    /// A statement of SQL.
    Sql(Box<SqlQuestion>),
}

/// A statement of SQL for an engine.
pub struct SqlQuestion {
    /// The statement.
    pub sql: String,
    /// When and where.
    pub asked: Asked,
    /// How many rows.
    pub limit: usize,
    /// Which engine.
    pub source: Option<SourceName>,
}

/// A named question.
pub struct NewPresetQuestion {
    /// When and where.
    pub asked: Asked,
    /// Which one.
    pub preset: &'static Preset,
    /// What is given to it.
    pub parameters: Parameters,
    /// What was understood of a question in words.
    pub words: Vec<WordReport>,
    /// What was not.
    pub not_understood: Vec<String>,
    /// How many rows.
    pub limit: usize,
    /// From where.
    pub source: Option<SourceName>,
}

/// What a cursor holds of a named question.
#[derive(Clone)]
pub struct FrozenRows {
    policy: PolicyVersion,
    inquiry: Inquiry,
    named: Arc<Named>,
    limit: usize,
    /// Rows that were shown, with the number of their calls.
    told: Arc<BTreeMap<String, usize>>,
    resume: Option<Arc<ResumeState>>,
}

/// A named question as it was admitted.
struct Named {
    preset: &'static Preset,
    parameters: Parameters,
    understood: Understood,
    /// The window that was asked for, without what it is compared with.
    window: Window,
}

/// How far back a question looks that names no start and nothing that can be looked up.
const USUALLY: TimeDelta = TimeDelta::hours(24);
/// Whom CloudTrail files the root user under.
///
/// Source: CloudTrail user guide, event history: the user name of root's events.
const ROOT: &str = "root";

/// Answers a named question.
///
/// Errors: none; a refusal is an answer that could not look.
pub async fn answer(context: &ToolContext, asked: PresetQuestion, progress: &Progress) -> QueryAnswer {
    let reader = Reader::new(context, progress);
    let looking = async {
        let (frozen, changes, gathered) = match asked {
            PresetQuestion::New(question) => begin(&reader, *question).await?,
            PresetQuestion::Continued { cursor, limit } => resume(&reader, &cursor, limit).await?,
            PresetQuestion::Sql(question) => return run(&reader, *question).await,
        };
        Ok(tell(&reader, frozen, changes, gathered))
    };
    match looking.instrument(info_span!("query")).await {
        Ok(answer) => {
            info!(finding = ?answer.finding, "The query was answered.");
            answer
        }
        Err(refusal) => {
            let refusal: Refusal = refusal;
            info!(code = refusal.code.as_str(), "The call was refused.");
            QueryAnswer::could_not_look(&refusal)
        }
    }
}

/// Runs a statement of SQL on an engine.
///
/// Errors: what policy refuses, a statement that is not taken, and where no engine is there.
async fn run(reader: &Reader<'_>, question: SqlQuestion) -> Result<QueryAnswer, Refusal> {
    let SqlQuestion { sql, asked, limit, source } = question;
    let (context, now) = (reader.context, reader.now);
    let statement = context.policy.read_statement(&sql, limit)?;
    let engine = engine(context, source)?;
    let usual = Defaults { without_alert: USUALLY.min(context.defaults().max_window), ..context.defaults() };
    let incident = context::discover(&asked, &usual, now)?;
    let scope = context.policy.admit(&incident, Some(engine), context.sources.available(), now)?;
    let source = context.sources.find(scope.source());
    let queries = plan::queries(&scope, scope.window(), &Kind::Everything, reader.left(&scope));
    let (Some(engine), [query, ..]) = (source.sql(), queries.as_slice()) else { return Err(no_engine(context)) };
    let mut reading = engine.ask(&statement, query).await?;
    let mut gathered = Gathered::new(scope.denied());
    std::mem::take(&mut reading.cells).into_iter().for_each(|cell| gathered.add_cell(cell));
    let (_, coverage, _) = gathered.finish(scope.blind_spots().to_vec());
    let window = scope.window();
    let basis = Words::ENGLISH.window_basis(&incident.window_basis);
    let elapsed_ms = u64::try_from(reader.spent().as_millis()).unwrap_or(u64::MAX);
    let mut answer = query::build_sql(SqlDraft {
        understood: Understood {
            meaning: query::statement(&statement.told()),
            window: Some(WindowReport {
                from: crate::time::rfc3339(window.from),
                to: crate::time::rfc3339(window.to),
                basis,
                widened: false,
            }),
            ..Understood::default()
        },
        keys: statement.keys(),
        reading: &reading,
        coverage: &coverage,
        window,
        limit: statement.limit(),
        untrusted: context.policy.untrusted_text,
        cost: Cost { elapsed_ms, ..Cost::of(&coverage.cells) },
    });
    if coverage.verdict() == Verdict::Unknown && answer.finding == QueryFinding::CouldNotLook {
        answer.error = Some((&page::unread(&coverage)).into());
    }
    Ok(answer)
}

/// Returns the engine that runs SQL: the one chosen, else the first that is there and allowed.
fn engine(context: &ToolContext, choice: Option<SourceName>) -> Result<SourceName, Refusal> {
    let available = context.sources.available();
    let runs = |profile| context.sources.find(profile).sql().is_some();
    if choice.is_some() {
        let profile = context.policy.source(choice, available, &Need::default())?;
        return if runs(profile) { Ok(profile.name) } else { Err(no_engine(context)) };
    }
    let mut there = available.sources.iter().filter(|offer| runs(offer.profile));
    let Some(first) = there.next() else { return Err(no_engine(context)) };
    let allowed = |profile: &coverage::Profile| context.policy.source(Some(profile.name), available, &Need::default());
    let first = allowed(first.profile);
    first.or_else(|refusal| there.find_map(|offer| allowed(offer.profile).ok()).ok_or(refusal)).map(|profile| profile.name)
}

fn no_engine(context: &ToolContext) -> Refusal {
    let there = context.sources.available().sources.iter().filter(|offer| offer.presence != Presence::Absent).map(|offer| offer.profile);
    let engines: Vec<_> = there.filter(|profile| matches!(profile.cost, coverage::Cost::Bytes { .. })).collect();
    let names = |takes: bool| {
        let named = engines.iter().filter(|profile| context.sources.find(profile).sql().is_some() == takes);
        named.map(|profile| profile.name.as_str()).collect::<Vec<_>>().join(", ")
    };
    let (takes, others) = (names(true), names(false));
    let next = match (takes.as_str(), others.as_str()) {
        ("", "") => "Ask by `preset` or in plain words, which every source answers. For the operator: [athena] database, table and output, or [lake] event_data_store, make an engine.".to_owned(),
        ("", others) => format!("Ask by `preset` or in plain words: {others} answers these, and takes no SQL of callers in this version."),
        (takes, _) => format!("Engines here that take SQL: {takes}."),
    };
    Refusal::invalid("sql", "SQL runs on an engine, and none that takes it is configured here or asked for.", next)
}

async fn begin(reader: &Reader<'_>, question: NewPresetQuestion) -> Result<(FrozenRows, Vec<Change>, Gathered), Refusal> {
    let NewPresetQuestion { mut asked, preset, parameters, words, not_understood, limit, source } = question;
    let (context, now) = (reader.context, reader.now);
    preset.check(&parameters)?;
    let filter = preset.filter(&parameters);
    filter.check().map_err(of_parameters)?;
    asked.resources.clone_from(&parameters.resource);
    let usual = Defaults { without_alert: USUALLY.min(context.defaults().max_window), ..context.defaults() };
    let mut incident = context::discover(&asked, &usual, now)?;
    let names = names(preset, &incident, &filter);
    if !names.is_empty() && !incident.start_given {
        incident = context::discover(&asked, &context.defaults_of_look_up(), now)?;
    }
    let window = incident.window;
    if preset.compares {
        incident.window = compared(preset, window, context.defaults().max_window)?;
    }
    let scope = admit(context, &incident, source, &names)?;
    preset.check_source(scope.source())?;
    let basis = Words::ENGLISH.window_basis(&incident.window_basis);
    let look_ups = plan::look_ups(&scope, &incident, names);
    let mut inquiry = Inquiry { look_ups, incident, scope, filter, around: Around::default(), widened: false, log: None, now };

    let mut gathered = Gathered::new(inquiry.scope.denied());
    let mut changes = Vec::new();
    reader.read(&inquiry, inquiry.scope.window(), None, &mut gathered).await;
    gathered.move_to(&mut changes);
    reader.look_further(&mut inquiry, &mut gathered, &mut changes).await.map_err(of_parameters)?;
    // Where nothing could be read, that is what there is to tell.
    if gathered.cells().any(|cell| cell.covered().is_some()) {
        inquiry.filter.check_against(changes.iter().map(|change| &change.event)).map_err(of_parameters)?;
    }
    let window = if preset.compares { window } else { inquiry.scope.window() };
    let understood = Understood {
        preset: Some(preset.name.to_owned()),
        meaning: preset.meaning.to_owned(),
        parameters: parameters.report(query::word),
        window: Some(WindowReport { from: crate::time::rfc3339(window.from), to: crate::time::rfc3339(window.to), basis, widened: false }),
        words,
        not_understood,
    };
    let named = Arc::new(Named { preset, parameters, understood, window });
    let frozen = FrozenRows { policy: context.policy.version(), inquiry, named, limit, told: Arc::default(), resume: None };
    Ok((frozen, changes, gathered))
}

/// Says of a filter that it was given as a parameter.
fn of_parameters(invalid: InvalidArgument) -> InvalidArgument {
    InvalidArgument { argument: "parameters".to_owned(), ..invalid }
}

/// Returns what is looked up by its name: who acted, what was called, what it was made to; else the calls of the preset.
fn names(preset: &Preset, incident: &context::Incident, filter: &Filter) -> Vec<Name> {
    let calls = || preset.look_ups().into_iter().map(|call| (Attribute::EventName, call)).collect();
    // Whoever ended a machine need not be who launched it.
    if preset.layout.unit == Unit::Machine {
        return calls();
    }
    match look_up::names(incident, filter) {
        names if !names.is_empty() => names,
        _ if preset.is_of_root() => vec![(Attribute::UserName, ROOT.to_owned())],
        _ => calls(),
    }
}

/// Returns a window together with the one as long before it.
///
/// Errors: `window_too_large`.
fn compared(preset: &Preset, window: Window, longest: TimeDelta) -> Result<Window, Refusal> {
    let both = window.from.checked_sub_signed(window.length()).and_then(|from| Window::new(from, window.to));
    both.filter(|both| both.length() <= longest).ok_or_else(|| {
        let (asked, most) = (in_hours(window.length()), in_hours(longest / 2));
        let message = format!(
            "The preset `{}` compares the window with one as long before it: {asked} was asked, and at most {most} are allowed (half of max_window, set by the operator).",
            preset.name
        );
        Refusal::new(Code::WindowTooLarge, message, format!("Ask for at most {most}, such as start_time={most}.")).about("start_time")
    })
}

async fn resume(reader: &Reader<'_>, cursor: &str, limit: Option<usize>) -> Result<(FrozenRows, Vec<Change>, Gathered), Refusal> {
    let context = reader.context;
    let Some(Frozen::Rows(frozen)) = context.cursors.resume(&context.policy.caller, cursor, reader.now) else {
        return Err(unknown_cursor());
    };
    // What was frozen under other limits may be more than is allowed now.
    if frozen.policy != context.policy.version() {
        return Err(unknown_cursor());
    }
    let mut frozen = *frozen;
    frozen.limit = limit.unwrap_or(frozen.limit);
    let mut gathered = reader.read_on(&frozen.inquiry, frozen.resume.as_deref()).await;
    let mut changes = Vec::new();
    gathered.move_to(&mut changes);
    Ok((frozen, changes, gathered))
}

/// Builds the page that was asked for, and the cursor to what comes after.
fn tell(reader: &Reader<'_>, frozen: FrozenRows, changes: Vec<Change>, gathered: Gathered) -> QueryAnswer {
    let context = reader.context;
    let Named { preset, parameters, understood, window } = &*frozen.named;
    let inquiry = &frozen.inquiry;
    let cached = gathered.cached();
    let spots = page::spots(inquiry, &gathered);
    let (_, coverage, so_far) = gathered.finish(spots);
    let elapsed = u64::try_from(reader.spent().as_millis()).unwrap_or(u64::MAX);
    let wanted = |change: &Change| preset.wants(change, &inquiry.filter, parameters);
    let Built { mut answer, told } = query::build(Draft {
        understood: understood.clone(),
        noun: preset.noun,
        layout: &preset.layout,
        window: *window,
        unproven: preset.compares && !is_whole(&coverage, inquiry.scope.window()),
        setting: Setting { window: read_of(&coverage, *window), prices: &parameters.prices, untrusted: context.policy.untrusted_text },
        changes: &changes,
        wanted: &wanted,
        coverage: &coverage,
        global: preset.is_global(parameters, inquiry.incident.regions_given),
        guessed_region: inquiry.scope.guessed_region(),
        narrowed: !context.policy.categories.is_empty(),
        notes: notes(preset, read_of(&coverage, *window)),
        told: &frozen.told,
        limit: frozen.limit,
        failures: matches!(preset.outcome, Outcome::Failed | Outcome::Denied),
        cost: Cost { cached: cached.events, cached_files: cached.files, elapsed_ms: elapsed, ..Cost::of(&coverage.cells) },
    });
    if coverage.verdict() == Verdict::Unknown && answer.finding == QueryFinding::CouldNotLook {
        answer.error = Some((&page::unread(&coverage)).into());
        return answer;
    }
    let before = frozen.resume.as_deref();
    let carries = before.is_some() || ResumeState::is_needed(&coverage);
    let resume = carries.then(|| ResumeState::keep(changes.iter(), &coverage, so_far, context.cursors.room())).flatten();
    let reads_on = resume.as_ref().is_some_and(|resume| resume.goes_on() && resume.gained_on(before));
    let left = answer.totals.is_some_and(|totals| totals.remaining > 0);
    if context.cursors.are_given() && (left || reads_on) {
        let frozen = FrozenRows { told: Arc::new(told), resume, ..frozen };
        let handle = context.cursors.issue(&context.policy.caller, Frozen::Rows(Box::new(frozen)), context.now());
        answer.next_cursor = handle.map_err(|error| warn!(%error, "No cursor could be made.")).ok();
    }
    if let (true, Some(coverage), Some(_)) = (reads_on, &mut answer.coverage, &answer.next_cursor) {
        coverage.next = Some("Call again with next_cursor as cursor: it reads only what was not read yet.".into());
    }
    answer
}

/// Tells whether all of `window` was read in every place that was asked for.
fn is_whole(coverage: &Coverage, window: Window) -> bool {
    let mut asked = coverage.cells.iter().filter(|cell| cell.asked);
    asked.all(|cell| cell.covered().is_some_and(|read| read.from <= window.from))
}

/// Returns what of `window` was read: what was not read is no quiet time, but for a tail that still settles.
fn read_of(coverage: &Coverage, window: Window) -> Window {
    let settles = |cell: &Cell, read: Window| {
        read.from <= window.from && read.to.checked_add_signed(cell.source().lag).is_some_and(|to| window.to <= to)
    };
    if coverage.cells.iter().filter(|cell| cell.asked).all(|cell| cell.covered().is_some_and(|read| settles(cell, read))) {
        return window;
    }
    let read: Vec<Window> = coverage.cells.iter().filter_map(|cell| cell.covered()?.meet(window)).collect();
    let (from, to) = (read.iter().map(|read| read.from).min(), read.iter().map(|read| read.to).max());
    from.zip(to).and_then(|(from, to)| Window::new(from, to)).unwrap_or(window)
}

/// Says what to know of the numbers.
fn notes(preset: &Preset, window: Window) -> Vec<String> {
    let stretches = preset.layout.columns.contains(&crate::answer::table::Column::PeakCalls);
    let stretch = stretches.then(|| format!("A stretch is {} long.", length(stretch(window))));
    preset.notes.iter().map(|note| (*note).to_owned()).chain(stretch).collect()
}
