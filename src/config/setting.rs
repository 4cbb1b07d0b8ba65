//! What is declared of a setting: key, type, default, environment, flag, unit, reason, and when a change takes effect.

use std::marker::PhantomData;

use super::kind::{Kind, Value};
use super::settings::ALL;

/// Which change of a value lets callers do more than before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Widens {
    /// None: it says how, and another setting how much.
    Never,
    /// It grows: a larger number, a longer time, a switch that is turned on.
    Grows,
    /// It becomes this value.
    Becomes(&'static str),
    /// It allows something that it did not; an empty list allows everything.
    Allows,
    /// It names something that it did not; an empty list stands for names of its own.
    Names,
    /// Something that was needed is needed no more.
    Needs,
    /// It was set, and is not.
    Goes,
    /// It differs in any way.
    Differs,
    /// It is one of a caller's, and judged with all that this caller may do.
    ByCaller,
}

/// When a change in the policy file takes effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReloadClass {
    /// While the server runs, where such a change lets more through.
    Live(Widens),
    /// When the server is started anew.
    AtStart,
}

/// A setting whose value is a `T`; [`super::Config::get`] and [`super::Config::find`] read it.
#[derive(Debug)]
pub struct Setting<T> {
    /// What is declared of it.
    pub declaration: Declaration,
    value: PhantomData<fn() -> T>,
}

impl<T> Setting<T> {
    pub(super) const fn new(declaration: Declaration) -> Self {
        Self { declaration, value: PhantomData }
    }
}

#[cfg(test)]
impl<T: super::FromValue> Setting<T> {
    /// Tells whether its default, if there is one, passes its kind and is a `T`.
    pub(super) fn reads_its_default(&self) -> bool {
        self.declaration.default.is_none() || self.declaration.default_value().as_ref().and_then(T::from_value).is_some()
    }
}

/// What is declared of a setting, whatever its type.
#[derive(Clone, Copy, Debug)]
pub struct Declaration {
    /// Its place, such as `budget.deadline`; `*` stands for a name that the operator chooses, `[]` for each of several; `--` begins
    /// a flag that no file sets.
    pub key: &'static str,
    /// Type and range.
    pub kind: Kind,
    /// The value when it is not set, as an environment variable would spell it.
    pub default: Option<&'static str>,
    /// The environment variable that sets it. One that ends in `_MINUTES` holds a whole number of minutes.
    pub env: Option<&'static str>,
    /// The flag that sets it.
    pub flag: Option<Flag>,
    /// The unit, in words; empty when there is none.
    pub unit: &'static str,
    /// Whether its value is never shown.
    pub secret: bool,
    /// When a change takes effect.
    pub reload: ReloadClass,
    why: &'static str,
}

/// A flag of the command line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Flag {
    /// Its name, such as `--http`.
    pub name: &'static str,
    /// What stands for its value in the help, such as `ADDR:PORT`.
    pub value_name: &'static str,
    /// The one command that has it; every command without.
    pub command: Option<&'static str>,
}

/// Begins a declaration; its documentation and type are those of the table.
pub(super) const fn setting(key: &'static str, kind: Kind) -> Declaration {
    let (default, env, flag, reload) = (None, None, None, ReloadClass::AtStart);
    Declaration { key, kind, default, env, flag, unit: "", secret: false, reload, why: "" }
}

impl Declaration {
    pub(super) const fn default(self, default: &'static str) -> Self {
        Self { default: Some(default), ..self }
    }

    pub(super) const fn env(self, env: &'static str) -> Self {
        Self { env: Some(env), ..self }
    }

    pub(super) const fn flag(self, name: &'static str, value_name: &'static str) -> Self {
        Self { flag: Some(Flag { name, value_name, command: None }), ..self }
    }

    pub(super) const fn flag_of(self, command: &'static str, name: &'static str, value_name: &'static str) -> Self {
        Self { flag: Some(Flag { name, value_name, command: Some(command) }), ..self }
    }

    pub(super) const fn unit(self, unit: &'static str) -> Self {
        Self { unit, ..self }
    }

    pub(super) const fn secret(self) -> Self {
        Self { secret: true, ..self }
    }

    pub(super) const fn live(self, widens: Widens) -> Self {
        Self { reload: ReloadClass::Live(widens), ..self }
    }

    pub(super) const fn why(self, why: &'static str) -> Self {
        Self { why, ..self }
    }

    /// Returns what it does and why one would set it: one line.
    pub fn why_set(&self) -> &'static str {
        self.why.trim_start()
    }

    /// Tells whether it is set on the command line (or by `CLOUDTRAIL_MCP_…`) and never in a file.
    pub fn is_flag_only(&self) -> bool {
        self.key.starts_with("--")
    }

    /// Tells whether there may be several of it.
    pub fn is_repeated(&self) -> bool {
        self.key.contains(['*', '['])
    }

    /// Returns the last part of its key: its name within its section.
    pub(super) fn name(&self) -> &'static str {
        self.key.rsplit('.').next().unwrap_or(self.key)
    }

    pub(super) fn default_value(&self) -> Option<Value> {
        self.kind.read_bare(self.default?, self.secret).ok()
    }
}

/// Returns the settings that a policy file may hold.
pub(super) fn of_file() -> impl Iterator<Item = &'static Declaration> {
    ALL.iter().copied().filter(|declaration| !declaration.is_flag_only())
}

/// Returns the settings that flags set: those of every command, or of one.
pub fn with_flag(command: Option<&str>) -> impl Iterator<Item = (&'static Declaration, Flag)> {
    ALL.iter().filter_map(|declaration| Some((*declaration, declaration.flag?))).filter(move |(_, flag)| flag.command == command)
}

/// Writes the example policy file: every key with its default, unit and reason.
pub fn example() -> String {
    let mut text = String::from(
        "# Policy and settings of cloudtrail-mcp. Copy to ~/.config/cloudtrail-mcp/policy.toml and change what you need.\n\
         # Each key shows its default; keys without one are commented out and show an example.\n\
         # Precedence: flag > environment > this file > default. `cloudtrail-mcp config explain` shows where each value came from.\n",
    );
    let mut section = "";
    for setting in of_file() {
        let place = setting.key.rsplit_once('.').map_or("", |(place, _)| place);
        let commented = if setting.is_repeated() { "# " } else { "" };
        if place != section {
            let header = match place.strip_suffix("[]") {
                Some(array) => format!("[[{array}]]"),
                None => format!("[{}]", place.replace('*', "production")),
            };
            text.push_str(&format!("\n{commented}{header}\n"));
            section = place;
        } else if place.is_empty() {
            text.push('\n');
        }
        let notes = [
            (!setting.unit.is_empty()).then(|| format!(" Unit: {}.", setting.unit)),
            setting.env.map(|env| format!(" Environment: {env}.")),
        ];
        let notes: String = notes.into_iter().flatten().collect();
        let (mark, value) = match (setting.default, setting.default_value()) {
            (Some(default), Some(Value::Size(_) | Value::Span(_) | Value::Text(_))) => (commented, format!("{default:?}")),
            (Some(_), Some(value)) => (commented, value.to_string()),
            _ => ("# ", setting.kind.example()),
        };
        text.push_str(&format!("# {}{notes}\n{mark}{} = {value}\n", setting.why_set(), setting.name()));
    }
    text
}
