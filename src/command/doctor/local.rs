//! What can be seen on this machine.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use crate::config::settings::{
    ALLOW_AWS_READ, ARCHIVE, AUDIT_PATH, AWS_ACCOUNT_ALLOWLIST, AWS_REGION_ALLOWLIST, BUDGET_DEADLINE, BUDGET_LOOKUP_REQUESTS, CACHE_PATH,
    DEMO, EVENT_HISTORY_ENABLED, INVESTIGATIONS_PATH, NOW, TOOL_NAMES,
};
use crate::config::spelling::Spelling;
use crate::config::{Config, is_remote, plain_file};
use crate::policy::region::{global_region, known_regions};
use crate::server::http;
use crate::time;
use chrono::TimeDelta;

use super::{Check, home_region, set};

/// Variables that mean something to us or to the SDK.
const VARIABLES: &[&str] = &["AWS_", "CLOUDTRAIL_MCP_", "CHAT_A"];
/// The most files of an archive that are looked at.
const FILES: usize = 20_000;

pub(super) fn checks(config: &Config, valid: Check) -> Vec<Check> {
    let mut checks = vec![version(), policy_file(config), valid, permissions(config), blank(), allow(config)];
    checks.extend([region_list(config), account_list(config), budget(config), clock(config), history(config)]);
    checks.extend(archives(config));
    checks.push(dead_settings(config));
    checks.extend([folder("cache", config.find(&CACHE_PATH)), audit(config), investigations(config)]);
    checks.extend([listen(config), tokens(config), endpoint(), proxy(), authorities(), names(config)]);
    checks
}

fn version() -> Check {
    let path = std::env::current_exe().map(|path| path.display().to_string()).unwrap_or_default();
    Check::ok("version", format!("cloudtrail-mcp {} at {path}", env!("CARGO_PKG_VERSION")))
}

fn policy_file(config: &Config) -> Check {
    match config.file() {
        Some(path) => Check::ok("policy file", path.display().to_string()),
        None => Check::note(
            "policy file",
            "none was found: the built-in defaults hold, which let nothing of AWS be read",
            "write ~/.config/cloudtrail-mcp/policy.toml, or name one by --config or CLOUDTRAIL_MCP_CONFIG",
        ),
    }
}

fn permissions(config: &Config) -> Check {
    let Some(path) = config.file() else { return Check::skipped("policy file's permissions", "there is no policy file") };
    #[cfg(unix)]
    if let Ok(metadata) = fs::metadata(path) {
        let mode = std::os::unix::fs::MetadataExt::mode(&metadata);
        if mode & 0o022 != 0 {
            let found = format!("others than its owner may change it ({:o})", mode & 0o777);
            return Check::failed("policy file's permissions", found, format!("chmod go-w {}", path.display()));
        }
    }
    Check::ok("policy file's permissions", format!("only its owner may change {}", path.display()))
}

fn blank() -> Check {
    let ours = |name: &str| VARIABLES.iter().any(|prefix| name.starts_with(prefix));
    let all = std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value)));
    let mut blank: Vec<String> =
        all.filter(|(name, value)| ours(name) && value.to_string_lossy().trim().is_empty()).map(|(name, _)| name).collect();
    blank.sort();
    match blank.as_slice() {
        [] => Check::ok("environment", "no variable of AWS or of this server is blank"),
        names => Check::failed(
            "environment",
            format!("blank: {}", names.join(", ")),
            format!("give them values, or remove them: unset {}", names.join(" ")),
        ),
    }
}

fn allow(config: &Config) -> Check {
    let local = config.get(&DEMO) || !config.get(&ARCHIVE).is_empty() || !config.archive_locations().is_empty();
    match (config.get(&ALLOW_AWS_READ), local) {
        (true, _) => Check::ok("allow_aws_read", "true: AWS may be read"),
        (false, true) if config.is_archive_remote() => Check::failed(
            "allow_aws_read",
            "false, and an archive is in S3: it will be refused",
            "set allow_aws_read = true in the policy file (or CHAT_ALLOW_AWS_READ=true in the client's entry)",
        ),
        (false, true) => Check::ok("allow_aws_read", "false: only local log files are read"),
        (false, false) => Check::failed(
            "allow_aws_read",
            "false, and no log files are named: every call will be refused",
            "set allow_aws_read = true in the policy file (or CHAT_ALLOW_AWS_READ=true in the client's entry), or name logs by --archive",
        ),
    }
}

