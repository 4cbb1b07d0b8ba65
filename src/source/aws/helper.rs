//! A profile's `credential_process`: started once, waited for, and ended with all that it started.

use std::process::Stdio;
use std::time::SystemTime;

use aws_sdk_cloudtrail::config::Credentials;
use serde_json::Value;
use tokio::process::{Child, Command};

/// Why a helper gave no credentials.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Failed;

/// Runs a helper and reads the credentials that it prints. When the future is dropped, the helper and what it started are ended.
///
/// Errors: it could not be started, failed, or printed no credentials.
/// Source: AWS SDKs and Tools reference guide, "Process credential provider" (a JSON object of version 1; names without case here).
pub(super) async fn run(command: &str) -> Result<Credentials, Failed> {
    #[cfg(windows)]
    let (shell, flag) = ("cmd.exe", "/C");
    #[cfg(not(windows))]
    let (shell, flag) = ("sh", "-c");
    let mut process = Command::new(shell);
    process.args([flag, command]).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).kill_on_drop(true);
    // A group of its own, so that all of it can be ended.
    #[cfg(unix)]
    process.process_group(0);
    let child = process.spawn().map_err(|_| Failed)?;
    let mut ended = Ended::of(&child);
    let output = child.wait_with_output().await.map_err(|_| Failed)?;
    ended.spare();
    if !output.status.success() {
        return Err(Failed);
    }
    read(&output.stdout).ok_or(Failed)
}

fn read(printed: &[u8]) -> Option<Credentials> {
    let printed: Value = serde_json::from_slice(printed).ok()?;
    let field = |name: &str| printed.as_object()?.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value);
    let text = |name: &str| field(name).and_then(Value::as_str).map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned);
    field("Version").filter(|version| version.as_u64() == Some(1))?;
    let ends = match text("Expiration") {
        Some(ends) => Some(SystemTime::from(crate::time::parse(&ends)?)),
        None => None,
    };
    Some(Credentials::new(text("AccessKeyId")?, text("SecretAccessKey")?, text("SessionToken"), ends, "credential_process"))
}

/// Ends a process group when dropped; where there are none, the shell alone is ended by `kill_on_drop`.
struct Ended {
    #[cfg(unix)]
    group: Option<rustix::process::Pid>,
}

impl Ended {
    #[cfg(unix)]
    fn of(child: &Child) -> Self {
        let id = child.id().and_then(|id| i32::try_from(id).ok());
        Self { group: id.and_then(rustix::process::Pid::from_raw) }
    }

    #[cfg(not(unix))]
    fn of(_: &Child) -> Self {
        Self {}
    }

    /// Leaves alone what a helper that came to its end has started to stay.
    fn spare(&mut self) {
        #[cfg(unix)]
        {
            self.group = None;
        }
    }
}

impl Drop for Ended {
    fn drop(&mut self) {
        #[cfg(unix)]
        if let Some(group) = self.group {
            let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_names_in_a_helpers_output_are_read_in_any_case() {
        let printed = r#"{"Version": 1, "accesskeyid": "AKIAEXAMPLE", "SecretAccessKey": "s", "Expiration": "2026-01-27T20:00:00Z"}"#;
        let credentials = run(&format!("echo '{printed}'")).await.unwrap();
        assert_eq!((credentials.access_key_id(), credentials.session_token()), ("AKIAEXAMPLE", None));
        assert!(credentials.expiry().is_some());
    }

    #[tokio::test]
    async fn a_helper_that_fails_or_prints_something_else_gives_none() {
        for command in [
            "exit 3",
            "echo hello",
            "echo '{}'",
            "echo '{\"Version\":2,\"AccessKeyId\":\"a\",\"SecretAccessKey\":\"b\"}'",
            "no-such-helper",
        ] {
            assert_eq!(run(command).await.unwrap_err(), Failed, "{command}");
        }
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn a_helper_that_hangs_is_ended_with_its_children() {
        let folder = tempfile::tempdir().unwrap();
        let mark = folder.path().join("late");
        let command = format!("(sleep 1; touch {}) & wait", mark.display());
        let ended = tokio::time::timeout(std::time::Duration::from_millis(200), run(&command)).await;
        assert!(ended.is_err());
        tokio::time::sleep(std::time::Duration::from_millis(1500)).await;
        assert!(!mark.exists());
    }
}
