//! Reading: flag > environment > file > default.
//!
//! No file is ever looked for in the working directory, as agents start servers inside repositories that nobody vetted.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use super::file::{self, PolicyFile};
use super::kind::{Kind, Value};
use super::settings::{ALL, CONFIG};
use super::{Config, ConfigError, Declaration, Explained, Origin, Setting, check, pattern_of};

/// What the command line says, by the key of the setting; the environment is read apart.
#[derive(Clone, Debug, Default)]
pub struct Flags(BTreeMap<&'static str, Vec<OsString>>);

impl Flags {
    /// Adds the value of a setting's flag; those of lists may be added several times.
    #[must_use]
    pub fn with<T>(mut self, setting: &Setting<T>, value: impl Into<OsString>) -> Self {
        self.add(&setting.declaration, value.into());
        self
    }

    /// Adds a value for what is declared.
    pub fn add(&mut self, declaration: &Declaration, value: OsString) {
        self.0.entry(declaration.key).or_default().push(value);
    }

    fn read(&self, declaration: &Declaration, problems: &mut Vec<String>) -> Option<(Value, Origin)> {
        let (given, name) = (self.0.get(declaration.key)?, declaration.flag?.name);
        let read = match declaration.kind {
            Kind::Path | Kind::Paths => Ok(Value::Paths(given.iter().map(PathBuf::from).collect())),
            kind => kind.read_bare(&given.last()?.to_string_lossy(), declaration.secret),
        };
        let value = read.map_err(|why| problems.push(format!("flag {name}: {why}"))).ok()?;
        Some((value, Origin::Flag(name)))
    }
}

/// Reads flags, environment and policy file; `tools` are the names of all tools, without prefix.
///
/// Errors: every problem at once: an explicitly named file that cannot be read, unknown keys (with the nearest), wrong
/// types and values, blank or unreadable variables, values that contradict each other.
pub fn load(flags: &Flags, env: &dyn Fn(&str) -> Option<OsString>, tools: &[&str]) -> Result<Config, ConfigError> {
    let mut problems = Vec::new();
    let (file, config_origin) = find_file(flags, env, &mut problems);
    problems.extend(file.problems());
    let mut config = Config { file: file.path.clone(), world_writable: file.world_writable, ..Config::default() };
    for declaration in ALL.iter().filter(|declaration| !declaration.is_repeated()) {
        let (value, origin) = if declaration.key == CONFIG.declaration.key {
            (file.path.clone().map(|path| Value::Paths(vec![path])), config_origin.clone())
        } else {
            // What is overruled must be right all the same.
            let from_env = from_environment(declaration, env, &mut problems);
            let from_flag = flags.read(declaration, &mut problems);
            let set = from_flag.or(from_env).or_else(|| file.value(declaration.key));
            set.map_or_else(|| (declaration.default_value(), Origin::Default), |(value, origin)| (Some(value), origin))
        };
        config.insert(declaration, declaration.key.to_owned(), value, origin);
    }
    for place in file.values.keys() {
        let pattern = pattern_of(place);
        let declaration = ALL.iter().find(|declaration| declaration.is_repeated() && declaration.key == pattern);
        if let (Some(declaration), Some((value, origin))) = (declaration, file.value(place)) {
            config.insert(declaration, place.clone(), Some(value), origin);
        }
    }
    check::contradictions(&config, tools, &mut problems);
    if problems.is_empty() { Ok(config) } else { Err(ConfigError { problems }) }
}

fn find_file(flags: &Flags, env: &dyn Fn(&str) -> Option<OsString>, problems: &mut Vec<String>) -> (PolicyFile, Origin) {
    let declaration = &CONFIG.declaration;
    if let Some((Value::Paths(paths), origin)) = flags.read(declaration, problems) {
        return (paths.last().map(|path| file::read(path, true)).unwrap_or_default(), origin);
    }
    let variable = declaration.env.unwrap_or_default();
    match env(variable) {
        Some(path) if path.to_string_lossy().trim().is_empty() => {
            problems.push(format!("environment {variable}: it is blank; give the path of a policy file, or remove it"));
            (PolicyFile::default(), Origin::Environment(variable))
        }
        Some(path) => (file::read(Path::new(&path), true), Origin::Environment(variable)),
        None => (file::default_place(env).map(|path| file::read(&path, false)).unwrap_or_default(), Origin::Default),
    }
}

fn from_environment(
    declaration: &Declaration,
    env: &dyn Fn(&str) -> Option<OsString>,
    problems: &mut Vec<String>,
) -> Option<(Value, Origin)> {
    let variable = declaration.env?;
    let found = env(variable)?;
    let read = match found.to_str() {
        _ if matches!(declaration.kind, Kind::Paths) && !found.is_empty() => Ok(Value::Paths(std::env::split_paths(&found).collect())),
        None => Err("it is not readable as UTF-8".to_owned()),
        Some(text) if text.trim().is_empty() => Err(format!("it is blank; set {}, or remove the variable", declaration.key)),
        Some(text) if variable.ends_with("_MINUTES") => match text.trim().parse::<u32>() {
            Ok(minutes) => declaration.kind.read_bare(&format!("{minutes}m"), declaration.secret),
            Err(_) => Err("it must be a whole number of minutes, such as 30".to_owned()),
        },
        Some(text) => declaration.kind.read_bare(text, declaration.secret),
    };
    let value = read.map_err(|why| problems.push(format!("environment {variable}: {why}"))).ok()?;
    Some((value, Origin::Environment(variable)))
}

impl Config {
    fn insert(&mut self, declaration: &'static Declaration, place: String, value: Option<Value>, origin: Origin) {
        let shown = match &value {
            None => "(not set)".to_owned(),
            Some(_) if declaration.secret => "(hidden)".to_owned(),
            Some(value) => value.to_string(),
        };
        self.explained.push(Explained { key: place.clone(), value: shown, origin, declaration });
        if let Some(value) = value {
            self.values.insert(place, value);
        }
    }
}
