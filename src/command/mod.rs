//! The command line: one command a file, each running the code of a tool or of the server; and what they share, which is
//! flags, settings, the runtime and the exit codes.

mod audit;
mod completions;
mod config;
mod demo;
mod output;
mod report;
mod serve;
mod tool;
#[cfg(feature = "otel")]
mod trace;

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use crate::config::investigation::Store;
use crate::config::{self as settings, Config, Flags, ToolNames};
use crate::investigate::{Cursors, ToolContext};
use crate::service::audit::AuditLog;
use crate::service::{CallService, Rules};
use crate::source::{self, Clock, Setup};
use crate::tools::{self, Spelling};
use chrono::Utc;
use clap::{ArgMatches, Args, CommandFactory as _, FromArgMatches as _, Parser, Subcommand};
use tracing_subscriber::Layer as _;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

/// The call failed, or nothing could be looked at.
const FAILURE: u8 = 1;
/// The command line is wrong.
const USAGE: u8 = 2;
/// Answered, but not everything was read.
const PARTIAL: u8 = 3;
/// The configuration is invalid or unsafe.
const CONFIG: u8 = 78;

/// What changed in AWS before this alert?
#[derive(Parser)]
#[command(name = "cloudtrail-mcp", version, about, long_about = None, arg_required_else_help = true, after_help = EXAMPLES)]
struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Command,
}

const EXAMPLES: &str = "Examples:
  cloudtrail-mcp demo                                        a bundled incident, no AWS needed
  cloudtrail-mcp events --archive ./logs --investigation alert.json
  cloudtrail-mcp events --regions eu-west-1 --start-time 2h
  cloudtrail-mcp serve                                       the MCP server on stdio
  cloudtrail-mcp serve --http 127.0.0.1:8080                 the same over HTTP

Each flag has an environment variable CLOUDTRAIL_MCP_<FLAG>. MCP clients mostly do not pass the shell's environment on:
set variables in the client's own entry for this server, or use flags.";

/// Flags of every command.
#[derive(Args)]
struct Global {
    /// Policy file; else $CLOUDTRAIL_MCP_CONFIG, else ~/.config/cloudtrail-mcp/policy.toml, else everything is denied
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Folder or file of CloudTrail logs, repeatable; the only source then unless --source says otherwise
    #[arg(long, global = true, value_name = "PATH")]
    archive: Vec<PathBuf>,
    /// Read a bundled synthetic incident instead of AWS
    #[arg(long, global = true)]
    demo: bool,
    /// Fix the clock, for replays
    #[arg(long, global = true, value_name = "RFC3339")]
    now: Option<String>,
    /// How tools/list spells names; calls take both
    #[arg(long, global = true, value_name = "SPELLING", value_parser = ["dotted", "underscore"])]
    tool_names: Option<String>,
    /// What goes to stderr: off, error, warn, info, debug or trace
    #[arg(long, global = true, value_name = "LEVEL", value_parser = ["off", "error", "warn", "info", "debug", "trace"])]
    log_level: Option<String>,
}

#[derive(Subcommand)]
enum Command {
    /// Serve MCP on stdin and stdout, or over HTTP
    Serve(serve::Serve),
    /// Play a bundled incident through the real server over MCP; needs no AWS
    Demo(output::Output),
    /// Write what CloudTrail says about an incident, as evidence JSON and a markdown section for its report
    Report(report::Report),
    /// Check or explain the settings
    #[command(subcommand)]
    Config(config::Config),
    /// Check the audit log
    #[command(subcommand)]
    Audit(audit::Audit),
    /// Print shell completions
    Completions(completions::Completions),
}

/// The whole command line: the fixed commands, and one for each tool made from the tool's own schema.
fn cli() -> clap::Command {
    let mut cli = Cli::command();
    for tool in tools::ALL.iter().rev() {
        cli = cli.subcommand(tool::command(tool));
    }
    cli
}

