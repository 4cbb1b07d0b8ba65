//! What only AWS can tell: who we are there, and where we may read. Asked by the same code as every call.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::Duration;

use crate::config::settings::{AWS_REGION_ALLOWLIST, EVENT_HISTORY_ENABLED};
use crate::config::{Config, plain_file};
use crate::coverage::Cost;
use crate::investigate::Cursors;
use crate::policy::{Offer, Presence};
use crate::service::CallService;
use crate::source;
use crate::tools::{Call, cloudtrail_events, cloudtrail_trails};
use chrono::{DateTime, TimeDelta, Utc};
use http_body_util::Empty;
use hyper::body::Bytes;
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use serde_json::{Map, Value, json};

use super::super::{block_on, service};
use super::{Check, asks_aws, home_region, set};

/// The most that our clock may differ: AWS takes signatures within 5 minutes.
///
/// Source: AWS IAM user guide, "Troubleshooting AWS Signature Version 4".
const SKEW: TimeDelta = TimeDelta::minutes(4);
/// How long AWS may take to tell its time.
const PATIENCE: Duration = Duration::from_secs(5);
/// The most regions that are tried.
const REGIONS: usize = 20;

pub(super) fn checks(config: &Config, asked: &[String]) -> Vec<Check> {
    let mut checks = vec![credentials(), region()];
    if !asks_aws(config) {
        let why = "not asked: allow_aws_read is false, or only log files are read";
        checks.extend(["clock against AWS", "identity", "permissions"].map(|name| Check::skipped(name, why)));
        return checks;
    }
    let mut regions = if asked.is_empty() { config.get(&AWS_REGION_ALLOWLIST) } else { asked.to_vec() };
    if regions.is_empty() {
        regions.push(home_region().unwrap_or_else(|| "us-east-1".to_owned()));
    }
    regions.truncate(REGIONS);
    checks.push(block_on(clock()).unwrap_or_else(|_| Check::skipped("clock against AWS", "it could not be asked")));
    checks.extend(permissions(config, &regions));
    checks
}

/// Tells where credentials come from, in the order in which the SDK looks.
fn credentials() -> Check {
    const NAME: &str = "credentials";
    if let Some(profile) = set("AWS_PROFILE") {
        return profile_of(&profile);
    }
    match (set("AWS_ACCESS_KEY_ID"), set("AWS_SECRET_ACCESS_KEY")) {
        (Some(key), Some(secret)) => {
            let odd = [&key, &secret].iter().any(|value| value.trim() != value.as_str());
            return match odd {
                true => Check::failed(NAME, "an access key of the environment begins or ends in blanks", "set it again without them"),
                false => Check::ok(
                    NAME,
                    format!("AWS_ACCESS_KEY_ID of the environment{}", if set("AWS_SESSION_TOKEN").is_some() { ", temporary" } else { "" }),
                ),
            };
        }
        (Some(_), None) => return Check::failed(NAME, "AWS_ACCESS_KEY_ID is set without AWS_SECRET_ACCESS_KEY", "set both, or neither"),
        (None, Some(_)) => return Check::failed(NAME, "AWS_SECRET_ACCESS_KEY is set without AWS_ACCESS_KEY_ID", "set both, or neither"),
        (None, None) => {}
    }
    if set("AWS_WEB_IDENTITY_TOKEN_FILE").is_some() {
        return Check::ok(NAME, "AWS_WEB_IDENTITY_TOKEN_FILE, as in EKS");
    }
    if set("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI").or_else(|| set("AWS_CONTAINER_CREDENTIALS_FULL_URI")).is_some() {
        return Check::ok(NAME, "the container's role");
    }
    if files().iter().any(|file| file.is_file()) {
        return profile_of("default");
    }
    if set("AWS_EC2_METADATA_DISABLED").is_none() {
        return Check::note(
            NAME,
            "none in the environment or in ~/.aws: the instance's role is asked",
            "set AWS_PROFILE in the client's entry, as clients do not pass the shell's environment on",
        );
    }
    Check::failed(
        NAME,
        "none in the environment or in ~/.aws",
        "set AWS_PROFILE or the AWS_* variables for this server, or log in, for example with aws sso login",
    )
}

fn files() -> Vec<PathBuf> {
    let home = set("HOME").or_else(|| set("USERPROFILE")).map(PathBuf::from).unwrap_or_default();
    let of = |variable: &str, name: &str| set(variable).map_or_else(|| home.join(".aws").join(name), PathBuf::from);
    vec![of("AWS_CONFIG_FILE", "config"), of("AWS_SHARED_CREDENTIALS_FILE", "credentials")]
}

