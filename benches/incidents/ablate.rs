//! What each rule of the ranking is worth in each world: the same incidents, ranked with one rule switched off.

use std::io::{self, Write};

use cloudtrail_mcp::rank::{Weights, table::TABLE};

use super::answer::{Finding, Shown};
use super::incident::Incident;
use super::look::Looks;
use super::rates::rank;

/// What became of one incident under one set of weights.
#[derive(Clone, Copy, Default)]
struct Outcome {
    /// Rank of the best culprit.
    rank: Option<usize>,
    /// Whether nothing was called a suspect.
    none: bool,
    /// Whether something was called strong or likely.
    said: bool,
}

/// One incident: what became of it with all rules, then without each, in the order of [`ids`].
pub(crate) struct Row {
    world: usize,
    /// Whether something caused the alert.
    culprit: bool,
    outcomes: Vec<Outcome>,
}

/// Returns the ids of all rules, in the order of the table.
fn ids() -> impl Iterator<Item = &'static str> {
    TABLE.iter().flat_map(|signal| signal.rules).map(|rule| rule.id)
}

/// Ranks an incident with all rules and without each; nothing when its alert cannot be read.
pub(crate) fn row(world: usize, made: &Incident) -> Option<Row> {
    let mut looks = Looks::new(made).ok()?;
    let without = ids().filter_map(|id| {
        let mut weights = Weights::default();
        weights.switch_off(id).then_some(weights)
    });
    let outcomes = std::iter::once(Weights::default()).chain(without).map(|weights| {
        let answer = looks.answer(&weights);
        Outcome {
            rank: rank(&made.truth, &answer),
            none: answer.finding == Finding::NoSuspect,
            said: answer.shown.iter().any(Shown::is_said),
        }
    });
    Some(Row { world, culprit: !made.truth.culprits.is_empty(), outcomes: outcomes.collect() })
}

/// Figures of one world, in points of a hundred: top-1, top-5, not denied, and calm where there is no culprit.
fn figures(rows: &[&Row], at: usize) -> [f64; 4] {
    let share = |counts: &dyn Fn(&Outcome) -> bool, culprit: bool| {
        let told: Vec<&Outcome> = rows.iter().filter(|row| row.culprit == culprit).filter_map(|row| row.outcomes.get(at)).collect();
        100.0 * told.iter().filter(|outcome| counts(outcome)).count() as f64 / told.len().max(1) as f64
    };
    let within = |k: usize| share(&|outcome: &Outcome| outcome.rank.is_some_and(|rank| rank <= k), true);
    [within(1), within(5), share(&|outcome| !outcome.none, true), share(&|outcome| !outcome.said, false)]
}

/// Prints for each world and rule what is lost without it, as `top-1/top-5/not denied/calm`, and in how many worlds it pays.
///
/// Shape: a rule pays in a world where the four figures together are better with it.
pub(crate) fn report(rows: &[Row], worlds: &[&str], out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "| rule off | pays in | costs in | {} |\n|---|---|---|{}", worlds.join(" | "), "---|".repeat(worlds.len()))?;
    let of: Vec<Vec<&Row>> = (0..worlds.len()).map(|at| rows.iter().filter(|row| row.world == at).collect()).collect();
    let all: Vec<[f64; 4]> = of.iter().map(|rows| figures(rows, 0)).collect();
    let with: Vec<String> = all.iter().map(|figures| figures.map(|figure| format!("{figure:.0}")).join("/")).collect();
    writeln!(out, "| (none: {} incidents) | | | {} |", rows.len(), with.join(" | "))?;
    for (at, id) in ids().enumerate() {
        let lost: Vec<[f64; 4]> = of
            .iter()
            .zip(&all)
            .map(|(rows, all)| {
                let now = figures(rows, at + 1);
                std::array::from_fn(|n| now.get(n).zip(all.get(n)).map_or(0.0, |(now, all)| now - all))
            })
            .collect();
        let sums = || lost.iter().map(|lost| lost.iter().sum::<f64>());
        let (pays, costs) = (sums().filter(|sum| *sum < -0.01).count(), sums().filter(|sum| *sum > 0.01).count());
        let cells = lost.iter().map(|lost| {
            if lost.iter().all(|lost| lost.abs() < 0.05) { String::new() } else { lost.map(|lost| format!("{lost:+.0}")).join("/") }
        });
        let mark = if pays == 1 { " (one world only)" } else { "" };
        writeln!(out, "| {id} | {pays}{mark} | {costs} | {} |", cells.collect::<Vec<_>>().join(" | "))?;
    }
    Ok(())
}
