//! The command line: one command a file, each running the code of a tool or of the server; and what they share, which is
//! flags, settings, the runtime and the exit codes.

mod application_log;
mod audit;
mod client;
mod completions;
mod config;
mod demo;
mod doctor;
mod flags;
mod follow;
mod iam_policy;
mod investigation;
mod man;
mod output;
mod progress;
mod report;
mod serve;
mod tool;
#[cfg(feature = "otel")]
mod trace;
mod trail_template;
mod verify;

use std::ffi::OsString;
use std::process::ExitCode;
use std::sync::Arc;

use crate::config::investigation::Store;
use crate::config::{Config, Flags, load, settings};
use crate::investigate::{Cursors, Frozen, ToolContext};
use crate::posture::trail::Watch;
use crate::service::audit::AuditLog;
use crate::service::{CallService, Rules};
use crate::source::alertmanager::Alertmanager;
use crate::source::api::Api;
use crate::source::cache::{Cache, CacheSettings};
use crate::source::{self, Clock, Setup};
use crate::tools;
use chrono::Utc;
use clap::{ArgMatches, Parser};
use tracing_subscriber::Layer as _;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

/// The call failed, or nothing could be looked at.
const FAILURE: u8 = 1;
/// The call was interrupted; as shells have it.
const INTERRUPTED: u8 = 130;
/// The command line is wrong.
const USAGE: u8 = 2;
/// Answered, but not everything was read.
const PARTIAL: u8 = 3;
/// The configuration is invalid or unsafe.
const CONFIG: u8 = 78;

const EXAMPLES: &str = "Examples:
  cloudtrail-mcp demo                                   a bundled incident, no AWS needed
  cloudtrail-mcp events alert.json                      what changed before this alert
  cloudtrail-mcp events alert.json --archive ./logs     the same from log files, no AWS needed
  cloudtrail-mcp events --last 2h --region eu-west-1
  cloudtrail-mcp verify ./AWSLogs --keys keys.json      are these logs as CloudTrail delivered them?
  cloudtrail-mcp doctor                                 what is missing before it works, and the fix
  cloudtrail-mcp config client claude-code              the entry for your assistant
  cloudtrail-mcp serve --http 127.0.0.1:8080            the MCP server over HTTP";

const ENVIRONMENT: &str =
    "Each flag has an environment variable CLOUDTRAIL_MCP_<FLAG>. MCP clients mostly do not pass the shell's environment on:
set variables in the client's own entry for this server, or use flags.";

/// A command: its command line, and what it does.
trait Run: Parser {
    /// Runs it and returns the exit code.
    fn run(&self, global: &Global) -> Result<u8, Failure>;
}

/// A command as the list holds it.
struct Entry {
    cli: fn() -> clap::Command,
    run: fn(&ArgMatches, &Global) -> Result<u8, Failure>,
}

impl Entry {
    const fn of<T: Run>() -> Self {
        let run = |matches: &ArgMatches, global: &Global| {
            T::from_arg_matches(matches).map_err(|error| Failure::new(USAGE, error.to_string()))?.run(global)
        };
        Self { cli: T::command, run }
    }
}

/// The commands, one file each; those of the tools, which are made from the tools' schemas, stand between them.
const COMMANDS: &[Entry] = &[
    Entry::of::<serve::Serve>(),
    Entry::of::<demo::Demo>(),
    Entry::of::<report::Report>(),
    Entry::of::<doctor::Doctor>(),
    Entry::of::<config::Config>(),
    Entry::of::<iam_policy::IamPolicy>(),
    Entry::of::<trail_template::TrailTemplate>(),
    Entry::of::<audit::Audit>(),
    Entry::of::<verify::Verify>(),
    Entry::of::<completions::Completions>(),
    Entry::of::<man::Man>(),
];

/// The whole command line.
fn cli() -> clap::Command {
    let about = "What changed in AWS before this alert?";
    let name = clap::Command::new("cloudtrail-mcp").version(env!("CARGO_PKG_VERSION")).about(about);
    let cli =
        flags::add_to(name, None).subcommand_required(true).arg_required_else_help(true).before_help(EXAMPLES).after_help(ENVIRONMENT);
    let fixed = COMMANDS.iter().map(|entry| (entry.cli)()).map(|command| {
        let name = command.get_name().to_owned();
        flags::add_to(command, Some(&name))
    });
    cli.subcommands(fixed).subcommands(tools::ALL.iter().map(|tool| tool::command(tool)))
}

/// Parses the command line of this process and runs it.
///
/// Shape: the exit code, 0, 1, 2, 3 or 78. It is not generic: all of the code is compiled here, once.
pub fn main() -> ExitCode {
    let cli = cli();
    let given = regions_after_command(&cli, std::env::args_os().collect());
    let matches = match cli.try_get_matches_from(given) {
        Ok(matches) => matches,
        Err(error) => {
            if !error.use_stderr() {
                let _ = error.print();
                return ExitCode::SUCCESS;
            }
            // What was typed may be another's, and hold what no log should.
            output::complain(&error.render().to_string());
            return ExitCode::from(USAGE);
        }
    };
    let code = dispatch(&matches).unwrap_or_else(|failure| {
        output::complain(&failure.message);
        failure.code
    });
    #[cfg(feature = "otel")]
    trace::end();
    ExitCode::from(code)
}

