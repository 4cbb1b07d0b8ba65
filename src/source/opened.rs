//! The sources of a process, opened once at its start.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::api::Api;
use super::cache::Cache;
use super::proof::Prover;
use super::refusing::Refusing;
use super::{ALL, Source};
use crate::config::Config;
use crate::coverage::Profile;
use crate::policy::{Available, Offer, Presence};

/// Tells the time.
pub type Clock = Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>;

/// What sources are opened with.
pub struct Setup<'a> {
    /// The settings.
    pub config: &'a Config,
    /// The clock.
    pub clock: Clock,
    /// What reads settings, whose credentials are everybody's.
    pub api: &'a Api,
    /// The region of the environment. Default: none.
    pub home_region: Option<String>,
    /// Where sources keep what cannot change any more.
    pub cache: Arc<Cache>,
    /// Who proves the log files of archives. Default: nobody, and nothing is said of that.
    pub prover: Option<Arc<dyn Prover>>,
    /// Log files that are part of the program, by a name that tells their form: with `--demo` they are the archive.
    pub bundled: (&'static str, &'static [u8]),
}

/// A source that is open.
#[derive(Clone)]
pub struct Opened {
    /// What reads it.
    pub source: Arc<dyn Source>,
    /// How it is there.
    pub presence: Presence,
}

/// The sources that are open, and what is known of them at admission.
#[derive(Clone, Default)]
pub struct Sources {
    opened: Vec<Opened>,
    available: Arc<Available>,
}

/// Opens every source that the configuration has.
///
/// Errors: one sentence for the operator about the first that cannot be opened.
pub fn open(setup: &Setup<'_>) -> Result<Sources, String> {
    let opened: Result<Vec<_>, String> = ALL.iter().map(|definition| (definition.open)(setup)).collect();
    let accounts = setup.config.accounts();
    let available = Available {
        roles: accounts.iter().filter(|account| account.role_arn.is_some()).map(|account| account.id.clone()).collect(),
        account_names: accounts.iter().map(|account| (account.name.clone(), account.id.clone())).collect(),
        default_region: setup.home_region.clone(),
        sources: Vec::new(),
    };
    Ok(Sources::new(opened?.into_iter().flatten().collect(), available))
}

impl Sources {
    /// Puts sources together; what is known of them is completed by how each is there.
    pub fn new(opened: Vec<Opened>, available: Available) -> Self {
        let of = |profile: &'static Profile| opened.iter().find(|opened| opened.source.profile() == profile);
        let all = ALL.iter().map(|definition| definition.profile).filter(|profile| profile.offered || of(profile).is_some());
        let presence = |profile| of(profile).map_or(Presence::Absent, |opened| opened.presence);
        // What is open knows best what it is like: an archive may be on this machine or in AWS.
        let own = |profile| of(profile).map_or(profile, |opened| opened.source.profile());
        let sources = all.map(|profile| Offer { profile: own(profile), presence: presence(profile) }).collect();
        Self { opened, available: Arc::new(Available { sources, ..available }) }
    }

    /// Puts one source in as if it were configured.
    pub fn of(source: impl Source + 'static) -> Self {
        Self::new(vec![Opened { source: Arc::new(source), presence: Presence::Configured }], Available::default())
    }

    /// Returns what is known of the sources at admission.
    pub fn available(&self) -> &Available {
        &self.available
    }

    /// Returns the source of this profile; one that reads nothing and says so, where it is not open.
    pub fn find(&self, profile: &Profile) -> &dyn Source {
        self.opened.iter().map(|opened| opened.source.as_ref()).find(|source| source.profile() == profile).unwrap_or(&Refusing)
    }

    /// Puts something before each source.
    #[must_use]
    pub fn wrapped(self, wrap: impl Fn(Arc<dyn Source>) -> Arc<dyn Source>) -> Self {
        let opened = self.opened.into_iter().map(|opened| Opened { source: wrap(opened.source), ..opened });
        Self { opened: opened.collect(), ..self }
    }
}
