//! A command for each tool, its flags made from the tool's schema, so that a person can repeat what the assistant did.

use std::ffi::OsStr;
use std::io::IsTerminal as _;
use std::path::PathBuf;

use crate::answer::CoverageReport;
use crate::investigate::Cursors;
use crate::policy::region::enabled_by_default;
use crate::refusal::Code;
use crate::render::{self, FORMATS, Format, Outcome};
use crate::service::CallService;
use crate::tools::{Call, Tool};
use clap::builder::{FalseyValueParser, PossibleValue, TypedValueParser};
use clap::error::ErrorKind;
use clap::parser::ValueSource;
use clap::{Arg, ArgAction, ArgMatches, value_parser};
use serde_json::{Map, Value};

use super::output::{columns, complain, formats, say, say_bytes};
use super::progress;
use super::serve::stop;
use super::{FAILURE, Failure, Global, INTERRUPTED, PARTIAL, USAGE, application_log, block_on, follow, investigation, service};

/// Arguments with further names.
const ALIASES: &[(&str, &[&str])] = &[
    ("regions", &["region"]),
    ("region", &["regions"]),
    ("accounts", &["account"]),
    ("account", &["accounts"]),
    ("resources", &["resource", "resource-ids"]),
    ("start_time", &["since"]),
    ("end_time", &["until"]),
    ("limit", &["max-results"]),
];
const INVESTIGATION: &str = "investigation";
/// Where the value of `--investigation` is kept, besides that of the positional.
const INVESTIGATION_FLAG: &str = "--investigation";
const LAST: &str = "--last";
const FOLLOW: &str = "--follow";
/// The argument that is a file here.
const CORRELATE: &str = "correlate";
/// What may be said besides an alert on stdin: where to look and how to show it, not what is asked.
const BESIDES_STDIN: &[&str] = &["regions", "accounts", "limit", "detail", "source", CORRELATE];

/// Makes the command of `tool`.
pub(super) fn command(tool: &Tool) -> clap::Command {
    let schema = (tool.input)();
    let required: Vec<&str> = schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
    let about = format!("{} (tool aws.{})", tool.title, tool.name);
    let mut command = clap::Command::new(tool.command).about(about).before_help(tool.examples);
    for (name, property) in schema.get("properties").and_then(Value::as_object).into_iter().flatten() {
        let arg = match tool.positional {
            (positional, value_name) if positional == name => described(Arg::new(name.clone()), name, property).value_name(value_name),
            _ => flag(name, property),
        };
        command = command.arg(arg.required(required.contains(&name.as_str())));
        if name == INVESTIGATION {
            let same = Arg::new(INVESTIGATION_FLAG)
                .long("investigation")
                .value_name("ALERT")
                .env(variable(name))
                .hide_env(true)
                .conflicts_with(name.clone());
            command = command.arg(same.help("The same as ALERT"));
        }
        if name == "start_time" {
            let last = Arg::new(LAST).long("last").value_name("TIME").conflicts_with("start_time");
            command = command.arg(last.help("Start this long ago, such as 2h, 30m or 7d"));
        }
    }
    let format = Arg::new("format").long("format").value_name("FORMAT").value_parser(formats());
    let format = format.help("How the answer is printed; json is exactly the structuredContent [default: text, or as FILE ends]");
    let json = Arg::new("json").long("json").action(ArgAction::SetTrue).conflicts_with("format").help("The same as --format json");
    let output = Arg::new("output").short('o').long("output").value_name("FILE").value_parser(value_parser!(PathBuf));
    let command = command.arg(format).arg(json).arg(output.help("Write the answer to FILE instead"));
    if !tool.can_be_followed {
        return command;
    }
    let follow = Arg::new(FOLLOW).long("follow").action(ArgAction::SetTrue).conflicts_with("output");
    command.arg(follow.help("Ask again until nothing may be delivered late any more, and tell what is new; with --json an answer a line; exit code 3 where half an hour is not enough"))
}

fn variable(name: &str) -> String {
    format!("CLOUDTRAIL_MCP_{}", name.to_uppercase())
}

fn described(arg: Arg, name: &str, property: &Value) -> Arg {
    let help = property.get("description").and_then(Value::as_str).unwrap_or_default();
    let help = match name {
        INVESTIGATION => investigation::HELP,
        CORRELATE => application_log::HELP,
        _ => help,
    };
    arg.help(help.to_owned())
}

fn flag(name: &str, property: &Value) -> Arg {
    let long = name.replace('_', "-");
    let mut arg = described(Arg::new(name.to_owned()), name, property).long(long).env(variable(name)).hide_env(true);
    arg = match property.get("type").and_then(Value::as_str) {
        Some("boolean") => arg.action(ArgAction::SetTrue).value_parser(FalseyValueParser::new()),
        Some("array") => arg.action(ArgAction::Append).value_name("LIST"),
        _ if name == CORRELATE => arg.action(ArgAction::Set).value_name("FILE"),
        _ => arg.action(ArgAction::Set).value_name(if name.ends_with("_time") { "TIME" } else { "VALUE" }),
    };
    if let Some(words) = words(name, property) {
        arg = arg.value_parser(Suggested(words)).hide_possible_values(true);
    }
    let aliases = ALIASES.iter().filter(|(of, _)| *of == name).flat_map(|(_, aliases)| *aliases);
    aliases.fold(arg, |arg, alias| arg.visible_alias(*alias))
}

