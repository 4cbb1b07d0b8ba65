//! What is there to be read, as it was found at start: facts, not rules; and which source answers.

use super::Policy;
use crate::coverage::{Profile, SourceName};
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
    /// Decides which source answers: the one chosen, else the best that is there and allowed.
    ///
    /// Errors: `tool_not_allowed` when only AWS could answer and reading it is not allowed; `invalid_argument` when the chosen source is not there.
    pub fn source(&self, choice: Option<SourceName>, available: &Available) -> Result<&'static Profile, Refusal> {
        let Some(name) = choice else { return self.best(available) };
        let offer = available.sources.iter().find(|offer| offer.profile.name == name);
        match offer {
            Some(offer) if offer.profile.asks_aws && !self.allow_aws_read => Err(not_allowed(offer.profile)),
            Some(offer) if self.reads(offer) => Ok(offer.profile),
            Some(offer) if offer.presence == Presence::Absent => Err(self.not_there(name, offer.profile.words.not_there, available)),
            Some(_) => Err(self.not_there(name, &switched_off(name), available)),
            None => Err(self.not_there(name, "this version does not read it", available)),
        }
    }

    fn best(&self, available: &Available) -> Result<&'static Profile, Refusal> {
        let mut ranked: Vec<(Presence, u8, &Offer)> = Vec::new();
        for offer in available.sources.iter().filter(|offer| offer.presence != Presence::Absent) {
            let given = if offer.presence == Presence::Given { Presence::Given } else { Presence::Configured };
            ranked.extend(offer.profile.auto.map(|auto| (given, auto, offer)));
        }
        ranked.sort_by_key(|(presence, auto, _)| (*presence, *auto));
        match (ranked.iter().find(|(_, _, offer)| self.reads(offer)), ranked.first()) {
            (Some((_, _, offer)), _) => Ok(offer.profile),
            (None, Some((_, _, first))) if !self.allow_aws_read => Err(not_allowed(first.profile)),
            (None, Some((_, _, first))) => Err(self.not_there(first.profile.name, &switched_off(first.profile.name), available)),
            (None, None) => Err(Refusal::invalid("source", "No source is available.", NOTHING)),
        }
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
