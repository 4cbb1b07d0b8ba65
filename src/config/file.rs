//! The policy file: finding it, reading it, telling where in it something is wrong.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs::OpenOptions;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use toml::de::{DeTable, DeValue};

use super::kind::Value;
use super::setting::of_file;
use super::{Declaration, Origin, plain_file};
use crate::refusal::nearest;

/// The most that is read of a policy file.
const MAX_BYTES: u64 = 1 << 20;

/// What a policy file sets.
#[derive(Debug, Default)]
pub(super) struct PolicyFile {
    /// Which file, when one was read.
    pub(super) path: Option<PathBuf>,
    /// Values by their place (`accounts.production.id`), with the line.
    pub(super) values: BTreeMap<String, (Value, usize)>,
    /// What is wrong with it; one sentence each, with the line; 0 is the file as a whole.
    problems: Vec<(usize, String)>,
    /// Whether anybody on the machine may change it.
    pub(super) world_writable: bool,
}

/// Returns the default place of the policy file; nothing when there is no home.
///
/// Source: XDG Base Directory Specification: a relative path is to be ignored, and would depend on the working directory.
pub(super) fn default_place(env: &dyn Fn(&str) -> Option<OsString>) -> Option<PathBuf> {
    let absolute = |name| env(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let base = absolute("XDG_CONFIG_HOME").or_else(|| absolute("HOME").map(|home| home.join(".config")))?;
    Some(base.join("cloudtrail-mcp").join("policy.toml"))
}

/// Reads a policy file. Only one that was not `named` may be missing.
pub(super) fn read(path: &Path, named: bool) -> PolicyFile {
    let mut file = PolicyFile { path: Some(path.to_owned()), ..PolicyFile::default() };
    match read_text(path) {
        Ok((text, world_writable)) => {
            file.world_writable = world_writable;
            file.parse(&text);
        }
        Err(error) if !named && error.kind() == ErrorKind::NotFound => file.path = None,
        Err(error) => file.problem(0, &format!("the policy file cannot be read: {error}")),
    }
    file
}

fn read_text(path: &Path) -> std::io::Result<(String, bool)> {
    let file = plain_file::open(path, OpenOptions::new().read(true))?;
    let metadata = file.metadata()?;
    let text = plain_file::text_of(file, MAX_BYTES)?;
    #[cfg(unix)]
    let world_writable = std::os::unix::fs::MetadataExt::mode(&metadata) & 0o002 != 0;
    #[cfg(not(unix))]
    let world_writable = false;
    Ok((text, world_writable))
}

impl PolicyFile {
    fn parse(&mut self, text: &str) {
        let (table, errors) = DeTable::parse_recoverable(text);
        for error in &errors {
            let at = error.span().map_or(0, |span| span.start);
            self.problem(line(text, at), &format!("this is not TOML: {}", error.message()));
        }
        if errors.is_empty() {
            self.walk(text, table.get_ref(), "", "");
        }
    }

    /// Reads one section: `place` as written, `pattern` as in the table of settings.
    fn walk(&mut self, text: &str, table: &DeTable<'_>, place: &str, pattern: &str) {
        for (key, found) in table {
            let name = key.get_ref().as_ref();
            let at = line(text, key.span().start);
            let place = join(place, name);
            let pattern = match join(pattern, "*") {
                any if holds(&format!("{any}.")) && is_name(name) => any,
                _ => join(pattern, name),
            };
            if let Some(setting) = of_file().find(|setting| setting.key == pattern) {
                match setting.kind.read(found.get_ref(), setting.secret) {
                    Ok(value) => _ = self.values.insert(place, (value, at)),
                    Err(why) => self.problem(at, &format!("{place}: {why}")),
                }
            } else if holds(&format!("{pattern}[].")) {
                if !self.walk_array(text, found.get_ref(), &place, &format!("{pattern}[]")) {
                    self.problem(at, &format!("{place}: it must be written as [[{place}]], once for each"));
                }
            } else if holds(&format!("{pattern}.")) {
                match found.get_ref() {
                    DeValue::Table(inner) => self.walk(text, inner, &place, &pattern),
                    other => self.problem(
                        at,
                        &format!("{place}: found a value of type {}, but it must be a section, such as [{place}]", other.type_str()),
                    ),
                }
            } else {
                self.problem(at, &unknown(name, pattern.strip_suffix(name).unwrap_or_default()));
            }
        }
    }

    /// Reads the sections of an array; tells whether it holds nothing else.
    fn walk_array(&mut self, text: &str, found: &DeValue<'_>, place: &str, pattern: &str) -> bool {
        let DeValue::Array(items) = found else { return false };
        let mut only_sections = true;
        for (index, item) in items.iter().enumerate() {
            match item.get_ref() {
                DeValue::Table(inner) => self.walk(text, inner, &format!("{place}[{index}]"), pattern),
                _ => only_sections = false,
            }
        }
        only_sections
    }

    /// Returns the value at a place, and where it stands.
    pub(super) fn value(&self, place: &str) -> Option<(Value, Origin)> {
        let (value, line) = self.values.get(place)?;
        Some((value.clone(), Origin::File(self.path.clone().unwrap_or_default(), *line)))
    }

    fn problem(&mut self, line: usize, what: &str) {
        self.problems.push((line, what.to_owned()));
    }

    /// Returns what is wrong, in the order of the file; one sentence each, beginning with file and line.
    pub(super) fn problems(&self) -> Vec<String> {
        let path = self.path.as_deref().unwrap_or(Path::new("policy.toml")).display();
        let mut problems = self.problems.clone();
        problems.sort();
        problems
            .into_iter()
            .map(|(line, what)| if line == 0 { format!("{path}: {what}") } else { format!("{path}:{line}: {what}") })
            .collect()
    }
}

/// Returns the names that a section's settings have in the file, each once.
fn names_in(section: &str) -> Vec<&'static str> {
    let name = |setting: &Declaration| setting.key.strip_prefix(section)?.split(['.', '[']).next();
    let mut names: Vec<_> = of_file().filter_map(name).filter(|name| *name != "*").collect();
    names.dedup();
    names
}

/// Says that a key is unknown, with the right one when it can be guessed. `section` ends in a dot unless it is the top.
fn unknown(name: &str, section: &str) -> String {
    let shown: String = name.chars().take(60).collect();
    let shown = shown.escape_debug();
    let here = names_in(section);
    let elsewhere = of_file().find(|setting| setting.name() == name).map(|setting| setting.key);
    if let Some(meant) = elsewhere.or_else(|| nearest(name, here.iter().copied())) {
        return format!("unknown key `{section}{shown}`; did you mean `{meant}`?");
    }
    let where_ = if section.is_empty() { "at the top".to_owned() } else { format!("in [{}]", section.trim_end_matches(['.', '[', ']'])) };
    match here.as_slice() {
        [] => format!(
            "unknown key `{section}{shown}`; a section's name is letters, digits, - and _, at most 64, such as [accounts.production]"
        ),
        here => format!("unknown key `{section}{shown}`; known {where_}: {}", here.join(", ")),
    }
}

fn holds(prefix: &str) -> bool {
    of_file().any(|setting| setting.key.starts_with(prefix))
}

fn is_name(name: &str) -> bool {
    (1..=64).contains(&name.len()) && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
}

fn join(place: &str, name: &str) -> String {
    if place.is_empty() { name.to_owned() } else { format!("{place}.{name}") }
}

/// Returns the line, counted from 1, of a byte position.
fn line(text: &str, at: usize) -> usize {
    1 + text.bytes().take(at).filter(|b| *b == b'\n').count()
}
