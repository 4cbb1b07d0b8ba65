//! What is allowed. The one place where an [`Incident`] becomes a [`Scope`].

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use crate::catalogue::Category;
use crate::context::Incident;
use crate::coverage::{BlindSpot, Cell, Note, Profile, RegionGuess, SourceName, State};
use crate::event::{is_account, is_region};
use crate::refusal::{Code, Refusal};
use crate::time::{Window, in_hours, rfc3339};

mod available;
pub mod caller;
mod gate;
pub mod region;
mod scope;
mod statement;
mod version;

pub use available::{Available, Need, Offer, Presence};
pub use caller::{CallerRules, Callers, UntrustedText};
pub use gate::{Admitted, Ungated};
pub use scope::{GlobalPass, Scope};
pub use statement::{Statement, Unbound};
pub use version::PolicyVersion;

use region::{global_region, known_regions};

/// The most accounts times regions that are read one by one in a call: each is asked side by side with the others, and held as a cell.
const PLACES: usize = 256;

/// How many allowed regions are looked at when nothing names one.
const GUESSED_REGIONS: usize = 5;

/// The region that is looked at when neither the incident nor the configuration names one.
const LAST_RESORT: &str = "us-east-1";

/// What the operator allows. The default allows nothing to be read.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Policy {
    /// Who asks: the name of the caller that these limits are for; empty where there is one caller only (stdio, the command line).
    ///
    /// Shape: nothing that is kept (cursors, cached slices, joined requests) passes from one caller to another.
    pub caller: Arc<str>,
    /// Whether AWS may be asked anything.
    pub allow_aws_read: bool,
    /// Regions that may be read; empty means any.
    pub regions: Vec<String>,
    /// Account ids that may be read; empty means any.
    pub accounts: Vec<String>,
    /// The longest window.
    pub max_window: Duration,
    /// The longest window of a question that names what it asks about exactly.
    pub max_lookup_window: Duration,
    /// How far before the alert to look, unless told otherwise.
    pub lookback: Duration,
    /// Events shown unless told otherwise.
    pub default_events: u32,
    /// The most events shown.
    pub max_events: u32,
    /// Requests per call, account and region.
    pub lookup_requests: u32,
    /// Time per call.
    pub deadline: Duration,
    /// Sources that may not be used at all.
    pub switched_off: Vec<SourceName>,
    /// Whether callers may ask engines in SQL.
    pub allow_sql: bool,
    /// What becomes of text that any caller of AWS may choose.
    pub untrusted_text: UntrustedText,
    /// Categories of changes that may be shown; empty means any.
    pub categories: Vec<Category>,
    /// Names of tools, without prefix, that may be called; empty means any.
    pub tools: Vec<String>,
    /// Set when the operator's limits and the caller's have nothing in common: every call is refused so.
    pub nothing_left: Option<Code>,
}

impl Policy {
    /// Decides what of `incident` may be read.
    ///
    /// Shape: what is narrowed stands in the scope's denied cells and blind spots.
    /// Errors: `tool_not_allowed`, `invalid_argument`, `window_too_large`, `region_not_allowed`, `account_not_allowed`.
    pub fn admit(
        &self,
        incident: &Incident,
        choice: Option<SourceName>,
        available: &Available,
        now: DateTime<Utc>,
    ) -> Result<Scope, Refusal> {
        if let Some(code) = self.nothing_left {
            return Err(Refusal::new(
                code,
                "Nothing is left that this caller may ask for: the operator's limits and the caller's own have nothing in common.",
                "For the operator: the keys are those of this caller's [[http.callers]] entry.",
            ));
        }
        let source = self.source(choice, available, &self.need(incident, available, now))?;
        let max_window = TimeDelta::from_std(self.max_window).unwrap_or(TimeDelta::MAX);
        let mut decided = Decided { source, available, denied: Vec::new(), blind_spots: Vec::new(), missed_accounts: Vec::new() };
        admit_length(incident.window, (max_window, "max_window"), now)?;
        let regions = self.admit_regions(incident, &mut decided)?;
        let (global_region, global_pass) = self.admit_global(regions.as_deref(), &mut decided);
        let (accounts, asked_accounts) = self.admit_accounts(incident, regions.as_deref(), &mut decided)?;
        let places = asked_accounts.len().max(1).saturating_mul(regions.as_ref().map_or(1, Vec::len));
        if source.by_region && places > PLACES {
            let message = format!("{places} places were asked for (accounts times regions); at most {PLACES} are read in one call.");
            return Err(Refusal::invalid("regions", message, "Ask for fewer regions or accounts, such as regions=eu-west-1."));
        }
        let keeps_from = source.retention.and_then(|retention| now.checked_sub_signed(retention));
        let window = kept(incident.window, keeps_from, regions.as_deref(), &mut decided)?;
        if !self.categories.is_empty() {
            let shown = self.categories.iter().map(|category| category.as_str()).collect();
            decided.blind_spots.push(BlindSpot::OtherCategories(shown));
        }
        Ok(Scope {
            policy: Arc::new(self.clone()),
            source,
            now,
            window,
            max_window,
            scanned_at_most: max_window,
            keeps_from,
            regions,
            global_region,
            global_pass,
            all_regions: incident.all_regions,
            accounts,
            asked_accounts,
            missed_accounts: decided.missed_accounts,
            denied: decided.denied,
            blind_spots: decided.blind_spots,
        })
    }

