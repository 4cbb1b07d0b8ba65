//! What contradicts itself, and what the operator should know though it is not wrong.

use std::path::PathBuf;

use super::settings::{
    ALLOW_AWS_READ, ARCHIVE, ARCHIVE_ACCOUNT, ATHENA_ACCOUNT, ATHENA_DATABASE, ATHENA_TABLE, AWS_REGION_ALLOWLIST, CACHE_MAX_BYTES,
    DEFAULT_EVENTS, DEMO, EVENT_HISTORY_ENABLED, HTTP_CALLERS_TOOLS, HTTP_LISTEN, HTTP_OAUTH_TOOL_SCOPES, INVESTIGATIONS_PATH,
    LAKE_ACCOUNT, LOGS_INSIGHTS_ACCOUNT, LOGS_INSIGHTS_DATA_SOURCES, LOGS_INSIGHTS_LOG_GROUPS, LOOKBACK, MAX_EVENTS, MAX_WINDOW,
};
use super::spelling::bare_name;
use super::{Config, account, caller, http, live};
use crate::policy::region::global_region;

/// The least room in which a cache is of any use.
const LEAST_CACHE: u64 = 1 << 20;

/// Says everything that contradicts itself; one sentence each, beginning with the place.
pub(super) fn contradictions(config: &Config, tools: &[&str], problems: &mut Vec<String>) {
    let at = |key: &str| config.at(key);
    let (default, max) = (config.get(&DEFAULT_EVENTS), config.get(&MAX_EVENTS));
    if default > max {
        problems.push(format!("{}: {default} is more than {}, which is {max}", at("default_events"), at("max_events")));
    }
    if config.get(&LOOKBACK) > config.get(&MAX_WINDOW) {
        problems.push(format!("{}: it is longer than {}", at("lookback"), at("max_window")));
    }
    if config.get(&CACHE_MAX_BYTES) < LEAST_CACHE {
        problems.push(format!("{}: it must be at least 1 MiB, such as \"256 MiB\"", at("cache.max_bytes")));
    }
    http::problems(config, problems);
    for path in config.get(&ARCHIVE).iter().filter(|path| foreign(&path.to_string_lossy())) {
        problems.push(format!("{}: {} is neither a local path nor an address as s3://bucket/prefix", at("--archive"), path.display()));
    }
    for (place, setting) in [
        ("archive.account", &ARCHIVE_ACCOUNT),
        ("athena.account", &ATHENA_ACCOUNT),
        ("logs_insights.account", &LOGS_INSIGHTS_ACCOUNT),
        ("lake.account", &LAKE_ACCOUNT),
    ] {
        let named = config.find(setting);
        let has_role = |name: &String| config.accounts().iter().any(|account| account.name == *name && account.role_arn.is_some());
        if let Some(name) = named.filter(|name| !has_role(name)) {
            problems.push(format!("{}: {name:?} is no section of [accounts] with a role_arn", at(place)));
        }
    }
    for (one, other) in [(&ATHENA_TABLE, &ATHENA_DATABASE), (&ATHENA_DATABASE, &ATHENA_TABLE)] {
        if config.is_set(one) && !config.is_set(other) {
            problems.push(format!("{}: it goes with {}, which is missing", at(one.declaration.key), other.declaration.key));
        }
    }
    if !config.get(&LOGS_INSIGHTS_LOG_GROUPS).is_empty() && !config.get(&LOGS_INSIGHTS_DATA_SOURCES).is_empty() {
        problems.push(format!(
            "{}: a query is about log groups or data sources, not both; remove one of them",
            at("logs_insights.data_sources")
        ));
    }
    account::problems(config, problems);
    caller::problems(config, problems);
    live::problems(config, problems);
    let of_callers = config.sections("http.callers[]").into_iter();
    let named = of_callers.map(|caller| (caller.at(&HTTP_CALLERS_TOOLS), caller.list(&HTTP_CALLERS_TOOLS)));
    let scoped = config.get(&HTTP_OAUTH_TOOL_SCOPES).iter().filter_map(|pair| Some(pair.split_once('=')?.0.to_owned())).collect();
    for (place, names) in named.chain([(at("http.oauth.tool_scopes"), scoped)]) {
        for name in names.iter().filter(|name| !tools.contains(&bare_name(name))) {
            problems.push(format!("{place}: found {name:?}, but each tool must be one of {}", tools.join(", ")));
        }
    }
}

