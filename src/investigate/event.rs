//! The way of the data for one event: discover, admit, read, answer.

use chrono::{DateTime, TimeDelta, Utc};

use super::read::Reader;
use super::{ToolContext, page};
use crate::answer::event::{self, EventAnswer};
use crate::answer::words::Words;
use crate::context::{Asked, discover};
use crate::coverage::{Cell, Cost, SourceName, Verdict};
use crate::policy::Need;
use crate::refusal::Refusal;
use crate::source::Progress;
use crate::time;

/// No record is older than the service.
const CLOUDTRAIL_BEGAN: &str = "2013-11-01T00:00:00Z";
/// How far around a given `time` is searched.
const AROUND: TimeDelta = TimeDelta::minutes(15);

/// Which event to show.
pub struct EventQuestion {
    /// Its id.
    pub id: String,
    /// Where to look; empty means as for any question.
    pub regions: Vec<String>,
    /// In which accounts.
    pub accounts: Vec<String>,
    /// When it happened, if that is known.
    pub time: Option<DateTime<Utc>>,
    /// From where.
    pub source: Option<SourceName>,
}

/// Finds one event.
///
/// Errors: what policy refuses; an event that is not there is an answer.
pub async fn find_event(context: &ToolContext, question: EventQuestion, progress: &Progress) -> Result<EventAnswer, Refusal> {
    let reader = Reader::new(context, progress);
    let EventQuestion { id, regions, accounts, time, source } = question;
    let source_profile = context.policy.source(source, context.sources.available(), &Need::default())?;
    // An id is the same wherever it is looked for, and asking costs one request a region.
    let everywhere = regions.is_empty() && accounts.len() < 2 && source_profile.by_region;
    let regions = if everywhere { vec!["all".to_owned()] } else { regions };
    let (from, to) = match time {
        Some(time) => (time - AROUND, (time + AROUND).min(reader.now)),
        None => {
            let longest = TimeDelta::from_std(context.policy.longest_look_up()).unwrap_or(TimeDelta::MAX);
            // All that is looked through is paid for.
            let reach = source_profile.retention.or_else(|| matches!(source_profile.cost, Cost::Bytes { .. }).then_some(longest));
            (reach.map_or_else(|| time::parse(CLOUDTRAIL_BEGAN).unwrap_or(reader.now), |reach| reader.now - reach), reader.now)
        }
    };
    let asked = Asked { start_time: Some(time::rfc3339(from)), end_time: Some(time::rfc3339(to)), regions, accounts, ..Asked::default() };
    let incident = discover(&asked, &context.defaults(), reader.now)?;
    let scope = context.policy.admit_event(&incident, source, context.sources.available(), reader.now)?;
    let gathered = reader.read_event(&scope, &id).await;
    let (events, mut coverage, _) = gathered.finish(scope.blind_spots().to_vec());
    if let Some(event) = events.iter().find(|event| event.event_id == id) {
        // What was found is whole, whatever could not be read elsewhere.
        let own = |cell: &Cell| cell.region() == event.region && (cell.account().is_empty() || cell.account() == event.account);
        if coverage.cells.iter().any(own) {
            coverage.cells.retain(own);
        }
        return Ok(event::found(event, &coverage, context.policy.untrusted_text, Words::ENGLISH));
    }
    let error = (coverage.verdict() == Verdict::Unknown).then(|| page::unread(&coverage));
    Ok(event::not_found(&coverage, !context.policy.categories.is_empty(), error.as_ref(), context.policy.untrusted_text, Words::ENGLISH))
}
