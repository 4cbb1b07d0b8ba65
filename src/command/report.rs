//! `report`: the step of a pipeline that stores what CloudTrail says about an incident. Best effort: as soon as the
//! command line is right there is a report, if only one that says why there is no evidence.

use std::fs;
use std::path::{Path, PathBuf};

use crate::answer::Answer;
use crate::answer::report::{Evidence, EvidenceStatus, ReportQuery};
use crate::config::Config;
use crate::config::settings::{ALLOW_AWS_READ, ARCHIVE, DEMO, LOOKBACK, MAX_EVENTS, REPORT_ENABLED, REPORT_MAX_EVENTS};
use crate::context::Asked;
use crate::investigate::Cursors;
use crate::redact::Redacted;
use crate::refusal::{Code, Refusal};
use crate::{redact, render, time};
use chrono::TimeDelta;
use clap::{Parser, ValueEnum};

use super::output::{complain, say};
use super::{FAILURE, Failure, Global, PARTIAL, Run, block_on, investigation, service};

/// Names of the files under `--output`.
const JSON_FILE: &str = "cloudtrail.json";
const MARKDOWN_FILE: &str = "cloudtrail.md";

/// Write what CloudTrail says about an incident, as evidence JSON and a markdown section for its report
#[derive(Parser)]
#[command(name = "report")]
pub(super) struct Report {
    /// A file with the alert, - for stdin, an investigation id, or the alert itself as JSON or text
    #[arg(long, value_name = "FILE|-|ID|TEXT", env = "CLOUDTRAIL_MCP_INVESTIGATION")]
    investigation: String,
    /// Folder for cloudtrail.json and cloudtrail.md; made when it is missing
    #[arg(long, value_name = "DIR", env = "CLOUDTRAIL_MCP_OUTPUT", conflicts_with_all = ["json", "markdown"])]
    output: Option<PathBuf>,
    /// File for the evidence
    #[arg(long, value_name = "FILE", env = "CLOUDTRAIL_MCP_JSON")]
    json: Option<PathBuf>,
    /// File for the section of the report
    #[arg(long, value_name = "FILE", env = "CLOUDTRAIL_MCP_MARKDOWN")]
    markdown: Option<PathBuf>,
    /// What is printed: markdown when no file is named, else nothing
    #[arg(long, value_enum)]
    format: Option<Form>,
}

/// What is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Form {
    /// The section of the report
    Markdown,
    /// The evidence
    Json,
}

impl Run for Report {
    fn run(&self, global: &Global) -> Result<u8, Failure> {
        let asked = Asked { investigation: Some(investigation::read(&self.investigation)?), ..Asked::default() };
        if let Some(folder) = &self.output {
            fs::create_dir_all(folder).map_err(|error| unwritable(folder, &error))?;
        }
        let (evidence, code) = match global.settings() {
            Ok(config) => gathered(asked, &config)?,
            Err(failure) => unsettled(failure, ReportQuery::default())?,
        };
        deliver(self, &evidence)?;
        Ok(code)
    }
}

/// Gathers the evidence, or tells why there is none; with the exit code that says which.
fn gathered(asked: Asked, config: &Config) -> Result<(Redacted<Evidence>, u8), Failure> {
    let most = usize::try_from(config.get(&REPORT_MAX_EVENTS).min(config.get(&MAX_EVENTS))).unwrap_or(usize::MAX);
    let lookback = TimeDelta::from_std(config.get(&LOOKBACK)).unwrap_or(TimeDelta::MAX);
    let query = ReportQuery { max_events: Some(most), lookback: Some(time::length(lookback)) };
    if let Some(why) = disabled(config) {
        return Ok((sealed(Evidence::disabled(why, query))?, 0));
    }
    let service = match service(config, Cursors::ephemeral()) {
        Ok(service) => service,
        Err(failure) => return unsettled(failure, query),
    };
    let answer = block_on(async {
        let answer = service.whole(asked, most).await;
        service.flush().await;
        answer
    })?;
    let evidence = sealed(Evidence::of(answer, query))?;
    let code = exit_code(evidence.cloudtrail_metadata.status);
    Ok((evidence, code))
}

/// Makes the report of settings that do not hold: they are the operator's to mend, and the pipeline still gets its report.
fn unsettled(failure: Failure, query: ReportQuery) -> Result<(Redacted<Evidence>, u8), Failure> {
    complain(&failure.message);
    let refusal = Refusal::new(Code::Unavailable, failure.message, "For the operator: `cloudtrail-mcp config check` tells what to mend.");
    let answer = Answer::could_not_look((&refusal).into(), None);
    Ok((sealed(Evidence::of(answer, query))?, failure.code))
}

/// Says why the report is off; nothing when it is on. Log files may always be read where they are named.
fn disabled(config: &Config) -> Option<&'static str> {
    let local = config.get(&DEMO) || !config.get(&ARCHIVE).is_empty() || !config.archive_locations().is_empty();
    match config.find(&REPORT_ENABLED) {
        Some(true) => None,
        Some(false) => Some("report.enabled (AWS_EVIDENCE_ENABLED) is false"),
        None if config.get(&ALLOW_AWS_READ) || local => None,
        None => Some("allow_aws_read (CHAT_ALLOW_AWS_READ) is false, no log files are named, and AWS_EVIDENCE_ENABLED is not set"),
    }
}

fn sealed(evidence: Evidence) -> Result<Redacted<Evidence>, Failure> {
    redact::answer(evidence).map_err(|_| Failure::new(FAILURE, "the evidence could not be redacted and was withheld"))
}

fn exit_code(status: EvidenceStatus) -> u8 {
    match status {
        EvidenceStatus::Answered | EvidenceStatus::Disabled => 0,
        EvidenceStatus::Partial | EvidenceStatus::CouldNotLook => PARTIAL,
    }
}

/// Writes the files that were asked for and prints what was.
///
/// Errors: a file that cannot be written; the other forms are delivered all the same.
fn deliver(command: &Report, evidence: &Redacted<Evidence>) -> Result<(), Failure> {
    let json = || serde_json::to_string_pretty(&render::json(evidence)).unwrap_or_default();
    let in_folder = |name: &str| command.output.as_ref().map(|folder| folder.join(name));
    let files = [
        (command.json.clone().or_else(|| in_folder(JSON_FILE)), Form::Json),
        (command.markdown.clone().or_else(|| in_folder(MARKDOWN_FILE)), Form::Markdown),
    ];
    let text = |form: Form| match form {
        Form::Json => json() + "\n",
        Form::Markdown => render::report(evidence),
    };
    let to_files = files.iter().any(|(path, _)| path.is_some());
    if let Some(form) = command.format.or((!to_files).then_some(Form::Markdown)) {
        say(&text(form));
    }
    let written: Vec<Result<(), Failure>> =
        files.iter().filter_map(|(path, form)| path.as_ref().map(|path| write(path, &text(*form)))).collect();
    written.into_iter().collect()
}

fn write(path: &Path, text: &str) -> Result<(), Failure> {
    fs::write(path, text).map_err(|error| unwritable(path, &error))
}

fn unwritable(path: &Path, error: &std::io::Error) -> Failure {
    Failure::new(
        FAILURE,
        format!("{} cannot be written: {error}; name a file or folder that can, such as --output ./report", path.display()),
    )
}
