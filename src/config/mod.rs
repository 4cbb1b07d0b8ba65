//! Settings from flags, environment and file, each with its origin; and what the operator should know of them.
//!
//! Precedence: flag > environment > file > default. No file is ever looked for in the working directory, as agents
//! start servers inside repositories that nobody vetted.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use chrono::{DateTime, Utc};
use toml::de::DeValue;

use crate::coverage::SourceName;
use crate::event::Arn;
use crate::policy::{Callers, Policy, UntrustedText};
use crate::service::audit;
use crate::service::gate::Limits;

pub mod authority;
mod caller;
mod file;
pub mod http;
pub mod investigation;
mod kind;
mod load;
mod setting;

pub use kind::{Form, Kind, Value, is_caller_name};
pub use setting::{SETTINGS, Setting, example};

use file::PolicyFile;
use http::Http;

/// The least room in which a cache is of any use.
const LEAST_CACHE: u64 = 1 << 20;

/// What the command line says; the binary parses it, without looking at the environment.
#[derive(Clone, Debug, Default)]
pub struct Flags {
    /// `--config FILE`.
    pub config: Option<PathBuf>,
    /// `--archive PATH`, repeatable.
    pub archive: Vec<PathBuf>,
    /// `--demo`.
    pub demo: bool,
    /// `--now RFC3339`.
    pub now: Option<String>,
    /// `--tool-names dotted|underscore`.
    pub tool_names: Option<String>,
    /// `--log-level LEVEL`.
    pub log_level: Option<String>,
    /// `serve --http ADDR:PORT`.
    pub http: Option<String>,
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

/// How tools are listed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ToolNames {
    /// `aws.cloudtrail_events`.
    #[default]
    Dotted,
    /// `aws_cloudtrail_events`.
    Underscore,
}

/// An account of `[accounts.NAME]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// The section's name, by which callers may ask.
    pub name: String,
    /// 12 digits.
    pub id: String,
    /// The role to assume there, of the same account.
    pub role_arn: Option<String>,
    /// The external id that the role asks for; a secret.
    pub external_id: Option<String>,
}

/// All settings that this version uses, checked against each other.
#[derive(Clone, Debug)]
pub struct Config {
    /// Gates every AWS request. Default: false.
    pub allow_aws_read: bool,
    /// Regions that may be read; empty means any, which is the default.
    pub aws_region_allowlist: Vec<String>,
    /// Accounts that may be read; empty means any, which is the default.
    pub aws_account_allowlist: Vec<String>,
    /// The longest window. Default: 48 h.
    pub max_window: Duration,
    /// Events shown without a limit, 1 to `max_events`. Default: 20.
    pub default_events: u32,
    /// The most events shown, 1 to 100. Default: 100.
    pub max_events: u32,
    /// How far before the alert to look, at most `max_window`. Default: 30 min.
    pub lookback: Duration,
    /// What happens to untrusted text. Default: quoted.
    pub untrusted_text: UntrustedText,
    /// Requests per call, account and region. Default: 20.
    pub lookup_requests: u32,
    /// Time per call. Default: 25 s.
    pub deadline: Duration,
    /// Whether event history may be a source. Default: true.
    pub event_history_enabled: bool,
    /// Another address for CloudTrail.
    pub event_history_endpoint_url: Option<String>,
    /// Local folders or files of `[archive] locations`, all absolute.
    pub archive_locations: Vec<PathBuf>,
    /// Configured accounts, by name.
    pub accounts: Vec<Account>,
    /// Settings of Streamable HTTP.
    pub http: Http,
    /// What each caller over HTTP may of all this.
    pub callers: Callers,
    /// How many calls run and wait.
    pub load: Limits,
    /// The audit log, when there is one.
    pub audit: Option<audit::Settings>,
    /// Folder of the cache; memory without it.
    pub cache_path: Option<PathBuf>,
    /// Room for the cache, in bytes, at least 1 MiB. Default: 256 MiB.
    pub cache_max_bytes: u64,
    /// Folder of known incidents.
    pub investigations: Option<PathBuf>,
    /// Whether `report` gathers evidence; nothing means that `allow_aws_read` decides.
    pub report_enabled: Option<bool>,
    /// Events in a report. Default: 50.
    pub report_max_events: u32,
    /// `--archive`: log files that are the only source, unless a call says more.
    pub archive: Vec<PathBuf>,
    /// `--demo`.
    pub demo: bool,
    /// `--now`: the fixed clock.
    pub now: Option<DateTime<Utc>>,
    /// `--tool-names`. Default: dotted.
    pub tool_names: ToolNames,
    /// `--log-level`: off, error, warn, info, debug or trace. Default: warn.
    pub log_level: String,
    explained: Vec<Explained>,
    file: Option<PathBuf>,
    findings: Vec<String>,
}

