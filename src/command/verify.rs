//! `verify`: is every log of an archive as CloudTrail delivered it, and is none missing?

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crate::config::settings::{ALLOW_AWS_READ, ARCHIVE, ARCHIVE_KEYS, ARCHIVE_LOCATIONS, ARCHIVE_VERIFIED, KEYS, NOW};
use crate::config::{Config, plain_file};
use crate::posture::digest::{
    self, Bucket, DigestProver, Folder, KeySource, Keys, Outcome, PublicKey, Remote, Report, Request, SIDECAR, State, Store,
};
use crate::redact;
use crate::source;
use crate::source::api::Api;
use crate::source::proof::Prover;
use crate::source::{BucketReader, RemoteArchive};
use crate::time;
use chrono::{DateTime, Utc};
use clap::{Parser, ValueEnum};
use tokio::runtime::Handle;

use super::output::say;
use super::{CONFIG, FAILURE, Failure, Global, PARTIAL, Run, USAGE, block_on};

const EXAMPLES: &str = "Examples:
  cloudtrail-mcp verify ./AWSLogs --keys keys.json       offline, with pinned keys
  cloudtrail-mcp verify ./AWSLogs                        keys from AWS, where allow_aws_read is true
  cloudtrail-mcp verify s3://BUCKET/PREFIX               the bucket itself, where allow_aws_read is true
  cloudtrail-mcp verify ./AWSLogs --since 2026-03-02T09:00 --until 2026-03-02T12:00 --format json
  aws s3 sync s3://BUCKET/AWSLogs ./AWSLogs              a copy holds digests and logs
  aws cloudtrail list-public-keys --region REGION --start-time … --end-time … > keys.json";

/// Check the digests of an archive: is every log as CloudTrail delivered it?
#[derive(Parser)]
#[command(name = "verify", before_help = EXAMPLES, after_help = after_help())]
pub(super) struct Verify {
    /// Folders or buckets (s3://bucket/prefix) of AWSLogs, or above or below it down to an account's. Default: --archive, else `[archive] locations`
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// From when on everything must be there, such as 2026-03-02T09:00 or 7d. Default: from the first digest, and none before it missing
    #[arg(long, visible_alias = "start-time", value_name = "TIME")]
    since: Option<String>,
    /// Until when. Default: to the last digest
    #[arg(long, visible_alias = "end-time", value_name = "TIME")]
    until: Option<String>,
    /// Begin nothing more after this long, such as 10m. Default: no limit
    #[arg(long, value_name = "TIME")]
    deadline: Option<String>,
    /// Keep what was hashed in this file, and go on from there where an earlier run was interrupted; it goes away when all is looked at
    #[arg(long, value_name = "FILE")]
    state: Option<PathBuf>,
    /// How the report is printed
    #[arg(long, value_enum, default_value = "text")]
    format: Form,
    /// The same as --format json
    #[arg(long, conflicts_with = "format")]
    json: bool,
}

/// How the report is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Form {
    /// For people
    Text,
    /// For programs
    Json,
}

fn after_help() -> String {
    format!(
        "The exit code is 0 only when everything is valid: 1 when something is invalid or missing, or nothing could be read, 3 when something is not proven.

S3 keeps the signature of a digest in the metadata of its object, which a copy loses; the next digest repeats it. So all but the newest
digest of a copy can be proven. To prove that one, too, keep its metadata beside it, under its name and {SIDECAR}:
  aws s3api head-object --bucket BUCKET --key KEY > NAME.json.gz{SIDECAR}"
    )
}