/// Moves `--region` and `--regions` behind the command that they were written before, as AWS's own command line takes them anywhere.
fn regions_after_command(cli: &clap::Command, given: Vec<OsString>) -> Vec<OsString> {
    let takes_value = |flag: &str| {
        let arg = cli.get_arguments().find(|arg| flag.strip_prefix("--") == arg.get_long());
        arg.is_some_and(|arg| arg.get_action().takes_values())
    };
    let (mut before, mut moved) = (Vec::new(), Vec::new());
    let mut rest = given.into_iter();
    while let Some(word) = rest.next() {
        let text = word.to_str().unwrap_or_default();
        match text {
            "--region" | "--regions" => moved.extend([Some(word), rest.next()].into_iter().flatten()),
            _ if text.starts_with("--region=") || text.starts_with("--regions=") => moved.push(word),
            flag if takes_value(flag) => before.extend([Some(word), rest.next()].into_iter().flatten()),
            command if cli.find_subcommand(command).is_some() => {
                return before.into_iter().chain([word]).chain(moved).chain(rest).collect();
            }
            _ => before.push(word),
        }
    }
    before.into_iter().chain(moved).collect()
}

/// Why a command ended early.
struct Failure {
    code: u8,
    message: String,
}

impl Failure {
    fn new(code: u8, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }
}

fn dispatch(matches: &ArgMatches) -> Result<u8, Failure> {
    let Some((name, given)) = matches.subcommand() else { return Ok(USAGE) };
    let mut global = Global { flags: Flags::default() };
    flags::read(matches, None, &mut global.flags);
    if let Some(tool) = tools::ALL.iter().find(|tool| tool.command == name) {
        return tool::run(tool, given, &global);
    }
    flags::read(given, Some(name), &mut global.flags);
    let entry = COMMANDS.iter().find(|entry| (entry.cli)().get_name() == name);
    entry.map_or(Ok(USAGE), |entry| (entry.run)(given, &global))
}

/// Sends the log to stderr: stdout belongs to the protocol. Only our own sentences are logged, and of libraries only warnings; those of
/// the AWS SDK only for who looks for more, as the answer tells the cause, and none of the MCP library, which quotes what clients write.
fn log(level: &str) {
    let sdk = if matches!(level, "debug" | "trace") { "warn" } else { "off" };
    let directives = format!("warn,cloudtrail_mcp={level},aws_={sdk},rmcp=off");
    let filter = if level == "off" { "off" } else { &directives };
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr).with_ansi(false).with_target(false);
    let log = tracing_subscriber::registry().with(lines.with_filter(tracing_subscriber::EnvFilter::new(filter)));
    #[cfg(feature = "otel")]
    let log = log.with(trace::layer());
    log.init();
    // The message of a panic may quote event text, so only its place is told.
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        tracing::error!(place, "A call panicked.");
    }));
}

/// What every command is given.
struct Global {
    /// What the command line says of the settings.
    flags: Flags,
}

impl Global {
    /// Reads the settings and starts the log at their level.
    fn settings(&self) -> Result<Config, Failure> {
        settings_of(&self.flags, &|name| std::env::var_os(name))
    }
}

fn settings_of(flags: &Flags, env: &dyn Fn(&str) -> Option<OsString>) -> Result<Config, Failure> {
    let config = load(flags, env, &tools::names()).map_err(|error| Failure::new(CONFIG, error.to_string()))?;
    log(&config.get(&settings::LOG_LEVEL));
    Ok(config)
}

/// Puts together where every call passes: the context behind the rules, and the audit log.
fn service(config: &Config, cursors: Cursors<Frozen>) -> Result<CallService, Failure> {
    let audit = config.audit().map(AuditLog::open).transpose();
    let unwritable = |error| {
        let path = config.get(&settings::AUDIT_PATH);
        let path = path.display();
        Failure::new(CONFIG, format!("audit.path: {path} cannot be written: {error}; mend that, or set on_failure = \"allow\" in [audit]"))
    };
    Ok(CallService::new(context(config, cursors)?, Rules::of(config), audit.map_err(unwritable)?))
}

/// Puts together what every tool call works with. Opens no connection and reads no event.
fn context(config: &Config, cursors: Cursors<Frozen>) -> Result<ToolContext, Failure> {
    let fixed = config.find(&settings::NOW);
    let clock: Clock = match fixed {
        Some(now) => Arc::new(move || now),
        None if config.get(&settings::DEMO) => Arc::new(demo::now),
        None => Arc::new(Utc::now),
    };
    let investigations = config.find(&settings::INVESTIGATIONS_PATH).as_deref().map(Store::open).transpose();
    let unasked = |error| Failure::new(CONFIG, format!("alertmanager.url: the machine's certificate authorities cannot be read: {error}"));
    let alertmanager = config.find(&settings::ALERTMANAGER_URL).as_deref().map(Alertmanager::open).transpose().map_err(unasked)?;
    let home_region = source::configured_region();
    let api = Api::open(config, home_region.clone());
    let prover = verify::prover(config)?;
    let cache = Arc::new(Cache::new(CacheSettings::configured(config)));
    let sources = source::open(&Setup { config, clock: clock.clone(), api: &api, home_region, cache, prover, bundled: demo::LOG });
    Ok(ToolContext {
        policy: config.policy(),
        sources: sources.map_err(|error| Failure::new(CONFIG, error))?,
        surroundings: Some(Arc::new(Watch::new(api.clone()))),
        api,
        investigations: investigations.map_err(|error| Failure::new(CONFIG, error.to_string()))?,
        alertmanager,
        log_fields: Arc::new(config.log_fields()),
        cursors: Arc::new(cursors),
        clock,
    })
}

/// Runs `work` on a small runtime, and does not wait for threads that still read stdin.
fn block_on<T>(work: impl Future<Output = T>) -> Result<T, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::new(FAILURE, format!("the runtime could not start: {error}")))?;
    let result = runtime.block_on(work);
    runtime.shutdown_background();
    Ok(result)
}