fn region_list(config: &Config) -> Check {
    const NAME: &str = "aws_region_allowlist";
    let allowed: Vec<String> = config.get(&AWS_REGION_ALLOWLIST);
    if allowed.is_empty() {
        return Check::note(NAME, "empty: any region may be read", "name the regions that you use, us-east-1 with them");
    }
    if let Some(home) = home_region().filter(|home| !allowed.contains(home)) {
        return Check::failed(
            NAME,
            format!("it lacks {home}, the region of this environment"),
            format!("add \"{home}\" to it, or set another AWS_REGION"),
        );
    }
    if let Some(odd) = allowed.iter().find(|region| !known_regions(region).any(|known| known == region.as_str())) {
        return Check::note(
            NAME,
            format!("{odd} is no region that this version knows"),
            "correct it if it is a slip; a new region works all the same",
        );
    }
    if !allowed.iter().any(|region| global_region(region) == region) {
        let found = format!("{}: the region of global services is missing, so IAM and sign-in events are not seen", allowed.join(", "));
        return Check::note(NAME, found, "add \"us-east-1\" to it");
    }
    Check::ok(NAME, allowed.join(", "))
}

fn account_list(config: &Config) -> Check {
    const NAME: &str = "accounts";
    let (allowed, accounts) = (config.get(&AWS_ACCOUNT_ALLOWLIST), config.accounts());
    if let Some(outside) = accounts.iter().find(|account| !allowed.is_empty() && !allowed.contains(&account.id)) {
        return Check::failed(
            NAME,
            format!("accounts.{} ({}) is not in aws_account_allowlist, so it is never read", outside.name, outside.id),
            format!("add \"{}\" to aws_account_allowlist, or remove the section", outside.id),
        );
    }
    let named: Vec<String> = accounts.iter().map(|account| format!("{} ({})", account.name, account.id)).collect();
    let list = if allowed.is_empty() { "any account may be read".to_owned() } else { format!("allowed: {}", allowed.join(", ")) };
    Check::ok(NAME, if named.is_empty() { format!("{list}; none is named by a section") } else { format!("{list}; {}", named.join(", ")) })
}

fn budget(config: &Config) -> Check {
    let (requests, deadline) = (config.get(&BUDGET_LOOKUP_REQUESTS), config.get(&BUDGET_DEADLINE));
    let found = format!("{requests} requests and {} s a call", deadline.as_secs());
    if deadline.as_secs() > 55 {
        return Check::note("budget", found, "clients often give up at 60 s: set deadline = \"25s\" in [budget]");
    }
    if u64::from(requests) / 2 > deadline.as_secs() {
        return Check::note(
            "budget",
            format!("{found}; AWS answers 2 requests a second, so the time ends first"),
            "raise deadline or lower lookup_requests in [budget]",
        );
    }
    Check::ok("budget", found)
}

fn clock(config: &Config) -> Check {
    match config.find(&NOW) {
        Some(now) => Check::note("clock", format!("fixed at {} by --now", time::rfc3339(now)), "leave --now out to ask about today"),
        None => Check::ok("clock", time::rfc3339(chrono::Utc::now())),
    }
}

fn history(config: &Config) -> Check {
    match (config.get(&EVENT_HISTORY_ENABLED), config.get(&ALLOW_AWS_READ)) {
        (true, true) => Check::ok("source: event history", "enabled, 90 days of management events"),
        (true, false) => Check::skipped("source: event history", "enabled, but allow_aws_read = false keeps it from being asked"),
        (false, _) => Check::skipped("source: event history", "switched off by event_history.enabled"),
    }
}

fn archives(config: &Config) -> Vec<Check> {
    let named: Vec<PathBuf> = config.get(&ARCHIVE).into_iter().chain(config.archive_locations()).collect();
    if named.is_empty() {
        return vec![Check::skipped("source: archive", "no log files are named ([archive] locations, --archive)")];
    }
    named.iter().map(|path| archive(path)).collect()
}