impl Run for Verify {
    fn run(&self, global: &Global) -> Result<u8, Failure> {
        let config = global.settings()?;
        let now = config.find(&NOW).unwrap_or_else(Utc::now);
        let (since, until) = (instant("--since", self.since.as_deref(), now)?, instant("--until", self.until.as_deref(), now)?);
        if let (Some(since), Some(until)) = (since, until)
            && since >= until
        {
            return Err(Failure::new(USAGE, "--since is not before --until"));
        }
        let pinned = pinned(&config)?;
        let time = self.deadline.as_deref().map(duration).transpose()?;
        let until_when = time.and_then(|time| Instant::now().checked_add(time));
        let reading = Reading::of(&config, until_when);
        let stores = stores(&places(&self.paths, &config)?, &reading)?;
        let state = self.state.as_deref().map(|path| opened(path, now)).transpose()?;
        let (report, state) = block_on(verified(config, stores, (since, until), (pinned, state), reading))??;
        if report.error_count == 0 && report.not_looked_at == 0 {
            state.map(State::finish).transpose().map_err(|error| Failure::new(FAILURE, format!("--state cannot be removed: {error}")))?;
        }
        let text = match if self.json { Form::Json } else { self.format } {
            Form::Json => redact::value(&report).and_then(|report| serde_json::to_string_pretty(&report)).unwrap_or_default(),
            // Names of files, trails and buckets are somebody's choice.
            Form::Text => redact::lines(&digest::text(&report), usize::MAX),
        };
        say(&text);
        Ok(match report.outcome {
            Outcome::Valid => 0,
            Outcome::Invalid | Outcome::NothingRead => FAILURE,
            Outcome::Incomplete => PARTIAL,
        })
    }
}

/// Verifies on threads of its own, which may wait for AWS.
async fn verified(
    config: Config,
    stores: Vec<Box<dyn Store>>,
    (since, until): (Option<DateTime<Utc>>, Option<DateTime<Utc>>),
    (pinned, state): (Vec<PublicKey>, Option<State>),
    reading: Reading,
) -> Result<(Report, Option<State>), Failure> {
    let remote = reading.keys(&config).map(Arc::new);
    if let Some(remote) = &remote {
        remote.enter(Handle::current());
    }
    let keys = Keys::new(pinned, remote.map(|remote| Box::new(remote) as Box<dyn KeySource>));
    let policy = config.policy();
    let Reading { stop, until: deadline, .. } = reading;
    let stopped = Arc::clone(&stop);
    tokio::spawn(async move {
        if tokio::signal::ctrl_c().await.is_ok() {
            stopped.store(true, Ordering::Relaxed);
        }
    });
    let work = move || {
        let report = digest::verify(&Request {
            since,
            until,
            keys: &keys,
            allows: &|account, region| policy.allows(account, region),
            known: &|_| None,
            state: state.as_ref(),
            seen: &|_| (),
            deadline,
            stop: &stop,
            threads: digest::threads(&stores),
            stores,
        });
        (report, state)
    };
    tokio::task::spawn_blocking(work).await.map_err(|_| Failure::new(FAILURE, "the verification broke off by a fault of ours"))
}

fn instant(flag: &str, text: Option<&str>, now: DateTime<Utc>) -> Result<Option<DateTime<Utc>>, Failure> {
    let read = |text: &str| {
        time::argument(text, now, None)
            .map_err(|wrong| Failure::new(USAGE, format!("{flag} {wrong}; write it as 2026-03-02T09:00 or 7d, which is that long ago")))
    };
    text.map(read).transpose()
}

fn opened(path: &Path, now: DateTime<Utc>) -> Result<State, Failure> {
    State::open(path, now).map_err(|error| Failure::new(USAGE, format!("--state {}: {error}", path.display())))
}

fn duration(text: &str) -> Result<Duration, Failure> {
    let wrong = || Failure::new(USAGE, "--deadline is a time such as 90s, 10m or 2h");
    time::parse_duration(text.trim()).map_err(|_| wrong())?.to_std().map_err(|_| wrong())
}

/// The longest key file that is read: what AWS answers with has some hundred bytes a key.
const MAX_KEYS: u64 = 4 << 20;

/// Reads the key files that are named, else those that are configured.
fn pinned(config: &Config) -> Result<Vec<PublicKey>, Failure> {
    let named = config.get(&KEYS);
    let (files, place, code) = match named.is_empty() {
        false => (named, "--keys", USAGE),
        true => (config.get(&ARCHIVE_KEYS).into_iter().map(PathBuf::from).collect(), "archive.keys:", CONFIG),
    };
    let mut keys = Vec::new();
    for file in files {
        let shown = file.display();
        let bytes = plain_file::read(&file, MAX_KEYS).map_err(|error| Failure::new(code, format!("{place} {shown}: {error}")))?;
        keys.extend(digest::parse_keys(&bytes).map_err(|wrong| Failure::new(code, format!("{place} {shown}: {wrong}")))?);
    }
    Ok(keys)
}