    /// Returns what a question needs of a source.
    fn need(&self, incident: &Incident, available: &Available, now: DateTime<Utc>) -> Need {
        let id = |name: &String| available.account_names.iter().find(|(known, _)| known == name).map_or(name, |(_, id)| id).clone();
        let named = incident.accounts.iter().filter(|_| incident.accounts_given).map(|named| id(&named.name));
        let regions = match incident.all_regions {
            true => self.regions.len(),
            false => incident.regions.len(),
        };
        Need { since: Some((incident.window.from, now)), accounts: once(&named.collect::<Vec<_>>()), regions }
    }

    /// Decides whether one event may be looked up in `incident`'s window, however long: an id names a single event.
    ///
    /// Errors: as [`Policy::admit`], but for `window_too_large`.
    pub fn admit_event(
        &self,
        incident: &Incident,
        choice: Option<SourceName>,
        available: &Available,
        now: DateTime<Utc>,
    ) -> Result<Scope, Refusal> {
        let boundless = Self { max_window: Duration::MAX, ..self.clone() };
        boundless.admit(incident, choice, available, now)
    }

    /// Decides what of `incident` may be read where the question names exactly what it is about, such as a bucket or an access key.
    ///
    /// Errors: as [`Policy::admit`], but that the window may be as long as `max_lookup_window`.
    pub fn admit_look_up(
        &self,
        incident: &Incident,
        choice: Option<SourceName>,
        available: &Available,
        now: DateTime<Utc>,
    ) -> Result<Scope, Refusal> {
        let longest = self.longest_look_up();
        admit_length(incident.window, (TimeDelta::from_std(longest).unwrap_or(TimeDelta::MAX), "max_lookup_window"), now)?;
        let scope = Self { max_window: longest, ..self.clone() }.admit(incident, choice, available, now)?;
        Ok(Scope { scanned_at_most: TimeDelta::from_std(self.max_window).unwrap_or(TimeDelta::MAX), ..scope })
    }

    /// Returns the longest window of a question that names what it asks about exactly.
    pub fn longest_look_up(&self) -> Duration {
        self.max_lookup_window.max(self.max_window)
    }

    /// Tells whether the allow-lists admit an account and a region, whatever was asked.
    pub fn allows(&self, account: &str, region: &str) -> bool {
        self.allows_region(region) && self.allows_account(account)
    }

    fn allows_region(&self, region: &str) -> bool {
        self.nothing_left.is_none() && (self.regions.is_empty() || self.regions.iter().any(|allowed| allowed == region))
    }

    fn allows_account(&self, account: &str) -> bool {
        self.nothing_left.is_none() && (self.accounts.is_empty() || self.accounts.iter().any(|allowed| allowed == account))
    }

    /// Shape: nothing means all that the source holds, and only when no allow-list binds.
    fn admit_regions(&self, incident: &Incident, decided: &mut Decided<'_>) -> Result<Option<Vec<String>>, Refusal> {
        if incident.all_regions && !self.regions.is_empty() {
            return Ok(Some(once(&self.regions)));
        }
        if incident.all_regions && decided.source.by_region {
            let home = decided.available.default_region.as_deref().unwrap_or_default();
            let known: Vec<String> = known_regions(home).map(str::to_owned).collect();
            decided.blind_spots.push(BlindSpot::UnknownRegions(known.len()));
            return Ok(Some(known));
        }
        if incident.all_regions {
            return Ok(None);
        }
        let mut asked: Vec<String> = Vec::new();
        for (index, named) in incident.regions.iter().enumerate() {
            if is_region(&named.name) {
                asked.push(named.name.clone());
            } else if incident.regions_given {
                let message = format!(
                    "Value {} of `regions` is not a region name: lower-case letters, digits and hyphens, 3 to 32 of them.",
                    index + 1
                );
                return Err(Refusal::invalid("regions", message, "A right example: eu-west-1."));
            } else {
                decided.blind_spots.push(BlindSpot::NoRegionName);
            }
        }
        let asked = once(&asked);
        if asked.is_empty() {
            return Ok(self.guess_regions(decided));
        }
        let (allowed, denied): (Vec<String>, Vec<String>) = asked.into_iter().partition(|region| self.allows_region(region));
        match denied.first() {
            Some(region) if incident.regions_given || allowed.is_empty() => Err(self.region_refused(region, incident.regions_given)),
            _ => {
                for region in &denied {
                    decided.deny("", region, true, Note::RegionNotAllowed);
                }
                Ok(Some(allowed))
            }
        }
    }

