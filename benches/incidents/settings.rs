//! What the command line asks for.

use std::path::{Path, PathBuf};

use super::incident::Half;
use super::world::Places;

/// What is to be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Task {
    /// Ask the binary about the generator's incidents.
    Ask,
    /// Only the two baselines.
    Baselines,
    /// Only check the generator.
    Check,
    /// Only write the folders.
    Write(PathBuf),
    /// Measure every world, in process or over the binary.
    Worlds {
        /// Whether the binary is asked.
        over_binary: bool,
    },
    /// Write what the rules said of every change to a file.
    Dump(PathBuf),
    /// Tell what each rule is worth.
    Ablate,
    /// Fit the points of the rules, and write them into a file that lists them.
    Fit(PathBuf),
}

/// What the command line asks for.
pub(crate) struct Settings {
    pub(crate) task: Task,
    pub(crate) half: Option<Half>,
    /// Only incidents whose id or kind holds this.
    pub(crate) only: Option<String>,
    /// Only worlds whose name holds this.
    pub(crate) world: Option<String>,
    pub(crate) binary: PathBuf,
    pub(crate) jobs: usize,
    pub(crate) misses: usize,
    /// Whether a fit tells which pull to nothing holds out best.
    pub(crate) pulls: bool,
    pub(crate) places: Places,
    /// Least values of rates, and most for `--false-no-suspect`, on the reported half.
    pub(crate) thresholds: Vec<(String, f64)>,
}

/// Incidents of the generator, where it is the only world.
const COUNT: usize = 480;
/// Incidents of the generator among other worlds: two of each kind.
const COUNT_AMONG: usize = 168;

impl Settings {
    /// Reads the arguments. Errors: an argument that is unknown or lacks its value.
    pub(crate) fn read() -> Result<Self, String> {
        let mut it = std::env::args().skip(1);
        let mut asked = Self {
            task: Task::Ask,
            half: None,
            only: None,
            world: None,
            binary: PathBuf::from(env!("CARGO_BIN_EXE_cloudtrail-mcp")),
            jobs: 2,
            misses: 0,
            pulls: false,
            places: Places::own(0, 20_260_302),
            thresholds: Vec::new(),
        };
        asked.places.beside(Path::new(&std::env::var("INCIDENTS_DATA").unwrap_or("../shared/data".to_owned())));
        let (mut benched, mut flags, mut count) = (false, 0, None);
        while let Some(flag) = it.next() {
            flags += 1;
            let mut value = || it.next().ok_or(format!("{flag} needs a value"));
            match flag.as_str() {
                // Cargo says so to every benchmark; without it, this is a test run, which gets the quick check.
                "--bench" => benched = true,
                "--check" => asked.task = Task::Check,
                "--baselines" => asked.task = Task::Baselines,
                "--write" => asked.task = Task::Write(PathBuf::from(value()?)),
                "--worlds" => asked.task = Task::Worlds { over_binary: false },
                "--worlds-over-binary" => asked.task = Task::Worlds { over_binary: true },
                "--dump" => asked.task = Task::Dump(PathBuf::from(value()?)),
                "--fit" => asked.task = Task::Fit(PathBuf::from(value()?)),
                "--pulls" => asked.pulls = true,
                "--ablate" => asked.task = Task::Ablate,
                "--count" => count = Some(number(&flag, &value()?)?),
                "--seed" => asked.places.generated.1 = number(&flag, &value()?)?,
                "--jobs" => asked.jobs = number::<usize>(&flag, &value()?)?.clamp(1, 16),
                "--misses" => asked.misses = number(&flag, &value()?)?,
                "--only" => asked.only = Some(value()?),
                "--world" => asked.world = Some(value()?),
                "--binary" => asked.binary = PathBuf::from(value()?),
                "--stories" => asked.places.stories.push(PathBuf::from(value()?)),
                "--noise" => asked.places.noise = Some(PathBuf::from(value()?)),
                "--synthetic" => asked.places.synthetic = true,
                "--life" => asked.places.life = Some(PathBuf::from(value()?)),
                "--real" => asked.places.real = Some(PathBuf::from(value()?)),
                "--half" => {
                    asked.half = match value()?.as_str() {
                        "tuned" => Some(Half::Tuned),
                        "reported" => Some(Half::Reported),
                        "all" => None,
                        other => return Err(format!("--half is tuned, reported or all, not {other}")),
                    };
                }
                "--top1" | "--top3" | "--top5" | "--no-suspect" | "--false-no-suspect" => {
                    asked.thresholds.push((flag.clone(), number(&flag, &value()?)?));
                }
                other => return Err(format!("unknown argument {other}")),
            }
        }
        if !benched && flags == 0 {
            (asked.task, count) = (Task::Check, Some(60));
        }
        asked.places.generated.0 = count.unwrap_or(if asked.is_of_worlds() { COUNT_AMONG } else { COUNT });
        Ok(asked)
    }

    /// Tells whether the task is about every world.
    pub(crate) fn is_of_worlds(&self) -> bool {
        matches!(self.task, Task::Worlds { .. } | Task::Dump(_) | Task::Ablate | Task::Fit(_))
    }
}

fn number<T: std::str::FromStr>(flag: &str, text: &str) -> Result<T, String> {
    text.parse().map_err(|_| format!("{flag} needs a number, not {text}"))
}
