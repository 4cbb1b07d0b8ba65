//! The way of the data, from a question to its answer.
//!
//! ```text
//!  discover     what the alert says                     context
//!  admit        what of it may be read                  policy
//!  first look   what was done to what the alert names   `first_look`
//!  plan, read   what to ask the source, and its reading [`plan`], `read`
//!  rank         what may explain the alert              rank
//!  ties         what tells, further back, what is tied  `ties`
//!  widen        further back, while nothing explains it [`plan`]
//!  answer       the page that is shown                  `page`
//!  resume       where the next call goes on             [`cursor`], `resume`
//! ```
//!
//! [`find_event`] walks the same way for one event, [`answer_query`] for a named question. An answer is not yet redacted: whoever sends it seals it.

mod application;
pub mod cursor;
mod event;
mod first_look;
mod gathered;
mod look_up;
mod page;
pub mod plan;
mod query;
mod question;
mod read;
mod resume;
mod surroundings;
mod ties;
mod tool_context;

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use tracing::{Instrument as _, info, info_span, warn};

use crate::answer::Answer;
use crate::answer::build::Built;
use crate::answer::page::Page;
use crate::answer::words::Words;
use crate::context::{self, Incident};
use crate::correlate::{Joins, failures};
use crate::coverage::{Cached, Coverage, PlanLine, SoFar, SourceName};
use crate::policy::Scope;
use crate::rank::{self, Background, Change, Ranked, Weights};
use crate::refusal::{Code, InvalidArgument, Refusal};
use crate::source::Progress;
use crate::time::in_hours;

pub use cursor::{Cursors, Frozen};
pub use event::{EventQuestion, find_event};
pub use gathered::Gathered;
pub use query::{NewPresetQuestion, PresetQuestion, SqlQuestion, answer as answer_query};
pub use question::{Continued, NewQuestion, Question};
pub use tool_context::{Around, Surroundings, ToolContext};

use application::GivenLog;
use question::{FrozenChanges, Inquiry};
use read::Reader;
use resume::{Carried, ResumeState};

/// Answers a question about what changed.
///
/// Errors: none; a refusal is an answer that could not look.
pub async fn run(context: &ToolContext, question: Question, progress: &Progress) -> Answer {
    let reader = Reader::new(context, progress);
    let looking = async {
        let findings = match question {
            Question::New(question) => begin(&reader, *question).await?,
            Question::Continued(continued) => resume(&reader, continued).await?,
        };
        Ok(tell(&reader, findings))
    };
    answered(looking.instrument(info_span!("investigation")).await)
}

/// Answers a new question in one piece, for programs: up to its limit of changes in full detail, and no cursor.
///
/// Shape: unlike an answer to an assistant it is not bound to a number of tokens.
/// Errors: none; a refusal is an answer that could not look.
pub async fn whole(context: &ToolContext, question: NewQuestion) -> Answer {
    let (limit, progress) = (question.limit, Progress::default());
    let reader = Reader::new(context, &progress);
    let looking = async {
        let mut findings = begin(&reader, question).await?;
        let Built { mut answer, mut next, .. } = page::build(&reader, &findings);
        while let Some(after) = next.filter(|page| page.shown < limit && page.shown > findings.frozen.page.shown) {
            findings.frozen.page = Page { limit: limit - after.shown, ..after };
            let built = page::build(&reader, &findings);
            answer.append(built.answer);
            next = built.next;
        }
        Ok(answer)
    };
    answered(looking.instrument(info_span!("investigation")).await)
}

/// What was found, before any of it is told.
struct Findings {
    /// The question, and which page of its answer is asked.
    frozen: FrozenChanges,
    coverage: Coverage,
    /// How far each place was read, for a call that goes on.
    so_far: SoFar,
    /// All changes, best first.
    ranked: Vec<Ranked>,
    /// What the application's log was joined to, where one was given.
    joins: Option<Joins>,
    /// Changes from before the window, which tell what was so before.
    background: Vec<Change>,
    /// What was known from earlier readings.
    cached: Cached,
    /// What was decided while reading.
    plan_log: Vec<PlanLine>,
    /// How long it took until there was a suspect.
    first_suspect: Option<Duration>,
}