fn archive(path: &Path) -> Check {
    const NAME: &str = "source: archive";
    let shown = path.display();
    if is_remote(&path.to_string_lossy()) {
        return Check::skipped(NAME, format!("{shown} is in S3, which is read when somebody asks"));
    }
    if let Err(error) = fs::metadata(path) {
        return Check::failed(NAME, format!("{shown}: {error}"), "correct the path, or mount what holds the logs");
    }
    let entries = walkdir::WalkDir::new(path).follow_links(true).into_iter().take(FILES);
    let (mut files, mut logs, mut newest, mut unreadable) = (0, 0, None, None);
    for entry in entries {
        match entry {
            Ok(entry) if entry.file_type().is_file() => {
                files += 1;
                if is_log(entry.file_name().to_str().unwrap_or_default()) {
                    logs += 1;
                    newest = newest.max(entry.metadata().ok().and_then(|metadata| metadata.modified().ok()));
                    // One file is enough to see whether this user may read them.
                    if logs == 1 && fs::File::open(entry.path()).is_err() {
                        unreadable = Some(entry.path().display().to_string());
                    }
                }
            }
            Ok(_) => {}
            Err(error) => unreadable = Some(error.to_string()),
        }
    }
    if let Some(what) = unreadable {
        return Check::failed(
            NAME,
            format!("{shown}: {what} cannot be read"),
            format!("let this user read it, such as chmod -R a+rX {shown}"),
        );
    }
    if logs == 0 {
        let found = format!("{shown} holds no log file among {files} files");
        return Check::failed(NAME, found, "name the folder that holds CloudTrail's *.json.gz (AWSLogs/…/CloudTrail)");
    }
    let age = newest.and_then(|newest| SystemTime::now().duration_since(newest).ok());
    let age = age.and_then(|age| TimeDelta::from_std(age).ok()).map(|age| format!(", the newest written {} ago", time::length(age)));
    let more = if files >= FILES { " or more" } else { "" };
    Check::ok(NAME, format!("{shown}: {logs}{more} log files{}", age.unwrap_or_default()))
}

fn is_log(name: &str) -> bool {
    [".json.gz", ".json", ".jsonl", ".ndjson", ".gz", ".zst", ".zip", ".csv"].iter().any(|ending| name.ends_with(ending))
}

fn dead_settings(config: &Config) -> Check {
    let dead = config.without_effect();
    match dead.as_slice() {
        [] => Check::ok("settings without effect", "none"),
        dead => Check::note("settings without effect", dead.join("; "), "remove them, so that nobody relies on them"),
    }
}

fn folder(name: &'static str, path: Option<PathBuf>) -> Check {
    let Some(path) = path else { return Check::skipped(name, "not set: kept in memory") };
    let shown = path.display();
    let there = path.ancestors().find(|path| path.exists()).unwrap_or(&path);
    match is_writable(there) {
        true => Check::ok(name, format!("{shown} can be written")),
        false => Check::failed(
            name,
            format!("{shown} cannot be written"),
            format!("let this user write {}, or set another path", there.display()),
        ),
    }
}

/// Tells whether this user may write there, by a file that is gone again at once.
fn is_writable(place: &Path) -> bool {
    if place.is_file() {
        return plain_file::open(place, fs::OpenOptions::new().append(true)).is_ok();
    }
    let probe = place.join(format!(".cloudtrail-mcp-doctor-{}", std::process::id()));
    let made = fs::OpenOptions::new().write(true).create_new(true).open(&probe).is_ok();
    made && fs::remove_file(&probe).is_ok()
}

fn audit(config: &Config) -> Check {
    let Some(path) = config.find(&AUDIT_PATH) else { return Check::skipped("audit log", "not set: calls are not recorded") };
    let folder = if path.exists() { Some(path.as_path()) } else { path.parent() };
    match folder.is_some_and(|folder| folder.exists() && is_writable(folder)) {
        true => Check::ok("audit log", format!("{} can be written", path.display())),
        false => Check::failed(
            "audit log",
            format!("{} cannot be written, and no call is answered that is not recorded", path.display()),
            format!("make {} and let this user write it", path.parent().unwrap_or(&path).display()),
        ),
    }
}