/// One setting, as `config explain` shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explained {
    /// Its place, such as `budget.deadline`, or the flag.
    pub key: String,
    /// Its value as TOML; `(not set)`, or `(hidden)` for a secret.
    pub value: String,
    /// Where the value came from.
    pub origin: Origin,
    /// What it is for, and whether it has an effect.
    pub note: String,
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

/// Reads flags, environment and policy file.
///
/// Errors: every problem at once: an explicitly named file that cannot be read, unknown keys (with the nearest), wrong
/// types and values, blank or unreadable variables, values that contradict each other.
pub fn load(flags: &Flags, env: &dyn Fn(&str) -> Option<OsString>) -> Result<Config, ConfigError> {
    let mut problems = Vec::new();
    let (file, config_origin) = find_file(flags, env, &mut problems);
    problems.extend(file.problems());
    let mut set = Settled::default();
    for setting in SETTINGS.iter().filter(|setting| !setting.is_repeated()) {
        let from_env = from_environment(setting, env, &mut problems);
        let from_file = file.values.get(setting.key);
        let from_flag = if setting.key == "--config" { None } else { from_flag(setting, flags, &mut problems) };
        let (value, origin) = if setting.key == "--config" {
            (file.path.clone().map(|path| Value::Paths(vec![path])), config_origin.clone())
        } else if let Some(value) = from_flag {
            (Some(value), Origin::Flag(flag_of(setting)))
        } else if let Some(value) = from_env {
            (Some(value), Origin::Environment(setting.env))
        } else if let Some((value, line)) = from_file {
            (Some(value.clone()), Origin::File(file.path.clone().unwrap_or_default(), *line))
        } else {
            (default_value(setting), Origin::Default)
        };
        set.insert(setting, setting.key.to_owned(), value, origin);
    }
    for (place, (value, line)) in &file.values {
        let pattern = pattern_of(place);
        if let Some(setting) = SETTINGS.iter().find(|setting| setting.is_repeated() && setting.key == pattern) {
            set.insert(setting, place.clone(), Some(value.clone()), Origin::File(file.path.clone().unwrap_or_default(), *line));
        }
    }
    set.contradictions(&mut problems);
    if problems.is_empty() { Ok(set.into_config(&file)) } else { Err(ConfigError { problems }) }
}

fn find_file(flags: &Flags, env: &dyn Fn(&str) -> Option<OsString>, problems: &mut Vec<String>) -> (PolicyFile, Origin) {
    const VARIABLE: &str = "CLOUDTRAIL_MCP_CONFIG";
    if let Some(path) = &flags.config {
        return (file::read(path, true), Origin::Flag("--config"));
    }
    match env(VARIABLE) {
        Some(path) if path.as_os_str().to_string_lossy().trim().is_empty() => {
            problems.push(format!("environment {VARIABLE}: it is blank; give the path of a policy file, or remove it"));
            (PolicyFile::default(), Origin::Environment(VARIABLE))
        }
        Some(path) => (file::read(Path::new(&path), true), Origin::Environment(VARIABLE)),
        None => (file::default_place(env).map(|path| file::read(&path, false)).unwrap_or_default(), Origin::Default),
    }
}

