//! `--follow` of the built binary against a fake AWS.

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Child, Command, Stdio};

use chrono::{TimeDelta, Utc};
use serde_json::Value;

use crate::binary;
use crate::fake_aws::{FakeAws, write};

fn command(fake: &FakeAws, args: &[&str]) -> Command {
    let mut command = binary::command();
    command.envs(fake.env()).env("CHAT_ALLOW_AWS_READ", "true").args(["events", "--region", "eu-west-1", "--follow"]).args(args);
    command
}

async fn fake(minutes_ago: i64) -> FakeAws {
    let time = Utc::now() - TimeDelta::minutes(minutes_ago);
    FakeAws::start(Utc::now()).await.with_events([write("e-1", "ec2.amazonaws.com", "StopInstances", "eu-west-1", time)])
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_delivered_late_any_more_is_asked_once() {
    let fake = fake(90).await;
    let mut asks = command(&fake, &["--since", "2h", "--until", "1h"]);
    let output = tokio::task::spawn_blocking(move || asks.output().unwrap()).await.unwrap();
    let said = binary::stdout(&output);
    assert_eq!(output.status.code(), Some(0), "{said}{}", binary::stderr(&output));
    let last = said.trim_end().lines().last().unwrap();
    assert!(last.starts_with("Settled at ") && last.ends_with("Asked once."), "{last}");
}

#[cfg(unix)]
fn interrupt(child: &Child) {
    let id = child.id().to_string();
    assert!(Command::new("kill").args(["-INT", &id]).status().unwrap().success());
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn while_it_waits_for_what_is_late_it_ends_at_once_when_interrupted_and_says_so() {
    let fake = fake(30).await;
    let mut asks = command(&fake, &["--last", "1h", "--json"]);
    let (line, said, noted, code) = tokio::task::spawn_blocking(move || {
        let mut child = asks.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap());
        let mut noted = BufReader::new(child.stderr.take().unwrap());
        let (mut line, mut note) = (String::new(), String::new());
        lines.read_line(&mut line).unwrap();
        while !note.contains("asked again at") {
            assert!(noted.read_line(&mut note).unwrap() > 0, "{note}");
        }
        interrupt(&child);
        let mut rest = String::new();
        lines.read_to_string(&mut rest).unwrap();
        noted.read_to_string(&mut note).unwrap();
        (line, rest, note, child.wait().unwrap().code())
    })
    .await
    .unwrap();
    let answer: Value = serde_json::from_str(&line).unwrap();
    assert_eq!(answer["coverage"]["cells"][0]["state"], "lagging", "{answer:#}");
    assert_eq!(said, "");
    assert!(noted.trim_end().lines().last().unwrap().starts_with("Interrupted: "), "{noted}");
    assert_eq!(code, Some(130));
}

#[test]
fn what_has_no_parts_or_stands_still_is_not_followed() {
    for (args, why) in [
        (vec!["events", "--follow", "--format", "svg"], "as text or json"),
        (vec!["events", "--follow", "--demo"], "the clock stands still"),
        (vec!["events", "--follow", "-o", "answer.json"], "cannot be used with"),
        (vec!["query", "--follow"], "unexpected argument"),
    ] {
        let output = binary::run(&args);
        assert_eq!(output.status.code(), Some(2), "{args:?}");
        assert!(binary::stderr(&output).contains(why), "{args:?}: {}", binary::stderr(&output));
    }
}
