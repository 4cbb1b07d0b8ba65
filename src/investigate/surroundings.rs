//! What lies around a reading, asked beside it: it must not hold up the answer.

use std::pin::pin;
use std::time::Duration;

use tokio::time::timeout;

use super::ToolContext;
use super::tool_context::Around;
use crate::catalogue::{About, complaints};
use crate::coverage::{BlindSpot, RecordingChange};
use crate::policy::Scope;
use crate::rank::Ranked;

use super::question::Inquiry;

/// How long an answer waits for what lies around it, once its events are there.
const GRACE: Duration = Duration::from_millis(1_500);
/// Changes of what is recorded that are told one by one.
const TOLD: usize = 3;

/// Reads, and beside it asks what lies around; where that takes longer, it is told as not known.
pub(super) async fn beside(context: &ToolContext, scope: &Scope, read: impl Future<Output = ()>) -> Around {
    // Of a source that is not asked account by account, nobody knows beforehand whose trails these would be.
    let asks = scope.source().asks_aws && scope.source().by_account && context.policy.allow_aws_read;
    let Some(surroundings) = context.surroundings.as_ref().filter(|_| asks) else {
        read.await;
        return Around::default();
    };
    let (mut read, mut around) = (pin!(read), pin!(surroundings.around(&context.policy, scope)));
    tokio::select! {
        biased;
        () = &mut read => within(GRACE.min(scope.deadline() / 10), around).await,
        told = &mut around => {
            read.await;
            told
        }
    }
}

async fn within(time: Duration, around: impl Future<Output = Around>) -> Around {
    timeout(time, around).await.unwrap_or_else(|_| Around::not_in_time())
}

/// Says which blind spots what lies around, the changes themselves and the alert add; they come first, as they weigh most.
pub(super) fn blind_spots(inquiry: &Inquiry, ranked: &[Ranked]) -> Vec<BlindSpot> {
    let (unknown, gaps): (Vec<BlindSpot>, Vec<BlindSpot>) =
        inquiry.around.blind_spots.iter().cloned().partition(|spot| matches!(spot, BlindSpot::TrailsUnknown(_)));
    let (complained, _) = complaints(&inquiry.incident.words);
    let refused = complained.iter().any(|one| one.complaint.about == About::Refusal);
    let refused = refused.then_some(BlindSpot::EndpointDenials);
    recording_changed(inquiry, ranked).into_iter().chain(gaps).chain(refused).chain(unknown).collect()
}

fn recording_changed(inquiry: &Inquiry, ranked: &[Ranked]) -> Option<BlindSpot> {
    let of_bucket = |change: &crate::rank::Change| {
        change.event.service() == "s3"
            && !change.class.noise
            && change.resources.iter().any(|resource| inquiry.around.buckets.contains(&resource.id))
    };
    let mut changes: Vec<RecordingChange> = ranked
        .iter()
        .map(|one| &one.change)
        .filter(|change| !change.event.failed() && (change.class.blinds || of_bucket(change)))
        .map(|change| RecordingChange {
            name: change.event.name.clone(),
            target: change.resources.first().map(|resource| resource.id.clone()).unwrap_or_default(),
            time: change.event.time,
            event_id: change.event.event_id.clone(),
        })
        .collect();
    changes.sort_by(|a, b| (a.time, &a.event_id).cmp(&(b.time, &b.event_id)));
    let more = changes.len().saturating_sub(TOLD);
    changes.truncate(TOLD);
    (!changes.is_empty()).then_some(BlindSpot::RecordingChanged(changes, more))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::coverage::TrailsUnread;

    #[tokio::test(start_paused = true)]
    async fn what_is_not_told_in_time_is_told_as_not_known() {
        let told = within(GRACE, std::future::pending()).await;
        assert_eq!(told.blind_spots, [BlindSpot::TrailsUnknown(TrailsUnread::NotInTime)]);
        assert_eq!(within(GRACE, async { Around::default() }).await, Around::default());
    }
}