fn from_environment(setting: &Setting, env: &dyn Fn(&str) -> Option<OsString>, problems: &mut Vec<String>) -> Option<Value> {
    if setting.env.is_empty() || setting.key == "--config" {
        return None;
    }
    let found = env(setting.env)?;
    let read = match found.to_str() {
        _ if matches!(setting.kind, Kind::Paths) && !found.is_empty() => Ok(Value::Paths(std::env::split_paths(&found).collect())),
        None => Err("it is not readable as UTF-8".to_owned()),
        Some(text) if text.trim().is_empty() => Err(format!("it is blank; set {}, or remove the variable", setting.key)),
        Some(text) if setting.env.ends_with("_MINUTES") => match text.trim().parse::<u32>() {
            Ok(minutes) => setting.kind.read_bare(&format!("{minutes}m"), setting.secret),
            Err(_) => Err("it must be a whole number of minutes, such as 30".to_owned()),
        },
        Some(text) => setting.kind.read_bare(text, setting.secret),
    };
    read.map_err(|why| problems.push(format!("environment {}: {why}", setting.env))).ok()
}

fn from_flag(setting: &Setting, flags: &Flags, problems: &mut Vec<String>) -> Option<Value> {
    let text = match setting.key {
        "--archive" => return (!flags.archive.is_empty()).then(|| Value::Paths(flags.archive.clone())),
        "--demo" => return flags.demo.then_some(Value::Bool(true)),
        "--now" => &flags.now,
        "--tool-names" => &flags.tool_names,
        "--log-level" => &flags.log_level,
        "http.listen" => &flags.http,
        _ => return None,
    };
    let read = setting.kind.read_bare(text.as_deref()?, setting.secret);
    read.map_err(|why| problems.push(format!("flag {}: {why}", flag_of(setting)))).ok()
}

/// Returns the flag that sets it: `http.listen` is the one setting of the file that has a flag, too.
fn flag_of(setting: &Setting) -> &'static str {
    if setting.key == "http.listen" { "--http" } else { setting.key }
}

fn default_value(setting: &Setting) -> Option<Value> {
    let parsed = DeValue::parse(setting.default).ok()?;
    setting.kind.read(parsed.get_ref(), setting.secret).ok()
}

/// Turns `accounts.production.id` into `accounts.*.id`, and `http.callers[3].name` into `http.callers[].name`.
fn pattern_of(place: &str) -> String {
    let parts: Vec<&str> = place.split('.').collect();
    match parts.as_slice() {
        ["accounts", _, key] => format!("accounts.*.{key}"),
        ["http", callers, key] if callers.starts_with("callers[") => format!("http.callers[].{key}"),
        _ => place.to_owned(),
    }
}

/// Values by place, each with its origin.
#[derive(Default)]
struct Settled {
    values: BTreeMap<String, Value>,
    explained: Vec<Explained>,
    without_effect: Vec<String>,
}

impl Settled {
    fn insert(&mut self, setting: &Setting, place: String, value: Option<Value>, origin: Origin) {
        let shown = match &value {
            None => "(not set)".to_owned(),
            Some(_) if setting.secret => "(hidden)".to_owned(),
            Some(value) => value.to_string(),
        };
        let effect = if setting.used { "" } else { " No effect in this version." };
        if !setting.used && origin != Origin::Default {
            self.without_effect.push(format!("{place} ({origin}) has no effect in this version"));
        }
        self.explained.push(Explained { key: place.clone(), value: shown, origin, note: format!("{}{effect}", setting.why) });
        if let Some(value) = value {
            self.values.insert(place, value);
        }
    }

