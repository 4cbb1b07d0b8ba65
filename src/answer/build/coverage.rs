//! The coverage as it is told.

use crate::answer::words::Words;
use crate::answer::{CellReport, CoverageReport, SourceLabel, StateName, VerdictName};
use crate::coverage::{Cell, Coverage, State, Verdict};
use crate::policy::UntrustedText;
use crate::{redact, time};

/// Tells the coverage; under `omit` without regions that are none by their form: records of an archive name theirs themselves.
pub fn coverage_report(coverage: &Coverage, untrusted: UntrustedText) -> CoverageReport {
    worded(coverage, untrusted, Words::ENGLISH)
}

pub(super) fn worded(coverage: &Coverage, untrusted: UntrustedText, words: Words) -> CoverageReport {
    CoverageReport {
        verdict: match coverage.verdict() {
            Verdict::Complete => VerdictName::Complete,
            Verdict::Partial => VerdictName::Partial,
            Verdict::Unknown => VerdictName::Unknown,
        },
        cells: coverage.cells.iter().map(|cell| cell_report(cell, untrusted, words)).collect(),
        blind_spots: coverage.blind_spots.clone(),
        next: words.next_step(coverage),
    }
}

fn cell_report(cell: &Cell, untrusted: UntrustedText, words: Words) -> CellReport {
    CellReport {
        account: redact::text(cell.account(), 20),
        region: if cell.region().is_empty() { String::new() } else { redact::text(&untrusted.place(cell.region()), 32) },
        source: SourceLabel(cell.source().name),
        state: state_name(cell.state()),
        covered_from: cell.covered().map(|window| time::rfc3339(window.from)),
        covered_to: cell.covered().map(|window| time::rfc3339(window.to)),
        requests: cell.requests,
        events: cell.events,
        detail: words.detail(cell).map(|detail| redact::text(&detail, 300)),
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