impl Config {
    /// Returns what the operator should know though it is not wrong; one sentence each.
    pub fn findings(&self) -> Vec<String> {
        let mut findings = Vec::new();
        let regions = self.get(&AWS_REGION_ALLOWLIST);
        if self.file.is_none() {
            findings.push("no policy file was found: the built-in defaults hold".to_owned());
        }
        if !self.get(&ALLOW_AWS_READ) {
            findings.push("allow_aws_read = false: event history will be refused".to_owned());
        } else if regions.is_empty() {
            findings.push("aws_region_allowlist is empty: any region may be read".to_owned());
        } else if !regions.iter().any(|region| global_region(region) == region) {
            findings.push("aws_region_allowlist lacks the region of global services: IAM and sign-in events will not be seen".to_owned());
        }
        findings.extend(self.http().findings());
        findings.extend(self.without_effect());
        if self.world_writable {
            findings.push("the policy file may be changed by anybody on this machine; chmod o-w mends it".to_owned());
        }
        findings
    }
}

impl Config {
    /// Returns the settings that have no effect as they are; one sentence each.
    pub fn without_effect(&self) -> Vec<String> {
        let mut dead = Vec::new();
        let (listens, webhooks) = (self.find(&HTTP_LISTEN).is_some(), !self.webhooks().is_empty());
        if webhooks && !listens {
            dead.push("http.webhooks takes no alert without http.listen; set it, such as \"127.0.0.1:8080\"".to_owned());
        }
        if self.chat().is_some() && !(webhooks && listens) {
            dead.push(
                "slack.url is posted to for alerts of http.webhooks alone; without one, and http.listen, nothing is posted".to_owned(),
            );
        }
        dead
    }

    /// Returns what cannot work though it is well-formed: nothing that may be read, places that are not there; one sentence each, with
    /// the cure.
    pub fn dead_ends(&self, env: &dyn Fn(&str) -> Option<String>) -> Vec<String> {
        let mut dead_ends = Vec::new();
        let history = self.get(&ALLOW_AWS_READ) && self.get(&EVENT_HISTORY_ENABLED);
        let (named, locations) = (self.get(&ARCHIVE), self.archive_locations());
        let engine = self.get(&ALLOW_AWS_READ) && self.has_engine();
        if !history && !engine && named.is_empty() && locations.is_empty() && !self.get(&DEMO) {
            dead_ends.push(format!(
                "nothing may be read: {} is false and no log files are named; set allow_aws_read = true (or CHAT_ALLOW_AWS_READ=true), \
                 or name logs by --archive or [archive] locations",
                if self.get(&ALLOW_AWS_READ) { "event_history.enabled" } else { "allow_aws_read" }
            ));
        }
        let local = |path: &&PathBuf| !is_remote(&path.to_string_lossy());
        for path in named.iter().chain(&locations).filter(local).filter(|path| !path.exists()) {
            dead_ends.push(format!("the log files {} are not there; correct the path, or mount what holds them", path.display()));
        }
        if let Some(path) = self.find(&INVESTIGATIONS_PATH).filter(|path| !path.is_dir() && self.webhooks().is_empty()) {
            dead_ends.push(format!("investigations.path: {} is no folder; make it, or remove the key", path.display()));
        }
        let allowed = self.get(&AWS_REGION_ALLOWLIST);
        let region = ["AWS_REGION", "AWS_DEFAULT_REGION"].iter().find_map(|name| env(name).filter(|region| !region.trim().is_empty()));
        if let Some(region) = region.filter(|region| !allowed.is_empty() && !allowed.contains(region)) {
            dead_ends
                .push(format!("aws_region_allowlist lacks {region}, the region of this environment; add it, or set another AWS_REGION"));
        }
        dead_ends
    }
}

/// Tells whether a location of an archive is in S3.
pub fn is_remote(location: &str) -> bool {
    location.starts_with("s3://")
}

/// Tells whether a location is on no machine that is known.
fn foreign(location: &str) -> bool {
    location.contains("://") && !is_remote(location)
}
