//! The coverage as it is told.

use crate::answer::{CellReport, CoverageReport, SourceLabel, StateName, VerdictName, headline, withhold};
use crate::coverage::{Cell, Coverage, State, Verdict};
use crate::{redact, time};

/// Leaves out what is no region by its form: records of an archive name theirs themselves.
pub fn withhold_regions(coverage: &mut CoverageReport, headline: &mut String) {
    for cell in coverage.cells.iter_mut().filter(|cell| !cell.region.is_empty() && withhold::text(&cell.region) != cell.region) {
        *headline = headline.replace(&cell.region, withhold::WITHHELD);
        cell.region = withhold::WITHHELD.into();
    }
}

/// Tells the coverage.
pub fn coverage_report(coverage: &Coverage) -> CoverageReport {
    CoverageReport {
        verdict: match coverage.verdict() {
            Verdict::Complete => VerdictName::Complete,
            Verdict::Partial => VerdictName::Partial,
            Verdict::Unknown => VerdictName::Unknown,
        },
        cells: coverage.cells.iter().map(cell_report).collect(),
        blind_spots: coverage.blind_spots.clone(),
        next: headline::next_step(coverage),
    }
}

fn cell_report(cell: &Cell) -> CellReport {
    CellReport {
        account: redact::text(cell.account(), 20),
        region: redact::text(cell.region(), 32),
        source: SourceLabel(cell.source().name),
        state: state_name(cell.state()),
        covered_from: cell.covered().map(|window| time::rfc3339(window.from)),
        covered_to: cell.covered().map(|window| time::rfc3339(window.to)),
        requests: cell.requests,
        events: cell.events,
        detail: cell.detail.as_deref().map(|detail| redact::text(detail, 300)),
    }
}

/// Returns the contract's name of a state.
fn state_name(state: State) -> StateName {
    match state {
        State::Exhausted => StateName::Exhausted,
        State::Lagging => StateName::Lagging,
        State::PageCap => StateName::PageCap,
        State::Deadline => StateName::Deadline,
        State::Cancelled => StateName::Cancelled,
        State::Throttled => StateName::Throttled,
        State::Denied => StateName::Denied,
        State::DeniedByPolicy => StateName::DeniedByPolicy,
        State::Failed => StateName::Failed,
        State::Expired => StateName::Expired,
        State::RegionDisabled => StateName::RegionDisabled,
        State::NoData => StateName::NoData,
        State::IntegrityFailed => StateName::IntegrityFailed,
        State::NotConfigured => StateName::NotConfigured,
    }
}
