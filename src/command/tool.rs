//! A command for each tool, its flags made from the tool's schema, so that a person can repeat what the assistant did.

use std::io::Read as _;

use crate::answer::CoverageReport;
use crate::redact;
use crate::refusal::Code;
use crate::render::{self, Format, Outcome};
use crate::tools::{Call, Tool};
use clap::{Arg, ArgAction, ArgMatches};
use serde_json::{Map, Value};

use super::output::{formats, say};
use super::{FAILURE, Failure, Global, PARTIAL, USAGE, block_on, service};

/// Longest investigation read from a file or stdin, in bytes.
const MAX_INVESTIGATION: u64 = 4 << 20;

/// Arguments with a second name.
const ALIASES: &[(&str, &str)] = &[("regions", "region"), ("resources", "resource-ids"), ("limit", "max-results")];
/// The argument that stands without a flag.
const POSITIONAL: &str = "event_id";

/// Makes the command of `tool`.
pub(super) fn command(tool: &Tool) -> clap::Command {
    let schema = (tool.input)();
    let required: Vec<&str> = schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
    let mut command = clap::Command::new(tool.command).about(format!("{} (tool aws.{})", tool.title, tool.name));
    for (name, property) in schema.get("properties").and_then(Value::as_object).into_iter().flatten() {
        command = command.arg(flag(name, property, required.contains(&name.as_str())));
    }
    let format = Arg::new("format")
        .long("format")
        .value_parser(formats())
        .default_value("text")
        .help("How the answer is printed; json is exactly the structuredContent");
    command.arg(format)
}

fn flag(name: &str, property: &Value, required: bool) -> Arg {
    let mut help = property.get("description").and_then(Value::as_str).unwrap_or_default().to_owned();
    if name == "investigation" {
        help = "A file with the alert, - for stdin, an investigation id, or the alert itself as JSON or text".into();
    }
    let mut arg = Arg::new(name.to_owned()).help(help);
    arg = if name == POSITIONAL {
        arg.required(required).value_name("ID")
    } else {
        let long = name.replace('_', "-");
        let variable = format!("CLOUDTRAIL_MCP_{}", name.to_uppercase());
        arg.long(long).env(variable).required(required)
    };
    arg = match property.get("type").and_then(Value::as_str) {
        Some("boolean") => arg.action(ArgAction::SetTrue),
        Some("array") => arg.action(ArgAction::Append).value_name("LIST"),
        _ => arg.action(ArgAction::Set),
    };
    for (of, alias) in ALIASES {
        if *of == name {
            arg = arg.visible_alias(*alias);
        }
    }
    arg
}

/// Runs `tool` with the given flags and prints its answer.
pub(super) fn run(tool: &Tool, given: &ArgMatches, global: &Global) -> Result<u8, Failure> {
    let service = service(&global.settings()?)?;
    let arguments = arguments(tool, given)?;
    let format = given.get_one::<&Format>("format").copied().unwrap_or(&render::TEXT);
    let outcome = block_on(async {
        let outcome = service.call(tool, &Call::default(), Some(arguments)).await;
        service.flush().await;
        outcome
    })?;
    Ok(print(&outcome, format))
}

/// Prints an outcome and returns the exit code that says how it went.
pub(super) fn print(outcome: &Outcome, format: &Format) -> u8 {
    say(&outcome.show(format));
    exit_code(outcome)
}

fn exit_code(outcome: &Outcome) -> u8 {
    match outcome.error() {
        Some(error) if error.code == Code::InvalidArgument.as_str() => USAGE,
        Some(_) => FAILURE,
        None if outcome.could_not_look() => FAILURE,
        None if outcome.coverage().is_none_or(CoverageReport::is_settled) => 0,
        None => PARTIAL,
    }
}

fn arguments(tool: &Tool, given: &ArgMatches) -> Result<Map<String, Value>, Failure> {
    let schema = (tool.input)();
    let mut arguments = Map::new();
    for (name, property) in schema.get("properties").and_then(Value::as_object).into_iter().flatten() {
        match property.get("type").and_then(Value::as_str) {
            Some("boolean") => {
                if given.get_flag(name) {
                    arguments.insert(name.clone(), Value::Bool(true));
                }
            }
            Some("array") => {
                let items: Vec<Value> = given
                    .get_many::<String>(name)
                    .into_iter()
                    .flatten()
                    .flat_map(|item| item.split(','))
                    .map(|item| item.trim().into())
                    .collect();
                if !items.is_empty() {
                    arguments.insert(name.clone(), Value::Array(items));
                }
            }
            _ => {
                if let Some(text) = given.get_one::<String>(name) {
                    let value = if name == "investigation" { investigation(text)? } else { Value::String(text.clone()) };
                    arguments.insert(name.clone(), value);
                }
            }
        }
    }
    Ok(arguments)
}

/// Reads `--investigation`: `-` is stdin, an existing file is read, anything else stands for itself.
pub(super) fn investigation(text: &str) -> Result<Value, Failure> {
    let failed = |error: std::io::Error| Failure::new(USAGE, format!("--investigation {}: {error}", redact::text(text, 80)));
    let content = if text == "-" {
        read(std::io::stdin().lock()).map_err(failed)?
    } else if !text.trim_start().starts_with(['{', '[']) && std::path::Path::new(text).is_file() {
        read(std::fs::File::open(text).map_err(failed)?).map_err(failed)?
    } else if text.ends_with(".json") && !text.contains(char::is_whitespace) {
        // A misspelt path must not pass for free text, which would be answered with the last hour.
        return Err(failed(std::io::Error::from(std::io::ErrorKind::NotFound)));
    } else {
        return Ok(Value::String(text.to_owned()));
    };
    Ok(Value::String(content))
}

fn read(from: impl std::io::Read) -> std::io::Result<String> {
    let mut content = String::new();
    from.take(MAX_INVESTIGATION + 1).read_to_string(&mut content)?;
    if content.len() as u64 > MAX_INVESTIGATION {
        return Err(std::io::Error::other(format!("longer than {MAX_INVESTIGATION} bytes; give the alert alone")));
    }
    Ok(content)
}