/// Returns what a shell may complete a flag by.
fn words(name: &str, property: &Value) -> Option<Vec<String>> {
    if matches!(name, "region" | "regions") {
        return Some(std::iter::once(&"all").chain(enabled_by_default("")).map(|&region| region.to_owned()).collect());
    }
    let listed = property.get("enum").or_else(|| property.get("items")?.get("enum"))?.as_array()?;
    Some(listed.iter().filter_map(Value::as_str).map(str::to_owned).collect())
}

/// Takes any text, as a value may be a list or is judged by the tool, which says more; and offers words to shells.
#[derive(Clone)]
struct Suggested(Vec<String>);

impl TypedValueParser for Suggested {
    type Value = String;

    fn parse_ref(&self, command: &clap::Command, _: Option<&Arg>, value: &OsStr) -> Result<String, clap::Error> {
        value.to_str().map(str::to_owned).ok_or_else(|| clap::Error::new(ErrorKind::InvalidUtf8).with_cmd(command))
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        Some(Box::new(self.0.iter().map(PossibleValue::new)))
    }
}

/// Runs `tool` with the given flags and prints its answer.
pub(super) fn run(tool: &Tool, given: &ArgMatches, global: &Global) -> Result<u8, Failure> {
    let config = global.settings()?;
    let service = service(&config, Cursors::ephemeral())?;
    let arguments = arguments(tool, given)?;
    let output = given.get_one::<PathBuf>("output");
    let named = if given.get_flag("json") { Format::find("json") } else { given.get_one::<&Format>("format").copied() };
    let format = named.or_else(|| by_ending(output?)).unwrap_or(&render::TEXT);
    if tool.can_be_followed && given.get_flag(FOLLOW) {
        follow::check(format, &config)?;
        return followed(tool, &service, &arguments, format);
    }
    let asked = arguments.get("limit").and_then(Value::as_str).and_then(|limit| limit.parse().ok());
    let limit: u64 = asked.unwrap_or(service.context().limits().default_events);
    let outcome = block_on(async {
        // Who interrupts leaves no query running behind.
        let call = Call::default();
        let outcome = tokio::select! {
            outcome = progress::shown(&call.progress, service.call(tool, &call, Some(arguments))) => Some(outcome),
            () = stop() => None,
        };
        service.flush().await;
        outcome
    })?;
    let Some(outcome) = outcome else { return Err(Failure::new(INTERRUPTED, "it was interrupted")) };
    let shown = outcome.show(format, output.map_or_else(columns, |_| render::COLUMNS));
    match (output, format.bytes) {
        (Some(path), None) => write(path, (shown + "\n").as_bytes())?,
        (Some(path), Some(bytes)) => write(path, &bytes(&shown).map_err(unmade)?)?,
        (None, _) => put(format, &shown)?,
    }
    if let Some(more) = more(&outcome, limit) {
        complain(&more);
    }
    Ok(exit_code(&outcome))
}

/// Asks until nothing may be delivered late any more, and prints what is new.
fn followed(tool: &Tool, service: &CallService, arguments: &Map<String, Value>, format: &Format) -> Result<u8, Failure> {
    let now = || service.context().now();
    let asked_at = Some(now());
    let ask = async || {
        let call = Call { asked_at, ..Call::default() };
        progress::shown(&call.progress, service.call(tool, &call, Some(arguments.clone()))).await
    };
    let teller = follow::Teller { format, columns: columns(), say: &mut say, note: &mut complain };
    let code = block_on(async {
        let ended = tokio::select! {
            (_, code) = follow::follow(ask, now, teller) => Some(code),
            () = stop() => None,
        };
        service.flush().await;
        ended
    })?;
    code.ok_or_else(|| Failure::new(INTERRUPTED, "Interrupted: what was told stands, and the newest events may still be missing."))
}

fn write(path: &std::path::Path, content: &[u8]) -> Result<(), Failure> {
    std::fs::write(path, content).map_err(|error| {
        Failure::new(FAILURE, format!("{} cannot be written: {error}; name a file that can, such as -o answer.json", path.display()))
    })
}

fn unmade(problem: String) -> Failure {
    Failure::new(FAILURE, problem)
}

/// Puts what is shown on stdout; what is no text, not on a terminal.
fn put(format: &Format, shown: &str) -> Result<(), Failure> {
    match format.bytes {
        None => say(shown),
        Some(_) if std::io::stdout().is_terminal() => {
            return Err(Failure::new(USAGE, format!("{} is no text: name a file with -o, such as -o answer.{0}", format.name)));
        }
        Some(bytes) => say_bytes(&bytes(shown).map_err(unmade)?),
    }
    Ok(())
}

