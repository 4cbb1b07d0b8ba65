//! The points of the rules, fitted to all worlds: a conditional logit over the changes of one incident and "none of them".
//!
//! What is printed for a world comes from points that were fitted without any world of the same hand, and rounded; what is written
//! comes from all worlds. Seeds, folds and the strength of the pull to nothing stand in the source, so that the same worlds give the same points.

mod sample;
mod sign;
mod solve;

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::Path;

use cloudtrail_mcp::rank::finding::POINTS_OF_E;
use cloudtrail_mcp::rank::{Weights, points::POINTS};

use super::look::Looks;
use super::measure::{self, Row, on_all};
use super::parallel::in_parallel;
use super::settings::Settings;
use super::world::World;

use sample::{Rules, Sample};
use solve::Problem;

/// A rule that speaks on the culprit or its rivals in fewer incidents than this keeps its points.
const LEAST_SUPPORT: usize = 4;

/// Fits, prints what is held out, and writes the points of all worlds to `file`.
///
/// Errors: a world or the file that cannot be read or written.
pub(crate) fn run(worlds: &[World], asked: &Settings, file: &Path, out: &mut impl Write) -> io::Result<Vec<String>> {
    let rules = Rules::new();
    let scope = (&asked.only, asked.jobs);
    let samples = on_all(worlds, scope, |world, made| match Looks::new(made) {
        Ok(mut looks) => Ok(sample::samples(&rules, world, &made.truth, &mut looks)),
        Err(_) => Ok(Vec::new()),
    })?;
    let blind = samples.iter().flatten().filter(|sample| sample.blind).count();
    let samples: Vec<Sample> = samples.into_iter().flatten().filter(|sample| !sample.blind).collect();
    writeln!(out, "{} windows; in {blind} more every culprit is vetoed, and nothing can be learnt", samples.len())?;

    let mut hands: Vec<Option<&str>> = worlds.iter().map(|world| Some(world.hand.as_str())).collect();
    hands.sort_unstable();
    hands.dedup();
    hands.push(None);
    let fitted = in_parallel(&hands, asked.jobs, |hand| {
        let seen = |sample: &&Sample| worlds.get(sample.world).is_some_and(|world| Some(world.hand.as_str()) != *hand);
        let fitted = Problem::new(&rules, samples.iter().filter(seen).collect(), LEAST_SUPPORT).solve();
        Ok(fitted)
    })?;
    let points: BTreeMap<Option<&str>, Vec<i32>> = hands
        .iter()
        .copied()
        .zip(&fitted)
        .map(|(hand, weights)| (hand, weights.iter().map(|w| (w * POINTS_OF_E).round() as i32).collect()))
        .collect();
    let loss = |hand: Option<&str>, world: usize| {
        let held: Vec<&Sample> = samples.iter().filter(|sample| sample.world == world).collect();
        let weights = points.get(&hand).map(|points| points.iter().map(|points| f64::from(*points) / POINTS_OF_E).collect::<Vec<_>>());
        weights.map_or(f64::NAN, |weights| solve::loss(&held, &weights))
    };

    let rows = on_all(worlds, scope, |world, made| {
        let hand = worlds.get(world).map(|world| world.hand.as_str());
        let mut weights = Weights::default();
        for (id, points) in rules.ids().zip(points.get(&hand).into_iter().flatten()) {
            let _known = weights.set(id, *points);
        }
        Ok(Row { world, truth: made.truth.clone(), answer: measure::in_process(made, &weights) })
    })?;
    writeln!(out, "\nHeld out: each world with points that no world of its hand was seen for.\n")?;
    measure::report(worlds, &rows, asked.misses, out)?;
    writeln!(out, "\n| world | loss held out | loss with the points of all |\n|---|---|---|")?;
    for (at, world) in worlds.iter().enumerate() {
        writeln!(out, "| {} | {:.3} | {:.3} |", world.name, loss(Some(&world.hand), at), loss(None, at))?;
    }
    let all = points.get(&None).cloned().unwrap_or_default();
    tell_points(&rules, &samples, worlds, &points, out)?;
    write(file, &rules.ids().zip(all).collect())?;
    writeln!(out, "\npoints written to {}", file.display())?;
    Ok(Vec::new())
}

/// Prints the points of every rule: now, from all worlds, the least and the most of any fold, and in how many incidents of how many
/// worlds it speaks on a culprit.
fn tell_points(
    rules: &Rules,
    samples: &[Sample],
    worlds: &[World],
    points: &BTreeMap<Option<&str>, Vec<i32>>,
    out: &mut impl Write,
) -> io::Result<()> {
    writeln!(
        out,
        "\n| rule | now | all | least | most | windows: culprit | windows: rivals | worlds |\n|---|---|---|---|---|---|---|---|"
    )?;
    for (at, id) in rules.ids().enumerate() {
        let of = |hand: &Option<&str>| points.get(hand).and_then(|points| points.get(at)).copied().unwrap_or(0);
        let folds: Vec<i32> = points.keys().filter(|hand| hand.is_some()).map(of).collect();
        let (least, most) = (folds.iter().min().copied().unwrap_or(0), folds.iter().max().copied().unwrap_or(0));
        let (culprit, rivals) =
            (samples.iter().filter(|one| one.speaks(at, true)), samples.iter().filter(|one| one.speaks(at, false)).count());
        let mut seen: Vec<usize> = culprit.clone().map(|one| one.world).collect();
        seen.sort_unstable();
        seen.dedup();
        let (count, seen) = (culprit.count(), seen.len());
        writeln!(out, "| {id} | {} | {} | {least} | {most} | {count} | {rivals} | {seen} of {} |", rules.now(at), of(&None), worlds.len())?;
    }
    Ok(())
}

/// Writes the points into the list that the file holds; the rest of it stays.
fn write(file: &Path, points: &BTreeMap<&str, i32>) -> io::Result<()> {
    let text = std::fs::read_to_string(file)?;
    let none = || io::Error::new(io::ErrorKind::InvalidData, format!("{} holds no list of points", file.display()));
    let begin = text.find("= &[\n").ok_or_else(none)? + "= &[\n".len();
    let end = begin + text.get(begin..).and_then(|rest| rest.find("];")).ok_or_else(none)?;
    let mut all: BTreeMap<&str, i32> = POINTS.iter().copied().collect();
    all.extend(points);
    let list: String = all.iter().map(|(id, points)| format!("    (\"{id}\", {points}),\n")).collect();
    let (before, after) = (text.get(..begin).ok_or_else(none)?, text.get(end..).ok_or_else(none)?);
    std::fs::write(file, format!("{before}{list}{after}"))
}