    fn guess_regions(&self, decided: &mut Decided<'_>) -> Option<Vec<String>> {
        if !decided.source.by_region {
            return (!self.regions.is_empty()).then(|| once(&self.regions));
        }
        let (regions, guess) = if !self.regions.is_empty() {
            let mut regions = once(&self.regions);
            let more = regions.split_off(regions.len().min(GUESSED_REGIONS)).len();
            (regions.clone(), RegionGuess::Allowed(regions, more))
        } else if let Some(region) = decided.available.default_region.clone().filter(|region| is_region(region)) {
            (vec![region.clone()], RegionGuess::Configured(region))
        } else {
            (vec![LAST_RESORT.to_owned()], RegionGuess::Default(LAST_RESORT))
        };
        decided.blind_spots.push(BlindSpot::Assumed(guess));
        Some(regions)
    }

    fn region_refused(&self, region: &str, given: bool) -> Refusal {
        let whose = if given { "Region" } else { "The alert's region" };
        let allowed = self.regions.join(", ");
        let refusal = Refusal::new(
            Code::RegionNotAllowed,
            format!("{whose} {region} is not allowed. Allowed: {allowed}."),
            format!("Ask for one of: {allowed}. For the operator: the key is {}.", self.key("aws_region_allowlist", "regions")),
        );
        refusal.about("regions")
    }

    /// Names the key that the operator may change: a caller with a name may have one of its own.
    fn key(&self, of_all: &str, of_caller: &str) -> String {
        if self.caller.is_empty() { of_all.to_owned() } else { format!("{of_all}, or {of_caller} of this caller's [[http.callers]] entry") }
    }

    fn admit_global(&self, regions: Option<&[String]>, decided: &mut Decided<'_>) -> (Option<&'static str>, GlobalPass) {
        let Some(regions) = regions else { return (None, GlobalPass::NotNeeded) };
        let global = global_region(regions.first().map(String::as_str).unwrap_or_default());
        if regions.iter().any(|region| region == global) {
            return (Some(global), GlobalPass::Included);
        }
        if self.allows_region(global) {
            return (Some(global), GlobalPass::Extra);
        }
        decided.blind_spots.push(BlindSpot::GlobalNotAllowed(global));
        decided.deny("", global, false, Note::GlobalRegionNotAllowed);
        (Some(global), GlobalPass::DeniedByPolicy)
    }

