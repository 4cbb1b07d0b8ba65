//! The coverage as it is told.

use crate::answer::withhold;
use crate::answer::words::Words;
use crate::answer::{CellReport, CoverageReport, SourceLabel};
use crate::coverage::{Cell, Coverage};
use crate::policy::UntrustedText;
use crate::{redact, time};

/// Tells the coverage; under `omit` without regions that are none by their form: records of an archive name theirs themselves.
pub fn coverage_report(coverage: &Coverage, untrusted: UntrustedText, words: Words) -> CoverageReport {
    CoverageReport {
        verdict: coverage.verdict(),
        cells: coverage.cells.iter().map(|cell| cell_report(cell, untrusted, words)).collect(),
        blind_spots: coverage.blind_spots.iter().map(|spot| words.blind_spot(spot, untrusted)).collect(),
        next: words.next_step(coverage),
    }
}

fn cell_report(cell: &Cell, untrusted: UntrustedText, words: Words) -> CellReport {
    // What is said of a cell names its region.
    let region_shown = cell.region().is_empty() || untrusted.place(cell.region()) != withhold::WITHHELD;
    CellReport {
        account: redact::text(cell.account(), 20),
        region: if cell.region().is_empty() { String::new() } else { redact::text(&untrusted.place(cell.region()), 32) },
        source: SourceLabel(cell.source().name),
        state: cell.state(),
        covered_from: cell.covered().map(|window| time::rfc3339(window.from)),
        covered_to: cell.covered().map(|window| time::rfc3339(window.to)),
        requests: cell.requests,
        events: cell.events,
        detail: words.detail(cell).filter(|_| region_shown).map(|detail| redact::text(&detail, 300)),
    }
}
