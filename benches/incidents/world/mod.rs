//! The worlds that the ranking is measured on: incidents of several hands, each with its own habits of naming and its own noise.

mod folder;
mod moved;
mod noise;
mod replay;
mod scenario;
mod story;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::incident::{self, Habit, Incident};

use noise::Noise;
use replay::Replay;
use story::Story;

/// The name of the generator's world, and of its hand.
pub(crate) const GENERATED: &str = "generated";

/// The name of its second world, in which things are named as in accounts that have grown.
const GROWN: &str = "generated-grown";

/// Makes one incident.
pub(crate) type Maker = Box<dyn Fn() -> io::Result<Incident> + Send + Sync>;

/// Incidents of one hand in one kind of noise.
pub(crate) struct World {
    /// Its name in reports.
    pub(crate) name: String,
    /// Whose incidents these are: worlds of one hand are never split between fitting and reporting.
    pub(crate) hand: String,
    /// Its incidents.
    pub(crate) makers: Vec<Maker>,
}

/// Where the worlds are found.
#[derive(Clone, Debug, Default)]
pub(crate) struct Places {
    /// How many incidents the generator makes, and from which seed.
    pub(crate) generated: (usize, u64),
    /// Folders of stories, a folder for each author in them.
    pub(crate) stories: Vec<PathBuf>,
    /// A folder with real records, `records.jsonl.gz`; without it the noise of the stories is synthetic.
    pub(crate) noise: Option<PathBuf>,
    /// A folder of folders of ready-made incidents.
    pub(crate) life: Option<PathBuf>,
    /// A file of scenarios in real records.
    pub(crate) real: Option<PathBuf>,
    /// Whether the noise of the stories is synthetic all the same.
    pub(crate) synthetic: bool,
}

impl Places {
    /// The project's own worlds, which are at hand everywhere.
    pub(crate) fn own(count: usize, seed: u64) -> Self {
        let stories = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/incidents/stories");
        Self { generated: (count, seed), stories: vec![stories], ..Self::default() }
    }

    /// Takes what lies in `folder`: real records in `cloudtrail`, incidents in `life`, scenarios in `scenarios.json`.
    pub(crate) fn beside(&mut self, folder: &Path) {
        let found = |name: &str| Some(folder.join(name)).filter(|path| path.exists());
        self.noise = found("cloudtrail/records.jsonl.gz").and_then(|file| file.parent().map(Path::to_owned));
        (self.life, self.real) = (found("life"), found("scenarios.json"));
    }

    /// The generator's world in which things are named by a habit.
    fn generated(&self, name: &str, habit: Habit) -> Option<World> {
        let (count, seed) = self.generated;
        let makers = incident::plan(count, seed, habit).into_iter().map(|plan| -> Maker { Box::new(move || Ok(plan.make())) });
        (count > 0).then(|| World { name: name.to_owned(), hand: GENERATED.to_owned(), makers: makers.collect() })
    }

    /// Returns every world that is at hand, and says which are not.
    ///
    /// Errors: a story, an incident or a record that cannot be read.
    pub(crate) fn worlds(&self) -> io::Result<(Vec<World>, Vec<String>)> {
        let (mut worlds, mut lacking) = (Vec::new(), Vec::new());
        worlds
            .extend([(GENERATED, Habit::Plain), (GROWN, Habit::Grown)].into_iter().filter_map(|(name, habit)| self.generated(name, habit)));
        let replay = self.noise.as_deref().filter(|_| !self.synthetic).map(Replay::read).transpose()?.map(Arc::new);
        let noises = match replay {
            Some(records) => vec![Noise::Calm(Arc::clone(&records)), Noise::Drill(records)],
            None => vec![Noise::Synthetic],
        };
        for folder in &self.stories {
            for (author, stories) in story::read_all(folder)? {
                worlds.extend(noises.iter().map(|noise| World {
                    name: format!("stories-{author}-{}", noise.word()),
                    hand: format!("stories-{author}"),
                    makers: stories.iter().map(|story| told(story, noise)).collect(),
                }));
            }
        }
        match &self.life {
            Some(folder) => worlds.extend(folder::worlds(folder)?),
            None => lacking.push("life: give its folder with --life".to_owned()),
        }
        match &self.real {
            Some(file) => worlds.push(scenario::world(file)?),
            None => lacking.push("real: give its scenarios with --real".to_owned()),
        }
        if noises.iter().any(|noise| matches!(noise, Noise::Synthetic)) {
            lacking.push("real noise of the stories: give its folder with --noise".to_owned());
        }
        worlds.retain(|world| !world.makers.is_empty());
        Ok((worlds, lacking))
    }
}

fn told(story: &Arc<Story>, noise: &Noise) -> Maker {
    let (story, noise) = (Arc::clone(story), noise.clone());
    Box::new(move || story.tell(&noise))
}

/// An error that says which file is wrong.
fn wrong(path: &Path, what: impl std::fmt::Display) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("{}: {what}", path.display()))
}

/// Returns the paths in a folder, by name; none of a folder that is not there.
fn entries(folder: &Path) -> io::Result<Vec<PathBuf>> {
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let mut paths = std::fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path())).collect::<io::Result<Vec<_>>>()?;
    paths.sort();
    Ok(paths)
}

/// Reads a JSON file.
fn read_json(path: &Path) -> io::Result<serde_json::Value> {
    let bytes = std::fs::read(path)?;
    serde_json::from_slice(&bytes).map_err(|error| wrong(path, error))
}

/// Returns when a record was written.
fn time_of(record: &serde_json::Value) -> Option<DateTime<Utc>> {
    record.get("eventTime")?.as_str()?.parse().ok()
}