/// Discovers, admits, reads, ranks and widens.
async fn begin(reader: &Reader<'_>, question: NewQuestion) -> Result<Findings, Refusal> {
    let NewQuestion { asked, filter, limit, detail, source, log } = question;
    let (context, now) = (reader.context, reader.now);
    let mut asked = context.stored(asked).await?;
    let of_log = log.as_ref().and_then(|log| application::own_time(&asked, log, context.defaults().max_window, now));
    if let Some((window, _)) = &of_log {
        asked = application::over(asked, *window);
    }
    let log = log.map(|log| Arc::new(GivenLog::from(log)));
    let mut incident = context::discover(&asked, &context.defaults(), now)?;
    if let Some((_, basis)) = of_log {
        incident.window_basis = basis;
    }
    let names = look_up::names(&incident, &filter);
    if !names.is_empty() && !incident.start_given {
        incident = context::discover(&asked, &context.defaults_of_look_up(), now)?;
    }
    let scope = admit(context, &incident, source, &names)?;
    let around = Around::default();
    let mut inquiry =
        Inquiry { look_ups: plan::look_ups(&scope, &incident, names), incident, scope, filter, around, widened: false, log, now };

    let mut gathered = Gathered::new(inquiry.scope.denied());
    let (mut background, mut first_suspect) = (Vec::new(), None);
    let around = {
        let read = async {
            background = reader.first_look(&inquiry, &mut gathered).await;
            first_suspect = reader.sees_suspect(&inquiry, &gathered, &background).then(|| reader.spent());
            reader.read(&inquiry, inquiry.scope.window(), None, &mut gathered).await;
        };
        surroundings::beside(context, &inquiry.scope, read).await
    };
    inquiry.around = around;
    if source.is_none() {
        reader.reach_beyond(&mut inquiry, &mut gathered).await;
    }
    let mut found_by_name = Vec::new();
    gathered.move_to(&mut found_by_name);
    reader.look_further(&mut inquiry, &mut gathered, &mut found_by_name).await?;
    background.extend(reader.background(&inquiry.scope).await);
    let mut changes = found_by_name;
    let whole_from = inquiry.scope.source().rereads.then(|| reader.before_background(&inquiry.scope));
    let mut looked = false;
    let (ranked, joins) = loop {
        gathered.move_to(&mut changes);
        let (mut ranked, mut joins) = rank_for(&inquiry, changes, (&background, whole_from));
        if !std::mem::replace(&mut looked, true) {
            let ties = reader.ties(&inquiry, &ranked, &background, &mut gathered).await;
            if !ties.is_empty() {
                background.extend(ties);
                (ranked, joins) = rank_for(&inquiry, ranked.into_iter().map(|one| one.change).collect(), (&background, whole_from));
            }
        }
        if ranked.first().is_some_and(Ranked::is_suspect) {
            first_suspect.get_or_insert_with(|| reader.spent());
        }
        let Some((wider, added)) = plan::widen(&ranked, &inquiry, &gathered, reader.spent()) else { break (ranked, joins) };
        changes = ranked.into_iter().map(|one| one.change).collect();
        (inquiry.scope, inquiry.widened) = (wider, true);
        reader.read(&inquiry, added, None, &mut gathered).await;
        // What lies in the window now is no background any more: it would take part twice.
        let from = inquiry.scope.window().from;
        let inside = background.extract_if(.., |change| change.event.time >= from);
        // What is read again is read whole.
        if inquiry.scope.source().rereads { inside.for_each(drop) } else { changes.extend(inside) }
    };

    // Where nothing could be read, that is what there is to tell.
    if gathered.cells().any(|cell| cell.covered().is_some()) {
        inquiry.filter.check_against(ranked.iter().map(|one| &one.change.event))?;
    }
    let page = Page { limit, ..Page::default() };
    let frozen = FrozenChanges { policy: context.policy.version(), inquiry, detail, page, known: None, resume: None };
    Ok(Findings { first_suspect, joins, ..found(frozen, gathered, ranked, background) })
}

/// Ranks what was read for an inquiry, and joins the application's log to it.
fn rank_for(
    inquiry: &Inquiry,
    changes: Vec<Change>,
    (background, whole_from): (&[Change], Option<DateTime<Utc>>),
) -> (Vec<Ranked>, Option<Joins>) {
    let joins = inquiry.log.as_deref().map(|given| given.join(&changes));
    let failures = inquiry.log.as_deref().zip(joins.as_ref()).map(|(given, joins)| failures(&given.log, joins)).unwrap_or_default();
    let background = Background { changes: background, whole_from, failures: &failures };
    (rank::rank(&inquiry.incident, changes, background, &Weights::default()), joins)
}

/// Admits a question: a longer window, where it names exactly what it is about.
fn admit(context: &ToolContext, incident: &Incident, source: Option<SourceName>, names: &[look_up::Name]) -> Result<Scope, Refusal> {
    let (policy, available, now) = (&context.policy, context.sources.available(), context.now());
    if !names.is_empty() {
        return policy.admit_look_up(incident, source, available, now);
    }
    let admitted = policy.admit(incident, source, available, now);
    admitted.map_err(|refusal| match refusal.code {
        Code::WindowTooLarge if incident.alert.is_none() => {
            let longest = in_hours(TimeDelta::from_std(policy.longest_look_up()).unwrap_or(TimeDelta::MAX));
            let next = format!(
                "{} Up to {longest} are searched for what is named exactly: `resources`, or `event_names` and `actors` without a star.",
                refusal.next
            );
            Refusal { next, ..refusal }
        }
        _ => refusal,
    })
}

