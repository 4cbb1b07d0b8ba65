//! Every world that is at hand, measured.

use std::io::{self, Write};

use cloudtrail_mcp::rank::Weights;

use super::answer::Answer;
use super::incident::{Incident, Truth};
use super::look::Looks;
use super::parallel::in_parallel;
use super::rates::{Rates, Reliability};
use super::settings::{Settings, Task};
use super::world::{Maker, World};
use super::{ablate, ask, dump, fit, grade};

/// What was answered about one incident.
pub(crate) struct Row {
    /// Index of its world.
    pub(crate) world: usize,
    /// What is known of it.
    pub(crate) truth: Truth,
    /// What was answered.
    pub(crate) answer: Answer,
}

/// Makes an incident, writes it, asks the binary; its folder is gone afterwards.
pub(crate) fn over_binary(made: &Incident, asked: &Settings) -> io::Result<Answer> {
    let folder = tempfile::tempdir()?;
    made.write(folder.path(), asked.places.generated.1)?;
    Ok(ask::ask(&asked.binary, &folder.path().join(&made.truth.id), made))
}

/// Investigates an incident in process.
pub(crate) fn in_process(made: &Incident, weights: &Weights) -> Answer {
    match Looks::new(made) {
        Ok(mut looks) => looks.answer(weights),
        Err(error) => Answer { error: Some(error), ..Answer::default() },
    }
}

/// Does `work` on the incidents of all `worlds`; each is told the index of its world.
pub(crate) fn on_all<R: Send>(
    worlds: &[World],
    asked: (&Option<String>, usize),
    work: impl Fn(usize, &Incident) -> io::Result<R> + Sync,
) -> io::Result<Vec<R>> {
    let (only, jobs) = asked;
    let makers: Vec<(usize, &Maker)> =
        worlds.iter().enumerate().flat_map(|(at, world)| world.makers.iter().map(move |maker| (at, maker))).collect();
    let done = in_parallel(&makers, jobs, |(at, maker)| {
        let made = maker()?;
        let wanted = only.as_ref().is_none_or(|text| made.truth.id.contains(text.as_str()) || made.truth.kind.contains(text.as_str()));
        wanted.then(|| work(*at, &made)).transpose()
    })?;
    Ok(done.into_iter().flatten().collect())
}

/// Does what is asked of the worlds; returns what was missed, in words.
pub(crate) fn run(asked: &Settings, out: &mut impl Write) -> io::Result<Vec<String>> {
    let (mut worlds, lacking) = asked.places.worlds()?;
    worlds.retain(|world| asked.world.as_ref().is_none_or(|text| world.name.contains(text.as_str())));
    for what in lacking {
        writeln!(out, "not at hand: {what}")?;
    }
    let scope = (&asked.only, asked.jobs);
    match &asked.task {
        Task::Dump(file) => {
            let lines = on_all(&worlds, scope, |at, made| Ok(dump::line(worlds.get(at).map_or("", |world| &world.name), made)))?;
            std::fs::write(file, lines.concat())?;
            writeln!(out, "{} incidents written to {}", lines.len(), file.display())?;
        }
        Task::Fit(file) => return fit::run(&worlds, asked, file, out),
        Task::Ablate => {
            let rows = on_all(&worlds, scope, |at, made| Ok(ablate::row(at, made)))?;
            let names: Vec<&str> = worlds.iter().map(|world| world.name.as_str()).collect();
            ablate::report(&rows.into_iter().flatten().collect::<Vec<_>>(), &names, out)?;
        }
        task => {
            let over = *task == Task::Worlds { over_binary: true };
            let rows = on_all(&worlds, scope, |world, made| {
                let answer = if over { over_binary(made, asked)? } else { in_process(made, &Weights::default()) };
                Ok(Row { world, truth: made.truth.clone(), answer })
            })?;
            report(&worlds, &rows, asked.misses, out)?;
            let errors = rows.iter().filter(|row| row.answer.error.is_some()).count();
            return Ok((errors > 0).then(|| format!("{errors} questions got no answer")).into_iter().collect());
        }
    }
    Ok(Vec::new())
}

/// Returns the rates of one world.
pub(crate) fn rates(rows: &[Row], world: usize) -> Rates {
    Rates::of(rows.iter().filter(|row| row.world == world).map(|row| (&row.truth, &row.answer)))
}

/// Prints a row for each world, what confidence is worth in each, and some of the misses.
pub(crate) fn report(worlds: &[World], rows: &[Row], misses: usize, out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "| world {}", Rates::HEAD)?;
    for (at, world) in worlds.iter().enumerate() {
        writeln!(out, "{}", rates(rows, at).row(&world.name))?;
    }
    writeln!(out, "\n{}", Reliability::of(rows.iter().map(|row| (&row.truth, &row.answer))).table())?;
    for (at, world) in worlds.iter().enumerate() {
        let rows = || rows.iter().filter(|row| row.world == at).map(|row| (&row.truth, &row.answer));
        writeln!(out, "{}: {}", world.name, Reliability::of(rows()).line())?;
        grade::list_misses(rows(), misses, out)?;
    }
    Ok(())
}
