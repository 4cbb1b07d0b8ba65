//! Settings: each is declared once, in `settings`, with its default; read from flags, environment and file; and given out by type.
//!
//! `settings` (the table) → `load` (flag > environment > file > default) → `check` (what contradicts itself) → [`Config`], of which
//! `policy`, `http`, `caller`, `account` and `audit` make what other rooms take.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

mod account;
pub mod audit;
pub mod authority;
mod caller;
mod check;
mod file;
mod form;
pub mod http;
pub mod investigation;
mod kind;
pub mod live;
mod load;
mod log_field;
pub mod plain_file;
mod policy;
mod setting;
pub mod settings;
pub mod spelling;
mod widening;

pub use account::Account;
pub use check::is_remote;
pub use form::{Form, is_caller_name};
pub use kind::{FromValue, Kind, Value};
pub use load::{Flags, load};
pub use setting::{Declaration, Flag, ReloadClass, Setting, example, with_flag};
pub use widening::Widening;

/// All settings, checked against each other.
#[derive(Clone, Debug, Default)]
pub struct Config {
    /// Values that are set or have a default, by their place.
    values: BTreeMap<String, Value>,
    explained: Vec<Explained>,
    file: Option<PathBuf>,
    world_writable: bool,
}

/// Where a value came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Built in.
    Default,
    /// A policy file, and the line.
    File(PathBuf, usize),
    /// An environment variable.
    Environment(&'static str),
    /// A flag.
    Flag(&'static str),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::File(path, line) => write!(f, "{}:{line}", path.display()),
            Self::Environment(name) => write!(f, "environment {name}"),
            Self::Flag(name) => write!(f, "flag {name}"),
        }
    }
}

/// One setting, as `config explain` shows it.
#[derive(Clone, Debug)]
pub struct Explained {
    /// Its place, such as `budget.deadline`, or the flag.
    pub key: String,
    /// Its value as TOML; `(not set)`, or `(hidden)` for a secret.
    pub value: String,
    /// Where the value came from.
    pub origin: Origin,
    /// What is declared of it.
    pub declaration: &'static Declaration,
}

/// Everything that is wrong with the configuration, found in one go. The binary exits with 78.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigError {
    /// One sentence each, beginning with the place. Secrets are not shown.
    pub problems: Vec<String>,
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.problems.len() {
            1 => write!(f, "The configuration has a problem:")?,
            n => write!(f, "The configuration has {n} problems:")?,
        }
        self.problems.iter().try_for_each(|problem| write!(f, "\n  {problem}"))
    }
}

impl std::error::Error for ConfigError {}

impl Config {
    /// Returns the value of a setting that has a default.
    pub fn get<T: FromValue + Default>(&self, setting: &Setting<T>) -> T {
        self.find(setting).unwrap_or_default()
    }

    /// Returns the value of a setting that may not be set.
    pub fn find<T: FromValue>(&self, setting: &Setting<T>) -> Option<T> {
        self.values.get(setting.declaration.key).and_then(T::from_value)
    }

    fn is_set<T>(&self, setting: &Setting<T>) -> bool {
        self.values.contains_key(setting.declaration.key)
    }

    /// Returns the sections of a kind, such as `accounts.*` or `http.callers[]`, in the order of their places.
    fn sections(&self, pattern: &str) -> Vec<Section<'_>> {
        let of_pattern = |place: &&str| pattern_of(place).rsplit_once('.').is_some_and(|(section, _)| section == pattern);
        let places = self.values.keys().map(String::as_str).filter(of_pattern);
        let mut places: Vec<&str> = places.filter_map(|place| place.rsplit_once('.')).map(|(section, _)| section).collect();
        places.dedup();
        places.into_iter().map(|place| Section { config: self, place }).collect()
    }

    /// Names a place with where its value came from: `lookback (policy.toml:4)`.
    fn at(&self, place: &str) -> String {
        let origin = self.explained.iter().find(|explained| explained.key == place).map(|explained| explained.origin.to_string());
        format!("{place} ({})", origin.unwrap_or_default())
    }

    /// Returns the policy file that was read, if any.
    pub fn file(&self) -> Option<&Path> {
        self.file.as_deref()
    }

    /// Returns every setting with its value and where that came from, in the order of the example file.
    pub fn explain(&self) -> &[Explained] {
        &self.explained
    }
}

/// A section of which there may be several, such as `accounts.production`.
#[derive(Clone, Copy)]
struct Section<'a> {
    config: &'a Config,
    place: &'a str,
}

impl<'a> Section<'a> {
    /// Returns the name that the operator chose for it.
    fn name(self) -> &'a str {
        self.place.rsplit('.').next().unwrap_or(self.place)
    }

    fn place_of<T>(self, setting: &Setting<T>) -> String {
        format!("{}.{}", self.place, setting.declaration.name())
    }

    fn find<T: FromValue>(self, setting: &Setting<T>) -> Option<T> {
        self.config.values.get(&self.place_of(setting)).and_then(T::from_value)
    }

    fn list<T: FromValue + Default>(self, setting: &Setting<T>) -> T {
        self.find(setting).unwrap_or_default()
    }

    fn at<T>(self, setting: &Setting<T>) -> String {
        self.config.at(&self.place_of(setting))
    }
}

/// Turns `accounts.production.id` into `accounts.*.id`, and `http.callers[3].name` into `http.callers[].name`.
fn pattern_of(place: &str) -> String {
    let parts: Vec<&str> = place.split('.').collect();
    match parts.as_slice() {
        ["accounts", _, key] => format!("accounts.*.{key}"),
        ["http", list, key] if list.ends_with(']') => {
            format!("http.{}[].{key}", list.split('[').next().unwrap_or(list))
        }
        _ => place.to_owned(),
    }
}

#[cfg(test)]
mod tests;
