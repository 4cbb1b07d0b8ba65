//! What is there to be read, as it was found at start: facts, not rules; and which source answers.

use chrono::{DateTime, Utc};

use super::{PLACES, Policy};
use crate::coverage::{Cost, Profile, SourceName};
use crate::refusal::{Code, Refusal};

/// What is known of the sources at admission.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Available {
    /// The sources that a caller may name, in the order of the contract, and any other that is there.
    pub sources: Vec<Offer>,
    /// Ids of accounts for which a role is configured.
    pub roles: Vec<String>,
    /// Names from `[accounts.NAME]` with their ids.
    pub account_names: Vec<(String, String)>,
    /// The region of the AWS configuration, used when nothing names one. Default: none.
    pub default_region: Option<String>,
}

/// A source, and how it is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Offer {
    /// The source.
    pub profile: &'static Profile,
    /// How it is there.
    pub presence: Presence,
}

/// How a source is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Presence {
    /// Named on the command line (`--archive`, `--demo`), which is the permission to read it; it comes before all others.
    Given,
    /// As the configuration has it.
    Configured,
    /// Not at all.
    Absent,
}

impl Available {
    /// Makes what is there where it is this one source, as it is configured.
    pub fn only(profile: &'static Profile) -> Self {
        Self { sources: vec![Offer { profile, presence: Presence::Configured }], ..Self::default() }
    }
}

impl Policy {
    /// Decides which source answers: the one chosen, else the best that is there, allowed and reaches what is needed, else the best of those
    /// that are there and allowed.
    ///
    /// Errors: `tool_not_allowed` when only AWS could answer and reading it is not allowed; `invalid_argument` when the chosen source is not there.
    pub fn source(&self, choice: Option<SourceName>, available: &Available, need: &Need) -> Result<&'static Profile, Refusal> {
        let Some(name) = choice else { return self.best(available, need) };
        let offer = available.sources.iter().find(|offer| offer.profile.name == name);
        match offer {
            Some(offer) if offer.profile.asks_aws && !self.allow_aws_read => Err(not_allowed(offer.profile)),
            Some(offer) if self.reads(offer) => Ok(offer.profile),
            Some(offer) if offer.presence == Presence::Absent => Err(self.not_there(name, offer.profile.words.not_there, available)),
            Some(_) => Err(self.not_there(name, &switched_off(name), available)),
            None => Err(self.not_there(name, "this version does not read it", available)),
        }
    }

    fn best(&self, available: &Available, need: &Need) -> Result<&'static Profile, Refusal> {
        let mut ranked: Vec<(Presence, u8, &Offer)> = Vec::new();
        for offer in available.sources.iter().filter(|offer| offer.presence != Presence::Absent) {
            let given = if offer.presence == Presence::Given { Presence::Given } else { Presence::Configured };
            ranked.extend(offer.profile.auto.map(|auto| (given, auto, offer)));
        }
        ranked.sort_by_key(|(presence, auto, _)| (*presence, *auto));
        let mut readable = ranked.iter().filter(|(_, _, offer)| self.reads(offer)).peekable();
        let first = readable.peek().copied();
        match (readable.find(|(_, _, offer)| need.is_met(offer.profile, available)).or(first), ranked.first()) {
            (Some((_, _, offer)), _) => Ok(offer.profile),
            (None, Some((_, _, first))) if !self.allow_aws_read => Err(not_allowed(first.profile)),
            (None, Some((_, _, first))) => Err(self.not_there(first.profile.name, &switched_off(first.profile.name), available)),
            (None, None) => Err(Refusal::invalid("source", "No source is available.", NOTHING)),
        }
    }

    /// Returns the best source that may be read and that no number of requests bounds, for who reads another one and does not reach.
    pub fn beyond(&self, available: &Available, reached: &Profile) -> Option<&'static Profile> {
        let offers = available.sources.iter().filter(|offer| self.reads(offer) && offer.profile != reached);
        let unbounded = offers.filter(|offer| !matches!(offer.profile.cost, Cost::Requests { .. }));
        let ranked = unbounded.filter_map(|offer| Some((offer.profile.auto?, offer.profile)));
        ranked.min_by_key(|(auto, _)| *auto).map(|(_, profile)| profile)
    }

    /// Tells whether a source is there and may be read.
    fn reads(&self, offer: &Offer) -> bool {
        let Offer { profile, presence } = offer;
        *presence != Presence::Absent && (self.allow_aws_read || !profile.asks_aws) && !self.switched_off.contains(&profile.name)
    }

    fn not_there(&self, name: SourceName, why: &str, available: &Available) -> Refusal {
        let there: Vec<&str> =
            available.sources.iter().filter(|offer| self.reads(offer)).map(|offer| offer.profile.name.as_str()).collect();
        let next = match there.as_slice() {
            [] => NOTHING.to_owned(),
            there => format!("Available here: {}, or leave `source` out.", there.join(", ")),
        };
        Refusal::invalid("source", format!("Source {name} is not available: {why}."), next)
    }
}

/// What a question needs of a source.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Need {
    /// Since when, and the time it is. Default: nothing is asked of the past.
    pub since: Option<(DateTime<Utc>, DateTime<Utc>)>,
    /// The ids of the accounts that are named.
    pub accounts: Vec<String>,
    /// How many regions are named; one where none is.
    pub regions: usize,
}

impl Need {
    /// Tells whether a source reaches that far, into as many accounts and regions.
    fn is_met(&self, profile: &Profile, available: &Available) -> bool {
        let kept = |(since, now): (DateTime<Utc>, DateTime<Utc>)| {
            profile.retention.and_then(|retention| now.checked_sub_signed(retention)).is_none_or(|floor| floor <= since)
        };
        // One account without a role may be the own one.
        let strange = self.accounts.iter().filter(|id| !available.roles.contains(id)).count();
        let places = self.accounts.len().max(1) * self.regions.max(1);
        self.since.is_none_or(kept) && (!profile.by_account || strange < 2) && (!profile.by_region || places <= PLACES)
    }
}

const NOTHING: &str = "No source is available: for the operator, allow_aws_read = true in the policy file opens event history, and --archive PATH opens log files.";

fn switched_off(name: SourceName) -> String {
    format!("it is switched off by the operator ([{name}] enabled)")
}

fn not_allowed(source: &Profile) -> Refusal {
    Refusal::new(
        Code::ToolNotAllowed,
        format!("Reading AWS is not allowed here, and {} is in AWS. The key is allow_aws_read, which is false unless set.", source.title),
        "For the operator: set allow_aws_read = true in the policy file, or CHAT_ALLOW_AWS_READ=true in the `env` of this server's client entry; \
         MCP clients mostly do not pass the shell's environment on. `cloudtrail-mcp config explain` shows where each value came from.",
    )
}