/// Goes on with a frozen question: reads what was not read, and ranks all of it again.
async fn resume(reader: &Reader<'_>, continued: Continued) -> Result<Findings, Refusal> {
    let Continued { cursor, limit, detail } = continued;
    let context = reader.context;
    let Some(Frozen::Changes(frozen)) = context.cursors.resume(&context.policy.caller, &cursor, reader.now) else {
        return Err(unknown_cursor());
    };
    // What was frozen under other limits may be more than is allowed now.
    if frozen.policy != context.policy.version() {
        return Err(unknown_cursor());
    }
    let mut frozen = *frozen;
    frozen.page.limit = limit.unwrap_or(frozen.page.limit);
    frozen.detail = detail.unwrap_or(frozen.detail);

    let mut gathered = reader.read_on(&frozen.inquiry, frozen.resume.as_deref()).await;
    let from = frozen.inquiry.scope.window().from;
    let known = frozen.known.as_deref().and_then(Carried::events).unwrap_or_default();
    let mut background: Vec<Change> = known.into_iter().filter(|event| event.time < from).map(Change::from).collect();
    background.extend(reader.background(&frozen.inquiry.scope).await);
    let mut changes = Vec::new();
    gathered.move_to(&mut changes);
    let whole_from = frozen.inquiry.scope.source().rereads.then(|| reader.before_background(&frozen.inquiry.scope));
    let (ranked, joins) = rank_for(&frozen.inquiry, changes, (&background, whole_from));
    Ok(Findings { joins, ..found(frozen, gathered, ranked, background) })
}

/// Builds the page that was asked for, and the cursor to what comes after.
fn tell(reader: &Reader<'_>, findings: Findings) -> Answer {
    let Built { mut answer, next, shown } = page::build(reader, &findings);
    let Findings { frozen, coverage, so_far, ranked, background, .. } = findings;
    let (cursors, before) = (&reader.context.cursors, frozen.resume.as_deref());
    // What was read whole is known to the source's cache; what was cut short must not be read twice for it.
    let carries = answer.error.is_none() && (before.is_some() || ResumeState::is_needed(&coverage));
    let resume = carries.then(|| ResumeState::keep(ranked.iter().map(|one| &one.change), &coverage, so_far, cursors.room())).flatten();
    let reads_on = resume.as_ref().is_some_and(|resume| resume.goes_on() && resume.gained_on(before));
    // Going on without the log would not tell that it does.
    let goes_on = cursors.are_given() && (next.is_some() || reads_on);
    let holds_log = goes_on && frozen.inquiry.log.as_deref().is_none_or(|given| given.hold(cursors.room()));
    if let (true, false, Some(correlation)) = (goes_on, holds_log, &mut answer.correlation) {
        correlation.next.push(Words::ENGLISH.no_cursor_for_log());
    }
    if goes_on && holds_log {
        // What is read again need not be carried; what was looked up before that must be, or the next page has another order.
        let before = reader.before_background(&frozen.inquiry.scope);
        let looked_up: Vec<&Change> = background.iter().filter(|change| change.event.time < before).collect();
        let carry = || if looked_up.is_empty() { None } else { Carried::keep(looked_up.into_iter(), cursors.room()).map(Arc::new) };
        let known = frozen.known.clone().or_else(carry);
        let frozen = FrozenChanges { page: next.unwrap_or(shown), known, resume, ..frozen };
        let handle = cursors.issue(&reader.context.policy.caller, Frozen::Changes(Box::new(frozen)), reader.context.now());
        answer.next_cursor = handle.map_err(|error| warn!(%error, "No cursor could be made.")).ok();
    }
    if let (true, Some(coverage), Some(_)) = (reads_on, &mut answer.coverage, &answer.next_cursor) {
        coverage.next = Some("Call again with next_cursor as cursor: it reads only what was not read yet.".into());
    }
    answer
}

/// Puts together what was found.
fn found(frozen: FrozenChanges, mut gathered: Gathered, ranked: Vec<Ranked>, background: Vec<Change>) -> Findings {
    let (cached, plan_log) = (gathered.cached(), gathered.take_plan_log());
    let spots = page::blind_spots(&frozen.inquiry, &gathered, &ranked);
    let (_, coverage, so_far) = gathered.finish(spots);
    Findings { frozen, coverage, so_far, ranked, joins: None, background, cached, plan_log, first_suspect: None }
}

fn answered(looked: Result<Answer, Refusal>) -> Answer {
    match &looked {
        Ok(answer) => info!(finding = ?answer.finding, "The investigation was answered."),
        Err(refusal) => info!(code = refusal.code.as_str(), "The call was refused."),
    }
    looked.unwrap_or_else(|refusal| Answer::could_not_look((&refusal).into(), None))
}

fn unknown_cursor() -> Refusal {
    invalid(
        "cursor",
        "this cursor is unknown or older than an hour: ask again without `cursor`; cursors live in the server process that gave them, and end when its policy changes",
    )
}

fn invalid(argument: &str, message: impl Into<String>) -> Refusal {
    InvalidArgument { argument: argument.to_owned(), message: message.into() }.into()
}
