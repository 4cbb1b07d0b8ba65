//! What contradicts itself, and what the operator should know though it is not wrong.

use super::settings::{
    ALLOW_AWS_READ, ARCHIVE, ARCHIVE_LOCATIONS, AWS_REGION_ALLOWLIST, CACHE_MAX_BYTES, DEFAULT_EVENTS, HTTP_CALLERS_TOOLS,
    HTTP_OAUTH_TOOL_SCOPES, LOOKBACK, MAX_EVENTS, MAX_WINDOW,
};
use super::spelling::bare_name;
use super::{Config, Origin, account, caller, http};
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
    for path in config.get(&ARCHIVE).iter().filter(|path| path.to_string_lossy().contains("://")) {
        problems.push(format!("{}: {} is not a local path, and no other is read in this version", at("--archive"), path.display()));
    }
    account::problems(config, problems);
    caller::problems(config, problems);
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
        let set = self.explained.iter().filter(|explained| !explained.declaration.used && explained.origin != Origin::Default);
        findings.extend(set.map(|explained| format!("{} ({}) has no effect in this version", explained.key, explained.origin)));
        let remote = self.get(&ARCHIVE_LOCATIONS).iter().filter(|location| is_remote(location)).count();
        if remote > 0 {
            findings.push(format!("archive.locations: s3:// addresses have no effect in this version ({remote} of them)"));
        }
        if self.world_writable {
            findings.push("the policy file may be changed by anybody on this machine; chmod o-w mends it".to_owned());
        }
        findings
    }
}

/// Tells whether a location of `[archive]` is not on this machine.
pub(super) fn is_remote(location: &str) -> bool {
    location.contains("://")
}