    /// Returns the accounts whose events may be returned, and those to read one by one.
    ///
    /// Shape: of the first, nothing means any account, and only when no allow-list binds and none was chosen; of the second,
    /// none means the one of the process's own credentials. Accounts that the alert names are read when a role leads to one of
    /// them, as then it is not about the own account alone.
    fn admit_accounts(
        &self,
        incident: &Incident,
        regions: Option<&[String]>,
        decided: &mut Decided<'_>,
    ) -> Result<(Option<Vec<String>>, Vec<String>), Refusal> {
        let Decided { source: &Profile { by_account, .. }, available, .. } = *decided;
        if !incident.accounts_given || incident.accounts.is_empty() {
            let region = regions.and_then(<[String]>::first).map(String::as_str).unwrap_or_default();
            for named in incident.accounts.iter().filter(|named| is_account(&named.name) && !self.allows_account(&named.name)) {
                decided.deny(&named.name, region, true, Note::AlertAccountNotAllowed);
            }
            let named = incident.accounts.iter().map(|named| named.name.clone());
            let named: Vec<String> = named.filter(|id| by_account && is_account(id) && self.allows_account(id)).collect();
            if named.iter().any(|id| available.roles.contains(id)) {
                let named = once(&named);
                return Ok((Some(named.clone()), named));
            }
            decided.missed_accounts = once(&named);
            return Ok(((!self.accounts.is_empty()).then(|| once(&self.accounts)), Vec::new()));
        }
        let mut asked = Vec::new();
        for (index, named) in incident.accounts.iter().enumerate() {
            let id = available.account_names.iter().find(|(name, _)| *name == named.name).map_or(&named.name, |(_, id)| id);
            if !is_account(id) {
                let message =
                    format!("Value {} of `accounts` is neither an account id of 12 digits nor a name from [accounts.NAME].", index + 1);
                let allowed = available.account_names.iter().filter(|(_, id)| self.allows_account(id)).map(|(name, _)| name.as_str());
                let names: Vec<&str> = allowed.collect();
                let next = match names.as_slice() {
                    [] => "A right example: 111122223333.".to_owned(),
                    names => format!("A right example: 111122223333. Configured names: {}.", names.join(", ")),
                };
                return Err(Refusal::invalid("accounts", message, next));
            }
            if !self.allows_account(id) {
                let allowed = self.accounts.join(", ");
                let message = format!("Account {id} is not allowed. Allowed: {allowed}.");
                let key = self.key("aws_account_allowlist", "accounts");
                let next = format!("Ask for one of: {allowed}. For the operator: the key is {key}.");
                return Err(Refusal::new(Code::AccountNotAllowed, message, next).about("accounts"));
            }
            asked.push(id.clone());
        }
        let asked = once(&asked);
        Ok((Some(asked.clone()), if by_account { asked } else { Vec::new() }))
    }
}

/// What was decided on the way, besides the scope itself.
struct Decided<'a> {
    source: &'static Profile,
    available: &'a Available,
    denied: Vec<Cell>,
    blind_spots: Vec<BlindSpot>,
    missed_accounts: Vec<String>,
}

impl Decided<'_> {
    fn deny(&mut self, account: &str, region: &str, asked: bool, note: Note) {
        let mut cell = Cell::cut(account, region, self.source, State::DeniedByPolicy, None).with(0, 0, [note]);
        cell.asked = asked;
        self.denied.push(cell);
    }
}

/// Makes sure that a window is one, begins in the past, and is no longer than the operator's `key` allows.
fn admit_length(window: Window, (max_window, key): (TimeDelta, &str), now: DateTime<Utc>) -> Result<(), Refusal> {
    if window.from >= window.to {
        return Err(Refusal::invalid("end_time", "The window ends before it starts.", "Give an end_time after start_time."));
    }
    if window.from >= now {
        return Err(Refusal::invalid(
            "start_time",
            "The window starts in the future.",
            "Give a start_time in the past, such as 30m (ago).",
        ));
    }
    if window.length() > max_window {
        let (asked, limit) = (in_hours(window.length()), in_hours(max_window));
        let from = rfc3339(window.to.checked_sub_signed(max_window).unwrap_or(window.from));
        return Err(Refusal::new(
            Code::WindowTooLarge,
            format!("A window of {asked} was asked; at most {limit} is allowed ({key}, set by the operator)."),
            format!("Ask for a shorter window, such as start_time={from} with the same end_time, and go on from there."),
        )
        .about("start_time"));
    }
    Ok(())
}

/// Cuts off what lies before the source's memory, and says so.
fn kept(
    window: Window,
    keeps_from: Option<DateTime<Utc>>,
    regions: Option<&[String]>,
    decided: &mut Decided<'_>,
) -> Result<Window, Refusal> {
    let Some(floor) = keeps_from.filter(|floor| window.from < *floor) else { return Ok(window) };
    let Profile { title, words, retention, .. } = decided.source;
    let Some(window) = Window::new(floor, window.to) else {
        let (days, since) = (retention.unwrap_or_default().num_days(), rfc3339(floor));
        let message = format!("{} keeps {days} days, since {since}; the window ends before.", capitalised(title));
        return Err(Refusal::invalid("start_time", message, words.no_data_next));
    };
    for region in regions.unwrap_or_default() {
        decided.denied.push(Cell::cut("", region, decided.source, State::NoData, None).with(0, 0, [Note::KeptSince(floor)]));
    }
    decided.blind_spots.push(BlindSpot::KeptSince(decided.source, floor));
    Ok(window)
}

fn capitalised(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

/// Returns each item once, in order of first appearance.
fn once(items: &[String]) -> Vec<String> {
    let mut seen: Vec<String> = Vec::new();
    for item in items {
        if !seen.contains(item) {
            seen.push(item.clone());
        }
    }
    seen
}

#[cfg(test)]
mod tests;