/// Parses the command line of this process and runs it.
///
/// Shape: the exit code, 0, 1, 2, 3 or 78. It is not generic: all of the code is compiled here, once.
pub fn main() -> ExitCode {
    let matches = match cli().try_get_matches() {
        Ok(matches) => matches,
        Err(error) => {
            let code = if error.use_stderr() { USAGE } else { 0 };
            let _ = error.print();
            return ExitCode::from(code);
        }
    };
    let global = match Global::from_arg_matches(&matches) {
        Ok(global) => global,
        Err(error) => {
            let _ = error.print();
            return ExitCode::from(USAGE);
        }
    };
    let code = dispatch(&matches, &global).unwrap_or_else(|failure| {
        output::complain(&failure.message);
        failure.code
    });
    #[cfg(feature = "otel")]
    trace::end();
    ExitCode::from(code)
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

fn dispatch(matches: &ArgMatches, global: &Global) -> Result<u8, Failure> {
    if let Some((name, given)) = matches.subcommand()
        && let Some(tool) = tools::ALL.iter().find(|tool| tool.command == name)
    {
        return tool::run(tool, given, global);
    }
    match Cli::from_arg_matches(matches).map_err(|error| Failure::new(USAGE, error.to_string()))?.command {
        Command::Serve(command) => serve::run(&command, global),
        Command::Demo(format) => demo::run(&format),
        Command::Report(command) => report::run(&command, global),
        Command::Config(command) => config::run(&command, global),
        Command::Audit(command) => audit::run(&command, global),
        Command::Completions(command) => completions::run(&command),
    }
}

/// Sends the log to stderr: stdout belongs to the protocol. Only our own sentences are logged, and of libraries only warnings.
fn log(level: &str) {
    let directives = format!("warn,cloudtrail_mcp={level},rmcp={}", if level == "trace" { "info" } else { "off" });
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

impl Global {
    fn flags(&self) -> Flags {
        Flags {
            config: self.config.clone(),
            archive: self.archive.clone(),
            demo: self.demo,
            now: self.now.clone(),
            tool_names: self.tool_names.clone(),
            log_level: self.log_level.clone(),
            http: None,
        }
    }

    /// Reads the settings and starts the log at their level.
    fn settings(&self) -> Result<Config, Failure> {
        self.settings_with(self.flags())
    }

    /// Reads the settings with flags of one command's own, too.
    fn settings_with(&self, flags: Flags) -> Result<Config, Failure> {
        let config = settings::load(&flags, &|name| std::env::var_os(name)).map_err(|error| Failure::new(CONFIG, error.to_string()))?;
        log(&config.log_level);
        Ok(config)
    }
}

fn spelling(config: &Config) -> Spelling {
    match config.tool_names {
        ToolNames::Dotted => Spelling::Dotted,
        ToolNames::Underscore => Spelling::Underscore,
    }
}

/// Puts together where every call passes: the context behind the rules, and the audit log.
fn service(config: &Config) -> Result<CallService, Failure> {
    let audit = config.audit.clone().map(AuditLog::open).transpose();
    let unwritable = |error| {
        let path = config.audit.as_ref().map(|audit| audit.path.display().to_string()).unwrap_or_default();
        Failure::new(CONFIG, format!("audit.path: {path} cannot be written: {error}; mend that, or set on_failure = \"allow\" in [audit]"))
    };
    Ok(CallService::new(context(config)?, Rules::of(config), audit.map_err(unwritable)?))
}

/// Puts together what every tool call works with. Opens no connection and reads no event.
fn context(config: &Config) -> Result<ToolContext, Failure> {
    let clock: Clock = match config.now {
        Some(now) => Arc::new(move || now),
        None if config.demo => Arc::new(demo::now),
        None => Arc::new(Utc::now),
    };
    let region = |name: &str| std::env::var(name).ok().filter(|region| !region.trim().is_empty());
    let investigations = config.investigations.as_deref().map(Store::open).transpose();
    let home_region = region("AWS_REGION").or_else(|| region("AWS_DEFAULT_REGION"));
    let sources = source::open(&Setup { config, clock: clock.clone(), home_region, bundled: demo::LOG });
    Ok(ToolContext {
        policy: config.policy(),
        sources: sources.map_err(|error| Failure::new(CONFIG, error))?,
        investigations: investigations.map_err(|error| Failure::new(CONFIG, error.to_string()))?,
        cursors: Arc::new(Cursors::default()),
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