fn profile_of(profile: &str) -> Check {
    let heads = [format!("[{profile}]"), format!("[profile {profile}]")];
    let mut known = Vec::new();
    for file in files() {
        let text = plain_file::read_text(&file, 1 << 20).unwrap_or_default();
        let sections = text.lines().map(str::trim).filter(|line| line.starts_with('[') && line.ends_with(']'));
        known.extend(sections.filter(|line| !line.starts_with("[sso-session")).map(str::to_owned));
    }
    if known.iter().any(|section| heads.contains(section)) {
        return Check::ok("credentials", format!("profile {profile}"));
    }
    let mut names: Vec<&str> = known.iter().map(|section| section.trim_matches(['[', ']']).trim_start_matches("profile ")).collect();
    names.sort_unstable();
    names.dedup();
    let there = if names.is_empty() { "there is none".to_owned() } else { format!("there are {}", names.join(", ")) };
    let fix = format!("aws configure sso --profile {profile}, or set AWS_PROFILE to one that is there");
    Check::failed("credentials", format!("profile {profile} is not in ~/.aws: {there}"), fix)
}

fn region() -> Check {
    match home_region() {
        Some(region) => Check::ok("region", region),
        None => Check::note(
            "region",
            "AWS_REGION is not set: an alert without a region is looked for where the lists lead",
            "set AWS_REGION in the client's entry",
        ),
    }
}

/// Compares our clock with AWS's, which stands in every answer, refusals too.
async fn clock() -> Check {
    const NAME: &str = "clock against AWS";
    let address =
        set("AWS_ENDPOINT_URL_STS").or_else(|| set("AWS_ENDPOINT_URL")).unwrap_or_else(|| "https://sts.amazonaws.com/".to_owned());
    let told = tokio::time::timeout(PATIENCE, date(&address)).await.ok().flatten();
    let Some(theirs) = told else { return Check::skipped(NAME, format!("{} told no time", crate::redact::text(&address, 80))) };
    let apart = Utc::now() - theirs;
    let shown = crate::time::length(apart.abs());
    match apart.abs() > SKEW {
        true => Check::failed(
            NAME,
            format!(
                "this machine is {shown} {}; AWS refuses what is signed then",
                if apart > TimeDelta::zero() { "ahead" } else { "behind" }
            ),
            "set the clock, for example with: sudo chronyc makestep, or sudo timedatectl set-ntp true",
        ),
        false => Check::ok(NAME, format!("{shown} apart")),
    }
}

async fn date(address: &str) -> Option<DateTime<Utc>> {
    let provider = rustls::crypto::ring::default_provider();
    let https = hyper_rustls::HttpsConnectorBuilder::new().with_provider_and_native_roots(provider).ok()?;
    let client: Client<_, Empty<Bytes>> = Client::builder(TokioExecutor::new()).build(https.https_or_http().enable_http1().build());
    let request = http::Request::head(address).body(Empty::new()).ok()?;
    let answer = client.request(request).await.ok()?;
    let date = answer.headers().get(http::header::DATE)?.to_str().ok()?;
    DateTime::parse_from_rfc2822(date).ok().map(|date| date.to_utc())
}

/// Asks each region for a window of a minute: one request, whose failure says what a call would meet.
fn permissions(config: &Config, regions: &[String]) -> Vec<Check> {
    let Some(name) = source::ALL.iter().map(|definition| definition.profile).find(|profile| profile.asks_aws).map(|profile| profile.name)
    else {
        return Vec::new();
    };
    let service = match service(config, Cursors::ephemeral()) {
        Ok(service) => service,
        Err(failure) => return vec![Check::failed("permissions", failure.message, "mend that first")],
    };
    let until = Utc::now() - TimeDelta::minutes(20);
    let mut checks = Vec::new();
    let mut account = None;
    let history = config.get(&EVENT_HISTORY_ENABLED);
    if !history {
        checks.push(Check::skipped("permissions", "LookupEvents was not asked: event_history.enabled is false"));
    }
    for region in regions.iter().filter(|_| history) {
        let (from, to) = (crate::time::rfc3339(until - TimeDelta::minutes(1)), crate::time::rfc3339(until));
        let question = json!({"regions": [region], "start_time": from, "end_time": to, "source": name.as_str(), "limit": 1});
        let Value::Object(arguments): Value = question else { return checks };
        let told = block_on(service.call(&cloudtrail_events::TOOL, &Call::default(), Some(arguments))).map(|outcome| outcome.structured());
        checks.push(permission(region, told.ok().as_ref().and_then(Value::as_object), &mut account));
    }
    let (settings, told) = settings(&service, regions);
    let identity = match account.or(told) {
        Some(account) => Check::ok("identity", format!("account {account}, by STS")),
        None => Check::failed(
            "identity",
            "STS did not tell the account of these credentials",
            "mend what stands at `permissions`; or let this machine reach STS",
        ),
    };
    checks.insert(0, identity);
    checks.push(settings);
    checks.extend(engines(&service, regions));
    checks
}

