//! The points of the rules, fitted to all worlds: a conditional logit over the changes of one incident and "none of them".
//!
//! What is printed for a world comes from points that were fitted without any world of the same hand and without any other telling of
//! its stories, and rounded; what is written comes from all worlds. Folds, bounds and the pull to what was argued for stand in the source, so that the same worlds give the same points.

mod argued;
mod bounds;
mod sample;
mod solve;

use std::collections::{BTreeMap, HashSet};
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

/// How strongly points are pulled to those that were argued for, beside a mean loss of one incident.
///
/// Source: `--pulls`, which prints the loss that is held out for some.
const PULL: f64 = 0.003;
/// What `--pulls` tries.
const PULLS: &[f64] = &[0.0003, 0.001, 0.003, 0.01, 0.03];

/// By what the points may be divided; the best for hands that were not seen is `rank::finding`'s caution.
const CAUTIONS: &[f64] = &[1.0, 1.25, 1.5, 1.75, 2.0, 2.5];

/// The points that are fitted to all hands but one, or to all.
type Fold<'a> = (Option<&'a str>, Vec<i32>);

/// Fits, prints what is held out, and writes the points of all worlds to `file`.
///
/// Errors: a world or the file that cannot be read or written.
pub(crate) fn run(worlds: &[World], asked: &Settings, file: &Path, out: &mut impl Write) -> io::Result<Vec<String>> {
    let rules = Rules::new();
    if let Some(id) = rules.unargued().first() {
        return Err(io::Error::other(format!("argue for the points of `{id}` in benches/incidents/fit/argued.rs first")));
    }
    let scope = (&asked.only, asked.jobs);
    let samples = on_all(worlds, scope, |world, made| match Looks::new(made) {
        Ok(mut looks) => Ok(sample::samples(&rules, world, &made.truth, &mut looks)),
        Err(_) => Ok(Vec::new()),
    })?;
    let blind = samples.iter().flatten().filter(|sample| sample.blind).count();
    let samples: Vec<Sample> = samples.into_iter().flatten().filter(|sample| !sample.blind).collect();
    writeln!(out, "{} windows; in {blind} more every culprit is vetoed, and nothing can be learnt", samples.len())?;
    if asked.pulls {
        for pull in PULLS {
            let folds = folds(&rules, worlds, &samples, asked.jobs, *pull)?;
            let held: f64 = (0..worlds.len()).map(|world| losses(worlds, &samples, &folds, world).0).sum();
            writeln!(out, "pull {pull}: {:.4} held out", held / worlds.len() as f64)?;
        }
    }

    let folds = folds(&rules, worlds, &samples, asked.jobs, PULL)?;
    let answers = on_all(worlds, scope, |world, made| {
        let hand = worlds.get(world).map(|world| world.hand.as_str());
        // Who cannot read an alert finds nothing: a miss, which the test of the worlds names.
        let (held, own) = match Looks::new(made) {
            Ok(mut looks) => (looks.answer(&weights(&rules, &folds, hand)), looks.answer(&weights(&rules, &folds, None))),
            Err(_) => Default::default(),
        };
        Ok((world, made.truth.clone(), held, own))
    })?;
    let (held, own): (Vec<Row>, Vec<Row>) = answers
        .into_iter()
        .map(|(world, truth, held, own)| (Row { world, truth: truth.clone(), answer: held }, Row { world, truth, answer: own }))
        .unzip();
    writeln!(out, "\nWith the points of all worlds, which saw what they are measured on:\n")?;
    measure::report(worlds, &own, 0, out)?;
    writeln!(out, "\nHeld out: each world with points that no world of its hand was seen for.\n")?;
    measure::report(worlds, &held, asked.misses, out)?;
    writeln!(out, "\n| world | loss held out | loss with the points of all |\n|---|---|---|")?;
    for (at, world) in worlds.iter().enumerate() {
        let (held, own) = losses(worlds, &samples, &folds, at);
        writeln!(out, "| {} | {held:.3} | {own:.3} |", world.name)?;
    }
    writeln!(out, "\n| all points divided by | loss held out |\n|---|---|")?;
    for caution in CAUTIONS {
        let of = |world: usize| {
            let here: Vec<&Sample> = samples.iter().filter(|sample| sample.world == world).collect();
            let points = folds.iter().find(|(hand, _)| *hand == worlds.get(world).map(|world| world.hand.as_str()));
            let points = points.map(|(_, points)| points.as_slice()).unwrap_or_default();
            solve::loss(&here, &points.iter().map(|points| f64::from(*points) / POINTS_OF_E / caution).collect::<Vec<f64>>())
        };
        let held: f64 = (0..worlds.len()).map(of).sum();
        writeln!(out, "| {caution} | {:.4} |", held / worlds.len() as f64)?;
    }
    tell_points(&rules, &samples, worlds, &folds, out)?;
    let all = folds.iter().find(|(hand, _)| hand.is_none()).map(|(_, points)| points.clone()).unwrap_or_default();
    write(file, &rules.ids().zip(all).collect())?;
    writeln!(out, "\npoints written to {}", file.display())?;
    Ok(Vec::new())
}