    fn contradictions(&self, problems: &mut Vec<String>) {
        let at = |key: &str| {
            let origin = self.explained.iter().find(|explained| explained.key == key).map(|explained| explained.origin.to_string());
            format!("{key} ({})", origin.unwrap_or_default())
        };
        if self.whole("default_events") > self.whole("max_events") {
            let (default, max) = (self.whole("default_events"), self.whole("max_events"));
            problems.push(format!("{}: {default} is more than {}, which is {max}", at("default_events"), at("max_events")));
        }
        if self.span("lookback") > self.span("max_window") {
            problems.push(format!("{}: it is longer than {}", at("lookback"), at("max_window")));
        }
        if self.size("cache.max_bytes") < LEAST_CACHE {
            problems.push(format!("{}: it must be at least 1 MiB, such as \"256 MiB\"", at("cache.max_bytes")));
        }
        Http::problems(self, &at, problems);
        for path in self.paths("--archive").iter().filter(|path| path.to_string_lossy().contains("://")) {
            problems.push(format!("{}: {} is not a local path, and no other is read in this version", at("--archive"), path.display()));
        }
        let mut ids: BTreeMap<String, &str> = BTreeMap::new();
        caller::problems(self, problems);
        for place in self.sections().into_iter().filter(|place| !self.values.contains_key(&format!("{place}.subject"))) {
            let (needed, example) = if place.starts_with("accounts.") { ("id", "\"111122223333\"") } else { ("token_sha256", "\"…\"") };
            match self.text(&format!("{place}.{needed}")) {
                None => problems.push(format!("{place}: {needed} is missing; such as {needed} = {example}")),
                Some(id) => {
                    if let Some(other) = ids.insert(id, place) {
                        problems.push(format!("{place}: {needed} is the same as that of {other}"));
                    }
                }
            }
            let [role, external_id] = ["role_arn", "external_id"].map(|key| format!("{place}.{key}"));
            if self.values.contains_key(&external_id) && !self.values.contains_key(&role) {
                problems.push(format!("{}: it goes with role_arn, which is missing", at(&external_id)));
            }
            if let (Some(id), Some(role)) = (self.text(&format!("{place}.id")), self.text(&format!("{place}.role_arn")))
                && Arn::parse_with_blanks(&role).is_some_and(|arn| arn.account != id)
            {
                problems.push(format!("{}: it belongs to another account than id = \"{id}\"", at(&format!("{place}.role_arn"))));
            }
            if !place.starts_with("accounts.") && self.text(&format!("{place}.name")).is_none() {
                problems.push(format!("{place}: name is missing; such as name = \"chat-bot\""));
            }
        }
    }

    /// Returns the places of repeated sections, such as `accounts.production`, each once.
    fn sections(&self) -> Vec<&str> {
        let repeated = self.values.keys().filter(|place| pattern_of(place) != **place);
        let mut sections: Vec<&str> = repeated.filter_map(|place| place.rsplit_once('.')).map(|(section, _)| section).collect();
        sections.dedup();
        sections
    }

    fn bool(&self, key: &str) -> Option<bool> {
        if let Some(Value::Bool(value)) = self.values.get(key) { Some(*value) } else { None }
    }

    fn whole(&self, key: &str) -> u32 {
        if let Some(Value::Whole(number)) = self.values.get(key) { u32::try_from(*number).unwrap_or(u32::MAX) } else { 0 }
    }

    fn size(&self, key: &str) -> u64 {
        if let Some(Value::Size(bytes)) = self.values.get(key) { *bytes } else { 0 }
    }

    fn span(&self, key: &str) -> Duration {
        if let Some(Value::Span(span)) = self.values.get(key) { *span } else { Duration::ZERO }
    }

    fn text(&self, key: &str) -> Option<String> {
        if let Some(Value::Text(text)) = self.values.get(key) { Some(text.clone()) } else { None }
    }

    fn texts(&self, key: &str) -> Vec<String> {
        if let Some(Value::Texts(texts)) = self.values.get(key) { texts.clone() } else { Vec::new() }
    }

    fn paths(&self, key: &str) -> Vec<PathBuf> {
        if let Some(Value::Paths(paths)) = self.values.get(key) { paths.clone() } else { Vec::new() }
    }