/// Returns the format that a file's name ends in.
fn by_ending(path: &std::path::Path) -> Option<&'static Format> {
    let ending = path.extension()?.to_str()?;
    FORMATS.iter().copied().find(|format| format.name == ending || (format.name, ending) == ("markdown", "md"))
}

/// Says how to see what is not shown. A cursor would end with this process.
fn more(outcome: &Outcome, limit: u64) -> Option<String> {
    let Outcome::Changes(answer) = outcome else { return None };
    let totals = answer.totals.filter(|totals| totals.remaining > 0)?;
    let (shown, remaining) = (u64::try_from(totals.shown).ok()?, totals.remaining);
    Some(if shown >= limit && limit < 100 {
        format!("{remaining} more: --limit N shows up to 100.")
    } else {
        format!(
            "{remaining} more do not fit into one answer: a shorter window (--since, --until) or a filter, such as --event-names, shows them."
        )
    })
}

/// Prints an outcome and returns the exit code that says how it went.
///
/// Errors: where the format is no text, and cannot be made or shown.
pub(super) fn print(outcome: &Outcome, format: &Format) -> Result<u8, Failure> {
    put(format, &outcome.show(format, columns()))?;
    Ok(exit_code(outcome))
}

pub(super) fn exit_code(outcome: &Outcome) -> u8 {
    match outcome.error() {
        Some(error) if error.code == Code::InvalidArgument.as_str() => USAGE,
        Some(_) => FAILURE,
        None if outcome.could_not_look() => FAILURE,
        None if outcome.correlation().is_some_and(|correlation| correlation.unreadable_total > 0) => PARTIAL,
        None if outcome.coverage().is_none_or(CoverageReport::is_settled) => 0,
        None => PARTIAL,
    }
}

fn arguments(tool: &Tool, given: &ArgMatches) -> Result<Map<String, Value>, Failure> {
    let schema = (tool.input)();
    let mut arguments = Map::new();
    let properties = schema.get("properties").and_then(Value::as_object);
    for (name, property) in properties.into_iter().flatten() {
        match property.get("type").and_then(Value::as_str) {
            Some("boolean") => {
                if given.get_flag(name) {
                    arguments.insert(name.clone(), Value::Bool(true));
                }
            }
            Some("array") => {
                let given = given.get_many::<String>(name).into_iter().flatten();
                let items: Vec<Value> = given.flat_map(|list| items(list)).collect();
                if !items.is_empty() {
                    arguments.insert(name.clone(), Value::Array(items));
                }
            }
            _ => {
                // A blank variable is one that is not set.
                if let Some(text) = given.get_one::<String>(name).filter(|text| !text.trim().is_empty()) {
                    arguments.insert(name.clone(), Value::String(text.clone()));
                }
            }
        }
    }
    let optional = |id: &str| given.try_get_one::<String>(id).ok().flatten();
    let log_is_piped = arguments.get(CORRELATE).is_some_and(|file| file == application_log::STDIN);
    if let Some(Value::String(file)) = arguments.get(CORRELATE) {
        let log = application_log::read(file)?;
        arguments.insert(CORRELATE.into(), log);
    }
    if let Some(last) = optional(LAST) {
        arguments.insert("start_time".into(), last_of(last)?.into());
    }
    if properties.is_some_and(|properties| properties.contains_key(INVESTIGATION)) {
        let named = optional(INVESTIGATION).or_else(|| optional(INVESTIGATION_FLAG).filter(|text| !text.trim().is_empty()));
        let asks = |name: &str| given.value_source(name) == Some(ValueSource::CommandLine) && !BESIDES_STDIN.contains(&name);
        let asks = optional(LAST).is_some() || properties.into_iter().flatten().any(|(name, _)| asks(name));
        let alert = match named {
            Some(text) if log_is_piped && text == application_log::STDIN => {
                return Err(Failure::new(
                    USAGE,
                    "the alert and the application's log cannot both come from stdin: name a file for one of them",
                ));
            }
            Some(text) => Some(investigation::read(text)?),
            None if asks || log_is_piped => None,
            None => investigation::piped()?,
        };
        if let Some(alert) = alert {
            arguments.insert(INVESTIGATION.into(), alert);
        }
    }
    Ok(arguments)
}

/// Reads a list: JSON, or with commas.
fn items(list: &str) -> Vec<Value> {
    match serde_json::from_str(list) {
        Ok(Value::Array(items)) => items,
        _ => list.split(',').map(str::trim).filter(|item| !item.is_empty()).map(Value::from).collect(),
    }
}

fn last_of(last: &str) -> Result<String, Failure> {
    let last = last.trim();
    match crate::time::parse_duration(last) {
        Ok(_) => Ok(last.to_owned()),
        Err(_) => Err(Failure::new(USAGE, "--last is a time such as 30m, 2h or 7d; --since takes an instant such as 2026-03-02T10:00")),
    }
}