/// Asks each SQL engine that is configured for a minute of the first region: the least that it can be asked.
fn engines(service: &CallService, regions: &[String]) -> Vec<Check> {
    const NAME: &str = "engine";
    let there = |offer: &&Offer| offer.presence != Presence::Absent && matches!(offer.profile.cost, Cost::Bytes { .. });
    let offers = service.context().sources.available().sources.iter().filter(there);
    let ask = |offer: &Offer| {
        let (name, title) = (offer.profile.name, offer.profile.title);
        let until = Utc::now() - offer.profile.lag - TimeDelta::minutes(1);
        let (from, to) = (crate::time::rfc3339(until - TimeDelta::minutes(1)), crate::time::rfc3339(until));
        let question = json!({"regions": regions.first(), "start_time": from, "end_time": to, "source": name.as_str(), "limit": 1});
        let Value::Object(arguments) = question else { return Check::skipped(NAME, title) };
        let told = block_on(service.call(&cloudtrail_events::TOOL, &Call::default(), Some(arguments))).map(|outcome| outcome.structured());
        let Ok(told) = told else { return Check::skipped(NAME, format!("{title} could not be asked")) };
        let text = |pointer: &str| told.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
        match text("/coverage/verdict").as_deref() {
            Some("complete") => Check::ok(NAME, format!("{title} answers")),
            _ => {
                let found = text("/coverage/cells/0/detail").or_else(|| text("/error/message")).or_else(|| text("/headline"));
                let fix = text("/error/next").or_else(|| text("/coverage/next"));
                let fix = fix.unwrap_or_else(|| "mend what is named, and run this again".to_owned());
                Check::failed(NAME, format!("{title}: {}", found.unwrap_or_default()), fix)
            }
        }
    };
    offers.map(ask).collect()
}

/// Reads the trails and what belongs to them, each by its own call, and says which permissions are missing: answers need none of them.
///
/// Shape: with the account, where that could be told.
fn settings(service: &CallService, regions: &[String]) -> (Check, Option<String>) {
    const NAME: &str = "trail permissions";
    let arguments = Map::from_iter([("regions".to_owned(), json!(regions)), ("detail".to_owned(), json!("full"))]);
    let told = block_on(service.call(&cloudtrail_trails::TOOL, &Call::default(), Some(arguments))).map(|outcome| outcome.structured());
    let Ok(told) = told else { return (Check::skipped(NAME, "it could not be asked"), None) };
    let fix = "`cloudtrail-mcp iam-policy` prints them; until then `trails` says unknown where one is missing";
    if let Some(message) = told.get("error").and_then(|error| error.get("message")?.as_str()) {
        return (Check::note(NAME, format!("trails cannot be judged: {message}"), fix), None);
    }
    let list = |value: &Value, key: &str| value.get(key).and_then(Value::as_array).cloned().unwrap_or_default();
    let checks = list(&told, "accounts").iter().flat_map(|account| list(account, "checks")).collect::<Vec<_>>();
    let missing: BTreeSet<String> =
        checks.iter().flat_map(|check| list(check, "missing")).filter_map(|action| action.as_str().map(str::to_owned)).collect();
    let account = told.pointer("/accounts/0/account").and_then(Value::as_str).map(str::to_owned);
    let check = match missing.is_empty() {
        true => Check::ok(NAME, format!("all {} checks of trails can be judged", checks.len())),
        false => Check::note(NAME, format!("missing, or not answered: {}", missing.into_iter().collect::<Vec<_>>().join(", ")), fix),
    };
    (check, account)
}

fn permission(region: &str, told: Option<&Map<String, Value>>, account: &mut Option<String>) -> Check {
    const NAME: &str = "permissions";
    let text = |value: Option<&Value>| value.and_then(Value::as_str).map(str::to_owned);
    let cells = told.and_then(|told| told.get("coverage")?.get("cells")?.as_array());
    let cell = cells.and_then(|cells| cells.iter().find(|cell| cell.get("region").and_then(Value::as_str) == Some(region)));
    let error = told.and_then(|told| told.get("error"));
    if account.is_none() {
        *account = text(cell.and_then(|cell| cell.get("account"))).filter(|account| !account.is_empty());
    }
    match text(cell.and_then(|cell| cell.get("state"))).as_deref() {
        Some("exhausted" | "lagging" | "page_cap") => Check::ok(NAME, format!("{region}: LookupEvents is allowed")),
        state => {
            let error = |key: &str| text(error.and_then(|error| error.get(key)));
            let detail = text(cell.and_then(|cell| cell.get("detail"))).or_else(|| error("message"));
            let found = format!("{region}: {}", detail.unwrap_or_else(|| format!("the answer is {}", state.unwrap_or("none"))));
            let next = text(told.and_then(|told| told.get("coverage")?.get("next")));
            let denied = matches!(state, Some("denied")).then(|| "`cloudtrail-mcp iam-policy` prints what this identity needs".to_owned());
            let fix = denied.or_else(|| error("next")).or(next);
            Check::failed(NAME, found, fix.unwrap_or_else(|| "mend what is named, and run this again".to_owned()))
        }
    }
}
