//! `audit verify`: is the audit log as it was written?

use std::path::PathBuf;

use crate::config::settings::AUDIT_PATH;
use crate::service::audit::verify::{self, Kept, Report};
use clap::{Args, Parser, Subcommand};

use super::{FAILURE, Failure, Global, Run, USAGE, output};

/// Check the audit log
#[derive(Parser)]
#[command(name = "audit")]
pub(super) struct Audit {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// Find every edit, deletion, insertion, reordering and truncation; the exit code is 1 when there is one
    Verify(Verify),
}

#[derive(Args)]
struct Verify {
    /// The log, past files included; or files of one that were moved away. Default: `[audit] path`
    files: Vec<PathBuf>,
    /// A hash that was kept elsewhere: the log must hold it. Shows even a log that was written anew
    #[arg(long, value_name = "HASH", value_parser = hash)]
    head: Option<String>,
    /// The hash of the last record that was moved away: the first one here must go on from it
    #[arg(long, value_name = "HASH", value_parser = hash)]
    after: Option<String>,
}

fn hash(text: &str) -> Result<String, String> {
    let right = text.len() == 64 && text.bytes().all(|b| b.is_ascii_hexdigit());
    if right { Ok(text.to_ascii_lowercase()) } else { Err("a hash is 64 hexadecimal digits, as `audit verify` prints it".to_owned()) }
}

impl Run for Audit {
    fn run(&self, global: &Global) -> Result<u8, Failure> {
        let Action::Verify(command) = &self.action;
        verify_log(command, global)
    }
}

fn verify_log(command: &Verify, global: &Global) -> Result<u8, Failure> {
    let kept = Kept { head: command.head.clone(), after: command.after.clone() };
    let report = match command.files.as_slice() {
        [] => {
            let path = global.settings()?.find(&AUDIT_PATH);
            let path =
                path.ok_or_else(|| Failure::new(USAGE, "There is no [audit] path in the settings: name the log, such as audit.jsonl"))?;
            verify::log(&path, &kept).map_err(|error| unreadable(&[path], &error))
        }
        [path] if verify::has_head(path) => verify::log(path, &kept).map_err(|error| unreadable(std::slice::from_ref(path), &error)),
        paths => verify::files(paths, &kept).map_err(|error| unreadable(paths, &error)),
    }?;
    tell(&report);
    Ok(if report.problem_count == 0 { 0 } else { FAILURE })
}

fn unreadable(paths: &[PathBuf], error: &std::io::Error) -> Failure {
    let names: Vec<String> = paths.iter().map(|path| path.display().to_string()).collect();
    Failure::new(FAILURE, format!("{} cannot be read: {error}", names.join(", ")))
}

fn tell(report: &Report) {
    for problem in &report.problems {
        output::say(problem);
    }
    if report.problem_count > report.problems.len() {
        output::say(&format!("and {} more problems", report.problem_count - report.problems.len()));
    }
    for note in &report.notes {
        output::say(&format!("note: {note}"));
    }
    let range = report.range.map(|(first, last)| format!(", {first} to {last}")).unwrap_or_default();
    let verdict = if report.problem_count == 0 { "as they were written" } else { "NOT as they were written" };
    output::say(&format!("{} records{range}: {verdict}.", report.records));
    output::say(&format!(
        "Head: {} (kept elsewhere, `audit verify --head` proves with it that nothing up to here was written anew)",
        report.head
    ));
}