fn investigations(config: &Config) -> Check {
    let Some(path) = config.find(&INVESTIGATIONS_PATH) else {
        return Check::skipped("investigations", "no folder of known incidents is set");
    };
    let fix = format!("make {} and let this user read it, or remove investigations.path", path.display());
    match crate::config::investigation::Store::open(&path).and_then(|store| store.list()) {
        Ok(known) => Check::ok("investigations", format!("{} known in {}", known.len(), path.display())),
        Err(error) => Check::failed("investigations", error.to_string(), fix),
    }
}

fn listen(config: &Config) -> Check {
    let settings = config.http();
    let Some(address) = settings.listen else { return Check::skipped("HTTP", "the server is on stdio") };
    if let Err(error) = http::Front::open(&settings) {
        return Check::failed("HTTP", error.to_string(), "correct [http] in the policy file; `cloudtrail-mcp config check` reads it again");
    }
    let scheme = if settings.tls.is_some() { "https, by tls_cert" } else { "http" };
    match std::net::TcpListener::bind(address) {
        Ok(_) => Check::ok("HTTP", format!("{address} is free ({scheme})")),
        Err(error) => Check::failed("HTTP", format!("{address}: {error}"), "end what listens there, or set another http.listen"),
    }
}

fn tokens(config: &Config) -> Check {
    let settings = config.http();
    match (settings.listen, settings.callers.len(), &settings.oauth) {
        (None, ..) => Check::skipped("HTTP callers", "the server is on stdio"),
        (Some(_), 0, None) => Check::note(
            "HTTP callers",
            "nobody is asked who they are: every process of this machine may call",
            "cloudtrail-mcp config caller NAME",
        ),
        (Some(_), n, oauth) => {
            let issuer = oauth.as_ref().map(|oauth| format!(", and tokens of {}", oauth.issuer)).unwrap_or_default();
            Check::ok("HTTP callers", format!("{n} with a token of their own{issuer}"))
        }
    }
}

fn endpoint() -> Check {
    let named =
        ["AWS_ENDPOINT_URL_CLOUDTRAIL", "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_STS"].iter().find_map(|name| Some((name, set(name)?)));
    match named {
        None => Check::ok("endpoint", "AWS's own"),
        Some((name, url)) if url.starts_with("https://") || url.starts_with("http://") => {
            Check::note("endpoint", format!("{name} = {}", crate::redact::text(&url, 120)), "unset it to ask AWS itself")
        }
        Some((name, _)) => {
            Check::failed("endpoint", format!("{name} is no address"), format!("set {name} to an https:// address, or unset it"))
        }
    }
}

fn proxy() -> Check {
    let named = ["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY"].iter().find(|name| set(name).is_some());
    match named {
        None => Check::ok("proxy", "none"),
        // Its address may hold a password.
        Some(name) if set("NO_PROXY").or_else(|| set("no_proxy")).is_none() => {
            Check::note("proxy", format!("{name} is set"), "NO_PROXY=169.254.169.254 keeps instance roles from being asked through it")
        }
        Some(name) => Check::ok("proxy", format!("{name} is set, with NO_PROXY")),
    }
}

fn authorities() -> Check {
    let named = ["AWS_CA_BUNDLE", "SSL_CERT_FILE"].iter().find_map(|name| Some((name, set(name)?)));
    let Some((name, path)) = named else { return Check::ok("certificates", "the system's authorities") };
    match plain_file::read_text(Path::new(&path), 8 << 20) {
        Ok(text) if text.contains("BEGIN CERTIFICATE") => Check::ok("certificates", format!("{name} = {path}")),
        Ok(_) => {
            Check::failed("certificates", format!("{name}: {path} holds no certificate"), format!("name a PEM file by {name}, or unset it"))
        }
        Err(error) => Check::failed("certificates", format!("{name}: {path}: {error}"), format!("correct the path, or unset {name}")),
    }
}

fn names(config: &Config) -> Check {
    match config.get(&TOOL_NAMES) {
        Spelling::Underscore => Check::ok("tool names", "aws_cloudtrail_events: every client takes them"),
        Spelling::Dotted => Check::note(
            "tool names",
            "aws.cloudtrail_events: some clients refuse a server whose tools have dots",
            "--tool-names underscore; `cloudtrail-mcp config client NAME` prints the entry",
        ),
    }
}
