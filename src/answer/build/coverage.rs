//! The coverage as it is told.

use crate::answer::withhold;
use crate::answer::words::Words;
use crate::answer::{CellReport, CoverageReport, SourceLabel};
use crate::coverage::{Cell, Coverage};
use crate::policy::UntrustedText;
use crate::{redact, time};

/// Most places that are told one by one: half of them where there are more, those that gave most.
const CELLS: usize = 34;

/// Tells the coverage; under `omit` without regions that are none by their form: records of an archive name theirs themselves.
pub fn coverage_report(coverage: &Coverage, untrusted: UntrustedText, words: Words) -> CoverageReport {
    CoverageReport {
        verdict: coverage.verdict(),
        cells: folded(coverage.cells.iter().map(|cell| cell_report(cell, untrusted, words)).collect()),
        blind_spots: coverage.blind_spots.iter().map(|spot| words.blind_spot(spot, untrusted)).collect(),
        next: words.next_step(coverage),
    }
}

/// Folds places that ended alike, where there are too many to tell.
fn folded(cells: Vec<CellReport>) -> Vec<CellReport> {
    if cells.len() <= CELLS {
        return cells;
    }
    let mut most: Vec<u32> = cells.iter().map(|cell| cell.events).collect();
    most.sort_unstable_by(|a, b| b.cmp(a));
    let least = most.get(CELLS / 2).copied().unwrap_or_default();
    let (mut told, rest): (Vec<CellReport>, Vec<CellReport>) = cells.into_iter().partition(|cell| cell.events > least);
    let own = told.len();
    for cell in rest {
        let ended = |one: &CellReport| (one.source, one.state, one.covered_from.clone(), one.covered_to.clone(), one.detail.clone());
        match told.iter_mut().skip(own).find(|known| ended(known) == ended(&cell)) {
            Some(known) => {
                known.alike += 1;
                known.requests = known.requests.saturating_add(cell.requests);
                known.events = known.events.saturating_add(cell.events);
            }
            None => told.push(cell),
        }
    }
    told
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
        alike: 0,
        detail: words.detail(cell).filter(|_| region_shown).map(|detail| redact::text(&detail, 300)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::coverage::State;
    use crate::source::event_history;

    #[test]
    fn seventy_accounts_are_a_few_lines_of_which_those_that_gave_most_are_told() {
        let cell = |n: u32| {
            let state = if n % 35 == 7 { State::Denied } else { State::Lagging };
            Cell::cut(&format!("{n:012}"), "eu-west-1", &event_history::PROFILE, state, None).with(1, n, None)
        };
        let coverage = Coverage { cells: (0..70).map(cell).collect(), blind_spots: Vec::new() };
        let told = coverage_report(&coverage, UntrustedText::Quote, Words::ENGLISH).cells;
        assert_eq!(told.len(), CELLS / 2 + 2);
        assert!(told.iter().take(CELLS / 2).all(|cell| cell.events > 52 && cell.alike == 0));
        assert_eq!(told.iter().map(|cell| cell.alike + 1).sum::<usize>(), 70);
        assert_eq!(told.iter().map(|cell| cell.events).sum::<u32>(), (0..70).sum::<u32>());
        let few = Coverage { cells: (0..34).map(cell).collect(), blind_spots: Vec::new() };
        assert_eq!(coverage_report(&few, UntrustedText::Quote, Words::ENGLISH).cells.len(), 34);
    }
}