/// Fits the points without each hand, and those of all.
fn folds<'a>(rules: &Rules, worlds: &'a [World], samples: &[Sample], jobs: usize, pull: f64) -> io::Result<Vec<Fold<'a>>> {
    let mut hands: Vec<&str> = worlds.iter().map(|world| world.hand.as_str()).collect();
    hands.sort_unstable();
    hands.dedup();
    let hand_of = |world: usize| worlds.get(world).and_then(|world| hands.iter().position(|hand| *hand == world.hand)).unwrap_or(0);
    let left_out: Vec<Option<&str>> = hands.iter().copied().map(Some).chain([None]).collect();
    in_parallel(&left_out, jobs, |left_out| {
        let is_of_left_out = |sample: &Sample| worlds.get(sample.world).is_some_and(|world| Some(world.hand.as_str()) == *left_out);
        // Two hands may tell one story: what is held out is the story, too.
        let origins: HashSet<&str> = samples
            .iter()
            .filter(|sample| is_of_left_out(sample))
            .map(|sample| sample.origin.as_str())
            .filter(|origin| !origin.is_empty())
            .collect();
        let seen: Vec<&Sample> =
            samples.iter().filter(|sample| !is_of_left_out(sample) && !origins.contains(sample.origin.as_str())).collect();
        let fitted = Problem::new(rules, &seen, hand_of, pull).solve();
        Ok((*left_out, fitted.into_iter().map(|weight| (weight * POINTS_OF_E).round() as i32).collect()))
    })
}

/// Returns the points of a fold as weights.
fn weights(rules: &Rules, folds: &[Fold<'_>], left_out: Option<&str>) -> Weights {
    let mut weights = Weights::default();
    let points = folds.iter().find(|(hand, _)| *hand == left_out).map(|(_, points)| points.as_slice()).unwrap_or_default();
    for (id, points) in rules.ids().zip(points) {
        let _known = weights.set(id, *points);
    }
    weights
}

/// Returns the mean loss of a world with the points that were fitted without it, and with those of all.
fn losses(worlds: &[World], samples: &[Sample], folds: &[Fold<'_>], world: usize) -> (f64, f64) {
    let here: Vec<&Sample> = samples.iter().filter(|sample| sample.world == world).collect();
    let hand = worlds.get(world).map(|world| world.hand.as_str());
    let of = |left_out: Option<&str>| {
        let points = folds.iter().find(|(hand, _)| *hand == left_out).map(|(_, points)| points.as_slice()).unwrap_or_default();
        let weights: Vec<f64> = points.iter().map(|points| f64::from(*points) / POINTS_OF_E).collect();
        solve::loss(&here, &weights)
    };
    (of(hand), of(None))
}

/// Prints the points of every rule: now, of all worlds, the least and the most of any fold, and in how many windows of how many worlds
/// it speaks on a culprit or on anything else.
fn tell_points(rules: &Rules, samples: &[Sample], worlds: &[World], folds: &[Fold<'_>], out: &mut impl Write) -> io::Result<()> {
    writeln!(
        out,
        "\n| rule | now | all | least | most | windows: culprit | windows: rivals | worlds |\n|---|---|---|---|---|---|---|---|"
    )?;
    for (at, id) in rules.ids().enumerate() {
        let of = |fold: &Fold<'_>| fold.1.get(at).copied().unwrap_or(0);
        let held = || folds.iter().filter(|(hand, _)| hand.is_some()).map(of);
        let all = folds.iter().find(|(hand, _)| hand.is_none()).map_or(0, of);
        let (least, most) = (held().min().unwrap_or(0), held().max().unwrap_or(0));
        let rivals = samples.iter().filter(|one| one.speaks(at, false)).count();
        let mut seen: Vec<usize> = samples.iter().filter(|one| one.speaks(at, true)).map(|one| one.world).collect();
        let culprits = seen.len();
        seen.dedup();
        let now = rules.now(at);
        writeln!(out, "| {id} | {now} | {all} | {least} | {most} | {culprits} | {rivals} | {} of {} |", seen.len(), worlds.len())?;
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