/// Returns who proves the log files of answers, where that is wanted.
///
/// Errors: a key file that cannot be read.
pub(super) fn prover(config: &Config) -> Result<Option<Arc<dyn Prover>>, Failure> {
    if !config.get(&ARCHIVE_VERIFIED) {
        return Ok(None);
    }
    let remote = Reading::of(config, None).keys(config);
    Ok(Some(Arc::new(DigestProver::new(pinned(config)?, remote))))
}

/// Returns where to look: what is named, else what is configured.
fn places(paths: &[PathBuf], config: &Config) -> Result<Vec<PathBuf>, Failure> {
    let named = if paths.is_empty() { config.get(&ARCHIVE) } else { paths.to_vec() };
    if !named.is_empty() {
        return Ok(named);
    }
    let configured = config.get(&ARCHIVE_LOCATIONS);
    if configured.is_empty() {
        return Err(Failure::new(
            USAGE,
            "There is no archive: name its folder, such as `cloudtrail-mcp verify ./AWSLogs`, or set [archive] locations",
        ));
    }
    Ok(configured.into_iter().map(PathBuf::from).collect())
}

/// How AWS is read: as the settings have it, until somebody stops it or time is up.
struct Reading {
    api: Api,
    buckets: RemoteArchive,
    /// Whether AWS may be asked at all.
    allowed: bool,
    caller: String,
    stop: Arc<AtomicBool>,
    until: Option<Instant>,
}

impl Reading {
    /// Prepares; asks nothing yet. What bounds one answer does not bound this: `--since`, `--until` and `--deadline` do.
    fn of(config: &Config, until: Option<Instant>) -> Self {
        let home_region = source::configured_region();
        let api = Api::open(config, home_region.clone());
        let buckets = RemoteArchive::configured(config, api.clone(), home_region);
        Self {
            api,
            buckets: RemoteArchive { max_objects: u32::MAX, max_bytes: u64::MAX, ..buckets },
            allowed: config.get(&ALLOW_AWS_READ),
            caller: config.policy().caller.to_string(),
            stop: Arc::default(),
            until,
        }
    }

    /// Returns who is asked for keys; nobody where AWS may not be asked.
    fn keys(&self, config: &Config) -> Option<Remote> {
        self.allowed.then(|| Remote::new(self.api.clone(), config.policy()))
    }

    fn bucket(&self, address: &str) -> Option<Bucket> {
        let halt = (Arc::clone(&self.stop), self.until);
        Some(Bucket::new(Arc::new(BucketReader::open(address, &self.buckets, &self.caller, halt)?)))
    }
}

fn stores(places: &[PathBuf], reading: &Reading) -> Result<Vec<Box<dyn Store>>, Failure> {
    let mut stores: Vec<Box<dyn Store>> = Vec::new();
    for place in places {
        let shown = place.display().to_string();
        let store: Box<dyn Store> = if shown.contains("://") {
            if !reading.allowed {
                return Err(Failure::new(
                    CONFIG,
                    format!("{shown} is in S3, and allow_aws_read is false; set it to true (or CHAT_ALLOW_AWS_READ=true)"),
                ));
            }
            let wrong = || Failure::new(USAGE, format!("{shown} is no bucket, or is one object; write it as s3://bucket/prefix"));
            Box::new(reading.bucket(&shown).ok_or_else(wrong)?)
        } else {
            let folder = Folder::open(place)
                .map_err(|error| Failure::new(USAGE, format!("{shown} cannot be opened: {error}; name the folder that holds AWSLogs")))?;
            Box::new(folder)
        };
        if let Some(account) = digest::account_above(store.above()) {
            let wrong = format!("{shown} lies within an account's folder, where digests and logs are apart; name that folder: {account}");
            return Err(Failure::new(USAGE, wrong));
        }
        if stores.iter().all(|known| known.above() != store.above()) {
            stores.push(store);
        }
    }
    Ok(stores)
}