    fn into_config(self, file: &PolicyFile) -> Config {
        let account = |place: &str| {
            let of = |key: &str| self.text(&format!("{place}.{key}"));
            let name = place.strip_prefix("accounts.")?.to_owned();
            Some(Account { name, id: of("id")?, role_arn: of("role_arn"), external_id: of("external_id") })
        };
        let (remote, local): (Vec<String>, Vec<String>) =
            self.texts("archive.locations").into_iter().partition(|location| location.contains("://"));
        let mut config = Config {
            allow_aws_read: self.bool("allow_aws_read").unwrap_or(false),
            aws_region_allowlist: self.texts("aws_region_allowlist"),
            aws_account_allowlist: self.texts("aws_account_allowlist"),
            max_window: self.span("max_window"),
            default_events: self.whole("default_events"),
            max_events: self.whole("max_events"),
            lookback: self.span("lookback"),
            untrusted_text: if self.text("untrusted_text").as_deref() == Some("omit") { UntrustedText::Omit } else { UntrustedText::Quote },
            lookup_requests: self.whole("budget.lookup_requests"),
            deadline: self.span("budget.deadline"),
            event_history_enabled: self.bool("event_history.enabled").unwrap_or(false),
            event_history_endpoint_url: self.text("event_history.endpoint_url"),
            archive_locations: local.into_iter().map(PathBuf::from).collect(),
            accounts: self.sections().into_iter().filter_map(account).collect(),
            http: Http::read(&self),
            callers: caller::read(&self),
            load: load::limits(&self),
            audit: load::audit(&self),
            cache_path: self.text("cache.path").map(PathBuf::from),
            cache_max_bytes: self.size("cache.max_bytes"),
            investigations: self.text("investigations.path").map(PathBuf::from),
            report_enabled: self.bool("report.enabled"),
            report_max_events: self.whole("report.max_events"),
            archive: self.paths("--archive"),
            demo: self.bool("--demo").unwrap_or(false),
            now: self.text("--now").as_deref().and_then(crate::time::parse),
            tool_names: if self.text("--tool-names").as_deref() == Some("underscore") { ToolNames::Underscore } else { ToolNames::Dotted },
            log_level: self.text("--log-level").unwrap_or_default(),
            explained: self.explained,
            file: file.path.clone(),
            findings: self.without_effect,
        };
        if !remote.is_empty() {
            config.findings.push(format!("archive.locations: s3:// addresses have no effect in this version ({} of them)", remote.len()));
        }
        if file.world_writable {
            config.findings.push("the policy file may be changed by anybody on this machine; chmod o-w mends it".to_owned());
        }
        config
    }
}

impl Config {
    /// Returns the policy that these settings make.
    pub fn policy(&self) -> Policy {
        Policy {
            caller: std::sync::Arc::default(),
            allow_aws_read: self.allow_aws_read,
            regions: self.aws_region_allowlist.clone(),
            accounts: self.aws_account_allowlist.clone(),
            max_window: self.max_window,
            lookback: self.lookback,
            default_events: self.default_events,
            max_events: self.max_events,
            lookup_requests: self.lookup_requests,
            deadline: self.deadline,
            switched_off: if self.event_history_enabled { Vec::new() } else { vec![SourceName::new("event_history")] },
            untrusted_text: self.untrusted_text,
            categories: Vec::new(),
            tools: Vec::new(),
            nothing_left: None,
        }
    }

    /// Returns the policy file that was read, if any.
    pub fn file(&self) -> Option<&Path> {
        self.file.as_deref()
    }

    /// Returns every setting with its value and where that came from, in the order of the example file.
    pub fn explain(&self) -> &[Explained] {
        &self.explained
    }

    /// Returns what the operator should know though it is not wrong; one sentence each.
    pub fn findings(&self) -> Vec<String> {
        let mut findings = Vec::new();
        if self.file.is_none() {
            findings.push("no policy file was found: the built-in defaults hold".to_owned());
        }
        if !self.allow_aws_read {
            findings.push("allow_aws_read = false: event history will be refused".to_owned());
        } else if self.aws_region_allowlist.is_empty() {
            findings.push("aws_region_allowlist is empty: any region may be read".to_owned());
        } else if !self.aws_region_allowlist.iter().any(|region| crate::policy::region::global_region(region) == region) {
            findings.push("aws_region_allowlist lacks the region of global services: IAM and sign-in events will not be seen".to_owned());
        }
        findings.extend(self.http.findings());
        findings.extend(self.findings.iter().cloned());
        findings
    }
}

#[cfg(test)]
mod tests;
