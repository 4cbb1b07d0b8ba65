//! The page of an answer that is shown, and why there is none.

use std::collections::BTreeSet;
use std::time::Duration;

use super::question::Inquiry;
use super::read::Reader;
use super::{Findings, Gathered, surroundings};
use crate::answer::application::Application;
use crate::answer::build::{self, Built};
use crate::answer::draft::Draft;
use crate::answer::earlier::Earlier;
use crate::answer::words::Words;
use crate::answer::{Cost, Finding};
use crate::context::Named;
use crate::context::basis::Basis;
use crate::coverage::{Attribute, BlindSpot, Cause, Coverage, State, Verdict};
use crate::policy::{GlobalPass, Scope};
use crate::rank::Ranked;
use crate::refusal::{Code, Refusal};

/// Builds the page that the question stands at.
pub(super) fn build(reader: &Reader<'_>, findings: &Findings) -> Built {
    let Findings { frozen, coverage, ranked, joins, background, cached, plan_log, first_suspect, .. } = findings;
    let inquiry = &frozen.inquiry;
    let draft = Draft {
        incident: &inquiry.incident,
        window: inquiry.scope.window(),
        widened: inquiry.widened,
        regions: regions(inquiry, coverage),
        guessed_region: inquiry.scope.guessed_region(),
        coverage,
        ranked,
        earlier: Earlier::new(ranked.iter().map(|one| &one.change).chain(background)),
        application: inquiry.log.as_deref().zip(joins.as_ref()).map(|(given, joins)| Application {
            log: &given.log,
            joins,
            asked_all: inquiry.look_ups.is_empty(),
            global_region: inquiry.scope.global_region(),
        }),
        filter: &inquiry.filter,
        page: frozen.page.clone(),
        detail: frozen.detail,
        untrusted: reader.context.policy.untrusted_text,
        now: inquiry.now,
        plan_log,
        cost: Cost {
            cached: cached.events,
            cached_files: cached.files,
            elapsed_ms: in_ms(reader.spent()),
            first_suspect_ms: first_suspect.filter(|_| ranked.first().is_some_and(Ranked::is_suspect)).map(in_ms),
            ..Cost::of(&coverage.cells)
        },
    };
    let mut built = build::build(&draft);
    if coverage.verdict() == Verdict::Unknown && built.answer.finding == Finding::CouldNotLook {
        built.answer.error = Some((&unread(coverage)).into());
    }
    built
}

fn in_ms(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

/// Says what cannot be seen by nature or by policy.
pub(super) fn blind_spots(inquiry: &Inquiry, gathered: &Gathered, ranked: &[Ranked]) -> Vec<BlindSpot> {
    let mut all = surroundings::blind_spots(inquiry, ranked);
    all.extend(spots(inquiry, gathered));
    all
}

/// Says what cannot be seen by the source's nature, by policy, or by how it was asked.
pub(super) fn spots(inquiry: &Inquiry, gathered: &Gathered) -> Vec<BlindSpot> {
    let Inquiry { scope, filter, .. } = inquiry;
    let mut spots = scope.blind_spots().to_vec();
    let source = scope.source();
    spots.push(BlindSpot::NeverHeld(source));
    if let (false, Some(region)) = (source.by_region, scope.global_region())
        && gathered.cells().any(|cell| cell.region() == region && cell.state() == State::NoData && cell.covered().is_none())
    {
        spots.push(BlindSpot::GlobalNotHeld(source, region));
    }
    if inquiry.look_ups.iter().any(|(attribute, _)| *attribute == Attribute::ResourceName) {
        spots.push(if filter.actors.is_empty() { BlindSpot::OtherNames } else { BlindSpot::OtherSessions });
    }
    if !filter.include_reads {
        spots.push(BlindSpot::Reads);
    }
    spots
}

fn regions(inquiry: &Inquiry, coverage: &Coverage) -> Vec<Named> {
    let basis = |region: &str| {
        let named = inquiry.incident.regions.iter().find(|named| named.name == region).map(|named| named.basis.clone());
        named.or_else(|| basis_in_scope(&inquiry.scope, region)).unwrap_or(Basis::Present)
    };
    let seen: BTreeSet<&str> =
        coverage.cells.iter().filter(|cell| cell.state() != State::DeniedByPolicy).map(|cell| cell.region()).collect();
    let mut regions: Vec<&str> = seen.into_iter().filter(|region| !region.is_empty()).collect();
    // Regions of the context come first, in its order.
    let place = |region: &str| inquiry.incident.regions.iter().position(|named| named.name == region).unwrap_or(usize::MAX);
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
pub(super) fn unread(coverage: &Coverage) -> Refusal {
    let cell = coverage.cells.iter().filter(|cell| cell.asked).max_by_key(|cell| cell.state());
    let state = cell.map_or(State::NotConfigured, |cell| cell.state());
    let code = match (state, cell.and_then(|cell| cell.cause.clone())) {
        (_, Some(cause)) => Code::from(cause),
        (State::Denied, None) => Code::AccessDenied,
        (State::Expired, None) => Code::ExpiredCredentials,
        (State::Throttled, None) => Code::Throttled,
        (State::DeniedByPolicy, None) => Code::AccountNotAllowed,
        _ => Code::Unavailable,
    };
    let refusal = Refusal::new(code, Words::ENGLISH.unread(cell), Words::ENGLISH.next_step(coverage).unwrap_or_default());
    match cell.and_then(|cell| cell.cause.clone()) {
        Some(Cause::Throttled { retry_after }) => refusal.retryable(retry_after.and_then(|after| u64::try_from(after.as_millis()).ok())),
        Some(Cause::Obstacle(_) | Cause::Refused) => refusal,
        // The same files and settings would say the same again.
        _ if matches!(state, State::NoData | State::NotConfigured | State::RegionDisabled | State::IntegrityFailed) => refusal,
        _ if matches!(code, Code::Throttled | Code::Unavailable) => refusal.retryable(None),
        _ => refusal,
    }
}
